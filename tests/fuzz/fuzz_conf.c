/*
 * Configuration: any text is taken or refused with the line it failed in; what is taken is in
 * range.
 */
#include "fuzz/fuzz.h"
#include "sys/conf.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct conf c CLEANUP(conf_free);
	struct err err = {0};

	conf_init(&c);
	if (conf_parse(&c, sv_from((const char *)p, n), "f", &err)) {
		FUZZ_ASSERT(err.code == E_CONFIG || err.code == E_NO_MEMORY);
		FUZZ_ASSERT(strncmp(err.detail, "f:", 2) == 0);
		return 0;
	}
	FUZZ_ASSERT(c.run_dir[0] == '/' && strlen(c.run_dir) <= 80);
	FUZZ_ASSERT(c.api_threads >= 1 && c.api_threads <= 256);
	FUZZ_ASSERT(c.upload_max_bytes >= 1);
	return 0;
}
