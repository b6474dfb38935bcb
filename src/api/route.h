#ifndef API_ROUTE_H
#define API_ROUTE_H
/*
 * The route table: every operation of the API is one row of route.def. Routing, permission checks,
 * input checks, rate limits, documents, nginx's map and the tests that walk every route are derived
 * from it.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "domain/event.h"
#include "domain/perm.h"
#include "http/request.h"
#include "http/schema.h"

struct api;

enum pool {
	POOL_AUTH,
	POOL_API,
	POOL_UPLOAD,
	POOL_DATA,
	POOL_COUNT
};

/* Limits per person (per address where nobody is signed in); the rates are in rate.c. */
enum rate_class {
	RATE_UNSET,
	RATE_NONE,    /* health and the like: not counted */
	RATE_SIGN_IN, /* passwords and codes */
	RATE_READ,
	RATE_WRITE,
	RATE_UPLOAD,
	RATE_HEAVY,   /* starts long work */
	RATE_CLASSES
};

enum route_flag {
	ROUTE_TX = 1,         /* the handler runs in a transaction, with its audit row */
	ROUTE_IDEMPOTENT = 2, /* takes Idempotency-Key; needs ROUTE_TX and a signed-in person */
	ROUTE_IF_MATCH = 4,   /* refuses requests without If-Match */
	ROUTE_STEP_UP = 8,    /* needs a password given in the last five minutes */
	ROUTE_STREAM = 16,    /* the handler reads the body itself; it is not JSON */
	ROUTE_INTERNAL = 32,  /* not part of the document: nginx and monitoring ask */
	ROUTE_DOWNLOAD = 128, /* the answer is a file of a format of write/format.def */
	ROUTE_FORM = 256,     /* the streamed body is a form */
	ROUTE_LINES = 512,    /* the answer may also be lines of JSON */
	ROUTE_RESTRICTED = 1024, /* also for sessions that lack the second factor a role demands */
	ROUTE_REFRESH = 64,   /* authenticated by the refresh cookie alone, by its handler */
};

typedef int (*route_handler)(struct api *a, struct err *err);

struct route {
	const char *id; /* operationId: noun_verb */
	enum http_method method;
	const char *path; /* "/api/v1/projects/{project}" */
	const char *summary;
	enum pool pool;
	enum perm perm;
	enum rate_class rate;
	unsigned flags;
	int status;                       /* on success */
	const struct schema *input;       /* JSON body; NULL: none */
	const struct schema_field *query; /* NULL: none */
	const struct schema *output;      /* NULL: no body */
	const int *errors;                /* beyond what every route may answer; ends with 0 */
	size_t body_max;                  /* 0: JSON's limit where there is input, else no body */
	enum event event;                 /* of success and of refusal; EVENT_NONE: not audited */
	route_handler handler;
};

#define ROUTE_JSON_MAX ((size_t)1 << 20)
#define ROUTE_JSON_DEPTH 32
#define ROUTE_PART_MAX ((size_t)8 << 20) /* of an upload */
#define ROUTE_PARAMS_MAX 4

extern const struct route routes[];
extern const size_t routes_count;

const char *pool_name(enum pool p);
/* False for another name. */
bool pool_from_name(struct sv name, enum pool *ret);

/* Checks the rows of a pool (all with POOL_COUNT): permission, rate class, handler, schemas, that no
 * two rows take the same request. E_CONFIG with the row's id. Called at start-up. */
MUST_CHECK int route_check(const struct route *rows, size_t n, enum pool pool, struct err *err);

/* What a path matched. */
struct route_match {
	const struct route *route;
	struct sv names[ROUTE_PARAMS_MAX];
	struct sv values[ROUTE_PARAMS_MAX];
	size_t n;
};

/* A compiled table; routes of all pools, so that another pool's path is told from no path. */
struct router;
MUST_CHECK int router_new(
	const struct route *rows, size_t n, struct router **ret, struct err *err);
void router_free(struct router *r);
/* HEAD falls back to GET. E_NOT_FOUND: no such path; E_METHOD: the path exists (allow gets "GET,
 * POST"). Parameters are cut out, not checked. */
MUST_CHECK int router_find(const struct router *r, enum http_method method, struct sv path,
	struct route_match *ret, struct buf *allow, struct err *err);

#endif
