/*
 * What passes ask for, one small table each: groups by a key's all lines, by runs and by subsets,
 * bulk matches, tests of texts and rates, and where the values of a field come from. And the reasons
 * that are given for what stays open.
 */
#include "unit/match/scene.h"

#define THEN                                                                                       \
	"\"then\":{\"confirm\":{\"confidence\":0.2,\"margin\":0,\"chance\":1},"                    \
	"\"suggest\":{\"confidence\":0}}"
#define GROUP(kind, when, group)                                                                   \
	"[{\"name\":\"g\",\"kind\":\"" kind "\",\"when\":{" when "},\"group\":{" group "}," THEN "}]"
#define PAIR(when) "[{\"name\":\"p\",\"when\":{" when "}," THEN "}]"

static const struct scene scenes[] = {
	{"all: a key's whole group", GROUP("n:1", "\"ref\":\"same\"", "\"how\":\"all\""),
		{{"p", 1, 10001, NULL}, {"p", 1, 20002, NULL}, {"p", 1, 30003, NULL}},
		{{"p", 2, 60006, NULL}}, 3, 1, "n:1 confirmed 0,1,2/0"},
	{"all: nothing is left out when that is not asked for",
		GROUP("n:1", "\"ref\":\"same\"", "\"how\":\"all\""),
		{{"p", 1, 10001, NULL}, {"p", 1, 20002, NULL}, {"p", 1, 30003, NULL}},
		{{"p", 2, 30003, NULL}}, 3, 1, ""},
	{"all: but two", GROUP("1:n", "\"ref\":\"same\"", "\"how\":\"all\",\"except_up_to\":2"),
		{{"p", 2, 30003, NULL}},
		{{"p", 1, 10001, NULL}, {"p", 1, 71, NULL}, {"p", 1, 20002, NULL}, {"p", 1, 1300, NULL}},
		1, 4, "1:n confirmed 0/0,2"},
	{"all: but three",
		GROUP("n:1", "\"ref\":\"same\"", "\"how\":\"all\",\"except_up_to\":3,\"total\":{\"within\":\"0.01\"}"),
		{{"p", 1, 10001, NULL}, {"p", 1, 71, NULL}, {"p", 1, 20002, NULL}, {"p", 1, 1300, NULL},
			{"p", 1, 577, NULL}},
		{{"p", 2, 30004, NULL}}, 5, 1, "n:1 confirmed 0,2/0"},
	{"run: lines that follow each other by day",
		GROUP("n:1", "\"text\":\"same\"", "\"how\":\"run\",\"along\":[\"day\"],\"lines\":[2,4]"),
		{{"a", 5, 40011, "t"}, {"b", 1, 10007, "t"}, {"c", 3, 30003, "t"}, {"d", 2, 20009, "t"}},
		{{"x", 9, 50012, "t"}}, 4, 1, "n:1 confirmed 2,3/0"},
	{"run: what lies between is not skipped",
		GROUP("n:1", "\"text\":\"same\"", "\"how\":\"run\",\"along\":[\"day\"],\"lines\":[2,4]"),
		{{"a", 5, 40011, "t"}, {"b", 1, 10007, "t"}, {"c", 3, 30003, "t"}, {"d", 2, 20009, "t"}},
		{{"x", 9, 50018, "t"}}, 4, 1, ""},
	{"run: along a text it follows content",
		GROUP("n:1", "\"text\":\"same\"", "\"how\":\"run\",\"along\":[\"amount\"],\"lines\":[2,2]"),
		{{"a", 5, 40011, "t"}, {"b", 1, 10007, "t"}, {"c", 3, 30003, "t"}}, {{"x", 9, 70014, "t"}}, 3,
		1, "n:1 confirmed 0,2/0"},
	{"subset: too few lines", GROUP("n:1", "\"text\":\"same\"", "\"how\":\"subset\",\"lines\":[3,4]"),
		{{"a", 1, 10001, "t"}, {"b", 1, 20002, "t"}}, {{"x", 2, 30003, "t"}}, 2, 1, ""},
	{"subset: a reversed line takes part",
		GROUP("n:1", "\"text\":\"same\"", "\"how\":\"subset\",\"lines\":[2,4]"),
		{{"a", 1, 51234, "t"}, {"b", 1, -1111, "t"}, {"c", 1, 90909, "t"}},
		{{"x", 2, 50123, "t"}}, 3, 1, "n:1 confirmed 0,1/0"},
	{"subset: a negative target", GROUP("n:1", "\"text\":\"same\"", "\"how\":\"subset\",\"lines\":[2,4]"),
		{{"a", 1, -51234, "t"}, {"b", 1, -1111, "t"}, {"c", 1, -90909, "t"}},
		{{"x", 2, -52345, "t"}}, 3, 1, "n:1 confirmed 0,1/0"},
	{"learned groups: whatever shares a value or a word may belong together",
		"[{\"name\":\"g\",\"kind\":\"n:1\",\"mode\":\"learn\",\"use\":[\"text\",\"ref\"],\"group\":{"
		"\"how\":\"subset\",\"lines\":[2,4]}," THEN "}]",
		{{"a", 1, 51234, "acme trading"}, {"b", 1, 11117, "acme trading"}, {"c", 1, 90909, "blue moon"}},
		{{"x", 2, 62351, "acme limited"}}, 3, 1, "n:1 confirmed 0,1/0"},
	{"learned groups: nothing in common", "[{\"name\":\"g\",\"kind\":\"n:1\",\"mode\":\"learn\",\"use\":["
		"\"text\",\"ref\"],\"group\":{\"how\":\"subset\",\"lines\":[2,4]}," THEN "}]",
		{{"a", 1, 51234, "acme trading"}, {"b", 1, 11117, "acme trading"}, {"c", 1, 90909, "blue moon"}},
		{{"x", 2, 62351, "some other"}}, 3, 1, ""},
	{"bulk: a ring in which each may have two",
		"[{\"name\":\"b\",\"use\":[\"amount\"],\"when\":{\"amount\":\"same\",\"any of\":[{\"ref\":"
		"\"same\"},{\"text\":\"same\"}]}," THEN "}]",
		{{"a", 1, 999, "u"}, {"b", 1, 999, "v"}, {"c", 1, 999, "w"}},
		{{"a", 1, 999, "v"}, {"b", 1, 999, "w"}, {"c", 1, 999, "u"}}, 3, 3,
		"n:m confirmed 0,1,2/0,1,2"},
	{"no bulk: one pair is the only way",
		"[{\"name\":\"b\",\"use\":[\"amount\"],\"when\":{\"amount\":\"same\",\"any of\":[{\"ref\":"
		"\"same\"},{\"text\":\"same\"}]}," THEN "}]",
		{{"a", 1, 999, "u"}, {"b", 1, 999, "v"}, {"c", 1, 999, "w"}},
		{{"a", 1, 999, "v"}, {"b", 1, 999, "w"}, {"c", 1, 999, "z"}}, 3, 3,
		"1:1 confirmed 0/0; 1:1 confirmed 1/1; 1:1 confirmed 2/2"},
	{"bulk: all against all", PAIR("\"amount\":\"same\""),
		{{"a", 1, 999, NULL}, {"b", 1, 999, NULL}, {"c", 1, 999, NULL}},
		{{"d", 1, 999, NULL}, {"e", 1, 999, NULL}, {"f", 1, 999, NULL}}, 3, 3,
		"n:m confirmed 0,1,2/0,1,2"},
	{"netting on the right",
		"[{\"name\":\"n\",\"kind\":\"net right\",\"when\":{\"text\":\"same\"}," THEN "}]",
		{{"z", 2, 30003, NULL}},
		{{"p", 1, 10001, "t"}, {"p", 2, -10001, "t"}, {"q", 1, 0, "t"}, {"r", 1, 0, "t"}}, 1, 4,
		"net right confirmed /0,1"},
	{"prefix", PAIR("\"ref\":{\"prefix\":4},\"amount\":\"same\""),
		{{"abcd11", 1, 100, NULL}, {"abce11", 1, 200, NULL}},
		{{"abcd22", 1, 100, NULL}, {"abcf22", 1, 200, NULL}}, 2, 2, "1:1 confirmed 0/0"},
	{"one text contains the other", PAIR("\"text\":{\"contains\":true},\"amount\":\"same\""),
		{{"a", 1, 100, "invoice 4711 paid"}, {"b", 1, 200, "invoice 12"}},
		{{"c", 1, 100, "4711"}, {"d", 1, 200, "13"}}, 2, 2, "1:1 confirmed 0/0"},
	{"levenshtein", PAIR("\"text\":{\"like\":0.8,\"by\":\"levenshtein\"},\"amount\":\"same\""),
		{{"a", 1, 100, "schneider"}, {"b", 1, 200, "schneider"}},
		{{"c", 1, 100, "schnieder"}, {"d", 1, 200, "schmidt"}}, 2, 2, ""},
	{"osa", PAIR("\"text\":{\"like\":0.8,\"by\":\"osa\"},\"amount\":\"same\""),
		{{"a", 1, 100, "schneider"}, {"b", 1, 200, "schneider"}},
		{{"c", 1, 100, "schnieder"}, {"d", 1, 200, "schmidt"}}, 2, 2, "1:1 confirmed 0/0"},
	{"a missing value that passes",
		PAIR("\"ref\":{\"same\":true,\"missing\":\"pass\"},\"amount\":\"same\""),
		{{NULL, 1, 100, NULL}, {"b", 1, 200, NULL}}, {{"c", 1, 100, NULL}, {"d", 1, 200, NULL}}, 2,
		2, "1:1 confirmed 0/0"},
	{"partial: the largest first, and nothing below the smallest",
		"[{\"name\":\"p\",\"kind\":\"partial\",\"when\":{\"ref\":\"same\"},\"partial\":{\"order\":"
		"\"largest first\",\"smallest\":\"2.00\"},\"then\":{\"confirm\":{\"confidence\":0,\"margin\":0}}}]",
		{{"p", 5, 1000, NULL}, {"p", 3, 400, NULL}, {"p", 1, 100, NULL}}, {{"p", 9, 1200, NULL}}, 3,
		1, "partial confirmed 0,1/0"},
	{"partial: an exact closing first",
		"[{\"name\":\"p\",\"kind\":\"partial\",\"when\":{\"ref\":\"same\"},"
		"\"then\":{\"confirm\":{\"confidence\":0,\"margin\":0}}}]",
		{{"p", 1, 1000, NULL}, {"p", 3, 700, NULL}}, {{"p", 9, 700, NULL}}, 2, 1,
		"partial confirmed 1/0"},
	{"partial: not enough to spread it over",
		"[{\"name\":\"p\",\"kind\":\"partial\",\"when\":{\"ref\":\"same\"},"
		"\"then\":{\"confirm\":{\"confidence\":0,\"margin\":0}}}]",
		{{"p", 1, 100, NULL}, {"p", 1, -900, NULL}}, {{"p", 9, 700, NULL}}, 2, 1, ""},
	{"partial: what is left goes to no whole-record pass",
		"[{\"name\":\"p\",\"kind\":\"partial\",\"when\":{\"ref\":\"same\"},\"then\":{\"confirm\":"
		"{\"confidence\":0,\"margin\":0}}},{\"name\":\"q\",\"stage\":2,\"when\":{\"text\":\"same\"}," THEN "}]",
		{{"p", 1, 1000, "t"}}, {{"p", 9, 700, NULL}, {"q", 9, 1000, "t"}}, 1, 2,
		"partial confirmed 0/0"},
	{"a bound on the value",
		"[{\"name\":\"p\",\"when\":{\"ref\":\"same\",\"amount\":\"same\"},\"then\":{\"confirm\":"
		"{\"confidence\":0.1,\"margin\":0,\"value_up_to\":\"5.00\"},\"suggest\":{\"confidence\":0}}}]",
		{{"a", 1, 500, NULL}, {"b", 1, 501, NULL}}, {{"a", 1, 500, NULL}, {"b", 1, 501, NULL}}, 2, 2,
		"1:1 confirmed 0/0; 1:1 suggested 1/1"},
};

static void test_scenes(void **state)
{
	(void)state;
	check_scenes(scenes, ARRAY_LEN(scenes));
}

/* Whatever there is too little memory for, the run says so and hands nothing out. */
static void test_memory(void **state)
{
	uint32_t refused = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++) {
		const struct scene *s = &scenes[i];
		struct run r;
		run_open(&r, s->passes, s->left, s->nl, s->right, s->nr);
		run_checked(s->label, &r, 1);
		size_t peak = (size_t)r.receipt.peak_bytes, step = peak / 100 + 1;
		for (size_t bytes = peak - 1; bytes >= step; bytes -= step) {
			struct match_options options = {.threads = 1, .memory_bytes = bytes};
			struct err err = {0};
			result_free(&r.result);
			match_receipt_free(&r.receipt);
			int rc = match_run(r.in, 2, r.rules, &options, &r.result, &r.receipt, &err);
			if (rc == 0)
				continue;
			CHECK_INT(s->label, rc, E_MEMORY_BOUND);
			CHECK_INT(s->label, r.result.matches.n + r.result.open.n, 0);
			refused++;
		}
		run_close(&r);
	}
	CHECK("most bounds are too low", refused > 60 * ARRAY_LEN(scenes));
}

/* ---- why a record is open ---- */

struct reason {
	const char *label;
	struct cell_row left, right;
	uint8_t want; /* of the left one */
};

/* Never holds, so that everything stays open. */
#define NOTHING PAIR("\"ref\":\"same\",\"amount\":\"same\",\"day\":{\"days\":[0,0]}")

static const struct reason reasons[] = {
	{"nothing like it", {"a1", 390, 4711, NULL}, {"b1", 400, 99, NULL}, BREAK_MISSING},
	{"the other side's records end before it is due", {"a1", 10, 4711, NULL}, {"b1", 11, 99, NULL},
		BREAK_IN_TRANSIT},
	{"long ago", {"a1", 10, 4711, NULL}, {"b1", 500, 99, NULL}, BREAK_STALE},
	{"same reference, same amount, another day", {"a1", 10, 4711, NULL}, {"a1", 11, 4711, NULL},
		BREAK_DATE_OUTSIDE},
	{"same reference, the sign reversed", {"a1", 10, 4711, NULL}, {"a1", 10, -4711, NULL},
		BREAK_SIGN_REVERSED},
	{"same reference, digits transposed", {"a1", 10, 4711, NULL}, {"a1", 10, 4171, NULL},
		BREAK_DIGITS_TRANSPOSED},
	{"same reference, cents apart", {"a1", 10, 4711, NULL}, {"a1", 10, 4714, NULL}, BREAK_ROUNDING},
	{"same reference, a fee less", {"a1", 10, 10000, NULL}, {"a1", 10, 9710, NULL}, BREAK_FEE_TAX},
	{"same reference, another amount", {"a1", 10, 10000, NULL}, {"a1", 10, 5000, NULL},
		BREAK_AMOUNT_DIFFERS},
	{"same amount, the reference a slip away", {"inv4711", 10, 10000, NULL},
		{"inv4771", 10, 10000, NULL}, BREAK_REFERENCE_MISTYPED},
	{"same amount, another reference", {"inv4711", 10, 10000, NULL}, {"x9", 10, 10000, NULL},
		BREAK_DATE_OUTSIDE},
	{"opposite amount, another reference", {"inv4711", 10, 10000, NULL}, {"x9", 10, -10000, NULL},
		BREAK_SIGN_REVERSED},
};

static void test_reasons(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		const struct reason *c = &reasons[i];
		struct run r;
		/* And a record that says since when the other side has some. */
		const struct cell_row right[] = {c->right, {"zz", 1, 1, NULL}};
		run_open(&r, NOTHING, &c->left, 1, right, 2);
		run_checked(c->label, &r, 1);
		assert_int_equal(r.result.open.n, 3);
		CHECK_INT(c->label, r.result.open.break_type[0], c->want);
		run_close(&r);
	}
}

/* ---- where values come from ---- */

struct source {
	const char *label;
	const char *fields; /* beside "money"; the left table has all four columns too */
	const char *when;
	uint32_t want;      /* matches */
};

static const struct source sources[] = {
	{"columns joined with a blank",
		"\"key\":{\"type\":\"text\",\"left\":[\"ref\",\"text\"],\"right\":[\"ref\",\"text\"]}",
		"\"key\":\"same\"", 1},
	{"what a pattern finds",
		"\"key\":{\"type\":\"code\",\"left\":{\"from\":\"text\",\"find\":\"inv ([0-9]+)\"},"
		"\"right\":{\"from\":\"text\",\"find\":\"no\\\\.([0-9]+)\"}}",
		"\"key\":\"same\"", 2},
	{"all that a pattern finds",
		"\"key\":{\"type\":\"code\",\"left\":{\"from\":\"text\",\"find\":\"[0-9]+\",\"all\":true},"
		"\"right\":{\"from\":\"text\",\"find\":\"[0-9]+\"}}",
		"\"key\":\"same\"", 2},
	{"a constant",
		"\"key\":{\"type\":\"code\",\"left\":{\"const\":\"r2\"},\"right\":\"ref\"}",
		"\"key\":\"same\",\"money\":\"same\"", 0},
	{"a sum",
		"\"key\":{\"type\":\"amount\",\"left\":{\"sum\":[\"amount\",\"amount\"]},\"right\":"
		"{\"sum\":[\"amount\",\"amount\"]}}",
		"\"key\":\"same\"", 2},
	{"a sum that takes away",
		"\"key\":{\"type\":\"amount\",\"left\":{\"sum\":[\"amount\",\"-amount\"]},\"right\":"
		"\"amount\"}",
		"\"key\":\"same\"", 0},
	{"an alias",
		"\"key\":{\"type\":\"code\",\"left\":\"ref\",\"right\":\"ref\",\"alias\":\"names\"}",
		"\"key\":\"same\"", 2},
};

static void test_sources(void **state)
{
	static const struct cell_row left[] = {{"r1", 1, 100, "paid inv 4711"}, {"r2", 1, 200, "inv 12 of 13"}};
	static const struct cell_row right[] = {{"r1", 1, 100, "paid inv 4711"}, {"rtwo", 1, 200, "see no.12"},
		{"zz", 1, 300, "no.4711"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		const struct source *c = &sources[i];
		struct buf text CLEANUP(buf_free) = BUF_INIT;
		struct err err = {0};
		struct run r;
		run_open(&r, NOTHING, left, 2, right, 3);
		buf_printf(&text,
			"{\"ruleset\":1,\"left\":{\"balance\":\"money\"},\"right\":{\"balance\":\"money\"},"
			"\"fields\":{\"money\":{\"type\":\"amount\",\"left\":\"amount\",\"right\":\"amount\"},%s},"
			"\"lists\":{\"names\":{\"rtwo\":\"r2\"}},"
			"\"passes\":[{\"name\":\"p\",\"when\":{%s},\"then\":{\"suggest\":{\"confidence\":0}}}]}",
			c->fields, c->when);
		if (ruleset_parse(buf_sv(&text), &r.arena, &r.rules, &err) != 0)
			fail_msg("%s: %s at %s", c->label, err.detail, err.pointer);
		if (run_it(&r, 1, &err) != 0)
			fail_msg("%s: %s at %s", c->label, err.detail, err.pointer);
		CHECK_INT(c->label, r.result.matches.n, c->want);
		run_close(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scenes),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
