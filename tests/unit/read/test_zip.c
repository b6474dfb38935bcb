/*
 * Archives: honest ones inflate to what went in; every trick is refused before it costs anything.
 */
#include "read/zip.h"

#include "../unit.h"
#include "read_util.h"
#include "zip_util.h"

static struct sv inflate_member(const struct zip *z, const char *name, struct buf *out)
{
	struct zip_stream *s CLEANUP(zip_stream_free) = NULL;
	const struct zip_entry *e = zip_find(z, sv_from_cstr(name));
	char piece[7];
	size_t n = 1;

	assert_non_null(e);
	assert_int_equal(zip_stream_new(z, e, &s, NULL), 0);
	while (n > 0) {
		if (zip_stream_read(s, piece, sizeof(piece), &n, NULL) != 0)
			return SV("error");
		buf_add(out, piece, n);
	}
	return buf_sv(out);
}

static void test_honest(void **state)
{
	struct zip_make m CLEANUP(zip_make_free) = {0};
	struct zip z CLEANUP(zip_free) = {0};
	struct buf a CLEANUP(buf_free) = BUF_INIT, b CLEANUP(buf_free) = BUF_INIT;
	struct buf c CLEANUP(buf_free) = BUF_INIT;
	struct col_memory memory;

	(void)state;
	zip_make_add(&m, "a.txt", "hello hello hello hello");
	zip_make_store(&m, "folder/b.txt", "stored");
	zip_make_add(&m, "empty", "");
	assert_int_equal(zip_open(source_of(zip_make_end(&m), &memory), &z, NULL), 0);
	assert_int_equal(z.n, 3);
	assert_true(sv_eq_cstr(inflate_member(&z, "A.TXT", &a), "hello hello hello hello"));
	assert_true(sv_eq_cstr(inflate_member(&z, "folder/b.txt", &b), "stored"));
	assert_true(sv_eq_cstr(inflate_member(&z, "empty", &c), ""));
	assert_null(zip_find(&z, SV("b.txt")));
}

/* Each case damages an honest archive of two members, or makes another one. */
enum trick {
	HONEST,
	ENCRYPTED,
	UP_PATH,
	ABSOLUTE,
	BACKSLASH,
	CONTROL,
	TWICE,
	SHARED_DATA,
	OVERLAP,
	OTHER_LOCAL_NAME,
	METHOD,
	HUGE,
	RATIO,
	TOO_MANY,
	DISKS,
	BEHIND_DIRECTORY,
	TRAILER,
	NO_LOCAL,
};

static void add_names(struct zip_make *m, const char *second)
{
	zip_make_add(m, "a.txt", "hello hello hello hello");
	zip_make_add(m, second, "world world world world world");
}

static void patch(struct zip_make *m, unsigned member, size_t at, const void *p, size_t n)
{
	memcpy(m->central.p + m->central_at[member] + at, p, n);
}

static void build(enum trick trick, struct zip_make *m)
{
	static char zeros[12 << 20];

	switch (trick) {
	case ENCRYPTED:
		zip_make_add_as(m, "a.txt", SV("secret"), 1, 0);
		break;
	case UP_PATH:
		add_names(m, "x/../../b.txt");
		break;
	case ABSOLUTE:
		add_names(m, "/etc/passwd");
		break;
	case BACKSLASH:
		add_names(m, "..\\b.txt");
		break;
	case CONTROL:
		add_names(m, "b\n.txt");
		break;
	case TWICE:
		add_names(m, "A.txt");
		break;
	case SHARED_DATA:
		zip_make_add(m, "a.txt", "hello hello hello hello");
		zip_make_add(m, "b.txt", "hello hello hello hello");
		patch(m, 1, 42, "\0\0\0\0", 4); /* both have the first one's data */
		memcpy(m->central.p + m->central_at[1] + 46, "a.txt", 5);
		memcpy(m->central.p + m->central_at[0] + 46, "a.txt", 5);
		break;
	case OVERLAP:
		add_names(m, "b.txt");
		patch(m, 0, 20, "\x14\0\0\0", 4); /* the first one reaches into the second */
		break;
	case OTHER_LOCAL_NAME:
		add_names(m, "b.txt");
		m->out.p[m->at[1] + 30] = 'c';
		break;
	case METHOD:
		add_names(m, "b.txt");
		patch(m, 1, 10, "\x0c\0", 2);
		break;
	case HUGE:
		zip_make_add_as(m, "a.txt", SV("x"), 0, 0xfffffff0u);
		break;
	case RATIO:
		zip_make_add_as(m, "a.txt", sv_from(zeros, sizeof(zeros)), 0, 0);
		break;
	default:
		add_names(m, "b.txt");
	}
}

static struct sv finish(enum trick trick, struct zip_make *m)
{
	struct sv s = zip_make_end(m);
	char *end = m->out.p + s.n - 22;

	if (trick == TOO_MANY)
		memcpy(end + 8, "\xe9\x03\xe9\x03", 4); /* 1001 */
	else if (trick == DISKS)
		end[4] = 1;
	else if (trick == BEHIND_DIRECTORY)
		end[16] = (char)(end[16] + 1);
	else if (trick == TRAILER)
		buf_add_cstr(&m->out, "more");
	else if (trick == NO_LOCAL)
		m->out.p[m->at[1]] = 'X';
	return buf_sv(&m->out);
}

static void test_tricks(void **state)
{
	static const struct {
		const char *label;
		enum trick trick;
		int code;
	} cases[] = {
		{"honest", HONEST, 0},
		{"encrypted", ENCRYPTED, E_FILE_ENCRYPTED},
		{"name with ..", UP_PATH, E_ARCHIVE},
		{"absolute name", ABSOLUTE, E_ARCHIVE},
		{"backslash", BACKSLASH, E_ARCHIVE},
		{"control character", CONTROL, E_ARCHIVE},
		{"a name twice", TWICE, E_ARCHIVE},
		{"two members, one piece of data", SHARED_DATA, E_ARCHIVE},
		{"members overlap", OVERLAP, E_ARCHIVE},
		{"another name in the local header", OTHER_LOCAL_NAME, E_ARCHIVE},
		{"another method", METHOD, E_ARCHIVE},
		{"4 GB member", HUGE, E_ARCHIVE},
		{"12 MiB of zeros", RATIO, E_ARCHIVE},
		{"1001 members", TOO_MANY, E_ARCHIVE},
		{"several disks", DISKS, E_ARCHIVE},
		{"directory elsewhere", BEHIND_DIRECTORY, E_UNREADABLE},
		{"bytes behind the end", TRAILER, E_UNREADABLE},
		{"no local header", NO_LOCAL, E_ARCHIVE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct zip_make m CLEANUP(zip_make_free) = {0};
		struct zip z CLEANUP(zip_free) = {0};
		struct col_memory memory;

		build(cases[i].trick, &m);
		int rc = zip_open(source_of(finish(cases[i].trick, &m), &memory), &z, NULL);
		CHECK_INT(cases[i].label, rc, cases[i].code);
	}
}

/* A member of 2^32 + 1 bytes, said by the 64 bit fields. */
static void test_zip64_member(void **state)
{
	struct zip_make m CLEANUP(zip_make_free) = {0};
	struct zip z CLEANUP(zip_free) = {0};
	struct col_memory memory;

	(void)state;
	zip_make_add_as(&m, "a.txt", SV("x"), 0, 0xffffffffu);
	size_t size = m.central.n;
	m.central.p[30] = 12; /* extra field: 64 bit size */
	put16(&m.central, 1);
	put16(&m.central, 8);
	put32(&m.central, 1);
	put32(&m.central, 1);
	assert_int_equal(m.central.n, size + 12);
	assert_int_equal(zip_open(source_of(zip_make_end(&m), &memory), &z, NULL), E_ARCHIVE);
}

/* What is said and what comes out. */
static void test_lies(void **state)
{
	static const struct {
		const char *label;
		size_t at; /* in the directory's entry */
		int change;
	} cases[] = {{"CRC", 16, 1}, {"larger", 24, 1}, {"smaller", 24, -1}, {"packed", 20, -1}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct zip_make m CLEANUP(zip_make_free) = {0};
		struct zip z CLEANUP(zip_free) = {0};
		struct buf out CLEANUP(buf_free) = BUF_INIT;
		struct col_memory memory;

		zip_make_add(&m, "a.txt", "hello hello hello hello");
		m.central.p[cases[i].at] = (char)(m.central.p[cases[i].at] + cases[i].change);
		assert_int_equal(zip_open(source_of(zip_make_end(&m), &memory), &z, NULL), 0);
		CHECK(cases[i].label, sv_eq_cstr(inflate_member(&z, "a.txt", &out), "error"));
	}
}

static void test_cut_short(void **state)
{
	struct zip_make m CLEANUP(zip_make_free) = {0};

	(void)state;
	add_names(&m, "b.txt");
	struct sv s = zip_make_end(&m);
	for (size_t n = 0; n < s.n; n++) {
		struct zip z CLEANUP(zip_free) = {0};
		struct col_memory memory;

		assert_int_equal(
			zip_open(source_of(sv_from(s.p, n), &memory), &z, NULL), E_UNREADABLE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_honest),
		cmocka_unit_test(test_tricks),
		cmocka_unit_test(test_zip64_member),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
