#ifndef SYS_CLOCK_H
#define SYS_CLOCK_H
/*
 * Time and randomness as parameters: whoever needs them takes a struct, so tests repeat exactly.
 */
#include "base/base.h"
#include "base/uuid.h"

struct clock {
	int64_t (*wall_us)(void *ctx); /* UTC microseconds since the epoch; may jump */
	int64_t (*mono_us)(void *ctx); /* never goes back; no defined start */
	void *ctx;
};

struct random {
	void (*fill)(void *ctx, void *p, size_t n); /* cannot fail */
	void *ctx;
};

/* The kernel's clocks, and getrandom(2) (aborts when the kernel has no randomness). */
struct clock clock_system(void);
struct random random_system(void);

int64_t clock_wall_us(const struct clock *c);
int64_t clock_mono_us(const struct clock *c);
void random_fill(const struct random *r, void *p, size_t n);
struct uuid random_uuid(const struct random *r, const struct clock *c);

#endif
