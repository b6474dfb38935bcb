/*
 * Decisions of people about matches: one entry of the log and the records it takes or gives back,
 * in one transaction. They are made in the data pool, since what a match consists of is in the
 * result file, which only this pool can read.
 */
#include <stdio.h>

#include "api/data.h"
#include "api/ep.h"
#include "base/date.h"
#include "store/store_reconciliation.h"
#include "store/store_record.h"

/* What a request to decide is about. */
struct deciding {
	struct api *a;
	struct reconciliation rec;
	struct job job;
	struct cache_item *item;
	struct decision decision;
	struct decision_step *steps; /* of the job, so far */
	size_t nsteps;
	enum match_state before, after;
};

static void deciding_end(struct deciding *d)
{
	cache_release(&d->item);
}

/* "confirm of match 12 at 2026-03-04T10:00:00.000000Z by <user>": what a 409 is about. */
static int refuse(int code, const char *what, const struct decision *by, struct err *err)
{
	struct buf at CLEANUP(buf_free) = BUF_INIT;
	char user[UUID_TEXT_LEN + 1];

	if (by == NULL)
		return err_set(err, code, "%s", what);
	instant_format(by->created_at, &at);
	uuid_format(&by->user_id, user);
	return err_set(err, code, "%s The latest decision, %s of match %d, is of %s by user %s.",
		what, word_text(by->kind), by->match_no, buf_cstr(&at), user);
}

/* The newest entry of the log, for messages. */
static const struct decision *newest_of(struct deciding *d)
{
	struct decision *list;
	size_t n = 0;
	int rc = store_decision_recent(
		d->a->db, &d->a->project.id, &d->rec.id, 0, 1, d->a->arena, &list, &n, NULL);

	return rc == 0 && n > 0 ? &list[0] : NULL;
}

static int load_log(struct deciding *d, struct err *err)
{
	struct api *a = d->a;
	struct uuid id = api_param_uuid(a, "reconciliation");
	int rc = store_reconciliation_get(a->db, &a->project.id, &id, a->arena, &d->rec, err);

	if (rc == 0 && d->rec.decision_seq != a->if_match)
		rc = refuse(E_STALE, "Somebody decided in between.", newest_of(d), err);
	return rc;
}

/* The job of the decision, its result and what was decided about it. */
static int load_job(struct deciding *d, struct err *err)
{
	struct api *a = d->a;
	int rc = store_job_get(a->db, &a->project.id, &d->decision.job_id, a->arena, &d->job, err);

	if (rc == 0 && !uuid_eq(&d->job.reconciliation_id, &d->rec.id))
		rc = err_set_at(
			err, E_NOT_FOUND, "/match/job", "The job is of another reconciliation.");
	if (rc == 0)
		rc = data_job_load(a, &d->job, &d->item, err);
	if (rc == 0)
		rc = data_steps(
			a, &d->rec.id, &d->job.id, d->rec.decision_seq, &d->steps, &d->nsteps, err);
	if (rc != 0)
		return rc;
	if (d->decision.match_no < 1 ||
		(uint32_t)d->decision.match_no > data_job_of(d->item)->result.matches.n)
		return err_set_at(err, E_NOT_FOUND, "/match/no", "The job has no such match.");
	return 0;
}

static enum match_state engine_state(const struct deciding *d)
{
	const struct result_matches *m = &data_job_of(d->item)->result.matches;

	return (enum match_state)m->status[d->decision.match_no - 1];
}

/* ---- the two forms ---- */

static int decide_match(struct deciding *d, struct err *err)
{
	struct api *a = d->a;
	const struct json_object *match = api_in(a, NULL, "match");
	ptrdiff_t latest;

	if (match == NULL)
		return err_set_at(err, E_MISSING_FIELD, "/match", NULL);
	d->decision.job_id = api_in_uuid(a, match, "job");
	int64_t no = api_in_int(a, match, "no", 0);
	d->decision.match_no = no > INT32_MAX ? 0 : (int32_t)no;
	int rc = load_job(d, err);
	if (rc != 0)
		return rc;
	d->before = decision_state_of(
		d->steps, d->nsteps, d->decision.match_no, engine_state(d), &latest);
	d->after = d->before;
	if (decision_apply(d->decision.kind, d->before, &d->after) ||
		decision_agrees(d->decision.kind, d->before, latest))
		return 0;
	struct decision by;
	bool known = latest >= 0 &&
		     store_decision_get(a->db, &d->steps[latest].id, a->arena, &by, NULL) == 0;
	char what[80];
	snprintf(what, sizeof(what), "The match is %s.", match_state_word(d->before));
	return refuse(E_DECISION_STATE, what, known ? &by : NULL, err);
}

static int undo_decision(struct deciding *d, struct err *err)
{
	struct api *a = d->a;
	struct uuid id = api_in_uuid(a, NULL, "decision");
	struct decision target;
	ptrdiff_t latest, index = -1;

	if (uuid_is_nil(&id))
		return err_set_at(err, E_MISSING_FIELD, "/decision", NULL);
	int rc = store_decision_get(a->db, &id, a->arena, &target, err);
	if (rc != 0)
		return rc;
	if (target.kind == DECISION_UNDO)
		return err_set_at(err, E_DECISION_STATE, "/decision",
			"An undoing is not undone; decide again instead.");
	d->decision.undoes = id;
	d->decision.job_id = target.job_id;
	d->decision.match_no = target.match_no;
	rc = load_job(d, err);
	if (rc != 0)
		return rc;
	d->before =
		decision_state_of(d->steps, d->nsteps, target.match_no, engine_state(d), &latest);
	for (size_t i = 0; i < d->nsteps; i++)
		if (uuid_eq(&d->steps[i].id, &id))
			index = (ptrdiff_t)i;
	if (index < 0)
		return err_set_at(err, E_NOT_FOUND, "/decision", NULL);
	if (index != latest)
		return err_set_at(err, E_DECISION_STATE, "/decision",
			"The decision was undone already, or a later one builds upon it.");
	/* As if it had never been made. */
	d->steps[d->nsteps++] =
		(struct decision_step){.id = d->decision.id, .kind = DECISION_UNDO, .undoes = id};
	d->after =
		decision_state_of(d->steps, d->nsteps, target.match_no, engine_state(d), &latest);
	return 0;
}

/* ---- records ---- */

/* Members that take their record whole go to set, the others to parts. */
struct members {
	struct record_set set;
	int32_t *dataset;
	int64_t *row, *amount, *part;
	size_t nparts;
};

static void members_free(struct members *m)
{
	record_set_free(&m->set);
}

static int64_t record_amount(const struct data_job *j, uint16_t input, uint32_t row)
{
	const struct col *c = grid_columns_of(j->grid, input)->amount;

	return c == NULL || !col_valid(c, row) ? 0 : c->i64[row];
}

static int collect_members(struct deciding *d, bool give_back, struct members *ret, struct err *err)
{
	const struct data_job *j = data_job_of(d->item);
	const struct result *r = &j->result;
	uint32_t first = r->matches.member[d->decision.match_no - 1];
	uint32_t end = r->matches.member[d->decision.match_no];
	size_t n = end - first;

	ret->dataset = ARENA_ARRAY(d->a->arena, n, int32_t);
	ret->row = ARENA_ARRAY(d->a->arena, n, int64_t);
	ret->amount = ARENA_ARRAY(d->a->arena, n, int64_t);
	ret->part = ARENA_ARRAY(d->a->arena, n, int64_t);
	if (!arena_ok(d->a->arena))
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t k = first; k < end; k++) {
		int32_t dataset = r->inputs[r->members.input[k]].dataset_no;
		int64_t part = r->members.allocated[k];
		bool partial = r->matches.kind[d->decision.match_no - 1] == KIND_PARTIAL;

		if (!partial) {
			int rc = record_set_add(&ret->set, dataset, r->members.row[k]);

			if (rc != 0)
				return err_set(err, rc, NULL);
			continue;
		}
		ret->dataset[ret->nparts] = dataset;
		ret->row[ret->nparts] = r->members.row[k];
		ret->amount[ret->nparts] = record_amount(j, r->members.input[k], r->members.row[k]);
		ret->part[ret->nparts++] = give_back ? -part : part;
	}
	return 0;
}

static int move_records(struct deciding *d, struct err *err)
{
	enum record_effect effect = match_effect(d->before, d->after);
	struct members m CLEANUP(members_free) = {.set = RECORD_SET_INIT};

	if (effect == RECORDS_STAY)
		return 0;
	int rc = collect_members(d, effect == RECORDS_RELEASE, &m, err);
	if (rc == 0)
		rc = effect == RECORDS_TAKE
			     ? store_record_take(d->a->db, d->rec.no, &m.set, err)
			     : store_record_release(d->a->db, d->rec.no, &m.set, err);
	struct record_parts parts = {m.nparts, m.dataset, m.row, m.amount, m.part};
	if (rc == 0 && m.nparts > 0)
		rc = store_record_allocate(d->a->db, d->rec.no, &parts, err);
	return rc;
}

/* ---- out ---- */

static void put_decision(struct json_writer *w, const char *key, const struct decision *d)
{
	json_open_object(w, key);
	json_put_uuid(w, "id", &d->id);
	json_put_int(w, "seq", d->seq);
	api_put_word(w, "kind", d->kind);
	if (uuid_is_nil(&d->job_id)) {
		json_put_null(w, "match");
	} else {
		json_open_object(w, "match");
		json_put_uuid(w, "job", &d->job_id);
		json_put_int(w, "no", d->match_no);
		json_close_object(w);
	}
	api_put_id(w, "decision", &d->undoes);
	json_put_text(w, "note", d->note);
	json_put_uuid(w, "user", &d->user_id);
	api_put_instant(w, "created_at", d->created_at);
	json_close_object(w);
}

int ep_decision_create(struct api *a, struct err *err)
{
	struct deciding d CLEANUP(deciding_end) = {.a = a};
	int rc = load_log(&d, err);

	if (rc != 0)
		return rc;
	d.decision = (struct decision){.id = uuid_new(),
		.kind = api_in_word(a, NULL, "kind", "DECISION"),
		.note = api_in_text(a, NULL, "note"),
		.user_id = a->actor.user_id};
	rc = d.decision.kind == DECISION_UNDO ? undo_decision(&d, err) : decide_match(&d, err);
	/* The log first: its lock makes the second of two deciders wait, and then say stale. */
	if (rc == 0)
		rc = store_decision_append(
			a->db, &d.rec.id, a->if_match, &d.decision, &d.decision.seq, err);
	if (rc == 0)
		rc = move_records(&d, err);
	if (rc == 0)
		rc = store_decision_get(a->db, &d.decision.id, a->arena, &d.decision, err);
	if (rc != 0)
		return rc;
	api_object(a, "decision", &d.decision.id);
	api_etag(a, d.decision.seq);
	put_decision(&a->out, NULL, &d.decision);
	return 0;
}

int ep_decision_list(struct api *a, struct err *err)
{
	struct uuid id = api_param_uuid(a, "reconciliation");
	struct reconciliation rec;
	struct decision *list;
	struct number_page page;
	size_t n;
	int rc = store_reconciliation_get(a->db, &a->project.id, &id, a->arena, &rec, err);

	if (rc == 0)
		rc = api_page_number(a, &page, err);
	if (rc == 0)
		rc = store_decision_recent(
			a->db, &a->project.id, &id, page.before, page.ask, a->arena, &list, &n, err);
	if (rc != 0)
		return rc;
	n = api_page_cut(&page, n);
	api_list_begin(a);
	for (size_t i = 0; i < n; i++)
		put_decision(&a->out, NULL, &list[i]);
	api_list_end_number(a, &page, n > 0 ? list[n - 1].seq : 0);
	return 0;
}
