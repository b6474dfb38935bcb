#ifndef UNIT_API_SITE_H
#define UNIT_API_SITE_H
/*
 * A site for tests of the API: the auth, api and upload pools in one process, with a real database and
 * Redis, and browsers whose requests go through dispatch as the server would hand them over. One user,
 * Anna, owns the world's project.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "api/dispatch.h"
#include "fixture.h"
#include "seal/code.h"
#include "seal/jwt.h"

#define EMAIL "anna@example.test"
#define PASSWORD "the invoice was paid twice"

extern struct site {
	struct pg pg;
	struct world world;
	struct conf conf;
	struct field_keys keys;
	struct router *router;
	struct api_env env[POOL_COUNT];
	struct api_thread thread[POOL_COUNT];
	struct clock clock;
	int64_t skew_us; /* added to the site's clock */
	char dir[64];
	char redis_socket[96];
	pid_t redis;
} site;

struct browser {
	char at[JWT_MAX];
	char rt[64];
	char csrf[64];
	const char *bearer; /* instead of cookies */
	const char *type;   /* of the body; NULL: JSON */
	const char *extra[4];
};

/* The last answer. */
extern struct answer {
	int status;
	struct buf raw;
	struct json_object *body;
} answer;

/* Opens the site, gives Anna her password, runs the tests, and runs them again with Redis away. The
 * number of failures. */
int site_run(const char *name, const struct CMUnitTest *tests, size_t n);

/* One request to the pool that nginx would choose; keeps the cookies. body NULL: none. */
void call(struct browser *b, const char *method, const char *uri, const char *body);
/* A text of the answer's body; SV_NULL without. */
struct sv body_text(const char *name);
void assert_status(int status);
void assert_code(int code);

struct browser sign_in(void);
void insert_code(struct code *code);
/* Sets Anna's password by a one-time code. */
void redeem(void);
/* A path below the world's project: in out, or (until the next call) with an id between two parts. */
void in_project(char *out, size_t cap, const char *rest);
const char *path(const char *before, const struct uuid *id, const char *behind);

#endif
