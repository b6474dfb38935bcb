/*
 * OpenDocument spreadsheets: the bytes are content.xml.
 */
#include "fuzz/fuzz_book.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_zip z CLEANUP(fuzz_zip_free) = {0};

	if (n > 100000)
		return 0;
	fuzz_zip_add(&z, "mimetype", SV("application/vnd.oasis.opendocument.spreadsheet"));
	fuzz_zip_add(&z, "content.xml", sv_from((const char *)p, n));
	fuzz_read(fuzz_zip_end(&z), 1);
	return 0;
}
