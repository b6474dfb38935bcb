/*
 * The parts of the engine by themselves, on one core: how fast the machine reads, scans and types
 * CSV, and compares texts. Times are of the processor, not of the clock, so that other work on the
 * machine does not show. recon-micro FILE.csv
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "match/metric.h"
#include "read/csv_scan.h"
#include "read/read.h"

#define ROUNDS 5
#define BLOCK ((size_t)1 << 20)
#define TEXTS 65536u
#define TEXT_LEN 24u
#define BATCH 16u

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "recon-micro: %s: %s\n", what, errno ? strerror(errno) : "failed");
	exit(1);
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_rate(const char *what, double amount, double best, const char *unit)
{
	printf("%-44s %8.3f %s  (%.4f s)\n", what, amount / best, unit, best);
}

/* ---- CSV ---- */

static void time_copy(int fd, size_t size)
{
	char *block = malloc(BLOCK);
	double best = 1e9;

	for (int round = 0; block != NULL && round < ROUNDS; round++) {
		double start = cpu_seconds();
		for (size_t at = 0; at < size; at += BLOCK)
			if (pread(fd, block, MIN(BLOCK, size - at), (off_t)at) <= 0)
				die("pread");
		best = MIN(best, cpu_seconds() - start);
	}
	free(block);
	print_rate("file from the page cache", (double)size / 1e9, best, "GB/s");
}

static void time_scan(const char *text, size_t size, const char *name)
{
	csv_scan_fn *scan = csv_scan_named(name);
	struct csv_index x = {
		.cell_end = malloc((BLOCK + 64) * 4), .row_end = malloc((BLOCK + 64) * 4)};
	double best = 1e9;
	char what[64];

	for (int round = 0; scan != NULL && round < ROUNDS; round++) {
		double start = cpu_seconds();
		for (size_t at = 0; at < size; at += BLOCK)
			scan(text + at, MIN(BLOCK, size - at), ',', '"', &x);
		best = MIN(best, cpu_seconds() - start);
	}
	free(x.cell_end);
	free(x.row_end);
	snprintf(what, sizeof(what), "scan for cells and rows, %s", name);
	if (scan != NULL)
		print_rate(what, (double)size / 1e9, best, "GB/s");
}

/* read_file() from bytes in memory to the finished table: cells found and checked, amounts, days and
 * the folded twins of codes and texts made, the line and the duplicate flag of every row, and the first
 * touch of all memory for it. Detection before it, and freeing after it, are not counted. */
static void time_read(struct col_source src, const char *what, bool fields_only, uint32_t nfields)
{
	struct arena a;
	struct read_proposal p;
	struct err err = {0};
	double best = 1e9;
	uint64_t rows = 0;

	arena_init(&a, 0);
	if (read_detect(src, NULL, &a, &p, &err) != 0)
		die(err.detail);
	p.mapping.fields_only = fields_only;
	p.mapping.nfields = MIN(p.mapping.nfields, nfields);
	for (int round = 0; round < ROUNDS; round++) {
		struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
		double start = cpu_seconds();
		if (read_file(src, &p.mapping, &r, &err) != 0)
			die(err.detail);
		best = MIN(best, cpu_seconds() - start);
		rows = r.table.rows;
	}
	arena_free(&a);
	print_rate(what, (double)src.size / 1e9, best, "GB/s");
	printf("%-44s %8.1f ns a row\n", "", best * 1e9 / (double)MAX(rows, 1u));
}

static void time_csv(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0)
		die(path);
	size_t size = (size_t)st.st_size;
	char *text = calloc(1, size + 64);
	if (text == NULL || pread(fd, text, size, 0) != (ssize_t)size)
		die(path);
	struct col_memory memory = {(const uint8_t *)text, size};
	time_copy(fd, size);
	time_scan(text, size, "scalar");
	time_scan(text, size, "sse2");
	time_scan(text, size, "avx2");
	time_scan(text, size, "avx512");
	time_read(col_source_memory(&memory), "CSV into typed columns, all of them", false, UINT32_MAX);
	time_read(col_source_memory(&memory), "CSV into typed columns, the first two fields", true, 2);
	free(text);
	close(fd);
}

/* ---- texts ---- */

static uint64_t next(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

typedef void batch_fn(struct metric *m, const struct sv *texts, uint32_t *ret);

static void levenshtein(struct metric *m, const struct sv *texts, uint32_t *ret)
{
	metric_levenshtein_batch(m, texts, BATCH, ret);
}

static void jaro_winkler(struct metric *m, const struct sv *texts, uint32_t *ret)
{
	int32_t similarity[BATCH];

	metric_jaro_winkler_batch(m, texts, BATCH, similarity);
	*ret = (uint32_t)similarity[0];
}

/* Each text against the BATCH behind it. */
static void time_metric(const char *what, batch_fn *fn)
{
	static char letters[TEXTS + BATCH][TEXT_LEN + 8];
	static struct sv texts[TEXTS + BATCH];
	struct metric *m = metric_new();
	uint64_t state = 378;
	double best = 1e9;
	uint32_t ret[BATCH];

	if (m == NULL)
		die("memory");
	for (uint32_t i = 0; i < TEXTS + BATCH; i++) {
		for (uint32_t k = 0; k < TEXT_LEN; k++)
			letters[i][k] = (char)('a' + next(&state) % 20);
		texts[i] = sv_from(letters[i], TEXT_LEN);
	}
	for (int round = 0; round < ROUNDS; round++) {
		double start = cpu_seconds();
		for (uint32_t i = 0; i < TEXTS; i++) {
			metric_pattern(m, texts[i]);
			fn(m, texts + i + 1, ret);
		}
		best = MIN(best, cpu_seconds() - start);
	}
	metric_free(&m);
	print_rate(what, (double)TEXTS * BATCH / 1e6, best, "M pairs/s");
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: recon-micro FILE.csv\n");
		return 2;
	}
	time_csv(argv[1]);
	time_metric("Levenshtein, 24 characters", levenshtein);
	time_metric("Jaro-Winkler, 24 characters", jaro_winkler);
	return 0;
}
