-- The audit outbox, and the log that recon-auditor makes of it.

-- name: audit_insert(uuid, uuid, text, uuid, text, text, uuid, text, text, text, text)
INSERT INTO audit_outbox (id, project_id, actor_kind, actor_id, action, object_kind, object_id,
	outcome, request_id, details, personal)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::json, $11::json);

-- One auditor at a time, by any host; held to the end of the transaction.
-- name: audit_lock()
SELECT pg_try_advisory_xact_lock(378004)::integer AS locked;

-- Whatever is there, and not what came after a number: a transaction that began long ago may commit
-- an old row at any time.
-- name: audit_take(int4)
WITH taken AS (
	DELETE FROM audit_outbox
	WHERE id = ANY (ARRAY(SELECT id FROM audit_outbox ORDER BY id LIMIT $1))
	RETURNING id, ts, project_id, actor_kind, actor_id, action, object_kind, object_id, outcome,
		request_id, details, personal)
SELECT id, ts, project_id, actor_kind, actor_id, action, object_kind, object_id, outcome,
	request_id, details, personal
FROM taken ORDER BY ts, id;

-- name: audit_tip()
SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1;

-- name: audit_append(int8, uuid, timestamptz, uuid, text, uuid, text, text, uuid, text, text, text, text, bytea, bytea, bytea, bytea)
INSERT INTO audit_log (seq, id, ts, project_id, actor_kind, actor_id, action, object_kind, object_id,
	outcome, request_id, details, personal, salt, personal_hash, prev_hash, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::json, $13::json, $14, $15, $16, $17);

-- name: audit_erase(uuid)
SELECT audit_erase($1) AS erased;

-- name: audit_checkpoint_insert(int8, bytea, int8, timestamptz, bytea, bytea)
INSERT INTO audit_checkpoint (seq, hash, count, ts, key, signature)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING;

-- name: audit_checkpoint_last()
SELECT seq, hash, count, ts, key, signature FROM audit_checkpoint ORDER BY seq DESC LIMIT 1;

-- name: audit_checkpoint_list(int8, int4)
SELECT seq, hash, count, ts, key, signature FROM audit_checkpoint WHERE seq > $1
ORDER BY seq LIMIT $2;

-- All of it, in its order.
-- name: audit_page(int8, int4)
SELECT seq, id, ts, project_id, actor_kind, actor_id, action, object_kind, object_id, outcome,
	request_id, details, personal, salt, personal_hash, prev_hash, hash
FROM audit_log WHERE seq > $1 ORDER BY seq LIMIT $2;

-- As audit_list, oldest first.
-- name: audit_select(uuid, int8, int4, timestamptz, timestamptz, uuid, text, uuid, text, text)
SELECT seq, id, ts, project_id, actor_kind, actor_id, action, object_kind, object_id, outcome,
	request_id, details, personal, salt, personal_hash, prev_hash, hash
FROM audit_log
WHERE seq > $2 AND ($1::uuid IS NULL OR project_id = $1)
	AND ($4::timestamptz IS NULL OR ts >= $4) AND ($5::timestamptz IS NULL OR ts < $5)
	AND ($6::uuid IS NULL OR actor_id = $6) AND ($7::text IS NULL OR action = $7)
	AND ($8::uuid IS NULL OR object_id = $8) AND ($9::text IS NULL OR outcome = $9)
	AND ($10::text IS NULL OR request_id = $10)
ORDER BY seq LIMIT $3;

-- Newest first. What is NULL is not asked for; the project is that of a page of its own.
-- name: audit_list(uuid, int8, int4, timestamptz, timestamptz, uuid, text, uuid, text, text)
SELECT seq, id, ts, project_id, actor_kind, actor_id, action, object_kind, object_id, outcome,
	request_id, details, personal, salt, personal_hash, prev_hash, hash
FROM audit_log
WHERE seq < $2 AND ($1::uuid IS NULL OR project_id = $1)
	AND ($4::timestamptz IS NULL OR ts >= $4) AND ($5::timestamptz IS NULL OR ts < $5)
	AND ($6::uuid IS NULL OR actor_id = $6) AND ($7::text IS NULL OR action = $7)
	AND ($8::uuid IS NULL OR object_id = $8) AND ($9::text IS NULL OR outcome = $9)
	AND ($10::text IS NULL OR request_id = $10)
ORDER BY seq DESC LIMIT $3;
