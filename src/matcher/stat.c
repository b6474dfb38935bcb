/*
 * See stat.h. Records are added up in a small hash table by their key; there are some thousand keys
 * (days x passes) for millions of records.
 */
#include "matcher/stat.h"

#include <stdlib.h>
#include <string.h>
#include "base/decimal.h"
#include "match/receipt.h"
#include "matcher/balance.h"
#include "wire/json.h"

#define PASS_OPEN UINT16_MAX

struct key {
	int32_t day;
	int32_t currency;
	uint16_t pass; /* PASS_OPEN: no match */
	uint8_t side, kind, status;
};

struct cell {
	struct key key;
	int64_t n; /* 0: free */
	__int128 minor;
};

struct cells {
	struct cell *v;
	size_t n, cap; /* cap is a power of two */
};

static bool key_eq(const struct key *a, const struct key *b)
{
	return a->day == b->day && a->currency == b->currency && a->pass == b->pass &&
	       a->side == b->side && a->kind == b->kind && a->status == b->status;
}

static size_t key_hash(const struct key *k)
{
	uint64_t x = (uint64_t)(uint32_t)k->day << 32 | (uint32_t)k->currency;

	x ^= (uint64_t)k->pass << 24 | (uint64_t)k->side << 16 | (uint64_t)k->kind << 8 | k->status;
	x *= UINT64_C(0x9e3779b97f4a7c15);
	x ^= x >> 29;
	return (size_t)(x * UINT64_C(0xbf58476d1ce4e5b9) >> 24);
}

static struct cell *cell_find(const struct cells *c, const struct key *key)
{
	size_t i = key_hash(key) & (c->cap - 1);

	while (c->v[i].n > 0 && !key_eq(&c->v[i].key, key))
		i = (i + 1) & (c->cap - 1);
	return &c->v[i];
}

static int cells_grow(struct cells *c)
{
	struct cells wider = {.cap = c->cap ? c->cap * 2 : 1024, .n = c->n};

	wider.v = calloc(wider.cap, sizeof(*wider.v));
	if (!wider.v)
		return E_NO_MEMORY;
	for (size_t i = 0; i < c->cap; i++)
		if (c->v[i].n > 0)
			*cell_find(&wider, &c->v[i].key) = c->v[i];
	free(c->v);
	*c = wider;
	return 0;
}

static int cells_add(struct cells *c, const struct key *key, int64_t minor)
{
	struct cell *cell;

	if (c->n * 2 >= c->cap && cells_grow(c) < 0)
		return E_NO_MEMORY;
	cell = cell_find(c, key);
	if (cell->n++ == 0) {
		cell->key = *key;
		c->n++;
	}
	cell->minor += minor;
	return 0;
}

static void cells_free(struct cells *c)
{
	free(c->v);
}

static int by_key(const void *a, const void *b)
{
	const struct key *x = &((const struct cell *)a)->key, *y = &((const struct cell *)b)->key;

#define BY(member)                                                                                 \
	if (x->member != y->member)                                                                \
	return x->member < y->member ? -1 : 1
	BY(day);
	BY(side);
	BY(pass);
	BY(kind);
	BY(status);
	BY(currency);
#undef BY
	return 0;
}

/* What is looked up for each record of an input. */
struct side_view {
	const struct col *date; /* NULL: none */
	struct balance balance;
};

static struct side_view *views_new(const struct match_input *inputs, const struct ruleset *rules,
	const struct result *r, struct arena *arena)
{
	struct side_view *views = ARENA_ARRAY(arena, r->ninputs, struct side_view);

	for (uint32_t i = 0; views && i < r->ninputs; i++) {
		views[i].date = col_first(inputs[i].table, COL_DATE);
		balance_init(
			&views[i].balance, rules, (enum rules_side)inputs[i].side, inputs[i].table);
	}
	return views;
}

static int32_t record_day(const struct side_view *view, uint32_t row)
{
	return view->date && col_valid(view->date, row) ? view->date->i32[row] : 0;
}

static int add_matches(const struct result *r, const struct side_view *views, struct cells *cells)
{
	for (uint32_t m = 0; m < r->matches.n; m++) {
		for (uint32_t i = r->matches.member[m]; i < r->matches.member[m + 1]; i++) {
			uint16_t input = r->members.input[i];
			struct key key = {
				.day = record_day(&views[input], r->members.row[i]),
				.currency = r->matches.currency[m],
				.pass = r->matches.pass[m],
				.side = r->inputs[input].side,
				.kind = r->matches.kind[m],
				.status = r->matches.status[m],
			};

			if (cells_add(cells, &key, r->members.allocated[i]) < 0)
				return E_NO_MEMORY;
		}
	}
	return 0;
}

/* Open records that a suggestion has were counted with it. */
static int add_open(const struct result *r, const struct side_view *views, struct cells *cells)
{
	for (uint32_t i = 0; i < r->open.n; i++) {
		uint16_t input = r->open.input[i];
		uint32_t row = r->open.row[i];
		struct key key = {
			.day = record_day(&views[input], row),
			.currency = balance_currency(&views[input].balance, row),
			.pass = PASS_OPEN,
			.side = r->inputs[input].side,
		};

		if (r->open.match[i] == 0 && cells_add(cells, &key, r->open.remaining[i]) < 0)
			return E_NO_MEMORY;
	}
	return 0;
}

/* The arrays of *ret, which are const for its readers. */
struct columns {
	int32_t *day;
	struct sv *side, *pass, *kind, *status, *currency;
	int64_t *count;
	struct sv *minor;
};

static int columns_new(size_t n, struct arena *arena, struct columns *ret)
{
	*ret = (struct columns){
		.day = ARENA_ARRAY(arena, n, int32_t),
		.side = ARENA_ARRAY(arena, n, struct sv),
		.pass = ARENA_ARRAY(arena, n, struct sv),
		.kind = ARENA_ARRAY(arena, n, struct sv),
		.status = ARENA_ARRAY(arena, n, struct sv),
		.currency = ARENA_ARRAY(arena, n, struct sv),
		.count = ARENA_ARRAY(arena, n, int64_t),
		.minor = ARENA_ARRAY(arena, n, struct sv),
	};
	return arena_ok(arena) ? 0 : E_NO_MEMORY;
}

static struct sv minor_text(__int128 minor, struct arena *arena)
{
	CLEANUP(buf_free) struct buf text = BUF_INIT;

	decimal_format128(minor, 0, &text);
	return arena_sv(arena, buf_sv(&text));
}

static void put_row(const struct result *r, const struct cell *cell, size_t i,
	const struct columns *c, struct arena *arena)
{
	const struct key *k = &cell->key;
	bool open = k->pass == PASS_OPEN;
	char currency[4];

	col_currency_unpack(k->currency, currency);
	c->day[i] = k->day;
	c->side[i] = sv_from_cstr(word_text(k->side == RESULT_LEFT ? SIDE_LEFT : SIDE_RIGHT));
	c->pass[i] = open ? SV("") : sv_from_cstr(r->passes[k->pass].name);
	c->kind[i] = open ? SV("") : sv_from_cstr(outcome_word(OUTCOME_SET_KIND, k->kind));
	c->status[i] =
		open ? SV("open") : sv_from_cstr(outcome_word(OUTCOME_SET_STATUS, k->status));
	c->currency[i] = arena_sv(arena, sv_from_cstr(currency));
	c->count[i] = cell->n;
	c->minor[i] = minor_text(cell->minor, arena);
}

static int put_rows(
	const struct result *r, struct cells *cells, struct arena *arena, struct job_stats *ret)
{
	struct columns c;
	size_t n = 0;

	if (columns_new(cells->n, arena, &c) < 0)
		return E_NO_MEMORY;
	for (size_t i = 0; i < cells->cap; i++)
		if (cells->v[i].n > 0)
			cells->v[n++] = cells->v[i];
	qsort(cells->v, n, sizeof(*cells->v), by_key);
	for (size_t i = 0; i < n; i++)
		put_row(r, &cells->v[i], i, &c, arena);
	*ret = (struct job_stats){
		n, c.day, c.side, c.pass, c.kind, c.status, c.currency, c.count, c.minor};
	return arena_ok(arena) ? 0 : E_NO_MEMORY;
}

int stat_rows(const struct match_input *inputs, const struct ruleset *rules, const struct result *r,
	struct arena *arena, struct job_stats *ret, struct err *err)
{
	CLEANUP(cells_free) struct cells cells = {0};
	const struct side_view *views = views_new(inputs, rules, r, arena);
	int code = views && cells_grow(&cells) == 0 ? 0 : E_NO_MEMORY;

	if (code == 0)
		code = add_matches(r, views, &cells);
	if (code == 0)
		code = add_open(r, views, &cells);
	if (code == 0)
		code = put_rows(r, &cells, arena, ret);
	return code < 0 ? err_set(err, code, NULL) : 0;
}

static void put_minor(struct json_writer *w, const char *key, __int128 minor)
{
	CLEANUP(buf_free) struct buf text = BUF_INIT;

	decimal_format128(minor, 0, &text);
	json_put_text(w, key, buf_sv(&text));
}

static void put_money(struct json_writer *w, const struct match_money *m)
{
	char currency[4];

	col_currency_unpack(m->currency, currency);
	json_open_object(w, NULL);
	json_put_cstr(w, "side", word_text(m->side == RESULT_LEFT ? SIDE_LEFT : SIDE_RIGHT));
	json_put_cstr(w, "currency", currency);
	/* What is to be explained: new records and those that an earlier job left open. */
	put_minor(w, "accepted", m->forward + m->accepted);
	put_minor(w, "matched", m->matched);
	put_minor(w, "open", m->open);
	json_put_bool(w, "balanced", m->balanced);
	json_close_object(w);
}

/* What the job page shows of the receipt. Statements stay in the receipt: they name accounts. */
static void put_proof(
	struct json_writer *w, const struct result *r, const struct match_receipt *receipt)
{
	const struct receipt_run none = {0};
	uint32_t recall = UINT32_MAX;
	bool complete = true, learned = false;

	for (uint32_t i = 0; i < receipt->npasses; i++) {
		const struct match_pass_stat *s = &receipt->passes[i];

		complete &= s->not_searched == 0 && s->unproved == 0;
		learned |= s->learned;
		if (s->recall > 0)
			recall = MIN(recall, s->recall);
	}
	json_put_cstr(w, "parameters", learned ? "learned" : "prior");
	json_put_bool(w, "search_complete", complete);
	if (recall == UINT32_MAX)
		json_put_null(w, "candidate_recall");
	else
		json_put_decimal(w, "candidate_recall", recall, 6);
	json_put_int(w, "carried", receipt->ncarried);
	receipt_put_identities(w, receipt, r, &none);
}

static void put_advice(struct json_writer *w, const struct match_advice_stat *a)
{
	json_open_object(w, "advice");
	json_put_int(w, "lines", a->lines);
	json_put_int(w, "lines_settled", a->settled);
	json_put_int(w, "lines_unknown", a->unknown);
	json_put_int(w, "records_differing", a->differing);
	json_close_object(w);
}

int stat_summary(const struct result *r, const struct match_receipt *receipt,
	const struct calibration *calibration, struct buf *ret, struct err *err)
{
	struct json_writer w = json_writer_of(ret);
	int64_t by_status[4] = {0};

	for (uint32_t m = 0; m < r->matches.n; m++)
		by_status[r->matches.status[m] & 3]++;
	json_open_object(&w, NULL);
	json_put_int(&w, "left_rows", receipt->rows[0]);
	json_put_int(&w, "right_rows", receipt->rows[1]);
	json_put_int(&w, "confirmed", by_status[STATUS_CONFIRMED]);
	json_put_int(&w, "suggested", by_status[STATUS_SUGGESTED]);
	json_put_int(&w, "ambiguous", by_status[STATUS_AMBIGUOUS]);
	json_put_int(&w, "open_left", receipt->open[0]);
	json_put_int(&w, "open_right", receipt->open[1]);
	json_open_array(&w, "money");
	for (uint32_t i = 0; i < receipt->nmoney; i++)
		put_money(&w, &receipt->money[i]);
	json_close_array(&w);
	calibrate_put_json(&w, calibration);
	put_proof(&w, r, receipt);
	if (receipt->advice.lines > 0)
		put_advice(&w, &receipt->advice);
	json_close_object(&w);
	return buf_ok(ret) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}
