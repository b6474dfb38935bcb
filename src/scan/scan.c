/*
 * One verdict from both libraries: first the type, which is cheap and refuses most of what would be
 * hard to scan, then the whole file.
 */
#include "scan/scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scan/archive.h"
#include "scan/content.h"
#include "scan/engine.h"

#define DIR_MAX 1024

struct scan {
	struct engine *engine;
	struct content *content;
	uint64_t max_bytes;
	char database_dir[DIR_MAX];
	int64_t database_time; /* newest modification at loading */
	uint64_t database_sum; /* of names, sizes and times at loading */
};

static void dir_close(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* FNV-1a, only to notice a change. */
static uint64_t mix(uint64_t sum, const void *p, size_t n)
{
	const uint8_t *at = p;

	for (size_t i = 0; i < n; i++)
		sum = (sum ^ at[i]) * UINT64_C(0x100000001b3);
	return sum;
}

/* Looks at the folder's files; their order in it does not count. */
static int database_state(const char *path, int64_t *ret_time, uint64_t *ret_sum, struct err *err)
{
	DIR *dir CLEANUP(dir_close) = opendir(path);
	struct dirent *entry;

	if (!dir)
		return err_set(err, E_CONFIG, "The signatures' folder %s cannot be read.", path);
	*ret_time = 0;
	*ret_sum = 0;
	while ((entry = readdir(dir))) {
		struct stat st;
		uint64_t sum = UINT64_C(0xcbf29ce484222325);

		if (entry->d_name[0] == '.' || fstatat(dirfd(dir), entry->d_name, &st, 0) < 0)
			continue;
		sum = mix(sum, entry->d_name, strlen(entry->d_name));
		sum = mix(sum, &st.st_size, sizeof(st.st_size));
		sum = mix(sum, &st.st_mtim, sizeof(st.st_mtim));
		*ret_sum += sum;
		*ret_time = MAX(*ret_time, (int64_t)st.st_mtim.tv_sec);
	}
	return 0;
}

int scan_new(const struct scan_options *options, struct scan **ret_scan, struct err *err)
{
	struct scan *s CLEANUP(scan_free) = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, E_NO_MEMORY, NULL);
	if (strlen(options->database_dir) >= sizeof(s->database_dir))
		return err_set(err, E_CONFIG, "The signatures' folder has too long a path.");
	memcpy(s->database_dir, options->database_dir, strlen(options->database_dir) + 1);
	s->max_bytes = options->max_bytes;
	/* Taken before loading, so that a change meanwhile is noticed. */
	rc = database_state(s->database_dir, &s->database_time, &s->database_sum, err);
	if (rc == 0)
		rc = content_new(&s->content, err);
	if (rc == 0)
		rc = engine_new(options, &s->engine, err);
	if (rc == 0)
		*ret_scan = TAKE(s);
	return rc;
}

void scan_free(struct scan **s)
{
	if (!*s)
		return;
	engine_free(&(*s)->engine);
	content_free(&(*s)->content);
	free(*s);
	*s = NULL;
}

unsigned scan_signatures(const struct scan *s)
{
	return engine_signatures(s->engine);
}

bool scan_is_outdated(const struct scan *s)
{
	int64_t time = 0;
	uint64_t sum = 0;

	return database_state(s->database_dir, &time, &sum, NULL) == 0 && sum != s->database_sum;
}

int64_t scan_database_time(const struct scan *s)
{
	return s->database_time;
}

int scan_set_temp_dir(struct scan *s, const char *path, struct err *err)
{
	return engine_set_temp_dir(s->engine, path, err);
}

int scan_check_type(
	struct scan *s, enum file_type type, const void *head, size_t n, struct err *err)
{
	return content_check(s->content, type, head, n, err);
}

int scan_run(struct scan *s, enum file_type type, const struct scan_source *source, struct err *err)
{
	char *head CLEANUP(free_ptr) = malloc(SCAN_HEAD_MAX);
	size_t n = 0;
	int rc;

	if (!head)
		return err_set(err, E_FILE_UNSCANNABLE, "The scanner has no memory for it.");
	rc = source->pread(source->ctx, head, SCAN_HEAD_MAX, 0, &n, err);
	if (rc == 0)
		rc = scan_check_type(s, type, head, n, err);
	if (rc == 0 && file_type_form(type) == FILE_FORM_ZIP)
		rc = archive_check(type, source, sv_from(head, n), err);
	return rc < 0 ? rc : engine_run(s->engine, source, err);
}

/* --- self-test -------------------------------------------------------------------------------- */

/* The EICAR test text with every byte shifted by one, so that neither this source nor the program
 * contains it. https://www.eicar.org/download-anti-malware-testfile/ */
static const char eicar_shifted[] =
	"Y6P\"Q&ABQ\\5]Q[Y65)Q_*8DD*8~%FJDBS.TUBOEBSE.BOUJWJSVT.UFTU.GJMF\"%I,I+";

#define EICAR_LEN (sizeof(eicar_shifted) - 1)

/* Fills p with what a harmless file has at offset: the same row again and again. */
static void fill_rows(char *p, size_t n, uint64_t offset)
{
	static const char row[] = "2026-03-04,1234.50,EUR,nothing to be found in this row\n";
	size_t len = sizeof(row) - 1;
	size_t skip = (size_t)(offset % len);

	while (n > 0) {
		size_t part = MIN(n, len - skip);

		memcpy(p, row + skip, part);
		p += part;
		n -= part;
		skip = 0;
	}
}

static int self_test_pread(
	void *ctx, void *p, size_t n, uint64_t offset, size_t *ret_n, struct err *err)
{
	const struct scan *s = ctx;
	uint64_t eicar = s->max_bytes - MIN(s->max_bytes, (uint64_t)EICAR_LEN);
	char *out = p;

	(void)err;
	n = offset < s->max_bytes ? (size_t)MIN((uint64_t)n, s->max_bytes - offset) : 0;
	fill_rows(out, n, offset);
	for (uint64_t at = MAX(offset, eicar); at < offset + n; at++)
		out[at - offset] = (char)(eicar_shifted[at - eicar] - 1);
	*ret_n = n;
	return 0;
}

struct scan_source scan_self_test_source(struct scan *s)
{
	return (struct scan_source){.pread = self_test_pread, .ctx = s, .size = s->max_bytes};
}
