/*
 * Calibration against published values and plain versions: the logistic fit on Bliss's beetles,
 * monotone regression by its max-min formula, the exact binomial limits of Newcombe's table; and
 * that what is fitted brings stated and true shares together.
 */
#include "match/calibrate.h"

#include <math.h>

#include "match/odds.h"
#include "unit/unit.h"
#include "wire/json.h"

#define NEAR(label, got, want, tolerance)                                                          \
	do {                                                                                       \
		double got_ = (got), want_ = (want);                                               \
		if (!(fabs(got_ - want_) <= (tolerance)))                                          \
			fail_msg("%s: %s is %.9f, not %.9f", (label), #got, got_, want_);          \
	} while (0)

static uint64_t next(uint64_t *s)
{
	*s = *s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *s >> 33;
}

static double uniform(uint64_t *s)
{
	return (double)next(s) / 2147483648.0;
}

static void logarithms(void **state)
{
	(void)state;
	for (double v = 1e-9; v < 1e9; v *= 1.37) {
		CHECK("log", fabs(odds_log(v) - log(v)) <= 1e-14 * (1 + fabs(log(v))));
		CHECK("exp of log", fabs(odds_exp(odds_log(v)) / v - 1) < 1e-13);
	}
	for (double v = -30; v < 30; v += 0.173)
		CHECK("exp", fabs(odds_exp(v) / exp(v) - 1) < 1e-13);
	for (uint32_t p = 0; p <= 1000000; p += 997)
		CHECK_INT("there and back", odds_to_ppm(odds_of_ppm(p)), p);
}

/* Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17
 * (1998) 857, table I, method 5 (Clopper-Pearson), 95 %. */
static const struct {
	const char *label;
	uint32_t k, n;
	double low, high;
} newcombe[] = {
	{"81/263", 81, 263, 0.2527, 0.3676},
	{"15/148", 15, 148, 0.0578, 0.1617},
	{"0/20", 0, 20, 0.0000, 0.1684},
	{"1/29", 1, 29, 0.0009, 0.1776},
};

/* P(at most k of n), added up plainly. */
static double plain_at_most(uint32_t k, uint32_t n, double p)
{
	double sum = 0;

	for (uint32_t i = 0; i <= k; i++)
		sum += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) + i * log(p) +
			   (n - i) * log1p(-p));
	return sum;
}

static void binomial_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(newcombe); i++) {
		NEAR(newcombe[i].label, odds_lower(newcombe[i].k, newcombe[i].n, 0.025),
			newcombe[i].low, 0.00005);
		NEAR(newcombe[i].label, odds_upper(newcombe[i].k, newcombe[i].n, 0.025),
			newcombe[i].high, 0.00005);
	}
	for (uint32_t n = 1; n < 400; n += 7) {
		char label[32];
		snprintf(label, sizeof(label), "0/%u", n);
		NEAR(label, odds_upper(0, n, 0.05), 1 - pow(0.05, 1.0 / n), 1e-9);
		for (uint32_t k = 0; k < n; k += 1 + n / 5) {
			snprintf(label, sizeof(label), "%u/%u", k, n);
			NEAR(label, plain_at_most(k, n, odds_upper(k, n, 0.05)), 0.05, 1e-8);
			if (k > 0)
				NEAR(label, 1 - plain_at_most(k - 1, n, odds_lower(k, n, 0.05)),
					0.05, 1e-8);
		}
	}
	NEAR("large", plain_at_most(12, 200000, odds_upper(12, 200000, 0.05)), 0.05, 1e-6);
	NEAR("nothing seen: lower", odds_lower(0, 0, 0.05), 0, 0);
	NEAR("nothing seen: upper", odds_upper(0, 0, 0.05), 1, 0);
	NEAR("all", odds_upper(5, 5, 0.05), 1, 0);
}

/* Beetles killed by carbon disulphide (Bliss 1935), as fitted by Dobson and Barnett, An
 * Introduction to Generalized Linear Models, section 7.3: b1 = -60.717, b2 = 34.270. */
static void logistic_of_beetles(void **state)
{
	static const double dose[] = {
		1.6907, 1.7242, 1.7552, 1.7842, 1.8113, 1.8369, 1.8610, 1.8839};
	static const double number[] = {59, 60, 62, 56, 63, 59, 62, 60};
	static const double killed[] = {6, 13, 18, 28, 52, 53, 61, 60};
	double share[8], slope, offset;

	(void)state;
	for (int i = 0; i < 8; i++)
		share[i] = killed[i] / number[i];
	assert_true(calibrate_logistic(dose, share, number, 8, &slope, &offset));
	NEAR("b1", offset, -60.717, 0.0006);
	NEAR("b2", slope, 34.270, 0.0006);
}

static void logistic_without_variation(void **state)
{
	static const double x[] = {1, 1, 1}, y[] = {0, 1, 1}, w[] = {1, 1, 1};
	double slope, offset;

	(void)state;
	assert_false(calibrate_logistic(x, y, w, 3, &slope, &offset));
}

/* Robertson, Wright and Dykstra, Order Restricted Statistical Inference (1988), theorem 1.4.4: the
 * value at i is the largest over s <= i of the smallest over t >= i of the mean of s .. t. */
static double max_min(const double *y, const double *w, size_t n, size_t i)
{
	double most = -INFINITY;

	for (size_t s = 0; s <= i; s++) {
		double least = INFINITY, sum = 0, weight = 0;
		for (size_t t = s; t < n; t++) {
			sum += y[t] * w[t];
			weight += w[t];
			if (t >= i && sum / weight < least)
				least = sum / weight;
		}
		most = least > most ? least : most;
	}
	return most;
}

static void isotonic_equals_formula(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		double y[20], w[20], want[20];
		size_t n = 1 + next(&seed) % 20;
		char label[32];
		snprintf(label, sizeof(label), "round %d", round);
		for (size_t i = 0; i < n; i++) {
			y[i] = round % 2 ? (double)(next(&seed) % 2) : uniform(&seed);
			w[i] = 0.1 + uniform(&seed);
		}
		for (size_t i = 0; i < n; i++)
			want[i] = max_min(y, w, n, i);
		assert_true(calibrate_isotonic(y, w, n));
		for (size_t i = 0; i < n; i++)
			NEAR(label, y[i], want[i], 1e-9);
	}
}

/* Decisions on an engine that is too sure of itself: its log odds are twice what they should be. */
static size_t overconfident(struct calibrate_decision *d, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++) {
		double z = (uniform(&seed) - 0.4) * 12;
		d[i] = (struct calibrate_decision){.p = odds_to_ppm(z),
			.weight = 1,
			.right = uniform(&seed) < 1 / (1 + exp(-z / 2))};
	}
	return n;
}

static const struct {
	const char *label;
	size_t n;
	enum calibrate_kind kind;
	double tolerance;
} sizes[] = {
	{"too few", 199, CALIBRATE_NONE, 1},
	{"two parameters", 800, CALIBRATE_LOGISTIC, 0.06},
	{"isotonic", 20000, CALIBRATE_ISOTONIC, 0.035},
};

static void brings_said_and_true_together(void **state)
{
	struct calibrate_decision *d = calloc(20000, sizeof(*d));

	(void)state;
	assert_non_null(d);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct calibration c;
		overconfident(d, sizes[i].n, 3);
		assert_true(calibrate_fit(d, sizes[i].n, &c));
		CHECK_INT(sizes[i].label, c.kind, sizes[i].kind);
		uint32_t before = 0;
		for (uint32_t p = 0; p <= 1000000; p += 5000) {
			uint32_t stated = calibrate_apply(&c, p);
			CHECK(sizes[i].label, stated >= before);
			before = stated;
			double truth = 1 / (1 + exp(-odds_of_ppm(p) / 2));
			if (p > 20000 && p < 980000)
				NEAR(sizes[i].label, stated / 1e6, truth, sizes[i].tolerance);
		}
	}
	free(d);
}

static void few_errors_change_nothing(void **state)
{
	struct calibrate_decision d[400];
	struct calibration c;

	(void)state;
	for (size_t i = 0; i < 400; i++)
		d[i] = (struct calibrate_decision){
			.p = 900000 + (uint32_t)i, .weight = 1, .right = i >= 9};
	assert_true(calibrate_fit(d, 400, &c));
	CHECK_INT("nine errors", c.kind, CALIBRATE_NONE);
	CHECK_INT("stays", calibrate_apply(&c, 123456), 123456);
	CHECK_INT("counted", c.errors, 9);
	CHECK_INT("in the table", c.tenth[9].n, 400);
	CHECK_INT("seen", c.tenth[9].seen, 977500);
}

/* Errors that have nothing to do with p: everything states the share that was right. */
static void p_that_tells_nothing(void **state)
{
	struct calibrate_decision d[600];
	struct calibration c;

	(void)state;
	for (size_t i = 0; i < 600; i++)
		d[i] = (struct calibrate_decision){.p = 300000 + (uint32_t)i * 1000,
			.weight = 1,
			.right = i % 10 != 9 && i < 560};
	assert_true(calibrate_fit(d, 600, &c));
	CHECK_INT("kind", c.kind, CALIBRATE_LOGISTIC);
	CHECK_INT("slope", c.slope, 0);
	NEAR("low", calibrate_apply(&c, 1000) / 1e6, 0.84, 0.005);
	NEAR("high", calibrate_apply(&c, 999999) / 1e6, 0.84, 0.005);
}

/* An isotonic curve claims no certainty that its decisions cannot show. */
static void isotonic_is_never_certain(void **state)
{
	struct calibrate_decision *d = calloc(2000, sizeof(*d));
	struct calibration c;

	(void)state;
	assert_non_null(d);
	for (size_t i = 0; i < 2000; i++)
		d[i] = (struct calibrate_decision){
			.p = i < 100 ? 500000 : 999999, .weight = 1, .right = i >= 50};
	assert_true(calibrate_fit(d, 2000, &c));
	CHECK_INT("kind", c.kind, CALIBRATE_ISOTONIC);
	CHECK_INT("1,900 of 1,900 right", calibrate_apply(&c, 999999), 999474);
	CHECK_INT("half of 100", calibrate_apply(&c, 500000), 500000);
	free(d);
}

/* People look at doubtful matches ten times as often; weighted, the shares come out as if they had
 * not. */
static void weights_undo_selection(void **state)
{
	enum { MATCHES = 100000 };
	struct calibrate_decision *d = calloc(MATCHES, sizeof(*d));
	uint64_t matches[CALIBRATE_STRATA] = {0}, seed = 9;
	double weighted = 0, plain = 0, truth = 0;
	size_t n = 0;

	(void)state;
	assert_non_null(d);
	for (int i = 0; i < MATCHES; i++) {
		uint32_t p = (uint32_t)(next(&seed) % 1000000);
		bool right = uniform(&seed) * 1e6 < p;
		matches[calibrate_stratum(p)]++;
		truth += right / (double)MATCHES;
		if (uniform(&seed) < (p < 500000 ? 0.5 : 0.05))
			d[n++] = (struct calibrate_decision){.p = p, .right = right};
	}
	calibrate_weigh(d, n, matches);
	for (size_t i = 0; i < n; i++) {
		weighted += d[i].weight * d[i].right / (double)n;
		plain += d[i].right / (double)n;
	}
	CHECK("unweighted is far off", fabs(plain - truth) > 0.15);
	NEAR("weighted", weighted, truth, 0.015);
	free(d);
}

static void order_changes_nothing(void **state)
{
	struct calibrate_decision d[3000], e[3000];
	struct calibration a, b;

	(void)state;
	overconfident(d, 3000, 8);
	for (size_t i = 0; i < 3000; i++) {
		d[i].p = d[i].p / 1000 * 1000; /* ties */
		d[i].weight = 1.0 + (double)(i % 3);
		e[(i * 1429) % 3000] = d[i];
	}
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	assert_true(calibrate_fit(d, 3000, &a));
	assert_true(calibrate_fit(e, 3000, &b));
	for (uint32_t p = 0; p <= 1000000; p += 777)
		CHECK_INT("applied", calibrate_apply(&a, p), calibrate_apply(&b, p));
}

/* What right and wrong lie apart has no steepest curve. */
static void logistic_without_end(void **state)
{
	static const double x[] = {-2, -1, 1, 2}, y[] = {0, 0, 1, 1}, w[] = {1, 1, 1, 1};
	double slope = 7, offset = 7;

	(void)state;
	assert_false(calibrate_logistic(x, y, w, 4, &slope, &offset));
	NEAR("slope is left alone", slope, 7, 0);
	NEAR("offset is left alone", offset, 7, 0);
}

/* More steps than a curve keeps: it goes through fewer of them and says the same. */
static void more_steps_than_knots(void **state)
{
	enum { STEPS = 190, EACH = 200 };
	struct calibrate_decision *d = calloc(STEPS * EACH, sizeof(*d));
	struct calibration c;

	(void)state;
	assert_non_null(d);
	for (uint32_t i = 0; i < STEPS * EACH; i++)
		d[i] = (struct calibrate_decision){.p = 1000 + (i / EACH) * (i / EACH) * 27,
			.weight = 1,
			.right = i % EACH <= i / EACH};
	assert_true(calibrate_fit(d, STEPS * EACH, &c));
	CHECK_INT("kind", c.kind, CALIBRATE_ISOTONIC);
	CHECK("fewer than there are steps", c.nknots <= CALIBRATE_KNOTS_MAX && c.nknots > 64);
	for (uint32_t i = 1; i < c.nknots; i++)
		CHECK("rising",
			c.knot[i].p > c.knot[i - 1].p && c.knot[i].stated > c.knot[i - 1].stated);
	for (uint32_t step = 10; step < STEPS - 5; step++)
		NEAR("stated", calibrate_apply(&c, 1000 + step * step * 27) / 1e6,
			(step + 1.0) / EACH, 0.001);
	free(d);
}

static const struct calibration none = {.decisions = 3, .errors = 1};
static const struct calibration two = {.kind = CALIBRATE_LOGISTIC,
	.decisions = 300,
	.errors = 40,
	.slope = 500000,
	.offset = -1250000,
	.tenth = {[9] = {300, 950000, 866667, 823000, 903000}}};
static const struct calibration curve = {.kind = CALIBRATE_ISOTONIC,
	.decisions = 2000,
	.errors = 50,
	.nknots = 2,
	.knot = {{500000, 400000}, {999999, 999474}}};

static const struct {
	const char *label;
	const struct calibration *c;
	const char *want;
} written[] = {
	{"nothing known", NULL,
		"{\"calibration\":{\"kind\":\"uncalibrated\",\"decisions\":0,\"errors\":0,"
		"\"reliability\":[]}}"},
	{"too few", &none,
		"{\"calibration\":{\"kind\":\"uncalibrated\",\"decisions\":3,\"errors\":1,"
		"\"reliability\":[]}}"},
	{"two parameters", &two,
		"{\"calibration\":{\"kind\":\"two parameters\",\"decisions\":300,\"errors\":40,"
		"\"slope\":\"0.500000\",\"offset\":\"-1.250000\",\"reliability\":[{\"from\":\"0."
		"9\",\"decisions\":300,"
		"\"said\":\"0.950000\",\"seen\":\"0.866667\",\"low\":\"0.823000\",\"high\":\"0."
		"903000\"}]}}"},
	{"a curve", &curve,
		"{\"calibration\":{\"kind\":\"isotonic\",\"decisions\":2000,\"errors\":50,"
		"\"knots\":[{\"p\":\"0.500000\",\"stated\":\"0.400000\"},{\"p\":\"0.999999\","
		"\"stated\":\"0.999474\"}],"
		"\"reliability\":[]}}"},
};

static void as_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(written); i++) {
		struct buf out CLEANUP(buf_free) = BUF_INIT;
		struct json_writer w = json_writer_of(&out);
		json_open_object(&w, NULL);
		calibrate_put_json(&w, written[i].c);
		json_close_object(&w);
		CHECK_STR(written[i].label, buf_cstr(&out), written[i].want);
	}
}

static void what_checks_have_shown(void **state)
{
	static const struct {
		const char *label;
		uint32_t line, p, stated, least;
		bool want;
	} asked[] = {
		{"stated", 0, 999500, 999500, 999000, true},
		{"not stated, nothing shown", 0, 999500, 990000, 999000, false},
		{"shown from there on", 999200, 999500, 990000, 999000, true},
		{"shown above it only", 999900, 999500, 990000, 999000, false},
		{"more is asked for than checks show", 999200, 999500, 990000, 999500, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		struct calibration c = {.kind = CALIBRATE_LOGISTIC, .line = asked[i].line};
		CHECK_INT(asked[i].label, calibrate_confirms(&c, asked[i].p, asked[i].stated, asked[i].least),
			asked[i].want);
	}
	CHECK("no calibration", calibrate_confirms(NULL, 0, 999000, 999000));
	CHECK("no calibration, less", !calibrate_confirms(NULL, 999999, 998999, 999000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logarithms),
		cmocka_unit_test(binomial_limits),
		cmocka_unit_test(logistic_of_beetles),
		cmocka_unit_test(logistic_without_variation),
		cmocka_unit_test(isotonic_equals_formula),
		cmocka_unit_test(brings_said_and_true_together),
		cmocka_unit_test(few_errors_change_nothing),
		cmocka_unit_test(p_that_tells_nothing),
		cmocka_unit_test(isotonic_is_never_certain),
		cmocka_unit_test(weights_undo_selection),
		cmocka_unit_test(order_changes_nothing),
		cmocka_unit_test(logistic_without_end),
		cmocka_unit_test(more_steps_than_knots),
		cmocka_unit_test(what_checks_have_shown),
		cmocka_unit_test(as_json),
	};
	return cmocka_run_group_tests_name("match/calibrate", tests, NULL, NULL);
}
