/*
 * String metrics: published vectors where they are present, our own tables, and equality with plain
 * dynamic programming and with the scalar twins on random texts.
 */
#include "match/metric.h"

#include "base/utf8.h"
#include "unit/corpus.h"
#include "unit/unit.h"

static int setup(void **state)
{
	*state = metric_new();
	return *state == NULL;
}

static int teardown(void **state)
{
	metric_free((struct metric **)state);
	return 0;
}

static const struct {
	const char *a, *b;
	uint32_t levenshtein, osa, damerau, lcs;
} distance_cases[] = {
	{"", "", 0, 0, 0, 0},
	{"", "abc", 3, 3, 3, 0},
	{"abc", "", 3, 3, 3, 0},
	{"kitten", "sitting", 3, 3, 3, 4},
	{"ca", "abc", 3, 3, 2, 1},
	{"fuor", "four", 2, 1, 1, 3},
	{"a", "a", 0, 0, 0, 1},
	{"INV-00012345", "INV-00012354", 2, 1, 1, 11},
	{"Müller", "Muller", 1, 1, 1, 5},
	{"日本語", "日语本", 2, 2, 2, 2},
};

static void distances(void **state)
{
	struct metric *m = *state;

	for (size_t i = 0; i < ARRAY_LEN(distance_cases); i++) {
		const char *a = distance_cases[i].a, *b = distance_cases[i].b;
		for (int turn = 0; turn < 2; turn++) {
			metric_pattern(m, sv_from_cstr(turn ? b : a));
			const struct sv text = sv_from_cstr(turn ? a : b);
			CHECK_INT(a, metric_levenshtein(m, text), distance_cases[i].levenshtein);
			CHECK_INT(a, metric_osa(m, text), distance_cases[i].osa);
			CHECK_INT(a, metric_damerau(m, text), distance_cases[i].damerau);
			CHECK_INT(a, metric_lcs(m, text), distance_cases[i].lcs);
		}
	}
}

static const struct {
	const char *a, *b;
	int32_t (*metric)(struct metric *, struct sv);
	int32_t millionths;
} similarity_cases[] = {
	{"", "", metric_jaro, METRIC_ONE},
	{"", "foo", metric_jaro, 0},
	{"martha", "marhta", metric_jaro, 944444},
	{"martha", "marhta", metric_jaro_winkler, 961111},
	{"dixon", "dicksonx", metric_jaro, 766667},
	{"dixon", "dicksonx", metric_jaro_winkler, 813333},
	{"abc", "abd", metric_levenshtein_similarity, 666667},
	{"", "", metric_levenshtein_similarity, METRIC_ONE},
	{"fuor", "four", metric_osa_similarity, 750000},
	{"this is a test", "this is a test!", metric_ratio, 965517},
	{"fuzzy wuzzy was a bear", "wuzzy fuzzy was a bear", metric_token_sort, METRIC_ONE},
	{"fuzzy was a bear", "fuzzy fuzzy was a bear", metric_token_sort, 842105},
	{"fuzzy was a bear", "fuzzy fuzzy was a bear", metric_token_set, METRIC_ONE},
	{"", "bear", metric_token_set, 0},
	{" ", "", metric_token_set, METRIC_ONE},
	{"new york mets", "new york yankees", metric_token_set, 761905},
};

static void similarities(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(similarity_cases); i++) {
		metric_pattern(*state, sv_from_cstr(similarity_cases[i].a));
		CHECK_INT(similarity_cases[i].a,
			similarity_cases[i].metric(*state, sv_from_cstr(similarity_cases[i].b)),
			similarity_cases[i].millionths);
	}
}

static const struct {
	const char *a, *b;
	unsigned q;
	int32_t jaccard, cosine;
} gram_cases[] = {
	{"", "", 2, METRIC_ONE, METRIC_ONE},
	{"ab", "", 2, 0, 0},
	{"abcd", "abce", 2, 500000, 666667},
	{"aaaa", "aa", 2, METRIC_ONE, METRIC_ONE},
	{"aab", "ab", 1, METRIC_ONE, 948683},
	{"red green", "green  blue", 0, 333333, 500000},
	{"abcdefgh", "abcdefgx", 5, 600000, 750000},
};

static void grams(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(gram_cases); i++) {
		metric_pattern(*state, sv_from_cstr(gram_cases[i].a));
		const struct sv b = sv_from_cstr(gram_cases[i].b);
		CHECK_INT(gram_cases[i].a, metric_jaccard(*state, b, gram_cases[i].q),
			gram_cases[i].jaccard);
		CHECK_INT(gram_cases[i].a, metric_cosine(*state, b, gram_cases[i].q),
			gram_cases[i].cosine);
	}
}

/* ---- plain twins ---- */

static size_t decode(const char *s, uint32_t *out)
{
	const char *p = s, *end = s + strlen(s);
	size_t n = 0;

	while (p < end)
		out[n++] = utf8_next(&p, end);
	return n;
}

static uint32_t plain_distance(const char *a, const char *b, bool swaps)
{
	static uint32_t d[260][260], x[260], y[260];
	const size_t n = decode(a, x), m = decode(b, y);

	for (size_t i = 0; i <= n; i++) {
		for (size_t j = 0; j <= m; j++) {
			if (i == 0 || j == 0) {
				d[i][j] = (uint32_t)(i + j);
				continue;
			}
			uint32_t v = d[i - 1][j - 1] + (x[i - 1] != y[j - 1]);
			v = d[i - 1][j] + 1 < v ? d[i - 1][j] + 1 : v;
			v = d[i][j - 1] + 1 < v ? d[i][j - 1] + 1 : v;
			if (swaps && i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1] &&
				d[i - 2][j - 2] + 1 < v)
				v = d[i - 2][j - 2] + 1;
			d[i][j] = v;
		}
	}
	return d[n][m];
}

static uint32_t plain_lcs(const char *a, const char *b)
{
	static uint32_t d[260][260], x[260], y[260];
	const size_t n = decode(a, x), m = decode(b, y);

	for (size_t i = 0; i <= n; i++)
		for (size_t j = 0; j <= m; j++)
			d[i][j] = i == 0 || j == 0		 ? 0
				  : x[i - 1] == y[j - 1]	 ? d[i - 1][j - 1] + 1
				  : d[i - 1][j] > d[i][j - 1] ? d[i - 1][j]
								 : d[i][j - 1];
	return d[n][m];
}

static uint32_t lcg(uint32_t *s)
{
	*s = *s * 1664525u + 1013904223u;
	return *s >> 8;
}

/* Few different letters, so that texts are alike; every third text has letters beyond ASCII. */
static void random_text(uint32_t *s, char *out, size_t most, bool wide)
{
	static const char *const letters[] = {"a", "b", "c", "d", " ", "ü", "日", "\xf0\x9f\x92\xb6"};
	const size_t n = lcg(s) % (most + 1);

	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		strcat(out, letters[lcg(s) % (wide ? 8 : 5)]);
}

static void equals_dynamic_programming(void **state)
{
	struct metric *m = *state;
	uint32_t seed = 378;

	for (int round = 0; round < 3000; round++) {
		char a[1100], b[1100], label[32];
		const size_t most = round % 5 == 0 ? 200 : round % 2 ? 64 : 12;
		random_text(&seed, a, most, round % 3 == 0);
		random_text(&seed, b, most, round % 3 == 0 || round % 7 == 0);
		snprintf(label, sizeof(label), "round %d", round);
		metric_pattern(m, sv_from_cstr(a));
		CHECK_INT(label, metric_levenshtein(m, sv_from_cstr(b)), plain_distance(a, b, false));
		CHECK_INT(label, metric_osa(m, sv_from_cstr(b)), plain_distance(a, b, true));
		CHECK_INT(label, metric_lcs(m, sv_from_cstr(b)), plain_lcs(a, b));
	}
}

/* The small path and the general one: the same text with a letter beyond ASCII put behind both. */
static void jaro_is_path_independent(void **state)
{
	struct metric *m = *state;
	uint32_t seed = 7;

	for (int round = 0; round < 3000; round++) {
		char a[400], b[400], label[32];
		random_text(&seed, a, round % 2 ? 64 : 10, false);
		random_text(&seed, b, round % 2 ? 70 : 10, false);
		snprintf(label, sizeof(label), "round %d", round);
		metric_pattern(m, sv_from_cstr(a));
		const int32_t ab = metric_jaro_winkler(m, sv_from_cstr(b));
		/* Renaming a letter changes nothing, but takes the general path. */
		char wide_a[1600] = "", wide_b[1600] = "";
		for (const char *p = a; *p; p++)
			strcat(wide_a, *p == 'a' ? "ä" : (char[2]){*p, 0});
		for (const char *p = b; *p; p++)
			strcat(wide_b, *p == 'a' ? "ä" : (char[2]){*p, 0});
		metric_pattern(m, sv_from_cstr(wide_a));
		CHECK_INT(label, metric_jaro_winkler(m, sv_from_cstr(wide_b)), ab);
	}
}

static void batches_equal_single_calls(void **state)
{
	struct metric *m = *state;
	uint32_t seed = 99;

	for (int round = 0; round < 300; round++) {
		static char texts[37][300];
		char a[300], label[32];
		struct sv t[37];
		uint32_t d[2][37];
		int32_t w[2][37];
		random_text(&seed, a, round % 3 ? 32 : 64, round % 11 == 0);
		snprintf(label, sizeof(label), "round %d", round);
		for (size_t i = 0; i < 37; i++) {
			random_text(&seed, texts[i], round % 2 ? 32 : 60, round % 5 == 0 && i % 9 == 0);
			t[i] = sv_from_cstr(texts[i]);
		}
		metric_pattern(m, sv_from_cstr(a));
		for (int simd = 0; simd < 2; simd++) {
			const bool was = metric_use_simd(simd);
			metric_levenshtein_batch(m, t, 37, d[simd]);
			metric_jaro_winkler_batch(m, t, 37, w[simd]);
			metric_use_simd(was);
		}
		for (size_t i = 0; i < 37; i++) {
			CHECK_INT(label, d[0][i], metric_levenshtein(m, t[i]));
			CHECK_INT(label, d[1][i], d[0][i]);
			CHECK_INT(label, w[0][i], metric_jaro_winkler(m, t[i]));
			CHECK_INT(label, w[1][i], w[0][i]);
		}
	}
}

/* Whether a text is alike enough is said without the exact value, and never differently. */
static void least_is_the_same_question(void **state)
{
	struct metric *m = *state;
	uint32_t seed = 4;
	int yes = 0, no = 0;

	for (int round = 0; round < 4000; round++) {
		char a[400], b[400], label[32];
		random_text(&seed, a, round % 3 ? 24 : 70, round % 13 == 0);
		random_text(&seed, b, round % 2 ? 24 : 60, round % 17 == 0);
		snprintf(label, sizeof(label), "round %d", round);
		metric_pattern(m, sv_from_cstr(a));
		const int32_t exact = metric_jaro_winkler(m, sv_from_cstr(b));
		const int32_t least[] = {0, 1, 600000, 700000, 920000, exact - 1, exact, exact + 1, 1000000};
		for (size_t i = 0; i < ARRAY_LEN(least); i++)
			for (int simd = 0; simd < 2; simd++) {
				const bool was = metric_use_simd(simd);
				const bool is = metric_jaro_winkler_least(m, sv_from_cstr(b), least[i]);
				metric_use_simd(was);
				CHECK_INT(label, is, exact >= least[i]);
				yes += is;
				no += !is;
			}
	}
	CHECK("both answers", yes > 1000 && no > 1000);
}

static void long_texts_are_bounded(void **state)
{
	const size_t n = 1 << 20;
	char *a = malloc(n), *b = malloc(n);

	assert_true(a != NULL && b != NULL);
	memset(a, 'x', n);
	memset(b, 'y', n);
	metric_pattern(*state, sv_from(a, n));
	assert_int_equal(metric_levenshtein(*state, sv_from(b, n)), METRIC_MAX);
	assert_int_equal(metric_lcs(*state, sv_from(a, n)), METRIC_MAX);
	assert_int_equal(metric_jaro(*state, sv_from(a, n)), METRIC_ONE);
	assert_int_equal(metric_token_set(*state, sv_from(a, n)), METRIC_ONE);
	assert_int_equal(metric_jaccard(*state, sv_from(b, n), 3), 0);
	free(a);
	free(b);
}

/* ---- published vectors ---- */

/* Cuts one line of the vectors; quoted cells may hold commas. */
static int cut(char *line, char *cells[4])
{
	int n = 0;

	line[strcspn(line, "\r\n")] = '\0';
	for (char *p = line; n < 4; p++) {
		const char end = *p == '"' ? '"' : ',';
		if (*p == '"')
			p++;
		cells[n++] = p;
		while (*p && *p != end)
			p++;
		if (*p == '"')
			*p++ = '\0';
		if (*p == '\0')
			break;
		*p = '\0';
	}
	return n;
}

static int replay(struct metric *m, const char *file, int32_t (*similar)(struct metric *, struct sv),
	uint32_t (*distance)(struct metric *, struct sv))
{
	char path[4096], line[4096], *cells[4];
	int done = 0;

	if (!corpus_path(file, path))
		return 0;
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		const int n = cut(line, cells);
		if (n < 3 || cells[2][0] == '\0')
			continue;
		/* A fourth cell asks for pieces that do not overlap, which are no q-grams. */
		if (n > 3 && cells[3][0] != '\0')
			continue;
		metric_pattern(m, sv_from_cstr(cells[0]));
		const struct sv b = sv_from_cstr(cells[1]);
		if (distance) {
			CHECK_INT(cells[0], distance(m, b), strtol(cells[2], NULL, 10));
		} else {
			const int32_t got = similar ? similar(m, b)
						    : metric_jaccard(m, b, 0);
			const double want = strtod(cells[2], NULL);
			/* Three places are given, and some are cut, not rounded. */
			CHECK(cells[0], got / 1e6 - want < 0.001 && want - got / 1e6 < 0.001);
		}
		done++;
	}
	fclose(f);
	CHECK(file, done > 2);
	return done;
}

static void published_vectors(void **state)
{
	struct metric *m = *state;
	const int done = replay(m, "string-metrics/levenshtein.csv", NULL, metric_levenshtein) +
			 replay(m, "string-metrics/damerau_levenshtein.csv", NULL, metric_damerau) +
			 replay(m, "string-metrics/hamming.csv", NULL, metric_hamming) +
			 replay(m, "string-metrics/jaro_distance.csv", metric_jaro, NULL) +
			 replay(m, "string-metrics/jaro_winkler.csv", metric_jaro_winkler, NULL) +
			 replay(m, "string-metrics/jaro_winkler_longtol.csv", metric_jaro_winkler_long, NULL) +
			 replay(m, "string-metrics/jaccard.csv", NULL, NULL);
	if (done == 0)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances),
		cmocka_unit_test(similarities),
		cmocka_unit_test(grams),
		cmocka_unit_test(equals_dynamic_programming),
		cmocka_unit_test(jaro_is_path_independent),
		cmocka_unit_test(batches_equal_single_calls),
		cmocka_unit_test(least_is_the_same_question),
		cmocka_unit_test(long_texts_are_bounded),
		cmocka_unit_test(published_vectors),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
