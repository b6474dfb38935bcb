/*
 * Atoms: exact fees, discounts and lines between the amounts of the two sides are found and nothing is
 * found where amounts only are alike; and what they are worth: pairs that nothing else tells.
 */
#include "match/learn_parts.h"
#include "match/match.h"
#include "unit/match/scene.h"

#define ROWS 900u
#define LEARN                                                                                      \
	"[{\"name\":\"learned\",\"kind\":\"1:1\",\"mode\":\"learn\",\"then\":{\"confirm\":{"         \
	"\"confidence\":0.999,\"margin\":1},\"suggest\":{\"confidence\":0.5}}}]"

/* ---- what an atom makes of an amount ---- */

static const struct {
	const char *label;
	struct learn_atom atom;
	int64_t a, low, high;
} ranges[] = {
	{"a difference is exact", {LEARN_NANO, -30, 1}, 1000, 970, 970},
	{"a difference of something negative", {LEARN_NANO, -30, 1}, -1000, -1030, -1030},
	{"a ratio that comes out even", {980000000, 0, 1}, 1000, 980, 980},
	{"a ratio is rounded either way", {980000000, 0, 1}, 1010, 989, 990},
	{"a negative amount too", {980000000, 0, 1}, -1010, -990, -989},
	{"a line", {971000000, -30, 1}, 10000, 9680, 9680},
	{"a line, rounded", {971000000, -30, 1}, 10001, 9680, 9681},
	{"amounts of whole hundreds", {980000000, 0, 100}, 10000, 9701, 9899},
	{"too large", {LEARN_NANO * 900, 0, 1}, INT64_C(4000000000000000000),
		INT64_C(4000000000000000000), INT64_C(4000000000000000000)},
};

static void test_ranges(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		int64_t low, high;
		learn_atom_range(&ranges[i].atom, ranges[i].a, &low, &high);
		CHECK_INT(ranges[i].label, low, ranges[i].low);
		CHECK_INT(ranges[i].label, high, ranges[i].high);
	}
}

/* ---- finding them ---- */

static int64_t half_up(int64_t thousandths)
{
	return (thousandths + 500) / 1000;
}

static int64_t fee_of_30(uint64_t *s, int64_t a)
{
	(void)s;
	return a - 30;
}

static int64_t discount(uint64_t *s, int64_t a)
{
	return random_of(s) % 3 == 0 ? a - a * 2 / 100 : a;
}

static int64_t processor(uint64_t *s, int64_t a)
{
	(void)s;
	return half_up(a * 971) - 30;
}

static int64_t two_fees(uint64_t *s, int64_t a)
{
	return random_of(s) % 2 == 0 ? a - 35 : half_up(a * 985) - 25;
}

static int64_t any_ratio(uint64_t *s, int64_t a)
{
	return a * (900000 + random_of(s) % 200000) / 1000000;
}

static int64_t any_fee(uint64_t *s, int64_t a)
{
	return a - 35 - (int64_t)(random_of(s) % 1465);
}

static int64_t equal(uint64_t *s, int64_t a)
{
	(void)s;
	return a;
}

static const struct atom_case {
	const char *label;
	int64_t (*amount)(uint64_t *s, int64_t a);
	const char *want[2]; /* in the model, or NULL */
} cases[] = {
	{"a fixed fee", fee_of_30, {"\"times\":\"1.000000000\",\"plus\":-30,"}},
	{"two per cent off a third", discount, {"\"times\":\"0.980000000\",\"plus\":0,"}},
	{"2.9 % and 0.30", processor, {"\"times\":\"0.971000000\",\"plus\":-30,"}},
	{"two kinds of fees", two_fees,
		{"\"times\":\"1.000000000\",\"plus\":-35,", "\"times\":\"0.985000000\",\"plus\":-25,"}},
	{"any ratio", any_ratio, {NULL}},
	{"any fee of a thousand", any_fee, {NULL}},
	{"all equal", equal, {NULL}},
};

struct payments {
	struct cell_row side[2][ROWS];
	char text[2][ROWS][64];
};

/* Every third text says nothing: those pairs have their amounts and days alone. */
static struct payments *make(const struct atom_case *c)
{
	struct payments *m = calloc(1, sizeof(*m));
	uint64_t s = 378;

	assert_non_null(m);
	for (uint32_t i = 0; i < ROWS; i++) {
		struct cell_row *l = &m->side[0][i], *r = &m->side[1][i];
		snprintf(m->text[0][i], 64, "order %06u from customer %04u today",
			random_of(&s) % 1000000, random_of(&s) % 10000);
		snprintf(m->text[1][i], 64, "%s", i % 3 == 0 ? "your order from today, thank you" : m->text[0][i]);
		*l = (struct cell_row){.day = 20000 + (int32_t)(random_of(&s) % 60),
			.amount = 500 + random_of(&s) % 500000, .text = m->text[0][i]};
		*r = (struct cell_row){.day = l->day + (int32_t)(random_of(&s) % 4),
			.amount = c->amount(&s, l->amount), .text = m->text[1][i]};
	}
	return m;
}

/* The model without blanks: "times": "0.98" -> "times":"0.98". */
static char *squeezed(const char *model)
{
	char *out = strdup(model), *to = out;

	assert_non_null(out);
	for (const char *from = out; *from != '\0'; from++)
		if (*from != ' ' && *from != '\n')
			*to++ = *from;
	*to = '\0';
	return out;
}

static uint32_t count_right(const struct result *r, uint32_t *ret_said)
{
	uint32_t right = 0;

	*ret_said = 0;
	for (uint32_t no = 0; no < r->matches.n; no++) {
		uint32_t first = r->matches.member[no];
		if (r->matches.status[no] == STATUS_AMBIGUOUS)
			continue;
		++*ret_said;
		right += r->members.row[first] == r->members.row[first + 1];
	}
	return right;
}

static void test_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_RACES(ARRAY_LEN(cases)); i++) {
		struct payments *m = make(&cases[i]);
		struct run r;
		uint32_t said;
		run_open(&r, LEARN, m->side[0], ROWS, m->side[1], ROWS);
		run_checked(cases[i].label, &r, 2);
		char *model = squeezed(r.receipt.model);
		const char *atoms = strstr(model, "\"atoms\":[");
		for (size_t k = 0; k < ARRAY_LEN(cases[i].want) && cases[i].want[k] != NULL; k++)
			if (strstr(model, cases[i].want[k]) == NULL)
				fail_msg("%s: no %s, but %.200s", cases[i].label, cases[i].want[k],
					atoms != NULL ? atoms : "no atoms");
		CHECK(cases[i].label, (cases[i].want[0] != NULL) == (atoms != NULL));
		uint32_t right = count_right(&r.result, &said);
		print_message("%s: %u right of %u said\n", cases[i].label, right, said);
		CHECK(cases[i].label, right * 1000ull >= said * 990ull);
		if (cases[i].want[0] != NULL)
			CHECK(cases[i].label, right * 100ull >= ROWS * 99ull);
		free(model);
		run_close(&r);
		free(m);
	}
}

/* The model is a file, too: read again it scores as it did. */
static void test_kept(void **state)
{
	struct payments *m = make(&cases[2]);
	uint32_t said, before, after;
	struct err err = {0};
	struct run r;

	(void)state;
	run_open(&r, LEARN, m->side[0], ROWS, m->side[1], ROWS);
	run_checked("learns", &r, 1);
	before = count_right(&r.result, &said);
	char *model = strdup(r.receipt.model);
	struct match_options options = {.threads = 1, .model = sv_from_cstr(model)};
	result_free(&r.result);
	match_receipt_free(&r.receipt);
	assert_int_equal(match_run(r.in, 2, r.rules, &options, &r.result, &r.receipt, &err), 0);
	after = count_right(&r.result, &said);
	print_message("%u right before, %u of %u after\n", before, after, said);
	CHECK("it scores as it did", after * 100 >= before * 99 && after == said);
	CHECK("the same atoms", strstr(r.receipt.model, "0.971000000") != NULL);
	free(model);
	run_close(&r);
	free(m);
}

static const struct {
	const char *label, *from, *by;
	int want;
} damages[] = {
	{"as it is", "\"atoms\"", "\"atoms\"", 0},
	{"no atoms, but their levels", "\"atoms\"", "\"parts\"", E_RULESET},
	{"no ratio", "\"times\"", "\"time\"", E_RULESET},
	{"a ratio that is no number", "\"0.971000000\"", "\"x\"", E_RULESET},
	{"a ratio of nothing", "\"0.971000000\"", "\"0\"", E_RULESET},
	{"a ratio beyond all bounds", "\"0.971000000\"", "\"1001\"", E_RULESET},
	{"nothing to add", "\"plus\"", "\"minus\"", E_RULESET},
	{"too much to add", "\"plus\":-30", "\"plus\":-1000000000000001", E_RULESET},
	{"no grain", "\"grain\":1", "\"grain\":0", E_RULESET},
	{"atoms of a text", "\"compared_as\":\"long text\"", "\"atoms\":[{}],\"compared_as\":\"long text\"",
		E_RULESET},
};

static char *replaced(const char *text, const char *from, const char *by)
{
	struct buf out = BUF_INIT;
	const char *at = strstr(text, from);

	if (at == NULL)
		fail_msg("no %s", from);
	buf_add(&out, text, (size_t)(at - text));
	buf_add_cstr(&out, by);
	buf_add_cstr(&out, at + strlen(from));
	return buf_take(&out);
}

static void test_damaged(void **state)
{
	struct payments *m = make(&cases[2]);
	struct run r;

	(void)state;
	run_open(&r, LEARN, m->side[0], ROWS, m->side[1], ROWS);
	run_checked("learns", &r, 1);
	char *model = strdup(r.receipt.model);
	for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
		struct err err = {0};
		char *damaged = replaced(model, damages[i].from, damages[i].by);
		struct match_options options = {.threads = 1, .model = sv_from_cstr(damaged)};
		result_free(&r.result);
		match_receipt_free(&r.receipt);
		CHECK_INT(damages[i].label,
			match_run(r.in, 2, r.rules, &options, &r.result, &r.receipt, &err),
			damages[i].want);
		free(damaged);
	}
	free(model);
	run_close(&r);
	free(m);
}

/* The order of rows and the number of threads change nothing. */
static void test_same_for_all(void **state)
{
	struct payments *m = make(&cases[3]);
	const struct cell_row *rows[2] = {m->side[0], m->side[1]};
	struct buf want CLEANUP(buf_free) = BUF_INIT, got CLEANUP(buf_free) = BUF_INIT;
	uint64_t seed = 5;
	struct run r;

	(void)state;
	run_open(&r, LEARN, m->side[0], ROWS, m->side[1], ROWS);
	run_checked("as they are", &r, 1);
	describe_contents(&r.result, rows, &want);
	run_close(&r);
	shuffle(m->side[0], ROWS, &seed);
	shuffle(m->side[1], ROWS, &seed);
	run_open(&r, LEARN, m->side[0], ROWS, m->side[1], ROWS);
	run_checked("shuffled", &r, 3);
	describe_contents(&r.result, rows, &got);
	run_close(&r);
	CHECK_STR("shuffled", buf_cstr(&got), buf_cstr(&want));
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_same_for_all),
	};

	return cmocka_run_group_tests_name("match/learn_atom", tests, NULL, NULL);
}
