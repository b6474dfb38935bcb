/* See match_row.h. */
#include "cli/match_row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/match_text.h"

/* 1/64 bit as bits with two digits. */
static inline void put_bits(struct match_text *t, int64_t bits)
{
	put_decimal(t, bits * 100 / RULES_BIT, 2);
}

/* ---- what all rows share ---- */

static uint32_t data_row(const struct match_rows *w, int side, uint32_t row)
{
	return w->data_row[side] == NULL ? row + 1 : w->data_row[side][row];
}

/* Rejected rows count too: a row's number is one more than the rows before its line. */
static bool number_rows(struct match_rows *w, int side)
{
	const struct read_result *r = w->f->side[side];
	const struct col *line = col_find(&r->rejects, COL_FIELD, SV("line"));
	uint32_t k = 0;

	if (r->rejects.rows == 0 || line == NULL || r->table.line == NULL)
		return true;
	w->data_row[side] = malloc(((size_t)r->table.rows + 1) * sizeof(uint32_t));
	if (w->data_row[side] == NULL)
		return false;
	for (uint32_t row = 0; row < r->table.rows; row++) {
		while (k < r->rejects.rows && line->i64[k] < (int64_t)r->table.line[row])
			k++;
		w->data_row[side][row] = row + 1 + k;
	}
	return true;
}

/* Which columns of a side's file each compared field was read from. */
static bool find_columns(struct match_rows *w, int side)
{
	const struct result *r = w->f->result;
	const struct ruleset *rs = w->f->rules;
	const struct col_table *table = &w->f->side[side]->table;

	w->column[side] =
		calloc((size_t)r->ncomparisons * RULES_TERMS_MAX + 1, sizeof(const struct col *));
	for (uint32_t c = 0; w->column[side] != NULL && c < r->ncomparisons; c++) {
		uint32_t field = ruleset_field(rs, sv_from_cstr(r->comparisons[c].field));
		if (field == UINT32_MAX)
			continue;
		const struct rules_column *from = &rs->fields[field].side[side];
		for (uint32_t k = 0; k < from->nterms; k++) {
			const struct col *col = col_find(table, COL_FIELD, from->terms[k].name);
			w->column[side][c * RULES_TERMS_MAX + k] = col != NULL ? col :
				col_find(table, COL_SOURCE, from->terms[k].name);
		}
	}
	return w->column[side] != NULL;
}

/* "; field level " of every level of a comparison, and what evidence of each pass begins with. */
static bool make_leads(struct match_rows *w)
{
	const struct result *r = w->f->result;
	struct match_text t = {0};

	w->level_lead = ARENA_ARRAY(&w->arena, r->nlevels + 1u, struct sv);
	w->prior_lead = ARENA_ARRAY(&w->arena, r->npasses + 1u, struct sv);
	for (uint32_t c = 0; w->level_lead != NULL && c < r->ncomparisons; c++)
		for (uint32_t k = 0; k < r->comparisons[c].level_count && !t.failed; k++) {
			uint32_t level = r->comparisons[c].level_first + k;
			t.n = 0;
			match_text_room(&t, MATCH_TEXT_ROOM);
			if (t.failed)
				break;
			put_cstr(&t, "; ");
			put_quoted(&t, sv_from_cstr(r->comparisons[c].field));
			put_char(&t, ' ');
			put_quoted(&t, sv_from_cstr(r->levels[level].name));
			put_char(&t, ' ');
			w->level_lead[level] = match_text_keep(&t, &w->arena);
		}
	for (uint32_t p = 0; w->prior_lead != NULL && p < r->npasses && !t.failed; p++) {
		t.n = 0;
		match_text_room(&t, MATCH_TEXT_ROOM);
		if (t.failed)
			break;
		put_cstr(&t, "\"prior ");
		put_bits(&t, r->passes[p].prior);
		w->prior_lead[p] = match_text_keep(&t, &w->arena);
	}
	bool ok = !t.failed && arena_ok(&w->arena);
	match_text_free(&t);
	return ok;
}

bool match_rows_init(struct match_rows *w)
{
	const struct result *r = w->f->result;

	arena_init(&w->arena, 0);
	for (uint32_t i = 1; i < r->matches.n && !w->currencies; i++)
		w->currencies = r->matches.currency[i] != r->matches.currency[0];
	return number_rows(w, 0) && number_rows(w, 1) && find_columns(w, 0) &&
		find_columns(w, 1) && make_leads(w);
}

void match_rows_free(struct match_rows *w)
{
	for (int side = 0; side < 2; side++) {
		free(w->data_row[side]);
		free(w->column[side]);
	}
	arena_free(&w->arena);
}

/* The compared value of a record as its file has it; several with a blank between. In t->cell. */
static struct sv value_of(
	struct match_text *t, const struct match_rows *w, uint32_t comparison, int side, uint32_t row)
{
	const struct col **column = w->column[side] + (size_t)comparison * RULES_TERMS_MAX;

	buf_reset(&t->cell);
	for (uint32_t k = 0; k < RULES_TERMS_MAX && column[k] != NULL; k++) {
		if (!col_valid(column[k], row))
			continue;
		if (t->cell.n > 0)
			buf_add_char(&t->cell, ' ');
		col_format(&w->f->side[side]->table, column[k], row, &t->cell);
	}
	t->failed |= !buf_ok(&t->cell);
	return buf_sv(&t->cell);
}

/* The same inside a quoted CSV cell. */
static void put_value(
	struct match_text *t, const struct match_rows *w, uint32_t comparison, int side, uint32_t row)
{
	const struct col *const *column = w->column[side] + (size_t)comparison * RULES_TERMS_MAX;
	const struct col *c = column[0];

	if (c == NULL || column[1] != NULL || !col_valid(c, row)) {
		put_quoted(t, value_of(t, w, comparison, side, row));
		return;
	}
	switch (c->type) {
	case COL_TEXT:
	case COL_CODE:
		put_quoted_cell(t, col_text(c, row));
		break;
	case COL_AMOUNT:
		put_decimal(t, c->i64[row], col_amount_scale(&w->f->side[side]->table, c, row));
		break;
	case COL_DATE:
		put_day(t, c->i32[row]);
		break;
	default:
		put_quoted(t, value_of(t, w, comparison, side, row));
		break;
	}
}

/* Is the compared value written alike in both records? Then evidence has it once. */
static bool written_alike(const struct match_rows *w, uint32_t comparison, const uint32_t row[2])
{
	const struct col *c[2];
	const struct col_table *table[2] = {&w->f->side[0]->table, &w->f->side[1]->table};

	for (int side = 0; side < 2; side++) {
		const struct col *const *column =
			w->column[side] + (size_t)comparison * RULES_TERMS_MAX;
		c[side] = column[0];
		if (c[side] == NULL || column[1] != NULL || !col_valid(c[side], row[side]))
			return false;
	}
	if (c[0]->type != c[1]->type)
		return false;
	switch (col_held(c[0]->type)) {
	case COL_STR:
		return sv_eq(col_text(c[0], row[0]), col_text(c[1], row[1]));
	case COL_I64:
		return c[0]->i64[row[0]] == c[1]->i64[row[1]] &&
			col_amount_scale(table[0], c[0], row[0]) ==
				col_amount_scale(table[1], c[1], row[1]);
	case COL_I32:
		return c[0]->i32[row[0]] == c[1]->i32[row[1]];
	}
	return false;
}

#define AHEAD_FAR 32u
#define AHEAD_NEAR 16u

/* Right rows come in no order: what rows further on will want is asked for in time. */
static void fetch_ahead(const struct match_rows *w, uint32_t no, bool text)
{
	const struct result *r = w->f->result;

	if (no >= r->matches.n)
		return;
	uint32_t row = r->members.row[r->matches.member[no + 1] - 1];
	if (row >= w->f->side[RESULT_RIGHT]->table.rows)
		return;
	for (uint32_t c = 0; c < r->ncomparisons; c++) {
		const struct col *col = w->column[RESULT_RIGHT][(size_t)c * RULES_TERMS_MAX];
		if (col == NULL)
			continue;
		if (text && col_held(col->type) == COL_STR)
			__builtin_prefetch(col->str.bytes + col->str.off[row]);
		else if (!text && col_held(col->type) == COL_STR)
			__builtin_prefetch(&col->str.off[row]);
		else if (!text && col_held(col->type) == COL_I64)
			__builtin_prefetch(&col->i64[row]);
		else if (!text)
			__builtin_prefetch(&col->i32[row]);
	}
}

/* ---- evidence ---- */

/* What a match rests on: its first left and right member. */
struct evidence {
	bool compared;
	uint32_t row[2];
	const uint8_t *level;
	const int16_t *bits;
	int64_t other; /* between prior and comparisons and the confidence, 1/64 bit */
};

/* log2 of the odds, 1/64 bit; neighbours often have the same. */
static int64_t odds_of(struct match_text *t, uint32_t confidence)
{
	double p = MIN(MAX(confidence, 1u), RESULT_CONFIDENCE_ONE - 1) / 1e6;

	if (!t->has_odds || t->odds_of != confidence)
		t->odds = llround(RULES_BIT * log2(p / (1 - p)));
	t->has_odds = true;
	t->odds_of = confidence;
	return t->odds;
}

static struct evidence evidence_of(struct match_text *t, const struct match_rows *w, uint32_t no)
{
	const struct result *r = w->f->result;
	const struct result_matches *m = &r->matches;
	struct evidence v = {.compared = m->pattern[no] != RESULT_NONE};

	v.other = odds_of(t, m->confidence[no]) - r->passes[m->pass[no]].prior;
	if (!v.compared)
		return v;
	v.level = r->pattern_level + (size_t)m->pattern[no] * r->ncomparisons;
	v.bits = m->bits + (size_t)no * r->ncomparisons;
	for (uint32_t i = m->member[no + 1]; i-- > m->member[no];)
		v.row[r->inputs[r->members.input[i]].side] = r->members.row[i];
	for (uint32_t c = 0; c < r->ncomparisons; c++)
		v.other -= v.bits[c];
	return v;
}

static const char *level_word(const struct result *r, uint32_t comparison, uint8_t level)
{
	return level == RESULT_LEVEL_MISSING ? "missing" :
		r->levels[r->comparisons[comparison].level_first + level].name;
}

/* A rival's row on the other side than the record that has both to choose from. */
static uint32_t rival_row(const struct match_rows *w, uint32_t candidate, int *ret_side)
{
	const struct result *r = w->f->result;

	*ret_side = r->inputs[r->candidates.other_input[candidate]].side;
	return data_row(w, *ret_side, r->candidates.other_row[candidate]);
}

static const char *const side_words[] = {"left", "right"};

/* Alternatives of one side, with a separator between. */
static void put_alternatives(
	struct match_text *t, const struct match_rows *w, uint32_t no, int side, char separator)
{
	const struct result *r = w->f->result;
	uint32_t end = 0, n = 0;

	for (uint32_t i = result_alternatives_of(r, no, &end); i < end; i++) {
		if (r->inputs[r->alternatives.input[i]].side != side)
			continue;
		match_text_room(t, MATCH_TEXT_ROOM);
		if (t->failed)
			return;
		if (n++ > 0)
			put_char(t, separator);
		put_u64(t, data_row(w, side, r->alternatives.row[i]));
	}
}

static uint32_t count_alternatives(const struct result *r, uint32_t no, int side)
{
	uint32_t end = 0, n = 0;

	for (uint32_t i = result_alternatives_of(r, no, &end); i < end; i++)
		n += r->inputs[r->alternatives.input[i]].side == side;
	return n;
}

static uint32_t count_members(const struct result *r, uint32_t no, int side)
{
	uint32_t n = 0;

	for (uint32_t i = r->matches.member[no]; i < r->matches.member[no + 1]; i++)
		n += r->inputs[r->members.input[i]].side == side;
	return n;
}

/* "; 3 of 5 right; instead right 7 9": of a choice, or "; instead right 7" of another. */
static void put_choice(struct match_text *t, const struct match_rows *w, uint32_t no)
{
	const struct result *r = w->f->result;

	for (int side = 0; side < 2; side++) {
		uint32_t others = count_alternatives(r, no, side), k = count_members(r, no, side);
		if (others == 0)
			continue;
		match_text_room(t, MATCH_TEXT_ROOM);
		if (t->failed)
			return;
		if ((r->matches.flags[no] & RESULT_CHOICE) != 0) {
			put_cstr(t, "; ");
			put_u64(t, k);
			put_cstr(t, " of ");
			put_u64(t, (uint64_t)k + others);
			put_char(t, ' ');
			put_cstr(t, side_words[side]);
		}
		put_cstr(t, "; instead ");
		put_cstr(t, side_words[side]);
		put_char(t, ' ');
		put_alternatives(t, w, no, side, ' ');
		match_text_room(t, MATCH_TEXT_ROOM);
	}
}

/* "; difference rounding to 6990": what it is, and the account that the ruleset names for it. */
static void put_difference(struct match_text *t, const struct match_rows *w, uint32_t no)
{
	const struct result_matches *m = &w->f->result->matches;
	struct sv account = w->f->rules->passes[m->pass[no]].difference.account;

	match_text_room(t, MATCH_TEXT_ROOM);
	if (t->failed)
		return;
	put_cstr(t, "; difference ");
	put_cstr(t, outcome_word(OUTCOME_SET_DIFFERENCE, m->difference_type[no]));
	if (account.n == 0)
		return;
	put_cstr(t, " to ");
	put_quoted(t, account);
	match_text_room(t, MATCH_TEXT_ROOM);
}

/* "prior -20.01; ref equal 18.20; day +1 3.10 [2026-01-02|2026-01-03]; other -0.50; next right 7
 * at 0.090000", the value once where both records have it written alike; also
 * "pool 9 chance -12.00" of a group, "interchangeable" where equal rows would do as well, and of an
 * ambiguous match what it might hold instead. */
static void put_evidence(struct match_text *t, const struct match_rows *w, uint32_t no)
{
	const struct result *r = w->f->result;
	struct evidence v = evidence_of(t, w, no);

	put_padded(t, w->prior_lead[r->matches.pass[no]]);
	for (uint32_t c = 0; v.compared && c < r->ncomparisons; c++) {
		if (v.level[c] == RESULT_LEVEL_MISSING)
			continue;
		struct sv lead = w->level_lead[r->comparisons[c].level_first + v.level[c]];
		match_text_room(t, lead.n + MATCH_TEXT_ROOM);
		if (t->failed)
			return;
		put_padded(t, lead);
		put_bits(t, v.bits[c]);
		put_cstr(t, " [");
		put_value(t, w, c, RESULT_LEFT, v.row[RESULT_LEFT]);
		if (!written_alike(w, c, v.row)) {
			put_char(t, '|');
			put_value(t, w, c, RESULT_RIGHT, v.row[RESULT_RIGHT]);
		}
		put_char(t, ']');
	}
	put_cstr(t, "; other ");
	put_bits(t, v.other);
	if (r->matches.pool[no] != 0) {
		put_cstr(t, "; pool ");
		put_u64(t, r->matches.pool[no]);
		if ((r->matches.flags[no] & RESULT_POOL_CUT) != 0)
			put_cstr(t, " cut");
		put_cstr(t, " chance ");
		put_bits(t, r->matches.chance[no]);
	}
	if ((r->matches.flags[no] & RESULT_INTERCHANGEABLE) != 0)
		put_cstr(t, "; interchangeable");
	if ((r->matches.flags[no] & RESULT_SHOWN) != 0)
		put_cstr(t, "; shown by checks");
	if (r->matches.rival[no] != RESULT_NONE) {
		int side;
		uint32_t row = rival_row(w, r->matches.rival[no], &side);
		put_cstr(t, side == RESULT_LEFT ? "; next left " : "; next right ");
		put_u64(t, row);
		put_cstr(t, " at ");
		put_decimal(t, r->candidates.confidence[r->matches.rival[no]], 6);
	}
	if (r->matches.difference_type[no] != DIFFERENCE_NONE)
		put_difference(t, w, no);
	if (r->matches.status[no] == STATUS_AMBIGUOUS)
		put_choice(t, w, no);
	if (!t->failed)
		put_char(t, '"');
}

static void put_comparison_json(struct match_text *t, const struct match_rows *w, uint32_t c,
	uint8_t level, int16_t bits, const uint32_t row[2])
{
	const struct result *r = w->f->result;

	put_cstr(t, "{\"field\":");
	put_string(t, sv_from_cstr(r->comparisons[c].field));
	for (int side = 0; side < 2; side++) {
		struct sv value = value_of(t, w, c, side, row[side]);
		put_key(t, side == RESULT_LEFT ? "left" : "right");
		if (value.n == 0)
			put_cstr(t, "null");
		else
			put_string(t, value);
	}
	put_word(t, "level", level_word(r, c, level));
	put_key(t, "bits");
	put_bits(t, bits);
	put_char(t, '}');
}

static void put_comparisons_json(struct match_text *t, const struct match_rows *w,
	const uint8_t *level, const int16_t *bits, const uint32_t row[2])
{
	put_char(t, '[');
	for (uint32_t c = 0; level != NULL && c < w->f->result->ncomparisons; c++) {
		match_text_room(t, MATCH_TEXT_ROOM);
		if (t->failed)
			return;
		if (c > 0)
			put_char(t, ',');
		put_comparison_json(t, w, c, level[c], bits[c], row);
	}
	put_char(t, ']');
}

/* The account at which the ruleset would book the difference, where there is one. */
static void put_account_json(struct match_text *t, const struct match_rows *w, uint32_t no)
{
	const struct result_matches *m = &w->f->result->matches;
	struct sv account = w->f->rules->passes[m->pass[no]].difference.account;

	if (t->failed || m->difference_type[no] == DIFFERENCE_NONE || account.n == 0)
		return;
	put_key(t, "account");
	put_string(t, account);
	match_text_room(t, MATCH_TEXT_ROOM);
}

/* "choice" says that the match is "k of n"; the alternatives are what else it might hold. */
static void put_choice_json(struct match_text *t, const struct match_rows *w, uint32_t no)
{
	const struct result_matches *m = &w->f->result->matches;

	put_key(t, "choice");
	put_cstr(t, (m->flags[no] & RESULT_CHOICE) != 0 ? "true" : "false");
	for (int side = 0; side < 2; side++) {
		match_text_room(t, MATCH_TEXT_ROOM);
		if (t->failed)
			return;
		put_key(t, side == RESULT_LEFT ? "left_alternatives" : "right_alternatives");
		put_char(t, '[');
		put_alternatives(t, w, no, side, ',');
		match_text_room(t, MATCH_TEXT_ROOM);
		if (!t->failed)
			put_char(t, ']');
	}
}

static void put_evidence_json(struct match_text *t, const struct match_rows *w, uint32_t no)
{
	const struct result *r = w->f->result;
	struct evidence v = evidence_of(t, w, no);

	put_cstr(t, ",\"evidence\":{\"prior_bits\":");
	put_bits(t, r->passes[r->matches.pass[no]].prior);
	put_key(t, "comparisons");
	put_comparisons_json(t, w, v.level, v.bits, v.row);
	match_text_room(t, MATCH_TEXT_ROOM);
	if (t->failed)
		return;
	put_key(t, "other_bits");
	put_bits(t, v.other);
	if (r->matches.pool[no] != 0) {
		put_cstr(t, ",\"group\":{\"pool\":");
		put_u64(t, r->matches.pool[no]);
		put_key(t, "pool_cut");
		put_cstr(t, (r->matches.flags[no] & RESULT_POOL_CUT) != 0 ? "true" : "false");
		put_key(t, "chance_bits");
		put_bits(t, r->matches.chance[no]);
		put_char(t, '}');
	}
	if (r->matches.rival[no] != RESULT_NONE) {
		int side;
		uint32_t row = rival_row(w, r->matches.rival[no], &side);
		put_cstr(t, ",\"runner_up\":{\"side\":");
		put_cstr(t, side == RESULT_LEFT ? "\"left\"" : "\"right\"");
		put_key(t, "row");
		put_u64(t, row);
		put_key(t, "confidence");
		put_decimal(t, r->candidates.confidence[r->matches.rival[no]], 6);
		put_char(t, '}');
	}
	put_char(t, '}');
}

/* ---- matches ---- */

static void put_money(struct match_text *t, const struct match_rows *w, int64_t units, int32_t currency)
{
	char code[4];

	put_decimal(t, units, col_currency_exponent(currency));
	if (!w->currencies)
		return;
	col_currency_unpack(currency, code);
	put_char(t, ' ');
	put_cstr(t, code);
}

/* "amount":"1.00","currency":"EUR" */
static void put_money_json(struct match_text *t, const char *key, int64_t units, int32_t currency)
{
	char code[4];

	col_currency_unpack(currency, code);
	put_key(t, key);
	put_char(t, '"');
	put_decimal(t, units, col_currency_exponent(currency));
	put_char(t, '"');
	put_key(t, "currency");
	if (currency == 0)
		put_cstr(t, "null");
	else
		put_string(t, sv_from_cstr(code));
}

static void put_rows(
	struct match_text *t, const struct match_rows *w, uint32_t no, int side, char separator)
{
	const struct result *r = w->f->result;
	bool first = true;

	for (uint32_t i = r->matches.member[no]; i < r->matches.member[no + 1]; i++) {
		if (r->inputs[r->members.input[i]].side != side)
			continue;
		match_text_room(t, MATCH_TEXT_ROOM);
		if (t->failed)
			return;
		if (!first)
			put_char(t, separator);
		put_u64(t, data_row(w, side, r->members.row[i]));
		first = false;
	}
}

/* ",1:1,pass,confirmed,": that of the match before, most of the time. */
static void put_lead(struct match_text *t, const struct match_rows *w, uint32_t no)
{
	const struct result_matches *m = &w->f->result->matches;
	uint32_t key = (uint32_t)m->pass[no] << 16 | (uint32_t)m->kind[no] << 8 | m->status[no];

	if (t->lead_n > 0 && t->lead_of == key) {
		put_padded(t, sv_from(t->lead, t->lead_n));
		return;
	}
	size_t before = t->n;
	put_char(t, ',');
	put_cstr(t, outcome_word(OUTCOME_SET_KIND, m->kind[no]));
	put_char(t, ',');
	put_cell(t, sv_from_cstr(w->f->result->passes[m->pass[no]].name));
	match_text_room(t, MATCH_TEXT_ROOM);
	if (t->failed)
		return;
	put_char(t, ',');
	put_cstr(t, outcome_word(OUTCOME_SET_STATUS, m->status[no]));
	put_char(t, ',');
	t->lead_n = t->n - before <= MATCH_LEAD_MAX ? (uint32_t)(t->n - before) : 0;
	t->lead_of = key;
	memcpy(t->lead, t->p + before, t->lead_n);
}

void match_row_csv(struct match_text *t, const struct match_rows *w, uint32_t no)
{
	const struct result_matches *m = &w->f->result->matches;

	fetch_ahead(w, no + AHEAD_FAR, false);
	fetch_ahead(w, no + AHEAD_NEAR, true);
	match_text_room(t, MATCH_TEXT_ROOM);
	if (t->failed)
		return;
	put_u64(t, (uint64_t)no + 1);
	put_lead(t, w, no);
	if (t->failed)
		return;
	put_ppm(t, m->confidence[no]);
	put_char(t, ',');
	if (m->margin[no] != RESULT_NONE && m->margin[no] >= MATCH_MARGIN_CAP)
		put_cstr(t, ">=20");
	else if (m->margin[no] != RESULT_NONE)
		put_bits(t, (int64_t)m->margin[no]);
	put_char(t, ',');
	put_rows(t, w, no, RESULT_LEFT, ';');
	match_text_room(t, MATCH_TEXT_ROOM);
	put_char(t, ',');
	put_rows(t, w, no, RESULT_RIGHT, ';');
	match_text_room(t, MATCH_TEXT_ROOM);
	if (t->failed)
		return;
	put_char(t, ',');
	put_money(t, w, m->left[no] - m->right[no], m->currency[no]);
	put_char(t, ',');
	put_evidence(t, w, no);
	match_text_room(t, MATCH_TEXT_ROOM);
	if (!t->failed)
		put_char(t, '\n');
}

void match_row_json(struct match_text *t, const struct match_rows *w, uint32_t no)
{
	const struct result_matches *m = &w->f->result->matches;

	match_text_room(t, MATCH_TEXT_ROOM);
	if (t->failed)
		return;
	put_cstr(t, "{\"match_id\":");
	put_u64(t, (uint64_t)no + 1);
	put_word(t, "kind", outcome_word(OUTCOME_SET_KIND, m->kind[no]));
	put_word(t, "pass", w->f->result->passes[m->pass[no]].name);
	put_word(t, "status", outcome_word(OUTCOME_SET_STATUS, m->status[no]));
	put_key(t, "confidence");
	put_decimal(t, m->confidence[no], 6);
	put_key(t, "margin");
	if (m->margin[no] == RESULT_NONE)
		put_cstr(t, "null");
	else
		put_bits(t, (int64_t)m->margin[no]);
	put_key(t, "interchangeable");
	put_cstr(t, (m->flags[no] & RESULT_INTERCHANGEABLE) != 0 ? "true" : "false");
	for (int side = 0; side < 2; side++) {
		put_key(t, side == RESULT_LEFT ? "left_rows" : "right_rows");
		put_char(t, '[');
		put_rows(t, w, no, side, ',');
		match_text_room(t, MATCH_TEXT_ROOM);
		if (t->failed)
			return;
		put_char(t, ']');
	}
	put_money_json(t, "difference", m->left[no] - m->right[no], m->currency[no]);
	put_word(t, "difference_type", outcome_word(OUTCOME_SET_DIFFERENCE, m->difference_type[no]));
	put_account_json(t, w, no);
	if (m->status[no] == STATUS_AMBIGUOUS)
		put_choice_json(t, w, no);
	if (t->failed)
		return;
	put_evidence_json(t, w, no);
	match_text_room(t, MATCH_TEXT_ROOM);
	if (!t->failed)
		put_cstr(t, "}\n");
}

/* ---- allocations: one row per pair of a left and a right member that share money ---- */

static int64_t absolute(int64_t v)
{
	return v < 0 ? -v : v;
}

/* Members by their place in the result, or RESULT_NONE. */
typedef void (*put_part_fn)(struct match_text *t, const struct match_rows *w, uint32_t no,
	uint32_t left, uint32_t right, int64_t amount);

static void put_part_csv(struct match_text *t, const struct match_rows *w, uint32_t no,
	uint32_t left, uint32_t right, int64_t amount)
{
	const struct result *r = w->f->result;

	match_text_room(t, MATCH_TEXT_ROOM);
	if (t->failed)
		return;
	put_u64(t, (uint64_t)no + 1);
	put_char(t, ',');
	if (left != RESULT_NONE)
		put_u64(t, data_row(w, RESULT_LEFT, r->members.row[left]));
	put_char(t, ',');
	if (right != RESULT_NONE)
		put_u64(t, data_row(w, RESULT_RIGHT, r->members.row[right]));
	put_char(t, ',');
	put_money(t, w, amount, r->matches.currency[no]);
	put_char(t, '\n');
}

static void put_member_json(
	struct match_text *t, const struct match_rows *w, const char *key, int side, uint32_t member)
{
	put_key(t, key);
	if (member == RESULT_NONE)
		put_cstr(t, "null");
	else
		put_u64(t, data_row(w, side, w->f->result->members.row[member]));
}

static void put_part_json(struct match_text *t, const struct match_rows *w, uint32_t no,
	uint32_t left, uint32_t right, int64_t amount)
{
	match_text_room(t, MATCH_TEXT_ROOM);
	if (t->failed)
		return;
	put_cstr(t, "{\"match_id\":");
	put_u64(t, (uint64_t)no + 1);
	put_member_json(t, w, "left_row", RESULT_LEFT, left);
	put_member_json(t, w, "right_row", RESULT_RIGHT, right);
	put_money_json(t, "amount", amount, w->f->result->matches.currency[no]);
	put_cstr(t, "}\n");
}

/* Left and right members are paired off in order; what one side has more stands alone. */
static void put_parts(
	struct match_text *t, const struct match_rows *w, uint32_t no, put_part_fn put)
{
	const struct result *r = w->f->result;
	uint32_t l = r->matches.member[no], end = r->matches.member[no + 1], r0 = l;

	while (r0 < end && r->inputs[r->members.input[r0]].side == RESULT_LEFT)
		r0++;
	uint32_t lend = r0;
	int64_t a = l < lend ? r->members.allocated[l] : 0;
	int64_t b = r0 < end ? r->members.allocated[r0] : 0;
	if (lend == l || lend == end) {
		for (uint32_t i = l; i < end; i++)
			put(t, w, no, lend == l ? RESULT_NONE : i,
				lend == l ? i : RESULT_NONE, r->members.allocated[i]);
		return;
	}
	while (l < lend && r0 < end) {
		bool same_sign = (a < 0) == (b < 0);
		int64_t part = !same_sign || absolute(a) <= absolute(b) ? a : b;
		bool last_l = l + 1 == lend, last_r = r0 + 1 == end;
		if (last_l && last_r)
			part = a;
		put(t, w, no, l, r0, part);
		a -= part;
		b -= part;
		if ((a == 0 || last_r) && !(last_l && !last_r)) {
			if (++l < lend)
				a = r->members.allocated[l];
		}
		if (b == 0 || last_l) {
			if (++r0 < end)
				b = r->members.allocated[r0];
		}
	}
}

void match_row_csv_parts(struct match_text *t, const struct match_rows *w, uint32_t no)
{
	put_parts(t, w, no, put_part_csv);
}

void match_row_json_parts(struct match_text *t, const struct match_rows *w, uint32_t no)
{
	put_parts(t, w, no, put_part_json);
}

/* ---- open items ---- */

/* Currency of a record's balance. */
static int32_t open_currency(const struct match_rows *w, int side, uint32_t row)
{
	const struct ruleset *rs = w->f->rules;
	const struct col_table *table = &w->f->side[side]->table;
	uint32_t balance = rs->side[side].balance;

	if (balance == UINT32_MAX)
		return 0;
	if (rs->currency.n > 0)
		return col_currency_pack(rs->currency);
	if (rs->fields[balance].side[side].nterms == 0)
		return 0;
	const struct col *c = col_find(table, COL_FIELD, rs->fields[balance].side[side].terms[0].name);
	return c != NULL && c->type == COL_AMOUNT ? col_amount_currency(table, c, row) : 0;
}

void match_row_csv_open(struct match_text *t, const struct match_rows *w, uint32_t i)
{
	const struct result *r = w->f->result;
	const struct result_open *o = &r->open;
	int side = r->inputs[o->input[i]].side;

	match_text_room(t, MATCH_TEXT_ROOM);
	if (o->match[i] != 0 || t->failed)
		return;
	put_u64(t, data_row(w, side, o->row[i]));
	put_char(t, ',');
	put_cstr(t, outcome_word(OUTCOME_SET_BREAK, o->break_type[i]));
	put_char(t, ',');
	put_money(t, w, o->remaining[i], open_currency(w, side, o->row[i]));
	put_char(t, ',');
	if (o->nearest[i] != RESULT_NONE)
		put_u64(t, data_row(w, 1 - side, r->candidates.other_row[o->nearest[i]]));
	put_char(t, ',');
	if (o->nearest[i] != RESULT_NONE)
		put_decimal(t, r->candidates.confidence[o->nearest[i]], 6);
	put_char(t, '\n');
}

/* The nearest candidate and what separates them. */
static void put_nearest_json(
	struct match_text *t, const struct match_rows *w, int side, uint32_t row, uint32_t k)
{
	const struct result_candidates *c = &w->f->result->candidates;
	size_t at = (size_t)k * w->f->result->ncomparisons;
	uint32_t rows[2];

	rows[side] = row;
	rows[1 - side] = c->other_row[k];
	put_cstr(t, "{\"row\":");
	put_u64(t, data_row(w, 1 - side, c->other_row[k]));
	put_key(t, "confidence");
	put_decimal(t, c->confidence[k], 6);
	put_key(t, "comparisons");
	put_comparisons_json(t, w, c->level + at, c->bits + at, rows);
	match_text_room(t, MATCH_TEXT_ROOM);
	if (!t->failed)
		put_char(t, '}');
}

void match_row_json_open(struct match_text *t, const struct match_rows *w, uint32_t i)
{
	const struct result *r = w->f->result;
	const struct result_open *o = &r->open;
	int side = r->inputs[o->input[i]].side;

	match_text_room(t, MATCH_TEXT_ROOM);
	if (o->match[i] != 0 || t->failed)
		return;
	put_cstr(t, "{\"row\":");
	put_u64(t, data_row(w, side, o->row[i]));
	put_word(t, "break_type", outcome_word(OUTCOME_SET_BREAK, o->break_type[i]));
	put_money_json(t, "remaining", o->remaining[i], open_currency(w, side, o->row[i]));
	put_key(t, "hint");
	put_cstr(t, (o->flags[i] & RESULT_HINT) != 0 ? "true" : "false");
	put_key(t, "nearest");
	if (o->nearest[i] == RESULT_NONE)
		put_cstr(t, "null");
	else
		put_nearest_json(t, w, side, o->row[i], o->nearest[i]);
	match_text_room(t, MATCH_TEXT_ROOM);
	if (!t->failed)
		put_cstr(t, "}\n");
}
