/*
 * Which columns of two tables mean the same: amounts by common values, with their sign or against
 * it, where there are several by whether rows that they join agree elsewhere; dates; the party; all
 * others by what their values and words have in common.
 */
#include <stdlib.h>
#include <string.h>

#include "match/engine.h"
#include "match/propose_parts.h"

#define ONCE_MAX 4000u
#define DAYS_LOOKED 180
#define DAYS_MOST 120
#define ALIKE_LEAST 30u   /* per mille in common that make two columns mean the same */
#define WORD_MOST 20u     /* per mille that one word counts at most: "inv" is in every reference */
#define TEXT_LEAST 10u    /* per mille of words that the other side has too */

/* ---- amounts and dates ---- */

/* Two columns that may mean the same. */
struct guess {
	uint32_t i, k;
	uint32_t alike;   /* by what they hold */
	uint32_t lift;    /* per mille, see propose_lift_amount() */
	bool same_name, flipped;
};

struct guesses {
	struct guess *v;
	uint32_t n;
};

/* What lets joined rows agree elsewhere goes before what does not. */
static const struct guess *best_guess(const struct guesses *g)
{
	const struct guess *ret = NULL;
	uint64_t best = 0;

	for (uint32_t i = 0; i < g->n; i++) {
		const struct guess *v = &g->v[i];
		uint64_t alike = v->lift == 0 ? (uint64_t)v->alike * SHARE_ONE :
			(uint64_t)v->alike * v->lift + (UINT64_C(1) << 40);
		uint64_t score = 2 * alike + v->same_name + 1;
		bool before = ret == NULL || v->i < ret->i || (v->i == ret->i && v->k < ret->k);
		if (score < best || (score == best && !before))
			continue;
		best = score;
		ret = v;
	}
	return ret;
}

static int open_lift(struct propose *q, struct err *err)
{
	if (q->lift == NULL)
		q->lift = propose_lift_new(q);
	return q->lift == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;
}

static int open_guesses(struct guesses *g, struct err *err)
{
	*g = (struct guesses){.v = calloc((size_t)COLUMNS_MAX * COLUMNS_MAX, sizeof(*g->v))};
	return g->v == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;
}

/* Values of the sampled left rows that the set has, per mille. */
static uint32_t overlap(const struct propose *q, const struct col *a, const struct set *set, bool opposite)
{
	const struct col_table *l = q->p[0].t;
	uint32_t n = MIN(PROPOSE_SAMPLE, l->rows), seen = 0, hits = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = propose_sample_row(l, i);
		if (!col_valid(a, row))
			continue;
		seen++;
		uint64_t h = opposite ? mix64((uint64_t)-a->i64[row] + 1) | 1 :
			propose_cell_hash(l, a, row, true);
		hits += propose_set_has(set, h);
	}
	return seen == 0 ? 0 : hits * SHARE_ONE / seen;
}

/* Left columns of amounts beside a right one. */
static int guess_amounts(struct propose *q, uint32_t k, struct guesses *g, struct err *err)
{
	const struct col_table *r = q->p[1].t;
	const struct col *b = q->p[1].col[k];
	uint32_t rows = MIN(SET_ROWS, r->rows);
	struct set set;

	if (!propose_set_make(&set, rows))
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t row = 0; row < rows; row++)
		if (col_valid(b, row))
			propose_set_add(&set, propose_cell_hash(r, b, row, true));
	for (uint32_t i = 0; i < q->p[0].n; i++) {
		const struct col *a = q->p[0].col[i];
		if (a->type != COL_AMOUNT)
			continue;
		uint32_t plain = overlap(q, a, &set, false), flipped = overlap(q, a, &set, true);
		g->v[g->n++] = (struct guess){.i = i, .k = k, .alike = 2 * MAX(plain, flipped),
			.same_name = propose_same_name(a, b), .flipped = flipped > plain + 100};
	}
	free(set.slot);
	return 0;
}

static int choose_amounts(struct propose *q, struct guesses *g, struct err *err)
{
	int rc = g->n > 1 ? open_lift(q, err) : 0;

	for (uint32_t x = 0; x < g->n && g->n > 1 && rc == 0; x++)
		rc = propose_lift_amount(q->lift, g->v[x].i, g->v[x].k, g->n, &g->v[x].lift, err);
	const struct guess *best = rc == 0 ? best_guess(g) : NULL;
	if (best == NULL)
		return rc;
	q->amount_at[0] = best->i;
	q->amount_at[1] = best->k;
	q->amount[0] = q->p[0].col[best->i];
	q->amount[1] = q->p[1].col[best->k];
	q->money = q->p[0].filled[best->i] >= 900 && q->p[1].filled[best->k] >= 900;
	q->flip = best->flipped;
	return 0;
}

int propose_amounts(struct propose *q, struct err *err)
{
	struct guesses g;
	int rc = open_guesses(&g, err);

	for (uint32_t k = 0; k < q->p[1].n && rc == 0; k++)
		if (q->p[1].col[k]->type == COL_AMOUNT)
			rc = guess_amounts(q, k, &g, err);
	if (rc == 0)
		rc = choose_amounts(q, &g, err);
	free(g.v);
	return rc;
}

static void guess_dates(const struct propose *q, struct guesses *g)
{
	for (uint32_t i = 0; i < q->p[0].n; i++)
		for (uint32_t k = 0; k < q->p[1].n; k++) {
			const struct col *a = q->p[0].col[i], *b = q->p[1].col[k];
			if (a->type != COL_DATE || b->type != COL_DATE)
				continue;
			g->v[g->n++] = (struct guess){.i = i, .k = k, .same_name = propose_same_name(a, b),
				.alike = q->p[0].filled[i] + q->p[1].filled[k] +
					propose_common(&q->p[0].values[i], &q->p[1].values[k], SHARE_ONE)};
		}
}

int propose_dates(struct propose *q, struct err *err)
{
	struct guesses g;
	int rc = open_guesses(&g, err);

	if (rc == 0)
		guess_dates(q, &g);
	bool several = g.n > 1 && q->amount[0] != NULL;
	if (rc == 0 && several)
		rc = open_lift(q, err);
	for (uint32_t x = 0; x < g.n && several && rc == 0; x++)
		rc = propose_lift_days(q->lift, q->amount_at, q->p[0].col[g.v[x].i],
			q->p[1].col[g.v[x].k], g.n, &g.v[x].lift, err);
	const struct guess *best = rc == 0 ? best_guess(&g) : NULL;
	if (best != NULL) {
		q->date[0] = q->p[0].col[best->i];
		q->date[1] = q->p[1].col[best->k];
	}
	free(g.v);
	return rc;
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
	const struct col *c = q->amount[side];
	uint32_t rows = q->p[side].t->rows, n = 0;
	struct once *v = calloc((size_t)rows + 1, sizeof(*v));

	*ret_n = 0;
	if (v == NULL)
		return NULL;
	for (uint32_t r = 0; r < rows; r++)
		if (col_valid(c, r))
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

/* Spread over the amounts: every k-th of those that there are. */
static void join_once(struct propose *q, struct once *const v[2], const uint32_t n[2])
{
	uint32_t k = 0, step = n[0] / (4 * ONCE_MAX) + 1;

	if (v[0] == NULL || v[1] == NULL)
		return;
	for (uint32_t i = 0; i < n[0] && q->nonce < ONCE_MAX; i += step) {
		while (k < n[1] && v[1][k].amount < v[0][i].amount)
			k++;
		if (k < n[1] && v[1][k].amount == v[0][i].amount && is_once(v[0], n[0], i) &&
			is_once(v[1], n[1], k))
			q->once[q->nonce++] = (struct row_pair){v[0][i].row, v[1][k].row};
	}
}

static int by_int(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return x < y ? -1 : x > y;
}

/* Days between records that an amount joins: their middle 96 %, and two more. */
static int learn_days(struct propose *q, struct err *err)
{
	int32_t *days = calloc((size_t)q->nonce + 1, sizeof(*days));
	uint32_t n = 0;

	q->day_low = -5;
	q->day_high = 10;
	if (days == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; q->date[0] != NULL && i < q->nonce; i++) {
		if (!col_valid(q->date[0], q->once[i].l) || !col_valid(q->date[1], q->once[i].r))
			continue;
		int32_t d = q->date[1]->i32[q->once[i].r] - q->date[0]->i32[q->once[i].l];
		if (d >= -DAYS_LOOKED && d <= DAYS_LOOKED)
			days[n++] = d;
	}
	if (n >= 30) {
		qsort(days, n, sizeof(*days), by_int);
		q->day_low = MAX(days[n / 50] - 2, -DAYS_MOST);
		q->day_high = MIN(days[n - 1 - n / 50] + 2, DAYS_MOST);
	}
	free(days);
	return 0;
}

int propose_once(struct propose *q, struct err *err)
{
	struct once *v[2] = {NULL, NULL};
	uint32_t n[2] = {0, 0};
	bool ok = true;

	for (int side = 0; side < 2 && q->amount[0] != NULL; side++) {
		v[side] = sorted_amounts(q, side, &n[side]);
		ok = ok && v[side] != NULL;
	}
	q->once = calloc(ONCE_MAX, sizeof(*q->once));
	ok = ok && q->once != NULL;
	if (ok && q->amount[0] != NULL)
		join_once(q, v, n);
	free(v[0]);
	free(v[1]);
	return ok ? learn_days(q, err) : err_set(err, E_NO_MEMORY, NULL);
}

/* ---- the party ---- */

/* Names recur: their values are few against the rows, and made of a few words. */
static bool like_name(const struct profile *p, uint32_t i)
{
	return p->col[i]->type == COL_TEXT && p->words[i] >= 1 && p->words[i] <= 5 &&
		p->unique[i] >= 2 && p->unique[i] <= 800 && p->filled[i] >= 300;
}

void propose_party(struct propose *q)
{
	uint32_t best = 2 * 300; /* fewer words in common are no sign of one column */

	for (uint32_t i = 0; i < q->p[0].n; i++)
		for (uint32_t k = 0; k < q->p[1].n; k++) {
			if (!like_name(&q->p[0], i) || !like_name(&q->p[1], k))
				continue;
			uint32_t score = 2 * propose_common(&q->p[0].terms[i], &q->p[1].terms[k],
				SHARE_ONE) + propose_same_name(q->p[0].col[i], q->p[1].col[k]);
			if (score <= best)
				continue;
			best = score;
			q->party[0] = q->p[0].col[i];
			q->party[1] = q->p[1].col[k];
		}
}

/* ---- other columns ---- */

struct likeness {
	uint32_t alike;
	uint8_t l, r;
};

static int by_likeness(const void *a, const void *b)
{
	const struct likeness *x = a, *y = b;

	if (x->alike != y->alike)
		return x->alike > y->alike ? -1 : 1;
	if (x->l != y->l)
		return x->l < y->l ? -1 : 1;
	return x->r < y->r ? -1 : x->r > y->r;
}

static bool is_taken(const struct propose *q, int side, const struct col *c)
{
	return c == q->amount[side] || c == q->date[side] || c->type == COL_CURRENCY;
}

static uint32_t likeness_of(const struct propose *q, uint32_t i, uint32_t k)
{
	const struct col *a = q->p[0].col[i], *b = q->p[1].col[k];
	bool strings = propose_is_string(a) && propose_is_string(b);

	if (is_taken(q, 0, a) || is_taken(q, 1, b) ||
		((a->type == COL_AMOUNT) != (b->type == COL_AMOUNT)) ||
		((a->type == COL_RATE || a->type == COL_QUANTITY) && a->type != b->type))
		return 0;
	uint32_t alike = propose_common(&q->p[0].values[i], &q->p[1].values[k], SHARE_ONE);
	if (strings) {
		uint32_t words = propose_common(&q->p[0].terms[i], &q->p[1].terms[k], WORD_MOST);
		alike = MAX(alike, words);
	}
	if (alike < ALIKE_LEAST && !(a->type == COL_AMOUNT || (a->type == COL_DATE && b->type == COL_DATE)))
		return 0;
	/* One value in all rows tells nothing. */
	if (q->p[0].unique[i] * MIN(q->p[0].t->rows, PROPOSE_SAMPLE) < 2 * SHARE_ONE)
		return 0;
	return 2 * alike + 1 + propose_same_name(a, b);
}

void propose_columns(struct propose *q)
{
	struct likeness *v = calloc((size_t)COLUMNS_MAX * COLUMNS_MAX, sizeof(*v));
	bool taken[2][COLUMNS_MAX] = {0};
	uint32_t n = 0;

	for (uint32_t i = 0; v != NULL && i < q->p[0].n; i++)
		for (uint32_t k = 0; k < q->p[1].n; k++) {
			uint32_t alike = likeness_of(q, i, k);
			if (alike > 0)
				v[n++] = (struct likeness){alike, (uint8_t)i, (uint8_t)k};
		}
	if (n > 1)
		qsort(v, n, sizeof(*v), by_likeness);
	for (uint32_t x = 0; x < n && q->npairs < COLUMN_PAIRS_MAX; x++) {
		if (taken[0][v[x].l] || taken[1][v[x].r])
			continue;
		taken[0][v[x].l] = taken[1][v[x].r] = true;
		q->pair[0][q->npairs] = q->p[0].col[v[x].l];
		q->pair[1][q->npairs++] = q->p[1].col[v[x].r];
	}
	free(v);
}

/* ---- all text ---- */

/* Words of all texts of a side. */
static bool gather_words(const struct profile *p, struct set *set)
{
	uint32_t words = 0;

	for (uint32_t i = 0; i < p->n; i++)
		words += p->terms[i].n;
	if (!propose_set_make(set, words))
		return false;
	for (uint32_t i = 0; i < p->n; i++)
		for (uint32_t k = 0; k < p->terms[i].n; k++)
			propose_set_add(set, p->terms[i].v[k].hash);
	return true;
}

/* Does the other side know any of its words? Row numbers and the like it does not. A side of few rows
 * cannot know many words of one of many. */
static bool has_meaning(const struct profile *p, const struct sketch *s, const struct set *other,
	uint32_t other_rows)
{
	uint64_t all = 0, known = 0, rows = p->t->rows, least = MIN(rows, other_rows);

	for (uint32_t i = 0; i < s->n; i++) {
		all += s->v[i].count;
		known += propose_set_has(other, s->v[i].hash) ? s->v[i].count : 0;
	}
	return known > 0 && known * SHARE_ONE * rows >= all * TEXT_LEAST * least;
}

int propose_texts(struct propose *q, struct err *err)
{
	for (int side = 0; side < 2; side++) {
		const struct profile *p = &q->p[side];
		struct set other;
		if (!gather_words(&q->p[1 - side], &other))
			return err_set(err, E_NO_MEMORY, NULL);
		for (uint32_t i = 0; i < p->n && q->ntexts[side] < RULES_TERMS_MAX; i++)
			if (propose_is_string(p->col[i]) && has_meaning(p, &p->terms[i], &other,
					q->p[1 - side].t->rows))
				q->text[side][q->ntexts[side]++] = p->col[i];
		free(other.slot);
	}
	return 0;
}
