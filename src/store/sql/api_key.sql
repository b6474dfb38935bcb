-- Integrations' keys.

-- name: api_key_insert(uuid, uuid, uuid, text, bytea, text[], text[], int8)
INSERT INTO api_key (id, family, user_id, project_id, name, secret_hash, scopes, networks, expires_at)
VALUES ($1, $1, $2, $3, $4, $5, $6, $7::cidr[], now() + make_interval(secs => $8))
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

-- A successor that may and lives as long as the key does. Two of a family are good at a time.
-- name: api_key_rotate(uuid, uuid, uuid, bytea)
INSERT INTO api_key (id, family, user_id, project_id, name, secret_hash, scopes, networks, expires_at)
SELECT $1, o.family, o.user_id, o.project_id, o.name, $4, o.scopes, o.networks,
	now() + (o.expires_at - o.created_at)
FROM api_key o
WHERE o.id = $2 AND o.user_id = $3 AND o.revoked_at IS NULL AND o.expires_at > now()
	AND (SELECT count(*) FROM api_key f WHERE f.family = o.family AND f.revoked_at IS NULL
		AND f.expires_at > now()) < 2
RETURNING id, user_id, project_id, name, scopes, networks::text[] AS networks, created_at,
	expires_at, used_at, revoked_at;

-- Every pool may; it writes once a minute at most.
-- name: api_key_used(uuid)
SELECT api_key_used($1)::integer AS used;

-- Every pool may read this view.
-- name: api_key_state(uuid)
SELECT id, user_id, project_id, secret_hash, scopes, networks::text[] AS networks, expires_at,
	revoked_at, live, used_lately
FROM api_key_state WHERE id = $1;
