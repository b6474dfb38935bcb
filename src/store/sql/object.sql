-- Objects of the vault.

-- name: object_insert(uuid, uuid, text, int8, int8, bytea, bytea)
INSERT INTO vault_object (id, project_id, kind, size, stored_size, sha256, wrapped_key)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: object_get(uuid)
SELECT id, project_id, kind, size, stored_size, sha256, wrapped_key, created_at, erased_at
FROM vault_object WHERE id = $1;

-- Destroys the only way to the content; the bytes are removed after the commit.
-- name: object_erase(uuid[])
UPDATE vault_object SET wrapped_key = NULL, erased_at = now()
WHERE id = ANY ($1) AND erased_at IS NULL;

-- For the sweep: which of these ids have a row with a key?
-- name: object_known(uuid[])
SELECT id FROM vault_object WHERE id = ANY ($1) AND erased_at IS NULL;

-- Keys wrapped for another key pair than the one with this id, some of them.
-- name: object_stale(bytea, int4)
(SELECT id, wrapped_key FROM vault_object WHERE key_id < $1 ORDER BY key_id LIMIT $2)
UNION ALL
(SELECT id, wrapped_key FROM vault_object WHERE key_id > $1 ORDER BY key_id LIMIT $2);

-- The same key, unless it was erased or wrapped anew in the meantime.
-- name: object_rewrap(uuid, bytea, bytea)
UPDATE vault_object SET wrapped_key = $3 WHERE id = $1 AND wrapped_key = $2;

-- The least and the greatest id of the key pairs that anything is wrapped or sealed for.
-- name: object_key_range()
SELECT (SELECT key_id FROM vault_object WHERE key_id IS NOT NULL ORDER BY key_id LIMIT 1)
		AS object_least,
	(SELECT key_id FROM vault_object WHERE key_id IS NOT NULL ORDER BY key_id DESC LIMIT 1)
		AS object_greatest,
	(SELECT proposal_key_id FROM dataset WHERE proposal_key_id IS NOT NULL
		ORDER BY proposal_key_id LIMIT 1) AS proposal_least,
	(SELECT proposal_key_id FROM dataset WHERE proposal_key_id IS NOT NULL
		ORDER BY proposal_key_id DESC LIMIT 1) AS proposal_greatest;

-- For the operator, who may not read keys: the next objects that should be stored.
-- name: object_page(uuid, int4)
SELECT id, kind, stored_size FROM vault_object
WHERE id > $1 AND erased_at IS NULL ORDER BY id LIMIT $2;
