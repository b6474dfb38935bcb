/*
 * Reading a file: its format by content, then that format's way through the mapping.
 */
#include "read/read.h"

#include <string.h>

#include "read/feed_make.h"
#include "read/format.h"
#include "read/packed.h"
#include "wire/json.h"

#define SUMS_MAX 64

void read_result_free(struct read_result *r)
{
	col_table_free(&r->table);
	col_table_free(&r->rejects);
	statement_list_free(&r->statements);
	*r = READ_RESULT_INIT;
}

/* Of what is not compressed. */
static int read_format(struct col_source src, const struct mapping *mapping, unsigned threads,
	struct read_result *ret, struct err *err)
{
	const struct format *format = NULL, *wanted = format_by_word(mapping->format);
	if (wanted == NULL)
		return err_set_at(err, E_MAPPING, "/format", "There is no format '%.*s'.",
			SV_ARG(mapping->format));
	int rc = format_of(src, wanted, &format, err);
	if (rc != 0)
		return rc;
	if (format != wanted)
		return err_set_at(err, E_MAPPING, "/format",
			"The file's format is %s, the mapping is for %s.", format_word(format),
			format_word(wanted));
	if (format->read != NULL)
		return format->read(src, mapping, threads, ret, err);
	return feed_make(format, src, mapping, ret, err);
}

int read_file(struct col_source src, const struct mapping *mapping, struct read_result *ret,
	struct err *err)
{
	return read_file_threads(src, mapping, 1, ret, err);
}

int read_file_threads(struct col_source src, const struct mapping *mapping, unsigned threads,
	struct read_result *ret, struct err *err)
{
	if (src.size == 0)
		return err_set(err, E_FILE_EMPTY, NULL);
	if (src.size > READ_FILE_MAX)
		return err_set(err, E_LIMIT, "A file has at most 2 GiB.");
	struct packed *packed CLEANUP(packed_close) = NULL;
	int rc = packed_open(src, &packed, &src, err);
	return rc != 0 ? rc : read_format(src, mapping, threads, ret, err);
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

void read_sums_to_json(const struct col_table *t, struct json_writer *w, const char *key)
{
	json_open_array(w, key);
	for (uint32_t i = 0; i < t->ncols; i++) {
		const struct col *c = &t->cols[i];
		struct read_sum sums[SUMS_MAX];
		size_t n = 0;

		if (c->role == COL_FIELD && c->type == COL_AMOUNT)
			n = MIN(read_sums(t, c, sums, SUMS_MAX), (size_t)SUMS_MAX);
		for (size_t k = 0; k < n; k++) {
			char code[4] = "XXX"; /* ISO 4217: no currency */

			if (sums[k].currency)
				col_currency_unpack(sums[k].currency, code);
			json_open_object(w, NULL);
			json_put_cstr(w, "field", c->name);
			json_put_money(w, "money", sums[k].sum, code);
			json_close_object(w);
		}
	}
	json_close_array(w);
}
