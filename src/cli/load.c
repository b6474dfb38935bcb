/*
 * Files on disk as tables.
 */
#include "cli/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void load_close(struct load_file *f)
{
	fd_close(&f->fd);
}

int load_open(const char *path, struct load_file *ret, struct err *err)
{
	struct stat st;
	int fd CLEANUP(fd_close) = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0)
		return err_set_errno(err, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, E_UNREADABLE, "%s is not a file.", path);
	*ret = (struct load_file){.path = path, .size = (uint64_t)st.st_size, .fd = TAKE_FD(fd)};
	return 0;
}

static int load_pread(void *ctx, uint64_t offset, void *p, size_t n, struct err *err)
{
	struct load_file *f = ctx;
	char *to = p;

	while (n > 0) {
		ssize_t got = pread(f->fd, to, n, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set_errno(err, errno, "%s", f->path);
		if (got == 0)
			return err_set(err, E_IO, "%s became shorter while it was read.", f->path);
		to += got;
		n -= (size_t)got;
		offset += (uint64_t)got;
	}
	return 0;
}

struct col_source load_source(struct load_file *f)
{
	return (struct col_source){load_pread, f, f->size};
}

int load_mapping(const char *path, struct arena *a, struct mapping *ret, struct err *err)
{
	struct load_file f CLEANUP(load_close) = LOAD_FILE_INIT;
	int rc = load_open(path, &f, err);

	if (rc != 0)
		return rc;
	if (f.size > MAPPING_JSON_MAX)
		return err_set(err, E_LIMIT, "%s is too large for a mapping.", path);
	char *text = arena_alloc(a, f.size + 1);
	if (text == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	rc = load_pread(&f, 0, text, f.size, err);
	return rc != 0 ? rc : mapping_from_json(sv_from(text, f.size), a, ret, err);
}

int load_name(const char *path, int rc, struct err *err)
{
	char detail[ERR_DETAIL_MAX];

	if (rc == 0 || err == NULL || strncmp(err->detail, path, strlen(path)) == 0)
		return rc;
	snprintf(detail, sizeof(detail), "%.200s: %.300s", path,
		err->detail[0] != '\0' ? err->detail : err_text(rc));
	snprintf(err->detail, sizeof(err->detail), "%s", detail);
	return rc;
}

int load_table(const char *path, const char *mapping_path, const struct read_hint *hint,
	struct arena *a, struct read_proposal *ret_proposal, struct read_result *ret,
	struct err *err)
{
	struct load_file f CLEANUP(load_close) = LOAD_FILE_INIT;
	struct read_proposal p = {0};
	int rc = load_open(path, &f, err);

	if (rc == 0 && mapping_path != NULL) {
		rc = load_mapping(mapping_path, a, &p.mapping, err);
		if (rc != 0)
			return load_name(mapping_path, rc, err);
	} else if (rc == 0) {
		rc = read_detect(load_source(&f), hint, a, &p, err);
	}
	if (rc == 0)
		rc = read_file(load_source(&f), &p.mapping, ret, err);
	if (rc == 0 && ret_proposal != NULL)
		*ret_proposal = p;
	return load_name(path, rc, err);
}
