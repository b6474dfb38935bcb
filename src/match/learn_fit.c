/*
 * Expectation and maximisation in which a record has one partner: a candidate's probability is its
 * odds against those of all candidates of its record, of both records on smaller files. A pairwise
 * step without rivals calls .55 what is .99 and learns from it.
 *
 * m of a field comes from candidates that some key found by other fields: those found by the field
 * itself agree on it by choice.
 */
#include <stdlib.h>
#include <string.h>

#include "match/learn_parts.h"
#include "match/marginal.h"

#define ROUNDS 12
#define PSEUDO 2.0      /* matches that are taken as seen: half by u, half by the start values */
#define UNBIASED_LEAST 10.0
#define DOUBT 2.0
#define START_SHARE 0.5

struct fit {
	struct learn *n;
	size_t ncand;
	uint8_t *level;  /* candidate x comparison */
	int16_t *log_u;
	double *odds;
};

/* ---- levels of the candidates ---- */

static void level_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct fit *f = arg;
	const struct learn *n = f->n;
	struct metric *m = engine_metric(e, thread);
	size_t end = MIN(((size_t)chunk + 1) * CHUNK_ROWS, f->ncand);

	for (size_t i = (size_t)chunk * CHUNK_ROWS; m != NULL && i < end; i++) {
		const struct candidate_pair *p = &n->cand.pair.p[i];
		for (uint32_t k = 0; k < n->nc; k++) {
			int32_t shape;
			f->level[i * n->nc + k] =
				(uint8_t)learn_level(n, &n->c[k], m, p->l, p->r, &shape);
			f->log_u[i * n->nc + k] = (int16_t)-shape;
		}
	}
}

static void count_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct fit *f = arg;
	const struct learn *n = f->n;
	size_t end = MIN(((size_t)chunk + 1) * CHUNK_ROWS, f->ncand);

	(void)e;
	(void)thread;
	for (size_t i = (size_t)chunk * CHUNK_ROWS; i < end; i++) {
		const struct candidate_pair *p = &n->cand.pair.p[i];
		for (uint32_t k = 0; k < n->nc; k++) {
			unsigned level = f->level[i * n->nc + k];
			if (level < LEARN_LEVELS_MAX && n->c[k].how != LEARN_LONG)
				f->log_u[i * n->nc + k] =
					(int16_t)learn_log_u(n, &n->c[k], level, 0, p->l, p->r);
		}
	}
}

static void weigh_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct fit *f = arg;
	struct learn *n = f->n;
	size_t end = MIN(((size_t)chunk + 1) * CHUNK_ROWS, f->ncand);

	(void)thread;
	for (size_t i = (size_t)chunk * CHUNK_ROWS; i < end; i++) {
		int32_t w = 0;
		const struct candidate_pair *p = &n->cand.pair.p[i];
		const uint8_t *level = f->level + i * n->nc;
		for (uint32_t k = 0; k < n->nc; k++)
			if (level[k] < LEARN_LEVELS_MAX && !n->c[k].dropped)
				w += n->c[k].log_m[level[k]] - learn_joint_log_u(n, k, level,
					f->log_u[i * n->nc + k], p->l, p->r);
		n->cand.pair.p[i].w = w;
		f->odds[i] = num_pow2(&e->num, w + n->prior);
	}
}

/* ---- expectation ---- */

static void expect_pairs(struct fit *f)
{
	for (size_t i = 0; i < f->ncand; i++)
		f->n->p[i] = f->odds[i] / (1 + f->odds[i]);
}

static void expect_rows(struct fit *f)
{
	const struct candidate_pair *p = f->n->cand.pair.p;

	for (size_t i = 0, end; i < f->ncand; i = end) {
		double sum = 1;
		for (end = i; end < f->ncand && p[end].l == p[i].l; end++)
			sum += f->odds[end];
		for (size_t k = i; k < end; k++)
			f->n->p[k] = f->odds[k] / sum;
	}
}

/* Rivals of both records, by belief propagation. Rows are numbered anew, those without candidates
 * left out. */
static void expect_both(struct fit *f)
{
	struct learn *n = f->n;
	struct engine *e = n->e;
	struct marginal_work *work = marginal_work_new();
	struct assign a = {.ne = (uint32_t)f->ncand};
	struct assign_edge *edge = ENGINE_NEW(e, f->ncand + 1, struct assign_edge);
	uint32_t *number = ENGINE_ZNEW(e, (size_t)e->n[RIGHT] + 1, uint32_t);
	uint32_t *lcap = ENGINE_NEW(e, f->ncand + 1, uint32_t);
	uint32_t *rcap = ENGINE_NEW(e, f->ncand + 1, uint32_t);

	for (size_t i = 0; engine_ok(e) && i < f->ncand; i++) {
		const struct candidate_pair *p = &n->cand.pair.p[i];
		if (i == 0 || p->l != p[-1].l)
			lcap[a.nl++] = row_cap(e, LEFT, p->l);
		if (number[p->r] == 0) {
			rcap[a.nr++] = row_cap(e, RIGHT, p->r);
			number[p->r] = a.nr;
		}
		edge[i] = (struct assign_edge){a.nl - 1, number[p->r] - 1, 1};
	}
	a.edge = edge;
	a.lcap = lcap;
	a.rcap = rcap;
	if (engine_ok(e) && (work == NULL || !marginal_run(work, &a, f->odds, n->p)))
		engine_fail(e, E_NO_MEMORY);
	marginal_work_free(&work);
	engine_free(e, edge);
	engine_free(e, number);
	engine_free(e, lcap);
	engine_free(e, rcap);
}

static bool weighs_both(const struct learn *n)
{
	return MAX(n->nrows[LEFT], n->nrows[RIGHT]) <= LEARN_BELIEF_ROWS;
}

/* log2 of theta: matches expected over pairs that are left for chance. */
static void set_prior(struct learn *n, double expected)
{
	double left = n->nrows[LEFT], right = n->nrows[RIGHT];

	n->expected = expected;
	if (n->same) {
		double pairs = left * (left - 1) / 2;
		n->prior = learn_log2(expected + .5) - learn_log2(MAX(pairs - expected, 1) + .5);
		return;
	}
	double least = MIN(left, right);

	expected = MIN(expected, least);
	/* Not the free right records: with them a fit in which all have partners feeds itself. */
	n->prior = learn_log2(expected + .5) - learn_log2(left - expected + .5) -
		learn_log2(right);
	n->prior = MIN(n->prior, 0);
}

static double sum_rows(const struct fit *f, int32_t shift)
{
	const struct candidate_pair *p = f->n->cand.pair.p;
	double factor = num_pow2(&f->n->e->num, shift), all = 0;

	for (size_t i = 0, end; i < f->ncand; i = end) {
		double sum = 0;
		for (end = i; end < f->ncand && p[end].l == p[i].l; end++)
			sum += f->odds[end];
		all += sum * factor / (1 + sum * factor);
	}
	return all;
}

/* Prior odds at which as many records have a partner as are taken for granted at the start. */
static void force_prior(struct fit *f)
{
	struct learn *n = f->n;
	double want = START_SHARE * MIN(n->nfit, n->nrows[RIGHT]);
	int32_t low = -40 * RULES_BIT, high = 40 * RULES_BIT;

	while (high - low > 1) {
		int32_t middle = (low + high) / 2;
		if (sum_rows(f, middle) < want)
			low = middle;
		else
			high = middle;
	}
	if (low > 0) {
		n->prior += low;
		par_for(n->e, chunks(f->ncand), weigh_chunk, f);
	}
}

static void expect_partners(struct fit *f)
{
	if (f->n->same)
		expect_pairs(f);
	else if (weighs_both(f->n))
		expect_both(f);
	else
		expect_rows(f);
}

static double sum_partners(const struct fit *f)
{
	double sum = 0;

	for (size_t i = 0; i < f->ncand; i++)
		sum += f->n->p[i];
	return sum;
}

static void expect(struct fit *f, bool force)
{
	struct learn *n = f->n;

	par_for(n->e, chunks(f->ncand), weigh_chunk, f);
	if (force)
		force_prior(f);
	expect_partners(f);
	if (n->nfit > 0)
		set_prior(n, sum_partners(f) * n->nrows[LEFT] / n->nfit);
}

/* ---- maximisation ---- */

/* Was the candidate found by other fields than those of the comparison? */
static bool independent(const struct learn *n, uint32_t keys, uint32_t c)
{
	for (uint32_t bits = keys; bits != 0; bits &= bits - 1)
		if ((n->touches[__builtin_ctz(bits)] >> c & 1) == 0)
			return true;
	return false;
}

/* An amount that an atom explains stands in a window as well. */
static void see_bin(struct comparison *c, const struct candidate_pair *p, unsigned level, double seen)
{
	if (c->how == LEARN_AMOUNT && level >= AMOUNT_ATOM)
		c->binned[learn_amount_bin(c, p->l, p->r)] += seen;
}

static double see(const struct fit *f, uint32_t k, bool unbiased)
{
	const struct learn *n = f->n;
	struct comparison *c = &n->c[k];
	double all = 0;

	memset(c->seen, 0, sizeof(c->seen));
	memset(c->binned, 0, sizeof(c->binned));
	for (size_t i = 0; i < f->ncand; i++) {
		unsigned level = f->level[i * n->nc + k];
		if (level >= LEARN_LEVELS_MAX || n->p[i] < 1e-4 ||
			(unbiased && !independent(n, n->cand.pair.p[i].keys, k)))
			continue;
		c->seen[level] += n->p[i];
		see_bin(c, &n->cand.pair.p[i], level, n->p[i]);
		all += n->p[i];
	}
	return all;
}

static void maximise_one(const struct fit *f, uint32_t k)
{
	struct comparison *c = &f->n->c[k];
	double all = see(f, k, true), sum = 0;

	if (all < UNBIASED_LEAST)
		all = see(f, k, false);
	for (uint32_t i = 0; i < c->nlevels; i++)
		sum += c->u[i];
	for (uint32_t i = 0; i < c->nlevels; i++)
		c->m[i] = (c->seen[i] + PSEUDO * (.5 * c->u[i] / sum + .5 * c->start[i])) / (all + PSEUDO);
}

static void maximise_task(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	(void)e;
	(void)thread;
	maximise_one(arg, task);
}

/* ---- the fit ---- */

/* Pairs that look like matches one by one, before rivals are weighed, should be about as many as there
 * are matches. When they are many more, the levels tell less than their weights say: texts that share
 * words by chance, or comparisons that repeat each other. Then nothing is certain. */
static void note_doubt(const struct fit *f)
{
	double sum = 0;

	for (size_t i = 0; i < f->ncand; i++)
		sum += f->odds[i] / (1 + f->odds[i]);
	f->n->doubtful = sum > DOUBT * MAX(f->n->expected, LEARN_FEW);
}

static bool open_fit(struct learn *n, struct fit *f)
{
	struct engine *e = n->e;

	f->n = n;
	f->ncand = n->cand.pair.n;
	f->level = ENGINE_NEW(e, f->ncand * n->nc + 1, uint8_t);
	f->log_u = ENGINE_NEW(e, f->ncand * n->nc + 1, int16_t);
	f->odds = ENGINE_NEW(e, f->ncand + 1, double);
	engine_free(e, n->p);
	n->p = ENGINE_ZNEW(e, f->ncand + 1, double);
	if (engine_ok(e))
		par_for(e, chunks(f->ncand), level_chunk, f);
	if (engine_ok(e))
		par_for(e, chunks(f->ncand), count_chunk, f);
	return engine_ok(e);
}

static void close_fit(struct fit *f)
{
	engine_free(f->n->e, f->level);
	engine_free(f->n->e, f->log_u);
	engine_free(f->n->e, f->odds);
}

static void note_sure(struct learn *n)
{
	memset(n->sure[LEFT], 0, n->e->n[LEFT] * sizeof(bool));
	memset(n->sure[RIGHT], 0, n->e->n[RIGHT] * sizeof(bool));
	for (size_t i = 0; i < n->cand.pair.n; i++)
		if (n->p[i] >= LEARN_SURE && !n->same)
			n->sure[LEFT][n->cand.pair.p[i].l] = n->sure[RIGHT][n->cand.pair.p[i].r] = true;
}

static void see_sample(struct learn *n)
{
	learn_sample_weigh(n);
	learn_weights(n, false);
	if (engine_ok(n->e))
		learn_joint_weigh(n);
}

static void fit_candidates(struct learn *n)
{
	struct engine *e = n->e;
	struct fit f = {0};

	learn_weights(n, false);
	bool ok = open_fit(n, &f);
	for (int round = 0; round < ROUNDS && ok && engine_ok(e); round++) {
		expect(&f, round < n->forced);
		if (!engine_ok(e))
			break;
		n->learned = n->expected >= LEARN_FEW;
		if (!n->learned)
			break;
		par_for(e, n->nc, maximise_task, &f);
		for (uint32_t k = 0; k < n->nc; k++)
			n->c[k].muted = false;
		learn_weights(n, false);
		if (round % 3 == 0)
			see_sample(n);
	}
	n->forced = 0;
	if (ok && engine_ok(e)) {
		see_sample(n);
		learn_weights(n, n->learned);
		par_for(e, chunks(f.ncand), count_chunk, &f);
		expect(&f, false);
		note_sure(n);
		note_doubt(&f);
	}
	close_fit(&f);
}

void learn_fit(struct learn *n)
{
	learn_joint_open(n);
	if (engine_ok(n->e))
		fit_candidates(n);
	learn_joint_close(n);
}

/* Candidates were weighed by this very model when they were found. */
void learn_judge(struct learn *n)
{
	struct engine *e = n->e;
	struct fit f = {.n = n, .ncand = n->cand.pair.n,
		.odds = ENGINE_NEW(e, n->cand.pair.n + 1, double)};

	engine_free(e, n->p);
	n->p = ENGINE_ZNEW(e, f.ncand + 1, double);
	for (size_t i = 0; engine_ok(e) && i < f.ncand; i++)
		f.odds[i] = num_pow2(&e->num, n->cand.pair.p[i].w + n->prior);
	if (engine_ok(e))
		expect_partners(&f);
	if (engine_ok(e)) {
		n->expected = sum_partners(&f);
		note_sure(n);
		note_doubt(&f);
	}
	close_fit(&f);
}
