/*
 * Verdicts with the real engine and a signature database of one line: the EICAR test text, which is
 * put together here so that no file of this tree contains it.
 */
#include "scan/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "../read/book_util.h"
#include "base/buf.h"

#define MAX_BYTES (8 << 20)

static char temp[] = "/tmp/recon-test-scan-XXXXXX";

static const char *eicar(void)
{
	static char text[128];

	snprintf(text, sizeof(text), "%s%s%s", "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-",
		"ANTIVIRUS-TEST-", "FILE!$H+H*");
	return text;
}

struct memory {
	struct sv bytes;
	int64_t fail_from; /* offset at which reads fail; -1: none */
	uint64_t seen;     /* end of the furthest read */
};

static int memory_pread(
	void *ctx, void *p, size_t n, uint64_t offset, size_t *ret_n, struct err *err)
{
	struct memory *m = ctx;

	if (m->fail_from >= 0 && offset + n > (uint64_t)m->fail_from)
		return err_set(err, E_CORRUPT, NULL);
	n = offset < m->bytes.n ? MIN(n, m->bytes.n - (size_t)offset) : 0;
	memcpy(p, m->bytes.p + offset, n);
	m->seen = MAX(m->seen, offset + n);
	*ret_n = n;
	return 0;
}

static int verdict_as(struct scan *s, enum file_type type, struct sv bytes, struct err *err)
{
	struct memory m = {.bytes = bytes, .fail_from = -1};
	struct scan_source source = {memory_pread, &m, bytes.n};

	return scan_run(s, type, &source, err);
}

static int verdict(struct scan *s, struct sv bytes, struct err *err)
{
	return verdict_as(s, FILE_TYPE_CSV, bytes, err);
}

/* n bytes of rows. */
static void add_rows(struct buf *out, size_t n)
{
	static const char row[] = "2026-03-04,ACME GmbH,-12.30,EUR\n";

	while (n > 0) {
		size_t part = MIN(n, sizeof(row) - 1);

		buf_add(out, row, part);
		n -= part;
	}
}

static const struct {
	const char *label;
	const char *bytes;
	size_t n; /* 0: strlen */
	int want;
} contents[] = {
	{"rows", "date,amount\n2026-03-04,12.30\n", 0, 0},
	{"one column", "12.30\n13.00\n", 0, 0},
	{"one byte", "x", 0, 0},
	{"UTF-8", "name,amount\nMüller,1.00\n", 0, 0},
	{"UTF-8 with mark", "\xef\xbb\xbfname,amount\nM,1.00\n", 0, 0},
	{"Windows-1252",
		"name,amount\nM\xfcller,1.00\nStra\xdf"
		"e,2.00\n",
		0, 0},
	{"UTF-16 LE with mark",
		"\xff\xfe"
		"a\0,\0b\0\n\0001\0,\0002\0\n\0",
		18, 0},
	{"UTF-16 BE without mark", "\0a\0,\0b\0\n\0001\0,\0002\0\n", 16, 0},
	{"form feed and DOS end", "a,b\r\n1,2\r\n\f\x1a", 0, 0},
	{"looks like mail", "From: bank@example.org\nSubject: statement\n\n1,2\n", 0, 0},
	{"markup in a cell", "memo,amount\n\"<b>10%</b> <script>alert(1)</script>\",5.00\n", 0, 0},
	{"a formula", "=cmd|'/c calc'!A1,1\n", 0, 0},
	{"empty", "", 0, E_FILE_EMPTY},
	{"zero byte in text", "a,b\n1,\0002\nxxxxxxxxxxx", 20, E_FILE_TYPE},
	{"control byte", "a,b\n1,\001\n", 0, E_FILE_TYPE},
	{"ELF", "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0>\0\1\0\0\0", 24, E_FILE_TYPE},
	{"PDF", "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", 0, E_FILE_TYPE},
	{"PNG", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\2\0\0\0", 29, E_FILE_TYPE},
	{"zip", "PK\3\4\24\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0a", 31, E_FILE_TYPE},
	{"gzip", "\x1f\x8b\10\0\0\0\0\0\0\3\3\0\0\0\0\0\0\0\0\0", 20, E_FILE_TYPE},
	{"HTML", "<!DOCTYPE html>\n<html><body>1,2</body></html>\n", 0, E_FILE_TYPE},
	{"XML", "<?xml version=\"1.0\"?>\n<a/>\n", 0, E_FILE_TYPE},
	{"RTF", "{\\rtf1\\ansi 1,2}\n", 0, E_FILE_TYPE},
	{"shell script", "#!/bin/sh\nrm -rf /\n", 0, E_FILE_TYPE},
};

/* What may be XML may not be a web page or anything else. */
static void test_markup(void **state)
{
	static const struct {
		const char *label, *bytes;
		int want;
	} cases[] = {
		{"XML", "<?xml version=\"1.0\"?>\n<Document/>\n", 0},
		{"SGML", "OFXHEADER:100\n\n<OFX></OFX>\n", 0},
		{"HTML", "<!DOCTYPE html>\n<html><body>1,2</body></html>\n", E_FILE_TYPE},
		{"PDF", "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", E_FILE_TYPE},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		int rc = verdict_as(*state, FILE_TYPE_CAMT, sv_from_cstr(cases[i].bytes), &err);

		if (rc != cases[i].want)
			fail_msg("%s: gave %s (%s)", cases[i].label, rc ? err_name(rc) : "clean",
				err.detail);
	}
}

static void test_content(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(contents); i++) {
		size_t n = contents[i].n ? contents[i].n : strlen(contents[i].bytes);
		struct err err = {0};
		int rc = verdict(*state, sv_from(contents[i].bytes, n), &err);

		if (rc != contents[i].want)
			fail_msg("%s: gave %s (%s)", contents[i].label, rc ? err_name(rc) : "clean",
				err.detail);
	}
}

#define CELL "<row><c r=\"A1\"><v>1</v></c></row>"

/* An Excel workbook; the tricks are test_zip.c's, here it matters that they are verdicts. */
static struct sv workbook(struct zip_make *z, unsigned flags, uint32_t announced)
{
	zip_make_add_as(z, "xl/media/picture.png", SV("x"), flags, announced);
	return book_make(z, CELL, "");
}

static void test_workbooks(void **state)
{
	static const struct {
		const char *label;
		enum file_type type;
		unsigned flags;
		uint32_t announced;
		int want;
	} cases[] = {
		{"workbook", FILE_TYPE_XLSX, 0, 0, 0},
		{"named as another archive", FILE_TYPE_ZIP, 0, 0, 0},
		{"named as OpenDocument", FILE_TYPE_ODS, 0, 0, E_FILE_TYPE},
		{"named as text", FILE_TYPE_CSV, 0, 0, E_FILE_TYPE},
		{"named as an old workbook", FILE_TYPE_XLS, 0, 0, E_FILE_TYPE},
		{"named as compressed text", FILE_TYPE_GZIP, 0, 0, E_FILE_TYPE},
		{"encrypted member", FILE_TYPE_XLSX, 1, 0, E_FILE_ENCRYPTED},
		{"4 GB member", FILE_TYPE_XLSX, 0, 0xfffffff0u, E_ARCHIVE},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct zip_make z CLEANUP(zip_make_free) = {0};
		struct err err = {0};
		int rc = verdict_as(*state, cases[i].type,
			workbook(&z, cases[i].flags, cases[i].announced), &err);

		if (rc != cases[i].want)
			fail_msg("%s: gave %s (%s)", cases[i].label, rc ? err_name(rc) : "clean",
				err.detail);
	}
}

static void test_damaged_workbook(void **state)
{
	struct zip_make z CLEANUP(zip_make_free) = {0};
	struct sv book = workbook(&z, 0, 0);

	for (size_t n = 1; n < book.n; n += 64)
		assert_int_equal(
			verdict_as(*state, FILE_TYPE_XLSX, sv_from(book.p, n), NULL), E_FILE_TYPE);
}

static void test_eicar_in_a_workbook(void **state)
{
	struct zip_make z CLEANUP(zip_make_free) = {0};
	struct err err = {0};

	zip_make_add(&z, "xl/embeddings/object.bin", eicar());
	assert_int_equal(
		verdict_as(*state, FILE_TYPE_XLSX, book_make(&z, CELL, ""), &err), E_FILE_INFECTED);
}

/* In an archive, in an archive within one, and in a compressed file. */
static void test_eicar_in_archives(void **state)
{
	struct zip_make inner CLEANUP(zip_make_free) = {0}, outer CLEANUP(zip_make_free) = {0};
	struct buf gzip CLEANUP(buf_free) = BUF_INIT;

	zip_make_add(&inner, "a.csv", eicar());
	struct sv zip = zip_make_end(&inner);
	assert_int_equal(verdict_as(*state, FILE_TYPE_ZIP, zip, NULL), E_FILE_INFECTED);
	zip_make_add_as(&outer, "b.zip", zip, 0, 0);
	assert_int_equal(
		verdict_as(*state, FILE_TYPE_ZIP, zip_make_end(&outer), NULL), E_FILE_INFECTED);
	zip_make_gzip(sv_from_cstr(eicar()), &gzip);
	assert_int_equal(verdict_as(*state, FILE_TYPE_GZIP, buf_sv(&gzip), NULL), E_FILE_INFECTED);
}

/* A little archive of archives that hold much more than may be scanned; each one's own directory is
 * honest. Not clean, in little memory and time. */
static void test_nested_bomb(void **state)
{
	enum { SIZE = 64 << 20, DEPTH = 4 };
	struct zip_make z[DEPTH] = {0};
	struct buf layer CLEANUP(buf_free) = BUF_INIT;
	struct rusage before, after;
	struct err err = {0};
	time_t start = time(NULL);

	memset(buf_reserve(&layer, SIZE), ' ', SIZE);
	buf_commit(&layer, SIZE);
	for (int i = 0; i < DEPTH; i++) {
		for (int k = 0; k < (i == 0 ? 1 : 8); k++) {
			char name[16];

			snprintf(name, sizeof(name), "%d.zip", k);
			zip_make_add_as(&z[i], name, buf_sv(&layer), 0, 0);
		}
		struct sv whole = zip_make_end(&z[i]);
		buf_reset(&layer);
		buf_add_sv(&layer, whole);
	}
	getrusage(RUSAGE_SELF, &before);
	int rc = verdict_as(*state, FILE_TYPE_ZIP, buf_sv(&layer), &err);
	getrusage(RUSAGE_SELF, &after);
	if (rc != E_FILE_UNSCANNABLE && rc != E_ARCHIVE)
		fail_msg("%s (%s)", rc ? err_name(rc) : "clean", err.detail);
	assert_true(after.ru_maxrss - before.ru_maxrss <= 512l * 1024);
	assert_true(time(NULL) - start <= 30);
	for (int i = 0; i < DEPTH; i++)
		zip_make_free(&z[i]);
}

static void test_statements(void **state)
{
	static const struct {
		const char *label;
		enum file_type type;
		const char *bytes;
		int want;
	} cases[] = {
		{"CAMT", FILE_TYPE_CAMT,
			"<?xml version=\"1.0\"?>\n<Document><BkToCstmrStmt/></Document>\n", 0},
		{"HTML named as XML", FILE_TYPE_CAMT,
			"<!DOCTYPE html>\n<html><body>1</body></html>\n", E_FILE_TYPE},
		{"OFX 1", FILE_TYPE_OFX, "OFXHEADER:100\nDATA:OFXSGML\n\n<OFX>\n", 0},
		{"OFX 2", FILE_TYPE_OFX,
			"<?xml version=\"1.0\"?>\n<?OFX OFXHEADER=\"200\"?>\n<OFX/>\n", 0},
		{"MT940", FILE_TYPE_MT940, "{1:F01BANKDEFFXXXX0000000000}{4:\n:20:ST1\n:25:123\n",
			0},
		{"BAI2", FILE_TYPE_BAI2, "01,122099999,123456789,040621,0200,1,65,,2/\n", 0},
		{"QIF", FILE_TYPE_QIF, "!Type:Bank\nD1/2/24\nT-1.00\n^\n", 0},
		{"JSON lines", FILE_TYPE_JSON, "{\"a\":1}\n{\"a\":2}\n", 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		int rc = verdict_as(*state, cases[i].type, sv_from_cstr(cases[i].bytes), &err);

		if (rc != cases[i].want)
			fail_msg("%s: gave %s (%s)", cases[i].label, rc ? err_name(rc) : "clean",
				err.detail);
	}
}

static void test_type_of_the_name(void **state)
{
	struct memory m = {.bytes = SV("a,b\n"), .fail_from = -1};
	struct scan_source source = {memory_pread, &m, 4};

	assert_int_equal(scan_run(*state, FILE_TYPE_NONE, &source, NULL), E_FILE_TYPE);
	assert_int_equal(scan_run(*state, FILE_TYPE_END, &source, NULL), E_FILE_TYPE);
}

/* Before, inside and behind rows, across the engine's windows, at the very end of the largest. */
static void test_eicar_is_found_anywhere(void **state)
{
	static const size_t places[] = {
		0, 100, 4095, 65530, 128 * 1024 - 30, 1 << 20, MAX_BYTES - 68};

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct buf file CLEANUP(buf_free) = BUF_INIT;
		struct err err = {0};

		add_rows(&file, places[i]);
		buf_add_cstr(&file, eicar());
		if (verdict(*state, buf_sv(&file), &err) != E_FILE_INFECTED)
			fail_msg("not found at %zu: %s", places[i], err.detail);
		assert_non_null(strstr(err.detail, "Recon-Test-Eicar"));
		add_rows(&file, MIN((size_t)5000, MAX_BYTES - file.n));
		assert_int_equal(verdict(*state, buf_sv(&file), &err), E_FILE_INFECTED);
	}
}

static void test_whole_file_is_read(void **state)
{
	struct buf file CLEANUP(buf_free) = BUF_INIT;
	struct memory m = {.fail_from = -1};
	struct scan_source source = {memory_pread, &m, MAX_BYTES};

	add_rows(&file, MAX_BYTES);
	m.bytes = buf_sv(&file);
	assert_int_equal(scan_run(*state, FILE_TYPE_CSV, &source, NULL), 0);
	assert_int_equal(m.seen, MAX_BYTES);
}

static void test_too_large_is_never_clean(void **state)
{
	struct buf file CLEANUP(buf_free) = BUF_INIT;

	add_rows(&file, MAX_BYTES + 1);
	assert_int_equal(verdict(*state, buf_sv(&file), NULL), E_FILE_UNSCANNABLE);
}

/* A file that cannot be read wholly is not clean, wherever it fails. */
static void test_unreadable_is_never_clean(void **state)
{
	static const int64_t places[] = {0, 65537, 3 << 20, MAX_BYTES - 1};
	struct buf file CLEANUP(buf_free) = BUF_INIT;

	add_rows(&file, MAX_BYTES);
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct memory m = {.bytes = buf_sv(&file), .fail_from = places[i]};
		struct scan_source source = {memory_pread, &m, file.n};
		struct err err = {0};

		assert_int_equal(scan_run(*state, FILE_TYPE_CSV, &source, &err), E_CORRUPT);
		assert_int_equal(err.code, E_CORRUPT);
	}
}

static void test_self_test(void **state)
{
	struct scan_source source = scan_self_test_source(*state);
	char end[4];
	size_t n = 0;

	assert_int_equal(source.size, MAX_BYTES);
	assert_int_equal(source.pread(source.ctx, end, 4, MAX_BYTES - 4, &n, NULL), 0);
	assert_int_equal(n, 4);
	assert_memory_equal(end, "H+H*", 4);
	assert_int_equal(scan_run(*state, FILE_TYPE_CSV, &source, NULL), E_FILE_INFECTED);
	/* Without its last byte the same file is clean. */
	source.size--;
	assert_int_equal(scan_run(*state, FILE_TYPE_CSV, &source, NULL), 0);
}

static void write_signature(const char *dir, const char *name)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs("Recon-Test-Other:0:*:6162636465666768696a\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void test_new_signatures_are_noticed(void **state)
{
	char dir[] = "/tmp/recon-test-sigs-XXXXXX";
	char path[256];
	struct scan_options options = {
		.database_dir = dir, .temp_dir = temp, .max_bytes = 1 << 20, .max_seconds = 10};
	struct scan *s CLEANUP(scan_free) = NULL;
	struct err err = {0};

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(scan_new(&options, &s, &err), E_CONFIG); /* none at all */
	write_signature(dir, "a.ndb");
	assert_int_equal(scan_new(&options, &s, &err), 0);
	assert_int_equal(scan_signatures(s), 1);
	assert_true(scan_database_time(s) > 0);
	assert_false(scan_is_outdated(s));
	write_signature(dir, "b.ndb");
	assert_true(scan_is_outdated(s));
	snprintf(path, sizeof(path), "%s/a.ndb", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/b.ndb", dir);
	unlink(path);
	rmdir(dir);
	options.database_dir = "/nowhere";
	scan_free(&s);
	assert_int_equal(scan_new(&options, &s, &err), E_CONFIG);
	assert_non_null(strstr(err.detail, "/nowhere"));
}

static int setup(void **state)
{
	struct scan_options options = {.database_dir = TEST_DATA "/clamav",
		.temp_dir = temp,
		.max_bytes = MAX_BYTES,
		.max_seconds = 60};
	struct err err = {0};

	if (!mkdtemp(temp))
		return -1;
	if (scan_new(&options, (struct scan **)state, &err) < 0) {
		print_error("%s\n", err.detail);
		return -1;
	}
	return 0;
}

static int teardown(void **state)
{
	scan_free((struct scan **)state);
	return rmdir(temp); /* the engine left nothing there */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_markup),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_workbooks),
		cmocka_unit_test(test_damaged_workbook),
		cmocka_unit_test(test_eicar_in_a_workbook),
		cmocka_unit_test(test_eicar_in_archives),
		cmocka_unit_test(test_nested_bomb),
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_type_of_the_name),
		cmocka_unit_test(test_eicar_is_found_anywhere),
		cmocka_unit_test(test_whole_file_is_read),
		cmocka_unit_test(test_too_large_is_never_clean),
		cmocka_unit_test(test_unreadable_is_never_clean),
		cmocka_unit_test(test_self_test),
		cmocka_unit_test(test_new_signatures_are_noticed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
