#ifndef UNIT_MATCH_REFERENCE_H
#define UNIT_MATCH_REFERENCE_H
/*
 * The learned model written down plainly, after docs/model.md and not after the engine's code:
 * double precision, all pairs, no keys, no windows, hardly anything kept from one step to the next that
 * could be computed again. Slow on purpose. Fields are short texts, a code, a date and an amount;
 * atoms are looked for among ratios of whole thousandths.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REF_TEXTS 4 /* the last one is a code */
#define REF_DATE REF_TEXTS
#define REF_AMOUNT (REF_TEXTS + 1)
#define REF_FIELDS (REF_TEXTS + 2)
#define REF_TEXT 24
#define REF_MISSING INT32_MIN

struct ref_row {
	char text[REF_TEXTS][REF_TEXT]; /* "": missing */
	int32_t day, amount;            /* REF_MISSING: missing */
};

/* What the fit saw beside its decisions. */
struct ref_seen {
	uint32_t atoms, ties;
};

struct ref_pair {
	uint32_t l, r;
	double p;
};

/* The best one-to-one assignment, with the marginal of each of its pairs, by left row; pairs whose
 * odds are below e^-6 are not in it. Returns their number; ret has room for nl. */
size_t reference_run(const struct ref_row *left, uint32_t nl, const struct ref_row *right,
	uint32_t nr, struct ref_pair *ret, struct ref_seen *ret_seen);

#endif
