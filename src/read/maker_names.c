/*
 * Names for columns, and text from outside that must be shown: always valid UTF-8 without NUL.
 */
#include <string.h>

#include "base/utf8.h"
#include "read/cell.h"
#include "read/maker_private.h"

void maker_add_clean(struct buf *out, struct sv s, size_t max)
{
	size_t start = out->n;

	while (s.n > 0 && out->n - start < max) {
		size_t n = utf8_valid_prefix(s);
		const char *nul = n > 0 ? memchr(s.p, '\0', n) : NULL;

		if (nul != NULL)
			n = (size_t)(nul - s.p);
		if (n > max - (out->n - start)) {
			n = max - (out->n - start);
			while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
				n--;
			buf_add(out, s.p, n);
			return;
		}
		buf_add(out, s.p, n);
		if (n == s.n || out->n - start + 3 > max)
			return;
		buf_add(out, "\xef\xbf\xbd", 3);
		s = sv_from(s.p + n + 1, s.n - n - 1);
	}
}

#define NAME_CUT 200u /* leaves room for a number within COL_NAME_MAX */

/* The first of "name", "name (2)", "name (3)" … that no column before i has, from *number on, which
 * becomes that one's. */
static struct sv unique_name(
	const struct sv *names, uint32_t i, struct sv name, uint32_t *number, struct arena *a)
{
	struct sv tried = name;
	uint32_t j = 0;

	for (;; ++*number) {
		if (*number > 1) {
			char *numbered = arena_printf(a, "%.*s (%u)", SV_ARG(name), *number);
			if (numbered == NULL)
				return SV_NULL;
			tried = sv_from_cstr(numbered);
		}
		for (j = 0; j < i && !sv_eq(names[j], tried);)
			j++;
		if (j == i)
			return tried;
	}
}

struct sv *maker_names(const struct sv *cells, uint32_t n, struct arena *a)
{
	struct sv *names = ARENA_ARRAY(a, n + 1u, struct sv), *plain = ARENA_ARRAY(a, n + 1u, struct sv);
	uint32_t *number = ARENA_ARRAY(a, n + 1u, uint32_t);

	for (uint32_t i = 0; arena_ok(a) && i < n; i++) {
		struct buf b CLEANUP(buf_free) = BUF_INIT;
		uint32_t twin = i; /* the last of this name, behind which numbers go on */

		maker_add_clean(&b, cell_trim(cells[i]), NAME_CUT);
		if (b.n == 0)
			buf_printf(&b, "Column %u", i + 1);
		plain[i] = arena_sv(a, buf_sv(&b));
		while (twin > 0 && !sv_eq(plain[twin - 1], plain[i]))
			twin--;
		number[i] = twin > 0 ? number[twin - 1] + 1 : 1;
		names[i] = unique_name(names, i, plain[i], &number[i], a);
	}
	return arena_ok(a) ? names : NULL;
}
