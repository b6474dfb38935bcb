/*
 * Old workbooks, container and all.
 */
#include "fuzz/fuzz_book.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char mark[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

	if (n < 512 || n > 200000 || memcmp(p, mark, 8) != 0)
		return 0;
	fuzz_read(sv_from((const char *)p, n), 1);
	return 0;
}
