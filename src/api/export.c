/* Downloads; see export.h. */
#include "api/export.h"

#include "api/auth.h"
#include "base/utf8.h"

enum write_format export_format(const struct api *a)
{
	enum write_format format = WRITE_CSV;

	(void)write_format_from_word(api_query(a, "format"), &format);
	return format;
}

static bool is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.';
}

/* RFC 6266: a name of plain letters for all, and the real one as RFC 8187 has it. */
static void put_disposition(struct api *a, const struct api_export *e)
{
	struct buf plain CLEANUP(buf_free) = BUF_INIT, encoded CLEANUP(buf_free) = BUF_INIT;
	struct sv stem = sv_from(e->stem.p, MIN(e->stem.n, (size_t)120));

	stem.n = utf8_valid_prefix(stem);
	for (size_t i = 0; i < stem.n; i++) {
		unsigned char c = (unsigned char)stem.p[i];

		buf_add_char(&plain, is_token((char)c) ? (char)c : '_');
		if (is_token((char)c))
			buf_add_char(&encoded, (char)c);
		else
			buf_printf(&encoded, "%%%02X", c);
	}
	const char *extension = e->extension != NULL ? e->extension : write_format_words[e->format];
	http_response_header(a->rs, "Content-Disposition",
		"attachment; filename=\"%s.%s.%s\"; filename*=UTF-8''%s.%s.%s", buf_cstr(&plain),
		e->what, extension, buf_cstr(&encoded), e->what, extension);
}

int export_begin(struct api *a, const struct api_export *e, struct err *err)
{
	bool stale = clock_wall_us(&a->env->clock) - a->actor.step_up_at > AUTH_STEP_UP_US;

	if (e->rows > EXPORT_FREE_ROWS && a->actor.kind == API_SESSION && stale)
		return err_set(err, E_STEP_UP, NULL);
	api_object(a, e->kind, &e->id);
	int rc = api_record(a, EVENT_EXPORT_CREATE, err);
	if (rc != 0)
		return rc;
	put_disposition(a, e);
	a->rs->status = a->route->status;
	a->rs->content_type = e->media != NULL ? e->media : write_format_media(e->format);
	if (!http_response_begin(a->rs, a->rq, -1))
		return err_set(err, E_IO, "The client has gone.");
	return 0;
}

static int sink_write(void *ctx, const void *p, size_t n, struct err *err)
{
	struct api *a = ctx;

	return http_response_write(a->rs, a->rq, p, n) ? 0 : err_set(err, E_IO, "The client has gone.");
}

struct col_sink export_sink(struct api *a)
{
	return (struct col_sink){sink_write, a};
}

int export_end(struct api *a, int rc, const struct err *err)
{
	if (rc != 0 && a->rs->begun) {
		log_warn(&a->log, "a download was broken off", LOG_FAIL(err));
		http_response_abort(a->rs);
	}
	return rc;
}
