-- Reconciliations, their sources and the versions of their rulesets.

-- name: reconciliation_insert(uuid, uuid, text, uuid)
INSERT INTO reconciliation (id, project_id, name, created_by) VALUES ($1, $2, $3, $4);

-- name: reconciliation_source_insert(uuid, uuid, text, uuid[])
INSERT INTO reconciliation_source (reconciliation_id, project_id, side, source_id)
SELECT $1, $2, $3, x FROM unnest($4) x;

-- name: reconciliation_get(uuid, uuid)
SELECT r.id, r.no, r.project_id, r.name, r.status,
	coalesce(r.ruleset_version, 0) AS ruleset_version,
	coalesce(r.model_version, 0) AS model_version, r.decision_seq, r.created_at,
	ARRAY(SELECT s.source_id FROM reconciliation_source s
		WHERE s.reconciliation_id = r.id AND s.side = 'left' ORDER BY 1) AS left_sources,
	ARRAY(SELECT s.source_id FROM reconciliation_source s
		WHERE s.reconciliation_id = r.id AND s.side = 'right' ORDER BY 1) AS right_sources,
	ARRAY(SELECT s.source_id FROM reconciliation_source s
		WHERE s.reconciliation_id = r.id AND s.side = 'advice' ORDER BY 1) AS advice_sources,
	(SELECT j.id FROM job j WHERE j.reconciliation_id = r.id ORDER BY j.id DESC LIMIT 1) AS last_job
FROM reconciliation r WHERE r.project_id = $1 AND r.id = $2;

-- name: reconciliation_list(uuid, uuid, int4)
SELECT r.id, r.no, r.project_id, r.name, r.status,
	coalesce(r.ruleset_version, 0) AS ruleset_version,
	coalesce(r.model_version, 0) AS model_version, r.decision_seq, r.created_at,
	ARRAY(SELECT s.source_id FROM reconciliation_source s
		WHERE s.reconciliation_id = r.id AND s.side = 'left' ORDER BY 1) AS left_sources,
	ARRAY(SELECT s.source_id FROM reconciliation_source s
		WHERE s.reconciliation_id = r.id AND s.side = 'right' ORDER BY 1) AS right_sources,
	ARRAY(SELECT s.source_id FROM reconciliation_source s
		WHERE s.reconciliation_id = r.id AND s.side = 'advice' ORDER BY 1) AS advice_sources,
	(SELECT j.id FROM job j WHERE j.reconciliation_id = r.id ORDER BY j.id DESC LIMIT 1) AS last_job
FROM reconciliation r WHERE r.project_id = $1 AND r.id < $2 ORDER BY r.id DESC LIMIT $3;

-- name: reconciliation_lock(uuid, uuid)
SELECT no FROM reconciliation WHERE project_id = $1 AND id = $2 FOR NO KEY UPDATE;

-- name: ruleset_insert(uuid, uuid, text, bytea, uuid)
INSERT INTO ruleset (reconciliation_id, version, project_id, ruleset, hash, created_by)
SELECT $1, coalesce(max(r.version), 0) + 1, $2, $3::json, $4, $5
FROM ruleset r WHERE r.reconciliation_id = $1
RETURNING reconciliation_id, version, ruleset, hash, created_at, approved_at;

-- name: reconciliation_set_ruleset(uuid, uuid, int4)
UPDATE reconciliation SET ruleset_version = $3 WHERE project_id = $1 AND id = $2;

-- name: ruleset_get(uuid, uuid, int4)
SELECT reconciliation_id, version, ruleset, hash, created_at, approved_at
FROM ruleset WHERE project_id = $1 AND reconciliation_id = $2 AND version = $3;

-- Newest first; before is a version.
-- name: ruleset_list(uuid, uuid, int4, int4)
SELECT reconciliation_id, version, ruleset, hash, created_at, approved_at
FROM ruleset WHERE project_id = $1 AND reconciliation_id = $2 AND version < $3
ORDER BY version DESC LIMIT $4;
