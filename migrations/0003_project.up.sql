-- Projects (the boundary of isolation), their members, sources with versioned mappings, and
-- integrations' API keys.

CREATE TABLE project (
	id uuid PRIMARY KEY,
	name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
	status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived')),
	time_zone text NOT NULL CHECK (length(time_zone) BETWEEN 1 AND 64),
	base_currency text NOT NULL CHECK (base_currency ~ '^[A-Z]{3}$'),
	storage_bytes bigint NOT NULL DEFAULT 0 CHECK (storage_bytes >= 0),
	storage_quota bigint NOT NULL CHECK (storage_quota >= 0),
	created_by uuid REFERENCES app_user,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now(),
	version integer NOT NULL DEFAULT 1,
	UNIQUE (id, status)
);

-- The project's status is repeated here, kept by the foreign key, so that one index answers
-- "my active projects".
CREATE TABLE member (
	project_id uuid NOT NULL,
	user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
	project_status text NOT NULL DEFAULT 'active',
	role text NOT NULL CHECK (role IN ('viewer', 'uploader', 'analyst', 'approver', 'owner')),
	added_by uuid REFERENCES app_user,
	added_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (project_id, user_id),
	FOREIGN KEY (project_id, project_status) REFERENCES project (id, status)
		ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX member_user_status ON member (user_id, project_status, project_id);

CREATE TABLE invitation (
	id uuid PRIMARY KEY,
	project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
	user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
	role text NOT NULL CHECK (role IN ('viewer', 'uploader', 'analyst', 'approver', 'owner')),
	invited_by uuid REFERENCES app_user,
	created_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL,
	accepted_at timestamptz,
	UNIQUE (project_id, user_id)
);

CREATE TABLE source (
	id uuid PRIMARY KEY,
	no integer GENERATED ALWAYS AS IDENTITY UNIQUE,
	project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
	name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
	kind text NOT NULL CHECK (kind IN ('ledger', 'bank', 'orders', 'settlements', 'other')),
	time_zone text NOT NULL CHECK (length(time_zone) BETWEEN 1 AND 64),
	currency text CHECK (currency ~ '^[A-Z]{3}$'),
	repeats text NOT NULL DEFAULT 'append' CHECK (repeats IN ('append', 'overlap', 'replace')),
	mapping_version integer CHECK (mapping_version >= 1),
	created_by uuid REFERENCES app_user,
	created_at timestamptz NOT NULL DEFAULT now(),
	UNIQUE (id, project_id)
);
CREATE UNIQUE INDEX source_project_name ON source (project_id, name);
CREATE INDEX source_project_created ON source (project_id, id);

CREATE TABLE mapping (
	source_id uuid NOT NULL,
	version integer NOT NULL CHECK (version >= 1),
	project_id uuid NOT NULL,
	mapping json NOT NULL,
	created_by uuid REFERENCES app_user,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (source_id, version),
	FOREIGN KEY (source_id, project_id) REFERENCES source (id, project_id) ON DELETE CASCADE
);
ALTER TABLE source ADD FOREIGN KEY (id, mapping_version) REFERENCES mapping (source_id, version)
	DEFERRABLE INITIALLY DEFERRED;

-- The secret's SHA-256; the secret itself has at least 160 random bits and is shown once.
CREATE TABLE api_key (
	id uuid PRIMARY KEY,
	user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
	project_id uuid REFERENCES project ON DELETE CASCADE,
	name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
	secret_hash bytea NOT NULL CHECK (length(secret_hash) = 32),
	scopes text[] NOT NULL DEFAULT '{}',
	networks cidr[] NOT NULL DEFAULT '{}',
	created_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL CHECK (expires_at <= created_at + interval '366 days'),
	used_at timestamptz,
	revoked_at timestamptz
);
CREATE INDEX api_key_user ON api_key (user_id, id);
CREATE INDEX api_key_project ON api_key (project_id) WHERE project_id IS NOT NULL;

CREATE VIEW api_key_state WITH (security_barrier) AS
	SELECT k.id, k.user_id, k.project_id, k.secret_hash, k.scopes, k.networks, k.expires_at,
		k.revoked_at,
		k.revoked_at IS NULL AND now() < k.expires_at AND u.status = 'active' AS live
	FROM api_key k
	JOIN app_user u ON u.id = k.user_id;

ALTER TABLE project ENABLE ROW LEVEL SECURITY;
CREATE POLICY people ON project TO recon_auth, recon_api, recon_upload, recon_data
	USING (id = ANY ((SELECT scope_projects())::uuid[]))
	WITH CHECK (id = ANY ((SELECT scope_projects())::uuid[]));
SELECT policy_service('project', 'recon_intake', 'recon_matcher', 'recon_operator');
SELECT policy_people('member', 'recon_auth', 'recon_api', 'recon_upload', 'recon_data');
SELECT policy_service('member', 'recon_operator');
CREATE POLICY own ON member FOR SELECT TO recon_auth, recon_api, recon_upload, recon_data
	USING (user_id = (SELECT scope_user()));
SELECT policy_people('invitation', 'recon_api');
SELECT policy_service('invitation', 'recon_auth', 'recon_operator');
SELECT policy_people('source', 'recon_api', 'recon_upload', 'recon_data');
SELECT policy_service('source', 'recon_intake', 'recon_matcher', 'recon_operator');
SELECT policy_people('mapping', 'recon_api', 'recon_data');
SELECT policy_service('mapping', 'recon_intake', 'recon_matcher', 'recon_operator');
SELECT policy_service('api_key', 'recon_auth', 'recon_operator');

-- A person sees themself and whoever shares a project in scope.
CREATE POLICY shared ON app_user FOR SELECT TO recon_api, recon_data
	USING (id = (SELECT scope_user()) OR EXISTS (SELECT FROM member m WHERE m.user_id = app_user.id
		AND m.project_id = ANY ((SELECT scope_projects())::uuid[])));

GRANT SELECT ON app_user TO recon_api;
GRANT SELECT (id, display_name, status) ON app_user TO recon_data;
GRANT SELECT ON project, member TO recon_auth, recon_api, recon_upload, recon_data;
GRANT INSERT, UPDATE ON project TO recon_api, recon_operator;
GRANT INSERT, UPDATE, DELETE ON member, invitation TO recon_api, recon_operator;
GRANT SELECT ON project, member, invitation, source, mapping TO recon_operator;
GRANT SELECT ON invitation TO recon_api, recon_auth;
GRANT UPDATE (accepted_at) ON invitation TO recon_auth;
GRANT UPDATE (storage_bytes) ON project TO recon_upload, recon_intake;
GRANT SELECT ON project TO recon_intake, recon_matcher;
GRANT SELECT, INSERT, UPDATE ON source TO recon_api;
GRANT SELECT, INSERT ON mapping TO recon_api;
GRANT SELECT ON source TO recon_upload, recon_data, recon_intake, recon_matcher;
GRANT SELECT ON mapping TO recon_data, recon_intake, recon_matcher;
GRANT SELECT, INSERT, UPDATE ON api_key TO recon_auth;
GRANT SELECT, INSERT, UPDATE ON api_key TO recon_operator;
GRANT SELECT ON api_key_state TO recon_auth, recon_api, recon_upload, recon_data;
