/*
 * View specs. The schema has checked forms and words; what is left is turning them into numbers.
 */
#include "api/view_spec.h"

#include <stdio.h>

#include "base/date.h"
#include "read/cell.h"

static const struct json_object *member(const struct json_object *o, const char *name)
{
	const struct json_object *value = NULL;

	return json_find(o, name, &value) ? value : NULL;
}

/* Bits of the words of an array. */
static uint32_t words_of(
	const struct json_object *filter, const char *name, bool (*from_word)(struct sv, uint8_t *))
{
	const struct json_object *array = member(filter, name);
	uint32_t bits = 0;

	for (size_t i = 0; i < json_count(array); i++) {
		uint8_t number;

		if (from_word(json_as_text(json_at(array, i)), &number))
			bits |= 1u << number;
	}
	return bits;
}

static bool kind_from_word(struct sv word, uint8_t *ret)
{
	return outcome_from_word(OUTCOME_SET_KIND, word, ret);
}

static bool status_from_word(struct sv word, uint8_t *ret)
{
	return outcome_from_word(OUTCOME_SET_STATUS, word, ret);
}

static bool break_from_word(struct sv word, uint8_t *ret)
{
	return outcome_from_word(OUTCOME_SET_BREAK, word, ret);
}

/* A JSON number in units of 10^-6, at least 0; *ret_has stays false when it is absent. */
static int number_of(const struct json_object *filter, const char *name, bool *ret_has,
	int64_t *ret, struct err *err)
{
	const struct json_object *value = member(filter, name);
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	char pointer[64];

	if (value == NULL)
		return 0;
	json_add_value(&text, value);
	snprintf(pointer, sizeof(pointer), "/filter/%s", name);
	if (cell_decimal(buf_sv(&text), (struct decimal_format){'.', 0}, 6, ROUNDING_HALF_UP,
		    ret) != 0 ||
		*ret < 0 || *ret > INT64_C(1000000000))
		return err_set_at(
			err, E_INVALID, pointer, "A number from 0 to 1000 is wanted here.");
	*ret_has = true;
	return 0;
}

static int amount_of(const struct json_object *filter, const char *name, bool *ret_has,
	int64_t *ret, struct err *err)
{
	const struct json_object *value = member(filter, name);
	char pointer[64];

	if (value == NULL)
		return 0;
	snprintf(pointer, sizeof(pointer), "/filter/%s", name);
	*ret_has = sv_to_i64(json_as_text(value), INT64_MIN, INT64_MAX, ret);
	return *ret_has ? 0 : err_set_at(err, E_INVALID, pointer, "Minor units are wanted here.");
}

static int day_of(const struct json_object *filter, const char *name, bool *ret_has, int32_t *ret,
	struct err *err)
{
	const struct json_object *value = member(filter, name);
	char pointer[64];

	if (value == NULL)
		return 0;
	snprintf(pointer, sizeof(pointer), "/filter/%s", name);
	if (date_parse(json_as_text(value), DATE_YMD, ret) != 0)
		return err_set_at(err, E_INVALID, pointer, "There is no such day.");
	*ret_has = true;
	return 0;
}

static int numbers_of(const struct json_object *filter, struct grid_spec *s, struct err *err)
{
	int64_t low = 0, high = 0, margin = 0;
	int rc = number_of(filter, "confidence_min", &s->has_confidence_min, &low, err);

	if (rc == 0)
		rc = number_of(filter, "confidence_max", &s->has_confidence_max, &high, err);
	if (rc == 0)
		rc = number_of(filter, "margin_max", &s->has_margin_max, &margin, err);
	if (rc == 0)
		rc = amount_of(filter, "amount_min", &s->has_amount_min, &s->amount_min, err);
	if (rc == 0)
		rc = amount_of(filter, "amount_max", &s->has_amount_max, &s->amount_max, err);
	if (rc == 0)
		rc = day_of(filter, "date_from", &s->has_date_from, &s->date_from, err);
	if (rc == 0)
		rc = day_of(filter, "date_to", &s->has_date_to, &s->date_to, err);
	s->confidence_min = (uint32_t)low;
	s->confidence_max = (uint32_t)high;
	s->margin_max = (uint32_t)(margin * 64 / 1000000);
	return rc;
}

static int filter_of(const struct json_object *filter, struct grid_spec *s, struct err *err)
{
	const struct json_object *passes = member(filter, "pass");
	const struct json_object *patterns = member(filter, "pattern");

	if (filter == NULL)
		return 0;
	s->kinds = words_of(filter, "kind", kind_from_word);
	s->statuses = words_of(filter, "status", status_from_word);
	s->states = words_of(filter, "state", match_state_from_word);
	s->breaks = words_of(filter, "break_type", break_from_word);
	for (size_t i = 0; i < json_count(passes) && s->npasses < GRID_PASSES_MAX; i++)
		s->passes[s->npasses++] = json_as_text(json_at(passes, i));
	for (size_t i = 0; i < json_count(patterns) && s->npatterns < GRID_PATTERNS_MAX; i++)
		s->patterns[s->npatterns++] = (uint32_t)json_as_int(json_at(patterns, i));
	s->currency = col_currency_pack(json_as_text(member(filter, "currency")));
	s->text = json_as_text(member(filter, "text"));
	return numbers_of(filter, s, err);
}

static void sorts_of(const struct json_object *sorts, struct grid_spec *s)
{
	for (size_t i = 0; i < json_count(sorts) && s->nsorts < GRID_SORTS_MAX; i++) {
		const struct json_object *one = json_at(sorts, i);
		struct grid_sort *to = &s->sorts[s->nsorts];

		if (!grid_field_from_word(json_as_text(member(one, "field")), &to->field))
			continue;
		to->descending = json_as_bool(member(one, "descending"));
		s->nsorts++;
	}
}

int view_spec_of(const struct json_object *o, struct grid_spec *ret, struct err *err)
{
	const struct json_object *side = member(o, "side");
	struct grid_spec s = {.side = GRID_ANY_SIDE};

	s.kind = sv_eq_cstr(json_as_text(member(o, "kind")), "matches") ? GRID_MATCHES
									: GRID_OPEN_ITEMS;
	if (side != NULL)
		s.side = sv_eq_cstr(json_as_text(side), "left") ? RESULT_LEFT : RESULT_RIGHT;
	sorts_of(member(o, "sort"), &s);
	int rc = filter_of(member(o, "filter"), &s, err);
	if (rc == 0)
		*ret = s;
	return rc;
}
