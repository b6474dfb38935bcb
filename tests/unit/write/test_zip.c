/* Archives that are written: what the strict reader makes of them, and their bounds. */
#include "read/zip_write.h"

#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "base/buf.h"
#include "read/zip.h"

static void write_two(struct buf *out, size_t large)
{
	struct zip_writer *w CLEANUP(zip_writer_free) = NULL;
	struct err err = {0};
	char *noise CLEANUP(free_ptr) = malloc(large);
	uint32_t x = 1;

	assert_non_null(noise);
	for (size_t i = 0; i < large; i++) {
		x = x * 1664525u + 1013904223u;
		noise[i] = (char)(x >> 24);
	}
	assert_int_equal(zip_writer_new(col_sink_buf(out), &w, &err), 0);
	assert_int_equal(zip_writer_begin(w, "a/empty", &err), 0);
	assert_int_equal(zip_writer_begin(w, "large", &err), 0);
	for (size_t at = 0; at < large; at += 7777)
		assert_int_equal(
			zip_writer_put(w, noise + at, MIN(large - at, (size_t)7777), &err), 0);
	assert_int_equal(zip_writer_finish(w, &err), 0);
}

static void test_read_back(void **state)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 300000};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
		struct buf out CLEANUP(buf_free) = BUF_INIT;
		struct zip z CLEANUP(zip_free) = {0};
		struct zip_stream *s CLEANUP(zip_stream_free) = NULL;
		char room[4096];
		size_t n, total = 0;

		write_two(&out, sizes[k]);
		struct col_memory m = {(const uint8_t *)out.p, out.n};
		assert_int_equal(zip_open(col_source_memory(&m), &z, NULL), 0);
		assert_int_equal(z.n, 2);
		assert_int_equal(zip_find(&z, SV("a/empty"))->size, 0);
		const struct zip_entry *e = zip_find(&z, SV("large"));
		assert_non_null(e);
		assert_int_equal(e->size, sizes[k]);
		assert_int_equal(zip_stream_new(&z, e, &s, NULL), 0);
		do { /* the stream checks size and sum */
			assert_int_equal(zip_stream_read(s, room, sizeof(room), &n, NULL), 0);
			total += n;
		} while (n > 0);
		assert_int_equal(total, sizes[k]);
	}
}

static void test_equal_content_gives_equal_bytes(void **state)
{
	struct buf a CLEANUP(buf_free) = BUF_INIT, b CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	write_two(&a, 5000);
	write_two(&b, 5000);
	assert_true(sv_eq(buf_sv(&a), buf_sv(&b)));
}

static void test_members_are_bounded(void **state)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct zip_writer *w CLEANUP(zip_writer_free) = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(zip_writer_new(col_sink_buf(&out), &w, &err), 0);
	for (unsigned i = 0; i < ZIP_WRITE_MEMBERS_MAX; i++)
		assert_int_equal(zip_writer_begin(w, "same", &err), 0);
	assert_int_equal(zip_writer_begin(w, "same", &err), E_LIMIT);
}

/* Takes a few bytes, then fails. */
struct full {
	size_t room;
};

static int full_write(void *ctx, const void *p, size_t n, struct err *err)
{
	struct full *f = ctx;

	(void)p;
	if (n > f->room)
		return err_set(err, E_NO_SPACE, NULL);
	f->room -= n;
	return 0;
}

static int write_into(struct full *f, struct err *err)
{
	struct zip_writer *w CLEANUP(zip_writer_free) = NULL;
	int rc = zip_writer_new((struct col_sink){full_write, f}, &w, err);

	if (rc == 0)
		rc = zip_writer_begin(w, "x", err);
	if (rc == 0)
		rc = zip_writer_put(w, "some bytes", 10, err);
	if (rc == 0)
		rc = zip_writer_begin(w, "y", err);
	return rc != 0 ? rc : zip_writer_finish(w, err);
}

static void test_errors_of_the_sink_come_through(void **state)
{
	struct full enough = {1000};
	struct err err = {0};

	(void)state;
	assert_int_equal(write_into(&enough, &err), 0);
	for (size_t room = 0; room < 1000 - enough.room; room++) {
		struct full f = {room};

		assert_int_equal(write_into(&f, &err), E_NO_SPACE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_equal_content_gives_equal_bytes),
		cmocka_unit_test(test_members_are_bounded),
		cmocka_unit_test(test_errors_of_the_sink_come_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
