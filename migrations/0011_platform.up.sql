-- Settings that administrators change at run time, answers kept for Idempotency-Key, and the
-- calendars and exchange rates that rulesets name.

CREATE TABLE setting (
	key text PRIMARY KEY CHECK (key ~ '^[a-z0-9_.]{1,64}$'),
	value json NOT NULL,
	updated_by uuid REFERENCES app_user,
	updated_at timestamptz NOT NULL DEFAULT now(),
	version integer NOT NULL DEFAULT 1
);

-- Inserted by the business transaction itself: the answer exists exactly when the act does.
CREATE TABLE idempotency (
	user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
	key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
	request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
	status integer NOT NULL CHECK (status BETWEEN 200 AND 599),
	answer bytea NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);

CREATE TABLE calendar (
	id uuid PRIMARY KEY,
	project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
	name text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
	weekend integer[] NOT NULL DEFAULT '{5,6}',
	holidays date[] NOT NULL DEFAULT '{}',
	version integer NOT NULL DEFAULT 1,
	UNIQUE (project_id, name)
);

-- Units of `quote` for one unit of `base`, exact.
CREATE TABLE fx_rate (
	project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
	base text NOT NULL CHECK (base ~ '^[A-Z]{3}$'),
	quote text NOT NULL CHECK (quote ~ '^[A-Z]{3}$'),
	day date NOT NULL,
	rate numeric(38, 18) NOT NULL CHECK (rate > 0),
	PRIMARY KEY (project_id, base, quote, day)
);

SELECT policy_service('setting', 'recon_auth', 'recon_api', 'recon_upload', 'recon_data',
	'recon_intake', 'recon_matcher', 'recon_courier', 'recon_operator');
ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON idempotency TO recon_auth, recon_api, recon_upload, recon_data
	USING (user_id = (SELECT scope_user())) WITH CHECK (user_id = (SELECT scope_user()));
SELECT policy_service('idempotency', 'recon_operator');
SELECT policy_people(t, 'recon_api', 'recon_data')
	FROM unnest(ARRAY['calendar', 'fx_rate']::regclass[]) t;
SELECT policy_service(t, 'recon_matcher', 'recon_operator')
	FROM unnest(ARRAY['calendar', 'fx_rate']::regclass[]) t;

GRANT SELECT ON setting TO recon_auth, recon_api, recon_upload, recon_data, recon_intake,
	recon_matcher, recon_courier, recon_operator;
GRANT INSERT, UPDATE ON setting TO recon_api, recon_operator;
GRANT SELECT, INSERT ON idempotency TO recon_auth, recon_api, recon_upload, recon_data;
GRANT SELECT, DELETE ON idempotency TO recon_operator;
GRANT SELECT, INSERT, UPDATE, DELETE ON calendar, fx_rate TO recon_api;
GRANT SELECT ON calendar, fx_rate TO recon_data, recon_matcher, recon_operator;
