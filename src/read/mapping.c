/*
 * What can be said about a mapping without the file it is for.
 */
#include "read/mapping.h"

#include <stdio.h>
#include <string.h>

#include "base/currency.h"
#include "base/utf8.h"

const char *const mapping_sign_words[] = {[SIGN_PLAIN] = "plain",
	[SIGN_NEGATE] = "negate",
	[SIGN_DEBIT_CREDIT] = "debit_credit",
	[SIGN_CREDIT_DEBIT] = "credit_debit",
	[SIGN_MARKER] = "marker",
	NULL};
const char *const mapping_rounding_words[] = {[ROUNDING_NONE] = "none",
	[ROUNDING_HALF_EVEN] = "half_even",
	[ROUNDING_HALF_UP] = "half_up",
	NULL};
const char *const mapping_date_order_words[] = {
	[DATE_YMD] = "ymd", [DATE_DMY] = "dmy", [DATE_MDY] = "mdy", NULL};

static const struct {
	const char *word;
	unsigned members;
} formats[] = {
#define FORMAT(id, word, members) {word, members},
#include "read/format.def"
#undef FORMAT
};

unsigned mapping_dialect_members(struct sv format)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (sv_eq_cstr(format, formats[i].word))
			return formats[i].members;
	return 0;
}

#define HEADER_ROW_MAX 1000u
#define HEADER_ROWS_MAX 4u
#define FOOTER_ROWS_MAX 100u

/* A field's name: a lower-case word that is also a key of JSON and SQL. */
static bool field_name_ok(struct sv s)
{
	if (s.n < 1 || s.n > 40 || s.p[0] < 'a' || s.p[0] > 'z')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
			    s.p[i] == '_'))
			return false;
	return true;
}

static uint32_t columns_wanted(const struct mapping_field *f, uint32_t *ret_max)
{
	bool text = f->type == COL_TEXT || f->type == COL_CODE;
	bool two = f->type == COL_AMOUNT && f->sign >= SIGN_DEBIT_CREDIT;

	*ret_max = text ? MAPPING_COLUMNS_MAX : two ? 2 : 1;
	return two ? 2 : 1;
}

static int check_field(const struct mapping *m, uint32_t i, struct err *err)
{
	const struct mapping_field *f = &m->fields[i];
	char at[64];
	uint32_t max, min = columns_wanted(f, &max);

#define FIELD_ERROR(member, ...)                                                                   \
	(snprintf(at, sizeof(at), "/fields/%u" member, i),                                         \
		err_set_at(err, E_MAPPING, at, __VA_ARGS__))
	if (!field_name_ok(f->field))
		return FIELD_ERROR("/field", "A field's name is up to 40 of a-z, 0-9 and _.");
	for (uint32_t k = 0; k < i; k++)
		if (sv_eq(m->fields[k].field, f->field))
			return FIELD_ERROR(
				"/field", "The field '%.*s' is there twice.", SV_ARG(f->field));
	if (f->ncolumns < min || f->ncolumns > max)
		return FIELD_ERROR("/columns", "This field needs %u to %u columns.", min, max);
	for (uint32_t k = 0; k < f->ncolumns; k++)
		if (f->columns[k].n < 1 || f->columns[k].n > COL_NAME_MAX ||
			!utf8_valid(f->columns[k]))
			return FIELD_ERROR(
				"/columns", "A column's name has 1 to %u bytes.", COL_NAME_MAX);
	if (f->sign != SIGN_PLAIN && f->type != COL_AMOUNT)
		return FIELD_ERROR("/sign", "Only an amount has a sign.");
	if (f->nnegative > 0 && f->sign != SIGN_MARKER)
		return FIELD_ERROR("/negative", "Only the sign 'marker' has markers.");
	if (f->scale < -1 || f->scale > (f->type == COL_AMOUNT ? 6 : DECIMAL_SCALE_MAX))
		return FIELD_ERROR("/scale", "The scale is out of range.");
#undef FIELD_ERROR
	return 0;
}

static int check_rows(const struct mapping_dialect *d, struct err *err)
{
	if (d->header_row > HEADER_ROW_MAX)
		return err_set_at(err, E_MAPPING, "/dialect/header_row",
			"The header is in one of the first %u rows.", HEADER_ROW_MAX);
	if (d->header_rows > (d->header_row > 0 ? HEADER_ROWS_MAX : 1u))
		return err_set_at(err, E_MAPPING, "/dialect/header_rows",
			"A header has at most %u rows.", HEADER_ROWS_MAX);
	if (d->skip_rows > (d->header_row > 0 ? 0 : HEADER_ROW_MAX))
		return err_set_at(err, E_MAPPING, "/dialect/skip_rows",
			"Without a header up to %u rows are skipped.", HEADER_ROW_MAX);
	if (d->footer_rows > FOOTER_ROWS_MAX)
		return err_set_at(err, E_MAPPING, "/dialect/footer_rows",
			"A footer has at most %u rows.", FOOTER_ROWS_MAX);
	return 0;
}

static int check_number_marks(const struct mapping *m, struct err *err)
{
	if (m->decimal.decimal != '.' && m->decimal.decimal != ',')
		return err_set_at(err, E_MAPPING, "/decimal", "The decimal mark is . or ,");
	if (m->decimal.thousands != 0 && (strchr(",. '", m->decimal.thousands) == NULL ||
						 m->decimal.thousands == m->decimal.decimal))
		return err_set_at(err, E_MAPPING, "/thousands",
			"The thousands mark is one of , . ' and space, and not the decimal mark.");
	return 0;
}

static int check_marks(const struct mapping_dialect *d, struct err *err)
{
	if (d->delimiter == d->quote || strchr("\n\r", d->delimiter) != NULL ||
		(unsigned char)d->delimiter >= 0x80)
		return err_set_at(err, E_MAPPING, "/dialect/delimiter",
			"The delimiter is one character, no line end and not the quote.");
	if (d->quote == '\n' || d->quote == '\r' || (unsigned char)d->quote >= 0x80)
		return err_set_at(err, E_MAPPING, "/dialect/quote", "The quote is one character.");
	return 0;
}

int mapping_check(const struct mapping *m, struct err *err)
{
	unsigned members = mapping_dialect_members(m->format);
	int rc = check_number_marks(m, err);

	if (rc == 0 && (members & DIALECT_MARKS))
		rc = check_marks(&m->dialect, err);
	if (rc == 0 && (members & DIALECT_HEADER))
		rc = check_rows(&m->dialect, err);
	if (rc != 0)
		return rc;
	if (m->nfields < 1 || m->nfields > MAPPING_FIELDS_MAX)
		return err_set_at(err, E_MAPPING, "/fields", "A mapping has 1 to %u fields.",
			MAPPING_FIELDS_MAX);
	for (uint32_t i = 0; i < m->nfields && rc == 0; i++)
		rc = check_field(m, i, err);
	return rc;
}
