/*
 * The search for groups at its limits: what is answered, and what the receipt says of it, when a
 * target's states, a job's states or the pool end it, when chance alone would give a fit, and when
 * a group has too few or too many lines. A search that was not complete never confirms.
 */
#include "unit/match/scene.h"

#define THEN                                                                                       \
	"\"then\":{\"confirm\":{\"confidence\":0.3,\"margin\":0.1,\"chance\":0.5},"                \
	"\"suggest\":{\"confidence\":0}}"
#define LINES_MAX 400u

struct limit {
	const char *label;
	const char *top;       /* members of the ruleset, with a comma behind */
	uint32_t low, high;    /* lines of a group */
	uint32_t nlines;       /* of each target */
	uint32_t ntargets;
	int64_t step;          /* amounts are about 1000 + i * step */
	uint32_t take;         /* lines that add up to each target; 0: none do */
	bool confirmed;
	uint32_t suggested;    /* targets */
	bool cut, unproved, not_identifiable;
};

static const struct limit limits[] = {
	{"found: the search is complete", "", 2, 8, 10, 1, 10007, 4, true, 0, false, false, false},
	{"none in the pool: proved", "", 2, 8, 10, 1, 10007, 0, false, 0, false, false, false},
	{"more states than a target may have", "", 2, 40, 44, 1, INT64_C(100000000007), 12, false, 1,
		false, true, false},
	{"more states than the job may have", "\"limits\":{\"states\":1},", 2, 20, 24, 2,
		INT64_C(1000000007), 6, false, 2, false, true, false},
	{"a pool that was cut, and what fits in it", "", 2, 2, 300, 1, INT64_C(1000000007), 2, false, 1,
		true, true, false},
	{"chance alone would give a fit", "", 2, 20, 40, 1, 1, 6, false, 0, false, false, true},
	{"too many lines", "", 2, 3, 10, 1, 10007, 4, false, 0, false, false, false},
	{"too few lines", "", 5, 8, 10, 1, 10007, 4, false, 0, false, false, false},
	{"as many lines as may be", "", 4, 4, 10, 1, 10007, 4, true, 0, false, false, false},
};

static struct ruleset *rules_of(struct arena *a, const struct limit *c)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct ruleset *rs = NULL;
	struct err err = {0};

	buf_printf(&text,
		"{\"ruleset\":1,%s\"left\":{\"balance\":\"amount\"},\"right\":{\"balance\":\"amount\"},"
		"\"fields\":{\"ref\":{\"type\":\"code\",\"left\":\"ref\",\"right\":\"ref\"},"
		"\"day\":{\"type\":\"date\",\"left\":\"day\",\"right\":\"day\"},"
		"\"amount\":{\"type\":\"amount\",\"left\":\"amount\",\"right\":\"amount\"},"
		"\"text\":{\"type\":\"text\",\"left\":\"text\",\"right\":\"text\"}},\"passes\":["
		"{\"name\":\"g\",\"kind\":\"n:1\",\"when\":{\"ref\":\"same\"},\"group\":{\"how\":"
		"\"subset\",\"lines\":[%u,%u]}," THEN "}]}",
		c->top, c->low, c->high);
	if (ruleset_parse(buf_sv(&text), a, &rs, &err) != 0)
		fail_msg("%s: %s at %s", c->label, err.detail, err.pointer);
	return rs;
}

/* Amounts in no order, far enough from each other that few sums agree. */
static uint32_t fill(const struct limit *c, struct cell_row *line, struct cell_row *target)
{
	static const char *const refs[] = {"one", "two"};
	uint64_t seed = 3;
	uint32_t n = 0;

	for (uint32_t t = 0; t < c->ntargets; t++) {
		target[t] = (struct cell_row){refs[t], 1, c->take == 0 ? 31 : 0, "together"};
		for (uint32_t i = 0; i < c->nlines; i++) {
			int64_t amount = 1000 + (int64_t)(random_of(&seed) % 1000) * c->step +
				(c->step > 1 ? (int64_t)(random_of(&seed) % 997) : 0);
			bool in = i % 2 == 0 && i / 2 < c->take;
			line[n++] = (struct cell_row){refs[t], 1, amount, in ? "together" : NULL};
			if (in)
				target[t].amount += amount;
		}
		for (uint32_t i = 0; i < 3 && c->take == 0; i++)
			target[t].amount += line[i].amount;
	}
	return n;
}

static void test_limits(void **state)
{
	static struct cell_row line[LINES_MAX], target[2];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		const struct limit *c = &limits[i];
		uint32_t n = fill(c, line, target);
		struct run r;
		run_open(&r, "[{\"name\":\"x\",\"when\":{\"ref\":\"same\"}}]", line, n, target, c->ntargets);
		r.rules = rules_of(&r.arena, c);
		run_checked(c->label, &r, 2);
		const struct match_pass_stat *stat = &r.receipt.passes[0];
		CHECK_INT(c->label, stat->confirmed, c->confirmed);
		CHECK_INT(c->label, stat->suggested + stat->ambiguous, c->suggested);
		CHECK_INT(c->label, stat->pools_cut > 0, c->cut);
		CHECK_INT(c->label, stat->unproved > 0, c->unproved);
		CHECK_INT(c->label, stat->not_identifiable > 0, c->not_identifiable);
		for (uint32_t no = 0; no < r.result.matches.n; no++) {
			uint8_t flags = r.result.matches.flags[no];
			CHECK_INT(c->label, (flags & RESULT_NOT_PROVEN) != 0, !c->confirmed);
			CHECK_INT(c->label, (flags & RESULT_POOL_CUT) != 0, c->cut);
		}
		CHECK("bounded", stat->states <= (UINT64_C(1) << 19) * c->ntargets);
		run_close(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_limits)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
