CREATE OR REPLACE FUNCTION record_take(reconciliation integer, datasets integer[], pages integer[],
	masks bit[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
	project uuid := record_project(reconciliation, datasets);
	changed bigint;
BEGIN
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
DROP FUNCTION dataset_reverse(uuid, uuid, text);
DELETE FROM task WHERE kind = 'repair';
DROP POLICY intake ON task;
CREATE POLICY intake ON task TO recon_intake
	USING (kind IN ('scan', 'read', 'purge', 'rewrap')) WITH CHECK (kind IN ('scan', 'read'));
ALTER TABLE task DROP CONSTRAINT task_kind_check, ADD CONSTRAINT task_kind_check CHECK (kind IN
	('scan', 'read', 'match', 'export', 'backtest', 'deliver', 'purge', 'rewrap'));
ALTER TABLE job_input DROP COLUMN rows_accepted, DROP COLUMN data_object;
ALTER TABLE dataset DROP COLUMN reversed_note, DROP COLUMN reversed_by, DROP COLUMN reversed_at;
DROP TABLE repair;
DROP TABLE dataset_reading;
