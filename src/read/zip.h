#ifndef READ_ZIP_H
#define READ_ZIP_H
/*
 * ZIP containers (PKWARE APPNOTE 6.3) from hostile hands, read strictly: only what word processors
 * and spreadsheets write. Of two readings of a damaged archive there is none here: the directory
 * must lie at the end, every member must have a local header that agrees with it, members must not
 * overlap each other or the directory, names must be unique relative paths.
 *
 * Refused before a byte is inflated: E_FILE_ENCRYPTED (a member is encrypted), E_ARCHIVE (more than
 * ZIP_ENTRIES_MAX members, more than one disk, a method other than stored or deflated, an unsafe
 * name, an overlap, announced sizes that no honest file has), E_UNREADABLE (cut short, damaged).
 * While inflating, sizes and CRC must turn out as announced.
 *
 * An archive that inflates to more than ZIP_FREE_BYTES must not inflate to more than ZIP_RATIO
 * times the archive.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "col/col_file.h"

#define ZIP_ENTRIES_MAX 1000u
#define ZIP_NAME_MAX 255u
#define ZIP_RATIO 100u
#define ZIP_FREE_BYTES (UINT64_C(10) << 20)
#define ZIP_TOTAL_MAX (UINT64_C(2) << 30) /* bytes that all members inflate to */

struct zip_entry {
	struct sv name;
	uint64_t size;   /* inflated */
	uint64_t packed; /* in the archive */
	uint64_t data;   /* where that begins */
	uint32_t crc;
	bool deflated;
};

struct zip {
	struct col_source src;
	struct zip_entry *entries;
	uint32_t n;
	struct arena arena;
};

/* Reads and checks the directory; src must stay. Blocks as src does. */
MUST_CHECK int zip_open(struct col_source src, struct zip *ret, struct err *err);
void zip_free(struct zip *z); /* also the CLEANUP function */
/* NULL when there is none; in either case of ASCII letters, as OPC has it. */
const struct zip_entry *zip_find(const struct zip *z, struct sv name);
/* Whether head is the start of an archive. */
bool zip_sniff(struct sv head);

/* ---- one member's bytes ---- */

struct zip_stream;

/* z must stay. E_NO_MEMORY. */
MUST_CHECK int zip_stream_new(
	const struct zip *z, const struct zip_entry *e, struct zip_stream **ret, struct err *err);
void zip_stream_free(struct zip_stream **s); /* also the CLEANUP function */
/* Up to cap bytes; *ret_n == 0 at the end, which is where size and CRC have been found right.
 * E_UNREADABLE, errors of src. */
MUST_CHECK int zip_stream_read(
	struct zip_stream *s, char *dst, size_t cap, size_t *ret_n, struct err *err);

#endif
