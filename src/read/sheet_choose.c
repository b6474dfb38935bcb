/*
 * A look at the first rows of every sheet.
 */
#include "read/sheet_choose.h"

#include "read/cell.h"

#define LOOK_ROWS 400u

/* Counts rows with at least two cells, and their cells. */
struct look {
	struct feed feed; /* first */
	uint32_t rows, seen;
	uint64_t cells;
};

static int take_columns(
	struct feed *feed, const struct feed_column *columns, uint32_t n, struct err *err)
{
	(void)feed;
	(void)columns;
	(void)n;
	return err_set(err, E_INTERNAL, NULL);
}

static int take_row(struct feed *feed, const struct feed_row *row, struct err *err)
{
	struct look *l = (struct look *)feed;
	uint32_t filled = 0;

	(void)err;
	for (uint32_t i = 0; i < row->n; i++)
		filled += cell_trim(row->cells[i]).n > 0;
	l->rows += filled >= 2;
	l->cells += MIN(filled, 20u);
	l->seen++;
	return l->seen >= LOOK_ROWS ? FEED_STOP : 0;
}

static const struct feed_ops ops = {
	take_columns, take_row, feed_ignore_reject, feed_ignore_statement};

int sheet_choose(struct detect *d, const struct sheet_list *list, struct err *err)
{
	const char *choices[READ_CHOICES + 1] = {0};
	uint32_t tables = 0, best = 0, first = list->n;
	uint64_t most = 0;

	uint32_t looks = list->looks > 0 ? list->looks : SHEET_LOOKS;

	for (uint32_t i = 0; i < list->n && looks > 0; i++) {
		struct look l = {.feed = {&ops}};

		if (list->items[i].hidden)
			continue;
		first = MIN(first, i);
		looks--;
		int rc = list->look(list->ctx, i, &l.feed, err);
		if (rc < 0)
			return rc;
		if (l.rows < 2)
			continue;
		if (l.cells > most) {
			most = l.cells;
			best = i;
		}
		if (tables < READ_CHOICES)
			choices[tables] = list->items[i].name.p; /* ends with NUL: of an arena */
		tables++;
	}
	if (tables == 0 || (tables == 1 && best == first))
		return 0;
	d->dialect.sheet = list->items[best].name;
	if (tables == 1)
		return 0;
	/* The one that was chosen is the first choice. */
	for (uint32_t i = 1; i < READ_CHOICES && choices[i] != NULL; i++)
		if (choices[i] == d->dialect.sheet.p) {
			choices[i] = choices[0];
			choices[0] = d->dialect.sheet.p;
		}
	choices[0] = d->dialect.sheet.p;
	detect_ask(d, "sheet", "/dialect/sheet", SV("Several sheets of the workbook have a table."),
		choices);
	return 0;
}
