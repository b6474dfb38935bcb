/*
 * Configuration: the rows of conf.def as a table of descriptions that point into struct conf.
 */
#include "sys/conf.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/utf8.h"

enum type { TYPE_STRING, TYPE_PATH, TYPE_INT, TYPE_SIZE, TYPE_DURATION, TYPE_LEVEL };

struct row {
	enum type type;
	size_t offset; /* in struct conf */
	const char *key;
	const char *value; /* the default */
	int64_t min, max;
	bool secret;
	const char *doc;
};

static const struct row rows[] = {
#define CONF(type, field, key, def, min, max, secret, doc)                                         \
	{TYPE_##type, offsetof(struct conf, field), key, def, min, max, secret, doc},
#include "sys/conf.def"
#undef CONF
};

static const char *const keys[] = {
#define CONF(type, field, key, def, min, max, secret, doc) key,
#include "sys/conf.def"
#undef CONF
};

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit size_units[] = {{"", 1}, {"B", 1}, {"kB", 1000}, {"MB", 1000000},
	{"GB", 1000000000}, {"TB", 1000000000000}, {"KB", 1024}, {"KiB", 1024}, {"MiB", 1048576},
	{"GiB", 1073741824}, {"TiB", 1099511627776}, {NULL, 0}};
static const struct unit duration_units[] = {
	{"", 1}, {"s", 1}, {"sec", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}, {NULL, 0}};
static const struct unit no_units[] = {{"", 1}, {NULL, 0}};

static const struct unit *units_of(enum type type)
{
	return type == TYPE_SIZE ? size_units : type == TYPE_DURATION ? duration_units : no_units;
}

/* A whole number with one of the units. */
static int parse_number(const struct row *row, struct sv text, int64_t *ret, struct err *err)
{
	struct sv digits = text, unit;
	int64_t v;

	for (digits.n = 0; digits.n < text.n; digits.n++)
		if (text.p[digits.n] < '0' || text.p[digits.n] > '9')
			break;
	unit = sv_trim(sv_from(text.p + digits.n, text.n - digits.n));
	if (!sv_to_i64(digits, 0, INT64_MAX, &v))
		return err_set(err, E_CONFIG, "%s must be a number of at least 0", row->key);
	for (const struct unit *u = units_of(row->type); u->name; u++) {
		if (!sv_eq_cstr(unit, u->name))
			continue;
		if (__builtin_mul_overflow(v, u->factor, &v) || v < row->min || v > row->max)
			return err_set(err, E_CONFIG, "%s must be between %lld and %lld", row->key,
				(long long)row->min, (long long)row->max);
		*ret = v;
		return 0;
	}
	return err_set(err, E_CONFIG, "%s has an unknown unit \"%.*s\"", row->key, SV_ARG(unit));
}

static int parse_text(
	struct conf *c, const struct row *row, struct sv text, const char **ret, struct err *err)
{
	struct sv copy;

	if ((int64_t)text.n < row->min || (int64_t)text.n > row->max)
		return err_set(err, E_CONFIG, "%s must have between %lld and %lld bytes", row->key,
			(long long)row->min, (long long)row->max);
	if (row->type == TYPE_PATH && (!text.n || text.p[0] != '/'))
		return err_set(err, E_CONFIG, "%s must be an absolute path", row->key);
	copy = arena_sv(&c->arena, text);
	if (!copy.p)
		return err_set(err, E_NO_MEMORY, NULL);
	*ret = copy.p;
	return 0;
}

static int set_value(struct conf *c, const struct row *row, struct sv text, struct err *err)
{
	void *field = (char *)c + row->offset;

	switch (row->type) {
	case TYPE_STRING:
	case TYPE_PATH:
		return parse_text(c, row, text, field, err);
	case TYPE_INT:
	case TYPE_SIZE:
	case TYPE_DURATION:
		return parse_number(row, text, field, err);
	case TYPE_LEVEL:
		if (log_level_parse(text, field))
			return 0;
		return err_set(err, E_CONFIG, "%s must be debug, info, warn or error", row->key);
	}
	return err_set(err, E_INTERNAL, NULL);
}

void conf_init(struct conf *c)
{
	int r;

	*c = (struct conf){0};
	arena_init(&c->arena, 16 * (size_t)CONF_FILE_MAX);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		r = set_value(c, &rows[i], sv_from_cstr(rows[i].value), NULL);
		assert(r == 0); /* a default outside its own bounds */
	}
}

void conf_free(struct conf *c)
{
	arena_free(&c->arena);
	*c = (struct conf){0};
}

/* Without the comment: # first or behind a blank. */
static struct sv strip_comment(struct sv line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' && (i == 0 || line.p[i - 1] == ' ' || line.p[i - 1] == '\t'))
			line.n = i;
	return sv_trim(line);
}

/* Index of the row, or ARRAY_LEN(rows). */
static size_t find_row(struct sv key)
{
	size_t i = 0;

	while (i < ARRAY_LEN(rows) && !sv_eq_cstr(key, rows[i].key))
		i++;
	return i;
}

static int unknown_key(struct sv key, struct err *err)
{
	const char *nearest = text_nearest(key, keys, ARRAY_LEN(keys));

	if (nearest)
		return err_set(err, E_CONFIG, "unknown key \"%.*s\"; did you mean \"%s\"?",
			SV_ARG(key), nearest);
	return err_set(err, E_CONFIG, "unknown key \"%.*s\"", SV_ARG(key));
}

static int parse_line(struct conf *c, struct sv line, bool seen[], struct err *err)
{
	struct sv rest = strip_comment(line), key;
	size_t i;

	if (!rest.n)
		return 0;
	if (!utf8_valid(rest) || memchr(rest.p, '\0', rest.n))
		return err_set(err, E_CONFIG, "the line is not text in UTF-8");
	key = sv_trim(sv_cut(&rest, '='));
	if (!rest.p || !key.n)
		return err_set(err, E_CONFIG, "the line must be: key = value");
	i = find_row(key);
	if (i == ARRAY_LEN(rows))
		return unknown_key(key, err);
	if (seen[i])
		return err_set(err, E_CONFIG, "%s is set twice", rows[i].key);
	seen[i] = true;
	return set_value(c, &rows[i], sv_trim(rest), err);
}

int conf_parse(struct conf *c, struct sv text, const char *name, struct err *err)
{
	bool seen[ARRAY_LEN(rows)] = {false};

	for (unsigned number = 1; text.p; number++) {
		struct sv line = sv_cut(&text, '\n');
		struct err why = {0};
		int r = parse_line(c, line, seen, &why);

		if (r)
			return err_set(err, r, "%s:%u: %s", name, number, why.detail);
	}
	return 0;
}

static int read_all(int fd, const char *path, size_t max, struct buf *out, struct err *err)
{
	for (;;) {
		size_t before = out->n;
		char *to = buf_reserve(out, max + 1);
		ssize_t got = to ? read(fd, to, max + 1) : -1;

		if (!to)
			return err_set(err, E_NO_MEMORY, NULL);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set_errno(err, errno, "cannot read %s", path);
		if (got == 0)
			return 0;
		buf_commit(out, (size_t)got);
		if ((size_t)got > max || out->n - before > max)
			return err_set(err, E_LIMIT, "%s is larger than %zu bytes", path, max);
		max -= (size_t)got;
	}
}

/* Every failure to read a file is one of the configuration. */
static int read_file(const char *path, size_t max, struct buf *out, struct err *err)
{
	int fd CLEANUP(fd_close) = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct err why = {0};
	int r;

	if (fd < 0)
		r = err_set_errno(&why, errno, "cannot open %s", path);
	else
		r = read_all(fd, path, max, out, &why);
	return r ? err_set(err, E_CONFIG, "%s", why.detail) : 0;
}

int conf_load(struct conf *c, const char *path, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	int r;

	conf_init(c);
	r = read_file(path, CONF_FILE_MAX, &text, err);
	return r ? r : conf_parse(c, buf_sv(&text), path, err);
}

static const char *type_name(enum type type)
{
	static const char *const names[] = {[TYPE_STRING] = "text",
		[TYPE_PATH] = "absolute path",
		[TYPE_INT] = "number",
		[TYPE_SIZE] = "size",
		[TYPE_DURATION] = "duration",
		[TYPE_LEVEL] = "level"};

	return names[type];
}

void conf_describe(struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		buf_printf(out, "%s# %s (%s%s)\n#%s = %s\n", i ? "\n" : "", rows[i].doc,
			type_name(rows[i].type), rows[i].secret ? ", secret" : "", rows[i].key,
			rows[i].value);
}

/* A credential of the service manager is ours by an access list, which shows as group bits. */
static int check_secret(int fd, const char *path, mode_t others, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st))
		return err_set(err, E_CONFIG, "cannot examine %s: %m", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, E_CONFIG, "%s is not a regular file", path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return err_set(err, E_CONFIG, "%s belongs to another user", path);
	if (st.st_mode & others)
		return err_set(err, E_CONFIG,
			"%s may be used by others; its mode must be 0400 or 0600", path);
	return 0;
}

static int read_secret(
	const char *path, mode_t others, size_t max, struct buf *out, struct err *err)
{
	int fd CLEANUP(fd_close) = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t before = out->n;
	struct err why = {0};
	int r;

	if (fd < 0)
		return err_set(err, E_CONFIG, "cannot open %s: %m", path);
	r = check_secret(fd, path, others, err);
	if (r)
		return r;
	r = read_all(fd, path, max, out, &why);
	if (r)
		return err_set(err, E_CONFIG, "%s", why.detail);
	if (out->n == before)
		return err_set(err, E_CONFIG, "%s is empty", path);
	return 0;
}

int conf_read_secret(const char *path, size_t max, struct buf *out, struct err *err)
{
	return read_secret(path, 0177, max, out, err);
}

int conf_read_credential(
	const char *name, const char *path, size_t max, struct buf *out, struct err *err)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	struct buf credential CLEANUP(buf_free) = BUF_INIT;

	if (!dir)
		return conf_read_secret(path, max, out, err);
	buf_printf(&credential, "%s/%s", dir, name);
	if (access(buf_cstr(&credential), F_OK))
		return conf_read_secret(path, max, out, err);
	return read_secret(buf_cstr(&credential), 0137, max, out, err);
}
