-- Statements of banks: what a file says about its accounts and balances stays with its dataset,
-- sealed, since it names accounts. The mapping of a file whose format says what everything in it is
-- needs no person: recon-intake writes it.

ALTER TABLE dataset ADD COLUMN statements_sealed bytea;
GRANT UPDATE (statements_sealed) ON dataset TO recon_intake;
GRANT INSERT ON mapping TO recon_intake;
GRANT UPDATE (mapping_version) ON source TO recon_intake;
