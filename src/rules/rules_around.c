/*
 * Reading lists (calendars, aliases, exchange rates) and what stands around the passes: currency,
 * advice, what is expected of open items, the chain, limits.
 */
#include <stdlib.h>

#include "base/decimal.h"
#include "domain/outcome.h"
#include "rules/parse.h"

/* ---- lists ---- */

static int parse_list(struct parse *ps, const struct tree *t, struct rules_list *list)
{
	uint32_t n = t->kind == TREE_OBJECT ? t->count * 2 : t->count;

	if (t->kind != TREE_ARRAY && t->kind != TREE_OBJECT)
		return tree_error(ps->err, E_RULESET, t,
			"A list of days, or an object of alias and meaning, is needed.");
	list->name = t->key;
	list->calendar = t->kind == TREE_ARRAY;
	list->words = ARENA_ARRAY(ps->arena, n, struct sv);
	if (list->words == NULL)
		return err_set(ps->err, E_NO_MEMORY, NULL);
	for (const struct tree *c = t->first; c != NULL; c = c->next) {
		int32_t day;
		if (c->kind != TREE_STRING ||
			(list->calendar && date_parse(c->text, DATE_YMD, &day) < 0))
			return tree_error(ps->err, E_RULESET, c,
				list->calendar ? "A day is needed, 2026-12-25."
					       : "A text is needed.");
		if (!list->calendar)
			list->words[list->nwords++] = c->key;
		list->words[list->nwords++] = c->text;
	}
	return 0;
}

int parse_lists(struct parse *ps, const struct tree *t)
{
	const struct tree *lists = tree_get(t, "lists");

	if (lists == NULL)
		return 0;
	if (lists->kind != TREE_OBJECT)
		return tree_error(ps->err, E_RULESET, lists, "An object is needed.");
	ps->rs->lists = ARENA_ARRAY(ps->arena, lists->count, struct rules_list);
	if (ps->rs->lists == NULL)
		return err_set(ps->err, E_NO_MEMORY, NULL);
	for (const struct tree *c = lists->first; c != NULL; c = c->next) {
		int rc = parse_list(ps, c, &ps->rs->lists[ps->rs->nlists++]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The list of that name, or an error that knows the nearest one of its sort. */
static int find_list(struct parse *ps, const struct tree *t, struct sv name, bool calendar,
	struct rules_list **ret)
{
	struct sv *known = ARENA_ARRAY(ps->arena, ps->rs->nlists + 1, struct sv);
	uint32_t n = 0;

	if (known == NULL)
		return err_set(ps->err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < ps->rs->nlists; i++) {
		struct rules_list *list = &ps->rs->lists[i];
		if (list->calendar != calendar)
			continue;
		if (sv_eq(list->name, name)) {
			*ret = list;
			return 0;
		}
		known[n++] = list->name;
	}
	if (calendar)
		known[n++] = SV("TARGET");
	struct sv near = parse_nearest(name, known, n);
	if (near.n > 0)
		return tree_error(ps->err, E_RULESET, t,
			"\"%.*s\" is not among the lists; did you mean \"%.*s\"?", SV_ARG(name),
			SV_ARG(near));
	return tree_error(ps->err, E_RULESET, t, "\"%.*s\" is not among the lists of %s.",
		SV_ARG(name), calendar ? "days" : "words");
}

int parse_calendar(struct parse *ps, const struct tree *t, struct sv *ret)
{
	struct rules_list *list;

	if (t->kind != TREE_STRING || t->text.n == 0)
		return tree_error(ps->err, E_RULESET, t, "The name of a calendar is needed.");
	*ret = t->text;
	return sv_eq_cstr(t->text, "TARGET") ? 0 : find_list(ps, t, t->text, true, &list);
}

int parse_alias(struct parse *ps, const struct tree *t, struct sv *ret)
{
	struct rules_list *list;

	if (t->kind != TREE_STRING || t->text.n == 0)
		return tree_error(ps->err, E_RULESET, t, "The name of a list is needed.");
	*ret = t->text;
	return find_list(ps, t, t->text, false, &list);
}

struct day_rate {
	int32_t day;
	int64_t rate;
};

static int by_day(const void *a, const void *b)
{
	const struct day_rate *x = a, *y = b;

	return x->day < y->day ? -1 : x->day > y->day;
}

static int read_rates(struct parse *ps, const struct tree *t, struct rules_list *list)
{
	static const struct decimal_format plain = {'.', 0};
	uint32_t n = list->nwords / 2;
	struct day_rate *v = ARENA_ARRAY(ps->arena, n + 1, struct day_rate);

	list->day = ARENA_ARRAY(ps->arena, n + 1, int32_t);
	list->rate = ARENA_ARRAY(ps->arena, n + 1, int64_t);
	if (v == NULL || list->day == NULL || list->rate == NULL)
		return err_set(ps->err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < n; i++) {
		struct sv day = list->words[2 * i], rate = list->words[2 * i + 1];
		if (date_parse(day, DATE_YMD, &v[i].day) < 0 ||
			decimal_parse(rate, plain, RULES_RATE_SCALE, &v[i].rate) < 0 ||
			v[i].rate <= 0)
			return tree_error(ps->err, E_RULESET, t,
				"In list \"%.*s\", \"%.*s\": \"%.*s\" is not a day and a positive "
				"rate.",
				SV_ARG(list->name), SV_ARG(day), SV_ARG(rate));
	}
	qsort(v, n, sizeof(*v), by_day);
	for (uint32_t i = 0; i < n; i++) {
		list->day[i] = v[i].day;
		list->rate[i] = v[i].rate;
	}
	list->nrates = n;
	return n > 0 ? 0 : tree_error(ps->err, E_RULESET, t, "The list of rates is empty.");
}

int parse_rates(struct parse *ps, const struct tree *t, struct sv name, uint32_t *ret)
{
	struct rules_list *list = NULL;
	int rc = find_list(ps, t, name, false, &list);

	if (rc < 0 || list == NULL)
		return rc;
	*ret = (uint32_t)(list - ps->rs->lists);
	return list->nrates > 0 ? 0 : read_rates(ps, t, list);
}

bool rules_rate_on(const struct rules_list *rates, int32_t day, int64_t *ret)
{
	uint32_t low = 0, high = rates->nrates;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (rates->day[middle] <= day)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return false;
	*ret = rates->rate[low - 1];
	return true;
}

/* ---- currency ---- */

/* Lists that are named like a currency hold its rates in the base currency. */
static int parse_base_rates(struct parse *ps, const struct tree *t)
{
	const struct tree *lists = tree_get(t, "lists");

	for (uint32_t i = 0; i < ps->rs->nlists; i++) {
		const struct rules_list *list = &ps->rs->lists[i];
		uint32_t index;
		if (list->calendar || currency_find(list->name) == NULL)
			continue;
		int rc = parse_rates(ps, lists, list->name, &index);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int parse_currency(struct parse *ps, const struct tree *t)
{
	struct sv word = SV_NULL;
	int rc = parse_string_member(ps, t, "currency", false, &word);

	if (rc < 0 || word.n == 0 || sv_eq_cstr(word, "each alone"))
		return rc;
	if (currency_find(word) == NULL)
		return tree_error(ps->err, E_CURRENCY, tree_get(t, "currency"),
			"\"each alone\" or a currency is needed.");
	ps->rs->currency = word;
	return parse_base_rates(ps, t);
}

/* ---- advice ---- */

/* {"column": "Payment", "field": "payment"}: a column of the advice that holds values of a field.
 */
static int parse_advice_key(struct parse *ps, const struct tree *t, const char *key, int side,
	struct sv *ret_column, uint32_t *ret_field)
{
	static const char *const known[] = {"column", "field"};
	const struct tree *c = tree_get(t, key);
	struct sv field = SV_NULL;

	if (c == NULL)
		return tree_error(ps->err, E_MISSING_FIELD, t, "\"%s\" is missing.", key);
	int rc = parse_members(ps, c, known, ARRAY_LEN(known));
	if (rc == 0)
		rc = parse_string_member(ps, c, "column", true, ret_column);
	if (rc == 0)
		rc = parse_string_member(ps, c, "field", true, &field);
	if (rc == 0)
		rc = parse_field_name(ps, tree_get(c, "field"), field, ret_field);
	if (rc < 0)
		return rc;
	const struct rules_field *f = &ps->rs->fields[*ret_field];
	if (f->type != RULES_CODE || f->side[side].source == RULES_SOURCE_NONE || f->side[side].all)
		return tree_error(ps->err, E_RULESET, tree_get(c, "field"),
			"A code of the %s side is needed.", side == RULES_LEFT ? "left" : "right");
	return 0;
}

static int parse_advice_party(struct parse *ps, const struct tree *t, uint32_t *ret)
{
	struct sv name = SV_NULL;
	int rc = parse_string_member(ps, t, "party", false, &name);

	if (rc < 0 || name.n == 0)
		return rc;
	rc = parse_field_name(ps, tree_get(t, "party"), name, ret);
	if (rc < 0)
		return rc;
	const struct rules_field *f = &ps->rs->fields[*ret];
	if (f->side[0].source == RULES_SOURCE_NONE || f->side[1].source == RULES_SOURCE_NONE)
		return tree_error(ps->err, E_RULESET, tree_get(t, "party"),
			"A field of both sides is needed.");
	return 0;
}

/* The pass that carries the advice out stands before all others of its stage. */
static int add_advice_pass(struct parse *ps, const struct tree *t)
{
	struct rules_pass *pass = parse_pass_new(ps);
	int64_t stage = 1;
	int rc = 0;

	if (pass == NULL)
		return err_set(ps->err, E_NO_MEMORY, NULL);
	if (tree_get(t, "stage") != NULL)
		rc = tree_integer(tree_get(t, "stage"), 1, RULES_STAGES_MAX, &stage, ps->err);
	pass->name = SV("advice");
	pass->stage = (uint32_t)stage;
	pass->kind = KIND_PARTIAL;
	pass->advice = true;
	if (rc == 0)
		rc = parse_then(ps, t, &pass->then);
	if (rc == 0 && tree_get(t, "then") == NULL) {
		pass->then.confirm = true;
		pass->then.confirm_ppm = 990000;
		pass->then.confirm_margin = 7 * RULES_BIT;
	}
	return rc;
}

int parse_advice(struct parse *ps, const struct tree *t)
{
	static const char *const known[] = {
		"label", "of", "names", "amount", "party", "whole", "stage", "then"};
	static const char *const sides[] = {"left", "right"};
	const struct tree *advice = tree_get(t, "advice");
	struct rules_advice *a = &ps->rs->advice;
	uint32_t whole = RULES_LEFT;

	a->party = UINT32_MAX;
	if (advice == NULL)
		return 0;
	int rc = parse_members(ps, advice, known, ARRAY_LEN(known));
	if (rc == 0 && ps->rs->side[0].balance == UINT32_MAX)
		rc = tree_error(
			ps->err, E_RULESET, advice, "Advice needs a balance on both sides.");
	a->given = true;
	a->label = SV("Advice");
	if (rc == 0)
		rc = parse_string_member(ps, advice, "label", false, &a->label);
	if (rc == 0)
		rc = parse_advice_key(ps, advice, "of", RULES_LEFT, &a->of, &a->of_field);
	if (rc == 0)
		rc = parse_advice_key(ps, advice, "names", RULES_RIGHT, &a->names, &a->names_field);
	if (rc == 0)
		rc = parse_string_member(ps, advice, "amount", true, &a->amount);
	if (rc == 0)
		rc = parse_advice_party(ps, advice, &a->party);
	if (rc == 0 && tree_get(advice, "whole") != NULL)
		rc = parse_word(ps, tree_get(advice, "whole"), sides, ARRAY_LEN(sides), &whole);
	a->whole_right = whole == RULES_RIGHT;
	return rc < 0 ? rc : add_advice_pass(ps, advice);
}

/* ---- what is expected of open items ---- */

#define LEARNED_PERCENT 99

/* "learned 99 %": the number between "learned " and " %". */
static bool learned_percent(struct sv text, uint32_t *ret)
{
	uint64_t percent;

	if (!sv_starts_with(text, SV("learned ")) || text.n < 11 || text.p[text.n - 1] != '%')
		return false;
	struct sv number = sv_trim(sv_from(text.p + 8, text.n - 9));
	if (!sv_to_u64(number, 100, &percent) || percent < 50)
		return false;
	*ret = (uint32_t)percent;
	return true;
}

/* "learned 99 %" | "2 business days" | "5 days" */
static int parse_transit(struct parse *ps, const struct tree *t, struct rules_transit *transit)
{
	static const char *const known[] = {"in_transit_until", "calendar"};
	struct sv text = SV_NULL;
	uint64_t days;
	int rc = parse_members(ps, t, known, ARRAY_LEN(known));

	if (rc == 0)
		rc = parse_string_member(ps, t, known[0], true, &text);
	if (rc < 0)
		return rc;
	struct sv rest = text;
	struct sv number = sv_cut(&rest, ' ');
	bool business = sv_eq_cstr(rest, "business days") || sv_eq_cstr(rest, "business day");
	if (tree_get(t, "calendar") != NULL && !business)
		return tree_error(ps->err, E_RULESET, tree_get(t, "calendar"),
			"A calendar goes with business days only.");
	if (learned_percent(text, &transit->days))
		return 0;
	if (!sv_to_u64(number, 3650, &days) ||
		(!business && !sv_eq_cstr(rest, "days") && !sv_eq_cstr(rest, "day")))
		return tree_error(ps->err, E_RULESET, tree_get(t, known[0]),
			"\"learned 99 %%\", \"5 days\" or \"2 business days\" is needed.");
	transit->how = business ? RULES_TRANSIT_BUSINESS : RULES_TRANSIT_DAYS;
	transit->days = (uint32_t)days;
	return tree_get(t, "calendar") == NULL
		       ? 0
		       : parse_calendar(ps, tree_get(t, "calendar"), &transit->calendar);
}

int parse_expect(struct parse *ps, const struct tree *t)
{
	static const char *const known[] = {"left", "right"};
	const struct tree *expect = tree_get(t, "expect");
	int rc = expect == NULL ? 0 : parse_members(ps, expect, known, ARRAY_LEN(known));

	for (int side = 0; side < 2; side++)
		ps->rs->transit[side].days = LEARNED_PERCENT;
	for (int side = 0; side < 2 && rc == 0 && expect != NULL; side++)
		if (tree_get(expect, known[side]) != NULL)
			rc = parse_transit(
				ps, tree_get(expect, known[side]), &ps->rs->transit[side]);
	return rc;
}

/* ---- chain, limits ---- */

int parse_chain(struct parse *ps, const struct tree *t)
{
	static const char *const known[] = {"before", "through"};
	static const char *const sides[] = {"left", "right"};
	const struct tree *chain = tree_get(t, "chain");
	uint32_t through = 0;

	if (chain == NULL)
		return 0;
	int rc = parse_members(ps, chain, known, ARRAY_LEN(known));
	if (rc == 0)
		rc = parse_string_member(ps, chain, "before", true, &ps->rs->chain.before);
	if (rc == 0 && tree_get(chain, "through") == NULL)
		rc = tree_error(ps->err, E_MISSING_FIELD, chain, "\"through\" is missing.");
	if (rc == 0)
		rc = parse_word(ps, tree_get(chain, "through"), sides, ARRAY_LEN(sides), &through);
	ps->rs->chain.through = (uint8_t)through;
	return rc;
}

int parse_limits(struct parse *ps, const struct tree *t)
{
	static const char *const known[] = {"pairs", "states"};
	const struct tree *limits = tree_get(t, "limits");
	uint64_t *const to[] = {&ps->rs->limit_pairs, &ps->rs->limit_states};
	int rc = limits == NULL ? 0 : parse_members(ps, limits, known, ARRAY_LEN(known));

	for (size_t i = 0; i < ARRAY_LEN(known) && rc == 0 && limits != NULL; i++) {
		const struct tree *c = tree_get(limits, known[i]);
		int64_t v = 0;
		if (c == NULL)
			continue;
		rc = tree_integer(c, 1, INT64_C(1000000000000000), &v, ps->err);
		*to[i] = (uint64_t)v;
	}
	return rc;
}
