#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H
/*
 * A fuzz target: must return 0 for any bytes. A broken promise of the code under test is an abort
 * (FUZZ_ASSERT). libFuzzer gives main() under --enable-fuzzing, tests/fuzz/replay.c otherwise.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define FUZZ_ASSERT(condition)                                                                     \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);            \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#endif
