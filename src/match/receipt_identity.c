/*
 * The five identities that a result has to satisfy, each counted from both of its ends, so that one
 * that does not hold shows.
 */
#include <stdlib.h>

#include "base/decimal.h"
#include "match/receipt.h"
#include "wire/json.h"

#define DIFFERENCE_TYPES 32

static const char *const side_words[] = {"left", "right"};

void receipt_put_units(struct json_writer *w, const char *key, __int128 units, int scale)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	decimal_format128(units, scale, &text);
	json_put_text(w, key, buf_sv(&text));
}

static void put_currency(struct json_writer *w, int32_t currency)
{
	char word[4];

	col_currency_unpack(currency, word);
	json_put_cstr(w, "currency", currency == 0 ? NULL : word);
}

/* ---- rows, money ---- */

/* brought forward + accepted = matched + written off + excluded + open */
static void put_rows(struct json_writer *w, const struct match_receipt *r)
{
	json_open_array(w, "rows");
	for (int side = 0; side < 2; side++) {
		uint64_t forward = 0, accepted = 0, matched = 0, excluded = 0, open = 0;
		for (uint32_t i = 0; i < r->nmoney; i++) {
			const struct match_money *m = &r->money[i];
			if (m->side != side)
				continue;
			forward += m->rows_forward;
			accepted += m->rows_accepted;
			matched += m->rows_matched;
			excluded += m->rows_excluded;
			open += m->rows_open;
		}
		json_open_object(w, NULL);
		json_put_cstr(w, "side", side_words[side]);
		json_put_int(w, "brought_forward", (int64_t)forward);
		json_put_int(w, "accepted", (int64_t)accepted);
		json_put_int(w, "matched", (int64_t)matched);
		json_put_int(w, "written_off", 0);
		json_put_int(w, "excluded", (int64_t)excluded);
		json_put_int(w, "open", (int64_t)open);
		json_put_bool(w, "holds", forward + accepted == matched + excluded + open);
		json_close_object(w);
	}
	json_close_array(w);
}

/* opening items + accepted = allocated + written off + excluded + closing items */
static void put_money(struct json_writer *w, const struct match_receipt *r)
{
	json_open_array(w, "money");
	for (uint32_t i = 0; i < r->nmoney; i++) {
		const struct match_money *m = &r->money[i];
		int scale = col_currency_exponent(m->currency);
		json_open_object(w, NULL);
		json_put_cstr(w, "side", side_words[m->side]);
		put_currency(w, m->currency);
		receipt_put_units(w, "opening_items", m->forward, scale);
		receipt_put_units(w, "accepted", m->accepted, scale);
		receipt_put_units(w, "allocated", m->matched, scale);
		receipt_put_units(w, "written_off", 0, scale);
		receipt_put_units(w, "excluded", m->excluded, scale);
		receipt_put_units(w, "closing_items", m->open, scale);
		receipt_put_units(w, "of_closing_reserved", m->reserved, scale);
		json_put_bool(w, "holds", m->balanced);
		json_close_object(w);
	}
	json_close_array(w);
}

/* ---- statements ---- */

/* The one before it of the same account and currency, or NULL. */
static const struct statement *statement_before(const struct statement_list *l, uint32_t i)
{
	for (uint32_t k = i; k-- > 0;)
		if (sv_eq(l->items[k].account, l->items[i].account) &&
			l->items[k].currency == l->items[i].currency)
			return &l->items[k];
	return NULL;
}

static void put_balance(
	struct json_writer *w, const char *key, const struct statement_balance *b, int scale)
{
	if (b->known)
		receipt_put_units(w, key, b->minor, scale);
	else
		json_put_null(w, key);
}

/* opening balance + accepted = closing balance; opening = closing of the one before */
static void put_statement(
	struct json_writer *w, const struct statement_list *l, uint32_t i, int side)
{
	const struct statement *s = &l->items[i], *before = statement_before(l, i);
	bool known = s->opening.known && s->closing.known;
	bool follows = before != NULL && before->closing.known && s->opening.known;

	json_open_object(w, NULL);
	json_put_cstr(w, "side", side_words[side]);
	json_put_text(w, "account", s->account.n > 0 ? s->account : SV_NULL);
	json_put_text(w, "number", s->number.n > 0 ? s->number : SV_NULL);
	put_currency(w, s->currency);
	put_balance(w, "opening", &s->opening, s->scale);
	receipt_put_units(w, "entries", s->sum, s->scale);
	put_balance(w, "closing", &s->closing, s->scale);
	if (follows)
		json_put_bool(w, "follows", before->closing.minor == s->opening.minor);
	else
		json_put_null(w, "follows");
	if (known)
		json_put_bool(w, "holds",
			(__int128)s->opening.minor + s->sum == (__int128)s->closing.minor);
	else
		json_put_null(w, "holds");
	json_close_object(w);
}

static void put_statements(struct json_writer *w, const struct receipt_run *run)
{
	json_open_array(w, "statement");
	for (int side = 0; side < 2; side++)
		for (uint32_t i = 0; run->statements[side] != NULL && i < run->statements[side]->n;
			i++)
			put_statement(w, run->statements[side], i, side);
	json_close_array(w);
}

/* ---- matched, proof ---- */

/* Of confirmed matches in one currency. */
struct settled {
	__int128 total[2];
	__int128 by_type[DIFFERENCE_TYPES];
	__int128 difference; /* of all types */
};

static struct settled settled_in(const struct result *r, int32_t currency)
{
	struct settled s = {0};

	for (uint32_t i = 0; i < r->matches.n; i++) {
		uint8_t kind = r->matches.kind[i];
		if (r->matches.status[i] != STATUS_CONFIRMED ||
			r->matches.currency[i] != currency || kind == KIND_NET_LEFT ||
			kind == KIND_NET_RIGHT)
			continue;
		s.total[0] += r->matches.left[i];
		s.total[1] += r->matches.right[i];
		__int128 d = (__int128)r->matches.left[i] - r->matches.right[i];
		s.by_type[r->matches.difference_type[i] % DIFFERENCE_TYPES] += d;
		s.difference += d;
	}
	return s;
}

static const struct match_money *money_in(const struct match_receipt *r, int side, int32_t currency)
{
	static const struct match_money none;

	for (uint32_t i = 0; i < r->nmoney; i++)
		if (r->money[i].side == side && r->money[i].currency == currency)
			return &r->money[i];
	return &none;
}

/* Each currency once: those of the left side first. */
static bool first_of_currency(const struct match_receipt *r, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (r->money[k].currency == r->money[i].currency)
			return false;
	return true;
}

/* matched left - matched right = differences by type */
static void put_matched(struct json_writer *w, int32_t currency, const struct settled *s,
	const struct match_money *left, const struct match_money *right)
{
	int scale = col_currency_exponent(currency);
	__int128 typed = 0;

	json_open_object(w, NULL);
	put_currency(w, currency);
	receipt_put_units(w, "left", s->total[0], scale);
	receipt_put_units(w, "right", s->total[1], scale);
	json_open_object(w, "differences");
	for (unsigned t = 0; t < DIFFERENCE_TYPES; t++) {
		typed += s->by_type[t];
		if (s->by_type[t] != 0 && outcome_word(OUTCOME_SET_DIFFERENCE, t) != NULL)
			receipt_put_units(
				w, outcome_word(OUTCOME_SET_DIFFERENCE, t), s->by_type[t], scale);
	}
	json_close_object(w);
	json_put_bool(w, "holds",
		s->total[0] - s->total[1] == typed && left->matched - right->matched == typed);
	json_close_object(w);
}

/* balance left - balance right = closing items left - right + differences not booked */
static void put_proof(struct json_writer *w, int32_t currency, const struct settled *s,
	const struct match_money *left, const struct match_money *right)
{
	int scale = col_currency_exponent(currency);
	__int128 balance[2] = {left->forward + left->accepted - left->excluded,
		right->forward + right->accepted - right->excluded};

	json_open_object(w, NULL);
	put_currency(w, currency);
	receipt_put_units(w, "balance_left", balance[0], scale);
	receipt_put_units(w, "balance_right", balance[1], scale);
	receipt_put_units(w, "closing_items_left", left->open, scale);
	receipt_put_units(w, "closing_items_right", right->open, scale);
	receipt_put_units(w, "differences_not_booked", s->difference, scale);
	json_put_bool(
		w, "holds", balance[0] - balance[1] == left->open - right->open + s->difference);
	json_close_object(w);
}

static void put_by_currency(struct json_writer *w, const char *key, const struct match_receipt *r,
	const struct result *result,
	void (*put)(struct json_writer *, int32_t, const struct settled *,
		const struct match_money *, const struct match_money *))
{
	json_open_array(w, key);
	for (uint32_t i = 0; i < r->nmoney; i++) {
		int32_t currency = r->money[i].currency;
		if (!first_of_currency(r, i))
			continue;
		struct settled s = settled_in(result, currency);
		put(w, currency, &s, money_in(r, RESULT_LEFT, currency),
			money_in(r, RESULT_RIGHT, currency));
	}
	json_close_array(w);
}

/* ---- differences ---- */

/* Of confirmed matches: one line for each pass, type and currency. */
struct booking {
	uint16_t pass;
	uint8_t type;
	int32_t currency;
	uint32_t matches;
	__int128 amount;
};

#define BOOKINGS_MAX 4096u

static struct booking *booking_of(struct booking *list, uint32_t *n, const struct booking *key)
{
	uint32_t i = *n;

	while (i > 0 && (list[i - 1].pass != key->pass || list[i - 1].type != key->type ||
				list[i - 1].currency != key->currency))
		i--;
	if (i > 0)
		return &list[i - 1];
	if (*n == BOOKINGS_MAX)
		return NULL;
	list[*n] = *key;
	return &list[(*n)++];
}

static int by_booking(const void *a, const void *b)
{
	const struct booking *x = a, *y = b;

	if (x->pass != y->pass)
		return x->pass < y->pass ? -1 : 1;
	if (x->currency != y->currency)
		return x->currency < y->currency ? -1 : 1;
	return x->type < y->type ? -1 : x->type > y->type;
}

static uint32_t find_bookings(const struct result *r, struct booking *list)
{
	const struct result_matches *m = &r->matches;
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->n; i++) {
		bool net = m->kind[i] == KIND_NET_LEFT || m->kind[i] == KIND_NET_RIGHT;
		if (m->status[i] != STATUS_CONFIRMED || net || m->left[i] == m->right[i])
			continue;
		struct booking key = {
			.pass = m->pass[i], .type = m->difference_type[i], .currency = m->currency[i]};
		struct booking *to = booking_of(list, &n, &key);
		if (to == NULL)
			break; /* more than anybody reads; the sums of all are in the identities */
		to->matches++;
		to->amount += (__int128)m->left[i] - m->right[i];
	}
	if (n > 1)
		qsort(list, n, sizeof(*list), by_booking);
	return n;
}

void receipt_put_differences(
	struct json_writer *w, const struct result *result, const struct ruleset *rules)
{
	struct booking *list = calloc(BOOKINGS_MAX, sizeof(*list));
	uint32_t n = list == NULL ? 0 : find_bookings(result, list);

	json_open_array(w, "differences");
	for (uint32_t i = 0; i < n; i++) {
		const struct rules_pass *pass = &rules->passes[list[i].pass];
		json_open_object(w, NULL);
		json_put_text(w, "pass", pass->name);
		json_put_cstr(w, "type", outcome_word(OUTCOME_SET_DIFFERENCE, list[i].type));
		json_put_text(w, "account", pass->difference.account.n > 0 ? pass->difference.account : SV_NULL);
		put_currency(w, list[i].currency);
		receipt_put_units(w, "amount", list[i].amount, col_currency_exponent(list[i].currency));
		json_put_int(w, "matches", list[i].matches);
		json_close_object(w);
	}
	json_close_array(w);
	free(list);
}

void receipt_put_identities(struct json_writer *w, const struct match_receipt *r,
	const struct result *result, const struct receipt_run *run)
{
	json_open_object(w, "identities");
	put_rows(w, r);
	put_money(w, r);
	put_statements(w, run);
	put_by_currency(w, "matched", r, result, put_matched);
	put_by_currency(w, "proof", r, result, put_proof);
	json_close_object(w);
}
