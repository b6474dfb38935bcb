-- The one queue. A worker claims with SKIP LOCKED, holds a lease by this server's clock and renews
-- it; `attempt` is the fence: whoever finishes must still be the attempt that is running.
--
-- lease_until is the moment from which anybody may claim the task: of a waiting task its due time,
-- of a running one the end of its lease. strikes counts claims that were not given back; a task
-- whose third strike runs out is poisoned.

CREATE TABLE task (
	id uuid PRIMARY KEY,
	kind text NOT NULL CHECK (kind IN
		('scan', 'read', 'match', 'export', 'backtest', 'deliver', 'purge', 'rewrap')),
	subject uuid NOT NULL,
	project_id uuid NOT NULL REFERENCES project,
	state text NOT NULL DEFAULT 'waiting' CHECK (state IN
		('waiting', 'running', 'done', 'failed', 'cancelled', 'poisoned')),
	attempt integer NOT NULL DEFAULT 0,
	strikes integer NOT NULL DEFAULT 0 CHECK (strikes >= 0),
	lease_until timestamptz NOT NULL DEFAULT now(),
	cancel_asked boolean NOT NULL DEFAULT false,
	worker text CHECK (length(worker) <= 255),
	request_id text CHECK (length(request_id) <= 64),
	error_code text CHECK (error_code ~ '^[a-z0-9_]{1,64}$'),
	error_detail text CHECK (length(error_detail) <= 512),
	created_at timestamptz NOT NULL DEFAULT now(),
	started_at timestamptz,
	finished_at timestamptz,
	CHECK ((state IN ('waiting', 'running')) = (finished_at IS NULL))
);
CREATE INDEX task_due ON task (kind, lease_until) WHERE state IN ('waiting', 'running');
CREATE UNIQUE INDEX task_one_live ON task (kind, subject) WHERE state IN ('waiting', 'running');
CREATE INDEX task_subject ON task (subject, kind);
CREATE INDEX task_finished ON task (finished_at) WHERE finished_at IS NOT NULL;

SELECT policy_people('task', 'recon_api', 'recon_upload', 'recon_data');
SELECT policy_service('task', 'recon_operator');
CREATE POLICY intake ON task TO recon_intake
	USING (kind IN ('scan', 'read', 'purge', 'rewrap')) WITH CHECK (kind IN ('scan', 'read'));
CREATE POLICY matcher ON task TO recon_matcher
	USING (kind IN ('match', 'backtest')) WITH CHECK (kind IN ('match', 'backtest'));
CREATE POLICY courier ON task TO recon_courier
	USING (kind = 'deliver') WITH CHECK (kind = 'deliver');

GRANT SELECT, INSERT ON task TO recon_api, recon_upload, recon_data, recon_intake;
GRANT SELECT ON task TO recon_matcher, recon_courier, recon_operator;
GRANT UPDATE (state, cancel_asked, finished_at) ON task TO recon_api, recon_operator;
GRANT UPDATE (state, attempt, strikes, lease_until, worker, error_code, error_detail, started_at,
	finished_at) ON task TO recon_intake, recon_matcher, recon_courier;
