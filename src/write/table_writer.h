#ifndef WRITE_TABLE_WRITER_H
#define WRITE_TABLE_WRITER_H
/*
 * Typed tables through a writer: amounts, quantities, rates, numbers and days stay typed, codes and
 * texts are text. A table that was written and is read back through table_writer_mapping is the
 * same table, whatever its texts are.
 */
#include "base/arena.h"
#include "col/col.h"
#include "read/mapping.h"
#include "write/writer.h"

/* The headers of t's columns, all different: a source column keeps its name, a field with the name
 * of one becomes "amount (field)". They live in a. NULL without memory. */
const struct sv *table_writer_names(const struct col_table *t, struct arena *a);

/* Whether the format has room for all of it; what can be told before the first byte. E_LIMIT. */
MUST_CHECK int table_writer_check(
	const struct col_table *t, enum write_format format, struct err *err);

/* The cell of column c, which is one of t. */
void table_writer_cell(
	struct writer *w, const struct col_table *t, const struct col *c, uint32_t row);

/* Header and all rows, to the end of the file. */
MUST_CHECK int table_writer_all(
	const struct col_table *t, enum write_format format, struct col_sink sink, struct err *err);

/* The mapping that reads it back. Amounts must agree about their currency where they have one, as
 * those of one reading do. Everything of *ret lives in a. E_NO_MEMORY. */
MUST_CHECK int table_writer_mapping(const struct col_table *t, enum write_format format,
	struct arena *a, struct mapping *ret, struct err *err);

#endif
