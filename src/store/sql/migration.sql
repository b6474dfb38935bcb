-- What was applied; only the owner writes.

-- name: migration_lock()
SELECT pg_try_advisory_lock(378001)::int4 AS locked;

-- name: migration_unlock()
SELECT pg_advisory_unlock(378001)::int4 AS unlocked;

-- name: migration_list()
SELECT version, slug, checksum, applied_at FROM schema_migration ORDER BY version;

-- name: migration_insert(int4, text, bytea)
INSERT INTO schema_migration (version, slug, checksum) VALUES ($1, $2, $3);

-- name: migration_delete(int4)
DELETE FROM schema_migration WHERE version = $1;

-- name: migration_version()
SELECT coalesce(max(version), 0) AS version FROM schema_migration;
