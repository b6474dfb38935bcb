/* See schema.h. */
#include "unit/rules/schema.h"

#include <regex.h>
#include <stdlib.h>
#include "unit/unit.h"

struct check {
	const struct tree *root;
	const char **where;
};

typedef bool (*keyword_fn)(const struct check *c, const struct tree *schema,
	const struct tree *operand, const struct tree *value);

static bool allows(const struct check *c, const struct tree *schema, const struct tree *value);

static double number_of(const struct tree *t)
{
	char text[64] = "";

	assert_true(t->kind == TREE_NUMBER && t->text.n < sizeof(text));
	memcpy(text, t->text.p, t->text.n);
	return strtod(text, NULL);
}

static bool equal(const struct tree *a, const struct tree *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == TREE_NUMBER ? number_of(a) == number_of(b) : sv_eq(a->text, b->text);
}

static bool is_type(const struct tree *value, struct sv type)
{
	static const struct {
		const char *word;
		enum tree_kind kind;
	} kinds[] = {{"object", TREE_OBJECT}, {"array", TREE_ARRAY}, {"string", TREE_STRING},
		{"number", TREE_NUMBER}, {"null", TREE_NULL}};

	if (sv_eq_cstr(type, "boolean"))
		return value->kind == TREE_TRUE || value->kind == TREE_FALSE;
	if (sv_eq_cstr(type, "integer"))
		return value->kind == TREE_NUMBER && sv_find(value->text, '.') < 0;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (sv_eq_cstr(type, kinds[i].word))
			return value->kind == kinds[i].kind;
	fail_msg("type \"%.*s\" is not known", SV_ARG(type));
	return false;
}

#define KEYWORD(name)                                                                              \
	static bool name(const struct check *c, const struct tree *schema,                         \
		const struct tree *operand, const struct tree *value)
#define UNUSED_C                                                                                   \
	(void)c;                                                                                   \
	(void)schema

KEYWORD(key_ref)
{
	const struct tree *defs = tree_get(c->root, "$defs"), *target = NULL;
	struct sv name = operand->text;

	(void)schema;
	assert_true(sv_starts_with(name, SV("#/$defs/")));
	name = sv_from(name.p + 8, name.n - 8);
	for (const struct tree *t = defs->first; t != NULL; t = t->next)
		if (sv_eq(t->key, name))
			target = t;
	if (target == NULL)
		fail_msg("$defs has no \"%.*s\"", SV_ARG(name));
	return allows(c, target, value);
}

KEYWORD(key_type)
{
	UNUSED_C;
	return is_type(value, operand->text);
}

KEYWORD(key_const)
{
	UNUSED_C;
	return equal(operand, value);
}

KEYWORD(key_enum)
{
	UNUSED_C;
	for (const struct tree *t = operand->first; t != NULL; t = t->next)
		if (equal(t, value))
			return true;
	return false;
}

KEYWORD(key_required)
{
	UNUSED_C;
	for (const struct tree *t = operand->first; t != NULL; t = t->next) {
		bool has = value->kind != TREE_OBJECT;
		for (const struct tree *m = value->first; m != NULL && !has; m = m->next)
			has = sv_eq(m->key, t->text);
		if (!has)
			return false;
	}
	return true;
}

static const struct tree *property(const struct tree *properties, struct sv name)
{
	for (const struct tree *t = properties == NULL ? NULL : properties->first; t != NULL;
		t = t->next)
		if (sv_eq(t->key, name))
			return t;
	return NULL;
}

KEYWORD(key_properties)
{
	(void)schema;
	for (const struct tree *m = value->kind == TREE_OBJECT ? value->first : NULL; m != NULL;
		m = m->next) {
		const struct tree *p = property(operand, m->key);
		if (p != NULL && !allows(c, p, m))
			return false;
	}
	return true;
}

KEYWORD(key_additional)
{
	for (const struct tree *m = value->kind == TREE_OBJECT ? value->first : NULL; m != NULL;
		m = m->next) {
		if (property(tree_get(schema, "properties"), m->key) != NULL)
			continue;
		if (operand->kind == TREE_FALSE ||
			(operand->kind == TREE_OBJECT && !allows(c, operand, m)))
			return false;
	}
	return true;
}

KEYWORD(key_items)
{
	(void)schema;
	for (const struct tree *t = value->kind == TREE_ARRAY ? value->first : NULL; t != NULL;
		t = t->next)
		if (!allows(c, operand, t))
			return false;
	return true;
}

static bool within(
	const struct tree *value, enum tree_kind kind, double size, double low, double high)
{
	return value->kind != kind || (size >= low && size <= high);
}

KEYWORD(key_min_items)
{
	UNUSED_C;
	return within(value, TREE_ARRAY, value->count, number_of(operand), 1e18);
}

KEYWORD(key_max_items)
{
	UNUSED_C;
	return within(value, TREE_ARRAY, value->count, 0, number_of(operand));
}

KEYWORD(key_min_properties)
{
	UNUSED_C;
	return within(value, TREE_OBJECT, value->count, number_of(operand), 1e18);
}

KEYWORD(key_max_properties)
{
	UNUSED_C;
	return within(value, TREE_OBJECT, value->count, 0, number_of(operand));
}

KEYWORD(key_minimum)
{
	UNUSED_C;
	return value->kind != TREE_NUMBER || number_of(value) >= number_of(operand);
}

KEYWORD(key_exclusive_minimum)
{
	UNUSED_C;
	return value->kind != TREE_NUMBER || number_of(value) > number_of(operand);
}

KEYWORD(key_maximum)
{
	UNUSED_C;
	return value->kind != TREE_NUMBER || number_of(value) <= number_of(operand);
}

KEYWORD(key_min_length)
{
	UNUSED_C;
	return within(value, TREE_STRING, (double)value->text.n, number_of(operand), 1e18);
}

KEYWORD(key_pattern)
{
	char pattern[256] = "", text[256] = "";
	regex_t re;

	UNUSED_C;
	if (value->kind != TREE_STRING)
		return true;
	assert_true(operand->text.n < sizeof(pattern) && value->text.n < sizeof(text));
	memcpy(pattern, operand->text.p, operand->text.n);
	memcpy(text, value->text.p, value->text.n);
	assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
	bool hit = regexec(&re, text, 0, NULL, 0) == 0;
	regfree(&re);
	return hit;
}

static uint32_t fits(const struct check *c, const struct tree *list, const struct tree *value)
{
	uint32_t n = 0;

	for (const struct tree *t = list->first; t != NULL; t = t->next)
		n += allows(c, t, value);
	return n;
}

KEYWORD(key_one_of)
{
	(void)schema;
	return fits(c, operand, value) == 1;
}

KEYWORD(key_any_of)
{
	(void)schema;
	return fits(c, operand, value) > 0;
}

KEYWORD(key_all_of)
{
	(void)schema;
	return fits(c, operand, value) == operand->count;
}

KEYWORD(key_not)
{
	(void)schema;
	return !allows(c, operand, value);
}

KEYWORD(key_if)
{
	const struct tree *then = tree_get(schema, "then");

	return !allows(c, operand, value) || then == NULL || allows(c, then, value);
}

static const struct {
	const char *word;
	keyword_fn fn; /* NULL: says nothing about values, or belongs to another keyword */
} keywords[] = {
	{"$ref", key_ref},
	{"type", key_type},
	{"const", key_const},
	{"enum", key_enum},
	{"required", key_required},
	{"properties", key_properties},
	{"additionalProperties", key_additional},
	{"items", key_items},
	{"minItems", key_min_items},
	{"maxItems", key_max_items},
	{"minProperties", key_min_properties},
	{"maxProperties", key_max_properties},
	{"minimum", key_minimum},
	{"exclusiveMinimum", key_exclusive_minimum},
	{"maximum", key_maximum},
	{"minLength", key_min_length},
	{"pattern", key_pattern},
	{"oneOf", key_one_of},
	{"anyOf", key_any_of},
	{"allOf", key_all_of},
	{"not", key_not},
	{"if", key_if},
	{"then", NULL},
	{"$schema", NULL},
	{"$id", NULL},
	{"$defs", NULL},
	{"title", NULL},
	{"description", NULL},
	{"default", NULL},
};

static bool allows(const struct check *c, const struct tree *schema, const struct tree *value)
{
	for (const struct tree *k = schema->first; k != NULL; k = k->next) {
		size_t i = 0;
		while (i < ARRAY_LEN(keywords) && !sv_eq_cstr(k->key, keywords[i].word))
			i++;
		if (i == ARRAY_LEN(keywords))
			fail_msg("keyword \"%.*s\" is not known", SV_ARG(k->key));
		if (keywords[i].fn != NULL && !keywords[i].fn(c, schema, k, value)) {
			*c->where = keywords[i].word;
			return false;
		}
	}
	return true;
}

bool schema_allows(const struct tree *root, const struct tree *schema, const struct tree *value,
	const char **ret_where)
{
	struct check c = {root, ret_where};

	return allows(&c, schema, value);
}
