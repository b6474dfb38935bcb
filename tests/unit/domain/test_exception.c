/* Exceptions: every move by every role, and severities at their bounds. */
#include "domain/exception.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const struct uuid ann = {{1}}, bob = {{2}};

/* Rows: from; columns: to, in the order of the states. '.': no move, 'o': stays, 'w': who works on it,
 * 'a': an approver or owner. */
static const char *const table[] = {
	"owww..", /* open */
	".oww..", /* in_progress */
	".wow..", /* waiting */
	"...oaw", /* resolved */
	"....oa", /* closed */
	".www.o", /* reopened */
};

static void test_moves(void **state)
{
	(void)state;
	for (int from = 0; from < 6; from++)
		for (int to = 0; to < 6; to++)
			for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++) {
				const struct exception_move m = {
					.from = (enum word)(EXCEPTION_STATE_OPEN + from),
					.to = (enum word)(EXCEPTION_STATE_OPEN + to),
					.role = (enum role)role,
					.by = ann,
					.resolved_by = bob,
					.has_reason = true};
				const bool approves = role == ROLE_APPROVER || role == ROLE_OWNER;
				const char cell = table[from][to];
				int want = 0;

				if (cell == '.')
					want = E_CONFLICT;
				else if (cell == 'a' && !approves)
					want = E_FORBIDDEN;
				if (exception_move_check(&m, NULL) != want)
					fail_msg("%s to %s by %s", word_text(m.from),
						word_text(m.to), role_word(m.role));
			}
}

static void test_conditions(void **state)
{
	struct exception_move m = {.from = EXCEPTION_STATE_RESOLVED,
		.to = EXCEPTION_STATE_CLOSED,
		.role = ROLE_OWNER,
		.by = ann,
		.resolved_by = ann,
		.has_reason = true};
	struct err err = {0};

	(void)state;
	assert_int_equal(exception_move_check(&m, &err), E_SELF_APPROVAL);
	m.resolved_by = bob;
	assert_int_equal(exception_move_check(&m, &err), 0);
	m = (struct exception_move){
		.from = EXCEPTION_STATE_OPEN, .to = EXCEPTION_STATE_RESOLVED, .role = ROLE_ANALYST};
	assert_int_equal(exception_move_check(&m, &err), E_INVALID);
	assert_string_equal(err.pointer, "/reason");
	assert_true(exception_is_live(EXCEPTION_STATE_REOPENED));
	assert_false(exception_is_live(EXCEPTION_STATE_RESOLVED));
	assert_false(exception_is_live(EXCEPTION_STATE_CLOSED));
}

static void test_severity(void **state)
{
	static const struct exception_steps steps = {1000, 10000, 100000};
	static const struct {
		int64_t minor;
		int decimals;
		enum word want;
	} cases[] = {
		{0, 2, SEVERITY_LOW},
		{99999, 2, SEVERITY_LOW},
		{100000, 2, SEVERITY_MEDIUM},
		{999999, 2, SEVERITY_MEDIUM},
		{1000000, 2, SEVERITY_HIGH},
		{10000000, 2, SEVERITY_CRITICAL},
		{999, 0, SEVERITY_LOW},
		{1000, 0, SEVERITY_MEDIUM},
		{1000000, 3, SEVERITY_MEDIUM},
		{INT64_MAX, 4, SEVERITY_CRITICAL},
	};
	static const struct exception_steps none = {0, 0, 0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (exception_severity(cases[i].minor, cases[i].decimals, &steps) != cases[i].want)
			fail_msg("case %zu", i);
	assert_int_equal(exception_severity(0, 2, &none), SEVERITY_CRITICAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_severity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
