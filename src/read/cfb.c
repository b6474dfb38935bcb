/*
 * Offsets are those of [MS-CFB]: 2.2 (header), 2.6.1 (directory entry).
 */
#include "read/cfb.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES 512u
#define HEADER_FATS 109u
#define ENTRY_BYTES 128u
#define ENTRIES_MAX 4096u
#define NO_SECTOR 0xfffffffau /* this and above are no sectors */
#define NAME_UNITS 32u

struct entry {
	char name[NAME_UNITS + 1]; /* ASCII; others are "" */
	uint8_t type;              /* 2 stream, 5 root */
	uint32_t start;
	uint64_t size;
};

struct cfb {
	struct col_source src;
	uint32_t sector, mini; /* bytes */
	uint32_t cutoff;       /* smaller streams are in mini sectors */
	uint32_t *fat, *minifat;
	uint32_t nfat, nminifat;
	struct entry *entries;
	uint32_t nentries;
	struct buf ministream;
};

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int damaged(struct err *err)
{
	return err_set(err, E_UNREADABLE, "The document's container is damaged or cut short.");
}

bool cfb_sniff(struct sv head)
{
	return sv_starts_with(head, SV("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"));
}

void cfb_close(struct cfb **c)
{
	if (*c == NULL)
		return;
	free((*c)->fat);
	free((*c)->minifat);
	free((*c)->entries);
	buf_free(&(*c)->ministream);
	free(*c);
	*c = NULL;
}

/* ---- sectors ---- */

/* One sector's bytes, fewer at the end of the file. */
static int read_sector(
	const struct cfb *c, uint32_t sector, void *dst, size_t *ret_n, struct err *err)
{
	uint64_t at = ((uint64_t)sector + 1) * c->sector;

	if (sector >= NO_SECTOR || at >= c->src.size)
		return damaged(err);
	*ret_n = (size_t)MIN((uint64_t)c->sector, c->src.size - at);
	return c->src.pread(c->src.ctx, at, dst, *ret_n, err);
}

/* Appends the chain that starts at a sector, at most max bytes of it. */
static int read_chain(
	const struct cfb *c, uint32_t start, uint64_t max, struct buf *out, struct err *err)
{
	uint32_t steps = 0;
	size_t n = 0;

	for (uint32_t s = start; s < NO_SECTOR && max > 0; s = c->fat[s]) {
		if (s >= c->nfat || steps++ > c->nfat)
			return damaged(err);
		char *to = buf_reserve(out, c->sector);
		if (to == NULL)
			return err_set(err, out->error, NULL);
		int rc = read_sector(c, s, to, &n, err);
		if (rc != 0)
			return rc;
		n = (size_t)MIN((uint64_t)n, max);
		buf_commit(out, n);
		max -= n;
	}
	return 0;
}

/* ---- the allocation table ---- */

static int add_fat_sector(struct cfb *c, uint32_t sector, uint32_t max, struct err *err)
{
	uint8_t bytes[4096];
	size_t n = 0;
	int rc = read_sector(c, sector, bytes, &n, err);

	for (size_t i = 0; rc == 0 && i + 4 <= n && c->nfat < max; i += 4)
		c->fat[c->nfat++] = get32(bytes + i);
	return rc;
}

/* The sectors of the table are listed in the header, and further ones in a chain of lists. */
static int read_fat(struct cfb *c, const uint8_t *header, struct err *err)
{
	uint32_t max = (uint32_t)(c->src.size / c->sector) + 1, next = get32(header + 68);
	uint32_t per = c->sector / 4, lists = 0;
	uint8_t bytes[4096];
	int rc = 0;

	c->fat = calloc((size_t)max + per, sizeof(*c->fat));
	if (c->fat == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; rc == 0 && i < HEADER_FATS; i++) {
		uint32_t sector = get32(header + 76 + 4 * i);

		if (sector < NO_SECTOR)
			rc = add_fat_sector(c, sector, max, err);
	}
	for (; rc == 0 && next < NO_SECTOR; lists++) {
		size_t n = 0;

		if (lists > max / per)
			return damaged(err);
		rc = read_sector(c, next, bytes, &n, err);
		if (rc == 0 && n != c->sector)
			rc = damaged(err);
		for (uint32_t i = 0; rc == 0 && i + 1 < per; i++)
			if (get32(bytes + 4 * (size_t)i) < NO_SECTOR)
				rc = add_fat_sector(c, get32(bytes + 4 * (size_t)i), max, err);
		next = get32(bytes + 4 * (size_t)(per - 1));
	}
	return rc;
}

static int read_minifat(struct cfb *c, uint32_t start, struct err *err)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	int rc;

	buf_init(&b, CFB_STREAM_MAX);
	rc = read_chain(c, start, CFB_STREAM_MAX, &b, err);
	if (rc != 0)
		return rc;
	c->minifat = calloc(b.n / 4 + 1, sizeof(*c->minifat));
	if (c->minifat == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i + 4 <= b.n; i += 4)
		c->minifat[c->nminifat++] = get32((const uint8_t *)b.p + i);
	return 0;
}

/* ---- the directory ---- */

static void take_entry(struct entry *to, const uint8_t *p)
{
	uint32_t units = (uint32_t)(p[64] | p[65] << 8) / 2;

	*to = (struct entry){.type = p[66],
		.start = get32(p + 116),
		.size = get32(p + 120) | (uint64_t)get32(p + 124) << 32};
	for (uint32_t i = 0; units > 0 && i + 1 < units && i < NAME_UNITS; i++) {
		if (p[2 * i + 1] != 0 || p[2 * i] >= 0x80) {
			to->name[0] = '\0';
			return;
		}
		to->name[i] = (char)p[2 * i];
	}
}

static int read_directory(struct cfb *c, uint32_t start, bool small_sizes, struct err *err)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	int rc;

	buf_init(&b, (size_t)ENTRIES_MAX * ENTRY_BYTES + c->sector);
	rc = read_chain(c, start, (uint64_t)ENTRIES_MAX * ENTRY_BYTES, &b, err);
	if (rc != 0)
		return rc;
	c->entries = calloc(b.n / ENTRY_BYTES + 1, sizeof(*c->entries));
	if (c->entries == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i + ENTRY_BYTES <= b.n; i += ENTRY_BYTES) {
		struct entry *e = &c->entries[c->nentries++];

		take_entry(e, (const uint8_t *)b.p + i);
		if (small_sizes) /* older programs left the upper half as it was */
			e->size &= 0xffffffff;
	}
	return 0;
}

static const struct entry *find_entry(const struct cfb *c, const char *name)
{
	for (uint32_t i = 0; i < c->nentries; i++)
		if (c->entries[i].type == 2 &&
			sv_eq_nocase(sv_from_cstr(c->entries[i].name), sv_from_cstr(name)))
			return &c->entries[i];
	return NULL;
}

bool cfb_has(const struct cfb *c, const char *name)
{
	return find_entry(c, name) != NULL;
}

static int read_ministream(struct cfb *c, struct err *err)
{
	for (uint32_t i = 0; i < c->nentries; i++)
		if (c->entries[i].type == 5) {
			buf_init(&c->ministream, CFB_STREAM_MAX);
			return read_chain(
				c, c->entries[i].start, c->entries[i].size, &c->ministream, err);
		}
	return damaged(err);
}

int cfb_open(struct col_source src, struct cfb **ret, struct err *err)
{
	uint8_t h[HEADER_BYTES];
	struct cfb *c CLEANUP(cfb_close) = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	if (src.size < HEADER_BYTES)
		return damaged(err);
	int rc = src.pread(src.ctx, 0, h, sizeof(h), err);
	if (rc != 0)
		return rc;
	unsigned shift = (unsigned)(h[30] | h[31] << 8), mini = (unsigned)(h[32] | h[33] << 8);
	if (!cfb_sniff(sv_from((const char *)h, 8)) || (shift != 9 && shift != 12) || mini != 6)
		return damaged(err);
	c->src = src;
	c->sector = 1u << shift;
	c->mini = 1u << mini;
	c->cutoff = get32(h + 56);
	rc = read_fat(c, h, err);
	if (rc == 0)
		rc = read_directory(c, get32(h + 48), shift == 9, err);
	if (rc == 0)
		rc = read_minifat(c, get32(h + 60), err);
	if (rc == 0)
		rc = read_ministream(c, err);
	if (rc == 0)
		*ret = TAKE(c);
	return rc;
}

static int read_mini(const struct cfb *c, const struct entry *e, struct buf *out, struct err *err)
{
	uint64_t left = e->size;
	uint32_t steps = 0;

	for (uint32_t s = e->start; s < NO_SECTOR && left > 0; s = c->minifat[s]) {
		size_t at = (size_t)s * c->mini, n = (size_t)MIN(left, (uint64_t)c->mini);

		if (s >= c->nminifat || steps++ > c->nminifat || at + n > c->ministream.n)
			return damaged(err);
		buf_add(out, c->ministream.p + at, n);
		left -= n;
	}
	return 0;
}

int cfb_read(const struct cfb *c, const char *name, struct buf *out, struct err *err)
{
	const struct entry *e = find_entry(c, name);
	size_t before = out->n;
	int rc;

	if (e == NULL)
		return err_set(err, E_UNREADABLE, "The document has no part '%s'.", name);
	if (e->size > CFB_STREAM_MAX)
		return err_set(err, E_LIMIT, "The workbook is larger than 128 MiB.");
	rc = e->size < c->cutoff ? read_mini(c, e, out, err)
				 : read_chain(c, e->start, e->size, out, err);
	if (rc == 0 && !buf_ok(out))
		rc = err_set(err, out->error, NULL);
	return rc != 0 || out->n - before == e->size ? rc : damaged(err);
}
