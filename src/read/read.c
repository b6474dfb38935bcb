/*
 * The table of formats, and what is the same for all of them.
 */
#include "read/read.h"

#include <string.h>

#include "read/csv.h"

struct format {
	const char *name;
	/* Whether these first bytes are of the format. */
	bool (*guess)(struct sv head);
	int (*read)(struct col_source src, const struct mapping *mapping, struct read_result *ret,
		struct err *err);
};

/* Text without most controls: the last resort. UTF-16 has NULs, CSV else has none to speak of. */
static bool guess_csv(struct sv head)
{
	size_t odd = 0;

	if (encoding_guess(head, false) == ENCODING_UTF_16LE ||
		encoding_guess(head, false) == ENCODING_UTF_16BE)
		return true;
	for (size_t i = 0; i < head.n; i++) {
		unsigned char c = (unsigned char)head.p[i];

		odd += c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1a;
	}
	return odd * 100 <= head.n;
}

/* Asked in this order. */
static const struct format formats[] = {
	{"csv", guess_csv, csv_read},
};

const char *read_format_guess(struct sv head)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (formats[i].guess(head))
			return formats[i].name;
	return NULL;
}

void read_result_free(struct read_result *r)
{
	col_table_free(&r->table);
	col_table_free(&r->rejects);
	*r = READ_RESULT_INIT;
}

int read_file(struct col_source src, const struct mapping *mapping, struct read_result *ret,
	struct err *err)
{
	if (src.size == 0)
		return err_set(err, E_FILE_EMPTY, NULL);
	if (src.size > READ_FILE_MAX)
		return err_set(err, E_LIMIT, "A file has at most 2 GiB.");
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (sv_eq_cstr(mapping->format, formats[i].name))
			return formats[i].read(src, mapping, ret, err);
	return err_set_at(
		err, E_MAPPING, "/format", "There is no format '%.*s'.", SV_ARG(mapping->format));
}

size_t read_sums(const struct col_table *t, const struct col *c, struct read_sum *ret, size_t cap)
{
	size_t n = 0, last = 0;

	for (uint32_t r = 0; r < t->rows; r++) {
		if (!col_valid(c, r))
			continue;
		int32_t currency = col_amount_currency(t, c, r);
		size_t i = n > 0 && ret[last].currency == currency ? last : 0;

		while (i < n && ret[i].currency < currency)
			i++;
		if (i == n || ret[i].currency != currency) {
			if (n == cap)
				continue;
			memmove(ret + i + 1, ret + i, (n - i) * sizeof(*ret));
			ret[i] = (struct read_sum){currency, (uint8_t)col_amount_scale(t, c, r), 0};
			n++;
		}
		ret[i].sum += c->i64[r];
		last = i;
	}
	return n;
}
