-- Which key pair of the vault an object's key, or a proposal, is sealed for: the first bytes of what is
-- sealed name it. A rotation finds what is left to do, and the operator, who may read no key, sees when
-- nothing is.

ALTER TABLE vault_object
	ADD COLUMN key_id bytea GENERATED ALWAYS AS (substr(wrapped_key, 1, 8)) STORED;
CREATE INDEX vault_object_key ON vault_object (key_id) WHERE key_id IS NOT NULL;
ALTER TABLE dataset
	ADD COLUMN proposal_key_id bytea GENERATED ALWAYS AS (substr(proposal_sealed, 1, 8)) STORED;
CREATE INDEX dataset_proposal_key ON dataset (proposal_key_id) WHERE proposal_key_id IS NOT NULL;

GRANT SELECT (key_id) ON vault_object TO recon_operator;
