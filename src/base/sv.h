#ifndef BASE_SV_H
#define BASE_SV_H
/*
 * A view of bytes: pointer and length, never owned, not NUL-terminated. For looking; struct buf is
 * for building.
 */
#include "base/base.h"

struct sv {
	const char *p;
	size_t n;
};

#define SV(literal) ((struct sv){(literal), sizeof(literal) - 1})
#define SV_NULL ((struct sv){NULL, 0})
/* For printf("%.*s"): lengths over INT_MAX are cut. */
#define SV_ARG(s) (int)((s).n > 0x7fffffff ? 0x7fffffff : (s).n), (s).p

struct sv sv_from_cstr(const char *s); /* NULL gives SV_NULL */
struct sv sv_from(const char *p, size_t n);
bool sv_eq(struct sv a, struct sv b);
bool sv_eq_cstr(struct sv a, const char *b);
bool sv_eq_nocase(struct sv a, struct sv b); /* ASCII only */
int sv_cmp(struct sv a, struct sv b);        /* by bytes, shorter first */
bool sv_starts_with(struct sv s, struct sv prefix);
bool sv_ends_with(struct sv s, struct sv suffix);
struct sv sv_trim(struct sv s); /* ASCII blanks at both ends */
/* Position of c, or -1. */
ptrdiff_t sv_find(struct sv s, char c);
/* Cuts s at the first sep: returns what is before it, *s keeps what is after. Without one returns
 * all of it, and *s is empty with p NULL. */
struct sv sv_cut(struct sv *s, char sep);
/* Whole of s as a decimal integer in [min, max]; false leaves *ret alone. */
bool sv_to_u64(struct sv s, uint64_t max, uint64_t *ret);
bool sv_to_i64(struct sv s, int64_t min, int64_t max, int64_t *ret);

#endif
