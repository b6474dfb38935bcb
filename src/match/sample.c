/* See sample.h. */
#include "match/sample.h"

#include <stdio.h>
#include <stdlib.h>

#include "match/calibrate.h"
#include "match/odds.h"
#include "wire/json.h"

#define ONE 1000000.0

static uint32_t ppm_up(double p) /* bounds are rounded away from what they promise */
{
	uint32_t v = (uint32_t)(p * ONE);

	return (double)v < p * ONE && v < 1000000 ? v + 1 : v;
}

uint32_t sample_size(uint32_t target, uint32_t alpha)
{
	uint32_t low = 1, high = 1u << 30;

	while (low < high) { /* the bound falls with n */
		uint32_t mid = low + (high - low) / 2;
		if (odds_upper(0, mid, alpha / ONE) * ONE <= target)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* ---- drawing ---- */

struct draw {
	uint64_t hash, turn;
	uint32_t unit, stratum;
};

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static int by_stratum(const void *a, const void *b)
{
	const struct draw *x = a, *y = b;

	if (x->stratum != y->stratum)
		return x->stratum < y->stratum ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->unit > y->unit) - (x->unit < y->unit);
}

static int by_turn(const void *a, const void *b)
{
	const struct draw *x = a, *y = b;

	if (x->turn != y->turn)
		return x->turn < y->turn ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->unit > y->unit) - (x->unit < y->unit);
}

/* The k-th of c units of a stratum has its turn at (k + u) / c of the way, u by chance between 0
 * and 1: at any moment each stratum has given its share. */
static void take_turns(struct draw *d, uint32_t n, uint64_t seed)
{
	for (uint32_t i = 0, end; i < n; i = end) {
		uint64_t u = mix(seed + d[i].stratum + 1) >> 32;
		for (end = i; end < n && d[end].stratum == d[i].stratum; end++)
			;
		for (uint32_t k = i; k < end; k++) {
			__uint128_t at = (uint64_t)(k - i) << 32 | u;
			d[k].turn = (uint64_t)((at << 30) / (end - i));
		}
	}
}

uint32_t sample_draw(const struct sample_unit *units, uint32_t n, uint32_t want, uint64_t seed,
	uint32_t *ret, bool *ret_ok)
{
	struct draw *d = malloc(((size_t)n + 1) * sizeof(*d));

	*ret_ok = d != NULL;
	want = d == NULL ? 0 : MIN(want, n);
	for (uint32_t i = 0; i < n && d != NULL; i++)
		d[i] = (struct draw){.hash = mix(units[i].content ^ mix(seed)),
			.unit = i,
			.stratum = calibrate_stratum(units[i].confidence)};
	if (want > 0) {
		qsort(d, n, sizeof(*d), by_stratum);
		take_turns(d, n, seed);
		qsort(d, n, sizeof(*d), by_turn);
	}
	for (uint32_t i = 0; i < want; i++)
		ret[i] = d[i].unit;
	free(d);
	return want;
}

/* ---- judging ---- */

static bool shows(uint32_t wrong, uint32_t checked, uint32_t target, uint32_t alpha)
{
	return odds_upper(wrong, checked, alpha / ONE) * ONE <= target;
}

/* Checks without another error until the target is shown; UINT32_MAX: too many to count. */
static uint32_t more_needed(uint32_t checked, uint32_t wrong, uint32_t target, uint32_t alpha)
{
	uint32_t low = checked, high = 1u << 30;

	if (!shows(wrong, high, target, alpha))
		return UINT32_MAX;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (shows(wrong, mid, target, alpha))
			high = mid;
		else
			low = mid + 1;
	}
	return low - checked;
}

struct sample_result sample_judge(
	uint32_t population, uint32_t checked, uint32_t wrong, uint32_t target, uint32_t alpha)
{
	struct sample_result r = {
		.population = population, .checked = checked, .wrong = wrong, .line = UINT32_MAX};

	if (checked > 0)
		r.seen = (uint32_t)((double)wrong / checked * ONE + 0.5);
	if (checked > 0 && checked >= population) {
		r.low = r.high = r.bound = r.seen;
		r.shown = r.bound <= target;
		return r;
	}
	r.low = (uint32_t)(odds_lower(wrong, checked, 0.025) * ONE);
	r.high = ppm_up(odds_upper(wrong, checked, 0.025));
	r.bound = ppm_up(odds_upper(wrong, checked, alpha / ONE));
	r.shown = r.bound <= target;
	if (!r.shown) {
		r.more = more_needed(checked, wrong, target, alpha);
		r.more = MIN(r.more, population - checked);
	}
	return r;
}

uint32_t sample_line(
	const struct sample_check *checks, uint32_t n, uint32_t least, uint32_t target, uint32_t alpha)
{
	static const uint32_t lines[SAMPLE_LINES] = {
		500000, 750000, 900000, 950000, 990000, 995000, 999000, 999900};

	for (uint32_t k = 0; k < SAMPLE_LINES; k++) {
		uint32_t line = MAX(lines[k], least), checked = 0, wrong = 0;
		for (uint32_t i = 0; i < n; i++) {
			checked += checks[i].confidence >= line;
			wrong += checks[i].confidence >= line && checks[i].wrong;
		}
		if (shows(wrong, checked, target, alpha / SAMPLE_LINES))
			return line;
	}
	return UINT32_MAX;
}

void sample_put_json(struct json_writer *w, const struct sample_result *r, uint64_t seed,
	uint32_t target, uint32_t alpha)
{
	char text[20];

	snprintf(text, sizeof(text), "%016llx", (unsigned long long)seed);
	json_open_object(w, "sample");
	json_put_cstr(w, "seed", text);
	json_put_decimal(w, "target", target, 6);
	json_put_decimal(w, "bound_errs", alpha, 6);
	json_put_int(w, "population", r->population);
	json_put_int(w, "checked", r->checked);
	json_put_int(w, "wrong", r->wrong);
	json_put_decimal(w, "seen", r->seen, 6);
	json_put_decimal(w, "low", r->low, 6);
	json_put_decimal(w, "high", r->high, 6);
	json_put_decimal(w, "bound", r->bound, 6);
	if (r->line == UINT32_MAX)
		json_put_null(w, "confirm_line_shown");
	else
		json_put_decimal(w, "confirm_line_shown", r->line, 6);
	json_put_cstr(w, "verdict", r->shown ? "shown" : "not yet shown");
	if (!r->shown)
		json_put_int(w, "further_checks_without_error", r->more);
	json_close_object(w);
}
