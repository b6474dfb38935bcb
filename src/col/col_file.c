/*
 * The container of column files. The reader trusts nothing: it accepts a directory only if it is
 * byte for byte the one that the writer would have made for these sections, which also means that
 * sections cannot overlap, hide bytes between them or point outside.
 */
#include "col/col_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "col/col_alloc.h"

_Static_assert(
	__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arrays are stored as they lie in memory");

#define FILE_ALIGN 64u
#define FILE_VERSION 1u

struct file_header {
	char magic[8];
	uint32_t version;
	uint32_t kind;
	uint64_t size;
	uint32_t nsections;
	uint32_t zero;
	uint64_t sum;
	uint8_t pad[24];
};
_Static_assert(sizeof(struct file_header) == 64, "header layout");

struct file_entry {
	uint32_t index;
	uint32_t tag;
	uint64_t offset;
	uint64_t n;
	uint64_t sum;
};
_Static_assert(sizeof(struct file_entry) == 32, "directory layout");

static const char magic[8] = {'R', 'E', 'C', 'O', 'N', 'C', 'O', 'L'};
static const uint8_t zeros[FILE_ALIGN];

/* ---- the sum: four lanes of multiply and fold ---- */

static uint64_t sum_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)(a ^ UINT64_C(0xa0761d6478bd642f)) *
			      (b ^ UINT64_C(0xe7037ed1a0b428db));

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t sum_bytes(uint64_t seed, const void *data, uint64_t n)
{
	const uint8_t *p = data;
	uint64_t lane[4] = {seed, seed + 1, seed + 2, seed + 3}, w[8];
	uint64_t i = 0;

	for (; n - i >= sizeof(w); i += sizeof(w)) {
		memcpy(w, p + i, sizeof(w));
		for (int k = 0; k < 4; k++)
			lane[k] = sum_mix(lane[k] ^ w[2 * k], w[2 * k + 1]);
	}
	memset(w, 0, sizeof(w));
	if (n > i)
		memcpy(w, p + i, n - i);
	for (int k = 0; k < 4; k++)
		lane[k] = sum_mix(lane[k] ^ w[2 * k], w[2 * k + 1]);
	return sum_mix(sum_mix(lane[0], lane[1]), sum_mix(lane[2], lane[3]) ^ n);
}

static uint64_t align_up(uint64_t n)
{
	return (n + FILE_ALIGN - 1) / FILE_ALIGN * FILE_ALIGN;
}

/* ---- memory as source and sink ---- */

static int memory_pread(void *ctx, uint64_t offset, void *p, size_t n, struct err *err)
{
	struct col_memory *m = ctx;

	if (offset > m->n || n > m->n - offset)
		return err_set(err, E_CORRUPT, "The file ends too early.");
	if (n > 0)
		memcpy(p, m->p + offset, n);
	return 0;
}

struct col_source col_source_memory(struct col_memory *m)
{
	return (struct col_source){memory_pread, m, m->n, (const char *)m->p};
}

static int buf_write(void *ctx, const void *p, size_t n, struct err *err)
{
	struct buf *b = ctx;

	buf_add(b, p, n);
	return buf_ok(b) ? 0 : err_set(err, b->error, NULL);
}

struct col_sink col_sink_buf(struct buf *b)
{
	return (struct col_sink){buf_write, b};
}

/* ---- writing ---- */

static uint64_t header_sum(struct file_header h, const struct file_entry *dir)
{
	h.sum = 0;
	return sum_bytes(sum_bytes(1, &h, sizeof(h)), dir, h.nsections * sizeof(*dir));
}

static struct file_header file_header_make(enum col_file_kind kind, const struct col_part *parts,
	size_t nparts, struct file_entry *dir)
{
	struct file_header h = {.version = FILE_VERSION, .kind = kind};
	uint64_t offset = align_up(sizeof(h) + nparts * sizeof(*dir));

	for (size_t i = 0; i < nparts; i++) {
		assert(i == 0 || parts[i - 1].index < parts[i].index ||
			(parts[i - 1].index == parts[i].index && parts[i - 1].tag < parts[i].tag));
		dir[i] = (struct file_entry){parts[i].index, parts[i].tag, offset, parts[i].n,
			sum_bytes(parts[i].tag, parts[i].p, parts[i].n)};
		offset = align_up(offset + parts[i].n);
	}
	memcpy(h.magic, magic, sizeof(magic));
	h.size = offset;
	h.nsections = (uint32_t)nparts;
	h.sum = header_sum(h, dir);
	return h;
}

/* Writes n bytes and zeros up to the next multiple of 64. */
static int write_padded(struct col_sink sink, const void *p, uint64_t n, struct err *err)
{
	uint64_t pad = align_up(n) - n;
	int rc = 0;

	if (n > 0)
		rc = sink.write(sink.ctx, p, n, err);
	if (rc == 0 && pad > 0)
		rc = sink.write(sink.ctx, zeros, pad, err);
	return rc;
}

int col_file_write(enum col_file_kind kind, const struct col_part *parts, size_t nparts,
	struct col_sink sink, struct err *err)
{
	if (nparts > COL_FILE_SECTIONS_MAX)
		return err_set(err, E_LIMIT, "A column file has at most %u sections.",
			COL_FILE_SECTIONS_MAX);
	struct file_entry *dir CLEANUP(free_ptr) = calloc(nparts + 1, sizeof(*dir));
	if (dir == NULL)
		return err_set(err, E_NO_MEMORY, NULL);

	struct file_header h = file_header_make(kind, parts, nparts, dir);
	int rc = sink.write(sink.ctx, &h, sizeof(h), err);
	if (rc == 0)
		rc = write_padded(sink, dir, nparts * sizeof(*dir), err);
	for (size_t i = 0; rc == 0 && i < nparts; i++)
		rc = write_padded(sink, parts[i].p, parts[i].n, err);
	return rc;
}

/* ---- reading ---- */

#define CORRUPT(...) err_set(err, E_CORRUPT, __VA_ARGS__)

void col_file_close(struct col_file *f)
{
	free(f->sections);
	*f = COL_FILE_INIT;
}

static int header_check(
	const struct file_header *h, enum col_file_kind kind, uint64_t size, struct err *err)
{
	if (memcmp(h->magic, magic, sizeof(magic)) != 0)
		return CORRUPT("This is not a column file.");
	if (h->version != FILE_VERSION)
		return CORRUPT("The column file has version %u; this program reads %u.", h->version,
			FILE_VERSION);
	if (h->kind != (uint32_t)kind)
		return CORRUPT("The column file is of kind %u, not %u.", h->kind, (unsigned)kind);
	if (h->size != size)
		return CORRUPT("The column file has lost its end, or something follows it.");
	if (h->nsections > COL_FILE_SECTIONS_MAX || h->zero != 0 ||
		memcmp(h->pad, zeros, sizeof(h->pad)) != 0)
		return CORRUPT("The header of the column file is not valid.");
	return 0;
}

/* Copies the directory to sections, checking that each is where the writer would have put it. */
static int directory_check(const struct file_header *h, const struct file_entry *dir,
	struct col_section *sections, struct err *err)
{
	uint64_t offset = align_up(sizeof(*h) + h->nsections * sizeof(*dir));

	for (uint32_t i = 0; i < h->nsections; i++) {
		const struct file_entry *e = &dir[i];

		if (i > 0 && (e->index < dir[i - 1].index ||
				     (e->index == dir[i - 1].index && e->tag <= dir[i - 1].tag)))
			return CORRUPT("The directory of the column file is not in order.");
		if (offset > h->size || e->offset != offset || e->n > h->size - offset)
			return CORRUPT("Section %u of the column file lies outside.", i);
		sections[i] = (struct col_section){e->index, e->tag, e->offset, e->n, e->sum};
		offset = align_up(offset + e->n);
	}
	return offset == h->size ? 0 : CORRUPT("The column file has bytes in no section.");
}

int col_file_open(
	struct col_source src, enum col_file_kind kind, struct col_file *ret, struct err *err)
{
	struct file_header h;

	if (src.size < sizeof(h))
		return CORRUPT("The column file is too short.");
	int rc = src.pread(src.ctx, 0, &h, sizeof(h), err);
	if (rc == 0)
		rc = header_check(&h, kind, src.size, err);
	if (rc != 0)
		return rc;
	size_t dir_size = h.nsections * sizeof(struct file_entry);
	if (dir_size > src.size - sizeof(h))
		return CORRUPT("The column file is shorter than its directory.");

	struct file_entry *dir CLEANUP(free_ptr) = malloc(dir_size + 1);
	struct col_section *sections CLEANUP(free_ptr) =
		calloc(h.nsections + 1u, sizeof(*sections));
	if (dir == NULL || sections == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	rc = src.pread(src.ctx, sizeof(h), dir, dir_size, err);
	if (rc == 0 && header_sum(h, dir) != h.sum)
		rc = CORRUPT("The directory of the column file is damaged.");
	if (rc == 0)
		rc = directory_check(&h, dir, sections, err);
	if (rc == 0)
		*ret = (struct col_file){src, h.nsections, TAKE(sections)};
	return rc;
}

const struct col_section *col_file_find(const struct col_file *f, uint32_t index, uint32_t tag)
{
	uint32_t low = 0, high = f->nsections;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		const struct col_section *s = &f->sections[mid];

		if (s->index == index && s->tag == tag)
			return s;
		if (s->index < index || (s->index == index && s->tag < tag))
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

int col_file_read(const struct col_file *f, uint32_t index, uint32_t tag, void *dst, uint64_t n,
	struct err *err)
{
	const struct col_section *s = col_file_find(f, index, tag);

	if (s == NULL || s->n != n)
		return CORRUPT("Section %u.%u of the column file is missing or of another size.",
			index, tag);
	int rc = f->src.pread(f->src.ctx, s->offset, dst, n, err);
	if (rc == 0 && sum_bytes(tag, dst, n) != s->sum)
		rc = CORRUPT("Section %u.%u of the column file is damaged.", index, tag);
	return rc;
}

int col_file_load(const struct col_file *f, uint32_t index, uint32_t tag, uint64_t n,
	struct col_alloc **list, void *ret_ptr, struct err *err)
{
	const struct col_section *s = col_file_find(f, index, tag);

	/* Before allocating: the file cannot ask for more memory than it is long. */
	if (s == NULL || s->n != n)
		return CORRUPT("Section %u.%u of the column file is missing or of another size.",
			index, tag);
	void *p = col_alloc_new(list, n);
	if (p == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	memcpy(ret_ptr, &p, sizeof(p));
	return col_file_read(f, index, tag, p, n, err);
}
