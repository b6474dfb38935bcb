#ifndef BASE_CURRENCY_H
#define BASE_CURRENCY_H
/*
 * ISO 4217 currencies in use and their minor-unit exponents, from currency.def, which the front
 * end's table is generated from too.
 */
#include "base/base.h"
#include "base/sv.h"

struct currency {
	char code[4];
	int16_t numeric;  /* ISO 4217 numeric code */
	int8_t exponent;  /* digits of the minor unit */
	const char *name; /* English */
};

/* By alphabetic code in either case; NULL when unknown. Static storage. */
const struct currency *currency_find(struct sv code);
/* By index 0 .. currency_count() - 1, ordered by code. The index is not stable across versions. */
const struct currency *currency_at(size_t i);
size_t currency_count(void);

#endif
