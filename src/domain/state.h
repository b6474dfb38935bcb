#ifndef DOMAIN_STATE_H
#define DOMAIN_STATE_H
/*
 * The states that things go through and other short closed lists of words, from state.def: an enum
 * for each set, counted from 0 in the table's order, and its words.
 */
#include "base/base.h"
#include "base/sv.h"

enum project_state {
#define PROJECT_STATE(name, word, end, text) PROJECT_##name,
#include "domain/state.def"
	PROJECT_STATE_COUNT
};

enum user_state {
#define USER_STATE(name, word, end, text) USER_##name,
#include "domain/state.def"
	USER_STATE_COUNT
};

enum source_kind {
#define SOURCE_KIND(name, word, end, text) SOURCE_KIND_##name,
#include "domain/state.def"
	SOURCE_KIND_COUNT
};

enum file_state {
#define FILE_STATE(name, word, end, text) FILE_##name,
#include "domain/state.def"
	FILE_STATE_COUNT
};

enum dataset_state {
#define DATASET_STATE(name, word, end, text) DATASET_##name,
#include "domain/state.def"
	DATASET_STATE_COUNT
};

enum job_state {
#define JOB_STATE(name, word, end, text) JOB_##name,
#include "domain/state.def"
	JOB_STATE_COUNT
};

enum decision_kind {
#define DECISION_KIND(name, word, end, text) DECISION_KIND_##name,
#include "domain/state.def"
	DECISION_KIND_COUNT
};

enum match_state {
#define MATCH_STATE(name, word, end, text) MATCH_##name,
#include "domain/state.def"
	MATCH_STATE_COUNT
};

enum state_set {
	STATE_SET_PROJECT,
	STATE_SET_USER,
	STATE_SET_SOURCE_KIND,
	STATE_SET_FILE,
	STATE_SET_DATASET,
	STATE_SET_JOB,
	STATE_SET_DECISION_KIND,
	STATE_SET_MATCH,
	STATE_SETS
};

/* NULL-terminated, for schemas. Index: the set's enum. */
extern const char *const project_state_words[];
extern const char *const user_state_words[];
extern const char *const source_kind_words[];
extern const char *const file_state_words[];
extern const char *const dataset_state_words[];
extern const char *const job_state_words[];
extern const char *const decision_kind_words[];
extern const char *const match_state_words[];

/* value is one of the set's enum, else NULL. Static strings. */
const char *state_word(enum state_set set, int value);
const char *state_text(enum state_set set, int value);
/* Does nothing follow by itself? */
bool state_is_end(enum state_set set, int value);
/* The value of a word, or -1. */
int state_find(enum state_set set, struct sv word);

#endif
