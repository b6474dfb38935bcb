/* Refusals to nobody; see refusals.h. */
#include "api/refusals.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_audit.h"
#include "wire/json.h"

#define ADDRESS_MAX 46
#define MINUTE_US INT64_C(60000000)

static const int codes[] = {
	E_UNAUTHENTICATED, E_TOKEN_INVALID, E_TWO_CREDENTIALS, E_CSRF, E_FORBIDDEN, E_RATE};

struct entry {
	int64_t minute;
	char address[ADDRESS_MAX]; /* "": of many */
	int64_t counts[ARRAY_LEN(codes)];
};

struct refusals {
	pthread_mutex_t lock;
	struct clock clock;
	struct entry entries[REFUSALS_MAX + 1];
	size_t n;
};

struct refusals *refusals_new(struct clock clock)
{
	struct refusals *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->clock = clock;
	pthread_mutex_init(&r->lock, NULL);
	return r;
}

void refusals_free(struct refusals *r)
{
	if (r == NULL)
		return;
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static int64_t this_minute(const struct refusals *r)
{
	return clock_wall_us(&r->clock) / MINUTE_US;
}

/* The place of an address; the last one is that of those for whom there is none. */
static struct entry *place_of(struct refusals *r, const char *address, int64_t minute)
{
	struct entry *e;

	for (size_t i = 0; i < r->n; i++)
		if (r->entries[i].minute == minute && strcmp(r->entries[i].address, address) == 0)
			return &r->entries[i];
	if (r->n < REFUSALS_MAX) {
		e = &r->entries[r->n++];
		*e = (struct entry){.minute = minute};
		memcpy(e->address, address, strlen(address) + 1);
		return e;
	}
	e = &r->entries[REFUSALS_MAX];
	if (r->n == REFUSALS_MAX) {
		*e = (struct entry){.minute = minute};
		r->n++;
	}
	return e;
}

void refusals_note(struct refusals *r, struct sv address, int code)
{
	char text[ADDRESS_MAX] = "";
	size_t i = 0;

	while (i < ARRAY_LEN(codes) && codes[i] != code)
		i++;
	if (i == ARRAY_LEN(codes))
		return;
	if (address.n < sizeof(text) && address.n > 0)
		memcpy(text, address.p, address.n);
	pthread_mutex_lock(&r->lock);
	place_of(r, text, this_minute(r))->counts[i]++;
	pthread_mutex_unlock(&r->lock);
}

static int write_entry(const struct entry *e, struct db *db, struct err *err)
{
	struct buf details CLEANUP(buf_free) = BUF_INIT, personal CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&details), p = json_writer_of(&personal);
	struct audit row = {.actor_kind = ACTOR_ANONYMOUS,
		.event = EVENT_REQUEST_REFUSE,
		.outcome = AUDIT_REFUSED};

	json_open_object(&w, NULL);
	json_put_instant(&w, "minute", e->minute * MINUTE_US);
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (e->counts[i] > 0)
			json_put_int(&w, err_wire(codes[i]), e->counts[i]);
	json_close_object(&w);
	json_open_object(&p, NULL);
	json_put_cstr(&p, "address", e->address);
	json_close_object(&p);
	if (!buf_ok(&details) || !buf_ok(&personal))
		return err_set(err, E_NO_MEMORY, NULL);
	row.details = buf_sv(&details);
	row.personal = e->address[0] != '\0' ? buf_sv(&personal) : SV_NULL;
	return store_audit_insert(db, &row, err);
}

/* Takes one that is due out of the table. */
static bool take(struct refusals *r, bool all, struct entry *ret)
{
	int64_t now = this_minute(r);
	bool found = false;

	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < r->n && !found; i++) {
		found = all || r->entries[i].minute < now;
		if (found) {
			*ret = r->entries[i];
			r->entries[i] = r->entries[--r->n];
		}
	}
	pthread_mutex_unlock(&r->lock);
	return found;
}

static void give_back(struct refusals *r, const struct entry *e)
{
	struct entry *to;

	pthread_mutex_lock(&r->lock);
	to = place_of(r, e->address, e->minute);
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		to->counts[i] += e->counts[i];
	pthread_mutex_unlock(&r->lock);
}

int refusals_write(struct refusals *r, struct db *db, bool all, struct err *err)
{
	struct entry e;
	int rc = 0;

	while (rc == 0 && take(r, all, &e)) {
		rc = write_entry(&e, db, err);
		if (rc != 0)
			give_back(r, &e);
	}
	return rc;
}
