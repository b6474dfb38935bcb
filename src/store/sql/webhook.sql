-- Webhooks of a project, and messages on their way. What inserts a message is a trigger.

-- name: webhook_insert(uuid, uuid, text, text, text[], text, text[], bytea, uuid)
INSERT INTO webhook (id, project_id, name, url, events, ca_pem, pins, secret_sealed, created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING id, name, url, events, ca_pem, pins, status, old_until, created_at;

-- name: webhook_list(uuid, uuid, int4)
SELECT id, name, url, events, ca_pem, pins, status, old_until, created_at
FROM webhook WHERE project_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3;

-- name: webhook_get(uuid, uuid)
SELECT id, name, url, events, ca_pem, pins, status, old_until, created_at
FROM webhook WHERE project_id = $1 AND id = $2;

-- What is NULL stays.
-- name: webhook_update(uuid, uuid, text, text, text[], text[], text)
UPDATE webhook SET name = coalesce($3, name), url = coalesce($4, url),
	events = coalesce($5, events), pins = coalesce($6, pins), status = coalesce($7, status)
WHERE project_id = $1 AND id = $2
RETURNING id, name, url, events, ca_pem, pins, status, old_until, created_at;

-- name: webhook_delete(uuid, uuid)
DELETE FROM webhook WHERE project_id = $1 AND id = $2;

-- Both secrets sign for a day.
-- name: webhook_rotate(uuid, uuid, bytea)
UPDATE webhook SET old_secret_sealed = secret_sealed, old_until = now() + interval '24 hours',
	secret_sealed = $3
WHERE project_id = $1 AND id = $2
RETURNING id, name, url, events, ca_pem, pins, status, old_until, created_at;

-- name: delivery_list(uuid, uuid, uuid, int4)
SELECT id, webhook_id, event, body, state, tries, coalesce(status, 0) AS status, error_code,
	created_at, expires_at, ended_at
FROM delivery WHERE project_id = $1 AND webhook_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4;

-- name: delivery_tries(uuid, uuid, uuid)
SELECT tries FROM delivery WHERE project_id = $1 AND webhook_id = $2 AND id = $3;

-- name: delivery_try_list(uuid, uuid)
SELECT t.no, t.at, coalesce(t.status, 0) AS status, t.error_code, t.ms
FROM delivery_try t
WHERE t.project_id = $1 AND t.delivery_id = $2 ORDER BY t.no DESC LIMIT 100;

-- Once more, under its old id. No row: it is still on its way.
-- name: delivery_again(uuid, uuid, uuid)
UPDATE delivery SET state = 'waiting', ended_at = NULL, expires_at = now() + interval '24 hours'
WHERE project_id = $1 AND webhook_id = $2 AND id = $3 AND state <> 'waiting';

-- A try begins: counted before it is made, so that one that ends this program is too.
-- name: delivery_begin(uuid)
UPDATE delivery d SET tries = d.tries + 1
FROM webhook w
WHERE d.id = $1 AND d.state = 'waiting' AND w.id = d.webhook_id
RETURNING d.id, d.webhook_id, d.project_id, d.event, d.body, d.tries, d.expires_at <= now() AS late,
	w.status AS webhook_status, w.url, w.ca_pem, w.pins, w.secret_sealed,
	CASE WHEN w.old_until > now() THEN w.old_secret_sealed END AS old_secret_sealed;

-- name: delivery_tried(uuid, int4, uuid, int4, text, int4)
INSERT INTO delivery_try (delivery_id, no, project_id, status, error_code, ms)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING;

-- name: delivery_set(uuid, text, int4, text)
UPDATE delivery SET state = $2, status = $3, error_code = $4,
	ended_at = CASE WHEN $2 <> 'waiting' THEN now() END
WHERE id = $1 AND state = 'waiting';

-- The receiver said that it is gone for good.
-- name: webhook_gone(uuid)
UPDATE webhook SET status = 'gone' WHERE id = $1;
