/*
 * What a ruleset can ask for beyond pairs: whole keys, choices by days, repeats, advice, rates and
 * a base currency; every reason of an open item; what is carried; and inputs at their limits.
 */
#include "base/decimal.h"
#include "match/receipt.h"
#include "unit/match/scene.h"

#define THEN                                                                                       \
	"\"then\":{\"confirm\":{\"confidence\":0.5,\"margin\":1},\"suggest\":{\"confidence\":0.1}" \
	"}"
#define SURE "\"then\":{\"confirm\":{\"confidence\":0,\"margin\":0}}"
#define REF                                                                                        \
	"{\"name\":\"ref\",\"when\":{\"ref\":\"same\",\"amount\":\"same\",\"day\":{\"days\":[-3,"  \
	"3]}}," THEN "}"
#define TABLES_MAX 4

/* A run of any number of tables on each side, with a ruleset written out but for its fields. */
struct setting {
	const char *top;     /* members of the ruleset, each with a comma behind; or "" */
	const char *side[2]; /* members of the sides, each with a comma in front; or "" */
	const char *passes;
};

struct world {
	struct arena arena;
	struct ruleset *rules;
	struct col_table table[TABLES_MAX];
	struct match_input in[TABLES_MAX];
	uint32_t n;
	struct result result;
	struct match_receipt receipt;
};

static void world_open(struct world *w, const struct setting *s)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};

	*w = (struct world){.n = 0};
	arena_init(&w->arena, 0);
	buf_printf(&text,
		"{\"ruleset\":1,%s\"left\":{\"balance\":\"amount\"%s},\"right\":{\"balance\":"
		"\"amount\"%s},"
		"\"fields\":{\"ref\":{\"type\":\"code\",\"left\":\"ref\",\"right\":\"ref\"},"
		"\"day\":{\"type\":\"date\",\"left\":\"day\",\"right\":\"day\"},"
		"\"amount\":{\"type\":\"amount\",\"left\":\"amount\",\"right\":\"amount\"},"
		"\"text\":{\"type\":\"text\",\"left\":\"text\",\"right\":\"text\"}},\"passes\":[%s]"
		"}",
		s->top, s->side[0], s->side[1], s->passes);
	if (ruleset_parse(buf_sv(&text), &w->arena, &w->rules, &err) != 0)
		fail_msg("%s at %s: %s", s->passes, err.pointer, err.detail);
}

static struct match_input *world_add(
	struct world *w, uint8_t side, const struct cell_row *rows, uint32_t n)
{
	struct match_input *in = &w->in[w->n];

	make_table(rows, n, plain_names, &w->table[w->n]);
	*in = (struct match_input){
		.table = &w->table[w->n], .side = side, .dataset_no = (int32_t)w->n};
	w->n++;
	return in;
}

static int world_try(struct world *w, const struct match_options *options, struct err *err)
{
	result_free(&w->result);
	match_receipt_free(&w->receipt);
	return match_run(w->in, w->n, w->rules, options, &w->result, &w->receipt, err);
}

static void world_run(const char *label, struct world *w, const struct match_options *options)
{
	struct err err = {0};

	if (world_try(w, options, &err) != 0)
		fail_msg("%s: %s %s", label, err.detail, err.pointer);
	if (match_check(w->in, w->n, w->rules, &w->result, &err) != 0)
		fail_msg("%s: %s", label, err.detail);
	for (uint32_t i = 0; i < w->receipt.nmoney; i++)
		CHECK(label, w->receipt.money[i].balanced);
}

static void world_close(struct world *w)
{
	result_free(&w->result);
	match_receipt_free(&w->receipt);
	for (uint32_t i = 0; i < w->n; i++)
		col_table_free(&w->table[i]);
	arena_free(&w->arena);
}

/* ---- whole keys, choices ---- */

struct scene_of_kind {
	const char *label;
	struct setting setting;
	struct cell_row left[6], right[6];
	uint32_t nl, nr;
	const char *want;
};

#define MANY(within)                                                                               \
	"{\"name\":\"m\",\"kind\":\"n:m\",\"group\":{\"how\":\"all\",\"by\":[\"ref\"],\"total\":"  \
	"{\"within\":\"" within "\"}}," THEN "}"
#define CHOOSE(how)                                                                                \
	"{\"name\":\"c\",\"use\":[\"amount\"],\"when\":{\"amount\":\"same\"},\"choose\":\"" how    \
	"\"," THEN "}"

#define DIFFER(more)                                                                               \
	"{\"name\":\"d\",\"when\":{\"ref\":\"same\",\"amount\":{\"within\":\"0.10\"}},"           \
	"\"difference\":{\"type\":\"fee\",\"limit\":\"0.03\"" more "}," THEN "}"
#define ANY(test, only)                                                                            \
	"{\"name\":\"y\",\"only\":" only ",\"when\":{\"ref\":\"same\",\"text\":" test "}," THEN "}"

static const struct scene_of_kind scenes[] = {
	{"two against three of one key", {"", {"", ""}, MANY("0")},
		{{"k", 1, 60000, NULL}, {"k", 1, 40000, NULL}, {"x", 1, 5, NULL}},
		{{"k", 2, 20000, NULL}, {"k", 2, 30000, NULL}, {"k", 2, 50000, NULL}}, 3, 3,
		"n:m confirmed 0,1/0,1,2"},
	{"a cent beyond the limit is no match", {"", {"", ""}, MANY("0.01")},
		{{"k", 1, 60000, NULL}, {"k", 1, 40000, NULL}},
		{{"k", 2, 50000, NULL}, {"k", 2, 50002, NULL}}, 2, 2, ""},
	{"a cent at the limit is one", {"", {"", ""}, MANY("0.01")},
		{{"k", 1, 60000, NULL}, {"k", 1, 40000, NULL}},
		{{"k", 2, 50000, NULL}, {"k", 2, 50001, NULL}}, 2, 2, "n:m confirmed 0,1/0,1"},
	{"the keys of a group are tests of its lines",
		{"", {"", ""},
			"{\"name\":\"g\",\"kind\":\"n:1\",\"group\":{\"how\":\"all\",\"by\":["
			"\"ref\"]},"
			"\"then\":{\"confirm\":{\"confidence\":0.5,\"margin\":1,\"chance\":0.5}}}"},
		{{"p", 1, 10001, NULL}, {"p", 1, 20002, NULL}, {"q", 1, 30003, NULL}},
		{{"p", 2, 30003, NULL}}, 3, 1, "n:1 confirmed 0,1/0"},
	{"the nearest date of two", {"", {"", ""}, CHOOSE("nearest date")},
		{{"a", 10, 700, NULL}, {"b", 30, 1, NULL}},
		{{"x", 14, 700, NULL}, {"y", 11, 700, NULL}, {"z", 7, 700, NULL}}, 2, 3,
		"1:1 confirmed 0/1"},
	{"the fewest days in all, not each its nearest", {"", {"", ""}, CHOOSE("nearest date")},
		{{"a", 10, 700, NULL}, {"b", 12, 700, NULL}},
		{{"x", 11, 700, NULL}, {"y", 30, 700, NULL}}, 2, 2,
		"1:1 confirmed 0/0; 1:1 confirmed 1/1"},
	{"old with old", {"", {"", ""}, CHOOSE("oldest")},
		{{"a", 12, 700, NULL}, {"b", 10, 700, NULL}},
		{{"x", 21, 700, NULL}, {"y", 25, 700, NULL}, {"z", 29, 700, NULL}}, 2, 3,
		"1:1 confirmed 0/1; 1:1 confirmed 1/0"},
	{"a choice of equal days is none", {"", {"", ""}, CHOOSE("nearest date")},
		{{"a", 10, 700, NULL}, {"b", 99, 1, NULL}, {"c", 99, 2, NULL}},
		{{"x", 11, 700, "p"}, {"y", 9, 700, "q"}}, 3, 2, "1:1 ambiguous 0/0"},
	{"rates by day",
		{"\"lists\":{\"r\":{\"1970-01-01\":\"2\",\"1970-02-01\":\"3\"}},", {"", ""},
			"{\"name\":\"x\",\"when\":{\"ref\":\"same\",\"amount\":{\"rate\":\"r\"}}"
			"," THEN "}"},
		{{"a", 10, 100, NULL}, {"b", 40, 100, NULL}, {"c", 40, 100, NULL}},
		{{"a", 10, 200, NULL}, {"b", 40, 300, NULL}, {"c", 40, 200, NULL}}, 3, 3,
		"1:1 confirmed 0/0; 1:1 confirmed 1/1"},
	{"a day before the first rate fails",
		{"\"lists\":{\"r\":{\"1970-02-01\":\"3\"}},", {"", ""},
			"{\"name\":\"x\",\"when\":{\"ref\":\"same\",\"amount\":{\"rate\":\"r\","
			"\"on\":\"day\"}}," THEN "}"},
		{{"a", 10, 100, NULL}}, {{"a", 10, 300, NULL}}, 1, 1, ""},
	{"a difference within its limit goes by the lines of the pass", {"", {"", ""}, DIFFER("")},
		{{"a", 10, 1000, NULL}, {"b", 1, 3, NULL}}, {{"a", 10, 997, NULL}, {"y", 1, 9, NULL}}, 2,
		2, "1:1 confirmed 0/0"},
	{"beyond it the match is suggested at most", {"", {"", ""}, DIFFER("")},
		{{"a", 10, 1000, NULL}, {"b", 1, 3, NULL}}, {{"a", 10, 996, NULL}, {"y", 1, 9, NULL}}, 2,
		2, "1:1 suggested 0/0"},
	{"a difference that somebody is to look at",
		{"", {"", ""}, DIFFER(",\"account\":\"6855\",\"then\":\"suggest\"")},
		{{"a", 10, 1000, NULL}, {"b", 1, 300, NULL}}, {{"a", 10, 999, NULL}, {"b", 1, 300, NULL}},
		2, 2, "1:1 suggested 0/0; 1:1 confirmed 1/1"},
	{"a difference that makes it no match", {"", {"", ""}, DIFFER(",\"then\":\"hint\"")},
		{{"a", 10, 1000, NULL}, {"b", 1, 300, NULL}}, {{"a", 10, 999, NULL}, {"b", 1, 300, NULL}},
		2, 2, "1:1 confirmed 1/1"},
	{"any asks for nothing, of a pair", {"", {"", ""}, ANY("\"any\"", "{}")},
		{{"a", 10, 1000, NULL}, {"b", 1, 300, "t"}}, {{"a", 10, 1000, "t"}, {"b", 1, 300, "t"}}, 2,
		2, "1:1 confirmed 0/0; 1:1 confirmed 1/1"},
	{"or for some value, on both sides",
		{"", {"", ""}, ANY("{\"any\":true,\"missing\":\"fail\"}", "{}")},
		{{"a", 10, 1000, NULL}, {"b", 1, 300, "t"}}, {{"a", 10, 1000, "t"}, {"b", 1, 300, "t"}}, 2,
		2, "1:1 confirmed 1/1"},
	{"any asks for nothing, of one record",
		{"", {"", ""}, ANY("\"any\"", "{\"left\":{\"text\":\"any\"}}")},
		{{"a", 10, 1000, NULL}, {"b", 1, 300, "t"}}, {{"a", 10, 1000, "t"}, {"b", 1, 300, "t"}}, 2,
		2, "1:1 confirmed 0/0; 1:1 confirmed 1/1"},
	{"or for some value",
		{"", {"", ""},
			ANY("\"any\"",
				"{\"left\":{\"text\":{\"any\":true,\"missing\":\"fail\"}}}")},
		{{"a", 10, 1000, NULL}, {"b", 1, 300, "t"}}, {{"a", 10, 1000, "t"}, {"b", 1, 300, "t"}}, 2,
		2, "1:1 confirmed 1/1"},
	{"only what is used is evidence: a shared text is not",
		{"", {"", ""},
			"{\"name\":\"u\",\"use\":[\"amount\"],\"when\":{\"amount\":\"same\"}," THEN
			"}"},
		{{"a", 10, 700, "one thing"}, {"b", 1, 3, NULL}, {"c", 1, 4, NULL}},
		{{"x", 10, 700, "one thing"}, {"y", 10, 700, "another"}}, 3, 2,
		"1:1 ambiguous 0/0"},
};

static void kinds_and_choices(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++) {
		const struct scene_of_kind *s = &scenes[i];
		struct buf got CLEANUP(buf_free) = BUF_INIT;
		struct world w;
		world_open(&w, &s->setting);
		world_add(&w, RESULT_LEFT, s->left, s->nl);
		world_add(&w, RESULT_RIGHT, s->right, s->nr);
		world_run(s->label, &w, NULL);
		describe(&w.result, &got);
		CHECK_STR(s->label, buf_cstr(&got), s->want);
		const struct match_options many = {.threads = 4};
		buf_reset(&got);
		world_run(s->label, &w, &many);
		describe(&w.result, &got);
		CHECK_STR("with several threads", buf_cstr(&got), s->want);
		world_close(&w);
	}
}

/* A rate by day bounds what a record may be compared with: not every pair is looked at. */
static void rates_narrow(void **state)
{
	enum { N = 2000 };
	struct cell_row *rows[2] = {calloc(N, sizeof(struct cell_row)), calloc(N, sizeof(struct cell_row))};
	const struct setting setting = {"\"lists\":{\"r\":{\"1970-01-01\":\"2\",\"1970-02-01\":\"3\"}},",
		{"", ""}, "{\"name\":\"x\",\"use\":[\"day\"],\"when\":{\"amount\":{\"rate\":\"r\",\"percent\":0.001}}," SURE "}"};
	struct world w;

	(void)state;
	assert_non_null(rows[0]);
	assert_non_null(rows[1]);
	for (uint32_t i = 0; i < N; i++) {
		int32_t day = i % 2 == 0 ? 10 : 40;
		rows[0][i] = (struct cell_row){NULL, day, 100000 + 100 * (int64_t)i, NULL};
		rows[1][i] = (struct cell_row){NULL, day, rows[0][i].amount * (i % 2 == 0 ? 2 : 3), NULL};
	}
	world_open(&w, &setting);
	world_add(&w, RESULT_LEFT, rows[0], N);
	world_add(&w, RESULT_RIGHT, rows[1], N);
	world_run("rates", &w, NULL);
	CHECK_INT("all are found", w.receipt.matched[0], N);
	CHECK("few pairs are compared", w.receipt.passes[0].pairs < 4 * N);
	CHECK_INT("none is left out", w.receipt.passes[0].not_searched, 0);
	world_close(&w);
	free(rows[0]);
	free(rows[1]);
}

/* ---- every reason of an open item ---- */

struct reason {
	const char *label;
	struct setting setting;
	struct cell_row left[3], right[3];
	uint32_t nl, nr;
	uint8_t want; /* of the last open left record */
};

#define PLAIN                                                                                      \
	{                                                                                          \
		"", {"", ""}, REF                                                                  \
	}

static const struct reason reasons[] = {
	{"missing", PLAIN, {{"a", 30, 1000, NULL}}, {{"z", 40, 77, NULL}}, 1, 1, BREAK_MISSING},
	{"in transit", PLAIN, {{"a", 40, 1000, NULL}}, {{"z", 42, 77, NULL}}, 1, 1,
		BREAK_IN_TRANSIT},
	{"due on that day: no longer in transit", PLAIN, {{"a", 40, 1000, NULL}},
		{{"z", 43, 77, NULL}}, 1, 1, BREAK_MISSING},
	{"overdue", {"\"expect\":{\"left\":{\"in_transit_until\":\"5 days\"}},", {"", ""}, REF},
		{{"a", 30, 1000, NULL}}, {{"z", 20, 77, NULL}, {"y", 35, 78, NULL}}, 1, 2,
		BREAK_OVERDUE},
	{"two business days over a weekend are not over on Monday",
		{"\"expect\":{\"left\":{\"in_transit_until\":\"2 business days\"}},", {"", ""},
			REF},
		{{"a", 20517, 1000, NULL}}, {{"z", 20520, 77, NULL}}, 1, 1, BREAK_IN_TRANSIT},
	{"but on Tuesday",
		{"\"expect\":{\"left\":{\"in_transit_until\":\"2 business days\"}},", {"", ""},
			REF},
		{{"a", 20517, 1000, NULL}}, {{"z", 20510, 77, NULL}, {"y", 20521, 78, NULL}}, 1, 2,
		BREAK_OVERDUE},
	{"unless that is a holiday",
		{"\"lists\":{\"h\":[\"2026-03-10\"]},\"expect\":{\"left\":{\"in_transit_until\":"
		 "\"2 business days\",\"calendar\":\"h\"}},",
			{"", ""}, REF},
		{{"a", 20519, 1000, NULL}}, {{"z", 20522, 77, NULL}}, 1, 1, BREAK_IN_TRANSIT},
	{"later than its side is looked at", {"", {",\"as_of\":\"1970-01-31\"", ""}, REF},
		{{"a", 35, 1000, NULL}}, {{"z", 60, 77, NULL}}, 1, 1, BREAK_NOT_IN_PERIOD},
	{"due before the other side begins",
		{"\"expect\":{\"left\":{\"in_transit_until\":\"5 days\"}},", {"", ""}, REF},
		{{"a", 30, 1000, NULL}}, {{"z", 60, 77, NULL}}, 1, 1, BREAK_NOT_IN_PERIOD},
	{"another amount", PLAIN, {{"a", 30, 10000, NULL}}, {{"a", 30, 5000, NULL}}, 1, 1,
		BREAK_AMOUNT_DIFFERS},
	{"another date", PLAIN, {{"a", 30, 10000, NULL}}, {{"a", 36, 10000, NULL}}, 1, 1,
		BREAK_DATE_OUTSIDE},
	{"the same twice", PLAIN, {{"a", 30, 10000, NULL}, {"a", 30, 10000, NULL}},
		{{"a", 30, 10000, NULL}}, 2, 1, BREAK_DUPLICATE},
	{"paid twice", PLAIN, {{"a", 30, 10000, "x"}, {"a", 36, 10000, "y"}},
		{{"a", 30, 10000, "x"}}, 2, 1, BREAK_DUPLICATE_PAYMENT},
	{"the sign reversed", PLAIN, {{"a", 30, 10000, NULL}}, {{"a", 30, -10000, NULL}}, 1, 1,
		BREAK_SIGN_REVERSED},
	{"digits transposed", PLAIN, {{"a", 30, 12345, NULL}}, {{"a", 30, 13245, NULL}}, 1, 1,
		BREAK_DIGITS_TRANSPOSED},
	{"rounding", PLAIN, {{"a", 30, 10000, NULL}}, {{"a", 30, 10003, NULL}}, 1, 1,
		BREAK_ROUNDING},
	{"a fee", PLAIN, {{"a", 30, 10000, NULL}}, {{"a", 30, 9700, NULL}}, 1, 1, BREAK_FEE_TAX},
	{"the reference mistyped", PLAIN, {{"inv12345", 30, 10000, NULL}},
		{{"inv12354", 30, 10000, NULL}}, 1, 1, BREAK_REFERENCE_MISTYPED},
	{"stale", PLAIN, {{"a", 30, 1000, NULL}}, {{"z", 500, 77, NULL}}, 1, 1, BREAK_STALE},
	{"taken in part",
		{"", {"", ""},
			"{\"name\":\"p\",\"kind\":\"partial\",\"whole\":\"right\",\"when\":"
			"{\"ref\":\"same\"}," SURE "}"},
		{{"a", 30, 1000, NULL}}, {{"a", 31, 400, NULL}}, 1, 1, BREAK_PARTIAL},
};

static uint8_t last_reason(const struct result *r, uint8_t side)
{
	for (uint32_t i = r->open.n; i-- > 0;)
		if (r->inputs[r->open.input[i]].side == side)
			return r->open.break_type[i];
	return 0;
}

static void every_reason_has_a_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		const struct reason *c = &reasons[i];
		struct world w;
		world_open(&w, &c->setting);
		world_add(&w, RESULT_LEFT, c->left, c->nl);
		world_add(&w, RESULT_RIGHT, c->right, c->nr);
		world_run(c->label, &w, NULL);
		CHECK_STR(c->label,
			outcome_word(OUTCOME_SET_BREAK, last_reason(&w.result, RESULT_LEFT)),
			outcome_word(OUTCOME_SET_BREAK, c->want));
		world_close(&w);
	}
}

static void another_currency_is_a_reason(void **state)
{
	static const struct cell_row row[] = {{"a", 30, 1000, NULL}};
	const struct setting plain = PLAIN;
	struct world w;

	(void)state;
	world_open(&w, &plain);
	world_add(&w, RESULT_LEFT, row, 1);
	world_add(&w, RESULT_RIGHT, row, 1);
	w.table[1].cols[2].currency = col_currency_pack(SV("USD"));
	world_run("currency", &w, NULL);
	CHECK_INT("reason", last_reason(&w.result, RESULT_LEFT), BREAK_CURRENCY_DIFFERS);
	world_close(&w);
}

/* ---- base currency ---- */

static void amounts_are_counted_in_the_base_currency(void **state)
{
	static const struct cell_row left[] = {{"a", 30, 9001, NULL}, {"b", 40, 8000, NULL}};
	static const struct cell_row right[] = {{"a", 30, 10001, NULL}, {"b", 40, 10000, NULL}};
	const struct setting s = {"\"currency\":\"EUR\",\"lists\":{\"USD\":{\"1970-01-01\":\"0.9\","
				  "\"1970-02-05\":\"0.8\"}},",
		{"", ""}, REF};
	const struct setting none = {"\"currency\":\"EUR\",", {"", ""}, REF};
	struct buf got CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};
	struct world w;

	(void)state;
	world_open(&w, &s);
	world_add(&w, RESULT_LEFT, left, 2);
	world_add(&w, RESULT_RIGHT, right, 2);
	w.table[1].cols[2].currency = col_currency_pack(SV("USD"));
	world_run("base", &w, NULL);
	describe(&w.result, &got);
	CHECK_STR("both rates", buf_cstr(&got), "1:1 confirmed 0/0; 1:1 confirmed 1/1");
	CHECK_INT("half a cent is rounded up", w.result.matches.right[0], 9001);
	CHECK_INT("one currency", w.receipt.nmoney, 2);
	world_close(&w);

	world_open(&w, &none);
	world_add(&w, RESULT_LEFT, left, 2);
	world_add(&w, RESULT_RIGHT, right, 2);
	w.table[1].cols[2].currency = col_currency_pack(SV("USD"));
	CHECK_INT("no rates", world_try(&w, NULL, &err), E_CURRENCY);
	CHECK_STR("where they belong", err.pointer, "/lists/USD");
	world_close(&w);
}

/* ---- repeats ---- */

static void repeats_are_counted_once_or_superseded(void **state)
{
	/* The first file covers days 10 to 12, the second 12 to 14. */
	static const struct cell_row first[] = {{"a", 10, 100, NULL}, {"b", 12, 200, NULL},
		{"b", 12, 200, NULL}, {"c", 12, 300, NULL}};
	static const struct cell_row second[] = {{"b", 12, 200, NULL}, {"b", 12, 200, NULL},
		{"b", 12, 200, NULL}, {"d", 12, 400, NULL}, {"e", 14, 500, NULL}};
	static const struct cell_row other[] = {{"z", 12, 1, NULL}};
	static const struct {
		const char *word;
		uint32_t repeated, open;
		int64_t money;
	} cases[] = {
		{"append", 0, 9, 2300},
		{"overlap", 2, 7, 1900},
		{"replace", 3, 6, 1600},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char side[64];
		struct world w;
		snprintf(side, sizeof(side), ",\"repeats\":\"%s\"", cases[i].word);
		const struct setting s = {"", {side, ""}, REF};
		world_open(&w, &s);
		world_add(&w, RESULT_LEFT, first, ARRAY_LEN(first));
		world_add(&w, RESULT_LEFT, second, ARRAY_LEN(second));
		world_add(&w, RESULT_RIGHT, other, 1);
		world_run(cases[i].word, &w, NULL);
		CHECK_INT(cases[i].word, w.receipt.repeated[0], cases[i].repeated);
		CHECK_INT(cases[i].word, w.receipt.open[0], cases[i].open);
		CHECK_INT(cases[i].word, (int64_t)w.receipt.money[0].open, cases[i].money);
		world_close(&w);
	}
}

/* ---- advice ---- */

struct advice_row {
	const char *of, *names;
	int64_t paid;
};

static void make_advice(const struct advice_row *rows, uint32_t n, struct col_table *ret)
{
	struct col_build b = COL_BUILD_INIT;
	struct err err = {0};

	assert_int_equal(col_build_init(&b, 3, &err), 0);
	col_build_define(&b, 0, "of", COL_CODE, COL_FIELD);
	col_build_define(&b, 1, "names", COL_CODE, COL_FIELD);
	col_build_define(&b, 2, "paid", COL_AMOUNT, COL_FIELD);
	b.cols[2].col.scale = 2;
	b.cols[2].col.currency_col = -1;
	for (uint32_t i = 0; i < n; i++) {
		col_build_str(&b, 0, sv_from_cstr(rows[i].of), SV_NULL);
		col_build_str(&b, 1, sv_from_cstr(rows[i].names), SV_NULL);
		col_build_i64(&b, 2, rows[i].paid);
	}
	if (col_build_finish(&b, ret, &err) != 0)
		fail_msg("%s", err.detail);
}

#define ADVICE(more)                                                                               \
	"\"advice\":{\"of\":{\"column\":\"of\",\"field\":\"ref\"},\"names\":{\"column\":"          \
	"\"names\","                                                                               \
	"\"field\":\"ref\"},\"amount\":\"paid\",\"party\":\"text\"" more "},"

static const struct advice_case {
	const char *label, *top;
	struct advice_row lines[3];
	uint32_t n;
	const char *want;
	uint8_t reason; /* of the last open left record; 0: none is open */
	uint32_t settled, unknown, differing;
} advice_cases[] = {
	{"all of two records", ADVICE(""), {{"p1", "inv10001", 1000}, {"p1", "inv10002", 2000}}, 2,
		"1:n confirmed 0/0,1", 0, 2, 0, 0},
	{"the rest of one stays open", ADVICE(""),
		{{"p1", "inv10001", 1000}, {"p1", "inv10003", 2000}}, 2, "partial confirmed 0/0,2",
		0, 2, 0, 0},
	{"one slip in the name is suggested", ADVICE(""),
		{{"p1", "inv10001", 1000}, {"p1", "inv1x002", 2000}}, 2, "1:n suggested 0/0,1", 0,
		2, 0, 0},
	{"the digits alone are suggested", ADVICE(""),
		{{"p1", "10001", 1000}, {"p1", "inv10002", 2000}}, 2, "1:n suggested 0/0,1", 0, 2,
		0, 0},
	{"lines that do not add up", ADVICE(""),
		{{"p1", "inv10001", 1000}, {"p1", "inv10002", 1999}}, 2, "", BREAK_ADVICE_DIFFERS,
		0, 0, 1},
	{"more than the record has", ADVICE(""), {{"p1", "inv10001", 3000}}, 1, "",
		BREAK_ADVICE_DIFFERS, 0, 0, 1},
	{"a name that is nobody's", ADVICE(""), {{"p1", "inv10001", 1000}, {"p1", "zz", 2000}}, 2,
		"", BREAK_ADVICE_DIFFERS, 0, 0, 1},
	{"a payment that is not there", ADVICE(""), {{"p7", "inv10001", 1000}}, 1, "",
		BREAK_MISSING, 0, 1, 0},
	{"right records settled whole by several left ones", ADVICE(",\"whole\":\"right\""),
		{{"p1", "inv10001", 1000}, {"p1", "inv10002", 2000}}, 2,
		"partial confirmed 0/0; partial confirmed 0/1", 0, 2, 0, 0},
	{"without a line to confirm nothing is automatic", ADVICE(",\"then\":{\"suggest\":{}}"),
		{{"p1", "inv10001", 1000}, {"p1", "inv10002", 2000}}, 2, "1:n suggested 0/0,1", 0,
		2, 0, 0},
};

static void advice_is_carried_out_or_differs(void **state)
{
	static const struct cell_row left[] = {{"p1", 30, 3000, "acme"}};
	static const struct cell_row right[] = {{"inv10001", 10, 1000, "acme"},
		{"inv10002", 10, 2000, "acme"}, {"inv10003", 60, 5000, "acme"},
		{"inv1y002", 10, 2000, "other"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(advice_cases); i++) {
		const struct advice_case *c = &advice_cases[i];
		const struct setting s = {c->top, {"", ""}, REF};
		struct buf got CLEANUP(buf_free) = BUF_INIT;
		struct col_table lines CLEANUP(col_table_free) = COL_TABLE_INIT;
		struct match_options options = {.threads = 1, .advice = &lines};
		struct world w;
		make_advice(c->lines, c->n, &lines);
		world_open(&w, &s);
		world_add(&w, RESULT_LEFT, left, ARRAY_LEN(left));
		world_add(&w, RESULT_RIGHT, right, ARRAY_LEN(right));
		world_run(c->label, &w, &options);
		describe(&w.result, &got);
		CHECK_STR(c->label, buf_cstr(&got), c->want);
		CHECK_INT(c->label, w.receipt.advice.settled, c->settled);
		CHECK_INT(c->label, w.receipt.advice.unknown, c->unknown);
		CHECK_INT(c->label, w.receipt.advice.differing, c->differing);
		if (c->reason != 0)
			CHECK_INT(c->label, last_reason(&w.result, RESULT_LEFT), c->reason);
		world_close(&w);
	}
}

/* ---- hints, evidence, carried items ---- */

static void hints_are_listed_and_reserve_nothing(void **state)
{
	static const struct cell_row left[] = {{"a", 30, 1000, NULL}};
	static const struct cell_row right[] = {{"b", 31, 1000, NULL}};
	const struct setting s = {"", {"", ""},
		"{\"name\":\"h\",\"when\":{\"amount\":\"same\"},\"then\":{\"hint\":{}}}"};
	struct world w;

	(void)state;
	world_open(&w, &s);
	world_add(&w, RESULT_LEFT, left, 1);
	world_add(&w, RESULT_RIGHT, right, 1);
	world_run("hint", &w, NULL);
	CHECK_INT("no match", w.result.matches.n, 0);
	CHECK_INT("counted", w.receipt.passes[0].hints, 1);
	CHECK_INT("both are open", w.result.open.n, 2);
	for (uint32_t i = 0; i < 2; i++) {
		CHECK("flagged", (w.result.open.flags[i] & RESULT_HINT) != 0);
		CHECK("with what it is", w.result.open.nearest[i] != RESULT_NONE);
		CHECK_INT("reserves nothing", w.result.open.match[i], 0);
	}
	world_close(&w);
}

/* A pair's bits are its own, not the average of those that fell into the same levels. */
static void evidence_is_of_the_pair(void **state)
{
	static const struct cell_row left[] = {{"rare", 30, 1000, NULL}, {"often", 30, 2000, NULL},
		{"often", 31, 2100, NULL}, {"often", 32, 2200, NULL}, {"l1", 1, 1, NULL},
		{"l2", 2, 2, NULL}, {"l3", 3, 3, NULL}};
	static const struct cell_row right[] = {{"rare", 30, 1000, NULL}, {"often", 30, 2000, NULL},
		{"often", 31, 2100, NULL}, {"often", 32, 2200, NULL}, {"r1", 11, 21, NULL},
		{"r2", 12, 22, NULL}, {"r3", 13, 23, NULL}};
	const struct setting s = PLAIN;
	struct world w;

	(void)state;
	world_open(&w, &s);
	world_add(&w, RESULT_LEFT, left, ARRAY_LEN(left));
	world_add(&w, RESULT_RIGHT, right, ARRAY_LEN(right));
	world_run("evidence", &w, NULL);
	assert_int_equal(w.result.matches.n, 4);
	assert_int_equal(w.result.matches.pattern[0], w.result.matches.pattern[1]);
	CHECK("the rare reference says more",
		w.result.matches.bits[0] > w.result.matches.bits[w.result.ncomparisons]);
	CHECK("and there is a prior", w.result.passes[0].prior < 0);
	world_close(&w);
}

static void what_is_carried_is_brought_forward(void **state)
{
	static const struct cell_row left[] = {
		{"a", 30, 1000, NULL}, {"b", 30, 2000, NULL}, {"c", 30, 3000, NULL}};
	static const struct cell_row right[] = {{"b", 31, 500, NULL}};
	static const int64_t remaining[] = {0, 500, 3000};
	const struct setting s = PLAIN;
	struct world w;

	(void)state;
	world_open(&w, &s);
	struct match_input *in = world_add(&w, RESULT_LEFT, left, 3);
	in->remaining = remaining;
	in->first_seen = 20;
	world_add(&w, RESULT_RIGHT, right, 1);
	struct err err = {0};
	assert_int_equal(world_try(&w, NULL, &err), 0);
	const struct match_money *m = &w.receipt.money[0];
	CHECK_INT("rows", m->rows_forward, 2);
	CHECK_INT("nothing is new", m->rows_accepted, 0);
	CHECK_INT("money", (int64_t)m->forward, 3500);
	CHECK("the identity holds", m->balanced);
	CHECK_INT("carried items", w.receipt.ncarried, 2);
	CHECK_INT("record", w.receipt.carried[0].row, 1);
	CHECK_INT("remaining", w.receipt.carried[0].remaining, 500);
	CHECK_INT("first seen", w.receipt.carried[0].first_seen, 20);
	world_close(&w);
}

/* ---- the receipt ---- */

static size_t count(const struct buf *text, const char *part)
{
	size_t n = 0, len = strlen(part);

	for (size_t i = 0; i + len <= text->n; i++)
		n += memcmp(text->p + i, part, len) == 0;
	return n;
}

static struct statement statement_of(int64_t opening, int64_t sum, int64_t closing)
{
	return (struct statement){.account = SV("DE1"),
		.scale = 2,
		.sum = sum,
		.opening = {.known = true, .minor = opening},
		.closing = {.known = true, .minor = closing}};
}

/* Two statements of one account: each has to add up, and the second to follow the first. */
static void statements_are_an_identity(void **state)
{
	static const struct {
		const char *label;
		int64_t opening, sum, closing;
		const char *follows;
		size_t wrong;
	} cases[] = {
		{"they hold", 1500, -200, 1300, "\"follows\":true", 0},
		{"one does not add up", 1500, -200, 1301, "\"follows\":true", 1},
		{"one is missing between them", 1600, -200, 1400, "\"follows\":false", 0},
	};
	static const struct cell_row rows[] = {{"a", 30, 1000, NULL}};
	const struct setting s = PLAIN;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct statement items[2] = {statement_of(1000, 500, 1500),
			statement_of(cases[i].opening, cases[i].sum, cases[i].closing)};
		const struct statement_list list = {.items = items, .n = 2, .cap = 2};
		const struct receipt_run run = {.statements = {NULL, &list}};
		struct buf text CLEANUP(buf_free) = BUF_INIT;
		struct world w;
		world_open(&w, &s);
		world_add(&w, RESULT_LEFT, rows, 1);
		world_add(&w, RESULT_RIGHT, rows, 1);
		world_run(cases[i].label, &w, NULL);
		receipt_to_json(&w.receipt, &w.result, w.rules, &run, &text);
		CHECK_INT(cases[i].label, count(&text, cases[i].follows), 1);
		CHECK_INT(cases[i].label, count(&text, "\"holds\":false"), cases[i].wrong);
		world_close(&w);
	}
}

/* ---- limits ---- */

static void text_of_a_megabyte(void **state)
{
	const struct setting s = {"", {"", ""},
		"{\"name\":\"l\",\"when\":{\"text\":{\"like\":0.9},\"amount\":\"same\"}," THEN "}"};
	char *text = malloc((1u << 20) + 1);
	struct world w;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < 1u << 20; i++)
		text[i] = (char)('a' + i % 23);
	text[1u << 20] = '\0';
	struct cell_row rows[] = {{"a", 30, 1000, text}, {"b", 30, 1000, "short"}};
	world_open(&w, &s);
	world_add(&w, RESULT_LEFT, rows, 2);
	world_add(&w, RESULT_RIGHT, rows, 2);
	world_run("a megabyte in a cell", &w, NULL);
	CHECK_INT("both are found", w.result.matches.n, 2);
	world_close(&w);
	free(text);
}

static void amounts_at_their_limits(void **state)
{
	static const struct cell_row rows[] = {{"a", 30, DECIMAL_MONEY_MAX, NULL},
		{"b", 30, -DECIMAL_MONEY_MAX, NULL}, {"c", 30, DECIMAL_MONEY_MAX - 1, NULL}};
	const struct setting s = {"", {"", ""},
		REF ",{\"name\":\"p\",\"stage\":2,\"when\":{\"ref\":\"same\",\"amount\":{"
		    "\"percent\":100}}," THEN "},"
		    "{\"name\":\"e\",\"stage\":3,\"when\":{\"ref\":\"same\",\"amount\":{\"expect\":"
		    "\"100*left+1\"}}," THEN "}"};
	struct world w;

	(void)state;
	world_open(&w, &s);
	world_add(&w, RESULT_LEFT, rows, 3);
	world_add(&w, RESULT_RIGHT, rows, 3);
	world_run("limits", &w, NULL);
	CHECK_INT("all are found", w.result.matches.n, 3);
	world_close(&w);
}

struct stop {
	atomic_bool cancel;
	enum match_phase at;
	unsigned seen; /* bits 1 << phase */
};

static void progress_cancels(void *arg, enum match_phase phase, uint64_t done, uint64_t total)
{
	struct stop *stop = arg;

	(void)done;
	(void)total;
	stop->seen |= 1u << phase;
	if (phase >= stop->at)
		atomic_store(&stop->cancel, true);
}

/* Whatever it is doing, it stops, and leaves nothing. */
static void cancelled_in_every_phase(void **state)
{
	static struct cell_row rows[400];
	const struct setting s = {ADVICE(""), {"", ""},
		REF ",{\"name\":\"g\",\"kind\":\"n:1\",\"when\":{\"day\":{\"days\":[0,9]}},"
		    "\"group\":{\"how\":\"subset\","
		    "\"lines\":[2,3]}," THEN "}," MANY("0")};

	(void)state;
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++)
		rows[i] = (struct cell_row){
			i % 3 == 0 ? "r" : "s", (int32_t)(i % 7), 100 + i * 37 % 91, "t"};
	for (int at = 0; at < MATCH_PHASE_COUNT; at++) {
		struct stop stop = {.at = (enum match_phase)at};
		struct match_options options = {.threads = 2,
			.cancel = &stop.cancel,
			.progress = progress_cancels,
			.arg = &stop};
		struct err err = {0};
		struct world w;
		world_open(&w, &s);
		world_add(&w, RESULT_LEFT, rows, ARRAY_LEN(rows));
		world_add(&w, RESULT_RIGHT, rows, ARRAY_LEN(rows));
		int rc = world_try(&w, &options, &err);
		if (stop.cancel && at < MATCH_PHASE_CLOSING)
			CHECK_INT(match_phase_word((enum match_phase)at), rc, E_CANCELLED);
		CHECK_STR("the code", rc == 0 ? "cancelled" : err_wire(rc), "cancelled");
		CHECK_INT("nothing is handed out", rc < 0 ? w.result.matches.n : 0, 0);
		world_close(&w);
	}
}

static void a_bound_that_is_too_small(void **state)
{
	static struct cell_row rows[400];
	const struct setting s = PLAIN;
	struct match_options options = {.threads = 1, .memory_bytes = 4096};
	struct err err = {0};
	struct world w;

	(void)state;
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++)
		rows[i] = (struct cell_row){"r", (int32_t)i, (int64_t)i, NULL};
	world_open(&w, &s);
	world_add(&w, RESULT_LEFT, rows, ARRAY_LEN(rows));
	world_add(&w, RESULT_RIGHT, rows, ARRAY_LEN(rows));
	CHECK_INT("memory", world_try(&w, &options, &err), E_MEMORY_BOUND);
	CHECK("it says which bound", strstr(err.detail, "4096") != NULL);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_and_choices),
		cmocka_unit_test(rates_narrow),
		cmocka_unit_test(every_reason_has_a_case),
		cmocka_unit_test(another_currency_is_a_reason),
		cmocka_unit_test(amounts_are_counted_in_the_base_currency),
		cmocka_unit_test(repeats_are_counted_once_or_superseded),
		cmocka_unit_test(advice_is_carried_out_or_differs),
		cmocka_unit_test(hints_are_listed_and_reserve_nothing),
		cmocka_unit_test(evidence_is_of_the_pair),
		cmocka_unit_test(what_is_carried_is_brought_forward),
		cmocka_unit_test(statements_are_an_identity),
		cmocka_unit_test(text_of_a_megabyte),
		cmocka_unit_test(amounts_at_their_limits),
		cmocka_unit_test(cancelled_in_every_phase),
		cmocka_unit_test(a_bound_that_is_too_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
