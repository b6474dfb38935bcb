/*
 * The cells beside the values: every column that a field is made of is read a second time, as text,
 * in the same pass. So what is shown is what was read, in any format, and nothing is parsed twice.
 */
#include "read/preview.h"

#include <string.h>

#include "base/utf8.h"
#include "wire/json.h"

#define ROWS_BYTES (512u << 10) /* no further row is begun behind so many */

/* A mapping with its columns as texts behind its fields. */
struct wide {
	struct arena arena;
	struct mapping mapping;
	uint32_t nfields; /* of the mapping itself */
};

static void wide_free(struct wide *w)
{
	arena_free(&w->arena);
}

/* Which field has the text of a column; nfields of the wide mapping: none. */
static uint32_t text_of(const struct wide *w, struct sv column)
{
	uint32_t i = w->nfields;

	while (i < w->mapping.nfields && !sv_eq(w->mapping.fields[i].columns[0], column))
		i++;
	return i;
}

static bool add_text(struct wide *w, struct sv column)
{
	const char *name = arena_printf(&w->arena, "text %u", w->mapping.nfields);
	struct mapping_field *f = &w->mapping.fields[w->mapping.nfields];

	if (name == NULL)
		return false;
	*f = (struct mapping_field){.field = sv_from_cstr(name),
		.type = COL_TEXT,
		.columns = {column},
		.ncolumns = 1,
		.scale = -1};
	w->mapping.nfields++;
	return true;
}

static int widen(struct wide *w, const struct mapping *m, struct err *err)
{
	size_t room = m->nfields;

	for (uint32_t i = 0; i < m->nfields; i++)
		room += m->fields[i].ncolumns;
	w->mapping = *m;
	w->nfields = m->nfields;
	w->mapping.fields = ARENA_ARRAY(&w->arena, room + 1, struct mapping_field);
	if (w->mapping.fields == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	memcpy(w->mapping.fields, m->fields, m->nfields * sizeof(*m->fields));
	for (uint32_t i = 0; i < m->nfields; i++)
		for (uint32_t k = 0; k < m->fields[i].ncolumns; k++)
			if (text_of(w, m->fields[i].columns[k]) == w->mapping.nfields &&
				!add_text(w, m->fields[i].columns[k]))
				return err_set(err, E_NO_MEMORY, NULL);
	return 0;
}

/* ---- as JSON ---- */

static void put_fields(struct json_writer *w, const struct mapping *m, uint32_t n)
{
	json_open_array(w, "fields");
	for (uint32_t i = 0; i < n; i++) {
		const struct mapping_field *f = &m->fields[i];

		json_open_object(w, NULL);
		json_put_text(w, "field", f->field);
		json_put_cstr(w, "type", col_type_word(f->type));
		json_open_array(w, "columns");
		for (uint32_t k = 0; k < f->ncolumns; k++)
			json_put_text(w, NULL, f->columns[k]);
		json_close_array(w);
		json_close_object(w);
	}
	json_close_array(w);
}

static struct sv clipped(struct sv s)
{
	if (s.n <= READ_VALUE_MAX)
		return s;
	return sv_from(s.p, utf8_valid_prefix(sv_from(s.p, READ_VALUE_MAX)));
}

static void put_value(
	struct json_writer *w, const struct col_table *t, const struct col *c, uint32_t row)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	int32_t currency = 0;
	char code[4];

	if (!col_valid(c, row)) {
		json_put_null(w, "value");
		json_put_null(w, "money");
		return;
	}
	col_format(t, c, row, &text);
	json_put_text(w, "value", clipped(buf_sv(&text)));
	if (c->type == COL_AMOUNT)
		currency = col_amount_currency(t, c, row);
	if (currency == 0) {
		json_put_null(w, "money");
		return;
	}
	col_currency_unpack(currency, code);
	json_put_money(w, "money", c->i64[row], code);
}

static void put_cell(struct json_writer *w, const struct wide *wide, const struct col_table *t,
	uint32_t field, uint32_t row)
{
	const struct mapping_field *f = &wide->mapping.fields[field];

	json_open_object(w, NULL);
	put_value(w, t, &t->cols[field], row);
	json_open_array(w, "raw");
	for (uint32_t k = 0; k < f->ncolumns; k++) {
		uint32_t text = text_of(wide, f->columns[k]);

		if (text == wide->mapping.nfields)
			continue;
		const struct col *c = &t->cols[text];
		json_put_text(w, NULL, col_valid(c, row) ? clipped(col_text(c, row)) : SV(""));
	}
	json_close_array(w);
	json_close_object(w);
}

static void put_rows(struct json_writer *w, const struct wide *wide, const struct col_table *t)
{
	size_t begin = w->out->n;

	json_open_array(w, "rows");
	for (uint32_t row = 0; row < MIN(t->rows, PREVIEW_ROWS); row++) {
		if (w->out->n - begin > ROWS_BYTES)
			break;
		json_open_object(w, NULL);
		json_put_int(w, "line", t->line != NULL ? t->line[row] : 0);
		json_open_array(w, "cells");
		for (uint32_t i = 0; i < wide->nfields; i++)
			put_cell(w, wide, t, i, row);
		json_close_array(w);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_rejects(struct json_writer *w, const struct col_table *t)
{
	static const char *const texts[] = {"column", "value", "code", "detail"};
	const struct col *line = col_find(t, COL_FIELD, SV("line"));

	json_open_array(w, "rejects");
	for (uint32_t row = 0; row < MIN(t->rows, PREVIEW_REJECTS); row++) {
		json_open_object(w, NULL);
		json_put_int(w, "row", row);
		json_put_int(w, "line", line != NULL ? line->i64[row] : 0);
		for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
			const struct col *c = col_find(t, COL_FIELD, sv_from_cstr(texts[i]));
			bool there = c != NULL && col_valid(c, row);

			json_put_text(w, texts[i], there ? col_text(c, row) : SV_NULL);
		}
		json_close_object(w);
	}
	json_close_array(w);
}

/* The texts are no part of the sums: they are no amounts. */
static int put_preview(
	struct buf *out, const struct wide *wide, const struct read_result *r, struct err *err)
{
	struct json_writer w = json_writer_of(out);

	json_open_object(&w, NULL);
	put_fields(&w, &wide->mapping, wide->nfields);
	read_sums_to_json(&r->table, &w, "sums");
	put_rows(&w, wide, &r->table);
	put_rejects(&w, &r->rejects);
	json_close_object(&w);
	return buf_ok(out) ? 0
			   : err_set(err, E_LIMIT, "The file has too many columns to preview.");
}

int preview_read(struct col_source src, const struct mapping *mapping, struct buf *out,
	struct table_info *ret_info, struct err *err)
{
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct wide wide CLEANUP(wide_free) = {.arena = {0}};

	arena_init(&wide.arena, 0);
	int rc = widen(&wide, mapping, err);
	if (rc == 0)
		rc = read_file(src, &wide.mapping, &r, err);
	if (rc == E_LIMIT) { /* perhaps of columns only */
		wide.mapping.nfields = wide.nfields;
		rc = read_file(src, &wide.mapping, &r, err);
	}
	if (rc == 0)
		rc = put_preview(out, &wide, &r, err);
	if (rc == 0)
		*ret_info = r.info;
	return rc;
}
