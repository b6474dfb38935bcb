/*
 * Dependence: fields that agree together among pairs that are no matches are seen, fields that do not are
 * left alone, and records of one customer that have nothing else in common are not taken for matches.
 */
#include "match/match.h"
#include "unit/match/scene.h"

#define ROWS 1200u
#define CUSTOMERS 60u
#define LEARN                                                                                      \
	"[{\"name\":\"learned\",\"kind\":\"1:1\",\"mode\":\"learn\",\"then\":{\"confirm\":{"         \
	"\"confidence\":0.999,\"margin\":1},\"suggest\":{\"confidence\":0.5}}}]"

enum texts { OF_CUSTOMER, OF_NOBODY, OF_CUSTOMER_LONG };

struct joint_scene {
	struct cell_row side[2][ROWS];
	char text[2][ROWS][64], ref[2][ROWS][16];
	uint32_t n[2], pairs;
};

static const struct joint_case {
	const char *label;
	enum texts texts;
	uint32_t alone;    /* per mille of each side */
	bool rent;         /* a customer pays the same every time */
	const char *want;  /* in the model, or NULL: nothing depends on anything */
} cases[] = {
	{"a code and the name that goes with it", OF_CUSTOMER, 300, false, "\"depends\":{\"on\":"},
	{"a code and a text that names it", OF_CUSTOMER_LONG, 300, false, "\"depends\":{\"on\":"},
	{"texts of their own", OF_NOBODY, 300, false, NULL},
	{"a rent that is the same each time", OF_CUSTOMER, 300, true, "\"depends\":{\"on\":"},
};

static void name_of(uint32_t customer, char out[20])
{
	static const char *const a[] = {"alder", "birken", "falken", "garten", "hafen", "insel", "kessel",
		"linden"};
	static const char *const b[] = {"bach", "berg", "feld", "hof", "mann", "stein", "tal", "werk"};

	snprintf(out, 20, "%s%s", a[customer % 8], b[customer / 8 % 8]);
}

static void write_text(uint64_t *s, enum texts kind, uint32_t customer, uint32_t own, char out[64])
{
	char name[20];

	name_of(customer, name);
	if (kind == OF_CUSTOMER)
		snprintf(out, 64, "%s", name);
	else if (kind == OF_CUSTOMER_LONG)
		snprintf(out, 64, "payment from %s and sons ltd %s", name,
			random_of(s) % 2 == 0 ? "thank you" : "as agreed");
	else
		snprintf(out, 64, "lot %05u", own);
}

static void add(struct joint_scene *m, uint64_t *s, const struct joint_case *c, int side, uint32_t customer,
	const struct cell_row *like, uint32_t own)
{
	uint32_t i = m->n[side]++;

	m->side[side][i] = *like;
	write_text(s, c->texts, customer, own, m->text[side][i]);
	snprintf(m->ref[side][i], 16, "K%04u", 1000 + customer * 7);
	m->side[side][i].text = m->text[side][i];
	m->side[side][i].ref = m->ref[side][i];
}

/* The first rows of both sides are pairs: row i with row i. */
static struct joint_scene *make(const struct joint_case *c)
{
	struct joint_scene *m = calloc(1, sizeof(*m));
	uint32_t alone = ROWS * c->alone / 1000;
	uint64_t s = 378;

	assert_non_null(m);
	m->pairs = ROWS - alone;
	for (uint32_t i = 0; i < ROWS; i++)
		for (int side = 0; side < 2; side++) {
			struct cell_row row;
			uint32_t customer = random_of(&s) % CUSTOMERS;
			if (side == 1 && i < m->pairs) {
				row = m->side[0][i];
				row.day += (int32_t)(random_of(&s) % 3);
				customer = (uint32_t)(atoi(row.ref + 1) - 1000) / 7;
			} else {
				row = (struct cell_row){.day = 20000 + (int32_t)(random_of(&s) % 3000),
					.amount = 1000 + random_of(&s) % 900000};
				if (c->rent)
					row.amount = 50000 + customer * 1000;
			}
			add(m, &s, c, side, customer, &row, side == 1 && i < m->pairs ? i : i + 20000 * (uint32_t)side);
		}
	return m;
}

static uint32_t count_right(const struct joint_scene *m, const struct result *r, uint32_t *ret_said)
{
	uint32_t right = 0;

	*ret_said = 0;
	for (uint32_t no = 0; no < r->matches.n; no++) {
		uint32_t first = r->matches.member[no], row = r->members.row[first];
		if (r->matches.status[no] == STATUS_AMBIGUOUS)
			continue;
		++*ret_said;
		right += row < m->pairs && row == r->members.row[first + 1];
	}
	return right;
}

static void test_depends(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_RACES(ARRAY_LEN(cases)); i++) {
		struct joint_scene *m = make(&cases[i]);
		struct run r;
		uint32_t said;
		run_open(&r, LEARN, m->side[0], ROWS, m->side[1], ROWS);
		run_checked(cases[i].label, &r, 2);
		uint32_t right = count_right(m, &r.result, &said);
		const char *depends = strstr(r.receipt.model, "\"depends\"");
		print_message("%s: %u right of %u said, %u pairs: %.60s\n", cases[i].label, right, said,
			m->pairs, depends != NULL ? depends : "-");
		CHECK(cases[i].label, (depends != NULL) == (cases[i].want != NULL));
		if (cases[i].want != NULL)
			CHECK(cases[i].label, strstr(r.receipt.model, cases[i].want) != NULL);
		CHECK(cases[i].label, right * 1000ull >= said * 990ull);
		run_close(&r);
		free(m);
	}
}

static const struct {
	const char *label, *from, *by;
	int want;
} damages[] = {
	{"as it is", "\"depends\"", "\"depends\"", 0},
	{"independent", "\"depends\"", "\"depended\"", 0},
	{"on nothing", "\"on\":\"ref\"", "\"of\":\"ref\"", E_RULESET},
	{"on an unknown field", "\"on\":\"ref\"", "\"on\":\"deep\"", E_RULESET},
	{"on itself", "\"on\":\"ref\"", "\"on\":\"text\"", E_RULESET},
	{"nowhere", "\"where\"", "\"there\"", E_RULESET},
	{"at no level", "\"where\":[0", "\"where\":[8", E_RULESET},
	{"by nothing", "\"u_raised_bits\"", "\"bits\"", E_RULESET},
	{"by one more level", "\"u_raised_bits\":[", "\"u_raised_bits\":[\"1\",", E_RULESET},
	{"by less than nothing", "\"u_raised_bits\":[\"", "\"u_raised_bits\":[\"-", E_RULESET},
	{"beyond all bounds", "\"u_raised_bits\":[\"", "\"u_raised_bits\":[\"99", E_RULESET},
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

/* A model is a file: read again it scores as it did, and a damaged one is refused. */
static void test_kept(void **state)
{
	struct joint_scene *m = make(&cases[0]);
	uint32_t said, before, after = 0;
	struct run r;

	(void)state;
	run_open(&r, LEARN, m->side[0], ROWS, m->side[1], ROWS);
	run_checked("learns", &r, 1);
	before = count_right(m, &r.result, &said);
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
		if (i == 0)
			after = count_right(m, &r.result, &said);
		free(damaged);
	}
	print_message("%u right before, %u of %u after\n", before, after, said);
	CHECK("it scores as it did", after * 100 >= before * 99 && after * 1000ull >= said * 990ull);
	free(model);
	run_close(&r);
	free(m);
}

/* Some names a letter apart, the same on both sides, and many that are damaged: a name is a better
 * partner of itself than what is one letter off. */
static void test_letter_off(void **state)
{
	static struct cell_row side[2][ROWS];
	static char text[2][ROWS][32];
	uint64_t s = 99;
	struct run r;
	uint32_t wrong = 0;

	(void)state;
	for (uint32_t i = 0; i < ROWS; i++)
		for (int k = 0; k < 2; k++) {
			if (i % 100 == 1 && k == 0) {
				memcpy(text[0][i], text[0][i - 1], 32);
				text[0][i][4] = (char)('a' + (text[0][i][4] - 'a' + 3) % 26);
			} else if (k == 0) {
				for (int c = 0; c < 12; c++)
					text[0][i][c] = (char)('a' + random_of(&s) % 26);
			} else {
				memcpy(text[1][i], text[0][i], 32);
				if (i % 100 > 1 && random_of(&s) % 3 == 0)
					text[1][i][random_of(&s) % 12] = 'q';
			}
			side[k][i] = (struct cell_row){.day = 20000, .amount = 100, .text = text[k][i]};
		}
	run_open(&r, LEARN, side[0], ROWS, side[1], ROWS);
	run_checked("a letter off", &r, 2);
	for (uint32_t no = 0; no < r.result.matches.n; no++) {
		uint32_t first = r.result.matches.member[no];
		if (r.result.matches.status[no] != STATUS_AMBIGUOUS)
			wrong += r.result.members.row[first] != r.result.members.row[first + 1];
	}
	CHECK("names are found", r.result.matches.n > ROWS * 9 / 10);
	CHECK("no name stands for its neighbour", wrong == 0);
	run_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_depends),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_letter_off),
	};

	return cmocka_run_group_tests_name("match/learn_joint", tests, NULL, NULL);
}
