/*
 * The table behind word.h, straight from word.def.
 */
#include "domain/word.h"

#include <assert.h>
#include <string.h>

static const struct {
	const char *set;
	const char *text;
} words[WORD_COUNT] = {
	[WORD_NONE] = {"", ""},
#define WORD(set, name, word) [set##_##name] = {#set, word},
#include "domain/word.def"
#undef WORD
};

const char *word_text(enum word value)
{
	assert(value < WORD_COUNT);
	return words[value].text;
}

const char *word_set(enum word value)
{
	assert(value < WORD_COUNT);
	return words[value].set;
}

bool word_parse(const char *set, struct sv text, enum word *ret)
{
	for (int i = WORD_NONE + 1; i < WORD_COUNT; i++) {
		if (strcmp(words[i].set, set) == 0 && sv_eq_cstr(text, words[i].text)) {
			*ret = (enum word)i;
			return true;
		}
	}
	return false;
}
