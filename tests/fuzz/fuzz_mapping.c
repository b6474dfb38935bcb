/*
 * Mappings: what is accepted is written and read back as the same canonical text.
 */
#include "fuzz/fuzz.h"

#include "base/arena.h"
#include "read/mapping.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct buf again CLEANUP(buf_free) = BUF_INIT;
	struct mapping m;
	struct err err = {0};

	arena_init(&a, 16u << 20);
	if (mapping_from_json(sv_from((const char *)p, n), &a, &m, &err) != 0) {
		FUZZ_ASSERT(err.code != 0);
		return 0;
	}
	mapping_to_json(&m, &text);
	FUZZ_ASSERT(mapping_from_json(buf_sv(&text), &a, &m, &err) == 0);
	mapping_to_json(&m, &again);
	FUZZ_ASSERT(sv_eq(buf_sv(&text), buf_sv(&again)));
	return 0;
}
