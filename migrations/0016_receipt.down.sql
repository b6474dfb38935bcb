REVOKE UPDATE (receipt_object, model_object) ON job FROM recon_matcher;
REVOKE UPDATE (model_version) ON reconciliation FROM recon_data;
ALTER TABLE job_input DROP COLUMN first_seen, DROP COLUMN carried;
ALTER TABLE job DROP COLUMN model_version, DROP COLUMN receipt_object, DROP COLUMN model_object;
ALTER TABLE reconciliation DROP COLUMN model_version;
DROP TABLE model;
DELETE FROM vault_object WHERE kind IN ('receipt', 'model');
ALTER TABLE vault_object DROP CONSTRAINT vault_object_kind_check;
ALTER TABLE vault_object ADD CONSTRAINT vault_object_kind_check CHECK (kind IN
	('part', 'file', 'dataset', 'rejects', 'result', 'export', 'attachment'));
