/* Repaired rows behind the rows of their dataset: which line is whose, what is left, what is refused. */
#include "read/repair.h"

#include "../unit.h"
#include "read_util.h"

static const char mapping_json[] =
	"{\"format\":\"csv\",\"currency\":\"EUR\",\"dialect\":{\"delimiter\":\";\"},\"decimal\":\",\","
	"\"fields\":["
	"{\"field\":\"amount\",\"type\":\"amount\",\"column\":\"Amount\",\"required\":true},"
	"{\"field\":\"text\",\"type\":\"text\",\"column\":\"Text\"}]}";

#define FILE_TEXT "Amount;Text;Memo\n1,00;first;m1\nx;bad;m2\n2,00;second;\n;empty;m4\n3;short\n1,00;first;m1\n"

struct scene {
	struct arena arena;
	struct mapping mapping;
	struct read_result before;
};

static void setup(struct scene *s, const char *text)
{
	struct col_memory m;
	struct err err = {0};

	*s = (struct scene){.arena = {0}};
	s->before = READ_RESULT_INIT;
	arena_init(&s->arena, 0);
	if (mapping_from_json(sv_from_cstr(mapping_json), &s->arena, &s->mapping, &err) != 0 ||
		read_file(source_of(sv_from_cstr(text), &m), &s->mapping, &s->before, &err) != 0)
		fail_msg("%s", err.detail);
}

static void scene_end(struct scene *s)
{
	read_result_free(&s->before);
	arena_free(&s->arena);
}

static int repair(struct scene *s, const char *sheet, struct read_result *ret,
	struct repair_counts *counts, struct err *err)
{
	struct read_result read CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct col_memory m;
	int rc = repair_read(source_of(sv_from_cstr(sheet), &m), &s->mapping, &read, err);

	return rc != 0 ? rc : repair_merge(&s->before, &read, ret, counts, err);
}

#define HEAD "recon: line,recon: column,recon: reason,Amount,Text,Memo\n"

static void test_rows_go_behind(void **state)
{
	struct scene s CLEANUP(scene_end);
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct repair_counts n;
	struct err err = {0};

	(void)state;
	setup(&s, FILE_TEXT);
	assert_int_equal(s.before.info.rows_rejected, 3);
	/* In another order, with semicolons and quotes as a German spreadsheet saves it. */
	if (repair(&s,
		    "Memo;recon: line;Amount;Text\nm5;6;3,00;\"sho;rt\"\nm2;3;-12,50;'=bad\n;5;;empty\n",
		    &r, &n, &err) != 0)
		fail_msg("%s", err.detail);
	assert_int_equal(n.repaired, 2);
	assert_int_equal(n.rejected, 1);
	assert_int_equal(n.ignored, 0);
	table_text(&r.table, &text);
	assert_string_equal(buf_cstr(&text), "1.00|first|m1\n2.00|second|~\n1.00|first|m1\n"
					     "-12.50|=bad|m2\n3.00|sho;rt|m5");
	assert_int_equal(r.table.line[3], 3);
	assert_int_equal(r.table.line[4], 6);
	assert_int_equal(r.table.line[0], 2);
	assert_int_equal(r.info.rows_accepted, 5);
	assert_int_equal(r.info.rows_rejected, 1);
	assert_int_equal(r.info.rows_read, s.before.info.rows_read);
	assert_int_equal(r.rejects.rows, 1);
	assert_int_equal(r.rejects.cols[0].i64[0], 5);
	assert_int_equal(col_table_check(&r.table, &err), 0);
	assert_int_equal(col_table_check(&r.rejects, &err), 0);
}

static void test_what_is_ignored_and_what_is_left(void **state)
{
	static const struct {
		const char *label, *sheet;
		uint64_t repaired, rejected, ignored;
	} cases[] = {
		{"a line that was no reject", HEAD "3,,,\"1,00\",a,\n2,,,\"1,00\",b,\n", 1, 0, 1},
		{"a line twice", HEAD "3,,,\"1,00\",a,\n3,,,\"2,00\",b,\n", 1, 0, 1},
		{"a line that is no number", HEAD "3,,,\"1,00\",a,\nx,,,\"1,00\",b,\n", 1, 0, 1},
		{"rows that still are wrong", HEAD "3,,,\"1,00\",a,\n5,,,y,b,\n6,,,\"3,0,0\",b,\n", 1, 2, 0},
		{"a cell in no column",
			"recon: line,Amount,Text,Column 4\n3,\"1,00\",a,\n6,\"1,00\",b,more\n", 1, 1, 0},
		{"all of them", HEAD "3,,,\"1,00\",a,\n5,,,\"2,00\",b,\n6,,,\"3,00\",c,\n", 3, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scene s CLEANUP(scene_end);
		struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
		struct repair_counts n = {0};
		struct err err = {0};

		setup(&s, FILE_TEXT);
		CHECK_INT(cases[i].label, repair(&s, cases[i].sheet, &r, &n, &err), 0);
		CHECK_INT(cases[i].label, n.repaired, cases[i].repaired);
		CHECK_INT(cases[i].label, n.rejected, cases[i].rejected);
		CHECK_INT(cases[i].label, n.ignored, cases[i].ignored);
		CHECK_INT(cases[i].label, r.table.rows, 3 + cases[i].repaired);
		CHECK_INT(cases[i].label, r.rejects.rows, 3 - cases[i].repaired);
		CHECK_INT(cases[i].label, r.info.rows_rejected, r.rejects.rows);
	}
}

static struct sv reject_text(const struct read_result *r, const char *name, uint32_t row)
{
	return col_text(col_find(&r->rejects, COL_FIELD, sv_from_cstr(name)), row);
}

/* What is wrong with a row is what is wrong now; how it was written in the file stays. */
static void test_reasons_are_renewed(void **state)
{
	struct scene s CLEANUP(scene_end);
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct repair_counts n;
	struct err err = {0};

	(void)state;
	setup(&s, "Amount;Text\n1,00;a\nx;bad\ny;worse\n");
	assert_int_equal(repair(&s, "recon: line,Amount,Text\n3,z,=new\n4,\"2,00\",good\n", &r, &n, &err), 0);
	assert_int_equal(r.rejects.rows, 1);
	assert_true(sv_eq_cstr(reject_text(&r, "value", 0), "z"));
	assert_true(sv_eq_cstr(reject_text(&r, "row", 0), "x;bad"));
	assert_true(sv_eq_cstr(reject_text(&r, "cells", 0), "{\"Amount\":\"z\",\"Text\":\"=new\"}"));
}

static void test_equal_rows_are_flagged(void **state)
{
	struct scene s CLEANUP(scene_end);
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct repair_counts n;
	struct err err = {0};

	(void)state;
	setup(&s, "Amount;Text\n1,00;a\nx;a\ny;b\n");
	assert_null(s.before.table.flags);
	assert_int_equal(repair(&s, "recon: line,Amount,Text\n3,\"1,00\",a\n4,\"2,00\",b\n", &r, &n, &err), 0);
	assert_int_equal(r.table.flags[0], COL_ROW_HAS_TWIN);
	assert_int_equal(r.table.flags[1], COL_ROW_HAS_TWIN | COL_ROW_REPEATED);
	assert_int_equal(r.table.flags[2], 0);
}

static void test_refused(void **state)
{
	static const struct {
		const char *label, *sheet;
		int rc;
	} cases[] = {
		{"nothing repaired", HEAD "3,,,x,a,\n", E_REPAIR},
		{"no such line", HEAD "99,,,\"1,00\",a,\n", E_REPAIR},
		{"no line at all", "Amount,Text\n\"1,00\",a\n", E_MAPPING},
		{"a column is gone", "recon: line,Text\n3,a\n", E_MAPPING},
		{"a statement", ":20:X\n:25:NL08DEUT0319809633EUR\n:28C:1/1\n:60F:C200101EUR1,00\n"
				":62F:C200101EUR1,00\n", E_REPAIR},
		{"nothing", "", E_FILE_EMPTY},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scene s CLEANUP(scene_end);
		struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
		struct repair_counts n;
		struct err err = {0};

		setup(&s, FILE_TEXT);
		CHECK_INT(cases[i].label, repair(&s, cases[i].sheet, &r, &n, &err), cases[i].rc);
		CHECK(cases[i].label, err.detail[0] != '\0' || cases[i].rc == E_FILE_EMPTY);
	}
}

/* Tables that are not of one dataset are an error of ours, and nothing is made of them. */
static void test_tables_that_do_not_belong_together(void **state)
{
	static const char other_json[] = "{\"format\":\"csv\",\"fields\":["
					 "{\"field\":\"text\",\"type\":\"text\",\"column\":\"Text\"}]}";
	struct scene s CLEANUP(scene_end);
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct read_result sheet CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct mapping other;
	struct repair_counts n;
	struct col_memory m;
	struct err err = {0};

	(void)state;
	setup(&s, FILE_TEXT);
	assert_int_equal(mapping_from_json(SV(other_json), &s.arena, &other, &err), 0);
	assert_int_equal(repair_read(source_of(SV(HEAD "3,,,\"1,00\",a,\n"), &m), &other, &sheet, &err), 0);
	assert_int_equal(repair_merge(&s.before, &sheet, &r, &n, &err), E_CORRUPT);
	assert_int_equal(repair_merge(&sheet, &s.before, &r, &n, &err), E_CORRUPT);
	struct read_result none = READ_RESULT_INIT;
	assert_int_equal(repair_merge(&none, &sheet, &r, &n, &err), E_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_go_behind),
		cmocka_unit_test(test_what_is_ignored_and_what_is_left),
		cmocka_unit_test(test_reasons_are_renewed),
		cmocka_unit_test(test_equal_rows_are_flagged),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_tables_that_do_not_belong_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
