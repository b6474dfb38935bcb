#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H
/*
 * What every unit test includes: cmocka with what it needs, and checks that name the case of a
 * table that failed. Tests of a module are one program, cases are rows of labelled tables.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef RECON_COVERAGE
void __gcov_dump(void);
#else
#define __gcov_dump() (void)0
#endif

/* How often a random case is repeated: sanitizers look for other faults than wrong answers and take
 * ten to twenty times as long, so they see a part. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNIT_REPEATS(n) ((n) / 16)
#else
#define UNIT_REPEATS(n) (n)
#endif

/* Ends a child that a test has forked, without the test's own exit handlers; what it covered is
 * kept. */
static inline _Noreturn void unit_exit(int code)
{
	__gcov_dump();
	_exit(code);
}

/* The condition holds for the case called label. */
#define CHECK(label, condition)                                                                    \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail_msg("%s: not so: %s", (label), #condition);                           \
	} while (0)

/* Two integers (anything that converts to long long). */
#define CHECK_INT(label, got, want)                                                                \
	do {                                                                                       \
		long long got_ = (long long)(got), want_ = (long long)(want);                      \
		if (got_ != want_)                                                                 \
			fail_msg("%s: %s is %lld, not %lld", (label), #got, got_, want_);          \
	} while (0)

/* Two NUL-terminated texts. */
#define CHECK_STR(label, got, want)                                                                \
	do {                                                                                       \
		const char *got_ = (got), *want_ = (want);                                         \
		if (strcmp(got_, want_) != 0)                                                      \
			fail_msg("%s: %s is \"%s\", not \"%s\"", (label), #got, got_, want_);      \
	} while (0)

#endif
