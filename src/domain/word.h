#ifndef DOMAIN_WORD_H
#define DOMAIN_WORD_H
/*
 * States and kinds as one enum: FILE_STATE_CLEAN, SOURCE_KIND_BANK, TASK_SCAN. A value knows its
 * set and its word; WORD_NONE stands for "not set". word.def is the only list.
 */
#include "base/base.h"
#include "base/sv.h"

enum word {
	WORD_NONE,
#define WORD(set, name, word) set##_##name,
#include "domain/word.def"
#undef WORD
	WORD_COUNT,
};

/* The name of a set is its prefix: word_parse("FILE_STATE", ...). Static strings. */
const char *word_text(enum word value); /* "" for WORD_NONE */
const char *word_set(enum word value);  /* "FILE_STATE" */
/* False when the set does not have the word; *ret is left alone. */
bool word_parse(const char *set, struct sv text, enum word *ret);

#endif
