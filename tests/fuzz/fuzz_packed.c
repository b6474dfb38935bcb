/*
 * Compressed files: every part of what is inside is the same whichever way it is asked for.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "read/packed.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static char whole[1 << 16], part[1 << 16];
	struct packed *packed CLEANUP(packed_close) = NULL;
	struct col_memory m = {p, n};
	struct col_source src;

	if (packed_open(col_source_memory(&m), &packed, &src, NULL) != 0 || packed == NULL)
		return 0;
	FUZZ_ASSERT(src.size > 0);
	size_t size = (size_t)MIN(src.size, (uint64_t)sizeof(whole));
	FUZZ_ASSERT(src.pread(src.ctx, 0, whole, size, NULL) == 0);
	for (size_t at = 0; at < size; at += size / 3 + 1) {
		FUZZ_ASSERT(src.pread(src.ctx, at, part, size - at, NULL) == 0);
		FUZZ_ASSERT(memcmp(part, whole + at, size - at) == 0);
	}
	return 0;
}
