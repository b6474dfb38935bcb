-- Datasets: a file read through one mapping version. Its records lie in the vault; bulk files name
-- it by `no`.

CREATE TABLE dataset (
	id uuid PRIMARY KEY,
	no integer GENERATED ALWAYS AS IDENTITY UNIQUE,
	project_id uuid NOT NULL REFERENCES project,
	source_id uuid NOT NULL,
	file_id uuid NOT NULL,
	mapping_version integer,
	state text NOT NULL DEFAULT 'reading' CHECK (state IN
		('reading', 'needs_mapping', 'ready', 'unreadable', 'reversed', 'purged')),
	rows_read bigint NOT NULL DEFAULT 0,
	rows_accepted bigint NOT NULL DEFAULT 0,
	rows_rejected bigint NOT NULL DEFAULT 0,
	rows_skipped bigint NOT NULL DEFAULT 0,
	sums json NOT NULL DEFAULT '[]',
	proposal_sealed bytea, -- holds sample cells, so it is sealed for the vault's private key
	data_object uuid,
	rejects_object uuid,
	error_code text CHECK (error_code ~ '^[a-z0-9_]{1,64}$'),
	error_detail text CHECK (length(error_detail) <= 512),
	created_at timestamptz NOT NULL DEFAULT now(),
	read_at timestamptz,
	version integer NOT NULL DEFAULT 1,
	UNIQUE (id, project_id),
	FOREIGN KEY (source_id, project_id) REFERENCES source (id, project_id),
	FOREIGN KEY (file_id, project_id) REFERENCES file (id, project_id),
	FOREIGN KEY (source_id, mapping_version) REFERENCES mapping (source_id, version),
	FOREIGN KEY (data_object, project_id) REFERENCES vault_object (id, project_id),
	FOREIGN KEY (rejects_object, project_id) REFERENCES vault_object (id, project_id),
	CONSTRAINT dataset_rows_add_up
		CHECK (rows_read = rows_accepted + rows_rejected + rows_skipped),
	CONSTRAINT dataset_ready_is_stored CHECK (state <> 'ready'
		OR (data_object IS NOT NULL AND mapping_version IS NOT NULL))
);
CREATE UNIQUE INDEX dataset_file_mapping ON dataset (file_id, mapping_version);
CREATE INDEX dataset_project_created ON dataset (project_id, id);
CREATE INDEX dataset_source_created ON dataset (source_id, id);
CREATE INDEX dataset_source_state ON dataset (source_id, state);
CREATE INDEX dataset_data_object ON dataset (data_object) WHERE data_object IS NOT NULL;
CREATE INDEX dataset_rejects_object ON dataset (rejects_object) WHERE rejects_object IS NOT NULL;

SELECT policy_people('dataset', 'recon_api', 'recon_data');
SELECT policy_service('dataset', 'recon_intake', 'recon_matcher', 'recon_operator');
GRANT SELECT ON dataset TO recon_api, recon_data, recon_intake, recon_matcher, recon_operator;
GRANT INSERT ON dataset TO recon_intake;
GRANT UPDATE (mapping_version, state, rows_read, rows_accepted, rows_rejected, rows_skipped, sums,
	proposal_sealed, data_object, rejects_object, error_code, error_detail, read_at, version)
	ON dataset TO recon_intake;
