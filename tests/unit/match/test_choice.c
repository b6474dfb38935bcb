/*
 * What a person is asked: one question where no pair is better than another ("k of n"), with all
 * that might be answered; and nettings that compete with pairs and groups of their stage.
 */
#include "col/result_file.h"
#include "unit/match/scene.h"

#define THEN                                                                                       \
	"\"then\":{\"confirm\":{\"confidence\":0.5,\"margin\":1,\"chance\":0.5},"                  \
	"\"suggest\":{\"confidence\":0.1}}"
#define SURE "\"then\":{\"confirm\":{\"confidence\":0.1,\"margin\":0.1}}"
#define AMOUNT                                                                                     \
	"[{\"name\":\"a\",\"use\":[\"amount\"],\"when\":{\"amount\":\"same\"},\"then\":{"          \
	"\"confirm\":{\"confidence\":0.5,\"margin\":1},\"suggest\":{\"confidence\":0}}}]"
#define NETS                                                                                       \
	"{\"name\":\"l\",\"kind\":\"net left\",\"when\":{\"ref\":\"same\"}," THEN "},"             \
	"{\"name\":\"r\",\"kind\":\"net right\",\"when\":{\"ref\":\"same\"}," THEN "}"
#define PAIRS "{\"name\":\"a\",\"when\":{\"ref\":\"same\",\"amount\":\"same\"}," THEN "}"

/* ---- k of n ---- */

struct choice {
	const char *label;
	uint32_t nl, nr; /* records of one amount on each side */
	uint8_t kind;
	uint32_t k;       /* members of either side; 0: no such decision */
	uint32_t left, right; /* alternatives */
};

static const struct choice choices[] = {
	{"one of two", 1, 2, KIND_1_1, 1, 0, 1},
	{"two of one", 2, 1, KIND_1_1, 1, 1, 0},
	{"three of five", 3, 5, KIND_N_M, 3, 0, 2},
	{"five of three", 5, 3, KIND_N_M, 3, 2, 0},
	{"two of two could be swapped", 2, 2, KIND_N_M, 2, 0, 0},
	{"three of three is one match of all", 3, 3, KIND_N_M, 0, 0, 0},
	{"a dozen of twenty", 12, 20, KIND_N_M, 12, 0, 8},
};
#define MOST 20u
#define OTHERS 3u /* of other amounts */

static uint32_t alternatives_of(const struct result *r, uint32_t no, int side)
{
	uint32_t end = 0, n = 0;

	for (uint32_t i = result_alternatives_of(r, no, &end); i < end; i++)
		n += r->inputs[r->alternatives.input[i]].side == side;
	return n;
}

/* Records of one amount, told apart by a reference that is no evidence; others far from it. */
static uint32_t fill(struct cell_row *rows, char names[][12], uint32_t n, char letter)
{
	for (uint32_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "%c%u", letter, i);
		rows[i] = (struct cell_row){names[i], (int32_t)i, 999, NULL};
	}
	for (uint32_t i = 0; i < OTHERS; i++)
		rows[n + i] = (struct cell_row){NULL, 1, (letter == 'l' ? 5000 : 7000) + i, NULL};
	return n + OTHERS;
}

static void check_choice(const struct choice *c, const struct run *r)
{
	const struct result_matches *m = &r->result.matches;

	CHECK_INT(c->label, m->n, 1);
	CHECK_INT(c->label, m->kind[0], c->kind);
	CHECK_INT(c->label, m->member[1], 2 * (c->k != 0 ? c->k : c->nl));
	CHECK_INT(c->label, (m->flags[0] & RESULT_CHOICE) != 0, c->k != 0);
	CHECK_INT(c->label, m->status[0] == STATUS_AMBIGUOUS, c->k != 0);
	CHECK_INT(c->label, alternatives_of(&r->result, 0, RESULT_LEFT), c->left);
	CHECK_INT(c->label, alternatives_of(&r->result, 0, RESULT_RIGHT), c->right);
	CHECK_INT("counted", r->receipt.passes[0].choices, c->k != 0);
	for (uint32_t i = 0; i < r->result.alternatives.n; i++)
		for (uint32_t k = 0; k < r->result.members.n; k++)
			CHECK("an alternative is no member",
				r->result.members.input[k] != r->result.alternatives.input[i] ||
					r->result.members.row[k] != r->result.alternatives.row[i]);
}

static void test_choices(void **state)
{
	static struct cell_row left[MOST + OTHERS], right[MOST + OTHERS];
	static char names[2][MOST][12];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
		const struct choice *c = &choices[i];
		uint32_t nl = fill(left, names[0], c->nl, 'l'), nr = fill(right, names[1], c->nr, 'r');
		struct buf one CLEANUP(buf_free) = BUF_INIT, many CLEANUP(buf_free) = BUF_INIT;
		struct err err = {0};
		struct run r;
		run_open(&r, AMOUNT, left, nl, right, nr);
		run_checked(c->label, &r, 1);
		check_choice(c, &r);
		assert_int_equal(result_file_write(&r.result, col_sink_buf(&one), &err), 0);
		run_checked(c->label, &r, 3);
		assert_int_equal(result_file_write(&r.result, col_sink_buf(&many), &err), 0);
		CHECK("threads change nothing",
			one.n == many.n && memcmp(one.p, many.p, one.n) == 0);
		run_close(&r);
	}
}

/* A better one is not among them, a much worse one is not worth a question. */
static void test_rivals(void **state)
{
	static const struct cell_row left[] = {{"a", 1, 700, "acme"}, {"b", 1, 5, NULL}};
	static const struct cell_row right[] = {{"x", 1, 700, "acme"}, {"y", 1, 700, "acme"},
		{"z", 90, 700, "blue moon"}, {"v", 1, 9, NULL}, {"w", 1, 10, NULL}};
	struct run r;

	(void)state;
	run_open(&r, "[{\"name\":\"a\",\"use\":[\"amount\",\"text\"],\"when\":{\"amount\":\"same\"}," THEN "}]",
		left, ARRAY_LEN(left), right, ARRAY_LEN(right));
	run_checked("rivals", &r, 1);
	assert_int_equal(r.result.matches.n, 1);
	CHECK_INT("ambiguous", r.result.matches.status[0], STATUS_AMBIGUOUS);
	CHECK_INT("not all are as good", r.result.matches.flags[0] & RESULT_CHOICE, 0);
	CHECK_INT("one alternative", r.result.alternatives.n, 1);
	CHECK("it is the other one with that name", r.result.alternatives.row[0] < 2);
	run_close(&r);
}

/* What a choice must be: the engine's own proof sees when it is not. */
static void test_forged(void **state)
{
	static struct cell_row left[MOST + OTHERS], right[MOST + OTHERS];
	static char names[2][MOST][12];
	uint32_t nl = fill(left, names[0], 3, 'l'), nr = fill(right, names[1], 5, 'r');
	struct err err = {0};
	struct run r;

	(void)state;
	run_open(&r, AMOUNT, left, nl, right, nr);
	run_checked("a choice", &r, 1);
	uint32_t *row = &r.result.members.row[2], before = *row;
	*row = 3; /* a left record of another amount */
	r.result.members.allocated[2] = left[3].amount;
	r.result.matches.left[0] += left[3].amount - left[before].amount;
	CHECK_INT("a member that belongs to none",
		match_check(r.in, 2, r.rules, &r.result, &err), E_CORRUPT);
	CHECK("says so", strstr(err.detail, "choice") != NULL);
	run_close(&r);
}

/* ---- nettings ---- */

static const struct scene scenes[] = {
	{"a voided cheque nets", "[" PAIRS "," NETS "]",
		{{"c", 1, 7700, NULL}, {"c", 2, -7700, NULL}, {"x", 1, 5, NULL}},
		{{"d", 1, 100, NULL}, {"e", 1, 6, NULL}}, 3, 2, "net left confirmed 0,1/"},
	{"a returned deposit does not: the bank has both", "[" PAIRS "," NETS "]",
		{{"c", 1, 7700, NULL}, {"c", 4, -7700, NULL}, {"x", 1, 5, NULL}},
		{{"c", 1, 7700, NULL}, {"c", 4, -7700, NULL}}, 3, 2,
		"1:1 confirmed 0/0; 1:1 confirmed 1/1"},
	{"of two that the void could offset, one was paid",
		"[" PAIRS ",{\"name\":\"l\",\"kind\":\"net left\",\"when\":{\"text\":\"same\"}," SURE "}]",
		{{"d", 1, 7700, "t"}, {"v", 2, -7700, "t"}, {"c", 1, 7700, "t"}, {"x", 1, 5, NULL}},
		{{"d", 1, 7700, "t"}, {"e", 1, 6, NULL}}, 4, 2,
		"1:1 confirmed 0/0; net left confirmed 1,2/"},
	{"lines that offset each other are not part of a deposit",
		"[{\"name\":\"g\",\"kind\":\"n:1\",\"when\":{\"text\":\"same\"},\"group\":{\"how\":\"subset\","
		"\"lines\":[2,4]}," THEN "}," NETS "]",
		{{"p", 1, 12345, "t"}, {"q", 1, 33331, "t"}, {"v", 1, 5000, "t"}, {"v", 1, -5000, "t"}},
		{{"z", 1, 45676, "t"}}, 4, 1, "n:1 confirmed 0,1/0; net left confirmed 2,3/"},
	{"pairs of opposite sign beside pairs of equal sign close an odd cycle",
		"[" PAIRS ",{\"name\":\"o\",\"when\":{\"ref\":\"same\",\"amount\":\"opposite\"}," THEN "}," NETS "]",
		{{"c", 1, 7700, "one"}, {"x", 1, 5, NULL}},
		{{"c", 1, 7700, "one"}, {"c", 1, -7700, "two"}, {"y", 1, 9, NULL}}, 2, 3,
		"1:1 confirmed 0/0"},
	{"both sides net for themselves", "[" PAIRS "," NETS "]",
		{{"c", 1, 7700, NULL}, {"c", 2, -7700, NULL}, {"x", 1, 5, NULL}},
		{{"d", 1, 100, NULL}, {"d", 1, -100, NULL}, {"e", 1, 6, NULL}}, 3, 3,
		"net left confirmed 0,1/; net right confirmed /0,1"},
};

static void test_nets(void **state)
{
	(void)state;
	check_scenes(scenes, ARRAY_LEN(scenes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_rivals),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_nets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
