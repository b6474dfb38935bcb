/*
 * Evidence: which level each compared field of a match fell into (patterns, which matches share) and
 * the weight that its own values gave, which is rarer or commoner from pair to pair.
 */
#include <stdlib.h>
#include <string.h>

#include "match/close.h"

#define PATTERNS_MAX 65536u
#define LOCAL_PATTERNS 256u /* of a chunk, before they are added to the table */

struct pattern_sum {
	uint64_t levels;
	int64_t bits[PATTERN_FIELDS];
	uint32_t uses;
};

struct patterns {
	struct closing *c;
	pthread_mutex_t lock;
	uint32_t most;  /* patterns there is room for, a power of two */
	uint32_t *slot; /* 4 x most, by hash: place in list + 1 */
	struct pattern_sum *list; /* in no order until sorted */
	uint32_t n;
	bool overflow; /* more than fit: then none is kept, since which ones come first is chance */
};

static bool has_pattern(const struct found *m)
{
	return m->key[LEFT] != NO_ROW && m->key[RIGHT] != NO_ROW;
}

/* Sums are of integers, so the order in which chunks come does not show. */
static void add_sums(struct patterns *p, const struct pattern_sum *local, uint32_t n)
{
	pthread_mutex_lock(&p->lock);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = (uint32_t)mix64(local[i].levels) & (4 * p->most - 1);
		while (p->slot[at] != 0 && p->list[p->slot[at] - 1].levels != local[i].levels)
			at = (at + 1) & (4 * p->most - 1);
		if (p->slot[at] == 0) {
			if (p->n == p->most) {
				p->overflow = true;
				break;
			}
			p->list[p->n] = (struct pattern_sum){.levels = local[i].levels};
			p->slot[at] = ++p->n;
		}
		struct pattern_sum *to = &p->list[p->slot[at] - 1];
		for (uint32_t f = 0; f < PATTERN_FIELDS; f++)
			to->bits[f] += local[i].bits[f];
		to->uses += local[i].uses;
	}
	pthread_mutex_unlock(&p->lock);
}

static void keep_bits(const int32_t bits[PATTERN_FIELDS], uint32_t n, int16_t *to)
{
	for (uint32_t f = 0; f < n; f++)
		to[f] = (int16_t)MAX(MIN(bits[f], INT16_MAX), INT16_MIN);
}

#define AHEAD 16u

/* Right rows come in no order: what comparing a match further on will touch is asked for in time. */
static void fetch_match(const struct engine *e, const struct found *m)
{
	if (!has_pattern(m))
		return;
	const uint8_t *fixed = e->fixed + (size_t)m->pass * e->nf;
	for (uint32_t i = 0; i < e->ncompared; i++) {
		const struct field *f = &e->f[e->compared[i]];
		if (fixed[e->compared[i]] || f->id[LEFT] == NULL || f->id[RIGHT] == NULL)
			continue;
		__builtin_prefetch(&f->id[RIGHT][m->key[RIGHT]]);
		__builtin_prefetch(&f->count[RIGHT][f->id[LEFT][m->key[LEFT]]]);
	}
}

static void level_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct patterns *p = arg;
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, (uint32_t)e->found.n), n = 0, last = 0;
	struct pattern_sum *local = ENGINE_NEW(e, LOCAL_PATTERNS, struct pattern_sum);
	int32_t bits[PATTERN_FIELDS] = {0};
	const uint32_t nc = p->c->r->ncomparisons;

	for (uint32_t no = chunk * CHUNK_ROWS; local != NULL && no < end; no++) {
		struct found *m = &e->found.p[p->c->order[no]];
		if (no + AHEAD < end)
			fetch_match(e, &e->found.p[p->c->order[no + AHEAD]]);
		if (!has_pattern(m))
			continue;
		m->levels = score_levels(e, engine_metric(e, thread), &e->rs->passes[m->pass],
			(struct pair){LEFT, RIGHT, m->key[LEFT], m->key[RIGHT]},
			m->kind == KIND_1_1, bits);
		keep_bits(bits, nc, p->c->r->matches.bits + (size_t)no * nc);
		if (last >= n || local[last].levels != m->levels)
			for (last = 0; last < n && local[last].levels != m->levels;)
				last++;
		if (last == LOCAL_PATTERNS) {
			add_sums(p, local, n);
			last = n = 0;
		}
		if (last == n)
			local[n++] = (struct pattern_sum){.levels = m->levels};
		for (uint32_t f = 0; f < PATTERN_FIELDS; f++)
			local[last].bits[f] += bits[f];
		local[last].uses++;
	}
	if (local != NULL)
		add_sums(p, local, n);
	engine_free(e, local);
}

static int by_levels(const void *a, const void *b)
{
	const struct pattern_sum *x = a, *y = b;

	return x->levels < y->levels ? -1 : x->levels > y->levels;
}

static uint32_t number_of(const struct patterns *p, uint64_t levels)
{
	uint32_t low = 0, high = p->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (p->list[middle].levels < levels)
			low = middle + 1;
		else
			high = middle;
	}
	return low < p->n && p->list[low].levels == levels ? low : RESULT_NONE;
}

static void number_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	const struct patterns *p = arg;
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, (uint32_t)e->found.n);

	(void)thread;
	for (uint32_t no = chunk * CHUNK_ROWS; no < end; no++) {
		const struct found *m = &e->found.p[p->c->order[no]];
		p->c->r->matches.pattern[no] =
			has_pattern(m) ? number_of(p, m->levels) : RESULT_NONE;
	}
}

/* All comparisons have the same list of levels: those of score.c but "missing". */
int close_comparisons(struct closing *c)
{
	struct result *r = c->r;
	uint32_t nlevels = LEVEL_COUNT - 1;

	r->ncomparisons = MIN(c->e->ncompared, PATTERN_FIELDS);
	r->nlevels = nlevels * r->ncomparisons;
	r->comparisons = result_alloc(r, r->ncomparisons * sizeof(*r->comparisons));
	r->levels = result_alloc(r, r->nlevels * sizeof(*r->levels));
	if (r->comparisons == NULL || r->levels == NULL)
		return E_NO_MEMORY;
	for (uint32_t f = 0; f < r->ncomparisons; f++) {
		r->comparisons[f] = (struct result_comparison){
			.field = result_strdup(r, c->e->f[c->e->compared[f]].rule->name),
			.level_first = f * nlevels, .level_count = nlevels};
		for (uint32_t k = 0; k < nlevels; k++)
			r->levels[f * nlevels + k].name =
				result_strdup(r, sv_from_cstr(score_level_word(k + 1)));
	}
	return 0;
}

static uint8_t stored_level(unsigned level)
{
	return level == LEVEL_MISSING ? RESULT_LEVEL_MISSING : (uint8_t)(level - 1);
}

static int write_patterns(struct patterns *p)
{
	struct result *r = p->c->r;
	int64_t *sum = calloc((size_t)r->nlevels + 1, sizeof(*sum));
	int64_t *uses = calloc((size_t)r->nlevels + 1, sizeof(*uses));
	int rc = sum == NULL || uses == NULL ? E_NO_MEMORY : result_set_patterns(r, p->n, NULL);

	for (uint32_t i = 0; i < p->n && rc == 0; i++)
		for (uint32_t f = 0; f < r->ncomparisons; f++) {
			size_t at = (size_t)i * r->ncomparisons + f;
			unsigned level = (unsigned)(p->list[i].levels >> 4 * f & 15);
			int64_t bits = p->list[i].bits[f];
			r->pattern_level[at] = stored_level(level);
			if (level == LEVEL_MISSING)
				continue;
			sum[r->comparisons[f].level_first + level - 1] += bits;
			uses[r->comparisons[f].level_first + level - 1] += p->list[i].uses;
		}
	for (uint32_t k = 0; k < r->nlevels && rc == 0; k++)
		r->levels[k].weight = (int32_t)(sum[k] / MAX(uses[k], 1));
	free(sum);
	free(uses);
	return rc;
}

void close_patterns(struct closing *c)
{
	struct engine *e = c->e;
	struct patterns p = {.c = c, .most = 16};
	int rc = 0;

	pthread_mutex_init(&p.lock, NULL);
	while (p.most < PATTERNS_MAX && p.most < e->found.n)
		p.most *= 2;
	p.slot = ENGINE_ZNEW(e, 4 * (size_t)p.most, uint32_t);
	p.list = ENGINE_NEW(e, p.most, struct pattern_sum);
	if (rc == 0 && engine_ok(e)) {
		par_for(e, chunks(e->found.n), level_chunk, &p);
		p.n = p.overflow ? 0 : p.n;
		qsort(p.list, p.n, sizeof(*p.list), by_levels);
		par_for(e, chunks(e->found.n), number_chunk, &p);
	}
	if (rc == 0 && engine_ok(e))
		rc = write_patterns(&p);
	if (rc < 0)
		engine_fail(e, rc);
	pthread_mutex_destroy(&p.lock);
	engine_free(e, p.slot);
	engine_free(e, p.list);
}

/* Both ends of a candidate; those of the same record follow each other, its others come in no order. */
static struct pair candidate_pair(const struct closing *c, uint32_t i)
{
	const struct engine *e = c->e;
	const struct result_candidates *k = &c->r->candidates;
	uint32_t one = e->base[k->input[i]] + k->row[i];
	uint32_t other = e->base[k->other_input[i]] + k->other_row[i];
	bool left = c->r->inputs[k->input[i]].side == RESULT_LEFT;

	return (struct pair){LEFT, RIGHT, left ? one : other, left ? other : one};
}

static void fetch_candidates(const struct closing *c, uint32_t i, uint32_t end)
{
	for (int side = 0; side < 2; side++) {
		if (i + 2 * AHEAD < end) {
			struct pair p = candidate_pair(c, i + 2 * AHEAD);
			score_fetch_places(c->e, side, side == LEFT ? p.a : p.b);
		}
		if (i + AHEAD < end) {
			struct pair p = candidate_pair(c, i + AHEAD);
			score_fetch_values(c->e, side, side == LEFT ? p.a : p.b);
		}
	}
}

static void candidate_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct closing *c = arg;
	struct result *r = c->r;
	struct result_candidates *k = &r->candidates;
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, k->n), nc = r->ncomparisons;
	int32_t bits[PATTERN_FIELDS] = {0};

	for (uint32_t i = chunk * CHUNK_ROWS; i < end; i++) {
		fetch_candidates(c, i, end);
		uint64_t levels = score_levels(e, engine_metric(e, thread),
			&e->rs->passes[c->candidate_pass[i]], candidate_pair(c, i), false, bits);
		keep_bits(bits, nc, k->bits + (size_t)i * nc);
		for (uint32_t f = 0; f < nc; f++)
			k->level[(size_t)i * nc + f] = stored_level((unsigned)(levels >> 4 * f & 15));
	}
}

void close_candidate_levels(struct closing *c)
{
	par_for(c->e, chunks(c->r->candidates.n), candidate_chunk, c);
}
