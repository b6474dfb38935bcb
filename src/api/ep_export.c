/*
 * What can be downloaded: a dataset's rows, the rows that were rejected (to be repaired and handed
 * in again), and the matches or open items of a view.
 */
#include "api/ep.h"
#include "api/export.h"
#include "read/mapping.h"
#include "store/store_dataset.h"
#include "store/store_file.h"
#include "store/store_source.h"
#include "write/rejects_writer.h"
#include "write/table_writer.h"

/* The name without its last extension. */
static struct sv stem_of(struct sv name)
{
	for (size_t i = name.n; i > 1; i--)
		if (name.p[i - 1] == '.')
			return sv_from(name.p, i - 1);
	return name;
}

struct source_file {
	struct dataset dataset;
	struct file file;
};

static int find_dataset(struct api *a, struct source_file *ret, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "dataset");
	int rc = store_dataset_get(a->db, &a->project.id, &id, a->arena, &ret->dataset, err);

	if (rc == 0 && ret->dataset.state != DATASET_STATE_READY &&
		ret->dataset.state != DATASET_STATE_REVERSED)
		rc = err_set(err, E_DATASET_NOT_READY, "The dataset is %s.",
			word_text(ret->dataset.state));
	if (rc == 0)
		rc = store_file_get(a->db, &a->project.id, &ret->dataset.file_id, a->arena,
			&ret->file, err);
	return rc;
}

static struct api_export export_of(
	const struct api *a, const struct source_file *s, const char *what, uint64_t rows)
{
	return (struct api_export){.format = export_format(a),
		.kind = "dataset",
		.id = s->dataset.id,
		.stem = stem_of(s->file.name),
		.what = what,
		.rows = rows};
}

int ep_dataset_rows_export(struct api *a, struct err *err)
{
	struct cache_item *item CLEANUP(cache_release) = NULL;
	struct source_file s;
	int rc = find_dataset(a, &s, err);

	if (rc == 0)
		rc = data_table(a, &s.dataset.data_object, COL_FILE_DATASET, &item, err);
	if (rc != 0)
		return rc;
	const struct col_table *t = data_table_of(item);
	const struct api_export e = export_of(a, &s, "rows", t->rows);
	rc = table_writer_check(t, e.format, err);
	if (rc == 0)
		rc = export_begin(a, &e, err);
	if (rc == 0)
		rc = table_writer_all(t, e.format, export_sink(a), err);
	return export_end(a, rc, err);
}

/* The columns that the dataset's mapping needs, so that a repaired sheet can be read. */
static int mapped_columns(struct api *a, const struct dataset *d, const struct sv **ret,
	uint32_t *ret_n, struct err *err)
{
	struct mapping_row row;
	struct mapping m;
	int rc = store_mapping_get(a->db, &a->project.id, &d->source_id, d->mapping_version,
		a->arena, &row, err);

	if (rc == 0)
		rc = mapping_from_json(row.mapping, a->arena, &m, err);
	if (rc != 0)
		return rc;
	struct sv *columns = ARENA_ARRAY(a->arena, m.nfields * MAPPING_COLUMNS_MAX + 1u, struct sv);
	uint32_t n = 0;
	if (columns == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < m.nfields; i++)
		for (uint32_t k = 0; k < m.fields[i].ncolumns; k++)
			columns[n++] = m.fields[i].columns[k];
	*ret = columns;
	*ret_n = n;
	return 0;
}

int ep_dataset_rejects_export(struct api *a, struct err *err)
{
	struct cache_item *item CLEANUP(cache_release) = NULL;
	const struct sv *columns = NULL;
	struct source_file s;
	uint32_t n = 0;
	int rc = find_dataset(a, &s, err);

	if (rc == 0 && uuid_is_nil(&s.dataset.rejects_object))
		rc = err_set(err, E_NOT_FOUND, "No row of the dataset was rejected.");
	if (rc == 0)
		rc = data_table(a, &s.dataset.rejects_object, COL_FILE_REJECTS, &item, err);
	if (rc == 0)
		rc = mapped_columns(a, &s.dataset, &columns, &n, err);
	if (rc != 0)
		return rc;
	const struct col_table *t = data_table_of(item);
	const struct api_export e = export_of(a, &s, "rejects", t->rows);
	rc = table_writer_check(t, e.format, err);
	if (rc == 0)
		rc = export_begin(a, &e, err);
	if (rc == 0)
		rc = rejects_writer_all(t, columns, n, e.format, export_sink(a), err);
	return export_end(a, rc, err);
}

/* Every match has at least one row. */
static uint64_t rows_of(const struct view_ctx *c)
{
	const struct data_view *v = cache_value(c->view_item);
	const struct grid *g = view_ctx_job(c)->grid;
	uint64_t n = v->n;

	for (uint32_t i = 0; v->kind == GRID_MATCHES && i < v->n; i++)
		n += grid_members_of(g, cache_value(c->now_item), v->ids[i]).n - 1;
	return n;
}

static int check_room(const struct view_ctx *c, uint64_t rows, enum write_format f, struct err *err)
{
	const struct data_job *job = view_ctx_job(c);
	int rc = 0;

	if (f == WRITE_XLSX && rows > WRITER_SHEET_ROWS_MAX)
		return err_set(err, E_LIMIT, "A sheet has room for %u rows; choose CSV.",
			WRITER_SHEET_ROWS_MAX);
	for (uint32_t i = 0; i < job->ninputs && rc == 0; i++)
		rc = job->tables[i]->rows > WRITER_SHEET_ROWS_MAX
			     ? 0
			     : table_writer_check(job->tables[i], f, err);
	return rc;
}

int ep_view_export(struct api *a, struct err *err)
{
	struct view_ctx c CLEANUP(view_ctx_end) = {.a = a};
	struct api_export e = {.format = export_format(a), .kind = "view"};
	int rc = view_ctx_open(&c, err);

	if (rc != 0)
		return rc;
	const struct data_view *v = cache_value(c.view_item);
	e.id = c.view.id;
	e.what = v->kind == GRID_MATCHES ? "matches" : "open-items";
	e.stem = SV("reconciliation");
	e.rows = rows_of(&c);
	rc = check_room(&c, e.rows, e.format, err);
	if (rc == 0)
		rc = export_begin(a, &e, err);
	if (rc == 0)
		rc = export_view(&c, e.format, export_sink(a), err);
	return export_end(a, rc, err);
}
