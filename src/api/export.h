#ifndef API_EXPORT_H
#define API_EXPORT_H
/*
 * Downloads: a table that is streamed as a file. What can be refused is refused before the first
 * byte; a failure after that breaks the connection, so that nobody takes half a file for a whole one.
 * Each leaves an audit row before it begins.
 */
#include "api/api.h"
#include "api/view.h"
#include "write/writer.h"

struct api_export {
	enum write_format format;
	const char *kind;    /* of the object that the audit row names */
	struct uuid id;
	struct sv stem;      /* of the file's name: what people called it */
	const char *what;    /* "rows": behind the stem */
	uint64_t rows;
	/* Instead of the format's, where the lines are none of write/. */
	const char *media, *extension;
};

/* Rows above which a person must have given the password of late, as for every bulk export; who
 * holds an API key was asked when it was made. */
#define EXPORT_FREE_ROWS 10000u

/* The format asked for. */
enum write_format export_format(const struct api *a);
/* Audits, and sends status and headers. E_STEP_UP, errors of the database. */
MUST_CHECK int export_begin(struct api *a, const struct api_export *e, struct err *err);
/* Where the bytes go then. */
struct col_sink export_sink(struct api *a);
/* After the last byte; a failure breaks the connection. Returns rc. */
int export_end(struct api *a, int rc, const struct err *err);

/* Matches with their records, a row per record; open items. */
MUST_CHECK int export_view(
	const struct view_ctx *c, enum write_format format, struct col_sink sink, struct err *err);

#endif
