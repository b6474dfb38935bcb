-- Sources and the versions of their mappings.

-- name: source_insert(uuid, uuid, text, text, text, text, uuid)
INSERT INTO source (id, project_id, name, kind, time_zone, currency, created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING id, no, project_id, name, kind, time_zone, currency,
	coalesce(mapping_version, 0) AS mapping_version, created_at;

-- name: source_get(uuid, uuid)
SELECT id, no, project_id, name, kind, time_zone, currency,
	coalesce(mapping_version, 0) AS mapping_version, created_at
FROM source WHERE project_id = $1 AND id = $2;

-- name: source_list(uuid, uuid, int4)
SELECT id, no, project_id, name, kind, time_zone, currency,
	coalesce(mapping_version, 0) AS mapping_version, created_at
FROM source WHERE project_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3;

-- The lock keeps versions without gaps when two people write at once.
-- name: source_lock(uuid, uuid)
SELECT no FROM source WHERE project_id = $1 AND id = $2 FOR NO KEY UPDATE;

-- name: mapping_insert(uuid, uuid, text, uuid)
INSERT INTO mapping (source_id, version, project_id, mapping, created_by)
SELECT $1, coalesce(max(m.version), 0) + 1, $2, $3::json, $4
FROM mapping m WHERE m.source_id = $1
RETURNING source_id, version, mapping, created_at;

-- name: source_set_mapping(uuid, uuid, int4)
UPDATE source SET mapping_version = $3 WHERE project_id = $1 AND id = $2;

-- name: mapping_get(uuid, uuid, int4)
SELECT source_id, version, mapping, created_at
FROM mapping WHERE project_id = $1 AND source_id = $2 AND version = $3;

-- Newest first; before is a version.
-- name: mapping_list(uuid, uuid, int4, int4)
SELECT source_id, version, mapping, created_at
FROM mapping WHERE project_id = $1 AND source_id = $2 AND version < $3
ORDER BY version DESC LIMIT $4;
