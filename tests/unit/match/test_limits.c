/*
 * Inputs that are hard on the engine: too little memory at any moment, cancelled in any phase, a
 * million equal rows, all amounts equal, one giant component, an empty side, amounts at the limits.
 * Each is a right answer or a clear error, in bounded work; results are the same on any threads.
 */
#include "base/decimal.h"
#include "col/result_file.h"
#include "unit/match/scene.h"

#define THEN                                                                                       \
	"\"then\":{\"confirm\":{\"confidence\":0.5,\"margin\":1,\"chance\":0.5},"                  \
	"\"suggest\":{\"confidence\":0.1}}"

/* Every kind of pass, in several stages. */
static const char all_kinds[] =
	"[{\"name\":\"a\",\"when\":{\"ref\":\"same\",\"amount\":\"same\"}," THEN "},"
	"{\"name\":\"g\",\"kind\":\"n:1\",\"when\":{\"day\":{\"days\":[0,2]}},\"group\":{\"how\":\"subset\","
	"\"lines\":[2,4]}," THEN "},"
	"{\"name\":\"h\",\"kind\":\"1:n\",\"when\":{\"ref\":\"same\"},\"group\":{\"how\":\"all\","
	"\"except_up_to\":2}," THEN "},"
	"{\"name\":\"r\",\"kind\":\"n:1\",\"when\":{\"text\":\"same\"},\"group\":{\"how\":\"run\",\"along\":"
	"[\"day\"],\"lines\":[2,5]}," THEN "},"
	"{\"name\":\"b\",\"kind\":\"net right\",\"when\":{\"ref\":\"same\"}," THEN "},"
	"{\"name\":\"n\",\"stage\":2,\"kind\":\"net left\",\"when\":{\"day\":{\"days\":[-9,9]}}," THEN "},"
	"{\"name\":\"p\",\"stage\":3,\"kind\":\"partial\",\"when\":{\"ref\":\"same\"}," THEN "},"
	"{\"name\":\"t\",\"stage\":4,\"when\":{\"text\":{\"like\":0.7},\"day\":{\"days\":[0,5]}}," THEN "},"
	"{\"name\":\"l\",\"stage\":5,\"mode\":\"learn\"," THEN "}]";

static void make_mixed(struct cell_row *rows, uint32_t n, uint64_t *s)
{
	static const char *const refs[] = {"r1", "r2", "r3", "r44", "r5", NULL};
	static const char *const texts[] = {"acme trading", "acme tradign", "blue moon", "blue", NULL};

	for (uint32_t i = 0; i < n; i++)
		rows[i] = (struct cell_row){refs[random_of(s) % ARRAY_LEN(refs)],
			(int32_t)(random_of(s) % 6), 100 + (int64_t)(random_of(s) % 400) *
				(random_of(s) % 9 == 0 ? -1 : 1), texts[random_of(s) % ARRAY_LEN(texts)]};
}

/* ---- memory ---- */

#define MIXED 60u

static void open_mixed(struct run *r)
{
	static struct cell_row rows[2][MIXED];
	uint64_t seed = 378;

	make_mixed(rows[0], MIXED, &seed);
	make_mixed(rows[1], MIXED, &seed);
	run_open(r, all_kinds, rows[0], MIXED, rows[1], MIXED);
}

static int run_bounded(struct run *r, size_t bytes)
{
	struct match_options options = {.threads = 1, .memory_bytes = bytes};
	struct err err = {0};

	result_free(&r->result);
	match_receipt_free(&r->receipt);
	int rc = match_run(r->in, 2, r->rules, &options, &r->result, &r->receipt, &err);
	if (rc < 0)
		CHECK("says why", err.code == rc && err.detail[0] != '\0');
	return rc;
}

/* The bound is lowered until it fails at the first allocation of all. */
static void test_memory(void **state)
{
	uint32_t failed = 0;
	struct run r;

	(void)state;
	open_mixed(&r);
	run_checked("unbounded", &r, 1);
	size_t peak = (size_t)r.receipt.peak_bytes;
	CHECK_INT("just enough", run_bounded(&r, peak), 0);
	for (size_t bytes = peak - 1; bytes > 0; bytes -= MIN(bytes, bytes / UNIT_REPEATS(32) + 128)) {
		int rc = run_bounded(&r, bytes);
		if (rc == 0)
			continue;
		CHECK_INT("too little", rc, E_MEMORY_BOUND);
		CHECK_INT("nothing is written", r.result.matches.n + r.result.open.n, 0);
		CHECK("nor here", r.receipt.money == NULL && r.receipt.passes == NULL);
		failed++;
	}
	CHECK("most bounds are too low", failed > UNIT_REPEATS(80));
	run_close(&r);
}

/* ---- cancelling ---- */

struct canceller {
	atomic_bool cancel;
	enum match_phase at;
	bool seen[MATCH_PHASE_COUNT];
};

static void note_phase(void *arg, enum match_phase phase, uint64_t done, uint64_t total)
{
	struct canceller *c = arg;

	CHECK("within the total", done <= total);
	CHECK("has a word", match_phase_word(phase)[0] != '\0');
	c->seen[phase] = true;
	if (phase == c->at)
		atomic_store(&c->cancel, true);
}

static void test_cancel(void **state)
{
	struct canceller first = {.at = MATCH_PHASE_COUNT};
	struct match_options options = {.threads = 2, .cancel = &first.cancel,
		.progress = note_phase, .arg = &first};
	struct err err = {0};
	uint32_t phases = 0;
	struct run r;

	(void)state;
	open_mixed(&r);
	CHECK_INT("not cancelled",
		match_run(r.in, 2, r.rules, &options, &r.result, &r.receipt, &err), 0);
	result_free(&r.result);
	match_receipt_free(&r.receipt);
	for (int phase = 0; phase < MATCH_PHASE_COUNT; phase++) {
		struct canceller c = {.at = (enum match_phase)phase};
		if (!first.seen[phase])
			continue;
		options.cancel = &c.cancel;
		options.arg = &c;
		CHECK_INT(match_phase_word(c.at),
			match_run(r.in, 2, r.rules, &options, &r.result, &r.receipt, &err),
			E_CANCELLED);
		CHECK_INT("nothing is written", r.result.matches.n, 0);
		phases++;
	}
	CHECK("all phases but one that has none of its own", phases >= 5);
	run_close(&r);
}

/* ---- size ---- */

static struct cell_row *rows_of(uint32_t n)
{
	struct cell_row *rows = calloc((size_t)n + 1, sizeof(*rows));

	assert_non_null(rows);
	return rows;
}

static void run_limited(const char *label, struct run *r, size_t bytes_a_row)
{
	struct match_options options = {.threads = 2,
		.memory_bytes = (size_t)(r->table[0].rows + r->table[1].rows) * bytes_a_row};
	struct err err = {0};

	if (match_run(r->in, 2, r->rules, &options, &r->result, &r->receipt, &err) != 0)
		fail_msg("%s: %s", label, err.detail);
	if (match_check(r->in, 2, r->rules, &r->result, &err) != 0)
		fail_msg("%s: %s", label, err.detail);
}

static void test_equal_rows(void **state)
{
	enum { N = UNIT_REPEATS(1000000) };
	struct cell_row *rows = rows_of(N);
	struct run r;

	(void)state;
	for (uint32_t i = 0; i < N; i++)
		rows[i] = (struct cell_row){"same", 1, 999, NULL};
	run_open(&r, "[{\"name\":\"a\",\"when\":{\"ref\":\"same\",\"amount\":\"same\"}," THEN "}]", rows, N,
		rows, N - 1);
	run_limited("a million equal rows", &r, 600);
	CHECK_INT("each has a partner but one", r.result.matches.n, N - 1);
	CHECK_INT("who stays is one of equals", r.result.open.flags[0], RESULT_INTERCHANGEABLE);
	run_close(&r);
	free(rows);
}

static const char amount_only[] = "[{\"name\":\"a\",\"use\":[\"amount\"],\"when\":{\"amount\":\"same\"}," THEN "}]";

/* Every pair is a candidate: no budget may let that grow with the product. */
static void test_equal_amounts(void **state)
{
	enum { N = UNIT_REPEATS(6000) };
	struct cell_row *rows = rows_of(N);
	char(*refs)[12] = calloc(N, sizeof(*refs));
	struct run r;

	(void)state;
	assert_non_null(refs);
	for (uint32_t i = 0; i < N; i++) {
		snprintf(refs[i], sizeof(refs[i]), "ref%u", i);
		rows[i] = (struct cell_row){refs[i], (int32_t)(i % 300), 999, NULL};
	}
	run_open(&r, amount_only, rows, N, rows, N);
	run_limited("all amounts equal", &r, 8000);
	for (uint32_t no = 0; no < r.result.matches.n; no++)
		CHECK("none of them is sure of its partner",
			r.result.matches.status[no] != STATUS_CONFIRMED ||
				r.result.matches.kind[no] == KIND_N_M);
	CHECK("what was not looked at is said",
		r.receipt.passes[0].not_searched > 0 || r.receipt.passes[0].pairs >= (uint64_t)N * N);
	run_close(&r);
	free(refs);
	free(rows);
}

/* Each amount lies between two of the other side: one chain of 65,536 nodes. */
static void test_giant_component(void **state)
{
	enum { N = UNIT_REPEATS(32768) };
	struct cell_row *rows = rows_of(N), *others = rows_of(N);
	struct run r;

	(void)state;
	for (uint32_t i = 0; i < N; i++) {
		rows[i] = (struct cell_row){NULL, 1, 1000 + 2 * i, NULL};
		others[i] = (struct cell_row){NULL, 1, 1001 + 2 * i, NULL};
	}
	run_open(&r,
		"[{\"name\":\"a\",\"when\":{\"amount\":{\"within\":\"0.01\"}},"
		"\"then\":{\"suggest\":{\"confidence\":0}}}]",
		rows, N, others, N);
	run_limited("one component", &r, 4000);
	CHECK_INT("all in one", r.receipt.passes[0].largest, 2 * N);
	CHECK_INT("proved", r.receipt.passes[0].unproved, 0);
	CHECK_INT("all have partners", r.receipt.matched[0] + r.receipt.reserved[0], N);
	run_close(&r);
	free(rows);
	free(others);
}

static void test_empty_sides(void **state)
{
	struct cell_row rows[MIXED];
	uint64_t seed = 1;
	static const uint32_t sizes[][2] = {{0, 0}, {0, MIXED}, {MIXED, 0}};

	(void)state;
	make_mixed(rows, MIXED, &seed);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct run r;
		run_open(&r, all_kinds, rows, sizes[i][0], rows, sizes[i][1]);
		run_checked("an empty side", &r, 2);
		for (uint32_t no = 0; no < r.result.matches.n; no++)
			CHECK("only netting", r.result.matches.kind[no] ==
					(sizes[i][0] > 0 ? KIND_NET_LEFT : KIND_NET_RIGHT));
		run_close(&r);
	}
}

static void test_amount_limits(void **state)
{
	static const struct cell_row rows[] = {{"a", 1, DECIMAL_MONEY_MAX, "t"},
		{"b", 2, -DECIMAL_MONEY_MAX, "t"}, {"c", INT32_C(2000000), DECIMAL_MONEY_MAX - 1, "t"},
		{"d", -INT32_C(700000), 1, "t"}, {"e", 1, 0, "t"}};
	struct run r;

	(void)state;
	run_open(&r, all_kinds, rows, ARRAY_LEN(rows), rows, ARRAY_LEN(rows));
	run_checked("amounts at the limits", &r, 2);
	CHECK("they match", r.result.matches.n >= 4);
	run_close(&r);
}

/* ---- cells ---- */

/* A megabyte of text in each cell, and bytes that are no UTF-8, under every test of texts. */
static void test_cells(void **state)
{
	static const char passes[] =
		"[{\"name\":\"c\",\"when\":{\"text\":{\"contains\":true},\"amount\":\"same\"}," THEN "},"
		"{\"name\":\"p\",\"when\":{\"text\":{\"prefix\":7},\"amount\":{\"within\":\"0.02\"}}," THEN "},"
		"{\"name\":\"w\",\"when\":{\"text\":{\"like\":0.9,\"by\":\"token set\"}}," THEN "},"
		"{\"name\":\"q\",\"when\":{\"text\":{\"like\":0.9,\"by\":\"q-gram cosine\"}}," THEN "},"
		"{\"name\":\"j\",\"stage\":2,\"when\":{\"text\":{\"like\":0.9}}," THEN "},"
		"{\"name\":\"o\",\"stage\":2,\"when\":{\"text\":{\"like\":0.9,\"by\":\"osa\"}}," THEN "},"
		"{\"name\":\"l\",\"stage\":3,\"mode\":\"learn\"," THEN "}]";
	const size_t n = 1u << 20;
	char *text[3];
	struct cell_row rows[2][5];
	struct run r;

	(void)state;
	for (int i = 0; i < 3; i++) {
		text[i] = malloc(n + 1);
		assert_non_null(text[i]);
		for (size_t k = 0; k < n; k++)
			text[i][k] = i == 2 ? (char)(0x80 + k % 0x80) : k % 7 == 6 ? ' ' : (char)('a' + (k * (size_t)(i + 3)) % 23);
		text[i][n] = '\0';
	}
	for (int side = 0; side < 2; side++) {
		for (int i = 0; i < 3; i++)
			rows[side][i] = (struct cell_row){text[i], 1, 100 + i, text[i]};
		rows[side][3] = (struct cell_row){"\xff", 1, 200, "\xc3\x28 \xf0\x9f"};
		rows[side][4] = (struct cell_row){"b", 1, 300, "plain"};
	}
	run_open(&r, passes, rows[0], 5, rows[1], 5);
	run_checked("cells of a megabyte", &r, 2);
	CHECK_INT("each finds its like", r.receipt.matched[0] + r.receipt.reserved[0], 5);
	for (uint32_t no = 0; no < r.result.matches.n; no++)
		CHECK_INT("and no other", r.result.members.row[2 * no], r.result.members.row[2 * no + 1]);
	run_close(&r);
	for (int i = 0; i < 3; i++)
		free(text[i]);
}

/* ---- threads ---- */

static void encode(struct run *r, unsigned threads, struct buf *out)
{
	struct err err = {0};

	run_checked("threads", r, threads);
	assert_int_equal(result_file_write(&r->result, col_sink_buf(out), &err), 0);
}

/* Large enough for many tasks of each kind. */
static void test_threads(void **state)
{
	enum { N = 40000 };
	struct cell_row *rows[2] = {rows_of(N), rows_of(N)};
	char(*refs)[12] = calloc(N, sizeof(*refs));
	static const unsigned threads[] = {2, 7};
	struct buf one CLEANUP(buf_free) = BUF_INIT;
	uint64_t seed = 9;
	struct run r;

	(void)state;
	assert_non_null(refs);
	for (uint32_t i = 0; i < N; i++) {
		snprintf(refs[i], sizeof(refs[i]), "k%u", i / 8);
		for (int side = 0; side < 2; side++)
			rows[side][i] = (struct cell_row){refs[i], (int32_t)(random_of(&seed) % 9),
				1 + (int64_t)(random_of(&seed) % 300), "t"};
	}
	run_open(&r,
		"[{\"name\":\"a\",\"when\":{\"ref\":\"same\",\"amount\":{\"within\":\"0.02\"}}," THEN "},"
		"{\"name\":\"g\",\"kind\":\"n:1\",\"when\":{\"ref\":\"same\",\"day\":{\"days\":[0,2]}},"
		"\"group\":{\"how\":\"subset\",\"lines\":[2,3]}," THEN "},"
		"{\"name\":\"n\",\"stage\":2,\"when\":{\"amount\":\"same\",\"day\":{\"days\":[0,1]}}," THEN "}]",
		rows[0], N, rows[1], N);
	encode(&r, 1, &one);
	CHECK("there are matches", r.result.matches.n > 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		struct buf other CLEANUP(buf_free) = BUF_INIT;
		encode(&r, threads[i], &other);
		CHECK_INT("length", other.n, one.n);
		CHECK("bytes", memcmp(other.p, one.p, one.n) == 0);
	}
	run_close(&r);
	free(refs);
	free(rows[0]);
	free(rows[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_equal_rows),
		cmocka_unit_test(test_equal_amounts),
		cmocka_unit_test(test_giant_component),
		cmocka_unit_test(test_empty_sides),
		cmocka_unit_test(test_amount_limits),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
