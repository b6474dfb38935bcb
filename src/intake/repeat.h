#ifndef INTAKE_REPEAT_H
#define INTAKE_REPEAT_H
/*
 * What a dataset repeats of other files of its source: the whole file (by its hash), statements
 * (account, number and days are the same), rows (all fields that both have are equal; each row of
 * the other counts once). Found when a file has been read, and only ever flagged: it is for people
 * to say what it means.
 *
 * Compared are the newest readings of at most 200 files that have days in common with this one, and
 * of their rows up to REPEAT_ROWS_MAX. The column that says which statement a row is from, and its
 * status, are not compared: the same entry is often delivered first in an interim report.
 */
#include "col/col.h"
#include "intake/intake.h"
#include "store/store_dataset.h"
#include "store/store_file.h"

#define REPEAT_ROWS_MAX 50000000u

struct repeat {
	struct uuid other; /* file */
	enum word kind;    /* DUPLICATE_KIND_ */
	int64_t count;
};

struct repeat_list {
	struct repeat *items; /* in the arena */
	size_t n;
};

/* First and last day of the first date field. False: there is none. */
bool repeat_days(const struct col_table *t, int32_t *ret_first, int32_t *ret_last);

/* Sizes of what two tables have in common, by rows; 0 when they have too few fields in common. */
MUST_CHECK int repeat_count_rows(
	const struct col_table *a, const struct col_table *b, int64_t *ret_count, struct err *err);
/* How many statements of two lists (JSON of read/statement.h, or empty) are the same. */
MUST_CHECK int repeat_count_statements(
	struct sv a, struct sv b, int64_t *ret_count, struct err *err);

/* Blocks as vault and database do; the lease is kept. */
MUST_CHECK int repeat_find(struct intake *in, const struct dataset *dataset,
	const struct file *file, const struct col_table *t, struct sv statements, struct arena *a,
	struct repeat_list *ret, struct err *err);
/* Inside a transaction: replaces what was found for the file before. */
MUST_CHECK int repeat_store(struct intake *in, const struct dataset *dataset,
	const struct repeat_list *list, struct err *err);

#endif
