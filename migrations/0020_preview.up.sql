-- What a mapping would make of a dataset's file, asked for before the mapping is confirmed. One for
-- each person and dataset: the next one takes its place. It shows cells of the file, so the answer is
-- sealed for the vault's private key, and it is kept for a day.

CREATE TABLE preview (
	id uuid PRIMARY KEY,
	dataset_id uuid NOT NULL,
	project_id uuid NOT NULL REFERENCES project,
	created_by uuid NOT NULL REFERENCES app_user,
	mapping json NOT NULL,
	state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
	rows_read bigint NOT NULL DEFAULT 0,
	rows_accepted bigint NOT NULL DEFAULT 0,
	rows_rejected bigint NOT NULL DEFAULT 0,
	rows_skipped bigint NOT NULL DEFAULT 0,
	result_sealed bytea,
	error_code text CHECK (error_code ~ '^[a-z0-9_]{1,64}$'),
	error_detail text CHECK (length(error_detail) <= 512),
	created_at timestamptz NOT NULL DEFAULT now(),
	ended_at timestamptz,
	expires_at timestamptz NOT NULL DEFAULT now() + interval '1 day',
	CHECK ((state = 'waiting') = (ended_at IS NULL)),
	CHECK ((state = 'done') = (result_sealed IS NOT NULL)),
	CHECK ((state = 'failed') = (error_code IS NOT NULL)),
	CONSTRAINT preview_rows_add_up
		CHECK (rows_read = rows_accepted + rows_rejected + rows_skipped),
	FOREIGN KEY (dataset_id, project_id) REFERENCES dataset (id, project_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX preview_dataset_person ON preview (dataset_id, created_by);
CREATE INDEX preview_project ON preview (project_id);
CREATE INDEX preview_created_by ON preview (created_by);
CREATE INDEX preview_expiry ON preview (expires_at);

SELECT policy_people('preview', 'recon_api', 'recon_data');
SELECT policy_service('preview', 'recon_intake', 'recon_operator');
GRANT SELECT ON preview TO recon_api, recon_data, recon_intake;
GRANT INSERT ON preview TO recon_api;
GRANT UPDATE (id, mapping, state, rows_read, rows_accepted, rows_rejected, rows_skipped, result_sealed,
	error_code, error_detail, created_at, ended_at, expires_at) ON preview TO recon_api;
GRANT UPDATE (state, rows_read, rows_accepted, rows_rejected, rows_skipped, result_sealed, error_code,
	error_detail, ended_at) ON preview TO recon_intake;
GRANT SELECT (id, expires_at), DELETE ON preview TO recon_operator;

ALTER TABLE task DROP CONSTRAINT task_kind_check, ADD CONSTRAINT task_kind_check CHECK (kind IN
	('scan', 'read', 'repair', 'preview', 'match', 'export', 'backtest', 'mail', 'webhook', 'purge',
		'rewrap'));
DROP POLICY intake ON task;
CREATE POLICY intake ON task TO recon_intake
	USING (kind IN ('scan', 'read', 'repair', 'preview', 'purge', 'rewrap'))
	WITH CHECK (kind IN ('scan', 'read', 'repair', 'preview'));
