/*
 * Result files: as fuzz_col_file.c. What loads keeps the promises of result.h, so that every index
 * in it can be followed.
 */
#include "fuzz/fuzz.h"

#include "col/result_file.h"
#include "fuzz/fuzz_col_parts.h"

static void use(const struct result *r)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < r->matches.n; i++) {
		sum += (uint64_t)r->passes[r->matches.pass[i]].stage;
		for (uint32_t k = r->matches.member[i]; k < r->matches.member[i + 1]; k++)
			sum += r->inputs[r->members.input[k]].rows - r->members.row[k];
		if (r->matches.rival[i] != RESULT_NONE)
			sum += r->candidates.confidence[r->matches.rival[i]];
	}
	for (uint32_t p = 0; p < r->npatterns; p++)
		for (uint32_t c = 0; c < r->ncomparisons; c++) {
			uint8_t level = r->pattern_level[(size_t)p * r->ncomparisons + c];

			if (level != RESULT_LEVEL_MISSING)
				sum += r->levels[r->comparisons[c].level_first + level].name[0] !=
				       '\0';
		}
	for (uint32_t i = 0; i < r->open.n; i++)
		sum += r->open.nearest[i] == RESULT_NONE
			       ? 0
			       : r->candidates.other_row[r->open.nearest[i]];
	FUZZ_ASSERT(sum != UINT64_MAX);
}

static void load(const uint8_t *p, size_t n)
{
	struct result r CLEANUP(result_free) = RESULT_INIT;
	struct buf again CLEANUP(buf_free) = BUF_INIT;
	struct col_memory m = {p, n};
	struct err err = {0};

	if (result_file_load(col_source_memory(&m), &r, &err) != 0) {
		FUZZ_ASSERT(err.code == E_CORRUPT || err.code == E_NO_MEMORY);
		return;
	}
	use(&r);
	FUZZ_ASSERT(result_file_write(&r, col_sink_buf(&again), NULL) == 0);
	FUZZ_ASSERT(again.n <= n);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf file CLEANUP(buf_free) = BUF_INIT;

	load(p, n);
	fuzz_col_file(p, n, COL_FILE_RESULT, &file);
	load((const uint8_t *)file.p, file.n);
	return 0;
}
