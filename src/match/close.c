/*
 * From what a run found to the result and the receipt's figures: orders, addresses, identities.
 */
#include "match/close.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void close_address(const struct engine *e, int side, uint32_t row, uint16_t *ret_input,
	uint32_t *ret_row)
{
	uint32_t i = 0;

	while (i + 1 < e->nin && (e->in[i].side != side || (e->in[i + 1].side == side &&
					  e->base[i + 1] <= row)))
		i++;
	*ret_input = (uint16_t)i;
	*ret_row = row - e->base[i];
}

/* ---- order ---- */

static uint64_t first_member(const struct engine *e, const struct found *m)
{
	return m->key[LEFT] != NO_ROW ? m->key[LEFT] : (uint64_t)e->n[LEFT] + m->key[RIGHT];
}

/* By first member, then by first right row; partial matches may share both. */
static int by_place(const void *a, const void *b, void *arg)
{
	const struct engine *e = arg;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	const struct found *x = &e->found.p[i], *y = &e->found.p[k];
	uint64_t p = first_member(e, x), q = first_member(e, y);

	if (p != q)
		return p < q ? -1 : 1;
	if (x->key[RIGHT] != y->key[RIGHT])
		return x->key[RIGHT] < y->key[RIGHT] ? -1 : 1;
	return i < k ? -1 : i > k;
}

static int by_member(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->side != y->side)
		return x->side < y->side ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* Almost always a row is the first of one match only, so matches find their places directly. */
static bool place_directly(struct closing *c)
{
	struct engine *e = c->e;
	size_t places = (size_t)e->n[0] + e->n[1], n = 0;
	uint32_t *at = ENGINE_ZNEW(e, places + 1, uint32_t);
	bool shared = false;

	for (size_t i = 0; at != NULL && i < e->found.n && !shared; i++) {
		uint64_t place = first_member(e, &e->found.p[i]);
		shared = at[place] != 0;
		at[place] = (uint32_t)i + 1;
	}
	for (size_t p = 0; at != NULL && p < places && !shared; p++)
		if (at[p] != 0)
			c->order[n++] = at[p] - 1;
	engine_free(e, at);
	return !shared;
}

static void sort_matches(struct closing *c)
{
	struct engine *e = c->e;
	size_t n = e->found.n;

	c->order = ENGINE_NEW(e, n + 1, uint32_t);
	if (!engine_ok(e))
		return;
	for (size_t i = 0; i < n; i++) {
		const struct found *m = &e->found.p[i];
		if (m->kind != KIND_1_1)
			qsort(e->member.p + m->member, m->nmembers, sizeof(*e->member.p), by_member);
	}
	if (place_directly(c))
		return;
	for (uint32_t i = 0; i < n; i++)
		c->order[i] = i;
	qsort_r(c->order, n, sizeof(*c->order), by_place, e);
}

/* ---- matches ---- */

static int set_inputs(struct closing *c)
{
	struct result *r = c->r;
	const struct engine *e = c->e;

	r->ninputs = e->nin;
	r->inputs = result_alloc(r, e->nin * sizeof(*r->inputs));
	r->npasses = e->rs->npasses;
	r->passes = result_alloc(r, r->npasses * sizeof(*r->passes));
	if (r->inputs == NULL || r->passes == NULL)
		return E_NO_MEMORY;
	for (uint32_t i = 0; i < e->nin; i++) {
		r->inputs[i] = (struct result_input){.side = e->in[i].side,
			.dataset_no = e->in[i].dataset_no, .rows = e->in[i].table->rows};
		memcpy(r->inputs[i].sha256, e->in[i].sha256, sizeof(r->inputs[i].sha256));
	}
	for (uint32_t i = 0; i < r->npasses; i++) {
		r->passes[i].name = result_strdup(r, e->rs->passes[i].name);
		r->passes[i].stage = (uint8_t)e->rs->passes[i].stage;
		r->passes[i].prior = e->prior[i];
		if (r->passes[i].name == NULL)
			return E_NO_MEMORY;
	}
	/* Which columns a compared field came from: for whoever shows the evidence. */
	r->model = sv_from(result_strdup(r, e->rs->canonical), e->rs->canonical.n);
	return r->model.p == NULL ? E_NO_MEMORY : 0;
}

static int32_t match_currency(const struct engine *e, const struct found *m)
{
	int side = m->key[LEFT] != NO_ROW ? LEFT : RIGHT;

	return e->amount[0] == NULL ? 0 : e->currencies[row_currency(e, side, m->key[side])];
}

static void write_match(struct closing *c, uint32_t no, uint32_t member_first)
{
	struct engine *e = c->e;
	struct result_matches *to = &c->r->matches;
	struct result_members *members = &c->r->members;
	const struct found *m = &e->found.p[c->order[no]];
	bool shown = m->status == STATUS_CONFIRMED &&
		m->confidence < e->rs->passes[m->pass].then.confirm_ppm;

	to->kind[no] = m->kind;
	to->status[no] = m->status;
	to->flags[no] = (uint8_t)(m->flags | (shown ? RESULT_SHOWN : 0));
	to->difference_type[no] = m->difference_type;
	to->pass[no] = m->pass;
	to->confidence[no] = m->confidence;
	to->marginal[no] = m->marginal != 0 ? m->marginal : m->confidence;
	to->margin[no] = m->margin;
	to->pattern[no] = RESULT_NONE;
	to->rival[no] = RESULT_NONE;
	to->currency[no] = match_currency(e, m);
	to->left[no] = m->sum[LEFT];
	to->right[no] = m->sum[RIGHT];
	to->pool[no] = m->pool;
	to->chance[no] = m->chance;
	to->member[no] = member_first;
	for (uint32_t i = 0; i < m->nmembers; i++) {
		const struct member *from = &e->member.p[m->member + i];
		close_address(e, (int)from->side, from->row, &members->input[member_first + i],
			&members->row[member_first + i]);
		members->allocated[member_first + i] = from->allocated;
		c->match_of[from->side][from->row] = no + 1;
	}
}

struct writing {
	struct closing *c;
	uint32_t *chunk_first; /* first member of each chunk of matches */
};

static void write_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct writing *w = arg;
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, (uint32_t)e->found.n);
	uint32_t member = w->chunk_first[chunk];

	(void)thread;
	for (uint32_t no = chunk * CHUNK_ROWS; no < end; no++) {
		if (no + 16 < end) { /* right rows come in no order */
			const struct found *m = &e->found.p[w->c->order[no + 16]];
			if (m->key[RIGHT] != NO_ROW)
				__builtin_prefetch(&w->c->match_of[RIGHT][m->key[RIGHT]], 1);
		}
		write_match(w->c, no, member);
		member += e->found.p[w->c->order[no]].nmembers;
	}
}

/* What a match and a member take in the result, without evidence; and the ends of their arrays. */
#define MATCH_BYTES 58u
#define MEMBER_BYTES 14u
#define GIVEN_ROOM 8192u

static int write_matches(struct closing *c)
{
	struct engine *e = c->e;
	struct result *r = c->r;
	uint32_t n = (uint32_t)e->found.n, total = 0;
	struct writing w = {.c = c};

	engine_give(e, r, n * (size_t)(MATCH_BYTES + 2 * r->ncomparisons) +
		e->member.n * MEMBER_BYTES + GIVEN_ROOM);
	int rc = result_set_matches(r, n, NULL);
	w.chunk_first = ENGINE_NEW(e, chunks(n) + 1, uint32_t);
	if (!engine_ok(e))
		return e->error;
	for (uint32_t no = 0; no < n; no++) {
		if (no % CHUNK_ROWS == 0)
			w.chunk_first[no / CHUNK_ROWS] = total;
		total += e->found.p[c->order[no]].nmembers;
	}
	if (rc == 0)
		rc = result_set_members(r, total, NULL);
	if (rc < 0)
		return rc;
	par_for(e, chunks(n), write_chunk, &w);
	r->matches.member[n] = total;
	return engine_ok(e) ? 0 : e->error;
}

/* ---- identities ---- */

static struct match_money *money_of(struct match_receipt *r, uint8_t side, int32_t currency)
{
	for (uint32_t i = 0; i < r->nmoney; i++)
		if (r->money[i].side == side && r->money[i].currency == currency)
			return &r->money[i];
	struct match_money *more = realloc(r->money, (r->nmoney + 1) * sizeof(*more));
	if (more == NULL)
		return NULL;
	r->money = more;
	more[r->nmoney] = (struct match_money){.side = side, .currency = currency};
	return &more[r->nmoney++];
}

static void count_row(
	const struct engine *e, int side, uint32_t row, bool forward, struct match_money *m)
{
	int64_t amount = e->amount[side] == NULL ? 0 : e->amount[side][row];
	uint8_t state = e->state[side][row];

	assert(m != NULL);
	/* What remained of it when the run began: what is open, and what the run took. */
	if (forward && e->carried[side] != NULL)
		amount = e->carried[side][row];
	m->rows_forward += forward;
	m->forward += forward ? amount : 0;
	m->rows_accepted += !forward;
	m->accepted += forward ? 0 : amount;
	m->rows_excluded += state == ROW_EXCLUDED;
	m->excluded += state == ROW_EXCLUDED ? amount : 0;
	m->rows_matched += state == ROW_CONFIRMED;
	m->rows_reserved += state == ROW_RESERVED;
	m->rows_open += state == ROW_OPEN || state == ROW_RESERVED;
}

/* What each side was given, by what became of each row. */
static int count_rows(struct closing *c, int side)
{
	const struct engine *e = c->e;
	struct match_receipt *receipt = c->receipt;
	struct match_money *by_currency[CURRENCIES_MAX] = {NULL};

	for (uint32_t i = 0; i < e->ncurrencies; i++)
		if (money_of(receipt, (uint8_t)side, e->currencies[i]) == NULL)
			return E_NO_MEMORY;
	for (uint32_t i = 0; i < e->ncurrencies; i++)
		by_currency[i] = money_of(receipt, (uint8_t)side, e->currencies[i]);
	receipt->rows[side] = e->n[side];
	for (uint32_t i = 0; i < e->nin; i++)
		for (uint32_t r = 0; e->in[i].side == side && r < e->in[i].table->rows; r++) {
			uint32_t row = e->base[i] + r;
			const int64_t *remaining = e->in[i].remaining;
			if (remaining == NULL || remaining[r] != 0)
				count_row(e, side, row, remaining != NULL,
					by_currency[row_currency(e, side, row)]);
		}
	receipt->repeated[side] = e->repeated[side];
	return 0;
}

/* Money is counted from the other end, the allocations and the open items written, so that the
 * identities can fail. */
static void count_money(struct closing *c)
{
	const struct result *r = c->r;
	struct match_receipt *receipt = c->receipt;

	for (uint32_t no = 0; no < r->matches.n; no++)
		for (uint32_t i = r->matches.member[no]; i < r->matches.member[no + 1]; i++) {
			uint8_t side = r->inputs[r->members.input[i]].side;
			struct match_money *m = money_of(receipt, side, r->matches.currency[no]);
			if (m == NULL)
				continue;
			if (r->matches.status[no] == STATUS_CONFIRMED)
				m->matched += r->members.allocated[i];
			else
				m->reserved += r->members.allocated[i];
		}
	for (uint32_t i = 0; i < r->open.n; i++) {
		uint8_t side = r->inputs[r->open.input[i]].side;
		uint32_t row = c->e->base[r->open.input[i]] + r->open.row[i];
		struct match_money *m = money_of(
			receipt, side, c->e->currencies[row_currency(c->e, side, row)]);
		if (m != NULL)
			m->open += r->open.remaining[i];
	}
	for (uint32_t i = 0; i < receipt->nmoney; i++) {
		struct match_money *m = &receipt->money[i];
		m->balanced = m->forward + m->accepted == m->matched + m->excluded + m->open &&
			m->rows_forward + m->rows_accepted ==
				m->rows_matched + m->rows_excluded + m->rows_open;
		receipt->matched[m->side] += m->rows_matched;
		receipt->excluded[m->side] += m->rows_excluded;
		receipt->open[m->side] += m->rows_open;
		receipt->reserved[m->side] += m->rows_reserved;
	}
}

static int copy_stats(struct closing *c)
{
	const struct engine *e = c->e;

	c->receipt->npasses = e->rs->npasses;
	c->receipt->passes = calloc(e->rs->npasses + 1, sizeof(*c->receipt->passes));
	if (c->receipt->passes == NULL)
		return E_NO_MEMORY;
	memcpy(c->receipt->passes, e->stats, e->rs->npasses * sizeof(*e->stats));
	c->receipt->prior = true;
	c->receipt->advice = e->advice;
	return 0;
}

static int copy_carried(struct closing *c)
{
	const struct engine *e = c->e;
	struct match_receipt *receipt = c->receipt;
	size_t n = 0;

	for (uint32_t i = 0; i < e->nin; i++)
		for (uint32_t r = 0; e->in[i].remaining != NULL && r < e->in[i].table->rows; r++)
			n += e->in[i].remaining[r] != 0;
	receipt->carried = calloc(n + 1, sizeof(*receipt->carried));
	if (receipt->carried == NULL)
		return E_NO_MEMORY;
	for (uint32_t i = 0; i < e->nin; i++)
		for (uint32_t r = 0; e->in[i].remaining != NULL && r < e->in[i].table->rows; r++)
			if (e->in[i].remaining[r] != 0)
				receipt->carried[receipt->ncarried++] = (struct match_carried){
					.input = (uint16_t)i, .row = r,
					.remaining = e->in[i].remaining[r],
					.first_seen = e->in[i].first_seen};
	return 0;
}

void close_result(struct engine *e, struct result *ret, struct match_receipt *receipt)
{
	struct closing c = {.e = e, .r = ret, .receipt = receipt};
	int rc = set_inputs(&c);

	for (int side = 0; side < 2; side++)
		c.match_of[side] = ENGINE_ZNEW(e, (size_t)e->n[side] + 1, uint32_t);
	sort_matches(&c);
	if (rc == 0)
		rc = close_comparisons(&c);
	if (rc == 0 && engine_ok(e))
		rc = write_matches(&c);
	if (rc == 0)
		rc = copy_stats(&c);
	if (rc == 0)
		rc = copy_carried(&c);
	if (rc == 0 && engine_ok(e)) {
		close_patterns(&c);
		close_open(&c);
	}
	for (int side = 0; side < 2 && rc == 0 && engine_ok(e); side++)
		rc = count_rows(&c, side);
	if (rc == 0 && engine_ok(e))
		count_money(&c);
	receipt->peak_bytes = e->peak;
	if (rc < 0)
		engine_fail(e, rc);
}
