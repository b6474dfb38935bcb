/*
 * Where the values of fields come from and what they are converted to, with every refusal and its
 * place; the operators on each type of field; amounts in several currencies and in a base currency.
 */
#include "base/decimal.h"
#include "unit/match/scene.h"

#define NONE INT64_MIN
#define ROWS_MAX 130

/* A record with a column of every type; NULL, 0 and NONE are missing. */
struct wide {
	const char *code, *text, *note; /* note: a column of the file that no mapping names */
	int32_t day;
	const char *currency;
	int64_t money, quantity, rate; /* 2, 3 and 6 digits */
};

enum { CODE, TEXT, NOTE, DAY, CURRENCY, MONEY, QUANTITY, RATE, WIDE_COLUMNS };

static void put_text(struct col_build *b, uint32_t i, const char *s)
{
	if (s == NULL)
		col_build_missing(b, i);
	else
		col_build_str(b, i, sv_from_cstr(s), SV_NULL);
}

static void put_i32(struct col_build *b, uint32_t i, int32_t v)
{
	if (v == 0)
		col_build_missing(b, i);
	else
		col_build_i32(b, i, v);
}

static void put_i64(struct col_build *b, uint32_t i, int64_t v)
{
	if (v == NONE)
		col_build_missing(b, i);
	else
		col_build_i64(b, i, v);
}

static void make_wide(const struct wide *rows, uint32_t n, bool by_row, struct col_table *ret)
{
	static const struct {
		const char *name;
		enum col_type type;
		enum col_role role;
		uint8_t scale;
	} cols[WIDE_COLUMNS] = {
		{"code", COL_CODE, COL_FIELD, 0},
		{"text", COL_TEXT, COL_FIELD, 0},
		{"note", COL_TEXT, COL_SOURCE, 0},
		{"day", COL_DATE, COL_FIELD, 0},
		{"currency", COL_CURRENCY, COL_FIELD, 0},
		{"money", COL_AMOUNT, COL_FIELD, 2},
		{"quantity", COL_QUANTITY, COL_FIELD, 3},
		{"rate", COL_RATE, COL_FIELD, 6},
	};
	struct col_build b = COL_BUILD_INIT;
	struct err err = {0};

	assert_int_equal(col_build_init(&b, WIDE_COLUMNS, &err), 0);
	for (uint32_t i = 0; i < WIDE_COLUMNS; i++) {
		col_build_define(&b, i, cols[i].name, cols[i].type, cols[i].role);
		b.cols[i].col.scale = cols[i].scale;
		b.cols[i].col.currency_col = -1;
	}
	b.cols[MONEY].col.currency = by_row ? 0 : col_currency_pack(SV("EUR"));
	b.cols[MONEY].col.currency_col = by_row ? CURRENCY : -1;
	if (by_row)
		b.cols[MONEY].col.scale = COL_SCALE_OF_CURRENCY;
	for (uint32_t r = 0; r < n; r++) {
		put_text(&b, CODE, rows[r].code);
		put_text(&b, TEXT, rows[r].text);
		put_text(&b, NOTE, rows[r].note);
		put_i32(&b, DAY, rows[r].day);
		put_i32(&b, CURRENCY,
			rows[r].currency == NULL
				? 0
				: col_currency_pack(sv_from_cstr(rows[r].currency)));
		put_i64(&b, MONEY, rows[r].money);
		put_i64(&b, QUANTITY, rows[r].quantity);
		put_i64(&b, RATE, rows[r].rate);
	}
	if (col_build_finish(&b, ret, &err) != 0)
		fail_msg("%s", err.detail);
}

struct pair {
	struct arena arena;
	struct ruleset *rules;
	struct col_table table[2];
	struct match_input in[2];
	struct result result;
	struct match_receipt receipt;
};

/* fields: beside "money"; when: the tests of the only pass; top: members of the ruleset. */
static void pair_rules(
	struct pair *p, const char *label, const char *top, const char *fields, const char *when)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};

	buf_printf(&text,
		"{\"ruleset\":1,%s\"left\":{\"balance\":\"money\"},\"right\":{\"balance\":"
		"\"money\"},\"fields\":{\"money\":{\"type\":\"amount\",\"left\":\"money\","
		"\"right\":\"money\"}%s%s},\"passes\":[{\"name\":\"p\",\"when\":{%s},\"then\":{"
		"\"confirm\":{\"confidence\":0,\"margin\":0},\"suggest\":{\"confidence\":0}}}]}",
		top, fields[0] == '\0' ? "" : ",", fields, when);
	if (ruleset_parse(buf_sv(&text), &p->arena, &p->rules, &err) != 0)
		fail_msg("%s: %s at %s", label, err.detail, err.pointer);
}

static void pair_open(struct pair *p)
{
	*p = (struct pair){0};
	arena_init(&p->arena, 0);
}

static void pair_table(struct pair *p, int side, const struct wide *rows, uint32_t n, bool by_row)
{
	make_wide(rows, n, by_row, &p->table[side]);
	p->in[side] = (struct match_input){.table = &p->table[side], .side = (uint8_t)side};
}

static int pair_run(struct pair *p, struct err *err)
{
	const struct match_options options = {.threads = 1};

	return match_run(p->in, 2, p->rules, &options, &p->result, &p->receipt, err);
}

static void pair_close(struct pair *p)
{
	result_free(&p->result);
	match_receipt_free(&p->receipt);
	col_table_free(&p->table[0]);
	col_table_free(&p->table[1]);
	arena_free(&p->arena);
}

/* ---- fields of each kind, operators on each type ---- */

static const struct wide left_rows[] = {
	{"a1", "blue moon trading", "Inv 47-11  due ", 10, "EUR", 1000, 5000, 1250000},
	{"b2", "acme limited", "", 20, "USD", 2000, 7250, 2000000},
	{NULL, NULL, NULL, 0, NULL, 3000, NONE, NONE},
};
static const struct wide right_rows[] = {
	{"a1", "trading moon blue", "5.000", 10, "EUR", 1000, 5000, 1250000},
	{"b2", "acme limitde", "7.250", 21, "USD", 2000, 7300, 2000001},
	{"c3", "other", "1.5", 30, "CHF", 3000, 1, 1},
};

#define FIELD(type, left, right)                                                                   \
	"\"key\":{\"type\":\"" type "\",\"left\":" left ",\"right\":" right "}"
#define SAME_KEY "\"key\":\"same\""
#define BOTH(type, column) FIELD(type, "\"" column "\"", "\"" column "\"")
#define MISSING(test, missing) "\"money\":\"same\",\"key\":{" test ",\"missing\":\"" missing "\"}"

static const struct field_case {
	const char *label, *fields, *when, *want;
} field_cases[] = {
	{"a number that is always one",
		"\"key\":{\"type\":\"number\",\"left\":{\"const\":\"5\"},\"right\":{\"const\":"
		"\"5\"},"
		"\"scale\":0}",
		SAME_KEY ",\"money\":\"same\"",
		"1:1 confirmed 0/0; 1:1 confirmed 1/1; 1:1 confirmed 2/2"},
	{"a quantity of more digits than it came with",
		"\"key\":{\"type\":\"number\",\"left\":\"quantity\",\"right\":\"quantity\","
		"\"scale\":6}",
		SAME_KEY, "1:1 confirmed 0/0"},
	{"a rate of fewer digits, where nothing is lost",
		"\"key\":{\"type\":\"quantity\",\"left\":\"rate\",\"right\":{\"const\":\"1.25\"},"
		"\"scale\":2}",
		SAME_KEY ",\"money\":\"same\"", "1:1 confirmed 0/0"},
	{"an amount that is always one",
		FIELD("amount", "{\"sum\":[\"money\"]}", "{\"const\":\"10.00\"}"),
		SAME_KEY ",\"money\":\"same\"", "1:1 confirmed 0/0"},
	{"a code of a quantity's digits", FIELD("code", "\"quantity\"", "\"note\""), SAME_KEY,
		"1:1 confirmed 0/0; 1:1 confirmed 1/1"},
	{"a text of a quantity", FIELD("text", "\"quantity\"", "\"note\""), SAME_KEY,
		"1:1 confirmed 0/0; 1:1 confirmed 1/1"},
	{"a column of the file loses its blanks at the end",
		FIELD("text", "\"note\"", "{\"const\":\"INV 47-11 due\"}"),
		SAME_KEY ",\"money\":\"same\"", "1:1 confirmed 0/0"},
	{"a pattern that finds nothing in its group is passed over",
		FIELD("code", "{\"from\":\"note\",\"find\":\"Inv ([a-z]*)\",\"all\":true}",
			"\"code\""),
		SAME_KEY, ""},
	{"one of several numbers that are found",
		FIELD("code", "{\"from\":\"note\",\"find\":\"[0-9]+\",\"all\":true}",
			"{\"const\":\"11\"}"),
		"\"money\":\"same\"," SAME_KEY, "1:1 confirmed 0/0"},
	{"none of them",
		FIELD("code", "{\"from\":\"note\",\"find\":\"[0-9]+\",\"all\":true}",
			"{\"const\":\"12\"}"),
		"\"money\":\"same\"," SAME_KEY, ""},
	{"a currency column", BOTH("currency", "currency"), SAME_KEY ",\"money\":\"same\"",
		"1:1 confirmed 0/0; 1:1 confirmed 1/1"},
	{"a currency that is always one", FIELD("currency", "\"currency\"", "{\"const\":\"USD\"}"),
		SAME_KEY ",\"money\":\"same\"", "1:1 confirmed 1/1"},
	{"a day that is always one", FIELD("date", "\"day\"", "{\"const\":\"1970-01-11\"}"),
		SAME_KEY ",\"money\":\"same\"", "1:1 confirmed 0/0"},
	{"a missing code fails", BOTH("code", "code"), "\"money\":\"same\"," SAME_KEY,
		"1:1 confirmed 0/0; 1:1 confirmed 1/1"},
	{"or passes", BOTH("code", "code"), MISSING("\"same\":true", "pass"),
		"1:1 confirmed 0/0; 1:1 confirmed 1/1; 1:1 confirmed 2/2"},
	{"or says nothing", BOTH("code", "code"), MISSING("\"same\":true", "neutral"),
		"1:1 confirmed 0/0; 1:1 confirmed 1/1; 1:1 confirmed 2/2"},
	{"a missing text passes one that is like it", BOTH("text", "text"),
		MISSING("\"like\":0.9", "pass"), "1:1 confirmed 1/1; 1:1 confirmed 2/2"},
	{"a missing day passes", BOTH("date", "day"), MISSING("\"days\":[0,0]", "pass"),
		"1:1 confirmed 0/0; 1:1 confirmed 2/2"},
	{"or fails", BOTH("date", "day"), MISSING("\"days\":[0,0]", "fail"), "1:1 confirmed 0/0"},
	{"a missing rate says nothing", BOTH("rate", "rate"), MISSING("\"same\":true", "neutral"),
		"1:1 confirmed 0/0; 1:1 confirmed 2/2"},
	{"a missing currency passes", BOTH("currency", "currency"),
		MISSING("\"same\":true", "pass"),
		"1:1 confirmed 0/0; 1:1 confirmed 1/1; 1:1 confirmed 2/2"},
	{"a quantity within a limit", BOTH("quantity", "quantity"),
		MISSING("\"within\":\"0.05\"", "fail"), "1:1 confirmed 0/0; 1:1 confirmed 1/1"},
	{"a thousandth less is not", BOTH("quantity", "quantity"),
		MISSING("\"within\":\"0.049\"", "fail"), "1:1 confirmed 0/0"},
	{"a quantity within percents", BOTH("quantity", "quantity"),
		MISSING("\"percent\":0.7", "pass"),
		"1:1 confirmed 0/0; 1:1 confirmed 1/1; 1:1 confirmed 2/2"},
	{"any is true of what is missing", BOTH("code", "code"),
		"\"money\":\"same\",\"key\":\"any\"",
		"1:1 confirmed 0/0; 1:1 confirmed 1/1; 1:1 confirmed 2/2"},
	{"the same words in any order", BOTH("text", "text"),
		"\"money\":\"same\",\"key\":{\"like\":0.95,\"by\":\"token sort\"}",
		"1:1 confirmed 0/0"},
	{"the words as a set", BOTH("text", "text"),
		"\"money\":\"same\",\"key\":{\"like\":0.95,\"by\":\"token set\"}",
		"1:1 confirmed 0/0"},
	{"three letters at a time, by cosine", BOTH("text", "text"),
		"\"money\":\"same\",\"key\":{\"like\":0.7,\"by\":\"q-gram cosine\"}",
		"1:1 confirmed 0/0; 1:1 confirmed 1/1"},
	{"three letters at a time, by what is shared", BOTH("text", "text"),
		"\"money\":\"same\",\"key\":{\"like\":0.99,\"by\":\"q-gram Jaccard\"}", ""},
	{"a word that both contain", BOTH("text", "text"),
		"\"money\":\"same\",\"key\":{\"contains\":\"MOON\"}", "1:1 confirmed 0/0"},
	{"a word that only one contains", BOTH("text", "text"),
		"\"money\":\"same\",\"key\":{\"contains\":\"limited\"}", ""},
	{"a fixed rate",
		"\"other\":{\"type\":\"amount\",\"left\":\"money\",\"right\":{\"const\":"
		"\"20.00\"}}",
		"\"money\":\"same\",\"other\":{\"rate\":\"2\"}", "1:1 confirmed 0/0"},
	{"a fixed rate with room",
		"\"other\":{\"type\":\"amount\",\"left\":\"money\",\"right\":{\"const\":\"20.20\"}"
		"}",
		"\"money\":\"same\",\"other\":{\"rate\":\"2\",\"percent\":1}", "1:1 confirmed 0/0"},
	{"a cent beyond it",
		"\"other\":{\"type\":\"amount\",\"left\":\"money\",\"right\":{\"const\":\"20.21\"}"
		"}",
		"\"money\":\"same\",\"other\":{\"rate\":\"2\",\"percent\":1}", ""},
};

/* The rows above under a ruleset of these fields. */
static void pair_of_rows(struct pair *p, const char *label, const char *fields, const char *when)
{
	pair_open(p);
	pair_table(p, 0, left_rows, ARRAY_LEN(left_rows), false);
	pair_table(p, 1, right_rows, ARRAY_LEN(right_rows), false);
	pair_rules(p, label, "", fields, when);
}

static void fields_and_operators(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(field_cases); i++) {
		const struct field_case *c = &field_cases[i];
		struct buf got CLEANUP(buf_free) = BUF_INIT;
		struct err err = {0};
		struct pair p;
		pair_of_rows(&p, c->label, c->fields, c->when);
		if (pair_run(&p, &err) != 0)
			fail_msg("%s: %s at %s", c->label, err.detail, err.pointer);
		describe(&p.result, &got);
		CHECK_STR(c->label, buf_cstr(&got), c->want);
		CHECK_INT(c->label, match_check(p.in, 2, p.rules, &p.result, &err), 0);
		pair_close(&p);
	}
}

/* ---- refusals ---- */

static const struct refusal {
	const char *label, *fields;
	int code;
	const char *pointer, *says;
} refusals[] = {
	{"a value that loses digits",
		"\"key\":{\"type\":\"number\",\"left\":\"quantity\",\"right\":\"quantity\","
		"\"scale\":1}",
		E_RULESET, "/fields/key/left", "scale cannot hold"},
	{"a constant that is no number", FIELD("amount", "\"money\"", "{\"const\":\"ten\"}"),
		E_RULESET, "/fields/key/right", "not a number"},
	{"a constant that is no day", FIELD("date", "{\"const\":\"1970-02-30\"}", "\"day\""),
		E_RULESET, "/fields/key/left", "not a day"},
	{"a pattern that cannot be read",
		FIELD("code", "{\"from\":\"note\",\"find\":\"(\"}", "\"code\""), E_RULESET,
		"/fields/key/left", "pattern"},
	{"a currency that is a text", FIELD("currency", "\"text\"", "\"currency\""), E_RULESET,
		"/fields/key/left", "another type"},
	{"a date that is an amount", FIELD("date", "\"day\"", "\"money\""), E_RULESET,
		"/fields/key/right", "another type"},
	{"an amount that is a code", FIELD("amount", "\"code\"", "\"money\""), E_RULESET,
		"/fields/key/left", "another type"},
	{"one column of a joined text is not there",
		FIELD("text", "[\"code\",\"txet\"]", "\"text\""), E_RULESET, "/fields/key/left",
		"\"txet\""},
};

static void what_cannot_be_bound_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct refusal *c = &refusals[i];
		struct err err = {0};
		struct pair p;
		pair_of_rows(&p, c->label, c->fields, "\"money\":\"same\"");
		CHECK_INT(c->label, pair_run(&p, &err), c->code);
		CHECK_STR(c->label, err.pointer, c->pointer);
		CHECK(c->label, strstr(err.detail, c->says) != NULL);
		CHECK_INT("nothing is handed out", p.result.matches.n + p.result.open.n, 0);
		pair_close(&p);
	}
}

static void a_sum_beyond_the_largest_amount_is_refused(void **state)
{
	static const struct wide most[] = {
		{"a", NULL, NULL, 1, NULL, DECIMAL_MONEY_MAX, NONE, NONE}};
	static const struct {
		const char *label, *sum;
		int want;
	} cases[] = {
		{"twice the largest", "{\"sum\":[\"money\",\"money\"]}", E_RULESET},
		{"twice the least", "{\"sum\":[\"-money\",\"-money\"]}", E_RULESET},
		{"nothing of it", "{\"sum\":[\"money\",\"-money\"]}", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		char field[128];
		struct pair p;
		snprintf(field, sizeof(field),
			"\"key\":{\"type\":\"amount\",\"left\":%s,"
			"\"right\":\"money\"}",
			cases[i].sum);
		pair_open(&p);
		pair_table(&p, 0, most, 1, false);
		pair_table(&p, 1, most, 1, false);
		pair_rules(&p, cases[i].label, "", field, "\"money\":\"same\"");
		CHECK_INT(cases[i].label, pair_run(&p, &err), cases[i].want);
		CHECK_STR(
			cases[i].label, err.pointer, cases[i].want == 0 ? "" : "/fields/key/left");
		pair_close(&p);
	}
}

/* ---- currencies ---- */

static void each_currency_is_a_world_of_its_own(void **state)
{
	static const struct wide left[] = {{"a", NULL, NULL, 1, "EUR", 1000, NONE, NONE},
		{"b", NULL, NULL, 1, "JPY", 1000, NONE, NONE},
		{"c", NULL, NULL, 1, "USD", 1000, NONE, NONE}};
	static const struct wide right[] = {{"x", NULL, NULL, 1, "JPY", 1000, NONE, NONE},
		{"y", NULL, NULL, 1, "EUR", 1000, NONE, NONE},
		{"z", NULL, NULL, 1, "CHF", 1000, NONE, NONE}};
	struct buf got CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};
	struct pair p;

	(void)state;
	pair_open(&p);
	pair_table(&p, 0, left, 3, true);
	pair_table(&p, 1, right, 3, true);
	pair_rules(&p, "by row", "", "", "\"money\":\"same\"");
	CHECK_INT("runs", pair_run(&p, &err), 0);
	describe(&p.result, &got);
	CHECK_STR("within a currency", buf_cstr(&got), "1:1 confirmed 0/1; 1:1 confirmed 1/0");
	for (uint32_t i = 0; i < p.receipt.nmoney; i++)
		CHECK("each is balanced", p.receipt.money[i].balanced);
	pair_close(&p);
}

static void a_side_without_a_currency_takes_the_others(void **state)
{
	struct err err = {0};
	struct pair p;

	(void)state;
	for (int side = 0; side < 2; side++) {
		pair_open(&p);
		pair_table(&p, 0, left_rows, 1, false);
		pair_table(&p, 1, right_rows, 1, false);
		p.table[side].cols[MONEY].currency = 0;
		pair_rules(&p, "unnamed", "", "", "\"money\":\"same\"");
		CHECK_INT("runs", pair_run(&p, &err), 0);
		CHECK_INT("matched", p.result.matches.n, 1);
		CHECK_INT("in euros", p.result.matches.currency[0], col_currency_pack(SV("EUR")));
		pair_close(&p);
	}
}

static void more_currencies_than_there_is_room_for(void **state)
{
	static struct wide rows[ROWS_MAX];
	static char words[ROWS_MAX][4];
	struct err err = {0};
	uint32_t n = 0;
	struct pair p;

	(void)state;
	for (int i = 0; i < 26 * 26 * 26 && n < ROWS_MAX; i++) {
		const char word[4] = {(char)('A' + i / 676), (char)('A' + i / 26 % 26),
			(char)('A' + i % 26), '\0'};
		if (col_currency_pack(sv_from_cstr(word)) == 0)
			continue;
		memcpy(words[n], word, sizeof(word));
		rows[n] = (struct wide){"a", NULL, NULL, 1, words[n], 1000, NONE, NONE};
		n++;
	}
	assert_int_equal(n, ROWS_MAX);
	pair_open(&p);
	pair_table(&p, 0, rows, n, true);
	pair_table(&p, 1, rows, 1, true);
	pair_rules(&p, "many", "", "", "\"money\":\"same\"");
	CHECK_INT("refused", pair_run(&p, &err), E_CURRENCY);
	CHECK("with the number", strstr(err.detail, "127") != NULL);
	pair_close(&p);
}

#define EUR_IN_YEN "\"currency\":\"JPY\",\"lists\":{\"EUR\":{\"1970-01-05\":\"160.5\"}},"
#define DAY_FIELD BOTH("date", "day")

static const struct exchange_case {
	const char *label, *top, *fields;
	struct wide row;
	int want;
	int64_t yen;
	const char *says;
} exchange_cases[] = {
	{"cents become whole yen", EUR_IN_YEN, DAY_FIELD,
		{"a", NULL, NULL, 10, "EUR", 1001, NONE, NONE}, 0, 1607, ""},
	{"what is taken away too", EUR_IN_YEN, DAY_FIELD,
		{"a", NULL, NULL, 10, "EUR", -1001, NONE, NONE}, 0, -1607, ""},
	{"thousandths become cents",
		"\"currency\":\"EUR\",\"lists\":{\"KWD\":{\"1970-01-05\":\"3\"}},", DAY_FIELD,
		{"a", NULL, NULL, 10, "KWD", 1001, NONE, NONE}, 0, 300, ""},
	{"yen become cents", "\"currency\":\"EUR\",\"lists\":{\"JPY\":{\"1970-01-05\":\"0.006\"}},",
		DAY_FIELD, {"a", NULL, NULL, 10, "JPY", 1001, NONE, NONE}, 0, 601, ""},
	{"a record without a day", EUR_IN_YEN, DAY_FIELD,
		{"a", NULL, NULL, 0, "EUR", 1001, NONE, NONE}, E_CURRENCY, 0, "has no day"},
	{"no field of days", EUR_IN_YEN, "", {"a", NULL, NULL, 10, "EUR", 1001, NONE, NONE},
		E_CURRENCY, 0, "has no day"},
	{"a day before the first rate", EUR_IN_YEN, DAY_FIELD,
		{"a", NULL, NULL, 1, "EUR", 1001, NONE, NONE}, E_CURRENCY, 0,
		"older than the first"},
	{"rates of another currency are of no use",
		"\"currency\":\"JPY\",\"lists\":{\"USD\":{\"1970-01-05\":\"150\"}},", DAY_FIELD,
		{"a", NULL, NULL, 10, "EUR", 1001, NONE, NONE}, E_CURRENCY, 0, "no such list"},
	{"more yen than an amount holds", EUR_IN_YEN, DAY_FIELD,
		{"a", NULL, NULL, 10, "EUR", DECIMAL_MONEY_MAX, NONE, NONE}, E_LIMIT, 0,
		"largest in JPY"},
};

static void amounts_are_exchanged_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(exchange_cases); i++) {
		const struct exchange_case *c = &exchange_cases[i];
		struct err err = {0};
		struct pair p;
		pair_open(&p);
		pair_table(&p, 0, &c->row, 1, true);
		pair_table(&p, 1, &c->row, 1, true);
		pair_rules(&p, c->label, c->top, c->fields, "\"money\":\"same\"");
		CHECK_INT(c->label, pair_run(&p, &err), c->want);
		CHECK(c->label, strstr(err.detail, c->says) != NULL);
		if (c->want == 0) {
			CHECK_INT(c->label, p.result.matches.n, 1);
			CHECK_INT(c->label, p.result.matches.left[0], c->yen);
		}
		pair_close(&p);
	}
}

/* ---- memory ---- */

#define EVERY_SOURCE                                                                               \
	"\"joined\":{\"type\":\"text\",\"left\":[\"code\",\"text\"],\"right\":[\"code\","          \
	"\"text\"]},\"found\":{\"type\":\"code\",\"left\":{\"from\":\"note\",\"find\":"            \
	"\"[0-9]+\",\"all\":true},\"right\":\"note\"},\"sum\":{\"type\":\"quantity\",\"left\":"    \
	"{\"sum\":[\"quantity\",\"rate\"]},\"right\":\"quantity\",\"scale\":6},\"on\":{\"type\":"  \
	"\"date\",\"left\":\"day\",\"right\":{\"const\":\"1970-01-11\"}}"

/* Values that are made need room: with too little of it the run says so, at every one of them. */
static void too_little_memory_for_any_source(void **state)
{
	static const char *const tops[] = {"",
		"\"currency\":\"EUR\",\"lists\":{\"h\":[\"2026-03-10\"],\"USD\":{\"1970-01-01\":"
		"\"0.9\"},\"CHF\":{\"1970-01-01\":\"1.1\"}},"
		"\"expect\":{\"left\":{\"in_transit_until\":\"2 business "
		"days\",\"calendar\":\"h\"}},"};

	static struct wide rows[8000];

	(void)state;
	for (uint32_t r = 0; r < ARRAY_LEN(rows); r++)
		rows[r] = left_rows[r % 2];
	for (size_t i = 0; i < ARRAY_LEN(tops); i++) {
		struct err err = {0};
		uint32_t refused = 0;
		struct pair p;
		pair_open(&p);
		pair_table(&p, 0, rows, ARRAY_LEN(rows), true);
		pair_table(&p, 1, rows, ARRAY_LEN(rows), true);
		pair_rules(&p, "memory", tops[i], EVERY_SOURCE, "\"money\":\"same\"");
		for (size_t bytes = 150000; bytes < 1600000; bytes += 50000) {
			struct match_options options = {.threads = 1, .memory_bytes = bytes};
			result_free(&p.result);
			match_receipt_free(&p.receipt);
			int rc = match_run(p.in, 2, p.rules, &options, &p.result, &p.receipt, &err);
			if (rc == 0)
				continue;
			CHECK_INT("too little", rc, E_MEMORY_BOUND);
			CHECK_INT("nothing", p.result.matches.n + p.result.open.n, 0);
			refused++;
		}
		CHECK("most bounds are too low", refused > 10);
		pair_close(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_and_operators),
		cmocka_unit_test(what_cannot_be_bound_is_refused),
		cmocka_unit_test(a_sum_beyond_the_largest_amount_is_refused),
		cmocka_unit_test(each_currency_is_a_world_of_its_own),
		cmocka_unit_test(a_side_without_a_currency_takes_the_others),
		cmocka_unit_test(more_currencies_than_there_is_room_for),
		cmocka_unit_test(amounts_are_exchanged_or_refused),
		cmocka_unit_test(too_little_memory_for_any_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
