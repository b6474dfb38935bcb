-- Projects and their members.

-- name: project_insert(uuid, text, text, text, int8, uuid)
INSERT INTO project (id, name, time_zone, base_currency, storage_quota, created_by)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: project_get(uuid, uuid)
SELECT p.id, p.name, p.status, p.time_zone, p.base_currency, p.storage_bytes, p.storage_quota,
	p.created_at, p.version, m.role
FROM project p
LEFT JOIN member m ON m.project_id = p.id AND m.user_id = $2
WHERE p.id = $1;

-- The person's projects of one status, or of both when it is NULL, newest first.
-- name: project_list(uuid, text, uuid, int4)
SELECT p.id, p.name, p.status, p.time_zone, p.base_currency, p.storage_bytes, p.storage_quota,
	p.created_at, p.version, m.role
FROM member m
JOIN project p ON p.id = m.project_id
WHERE m.user_id = $1 AND ($2::text IS NULL OR m.project_status = $2) AND m.project_id < $3
ORDER BY m.project_id DESC
LIMIT $4;

-- NULL leaves a column as it is. No row: another version.
-- name: project_update(uuid, int4, text, text)
UPDATE project SET name = coalesce($3, name), status = coalesce($4, status), updated_at = now(),
	version = version + 1
WHERE id = $1 AND version = $2;

-- No row: the quota would be exceeded.
-- name: project_book(uuid, int8)
UPDATE project SET storage_bytes = storage_bytes + $2
WHERE id = $1 AND storage_bytes + $2 <= storage_quota;

-- name: project_release(uuid, int8)
UPDATE project SET storage_bytes = greatest(storage_bytes - $2, 0) WHERE id = $1;

-- name: member_insert(uuid, uuid, text, uuid)
INSERT INTO member (project_id, user_id, project_status, role, added_by)
SELECT id, $2, status, $3, $4 FROM project WHERE id = $1;

-- name: member_list(uuid, uuid, int4)
SELECT m.user_id, m.role, m.added_at, u.display_name, u.email_sealed, u.status AS user_status
FROM member m
JOIN app_user u ON u.id = m.user_id
WHERE m.project_id = $1 AND m.user_id < $2
ORDER BY m.user_id DESC
LIMIT $3;

-- Needs only the person in scope, not the project.
-- name: membership_get(uuid, uuid)
SELECT project_id, role, project_status AS status FROM member
WHERE project_id = $1 AND user_id = $2;

-- name: membership_list(uuid)
SELECT project_id, role, project_status AS status FROM member
WHERE user_id = $1 ORDER BY project_id DESC LIMIT 1000;
