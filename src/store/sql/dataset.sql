-- Datasets.

-- name: dataset_insert(uuid, uuid, uuid, uuid, int4)
INSERT INTO dataset (id, project_id, source_id, file_id, mapping_version)
VALUES ($1, $2, $3, $4, NULLIF($5, 0))
RETURNING no;

-- name: dataset_get(uuid, uuid)
SELECT id, no, project_id, source_id, file_id, coalesce(mapping_version, 0) AS mapping_version,
	state, rows_read, rows_accepted, rows_rejected, rows_skipped, sums, proposal_sealed, statements_sealed, data_object,
	rejects_object, error_code, error_detail, created_at, read_at, reversed_at, reversed_by, reversed_note, version
FROM dataset WHERE project_id = $1 AND id = $2;

-- name: dataset_by_id(uuid)
SELECT id, no, project_id, source_id, file_id, coalesce(mapping_version, 0) AS mapping_version,
	state, rows_read, rows_accepted, rows_rejected, rows_skipped, sums, proposal_sealed, statements_sealed, data_object,
	rejects_object, error_code, error_detail, created_at, read_at, reversed_at, reversed_by, reversed_note, version
FROM dataset WHERE id = $1;

-- The newest reading of a file.
-- name: dataset_by_file(uuid)
SELECT id, no, project_id, source_id, file_id, coalesce(mapping_version, 0) AS mapping_version,
	state, rows_read, rows_accepted, rows_rejected, rows_skipped, sums, proposal_sealed, statements_sealed, data_object,
	rejects_object, error_code, error_detail, created_at, read_at, reversed_at, reversed_by, reversed_note, version
FROM dataset WHERE file_id = $1 ORDER BY id DESC LIMIT 1;

-- Lists do without the proposal, which may be large.
-- name: dataset_list(uuid, uuid, text, uuid, int4)
SELECT id, no, project_id, source_id, file_id, coalesce(mapping_version, 0) AS mapping_version,
	state, rows_read, rows_accepted, rows_rejected, rows_skipped, sums, NULL::bytea AS proposal_sealed,
	NULL::bytea AS statements_sealed,
	data_object, rejects_object, error_code, error_detail, created_at, read_at, reversed_at, reversed_by, reversed_note, version
FROM dataset
WHERE project_id = $1 AND ($2::uuid IS NULL OR source_id = $2)
	AND ($3::text IS NULL OR state = $3) AND id < $4
ORDER BY id DESC LIMIT $5;

-- What a new mapping makes readable.
-- name: dataset_waiting(uuid, uuid)
SELECT id, no, project_id, source_id, file_id, coalesce(mapping_version, 0) AS mapping_version,
	state, rows_read, rows_accepted, rows_rejected, rows_skipped, sums, NULL::bytea AS proposal_sealed,
	NULL::bytea AS statements_sealed,
	data_object, rejects_object, error_code, error_detail, created_at, read_at, reversed_at, reversed_by, reversed_note, version
FROM dataset WHERE project_id = $1 AND source_id = $2 AND state = 'needs_mapping'
ORDER BY id LIMIT 1000;

-- A reading starts (again), under a mapping or (0) without one yet.
-- name: dataset_reading(uuid, int4)
UPDATE dataset SET state = 'reading', mapping_version = NULLIF($2, 0), error_code = NULL,
	error_detail = NULL, version = version + 1
WHERE id = $1 AND state IN ('reading', 'needs_mapping', 'unreadable');

-- name: dataset_ready(uuid, int4, int8, int8, int8, int8, text, uuid, uuid, bytea, date, date)
UPDATE dataset SET state = 'ready', mapping_version = $2, rows_read = $3, rows_accepted = $4,
	rows_rejected = $5, rows_skipped = $6, sums = $7::json, data_object = $8, rejects_object = $9,
	statements_sealed = $10, first_day = $11, last_day = $12, proposal_sealed = NULL, error_code = NULL, error_detail = NULL, read_at = now(), version = version + 1
WHERE id = $1 AND state = 'reading';

-- Further rows behind those that are there. No row: it changed in between.
-- name: dataset_repaired(uuid, int4, int8, int8, text, uuid, uuid, date, date)
UPDATE dataset SET rows_accepted = $3, rows_rejected = $4, sums = $5::json, data_object = $6,
	rejects_object = $7, first_day = $8, last_day = $9, version = version + 1
WHERE id = $1 AND version = $2 AND state = 'ready';

-- name: dataset_reverse(uuid, uuid, text)
SELECT dataset_reverse($1, $2, $3) AS held;

-- name: reading_insert(uuid, uuid, uuid, uuid, uuid, text, bytea)
INSERT INTO dataset_reading (dataset_id, no, project_id, file_id, data_object, rejects_object,
	receipt, receipt_sha256)
SELECT $1, coalesce(max(r.no), 0) + 1, $2, $3, $4, $5, $6::json, $7
FROM dataset_reading r WHERE r.dataset_id = $1;

-- name: reading_list(uuid)
SELECT no, file_id, receipt, receipt_sha256, created_at
FROM dataset_reading WHERE dataset_id = $1 ORDER BY no LIMIT 1000;

-- name: reading_last(uuid)
SELECT no, file_id, receipt, receipt_sha256, created_at
FROM dataset_reading WHERE dataset_id = $1 ORDER BY no DESC LIMIT 1;

-- name: dataset_needs_mapping(uuid, bytea)
UPDATE dataset SET state = 'needs_mapping', mapping_version = NULL, proposal_sealed = $2,
	version = version + 1
WHERE id = $1 AND state = 'reading';

-- name: dataset_unreadable(uuid, text, text)
UPDATE dataset SET state = 'unreadable', error_code = $2, error_detail = $3, read_at = now(),
	version = version + 1
WHERE id = $1 AND state = 'reading';

-- Proposals sealed for another key pair than the one with this id, some of them.
-- name: dataset_stale(bytea, int4)
(SELECT id, proposal_sealed FROM dataset WHERE proposal_key_id < $1
	ORDER BY proposal_key_id LIMIT $2)
UNION ALL
(SELECT id, proposal_sealed FROM dataset WHERE proposal_key_id > $1
	ORDER BY proposal_key_id LIMIT $2);

-- name: dataset_reseal(uuid, bytea, bytea)
UPDATE dataset SET proposal_sealed = $3 WHERE id = $1 AND proposal_sealed = $2;
