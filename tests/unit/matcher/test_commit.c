/*
 * What a finished job takes and counts: members of confirmed matches only, partial ones by their
 * amounts, every record once in the statistics.
 */
#include "unit/unit.h"

#include "base/buf.h"
#include "matcher/balance.h"
#include "matcher/commit.h"
#include "matcher/stat.h"
#include "wire/json.h"

/* Two columns of four rows a side, in euros but for the last left row, which has no amount. */
static int64_t amounts[2][4] = {{100, 200, 300, 0}, {-100, -200, -150, -150}};
static int32_t days[2][4] = {{10, 10, 11, 12}, {10, 11, 11, 11}};
static uint64_t valid[1] = {7};

static struct col cols[2][2];
static struct col_table tables[2];
static struct match_input inputs[2];

static struct rules_term term = {{"amount", 6}, false};
static struct rules_field field;
static struct ruleset rules;

/* Matches: 0 confirmed 1:1 (L0, R0), 1 suggested 1:1 (L1, R1), 2 partial (L2 with R2 and R3). */
static uint8_t kind[3] = {KIND_1_1, KIND_1_1, KIND_PARTIAL};
static uint8_t status[3] = {STATUS_CONFIRMED, STATUS_SUGGESTED, STATUS_CONFIRMED};
static uint16_t pass[3];
static int32_t currency[3];
static uint8_t difference_type[3];
static int64_t sums[2][3] = {{100, 200, 250}, {100, 200, 250}};
static uint32_t member[4] = {0, 2, 4, 7};
static uint16_t member_input[7] = {0, 1, 0, 1, 0, 1, 1};
static uint32_t member_row[7] = {0, 0, 1, 1, 2, 2, 3};
static int64_t allocated[7] = {100, 100, 200, 200, 250, 150, 100};
/* Open: L1 and R1 (reserved by the suggestion), what is left of L2 and R3, L3. */
static uint16_t open_input[5] = {0, 0, 0, 1, 1};
static uint32_t open_row[5] = {1, 2, 3, 1, 3};
static int64_t remaining[5] = {200, 50, 0, 200, 50};
static uint32_t open_match[5] = {2, 0, 0, 2, 0};

static struct result_input result_inputs[2] = {{0, 41, 4, {0}}, {1, 42, 4, {0}}};
static struct result_pass passes[1] = {{"exact", 1, 0}};
static struct result result;

static int prepare(void **state)
{
	const int32_t eur = COL_PACK('E', 'U', 'R');

	(void)state;
	for (int s = 0; s < 2; s++) {
		cols[s][0] = (struct col){.name = "amount",
			.type = COL_AMOUNT,
			.scale = 2,
			.currency = eur,
			.currency_col = -1,
			.i64 = amounts[s],
			.valid = s == 0 ? valid : NULL};
		cols[s][1] = (struct col){
			.name = "date", .type = COL_DATE, .currency_col = -1, .i32 = days[s]};
		tables[s] = (struct col_table){.rows = 4, .ncols = 2, .cols = cols[s]};
		inputs[s] = (struct match_input){.table = &tables[s], .side = (uint8_t)s};
		field.side[s] = (struct rules_column){
			.source = RULES_SOURCE_COLUMN, .terms = &term, .nterms = 1};
	}
	rules = (struct ruleset){.fields = &field, .nfields = 1};
	rules.side[1].flip_sign = true;
	for (int m = 0; m < 3; m++)
		currency[m] = eur;
	result = (struct result){
		.ninputs = 2, .npasses = 1, .inputs = result_inputs, .passes = passes};
	result.matches = (struct result_matches){.n = 3,
		.kind = kind,
		.status = status,
		.pass = pass,
		.currency = currency,
		.difference_type = difference_type,
		.left = sums[0],
		.right = sums[1],
		.member = member};
	result.members = (struct result_members){7, member_input, member_row, allocated};
	result.open = (struct result_open){.n = 5,
		.input = open_input,
		.row = open_row,
		.remaining = remaining,
		.match = open_match};
	return 0;
}

static void test_balance(void **state)
{
	struct balance left, right, none;
	struct ruleset without = rules;

	(void)state;
	balance_init(&left, &rules, RULES_LEFT, &tables[0]);
	balance_init(&right, &rules, RULES_RIGHT, &tables[1]);
	CHECK_INT("as it is", balance_amount(&left, 1), 200);
	CHECK_INT("missing", balance_amount(&left, 3), 0);
	CHECK_INT("flipped", balance_amount(&right, 1), 200);
	CHECK_INT("currency", balance_currency(&left, 0), COL_PACK('E', 'U', 'R'));
	without.side[0].balance = UINT32_MAX;
	balance_init(&none, &without, RULES_LEFT, &tables[0]);
	CHECK_INT("no money", none.n, 0);
	CHECK_INT("no money, no currency", balance_currency(&none, 0), 0);
}

static void test_balance_of_several_columns(void **state)
{
	struct rules_term terms[3] = {
		{SV("amount"), false}, {SV("amount"), true}, {SV("no"), false}};
	struct rules_field sum = {
		.side = {{.source = RULES_SOURCE_SUM, .terms = terms, .nterms = 3}}};
	struct ruleset two = {.fields = &sum, .nfields = 1};
	struct balance b;

	(void)state;
	balance_init(&b, &two, RULES_LEFT, &tables[0]);
	CHECK_INT("terms that exist", b.n, 2);
	CHECK_INT("added and subtracted", balance_amount(&b, 2), 0);
}

static void test_members(void **state)
{
	CLEANUP(record_set_free) struct record_set set = RECORD_SET_INIT;
	CLEANUP(arena_free) struct arena arena;
	struct record_parts parts;
	struct err err = {0};

	(void)state;
	arena_init(&arena, 0);
	CHECK_INT(
		"members", commit_members(inputs, &rules, &result, &arena, &set, &parts, &err), 0);
	CHECK("confirmed left", record_set_has(&set, 41, 0));
	CHECK("confirmed right", record_set_has(&set, 42, 0));
	CHECK("suggested stays free", !record_set_has(&set, 41, 1));
	CHECK("partial goes by amounts", !record_set_has(&set, 41, 2));
	CHECK_INT("parts", parts.n, 3);
	CHECK_INT("dataset", parts.dataset_no[1], 42);
	CHECK_INT("whole amount", parts.amount[0], 300);
	CHECK_INT("part of it", parts.part[0], 250);
	CHECK_INT("flipped whole amount", parts.amount[2], 150);
}

static void test_a_record_twice_is_refused(void **state)
{
	CLEANUP(record_set_free) struct record_set set = RECORD_SET_INIT;
	CLEANUP(arena_free) struct arena arena;
	struct record_parts parts;
	struct err err = {0};

	(void)state;
	arena_init(&arena, 0);
	status[1] = STATUS_CONFIRMED;
	member_row[2] = 0;
	CHECK_INT("twice", commit_members(inputs, &rules, &result, &arena, &set, &parts, &err),
		E_INTERNAL);
	status[1] = STATUS_SUGGESTED;
	member_row[2] = 1;
}

static const struct {
	int32_t day;
	const char *side, *pass, *kind, *status, *currency;
	int64_t n;
	const char *minor;
} expected[] = {
	{10, "left", "exact", "1:1", "confirmed", "EUR", 1, "100"},
	{10, "left", "exact", "1:1", "suggested", "EUR", 1, "200"},
	{10, "right", "exact", "1:1", "confirmed", "EUR", 1, "100"},
	{11, "left", "exact", "partial", "confirmed", "EUR", 1, "250"},
	{11, "left", "", "", "open", "EUR", 1, "50"},
	{11, "right", "exact", "1:1", "suggested", "EUR", 1, "200"},
	{11, "right", "exact", "partial", "confirmed", "EUR", 2, "250"},
	{11, "right", "", "", "open", "EUR", 1, "50"},
	{12, "left", "", "", "open", "EUR", 1, "0"},
};

static void test_statistics(void **state)
{
	CLEANUP(arena_free) struct arena arena;
	struct job_stats s;
	struct err err = {0};

	(void)state;
	arena_init(&arena, 0);
	CHECK_INT("rows", stat_rows(inputs, &rules, &result, &arena, &s, &err), 0);
	CHECK_INT("how many", s.n, ARRAY_LEN(expected));
	for (size_t i = 0; i < s.n; i++) {
		char label[32];

		snprintf(label, sizeof(label), "row %zu", i);
		CHECK_INT(label, s.day[i], expected[i].day);
		CHECK(label, sv_eq_cstr(s.side[i], expected[i].side));
		CHECK(label, sv_eq_cstr(s.pass[i], expected[i].pass));
		CHECK(label, sv_eq_cstr(s.kind[i], expected[i].kind));
		CHECK(label, sv_eq_cstr(s.status[i], expected[i].status));
		CHECK(label, sv_eq_cstr(s.currency[i], expected[i].currency));
		CHECK_INT(label, s.count[i], expected[i].n);
		CHECK(label, sv_eq_cstr(s.minor[i], expected[i].minor));
	}
}

/* More keys than the first table holds. */
static void test_statistics_of_many_days(void **state)
{
	enum { ROWS = 5000 };
	static int32_t many[ROWS];
	static uint32_t rows[ROWS], no_match[ROWS];
	static uint16_t zero[ROWS];
	static int64_t one[ROWS];
	CLEANUP(arena_free) struct arena arena;
	struct col date = {.name = "date", .type = COL_DATE, .currency_col = -1, .i32 = many};
	struct col_table table = {.rows = ROWS, .ncols = 1, .cols = &date};
	struct match_input input = {.table = &table};
	struct result r = {.ninputs = 1, .inputs = result_inputs};
	struct ruleset without = {0};
	struct job_stats s;
	struct err err = {0};

	(void)state;
	arena_init(&arena, 0);
	without.side[0].balance = without.side[1].balance = UINT32_MAX;
	for (int i = 0; i < ROWS; i++) {
		many[i] = i / 2;
		rows[i] = (uint32_t)i;
		one[i] = 1;
	}
	r.matches.member = member;
	r.open = (struct result_open){
		.n = ROWS, .input = zero, .row = rows, .remaining = one, .match = no_match};
	CHECK_INT("rows", stat_rows(&input, &without, &r, &arena, &s, &err), 0);
	CHECK_INT("days", s.n, ROWS / 2);
	CHECK_INT("first day", s.day[0], 0);
	CHECK_INT("last day", s.day[s.n - 1], ROWS / 2 - 1);
	CHECK_INT("two a day", s.count[77], 2);
	CHECK("no currency", s.currency[0].n == 0);
}

static void test_summary(void **state)
{
	CLEANUP(buf_free) struct buf text = BUF_INIT;
	CLEANUP(json_cleanup) struct json_object *root = NULL;
	struct match_money money = {.side = RESULT_LEFT,
		.currency = COL_PACK('E', 'U', 'R'),
		.accepted = (__int128)1 << 80,
		.matched = 350,
		.balanced = true};
	struct match_pass_stat stats[2] = {{.recall = 998000, .learned = true},
		{.recall = 1000000, .not_searched = 3}};
	struct match_receipt receipt = {.rows = {4, 4},
		.open = {3, 2},
		.money = &money,
		.nmoney = 1,
		.passes = stats,
		.npasses = 2,
		.ncarried = 5,
		.advice = {.lines = 7, .differing = 2}};
	const struct json_object *v = NULL;
	struct err err = {0};

	(void)state;
	CHECK_INT("summary", stat_summary(&result, &receipt, NULL, &text, &err), 0);
	CHECK_INT("is JSON", json_parse(buf_sv(&text), 8, &root, &err), 0);
	CHECK("confirmed", json_find(root, "confirmed", &v) && json_as_int(v) == 2);
	CHECK("suggested", json_find(root, "suggested", &v) && json_as_int(v) == 1);
	CHECK("open_right", json_find(root, "open_right", &v) && json_as_int(v) == 2);
	CHECK("money", json_find(root, "money", &v) && json_count(v) == 1);
	CHECK("no digit is lost", json_find(json_at(v, 0), "accepted", &v) &&
					  sv_eq_cstr(json_as_text(v), "1208925819614629174706176"));
	CHECK("the least recall of its passes", json_find(root, "candidate_recall", &v) &&
		sv_eq_cstr(json_as_text(v), "0.998000"));
	CHECK("a budget left something out", json_find(root, "search_complete", &v) &&
		json_kind(v) == JSON_BOOL && !json_as_bool(v));
	CHECK("something was learned",
		json_find(root, "parameters", &v) && sv_eq_cstr(json_as_text(v), "learned"));
	CHECK("carried", json_find(root, "carried", &v) && json_as_int(v) == 5);
	CHECK("identities", json_find(root, "identities", &v) && json_find(v, "proof", &v) &&
		json_count(v) == 1);
	CHECK("advice", json_find(root, "advice", &v) &&
		json_find(v, "records_differing", &v) && json_as_int(v) == 2);
	receipt.npasses = 0;
	receipt.advice.lines = 0;
	buf_reset(&text);
	json_cleanup(&root);
	root = NULL;
	CHECK_INT("without", stat_summary(&result, &receipt, NULL, &text, &err), 0);
	CHECK_INT("is JSON", json_parse(buf_sv(&text), 8, &root, &err), 0);
	CHECK("no learned pass, no recall",
		json_find(root, "candidate_recall", &v) && json_kind(v) == JSON_NULL);
	CHECK("no advice", !json_find(root, "advice", &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_balance),
		cmocka_unit_test(test_balance_of_several_columns),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_a_record_twice_is_refused),
		cmocka_unit_test(test_statistics),
		cmocka_unit_test(test_statistics_of_many_days),
		cmocka_unit_test(test_summary),
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
