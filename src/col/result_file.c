/*
 * Results in column files. Every array is a row of one table, from which writing and loading are
 * both derived; a new array is a new row with a new tag.
 */
#include "col/result_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "col/col.h"
#include "col/col_alloc.h"
#include "col/wire.h"

/* How many places an array has. */
enum count {
	COUNT_MATCHES,
	COUNT_MATCHES_1,
	COUNT_MATCH_LEVELS, /* matches times comparisons */
	COUNT_MEMBERS,
	COUNT_CANDIDATES,
	COUNT_CANDIDATE_LEVELS,
	COUNT_OPEN,
	COUNT_PATTERNS, /* times comparisons */
	COUNT_ALTERNATIVES,
};

/* Index 0 is the description; each part has its own index. Tags are stored: append only. */
#define TAG_META 1u
#define TAG_MODEL 2u

#define ARRAY(index, tag, count, member)                                                           \
	{                                                                                          \
		(index), (tag), (count), offsetof(struct result, member),                          \
			sizeof(*((struct result *)0)->member)                                      \
	}
static const struct result_array {
	uint32_t index, tag;
	enum count count;
	size_t offset; /* of the pointer in struct result */
	size_t size;   /* of one place */
} arrays[] = {
	ARRAY(1, 1, COUNT_MATCHES, matches.kind),
	ARRAY(1, 2, COUNT_MATCHES, matches.status),
	ARRAY(1, 3, COUNT_MATCHES, matches.flags),
	ARRAY(1, 4, COUNT_MATCHES, matches.difference_type),
	ARRAY(1, 5, COUNT_MATCHES, matches.pass),
	ARRAY(1, 6, COUNT_MATCHES, matches.confidence),
	ARRAY(1, 7, COUNT_MATCHES, matches.margin),
	ARRAY(1, 8, COUNT_MATCHES, matches.pattern),
	ARRAY(1, 9, COUNT_MATCHES, matches.rival),
	ARRAY(1, 10, COUNT_MATCHES, matches.currency),
	ARRAY(1, 11, COUNT_MATCHES, matches.left),
	ARRAY(1, 12, COUNT_MATCHES, matches.right),
	ARRAY(1, 13, COUNT_MATCHES, matches.pool),
	ARRAY(1, 14, COUNT_MATCHES, matches.chance),
	ARRAY(1, 15, COUNT_MATCHES_1, matches.member),
	ARRAY(1, 16, COUNT_MATCH_LEVELS, matches.bits),
	ARRAY(1, 17, COUNT_MATCHES, matches.marginal),
	ARRAY(2, 1, COUNT_MEMBERS, members.input),
	ARRAY(2, 2, COUNT_MEMBERS, members.row),
	ARRAY(2, 3, COUNT_MEMBERS, members.allocated),
	ARRAY(3, 1, COUNT_CANDIDATES, candidates.input),
	ARRAY(3, 2, COUNT_CANDIDATES, candidates.row),
	ARRAY(3, 3, COUNT_CANDIDATES, candidates.other_input),
	ARRAY(3, 4, COUNT_CANDIDATES, candidates.other_row),
	ARRAY(3, 5, COUNT_CANDIDATES, candidates.confidence),
	ARRAY(3, 7, COUNT_CANDIDATES, candidates.weight),
	ARRAY(3, 8, COUNT_CANDIDATE_LEVELS, candidates.level),
	ARRAY(3, 9, COUNT_CANDIDATE_LEVELS, candidates.bits),
	ARRAY(4, 1, COUNT_OPEN, open.input),
	ARRAY(4, 2, COUNT_OPEN, open.row),
	ARRAY(4, 3, COUNT_OPEN, open.break_type),
	ARRAY(4, 4, COUNT_OPEN, open.flags),
	ARRAY(4, 5, COUNT_OPEN, open.remaining),
	ARRAY(4, 6, COUNT_OPEN, open.nearest),
	ARRAY(4, 7, COUNT_OPEN, open.match),
	ARRAY(5, 1, COUNT_PATTERNS, pattern_level),
	ARRAY(6, 1, COUNT_ALTERNATIVES, alternatives.match),
	ARRAY(6, 2, COUNT_ALTERNATIVES, alternatives.input),
	ARRAY(6, 3, COUNT_ALTERNATIVES, alternatives.row),
	ARRAY(6, 4, COUNT_ALTERNATIVES, alternatives.confidence),
};
#define INDEX_ALTERNATIVES 6u
#undef ARRAY

static uint64_t array_bytes(const struct result *r, const struct result_array *a)
{
	const uint64_t counts[] = {
		[COUNT_MATCHES] = r->matches.n,
		[COUNT_MATCHES_1] = (uint64_t)r->matches.n + 1,
		[COUNT_MATCH_LEVELS] = (uint64_t)r->matches.n * r->ncomparisons,
		[COUNT_MEMBERS] = r->members.n,
		[COUNT_CANDIDATES] = r->candidates.n,
		[COUNT_CANDIDATE_LEVELS] = (uint64_t)r->candidates.n * r->ncomparisons,
		[COUNT_OPEN] = r->open.n,
		[COUNT_PATTERNS] = (uint64_t)r->npatterns * r->ncomparisons,
		[COUNT_ALTERNATIVES] = r->alternatives.n,
	};

	return counts[a->count] * a->size;
}

/* ---- writing ---- */

static void meta_put(struct buf *b, const struct result *r)
{
	const uint32_t counts[] = {r->ninputs, r->npasses, r->ncomparisons, r->nlevels,
		r->npatterns, r->matches.n, r->members.n, r->candidates.n, r->open.n};

	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		wire_put(b, counts[i], 4);
	for (uint32_t i = 0; i < r->ninputs; i++) {
		wire_put(b, r->inputs[i].side, 1);
		wire_put(b, (uint32_t)r->inputs[i].dataset_no, 4);
		wire_put(b, r->inputs[i].rows, 4);
		buf_add(b, r->inputs[i].sha256, sizeof(r->inputs[i].sha256));
	}
	for (uint32_t i = 0; i < r->npasses; i++) {
		wire_put(b, r->passes[i].stage, 1);
		wire_put(b, (uint32_t)r->passes[i].prior, 4);
		wire_put_str(b, sv_from_cstr(r->passes[i].name));
	}
	for (uint32_t i = 0; i < r->ncomparisons; i++) {
		wire_put(b, r->comparisons[i].level_first, 4);
		wire_put(b, r->comparisons[i].level_count, 4);
		wire_put_str(b, sv_from_cstr(r->comparisons[i].field));
	}
	for (uint32_t i = 0; i < r->nlevels; i++) {
		wire_put(b, (uint32_t)r->levels[i].weight, 4);
		wire_put_str(b, sv_from_cstr(r->levels[i].name));
	}
}

int result_file_write(const struct result *r, struct col_sink sink, struct err *err)
{
	static const uint32_t no_members;
	struct buf meta CLEANUP(buf_free) = BUF_INIT;
	struct col_part parts[ARRAY_LEN(arrays) + 2];
	size_t n = 0;

	meta_put(&meta, r);
	if (!buf_ok(&meta))
		return err_set(err, E_NO_MEMORY, NULL);
	parts[n++] = (struct col_part){0, TAG_META, meta.p, meta.n};
	parts[n++] = (struct col_part){0, TAG_MODEL, r->model.p, r->model.n};
	for (size_t i = 0; i < ARRAY_LEN(arrays); i++) {
		const struct result_array *a = &arrays[i];
		const void *p;

		memcpy(&p, (const char *)r + a->offset, sizeof(p));
		if (p == NULL && a->count == COUNT_MATCHES_1)
			p = &no_members;
		parts[n++] = (struct col_part){a->index, a->tag, p, array_bytes(r, a)};
	}
	return col_file_write(COL_FILE_RESULT, parts, n, sink, err);
}

/* ---- reading ---- */

static int meta_get_counts(struct wire *w, struct result *r, struct err *err)
{
	uint32_t *const counts[] = {&r->ninputs, &r->npasses, &r->ncomparisons, &r->nlevels,
		&r->npatterns, &r->matches.n, &r->members.n, &r->candidates.n, &r->open.n};

	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		*counts[i] = (uint32_t)wire_get(w, 4);
	/* Every one of them takes at least three bytes below. */
	uint64_t described = (uint64_t)r->ninputs + r->npasses + r->ncomparisons + r->nlevels;
	if (w->failed || described > w->n / 3)
		return err_set(err, E_CORRUPT, "The result's description is not valid.");
	r->inputs = result_alloc(r, r->ninputs * sizeof(*r->inputs));
	r->passes = result_alloc(r, r->npasses * sizeof(*r->passes));
	r->comparisons = result_alloc(r, r->ncomparisons * sizeof(*r->comparisons));
	r->levels = result_alloc(r, r->nlevels * sizeof(*r->levels));
	if (!r->inputs || !r->passes || !r->comparisons || !r->levels)
		return err_set(err, E_NO_MEMORY, NULL);
	return 0;
}

/* A name as a string of r; without memory, or with a NUL inside, w fails. */
static const char *meta_get_name(struct wire *w, struct result *r)
{
	struct sv s = wire_get_str(w);

	if (w->failed || (s.n > 0 && memchr(s.p, '\0', s.n) != NULL))
		w->failed = true;
	const char *name = w->failed ? NULL : result_strdup(r, s);
	if (name == NULL)
		w->failed = true;
	return name;
}

static int meta_get(struct wire *w, struct result *r, struct err *err)
{
	int rc = meta_get_counts(w, r, err);

	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < r->ninputs; i++) {
		r->inputs[i].side = (uint8_t)wire_get(w, 1);
		r->inputs[i].dataset_no = (int32_t)(uint32_t)wire_get(w, 4);
		r->inputs[i].rows = (uint32_t)wire_get(w, 4);
		wire_get_bytes(w, r->inputs[i].sha256, sizeof(r->inputs[i].sha256));
	}
	for (uint32_t i = 0; i < r->npasses; i++) {
		r->passes[i].stage = (uint8_t)wire_get(w, 1);
		r->passes[i].prior = (int32_t)(uint32_t)wire_get(w, 4);
		r->passes[i].name = meta_get_name(w, r);
	}
	for (uint32_t i = 0; i < r->ncomparisons; i++) {
		r->comparisons[i].level_first = (uint32_t)wire_get(w, 4);
		r->comparisons[i].level_count = (uint32_t)wire_get(w, 4);
		r->comparisons[i].field = meta_get_name(w, r);
	}
	for (uint32_t i = 0; i < r->nlevels; i++) {
		r->levels[i].weight = (int32_t)(uint32_t)wire_get(w, 4);
		r->levels[i].name = meta_get_name(w, r);
	}
	return wire_done(w) ? 0 : err_set(err, E_CORRUPT, "The result's description is not valid.");
}

/* Loads a section of any size. */
static int section_load(
	const struct col_file *f, uint32_t tag, struct result *r, struct sv *ret, struct err *err)
{
	const struct col_section *s = col_file_find(f, 0, tag);
	void *p = NULL;

	if (s == NULL)
		return err_set(err, E_CORRUPT, "The result lacks a section.");
	int rc = col_file_load(f, 0, tag, s->n, &r->allocs, &p, err);
	if (rc == 0)
		*ret = sv_from(p, s->n);
	return rc;
}

/* The description does not count alternatives: files that have none of them were written before. */
static int count_alternatives(const struct col_file *f, struct result *r, struct err *err)
{
	const struct col_section *s = col_file_find(f, INDEX_ALTERNATIVES, 1);
	uint64_t n = s == NULL ? 0 : s->n / sizeof(*r->alternatives.match);

	if (n > COL_ROWS_MAX)
		return err_set(err, E_CORRUPT, "The result has too many alternatives.");
	r->alternatives.n = (uint32_t)n;
	return 0;
}

static int arrays_load(const struct col_file *f, struct result *r, struct err *err)
{
	int counted = count_alternatives(f, r, err);

	if (counted != 0)
		return counted;
	for (size_t i = 0; i < ARRAY_LEN(arrays); i++) {
		const struct result_array *a = &arrays[i];
		if (a->count == COUNT_ALTERNATIVES && r->alternatives.n == 0)
			continue;
		int rc = col_file_load(f, a->index, a->tag, array_bytes(r, a), &r->allocs,
			(char *)r + a->offset, err);

		if (rc != 0)
			return rc;
	}
	return 0;
}

int result_file_load(struct col_source src, struct result *ret, struct err *err)
{
	struct col_file f CLEANUP(col_file_close) = COL_FILE_INIT;
	struct result r CLEANUP(result_free) = RESULT_INIT;
	struct sv meta;

	int rc = col_file_open(src, COL_FILE_RESULT, &f, err);
	if (rc == 0)
		rc = section_load(&f, TAG_META, &r, &meta, err);
	if (rc == 0)
		rc = section_load(&f, TAG_MODEL, &r, &r.model, err);
	if (rc != 0)
		return rc;
	struct wire w = {(const uint8_t *)meta.p, meta.n, false};
	rc = meta_get(&w, &r, err);
	if (rc == 0)
		rc = arrays_load(&f, &r, err);
	if (rc == 0)
		rc = result_check(&r, err);
	if (rc != 0)
		return rc;
	*ret = r;
	r = RESULT_INIT;
	return 0;
}
