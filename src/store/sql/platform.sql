-- Settings and kept answers.

-- name: setting_get(text)
SELECT key, value, updated_at, version FROM setting WHERE key = $1;

-- name: setting_list()
SELECT key, value, updated_at, version FROM setting ORDER BY key;

-- name: setting_put(text, text, uuid)
INSERT INTO setting (key, value, updated_by) VALUES ($1, $2::json, $3)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_by = excluded.updated_by,
	updated_at = now(), version = setting.version + 1;

-- name: idempotency_get(uuid, text)
SELECT request_hash, status, answer, created_at FROM idempotency WHERE user_id = $1 AND key = $2;

-- name: idempotency_insert(uuid, text, bytea, int4, bytea)
INSERT INTO idempotency (user_id, key, request_hash, status, answer) VALUES ($1, $2, $3, $4, $5);
