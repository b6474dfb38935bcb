ALTER TABLE dataset DROP COLUMN proposal_key_id;
ALTER TABLE vault_object DROP COLUMN key_id;
