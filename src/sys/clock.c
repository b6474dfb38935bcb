/*
 * The kernel's clocks and randomness behind the parameters.
 */
#include "sys/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts))
		abort();
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t system_wall(void *ctx UNUSED)
{
	return read_clock(CLOCK_REALTIME);
}

static int64_t system_mono(void *ctx UNUSED)
{
	return read_clock(CLOCK_MONOTONIC);
}

static void system_fill(void *ctx UNUSED, void *p, size_t n)
{
	unsigned char *to = p;

	while (n) {
		ssize_t got = getrandom(to, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			abort();
		to += got;
		n -= (size_t)got;
	}
}

struct clock clock_system(void)
{
	return (struct clock){system_wall, system_mono, NULL};
}

struct random random_system(void)
{
	return (struct random){system_fill, NULL};
}

int64_t clock_wall_us(const struct clock *c)
{
	return c->wall_us(c->ctx);
}

int64_t clock_mono_us(const struct clock *c)
{
	return c->mono_us(c->ctx);
}

void random_fill(const struct random *r, void *p, size_t n)
{
	r->fill(r->ctx, p, n);
}

struct uuid random_uuid(const struct random *r, const struct clock *c)
{
	uint8_t bytes[10];

	random_fill(r, bytes, sizeof(bytes));
	return uuid_v7((uint64_t)clock_wall_us(c) / 1000, bytes);
}
