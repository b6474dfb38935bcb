-- Identity: people, their credentials, sessions and keys.
--
-- Only recon_auth sees password hashes, refresh tokens and the sealed private signing keys. E-mail
-- addresses are sealed with the row's id as associated data and found by a keyed blind index.
-- Other pools see sessions, API keys and public signing keys through the three views at the end.

CREATE TABLE app_user (
	id uuid PRIMARY KEY,
	email_sealed bytea NOT NULL,
	email_index bytea NOT NULL CHECK (length(email_index) = 32),
	display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 255),
	status text NOT NULL DEFAULT 'invited' CHECK (status IN ('invited', 'active', 'disabled')),
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now(),
	version integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX app_user_email ON app_user (email_index);

CREATE TABLE platform_role (
	user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
	role text NOT NULL CHECK (role IN ('administrator', 'auditor')),
	granted_by uuid REFERENCES app_user,
	granted_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (user_id, role)
);

CREATE TABLE credential (
	user_id uuid PRIMARY KEY REFERENCES app_user ON DELETE CASCADE,
	password_hash text NOT NULL CHECK (length(password_hash) BETWEEN 16 AND 1024),
	changed_at timestamptz NOT NULL DEFAULT now(),
	failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
	failed_at timestamptz,
	totp_sealed bytea,
	totp_step bigint
);

-- First sign-in, reset and verification codes: 256 random bits, stored as SHA-256, spent once.
CREATE TABLE one_time_code (
	code_hash bytea PRIMARY KEY CHECK (length(code_hash) = 32),
	user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
	purpose text NOT NULL CHECK (purpose IN ('first_sign_in', 'invitation', 'reset', 'verify')),
	created_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL,
	spent_at timestamptz
);
CREATE INDEX one_time_code_user ON one_time_code (user_id, purpose);

CREATE TABLE session (
	id uuid PRIMARY KEY,
	user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
	created_at timestamptz NOT NULL DEFAULT now(),
	used_at timestamptz NOT NULL DEFAULT now(),
	step_up_at timestamptz NOT NULL DEFAULT now(),
	idle_expires_at timestamptz NOT NULL,
	absolute_expires_at timestamptz NOT NULL,
	revoked_at timestamptz,
	revoked_reason text CHECK (revoked_reason IN
		('sign_out', 'user', 'password_changed', 'token_reuse', 'administrator', 'disabled')),
	address inet,
	agent text NOT NULL DEFAULT '' CHECK (length(agent) <= 255),
	CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
);
CREATE INDEX session_user_created ON session (user_id, id);

-- A family is a session; the generation counts its rotations. The successor stays readable (sealed)
-- for ten seconds' worth of a second tab.
CREATE TABLE refresh_token (
	token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
	session_id uuid NOT NULL REFERENCES session ON DELETE CASCADE,
	generation integer NOT NULL CHECK (generation >= 1),
	issued_at timestamptz NOT NULL DEFAULT now(),
	spent_at timestamptz,
	successor_sealed bytea,
	UNIQUE (session_id, generation),
	CHECK ((spent_at IS NULL) = (successor_sealed IS NULL))
);

CREATE TABLE signing_key (
	kid text PRIMARY KEY CHECK (kid ~ '^[A-Za-z0-9_-]{1,64}$'),
	state text NOT NULL CHECK (state IN ('next', 'active', 'retiring', 'gone')),
	public_key bytea NOT NULL,
	private_sealed bytea,
	created_at timestamptz NOT NULL DEFAULT now(),
	changed_at timestamptz NOT NULL DEFAULT now(),
	CHECK ((state = 'gone') = (private_sealed IS NULL))
);
CREATE UNIQUE INDEX signing_key_one_active ON signing_key (state) WHERE state = 'active';

SELECT policy_service('app_user', 'recon_auth', 'recon_operator', 'recon_courier');
SELECT policy_service('platform_role', 'recon_auth', 'recon_operator');
SELECT policy_service('credential', 'recon_auth');
SELECT policy_service('one_time_code', 'recon_auth', 'recon_operator');
SELECT policy_service('session', 'recon_auth', 'recon_operator');
SELECT policy_service('refresh_token', 'recon_auth');
SELECT policy_service('signing_key', 'recon_auth');
CREATE POLICY own ON platform_role FOR SELECT TO recon_api, recon_data
	USING (user_id = (SELECT scope_user()));

GRANT SELECT, INSERT, UPDATE ON app_user, credential, session, refresh_token, signing_key
	TO recon_auth;
GRANT SELECT, UPDATE ON one_time_code TO recon_auth;
GRANT INSERT ON one_time_code TO recon_auth;
GRANT DELETE ON session, refresh_token, one_time_code TO recon_auth;
GRANT SELECT ON platform_role TO recon_auth, recon_api, recon_data;
GRANT SELECT, INSERT, UPDATE ON app_user TO recon_operator;
GRANT SELECT, INSERT, DELETE ON platform_role TO recon_operator;
GRANT SELECT (code_hash, user_id, purpose, created_at, expires_at, spent_at), INSERT, DELETE
	ON one_time_code TO recon_operator;
GRANT SELECT, UPDATE (revoked_at, revoked_reason) ON session TO recon_operator;
GRANT SELECT ON app_user TO recon_courier;

CREATE VIEW session_state WITH (security_barrier) AS
	SELECT s.id, s.user_id, u.status AS user_status, s.created_at, s.step_up_at, s.idle_expires_at,
		s.absolute_expires_at, s.revoked_at,
		s.revoked_at IS NULL AND u.status = 'active'
			AND now() < least(s.idle_expires_at, s.absolute_expires_at) AS live
	FROM session s
	JOIN app_user u ON u.id = s.user_id;

CREATE VIEW signing_key_public WITH (security_barrier) AS
	SELECT kid, state, public_key, created_at, changed_at
	FROM signing_key
	WHERE state <> 'gone';

GRANT SELECT ON session_state, signing_key_public TO recon_auth, recon_api, recon_upload,
	recon_data;
