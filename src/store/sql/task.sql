-- The queue. The worker's numbers: kinds it serves, its name, the lease in seconds.

-- Only a letter has no project.
-- name: task_insert(uuid, text, uuid, uuid, text)
INSERT INTO task (id, kind, subject, project_id, request_id) VALUES ($1, $2, $3, $4, $5);

-- now() and not clock_timestamp(): only a stable function can bound an index scan.
-- name: task_claim(text[], text, int8)
UPDATE task SET state = 'running', attempt = attempt + 1, strikes = strikes + 1, worker = $2,
	lease_until = clock_timestamp() + make_interval(secs => $3),
	started_at = coalesce(started_at, now())
WHERE id = (SELECT id FROM task
	WHERE kind = ANY ($1) AND state IN ('waiting', 'running') AND lease_until <= now()
		AND strikes < 3 AND NOT cancel_asked
	ORDER BY lease_until LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, subject, project_id, attempt, strikes, request_id, created_at;

-- One task that nobody will finish any more: out of strikes, or cancelled while its worker was gone.
-- name: task_abandon(text[])
UPDATE task SET state = CASE WHEN cancel_asked THEN 'cancelled' ELSE 'poisoned' END,
	finished_at = now(), attempt = attempt + 1
WHERE id = (SELECT id FROM task
	WHERE kind = ANY ($1) AND state IN ('waiting', 'running') AND lease_until <= now()
		AND (strikes >= 3 OR cancel_asked)
	ORDER BY lease_until LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, subject, project_id, attempt, strikes, request_id, created_at, state;

-- No row: fenced.
-- name: task_heartbeat(uuid, int4, int8)
UPDATE task SET lease_until = clock_timestamp() + make_interval(secs => $3)
WHERE id = $1 AND attempt = $2 AND state = 'running'
RETURNING cancel_asked;

-- name: task_cancel_asked(uuid, int4)
SELECT cancel_asked FROM task WHERE id = $1 AND attempt = $2 AND state = 'running';

-- name: task_finish(uuid, int4, text, text, text)
UPDATE task SET state = $3, finished_at = now(), error_code = $4, error_detail = $5
WHERE id = $1 AND attempt = $2 AND state = 'running';

-- Given back untouched by a worker that stops: no strike.
-- name: task_give_back(uuid, int4)
UPDATE task SET state = 'waiting', strikes = greatest(strikes - 1, 0), lease_until = now(),
	worker = NULL
WHERE id = $1 AND attempt = $2 AND state = 'running';

-- Tried and failed for a reason that may pass; due again after a while.
-- name: task_retry(uuid, int4, int8, text, text)
UPDATE task SET state = 'waiting', lease_until = now() + make_interval(secs => $3), worker = NULL,
	error_code = $4, error_detail = $5
WHERE id = $1 AND attempt = $2 AND state = 'running';

-- A part it needs is away (the scanner, the vault): waits without a strike.
-- name: task_postpone(uuid, int4, int8)
UPDATE task SET state = 'waiting', strikes = greatest(strikes - 1, 0),
	lease_until = now() + make_interval(secs => $3), worker = NULL
WHERE id = $1 AND attempt = $2 AND state = 'running';

-- A waiting task ends at once; a running one is told.
-- name: task_cancel(text, uuid)
UPDATE task SET cancel_asked = true,
	finished_at = CASE WHEN state = 'waiting' THEN now() END,
	state = CASE WHEN state = 'waiting' THEN 'cancelled' ELSE state END
WHERE kind = $1 AND subject = $2 AND state IN ('waiting', 'running')
RETURNING state;

-- name: task_newest(text, uuid)
SELECT id, kind, subject, project_id, attempt, strikes, request_id, created_at, state
FROM task WHERE kind = $1 AND subject = $2 ORDER BY id DESC LIMIT 1;

-- Due and waiting for longer than no time at all: the depth of the queue.
-- name: task_depth(text[])
SELECT count(*) AS depth FROM task
WHERE kind = ANY ($1) AND state IN ('waiting', 'running') AND lease_until <= now();
