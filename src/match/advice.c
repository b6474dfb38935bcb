/*
 * Advice: lines of (of, names, amount) that say which right records a left one settles, and with
 * how much (remittance advice, payout reports, lockboxes). The side that is settled whole gathers
 * its lines; what they name is looked for on the other side, first as it is written, then like a
 * code inside the party: the same digits, one beginning with the other, one slip. All of a record's
 * lines together are one match, when they are found and add up; when they do not, nothing is
 * matched and the records say so (advice differs).
 *
 * Whole settlements come before those that take a part, so that classes of equal records last.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "match/stage.h"

#define DIGITS_MIN 4u
#define PREFIX_MIN 4u
#define PARTNERS_MAX 10000u /* lines of one record */
#define POOL_MAX 20000u     /* records that one line is compared with */

/* Start values, by how the name was found: no line was ever seen to be wrong yet. */
static const uint32_t certainty_ppm[] = {999000, 960000, 940000, 940000};
enum certainty { AS_WRITTEN, SAME_DIGITS, BEGINS, ONE_SLIP, NOT_FOUND };

struct line {
	uint64_t whole;    /* hash of the text that names the whole record */
	struct sv text[2]; /* by side, folded */
	int64_t amount;    /* units of 10^-scale */
	uint32_t row;      /* of the advice */
	uint8_t scale;
	bool settled; /* of the first line of a record: all of them are */
};

struct entry {
	uint64_t hash;
	uint32_t row;
};

struct index {
	struct entry *v;
	uint32_t n;
};

struct partner {
	uint32_t row;
	int64_t amount;
};

struct advice {
	struct engine *e;
	const struct rules_advice *rule;
	uint16_t pass;
	int ws, ps; /* sides of whole records and of their partners */
	uint32_t field[2];
	struct line *line;
	uint32_t n;
	struct index by_text[2], by_digits[2], by_party; /* by_party: of the partners */
	int64_t *planned; /* of the partner's amount, by this group's earlier lines; by row */
	struct partner *partner;
	struct arena texts;
	bool parts;    /* second round: settlements that leave a rest */
	bool any_rest; /* the first round met one */
};

/* ---- lines ---- */

static const struct col *advice_column(const struct col_table *t, struct sv name)
{
	const struct col *c = col_find(t, COL_FIELD, name);

	return c != NULL ? c : col_find(t, COL_SOURCE, name);
}

/* As a code is folded: letters in lower case, no separators. */
static struct sv fold_code(struct advice *q, const struct col *c, uint32_t row)
{
	struct sv s = c->type == COL_TEXT || c->type == COL_CODE ? col_text(c, row) : SV_NULL;
	struct buf raw CLEANUP(buf_free) = BUF_INIT, out CLEANUP(buf_free) = BUF_INIT;

	if (c->role == COL_FIELD && c->type == COL_CODE)
		return col_folded(c, row);
	if (s.p == NULL) {
		col_format(q->e->opt->advice, c, row, &raw);
		s = buf_sv(&raw);
	}
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];
		if (strchr(" -_/.:#'\t", ch) == NULL)
			buf_add_char(&out, (char)(ch >= 'A' && ch <= 'Z' ? ch + 32 : ch));
	}
	return arena_sv(&q->texts, buf_sv(&out));
}

static uint64_t text_hash(struct sv s)
{
	return mix_bytes(UINT64_C(0x378), s);
}

static int by_whole(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->whole != y->whole)
		return x->whole < y->whole ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static int column_error(const struct advice *q, const char *key, struct sv name)
{
	char pointer[ERR_POINTER_MAX];

	snprintf(pointer, sizeof(pointer), "/advice/%s", key);
	return err_set_at(q->e->err, E_RULESET, pointer,
		"Column \"%.*s\" is not in the advice, or of another type.", SV_ARG(name));
}

static int read_lines(struct advice *q)
{
	const struct col_table *t = q->e->opt->advice;
	const struct col *key[2] = {
		advice_column(t, q->rule->of), advice_column(t, q->rule->names)};
	const struct col *amount = col_find(t, COL_FIELD, q->rule->amount);

	if (key[LEFT] == NULL)
		return column_error(q, "of", q->rule->of);
	if (key[RIGHT] == NULL)
		return column_error(q, "names", q->rule->names);
	if (amount == NULL || amount->type != COL_AMOUNT)
		return column_error(q, "amount", q->rule->amount);
	q->line = ENGINE_NEW(q->e, (size_t)t->rows + 1, struct line);
	if (q->line == NULL)
		return q->e->error;
	for (uint32_t r = 0; r < t->rows; r++) {
		struct line *l = &q->line[q->n];
		*l = (struct line){.row = r};
		q->e->advice.lines++;
		if (!col_valid(key[0], r) || !col_valid(key[1], r) || !col_valid(amount, r)) {
			q->e->advice.unknown++;
			continue;
		}
		for (int side = 0; side < 2; side++)
			l->text[side] = fold_code(q, key[side], r);
		l->whole = text_hash(l->text[q->ws]);
		l->amount = amount->i64[r];
		l->scale = (uint8_t)col_amount_scale(t, amount, r);
		q->n++;
	}
	if (q->n > 1)
		qsort(q->line, q->n, sizeof(*q->line), by_whole);
	return arena_ok(&q->texts) ? 0 : E_NO_MEMORY;
}

/* ---- records by what they are called ---- */

static int by_hash(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static struct sv name_of(const struct advice *q, int side, uint32_t row)
{
	return vec_text(&q->e->f[q->field[side]].v[side], row);
}

/* The digits of a code, or nothing when it has too few to tell. */
static size_t digits_of(struct sv s, char out[64])
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < 64; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9')
			out[n++] = s.p[i];
	return n >= DIGITS_MIN ? n : 0;
}

static uint64_t digits_hash(struct sv s)
{
	char digits[64];
	size_t n = digits_of(s, digits);

	return n == 0 ? 0 : text_hash(sv_from(digits, n));
}

enum by { BY_TEXT, BY_DIGITS, BY_PARTY };

static uint64_t entry_hash(const struct advice *q, int side, uint32_t row, enum by by)
{
	if (by == BY_PARTY)
		return q->rule->party == UINT32_MAX ? 1 : q->e->f[q->rule->party].id[side][row];
	if (!vec_valid(&q->e->f[q->field[side]].v[side], row))
		return 0;
	struct sv name = name_of(q, side, row);
	return by == BY_TEXT ? text_hash(name) : digits_hash(name);
}

static struct index make_index(struct advice *q, int side, enum by by)
{
	struct engine *e = q->e;
	struct index x = {ENGINE_NEW(e, (size_t)e->n[side] + 1, struct entry), 0};

	for (uint32_t r = 0; r < e->n[side] && x.v != NULL; r++) {
		uint64_t hash = e->state[side][r] == ROW_OPEN ? entry_hash(q, side, r, by) : 0;
		if (hash != 0)
			x.v[x.n++] = (struct entry){hash, r};
	}
	if (x.n > 1)
		qsort(x.v, x.n, sizeof(*x.v), by_hash);
	return x;
}

static uint32_t first_of(const struct index *x, uint64_t hash)
{
	uint32_t low = 0, high = x->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (x->v[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- finding what a line names ---- */

struct choice {
	uint32_t row;   /* NO_ROW: none */
	uint32_t count; /* records that would do */
	bool exact;     /* its amount is just that */
};

static int64_t free_amount(const struct advice *q, uint32_t row)
{
	return row_amount(q->e, q->ps, row) - q->planned[row];
}

/* Of several of one name the one with just this amount; else the first, which is then not alone. */
static void consider(const struct advice *q, uint32_t row, int64_t amount, struct choice *c)
{
	bool exact = free_amount(q, row) == amount;

	if (q->e->state[q->ps][row] != ROW_OPEN || (c->exact && !exact))
		return;
	if (exact && !c->exact)
		*c = (struct choice){NO_ROW, 0, true};
	c->row = c->count == 0 ? row : c->row;
	c->count++;
}

static bool same_party(const struct advice *q, uint32_t whole, uint32_t row)
{
	uint32_t party = q->rule->party;

	return party == UINT32_MAX ||
	       (q->e->f[party].id[q->ws][whole] != 0 &&
		       q->e->f[party].id[q->ws][whole] == q->e->f[party].id[q->ps][row]);
}

static bool like_code(struct metric *m, struct sv a, struct sv b, enum certainty how)
{
	if (MIN(a.n, b.n) < PREFIX_MIN)
		return false;
	if (how == BEGINS)
		return sv_starts_with(a, b) || sv_starts_with(b, a);
	metric_pattern(m, a);
	return metric_osa(m, b) == 1;
}

static struct choice find_indexed(const struct advice *q, const struct index *x, uint64_t hash,
	uint32_t whole, const struct line *l, int64_t amount, bool any_party)
{
	struct choice c = {.row = NO_ROW};

	for (uint32_t i = first_of(x, hash); hash != 0 && i < x->n && x->v[i].hash == hash; i++) {
		uint32_t row = x->v[i].row;
		if (any_party ? sv_eq(name_of(q, q->ps, row), l->text[q->ps])
			      : same_party(q, whole, row))
			consider(q, row, amount, &c);
	}
	return c;
}

static struct choice find_alike(const struct advice *q, uint32_t whole, const struct line *l,
	int64_t amount, enum certainty how)
{
	struct metric *m = engine_metric(q->e, 0);
	struct choice c = {.row = NO_ROW};
	uint64_t party = entry_hash(q, q->ws, whole, BY_PARTY);
	uint32_t steps = 0;

	for (uint32_t i = first_of(&q->by_party, party);
		m != NULL && party != 0 && i < q->by_party.n && q->by_party.v[i].hash == party &&
		steps++ < POOL_MAX;
		i++) {
		uint32_t row = q->by_party.v[i].row;
		if (vec_valid(&q->e->f[q->field[q->ps]].v[q->ps], row) &&
			like_code(m, l->text[q->ps], name_of(q, q->ps, row), how))
			consider(q, row, amount, &c);
	}
	return steps > POOL_MAX ? (struct choice){.row = NO_ROW} : c;
}

/* The one record that the line can mean; NO_ROW when there is none, or more than one. */
static uint32_t find_partner(const struct advice *q, uint32_t whole, const struct line *l,
	int64_t amount, enum certainty *ret)
{
	struct choice c = {.row = NO_ROW};

	for (enum certainty how = AS_WRITTEN; how < NOT_FOUND && c.count == 0; how++) {
		*ret = how;
		if (how == AS_WRITTEN)
			c = find_indexed(q, &q->by_text[q->ps], text_hash(l->text[q->ps]), whole, l,
				amount, true);
		else if (how == SAME_DIGITS)
			c = find_indexed(q, &q->by_digits[q->ps], digits_hash(l->text[q->ps]),
				whole, l, amount, false);
		else
			c = find_alike(q, whole, l, amount, how);
	}
	return c.count == 1 || (c.exact && *ret == AS_WRITTEN) ? c.row : NO_ROW;
}

/* ---- one whole record ---- */

struct settlement {
	struct line *line;
	uint32_t n;
	uint32_t whole; /* row */
	int64_t amount; /* of it */
	uint32_t npartners;
	uint32_t certainty_ppm;
	bool rest; /* a partner stays open in part */
	bool found, adds_up;
};

/* A line's amount in minor units of the record, with the record's sign. */
static bool line_amount(
	const struct advice *q, const struct line *l, uint32_t whole, bool flip, int64_t *ret)
{
	const struct engine *e = q->e;
	int exponent = col_currency_exponent(e->currencies[row_currency(e, q->ws, whole)]);
	int shift = exponent - l->scale;
	int64_t v = l->amount;

	if (shift > 0 && __builtin_mul_overflow(v, decimal_pow10(MIN(shift, 18)), &v))
		return false;
	if (shift < 0 && v % decimal_pow10(MIN(-shift, 18)) != 0)
		return false;
	v = shift < 0 ? v / decimal_pow10(MIN(-shift, 18)) : v;
	*ret = flip ? -v : v;
	return true;
}

static __int128 sum_of(
	const struct advice *q, const struct settlement *s, uint32_t row, bool *ret_ok)
{
	__int128 sum = 0;

	*ret_ok = true;
	for (uint32_t i = 0; i < s->n; i++) {
		int64_t v = 0;
		*ret_ok &= line_amount(q, &s->line[i], row, false, &v);
		sum += v;
	}
	return sum;
}

/* The record that the lines are of: of several of one name the one that they add up to. */
static uint32_t find_whole(const struct advice *q, const struct settlement *s, bool *ret_exact)
{
	const struct index *x = &q->by_text[q->ws];
	uint32_t only = NO_ROW, count = 0;

	*ret_exact = false;
	for (uint32_t i = first_of(x, s->line->whole); i < x->n && x->v[i].hash == s->line->whole;
		i++) {
		uint32_t row = x->v[i].row;
		bool ok;
		if (q->e->state[q->ws][row] != ROW_OPEN ||
			!sv_eq(name_of(q, q->ws, row), s->line->text[q->ws]))
			continue;
		__int128 sum = sum_of(q, s, row, &ok), amount = row_amount(q->e, q->ws, row);
		if (ok && (sum == amount || sum == -amount) && amount != 0) {
			*ret_exact = true;
			return row;
		}
		only = row;
		count++;
	}
	return count == 1 ? only : NO_ROW;
}

/* Whether a part of that size can be taken from what is left of the record. */
static bool can_take(const struct advice *q, uint32_t row, int64_t amount)
{
	int64_t left = free_amount(q, row);

	return amount != 0 && (left < 0) == (amount < 0) &&
	       (left == amount || !row_foreign(q->e, q->ps, row)) &&
	       (amount < 0 ? left <= amount : left >= amount);
}

static void find_partners(struct advice *q, struct settlement *s, bool flip)
{
	s->found = s->adds_up = true;
	s->certainty_ppm = RULES_PPM;
	for (uint32_t i = 0; i < s->n; i++) {
		enum certainty how = NOT_FOUND;
		int64_t amount = 0;
		bool ok = line_amount(q, &s->line[i], s->whole, flip, &amount);
		uint32_t row = find_partner(q, s->whole, &s->line[i], amount, &how);
		if (row == NO_ROW) {
			s->found = false;
			continue;
		}
		s->adds_up &= ok && can_take(q, row, amount) &&
			      row_currency(q->e, q->ws, s->whole) == row_currency(q->e, q->ps, row);
		s->certainty_ppm = MIN(s->certainty_ppm, certainty_ppm[how]);
		q->planned[row] += amount;
		uint32_t k = 0;
		while (k < s->npartners && q->partner[k].row != row)
			k++;
		if (k == s->npartners)
			q->partner[s->npartners++] = (struct partner){row, 0};
		q->partner[k].amount += amount;
	}
	for (uint32_t k = 0; k < s->npartners; k++)
		s->rest |= row_amount(q->e, q->ps, q->partner[k].row) != q->partner[k].amount;
}

static void mark(struct engine *e, int side, uint32_t row)
{
	for (int s = 0; s < 2; s++)
		if (e->advised[s] == NULL)
			e->advised[s] = ENGINE_ZNEW(e, (size_t)e->n[s] + 1, uint8_t);
	if (e->advised[side] != NULL)
		e->advised[side][row] = 1;
}

static void differs(struct advice *q, const struct settlement *s)
{
	q->e->advice.differing++;
	mark(q->e, q->ws, s->whole);
	for (uint32_t k = 0; k < s->npartners; k++)
		mark(q->e, q->ps, q->partner[k].row);
}

static void add_member(struct engine *e, struct found *m, int side, uint32_t row, int64_t amount)
{
	struct member member = {row, (uint32_t)side, amount};

	m->key[side] = MIN(m->key[side], row);
	m->sum[side] += amount;
	(void)ENGINE_PUSH(e, &e->member, member);
}

static uint8_t kind_of(const struct advice *q, const struct settlement *s)
{
	if (q->parts)
		return KIND_PARTIAL;
	return s->npartners == 1 ? KIND_1_1 : q->ws == LEFT ? KIND_1_N : KIND_N_1;
}

static void settle(struct advice *q, const struct settlement *s)
{
	struct engine *e = q->e;
	const struct rules_pass *pass = &e->rs->passes[q->pass];
	bool sure = s->certainty_ppm == certainty_ppm[AS_WRITTEN];
	uint32_t first = (uint32_t)e->member.n;
	struct found m = {.pass = q->pass,
		.kind = kind_of(q, s),
		.key = {NO_ROW, NO_ROW},
		.confidence = s->certainty_ppm,
		.margin = sure ? MATCH_MARGIN_CAP : 4 * RULES_BIT,
		.flags = sure ? RESULT_MARGIN_CAPPED : 0};

	add_member(e, &m, q->ws, s->whole, s->amount);
	for (uint32_t k = 0; k < s->npartners; k++)
		add_member(e, &m, q->ps, q->partner[k].row, q->partner[k].amount);
	m.status = stage_status(e, pass, &m, false, 0);
	if (m.status == 0 || !engine_ok(e)) {
		e->member.n = first;
		e->stats[q->pass].hints++;
		return;
	}
	e->advice.settled += s->n;
	s->line->settled = true;
	for (uint32_t i = first; i < e->member.n; i++) {
		const struct member *member = &e->member.p[i];
		if (e->open_amount[0] != NULL && e->reserved_amount[0] != NULL)
			partial_book(
				e, (int)member->side, member->row, member->allocated, m.status);
		else
			stage_take(e, (int)member->side, member->row, m.status);
	}
	stage_record(e, m, first);
}

static void try_settlement(struct advice *q, struct line *line, uint32_t n)
{
	struct settlement s = {.line = line, .n = n};
	bool exact, ok;

	if (line->settled)
		return;
	s.whole = n > PARTNERS_MAX ? NO_ROW : find_whole(q, &s, &exact);
	if (s.whole == NO_ROW) {
		q->e->advice.unknown += q->parts ? n : 0;
		return;
	}
	s.amount = row_amount(q->e, q->ws, s.whole);
	__int128 sum = sum_of(q, &s, s.whole, &ok);
	find_partners(q, &s, ok && sum != 0 && (sum < 0) != (s.amount < 0));
	for (uint32_t k = 0; k < s.npartners; k++)
		q->planned[q->partner[k].row] = 0;
	if (s.found && s.adds_up && exact) {
		q->any_rest |= s.rest;
		/* The last part of a record is one too, though it leaves no rest. */
		if (!s.rest || q->parts)
			settle(q, &s);
	} else if (q->parts) {
		differs(q, &s);
	}
}

/* One round over all records that the advice is of. */
static void settle_all(struct advice *q, bool parts)
{
	struct engine *e = q->e;

	q->parts = parts;
	for (uint32_t i = 0, end; i < q->n && engine_ok(e); i = end) {
		for (end = i + 1; end < q->n && q->line[end].whole == q->line[i].whole; end++)
			;
		try_settlement(q, q->line + i, end - i);
		if (e->opt->cancel != NULL && atomic_load(e->opt->cancel))
			engine_fail(e, E_CANCELLED);
	}
}

static void run(struct advice *q)
{
	struct engine *e = q->e;

	for (int side = 0; side < 2; side++) {
		q->by_text[side] = make_index(q, side, BY_TEXT);
		q->by_digits[side] = make_index(q, side, BY_DIGITS);
	}
	q->by_party = make_index(q, q->ps, BY_PARTY);
	q->planned = ENGINE_ZNEW(e, (size_t)e->n[q->ps] + 1, int64_t);
	q->partner = ENGINE_NEW(e, PARTNERS_MAX, struct partner);
	if (!engine_ok(e))
		return;
	settle_all(q, false);
	if (q->any_rest)
		partial_split(e);
	if (engine_ok(e))
		settle_all(q, true);
}

void advice_pass(struct engine *e, uint32_t pass)
{
	struct advice q = {.e = e, .rule = &e->rs->advice, .pass = (uint16_t)pass};

	if (e->opt->advice == NULL)
		return;
	arena_init(&q.texts, 0);
	engine_phase(e, MATCH_PHASE_CANDIDATES);
	q.ws = q.rule->whole_right ? RIGHT : LEFT;
	q.ps = 1 - q.ws;
	q.field[LEFT] = q.rule->of_field;
	q.field[RIGHT] = q.rule->names_field;
	int rc = read_lines(&q);
	if (rc < 0)
		engine_fail(e, rc);
	else if (engine_ok(e))
		run(&q);
	engine_free(e, q.line);
	engine_free(e, q.planned);
	engine_free(e, q.partner);
	for (int side = 0; side < 2; side++) {
		engine_free(e, q.by_text[side].v);
		engine_free(e, q.by_digits[side].v);
	}
	engine_free(e, q.by_party.v);
	arena_free(&q.texts);
}
