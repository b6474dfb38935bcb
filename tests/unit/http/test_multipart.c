/* The one file of a form: whatever pieces it comes in, and what is not well formed. */
#include "http/multipart.h"

#include "../unit.h"
#include "base/buf.h"

struct body {
	struct sv left;
	size_t step; /* bytes at once */
};

static ssize_t body_read(void *ctx, void *p, size_t n)
{
	struct body *b = ctx;
	size_t wish = MIN(n, b->step);
	size_t got = MIN(wish, b->left.n);

	memcpy(p, b->left.p, got);
	b->left = sv_from(b->left.p + got, b->left.n - got);
	return (ssize_t)got;
}

static int read_form(const char *type, struct sv form, size_t step, size_t room, struct buf *out,
	struct err *err)
{
	char length[64], content[256];
	const char *env[] = {length, content, NULL};
	struct body body = {form, step};
	struct multipart *m CLEANUP(multipart_free) = NULL;
	struct http_request rq = {.io = {.read = body_read, .ctx = &body},
		.env = env,
		.content_length = (int64_t)form.n};
	char bytes[4096];
	ssize_t n;

	snprintf(length, sizeof(length), "CONTENT_LENGTH=%zu", form.n);
	snprintf(content, sizeof(content), "CONTENT_TYPE=%s", type);
	int rc = multipart_open(&rq, &m, err);
	if (rc != 0)
		return rc;
	while ((n = multipart_read(m, bytes, room, err)) > 0)
		buf_add(out, bytes, (size_t)n);
	return (int)n;
}

#define FORM "multipart/form-data; boundary=XyZ"
#define FILE_HEAD                                                                                  \
	"Content-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: "       \
	"text/csv\r\n\r\n"

static const struct {
	const char *label, *type, *body, *file;
	int rc;
} cases[] = {
	{"plain", FORM, "--XyZ\r\n" FILE_HEAD "a,b\r\n1,2\r\n\r\n--XyZ--\r\n", "a,b\r\n1,2\r\n", 0},
	{"quoted boundary", "multipart/form-data; boundary=\"Xy Z\"",
		"--Xy Z\r\n" FILE_HEAD "x\r\n--Xy Z--", "x", 0},
	{"other case", "Multipart/Form-Data; charset=utf-8; BOUNDARY=XyZ",
		"--XyZ\r\n" FILE_HEAD "x\r\n--XyZ--\r\n", "x", 0},
	{"empty file", FORM, "--XyZ\r\n" FILE_HEAD "\r\n--XyZ--\r\n", "", 0},
	{"almost boundaries", FORM, "--XyZ\r\n" FILE_HEAD "\r\n--Xy\r\n--XyY\r\n-\r\n--XyZ--\r\n",
		"\r\n--Xy\r\n--XyY\r\n-", 0},
	{"a field before it", FORM,
		"--XyZ\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--XyZ\r\n" FILE_HEAD
		"x\r\n--XyZ--\r\n", "x", 0},
	{"an epilogue", FORM, "--XyZ\r\n" FILE_HEAD "x\r\n--XyZ--\r\nbye", "x", 0},
	{"two files", FORM, "--XyZ\r\n" FILE_HEAD "x\r\n--XyZ\r\n" FILE_HEAD "y\r\n--XyZ--\r\n", NULL,
		E_BAD_REQUEST},
	{"no file", FORM, "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--XyZ--\r\n",
		NULL, E_BAD_REQUEST},
	{"no end", FORM, "--XyZ\r\n" FILE_HEAD "x\r\n--Xy", NULL, E_BAD_REQUEST},
	{"nothing behind the boundary", FORM, "--XyZ\r\n" FILE_HEAD "x\r\n--XyZ", NULL, E_BAD_REQUEST},
	{"rubbish behind the boundary", FORM, "--XyZ\r\n" FILE_HEAD "x\r\n--XyZ??", NULL, E_BAD_REQUEST},
	{"no boundary at all", "multipart/form-data", "x", NULL, E_BAD_REQUEST},
	{"another type", "text/csv; boundary=XyZ", "x", NULL, E_MEDIA_TYPE},
	{"a preamble", FORM, "hello\r\n--XyZ\r\n" FILE_HEAD "x\r\n--XyZ--\r\n", NULL, E_BAD_REQUEST},
	{"headers without end", FORM, "--XyZ\r\nContent-Disposition: form-data", NULL, E_BAD_REQUEST},
	{"nothing", FORM, "", NULL, E_BAD_REQUEST},
};

static void test_forms(void **state)
{
	static const size_t steps[] = {1, 2, 3, 7, 4096};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t k = 0; k < ARRAY_LEN(steps); k++) {
			struct buf out CLEANUP(buf_free) = BUF_INIT;
			struct err err = {0};

			CHECK_INT(cases[i].label,
				read_form(cases[i].type, sv_from_cstr(cases[i].body), steps[k],
					1 + k * 100, &out, &err),
				cases[i].rc);
			if (cases[i].file != NULL)
				CHECK_STR(cases[i].label, buf_cstr(&out), cases[i].file);
		}
}

/* A file larger than the window, with the boundary's start in many places of it. */
static void test_a_large_file(void **state)
{
	struct buf form CLEANUP(buf_free) = BUF_INIT, file CLEANUP(buf_free) = BUF_INIT;
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};

	(void)state;
	for (unsigned i = 0; i < 20000; i++)
		buf_printf(&file, "%u\r\n--Xy%s", i, i % 3 == 0 ? "" : "z");
	buf_add_cstr(&form, "--XyZ\r\n" FILE_HEAD);
	buf_add_sv(&form, buf_sv(&file));
	buf_add_cstr(&form, "\r\n--XyZ--\r\n");
	assert_int_equal(read_form(FORM, buf_sv(&form), 1000, 4096, &out, &err), 0);
	assert_true(sv_eq(buf_sv(&out), buf_sv(&file)));
}

/* The client goes away at any byte. */
static void test_cut_short(void **state)
{
	static const char form[] = "--XyZ\r\n" FILE_HEAD "some bytes\r\n--XyZ--";

	(void)state;
	for (size_t n = 0; n + 1 < sizeof(form); n++) {
		struct buf out CLEANUP(buf_free) = BUF_INIT;
		struct err err = {0};

		assert_true(read_form(FORM, sv_from(form, n), 5, 100, &out, &err) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_a_large_file),
		cmocka_unit_test(test_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
