/* See place.h. */
#include "place.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/base.h"

static char folder[96];

void place_begin(const char *name)
{
	snprintf(folder, sizeof(folder), "/tmp/recon-test-%s-XXXXXX", name);
	assert_non_null(mkdtemp(folder));
}

const char *place_at(const char *name)
{
	static char paths[16][200];
	static unsigned next;
	char *path = paths[next++ % ARRAY_LEN(paths)];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

void place_folder(const char *name)
{
	assert_int_equal(mkdir(place_at(name), 0700), 0);
}

void place_write(const char *name, const char *text)
{
	FILE *f = fopen(place_at(name), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

bool place_is_empty(const char *name)
{
	DIR *dir = opendir(place_at(name));
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n == 2; /* . and .. */
}

static void remove_tree(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char name[600];

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (unlink(name) < 0)
			remove_tree(name);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

void place_end(void)
{
	if (folder[0])
		remove_tree(folder);
}

void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

pid_t program_start(const char *program, const char *config)
{
	const char *name = strrchr(program, '/') + 1;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (!freopen(place_at("log"), "a", stderr))
			_exit(126);
		execl(program, name, "--config", config, (char *)NULL);
		_exit(127);
	}
	return pid;
}

int program_end(pid_t pid, int signo)
{
	int status = -1;

	kill(pid, signo);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* The parent in a line of /proc/<pid>/stat; 0 of a dead process. */
static pid_t parent_in(const char *line)
{
	const char *after = strrchr(line, ')');

	if (!after || !after[1] || after[2] == 'Z')
		return 0;
	return (pid_t)strtol(after + 4, NULL, 10);
}

pid_t child_of(pid_t parent)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	assert_non_null(dir);
	while (!found && (entry = readdir(dir))) {
		char path[300], line[512];
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		if (fgets(line, sizeof(line), f) && parent_in(line) == parent)
			found = (pid_t)strtol(entry->d_name, NULL, 10);
		fclose(f);
	}
	closedir(dir);
	return found;
}

const char *eicar(void)
{
	static char text[128];

	snprintf(text, sizeof(text), "%s%s%s", "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-",
		"ANTIVIRUS-TEST-", "FILE!$H+H*");
	return text;
}
