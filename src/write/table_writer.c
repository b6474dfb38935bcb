/* Typed tables as files for people; see table_writer.h. */
#include "write/table_writer.h"

static bool is_source_name(const struct col_table *t, const char *name)
{
	return col_find(t, COL_SOURCE, sv_from_cstr(name)) != NULL;
}

static const char *header_of(const struct col_table *t, const struct col *c, struct arena *a)
{
	const char *name = c->name;

	if (c->role == COL_SOURCE)
		return name;
	for (unsigned k = 1; name != NULL && is_source_name(t, name); k++)
		name = k == 1 ? arena_printf(a, "%s (field)", c->name)
			      : arena_printf(a, "%s (field %u)", c->name, k);
	return name;
}

const struct sv *table_writer_names(const struct col_table *t, struct arena *a)
{
	struct sv *names = ARENA_ARRAY(a, t->ncols + 1u, struct sv);

	for (uint32_t i = 0; names != NULL && i < t->ncols; i++)
		names[i] = sv_from_cstr(header_of(t, &t->cols[i], a));
	return arena_ok(a) ? names : NULL;
}

/* Bytes are at least as many as UTF-16 units: most texts need no closer look, which is the
 * writer's. */
static bool has_long_text(const struct col_table *t, const struct col *c)
{
	for (uint32_t r = 0; r < t->rows; r++)
		if (col_text(c, r).n > WRITER_SHEET_TEXT_MAX)
			return true;
	return false;
}

int table_writer_check(const struct col_table *t, enum write_format format, struct err *err)
{
	if (format != WRITE_XLSX)
		return 0;
	if (t->rows > WRITER_SHEET_ROWS_MAX)
		return err_set(err, E_LIMIT,
			"A sheet has room for %u rows, there are %u; choose CSV.",
			WRITER_SHEET_ROWS_MAX, t->rows);
	for (uint32_t i = 0; i < t->ncols; i++)
		if (col_held(t->cols[i].type) == COL_STR && has_long_text(t, &t->cols[i]))
			return err_set(err, E_LIMIT,
				"The column %s has a text longer than a cell of a sheet; choose CSV.",
				t->cols[i].name);
	return 0;
}

void table_writer_cell(
	struct writer *w, const struct col_table *t, const struct col *c, uint32_t row)
{
	char code[4];

	if (!col_valid(c, row)) {
		writer_empty(w);
		return;
	}
	switch (c->type) {
	case COL_AMOUNT:
		writer_decimal(w, c->i64[row], col_amount_scale(t, c, row));
		break;
	case COL_QUANTITY:
	case COL_RATE:
	case COL_NUMBER:
		writer_decimal(w, c->i64[row], c->scale);
		break;
	case COL_DATE:
		writer_day(w, c->i32[row]);
		break;
	case COL_CURRENCY:
		col_currency_unpack(c->i32[row], code);
		writer_text(w, sv_from_cstr(code));
		break;
	case COL_TEXT:
	case COL_CODE:
	case COL_TYPE_COUNT:
		writer_text(w, col_text(c, row));
		break;
	}
}

int table_writer_all(
	const struct col_table *t, enum write_format format, struct col_sink sink, struct err *err)
{
	struct writer *w CLEANUP(writer_free) = NULL;
	struct arena a CLEANUP(arena_free);

	arena_init(&a, 0);
	const struct sv *names = table_writer_names(t, &a);
	if (names == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	int rc = writer_new(format, sink, &w, err);
	if (rc == 0)
		rc = writer_header(w, names, t->ncols, err);
	for (uint32_t row = 0; row < t->rows && rc == 0; row++) {
		for (uint32_t i = 0; i < t->ncols; i++)
			table_writer_cell(w, t, &t->cols[i], row);
		rc = writer_row(w, err);
	}
	return rc != 0 ? rc : writer_finish(w, err);
}

/* ---- the way back ---- */

static int scale_to_name(const struct col *c)
{
	bool scaled = c->type == COL_QUANTITY || c->type == COL_RATE || c->type == COL_NUMBER ||
		      (c->type == COL_AMOUNT && c->currency == 0 && c->currency_col < 0);

	return scaled && c->scale != COL_SCALE_OF_CURRENCY ? c->scale : -1;
}

int table_writer_mapping(const struct col_table *t, enum write_format format, struct arena *a,
	struct mapping *ret, struct err *err)
{
	const struct sv *names = table_writer_names(t, a);
	struct mapping m = {
		.format = sv_from_cstr(write_format_words[format]),
		.dialect = {.delimiter = ',',
			.quote = '"',
			.encoding = ENCODING_UTF_8,
			.guard = format == WRITE_CSV,
			.header_row = 1,
			.header_rows = 1},
		.decimal = {.decimal = '.'},
		.date_order = DATE_YMD,
		.fields = ARENA_ARRAY(a, t->ncols + 1u, struct mapping_field),
	};

	if (names == NULL || m.fields == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < t->ncols; i++) {
		const struct col *c = &t->cols[i];

		if (c->role != COL_FIELD)
			continue;
		if (c->type == COL_AMOUNT && c->currency != 0)
			m.currency = c->currency;
		m.fields[m.nfields++] = (struct mapping_field){.field = sv_from_cstr(c->name),
			.type = c->type,
			.columns = {names[i]},
			.ncolumns = 1,
			.scale = scale_to_name(c)};
	}
	*ret = m;
	return 0;
}
