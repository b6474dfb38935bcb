-- Exceptions: what somebody works on because an item stays open or a match is doubted. A project has
-- reason codes of its own, and a policy that says how severe a value is and how long it may take.

CREATE TABLE exception_policy (
	project_id uuid PRIMARY KEY REFERENCES project ON DELETE CASCADE,
	-- Whole units of the exception's currency from which it is at least so severe.
	medium_from bigint NOT NULL DEFAULT 1000 CHECK (medium_from >= 0),
	high_from bigint NOT NULL DEFAULT 10000,
	critical_from bigint NOT NULL DEFAULT 100000,
	-- Days until it is due.
	low_days integer NOT NULL DEFAULT 30 CHECK (low_days BETWEEN 0 AND 3650),
	medium_days integer NOT NULL DEFAULT 14 CHECK (medium_days BETWEEN 0 AND 3650),
	high_days integer NOT NULL DEFAULT 7 CHECK (high_days BETWEEN 0 AND 3650),
	critical_days integer NOT NULL DEFAULT 2 CHECK (critical_days BETWEEN 0 AND 3650),
	updated_at timestamptz NOT NULL DEFAULT now(),
	version integer NOT NULL DEFAULT 1,
	CHECK (medium_from <= high_from AND high_from <= critical_from)
);

CREATE TABLE reason_code (
	id uuid PRIMARY KEY,
	project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
	code text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]{0,39}$'),
	label text NOT NULL CHECK (length(label) BETWEEN 1 AND 255),
	status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'retired')),
	created_by uuid REFERENCES app_user,
	created_at timestamptz NOT NULL DEFAULT now(),
	version integer NOT NULL DEFAULT 1,
	UNIQUE (id, project_id)
);
CREATE UNIQUE INDEX reason_code_project ON reason_code (project_id, code);

-- About an item (dataset_id, row_no) or a match (job_id, match_no). type is the item's break type, or
-- "match". Columns bear the names that the API has, since the history names them.
CREATE TABLE exception (
	id uuid PRIMARY KEY,
	project_id uuid NOT NULL,
	reconciliation_id uuid NOT NULL,
	dataset_id uuid,
	row_no bigint CHECK (row_no >= 0),
	job_id uuid,
	match_no integer CHECK (match_no >= 1),
	type text NOT NULL CHECK (type ~ '^[a-z_]{1,40}$'),
	state text NOT NULL DEFAULT 'open' CHECK (state IN
		('open', 'in_progress', 'waiting', 'resolved', 'closed', 'reopened')),
	severity text NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
	reason uuid,
	owner uuid REFERENCES app_user,
	team text CHECK (length(team) BETWEEN 1 AND 64),
	due_on date NOT NULL,
	note text CHECK (length(note) <= 4000),
	minor bigint NOT NULL CHECK (minor >= 0),
	currency text CHECK (currency ~ '^[A-Z]{3}$'),
	opened_on date NOT NULL,
	resolved_by uuid REFERENCES app_user,
	created_by uuid REFERENCES app_user,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now(),
	version integer NOT NULL DEFAULT 1,
	UNIQUE (id, project_id),
	FOREIGN KEY (reconciliation_id, project_id) REFERENCES reconciliation (id, project_id)
		ON DELETE CASCADE,
	FOREIGN KEY (dataset_id, project_id) REFERENCES dataset (id, project_id),
	FOREIGN KEY (job_id, project_id) REFERENCES job (id, project_id),
	FOREIGN KEY (reason, project_id) REFERENCES reason_code (id, project_id),
	CHECK ((dataset_id IS NULL) = (row_no IS NULL) AND (job_id IS NULL) = (match_no IS NULL)
		AND (dataset_id IS NULL) <> (job_id IS NULL)),
	CHECK (state NOT IN ('resolved', 'closed') OR (reason IS NOT NULL AND resolved_by IS NOT NULL))
);
CREATE INDEX exception_project ON exception (project_id, id);
CREATE INDEX exception_owner ON exception (owner) WHERE owner IS NOT NULL;
CREATE INDEX exception_reason ON exception (reason) WHERE reason IS NOT NULL;
CREATE INDEX exception_reconciliation ON exception (reconciliation_id);
-- One at a time about one thing.
CREATE UNIQUE INDEX exception_item ON exception (dataset_id, row_no, reconciliation_id)
	WHERE state <> 'closed';
CREATE UNIQUE INDEX exception_match ON exception (job_id, match_no) WHERE state <> 'closed';

-- Every change, by whatever way it came: {"state": ["open", "resolved"], …}
CREATE TABLE exception_change (
	exception_id uuid NOT NULL REFERENCES exception ON DELETE CASCADE,
	version integer NOT NULL CHECK (version >= 1),
	project_id uuid NOT NULL,
	user_id uuid REFERENCES app_user,
	at timestamptz NOT NULL DEFAULT now(),
	changes json NOT NULL,
	PRIMARY KEY (exception_id, version)
);

CREATE FUNCTION exception_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
	INSERT INTO exception_change (exception_id, version, project_id, user_id, changes)
	SELECT NEW.id, NEW.version, NEW.project_id, scope_user(),
		coalesce(json_object_agg(n.key, json_build_array(o.value, n.value) ORDER BY n.key), '{}')
	FROM jsonb_each(to_jsonb(NEW)) n
	LEFT JOIN jsonb_each(CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END) o ON o.key = n.key
	WHERE n.key IN ('state', 'severity', 'reason', 'owner', 'team', 'due_on', 'note')
		AND n.value IS DISTINCT FROM coalesce(o.value, 'null');
	RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION exception_changed() FROM PUBLIC;
CREATE TRIGGER history AFTER INSERT OR UPDATE ON exception FOR EACH ROW
	EXECUTE FUNCTION exception_changed();

CREATE TABLE exception_comment (
	id uuid PRIMARY KEY,
	exception_id uuid NOT NULL,
	project_id uuid NOT NULL,
	user_id uuid NOT NULL REFERENCES app_user,
	text text NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
	mentions uuid[] NOT NULL DEFAULT '{}' CHECK (cardinality(mentions) <= 50),
	created_at timestamptz NOT NULL DEFAULT now(),
	FOREIGN KEY (exception_id, project_id) REFERENCES exception (id, project_id) ON DELETE CASCADE
);
CREATE INDEX exception_comment_exception ON exception_comment (exception_id, id);

-- What a list is ordered by, least first.
CREATE FUNCTION exception_key(sort text, severity text, due_on date, opened_on date, minor bigint)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE sort
	WHEN 'due' THEN due_on - date '2000-01-01'
	WHEN 'age' THEN opened_on - date '2000-01-01'
	WHEN 'amount' THEN -minor
	WHEN 'severity' THEN -array_position(ARRAY['low', 'medium', 'high', 'critical'], severity)
	ELSE 0 END $$;

SELECT policy_people(t, 'recon_api', 'recon_data') FROM unnest(ARRAY['exception_policy',
	'reason_code', 'exception', 'exception_change', 'exception_comment']::regclass[]) t;
SELECT policy_service(t, 'recon_operator') FROM unnest(ARRAY['exception_policy',
	'reason_code', 'exception', 'exception_change', 'exception_comment']::regclass[]) t;
GRANT SELECT ON exception_policy, reason_code, exception, exception_change, exception_comment
	TO recon_api, recon_data, recon_operator;
GRANT INSERT, UPDATE ON exception_policy, reason_code TO recon_api;
GRANT INSERT ON exception TO recon_data;
GRANT UPDATE (state, severity, reason, owner, team, due_on, note, resolved_by, updated_at, version)
	ON exception TO recon_api;
GRANT INSERT ON exception_comment TO recon_api;
