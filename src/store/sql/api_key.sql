-- Integrations' keys.

-- name: api_key_insert(uuid, uuid, uuid, text, bytea, text[], text[], int8)
INSERT INTO api_key (id, user_id, project_id, name, secret_hash, scopes, networks, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7::cidr[], now() + make_interval(secs => $8))
RETURNING id, user_id, project_id, name, scopes, networks::text[] AS networks, created_at,
	expires_at, used_at, revoked_at;

-- name: api_key_list(uuid, uuid, int4)
SELECT id, user_id, project_id, name, scopes, networks::text[] AS networks, created_at, expires_at,
	used_at, revoked_at
FROM api_key WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3;

-- One new key of a person at a time, to the end of the transaction: what is counted then stands.
-- name: api_key_lock(uuid)
SELECT count(pg_advisory_xact_lock(hashtextextended($1::text, 378003))) AS locked;

-- name: api_key_live(uuid)
SELECT count(*) AS live FROM api_key
WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now();

-- name: api_key_revoke(uuid, uuid)
UPDATE api_key SET revoked_at = now() WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL;

-- Every pool may read this view.
-- name: api_key_state(uuid)
SELECT id, user_id, project_id, secret_hash, scopes, networks::text[] AS networks, expires_at,
	revoked_at, live
FROM api_key_state WHERE id = $1;
