-- Audit: every business transaction inserts into the outbox; only recon_auditor takes rows out of
-- it and chains them into the log. Nobody may update or delete a row of the log.

CREATE TABLE audit_outbox (
	id uuid PRIMARY KEY,
	ts timestamptz NOT NULL DEFAULT clock_timestamp(),
	project_id uuid,
	actor_kind text NOT NULL CHECK (actor_kind IN
		('user', 'api_key', 'system', 'operator', 'anonymous')),
	actor_id uuid,
	action text NOT NULL CHECK (action ~ '^[a-z_]{1,32}\.[a-z_]{1,32}$'),
	object_kind text NOT NULL DEFAULT '' CHECK (length(object_kind) <= 32),
	object_id uuid,
	outcome text NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
	request_id text CHECK (length(request_id) <= 64),
	details json
);

CREATE TABLE audit_log (
	seq bigint PRIMARY KEY CHECK (seq >= 1),
	id uuid NOT NULL UNIQUE,
	ts timestamptz NOT NULL,
	project_id uuid,
	actor_kind text NOT NULL,
	actor_id uuid,
	action text NOT NULL,
	object_kind text NOT NULL,
	object_id uuid,
	outcome text NOT NULL,
	request_id text,
	details json,
	prev_hash bytea NOT NULL UNIQUE CHECK (length(prev_hash) = 32),
	hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32)
);
CREATE INDEX audit_log_project ON audit_log (project_id, seq);
CREATE INDEX audit_log_actor ON audit_log (actor_id, seq);
CREATE INDEX audit_log_object ON audit_log (object_id, seq);

CREATE TABLE audit_checkpoint (
	seq bigint PRIMARY KEY REFERENCES audit_log (seq),
	hash bytea NOT NULL CHECK (length(hash) = 32),
	count bigint NOT NULL CHECK (count >= 0),
	ts timestamptz NOT NULL DEFAULT now(),
	signature bytea NOT NULL
);

-- People's pools write for a project of their scope, or for none.
ALTER TABLE audit_outbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY people ON audit_outbox FOR INSERT
	TO recon_auth, recon_api, recon_upload, recon_data
	WITH CHECK (project_id IS NULL OR project_id = ANY ((SELECT scope_projects())::uuid[]));
CREATE POLICY service ON audit_outbox FOR INSERT
	TO recon_intake, recon_matcher, recon_courier, recon_operator WITH CHECK (true);
CREATE POLICY auditor ON audit_outbox TO recon_auditor USING (true) WITH CHECK (true);
SELECT policy_service('audit_log', 'recon_auditor', 'recon_operator');
SELECT policy_people('audit_log', 'recon_api');
SELECT policy_service('audit_checkpoint', 'recon_auditor', 'recon_operator');

GRANT INSERT ON audit_outbox TO recon_auth, recon_api, recon_upload, recon_data, recon_intake,
	recon_matcher, recon_courier, recon_operator, recon_auditor;
GRANT SELECT, DELETE ON audit_outbox TO recon_auditor;
GRANT SELECT, INSERT ON audit_log, audit_checkpoint TO recon_auditor;
GRANT SELECT ON audit_log, audit_checkpoint TO recon_operator;
GRANT SELECT ON audit_log TO recon_api;
