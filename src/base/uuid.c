/*
 * UUID version 7.
 */
#include "base/uuid.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/buf.h"

struct uuid uuid_v7(uint64_t unix_ms, const uint8_t random[10])
{
	struct uuid u;

	for (int i = 0; i < 6; i++)
		u.b[i] = (uint8_t)(unix_ms >> (40 - 8 * i));
	memcpy(u.b + 6, random, 10);
	u.b[6] = (uint8_t)(0x70 | (u.b[6] & 0x0f));
	u.b[8] = (uint8_t)(0x80 | (u.b[8] & 0x3f));
	return u;
}

struct uuid uuid_new(void)
{
	struct timespec now;
	uint8_t random[10];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random) ||
		clock_gettime(CLOCK_REALTIME, &now))
		abort();
	/* The first 12 bits behind the milliseconds are their fraction (RFC 9562 section 6.2,
	 * method 3). */
	uint32_t fraction = (uint32_t)((uint64_t)now.tv_nsec % 1000000 * 4096 / 1000000);
	random[0] = (uint8_t)(fraction >> 8);
	random[1] = (uint8_t)fraction;
	return uuid_v7((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000, random);
}

int uuid_parse(struct sv text, struct uuid *ret)
{
	static const uint8_t group[] = {4, 2, 2, 2, 6}; /* bytes between the dashes */
	struct uuid u;
	size_t at = 0, to = 0, n;

	if (text.n != UUID_TEXT_LEN)
		return E_INVALID;
	for (size_t g = 0; g < ARRAY_LEN(group); g++) {
		if (g && text.p[at++] != '-')
			return E_INVALID;
		if (hex_decode(sv_from(text.p + at, 2 * (size_t)group[g]), u.b + to, group[g], &n))
			return E_INVALID;
		at += 2 * n;
		to += n;
	}
	*ret = u;
	return 0;
}

void uuid_format(const struct uuid *u, char out[UUID_TEXT_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < sizeof(u->b); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = digits[u->b[i] >> 4];
		*out++ = digits[u->b[i] & 15];
	}
	*out = '\0';
}

bool uuid_eq(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool uuid_is_nil(const struct uuid *u)
{
	static const struct uuid nil;

	return uuid_eq(u, &nil);
}
