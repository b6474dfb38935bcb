-- What is past its time, the oldest first, some at a time: $1 seconds ago, $2 rows at most. Refresh
-- tokens go with their session. The array keeps plans from reading the whole table in the second step;
-- a kept answer, which has two keys and never changes, is named by its place (ctid).

-- name: expire_answers(int8, int4)
DELETE FROM idempotency WHERE ctid = ANY (ARRAY(SELECT ctid FROM idempotency
	WHERE created_at < now() - make_interval(secs => $1) ORDER BY created_at LIMIT $2));

-- name: expire_codes(int8, int4)
DELETE FROM one_time_code WHERE code_hash = ANY (ARRAY(SELECT code_hash FROM one_time_code
	WHERE expires_at < now() - make_interval(secs => $1) ORDER BY expires_at LIMIT $2));

-- name: expire_sessions(int8, int4)
DELETE FROM session WHERE id = ANY (ARRAY(SELECT id FROM session
	WHERE least(idle_expires_at, absolute_expires_at, revoked_at) < now() - make_interval(secs => $1)
	ORDER BY least(idle_expires_at, absolute_expires_at, revoked_at) LIMIT $2));

-- name: expire_letters(int8, int4)
DELETE FROM mail WHERE id = ANY (ARRAY(SELECT id FROM mail
	WHERE ended_at < now() - make_interval(secs => $1) ORDER BY ended_at LIMIT $2));

-- name: expire_views(int8, int4)
DELETE FROM review_view WHERE id = ANY (ARRAY(SELECT id FROM review_view
	WHERE expires_at < now() - make_interval(secs => $1) ORDER BY expires_at LIMIT $2));

-- name: expire_previews(int8, int4)
DELETE FROM preview WHERE id = ANY (ARRAY(SELECT id FROM preview
	WHERE expires_at < now() - make_interval(secs => $1) ORDER BY expires_at LIMIT $2));

-- name: expire_tasks(int8, int4)
DELETE FROM task WHERE id = ANY (ARRAY(SELECT id FROM task
	WHERE finished_at < now() - make_interval(secs => $1) ORDER BY finished_at LIMIT $2));
