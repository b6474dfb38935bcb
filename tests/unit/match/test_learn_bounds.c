/*
 * Files that are made to be dear: words that all rows share, values that all have, one side of
 * a few rows. What a learned pass looks at is counted and bounded, what it did not look at is said,
 * and nothing wrong is confirmed.
 */
#include "match/match.h"
#include "unit/match/scene.h"

#define ROWS 12000u
#define LEARN                                                                                      \
	"[{\"name\":\"learned\",\"kind\":\"1:1\",\"mode\":\"learn\",\"then\":{\"confirm\":{"         \
	"\"confidence\":0.999,\"margin\":1},\"suggest\":{\"confidence\":0.5}}}]"

struct made {
	struct cell_row side[2][ROWS];
	char text[2][ROWS][64];
	char ref[2][ROWS][16];
};

/* How many different words, days, amounts and references there are; 0: the value is missing. */
struct kind {
	const char *label;
	uint32_t left, right;
	uint32_t words, days, amounts, refs;
	uint64_t pairs;    /* that may be looked at */
	bool cut;          /* more than that would have to be */
};

static const struct kind kinds[] = {
	{"every row has the same few words", ROWS, ROWS, 8, 120, 4, 0, 70000000, true},
	{"two words, one day, one amount", ROWS, ROWS, 2, 1, 1, 0, 70000000, false},
	{"codes that a hundred rows share", ROWS, ROWS, 0, 365, 100000, 120, 70000000, true},
	{"a side of three rows", 3, ROWS, 3000, 180, 100000, 5000, 3 * ROWS, false},
	{"nothing but days", ROWS, 2000, 0, 200, 1, 0, 70000000, true},
};

static void fill(struct made *m, const struct kind *k, int side, uint32_t n, uint64_t *seed)
{
	for (uint32_t i = 0; i < n; i++) {
		char *text = m->text[side][i];
		size_t at = 0;
		for (int w = 0; w < 5 && k->words > 0; w++)
			at += (size_t)snprintf(text + at, 64 - at, "w%uord ", random_of(seed) % k->words);
		if (k->refs > 0)
			snprintf(m->ref[side][i], 16, "R%06u", random_of(seed) % k->refs);
		m->side[side][i] = (struct cell_row){.ref = k->refs > 0 ? m->ref[side][i] : NULL,
			.day = 20000 + (int32_t)(random_of(seed) % k->days),
			.amount = 1000 + 100 * (random_of(seed) % k->amounts),
			.text = k->words > 0 ? text : NULL};
	}
}

static void test_bounded(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_RACES(ARRAY_LEN(kinds)); i++) {
		const struct kind *k = &kinds[i];
		struct made *m = calloc(1, sizeof(*m));
		uint64_t seed = 5 + i;
		struct run r;

		assert_non_null(m);
		fill(m, k, 0, k->left, &seed);
		fill(m, k, 1, k->right, &seed);
		run_open(&r, LEARN, m->side[0], k->left, m->side[1], k->right);
		run_checked(k->label, &r, 2);
		const struct match_pass_stat *stat = &r.receipt.passes[0];
		print_message("%s: looked at %llu pairs, %llu not searched, recall %u, confirmed %u\n",
			k->label, (unsigned long long)stat->pairs,
			(unsigned long long)stat->not_searched, stat->recall, stat->confirmed);
		CHECK(k->label, stat->pairs <= k->pairs);
		CHECK(k->label, (stat->not_searched > 0) == k->cut);
		CHECK(k->label, (stat->recall < 990000) == k->cut);
		CHECK(k->label, k->amounts == 1 || stat->confirmed * 100 <= k->left);
		run_close(&r);
		free(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
