#ifndef FUZZ_FUZZ_BOOK_H
#define FUZZ_FUZZ_BOOK_H
/*
 * Workbooks around the bytes of a fuzzer: those are one part, in an archive whose checksums are
 * right, since no fuzzer finds a CRC. Parts are stored, not deflated.
 */
#include <string.h>

#include <zlib.h>

#include "base/buf.h"
#include "fuzz/fuzz.h"
#include "read/read.h"

#define FUZZ_PARTS 8u

struct fuzz_zip {
	struct buf out, central;
	uint16_t n;
};

static inline void fuzz_put(struct buf *b, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_add_char(b, i < 8 ? (char)(v >> (8 * i)) : 0);
}

static inline void fuzz_zip_common(struct buf *b, const char *name, struct sv content)
{
	uint32_t crc = (uint32_t)crc32(0, (const Bytef *)content.p, (uInt)content.n);

	fuzz_put(b, 20, 2);
	fuzz_put(b, 0, 8); /* flags, stored, time */
	fuzz_put(b, crc, 4);
	fuzz_put(b, content.n, 4);
	fuzz_put(b, content.n, 4);
	fuzz_put(b, strlen(name), 2);
	fuzz_put(b, 0, 2);
}

static inline void fuzz_zip_add(struct fuzz_zip *z, const char *name, struct sv content)
{
	size_t at = z->out.n;

	fuzz_put(&z->out, 0x04034b50, 4);
	fuzz_zip_common(&z->out, name, content);
	buf_add_cstr(&z->out, name);
	buf_add_sv(&z->out, content);
	fuzz_put(&z->central, 0x02014b50, 4);
	fuzz_put(&z->central, 20, 2);
	fuzz_zip_common(&z->central, name, content);
	fuzz_put(&z->central, 0, 10);
	fuzz_put(&z->central, at, 4);
	buf_add_cstr(&z->central, name);
	z->n++;
}

static inline struct sv fuzz_zip_end(struct fuzz_zip *z)
{
	size_t at = z->out.n;

	buf_add_sv(&z->out, buf_sv(&z->central));
	fuzz_put(&z->out, 0x06054b50, 4);
	fuzz_put(&z->out, 0, 4);
	fuzz_put(&z->out, z->n, 2);
	fuzz_put(&z->out, z->n, 2);
	fuzz_put(&z->out, z->central.n, 4);
	fuzz_put(&z->out, at, 4);
	fuzz_put(&z->out, 0, 2);
	return buf_sv(&z->out);
}

static inline void fuzz_zip_free(struct fuzz_zip *z)
{
	buf_free(&z->out);
	buf_free(&z->central);
}

/* What is in a row's line of the file is in no other row's, but for JSON, whose records may share one. */
static inline void fuzz_check_lines(const struct read_result *r, uint32_t apart)
{
	for (uint32_t i = 0; i < r->table.rows; i++)
		FUZZ_ASSERT(r->table.line[i] >= (i == 0 ? 1 : r->table.line[i - 1] + apart));
}

/* Detects, then reads through what was proposed: the mapping must be valid and fit its own file.
 * apart: by how many lines rows differ at least. */
static inline void fuzz_read(struct sv file, uint32_t apart)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct col_memory m = {(const uint8_t *)file.p, file.n};
	struct col_source src = col_source_memory(&m);
	struct read_proposal p;
	struct err err = {0};

	arena_init(&a, 256u << 20);
	if (read_detect(src, NULL, &a, &p, &err) != 0)
		return;
	FUZZ_ASSERT(mapping_check(&p.mapping, &err) == 0);
	int rc = read_file(src, &p.mapping, &r, &err);
	FUZZ_ASSERT(rc != E_MAPPING);
	if (rc != 0)
		return;
	FUZZ_ASSERT(r.info.rows_read ==
		    r.info.rows_accepted + r.info.rows_rejected + r.info.rows_skipped);
	FUZZ_ASSERT(r.table.rows == r.info.rows_accepted);
	FUZZ_ASSERT(r.rejects.rows == r.info.rows_rejected);
	fuzz_check_lines(&r, apart);
}

#endif
