/*
 * What stays open, and why: for each record its best candidates on the other side, and the reason
 * that a person would give. Reasons look further than the passes did: at open records of the other
 * side with the same reference or the same amount whatever their date.
 */
#include <stdlib.h>
#include <string.h>

#include "match/close.h"

#define TRANSIT_DEFAULT 3
#define STALE_DAYS 365
#define ROUNDING_MAX 5 /* minor units */

/* ---- candidates ---- */

static int by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->record != y->record)
		return x->record < y->record ? -1 : 1;
	if (x->confidence != y->confidence)
		return x->confidence > y->confidence ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->other < y->other ? -1 : x->other > y->other;
}

/* Best ones first, each other row once, at most RESULT_CANDIDATES_MAX of a record. */
static size_t keep_best(struct ranked *v, size_t n)
{
	size_t kept = 0, first = 0;

	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || v[kept - 1].record != v[i].record)
			first = kept;
		bool known = kept - first >= RESULT_CANDIDATES_MAX;
		for (size_t k = first; k < kept && !known; k++)
			known = v[k].other == v[i].other;
		if (!known)
			v[kept++] = v[i];
	}
	return kept;
}

static int write_candidates(struct closing *c, const struct ranked *v, size_t n)
{
	struct result_candidates *to = &c->r->candidates;
	int rc = result_set_candidates(c->r, (uint32_t)n, NULL);

	c->candidate_pass = ENGINE_NEW(c->e, n + 1, uint16_t);
	if (c->candidate_pass == NULL)
		return c->e->error;

	for (size_t i = 0; i < n && rc == 0; i++) {
		int side = (int)(v[i].record >> 32);
		close_address(c->e, side, (uint32_t)v[i].record, &to->input[i], &to->row[i]);
		close_address(c->e, 1 - side, v[i].other, &to->other_input[i], &to->other_row[i]);
		to->confidence[i] = v[i].confidence;
		to->weight[i] = v[i].weight;
		c->candidate_pass[i] = v[i].pass;
	}
	return rc;
}

static bool is_ranked(const struct engine *e, const struct candidate *k)
{
	return e->state[k->side][k->row] != ROW_CONFIRMED;
}

/* Lays candidates out by record; returns how many there are. */
static size_t lay_out_candidates(struct engine *e, struct ranking *k)
{
	size_t n = 0;

	for (size_t i = 0; i < e->candidate.n; i++) {
		const struct candidate *from = &e->candidate.p[i];
		if (is_ranked(e, from))
			k->first[close_place(e, from->side, from->row)]++;
	}
	for (size_t p = 0; p < k->places; p++) {
		n += k->first[p];
		k->first[p] = (uint32_t)n;
	}
	for (size_t i = e->candidate.n; i-- > 0;) {
		const struct candidate *from = &e->candidate.p[i];
		if (!is_ranked(e, from))
			continue;
		k->v[--k->first[close_place(e, from->side, from->row)]] = (struct ranked){
			.record = (uint64_t)from->side << 32 | from->row,
			.hash = e->row_hash[1 - from->side][from->other], .other = from->other,
			.confidence = from->confidence, .weight = from->weight,
			.pass = from->pass};
	}
	/* Each place now begins where it is said to end: what ends it is the next one's begin. */
	memmove(k->first, k->first + 1, (k->places - 1) * sizeof(*k->first));
	k->first[k->places - 1] = (uint32_t)n;
	return n;
}

static void rank_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct ranking *k = arg;
	size_t first = (size_t)chunk * CHUNK_ROWS, end = MIN(first + CHUNK_ROWS, k->places);

	(void)e;
	(void)thread;
	for (size_t p = first; p < end; p++) {
		uint32_t from = p == 0 ? 0 : k->first[p - 1], n = k->first[p] - from;
		if (n > 1)
			qsort(k->v + from, n, sizeof(*k->v), by_rank);
	}
}

static void rank_candidates(struct closing *c)
{
	struct engine *e = c->e;
	struct ranking k = {.v = ENGINE_NEW(e, e->candidate.n + 1, struct ranked),
		.places = (size_t)e->n[LEFT] + e->n[RIGHT]};
	size_t n = 0;

	if (e->candidate.n > UINT32_MAX)
		engine_fail(e, E_LIMIT);
	if (e->candidate.n > 0 && engine_ok(e)) {
		intern_row_hashes(e);
		k.first = ENGINE_ZNEW(e, k.places + 1, uint32_t);
	}
	if (k.first != NULL && engine_ok(e)) {
		n = lay_out_candidates(e, &k);
		par_for(e, chunks(k.places), rank_chunk, &k);
	}
	if (engine_ok(e))
		close_choices(c, &k);
	if (!engine_ok(e))
		return;
	int rc = write_candidates(c, k.v, keep_best(k.v, n));
	if (rc < 0)
		engine_fail(e, rc);
	engine_free(e, k.first);
	engine_free(e, k.v);
}

/* First candidate of (input, row), or RESULT_NONE. */
static uint32_t first_candidate(const struct result_candidates *c, uint16_t input, uint32_t row)
{
	uint32_t low = 0, high = c->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (c->input[middle] < input || (c->input[middle] == input && c->row[middle] < row))
			low = middle + 1;
		else
			high = middle;
	}
	return low < c->n && c->input[low] == input && c->row[low] == row ? low : RESULT_NONE;
}

/* The runner-up of an undecided match: the best candidate of its first record that is not in it. */
static void set_rivals(struct closing *c)
{
	struct result *r = c->r;

	for (uint32_t no = 0; no < r->matches.n; no++) {
		uint32_t first = r->matches.member[no];
		if (r->matches.status[no] == STATUS_CONFIRMED)
			continue;
		uint16_t input = r->members.input[first];
		uint32_t row = r->members.row[first];
		uint32_t i = first_candidate(&r->candidates, input, row);
		for (; i < r->candidates.n && r->candidates.input[i] == input &&
			r->candidates.row[i] == row;
			i++) {
			int side = 1 - r->inputs[input].side;
			uint32_t other = c->e->base[r->candidates.other_input[i]] +
				r->candidates.other_row[i];
			if (c->match_of[side][other] != no + 1) {
				r->matches.rival[no] = i;
				break;
			}
		}
	}
}

/* ---- days ---- */

static const struct field *date_field(const struct engine *e)
{
	for (uint32_t i = 0; i < e->nf; i++)
		if (e->f[i].rule->type == RULES_DATE && e->f[i].both)
			return &e->f[i];
	return NULL;
}

static int32_t last_day(const struct engine *e, const struct field *f, int side)
{
	int32_t last = INT32_MIN;

	if (e->rs->side[side].as_of != INT32_MIN)
		return e->rs->side[side].as_of;
	for (uint32_t r = 0; f != NULL && r < e->n[side]; r++)
		if (vec_valid(&f->v[side], r))
			last = MAX(last, f->v[side].i32[r]);
	return last;
}

#define LAG_MAX 400

/* Days within which as many of the confirmed pairs as the ruleset says, or 99 %, found each other;
 * right after left, and the other way round. */
static void learn_lags(struct closing *c, const struct field *f)
{
	const struct engine *e = c->e;

	for (int side = 0; side < 2; side++) {
		uint32_t count[LAG_MAX + 1] = {0}, total = 0, seen = 0;
		int32_t lag = TRANSIT_DEFAULT;
		for (size_t i = 0; i < e->found.n && f != NULL; i++) {
			const struct found *m = &e->found.p[i];
			if (m->status != STATUS_CONFIRMED || m->key[0] == NO_ROW || m->key[1] == NO_ROW ||
				!vec_valid(&f->v[0], m->key[0]) || !vec_valid(&f->v[1], m->key[1]))
				continue;
			int32_t days = f->v[1].i32[m->key[1]] - f->v[0].i32[m->key[0]];
			days = side == LEFT ? days : -days;
			count[days < 0 ? 0 : MIN(days, LAG_MAX)]++;
			total++;
		}
		const struct rules_transit *t = &e->rs->transit[side];
		for (int32_t d = 0; d <= LAG_MAX && total >= 30; d++) {
			seen += count[d];
			lag = d;
			if ((uint64_t)seen * 100 >= (uint64_t)total * t->days)
				break;
		}
		c->lag_known[side] = total >= 30 || t->how != RULES_TRANSIT_LEARNED;
		c->receipt->transit_days[side] =
			t->how == RULES_TRANSIT_LEARNED ? lag : (int32_t)t->days;
		c->receipt->as_of[side] = last_day(e, f, side);
	}
}

/* ---- the other side's open records, by amount and by reference ---- */

struct by_key {
	uint64_t key;
	int32_t day;
	uint32_t row;
};

struct lookup {
	struct by_key *v;
	size_t n;
};

static int by_key_row(const void *a, const void *b)
{
	const struct by_key *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* First entry that is not before (key, day). */
static size_t find_key(const struct lookup *l, uint64_t key, int32_t day)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct by_key *k = &l->v[middle];
		if (k->key < key || (k->key == key && k->day < day))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint64_t absolute(int64_t v)
{
	return v < 0 ? -(uint64_t)v : (uint64_t)v;
}

static bool is_open(const struct engine *e, int side, uint32_t row)
{
	return e->state[side][row] == ROW_OPEN || e->state[side][row] == ROW_RESERVED;
}

static int32_t day_of(const struct field *date, int side, uint32_t row)
{
	return date != NULL && vec_valid(&date->v[side], row) ? date->v[side].i32[row] : INT32_MIN;
}

static struct lookup index_open(
	struct engine *e, int side, const struct field *code, const struct field *date)
{
	struct lookup l = {ENGINE_NEW(e, (size_t)e->n[side] + 1, struct by_key), 0};

	for (uint32_t r = 0; r < e->n[side] && l.v != NULL; r++) {
		uint64_t key = code != NULL ? code->id[side][r] :
			e->amount[side] != NULL ? (uint64_t)row_amount(e, side, r) : 0;
		if (is_open(e, side, r) && key != 0)
			l.v[l.n++] = (struct by_key){key, day_of(date, side, r), r};
	}
	if (l.n > 1)
		qsort(l.v, l.n, sizeof(*l.v), by_key_row);
	return l;
}

/* ---- reasons ---- */

struct reasons {
	struct closing *c;
	struct metric *metric; /* of the thread */
	const struct field *date;
	const struct field *code;     /* the first reference both sides have, or NULL */
	struct lookup by_amount[2], by_code[2];
	const struct field *party;    /* the first short text both sides have, or NULL */
	struct lookup settled[2];     /* confirmed records by amount */
	int32_t first_day[2];         /* of each side's records; INT32_MAX: none */
};

static bool transposed(uint64_t a, uint64_t b)
{
	int count[10] = {0};

	if ((a > b ? a - b : b - a) % 9 != 0 || a == b)
		return false;
	for (; a > 0; a /= 10)
		count[a % 10]++;
	for (; b > 0; b /= 10)
		count[b % 10]--;
	for (int d = 0; d < 10; d++)
		if (count[d] != 0)
			return false;
	return true;
}

/* Why two records that belong together by their reference did not match. */
static uint8_t amounts_differ(const struct engine *e, int side, uint32_t row, uint32_t other)
{
	int64_t a = row_amount(e, side, row), b = row_amount(e, 1 - side, other);
	uint64_t x = absolute(a), y = absolute(b), gap = x > y ? x - y : y - x;

	if (row_currency(e, side, row) != row_currency(e, 1 - side, other))
		return BREAK_CURRENCY_DIFFERS;
	if (a == b)
		return BREAK_DATE_OUTSIDE;
	if (a == -b)
		return BREAK_SIGN_REVERSED;
	if (transposed(x, y))
		return BREAK_DIGITS_TRANSPOSED;
	if (gap <= ROUNDING_MAX)
		return BREAK_ROUNDING;
	return gap <= x / 20 ? BREAK_FEE_TAX : BREAK_AMOUNT_DIFFERS;
}

/* The open record of the other side with exactly this amount that is nearest in time. */
static uint32_t nearest_equal(const struct reasons *q, int side, uint32_t row, int64_t amount)
{
	const struct lookup *l = &q->by_amount[1 - side];
	int32_t day = day_of(q->date, side, row);
	uint64_t key = (uint64_t)amount;
	size_t after = find_key(l, key, day);
	bool has_after = after < l->n && l->v[after].key == key;
	bool has_before = after > 0 && l->v[after - 1].key == key;

	if (!has_after && !has_before)
		return NO_ROW;
	if (has_after && has_before)
		has_after = (int64_t)l->v[after].day - day <= (int64_t)day - l->v[after - 1].day;
	return l->v[has_after ? after : after - 1].row;
}

/* Of the same amount, or else of the opposite one. */
static uint32_t nearest_amount(const struct reasons *q, int side, uint32_t row)
{
	int64_t amount = row_amount(q->c->e, side, row);
	uint32_t same = nearest_equal(q, side, row, amount);

	return same != NO_ROW ? same : nearest_equal(q, side, row, -amount);
}

/* Later than its own side is looked at, or so early that the other side begins after it was due. */
static bool outside_period(const struct reasons *q, int side, int32_t day)
{
	const struct engine *e = q->c->e;
	int32_t as_of = e->rs->side[side].as_of, first = q->first_day[1 - side];

	const struct rules_transit *t = &e->rs->transit[side];

	if (as_of != INT32_MIN && day > as_of)
		return true;
	if (t->how == RULES_TRANSIT_BUSINESS && first != INT32_MAX) {
		const struct calendar *c = test_calendar(e, t->calendar);
		return test_business_day(c, first) - test_business_day(c, day) > (int32_t)t->days;
	}
	return first != INT32_MAX && q->c->lag_known[side] &&
		(int64_t)day + q->c->receipt->transit_days[side] < first;
}

/* Not due yet: the other side has not come to the day on which it would show. */
static bool in_transit(const struct reasons *q, int side, int32_t day, int32_t as_of)
{
	const struct engine *e = q->c->e;
	const struct rules_transit *t = &e->rs->transit[side];

	if (t->how != RULES_TRANSIT_BUSINESS)
		return (int64_t)day + q->c->receipt->transit_days[side] > as_of;
	const struct calendar *c = test_calendar(e, t->calendar);
	return test_business_day(c, as_of) - test_business_day(c, day) < (int32_t)t->days;
}

static uint8_t by_time(const struct reasons *q, int side, uint32_t row)
{
	const struct match_receipt *r = q->c->receipt;
	int32_t day = day_of(q->date, side, row), as_of = r->as_of[1 - side];

	if (day == INT32_MIN || as_of == INT32_MIN)
		return BREAK_MISSING;
	if (outside_period(q, side, day))
		return BREAK_NOT_IN_PERIOD;
	if (in_transit(q, side, day, as_of))
		return BREAK_IN_TRANSIT;
	if ((int64_t)as_of - day > STALE_DAYS)
		return BREAK_STALE;
	return q->c->e->rs->transit[side].how == RULES_TRANSIT_LEARNED ? BREAK_MISSING :
		BREAK_OVERDUE;
}

static bool is_duplicate(const struct engine *e, int side, uint32_t row)
{
	if (e->rep[side] == NULL)
		return false;
	uint32_t rep = e->rep[side][row];
	return rep != row && (e->state[side][rep] == ROW_CONFIRMED || e->state[side][rep] == ROW_OPEN);
}

#define PAID_AGAIN_DAYS 45

static bool same_value(const struct field *f, int side, uint32_t a, uint32_t b)
{
	return f != NULL && f->id[side] != NULL && f->id[side][a] != 0 &&
		f->id[side][a] == f->id[side][b];
}

/* A record of the same side with the same amount and reference, or, where there are no references, of
 * the same party, has found its counterpart already. */
static bool is_paid_again(const struct reasons *q, int side, uint32_t row)
{
	const struct engine *e = q->c->e;
	const struct lookup *l = &q->settled[side];
	int32_t day = day_of(q->date, side, row);
	const struct field *by = q->code != NULL ? q->code : q->party;
	uint64_t key = e->amount[side] == NULL ? 0 : (uint64_t)row_amount(e, side, row);

	if (key == 0 || by == NULL || day == INT32_MIN)
		return false;
	for (size_t i = find_key(l, key, day - PAID_AGAIN_DAYS);
		i < l->n && l->v[i].key == key && l->v[i].day <= day + PAID_AGAIN_DAYS; i++)
		if (same_value(by, side, row, l->v[i].row) &&
			row_currency(e, side, row) == row_currency(e, side, l->v[i].row))
			return true;
	return false;
}

/* References that differ by a slip or two. */
static bool mistyped(const struct reasons *q, int side, uint32_t row, uint32_t other)
{
	const struct field *f = q->code;
	struct metric *m = q->metric;

	if (f == NULL || f->id[side][row] == 0 || f->id[1 - side][other] == 0)
		return false;
	struct sv a = vec_text(&f->v[side], row), b = vec_text(&f->v[1 - side], other);
	if (MIN(a.n, b.n) < 4)
		return false;
	metric_pattern(m, a);
	return metric_osa(m, b) <= 2;
}

static uint8_t reason_of(const struct reasons *q, int side, uint32_t row, uint32_t *ret_nearest)
{
	const struct engine *e = q->c->e;

	*ret_nearest = NO_ROW;
	if (e->open_amount[side] != NULL && e->open_amount[side][row] != e->amount[side][row])
		return BREAK_PARTIAL;
	if (e->advised[side] != NULL && e->advised[side][row] != 0)
		return BREAK_ADVICE_DIFFERS;
	if (is_duplicate(e, side, row))
		return BREAK_DUPLICATE;
	if (is_paid_again(q, side, row))
		return BREAK_DUPLICATE_PAYMENT;
	if (q->code != NULL && q->code->id[side][row] != 0 && e->amount[0] != NULL) {
		const struct lookup *l = &q->by_code[1 - side];
		size_t i = find_key(l, q->code->id[side][row], INT32_MIN);
		if (i < l->n && l->v[i].key == q->code->id[side][row]) {
			*ret_nearest = l->v[i].row;
			return amounts_differ(e, side, row, *ret_nearest);
		}
	}
	if (e->amount[0] == NULL || row_amount(e, side, row) == 0)
		return by_time(q, side, row);
	uint32_t other = nearest_amount(q, side, row);
	if (other == NO_ROW)
		return by_time(q, side, row);
	*ret_nearest = other;
	if (row_currency(e, side, row) != row_currency(e, 1 - side, other))
		return BREAK_CURRENCY_DIFFERS;
	if (row_amount(e, side, row) != row_amount(e, 1 - side, other))
		return BREAK_SIGN_REVERSED;
	return mistyped(q, side, row, other) ? BREAK_REFERENCE_MISTYPED : BREAK_DATE_OUTSIDE;
}

static const struct field *code_field(const struct engine *e)
{
	for (uint32_t i = 0; i < e->nf; i++)
		if (e->f[i].rule->type == RULES_CODE && e->f[i].both && !e->f[i].listed)
			return &e->f[i];
	return NULL;
}

static const struct field *party_field(const struct engine *e)
{
	for (uint32_t i = 0; i < e->nf; i++)
		if (e->f[i].rule->type == RULES_TEXT && e->f[i].both && !e->f[i].long_text)
			return &e->f[i];
	return NULL;
}

#define FILTER_MOST (1u << 20)

/* Which amounts there may be, by their hash: few that are not pass, and the whole fits the cache. */
static bool *amounts_of(struct engine *e, const struct lookup *l, size_t *size)
{
	*size = 64;
	while (*size < FILTER_MOST && *size < 16 * l->n)
		*size *= 2;

	bool *some = ENGINE_ZNEW(e, *size, bool);
	for (size_t i = 0; i < l->n && some != NULL; i++)
		some[mix64(l->v[i].key) & (*size - 1)] = true;
	return some;
}

/* Records with a partner on the other side, by their whole amount, when one that is open on their own
 * side may have the same. */
static struct lookup index_settled(
	struct engine *e, int side, const struct lookup *open, const struct field *date)
{
	size_t size;
	bool *some = amounts_of(e, open, &size);
	struct lookup l = {ENGINE_NEW(e, (size_t)e->n[side] + 1, struct by_key), 0};

	for (size_t i = 0; i < e->found.n && l.v != NULL; i++) {
		const struct found *m = &e->found.p[i];
		if (m->status != STATUS_CONFIRMED || m->kind != KIND_1_1 || some == NULL ||
			!some[mix64((uint64_t)m->sum[side]) & (size - 1)])
			continue;
		uint32_t row = m->key[side];
		l.v[l.n++] = (struct by_key){(uint64_t)m->sum[side], day_of(date, side, row), row};
	}
	if (l.n > 1)
		qsort(l.v, l.n, sizeof(*l.v), by_key_row);
	engine_free(e, some);
	return l;
}

static int32_t first_day(const struct engine *e, const struct field *date, int side)
{
	int32_t first = INT32_MAX;

	for (uint32_t r = 0; date != NULL && r < e->n[side]; r++)
		if (vec_valid(&date->v[side], r))
			first = MIN(first, date->v[side].i32[r]);
	return first;
}

static bool is_reserved(const struct engine *e, int side, uint32_t row)
{
	return e->state[side][row] == ROW_RESERVED ||
		(e->reserved_amount[side] != NULL && e->reserved_amount[side][row] != 0);
}

/* Found by a pass that gives hints, and nothing came of it. */
static bool is_hint(const struct closing *c, int side, uint32_t row, uint32_t candidate)
{
	return candidate != RESULT_NONE && c->e->state[side][row] == ROW_OPEN &&
		c->e->rs->passes[c->candidate_pass[candidate]].then.hint;
}

/* Open items are written in parallel: each chunk of rows knows where its first one goes. */
struct open_writing {
	struct closing *c;
	const struct reasons *q;
	uint32_t *at; /* per chunk, the left side's chunks first */
};

struct span {
	int side;
	uint32_t first, end;
};

static struct span open_span(const struct engine *e, uint32_t chunk)
{
	uint32_t left = chunks(e->n[LEFT]);
	struct span s = {.side = chunk < left ? LEFT : RIGHT};

	s.first = (s.side == LEFT ? chunk : chunk - left) * CHUNK_ROWS;
	s.end = MIN(s.first + CHUNK_ROWS, e->n[s.side]);
	return s;
}

static void count_open_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct open_writing *w = arg;
	struct span s = open_span(e, chunk);
	uint32_t n = 0;

	(void)thread;
	for (uint32_t r = s.first; r < s.end; r++)
		n += is_open(e, s.side, r);
	w->at[chunk] = n;
}

static void write_open_row(const struct reasons *q, int side, uint32_t r, uint32_t at)
{
	const struct closing *c = q->c;
	const struct engine *e = c->e;
	struct result_open *to = &c->r->open;
	uint32_t nearest;

	close_address(e, side, r, &to->input[at], &to->row[at]);
	to->break_type[at] = reason_of(q, side, r, &nearest);
	to->flags[at] = e->cap[side] != NULL && e->cap[side][e->rep[side][r]] > 0 &&
		(e->rep[side][r] != r || e->chain[side][r] != NO_ROW) ?
		RESULT_INTERCHANGEABLE : 0;
	to->remaining[at] = row_amount(e, side, r) +
		(e->reserved_amount[side] != NULL ? e->reserved_amount[side][r] : 0);
	to->nearest[at] = first_candidate(&c->r->candidates, to->input[at], to->row[at]);
	if (is_hint(c, side, r, to->nearest[at]))
		to->flags[at] |= RESULT_HINT;
	to->match[at] = is_reserved(e, side, r) ? c->match_of[side][r] : 0;
}

static void write_open_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct open_writing *w = arg;
	struct reasons q = *w->q;
	struct span s = open_span(e, chunk);
	uint32_t at = w->at[chunk];

	q.metric = engine_metric(e, thread);
	for (uint32_t r = s.first; q.metric != NULL && r < s.end; r++)
		if (is_open(e, s.side, r))
			write_open_row(&q, s.side, r, at++);
}

static int write_open(struct closing *c, const struct reasons *q)
{
	struct engine *e = c->e;
	uint32_t n = chunks(e->n[LEFT]) + chunks(e->n[RIGHT]), total = 0;
	struct open_writing w = {c, q, ENGINE_NEW(e, (size_t)n + 1, uint32_t)};

	if (!engine_ok(e))
		return 0;
	par_for(e, n, count_open_chunk, &w);
	for (uint32_t chunk = 0; chunk < n; chunk++) {
		uint32_t some = w.at[chunk];
		w.at[chunk] = total;
		total += some;
	}
	int rc = engine_ok(e) ? result_set_open(c->r, total, NULL) : 0;
	if (rc == 0 && engine_ok(e))
		par_for(e, n, write_open_chunk, &w);
	engine_free(e, w.at);
	return rc;
}

static void index_side(struct engine *e, void *arg, uint32_t side, unsigned thread)
{
	struct reasons *q = arg;

	(void)thread;
	q->by_amount[side] = index_open(e, (int)side, NULL, q->date);
	q->first_day[side] = first_day(e, q->date, (int)side);
	if (q->code != NULL || q->party != NULL)
		q->settled[side] = index_settled(e, (int)side, &q->by_amount[side], q->date);
	if (q->code != NULL)
		q->by_code[side] = index_open(e, (int)side, q->code, q->date);
}

void close_open(struct closing *c)
{
	struct engine *e = c->e;
	struct reasons q = {.c = c, .date = date_field(e), .code = code_field(e),
		.party = party_field(e)};

	rank_candidates(c);
	if (engine_ok(e))
		close_candidate_levels(c);
	if (!engine_ok(e))
		return;
	set_rivals(c);
	learn_lags(c, q.date);
	par_for(e, 2, index_side, &q);
	int rc = engine_ok(e) ? write_open(c, &q) : 0;
	if (rc < 0)
		engine_fail(e, rc);
	for (int side = 0; side < 2; side++) {
		engine_free(e, q.by_amount[side].v);
		engine_free(e, q.by_code[side].v);
		engine_free(e, q.settled[side].v);
	}
}
