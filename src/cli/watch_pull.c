/* Files from SFTP servers; see watch_pull.h. */
#include "cli/watch_pull.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

#define LIST_MAX (64u << 20)
#define LINE_MAX_LEN (UUID_TEXT_LEN + 2 * 21 + NAME_MAX + 4)

struct watch_pull_file {
	char name[NAME_MAX + 1];
	struct net_sftp_stat stat;
	int64_t since_us; /* when it was first seen like this */
	bool seen;        /* in the look that is under way */
	bool done;        /* taken, or of no interest; like this */
};

/* --- the list --------------------------------------------------------------------------------- */

/* " 120 1700000000 name\n", behind the id. */
static void line_of(const struct watch_pull_file *f, char out[LINE_MAX_LEN])
{
	snprintf(out, LINE_MAX_LEN, " %" PRId64 " %" PRId64 " %s\n", f->stat.size, f->stat.mtime,
		f->name);
}

static bool is_taken(const struct watch_pull *p, const struct watch_pull_file *f)
{
	char line[LINE_MAX_LEN];

	line_of(f, line);
	return p->taken.n > 0 && memmem(p->taken.p, p->taken.n, line, strlen(line)) != NULL;
}

static int write_all(int fd, struct sv text, struct err *err)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno != EINTR)
			return err_set_errno(err, errno, "A file of pulling/ cannot be written");
		text.p += MAX(n, 0);
		text.n -= (size_t)MAX(n, 0);
	}
	return 0;
}

static int remember(struct watch_pull *p, const struct uuid *id, const struct watch_pull_file *f,
	struct err *err)
{
	char line[LINE_MAX_LEN], text[UUID_TEXT_LEN + LINE_MAX_LEN];
	int rc;

	line_of(f, line);
	uuid_format(id, text);
	memcpy(text + UUID_TEXT_LEN, line, strlen(line) + 1);
	rc = write_all(p->list, sv_from_cstr(text), err);
	if (rc == 0 && fsync(p->list) < 0)
		rc = err_set_errno(err, errno, "The list in pulling/ cannot be flushed");
	if (rc == 0)
		buf_add_cstr(&p->taken, text);
	return rc < 0 || buf_ok(&p->taken) ? rc : err_set(err, E_LIMIT, "The list in pulling/ is full.");
}

/* --- the rename ------------------------------------------------------------------------------- */

/* From pulling/ into the watched folder; where there is such a name already, with the id in it. */
static int appear(struct watch_pull *p, const struct uuid *id, const char *name, char out[NAME_MAX + 1],
	struct err *err)
{
	char text[UUID_TEXT_LEN + 1];
	const char *dot = strrchr(name, '.');
	int rc;

	uuid_format(id, text);
	snprintf(out, NAME_MAX + 1, "%s", name);
	rc = renameat2(p->dir, text, p->folder->dir, out, RENAME_NOREPLACE);
	if (rc < 0 && errno == EEXIST) {
		if (!dot || strlen(dot) > 16)
			dot = name + strlen(name);
		snprintf(out, NAME_MAX + 1, "%.*s~%s%s",
			(int)MIN((size_t)(dot - name), (size_t)(NAME_MAX - 64)), name, text, dot);
		rc = renameat2(p->dir, text, p->folder->dir, out, RENAME_NOREPLACE);
	}
	if (rc < 0)
		return err_set_errno(err, errno, "%s cannot be placed", name);
	return fsync(p->folder->dir) < 0 || fsync(p->dir) < 0 ?
		       err_set_errno(err, errno, "A folder cannot be flushed") :
		       0;
}

/* One line of an earlier process: its file may still have to appear. */
static int recover_line(struct watch_pull *p, struct sv line, struct err *err)
{
	struct sv rest = line, text = sv_cut(&rest, ' ');
	char name[NAME_MAX + 1], id_text[UUID_TEXT_LEN + 1], out[NAME_MAX + 1];
	struct uuid id;

	sv_cut(&rest, ' ');
	sv_cut(&rest, ' ');
	if (uuid_parse(text, &id) != 0 || rest.n == 0 || rest.n > NAME_MAX)
		return 0;
	uuid_format(&id, id_text);
	snprintf(name, sizeof(name), "%.*s", SV_ARG(rest));
	return faccessat(p->dir, id_text, F_OK, AT_SYMLINK_NOFOLLOW) < 0 ?
		       0 :
		       appear(p, &id, name, out, err);
}

static void dir_close(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* What has no line was not read to its end. */
static void remove_unfinished(struct watch_pull *p)
{
	int fd = openat(p->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir CLEANUP(dir_close) = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct uuid id;

	while (dir && (entry = readdir(dir)))
		if (uuid_parse(sv_from_cstr(entry->d_name), &id) == 0)
			unlinkat(p->dir, entry->d_name, 0);
}

static int read_list(struct watch_pull *p, struct err *err)
{
	ssize_t n;

	buf_init(&p->taken, LIST_MAX);
	do {
		char *room = buf_reserve(&p->taken, 65536);

		n = room ? read(p->list, room, 65536) : -1;
		buf_commit(&p->taken, n > 0 ? (size_t)n : 0);
	} while (n > 0);
	if (n < 0)
		return err_set(err, E_IO, "The list in pulling/ cannot be read.");
	/* A line without its end was never flushed: its file did not appear. */
	while (p->taken.n > 0 && p->taken.p[p->taken.n - 1] != '\n')
		p->taken.n--;
	if (ftruncate(p->list, (off_t)p->taken.n) < 0)
		return err_set_errno(err, errno, "The list in pulling/ cannot be mended");
	return 0;
}

static int recover(struct watch_pull *p, struct err *err)
{
	struct sv rest;
	int rc = read_list(p, err);

	rest = buf_sv(&p->taken);
	while (rc == 0 && rest.n > 0)
		rc = recover_line(p, sv_cut(&rest, '\n'), err);
	if (rc == 0)
		remove_unfinished(p);
	return rc;
}

int watch_pull_open(struct watch_folder *folder, const struct net_sftp_options *where,
	struct watch_pull *ret, struct err *err)
{
	int rc = net_sftp_new(where, &ret->sftp, err);

	if (rc < 0)
		return rc;
	ret->folder = folder;
	if (mkdirat(folder->dir, "pulling", 0700) < 0 && errno != EEXIST)
		return err_set_errno(err, errno, "%s/pulling cannot be made", folder->path);
	ret->dir = openat(folder->dir, "pulling", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (ret->dir < 0)
		return err_set_errno(err, errno, "%s/pulling cannot be opened", folder->path);
	ret->list = openat(ret->dir, "list",
		O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (ret->list < 0)
		return err_set_errno(err, errno, "%s/pulling/list cannot be opened", folder->path);
	ret->files = calloc(WATCH_PULL_FILES_MAX, sizeof(*ret->files));
	if (!ret->files)
		return err_set(err, E_NO_MEMORY, NULL);
	return recover(ret, err);
}

void watch_pull_close(struct watch_pull *p)
{
	net_sftp_free(&p->sftp);
	fd_close(&p->dir);
	fd_close(&p->list);
	buf_free(&p->taken);
	free(p->files);
	*p = WATCH_PULL_INIT;
}

/* --- one file --------------------------------------------------------------------------------- */

struct copy {
	int fd;
	int64_t size;
};

static int copy_write(void *ctx, const char *p, size_t n, struct err *err)
{
	struct copy *c = ctx;

	c->size += (int64_t)n;
	return write_all(c->fd, sv_from(p, n), err);
}

/* E_STALE: it changed while it was read. */
static int copy_whole(struct watch_pull *p, const struct watch_pull_file *f, int fd, struct err *err)
{
	struct copy copy = {.fd = fd};
	struct sv name = sv_from_cstr(f->name);
	struct net_sftp_stat after = {0};
	int rc = f->stat.size > 0 ? net_sftp_read(p->sftp, name, copy_write, &copy, err) : 0;

	if (rc == 0)
		rc = net_sftp_stat(p->sftp, name, &after, err);
	if (rc < 0)
		return rc;
	if (copy.size != f->stat.size || after.size != f->stat.size || after.mtime != f->stat.mtime)
		return err_set(err, E_STALE, "It changed while it was read.");
	return fsync(fd) < 0 ? err_set_errno(err, errno, "The file cannot be flushed") : 0;
}

static int pull(struct watch_pull *p, const struct watch_pull_file *f, char out[NAME_MAX + 1],
	struct err *err)
{
	struct uuid id = uuid_new();
	char text[UUID_TEXT_LEN + 1];
	int fd CLEANUP(fd_close) = -1;
	int rc;

	uuid_format(&id, text);
	fd = openat(p->dir, text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0)
		return err_set_errno(err, errno, "A file in pulling/ cannot be made");
	rc = copy_whole(p, f, fd, err);
	if (rc == 0)
		rc = remember(p, &id, f, err);
	if (rc < 0) {
		unlinkat(p->dir, text, 0);
		return rc;
	}
	return appear(p, &id, f->name, out, err);
}

/* --- a look ----------------------------------------------------------------------------------- */

static struct watch_pull_file *file_named(struct watch_pull *p, struct sv name)
{
	struct watch_pull_file *f;

	for (size_t i = 0; i < p->file_count; i++)
		if (sv_eq_cstr(name, p->files[i].name))
			return &p->files[i];
	if (p->file_count == WATCH_PULL_FILES_MAX)
		return NULL;
	f = &p->files[p->file_count++];
	*f = (struct watch_pull_file){.since_us = -1};
	memcpy(f->name, name.p, name.n);
	f->name[name.n] = '\0';
	return f;
}

/* A name becomes a name here: what is no text, or would be more than one, is left alone. */
static bool is_plain(struct sv name)
{
	if (name.n == 0 || name.n > NAME_MAX || utf8_valid_prefix(name) != name.n)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ' || name.p[i] == '/' || name.p[i] == 0x7f)
			return false;
	return true;
}

static int note_name(void *ctx, struct sv name, struct err *err)
{
	struct watch_pull *p = ctx;
	struct watch_pull_file *f = is_plain(name) ? file_named(p, name) : NULL;

	(void)err;
	if (f)
		f->seen = watch_takes_name(f->name);
	return 0;
}

/* What is gone is forgotten: should it come back, it is looked at anew. */
static void forget_gone(struct watch_pull *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->file_count; i++)
		if (p->files[i].seen)
			p->files[kept++] = p->files[i];
	p->file_count = kept;
}

static bool is_same(const struct net_sftp_stat *a, const struct net_sftp_stat *b)
{
	return a->size == b->size && a->mtime == b->mtime;
}

/* Has it settled? It is not looked at again while it stays as it is, once it was taken. */
static int look(struct watch *w, struct watch_pull *p, struct watch_pull_file *f, bool *ret_whole,
	int64_t *ret_left_us, struct err *err)
{
	int64_t now = clock_mono_us(&w->clock);
	struct net_sftp_stat stat = {0};
	int rc = net_sftp_stat(p->sftp, sv_from_cstr(f->name), &stat, err);

	*ret_whole = false;
	*ret_left_us = INT64_MAX;
	if (rc < 0)
		return rc;
	if (f->since_us < 0 || !is_same(&stat, &f->stat)) {
		f->stat = stat;
		f->since_us = now;
		f->done = is_taken(p, f);
	}
	if (f->done)
		return 0;
	*ret_left_us = w->settle_us - (now - f->since_us);
	*ret_whole = *ret_left_us <= 0;
	return 0;
}

static int visit(
	struct watch *w, struct watch_pull *p, struct watch_pull_file *f, struct watch_rest *rest,
	struct err *err)
{
	char placed[NAME_MAX + 1];
	int64_t left_us = 0;
	bool whole;
	int rc = look(w, p, f, &whole, &left_us, err);

	if (rc == E_NOT_FOUND) { /* a folder, or it has gone */
		f->done = true;
		return 0;
	}
	if (rc < 0 || !whole) {
		rest->next_us = MIN(rest->next_us, left_us);
		return rc;
	}
	rc = pull(p, f, placed, err);
	if (rc == E_NOT_FOUND) { /* a folder, or nobody may read it: like this it is of no interest */
		f->done = true;
		return 0;
	}
	if (rc == E_STALE) {
		f->since_us = -1;
		rest->next_us = MIN(rest->next_us, MAX(w->settle_us, INT64_C(1000000)));
		return 0;
	}
	if (rc < 0)
		return rc;
	f->done = true;
	log_info(w->log, "a file was pulled", LOG_STR("folder", p->folder->path),
		LOG_STR("file", placed), LOG_INT("bytes", f->stat.size));
	watch_take_renamed(w, p->folder, placed, rest);
	return 0;
}

void watch_pull_pass(struct watch *w, struct watch_pull *p, struct watch_rest *rest)
{
	struct err err = {0};
	int rc;

	for (size_t i = 0; i < p->file_count; i++)
		p->files[i].seen = false;
	rc = net_sftp_list(p->sftp, note_name, p, &err);
	if (rc == 0)
		forget_gone(p);
	for (size_t i = 0; rc == 0 && rest->stuck == 0 && i < p->file_count; i++)
		rc = visit(w, p, &p->files[i], rest, &err);
	if (rc < 0 && p->error != rc)
		log_warn(w->log, "an SFTP server cannot be read from",
			LOG_STR("folder", p->folder->path), LOG_FAIL(&err));
	rest->away += rc < 0;
	p->error = rc;
}
