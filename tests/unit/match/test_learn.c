/*
 * The learned pass: what it finds on seeded payments whose amounts, days and texts all differ, that it
 * claims nothing where there is nothing, that threads, names and the order of rows change nothing,
 * and that a model given back scores without learning.
 */
#include "match/match.h"
#include "unit/match/scene.h"

#define ROWS_MAX 24000u
#define LEARN                                                                                      \
	"[{\"name\":\"learned\",\"kind\":\"1:1\",\"mode\":\"learn\",\"then\":{\"confirm\":{"         \
	"\"confidence\":0.999,\"margin\":1},\"suggest\":{\"confidence\":0.5}}}]"

/* Rows of both sides; row i of one belongs to row i of the other, unless they are alone. */
struct made {
	struct cell_row side[2][ROWS_MAX];
	char text[2][ROWS_MAX][64];
	char ref[2][ROWS_MAX][16];
	uint32_t n;
};

static void word_of(uint32_t id, char out[16])
{
	static const char a[] = "bdfgklmnprstvz", b[] = "aeiou";
	size_t n = 0;

	for (id = id * 2654435761u >> 8; n < 8; id /= 5) {
		out[n++] = a[id % 14];
		id /= 14;
		out[n++] = b[id % 5];
	}
	out[n] = '\0';
}

static void text_of(uint64_t *s, uint32_t pool, char out[64])
{
	char w[4][16];

	for (int i = 0; i < 4; i++)
		word_of(random_of(s) % pool, w[i]);
	snprintf(out, 64, "%.12s %.12s %.12s %.12s %04u", w[0], w[1], w[2], w[3], random_of(s) % 10000);
}

/* A payment as it arrives: cut, a letter off, a word in front. */
static void reword(uint64_t *s, const char *in, char out[64])
{
	snprintf(out, 64, "%s%.52s", random_of(s) % 4 == 0 ? "payment " : "", in);
	if (random_of(s) % 3 == 0)
		out[24] = '\0';
	if (random_of(s) % 4 == 0)
		out[5 + random_of(s) % 10] = 'x';
}

/* alone: per mille without partner; noise: references are random numbers. */
static struct made *make_payments(uint32_t n, uint32_t alone, bool noise, uint64_t seed)
{
	struct made *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->n = n;
	for (uint32_t i = 0; i < n; i++) {
		bool lonely = random_of(&seed) % 1000 < alone;
		struct cell_row *l = &m->side[0][i], *r = &m->side[1][i];
		text_of(&seed, 3000, m->text[0][i]);
		*l = (struct cell_row){.day = 20000 + (int32_t)(random_of(&seed) % 180),
			.amount = 1000 + random_of(&seed) % 900000, .text = m->text[0][i]};
		*r = *l;
		if (lonely)
			text_of(&seed, 3000, m->text[1][i]);
		else
			reword(&seed, m->text[0][i], m->text[1][i]);
		r->text = m->text[1][i];
		r->day = lonely ? 20000 + (int32_t)(random_of(&seed) % 180) :
			l->day + 1 + (int32_t)(random_of(&seed) % 6);
		if (lonely)
			r->amount = 1000 + random_of(&seed) % 900000;
		else if (random_of(&seed) % 3 != 0)
			r->amount = l->amount * (900 + random_of(&seed) % 200) / 1000;
		for (int side = 0; noise && side < 2; side++) {
			snprintf(m->ref[side][i], 16, "%u", random_of(&seed) % 10000);
			m->side[side][i].ref = m->ref[side][i];
		}
	}
	return m;
}

static void open_made(struct run *r, const struct made *m)
{
	run_open(r, LEARN, m->side[0], m->n, m->side[1], m->n);
}

struct figures {
	uint32_t said, right, sure, sure_right;
};

static struct figures count(const struct result *r, uint32_t shift)
{
	struct figures f = {0};

	for (uint32_t no = 0; no < r->matches.n; no++) {
		uint32_t first = r->matches.member[no];
		bool right = r->members.row[first] + shift == r->members.row[first + 1] + shift;
		bool sure = r->matches.status[no] == STATUS_CONFIRMED;
		if (!sure && r->matches.status[no] != STATUS_SUGGESTED)
			continue;
		f.said++;
		f.right += right;
		f.sure += sure;
		f.sure_right += sure && right;
	}
	return f;
}

static const struct {
	const char *label;
	uint32_t rows, alone;
	bool noise;
	uint32_t recall; /* per mille of the pairs that there are */
} cases[] = {
	{"payments", 2500, 0, false, 985},
	{"payments, a tenth alone", 2500, 100, false, 970},
	{"payments with a column of noise", 2500, 100, true, 965},
	{"more than belief propagation is for", 21000, 100, false, 960},
};

static void test_finds(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_RACES(ARRAY_LEN(cases)); i++) {
		struct made *m = make_payments(cases[i].rows, cases[i].alone, cases[i].noise, 7 + i);
		uint32_t pairs = cases[i].rows * (1000 - cases[i].alone) / 1000;
		struct run r;
		open_made(&r, m);
		run_checked(cases[i].label, &r, 2);
		struct figures f = count(&r.result, 0);
		print_message("%s: said %u right %u of %u, confirmed %u right %u, recall %u\n",
			cases[i].label, f.said, f.right, pairs, f.sure, f.sure_right,
			r.receipt.passes[0].recall);
		CHECK(cases[i].label, f.right * 1000ull >= (uint64_t)pairs * cases[i].recall);
		CHECK(cases[i].label, f.right * 1000ull >= f.said * 990ull);
		CHECK(cases[i].label, f.sure_right * 1000ull >= f.sure * 999ull && f.sure > 0);
		CHECK(cases[i].label, r.receipt.passes[0].learned && !r.receipt.passes[0].doubtful);
		CHECK(cases[i].label, r.receipt.passes[0].recall > 900000);
		CHECK(cases[i].label, r.receipt.passes[0].expected * 100ull >= pairs * 95ull);
		run_close(&r);
		free(m);
	}
}

/* Two sides that have nothing to do with each other. */
static void test_nothing(void **state)
{
	struct made *m = make_payments(2000, 1000, true, 3);
	struct run r;

	(void)state;
	open_made(&r, m);
	run_checked("random sides", &r, 2);
	CHECK("random sides", count(&r.result, 0).sure == 0);
	run_close(&r);
	free(m);
}

static void test_bad_input(void **state)
{
	static struct cell_row equal[300], empty[300];
	const struct {
		const char *label;
		const struct cell_row *l;
		uint32_t nl;
		const struct cell_row *r;
		uint32_t nr;
	} bad[] = {
		{"no rows", equal, 0, equal, 0},
		{"one side without rows", equal, 300, equal, 0},
		{"one row against many", equal, 1, equal, 300},
		{"all rows equal", equal, 300, equal, 300},
		{"nothing but amounts, all the same", empty, 300, empty, 300},
	};

	(void)state;
	for (uint32_t i = 0; i < 300; i++) {
		equal[i] = (struct cell_row){"r", 20000, 999, "rent for the flat"};
		empty[i] = (struct cell_row){NULL, 20000, 1, NULL};
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct run r;
		run_open(&r, LEARN, bad[i].l, bad[i].nl, bad[i].r, bad[i].nr);
		run_checked(bad[i].label, &r, 2);
		run_close(&r);
	}
}

static void test_few(void **state)
{
	struct made *m = make_payments(12, 0, false, 5);
	struct run r;

	(void)state;
	open_made(&r, m);
	run_checked("twelve rows", &r, 1);
	CHECK("twelve rows", !r.receipt.passes[0].learned);
	CHECK("twelve rows", count(&r.result, 0).right >= 8);
	run_close(&r);
	free(m);
}

static void describe_run(struct run *r, const struct cell_row *const rows[2], struct buf *out)
{
	describe_contents(&r->result, rows, out);
}

static void test_same_for_all(void **state)
{
	static const char *const other[4] = {"c3", "c1", "c4", "c2"};
	struct made *m = make_payments(700, 100, true, 11);
	const struct cell_row *rows[2] = {m->side[0], m->side[1]};
	struct buf want CLEANUP(buf_free) = BUF_INIT, threads CLEANUP(buf_free) = BUF_INIT,
		mixed CLEANUP(buf_free) = BUF_INIT;
	uint64_t seed = 99;
	struct run r;

	(void)state;
	open_made(&r, m);
	run_checked("one thread", &r, 1);
	describe_run(&r, rows, &want);
	run_checked("three threads", &r, 3);
	describe_run(&r, rows, &threads);
	run_close(&r);
	shuffle(m->side[0], m->n, &seed);
	shuffle(m->side[1], m->n, &seed);
	run_open_named(&r, LEARN, other, m->side[0], m->n, m->side[1], m->n);
	run_checked("shuffled, other names", &r, 2);
	describe_run(&r, rows, &mixed);
	run_close(&r);
	CHECK_STR("threads", buf_cstr(&threads), buf_cstr(&want));
	CHECK_STR("order and names", buf_cstr(&mixed), buf_cstr(&want));
	free(m);
}

/* ---- models ---- */

static int run_pinned(struct run *r, const char *model, struct err *err)
{
	struct match_options options = {.threads = 1, .model = sv_from_cstr(model)};

	result_free(&r->result);
	match_receipt_free(&r->receipt);
	return match_run(r->in, 2, r->rules, &options, &r->result, &r->receipt, err);
}

static void test_pinned(void **state)
{
	struct made *m = make_payments(2000, 50, false, 21), *next = make_payments(500, 50, false, 22);
	struct err err = {0};
	struct run r;

	(void)state;
	open_made(&r, m);
	run_checked("learns", &r, 2);
	char *model = strdup(r.receipt.model);
	assert_non_null(model);
	run_close(&r);
	open_made(&r, next);
	assert_int_equal(run_pinned(&r, model, &err), 0);
	struct figures f = count(&r.result, 0);
	CHECK("scores", f.right >= 440 && f.sure_right == f.sure && f.sure > 300);
	CHECK("states it", strstr(r.receipt.model, "\"theta_bits\"") != NULL);
	run_close(&r);
	free(model);
	free(m);
	free(next);
}

static const struct {
	const char *label, *model;
	int want;
} models[] = {
	{"of no pass of this ruleset", "{\"model\":1,\"passes\":[{\"pass\":\"other\"}]}", 0},
	{"no JSON", "{", E_JSON_SYNTAX},
	{"no comparisons", "{\"passes\":[{\"pass\":\"learned\",\"theta_bits\":\"-3\"}]}", E_RULESET},
	{"no theta", "{\"passes\":[{\"pass\":\"learned\",\"comparisons\":[]}]}", E_RULESET},
	{"an unknown field",
		"{\"passes\":[{\"pass\":\"learned\",\"theta_bits\":0,\"comparisons\":[{\"field\":\"x\"}]}]}",
		E_RULESET},
	{"levels that are not there",
		"{\"passes\":[{\"pass\":\"learned\",\"theta_bits\":0,\"comparisons\":[{\"field\":\"ref\","
		"\"compared_as\":\"short text\",\"levels\":[],\"m_bits\":[1],\"u_bits\":[1]}]}]}",
		E_RULESET},
};

static void test_models(void **state)
{
	struct made *m = make_payments(40, 0, true, 31);
	struct run r;

	(void)state;
	open_made(&r, m);
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct err err = {0};
		int rc = run_pinned(&r, models[i].model, &err);
		CHECK_INT(models[i].label, rc, models[i].want);
	}
	run_close(&r);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_bad_input),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_same_for_all),
		cmocka_unit_test(test_pinned),
		cmocka_unit_test(test_models),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
