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
	uint16_t *match_currency;        /* index into currencies */
	uint16_t *match_rivals;          /* candidates that deciding it frees, at most 65535 */
	int32_t *item_date;              /* of open items */
	uint16_t *item_currency;         /* index into currencies */
	int32_t *currencies;             /* those of any record; the first is 0, none */
	uint32_t ncurrencies;
	int32_t first_day;               /* of months; ndays 0: there are no dates */
	uint32_t ndays, nmonths;
	uint16_t *month;                 /* per day from first_day on: 0 .. nmonths - 1 */
	const int32_t *first_seen;       /* per input; NULL: not known of any */
	size_t bytes;
};

static inline uint64_t grid_record(const struct grid *g, uint16_t input, uint32_t row)
{
	return g->first_record[input] + row;
}

static inline int64_t grid_magnitude(int64_t v)
{
	return v < 0 ? -v : v;
}

static inline bool grid_bit(const uint64_t *bits, uint64_t i)
{
	return bits[i >> 6] >> (i & 63) & 1;
}

/* Fills what is derived from the tables once; E_NO_MEMORY. */
MUST_CHECK int grid_derive(struct grid *g, struct err *err);
/* GRID_NONE: no record has it. */
#define GRID_NONE UINT32_MAX
uint32_t grid_currency_index(const struct grid *g, int32_t currency);
/* The ids into the order of the spec. E_NO_MEMORY. */
MUST_CHECK int grid_sort_ids(const struct grid *g, const struct grid_states *states,
	const struct grid_spec *spec, uint32_t *ids, uint32_t n);

/* The match that member m belongs to. */
uint32_t grid_match_of_member(const struct grid *g, uint32_t m);
int32_t grid_date_of(const struct grid *g, uint16_t input, uint32_t row);
int32_t grid_currency_of(const struct grid *g, uint16_t input, uint32_t row);
/* The field of a row as a number that sorts as the field does; text is by table. */
uint64_t grid_value_of(const struct grid *g, const struct grid_states *states, enum grid_kind kind,
	uint32_t id, enum grid_field field);

#endif
