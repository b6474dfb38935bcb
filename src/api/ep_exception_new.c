/*
 * Opening an exception (data pool): what it is about is looked up in the result of the
 * reconciliation's job, so that type, value and age are the item's and not the asker's.
 */
#include "api/data.h"
#include "api/ep.h"
#include "api/exception.h"
#include "base/currency.h"
#include "store/store_reconciliation.h"

struct opening {
	struct api *a;
	struct reconciliation rec;
	struct job job;
	struct cache_item *job_item, *states_item;
	struct exception_policy_row policy;
	struct exception made;
	int32_t currency;
};

static void opening_end(struct opening *o)
{
	cache_release(&o->states_item);
	cache_release(&o->job_item);
}

static const struct data_job *job_of(const struct opening *o)
{
	return data_job_of(o->job_item);
}

/* ---- a match ---- */

static int about_match(struct opening *o, const struct json_object *match, struct err *err)
{
	struct api *a = o->a;
	struct uuid id = api_in_uuid(a, match, "job");
	int64_t no = api_in_int(a, match, "no", 0);
	int rc = store_job_get(a->db, &a->project.id, &id, a->arena, &o->job, err);

	if (rc == 0 && !uuid_eq(&o->job.reconciliation_id, &o->rec.id))
		rc = err_set_at(
			err, E_NOT_FOUND, "/match/job", "The job is of another reconciliation.");
	if (rc == 0)
		rc = data_job_load(a, &o->job, &o->job_item, err);
	if (rc != 0)
		return rc;
	const struct result_matches *m = &job_of(o)->result.matches;
	if (no > m->n)
		return err_set_at(err, E_NOT_FOUND, "/match/no", "The job has no such match.");
	const int64_t left = m->left[no - 1], right = m->right[no - 1];
	o->made.job_id = id;
	o->made.match_no = (int32_t)no;
	o->made.type = SV("match");
	o->made.minor = MAX(left < 0 ? -left : left, right < 0 ? -right : right);
	o->currency = m->currency[no - 1];
	o->made.opened_on = o->policy.today;
	return 0;
}

/* ---- an item ---- */

static bool same_record(const uint16_t *input, const uint32_t *row, uint32_t i, uint16_t want_input,
	uint32_t want_row)
{
	return input[i] == want_input && row[i] == want_row;
}

/* The open item that a record is under these states. */
static bool find_item(const struct data_job *j, const struct grid_states *states, uint16_t input,
	uint32_t row, uint32_t *ret)
{
	const struct result *r = &j->result;

	for (uint32_t i = 0; i < r->open.n; i++)
		if (same_record(r->open.input, r->open.row, i, input, row)) {
			*ret = i;
			return grid_item_open(j->grid, states, i);
		}
	for (uint32_t k = 0; k < r->members.n; k++)
		if (same_record(r->members.input, r->members.row, k, input, row)) {
			*ret = r->open.n + k;
			return grid_item_open(j->grid, states, *ret);
		}
	return false;
}

static bool input_of(const struct data_job *job, const struct uuid *dataset, uint16_t *ret)
{
	for (uint32_t i = 0; i < job->ninputs; i++)
		if (uuid_eq(&job->datasets[i], dataset)) {
			*ret = (uint16_t)i;
			return true;
		}
	return false;
}

static int load_newest(struct opening *o, struct err *err)
{
	struct api *a = o->a;
	int rc = store_job_newest_done(
		a->db, &a->project.id, &o->rec.id, a->arena, &o->job, err);

	if (rc == E_NOT_FOUND)
		return err_set(
			err, E_JOB_STATE, "No job of this reconciliation is done yet.");
	if (rc == 0)
		rc = data_job_load(a, &o->job, &o->job_item, err);
	if (rc == 0)
		rc = data_states(a, &o->rec.id, &o->job.id, job_of(o)->grid, o->rec.decision_seq,
			&o->states_item, err);
	return rc;
}

static int about_item(struct opening *o, const struct json_object *given, struct err *err)
{
	struct uuid dataset = api_in_uuid(o->a, given, "dataset");
	int64_t row = api_in_int(o->a, given, "row", 0);
	struct grid_item item;
	uint16_t input;
	uint32_t id;
	int rc = load_newest(o, err);

	if (rc != 0)
		return rc;
	const struct data_job *j = job_of(o);
	if (!input_of(j, &dataset, &input) ||
		!find_item(j, cache_value(o->states_item), input, (uint32_t)row, &id))
		return err_set_at(err, E_NOT_FOUND, "/item",
			"The record is not open in the last job of this reconciliation.");
	grid_item(j->grid, id, &item);
	const struct grid_columns *known = grid_columns_of(j->grid, input);
	o->made.dataset_id = dataset;
	o->made.row_no = row;
	o->made.type = sv_from_cstr(outcome_word(OUTCOME_SET_BREAK, item.break_type));
	o->made.minor = item.remaining < 0 ? -item.remaining : item.remaining;
	if (known->amount != NULL)
		o->currency = col_amount_currency(j->tables[input], known->amount, item.row);
	o->made.opened_on = grid_first_seen(j->grid, input) == GRID_NO_DAY
				    ? o->policy.today
				    : MIN(grid_first_seen(j->grid, input), o->policy.today);
	return 0;
}

/* ---- both ---- */

static int32_t days_for(const struct exception_policy_row *p, enum word severity)
{
	switch (severity) {
	case SEVERITY_CRITICAL:
		return p->critical_days;
	case SEVERITY_HIGH:
		return p->high_days;
	case SEVERITY_MEDIUM:
		return p->medium_days;
	default:
		return p->low_days;
	}
}

/* What nobody has said, the policy says. */
static void apply_policy(struct opening *o, const struct exception_edit *edit)
{
	const struct exception_policy_row *p = &o->policy;
	const struct exception_steps steps = {p->medium_from, p->high_from, p->critical_from};
	const struct currency *currency = currency_find(o->made.currency);
	const enum word by_value = exception_severity(
		o->made.minor, currency == NULL ? 2 : currency->exponent, &steps);

	o->made.severity = edit->severity != WORD_NONE ? edit->severity : by_value;
	o->made.due_on = edit->set_due ? edit->due_on
				       : p->today + days_for(p, o->made.severity);
}

static int complete(struct opening *o, struct err *err)
{
	struct api *a = o->a;
	struct exception_edit edit;
	char code[4];
	int rc = exception_edit_of(a, NULL, &edit, err);

	if (rc == 0)
		rc = exception_edit_check(a, &edit, err);
	if (rc != 0)
		return rc;
	col_currency_unpack(o->currency, code);
	o->made.currency = code[0] == '\0' ? SV_NULL : arena_sv(a->arena, sv_from_cstr(code));
	o->made.id = uuid_new();
	o->made.reconciliation_id = o->rec.id;
	o->made.reason = edit.reason;
	o->made.owner = edit.owner;
	o->made.team = edit.team;
	o->made.note = edit.note;
	o->made.created_by = a->actor.user_id;
	apply_policy(o, &edit);
	return 0;
}

int ep_exception_create(struct api *a, struct err *err)
{
	struct opening o CLEANUP(opening_end) = {.a = a};
	struct uuid id = api_param_uuid(a, "reconciliation");
	const struct json_object *match = api_in(a, NULL, "match"), *item = api_in(a, NULL, "item");
	struct exception e;
	int rc;

	if ((match == NULL) == (item == NULL))
		return err_set_at(err, E_INVALID, "/item", "It is about either an item or a match.");
	rc = store_reconciliation_get(a->db, &a->project.id, &id, a->arena, &o.rec, err);
	if (rc == 0)
		rc = store_exception_policy_get(a->db, &a->project.id, a->arena, &o.policy, err);
	if (rc == 0)
		rc = match != NULL ? about_match(&o, match, err) : about_item(&o, item, err);
	if (rc == 0)
		rc = complete(&o, err);
	if (rc == 0)
		rc = store_exception_insert(a->db, &a->project.id, &o.made, err);
	if (rc == E_EXISTS)
		return err_set(err, E_EXISTS, "There is an exception about it that is not closed.");
	if (rc == 0)
		rc = store_exception_get(a->db, &a->project.id, &o.made.id, a->arena, &e, err);
	if (rc != 0)
		return rc;
	api_object(a, "exception", &e.id);
	api_etag(a, e.version);
	exception_put(&a->out, NULL, &e);
	return 0;
}
