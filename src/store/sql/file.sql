-- Files. A change of state names the state it comes from: no row means somebody else was first.

-- name: file_insert(uuid, uuid, uuid, text, int8, uuid)
INSERT INTO file (id, project_id, source_id, name, size, uploaded_by)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: file_get(uuid, uuid)
SELECT f.id, f.project_id, f.source_id, f.name, f.size, f.sha256, f.state, f.verdict_code,
	f.verdict_detail, f.object_id, f.uploaded_by, f.uploaded_at, f.version,
	(SELECT d.id FROM dataset d WHERE d.file_id = f.id ORDER BY d.id DESC LIMIT 1) AS dataset_id,
	(SELECT p.dataset_id FROM repair p WHERE p.file_id = f.id) AS repairs
FROM file f WHERE f.project_id = $1 AND f.id = $2;

-- name: file_list(uuid, uuid, text, uuid, int4)
SELECT f.id, f.project_id, f.source_id, f.name, f.size, f.sha256, f.state, f.verdict_code,
	f.verdict_detail, f.object_id, f.uploaded_by, f.uploaded_at, f.version,
	(SELECT d.id FROM dataset d WHERE d.file_id = f.id ORDER BY d.id DESC LIMIT 1) AS dataset_id,
	(SELECT p.dataset_id FROM repair p WHERE p.file_id = f.id) AS repairs
FROM file f
WHERE f.project_id = $1 AND ($2::uuid IS NULL OR f.source_id = $2)
	AND ($3::text IS NULL OR f.state = $3) AND f.id < $4
ORDER BY f.id DESC LIMIT $5;

-- For services, which see every project, and read no dataset rows along.
-- name: file_by_id(uuid)
SELECT f.id, f.project_id, f.source_id, f.name, f.size, f.sha256, f.state, f.verdict_code,
	f.verdict_detail, f.object_id, f.uploaded_by, f.uploaded_at, f.version,
	(SELECT d.id FROM dataset d WHERE d.file_id = f.id ORDER BY d.id DESC LIMIT 1) AS dataset_id,
	(SELECT p.dataset_id FROM repair p WHERE p.file_id = f.id) AS repairs
FROM file f WHERE f.id = $1;

-- name: file_set_state(uuid, text, text, text, text)
UPDATE file SET state = $3, verdict_code = $4, verdict_detail = $5, version = version + 1
WHERE id = $1 AND state = $2;

-- name: file_set_clean(uuid, text, uuid, bytea)
UPDATE file SET state = 'clean', object_id = $3, sha256 = $4, verdict_code = NULL,
	verdict_detail = NULL, version = version + 1
WHERE id = $1 AND state = $2;

-- Files that repair rejected rows of a dataset.

-- name: repair_insert(uuid, uuid, uuid)
INSERT INTO repair (file_id, dataset_id, project_id) VALUES ($1, $2, $3);

-- name: repair_list(uuid, uuid)
SELECT p.file_id, p.dataset_id, f.name, f.state AS file_state, p.state, p.rows_repaired,
	p.rows_rejected, p.rows_ignored, p.error_code, p.error_detail, p.created_at, p.ended_at
FROM repair p JOIN file f ON f.id = p.file_id
WHERE p.project_id = $1 AND p.dataset_id = $2
ORDER BY p.file_id DESC LIMIT 100;

-- name: repair_applied(uuid, int8, int8, int8)
UPDATE repair SET state = 'applied', rows_repaired = $2, rows_rejected = $3, rows_ignored = $4,
	ended_at = now()
WHERE file_id = $1 AND state = 'waiting';

-- name: repair_refused(uuid, text, text)
UPDATE repair SET state = 'refused', error_code = $2, error_detail = $3, ended_at = now()
WHERE file_id = $1 AND state = 'waiting';
