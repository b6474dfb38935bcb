/*
 * JSON lines. A line is built in memory and written at once, so lines of threads and processes that
 * share a pipe do not mix as long as they stay under PIPE_BUF.
 */
#include "sys/log.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/text.h"

#define LINE_MAX_BYTES (16 * 1024)

static const char *const level_names[] = {
	[LVL_DEBUG] = "debug", [LVL_INFO] = "info", [LVL_WARN] = "warn", [LVL_ERROR] = "error"};

bool log_level_parse(struct sv s, enum log_level *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++)
		if (sv_eq_cstr(s, level_names[i])) {
			*ret = (enum log_level)i;
			return true;
		}
	return false;
}

const char *log_level_name(enum log_level level)
{
	return level_names[level];
}

struct log log_open(int fd, enum log_level level, const char *program)
{
	return (struct log){.fd = fd, .level = level, .program = program};
}

struct log log_with_request(const struct log *l, const char *request_id)
{
	struct log copy = *l;

	copy.request_id = request_id;
	return copy;
}

static bool is_secret(const char *key)
{
	static const char *const words[] = {
		"password", "secret", "token", "cookie", "authorization", "private"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasestr(key, words[i]))
			return true;
	return false;
}

static void add_text(struct buf *line, const char *key, struct sv value)
{
	buf_add_char(line, ',');
	text_add_json(line, sv_from_cstr(key));
	buf_add_char(line, ':');
	text_add_json(line, is_secret(key) ? SV("[hidden]") : value);
}

static void add_number(struct buf *line, const char *key, int64_t value)
{
	buf_add_char(line, ',');
	text_add_json(line, sv_from_cstr(key));
	buf_add_char(line, ':');
	buf_add_i64(line, value);
}

static void add_field(struct buf *line, const struct log_field *f)
{
	switch (f->kind) {
	case LOG_KIND_STR:
		add_text(line, f->key, f->str);
		break;
	case LOG_KIND_INT:
		add_number(line, f->key, f->num);
		break;
	case LOG_KIND_ERR:
		add_text(line, "code", sv_from_cstr(err_wire(f->err->code)));
		add_text(line, "detail", sv_from_cstr(f->err->detail));
		if (f->err->pointer[0])
			add_text(line, "pointer", sv_from_cstr(f->err->pointer));
		break;
	case LOG_KIND_END:
		break;
	}
}

/* Everything that each line has, up to the message. */
static void add_head(struct buf *line, const struct log *l, enum log_level level, const char *msg)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_REALTIME, &now);
	buf_add_cstr(line, "{\"ts\":\"");
	instant_format((int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000, line);
	buf_add_char(line, '"');
	add_text(line, "level", sv_from_cstr(level_names[level]));
	add_text(line, "program", sv_from_cstr(l->program));
	add_number(line, "pid", getpid());
	add_text(line, "msg", sv_from_cstr(msg));
	if (l->request_id)
		add_text(line, "request_id", sv_from_cstr(l->request_id));
}

void log_write(
	const struct log *l, enum log_level level, const char *msg, const struct log_field *fields)
{
	int saved = errno;
	struct buf line;
	size_t kept;

	if (!l || l->fd < 0 || level < l->level)
		return;
	buf_init(&line, LINE_MAX_BYTES);
	add_head(&line, l, level, msg);
	for (kept = line.n; fields->kind != LOG_KIND_END && buf_ok(&line); fields++) {
		add_field(&line, fields);
		kept = buf_ok(&line) ? line.n : kept;
	}
	if (line.p && kept) { /* fields over the limit are left out */
		line.n = kept;
		line.error = 0;
		line.limit = 0;
		buf_add_cstr(&line, "}\n");
	}
	if (buf_ok(&line))
		(void)!write(l->fd, line.p, line.n);
	buf_free(&line);
	errno = saved;
}
