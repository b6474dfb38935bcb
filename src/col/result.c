/*
 * Memory of a result, and the check that one from outside keeps every promise of result.h.
 */
#include "col/result.h"

#include <string.h>

#include "base/decimal.h"
#include "col/col.h"
#include "col/col_alloc.h"

void result_free(struct result *r)
{
	col_alloc_free(&r->allocs);
	*r = RESULT_INIT;
}

void *result_alloc(struct result *r, size_t n)
{
	return col_alloc_new(&r->allocs, n);
}

void result_give(struct result *r, void *pages, size_t size)
{
	col_alloc_give(&r->allocs, pages, size);
}

const char *result_strdup(struct result *r, struct sv s)
{
	char *p = result_alloc(r, s.n + 1);

	if (p != NULL && s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

size_t result_bytes(const struct result *r)
{
	return sizeof(*r) + col_alloc_bytes(r->allocs);
}

/* ARRAY(a): a = zeroed array of n places, or the function fails. */
#define ARRAY_N(a, n)                                                                              \
	do {                                                                                       \
		(a) = result_alloc(r, (size_t)(n) * sizeof(*(a)));                                 \
		if ((a) == NULL)                                                                   \
			return err_set(err, E_NO_MEMORY, NULL);                                    \
	} while (0)

int result_set_matches(struct result *r, uint32_t n, struct err *err)
{
	struct result_matches *m = &r->matches;

	if (n > COL_ROWS_MAX)
		return err_set(err, E_LIMIT, NULL);
	ARRAY_N(m->kind, n);
	ARRAY_N(m->status, n);
	ARRAY_N(m->flags, n);
	ARRAY_N(m->difference_type, n);
	ARRAY_N(m->pass, n);
	ARRAY_N(m->confidence, n);
	ARRAY_N(m->marginal, n);
	ARRAY_N(m->margin, n);
	ARRAY_N(m->pattern, n);
	ARRAY_N(m->rival, n);
	ARRAY_N(m->currency, n);
	ARRAY_N(m->left, n);
	ARRAY_N(m->right, n);
	ARRAY_N(m->pool, n);
	ARRAY_N(m->chance, n);
	ARRAY_N(m->member, n + 1);
	ARRAY_N(m->bits, (size_t)n * r->ncomparisons);
	m->n = n;
	return 0;
}

int result_set_members(struct result *r, uint32_t n, struct err *err)
{
	if (n > COL_ROWS_MAX)
		return err_set(err, E_LIMIT, NULL);
	ARRAY_N(r->members.input, n);
	ARRAY_N(r->members.row, n);
	ARRAY_N(r->members.allocated, n);
	r->members.n = n;
	return 0;
}

int result_set_candidates(struct result *r, uint32_t n, struct err *err)
{
	struct result_candidates *c = &r->candidates;

	if (n > COL_ROWS_MAX)
		return err_set(err, E_LIMIT, NULL);
	ARRAY_N(c->input, n);
	ARRAY_N(c->row, n);
	ARRAY_N(c->other_input, n);
	ARRAY_N(c->other_row, n);
	ARRAY_N(c->confidence, n);
	ARRAY_N(c->level, (size_t)n * r->ncomparisons);
	ARRAY_N(c->bits, (size_t)n * r->ncomparisons);
	ARRAY_N(c->weight, n);
	c->n = n;
	return 0;
}

int result_set_open(struct result *r, uint32_t n, struct err *err)
{
	struct result_open *o = &r->open;

	if (n > COL_ROWS_MAX)
		return err_set(err, E_LIMIT, NULL);
	ARRAY_N(o->input, n);
	ARRAY_N(o->row, n);
	ARRAY_N(o->break_type, n);
	ARRAY_N(o->flags, n);
	ARRAY_N(o->remaining, n);
	ARRAY_N(o->nearest, n);
	ARRAY_N(o->match, n);
	o->n = n;
	return 0;
}

int result_set_alternatives(struct result *r, uint32_t n, struct err *err)
{
	struct result_alternatives *a = &r->alternatives;

	if (n > COL_ROWS_MAX)
		return err_set(err, E_LIMIT, NULL);
	ARRAY_N(a->match, n);
	ARRAY_N(a->input, n);
	ARRAY_N(a->row, n);
	ARRAY_N(a->confidence, n);
	a->n = n;
	return 0;
}

/* First alternative whose match is not before this one. */
static uint32_t first_alternative(const struct result_alternatives *a, uint32_t match)
{
	uint32_t low = 0, high = a->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (a->match[middle] < match)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t result_alternatives_of(const struct result *r, uint32_t match, uint32_t *ret_end)
{
	*ret_end = first_alternative(&r->alternatives, match + 1);
	return first_alternative(&r->alternatives, match);
}

int result_set_patterns(struct result *r, uint32_t npatterns, struct err *err)
{
	size_t n = (size_t)npatterns * r->ncomparisons;

	ARRAY_N(r->pattern_level, n);
	r->npatterns = npatterns;
	return 0;
}

/* ---- the check ---- */

#define CHECK(what, cond)                                                                          \
	do {                                                                                       \
		if (!(cond))                                                                       \
			return err_set(err, E_CORRUPT, "The result is not valid: %s.", (what));    \
	} while (0)

static bool record_ok(const struct result *r, uint16_t input, uint32_t row)
{
	return input < r->ninputs && row < r->inputs[input].rows;
}

static bool money_ok(int64_t v)
{
	return v <= DECIMAL_MONEY_MAX * 10 && v >= -DECIMAL_MONEY_MAX * 10;
}

/* True when (input, row) strictly follows the one before it. */
static bool follows(const uint16_t *input, const uint32_t *row, uint32_t i)
{
	return input[i - 1] < input[i] || (input[i - 1] == input[i] && row[i - 1] < row[i]);
}

static bool level_ok(const struct result *r, uint32_t comparison, uint8_t level)
{
	return level == RESULT_LEVEL_MISSING || level < r->comparisons[comparison].level_count;
}

static int check_tables(const struct result *r, struct err *err)
{
	CHECK("inputs", r->ninputs <= UINT16_MAX && r->npasses <= UINT16_MAX);
	for (uint32_t i = 0; i < r->ninputs; i++) {
		CHECK("side", r->inputs[i].side <= RESULT_RIGHT);
		CHECK("rows", r->inputs[i].rows <= COL_ROWS_MAX);
		CHECK("order of inputs", i == 0 || r->inputs[i - 1].side <= r->inputs[i].side);
	}
	CHECK("comparisons", r->ncomparisons <= 255);
	for (uint32_t i = 0; i < r->ncomparisons; i++) {
		const struct result_comparison *c = &r->comparisons[i];

		CHECK("levels", c->level_count <= 255 && c->level_first <= r->nlevels &&
					c->level_count <= r->nlevels - c->level_first);
	}
	for (uint32_t p = 0; p < r->npatterns; p++)
		for (uint32_t i = 0; i < r->ncomparisons; i++) {
			uint8_t level = r->pattern_level[(size_t)p * r->ncomparisons + i];

			CHECK("pattern", level_ok(r, i, level));
		}
	return 0;
}

static int check_members(const struct result *r, uint32_t match, struct err *err)
{
	const struct result_members *m = &r->members;
	uint32_t first = r->matches.member[match];

	for (uint32_t i = first; i < r->matches.member[match + 1]; i++) {
		CHECK("member", record_ok(r, m->input[i], m->row[i]));
		CHECK("order of members", i == first || follows(m->input, m->row, i));
		CHECK("allocated amount", money_ok(m->allocated[i]));
	}
	return 0;
}

static int check_match(const struct result *r, uint32_t i, struct err *err)
{
	const struct result_matches *m = &r->matches;

	CHECK("kind", outcome_known(OUTCOME_SET_KIND, m->kind[i]));
	CHECK("status", outcome_known(OUTCOME_SET_STATUS, m->status[i]));
	CHECK("difference", outcome_known(OUTCOME_SET_DIFFERENCE, m->difference_type[i]));
	CHECK("pass", m->pass[i] < r->npasses);
	CHECK("confidence", m->confidence[i] <= RESULT_CONFIDENCE_ONE);
	CHECK("marginal", m->marginal[i] <= RESULT_CONFIDENCE_ONE);
	CHECK("pattern", m->pattern[i] == RESULT_NONE || m->pattern[i] < r->npatterns);
	CHECK("rival", m->rival[i] == RESULT_NONE || m->rival[i] < r->candidates.n);
	CHECK("currency", m->currency[i] >= 0 && m->currency[i] <= 0x7f7f7f);
	CHECK("total", money_ok(m->left[i]) && money_ok(m->right[i]));
	CHECK("members", m->member[i] < m->member[i + 1] && m->member[i + 1] <= r->members.n);
	return check_members(r, i, err);
}

static int check_candidates(const struct result *r, struct err *err)
{
	const struct result_candidates *c = &r->candidates;

	for (uint32_t i = 0; i < c->n; i++) {
		CHECK("candidate", record_ok(r, c->input[i], c->row[i]) &&
					   record_ok(r, c->other_input[i], c->other_row[i]));
		CHECK("order of candidates",
			i == 0 || follows(c->input, c->row, i) ||
				(c->input[i - 1] == c->input[i] && c->row[i - 1] == c->row[i]));
		CHECK("confidence", c->confidence[i] <= RESULT_CONFIDENCE_ONE);
		for (uint32_t k = 0; k < r->ncomparisons; k++)
			CHECK("level", level_ok(r, k, c->level[(size_t)i * r->ncomparisons + k]));
	}
	return 0;
}

static int check_open(const struct result *r, struct err *err)
{
	const struct result_open *o = &r->open;

	for (uint32_t i = 0; i < o->n; i++) {
		CHECK("open item", record_ok(r, o->input[i], o->row[i]));
		CHECK("order of open items", i == 0 || follows(o->input, o->row, i));
		CHECK("break type", outcome_known(OUTCOME_SET_BREAK, o->break_type[i]));
		CHECK("remaining amount", money_ok(o->remaining[i]));
		CHECK("nearest", o->nearest[i] == RESULT_NONE || o->nearest[i] < r->candidates.n);
		CHECK("match", o->match[i] <= r->matches.n);
	}
	return 0;
}

static int check_alternatives(const struct result *r, struct err *err)
{
	const struct result_alternatives *a = &r->alternatives;

	for (uint32_t i = 0; i < a->n; i++) {
		CHECK("alternative", a->match[i] < r->matches.n && record_ok(r, a->input[i], a->row[i]));
		CHECK("order of alternatives",
			i == 0 || a->match[i - 1] < a->match[i] ||
				(a->match[i - 1] == a->match[i] && follows(a->input, a->row, i)));
		CHECK("alternative of a match that is not ambiguous",
			r->matches.status[a->match[i]] == STATUS_AMBIGUOUS);
		CHECK("confidence", a->confidence[i] <= RESULT_CONFIDENCE_ONE);
	}
	return 0;
}

int result_check(const struct result *r, struct err *err)
{
	int rc = check_tables(r, err);

	if (rc != 0)
		return rc;
	if (r->matches.n > 0)
		CHECK("members", r->matches.member[0] == 0 &&
					 r->matches.member[r->matches.n] == r->members.n);
	else
		CHECK("members", r->members.n == 0);
	for (uint32_t i = 0; i < r->matches.n; i++) {
		rc = check_match(r, i, err);
		if (rc != 0)
			return rc;
	}
	rc = check_candidates(r, err);
	if (rc == 0)
		rc = check_alternatives(r, err);
	return rc != 0 ? rc : check_open(r, err);
}
