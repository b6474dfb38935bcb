/*
 * A sample of the full product: pairs of rows chosen by what they hold, never of blocked pairs, whose
 * u would be that of pairs which agree already. What the model takes for matches is weighed out, or
 * else the levels that matter most would be worth least on small files. A product that is small
 * enough is taken whole.
 */
#include <stdlib.h>
#include <string.h>

#include "match/learn_parts.h"

#define SAMPLE_PAIRS (1u << 19)
#define SAMPLE_ROWS 16384u
#define MAYBE (-10 * RULES_BIT) /* log2 of the odds from which a pair is looked at closely */

struct chosen {
	uint64_t hash;
	uint32_t row;
};

static int by_hash(const void *a, const void *b)
{
	const struct chosen *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* The order of the files does not matter. */
uint32_t learn_sample_rows(struct learn *n, int side, uint32_t most, uint32_t *out)
{
	struct engine *e = n->e;
	uint32_t count = 0;
	uint64_t limit = n->nrows[side] <= most ? UINT64_MAX : UINT64_MAX / n->nrows[side] * most;
	struct chosen *v = ENGINE_NEW(e, (size_t)n->nrows[side] + 1, struct chosen);

	for (uint32_t i = 0; v != NULL && i < n->nrows[side]; i++) {
		uint32_t row = n->rows[side][i];
		uint64_t h = mix64(e->row_hash[side][row]);
		if (h <= limit)
			v[count++] = (struct chosen){h, row};
	}
	if (count > 1)
		qsort(v, count, sizeof(*v), by_hash);
	count = MIN(count, most);
	for (uint32_t i = 0; i < count; i++)
		out[i] = v[i].row;
	engine_free(e, v);
	return count;
}

static void choose_pairs(struct learn *n)
{
	struct engine *e = n->e;
	uint32_t *rows[2] = {NULL, NULL}, count[2] = {0, 0};

	for (int side = 0; side < 2; side++) {
		rows[side] = ENGINE_NEW(e, SAMPLE_ROWS + 1, uint32_t);
		n->pair_row[side] = ENGINE_NEW(e, SAMPLE_PAIRS + 1, uint32_t);
	}
	for (int side = 0; side < 2 && engine_ok(e); side++)
		count[side] = learn_sample_rows(n, side, SAMPLE_ROWS, rows[side]);
	uint64_t all = (uint64_t)n->nrows[0] * n->nrows[1];
	bool whole = all <= SAMPLE_PAIRS && count[0] == n->nrows[0] && count[1] == n->nrows[1];
	uint32_t want = whole ? (uint32_t)all : SAMPLE_PAIRS;
	for (uint32_t i = 0; engine_ok(e) && all > 0 && count[0] > 0 && count[1] > 0 && i < want; i++) {
		uint64_t h = mix64(UINT64_C(0x378) + i);
		/* Each left row as often: its text is opened once. */
		uint32_t a = whole ? i / count[1] : (uint32_t)((uint64_t)i * count[0] / want);
		uint32_t b = whole ? i % count[1] : (uint32_t)((h >> 32) % count[1]);
		uint32_t l = rows[0][a], r = rows[1][b];
		if (n->same && l == r)
			continue;
		n->pair_row[0][n->npairs] = l;
		n->pair_row[1][n->npairs++] = r;
	}
	engine_free(e, rows[0]);
	engine_free(e, rows[1]);
}

static void level_some(struct learn *n, uint32_t k, struct metric *m, uint32_t first, uint32_t end)
{
	const struct comparison *c = &n->c[k];
	struct learn_set set;
	uint32_t opened = NO_ROW;

	for (uint32_t i = first; i < end; i++) {
		uint32_t l = n->pair_row[0][i], r = n->pair_row[1][i];
		uint8_t *level = &n->pair_level[(size_t)k * n->npairs + i];
		int32_t shape;
		if (c->how != LEARN_LONG || c->f->id[LEFT][l] == 0 || c->f->id[RIGHT][r] == 0) {
			*level = (uint8_t)learn_level(n, c, m, l, r, &shape);
			continue;
		}
		if (l != opened)
			learn_set_open(c, l, &set);
		opened = l;
		*level = (uint8_t)learn_set_level(c, &set, r, &shape);
	}
}

static void level_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct learn *n = arg;
	struct metric *m = engine_metric(e, thread);

	for (uint32_t k = 0; m != NULL && k < n->nc; k++)
		level_some(n, k, m, chunk * CHUNK_ROWS, MIN((chunk + 1) * CHUNK_ROWS, n->npairs));
}

/* Shares of the levels among the pairs, by weight. */
static void share_levels(struct learn *n, struct comparison *c, const uint8_t *level)
{
	double total = 0, count[LEARN_LEVELS_MAX + 1] = {0};

	for (uint32_t i = 0; i < n->npairs; i++)
		count[level[i]] += n->pair_weight[i];
	for (uint32_t k = 0; k < c->nlevels; k++)
		total += count[k];
	c->sampled = total + 0.5 * c->nlevels;
	for (uint32_t k = 0; k < c->nlevels; k++)
		c->u[k] = (count[k] + 0.5) / (total + 0.5 * c->nlevels);
}

static void share_all(struct learn *n)
{
	for (uint32_t k = 0; k < n->nc; k++)
		share_levels(n, &n->c[k], n->pair_level + (size_t)k * n->npairs);
}

void learn_sample_make(struct learn *n)
{
	struct engine *e = n->e;

	choose_pairs(n);
	n->pair_level = ENGINE_NEW(e, (size_t)n->npairs * n->nc + 1, uint8_t);
	n->pair_weight = ENGINE_NEW(e, (size_t)n->npairs + 1, double);
	if (!engine_ok(e))
		return;
	par_for(e, chunks(n->npairs), level_chunk, n);
	for (uint32_t i = 0; i < n->npairs; i++)
		n->pair_weight[i] = 1;
	if (engine_ok(e))
		share_all(n);
}

void learn_sample_level(struct learn *n)
{
	par_for(n->e, chunks(n->npairs), level_chunk, n);
	if (engine_ok(n->e))
		share_all(n);
}

static double no_match(const struct learn *n, struct metric *m, uint32_t i)
{
	int32_t rough = n->prior;

	for (uint32_t k = 0; k < n->nc; k++) {
		unsigned level = n->pair_level[(size_t)k * n->npairs + i];
		if (level < LEARN_LEVELS_MAX && !n->c[k].dropped)
			rough += n->c[k].log_m[level] - n->c[k].log_u[level];
	}
	if (rough < MAYBE)
		return 1;
	int32_t w = learn_weigh(n, m, n->pair_row[0][i], n->pair_row[1][i]) + n->prior;
	return 1 / (1 + num_pow2(&n->e->num, w));
}

static void weight_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct learn *n = arg;
	struct metric *m = engine_metric(e, thread);
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, n->npairs);

	for (uint32_t i = chunk * CHUNK_ROWS; m != NULL && i < end; i++)
		n->pair_weight[i] = no_match(n, m, i);
}

void learn_sample_weigh(struct learn *n)
{
	par_for(n->e, chunks(n->npairs), weight_chunk, n);
	share_all(n);
}

void learn_sample_free(struct learn *n)
{
	struct engine *e = n->e;

	engine_free(e, n->pair_row[0]);
	engine_free(e, n->pair_row[1]);
	engine_free(e, n->pair_level);
	engine_free(e, n->pair_weight);
}
