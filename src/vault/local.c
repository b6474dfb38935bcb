/*
 * The vault in a local folder:
 *
 *	<location>/new/<id>        being written
 *	<location>/<xx>/<id>       finished; xx are the id's first two digits
 *
 * Finishing is fsync of the file, rename, fsync of its folder; a folder made on the way is fsynced
 * in its parent first. Nothing is ever changed in place, so a reader sees all of an object or none.
 */
#include "vault/backend.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_NEW "new"
#define WRITE_BEHIND (UINT64_C(8) << 20)
#define NAME_MAX_LEN (3 + 1 + UUID_TEXT_LEN + 1)

struct local_store {
	int dir;
	int fresh; /* FOLDER_NEW */
};

struct local_put {
	struct local_store *store;
	char id[UUID_TEXT_LEN + 1];
	int fd;
	uint64_t written, begun; /* bytes in the file; those that storage was told to write */
};

static void local_close(void *store)
{
	struct local_store *s = store;

	if (!s)
		return;
	fd_close(&s->dir);
	fd_close(&s->fresh);
	free(s);
}

static void store_free(struct local_store **s)
{
	local_close(*s);
}

/* The programs' users share the vault by its group, which new folders inherit (set-group-ID). The
 * umask is in the way of that, and changing the mode afterwards is forbidden to services; another
 * thread that makes a file meanwhile names its mode itself. */
static int folder_make(int dir, const char *name, struct err *err)
{
	mode_t mask = umask(0007);
	int made = mkdirat(dir, name, 0770);
	int error = errno;

	umask(mask);
	if (made < 0 && error != EEXIST)
		return err_set_errno(err, error, "The vault cannot make a folder");
	if (fsync(dir) < 0)
		return err_set_errno(err, errno, "The vault's folder cannot be flushed");
	return 0;
}

/* Opens a folder in dir, making it durably when it does not exist. */
static int folder_open(int dir, const char *name, int *ret_fd, struct err *err)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT) {
		int rc = folder_make(dir, name, err);

		if (rc < 0)
			return rc;
		fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0)
		return err_set_errno(err, errno, "The vault cannot open its folder \"%s\"", name);
	*ret_fd = fd;
	return 0;
}

static int local_open(const struct vault_config *config, void **ret_store, struct err *err)
{
	const char *location = config->location;
	struct local_store *s CLEANUP(store_free) = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, E_NO_MEMORY, NULL);
	s->fresh = -1;
	s->dir = open(location, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0)
		return err_set(err, E_CONFIG, "The vault's folder %s cannot be opened: %s.",
			location, strerror(errno));
	rc = folder_open(s->dir, FOLDER_NEW, &s->fresh, err);
	if (rc == 0)
		*ret_store = TAKE(s);
	return rc;
}

static void object_name(const struct uuid *id, char out[NAME_MAX_LEN])
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(id, text);
	snprintf(out, NAME_MAX_LEN, "%.2s/%s", text, text);
}

static void put_free(struct local_put *put)
{
	fd_close(&put->fd);
	free(put);
}

static int local_create(void *store, const struct uuid *id, void **ret_put, struct err *err)
{
	struct local_put *put = calloc(1, sizeof(*put));

	if (!put)
		return err_set(err, E_NO_MEMORY, NULL);
	put->store = store;
	uuid_format(id, put->id);
	put->fd = openat(put->store->fresh, put->id, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (put->fd < 0) {
		int error = errno;

		put_free(put);
		return err_set_errno(err, error, "The vault cannot make a file");
	}
	*ret_put = put;
	return 0;
}

/* Storage works while more bytes come, so that finishing has little left to wait for. An advice:
 * whether all is written is what fsync tells. */
static void put_write_behind(struct local_put *put)
{
	uint64_t n = put->written - put->begun;

	if (n < WRITE_BEHIND)
		return;
	(void)sync_file_range(put->fd, (off_t)put->begun, (off_t)n, SYNC_FILE_RANGE_WRITE);
	put->begun = put->written;
}

static int local_append(void *put_ctx, const void *p, size_t n, struct err *err)
{
	struct local_put *put = put_ctx;
	const char *at = p;

	while (n > 0) {
		ssize_t done = write(put->fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return err_set_errno(err, done < 0 ? errno : EIO, "The vault cannot write");
		at += done;
		n -= (size_t)done;
		put->written += (uint64_t)done;
	}
	put_write_behind(put);
	return 0;
}

static void local_abandon(void *put_ctx)
{
	struct local_put *put = put_ctx;

	unlinkat(put->store->fresh, put->id, 0);
	put_free(put);
}

static int local_peek(void *put_ctx, int *ret_fd, struct err *err)
{
	struct local_put *put = put_ctx;
	int fd = openat(put->store->fresh, put->id, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return err_set_errno(err, errno, "The vault cannot open a file");
	*ret_fd = fd;
	return 0;
}

/* Moves the flushed file to its folder and flushes that. */
static int put_place(struct local_put *put, struct err *err)
{
	char shard[3] = {put->id[0], put->id[1], 0};
	int folder CLEANUP(fd_close) = -1;
	int rc = folder_open(put->store->dir, shard, &folder, err);

	if (rc < 0)
		return rc;
	if (renameat(put->store->fresh, put->id, folder, put->id) < 0)
		return err_set_errno(err, errno, "The vault cannot place a file");
	if (fsync(folder) < 0) {
		rc = err_set_errno(err, errno, "The vault's folder cannot be flushed");
		unlinkat(folder, put->id, 0);
	}
	return rc;
}

static int local_finish(void *put_ctx, struct err *err)
{
	struct local_put *put = put_ctx;
	int rc = 0;

	if (fsync(put->fd) < 0)
		rc = err_set_errno(err, errno, "The vault cannot flush a file");
	if (rc == 0)
		rc = put_place(put, err);
	if (rc < 0)
		local_abandon(put);
	else
		put_free(put);
	return rc;
}

static int local_fetch(
	void *store, const struct uuid *id, int *ret_fd, uint64_t *ret_size, struct err *err)
{
	struct local_store *s = store;
	char name[NAME_MAX_LEN];
	int fd CLEANUP(fd_close) = -1;
	struct stat st;

	object_name(id, name);
	fd = openat(s->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_set_errno(err, errno, "The vault cannot open a file");
	if (fstat(fd, &st) < 0)
		return err_set_errno(err, errno, "The vault cannot examine a file");
	*ret_size = (uint64_t)st.st_size;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int local_measure(void *store, const struct uuid *id, uint64_t *ret_size, struct err *err)
{
	int fd CLEANUP(fd_close) = -1;

	return local_fetch(store, id, &fd, ret_size, err);
}

static int local_remove(void *store, const struct uuid *id, struct err *err)
{
	struct local_store *s = store;
	char name[NAME_MAX_LEN];

	object_name(id, name);
	if (unlinkat(s->dir, name, 0) < 0 && errno != ENOENT)
		return err_set_errno(err, errno, "The vault cannot remove a file");
	return 0;
}

static int local_remove_unfinished(void *store, const struct uuid *id, struct err *err)
{
	struct local_store *s = store;
	char name[UUID_TEXT_LEN + 1];

	uuid_format(id, name);
	if (unlinkat(s->fresh, name, 0) < 0 && errno != ENOENT)
		return err_set_errno(err, errno, "The vault cannot remove a file");
	return 0;
}

static void dir_close(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Hands every object of one folder to each(); names that are no ids are not ours and left alone. */
static int folder_list(struct local_store *s, const char *name, bool finished, vault_list_fn each,
	void *ctx, struct err *err)
{
	int fd = openat(s->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir CLEANUP(dir_close) = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		int error = errno;

		fd_close(&fd);
		return error == ENOENT ? 0 : err_set_errno(err, error, "The vault cannot list");
	}
	while (errno = 0, (entry = readdir(dir))) {
		struct uuid id;
		struct stat st;
		int rc;

		if (uuid_parse(sv_from_cstr(entry->d_name), &id) < 0)
			continue;
		if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue; /* finished or removed meanwhile */
		rc = each(ctx, &id, (uint64_t)st.st_size, (int64_t)st.st_mtime, finished, err);
		if (rc != 0)
			return rc;
	}
	return errno ? err_set_errno(err, errno, "The vault cannot list") : 0;
}

static int local_list(void *store, vault_list_fn each, void *ctx, struct err *err)
{
	int rc = folder_list(store, FOLDER_NEW, false, each, ctx, err);

	for (unsigned i = 0; i < 256 && rc == 0; i++) {
		char shard[3];

		snprintf(shard, sizeof(shard), "%02x", i);
		rc = folder_list(store, shard, true, each, ctx, err);
	}
	return rc;
}

const struct vault_backend vault_local = {
	.name = "local",
	.open = local_open,
	.close = local_close,
	.create = local_create,
	.append = local_append,
	.finish = local_finish,
	.abandon = local_abandon,
	.peek = local_peek,
	.fetch = local_fetch,
	.measure = local_measure,
	.remove = local_remove,
	.list = local_list,
	.remove_unfinished = local_remove_unfinished,
};
