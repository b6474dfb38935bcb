/* Previews: values beside their cells, all rows counted, few shown, nothing that read_file would not do. */
#include "read/preview.h"

#include <string.h>

#include "../unit.h"
#include "read_util.h"

#define MAPPING                                                                                    \
	"{\"format\":\"csv\",\"currency\":\"EUR\",\"dialect\":{\"delimiter\":\";\"},"              \
	"\"decimal\":\",\",\"thousands\":\".\",\"date_order\":\"dmy\",\"fields\":["             \
	"{\"field\":\"date\",\"type\":\"date\",\"column\":\"Day\",\"required\":true},"             \
	"{\"field\":\"amount\",\"type\":\"amount\",\"columns\":[\"Out\",\"In\"],"                  \
	"\"sign\":\"debit_credit\"},"                                                              \
	"{\"field\":\"text\",\"type\":\"text\",\"columns\":[\"Memo\",\"Memo 2\"]}]}"
#define ONE_FIELD                                                                                  \
	"{\"format\":\"csv\",\"dialect\":{\"delimiter\":\",\"},\"decimal\":\".\",\"fields\":["     \
	"{\"field\":\"amount\",\"type\":\"amount\",\"column\":\"A\"}]}"
#define HEAD "Day;Out;In;Memo;Memo 2;Else\n"

static int preview(const char *mapping, struct sv text, size_t room, struct buf *out,
	struct table_info *info, struct err *err)
{
	struct arena a CLEANUP(arena_free);
	struct mapping m;
	struct col_memory memory;

	arena_init(&a, 0);
	buf_init(out, room);
	if (mapping_from_json(sv_from_cstr(mapping), &a, &m, err) != 0)
		fail_msg("%s %s", err->pointer, err->detail);
	return preview_read(source_of(text, &memory), &m, out, info, err);
}

static void must(const char *mapping, struct sv text, struct buf *out, struct table_info *info)
{
	struct err err = {0};

	if (preview(mapping, text, PREVIEW_JSON_MAX, out, info, &err) != 0)
		fail_msg("%s", err.detail);
}

static void test_values_stand_beside_their_cells(void **state)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct table_info info;

	(void)state;
	must(MAPPING, SV(HEAD "03/04/2026;1.234,50;;Rent;May;x\n04/04/2026;;7,00;;;y\n05/04/2026;q;;a;b;c\n"),
		&out, &info);
	assert_string_equal(buf_cstr(&out),
		"{\"fields\":[{\"field\":\"date\",\"type\":\"date\",\"columns\":[\"Day\"]},"
		"{\"field\":\"amount\",\"type\":\"amount\",\"columns\":[\"Out\",\"In\"]},"
		"{\"field\":\"text\",\"type\":\"text\",\"columns\":[\"Memo\",\"Memo 2\"]}],"
		"\"sums\":[{\"field\":\"amount\",\"money\":{\"minor\":\"122750\",\"currency\":\"EUR\"}}],"
		"\"rows\":[{\"line\":2,\"cells\":["
		"{\"value\":\"2026-04-03\",\"money\":null,\"raw\":[\"03/04/2026\"]},"
		"{\"value\":\"1234.50\",\"money\":{\"minor\":\"123450\",\"currency\":\"EUR\"},"
		"\"raw\":[\"1.234,50\",\"\"]},"
		"{\"value\":\"Rent May\",\"money\":null,\"raw\":[\"Rent\",\"May\"]}]},"
		"{\"line\":3,\"cells\":["
		"{\"value\":\"2026-04-04\",\"money\":null,\"raw\":[\"04/04/2026\"]},"
		"{\"value\":\"-7.00\",\"money\":{\"minor\":\"-700\",\"currency\":\"EUR\"},"
		"\"raw\":[\"\",\"7,00\"]},"
		"{\"value\":null,\"money\":null,\"raw\":[\"\",\"\"]}]}],"
		"\"rejects\":[{\"row\":0,\"line\":4,\"column\":\"Out\",\"value\":\"q\","
		"\"code\":\"cell_type\",\"detail\":\"The cell is not of the column's type.\"}]}");
	assert_int_equal(info.rows_read, 3);
	assert_int_equal(info.rows_accepted, 2);
	assert_int_equal(info.rows_rejected, 1);
	assert_int_equal(info.rows_skipped, 0);
}

static size_t count(const struct buf *out, const char *what)
{
	size_t n = 0;

	for (const char *p = strstr(buf_cstr(out), what); p != NULL; p = strstr(p + 1, what))
		n++;
	return n;
}

static void test_all_are_counted_and_few_shown(void **state)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT, out CLEANUP(buf_free) = BUF_INIT;
	struct table_info info;

	(void)state;
	buf_add_cstr(&text, "A,B\n");
	for (int i = 0; i < 1000; i++)
		buf_add_cstr(&text, i % 4 == 0 ? "no,1\n" : "2.00,1\n");
	must(ONE_FIELD, buf_sv(&text), &out, &info);
	assert_int_equal(info.rows_accepted, 750);
	assert_int_equal(info.rows_rejected, 250);
	assert_int_equal(count(&out, "\"cells\":"), PREVIEW_ROWS);
	assert_int_equal(count(&out, "\"code\":"), PREVIEW_REJECTS);
	/* The sum is of all rows; without a currency there is no money, only the value. */
	assert_non_null(strstr(buf_cstr(&out), "\"minor\":\"150000\""));
	assert_non_null(strstr(buf_cstr(&out), "{\"value\":\"2.00\",\"money\":null,\"raw\":[\"2.00\"]}"));
}

static void test_no_row_is_an_answer_too(void **state)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct table_info info;

	(void)state;
	must(ONE_FIELD, SV("A\nx\ny\n"), &out, &info);
	assert_int_equal(info.rows_rejected, 2);
	assert_non_null(strstr(buf_cstr(&out), "\"rows\":[]"));
	assert_int_equal(count(&out, "\"code\":"), 2);
}

static void test_long_cells_are_cut_between_characters(void **state)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT, out CLEANUP(buf_free) = BUF_INIT;
	struct table_info info;

	(void)state;
	buf_add_cstr(&text, HEAD "03/04/2026;1,00;;x");
	for (int i = 0; i < 300; i++)
		buf_add_cstr(&text, "\xc3\xa4");
	buf_add_cstr(&text, ";;\n");
	must(MAPPING, buf_sv(&text), &out, &info);
	assert_int_equal(info.rows_accepted, 1);
	/* x and 99 of the two-byte letters are 199 bytes; the next would be beyond 200. */
	assert_int_equal(count(&out, "\xc3\xa4"), 2 * 99);
}

/* A table has at most 1024 columns: where the cells find no room, the values do. */
static void test_wide_files_have_values_only(void **state)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT, out CLEANUP(buf_free) = BUF_INIT;
	struct table_info info;

	(void)state;
	buf_add_cstr(&text, "A");
	for (int i = 1; i < 1024; i++)
		buf_printf(&text, ",C%d", i);
	buf_add_cstr(&text, "\n5.00");
	for (int i = 1; i < 1024; i++)
		buf_add_cstr(&text, ",1");
	buf_add_cstr(&text, "\n");
	must(ONE_FIELD, buf_sv(&text), &out, &info);
	assert_int_equal(info.rows_accepted, 1);
	assert_non_null(strstr(buf_cstr(&out), "{\"value\":\"5.00\",\"money\":null,\"raw\":[]}"));
}

static void test_refusals(void **state)
{
	static const struct {
		const char *label, *mapping, *text;
		size_t room;
		int code;
	} cases[] = {
		{"a column that is not there", ONE_FIELD, "B\n1\n", PREVIEW_JSON_MAX, E_MAPPING},
		{"another format", MAPPING, "{\"A\":1}\n{\"A\":2}\n{\"A\":3}\n", PREVIEW_JSON_MAX,
			E_MAPPING},
		{"an empty file", ONE_FIELD, "", PREVIEW_JSON_MAX, E_FILE_EMPTY},
		{"no room for the answer", ONE_FIELD, "A\n1.00\n", 64, E_LIMIT},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out CLEANUP(buf_free) = BUF_INIT;
		struct table_info info;
		struct err err = {0};

		CHECK_INT(cases[i].label,
			preview(cases[i].mapping, sv_from_cstr(cases[i].text), cases[i].room, &out,
				&info, &err),
			cases[i].code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_stand_beside_their_cells),
		cmocka_unit_test(test_all_are_counted_and_few_shown),
		cmocka_unit_test(test_no_row_is_an_answer_too),
		cmocka_unit_test(test_long_cells_are_cut_between_characters),
		cmocka_unit_test(test_wide_files_have_values_only),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
