/* The child that scans one file, and its parent's side of it. */
#include "scanner/work.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/proc.h"
#include "sys/sandbox.h"

#define WORK_MAGIC UINT32_C(0x72637601)
#define MEMORY_HEADROOM (INT64_C(512) << 20)
#define TEMP_FILE_MAX (INT64_C(1) << 30)

int64_t work_address_space(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long pages = 0;
	char line[128];

	if (!f)
		return 0;
	if (fgets(line, sizeof(line), f))
		pages = strtol(line, NULL, 10);
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

static int child_confine(
	const struct work_limits *limits, const char *temp_dir, uint64_t size, struct err *err)
{
	const struct sandbox_path paths[] = {{temp_dir, true}};
	int64_t now = limits->address_space;
	struct sandbox_spec spec = {
		.groups = SANDBOX_FILES,
		.paths = paths,
		.path_count = ARRAY_LEN(paths),
		/* The engine maps the file's whole length, though it fills little of it. */
		.memory_bytes = now > 0 ? now + MEMORY_HEADROOM + (int64_t)size : 0,
		.cpu_seconds = limits->max_seconds,
		.file_bytes = TEMP_FILE_MAX,
		.open_files = 64,
	};
	struct sandbox_report report;

	return sandbox_enter(&spec, &report, err);
}

static int loan_pread(void *ctx, void *p, size_t n, uint64_t offset, size_t *ret_n, struct err *err)
{
	return vault_pread(ctx, p, n, offset, ret_n, err);
}

static int child_scan(struct scan *s, const struct work_limits *limits, const char *temp_dir,
	const struct vault_loan *loan, enum file_type type, struct err *err)
{
	struct vault_reader *reader CLEANUP(vault_reader_free) = NULL;
	struct scan_source source = scan_self_test_source(s);
	int rc = scan_set_temp_dir(s, temp_dir, err);

	if (rc == 0)
		rc = child_confine(limits, temp_dir, loan ? loan->sealed_size : source.size, err);
	if (rc < 0)
		return err_set(err, E_FILE_UNSCANNABLE, "The scanner cannot confine itself: %s",
			err->detail);
	if (loan) {
		rc = vault_read_loan(loan, &reader, err);
		if (rc < 0)
			return rc;
		source = (struct scan_source){loan_pread, reader, vault_reader_size(reader)};
	}
	return scan_run(s, type, &source, err);
}

/* Never returns. */
static void child_main(struct scan *s, const struct work_limits *limits, const char *temp_dir,
	const struct vault_loan *loan, enum file_type type, int out)
{
	struct work_verdict verdict = {.magic = WORK_MAGIC};
	const int keep[] = {out, loan ? loan->fd : -1};
	struct err err = {0};

	proc_keep_fds(keep, ARRAY_LEN(keep));
	verdict.code = child_scan(s, limits, temp_dir, loan, type, &err);
	snprintf(verdict.detail, sizeof(verdict.detail), "%.*s", WORK_DETAIL_MAX - 1, err.detail);
	proc_exit(write(out, &verdict, sizeof(verdict)) == sizeof(verdict) ? 0 : 1);
}

int work_start(struct scan *s, const struct work_limits *limits, const struct vault_loan *loan,
	enum file_type type, struct work *ret_work, struct err *err)
{
	struct work w = {.pidfd = -1};
	int ends[2];
	int rc;

	snprintf(w.temp_dir, sizeof(w.temp_dir), "%s/file-XXXXXX", limits->temp_dir);
	if (!mkdtemp(w.temp_dir))
		return err_set_errno(err, errno, "The scanner cannot make a folder");
	if (pipe2(ends, O_CLOEXEC) < 0) {
		rc = err_set_errno(err, errno, "The scanner cannot make a pipe");
		rmdir(w.temp_dir);
		return rc;
	}
	rc = proc_fork(&w.pid, &w.pidfd, err);
	if (rc == 0 && w.pid == 0)
		child_main(s, limits, w.temp_dir, loan, type, ends[1]);
	fd_close(&ends[1]);
	if (rc < 0) {
		fd_close(&ends[0]);
		rmdir(w.temp_dir);
		return rc;
	}
	w.result = ends[0];
	*ret_work = w;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* Whatever a child left: its files are of no use to anybody, and links are not followed. */
void work_remove_folder(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A child is hostile: what it wrote is checked before it is believed. */
static bool verdict_read(int fd, struct work_verdict *ret)
{
	static const int allowed[] = {0, E_FILE_INFECTED, E_FILE_TYPE, E_FILE_EMPTY,
		E_FILE_UNSCANNABLE, E_FILE_ENCRYPTED, E_ARCHIVE, E_CORRUPT, E_IO, E_NO_MEMORY};
	struct work_verdict v;

	if (read(fd, &v, sizeof(v)) != sizeof(v) || v.magic != WORK_MAGIC ||
		!memchr(v.detail, 0, sizeof(v.detail)))
		return false;
	for (char *c = v.detail; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		if (v.code == allowed[i]) {
			*ret = v;
			return true;
		}
	return false;
}

bool work_wait(const struct work *w, int timeout_ms)
{
	struct pollfd ended = {.fd = w->pidfd, .events = POLLIN};
	int n;

	do {
		n = poll(&ended, 1, timeout_ms);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

int work_end(struct work *w, bool kill, const char *why, struct err *err)
{
	struct work_verdict verdict;
	int status = -1;
	bool told;

	if (kill)
		proc_kill(w->pidfd, SIGKILL);
	if (proc_wait(w->pid, w->pidfd, -1, &status, NULL) < 0)
		status = -1;
	/* It has ended and was alone with the pipe's other end: this cannot block. */
	told = !kill && WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
	       verdict_read(w->result, &verdict);
	fd_close(&w->pidfd);
	fd_close(&w->result);
	work_remove_folder(w->temp_dir);
	if (!told)
		return err_set(
			err, E_FILE_UNSCANNABLE, "%s", why ? why : "The scanner crashed on it.");
	return verdict.code == 0 ? 0 : err_set(err, verdict.code, "%s", verdict.detail);
}
