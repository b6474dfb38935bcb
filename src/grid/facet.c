/*
 * Facets: values of a view's rows, counted and summed. The distinct values of a field are few, so
 * they are a short list in which the last hit is tried first.
 */
#include <string.h>

#include "grid/grid_private.h"

#define FACET_VALUES_MAX 256u

static const enum grid_field match_fields[] = {
	GRID_PASS, GRID_KIND, GRID_STATUS, GRID_STATE, GRID_CURRENCY};
static const enum grid_field item_fields[] = {GRID_SIDE, GRID_BREAK_TYPE, GRID_CURRENCY};

#define CURRENCIES_MAX 8u /* of one value; more are counted, not summed */

struct tally {
	uint64_t value;
	uint32_t count;
	struct grid_money money[CURRENCIES_MAX];
	uint32_t nmoney;
};

struct tallies {
	struct tally *v;
	uint32_t n, last;
};

static struct tally *find_tally(struct tallies *t, uint64_t value)
{
	if (t->last < t->n && t->v[t->last].value == value)
		return &t->v[t->last];
	for (uint32_t i = 0; i < t->n; i++)
		if (t->v[i].value == value) {
			t->last = i;
			return &t->v[i];
		}
	if (t->n == FACET_VALUES_MAX)
		return NULL;
	t->last = t->n++;
	t->v[t->last] = (struct tally){.value = value};
	return &t->v[t->last];
}

static void add_money(struct tally *t, int32_t currency, int64_t amount)
{
	uint32_t i = 0;

	while (i < t->nmoney && t->money[i].currency != currency)
		i++;
	if (i == CURRENCIES_MAX)
		return;
	if (i == t->nmoney)
		t->money[t->nmoney++] = (struct grid_money){currency, 0};
	t->money[i].sum += amount;
}

/* The word of a value; p NULL: the value is not shown (no currency, no break type). */
static struct sv value_text(
	const struct grid *g, enum grid_field field, uint64_t value, struct arena *a)
{
	const struct result *r = g->result;
	char code[4];

	switch (field) {
	case GRID_PASS:
		return sv_from_cstr(value < r->npasses ? r->passes[value].name : NULL);
	case GRID_KIND:
		return sv_from_cstr(outcome_word(OUTCOME_SET_KIND, (unsigned)value));
	case GRID_STATUS:
		return sv_from_cstr(outcome_word(OUTCOME_SET_STATUS, (unsigned)value));
	case GRID_STATE:
		return sv_from_cstr(match_state_word((unsigned)value));
	case GRID_BREAK_TYPE:
		return sv_from_cstr(outcome_word(OUTCOME_SET_BREAK, (unsigned)value));
	case GRID_SIDE:
		return value == RESULT_LEFT ? SV("left") : SV("right");
	case GRID_CURRENCY:
		col_currency_unpack((int32_t)value, code);
		return code[0] == '\0' ? SV_NULL : arena_sv(a, sv_from_cstr(code));
	default:
		return SV_NULL;
	}
}

/* Into *ret, most frequent first; among equals in order of value. */
static int take_tallies(
	const struct grid *g, struct tallies *t, struct arena *a, struct grid_facet *ret)
{
	ret->values = ARENA_ARRAY(a, t->n + 1u, struct grid_value);
	for (uint32_t i = 0; ret->values != NULL && i < t->n; i++) {
		struct grid_value v = {.value = value_text(g, ret->field, t->v[i].value, a),
			.count = t->v[i].count,
			.nmoney = t->v[i].nmoney};

		if (v.value.p == NULL)
			continue;
		v.money = ARENA_ARRAY(a, v.nmoney + 1u, struct grid_money);
		if (v.money == NULL)
			return E_NO_MEMORY;
		memcpy(v.money, t->v[i].money, v.nmoney * sizeof(*v.money));
		uint32_t at = ret->nvalues++;
		for (; at > 0 && (ret->values[at - 1].count < v.count ||
					 (ret->values[at - 1].count == v.count &&
						 sv_cmp(ret->values[at - 1].value, v.value) > 0));
			at--)
			ret->values[at] = ret->values[at - 1];
		ret->values[at] = v;
	}
	return arena_ok(a) ? 0 : E_NO_MEMORY;
}

int grid_facets(const struct grid *g, const struct grid_states *states, enum grid_kind kind,
	const uint32_t *ids, uint32_t n, struct arena *a, struct grid_facet **ret, size_t *ret_n,
	struct err *err)
{
	const enum grid_field *fields = kind == GRID_MATCHES ? match_fields : item_fields;
	size_t nfields = kind == GRID_MATCHES ? ARRAY_LEN(match_fields) : ARRAY_LEN(item_fields);
	struct grid_facet *facets = ARENA_ARRAY(a, nfields, struct grid_facet);
	struct tallies t = {ARENA_ARRAY(a, FACET_VALUES_MAX, struct tally), 0, 0};

	if (facets == NULL || t.v == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t f = 0; f < nfields; f++) {
		t.n = t.last = 0;
		for (uint32_t i = 0; i < n; i++) {
			struct tally *to =
				find_tally(&t, grid_value_of(g, states, kind, ids[i], fields[f]));
			int32_t currency;
			int64_t amount = grid_amount_of(g, kind, ids[i], &currency);

			if (to == NULL)
				continue;
			to->count++;
			add_money(to, currency, amount);
		}
		facets[f].field = fields[f];
		if (take_tallies(g, &t, a, &facets[f]) != 0)
			return err_set(err, E_NO_MEMORY, NULL);
	}
	*ret = facets;
	*ret_n = nfields;
	return 0;
}
