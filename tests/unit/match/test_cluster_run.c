/*
 * Deduplication from table to clusters: people of whom some are written down twice or three times
 * with mistakes; the order of rows and threads change nothing; rulesets for two files are refused.
 */
#include "match/cluster_run.h"

#include "col/col_build.h"
#include "unit/unit.h"

#define PEOPLE 400
#define ROWS_MAX (3 * PEOPLE)

struct person {
	char name[24], street[24], town[16];
	int32_t born;
	uint32_t who;
};

static uint32_t lcg(uint32_t *s)
{
	*s = *s * 1664525u + 1013904223u;
	return *s >> 8;
}

static void word(uint32_t *s, char *out, uint32_t syllables)
{
	static const char *const parts[] = {"ba", "lor", "mi", "ten", "ka", "ri", "sou", "ven",
		"do", "hal", "pe", "gru", "an", "wi", "jo", "zet"};

	out[0] = '\0';
	for (uint32_t i = 0; i < syllables; i++)
		strcat(out, parts[lcg(s) % ARRAY_LEN(parts)]);
}

static void mistype(uint32_t *s, char *text)
{
	size_t n = strlen(text);

	text[lcg(s) % n] = (char)('a' + lcg(s) % 26);
}

static uint32_t make_people(struct person *rows)
{
	uint32_t seed = 42, n = 0;

	for (uint32_t who = 0; who < PEOPLE; who++) {
		struct person p = {.who = who, .born = -(int32_t)(lcg(&seed) % 20000)};
		uint32_t copies = who % 3 == 0 ? 2 + who % 2 : 1;
		word(&seed, p.name, 4);
		word(&seed, p.street, 4);
		word(&seed, p.town, 2);
		for (uint32_t k = 0; k < copies; k++) {
			rows[n] = p;
			if (k > 0)
				mistype(&seed, lcg(&seed) % 2 ? rows[n].name : rows[n].street);
			n++;
		}
	}
	return n;
}

static void make_table(const struct person *rows, uint32_t n, struct col_table *ret)
{
	static const char *const names[] = {"name", "street", "town", "born"};
	struct col_build b = COL_BUILD_INIT;
	struct err err = {0};

	assert_int_equal(col_build_init(&b, 4, &err), 0);
	for (uint32_t i = 0; i < 4; i++)
		col_build_define(&b, i, names[i], i == 3 ? COL_DATE : COL_TEXT, COL_FIELD);
	for (uint32_t i = 0; i < n; i++) {
		col_build_str(&b, 0, sv_from_cstr(rows[i].name), SV_NULL);
		col_build_str(&b, 1, sv_from_cstr(rows[i].street), SV_NULL);
		col_build_str(&b, 2, sv_from_cstr(rows[i].town), SV_NULL);
		col_build_i32(&b, 3, rows[i].born);
	}
	if (col_build_finish(&b, ret, &err) != 0)
		fail_msg("%s", err.detail);
}

static void dedupe(const struct person *rows, uint32_t n, unsigned threads, struct match_same *ret)
{
	struct col_table table CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct match_options options = {.threads = threads};
	struct arena arena;
	struct ruleset *rules;
	struct err err = {0};

	arena_init(&arena, 0);
	make_table(rows, n, &table);
	if (match_propose_same(&table, SV("people"), &text, &err) != 0 ||
		ruleset_parse(buf_sv(&text), &arena, &rules, &err) != 0 ||
		match_dedupe(&table, rules, &options, ret, &err) != 0)
		fail_msg("%s at %s", err.detail, err.pointer);
	arena_free(&arena);
}

static void finds_duplicates(void **state)
{
	static struct person rows[ROWS_MAX];
	uint32_t n = make_people(rows), wrong = 0;
	struct match_same s CLEANUP(match_same_free) = {0};

	(void)state;
	dedupe(rows, n, 1, &s);
	for (uint32_t a = 0; a < n; a++)
		for (uint32_t b = a + 1; b < n; b++)
			wrong += (rows[a].who == rows[b].who) !=
				 (s.clusters.of[a] == s.clusters.of[b]);
	CHECK_INT("pairs taken wrong", wrong, 0);
	CHECK_INT("people", s.clusters.n, PEOPLE);
	CHECK_INT("surplus", s.surplus, n - PEOPLE);
	CHECK_INT("of several", s.several, (PEOPLE + 2) / 3);
}

static void order_and_threads_change_nothing(void **state)
{
	static struct person rows[ROWS_MAX], moved[ROWS_MAX];
	uint32_t n = make_people(rows), at[ROWS_MAX], seed = 5;
	struct match_same s CLEANUP(match_same_free) = {0}, t CLEANUP(match_same_free) = {0};

	(void)state;
	for (uint32_t i = 0; i < n; i++)
		at[i] = i;
	for (uint32_t i = n - 1; i > 0; i--) {
		uint32_t k = lcg(&seed) % (i + 1), kept = at[i];
		at[i] = at[k];
		at[k] = kept;
	}
	for (uint32_t i = 0; i < n; i++)
		moved[at[i]] = rows[i];
	dedupe(rows, n, 1, &s);
	dedupe(moved, n, 3, &t);
	CHECK_INT("clusters", t.clusters.n, s.clusters.n);
	for (uint32_t a = 0; a < n; a++) {
		CHECK_INT("confidence", t.clusters.confidence[at[a]], s.clusters.confidence[a]);
		for (uint32_t b = 0; b < n; b++)
			CHECK("together", (t.clusters.of[at[a]] == t.clusters.of[at[b]]) ==
						  (s.clusters.of[a] == s.clusters.of[b]));
	}
}

static void rules_of_two_files(void **state)
{
	static struct person rows[ROWS_MAX];
	struct col_table table CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct match_same s CLEANUP(match_same_free) = {0};
	struct arena arena;
	struct ruleset *rules;
	struct err err = {0};

	(void)state;
	arena_init(&arena, 0);
	make_table(rows, make_people(rows), &table);
	assert_int_equal(match_propose(&table, &table, SV("a"), SV("b"), &text, &err), 0);
	assert_int_equal(ruleset_parse(buf_sv(&text), &arena, &rules, &err), 0);
	CHECK_INT("of two files", match_dedupe(&table, rules, NULL, &s, &err), E_RULESET);
	CHECK_STR("pointer", err.pointer, "/passes");
	arena_free(&arena);
}

static void rules_of_one_file(void **state)
{
	static struct person rows[ROWS_MAX];
	struct col_table table CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct result result CLEANUP(result_free) = RESULT_INIT;
	struct match_receipt receipt CLEANUP(match_receipt_free) = {0};
	struct arena arena;
	struct ruleset *rules;
	struct err err = {0};

	(void)state;
	arena_init(&arena, 0);
	make_table(rows, make_people(rows), &table);
	const struct match_input in[2] = {
		{.table = &table, .side = RESULT_LEFT}, {.table = &table, .side = RESULT_RIGHT}};
	assert_int_equal(match_propose_same(&table, SV("a"), &text, &err), 0);
	assert_int_equal(ruleset_parse(buf_sv(&text), &arena, &rules, &err), 0);
	CHECK_INT("two files", match_run(in, 2, rules, NULL, &result, &receipt, &err), E_RULESET);
	arena_free(&arena);
}

static void empty_and_tiny(void **state)
{
	static struct person rows[ROWS_MAX];
	struct match_same s CLEANUP(match_same_free) = {0}, t CLEANUP(match_same_free) = {0};

	(void)state;
	(void)make_people(rows);
	dedupe(rows, 0, 1, &s);
	CHECK_INT("no rows", s.clusters.n, 0);
	dedupe(rows + 5, 1, 1, &t);
	CHECK_INT("one row", t.clusters.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_duplicates),
		cmocka_unit_test(order_and_threads_change_nothing),
		cmocka_unit_test(rules_of_two_files),
		cmocka_unit_test(rules_of_one_file),
		cmocka_unit_test(empty_and_tiny),
	};
	return cmocka_run_group_tests_name("match/cluster_run", tests, NULL, NULL);
}
