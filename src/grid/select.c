/*
 * Views: one byte per row says whether it stays, each part of the spec is one loop over a column
 * that clears bytes, and what is left is sorted.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "grid/find.h"
#include "grid/grid_private.h"
#include "read/fold.h"

struct select {
	const struct grid *g;
	const struct grid_states *states;
	const struct grid_spec *spec;
	uint8_t *keep; /* per id */
	uint32_t n;
	bool *pass_ok;   /* per pass; NULL: all */
	bool *pattern_ok; /* per pattern; NULL: all */
	uint64_t *found; /* per record; NULL: no text asked for */
};

static void select_free(struct select *s)
{
	free(s->keep);
	free(s->pass_ok);
	free(s->pattern_ok);
	free(s->found);
}

static bool in_set(uint32_t set, unsigned number)
{
	return set == 0 || (number < 32 && (set >> number & 1));
}

/* ---- parts that need preparation ---- */

static int prepare_passes(struct select *s)
{
	const struct result *r = s->g->result;

	if (s->spec->npasses == 0)
		return 0;
	s->pass_ok = calloc((size_t)r->npasses + 1, sizeof(*s->pass_ok));
	if (s->pass_ok == NULL)
		return E_NO_MEMORY;
	for (uint32_t p = 0; p < r->npasses; p++)
		for (uint32_t k = 0; k < s->spec->npasses; k++)
			if (sv_eq_cstr(s->spec->passes[k], r->passes[p].name))
				s->pass_ok[p] = true;
	return 0;
}

static int prepare_patterns(struct select *s)
{
	const uint32_t n = s->g->result->npatterns;

	if (s->spec->npatterns == 0)
		return 0;
	s->pattern_ok = calloc((size_t)n + 1, sizeof(*s->pattern_ok));
	if (s->pattern_ok == NULL)
		return E_NO_MEMORY;
	for (uint32_t k = 0; k < s->spec->npatterns; k++)
		if (s->spec->patterns[k] < n)
			s->pattern_ok[s->spec->patterns[k]] = true;
	return 0;
}

static bool pattern_fits(const struct select *s, uint32_t pattern)
{
	return s->pattern_ok == NULL || (pattern != RESULT_NONE && s->pattern_ok[pattern]);
}

/* Rows of one input that have the text, into their place among all records. */
static void find_in_column(const struct col *c, uint32_t rows, struct sv plain, struct sv text,
	struct sv code, uint64_t *bits)
{
	struct sv folded = c->type == COL_CODE ? code : text;
	bool has_fold = c->fold.off != NULL || c->role == COL_FIELD;

	if (has_fold && folded.n > 0)
		find_rows(c->fold.off != NULL ? &c->fold : &c->str, rows, folded, bits);
	else if (!has_fold)
		find_rows(&c->str, rows, plain, bits);
}

static int find_in_table(struct select *s, uint32_t input, struct sv text, struct sv code)
{
	const struct col_table *t = s->g->tables[input];
	uint64_t *bits CLEANUP(free_ptr) = calloc((size_t)t->rows / 64 + 1, sizeof(*bits));
	uint64_t base = s->g->first_record[input];

	if (bits == NULL)
		return E_NO_MEMORY;
	for (uint32_t i = 0; i < t->ncols; i++)
		if (col_held(t->cols[i].type) == COL_STR)
			find_in_column(&t->cols[i], t->rows, s->spec->text, text, code, bits);
	for (uint32_t w = 0; w <= t->rows / 64; w++)
		for (uint64_t b = bits[w]; b != 0; b &= b - 1) {
			uint64_t record = base + w * 64u + (uint64_t)__builtin_ctzll(b);

			s->found[record >> 6] |= UINT64_C(1) << (record & 63);
		}
	return 0;
}

static int prepare_text(struct select *s)
{
	const struct grid *g = s->g;
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct buf code CLEANUP(buf_free) = BUF_INIT;
	int rc = 0;

	fold(s->spec->text, FOLD_TEXT, &text);
	fold(s->spec->text, FOLD_CODE, &code);
	if (!buf_ok(&text) || !buf_ok(&code))
		return E_NO_MEMORY;
	if (text.n == 0) /* nothing but blanks */
		return 0;
	s->found = calloc(g->first_record[g->result->ninputs] / 64 + 1, sizeof(*s->found));
	if (s->found == NULL)
		return E_NO_MEMORY;
	for (uint32_t i = 0; i < g->result->ninputs && rc == 0; i++)
		rc = find_in_table(s, i, buf_sv(&text), buf_sv(&code));
	return rc;
}

/* ---- matches ---- */

static bool member_found(const struct select *s, uint32_t match)
{
	const struct result *r = s->g->result;

	for (uint32_t k = r->matches.member[match]; k < r->matches.member[match + 1]; k++)
		if (grid_bit(s->found, grid_record(s->g, r->members.input[k], r->members.row[k])))
			return true;
	return false;
}

/* KEEP(cond): rows for which cond is false go. */
#define KEEP(cond)                                                                                 \
	do {                                                                                       \
		for (uint32_t i = 0; i < s->n; i++)                                                \
			keep[i] &= (uint8_t)(cond);                                                \
	} while (0)

static void filter_matches(struct select *s)
{
	const struct grid_spec *spec = s->spec;
	const struct result_matches *m = &s->g->result->matches;
	uint8_t *keep = s->keep;

	if (spec->kinds != 0)
		KEEP(in_set(spec->kinds, m->kind[i]));
	if (spec->statuses != 0)
		KEEP(in_set(spec->statuses, m->status[i]));
	if (spec->states != 0)
		KEEP(in_set(spec->states, s->states->state[i]));
	if (s->pass_ok != NULL)
		KEEP(s->pass_ok[m->pass[i]]);
	if (s->pattern_ok != NULL)
		KEEP(pattern_fits(s, m->pattern[i]));
	if (spec->has_confidence_min)
		KEEP(m->confidence[i] >= spec->confidence_min);
	if (spec->has_confidence_max)
		KEEP(m->confidence[i] <= spec->confidence_max);
	if (spec->has_margin_max)
		KEEP(m->margin[i] == RESULT_NONE || m->margin[i] <= spec->margin_max);
	if (spec->has_amount_min)
		KEEP(s->g->match_amount[i] >= spec->amount_min);
	if (spec->has_amount_max)
		KEEP(s->g->match_amount[i] <= spec->amount_max);
	if (spec->currency != 0)
		KEEP(m->currency[i] == spec->currency);
	if (spec->has_date_from)
		KEEP(s->g->match_date[i] >= spec->date_from && s->g->match_date[i] != GRID_NO_DATE);
	if (spec->has_date_to)
		KEEP(s->g->match_date[i] <= spec->date_to);
	if (s->found != NULL)
		KEEP(keep[i] && member_found(s, i));
}

/* ---- open items ---- */

static bool match_asked(const struct grid_spec *spec)
{
	return (spec->kinds | spec->statuses | spec->states) != 0 || spec->npasses > 0 ||
	       spec->npatterns > 0 || spec->has_confidence_min || spec->has_confidence_max || spec->has_margin_max;
}

/* What is asked of matches holds for the one that reserves the item. */
static bool reserved_fits(const struct select *s, uint32_t match)
{
	const struct grid_spec *spec = s->spec;
	const struct result_matches *m = &s->g->result->matches;

	if (!match_asked(spec))
		return true;
	if (match == 0)
		return false;
	uint32_t i = match - 1;
	return in_set(spec->kinds, m->kind[i]) && in_set(spec->statuses, m->status[i]) &&
	       in_set(spec->states, s->states->state[i]) &&
	       (s->pass_ok == NULL || s->pass_ok[m->pass[i]]) && pattern_fits(s, m->pattern[i]) &&
	       (!spec->has_confidence_min || m->confidence[i] >= spec->confidence_min) &&
	       (!spec->has_confidence_max || m->confidence[i] <= spec->confidence_max) &&
	       (!spec->has_margin_max || m->margin[i] == RESULT_NONE ||
		       m->margin[i] <= spec->margin_max);
}

static bool item_fits(const struct select *s, uint32_t id)
{
	const struct grid_spec *spec = s->spec;
	const struct grid *g = s->g;
	struct grid_item item;

	grid_item(g, id, &item);
	if (spec->side != GRID_ANY_SIDE && g->result->inputs[item.input].side != spec->side)
		return false;
	if (!in_set(spec->breaks, item.break_type) || !reserved_fits(s, item.match))
		return false;
	if (s->found != NULL && !grid_bit(s->found, grid_record(g, item.input, item.row)))
		return false;
	int64_t amount = grid_magnitude(item.remaining);
	if ((spec->has_amount_min && amount < spec->amount_min) ||
		(spec->has_amount_max && amount > spec->amount_max))
		return false;
	if (spec->currency != 0 && grid_currency_of(g, item.input, item.row) != spec->currency)
		return false;
	if (spec->has_date_from || spec->has_date_to) {
		int32_t date = grid_date_of(g, item.input, item.row);

		if (date == GRID_NO_DATE || (spec->has_date_from && date < spec->date_from) ||
			(spec->has_date_to && date > spec->date_to))
			return false;
	}
	return true;
}

/* The result's open items, column by column. */
static void filter_open(struct select *s)
{
	const struct grid_spec *spec = s->spec;
	const struct grid *g = s->g;
	const struct result_open *o = &g->result->open;
	const uint64_t *taken = s->states->taken;
	uint8_t *keep = s->keep;
	const uint32_t n = o->n;

#define KEEP_OPEN(cond)                                                                            \
	do {                                                                                       \
		for (uint32_t i = 0; i < n; i++)                                                   \
			keep[i] &= (uint8_t)(cond);                                                \
	} while (0)
	if (spec->side != GRID_ANY_SIDE)
		KEEP_OPEN(g->result->inputs[o->input[i]].side == spec->side);
	if (spec->breaks != 0)
		KEEP_OPEN(in_set(spec->breaks, o->break_type[i]));
	if (spec->has_amount_min)
		KEEP_OPEN(grid_magnitude(o->remaining[i]) >= spec->amount_min);
	if (spec->has_amount_max)
		KEEP_OPEN(grid_magnitude(o->remaining[i]) <= spec->amount_max);
	if (spec->currency != 0) {
		const uint32_t currency = grid_currency_index(g, spec->currency);

		KEEP_OPEN(g->item_currency[i] == currency);
	}
	if (spec->has_date_from)
		KEEP_OPEN(g->item_date[i] >= spec->date_from && g->item_date[i] != GRID_NO_DATE);
	if (spec->has_date_to)
		KEEP_OPEN(g->item_date[i] <= spec->date_to && g->item_date[i] != GRID_NO_DATE);
	if (match_asked(spec))
		KEEP_OPEN(keep[i] && reserved_fits(s, o->match[i]));
	if (s->found != NULL)
		KEEP_OPEN(keep[i] && grid_bit(s->found, grid_record(g, o->input[i], o->row[i])));
	if (s->states->any_taken)
		KEEP_OPEN(keep[i] && !grid_bit(taken, grid_record(g, o->input[i], o->row[i])));
#undef KEEP_OPEN
}

/* Members of matches that were taken apart; all other members are no items. */
static void keep_freed_members(struct select *s)
{
	const struct result *r = s->g->result;

	memset(s->keep + r->open.n, 0, r->members.n);
	for (uint32_t i = 0; i < r->matches.n; i++)
		if (r->matches.status[i] == STATUS_CONFIRMED &&
			s->states->state[i] != MATCH_CONFIRMED)
			memset(s->keep + r->open.n + r->matches.member[i], 1,
				r->matches.member[i + 1] - r->matches.member[i]);
}

static void filter_items(struct select *s)
{
	const uint32_t open = s->g->result->open.n;

	filter_open(s);
	if (!s->states->any_freed) {
		s->n = open;
		return;
	}
	keep_freed_members(s);
	for (uint32_t id = open; id < s->n; id++)
		s->keep[id] =
			s->keep[id] && item_fits(s, id) && grid_item_open(s->g, s->states, id);
}

static int collect(const struct select *s, uint32_t **ret_ids, uint32_t *ret_n)
{
	uint32_t n = 0, k = 0;

	for (uint32_t i = 0; i < s->n; i++)
		n += s->keep[i];
	/* One place more: every id is written, and stays if it is kept. */
	uint32_t *ids CLEANUP(free_ptr) = malloc(((size_t)n + 1) * sizeof(*ids));
	if (ids == NULL)
		return E_NO_MEMORY;
	for (uint32_t i = 0; i < s->n; i++) {
		ids[k] = i;
		k += s->keep[i];
	}
	int rc = grid_sort_ids(s->g, s->states, s->spec, ids, n);
	if (rc != 0)
		return rc;
	*ret_ids = TAKE(ids);
	*ret_n = n;
	return 0;
}

int grid_select(const struct grid *g, const struct grid_states *states,
	const struct grid_spec *spec, uint32_t **ret_ids, uint32_t *ret_n, struct err *err)
{
	struct select s CLEANUP(select_free) = {
		.g = g, .states = states, .spec = spec, .n = grid_ids(g, spec->kind)};

	s.keep = malloc((size_t)s.n + 1);
	if (s.keep == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	memset(s.keep, 1, s.n);
	int rc = prepare_passes(&s);
	if (rc == 0)
		rc = prepare_patterns(&s);
	if (rc == 0 && spec->text.n > 0)
		rc = prepare_text(&s);
	if (rc != 0)
		return err_set(err, rc, NULL);
	if (spec->kind == GRID_MATCHES)
		filter_matches(&s);
	else
		filter_items(&s);
	rc = collect(&s, ret_ids, ret_n);
	return rc == 0 ? 0 : err_set(err, rc, NULL);
}
