/*
 * The check of a directory is the one that reading makes later (read/zip.h); beside it each type
 * has a member by which it is known.
 */
#include "scan/archive.h"

#include <string.h>

#include "read/zip.h"

/* read/ wants all bytes or an error. */
static int whole_pread(void *ctx, uint64_t offset, void *p, size_t n, struct err *err)
{
	const struct scan_source *source = ctx;
	size_t got = 0;
	int rc = source->pread(source->ctx, p, n, offset, &got, err);

	return rc != 0 || got == n ? rc : err_set(err, E_CORRUPT, "The file ended early.");
}

/* An OpenDocument's first member says of which kind it is; it is stored, at byte 30. */
static bool is_spreadsheet(struct sv head)
{
	struct sv mark = SV("mimetypeapplication/vnd.oasis.opendocument.spreadsheet");

	return head.n >= 30 + mark.n && memcmp(head.p + 30, mark.p, mark.n) == 0;
}

static bool is_of_type(enum file_type type, const struct zip *z, struct sv head)
{
	switch (type) {
	case FILE_TYPE_XLSX:
		return zip_find(z, SV("[Content_Types].xml")) != NULL;
	case FILE_TYPE_ODS:
		return is_spreadsheet(head);
	default:
		return true;
	}
}

int archive_check(
	enum file_type type, const struct scan_source *source, struct sv head, struct err *err)
{
	struct scan_source copy = *source;
	struct col_source src = {.pread = whole_pread, .ctx = &copy, .size = source->size};
	struct zip z CLEANUP(zip_free) = {0};
	struct err why = {0};
	int rc = zip_open(src, &z, &why);

	if (rc == E_UNREADABLE)
		return err_set(err, E_FILE_TYPE, "%s", why.detail);
	if (rc != 0)
		return err_set(err, rc, "%s", why.detail);
	if (!is_of_type(type, &z, head))
		return err_set(err, E_FILE_TYPE, "It is an archive, but not of the type %s.",
			file_type_word(type));
	return 0;
}
