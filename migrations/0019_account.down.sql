GRANT INSERT, UPDATE ON setting TO recon_api;
REVOKE INSERT, UPDATE ON setting FROM recon_auth;
REVOKE INSERT, DELETE ON platform_role FROM recon_auth;
DELETE FROM one_time_code WHERE purpose = 'second_factor';
ALTER TABLE one_time_code
	DROP CONSTRAINT one_time_code_purpose_check,
	ADD CONSTRAINT one_time_code_purpose_check CHECK (purpose IN
		('first_sign_in', 'invitation', 'reset', 'verify'));
DROP VIEW session_state;
UPDATE session SET revoked_reason = 'user' WHERE revoked_reason = 'mfa_changed';
ALTER TABLE session DROP COLUMN restricted,
	DROP CONSTRAINT session_revoked_reason_check,
	ADD CONSTRAINT session_revoked_reason_check CHECK (revoked_reason IN
		('sign_out', 'user', 'password_changed', 'token_reuse', 'administrator', 'disabled'));
CREATE VIEW session_state WITH (security_barrier) AS
	SELECT s.id, s.user_id, u.status AS user_status, s.created_at, s.step_up_at, s.idle_expires_at,
		s.absolute_expires_at, s.revoked_at,
		s.revoked_at IS NULL AND u.status = 'active'
			AND now() < least(s.idle_expires_at, s.absolute_expires_at) AS live
	FROM session s
	JOIN app_user u ON u.id = s.user_id;
GRANT SELECT ON session_state TO recon_auth, recon_api, recon_upload, recon_data;
DROP TABLE recovery_code;
ALTER TABLE credential DROP COLUMN totp_at, DROP COLUMN totp_pending_sealed;
