/*
 * Matches and open items as tables. A match is as many rows as it has records, each with what is
 * said of the match: so a pivot table or a script needs no second file.
 */
#include "api/export.h"
#include "write/table_writer.h"

#define FIELDS_MAX 256u

static const char *const match_names[] = {"match", "state", "status", "kind", "pass", "confidence",
	"margin_bits", "difference_type", "difference", "difference_currency", "side", "dataset",
	"row", "allocated"};
static const char *const item_names[] = {"side", "dataset", "row", "break_type", "remaining",
	"remaining_currency", "nearest_dataset", "nearest_row", "nearest_confidence"};

/* The fields of all inputs by name; a field means the same on every side. */
struct fields {
	struct sv names[FIELDS_MAX];
	uint32_t n;
};

static void collect(const struct data_job *job, struct fields *f)
{
	for (uint32_t i = 0; i < job->ninputs; i++)
		for (uint32_t k = 0; k < job->tables[i]->ncols && f->n < FIELDS_MAX; k++) {
			const struct col *c = &job->tables[i]->cols[k];
			uint32_t at = 0;

			while (at < f->n && !sv_eq_cstr(f->names[at], c->name))
				at++;
			if (c->role == COL_FIELD && at == f->n)
				f->names[f->n++] = sv_from_cstr(c->name);
		}
}

static int put_header(struct writer *w, const char *const *names, size_t n,
	const struct fields *f, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		writer_text(w, sv_from_cstr(names[i]));
	for (uint32_t i = 0; i < f->n; i++) {
		struct buf name CLEANUP(buf_free) = BUF_INIT;

		buf_printf(&name, "record.%.*s", SV_ARG(f->names[i]));
		writer_text(w, buf_sv(&name));
	}
	return writer_row(w, err);
}

static void put_money(struct writer *w, int64_t minor, int32_t currency)
{
	char code[4];

	if (currency == 0) {
		writer_empty(w);
		writer_empty(w);
		return;
	}
	col_currency_unpack(currency, code);
	writer_decimal(w, minor, col_currency_exponent(currency));
	writer_text(w, sv_from_cstr(code));
}

static void put_word(struct writer *w, const char *word)
{
	writer_text(w, sv_from_cstr(word));
}

static void put_side(struct writer *w, const struct data_job *job, uint32_t input)
{
	put_word(w, job->result.inputs[input].side == RESULT_LEFT ? "left" : "right");
	writer_decimal(w, job->result.inputs[input].dataset_no, 0);
}

static int put_record(struct writer *w, const struct data_job *job, const struct fields *f,
	uint32_t input, uint32_t row, struct err *err)
{
	const struct col_table *t = job->tables[input];

	for (uint32_t i = 0; i < f->n; i++) {
		const struct col *c = col_find(t, COL_FIELD, f->names[i]);

		if (c == NULL)
			writer_empty(w);
		else
			table_writer_cell(w, t, c, row);
	}
	return writer_row(w, err);
}

/* ---- matches ---- */

static void put_match(struct writer *w, const struct view_ctx *c, uint32_t i)
{
	const struct result *r = &view_ctx_job(c)->result;
	const struct result_matches *m = &r->matches;
	const struct grid_states *now = cache_value(c->now_item);

	writer_decimal(w, (int64_t)i + 1, 0);
	put_word(w, match_state_word(now->state[i]));
	put_word(w, outcome_word(OUTCOME_SET_STATUS, m->status[i]));
	put_word(w, outcome_word(OUTCOME_SET_KIND, m->kind[i]));
	put_word(w, r->passes[m->pass[i]].name);
	writer_decimal(w, m->confidence[i], 6);
	if (m->margin[i] == RESULT_NONE)
		writer_empty(w);
	else
		writer_decimal(w, (int64_t)m->margin[i] * 1000000 / 64, 6);
	put_word(w, outcome_word(OUTCOME_SET_DIFFERENCE, m->difference_type[i]));
	put_money(w, m->left[i] - m->right[i], m->currency[i]);
}

static int put_matches(
	struct writer *w, const struct view_ctx *c, const struct fields *f, struct err *err)
{
	const struct data_job *job = view_ctx_job(c);
	const struct result *r = &job->result;
	const struct data_view *v = cache_value(c->view_item);
	const struct grid_states *now = cache_value(c->now_item);
	int rc = put_header(w, match_names, ARRAY_LEN(match_names), f, err);

	for (uint32_t i = 0; i < v->n; i++) {
		uint32_t match = v->ids[i];
		struct grid_members m = grid_members_of(job->grid, now, match);

		for (uint32_t k = 0; k < m.n && rc == 0; k++) {
			put_match(w, c, match);
			put_side(w, job, m.input[k]);
			writer_decimal(w, m.row[k], 0);
			if (r->matches.currency[match] == 0)
				writer_empty(w);
			else
				writer_decimal(w, data_allocated(job, now, match, k),
					col_currency_exponent(r->matches.currency[match]));
			rc = put_record(w, job, f, m.input[k], m.row[k], err);
		}
		if (rc != 0)
			break;
	}
	return rc;
}

/* ---- open items ---- */

static void put_nearest(struct writer *w, const struct data_job *job, uint32_t candidate)
{
	const struct result_candidates *k = &job->result.candidates;

	if (candidate == RESULT_NONE) {
		writer_empty(w);
		writer_empty(w);
		writer_empty(w);
		return;
	}
	writer_decimal(w, job->result.inputs[k->other_input[candidate]].dataset_no, 0);
	writer_decimal(w, k->other_row[candidate], 0);
	writer_decimal(w, k->confidence[candidate], 6);
}

static int32_t currency_of(const struct data_job *job, const struct grid_item *item)
{
	const struct grid_columns *known = grid_columns_of(job->grid, item->input);

	return known->amount == NULL
		       ? 0
		       : col_amount_currency(job->tables[item->input], known->amount, item->row);
}

static int put_items(
	struct writer *w, const struct view_ctx *c, const struct fields *f, struct err *err)
{
	const struct data_job *job = view_ctx_job(c);
	const struct data_view *v = cache_value(c->view_item);
	int rc = put_header(w, item_names, ARRAY_LEN(item_names), f, err);

	for (uint32_t i = 0; i < v->n && rc == 0; i++) {
		struct grid_item item;
		bool open = grid_item_open(job->grid, cache_value(c->now_item), v->ids[i]);

		grid_item(job->grid, v->ids[i], &item);
		put_side(w, job, item.input);
		writer_decimal(w, item.row, 0);
		put_word(w, outcome_word(OUTCOME_SET_BREAK, item.break_type));
		put_money(w, open ? item.remaining : 0, currency_of(job, &item));
		put_nearest(w, job, item.nearest);
		rc = put_record(w, job, f, item.input, item.row, err);
	}
	return rc;
}

int export_view(
	const struct view_ctx *c, enum write_format format, struct col_sink sink, struct err *err)
{
	struct writer *w CLEANUP(writer_free) = NULL;
	const struct data_view *v = cache_value(c->view_item);
	struct fields f = {.n = 0};
	int rc = writer_new(format, sink, &w, err);

	if (rc != 0)
		return rc;
	collect(view_ctx_job(c), &f);
	rc = v->kind == GRID_MATCHES ? put_matches(w, c, &f, err) : put_items(w, c, &f, err);
	return rc != 0 ? rc : writer_finish(w, err);
}
