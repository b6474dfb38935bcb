/*
 * What stays open, in the result's form: the record, what is left of it, its best candidate and the
 * reason (close_reason.c); and how long records are in transit.
 */
#include <stdlib.h>

#include "match/close.h"

#define TRANSIT_DEFAULT 3

/* ---- days ---- */

static const struct field *date_field(const struct engine *e)
{
	for (uint32_t i = 0; i < e->nf; i++)
		if (e->f[i].rule->type == RULES_DATE && e->f[i].both)
			return &e->f[i];
	return NULL;
}

static int32_t last_day(const struct engine *e, const struct field *f, int side)
{
	int32_t last = INT32_MIN;

	if (e->rs->side[side].as_of != INT32_MIN)
		return e->rs->side[side].as_of;
	for (uint32_t r = 0; f != NULL && r < e->n[side]; r++)
		if (vec_valid(&f->v[side], r))
			last = MAX(last, f->v[side].i32[r]);
	return last;
}

#define LAG_MAX 400

/* Days within which as many of the confirmed pairs as the ruleset says, or 99 %, found each other;
 * right after left, and the other way round. */
static void learn_lags(struct closing *c, const struct field *f)
{
	const struct engine *e = c->e;

	for (int side = 0; side < 2; side++) {
		uint32_t count[LAG_MAX + 1] = {0}, total = 0, seen = 0;
		int32_t lag = TRANSIT_DEFAULT;
		for (size_t i = 0; i < e->found.n && f != NULL; i++) {
			const struct found *m = &e->found.p[i];
			if (m->status != STATUS_CONFIRMED || m->key[0] == NO_ROW || m->key[1] == NO_ROW ||
				!vec_valid(&f->v[0], m->key[0]) || !vec_valid(&f->v[1], m->key[1]))
				continue;
			int32_t days = f->v[1].i32[m->key[1]] - f->v[0].i32[m->key[0]];
			days = side == LEFT ? days : -days;
			count[days < 0 ? 0 : MIN(days, LAG_MAX)]++;
			total++;
		}
		const struct rules_transit *t = &e->rs->transit[side];
		for (int32_t d = 0; d <= LAG_MAX && total >= 30; d++) {
			seen += count[d];
			lag = d;
			if ((uint64_t)seen * 100 >= (uint64_t)total * t->days)
				break;
		}
		c->lag_known[side] = total >= 30 || t->how != RULES_TRANSIT_LEARNED;
		c->receipt->transit_days[side] =
			t->how == RULES_TRANSIT_LEARNED ? lag : (int32_t)t->days;
		c->receipt->as_of[side] = last_day(e, f, side);
	}
}

static bool is_reserved(const struct engine *e, int side, uint32_t row)
{
	return e->state[side][row] == ROW_RESERVED ||
		(e->reserved_amount[side] != NULL && e->reserved_amount[side][row] != 0);
}

/* Found by a pass that gives hints, and nothing came of it. */
static bool is_hint(const struct closing *c, int side, uint32_t row, uint32_t candidate)
{
	return candidate != RESULT_NONE && c->e->state[side][row] == ROW_OPEN &&
		c->e->rs->passes[c->candidate_pass[candidate]].then.hint;
}

/* Open items are written in parallel: each chunk of rows knows where its first one goes. */
struct open_writing {
	struct closing *c;
	const struct reasons *q;
	uint32_t *at; /* per chunk, the left side's chunks first */
};

struct span {
	int side;
	uint32_t first, end;
};

static struct span open_span(const struct engine *e, uint32_t chunk)
{
	uint32_t left = chunks(e->n[LEFT]);
	struct span s = {.side = chunk < left ? LEFT : RIGHT};

	s.first = (s.side == LEFT ? chunk : chunk - left) * CHUNK_ROWS;
	s.end = MIN(s.first + CHUNK_ROWS, e->n[s.side]);
	return s;
}

static void count_open_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct open_writing *w = arg;
	struct span s = open_span(e, chunk);
	uint32_t n = 0;

	(void)thread;
	for (uint32_t r = s.first; r < s.end; r++)
		n += close_is_open(e, s.side, r);
	w->at[chunk] = n;
}

/* The first candidate of (input, row), or RESULT_NONE; the rows that are asked for only go up. */
static uint32_t nearest_from(
	const struct result_candidates *c, uint32_t *at, uint16_t input, uint32_t row)
{
	while (*at < c->n &&
		(c->input[*at] < input || (c->input[*at] == input && c->row[*at] < row)))
		++*at;
	return *at < c->n && c->input[*at] == input && c->row[*at] == row ? *at : RESULT_NONE;
}

static void write_open_row(
	const struct reasons *q, int side, uint32_t r, uint32_t at, uint32_t *candidate)
{
	const struct closing *c = q->c;
	const struct engine *e = c->e;
	struct result_open *to = &c->r->open;

	close_address(e, side, r, &to->input[at], &to->row[at]);
	to->break_type[at] = reasons_of(q, side, r);
	to->flags[at] = e->cap[side] != NULL && e->cap[side][e->rep[side][r]] > 0 &&
		(e->rep[side][r] != r || e->chain[side][r] != NO_ROW) ?
		RESULT_INTERCHANGEABLE : 0;
	to->remaining[at] = row_amount(e, side, r) +
		(e->reserved_amount[side] != NULL ? e->reserved_amount[side][r] : 0);
	to->nearest[at] = nearest_from(&c->r->candidates, candidate, to->input[at], to->row[at]);
	if (is_hint(c, side, r, to->nearest[at]))
		to->flags[at] |= RESULT_HINT;
	to->match[at] = is_reserved(e, side, r) ? c->match_of[side][r] : 0;
}

static void write_open_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct open_writing *w = arg;
	struct reasons q = *w->q;
	struct span s = open_span(e, chunk);
	uint32_t at = w->at[chunk], candidate, row;
	uint16_t input;

	close_address(e, s.side, s.first, &input, &row);
	candidate = close_candidate_from(&w->c->r->candidates, input, row);
	q.metric = engine_metric(e, thread);
	for (uint32_t r = s.first; q.metric != NULL && r < s.end; r++)
		if (close_is_open(e, s.side, r))
			write_open_row(&q, s.side, r, at++, &candidate);
}

static int write_open(struct closing *c, const struct reasons *q)
{
	struct engine *e = c->e;
	uint32_t n = chunks(e->n[LEFT]) + chunks(e->n[RIGHT]), total = 0;
	struct open_writing w = {c, q, ENGINE_NEW(e, (size_t)n + 1, uint32_t)};

	if (!engine_ok(e))
		return 0;
	par_for(e, n, count_open_chunk, &w);
	for (uint32_t chunk = 0; chunk < n; chunk++) {
		uint32_t some = w.at[chunk];
		w.at[chunk] = total;
		total += some;
	}
	int rc = engine_ok(e) ? result_set_open(c->r, total, NULL) : 0;
	if (rc == 0 && engine_ok(e))
		par_for(e, n, write_open_chunk, &w);
	engine_free(e, w.at);
	return rc;
}

void close_open(struct closing *c)
{
	struct engine *e = c->e;
	const struct field *date = date_field(e);
	struct reasons q;

	close_candidates(c);
	if (engine_ok(e))
		close_candidate_levels(c);
	if (!engine_ok(e))
		return;
	close_rivals(c);
	learn_lags(c, date);
	reasons_prepare(c, date, &q);
	int rc = engine_ok(e) ? write_open(c, &q) : 0;
	if (rc < 0)
		engine_fail(e, rc);
	reasons_free(&q);
}
