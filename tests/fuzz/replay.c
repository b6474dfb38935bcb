/*
 * Stands in for libFuzzer in a normal build: runs a target once over every one of its seeds, so
 * that `make check` replays all seeds and every input that ever broke something.
 * Usage: fuzz_NAME [FILE]...   (without files: tests/fuzz/seeds/NAME)
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "fuzz/fuzz.h"

#define INPUT_MAX (4 * 1024 * 1024)

static bool replay_file(const char *path)
{
	struct buf input CLEANUP(buf_free);
	FILE *f = fopen(path, "rb");
	char room[65536];
	size_t n;

	if (!f) {
		perror(path);
		return false;
	}
	buf_init(&input, INPUT_MAX);
	while ((n = fread(room, 1, sizeof(room), f)) > 0)
		buf_add(&input, room, n);
	fclose(f);
	if (!buf_ok(&input)) {
		fprintf(stderr, "%s is too large\n", path);
		return false;
	}
	fprintf(stderr, "%s\n", path); /* the last line before a crash names the input */
	LLVMFuzzerTestOneInput((const uint8_t *)input.p, input.n);
	return true;
}

/* How many were replayed; -1 on an error. */
static int replay_folder(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int count = 0;

	if (!dir) {
		perror(path);
		return -1;
	}
	while (count >= 0 && (entry = readdir(dir))) {
		struct buf file CLEANUP(buf_free) = BUF_INIT;

		if (entry->d_name[0] == '.')
			continue;
		buf_printf(&file, "%s/%s", path, entry->d_name);
		count = replay_file(buf_cstr(&file)) ? count + 1 : -1;
	}
	closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	struct buf folder CLEANUP(buf_free) = BUF_INIT;
	const char *name = strstr(argv[0], "fuzz_");
	int count;

	for (int i = 1; i < argc; i++)
		if (!replay_file(argv[i]))
			return EXIT_FAILURE;
	if (argc > 1)
		return EXIT_SUCCESS;
	buf_printf(&folder, TOP_SRCDIR "/tests/fuzz/seeds/%s", name ? name + strlen("fuzz_") : "");
	count = replay_folder(buf_cstr(&folder));
	printf("%d inputs replayed\n", count);
	return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
