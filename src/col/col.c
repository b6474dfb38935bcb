/*
 * The column table: ownership, look-up, formatting and the check that a table from outside keeps
 * every promise of col.h, after which no user of it needs to check again.
 */
#include "col/col.h"

#include <string.h>

#include "base/buf.h"
#include "base/currency.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/utf8.h"
#include "col/col_alloc.h"

static const struct {
	const char *word;
	enum col_held held;
} types[COL_TYPE_COUNT] = {
#define COL_TYPE(name, word, held) [COL_##name] = {(word), (held)},
#include "col/col_type.def"
#undef COL_TYPE
};

const char *col_type_word(enum col_type type)
{
	return types[type].word;
}

bool col_type_from_word(struct sv word, enum col_type *ret)
{
	for (unsigned i = 0; i < COL_TYPE_COUNT; i++)
		if (sv_eq_cstr(word, types[i].word)) {
			*ret = (enum col_type)i;
			return true;
		}
	return false;
}

enum col_held col_held(enum col_type type)
{
	return types[type].held;
}

int32_t col_currency_pack(struct sv code)
{
	const struct currency *c = currency_find(code);

	return c == NULL ? 0 : COL_PACK(c->code[0], c->code[1], c->code[2]);
}

void col_currency_unpack(int32_t packed, char out[4])
{
	uint32_t p = (uint32_t)packed;

	out[0] = (char)(p >> 16 & 0x7f);
	out[1] = (char)(p >> 8 & 0x7f);
	out[2] = (char)(p & 0x7f);
	out[3] = '\0';
}

int col_currency_exponent(int32_t packed)
{
	char code[4];

	col_currency_unpack(packed, code);
	const struct currency *c = currency_find(sv_from_cstr(code));
	return c == NULL ? 2 : c->exponent;
}

void col_table_free(struct col_table *t)
{
	col_alloc_free(&t->allocs);
	*t = COL_TABLE_INIT;
}

void *col_table_alloc(struct col_table *t, size_t n)
{
	return col_alloc_new(&t->allocs, n);
}

bool col_table_adopt(struct col_table *t, void *p, size_t n)
{
	return col_alloc_adopt(&t->allocs, p, n);
}

size_t col_table_bytes(const struct col_table *t)
{
	return sizeof(*t) + col_alloc_bytes(t->allocs);
}

int col_table_set_columns(struct col_table *t, uint32_t ncols, struct err *err)
{
	if (ncols > COL_COLUMNS_MAX)
		return err_set(err, E_LIMIT, "A table has at most %u columns.", COL_COLUMNS_MAX);
	t->cols = col_table_alloc(t, ncols * sizeof(*t->cols));
	if (t->cols == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	t->ncols = ncols;
	for (uint32_t i = 0; i < ncols; i++)
		t->cols[i].currency_col = -1;
	return 0;
}

const struct col *col_find(const struct col_table *t, enum col_role role, struct sv name)
{
	for (uint32_t i = 0; i < t->ncols; i++)
		if (t->cols[i].role == role && sv_eq_cstr(name, t->cols[i].name))
			return &t->cols[i];
	return NULL;
}

const struct col *col_first(const struct col_table *t, enum col_type type)
{
	for (uint32_t i = 0; i < t->ncols; i++)
		if (t->cols[i].role == COL_FIELD && t->cols[i].type == type)
			return &t->cols[i];
	return NULL;
}

/* ---- the check ---- */

static int col_check_str(const struct col_str *s, uint32_t rows, const char *name, struct err *err)
{
	uint32_t bad = 0; /* no early exit from the loops over rows: they stay vectors */

	if (s->off[0] != 0)
		return err_set(err, E_CORRUPT, "Column '%.64s' does not start at 0.", name);
	for (uint32_t r = 0; r < rows; r++)
		bad |= s->off[r] > s->off[r + 1];
	if (bad)
		return err_set(err, E_CORRUPT, "Column '%.64s' has a negative length.", name);
	if (!utf8_valid(sv_from(s->bytes, s->off[rows])))
		return err_set(err, E_CORRUPT, "Column '%.64s' is not UTF-8.", name);
	/* Valid as a whole; a cell is valid too unless it starts inside a character. */
	for (uint32_t r = 1; r < rows; r++)
		bad |= s->off[r] < s->off[rows] &&
		       ((unsigned char)s->bytes[s->off[r]] & 0xc0) == 0x80;
	return bad ? err_set(err, E_CORRUPT, "Column '%.64s' splits a character.", name) : 0;
}

static int col_check_range(const struct col *c, uint32_t rows, struct err *err)
{
	int32_t low = c->type == COL_DATE ? DATE_MIN : 0;
	int32_t high = c->type == COL_DATE ? DATE_MAX : 0x7f7f7f;
	uint32_t bad = 0;

	if (c->type == COL_AMOUNT) {
		for (uint32_t r = 0; r < rows; r++)
			bad |= c->i64[r] > DECIMAL_MONEY_MAX || c->i64[r] < -DECIMAL_MONEY_MAX;
	} else if (col_held(c->type) == COL_I32) {
		for (uint32_t r = 0; r < rows; r++)
			bad |= c->i32[r] < low || c->i32[r] > high;
	}
	return bad ? err_set(err, E_CORRUPT, "Column '%.64s' is out of range.", c->name) : 0;
}

static int col_check_meta(const struct col_table *t, const struct col *c, struct err *err)
{
	size_t n = c->name == NULL ? 0 : strlen(c->name);

	if (n < 1 || n > COL_NAME_MAX || !utf8_valid(sv_from(c->name, n)))
		return err_set(err, E_CORRUPT, "A column's name is not valid.");
	if (c->type >= COL_TYPE_COUNT || c->role > COL_SOURCE ||
		(c->scale > DECIMAL_SCALE_MAX &&
			!(c->scale == COL_SCALE_OF_CURRENCY && c->type == COL_AMOUNT)))
		return err_set(err, E_CORRUPT, "Column '%.64s' has a wrong type.", c->name);
	if (c->currency < 0 || c->currency > 0x7f7f7f)
		return err_set(err, E_CORRUPT, "Column '%.64s' has a wrong currency.", c->name);
	if (c->currency_col < -1 || c->currency_col >= (int64_t)t->ncols ||
		(c->currency_col >= 0 && t->cols[c->currency_col].type != COL_CURRENCY))
		return err_set(err, E_CORRUPT, "Column '%.64s' has no currency column.", c->name);
	return 0;
}

static int col_check(const struct col_table *t, const struct col *c, struct err *err)
{
	int rc = col_check_meta(t, c, err);

	if (rc != 0)
		return rc;
	if (col_held(c->type) != COL_STR)
		return col_check_range(c, t->rows, err);
	rc = col_check_str(&c->str, t->rows, c->name, err);
	if (rc == 0 && c->fold.off != NULL)
		rc = col_check_str(&c->fold, t->rows, c->name, err);
	return rc;
}

int col_table_check(const struct col_table *t, struct err *err)
{
	if (t->rows > COL_ROWS_MAX || t->ncols > COL_COLUMNS_MAX)
		return err_set(err, E_CORRUPT, "The table is larger than a table can be.");
	for (uint32_t i = 0; i < t->ncols; i++) {
		int rc = col_check(t, &t->cols[i], err);

		if (rc != 0)
			return rc;
		for (uint32_t k = 0; k < i; k++)
			if (t->cols[k].role == t->cols[i].role &&
				strcmp(t->cols[k].name, t->cols[i].name) == 0)
				return err_set(err, E_CORRUPT, "Two columns have one name.");
	}
	return 0;
}

/* ---- cells ---- */

int32_t col_amount_currency(const struct col_table *t, const struct col *c, uint32_t row)
{
	return c->currency_col < 0 ? c->currency : t->cols[c->currency_col].i32[row];
}

int col_amount_scale(const struct col_table *t, const struct col *c, uint32_t row)
{
	if (c->scale != COL_SCALE_OF_CURRENCY)
		return c->scale;
	return col_currency_exponent(col_amount_currency(t, c, row));
}

void col_format(const struct col_table *t, const struct col *c, uint32_t row, struct buf *out)
{
	char code[4];

	if (!col_valid(c, row))
		return;
	switch (c->type) {
	case COL_TEXT:
	case COL_CODE:
		buf_add_sv(out, col_text(c, row));
		break;
	case COL_AMOUNT:
		decimal_format(c->i64[row], col_amount_scale(t, c, row), out);
		break;
	case COL_QUANTITY:
	case COL_RATE:
	case COL_NUMBER:
		decimal_format(c->i64[row], c->scale, out);
		break;
	case COL_DATE:
		date_format(c->i32[row], out);
		break;
	case COL_CURRENCY:
		col_currency_unpack(c->i32[row], code);
		buf_add_cstr(out, code);
		break;
	case COL_TYPE_COUNT:
		break;
	}
}

/* ---- row hashes ---- */

/* Wyhash-like mixing of 64 x 64 -> 128 bits, the halves folded. */
static uint64_t hash_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)(a ^ UINT64_C(0x9e3779b97f4a7c15)) *
			      (b ^ UINT64_C(0xd6e8feb86659fd93));

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t hash_bytes(uint64_t h, struct sv s)
{
	size_t i = 0;

	h = hash_mix(h, s.n);
	for (; i + 8 <= s.n; i += 8) {
		uint64_t w;

		memcpy(&w, s.p + i, 8);
		h = hash_mix(h, w);
	}
	uint64_t tail = 0;
	if (i < s.n)
		memcpy(&tail, s.p + i, s.n - i);
	return hash_mix(h, tail);
}

void col_row_hash(const struct col_table *t, unsigned role_mask, uint64_t *ret)
{
	memset(ret, 0, t->rows * sizeof(*ret));
	for (uint32_t i = 0; i < t->ncols; i++) {
		const struct col *c = &t->cols[i];

		if ((role_mask >> c->role & 1) == 0)
			continue;
		for (uint32_t r = 0; r < t->rows; r++) {
			uint64_t h = hash_mix(ret[r], col_valid(c, r));

			if (col_held(c->type) == COL_STR)
				ret[r] = hash_bytes(h, col_text(c, r));
			else if (col_held(c->type) == COL_I64)
				ret[r] = hash_mix(h, (uint64_t)c->i64[r]);
			else
				ret[r] = hash_mix(h, (uint64_t)(uint32_t)c->i32[r]);
		}
	}
}
