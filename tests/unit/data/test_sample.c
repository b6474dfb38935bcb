/*
 * The demo's sample: regenerating gives the committed bytes, and the truth is one.
 */
#include "data/sample/sample.h"

#include "base/decimal.h"
#include "unit/unit.h"

#define ROWS_MAX 5000

static int set_up(void **state)
{
	static struct sample s;

	*state = &s;
	return sample_make(SAMPLE_SEED, &s);
}

static int tear_down(void **state)
{
	sample_free(*state);
	return 0;
}

static void read_file(const char *name, struct buf *out)
{
	struct buf path CLEANUP(buf_free) = BUF_INIT;
	char room[65536];
	size_t n;
	FILE *f;

	buf_printf(&path, "%s/tests/data/sample/%s", TOP_SRCDIR, name);
	f = fopen(buf_cstr(&path), "rb");
	CHECK(name, f != NULL);
	while ((n = fread(room, 1, sizeof(room), f)) > 0)
		buf_add(out, room, n);
	fclose(f);
}

static void committed_files_are_what_the_generator_makes(void **state)
{
	const struct sample *s = *state;
	const struct {
		const char *name;
		const struct buf *text;
	} files[] = {{"ledger.csv", &s->ledger}, {"bank.csv", &s->bank}, {"truth.csv", &s->truth}};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct buf committed CLEANUP(buf_free) = BUF_INIT;

		read_file(files[i].name, &committed);
		CHECK(files[i].name, sv_eq(buf_sv(&committed), buf_sv(files[i].text)));
	}
}

static void another_seed_gives_other_bytes(void **state)
{
	const struct sample *s = *state;
	struct sample other CLEANUP(sample_free) = {0};

	assert_int_equal(sample_make(SAMPLE_SEED + 1, &other), 0);
	assert_false(sv_eq(buf_sv(&other.ledger), buf_sv(&s->ledger)));
}

/* Amounts of all data rows; column counts from the end, since only memos hold commas. */
static size_t read_amounts(struct sv text, char mark, unsigned from_end, int64_t *amounts)
{
	size_t n = 0;

	sv_cut(&text, '\n');
	while (text.n) {
		struct sv line = sv_cut(&text, '\n'), cell = SV_NULL;
		bool negative = mark == ';' && line.p[line.n - 5] == 'S';

		for (unsigned i = 0; i < from_end; i++) {
			size_t at = line.n;

			while (line.p[at - 1] != mark)
				at--;
			cell = sv_from(line.p + at, line.n - at);
			line.n = at - 1;
		}
		assert_true(n < ROWS_MAX);
		assert_int_equal(decimal_parse(cell,
					 mark == ';' ? (struct decimal_format){',', '.'}
						     : (struct decimal_format){'.', 0},
					 2, &amounts[n]),
			0);
		if (negative)
			amounts[n] = -amounts[n];
		n++;
	}
	return n;
}

static size_t next_number(struct sv *line)
{
	uint64_t v = 0;

	assert_true(sv_to_u64(sv_cut(line, ','), ROWS_MAX, &v));
	return (size_t)v;
}

/* Of each match: sum left - sum right is zero, or a bank's fee. */
static void truth_names_rows_once_and_adds_up(void **state)
{
	static int64_t left[ROWS_MAX], right[ROWS_MAX], difference[ROWS_MAX];
	static size_t left_match[ROWS_MAX + 1], right_match[ROWS_MAX + 1];
	const struct sample *s = *state;
	size_t lefts = read_amounts(buf_sv(&s->ledger), ',', 2, left);
	size_t rights = read_amounts(buf_sv(&s->bank), ';', 3, right);
	struct sv text = buf_sv(&s->truth);
	unsigned fees = 0;

	assert_in_range(lefts, 2800, 3300);
	assert_in_range(rights, 2800, 3300);
	sv_cut(&text, '\n');
	while (text.n) {
		struct sv line = sv_cut(&text, '\n');
		size_t match = next_number(&line), l = next_number(&line), r = next_number(&line);

		assert_in_range(l, 1, lefts);
		assert_in_range(r, 1, rights);
		assert_true(left_match[l] == 0 || left_match[l] == match);
		assert_true(right_match[r] == 0 || right_match[r] == match);
		difference[match] +=
			(left_match[l] ? 0 : left[l - 1]) - (right_match[r] ? 0 : right[r - 1]);
		left_match[l] = right_match[r] = match;
	}
	for (size_t i = 0; i < ROWS_MAX; i++) {
		assert_in_range(difference[i], 0, 1500);
		fees += difference[i] != 0;
	}
	assert_int_equal(fees, 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(committed_files_are_what_the_generator_makes),
		cmocka_unit_test(another_seed_gives_other_bytes),
		cmocka_unit_test(truth_names_rows_once_and_adds_up),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
