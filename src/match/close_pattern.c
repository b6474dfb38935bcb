/*
 * The pattern table: which level each compared field of a match fell into, and the average weight
 * given for it. Matches share patterns, so evidence costs four bytes a match.
 */
#include <stdlib.h>
#include <string.h>

#include "match/close.h"

struct patterns {
	struct closing *c;
	uint64_t *table; /* distinct patterns, open addressing; UINT64_MAX: free */
	uint32_t size;
	uint64_t *list;  /* ascending */
	uint32_t n;
	int64_t *bits;   /* pattern x field: sum */
	uint32_t *uses;
};

static bool has_pattern(const struct found *m)
{
	return m->key[LEFT] != NO_ROW && m->key[RIGHT] != NO_ROW;
}

static void level_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, (uint32_t)e->found.n);
	int32_t bits[PATTERN_FIELDS];

	(void)arg;
	for (uint32_t i = chunk * CHUNK_ROWS; i < end; i++) {
		struct found *m = &e->found.p[i];
		if (has_pattern(m))
			m->levels = score_levels(e, engine_metric(e, thread),
				&e->rs->passes[m->pass],
				(struct pair){LEFT, RIGHT, m->key[LEFT], m->key[RIGHT]}, bits);
	}
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

#define PATTERNS_MAX 65536u

static void collect(struct patterns *p)
{
	struct engine *e = p->c->e;
	uint64_t last = UINT64_MAX;

	p->size = 4 * PATTERNS_MAX;
	p->table = ENGINE_NEW(e, p->size, uint64_t);
	p->list = ENGINE_NEW(e, PATTERNS_MAX, uint64_t);
	if (!engine_ok(e))
		return;
	memset(p->table, 0xff, p->size * sizeof(*p->table));
	for (size_t i = 0; i < e->found.n && p->n < PATTERNS_MAX; i++) {
		uint64_t levels = e->found.p[i].levels;
		if (!has_pattern(&e->found.p[i]) || levels == last)
			continue;
		last = levels;
		uint32_t at = (uint32_t)mix64(levels) & (p->size - 1);
		while (p->table[at] != UINT64_MAX && p->table[at] != levels)
			at = (at + 1) & (p->size - 1);
		if (p->table[at] == UINT64_MAX)
			p->table[at] = p->list[p->n++] = levels;
	}
	if (p->n > 1)
		qsort(p->list, p->n, sizeof(*p->list), by_value);
}

static uint32_t number_of(const struct patterns *p, uint64_t levels)
{
	uint32_t low = 0, high = p->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (p->list[middle] < levels)
			low = middle + 1;
		else
			high = middle;
	}
	return low < p->n && p->list[low] == levels ? low : RESULT_NONE;
}

static void bits_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct patterns *p = arg;
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, (uint32_t)e->found.n);
	int32_t bits[PATTERN_FIELDS];

	for (uint32_t no = chunk * CHUNK_ROWS; no < end; no++) {
		const struct found *m = &e->found.p[p->c->order[no]];
		uint32_t pattern = has_pattern(m) ? number_of(p, m->levels) : RESULT_NONE;
		p->c->r->matches.pattern[no] = pattern;
		if (pattern == RESULT_NONE)
			continue;
		(void)score_levels(e, engine_metric(e, thread), &e->rs->passes[m->pass],
			(struct pair){LEFT, RIGHT, m->key[LEFT], m->key[RIGHT]}, bits);
		for (uint32_t f = 0; f < p->c->r->ncomparisons; f++)
			__atomic_fetch_add(&p->bits[(size_t)pattern * PATTERN_FIELDS + f], bits[f],
				__ATOMIC_RELAXED);
		__atomic_fetch_add(&p->uses[pattern], 1, __ATOMIC_RELAXED);
	}
}

/* All comparisons have the same list of levels: those of score.c but "missing". */
static int set_levels(struct closing *c)
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

static int write_patterns(struct patterns *p)
{
	struct result *r = p->c->r;
	int64_t *sum = calloc((size_t)r->nlevels + 1, sizeof(*sum));
	int64_t *uses = calloc((size_t)r->nlevels + 1, sizeof(*uses));
	int rc = sum == NULL || uses == NULL ? E_NO_MEMORY : result_set_patterns(r, p->n, NULL);

	for (uint32_t i = 0; i < p->n && rc == 0; i++)
		for (uint32_t f = 0; f < r->ncomparisons; f++) {
			size_t at = (size_t)i * r->ncomparisons + f;
			unsigned level = (unsigned)(p->list[i] >> 4 * f & 15);
			int64_t bits = p->bits[(size_t)i * PATTERN_FIELDS + f];
			r->pattern_bits[at] = (int32_t)(bits / MAX(p->uses[i], 1u));
			r->pattern_level[at] = level == LEVEL_MISSING ? RESULT_LEVEL_MISSING :
				(uint8_t)(level - 1);
			if (level == LEVEL_MISSING)
				continue;
			sum[r->comparisons[f].level_first + level - 1] += bits;
			uses[r->comparisons[f].level_first + level - 1] += p->uses[i];
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
	struct patterns p = {.c = c};
	int rc = set_levels(c);

	if (rc == 0)
		par_for(e, chunks(e->found.n), level_chunk, NULL);
	collect(&p);
	p.bits = ENGINE_ZNEW(e, (size_t)p.n * PATTERN_FIELDS + 1, int64_t);
	p.uses = ENGINE_ZNEW(e, (size_t)p.n + 1, uint32_t);
	if (rc == 0 && engine_ok(e))
		par_for(e, chunks(e->found.n), bits_chunk, &p);
	if (rc == 0 && engine_ok(e))
		rc = write_patterns(&p);
	if (rc < 0)
		engine_fail(e, rc);
	engine_free(e, p.table);
	engine_free(e, p.list);
	engine_free(e, p.bits);
	engine_free(e, p.uses);
}
