-- Exceptions, their reason codes, policy, history and comments.

-- The project's, or what holds where nobody has set one (version 0); today in the project's zone.
-- name: exception_policy_get(uuid)
SELECT coalesce(e.medium_from, 1000) AS medium_from, coalesce(e.high_from, 10000) AS high_from,
	coalesce(e.critical_from, 100000) AS critical_from, coalesce(e.low_days, 30) AS low_days,
	coalesce(e.medium_days, 14) AS medium_days, coalesce(e.high_days, 7) AS high_days,
	coalesce(e.critical_days, 2) AS critical_days, coalesce(e.version, 0) AS version,
	(now() AT TIME ZONE p.time_zone)::date AS today
FROM project p
LEFT JOIN exception_policy e ON e.project_id = p.id
WHERE p.id = $1;

-- No row: another version.
-- name: exception_policy_set(uuid, int4, int8, int8, int8, int4, int4, int4, int4)
INSERT INTO exception_policy AS e (project_id, medium_from, high_from, critical_from, low_days,
	medium_days, high_days, critical_days)
SELECT $1, $3, $4, $5, $6, $7, $8, $9
WHERE $2 = coalesce((SELECT version FROM exception_policy WHERE project_id = $1), 0)
ON CONFLICT (project_id) DO UPDATE SET medium_from = $3, high_from = $4, critical_from = $5,
	low_days = $6, medium_days = $7, high_days = $8, critical_days = $9, updated_at = now(),
	version = e.version + 1
WHERE e.version = $2;

-- name: reason_insert(uuid, uuid, text, text, uuid)
INSERT INTO reason_code (id, project_id, code, label, created_by) VALUES ($1, $2, $3, $4, $5)
RETURNING id, code, label, status, created_at, version;

-- name: reason_list(uuid, uuid, int4)
SELECT id, code, label, status, created_at, version FROM reason_code
WHERE project_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3;

-- name: reason_get(uuid, uuid)
SELECT id, code, label, status, created_at, version FROM reason_code
WHERE project_id = $1 AND id = $2;

-- name: reason_update(uuid, uuid, int4, text, text)
UPDATE reason_code SET label = coalesce($4, label), status = coalesce($5, status),
	version = version + 1
WHERE project_id = $1 AND id = $2 AND version = $3
RETURNING id, code, label, status, created_at, version;

-- name: exception_insert(uuid, uuid, uuid, uuid, int8, uuid, int4, text, text, uuid, uuid, text, date, text, int8, text, date, uuid)
INSERT INTO exception (id, project_id, reconciliation_id, dataset_id, row_no, job_id, match_no, type,
	severity, reason, owner, team, due_on, note, minor, currency, opened_on, created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);

-- name: exception_get(uuid, uuid)
SELECT e.id, e.reconciliation_id, e.dataset_id, coalesce(e.row_no, 0) AS row_no, e.job_id,
	coalesce(e.match_no, 0) AS match_no, e.type, e.state, e.severity, e.reason, e.owner, e.team,
	e.due_on, e.note, e.minor, e.currency, e.opened_on, e.resolved_by, e.created_by, e.created_at,
	e.updated_at, e.version, (now() AT TIME ZONE p.time_zone)::date AS today
FROM exception e
JOIN project p ON p.id = e.project_id
WHERE e.project_id = $1 AND e.id = $2;

-- What is NULL is not asked. Behind the row $12, in the order of $11: the place of a row that has
-- changed meanwhile is where it is now. $13 rows.
-- name: exception_list(uuid, uuid, text, bool, text, uuid, text, uuid, text, bool, text, uuid, int4, int4)
SELECT e.id, e.reconciliation_id, e.dataset_id, coalesce(e.row_no, 0) AS row_no, e.job_id,
	coalesce(e.match_no, 0) AS match_no, e.type, e.state, e.severity, e.reason, e.owner, e.team,
	e.due_on, e.note, e.minor, e.currency, e.opened_on, e.resolved_by, e.created_by, e.created_at,
	e.updated_at, e.version, (now() AT TIME ZONE p.time_zone)::date AS today
FROM project p
JOIN exception e ON e.project_id = p.id
CROSS JOIN LATERAL exception_key($11, e.severity, e.due_on, e.opened_on, e.minor) key
LEFT JOIN exception c ON c.project_id = $1 AND c.id = $12
LEFT JOIN LATERAL exception_key($11, c.severity, c.due_on, c.opened_on, c.minor) bound
	ON c.id IS NOT NULL
WHERE p.id = $1 AND ($2::uuid IS NULL OR e.reconciliation_id = $2)
	AND ($3::text IS NULL OR e.state = $3)
	AND ($4::bool IS NULL OR $4 = (e.state NOT IN ('resolved', 'closed')))
	AND ($5::text IS NULL OR e.severity = $5) AND ($6::uuid IS NULL OR e.owner = $6)
	AND ($7::text IS NULL OR e.team = $7) AND ($8::uuid IS NULL OR e.reason = $8)
	AND ($9::text IS NULL OR e.type = $9)
	AND ($10::bool IS NULL OR $10 = (e.state NOT IN ('resolved', 'closed')
		AND e.due_on < (now() AT TIME ZONE p.time_zone)::date))
	AND ($14::int4 IS NULL OR e.opened_on <= (now() AT TIME ZONE p.time_zone)::date - $14)
	AND CASE WHEN c.id IS NULL THEN e.id < $12 ELSE key > bound OR (key = bound AND e.id < $12) END
ORDER BY key, e.id DESC LIMIT $13;

-- No row: another version. A change to resolved notes who; away from it forgets.
-- name: exception_update(uuid, uuid, int4, uuid, text, text, bool, uuid, bool, uuid, bool, text, date, bool, text)
UPDATE exception SET state = coalesce($5, state), severity = coalesce($6, severity),
	reason = CASE WHEN $7 THEN $8 ELSE reason END, owner = CASE WHEN $9 THEN $10 ELSE owner END,
	team = CASE WHEN $11 THEN $12 ELSE team END, due_on = coalesce($13, due_on),
	note = CASE WHEN $14 THEN $15 ELSE note END,
	resolved_by = CASE coalesce($5, state) WHEN 'resolved' THEN
		CASE WHEN state = 'resolved' THEN resolved_by ELSE $4 END
		WHEN 'closed' THEN resolved_by END,
	updated_at = now(), version = version + 1
WHERE project_id = $1 AND id = $2 AND version = $3;

-- name: exception_change_list(uuid, uuid)
SELECT h.version, h.user_id, h.at, h.changes
FROM exception_change h
WHERE h.project_id = $1 AND h.exception_id = $2 ORDER BY h.version DESC LIMIT 1000;

-- name: exception_comment_insert(uuid, uuid, uuid, uuid, text, uuid[])
INSERT INTO exception_comment (id, exception_id, project_id, user_id, text, mentions)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id, user_id, text, mentions, created_at;

-- name: exception_comment_list(uuid, uuid, uuid, int4)
SELECT id, user_id, text, mentions, created_at
FROM exception_comment
WHERE project_id = $1 AND exception_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4;

-- How many of these people are members.
-- name: member_count(uuid, uuid[])
SELECT count(*) FROM member WHERE project_id = $1 AND user_id = ANY ($2);
