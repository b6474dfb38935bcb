/*
 * Candidates of what stays open or undecided, best first, and the runner-up of each undecided match.
 */
#include <stdlib.h>
#include <string.h>

#include "match/close.h"

#define FEW 16u /* so many are sorted in place */

static int by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->record != y->record)
		return x->record < y->record ? -1 : 1;
	if (x->confidence != y->confidence)
		return x->confidence > y->confidence ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->other < y->other ? -1 : x->other > y->other;
}

/* Best ones first, each other row once, at most RESULT_CANDIDATES_MAX of a record. */
static size_t keep_best(struct ranked *v, size_t n)
{
	size_t kept = 0, first = 0;

	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || v[kept - 1].record != v[i].record)
			first = kept;
		bool known = kept - first >= RESULT_CANDIDATES_MAX;
		for (size_t k = first; k < kept && !known; k++)
			known = v[k].other == v[i].other;
		if (!known)
			v[kept++] = v[i];
	}
	return kept;
}

/* What a candidate takes in the result, without evidence; and the ends of its arrays. */
#define CANDIDATE_BYTES 20u
#define GIVEN_ROOM 8192u

struct candidate_writing {
	struct closing *c;
	const struct ranked *v;
	size_t n;
};

static void write_candidate_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	const struct candidate_writing *w = arg;
	struct result_candidates *to = &w->c->r->candidates;
	size_t i = (size_t)chunk * CHUNK_ROWS, end = MIN(i + CHUNK_ROWS, w->n);

	(void)thread;
	for (; i < end; i++) {
		const struct ranked *from = &w->v[i];
		int side = (int)(from->record >> 32);
		close_address(e, side, (uint32_t)from->record, &to->input[i], &to->row[i]);
		close_address(e, 1 - side, from->other, &to->other_input[i], &to->other_row[i]);
		to->confidence[i] = from->confidence;
		to->weight[i] = from->weight;
		w->c->candidate_pass[i] = from->pass;
	}
}

static int write_candidates(struct closing *c, const struct ranked *v, size_t n)
{
	struct candidate_writing w = {c, v, n};

	engine_give(c->e, c->r, n * (size_t)(CANDIDATE_BYTES + 3 * c->r->ncomparisons) + GIVEN_ROOM);
	int rc = result_set_candidates(c->r, (uint32_t)n, NULL);

	c->candidate_pass = ENGINE_NEW(c->e, n + 1, uint16_t);
	if (c->candidate_pass == NULL)
		return c->e->error;
	if (rc == 0)
		par_for(c->e, chunks(n), write_candidate_chunk, &w);
	return rc;
}

static bool is_ranked(const struct engine *e, const struct candidate *k)
{
	return e->state[k->side][k->row] != ROW_CONFIRMED;
}

/* Lays candidates out by record; returns how many there are. */
static size_t lay_out_candidates(struct engine *e, struct ranking *k)
{
	size_t n = 0;

	for (size_t i = 0; i < e->candidate.n; i++) {
		const struct candidate *from = &e->candidate.p[i];
		if (is_ranked(e, from))
			k->first[close_place(e, from->side, from->row)]++;
	}
	for (size_t p = 0; p < k->places; p++) {
		n += k->first[p];
		k->first[p] = (uint32_t)n;
	}
	for (size_t i = e->candidate.n; i-- > 0;) {
		const struct candidate *from = &e->candidate.p[i];
		if (!is_ranked(e, from))
			continue;
		k->v[--k->first[close_place(e, from->side, from->row)]] = (struct ranked){
			.record = (uint64_t)from->side << 32 | from->row,
			.hash = e->row_hash[1 - from->side][from->other], .other = from->other,
			.confidence = from->confidence, .weight = from->weight,
			.pass = from->pass};
	}
	/* Each place now begins where it is said to end: what ends it is the next one's begin. */
	memmove(k->first, k->first + 1, (k->places - 1) * sizeof(*k->first));
	k->first[k->places - 1] = (uint32_t)n;
	return n;
}

static void sort_ranked(struct ranked *v, uint32_t n)
{
	if (n > FEW) {
		qsort(v, n, sizeof(*v), by_rank);
		return;
	}
	for (uint32_t i = 1; i < n; i++) {
		struct ranked moving = v[i];
		uint32_t k = i;
		for (; k > 0 && by_rank(&v[k - 1], &moving) > 0; k--)
			v[k] = v[k - 1];
		v[k] = moving;
	}
}

static void rank_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct ranking *k = arg;
	size_t first = (size_t)chunk * CHUNK_ROWS, end = MIN(first + CHUNK_ROWS, k->places);

	(void)e;
	(void)thread;
	for (size_t p = first; p < end; p++) {
		uint32_t from = p == 0 ? 0 : k->first[p - 1], n = k->first[p] - from;
		sort_ranked(k->v + from, n);
	}
}

void close_candidates(struct closing *c)
{
	struct engine *e = c->e;
	struct ranking k = {.v = ENGINE_NEW(e, e->candidate.n + 1, struct ranked),
		.places = (size_t)e->n[LEFT] + e->n[RIGHT]};
	size_t n = 0;

	if (e->candidate.n > UINT32_MAX)
		engine_fail(e, E_LIMIT);
	if (e->candidate.n > 0 && engine_ok(e)) {
		intern_row_hashes(e);
		k.first = ENGINE_ZNEW(e, k.places + 1, uint32_t);
	}
	if (k.first != NULL && engine_ok(e)) {
		n = lay_out_candidates(e, &k);
		par_for(e, chunks(k.places), rank_chunk, &k);
	}
	if (engine_ok(e))
		close_choices(c, &k);
	if (!engine_ok(e))
		return;
	int rc = write_candidates(c, k.v, keep_best(k.v, n));
	if (rc < 0)
		engine_fail(e, rc);
	engine_free(e, k.first);
	engine_free(e, k.v);
}

uint32_t close_candidate_from(const struct result_candidates *c, uint16_t input, uint32_t row)
{
	uint32_t low = 0, high = c->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (c->input[middle] < input || (c->input[middle] == input && c->row[middle] < row))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint32_t rival_of(const struct closing *c, uint32_t no)
{
	const struct result *r = c->r;
	const struct result_candidates *k = &r->candidates;
	uint32_t first = r->matches.member[no], row = r->members.row[first];
	uint16_t input = r->members.input[first];
	int side = 1 - r->inputs[input].side;

	for (uint32_t i = close_candidate_from(k, input, row);
		i < k->n && k->input[i] == input && k->row[i] == row; i++)
		if (c->match_of[side][c->e->base[k->other_input[i]] + k->other_row[i]] != no + 1)
			return i;
	return RESULT_NONE;
}

static void rival_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	const struct closing *c = arg;
	struct result_matches *m = &c->r->matches;
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, m->n);

	(void)e;
	(void)thread;
	for (uint32_t no = chunk * CHUNK_ROWS; no < end; no++)
		if (m->status[no] != STATUS_CONFIRMED)
			m->rival[no] = rival_of(c, no);
}

void close_rivals(struct closing *c)
{
	par_for(c->e, chunks(c->r->matches.n), rival_chunk, c);
}
