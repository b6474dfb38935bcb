/*
 * Review views. A view is its stored spec at a seq of the decision log; which rows it has, in which
 * order, is made from that by any process that is asked, and kept in the cache. What its rows show
 * is the state of now.
 */
#include <stdlib.h>

#include "api/data.h"
#include "api/ep.h"
#include "api/view.h"
#include "api/view_spec.h"
#include "seal/random.h"
#include "store/store_reconciliation.h"

#define VIEW_SECONDS 86400

void view_ctx_end(struct view_ctx *c)
{
	cache_release(&c->view_item);
	cache_release(&c->now_item);
	cache_release(&c->then_item);
	cache_release(&c->job_item);
}

/* ---- making ---- */

static void free_view(void *value)
{
	struct data_view *v = value;

	free(v->ids);
	free(v);
}

static int select_rows(struct view_ctx *c, struct data_view *v, struct err *err)
{
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	struct grid_spec spec;
	int rc = json_parse(c->view.spec, JSON_DEPTH, &root, err);

	if (rc == 0)
		rc = view_spec_of(root, &spec, err);
	if (rc == 0)
		rc = data_states(c->a, &c->view.reconciliation_id, &c->view.job_id, view_ctx_job(c)->grid,
			c->view.seq, &c->then_item, err);
	if (rc != 0)
		return rc;
	v->kind = spec.kind;
	return grid_select(view_ctx_job(c)->grid, cache_value(c->then_item), &spec, &v->ids, &v->n, err);
}

static int make_view(void *ctx, void **ret_value, size_t *ret_bytes, struct err *err)
{
	struct data_view *v CLEANUP(free_ptr) = calloc(1, sizeof(*v));

	if (v == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	int rc = select_rows(ctx, v, err);
	if (rc != 0)
		return rc;
	*ret_bytes = sizeof(*v) + v->n * sizeof(*v->ids);
	*ret_value = TAKE(v);
	return 0;
}

static int load_rows(struct view_ctx *c, struct err *err)
{
	struct cache_key key = {CACHE_VIEW, c->view.id, 0};
	int rc = data_job_load(c->a, &c->job, &c->job_item, err);

	if (rc == 0)
		rc = cache_get(data_pool_of(c->a)->cache, &key, make_view, free_view, c,
			&c->view_item, err);
	return rc;
}

/* The job asked for, or the last finished one. */
static int find_job(struct view_ctx *c, const struct uuid *rec, struct err *err)
{
	struct api *a = c->a;
	struct uuid id = api_in_uuid(a, NULL, "job");
	int rc;

	if (uuid_is_nil(&id)) {
		rc = store_job_newest_done(a->db, &a->project.id, rec, a->arena, &c->job, err);
		return rc != E_NOT_FOUND ? rc
					 : err_set(err, E_JOB_STATE,
						   "No job of this reconciliation is done yet.");
	}
	rc = store_job_get(a->db, &a->project.id, &id, a->arena, &c->job, err);
	if (rc == 0 && !uuid_eq(&c->job.reconciliation_id, rec))
		rc = err_set_at(err, E_NOT_FOUND, "/job", NULL);
	return rc;
}

static int new_view(struct view_ctx *c, const struct reconciliation *rec, struct err *err)
{
	struct buf spec CLEANUP(buf_free) = BUF_INIT;
	struct api *a = c->a;

	json_add_canonical(&spec, a->input);
	c->view = (struct view){.project_id = a->project.id,
		.reconciliation_id = rec->id,
		.job_id = c->job.id,
		.user_id = a->actor.user_id,
		.kind = api_in_word(a, NULL, "kind", "VIEW_KIND"),
		.spec = arena_sv(a->arena, buf_sv(&spec)),
		.seq = rec->decision_seq};
	if (!buf_ok(&spec) || c->view.spec.p == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	random_bytes(c->view.id.b, sizeof(c->view.id.b));
	c->view.id.b[6] = (c->view.id.b[6] & 0x0f) | 0x40; /* version 4 */
	c->view.id.b[8] = (c->view.id.b[8] & 0x3f) | 0x80;
	return load_rows(c, err);
}

int ep_view_create(struct api *a, struct err *err)
{
	struct uuid id = api_param_uuid(a, "reconciliation");
	struct view_ctx c CLEANUP(view_ctx_end) = {.a = a};
	struct reconciliation rec;
	int rc = store_reconciliation_get(a->db, &a->project.id, &id, a->arena, &rec, err);

	if (rc == 0)
		rc = find_job(&c, &id, err);
	if (rc == 0)
		rc = new_view(&c, &rec, err);
	if (rc != 0)
		return rc;
	const struct data_view *rows = cache_value(c.view_item);
	c.view.total = rows->n;
	rc = store_view_insert(a->db, &c.view, VIEW_SECONDS, err);
	if (rc != 0)
		return rc;
	json_open_object(&a->out, NULL);
	json_put_uuid(&a->out, "view", &c.view.id);
	json_put_int(&a->out, "total", rows->n);
	json_put_int(&a->out, "version", c.view.seq);
	json_close_object(&a->out);
	return 0;
}

/* ---- showing ---- */

int view_ctx_open(struct view_ctx *c, struct err *err)
{
	struct api *a = c->a;
	struct uuid id = api_param_uuid(a, "view");
	struct reconciliation rec = {0};
	int rc = store_view_get(
		a->db, &a->project.id, &a->actor.user_id, &id, a->arena, &c->view, err);

	if (rc == 0)
		rc = store_job_get(a->db, &a->project.id, &c->view.job_id, a->arena, &c->job, err);
	if (rc == 0)
		rc = store_reconciliation_get(
			a->db, &a->project.id, &c->view.reconciliation_id, a->arena, &rec, err);
	if (rc == 0)
		rc = load_rows(c, err);
	if (rc == 0)
		rc = data_states(a, &rec.id, &c->job.id, view_ctx_job(c)->grid, rec.decision_seq,
			&c->now_item, err);
	c->seq = rc == 0 ? rec.decision_seq : 0;
	return rc;
}

static void put_margin(struct json_writer *w, uint32_t margin)
{
	if (margin == RESULT_NONE)
		json_put_null(w, "margin");
	else
		data_put_bits(w, "margin", margin);
}

/* Records of a side that a match has, and those that it might have as well. */
struct choice {
	uint32_t k, n;
};

static struct choice choice_on(const struct data_job *job, uint32_t match, uint8_t side)
{
	const struct result *r = &job->result;
	uint32_t end, first = result_alternatives_of(r, match, &end);
	struct choice c = {0};

	for (uint32_t i = r->matches.member[match]; i < r->matches.member[match + 1]; i++)
		c.k += r->inputs[r->members.input[i]].side == side;
	for (uint32_t i = first; i < end; i++)
		c.n += r->inputs[r->alternatives.input[i]].side == side;
	c.n += c.k;
	return c;
}

static void put_k_of_n(struct json_writer *w, const char *key, struct choice c)
{
	json_open_object(w, key);
	json_put_int(w, "k", c.k);
	json_put_int(w, "n", c.n);
	json_close_object(w);
}

/* One decision with all its alternatives. */
static void put_choice(struct json_writer *w, const struct data_job *job, uint32_t match)
{
	const struct result *r = &job->result;
	uint32_t end, first = result_alternatives_of(r, match, &end);

	if ((r->matches.flags[match] & RESULT_CHOICE) != 0) {
		json_open_object(w, "choice");
		put_k_of_n(w, "left", choice_on(job, match, RESULT_LEFT));
		put_k_of_n(w, "right", choice_on(job, match, RESULT_RIGHT));
		json_close_object(w);
	} else {
		json_put_null(w, "choice");
	}
	json_open_array(w, "alternatives");
	for (uint32_t i = first; i < end; i++) {
		json_open_object(w, NULL);
		data_put_record(
			w, "record", job, r->alternatives.input[i], r->alternatives.row[i]);
		data_put_confidence(w, "confidence", r->alternatives.confidence[i]);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_match(struct json_writer *w, const struct view_ctx *c, uint32_t i)
{
	const struct data_job *job = view_ctx_job(c);
	const struct result_matches *m = &job->result.matches;
	const struct grid_states *now = cache_value(c->now_item);

	json_open_object(w, NULL);
	data_put_match_ref(w, &c->job.id, i);
	json_put_cstr(w, "kind", outcome_word(OUTCOME_SET_KIND, m->kind[i]));
	json_put_cstr(w, "pass", job->result.passes[m->pass[i]].name);
	json_put_cstr(w, "status", outcome_word(OUTCOME_SET_STATUS, m->status[i]));
	json_put_cstr(w, "state", match_state_word(now->state[i]));
	data_put_confidence(w, "confidence", m->confidence[i]);
	put_margin(w, m->margin[i]);
	json_open_object(w, "difference");
	json_put_cstr(w, "type", outcome_word(OUTCOME_SET_DIFFERENCE, m->difference_type[i]));
	data_put_money(w, "money", (__int128)m->left[i] - m->right[i], m->currency[i]);
	json_close_object(w);
	data_put_side(w, "left", job, now, i, RESULT_LEFT);
	data_put_side(w, "right", job, now, i, RESULT_RIGHT);
	put_choice(w, job, i);
	json_close_object(w);
}

static void put_nearest(struct json_writer *w, const struct data_job *job, uint32_t candidate)
{
	const struct result_candidates *k = &job->result.candidates;

	if (candidate == RESULT_NONE) {
		json_put_null(w, "nearest");
		return;
	}
	json_open_object(w, "nearest");
	data_put_record(w, "record", job, k->other_input[candidate], k->other_row[candidate]);
	data_put_confidence(w, "confidence", k->confidence[candidate]);
	json_close_object(w);
}

static void put_item(struct json_writer *w, const struct view_ctx *c, uint32_t id)
{
	const struct data_job *job = view_ctx_job(c);
	const struct grid_columns *known;
	struct grid_item item;
	int32_t currency = 0;

	grid_item(job->grid, id, &item);
	known = grid_columns_of(job->grid, item.input);
	if (known->amount != NULL)
		currency = col_amount_currency(job->tables[item.input], known->amount, item.row);
	json_open_object(w, NULL);
	data_put_record(w, "record", job, item.input, item.row);
	json_put_cstr(
		w, "side", job->result.inputs[item.input].side == RESULT_LEFT ? "left" : "right");
	json_put_cstr(w, "break_type", outcome_word(OUTCOME_SET_BREAK, item.break_type));
	data_put_money(w, "remaining",
		grid_item_open(job->grid, cache_value(c->now_item), id) ? item.remaining : 0,
		currency);
	if (grid_first_seen(job->grid, item.input) == GRID_NO_DAY)
		json_put_null(w, "first_seen");
	else
		json_put_day(w, "first_seen", grid_first_seen(job->grid, item.input));
	put_nearest(w, job, item.nearest);
	json_close_object(w);
}

int ep_view_rows(struct api *a, struct err *err)
{
	struct view_ctx c CLEANUP(view_ctx_end) = {.a = a};
	int rc = view_ctx_open(&c, err);

	if (rc != 0)
		return rc;
	const struct data_view *v = cache_value(c.view_item);
	int64_t offset = api_query_int(a, "offset", 0), limit = api_query_int(a, "limit", 100);
	uint32_t from = (uint32_t)MIN(offset, (int64_t)v->n);
	uint32_t to = (uint32_t)MIN((int64_t)from + limit, (int64_t)v->n);

	json_open_object(&a->out, NULL);
	json_put_cstr(&a->out, "kind", v->kind == GRID_MATCHES ? "matches" : "open_items");
	json_open_array(&a->out, "items");
	for (uint32_t i = from; i < to; i++) {
		if (v->kind == GRID_MATCHES)
			put_match(&a->out, &c, v->ids[i]);
		else
			put_item(&a->out, &c, v->ids[i]);
	}
	json_close_array(&a->out);
	json_put_int(&a->out, "offset", from);
	json_put_int(&a->out, "total", v->n);
	json_put_int(&a->out, "version", c.seq);
	json_close_object(&a->out);
	return 0;
}

static void put_facet(struct json_writer *w, const struct grid_facet *f)
{
	json_open_object(w, NULL);
	json_put_cstr(w, "field", grid_field_word(f->field));
	json_open_array(w, "values");
	for (uint32_t i = 0; i < f->nvalues; i++) {
		const struct grid_value *v = &f->values[i];

		json_open_object(w, NULL);
		json_put_text(w, "value", v->value);
		json_put_text(w, "label", v->label);
		json_put_int(w, "count", v->count);
		json_open_array(w, "money");
		for (uint32_t k = 0; k < v->nmoney; k++)
			if (v->money[k].currency != 0)
				data_put_money(w, NULL, v->money[k].sum, v->money[k].currency);
		json_close_array(w);
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

int ep_view_facets(struct api *a, struct err *err)
{
	struct view_ctx c CLEANUP(view_ctx_end) = {.a = a};
	struct grid_facet *facets;
	size_t n;
	int rc = view_ctx_open(&c, err);

	if (rc != 0)
		return rc;
	const struct data_view *v = cache_value(c.view_item);
	rc = grid_facets(view_ctx_job(&c)->grid, cache_value(c.now_item), v->kind, v->ids, v->n, a->arena,
		&facets, &n, err);
	if (rc != 0)
		return rc;
	json_open_object(&a->out, NULL);
	json_open_array(&a->out, "facets");
	for (size_t i = 0; i < n; i++)
		put_facet(&a->out, &facets[i]);
	json_close_array(&a->out);
	json_close_object(&a->out);
	return 0;
}
