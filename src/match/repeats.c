/*
 * Records that come to a side more than once, in several files of one source. "overlap": a row of a
 * later file on a day that an earlier file covers is the k-th occurrence of the same row there, and
 * counts once. "replace": a later file supersedes what earlier ones say about its days. "append"
 * takes all; equal rows then stand in one class and show as duplicates.
 */
#include <stdlib.h>

#include "match/engine.h"

struct covered {
	int32_t first, last; /* first > last: none */
};

static const struct field *date_of(const struct engine *e, int side)
{
	for (uint32_t i = 0; i < e->nf; i++)
		if (e->f[i].rule->type == RULES_DATE && e->f[i].v[side].present)
			return &e->f[i];
	return NULL;
}

static bool day_of(const struct field *date, int side, uint32_t row, int32_t *ret)
{
	*ret = vec_valid(&date->v[side], row) ? date->v[side].i32[row] : INT32_MIN;
	return *ret != INT32_MIN;
}

static struct covered days_of(const struct engine *e, const struct field *date, uint32_t input)
{
	struct covered c = {INT32_MAX, INT32_MIN};
	int side = e->in[input].side;

	for (uint32_t r = 0; r < e->in[input].table->rows; r++) {
		int32_t day;
		if (!day_of(date, side, e->base[input] + r, &day))
			continue;
		c.first = MIN(c.first, day);
		c.last = MAX(c.last, day);
	}
	return c;
}

static bool covers(struct covered c, int32_t day)
{
	return day >= c.first && day <= c.last;
}

static void drop(struct engine *e, int side, uint32_t row)
{
	if (e->state[side][row] != ROW_OPEN)
		return;
	e->state[side][row] = ROW_EXCLUDED;
	e->nopen[side]--;
	e->repeated[side]++;
}

/* ---- replace ---- */

static void replace(struct engine *e, int side, const struct field *date)
{
	for (uint32_t later = 1; later < e->nin; later++) {
		if (e->in[later].side != side)
			continue;
		struct covered c = days_of(e, date, later);
		for (uint32_t i = 0; i < later; i++)
			for (uint32_t r = 0; e->in[i].side == side && r < e->in[i].table->rows;
				r++) {
				int32_t day;
				uint32_t row = e->base[i] + r;
				if (day_of(date, side, row, &day) && covers(c, day))
					drop(e, side, row);
			}
	}
}

/* ---- overlap ---- */

struct seen {
	uint64_t hash;
	uint32_t input, row;
};

static int by_content(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->input != y->input)
		return x->input < y->input ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static bool covered_before(
	const struct engine *e, const struct covered *covered, uint32_t input, int32_t day)
{
	for (uint32_t i = 0; i < input; i++)
		if (e->in[i].side == e->in[input].side && covers(covered[i], day))
			return true;
	return false;
}

/* Equal rows, in the order of files: each file may add what it has more of than any before it. */
static void count_once(struct engine *e, int side, const struct field *date,
	const struct covered *covered, const struct seen *v, size_t n)
{
	size_t most = 0;

	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && v[end].input == v[i].input; end++)
			;
		for (size_t k = i; k < end; k++) {
			int32_t day;
			if (k - i < most && day_of(date, side, v[k].row, &day) &&
				covered_before(e, covered, v[i].input, day))
				drop(e, side, v[k].row);
		}
		most = MAX(most, end - i);
	}
}

static void overlap(struct engine *e, int side, const struct field *date)
{
	struct covered *covered = ENGINE_NEW(e, (size_t)e->nin + 1, struct covered);
	struct seen *v = ENGINE_NEW(e, (size_t)e->n[side] + 1, struct seen);
	size_t n = 0;

	intern_row_hashes(e);
	if (!engine_ok(e))
		return;
	for (uint32_t i = 0; i < e->nin; i++) {
		if (e->in[i].side != side)
			continue;
		covered[i] = days_of(e, date, i);
		for (uint32_t r = 0; r < e->in[i].table->rows; r++) {
			uint32_t row = e->base[i] + r;
			v[n++] = (struct seen){e->row_hash[side][row], i, row};
		}
	}
	qsort(v, n, sizeof(*v), by_content);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && v[end].hash == v[i].hash; end++)
			;
		if (end - i > 1)
			count_once(e, side, date, covered, v + i, end - i);
	}
	engine_free(e, covered);
	engine_free(e, v);
}

void repeats_drop(struct engine *e)
{
	for (int side = 0; side < 2 && engine_ok(e); side++) {
		const struct field *date = date_of(e, side);
		uint32_t inputs = 0;
		for (uint32_t i = 0; i < e->nin; i++)
			inputs += e->in[i].side == side;
		if (inputs < 2 || date == NULL)
			continue;
		if (e->rs->side[side].repeats == RULES_REPEATS_REPLACE)
			replace(e, side, date);
		else if (e->rs->side[side].repeats == RULES_REPEATS_OVERLAP)
			overlap(e, side, date);
	}
}
