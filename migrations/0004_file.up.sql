-- Files: what was uploaded, its parts on the way, and every encrypted object of the vault.
--
-- A vault object is fsynced before its row exists. Its data key is sealed to the vault's public
-- key (wrapped_key); erasing it destroys the key here first, then the bytes. sha256 is of the
-- plaintext and is known for all kinds but parts.

CREATE TABLE vault_object (
	id uuid PRIMARY KEY,
	project_id uuid NOT NULL REFERENCES project,
	kind text NOT NULL CHECK (kind IN
		('part', 'file', 'dataset', 'rejects', 'result', 'export', 'attachment')),
	size bigint NOT NULL CHECK (size >= 0),
	stored_size bigint NOT NULL CHECK (stored_size >= 0),
	sha256 bytea CHECK (length(sha256) = 32),
	wrapped_key bytea,
	created_at timestamptz NOT NULL DEFAULT now(),
	erased_at timestamptz,
	CHECK ((erased_at IS NULL) = (wrapped_key IS NOT NULL)),
	CHECK (kind = 'part' OR sha256 IS NOT NULL),
	UNIQUE (id, project_id)
);
CREATE INDEX vault_object_project ON vault_object (project_id, id);

CREATE TABLE file (
	id uuid PRIMARY KEY,
	project_id uuid NOT NULL REFERENCES project,
	source_id uuid NOT NULL,
	name text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 255),
	size bigint NOT NULL CHECK (size > 0),
	sha256 bytea CHECK (length(sha256) = 32),
	state text NOT NULL DEFAULT 'receiving' CHECK (state IN ('receiving', 'received', 'scanning',
		'clean', 'infected', 'unscannable', 'rejected', 'purged')),
	verdict_code text CHECK (verdict_code ~ '^[a-z0-9_]{1,64}$'),
	verdict_detail text CHECK (length(verdict_detail) <= 512),
	object_id uuid,
	uploaded_by uuid NOT NULL REFERENCES app_user,
	uploaded_at timestamptz NOT NULL DEFAULT now(),
	version integer NOT NULL DEFAULT 1,
	UNIQUE (id, project_id),
	FOREIGN KEY (source_id, project_id) REFERENCES source (id, project_id),
	FOREIGN KEY (object_id, project_id) REFERENCES vault_object (id, project_id),
	CONSTRAINT file_clean_is_stored CHECK (state <> 'clean'
		OR (object_id IS NOT NULL AND sha256 IS NOT NULL))
);
CREATE INDEX file_project_created ON file (project_id, id);
CREATE INDEX file_source_created ON file (source_id, id);
CREATE INDEX file_project_state ON file (project_id, state, id);
CREATE INDEX file_object ON file (object_id) WHERE object_id IS NOT NULL;

-- The id is 128 random bits: who knows it may add to the upload only together with a session.
CREATE TABLE upload (
	id uuid PRIMARY KEY,
	project_id uuid NOT NULL REFERENCES project,
	file_id uuid NOT NULL,
	user_id uuid NOT NULL REFERENCES app_user,
	size bigint NOT NULL CHECK (size > 0),
	received bigint NOT NULL DEFAULT 0,
	sha256 bytea CHECK (length(sha256) = 32),
	state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'whole', 'ended')),
	created_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL,
	CHECK (received BETWEEN 0 AND size),
	CHECK (state <> 'whole' OR received = size),
	FOREIGN KEY (file_id, project_id) REFERENCES file (id, project_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX upload_file ON upload (file_id);
CREATE INDEX upload_expiry ON upload (expires_at) WHERE state = 'open';

CREATE TABLE upload_part (
	upload_id uuid NOT NULL REFERENCES upload ON DELETE CASCADE,
	no integer NOT NULL CHECK (no >= 0),
	project_id uuid NOT NULL,
	start bigint NOT NULL CHECK (start >= 0),
	size bigint NOT NULL CHECK (size > 0),
	object_id uuid NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (upload_id, no),
	UNIQUE (upload_id, start),
	FOREIGN KEY (object_id, project_id) REFERENCES vault_object (id, project_id)
);
CREATE INDEX upload_part_object ON upload_part (object_id);

SELECT policy_people('vault_object', 'recon_upload', 'recon_data');
SELECT policy_service('vault_object', 'recon_intake', 'recon_matcher', 'recon_operator');
SELECT policy_people('file', 'recon_api', 'recon_upload', 'recon_data');
SELECT policy_service('file', 'recon_intake', 'recon_matcher', 'recon_operator');
SELECT policy_people('upload', 'recon_api', 'recon_upload');
SELECT policy_service('upload', 'recon_intake', 'recon_operator');
SELECT policy_people('upload_part', 'recon_upload');
SELECT policy_service('upload_part', 'recon_intake', 'recon_operator');

GRANT SELECT, INSERT ON vault_object TO recon_upload, recon_data, recon_intake, recon_matcher;
GRANT UPDATE (wrapped_key, erased_at) ON vault_object TO recon_upload, recon_intake;
GRANT SELECT (id, project_id, kind, size, stored_size, sha256, created_at, erased_at)
	ON vault_object TO recon_operator;
GRANT SELECT, INSERT ON file, upload TO recon_api;
GRANT UPDATE (state, verdict_code, verdict_detail, version) ON file TO recon_api;
GRANT SELECT ON file TO recon_upload, recon_data, recon_intake, recon_matcher, recon_operator;
GRANT UPDATE (state, verdict_code, verdict_detail, version) ON file TO recon_upload;
GRANT UPDATE (state, verdict_code, verdict_detail, sha256, object_id, version) ON file
	TO recon_intake;
GRANT SELECT ON upload TO recon_upload, recon_intake, recon_operator;
GRANT UPDATE (received, state) ON upload TO recon_upload, recon_intake;
GRANT SELECT, INSERT, DELETE ON upload_part TO recon_upload;
GRANT SELECT, DELETE ON upload_part TO recon_intake;
GRANT SELECT ON upload_part TO recon_operator;
