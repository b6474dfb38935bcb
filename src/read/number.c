/*
 * Digits and a point: reading, rounding, writing.
 */
#include "read/number.h"

static bool read_exponent(const char *p, const char *end, int *ret)
{
	bool minus = p < end && *p == '-';
	int e = 0;

	p += p < end && (*p == '-' || *p == '+');
	if (p == end)
		return false;
	for (; p < end; p++) {
		if (*p < '0' || *p > '9' || e > 9999)
			return false;
		e = e * 10 + (*p - '0');
	}
	*ret = minus ? -e : e;
	return true;
}

bool number_read(struct sv s, struct number *ret)
{
	struct number v = {0};
	bool any = false, behind = false;
	int exponent = 0;

	if (s.n == 0)
		return false;
	const char *p = s.p, *end = s.p + s.n;
	v.negative = p < end && *p == '-';
	p += p < end && (*p == '-' || *p == '+');
	for (; p < end && *p != 'e' && *p != 'E'; p++) {
		if (*p == '.' && !behind) {
			behind = true;
			continue;
		}
		if (*p < '0' || *p > '9')
			return false;
		any = true;
		if (v.n == 0 && *p == '0') { /* leading zeros are no digits */
			v.point -= behind;
			continue;
		}
		if (v.n == NUMBER_DIGITS_MAX)
			return false;
		v.d[v.n++] = *p;
		v.point += !behind;
	}
	if (!any || (p < end && !read_exponent(p + 1, end, &exponent)))
		return false;
	if (exponent > NUMBER_EXPONENT_MAX || exponent < -NUMBER_EXPONENT_MAX)
		return false;
	v.point += exponent;
	*ret = v;
	return true;
}

void number_round(struct number *v, int digits)
{
	if (v->n > digits) {
		int i = digits - 1;

		v->n = digits;
		if (v->d[digits] >= '5') {
			while (i >= 0 && v->d[i] == '9')
				v->d[i--] = '0';
			if (i >= 0) {
				v->d[i]++;
			} else { /* 999… became 1000… */
				v->d[0] = '1';
				v->point++;
			}
		}
	}
	while (v->n > 0 && v->d[v->n - 1] == '0')
		v->n--;
}

void number_put(const struct number *v, struct buf *out)
{
	if (v->n == 0) {
		buf_add_char(out, '0');
		return;
	}
	if (v->negative)
		buf_add_char(out, '-');
	if (v->point <= 0)
		buf_add_char(out, '0');
	for (int i = 0; i < v->point; i++)
		buf_add_char(out, i < v->n ? v->d[i] : '0');
	if (v->n <= v->point)
		return;
	buf_add_char(out, '.');
	for (int i = v->point; i < v->n; i++)
		buf_add_char(out, i < 0 ? '0' : v->d[i]);
}
