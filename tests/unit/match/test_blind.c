/*
 * The blind sample of a result: only confirmed matches, each once, the same again from the same seed,
 * and what checks prove from its beginning on.
 */
#include "match/blind.h"

#include "domain/decision_fold.h"
#include "unit/unit.h"

#define MATCHES 4000

static uint8_t status[MATCHES];
static uint32_t confidence[MATCHES], marginal[MATCHES], member[MATCHES + 1], row[2 * MATCHES];
static uint16_t input[2 * MATCHES], pass[MATCHES];
static struct result_input inputs[2] = {{0, 41, MATCHES, {1}}, {1, 42, MATCHES, {2}}};
static struct result result;
static const char rules[] = "ab";

/* Every fourth match is only suggested. */
static int prepare(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < MATCHES; i++) {
		status[i] = i % 4 == 3 ? STATUS_SUGGESTED : STATUS_CONFIRMED;
		confidence[i] = 990000 + i % 10000;
		marginal[i] = 999000 + i % 1000;
		pass[i] = i % 4 == 0;
		member[i] = 2 * i;
		for (uint32_t side = 0; side < 2; side++) {
			row[2 * i + side] = i;
			input[2 * i + side] = (uint16_t)side;
		}
	}
	member[MATCHES] = 2 * MATCHES;
	result = (struct result){.ninputs = 2, .inputs = inputs};
	result.matches = (struct result_matches){
		.n = MATCHES, .status = status, .confidence = confidence, .marginal = marginal,
		.pass = pass, .member = member};
	result.members = (struct result_members){.n = 2 * MATCHES, .input = input, .row = row};
	return 0;
}

static void the_seed_follows_from_what_went_in(void **state)
{
	uint64_t seed = blind_seed(&result, rules);

	(void)state;
	CHECK("another ruleset", blind_seed(&result, "ac") != seed);
	inputs[1].sha256[0]++;
	CHECK("another dataset", blind_seed(&result, rules) != seed);
	inputs[1].sha256[0]--;
	CHECK("the same again", blind_seed(&result, rules) == seed);
}

static void draws_confirmed_ones_once(void **state)
{
	struct blind b CLEANUP(blind_free) = {0}, again CLEANUP(blind_free) = {0};
	struct blind other CLEANUP(blind_free) = {0};
	bool seen[MATCHES] = {false}, moved = false;

	(void)state;
	CHECK("drawn", blind_draw(&result, 5, &b));
	CHECK("drawn again", blind_draw(&result, 5, &again));
	CHECK("drawn by another seed", blind_draw(&result, 6, &other));
	CHECK_INT("population", b.population, MATCHES / 4 * 3);
	CHECK_INT("all are drawn", b.n, b.population);
	for (uint32_t i = 0; i < b.n; i++) {
		CHECK_INT("confirmed", status[b.match[i]], STATUS_CONFIRMED);
		CHECK("once", !seen[b.match[i]]);
		CHECK_INT("the same order", b.match[i], again.match[i]);
		seen[b.match[i]] = true;
		moved |= b.match[i] != other.match[i];
	}
	CHECK("the seed decides", moved);
}

static void counts_up_to_the_first_that_nobody_checked(void **state)
{
	struct blind b CLEANUP(blind_free) = {0};
	static uint8_t verdict[MATCHES];
	struct sample_result r;

	(void)state;
	CHECK("drawn", blind_draw(&result, 5, &b));
	memset(verdict, VERDICT_NONE, sizeof(verdict));
	CHECK("judged", blind_judge(&b, &result, verdict, &r));
	CHECK_INT("nothing checked", r.checked, 0);
	CHECK("not yet shown", !r.shown);
	for (uint32_t i = 0; i < 300; i++)
		verdict[b.match[i]] = i == 7 ? VERDICT_WRONG : VERDICT_RIGHT;
	verdict[b.match[10]] = VERDICT_NONE;
	CHECK("judged", blind_judge(&b, &result, verdict, &r));
	CHECK_INT("a gap ends it", r.checked, 10);
	CHECK_INT("wrong", r.wrong, 1);
	for (uint32_t i = 0; i < b.n; i++)
		verdict[b.match[i]] = VERDICT_RIGHT;
	CHECK("judged", blind_judge(&b, &result, verdict, &r));
	CHECK("all checked, none wrong: shown", r.shown);
	CHECK_INT("a line asks for more than one bound", r.line, UINT32_MAX);
}

static void checks_say_what_the_model_alone_said(void **state)
{
	struct blind b CLEANUP(blind_free) = {0};
	static struct sample_check check[MATCHES];
	static uint8_t verdict[MATCHES];

	(void)state;
	CHECK("drawn", blind_draw(&result, blind_seed_of(&result), &b));
	memset(verdict, VERDICT_NONE, sizeof(verdict));
	for (uint32_t i = 0; i < 20; i++)
		verdict[b.match[i]] = i == 3 ? VERDICT_WRONG : VERDICT_RIGHT;
	verdict[b.match[12]] = VERDICT_NONE;
	CHECK_INT("up to the gap", blind_checks(&b, &result, verdict, check), 12);
	CHECK_INT("the model's own words", check[5].confidence, marginal[b.match[5]]);
	CHECK("wrong", check[3].wrong && !check[4].wrong);
	/* The lowest of the passes are matches 1 and 0; pass 1 has matches 0, 4, 8 .. */
	confidence[0] = 995000;
	CHECK_INT("the higher of the passes' lowest", blind_least(&result, false), 990004);
	confidence[1] = confidence[2] = 990000;
	marginal[0] = 999400;
	CHECK_INT("by the model", blind_least(&result, true), 999001);
	memset(status, STATUS_SUGGESTED, sizeof(status));
	CHECK_INT("nothing is confirmed", blind_least(&result, false), UINT32_MAX);
}

static void nothing_is_confirmed(void **state)
{
	struct blind b CLEANUP(blind_free) = {0};
	struct sample_result r;

	(void)state;
	result.matches.n = 0;
	CHECK("drawn", blind_draw(&result, 5, &b));
	CHECK_INT("nothing", b.n, 0);
	CHECK("judged", blind_judge(&b, &result, NULL, &r));
	CHECK_INT("population", r.population, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_seed_follows_from_what_went_in, prepare),
		cmocka_unit_test_setup(draws_confirmed_ones_once, prepare),
		cmocka_unit_test_setup(counts_up_to_the_first_that_nobody_checked, prepare),
		cmocka_unit_test_setup(checks_say_what_the_model_alone_said, prepare),
		cmocka_unit_test_setup(nothing_is_confirmed, prepare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
