/*
 * Decisions: every pair of kind and state, and logs folded.
 */
#include "domain/decision_fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void test_every_pair(void **state)
{
	static const enum word kinds[] = {DECISION_CONFIRM, DECISION_REJECT, DECISION_UNMATCH};
	/* after[kind][state before]; 0: not allowed */
	static const uint8_t after[3][MATCH_STATE_MAX + 1] = {
		[0] = {[MATCH_SUGGESTED] = MATCH_CONFIRMED,
			[MATCH_AMBIGUOUS] = MATCH_CONFIRMED,
			[MATCH_REJECTED] = MATCH_CONFIRMED,
			[MATCH_UNDONE] = MATCH_CONFIRMED},
		[1] = {[MATCH_SUGGESTED] = MATCH_REJECTED,
			[MATCH_AMBIGUOUS] = MATCH_REJECTED,
			[MATCH_CONFIRMED] = MATCH_REJECTED},
		[2] = {[MATCH_CONFIRMED] = MATCH_UNDONE},
	};

	(void)state;
	for (size_t k = 0; k < 3; k++)
		for (unsigned s = 1; s <= MATCH_STATE_MAX; s++) {
			enum match_state got = MATCH_CONFIRMED;
			bool ok = decision_apply(kinds[k], (enum match_state)s, &got);

			assert_int_equal(ok, after[k][s] != 0);
			if (ok)
				assert_int_equal(got, after[k][s]);
		}
}

static void test_effects(void **state)
{
	(void)state;
	assert_int_equal(match_effect(MATCH_SUGGESTED, MATCH_CONFIRMED), RECORDS_TAKE);
	assert_int_equal(match_effect(MATCH_CONFIRMED, MATCH_REJECTED), RECORDS_RELEASE);
	assert_int_equal(match_effect(MATCH_CONFIRMED, MATCH_UNDONE), RECORDS_RELEASE);
	assert_int_equal(match_effect(MATCH_SUGGESTED, MATCH_REJECTED), RECORDS_STAY);
	assert_int_equal(match_effect(MATCH_CONFIRMED, MATCH_CONFIRMED), RECORDS_STAY);
}

static struct uuid id_of(uint8_t n)
{
	return (struct uuid){{[8] = n}};
}

#define STEP(i, what, no) {.id = id_of(i), .kind = DECISION_##what, .match_no = (no)}
#define UNDO(i, what) {.id = id_of(i), .kind = DECISION_UNDO, .undoes = id_of(what)}

static void test_fold(void **state)
{
	const struct {
		const char *label;
		struct decision_step steps[4];
		size_t n;
		uint8_t want[3]; /* from confirmed, suggested, ambiguous */
		ptrdiff_t latest_of_2;
	} cases[] = {
		{"nothing", {STEP(1, CONFIRM, 2)}, 0,
			{MATCH_CONFIRMED, MATCH_SUGGESTED, MATCH_AMBIGUOUS}, -1},
		{"confirm", {STEP(1, CONFIRM, 2)}, 1,
			{MATCH_CONFIRMED, MATCH_CONFIRMED, MATCH_AMBIGUOUS}, 0},
		{"confirm twice: the second is nothing", {STEP(1, CONFIRM, 2), STEP(2, CONFIRM, 2)},
			2, {MATCH_CONFIRMED, MATCH_CONFIRMED, MATCH_AMBIGUOUS}, 0},
		{"reject after confirm", {STEP(1, CONFIRM, 2), STEP(2, REJECT, 2)}, 2,
			{MATCH_CONFIRMED, MATCH_REJECTED, MATCH_AMBIGUOUS}, 1},
		{"undo", {STEP(1, CONFIRM, 2), UNDO(2, 1)}, 2,
			{MATCH_CONFIRMED, MATCH_SUGGESTED, MATCH_AMBIGUOUS}, -1},
		{"undo the later one", {STEP(1, CONFIRM, 2), STEP(2, REJECT, 2), UNDO(3, 2)}, 3,
			{MATCH_CONFIRMED, MATCH_CONFIRMED, MATCH_AMBIGUOUS}, 0},
		{"others stay", {STEP(1, REJECT, 1), STEP(2, CONFIRM, 3), UNDO(3, 1)}, 3,
			{MATCH_CONFIRMED, MATCH_SUGGESTED, MATCH_CONFIRMED}, -1},
		{"no such match", {STEP(1, CONFIRM, 4), STEP(2, CONFIRM, 0)}, 2,
			{MATCH_CONFIRMED, MATCH_SUGGESTED, MATCH_AMBIGUOUS}, -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t got[3] = {MATCH_CONFIRMED, MATCH_SUGGESTED, MATCH_AMBIGUOUS};
		ptrdiff_t latest;

		print_message("%s\n", cases[i].label);
		assert_int_equal(decision_fold(cases[i].steps, cases[i].n, got, 3), 0);
		assert_memory_equal(got, cases[i].want, 3);
		assert_int_equal(
			decision_state_of(cases[i].steps, cases[i].n, 2, MATCH_SUGGESTED, &latest),
			cases[i].want[1]);
		assert_int_equal(latest, cases[i].latest_of_2);
	}
}

static void test_which_step_made_a_state(void **state)
{
	const struct decision_step steps[] = {STEP(1, CONFIRM, 2), STEP(2, REJECT, 2),
		STEP(3, CONFIRM, 2), UNDO(4, 3), STEP(5, CONFIRM, 3), STEP(6, CONFIRM, 1)};
	uint8_t got[3] = {MATCH_CONFIRMED, MATCH_SUGGESTED, MATCH_AMBIGUOUS};
	uint32_t latest[3] = {9, 9, 9};

	(void)state;
	assert_int_equal(decision_fold_latest(steps, ARRAY_LEN(steps), got, latest, 3), 0);
	assert_int_equal(latest[0], 0); /* agreeing makes no state */
	assert_int_equal(latest[1], 2);
	assert_int_equal(latest[2], 5);
}

static void test_agreeing(void **state)
{
	const struct decision_step steps[] = {STEP(1, CONFIRM, 1), UNDO(2, 1), STEP(3, CONFIRM, 1)};
	ptrdiff_t latest;

	(void)state;
	assert_true(decision_agrees(DECISION_CONFIRM, MATCH_CONFIRMED, -1));
	assert_false(decision_agrees(DECISION_CONFIRM, MATCH_CONFIRMED, 0));
	assert_false(decision_agrees(DECISION_CONFIRM, MATCH_SUGGESTED, -1));
	assert_false(decision_agrees(DECISION_REJECT, MATCH_CONFIRMED, -1));
	assert_int_equal(decision_state_of(steps, 1, 1, MATCH_CONFIRMED, &latest), MATCH_CONFIRMED);
	assert_int_equal(latest, 0);
	assert_int_equal(decision_state_of(steps, 2, 1, MATCH_CONFIRMED, &latest), MATCH_CONFIRMED);
	assert_int_equal(latest, -1);
	assert_int_equal(decision_state_of(steps, 3, 1, MATCH_CONFIRMED, &latest), MATCH_CONFIRMED);
	assert_int_equal(latest, 2);
}

static void test_verdicts(void **state)
{
	const struct decision_step steps[] = {STEP(1, CONFIRM, 1), STEP(2, REJECT, 2),
		STEP(3, UNMATCH, 3), STEP(4, REJECT, 4), UNDO(5, 4), STEP(6, REJECT, 5),
		STEP(7, CONFIRM, 5), STEP(8, SPLIT, 6), STEP(9, WRITE_OFF, 7), STEP(10, CONFIRM, 0),
		STEP(11, CONFIRM, 9)};
	static const uint8_t want[8] = {VERDICT_RIGHT, VERDICT_WRONG, VERDICT_WRONG, VERDICT_NONE,
		VERDICT_RIGHT, VERDICT_WRONG, VERDICT_NONE, VERDICT_NONE};
	uint8_t got[8];

	(void)state;
	memset(got, 9, sizeof(got));
	assert_int_equal(decision_verdicts(steps, ARRAY_LEN(steps), got, 8), 0);
	assert_memory_equal(got, want, 8);
	assert_int_equal(decision_verdicts(steps, ARRAY_LEN(steps), got, 0), 0);
}

static void test_words(void **state)
{
	uint8_t got;

	(void)state;
	for (unsigned s = 1; s <= MATCH_STATE_MAX; s++) {
		assert_true(match_state_from_word(sv_from_cstr(match_state_word(s)), &got));
		assert_int_equal(got, s);
	}
	assert_false(match_state_from_word(SV("open"), &got));
	assert_null(match_state_word(0));
	assert_null(match_state_word(MATCH_STATE_MAX + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_pair),
		cmocka_unit_test(test_effects),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_which_step_made_a_state),
		cmocka_unit_test(test_agreeing),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
