-- The decision log.

-- name: decision_append(uuid, int8, uuid, text, uuid, int4, uuid, text, text, uuid)
SELECT decision_append($1, $2, $3, $4, $5, $6, $7, $8::json, $9, $10) AS seq;

-- name: decision_get(uuid)
SELECT d.id, d.seq, d.kind, d.job_id, coalesce(d.match_no, 0) AS match_no, d.undoes, d.members,
	d.note, d.user_id, d.created_at
FROM decision d WHERE d.id = $1;

-- In the order of the log, after a seq.
-- name: decision_list(uuid, uuid, int8, int4)
SELECT d.id, d.seq, d.kind, d.job_id, coalesce(d.match_no, 0) AS match_no, d.undoes, d.members,
	d.note, d.user_id, d.created_at
FROM reconciliation r
JOIN decision d ON d.reconciliation_no = r.no
WHERE r.project_id = $1 AND r.id = $2 AND d.seq > $3
ORDER BY d.seq LIMIT $4;

-- Newest first, before a seq: what people page through.
-- name: decision_recent(uuid, uuid, int8, int4)
SELECT d.id, d.seq, d.kind, d.job_id, coalesce(d.match_no, 0) AS match_no, d.undoes, d.members,
	d.note, d.user_id, d.created_at
FROM reconciliation r
JOIN decision d ON d.reconciliation_no = r.no
WHERE r.project_id = $1 AND r.id = $2 AND d.seq < $3
ORDER BY d.seq DESC LIMIT $4;
