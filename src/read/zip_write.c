/* Writing ZIP; see zip_write.h. */
#include "read/zip_write.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define OUT_BYTES 65536u
#define FLAGS 0x0808u /* sizes follow the data; names are UTF-8 */
#define LEVEL 2 /* XML deflates well at any; this one is three times as fast as the usual 6 */
#define VERSION 20u
#define METHOD_DEFLATE 8u
#define DAY_ZERO 0x21u /* 1980-01-01, the first that can be said */

struct member {
	const char *name;
	uint32_t crc, packed, size, offset;
};

struct zip_writer {
	struct col_sink sink;
	uint64_t written; /* to the sink */
	struct member members[ZIP_WRITE_MEMBERS_MAX];
	uint32_t n;
	bool open; /* the last member */
	uint64_t packed, size;
	uLong crc;
	z_stream z;
	bool has_z;
	uint8_t out[OUT_BYTES];
};

int zip_writer_new(struct col_sink sink, struct zip_writer **ret, struct err *err)
{
	struct zip_writer *w CLEANUP(zip_writer_free) = calloc(1, sizeof(*w));

	if (w == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	w->sink = sink;
	if (deflateInit2(&w->z, LEVEL, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return err_set(err, E_NO_MEMORY, NULL);
	w->has_z = true;
	*ret = TAKE(w);
	return 0;
}

void zip_writer_free(struct zip_writer **w)
{
	if (*w == NULL)
		return;
	if ((*w)->has_z)
		deflateEnd(&(*w)->z);
	free(*w);
	*w = NULL;
}

static int put(struct zip_writer *w, const void *p, size_t n, struct err *err)
{
	if (w->written + n > UINT32_MAX)
		return err_set(err, E_LIMIT, "The archive would have more than 4 GiB.");
	w->written += n;
	return w->sink.write(w->sink.ctx, p, n, err);
}

static uint8_t *le16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	return p + 2;
}

static uint8_t *le32(uint8_t *p, uint32_t v)
{
	return le16(le16(p, v & 0xffff), v >> 16);
}

/* What local header and directory entry have in common: from the version to the name's length. */
static uint8_t *describe(uint8_t *p, const struct member *m)
{
	p = le16(p, VERSION);
	p = le16(p, FLAGS);
	p = le16(p, METHOD_DEFLATE);
	p = le16(p, 0);
	p = le16(p, DAY_ZERO);
	p = le32(p, m->crc);
	p = le32(p, m->packed);
	p = le32(p, m->size);
	return le16(p, (uint32_t)strlen(m->name));
}

/* Deflates what z->next_in has, to the end of the member with Z_FINISH. */
static int deflate_some(struct zip_writer *w, int flush, struct err *err)
{
	int state;

	do {
		w->z.next_out = w->out;
		w->z.avail_out = OUT_BYTES;
		state = deflate(&w->z, flush);
		size_t n = OUT_BYTES - w->z.avail_out;
		w->packed += n;
		int rc = n > 0 ? put(w, w->out, n, err) : 0;
		if (rc != 0)
			return rc;
	} while (w->z.avail_out == 0 || (flush == Z_FINISH && state != Z_STREAM_END));
	return 0;
}

static int end_member(struct zip_writer *w, struct err *err)
{
	uint8_t head[16], *p = head;
	struct member *m;
	int rc;

	if (!w->open)
		return 0;
	m = &w->members[w->n - 1];
	rc = deflate_some(w, Z_FINISH, err);
	if (rc != 0)
		return rc;
	if (w->size > UINT32_MAX)
		return err_set(err, E_LIMIT, "The archive would have more than 4 GiB.");
	w->open = false;
	m->crc = (uint32_t)w->crc;
	m->packed = (uint32_t)w->packed;
	m->size = (uint32_t)w->size;
	p = le32(p, 0x08074b50);
	p = le32(p, m->crc);
	p = le32(p, m->packed);
	le32(p, m->size);
	return put(w, head, sizeof(head), err);
}

int zip_writer_begin(struct zip_writer *w, const char *name, struct err *err)
{
	uint8_t head[30], *p = head;
	int rc = end_member(w, err);

	if (rc != 0)
		return rc;
	if (w->n == ZIP_WRITE_MEMBERS_MAX)
		return err_set(err, E_LIMIT, NULL);
	struct member *m = &w->members[w->n++];
	*m = (struct member){.name = name, .offset = (uint32_t)w->written};
	w->open = true;
	w->packed = w->size = 0;
	w->crc = crc32(0, NULL, 0);
	if (deflateReset(&w->z) != Z_OK)
		return err_set(err, E_INTERNAL, NULL);
	p = le32(p, 0x04034b50);
	p = describe(p, m);
	le16(p, 0);
	rc = put(w, head, sizeof(head), err);
	return rc != 0 ? rc : put(w, name, strlen(name), err);
}

int zip_writer_put(struct zip_writer *w, const void *p, size_t n, struct err *err)
{
	const uint8_t *at = p;

	while (n > 0) {
		uInt part = (uInt)MIN(n, (size_t)1 << 20);
		union {
			const uint8_t *in;
			Bytef *z; /* zlib does not write to it, but does not say so */
		} from = {.in = at};

		w->z.next_in = from.z;
		w->z.avail_in = part;
		w->crc = crc32(w->crc, at, part);
		w->size += part;
		int rc = deflate_some(w, Z_NO_FLUSH, err);
		if (rc != 0)
			return rc;
		at += part;
		n -= part;
	}
	return 0;
}

static int put_entry(struct zip_writer *w, const struct member *m, struct err *err)
{
	uint8_t entry[46], *p = entry;

	p = le32(p, 0x02014b50);
	p = le16(p, VERSION);
	p = describe(p, m);
	memset(p, 0, 12); /* no extra field, no comment, disk 0, no attributes */
	le32(p + 12, m->offset);
	int rc = put(w, entry, sizeof(entry), err);
	return rc != 0 ? rc : put(w, m->name, strlen(m->name), err);
}

int zip_writer_finish(struct zip_writer *w, struct err *err)
{
	uint8_t end[22] = {0}, *p = end;
	int rc = end_member(w, err);
	uint32_t start = (uint32_t)w->written;

	for (uint32_t i = 0; rc == 0 && i < w->n; i++)
		rc = put_entry(w, &w->members[i], err);
	if (rc != 0)
		return rc;
	p = le32(p, 0x06054b50) + 4;
	p = le16(p, w->n);
	p = le16(p, w->n);
	p = le32(p, (uint32_t)w->written - start);
	le32(p, start);
	return put(w, end, sizeof(end), err);
}
