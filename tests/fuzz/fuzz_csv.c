/*
 * CSV: any bytes are detected and read, or refused with a reason; counts add up, tables keep their
 * promises, and a dataset file of the table loads again. The first byte chooses between the file's
 * own proposal and fixed dialects.
 */
#include "fuzz/fuzz.h"

#include "base/arena.h"
#include "col/table_file.h"
#include "read/read.h"

static const struct {
	char delimiter, quote;
	enum encoding encoding;
	uint32_t header_row, footer_rows;
} dialects[] = {
	{',', '"', ENCODING_UTF_8, 1, 0},
	{';', '\'', ENCODING_WINDOWS_1252, 0, 1},
	{'\t', '\0', ENCODING_UTF_16LE, 2, 0},
	{',', '"', ENCODING_UTF_16BE, 1, 2},
	{'|', '"', ENCODING_ISO_8859_1, 0, 0},
};

static void check_file(const struct read_result *r)
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

static void read_through(struct col_source src, const struct mapping *mapping)
{
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct err err = {0};

	if (mapping_check(mapping, &err) != 0 || read_file(src, mapping, &r, &err) != 0) {
		FUZZ_ASSERT(err.code != 0 && err.detail[0] != '\0');
		return;
	}
	FUZZ_ASSERT(col_table_check(&r.table, NULL) == 0);
	FUZZ_ASSERT(col_table_check(&r.rejects, NULL) == 0);
	FUZZ_ASSERT(r.info.rows_accepted == r.table.rows && r.info.rows_rejected == r.rejects.rows);
	FUZZ_ASSERT(r.info.rows_read ==
		    r.info.rows_accepted + r.info.rows_rejected + r.info.rows_skipped);
	check_file(&r);
}

static void read_fixed(struct col_source src, unsigned choice)
{
	struct mapping_field fields[] = {
		{.field = SV("a"),
			.type = COL_TEXT,
			.columns = {SV("Column 1")},
			.ncolumns = 1,
			.scale = -1},
		{.field = SV("b"),
			.type = (enum col_type)(choice / 8 % COL_TYPE_COUNT),
			.columns = {SV("Column 2")},
			.ncolumns = 1,
			.scale = -1},
	};
	struct mapping m = {.format = SV("csv"),
		.dialect = {.delimiter = dialects[choice % 5].delimiter,
			.quote = dialects[choice % 5].quote,
			.encoding = dialects[choice % 5].encoding,
			.header_row = dialects[choice % 5].header_row,
			.footer_rows = dialects[choice % 5].footer_rows},
		.decimal = {choice & 1 ? ',' : '.', 0},
		.date_order = (enum date_order)(choice % 3),
		.fields = fields,
		.nfields = 1 + (choice >> 7)};

	read_through(src, &m);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct read_proposal proposal;
	struct err err = {0};

	if (n == 0)
		return 0;
	struct col_memory m = {p + 1, n - 1};
	if (p[0] % 8 >= 5) {
		read_fixed(col_source_memory(&m), p[0]);
		return 0;
	}
	arena_init(&a, 64u << 20);
	if (read_detect(col_source_memory(&m), NULL, &a, &proposal, &err) != 0) {
		FUZZ_ASSERT(err.code != 0);
		return 0;
	}
	FUZZ_ASSERT(mapping_check(&proposal.mapping, NULL) == 0);
	read_through(col_source_memory(&m), &proposal.mapping);
	return 0;
}
