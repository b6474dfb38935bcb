#ifndef MATCHER_BALANCE_H
#define MATCHER_BALANCE_H
/*
 * A record's balance amount as the ruleset defines it: a column, or several added and subtracted,
 * in minor units, with the side's sign flipped where asked. The engine computes the same for
 * itself; here it tells what is left of records that are matched in part.
 */
#include "col/col.h"
#include "rules/ruleset.h"

struct balance {
	const struct col_table *table;
	const struct col *cols[RULES_TERMS_MAX];
	bool negate[RULES_TERMS_MAX];
	uint32_t n; /* 0: records without money */
};

/* Borrows table. A column that is missing is left out: the engine refuses it with a pointer. */
void balance_init(struct balance *b, const struct ruleset *rules, enum rules_side side,
	const struct col_table *table);
/* 0 where a part is missing. */
int64_t balance_amount(const struct balance *b, uint32_t row);
/* Packed, see col.h; 0: none known. */
int32_t balance_currency(const struct balance *b, uint32_t row);

#endif
