/*
 * Writing results fast: chunks of rows are formatted by all threads into memory and written in
 * order. What a row looks like is in match_row.c.
 */
#include "cli/match_files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/match_row.h"
#include "cli/match_text.h"

#define CHUNK 4096u /* rows formatted before they are written: they stay in the processor's cache */
#define THREADS_MAX 64u

/* ---- formatting in parallel, writing in order ---- */

struct file {
	const char *name, *header; /* "" with JSON */
	match_row_fn put;
	uint32_t first, end;
};

struct crew {
	const struct match_rows *w;
	const struct file *file;
	int fd;
	uint32_t nchunks;
	atomic_uint next;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	uint32_t turn; /* the chunk whose place in the file is `at` */
	off_t at;
	int error; /* the first one: E_NO_MEMORY, or with io the errno of a write */
	bool io;
};

static int write_all(int fd, const char *p, size_t n, off_t at)
{
	while (n > 0) {
		ssize_t put = pwrite(fd, p, n, at);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		p += put;
		at += put;
		n -= (size_t)put;
	}
	return 0;
}

static void crew_fail(struct crew *c, int error, bool io)
{
	pthread_mutex_lock(&c->lock);
	if (c->error == 0) {
		c->error = error;
		c->io = io;
	}
	pthread_cond_broadcast(&c->moved);
	pthread_mutex_unlock(&c->lock);
}

/* Where chunk k of n bytes goes: known once all before it have their places. False: give up. */
static bool take_place(struct crew *c, uint32_t k, size_t n, off_t *ret)
{
	pthread_mutex_lock(&c->lock);
	while (c->turn != k && c->error == 0)
		pthread_cond_wait(&c->moved, &c->lock);
	bool ok = c->error == 0;
	*ret = c->at;
	c->at += (off_t)n;
	c->turn = k + 1;
	pthread_cond_broadcast(&c->moved);
	pthread_mutex_unlock(&c->lock);
	return ok;
}

static void *write_chunks(void *arg)
{
	struct crew *c = arg;
	struct match_text t = {0};
	bool ok = true;
	off_t at;
	uint32_t k;

	while (ok && (k = atomic_fetch_add(&c->next, 1)) < c->nchunks) {
		uint32_t first = c->file->first + k * CHUNK;
		uint32_t end = MIN(first + CHUNK, c->file->end);
		t.n = 0;
		for (uint32_t i = first; i < end && !t.failed; i++)
			c->file->put(&t, c->w, i);
		if (t.failed)
			crew_fail(c, E_NO_MEMORY, false);
		ok = take_place(c, k, t.n, &at);
		if (ok && write_all(c->fd, t.p, t.n, at) < 0) {
			crew_fail(c, errno, true);
			ok = false;
		}
	}
	match_text_free(&t);
	return NULL;
}

static int write_rows(
	const struct match_rows *w, const struct file *file, unsigned threads, int fd, struct err *err)
{
	struct crew c = {.w = w, .file = file, .fd = fd, .at = (off_t)strlen(file->header),
		.nchunks = (file->end - file->first + CHUNK - 1) / CHUNK,
		.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
	pthread_t others[THREADS_MAX];
	unsigned started = 0;

	if (write_all(fd, file->header, strlen(file->header), 0) < 0)
		return err_set_errno(err, errno, "%s", file->name);
	while (started + 1 < MIN(threads, THREADS_MAX) && started + 1 < c.nchunks &&
		pthread_create(&others[started], NULL, write_chunks, &c) == 0)
		started++;
	write_chunks(&c);
	for (unsigned i = 0; i < started; i++)
		pthread_join(others[i], NULL);
	if (c.error != 0)
		return c.io ? err_set_errno(err, c.error, "%s", file->name)
			    : err_set(err, c.error, NULL);
	return 0;
}

static int write_file(
	const struct match_rows *w, const struct file *file, unsigned threads, struct err *err)
{
	char path[4096], part[4100];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", w->f->dir, file->name) >= sizeof(path))
		return err_set(err, E_LIMIT, "The folder's name is too long.");
	snprintf(part, sizeof(part), "%s~", path);
	int fd CLEANUP(fd_close) = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_set_errno(err, errno, "%s", part);
	int rc = write_rows(w, file, threads, fd, err);
	if (rc == 0 && rename(part, path) != 0)
		rc = err_set_errno(err, errno, "%s", path);
	if (rc < 0)
		(void)unlink(part);
	return rc;
}

static uint32_t open_of_left(const struct result *r)
{
	uint32_t i = 0;

	while (i < r->open.n && r->inputs[r->open.input[i]].side == RESULT_LEFT)
		i++;
	return i;
}

#define OPEN_HEADER "row,break_type,remaining,nearest_row,nearest_confidence\n"

int match_files_write(const struct match_files *f, unsigned threads, struct err *err)
{
	struct match_rows w = {.f = f};
	const struct result *r = f->result;
	uint32_t left = open_of_left(r), n = r->matches.n;
	const struct file csv[] = {
		{"matches.csv",
			"match_id,kind,pass,status,confidence,margin,left_rows,right_rows,difference,"
			"evidence\n",
			match_row_csv, 0, n},
		{"allocations.csv", "match_id,left_row,right_row,amount\n", match_row_csv_parts, 0, n},
		{"open_left.csv", OPEN_HEADER, match_row_csv_open, 0, left},
		{"open_right.csv", OPEN_HEADER, match_row_csv_open, left, r->open.n},
	};
	const struct file json[] = {
		{"matches.jsonl", "", match_row_json, 0, n},
		{"allocations.jsonl", "", match_row_json_parts, 0, n},
		{"open_left.jsonl", "", match_row_json_open, 0, left},
		{"open_right.jsonl", "", match_row_json_open, left, r->open.n},
	};
	const struct file *files = f->json ? json : csv;
	int rc = match_rows_init(&w) ? 0 : err_set(err, E_NO_MEMORY, NULL);

	for (size_t i = 0; i < ARRAY_LEN(csv) && rc == 0; i++)
		rc = write_file(&w, &files[i], MAX(threads, 1u), err);
	match_rows_free(&w);
	return rc;
}
