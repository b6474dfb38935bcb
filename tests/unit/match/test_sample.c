/*
 * The blind sample: its size, that it is drawn evenly and the same every time, and that its bound
 * holds as often as it says.
 */
#include "match/sample.h"

#include "match/calibrate.h"
#include "unit/unit.h"

static uint64_t next(uint64_t *s)
{
	*s = *s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *s >> 33;
}

static const struct {
	const char *label;
	uint32_t target, alpha, size;
} sizes[] = {
	{"1 in 1,000 by 95 %: ln 0.05 / ln 0.999", 1000, 50000, 2995},
	{"1 in 100 by 95 %", 10000, 50000, 299},
	{"1 in 100 by 99 %", 10000, 10000, 459},
};

static void size_needed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		CHECK_INT(sizes[i].label, sample_size(sizes[i].target, sizes[i].alpha),
			sizes[i].size);
}

static const struct {
	const char *label;
	uint32_t population, checked, wrong;
	bool shown;
	uint32_t bound, more;
} judged[] = {
	{"nothing checked", 50000, 0, 0, false, 1000000, 2995},
	{"one short", 50000, 2994, 0, false, 1001, 1},
	{"enough", 50000, 2995, 0, true, 1000, 0},
	{"an error asks for more", 50000, 2995, 1, false, 1583, 1747},
	{"all of a small population", 40, 40, 0, true, 0, 0},
	{"all, one wrong", 40, 40, 1, false, 25000, 0},
	{"no more than there are", 1000, 500, 0, false, 5974, 500},
};

static void verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(judged); i++) {
		struct sample_result r = sample_judge(judged[i].population, judged[i].checked,
			judged[i].wrong, SAMPLE_TARGET, SAMPLE_ALPHA);
		CHECK_INT(judged[i].label, r.shown, judged[i].shown);
		CHECK_INT(judged[i].label, r.bound, judged[i].bound);
		CHECK_INT(judged[i].label, r.more, judged[i].more);
	}
}

#define UNITS 20000
static struct sample_unit units[UNITS];

static void fill(uint64_t seed)
{
	for (uint32_t i = 0; i < UNITS; i++) {
		uint64_t v = next(&seed);
		units[i].confidence = v % 10 == 0 ? (uint32_t)(500000 + next(&seed) % 400000)
						  : 1000000 - (uint32_t)(next(&seed) % 2000);
		units[i].content = next(&seed) << 32 | next(&seed);
	}
}

static void drawn_by_share(void **state)
{
	uint32_t *a = calloc(UNITS, sizeof(*a)), *b = calloc(UNITS, sizeof(*b));
	uint32_t count[CALIBRATE_STRATA] = {0}, share[CALIBRATE_STRATA] = {0}, same = 0;
	bool ok;

	(void)state;
	fill(1);
	CHECK_INT("size", sample_draw(units, UNITS, 1000, 378, a, &ok), 1000);
	CHECK_INT("again", sample_draw(units, UNITS, 1000, 378, b, &ok), 1000);
	assert_memory_equal(a, b, 1000 * sizeof(*a));
	for (uint32_t i = 0; i < UNITS; i++)
		count[calibrate_stratum(units[i].confidence)]++;
	for (uint32_t i = 0; i < 1000; i++)
		share[calibrate_stratum(units[a[i]].confidence)]++;
	for (uint32_t s = 0; s < CALIBRATE_STRATA; s++) {
		CHECK("share", share[s] + 1 >= count[s] / 20);
		CHECK("share", share[s] <= count[s] / 20 + 1);
	}
	CHECK_INT("another seed", sample_draw(units, UNITS, 1000, 379, b, &ok), 1000);
	for (uint32_t i = 0; i < 1000; i++)
		for (uint32_t k = 0; k < 1000; k++)
			same += a[i] == b[k];
	CHECK("another sample", same < 120);
	CHECK_INT("a smaller one", sample_draw(units, UNITS, 100, 378, b, &ok), 100);
	assert_memory_equal(a, b, 100 * sizeof(*a)); /* is the beginning of the larger one */
	CHECK_INT("all", sample_draw(units, 30, 1000, 378, b, &ok), 30);
	free(a);
	free(b);
}

/* Any beginning has its share of doubtful ones. */
static void beginnings_are_samples(void **state)
{
	uint32_t *a = calloc(UNITS, sizeof(*a)), doubtful = 0;
	bool ok;

	(void)state;
	fill(2);
	sample_draw(units, UNITS, 2000, 378, a, &ok);
	for (uint32_t i = 0; i < 1000; i++)
		doubtful += units[a[i]].confidence < 950000;
	CHECK("first half", doubtful > 85 && doubtful < 115);
	free(a);
}

/* The order of units changes nothing. */
static void rows_change_nothing(void **state)
{
	static struct sample_unit turned[UNITS];
	uint32_t *a = calloc(UNITS, sizeof(*a)), *b = calloc(UNITS, sizeof(*b));
	bool ok;

	(void)state;
	fill(3);
	for (uint32_t i = 0; i < UNITS; i++)
		turned[UNITS - 1 - i] = units[i];
	sample_draw(units, UNITS, 500, 378, a, &ok);
	sample_draw(turned, UNITS, 500, 378, b, &ok);
	for (uint32_t i = 0; i < 500; i++)
		CHECK_INT("unit", a[i], UNITS - 1 - b[i]);
	free(a);
	free(b);
}

/* Populations with a known share of errors, most of them among the doubtful: the bound is below the
 * truth in at most one of twenty samples. */
static void bound_holds(void **state)
{
	uint32_t *a = calloc(UNITS, sizeof(*a)), failed = 0, wrong_all = 0;
	static bool wrong[UNITS];
	uint64_t seed = 77;
	bool ok;

	(void)state;
	fill(4);
	for (uint32_t i = 0; i < UNITS; i++) {
		wrong[i] = next(&seed) % 1000 < (units[i].confidence < 950000 ? 60u : 2u);
		wrong_all += wrong[i];
	}
	for (uint64_t s = 0; s < 400; s++) {
		uint32_t found = 0, n = sample_draw(units, UNITS, 400, s, a, &ok);
		for (uint32_t i = 0; i < n; i++)
			found += wrong[a[i]];
		struct sample_result r = sample_judge(UNITS, n, found, SAMPLE_TARGET, SAMPLE_ALPHA);
		failed += (double)r.bound / 1e6 < (double)wrong_all / UNITS;
	}
	CHECK("at most 5 % of bounds fail (20 of 400, and chance)", failed <= 28);
	free(a);
}

static void line_of_target(void **state)
{
	static struct sample_check checks[12000];
	uint32_t n = 0;

	(void)state;
	for (; n < 6000; n++)
		checks[n] = (struct sample_check){999950, false};
	CHECK_INT("too few for any line", sample_line(checks, 3000, 0, 1000, 50000), UINT32_MAX);
	CHECK_INT("every line below holds as well", sample_line(checks, n, 0, 1000, 50000), 500000);
	CHECK_INT("but none below what was sampled", sample_line(checks, n, 999000, 1000, 50000), 999000);
	for (; n < 6100; n++)
		checks[n] = (struct sample_check){930000, n % 2 == 0};
	CHECK_INT("doubtful ones err: the line is above them", sample_line(checks, n, 0, 1000, 50000),
		950000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size_needed),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(drawn_by_share),
		cmocka_unit_test(beginnings_are_samples),
		cmocka_unit_test(rows_change_nothing),
		cmocka_unit_test(bound_holds),
		cmocka_unit_test(line_of_target),
	};
	return cmocka_run_group_tests_name("match/sample", tests, NULL, NULL);
}
