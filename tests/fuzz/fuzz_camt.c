/*
 * CAMT.052, 053, 054: see fuzz_read.h.
 */
#include "fuzz/fuzz_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	return fuzz_read(p, n, "camt");
}
