/*
 * The proposal for a third file: its columns are told apart by the values that they share with the
 * sides, whatever they are called.
 */
#include "col/col_build.h"
#include "match/match.h"
#include "unit/unit.h"

#define RULES                                                                                      \
	"{ \"ruleset\": 1, \"left\": { \"balance\": \"amount\" }, \"right\": { \"balance\": "      \
	"\"amount\" },\n"                                                                          \
	"  \"fields\": {\n    \"amount\": { \"type\": \"amount\", \"left\": \"sum\", \"right\": "  \
	"\"sum\" } },\n"                                                                           \
	"  \"passes\": [ { \"name\": \"p\", \"when\": { \"amount\": \"same\" }, \"then\": { "      \
	"\"hint\": {} } } ] }"

struct line {
	const char *a, *b;
	int64_t sum;
};

static void make(
	const char *const names[3], const struct line *lines, uint32_t n, struct col_table *ret)
{
	static const enum col_type types[] = {COL_CODE, COL_CODE, COL_AMOUNT};
	struct col_build b = COL_BUILD_INIT;
	struct err err = {0};

	assert_int_equal(col_build_init(&b, 3, &err), 0);
	for (uint32_t i = 0; i < 3; i++)
		col_build_define(&b, i, names[i], types[i], COL_FIELD);
	b.cols[2].col.scale = 2;
	b.cols[2].col.currency = col_currency_pack(SV("EUR"));
	b.cols[2].col.currency_col = -1;
	for (uint32_t i = 0; i < n; i++) {
		col_build_str(&b, 0, sv_from_cstr(lines[i].a), SV_NULL);
		col_build_str(&b, 1, sv_from_cstr(lines[i].b), SV_NULL);
		col_build_i64(&b, 2, lines[i].sum);
	}
	assert_int_equal(col_build_finish(&b, ret, &err), 0);
}

static const char *const side_names[3] = {"no", "other", "sum"};
static const struct line invoices[] = {
	{"inv1", "x1", 100}, {"inv2", "x2", 200}, {"inv3", "x3", 300}, {"inv4", "x4", 400}};
static const struct line payments[] = {{"y1", "pay1", 300}, {"y2", "pay2", 700}};

static const struct {
	const char *label;
	struct line lines[4];
	uint32_t n;
	const char *want; /* part of the advice; NULL: refused */
} cases[] = {
	{"payments over several invoices",
		{{"inv1", "pay1", 100}, {"inv2", "pay1", 200}, {"inv3", "pay2", 300},
			{"inv4", "pay2", 400}},
		4,
		"\"of\": { \"column\": \"c1\", \"field\": \"advised_left\" }, \"names\": { "
		"\"column\": "
		"\"c2\", \"field\": \"advised_right\" },\n    \"amount\": \"c3\", \"whole\": "
		"\"right\""},
	{"the columns the other way round",
		{{"pay1", "inv1", 100}, {"pay1", "inv2", 200}, {"pay2", "inv3", 300}}, 3,
		"\"of\": { \"column\": \"c2\", \"field\": \"advised_left\" }, \"names\": { "
		"\"column\": "
		"\"c1\""},
	{"an invoice in several payments", {{"inv1", "pay1", 50}, {"inv1", "pay2", 50}}, 2,
		"\"whole\": \"left\""},
	{"keys that nobody knows", {{"a", "b", 1}, {"c", "d", 2}}, 2, NULL},
	{"one side only", {{"inv1", "z", 1}, {"inv2", "z", 2}}, 2, NULL},
};

static void proposals(void **state)
{
	static const char *const names[3] = {"c1", "c2", "c3"};
	struct col_table left CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct col_table right CLEANUP(col_table_free) = COL_TABLE_INIT;

	(void)state;
	make(side_names, invoices, ARRAY_LEN(invoices), &left);
	make(side_names, payments, ARRAY_LEN(payments), &right);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct col_table advice CLEANUP(col_table_free) = COL_TABLE_INIT;
		struct buf text CLEANUP(buf_free) = BUF_INIT;
		struct ruleset *rules = NULL;
		struct arena arena;
		struct err err = {0};

		arena_init(&arena, 0);
		make(names, cases[i].lines, cases[i].n, &advice);
		int rc = match_propose_advice(&left, &right, &advice, SV(RULES), &text, &err);
		CHECK_INT(cases[i].label, rc, cases[i].want == NULL ? E_INVALID : 0);
		if (rc == 0) {
			CHECK(cases[i].label, strstr(buf_cstr(&text), cases[i].want) != NULL);
			if (ruleset_parse(buf_sv(&text), &arena, &rules, &err) != 0)
				fail_msg("%s: %s at %s", cases[i].label, err.detail, err.pointer);
			CHECK(cases[i].label, rules->advice.given);
		}
		arena_free(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(proposals)};
	return cmocka_run_group_tests_name("match/propose_advice", tests, NULL, NULL);
}
