/*
 * Look-ups over outcome.def. The tables are short; a linear walk is fine for words, and the grid
 * asks for a word once per distinct value, not per row.
 */
#include "domain/outcome.h"

static const struct {
	enum outcome_set set;
	uint8_t number;
	const char *word;
	const char *text;
} outcomes[] = {
#define OUTCOME(set, name, number, word, text) {OUTCOME_SET_##set, (number), (word), (text)},
#include "domain/outcome.def"
#undef OUTCOME
};

#define OUTCOME_NUMBER_MAX 31

/* known[set][number] */
static const bool known[][OUTCOME_NUMBER_MAX + 1] = {
#define OUTCOME(set, name, number, word, text) [OUTCOME_SET_##set][(number)] = true,
#include "domain/outcome.def"
#undef OUTCOME
};

bool outcome_known(enum outcome_set set, unsigned number)
{
	return number <= OUTCOME_NUMBER_MAX && known[set][number];
}

static ptrdiff_t outcome_index(enum outcome_set set, unsigned number)
{
	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++)
		if (outcomes[i].set == set && outcomes[i].number == number)
			return (ptrdiff_t)i;
	return -1;
}

const char *outcome_word(enum outcome_set set, unsigned number)
{
	ptrdiff_t i = outcome_index(set, number);

	return i < 0 ? NULL : outcomes[i].word;
}

const char *outcome_text(enum outcome_set set, unsigned number)
{
	ptrdiff_t i = outcome_index(set, number);

	return i < 0 ? NULL : outcomes[i].text;
}

bool outcome_from_word(enum outcome_set set, struct sv word, uint8_t *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++)
		if (outcomes[i].set == set && sv_eq_cstr(word, outcomes[i].word)) {
			*ret = outcomes[i].number;
			return true;
		}
	return false;
}
