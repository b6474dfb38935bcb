/*
 * A bank's statements come back from their sealed JSON as they went in; what is none is refused.
 */
#include "matcher/receipt.h"

#include "read/statement.h"
#include "unit/unit.h"
#include "wire/json.h"

static void statements_come_back(void **state)
{
	CLEANUP(statement_list_free) struct statement_list list = {0}, back = {0};
	CLEANUP(buf_free) struct buf text = BUF_INIT;
	struct json_writer w = json_writer_of(&text);
	const struct statement whole = {.account = SV("GB33BUKB20201555555555"),
		.number = SV("7/1"),
		.currency = COL_PACK('E', 'U', 'R'),
		.scale = 2,
		.opening = {.known = true, .minor = -1250},
		.closing = {.known = true, .minor = 305},
		.entries = 3,
		.sum = 1555};
	const struct statement without = {.scale = 0, .sum = 7};
	struct err err = {0};

	(void)state;
	CHECK_INT("one", statement_list_add(&list, &whole, &err), 0);
	CHECK_INT("two", statement_list_add(&list, &without, &err), 0);
	statement_list_to_json(&list, NULL, &w);
	CHECK_INT("read", receipt_statements(buf_sv(&text), &back, &err), 0);
	CHECK_INT("both", back.n, 2);
	CHECK("account", sv_eq(back.items[0].account, whole.account));
	CHECK("number", sv_eq(back.items[0].number, whole.number));
	CHECK_INT("currency", back.items[0].currency, whole.currency);
	CHECK_INT("scale", back.items[0].scale, 2);
	CHECK_INT("opening", back.items[0].opening.minor, -1250);
	CHECK_INT("closing", back.items[0].closing.minor, 305);
	CHECK_INT("sum", back.items[0].sum, 1555);
	CHECK_INT("entries", (int64_t)back.items[0].entries, 3);
	CHECK("no balances", !back.items[1].opening.known && !back.items[1].closing.known);
	CHECK_INT("no currency", back.items[1].currency, 0);
	CHECK_INT("sum without digits", back.items[1].sum, 7);
}

static const struct {
	const char *label, *text;
	int code;
} bad[] = {
	{"no JSON", "[{", E_JSON_SYNTAX},
	{"no sum", "[{\"account\":\"A\"}]", E_CORRUPT},
	{"a sum that is none", "[{\"sum\":\"1.2.3\"}]", E_CORRUPT},
	{"more digits than any amount", "[{\"sum\":\"0.1234567890123456789\"}]", E_CORRUPT},
	{"a balance that is none", "[{\"sum\":\"1\",\"opening\":{\"amount\":\"x\"}}]", E_CORRUPT},
	{"a closing without amount", "[{\"sum\":\"1\",\"closing\":{}}]", E_CORRUPT},
};

static void others_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CLEANUP(statement_list_free) struct statement_list list = {0};
		struct err err = {0};

		CHECK_INT(bad[i].label,
			receipt_statements(sv_from_cstr(bad[i].text), &list, &err), bad[i].code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statements_come_back),
		cmocka_unit_test(others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
