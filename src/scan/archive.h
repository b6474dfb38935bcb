#ifndef SCAN_ARCHIVE_H
#define SCAN_ARCHIVE_H
/*
 * Containers before the engine looks inside: libclamav calls a 4 GB member clean without having
 * read it, so the directory must be one that no attack has. Inside scan/ only.
 */
#include "scan/scan.h"

/* 0, E_FILE_TYPE (no archive of the type, or damaged), E_FILE_ENCRYPTED, E_ARCHIVE, errors of the
 * source. */
MUST_CHECK int archive_check(
	enum file_type type, const struct scan_source *source, struct sv head, struct err *err);

#endif
