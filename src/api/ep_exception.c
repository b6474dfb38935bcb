/*
 * Exceptions: lists, changes of one and of many, history and comments (api pool).
 */
#include "api/ep.h"
#include "api/exception.h"

#include <string.h>

#include "base/date.h"
#include "seal/hash.h"

#define BULK_MAX 10000 /* that one act changes */
#define BULK_PAGE 1000

/* --- answers ---------------------------------------------------------------------------------- */

static void put_subject(struct json_writer *w, const struct exception *e)
{
	if (uuid_is_nil(&e->dataset_id)) {
		json_put_null(w, "item");
	} else {
		json_open_object(w, "item");
		json_put_uuid(w, "dataset", &e->dataset_id);
		json_put_int(w, "row", e->row_no);
		json_close_object(w);
	}
	if (uuid_is_nil(&e->job_id)) {
		json_put_null(w, "match");
	} else {
		json_open_object(w, "match");
		json_put_uuid(w, "job", &e->job_id);
		json_put_int(w, "no", e->match_no);
		json_close_object(w);
	}
}

void exception_put(struct json_writer *w, const char *key, const struct exception *e)
{
	json_open_object(w, key);
	json_put_uuid(w, "id", &e->id);
	json_put_uuid(w, "reconciliation", &e->reconciliation_id);
	put_subject(w, e);
	json_put_text(w, "type", e->type);
	api_put_word(w, "state", e->state);
	api_put_word(w, "severity", e->severity);
	api_put_id(w, "reason", &e->reason);
	api_put_id(w, "owner", &e->owner);
	json_put_text(w, "team", e->team);
	json_put_day(w, "due_on", e->due_on);
	json_put_bool(w, "overdue", exception_is_live(e->state) && e->due_on < e->today);
	if (e->currency.p == NULL)
		json_put_null(w, "amount");
	else
		json_put_money(w, "amount", e->minor, e->currency.p);
	json_put_day(w, "opened_on", e->opened_on);
	json_put_int(w, "age_days", MAX(e->today - e->opened_on, 0));
	json_put_text(w, "note", e->note);
	api_put_id(w, "resolved_by", &e->resolved_by);
	api_put_id(w, "created_by", &e->created_by);
	json_put_instant(w, "created_at", e->created_at);
	json_put_instant(w, "updated_at", e->updated_at);
	json_put_int(w, "version", e->version);
	json_close_object(w);
}

static int answer(struct api *a, const struct uuid *id, struct err *err)
{
	struct exception e;
	int rc = store_exception_get(a->db, &a->project.id, id, a->arena, &e, err);

	if (rc != 0)
		return rc;
	api_etag(a, e.version);
	exception_put(&a->out, NULL, &e);
	return 0;
}

/* --- input ------------------------------------------------------------------------------------ */

static bool given(const struct api *a, const struct json_object *o, const char *name)
{
	const struct json_object *value;

	return json_find(o != NULL ? o : a->input, name, &value);
}

int exception_edit_of(
	struct api *a, const struct json_object *o, struct exception_edit *ret, struct err *err)
{
	struct sv due = api_in_text(a, o, "due_on");

	*ret = (struct exception_edit){.state = api_in_word(a, o, "state", "EXCEPTION_STATE"),
		.severity = api_in_word(a, o, "severity", "SEVERITY"),
		.set_reason = given(a, o, "reason"),
		.set_owner = given(a, o, "owner"),
		.set_team = given(a, o, "team"),
		.set_due = due.p != NULL,
		.set_note = given(a, o, "note"),
		.reason = api_in_uuid(a, o, "reason"),
		.owner = api_in_uuid(a, o, "owner"),
		.team = api_in_text(a, o, "team"),
		.note = api_in_text(a, o, "note")};
	if (ret->set_due && date_parse(due, DATE_YMD, &ret->due_on) != 0)
		return err_set_at(err, E_INVALID, "/due_on", "There is no such day.");
	return 0;
}

int exception_edit_check(struct api *a, const struct exception_edit *edit, struct err *err)
{
	int64_t members = 1;
	struct reason reason;
	int rc = 0;

	if (!uuid_is_nil(&edit->owner))
		rc = store_member_count(a->db, &a->project.id, &edit->owner, 1, &members, err);
	if (rc == 0 && members != 1)
		rc = err_set_at(err, E_INVALID, "/owner", "The owner is not a member of the project.");
	if (rc != 0 || uuid_is_nil(&edit->reason))
		return rc;
	rc = store_reason_get(a->db, &a->project.id, &edit->reason, a->arena, &reason, err);
	if (rc == E_NOT_FOUND || (rc == 0 && reason.status != REASON_STATUS_ACTIVE))
		rc = err_set_at(err, E_INVALID, "/reason",
			"It is not a reason that the project gives at present.");
	return rc;
}

int exception_edit_fits(struct api *a, const struct exception *e,
	const struct exception_edit *edit, struct err *err)
{
	const struct exception_move move = {.from = e->state,
		.to = edit->state != WORD_NONE ? edit->state : e->state,
		.role = a->project.role,
		.by = a->actor.user_id,
		.resolved_by = e->resolved_by,
		.has_reason = !uuid_is_nil(edit->set_reason ? &edit->reason : &e->reason)};

	if (e->state == EXCEPTION_STATE_CLOSED && move.to == e->state)
		return err_set(err, E_CONFLICT, "It is closed; reopen it first.");
	if (!move.has_reason && !exception_is_live(move.to))
		return err_set_at(
			err, E_INVALID, "/reason", "What is resolved keeps a reason.");
	return exception_move_check(&move, err);
}

/* --- one -------------------------------------------------------------------------------------- */

int ep_exception_get(struct api *a, struct err *err)
{
	struct uuid id = api_param_uuid(a, "exception");

	return answer(a, &id, err);
}

int ep_exception_update(struct api *a, struct err *err)
{
	struct uuid id = api_param_uuid(a, "exception");
	struct exception_edit edit;
	struct exception e;
	int rc = store_exception_get(a->db, &a->project.id, &id, a->arena, &e, err);

	api_object(a, "exception", &id);
	if (rc == 0 && json_count(a->input) == 0)
		rc = err_set(err, E_INVALID, "There is nothing to change.");
	if (rc == 0 && e.version != a->if_match)
		rc = err_set(err, E_STALE, "It is of version %d by now.", e.version);
	if (rc == 0)
		rc = exception_edit_of(a, NULL, &edit, err);
	if (rc == 0)
		rc = exception_edit_check(a, &edit, err);
	if (rc == 0)
		rc = exception_edit_fits(a, &e, &edit, err);
	if (rc == 0)
		rc = store_exception_update(a->db, &a->project.id, &id, e.version,
			&a->actor.user_id, &edit, err);
	return rc == 0 ? answer(a, &id, err) : rc;
}

int ep_exception_history(struct api *a, struct err *err)
{
	struct uuid id = api_param_uuid(a, "exception");
	struct exception_change *rows;
	struct exception e;
	size_t n;
	int rc = store_exception_get(a->db, &a->project.id, &id, a->arena, &e, err);

	if (rc == 0)
		rc = store_exception_history(
			a->db, &a->project.id, &id, a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	json_open_object(&a->out, NULL);
	json_open_array(&a->out, "items");
	for (size_t i = 0; i < n; i++) {
		json_open_object(&a->out, NULL);
		json_put_int(&a->out, "version", rows[i].version);
		api_put_id(&a->out, "user", &rows[i].user_id);
		json_put_instant(&a->out, "at", rows[i].at);
		api_put_json(&a->out, "changes", rows[i].changes);
		json_close_object(&a->out);
	}
	json_close_array(&a->out);
	json_close_object(&a->out);
	return 0;
}

/* --- comments --------------------------------------------------------------------------------- */

static void put_comment(struct json_writer *w, const struct exception_comment *c)
{
	json_open_object(w, NULL);
	json_put_uuid(w, "id", &c->id);
	json_put_uuid(w, "user", &c->user_id);
	json_put_text(w, "text", c->text);
	json_open_array(w, "mentions");
	for (size_t i = 0; i < c->mentions.n; i++)
		json_put_uuid(w, NULL, &c->mentions.v[i]);
	json_close_array(w);
	json_put_instant(w, "created_at", c->created_at);
	json_close_object(w);
}

/* Each once, all of them members. */
static int read_mentions(struct api *a, struct db_uuids *ret, struct err *err)
{
	const struct json_object *list = api_in(a, NULL, "mentions");
	const size_t n = json_count(list);
	int64_t members = 0;
	int rc;

	*ret = (struct db_uuids){.v = ARENA_ARRAY(a->arena, n + 1, struct uuid)};
	if (ret->v == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < n; i++) {
		struct uuid one;
		bool known = uuid_parse(json_as_text(json_at(list, i)), &one) != 0;

		for (size_t k = 0; k < ret->n && !known; k++)
			known = uuid_eq(&ret->v[k], &one);
		if (!known)
			ret->v[ret->n++] = one;
	}
	if (ret->n == 0)
		return 0;
	rc = store_member_count(a->db, &a->project.id, ret->v, ret->n, &members, err);
	return rc == 0 && (size_t)members != ret->n ?
		       err_set_at(err, E_INVALID, "/mentions",
			       "Somebody mentioned is not a member of the project.") :
		       rc;
}

int ep_exception_comment_create(struct api *a, struct err *err)
{
	struct uuid id = api_param_uuid(a, "exception");
	struct exception_comment made, wish = {.id = uuid_new(),
		.user_id = a->actor.user_id,
		.text = api_in_text(a, NULL, "text")};
	struct exception e;
	int rc = store_exception_get(a->db, &a->project.id, &id, a->arena, &e, err);

	api_object(a, "exception", &id);
	if (rc == 0)
		rc = read_mentions(a, &wish.mentions, err);
	if (rc == 0)
		rc = store_exception_comment_insert(
			a->db, &a->project.id, &id, &wish, a->arena, &made, err);
	if (rc == 0)
		put_comment(&a->out, &made);
	return rc;
}

int ep_exception_comment_list(struct api *a, struct err *err)
{
	struct uuid id = api_param_uuid(a, "exception");
	struct exception_comment *rows;
	struct exception e;
	struct db_page page;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_exception_get(a->db, &a->project.id, &id, a->arena, &e, err);
	if (rc == 0)
		rc = store_exception_comments(
			a->db, &a->project.id, &id, &page, a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; i < n; i++)
		put_comment(&a->out, &rows[i]);
	api_list_end(a, &page);
	return 0;
}

/* --- lists ------------------------------------------------------------------------------------ */

static int query_flag(const struct api *a, const char *name)
{
	struct sv v = api_query(a, name);

	return v.p == NULL ? -1 : sv_eq_cstr(v, "true");
}

struct exception_filter exception_query(const struct api *a)
{
	return (struct exception_filter){.reconciliation = api_query_uuid(a, "reconciliation"),
		.owner = api_query_uuid(a, "owner"),
		.reason = api_query_uuid(a, "reason"),
		.state = api_query_word(a, "state", "EXCEPTION_STATE"),
		.severity = api_query_word(a, "severity", "SEVERITY"),
		.sort = api_query_word(a, "sort", "EXCEPTION_SORT"),
		.team = api_query(a, "team"),
		.type = api_query(a, "type"),
		.live = query_flag(a, "live"),
		.overdue = query_flag(a, "overdue"),
		.age_min = (int32_t)api_query_int(a, "age_min", -1)};
}

int ep_exception_list(struct api *a, struct err *err)
{
	const struct exception_filter filter = exception_query(a);
	struct exception *rows;
	struct db_page page;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_exception_list(
			a->db, &a->project.id, &filter, &page, a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; i < n; i++)
		exception_put(&a->out, NULL, &rows[i]);
	api_list_end(a, &page);
	return 0;
}

/* --- many at once ----------------------------------------------------------------------------- */

#define CONFLICTS_MAX 8
#define MONEYS_MAX 32

struct bulk {
	struct api *a;
	struct exception_filter filter;
	struct exception_edit edit;
	struct exception *rows; /* that the filter selects; those that change come first */
	size_t n, nchange;
	struct {
		int code;
		char detail[ERR_DETAIL_MAX];
		size_t n;
	} conflicts[CONFLICTS_MAX];
	size_t nconflicts;
	struct {
		struct sv currency;
		__int128 sum;
	} money[MONEYS_MAX];
	size_t nmoney;
	uint8_t token[SHA256_LEN];
};

static int in_flag(const struct api *a, const struct json_object *o, const char *name)
{
	const struct json_object *v = api_in(a, o, name);

	return v == NULL ? -1 : json_as_bool(v);
}

static void read_filter(struct api *a, struct exception_filter *ret)
{
	const struct json_object *o = api_in(a, NULL, "filter");

	*ret = (struct exception_filter){.reconciliation = api_in_uuid(a, o, "reconciliation"),
		.owner = api_in_uuid(a, o, "owner"),
		.reason = api_in_uuid(a, o, "reason"),
		.state = api_in_word(a, o, "state", "EXCEPTION_STATE"),
		.severity = api_in_word(a, o, "severity", "SEVERITY"),
		.team = api_in_text(a, o, "team"),
		.type = api_in_text(a, o, "type"),
		.live = in_flag(a, o, "live"),
		.overdue = in_flag(a, o, "overdue"),
		.age_min = (int32_t)api_in_int(a, o, "age_min", -1)};
}

static int select_rows(struct bulk *b, struct err *err)
{
	struct db_page page = {.limit = BULK_PAGE};
	int rc = 0;

	b->rows = ARENA_ARRAY(b->a->arena, BULK_MAX, struct exception);
	if (b->rows == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	do {
		struct exception *rows;
		size_t n;

		rc = store_exception_list(b->a->db, &b->a->project.id, &b->filter, &page,
			b->a->arena, &rows, &n, err);
		if (rc != 0)
			return rc;
		if (b->n + n > BULK_MAX)
			return err_set(err, E_LIMIT,
				"The filter selects more than %d; make it narrower.", BULK_MAX);
		memcpy(b->rows + b->n, rows, n * sizeof(*rows));
		b->n += n;
		page.before = page.next;
	} while (page.more);
	return 0;
}

static void add_money(struct bulk *b, const struct exception *e)
{
	size_t i = 0;

	if (e->currency.p == NULL)
		return;
	while (i < b->nmoney && !sv_eq(b->money[i].currency, e->currency))
		i++;
	if (i == MONEYS_MAX)
		return;
	if (i == b->nmoney) {
		b->money[b->nmoney].currency = e->currency;
		b->money[b->nmoney++].sum = 0;
	}
	b->money[i].sum += e->minor;
}

static void add_conflict(struct bulk *b, const struct err *why)
{
	size_t i = 0;

	while (i < b->nconflicts && (b->conflicts[i].code != why->code ||
					    strcmp(b->conflicts[i].detail, why->detail) != 0))
		i++;
	if (i == CONFLICTS_MAX)
		i--;
	if (i == b->nconflicts) {
		b->conflicts[i].code = why->code;
		memcpy(b->conflicts[i].detail, why->detail, sizeof(why->detail));
		b->nconflicts++;
	}
	b->conflicts[i].n++;
}

static void judge(struct bulk *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct err why = {0};
		struct exception e = b->rows[i];

		if (exception_edit_fits(b->a, &e, &b->edit, &why) != 0) {
			add_conflict(b, &why);
			continue;
		}
		add_money(b, &e);
		b->rows[i] = b->rows[b->nchange];
		b->rows[b->nchange++] = e;
	}
}

/* Of who asks, what is asked, and every exception that would change in its version: a token is good as
 * long as all of this is the same, and for nothing else. */
static int make_token(struct bulk *b, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	buf_add(&text, b->a->project.id.b, sizeof(b->a->project.id.b));
	buf_add(&text, b->a->actor.user_id.b, sizeof(b->a->actor.user_id.b));
	json_add_canonical(&text, api_in(b->a, NULL, "filter"));
	json_add_canonical(&text, api_in(b->a, NULL, "change"));
	for (size_t i = 0; i < b->nchange; i++) {
		buf_add(&text, b->rows[i].id.b, sizeof(b->rows[i].id.b));
		buf_add(&text, &b->rows[i].version, sizeof(b->rows[i].version));
	}
	if (!buf_ok(&text))
		return err_set(err, E_NO_MEMORY, NULL);
	hash_sha256(text.p, text.n, b->token);
	return 0;
}

static int apply(struct bulk *b, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < b->nchange && rc == 0; i++)
		rc = store_exception_update(b->a->db, &b->a->project.id, &b->rows[i].id,
			b->rows[i].version, &b->a->actor.user_id, &b->edit, err);
	return rc;
}

static void put_bulk(struct bulk *b, bool applied)
{
	struct json_writer *w = &b->a->out;

	json_open_object(w, NULL);
	json_put_bool(w, "applied", applied);
	json_put_int(w, "count", (int64_t)b->nchange);
	json_open_array(w, "money");
	for (size_t i = 0; i < b->nmoney; i++)
		json_put_money(w, NULL, b->money[i].sum, b->money[i].currency.p);
	json_close_array(w);
	json_open_array(w, "conflicts");
	for (size_t i = 0; i < b->nconflicts; i++) {
		json_open_object(w, NULL);
		json_put_cstr(w, "code", err_wire(b->conflicts[i].code));
		json_put_cstr(w, "detail", b->conflicts[i].detail);
		json_put_int(w, "count", (int64_t)b->conflicts[i].n);
		json_close_object(w);
	}
	json_close_array(w);
	api_put_hash(w, "token", b->token);
	json_close_object(w);
}

int exception_token_check(
	struct api *a, const uint8_t token[32], bool *ret_go, struct err *err)
{
	struct sv given_token = api_in_text(a, NULL, "token");
	struct buf hex CLEANUP(buf_free) = BUF_INIT;

	*ret_go = given_token.p != NULL;
	if (given_token.p == NULL)
		return 0;
	buf_add_hex(&hex, token, SHA256_LEN);
	if (!buf_ok(&hex))
		return err_set(err, E_NO_MEMORY, NULL);
	return sv_eq(buf_sv(&hex), given_token) ?
		       0 :
		       err_set(err, E_STALE, "Something of it has changed since it was asked; ask again.");
}

int ep_exception_bulk(struct api *a, struct err *err)
{
	struct bulk *b = ARENA_NEW(a->arena, struct bulk);
	bool go = false;
	int rc;

	if (b == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	b->a = a;
	read_filter(a, &b->filter);
	rc = exception_edit_of(a, api_in(a, NULL, "change"), &b->edit, err);
	if (rc == 0 && json_count(api_in(a, NULL, "change")) == 0)
		rc = err_set_at(err, E_INVALID, "/change", "There is nothing to change.");
	if (rc == 0)
		rc = exception_edit_check(a, &b->edit, err);
	if (rc == 0)
		rc = select_rows(b, err);
	if (rc != 0)
		return rc;
	judge(b);
	rc = make_token(b, err);
	if (rc == 0)
		rc = exception_token_check(a, b->token, &go, err);
	if (rc == 0 && go)
		rc = apply(b, err);
	if (rc != 0)
		return rc;
	api_object(a, "project", &a->project.id);
	if (!go)
		a->event = EVENT_NONE;
	put_bulk(b, go);
	return 0;
}
