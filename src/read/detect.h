#ifndef READ_DETECT_H
#define READ_DETECT_H
/*
 * The steps of detection, for text tables; what they share is private to this folder. Each step
 * fills its part of struct detect from those before it:
 *   detect_table   of CSV: encoding, delimiter, quote, sample rows, width, header, footer
 *   detect_sample  of formats that are fed: sample rows; of sheets width, header, footer
 *   detect_types   per column: which types and formats its values fit
 *   detect_fields  the mapping, and the questions that only a person can answer
 */
#include "base/arena.h"
#include "read/feed.h"
#include "read/format.h"
#include "read/mapping.h"
#include "read/read.h"

#define DETECT_ROWS 2000u
#define DETECT_HEAD (512u << 10) /* bytes of the sample */
#define DETECT_FORMATS 7u
#define DETECT_FOOTER 10u /* rows; more are no footer */

struct detect_row {
	struct sv *cells;
	uint32_t n;
};

/* What the values of a column look like. Counts are of values that are not empty. */
struct detect_col {
	struct sv name;
	uint32_t values, empty;
	uint32_t dates[3];    /* by enum date_order */
	bool dotted, slashed; /* day-month marks seen */
	uint32_t numbers[DETECT_FORMATS];
	uint32_t marked_numbers; /* with a decimal or thousands mark */
	uint32_t money;          /* with a currency sign or code, CR or DR */
	uint32_t negative;
	uint32_t leading_zero;
	uint32_t currencies, markers;
	uint32_t spaced, with_digit; /* has an inner blank; has a digit */
	uint32_t distinct;           /* about */
	uint32_t digits_behind;      /* most digits behind the decimal mark */
	int32_t currency;            /* the one sign or code of its values or name; 0: none */
	enum col_type type;
	uint32_t confidence;
};

struct detect {
	struct col_source src;
	const struct read_hint *hint;
	struct arena *arena;
	const struct format *reader;
	const struct feed_column *columns; /* where the format defines them */
	uint32_t ncolumns;
	struct read_question questions[READ_QUESTIONS];
	uint32_t nquestions;
	struct sv head; /* UTF-8 */
	bool whole;     /* head is all of the file */
	struct mapping_dialect dialect;
	struct detect_row *rows; /* of the sample, from the first row of the file */
	uint32_t nrows;
	uint32_t width;
	uint32_t first;          /* index of the first row of data */
	struct detect_col *cols; /* width */
	unsigned format;         /* of numbers: index into detect_formats */
	bool format_sure;
	enum date_order order;
	unsigned orders; /* bit per order that all dates fit */
};

extern const struct decimal_format detect_formats[DETECT_FORMATS];

MUST_CHECK int detect_table(struct detect *d, struct err *err);
MUST_CHECK int detect_sample(struct detect *d, struct err *err);
MUST_CHECK int detect_types(struct detect *d, struct err *err);
MUST_CHECK int detect_fields(struct detect *d, struct read_proposal *ret, struct err *err);

/* The proposal of a format that defines its columns: nothing to guess. */
MUST_CHECK int detect_declared(struct detect *d, struct read_proposal *ret, struct err *err);

/* Adds a question; the strings must stay. Choices end with NULL, at most READ_CHOICES. */
void detect_ask(struct detect *d, const char *code, const char *pointer, struct sv detail,
	const char *const *choices);
/* Chooses header row and first row of data from rows and width. */
void detect_header(struct detect *d);
bool detect_row_blank(const struct detect_row *r);
/* Whether a row at the end is a total or a remark. */
bool detect_is_footer(const struct detect *d, const struct sv *cells, uint32_t n);

/* What a column's name says. */
enum name_role {
	NAME_NONE,
	NAME_DATE,
	NAME_VALUE_DATE,
	NAME_AMOUNT,
	NAME_DEBIT,
	NAME_CREDIT,
	NAME_OUT,
	NAME_IN,
	NAME_MARKER,
	NAME_BALANCE,
	NAME_FEE,
	NAME_TAX,
	NAME_CURRENCY,
	NAME_REFERENCE,
	NAME_TEXT,
	NAME_PARTY,
	NAME_ACCOUNT,
	NAME_CODE,
	NAME_RATE,
	NAME_QUANTITY,
};
enum name_role detect_name_role(struct sv name);
/* The name as a field: lower-case letters, digits and _; "column" when nothing is left. */
struct sv detect_field_name(struct sv name, struct arena *a);
/* Cells that look typed, for telling headers from data. */
bool detect_is_number(struct sv s);
bool detect_is_date(struct sv s);

#endif
