/*
 * Exceptions as a sheet: written with ids and versions (api pool), edited by people, uploaded and
 * scanned and read as any file is, and then compared and applied (data pool, which can read it). A row
 * that is older than its exception is refused; so is one that this person could not change here.
 */
#include "api/data.h"
#include "api/ep.h"
#include "api/exception.h"
#include "api/export.h"
#include "base/date.h"
#include "seal/hash.h"
#include "store/store_dataset.h"

#define SHEET_ROWS_MAX 10000
#define SHEET_LISTED 500 /* of the rows that change, and of those that are refused */
#define PAGE 1000
#define REASONS_MAX 1000

enum column {
	SHEET_ID,
	SHEET_VERSION,
	SHEET_STATE,
	SHEET_SEVERITY,
	SHEET_REASON,
	SHEET_OWNER,
	SHEET_TEAM,
	SHEET_DUE,
	SHEET_NOTE,
	SHEET_EDITED, /* the columns before are read */
	SHEET_RECONCILIATION = SHEET_EDITED,
	SHEET_TYPE,
	SHEET_AMOUNT,
	SHEET_CURRENCY,
	SHEET_OPENED,
	SHEET_AGE,
	SHEET_OVERDUE,
	SHEET_COLUMNS
};
static const char *const names[SHEET_COLUMNS] = {"id", "version", "state", "severity", "reason",
	"owner", "team", "due_on", "note", "reconciliation", "type", "amount", "currency",
	"opened_on", "age_days", "overdue"};

struct reasons {
	struct reason *v;
	size_t n;
};

static int load_reasons(struct api *a, struct reasons *ret, struct err *err)
{
	struct db_page page = {.limit = REASONS_MAX};

	return store_reason_list(a->db, &a->project.id, &page, a->arena, &ret->v, &ret->n, err);
}

static struct sv code_of(const struct reasons *r, const struct uuid *id)
{
	for (size_t i = 0; i < r->n; i++)
		if (uuid_eq(&r->v[i].id, id))
			return r->v[i].code;
	return SV_NULL;
}

static bool reason_of(const struct reasons *r, struct sv code, struct uuid *ret)
{
	for (size_t i = 0; i < r->n; i++)
		if (sv_eq(r->v[i].code, code)) {
			*ret = r->v[i].id;
			return true;
		}
	return false;
}

/* --- writing ---------------------------------------------------------------------------------- */

static void put_text(struct writer *w, struct sv text)
{
	if (text.p == NULL)
		writer_empty(w);
	else
		writer_text(w, text);
}

static void put_uuid(struct writer *w, const struct uuid *id)
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(id, text);
	put_text(w, uuid_is_nil(id) ? SV_NULL : sv_from(text, UUID_TEXT_LEN));
}

static int write_row(
	struct writer *w, const struct reasons *reasons, const struct exception *e, struct err *err)
{
	const bool live = exception_is_live(e->state);

	put_uuid(w, &e->id);
	writer_decimal(w, e->version, 0);
	writer_text(w, sv_from_cstr(word_text(e->state)));
	writer_text(w, sv_from_cstr(word_text(e->severity)));
	put_text(w, code_of(reasons, &e->reason));
	put_uuid(w, &e->owner);
	put_text(w, e->team);
	writer_day(w, e->due_on);
	put_text(w, e->note);
	put_uuid(w, &e->reconciliation_id);
	writer_text(w, e->type);
	if (e->currency.p == NULL)
		writer_empty(w);
	else
		writer_decimal(
			w, e->minor, col_currency_exponent(col_currency_pack(e->currency)));
	put_text(w, e->currency);
	writer_day(w, e->opened_on);
	writer_decimal(w, MAX(e->today - e->opened_on, 0), 0);
	writer_text(w, live && e->due_on < e->today ? SV("true") : SV("false"));
	return writer_row(w, err);
}

typedef int (*row_fn)(void *form, const struct exception *e, struct err *err);

/* Page by page; memory does not grow with the list. */
static int each_row(struct api *a, row_fn fn, void *form, struct err *err)
{
	struct exception_filter filter = exception_query(a);
	struct db_page page = {.limit = PAGE};
	struct arena arena CLEANUP(arena_free);
	int rc;

	arena_init(&arena, 0);
	do {
		struct exception *rows;
		size_t n = 0;

		arena_reset(&arena);
		rc = store_exception_list(
			a->db, &a->project.id, &filter, &page, &arena, &rows, &n, err);
		for (size_t i = 0; rc == 0 && i < n; i++)
			rc = fn(form, &rows[i], err);
		page.before = page.next;
	} while (rc == 0 && page.more);
	return rc;
}

struct table_form {
	struct writer *w;
	struct reasons reasons;
};

static int table_row(void *form, const struct exception *e, struct err *err)
{
	struct table_form *f = form;

	return write_row(f->w, &f->reasons, e, err);
}

static int send_table(struct api *a, enum write_format format, struct err *err)
{
	struct writer *w CLEANUP(writer_free) = NULL;
	struct table_form form;
	struct sv header[SHEET_COLUMNS];
	int rc = load_reasons(a, &form.reasons, err);

	for (size_t i = 0; i < SHEET_COLUMNS; i++)
		header[i] = sv_from_cstr(names[i]);
	if (rc == 0)
		rc = writer_new(format, export_sink(a), &w, err);
	if (rc == 0)
		rc = writer_header(w, header, SHEET_COLUMNS, err);
	form.w = w;
	if (rc == 0)
		rc = each_row(a, table_row, &form, err);
	return rc == 0 ? writer_finish(w, err) : rc;
}

static int line_row(void *form, const struct exception *e, struct err *err)
{
	struct buf line CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&line);
	struct col_sink *sink = form;

	exception_put(&w, NULL, e);
	buf_add_char(&line, '\n');
	if (!buf_ok(&line))
		return err_set(err, E_NO_MEMORY, NULL);
	return sink->write(sink->ctx, line.p, line.n, err);
}

int ep_exception_export(struct api *a, struct err *err)
{
	const bool lines = sv_eq_cstr(api_query(a, "format"), "ndjson");
	const struct api_export e = {.format = export_format(a),
		.kind = "project",
		.id = a->project.id,
		.stem = SV("exceptions"),
		.what = lines ? "lines" : "sheet",
		.media = lines ? HTTP_LINES_TYPE : NULL,
		.extension = lines ? "ndjson" : NULL};
	struct col_sink sink = export_sink(a);
	int rc = export_begin(a, &e, err);

	if (rc == 0)
		rc = lines ? each_row(a, line_row, &sink, err) : send_table(a, e.format, err);
	return export_end(a, rc, err);
}

/* --- reading ---------------------------------------------------------------------------------- */

struct change {
	uint32_t row;
	struct exception before;
	struct exception_edit edit;
};

struct refused {
	uint32_t row;
	struct err why;
};

struct sheet {
	struct api *a;
	struct cache_item *item;
	const struct col_table *table;
	const struct col *columns[SHEET_EDITED]; /* NULL: the sheet has it not */
	struct reasons reasons;
	struct uuid *seen;
	struct change *changes;
	struct refused *refused;
	size_t nseen, nchanges, nrefused, nunchanged;
	uint8_t token[SHA256_LEN];
};

static void sheet_end(struct sheet *s)
{
	cache_release(&s->item);
}

static int find_columns(struct sheet *s, struct err *err)
{
	for (size_t i = 0; i < SHEET_EDITED; i++) {
		struct sv name = sv_from_cstr(names[i]);

		s->columns[i] = col_find(s->table, COL_FIELD, name);
		if (s->columns[i] == NULL)
			s->columns[i] = col_find(s->table, COL_SOURCE, name);
	}
	if (s->columns[SHEET_ID] == NULL || s->columns[SHEET_VERSION] == NULL)
		return err_set_at(err, E_INVALID, "/dataset",
			"It has no columns id and version: it is not a sheet of exceptions.");
	return 0;
}

static int load_sheet(struct sheet *s, struct err *err)
{
	struct api *a = s->a;
	struct uuid id = api_in_uuid(a, NULL, "dataset");
	struct dataset d;
	int rc = store_dataset_get(a->db, &a->project.id, &id, a->arena, &d, err);

	if (rc == 0 && d.state != DATASET_STATE_READY)
		rc = err_set(err, E_DATASET_NOT_READY, "The dataset is %s.", word_text(d.state));
	if (rc == 0)
		rc = data_table(a, &d.data_object, COL_FILE_DATASET, &s->item, err);
	if (rc == 0)
		rc = load_reasons(a, &s->reasons, err);
	if (rc != 0)
		return rc;
	s->table = data_table_of(s->item);
	const size_t n = s->table->rows;
	if (n > SHEET_ROWS_MAX)
		return err_set(err, E_LIMIT, "A sheet has at most %d rows.", SHEET_ROWS_MAX);
	s->seen = ARENA_ARRAY(a->arena, n + 1, struct uuid);
	s->changes = ARENA_ARRAY(a->arena, n + 1, struct change);
	s->refused = ARENA_ARRAY(a->arena, n + 1, struct refused);
	if (!arena_ok(a->arena))
		return err_set(err, E_NO_MEMORY, NULL);
	return find_columns(s, err);
}

/* The cell's text, in the arena, without blanks around it; SV_NULL: it is empty. */
static struct sv cell(const struct sheet *s, enum column column, uint32_t row)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	const struct col *c = s->columns[column];

	if (c == NULL || !col_valid(c, row))
		return SV_NULL;
	col_format(s->table, c, row, &text);
	struct sv trimmed = sv_trim(buf_sv(&text));
	return trimmed.n == 0 ? SV_NULL : arena_sv(s->a->arena, trimmed);
}

static bool differs(struct sv now, struct sv was)
{
	return (now.p == NULL) != (was.p == NULL) || (now.p != NULL && !sv_eq(now, was));
}

static int read_word(const struct sheet *s, enum column column, uint32_t row, const char *set,
	enum word was, enum word *ret, struct err *err)
{
	struct sv text = cell(s, column, row);
	enum word now = was;

	if (s->columns[column] == NULL)
		return 0;
	if (text.p == NULL || !word_parse(set, text, &now))
		return err_set(err, E_INVALID, "The %s is not one that there is.", names[column]);
	*ret = now == was ? WORD_NONE : now;
	return 0;
}

static int read_texts(struct sheet *s, uint32_t row, struct change *c, struct err *err)
{
	struct exception_edit *e = &c->edit;
	struct sv team = cell(s, SHEET_TEAM, row), note = cell(s, SHEET_NOTE, row);

	if (team.n > 64 || note.n > 4000)
		return err_set(err, E_INVALID, "Team or note is too long.");
	e->set_team = s->columns[SHEET_TEAM] != NULL && differs(team, c->before.team);
	e->team = team;
	e->set_note = s->columns[SHEET_NOTE] != NULL && differs(note, c->before.note);
	e->note = note;
	return 0;
}

static int read_ids(struct sheet *s, uint32_t row, struct change *c, struct err *err)
{
	struct exception_edit *e = &c->edit;
	struct sv reason = cell(s, SHEET_REASON, row), owner = cell(s, SHEET_OWNER, row);
	struct uuid r = {{0}}, o = {{0}};

	if (reason.p != NULL && !reason_of(&s->reasons, reason, &r))
		return err_set(err, E_INVALID, "The project has no such reason.");
	if (owner.p != NULL && uuid_parse(owner, &o) != 0)
		return err_set(err, E_INVALID, "The owner is not the id of a person.");
	e->set_reason = s->columns[SHEET_REASON] != NULL && !uuid_eq(&r, &c->before.reason);
	e->reason = e->set_reason ? r : (struct uuid){{0}};
	e->set_owner = s->columns[SHEET_OWNER] != NULL && !uuid_eq(&o, &c->before.owner);
	e->owner = e->set_owner ? o : (struct uuid){{0}};
	return 0;
}

static int read_due(struct sheet *s, uint32_t row, struct change *c, struct err *err)
{
	struct sv due = cell(s, SHEET_DUE, row);

	if (s->columns[SHEET_DUE] == NULL)
		return 0;
	if (due.p == NULL || date_parse(due, DATE_YMD, &c->edit.due_on) != 0)
		return err_set(err, E_INVALID, "The due date is none.");
	c->edit.set_due = c->edit.due_on != c->before.due_on;
	return 0;
}

static bool changes_something(const struct exception_edit *e)
{
	return e->state != WORD_NONE || e->severity != WORD_NONE || e->set_reason ||
	       e->set_owner || e->set_team || e->set_due || e->set_note;
}

static int read_edit(struct sheet *s, uint32_t row, struct change *c, struct err *err)
{
	int rc = read_word(s, SHEET_STATE, row, "EXCEPTION_STATE", c->before.state, &c->edit.state,
		err);

	if (rc == 0)
		rc = read_word(s, SHEET_SEVERITY, row, "SEVERITY", c->before.severity,
			&c->edit.severity, err);
	if (rc == 0)
		rc = read_ids(s, row, c, err);
	if (rc == 0)
		rc = read_texts(s, row, c, err);
	return rc == 0 ? read_due(s, row, c, err) : rc;
}

static int find_before(struct sheet *s, uint32_t row, struct change *c, struct err *err)
{
	struct sv id_text = cell(s, SHEET_ID, row), version = cell(s, SHEET_VERSION, row);
	struct uuid id;
	int64_t was;

	if (id_text.p == NULL || uuid_parse(id_text, &id) != 0)
		return err_set(err, E_INVALID, "The row has no id.");
	for (size_t i = 0; i < s->nseen; i++)
		if (uuid_eq(&s->seen[i], &id))
			return err_set(err, E_INVALID, "An earlier row has the same id.");
	s->seen[s->nseen++] = id;
	int rc = store_exception_get(
		s->a->db, &s->a->project.id, &id, s->a->arena, &c->before, err);
	if (rc == E_NOT_FOUND)
		return err_set(err, E_NOT_FOUND, "The project has no such exception.");
	if (rc != 0)
		return rc;
	if (version.p == NULL || !sv_to_i64(version, 1, INT32_MAX, &was) ||
		was != c->before.version)
		return err_set(
			err, E_STALE, "The exception is of version %d by now.", c->before.version);
	return 0;
}

/* What becomes of a row; only what is not the row's fault is an error. */
static int judge(struct sheet *s, uint32_t row, struct err *err)
{
	struct change c = {.row = row};
	struct err why = {0};
	int rc = find_before(s, row, &c, &why);

	if (rc == 0)
		rc = read_edit(s, row, &c, &why);
	if (rc == 0 && !changes_something(&c.edit)) {
		s->nunchanged++;
		return 0;
	}
	if (rc == 0)
		rc = exception_edit_check(s->a, &c.edit, &why);
	if (rc == 0)
		rc = exception_edit_fits(s->a, &c.before, &c.edit, &why);
	if (rc == 0) {
		s->changes[s->nchanges++] = c;
		return 0;
	}
	if (err_status(rc) >= 500) {
		*err = why;
		return rc;
	}
	why.code = rc;
	s->refused[s->nrefused++] = (struct refused){row, why};
	return 0;
}

/* --- the answer ------------------------------------------------------------------------------- */

static void put_pair(struct json_writer *w, const char *key, struct sv was, struct sv now)
{
	json_open_array(w, key);
	json_put_text(w, NULL, was);
	json_put_text(w, NULL, now);
	json_close_array(w);
}

static void put_word_pair(struct json_writer *w, const char *key, enum word was, enum word now)
{
	if (now != WORD_NONE)
		put_pair(w, key, sv_from_cstr(word_text(was)), sv_from_cstr(word_text(now)));
}

static void put_change(struct json_writer *w, const struct sheet *s, const struct change *c)
{
	const struct exception *was = &c->before;
	const struct exception_edit *now = &c->edit;

	json_open_object(w, NULL);
	json_put_int(w, "row", (int64_t)c->row + 1);
	json_put_uuid(w, "id", &was->id);
	json_open_object(w, "changes");
	put_word_pair(w, "state", was->state, now->state);
	put_word_pair(w, "severity", was->severity, now->severity);
	if (now->set_reason)
		put_pair(w, "reason", code_of(&s->reasons, &was->reason),
			code_of(&s->reasons, &now->reason));
	if (now->set_owner) {
		json_open_array(w, "owner");
		api_put_id(w, NULL, &was->owner);
		api_put_id(w, NULL, &now->owner);
		json_close_array(w);
	}
	if (now->set_team)
		put_pair(w, "team", was->team, now->team);
	if (now->set_due) {
		json_open_array(w, "due_on");
		json_put_day(w, NULL, was->due_on);
		json_put_day(w, NULL, now->due_on);
		json_close_array(w);
	}
	if (now->set_note)
		put_pair(w, "note", was->note, now->note);
	json_close_object(w);
	json_close_object(w);
}

static void put_changes(struct json_writer *w, const struct sheet *s, size_t most)
{
	json_open_array(w, "changes");
	for (size_t i = 0; i < MIN(s->nchanges, most); i++)
		put_change(w, s, &s->changes[i]);
	json_close_array(w);
}

static void put_sheet(const struct sheet *s, bool applied)
{
	struct json_writer *w = &s->a->out;

	json_open_object(w, NULL);
	json_put_bool(w, "applied", applied);
	json_put_int(w, "rows", s->table->rows);
	json_put_int(w, "unchanged", (int64_t)s->nunchanged);
	json_put_int(w, "changed", (int64_t)s->nchanges);
	put_changes(w, s, SHEET_LISTED);
	json_put_int(w, "refused", (int64_t)s->nrefused);
	json_open_array(w, "refusals");
	for (size_t i = 0; i < MIN(s->nrefused, (size_t)SHEET_LISTED); i++) {
		json_open_object(w, NULL);
		json_put_int(w, "row", (int64_t)s->refused[i].row + 1);
		json_put_cstr(w, "code", err_wire(s->refused[i].why.code));
		json_put_cstr(w, "detail", s->refused[i].why.detail);
		json_close_object(w);
	}
	json_close_array(w);
	api_put_hash(w, "token", s->token);
	json_close_object(w);
}

/* Of who asks and of every change with the version that it is made from. */
static int make_token(struct sheet *s, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&text);

	json_open_object(&w, NULL);
	json_put_uuid(&w, "project", &s->a->project.id);
	json_put_uuid(&w, "user", &s->a->actor.user_id);
	put_changes(&w, s, s->nchanges);
	json_open_array(&w, "versions");
	for (size_t i = 0; i < s->nchanges; i++)
		json_put_int(&w, NULL, s->changes[i].before.version);
	json_close_array(&w);
	json_close_object(&w);
	if (!buf_ok(&text))
		return err_set(err, E_NO_MEMORY, NULL);
	hash_sha256(text.p, text.n, s->token);
	return 0;
}

static int apply(struct sheet *s, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < s->nchanges && rc == 0; i++)
		rc = store_exception_update(s->a->db, &s->a->project.id,
			&s->changes[i].before.id, s->changes[i].before.version,
			&s->a->actor.user_id, &s->changes[i].edit, err);
	return rc;
}

int ep_exception_sheet(struct api *a, struct err *err)
{
	struct sheet s CLEANUP(sheet_end) = {.a = a};
	bool go = false;
	int rc = load_sheet(&s, err);

	for (uint32_t row = 0; rc == 0 && row < s.table->rows; row++)
		rc = judge(&s, row, err);
	if (rc == 0)
		rc = make_token(&s, err);
	if (rc == 0)
		rc = exception_token_check(a, s.token, &go, err);
	if (rc == 0 && go)
		rc = apply(&s, err);
	if (rc != 0)
		return rc;
	api_object(a, "project", &a->project.id);
	if (!go)
		a->event = EVENT_NONE;
	put_sheet(&s, go);
	return 0;
}
