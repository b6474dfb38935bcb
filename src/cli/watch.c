/*
 * One pass over the watched folders. State is what lies on the disk; what is kept in memory is only
 * of whom something was logged.
 */
#include "cli/watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLAIMS_MAX 64

/* --- what is told ----------------------------------------------------------------------------- */

/* The first time that this is said of the file? */
static bool is_news(struct watch *w, const struct stat *st, int code)
{
	size_t n = MIN(w->told_count, (size_t)WATCH_TOLD_MAX);

	for (size_t i = 0; i < n; i++)
		if (w->told[i].device == st->st_dev && w->told[i].inode == st->st_ino &&
			w->told[i].code == code)
			return false;
	w->told[w->told_count++ % WATCH_TOLD_MAX] =
		(struct watch_told){.device = st->st_dev, .inode = st->st_ino, .code = code};
	return true;
}

static void leave_alone(struct watch *w, const struct watch_folder *f, const char *name,
	const struct stat *st, const struct err *why)
{
	char clean[NAME_MAX + 1];

	watch_clean_name(name, clean);
	if (is_news(w, st, why->code))
		log_warn(w->log, "a file is left alone", LOG_STR("folder", f->path),
			LOG_STR("file", clean), LOG_FAIL(why));
}

/* --- one claim -------------------------------------------------------------------------------- */

static int keep_ticket(void *ctx, const struct import_ticket *ticket, struct err *err)
{
	return watch_claim_keep(ctx, ticket, err);
}

static int import_claim(
	struct watch *w, struct watch_claim *c, struct import_result *r, struct err *err)
{
	char clean[NAME_MAX + 1], claim[UUID_TEXT_LEN + 1], source[UUID_TEXT_LEN + 1];
	char key[2 * UUID_TEXT_LEN + 2];
	struct import im = {
		.remote = w->remote,
		.limits = w->limits,
		.project = w->project,
		.source = c->folder->source,
		.name = clean,
		.idempotency = key,
		.ticket = c->ticket,
		.wait = true,
		.wait_ms = w->wait_ms,
		.announced = keep_ticket,
		.ctx = c,
	};
	int fd CLEANUP(fd_close) = -1;
	int rc = watch_claim_file(c, &fd, err);

	watch_clean_name(c->name, clean);
	uuid_format(&c->id, claim);
	uuid_format(&c->folder->source, source);
	snprintf(key, sizeof(key), "%s-%s", claim, source);
	return rc < 0 ? rc : import_file(&im, fd, r, err);
}

static void log_end(const struct watch *w, const struct watch_claim *c, const char *name,
	const struct import_result *r)
{
	char clean[NAME_MAX + 1], file[UUID_TEXT_LEN + 1];

	watch_clean_name(name, clean);
	uuid_format(&r->file, file);
	log_info(w->log, "a file was imported", LOG_STR("folder", c->folder->path),
		LOG_STR("file", clean), LOG_STR("outcome", import_outcome_word(r->outcome)),
		LOG_STR("state", r->state), LOG_STR("id", file), LOG_INT("rows", r->rows_accepted));
}

/* Imports what is left to import; a file that the server only has not read yet stays claimed. */
static int claim_import(
	struct watch *w, struct watch_claim *c, struct watch_rest *rest, struct err *err)
{
	struct import_result r CLEANUP(import_result_free) = IMPORT_RESULT_INIT;
	bool failed;
	int rc = import_claim(w, c, &r, err);

	if (rc == 0 && r.outcome == IMPORT_TAKEN && !r.blind)
		rc = err_set(err, E_TIMEOUT, "The server has the file, and has not read it yet.");
	if (rc < 0)
		return rc;
	failed = r.outcome == IMPORT_REFUSED;
	rc = watch_claim_report(c, &r, failed, clock_wall_us(&w->clock), err);
	if (rc < 0)
		return rc;
	rest->imported += !failed;
	rest->failed += failed;
	log_end(w, c, c->name, &r);
	return 0;
}

static void claim_go(struct watch *w, struct watch_claim *c, struct watch_rest *rest)
{
	struct err err = {0};
	int rc = c->reported ? 0 : claim_import(w, c, rest, &err);

	if (rc == 0)
		rc = watch_claim_end(c, &err);
	if (rc == 0)
		return;
	rest->stuck++;
	if (rest->error != rc)
		log_warn(w->log, "an import has to wait", LOG_STR("folder", c->folder->path),
			LOG_FAIL(&err));
	rest->error = rc;
}

/* --- one file --------------------------------------------------------------------------------- */

bool watch_takes_name(const char *name)
{
	static const char *const unfinished[] = {".part", ".tmp", ".filepart", ".crdownload", "~"};
	struct sv all = sv_from_cstr(name);

	if (name[0] == '.')
		return false;
	for (size_t i = 0; i < ARRAY_LEN(unfinished); i++)
		if (sv_ends_with(all, sv_from_cstr(unfinished[i])))
			return false;
	return strcmp(name, "taking") != 0 && strcmp(name, "done") != 0 &&
	       strcmp(name, "failed") != 0 && strcmp(name, "pulling") != 0;
}

/* A lease for reading is refused while somebody has the file open for writing. Where the kernel does
 * not give one for other reasons (another owner, a network file system), the time has to do. */
static bool is_being_written(int fd)
{
	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
		fcntl(fd, F_SETLEASE, F_UNLCK);
		return false;
	}
	return errno == EAGAIN;
}

/* Whole, by its time: nothing about it has changed for long enough. Its change time moves with every
 * write, and nobody can set it back. *ret_us: how long there is still to wait. */
static bool is_settled(const struct watch *w, const struct stat *st, int64_t *ret_us)
{
	int64_t changed = (int64_t)st->st_ctim.tv_sec * 1000000 + st->st_ctim.tv_nsec / 1000;
	int64_t age = clock_wall_us(&w->clock) - changed;

	*ret_us = w->settle_us - age;
	return *ret_us <= 0;
}

/* May the file be taken, as far as it goes by itself? */
static int examine(const struct watch_folder *f, const char *name, struct stat *st, int *ret_fd,
	struct err *err)
{
	if (fstatat(f->dir, name, st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set_errno(err, errno, "It cannot be examined");
	if (!S_ISREG(st->st_mode))
		return err_set(err, E_FILE_TYPE, "It is not a file.");
	*ret_fd = openat(f->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	return *ret_fd < 0 ? err_set_errno(err, errno, "It cannot be opened") : 0;
}

static void take(struct watch *w, struct watch_folder *f, const char *name, const struct stat *st,
	struct watch_rest *rest)
{
	struct watch_claim c;
	struct err err = {0};

	if (watch_claim_make(f, name, &c, &err) == 0)
		claim_go(w, &c, rest);
	else if (err.code != E_NOT_FOUND)
		leave_alone(w, f, name, st, &err);
}

static void look_at(struct watch *w, struct watch_folder *f, const char *name, bool whole,
	struct watch_rest *rest)
{
	int fd CLEANUP(fd_close) = -1;
	struct stat st = {0};
	struct err err = {0};
	int64_t left_us = 0;
	int rc = examine(f, name, &st, &fd, &err);

	if (rc == E_NOT_FOUND)
		return;
	if (rc < 0) {
		leave_alone(w, f, name, &st, &err);
		return;
	}
	if (!whole && !is_settled(w, &st, &left_us)) {
		rest->next_us = MIN(rest->next_us, left_us);
		return;
	}
	if (is_being_written(fd)) {
		rest->next_us = MIN(rest->next_us, MAX(w->settle_us, INT64_C(1000000)));
		return;
	}
	take(w, f, name, &st, rest);
}

void watch_take_renamed(
	struct watch *w, struct watch_folder *f, const char *name, struct watch_rest *rest)
{
	if (watch_takes_name(name))
		look_at(w, f, name, true, rest);
}

/* --- a pass ----------------------------------------------------------------------------------- */

static void pass_claims(struct watch *w, struct watch_folder *f, struct watch_rest *rest)
{
	struct watch_claim claims[CLAIMS_MAX];
	struct err err = {0};
	size_t n = 0;

	if (watch_claim_list(f, claims, CLAIMS_MAX, &n, &err) < 0)
		log_error(w->log, "claims cannot be listed", LOG_FAIL(&err));
	for (size_t i = 0; i < n; i++)
		claim_go(w, &claims[i], rest);
}

static void dir_close(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static void pass_files(struct watch *w, struct watch_folder *f, struct watch_rest *rest)
{
	int fd = openat(f->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir CLEANUP(dir_close) = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir)
		log_error(w->log, "a folder cannot be listed", LOG_STR("folder", f->path));
	/* What is stuck may be so for the next one: no more is taken than waits already. */
	while (dir && rest->stuck == 0 && (entry = readdir(dir)))
		if (watch_takes_name(entry->d_name))
			look_at(w, f, entry->d_name, false, rest);
}

void watch_pass(struct watch *w, struct watch_rest *ret)
{
	*ret = (struct watch_rest){.next_us = INT64_MAX};
	for (size_t i = 0; i < w->folder_count; i++)
		pass_claims(w, &w->folders[i], ret);
	for (size_t i = 0; i < w->folder_count; i++)
		pass_files(w, &w->folders[i], ret);
}
