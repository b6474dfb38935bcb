#ifndef READ_READ_H
#define READ_READ_H
/*
 * Files of any format to typed columns: the one interface. Formats are rows of a table
 * (format.h); each brings "is it mine" and "feed its rows".
 *
 * Used by the command line (file to table in one process), by recon-intake's child (vault stream
 * to dataset file) and by fuzzers: nothing here trusts a byte of the input, knows a path, a
 * database or a clock. Memory: the table, plus about a megabyte; limits below.
 *
 * rows read = accepted + rejected + skipped, always.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "col/col.h"
#include "col/col_file.h"
#include "col/table_file.h"
#include "read/mapping.h"
#include "read/statement.h"

#define READ_FILE_MAX (UINT64_C(2) << 30)
#define READ_COLUMNS_MAX 1024u
#define READ_ROW_MAX (16u << 20) /* bytes of a row */
#define READ_VALUE_MAX 200u      /* bytes of a rejected value that are kept */
#define READ_RAW_MAX 65536u      /* bytes of a rejected row that are kept */

/* ---- reading ---- */

struct read_result {
	struct col_table table;
	/* By line. Columns: line (number), column, value, code, detail, row, cells (text; cells is a JSON
	 * object of texts by column, see maker_keep_cells). */
	struct col_table rejects;
	struct statement_list statements; /* of formats that have them */
	struct table_info info; /* counts; the caller adds file_sha256 and mapping_version */
};

#define READ_RESULT_INIT ((struct read_result){0})
void read_result_free(struct read_result *r); /* also the CLEANUP function */

/* Reads all of src through the mapping, which must be valid (mapping_check). Blocks as src does.
 * E_FILE_EMPTY, E_UNREADABLE, E_MAPPING (a mapped column is missing), E_LIMIT, E_NO_MEMORY, errors
 * of src. A row that cannot be read is no error: it is in rejects. */
MUST_CHECK int read_file(struct col_source src, const struct mapping *mapping,
	struct read_result *ret, struct err *err);

/* The same by up to so many threads, which start and end in it, where the source lies in memory and the
 * format can be read in parts. The result does not depend on them. */
MUST_CHECK int read_file_threads(struct col_source src, const struct mapping *mapping,
	unsigned threads, struct read_result *ret, struct err *err);

/* Sums of an amount column by currency, in order of currency; at most cap. Returns their number. */
struct read_sum {
	int32_t currency; /* 0: none known */
	uint8_t scale;
	__int128 sum;
};
size_t read_sums(const struct col_table *t, const struct col *c, struct read_sum *ret, size_t cap);
/* [{"field": …, "money": {"minor": …, "currency": …}} …] of every amount, by currency; XXX without one. */
struct json_writer;
void read_sums_to_json(const struct col_table *t, struct json_writer *w, const char *key);

/* ---- detection ---- */

#define READ_SAMPLES 5u
#define READ_CHOICES 4u
#define READ_QUESTIONS 8u

struct read_column {
	struct sv name;
	enum col_type type;
	uint32_t confidence; /* millionths */
	enum col_type alternatives[3];
	uint32_t nalternatives;
	struct sv samples[READ_SAMPLES]; /* first values that are not empty */
	uint32_t nsamples;
	struct sv field; /* of the proposed mapping, or empty */
};

/* Something only a person can say. The mapping holds the first choice until then. */
struct read_question {
	const char *code; /* "date_order", "decimal_mark", "currency", "sign", … */
	struct sv detail;
	const char *pointer;               /* into the mapping */
	const char *choices[READ_CHOICES]; /* values for that member */
	uint32_t nchoices;
};

struct read_proposal {
	struct mapping mapping;
	uint32_t confidence; /* millionths: the least of what was decided */
	struct read_column *columns;
	uint32_t ncolumns;
	struct read_question questions[READ_QUESTIONS];
	uint32_t nquestions;
	bool declared;      /* the format says what its columns are */
	uint64_t rows_seen; /* rows that were looked at */
};

/* What the file belongs to, where known. */
struct read_hint {
	int32_t currency; /* packed; 0: none */
	struct sv kind;   /* of the source: ledger, bank, orders, settlements, other; or empty */
};

/* Looks at the start of src (all of it where a date order depends on it) and proposes a mapping.
 * Everything of *ret lives in a. E_FILE_EMPTY, E_UNREADABLE, E_NO_MEMORY, errors of src. */
MUST_CHECK int read_detect(struct col_source src, const struct read_hint *hint, struct arena *a,
	struct read_proposal *ret, struct err *err);
/* The proposal of the HTTP contract: {mapping, confidence, columns, questions}. */
void read_proposal_to_json(const struct read_proposal *p, struct buf *out);

#endif
