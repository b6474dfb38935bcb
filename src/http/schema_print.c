/*
 * Schemas as JSON Schema 2020-12.
 */
#include "http/schema.h"

#include <string.h>

#include "domain/word.h"

/* The fixed part of each type; the bounds, words and members are added. */
static const char *const fixed[] = {
	[SCHEMA_STRING] = "\"type\":\"string\"",
	[SCHEMA_NAME] = "\"type\":\"string\"",
	[SCHEMA_SECRET] = "\"type\":\"string\",\"format\":\"password\"",
	[SCHEMA_EMAIL] = "\"type\":\"string\",\"format\":\"email\"",
	[SCHEMA_UUID] = "\"type\":\"string\",\"format\":\"uuid\"",
	[SCHEMA_HASH] = "\"type\":\"string\",\"pattern\":\"^[0-9a-f]{64}$\"",
	[SCHEMA_DAY] = "\"type\":\"string\",\"format\":\"date\"",
	[SCHEMA_INSTANT] = "\"type\":\"string\",\"format\":\"date-time\"",
	[SCHEMA_MINOR] = "\"type\":\"string\",\"pattern\":\"^-?[0-9]{1,38}$\"",
	[SCHEMA_CURRENCY] = "\"type\":\"string\",\"pattern\":\"^[A-Z]{3}$\"",
	[SCHEMA_ZONE] = "\"type\":\"string\"",
	[SCHEMA_INT] = "\"type\":\"integer\"",
	[SCHEMA_NUMBER] = "\"type\":\"number\"",
	[SCHEMA_BOOL] = "\"type\":\"boolean\"",
	[SCHEMA_WORD] = "\"type\":\"string\"",
	[SCHEMA_ENUM] = "\"type\":\"string\"",
	[SCHEMA_ARRAY] = "\"type\":\"array\"",
	[SCHEMA_OBJECT] = "\"type\":\"object\"",
	[SCHEMA_MAP] = "\"type\":\"object\"",
	[SCHEMA_ANY] = "\"type\":\"object\",\"additionalProperties\":true",
	[SCHEMA_ONE_OF] = NULL,
};

bool schema_is_scalar(const struct schema *s)
{
	return s->type < SCHEMA_ARRAY;
}

static void print_bounds(const struct schema *s, const char *low, const char *high, struct buf *out)
{
	if (s->min != 0 || s->type == SCHEMA_INT)
		buf_printf(out, ",\"%s\":%lld", low, (long long)s->min);
	if (s->max != 0)
		buf_printf(out, ",\"%s\":%lld", high, (long long)s->max);
}

static void print_words(const char *set, struct buf *out)
{
	bool first = true;

	buf_add_cstr(out, ",\"enum\":[");
	for (int w = WORD_NONE + 1; w < WORD_COUNT; w++) {
		if (strcmp(word_set((enum word)w), set) != 0)
			continue;
		buf_add_cstr(out, first ? "" : ",");
		http_add_json_string(out, word_text((enum word)w));
		first = false;
	}
	buf_add_char(out, ']');
}

static void print_values(const char *const *values, struct buf *out)
{
	buf_add_cstr(out, ",\"enum\":[");
	for (size_t i = 0; values[i] != NULL; i++) {
		buf_add_cstr(out, i == 0 ? "" : ",");
		http_add_json_string(out, values[i]);
	}
	buf_add_char(out, ']');
}

static void print_field(const struct schema_field *f, struct buf *out)
{
	bool nullable = (f->flags & SCHEMA_NULLABLE) != 0;

	http_add_json_string(out, f->name);
	buf_add_char(out, ':');
	if (!nullable && f->doc == NULL) {
		schema_print(f->type, false, out);
		return;
	}
	if (nullable) {
		buf_add_cstr(out, "{\"anyOf\":[");
		schema_print(f->type, false, out);
		buf_add_cstr(out, ",{\"type\":\"null\"}]");
	} else {
		/* A reference may stand beside a description since JSON Schema 2019-09. */
		schema_print(f->type, false, out);
		out->n--;
	}
	if (f->doc != NULL) {
		buf_add_cstr(out, ",\"description\":");
		http_add_json_string(out, f->doc);
	}
	buf_add_char(out, '}');
}

static void print_object(const struct schema *s, struct buf *out)
{
	size_t required = 0;

	buf_add_cstr(out, ",\"properties\":{");
	for (const struct schema_field *f = s->fields; f->name != NULL; f++) {
		buf_add_cstr(out, f == s->fields ? "" : ",");
		print_field(f, out);
	}
	buf_add_char(out, '}');
	for (const struct schema_field *f = s->fields; f->name != NULL; f++) {
		if ((f->flags & SCHEMA_REQUIRED) == 0)
			continue;
		buf_add_cstr(out, required++ == 0 ? ",\"required\":[" : ",");
		http_add_json_string(out, f->name);
	}
	buf_add_cstr(out, required > 0 ? "]" : "");
	buf_printf(out, ",\"additionalProperties\":%s", s->open ? "true" : "false");
}

static void print_one_of(const struct schema *s, struct buf *out)
{
	buf_add_cstr(out, "\"oneOf\":[");
	for (size_t i = 0; s->variants[i] != NULL; i++) {
		buf_add_cstr(out, i == 0 ? "" : ",");
		schema_print(s->variants[i], false, out);
	}
	buf_printf(out, "],\"discriminator\":{\"propertyName\":\"%s\",\"mapping\":{",
		s->discriminator);
	for (size_t i = 0; s->variants[i] != NULL; i++)
		buf_printf(out, "%s\"%s\":\"#/components/schemas/%s\"", i == 0 ? "" : ",",
			s->variants[i]->values[0], s->variants[i]->name);
	buf_add_cstr(out, "}}");
}

static void print_rest(const struct schema *s, struct buf *out)
{
	switch (s->type) {
	case SCHEMA_STRING:
	case SCHEMA_NAME:
	case SCHEMA_SECRET:
	case SCHEMA_EMAIL:
	case SCHEMA_ZONE:
		print_bounds(s, "minLength", "maxLength", out);
		break;
	case SCHEMA_INT:
		print_bounds(s, "minimum", "maximum", out);
		break;
	case SCHEMA_WORD:
		print_words(s->set, out);
		break;
	case SCHEMA_ENUM:
		print_values(s->values, out);
		break;
	case SCHEMA_ARRAY:
		buf_add_cstr(out, ",\"items\":");
		schema_print(s->item, false, out);
		print_bounds(s, "minItems", "maxItems", out);
		break;
	case SCHEMA_MAP:
		buf_add_cstr(out, ",\"additionalProperties\":");
		schema_print(s->item, false, out);
		break;
	case SCHEMA_OBJECT:
		print_object(s, out);
		break;
	case SCHEMA_ONE_OF:
		print_one_of(s, out);
		break;
	default:
		break;
	}
}

void schema_print(const struct schema *s, bool whole, struct buf *out)
{
	if (s->name != NULL && !whole) {
		buf_printf(out, "{\"$ref\":\"#/components/schemas/%s\"}", s->name);
		return;
	}
	buf_add_char(out, '{');
	if (fixed[s->type] != NULL)
		buf_add_cstr(out, fixed[s->type]);
	print_rest(s, out);
	if (s->doc != NULL) {
		buf_add_cstr(out, ",\"description\":");
		http_add_json_string(out, s->doc);
	}
	buf_add_char(out, '}');
}

void schema_walk(const struct schema *s, void (*fn)(void *arg, const struct schema *s), void *arg)
{
	if (s->item != NULL)
		schema_walk(s->item, fn, arg);
	for (const struct schema_field *f = s->fields; f != NULL && f->name != NULL; f++)
		schema_walk(f->type, fn, arg);
	for (size_t i = 0; s->variants != NULL && s->variants[i] != NULL; i++)
		schema_walk(s->variants[i], fn, arg);
	if (s->name != NULL)
		fn(arg, s);
}
