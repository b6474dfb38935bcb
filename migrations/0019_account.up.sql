-- Accounts: the second factor with its recovery codes, sessions that may do nothing but set one up,
-- and what administrators change.

ALTER TABLE credential ADD COLUMN totp_pending_sealed bytea, ADD COLUMN totp_at timestamptz,
	ADD CHECK ((totp_sealed IS NULL) = (totp_at IS NULL));

-- Ten for each person who has a second factor: 120 random bits, stored as SHA-256, spent once.
CREATE TABLE recovery_code (
	code_hash bytea PRIMARY KEY CHECK (length(code_hash) = 32),
	user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
	created_at timestamptz NOT NULL DEFAULT now(),
	spent_at timestamptz
);
CREATE INDEX recovery_code_user ON recovery_code (user_id);
SELECT policy_service('recovery_code', 'recon_auth');
GRANT SELECT, INSERT, UPDATE (spent_at), DELETE ON recovery_code TO recon_auth;

-- A restricted session is one of somebody whose role demands a second factor that is not set up yet.
ALTER TABLE session ADD COLUMN restricted boolean NOT NULL DEFAULT false,
	DROP CONSTRAINT session_revoked_reason_check,
	ADD CONSTRAINT session_revoked_reason_check CHECK (revoked_reason IN ('sign_out', 'user',
		'password_changed', 'mfa_changed', 'token_reuse', 'administrator', 'disabled'));
CREATE OR REPLACE VIEW session_state WITH (security_barrier) AS
	SELECT s.id, s.user_id, u.status AS user_status, s.created_at, s.step_up_at, s.idle_expires_at,
		s.absolute_expires_at, s.revoked_at,
		s.revoked_at IS NULL AND u.status = 'active'
			AND now() < least(s.idle_expires_at, s.absolute_expires_at) AS live,
		s.restricted
	FROM session s
	JOIN app_user u ON u.id = s.user_id;

-- A password was right and the second factor is awaited: a code like the others, of the browser alone.
ALTER TABLE one_time_code
	DROP CONSTRAINT one_time_code_purpose_check,
	ADD CONSTRAINT one_time_code_purpose_check CHECK (purpose IN
		('first_sign_in', 'invitation', 'reset', 'verify', 'second_factor'));

GRANT INSERT, DELETE ON platform_role TO recon_auth;
GRANT INSERT, UPDATE ON setting TO recon_auth;
REVOKE INSERT, UPDATE ON setting FROM recon_api;
