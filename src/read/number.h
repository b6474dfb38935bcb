#ifndef READ_NUMBER_H
#define READ_NUMBER_H
/*
 * Numbers as programs write them for programs (XML Schema, JSON: 1.5, -2E-3), as plain decimals.
 * Only digits are moved: there is no binary fraction in between.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/sv.h"

#define NUMBER_DIGITS_MAX 40
#define NUMBER_EXPONENT_MAX 40

/* Significant digits, and where the point is. */
struct number {
	bool negative;
	int n;     /* 0: zero */
	int point; /* digits before it; may be negative or more than n */
	char d[NUMBER_DIGITS_MAX];
};

/* False for what is no number, has too many digits or too large an exponent. */
bool number_read(struct sv text, struct number *ret);
/* To so many digits, half up; zeros at the end go too. */
void number_round(struct number *v, int digits);
/* Appends it, "-0.0015". */
void number_put(const struct number *v, struct buf *out);

#endif
