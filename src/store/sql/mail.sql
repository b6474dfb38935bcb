-- Letters on their way; sealed, see seal/letter.h.

-- name: mail_insert(uuid, uuid, text, bytea, int8)
INSERT INTO mail (id, user_id, kind, sealed, expires_at)
VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5));

-- A try begins: counted before it is made, so that one that ends this program is too.
-- name: mail_try(uuid)
UPDATE mail SET tries = tries + 1
WHERE id = $1 AND state = 'waiting'
RETURNING id, user_id, kind, sealed, tries, created_at, expires_at, expires_at <= now() AS late;

-- name: mail_end(uuid, text, text)
UPDATE mail SET state = $2, error_code = $3, sealed = NULL, ended_at = now()
WHERE id = $1 AND state = 'waiting';

-- name: mail_failed_once(uuid, text)
UPDATE mail SET error_code = $2 WHERE id = $1 AND state = 'waiting';
