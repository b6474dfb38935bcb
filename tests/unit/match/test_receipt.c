/*
 * What a run is refused for, results that break a promise, lines of advice that cannot be read or
 * do not fit, and the receipt with no figure of its identities zero.
 */
#include "match/receipt.h"
#include "unit/match/scene.h"

#define THEN                                                                                       \
	"\"then\":{\"confirm\":{\"confidence\":0.5,\"margin\":1},\"suggest\":{\"confidence\":0.1}" \
	"}"
#define SURE "\"then\":{\"confirm\":{\"confidence\":0,\"margin\":0}}"
#define REF "{\"name\":\"ref\",\"when\":{\"ref\":\"same\",\"amount\":\"same\"}," THEN "}"
#define INPUTS 4

struct world {
	struct arena arena;
	struct ruleset *rules;
	struct col_table table[INPUTS];
	struct match_input in[INPUTS];
	uint32_t n;
	struct result result;
	struct match_receipt receipt;
};

/* top: members of the ruleset, each with a comma behind; left: members of that side, in front. */
static void world_open(struct world *w, const char *top, const char *left, const char *passes)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};

	*w = (struct world){0};
	arena_init(&w->arena, 0);
	buf_printf(&text,
		"{\"ruleset\":1,%s\"left\":{\"balance\":\"amount\"%s},\"right\":{\"balance\":"
		"\"amount\"},\"fields\":{\"ref\":{\"type\":\"code\",\"left\":\"ref\",\"right\":"
		"\"ref\"},\"day\":{\"type\":\"date\",\"left\":\"day\",\"right\":\"day\"},"
		"\"amount\":{\"type\":\"amount\",\"left\":\"amount\",\"right\":\"amount\"},"
		"\"text\":{\"type\":\"text\",\"left\":\"text\",\"right\":\"text\"}},\"passes\":[%s]"
		"}",
		top, left, passes);
	if (ruleset_parse(buf_sv(&text), &w->arena, &w->rules, &err) != 0)
		fail_msg("%s at %s: %s", passes, err.pointer, err.detail);
}

static struct match_input *world_add(struct world *w, uint8_t side, const struct cell_row *rows,
	uint32_t n, const char *currency)
{
	struct match_input *in = &w->in[w->n];

	make_table(rows, n, plain_names, &w->table[w->n]);
	w->table[w->n].cols[2].currency = col_currency_pack(sv_from_cstr(currency));
	*in = (struct match_input){
		.table = &w->table[w->n], .side = side, .dataset_no = (int32_t)w->n + 1};
	w->n++;
	return in;
}

static int world_run(struct world *w, const struct col_table *advice, struct err *err)
{
	const struct match_options options = {.threads = 1, .advice = advice};

	return match_run(w->in, w->n, w->rules, &options, &w->result, &w->receipt, err);
}

static void world_close(struct world *w)
{
	result_free(&w->result);
	match_receipt_free(&w->receipt);
	for (uint32_t i = 0; i < w->n; i++)
		col_table_free(&w->table[i]);
	arena_free(&w->arena);
}

/* ---- results that break a promise ---- */

static void refuse(struct world *w, const char *label, const char *says)
{
	struct err err = {0};

	CHECK_INT(label, match_check(w->in, w->n, w->rules, &w->result, &err), E_CORRUPT);
	if (strstr(err.detail, says) == NULL)
		fail_msg("%s: it says \"%s\"", label, err.detail);
}

static void accept(struct world *w, const char *label)
{
	struct err err = {0};

	if (match_check(w->in, w->n, w->rules, &w->result, &err) != 0)
		fail_msg("%s: %s", label, err.detail);
}

static void two_of_equal_amount(struct world *w)
{
	static const struct cell_row rows[] = {{"a1", 1, 100, NULL}, {"a2", 1, 100, NULL}};
	struct err err = {0};

	world_open(w, "", "", REF);
	world_add(w, RESULT_LEFT, rows, 2, "EUR");
	world_add(w, RESULT_RIGHT, rows, 2, "EUR");
	assert_int_equal(world_run(w, NULL, &err), 0);
	assert_int_equal(w->result.matches.n, 2);
	accept(w, "before");
}

static void a_record_of_two_matches_is_found(void **state)
{
	struct world w;

	(void)state;
	two_of_equal_amount(&w);
	w.result.members.row[2] = w.result.members.row[0];
	refuse(&w, "twice", "used twice");
	world_close(&w);
}

static void a_part_has_its_sign_and_stays_within_its_record(void **state)
{
	static const struct cell_row left[] = {{"p", 5, 600, NULL}, {"p", 3, 400, NULL}};
	static const struct cell_row right[] = {{"p", 9, 700, NULL}};
	static const struct {
		const char *label;
		int64_t allocated; /* of the second left record, which has 400 */
		const char *says;
	} cases[] = {
		{"nothing", 0, "sign"},
		{"the other sign", -400, "sign"},
		{"a cent more than there is", 401, "more than its amount"},
		{"a cent less than the total", 399, "totals"},
	};
	struct err err = {0};
	struct world w;

	(void)state;
	world_open(&w, "", "",
		"{\"name\":\"p\",\"kind\":\"partial\",\"when\":{\"ref\":\"same\"}," SURE "}");
	world_add(&w, RESULT_LEFT, left, 2, "EUR");
	world_add(&w, RESULT_RIGHT, right, 1, "EUR");
	assert_int_equal(world_run(&w, NULL, &err), 0);
	assert_int_equal(w.result.matches.n, 1);
	accept(&w, "before");
	assert_int_equal(w.result.members.row[1], 1);
	assert_int_equal(w.result.members.allocated[1], 400);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		w.result.members.allocated[1] = cases[i].allocated;
		refuse(&w, cases[i].label, cases[i].says);
	}
	w.result.members.allocated[1] = 400;
	accept(&w, "put back");
	assert_true(w.result.open.n > 0);
	w.result.open.remaining[0]++;
	refuse(&w, "a cent that nobody has", "what remains is not its amount");
	world_close(&w);
}

static void a_group_stays_within_its_limit(void **state)
{
	static const struct cell_row left[] = {
		{"p", 1, 10001, NULL}, {"p", 1, 20002, NULL}, {"z", 1, 20003, NULL}};
	static const struct cell_row right[] = {{"p", 2, 30003, NULL}};
	struct err err = {0};
	struct world w;

	(void)state;
	world_open(&w, "", "",
		"{\"name\":\"g\",\"kind\":\"n:1\",\"when\":{\"ref\":\"same\"},\"group\":{\"how\":"
		"\"all\"}," SURE "}");
	world_add(&w, RESULT_LEFT, left, 3, "EUR");
	world_add(&w, RESULT_RIGHT, right, 1, "EUR");
	assert_int_equal(world_run(&w, NULL, &err), 0);
	assert_int_equal(w.result.matches.n, 1);
	accept(&w, "before");
	/* All in order, but with a line that is a cent too much. */
	w.result.members.row[1] = 2;
	w.result.members.allocated[1] = 20003;
	w.result.matches.left[0] = 30004;
	refuse(&w, "a cent", "beyond the limit");
	world_close(&w);
}

/* ---- what is refused before anything is compared ---- */

static void inputs_that_cannot_be_taken(void **state)
{
	static struct match_input many[MATCH_INPUTS_MAX + 1];
	const struct match_options options = {.threads = 1};
	struct match_options model = {.threads = 1, .model = SV("{\"models\":")};
	struct result none CLEANUP(result_free) = RESULT_INIT;
	struct match_receipt receipt CLEANUP(match_receipt_free) = {0};
	struct err err = {0};
	struct world w;

	(void)state;
	two_of_equal_amount(&w);
	for (uint32_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = w.in[0];
	CHECK_INT("too many",
		match_run(many, ARRAY_LEN(many), w.rules, &options, &none, &receipt, &err),
		E_LIMIT);
	CHECK_INT("nor are they checked",
		match_check(many, ARRAY_LEN(many), w.rules, &w.result, &err), E_LIMIT);
	many[0] = w.in[1];
	CHECK_INT("the right one first",
		match_run(many, 2, w.rules, &options, &none, &receipt, &err), E_INVALID);
	many[0] = w.in[0];
	many[1] = w.in[1];
	many[1].side = RESULT_RIGHT + 1;
	CHECK_INT("a third side", match_run(many, 2, w.rules, &options, &none, &receipt, &err),
		E_INVALID);
	many[1].side = RESULT_RIGHT;
	CHECK("a model cut off", match_run(many, 2, w.rules, &model, &none, &receipt, &err) < 0);
	CHECK_INT("nothing is handed out", none.matches.n + none.open.n, 0);
	CHECK_INT("and as they should be",
		match_run(many, 2, w.rules, &options, &none, &receipt, &err), 0);
	world_close(&w);
}

static void passes_over_one_file_are_for_one_file(void **state)
{
	static const struct cell_row row[] = {{"a1", 1, 100, NULL}};
	struct err err = {0};
	struct world w;

	(void)state;
	world_open(&w, "", "", "{\"name\":\"s\",\"kind\":\"same\",\"mode\":\"learn\"," THEN "}");
	world_add(&w, RESULT_LEFT, row, 1, "EUR");
	world_add(&w, RESULT_RIGHT, row, 1, "EUR");
	CHECK_INT("refused", world_run(&w, NULL, &err), E_RULESET);
	CHECK_STR("where", err.pointer, "/passes");
	world_close(&w);
}

/* Of a part in another currency there is no telling at which rate the rest was taken. */
static void carried_in_another_currency_whole_or_not_at_all(void **state)
{
	static const struct cell_row left[] = {{"a", 30, 1000, NULL}};
	static const struct cell_row right[] = {{"a", 30, 900, NULL}};
	static const struct {
		const char *label;
		int64_t remaining;
		int want;
		uint32_t matches;
	} cases[] = {
		{"whole", 1000, 0, 1},
		{"whole, with the sign turned", -1000, 0, 1},
		{"nothing of it", 0, 0, 0},
		{"a part", 999, E_UNSUPPORTED, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		struct world w;
		world_open(&w, "\"currency\":\"EUR\",\"lists\":{\"USD\":{\"1970-01-01\":\"0.9\"}},",
			"", REF);
		world_add(&w, RESULT_LEFT, left, 1, "USD")->remaining = &cases[i].remaining;
		world_add(&w, RESULT_RIGHT, right, 1, "EUR");
		CHECK_INT(cases[i].label, world_run(&w, NULL, &err), cases[i].want);
		CHECK_INT(cases[i].label, w.result.matches.n, cases[i].matches);
		if (cases[i].matches > 0)
			CHECK_INT(cases[i].label, w.result.matches.left[0], 900);
		world_close(&w);
	}
}

/* ---- advice ---- */

#define NO_MONEY INT64_MIN

struct advice_table {
	const char *names[3];
	enum col_type types[3];
	enum col_role role; /* of the first two */
	uint8_t scale;
};

struct advice_row {
	const char *of, *names;
	int64_t paid;
};

static void make_advice(const struct advice_table *t, const struct advice_row *rows, uint32_t n,
	struct col_table *ret)
{
	struct col_build b = COL_BUILD_INIT;
	struct err err = {0};

	assert_int_equal(col_build_init(&b, 3, &err), 0);
	for (uint32_t i = 0; i < 3; i++)
		col_build_define(&b, i, t->names[i], t->types[i], i < 2 ? t->role : COL_FIELD);
	b.cols[2].col.scale = t->scale;
	b.cols[2].col.currency_col = -1;
	for (uint32_t r = 0; r < n; r++) {
		const char *const cells[] = {rows[r].of, rows[r].names};
		for (uint32_t i = 0; i < 2; i++)
			if (cells[i] == NULL)
				col_build_missing(&b, i);
			else if (t->types[i] == COL_QUANTITY)
				col_build_i64(&b, i, strtoll(cells[i], NULL, 10));
			else
				col_build_str(&b, i, sv_from_cstr(cells[i]), SV_NULL);
		if (rows[r].paid == NO_MONEY)
			col_build_missing(&b, 2);
		else
			col_build_i64(&b, 2, rows[r].paid);
	}
	if (col_build_finish(&b, ret, &err) != 0)
		fail_msg("%s", err.detail);
}

#define CODES                                                                                      \
	{                                                                                          \
		COL_CODE, COL_CODE, COL_AMOUNT                                                     \
	}
#define USUAL                                                                                      \
	{                                                                                          \
		"of", "names", "paid"                                                              \
	}

static const struct advice_case {
	const char *label;
	struct advice_table table;
	struct advice_row rows[3];
	uint32_t n;
	int code;
	const char *pointer, *want;
	uint32_t unknown, settled, differing;
} advice_cases[] = {
	{"as it should be", {USUAL, CODES, COL_FIELD, 2},
		{{"5001", "10001", 1000}, {"5001", "10002", 2000}}, 2, 0, "", "1:n confirmed 0/0,1",
		0, 2, 0},
	{"whose lines these are is not there", {{"off", "names", "paid"}, CODES, COL_FIELD, 2},
		{{"5001", "10001", 1000}}, 1, E_RULESET, "/advice/of", "", 0, 0, 0},
	{"what they name is not there", {{"of", "nams", "paid"}, CODES, COL_FIELD, 2},
		{{"5001", "10001", 1000}}, 1, E_RULESET, "/advice/names", "", 0, 0, 0},
	{"the amount is not there", {{"of", "names", "pay"}, CODES, COL_FIELD, 2},
		{{"5001", "10001", 1000}}, 1, E_RULESET, "/advice/amount", "", 0, 0, 0},
	{"the amount is a quantity", {USUAL, {COL_CODE, COL_CODE, COL_QUANTITY}, COL_FIELD, 2},
		{{"5001", "10001", 1000}}, 1, E_RULESET, "/advice/amount", "", 0, 0, 0},
	{"columns of the file are folded as codes are",
		{USUAL, {COL_TEXT, COL_TEXT, COL_AMOUNT}, COL_SOURCE, 2},
		{{"50-01", "10.001", 1000}, {"50 01", "10 002", 2000}}, 2, 0, "",
		"1:n confirmed 0/0,1", 0, 2, 0},
	{"numbers are read by their digits",
		{USUAL, {COL_QUANTITY, COL_CODE, COL_AMOUNT}, COL_FIELD, 2},
		{{"5001", "10001", 1000}, {"5001", "10002", 2000}}, 2, 0, "", "1:n confirmed 0/0,1",
		0, 2, 0},
	{"lines without a name or an amount say nothing", {USUAL, CODES, COL_FIELD, 2},
		{{NULL, "10001", 1000}, {"5001", NULL, 1000}, {"5001", "10001", NO_MONEY}}, 3, 0,
		"", "", 3, 0, 0},
	{"tenths of a cent that are cents", {USUAL, CODES, COL_FIELD, 3},
		{{"5001", "10001", 10000}, {"5001", "10002", 20000}}, 2, 0, "",
		"1:n confirmed 0/0,1", 0, 2, 0},
	{"tenths of a cent", {USUAL, CODES, COL_FIELD, 3},
		{{"5001", "10001", 10001}, {"5001", "10002", 19999}}, 2, 0, "", "", 0, 0, 1},
	{"whole euros", {USUAL, CODES, COL_FIELD, 0},
		{{"5001", "10001", 10}, {"5001", "10002", 20}}, 2, 0, "", "1:n confirmed 0/0,1", 0,
		2, 0},
	{"more euros than there are cents", {USUAL, CODES, COL_FIELD, 0},
		{{"5001", "10001", INT64_MAX / 10}, {"5001", "10002", 20}}, 2, 0, "", "", 0, 0, 1},
};

static void advice_that_is_read_or_refused(void **state)
{
	static const struct cell_row left[] = {{"5001", 30, 3000, "acme"}};
	static const struct cell_row right[] = {
		{"10001", 10, 1000, "acme"}, {"10002", 10, 2000, "acme"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(advice_cases); i++) {
		const struct advice_case *c = &advice_cases[i];
		struct buf got CLEANUP(buf_free) = BUF_INIT;
		struct col_table lines CLEANUP(col_table_free) = COL_TABLE_INIT;
		struct err err = {0};
		struct world w;
		make_advice(&c->table, c->rows, c->n, &lines);
		world_open(&w,
			"\"advice\":{\"of\":{\"column\":\"of\",\"field\":\"ref\"},\"names\":{"
			"\"column\":\"names\",\"field\":\"ref\"},\"amount\":\"paid\"},",
			"", REF);
		world_add(&w, RESULT_LEFT, left, 1, "EUR");
		world_add(&w, RESULT_RIGHT, right, 2, "EUR");
		CHECK_INT(c->label, world_run(&w, &lines, &err), c->code);
		CHECK_STR(c->label, err.pointer, c->pointer);
		describe(&w.result, &got);
		CHECK_STR(c->label, got.n == 0 ? "" : buf_cstr(&got), c->want);
		CHECK_INT(c->label, w.receipt.advice.unknown, c->unknown);
		CHECK_INT(c->label, w.receipt.advice.settled, c->settled);
		CHECK_INT(c->label, w.receipt.advice.differing, c->differing);
		world_close(&w);
	}
}

/* ---- which records take part ---- */

static void only_some_records_take_part(void **state)
{
	static const struct cell_row rows[] = {
		{"a", 30, 100, "rent for May"}, {NULL, 30, 200, "deposit"}, {"c", 30, 300, NULL}};
	static const struct {
		const char *label, *only;
		const char *excluded; /* "x" per row that is */
	} cases[] = {
		{"all", "", "..."},
		{"those with a reference", "\"ref\":\"same\"", ".x."},
		{"a word", "\"text\":{\"contains\":\"RENT\"}", ".xx"},
		{"a word, or no text", "\"text\":{\"contains\":\"RENT\",\"missing\":\"pass\"}",
			".x."},
		{"a word that none has", "\"text\":{\"contains\":\"tax\"}", "xxx"},
		{"one or the other",
			"\"any of\":[{\"text\":{\"contains\":\"rent\"}},{\"text\":{\"contains\":"
			"\"deposit\"}}]",
			"..x"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char only[160], got[] = "xxx";
		struct err err = {0};
		struct world w;
		snprintf(only, sizeof(only), cases[i].only[0] == '\0' ? "%s" : ",\"only\":{%s}",
			cases[i].only);
		world_open(&w, "", only, REF);
		world_add(&w, RESULT_LEFT, rows, 3, "EUR");
		world_add(&w, RESULT_RIGHT, rows, 0, "EUR");
		CHECK_INT(cases[i].label, world_run(&w, NULL, &err), 0);
		for (uint32_t k = 0; k < w.result.open.n; k++)
			got[w.result.open.row[k]] = '.';
		CHECK_STR(cases[i].label, got, cases[i].excluded);
		CHECK_INT(cases[i].label, w.receipt.open[0] + w.receipt.excluded[0], 3);
		accept(&w, cases[i].label);
		world_close(&w);
	}
}

/* ---- the receipt ---- */

static void says(const struct buf *text, const char *part)
{
	const char *from = memmem(text->p, text->n, "\"identities\":", 13);

	if (memmem(text->p, text->n, part, strlen(part)) == NULL)
		fail_msg("%s is not in %s", part, from != NULL ? from : "a receipt");
}

#define ROWS                                                                                       \
	"\"rows\":[{\"side\":\"left\",\"brought_forward\":3,\"accepted\":3,\"matched\":2,"         \
	"\"written_off\":0,\"excluded\":1,\"open\":3,\"holds\":true},{\"side\":\"right\","         \
	"\"brought_forward\":0,\"accepted\":4,\"matched\":2,\"written_off\":0,\"excluded\":0,"     \
	"\"open\":2,\"holds\":true}]"
#define MONEY(side, currency, opening, accepted, allocated, excluded, closing, reserved)           \
	"{\"side\":\"" side "\",\"currency\":\"" currency "\",\"opening_items\":\"" opening        \
	"\",\"accepted\":\"" accepted "\",\"allocated\":\"" allocated                              \
	"\",\"written_off\":\"0.00\",\"excluded\":\"" excluded "\",\"closing_items\":\"" closing   \
	"\",\"of_closing_reserved\":\"" reserved "\",\"holds\":true}"
#define STATEMENT(account, number, opening, entries, closing)                                      \
	"{\"side\":\"right\",\"account\":" account ",\"number\":" number                           \
	",\"currency\":null,\"opening\":" opening ",\"entries\":" entries ",\"closing\":" closing  \
	",\"follows\":null,\"holds\":null}"
#define MATCHED(currency, left, right, differences)                                                \
	"{\"currency\":\"" currency "\",\"left\":\"" left "\",\"right\":\"" right                  \
	"\",\"differences\":{" differences "},\"holds\":true}"
#define PROOF(currency, left, right, open_left, open_right, differences)                           \
	"{\"currency\":\"" currency "\",\"balance_left\":\"" left "\",\"balance_right\":\"" right  \
	"\",\"closing_items_left\":\"" open_left "\",\"closing_items_right\":\"" open_right        \
	"\",\"differences_not_booked\":\"" differences "\",\"holds\":true}"

static const char *const every_figure[] = {
	ROWS,
	"\"money\":[" MONEY(
		"left", "EUR", "25.00", "12.55", "13.00", "4.00", "20.55", "5.55") "," MONEY("left",
		"USD", "0.77", "0.00", "0.00", "0.00", "0.77", "0.00") "," MONEY("right", "EUR",
		"0.00", "18.61", "12.98", "0.00", "5.63", "5.55") "," MONEY("right", "USD", "0.00",
		"0.00", "0.00", "0.00", "0.00", "0.00") "]",
	"\"statement\":[" STATEMENT("\"DE1\"", "\"7\"", "\"1.00\"", "\"3.00\"",
		"null") "," STATEMENT("null", "null", "null", "\"0.01\"", "\"0.05\"") "]",
	"\"matched\":[" MATCHED("EUR", "13.00", "12.98", "\"rounding\":\"0.02\"") "," MATCHED(
		"USD", "0.00", "0.00", "") "]",
	"\"proof\":[" PROOF("EUR", "33.55", "18.61", "20.55", "5.63", "0.02") "," PROOF(
		"USD", "0.77", "0.00", "0.77", "0.00", "0.00") "]",
	"\"carried\":[{\"dataset\":1,\"row\":1,\"remaining_minor\":\"1000\",\"first_seen\":\"1970-"
	"01-21\"},{\"dataset\":1,\"row\":2,\"remaining_minor\":\"1500\",\"first_seen\":\"1970-01-"
	"21\"},{\"dataset\":3,\"row\":1,\"remaining_minor\":\"77\",\"first_seen\":null}]",
	"\"calendars\":[{\"name\":\"h\",\"days\":1}]",
};

static void every_identity_with_every_figure(void **state)
{
	/* Of the second 5.00 are gone, the third is not open any more. */
	static const struct cell_row old[] = {
		{"o1", 30, 1000, NULL}, {"o2", 30, 2000, NULL}, {"o3", 30, 9, NULL}};
	static const int64_t remaining[] = {1000, 1500, 0}, whole[] = {77};
	static const struct cell_row left[] = {
		{"n1", 40, 300, NULL}, {"m2", 40, 400, NULL}, {"n3", 40, 555, NULL}};
	static const struct cell_row dollars[] = {{"n4", 40, 77, NULL}};
	static const struct cell_row right[] = {{"o1", 41, 1000, NULL}, {"n1", 41, 298, NULL},
		{"x3", 41, 555, NULL}, {"x4", 41, 8, NULL}};
	struct statement items[2] = {{.account = SV("DE1"),
					     .number = SV("7"),
					     .scale = 2,
					     .sum = 300,
					     .opening = {.known = true, .minor = 100}},
		{.scale = 2, .sum = 1, .closing = {.known = true, .minor = 5}}};
	const struct statement_list list = {.items = items, .n = 2, .cap = 2};
	const struct receipt_run run = {.statements = {NULL, &list}};
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};
	struct world w;

	(void)state;
	world_open(&w,
		"\"lists\":{\"h\":[\"2026-03-10\"]},\"expect\":{\"left\":{\"in_transit_until\":"
		"\"2 business days\",\"calendar\":\"h\"}},",
		",\"only\":{\"any "
		"of\":[{\"ref\":{\"contains\":\"o\"}},{\"ref\":{\"contains\":\"N\"}"
		"}]}",
		"{\"name\":\"ref\",\"when\":{\"ref\":\"same\",\"amount\":{\"within\":\"0.05\"}},"
		"\"difference\":{\"type\":\"rounding\",\"limit\":\"0.05\"}," SURE
		"},{\"name\":\"s\",\"stage\":2,\"when\":{\"amount\":\"same\"},\"then\":{"
		"\"suggest\":{\"confidence\":0}}}");
	struct match_input *in = world_add(&w, RESULT_LEFT, old, 3, "EUR");
	in->remaining = remaining;
	in->first_seen = 20;
	world_add(&w, RESULT_LEFT, left, 3, "EUR");
	world_add(&w, RESULT_LEFT, dollars, 1, "USD")->remaining = whole;
	world_add(&w, RESULT_RIGHT, right, 4, "EUR");
	assert_int_equal(world_run(&w, NULL, &err), 0);
	receipt_to_json(&w.receipt, &w.result, w.rules, &run, &text);
	for (size_t i = 0; i < ARRAY_LEN(every_figure); i++)
		says(&text, every_figure[i]);
	world_close(&w);
}

static void a_side_without_a_file_has_no_day(void **state)
{
	static const struct cell_row rows[] = {{"a", 30, 100, NULL}};
	const struct receipt_run run = {0};
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};
	struct world w;

	(void)state;
	world_open(&w, "", "", REF);
	world_add(&w, RESULT_LEFT, rows, 1, "EUR");
	assert_int_equal(world_run(&w, NULL, &err), 0);
	accept(&w, "one input");
	CHECK_INT("its record is open", w.result.open.n, 1);
	receipt_to_json(&w.receipt, &w.result, w.rules, &run, &text);
	says(&text, "\"as_of\":\"1970-01-31\"");
	says(&text, "\"as_of\":null");
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_of_two_matches_is_found),
		cmocka_unit_test(a_part_has_its_sign_and_stays_within_its_record),
		cmocka_unit_test(a_group_stays_within_its_limit),
		cmocka_unit_test(inputs_that_cannot_be_taken),
		cmocka_unit_test(passes_over_one_file_are_for_one_file),
		cmocka_unit_test(carried_in_another_currency_whole_or_not_at_all),
		cmocka_unit_test(advice_that_is_read_or_refused),
		cmocka_unit_test(only_some_records_take_part),
		cmocka_unit_test(a_side_without_a_file_has_no_day),
		cmocka_unit_test(every_identity_with_every_figure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
