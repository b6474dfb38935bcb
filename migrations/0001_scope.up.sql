-- Scope: what a connection may see, and two helpers that give every table its policies.
--
-- People's pools set app.user and app.projects for each transaction; a missing or empty setting
-- selects no rows. Services see all rows of the tables they were granted. Every table has
-- row-level security ENABLEd and not FORCEd, so that the owner's own back-fills see everything.

CREATE FUNCTION scope_user() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT NULLIF(current_setting('app.user', true), '')::uuid $$;

CREATE FUNCTION scope_projects() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT NULLIF(current_setting('app.projects', true), '')::uuid[] $$;

-- For SECURITY DEFINER functions, which row-level security does not bind: services pass, people's
-- pools only with a project of their scope.
CREATE FUNCTION scope_check(project uuid) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
	IF project IS NULL OR (session_user IN ('recon_auth', 'recon_api', 'recon_upload', 'recon_data')
		AND (project = ANY (scope_projects())) IS NOT TRUE)
	THEN
		RAISE EXCEPTION 'not in scope' USING ERRCODE = 'RC404';
	END IF;
END
$$;

-- People's pools: rows of the projects in app.projects. The sub-select is evaluated once per
-- statement, so the condition can be an index condition.
CREATE FUNCTION policy_people(target regclass, VARIADIC roles name[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
	condition text := 'project_id = ANY ((SELECT scope_projects())::uuid[])';
BEGIN
	EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
	EXECUTE format('CREATE POLICY people ON %s TO %s USING (%s) WITH CHECK (%s)', target,
		(SELECT string_agg(quote_ident(r), ', ') FROM unnest(roles) r), condition, condition);
END
$$;

-- Services: every row; what they may do with it is a matter of grants.
CREATE FUNCTION policy_service(target regclass, VARIADIC roles name[]) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
	EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
	EXECUTE format('CREATE POLICY service ON %s TO %s USING (true) WITH CHECK (true)', target,
		(SELECT string_agg(quote_ident(r), ', ') FROM unnest(roles) r));
END
$$;

REVOKE ALL ON FUNCTION policy_people(regclass, name[]), policy_service(regclass, name[])
	FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
