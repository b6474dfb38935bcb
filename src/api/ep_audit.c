/*
 * The audit log for those who may see it: all of it for auditors and administrators, a project's part
 * for its owners. To look at it, and to take it away, is recorded in it.
 */
#include <string.h>

#include "api/api.h"
#include "api/auth.h"
#include "api/ep.h"
#include "base/date.h"
#include "store/store_audit.h"
#include "write/writer.h"

#define PAGE 1000

/* --- what is asked for ------------------------------------------------------------------------ */

/* Dispatch has checked the form. */
static int64_t query_instant(const struct api *a, const char *name)
{
	struct sv text = api_query(a, name);
	int64_t us = 0;

	return text.p != NULL && instant_parse(text, &us) == 0 ? us : 0;
}

static struct audit_filter filter_of(const struct api *a)
{
	bool in_project = !uuid_is_nil(&a->project.id);

	return (struct audit_filter){
		.project_id = in_project ? a->project.id : api_query_uuid(a, "project"),
		.from = query_instant(a, "from"),
		.to = query_instant(a, "to"),
		.actor_id = api_query_uuid(a, "actor"),
		.action = api_query(a, "action"),
		.object_id = api_query_uuid(a, "object"),
		.outcome = api_query_word(a, "outcome", "AUDIT"),
		.request_id = api_query(a, "request_id")};
}

static int record(struct api *a, enum event event, struct err *err)
{
	a->object_kind = "audit_log";
	return api_record(a, event, err);
}

/* --- the list --------------------------------------------------------------------------------- */

static int64_t put_row(struct json_writer *w, const void *p)
{
	const struct chain_row *r = p;

	json_open_object(w, NULL);
	json_put_int(w, "seq", r->seq);
	json_put_uuid(w, "id", &r->id);
	json_put_instant(w, "ts", r->ts);
	api_put_id(w, "project", &r->project_id);
	json_put_text(w, "actor_kind", r->actor_kind);
	api_put_id(w, "actor", &r->actor_id);
	json_put_text(w, "action", r->action);
	json_put_cstr(w, "text", event_info(event_from_word(r->action))->text);
	json_put_text(w, "object_kind", r->object_kind);
	api_put_id(w, "object", &r->object_id);
	json_put_text(w, "outcome", r->outcome);
	json_put_text(w, "request_id", r->request_id);
	api_put_json(w, "details", r->details);
	api_put_json(w, "personal", r->personal);
	api_put_hash(w, "hash", r->hash);
	json_close_object(w);
	return r->seq;
}

static int list(struct api *a, struct err *err)
{
	const struct audit_filter filter = filter_of(a);
	struct number_page page;
	struct chain_row *rows;
	size_t n;
	int rc = api_page_number(a, &page, err);

	/* Once for a look, not for each page of it. */
	if (rc == 0 && page.before == 0)
		rc = record(a, EVENT_AUDIT_READ, err);
	if (rc == 0)
		rc = store_audit_list(
			a->db, &filter, page.before, page.ask, a->arena, &rows, &n, err);
	if (rc == 0)
		api_list_number(a, &page, rows, sizeof(*rows), n, put_row);
	return rc;
}

int ep_audit_list(struct api *a, struct err *err)
{
	return list(a, err);
}

int ep_project_audit_list(struct api *a, struct err *err)
{
	return list(a, err);
}

/* --- the download ----------------------------------------------------------------------------- */

static int sink_write(void *ctx, const void *p, size_t n, struct err *err)
{
	struct api *a = ctx;

	return http_response_write(a->rs, a->rq, p, n) ? 0 : err_set(err, E_IO, "The client has gone.");
}

static const char *const columns[] = {"seq", "ts", "actor_kind", "actor", "action", "object_kind",
	"object", "outcome", "request_id", "project", "details", "personal", "prev_hash", "hash"};

static void put_id_cell(struct writer *w, const struct uuid *id)
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(id, text);
	if (uuid_is_nil(id))
		writer_empty(w);
	else
		writer_text(w, sv_from(text, UUID_TEXT_LEN));
}

static void put_text_cell(struct writer *w, struct sv text)
{
	if (text.p == NULL)
		writer_empty(w);
	else
		writer_text(w, text);
}

static void put_hash_cell(struct writer *w, const uint8_t hash[SHA256_LEN])
{
	struct buf hex CLEANUP(buf_free) = BUF_INIT;

	buf_add_hex(&hex, hash, SHA256_LEN);
	writer_text(w, buf_sv(&hex));
}

/* One row of a table; the sinks of both forms have the same shape. */
typedef int (*row_fn)(void *form, struct api *a, const struct chain_row *r, struct err *err);

static int table_row(void *form, struct api *a, const struct chain_row *r, struct err *err)
{
	struct buf ts CLEANUP(buf_free) = BUF_INIT;
	struct writer *w = form;

	(void)a;
	instant_format(r->ts, &ts);
	writer_decimal(w, r->seq, 0);
	writer_text(w, buf_sv(&ts));
	writer_text(w, r->actor_kind);
	put_id_cell(w, &r->actor_id);
	writer_text(w, r->action);
	put_text_cell(w, r->object_kind);
	put_id_cell(w, &r->object_id);
	writer_text(w, r->outcome);
	put_text_cell(w, r->request_id);
	put_id_cell(w, &r->project_id);
	put_text_cell(w, r->details);
	put_text_cell(w, r->personal);
	put_hash_cell(w, r->prev_hash);
	put_hash_cell(w, r->hash);
	return writer_row(w, err);
}

static int line_row(void *form, struct api *a, const struct chain_row *r, struct err *err)
{
	struct buf *line = form;

	buf_reset(line);
	chain_row_format(r, line);
	buf_add_char(line, '\n');
	if (!buf_ok(line))
		return err_set(err, E_NO_MEMORY, NULL);
	return sink_write(a, line->p, line->n, err);
}

/* Page by page, oldest first; memory does not grow with the log. */
static int each_row(struct api *a, row_fn fn, void *form, struct err *err)
{
	const struct audit_filter filter = filter_of(a);
	struct arena arena CLEANUP(arena_free);
	struct chain_row *rows;
	int64_t after = 0;
	size_t n = PAGE;
	int rc = 0;

	arena_init(&arena, 0);
	while (rc == 0 && n == PAGE) {
		arena_reset(&arena);
		rc = store_audit_select(a->db, &filter, after, PAGE, &arena, &rows, &n, err);
		for (size_t i = 0; rc == 0 && i < n; i++) {
			after = rows[i].seq;
			rc = fn(form, a, &rows[i], err);
		}
	}
	return rc;
}

static int send_table(struct api *a, enum write_format format, struct err *err)
{
	struct writer *w CLEANUP(writer_free) = NULL;
	const struct col_sink sink = {sink_write, a};
	struct sv names[ARRAY_LEN(columns)];
	int rc = writer_new(format, sink, &w, err);

	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		names[i] = sv_from_cstr(columns[i]);
	if (rc == 0)
		rc = writer_header(w, names, ARRAY_LEN(columns), err);
	if (rc == 0)
		rc = each_row(a, table_row, w, err);
	return rc == 0 ? writer_finish(w, err) : rc;
}

static int send_lines(struct api *a, struct err *err)
{
	struct buf line CLEANUP(buf_free) = BUF_INIT;

	return each_row(a, line_row, &line, err);
}

static int begin(struct api *a, const char *extension, const char *media, struct err *err)
{
	bool stale = clock_wall_us(&a->env->clock) - a->actor.step_up_at > AUTH_STEP_UP_US;
	int rc;

	if (a->actor.kind == API_SESSION && stale)
		return err_set(err, E_STEP_UP, NULL);
	rc = record(a, EVENT_AUDIT_EXPORT, err);
	if (rc != 0)
		return rc;
	http_response_header(
		a->rs, "Content-Disposition", "attachment; filename=\"audit.%s\"", extension);
	/* nginx shall not keep it in its small folder of temporary files. */
	http_response_header(a->rs, "X-Accel-Buffering", "no");
	a->rs->status = a->route->status;
	a->rs->content_type = media;
	if (!http_response_begin(a->rs, a->rq, -1))
		return err_set(err, E_IO, "The client has gone.");
	return 0;
}

/* Lines are the log itself, which `recon audit verify` takes; tables are for people. */
static int download(struct api *a, struct err *err)
{
	enum write_format format = WRITE_FORMAT_COUNT;
	bool table = write_format_from_word(api_query(a, "format"), &format);
	int rc = begin(a, table ? write_format_words[format] : "ndjson",
		table ? write_format_media(format) : HTTP_LINES_TYPE, err);

	if (rc == 0)
		rc = table ? send_table(a, format, err) : send_lines(a, err);
	if (rc != 0 && a->rs->begun) {
		log_warn(&a->log, "a download was broken off", LOG_FAIL(err));
		http_response_abort(a->rs);
	}
	return rc;
}

int ep_audit_export(struct api *a, struct err *err)
{
	return download(a, err);
}

int ep_project_audit_export(struct api *a, struct err *err)
{
	return download(a, err);
}
