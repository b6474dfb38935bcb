/*
 * Binds the fields of a ruleset to the columns of the inputs: one vec per field and side. A field
 * that is one column of one input borrows its arrays; anything else (several inputs, joined, summed,
 * found, converted) is built here. Nothing is checked later: after bind_fields() every test of
 * every pass can be put to every row.
 */
#include "match/bind.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/decimal.h"
#include "match/engine.h"
#include "match/find.h"

static const char *const side_words[] = {"left", "right"};

/* What one field of one side is made of in one input. */
struct part {
	const struct col_table *table;
	const struct col *col[RULES_TERMS_MAX];
	uint32_t first; /* row of the side */
};

struct binding {
	struct engine *e;
	const struct rules_field *rule;
	const struct rules_column *from;
	int side;
	struct part parts[MATCH_INPUTS_MAX];
	uint32_t nparts;
	struct vec *v;
	struct find *find;
	const struct rules_list *alias;
};

static int bind_error(const struct binding *b, const char *what, struct sv column)
{
	char pointer[ERR_POINTER_MAX];

	snprintf(pointer, sizeof(pointer), "/fields/%.*s/%s", SV_ARG(b->rule->name),
		side_words[b->side]);
	return err_set_at(b->e->err, E_RULESET, pointer, "Column \"%.*s\" %s.", SV_ARG(column), what);
}

static bool is_textual(enum rules_type type)
{
	return type == RULES_TEXT || type == RULES_CODE;
}

/* Can a column of this type be read as the field's type? */
static bool convertible(enum rules_type to, enum col_type from)
{
	switch (to) {
	case RULES_AMOUNT:
	case RULES_QUANTITY:
	case RULES_RATE:
	case RULES_NUMBER:
		return from == COL_AMOUNT || from == COL_QUANTITY || from == COL_RATE ||
			from == COL_NUMBER;
	case RULES_DATE:
		return from == COL_DATE;
	case RULES_CURRENCY:
		return from == COL_CURRENCY;
	case RULES_TEXT:
	case RULES_CODE:
		return true;
	case RULES_TYPE_COUNT:
		break;
	}
	return false;
}

static int find_parts(struct binding *b)
{
	/* The ruleset's parser sees to it: only a constant needs no column. */
	assert(b->from->nterms > 0 || b->from->source == RULES_SOURCE_CONST);
	for (uint32_t i = 0; i < b->e->nin; i++) {
		const struct match_input *in = &b->e->in[i];
		if (in->side != b->side)
			continue;
		struct part *part = &b->parts[b->nparts++];
		part->table = in->table;
		part->first = b->e->base[i];
		for (uint32_t t = 0; t < b->from->nterms; t++) {
			struct sv name = b->from->terms[t].name;
			const struct col *c = col_find(in->table, COL_FIELD, name);
			if (c == NULL)
				c = col_find(in->table, COL_SOURCE, name);
			if (c == NULL)
				return bind_error(b, "is not in the file", name);
			if (!convertible(b->rule->type, c->type))
				return bind_error(b, "is of another type", name);
			part->col[t] = c;
		}
	}
	return 0;
}

/* ---- borrowed columns ---- */

static bool borrow(struct binding *b)
{
	const struct col *c = b->parts[0].col[0];
	struct vec *v = b->v;

	if (b->nparts != 1 || b->from->source != RULES_SOURCE_COLUMN || b->alias != NULL)
		return false;
	if (is_textual(b->rule->type)) {
		if (c->role != COL_FIELD ||
			(b->rule->type == RULES_CODE ? c->type != COL_CODE : c->type != COL_TEXT))
			return false;
		const struct col_str *s = c->fold.off != NULL ? &c->fold : &c->str;
		v->off = s->off;
		v->bytes = s->bytes;
	} else if (b->rule->type == RULES_DATE || b->rule->type == RULES_CURRENCY) {
		v->i32 = c->i32;
	} else {
		bool same = b->rule->type == RULES_AMOUNT ? c->type == COL_AMOUNT :
			c->type != COL_AMOUNT && c->scale == b->rule->scale;
		if (!same)
			return false;
		v->i64 = c->i64;
	}
	v->valid = c->valid;
	v->present = true;
	return true;
}

/* ---- built columns ---- */

static void set_valid(uint64_t *valid, uint32_t row)
{
	valid[row >> 6] |= UINT64_C(1) << (row & 63);
}

/* Letters lowered, blanks collapsed; a code also loses its separators. ASCII only: a column of the
 * mapping comes folded by the reader. */
static void fold(struct sv s, bool code, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (code && c < 0x80 && strchr(" -_/.:#'", c) != NULL)
			continue;
		if (isspace(c)) {
			if (out->n > 0 && out->p[out->n - 1] != ' ')
				buf_add_char(out, ' ');
		} else {
			buf_add_char(out, (char)(c >= 'A' && c <= 'Z' ? c + 32 : c));
		}
	}
	while (out->n > 0 && out->p[out->n - 1] == ' ')
		out->p[--out->n] = 0;
}

static void cell_text(const struct part *part, const struct col *c, uint32_t row, bool code,
	struct buf *out)
{
	struct buf raw CLEANUP(buf_free) = BUF_INIT;

	if (c->role == COL_FIELD && (c->type == COL_TEXT || (c->type == COL_CODE && code))) {
		if (code && c->type == COL_TEXT)
			fold(col_folded(c, row), true, out);
		else
			buf_add_sv(out, col_folded(c, row));
		return;
	}
	if (c->type == COL_TEXT || c->type == COL_CODE) {
		fold(col_text(c, row), code, out);
		return;
	}
	col_format(part->table, c, row, &raw);
	fold(buf_sv(&raw), code, out);
}

static void apply_alias(const struct rules_list *alias, struct buf *cell)
{
	struct buf word CLEANUP(buf_free) = BUF_INIT;

	for (uint32_t i = 0; i + 1 < alias->nwords; i += 2) {
		buf_reset(&word);
		fold(alias->words[i], false, &word);
		if (!sv_eq(buf_sv(&word), buf_sv(cell)))
			continue;
		buf_reset(cell);
		fold(alias->words[i + 1], false, cell);
		return;
	}
}

/* All occurrences are kept in one cell, separated by the unit separator U+001F. */
static void found_text(const struct binding *b, struct sv text, bool code, struct buf *out)
{
	size_t from = 0;
	struct sv hit;
	struct buf folded CLEANUP(buf_free) = BUF_INIT;

	while (find_next(b->find, text, &from, &hit)) {
		buf_reset(&folded);
		fold(hit, code, &folded);
		if (folded.n == 0)
			continue;
		if (out->n > 0)
			buf_add_char(out, BIND_LIST_MARK);
		buf_add_sv(out, buf_sv(&folded));
		if (!b->from->all)
			return;
	}
}

static void make_text(const struct binding *b, const struct part *part, uint32_t row,
	struct buf *cell)
{
	bool code = b->rule->type == RULES_CODE;
	struct buf raw CLEANUP(buf_free) = BUF_INIT;

	if (b->from->source == RULES_SOURCE_CONST) {
		fold(b->from->constant, code, cell);
		return;
	}
	for (uint32_t t = 0; t < b->from->nterms; t++) {
		const struct col *c = part->col[t];
		if (!col_valid(c, row))
			continue;
		if (b->from->source == RULES_SOURCE_FIND) {
			col_format(part->table, c, row, &raw);
			found_text(b, buf_sv(&raw), code, cell);
			continue;
		}
		if (cell->n > 0)
			buf_add_char(cell, ' ');
		cell_text(part, c, row, code, cell);
	}
	if (b->alias != NULL)
		apply_alias(b->alias, cell);
}

static int build_text(struct binding *b)
{
	struct engine *e = b->e;
	uint32_t n = e->n[b->side];
	struct buf bytes CLEANUP(buf_free) = BUF_INIT, cell CLEANUP(buf_free) = BUF_INIT;
	uint32_t *off = ENGINE_NEW(e, (size_t)n + 1, uint32_t);
	uint64_t *valid = ENGINE_ZNEW(e, (size_t)n / 64 + 1, uint64_t);

	b->v->off = off;
	b->v->valid = valid;
	if (off == NULL || valid == NULL)
		return e->error;
	for (uint32_t p = 0; p < b->nparts; p++)
		for (uint32_t r = 0; r < b->parts[p].table->rows; r++) {
			off[b->parts[p].first + r] = (uint32_t)bytes.n;
			buf_reset(&cell);
			make_text(b, &b->parts[p], r, &cell);
			if (cell.n > 0)
				set_valid(valid, b->parts[p].first + r);
			buf_add_sv(&bytes, buf_sv(&cell));
			if (bytes.n > UINT32_MAX / 2 || !buf_ok(&bytes) || !buf_ok(&cell))
				return err_set(e->err, E_LIMIT, "The texts of field \"%.*s\" exceed 2 GB.",
					SV_ARG(b->rule->name));
		}
	off[n] = (uint32_t)bytes.n;
	char *copy = ENGINE_NEW(e, bytes.n + 1, char);
	if (copy == NULL)
		return e->error;
	if (bytes.n > 0)
		memcpy(copy, bytes.p, bytes.n);
	b->v->bytes = copy;
	b->v->present = true;
	return 0;
}

/* value * 10^(to - from), exactly. */
static bool rescale(int64_t value, int from, int to, int64_t *ret)
{
	if (to >= from)
		return to - from <= 18 &&
			!__builtin_mul_overflow(value, decimal_pow10(to - from), ret);
	int64_t unit = from - to <= 18 ? decimal_pow10(from - to) : 0;
	if (unit == 0 || value % unit != 0)
		return false;
	*ret = value / unit;
	return true;
}

static int cell_number(const struct binding *b, const struct part *part, uint32_t row,
	int64_t *ret, bool *ret_valid)
{
	int64_t sum = 0;

	*ret_valid = false;
	for (uint32_t t = 0; t < b->from->nterms; t++) {
		const struct col *c = part->col[t];
		int64_t v;
		if (!col_valid(c, row))
			continue;
		int have = c->type == COL_AMOUNT ? col_amount_scale(part->table, c, row) : c->scale;
		int want = b->rule->type != RULES_AMOUNT ? b->rule->scale :
			c->type == COL_AMOUNT ? have : 2;
		if (!rescale(c->i64[row], have, want, &v))
			return bind_error(b, "has a value that the field's scale cannot hold",
				b->from->terms[t].name);
		if (b->from->terms[t].negate)
			v = -v;
		if (__builtin_add_overflow(sum, v, &sum) || sum > DECIMAL_MONEY_MAX ||
			sum < -DECIMAL_MONEY_MAX)
			return bind_error(b, "exceeds the largest amount", b->from->terms[t].name);
		*ret_valid = true;
	}
	*ret = sum;
	return 0;
}

static int build_numbers(struct binding *b)
{
	struct engine *e = b->e;
	uint32_t n = e->n[b->side];
	int64_t *values = ENGINE_ZNEW(e, (size_t)n + 1, int64_t);
	uint64_t *valid = ENGINE_ZNEW(e, (size_t)n / 64 + 1, uint64_t);
	int64_t constant = 0;

	b->v->i64 = values;
	b->v->valid = valid;
	if (values == NULL || valid == NULL)
		return e->error;
	bool is_const = b->from->source == RULES_SOURCE_CONST;
	if (is_const && decimal_parse(b->from->constant, (struct decimal_format){'.', 0},
				b->rule->type == RULES_AMOUNT ? 2 : b->rule->scale,
				&constant) < 0)
		return bind_error(b, "is not a number", b->from->constant);
	for (uint32_t p = 0; p < b->nparts; p++)
		for (uint32_t r = 0; r < b->parts[p].table->rows; r++) {
			uint32_t row = b->parts[p].first + r;
			bool ok = is_const;
			int rc = 0;
			values[row] = constant;
			if (!is_const)
				rc = cell_number(b, &b->parts[p], r, &values[row], &ok);
			if (rc < 0)
				return rc;
			if (ok)
				set_valid(valid, row);
		}
	b->v->present = true;
	return 0;
}

static int build_i32(struct binding *b)
{
	struct engine *e = b->e;
	uint32_t n = e->n[b->side];
	int32_t *values = ENGINE_ZNEW(e, (size_t)n + 1, int32_t);
	uint64_t *valid = ENGINE_ZNEW(e, (size_t)n / 64 + 1, uint64_t);
	int32_t constant = 0;

	b->v->i32 = values;
	b->v->valid = valid;
	if (values == NULL || valid == NULL)
		return e->error;
	bool is_const = b->from->source == RULES_SOURCE_CONST;
	if (is_const && b->rule->type == RULES_CURRENCY)
		constant = col_currency_pack(b->from->constant);
	else if (is_const && date_parse(b->from->constant, DATE_YMD, &constant) < 0)
		return bind_error(b, "is not a day", b->from->constant);
	for (uint32_t p = 0; p < b->nparts; p++)
		for (uint32_t r = 0; r < b->parts[p].table->rows; r++) {
			uint32_t row = b->parts[p].first + r;
			const struct col *c = b->parts[p].col[0];
			if (!is_const && !col_valid(c, r))
				continue;
			values[row] = is_const ? constant : c->i32[r];
			set_valid(valid, row);
		}
	b->v->present = true;
	return 0;
}

static int bind_side(struct engine *e, struct field *f, int side)
{
	struct find *find CLEANUP(find_freep) = NULL;
	struct binding *b = ENGINE_ZNEW(e, 1, struct binding);
	int rc = 0;

	if (b == NULL)
		return e->error;
	*b = (struct binding){.e = e, .rule = f->rule, .from = &f->rule->side[side], .side = side,
		.v = &f->v[side]};
	if (b->from->source == RULES_SOURCE_FIND)
		rc = find_compile(b->from->pattern, &find, e->err);
	if (rc < 0)
		bind_error(b, "has a pattern that cannot be read", b->from->pattern);
	b->find = find;
	if (f->rule->alias.n > 0)
		b->alias = ruleset_list(e->rs, f->rule->alias);
	if (rc == 0)
		rc = find_parts(b);
	if (rc == 0 && b->nparts > 0 && !borrow(b)) {
		if (is_textual(f->rule->type))
			rc = build_text(b);
		else if (f->rule->type == RULES_DATE || f->rule->type == RULES_CURRENCY)
			rc = build_i32(b);
		else
			rc = build_numbers(b);
	}
	if (rc == 0 && b->nparts == 0) /* a side without inputs has no rows */
		f->v[side].present = true;
	engine_free(e, b);
	return rc;
}

/* ---- the balance and its currency ---- */

static int currency_index(struct engine *e, int32_t packed, uint8_t *ret)
{
	for (uint32_t i = 0; i < e->ncurrencies; i++)
		if (e->currencies[i] == packed) {
			*ret = (uint8_t)i;
			return 0;
		}
	if (e->ncurrencies == CURRENCIES_MAX)
		return err_set(e->err, E_CURRENCY, "More than %d currencies.", CURRENCIES_MAX);
	e->currencies[e->ncurrencies] = packed;
	*ret = (uint8_t)e->ncurrencies++;
	return 0;
}

static const struct col *balance_column(const struct engine *e, const struct match_input *in)
{
	const struct rules_column *from =
		&e->rs->fields[e->rs->side[in->side].balance].side[in->side];
	const struct col *c;

	if (from->nterms == 0)
		return NULL;
	c = col_find(in->table, COL_FIELD, from->terms[0].name);
	return c != NULL && c->type == COL_AMOUNT ? c : NULL;
}

static int bind_currency(struct engine *e, const struct match_input *in, uint32_t first)
{
	const struct col *c = balance_column(e, in);
	uint8_t index = 0;
	int rc = 0;

	if (c == NULL || c->scale != COL_SCALE_OF_CURRENCY) {
		rc = currency_index(e, c == NULL ? 0 : c->currency, &index);
		if (rc == 0 && in->table->rows > 0)
			memset(e->currency[in->side] + first, index, in->table->rows);
		if (c == NULL || c->currency_col < 0)
			return rc;
	}
	int32_t last = -1;
	for (uint32_t r = 0; r < in->table->rows && rc == 0; r++) {
		int32_t packed = col_amount_currency(in->table, c, r);
		if (packed != last)
			rc = currency_index(e, packed, &index);
		last = packed;
		e->currency[in->side][first + r] = index;
	}
	return rc;
}

/* ---- base currency ---- */

static const struct field *date_of(const struct engine *e, int side)
{
	for (uint32_t i = 0; i < e->nf; i++)
		if (e->f[i].rule->type == RULES_DATE && e->f[i].v[side].present)
			return &e->f[i];
	return NULL;
}

static int no_rate(struct engine *e, int32_t currency, const char *what)
{
	char word[4], pointer[16];

	col_currency_unpack(currency, word);
	snprintf(pointer, sizeof(pointer), "/lists/%s", word);
	return err_set_at(e->err, E_CURRENCY, pointer,
		"Amounts in %s need their rates by day in \"%.*s\": %s.", word,
		SV_ARG(e->rs->currency), what);
}

/* amount * rate in the base currency's minor units, half away from zero. */
static bool exchange(int64_t minor, int from, int64_t rate, int to, int64_t *ret)
{
	__int128 v = (__int128)minor * rate, unit = decimal_pow10(RULES_RATE_SCALE);

	if (to >= from)
		v *= decimal_pow10(to - from);
	else
		unit *= decimal_pow10(from - to);
	v = v >= 0 ? (v + unit / 2) / unit : -((-v + unit / 2) / unit);
	*ret = (int64_t)v;
	return v <= DECIMAL_MONEY_MAX && v >= -(__int128)DECIMAL_MONEY_MAX;
}

static int exchange_row(struct engine *e, int side, uint32_t row, int32_t currency, int64_t *value)
{
	const struct field *date = date_of(e, side);
	char word[4];
	int64_t rate;

	col_currency_unpack(currency, word);
	const struct rules_list *rates = ruleset_list(e->rs, sv_from_cstr(word));
	if (rates == NULL || rates->nrates == 0)
		return no_rate(e, currency, "there is no such list");
	if (date == NULL || !vec_valid(&date->v[side], row))
		return no_rate(e, currency, "a record has no day");
	if (!rules_rate_on(rates, date->v[side].i32[row], &rate))
		return no_rate(e, currency, "a record is older than the first");
	if (!exchange(*value, col_currency_exponent(currency), rate,
		    col_currency_exponent(e->currencies[0]), value))
		return err_set(e->err, E_LIMIT, "An amount exceeds the largest in %.*s.",
			SV_ARG(e->rs->currency));
	return 0;
}

/* The balance of an input in the base currency; a row of no known currency is in it already. */
static int exchange_input(struct engine *e, const struct match_input *in, uint32_t first)
{
	const struct col *c = balance_column(e, in);
	struct vec *v = &e->f[e->rs->side[in->side].balance].v[in->side];
	int64_t *own = NULL;
	int rc = 0;

	for (uint32_t r = 0; c != NULL && r < in->table->rows && rc == 0; r++) {
		int32_t currency = col_amount_currency(in->table, c, r);
		if (currency == 0 || currency == e->currencies[0] || !vec_valid(v, first + r))
			continue;
		if (own == NULL) {
			own = ENGINE_NEW(e, (size_t)e->n[in->side] + 1, int64_t);
			if (own == NULL)
				return e->error;
			if (e->foreign[in->side] == NULL)
				e->foreign[in->side] = v->i64;
			memcpy(own, v->i64, e->n[in->side] * sizeof(*own));
			v->i64 = own;
		}
		rc = exchange_row(e, in->side, first + r, currency, &own[first + r]);
	}
	return rc;
}

static int exchange_all(struct engine *e)
{
	int rc = 0;

	e->currencies[0] = col_currency_pack(e->rs->currency);
	for (uint32_t i = 0; i < e->nin && rc == 0; i++)
		if (e->rs->side[e->in[i].side].balance != UINT32_MAX)
			rc = exchange_input(e, &e->in[i], e->base[i]);
	return rc;
}

/* "EUR": everything is counted in one currency, at the rates of the lists. */
static int bind_currencies(struct engine *e)
{
	int rc = 0;

	if (e->rs->side[0].balance == UINT32_MAX || e->rs->currency.n > 0) {
		e->ncurrencies = 1;
		return e->rs->currency.n > 0 ? exchange_all(e) : 0;
	}
	for (int side = 0; side < 2; side++)
		e->currency[side] = ENGINE_ZNEW(e, (size_t)e->n[side] + 1, uint8_t);
	if (!engine_ok(e))
		return e->error;
	for (uint32_t i = 0; i < e->nin && rc == 0; i++)
		rc = bind_currency(e, &e->in[i], e->base[i]);
	/* A side that names no currency is taken to be in the only one that the other names. */
	if (rc == 0 && e->ncurrencies == 2 && (e->currencies[0] == 0 || e->currencies[1] == 0)) {
		e->currencies[0] |= e->currencies[1];
		e->ncurrencies = 1;
	}
	if (rc == 0 && e->ncurrencies <= 1)
		for (int side = 0; side < 2; side++) {
			engine_free(e, e->currency[side]);
			e->currency[side] = NULL;
		}
	return rc;
}

static int flip_balance(struct engine *e, int side, struct vec *v)
{
	uint32_t n = e->n[side];
	int64_t *flipped = ENGINE_NEW(e, (size_t)n + 1, int64_t);

	if (flipped == NULL)
		return e->error;
	for (uint32_t r = 0; r < n; r++)
		flipped[r] = -v->i64[r];
	v->i64 = flipped;
	return 0;
}

static int bind_balance(struct engine *e)
{
	for (int side = 0; side < 2; side++) {
		uint32_t balance = e->rs->side[side].balance;
		if (balance == UINT32_MAX || e->n[side] == 0)
			continue;
		struct vec *v = &e->f[balance].v[side];
		int rc = e->rs->side[side].flip_sign ? flip_balance(e, side, v) : 0;
		if (rc < 0)
			return rc;
		e->amount[side] = v->i64;
	}
	return 0;
}

static int bind_rows(struct engine *e)
{
	for (uint32_t i = 0; i < e->nin; i++) {
		int side = e->in[i].side;
		e->base[i] = e->n[side];
		if (e->in[i].table->rows > MATCH_ROWS_MAX - e->n[side])
			return err_set(e->err, E_LIMIT, "More than %u rows on one side.",
				MATCH_ROWS_MAX);
		e->n[side] += e->in[i].table->rows;
	}
	return 0;
}

int bind_fields(struct engine *e)
{
	int rc = bind_rows(e);

	e->nf = e->rs->nfields;
	e->f = ENGINE_ZNEW(e, e->nf, struct field);
	if (e->f == NULL)
		return e->error;
	for (uint32_t i = 0; i < e->nf && rc == 0; i++) {
		struct field *f = &e->f[i];
		f->rule = &e->rs->fields[i];
		f->textual = is_textual(f->rule->type);
		for (int side = 0; side < 2; side++)
			f->listed |= f->rule->side[side].source == RULES_SOURCE_FIND &&
				f->rule->side[side].all;
		for (int side = 0; side < 2 && rc == 0; side++)
			if (f->rule->side[side].source != RULES_SOURCE_NONE)
				rc = bind_side(e, f, side);
		f->both = f->v[0].present && f->v[1].present;
		if (f->both)
			e->compared[e->ncompared++] = i;
	}
	if (rc == 0)
		rc = bind_currencies(e);
	if (rc == 0)
		rc = bind_balance(e);
	return rc;
}
