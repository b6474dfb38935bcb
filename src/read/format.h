#ifndef READ_FORMAT_H
#define READ_FORMAT_H
/*
 * The formats: how each is recognised, read, and which choices its mappings have. A new format is a
 * row of format.def, a row of the table in format.c, and a file of its own.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "col/col_file.h"
#include "read/feed.h"
#include "read/mapping.h"

enum format_id {
#define FORMAT(id, word, members) FORMAT_##id,
#include "read/format.def"
#undef FORMAT
	FORMAT_COUNT,
};

#define SNIFF_BYTES 65536u

/* What a format is recognised by. */
struct sniff {
	struct col_source src;
	struct sv head; /* the first SNIFF_BYTES of src, or all of it */
	struct sv text; /* head as UTF-8, without byte order mark, leading blanks, empty lines */
	bool whole;     /* head is all of src */
};

struct detect;
struct read_result;

struct format {
	bool (*sniff)(const struct sniff *s);
	/* Feeds all of src. Blocks as src does. Returns 0, FEED_STOP, or E_UNREADABLE, E_LIMIT,
	 * E_MAPPING (the dialect does not fit the file), E_NO_MEMORY, errors of src and to. The
	 * dialect is all of the mapping that counts; only JSON, whose columns need not be in every
	 * file, looks at the names of the columns. */
	int (*feed)(struct col_source src, const struct mapping *mapping, struct feed *to,
		struct err *err);
	/* For detection: chooses what of the dialect must be known before rows can be fed, and adds
	 * questions (detect_ask); NULL: nothing but the encoding. */
	int (*choose)(struct detect *d, struct err *err);
	/* Instead of feed, for what has a faster way to typed columns. */
	int (*read)(struct col_source src, const struct mapping *mapping, unsigned threads,
		struct read_result *ret, struct err *err);
};

const struct format *format_by_id(enum format_id id);
const char *format_word(const struct format *f); /* as in mappings */
/* NULL for an unknown word. */
const struct format *format_by_word(struct sv word);
/* By content: the first row of the table whose sniff says so; otherwise (may be NULL) is what
 * content of no known kind is taken for. E_FILE_EMPTY; E_UNREADABLE says what it is instead, where
 * that can be told. */
MUST_CHECK int format_of(struct col_source src, const struct format *otherwise,
	const struct format **ret, struct err *err);

#endif
