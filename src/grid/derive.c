/*
 * Columns that are derived from a result and its tables once, so that filters, facets and orders
 * each read one array from its begin to its end.
 */
#include <stdlib.h>

#include "base/date.h"
#include "grid/grid_private.h"

#define CURRENCIES_MAX 65535u
/* Months are told of 1900-01-01 to 2199-12-31. */
#define MONTHS_FIRST_DAY (-25567)
#define MONTHS_LAST_DAY 84005

static int make_arrays(struct grid *g, struct err *err)
{
	const size_t matches = (size_t)g->result->matches.n + 1;
	const size_t items = (size_t)g->result->open.n + 1;

	g->match_date = calloc(matches, sizeof(*g->match_date));
	g->match_amount = calloc(matches, sizeof(*g->match_amount));
	g->match_currency = calloc(matches, sizeof(*g->match_currency));
	g->match_rivals = calloc(matches, sizeof(*g->match_rivals));
	g->item_date = calloc(items, sizeof(*g->item_date));
	g->item_currency = calloc(items, sizeof(*g->item_currency));
	if (!g->match_date || !g->match_amount || !g->match_currency || !g->match_rivals ||
		!g->item_date || !g->item_currency)
		return err_set(err, E_NO_MEMORY, NULL);
	g->bytes += matches * 16 + items * 6;
	return 0;
}

/* ---- currencies ---- */

struct currencies {
	int32_t *list;
	uint32_t n, room;
	uint32_t last; /* index found last: neighbours are mostly of one currency */
};

static int index_of(struct currencies *c, int32_t currency, uint16_t *ret)
{
	uint32_t i = c->last;

	if (i >= c->n || c->list[i] != currency)
		for (i = 0; i < c->n && c->list[i] != currency; i++)
			;
	if (i == c->n && c->n == c->room) {
		uint32_t room = c->room == 0 ? 16 : c->room * 2;
		int32_t *list = realloc(c->list, room * sizeof(*list));

		if (list == NULL)
			return E_NO_MEMORY;
		c->list = list;
		c->room = room;
	}
	if (i == c->n)
		c->list[c->n++] = currency;
	c->last = i;
	*ret = (uint16_t)MIN(i, CURRENCIES_MAX);
	return 0;
}

static int derive_currencies(struct grid *g, struct err *err)
{
	const struct result *r = g->result;
	struct currencies c = {0};
	uint16_t none;
	int rc = index_of(&c, 0, &none);

	for (uint32_t i = 0; rc == 0 && i < r->matches.n; i++)
		rc = index_of(&c, r->matches.currency[i], &g->match_currency[i]);
	for (uint32_t i = 0; rc == 0 && i < r->open.n; i++)
		rc = index_of(&c, grid_currency_of(g, r->open.input[i], r->open.row[i]),
			&g->item_currency[i]);
	g->currencies = c.list;
	g->ncurrencies = c.n;
	g->bytes += c.room * sizeof(*c.list);
	return rc == 0 ? 0 : err_set(err, rc, NULL);
}

uint32_t grid_currency_index(const struct grid *g, int32_t currency)
{
	for (uint32_t i = 0; i < g->ncurrencies; i++)
		if (g->currencies[i] == currency)
			return i;
	return GRID_NONE;
}

/* ---- dates ---- */

struct days {
	int32_t first, last;
};

static void see_day(struct days *d, int32_t day)
{
	if (day == GRID_NO_DATE)
		return;
	d->first = MIN(d->first, day);
	d->last = MAX(d->last, day);
}

static void derive_dates(struct grid *g, struct days *seen)
{
	const struct result_matches *m = &g->result->matches;
	const struct result_members *members = &g->result->members;
	const struct result_open *o = &g->result->open;

	for (uint32_t i = 0; i < m->n; i++) {
		int32_t earliest = GRID_NO_DATE;

		for (uint32_t k = m->member[i]; k < m->member[i + 1]; k++) {
			int32_t day = grid_date_of(g, members->input[k], members->row[k]);

			see_day(seen, day);
			earliest = MIN(earliest, day);
		}
		g->match_date[i] = earliest;
		g->match_amount[i] = MAX(grid_magnitude(m->left[i]), grid_magnitude(m->right[i]));
	}
	for (uint32_t i = 0; i < o->n; i++) {
		g->item_date[i] = grid_date_of(g, o->input[i], o->row[i]);
		see_day(seen, g->item_date[i]);
	}
}

static int derive_months(struct grid *g, struct days seen, struct err *err)
{
	const int32_t first = MAX(seen.first, MONTHS_FIRST_DAY);
	const int32_t last = MIN(seen.last, MONTHS_LAST_DAY);
	int year, month, day, month0;

	if (first > last)
		return 0;
	g->first_day = first;
	g->ndays = (uint32_t)(last - first) + 1;
	g->month = calloc(g->ndays, sizeof(*g->month));
	if (g->month == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	date_to_civil(first, &year, &month, &day);
	month0 = year * 12 + month;
	for (uint32_t i = 0; i < g->ndays; i++) {
		date_to_civil(first + (int32_t)i, &year, &month, &day);
		g->month[i] = (uint16_t)(year * 12 + month - month0);
	}
	g->nmonths = g->month[g->ndays - 1] + 1u;
	g->bytes += g->ndays * sizeof(*g->month);
	return 0;
}

/* ---- what a decision frees ---- */

/* The suggested or ambiguous match that reserves a record: its number, 0 none. */
static uint32_t *reserved_by(const struct grid *g)
{
	const struct result_open *o = &g->result->open;
	uint32_t *match = calloc(g->first_record[g->result->ninputs] + 1, sizeof(*match));

	for (uint32_t i = 0; match != NULL && i < o->n; i++)
		match[grid_record(g, o->input[i], o->row[i])] = o->match[i];
	return match;
}

static void count_rival(struct grid *g, uint32_t match)
{
	if (match != 0 && g->match_rivals[match - 1] < UINT16_MAX)
		g->match_rivals[match - 1]++;
}

/* Pairs of a record that a match reserves with one that it does not have. */
static int derive_rivals(struct grid *g, struct err *err)
{
	const struct result_candidates *k = &g->result->candidates;
	uint32_t *match CLEANUP(free_ptr) = NULL;

	if (k->n == 0)
		return 0;
	match = reserved_by(g);
	if (match == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < k->n; i++) {
		uint32_t one = match[grid_record(g, k->input[i], k->row[i])];
		uint32_t other = match[grid_record(g, k->other_input[i], k->other_row[i])];

		if (one == other)
			continue;
		count_rival(g, one);
		count_rival(g, other);
	}
	return 0;
}

int grid_derive(struct grid *g, struct err *err)
{
	struct days seen = {INT32_MAX, INT32_MIN};
	int rc = make_arrays(g, err);

	if (rc != 0)
		return rc;
	derive_dates(g, &seen);
	rc = derive_currencies(g, err);
	if (rc == 0)
		rc = derive_months(g, seen, err);
	return rc == 0 ? derive_rivals(g, err) : rc;
}
