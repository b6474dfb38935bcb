-- Review views: a spec, fixed at a seq.

-- name: view_insert(uuid, uuid, uuid, uuid, uuid, text, text, int8, int8, int8)
INSERT INTO review_view (id, project_id, reconciliation_id, job_id, user_id, kind, spec, seq, total,
	expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7::json, $8, $9, now() + make_interval(secs => $10));

-- name: view_get(uuid, uuid, uuid)
SELECT id, project_id, reconciliation_id, job_id, user_id, kind, spec, seq, total, created_at,
	expires_at
FROM review_view WHERE project_id = $1 AND user_id = $2 AND id = $3 AND expires_at > now();
