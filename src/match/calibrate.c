/* See calibrate.h. */
#include "match/calibrate.h"

#include <stdlib.h>

#include "match/odds.h"
#include "match/sample.h"
#include "wire/json.h"

#define ONE 1000000u
#define ROUNDS 100
#define BLOCK_MIN 25

static const char *const words[] = {
	[CALIBRATE_NONE] = "uncalibrated",
	[CALIBRATE_LOGISTIC] = "two parameters",
	[CALIBRATE_ISOTONIC] = "isotonic",
};

const char *calibrate_word(enum calibrate_kind kind)
{
	return words[kind];
}

/* ---- weights ---- */

uint32_t calibrate_stratum(uint32_t p)
{
	if (p < 900000)
		return p / 100000;
	return p < 950000 ? 9 : p < 990000 ? 10 : p < 999000 ? 11 : 12;
}

void calibrate_weigh(
	struct calibrate_decision *d, size_t n, const uint64_t matches[CALIBRATE_STRATA])
{
	uint64_t decided[CALIBRATE_STRATA] = {0};
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		decided[calibrate_stratum(d[i].p)]++;
	for (size_t i = 0; i < n; i++) {
		uint32_t s = calibrate_stratum(d[i].p);
		d[i].weight = (double)MAX(matches[s], decided[s]) / (double)decided[s];
		sum += d[i].weight;
	}
	for (size_t i = 0; i < n; i++)
		d[i].weight *= (double)n / sum;
}

/* ---- two parameters ---- */

struct slopes {
	double g[2], h[3]; /* first and second derivatives: offset, slope; oo, os, ss */
	double loss;
};

static struct slopes derive(
	const double *x, const double *y, const double *w, size_t n, double slope, double offset)
{
	struct slopes s = {0};

	for (size_t i = 0; i < n; i++) {
		double z = slope * x[i] + offset, e = odds_exp(z < 0 ? z : -z);
		double p = z < 0 ? e / (1 + e) : 1 / (1 + e), v = w[i] * p * (1 - p);
		s.g[0] += w[i] * (p - y[i]);
		s.g[1] += w[i] * (p - y[i]) * x[i];
		s.h[0] += v;
		s.h[1] += v * x[i];
		s.h[2] += v * x[i] * x[i];
		s.loss += w[i] * (odds_log(1 + e) + (z < 0 ? -y[i] * z : (1 - y[i]) * z));
	}
	return s;
}

bool calibrate_logistic(const double *x, const double *y, const double *w, size_t n,
	double *ret_slope, double *ret_offset)
{
	double slope = 0, offset = 0;
	struct slopes s = derive(x, y, w, n, slope, offset);

	for (int round = 0; round < ROUNDS; round++) {
		double det = s.h[0] * s.h[2] - s.h[1] * s.h[1];
		if (!(det > 1e-12 * s.h[0] * s.h[2]))
			return false;
		double d0 = (s.h[2] * s.g[0] - s.h[1] * s.g[1]) / det;
		double d1 = (s.h[0] * s.g[1] - s.h[1] * s.g[0]) / det, step = 1;
		struct slopes next;
		for (;;) {
			next = derive(x, y, w, n, slope - step * d1, offset - step * d0);
			if (next.loss <= s.loss || step < 1e-10)
				break;
			step /= 2;
		}
		slope -= step * d1;
		offset -= step * d0;
		s = next;
		if (step * step * (d0 * d0 + d1 * d1) < 1e-20) {
			*ret_slope = slope;
			*ret_offset = offset;
			return true;
		}
	}
	return false;
}

static int64_t millionths(double v)
{
	return (int64_t)(v * CALIBRATE_UNIT + (v < 0 ? -0.5 : 0.5));
}

static double log_odds_of_mean(const double *y, const double *w, size_t n)
{
	double right = 0, wrong = 0;

	for (size_t i = 0; i < n; i++) {
		right += w[i] * y[i];
		wrong += w[i] * (1 - y[i]);
	}
	return odds_log(right / wrong);
}

/* Platt's targets: as if one more of each kind had been seen. Where errors do not become rarer with p, p
 * tells nothing and the mean is stated. */
static bool fit_logistic(const struct calibrate_decision *d, size_t n, struct calibration *c)
{
	double *x = malloc((3 * n + 1) * sizeof(*x)), slope, offset;
	double right = c->decisions - c->errors, wrong = c->errors;

	if (x == NULL)
		return false;
	double *y = x + n, *w = y + n;
	for (size_t i = 0; i < n; i++) {
		x[i] = odds_of_ppm(d[i].p);
		y[i] = d[i].right ? (right + 1) / (right + 2) : 1 / (wrong + 2);
		w[i] = d[i].weight;
	}
	if (!calibrate_logistic(x, y, w, n, &slope, &offset) || slope < 0) {
		slope = 0;
		offset = log_odds_of_mean(y, w, n);
	}
	c->kind = CALIBRATE_LOGISTIC;
	c->slope = millionths(slope);
	c->offset = millionths(offset);
	free(x);
	return true;
}

/* ---- isotonic ---- */

bool calibrate_isotonic(double *y, const double *w, size_t n)
{
	/* By block its first place, which holds its value, and its weight. */
	size_t *first = malloc((n + 1) * sizeof(*first)), blocks = 0;
	double *weight = malloc((n + 1) * sizeof(*weight));

	for (size_t i = 0; first != NULL && weight != NULL && i < n; i++) {
		first[blocks] = i;
		weight[blocks] = w[i];
		blocks++;
		while (blocks > 1 && y[first[blocks - 2]] >= y[first[blocks - 1]]) {
			size_t a = blocks - 2, b = blocks - 1;
			y[first[a]] = (y[first[a]] * weight[a] + y[first[b]] * weight[b]) /
				      (weight[a] + weight[b]);
			weight[a] += weight[b];
			blocks--;
		}
	}
	for (size_t b = blocks; b-- > 0;)
		for (size_t i = first[b] + 1; i < (b + 1 < blocks ? first[b + 1] : n); i++)
			y[i] = y[first[b]];
	bool ok = first != NULL && weight != NULL;
	free(first);
	free(weight);
	return ok;
}

struct block {
	double weight, p, y; /* p, y: weighted sums */
	size_t n;
};

/* No block knows more than its decisions can tell: it stays as far from certainty as one more
 * decision of the other kind would bring it. */
static uint32_t block_states(const struct block *b)
{
	double least = 1 / ((double)b->n + 2), y = b->y / b->weight;

	y = y < least ? least : y;
	y = y > 1 - least ? 1 - least : y;
	return (uint32_t)(y * ONE + 0.5);
}

static void add_knot(struct calibration *c, const struct block *b)
{
	struct calibrate_knot k = {(uint32_t)(b->p / b->weight + 0.5), block_states(b)};

	if (c->nknots > 0) {
		k.stated = MAX(k.stated, c->knot[c->nknots - 1].stated);
		if (k.p <= c->knot[c->nknots - 1].p)
			return;
	}
	if (c->nknots == CALIBRATE_KNOTS_MAX) { /* every second one */
		c->nknots /= 2;
		for (uint32_t i = 0; i < c->nknots; i++)
			c->knot[i] = c->knot[2 * i + 1];
	}
	c->knot[c->nknots++] = k;
}

/* Decisions on one p are one point, whatever their order. */
static void average_ties(const struct calibrate_decision *d, size_t n, double *y, double *w)
{
	for (size_t i = 0, end; i < n; i = end) {
		double sum = 0, right = 0;
		for (end = i; end < n && d[end].p == d[i].p; end++) {
			sum += d[end].weight;
			right += d[end].right ? d[end].weight : 0;
		}
		for (size_t k = i; k < end; k++) {
			y[k] = right / sum;
			w[k] = d[k].weight;
		}
	}
}

/* Blocks of a few decisions say little by themselves and join the next one; the last few the one
 * before. */
static void make_knots(const struct calibrate_decision *d, const double *y, const double *w,
	size_t n, struct calibration *c)
{
	struct block b = {0};

	for (size_t i = 0; i < n; i++) {
		if (b.n >= BLOCK_MIN && y[i] > y[i - 1] && n - i >= BLOCK_MIN) {
			add_knot(c, &b);
			b = (struct block){0};
		}
		b.weight += w[i];
		b.y += w[i] * y[i];
		b.p += w[i] * d[i].p;
		b.n++;
	}
	add_knot(c, &b);
}

static bool fit_isotonic(const struct calibrate_decision *d, size_t n, struct calibration *c)
{
	double *y = malloc((2 * n + 1) * sizeof(*y));

	if (y == NULL)
		return false;
	double *w = y + n;
	average_ties(d, n, y, w);
	bool ok = calibrate_isotonic(y, w, n);
	make_knots(d, y, w, n, c);
	c->kind = CALIBRATE_ISOTONIC;
	free(y);
	return ok;
}

/* ---- fitting ---- */

static int decision_cmp(const void *a, const void *b)
{
	const struct calibrate_decision *x = a, *y = b;

	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	if (x->right != y->right)
		return x->right ? 1 : -1;
	return (x->weight > y->weight) - (x->weight < y->weight);
}

static void fill_tenths(const struct calibrate_decision *d, size_t n, struct calibration *c)
{
	double weight[10] = {0}, said[10] = {0}, seen[10] = {0};
	uint32_t right[10] = {0};

	for (size_t i = 0; i < n; i++) {
		uint32_t t = MIN(d[i].p / 100000, 9u);
		c->tenth[t].n++;
		weight[t] += d[i].weight;
		said[t] += d[i].weight * d[i].p;
		seen[t] += d[i].right ? d[i].weight : 0;
		right[t] += d[i].right;
	}
	for (uint32_t t = 0; t < 10; t++) {
		struct calibrate_tenth *to = &c->tenth[t];
		if (to->n == 0)
			continue;
		to->said = (uint32_t)(said[t] / weight[t] + 0.5);
		to->seen = (uint32_t)(seen[t] / weight[t] * ONE + 0.5);
		to->low = (uint32_t)(odds_lower(right[t], to->n, 0.025) * ONE + 0.5);
		to->high = (uint32_t)(odds_upper(right[t], to->n, 0.025) * ONE + 0.5);
	}
}

bool calibrate_fit(struct calibrate_decision *d, size_t n, struct calibration *ret)
{
	struct calibration c = {.decisions = (uint32_t)n};

	qsort(d, n, sizeof(*d), decision_cmp);
	for (size_t i = 0; i < n; i++)
		c.errors += !d[i].right;
	fill_tenths(d, n, &c);
	bool ok = true;
	if (c.decisions >= CALIBRATE_DECISIONS_MIN && c.errors >= CALIBRATE_ERRORS_MIN)
		ok = c.decisions <= CALIBRATE_LOGISTIC_MAX ? fit_logistic(d, n, &c)
							   : fit_isotonic(d, n, &c);
	if (ok)
		*ret = c;
	return ok;
}

/* ---- applying ---- */

static uint32_t between(const struct calibration *c, uint32_t p)
{
	const struct calibrate_knot *k = c->knot;
	uint32_t i = 0;

	while (i < c->nknots && k[i].p < p)
		i++;
	if (i == 0)
		return k[0].stated;
	if (i == c->nknots)
		return k[i - 1].stated;
	uint64_t rise = k[i].stated - k[i - 1].stated, run = k[i].p - k[i - 1].p;
	return k[i - 1].stated + (uint32_t)(rise * (p - k[i - 1].p) / run);
}

uint32_t calibrate_apply(const struct calibration *c, uint32_t p)
{
	switch (c->kind) {
	case CALIBRATE_LOGISTIC:
		return odds_to_ppm(
			((double)c->slope * odds_of_ppm(p) + (double)c->offset) / CALIBRATE_UNIT);
	case CALIBRATE_ISOTONIC:
		return between(c, p);
	case CALIBRATE_NONE:
		break;
	}
	return p;
}

bool calibrate_confirms(const struct calibration *c, uint32_t p, uint32_t stated, uint32_t least)
{
	return stated >= least ||
		(c != NULL && c->line > 0 && p >= c->line && least <= ONE - SAMPLE_TARGET);
}

/* ---- the receipt ---- */

static void put_tenths(struct json_writer *w, const struct calibration *c)
{
	json_open_array(w, "reliability");
	for (uint32_t t = 0; t < 10; t++) {
		const struct calibrate_tenth *from = &c->tenth[t];
		if (from->n == 0)
			continue;
		json_open_object(w, NULL);
		json_put_decimal(w, "from", t, 1);
		json_put_int(w, "decisions", from->n);
		json_put_decimal(w, "said", from->said, 6);
		json_put_decimal(w, "seen", from->seen, 6);
		json_put_decimal(w, "low", from->low, 6);
		json_put_decimal(w, "high", from->high, 6);
		json_close_object(w);
	}
	json_close_array(w);
}

void calibrate_put_json(struct json_writer *w, const struct calibration *c)
{
	static const struct calibration none = {0};

	c = c == NULL ? &none : c;
	json_open_object(w, "calibration");
	json_put_cstr(w, "kind", calibrate_word(c->kind));
	json_put_int(w, "decisions", c->decisions);
	json_put_int(w, "errors", c->errors);
	if (c->kind == CALIBRATE_LOGISTIC) {
		json_put_decimal(w, "slope", c->slope, 6);
		json_put_decimal(w, "offset", c->offset, 6);
	}
	if (c->kind == CALIBRATE_ISOTONIC) {
		json_open_array(w, "knots");
		for (uint32_t i = 0; i < c->nknots; i++) {
			json_open_object(w, NULL);
			json_put_decimal(w, "p", c->knot[i].p, 6);
			json_put_decimal(w, "stated", c->knot[i].stated, 6);
			json_close_object(w);
		}
		json_close_array(w);
	}
	put_tenths(w, c);
	if (c->line > 0)
		json_put_decimal(w, "confirm_line", c->line, 6);
	json_close_object(w);
}
