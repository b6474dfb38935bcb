-- Uploads and their parts. `received` moves only forward, from the offset that the sender named.

-- name: upload_insert(uuid, uuid, uuid, uuid, int8, bytea, int8, text)
INSERT INTO upload (id, project_id, file_id, user_id, size, sha256, expires_at, metadata)
VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7), $8)
RETURNING id, project_id, file_id, user_id, size, received, sha256, state, created_at, expires_at;

-- name: upload_get(uuid, uuid)
SELECT id, project_id, file_id, user_id, size, received, sha256, state, created_at, expires_at
FROM upload WHERE project_id = $1 AND id = $2;

-- name: upload_metadata(uuid)
SELECT metadata AS text FROM upload WHERE id = $1;

-- name: upload_lock(uuid, uuid)
SELECT id, project_id, file_id, user_id, size, received, sha256, state, created_at, expires_at
FROM upload WHERE project_id = $1 AND id = $2 FOR NO KEY UPDATE;

-- For services, by the file.
-- name: upload_by_file(uuid)
SELECT id, project_id, file_id, user_id, size, received, sha256, state, created_at, expires_at
FROM upload WHERE file_id = $1;

-- name: upload_advance(uuid, int8, int8)
UPDATE upload SET received = received + $3,
	state = CASE WHEN received + $3 = size THEN 'whole' ELSE state END
WHERE id = $1 AND received = $2 AND state = 'open';

-- name: upload_end(uuid)
UPDATE upload SET state = 'ended' WHERE id = $1 AND state = 'open';

-- name: upload_expired(int4)
SELECT id, project_id, file_id, user_id, size, received, sha256, state, created_at, expires_at
FROM upload WHERE state = 'open' AND expires_at < now()
ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: part_insert(uuid, uuid, int8, int8, uuid)
INSERT INTO upload_part (upload_id, no, project_id, start, size, object_id)
SELECT $1, count(*)::integer, $2, $3, $4, $5 FROM upload_part WHERE upload_id = $1;

-- name: part_list(uuid)
SELECT p.no, p.start, p.size, p.object_id, v.wrapped_key, v.stored_size, v.sha256
FROM upload_part p
JOIN vault_object v ON v.id = p.object_id
WHERE p.upload_id = $1 ORDER BY p.no;

-- name: part_delete(uuid)
DELETE FROM upload_part WHERE upload_id = $1;
