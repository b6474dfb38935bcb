/*
 * GCRA: a request is due every `interval`; up to `burst` may come early. One number per key, the
 * theoretical arrival time, is all the state. The script works on Redis's own clock, so the hosts'
 * clocks do not matter.
 */
#include "api/rate.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seal/hash.h"

static const struct {
	int64_t interval_us;
	int64_t burst;
} classes[RATE_CLASSES] = {
	[RATE_NONE] = {0, 0},
	[RATE_SIGN_IN] = {500000, 60},
	[RATE_READ] = {5000, 600},
	[RATE_WRITE] = {20000, 200},
	[RATE_UPLOAD] = {5000, 600},
	[RATE_HEAVY] = {200000, 60},
};

int64_t rate_gcra(enum rate_class class, int64_t tat_us, int64_t now_us, struct rate_verdict *ret)
{
	int64_t interval = classes[class].interval_us;
	int64_t tolerance = interval * classes[class].burst;
	int64_t start = MAX(tat_us, now_us);

	ret->limit = classes[class].burst;
	if (start + interval - now_us > tolerance) {
		ret->allowed = false;
		ret->remaining = 0;
		ret->retry_ms = (start + interval - tolerance - now_us + 999) / 1000;
		return tat_us;
	}
	ret->allowed = true;
	ret->retry_ms = 0;
	ret->remaining = interval == 0 ? 0 : (tolerance - (start + interval - now_us)) / interval;
	return start + interval;
}

/* --- in Redis --------------------------------------------------------------------------------- */

/* Answers the time of arrival that was found and the time now; the rest is rate_gcra's, computed
 * from them in C, so that there is one arithmetic to test. */
static const char script[] =
	"local t = redis.call('TIME')\n"
	"local now = t[1] * 1000000 + t[2]\n"
	"local interval = tonumber(ARGV[1])\n"
	"local tolerance = interval * tonumber(ARGV[2])\n"
	"local tat = tonumber(redis.call('GET', KEYS[1]) or '0')\n"
	"local start = math.max(tat, now)\n"
	"if start + interval - now <= tolerance then\n"
	"  redis.call('SET', KEYS[1], string.format('%.0f', start + interval), 'PX',\n"
	"    math.ceil((start + interval - now) / 1000) + 1)\n"
	"end\n"
	"return {string.format('%.0f', tat), string.format('%.0f', now)}\n";

void rate_append(struct bus *bus, enum rate_class class, struct sv who)
{
	char key[160];
	char interval[24];
	char burst[24];

	(void)snprintf(key, sizeof(key), "rate:%d:%.*s", (int)class, SV_ARG(who));
	(void)snprintf(interval, sizeof(interval), "%lld", (long long)classes[class].interval_us);
	(void)snprintf(burst, sizeof(burst), "%lld", (long long)classes[class].burst);
	BUS_APPEND(bus, SV("EVAL"), sv_from_cstr(script), SV("1"), sv_from_cstr(key),
		sv_from_cstr(interval), sv_from_cstr(burst));
}

int rate_receive(
	struct bus *bus, enum rate_class class, struct rate_verdict *ret, struct err *err)
{
	struct redisReply *reply CLEANUP(bus_reply_cleanup) = NULL;
	int64_t tat;
	int64_t now;
	int rc = bus_receive(bus, &reply, err);

	if (rc != 0)
		return rc;
	if (bus_count(reply) != 2 ||
		!sv_to_i64(bus_text(bus_at(reply, 0)), 0, INT64_MAX, &tat) ||
		!sv_to_i64(bus_text(bus_at(reply, 1)), 0, INT64_MAX, &now))
		return err_set(err, E_INTERNAL, "The rate script gave an unknown answer.");
	rate_gcra(class, tat, now, ret);
	return 0;
}

/* --- in the process --------------------------------------------------------------------------- */

#define LOCAL_SLOTS 4096

struct rate_local {
	struct clock clock;
	pthread_mutex_t lock;
	int64_t tat_us[LOCAL_SLOTS];
};

struct rate_local *rate_local_new(struct clock clock)
{
	struct rate_local *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->clock = clock;
	pthread_mutex_init(&r->lock, NULL);
	return r;
}

void rate_local_free(struct rate_local *r)
{
	if (r == NULL)
		return;
	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* Keys share slots by hash: two may slow each other down, never set each other free. */
void rate_check_local(struct rate_local *r, enum rate_class class, struct sv who,
	struct rate_verdict *ret)
{
	uint8_t hash[SHA256_LEN];
	size_t slot;

	hash_sha256(who.p, who.n, hash);
	slot = ((size_t)hash[0] << 8 | (size_t)(hash[1] ^ (uint8_t)class)) % LOCAL_SLOTS;
	pthread_mutex_lock(&r->lock);
	r->tat_us[slot] = rate_gcra(class, r->tat_us[slot], clock_mono_us(&r->clock), ret);
	pthread_mutex_unlock(&r->lock);
}
