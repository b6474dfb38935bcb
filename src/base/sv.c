/*
 * Views of bytes: comparing, trimming, cutting and reading whole numbers.
 */
#include "base/sv.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

struct sv sv_from_cstr(const char *s)
{
	return s ? (struct sv){s, strlen(s)} : SV_NULL;
}

struct sv sv_from(const char *p, size_t n)
{
	return (struct sv){p, n};
}

bool sv_eq(struct sv a, struct sv b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool sv_eq_cstr(struct sv a, const char *b)
{
	return sv_eq(a, sv_from_cstr(b));
}

bool sv_eq_nocase(struct sv a, struct sv b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

int sv_cmp(struct sv a, struct sv b)
{
	size_t n = MIN(a.n, b.n);
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c)
		return c < 0 ? -1 : 1;
	return a.n < b.n ? -1 : a.n > b.n;
}

bool sv_starts_with(struct sv s, struct sv prefix)
{
	/* The first byte mostly tells. */
	return s.n >= prefix.n && (prefix.n == 0 || (s.p[0] == prefix.p[0] &&
					 sv_eq(sv_from(s.p, prefix.n), prefix)));
}

bool sv_ends_with(struct sv s, struct sv suffix)
{
	return s.n >= suffix.n &&
	       (suffix.n == 0 || (s.p[s.n - 1] == suffix.p[suffix.n - 1] &&
					 sv_eq(sv_from(s.p + (s.n - suffix.n), suffix.n), suffix)));
}

struct sv sv_trim(struct sv s)
{
	while (s.n && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

ptrdiff_t sv_find(struct sv s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? at - s.p : -1;
}

struct sv sv_cut(struct sv *s, char sep)
{
	struct sv head = *s;
	ptrdiff_t at = sv_find(*s, sep);

	if (at < 0) {
		*s = SV_NULL;
		return head;
	}
	head.n = (size_t)at;
	s->p += at + 1;
	s->n -= (size_t)at + 1;
	return head;
}

bool sv_to_u64(struct sv s, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, UINT64_C(10), &v) ||
			__builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	}
	if (v > max)
		return false;
	*ret = v;
	return true;
}

bool sv_to_i64(struct sv s, int64_t min, int64_t max, int64_t *ret)
{
	bool negative = s.n && s.p[0] == '-';
	uint64_t magnitude;
	int64_t v;

	if (negative) {
		s.p++;
		s.n--;
	}
	if (!sv_to_u64(s, (uint64_t)INT64_MAX + negative, &magnitude))
		return false;
	v = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	if (v < min || v > max)
		return false;
	*ret = v;
	return true;
}
