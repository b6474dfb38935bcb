-- One record once: within a reconciliation a record is in at most one live match.
--
-- dataset_page has one bit per record, 4096 to a page (row r is bit r % 4096 of page r / 4096,
-- counted from the left, as bit strings are). Nobody may update it but through record_take() and
-- record_release(), which take whole arrays of pages: two sides of a million records are 490 rows.
-- A record of which only a part is matched has its bit set by the first part, and its balance in
-- `allocation`, whose CHECK keeps the parts within the amount.
--
-- SQLSTATE RC001: a record is taken already; RC002: it was not taken; RC404: not in scope.

CREATE TABLE dataset_page (
	reconciliation_no integer NOT NULL,
	dataset_no integer NOT NULL REFERENCES dataset (no),
	page integer NOT NULL CHECK (page >= 0),
	project_id uuid NOT NULL,
	taken bit(4096) NOT NULL,
	PRIMARY KEY (reconciliation_no, dataset_no, page),
	FOREIGN KEY (reconciliation_no, project_id) REFERENCES reconciliation (no, project_id)
) WITH (fillfactor = 50);
CREATE INDEX dataset_page_dataset ON dataset_page (dataset_no);

CREATE TABLE allocation (
	reconciliation_no integer NOT NULL,
	dataset_no integer NOT NULL REFERENCES dataset (no),
	row_no bigint NOT NULL CHECK (row_no >= 0),
	project_id uuid NOT NULL,
	amount bigint NOT NULL CHECK (amount <> 0),
	allocated bigint NOT NULL,
	PRIMARY KEY (reconciliation_no, dataset_no, row_no),
	FOREIGN KEY (reconciliation_no, project_id) REFERENCES reconciliation (no, project_id),
	CONSTRAINT allocation_balance CHECK (
		CASE WHEN amount > 0 THEN allocated BETWEEN 1 AND amount
		ELSE allocated BETWEEN amount AND -1 END)
) WITH (fillfactor = 80);
CREATE INDEX allocation_dataset ON allocation (dataset_no);

SELECT policy_people(t, 'recon_data') FROM unnest(ARRAY['dataset_page', 'allocation']::regclass[]) t;
SELECT policy_service(t, 'recon_matcher', 'recon_operator')
	FROM unnest(ARRAY['dataset_page', 'allocation']::regclass[]) t;
GRANT SELECT ON dataset_page, allocation TO recon_data, recon_matcher, recon_operator;

-- The reconciliation's project, after checking the caller's scope and that every dataset is of the
-- same project.
CREATE FUNCTION record_project(reconciliation integer, datasets integer[]) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
	project uuid := (SELECT r.project_id FROM reconciliation r WHERE r.no = reconciliation);
BEGIN
	PERFORM scope_check(project);
	IF EXISTS (SELECT FROM (SELECT DISTINCT unnest(datasets) AS no) x
		WHERE NOT EXISTS (SELECT FROM dataset d WHERE d.no = x.no AND d.project_id = project))
	THEN
		RAISE EXCEPTION 'a dataset is of another project' USING ERRCODE = 'RC404';
	END IF;
	RETURN project;
END
$$;

-- Pages must be distinct; they are locked in their order, so two callers cannot deadlock.
CREATE FUNCTION record_take(reconciliation integer, datasets integer[], pages integer[], masks bit[])
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

CREATE FUNCTION record_release(reconciliation integer, datasets integer[], pages integer[],
	masks bit[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
	project uuid := record_project(reconciliation, datasets);
	changed bigint;
BEGIN
	PERFORM FROM dataset_page d
	JOIN unnest(datasets, pages) AS x (dataset_no, page) USING (dataset_no, page)
	WHERE d.reconciliation_no = reconciliation AND d.project_id = project
	ORDER BY d.dataset_no, d.page
	FOR UPDATE OF d;
	UPDATE dataset_page d
	SET taken = d.taken & ~x.mask
	FROM unnest(datasets, pages, masks) AS x (dataset_no, page, mask)
	WHERE d.reconciliation_no = reconciliation AND d.project_id = project
		AND d.dataset_no = x.dataset_no AND d.page = x.page AND (d.taken & x.mask) = x.mask;
	GET DIAGNOSTICS changed = ROW_COUNT;
	IF changed <> cardinality(datasets) THEN
		RAISE EXCEPTION 'a record was not taken' USING ERRCODE = 'RC002';
	END IF;
END
$$;

CREATE FUNCTION record_mask(row_no bigint) RETURNS bit
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT set_bit(0::bit(4096), (row_no % 4096)::integer, 1) $$;

-- Adds to (or with the opposite sign takes from) what is allocated of records. `amounts` are the
-- records' whole amounts. The first part takes the record, the last one given back releases it.
CREATE FUNCTION allocation_add(reconciliation integer, datasets integer[], row_nos bigint[],
	amounts bigint[], parts bigint[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
	project uuid := record_project(reconciliation, datasets);
	x record;
BEGIN
	FOR x IN SELECT * FROM unnest(datasets, row_nos, amounts, parts)
		AS t (dataset_no, row_no, amount, part) ORDER BY t.dataset_no, t.row_no
	LOOP
		DELETE FROM allocation a
		WHERE a.reconciliation_no = reconciliation AND a.dataset_no = x.dataset_no
			AND a.row_no = x.row_no AND a.amount = x.amount AND a.allocated + x.part = 0;
		IF FOUND THEN
			PERFORM record_release(reconciliation, ARRAY[x.dataset_no],
				ARRAY[(x.row_no / 4096)::integer], ARRAY[record_mask(x.row_no)]);
			CONTINUE;
		END IF;
		UPDATE allocation a SET allocated = a.allocated + x.part
		WHERE a.reconciliation_no = reconciliation AND a.dataset_no = x.dataset_no
			AND a.row_no = x.row_no AND a.amount = x.amount;
		IF NOT FOUND THEN
			PERFORM record_take(reconciliation, ARRAY[x.dataset_no],
				ARRAY[(x.row_no / 4096)::integer], ARRAY[record_mask(x.row_no)]);
			INSERT INTO allocation
			VALUES (reconciliation, x.dataset_no, x.row_no, project, x.amount, x.part);
		END IF;
	END LOOP;
END
$$;

REVOKE ALL ON FUNCTION record_project(integer, integer[]),
	record_take(integer, integer[], integer[], bit[]),
	record_release(integer, integer[], integer[], bit[]),
	allocation_add(integer, integer[], bigint[], bigint[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_take(integer, integer[], integer[], bit[]),
	allocation_add(integer, integer[], bigint[], bigint[], bigint[]) TO recon_matcher, recon_data;
GRANT EXECUTE ON FUNCTION record_release(integer, integer[], integer[], bit[]) TO recon_data;
