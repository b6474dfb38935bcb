-- The decision log: append-only, one per reconciliation, numbered without gaps. What people see is
-- the engine's result plus this log folded in order.

CREATE TABLE decision (
	reconciliation_no integer NOT NULL,
	seq bigint NOT NULL CHECK (seq >= 1),
	id uuid NOT NULL UNIQUE,
	project_id uuid NOT NULL,
	kind text NOT NULL CHECK (kind IN
		('confirm', 'reject', 'match', 'split', 'unmatch', 'write_off', 'undo')),
	job_id uuid,
	match_no integer CHECK (match_no >= 0),
	undoes uuid REFERENCES decision (id),
	members json,
	note text CHECK (length(note) <= 4000),
	user_id uuid NOT NULL REFERENCES app_user,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (reconciliation_no, seq),
	FOREIGN KEY (reconciliation_no, project_id) REFERENCES reconciliation (no, project_id),
	FOREIGN KEY (job_id, project_id) REFERENCES job (id, project_id),
	CHECK ((kind = 'undo') = (undoes IS NOT NULL)),
	CHECK (kind NOT IN ('confirm', 'reject', 'unmatch', 'split')
		OR (job_id IS NOT NULL AND match_no IS NOT NULL))
);
CREATE UNIQUE INDEX decision_undone_once ON decision (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX decision_job ON decision (job_id) WHERE job_id IS NOT NULL;

SELECT policy_people('decision', 'recon_api', 'recon_data');
SELECT policy_service('decision', 'recon_matcher', 'recon_operator');
GRANT SELECT ON decision TO recon_api, recon_data, recon_matcher, recon_operator;

-- Appends one decision and returns its seq. The reconciliation's row is locked until the
-- transaction ends, so seq has no gaps and no two writers decide on the same state. `expected` is
-- the seq the decider had seen; another one raises RC409.
CREATE FUNCTION decision_append(target uuid, expected bigint, decision_id uuid,
	decision_kind text, job uuid, match integer, undone uuid, member_list json, remark text,
	person uuid)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
	r record;
BEGIN
	SELECT no, project_id, decision_seq INTO r FROM reconciliation
	WHERE id = target FOR NO KEY UPDATE;
	PERFORM scope_check(r.project_id);
	IF r.decision_seq <> expected THEN
		RAISE EXCEPTION 'the log is at %', r.decision_seq USING ERRCODE = 'RC409';
	END IF;
	UPDATE reconciliation SET decision_seq = r.decision_seq + 1 WHERE id = target;
	INSERT INTO decision (reconciliation_no, seq, id, project_id, kind, job_id, match_no, undoes,
		members, note, user_id)
	VALUES (r.no, r.decision_seq + 1, decision_id, r.project_id, decision_kind, job, match, undone,
		member_list, remark, person);
	RETURN r.decision_seq + 1;
END
$$;
REVOKE ALL ON FUNCTION decision_append(uuid, bigint, uuid, text, uuid, integer, uuid, json, text,
	uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION decision_append(uuid, bigint, uuid, text, uuid, integer, uuid, json, text,
	uuid) TO recon_data;

-- A view's membership and order are fixed at its seq; any process rebuilds it from its spec. The id
-- is 128 random bits.
CREATE TABLE review_view (
	id uuid PRIMARY KEY,
	project_id uuid NOT NULL,
	reconciliation_id uuid NOT NULL,
	job_id uuid NOT NULL,
	user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
	kind text NOT NULL CHECK (kind IN ('matches', 'open_items', 'records')),
	spec json NOT NULL,
	seq bigint NOT NULL CHECK (seq >= 0),
	total bigint NOT NULL CHECK (total >= 0),
	created_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL,
	FOREIGN KEY (reconciliation_id, project_id) REFERENCES reconciliation (id, project_id)
		ON DELETE CASCADE,
	FOREIGN KEY (job_id, project_id) REFERENCES job (id, project_id) ON DELETE CASCADE
);
CREATE INDEX review_view_expiry ON review_view (expires_at);
CREATE INDEX review_view_job ON review_view (job_id);
CREATE INDEX review_view_user ON review_view (user_id);

CREATE TABLE saved_view (
	id uuid PRIMARY KEY,
	project_id uuid NOT NULL,
	reconciliation_id uuid NOT NULL,
	user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
	name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
	shared boolean NOT NULL DEFAULT false,
	spec json NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	FOREIGN KEY (reconciliation_id, project_id) REFERENCES reconciliation (id, project_id)
		ON DELETE CASCADE
);
CREATE UNIQUE INDEX saved_view_name ON saved_view (reconciliation_id, user_id, name);

SELECT policy_people('review_view', 'recon_data');
SELECT policy_people('saved_view', 'recon_api', 'recon_data');
GRANT SELECT, INSERT, DELETE ON review_view TO recon_data;
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_view TO recon_api;
GRANT SELECT ON saved_view TO recon_data;
