/*
 * The grid's base: what is derived from a result and its tables once, the states after a log, and
 * the fields of single rows.
 */
#include "grid/grid_private.h"

#include <stdlib.h>
#include <string.h>

static const char *const field_words[] = {
#define GRID_FIELD(name, word) word,
#include "grid/grid_field.def"
#undef GRID_FIELD
};

const char *grid_field_word(enum grid_field f)
{
	return field_words[f];
}

bool grid_field_from_word(struct sv word, enum grid_field *ret)
{
	for (unsigned i = 0; i < GRID_FIELD_COUNT; i++)
		if (sv_eq_cstr(word, field_words[i])) {
			*ret = (enum grid_field)i;
			return true;
		}
	return false;
}

/* ---- columns that every screen knows ---- */

/* The field of that name and type, else the first of the type. */
static const struct col *known_column(
	const struct col_table *t, enum col_type type, const char *name)
{
	const struct col *c = col_find(t, COL_FIELD, sv_from_cstr(name));

	return c != NULL && c->type == type ? c : col_first(t, type);
}

static const struct col *named_text(const struct col_table *t, const char *name)
{
	const struct col *c = col_find(t, COL_FIELD, sv_from_cstr(name));

	return c != NULL && col_held(c->type) == COL_STR ? c : NULL;
}

void grid_columns(const struct col_table *t, struct grid_columns *ret)
{
	*ret = (struct grid_columns){
		.date = known_column(t, COL_DATE, "date"),
		.amount = known_column(t, COL_AMOUNT, "amount"),
		.currency = known_column(t, COL_CURRENCY, "currency"),
		.text = named_text(t, "text"),
		.reference = named_text(t, "reference"),
	};
	if (ret->text == NULL)
		ret->text = named_text(t, "party");
	if (ret->text == NULL)
		ret->text = col_first(t, COL_TEXT);
	if (ret->reference == NULL)
		ret->reference = col_first(t, COL_CODE);
}

const struct grid_columns *grid_columns_of(const struct grid *g, uint16_t input)
{
	return &g->columns[input];
}

/* ---- making ---- */

int32_t grid_date_of(const struct grid *g, uint16_t input, uint32_t row)
{
	const struct col *c = g->columns[input].date;

	return c == NULL || !col_valid(c, row) ? GRID_NO_DATE : c->i32[row];
}

int32_t grid_currency_of(const struct grid *g, uint16_t input, uint32_t row)
{
	const struct grid_columns *c = &g->columns[input];

	if (c->amount != NULL)
		return col_amount_currency(g->tables[input], c->amount, row);
	return c->currency != NULL ? c->currency->i32[row] : 0;
}

static int attach_tables(struct grid *g, const struct col_table *const *tables, struct err *err)
{
	const struct result *r = g->result;

	for (uint32_t i = 0; i < r->ninputs; i++) {
		if (tables[i]->rows != r->inputs[i].rows)
			return err_set(err, E_CORRUPT, "A dataset has other rows than the result.");
		g->tables[i] = tables[i];
		grid_columns(tables[i], &g->columns[i]);
		g->first_record[i + 1] = g->first_record[i] + r->inputs[i].rows;
	}
	return 0;
}

int grid_new(const struct result *result, const struct col_table *const *tables, struct grid **ret,
	struct err *err)
{
	struct grid *g CLEANUP(grid_free) = calloc(1, sizeof(*g));
	size_t n = (size_t)result->ninputs + 1;

	if (g == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	g->result = result;
	g->tables = calloc(n, sizeof(const struct col_table *));
	g->columns = calloc(n, sizeof(*g->columns));
	g->first_record = calloc(n, sizeof(*g->first_record));
	if (!g->tables || !g->columns || !g->first_record)
		return err_set(err, E_NO_MEMORY, NULL);
	int rc = attach_tables(g, tables, err);
	if (rc != 0)
		return rc;
	rc = grid_derive(g, err);
	if (rc != 0)
		return rc;
	g->bytes += sizeof(*g) + n * (sizeof(const struct col_table *) + sizeof(*g->columns) + 8);
	*ret = TAKE(g);
	return 0;
}

void grid_free(struct grid **p)
{
	struct grid *g = *p;

	if (g == NULL)
		return;
	free(g->tables);
	free(g->columns);
	free(g->first_record);
	free(g->match_date);
	free(g->match_amount);
	free(g->match_currency);
	free(g->match_rivals);
	free(g->item_date);
	free(g->item_currency);
	free(g->currencies);
	free(g->month);
	free(g);
	*p = NULL;
}

void grid_set_first_seen(struct grid *g, const int32_t *days)
{
	g->first_seen = days;
}

int32_t grid_first_seen(const struct grid *g, uint16_t input)
{
	return g->first_seen == NULL ? GRID_NO_DAY : g->first_seen[input];
}

size_t grid_bytes(const struct grid *g)
{
	return g->bytes;
}

/* ---- states ---- */

static size_t taken_words(const struct grid *g)
{
	return (size_t)(g->first_record[g->result->ninputs] / 64 + 1);
}

size_t grid_states_bytes(const struct grid *g)
{
	return g->result->matches.n + taken_words(g) * 8;
}

void grid_states_free(struct grid_states *s)
{
	free(s->state);
	free(s->taken);
	free(s->chosen);
	free(s->first);
	free(s->input);
	free(s->row);
	*s = GRID_STATES_INIT;
}

bool grid_input_of(const struct grid *g, int32_t dataset_no, uint16_t *ret)
{
	for (uint32_t i = 0; i < g->result->ninputs; i++)
		if (g->result->inputs[i].dataset_no == dataset_no) {
			*ret = (uint16_t)i;
			return true;
		}
	return false;
}

struct grid_members grid_members_of(
	const struct grid *g, const struct grid_states *s, uint32_t match)
{
	const struct result *r = g->result;
	uint32_t low = 0, high = s == NULL ? 0 : s->nchosen, first = r->matches.member[match];

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (s->chosen[mid] < match)
			low = mid + 1;
		else
			high = mid;
	}
	if (s != NULL && low < s->nchosen && s->chosen[low] == match)
		return (struct grid_members){s->input + s->first[low], s->row + s->first[low],
			s->first[low + 1] - s->first[low]};
	return (struct grid_members){r->members.input + first, r->members.row + first,
		r->matches.member[match + 1] - first};
}

static void mark_taken(const struct grid *g, const struct grid_states *s, uint32_t match)
{
	struct grid_members m = grid_members_of(g, s, match);

	for (uint32_t k = 0; k < m.n; k++) {
		uint64_t record = grid_record(g, m.input[k], m.row[k]);

		s->taken[record >> 6] |= UINT64_C(1) << (record & 63);
	}
}

/* The step whose choice a match consists of, or NULL. */
static const struct decision_step *choice_of(const struct grid_states *s,
	const struct decision_step *steps, const uint32_t *latest, uint32_t match)
{
	const struct decision_step *step =
		s->state[match] == MATCH_CONFIRMED && latest[match] > 0 ? &steps[latest[match] - 1] :
									   NULL;

	return step != NULL && step->nrecords > 0 ? step : NULL;
}

/* Records as the log has them: of a dataset or row that is not the result's there are none, since
 * they were checked when they were written. */
static void add_choice(const struct grid *g, struct grid_states *s, uint32_t match,
	const struct decision_step *step)
{
	uint32_t at = s->first[s->nchosen];

	for (uint32_t k = 0; k < step->nrecords; k++) {
		uint16_t input;

		if (!grid_input_of(g, step->records[k].dataset_no, &input) ||
			step->records[k].row >= g->result->inputs[input].rows)
			continue;
		s->input[at] = input;
		s->row[at++] = step->records[k].row;
	}
	s->chosen[s->nchosen++] = match;
	s->first[s->nchosen] = at;
}

static int list_choices(const struct grid *g, const struct decision_step *steps,
	const uint32_t *latest, struct grid_states *s)
{
	const uint32_t n = g->result->matches.n;
	size_t matches = 0, records = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct decision_step *step = choice_of(s, steps, latest, i);

		matches += step != NULL;
		records += step != NULL ? step->nrecords : 0;
	}
	if (matches == 0)
		return 0;
	s->chosen = calloc(matches, sizeof(*s->chosen));
	s->first = calloc(matches + 1, sizeof(*s->first));
	s->input = calloc(records, sizeof(*s->input));
	s->row = calloc(records, sizeof(*s->row));
	if (!s->chosen || !s->first || !s->input || !s->row)
		return E_NO_MEMORY;
	for (uint32_t i = 0; i < n; i++) {
		const struct decision_step *step = choice_of(s, steps, latest, i);

		if (step != NULL)
			add_choice(g, s, i, step);
	}
	return 0;
}

int grid_states_make(const struct grid *g, const struct decision_step *steps, size_t n,
	struct grid_states *ret, struct err *err)
{
	struct grid_states s CLEANUP(grid_states_free) = GRID_STATES_INIT;
	const struct result_matches *m = &g->result->matches;
	uint32_t *latest CLEANUP(free_ptr) = NULL;

	s.state = malloc((size_t)m->n + 1);
	s.taken = calloc(taken_words(g), sizeof(*s.taken));
	if (n > 0)
		latest = malloc(((size_t)m->n + 1) * sizeof(*latest));
	if (s.state == NULL || s.taken == NULL || (n > 0 && latest == NULL))
		return err_set(err, E_NO_MEMORY, NULL);
	if (m->n > 0)
		memcpy(s.state, m->status, m->n);
	if (n > 0 && (decision_fold_latest(steps, n, s.state, latest, m->n) != 0 ||
			     list_choices(g, steps, latest, &s) != 0))
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; n > 0 && i < m->n; i++) {
		if (s.state[i] == MATCH_CONFIRMED && m->status[i] != STATUS_CONFIRMED) {
			mark_taken(g, &s, i);
			s.any_taken = true;
		}
		s.any_freed |= s.state[i] != MATCH_CONFIRMED && m->status[i] == STATUS_CONFIRMED;
	}
	*ret = s;
	s = GRID_STATES_INIT;
	return 0;
}

/* ---- single rows ---- */

uint32_t grid_ids(const struct grid *g, enum grid_kind kind)
{
	const struct result *r = g->result;

	return kind == GRID_MATCHES ? r->matches.n : r->open.n + r->members.n;
}

uint32_t grid_match_of_member(const struct grid *g, uint32_t m)
{
	const uint32_t *member = g->result->matches.member;
	uint32_t low = 0, high = g->result->matches.n;

	while (low + 1 < high) {
		uint32_t mid = low + (high - low) / 2;

		if (member[mid] <= m)
			low = mid;
		else
			high = mid;
	}
	return low;
}

void grid_item(const struct grid *g, uint32_t id, struct grid_item *ret)
{
	const struct result_open *o = &g->result->open;
	const struct result_members *m = &g->result->members;

	if (id < o->n) {
		*ret = (struct grid_item){o->input[id], o->row[id], o->break_type[id],
			o->remaining[id], o->nearest[id], o->match[id]};
		return;
	}
	uint32_t k = id - o->n;
	*ret = (struct grid_item){
		m->input[k], m->row[k], BREAK_MISSING, m->allocated[k], RESULT_NONE, 0};
}

bool grid_item_open(const struct grid *g, const struct grid_states *states, uint32_t id)
{
	const struct result *r = g->result;
	struct grid_item item;

	grid_item(g, id, &item);
	if (grid_bit(states->taken, grid_record(g, item.input, item.row)))
		return false;
	if (id < r->open.n)
		return true;
	uint32_t match = grid_match_of_member(g, id - r->open.n);
	return r->matches.status[match] == STATUS_CONFIRMED &&
	       states->state[match] != MATCH_CONFIRMED;
}

/* What a decision may put right: money times doubt times what else becomes free to be matched. Of
 * what is decided there is none. */
static uint64_t review_value(const struct grid *g, const struct grid_states *states, uint32_t id)
{
	const uint32_t p = g->result->matches.confidence[id];
	const uint32_t doubt =
		(p < RESULT_CONFIDENCE_ONE / 2 ? p : RESULT_CONFIDENCE_ONE - p) + 1;

	if (states->state[id] != MATCH_SUGGESTED && states->state[id] != MATCH_AMBIGUOUS)
		return 0;
	unsigned __int128 v = (unsigned __int128)(uint64_t)g->match_amount[id] * doubt *
			      (1u + g->match_rivals[id]);
	return v > UINT64_MAX ? UINT64_MAX : (uint64_t)v;
}

static uint64_t match_value(
	const struct grid *g, const struct grid_states *states, uint32_t id, enum grid_field field)
{
	const struct result_matches *m = &g->result->matches;

	switch (field) {
	case GRID_DATE:
		return (uint32_t)g->match_date[id] ^ 0x80000000u;
	case GRID_AMOUNT:
		return (uint64_t)g->match_amount[id];
	case GRID_CONFIDENCE:
		return m->confidence[id];
	case GRID_MARGIN:
		return m->margin[id] == RESULT_NONE ? 0 : m->margin[id];
	case GRID_STATUS:
		return m->status[id];
	case GRID_STATE:
		return states->state[id];
	case GRID_KIND:
		return m->kind[id];
	case GRID_PASS:
		return m->pass[id];
	case GRID_CURRENCY:
		return (uint32_t)m->currency[id];
	case GRID_PATTERN:
		return m->pattern[id];
	case GRID_REVIEW:
		return review_value(g, states, id);
	case GRID_NO:
	case GRID_BREAK_TYPE:
	case GRID_FIRST_SEEN:
	case GRID_SIDE:
	case GRID_FIELD_COUNT:
		break;
	}
	return id;
}

static uint64_t item_value(
	const struct grid *g, const struct grid_states *states, uint32_t id, enum grid_field field)
{
	struct grid_item item;

	grid_item(g, id, &item);
	switch (field) {
	case GRID_DATE:
		return (uint32_t)grid_date_of(g, item.input, item.row) ^ 0x80000000u;
	case GRID_AMOUNT:
		return (uint64_t)grid_magnitude(item.remaining);
	case GRID_BREAK_TYPE:
		return item.break_type;
	case GRID_FIRST_SEEN:
		return (uint32_t)grid_first_seen(g, item.input) ^ 0x80000000u;
	case GRID_SIDE:
		return g->result->inputs[item.input].side;
	case GRID_CURRENCY:
		return (uint32_t)grid_currency_of(g, item.input, item.row);
	case GRID_CONFIDENCE:
		return item.nearest == RESULT_NONE ? 0
						   : g->result->candidates.confidence[item.nearest];
	case GRID_MARGIN:
	case GRID_STATUS:
	case GRID_STATE:
	case GRID_KIND:
	case GRID_PASS:
	case GRID_PATTERN:
	case GRID_REVIEW: /* those of the match that reserves it */
		return item.match == 0 ? 0 : match_value(g, states, item.match - 1, field);
	case GRID_NO:
	case GRID_FIELD_COUNT:
		break;
	}
	return grid_record(g, item.input, item.row);
}

uint64_t grid_value_of(const struct grid *g, const struct grid_states *states, enum grid_kind kind,
	uint32_t id, enum grid_field field)
{
	return kind == GRID_MATCHES ? match_value(g, states, id, field)
				    : item_value(g, states, id, field);
}
