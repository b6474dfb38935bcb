-- Reconciliations, their sources and versioned rulesets; jobs, what went in and what came out.

CREATE TABLE reconciliation (
	id uuid PRIMARY KEY,
	no integer GENERATED ALWAYS AS IDENTITY UNIQUE,
	project_id uuid NOT NULL REFERENCES project,
	name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
	status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived')),
	ruleset_version integer CHECK (ruleset_version >= 1),
	decision_seq bigint NOT NULL DEFAULT 0,
	created_by uuid REFERENCES app_user,
	created_at timestamptz NOT NULL DEFAULT now(),
	UNIQUE (id, project_id),
	UNIQUE (no, project_id)
);
CREATE UNIQUE INDEX reconciliation_project_name ON reconciliation (project_id, name);
CREATE INDEX reconciliation_project_created ON reconciliation (project_id, id);

CREATE TABLE reconciliation_source (
	reconciliation_id uuid NOT NULL,
	side text NOT NULL CHECK (side IN ('left', 'right', 'advice')),
	source_id uuid NOT NULL,
	project_id uuid NOT NULL,
	PRIMARY KEY (reconciliation_id, side, source_id),
	FOREIGN KEY (reconciliation_id, project_id) REFERENCES reconciliation (id, project_id)
		ON DELETE CASCADE,
	FOREIGN KEY (source_id, project_id) REFERENCES source (id, project_id)
);
CREATE INDEX reconciliation_source_source ON reconciliation_source (source_id);

-- The text is kept as it was written; hash is of its canonical form.
CREATE TABLE ruleset (
	reconciliation_id uuid NOT NULL,
	version integer NOT NULL CHECK (version >= 1),
	project_id uuid NOT NULL,
	ruleset json NOT NULL,
	hash bytea NOT NULL CHECK (length(hash) = 32),
	created_by uuid REFERENCES app_user,
	created_at timestamptz NOT NULL DEFAULT now(),
	approved_by uuid REFERENCES app_user,
	approved_at timestamptz,
	PRIMARY KEY (reconciliation_id, version),
	CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
	FOREIGN KEY (reconciliation_id, project_id) REFERENCES reconciliation (id, project_id)
		ON DELETE CASCADE
);
ALTER TABLE reconciliation ADD FOREIGN KEY (id, ruleset_version)
	REFERENCES ruleset (reconciliation_id, version) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE job (
	id uuid PRIMARY KEY,
	no integer GENERATED ALWAYS AS IDENTITY UNIQUE,
	project_id uuid NOT NULL REFERENCES project,
	reconciliation_id uuid NOT NULL,
	ruleset_version integer,
	state text NOT NULL DEFAULT 'queued' CHECK (state IN
		('queued', 'running', 'done', 'failed', 'cancelled')),
	phase text NOT NULL DEFAULT '' CHECK (length(phase) <= 64),
	done bigint NOT NULL DEFAULT 0 CHECK (done >= 0),
	total bigint NOT NULL DEFAULT 0 CHECK (total >= 0),
	rate bigint NOT NULL DEFAULT 0 CHECK (rate >= 0),
	eta_ms bigint CHECK (eta_ms >= 0),
	attempt integer NOT NULL DEFAULT 0,
	created_by uuid REFERENCES app_user,
	created_at timestamptz NOT NULL DEFAULT now(),
	started_at timestamptz,
	finished_at timestamptz,
	error_code text CHECK (error_code ~ '^[a-z0-9_]{1,64}$'),
	error_detail text CHECK (length(error_detail) <= 512),
	summary json,
	result_object uuid,
	result_hash bytea CHECK (length(result_hash) = 32),
	UNIQUE (id, project_id),
	FOREIGN KEY (reconciliation_id, project_id) REFERENCES reconciliation (id, project_id),
	FOREIGN KEY (reconciliation_id, ruleset_version) REFERENCES ruleset (reconciliation_id, version),
	FOREIGN KEY (result_object, project_id) REFERENCES vault_object (id, project_id),
	CONSTRAINT job_end_is_marked
		CHECK ((state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
	CONSTRAINT job_done_has_result CHECK ((state = 'done') = (result_object IS NOT NULL)
		AND (state = 'done') = (result_hash IS NOT NULL)),
	CONSTRAINT job_failed_says_why CHECK ((state = 'failed') = (error_code IS NOT NULL))
);
-- Ids are version 7 uuids: their order is the order of creation.
CREATE INDEX job_project_state_created ON job (project_id, state, id);
CREATE INDEX job_project_created ON job (project_id, id);
CREATE INDEX job_reconciliation_created ON job (reconciliation_id, id);
CREATE UNIQUE INDEX job_one_at_a_time ON job (reconciliation_id)
	WHERE state IN ('queued', 'running');
CREATE INDEX job_result ON job (result_object) WHERE result_object IS NOT NULL;

CREATE TABLE job_input (
	job_id uuid NOT NULL,
	side text NOT NULL CHECK (side IN ('left', 'right', 'advice')),
	dataset_id uuid NOT NULL,
	project_id uuid NOT NULL,
	PRIMARY KEY (job_id, side, dataset_id),
	FOREIGN KEY (job_id, project_id) REFERENCES job (id, project_id) ON DELETE CASCADE,
	FOREIGN KEY (dataset_id, project_id) REFERENCES dataset (id, project_id)
);
CREATE INDEX job_input_dataset ON job_input (dataset_id);

-- What happened, by day: the only thing analytics and SQL users read. Open items have an empty
-- pass and kind and the status 'open'.
CREATE TABLE job_stat (
	job_id uuid NOT NULL,
	day date NOT NULL,
	side text NOT NULL CHECK (side IN ('left', 'right')),
	pass text NOT NULL DEFAULT '' CHECK (length(pass) <= 255),
	kind text NOT NULL DEFAULT '',
	status text NOT NULL CHECK (status IN ('confirmed', 'suggested', 'ambiguous', 'open')),
	currency text NOT NULL CHECK (currency ~ '^([A-Z]{3})?$'),
	project_id uuid NOT NULL,
	n bigint NOT NULL CHECK (n > 0),
	minor numeric(38, 0) NOT NULL,
	PRIMARY KEY (job_id, day, side, pass, kind, status, currency),
	FOREIGN KEY (job_id, project_id) REFERENCES job (id, project_id) ON DELETE CASCADE
);
CREATE INDEX job_stat_project_day ON job_stat (project_id, day);

SELECT policy_people(t, 'recon_api', 'recon_data') FROM unnest(ARRAY['reconciliation',
	'reconciliation_source', 'ruleset', 'job', 'job_input', 'job_stat']::regclass[]) t;
SELECT policy_service(t, 'recon_matcher', 'recon_operator') FROM unnest(ARRAY['reconciliation',
	'reconciliation_source', 'ruleset', 'job', 'job_input', 'job_stat']::regclass[]) t;

GRANT SELECT ON reconciliation, reconciliation_source, ruleset, job, job_input, job_stat
	TO recon_api, recon_data, recon_matcher, recon_operator;
GRANT INSERT ON reconciliation, reconciliation_source, ruleset, job, job_input TO recon_api;
GRANT UPDATE (name, status, ruleset_version) ON reconciliation TO recon_api;
GRANT UPDATE (approved_by, approved_at) ON ruleset TO recon_api;
GRANT UPDATE (state, finished_at) ON job TO recon_api;
GRANT UPDATE (state, phase, done, total, rate, eta_ms, attempt, started_at, finished_at, error_code,
	error_detail, summary, result_object, result_hash) ON job TO recon_matcher;
GRANT INSERT ON job_stat TO recon_matcher;
