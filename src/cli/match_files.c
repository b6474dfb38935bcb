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

#define CHUNK 16384u
#define AHEAD 16u /* chunks in memory at once, per thread */

/* ---- formatting in parallel, writing in order ---- */

struct file {
	const char *name, *header; /* "" with JSON */
	match_row_fn put;
	uint32_t first, end;
};

struct crew {
	const struct match_rows *w;
	const struct file *file;
	uint32_t from, nchunks; /* of this round */
	struct match_text *text;      /* one per chunk of a round */
	atomic_uint next;
};

static void *format_chunks(void *arg)
{
	struct crew *c = arg;
	uint32_t k;

	while ((k = atomic_fetch_add(&c->next, 1)) < c->nchunks) {
		struct match_text *t = &c->text[k];
		uint32_t first = c->file->first + (c->from + k) * CHUNK;
		uint32_t end = MIN(first + CHUNK, c->file->end);
		t->n = 0;
		for (uint32_t i = first; i < end && !t->failed; i++) {
			c->file->put(t, c->w, i);
		}
	}
	return NULL;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, p, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		p += put;
		n -= (size_t)put;
	}
	return 0;
}

static int run_round(struct crew *c, unsigned threads, int fd, struct err *err)
{
	pthread_t others[64];
	unsigned started = 0;

	atomic_store(&c->next, 0);
	while (started + 1 < threads && started < ARRAY_LEN(others) && started + 1 < c->nchunks &&
		pthread_create(&others[started], NULL, format_chunks, c) == 0)
		started++;
	format_chunks(c);
	for (unsigned i = 0; i < started; i++)
		pthread_join(others[i], NULL);
	for (uint32_t k = 0; k < c->nchunks; k++) {
		if (c->text[k].failed)
			return err_set(err, E_NO_MEMORY, NULL);
		if (write_all(fd, c->text[k].p, c->text[k].n) < 0)
			return err_set_errno(err, errno, "%s", c->file->name);
	}
	return 0;
}

static int write_rows(
	const struct match_rows *w, const struct file *file, unsigned threads, int fd, struct err *err)
{
	uint32_t total = (file->end - file->first + CHUNK - 1) / CHUNK;
	uint32_t most = MAX(MIN(AHEAD * threads, total), 1u);
	struct crew c = {.w = w, .file = file, .text = calloc(most, sizeof(struct match_text))};
	int rc = c.text == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;

	if (rc == 0 && write_all(fd, file->header, strlen(file->header)) < 0)
		rc = err_set_errno(err, errno, "%s", file->name);
	for (c.from = 0; c.from < total && rc == 0; c.from += c.nchunks) {
		c.nchunks = MIN(most, total - c.from);
		rc = run_round(&c, threads, fd, err);
	}
	for (uint32_t k = 0; c.text != NULL && k < most; k++)
		match_text_free(&c.text[k]);
	free(c.text);
	return rc;
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
