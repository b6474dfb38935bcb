/*
 * Compressed files read like what is inside; bombs, damage and what is cut short are refused.
 */
#include "read/packed.h"

#include <zlib.h>
#include <zstd.h>

#include "../unit.h"
#include "read/read.h"
#include "read_util.h"

static void gzip(struct sv s, struct buf *out)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)s.p, .avail_in = (unsigned)s.n};

	assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	size_t cap = deflateBound(&z, s.n) + 64;
	z.next_out = buf_reserve(out, cap);
	z.avail_out = (unsigned)cap;
	assert_non_null(z.next_out);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	buf_commit(out, cap - z.avail_out);
	deflateEnd(&z);
}

static void zstd(struct sv s, struct buf *out)
{
	size_t cap = ZSTD_compressBound(s.n);
	char *to = buf_reserve(out, cap);

	assert_non_null(to);
	size_t n = ZSTD_compress(to, cap, s.p, s.n, 1);
	assert_false(ZSTD_isError(n));
	buf_commit(out, n);
}

typedef void pack_fn(struct sv s, struct buf *out);
static pack_fn *const packers[] = {gzip, zstd};

/* Bytes that hardly compress, and tell where they are. */
static void add_noise(struct buf *b, size_t n)
{
	uint64_t x = 88172645463325252u;

	for (size_t i = 0; i < n; i += 8) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		buf_add(b, &x, 8);
	}
}

static void test_any_part(void **state)
{
	static const struct {
		uint64_t offset;
		size_t n;
	} parts[] = {{0, 10}, {(1 << 20) - 5, 10}, {3 << 20, 100000}, {1500000, 70000},
		{(5 << 20) - 16, 16}, {4 << 20, 1 << 20}, {0, 5 << 20}, {2 << 20, 1}};
	struct buf plain CLEANUP(buf_free) = BUF_INIT;
	static char got[5 << 20];

	(void)state;
	add_noise(&plain, 5 << 20);
	for (size_t k = 0; k < ARRAY_LEN(packers); k++) {
		struct packed *p CLEANUP(packed_close) = NULL;
		struct buf packed CLEANUP(buf_free) = BUF_INIT;
		struct col_source src;
		struct col_memory m;

		/* Two members or frames, one behind the other. */
		packers[k](sv_from(plain.p, 3 << 20), &packed);
		packers[k](sv_from(plain.p + (3 << 20), 2 << 20), &packed);
		assert_int_equal(packed_open(source_of(buf_sv(&packed), &m), &p, &src, NULL), 0);
		assert_non_null(p);
		assert_int_equal(src.size, plain.n);
		for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
			assert_int_equal(
				src.pread(src.ctx, parts[i].offset, got, parts[i].n, NULL), 0);
			assert_memory_equal(got, plain.p + parts[i].offset, parts[i].n);
		}
	}
}

static void test_plain_files_pass(void **state)
{
	struct packed *p = NULL;
	struct col_source src;
	struct col_memory m;

	(void)state;
	assert_int_equal(packed_open(source_of(SV("a,b\n1,2\n"), &m), &p, &src, NULL), 0);
	assert_null(p);
	assert_int_equal(src.size, 8);
}

static void test_refused(void **state)
{
	static char zeros[12 << 20];

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(packers); k++) {
		struct packed *p = NULL;
		struct buf bomb CLEANUP(buf_free) = BUF_INIT, once CLEANUP(buf_free) = BUF_INIT;
		struct buf twice CLEANUP(buf_free) = BUF_INIT, none CLEANUP(buf_free) = BUF_INIT;
		struct col_source src;
		struct col_memory m;

		packers[k](sv_from(zeros, sizeof(zeros)), &bomb);
		assert_int_equal(
			packed_open(source_of(buf_sv(&bomb), &m), &p, &src, NULL), E_ARCHIVE);
		packers[k](SV("a,b\n1,2\n"), &once);
		packers[1 - k](buf_sv(&once), &twice);
		assert_int_equal(
			packed_open(source_of(buf_sv(&twice), &m), &p, &src, NULL), E_UNREADABLE);
		buf_reset(&twice);
		packers[k](SV("PK\x03\x04 and more"), &twice);
		assert_int_equal(
			packed_open(source_of(buf_sv(&twice), &m), &p, &src, NULL), E_UNREADABLE);
		packers[k](SV(""), &none);
		assert_int_equal(
			packed_open(source_of(buf_sv(&none), &m), &p, &src, NULL), E_FILE_EMPTY);
		for (size_t n = 4; n < once.n; n++)
			assert_int_equal(
				packed_open(source_of(sv_from(once.p, n), &m), &p, &src, NULL),
				E_UNREADABLE);
		buf_add_cstr(&once, "garbage");
		assert_int_equal(
			packed_open(source_of(buf_sv(&once), &m), &p, &src, NULL), E_UNREADABLE);
		assert_null(p);
	}
}

/* The same table, the same mapping. */
static void test_read(void **state)
{
	static const char *const texts[] = {
		"Date,Amount\n2024-01-31,1.00\n2024-02-01,2.00\n",
		"{\"Date\":\"2024-01-31\",\"Amount\":\"1.00\"}\n"
		"{\"Date\":\"2024-02-01\",\"Amount\":\"2.00\"}\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		for (size_t k = 0; k < ARRAY_LEN(packers); k++) {
			struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
			struct buf packed CLEANUP(buf_free) = BUF_INIT;
			struct buf rows CLEANUP(buf_free) = BUF_INIT;
			struct arena a CLEANUP(arena_free) = {0};
			struct read_proposal p;
			struct col_memory m;

			arena_init(&a, 0);
			packers[k](sv_from_cstr(texts[i]), &packed);
			assert_int_equal(
				read_detect(source_of(buf_sv(&packed), &m), NULL, &a, &p, NULL), 0);
			assert_int_equal(
				read_file(source_of(buf_sv(&packed), &m), &p.mapping, &r, NULL), 0);
			table_text(&r.table, &rows);
			assert_string_equal(buf_cstr(&rows), "1.00|2024-01-31\n2.00|2024-02-01");
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_part),
		cmocka_unit_test(test_plain_files_pass),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
