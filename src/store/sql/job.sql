-- Jobs. What a running one writes is fenced by its attempt: no row means it is no longer ours.

-- name: job_insert(uuid, uuid, uuid, int4, int4, uuid)
INSERT INTO job (id, project_id, reconciliation_id, ruleset_version, model_version, created_by)
VALUES ($1, $2, $3, NULLIF($4, 0), NULLIF($5, 0), $6)
RETURNING no;

-- Only ready datasets of the reconciliation's own sources go in; the caller counts the rows. What an
-- earlier job that is done had is brought forward, and first seen on that job's day.
-- name: job_input_insert(uuid, uuid, text, uuid[])
INSERT INTO job_input (job_id, project_id, side, dataset_id, data_object, rows_accepted, carried,
	first_seen)
SELECT j.id, $2, $3, d.id, d.data_object, d.rows_accepted, b.day IS NOT NULL,
	coalesce(b.day, (j.created_at AT TIME ZONE p.time_zone)::date)
FROM job j
JOIN project p ON p.id = j.project_id
JOIN reconciliation_source s ON s.reconciliation_id = j.reconciliation_id AND s.side = $3
JOIN dataset d ON d.source_id = s.source_id AND d.state = 'ready'
CROSS JOIN LATERAL (
	SELECT min(coalesce(i.first_seen, (o.created_at AT TIME ZONE p.time_zone)::date)) AS day
	FROM job_input i
	JOIN job o ON o.id = i.job_id
	WHERE i.dataset_id = d.id AND o.reconciliation_id = j.reconciliation_id AND o.state = 'done') b
WHERE j.id = $1 AND d.id = ANY ($4) AND d.project_id = $2;

-- name: job_get(uuid, uuid)
SELECT j.id, j.no, j.project_id, j.reconciliation_id, r.no AS reconciliation_no,
	coalesce(j.ruleset_version, 0) AS ruleset_version,
	coalesce(j.model_version, 0) AS model_version, j.state, j.phase, j.done, j.total, j.rate,
	coalesce(j.eta_ms, -1) AS eta_ms, j.attempt, j.created_at, j.started_at, j.finished_at,
	j.error_code, j.error_detail, j.summary, j.result_object, j.result_hash,
	j.receipt_object, j.model_object,
	(SELECT json_agg(json_build_object('side', i.side, 'dataset', i.dataset_id,
		'first_seen', i.first_seen, 'carried', i.carried)
		ORDER BY array_position(ARRAY['left', 'right', 'advice'], i.side), i.dataset_id)
	FROM job_input i WHERE i.job_id = j.id) AS inputs
FROM job j
JOIN reconciliation r ON r.id = j.reconciliation_id
WHERE j.project_id = $1 AND j.id = $2;

-- name: job_by_id(uuid)
SELECT j.id, j.no, j.project_id, j.reconciliation_id, r.no AS reconciliation_no,
	coalesce(j.ruleset_version, 0) AS ruleset_version,
	coalesce(j.model_version, 0) AS model_version, j.state, j.phase, j.done, j.total, j.rate,
	coalesce(j.eta_ms, -1) AS eta_ms, j.attempt, j.created_at, j.started_at, j.finished_at,
	j.error_code, j.error_detail, j.summary, j.result_object, j.result_hash,
	j.receipt_object, j.model_object,
	(SELECT json_agg(json_build_object('side', i.side, 'dataset', i.dataset_id,
		'first_seen', i.first_seen, 'carried', i.carried)
		ORDER BY array_position(ARRAY['left', 'right', 'advice'], i.side), i.dataset_id)
	FROM job_input i WHERE i.job_id = j.id) AS inputs
FROM job j
JOIN reconciliation r ON r.id = j.reconciliation_id
WHERE j.id = $1;

-- The newest finished job of a reconciliation: what its reviewers look at.
-- name: job_newest_done(uuid, uuid)
SELECT j.id, j.no, j.project_id, j.reconciliation_id, r.no AS reconciliation_no,
	coalesce(j.ruleset_version, 0) AS ruleset_version,
	coalesce(j.model_version, 0) AS model_version, j.state, j.phase, j.done, j.total, j.rate,
	coalesce(j.eta_ms, -1) AS eta_ms, j.attempt, j.created_at, j.started_at, j.finished_at,
	j.error_code, j.error_detail, j.summary, j.result_object, j.result_hash,
	j.receipt_object, j.model_object,
	(SELECT json_agg(json_build_object('side', i.side, 'dataset', i.dataset_id,
		'first_seen', i.first_seen, 'carried', i.carried)
		ORDER BY array_position(ARRAY['left', 'right', 'advice'], i.side), i.dataset_id)
	FROM job_input i WHERE i.job_id = j.id) AS inputs
FROM job j
JOIN reconciliation r ON r.id = j.reconciliation_id
WHERE j.project_id = $1 AND j.reconciliation_id = $2 AND j.state = 'done'
ORDER BY j.id DESC LIMIT 1;

-- name: job_list(uuid, uuid, text, uuid, int4)
SELECT j.id, j.no, j.project_id, j.reconciliation_id, r.no AS reconciliation_no,
	coalesce(j.ruleset_version, 0) AS ruleset_version,
	coalesce(j.model_version, 0) AS model_version, j.state, j.phase, j.done, j.total, j.rate,
	coalesce(j.eta_ms, -1) AS eta_ms, j.attempt, j.created_at, j.started_at, j.finished_at,
	j.error_code, j.error_detail, j.summary, j.result_object, j.result_hash,
	j.receipt_object, j.model_object,
	(SELECT json_agg(json_build_object('side', i.side, 'dataset', i.dataset_id,
		'first_seen', i.first_seen, 'carried', i.carried)
		ORDER BY array_position(ARRAY['left', 'right', 'advice'], i.side), i.dataset_id)
	FROM job_input i WHERE i.job_id = j.id) AS inputs
FROM job j
JOIN reconciliation r ON r.id = j.reconciliation_id
WHERE j.project_id = $1 AND ($2::uuid IS NULL OR j.reconciliation_id = $2)
	AND ($3::text IS NULL OR j.state = $3) AND j.id < $4
ORDER BY j.id DESC LIMIT $5;

-- What went in, with the key to read it, in the order that result files use; the advice last.
-- name: job_input_list(uuid)
SELECT i.side, d.id AS dataset_id, d.no AS dataset_no,
	coalesce(i.rows_accepted, d.rows_accepted) AS rows_accepted, v.id AS object_id,
	v.size, v.stored_size, v.sha256, v.wrapped_key, i.first_seen, i.first_seen IS NOT NULL AS dated,
	i.carried
FROM job_input i
JOIN dataset d ON d.id = i.dataset_id
JOIN vault_object v ON v.id = coalesce(i.data_object, d.data_object)
WHERE i.job_id = $1
ORDER BY array_position(ARRAY['left', 'right', 'advice'], i.side), d.no;

-- What a receipt says of the same inputs, in the same order.
-- name: job_input_about(uuid)
SELECT i.side, d.id AS dataset_id, d.no AS dataset_no, d.rows_read,
	coalesce(i.rows_accepted, d.rows_accepted) AS rows_accepted,
	d.rows_read - d.rows_skipped - coalesce(i.rows_accepted, d.rows_accepted) AS rows_rejected,
	d.rows_skipped, f.name, f.sha256, m.version AS mapping_version, m.mapping,
	v.sha256 AS content_sha256, d.statements_sealed, i.first_seen, i.carried
FROM job_input i
JOIN dataset d ON d.id = i.dataset_id
JOIN file f ON f.id = d.file_id
JOIN mapping m ON m.source_id = d.source_id AND m.version = d.mapping_version
JOIN vault_object v ON v.id = coalesce(i.data_object, d.data_object)
WHERE i.job_id = $1
ORDER BY array_position(ARRAY['left', 'right', 'advice'], i.side), d.no;

-- name: job_start(uuid, int4)
UPDATE job SET state = 'running', attempt = $2, started_at = coalesce(started_at, now()),
	phase = '', done = 0, total = 0, rate = 0, eta_ms = NULL
WHERE id = $1 AND state IN ('queued', 'running') AND attempt < $2;

-- name: job_progress(uuid, int4, text, int8, int8, int8, int8)
UPDATE job SET phase = $3, done = $4, total = $5, rate = $6, eta_ms = NULLIF($7, -1)
WHERE id = $1 AND attempt = $2 AND state = 'running';

-- name: job_done(uuid, int4, text, uuid, bytea, uuid, uuid)
UPDATE job SET state = 'done', finished_at = now(), phase = '', done = total, eta_ms = NULL,
	summary = $3::json, result_object = $4, result_hash = $5, receipt_object = $6, model_object = $7
WHERE id = $1 AND attempt = $2 AND state = 'running';

-- The task's own fence, in the same transaction, tells whether this attempt may still say so; a
-- worker that could not even start the job has a later attempt than it.
-- name: job_failed(uuid, int4, text, text)
UPDATE job SET state = 'failed', finished_at = now(), eta_ms = NULL, error_code = $3,
	error_detail = $4
WHERE id = $1 AND attempt <= $2 AND state IN ('queued', 'running');

-- name: job_cancelled(uuid)
UPDATE job SET state = 'cancelled', finished_at = now()
WHERE id = $1 AND state IN ('queued', 'running');

-- Waits again; a worker that could not even start it may say so too.
-- name: job_requeued(uuid, int4)
UPDATE job SET state = 'queued'
WHERE id = $1 AND attempt <= $2 AND state IN ('queued', 'running');

-- Rows of the same key in all arrays; minor as decimal text.
-- name: job_stat_insert(uuid, uuid, date[], text[], text[], text[], text[], text[], int8[], text[])
INSERT INTO job_stat (job_id, project_id, day, side, pass, kind, status, currency, n, minor)
SELECT $1, $2, x.day, x.side, x.pass, x.kind, x.status, x.currency, x.n, x.minor::numeric
FROM unnest($3, $4, $5, $6, $7, $8, $9, $10)
	AS x (day, side, pass, kind, status, currency, n, minor);
