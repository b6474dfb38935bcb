/*
 * Two decompressors behind one step function, and a source over them.
 */
#include "read/packed.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>
#include <zstd.h>

#include "read/cfb.h"
#include "read/read.h"
#include "read/zip.h"

#define INPUT_BYTES 65536u
#define OUTPUT_BYTES 65536u
#define WINDOW_LOG_MAX 27 /* of Zstandard: 128 MiB */

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

struct packed {
	struct col_source src;
	enum packing packing;
	uint64_t in;   /* compressed bytes taken from src */
	uint64_t at;   /* of the output: where the next byte belongs */
	uint64_t size; /* of all of it */
	bool whole;    /* the last frame or member has ended */
	z_stream gzip;
	bool gzip_open;
	ZSTD_DCtx *zstd;
	uint8_t *next; /* of input: what is not decompressed yet */
	size_t left;
	char *head,
		*tail; /* PACKED_KEPT each; byte i of the output is at i % PACKED_KEPT of tail */
	uint8_t input[INPUT_BYTES];
	char output[OUTPUT_BYTES];
};

static int damaged(struct err *err)
{
	return err_set(err, E_UNREADABLE, "The compressed file is damaged or cut short.");
}

static enum packing packing_of(struct sv head)
{
	if (sv_starts_with(head, SV("\x1f\x8b\x08")))
		return PACKING_GZIP;
	return sv_starts_with(head, SV("\x28\xb5\x2f\xfd")) ? PACKING_ZSTD : PACKING_NONE;
}

void packed_close(struct packed **p)
{
	if (*p == NULL)
		return;
	if ((*p)->gzip_open)
		inflateEnd(&(*p)->gzip);
	ZSTD_freeDCtx((*p)->zstd);
	free((*p)->head);
	free((*p)->tail);
	free(*p);
	*p = NULL;
}

/* ---- decompressing ---- */

/* To the beginning. */
static int rewind_packed(struct packed *p, struct err *err)
{
	p->in = 0;
	p->at = 0;
	p->whole = false;
	p->next = p->input;
	p->left = 0;
	if (p->packing == PACKING_ZSTD) {
		ZSTD_DCtx_reset(p->zstd, ZSTD_reset_session_only);
		return 0;
	}
	int rc = p->gzip_open ? inflateReset(&p->gzip) : inflateInit2(&p->gzip, MAX_WBITS + 16);
	p->gzip_open = p->gzip_open || rc == Z_OK;
	return rc == Z_OK ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

/* Compressed bytes where none are left; none at the end of src. */
static int read_input(struct packed *p, struct err *err)
{
	size_t n = (size_t)MIN((uint64_t)INPUT_BYTES, p->src.size - p->in);
	int rc = p->left > 0 || n == 0 ? 0 : p->src.pread(p->src.ctx, p->in, p->input, n, err);

	if (rc != 0 || p->left > 0)
		return rc;
	p->in += n;
	p->next = p->input;
	p->left = n;
	return 0;
}

static int step_gzip(struct packed *p, char *dst, size_t cap, size_t *ret_n, struct err *err)
{
	z_stream *z = &p->gzip;

	if (p->whole && p->left > 0 && inflateReset(z) != Z_OK) /* another member follows */
		return damaged(err);
	z->next_in = p->next;
	z->avail_in = (unsigned)p->left;
	z->next_out = (Bytef *)dst;
	z->avail_out = (unsigned)cap;
	int state = p->whole && p->left == 0 ? Z_STREAM_END : inflate(z, Z_NO_FLUSH);
	p->whole = state == Z_STREAM_END;
	if (state == Z_MEM_ERROR)
		return err_set(err, E_NO_MEMORY, NULL);
	if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
		return damaged(err);
	p->next += p->left - z->avail_in;
	p->left = z->avail_in;
	*ret_n = cap - z->avail_out;
	return 0;
}

static int step_zstd(struct packed *p, char *dst, size_t cap, size_t *ret_n, struct err *err)
{
	ZSTD_inBuffer in = {p->next, p->left, 0};
	ZSTD_outBuffer out = {dst, cap, 0};

	if (p->whole && p->left == 0)
		return 0;
	size_t more = ZSTD_decompressStream(p->zstd, &out, &in);
	if (ZSTD_isError(more))
		return damaged(err);
	p->whole = more == 0;
	p->next += in.pos;
	p->left -= in.pos;
	*ret_n = out.pos;
	return 0;
}

/* Some more bytes; *ret_n == 0 at the end. What is kept inside comes out when all input is taken. */
static int step(struct packed *p, char *dst, size_t cap, size_t *ret_n, struct err *err)
{
	bool end = false;

	*ret_n = 0;
	while (*ret_n == 0 && !end) {
		int rc = read_input(p, err);

		end = p->left == 0;
		if (rc == 0)
			rc = p->packing == PACKING_GZIP ? step_gzip(p, dst, cap, ret_n, err)
							: step_zstd(p, dst, cap, ret_n, err);
		if (rc != 0)
			return rc;
	}
	p->at += *ret_n;
	return *ret_n == 0 && !p->whole ? damaged(err) : 0;
}

/* ---- opening ---- */

/* n bytes that belong at offset at. */
static void keep(struct packed *p, uint64_t at, const char *bytes, size_t n)
{
	if (at < PACKED_KEPT)
		memcpy(p->head + at, bytes, MIN(n, (size_t)(PACKED_KEPT - at)));
	while (n > 0) {
		size_t to = (size_t)(at % PACKED_KEPT), part = MIN(n, PACKED_KEPT - to);

		memcpy(p->tail + to, bytes, part);
		at += part;
		bytes += part;
		n -= part;
	}
}

static int check_limits(const struct packed *p, struct err *err)
{
	if (p->at > READ_FILE_MAX)
		return err_set(err, E_ARCHIVE, "The file decompresses to more than 2 GiB.");
	if (p->at > PACKED_FREE_BYTES && p->at / PACKED_RATIO > p->src.size)
		return err_set(err, E_ARCHIVE,
			"The file decompresses to more than %u times its size.", PACKED_RATIO);
	return 0;
}

static int measure(struct packed *p, struct err *err)
{
	size_t n = 1;
	int rc = rewind_packed(p, err);

	while (rc == 0 && n > 0) {
		uint64_t at = p->at;

		rc = step(p, p->output, sizeof(p->output), &n, err);
		if (rc != 0)
			return rc;
		keep(p, at, p->output, n);
		rc = check_limits(p, err);
	}
	p->size = p->at;
	return rc;
}

/* ---- as a source ---- */

static void copy_tail(const struct packed *p, uint64_t offset, char *to, size_t n)
{
	while (n > 0) {
		size_t from = (size_t)(offset % PACKED_KEPT), part = MIN(n, PACKED_KEPT - from);

		memcpy(to, p->tail + from, part);
		offset += part;
		to += part;
		n -= part;
	}
}

/* Decompresses up to offset + n, keeping what is from offset on. */
static int read_through(struct packed *p, uint64_t offset, char *to, size_t n, struct err *err)
{
	int rc = offset < p->at ? rewind_packed(p, err) : 0;

	while (rc == 0 && n > 0) {
		bool before = p->at < offset;
		size_t got = 0, cap = sizeof(p->output);

		if (before)
			cap = (size_t)MIN((uint64_t)cap, offset - p->at);
		rc = step(p, before ? p->output : to, before ? cap : MIN(n, (size_t)1 << 30), &got,
			err);
		if (rc == 0 && got == 0)
			rc = damaged(err);
		if (rc != 0 || before)
			continue;
		to += got;
		offset += got;
		n -= got;
	}
	return rc;
}

static int packed_pread(void *ctx, uint64_t offset, void *p, size_t n, struct err *err)
{
	struct packed *f = ctx;

	if (offset + n <= PACKED_KEPT) {
		memcpy(p, f->head + offset, n);
		return 0;
	}
	if (f->size - offset <= PACKED_KEPT) {
		copy_tail(f, offset, p, n);
		return 0;
	}
	return read_through(f, offset, p, n, err);
}

/* What is compressed already, or is read here and there: each step back would start anew. */
static bool holds_container(struct sv head)
{
	return packing_of(head) != PACKING_NONE || zip_sniff(head) || cfb_sniff(head);
}

int packed_open(
	struct col_source src, struct packed **ret, struct col_source *ret_src, struct err *err)
{
	char head[4] = "";
	size_t n = (size_t)MIN(src.size, (uint64_t)sizeof(head));
	int rc = n == 0 ? 0 : src.pread(src.ctx, 0, head, n, err);
	enum packing packing = packing_of(sv_from(head, n));

	*ret = NULL;
	*ret_src = src;
	if (rc != 0 || packing == PACKING_NONE)
		return rc;
	struct packed *p CLEANUP(packed_close) = calloc(1, sizeof(*p));
	if (p == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	*p = (struct packed){.src = src, .packing = packing};
	p->head = malloc(PACKED_KEPT);
	p->tail = malloc(PACKED_KEPT);
	p->zstd = packing == PACKING_ZSTD ? ZSTD_createDCtx() : NULL;
	if (p->head == NULL || p->tail == NULL || (packing == PACKING_ZSTD && p->zstd == NULL))
		return err_set(err, E_NO_MEMORY, NULL);
	if (p->zstd != NULL)
		ZSTD_DCtx_setParameter(p->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	rc = measure(p, err);
	if (rc != 0)
		return rc;
	if (p->size == 0)
		return err_set(err, E_FILE_EMPTY, NULL);
	if (holds_container(sv_from(p->head, (size_t)MIN(p->size, (uint64_t)PACKED_KEPT))))
		return err_set(
			err, E_UNREADABLE, "The file is compressed twice: upload what is inside.");
	*ret_src = (struct col_source){.pread = packed_pread, .ctx = p, .size = p->size};
	*ret = TAKE(p);
	return 0;
}
