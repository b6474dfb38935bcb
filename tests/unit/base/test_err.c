/*
 * The error table and struct err.
 */
#include "base/err.h"

#include <ctype.h>
#include <errno.h>

#include "unit/unit.h"

static const struct {
	const char *name;
	int number;
	int status;
	const char *wire;
	const char *text;
} table[] = {
#define ERR(name, number, status, wire, text) {"E_" #name, number, status, wire, text},
#include "base/err.def"
#undef ERR
};

static void every_row_is_found_by_its_code(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		CHECK_STR(table[i].name, err_name(-table[i].number), table[i].name);
		CHECK_STR(table[i].name, err_wire(-table[i].number), table[i].wire);
		CHECK_STR(table[i].name, err_text(-table[i].number), table[i].text);
		CHECK_INT(table[i].name, err_status(-table[i].number), table[i].status);
		CHECK_INT(table[i].name, err_of_wire(table[i].wire), -table[i].number);
	}
	assert_int_equal(err_of_wire("no_such_code"), 0);
}

static void rows_are_unique_and_well_formed(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		size_t n = strlen(table[i].text);

		CHECK(table[i].name, table[i].status >= 400 && table[i].status < 600);
		CHECK(table[i].name, n > 0 && n < ERR_DETAIL_MAX && table[i].text[n - 1] == '.');
		for (const char *c = table[i].wire; *c; c++)
			CHECK(table[i].name, *c == '_' || islower((unsigned char)*c));
		for (size_t k = 0; k < i; k++) {
			CHECK(table[i].name, table[i].number != table[k].number);
			CHECK(table[i].name, strcmp(table[i].wire, table[k].wire) != 0);
		}
	}
}

static void unknown_codes_are_internal(void **state UNUSED)
{
	static const int codes[] = {1, -39, -100000, INT32_MIN, INT32_MAX};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		assert_string_equal(err_name(codes[i]), "E_INTERNAL");
		assert_int_equal(err_status(codes[i]), 500);
	}
	assert_string_equal(err_wire(0), "ok");
}

static void set_fills_all_fields(void **state UNUSED)
{
	struct err err;

	memset(&err, 'x', sizeof(err));
	assert_int_equal(err_set(&err, E_STALE, NULL), E_STALE);
	assert_int_equal(err.code, E_STALE);
	assert_string_equal(err.detail, err_text(E_STALE));
	assert_string_equal(err.pointer, "");
	assert_int_equal(err_set(&err, E_LIMIT, "%d of %d", 3, 2), E_LIMIT);
	assert_string_equal(err.detail, "3 of 2");
	assert_int_equal(err_set(NULL, E_LIMIT, "x"), E_LIMIT);
}

static void set_at_keeps_the_pointer(void **state UNUSED)
{
	struct err err;

	assert_int_equal(err_set_at(&err, E_INVALID, "/a/0", "bad %s", "x"), E_INVALID);
	assert_string_equal(err.pointer, "/a/0");
	assert_string_equal(err.detail, "bad x");
	assert_int_equal(err_set_at(&err, E_INVALID, "/b", NULL), E_INVALID);
	assert_string_equal(err.pointer, "/b");
	assert_string_equal(err.detail, err_text(E_INVALID));
	assert_int_equal(err_set_at(NULL, E_INVALID, "/b", "x"), E_INVALID);
}

static void long_texts_are_cut(void **state UNUSED)
{
	char text[2 * ERR_DETAIL_MAX];
	struct err err;

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set_at(&err, E_INVALID, text, "%s", text);
	assert_int_equal(strlen(err.detail), ERR_DETAIL_MAX - 1);
	assert_int_equal(strlen(err.pointer), ERR_POINTER_MAX - 1);
	err_set_errno(&err, ENOENT, "%s", text);
	assert_int_equal(strlen(err.detail), ERR_DETAIL_MAX - 1);
}

static void errno_is_translated(void **state UNUSED)
{
	static const struct {
		int errnum, code;
	} cases[] = {
		{ENOENT, E_NOT_FOUND},
		{EEXIST, E_EXISTS},
		{ENOMEM, E_NO_MEMORY},
		{ENOSPC, E_NO_SPACE},
		{EDQUOT, E_NO_SPACE},
		{ETIMEDOUT, E_TIMEOUT},
		{ECONNREFUSED, E_UNAVAILABLE},
		{EIO, E_IO},
		{EACCES, E_IO},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err;

		CHECK_INT(strerror(cases[i].errnum),
			err_set_errno(&err, cases[i].errnum, "open %s", "f"), cases[i].code);
		CHECK_INT(strerror(cases[i].errnum), err.code, cases[i].code);
		CHECK(err.detail, strncmp(err.detail, "open f: ", 8) == 0);
		CHECK_STR("reason", err.detail + 8, strerror(cases[i].errnum));
	}
	assert_int_equal(err_set_errno(NULL, ENOENT, "x"), E_NOT_FOUND);
}

static void errno_without_text_takes_the_sentence(void **state UNUSED)
{
	struct err err;

	assert_int_equal(err_set_errno(&err, EIO, NULL), E_IO);
	assert_true(strncmp(err.detail, err_text(E_IO), strlen(err_text(E_IO))) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_found_by_its_code),
		cmocka_unit_test(rows_are_unique_and_well_formed),
		cmocka_unit_test(unknown_codes_are_internal),
		cmocka_unit_test(set_fills_all_fields),
		cmocka_unit_test(set_at_keeps_the_pointer),
		cmocka_unit_test(long_texts_are_cut),
		cmocka_unit_test(errno_is_translated),
		cmocka_unit_test(errno_without_text_takes_the_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
