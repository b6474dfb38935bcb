/*
 * From columns to a mapping: which column is which field, how amounts get their sign, which
 * currency they are in; and what only a person can say.
 */
#include "read/detect.h"

#include <string.h>

#include "read/cell.h"

struct fields {
	struct detect *d;
	struct mapping *m;
	struct read_proposal *p;
	uint8_t *used; /* per column */
};

static const struct {
	enum name_role role;
	enum col_type type;
	const char *field;
} canonical[] = {
	{NAME_DATE, COL_DATE, "date"},
	{NAME_VALUE_DATE, COL_DATE, "value_date"},
	{NAME_AMOUNT, COL_AMOUNT, "amount"},
	{NAME_BALANCE, COL_AMOUNT, "balance"},
	{NAME_FEE, COL_AMOUNT, "fee"},
	{NAME_TAX, COL_AMOUNT, "tax"},
	{NAME_CURRENCY, COL_CURRENCY, "currency"},
	{NAME_REFERENCE, COL_CODE, "reference"},
	{NAME_REFERENCE, COL_TEXT, "reference"},
	{NAME_TEXT, COL_TEXT, "text"},
	{NAME_PARTY, COL_TEXT, "party"},
	{NAME_ACCOUNT, COL_CODE, "account"},
	{NAME_ACCOUNT, COL_TEXT, "account"},
	{NAME_RATE, COL_RATE, "rate"},
	{NAME_QUANTITY, COL_QUANTITY, "quantity"},
};

static bool field_taken(const struct mapping *m, struct sv name)
{
	for (uint32_t i = 0; i < m->nfields; i++)
		if (sv_eq(m->fields[i].field, name))
			return true;
	return false;
}

static struct sv free_name(struct fields *f, struct sv name)
{
	struct sv tried = name;

	for (unsigned k = 2; field_taken(f->m, tried); k++) {
		char *again = arena_printf(f->d->arena, "%.*s_%u", SV_ARG(name), k);
		if (again == NULL)
			return name;
		tried = sv_from_cstr(again);
	}
	return tried;
}

static struct mapping_field *add_field(
	struct fields *f, struct sv name, enum col_type type, uint32_t column)
{
	const struct detect_col *c = &f->d->cols[column];
	struct mapping_field *to = &f->m->fields[f->m->nfields];

	*to = (struct mapping_field){.field = free_name(f, name), .type = type, .scale = -1};
	to->columns[0] = c->name;
	to->ncolumns = 1;
	to->required = (type == COL_AMOUNT || type == COL_DATE) && c->empty == 0 && c->values > 0;
	if (type == COL_NUMBER || type == COL_RATE || type == COL_QUANTITY)
		to->scale = (int)MIN(c->digits_behind, (uint32_t)DECIMAL_SCALE_MAX);
	else if (type == COL_AMOUNT && c->digits_behind > 2)
		to->scale = (int)MIN(c->digits_behind, 6u);
	f->m->nfields++;
	f->used[column] = 1;
	f->p->columns[column].field = to->field;
	return to;
}

/* ---- currency ---- */

static void choose_currency(struct fields *f)
{
	int32_t found = 0;
	bool one = true;

	for (uint32_t i = 0; i < f->d->width; i++) {
		const struct detect_col *c = &f->d->cols[i];

		if (c->type == COL_CURRENCY)
			return; /* by row */
		if (c->type != COL_AMOUNT || c->currency == 0)
			continue;
		one = one && (found == 0 || found == c->currency);
		found = c->currency;
	}
	f->m->currency = found != 0 && one ? found : f->d->hint->currency;
}

/* ---- amounts ---- */

static int find_role(const struct fields *f, enum name_role a, enum name_role b)
{
	for (uint32_t i = 0; i < f->d->width; i++) {
		const struct detect_col *c = &f->d->cols[i];
		enum name_role role = detect_name_role(c->name);

		if (!f->used[i] && (role == a || role == b) &&
			(c->type == COL_AMOUNT || c->type == COL_NUMBER || c->values == 0))
			return (int)i;
	}
	return -1;
}

/* A question with two answers. */
static void ask(struct fields *f, const char *code, const char *pointer, const char *detail,
	const char *first, const char *second)
{
	detect_ask(f->d, code, pointer, sv_from_cstr(detail),
		(const char *const[]){first, second, NULL});
}

/* Both filled in the same row: no pair. */
static bool exclusive(const struct detect *d, uint32_t a, uint32_t b)
{
	uint32_t both = 0, rows = 0;

	for (uint32_t r = d->first; r < d->nrows; r++) {
		if (d->rows[r].n != d->width)
			continue;
		int64_t va = 0, vb = 0;
		struct decimal_format format = detect_formats[d->format];
		int ra = cell_amount(
			cell_trim(d->rows[r].cells[a]), format, 6, ROUNDING_HALF_UP, 0, &va);
		int rb = cell_amount(
			cell_trim(d->rows[r].cells[b]), format, 6, ROUNDING_HALF_UP, 0, &vb);

		rows++;
		both += ra == 0 && rb == 0 && va != 0 && vb != 0;
	}
	return both * 100 <= rows;
}

static void add_pair(struct fields *f)
{
	int debit = find_role(f, NAME_DEBIT, NAME_OUT), credit = find_role(f, NAME_CREDIT, NAME_IN);

	if (debit < 0 || credit < 0 || !exclusive(f->d, (uint32_t)debit, (uint32_t)credit))
		return;
	const struct detect_col *cols = f->d->cols;
	bool flow = detect_name_role(cols[debit].name) == NAME_OUT ||
		    detect_name_role(cols[credit].name) == NAME_IN;
	bool bank = sv_eq_cstr(f->d->hint->kind, "bank");
	bool ledger = sv_eq_cstr(f->d->hint->kind, "ledger");
	bool credit_first = flow || bank;
	uint32_t at = f->m->nfields;
	struct mapping_field *to = add_field(f, SV("amount"), COL_AMOUNT, (uint32_t)debit);
	to->columns[0] = cols[credit_first ? credit : debit].name;
	to->columns[1] = cols[credit_first ? debit : credit].name;
	to->ncolumns = 2;
	to->sign = credit_first ? SIGN_CREDIT_DEBIT : SIGN_DEBIT_CREDIT;
	to->required = true;
	if (cols[credit].digits_behind > MAX(cols[debit].digits_behind, 2u))
		to->scale = (int)MIN(cols[credit].digits_behind, 6u);
	f->used[credit] = 1;
	f->p->columns[credit].field = to->field;
	if (!flow && !bank && !ledger) {
		char *pointer = arena_printf(f->d->arena, "/fields/%u/sign", at);

		ask(f, "sign", pointer,
			"Is money in the debit column positive, or in the credit column?",
			mapping_sign_words[SIGN_DEBIT_CREDIT],
			mapping_sign_words[SIGN_CREDIT_DEBIT]);
	}
}

static int find_marker(const struct fields *f)
{
	for (uint32_t i = 0; i < f->d->width; i++) {
		const struct detect_col *c = &f->d->cols[i];
		bool named = detect_name_role(c->name) == NAME_MARKER;

		if (!f->used[i] && c->values > 0 && c->markers == c->values && c->empty == 0 &&
			(named || (c->distinct == 2 && c->values > 4)))
			return (int)i;
	}
	return -1;
}

/* The column of the one amount that counts: named so, else the first that is neither balance, fee
 * nor tax. */
static int find_amount(const struct fields *f)
{
	int first = -1;

	for (uint32_t i = 0; i < f->d->width; i++) {
		enum name_role role = detect_name_role(f->d->cols[i].name);

		if (f->used[i] || (f->d->cols[i].type != COL_AMOUNT))
			continue;
		if (role == NAME_AMOUNT)
			return (int)i;
		if (first < 0 && role != NAME_BALANCE && role != NAME_FEE && role != NAME_TAX)
			first = (int)i;
	}
	return first;
}

static void add_amount(struct fields *f)
{
	add_pair(f);
	int amount = find_amount(f), marker = find_marker(f);

	if (f->m->nfields > 0 || amount < 0)
		return;
	struct mapping_field *to = add_field(f, SV("amount"), COL_AMOUNT, (uint32_t)amount);
	if (marker >= 0 && f->d->cols[amount].negative == 0) {
		to->columns[1] = f->d->cols[marker].name;
		to->ncolumns = 2;
		to->sign = SIGN_MARKER;
		f->used[marker] = 1;
		f->p->columns[marker].field = to->field;
	}
}

/* ---- other fields ---- */

static void add_date(struct fields *f)
{
	int first = -1;

	for (uint32_t i = 0; i < f->d->width; i++) {
		if (f->used[i] || f->d->cols[i].type != COL_DATE)
			continue;
		enum name_role role = detect_name_role(f->d->cols[i].name);
		if (role == NAME_DATE) {
			add_field(f, SV("date"), COL_DATE, i);
			return;
		}
		if (first < 0)
			first = (int)i;
	}
	if (first >= 0)
		add_field(f, SV("date"), COL_DATE, (uint32_t)first);
}

static struct sv canonical_name(const struct detect *d, uint32_t i)
{
	enum name_role role = detect_name_role(d->cols[i].name);

	for (size_t k = 0; k < ARRAY_LEN(canonical); k++)
		if (canonical[k].role == role && canonical[k].type == d->cols[i].type)
			return sv_from_cstr(canonical[k].field);
	return SV_NULL;
}

/* Columns that are called exactly what the field is come before others of their meaning. */
static void add_exact(struct fields *f)
{
	for (uint32_t i = 0; i < f->d->width; i++) {
		struct sv name = canonical_name(f->d, i);

		if (!f->used[i] && name.p != NULL && f->d->cols[i].values > 0 &&
			!field_taken(f->m, name) &&
			sv_eq(name, detect_field_name(f->d->cols[i].name, f->d->arena)))
			add_field(f, name, f->d->cols[i].type, i);
	}
}

static void add_rest(struct fields *f)
{
	for (uint32_t i = 0; i < f->d->width; i++) {
		struct sv name = canonical_name(f->d, i);

		if (f->used[i] || f->d->cols[i].values == 0 || f->m->nfields == MAPPING_FIELDS_MAX)
			continue;
		if (name.p == NULL || field_taken(f->m, name))
			name = detect_field_name(f->d->cols[i].name, f->d->arena);
		add_field(f, name, f->d->cols[i].type, i);
	}
	if (f->m->nfields == 0) /* nothing but empty cells */
		add_field(f, detect_field_name(f->d->cols[0].name, f->d->arena), COL_TEXT, 0);
}

/* ---- day or month first ---- */

/* All rows of the file may tell what the sample does not. */
static int scan_dates(struct detect *d, unsigned *ret_orders, struct err *err)
{
	struct read_result all CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct mapping m = {.format = sv_from_cstr(format_word(d->reader)),
		.dialect = d->dialect,
		.decimal = detect_formats[0],
		.fields_only = true};
	unsigned orders = *ret_orders;

	m.fields = ARENA_ARRAY(d->arena, d->width, struct mapping_field);
	if (m.fields == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < d->width; i++)
		if (d->cols[i].type == COL_DATE)
			m.fields[m.nfields++] = (struct mapping_field){.field = d->cols[i].name,
				.type = COL_CODE,
				.columns = {d->cols[i].name},
				.ncolumns = 1};
	int rc = read_file(d->src, &m, &all, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < all.table.ncols; i++)
		for (uint32_t r = 0; r < all.table.rows; r++) {
			struct sv s = cell_trim(col_text(&all.table.cols[i], r));
			int32_t day;
			bool dmy = cell_date(s, DATE_DMY, &day) == 0;
			bool mdy = cell_date(s, DATE_MDY, &day) == 0;

			if (dmy != mdy)
				orders &= dmy ? 1u << DATE_DMY : 1u << DATE_MDY;
		}
	if (orders != 0)
		*ret_orders = orders;
	return 0;
}

static int settle_dates(struct fields *f, struct err *err)
{
	const unsigned both = 1u << DATE_DMY | 1u << DATE_MDY;
	struct detect *d = f->d;
	int rc = 0;

	if ((d->orders & both) == both && !(d->orders & 1u << DATE_YMD) && !d->whole)
		rc = scan_dates(d, &d->orders, err);
	if (rc != 0)
		return rc;
	if (!(d->orders & 1u << d->order))
		d->order = d->orders & 1u << DATE_DMY ? DATE_DMY : DATE_MDY;
	if ((d->orders & both) == both && !(d->orders & 1u << DATE_YMD))
		ask(f, "date_order", "/date_order",
			"Every date in the file can be read day first or month first.",
			mapping_date_order_words[DATE_DMY], mapping_date_order_words[DATE_MDY]);
	return 0;
}

/* ---- the proposal ---- */

static void describe_columns(struct detect *d, struct read_proposal *p)
{
	for (uint32_t i = 0; i < d->width; i++) {
		const struct detect_col *c = &d->cols[i];
		struct read_column *to = &p->columns[i];

		to->name = c->name;
		to->type = c->type;
		to->confidence = c->confidence;
		if (c->type != COL_TEXT)
			to->alternatives[to->nalternatives++] = COL_TEXT;
		if (c->type != COL_CODE && c->with_digit > 0)
			to->alternatives[to->nalternatives++] = COL_CODE;
		if (c->type != COL_NUMBER && c->values > 0 && c->numbers[d->format] == c->values)
			to->alternatives[to->nalternatives++] = COL_NUMBER;
		for (uint32_t r = d->first; r < d->nrows && to->nsamples < READ_SAMPLES; r++)
			if (d->rows[r].n == d->width && cell_trim(d->rows[r].cells[i]).n > 0)
				to->samples[to->nsamples++] = cell_trim(d->rows[r].cells[i]);
	}
}

static uint32_t overall(const struct detect *d, const struct read_proposal *p)
{
	uint32_t least = 1000000;

	for (uint32_t i = 0; i < p->ncolumns; i++)
		if (p->columns[i].field.n > 0)
			least = MIN(least, p->columns[i].confidence);
	return d->nquestions > 0 ? MIN(least, 500000u) : least;
}

int detect_fields(struct detect *d, struct read_proposal *ret, struct err *err)
{
	struct read_proposal p = {.ncolumns = d->width, .rows_seen = d->nrows};
	struct fields f = {d, &p.mapping, &p, ARENA_ARRAY(d->arena, d->width, uint8_t)};

	p.columns = ARENA_ARRAY(d->arena, d->width, struct read_column);
	p.mapping.fields = ARENA_ARRAY(d->arena, d->width + 1u, struct mapping_field);
	if (f.used == NULL || p.columns == NULL || p.mapping.fields == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	describe_columns(d, &p);
	int rc = settle_dates(&f, err);
	if (rc != 0)
		return rc;
	p.mapping.format = sv_from_cstr(format_word(d->reader));
	p.mapping.dialect = d->dialect;
	p.mapping.decimal = detect_formats[d->format];
	p.mapping.date_order = d->order;
	choose_currency(&f);
	add_amount(&f);
	add_date(&f);
	add_exact(&f);
	add_rest(&f);
	if (!d->format_sure)
		ask(&f, "decimal_mark", "/decimal",
			"The numbers can be read with a decimal point or with a decimal comma.",
			d->format == 1 ? "," : ".", d->format == 1 ? "." : ",");
	p.confidence = overall(d, &p);
	memcpy(p.questions, d->questions, sizeof(p.questions));
	p.nquestions = d->nquestions;
	*ret = p;
	return arena_ok(d->arena) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}
