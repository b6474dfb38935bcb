/*
 * The engine from tables to result: what it finds in small tables written out here, and on
 * thousands of seeded random ones that it keeps its promises (match_check) and that the order of
 * rows, threads and names of columns change nothing.
 */
#include "match/match.h"

#include "unit/match/scene.h"

/* ---- written-out cases ---- */

#define THEN "\"then\":{\"confirm\":{\"confidence\":0.5,\"margin\":1},\"suggest\":{\"confidence\":0.1}}"
#define REF_PASS "{\"name\":\"ref\",\"kind\":\"1:1\",\"when\":{\"ref\":\"same\",\"amount\":\"same\"}," THEN "}"

static const struct scene scenes[] = {
	{"a reference and an amount", "[" REF_PASS "]",
		{{"a1", 10, 100, NULL}, {"a2", 10, 200, NULL}, {"a3", 10, 300, NULL}},
		{{"a2", 11, 200, NULL}, {"a1", 12, 100, NULL}, {"a3", 12, 301, NULL}}, 3, 3,
		"1:1 confirmed 0/1; 1:1 confirmed 1/0"},
	{"nothing in common", "[" REF_PASS "]", {{"a1", 10, 100, NULL}}, {{"b1", 10, 100, NULL}}, 1,
		1, ""},
	{"an empty side", "[" REF_PASS "]", {{"a1", 10, 100, NULL}}, {{NULL, 0, 0, NULL}}, 1, 0, ""},
	{"a missing value fails a test", "[" REF_PASS "]", {{NULL, 10, 100, NULL}},
		{{NULL, 10, 100, NULL}}, 1, 1, ""},
	{"two equal records against one: which of them is indicative", "[" REF_PASS "]",
		{{"a1", 10, 100, NULL}, {"a1", 10, 100, NULL}}, {{"a1", 10, 100, NULL}}, 2, 1,
		"1:1 confirmed 0/0"},
	{"within: the limit is inside, a unit more is not",
		"[{\"name\":\"w\",\"when\":{\"ref\":\"same\",\"amount\":{\"within\":\"0.05\"}},"
		"\"difference\":{\"type\":\"rounding\",\"limit\":\"0.05\"}," THEN "}]",
		{{"a1", 10, 1000, NULL}, {"a2", 10, 2000, NULL}, {"a3", 1, 5, NULL}, {"a4", 1, 9, NULL}},
		{{"a1", 10, 1005, NULL}, {"a2", 10, 2006, NULL}}, 4, 2, "1:1 confirmed 0/0"},
	{"days: both ends are inside, a day more is not",
		"[{\"name\":\"d\",\"when\":{\"amount\":\"same\",\"day\":{\"days\":[0,3]}}," THEN "}]",
		{{"x", 10, 100, NULL}, {"x", 10, 200, NULL}, {"x", 10, 300, NULL}, {"x", 10, 400, NULL}},
		{{"y", 10, 100, NULL}, {"y", 13, 200, NULL}, {"y", 14, 300, NULL}, {"y", 9, 400, NULL}},
		4, 4, "1:1 confirmed 0/0; 1:1 confirmed 1/1"},
	{"percent of the left amount",
		"[{\"name\":\"p\",\"when\":{\"ref\":\"same\",\"amount\":{\"percent\":10}}," THEN "}]",
		{{"a1", 10, 1000, NULL}, {"a2", 10, 1000, NULL}, {"a3", 1, 7, NULL}},
		{{"a1", 10, 1100, NULL}, {"a2", 10, 1101, NULL}}, 3, 2, "1:1 confirmed 0/0"},
	{"opposite signs",
		"[{\"name\":\"o\",\"when\":{\"ref\":\"same\",\"amount\":\"opposite\"}," THEN "}]",
		{{"a1", 10, 1000, NULL}, {"a2", 10, 2000, NULL}},
		{{"a1", 10, -1000, NULL}, {"a2", 10, 2000, NULL}}, 2, 2, "1:1 confirmed 0/0"},
	{"a line of the left amount",
		"[{\"name\":\"e\",\"when\":{\"ref\":\"same\",\"amount\":{\"expect\":\"0.97*left-0.30\","
		"\"within\":\"0.01\"}}," THEN "}]",
		{{"a1", 10, 10000, NULL}, {"a2", 10, 10000, NULL}, {"a3", 1, 5, NULL}},
		{{"a1", 10, 9670, NULL}, {"a2", 10, 9672, NULL}}, 3, 2, "1:1 confirmed 0/0"},
	{"any of", "[{\"name\":\"n\",\"when\":{\"amount\":\"same\",\"any of\":[{\"ref\":\"same\"},"
		   "{\"text\":\"same\"}]}," THEN "}]",
		{{"a1", 1, 100, "x y"}, {"a2", 1, 200, "u v"}, {"a3", 1, 300, "p"}},
		{{"a1", 1, 100, "z"}, {"b2", 1, 200, "u v"}, {"b3", 1, 300, "q"}}, 3, 3,
		"1:1 confirmed 0/0; 1:1 confirmed 1/1"},
	{"business days: Friday to Monday is one",
		"[{\"name\":\"b\",\"when\":{\"amount\":\"same\",\"day\":{\"days\":[0,1],"
		"\"calendar\":\"TARGET\"}}," THEN "}]",
		{{"x", 20517, 100, NULL}, {"x", 20517, 200, NULL}},
		{{"y", 20520, 100, NULL}, {"y", 20521, 200, NULL}}, 2, 2, "1:1 confirmed 0/0"},
	{"stages: what the first took is not offered again",
		"[" REF_PASS ",{\"name\":\"amount\",\"stage\":2,\"when\":{\"amount\":\"same\"}," THEN "}]",
		{{"a1", 1, 100, NULL}, {"a2", 1, 100, NULL}},
		{{"a1", 1, 100, NULL}, {"zz", 1, 100, NULL}}, 2, 2,
		"1:1 confirmed 0/0; 1:1 confirmed 1/1"},
	{"several lines, one target",
		"[{\"name\":\"g\",\"kind\":\"n:1\",\"when\":{\"text\":\"same\"},\"group\":{\"how\":\"subset\","
		"\"lines\":[2,4]},\"then\":{\"confirm\":{\"confidence\":0.5,\"margin\":1,\"chance\":0.5},"
		"\"suggest\":{\"confidence\":0.1}}}]",
		{{"a", 1, 12345, "acme"}, {"b", 1, 33333, "acme"}, {"c", 1, 77001, "acme"},
			{"d", 1, 4711, "other"}},
		{{"x", 2, 89346, "acme"}}, 4, 1, "n:1 confirmed 0,2/0"},
	{"one target, several lines",
		"[{\"name\":\"g\",\"kind\":\"1:n\",\"when\":{\"text\":\"same\"},\"group\":{\"how\":\"subset\","
		"\"lines\":[2,4]},\"then\":{\"confirm\":{\"confidence\":0.5,\"margin\":1,\"chance\":0.5},"
		"\"suggest\":{\"confidence\":0.1}}}]",
		{{"x", 2, 89346, "acme"}},
		{{"a", 1, 12345, "acme"}, {"b", 1, 33333, "acme"}, {"c", 1, 77001, "acme"}}, 1, 3,
		"1:n confirmed 0/0,2"},
	{"all of a key, but one",
		"[{\"name\":\"g\",\"kind\":\"n:1\",\"when\":{\"ref\":\"same\"},\"group\":{\"how\":\"all\","
		"\"except_up_to\":1},\"then\":{\"confirm\":{\"confidence\":0.5,\"margin\":1,\"chance\":0.5},"
		"\"suggest\":{\"confidence\":0.1}}}]",
		{{"p", 1, 10001, NULL}, {"p", 1, 20002, NULL}, {"p", 1, 77, NULL}, {"q", 1, 5, NULL}},
		{{"p", 2, 30003, NULL}}, 4, 1, "n:1 confirmed 0,1/0"},
	{"netting pairs opposite amounts of one side",
		"[{\"name\":\"n\",\"kind\":\"net left\",\"when\":{\"ref\":\"same\"}," THEN "}]",
		{{"p", 1, 10001, NULL}, {"p", 2, -10001, NULL}, {"q", 1, 77, NULL}, {"r", 1, -77, NULL}},
		{{"z", 2, 30003, NULL}}, 4, 1, "net left confirmed 0,1/"},
	{"partial: in as few parts as can be, the rest stays open",
		"[{\"name\":\"part\",\"kind\":\"partial\",\"when\":{\"ref\":\"same\"},"
		"\"then\":{\"confirm\":{\"confidence\":0,\"margin\":0}}}]",
		{{"p", 5, 1000, NULL}, {"p", 3, 400, NULL}, {"q", 1, 5, NULL}}, {{"p", 9, 700, NULL}}, 3,
		1, "partial confirmed 0/0"},
	{"partial: of as many parts the oldest",
		"[{\"name\":\"part\",\"kind\":\"partial\",\"when\":{\"ref\":\"same\"},"
		"\"then\":{\"confirm\":{\"confidence\":0,\"margin\":0}}}]",
		{{"p", 5, 1000, NULL}, {"p", 3, 900, NULL}, {"p", 4, 800, NULL}}, {{"p", 9, 700, NULL}}, 3,
		1, "partial confirmed 1/0"},
	{"partial: a tie is never confirmed",
		"[{\"name\":\"part\",\"kind\":\"partial\",\"when\":{\"ref\":\"same\"},"
		"\"then\":{\"confirm\":{\"confidence\":0,\"margin\":0.1}}}]",
		{{"p", 3, 900, "a"}, {"p", 3, 800, "b"}, {"q", 1, 5, NULL}}, {{"p", 9, 700, NULL}}, 3, 1,
		"partial ambiguous 1/0"},
	{"partial: two payments close one invoice",
		"[{\"name\":\"part\",\"kind\":\"partial\",\"when\":{\"ref\":\"same\"},"
		"\"then\":{\"confirm\":{\"confidence\":0,\"margin\":0}}}]",
		{{"p", 3, 1000, NULL}, {"q", 1, 5, NULL}}, {{"p", 8, 600, NULL}, {"p", 9, 400, NULL}}, 2, 2,
		"partial confirmed 0/0; partial confirmed 0/1"},
};

static void test_scenes(void **state)
{
	(void)state;
	check_scenes(scenes, ARRAY_LEN(scenes));
}

static void test_partial_amounts(void **state)
{
	static const struct cell_row left[] = {{"p", 5, 600, NULL}, {"p", 3, 400, NULL}};
	static const struct cell_row right[] = {{"p", 9, 700, NULL}};
	struct run r;

	(void)state;
	run_open(&r,
		"[{\"name\":\"part\",\"kind\":\"partial\",\"when\":{\"ref\":\"same\"},"
		"\"then\":{\"confirm\":{\"confidence\":0,\"margin\":0}}}]",
		left, 2, right, 1);
	run_checked("partial", &r, 1);
	assert_int_equal(r.result.matches.n, 1);
	CHECK_INT("part of the younger", r.result.members.allocated[0], 300);
	CHECK_INT("all of the older", r.result.members.allocated[1], 400);
	assert_int_equal(r.result.open.n, 1);
	CHECK_INT("rest", r.result.open.remaining[0], 300);
	CHECK_INT("why", r.result.open.break_type[0], BREAK_PARTIAL);
	run_close(&r);
}

/* Two candidates that nothing tells apart: shown, never confirmed. */
static void test_ambiguous(void **state)
{
	static const struct cell_row left[] = {{"a", 10, 500, "one"}, {"b", 1, 1, NULL},
		{"c", 1, 2, NULL}, {"d", 1, 3, NULL}, {"e", 1, 4, NULL}, {"f", 1, 5, NULL}};
	static const struct cell_row right[] = {{"x", 10, 500, "two"}, {"y", 10, 500, "six"}};
	struct run r;

	(void)state;
	run_open(&r, "[{\"name\":\"amount\",\"use\":[\"amount\"],\"when\":{\"amount\":\"same\"},"
		     "\"then\":{\"confirm\":{\"confidence\":0.2,\"margin\":3},\"suggest\":{\"confidence\":0.1}}}]",
		left, 6, right, 2);
	run_checked("ambiguous", &r, 1);
	assert_int_equal(r.result.matches.n, 1);
	CHECK_INT("status", r.result.matches.status[0], STATUS_AMBIGUOUS);
	CHECK("its rival is named", r.result.matches.rival[0] != RESULT_NONE);
	CHECK_INT("both candidates are listed", r.result.candidates.n >= 2, 1);
	run_close(&r);
}

/* ---- random tables ---- */

static const char *const property_passes[] = {
	"[{\"name\":\"a\",\"when\":{\"ref\":\"same\",\"amount\":\"same\"}," THEN "}]",
	"[{\"name\":\"a\",\"when\":{\"amount\":\"same\",\"day\":{\"days\":[-1,2]}}," THEN "}]",
	"[{\"name\":\"a\",\"when\":{\"amount\":{\"within\":\"0.02\"},\"day\":{\"days\":[0,3]}}," THEN "},"
	"{\"name\":\"b\",\"stage\":2,\"when\":{\"ref\":\"same\"},\"then\":{\"suggest\":{\"confidence\":0}}}]",
	"[{\"name\":\"a\",\"when\":{\"amount\":\"same\"}," THEN "},"
	"{\"name\":\"g\",\"kind\":\"n:1\",\"when\":{\"day\":{\"days\":[0,4]}},\"group\":{\"how\":\"subset\","
	"\"lines\":[2,3],\"total\":{\"within\":\"0.01\"}},\"then\":{\"confirm\":{\"confidence\":0.3,"
	"\"margin\":1,\"chance\":1},\"suggest\":{\"confidence\":0}}},"
	"{\"name\":\"net\",\"stage\":2,\"kind\":\"net left\",\"when\":{\"day\":{\"days\":[-5,5]}}," THEN "},"
	"{\"name\":\"part\",\"stage\":3,\"kind\":\"partial\",\"when\":{\"ref\":\"same\"},"
	"\"then\":{\"suggest\":{\"confidence\":0}}}]",
	"[{\"name\":\"l\",\"when\":{\"text\":{\"like\":0.7},\"amount\":{\"percent\":20}}," THEN "}]",
};

#define ROWS_MAX 12u

static uint32_t make_rows(struct cell_row *rows, uint64_t *s)
{
	static const char *const refs[] = {"r1", "r2", "r3", "r4", NULL};
	static const char *const texts[] = {"acme trading", "acme tradign", "blue moon", "blue", NULL,
		"delta works ltd payment"};
	uint32_t n = random_of(s) % (ROWS_MAX + 1);

	for (uint32_t i = 0; i < n; i++)
		rows[i] = (struct cell_row){refs[random_of(s) % ARRAY_LEN(refs)],
			(int32_t)(random_of(s) % 5), (int64_t)(random_of(s) % 9) - 2,
			texts[random_of(s) % ARRAY_LEN(texts)]};
	return n;
}

static void contents_of(const char *label, const char *passes, const struct cell_row *left,
	uint32_t nl, const struct cell_row *right, uint32_t nr, unsigned threads, struct buf *out)
{
	const struct cell_row *const rows[2] = {left, right};
	struct run r;

	run_open(&r, passes, left, nl, right, nr);
	run_checked(label, &r, threads);
	describe_contents(&r.result, rows, out);
	run_close(&r);
}

static void test_promises(void **state)
{
	uint64_t seed = 378;

	(void)state;
	for (uint32_t c = 0; c < UNIT_REPEATS(2500u); c++) {
		const char *passes = property_passes[c % ARRAY_LEN(property_passes)];
		struct buf a CLEANUP(buf_free) = BUF_INIT, b CLEANUP(buf_free) = BUF_INIT;
		struct cell_row left[ROWS_MAX + 1], right[ROWS_MAX + 1];
		uint32_t nl = make_rows(left, &seed), nr = make_rows(right, &seed);
		char label[64];
		snprintf(label, sizeof(label), "random case %u", c);
		contents_of(label, passes, left, nl, right, nr, 1, &a);
		shuffle(left, nl, &seed);
		shuffle(right, nr, &seed);
		contents_of(label, passes, left, nl, right, nr, 1 + c % 3, &b);
		CHECK_STR(label, buf_cstr(&b), buf_cstr(&a));
	}
}

/* ---- results that break a promise are found out ---- */

static void test_tampering(void **state)
{
	static const struct cell_row left[] = {{"a1", 1, 100, NULL}, {"a2", 1, 200, NULL}};
	static const struct cell_row right[] = {{"a1", 1, 100, NULL}, {"a2", 1, 200, NULL}};
	struct err err = {0};
	struct run r;

	(void)state;
	run_open(&r, "[" REF_PASS "]", left, 2, right, 2);
	run_checked("before", &r, 1);
	assert_int_equal(r.result.matches.n, 2);
	struct result *x = &r.result;
#define TAMPER(label, place, value)                                                                \
	do {                                                                                       \
		__typeof__(place) kept = (place);                                                  \
		(place) = (value);                                                                 \
		CHECK_INT(label, match_check(r.in, 2, r.rules, x, &err), E_CORRUPT);               \
		(place) = kept;                                                                    \
		CHECK_INT("put back", match_check(r.in, 2, r.rules, x, &err), 0);                  \
	} while (0)
	TAMPER("a row used twice", x->members.row[2], 0);
	TAMPER("an amount off by one", x->members.allocated[0], 101);
	TAMPER("a total off by one", x->matches.left[0], 101);
	TAMPER("confirmed below the line", x->matches.confidence[0], 1000);
	TAMPER("confirmed without a margin", x->matches.margin[0], RESULT_NONE);
	TAMPER("a pair whose tests do not hold", x->members.row[1], 1);
#undef TAMPER
	run_close(&r);
}

/* ---- bad input ---- */

static void test_bad_fields(void **state)
{
	static const char *const wrong[4] = {"reff", "day", "amount", "text"};
	static const char *const mixed[4] = {"ref", "amount", "amount", "text"};
	static const struct {
		const char *label;
		const char *const *names;
		const char *pointer;
	} cases[] = {
		{"a column that is not there", wrong, "/fields/ref/right"},
		{"a column of another type", mixed, "/fields/day/right"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		static const struct cell_row row[] = {{"a", 1, 1, NULL}};
		struct err err = {0};
		struct run r;
		run_open(&r, "[" REF_PASS "]", row, 1, row, 1);
		r.rules = rules_named(&r.arena, "[" REF_PASS "]", plain_names, cases[i].names);
		CHECK_INT(cases[i].label, run_it(&r, 1, &err), E_RULESET);
		CHECK_STR(cases[i].label, err.pointer, cases[i].pointer);
		run_close(&r);
	}
}

static void test_bounds(void **state)
{
	enum { N = 50000 };
	struct cell_row *rows = calloc(N, sizeof(*rows));
	atomic_bool cancel = true;
	struct match_options options = {.threads = 2, .memory_bytes = 100000};
	struct err err = {0};
	struct run r;

	(void)state;
	assert_non_null(rows);
	for (uint32_t i = 0; i < N; i++)
		rows[i] = (struct cell_row){"same", 1, 999, "same"};
	run_open(&r, "[" REF_PASS "]", rows, N, rows, N);
	CHECK_INT("too little memory", match_run(r.in, 2, r.rules, &options, &r.result, &r.receipt, &err),
		E_MEMORY_BOUND);
	options = (struct match_options){.threads = 2, .cancel = &cancel};
	CHECK_INT("cancelled", match_run(r.in, 2, r.rules, &options, &r.result, &r.receipt, &err),
		E_CANCELLED);
	run_checked("all rows equal", &r, 2);
	CHECK_INT("each has a partner", r.result.matches.n, N);
	run_close(&r);
	free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scenes),
		cmocka_unit_test(test_partial_amounts),
		cmocka_unit_test(test_ambiguous),
		cmocka_unit_test(test_promises),
		cmocka_unit_test(test_tampering),
		cmocka_unit_test(test_bad_fields),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
