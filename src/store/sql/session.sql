-- Sessions and the refresh tokens of their families.

-- name: session_insert(uuid, uuid, int8, int8, text, text, bool)
INSERT INTO session (id, user_id, idle_expires_at, absolute_expires_at, address, agent, restricted)
VALUES ($1, $2, now() + make_interval(secs => least($3, $4)), now() + make_interval(secs => $4),
	$5::inet, $6, $7)
RETURNING id, user_id, created_at, used_at, step_up_at, idle_expires_at, absolute_expires_at,
	revoked_at, host(address) AS address, agent, restricted;

-- name: session_list(uuid)
SELECT id, user_id, created_at, used_at, step_up_at, idle_expires_at, absolute_expires_at,
	revoked_at, host(address) AS address, agent, restricted
FROM session
WHERE user_id = $1 AND revoked_at IS NULL AND now() < least(idle_expires_at, absolute_expires_at)
ORDER BY id DESC
LIMIT 1000;

-- name: session_get(uuid)
SELECT id, user_id, created_at, used_at, step_up_at, idle_expires_at, absolute_expires_at,
	revoked_at, host(address) AS address, agent, restricted
FROM session WHERE id = $1;

-- Every pool may read this view.
-- name: session_state(uuid)
SELECT id, user_id, user_status, created_at, step_up_at, idle_expires_at, absolute_expires_at,
	revoked_at, live, restricted
FROM session_state WHERE id = $1;

-- name: session_touch(uuid, int8)
UPDATE session SET used_at = now(),
	idle_expires_at = least(now() + make_interval(secs => $2), absolute_expires_at)
WHERE id = $1 AND revoked_at IS NULL;

-- name: session_step_up(uuid)
UPDATE session SET step_up_at = now() WHERE id = $1 AND revoked_at IS NULL;

-- name: session_revoke(uuid, uuid, text)
UPDATE session SET revoked_at = now(), revoked_reason = $3
WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL;

-- All sessions of a person but one (NULL: all).
-- name: session_revoke_others(uuid, uuid, text)
UPDATE session SET revoked_at = now(), revoked_reason = $3
WHERE user_id = $1 AND id IS DISTINCT FROM $2 AND revoked_at IS NULL
RETURNING id;

-- Sessions of those who must have a second factor and have none; NULL: of everybody.
-- name: session_restrict(uuid)
SELECT id FROM mfa_restrict($1) AS id;

-- A second factor was set up: nothing is withheld any more, and the person has just shown who they are.
-- name: session_free(uuid)
UPDATE session SET restricted = false, step_up_at = now() WHERE id = $1 AND revoked_at IS NULL;

-- name: refresh_insert(bytea, uuid, int4)
INSERT INTO refresh_token (token_hash, session_id, generation) VALUES ($1, $2, $3);

-- Locks the family, so two tabs rotate one after the other.
-- name: refresh_get(bytea)
SELECT t.token_hash, t.session_id, t.generation, t.spent_at, t.successor_sealed,
	t.spent_at > clock_timestamp() - interval '10 seconds' AS spent_just_now,
	n.generation AS newest_generation, n.spent_at IS NOT NULL AS newest_spent
FROM refresh_token t
JOIN session s ON s.id = t.session_id
CROSS JOIN LATERAL (SELECT x.generation, x.spent_at FROM refresh_token x
	WHERE x.session_id = t.session_id ORDER BY x.generation DESC LIMIT 1) n
WHERE t.token_hash = $1
FOR UPDATE OF s;

-- name: refresh_spend(bytea, bytea)
UPDATE refresh_token SET spent_at = clock_timestamp(), successor_sealed = $2
WHERE token_hash = $1 AND spent_at IS NULL;
