/*
 * A ruleset for two tables that came without one: columns are paired by type, by how many values
 * they have in common and by name; references are also looked for inside texts; the window of days
 * is read off records whose amount occurs once on each side. The proposal is JSON for a person.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "match/engine.h"
#include "rules/tree.h"

#define COLUMNS_MAX 64u
#define SAMPLE 4000u
#define SET_ROWS 400000u
#define TOKENS_MAX 24u
#define SHARE_ONE 1000u /* shares are per mille */
#define SHARE_SAME 30u  /* of values in common that make two columns mean the same */
#define UNIQUE_MIN 300u /* a reference tells records apart */

struct profile {
	const struct col_table *t;
	const struct col *col[COLUMNS_MAX];
	uint32_t unique[COLUMNS_MAX]; /* distinct values per mille of the sampled rows */
	uint32_t filled[COLUMNS_MAX];
	uint32_t n;
};

/* A set of 64-bit hashes. */
struct set {
	uint64_t *slot;
	uint32_t size;
};

struct propose {
	struct profile p[2];
	struct buf *out;
	const struct col *amount[2], *date[2];
	bool flip;
	bool money; /* the amounts are what is to be balanced: nearly every record has one */
	const struct col *code[2][8]; /* paired references */
	char pattern[8][128];         /* found inside the text of this side, or "" */
	int found_in[8];
	uint32_t ncodes;
	const struct col *text[2][8];
	uint32_t ntexts[2];
	const struct col *party[2];    /* who: short texts that recur and share words, or NULL */
	const struct col *same[2][24]; /* other columns paired by name and value */
	uint32_t nsame;
	int32_t day_low, day_high;
};

/* ---- values as hashes ---- */

static uint64_t hash_bytes(struct sv s)
{
	uint64_t h = s.n;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return mix64(h) | 1;
}

static size_t fold_code(struct sv s, char *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < cap; i++) {
		char c = s.p[i];
		if (c != 0 && strchr(" -_/.:#'", c) != NULL)
			continue;
		out[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	return n;
}

static bool is_string(const struct col *c)
{
	return col_held(c->type) == COL_STR;
}

static bool is_number(const struct col *c)
{
	return col_held(c->type) == COL_I64;
}

/* Of a value, whatever its column's type, so that a number meets a code. */
static uint64_t cell_hash(const struct col_table *t, const struct col *c, uint32_t row)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	char folded[256];

	if (c->type == COL_AMOUNT || c->type == COL_DATE)
		return mix64((uint64_t)(c->type == COL_DATE ? c->i32[row] : c->i64[row]) + 1) | 1;
	if (is_string(c))
		return hash_bytes(
			sv_from(folded, fold_code(col_folded(c, row), folded, sizeof(folded))));
	col_format(t, c, row, &text);
	return hash_bytes(sv_from(folded, fold_code(buf_sv(&text), folded, sizeof(folded))));
}

static bool set_make(struct set *s, uint32_t values)
{
	s->size = 64;
	while (s->size / 2 < values)
		s->size *= 2;
	s->slot = calloc(s->size, sizeof(*s->slot));
	return s->slot != NULL;
}

/* True when it was not there. */
static bool set_add(struct set *s, uint64_t h)
{
	uint32_t at = (uint32_t)(h >> 20) & (s->size - 1);

	while (s->slot[at] != 0 && s->slot[at] != h)
		at = (at + 1) & (s->size - 1);
	if (s->slot[at] == h)
		return false;
	s->slot[at] = h;
	return true;
}

static bool set_has(const struct set *s, uint64_t h)
{
	uint32_t at = (uint32_t)(h >> 20) & (s->size - 1);

	while (s->slot[at] != 0 && s->slot[at] != h)
		at = (at + 1) & (s->size - 1);
	return s->slot[at] == h;
}

static uint32_t sample_row(const struct col_table *t, uint32_t i)
{
	return t->rows <= SAMPLE ? i : (uint32_t)((uint64_t)i * t->rows / SAMPLE);
}

/* ---- profiles ---- */

static int profile_column(struct profile *p, const struct col *c, struct err *err)
{
	uint32_t n = MIN(SAMPLE, p->t->rows), filled = 0, distinct = 0;
	struct set set;

	if (!set_make(&set, n))
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = sample_row(p->t, i);
		if (!col_valid(c, row))
			continue;
		filled++;
		distinct += set_add(&set, cell_hash(p->t, c, row));
	}
	free(set.slot);
	p->col[p->n] = c;
	p->filled[p->n] = n == 0 ? 0 : filled * SHARE_ONE / n;
	p->unique[p->n] = filled == 0 ? 0 : distinct * SHARE_ONE / filled;
	p->n++;
	return 0;
}

static int profile_table(struct profile *p, const struct col_table *t, struct err *err)
{
	int rc = 0;

	p->t = t;
	for (uint32_t i = 0; i < t->ncols && p->n < COLUMNS_MAX && rc == 0; i++)
		rc = profile_column(p, &t->cols[i], err);
	return rc;
}

/* Left values that the right column has, per mille of the sample. */
static int overlap(const struct propose *q, const struct col *a, const struct col *b, bool opposite,
	uint32_t *ret, struct err *err)
{
	const struct col_table *l = q->p[0].t, *r = q->p[1].t;
	uint32_t rows = MIN(SET_ROWS, r->rows), n = MIN(SAMPLE, l->rows), seen = 0, hits = 0;
	struct set set;

	if (!set_make(&set, rows))
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t row = 0; row < rows; row++)
		if (col_valid(b, row))
			set_add(&set, cell_hash(r, b, row));
	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = sample_row(l, i);
		if (!col_valid(a, row))
			continue;
		seen++;
		uint64_t h = opposite ? mix64((uint64_t)-a->i64[row] + 1) | 1 : cell_hash(l, a, row);
		hits += set_has(&set, h);
	}
	free(set.slot);
	*ret = seen == 0 ? 0 : hits * SHARE_ONE / seen;
	return 0;
}

static bool same_name(const struct col *a, const struct col *b)
{
	char x[COL_NAME_MAX + 1], y[COL_NAME_MAX + 1];
	size_t n = fold_code(sv_from_cstr(a->name), x, sizeof(x));
	size_t m = fold_code(sv_from_cstr(b->name), y, sizeof(y));

	return n == m && memcmp(x, y, n) == 0;
}

/* ---- amount and date ---- */

static int pair_amounts(struct propose *q, struct err *err)
{
	uint32_t best = 0;

	for (uint32_t i = 0; i < q->p[0].n; i++)
		for (uint32_t k = 0; k < q->p[1].n; k++) {
			const struct col *a = q->p[0].col[i], *b = q->p[1].col[k];
			uint32_t plain = 0, flipped = 0;
			if (a->type != COL_AMOUNT || b->type != COL_AMOUNT)
				continue;
			int rc = overlap(q, a, b, false, &plain, err);
			if (rc == 0)
				rc = overlap(q, a, b, true, &flipped, err);
			if (rc < 0)
				return rc;
			uint32_t score = MAX(plain, flipped) + (same_name(a, b) ? 50 : 0) + 1;
			if (score <= best)
				continue;
			best = score;
			q->amount[0] = a;
			q->amount[1] = b;
			q->money = q->p[0].filled[i] >= 900 && q->p[1].filled[k] >= 900;
			q->flip = flipped > plain + 100;
		}
	return 0;
}

static void pair_dates(struct propose *q)
{
	uint32_t best = 0;

	for (uint32_t i = 0; i < q->p[0].n; i++)
		for (uint32_t k = 0; k < q->p[1].n; k++) {
			const struct col *a = q->p[0].col[i], *b = q->p[1].col[k];
			if (a->type != COL_DATE || b->type != COL_DATE)
				continue;
			uint32_t score = 1 + q->p[0].filled[i] + q->p[1].filled[k] +
				(same_name(a, b) ? 100 : 0);
			if (score <= best)
				continue;
			best = score;
			q->date[0] = a;
			q->date[1] = b;
		}
}

struct once {
	int64_t amount;
	uint32_t row;
};

static int by_amount(const void *a, const void *b)
{
	const struct once *x = a, *y = b;

	if (x->amount != y->amount)
		return x->amount < y->amount ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static struct once *sorted_amounts(const struct propose *q, int side, uint32_t *ret_n)
{
	const struct col *c = q->amount[side], *d = q->date[side];
	uint32_t rows = q->p[side].t->rows, n = 0;
	struct once *v = calloc((size_t)rows + 1, sizeof(*v));

	for (uint32_t r = 0; v != NULL && r < rows; r++)
		if (col_valid(c, r) && col_valid(d, r))
			v[n++] = (struct once){side == 1 && q->flip ? -c->i64[r] : c->i64[r], r};
	if (n > 1)
		qsort(v, n, sizeof(*v), by_amount);
	*ret_n = n;
	return v;
}

static bool is_once(const struct once *v, uint32_t n, uint32_t i)
{
	return (i == 0 || v[i - 1].amount != v[i].amount) &&
		(i + 1 == n || v[i + 1].amount != v[i].amount);
}

static int by_int(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return x < y ? -1 : x > y;
}

/* Days between records whose amount occurs once on each side: their middle 96 %, and two more. */
static void learn_window(struct propose *q)
{
	uint32_t n[2] = {0, 0}, k = 0, found = 0;
	struct once *v[2] = {NULL, NULL};
	int32_t *days = NULL;

	q->day_low = -5;
	q->day_high = 10;
	if (q->date[0] == NULL || q->amount[0] == NULL)
		return;
	for (int side = 0; side < 2; side++)
		v[side] = sorted_amounts(q, side, &n[side]);
	days = calloc((size_t)n[0] + 1, sizeof(*days));
	for (uint32_t i = 0; days != NULL && v[0] != NULL && v[1] != NULL && i < n[0]; i++) {
		while (k < n[1] && v[1][k].amount < v[0][i].amount)
			k++;
		if (k < n[1] && v[1][k].amount == v[0][i].amount && is_once(v[0], n[0], i) &&
			is_once(v[1], n[1], k)) {
			int32_t d = q->date[1]->i32[v[1][k].row] - q->date[0]->i32[v[0][i].row];
			if (d >= -60 && d <= 60)
				days[found++] = d;
		}
	}
	if (found >= 30) {
		qsort(days, found, sizeof(*days), by_int);
		q->day_low = MAX(days[found / 50] - 2, -40);
		q->day_high = MIN(days[found - 1 - found / 50] + 2, 40);
	}
	free(v[0]);
	free(v[1]);
	free(days);
}

/* ---- references ---- */

/* Long enough and different enough from record to record. */
static bool like_reference(const struct profile *p, uint32_t i)
{
	const struct col *c = p->col[i];

	return (c->type == COL_CODE || c->type == COL_TEXT || (c->type == COL_NUMBER && c->scale == 0)) &&
		p->unique[i] >= UNIQUE_MIN && p->filled[i] >= 50;
}

static uint32_t average_words(const struct col_table *t, const struct col *c)
{
	uint32_t n = MIN(SAMPLE, t->rows), words = 0, rows = 0;

	for (uint32_t i = 0; is_string(c) && i < n; i++) {
		struct sv s = col_folded(c, sample_row(t, i));
		rows += s.n > 0;
		words += s.n > 0;
		for (size_t k = 0; k < s.n; k++)
			words += s.p[k] == ' ';
	}
	return rows == 0 ? 0 : words / rows;
}

static int pair_codes(struct propose *q, struct err *err)
{
	for (uint32_t i = 0; i < q->p[0].n; i++)
		for (uint32_t k = 0; k < q->p[1].n && q->ncodes < ARRAY_LEN(q->pattern); k++) {
			const struct col *a = q->p[0].col[i], *b = q->p[1].col[k];
			uint32_t share = 0;
			if (!like_reference(&q->p[0], i) || !like_reference(&q->p[1], k) ||
				average_words(q->p[0].t, a) > 2 || average_words(q->p[1].t, b) > 2)
				continue;
			int rc = overlap(q, a, b, false, &share, err);
			if (rc < 0)
				return rc;
			/* Row numbers overlap without meaning anything: numbers need one name. */
			if (share < SHARE_SAME || (is_number(a) && is_number(b) && !same_name(a, b)))
				continue;
			q->code[0][q->ncodes] = a;
			q->code[1][q->ncodes++] = b;
		}
	return 0;
}

/* The shape of a value: letters kept in lower case, digits counted. "INV-00421" -> "inv-" 5. */
static bool shape_of(struct sv s, char lead[16], uint32_t *ret_digits)
{
	size_t i = 0;

	while (i < s.n && i < 12 && (s.p[i] < '0' || s.p[i] > '9')) {
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
		lead[i] = s.p[i];
		i++;
	}
	lead[i] = '\0';
	*ret_digits = 0;
	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9') {
		++*ret_digits;
		i++;
	}
	return i == s.n && *ret_digits >= 3;
}

/* A pattern that fits nearly all values of a reference: common lead, then digits. */
static bool induce_pattern(const struct col_table *t, const struct col *c, char out[128])
{
	uint32_t n = MIN(SAMPLE, t->rows), fits = 0, filled = 0, low = UINT32_MAX, high = 0;
	char lead[16] = "", own[16];
	bool first = true;

	for (uint32_t i = 0; is_string(c) && i < n; i++) {
		uint32_t row = sample_row(t, i), digits;
		if (!col_valid(c, row))
			continue;
		filled++;
		if (!shape_of(col_text(c, row), own, &digits))
			continue;
		if (first)
			memcpy(lead, own, sizeof(lead));
		first = false;
		if (strcmp(lead, own) != 0)
			continue;
		fits++;
		low = MIN(low, digits);
		high = MAX(high, digits);
	}
	if (filled == 0 || fits * 10 < filled * 9 || (lead[0] == '\0' && low < 5))
		return false;
	char *p = out;
	p += snprintf(p, 8, "\\b(");
	for (const char *l = lead; *l != '\0'; l++) {
		bool letter = (*l >= 'a' && *l <= 'z') || (*l >= 'A' && *l <= 'Z');
		if (letter)
			*p++ = *l;
		else
			p += snprintf(p, 16, "[- /._#]?");
	}
	snprintf(p, 24, "\\d{%u,%u})\\b", low, high);
	return true;
}

/* Sampled references that stand somewhere in the other side's text, per mille. */
static int share_inside(const struct propose *q, int side, const struct col *code,
	const struct col *text, uint32_t *ret, struct err *err)
{
	const struct col_table *t = q->p[1 - side].t, *own = q->p[side].t;
	uint32_t rows = MIN(SET_ROWS, t->rows), n = MIN(SAMPLE, own->rows), seen = 0, hits = 0;
	char folded[256];
	struct set set;

	if (!set_make(&set, rows * 8))
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t row = 0; row < rows; row++) {
		struct sv s = col_folded(text, row);
		for (uint32_t w = 0; w < 8 && s.p != NULL; w++) {
			struct sv word = sv_cut(&s, ' ');
			size_t len = fold_code(word, folded, sizeof(folded));
			if (len >= 4)
				set_add(&set, hash_bytes(sv_from(folded, len)));
		}
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = sample_row(own, i);
		if (!col_valid(code, row))
			continue;
		size_t len = fold_code(col_folded(code, row), folded, sizeof(folded));
		seen += len >= 4;
		hits += len >= 4 && set_has(&set, hash_bytes(sv_from(folded, len)));
	}
	free(set.slot);
	*ret = seen == 0 ? 0 : hits * SHARE_ONE / seen;
	return 0;
}

/* References of one side that the other side's texts mention. */
static int find_inside(struct propose *q, int side, struct err *err)
{
	const struct profile *own = &q->p[side], *other = &q->p[1 - side];

	for (uint32_t i = 0; i < own->n; i++)
		for (uint32_t k = 0; k < other->n && q->ncodes < ARRAY_LEN(q->pattern); k++) {
			uint32_t share = 0;
			if (!is_string(own->col[i]) || !like_reference(own, i) ||
				average_words(own->t, own->col[i]) > 1 ||
				other->col[k]->type != COL_TEXT ||
				average_words(other->t, other->col[k]) < 2 ||
				!induce_pattern(own->t, own->col[i], q->pattern[q->ncodes]))
				continue;
			int rc = share_inside(q, side, own->col[i], other->col[k], &share, err);
			if (rc < 0)
				return rc;
			if (share < SHARE_SAME) {
				q->pattern[q->ncodes][0] = '\0';
				continue;
			}
			q->code[side][q->ncodes] = own->col[i];
			q->code[1 - side][q->ncodes] = other->col[k];
			q->found_in[q->ncodes++] = 1 - side;
		}
	return 0;
}

/* ---- parties ---- */

/* Words of sampled left values that occur in the right column, per mille. */
static int shared_words(
	const struct propose *q, const struct col *a, const struct col *b, uint32_t *ret, struct err *err)
{
	const struct col_table *l = q->p[0].t, *r = q->p[1].t;
	uint32_t rows = MIN(SET_ROWS, r->rows), n = MIN(SAMPLE, l->rows), seen = 0, hits = 0;
	struct set set;

	if (!set_make(&set, rows * 4))
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t row = 0; row < rows; row++) {
		struct sv s = col_folded(b, row);
		for (uint32_t w = 0; w < 4 && s.p != NULL; w++) {
			struct sv word = sv_cut(&s, ' ');
			if (word.n >= 4)
				set_add(&set, hash_bytes(word));
		}
	}
	for (uint32_t i = 0; i < n; i++) {
		struct sv s = col_folded(a, sample_row(l, i));
		for (uint32_t w = 0; w < 4 && s.p != NULL; w++) {
			struct sv word = sv_cut(&s, ' ');
			seen += word.n >= 4;
			hits += word.n >= 4 && set_has(&set, hash_bytes(word));
		}
	}
	free(set.slot);
	*ret = seen == 0 ? 0 : hits * SHARE_ONE / seen;
	return 0;
}

/* Names recur: their values are few against the rows, and made of a few words. */
static bool like_name(const struct profile *p, uint32_t i)
{
	uint32_t words = p->col[i]->type == COL_TEXT ? average_words(p->t, p->col[i]) : 0;

	return words >= 1 && words <= 5 && p->unique[i] >= 2 && p->unique[i] <= 800 &&
		p->filled[i] >= 300;
}

static int pair_party(struct propose *q, struct err *err)
{
	uint32_t best = 400; /* fewer shared words are no sign of one column */

	for (uint32_t i = 0; i < q->p[0].n; i++)
		for (uint32_t k = 0; k < q->p[1].n; k++) {
			const struct col *a = q->p[0].col[i], *b = q->p[1].col[k];
			uint32_t share = 0;
			if (!like_name(&q->p[0], i) || !like_name(&q->p[1], k))
				continue;
			int rc = shared_words(q, a, b, &share, err);
			if (rc < 0)
				return rc;
			if (share + (same_name(a, b) ? 100 : 0) <= best)
				continue;
			best = share + (same_name(a, b) ? 100 : 0);
			q->party[0] = a;
			q->party[1] = b;
		}
	return 0;
}

/* ---- texts and the rest ---- */

static bool is_code(const struct propose *q, int side, const struct col *c)
{
	for (uint32_t i = 0; i < q->ncodes; i++)
		if (q->code[side][i] == c && (q->pattern[i][0] == '\0' || q->found_in[i] != side))
			return true;
	return false;
}

static void gather_texts(struct propose *q, int side)
{
	const struct profile *p = &q->p[side];

	for (uint32_t i = 0; i < p->n && q->ntexts[side] < ARRAY_LEN(q->text[side]); i++)
		if ((p->col[i]->type == COL_TEXT || p->col[i]->type == COL_CODE) &&
			!is_code(q, side, p->col[i]) && p->col[i] != q->party[side] && p->unique[i] > 5 && p->filled[i] > 20)
			q->text[side][q->ntexts[side]++] = p->col[i];
}

/* Columns of one name and comparable type, for records that are not money. */
static void gather_same(struct propose *q)
{
	for (uint32_t i = 0; i < q->p[0].n; i++)
		for (uint32_t k = 0; k < q->p[1].n && q->nsame < ARRAY_LEN(q->same[0]); k++) {
			const struct col *a = q->p[0].col[i], *b = q->p[1].col[k];
			if (!same_name(a, b) || !is_string(a) || !is_string(b) ||
				q->p[0].unique[i] < 2 || is_code(q, 0, a) || is_code(q, 1, b))
				continue;
			q->same[0][q->nsame] = a;
			q->same[1][q->nsame++] = b;
		}
}

/* ---- writing ---- */

#define THEN_SURE                                                                                  \
	"\"confirm\": { \"confidence\": 0.99, \"margin\": 7 }, \"suggest\": { \"confidence\": 0.5 }"
#define THEN_SUGGEST "\"suggest\": { \"confidence\": 0.5 }"

static void put_side(struct propose *q, int side, struct sv label)
{
	buf_printf(q->out, "  \"%s\": { \"label\": ", side == 0 ? "left" : "right");
	tree_quote(label, q->out);
	if (q->money)
		buf_add_cstr(q->out, ", \"balance\": \"amount\"");
	if (side == 1 && q->flip)
		buf_add_cstr(q->out, ", \"flip_sign\": true");
	buf_add_cstr(q->out, " },\n");
}

static void put_field(struct propose *q, const char *name, const char *type, const struct col *l,
	const struct col *r, bool *first)
{
	buf_printf(q->out, "%s    \"%s\": { \"type\": \"%s\", \"left\": ", *first ? "" : ",\n", name,
		type);
	tree_quote(sv_from_cstr(l->name), q->out);
	buf_add_cstr(q->out, ", \"right\": ");
	tree_quote(sv_from_cstr(r->name), q->out);
	buf_add_cstr(q->out, " }");
	*first = false;
}

static void put_found(struct propose *q, uint32_t i)
{
	static const char *const sides[] = {"left", "right"};

	buf_printf(q->out, ",\n    \"reference%u\": { \"type\": \"code\"", i + 1);
	for (int side = 0; side < 2; side++) {
		buf_printf(q->out, ", \"%s\": ", sides[side]);
		if (side == q->found_in[i]) {
			buf_add_cstr(q->out, "{ \"from\": ");
			tree_quote(sv_from_cstr(q->code[side][i]->name), q->out);
			buf_add_cstr(q->out, ", \"find\": ");
			tree_quote(sv_from_cstr(q->pattern[i]), q->out);
			buf_add_cstr(q->out, " }");
		} else {
			tree_quote(sv_from_cstr(q->code[side][i]->name), q->out);
		}
	}
	buf_add_cstr(q->out, " }");
}

static void put_texts(struct propose *q)
{
	buf_add_cstr(q->out, ",\n    \"text\": { \"type\": \"text\"");
	for (int side = 0; side < 2; side++) {
		buf_printf(q->out, ", \"%s\": [", side == 0 ? "left" : "right");
		for (uint32_t i = 0; i < q->ntexts[side]; i++) {
			buf_add_cstr(q->out, i == 0 ? "" : ", ");
			tree_quote(sv_from_cstr(q->text[side][i]->name), q->out);
		}
		buf_add_cstr(q->out, "]");
	}
	buf_add_cstr(q->out, " }");
}

static bool has_texts(const struct propose *q)
{
	return q->ntexts[0] > 0 && q->ntexts[1] > 0;
}

static void put_fields(struct propose *q)
{
	char name[32];
	bool first = true;

	buf_add_cstr(q->out, "  \"fields\": {\n");
	if (q->amount[0] != NULL)
		put_field(q, "amount", "amount", q->amount[0], q->amount[1], &first);
	if (q->date[0] != NULL)
		put_field(q, "date", "date", q->date[0], q->date[1], &first);
	for (uint32_t i = 0; i < q->ncodes; i++) {
		snprintf(name, sizeof(name), "reference%u", i + 1);
		if (q->pattern[i][0] != '\0')
			put_found(q, i);
		else
			put_field(q, name, "code", q->code[0][i], q->code[1][i], &first);
	}
	if (!q->money)
		for (uint32_t i = 0; i < q->nsame; i++) {
			snprintf(name, sizeof(name), "column%u", i + 1);
			put_field(q, name, "text", q->same[0][i], q->same[1][i], &first);
		}
	if (q->party[0] != NULL && q->money)
		put_field(q, "party", "text", q->party[0], q->party[1], &first);
	if (has_texts(q) && !first)
		put_texts(q);
	buf_add_cstr(q->out, " },\n");
}

static void put_pass(struct propose *q, const char *name, unsigned stage, const char *when,
	const char *then, bool *first)
{
	buf_printf(q->out,
		"%s    { \"name\": \"%s\", \"stage\": %u, \"kind\": \"1:1\",\n      \"when\": { %s "
		"},\n      \"then\": { %s } }",
		*first ? "" : ",\n", name, stage, when, then);
	*first = false;
}

/* n:1 and 1:n */
static void put_groups(struct propose *q, const char *name, unsigned stage, const char *when,
	const char *group)
{
	static const char *const kinds[] = {"n:1", "1:n"};

	for (int k = 0; k < 2; k++)
		buf_printf(q->out,
			",\n    { \"name\": \"%s, %s\", \"stage\": %u, \"kind\": \"%s\",\n"
			"      \"when\": { %s },\n      \"group\": { %s, \"total\": { \"within\": "
			"\"0.00\" } },\n      \"then\": { \"confirm\": { \"confidence\": 0.99, "
			"\"chance\": 0.01 }, \"suggest\": { \"confidence\": 0.5 } } }",
			name, kinds[k], stage, kinds[k], when, group);
}

static void put_netting(struct propose *q)
{
	static const char *const sides[] = {"left", "right"};

	for (int side = 0; side < 2; side++)
		buf_printf(q->out,
			",\n    { \"name\": \"offset within one side, %s\", \"stage\": 2, "
			"\"kind\": \"net %s\",\n      \"when\": { \"party\": \"same\"%s },\n"
			"      \"then\": { " THEN_SURE " } }",
			sides[side], sides[side],
			q->date[0] != NULL ? ", \"date\": { \"days\": [-10, 10] }" : "");
}

static void put_partial(struct propose *q, uint32_t i)
{
	buf_printf(q->out,
		",\n    { \"name\": \"part of reference %u\", \"stage\": 3, \"kind\": \"partial\", "
		"\"whole\": \"right\",\n      \"when\": { \"reference%u\": \"same\" },\n"
		"      \"partial\": { \"order\": \"oldest first\", \"rest\": \"stays open\" },\n"
		"      \"then\": { " THEN_SUGGEST " } }",
		i + 1, i + 1);
}

static void put_money_passes(struct propose *q)
{
	char name[64], when[256], days[64] = "";
	bool first = true;

	if (q->date[0] != NULL)
		snprintf(days, sizeof(days), ", \"date\": { \"days\": [%d, %d] }", q->day_low,
			q->day_high);
	for (uint32_t i = 0; i < q->ncodes; i++) {
		snprintf(name, sizeof(name), "reference %u and amount", i + 1);
		snprintf(when, sizeof(when), "\"reference%u\": \"same\", \"amount\": \"same\"", i + 1);
		put_pass(q, name, 1, when, THEN_SURE, &first);
	}
	snprintf(when, sizeof(when), "\"amount\": \"same\"%s", days);
	put_pass(q, "amount and days", 2, when, THEN_SURE, &first);
	for (uint32_t i = 0; i < q->ncodes; i++) {
		snprintf(name, sizeof(name), "all of reference %u", i + 1);
		snprintf(when, sizeof(when), "\"reference%u\": \"same\"", i + 1);
		put_groups(q, name, 2, when, "\"how\": \"all\"");
	}
	if (q->party[0] != NULL) {
		snprintf(when, sizeof(when), "\"party\": { \"like\": 0.85 }%s", days);
		put_groups(q, "lines of one party", 2, when,
			"\"how\": \"subset\", \"lines\": [2, 12]");
	}
	if (q->party[0] != NULL)
		put_netting(q);
	for (uint32_t i = 0; i < q->ncodes; i++) {
		snprintf(name, sizeof(name), "reference %u, other amount", i + 1);
		snprintf(when, sizeof(when),
			"\"reference%u\": \"same\", \"amount\": { \"percent\": 15 }", i + 1);
		put_pass(q, name, 3, when, THEN_SUGGEST, &first);
	}
	for (uint32_t i = 0; i < q->ncodes; i++)
		put_partial(q, i);
	if (has_texts(q)) {
		snprintf(when, sizeof(when), "\"amount\": { \"percent\": 12 }%s", days);
		put_pass(q, "near amount, like text", 4, when,
			"\"suggest\": { \"confidence\": 0.9 }", &first);
	}
}

static void put_other_passes(struct propose *q)
{
	bool first = true;
	char when[128];

	for (uint32_t i = 0; i < q->ncodes; i++) {
		snprintf(when, sizeof(when), "\"reference%u\": \"same\"", i + 1);
		put_pass(q, "reference", 1, when, THEN_SURE, &first);
	}
	buf_printf(q->out,
		"%s    { \"name\": \"learned\", \"stage\": 2, \"kind\": \"1:1\", \"mode\": \"learn\",\n"
		"      \"then\": { " THEN_SURE " } }",
		first ? "" : ",\n");
}

int match_propose(const struct col_table *left, const struct col_table *right,
	struct sv left_label, struct sv right_label, struct buf *out, struct err *err)
{
	struct propose *q = calloc(1, sizeof(*q));
	int rc = q == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;

	if (rc == 0) {
		q->out = out;
		rc = profile_table(&q->p[0], left, err);
	}
	if (rc == 0)
		rc = profile_table(&q->p[1], right, err);
	if (rc == 0)
		rc = pair_amounts(q, err);
	if (rc == 0)
		rc = pair_codes(q, err);
	for (int side = 0; side < 2 && rc == 0; side++)
		rc = find_inside(q, side, err);
	if (rc == 0)
		rc = pair_party(q, err);
	if (rc < 0) {
		free(q);
		return rc;
	}
	pair_dates(q);
	learn_window(q);
	gather_texts(q, 0);
	gather_texts(q, 1);
	gather_same(q);
	if (q->amount[0] == NULL && q->ncodes == 0 && q->nsame == 0 && !has_texts(q)) {
		free(q);
		return err_set(err, E_INVALID, "The two files have no columns in common.");
	}
	buf_add_cstr(out, "{ \"ruleset\": 1, \"name\": \"Proposed\", \"currency\": \"each alone\",\n");
	put_side(q, 0, left_label);
	put_side(q, 1, right_label);
	put_fields(q);
	buf_add_cstr(out, "  \"passes\": [\n");
	if (q->money)
		put_money_passes(q);
	else
		put_other_passes(q);
	buf_add_cstr(out, " ] }\n");
	free(q);
	return buf_ok(out) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}
