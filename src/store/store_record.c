/*
 * Records taken, as sparse pages of bits. A page is found through a small hash table, since members
 * of matches arrive in any order of datasets and rows.
 */
#include "store/store_record.h"

#include <stdlib.h>
#include <string.h>

#define NO_SLOT SIZE_MAX

void record_set_free(struct record_set *s)
{
	free(s->datasets);
	free(s->pages);
	free(s->masks);
	free(s->index);
	*s = RECORD_SET_INIT;
}

static size_t hash_page(int32_t dataset_no, int32_t page)
{
	uint64_t x = (uint64_t)(uint32_t)dataset_no << 32 | (uint32_t)page;

	x *= UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(x >> 32);
}

/* Where (dataset, page) is in the index, or the empty place where it would be. */
static size_t index_slot(const struct record_set *s, int32_t dataset_no, int32_t page)
{
	size_t i = hash_page(dataset_no, page) & (s->index_cap - 1);

	while (s->index[i] != NO_SLOT) {
		size_t at = s->index[i];

		if (s->datasets[at] == dataset_no && s->pages[at] == page)
			break;
		i = (i + 1) & (s->index_cap - 1);
	}
	return i;
}

/* Room for one more page; the index stays at most half full. */
static int grow(struct record_set *s)
{
	size_t cap = s->cap ? s->cap * 2 : 64;
	int32_t *datasets = reallocarray(s->datasets, cap, sizeof(*datasets));
	int32_t *pages;
	uint8_t *masks;
	size_t *index;

	if (!datasets)
		return E_NO_MEMORY;
	s->datasets = datasets;
	pages = reallocarray(s->pages, cap, sizeof(*pages));
	if (!pages)
		return E_NO_MEMORY;
	s->pages = pages;
	masks = reallocarray(s->masks, cap, RECORD_PAGE_BYTES);
	if (!masks)
		return E_NO_MEMORY;
	s->masks = masks;
	index = reallocarray(s->index, cap * 2, sizeof(*index));
	if (!index)
		return E_NO_MEMORY;
	s->index = index;
	s->cap = cap;
	s->index_cap = cap * 2;
	memset(index, 0xff, s->index_cap * sizeof(*index));
	for (size_t i = 0; i < s->n; i++)
		index[index_slot(s, s->datasets[i], s->pages[i])] = i;
	return 0;
}

/* The page's bits; NULL without memory. */
static uint8_t *page_get(struct record_set *s, int32_t dataset_no, int32_t page)
{
	size_t slot;

	if (s->n == s->cap && grow(s) < 0)
		return NULL;
	slot = index_slot(s, dataset_no, page);
	if (s->index[slot] == NO_SLOT) {
		s->index[slot] = s->n;
		s->datasets[s->n] = dataset_no;
		s->pages[s->n] = page;
		memset(s->masks + s->n * RECORD_PAGE_BYTES, 0, RECORD_PAGE_BYTES);
		s->n++;
	}
	return s->masks + s->index[slot] * RECORD_PAGE_BYTES;
}

static uint8_t row_bit(uint64_t row)
{
	return (uint8_t)(0x80 >> (row & 7));
}

int record_set_add(struct record_set *s, int32_t dataset_no, uint64_t row)
{
	uint8_t *mask, *byte;

	if (row / RECORD_PAGE_ROWS > INT32_MAX)
		return E_LIMIT;
	mask = page_get(s, dataset_no, (int32_t)(row / RECORD_PAGE_ROWS));
	if (!mask)
		return E_NO_MEMORY;
	byte = mask + row % RECORD_PAGE_ROWS / 8;
	if (*byte & row_bit(row))
		return E_RECORD_TAKEN;
	*byte |= row_bit(row);
	return 0;
}

bool record_set_has(const struct record_set *s, int32_t dataset_no, uint64_t row)
{
	size_t at;

	if (s->n == 0 || row / RECORD_PAGE_ROWS > INT32_MAX)
		return false;
	at = s->index[index_slot(s, dataset_no, (int32_t)(row / RECORD_PAGE_ROWS))];
	if (at == NO_SLOT)
		return false;
	return s->masks[at * RECORD_PAGE_BYTES + row % RECORD_PAGE_ROWS / 8] & row_bit(row);
}

static int change(struct db *db, enum sql statement, int32_t reconciliation_no,
	const struct record_set *s, struct err *err)
{
	if (s->n == 0)
		return 0;
	return db_run(db, statement,
		DB_PARAMS(DB_I32(reconciliation_no), DB_I32S(s->datasets, s->n),
			DB_I32S(s->pages, s->n), DB_BITS(s->masks, s->n, RECORD_PAGE_ROWS)),
		NULL, err);
}

int store_record_take(
	struct db *db, int32_t reconciliation_no, const struct record_set *s, struct err *err)
{
	return change(db, SQL_RECORD_TAKE, reconciliation_no, s, err);
}

int store_record_release(
	struct db *db, int32_t reconciliation_no, const struct record_set *s, struct err *err)
{
	return change(db, SQL_RECORD_RELEASE, reconciliation_no, s, err);
}

struct page_row {
	int32_t dataset_no, page;
	struct sv taken;
};

static const struct db_field page_fields[] = {
	DB_FIELD(page_row, I32, dataset_no),
	DB_FIELD(page_row, I32, page),
	DB_FIELD(page_row, BYTES, taken),
};
static const struct db_shape page_shape = DB_SHAPE(page_row, page_fields);

int store_record_taken(struct db *db, int32_t reconciliation_no, const int32_t *dataset_nos,
	size_t n, struct record_set *ret, struct err *err)
{
	CLEANUP(arena_free) struct arena arena;
	struct page_row *rows;
	size_t nrows;
	int code;

	arena_init(&arena, 0);
	code = db_list(db, SQL_RECORD_TAKEN,
		DB_PARAMS(DB_I32(reconciliation_no), DB_I32S(dataset_nos, n)), &page_shape, &arena,
		&rows, &nrows, err);
	for (size_t i = 0; code == 0 && i < nrows; i++) {
		uint8_t *mask = page_get(ret, rows[i].dataset_no, rows[i].page);

		if (!mask)
			return err_set(err, E_NO_MEMORY, NULL);
		if (rows[i].taken.n != RECORD_PAGE_BYTES)
			return err_set(err, E_INTERNAL, "a page of %zu bytes", rows[i].taken.n);
		memcpy(mask, rows[i].taken.p, RECORD_PAGE_BYTES);
	}
	return code;
}

int store_record_allocate(
	struct db *db, int32_t reconciliation_no, const struct record_parts *p, struct err *err)
{
	return db_run(db, SQL_RECORD_ALLOCATE,
		DB_PARAMS(DB_I32(reconciliation_no), DB_I32S(p->dataset_no, p->n),
			DB_I64S(p->row, p->n), DB_I64S(p->amount, p->n), DB_I64S(p->part, p->n)),
		NULL, err);
}

static const struct db_field allocation_fields[] = {
	DB_FIELD(allocation, I32, dataset_no),
	DB_FIELD(allocation, I64, row_no),
	DB_FIELD(allocation, I64, amount),
	DB_FIELD(allocation, I64, allocated),
};
static const struct db_shape allocation_shape = DB_SHAPE(allocation, allocation_fields);

int store_record_allocated(struct db *db, int32_t reconciliation_no, const int32_t *dataset_nos,
	size_t n, struct arena *arena, struct allocation **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_RECORD_ALLOCATED,
		DB_PARAMS(DB_I32(reconciliation_no), DB_I32S(dataset_nos, n)), &allocation_shape,
		arena, ret, ret_n, err);
}
