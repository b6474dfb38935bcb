/*
 * Facets: values of a view's rows, counted and summed in one pass over the rows in their own order.
 * Every field of a row is a small number, and every value of every currency has a cell.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/date.h"
#include "grid/grid_private.h"

#define FACET_VALUES_MAX 256u
#define PATTERN_VALUES_MAX 100u
#define CURRENCIES_MAX 255u /* that are summed */
#define CELLS_MAX (1u << 20)
#define FACETS_MAX 10u

#define KINDS 32u
#define SMALL 16u /* more than there are statuses, states, sides */
#define TENTHS 10u
#define MARGINS 32u
#define DIGITS_MAX 20u

static const enum grid_field match_fields[] = {GRID_PASS, GRID_KIND, GRID_STATUS, GRID_STATE,
	GRID_CURRENCY, GRID_CONFIDENCE, GRID_MARGIN, GRID_DATE, GRID_AMOUNT, GRID_PATTERN};
static const enum grid_field item_fields[] = {
	GRID_SIDE, GRID_BREAK_TYPE, GRID_CURRENCY, GRID_DATE, GRID_AMOUNT};

struct cell {
	__int128 sum;
	uint32_t count;
};

/* Of one field: its values are 0 .. n - 1, each with a cell per currency. */
struct tally {
	uint32_t n;
	struct cell *cells;
};

struct count {
	const struct grid *g;
	const struct grid_states *states;
	const enum grid_field *fields;
	size_t nfields;
	uint32_t ncurrencies;
	struct tally tallies[FACETS_MAX];
};

static void count_end(struct count *c)
{
	for (size_t f = 0; f < c->nfields; f++)
		free(c->tallies[f].cells);
}

/* How many values a field may have. */
static uint32_t values_of(const struct grid *g, enum grid_field field)
{
	switch (field) {
	case GRID_PASS:
		return g->result->npasses;
	case GRID_KIND:
	case GRID_BREAK_TYPE:
		return KINDS;
	case GRID_CURRENCY:
		return 1;
	case GRID_CONFIDENCE:
		return TENTHS;
	case GRID_MARGIN:
		return MARGINS;
	case GRID_DATE:
		return g->nmonths + 1;
	case GRID_AMOUNT:
		return DIGITS_MAX;
	case GRID_PATTERN:
		return g->result->npatterns + 1;
	default:
		return SMALL;
	}
}

static int count_begin(struct count *c)
{
	for (size_t f = 0; f < c->nfields; f++) {
		struct tally *t = &c->tallies[f];
		uint64_t cells = (uint64_t)values_of(c->g, c->fields[f]) * c->ncurrencies;

		t->n = cells > CELLS_MAX ? 0 : values_of(c->g, c->fields[f]);
		t->cells = calloc((size_t)t->n * c->ncurrencies + 1, sizeof(*t->cells));
		if (t->cells == NULL)
			return E_NO_MEMORY;
	}
	return 0;
}

static inline void add(struct count *c, size_t f, uint32_t value, uint32_t currency, int64_t amount)
{
	struct tally *t = &c->tallies[f];

	if (value >= t->n)
		return;
	struct cell *cell = &t->cells[value * c->ncurrencies + currency];
	cell->count++;
	cell->sum += amount;
}

/* ---- ranges ---- */

/* 0: none, or of another century. */
static inline uint32_t month_value(const struct grid *g, int32_t day)
{
	int64_t at = (int64_t)day - g->first_day;

	return at < 0 || at >= g->ndays ? 0 : g->month[at] + 1u;
}

static inline uint32_t margin_value(uint32_t margin)
{
	uint32_t bits = margin == RESULT_NONE ? 0 : margin / 64;

	return bits == 0 ? 0 : 32u - (uint32_t)__builtin_clz(bits);
}

static inline uint32_t digits_value(int64_t amount)
{
	static const uint64_t tens[] = {0, 9, 99, 999, 9999, 99999, 999999, 9999999, 99999999,
		999999999, 9999999999, 99999999999, 999999999999, 9999999999999, 99999999999999,
		999999999999999, 9999999999999999, 99999999999999999, 999999999999999999,
		UINT64_MAX};
	/* log10 from log2, at most one too small. */
	uint32_t bits = amount <= 0 ? 0 : 64u - (uint32_t)__builtin_clzll((uint64_t)amount);
	uint32_t digits = bits * 1233 >> 12;

	return digits + ((uint64_t)MAX(amount, 0) > tens[digits]);
}

static inline uint32_t summed(const struct count *c, uint32_t currency)
{
	return currency < c->ncurrencies ? currency : 0;
}

/* ---- one pass ---- */

static void count_match(struct count *c, uint32_t id)
{
	const struct grid *g = c->g;
	const struct result_matches *m = &g->result->matches;
	const uint32_t currency = summed(c, g->match_currency[id]);
	const int64_t amount = g->match_amount[id];
	const uint32_t pattern = m->pattern[id] == RESULT_NONE ? g->result->npatterns
							       : m->pattern[id];

	add(c, 0, m->pass[id], currency, amount);
	add(c, 1, m->kind[id], currency, amount);
	add(c, 2, m->status[id], currency, amount);
	add(c, 3, c->states->state[id], currency, amount);
	add(c, 4, 0, currency, amount);
	add(c, 5, MIN(m->confidence[id] / (RESULT_CONFIDENCE_ONE / TENTHS), TENTHS - 1), currency,
		amount);
	add(c, 6, margin_value(m->margin[id]), currency, amount);
	add(c, 7, month_value(g, g->match_date[id]), currency, amount);
	add(c, 8, digits_value(amount), currency, amount);
	add(c, 9, pattern, currency, amount);
}

static void count_item(struct count *c, uint32_t id)
{
	const struct grid *g = c->g;
	const bool own = id < g->result->open.n;
	uint32_t currency;
	struct grid_item item;
	int32_t day;

	grid_item(g, id, &item);
	currency = own ? g->item_currency[id]
		       : grid_currency_index(g, grid_currency_of(g, item.input, item.row));
	day = own ? g->item_date[id] : grid_date_of(g, item.input, item.row);
	currency = summed(c, currency);
	const int64_t amount = grid_magnitude(item.remaining);

	add(c, 0, g->result->inputs[item.input].side, currency, amount);
	add(c, 1, item.break_type, currency, amount);
	add(c, 2, 0, currency, amount);
	add(c, 3, month_value(g, day), currency, amount);
	add(c, 4, digits_value(amount), currency, amount);
}

/* Rows in the order of their ids, whatever the view's is: columns are read from begin to end. */
static int count_rows(struct count *c, enum grid_kind kind, const uint32_t *ids, uint32_t n)
{
	const uint32_t words = grid_ids(c->g, kind) / 64 + 1;
	uint64_t *rows CLEANUP(free_ptr) = calloc(words, sizeof(*rows));

	if (rows == NULL)
		return E_NO_MEMORY;
	for (uint32_t i = 0; i < n; i++)
		rows[ids[i] >> 6] |= UINT64_C(1) << (ids[i] & 63);
	for (uint32_t w = 0; w < words; w++)
		for (uint64_t b = rows[w]; b != 0; b &= b - 1) {
			uint32_t id = w * 64 + (uint32_t)__builtin_ctzll(b);

			if (kind == GRID_MATCHES)
				count_match(c, id);
			else
				count_item(c, id);
		}
	return 0;
}

/* ---- words ---- */

static struct sv number_text(struct arena *a, const char *prefix, unsigned long long v)
{
	char text[40];

	snprintf(text, sizeof(text), "%s%llu", prefix, v);
	return arena_sv(a, sv_from_cstr(text));
}

static struct sv month_text(const struct grid *g, uint32_t value, struct arena *a)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	uint32_t day = 0;

	if (value == 0)
		return SV_NULL;
	while (g->month[day] + 1u < value)
		day++;
	date_format(g->first_day + (int32_t)day, &text);
	return buf_ok(&text) ? arena_sv(a, sv_from(text.p, 7)) : SV_NULL;
}

static struct sv digits_text(uint32_t value, struct arena *a)
{
	unsigned long long low = value > 0;

	for (uint32_t i = 1; i < value; i++)
		low *= 10;
	return number_text(a, "", low);
}

/* The word of a value; p NULL: the value is not shown (no currency, no break type). */
static struct sv value_text(
	const struct grid *g, enum grid_field field, uint32_t value, struct arena *a)
{
	const struct result *r = g->result;

	switch (field) {
	case GRID_PASS:
		return sv_from_cstr(r->passes[value].name);
	case GRID_KIND:
		return sv_from_cstr(outcome_word(OUTCOME_SET_KIND, value));
	case GRID_STATUS:
		return sv_from_cstr(outcome_word(OUTCOME_SET_STATUS, value));
	case GRID_STATE:
		return sv_from_cstr(match_state_word(value));
	case GRID_BREAK_TYPE:
		return sv_from_cstr(outcome_word(OUTCOME_SET_BREAK, value));
	case GRID_SIDE:
		return value == RESULT_LEFT ? SV("left") : SV("right");
	case GRID_CONFIDENCE:
		return number_text(a, "0.", value);
	case GRID_MARGIN:
		return number_text(a, "", value == 0 ? 0 : 1ull << (value - 1));
	case GRID_DATE:
		return month_text(g, value, a);
	case GRID_AMOUNT:
		return digits_text(value, a);
	case GRID_PATTERN:
		return value == r->npatterns ? SV_NULL : number_text(a, "", value);
	default:
		return SV_NULL;
	}
}

/* "ref equal, amount +1 %": what a pattern consists of. */
static struct sv pattern_label(const struct result *r, uint32_t pattern, struct arena *a)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	for (uint32_t i = 0; i < r->ncomparisons; i++) {
		const struct result_comparison *c = &r->comparisons[i];
		uint8_t level = r->pattern_level[(size_t)pattern * r->ncomparisons + i];

		if (level == RESULT_LEVEL_MISSING)
			continue;
		if (text.n > 0)
			buf_add_cstr(&text, ", ");
		buf_add_cstr(&text, c->field);
		buf_add_char(&text, ' ');
		buf_add_cstr(&text, r->levels[c->level_first + level].name);
	}
	return buf_ok(&text) ? arena_sv(a, buf_sv(&text)) : SV_NULL;
}

/* ---- the answer ---- */

struct ranked {
	uint32_t value, count;
};

static int by_count(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->value < y->value ? -1 : x->value > y->value;
}

static bool is_range(enum grid_field field)
{
	return field == GRID_CONFIDENCE || field == GRID_MARGIN || field == GRID_DATE ||
	       field == GRID_AMOUNT;
}

static int put_value(const struct count *c, enum grid_field field, const struct tally *t,
	struct ranked one, struct arena *a, struct grid_facet *ret)
{
	const struct cell *cells = &t->cells[one.value * c->ncurrencies];
	struct grid_value v = {.value = value_text(c->g, field, one.value, a), .count = one.count};

	if (v.value.p == NULL)
		return arena_ok(a) ? 0 : E_NO_MEMORY;
	if (field == GRID_PATTERN)
		v.label = pattern_label(c->g->result, one.value, a);
	v.money = ARENA_ARRAY(a, c->ncurrencies, struct grid_money);
	if (v.money == NULL)
		return E_NO_MEMORY;
	for (uint32_t i = 0; i < c->ncurrencies; i++)
		if (cells[i].count > 0)
			v.money[v.nmoney++] =
				(struct grid_money){c->g->currencies[i], cells[i].sum};
	ret->values[ret->nvalues++] = v;
	return 0;
}

/* Currencies are values of their own: one per cell. */
static int take_currencies(const struct count *c, const struct tally *t, struct arena *a,
	struct grid_facet *ret)
{
	struct ranked ranked[CURRENCIES_MAX];
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->ncurrencies; i++)
		if (t->cells[i].count > 0 && c->g->currencies[i] != 0)
			ranked[n++] = (struct ranked){i, t->cells[i].count};
	qsort(ranked, n, sizeof(*ranked), by_count);
	ret->values = ARENA_ARRAY(a, n + 1u, struct grid_value);
	for (uint32_t i = 0; ret->values != NULL && i < n; i++) {
		char code[4];
		struct grid_value *v = &ret->values[ret->nvalues++];

		col_currency_unpack(c->g->currencies[ranked[i].value], code);
		v->value = arena_sv(a, sv_from_cstr(code));
		v->count = ranked[i].count;
		v->money = ARENA_ARRAY(a, 1, struct grid_money);
		v->nmoney = 1;
		if (v->money != NULL)
			v->money[0] = (struct grid_money){c->g->currencies[ranked[i].value],
				t->cells[ranked[i].value].sum};
	}
	return arena_ok(a) ? 0 : E_NO_MEMORY;
}

static int take_tally(const struct count *c, size_t f, struct arena *a, struct grid_facet *ret)
{
	const struct tally *t = &c->tallies[f];
	const uint32_t max = ret->field == GRID_PATTERN ? PATTERN_VALUES_MAX : FACET_VALUES_MAX;
	struct ranked *ranked CLEANUP(free_ptr) = NULL;
	uint32_t n = 0;
	int rc = 0;

	if (ret->field == GRID_CURRENCY)
		return take_currencies(c, t, a, ret);
	ranked = calloc((size_t)t->n + 1, sizeof(*ranked));
	if (ranked == NULL)
		return E_NO_MEMORY;
	for (uint32_t v = 0; v < t->n; v++) {
		uint32_t count = 0;

		for (uint32_t i = 0; i < c->ncurrencies; i++)
			count += t->cells[v * c->ncurrencies + i].count;
		if (count > 0)
			ranked[n++] = (struct ranked){v, count};
	}
	if (!is_range(ret->field))
		qsort(ranked, n, sizeof(*ranked), by_count);
	ret->values = ARENA_ARRAY(a, MIN(n, max) + 1u, struct grid_value);
	for (uint32_t i = 0; ret->values != NULL && rc == 0 && i < n && ret->nvalues < max; i++)
		rc = put_value(c, ret->field, t, ranked[i], a, ret);
	return rc == 0 && arena_ok(a) ? 0 : E_NO_MEMORY;
}

int grid_facets(const struct grid *g, const struct grid_states *states, enum grid_kind kind,
	const uint32_t *ids, uint32_t n, struct arena *a, struct grid_facet **ret, size_t *ret_n,
	struct err *err)
{
	struct count c CLEANUP(count_end) = {.g = g,
		.states = states,
		.fields = kind == GRID_MATCHES ? match_fields : item_fields,
		.nfields = kind == GRID_MATCHES ? ARRAY_LEN(match_fields) : ARRAY_LEN(item_fields),
		.ncurrencies = MIN(g->ncurrencies, CURRENCIES_MAX)};
	struct grid_facet *facets = ARENA_ARRAY(a, c.nfields, struct grid_facet);
	int rc = facets == NULL ? E_NO_MEMORY : count_begin(&c);

	if (rc == 0)
		rc = count_rows(&c, kind, ids, n);
	for (size_t f = 0; rc == 0 && f < c.nfields; f++) {
		facets[f].field = c.fields[f];
		rc = take_tally(&c, f, a, &facets[f]);
	}
	if (rc != 0)
		return err_set(err, rc, NULL);
	*ret = facets;
	*ret_n = c.nfields;
	return 0;
}
