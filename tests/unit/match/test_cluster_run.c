/*
 * Deduplication from table to clusters: people of whom some are written down twice or three times
 * with mistakes; the order of rows and threads change nothing; rulesets for two files are refused.
 */
#include "match/cluster_run.h"

#include "base/arena.h"
#include "col/col_build.h"
#include "match/receipt.h"
#include "rules/tree.h"
#include "seal/hash.h"
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

static int dedupe_by(const struct person *rows, uint32_t n, unsigned threads, struct sv model,
	struct match_same *ret, struct err *err)
{
	struct col_table table CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct match_options options = {.threads = threads, .model = model};
	struct arena arena;
	struct ruleset *rules;

	arena_init(&arena, 0);
	make_table(rows, n, &table);
	if (match_propose_same(&table, SV("people"), &text, err) != 0 ||
		ruleset_parse(buf_sv(&text), &arena, &rules, err) != 0)
		fail_msg("%s at %s", err->detail, err->pointer);
	int rc = match_dedupe(&table, rules, &options, ret, err);
	arena_free(&arena);
	return rc;
}

static void dedupe(const struct person *rows, uint32_t n, unsigned threads, struct match_same *ret)
{
	struct err err = {0};

	if (dedupe_by(rows, n, threads, SV_NULL, ret, &err) != 0)
		fail_msg("%s at %s", err.detail, err.pointer);
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

/* What was learned, given back: nothing is learned anew, and the clusters are the same. */
static void a_model_given_back_only_scores(void **state)
{
	static struct person rows[ROWS_MAX];
	uint32_t n = make_people(rows);
	struct match_same s CLEANUP(match_same_free) = {0}, t CLEANUP(match_same_free) = {0};
	struct match_same none CLEANUP(match_same_free) = {0};
	struct err err = {0};

	(void)state;
	dedupe(rows, n, 1, &s);
	assert_non_null(s.model);
	CHECK_INT("scored", dedupe_by(rows, n, 2, sv_from_cstr(s.model), &t, &err), 0);
	CHECK_INT("clusters", t.clusters.n, s.clusters.n);
	for (uint32_t a = 0; a < n; a++)
		CHECK_INT("the same cluster", t.clusters.of[a], s.clusters.of[a]);
	/* Of a few rows alone there is nothing to learn from: the model still knows. */
	struct match_same few CLEANUP(match_same_free) = {0};
	CHECK_INT("few", dedupe_by(rows, 4, 1, sv_from_cstr(s.model), &few, &err), 0);
	CHECK("the two of one person", few.clusters.of[0] == few.clusters.of[1]);
	CHECK_INT("no JSON", dedupe_by(rows, 4, 1, SV("{"), &none, &err), E_JSON_SYNTAX);
	CHECK_INT("of other fields",
		dedupe_by(rows, 4, 1,
			SV("{\"model\":1,\"passes\":[{\"pass\":\"duplicates\",\"comparisons\":[]}]}"),
			&none, &err),
		E_RULESET);
	CHECK("nothing was written", none.model == NULL);
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

/* A table of forty people, the ruleset proposed for it, and its clusters. */
struct small {
	struct person rows[ROWS_MAX];
	struct col_table table;
	struct arena arena;
	struct ruleset *rules;
};

static struct small *open_small(void)
{
	struct small *s = calloc(1, sizeof(*s));
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};

	assert_non_null(s);
	arena_init(&s->arena, 0);
	(void)make_people(s->rows);
	make_table(s->rows, 40, &s->table);
	assert_int_equal(match_propose_same(&s->table, SV("people"), &text, &err), 0);
	assert_int_equal(ruleset_parse(buf_sv(&text), &s->arena, &s->rules, &err), 0);
	return s;
}

static void close_small(struct small *s)
{
	col_table_free(&s->table);
	arena_free(&s->arena);
	free(s);
}

/* Any bound on memory is kept to, and what does not fit leaves nothing behind. */
static void bounded_memory(void **state)
{
	struct small *s = open_small();
	uint32_t refused = 0;
	int rc = E_MEMORY_BOUND;

	(void)state;
	for (size_t bytes = 4096; rc != 0; bytes += bytes / 8) {
		struct match_same same CLEANUP(match_same_free) = {0};
		struct match_options options = {.threads = 1, .memory_bytes = bytes};
		struct err err = {0};
		char label[32];
		snprintf(label, sizeof(label), "%zu bytes", bytes);
		rc = match_dedupe(&s->table, s->rules, &options, &same, &err);
		CHECK(label, rc == 0 || rc == E_MEMORY_BOUND);
		CHECK_INT(label, same.rows, rc == 0 ? 40 : 0);
		CHECK(label, rc == 0 || same.clusters.of == NULL);
		CHECK(label, same.peak_bytes <= bytes);
		refused += rc != 0;
	}
	CHECK("some bounds are too small", refused > 10);
	close_small(s);
}

static const struct {
	const char *label, *key;
	const char *want; /* as written */
} stated[] = {
	{"ruleset", "ruleset", "Proposed"},
	{"calibration", "calibration", "uncalibrated"},
	{"clusters", "clusters", "9"},
	{"of several", "clusters_of_several", "3"},
	{"surplus", "rows_surplus", "4"},
	{"largest", "largest_cluster", "3"},
	{"bridges", "bridges_cut", "2"},
	{"links", "links", "6"},
	{"prior", "prior_bits", "-4.500000"},
	{"pairs", "pairs_compared", "78"},
	{"left out", "not_searched", "11"},
	{"result", "result_sha256", "beef"},
};

static const struct {
	const char *label, *key, *want;
} stated_file[] = {
	{"name", "name", "people \"new\".csv"},
	{"hash", "sha256", "cafe"},
	{"read", "rows_read", "17"},
	{"accepted", "rows_accepted", "13"},
	{"rejected", "rows_rejected", "3"},
	{"skipped", "rows_skipped", "1"},
	{"excluded", "rows_excluded", "2"},
};

static const struct tree *get(const char *label, const struct tree *t, const char *key)
{
	const struct tree *member = tree_get(t, key);

	if (member == NULL)
		fail_msg("%s: no member %s", label, key);
	return member;
}

static void check_member(const char *label, const struct tree *t, const char *key, const char *want)
{
	struct sv got = get(label, t, key)->text;

	if (!sv_eq_cstr(got, want))
		fail_msg("%s: %.*s, not %s", label, (int)got.n, got.p, want);
}

/* The text of member "hashed" as it stands in the receipt. */
static struct sv hashed_text(const char *receipt)
{
	const char *first = strstr(receipt, "\"hashed\":"),
		   *end = strstr(receipt, ",\"receipt_sha256\"");

	if (first == NULL || end == NULL)
		fail_msg("no hashed part in %s", receipt);
	first += strlen("\"hashed\":");
	return (struct sv){.p = first, .n = (size_t)(end - first)};
}

static void receipt_states_the_run(void **state)
{
	static const struct match_same same = {.clusters = {.n = 9, .largest = 3, .cuts = 2},
		.rows = 13,
		.excluded = 2,
		.several = 3,
		.surplus = 4,
		.links = 6,
		.pairs = 78,
		.not_searched = 11,
		.prior = -288,
		.peak_bytes = 4321};
	static const struct receipt_run run = {.left_name = "people \"new\".csv",
		.left_sha256 = "cafe",
		.rows_read = {17},
		.rows_rejected = {3},
		.rows_skipped = {1},
		.result_sha256 = "beef",
		.seconds_us = 1500000,
		.peak_memory_bytes = 9876,
		.threads = 2};
	struct small *s = open_small();
	struct buf out CLEANUP(buf_free) = BUF_INIT, hex CLEANUP(buf_free) = BUF_INIT;
	uint8_t digest[SHA256_LEN];
	struct tree *t = NULL;
	struct err err = {0};

	(void)state;
	match_same_receipt(&same, s->rules, &run, &out);
	assert_int_equal(tree_parse(buf_sv(&out), &s->arena, &t, &err), 0);
	const struct tree *hashed = get("hashed", t, "hashed"),
			  *unhashed = get("unhashed", t, "unhashed");
	for (size_t i = 0; i < ARRAY_LEN(stated); i++)
		check_member(stated[i].label, hashed, stated[i].key, stated[i].want);
	for (size_t i = 0; i < ARRAY_LEN(stated_file); i++)
		check_member(stated_file[i].label, get("file", hashed, "file"), stated_file[i].key,
			stated_file[i].want);
	check_member("ruleset's hash", hashed, "ruleset_sha256", s->rules->hash);
	check_member("seconds", unhashed, "seconds", "1.500000");
	check_member("threads", unhashed, "threads", "2");
	check_member("engine's memory", unhashed, "engine_memory_bytes", "4321");
	check_member("memory", unhashed, "peak_memory_bytes", "9876");
	struct sv text = hashed_text(buf_cstr(&out));
	hash_sha256(text.p, text.n, digest);
	buf_add_hex(&hex, digest, sizeof(digest));
	check_member("hash", t, "receipt_sha256", buf_cstr(&hex));
	close_small(s);
}

/* How the run went changes what is not hashed, what it found changes the hash. */
static void receipt_hash(void **state)
{
	struct match_same same = {.rows = 5};
	struct receipt_run run = {.threads = 1};
	struct small *s = open_small();
	struct buf out[3] = {BUF_INIT, BUF_INIT, BUF_INIT};

	(void)state;
	match_same_receipt(&same, s->rules, &run, &out[0]);
	run.threads = 8;
	run.seconds_us = 77;
	same.peak_bytes = 99;
	match_same_receipt(&same, s->rules, &run, &out[1]);
	same.links = 1;
	match_same_receipt(&same, s->rules, &run, &out[2]);
	const char *unhashed = strstr(buf_cstr(&out[0]), "\"unhashed\"");
	assert_non_null(unhashed);
	size_t until = (size_t)(unhashed - buf_cstr(&out[0]));
	CHECK("how it went is not hashed",
		strncmp(buf_cstr(&out[0]), buf_cstr(&out[1]), until) == 0);
	CHECK("but it is stated", strcmp(buf_cstr(&out[0]), buf_cstr(&out[1])) != 0);
	const char *one = strstr(buf_cstr(&out[1]), "\"receipt_sha256\""),
		   *two = strstr(buf_cstr(&out[2]), "\"receipt_sha256\"");
	assert_non_null(one);
	assert_non_null(two);
	CHECK("a link more is another hash", strcmp(one, two) != 0);
	for (int i = 0; i < 3; i++)
		buf_free(&out[i]);
	close_small(s);
}

static void columns_that_are_proposed(void **state)
{
	static const struct {
		const char *label;
		enum col_role role;
		int want;
	} cases[] = {
		{"fields", COL_FIELD, 0}, {"nothing but other columns", COL_SOURCE, E_INVALID}};
	struct small *s = open_small();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf text CLEANUP(buf_free) = BUF_INIT;
		struct err err = {0};
		for (uint32_t c = 0; c < s->table.ncols; c++)
			s->table.cols[c].role = cases[i].role;
		CHECK_INT(cases[i].label, match_propose_same(&s->table, SV("p"), &text, &err),
			cases[i].want);
		CHECK(cases[i].label, (strstr(buf_cstr(&text), "\"left\": \"street\"") != NULL) ==
					      (cases[i].want == 0));
	}
	close_small(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_duplicates),
		cmocka_unit_test(order_and_threads_change_nothing),
		cmocka_unit_test(a_model_given_back_only_scores),
		cmocka_unit_test(rules_of_two_files),
		cmocka_unit_test(rules_of_one_file),
		cmocka_unit_test(empty_and_tiny),
		cmocka_unit_test(bounded_memory),
		cmocka_unit_test(receipt_states_the_run),
		cmocka_unit_test(receipt_hash),
		cmocka_unit_test(columns_that_are_proposed),
	};
	return cmocka_run_group_tests_name("match/cluster_run", tests, NULL, NULL);
}
