/*
 * Decisions from a file: how its lines name matches, what is refused, what a calibration and a
 * sample make of them.
 */
#include "cli/decisions.h"

#include "unit/unit.h"

#define MATCHES 600

struct scene {
	struct read_result side[2];
	const struct read_result *sides[2];
	struct result result;
	char path[64];
};

/* Match i has row i of both sides; the last one has two left rows. The surer, the higher its
 * number. */
static void scene_open(struct scene *s)
{
	struct err err = {0};

	*s = (struct scene){.result = RESULT_INIT, .path = "/tmp/test_decisions_XXXXXX"};
	for (int side = 0; side < 2; side++) {
		s->side[side].table.rows = MATCHES + 1;
		s->sides[side] = &s->side[side];
	}
	s->result.ninputs = 2;
	s->result.inputs = result_alloc(&s->result, 2 * sizeof(*s->result.inputs));
	s->result.inputs[1].side = RESULT_RIGHT;
	assert_int_equal(result_set_matches(&s->result, MATCHES, &err), 0);
	assert_int_equal(result_set_members(&s->result, 2 * MATCHES + 1, &err), 0);
	for (uint32_t i = 0, at = 0; i < MATCHES; i++) {
		s->result.matches.member[i] = at;
		s->result.matches.confidence[i] = 400000 + i * 1000;
		s->result.matches.status[i] = i >= 500 ? STATUS_CONFIRMED : STATUS_SUGGESTED;
		s->result.members.row[at++] = i;
		if (i + 1 == MATCHES)
			s->result.members.row[at++] = MATCHES;
		s->result.members.input[at] = 1;
		s->result.members.row[at++] = i;
		s->result.matches.member[i + 1] = at;
	}
	int fd = mkstemp(s->path);
	assert_true(fd >= 0);
	close(fd);
}

static void scene_close(struct scene *s)
{
	unlink(s->path);
	result_free(&s->result);
}

static FILE *create(const struct scene *s, const char *header)
{
	FILE *f = fopen(s->path, "we");

	assert_non_null(f);
	fputs(header, f);
	return f;
}

static void read_all(struct scene *s, struct decisions *ret)
{
	struct err err = {0};

	if (decisions_read(s->path, s->sides, ret, &err) != 0)
		fail_msg("%s", err.detail);
	decisions_settle(ret, &s->result);
}

static void fits(void **state)
{
	struct scene s;
	struct decisions d CLEANUP(decisions_free) = {0};
	struct calibration c;
	struct err err = {0};
	uint32_t unknown;

	(void)state;
	scene_open(&s);
	FILE *f = create(&s, "match_id,decision\n");
	for (int i = 1; i <= 300; i++)
		fprintf(f, "%d,%s\n", 2 * i, i * 7 % 100 < i / 4 + 20 ? "confirm" : "reject");
	fputs("77777,reject\n", f);
	fclose(f);
	read_all(&s, &d);
	assert_int_equal(decisions_fit(&d, &s.result, &c, &unknown, &err), 0);
	CHECK_INT("decisions", c.decisions, 300);
	CHECK_INT("unknown", unknown, 1);
	CHECK_INT("kind", c.kind, CALIBRATE_LOGISTIC);
	CHECK("too sure before", calibrate_apply(&c, 950000) < 950000);
	scene_close(&s);
}

static const struct {
	const char *label, *text;
	uint32_t decisions, right, unknown;
} named[] = {
	{"by rows", "left_rows,right_rows,decision\n1,1,confirm\n2,2,reject\n", 2, 1, 0},
	{"by one row of each side", "left_row,right_row,decision\n5,5,confirm\n", 1, 1, 0},
	{"columns in any order, more of them, quoted, CRLF",
		"note,decision,right_rows,left_rows\r\n\"x\",confirm,\"3\",3\r\n", 1, 1, 0},
	{"a group in any order", "left_rows,right_rows,decision\n601;600,600,confirm\n", 1, 1, 0},
	{"part of a group is another match", "left_rows,right_rows,decision\n600,600,confirm\n", 0,
		0, 1},
	{"the last of several lines counts",
		"match_id,decision\n4,reject\n4,confirm\n4,reject\n5,confirm\n", 2, 1, 0},
	{"a line without a decision is passed over", "match_id,decision\n4,\n5,confirm\n\n", 1, 1,
		0},
};

static void names_of_matches(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	for (size_t i = 0; i < ARRAY_LEN(named); i++) {
		struct decisions d CLEANUP(decisions_free) = {0};
		struct calibration c;
		struct err err = {0};
		uint32_t unknown;
		fclose(create(&s, named[i].text));
		read_all(&s, &d);
		assert_int_equal(decisions_fit(&d, &s.result, &c, &unknown, &err), 0);
		CHECK_INT(named[i].label, c.decisions, named[i].decisions);
		CHECK_INT(named[i].label, c.decisions - c.errors, named[i].right);
		CHECK_INT(named[i].label, unknown, named[i].unknown);
	}
	scene_close(&s);
}

static const struct {
	const char *label, *text, *why;
} refused[] = {
	{"no decision", "left_rows,right_rows\n1,1\n", "line 1: decision"},
	{"no match", "left_rows,decision\n1,confirm\n", "line 1: decision, and match_id"},
	{"another word", "match_id,decision\n1,maybe\n", "line 2: a decision is confirm or reject"},
	{"no such row", "left_row,right_row,decision\n1,9999,confirm\n",
		"line 2: there is no such row"},
	{"no number", "left_row,right_row,decision\n1,x,confirm\n", "line 2: there is no such row"},
	{"match 0", "match_id,decision\n0,confirm\n", "line 2: a match is a number from 1"},
	{"no rows", "left_row,right_row,decision\n,,confirm\n", "line 2: no rows are named"},
};

static void refuses(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct decisions d CLEANUP(decisions_free) = {0};
		struct err err = {0};
		fclose(create(&s, refused[i].text));
		CHECK_INT(refused[i].label, decisions_read(s.path, s.sides, &d, &err), E_INVALID);
		CHECK(refused[i].label, strstr(err.detail, refused[i].why) != NULL);
	}
	scene_close(&s);
}

static void sample_counts_from_its_beginning(void **state)
{
	struct scene s;
	struct decisions d CLEANUP(decisions_free) = {0}, none = {0};
	struct sample_result r;
	struct err err = {0};
	char sample[80], line[64];

	(void)state;
	scene_open(&s);
	snprintf(sample, sizeof(sample), "%s.csv", s.path);
	assert_int_equal(decisions_sample(&none, &s.result, s.sides, 50, 378, sample, &r, &err), 0);
	CHECK_INT("confirmed", r.population, 100);
	CHECK_INT("nothing checked", r.checked, 0);
	FILE *from = fopen(sample, "re"), *to = fopen(s.path, "we");
	assert_non_null(from);
	assert_non_null(to);
	for (int i = 0; fgets(line, sizeof(line), from) != NULL; i++) {
		line[strcspn(line, "\n")] = '\0';
		fprintf(to, "%s%s\n", line,
			i == 0 || i == 21 || i > 30 ? ""
			: i == 5                    ? "reject"
						    : "confirm");
	}
	fclose(from);
	fclose(to);
	read_all(&s, &d);
	assert_int_equal(decisions_sample(&d, &s.result, s.sides, 0, 378, "", &r, &err), 0);
	CHECK_INT("up to the first that nobody decided", r.checked, 20);
	CHECK_INT("wrong", r.wrong, 1);
	CHECK_INT("not shown", r.shown, 0);
	CHECK_INT("no line is shown either", r.line, UINT32_MAX);
	assert_int_equal(decisions_sample(&d, &s.result, s.sides, 0, 379, "", &r, &err), 0);
	CHECK("of another seed's sample little was checked", r.checked < 5);
	unlink(sample);
	scene_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits),
		cmocka_unit_test(names_of_matches),
		cmocka_unit_test(refuses),
		cmocka_unit_test(sample_counts_from_its_beginning),
	};
	return cmocka_run_group_tests_name("cli/decisions", tests, NULL, NULL);
}
