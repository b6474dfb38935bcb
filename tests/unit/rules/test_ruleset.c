/*
 * Rulesets: what is accepted and how it reads, and for everything that is not, the code, the pointer
 * and the nearest known word.
 */
#include "rules/ruleset.h"

#include "domain/outcome.h"
#include "unit/rules/bad_rulesets.h"
#include "unit/unit.h"

static int parse(const char *json, struct arena *a, struct ruleset **rs, struct err *err)
{
	*err = (struct err){0};
	return ruleset_parse(sv_from_cstr(json), a, rs, err);
}

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_cases); i++) {
		const struct bad *c = &bad_cases[i];
		struct arena a CLEANUP(arena_free);
		struct ruleset *rs = NULL;
		struct err err;
		arena_init(&a, 0);
		CHECK_STR(c->label, err_name(parse(c->json, &a, &rs, &err)), err_name(c->code));
		CHECK_STR(c->label, err.pointer, c->pointer);
		if (c->detail != NULL && strstr(err.detail, c->detail) == NULL)
			fail_msg("%s: \"%s\" does not say \"%s\"", c->label, err.detail, c->detail);
		CHECK(c->label, rs == NULL);
	}
	CHECK("most of them a schema can see", ARRAY_LEN(by_meaning) < ARRAY_LEN(bad_cases) / 2);
}

static const struct rules_test *only_test(const char *when, struct arena *a)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct ruleset *rs = NULL;
	struct err err;

	buf_printf(&text, HEAD "\"passes\":[{\"name\":\"p\",\"when\":%s}]}", when);
	if (parse(buf_cstr(&text), a, &rs, &err) != 0)
		fail_msg("%s: %s at %s", when, err.detail, err.pointer);
	assert_int_equal(rs->passes[0].when.nbranches, 1);
	assert_int_equal(rs->passes[0].when.branches[0].ntests, 1);
	return &rs->passes[0].when.branches[0].tests[0];
}

static void test_tests(void **state)
{
	static const struct {
		const char *when;
		enum rules_op op;
		int64_t low, high, factor, offset;
	} cases[] = {
		{"{\"amount\":\"same\"}", RULES_OP_SAME, 0, 0, 0, 0},
		{"{\"amount\":{\"within\":\"0.05\"}}", RULES_OP_WITHIN, 0, 50000, 0, 0},
		{"{\"amount\":{\"within\":2}}", RULES_OP_WITHIN, 0, 2000000, 0, 0},
		{"{\"amount\":{\"percent\":1.5}}", RULES_OP_PERCENT, 0, 1500000, 0, 0},
		{"{\"day\":{\"days\":[-3,5]}}", RULES_OP_DAYS, -3, 5, 0, 0},
		{"{\"text\":{\"like\":0.85,\"by\":\"token set\"}}", RULES_OP_LIKE, 0, 850000, 0, 0},
		{"{\"text\":{\"prefix\":7}}", RULES_OP_PREFIX, 0, 7, 0, 0},
		{"{\"amount\":{\"expect\":\"0.971*left-0.30\",\"within\":0.01}}", RULES_OP_EXPECT, 0,
			10000, 971000, -300000},
		{"{\"amount\":{\"expect\":\"left + 2\"}}", RULES_OP_EXPECT, 0, 0, 1000000, 2000000},
		{"{\"amount\":{\"rate\":\"1.0832\",\"percent\":0.5}}", RULES_OP_RATE, 0, 500000, 1083200,
			0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a CLEANUP(arena_free);
		arena_init(&a, 0);
		const struct rules_test *t = only_test(cases[i].when, &a);
		CHECK_INT(cases[i].when, t->op, cases[i].op);
		CHECK_INT(cases[i].when, t->low, cases[i].low);
		CHECK_INT(cases[i].when, t->high, cases[i].high);
		CHECK_INT(cases[i].when, t->factor, cases[i].factor);
		CHECK_INT(cases[i].when, t->offset, cases[i].offset);
	}
}

static void test_any_of(void **state)
{
	struct arena a CLEANUP(arena_free);
	struct ruleset *rs = NULL;
	struct err err;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(parse(PASS("{\"amount\":\"same\",\"any of\":[{\"ref\":\"same\"},{\"text\":"
				    "\"same\",\"any of\":[{\"day\":\"same\"},{\"day\":{\"days\":[0,1]}}]}]}"),
				 &a, &rs, &err),
		0);
	const struct rules_when *w = &rs->passes[0].when;
	CHECK_INT("alternatives multiplied out", w->nbranches, 3);
	CHECK_INT("first", w->branches[0].ntests, 2);
	CHECK_INT("second", w->branches[1].ntests, 3);
}

static void test_stages_and_defaults(void **state)
{
	struct arena a CLEANUP(arena_free);
	struct ruleset *rs = NULL;
	struct err err;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(
		parse(HEAD "\"passes\":[{\"name\":\"b\",\"stage\":2,\"when\":{\"amount\":\"same\"}},"
			   "{\"name\":\"a\",\"when\":{\"amount\":\"same\"},\"then\":{\"confirm\":"
			   "{\"margin\":2.5,\"value_up_to\":\"100\"}}}]}",
			&a, &rs, &err),
		0);
	CHECK("passes are in the order of stages", sv_eq_cstr(rs->passes[0].name, "a"));
	CHECK_INT("margin in 1/64 bit", rs->passes[0].then.confirm_margin, 160);
	CHECK_INT("value", rs->passes[0].then.value_up_to, 100000000);
	CHECK("no confirm, never automatic", !rs->passes[1].then.confirm);
	CHECK("suggests by default", rs->passes[1].then.suggest);
	CHECK_INT("kind", rs->passes[1].kind, KIND_1_1);
	CHECK_INT("difference", rs->passes[1].difference.type, DIFFERENCE_UNEXPLAINED);
}

/* The hash is of what is meant, not of how it is written. */
static void test_canonical(void **state)
{
	static const char *const same[] = {
		PASS("{\"amount\":{\"within\":0.50},\"text\":\"same\"}"),
		PASS(" { \"text\" : \"same\" , \"amount\" : { \"within\" : 0.5 } } "),
		PASS("{\"amount\":{\"within\":0.5},\"te\\u0078t\":\"same\"}"),
	};
	char first[65] = "";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		struct arena a CLEANUP(arena_free), again CLEANUP(arena_free);
		struct ruleset *rs = NULL, *rs2 = NULL;
		struct err err;
		arena_init(&a, 0);
		arena_init(&again, 0);
		assert_int_equal(parse(same[i], &a, &rs, &err), 0);
		if (i == 0)
			memcpy(first, rs->hash, sizeof(first));
		CHECK_STR(same[i], rs->hash, first);
		assert_int_equal(ruleset_parse(rs->canonical, &again, &rs2, &err), 0);
		CHECK_STR("its canonical form reads the same", rs2->hash, first);
	}
}

static void test_limits(void **state)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct arena a CLEANUP(arena_free);
	struct ruleset *rs = NULL;
	struct err err;

	(void)state;
	arena_init(&a, 0);
	buf_add_cstr(&text, HEAD "\"passes\":[");
	for (int i = 0; i < 10000; i++)
		buf_printf(&text, "%s{\"name\":\"p%d\",\"when\":{\"amount\":\"same\"}}",
			i > 0 ? "," : "", i);
	buf_add_cstr(&text, "]}");
	CHECK_INT("10,000 passes", parse(buf_cstr(&text), &a, &rs, &err), E_LIMIT);
	CHECK_STR("10,000 passes", err.pointer, "/passes");
	buf_reset(&text);
	for (int i = 0; i < 100; i++)
		buf_add_char(&text, '[');
	CHECK_INT("depth", parse(buf_cstr(&text), &a, &rs, &err), E_JSON_DEPTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_tests),
		cmocka_unit_test(test_any_of),
		cmocka_unit_test(test_stages_and_defaults),
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
