#ifndef FUZZ_READ_H
#define FUZZ_READ_H
/*
 * What every target for a format of statements does: the bytes are detected and read, or refused
 * with a reason; counts add up, tables keep their promises, a dataset file of the table loads
 * again, and the statements are valid JSON.
 */
#include "base/arena.h"
#include "col/table_file.h"
#include "fuzz/fuzz.h"
#include "read/read.h"
#include "wire/json.h"

static inline void fuzz_check_dataset(const struct read_result *r)
{
	struct buf file CLEANUP(buf_free) = BUF_INIT;
	struct col_table again CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct table_info info;

	FUZZ_ASSERT(table_file_write(
			    COL_FILE_DATASET, &r->table, &r->info, col_sink_buf(&file), NULL) == 0);
	struct col_memory m = {(const uint8_t *)file.p, file.n};
	FUZZ_ASSERT(table_file_load(col_source_memory(&m), COL_FILE_DATASET, TABLE_ALL, NULL, 0,
			    &info, &again, NULL) == 0);
	FUZZ_ASSERT(again.rows == r->table.rows && again.ncols == r->table.ncols);
}

/* Accounts and numbers are what the file has: only valid text is JSON. */
static inline void fuzz_check_statements(const struct read_result *r)
{
	struct buf json CLEANUP(buf_free) = BUF_INIT;
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	struct json_writer w = json_writer_of(&json);

	statement_list_to_json(&r->statements, NULL, &w);
	FUZZ_ASSERT(json_parse(buf_sv(&json), JSON_DEPTH, &root, NULL) == 0);
	for (uint32_t i = 0; i < r->statements.n; i++) {
		const struct statement *s = &r->statements.items[i];
		int64_t difference = 0;

		FUZZ_ASSERT(s->nchecks <= STATEMENT_CHECKS);
		FUZZ_ASSERT((statement_prove(s, &difference) == STATEMENT_DIFFERS) ==
			    (difference != 0));
	}
}

/* Every row, and every reject, says where in the file it stands. */
static inline void fuzz_check_lines(const struct read_result *r)
{
	FUZZ_ASSERT(r->table.rows == 0 || r->table.line != NULL);
	for (uint32_t i = 0; i < r->table.rows; i++)
		FUZZ_ASSERT(r->table.line[i] > 0);
	for (uint32_t i = 0; i < r->rejects.rows; i++)
		FUZZ_ASSERT(r->rejects.cols[0].i64[i] > 0);
}

static inline int fuzz_read(const uint8_t *p, size_t n, const char *format)
{
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct arena a CLEANUP(arena_free) = {0};
	struct col_memory m = {p, n};
	struct read_proposal proposal;
	struct err err = {0};

	arena_init(&a, 64u << 20);
	if (read_detect(col_source_memory(&m), NULL, &a, &proposal, &err) != 0) {
		FUZZ_ASSERT(err.code != 0);
		return 0;
	}
	FUZZ_ASSERT(mapping_check(&proposal.mapping, NULL) == 0);
	if (!sv_eq_cstr(proposal.mapping.format, format))
		return 0;
	if (read_file(col_source_memory(&m), &proposal.mapping, &r, &err) != 0) {
		FUZZ_ASSERT(err.code != 0 && err.detail[0] != '\0');
		return 0;
	}
	FUZZ_ASSERT(col_table_check(&r.table, NULL) == 0);
	FUZZ_ASSERT(col_table_check(&r.rejects, NULL) == 0);
	FUZZ_ASSERT(r.info.rows_accepted == r.table.rows && r.info.rows_rejected == r.rejects.rows);
	FUZZ_ASSERT(r.info.rows_read ==
		    r.info.rows_accepted + r.info.rows_rejected + r.info.rows_skipped);
	fuzz_check_lines(&r);
	fuzz_check_dataset(&r);
	fuzz_check_statements(&r);
	return 0;
}

#endif
