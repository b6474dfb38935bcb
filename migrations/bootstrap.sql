-- Roles and the empty database, once per cluster, by a superuser:  psql -d postgres -f bootstrap.sql
-- Not a migration: roles belong to the cluster, and only a superuser makes them. Running it again
-- changes nothing. recon_owner owns every object and cannot log in; recon_operator (the command
-- line) may become it with SET ROLE, does so only to migrate, and inherits nothing from it.
-- There is one login role per program and pool, none of which owns anything or may bypass
-- row-level security.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

DO $$
DECLARE
	program text;
BEGIN
	IF to_regrole('recon_owner') IS NULL THEN
		CREATE ROLE recon_owner NOLOGIN NOBYPASSRLS;
	END IF;
	IF to_regrole('recon_operator') IS NULL THEN
		CREATE ROLE recon_operator LOGIN NOINHERIT NOBYPASSRLS;
		GRANT recon_owner TO recon_operator;
	END IF;
	FOREACH program IN ARRAY ARRAY['auth', 'api', 'upload', 'data', 'intake', 'matcher', 'courier',
		'auditor']
	LOOP
		IF to_regrole('recon_' || program) IS NULL THEN
			EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT NOBYPASSRLS', 'recon_' || program);
		END IF;
	END LOOP;
END
$$;

SELECT 'CREATE DATABASE recon OWNER recon_owner ENCODING ''UTF8'' TEMPLATE template0'
	|| ' LC_COLLATE ''C'' LC_CTYPE ''C.UTF-8'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'recon') \gexec

REVOKE ALL ON DATABASE recon FROM PUBLIC;
GRANT CONNECT ON DATABASE recon TO recon_operator, recon_auth, recon_api, recon_upload, recon_data,
	recon_intake, recon_matcher, recon_courier, recon_auditor;

\connect recon
SET client_min_messages = warning;
SET ROLE recon_owner;
-- What `recon migrate` has applied. It outlives every migration, so no migration makes it.
CREATE TABLE IF NOT EXISTS schema_migration (
	version integer PRIMARY KEY,
	slug text NOT NULL,
	checksum bytea NOT NULL CHECK (length(checksum) = 32),
	applied_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE schema_migration ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS everybody ON schema_migration;
CREATE POLICY everybody ON schema_migration FOR SELECT USING (true);
GRANT SELECT ON schema_migration TO PUBLIC;
RESET ROLE;
