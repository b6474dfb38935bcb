/*
 * Rulesets: what is accepted has a canonical form that is accepted, and has the same hash.
 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "rules/ruleset.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct ruleset *rs = NULL, *again = NULL;
	struct err err = {0};

	arena_init(&a, 64u << 20);
	if (ruleset_parse(sv_from((const char *)p, n), &a, &rs, &err) != 0) {
		FUZZ_ASSERT(err.code != 0 && rs == NULL);
		return 0;
	}
	FUZZ_ASSERT(rs->npasses > 0 && rs->nfields > 0);
	for (uint32_t i = 1; i < rs->npasses; i++)
		FUZZ_ASSERT(rs->passes[i - 1].stage <= rs->passes[i].stage);
	FUZZ_ASSERT(ruleset_parse(rs->canonical, &a, &again, &err) == 0);
	FUZZ_ASSERT(strcmp(rs->hash, again->hash) == 0);
	return 0;
}
