#ifndef RULES_RULESET_H
#define RULES_RULESET_H
/*
 * A ruleset: which columns of two tables mean the same, which passes look for matches in which
 * order, and what happens to what they find. Written as JSON (docs/ruleset.schema.json); here is
 * its parsed, checked form. Everything lives in the arena it was parsed into.
 *
 * Numbers are exact: decimals are int64 millionths, probabilities parts per million (ppm),
 * evidence 1/64 bit. There is no float anywhere.
 *
 * Errors carry the JSON pointer of the offending member and, for an unknown word, the nearest
 * known one.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"

#define RULES_BYTES_MAX (4u << 20)
#define RULES_FIELDS_MAX 200
#define RULES_PASSES_MAX 200
#define RULES_STAGES_MAX 100
#define RULES_TESTS_MAX 64  /* of one when */
#define RULES_BRANCHES_MAX 32 /* of one pass, "any of" multiplied out */
#define RULES_TERMS_MAX 16
#define RULES_LINES_MAX 1000000
#define RULES_PPM 1000000u
#define RULES_MICRO 1000000 /* units of one in a decimal */
#define RULES_BIT 64
#define RULES_RATE_SCALE 9 /* of exchange rates: units of 10^-9 */
#define RULES_SCALE_MAX 18

enum rules_side { RULES_LEFT = 0, RULES_RIGHT = 1 };

enum rules_type {
#define RULES_TYPE(name, word) RULES_##name,
#include "rules/words.def"
#undef RULES_TYPE
	RULES_TYPE_COUNT
};

enum rules_op {
#define RULES_OP(name, word) RULES_OP_##name,
#include "rules/words.def"
#undef RULES_OP
	RULES_OP_COUNT
};

enum rules_metric {
#define RULES_METRIC(name, word) RULES_METRIC_##name,
#include "rules/words.def"
#undef RULES_METRIC
	RULES_METRIC_COUNT
};

enum rules_group_how {
#define RULES_GROUP(name, word) RULES_GROUP_##name,
#include "rules/words.def"
#undef RULES_GROUP
	RULES_GROUP_COUNT
};

enum rules_missing { RULES_MISSING_FAIL, RULES_MISSING_PASS, RULES_MISSING_NEUTRAL };

/* How a field's values come from the columns of one side. */
enum rules_source {
	RULES_SOURCE_NONE,   /* the side does not have the field */
	RULES_SOURCE_COLUMN, /* one column */
	RULES_SOURCE_JOIN,   /* texts of several columns joined with a blank */
	RULES_SOURCE_SUM,    /* amounts of several columns, each added or subtracted */
	RULES_SOURCE_FIND,   /* what a pattern finds in a text */
	RULES_SOURCE_CONST,
};

struct rules_term {
	struct sv name;
	bool negate;
};

struct rules_column {
	enum rules_source source;
	struct rules_term *terms;
	uint32_t nterms;
	struct sv pattern;  /* FIND */
	bool all;           /* FIND: every occurrence, a list of values */
	struct sv constant; /* CONST */
};

struct rules_field {
	struct sv name;
	enum rules_type type;
	struct rules_column side[2];
	struct sv alias; /* name of a list of words, or empty */
	uint8_t scale;   /* quantity, rate, number: digits behind the point that are kept */
};

struct rules_test {
	uint32_t field;
	enum rules_op op;
	enum rules_missing missing;
	int64_t low, high;  /* DAYS: bounds of right - left; WITHIN, EXPECT: high is the limit in
	                     * millionths of the currency's unit; PERCENT: high in millionths of 1 %;
	                     * LIKE: high is the least similarity in ppm; PREFIX: high characters */
	bool business_days; /* DAYS with a calendar */
	struct sv calendar; /* name of a list of days, TARGET, or empty: weekends only */
	enum rules_metric metric; /* LIKE */
	struct sv text;     /* CONTAINS: the literal; empty: one value contains the other */
	int64_t factor;     /* EXPECT: right is factor * left + offset, both in millionths; RATE too */
	int64_t offset;
	uint32_t rates; /* RATE by day: index of the list, factor is not used; else UINT32_MAX */
	uint32_t on;    /* RATE by day: the left record's date field */
};

/* One conjunction of tests; a pass has one per branch of its "any of". */
struct rules_branch {
	struct rules_test *tests;
	uint32_t ntests;
};

struct rules_when {
	struct rules_branch *branches; /* at least one; a branch without tests always holds */
	uint32_t nbranches;
};

enum rules_choose { RULES_CHOOSE_WEIGHT, RULES_CHOOSE_NEAREST_DATE, RULES_CHOOSE_OLDEST };
enum rules_repeats { RULES_REPEATS_APPEND, RULES_REPEATS_OVERLAP, RULES_REPEATS_REPLACE };
enum rules_lookup_mode { RULES_MODE_RULES, RULES_MODE_LEARN };

struct rules_group {
	enum rules_group_how how;
	uint32_t *by; /* field indices */
	uint32_t nby;
	uint32_t along; /* run: field index, or UINT32_MAX */
	uint32_t lines_min, lines_max;
	int64_t within; /* millionths */
	uint32_t except_up_to;
};

struct rules_partial {
	bool whole_right; /* the side whose record is taken whole */
	bool largest_first; /* else oldest first */
	int64_t smallest; /* millionths: smaller parts are not made */
};

struct rules_then {
	bool confirm, suggest, hint;
	uint32_t confirm_ppm;
	uint32_t confirm_margin; /* 1/64 bit */
	uint32_t chance_ppm;     /* groups: most expected chance fits */
	int64_t value_up_to;     /* millionths of the unit; -1: no bound */
	uint32_t suggest_ppm;
};

/* What becomes of a match whose two sides are not equal. Beyond the limit it is suggested at most. */
enum rules_book {
	RULES_BOOK_PROPOSE, /* by the lines of its pass; the difference is proposed for booking */
	RULES_BOOK_SUGGEST, /* suggested at most: somebody decides about the difference first */
	RULES_BOOK_HINT,    /* no match */
};

struct rules_difference {
	uint8_t type;   /* DIFFERENCE_* of domain/outcome.h */
	int64_t limit;  /* millionths; -1: none */
	struct sv account; /* where it is to be booked; empty: not said */
	enum rules_book then;
};

struct rules_pass {
	struct sv name;
	uint32_t stage;
	uint8_t kind; /* KIND_* of domain/outcome.h */
	enum rules_lookup_mode mode;
	bool advice; /* settles what the advice names */
	uint32_t *use; /* evidence: field indices; NULL: all fields that both sides have */
	uint32_t nuse;
	struct rules_when only[2]; /* nbranches == 0: all records */
	struct rules_when when;
	enum rules_choose choose;
	struct rules_group group;
	struct rules_partial partial;
	struct rules_difference difference;
	struct rules_then then;
};

struct rules_side_spec {
	struct sv label;
	uint32_t balance; /* field index, or UINT32_MAX: records without money */
	bool flip_sign;
	struct rules_when only; /* nbranches == 0: all records */
	int32_t as_of;          /* day; INT32_MIN: the side's last date */
	enum rules_repeats repeats;
};

struct rules_list {
	struct sv name;
	struct sv *words; /* pairs (alias, meant) for aliases; ISO days for calendars */
	uint32_t nwords;
	bool calendar;
	/* Where something uses the list as exchange rates: ascending days. */
	int32_t *day;
	int64_t *rate; /* units of 10^-RULES_RATE_SCALE */
	uint32_t nrates;
};

/* A third table of lines (of, names, amount): amounts of right records that a left one settles, or
 * the other way round. The pass of kind partial that has advice set carries it out. */
struct rules_advice {
	bool given;
	struct sv label;
	struct sv of, names, amount; /* columns */
	uint32_t of_field, names_field; /* of the left, of the right side */
	uint32_t party;                 /* field of both sides, or UINT32_MAX */
	bool whole_right; /* right records are settled whole; else left ones */
};

/* What this reconciliation builds on. */
struct rules_chain {
	struct sv before; /* name of the reconciliation; empty: none */
	uint8_t through;  /* enum rules_side */
};

struct rules_transit {
	enum { RULES_TRANSIT_LEARNED, RULES_TRANSIT_DAYS, RULES_TRANSIT_BUSINESS } how;
	uint32_t days;        /* LEARNED: percent of the matches that the lag must hold */
	struct sv calendar;   /* BUSINESS */
};

struct ruleset {
	struct sv name;
	struct sv currency; /* empty: each alone */
	struct rules_side_spec side[2];
	struct rules_field *fields;
	uint32_t nfields;
	struct rules_list *lists;
	uint32_t nlists;
	struct rules_pass *passes; /* ascending by stage */
	uint32_t npasses;
	struct rules_transit transit[2];
	struct rules_advice advice;
	struct rules_chain chain;
	uint64_t limit_pairs;  /* steps a pass may compare; 0: the default */
	uint64_t limit_states; /* subset states of a job; 0: the default */
	struct sv canonical;   /* canonical JSON (RFC 8785 order and spacing): what the hash is of */
	char hash[65];         /* SHA-256 of canonical, lower-case hex */
};

/* Parses and checks. The result lives in a and refers to copies only. E_JSON_*, E_RULESET,
 * E_UNKNOWN_FIELD, E_MISSING_FIELD, E_LIMIT, E_NO_MEMORY; err->pointer says where. */
MUST_CHECK int ruleset_parse(
	struct sv json, struct arena *a, struct ruleset **ret, struct err *err);

/* Index of a field, or UINT32_MAX. */
uint32_t ruleset_field(const struct ruleset *rs, struct sv name);
const char *rules_type_word(enum rules_type type);
/* The list's name must be equal; NULL when there is none. */
const struct rules_list *ruleset_list(const struct ruleset *rs, struct sv name);
/* The rate of a day: the last one that is not after it. False before the first. */
bool rules_rate_on(const struct rules_list *rates, int32_t day, int64_t *ret);

#endif
