-- What a file repeats of other files of its source: all of it, statements, rows. It is kept by file, so
-- that what a person said about it holds for every later reading; nothing is dropped for it. The days
-- of a dataset tell which others can have rows of it.

ALTER TABLE dataset
	ADD COLUMN first_day date,
	ADD COLUMN last_day date,
	ADD CONSTRAINT dataset_days CHECK (first_day <= last_day);

CREATE TABLE duplicate (
	file_id uuid NOT NULL, -- the later of the two
	other_id uuid NOT NULL,
	kind text NOT NULL CHECK (kind IN ('file', 'statement', 'rows')),
	project_id uuid NOT NULL REFERENCES project,
	count bigint NOT NULL CHECK (count > 0), -- of statements or rows; 1 for a file
	verdict text NOT NULL DEFAULT 'open' CHECK (verdict IN ('open', 'duplicate', 'distinct')),
	decided_by uuid REFERENCES app_user,
	decided_at timestamptz,
	found_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (file_id, other_id, kind),
	CHECK (file_id > other_id),
	CHECK ((verdict = 'open') = (decided_at IS NULL)),
	FOREIGN KEY (file_id, project_id) REFERENCES file (id, project_id),
	FOREIGN KEY (other_id, project_id) REFERENCES file (id, project_id)
);
CREATE INDEX duplicate_other ON duplicate (other_id);
CREATE INDEX duplicate_project ON duplicate (project_id);

SELECT policy_people('duplicate', 'recon_api');
SELECT policy_service('duplicate', 'recon_intake', 'recon_operator');
GRANT SELECT ON duplicate TO recon_api, recon_intake, recon_operator;
GRANT UPDATE (verdict, decided_by, decided_at) ON duplicate TO recon_api;
GRANT INSERT, DELETE ON duplicate TO recon_intake;
GRANT UPDATE (count) ON duplicate TO recon_intake;
GRANT UPDATE (first_day, last_day) ON dataset TO recon_intake;
