-- Previews: one for each person and dataset.

-- name: preview_insert(uuid, uuid, uuid, uuid, text)
INSERT INTO preview (id, project_id, dataset_id, created_by, mapping)
VALUES ($1, $2, $3, $4, $5::json)
ON CONFLICT (dataset_id, created_by) DO UPDATE
SET id = excluded.id, mapping = excluded.mapping, state = 'waiting', rows_read = 0,
	rows_accepted = 0, rows_rejected = 0, rows_skipped = 0, result_sealed = NULL,
	error_code = NULL, error_detail = NULL, created_at = now(), ended_at = NULL,
	expires_at = now() + interval '1 day';

-- name: preview_get(uuid, uuid, uuid, uuid)
SELECT id, dataset_id, project_id, mapping, state, rows_read, rows_accepted, rows_rejected,
	rows_skipped, result_sealed, error_code, error_detail, created_at
FROM preview WHERE project_id = $1 AND dataset_id = $2 AND created_by = $3 AND id = $4;

-- name: preview_by_id(uuid)
SELECT id, dataset_id, project_id, mapping, state, rows_read, rows_accepted, rows_rejected,
	rows_skipped, result_sealed, error_code, error_detail, created_at
FROM preview WHERE id = $1;

-- No row: another one took its place.
-- name: preview_done(uuid, int8, int8, int8, int8, bytea)
UPDATE preview SET state = 'done', rows_read = $2, rows_accepted = $3, rows_rejected = $4,
	rows_skipped = $5, result_sealed = $6, ended_at = now()
WHERE id = $1 AND state = 'waiting';

-- name: preview_failed(uuid, text, text)
UPDATE preview SET state = 'failed', error_code = $2, error_detail = $3, ended_at = now()
WHERE id = $1 AND state = 'waiting';

-- Sealed for another key pair than the one with this id: asked for again, it is sealed for that one.
-- name: preview_drop_stale(bytea)
UPDATE preview SET state = 'failed', result_sealed = NULL, error_code = 'cancelled',
	error_detail = 'The vault has another key now; ask again.'
WHERE id = ANY (ARRAY(SELECT id FROM preview
	WHERE state = 'done' AND substr(result_sealed, 1, 8) <> $1 ORDER BY id LIMIT 1000));
