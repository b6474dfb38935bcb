/*
 * A run of the engine with a calibration: what is stated is what decisions on an earlier run make
 * of the marginals, by two parameters as by a curve, and what checks of a blind sample have shown
 * is confirmed.
 */
#include "match/calibrate.h"
#include "match/sample.h"
#include "unit/match/scene.h"

#define ROWS 3000u
#define LEARN                                                                                      \
	"[{\"name\":\"learned\",\"kind\":\"1:1\",\"mode\":\"learn\",\"then\":{\"confirm\":{"       \
	"\"confidence\":0.999,\"margin\":1},\"suggest\":{\"confidence\":0.5}}}]"

static struct cell_row rows[2][ROWS];
static char texts[2][ROWS][48];

/* Payments that few days and common words tell apart: doubtful ones among sure ones. */
static void make_rows(uint64_t seed)
{
	static const char *const words[] = {"alpine", "blue", "corner", "dune", "estuary", "forest",
		"garden", "harbour", "island", "jetty", "kiosk", "lagoon"};

	for (uint32_t i = 0; i < ROWS; i++) {
		const char *a = words[random_of(&seed) % 12], *b = words[random_of(&seed) % 12];
		snprintf(texts[0][i], sizeof(texts[0][i]), "%s %s rent %u", a, b,
			random_of(&seed) % 2000);
		snprintf(texts[1][i], sizeof(texts[1][i]), "%.*s",
			random_of(&seed) % 3 == 0 ? 10 : 40, texts[0][i]);
		rows[0][i] = (struct cell_row){NULL, 20000 + (int32_t)(random_of(&seed) % 60),
			1000 + 100 * (int64_t)(random_of(&seed) % 90), texts[0][i]};
		rows[1][i] = rows[0][i];
		rows[1][i].day += (int32_t)(random_of(&seed) % 4);
		rows[1][i].text = texts[1][i];
	}
}

static bool is_right(const struct result *r, uint32_t no)
{
	uint32_t first = r->matches.member[no];

	return r->members.row[first] == r->members.row[first + 1];
}

/* All of a run's first matches decided as the truth is; errors in every `wrong`-th more. */
static struct calibration fit(const struct result *r, size_t most, uint32_t wrong)
{
	static struct calibrate_decision d[ROWS];
	struct calibration c;
	size_t n = 0;

	for (uint32_t no = 0; no < r->matches.n && n < most; no++)
		d[n++] = (struct calibrate_decision){
			r->matches.marginal[no], is_right(r, no) && no % wrong != 0, 1};
	assert_true(calibrate_fit(d, n, &c));
	return c;
}

static void run_with(struct run *r, const struct calibration *c)
{
	struct match_options options = {.threads = 2, .calibration = c};
	struct err err = {0};

	result_free(&r->result);
	match_receipt_free(&r->receipt);
	if (match_run(r->in, 2, r->rules, &options, &r->result, &r->receipt, &err) != 0)
		fail_msg("%s", err.detail);
	if (match_check(r->in, 2, r->rules, &r->result, &err) != 0)
		fail_msg("%s", err.detail);
}

static uint32_t confirmed(const struct result *r, uint32_t line)
{
	uint32_t n = 0;

	for (uint32_t no = 0; no < r->matches.n; no++)
		n += r->matches.status[no] == STATUS_CONFIRMED && r->matches.marginal[no] >= line;
	return n;
}

static const struct {
	const char *label;
	size_t decisions;
	enum calibrate_kind kind;
} cases[] = {
	{"two parameters", 600, CALIBRATE_LOGISTIC},
	{"a curve", 2400, CALIBRATE_ISOTONIC},
};

static void states_what_decisions_say(void **state)
{
	struct run r;

	(void)state;
	make_rows(378);
	run_open(&r, LEARN, rows[0], ROWS, rows[1], ROWS);
	run_with(&r, NULL);
	uint32_t before = confirmed(&r.result, 0);
	CHECK("there is something to lose", before > 100);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		run_with(&r, NULL);
		struct calibration c = fit(&r.result, cases[i].decisions, 15);
		CHECK_INT(cases[i].label, c.kind, cases[i].kind);
		CHECK_INT(cases[i].label, c.decisions, cases[i].decisions);
		run_with(&r, &c);
		CHECK("there are matches", r.result.matches.n > 100);
		for (uint32_t no = 0; no < r.result.matches.n; no++)
			CHECK_INT(cases[i].label, r.result.matches.confidence[no],
				calibrate_apply(&c, r.result.matches.marginal[no]));
		CHECK_INT("one in fifteen was wrong: nothing is sure", confirmed(&r.result, 0), 0);
	}
	run_close(&r);
}

static void confirms_what_checks_have_shown(void **state)
{
	struct run r;

	(void)state;
	make_rows(378);
	run_open(&r, LEARN, rows[0], ROWS, rows[1], ROWS);
	run_with(&r, NULL);
	uint32_t all = confirmed(&r.result, 999500);
	struct calibration c = fit(&r.result, 600, 15);
	c.line = 999500;
	run_with(&r, &c);
	CHECK_INT("from the line on, as before", confirmed(&r.result, 999500), all);
	CHECK_INT("nothing below it", confirmed(&r.result, 0), all);
	for (uint32_t no = 0; no < r.result.matches.n; no++)
		CHECK_INT("flagged", (r.result.matches.flags[no] & RESULT_SHOWN) != 0,
			r.result.matches.status[no] == STATUS_CONFIRMED);
	run_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_what_decisions_say),
		cmocka_unit_test(confirms_what_checks_have_shown),
	};

	return cmocka_run_group_tests_name("match/calibrated", tests, NULL, NULL);
}
