/*
 * Look-ups over state.def.
 */
#include "domain/state.h"

struct state_row {
	const char *text;
	bool end;
};

const char *const project_state_words[] = {
#define PROJECT_STATE(name, word, end, text) word,
#include "domain/state.def"
	NULL,
};
static const struct state_row project_state_rows[] = {
#define PROJECT_STATE(name, word, end, text) {text, end},
#include "domain/state.def"
};

const char *const user_state_words[] = {
#define USER_STATE(name, word, end, text) word,
#include "domain/state.def"
	NULL,
};
static const struct state_row user_state_rows[] = {
#define USER_STATE(name, word, end, text) {text, end},
#include "domain/state.def"
};

const char *const source_kind_words[] = {
#define SOURCE_KIND(name, word, end, text) word,
#include "domain/state.def"
	NULL,
};
static const struct state_row source_kind_rows[] = {
#define SOURCE_KIND(name, word, end, text) {text, end},
#include "domain/state.def"
};

const char *const file_state_words[] = {
#define FILE_STATE(name, word, end, text) word,
#include "domain/state.def"
	NULL,
};
static const struct state_row file_state_rows[] = {
#define FILE_STATE(name, word, end, text) {text, end},
#include "domain/state.def"
};

const char *const dataset_state_words[] = {
#define DATASET_STATE(name, word, end, text) word,
#include "domain/state.def"
	NULL,
};
static const struct state_row dataset_state_rows[] = {
#define DATASET_STATE(name, word, end, text) {text, end},
#include "domain/state.def"
};

const char *const job_state_words[] = {
#define JOB_STATE(name, word, end, text) word,
#include "domain/state.def"
	NULL,
};
static const struct state_row job_state_rows[] = {
#define JOB_STATE(name, word, end, text) {text, end},
#include "domain/state.def"
};

const char *const decision_kind_words[] = {
#define DECISION_KIND(name, word, end, text) word,
#include "domain/state.def"
	NULL,
};
static const struct state_row decision_kind_rows[] = {
#define DECISION_KIND(name, word, end, text) {text, end},
#include "domain/state.def"
};

const char *const match_state_words[] = {
#define MATCH_STATE(name, word, end, text) word,
#include "domain/state.def"
	NULL,
};
static const struct state_row match_state_rows[] = {
#define MATCH_STATE(name, word, end, text) {text, end},
#include "domain/state.def"
};

static const struct {
	const char *const *words;
	const struct state_row *rows;
	int count;
} sets[STATE_SETS] = {
	[STATE_SET_PROJECT] = {project_state_words, project_state_rows, PROJECT_STATE_COUNT},
	[STATE_SET_USER] = {user_state_words, user_state_rows, USER_STATE_COUNT},
	[STATE_SET_SOURCE_KIND] = {source_kind_words, source_kind_rows, SOURCE_KIND_COUNT},
	[STATE_SET_FILE] = {file_state_words, file_state_rows, FILE_STATE_COUNT},
	[STATE_SET_DATASET] = {dataset_state_words, dataset_state_rows, DATASET_STATE_COUNT},
	[STATE_SET_JOB] = {job_state_words, job_state_rows, JOB_STATE_COUNT},
	[STATE_SET_DECISION_KIND] = {decision_kind_words, decision_kind_rows, DECISION_KIND_COUNT},
	[STATE_SET_MATCH] = {match_state_words, match_state_rows, MATCH_STATE_COUNT},
};

static bool is_value(enum state_set set, int value)
{
	return value >= 0 && value < sets[set].count;
}

const char *state_word(enum state_set set, int value)
{
	return is_value(set, value) ? sets[set].words[value] : NULL;
}

const char *state_text(enum state_set set, int value)
{
	return is_value(set, value) ? sets[set].rows[value].text : NULL;
}

bool state_is_end(enum state_set set, int value)
{
	return is_value(set, value) && sets[set].rows[value].end;
}

int state_find(enum state_set set, struct sv word)
{
	for (int i = 0; i < sets[set].count; i++) {
		if (sv_eq_cstr(word, sets[set].words[i]))
			return i;
	}
	return -1;
}
