#ifndef RULES_PARSE_H
#define RULES_PARSE_H
/* Shared by the files that read a ruleset; private to src/rules. */
#include <assert.h>

#include "base/currency.h"
#include "base/date.h"
#include "rules/ruleset.h"
#include "rules/tree.h"

struct parse {
	struct arena *arena;
	struct ruleset *rs;
	struct err *err;
	uint32_t ncolumns; /* fields that stand for columns which tests name */
};

#define PARSE_COLUMNS_MAX 16

/* The known word that looks most like word, or empty. */
struct sv parse_nearest(struct sv word, const struct sv *known, size_t n);
int parse_unknown(struct parse *ps, int code, const struct tree *t, struct sv word,
	const struct sv *known, size_t n);
/* Refuses members that are not known. */
int parse_members(struct parse *ps, const struct tree *t, const char *const *known, size_t n);
int parse_string_member(
	struct parse *ps, const struct tree *t, const char *key, bool needed, struct sv *ret);
int parse_bool_member(struct parse *ps, const struct tree *t, const char *key, bool *ret);
/* Index of the node's text among words, either case. */
int parse_word(struct parse *ps, const struct tree *t, const char *const *words, size_t n,
	uint32_t *ret);
int parse_field_name(struct parse *ps, const struct tree *t, struct sv name, uint32_t *ret);
int parse_column_name(struct parse *ps, const struct tree *t, int side, uint32_t *ret);
int parse_field_list(struct parse *ps, const struct tree *t, uint32_t **ret, uint32_t *ret_n);

#define PARSE_BOTH_SIDES ((enum rules_side)2)
/* Tests of one side's records (only) or of pairs (PARSE_BOTH_SIDES), multiplied out. */
int parse_when(
	struct parse *ps, const struct tree *t, struct rules_when *ret, enum rules_side side);
int parse_passes(struct parse *ps, const struct tree *t);
int parse_then(struct parse *ps, const struct tree *t, struct rules_then *then);
/* A pass without a member of its own, in front of the others; NULL without memory. */
struct rules_pass *parse_pass_new(struct parse *ps);

/* ---- rules_around.c: lists, and what stands around the passes ---- */
int parse_lists(struct parse *ps, const struct tree *t);
/* Index of the list of exchange rates of that name; its days and rates are read. t: where it is named. */
int parse_rates(struct parse *ps, const struct tree *t, struct sv name, uint32_t *ret);
/* The name of a calendar: a list of days, or TARGET. */
int parse_calendar(struct parse *ps, const struct tree *t, struct sv *ret);
/* The name of a list of words. */
int parse_alias(struct parse *ps, const struct tree *t, struct sv *ret);
/* After the fields: rates that a base currency needs are read where they are listed. */
int parse_currency(struct parse *ps, const struct tree *t);
int parse_advice(struct parse *ps, const struct tree *t);
int parse_expect(struct parse *ps, const struct tree *t);
int parse_chain(struct parse *ps, const struct tree *t);
int parse_limits(struct parse *ps, const struct tree *t);

#endif
