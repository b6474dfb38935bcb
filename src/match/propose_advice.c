/*
 * How a third file of lines (remittance advice, payout report) is to be read, when no ruleset says
 * it: which of its columns holds keys of left records, which of right ones, found by what values
 * they share with the sides' columns, and which is the amount.
 */
#include <stdlib.h>
#include <string.h>

#include "match/propose_parts.h"
#include "rules/tree.h"

#define SHARE_MIN 800u /* per mille of the lines whose key a side must know */

static bool is_key(const struct col *c)
{
	return c->role == COL_FIELD && (c->type == COL_CODE || c->type == COL_TEXT);
}

static int u64_cmp(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Hashes of a column's values, ascending; NULL without memory. */
static uint64_t *list_values(const struct col *c, uint32_t rows, uint32_t *ret_n)
{
	uint64_t *v = malloc(((size_t)rows + 1) * sizeof(*v));
	uint32_t n = 0;

	*ret_n = 0;
	if (v == NULL)
		return NULL;
	for (uint32_t r = 0; r < rows; r++)
		if (col_valid(c, r) && col_folded(c, r).n > 0)
			v[n++] = propose_hash(col_folded(c, r));
	qsort(v, n, sizeof(*v), u64_cmp);
	*ret_n = n;
	return v;
}

static uint32_t distinct(const uint64_t *v, uint32_t n)
{
	uint32_t d = 0;

	for (uint32_t i = 0; i < n; i++)
		d += i == 0 || v[i] != v[i - 1];
	return d;
}

/* Lines of a, per mille, whose value is among b. */
static uint32_t share_of(const uint64_t *a, uint32_t na, const uint64_t *b, uint32_t nb)
{
	uint64_t found = 0;

	for (uint32_t i = 0, k = 0; i < na; i++) {
		while (k < nb && b[k] < a[i])
			k++;
		found += k < nb && b[k] == a[i];
	}
	return na == 0 ? 0 : (uint32_t)(found * 1000 / na);
}

struct key {
	const struct col *line, *side; /* of the advice, of the side */
	uint32_t share, values;        /* values: distinct ones in the advice */
};

/* The column of the advice and of a side that share most; not_this: it is taken. */
static bool find_key(const struct col_table *advice, const struct col_table *side,
	const struct col *not_this, struct key *ret)
{
	bool ok = true;

	*ret = (struct key){0};
	for (uint32_t i = 0; i < advice->ncols && ok; i++) {
		const struct col *c = &advice->cols[i];
		uint32_t na = 0, nb = 0;
		if (c == not_this || !is_key(c))
			continue;
		uint64_t *a = list_values(c, advice->rows, &na);
		ok = a != NULL;
		for (uint32_t k = 0; k < side->ncols && ok; k++) {
			if (!is_key(&side->cols[k]))
				continue;
			uint64_t *b = list_values(&side->cols[k], side->rows, &nb);
			ok = b != NULL;
			uint32_t share = ok ? share_of(a, na, b, nb) : 0;
			if (share > ret->share)
				*ret = (struct key){c, &side->cols[k], share, distinct(a, na)};
			free(b);
		}
		free(a);
	}
	return ok;
}

static void put_key(struct buf *out, const char *name, const struct key *k, const char *field)
{
	buf_printf(out, "\"%s\": { \"column\": ", name);
	tree_quote(sv_from_cstr(k->line->name), out);
	buf_printf(out, ", \"field\": \"%s\" }", field);
}

static void put_field(struct buf *out, const char *name, const char *side, const struct key *k)
{
	buf_printf(out, "    \"%s\": { \"type\": \"code\", \"%s\": ", name, side);
	tree_quote(sv_from_cstr(k->side->name), out);
	buf_add_cstr(out, " },\n");
}

/* The proposal with the advice before its fields and two more fields. */
static int put_all(struct sv rules, const struct key key[2], const struct col *amount,
	struct buf *out, struct err *err)
{
	static const char fields[] = "  \"fields\": {\n";
	const char *at = memmem(rules.p, rules.n, fields, strlen(fields));

	if (at == NULL)
		return err_set(err, E_INTERNAL, "A proposal without fields.");
	buf_add(out, rules.p, (size_t)(at - rules.p));
	buf_add_cstr(out, "  \"advice\": { ");
	put_key(out, "of", &key[0], "advised_left");
	buf_add_cstr(out, ", ");
	put_key(out, "names", &key[1], "advised_right");
	buf_add_cstr(out, ",\n    \"amount\": ");
	tree_quote(sv_from_cstr(amount->name), out);
	/* The side with fewer records is the one whose records are settled whole. */
	buf_printf(out,
		", \"whole\": \"%s\", \"stage\": 1,\n    \"then\": { \"confirm\": "
		"{ \"confidence\": 0.99 }, \"suggest\": { \"confidence\": 0.5 } } },\n",
		key[1].values <= key[0].values ? "right" : "left");
	buf_add_cstr(out, fields);
	put_field(out, "advised_left", "left", &key[0]);
	put_field(out, "advised_right", "right", &key[1]);
	at += strlen(fields);
	buf_add(out, at, (size_t)(rules.p + rules.n - at));
	return buf_ok(out) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

int match_propose_advice(const struct col_table *left, const struct col_table *right,
	const struct col_table *advice, struct sv rules, struct buf *out, struct err *err)
{
	const struct col *amount = col_first(advice, COL_AMOUNT);
	struct key key[2];

	if (!find_key(advice, left, NULL, &key[0]) ||
		!find_key(advice, right, key[0].line, &key[1]))
		return err_set(err, E_NO_MEMORY, NULL);
	if (amount == NULL || key[0].share < SHARE_MIN || key[1].share < SHARE_MIN)
		return err_set(err, E_INVALID,
			"The advice needs a column of keys of the left side, one of the right "
			"side, and "
			"an amount.");
	return put_all(rules, key, amount, out, err);
}
