-- People, their platform roles, credentials and one-time codes.

-- name: user_insert(uuid, bytea, bytea, text, text)
INSERT INTO app_user (id, email_sealed, email_index, display_name, status)
VALUES ($1, $2, $3, $4, $5);

-- name: user_by_id(uuid)
SELECT id, email_sealed, display_name, status, created_at, version
FROM app_user WHERE id = $1;

-- name: user_by_email(bytea)
SELECT id, email_sealed, display_name, status, created_at, version
FROM app_user WHERE email_index = $1;

-- What a sign-in needs, in one read; without a credential the hash is NULL.
-- name: user_sign_in(bytea)
SELECT u.id, u.email_sealed, u.display_name, u.status, c.password_hash,
	coalesce(c.failures, 0) AS failures, c.failed_at, c.totp_sealed
FROM app_user u
LEFT JOIN credential c ON c.user_id = u.id
WHERE u.email_index = $1;

-- name: user_set_status(uuid, text)
UPDATE app_user SET status = $2, updated_at = now(), version = version + 1 WHERE id = $1;

-- name: user_set_name(uuid, text)
UPDATE app_user SET display_name = $2, updated_at = now(), version = version + 1 WHERE id = $1;

-- name: platform_role_list(uuid)
SELECT coalesce(array_agg(role ORDER BY role), '{}') AS roles
FROM platform_role WHERE user_id = $1;

-- name: platform_role_insert(uuid, text, uuid)
INSERT INTO platform_role (user_id, role, granted_by) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING;

-- name: credential_set(uuid, text)
INSERT INTO credential (user_id, password_hash) VALUES ($1, $2)
ON CONFLICT (user_id) DO UPDATE
SET password_hash = excluded.password_hash, changed_at = now(), failures = 0, failed_at = NULL;

-- name: credential_failed(uuid)
UPDATE credential SET failures = failures + 1, failed_at = now() WHERE user_id = $1;

-- name: credential_succeeded(uuid)
UPDATE credential SET failures = 0, failed_at = NULL WHERE user_id = $1;

-- A better hash of the same password: nothing else changes.
-- name: credential_rehash(uuid, text)
UPDATE credential SET password_hash = $2 WHERE user_id = $1;

-- name: code_insert(bytea, uuid, text, int8)
INSERT INTO one_time_code (code_hash, user_id, purpose, expires_at)
VALUES ($1, $2, $3, now() + make_interval(secs => $4));

-- name: code_spend(bytea)
UPDATE one_time_code SET spent_at = now()
WHERE code_hash = $1 AND spent_at IS NULL AND expires_at > now()
RETURNING user_id, purpose;
