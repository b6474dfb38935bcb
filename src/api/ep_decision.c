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
	/* What made these states: steps above, or step; NULL: the engine. */
	const struct decision_step *by_before, *by_after;
	struct decision_step step;
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

/* ---- what a match consists of by a decision ---- */

/* Is the record one of the match's, or one of those that might be in their place? */
static bool may_choose(const struct deciding *d, uint16_t input, uint32_t row, bool *ret_own)
{
	const struct result *r = &data_job_of(d->item)->result;
	uint32_t match = (uint32_t)d->decision.match_no - 1, end;
	uint32_t first = result_alternatives_of(r, match, &end);

	*ret_own = false;
	for (uint32_t k = r->matches.member[match]; k < r->matches.member[match + 1] && !*ret_own; k++)
		*ret_own = r->members.input[k] == input && r->members.row[k] == row;
	for (uint32_t i = first; i < end && !*ret_own; i++)
		if (r->alternatives.input[i] == input && r->alternatives.row[i] == row)
			return true;
	return *ret_own;
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

/* Members of both sides. */
struct sides {
	uint32_t n[2];
};

static struct sides sides_of_match(const struct deciding *d)
{
	const struct result *r = &data_job_of(d->item)->result;
	uint32_t match = (uint32_t)d->decision.match_no - 1;
	struct sides sides = {{0}};

	for (uint32_t k = r->matches.member[match]; k < r->matches.member[match + 1]; k++)
		sides.n[r->inputs[r->members.input[k]].side & 1]++;
	return sides;
}

/* One record of the request into the list: where it is refused, and why. */
static int choose_record(struct deciding *d, const struct json_object *given, size_t i,
	struct decision_record *list, struct sides *sides, bool *own, struct err *err)
{
	const struct data_job *job = data_job_of(d->item);
	const struct uuid dataset = api_in_uuid(d->a, given, "dataset");
	const int64_t row = api_in_int(d->a, given, "row", 0);
	char at[32];
	uint16_t input;

	snprintf(at, sizeof(at), "/records/%zu", i);
	if (!input_of(job, &dataset, &input) || row > UINT32_MAX ||
		!may_choose(d, input, (uint32_t)row, own))
		return err_set_at(err, E_INVALID, at,
			"It is neither a record of the match nor one that might be in its place.");
	list[i] = (struct decision_record){
		job->result.inputs[input].dataset_no, (uint32_t)row};
	for (size_t k = 0; k < i; k++)
		if (list[k].dataset_no == list[i].dataset_no && list[k].row == list[i].row)
			return err_set_at(err, E_INVALID, at, "The record is named twice.");
	sides->n[job->result.inputs[input].side & 1]++;
	return 0;
}

/* As the log keeps it: the dataset by both of its names. */
static int keep_records(struct deciding *d, const struct json_object *given,
	const struct decision_record *list, size_t n, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&text);

	json_open_array(&w, NULL);
	for (size_t i = 0; i < n; i++) {
		const struct uuid dataset = api_in_uuid(d->a, json_at(given, i), "dataset");

		json_open_object(&w, NULL);
		json_put_uuid(&w, "dataset", &dataset);
		json_put_int(&w, "no", list[i].dataset_no);
		json_put_int(&w, "row", list[i].row);
		json_close_object(&w);
	}
	json_close_array(&w);
	d->decision.members = arena_sv(d->a->arena, buf_sv(&text));
	d->step.records = list;
	d->step.nrecords = (uint32_t)n;
	return buf_ok(&text) && d->decision.members.p ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

/* Which records a confirmed match is of: as many of each side as the engine has found, out of those
 * and their alternatives. Its own ones are nothing to be kept. */
static int choose_records(struct deciding *d, struct err *err)
{
	const struct json_object *given = api_in(d->a, NULL, "records");
	const size_t n = json_count(given);
	const struct sides want = sides_of_match(d);
	struct decision_record *list = ARENA_ARRAY(d->a->arena, n + 1, struct decision_record);
	struct sides sides = {{0}};
	size_t owned = 0;

	if (given == NULL)
		return 0;
	if (list == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	if (d->decision.kind != DECISION_CONFIRM)
		return err_set_at(err, E_INVALID, "/records", "Only who confirms chooses records.");
	if (data_job_of(d->item)->result.matches.kind[d->decision.match_no - 1] == KIND_PARTIAL)
		return err_set_at(err, E_INVALID, "/records",
			"A partial match takes parts of its own records.");
	for (size_t i = 0; i < n; i++) {
		bool own = false;
		int rc = choose_record(d, json_at(given, i), i, list, &sides, &own, err);

		if (rc != 0)
			return rc;
		owned += own;
	}
	if (sides.n[0] != want.n[0] || sides.n[1] != want.n[1])
		return err_set_at(err, E_INVALID, "/records",
			"The match is of %u left and %u right records; choose as many.", want.n[0],
			want.n[1]);
	return owned == n ? 0 : keep_records(d, given, list, n, err);
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
	d->by_before = latest >= 0 ? &d->steps[latest] : NULL;
	d->by_after = &d->step;
	if (decision_apply(d->decision.kind, d->before, &d->after))
		return choose_records(d, err);
	if (decision_agrees(d->decision.kind, d->before, latest) &&
		api_in(a, NULL, "records") == NULL)
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
	d->by_before = &d->steps[latest];
	d->steps[d->nsteps++] =
		(struct decision_step){.id = d->decision.id, .kind = DECISION_UNDO, .undoes = id};
	d->after =
		decision_state_of(d->steps, d->nsteps, target.match_no, engine_state(d), &latest);
	d->by_after = latest >= 0 ? &d->steps[latest] : NULL;
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

static int collect_chosen(const struct decision_step *step, struct members *ret, struct err *err)
{
	int rc = 0;

	for (uint32_t k = 0; rc == 0 && k < step->nrecords; k++)
		rc = record_set_add(
			&ret->set, step->records[k].dataset_no, step->records[k].row);
	return rc == 0 ? 0 : err_set(err, rc, NULL);
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
		ret->amount[ret->nparts] = data_amount(j, r->members.input[k], r->members.row[k]);
		ret->part[ret->nparts++] = give_back ? -part : part;
	}
	return 0;
}

/* The confirmation that is given back, or that counts from now on, says which records. */
static int move_records(struct deciding *d, struct err *err)
{
	enum record_effect effect = match_effect(d->before, d->after);
	const struct decision_step *by = effect == RECORDS_TAKE ? d->by_after : d->by_before;
	struct members m CLEANUP(members_free) = {.set = RECORD_SET_INIT};
	int rc;

	if (effect == RECORDS_STAY)
		return 0;
	rc = by != NULL && by->nrecords > 0 ?
		collect_chosen(by, &m, err) :
		collect_members(d, effect == RECORDS_RELEASE, &m, err);
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

/* The database wrote it; a text that is none shows as none. */
static void put_records(struct json_writer *w, struct sv members)
{
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	const struct json_object *dataset = NULL, *row = NULL;

	if (members.p == NULL || json_parse(members, JSON_DEPTH, &root, NULL) != 0) {
		json_put_null(w, "records");
		return;
	}
	json_open_array(w, "records");
	for (size_t i = 0; i < json_count(root); i++) {
		if (!json_find(json_at(root, i), "dataset", &dataset) ||
			!json_find(json_at(root, i), "row", &row))
			continue;
		json_open_object(w, NULL);
		json_put_text(w, "dataset", json_as_text(dataset));
		json_put_int(w, "row", json_as_int(row));
		json_close_object(w);
	}
	json_close_array(w);
}

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
	put_records(w, d->members);
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

static int64_t put_decision_row(struct json_writer *w, const void *row)
{
	const struct decision *d = row;

	put_decision(w, NULL, d);
	return d->seq;
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
	api_list_number(a, &page, list, sizeof(*list), n, put_decision_row);
	return 0;
}
