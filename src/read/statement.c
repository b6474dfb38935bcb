/*
 * Statements of banks: a list that owns its texts, the proof of their balances, and their JSON.
 */
#include "read/statement.h"

#include <stdlib.h>

#include "col/col.h"

#define TEXTS_MAX (4u << 20) /* bytes of all texts of a list */
#define TEXT_MAX 200u        /* of one of them */

void statement_list_free(struct statement_list *l)
{
	free(l->items);
	arena_free(&l->arena);
	*l = (struct statement_list){0};
}

static int grow(struct statement_list *l)
{
	uint32_t cap = MAX(l->cap * 2, 4u);
	struct statement *items = reallocarray(l->items, cap, sizeof(*items));

	if (items == NULL)
		return E_NO_MEMORY;
	l->items = items;
	l->cap = cap;
	return 0;
}

int statement_list_add(struct statement_list *l, const struct statement *s, struct err *err)
{
	struct statement copy = *s;

	if (l->n == STATEMENTS_MAX)
		return err_set(err, E_LIMIT, "A file has at most %u statements.", STATEMENTS_MAX);
	if (l->n == l->cap && grow(l) != 0)
		return err_set(err, E_NO_MEMORY, NULL);
	if (l->n == 0)
		arena_init(&l->arena, TEXTS_MAX);
	copy.account = arena_sv(&l->arena, sv_from(s->account.p, MIN(s->account.n, TEXT_MAX)));
	copy.number = arena_sv(&l->arena, sv_from(s->number.p, MIN(s->number.n, TEXT_MAX)));
	if (!arena_ok(&l->arena))
		return err_set(err, E_NO_MEMORY, NULL);
	l->items[l->n++] = copy;
	return 0;
}

enum statement_proof statement_prove(const struct statement *s, int64_t *ret_difference)
{
	__int128 difference = 0;

	if (s->opening.known && s->closing.known && !s->incomplete)
		difference = (__int128)s->closing.minor - s->opening.minor - s->sum;
	if (ret_difference != NULL)
		*ret_difference = (int64_t)MIN(MAX(difference, INT64_MIN), INT64_MAX);
	if (!s->opening.known || !s->closing.known || s->incomplete)
		return STATEMENT_UNPROVEN;
	return difference == 0 ? STATEMENT_PROVEN : STATEMENT_DIFFERS;
}

/* ---- JSON ---- */

static void put_text(struct json_writer *w, const char *key, struct sv s)
{
	json_put_text(w, key, s.n == 0 ? SV_NULL : s);
}

static void put_day(struct json_writer *w, const char *key, bool known, int32_t day)
{
	if (known)
		json_put_day(w, key, day);
	else
		json_put_null(w, key);
}

static void put_balance(
	struct json_writer *w, const char *key, const struct statement_balance *b, uint8_t scale)
{
	if (!b->known) {
		json_put_null(w, key);
		return;
	}
	json_open_object(w, key);
	json_put_decimal(w, "amount", b->minor, scale);
	put_day(w, "day", b->has_day, b->day);
	json_close_object(w);
}

/* What the file says about itself: counts are numbers, amounts decimal strings. */
static void put_checks(struct json_writer *w, const struct statement *s)
{
	json_open_array(w, "checks");
	for (uint32_t i = 0; i < s->nchecks; i++) {
		const struct statement_check *c = &s->checks[i];

		json_open_object(w, NULL);
		json_put_cstr(w, "what", c->what);
		if (c->money) {
			json_put_decimal(w, "said", c->said, s->scale);
			json_put_decimal(w, "found", c->found, s->scale);
		} else {
			json_put_int(w, "said", c->said);
			json_put_int(w, "found", c->found);
		}
		json_put_bool(w, "agrees", c->said == c->found);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_statement(struct json_writer *w, const struct statement *s)
{
	static const char *const proofs[] = {[STATEMENT_UNPROVEN] = "unproven",
		[STATEMENT_PROVEN] = "proven",
		[STATEMENT_DIFFERS] = "differs"};
	char currency[4] = "";
	int64_t difference;
	enum statement_proof proof = statement_prove(s, &difference);

	if (s->currency != 0)
		col_currency_unpack(s->currency, currency);
	json_open_object(w, NULL);
	put_text(w, "account", s->account);
	put_text(w, "number", s->number);
	json_put_cstr(w, "currency", s->currency != 0 ? currency : NULL);
	put_day(w, "from", s->has_days, s->from);
	put_day(w, "to", s->has_days, s->to);
	put_balance(w, "opening", &s->opening, s->scale);
	put_balance(w, "closing", &s->closing, s->scale);
	put_balance(w, "available", &s->available, s->scale);
	json_put_int(w, "entries", (int64_t)s->entries);
	json_put_decimal(w, "sum", s->sum, s->scale);
	json_put_int(w, "line", s->line);
	json_put_cstr(w, "proof", proofs[proof]);
	if (proof == STATEMENT_DIFFERS)
		json_put_decimal(w, "difference", difference, s->scale);
	put_checks(w, s);
	json_close_object(w);
}

void statement_list_to_json(const struct statement_list *l, const char *key, struct json_writer *w)
{
	json_open_array(w, key);
	for (uint32_t i = 0; i < l->n; i++)
		put_statement(w, &l->items[i]);
	json_close_array(w);
}
