/*
 * The proposed ruleset: columns of two tables find each other by what they hold, whatever they are
 * called; what is proposed is a ruleset that parses and runs.
 */
#include "base/arena.h"
#include "col/col_build.h"
#include "match/match.h"
#include "unit/unit.h"

#define ROWS 400u
#define COLS 5u

/* What a column holds on one side, by row. */
enum maker {
	REFERENCE,
	MEMO_WITH_REFERENCE,
	PARTY,
	DAY,
	ANY_DAY, /* drawn for each side by itself */
	SUM,
	MINUS_SUM,
	SOME_SUM,  /* two thirds differ by fees */
	OTHER_SUM, /* all do */
	ANY_SUM,   /* drawn for each side by itself: most values are on both */
	NOISE,
	NAME,
	SERIAL,
	CITY,
	TEXT
};

struct side {
	enum maker col[COLS];
	const char *name[COLS];
};

static const struct {
	const char *label;
	struct side side[2];
	const char *want[6]; /* parts of the proposal */
	const char *never;   /* and one that is not */
} cases[] = {
	{"a ledger and a bank statement",
		{{{SERIAL, REFERENCE, DAY, SUM, PARTY}, {"no", "invoice", "day", "sum", "who"}},
			{{DAY, SUM, PARTY, MEMO_WITH_REFERENCE, SERIAL},
				{"c1", "c2", "c3", "c4", "c5"}}},
		{"\"amount\": { \"type\": \"amount\", \"left\": \"sum\", \"right\": \"c2\" }",
			"\"date\": { \"type\": \"date\", \"left\": \"day\", \"right\": \"c1\" }",
			"\"party\": { \"type\": \"text\", \"left\": \"who\", \"right\": \"c3\" }",
			"\"from\": \"c4\", \"find\": ", "\"kind\": \"n:1\"", "\"kind\": \"net left\""},
		"flip_sign"},
	{"signs are against each other",
		{{{REFERENCE, DAY, SUM, PARTY, NOISE}, {"a", "b", "c", "d", "e"}},
			{{REFERENCE, DAY, MINUS_SUM, PARTY, NOISE}, {"v", "w", "x", "y", "z"}}},
		{"\"flip_sign\": true", "\"reference1\": { \"type\": \"code\", \"left\": \"a\", "
					"\"right\": \"v\" }",
			"\"when\": { \"reference1\": \"same\", \"amount\": \"same\" }"},
		"\"reference2\""},
	{"payments with nothing but a text",
		{{{SERIAL, DAY, SUM, TEXT, NOISE}, {"id", "date", "amount", "memo", "n"}},
			{{SERIAL, DAY, SUM, TEXT, NOISE}, {"id", "date", "amount", "memo", "n"}}},
		{"\"mode\": \"learn\"", "\"percent\": 20", "\"left\": \"memo\", \"right\": \"memo\""},
		"\"kind\": \"n:1\""},
	{"people", {{{NAME, CITY, NOISE, TEXT, SERIAL}, {"name", "town", "n", "street", "id"}},
			   {{TEXT, NAME, SERIAL, CITY, NOISE}, {"c1", "c2", "c3", "c4", "c5"}}},
		{"\"left\": \"name\", \"right\": \"c2\"", "\"left\": \"town\", \"right\": \"c4\"",
			"\"left\": \"street\", \"right\": \"c1\"", "\"confidence\": 0.999"},
		"\"balance\""},
	{"amounts and days that are on both sides by chance",
		{{{ANY_SUM, ANY_DAY, SOME_SUM, DAY, TEXT}, {"a", "b", "c", "d", "e"}},
			{{DAY, SOME_SUM, TEXT, ANY_DAY, ANY_SUM}, {"v", "w", "x", "y", "z"}}},
		{"\"amount\": { \"type\": \"amount\", \"left\": \"c\", \"right\": \"w\" }",
			"\"date\": { \"type\": \"date\", \"left\": \"d\", \"right\": \"v\" }"},
		"flip_sign"},
	{"amounts of which none is the same",
		{{{ANY_SUM, ANY_DAY, OTHER_SUM, DAY, TEXT}, {"a", "b", "c", "d", "e"}},
			{{DAY, OTHER_SUM, TEXT, ANY_DAY, ANY_SUM}, {"v", "w", "x", "y", "z"}}},
		{"\"amount\": { \"type\": \"amount\", \"left\": \"c\", \"right\": \"w\" }",
			"\"date\": { \"type\": \"date\", \"left\": \"d\", \"right\": \"v\" }"},
		"flip_sign"},
	{"no text says which days are meant",
		{{{SOME_SUM, ANY_DAY, DAY, NOISE, SERIAL}, {"a", "b", "c", "d", "e"}},
			{{ANY_DAY, SOME_SUM, DAY, SERIAL, NOISE}, {"v", "w", "x", "y", "z"}}},
		{"\"date\": { \"type\": \"date\", \"left\": \"c\", \"right\": \"x\" }"},
		"flip_sign"},
	{"nothing but amounts and days",
		{{{ANY_SUM, SOME_SUM, DAY, NOISE, SERIAL}, {"a", "b", "c", "d", "e"}},
			{{SOME_SUM, ANY_SUM, DAY, SERIAL, NOISE}, {"v", "w", "x", "y", "z"}}},
		{"\"amount\": { \"type\": \"amount\", \"left\": \"b\", \"right\": \"v\" }"},
		"flip_sign"},
};

static void word(uint32_t id, char out[16])
{
	static const char a[] = "bdfgklmnprstvz", b[] = "aeiou";
	size_t n = 0;

	for (id = id * 2654435761u >> 7; n < 6; id /= 5) {
		out[n++] = a[id % 14];
		id /= 14;
		out[n++] = b[id % 5];
	}
	out[n] = '\0';
}

static enum col_type type_of(enum maker m)
{
	static const enum col_type types[] = {[REFERENCE] = COL_CODE, [MEMO_WITH_REFERENCE] = COL_TEXT,
		[PARTY] = COL_TEXT, [DAY] = COL_DATE, [ANY_DAY] = COL_DATE, [SUM] = COL_AMOUNT,
		[MINUS_SUM] = COL_AMOUNT, [SOME_SUM] = COL_AMOUNT, [OTHER_SUM] = COL_AMOUNT,
		[ANY_SUM] = COL_AMOUNT, [NOISE] = COL_NUMBER, [NAME] = COL_TEXT, [SERIAL] = COL_CODE, [CITY] = COL_TEXT,
		[TEXT] = COL_TEXT};

	return types[m];
}

/* Row i of both sides is about the same thing. */
static void put_cell(struct col_build *b, uint32_t col, enum maker m, int side, uint32_t i)
{
	char text[96] = "", w[3][16];
	uint32_t h = (i + 1) * 2246822519u, own = (h ^ h >> 15) * (side == 0 ? 2654435761u : 3266489917u);

	word(i, w[0]);
	word(i % 37 + 5000, w[1]);
	word(h % 300 + 9000, w[2]);
	switch (m) {
	case DAY:
		col_build_i32(b, col, 20000 + (int32_t)(h % 90) + 2 * side);
		return;
	case ANY_DAY:
		col_build_i32(b, col, 20000 + (int32_t)((own >> 8) % 90));
		return;
	case SOME_SUM:
	case OTHER_SUM:
		col_build_i64(b, col, (int64_t)(1000 + h % 700000) *
			(side == 0 || (m == SOME_SUM && i % 3 == 0) ? 1000 : 901 + i % 97) / 1000);
		return;
	case ANY_SUM:
		col_build_i64(b, col, 100 + (own >> 8) % 300);
		return;
	case SUM:
	case MINUS_SUM:
		col_build_i64(b, col, (m == SUM ? 1 : -1) * (int64_t)(1000 + h % 700000));
		return;
	case NOISE:
		col_build_i64(b, col, (h >> (side ? 5 : 13)) % 1000);
		return;
	case REFERENCE:
		snprintf(text, sizeof(text), "inv-%05u", i);
		break;
	case MEMO_WITH_REFERENCE:
		snprintf(text, sizeof(text), "transfer %s inv-%05u thanks", w[2], i);
		break;
	case PARTY:
		snprintf(text, sizeof(text), "%s trading", w[1]);
		break;
	case NAME:
		snprintf(text, sizeof(text), "%s", w[0]);
		break;
	case SERIAL:
		snprintf(text, sizeof(text), "%c%06u", side == 0 ? 'l' : 'r', i);
		break;
	case CITY:
		snprintf(text, sizeof(text), "%s", w[1]);
		break;
	case TEXT:
		snprintf(text, sizeof(text), "%s %s %u %s", w[0], w[2], h % 97, w[1]);
		break;
	}
	col_build_str(b, col, sv_from_cstr(text), SV_NULL);
}

static void make_side(const struct side *s, int side, uint32_t rows, struct col_table *ret)
{
	struct col_build b = COL_BUILD_INIT;
	struct err err = {0};

	assert_int_equal(col_build_init(&b, COLS, &err), 0);
	for (uint32_t c = 0; c < COLS; c++) {
		col_build_define(&b, c, s->name[c], type_of(s->col[c]), COL_FIELD);
		if (type_of(s->col[c]) == COL_AMOUNT) {
			b.cols[c].col.scale = 2;
			b.cols[c].col.currency = col_currency_pack(SV("EUR"));
			b.cols[c].col.currency_col = -1;
		}
	}
	for (uint32_t i = 0; i < rows; i++)
		for (uint32_t c = 0; c < COLS; c++)
			put_cell(&b, c, s->col[c], side, i);
	if (col_build_finish(&b, ret, &err) != 0)
		fail_msg("%s", err.detail);
}

static void test_proposals(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct col_table t[2];
		struct buf out CLEANUP(buf_free) = BUF_INIT;
		struct arena arena CLEANUP(arena_free) = {0};
		struct ruleset *rs = NULL;
		struct err err = {0};
		for (int side = 0; side < 2; side++)
			make_side(&cases[i].side[side], side, ROWS, &t[side]);
		if (match_propose(&t[0], &t[1], SV("left"), SV("right"), &out, &err) != 0)
			fail_msg("%s: %s", cases[i].label, err.detail);
		for (size_t k = 0; k < ARRAY_LEN(cases[i].want) && cases[i].want[k] != NULL; k++)
			if (strstr(buf_cstr(&out), cases[i].want[k]) == NULL)
				fail_msg("%s: no %s in %s", cases[i].label, cases[i].want[k],
					buf_cstr(&out));
		if (strstr(buf_cstr(&out), cases[i].never) != NULL)
			fail_msg("%s: %s in %s", cases[i].label, cases[i].never, buf_cstr(&out));
		arena_init(&arena, 0);
		if (ruleset_parse(buf_sv(&out), &arena, &rs, &err) != 0)
			fail_msg("%s: %s at %s", cases[i].label, err.detail, err.pointer);
		col_table_free(&t[0]);
		col_table_free(&t[1]);
	}
}

static void test_nothing_in_common(void **state)
{
	static const struct side l = {{SERIAL, SERIAL, SERIAL, SERIAL, SERIAL}, {"a", "b", "c", "d", "e"}};
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct col_table t[2];
	struct err err = {0};

	(void)state;
	make_side(&l, 0, 50, &t[0]);
	make_side(&l, 1, 50, &t[1]);
	assert_int_equal(match_propose(&t[0], &t[1], SV("l"), SV("r"), &out, &err), E_INVALID);
	col_table_free(&t[0]);
	col_table_free(&t[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proposals),
		cmocka_unit_test(test_nothing_in_common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
