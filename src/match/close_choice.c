/*
 * What an ambiguous match might hold instead: the partners that its members could have had, as the
 * candidates of all stages say, but for those that a confirmed match took.
 */
#include <stdlib.h>

#include "match/close.h"

struct alternative {
	uint32_t match;
	uint32_t side, row;
	uint32_t confidence;
};

struct choosing {
	struct closing *c;
	const struct ranking *k;
	VECTOR(struct alternative) list;
};

/* Best first of each record. */
static int by_record(const void *a, const void *b)
{
	const struct alternative *x = a, *y = b;

	if (x->side != y->side)
		return x->side < y->side ? -1 : 1;
	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return x->confidence > y->confidence ? -1 : x->confidence < y->confidence;
}

static uint32_t rep_of(const struct engine *e, int side, uint32_t row)
{
	return e->rep[side] == NULL ? row : e->rep[side][row];
}

/* Of a class of equal records the one that would be taken next. */
static uint32_t next_of(const struct engine *e, int side, uint32_t rep)
{
	bool waits = e->head[side] != NULL && e->head[side][rep] != NO_ROW;

	return waits ? e->head[side][rep] : rep;
}

/* Partners of a member that are not in the match. A choice has all of them. */
static void add_partners(struct choosing *q, uint32_t match, int side, uint32_t row, int32_t least)
{
	const struct engine *e = q->c->e;
	bool all = (q->c->r->matches.flags[match] & RESULT_CHOICE) != 0;
	size_t p = close_place(e, side, rep_of(e, side, row));
	uint32_t i = p == 0 ? 0 : q->k->first[p - 1], some = 0;

	for (; i < q->k->first[p] && (all || some < RESULT_CANDIDATES_MAX); i++) {
		const struct ranked *v = &q->k->v[i];
		uint32_t other = next_of(e, 1 - side, v->other);
		some++;
		if (v->weight < least || e->state[1 - side][other] == ROW_CONFIRMED ||
			e->state[1 - side][other] == ROW_EXCLUDED ||
			q->c->match_of[1 - side][other] == match + 1)
			continue;
		struct alternative one = {match, (uint32_t)(1 - side), other, v->confidence};
		(void)ENGINE_PUSH(q->c->e, &q->list, one);
	}
}

static void add_match(struct choosing *q, uint32_t match)
{
	const struct closing *c = q->c;
	const struct result *r = c->r;
	const struct found *m = &c->e->found.p[c->order[match]];
	int32_t line = (int32_t)MAX(c->e->rs->passes[m->pass].then.confirm_margin, (uint32_t)RULES_BIT);
	size_t first = q->list.n, kept = first;

	for (uint32_t i = r->matches.member[match]; i < r->matches.member[match + 1]; i++) {
		int side = r->inputs[r->members.input[i]].side;
		uint32_t row = c->e->base[r->members.input[i]] + r->members.row[i];
		add_partners(q, match, side, row, m->weight - line);
	}
	if (q->list.n - first > 1)
		qsort(q->list.p + first, q->list.n - first, sizeof(*q->list.p), by_record);
	for (size_t i = first; i < q->list.n; i++)
		if (kept == first || q->list.p[i].side != q->list.p[kept - 1].side ||
			q->list.p[i].row != q->list.p[kept - 1].row)
			q->list.p[kept++] = q->list.p[i];
	q->list.n = kept;
}

static int write_all(struct choosing *q)
{
	struct result_alternatives *to = &q->c->r->alternatives;
	size_t n = q->list.n;
	int rc = n > UINT32_MAX ? E_LIMIT : result_set_alternatives(q->c->r, (uint32_t)n, NULL);

	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct alternative *from = &q->list.p[i];
		to->match[i] = from->match;
		to->confidence[i] = from->confidence;
		close_address(q->c->e, (int)from->side, from->row, &to->input[i], &to->row[i]);
	}
	return rc;
}

void close_choices(struct closing *c, const struct ranking *k)
{
	struct choosing q = {.c = c, .k = k};

	for (uint32_t no = 0; no < c->r->matches.n && engine_ok(c->e) && k->first != NULL; no++)
		if (c->r->matches.status[no] == STATUS_AMBIGUOUS)
			add_match(&q, no);
	int rc = engine_ok(c->e) ? write_all(&q) : 0;
	if (rc < 0)
		engine_fail(c->e, rc);
	engine_free(c->e, q.list.p);
}
