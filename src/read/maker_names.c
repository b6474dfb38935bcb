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

static struct sv unique_name(struct sv *names, uint32_t i, struct sv name, struct arena *a)
{
	struct sv tried = name;

	for (uint32_t k = 2, j = 0; j < i;) {
		if (!sv_eq(names[j], tried)) {
			j++;
			continue;
		}
		char *again = arena_printf(a, "%.*s (%u)", SV_ARG(name), k++);
		if (again == NULL)
			return SV_NULL;
		tried = sv_from_cstr(again);
		j = 0;
	}
	return tried;
}

struct sv *maker_names(const struct sv *cells, uint32_t n, struct arena *a)
{
	struct sv *names = ARENA_ARRAY(a, n + 1u, struct sv);

	for (uint32_t i = 0; names != NULL && i < n; i++) {
		struct buf b CLEANUP(buf_free) = BUF_INIT;

		maker_add_clean(&b, cell_trim(cells[i]), NAME_CUT);
		if (b.n == 0)
			buf_printf(&b, "Column %u", i + 1);
		struct sv name = arena_sv(a, buf_sv(&b));
		names[i] = unique_name(names, i, name, a);
		if (name.p == NULL || names[i].p == NULL)
			return NULL;
	}
	return names;
}
