/*
 * References: codes that both sides have in a column of their own, and codes of one side that the
 * other side's texts mention. That values of two columns occur on both sides is no proof (small
 * numbers always do): records that an amount joins must have the reference in common.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match/engine.h"
#include "match/propose_parts.h"

#define UNIQUE_MIN 300u /* a reference tells records apart */
#define COMMON_LEAST 30u /* per mille of the values on the other side */
#define JOINED_LEAST 30u /* records joined by an amount, to go by them */
#define AGREE_LEAST 50u  /* per mille of those that must agree */

/* Long enough and different enough from record to record. */
static bool like_reference(const struct profile *p, uint32_t i)
{
	const struct col *c = p->col[i];

	return (c->type == COL_CODE || c->type == COL_TEXT || (c->type == COL_NUMBER && c->scale == 0)) &&
		p->unique[i] >= UNIQUE_MIN && p->filled[i] >= 50;
}

static bool cells_agree(const struct propose *q, const struct col *a, const struct col *b, bool inside,
	int side, struct row_pair rows)
{
	uint32_t own = side == 0 ? rows.l : rows.r, other = side == 0 ? rows.r : rows.l;
	const struct col_table *t = q->p[side].t, *u = q->p[1 - side].t;
	char x[256], y[1024];

	if (!inside)
		return propose_cell_hash(t, a, own, false) == propose_cell_hash(u, b, other, false);
	size_t n = propose_fold(col_folded(a, own), x, sizeof(x));
	size_t m = propose_fold(col_folded(b, other), y, sizeof(y));
	return n >= 4 && memmem(y, m, x, n) != NULL;
}

/* a of one side, b of the other: equal, or a inside b. */
static bool agrees(const struct propose *q, const struct col *a, const struct col *b, bool inside,
	int side)
{
	uint32_t seen = 0, hits = 0;

	for (uint32_t i = 0; i < q->nonce; i++) {
		struct row_pair rows = q->once[i];
		if (!col_valid(a, side == 0 ? rows.l : rows.r) ||
			!col_valid(b, side == 0 ? rows.r : rows.l))
			continue;
		seen++;
		hits += cells_agree(q, a, b, inside, side, rows);
	}
	if (seen < JOINED_LEAST)
		return propose_is_string(a) || propose_same_name(a, b);
	return hits * SHARE_ONE >= seen * AGREE_LEAST;
}

static void pair_codes(struct propose *q)
{
	for (uint32_t i = 0; i < q->p[0].n; i++)
		for (uint32_t k = 0; k < q->p[1].n && q->ncodes < CODES_MAX; k++) {
			const struct col *a = q->p[0].col[i], *b = q->p[1].col[k];
			if (!like_reference(&q->p[0], i) || !like_reference(&q->p[1], k) ||
				q->p[0].words[i] > 2 || q->p[1].words[k] > 2 ||
				propose_common(&q->p[0].values[i], &q->p[1].values[k], SHARE_ONE) <
					COMMON_LEAST ||
				!agrees(q, a, b, false, 0))
				continue;
			q->code[0][q->ncodes] = a;
			q->code[1][q->ncodes++] = b;
		}
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
	uint32_t n = MIN(PROPOSE_SAMPLE, t->rows), fits = 0, filled = 0, low = UINT32_MAX, high = 0;
	char lead[16] = "", own[16];
	bool first = true;

	for (uint32_t i = 0; propose_is_string(c) && i < n; i++) {
		uint32_t row = propose_sample_row(t, i), digits;
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
	uint32_t rows = MIN(SET_ROWS, t->rows), n = MIN(PROPOSE_SAMPLE, own->rows), seen = 0, hits = 0;
	char folded[256];
	struct set set;

	if (!propose_set_make(&set, rows * 8))
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t row = 0; row < rows; row++) {
		struct sv s = col_folded(text, row);
		for (uint32_t w = 0; w < 8 && s.p != NULL; w++) {
			struct sv word = sv_cut(&s, ' ');
			size_t len = propose_fold(word, folded, sizeof(folded));
			if (len >= 4)
				propose_set_add(&set, propose_hash(sv_from(folded, len)));
		}
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = propose_sample_row(own, i);
		if (!col_valid(code, row))
			continue;
		size_t len = propose_fold(col_folded(code, row), folded, sizeof(folded));
		seen += len >= 4;
		hits += len >= 4 && propose_set_has(&set, propose_hash(sv_from(folded, len)));
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
		for (uint32_t k = 0; k < other->n && q->ncodes < CODES_MAX; k++) {
			uint32_t share = 0;
			if (!propose_is_string(own->col[i]) || !like_reference(own, i) ||
				own->words[i] > 1 || other->col[k]->type != COL_TEXT ||
				other->words[k] < 2 ||
				!induce_pattern(own->t, own->col[i], q->pattern[q->ncodes]))
				continue;
			int rc = share_inside(q, side, own->col[i], other->col[k], &share, err);
			if (rc < 0)
				return rc;
			if (share < COMMON_LEAST || !agrees(q, own->col[i], other->col[k], true, side)) {
				q->pattern[q->ncodes][0] = '\0';
				continue;
			}
			q->code[side][q->ncodes] = own->col[i];
			q->code[1 - side][q->ncodes] = other->col[k];
			q->found_in[q->ncodes++] = 1 - side;
		}
	return 0;
}

int propose_codes(struct propose *q, struct err *err)
{
	int rc = 0;

	pair_codes(q);
	for (int side = 0; side < 2 && rc == 0; side++)
		rc = find_inside(q, side, err);
	return rc;
}
