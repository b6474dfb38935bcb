/*
 * What two files have in common: rows as often as both have them, statements by account, number and
 * days.
 */
#include "intake/repeat.h"

#include "unit/unit.h"

#include "col/col_file.h"
#include "read/read.h"

#define FIELDS                                                                                     \
	"[{\"field\":\"date\",\"type\":\"date\",\"column\":\"d\"},"                                \
	"{\"field\":\"amount\",\"type\":\"amount\",\"column\":\"a\"},"                             \
	"{\"field\":\"text\",\"type\":\"text\",\"column\":\"t\"},"                                 \
	"{\"field\":\"statement\",\"type\":\"code\",\"column\":\"s\"}]"

static void read_rows(const char *rows, struct read_result *ret)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct mapping mapping;
	struct err err = {0};

	arena_init(&a, 0);
	buf_printf(&text, "d,a,t,s\n%s", rows);
	struct col_memory m = {(const uint8_t *)text.p, text.n};
	int rc = mapping_from_json(
		SV("{\"format\":\"csv\",\"currency\":\"EUR\",\"fields\":" FIELDS "}"), &a, &mapping,
		&err);
	if (rc == 0)
		rc = read_file(col_source_memory(&m), &mapping, ret, &err);
	if (rc != 0)
		fail_msg("%s", err.detail);
}

static void test_rows(void **state)
{
	static const struct {
		const char *label, *a, *b;
		int64_t count;
	} cases[] = {
		{"none", "2026-03-01,1,x,1\n", "2026-03-01,2,x,1\n", 0},
		{"one", "2026-03-01,1,x,1\n2026-03-02,1,x,1\n", "2026-03-01,1,x,1\n", 1},
		{"as often as both have it", "2026-03-01,1,x,1\n2026-03-01,1,x,1\n",
			"2026-03-01,1,x,1\n2026-03-01,1,x,1\n2026-03-01,1,x,1\n", 2},
		{"in any order", "2026-03-01,1,x,1\n2026-03-02,2,y,1\n",
			"2026-03-02,2,y,1\n2026-03-01,1,x,1\n", 2},
		{"whichever statement it is in", "2026-03-01,1,x,1\n", "2026-03-01,1,x,2\n", 1},
		{"another text is another row", "2026-03-01,1,x,1\n", "2026-03-01,1,X,1\n", 0},
		{"a missing cell is not an empty one's twin", "2026-03-01,1,,1\n",
			"2026-03-01,1,x,1\n", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct read_result a CLEANUP(read_result_free) = READ_RESULT_INIT;
		struct read_result b CLEANUP(read_result_free) = READ_RESULT_INIT;
		int64_t count = -1;

		read_rows(cases[i].a, &a);
		read_rows(cases[i].b, &b);
		CHECK_INT(cases[i].label, repeat_count_rows(&a.table, &b.table, &count, NULL), 0);
		CHECK_INT(cases[i].label, count, cases[i].count);
		CHECK_INT(cases[i].label, repeat_count_rows(&b.table, &a.table, &count, NULL), 0);
		CHECK_INT(cases[i].label, count, cases[i].count);
	}
}

static void test_days(void **state)
{
	struct read_result a CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct read_result b CLEANUP(read_result_free) = READ_RESULT_INIT;
	int32_t first = 0, last = 0;

	(void)state;
	read_rows("2026-03-05,1,x,1\n,1,x,1\n2026-03-01,1,x,1\n2026-03-03,1,x,1\n", &a);
	assert_true(repeat_days(&a.table, &first, &last));
	assert_int_equal(last - first, 4);
	read_rows(",1,x,1\n", &b);
	assert_false(repeat_days(&b.table, &first, &last));
}

#define ST(account, number, from)                                                                  \
	"{\"account\":" account ",\"number\":" number ",\"currency\":\"EUR\",\"from\":" from       \
	",\"to\":" from "}"

static void test_statements(void **state)
{
	static const struct {
		const char *label, *a, *b;
		int64_t count;
	} cases[] = {
		{"the same", "[" ST("\"A\"", "\"7\"", "null") "]",
			"[" ST("\"A\"", "\"7\"", "null") "]", 1},
		{"another number", "[" ST("\"A\"", "\"7\"", "null") "]",
			"[" ST("\"A\"", "\"8\"", "null") "]", 0},
		{"another account", "[" ST("\"A\"", "\"7\"", "null") "]",
			"[" ST("\"B\"", "\"7\"", "null") "]", 0},
		{"other days", "[" ST("\"A\"", "\"7\"", "\"2025-01-02\"") "]",
			"[" ST("\"A\"", "\"7\"", "\"2026-01-02\"") "]", 0},
		{"days without a number", "[" ST("\"A\"", "null", "\"2026-01-02\"") "]",
			"[" ST("\"A\"", "null", "\"2026-01-02\"") "]", 1},
		{"nothing to tell it by", "[" ST("\"A\"", "null", "null") "]",
			"[" ST("\"A\"", "null", "null") "]", 0},
		{"no account", "[" ST("null", "\"7\"", "null") "]",
			"[" ST("null", "\"7\"", "null") "]", 0},
		{"one of two",
			"[" ST("\"A\"", "\"7\"", "null") "," ST("\"A\"", "\"8\"", "null") "]",
			"[" ST("\"A\"", "\"8\"", "null") "]", 1},
		{"none there", "", "[" ST("\"A\"", "\"8\"", "null") "]", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t count = -1;

		CHECK_INT(cases[i].label,
			repeat_count_statements(
				sv_from_cstr(cases[i].a), sv_from_cstr(cases[i].b), &count, NULL),
			0);
		CHECK_INT(cases[i].label, count, cases[i].count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_statements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
