/* Rows and checkpoints, line by line or page by page; see audit_read.h. */
#include "cli/audit_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 1000
#define KEYS_MAX 4096

static FILE *open_file(const char *path, struct err *err)
{
	FILE *f = fopen(strcmp(path, "-") == 0 ? "/dev/stdin" : path, "re");

	if (f == NULL)
		err_set(err, E_CONFIG, "%s: %s", path, strerror(errno));
	return f;
}

static void close_file(FILE **f)
{
	if (*f != NULL)
		fclose(*f);
	*f = NULL;
}

static void free_text(char **text)
{
	free(*text);
}

int audit_read_keys(const char *path, struct sign_ring *ret, struct err *err)
{
	FILE *f CLEANUP(close_file) = open_file(path, err);
	char text[KEYS_MAX];
	size_t n;

	if (f == NULL)
		return E_CONFIG;
	n = fread(text, 1, sizeof(text), f);
	return ferror(f) ? err_set_errno(err, errno, "%s", path)
			 : sign_ring_parse(sv_from(text, n), ret, err);
}

/* What is done with a line that is not empty. */
typedef int (*line_fn)(void *ctx, struct sv line, struct err *err);

static int each_line(const char *path, line_fn fn, void *ctx, struct err *err)
{
	FILE *f CLEANUP(close_file) = open_file(path, err);
	char *text CLEANUP(free_text) = NULL;
	size_t room = 0;
	ssize_t n;
	int rc = 0;

	if (f == NULL)
		return E_CONFIG;
	while (rc == 0 && (n = getline(&text, &room, f)) >= 0) {
		struct sv line = sv_trim(sv_from(text, (size_t)n));

		if (line.n > 0)
			rc = fn(ctx, line, err);
	}
	if (rc == 0 && ferror(f))
		rc = err_set_errno(err, errno, "%s", path);
	return rc;
}

static int take_row(void *ctx, struct sv line, struct err *err)
{
	struct arena arena CLEANUP(arena_free);
	struct chain_row row;
	int rc;

	arena_init(&arena, 0);
	rc = chain_row_parse(line, &arena, &row, NULL);
	if (rc == E_NO_MEMORY)
		return err_set(err, rc, NULL);
	if (rc == 0)
		return chain_check_row(ctx, &row, err);
	chain_check_damage(ctx);
	return 0;
}

int audit_read_rows(struct chain_check *c, const char *path, struct err *err)
{
	return each_line(path, take_row, c, err);
}

struct checkpoint_lines {
	struct chain_check *check;
	const struct sign_ring *ring;
	size_t skipped;
};

static int take_checkpoint(void *ctx, struct sv line, struct err *err)
{
	struct checkpoint_lines *l = ctx;
	struct chain_checkpoint cp;

	if (chain_checkpoint_parse(line, &cp, NULL) == 0)
		return chain_check_checkpoint(l->check, &cp, l->ring, err);
	l->skipped++;
	return 0;
}

int audit_read_checkpoints(struct chain_check *c, const char *path, const struct sign_ring *ring,
	size_t *ret_skipped, struct err *err)
{
	struct checkpoint_lines l = {c, ring, 0};
	int rc = each_line(path, take_checkpoint, &l, err);

	*ret_skipped = l.skipped;
	return rc;
}

/* --- the database ----------------------------------------------------------------------------- */

static int checkpoint_pages(
	struct chain_check *c, struct db *db, const struct sign_ring *ring, struct err *err)
{
	struct arena arena CLEANUP(arena_free);
	struct chain_checkpoint *cps;
	int64_t after = INT64_MIN;
	size_t n = PAGE;
	int rc = 0;

	arena_init(&arena, 0);
	while (rc == 0 && n == PAGE) {
		arena_reset(&arena);
		rc = store_checkpoint_page(db, after, PAGE, &arena, &cps, &n, err);
		for (size_t i = 0; rc == 0 && i < n; i++) {
			after = cps[i].seq;
			rc = chain_check_checkpoint(c, &cps[i], ring, err);
		}
	}
	return rc;
}

static int row_pages(struct chain_check *c, struct db *db, struct err *err)
{
	struct arena arena CLEANUP(arena_free);
	struct chain_row *rows;
	int64_t after = INT64_MIN;
	size_t n = PAGE;
	int rc = 0;

	arena_init(&arena, 0);
	while (rc == 0 && n == PAGE) {
		arena_reset(&arena);
		rc = store_audit_page(db, after, PAGE, &arena, &rows, &n, err);
		for (size_t i = 0; rc == 0 && i < n; i++) {
			after = rows[i].seq;
			rc = chain_check_row(c, &rows[i], err);
		}
	}
	return rc;
}

int audit_read_table(
	struct chain_check *c, struct db *db, const struct sign_ring *ring, struct err *err)
{
	int rc = checkpoint_pages(c, db, ring, err);

	return rc == 0 ? row_pages(c, db, err) : rc;
}
