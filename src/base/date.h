#ifndef BASE_DATE_H
#define BASE_DATE_H
/*
 * Days as int32 since 1970-01-01 in the proleptic Gregorian calendar (years 0001 to 9999), and
 * instants as int64 microseconds since the epoch in UTC.
 * Algorithm: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (civil_from_days).
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"

#define DATE_MIN (-719162) /* 0001-01-01 */
#define DATE_MAX 2932896   /* 9999-12-31 */

/* How a written day is laid out. */
enum date_order {
	DATE_YMD, /* 2026-03-04 2026/03/04 20260304 */
	DATE_DMY, /* 04.03.2026 4/3/26 04-Mar-2026 */
	DATE_MDY, /* 03/04/2026 Mar 4, 2026 */
};

MUST_CHECK int date_from_civil(int year, int month, int day, int32_t *ret_day);
void date_to_civil(int32_t day, int *ret_year, int *ret_month, int *ret_day);
/* 0 Monday .. 6 Sunday. */
int date_weekday(int32_t day);
/* Reads one day; a time of day behind it (T or blank, hh:mm[:ss[.f]] [zone or AM]) is ignored.
 * Two-digit years are 1970..2069. English month names are accepted. E_CELL_TYPE, E_CELL_RANGE
 * (31 April). */
MUST_CHECK int date_parse(struct sv text, enum date_order order, int32_t *ret_day);
/* "2026-03-04" */
void date_format(int32_t day, struct buf *out);
/* RFC 3339 in UTC, microseconds: "2026-03-04T10:00:00.000000Z" */
void instant_format(int64_t us, struct buf *out);
MUST_CHECK int instant_parse(struct sv text, int64_t *ret_us);

#endif
