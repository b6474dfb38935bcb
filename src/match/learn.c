/*
 * A learned pass from end to end: compare, start, choose keys, find candidates by keys, fit; then by
 * windows, fit; then among all that is left, fit; and all rows by the model when it was fitted on
 * some.
 */
#include "match/learn.h"

#include <string.h>

#include "match/learn_parts.h"

#define WINDOW_HOLDS 0.998
#define ATOM_ROUNDS 3

static bool takes_part(const struct learn *n, int side, uint32_t row)
{
	const struct engine *e = n->e;

	if (n->same)
		return e->state[side][row] == ROW_OPEN;
	return row_cap(e, side, row) > 0 && row_whole(e, side, row) &&
		test_only(e, &n->pass->only[side], side, row);
}

static void list_rows(struct learn *n)
{
	struct engine *e = n->e;

	for (int side = 0; side < 2; side++) {
		n->rows[side] = ENGINE_NEW(e, (size_t)e->n[side] + 1, uint32_t);
		n->sure[side] = ENGINE_ZNEW(e, (size_t)e->n[side] + 1, bool);
		for (uint32_t r = 0; engine_ok(e) && r < e->n[side]; r++)
			if (takes_part(n, side, r))
				n->rows[side][n->nrows[side]++] = r;
	}
}

/* Left rows chosen by what they hold, when there are many. */
static void list_fit(struct learn *n)
{
	uint32_t all = n->nrows[LEFT];
	uint64_t limit = all <= LEARN_FIT_ROWS ? UINT64_MAX : UINT64_MAX / all * LEARN_FIT_ROWS;

	n->fit = ENGINE_NEW(n->e, (size_t)all + 1, uint32_t);
	for (uint32_t i = 0; n->fit != NULL && i < all; i++)
		if (mix64(n->e->row_hash[LEFT][n->rows[LEFT][i]]) <= limit)
			n->fit[n->nfit++] = n->rows[LEFT][i];
}

static uint32_t unsure_rows(const struct learn *n, const uint32_t *rows, uint32_t nrows, uint32_t *out)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < nrows; i++)
		if (!n->sure[LEFT][rows[i]])
			out[count++] = rows[i];
	return count;
}

/* How many of the expected matches are among the candidates: keys on other fields find some again, as
 * marked animals are caught again (Chapman 1951); windows hold .998, the full product all. */
static double keys_recall(const struct learn *n)
{
	double best = 0, recall = 1;

	for (uint32_t c = 0; c < n->nc; c++) {
		double with = 0, without = 0, both = 0;
		for (size_t i = 0; i < n->cand.pair.n; i++) {
			bool a = false, b = false;
			for (uint32_t bits = n->cand.pair.p[i].keys; bits != 0; bits &= bits - 1) {
				uint64_t by = n->touches[__builtin_ctz(bits)];
				a |= (by & ~n->c[c].columns) == 0;
				b |= (by >> c & 1) == 0;
			}
			with += a ? n->p[i] : 0;
			without += b ? n->p[i] : 0;
			both += a && b ? n->p[i] : 0;
		}
		double least = MIN(with, without);
		if (least <= best)
			continue;
		best = least;
		recall = 1 - (1 - both / with) * (1 - both / without);
	}
	/* No two keys tell of each other: at least what is expected, if all records had partners. */
	double most = MIN(n->nrows[LEFT], n->nrows[RIGHT]);
	return best < LEARN_FEW ? MIN(n->expected / most, 1) : recall;
}

static void note_recall(struct learn *n, enum learn_step step, uint64_t cut)
{
	if (step == STEP_KEYS)
		n->recall = keys_recall(n);
	else if (step == STEP_WINDOW && n->not_searched == cut && (n->window.date >= 0 || n->window.amount >= 0))
		n->recall = 1 - (1 - n->recall) * (1 - WINDOW_HOLDS);
	else if (step == STEP_PRODUCT && n->not_searched == cut)
		n->recall = 1;
}

static void find_by_steps(struct learn *n, const uint32_t *rows, uint32_t nrows, bool fit)
{
	struct engine *e = n->e;
	uint32_t *unsure = ENGINE_NEW(e, (size_t)nrows + 1, uint32_t);

	bool small = (uint64_t)nrows * n->nrows[RIGHT] <= LEARN_SMALL_PRODUCT;
	int again = 0;

	for (enum learn_step step = small ? STEP_PRODUCT : STEP_KEYS;
		step <= STEP_PRODUCT && engine_ok(e); step++) {
		uint32_t count = step == STEP_KEYS ? nrows : unsure_rows(n, rows, nrows, unsure);
		if (step == STEP_WINDOW && !n->pinned)
			learn_window_make(n);
		uint64_t cut = n->not_searched;
		learn_find(n, step == STEP_KEYS ? rows : unsure, count, step);
		if (!engine_ok(e))
			break;
		if (fit)
			learn_fit(n);
		else
			learn_judge(n);
		if (engine_ok(e))
			note_recall(n, step, cut);
		/* The last step once more: atoms tell pairs that were hopeless. */
		if (fit && engine_ok(e) && again < ATOM_ROUNDS && learn_atoms_take(n) &&
			step == STEP_PRODUCT) {
			again++;
			step--;
		}
	}
	if (fit && engine_ok(e))
		learn_window_make(n); /* of the last fit: what a pinned model goes by */
	engine_free(e, unsure);
}

static void learn_run(struct learn *n)
{
	struct engine *e = n->e;

	n->window = (struct learn_window){.date = -1, .amount = -1};
	intern_row_hashes(e);
	list_rows(n);
	if (engine_ok(e))
		learn_compare_make(n);
	if (engine_ok(e))
		list_fit(n);
	learn_near_make(n);
	if (!engine_ok(e) || n->nrows[0] == 0 || n->nrows[1] == 0)
		return;
	if (e->models != NULL) {
		int rc = learn_model_read(n, e->models);
		if (rc < 0) {
			engine_fail(e, rc);
			return;
		}
	}
	if (n->pinned) {
		n->applied = true;
		learn_keys_open(n);
		find_by_steps(n, n->rows[LEFT], n->nrows[LEFT], false);
		return;
	}
	learn_sample_make(n);
	n->prior = -learn_log2(n->nrows[RIGHT]);
	if (engine_ok(e))
		learn_start(n);
	if (engine_ok(e))
		learn_keys_choose(n);
	learn_keys_open(n);
	if (engine_ok(e))
		find_by_steps(n, n->fit, n->nfit, true);
	if (engine_ok(e) && n->nfit < n->nrows[LEFT]) {
		n->cand.pair.n = 0;
		n->applied = true;
		find_by_steps(n, n->rows[LEFT], n->nrows[LEFT], false);
	}
}

/* What only finding and fitting needs; comparisons stay for evidence. */
static void learn_trim(struct learn *n)
{
	struct engine *e = n->e;

	for (uint32_t k = 0; k < n->nkeys; k++)
		learn_index_free(e, &n->index[k]);
	for (int side = 0; side < 2; side++) {
		engine_free(e, n->rows[side]);
		engine_free(e, n->sure[side]);
	}
	engine_free(e, n->fit);
	learn_sample_free(n);
	engine_free(e, n->cand.pair.p);
	engine_free(e, n->p);
}

/* The engine frees what is kept with itself. */
static void learn_keep(struct learn *n, uint32_t pass)
{
	struct engine *e = n->e;

	e->stats[pass].expected = (uint32_t)n->expected;
	e->stats[pass].recall = num_ppm(n->recall);
	e->stats[pass].learned = n->learned;
	e->stats[pass].doubtful = n->doubtful;
	learn_trim(n);
	if (e->learned == NULL)
		e->learned = ENGINE_ZNEW(e, e->rs->npasses + 1, struct learn *);
	if (e->learned != NULL)
		e->learned[pass] = n;
}

#define BEYOND (24 * RULES_BIT) /* more than any margin that is stated */

/* What each row's best candidate weighs. */
static bool note_best(struct learn *n, int32_t *best[2])
{
	struct engine *e = n->e;

	for (int side = 0; side < 2; side++) {
		best[side] = ENGINE_NEW(e, (size_t)e->n[side] + 1, int32_t);
		for (uint32_t r = 0; best[side] != NULL && r < e->n[side]; r++)
			best[side][r] = INT32_MIN / 2;
	}
	for (size_t i = 0; engine_ok(e) && i < n->cand.pair.n; i++) {
		const struct candidate_pair *p = &n->cand.pair.p[i];
		best[LEFT][p->l] = MAX(best[LEFT][p->l], p->w);
		best[RIGHT][p->r] = MAX(best[RIGHT][p->r], p->w);
	}
	return engine_ok(e);
}

/* Candidates that may come to something, in order of rows: a pair whose two records both have partners
 * that are better beyond any margin is a rival of neither. */
static void give_edges(struct learn *n, uint32_t pass, struct edges *ret)
{
	struct engine *e = n->e;
	size_t count = ret->n;
	int32_t *best[2] = {NULL, NULL};
	struct edge *all = ENGINE_NEW(e, ret->n + n->cand.pair.n + 1, struct edge);

	if (note_best(n, best) && ret->n > 0)
		memcpy(all, ret->p, ret->n * sizeof(*all));
	for (size_t i = 0; engine_ok(e) && i < n->cand.pair.n; i++) {
		const struct candidate_pair *p = &n->cand.pair.p[i];
		if (p->w + n->prior >= LEARN_HOPELESS && (p->w >= best[LEFT][p->l] - BEYOND ||
			p->w >= best[RIGHT][p->r] - BEYOND))
			all[count++] = (struct edge){.l = p->l, .r = p->r, .w = p->w,
				.pass = (uint16_t)pass};
	}
	engine_free(e, best[LEFT]);
	engine_free(e, best[RIGHT]);
	if (!engine_ok(e))
		return;
	bool joined = ret->n > 0;
	engine_free(e, ret->p);
	ret->p = all;
	ret->n = count;
	if (joined)
		edges_unify(ret);
}

void learn_pass(struct engine *e, uint32_t pass, struct edges *ret)
{
	struct learn *n = ENGINE_ZNEW(e, 1, struct learn);

	if (n == NULL)
		return;
	n->e = e;
	n->pass = &e->rs->passes[pass];
	learn_run(n);
	if (engine_ok(e))
		give_edges(n, pass, ret);
	e->stats[pass].pairs += n->pairs;
	e->stats[pass].not_searched += n->not_searched;
	learn_keep(n, pass);
}

void learn_same(struct engine *e, uint32_t pass, struct learn_pairs *ret)
{
	struct learn *n = ENGINE_ZNEW(e, 1, struct learn);

	*ret = (struct learn_pairs){0};
	if (n == NULL)
		return;
	n->e = e;
	n->pass = &e->rs->passes[pass];
	n->same = true;
	learn_run(n);
	ret->p = engine_ok(e) ? ENGINE_NEW(e, n->cand.pair.n + 1, struct learn_pair) : NULL;
	ret->prior = n->prior;
	for (size_t i = 0; ret->p != NULL && i < n->cand.pair.n; i++) {
		const struct candidate_pair *p = &n->cand.pair.p[i];
		if (p->w + n->prior >= LEARN_HOPELESS)
			ret->p[ret->n++] = (struct learn_pair){p->l, p->r, p->w, num_ppm(n->p[i])};
	}
	e->stats[pass].pairs += n->pairs;
	e->stats[pass].not_searched += n->not_searched;
	learn_keep(n, pass);
}

/* ---- evidence ---- */

/* Fine levels as the pattern table's words. */
static unsigned word_of(const struct comparison *c, unsigned level)
{
	unsigned share = level % LONG_SHARES, distance;

	switch (c->how) {
	case LEARN_SAME:
		return level == 0 ? LEVEL_EQUAL : LEVEL_ELSE;
	case LEARN_SHORT:
		return LEVEL_EQUAL + level;
	case LEARN_LONG:
		return level == 0 ? LEVEL_ELSE : share >= LONG_SHARES - 4 ? LEVEL_WORDS_MANY :
			share >= 3 ? LEVEL_WORDS_SOME : LEVEL_WORDS_FEW;
	case LEARN_AMOUNT:
		distance = level > AMOUNT_EQUAL ? level - AMOUNT_EQUAL : AMOUNT_EQUAL - level;
		return level == AMOUNT_EQUAL ? LEVEL_EQUAL : level == AMOUNT_REVERSED ?
			LEVEL_REVERSED : level >= AMOUNT_ATOM || distance <= AMOUNT_NEAR ? LEVEL_NEAR :
			LEVEL_FAR;
	case LEARN_DATE:
		return level == DATE_EQUAL ? LEVEL_EQUAL : level >= DATE_SWAPPED ? LEVEL_EDIT1 :
			level >= DATE_FIRST && level <= DATE_LAST ? LEVEL_NEAR : LEVEL_FAR;
	}
	return LEVEL_ELSE;
}

bool learn_levels(const struct engine *e, struct metric *m, const struct rules_pass *pass,
	struct pair p, int32_t ret_bits[PATTERN_FIELDS], uint64_t *ret_levels)
{
	const struct learn *n = e->learned == NULL ? NULL : e->learned[pass - e->rs->passes];
	uint8_t level[LEARN_COMPARISONS_MAX];
	int32_t bits[LEARN_COMPARISONS_MAX];

	if (n == NULL)
		return false;
	learn_weigh_each(n, m, p.a, p.b, level, bits);
	*ret_levels = 0;
	for (uint32_t i = 0; i < MIN(e->ncompared, PATTERN_FIELDS); i++) {
		uint32_t k = 0;
		ret_bits[i] = 0;
		while (k < n->nc && n->c[k].field != e->compared[i])
			k++;
		if (k == n->nc || level[k] >= LEARN_LEVELS_MAX)
			continue;
		ret_bits[i] = bits[k];
		*ret_levels |= (uint64_t)word_of(&n->c[k], level[k]) << 4 * i;
	}
	return true;
}

bool learn_doubts(const struct engine *e, const struct rules_pass *pass)
{
	const struct learn *n = e->learned == NULL ? NULL : e->learned[pass - e->rs->passes];

	return n != NULL && n->doubtful;
}
