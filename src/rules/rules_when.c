/*
 * Reading the tests of a when: each object is a conjunction, "any of" is multiplied out into
 * branches, so that a pass is a short list of conjunctions and nothing else.
 */
#include <assert.h>
#include <string.h>

#include "base/decimal.h"
#include "rules/parse.h"

static const char *const op_words[] = {
#define RULES_OP(name, word) [RULES_OP_##name] = (word),
#include "rules/words.def"
#undef RULES_OP
};

static const char *const metric_words[] = {
#define RULES_METRIC(name, word) [RULES_METRIC_##name] = (word),
#include "rules/words.def"
#undef RULES_METRIC
};

static const char *const missing_words[] = {"fail", "pass", "neutral"};

#define TYPES_MONEY (1u << RULES_AMOUNT)
#define TYPES_NUMERIC                                                                              \
	(1u << RULES_AMOUNT | 1u << RULES_QUANTITY | 1u << RULES_RATE | 1u << RULES_NUMBER)
#define TYPES_TEXTUAL (1u << RULES_TEXT | 1u << RULES_CODE)
#define TYPES_ALL ((1u << RULES_TYPE_COUNT) - 1)

/* Which types a test can be put to. */
static const unsigned op_types[] = {
	[RULES_OP_SAME] = TYPES_ALL,
	[RULES_OP_OPPOSITE] = TYPES_NUMERIC,
	[RULES_OP_ANY] = TYPES_ALL,
	[RULES_OP_WITHIN] = TYPES_NUMERIC,
	[RULES_OP_PERCENT] = TYPES_NUMERIC,
	[RULES_OP_DAYS] = 1u << RULES_DATE,
	[RULES_OP_LIKE] = TYPES_TEXTUAL,
	[RULES_OP_PREFIX] = TYPES_TEXTUAL,
	[RULES_OP_CONTAINS] = TYPES_TEXTUAL,
	[RULES_OP_EXPECT] = TYPES_NUMERIC,
	[RULES_OP_RATE] = TYPES_MONEY,
};

static int parse_limit(struct parse *ps, const struct tree *t, int64_t max, int64_t *ret)
{
	int rc = tree_decimal(t, 6, ret, ps->err);

	if (rc == 0 && (*ret < 0 || *ret > max))
		rc = tree_error(ps->err, E_RULESET, t, "The number is out of range.");
	return rc;
}

static int parse_days(struct parse *ps, const struct tree *t, const struct tree *c,
	struct rules_test *test)
{
	const struct tree *calendar = tree_get(t, "calendar");

	if (c->kind != TREE_ARRAY || c->count != 2)
		return tree_error(ps->err, E_RULESET, c, "Two whole numbers are needed, [-3, 5].");
	int rc = tree_integer(c->first, -3650, 3650, &test->low, ps->err);
	if (rc == 0)
		rc = tree_integer(c->first->next, -3650, 3650, &test->high, ps->err);
	if (rc == 0 && test->low > test->high)
		rc = tree_error(ps->err, E_RULESET, c, "The first day is after the last.");
	if (rc < 0 || calendar == NULL)
		return rc;
	test->business_days = true;
	return parse_calendar(ps, calendar, &test->calendar);
}

/* [decimal "*"] "left" [("+" | "-") decimal] */
static bool parse_line(struct sv text, struct rules_test *test)
{
	static const struct decimal_format plain = {'.', 0};
	struct sv s = sv_trim(text);
	ptrdiff_t star = sv_find(s, '*');

	test->factor = RULES_MICRO;
	if (star >= 0) {
		if (decimal_parse(sv_trim(sv_from(s.p, (size_t)star)), plain, 6, &test->factor) < 0)
			return false;
		s = sv_trim(sv_from(s.p + star + 1, s.n - (size_t)star - 1));
	}
	if (!sv_starts_with(s, SV("left")))
		return false;
	s = sv_trim(sv_from(s.p + 4, s.n - 4));
	if (s.n == 0)
		return test->factor != 0;
	if (s.p[0] != '+' && s.p[0] != '-')
		return false;
	int64_t value;
	if (decimal_parse(sv_trim(sv_from(s.p + 1, s.n - 1)), plain, 6, &value) < 0 || value < 0)
		return false;
	test->offset = s.p[0] == '-' ? -value : value;
	return test->factor != 0;
}

static int parse_expectation(struct parse *ps, const struct tree *t, const struct tree *c,
	struct rules_test *test)
{
	if (c->kind != TREE_STRING || !parse_line(c->text, test))
		return tree_error(ps->err, E_RULESET, c, "A line is needed, \"0.971*left-0.30\".");
	if (tree_get(t, "within") == NULL)
		return 0;
	return parse_limit(ps, tree_get(t, "within"), DECIMAL_MONEY_MAX, &test->high);
}

/* The left record's day that a rate is looked up for. */
static int parse_on(struct parse *ps, const struct tree *t, struct rules_test *test)
{
	const struct tree *on = tree_get(t, "on");
	const struct ruleset *rs = ps->rs;

	if (on != NULL) {
		if (on->kind != TREE_STRING)
			return tree_error(ps->err, E_RULESET, on, "The name of a date is needed.");
		int rc = parse_field_name(ps, on, on->text, &test->on);
		if (rc < 0)
			return rc;
	}
	for (uint32_t i = 0; i < rs->nfields && on == NULL && test->on == UINT32_MAX; i++)
		if (rs->fields[i].type == RULES_DATE &&
			rs->fields[i].side[RULES_LEFT].source != RULES_SOURCE_NONE)
			test->on = i;
	if (test->on == UINT32_MAX || rs->fields[test->on].type != RULES_DATE ||
		rs->fields[test->on].side[RULES_LEFT].source == RULES_SOURCE_NONE)
		return tree_error(ps->err, E_RULESET, on != NULL ? on : t,
			"Rates by day need a date of the left side.");
	return 0;
}

/* A number, or the name of a list of rates by day. */
static int parse_rate(struct parse *ps, const struct tree *t, const struct tree *c,
	struct rules_test *test)
{
	static const struct decimal_format plain = {'.', 0};
	int rc = 0;

	test->on = UINT32_MAX;
	if (ps->rs->currency.n > 0 && (test->field == ps->rs->side[0].balance ||
					      test->field == ps->rs->side[1].balance))
		return tree_error(ps->err, E_RULESET, c,
			"The balance is in the base currency already.");
	if (c->kind == TREE_STRING && decimal_parse(c->text, plain, 6, &test->factor) < 0) {
		rc = parse_rates(ps, c, c->text, &test->rates);
		if (rc == 0)
			rc = parse_on(ps, t, test);
	} else {
		rc = tree_decimal(c, 6, &test->factor, ps->err);
		if (rc == 0 && test->factor <= 0)
			rc = tree_error(ps->err, E_RULESET, c, "A positive rate is needed.");
		if (rc == 0 && tree_get(t, "on") != NULL)
			rc = tree_error(ps->err, E_RULESET, tree_get(t, "on"),
				"A fixed rate has no day.");
	}
	if (rc < 0 || tree_get(t, "percent") == NULL)
		return rc;
	return parse_limit(ps, tree_get(t, "percent"), 100 * RULES_MICRO, &test->high);
}

static int parse_like(struct parse *ps, const struct tree *t, const struct tree *c,
	struct rules_test *test)
{
	uint32_t metric = RULES_METRIC_JARO_WINKLER;
	int rc = parse_limit(ps, c, RULES_MICRO, &test->high);

	if (rc == 0 && tree_get(t, "by") != NULL)
		rc = parse_word(ps, tree_get(t, "by"), metric_words, ARRAY_LEN(metric_words), &metric);
	test->metric = (enum rules_metric)metric;
	return rc;
}

static int parse_contains(struct parse *ps, const struct tree *c, struct rules_test *test)
{
	if (c->kind == TREE_TRUE)
		return 0;
	if (c->kind != TREE_STRING || c->text.n == 0)
		return tree_error(ps->err, E_RULESET, c,
			"A text, or true for \"one contains the other\", is needed.");
	test->text = c->text;
	return 0;
}

static int parse_operand(struct parse *ps, const struct tree *t, const struct tree *c,
	struct rules_test *test)
{
	switch (test->op) {
	case RULES_OP_WITHIN:
		return parse_limit(ps, c, DECIMAL_MONEY_MAX, &test->high);
	case RULES_OP_PERCENT:
		return parse_limit(ps, c, 100 * RULES_MICRO, &test->high);
	case RULES_OP_DAYS:
		return parse_days(ps, t, c, test);
	case RULES_OP_LIKE:
		return parse_like(ps, t, c, test);
	case RULES_OP_PREFIX:
		return tree_integer(c, 1, 1000, &test->high, ps->err);
	case RULES_OP_CONTAINS:
		return parse_contains(ps, c, test);
	case RULES_OP_EXPECT:
		return parse_expectation(ps, t, c, test);
	case RULES_OP_RATE:
		return parse_rate(ps, t, c, test);
	case RULES_OP_SAME:
	case RULES_OP_OPPOSITE:
	case RULES_OP_ANY:
	case RULES_OP_COUNT:
		break;
	}
	return c->kind == TREE_TRUE ? 0 : tree_error(ps->err, E_RULESET, c, "true is needed.");
}

static int parse_missing(struct parse *ps, const struct tree *t, struct rules_test *test)
{
	/* "any" asks for a value only where it says so. */
	uint32_t missing = test->op == RULES_OP_ANY ? RULES_MISSING_PASS : RULES_MISSING_FAIL;
	int rc = 0;

	if (tree_get(t, "missing") != NULL)
		rc = parse_word(ps, tree_get(t, "missing"), missing_words, ARRAY_LEN(missing_words),
			&missing);
	test->missing = (enum rules_missing)missing;
	return rc;
}

/* What may stand beside an operator in its object. */
static const struct {
	const char *name;
	unsigned ops; /* bits 1 << RULES_OP_* */
} companions[] = {
	{"within", 1u << RULES_OP_EXPECT},
	{"percent", 1u << RULES_OP_RATE},
	{"calendar", 1u << RULES_OP_DAYS},
	{"by", 1u << RULES_OP_LIKE},
	{"on", 1u << RULES_OP_RATE},
};

/* Two tests in one object would hide each other. */
static int check_companions(struct parse *ps, const struct tree *t, enum rules_op op)
{
	for (const struct tree *c = t->first; c != NULL; c = c->next) {
		bool known = sv_eq_cstr(c->key, op_words[op]) || sv_eq_cstr(c->key, "missing");
		for (size_t i = 0; i < ARRAY_LEN(companions) && !known; i++)
			known = sv_eq_cstr(c->key, companions[i].name) &&
				(companions[i].ops & 1u << op) != 0;
		if (!known)
			return tree_error(ps->err, E_RULESET, c,
				"\"%.*s\" does not go with \"%s\": one test an object.",
				SV_ARG(c->key), op_words[op]);
	}
	return 0;
}

/* {"within": …}: the operator is the first member that is one; a line's own "within" follows it. */
static int parse_test_object(struct parse *ps, const struct tree *t, struct rules_test *test)
{
	static const char *const known[] = {"same", "opposite", "any", "within", "percent", "days",
		"like", "prefix", "contains", "expect", "rate", "missing", "calendar", "by", "on"};
	static const enum rules_op order[] = {RULES_OP_EXPECT, RULES_OP_RATE, RULES_OP_SAME,
		RULES_OP_OPPOSITE, RULES_OP_ANY, RULES_OP_WITHIN, RULES_OP_PERCENT, RULES_OP_DAYS,
		RULES_OP_LIKE, RULES_OP_PREFIX, RULES_OP_CONTAINS};
	int rc = parse_members(ps, t, known, ARRAY_LEN(known));

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		const struct tree *c = tree_get(t, op_words[order[i]]);
		if (c == NULL)
			continue;
		test->op = order[i];
		rc = check_companions(ps, t, test->op);
		if (rc == 0)
			rc = parse_operand(ps, t, c, test);
		return rc < 0 ? rc : parse_missing(ps, t, test);
	}
	return tree_error(ps->err, E_RULESET, t, "The object names no test.");
}

static int check_test(struct parse *ps, const struct tree *t, const struct rules_test *test,
	enum rules_side side)
{
	const struct rules_field *f = &ps->rs->fields[test->field];

	if ((op_types[test->op] & 1u << f->type) == 0)
		return tree_error(ps->err, E_RULESET, t, "\"%s\" cannot be put to a %s.",
			op_words[test->op], rules_type_word(f->type));
	for (int s = 0; s < 2; s++)
		if ((side == PARSE_BOTH_SIDES || (int)side == s) &&
			f->side[s].source == RULES_SOURCE_NONE &&
			(test->op != RULES_OP_ANY || test->missing == RULES_MISSING_FAIL))
			return tree_error(ps->err, E_RULESET, t, "The %s side has no \"%.*s\".",
				s == 0 ? "left" : "right", SV_ARG(f->name));
	return 0;
}

static int parse_test(
	struct parse *ps, const struct tree *t, struct rules_test *test, enum rules_side side)
{
	uint32_t op = 0;
	bool column = side != PARSE_BOTH_SIDES && ruleset_field(ps->rs, t->key) == UINT32_MAX;
	int rc = column ? parse_column_name(ps, t, (int)side, &test->field) :
		parse_field_name(ps, t, t->key, &test->field);

	test->rates = UINT32_MAX;
	if (rc < 0)
		return rc;
	if (t->kind == TREE_STRING) {
		rc = parse_word(ps, t, op_words, RULES_OP_ANY + 1, &op);
		test->op = (enum rules_op)op;
		if (test->op == RULES_OP_ANY)
			test->missing = RULES_MISSING_PASS;
	} else if (t->kind == TREE_OBJECT) {
		rc = parse_test_object(ps, t, test);
	} else {
		rc = tree_error(ps->err, E_RULESET, t, "A test is needed, \"same\" or an object.");
	}
	return rc < 0 ? rc : check_test(ps, t, test, side);
}

/* Every branch of a joined with every branch of b. */
static int multiply(struct parse *ps, const struct tree *t, const struct rules_when *a,
	const struct rules_when *b, struct rules_when *ret)
{
	struct rules_when w = {0};

	if (a->nbranches * b->nbranches > RULES_BRANCHES_MAX)
		return tree_error(ps->err, E_LIMIT, t, "More than %d alternatives in all.",
			RULES_BRANCHES_MAX);
	w.branches = ARENA_ARRAY(ps->arena, a->nbranches * b->nbranches, struct rules_branch);
	if (w.branches == NULL)
		return err_set(ps->err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < a->nbranches; i++)
		for (uint32_t j = 0; j < b->nbranches; j++) {
			const struct rules_branch *x = &a->branches[i], *y = &b->branches[j];
			struct rules_branch *z = &w.branches[w.nbranches++];
			z->ntests = x->ntests + y->ntests;
			if (z->ntests > RULES_TESTS_MAX)
				return tree_error(ps->err, E_LIMIT, t, "More than %d tests.",
					RULES_TESTS_MAX);
			z->tests = ARENA_ARRAY(ps->arena, z->ntests, struct rules_test);
			if (z->tests == NULL)
				return err_set(ps->err, E_NO_MEMORY, NULL);
			if (x->ntests > 0)
				memcpy(z->tests, x->tests, x->ntests * sizeof(*x->tests));
			if (y->ntests > 0)
				memcpy(z->tests + x->ntests, y->tests, y->ntests * sizeof(*y->tests));
		}
	*ret = w;
	return 0;
}

static int parse_any_of(
	struct parse *ps, const struct tree *t, struct rules_when *ret, enum rules_side side)
{
	struct rules_when w = {0};

	if (t->kind != TREE_ARRAY || t->count == 0 || t->count > RULES_BRANCHES_MAX)
		return tree_error(ps->err, E_RULESET, t, "1 to %d alternatives are needed.",
			RULES_BRANCHES_MAX);
	w.branches = ARENA_ARRAY(ps->arena, RULES_BRANCHES_MAX, struct rules_branch);
	if (w.branches == NULL)
		return err_set(ps->err, E_NO_MEMORY, NULL);
	for (const struct tree *c = t->first; c != NULL; c = c->next) {
		struct rules_when one = {0};
		int rc = parse_when(ps, c, &one, side);
		if (rc < 0)
			return rc;
		assert(one.branches != NULL); /* one at least */
		if (w.nbranches + one.nbranches > RULES_BRANCHES_MAX)
			return tree_error(ps->err, E_LIMIT, t, "More than %d alternatives in all.",
				RULES_BRANCHES_MAX);
		memcpy(w.branches + w.nbranches, one.branches,
			one.nbranches * sizeof(*one.branches));
		w.nbranches += one.nbranches;
	}
	*ret = w;
	return 0;
}

int parse_when(
	struct parse *ps, const struct tree *t, struct rules_when *ret, enum rules_side side)
{
	struct rules_branch *own = ARENA_NEW(ps->arena, struct rules_branch);
	const struct tree *any = NULL;

	if (t->kind != TREE_OBJECT)
		return tree_error(ps->err, E_RULESET, t, "An object of fields and tests is needed.");
	if (t->count > RULES_TESTS_MAX)
		return tree_error(ps->err, E_LIMIT, t, "More than %d tests.", RULES_TESTS_MAX);
	if (own != NULL)
		own->tests = ARENA_ARRAY(ps->arena, t->count + 1, struct rules_test);
	if (own == NULL || own->tests == NULL)
		return err_set(ps->err, E_NO_MEMORY, NULL);
	for (const struct tree *c = t->first; c != NULL; c = c->next) {
		if (sv_eq_cstr(c->key, "any of")) {
			any = c;
			continue;
		}
		int rc = parse_test(ps, c, &own->tests[own->ntests++], side);
		if (rc < 0)
			return rc;
	}
	struct rules_when w = {.branches = own, .nbranches = 1};
	if (any == NULL) {
		*ret = w;
		return 0;
	}
	struct rules_when others = {0};
	int rc = parse_any_of(ps, any, &others, side);
	return rc < 0 ? rc : multiply(ps, any, &w, &others, ret);
}
