/*
 * The auth and api pools in one process, with a real database and Redis: each request goes through
 * dispatch as the server would hand it over. The same tests run again with Redis away.
 */
#include "api/dispatch.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "api/auth.h"
#include "api/hash_queue.h"
#include "api/rate.h"
#include "api/tokens.h"
#include "fixture.h"
#include "seal/code.h"
#include "seal/email.h"
#include "seal/seal.h"
#include "store/store_user.h"
#include "sys/proc.h"
#include "vault/keys.h"

#define EMAIL "anna@example.test"
#define PASSWORD "the invoice was paid twice"

/* --- the site ------------------------------------------------------------------------------------ */

static struct {
	struct pg pg;
	struct world world;
	struct conf conf;
	struct field_keys keys;
	struct router *router;
	struct api_env env[POOL_COUNT];
	struct api_thread thread[POOL_COUNT];
	struct clock clock;
	int64_t skew_us;
	char dir[64];
	char redis_socket[96];
	pid_t redis;
} site;

static int64_t skewed(void *ctx)
{
	struct clock real = clock_system();

	(void)ctx;
	return clock_wall_us(&real) + site.skew_us;
}

static int64_t steady(void *ctx)
{
	struct clock real = clock_system();

	(void)ctx;
	return clock_mono_us(&real);
}

static void start_redis(void)
{
	site.redis = fork();
	if (site.redis == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDOUT_FILENO);
		execlp("redis-server", "redis-server", "--port", "0", "--unixsocket",
			site.redis_socket, "--save", "", "--appendonly", "no", (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 300 && access(site.redis_socket, F_OK) != 0; i++)
		usleep(10000);
}

static void stop_redis(void)
{
	if (site.redis > 0) {
		kill(site.redis, SIGKILL);
		waitpid(site.redis, NULL, 0);
	}
	site.redis = 0;
	unlink(site.redis_socket);
}

static void open_pool(enum pool pool, const char *role)
{
	static const struct log quiet = {.fd = -1};
	struct api_env *env = &site.env[pool];
	struct token_options tokens = {.issuer = site.conf.site_origin,
		.token_seconds = site.conf.token_seconds,
		.clock = site.clock,
		.keys = pool == POOL_AUTH ? &site.keys : NULL};
	struct bus_options bus = {
		.socket = site.redis_socket, .timeout_ms = 500, .clock = site.clock};

	*env = (struct api_env){.pool = pool,
		.conf = &site.conf,
		.log = &quiet,
		.clock = site.clock,
		.router = site.router,
		.keys = tokens.keys != NULL ? &site.keys : NULL,
		.tokens = tokens_new(&tokens),
		.rates = rate_local_new(site.clock),
		.hashing = pool == POOL_AUTH ? hash_queue_new(2, 2, 1000) : NULL};
	site.thread[pool] = (struct api_thread){
		.env = env, .db = pg_db(&site.pg, role), .bus = bus_new(&bus)};
}

static void close_pool(enum pool pool)
{
	tokens_free(site.env[pool].tokens);
	rate_local_free(site.env[pool].rates);
	hash_queue_free(site.env[pool].hashing);
	db_close(site.thread[pool].db);
	bus_free(site.thread[pool].bus);
}

static void sql_hex(struct buf *out, struct sv bytes)
{
	buf_add_cstr(out, "'\\x");
	buf_add_hex(out, bytes.p, bytes.n);
	buf_add_cstr(out, "'");
}

/* The world's first user gets an address that our keys open. */
static void give_address(void)
{
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	struct buf sql CLEANUP(buf_free) = BUF_INIT;
	uint8_t index[FIELD_INDEX_LEN];
	char id[UUID_TEXT_LEN + 1];

	email_index(&site.keys, SV(EMAIL), index);
	MUST(email_seal(&site.keys, &site.world.user, SV(EMAIL), &sealed, err));
	uuid_format(&site.world.user, id);
	buf_add_cstr(&sql, "UPDATE app_user SET email_sealed = ");
	sql_hex(&sql, buf_sv(&sealed));
	buf_add_cstr(&sql, ", email_index = ");
	sql_hex(&sql, sv_from((char *)index, sizeof(index)));
	buf_printf(&sql, " WHERE id = '%s'", id);
	pg_exec(&site.pg, buf_cstr(&sql));
}

/* The upload pool's vault, in the test's folder with a key pair of its own. */
static void open_vault(void)
{
	static char vault[96];
	static char public_key[96];
	static char private_key[96];

	(void)snprintf(vault, sizeof(vault), "%s/vault", site.dir);
	(void)snprintf(public_key, sizeof(public_key), "%s/vault.pub", site.dir);
	(void)snprintf(private_key, sizeof(private_key), "%s/vault.key", site.dir);
	assert_int_equal(mkdir(vault, 0700), 0);
	MUST(vault_keys_generate(public_key, private_key, err));
	site.conf.vault_dir = vault;
	site.conf.vault_public_key_file = public_key;
	MUST(pool_upload_start(&site.env[POOL_UPLOAD], err));
}

static int set_up(void **state)
{
	uint8_t secret[32] = {7};

	(void)state;
	proc_init();
	seal_init();
	site.clock = (struct clock){.wall_us = skewed, .mono_us = steady};
	(void)snprintf(site.dir, sizeof(site.dir), "/tmp/test-dispatch-XXXXXX");
	if (mkdtemp(site.dir) == NULL)
		return -1;
	(void)snprintf(site.redis_socket, sizeof(site.redis_socket), "%s/redis.sock", site.dir);
	conf_init(&site.conf);
	site.conf.auth_password_memory = 8192;
	site.conf.metrics_dir = site.dir;
	site.conf.run_dir = site.dir;
	field_keys_derive(secret, &site.keys);
	pg_up(&site.pg);
	world_make(&site.pg, &site.world);
	give_address();
	if (route_check(routes, routes_count, POOL_COUNT, NULL) != 0 ||
		router_new(routes, routes_count, &site.router, NULL) != 0)
		return -1;
	open_pool(POOL_AUTH, "recon_auth");
	open_pool(POOL_API, "recon_api");
	open_pool(POOL_UPLOAD, "recon_upload");
	open_vault();
	start_redis();
	return 0;
}

static int remove_entry(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(name);
}

static int tear_down(void **state)
{
	(void)state;
	stop_redis();
	close_pool(POOL_AUTH);
	close_pool(POOL_API);
	pool_upload_stop(&site.env[POOL_UPLOAD]);
	close_pool(POOL_UPLOAD);
	router_free(site.router);
	conf_free(&site.conf);
	pg_stop(&site.pg);
	return nftw(site.dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static int lose_redis(void **state)
{
	(void)state;
	stop_redis();
	return 0;
}

/* --- a browser ----------------------------------------------------------------------------------- */

struct browser {
	char at[JWT_MAX];
	char rt[64];
	char csrf[64];
	const char *bearer; /* instead of cookies */
	const char *type;   /* of the body; NULL: JSON */
	const char *extra[4];
};

static struct {
	int status;
	struct buf raw;
	struct json_object *body;
} answer;

struct wire {
	struct sv body;
	struct buf out;
};

static ssize_t wire_read(void *ctx, void *p, size_t n)
{
	struct wire *w = ctx;
	size_t part = MIN(n, w->body.n);

	memcpy(p, w->body.p, part);
	w->body = sv_from(w->body.p + part, w->body.n - part);
	return (ssize_t)part;
}

static int wire_write(void *ctx, const void *p, size_t n)
{
	buf_add(&((struct wire *)ctx)->out, p, n);
	return 0;
}

static void keep_cookie(const char *name, char *to, size_t cap)
{
	char line[64];
	const char *at = buf_cstr(&answer.raw);

	(void)snprintf(line, sizeof(line), "Set-Cookie: %s=", name);
	while ((at = strstr(at, line)) != NULL) {
		const char *value = at + strlen(line);
		size_t n = strcspn(value, ";");

		assert_true(n < cap);
		memcpy(to, value, n);
		to[n] = '\0';
		at = value;
	}
}

static void take_answer(struct browser *b, struct wire *w)
{
	const char *end;

	buf_free(&answer.raw);
	json_free(answer.body);
	answer.body = NULL;
	answer.raw = w->out;
	assert_int_equal(sscanf(buf_cstr(&answer.raw), "Status: %d", &answer.status), 1);
	end = strstr(buf_cstr(&answer.raw), "\r\n\r\n");
	assert_non_null(end);
	if (end[4] == '{')
		MUST(json_parse(sv_from_cstr(end + 4), 64, &answer.body, err));
	keep_cookie(AUTH_COOKIE_TOKEN, b->at, sizeof(b->at));
	keep_cookie(AUTH_COOKIE_REFRESH, b->rt, sizeof(b->rt));
	keep_cookie(AUTH_COOKIE_CSRF, b->csrf, sizeof(b->csrf));
}

#define ENV_MAX 16

static char *env_text[ENV_MAX];
static size_t env_n;

static void add_env(const char *fmt, ...) PRINTF_LIKE(1, 2);

static void add_env(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	assert_true(vasprintf(&env_text[env_n++], fmt, ap) > 0);
	va_end(ap);
	env_text[env_n] = NULL;
}

static enum http_method method_of(const char *name)
{
	for (int m = 0; m < HTTP_METHODS; m++) {
		if (strcmp(name, http_method_name((enum http_method)m)) == 0)
			return (enum http_method)m;
	}
	fail_msg("%s", name);
	return HTTP_GET;
}

/* The pool that nginx would choose. */
static enum pool pool_of(const char *method, const char *uri)
{
	struct buf allow CLEANUP(buf_free) = BUF_INIT;
	struct sv query = sv_from_cstr(uri);
	struct sv path = sv_cut(&query, '?');
	struct route_match m;

	if (router_find(site.router, method_of(method), path, &m, &allow, NULL) != 0)
		return POOL_API;
	return m.route->pool;
}

static void call(struct browser *b, const char *method, const char *uri, const char *body)
{
	enum pool pool = pool_of(method, uri);
	struct wire w = {.body = sv_from_cstr(body)};
	struct http_io io = {.read = wire_read, .write = wire_write, .ctx = &w};
	struct http_response rs CLEANUP(http_response_free);
	struct arena arena CLEANUP(arena_free);
	struct http_request rq;
	struct err err = {0};

	add_env("REQUEST_METHOD=%s", method);
	add_env("REQUEST_URI=%s", uri);
	add_env("REMOTE_ADDR=127.0.0.1");
	for (size_t i = 0; i < ARRAY_LEN(b->extra) && b->extra[i] != NULL; i++)
		add_env("%s", b->extra[i]);
	if (body != NULL) {
		add_env("CONTENT_LENGTH=%zu", strlen(body));
		add_env("CONTENT_TYPE=%s", b->type != NULL ? b->type : HTTP_JSON_TYPE);
	}
	if (b->bearer != NULL) {
		add_env("HTTP_AUTHORIZATION=Bearer %s", b->bearer);
	} else {
		add_env("HTTP_ORIGIN=%s", site.conf.site_origin);
		add_env("HTTP_X_CSRF_TOKEN=%s", b->csrf);
		if (b->at[0] != '\0' || b->rt[0] != '\0')
			add_env("HTTP_COOKIE=%s%s%s__Host-rt=%s; __Host-csrf=%s",
				b->at[0] ? "__Host-at=" : "", b->at, b->at[0] ? "; " : "", b->rt,
				b->csrf);
	}
	arena_init(&arena, 0);
	http_response_init(&rs);
	err.code = http_request_init(&rq, &arena, (const char *const *)env_text, io, &err);
	dispatch_serve(&site.thread[pool], &rq, &rs, &err);
	take_answer(b, &w);
	while (env_n > 0)
		free(env_text[--env_n]);
}

static struct sv body_text(const char *name)
{
	const struct json_object *v = NULL;

	return json_find(answer.body, name, &v) ? json_as_text(v) : SV_NULL;
}

static void assert_status(int status)
{
	if (answer.status != status)
		fail_msg("%s", buf_cstr(&answer.raw));
}

static void assert_code(int code)
{
	if (answer.status != err_status(code) || !sv_eq_cstr(body_text("code"), err_wire(code)))
		fail_msg("not %s: %s", err_wire(code), buf_cstr(&answer.raw));
}

static struct browser sign_in(void)
{
	struct browser b = {.at = ""};

	call(&b, "POST", "/api/v1/auth/sign-in",
		"{\"email\":\"Anna@Example.test\",\"password\":\"" PASSWORD "\"}");
	assert_status(200);
	return b;
}

static void in_project(char *out, size_t cap, const char *rest)
{
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&site.world.project, id);
	(void)snprintf(out, cap, "/api/v1/projects/%s%s", id, rest);
}

/* A path below the world's project, with one of its ids. */
static const char *path(const char *before, const struct uuid *id, const char *behind)
{
	static char out[512];
	char text[UUID_TEXT_LEN + 1] = "";
	char rest[256];

	if (id != NULL)
		uuid_format(id, text);
	(void)snprintf(rest, sizeof(rest), "%s%s%s", before, text, behind);
	in_project(out, sizeof(out), rest);
	return out;
}

/* --- identity ------------------------------------------------------------------------------------ */

static void insert_code(struct code *code)
{
	struct db *db CLEANUP(db_freep) = pg_db(&site.pg, "recon_operator");

	code_new(code);
	MUST(store_code_insert(
		db, code->hash, &site.world.user, CODE_PURPOSE_RESET, 3600, err));
}

static void test_redeem(void **state)
{
	struct browser b = {.at = ""};
	struct code code;
	char body[256];

	(void)state;
	insert_code(&code);
	(void)snprintf(body, sizeof(body), "{\"code\":\"%s\",\"password\":\"anna@example.test\"}",
		code.text);
	call(&b, "POST", "/api/v1/auth/redeem", body);
	assert_code(E_PASSWORD_WEAK);
	(void)snprintf(body, sizeof(body),
		"{\"code\":\"%s\",\"password\":\"" PASSWORD "\",\"display_name\":\"Anna\"}",
		code.text);
	call(&b, "POST", "/api/v1/auth/redeem", body);
	assert_status(200);
	assert_true(b.at[0] != '\0' && strlen(b.rt) == CODE_TEXT_LEN && b.csrf[0] != '\0');
	call(&b, "GET", "/api/v1/me", NULL);
	assert_status(200);
	assert_non_null(strstr(buf_cstr(&answer.raw), "\"email\":\"" EMAIL "\""));
	assert_non_null(strstr(buf_cstr(&answer.raw), "\"display_name\":\"Anna\""));
	call(&b, "POST", "/api/v1/auth/redeem", body);
	assert_code(E_CODE_SPENT);
}

static void test_wrong_password(void **state)
{
	struct browser b = {.at = ""};

	(void)state;
	call(&b, "POST", "/api/v1/auth/sign-in",
		"{\"email\":\"anna@example.test\",\"password\":\"wrong\"}");
	assert_code(E_BAD_CREDENTIALS);
	call(&b, "POST", "/api/v1/auth/sign-in",
		"{\"email\":\"nobody@example.test\",\"password\":\"wrong\"}");
	assert_code(E_BAD_CREDENTIALS);
	sign_in();
}

static void test_backoff(void **state)
{
	struct browser b = {.at = ""};

	(void)state;
	for (int i = 0; i < 5; i++) {
		call(&b, "POST", "/api/v1/auth/sign-in",
			"{\"email\":\"anna@example.test\",\"password\":\"wrong\"}");
		assert_code(E_BAD_CREDENTIALS);
	}
	call(&b, "POST", "/api/v1/auth/sign-in",
		"{\"email\":\"anna@example.test\",\"password\":\"" PASSWORD "\"}");
	assert_code(E_LOCKED_OUT);
	assert_non_null(strstr(buf_cstr(&answer.raw), "Retry-After: 1\r\n"));
	sleep(2);
	sign_in();
}

static void test_refresh(void **state)
{
	struct browser b = sign_in();
	struct browser tab = b;
	struct browser thief = b;

	(void)state;
	call(&b, "POST", "/api/v1/auth/refresh", NULL);
	assert_status(200);
	assert_string_not_equal(b.rt, tab.rt);
	call(&tab, "POST", "/api/v1/auth/refresh", NULL);
	assert_status(200);
	assert_string_equal(b.rt, tab.rt);
	call(&b, "POST", "/api/v1/auth/refresh", NULL);
	assert_status(200);
	call(&thief, "POST", "/api/v1/auth/refresh", NULL);
	assert_code(E_SESSION_ENDED);
	assert_string_equal(thief.rt, "");
	call(&b, "GET", "/api/v1/me", NULL);
	assert_code(E_SESSION_ENDED);
	call(&b, "POST", "/api/v1/auth/refresh", NULL);
	assert_code(E_SESSION_ENDED);
	b = (struct browser){.at = ""};
	call(&b, "POST", "/api/v1/auth/refresh", NULL);
	assert_code(E_UNAUTHENTICATED);
}

static void test_sign_out(void **state)
{
	struct browser b = sign_in();
	struct browser copy = b;

	(void)state;
	call(&b, "POST", "/api/v1/auth/sign-out", NULL);
	assert_status(204);
	assert_string_equal(b.at, "");
	call(&copy, "GET", "/api/v1/projects", NULL);
	assert_code(E_SESSION_ENDED);
	call(&b, "POST", "/api/v1/auth/sign-out", NULL);
	assert_status(204);
}

static void test_sessions(void **state)
{
	struct browser b = sign_in();
	struct browser other;
	const struct json_object *items = NULL;
	char uri[128];

	(void)state;
	usleep(2000); /* ids are in the order of milliseconds */
	other = sign_in();
	call(&other, "GET", "/api/v1/auth/sessions?limit=1", NULL);
	assert_status(200);
	assert_true(json_find(answer.body, "items", &items));
	assert_int_equal(json_count(items), 1);
	{
		const struct json_object *id = NULL;

		assert_true(json_find(json_at(items, 0), "id", &id));
		(void)snprintf(uri, sizeof(uri), "/api/v1/auth/sessions/%.*s",
			SV_ARG(json_as_text(id)));
	}
	assert_true(body_text("next_cursor").n > 0);
	call(&b, "DELETE", uri, NULL);
	assert_status(204);
	call(&other, "GET", "/api/v1/me", NULL);
	assert_code(E_SESSION_ENDED);
	call(&b, "DELETE", uri, NULL);
	assert_code(E_NOT_FOUND);
}

static void test_step_up(void **state)
{
	struct browser b = sign_in();

	(void)state;
	/* Five minutes later the token lives by its leeway only. */
	site.skew_us = INT64_C(1000000) * 315;
	call(&b, "POST", "/api/v1/auth/api-keys", "{\"name\":\"k\",\"expires_in_days\":1}");
	site.skew_us = 0;
	assert_code(E_STEP_UP);
	call(&b, "POST", "/api/v1/auth/step-up", "{\"password\":\"wrong\"}");
	assert_code(E_BAD_CREDENTIALS);
	call(&b, "POST", "/api/v1/auth/step-up", "{\"password\":\"" PASSWORD "\"}");
	assert_status(204);
	call(&b, "POST", "/api/v1/auth/api-keys", "{\"name\":\"k\",\"expires_in_days\":1}");
	assert_status(201);
}

static void test_expired_token(void **state)
{
	struct browser b = sign_in();

	(void)state;
	site.skew_us = INT64_C(1000000) * 331;
	call(&b, "GET", "/api/v1/me", NULL);
	site.skew_us = 0;
	assert_code(E_TOKEN_EXPIRED);
}

static void test_api_keys(void **state)
{
	struct browser b = sign_in();
	struct browser robot = {.at = ""};
	char secret[CODE_API_KEY_LEN + 1];
	char body[256];
	char id[UUID_TEXT_LEN + 1];
	char uri[128];
	const struct json_object *key = NULL;
	const struct json_object *key_id = NULL;

	(void)state;
	uuid_format(&site.world.project, id);
	(void)snprintf(body, sizeof(body),
		"{\"name\":\"reads\",\"scopes\":[\"read\",\"read\"],\"project\":\"%s\","
		"\"expires_in_days\":1}",
		id);
	call(&b, "POST", "/api/v1/auth/api-keys", body);
	assert_status(201);
	(void)snprintf(secret, sizeof(secret), "%.*s", SV_ARG(body_text("secret")));
	assert_true(json_find(answer.body, "api_key", &key) && json_find(key, "id", &key_id));
	(void)snprintf(
		uri, sizeof(uri), "/api/v1/auth/api-keys/%.*s", SV_ARG(json_as_text(key_id)));
	robot.bearer = secret;
	call(&robot, "GET", "/api/v1/me", NULL);
	assert_status(200);
	call(&robot, "GET", path("", NULL, ""), NULL);
	assert_status(200);
	call(&robot, "POST", path("/sources", NULL, ""),
		"{\"name\":\"x\",\"kind\":\"bank\",\"time_zone\":\"UTC\"}");
	assert_code(E_FORBIDDEN);
	call(&robot, "POST", "/api/v1/projects",
		"{\"name\":\"x\",\"base_currency\":\"EUR\",\"time_zone\":\"UTC\"}");
	assert_code(E_FORBIDDEN);
	call(&b, "GET", "/api/v1/auth/api-keys", NULL);
	assert_status(200);
	call(&b, "DELETE", uri, NULL);
	assert_status(204);
	call(&robot, "GET", "/api/v1/me", NULL);
	assert_code(E_UNAUTHENTICATED);
	call(&b, "POST", "/api/v1/auth/api-keys",
		"{\"name\":\"x\",\"project\":\"0190a1b2-0000-7000-8000-0123456789ab\","
		"\"expires_in_days\":1}");
	assert_code(E_INVALID);
}

static void test_credentials_in_bad_form(void **state)
{
	struct browser b = sign_in();
	struct browser odd = {.extra = {"HTTP_AUTHORIZATION=Basic eDp5"}};

	(void)state;
	call(&odd, "GET", "/api/v1/me", NULL);
	assert_code(E_UNAUTHENTICATED);
	odd = (struct browser){.bearer = "not.a.token"};
	call(&odd, "GET", "/api/v1/me", NULL);
	assert_code(E_TOKEN_INVALID);
	b.extra[0] = "HTTP_AUTHORIZATION=Bearer x";
	call(&b, "GET", "/api/v1/me", NULL);
	assert_code(E_TWO_CREDENTIALS);
	b.extra[0] = NULL;
	odd = (struct browser){.bearer = b.at};
	call(&odd, "GET", "/api/v1/me", NULL);
	assert_status(200);
}

static void test_csrf(void **state)
{
	struct browser b = sign_in();
	static const char body[] = "{\"name\":\"x\",\"base_currency\":\"EUR\",\"time_zone\":\"UTC\"}";
	char kept = b.csrf[0];

	(void)state;
	b.csrf[0] = kept == 'A' ? 'B' : 'A';
	call(&b, "POST", "/api/v1/projects", body);
	assert_code(E_CSRF);
	b.csrf[0] = kept;
	b.extra[0] = "HTTP_SEC_FETCH_SITE=cross-site";
	call(&b, "POST", "/api/v1/projects", body);
	assert_code(E_CSRF);
	b.extra[0] = NULL;
	call(&b, "POST", "/api/v1/projects", body);
	assert_status(201);
	/* Both refusals left their rows. */
	assert_true(pg_int(&site.pg, "SELECT count(*) FROM audit_outbox WHERE outcome = 'refused' "
				     "AND action = 'project.create'") >= 2);
}

/* --- facts --------------------------------------------------------------------------------------- */

static void test_system(void **state)
{
	struct browser b = {.at = ""};

	(void)state;
	call(&b, "GET", "/api/v1/health", NULL);
	assert_status(200);
	call(&b, "GET", "/api/v1/ready", NULL);
	assert_status(200);
	assert_true(sv_eq_cstr(body_text("status"), "degraded"));
	call(&b, "GET", "/api/v1/limits", NULL);
	assert_status(200);
	call(&b, "GET", "/metrics", NULL);
	assert_status(200);
	call(&b, "GET", "/api/v1/nothing", NULL);
	assert_code(E_NOT_FOUND);
	call(&b, "DELETE", "/api/v1/health", NULL);
	assert_code(E_METHOD);
}

static void test_projects(void **state)
{
	struct browser b = sign_in();
	char uri[128];
	char foreign[128];
	char id[UUID_TEXT_LEN + 1];

	(void)state;
	call(&b, "POST", "/api/v1/projects",
		"{\"name\":\"Ø\",\"base_currency\":\"EUR\",\"time_zone\":\"Mars/Base\"}");
	assert_code(E_INVALID);
	b.extra[0] = site.redis > 0 ? "HTTP_IDEMPOTENCY_KEY=one" : "HTTP_IDEMPOTENCY_KEY=two";
	for (int i = 0; i < 2; i++) {
		call(&b, "POST", "/api/v1/projects",
			"{\"name\":\"Ø\",\"base_currency\":\"EUR\",\"time_zone\":\"UTC\"}");
		assert_status(201);
		if (i == 0)
			(void)snprintf(uri, sizeof(uri), "/api/v1/projects/%.*s",
				SV_ARG(body_text("id")));
		else
			assert_true(sv_ends_with(sv_from_cstr(uri), body_text("id")));
	}
	call(&b, "POST", "/api/v1/projects",
		"{\"name\":\"other\",\"base_currency\":\"EUR\",\"time_zone\":\"UTC\"}");
	assert_code(E_CONFLICT);
	b.extra[0] = NULL;
	call(&b, "PATCH", uri, "{\"name\":\"P\"}");
	assert_code(E_PRECONDITION_REQUIRED);
	b.extra[0] = "HTTP_IF_MATCH=1";
	call(&b, "PATCH", uri, "{\"name\":\"P\"}");
	assert_code(E_PRECONDITION);
	b.extra[0] = "HTTP_IF_MATCH=\"1\"";
	call(&b, "PATCH", uri, "{}");
	assert_code(E_INVALID);
	call(&b, "PATCH", uri, "{\"name\":\"P\",\"status\":\"archived\"}");
	assert_status(200);
	call(&b, "PATCH", uri, "{\"name\":\"Q\"}");
	assert_code(E_STALE);
	b.extra[0] = "HTTP_IF_MATCH=\"99999999999\"";
	call(&b, "PATCH", uri, "{\"name\":\"Q\"}");
	assert_code(E_STALE);
	b.extra[0] = NULL;
	strcat(uri, "/sources");
	call(&b, "POST", uri, "{\"name\":\"x\",\"kind\":\"bank\",\"time_zone\":\"UTC\"}");
	assert_code(E_CONFLICT);
	call(&b, "GET", "/api/v1/projects?status=active&limit=1", NULL);
	assert_status(200);
	uuid_format(&site.world.other_project, id);
	(void)snprintf(foreign, sizeof(foreign), "/api/v1/projects/%s", id);
	call(&b, "GET", foreign, NULL);
	assert_code(E_NOT_FOUND);
}

static const struct {
	const char *label;
	const char *method;
	const char *rest; /* behind the project; @ stands for the source, % for the reconciliation */
	const char *body;
	int want; /* status, or a negative code */
} fact_cases[] = {
	{"a source", "GET", "/sources/@", NULL, 200},
	{"sources", "GET", "/sources", NULL, 200},
	{"no source", "GET", "/sources/0190a1b2-0000-7000-8000-0123456789ab", NULL, E_NOT_FOUND},
	{"a malformed id", "GET", "/sources/x", NULL, E_NOT_FOUND},
	{"a new source", "POST", "/sources",
		"{\"name\":\"n1\",\"kind\":\"bank\",\"time_zone\":\"UTC\",\"currency\":null}", 201},
	{"the same name", "POST", "/sources",
		"{\"name\":\"n1\",\"kind\":\"bank\",\"time_zone\":\"UTC\"}", E_EXISTS},
	{"no such zone", "POST", "/sources",
		"{\"name\":\"n2\",\"kind\":\"bank\",\"time_zone\":\"A/B\"}", E_INVALID},
	{"mappings", "GET", "/sources/@/mappings?limit=1", NULL, 200},
	{"a mapping", "POST", "/sources/@/mappings",
		"{\"mapping\":{\"format\":\"csv\",\"decimal\":\".\",\"fields\":[{\"field\":\"date\","
		"\"type\":\"date\",\"column\":\"Date\"}]}}",
		201},
	{"a mapping that its parser refuses", "POST", "/sources/@/mappings",
		"{\"mapping\":{\"format\":\"csv\",\"fields\":[{\"field\":\"date\",\"type\":\"date\"}]}}",
		-422},
	{"files", "GET", "/files?state=clean", NULL, 200},
	{"files of a source", "GET", "/files?source=@", NULL, 200},
	{"no file", "GET", "/files/0190a1b2-0000-7000-8000-0123456789ab", NULL, E_NOT_FOUND},
	{"datasets", "GET", "/datasets?source=@&state=ready", NULL, 200},
	{"an upload", "POST", "/uploads", "{\"source\":\"@\",\"name\":\"a.csv\",\"size\":10}", 201},
	{"an upload of another type", "POST", "/uploads",
		"{\"source\":\"@\",\"name\":\"a.exe\",\"size\":10}", E_FILE_TYPE},
	{"an upload that is too large", "POST", "/uploads",
		"{\"source\":\"@\",\"name\":\"a.csv\",\"size\":1099511627776}", E_TOO_LARGE},
	{"reconciliations", "GET", "/reconciliations", NULL, 200},
	{"a reconciliation", "GET", "/reconciliations/%", NULL, 200},
	{"both sides one source", "POST", "/reconciliations",
		"{\"name\":\"r\",\"left\":\"@\",\"right\":\"@\"}", E_INVALID},
	{"rulesets", "GET", "/reconciliations/%/rulesets", NULL, 200},
	{"a ruleset that its parser refuses", "POST", "/reconciliations/%/rulesets",
		"{\"ruleset\":{\"surely\":1}}", -422},
	{"jobs", "GET", "/jobs?state=queued", NULL, 200},
	{"jobs of a reconciliation", "GET", "/reconciliations/%/jobs", NULL, 200},
	{"a job without datasets", "POST", "/reconciliations/%/jobs", "{\"left\":[],\"right\":[]}",
		E_INVALID},
	{"a dataset twice", "POST", "/reconciliations/%/jobs",
		"{\"left\":[\"@\",\"@\"],\"right\":[\"@\"]}", E_INVALID},
	{"no job", "GET", "/jobs/0190a1b2-0000-7000-8000-0123456789ab", NULL, E_NOT_FOUND},
	{"an unknown query parameter", "GET", "/jobs?x=1", NULL, E_UNKNOWN_FIELD},
	{"a bad cursor", "GET", "/jobs?cursor=AAAA", NULL, E_CURSOR},
	{"a nil cursor", "GET", "/jobs?cursor=AQAAAAAAAAAAAAAAAAAAAAA", NULL, E_CURSOR},
	{"a bad number as cursor", "GET", "/sources/@/mappings?cursor=AQAAAAAAAAAA", NULL, E_CURSOR},
	{"a body where there is none", "POST", "/jobs/@/cancel", "{\"x\":1}", E_UNKNOWN_FIELD},
	{"no JSON", "POST", "/uploads", "{", E_JSON_SYNTAX},
};

static void expand(const char *from, char *out, size_t cap)
{
	char source[UUID_TEXT_LEN + 1];
	char rec[UUID_TEXT_LEN + 1];
	size_t n = 0;

	uuid_format(&site.world.source[0], source);
	uuid_format(&site.world.rec, rec);
	for (const char *c = from; *c != '\0'; c++) {
		const char *part = *c == '@' ? source : rec;

		if (*c == '@' || *c == '%')
			n += (size_t)snprintf(out + n, cap - n, "%s", part);
		else
			out[n++] = *c;
		assert_true(n < cap);
	}
	out[n] = '\0';
}

static void test_facts(void **state)
{
	struct browser b = sign_in();

	(void)state;
	/* The world's reconciliation has an unfinished job, its quota is what the fixture gave. */
	pg_exec(&site.pg, "UPDATE project SET storage_quota = 1000000000");
	pg_exec(&site.pg, "DELETE FROM source WHERE name = 'n1'");
	for (size_t i = 0; i < ARRAY_LEN(fact_cases); i++) {
		char rest[256];
		char uri[512];
		char body[512];
		int want = fact_cases[i].want;

		expand(fact_cases[i].rest, rest, sizeof(rest));
		in_project(uri, sizeof(uri), rest);
		if (fact_cases[i].body != NULL)
			expand(fact_cases[i].body, body, sizeof(body));
		call(&b, fact_cases[i].method, uri, fact_cases[i].body == NULL ? NULL : body);
		if (want == -422)
			want = 422;
		if ((want > 0 && answer.status != want) ||
			(want < 0 && !sv_eq_cstr(body_text("code"), err_wire(want))))
			fail_msg("%s: %s", fact_cases[i].label, buf_cstr(&answer.raw));
	}
}

static void test_objects_of_the_world(void **state)
{
	struct browser b = sign_in();

	(void)state;
	call(&b, "GET", path("/files/", &site.world.file[0], ""), NULL);
	assert_status(200);
	call(&b, "POST", path("/files/", &site.world.file[0], "/retry"), NULL);
	assert_code(E_CONFLICT);
	call(&b, "GET", path("/jobs/", &site.world.job, ""), NULL);
	assert_status(200);
	call(&b, "GET", path("/members", NULL, ""), NULL);
	assert_status(200);
}

static void test_nginx_asks(void **state)
{
	struct browser b = sign_in();
	struct browser nobody = {.at = ""};
	char uri[600];

	(void)state;
	(void)snprintf(uri, sizeof(uri), "HTTP_X_ORIGINAL_URI=%s",
		path("/uploads/", &site.world.job, "/content"));
	b.extra[0] = "HTTP_X_ORIGINAL_METHOD=PUT";
	b.extra[1] = uri;
	call(&b, "GET", "/api/v1/internal/authorize", NULL);
	assert_status(204);
	b.extra[0] = "HTTP_X_ORIGINAL_METHOD=BREW";
	call(&b, "GET", "/api/v1/internal/authorize", NULL);
	assert_status(403);
	b.csrf[0] ^= 1;
	b.extra[0] = "HTTP_X_ORIGINAL_METHOD=PUT";
	call(&b, "GET", "/api/v1/internal/authorize", NULL);
	assert_status(403);
	assert_non_null(strstr(buf_cstr(&answer.raw), "X-Problem-Code: csrf\r\n"));
	b.csrf[0] ^= 1;
	b.extra[1] = "HTTP_X_ORIGINAL_URI=/api/v1/nothing";
	call(&b, "GET", "/api/v1/internal/authorize", NULL);
	assert_status(403);
	call(&nobody, "GET", "/api/v1/internal/authorize", NULL);
	assert_status(401);
}

/* --- uploads ------------------------------------------------------------------------------------- */

static void announce(struct browser *b, int64_t size, const char *hash, char href[256])
{
	char body[512];
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&site.world.source[0], id);
	(void)snprintf(body, sizeof(body),
		"{\"source\":\"%s\",\"name\":\"a.csv\",\"size\":%lld%s%s%s}", id,
		(long long)size, hash ? ",\"sha256\":\"" : "", hash ? hash : "", hash ? "\"" : "");
	call(b, "POST", path("/uploads", NULL, ""), body);
	assert_status(201);
	(void)snprintf(href, 256, "%.*s", SV_ARG(body_text("href")));
}

static void test_upload_whole(void **state)
{
	struct browser b = sign_in();
	char href[256];

	(void)state;
	pg_exec(&site.pg, "UPDATE project SET storage_quota = 1000000000");
	announce(&b, 5, NULL, href);
	b.type = "application/octet-stream";
	call(&b, "PUT", href, "abc");
	assert_true(answer.status >= 400 && answer.status < 500);
	call(&b, "PUT", href, "abcdefgh");
	assert_true(answer.status >= 400 && answer.status < 500);
	call(&b, "PUT", href, "a,b\n1");
	assert_status(204);
	call(&b, "PUT", href, "a,b\n1");
	assert_code(E_UPLOAD_DONE);
	call(&b, "DELETE", href, NULL);
	assert_code(E_UPLOAD_DONE);
}

/* tus 1.0: parts in order, a gap refused, and where it stands. */
static void test_upload_in_parts(void **state)
{
	struct browser b = sign_in();
	char href[256];

	(void)state;
	announce(&b, 6, NULL, href);
	b.type = "application/offset+octet-stream";
	b.extra[0] = "HTTP_TUS_RESUMABLE=1.0.0";
	b.extra[1] = "HTTP_UPLOAD_OFFSET=0";
	call(&b, "PATCH", href, "abc");
	assert_status(204);
	call(&b, "PATCH", href, "abc");
	assert_code(E_UPLOAD_OFFSET);
	b.extra[1] = NULL;
	call(&b, "HEAD", href, NULL);
	assert_status(200);
	assert_non_null(strstr(buf_cstr(&answer.raw), "Upload-Offset: 3\r\n"));
	assert_non_null(strstr(buf_cstr(&answer.raw), "Upload-Length: 6\r\n"));
	b.extra[1] = "HTTP_UPLOAD_OFFSET=3";
	call(&b, "PATCH", href, "def");
	assert_status(204);
	assert_non_null(strstr(buf_cstr(&answer.raw), "Upload-Offset: 6\r\n"));
}

static void test_upload_given_up(void **state)
{
	struct browser b = sign_in();
	char href[256];
	int64_t booked = pg_int(&site.pg, "SELECT sum(storage_bytes)::bigint FROM project");

	(void)state;
	announce(&b, 600, NULL, href);
	assert_int_equal(
		pg_int(&site.pg, "SELECT sum(storage_bytes)::bigint FROM project"), booked + 600);
	b.type = "application/offset+octet-stream";
	b.extra[0] = "HTTP_TUS_RESUMABLE=1.0.0";
	b.extra[1] = "HTTP_UPLOAD_OFFSET=0";
	call(&b, "PATCH", href, "abc");
	assert_status(204);
	b.extra[1] = NULL;
	call(&b, "DELETE", href, NULL);
	assert_status(204);
	assert_int_equal(
		pg_int(&site.pg, "SELECT sum(storage_bytes)::bigint FROM project"), booked);
	call(&b, "PUT", href, "abc");
	assert_true(answer.status >= 400 && answer.status < 500);
}

/* --- signing keys -------------------------------------------------------------------------------- */

static void age_keys(const char *state, int64_t seconds)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql),
		"UPDATE signing_key SET changed_at = now() - interval '%lld s', "
		"created_at = now() - interval '%lld s' WHERE state = '%s'",
		(long long)seconds, (long long)seconds, state);
	pg_exec(&site.pg, sql);
}

static int64_t keys_in(const char *state)
{
	char sql[128];

	(void)snprintf(
		sql, sizeof(sql), "SELECT count(*) FROM signing_key WHERE state = '%s'", state);
	return pg_int(&site.pg, sql);
}

static void rotate(void)
{
	struct db *db CLEANUP(db_freep) = pg_db(&site.pg, "recon_auth");

	MUST(tokens_rotate(site.env[POOL_AUTH].tokens, db, err));
}

/* A key is published before it signs, verifies after it stopped signing, and no token is refused. */
static void test_rotation(void **state)
{
	struct browser old = sign_in();
	struct browser b;

	(void)state;
	rotate();
	assert_int_equal(keys_in("active"), 1);
	assert_int_equal(keys_in("next"), 0);
	age_keys("active", TOKEN_ROTATE_SECONDS + 1);
	rotate();
	assert_int_equal(keys_in("next"), 1);
	rotate();
	assert_int_equal(keys_in("retiring"), 0);
	age_keys("next", TOKEN_PUBLISH_SECONDS + 1);
	rotate();
	assert_int_equal(keys_in("active"), 1);
	assert_int_equal(keys_in("retiring"), 1);
	b = sign_in();
	/* The api pool learns of the new key by itself. */
	sleep(1);
	call(&b, "GET", "/api/v1/projects", NULL);
	assert_status(200);
	call(&old, "GET", "/api/v1/projects", NULL);
	assert_status(200);
	age_keys("retiring", 100000);
	rotate();
	assert_int_equal(keys_in("gone"), 1);
	assert_int_equal(keys_in("retiring"), 0);
	call(&b, "GET", "/api/v1/projects", NULL);
	assert_status(200);
}

#define STORY                                                                                      \
	cmocka_unit_test(test_redeem), cmocka_unit_test(test_wrong_password),                      \
		cmocka_unit_test(test_refresh), cmocka_unit_test(test_sign_out),                   \
		cmocka_unit_test(test_sessions), cmocka_unit_test(test_step_up),                   \
		cmocka_unit_test(test_expired_token), cmocka_unit_test(test_api_keys),             \
		cmocka_unit_test(test_credentials_in_bad_form), cmocka_unit_test(test_csrf),       \
		cmocka_unit_test(test_system), cmocka_unit_test(test_projects),                    \
		cmocka_unit_test(test_facts), cmocka_unit_test(test_objects_of_the_world),         \
		cmocka_unit_test(test_nginx_asks), cmocka_unit_test(test_upload_whole),            \
		cmocka_unit_test(test_upload_in_parts), cmocka_unit_test(test_upload_given_up),    \
		cmocka_unit_test(test_backoff)

int main(void)
{
	const struct CMUnitTest tests[] = {STORY, cmocka_unit_test(test_rotation)};
	const struct CMUnitTest again[] = {
		cmocka_unit_test_setup(test_redeem, lose_redis), STORY};
	int failed;

	if (set_up(NULL) != 0)
		return 1;
	failed = cmocka_run_group_tests_name("with Redis", tests, NULL, NULL);
	failed += cmocka_run_group_tests_name("Redis away", again, NULL, NULL);
	buf_free(&answer.raw);
	json_free(answer.body);
	return failed + (tear_down(NULL) != 0);
}
