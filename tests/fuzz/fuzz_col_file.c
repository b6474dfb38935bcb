/*
 * Dataset files: raw bytes, and sections in a proper container. What loads keeps the promises of
 * col.h, so that every cell can be looked at; what is written again is the same.
 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "col/table_file.h"
#include "fuzz/fuzz_col_parts.h"

static void use(const struct col_table *t)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	uint64_t *hashes CLEANUP(free_ptr) = calloc((size_t)t->rows + 1, sizeof(*hashes));

	FUZZ_ASSERT(hashes != NULL);
	for (uint32_t i = 0; i < t->ncols; i++)
		for (uint32_t r = 0; r < t->rows; r++) {
			buf_reset(&text);
			col_format(t, &t->cols[i], r, &text);
			if (col_held(t->cols[i].type) == COL_STR)
				buf_add_sv(&text, col_folded(&t->cols[i], r));
		}
	col_row_hash(t, 1u << COL_FIELD | 1u << COL_SOURCE, hashes);
}

static void load(const uint8_t *p, size_t n)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct buf again CLEANUP(buf_free) = BUF_INIT;
	struct table_info info;
	struct col_memory m = {p, n};
	struct err err = {0};

	if (table_file_load(col_source_memory(&m), COL_FILE_DATASET, TABLE_ALL, NULL, 0, &info, &t,
		    &err) != 0) {
		FUZZ_ASSERT(err.code == E_CORRUPT || err.code == E_NO_MEMORY);
		return;
	}
	use(&t);
	FUZZ_ASSERT(table_file_write(COL_FILE_DATASET, &t, &info, col_sink_buf(&again), NULL) == 0);
	FUZZ_ASSERT(again.n <= n);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf file CLEANUP(buf_free) = BUF_INIT;

	load(p, n);
	fuzz_col_file(p, n, COL_FILE_DATASET, &file);
	load((const uint8_t *)file.p, file.n);
	return 0;
}
