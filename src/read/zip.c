/*
 * The directory of an archive and its check, then the inflating of one member. Offsets in the
 * comments are those of APPNOTE 6.3: 4.3.7 (local header), 4.3.12 (directory), 4.3.14 to 4.3.16
 * (its end), 4.5.3 (sizes beyond 32 bits).
 */
#include "read/zip.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/utf8.h"

#define EOCD_BYTES 22u
#define EOCD64_BYTES 56u
#define LOCATOR_BYTES 20u
#define CENTRAL_BYTES 46u
#define LOCAL_BYTES 30u
#define COMMENT_MAX 65535u
#define DIRECTORY_MAX (8u << 20)
#define INPUT_BYTES 65536u

#define SIG_LOCAL 0x04034b50u
#define SIG_CENTRAL 0x02014b50u
#define SIG_EOCD 0x06054b50u
#define SIG_EOCD64 0x06064b50u
#define SIG_LOCATOR 0x07064b50u

#define FLAG_ENCRYPTED 0x0001u
#define FLAG_STRONG 0x0040u
#define FLAG_MASKED 0x2000u

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) | (uint32_t)get16(p + 2) << 16;
}

static uint64_t get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static int damaged(struct err *err, const char *what)
{
	return err_set(err, E_UNREADABLE, "The archive is damaged or cut short: %s.", what);
}

static int unsafe(struct err *err, const char *what)
{
	return err_set(err, E_ARCHIVE, "The archive is refused: %s.", what);
}

bool zip_sniff(struct sv head)
{
	return sv_starts_with(head, SV("PK\x03\x04"));
}

void zip_free(struct zip *z)
{
	arena_free(&z->arena);
	*z = (struct zip){0};
}

/* ---- the end of the directory ---- */

struct directory {
	uint64_t at, bytes, count;
};

/* The record at the very end: its comment must fill what is behind it. */
static const uint8_t *find_end(const uint8_t *tail, size_t n)
{
	for (size_t i = n - EOCD_BYTES + 1; i-- > 0;)
		if (get32(tail + i) == SIG_EOCD && get16(tail + i + 20) == n - i - EOCD_BYTES)
			return tail + i;
	return NULL;
}

/* at: where the record that the 32 bit one defers to should be, by its locator. */
static int read_end64(const struct zip *z, const uint8_t *locator, uint64_t end,
	struct directory *ret, struct err *err)
{
	uint8_t p[EOCD64_BYTES] = {0};
	uint64_t at = get64(locator + 8);

	if (get32(locator) != SIG_LOCATOR || get32(locator + 16) > 1 || at > end ||
		end - at < EOCD64_BYTES)
		return damaged(err, "its large directory is not where it should be");
	int rc = z->src.pread(z->src.ctx, at, p, sizeof(p), err);
	if (rc != 0)
		return rc;
	if (get32(p) != SIG_EOCD64 || get32(p + 16) != 0 || get32(p + 20) != 0 ||
		get64(p + 24) != get64(p + 32))
		return damaged(err, "its large directory is not where it should be");
	*ret = (struct directory){get64(p + 48), get64(p + 40), get64(p + 32)};
	return ret->at <= at && at - ret->at == ret->bytes
		       ? 0
		       : damaged(err, "its directory is not where it should be");
}

static int read_end(const struct zip *z, struct directory *ret, struct err *err)
{
	size_t n = (size_t)MIN(z->src.size, (uint64_t)COMMENT_MAX + EOCD_BYTES);
	uint8_t *tail CLEANUP(free_ptr) = calloc(1, n + 1);

	if (tail == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	if (n < EOCD_BYTES)
		return damaged(err, "it has no directory");
	int rc = z->src.pread(z->src.ctx, z->src.size - n, tail, n, err);
	if (rc != 0)
		return rc;
	const uint8_t *p = find_end(tail, n);
	if (p == NULL)
		return damaged(err, "it has no directory");
	uint64_t end = z->src.size - n + (uint64_t)(p - tail);
	bool large = get16(p + 10) == 0xffff || get32(p + 12) == 0xffffffff ||
		     get32(p + 16) == 0xffffffff;
	if (get16(p + 8) != get16(p + 10) || (!large && (get16(p + 4) != 0 || get16(p + 6) != 0)))
		return unsafe(err, "it is spread over several disks");
	if (large && (size_t)(p - tail) >= LOCATOR_BYTES)
		return read_end64(z, p - LOCATOR_BYTES, end - LOCATOR_BYTES, ret, err);
	*ret = (struct directory){get32(p + 16), get32(p + 12), get16(p + 10)};
	return ret->at <= end && end - ret->at == ret->bytes
		       ? 0
		       : damaged(err, "its directory is not where it should be");
}

/* ---- members ---- */

/* A relative path of plain parts. */
static bool name_ok(struct sv name)
{
	struct sv rest = name;

	if (name.n < 1 || name.n > ZIP_NAME_MAX || name.p[0] == '/' || !utf8_valid(name))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ' || strchr("\\:\x7f", name.p[i]) != NULL)
			return false;
	while (rest.n > 0) {
		struct sv part = sv_cut(&rest, '/');

		if (part.n == 0 || sv_eq_cstr(part, "..") || sv_eq_cstr(part, "."))
			return false;
	}
	return true;
}

/* Sizes and offset that did not fit 32 bits, in the order of the fields that say so. */
static bool read_extra64(const uint8_t *p, size_t n, struct zip_entry *e, uint64_t *local)
{
	uint64_t *const wide[] = {&e->size, &e->packed, local};
	bool wanted = false;

	for (size_t i = 0; i < ARRAY_LEN(wide); i++)
		wanted = wanted || *wide[i] == 0xffffffff;
	while (wanted && n >= 4) {
		size_t len = get16(p + 2), at = 4;

		if (len > n - 4)
			return false;
		for (size_t i = 0; get16(p) == 1 && i < ARRAY_LEN(wide); i++)
			if (*wide[i] == 0xffffffff) {
				if (at + 8 > len + 4)
					return false;
				*wide[i] = get64(p + at);
				at += 8;
			}
		if (get16(p) == 1)
			return true;
		p += 4 + len;
		n -= 4 + len;
	}
	return !wanted;
}

/* The member's own header must say the same; it tells where the data begins. */
static int read_local(const struct zip *z, struct zip_entry *e, uint64_t at, uint16_t method,
	uint16_t flags, uint64_t end, struct err *err)
{
	uint8_t p[LOCAL_BYTES + ZIP_NAME_MAX] = {0};
	size_t n = LOCAL_BYTES + e->name.n;

	if (at > end || end - at < n)
		return damaged(err, "a member lies outside of it");
	int rc = z->src.pread(z->src.ctx, at, p, n, err);
	if (rc != 0)
		return rc;
	if (get32(p) != SIG_LOCAL || get16(p + 26) != e->name.n ||
		memcmp(p + LOCAL_BYTES, e->name.p, e->name.n) != 0)
		return unsafe(err, "a member has another name than the directory says");
	if (get16(p + 8) != method || ((get16(p + 6) ^ flags) & (FLAG_ENCRYPTED | FLAG_STRONG)))
		return unsafe(err, "a member is packed otherwise than the directory says");
	e->data = at + n + get16(p + 28);
	if (e->data > end || end - e->data < e->packed)
		return damaged(err, "a member lies outside of it");
	return 0;
}

static int check_method(uint16_t flags, uint16_t method, struct zip_entry *e, struct err *err)
{
	if (flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED))
		return err_set(err, E_FILE_ENCRYPTED, NULL);
	if (method != 0 && method != 8)
		return unsafe(err, "a member is packed by a method that is not read");
	e->deflated = method == 8;
	if (!e->deflated && e->size != e->packed)
		return unsafe(err, "a stored member has two sizes");
	return 0;
}

/* A member as it lies in the file, for the check of overlaps. */
struct span {
	uint64_t from, to;
};

/* One entry of the directory at p, n bytes left; *ret_used: what it takes. */
static int read_entry(struct zip *z, const uint8_t *p, size_t n, uint64_t end,
	struct span *ret_span, size_t *ret_used, struct err *err)
{
	struct zip_entry e = {0};

	if (n < CENTRAL_BYTES || get32(p) != SIG_CENTRAL)
		return damaged(err, "its directory ends early");
	uint16_t flags = get16(p + 8), method = get16(p + 10);
	size_t name_n = get16(p + 28), extra_n = get16(p + 30);
	size_t used = CENTRAL_BYTES + name_n + extra_n + get16(p + 32);
	if (used > n)
		return damaged(err, "its directory ends early");
	e.crc = get32(p + 16);
	e.packed = get32(p + 20);
	e.size = get32(p + 24);
	uint64_t local = get32(p + 42);
	e.name = arena_sv(&z->arena, sv_from((const char *)p + CENTRAL_BYTES, name_n));
	if (!arena_ok(&z->arena))
		return err_set(err, E_NO_MEMORY, NULL);
	if (!name_ok(e.name))
		return unsafe(err, "a member's name is no plain path");
	if (!read_extra64(p + CENTRAL_BYTES + name_n, extra_n, &e, &local))
		return damaged(err, "a member's size is missing");
	int rc = check_method(flags, method, &e, err);
	if (rc == 0)
		rc = read_local(z, &e, local, method, flags, end, err);
	if (rc != 0)
		return rc;
	z->entries[z->n++] = e;
	*ret_span = (struct span){local, e.data + e.packed};
	*ret_used = used;
	return 0;
}

static int compare_spans(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

static bool overlap(struct span *spans, uint32_t n)
{
	qsort(spans, n, sizeof(*spans), compare_spans);
	for (uint32_t i = 1; i < n; i++)
		if (spans[i].from < spans[i - 1].to)
			return true;
	return false;
}

static bool same_names(const struct zip *z)
{
	for (uint32_t i = 0; i < z->n; i++)
		for (uint32_t k = 0; k < i; k++)
			if (sv_eq_nocase(z->entries[i].name, z->entries[k].name))
				return true;
	return false;
}

/* What the archive says it inflates to. */
static int check_sizes(const struct zip *z, struct err *err)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < z->n; i++) {
		if (z->entries[i].size > ZIP_TOTAL_MAX)
			return unsafe(err, "a member inflates to more than 2 GiB");
		total += z->entries[i].size;
	}
	if (total > ZIP_TOTAL_MAX)
		return unsafe(err, "it inflates to more than 2 GiB");
	if (total > ZIP_FREE_BYTES && total / ZIP_RATIO > z->src.size)
		return unsafe(err, "it inflates to more than 100 times its size");
	return 0;
}

static int read_directory(struct zip *z, const struct directory *d, struct err *err)
{
	struct span spans[ZIP_ENTRIES_MAX];
	uint8_t *p CLEANUP(free_ptr) = calloc(1, (size_t)d->bytes + 1);
	size_t at = 0;

	z->entries = ARENA_ARRAY(&z->arena, d->count + 1, struct zip_entry);
	if (p == NULL || z->entries == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	int rc = d->bytes == 0 ? 0 : z->src.pread(z->src.ctx, d->at, p, (size_t)d->bytes, err);
	for (uint64_t i = 0; i < d->count && rc == 0; i++) {
		size_t used = 0;

		rc = read_entry(z, p + at, (size_t)d->bytes - at, d->at, &spans[i], &used, err);
		at += used;
	}
	if (rc != 0)
		return rc;
	if (at != d->bytes)
		return damaged(err, "its directory is longer than it says");
	if (overlap(spans, z->n))
		return unsafe(err, "members overlap");
	if (same_names(z))
		return unsafe(err, "two members have the same name");
	return check_sizes(z, err);
}

int zip_open(struct col_source src, struct zip *ret, struct err *err)
{
	struct zip z CLEANUP(zip_free) = {.src = src};
	struct directory d = {0};
	int rc;

	arena_init(&z.arena, 0);
	rc = read_end(&z, &d, err);
	if (rc != 0)
		return rc;
	if (d.count > ZIP_ENTRIES_MAX)
		return unsafe(err, "it has more than 1000 members");
	if (d.bytes > DIRECTORY_MAX)
		return unsafe(err, "its directory is larger than its members need");
	rc = read_directory(&z, &d, err);
	if (rc != 0)
		return rc;
	*ret = z;
	z = (struct zip){0};
	return 0;
}

const struct zip_entry *zip_find(const struct zip *z, struct sv name)
{
	for (uint32_t i = 0; i < z->n; i++)
		if (sv_eq_nocase(z->entries[i].name, name))
			return &z->entries[i];
	return NULL;
}

/* ---- inflating ---- */

struct zip_stream {
	struct col_source src;
	const struct zip_entry *entry;
	uint64_t read; /* packed bytes so far */
	uint64_t out;  /* inflated ones */
	uint32_t crc;
	bool ended;
	z_stream inflate;
	uint8_t input[INPUT_BYTES];
};

int zip_stream_new(
	const struct zip *z, const struct zip_entry *e, struct zip_stream **ret, struct err *err)
{
	struct zip_stream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	s->src = z->src;
	s->entry = e;
	if (e->deflated && inflateInit2(&s->inflate, -MAX_WBITS) != Z_OK) {
		free(s);
		return err_set(err, E_NO_MEMORY, NULL);
	}
	*ret = s;
	return 0;
}

void zip_stream_free(struct zip_stream **s)
{
	if (*s == NULL)
		return;
	if ((*s)->entry->deflated)
		inflateEnd(&(*s)->inflate);
	free(*s);
	*s = NULL;
}

static int read_packed(struct zip_stream *s, void *dst, size_t cap, size_t *ret_n, struct err *err)
{
	size_t n = (size_t)MIN((uint64_t)cap, s->entry->packed - s->read);
	int rc = n == 0 ? 0 : s->src.pread(s->src.ctx, s->entry->data + s->read, dst, n, err);

	s->read += n;
	*ret_n = n;
	return rc;
}

/* Until something comes out or the data ends. */
static int inflate_some(struct zip_stream *s, char *dst, size_t cap, size_t *ret_n, struct err *err)
{
	z_stream *z = &s->inflate;
	unsigned room = (unsigned)MIN(cap, (size_t)1 << 30);

	z->next_out = (Bytef *)dst;
	z->avail_out = room;
	while (z->avail_out == room && !s->ended) {
		if (z->avail_in == 0) {
			size_t n = 0;
			int rc = read_packed(s, s->input, sizeof(s->input), &n, err);

			if (rc != 0)
				return rc;
			z->next_in = s->input;
			z->avail_in = (unsigned)n;
		}
		int state = inflate(z, Z_NO_FLUSH);
		if (state == Z_STREAM_END)
			s->ended = true;
		else if (state == Z_MEM_ERROR)
			return err_set(err, E_NO_MEMORY, NULL);
		else if (state != Z_OK)
			return damaged(err, "a member cannot be inflated");
	}
	*ret_n = room - z->avail_out;
	return 0;
}

static int check_end(const struct zip_stream *s, struct err *err)
{
	const struct zip_entry *e = s->entry;

	if (s->out != e->size || s->crc != e->crc || s->read != e->packed ||
		(e->deflated && s->inflate.avail_in != 0))
		return damaged(err, "a member is not what the directory says");
	return 0;
}

int zip_stream_read(struct zip_stream *s, char *dst, size_t cap, size_t *ret_n, struct err *err)
{
	size_t n = 0;
	int rc = s->entry->deflated ? inflate_some(s, dst, cap, &n, err)
				    : read_packed(s, dst, cap, &n, err);

	if (rc != 0)
		return rc;
	s->out += n;
	if (s->out > s->entry->size)
		return unsafe(err, "a member inflates to more than it says");
	s->crc = (uint32_t)crc32(s->crc, (const Bytef *)dst, (uInt)n);
	*ret_n = n;
	return n == 0 ? check_end(s, err) : 0;
}
