/*
 * States: words and values of every set are each other's inverse, and ends are as they should be.
 */
#include "domain/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct {
	enum state_set set;
	const char *const *words;
	int count;
	const char *ends; /* with a blank before and behind each */
} sets[] = {
	{STATE_SET_PROJECT, project_state_words, PROJECT_STATE_COUNT, " archived "},
	{STATE_SET_USER, user_state_words, USER_STATE_COUNT, " disabled "},
	{STATE_SET_SOURCE_KIND, source_kind_words, SOURCE_KIND_COUNT, ""},
	{STATE_SET_FILE, file_state_words, FILE_STATE_COUNT,
		" clean infected unscannable rejected purged "},
	{STATE_SET_DATASET, dataset_state_words, DATASET_STATE_COUNT,
		" ready unreadable reversed purged "},
	{STATE_SET_JOB, job_state_words, JOB_STATE_COUNT, " done failed cancelled "},
	{STATE_SET_DECISION_KIND, decision_kind_words, DECISION_KIND_COUNT, ""},
	{STATE_SET_MATCH, match_state_words, MATCH_STATE_COUNT, ""},
};

static void test_words_and_values(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_LEN(sets), STATE_SETS);
	for (size_t s = 0; s < ARRAY_LEN(sets); s++) {
		for (int v = 0; v < sets[s].count; v++) {
			const char *word = state_word(sets[s].set, v);

			assert_string_equal(word, sets[s].words[v]);
			assert_int_equal(state_find(sets[s].set, sv_from_cstr(word)), v);
			assert_true(strlen(state_text(sets[s].set, v)) > 0);
		}
		assert_null(sets[s].words[sets[s].count]);
	}
}

static void test_ends(void **state)
{
	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(sets); s++) {
		for (int v = 0; v < sets[s].count; v++) {
			char word[40] = " ";

			strncat(word, state_word(sets[s].set, v), sizeof(word) - 3);
			strcat(word, " ");
			if (state_is_end(sets[s].set, v) != (strstr(sets[s].ends, word) != NULL))
				fail_msg("%s", word);
		}
	}
}

static void test_outside(void **state)
{
	(void)state;
	assert_int_equal(state_find(STATE_SET_FILE, SV("lost")), -1);
	assert_int_equal(state_find(STATE_SET_JOB, SV("clean")), -1);
	assert_null(state_word(STATE_SET_JOB, JOB_STATE_COUNT));
	assert_null(state_text(STATE_SET_JOB, -1));
	assert_false(state_is_end(STATE_SET_JOB, JOB_STATE_COUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_and_values),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
