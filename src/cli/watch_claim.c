/*
 * Claims on the disk. Each step is one rename, or can be done again.
 */
#include "cli/watch_claim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

#define TEXT_MAX (1u << 20)
#define SIDE_LEN (UUID_TEXT_LEN + 16) /* "<claim>.ticket.new" */

/* --- folders ---------------------------------------------------------------------------------- */

static int sub_open(int dir, const char *name, mode_t mode, int *ret_fd, struct err *err)
{
	if (mkdirat(dir, name, mode) < 0 && errno != EEXIST)
		return err_set_errno(err, errno, "The folder %s cannot be made", name);
	*ret_fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return *ret_fd < 0 ? err_set_errno(err, errno, "The folder %s cannot be opened", name) : 0;
}

int watch_folder_open(struct watch_folder *f, struct err *err)
{
	int rc;

	f->taking = f->done = f->failed = -1;
	f->dir = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->dir < 0)
		return err_set_errno(err, errno, "%s cannot be opened", f->path);
	rc = sub_open(f->dir, "taking", 0700, &f->taking, err);
	if (rc == 0)
		rc = sub_open(f->dir, "done", 0750, &f->done, err);
	if (rc == 0)
		rc = sub_open(f->dir, "failed", 0750, &f->failed, err);
	if (rc == 0 && flock(f->taking, LOCK_EX | LOCK_NB) < 0)
		rc = err_set(err, E_EXISTS, "%s is watched already.", f->path);
	if (rc < 0)
		watch_folder_close(f);
	return rc;
}

void watch_folder_close(struct watch_folder *f)
{
	fd_close(&f->dir);
	fd_close(&f->taking);
	fd_close(&f->done);
	fd_close(&f->failed);
}

/* --- names ------------------------------------------------------------------------------------ */

void watch_clean_name(const char *name, char out[NAME_MAX + 1])
{
	size_t n = 0, length = strlen(name);

	for (size_t i = 0; i < length;) {
		struct sv rest = sv_from(name + i, MIN(length - i, (size_t)4));
		size_t valid = utf8_valid_prefix(rest);
		const char *p = rest.p, *end = rest.p + valid;
		uint32_t cp = valid > 0 ? utf8_next(&p, end) : UINT32_MAX;
		size_t took = valid > 0 ? (size_t)(p - rest.p) : 1;

		if (cp == UINT32_MAX || utf8_is_unsafe_in_name(cp))
			out[n++] = '_';
		else
			for (size_t k = 0; k < took; k++)
				out[n++] = name[i + k];
		i += took;
	}
	out[n] = '\0';
}

static void side_name(const struct uuid *id, const char *ending, char out[SIDE_LEN])
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(id, text);
	snprintf(out, SIDE_LEN, "%s%s", text, ending);
}

/* Where the file ends up: its own name, or, when there is such a one or no room for ".json" behind
 * it, one with the claim's first digits. */
static void choose_target(const struct watch_claim *c, int folder, char out[NAME_MAX + 1])
{
	const size_t room = NAME_MAX - strlen(".json");
	char clean[NAME_MAX + 1], id[UUID_TEXT_LEN + 1], report[NAME_MAX + 8];
	const char *dot;
	int stem;

	watch_clean_name(c->name, clean);
	snprintf(report, sizeof(report), "%s.json", clean);
	if (strlen(clean) <= room && faccessat(folder, clean, F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
		faccessat(folder, report, F_OK, AT_SYMLINK_NOFOLLOW) < 0) {
		memcpy(out, clean, sizeof(clean));
		return;
	}
	uuid_format(&c->id, id);
	dot = strrchr(clean, '.');
	if (!dot || strlen(dot) > 16)
		dot = clean + strlen(clean);
	stem = (int)MIN((size_t)(dot - clean), room - 16 - 1 - UUID_TEXT_LEN);
	while (stem > 0 && ((unsigned char)clean[stem] & 0xc0) == 0x80)
		stem--; /* not within a character */
	snprintf(out, NAME_MAX + 1, "%.*s~%s%s", stem, clean, id, dot);
}

/* --- small files ------------------------------------------------------------------------------ */

static int write_all(int fd, struct sv text, struct err *err)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno != EINTR)
			return err_set_errno(err, errno, "A note cannot be written");
		text.p += MAX(n, 0);
		text.n -= (size_t)MAX(n, 0);
	}
	return fsync(fd) < 0 ? err_set_errno(err, errno, "A note cannot be flushed") : 0;
}

/* Writes taking/<claim><ending>, all of it or nothing. */
static int side_write(
	const struct watch_claim *c, const char *ending, struct sv text, struct err *err)
{
	char name[SIDE_LEN], fresh[SIDE_LEN];
	int fd CLEANUP(fd_close) = -1;
	int rc;

	side_name(&c->id, ending, name);
	side_name(&c->id, ".new", fresh);
	fd = openat(c->folder->taking, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (fd < 0)
		return err_set_errno(err, errno, "A note cannot be made");
	rc = write_all(fd, text, err);
	if (rc == 0 && renameat(c->folder->taking, fresh, c->folder->taking, name) < 0)
		rc = err_set_errno(err, errno, "A note cannot be placed");
	if (rc == 0 && fsync(c->folder->taking) < 0)
		rc = err_set_errno(err, errno, "A folder cannot be flushed");
	return rc;
}

/* False when there is none. */
static bool side_read(const struct watch_claim *c, const char *ending, struct buf *out)
{
	char name[SIDE_LEN];
	int fd CLEANUP(fd_close) = -1;
	ssize_t n;

	side_name(&c->id, ending, name);
	fd = openat(c->folder->taking, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	do {
		char *p = out->n < TEXT_MAX ? buf_reserve(out, 4096) : NULL;

		n = p ? read(fd, p, 4096) : -1;
		buf_commit(out, n > 0 ? (size_t)n : 0);
	} while (n > 0);
	return n == 0;
}

static void side_remove(const struct watch_claim *c, const char *ending)
{
	char name[SIDE_LEN];

	side_name(&c->id, ending, name);
	unlinkat(c->folder->taking, name, 0);
}

/* --- the claim -------------------------------------------------------------------------------- */

static int claim_open(const struct watch_claim *c, int *ret_fd)
{
	char name[SIDE_LEN];

	side_name(&c->id, "", name);
	*ret_fd = openat(c->folder->taking, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return *ret_fd < 0 ? -errno : 0;
}

static void claim_forget(const struct watch_claim *c)
{
	char name[SIDE_LEN];

	side_name(&c->id, "", name);
	side_remove(c, ".ticket");
	side_remove(c, ".new");
	unlinkat(c->folder->taking, name, AT_REMOVEDIR);
}

int watch_claim_make(
	struct watch_folder *f, const char *name, struct watch_claim *ret, struct err *err)
{
	struct watch_claim c = {.folder = f, .id = uuid_new()};
	char own[SIDE_LEN];
	int dir CLEANUP(fd_close) = -1;

	side_name(&c.id, "", own);
	snprintf(c.name, sizeof(c.name), "%s", name);
	if (mkdirat(f->taking, own, 0700) < 0)
		return err_set_errno(err, errno, "A claim cannot be made");
	if (claim_open(&c, &dir) < 0 || renameat(f->dir, name, dir, name) < 0) {
		int error = errno;

		claim_forget(&c);
		return err_set_errno(err, error, "It cannot be taken out of its folder");
	}
	fsync(dir);
	fsync(f->taking);
	fsync(f->dir);
	*ret = c;
	return 0;
}

static void dir_close(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* The name of the only file in the claim's folder; "" when there is none. */
static void claim_find_name(struct watch_claim *c)
{
	int fd = -1;
	DIR *dir CLEANUP(dir_close) = claim_open(c, &fd) == 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	c->name[0] = '\0';
	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			snprintf(c->name, sizeof(c->name), "%s", entry->d_name);
}

static void claim_find_ticket(struct watch_claim *c)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct sv rest, href;

	if (!side_read(c, ".ticket", &text))
		return;
	rest = buf_sv(&text);
	href = sv_cut(&rest, '\n');
	if (href.n < sizeof(c->ticket.href) && uuid_parse(sv_trim(rest), &c->ticket.file) == 0)
		snprintf(c->ticket.href, sizeof(c->ticket.href), "%.*s", SV_ARG(href));
}

static bool claim_has_report(const struct watch_claim *c)
{
	char name[SIDE_LEN];

	side_name(&c->id, ".json", name);
	return faccessat(c->folder->taking, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int watch_claim_list(struct watch_folder *f, struct watch_claim *ret, size_t cap, size_t *ret_n,
	struct err *err)
{
	int fd = openat(f->taking, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir CLEANUP(dir_close) = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	*ret_n = 0;
	if (!dir)
		return err_set_errno(err, errno, "The claims cannot be listed");
	while (*ret_n < cap && (entry = readdir(dir))) {
		struct watch_claim c = {.folder = f};

		if (uuid_parse(sv_from_cstr(entry->d_name), &c.id) < 0)
			continue;
		claim_find_name(&c);
		claim_find_ticket(&c);
		c.reported = claim_has_report(&c);
		if (c.name[0] || c.reported)
			ret[(*ret_n)++] = c;
		else
			claim_forget(&c);
	}
	return 0;
}

int watch_claim_file(const struct watch_claim *c, int *ret_fd, struct err *err)
{
	int dir CLEANUP(fd_close) = -1;

	if (claim_open(c, &dir) < 0)
		return err_set_errno(err, errno, "The claim cannot be opened");
	*ret_fd = openat(dir, c->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	return *ret_fd < 0 ? err_set_errno(err, errno, "It cannot be opened") : 0;
}

int watch_claim_keep(
	struct watch_claim *c, const struct import_ticket *ticket, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	char file[UUID_TEXT_LEN + 1];

	uuid_format(&ticket->file, file);
	buf_printf(&text, "%s\n%s\n", ticket->href, file);
	c->ticket = *ticket;
	return side_write(c, ".ticket", buf_sv(&text), err);
}

/* --- the end ---------------------------------------------------------------------------------- */

int watch_claim_report(struct watch_claim *c, const struct import_result *r, bool failed,
	int64_t now_us, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&text);
	char target[NAME_MAX + 1];
	int rc;

	choose_target(c, failed ? c->folder->failed : c->folder->done, target);
	json_open_object(&w, NULL);
	json_put_cstr(&w, "name", c->name);
	json_put_cstr(&w, "folder", failed ? "failed" : "done");
	json_put_cstr(&w, "kept_as", target);
	json_put_instant(&w, "ended_at", now_us);
	import_result_to_json(r, &w);
	json_close_object(&w);
	buf_add_char(&text, '\n');
	rc = buf_ok(&text) ? side_write(c, ".json", buf_sv(&text), err) :
			     err_set(err, E_NO_MEMORY, NULL);
	c->reported = rc == 0;
	return rc;
}

/* What the report says of the end. */
static int report_read(
	const struct watch_claim *c, int *ret_folder, char ret_target[NAME_MAX + 1], struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	const struct json_object *folder = NULL, *kept = NULL;

	if (!side_read(c, ".json", &text) ||
		json_parse(buf_sv(&text), JSON_DEPTH, &root, NULL) < 0)
		return err_set(err, E_CORRUPT, "A report cannot be read.");
	json_find(root, "folder", &folder);
	json_find(root, "kept_as", &kept);
	if (json_as_text(kept).n == 0 || json_as_text(kept).n > NAME_MAX ||
		strchr(json_as_text(kept).p, '/'))
		return err_set(err, E_CORRUPT, "A report names no place.");
	*ret_folder = sv_eq_cstr(json_as_text(folder), "done") ? c->folder->done :
								 c->folder->failed;
	snprintf(ret_target, NAME_MAX + 1, "%s", json_as_text(kept).p);
	return 0;
}

/* Moves to a name that is free, else to one that nothing else can have. */
static int move_free(const struct watch_claim *c, int from, const char *name, int to,
	const char *target, const char *ending, struct err *err)
{
	char place[NAME_MAX + 8], id[UUID_TEXT_LEN + 1];

	snprintf(place, sizeof(place), "%s%s", target, ending);
	if (renameat2(from, name, to, place, RENAME_NOREPLACE) == 0)
		return 0;
	uuid_format(&c->id, id);
	snprintf(place, sizeof(place), "%s%s", id, ending);
	if (errno != EEXIST || renameat2(from, name, to, place, RENAME_NOREPLACE) < 0)
		return err_set_errno(err, errno, "It cannot be moved to its end");
	return 0;
}

int watch_claim_end(struct watch_claim *c, struct err *err)
{
	char target[NAME_MAX + 1], report[SIDE_LEN];
	int dir CLEANUP(fd_close) = -1;
	int folder = -1;
	int rc = report_read(c, &folder, target, err);

	if (rc == 0 && c->name[0]) {
		rc = claim_open(c, &dir) < 0 ?
			err_set_errno(err, errno, "The claim cannot be opened") :
			move_free(c, dir, c->name, folder, target, "", err);
		fsync(folder);
	}
	if (rc < 0)
		return rc;
	c->name[0] = '\0';
	side_name(&c->id, ".json", report);
	rc = move_free(c, c->folder->taking, report, folder, target, ".json", err);
	fsync(folder);
	if (rc == 0)
		claim_forget(c);
	return rc;
}
