#ifndef COL_COL_FILE_H
#define COL_COL_FILE_H
/*
 * The container of every column file: a header, a directory, and sections of raw arrays. What the
 * sections mean is the business of table_file.h and result_file.h.
 *
 *   0   8  "RECONCOL"          16  u64 size of the file       32  u64 sum of header (with this
 *   8  u32 version (1)         24  u32 number of sections              field 0) and directory
 *  12  u32 kind                28  u32 0                      40 .. 63 zero
 *  64  directory, one entry per section, ascending by (index, tag):
 *      u32 index, u32 tag, u64 offset, u64 size, u64 sum
 *  then the sections in that order, each at the next multiple of 64, zeros between and behind.
 *
 * Everything is little-endian and there is neither a time nor a name of a machine in it: equal
 * content gives equal bytes, and there is one way only to write a file, which open checks. A sum is
 * a guard against mistakes, not against an adversary: the vault authenticates.
 *
 * Reading survives any bytes: E_CORRUPT with what is wrong. Nothing is read that nobody asks for.
 */
#include "base/base.h"
#include "base/err.h"

enum col_file_kind {
	COL_FILE_DATASET = 1,
	COL_FILE_REJECTS = 2,
	COL_FILE_RESULT = 3,
};

#define COL_FILE_SECTIONS_MAX 8192u

/* Takes n bytes; called in order. Returns 0 or an E_* that the writer passes on. */
struct col_sink {
	int (*write)(void *ctx, const void *p, size_t n, struct err *err);
	void *ctx;
};

/* Reads exactly n bytes at offset; offset + n <= size is kept by the caller. */
struct col_source {
	int (*pread)(void *ctx, uint64_t offset, void *p, size_t n, struct err *err);
	void *ctx;
	uint64_t size;
	const char *bytes; /* all of it, where it lies in memory; else NULL */
};

/* A source over bytes in memory, which must stay while it is used. */
struct col_memory {
	const uint8_t *p;
	size_t n;
};
struct col_source col_source_memory(struct col_memory *m);
/* A sink that appends to a struct buf. */
struct buf;
struct col_sink col_sink_buf(struct buf *b);

/* ---- writing ---- */

struct col_part {
	uint32_t index;
	uint32_t tag;
	const void *p;
	uint64_t n;
};

/* parts ascend strictly by (index, tag). Errors of the sink; E_LIMIT for too many parts. */
MUST_CHECK int col_file_write(enum col_file_kind kind, const struct col_part *parts, size_t nparts,
	struct col_sink sink, struct err *err);

/* ---- reading ---- */

struct col_section {
	uint32_t index;
	uint32_t tag;
	uint64_t offset;
	uint64_t n;
	uint64_t sum;
};

struct col_file {
	struct col_source src;
	uint32_t nsections;
	struct col_section *sections; /* owned */
};

#define COL_FILE_INIT ((struct col_file){0})
void col_file_close(struct col_file *f); /* also the CLEANUP function */
/* Reads header and directory. The source must outlive the file. */
MUST_CHECK int col_file_open(
	struct col_source src, enum col_file_kind kind, struct col_file *ret, struct err *err);
/* NULL when the file has no such section. */
const struct col_section *col_file_find(const struct col_file *f, uint32_t index, uint32_t tag);
/* Reads the section of exactly n bytes to dst, and checks its sum. E_CORRUPT when there is none, or
 * of another size. */
MUST_CHECK int col_file_read(const struct col_file *f, uint32_t index, uint32_t tag, void *dst,
	uint64_t n, struct err *err);
/* As above into zeroed memory of the allocation list (col_alloc.h). */
struct col_alloc;
MUST_CHECK int col_file_load(const struct col_file *f, uint32_t index, uint32_t tag, uint64_t n,
	struct col_alloc **list, void *ret_ptr, struct err *err);

#endif
