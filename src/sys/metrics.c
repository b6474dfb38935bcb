/*
 * Metrics: one array of atomic cells; a metric's slot owns one cell, or for a histogram one per
 * bucket and one for the sum.
 */
#include "sys/metrics.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/sv.h"

#define FILE_MAX (1024 * 1024)
#define FILES_MAX 1024
#define SUFFIX ".prom"

enum kind { KIND_COUNTER, KIND_GAUGE, KIND_HISTOGRAM };

static const struct row {
	enum kind kind;
	const char *name;
	const char *label; /* NULL: none */
	size_t slots;
	const char *help;
} rows[] = {
#define METRIC(kind, id, name, label, slots, help) {KIND_##kind, name, label, slots, help},
#include "sys/metric.def"
#undef METRIC
};

static const struct {
	int64_t us;
	const char *seconds;
} bounds[] = {{500, "0.0005"}, {1000, "0.001"}, {2500, "0.0025"}, {5000, "0.005"}, {10000, "0.01"},
	{25000, "0.025"}, {50000, "0.05"}, {100000, "0.1"}, {250000, "0.25"}, {500000, "0.5"},
	{1000000, "1"}, {2500000, "2.5"}, {5000000, "5"}, {10000000, "10"}, {30000000, "30"},
	{60000000, "60"}, {300000000, "300"}, {INT64_MAX, "+Inf"}};

#define BUCKETS ARRAY_LEN(bounds)

struct metrics {
	const char *program;
	char **labels[M_COUNT];
	size_t first[M_COUNT]; /* cell of slot 0 */
	_Atomic int64_t cells[];
};

static size_t cells_per_slot(const struct row *row)
{
	return row->kind == KIND_HISTOGRAM ? BUCKETS + 1 : 1;
}

struct metrics *metrics_new(const char *program)
{
	struct metrics *m;
	size_t cells = 0;

	for (size_t i = 0; i < M_COUNT; i++)
		cells += rows[i].slots * cells_per_slot(&rows[i]);
	m = calloc(1, sizeof(*m) + cells * sizeof(m->cells[0]));
	if (!m)
		return NULL;
	m->program = program;
	cells = 0;
	for (size_t i = 0; i < M_COUNT; i++) {
		m->first[i] = cells;
		cells += rows[i].slots * cells_per_slot(&rows[i]);
		m->labels[i] = calloc(rows[i].slots, sizeof(char *));
		if (!m->labels[i]) {
			metrics_free(m);
			return NULL;
		}
	}
	return m;
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < M_COUNT; i++) {
		for (size_t slot = 0; m->labels[i] && slot < rows[i].slots; slot++)
			free(m->labels[i][slot]);
		free(m->labels[i]);
	}
	free(m);
}

void metrics_label(struct metrics *m, enum metric id, size_t slot, const char *value)
{
	if (!m || slot >= rows[id].slots)
		return;
	free(m->labels[id][slot]);
	m->labels[id][slot] = strdup(value);
}

static _Atomic int64_t *cell(struct metrics *m, enum metric id, size_t slot)
{
	size_t at = MIN(slot, rows[id].slots - 1);

	return &m->cells[m->first[id] + at * cells_per_slot(&rows[id])];
}

void metrics_add(struct metrics *m, enum metric id, size_t slot, int64_t n)
{
	if (m && rows[id].kind != KIND_HISTOGRAM)
		atomic_fetch_add_explicit(cell(m, id, slot), n, memory_order_relaxed);
}

void metrics_set(struct metrics *m, enum metric id, size_t slot, int64_t value)
{
	if (m && rows[id].kind == KIND_GAUGE)
		atomic_store_explicit(cell(m, id, slot), value, memory_order_relaxed);
}

void metrics_observe(struct metrics *m, enum metric id, size_t slot, int64_t us)
{
	_Atomic int64_t *cells;
	size_t bucket = 0;

	if (!m || rows[id].kind != KIND_HISTOGRAM)
		return;
	cells = cell(m, id, slot);
	while (us > bounds[bucket].us)
		bucket++;
	atomic_fetch_add_explicit(&cells[bucket], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&cells[BUCKETS], us, memory_order_relaxed);
}

static void print_label_value(struct buf *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n') {
			buf_add_cstr(out, "\\n");
			continue;
		}
		if (*value == '"' || *value == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, *value);
	}
}

/* name_suffix{program="…",pid="…",label="…",le="…"} */
static void print_sample(const struct metrics *m, size_t id, size_t slot, const char *suffix,
	const char *le, struct buf *out)
{
	buf_printf(out, "%s%s{program=\"%s\",pid=\"%d\"", rows[id].name, suffix, m->program,
		(int)getpid());
	if (rows[id].label) {
		buf_printf(out, ",%s=\"", rows[id].label);
		print_label_value(out, m->labels[id][slot]);
		buf_add_char(out, '"');
	}
	if (le)
		buf_printf(out, ",le=\"%s\"", le);
	buf_add_cstr(out, "} ");
}

static void print_histogram(const struct metrics *m, size_t id, size_t slot, struct buf *out)
{
	const _Atomic int64_t *cells = &m->cells[m->first[id] + slot * (BUCKETS + 1)];
	int64_t count = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		count += atomic_load_explicit(&cells[i], memory_order_relaxed);
		print_sample(m, id, slot, "_bucket", bounds[i].seconds, out);
		buf_add_i64(out, count);
		buf_add_char(out, '\n');
	}
	print_sample(m, id, slot, "_sum", NULL, out);
	decimal_format(atomic_load_explicit(&cells[BUCKETS], memory_order_relaxed), 6, out);
	buf_add_char(out, '\n');
	print_sample(m, id, slot, "_count", NULL, out);
	buf_add_i64(out, count);
	buf_add_char(out, '\n');
}

static void print_head(const struct row *row, struct buf *out)
{
	static const char *const types[] = {
		[KIND_COUNTER] = "counter", [KIND_GAUGE] = "gauge", [KIND_HISTOGRAM] = "histogram"};

	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name,
		types[row->kind]);
}

void metrics_print(const struct metrics *m, struct buf *out)
{
	for (size_t id = 0; id < M_COUNT; id++) {
		print_head(&rows[id], out);
		for (size_t slot = 0; slot < rows[id].slots; slot++) {
			if (rows[id].label && !m->labels[id][slot])
				continue;
			if (rows[id].kind == KIND_HISTOGRAM) {
				print_histogram(m, id, slot, out);
				continue;
			}
			print_sample(m, id, slot, "", NULL, out);
			buf_add_i64(out, atomic_load_explicit(&m->cells[m->first[id] + slot],
						 memory_order_relaxed));
			buf_add_char(out, '\n');
		}
	}
}

static void own_path(const struct metrics *m, const char *dir, const char *end, struct buf *out)
{
	buf_printf(out, "%s/%s-%d" SUFFIX "%s", dir, m->program, (int)getpid(), end);
}

static int write_whole(const char *path, struct sv text, struct err *err)
{
	int fd CLEANUP(fd_close) = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return err_set_errno(err, errno, "cannot write %s", path);
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(err, errno, "cannot write %s", path);
		text = sv_from(text.p + n, text.n - (size_t)n);
	}
	return 0;
}

int metrics_write(const struct metrics *m, const char *dir, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct buf path CLEANUP(buf_free) = BUF_INIT;
	struct buf fresh CLEANUP(buf_free) = BUF_INIT;
	int r;

	metrics_print(m, &text);
	own_path(m, dir, "", &path);
	own_path(m, dir, ".new", &fresh);
	if (!buf_ok(&text) || !buf_ok(&path) || !buf_ok(&fresh))
		return err_set(err, E_NO_MEMORY, NULL);
	r = write_whole(buf_cstr(&fresh), buf_sv(&text), err);
	if (r)
		return r;
	if (rename(buf_cstr(&fresh), buf_cstr(&path)))
		return err_set_errno(err, errno, "cannot write %s", buf_cstr(&path));
	return 0;
}

void metrics_remove(const struct metrics *m, const char *dir)
{
	struct buf path CLEANUP(buf_free) = BUF_INIT;

	own_path(m, dir, "", &path);
	unlink(buf_cstr(&path));
}

/* The pid in <program>-<pid>.prom; 0 when the name is another. */
static pid_t pid_of(struct sv name)
{
	int64_t pid;
	size_t at;

	if (!sv_ends_with(name, SV(SUFFIX)))
		return 0;
	name.n -= sizeof(SUFFIX) - 1;
	for (at = name.n; at && name.p[at - 1] != '-'; at--)
		;
	if (!at || !sv_to_i64(sv_from(name.p + at, name.n - at), 1, INT32_MAX, &pid))
		return 0;
	return (pid_t)pid;
}

static bool is_dead(pid_t pid)
{
	return kill(pid, 0) && errno == ESRCH;
}

/* The content of a file, copied into the arena; empty when it has just gone or is too large. */
static struct sv slurp(int dir, const char *name, struct arena *arena)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	int fd CLEANUP(fd_close) = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 && text.n <= FILE_MAX) {
		char *to = buf_reserve(&text, 16384);

		n = to ? read(fd, to, 16384) : -1;
		if (n > 0)
			buf_commit(&text, (size_t)n);
	}
	return n == 0 ? arena_sv(arena, buf_sv(&text)) : SV_NULL;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_ours(const struct dirent *entry)
{
	return pid_of(sv_from_cstr(entry->d_name)) != 0;
}

/* Samples of this metric: the name, perhaps with a histogram's suffix, and a brace. */
static bool is_sample_of(struct sv line, const struct row *row)
{
	static const char *const suffixes[] = {"", "_bucket", "_sum", "_count"};
	size_t count = row->kind == KIND_HISTOGRAM ? ARRAY_LEN(suffixes) : 1;
	struct sv name = sv_from_cstr(row->name);
	struct sv head = sv_cut(&line, '{');

	if (!line.p || !sv_starts_with(head, name))
		return false;
	head = sv_from(head.p + name.n, head.n - name.n);
	for (size_t i = 0; i < count; i++)
		if (sv_eq_cstr(head, suffixes[i]))
			return true;
	return false;
}

static void join_texts(const struct sv *texts, size_t count, struct buf *out)
{
	for (size_t id = 0; id < M_COUNT; id++) {
		print_head(&rows[id], out);
		for (size_t i = 0; i < count; i++)
			for (struct sv rest = texts[i]; rest.p;) {
				struct sv line = sv_cut(&rest, '\n');

				if (!is_sample_of(line, &rows[id]))
					continue;
				buf_add_sv(out, line);
				buf_add_char(out, '\n');
			}
	}
}

int metrics_join(const char *dir, struct buf *out, struct err *err)
{
	int fd CLEANUP(fd_close) = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct arena arena CLEANUP(arena_free) = {0};
	struct dirent **entries = NULL;
	struct sv *texts;
	size_t count = 0;
	int n = fd < 0 ? -1 : scandirat(fd, ".", &entries, is_ours, by_name);

	if (n < 0)
		return err_set_errno(err, errno, "cannot list %s", dir);
	texts = ARENA_ARRAY(&arena, FILES_MAX, struct sv);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		if (is_dead(pid_of(sv_from_cstr(name))))
			unlinkat(fd, name, 0);
		else if (texts && count < FILES_MAX)
			texts[count++] = slurp(fd, name, &arena);
		free(entries[i]);
	}
	free(entries);
	if (!arena_ok(&arena))
		return err_set(err, E_NO_MEMORY, NULL);
	join_texts(texts, count, out);
	return buf_ok(out) ? 0 : err_set(err, out->error, NULL);
}
