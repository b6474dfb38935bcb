-- What the connection may see, for one transaction.

-- name: scope_set(text, text)
SELECT set_config('app.user', $1, true), set_config('app.projects', $2, true);
