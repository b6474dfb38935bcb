/*
 * Result files: round trip, equal bytes, and that a result which breaks a promise is refused.
 */
#include "col/result_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "col/col.h"

static void make_tables(struct result *r)
{
	r->ninputs = 2;
	r->inputs = result_alloc(r, 2 * sizeof(*r->inputs));
	r->inputs[0] = (struct result_input){RESULT_LEFT, 11, 4, {1}};
	r->inputs[1] = (struct result_input){RESULT_RIGHT, 12, 5, {2}};
	r->npasses = 1;
	r->passes = result_alloc(r, sizeof(*r->passes));
	r->passes[0] = (struct result_pass){result_strdup(r, SV("reference")), 1, -1280};
	r->nlevels = 2;
	r->levels = result_alloc(r, 2 * sizeof(*r->levels));
	r->levels[0] = (struct result_level){result_strdup(r, SV("equal")), 640};
	r->levels[1] = (struct result_level){result_strdup(r, SV("else")), -128};
	r->ncomparisons = 1;
	r->comparisons = result_alloc(r, sizeof(*r->comparisons));
	r->comparisons[0] = (struct result_comparison){result_strdup(r, SV("amount")), 0, 2};
	r->model = SV("{}");
}

static void make_result(struct result *r)
{
	make_tables(r);
	assert_int_equal(result_set_patterns(r, 2, NULL), 0);
	r->pattern_level[0] = 0;
	r->pattern_level[1] = RESULT_LEVEL_MISSING;
	assert_int_equal(result_set_matches(r, 2, NULL), 0);
	assert_int_equal(result_set_members(r, 5, NULL), 0);
	assert_int_equal(result_set_candidates(r, 2, NULL), 0);
	assert_int_equal(result_set_open(r, 3, NULL), 0);
	struct result_matches *m = &r->matches;
	for (uint32_t i = 0; i < 2; i++) {
		m->kind[i] = i == 0 ? KIND_1_1 : KIND_1_N;
		m->status[i] = i == 0 ? STATUS_CONFIRMED : STATUS_SUGGESTED;
		m->confidence[i] = 999000 - i;
		m->margin[i] = i == 0 ? 448 : RESULT_NONE;
		m->pattern[i] = i == 0 ? 0 : RESULT_NONE;
		m->bits[i] = (int16_t)(640 - (int)i);
		m->rival[i] = i == 0 ? RESULT_NONE : 1;
		m->currency[i] = COL_PACK('E', 'U', 'R');
		m->left[i] = m->right[i] = 1000;
		m->member[i] = i * 2;
	}
	m->member[2] = 5;
	static const uint32_t rows[] = {0, 1, 1, 2, 4};
	static const uint16_t inputs[] = {0, 1, 0, 1, 1};
	memcpy(r->members.row, rows, sizeof(rows));
	memcpy(r->members.input, inputs, sizeof(inputs));
	r->members.allocated[0] = -1000;
	for (uint32_t i = 0; i < 2; i++) {
		r->candidates.row[i] = 2;
		r->candidates.other_input[i] = 1;
		r->candidates.other_row[i] = 3 - i;
		r->candidates.confidence[i] = 400000;
		r->candidates.level[i] = i == 0 ? 1 : RESULT_LEVEL_MISSING;
		r->candidates.bits[i] = -64;
		r->candidates.weight[i] = -64;
	}
	/* The second match is ambiguous between its right record and two others. */
	m->status[1] = STATUS_AMBIGUOUS;
	assert_int_equal(result_set_alternatives(r, 3, NULL), 0);
	for (uint32_t i = 0; i < 3; i++) {
		r->alternatives.match[i] = 1;
		r->alternatives.input[i] = i > 0;
		r->alternatives.row[i] = i == 0 ? 3 : i - 1;
		r->alternatives.confidence[i] = 100000 + i;
	}
	for (uint32_t i = 0; i < 3; i++) {
		r->open.input[i] = i == 2;
		r->open.row[i] = i == 2 ? 2 : i + 1;
		r->open.break_type[i] = BREAK_MISSING;
		r->open.nearest[i] = i == 1 ? 0 : RESULT_NONE;
		r->open.match[i] = i == 1 ? 0 : 2;
		r->open.remaining[i] = -500;
	}
}

static int load(struct sv bytes, struct result *ret, struct err *err)
{
	struct col_memory m = {(const uint8_t *)bytes.p, bytes.n};

	return result_file_load(col_source_memory(&m), ret, err);
}

static void test_round_trip(void **state)
{
	struct result r CLEANUP(result_free) = RESULT_INIT;
	struct result back CLEANUP(result_free) = RESULT_INIT;
	struct buf file CLEANUP(buf_free) = BUF_INIT;
	struct buf again CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	make_result(&r);
	assert_int_equal(result_check(&r, NULL), 0);
	assert_int_equal(result_file_write(&r, col_sink_buf(&file), NULL), 0);
	assert_int_equal(load(buf_sv(&file), &back, NULL), 0);
	assert_string_equal(back.passes[0].name, "reference");
	assert_string_equal(back.levels[1].name, "else");
	assert_int_equal(back.levels[1].weight, -128);
	assert_string_equal(back.comparisons[0].field, "amount");
	assert_int_equal(back.passes[0].prior, -1280);
	assert_int_equal(back.inputs[1].dataset_no, 12);
	assert_int_equal(back.inputs[1].sha256[0], 2);
	assert_true(sv_eq(back.model, SV("{}")));
	assert_int_equal(back.matches.n, 2);
	assert_int_equal(back.matches.bits[1], 639);
	assert_int_equal(back.candidates.level[0], 1);
	assert_int_equal(back.candidates.bits[1], -64);
	assert_int_equal(back.matches.kind[1], KIND_1_N);
	assert_int_equal(back.matches.member[2], 5);
	assert_int_equal(back.members.allocated[0], -1000);
	assert_int_equal(back.candidates.weight[1], -64);
	assert_int_equal(back.open.remaining[2], -500);
	assert_int_equal(back.pattern_level[1], RESULT_LEVEL_MISSING);
	uint32_t end = 0;
	assert_int_equal(result_alternatives_of(&back, 0, &end), 0);
	assert_int_equal(end, 0);
	assert_int_equal(result_alternatives_of(&back, 1, &end), 0);
	assert_int_equal(end, 3);
	assert_int_equal(back.alternatives.row[0], 3);
	assert_int_equal(back.alternatives.confidence[2], 100002);
	assert_true(result_bytes(&back) > 100);
	assert_int_equal(result_file_write(&back, col_sink_buf(&again), NULL), 0);
	assert_int_equal(again.n, file.n);
	assert_memory_equal(again.p, file.p, file.n);
}

static void test_empty(void **state)
{
	struct result r CLEANUP(result_free) = RESULT_INIT;
	struct result back CLEANUP(result_free) = RESULT_INIT;
	struct buf file CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	assert_int_equal(result_file_write(&r, col_sink_buf(&file), NULL), 0);
	assert_int_equal(load(buf_sv(&file), &back, NULL), 0);
	assert_int_equal(back.matches.n, 0);
	assert_int_equal(back.open.n, 0);
}

/* One broken promise per case; the file itself is written properly. */
static void break_result(struct result *r, size_t i)
{
	switch (i) {
	case 0:
		r->inputs[0].side = 2;
		break;
	case 1:
		r->inputs[0].side = RESULT_RIGHT, r->inputs[1].side = RESULT_LEFT;
		break;
	case 2:
		r->inputs[0].rows = UINT32_MAX;
		break;
	case 3:
		r->comparisons[0].level_count = 3;
		break;
	case 4:
		r->comparisons[0].level_first = 9;
		break;
	case 5:
		r->pattern_level[0] = 2;
		break;
	case 6:
		r->matches.kind[0] = 0;
		break;
	case 7:
		r->matches.status[0] = 4;
		break;
	case 8:
		r->matches.difference_type[0] = 200;
		break;
	case 9:
		r->matches.pass[0] = 1;
		break;
	case 10:
		r->matches.confidence[0] = 1000001;
		break;
	case 11:
		r->matches.pattern[0] = 2;
		break;
	case 12:
		r->matches.rival[0] = 2;
		break;
	case 13:
		r->matches.currency[0] = -1;
		break;
	case 14:
		r->matches.left[0] = INT64_MAX;
		break;
	case 15:
		r->matches.member[0] = 1;
		break;
	case 16:
		r->matches.member[1] = 5;
		break;
	case 17:
		r->matches.member[2] = 4;
		break;
	case 18:
		r->matches.member[1] = 90;
		break;
	case 19:
		r->members.input[0] = 2;
		break;
	case 20:
		r->members.row[0] = 4;
		break;
	case 21:
		r->members.row[4] = 1;
		break;
	case 22:
		r->members.allocated[0] = INT64_MIN;
		break;
	case 23:
		r->candidates.other_row[0] = 5;
		break;
	case 24:
		r->candidates.row[1] = 1;
		break;
	case 25:
		r->candidates.confidence[0] = UINT32_MAX;
		break;
	case 26:
		r->candidates.level[0] = 2;
		break;
	case 27:
		r->open.row[0] = 4;
		break;
	case 28:
		r->open.row[1] = 1;
		break;
	case 29:
		r->open.break_type[0] = 0;
		break;
	case 30:
		r->open.remaining[0] = INT64_MAX;
		break;
	case 31:
		r->open.nearest[0] = 2;
		break;
	case 32:
		r->open.match[0] = 3;
		break;
	case 33:
		r->alternatives.match[2] = 2;
		break;
	case 34:
		r->alternatives.match[0] = 0; /* it is confirmed */
		break;
	case 35:
		r->alternatives.row[2] = 5;
		break;
	case 36:
		r->alternatives.row[1] = 1;
		break;
	case 37:
		r->alternatives.confidence[1] = 1000001;
		break;
	default:
		break;
	}
}

static void test_broken_promises(void **state)
{
	(void)state;
	for (size_t i = 0; i <= 37; i++) {
		struct result r CLEANUP(result_free) = RESULT_INIT;
		struct result back CLEANUP(result_free) = RESULT_INIT;
		struct buf file CLEANUP(buf_free) = BUF_INIT;
		struct err err;

		make_result(&r);
		break_result(&r, i);
		assert_int_equal(result_file_write(&r, col_sink_buf(&file), NULL), 0);
		if (load(buf_sv(&file), &back, &err) != E_CORRUPT)
			fail_msg("case %zu was accepted", i);
	}
}

/* Files from before there were alternatives have no section of them. */
static void test_without_alternatives(void **state)
{
	struct result r CLEANUP(result_free) = RESULT_INIT;
	struct result back CLEANUP(result_free) = RESULT_INIT;
	struct buf file CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	make_result(&r);
	r.alternatives = (struct result_alternatives){0};
	assert_int_equal(result_file_write(&r, col_sink_buf(&file), NULL), 0);
	assert_int_equal(load(buf_sv(&file), &back, NULL), 0);
	assert_int_equal(back.alternatives.n, 0);
	assert_int_equal(back.matches.n, 2);
}

static void test_changed_bytes(void **state)
{
	struct result r CLEANUP(result_free) = RESULT_INIT;
	struct buf file CLEANUP(buf_free) = BUF_INIT;
	size_t refused = 0;

	(void)state;
	make_result(&r);
	assert_int_equal(result_file_write(&r, col_sink_buf(&file), NULL), 0);
	for (size_t i = 0; i < file.n; i++) {
		struct result back CLEANUP(result_free) = RESULT_INIT;
		char was = file.p[i];

		file.p[i] = (char)(was ^ 0x81);
		int rc = load(buf_sv(&file), &back, NULL);
		assert_true(rc == 0 || rc == E_CORRUPT);
		refused += rc != 0;
		assert_true(rc != 0 || was == 0);
		file.p[i] = was;
	}
	assert_true(refused > file.n / 4);
	for (size_t n = 0; n < file.n; n += 7) {
		struct result back CLEANUP(result_free) = RESULT_INIT;

		assert_int_equal(load(sv_from(file.p, n), &back, NULL), E_CORRUPT);
	}
}

static void test_limits(void **state)
{
	struct result r CLEANUP(result_free) = RESULT_INIT;
	struct err err;

	(void)state;
	assert_int_equal(result_set_matches(&r, UINT32_MAX, &err), E_LIMIT);
	assert_int_equal(result_set_members(&r, UINT32_MAX, &err), E_LIMIT);
	assert_int_equal(result_set_candidates(&r, UINT32_MAX, &err), E_LIMIT);
	assert_int_equal(result_set_open(&r, UINT32_MAX, &err), E_LIMIT);
	assert_int_equal(result_set_alternatives(&r, UINT32_MAX, &err), E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_broken_promises),
		cmocka_unit_test(test_without_alternatives),
		cmocka_unit_test(test_changed_bytes),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
