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

-- No row: the address has an account.
-- name: user_register(uuid, bytea, bytea, text)
INSERT INTO app_user (id, email_sealed, email_index, display_name, status)
VALUES ($1, $2, $3, $4, 'invited') ON CONFLICT DO NOTHING;

-- name: user_set_status(uuid, text)
UPDATE app_user SET status = $2, updated_at = now(), version = version + 1 WHERE id = $1;

-- name: user_set_name(uuid, text)
UPDATE app_user SET display_name = $2, updated_at = now(), version = version + 1 WHERE id = $1;

-- As user_sign_in, by id.
-- name: user_sign_in_by_id(uuid)
SELECT u.id, u.email_sealed, u.display_name, u.status, c.password_hash,
	coalesce(c.failures, 0) AS failures, c.failed_at, c.totp_sealed
FROM app_user u
LEFT JOIN credential c ON c.user_id = u.id
WHERE u.id = $1;

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
WHERE code_hash = $1 AND spent_at IS NULL AND expires_at > now() AND purpose <> 'second_factor'
RETURNING user_id, purpose;

-- For whoever has this address, if anybody, and not more often than $5 times in an hour.
-- name: code_insert_for(bytea, bytea, text, int8, int8)
INSERT INTO one_time_code (code_hash, user_id, purpose, expires_at)
SELECT $1, u.id, $3, now() + make_interval(secs => $4)
FROM app_user u
WHERE u.email_index = $2 AND u.status <> 'disabled'
	AND (SELECT count(*) FROM one_time_code c WHERE c.user_id = u.id AND c.purpose = $3
		AND c.created_at > now() - interval '1 hour') < $5;

-- Who is about to give the second factor.
-- name: code_awaited(bytea)
SELECT user_id, purpose FROM one_time_code
WHERE code_hash = $1 AND spent_at IS NULL AND expires_at > now() AND purpose = 'second_factor';

-- name: code_spend_awaited(bytea)
UPDATE one_time_code SET spent_at = now()
WHERE code_hash = $1 AND spent_at IS NULL AND expires_at > now() AND purpose = 'second_factor';

-- All of a person that are still open.
-- name: code_void(uuid)
UPDATE one_time_code SET spent_at = now() WHERE user_id = $1 AND spent_at IS NULL;

-- Accounts as administrators see them, newest first.
-- name: account_list(uuid, int4)
SELECT u.id, u.email_sealed, u.display_name, u.status, u.created_at, u.version,
	coalesce(c.failures, 0) AS failures, c.failed_at, c.totp_at,
	(SELECT coalesce(array_agg(p.role ORDER BY p.role), '{}') FROM platform_role p
		WHERE p.user_id = u.id) AS roles,
	(SELECT max(s.used_at) FROM session s WHERE s.user_id = u.id) AS used_at
FROM app_user u
LEFT JOIN credential c ON c.user_id = u.id
WHERE u.id < $1
ORDER BY u.id DESC LIMIT $2;

-- name: account_get(uuid)
SELECT u.id, u.email_sealed, u.display_name, u.status, u.created_at, u.version,
	coalesce(c.failures, 0) AS failures, c.failed_at, c.totp_at,
	(SELECT coalesce(array_agg(p.role ORDER BY p.role), '{}') FROM platform_role p
		WHERE p.user_id = u.id) AS roles,
	(SELECT max(s.used_at) FROM session s WHERE s.user_id = u.id) AS used_at
FROM app_user u
LEFT JOIN credential c ON c.user_id = u.id
WHERE u.id = $1;

-- Whoever changes who administers waits for whoever else does, to the end of the transaction.
-- name: administrators_lock()
SELECT count(pg_advisory_xact_lock(378003)) AS locked;

-- Active ones but this person.
-- name: administrators_besides(uuid)
SELECT count(*) AS n FROM platform_role p JOIN app_user u ON u.id = p.user_id
WHERE p.role = 'administrator' AND u.status = 'active' AND p.user_id <> $1;

-- name: platform_role_delete(uuid, text)
DELETE FROM platform_role WHERE user_id = $1 AND role = $2;
