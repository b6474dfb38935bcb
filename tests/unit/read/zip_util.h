#ifndef UNIT_ZIP_UTIL_H
#define UNIT_ZIP_UTIL_H
/*
 * Archives made in memory, honest ones and others.
 */
#include <zlib.h>

#include "base/buf.h"

#define ZIP_MAKE_MAX 16u

struct zip_make {
	struct buf out;
	struct buf central;
	uint16_t n;
	uint32_t at[ZIP_MAKE_MAX];       /* of the local headers */
	size_t central_at[ZIP_MAKE_MAX]; /* of their entries, in central */
};

static inline void zip_make_free(struct zip_make *z)
{
	buf_free(&z->out);
	buf_free(&z->central);
}

static inline void put16(struct buf *b, unsigned v)
{
	buf_add_char(b, (char)v);
	buf_add_char(b, (char)(v >> 8));
}

static inline void put32(struct buf *b, uint32_t v)
{
	put16(b, v & 0xffff);
	put16(b, v >> 16);
}

/* What both headers of a member share, from the version on. */
static inline void put_common(struct buf *b, unsigned flags, unsigned method, uint32_t crc,
	size_t packed, size_t size, const char *name)
{
	put16(b, 20);
	put16(b, flags);
	put16(b, method);
	put32(b, 0x21000000); /* 1996-08-00, midnight */
	put32(b, crc);
	put32(b, (uint32_t)packed);
	put32(b, (uint32_t)size);
	put16(b, (unsigned)strlen(name));
	put16(b, 0);
}

/* A deflated member, with the given sizes in the directory when they are not 0. */
static inline void zip_make_add_as(
	struct zip_make *z, const char *name, struct sv content, unsigned flags, uint32_t announced)
{
	static unsigned char packed[1 << 20];
	z_stream d = {.next_in = (Bytef *)(uintptr_t)content.p,
		.avail_in = (unsigned)content.n,
		.next_out = packed,
		.avail_out = sizeof(packed)};
	uint32_t crc = (uint32_t)crc32(0, (const Bytef *)content.p, (unsigned)content.n);

	deflateInit2(&d, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
	deflate(&d, Z_FINISH);
	size_t n = sizeof(packed) - d.avail_out;
	deflateEnd(&d);
	size_t size = announced != 0 ? announced : content.n;
	z->at[z->n] = (uint32_t)z->out.n;
	put32(&z->out, 0x04034b50);
	put_common(&z->out, flags, 8, crc, n, size, name);
	buf_add_cstr(&z->out, name);
	buf_add(&z->out, packed, n);
	z->central_at[z->n] = z->central.n;
	put32(&z->central, 0x02014b50);
	put16(&z->central, 20);
	put_common(&z->central, flags, 8, crc, n, size, name);
	put16(&z->central, 0); /* comment */
	put16(&z->central, 0); /* disk */
	put16(&z->central, 0);
	put32(&z->central, 0);
	put32(&z->central, z->at[z->n]);
	buf_add_cstr(&z->central, name);
	z->n++;
}

static inline void zip_make_add(struct zip_make *z, const char *name, const char *content)
{
	zip_make_add_as(z, name, sv_from_cstr(content), 0, 0);
}

/* A member that is not compressed, as OpenDocument wants its first one. */
static inline void zip_make_store(struct zip_make *z, const char *name, const char *content)
{
	size_t n = strlen(content);
	uint32_t crc = (uint32_t)crc32(0, (const Bytef *)content, (unsigned)n);

	z->at[z->n] = (uint32_t)z->out.n;
	put32(&z->out, 0x04034b50);
	put_common(&z->out, 0, 0, crc, n, n, name);
	buf_add_cstr(&z->out, name);
	buf_add_cstr(&z->out, content);
	z->central_at[z->n] = z->central.n;
	put32(&z->central, 0x02014b50);
	put16(&z->central, 20);
	put_common(&z->central, 0, 0, crc, n, n, name);
	put16(&z->central, 0);
	put16(&z->central, 0);
	put16(&z->central, 0);
	put32(&z->central, 0);
	put32(&z->central, z->at[z->n]);
	buf_add_cstr(&z->central, name);
	z->n++;
}

/* A file of gzip, which is one member alone. */
static inline void zip_make_gzip(struct sv content, struct buf *out)
{
	z_stream d = {.next_in = (Bytef *)(uintptr_t)content.p, .avail_in = (unsigned)content.n};

	deflateInit2(&d, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY);
	size_t cap = deflateBound(&d, content.n) + 64;
	d.next_out = buf_reserve(out, cap);
	d.avail_out = (unsigned)cap;
	deflate(&d, Z_FINISH);
	buf_commit(out, cap - d.avail_out);
	deflateEnd(&d);
}

static inline struct sv zip_make_end(struct zip_make *z)
{
	uint32_t at = (uint32_t)z->out.n;

	buf_add_sv(&z->out, buf_sv(&z->central));
	put32(&z->out, 0x06054b50);
	put16(&z->out, 0);
	put16(&z->out, 0);
	put16(&z->out, z->n);
	put16(&z->out, z->n);
	put32(&z->out, (uint32_t)z->central.n);
	put32(&z->out, at);
	put16(&z->out, 0);
	return buf_sv(&z->out);
}

#endif
