/*
 * Orders of a view. The keys of all fields of the order are packed into one number where the ranges
 * of their values leave room, which they nearly always do; then one radix sort over only as many
 * bits as the keys have.
 */
#include <stdlib.h>
#include <string.h>

#include "grid/grid_private.h"

#define DIGIT_BITS 11u
#define DIGITS (1u << DIGIT_BITS)

struct keyed {
	uint64_t key;
	uint32_t id;
};

static unsigned bits_of(uint64_t v)
{
	return v == 0 ? 0 : 64u - (unsigned)__builtin_clzll(v);
}

/* ---- radix sorts, least significant digit first, stable ---- */

/* Of pairs, by the lowest bits of their keys. */
static void sort_pairs(struct keyed *a, struct keyed *b, uint32_t n, unsigned bits)
{
	struct keyed *from = a, *to = b;

	for (unsigned shift = 0; shift < bits; shift += DIGIT_BITS) {
		uint32_t at[DIGITS] = {0}, sum = 0;

		for (uint32_t i = 0; i < n; i++)
			at[from[i].key >> shift & (DIGITS - 1)]++;
		for (uint32_t v = 0; v < DIGITS; v++) {
			uint32_t count = at[v];

			at[v] = sum;
			sum += count;
		}
		for (uint32_t i = 0; i < n; i++)
			to[at[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
		struct keyed *t = from;
		from = to;
		to = t;
	}
	if (from != a)
		memcpy(a, from, n * sizeof(*a));
}

/* Of numbers, by the bits from low up to high. */
static uint64_t *sort_numbers(uint64_t *a, uint64_t *b, uint32_t n, unsigned low, unsigned high)
{
	for (unsigned shift = low; shift < high; shift += DIGIT_BITS) {
		uint32_t at[DIGITS] = {0}, sum = 0;

		for (uint32_t i = 0; i < n; i++)
			at[a[i] >> shift & (DIGITS - 1)]++;
		for (uint32_t v = 0; v < DIGITS; v++) {
			uint32_t count = at[v];

			at[v] = sum;
			sum += count;
		}
		for (uint32_t i = 0; i < n; i++)
			b[at[a[i] >> shift & (DIGITS - 1)]++] = a[i];
		uint64_t *t = a;
		a = b;
		b = t;
	}
	return a;
}

/* ---- keys ---- */

struct order {
	const struct grid *g;
	const struct grid_states *states;
	const struct grid_spec *spec;
	uint32_t *ids;
	uint32_t n;
	uint64_t low[GRID_SORTS_MAX], high[GRID_SORTS_MAX];
	unsigned bits[GRID_SORTS_MAX];
};

/* Loops that the compiler unrolls, for the fields that people sort by. */
#define FILL(expr)                                                                                 \
	do {                                                                                       \
		for (uint32_t i = 0; i < o->n; i++) {                                              \
			uint32_t id = o->ids[i];                                                   \
			keys[i] = (uint64_t)(expr);                                                \
		}                                                                                  \
	} while (0)

static void fill_keys(const struct order *o, enum grid_field field, uint64_t *keys)
{
	const struct grid *g = o->g;
	const struct result_open *open = &g->result->open;
	/* Ids of view rows ascend before they are sorted. */
	const bool items = o->spec->kind == GRID_OPEN_ITEMS && o->ids[o->n - 1] < open->n;

	if (o->spec->kind == GRID_MATCHES && field == GRID_AMOUNT)
		FILL(g->match_amount[id]);
	else if (o->spec->kind == GRID_MATCHES && field == GRID_DATE)
		FILL((uint32_t)g->match_date[id] ^ 0x80000000u);
	else if (o->spec->kind == GRID_MATCHES && field == GRID_CONFIDENCE)
		FILL(g->result->matches.confidence[id]);
	else if (items && field == GRID_AMOUNT)
		FILL(grid_magnitude(open->remaining[id]));
	else if (items && field == GRID_DATE)
		FILL((uint32_t)g->item_date[id] ^ 0x80000000u);
	else
		FILL(grid_value_of(g, o->states, o->spec->kind, id, field));
}

static void find_range(struct order *o, uint32_t k, const uint64_t *keys)
{
	uint64_t low = UINT64_MAX, high = 0;

	for (uint32_t i = 0; i < o->n; i++) {
		low = MIN(low, keys[i]);
		high = MAX(high, keys[i]);
	}
	o->low[k] = low;
	o->high[k] = high;
	o->bits[k] = bits_of(high - low);
}

/* From 0, ascending in the order asked for. */
static uint64_t normal(const struct order *o, uint32_t k, uint64_t key)
{
	return o->spec->sorts[k].descending ? o->high[k] - key : key - o->low[k];
}

/* One number per row: the keys, the first one highest, with the id below. */
static int sort_packed(struct order *o, uint64_t *keys, unsigned id_bits, unsigned bits)
{
	uint64_t *packed = keys; /* over those of the first field */
	uint64_t *other CLEANUP(free_ptr) = malloc(o->n * sizeof(*other));

	if (other == NULL)
		return E_NO_MEMORY;
	for (uint32_t i = 0; i < o->n; i++) {
		uint64_t v = 0;

		for (uint32_t k = 0; k < o->spec->nsorts; k++)
			v = (o->bits[k] == 64 ? 0 : v << o->bits[k]) | normal(o, k, keys[(size_t)k * o->n + i]);
		packed[i] = v << id_bits | o->ids[i];
	}
	const uint64_t *sorted = sort_numbers(packed, other, o->n, id_bits, id_bits + bits);
	for (uint32_t i = 0; i < o->n; i++)
		o->ids[i] = (uint32_t)(sorted[i] & ((UINT64_C(1) << id_bits) - 1));
	return 0;
}

/* Field by field, the last one first. */
static int sort_fields(struct order *o)
{
	struct keyed *a CLEANUP(free_ptr) = malloc(o->n * sizeof(*a));
	struct keyed *b CLEANUP(free_ptr) = malloc(o->n * sizeof(*b));

	if (a == NULL || b == NULL)
		return E_NO_MEMORY;
	for (uint32_t k = o->spec->nsorts; k-- > 0;) {
		for (uint32_t i = 0; i < o->n; i++) {
			uint64_t v = grid_value_of(o->g, o->states, o->spec->kind, o->ids[i],
				o->spec->sorts[k].field);
			a[i] = (struct keyed){normal(o, k, v), o->ids[i]};
		}
		sort_pairs(a, b, o->n, o->bits[k]);
		for (uint32_t i = 0; i < o->n; i++)
			o->ids[i] = a[i].id;
	}
	return 0;
}

int grid_sort_ids(const struct grid *g, const struct grid_states *states,
	const struct grid_spec *spec, uint32_t *ids, uint32_t n)
{
	struct order o = {.g = g, .states = states, .spec = spec, .ids = ids, .n = n};
	uint64_t *keys CLEANUP(free_ptr) = NULL; /* n of each field */
	unsigned bits = 0;

	if (spec->nsorts == 0 || n < 2)
		return 0;
	keys = malloc((size_t)n * spec->nsorts * sizeof(*keys));
	if (keys == NULL)
		return E_NO_MEMORY;
	const unsigned id_bits = bits_of(ids[n - 1]);
	for (uint32_t k = 0; k < spec->nsorts; k++) {
		uint64_t *own = keys + (size_t)k * n;

		fill_keys(&o, spec->sorts[k].field, own);
		find_range(&o, k, own);
		bits += o.bits[k];
	}
	return bits + id_bits <= 64 ? sort_packed(&o, keys, id_bits, bits) : sort_fields(&o);
}
