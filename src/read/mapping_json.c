/*
 * Mappings as JSON: the canonical text that is stored and hashed, and the reader that says by
 * pointer what is wrong.
 */
#include "read/mapping.h"

#include <string.h>

#include "base/currency.h"
#include "wire/json.h"

/* ---- out ---- */

static void put_char(struct json_writer *w, const char *key, char c)
{
	json_put_text(w, key, sv_from(&c, c != 0));
}

static void put_header(struct json_writer *w, const struct mapping_dialect *d)
{
	json_put_int(w, "header_row", d->header_row);
	if (d->header_rows > 1)
		json_put_int(w, "header_rows", d->header_rows);
	if (d->skip_rows > 0)
		json_put_int(w, "skip_rows", d->skip_rows);
	if (d->footer_rows > 0)
		json_put_int(w, "footer_rows", d->footer_rows);
}

static void put_dialect(struct json_writer *w, const struct mapping_dialect *d, unsigned members)
{
	json_open_object(w, "dialect");
	if (members & DIALECT_MARKS) {
		put_char(w, "delimiter", d->delimiter);
		put_char(w, "quote", d->quote);
		if (d->guard)
			json_put_bool(w, "guard", true);
	}
	if (members & DIALECT_ENCODING)
		json_put_cstr(w, "encoding", encoding_word(d->encoding));
	if ((members & DIALECT_SHEET) && d->sheet.n > 0)
		json_put_text(w, "sheet", d->sheet);
	if (members & DIALECT_HEADER)
		put_header(w, d);
	json_close_object(w);
}

static void put_texts(struct json_writer *w, const char *key, const struct sv *texts, uint32_t n)
{
	json_open_array(w, key);
	for (uint32_t i = 0; i < n; i++)
		json_put_text(w, NULL, texts[i]);
	json_close_array(w);
}

static void put_field(struct json_writer *w, const struct mapping_field *f)
{
	json_open_object(w, NULL);
	json_put_text(w, "field", f->field);
	json_put_cstr(w, "type", col_type_word(f->type));
	if (f->ncolumns == 1)
		json_put_text(w, "column", f->columns[0]);
	else
		put_texts(w, "columns", f->columns, f->ncolumns);
	if (f->sign != SIGN_PLAIN)
		json_put_cstr(w, "sign", mapping_sign_words[f->sign]);
	if (f->nnegative > 0)
		put_texts(w, "negative", f->negative, f->nnegative);
	if (f->scale >= 0)
		json_put_int(w, "scale", f->scale);
	if (f->required)
		json_put_bool(w, "required", true);
	json_close_object(w);
}

void mapping_to_json(const struct mapping *m, struct buf *out)
{
	struct json_writer w = json_writer_of(out);
	char currency[4];

	json_open_object(&w, NULL);
	json_put_text(&w, "format", m->format);
	put_dialect(&w, &m->dialect, mapping_dialect_members(m->format));
	put_char(&w, "decimal", m->decimal.decimal);
	put_char(&w, "thousands", m->decimal.thousands);
	json_put_cstr(&w, "date_order", mapping_date_order_words[m->date_order]);
	if (m->currency != 0) {
		col_currency_unpack(m->currency, currency);
		json_put_cstr(&w, "currency", currency);
	}
	if (m->rounding != ROUNDING_NONE)
		json_put_cstr(&w, "rounding", mapping_rounding_words[m->rounding]);
	json_open_array(&w, "fields");
	for (uint32_t i = 0; i < m->nfields; i++)
		put_field(&w, &m->fields[i]);
	json_close_array(&w);
	json_close_object(&w);
}

/* ---- in ---- */

static size_t count_words(const char *const *words)
{
	size_t n = 0;

	while (words[n] != NULL)
		n++;
	return n;
}

static size_t read_word(
	struct json_reader *r, const char *key, const char *const *words, size_t otherwise)
{
	size_t i = otherwise;

	json_read_choice(r, key, JSON_OPTIONAL, words, count_words(words), &i);
	return i;
}

/* One ASCII character, or none. */
static char read_char(struct json_reader *r, const char *key, char otherwise)
{
	struct sv s = sv_from(&otherwise, otherwise != 0);

	json_read_text(r, key, JSON_OPTIONAL, 0, 1, &s);
	return s.n == 1 ? s.p[0] : '\0';
}

static uint32_t read_u32(struct json_reader *r, const char *key, uint32_t max, uint32_t otherwise)
{
	int64_t v = otherwise;

	json_read_int(r, key, JSON_OPTIONAL, 0, max, &v);
	return (uint32_t)v;
}

static void read_encoding(struct json_reader *d, enum encoding *ret)
{
	struct sv encoding = SV("utf-8");

	json_read_text(d, "encoding", JSON_OPTIONAL, 1, 40, &encoding);
	if (!encoding_from_word(encoding, ret))
		json_reader_fail(
			d, E_MAPPING, "encoding", "There is no encoding '%.*s'.", SV_ARG(encoding));
}

static void read_header(struct json_reader *d, struct mapping_dialect *ret)
{
	ret->header_row = read_u32(d, "header_row", UINT16_MAX, 1);
	ret->header_rows = read_u32(d, "header_rows", UINT16_MAX, 1);
	ret->skip_rows = read_u32(d, "skip_rows", UINT16_MAX, 0);
	ret->footer_rows = read_u32(d, "footer_rows", UINT16_MAX, 0);
}

static void read_dialect(
	struct json_reader *r, unsigned members, struct arena *a, struct mapping_dialect *ret)
{
	struct json_reader d;
	struct sv sheet = SV_NULL;

	*ret = (struct mapping_dialect){
		.delimiter = ',', .quote = '"', .header_row = 1, .header_rows = 1};
	if (!json_read_object(r, "dialect", JSON_OPTIONAL, &d))
		return;
	if (members & DIALECT_MARKS) {
		ret->delimiter = read_char(&d, "delimiter", ',');
		ret->quote = read_char(&d, "quote", '"');
		json_read_bool(&d, "guard", JSON_OPTIONAL, &ret->guard);
	}
	if (members & DIALECT_ENCODING)
		read_encoding(&d, &ret->encoding);
	if (members & DIALECT_SHEET)
		json_read_text(&d, "sheet", JSON_OPTIONAL, 1, MAPPING_SHEET_MAX, &sheet);
	ret->sheet = arena_sv(a, sheet);
	if (members & DIALECT_HEADER)
		read_header(&d, ret);
	if (json_reader_end(&d) != 0)
		r->failed = d.failed;
}

static uint32_t read_texts(
	struct json_reader *r, const char *key, uint32_t max, struct arena *a, struct sv *ret)
{
	const struct json_object *array = NULL;
	size_t n = 0;

	json_read_array(r, key, JSON_OPTIONAL, max, &array, &n);
	for (size_t i = 0; i < n; i++) {
		struct sv s = SV_NULL;

		if (!json_item_text(r, key, array, i, 1, COL_NAME_MAX, &s))
			return 0;
		ret[i] = arena_sv(a, s);
	}
	return (uint32_t)n;
}

static void read_columns(struct json_reader *r, struct arena *a, struct mapping_field *ret)
{
	struct sv column = SV_NULL;

	json_read_text(r, "column", JSON_OPTIONAL, 1, COL_NAME_MAX, &column);
	ret->ncolumns = read_texts(r, "columns", MAPPING_COLUMNS_MAX, a, ret->columns);
	if (column.p != NULL && ret->ncolumns > 0)
		json_reader_fail(r, E_MAPPING, "columns", "Give either column or columns.");
	if (column.p != NULL) {
		ret->columns[0] = arena_sv(a, column);
		ret->ncolumns = 1;
	}
}

static int read_field(struct json_reader *r, struct arena *a, struct mapping_field *ret)
{
	static const char *const types[] = {
#define COL_TYPE(name, word, held) word,
#include "col/col_type.def"
#undef COL_TYPE
	};
	struct sv field = SV_NULL;
	size_t type = 0;
	int64_t scale = -1;

	json_read_text(r, "field", JSON_REQUIRED, 1, 40, &field);
	json_read_choice(r, "type", JSON_REQUIRED, types, ARRAY_LEN(types), &type);
	read_columns(r, a, ret);
	ret->sign = (enum mapping_sign)read_word(r, "sign", mapping_sign_words, SIGN_PLAIN);
	ret->nnegative = read_texts(r, "negative", MAPPING_NEGATIVE_MAX, a, ret->negative);
	json_read_int(r, "scale", JSON_OPTIONAL, 0, DECIMAL_SCALE_MAX, &scale);
	json_read_bool(r, "required", JSON_OPTIONAL, &ret->required);
	ret->field = arena_sv(a, field);
	ret->type = (enum col_type)type;
	ret->scale = (int)scale;
	return json_reader_end(r);
}

static void read_fields(struct json_reader *r, struct arena *a, struct mapping *ret)
{
	const struct json_object *array = NULL;
	size_t n = 0;

	json_read_array(r, "fields", JSON_REQUIRED, MAPPING_FIELDS_MAX, &array, &n);
	ret->fields = ARENA_ARRAY(a, n + 1, struct mapping_field);
	ret->nfields = ret->fields == NULL ? 0 : (uint32_t)n;
	for (uint32_t i = 0; i < ret->nfields; i++) {
		struct json_reader item = json_reader_item(r, "fields", array, i);

		if (read_field(&item, a, &ret->fields[i]) != 0) {
			r->failed = item.failed;
			return;
		}
	}
}

static void read_currency(struct json_reader *r, int32_t *ret)
{
	char code[4] = "";

	json_read_currency(r, "currency", JSON_OPTIONAL, code);
	*ret = code[0] == '\0' ? 0 : col_currency_pack(sv_from_cstr(code));
}

static int read_mapping(
	const struct json_object *root, struct arena *a, struct mapping *ret, struct err *err)
{
	struct json_reader r = json_reader_of(root, err);
	struct mapping m = {0};
	struct sv format = SV_NULL;

	json_read_text(&r, "format", JSON_REQUIRED, 1, 20, &format);
	m.format = arena_sv(a, format);
	read_dialect(&r, mapping_dialect_members(m.format), a, &m.dialect);
	m.decimal.decimal = read_char(&r, "decimal", '.');
	m.decimal.thousands = read_char(&r, "thousands", 0);
	m.date_order =
		(enum date_order)read_word(&r, "date_order", mapping_date_order_words, DATE_YMD);
	read_currency(&r, &m.currency);
	m.rounding = (enum mapping_rounding)read_word(
		&r, "rounding", mapping_rounding_words, ROUNDING_NONE);
	read_fields(&r, a, &m);
	int rc = json_reader_end(&r);
	if (rc == 0 && !arena_ok(a))
		rc = err_set(err, E_NO_MEMORY, NULL);
	if (rc == 0)
		rc = mapping_check(&m, err);
	if (rc == 0)
		*ret = m;
	return rc;
}

int mapping_from_json(struct sv json, struct arena *a, struct mapping *ret, struct err *err)
{
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	struct err scratch;

	if (err == NULL)
		err = &scratch;
	if (json.n > MAPPING_JSON_MAX)
		return err_set(err, E_LIMIT, "A mapping has at most %u bytes.", MAPPING_JSON_MAX);
	int rc = json_parse(json, JSON_DEPTH, &root, err);
	return rc != 0 ? rc : read_mapping(root, a, ret, err);
}
