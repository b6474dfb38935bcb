/*
 * Messages: what decodes, encodes to the same bytes.
 */
#include "fuzz/fuzz.h"
#include "wire/msg.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static uint8_t out[MSG_MAX_SIZE];
	struct err err = {0};
	struct msg m;
	size_t written = 0;

	if (msg_decode(p, n, &m, &err)) {
		FUZZ_ASSERT(err.code == E_INVALID && err.detail[0]);
		return 0;
	}
	FUZZ_ASSERT(msg_encode(&m, out, &written, &err) == 0);
	FUZZ_ASSERT(written == n && memcmp(out, p, n) == 0);
	return 0;
}
