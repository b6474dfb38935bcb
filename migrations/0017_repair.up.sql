-- A dataset after its first reading: rejected rows that were repaired and handed in again become
-- further rows of it, and all of it can be taken back. What was read stays as it is, row by row:
-- a further reading only adds rows behind it, so a record keeps its number for ever. A job keeps the
-- reading that it was started with.

-- Readings of a dataset: 1 is of its file, each further one of a repair. The receipt is canonical
-- JSON; its hash is in the next one, so that no reading can be left out.
CREATE TABLE dataset_reading (
	dataset_id uuid NOT NULL,
	no integer NOT NULL CHECK (no >= 1),
	project_id uuid NOT NULL REFERENCES project,
	file_id uuid NOT NULL, -- that was read: the dataset's, or a repair
	data_object uuid NOT NULL,
	rejects_object uuid,
	receipt json NOT NULL,
	receipt_sha256 bytea NOT NULL CHECK (length(receipt_sha256) = 32),
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (dataset_id, no),
	FOREIGN KEY (dataset_id, project_id) REFERENCES dataset (id, project_id),
	FOREIGN KEY (file_id, project_id) REFERENCES file (id, project_id),
	FOREIGN KEY (data_object, project_id) REFERENCES vault_object (id, project_id),
	FOREIGN KEY (rejects_object, project_id) REFERENCES vault_object (id, project_id)
);
CREATE INDEX dataset_reading_project ON dataset_reading (project_id);
CREATE INDEX dataset_reading_file ON dataset_reading (file_id);
CREATE INDEX dataset_reading_data ON dataset_reading (data_object);
CREATE INDEX dataset_reading_rejects ON dataset_reading (rejects_object);

-- A file that repairs rejected rows of a dataset.
CREATE TABLE repair (
	file_id uuid PRIMARY KEY,
	dataset_id uuid NOT NULL,
	project_id uuid NOT NULL REFERENCES project,
	state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'applied', 'refused')),
	rows_repaired bigint NOT NULL DEFAULT 0 CHECK (rows_repaired >= 0),
	rows_rejected bigint NOT NULL DEFAULT 0 CHECK (rows_rejected >= 0), -- still
	rows_ignored bigint NOT NULL DEFAULT 0 CHECK (rows_ignored >= 0),   -- no rejected row has their line
	error_code text CHECK (error_code ~ '^[a-z0-9_]{1,64}$'),
	error_detail text CHECK (length(error_detail) <= 512),
	created_at timestamptz NOT NULL DEFAULT now(),
	ended_at timestamptz,
	CHECK ((state = 'waiting') = (ended_at IS NULL)),
	CHECK ((state = 'refused') = (error_code IS NOT NULL)),
	FOREIGN KEY (file_id, project_id) REFERENCES file (id, project_id) ON DELETE CASCADE,
	FOREIGN KEY (dataset_id, project_id) REFERENCES dataset (id, project_id)
);
CREATE INDEX repair_dataset ON repair (dataset_id, file_id);
CREATE INDEX repair_project ON repair (project_id);

ALTER TABLE dataset
	ADD COLUMN reversed_at timestamptz,
	ADD COLUMN reversed_by uuid REFERENCES app_user,
	ADD COLUMN reversed_note text CHECK (length(reversed_note) <= 4000),
	ADD CONSTRAINT dataset_reversed_is_marked CHECK ((state = 'reversed') = (reversed_at IS NOT NULL));
CREATE INDEX dataset_reversed_by ON dataset (reversed_by) WHERE reversed_by IS NOT NULL;

ALTER TABLE job_input
	ADD COLUMN data_object uuid,
	ADD COLUMN rows_accepted bigint,
	ADD FOREIGN KEY (data_object, project_id) REFERENCES vault_object (id, project_id);
CREATE INDEX job_input_data ON job_input (data_object) WHERE data_object IS NOT NULL;

SELECT policy_people('dataset_reading', 'recon_api');
SELECT policy_service('dataset_reading', 'recon_intake', 'recon_operator');
SELECT policy_people('repair', 'recon_api', 'recon_data');
SELECT policy_service('repair', 'recon_intake', 'recon_matcher', 'recon_operator');
GRANT SELECT ON dataset_reading TO recon_api, recon_intake, recon_operator;
GRANT INSERT ON dataset_reading TO recon_intake;
GRANT SELECT ON repair TO recon_api, recon_data, recon_intake, recon_matcher, recon_operator;
GRANT INSERT ON repair TO recon_api;
GRANT UPDATE (state, rows_repaired, rows_rejected, rows_ignored, error_code, error_detail, ended_at)
	ON repair TO recon_intake;

ALTER TABLE task DROP CONSTRAINT task_kind_check, ADD CONSTRAINT task_kind_check CHECK (kind IN
	('scan', 'read', 'repair', 'match', 'export', 'backtest', 'deliver', 'purge', 'rewrap'));
DROP POLICY intake ON task;
CREATE POLICY intake ON task TO recon_intake
	USING (kind IN ('scan', 'read', 'repair', 'purge', 'rewrap'))
	WITH CHECK (kind IN ('scan', 'read', 'repair'));

-- Takes a dataset back. Empty, or why not: 'state', 'job' (one is under way with it), 'match' (a
-- live one has records of it). The lock lets nobody take a record of it meanwhile.
CREATE FUNCTION dataset_reverse(which uuid, person uuid, note text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
	d dataset%ROWTYPE;
BEGIN
	SELECT * INTO d FROM dataset WHERE id = which FOR UPDATE;
	PERFORM scope_check(d.project_id);
	IF d.state <> 'ready' THEN
		RETURN 'state';
	END IF;
	IF EXISTS (SELECT FROM job_input i JOIN job j ON j.id = i.job_id
		WHERE i.dataset_id = which AND j.state IN ('queued', 'running'))
	THEN
		RETURN 'job';
	END IF;
	IF EXISTS (SELECT FROM dataset_page p WHERE p.dataset_no = d.no AND p.taken <> 0::bit(4096))
		OR EXISTS (SELECT FROM allocation a WHERE a.dataset_no = d.no)
	THEN
		RETURN 'match';
	END IF;
	UPDATE dataset SET state = 'reversed', reversed_at = now(), reversed_by = person,
		reversed_note = note, version = version + 1
	WHERE id = which;
	RETURN '';
END
$$;
REVOKE ALL ON FUNCTION dataset_reverse(uuid, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dataset_reverse(uuid, uuid, text) TO recon_data;

-- As before, and nothing is taken of what was taken back.
CREATE OR REPLACE FUNCTION record_take(reconciliation integer, datasets integer[], pages integer[],
	masks bit[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
	project uuid := record_project(reconciliation, datasets);
	changed bigint;
BEGIN
	PERFORM FROM dataset d WHERE d.no = ANY (datasets) ORDER BY d.no FOR SHARE;
	IF EXISTS (SELECT FROM dataset d
		WHERE d.no = ANY (datasets) AND d.state IN ('reversed', 'purged'))
	THEN
		RAISE EXCEPTION 'a dataset was reversed' USING ERRCODE = 'RC003';
	END IF;
	INSERT INTO dataset_page AS d (reconciliation_no, dataset_no, page, project_id, taken)
	SELECT reconciliation, x.dataset_no, x.page, project, x.mask
	FROM unnest(datasets, pages, masks) AS x (dataset_no, page, mask)
	ORDER BY x.dataset_no, x.page
	ON CONFLICT (reconciliation_no, dataset_no, page) DO UPDATE
	SET taken = d.taken | excluded.taken
	WHERE (d.taken & excluded.taken) = 0::bit(4096);
	GET DIAGNOSTICS changed = ROW_COUNT;
	IF changed <> cardinality(datasets) THEN
		RAISE EXCEPTION 'a record is taken already' USING ERRCODE = 'RC001';
	END IF;
END
$$;
