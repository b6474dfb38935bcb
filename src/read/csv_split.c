/*
 * One CSV file by several threads. Where a row ends depends on all quotes before, so the cuts are
 * guesses: line ends behind an even number of quotes. Each thread reads from its cut up to the next
 * one; the first begins with a row for certain, so if each ends its last row exactly at its end, by
 * induction all of them did begin with one, and the parts are what one thread would have read. If not
 * (quotes out of place, a row across a cut), or if anything goes wrong, the file is read once more by
 * one thread, which says what is wrong. So the result does not depend on the number of threads.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "col/col_join.h"
#include "read/csv.h"
#include "read/csv_part.h"
#include "read/encoding.h"

#define PARTS_MAX 16u
#define PART_MIN (UINT64_C(4) << 20)

struct split {
	struct col_source src;
	const struct mapping *mapping;
	uint32_t n;
	struct csv_part part[PARTS_MAX];
	int rc[PARTS_MAX];
	struct col_table table[PARTS_MAX]; /* of the parts, owned by them */
	uint32_t lines[PARTS_MAX];         /* before each */
	struct col_table joined;
};

/* ---- cutting ---- */

static bool odd_quotes(const char *p, size_t n, char quote)
{
	const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
	uint64_t same = UINT64_C(0x0101010101010101) * (unsigned char)quote, found = 0, w;
	size_t i = 0;

	for (; n - i >= sizeof(w); i += sizeof(w)) {
		memcpy(&w, p + i, sizeof(w));
		w ^= same;
		found ^= ~(((w & low) + low) | w | low); /* the top bit of each byte that is zero */
	}
	for (; i < n; i++)
		found ^= (uint64_t)(p[i] == quote) << 7;
	return __builtin_parityll(found);
}

/* The first place at or behind `at` where a row probably begins; 0: none before end. */
static uint64_t next_row(const char *p, uint64_t at, uint64_t end, char quote, bool inside)
{
	for (; at < end; at++) {
		inside ^= quote != '\0' && p[at] == quote;
		if (p[at] == '\n' && !inside)
			return at + 1 < end ? at + 1 : 0;
	}
	return 0;
}

/* Fewer than two parts: it is not worth it, or cannot be done. */
static void cut(struct split *s, unsigned threads)
{
	const struct mapping_dialect *d = &s->mapping->dialect;
	uint64_t size = s->src.size, most = MIN(threads, PARTS_MAX), n = MIN(most, size / PART_MIN);
	uint64_t counted = 0, first = 0;
	bool inside = false;

	if (s->src.bytes == NULL || d->encoding != ENCODING_UTF_8 || n < 2)
		return;
	for (uint64_t k = 1; k < n; k++) {
		uint64_t at = size / n * k;

		if (d->quote != '\0')
			inside ^= odd_quotes(s->src.bytes + counted, at - counted, d->quote);
		counted = at;
		uint64_t row = next_row(s->src.bytes, at, size - PART_MIN / 2, d->quote, inside);
		if (row == 0)
			break;
		if (row == first)
			continue;
		s->part[s->n++] = (struct csv_part){.first = first, .end = row, .of_several = true};
		first = row;
	}
	s->part[s->n++] = (struct csv_part){.first = first, .of_several = true};
}

/* ---- threads ---- */

struct task {
	struct split *s;
	uint32_t k;
	void (*run)(struct split *s, uint32_t k);
};

static void *run_task(void *arg)
{
	const struct task *t = arg;

	t->run(t->s, t->k);
	return NULL;
}

/* run for every part; those for which there is no thread are run here. */
static void run_all(struct split *s, void (*run)(struct split *s, uint32_t k))
{
	struct task task[PARTS_MAX];
	pthread_t thread[PARTS_MAX];
	uint32_t started = 1;

	for (uint32_t k = 0; k < s->n; k++)
		task[k] = (struct task){s, k, run};
	while (started < s->n &&
		pthread_create(&thread[started], NULL, run_task, &task[started]) == 0)
		started++;
	run(s, 0);
	for (uint32_t k = started; k < s->n; k++)
		run(s, k);
	for (uint32_t k = 1; k < started; k++)
		pthread_join(thread[k], NULL);
}

static void read_one(struct split *s, uint32_t k)
{
	s->rc[k] = csv_read_part(s->src, s->mapping, &s->part[k], NULL);
}

static void join_one(struct split *s, uint32_t k)
{
	col_join_part(s->table, k, s->lines[k], &s->joined);
}

/* ---- joining ---- */

/* False: one thread must read it all. */
static bool parts_fit(struct split *s)
{
	uint64_t bad_quotes = 0, lines = 0;
	bool ok = true;

	for (uint32_t k = 0; k < s->n; k++) {
		ok = ok && s->rc[k] == 0;
		s->lines[k] = (uint32_t)lines;
		lines += s->part[k].lines;
		bad_quotes += s->part[k].bad_quotes;
	}
	return ok && bad_quotes <= CSV_BAD_QUOTES_MAX && lines < UINT32_MAX;
}

static int join_tables(struct split *s, struct col_table *ret)
{
	int rc = col_join_begin(s->table, s->n, &s->joined, NULL);

	if (rc == 0)
		run_all(s, join_one);
	*ret = s->joined;
	s->joined = COL_TABLE_INIT;
	return rc;
}

static int join_rejects(struct split *s, struct col_table *ret)
{
	for (uint32_t k = 0; k < s->n; k++) {
		s->table[k] = s->part[k].result.rejects;
		for (uint32_t r = 0; r < s->table[k].rows; r++) /* the first column is the line */
			s->table[k].cols[0].i64[r] += s->lines[k];
	}
	return join_tables(s, ret);
}

static int flag_twins(struct split *s, struct col_table *t)
{
	struct maker_twins twins CLEANUP(maker_twins_free) = {0};
	const struct maker_twins *parts[PARTS_MAX];
	uint32_t rows[PARTS_MAX];

	for (uint32_t k = 0; k < s->n; k++) {
		parts[k] = &s->part[k].twins;
		rows[k] = s->part[k].result.table.rows;
	}
	int rc = maker_join_twins(parts, rows, s->n, &twins);
	return rc == 0 ? maker_flag_twins(&twins, t) : rc;
}

static int join(struct split *s, struct read_result *ret)
{
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;

	for (uint32_t k = 0; k < s->n; k++) {
		const struct table_info *info = &s->part[k].result.info;

		s->table[k] = s->part[k].result.table;
		r.info.rows_read += info->rows_read;
		r.info.rows_accepted += info->rows_accepted;
		r.info.rows_rejected += info->rows_rejected;
		r.info.rows_skipped += info->rows_skipped;
	}
	int rc = join_tables(s, &r.table);
	if (rc == 0)
		rc = join_rejects(s, &r.rejects);
	if (rc == 0 && !s->mapping->fields_only)
		rc = flag_twins(s, &r.table);
	if (rc != 0)
		return rc;
	*ret = r;
	r = READ_RESULT_INIT;
	return 0;
}

void csv_part_free(struct csv_part *p)
{
	read_result_free(&p->result);
	maker_twins_free(&p->twins);
}

static void split_free(struct split **p)
{
	for (uint32_t k = 0; *p != NULL && k < (*p)->n; k++)
		csv_part_free(&(*p)->part[k]);
	free(*p);
}

int csv_read(struct col_source src, const struct mapping *mapping, unsigned threads,
	struct read_result *ret, struct err *err)
{
	struct split *s CLEANUP(split_free) = threads > 1 ? calloc(1, sizeof(*s)) : NULL;

	if (s == NULL)
		return csv_read_whole(src, mapping, ret, err);
	s->src = src;
	s->mapping = mapping;
	cut(s, threads);
	if (s->n > 1)
		run_all(s, read_one);
	if (s->n > 1 && parts_fit(s) && join(s, ret) == 0)
		return 0;
	return csv_read_whole(src, mapping, ret, err);
}
