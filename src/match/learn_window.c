/*
 * Windows: the smallest ranges of days and ratios that hold nearly all learned matches. Right rows are
 * kept by day and, within a day, by amount, so that a window is a few spans of them.
 */
#include <stdlib.h>
#include <string.h>

#include "match/learn_find.h"

#define WINDOW_SHARE 0.998

static double seen_at(const struct comparison *c, unsigned level)
{
	return c->seen[level] + (c->how == LEARN_AMOUNT ? c->binned[level] : 0);
}

/* Levels low .. high of the ordered ones with the least u that hold the share of what was seen. */
static bool smallest(const struct comparison *c, unsigned levels, unsigned *ret_low,
	unsigned *ret_high)
{
	double all = 0, best = 2;

	for (unsigned k = 0; k < levels; k++)
		all += seen_at(c, k);
	for (unsigned low = 0; low < levels && all > 0; low++) {
		double seen = 0, u = 0;
		for (unsigned high = low; high < levels; high++) {
			seen += seen_at(c, high);
			u += c->u[high];
			if (seen < WINDOW_SHARE * all)
				continue;
			if (u < best) {
				best = u;
				*ret_low = low;
				*ret_high = high;
			}
			break;
		}
	}
	return best < 0.5;
}

static void date_window(struct learn *n, uint32_t i)
{
	unsigned low = 0, high = 0;

	if (n->c[i].dropped || !smallest(&n->c[i], DATE_RANGES, &low, &high) ||
		low < DATE_FIRST || high > DATE_LAST)
		return;
	if (n->window.date >= 0 && n->c[n->window.date].bits >= n->c[i].bits)
		return;
	n->window.date = (int)i;
	n->window.day_low = (int32_t)low - (int32_t)DATE_EQUAL;
	n->window.day_high = (int32_t)high - (int32_t)DATE_EQUAL;
}

void learn_window_ratios(struct learn_window *w, unsigned low, unsigned high)
{
	double ignored;

	w->level_low = low;
	w->level_high = high;
	w->ratio_low = w->ratio_high = 1;
	if (low < AMOUNT_EQUAL)
		learn_ratio_bounds(low, low, &w->ratio_low, &ignored);
	if (high > AMOUNT_EQUAL)
		learn_ratio_bounds(high, high, &ignored, &w->ratio_high);
}

static void amount_window(struct learn *n, uint32_t i)
{
	unsigned low = 0, high = 0;

	if (n->c[i].dropped || !smallest(&n->c[i], AMOUNT_OTHER, &low, &high) || low == 0 ||
		high == AMOUNT_OTHER - 1)
		return;
	if (n->window.amount >= 0 && n->c[n->window.amount].bits >= n->c[i].bits)
		return;
	n->window.amount = (int)i;
	learn_window_ratios(&n->window, low, high);
}

void learn_window_make(struct learn *n)
{
	n->window = (struct learn_window){.date = -1, .amount = -1};
	n->touches[LEARN_BIT_WINDOW] = n->touches[LEARN_BIT_PRODUCT] = 0;
	for (uint32_t i = 0; i < n->nc; i++) {
		if (n->c[i].how == LEARN_DATE)
			date_window(n, i);
		else if (n->c[i].how == LEARN_AMOUNT)
			amount_window(n, i);
	}
	if (n->window.date >= 0)
		n->touches[LEARN_BIT_WINDOW] |= n->c[n->window.date].columns;
	if (n->window.amount >= 0)
		n->touches[LEARN_BIT_WINDOW] |= n->c[n->window.amount].columns;
}

/* ---- right rows in order ---- */

struct placed {
	int64_t amount;
	int32_t day;
	uint32_t row;
};

static int by_place(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->amount != y->amount)
		return x->amount < y->amount ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static bool place_row(const struct learn *n, bool ordered, uint32_t row, struct placed *ret)
{
	const struct learn_window *w = &n->window;

	*ret = (struct placed){.row = row};
	if (!ordered)
		return true;
	if (w->date >= 0) {
		const struct vec *v = &n->c[w->date].f->v[RIGHT];
		if (!vec_valid(v, row))
			return false;
		ret->day = v->i32[row];
	}
	if (w->amount >= 0) {
		const struct vec *v = &n->c[w->amount].f->v[RIGHT];
		if (!vec_valid(v, row))
			return false;
		ret->amount = v->i64[row];
	}
	return true;
}

static void index_days(struct learn *n, struct learn_windows *w, const struct placed *placed)
{
	w->day_first = w->n == 0 ? 0 : placed[0].day;
	w->ndays = w->n == 0 ? 0 : (uint32_t)(placed[w->n - 1].day - w->day_first) + 1;
	w->first = ENGINE_ZNEW(n->e, (size_t)w->ndays + 2, uint32_t);
	if (w->first == NULL)
		return;
	for (uint32_t i = 0; i < w->n; i++)
		w->first[placed[i].day - w->day_first + 1]++;
	for (uint32_t d = 0; d < w->ndays; d++)
		w->first[d + 1] += w->first[d];
}

void learn_windows_make(struct learn *n, struct learn_windows *ret, bool ordered)
{
	struct engine *e = n->e;
	struct placed *placed = ENGINE_NEW(e, (size_t)n->nrows[RIGHT] + 1, struct placed);

	ret->none = ordered && n->window.date < 0 && n->window.amount < 0;
	ret->row = ENGINE_NEW(e, (size_t)n->nrows[RIGHT] + 1, uint32_t);
	ret->near_amount = ENGINE_NEW(e, (size_t)n->nrows[RIGHT] + 1, float);
	ret->near_day = ENGINE_NEW(e, (size_t)n->nrows[RIGHT] + 1, int32_t);
	if (ordered && n->window.amount >= 0)
		ret->amount = ENGINE_NEW(e, (size_t)n->nrows[RIGHT] + 1, int64_t);
	for (uint32_t i = 0; engine_ok(e) && i < n->nrows[RIGHT]; i++) {
		uint32_t row = n->rows[RIGHT][i];
		if (!n->sure[RIGHT][row] && place_row(n, ordered, row, &placed[ret->n]))
			ret->n++;
	}
	if (engine_ok(e) && ordered && ret->n > 1)
		qsort(placed, ret->n, sizeof(*placed), by_place);
	for (uint32_t i = 0; engine_ok(e) && i < ret->n; i++) {
		ret->row[i] = placed[i].row;
		ret->near_amount[i] = learn_near_amount(n, placed[i].row);
		ret->near_day[i] = learn_near_day(n, placed[i].row);
		if (ret->amount != NULL)
			ret->amount[i] = placed[i].amount;
	}
	if (engine_ok(e) && ordered && n->window.date >= 0)
		index_days(n, ret, placed);
	engine_free(e, placed);
}

void learn_windows_free(struct engine *e, struct learn_windows *w)
{
	engine_free(e, w->row);
	engine_free(e, w->near_amount);
	engine_free(e, w->near_day);
	engine_free(e, w->amount);
	engine_free(e, w->first);
}

void learn_window_amounts(const struct learn_window *w, int64_t a, int64_t *ret_low,
	int64_t *ret_high)
{
	double x = (double)a * w->ratio_low, y = (double)a * w->ratio_high;

	*ret_low = (int64_t)(a < 0 ? y - 1 : x - 1);
	*ret_high = (int64_t)(a < 0 ? x + 1 : y + 1);
}

uint32_t learn_window_spans(const struct learn *n, const struct learn_windows *w, uint32_t l,
	struct learn_span span[LEARN_SPANS_MAX])
{
	const struct learn_window *by = &n->window;
	int64_t low = 0, high = 0, day = 0, from = 0, to = 0;
	uint32_t count = 0;

	if (w->none || w->n == 0)
		return 0;
	if (by->amount >= 0) {
		const struct vec *v = &n->c[by->amount].f->v[LEFT];
		if (!vec_valid(v, l))
			return 0;
		learn_window_amounts(by, v->i64[l], &low, &high);
	}
	if (by->date >= 0) {
		const struct vec *v = &n->c[by->date].f->v[LEFT];
		if (!vec_valid(v, l))
			return 0;
		day = v->i32[l];
		from = MAX(day + by->day_low - w->day_first, 0);
		to = MIN(day + by->day_high - w->day_first, (int64_t)w->ndays - 1);
	}
	for (int64_t d = from; d <= to && count < LEARN_SPANS_MAX; d++) {
		struct learn_span s = {0, w->n};
		if (w->first != NULL)
			s = (struct learn_span){w->first[d], w->first[d + 1]};
		if (w->amount != NULL) {
			s.first = learn_first_from(w->amount, s.first, s.end, low);
			s.end = learn_first_from(w->amount, s.first, s.end, high + 1);
		}
		if (s.first < s.end)
			span[count++] = s;
	}
	return count;
}
