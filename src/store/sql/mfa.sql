-- Second factors: one-time passwords (TOTP) and recovery codes.

-- name: mfa_get(uuid)
SELECT c.user_id, c.totp_sealed, c.totp_pending_sealed, c.totp_at,
	(SELECT count(*) FROM recovery_code r WHERE r.user_id = $1 AND r.spent_at IS NULL) AS codes_left,
	mfa_required($1) AS required
FROM credential c WHERE c.user_id = $1;

-- name: mfa_required(uuid)
SELECT mfa_required($1)::int AS required;

-- name: totp_begin(uuid, bytea)
UPDATE credential SET totp_pending_sealed = $2 WHERE user_id = $1;

-- What was begun becomes the second factor, from the step that proved it.
-- name: totp_enable(uuid, int8)
UPDATE credential SET totp_sealed = totp_pending_sealed, totp_pending_sealed = NULL, totp_step = $2,
	totp_at = now()
WHERE user_id = $1 AND totp_pending_sealed IS NOT NULL;

-- A code is taken once: whoever moves the step on has used it.
-- name: totp_use(uuid, int8)
UPDATE credential SET totp_step = $2
WHERE user_id = $1 AND totp_sealed IS NOT NULL AND (totp_step IS NULL OR totp_step < $2);

-- name: totp_disable(uuid)
UPDATE credential SET totp_sealed = NULL, totp_pending_sealed = NULL, totp_at = NULL, totp_step = NULL
WHERE user_id = $1 AND totp_sealed IS NOT NULL;

-- name: recovery_insert(uuid, bytea)
INSERT INTO recovery_code (user_id, code_hash) VALUES ($1, $2);

-- name: recovery_spend(uuid, bytea)
UPDATE recovery_code SET spent_at = now()
WHERE code_hash = $2 AND user_id = $1 AND spent_at IS NULL;

-- name: recovery_clear(uuid)
DELETE FROM recovery_code WHERE user_id = $1;
