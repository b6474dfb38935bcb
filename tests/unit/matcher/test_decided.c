/*
 * Folding the decision log: what stands after undoing, and the last word on each match.
 */
#include "matcher/decided.h"

#include "unit/unit.h"

static struct uuid id_of(uint8_t n)
{
	struct uuid id;

	memset(&id, 0, sizeof(id));
	((uint8_t *)&id)[15] = n;
	return id;
}

struct step {
	enum word kind;
	uint8_t job;
	int32_t match;
	uint8_t undoes; /* number of the step, from 1 */
	bool chose;     /* other records than the engine's */
};

static const struct {
	const char *label;
	struct step log[6];
	size_t n;
	struct {
		uint8_t job;
		int32_t match;
		bool right;
	} want[4];
	size_t nwant;
} cases[] = {
	{"nothing", {{0}}, 0, {{0}}, 0},
	{"confirmed is right; rejected, taken apart and split are wrong",
		{{DECISION_CONFIRM, 1, 1, 0, false}, {DECISION_REJECT, 1, 2, 0, false},
			{DECISION_UNMATCH, 1, 3, 0, false}, {DECISION_SPLIT, 1, 4, 0, false}},
		4, {{1, 1, true}, {1, 2, false}, {1, 3, false}, {1, 4, false}}, 4},
	{"what was undone does not count", {{DECISION_REJECT, 1, 1, 0, false}, {DECISION_UNDO, 0, 0, 1, false}},
		2, {{0}}, 0},
	{"undone and decided again",
		{{DECISION_REJECT, 1, 1, 0, false}, {DECISION_UNDO, 0, 0, 1, false}, {DECISION_CONFIRM, 1, 1, 0, false}},
		3, {{1, 1, true}}, 1},
	{"the last word counts", {{DECISION_CONFIRM, 1, 1, 0, false}, {DECISION_UNMATCH, 1, 1, 0, false}}, 2,
		{{1, 1, false}}, 1},
	{"confirmed with other records: the engine's answer was wrong",
		{{DECISION_CONFIRM, 1, 1, 0, true}, {DECISION_CONFIRM, 1, 2, 0, false}}, 2,
		{{1, 1, false}, {1, 2, true}}, 2},
	{"by job and match", {{DECISION_CONFIRM, 2, 1, 0, false}, {DECISION_CONFIRM, 1, 9, 0, false}}, 2,
		{{1, 9, true}, {2, 1, true}}, 2},
	{"matches by hand and write-offs say nothing about the engine",
		{{DECISION_MATCH, 0, 0, 0, false}, {DECISION_WRITE_OFF, 0, 0, 0, false}}, 2, {{0}}, 0},
};

static void folds(void **state)
{
	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
		struct decision log[6] = {0};
		struct decided out[6];
		for (size_t i = 0; i < cases[c].n; i++) {
			const struct step *s = &cases[c].log[i];
			log[i] = (struct decision){.id = id_of((uint8_t)(100 + i + 1)),
				.seq = (int64_t)i + 1,
				.kind = s->kind,
				.job_id = id_of(s->job),
				.match_no = s->match,
				.undoes = id_of((uint8_t)(100 + s->undoes)),
				.members = s->chose ? SV("[]") : SV_NULL};
		}
		CHECK_INT(cases[c].label, decided_fold(log, cases[c].n, out), cases[c].nwant);
		for (size_t i = 0; i < cases[c].nwant; i++) {
			struct uuid job = id_of(cases[c].want[i].job);
			CHECK(cases[c].label, memcmp(&out[i].job_id, &job, sizeof(job)) == 0);
			CHECK_INT(cases[c].label, out[i].match_no, cases[c].want[i].match);
			CHECK_INT(cases[c].label, out[i].right, cases[c].want[i].right);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(folds)};
	return cmocka_run_group_tests_name("matcher/decided", tests, NULL, NULL);
}
