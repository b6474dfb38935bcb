/*
 * The list of rejects by line. Rows that are no rows are rejected when they are met, others when their
 * block is typed, so the list may come in another order than the file.
 */
#include <stdlib.h>

#include "read/maker_private.h"

struct place {
	int64_t line;
	uint32_t row;
};

static int by_line(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static void copy_column(struct col_build *b, uint32_t c, const struct col_table *t,
	const struct place *places)
{
	const struct col *from = &t->cols[c];

	col_build_define(b, c, from->name, from->type, from->role);
	for (uint32_t k = 0; k < t->rows; k++) {
		uint32_t row = places[k].row;

		if (!col_valid(from, row))
			col_build_missing(b, c);
		else if (col_held(from->type) == COL_STR)
			col_build_str(b, c, col_text(from, row), SV_NULL);
		else
			col_build_i64(b, c, from->i64[row]);
	}
}

int maker_order_rejects(struct col_table *t, struct err *err)
{
	const int64_t *line = t->cols[0].i64;
	bool ordered = true;

	for (uint32_t r = 1; r < t->rows; r++)
		ordered &= line[r - 1] <= line[r];
	if (ordered)
		return 0;
	struct place *places CLEANUP(free_ptr) = reallocarray(NULL, t->rows, sizeof(*places));
	struct col_build b CLEANUP(col_build_free) = COL_BUILD_INIT;
	struct col_table sorted = COL_TABLE_INIT;
	if (places == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t r = 0; r < t->rows; r++)
		places[r] = (struct place){line[r], r};
	qsort(places, t->rows, sizeof(*places), by_line);
	int rc = col_build_init(&b, t->ncols, err);
	for (uint32_t c = 0; c < t->ncols && rc == 0; c++)
		copy_column(&b, c, t, places);
	if (rc == 0)
		rc = col_build_finish(&b, &sorted, err);
	if (rc != 0)
		return rc;
	col_table_free(t);
	*t = sorted;
	return 0;
}
