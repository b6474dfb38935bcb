/*
 * Archives, all of whose bytes are the fuzzer's: what opens has members that lie inside, apart from
 * each other, and none of them gives more than it says.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "read/zip.h"

static void check_entry(const struct zip *z, const struct zip_entry *e)
{
	struct zip_stream *s CLEANUP(zip_stream_free) = NULL;
	char piece[4096];
	uint64_t total = 0;
	size_t n = 1;

	FUZZ_ASSERT(e->data <= z->src.size && e->packed <= z->src.size - e->data);
	FUZZ_ASSERT(e->name.n >= 1 && e->name.n <= ZIP_NAME_MAX && e->name.p[0] != '/');
	FUZZ_ASSERT(memmem(e->name.p, e->name.n, "/../", 4) == NULL);
	if (zip_stream_new(z, e, &s, NULL) != 0)
		return;
	while (n > 0) {
		if (zip_stream_read(s, piece, sizeof(piece), &n, NULL) != 0)
			return;
		total += n;
		FUZZ_ASSERT(total <= e->size);
	}
	FUZZ_ASSERT(total == e->size);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct zip z CLEANUP(zip_free) = {0};
	struct col_memory m = {p, n};

	if (zip_open(col_source_memory(&m), &z, NULL) != 0)
		return 0;
	FUZZ_ASSERT(z.n <= ZIP_ENTRIES_MAX);
	for (uint32_t i = 0; i < z.n; i++) {
		const struct zip_entry *e = &z.entries[i];

		for (uint32_t k = 0; k < i; k++)
			FUZZ_ASSERT(e->packed == 0 || z.entries[k].packed == 0 ||
				    e->data >= z.entries[k].data + z.entries[k].packed ||
				    z.entries[k].data >= e->data + e->packed);
		check_entry(&z, e);
	}
	return 0;
}
