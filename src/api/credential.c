/*
 * Passwords: trying one takes the same work whoever asks, and failures slow the account down.
 */
#include "api/credential.h"

#include <stdio.h>
#include <string.h>

#include "api/hash_queue.h"
#include "seal/password.h"

#define BACKOFF_MAX_SECONDS 900

/* --- back-off per account ---------------------------------------------------------------------- */

/* Counted in Redis by the address's index, so that an address without an account is slowed down
 * just the same. Without Redis the row's own count does for accounts. */
static void backoff_keys(const uint8_t index[FIELD_INDEX_LEN], char count[80], char lock[80])
{
	struct buf hex CLEANUP(buf_free) = BUF_INIT;

	buf_add_hex(&hex, index, 16);
	(void)snprintf(count, 80, "sign-in:failures:%s", buf_cstr(&hex));
	(void)snprintf(lock, 80, "sign-in:lock:%s", buf_cstr(&hex));
}

static int locked_out(struct api *a, int64_t seconds, struct err *err)
{
	http_response_header(a->rs, "Retry-After", "%lld", (long long)MAX(seconds, 1));
	return err_set(err, E_LOCKED_OUT, NULL);
}

int64_t backoff_seconds(int64_t failures)
{
	int64_t doublings = failures - BACKOFF_FREE;

	if (doublings < 0)
		return 0;
	return doublings >= 10 ? BACKOFF_MAX_SECONDS :
				 MIN(INT64_C(1) << doublings, (int64_t)BACKOFF_MAX_SECONDS);
}

int backoff_check(struct api *a, const uint8_t index[FIELD_INDEX_LEN], struct err *err)
{
	struct redisReply *reply CLEANUP(bus_reply_cleanup) = NULL;
	char count[80];
	char lock[80];

	backoff_keys(index, count, lock);
	if (BUS_COMMAND(a->bus, &reply, NULL, SV("PTTL"), sv_from_cstr(lock)) != 0)
		return 0;
	return bus_int(reply) > 0 ? locked_out(a, (bus_int(reply) + 999) / 1000, err) : 0;
}

int backoff_check_row(struct api *a, const struct user_sign_in *user, struct err *err)
{
	int64_t until = user->failed_at + backoff_seconds(user->failures) * 1000000;
	int64_t left = until - clock_wall_us(&a->env->clock);

	return left > 0 && user->failures >= BACKOFF_FREE ?
		locked_out(a, (left + 999999) / 1000000, err) :
		0;
}

static void backoff_failed(struct api *a, const uint8_t index[FIELD_INDEX_LEN])
{
	struct redisReply *counted CLEANUP(bus_reply_cleanup) = NULL;
	struct redisReply *expire CLEANUP(bus_reply_cleanup) = NULL;
	struct redisReply *locked CLEANUP(bus_reply_cleanup) = NULL;
	char count[80];
	char lock[80];
	char seconds[24];

	backoff_keys(index, count, lock);
	BUS_APPEND(a->bus, SV("INCR"), sv_from_cstr(count));
	BUS_APPEND(a->bus, SV("EXPIRE"), sv_from_cstr(count), SV("3600"));
	if (bus_receive(a->bus, &counted, NULL) != 0 || bus_receive(a->bus, &expire, NULL) != 0 ||
		backoff_seconds(bus_int(counted)) == 0)
		return;
	(void)snprintf(seconds, sizeof(seconds), "%lld",
		(long long)backoff_seconds(bus_int(counted)));
	if (BUS_COMMAND(a->bus, &locked, NULL, SV("SET"), sv_from_cstr(lock), SV("1"), SV("EX"),
		    sv_from_cstr(seconds)) != 0)
		return;
}

void backoff_forget(struct api *a, const uint8_t index[FIELD_INDEX_LEN])
{
	struct redisReply *reply CLEANUP(bus_reply_cleanup) = NULL;
	char count[80];
	char lock[80];

	backoff_keys(index, count, lock);
	if (BUS_COMMAND(a->bus, &reply, NULL, SV("DEL"), sv_from_cstr(count),
		    sv_from_cstr(lock)) != 0)
		return;
}

/* --- passwords --------------------------------------------------------------------------------- */

static struct password_cost cost_of(const struct api *a)
{
	return (struct password_cost){
		.memory_bytes = (size_t)a->env->conf->auth_password_memory,
		.passes = (unsigned)a->env->conf->auth_password_passes};
}

/* Takes the time of one hash whoever asks. */
static int try_password(struct api *a, struct sv password, struct attempt *t, struct err *err)
{
	struct password_cost cost = cost_of(a);
	int rc = hash_queue_enter(a->env->hashing, err);

	if (rc != 0)
		return rc;
	t->rehash[0] = '\0';
	if (t->found && t->user.password_hash.p != NULL) {
		t->matches = password_verify(t->user.password_hash.p, password);
		if (t->matches && password_needs_rehash(t->user.password_hash.p, &cost) &&
			password_hash(password, &cost, t->rehash, NULL) != 0)
			t->rehash[0] = '\0';
	} else {
		password_spend(&cost, password);
	}
	hash_queue_leave(a->env->hashing);
	t->matches = t->matches && t->user.status == USER_STATUS_ACTIVE;
	return 0;
}

int credential_refused(struct api *a, const uint8_t index[FIELD_INDEX_LEN],
	const struct uuid *user, int code, struct err *err)
{
	struct uuid nobody = uuid_new();
	int rc = db_begin(a->db, err);

	if (user != NULL)
		api_object(a, "user", user);
	/* The same statements for an account that does not exist. */
	if (rc == 0)
		rc = store_credential_failed(a->db, user != NULL ? user : &nobody, err);
	if (rc == 0 || rc == E_NOT_FOUND)
		rc = api_audit(a, EVENT_SESSION_REFUSE, AUDIT_REFUSED, err);
	if (rc == 0)
		rc = db_commit(a->db, err);
	backoff_failed(a, index);
	return rc == 0 ? err_set(err, code, NULL) : rc;
}

int credential_check(struct api *a, const uint8_t index[FIELD_INDEX_LEN], struct sv password,
	struct attempt *t, struct err *err)
{
	int rc = backoff_check(a, index, err);

	if (rc != 0)
		return rc;
	rc = store_user_sign_in(a->db, index, a->arena, &t->user, err);
	t->found = rc == 0;
	if (rc != 0 && rc != E_NOT_FOUND)
		return rc;
	if (t->found)
		rc = backoff_check_row(a, &t->user, err);
	else
		rc = 0;
	if (rc == 0)
		rc = try_password(a, password, t, err);
	if (rc != 0 || t->matches)
		return rc;
	return credential_refused(a, index, t->found ? &t->user.id : NULL, E_BAD_CREDENTIALS, err);
}

int credential_succeeded(struct api *a, const struct attempt *t, struct err *err)
{
	int rc = 0;

	if (t->user.failures > 0)
		rc = store_credential_succeeded(a->db, &t->user.id, err);
	if (rc == 0 && t->rehash[0] != '\0')
		rc = store_credential_rehash(
			a->db, &t->user.id, sv_from_cstr(t->rehash), err);
	return rc;
}

int credential_set(struct api *a, const struct uuid *user, struct sv email, struct sv password,
	struct err *err)
{
	struct password_cost cost = cost_of(a);
	char hash[PASSWORD_HASH_MAX];
	int rc = password_check(password, email, err);

	if (rc == 0)
		rc = hash_queue_enter(a->env->hashing, err);
	if (rc != 0)
		return rc;
	rc = password_hash(password, &cost, hash, err);
	hash_queue_leave(a->env->hashing);
	if (rc == 0)
		rc = store_credential_set(a->db, user, sv_from_cstr(hash), err);
	return rc;
}

