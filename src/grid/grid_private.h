#ifndef GRID_GRID_PRIVATE_H
#define GRID_GRID_PRIVATE_H
/*
 * What the files of this folder share: the derived columns, and one accessor per field of a row.
 */
#include "grid/grid.h"

#define GRID_NO_DATE GRID_NO_DAY

struct grid {
	const struct result *result;
	const struct col_table **tables; /* per input */
	struct grid_columns *columns;    /* per input */
	uint64_t *first_record;          /* ninputs + 1: place of an input's row 0 in bit sets */
	int32_t *match_date;             /* earliest of its members; GRID_NO_DATE */
	int64_t *match_amount;           /* magnitude of the larger side */
	const int32_t *first_seen;       /* per input; NULL: not known of any */
	size_t bytes;
};

static inline uint64_t grid_record(const struct grid *g, uint16_t input, uint32_t row)
{
	return g->first_record[input] + row;
}

static inline bool grid_bit(const uint64_t *bits, uint64_t i)
{
	return bits[i >> 6] >> (i & 63) & 1;
}

/* The match that member m belongs to. */
uint32_t grid_match_of_member(const struct grid *g, uint32_t m);
int32_t grid_date_of(const struct grid *g, uint16_t input, uint32_t row);
int32_t grid_currency_of(const struct grid *g, uint16_t input, uint32_t row);
/* The field of a row as a number that sorts as the field does; text is by table. */
uint64_t grid_value_of(const struct grid *g, const struct grid_states *states, enum grid_kind kind,
	uint32_t id, enum grid_field field);
/* Magnitude and currency of a row, for sums. */
int64_t grid_amount_of(
	const struct grid *g, enum grid_kind kind, uint32_t id, int32_t *ret_currency);

#endif
