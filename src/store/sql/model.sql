-- Models that a reconciliation's jobs may score by, in versions; at most one of them is pinned.

-- name: model_insert(uuid, uuid, text, bytea, uuid, uuid)
INSERT INTO model (reconciliation_id, version, project_id, model, hash, job_id, created_by)
SELECT $1, coalesce(max(m.version), 0) + 1, $2, $3::json, $4, $5, $6
FROM model m WHERE m.reconciliation_id = $1
RETURNING reconciliation_id, version, model, hash, job_id, created_at;

-- Pinned, or (0) no longer.
-- name: reconciliation_set_model(uuid, uuid, int4)
UPDATE reconciliation SET model_version = NULLIF($3, 0) WHERE project_id = $1 AND id = $2;

-- name: model_get(uuid, uuid, int4)
SELECT reconciliation_id, version, model, hash, job_id, created_at
FROM model WHERE project_id = $1 AND reconciliation_id = $2 AND version = $3;

-- Newest first; before is a version. Lists do without the text.
-- name: model_list(uuid, uuid, int4, int4)
SELECT reconciliation_id, version, NULL::text AS model, hash, job_id, created_at
FROM model WHERE project_id = $1 AND reconciliation_id = $2 AND version < $3
ORDER BY version DESC LIMIT $4;
