-- What a job leaves beside its result: the receipt and the model that it learned, both in the vault.
-- Models that later jobs score by are versions of a reconciliation, as rulesets are. A dataset's input
-- row knows the day on which the reconciliation first took it in: the age of what is still open.

ALTER TABLE vault_object DROP CONSTRAINT vault_object_kind_check;
ALTER TABLE vault_object ADD CONSTRAINT vault_object_kind_check CHECK (kind IN
	('part', 'file', 'dataset', 'rejects', 'result', 'receipt', 'model', 'export', 'attachment'));

-- The text is kept as it was written: m, u, windows, keys and theta. It holds names of fields, no values.
CREATE TABLE model (
	reconciliation_id uuid NOT NULL,
	version integer NOT NULL CHECK (version >= 1),
	project_id uuid NOT NULL,
	model json NOT NULL,
	hash bytea NOT NULL CHECK (length(hash) = 32),
	job_id uuid, -- that learned it; NULL: somebody wrote it
	created_by uuid REFERENCES app_user,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (reconciliation_id, version),
	FOREIGN KEY (reconciliation_id, project_id) REFERENCES reconciliation (id, project_id)
		ON DELETE CASCADE,
	FOREIGN KEY (job_id, project_id) REFERENCES job (id, project_id)
);
CREATE INDEX model_job ON model (job_id) WHERE job_id IS NOT NULL;

ALTER TABLE reconciliation
	ADD COLUMN model_version integer CHECK (model_version >= 1), -- pinned; NULL: jobs learn
	ADD FOREIGN KEY (id, model_version) REFERENCES model (reconciliation_id, version);
ALTER TABLE job
	ADD COLUMN model_version integer, -- that it scored by; NULL: it learned
	ADD COLUMN receipt_object uuid,
	ADD COLUMN model_object uuid, -- NULL: there was nothing to learn
	ADD FOREIGN KEY (reconciliation_id, model_version) REFERENCES model (reconciliation_id, version),
	ADD FOREIGN KEY (receipt_object, project_id) REFERENCES vault_object (id, project_id),
	ADD FOREIGN KEY (model_object, project_id) REFERENCES vault_object (id, project_id);
CREATE INDEX job_receipt ON job (receipt_object) WHERE receipt_object IS NOT NULL;
CREATE INDEX job_model ON job (model_object) WHERE model_object IS NOT NULL;

ALTER TABLE job_input
	ADD COLUMN first_seen date, -- NULL: of a job older than this column
	ADD COLUMN carried boolean NOT NULL DEFAULT false; -- an earlier job of the reconciliation had it

SELECT policy_people('model', 'recon_data');
SELECT policy_service('model', 'recon_matcher', 'recon_operator');
GRANT SELECT ON model TO recon_data, recon_matcher, recon_operator;
GRANT INSERT ON model TO recon_data;
GRANT UPDATE (model_version) ON reconciliation TO recon_data;
GRANT UPDATE (receipt_object, model_object) ON job TO recon_matcher;
