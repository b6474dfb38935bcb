REVOKE UPDATE (mapping_version) ON source FROM recon_intake;
REVOKE INSERT ON mapping FROM recon_intake;
ALTER TABLE dataset DROP COLUMN statements_sealed;
