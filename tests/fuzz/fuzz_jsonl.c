/*
 * JSON records, from detection to the table.
 */
#include "fuzz/fuzz_book.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	/* Only what is taken for JSON: fuzz_csv has the rest. */
	if (n < 2 || n > 100000 || (p[0] != '{' && p[0] != '['))
		return 0;
	fuzz_read(sv_from((const char *)p, n), 0);
	return 0;
}
