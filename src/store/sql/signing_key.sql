-- The keys that sign access tokens.

-- name: signing_key_list()
SELECT kid, state, public_key, private_sealed, created_at, changed_at
FROM signing_key WHERE state <> 'gone' ORDER BY created_at DESC, kid;

-- name: signing_key_public_list()
SELECT kid, state, public_key, created_at, changed_at
FROM signing_key_public ORDER BY created_at DESC, kid;

-- name: signing_key_insert(text, text, bytea, bytea)
INSERT INTO signing_key (kid, state, public_key, private_sealed) VALUES ($1, $2, $3, $4);

-- name: signing_key_set_state(text, text)
UPDATE signing_key SET state = $2, changed_at = now(),
	private_sealed = CASE WHEN $2 <> 'gone' THEN private_sealed END
WHERE kid = $1;

-- One rotation at a time, by any process; held to the end of the transaction.
-- name: signing_key_lock()
SELECT count(pg_advisory_xact_lock(378002)) AS locked;
