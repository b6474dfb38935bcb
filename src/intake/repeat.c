/*
 * Repeats: the candidates of the database, compared one after the other.
 */
#include "intake/repeat.h"

#include <string.h>

#include "intake/table.h"
#include "store/store_duplicate.h"

/* ---- against one other file ---- */

struct search {
	struct intake *in;
	const struct dataset *dataset;
	const struct file *file;
	const struct col_table *t;
	struct sv statements;
	struct arena *arena;
	uint64_t rows; /* of others, so far */
	struct repeat_list found;
};

static void add(struct search *s, const struct uuid *other, enum word kind, int64_t count)
{
	if (count > 0)
		s->found.items[s->found.n++] = (struct repeat){*other, kind, count};
}

static int compare_statements(
	struct search *s, const struct duplicate_candidate *c, struct err *err)
{
	struct buf json CLEANUP(buf_free) = BUF_INIT;
	int64_t count = 0;

	if (s->statements.n == 0 || c->statements_sealed.p == NULL)
		return 0;
	int rc = vault_unseal(s->in->vault, c->statements_sealed, &json, err);
	if (rc == 0)
		rc = repeat_count_statements(s->statements, buf_sv(&json), &count, err);
	if (rc == 0)
		add(s, &c->file_id, DUPLICATE_KIND_STATEMENT, count);
	return rc;
}

static int compare_rows(struct search *s, const struct duplicate_candidate *c, struct err *err)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct table_info info;
	struct object row;
	struct vault_object object;
	int64_t count = 0;

	s->rows += (uint64_t)c->rows_accepted;
	if (s->rows > REPEAT_ROWS_MAX || s->t->rows == 0)
		return 0;
	int rc = store_object_get(s->in->db, &c->data_object, s->arena, &row, err);
	if (rc == 0)
		rc = object_of_row(&row, &object, err);
	if (rc == 0)
		rc = intake_table_load(
			s->in, &object, COL_FILE_DATASET, TABLE_FIELDS, &info, &t, err);
	if (rc == 0)
		rc = repeat_count_rows(s->t, &t, &count, err);
	if (rc == 0)
		add(s, &c->file_id, DUPLICATE_KIND_ROWS, count);
	return rc;
}

static int compare(struct search *s, const struct duplicate_candidate *c, struct err *err)
{
	int rc = intake_beat(s->in, err);

	if (rc < 0)
		return rc;
	if (c->sha256.n == sizeof(s->file->sha256) &&
		memcmp(c->sha256.p, s->file->sha256, sizeof(s->file->sha256)) == 0) {
		add(s, &c->file_id, DUPLICATE_KIND_FILE, 1);
		return 0;
	}
	rc = compare_statements(s, c, err);
	return rc < 0 ? rc : compare_rows(s, c, err);
}

int repeat_find(struct intake *in, const struct dataset *dataset, const struct file *file,
	const struct col_table *t, struct sv statements, struct arena *a, struct repeat_list *ret,
	struct err *err)
{
	struct search s = {in, dataset, file, t, statements, a, 0, {NULL, 0}};
	struct duplicate_candidate *others;
	int32_t first, last;
	size_t n = 0;
	bool days = repeat_days(t, &first, &last);
	int rc = store_duplicate_candidates(in->db, &dataset->source_id, &dataset->file_id,
		days ? &first : NULL, days ? &last : NULL, a, &others, &n, err);

	if (rc < 0)
		return rc;
	s.found.items = ARENA_ARRAY(a, n * 2 + 1, struct repeat);
	if (s.found.items == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < n; i++) {
		struct err why = {0};

		rc = compare(&s, &others[i], &why);
		if (rc == E_FENCED || rc == E_CANCELLED || rc == E_UNAVAILABLE)
			return err_set(err, rc, "%s", why.detail);
		/* An erased or damaged one hides what it has in common, and no more. */
		if (rc < 0)
			log_warn(&in->log, "a dataset cannot be compared with another one");
	}
	*ret = s.found;
	return 0;
}

int repeat_store(struct intake *in, const struct dataset *dataset, const struct repeat_list *list,
	struct err *err)
{
	int rc = store_duplicate_forget(in->db, &dataset->file_id, err);

	for (size_t i = 0; i < list->n && rc == 0; i++)
		rc = store_duplicate_put(in->db, &dataset->project_id, &dataset->file_id,
			&list->items[i].other, list->items[i].kind, list->items[i].count, err);
	return rc;
}
