/*
 * Reading a ruleset: top level, sides, fields. Passes are read in rules_pass.c, their tests in
 * rules_when.c, lists and what stands around the passes in rules_around.c.
 */
#include "rules/ruleset.h"

#include <string.h>

#include "rules/parse.h"
#include "seal/hash.h"

static const char *const type_words[] = {
#define RULES_TYPE(name, word) [RULES_##name] = (word),
#include "rules/words.def"
#undef RULES_TYPE
};

const char *rules_type_word(enum rules_type type)
{
	return type < RULES_TYPE_COUNT ? type_words[type] : "";
}

uint32_t ruleset_field(const struct ruleset *rs, struct sv name)
{
	for (uint32_t i = 0; i < rs->nfields; i++)
		if (sv_eq(rs->fields[i].name, name))
			return i;
	return UINT32_MAX;
}

const struct rules_list *ruleset_list(const struct ruleset *rs, struct sv name)
{
	for (uint32_t i = 0; i < rs->nlists; i++)
		if (sv_eq(rs->lists[i].name, name))
			return &rs->lists[i];
	return NULL;
}

/* ---- helpers shared with rules_pass.c ---- */

/* Edit distance of two short words, for "did you mean". */
static uint32_t word_distance(struct sv a, struct sv b)
{
	uint32_t row[64];

	if (a.n >= 60 || b.n >= 60)
		return 60;
	for (uint32_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (uint32_t i = 1; i <= a.n; i++) {
		uint32_t diagonal = row[0];
		row[0] = i;
		for (uint32_t j = 1; j <= b.n; j++) {
			uint32_t above = row[j];
			uint32_t best = diagonal + (a.p[i - 1] != b.p[j - 1]);
			best = MIN(best, above + 1);
			best = MIN(best, row[j - 1] + 1);
			diagonal = above;
			row[j] = best;
		}
	}
	return row[b.n];
}

struct sv parse_nearest(struct sv word, const struct sv *known, size_t n)
{
	struct sv best = SV_NULL;
	uint32_t least = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		uint32_t d = word_distance(word, known[i]);
		if (d < least && known[i].n > 0) {
			least = d;
			best = known[i];
		}
	}
	return least <= 2 || least * 2 < word.n ? best : SV_NULL;
}

int parse_unknown(struct parse *ps, int code, const struct tree *t, struct sv word,
	const struct sv *known, size_t n)
{
	struct sv near = parse_nearest(word, known, n);

	if (near.n > 0)
		return tree_error(ps->err, code, t, "\"%.*s\" is not known here; did you mean \"%.*s\"?",
			SV_ARG(word), SV_ARG(near));
	return tree_error(ps->err, code, t, "\"%.*s\" is not known here.", SV_ARG(word));
}

int parse_members(struct parse *ps, const struct tree *t, const char *const *known, size_t n)
{
	struct sv words[32];

	assert(n <= ARRAY_LEN(words));
	if (t->kind != TREE_OBJECT)
		return tree_error(ps->err, E_RULESET, t, "An object is needed.");
	for (size_t i = 0; i < n; i++)
		words[i] = sv_from_cstr(known[i]);
	for (const struct tree *c = t->first; c != NULL; c = c->next) {
		size_t i = 0;
		while (i < n && !sv_eq(words[i], c->key))
			i++;
		if (i == n)
			return parse_unknown(ps, E_UNKNOWN_FIELD, c, c->key, words, n);
	}
	return 0;
}

int parse_string_member(
	struct parse *ps, const struct tree *t, const char *key, bool needed, struct sv *ret)
{
	const struct tree *c = tree_get(t, key);

	if (c == NULL && !needed)
		return 0;
	if (c == NULL)
		return tree_error(ps->err, E_MISSING_FIELD, t, "\"%s\" is missing.", key);
	if (c->kind != TREE_STRING || c->text.n == 0)
		return tree_error(ps->err, E_RULESET, c, "A text is needed.");
	*ret = c->text;
	return 0;
}

int parse_bool_member(struct parse *ps, const struct tree *t, const char *key, bool *ret)
{
	const struct tree *c = tree_get(t, key);

	if (c == NULL)
		return 0;
	if (c->kind != TREE_TRUE && c->kind != TREE_FALSE)
		return tree_error(ps->err, E_RULESET, c, "true or false is needed.");
	*ret = c->kind == TREE_TRUE;
	return 0;
}

int parse_word(struct parse *ps, const struct tree *t, const char *const *words, size_t n,
	uint32_t *ret)
{
	struct sv known[32];

	assert(n <= ARRAY_LEN(known));
	if (t->kind != TREE_STRING)
		return tree_error(ps->err, E_RULESET, t, "A text is needed.");
	for (uint32_t i = 0; i < n; i++) {
		known[i] = sv_from_cstr(words[i]);
		if (known[i].n > 0 && sv_eq_nocase(known[i], t->text)) {
			*ret = i;
			return 0;
		}
	}
	return parse_unknown(ps, E_RULESET, t, t->text, known, n);
}

int parse_field_name(struct parse *ps, const struct tree *t, struct sv name, uint32_t *ret)
{
	struct sv known[RULES_FIELDS_MAX + PARSE_COLUMNS_MAX];
	uint32_t i = ruleset_field(ps->rs, name);

	if (i != UINT32_MAX) {
		*ret = i;
		return 0;
	}
	for (uint32_t k = 0; k < ps->rs->nfields; k++)
		known[k] = ps->rs->fields[k].name;
	return parse_unknown(ps, E_RULESET, t, name, known, ps->rs->nfields);
}

/* The tests of one side's records may name its columns: each becomes a text that only it has. */
int parse_column_name(struct parse *ps, const struct tree *t, int side, uint32_t *ret)
{
	struct ruleset *rs = ps->rs;
	uint32_t near = UINT32_MAX;

	for (uint32_t i = 0; i < rs->nfields; i++)
		near = MIN(near, word_distance(t->key, rs->fields[i].name));
	if (near <= 1 || t->key.n == 0 || ps->ncolumns == PARSE_COLUMNS_MAX)
		return parse_field_name(ps, t, t->key, ret);
	struct rules_field *f = &rs->fields[rs->nfields];
	*f = (struct rules_field){.name = t->key, .type = RULES_TEXT};
	f->side[side] = (struct rules_column){.source = RULES_SOURCE_COLUMN, .nterms = 1,
		.terms = ARENA_NEW(ps->arena, struct rules_term)};
	if (f->side[side].terms == NULL)
		return err_set(ps->err, E_NO_MEMORY, NULL);
	f->side[side].terms[0].name = t->key;
	*ret = rs->nfields++;
	ps->ncolumns++;
	return 0;
}

int parse_field_list(
	struct parse *ps, const struct tree *t, uint32_t **ret, uint32_t *ret_n)
{
	uint32_t n = 0;

	if (t->kind != TREE_ARRAY || t->count == 0 || t->count > RULES_FIELDS_MAX)
		return tree_error(ps->err, E_RULESET, t, "A list of field names is needed.");
	uint32_t *list = ARENA_ARRAY(ps->arena, t->count, uint32_t);
	if (list == NULL)
		return err_set(ps->err, E_NO_MEMORY, NULL);
	for (const struct tree *c = t->first; c != NULL; c = c->next) {
		if (c->kind != TREE_STRING)
			return tree_error(ps->err, E_RULESET, c, "A field name is needed.");
		int rc = parse_field_name(ps, c, c->text, &list[n++]);
		if (rc < 0)
			return rc;
	}
	*ret = list;
	*ret_n = n;
	return 0;
}

/* ---- fields ---- */

static int parse_terms(struct parse *ps, const struct tree *t, bool sum, struct rules_column *col)
{
	if (t->kind != TREE_ARRAY || t->count == 0 || t->count > RULES_TERMS_MAX)
		return tree_error(ps->err, E_RULESET, t, "1 to %d column names are needed.",
			RULES_TERMS_MAX);
	col->terms = ARENA_ARRAY(ps->arena, t->count, struct rules_term);
	if (col->terms == NULL)
		return err_set(ps->err, E_NO_MEMORY, NULL);
	for (const struct tree *c = t->first; c != NULL; c = c->next) {
		struct rules_term *term = &col->terms[col->nterms++];
		if (c->kind != TREE_STRING || c->text.n == 0)
			return tree_error(ps->err, E_RULESET, c, "A column name is needed.");
		term->name = c->text;
		if (sum && c->text.p[0] == '-' && c->text.n > 1) {
			term->negate = true;
			term->name = sv_from(c->text.p + 1, c->text.n - 1);
		}
	}
	col->source = sum ? RULES_SOURCE_SUM :
		col->nterms > 1 ? RULES_SOURCE_JOIN : RULES_SOURCE_COLUMN;
	return 0;
}

static int parse_one_term(struct parse *ps, struct sv name, struct rules_column *col)
{
	col->terms = ARENA_NEW(ps->arena, struct rules_term);
	if (col->terms == NULL)
		return err_set(ps->err, E_NO_MEMORY, NULL);
	col->terms[0].name = name;
	col->nterms = 1;
	return 0;
}

static int parse_find(struct parse *ps, const struct tree *t, struct rules_column *col)
{
	static const char *const known[] = {"from", "find", "all"};
	struct sv from = SV_NULL;
	int rc = parse_members(ps, t, known, ARRAY_LEN(known));

	if (rc == 0)
		rc = parse_string_member(ps, t, "from", true, &from);
	if (rc == 0)
		rc = parse_string_member(ps, t, "find", true, &col->pattern);
	if (rc == 0)
		rc = parse_bool_member(ps, t, "all", &col->all);
	if (rc == 0)
		rc = parse_one_term(ps, from, col);
	col->source = RULES_SOURCE_FIND;
	return rc;
}

static int parse_column(struct parse *ps, const struct tree *t, struct rules_column *col)
{
	static const char *const known[] = {"from", "sum", "const"};

	if (t->kind == TREE_STRING && t->text.n > 0) {
		col->source = RULES_SOURCE_COLUMN;
		return parse_one_term(ps, t->text, col);
	}
	if (t->kind == TREE_ARRAY)
		return parse_terms(ps, t, false, col);
	if (tree_get(t, "from") != NULL)
		return parse_find(ps, t, col);
	int rc = parse_members(ps, t, known, ARRAY_LEN(known));
	if (rc < 0)
		return rc;
	if (tree_get(t, "sum") != NULL)
		return parse_terms(ps, tree_get(t, "sum"), true, col);
	col->source = RULES_SOURCE_CONST;
	return parse_string_member(ps, t, "const", true, &col->constant);
}

static bool is_textual(enum rules_type type)
{
	return type == RULES_TEXT || type == RULES_CODE;
}

static bool is_numeric(enum rules_type type)
{
	return type == RULES_AMOUNT || type == RULES_QUANTITY || type == RULES_RATE ||
		type == RULES_NUMBER;
}

static int check_column(struct parse *ps, const struct tree *t, const struct rules_field *f,
	const struct rules_column *col)
{
	if (col->source == RULES_SOURCE_SUM && !is_numeric(f->type))
		return tree_error(ps->err, E_RULESET, t, "A %s cannot be a sum.", type_words[f->type]);
	if ((col->source == RULES_SOURCE_JOIN || col->source == RULES_SOURCE_FIND) &&
		!is_textual(f->type))
		return tree_error(ps->err, E_RULESET, t, "Only a text or code can be joined or found.");
	return 0;
}

static int parse_field_alias(struct parse *ps, const struct tree *t, struct rules_field *f)
{
	if (t == NULL)
		return 0;
	if (!is_textual(f->type))
		return tree_error(ps->err, E_RULESET, t, "A %s has no aliases.", type_words[f->type]);
	return parse_alias(ps, t, &f->alias);
}

#define SCALE_DEFAULT 6

static int parse_scale(struct parse *ps, const struct tree *t, struct rules_field *f)
{
	int64_t scale = SCALE_DEFAULT;
	int rc = 0;

	if (t != NULL && (!is_numeric(f->type) || f->type == RULES_AMOUNT))
		return tree_error(ps->err, E_RULESET, t, f->type == RULES_AMOUNT ?
			"The digits of an amount are those of its currency." :
			"Only a quantity, rate or number has a scale.");
	if (t != NULL)
		rc = tree_integer(t, 0, RULES_SCALE_MAX, &scale, ps->err);
	f->scale = (uint8_t)scale;
	return rc;
}

static int parse_field(struct parse *ps, const struct tree *t, struct rules_field *f)
{
	static const char *const known[] = {"type", "left", "right", "alias", "scale"};
	static const char *const sides[] = {"left", "right"};
	uint32_t type = 0;
	int rc = parse_members(ps, t, known, ARRAY_LEN(known));

	if (rc < 0)
		return rc;
	f->name = t->key;
	if (tree_get(t, "type") == NULL)
		return tree_error(ps->err, E_MISSING_FIELD, t, "\"type\" is missing.");
	rc = parse_word(ps, tree_get(t, "type"), type_words, ARRAY_LEN(type_words), &type);
	if (rc < 0)
		return rc;
	f->type = (enum rules_type)type;
	for (int side = 0; side < 2 && rc == 0; side++) {
		const struct tree *c = tree_get(t, sides[side]);
		if (c == NULL)
			continue;
		rc = parse_column(ps, c, &f->side[side]);
		if (rc == 0)
			rc = check_column(ps, c, f, &f->side[side]);
	}
	if (rc == 0 && f->side[0].source == RULES_SOURCE_NONE &&
		f->side[1].source == RULES_SOURCE_NONE)
		rc = tree_error(ps->err, E_MISSING_FIELD, t, "A field needs \"left\", \"right\" or both.");
	if (rc == 0)
		rc = parse_field_alias(ps, tree_get(t, "alias"), f);
	if (rc == 0)
		rc = parse_scale(ps, tree_get(t, "scale"), f);
	return rc;
}

static int parse_fields(struct parse *ps, const struct tree *t)
{
	const struct tree *fields = tree_get(t, "fields");

	if (fields == NULL)
		return tree_error(ps->err, E_MISSING_FIELD, t, "\"fields\" is missing.");
	if (fields->kind != TREE_OBJECT || fields->count == 0 || fields->count > RULES_FIELDS_MAX)
		return tree_error(ps->err, E_RULESET, fields, "1 to %d named fields are needed.",
			RULES_FIELDS_MAX);
	ps->rs->fields =
		ARENA_ARRAY(ps->arena, fields->count + PARSE_COLUMNS_MAX, struct rules_field);
	if (ps->rs->fields == NULL)
		return err_set(ps->err, E_NO_MEMORY, NULL);
	for (const struct tree *c = fields->first; c != NULL; c = c->next) {
		int rc = parse_field(ps, c, &ps->rs->fields[ps->rs->nfields]);
		if (rc < 0)
			return rc;
		ps->rs->nfields++;
	}
	return 0;
}

/* ---- sides ---- */

/* A field, or the side's own column of an amount. */
static int parse_balance(struct parse *ps, const struct tree *t, int side, uint32_t *ret)
{
	const struct ruleset *rs = ps->rs;

	for (uint32_t i = 0; i < rs->nfields && ruleset_field(rs, t->text) == UINT32_MAX; i++) {
		const struct rules_column *c = &rs->fields[i].side[side];
		if (rs->fields[i].type == RULES_AMOUNT && c->source == RULES_SOURCE_COLUMN &&
			sv_eq(c->terms[0].name, t->text)) {
			*ret = i;
			return 0;
		}
	}
	return parse_field_name(ps, t, t->text, ret);
}

static bool has_date(const struct ruleset *rs, int side)
{
	for (uint32_t i = 0; i < rs->nfields; i++)
		if (rs->fields[i].type == RULES_DATE &&
			rs->fields[i].side[side].source != RULES_SOURCE_NONE)
			return true;
	return false;
}

static int parse_side(struct parse *ps, const struct tree *t, int side)
{
	static const char *const known[] = {
		"label", "balance", "flip_sign", "only", "as_of", "repeats"};
	struct rules_side_spec *spec = &ps->rs->side[side];
	static const char *const repeats_words[] = {"append", "overlap", "replace"};
	struct sv balance = SV_NULL, as_of = SV_NULL;
	uint32_t repeats = RULES_REPEATS_APPEND;
	int rc = parse_members(ps, t, known, ARRAY_LEN(known));

	if (rc == 0)
		rc = parse_string_member(ps, t, "label", false, &spec->label);
	if (rc == 0)
		rc = parse_string_member(ps, t, "balance", false, &balance);
	if (rc == 0)
		rc = parse_bool_member(ps, t, "flip_sign", &spec->flip_sign);
	if (rc == 0 && tree_get(t, "repeats") != NULL)
		rc = parse_word(
			ps, tree_get(t, "repeats"), repeats_words, ARRAY_LEN(repeats_words), &repeats);
	spec->repeats = (enum rules_repeats)repeats;
	if (rc == 0)
		rc = parse_string_member(ps, t, "as_of", false, &as_of);
	if (rc == 0 && as_of.n > 0 && date_parse(as_of, DATE_YMD, &spec->as_of) < 0)
		rc = tree_error(ps->err, E_RULESET, tree_get(t, "as_of"), "A day is needed, 2026-03-31.");
	if (rc == 0 && balance.n > 0) {
		rc = parse_balance(ps, tree_get(t, "balance"), side, &spec->balance);
		if (rc == 0 && (ps->rs->fields[spec->balance].type != RULES_AMOUNT ||
				ps->rs->fields[spec->balance].side[side].source == RULES_SOURCE_NONE))
			rc = tree_error(ps->err, E_RULESET, tree_get(t, "balance"),
				"The balance must be an amount of this side.");
	}
	if (rc == 0 && tree_get(t, "only") != NULL)
		rc = parse_when(ps, tree_get(t, "only"), &spec->only, (enum rules_side)side);
	if (rc == 0 && spec->repeats != RULES_REPEATS_APPEND && !has_date(ps->rs, side))
		rc = tree_error(ps->err, E_RULESET, tree_get(t, "repeats"),
			"Repeats are told by days, and this side has no date field.");
	return rc;
}

static int parse_sides(struct parse *ps, const struct tree *t)
{
	static const char *const names[] = {"left", "right"};

	for (int side = 0; side < 2; side++) {
		const struct tree *c = tree_get(t, names[side]);
		struct rules_side_spec *spec = &ps->rs->side[side];
		spec->balance = UINT32_MAX;
		spec->as_of = INT32_MIN;
		spec->label = sv_from_cstr(side == 0 ? "Left" : "Right");
		if (c == NULL)
			return tree_error(ps->err, E_MISSING_FIELD, t, "\"%s\" is missing.", names[side]);
		int rc = parse_side(ps, c, side);
		if (rc < 0)
			return rc;
	}
	if ((ps->rs->side[0].balance == UINT32_MAX) != (ps->rs->side[1].balance == UINT32_MAX))
		return tree_error(ps->err, E_RULESET, t, "Both sides need a balance, or none.");
	return 0;
}

/* ---- all of it ---- */

static int parse_top(struct parse *ps, const struct tree *t)
{
	static const char *const known[] = {"ruleset", "name", "currency", "left", "right", "advice",
		"fields", "lists", "passes", "expect", "chain", "limits"};
	/* Each refers only to what comes before it. */
	int (*const parts[])(struct parse *, const struct tree *) = {parse_lists, parse_currency,
		parse_fields, parse_sides, parse_advice, parse_passes, parse_expect, parse_chain,
		parse_limits};
	int64_t version = 0;
	int rc = parse_members(ps, t, known, ARRAY_LEN(known));

	if (rc < 0)
		return rc;
	if (tree_get(t, "ruleset") == NULL)
		return tree_error(ps->err, E_MISSING_FIELD, t, "\"ruleset\" is missing: write 1.");
	rc = tree_integer(tree_get(t, "ruleset"), 1, 1, &version, ps->err);
	if (rc == 0)
		rc = parse_string_member(ps, t, "name", false, &ps->rs->name);
	for (size_t i = 0; i < ARRAY_LEN(parts) && rc == 0; i++)
		rc = parts[i](ps, t);
	return rc;
}

static int canonise(struct parse *ps, const struct tree *t)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct buf hex CLEANUP(buf_free) = BUF_INIT;
	uint8_t digest[SHA256_LEN];

	tree_canonical(t, &text);
	hash_sha256(buf_cstr(&text), text.n, digest);
	buf_add_hex(&hex, digest, sizeof(digest));
	ps->rs->canonical = arena_sv(ps->arena, buf_sv(&text));
	if (!buf_ok(&text) || !buf_ok(&hex) || !arena_ok(ps->arena))
		return err_set(ps->err, E_NO_MEMORY, NULL);
	memcpy(ps->rs->hash, buf_cstr(&hex), sizeof(ps->rs->hash));
	return 0;
}

int ruleset_parse(struct sv json, struct arena *a, struct ruleset **ret, struct err *err)
{
	struct tree *t = NULL;
	struct ruleset *rs = ARENA_NEW(a, struct ruleset);
	struct parse ps = {.arena = a, .rs = rs, .err = err};

	if (rs == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	if (json.n > RULES_BYTES_MAX)
		return err_set(err, E_LIMIT, "A ruleset has at most %u bytes.", RULES_BYTES_MAX);
	int rc = tree_parse(json, a, &t, err);
	if (rc == 0)
		rc = parse_top(&ps, t);
	if (rc == 0)
		rc = canonise(&ps, t);
	if (rc == 0)
		*ret = rs;
	return rc;
}
