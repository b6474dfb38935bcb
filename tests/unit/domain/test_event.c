/*
 * Events: every word is a well-formed noun.verb, used once, and found again.
 */
#include "domain/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static bool is_word(struct sv s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '_'))
			return false;
	}
	return s.n > 0 && s.n <= 32;
}

static void test_words(void **state)
{
	(void)state;
	for (int e = EVENT_NONE + 1; e < EVENT_COUNT; e++) {
		const struct event_info *info = event_info((enum event)e);
		struct sv verb = sv_from_cstr(info->word);
		struct sv noun = sv_cut(&verb, '.');

		if (!is_word(noun) || !is_word(verb) || strlen(info->text) == 0)
			fail_msg("event %d: %s", e, info->word);
		/* Also shows that no word is used twice. */
		assert_int_equal(event_from_word(sv_from_cstr(info->word)), e);
	}
}

static void test_unknown(void **state)
{
	(void)state;
	assert_int_equal(event_from_word(SV("job.dance")), EVENT_NONE);
	assert_int_equal(event_from_word(SV("")), EVENT_NONE);
	assert_string_equal(event_info(EVENT_NONE)->word, "");
	assert_string_equal(event_info(EVENT_COUNT)->word, "");
	assert_false(event_info(EVENT_NONE)->audit);
}

static void test_columns(void **state)
{
	(void)state;
	assert_true(event_info(EVENT_JOB_FINISH)->webhook);
	assert_false(event_info(EVENT_JOB_PROGRESS)->audit);
	assert_true(event_info(EVENT_JOB_PROGRESS)->live);
	assert_true(event_info(EVENT_SESSION_REUSE)->notify);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
