/*
 * Files on disk as tables.
 */
#include "cli/load.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "seal/hash.h"

#define HASH_BLOCK ((size_t)1 << 20)

void load_close(struct load_file *f)
{
	if (f->map != NULL)
		munmap(f->map, (size_t)f->size);
	f->map = NULL;
	fd_close(&f->fd);
}

/* A page of a mapped file is gone. */
static void on_bus_error(int signal)
{
	static const char text[] = "recon: an input file became shorter while it was read\n";

	(void)signal;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(CLI_REFUSED);
	_exit(CLI_REFUSED);
}

static void map_file(struct load_file *f)
{
	struct sigaction act = {.sa_handler = on_bus_error};

	if (f->size == 0 || f->size > READ_FILE_MAX || sigaction(SIGBUS, &act, NULL) != 0)
		return;
	void *map = mmap(NULL, (size_t)f->size, PROT_READ, MAP_PRIVATE, f->fd, 0);
	f->map = map == MAP_FAILED ? NULL : map;
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
	map_file(ret);
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
	return (struct col_source){load_pread, f, f->size, f->map};
}

int load_hash(struct load_file *f, char ret[LOAD_HASH_LEN], struct err *err)
{
	struct hash *h CLEANUP(hash_freep) = hash_new();
	struct buf hex CLEANUP(buf_free) = BUF_INIT;
	char *block CLEANUP(free_ptr) = malloc(HASH_BLOCK);
	uint8_t digest[SHA256_LEN];
	int rc = h == NULL || block == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;

	for (uint64_t at = 0; at < f->size && rc == 0; at += HASH_BLOCK) {
		size_t n = (size_t)MIN((uint64_t)HASH_BLOCK, f->size - at);

		if (f->map == NULL)
			rc = load_pread(f, at, block, n, err);
		if (rc == 0)
			hash_update(h, f->map == NULL ? block : (const char *)f->map + at, n);
	}
	if (rc < 0)
		return rc;
	hash_final(h, digest);
	buf_add_hex(&hex, digest, sizeof(digest));
	snprintf(ret, LOAD_HASH_LEN, "%s", buf_cstr(&hex));
	return 0;
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

static unsigned processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : (unsigned)n;
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
		rc = read_file_threads(load_source(&f), &p.mapping, processors(), ret, err);
	if (rc == 0 && ret_proposal != NULL)
		*ret_proposal = p;
	return load_name(path, rc, err);
}
