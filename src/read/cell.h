#ifndef READ_CELL_H
#define READ_CELL_H
/*
 * One written cell to one typed value: common forms by a fast path, all others by base/decimal and
 * base/date. All take the cell without surrounding blanks. Many at once: cell_block.h. E_CELL_TYPE,
 * E_CELL_RANGE, E_CURRENCY.
 */
#include "base/base.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/sv.h"
#include "read/mapping.h"

/* The rest of cell_trim: for cells with anything but ASCII letters, digits and marks at an end. */
struct sv cell_trim_slow(struct sv s);

/* Without ASCII blanks and no-break spaces at both ends. */
static inline struct sv cell_trim(struct sv s)
{
	if (s.n > 0 && (signed char)s.p[0] > ' ' && (signed char)s.p[s.n - 1] > ' ')
		return s; /* as signed characters: neither a blank nor part of a longer character */
	return s.n == 0 ? s : cell_trim_slow(s);
}

MUST_CHECK int cell_date(struct sv s, enum date_order order, int32_t *ret);
MUST_CHECK int cell_decimal(struct sv s, struct decimal_format format, int scale,
	enum mapping_rounding rounding, int64_t *ret);
/* As cell_decimal with what surrounds written money: a currency sign, the code of currency (packed,
 * 0: any known one), a trailing CR (positive) or DR (negative). */
MUST_CHECK int cell_amount(struct sv s, struct decimal_format format, int scale,
	enum mapping_rounding rounding, int32_t currency, int64_t *ret);
/* The packed currency of a code, or of the signs that mean one currency only. */
MUST_CHECK int cell_currency(struct sv s, int32_t *ret);
/* Whether a debit/credit marker is one of the field's negative ones. E_CELL_TYPE: it is neither
 * those nor a known positive one (C, CR, CREDIT, H, HABEN, +). */
MUST_CHECK int cell_marker(struct sv s, const struct mapping_field *f, bool *ret_negative);

#endif
