/* Words and their sets. */
#include "unit/unit.h"

#include "domain/word.h"

static void test_there_and_back(void **state)
{
	(void)state;
	for (int i = WORD_NONE + 1; i < WORD_COUNT; i++) {
		enum word value = (enum word)i, back = WORD_NONE;
		const char *text = word_text(value);

		CHECK(text, word_parse(word_set(value), sv_from_cstr(text), &back));
		CHECK_INT(text, back, value);
	}
}

static const struct {
	const char *label, *set, *text;
	enum word expected; /* WORD_NONE: refused */
} cases[] = {
	{"a word of two sets, in one", "FILE_STATE", "purged", FILE_STATE_PURGED},
	{"and in the other", "DATASET_STATE", "purged", DATASET_STATE_PURGED},
	{"a word of another set", "JOB_STATE", "purged", WORD_NONE},
	{"another case", "JOB_STATE", "Done", WORD_NONE},
	{"a part", "JOB_STATE", "don", WORD_NONE},
	{"nothing", "JOB_STATE", "", WORD_NONE},
	{"no such set", "JOBS", "done", WORD_NONE},
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum word value = WORD_NONE;
		bool ok = word_parse(cases[i].set, sv_from_cstr(cases[i].text), &value);

		CHECK_INT(cases[i].label, ok, cases[i].expected != WORD_NONE);
		CHECK_INT(cases[i].label, value, cases[i].expected);
	}
}

static void test_none_has_no_word(void **state)
{
	(void)state;
	CHECK_STR("text", word_text(WORD_NONE), "");
	CHECK_STR("set", word_set(WORD_NONE), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_none_has_no_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
