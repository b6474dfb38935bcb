/*
 * What two tables or lists of statements have in common. Rows are compared by a hash of the fields
 * that both have; the hashes of both are sorted, so that counting what is in both is one walk.
 */
#include "intake/repeat.h"

#include <stdlib.h>
#include <string.h>

#include "wire/json.h"

#define FIELDS_MIN 2u /* in common, one of them an amount or a day */

/* ---- rows ---- */

bool repeat_days(const struct col_table *t, int32_t *ret_first, int32_t *ret_last)
{
	const struct col *c = col_first(t, COL_DATE);
	bool any = false;

	for (uint32_t r = 0; c != NULL && r < t->rows; r++) {
		if (!col_valid(c, r))
			continue;
		*ret_first = any ? MIN(*ret_first, c->i32[r]) : c->i32[r];
		*ret_last = any ? MAX(*ret_last, c->i32[r]) : c->i32[r];
		any = true;
	}
	return any;
}

static bool is_compared(const struct col *c)
{
	return c->role == COL_FIELD && strcmp(c->name, "statement") != 0 &&
	       strcmp(c->name, "status") != 0;
}

/* The fields that both have, in the order of a; false: too few to tell rows by. */
static bool common_fields(const struct col_table *a, const struct col_table *b, struct col *of_a,
	struct col *of_b, uint32_t *ret_n)
{
	bool telling = false;
	uint32_t n = 0;

	for (uint32_t i = 0; i < a->ncols; i++) {
		const struct col *c = &a->cols[i];
		const struct col *other =
			is_compared(c) ? col_find(b, COL_FIELD, sv_from_cstr(c->name)) : NULL;

		if (other == NULL || other->type != c->type)
			continue;
		of_a[n] = *c;
		of_b[n++] = *other;
		telling = telling || c->type == COL_AMOUNT || c->type == COL_DATE;
	}
	*ret_n = n;
	return telling && n >= FIELDS_MIN;
}

static int compare_hashes(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Sorted hashes of the rows over the given columns; the caller frees. */
static uint64_t *row_hashes(const struct col_table *t, struct col *cols, uint32_t n)
{
	const struct col_table view = {.rows = t->rows, .ncols = n, .cols = cols};
	uint64_t *hashes = calloc((size_t)t->rows + 1, sizeof(*hashes));

	if (hashes == NULL)
		return NULL;
	col_row_hash(&view, 1u << COL_FIELD, hashes);
	qsort(hashes, t->rows, sizeof(*hashes), compare_hashes);
	return hashes;
}

static int64_t count_common(const uint64_t *a, size_t na, const uint64_t *b, size_t nb)
{
	size_t i = 0, k = 0;
	int64_t n = 0;

	while (i < na && k < nb) {
		if (a[i] == b[k]) {
			n++;
			i++;
			k++;
		} else if (a[i] < b[k]) {
			i++;
		} else {
			k++;
		}
	}
	return n;
}

int repeat_count_rows(
	const struct col_table *a, const struct col_table *b, int64_t *ret_count, struct err *err)
{
	struct col *cols CLEANUP(free_ptr) = calloc((size_t)a->ncols * 2 + 1, sizeof(*cols));
	uint32_t n;

	if (cols == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	*ret_count = 0;
	if (!common_fields(a, b, cols, cols + a->ncols, &n))
		return 0;
	uint64_t *of_a CLEANUP(free_ptr) = row_hashes(a, cols, n);
	uint64_t *of_b CLEANUP(free_ptr) = row_hashes(b, cols + a->ncols, n);
	if (of_a == NULL || of_b == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	*ret_count = count_common(of_a, a->rows, of_b, b->rows);
	return 0;
}

/* ---- statements ---- */

static struct sv text_of(const struct json_object *o, const char *key)
{
	const struct json_object *m = NULL;

	return json_find(o, key, &m) && json_kind(m) == JSON_TEXT ? json_as_text(m) : SV_NULL;
}

/* The same account, and the same number and days as far as they are told; one of them must be. */
static bool is_same(const struct json_object *a, const struct json_object *b)
{
	static const char *const keys[] = {"account", "number", "currency", "from", "to"};

	if (text_of(a, "account").n == 0 ||
		(text_of(a, "number").n == 0 && text_of(a, "from").n == 0))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (!sv_eq(text_of(a, keys[i]), text_of(b, keys[i])))
			return false;
	return true;
}

static bool is_among(const struct json_object *s, const struct json_object *list)
{
	for (size_t i = 0; i < json_count(list); i++)
		if (is_same(s, json_at(list, i)))
			return true;
	return false;
}

int repeat_count_statements(struct sv a, struct sv b, int64_t *ret_count, struct err *err)
{
	struct json_object *of_a CLEANUP(json_cleanup) = NULL;
	struct json_object *of_b CLEANUP(json_cleanup) = NULL;

	*ret_count = 0;
	if (a.n == 0 || b.n == 0)
		return 0;
	int rc = json_parse(a, JSON_DEPTH, &of_a, err);
	if (rc == 0)
		rc = json_parse(b, JSON_DEPTH, &of_b, err);
	for (size_t i = 0; rc == 0 && i < json_count(of_a); i++)
		*ret_count += is_among(json_at(of_a, i), of_b);
	return rc;
}
