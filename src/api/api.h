#ifndef API_API_H
#define API_API_H
/*
 * What a handler gets. One struct api per request; everything in it lives until the answer is sent.
 *
 *	int ep_source_get(struct api *a, struct err *err)
 *	{
 *		struct uuid id = api_param_uuid(a, "source");
 *		struct source source;
 *		int rc = store_source_get(a->db, &a->project.id, &id, a->arena, &source, err);
 *
 *		if (rc == 0)
 *			put_source(&a->out, NULL, &source);
 *		return rc;
 *	}
 *
 * When a handler runs, dispatch has done all of this: the person is known and may do it, the project
 * exists and is in the connection's scope, path and query are of the right form, the body passed the
 * route's schema. A handler with ROUTE_TX runs inside a transaction that dispatch commits, together
 * with the audit row of the route's event.
 *
 * A handler returns 0 with its answer in a->out (the route's status is sent), or an E_* with err
 * filled; then whatever it wrote is dropped, the transaction rolled back and a problem document sent.
 * With ROUTE_STREAM it reads the body by http_read(a->rq, …) and has no transaction of its own.
 */
#include "api/route.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/uuid.h"
#include "bus/bus.h"
#include "http/request.h"
#include "http/response.h"
#include "seal/field.h"
#include "store/db.h"
#include "sys/clock.h"
#include "sys/conf.h"
#include "sys/log.h"
#include "sys/metrics.h"
#include "wire/json.h"

struct token_keys;
struct rate_local;
struct refusals;
struct hash_queue;
struct envelope_public;

/* The process: made at start, constant while threads run (what points elsewhere locks itself). */
struct api_env {
	enum pool pool;
	const struct conf *conf;
	const struct log *log;
	struct metrics *metrics;
	struct clock clock;
	const struct router *router;
	struct field_keys *keys;     /* auth pool only: sealed personal fields, CSRF; else NULL */
	struct token_keys *tokens;   /* verifies (and in the auth pool signs) access tokens */
	struct rate_local *rates;    /* limits while Redis is away */
	struct refusals *refusals;   /* to nobody in particular, counted; NULL in tests: not */
	struct hash_queue *hashing;  /* auth pool only: bounds password hashing */
	const struct envelope_public *courier; /* auth pool: whom letters are sealed for; NULL: none is sent */
	const struct envelope_public *hooks; /* api pool: whom webhooks' secrets are sealed for; or NULL */
	void *pool_data;             /* what the pool's own start made: vault, cache … */
};

enum api_actor_kind {
	API_ANONYMOUS,
	API_SESSION, /* cookie, or an access token as bearer */
	API_KEY,
};

struct api_actor {
	enum api_actor_kind kind;
	struct uuid user_id;
	struct uuid session_id;  /* of API_SESSION */
	struct uuid key_id;      /* of API_KEY */
	struct uuid key_project; /* of API_KEY; nil: all of its owner's projects */
	struct perm_actor perm;
	bool by_cookie;
	int64_t step_up_at;      /* µs; of API_SESSION */
	bool restricted;         /* of API_SESSION: may only set a second factor up */
	uint8_t csrf[32];        /* hash of the session's double-submit token */
};

struct api_project {
	struct uuid id; /* nil outside of projects */
	enum role role;
	bool archived;
};

/* Sessions whose rows changed; in the arena. */
struct api_sessions {
	const struct uuid *ids;
	size_t n;
};

#define API_WAKES_MAX 4

struct api {
	const struct api_env *env;
	struct log log; /* carries the request id */
	struct arena *arena;
	struct db *db;   /* the thread's; scoped to the person and the project */
	struct bus *bus; /* the thread's */
	const struct route *route;
	struct route_match match;
	struct http_request *rq;
	struct http_response *rs;
	struct api_actor actor;
	struct api_project project;
	const struct json_object *input; /* checked against the route's schema; NULL without */
	struct json_object *input_root;  /* dispatch frees it */
	struct json_writer out;          /* writes into rs->body */
	int64_t if_match;                /* with ROUTE_IF_MATCH: the version asked for */
	bool asked_by_nginx;             /* by a subrequest or its own listener */
	int status;                      /* of success; set to the route's, a handler may change it */

	/* For the audit row and after the commit; set by the handler. */
	const char *object_kind;
	struct uuid object_id;
	enum event event; /* set to the route's; EVENT_NONE: this time no audit row */
	const char *wakes[API_WAKES_MAX];
	size_t wakes_count;
	struct sv audit_details; /* JSON for the next audit rows; SV_NULL: none */
	struct api_sessions ended, changed; /* to be said to Redis */

	struct http_problem_error *errors; /* findings of the schema */
	size_t errors_count;
};

/* --- what came in ----------------------------------------------------------------------------- */

/* Path parameters; dispatch has checked their form. An unknown name is a defect and aborts. */
struct uuid api_param_uuid(const struct api *a, const char *name);
int64_t api_param_int(const struct api *a, const char *name);

/* Query parameters, in form since dispatch. SV_NULL, nil, or the default when absent. */
struct sv api_query(const struct api *a, const char *name);
struct uuid api_query_uuid(const struct api *a, const char *name);
int64_t api_query_int(const struct api *a, const char *name, int64_t otherwise);
/* A word of a set of domain/word.def; WORD_NONE when absent. */
enum word api_query_word(const struct api *a, const char *name, const char *set);

/* Members of the input object; a nested object may be given as o (NULL: the input itself). Absent or
 * null gives SV_NULL, nil, or the default. */
struct sv api_in_text(const struct api *a, const struct json_object *o, const char *name);
struct uuid api_in_uuid(const struct api *a, const struct json_object *o, const char *name);
int64_t api_in_int(
	const struct api *a, const struct json_object *o, const char *name, int64_t otherwise);
enum word api_in_word(
	const struct api *a, const struct json_object *o, const char *name, const char *set);
/* The object, array or other value itself; NULL when absent or null. */
const struct json_object *api_in(
	const struct api *a, const struct json_object *o, const char *name);

/* Does a time zone of the right form exist? E_INVALID at /time_zone. */
MUST_CHECK int api_check_zone(struct sv zone, struct err *err);

/* --- lists ------------------------------------------------------------------------------------ */

/* The page that limit and cursor ask for. E_CURSOR: not a cursor of ours. */
MUST_CHECK int api_page(const struct api *a, struct db_page *ret, struct err *err);
/* The same for lists that count down a number. One row more than the page holds is asked for, so
 * that the last page is known to be it. */
struct number_page {
	int64_t before; /* rows below this number; 0: from the first */
	int32_t ask;    /* rows to ask for */
	bool more;      /* private: there is another page */
};
MUST_CHECK int api_page_number(const struct api *a, struct number_page *ret, struct err *err);
/* Begins {"items":[ and ends it with next_cursor. */
void api_list_begin(struct api *a);
void api_list_end(struct api *a, const struct db_page *page);
/* The whole list of one that counts down: the page's rows of the n that came, each of size bytes. put
 * writes one and gives its number. */
typedef int64_t (*api_put_fn)(struct json_writer *w, const void *row);
void api_list_number(struct api *a, struct number_page *page, const void *rows, size_t size,
	size_t n, api_put_fn put);

/* --- what goes out ---------------------------------------------------------------------------- */

/* Instants: 0 is null. Texts: p NULL is null. */
void api_put_instant(struct json_writer *w, const char *key, int64_t us);
void api_put_hash(struct json_writer *w, const char *key, const uint8_t hash[32]); /* zero: null */
void api_put_id(struct json_writer *w, const char *key, const struct uuid *id);    /* nil: null */
void api_put_word(struct json_writer *w, const char *key, enum word word);
void api_put_version(struct json_writer *w, const char *key, int32_t version); /* 0: null */
/* {"code":…,"detail":…} or null. */
void api_put_finding(struct json_writer *w, const char *key, struct sv code, struct sv detail);
/* JSON text from the database; p NULL: null. */
void api_put_json(struct json_writer *w, const char *key, struct sv json);
/* A number of 0 to 18 decimals, e.g. confidence 1234 of scale 4: 0.1234 */
void api_put_number(struct json_writer *w, const char *key, int64_t units, int scale);
/* ETag: "version" */
void api_etag(struct api *a, int64_t version);

/* The object that the audit row names. */
void api_object(struct api *a, const char *kind, const struct uuid *id);
/* A further audit row in the open transaction, by the request's actor about a->object. */
MUST_CHECK int api_audit(struct api *a, enum event event, enum word outcome, struct err *err);
/* The same in a transaction of its own: what is only looked at changes nothing, and is recorded all
 * the same before it is shown. */
MUST_CHECK int api_record(struct api *a, enum event event, struct err *err);
/* Wakes workers of a kind (a static text) once the transaction is committed. */
void api_wake(struct api *a, const char *kind);

/* --- pools ------------------------------------------------------------------------------------ */

/* A pool's own start, before threads exist, and end. They set env->pool_data. */
MUST_CHECK int pool_upload_start(struct api_env *env, struct err *err);
void pool_upload_stop(struct api_env *env);
MUST_CHECK int pool_data_start(struct api_env *env, struct err *err);
void pool_data_stop(struct api_env *env);

#endif
