#ifndef CLI_REMOTE_H
#define CLI_REMOTE_H
/*
 * The platform's API as a client with a key sees it: JSON calls over HTTPS that are tried again
 * while the server is away, busy or restarting.
 *
 * Errors: what a problem document says, by its code; E_UNAVAILABLE when the server could not be
 * reached within the patience; those of net/client.h. An answer that is no JSON is E_INTERNAL.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "net/client.h"
#include "wire/json.h"

#define REMOTE_KEY_MAX 512u

struct remote {
	struct net_client *net;
	char *server; /* "https://host[:port]" */
	struct buf authorization;
	int64_t patience_ms; /* how long an unreachable server is waited for */
};

#define REMOTE_INIT ((struct remote){0})

struct remote_options {
	const char *server;
	const char *key_file; /* unless there is a credential "import-key" */
	const char *ca_file;  /* NULL: the system's certificates */
	int64_t patience_ms;
};

/* Reads the key and opens nothing yet. E_CONFIG. */
MUST_CHECK int remote_open(
	const struct remote_options *options, struct remote *ret, struct err *err);
void remote_close(struct remote *r); /* also the CLEANUP function */

struct remote_call {
	const char *method;
	const char *path;           /* from the server's root, encoded */
	struct sv json;             /* the body; p NULL: none */
	const char *idempotency;    /* key; NULL: none. A POST without one is not tried again */
	const char *const *headers; /* as in struct net_request */
	net_read_fn read;           /* a body that is not JSON */
	void *read_ctx;
	uint64_t read_size;
};

/* Waiting between tries: how much of the patience is left, and the next pause. */
struct remote_wait {
	int64_t left_ms;
	int64_t pause_ms;
};

struct remote_wait remote_wait_start(const struct remote *r);
/* Sleeps before another try, at least at_least_ms; false: the patience is over. */
bool remote_wait_next(struct remote_wait *w, int64_t at_least_ms);
/* Is the error one of a server that may be back soon? */
bool remote_is_away(int code);

/* One try. rs is the caller's; its body is JSON, or "". *ret_retry_ms: how long the server asks to
 * be left alone. */
MUST_CHECK int remote_try(struct remote *r, const struct remote_call *call,
	struct net_response *rs, int64_t *ret_retry_ms, struct err *err);
/* As many tries as there is patience. *ret_json: the caller frees; NULL for an empty answer. */
MUST_CHECK int remote_json(struct remote *r, const struct remote_call *call,
	struct json_object **ret_json, struct err *err);
/* GET as above, path by format. */
MUST_CHECK int remote_get(struct remote *r, struct json_object **ret_json, struct err *err,
	const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Looks a project, or a source of one, up by id or by name. E_NOT_FOUND; E_CONFLICT: several have
 * this name. */
MUST_CHECK int remote_find_project(
	struct remote *r, const char *id_or_name, struct uuid *ret, struct err *err);
MUST_CHECK int remote_find_source(struct remote *r, const struct uuid *project,
	const char *id_or_name, struct uuid *ret, struct err *err);

#endif
