/* See site.h. */
#include "site.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/auth.h"
#include "api/hash_queue.h"
#include "api/rate.h"
#include "api/tokens.h"
#include "seal/email.h"
#include "seal/seal.h"
#include "store/store_user.h"
#include "sys/proc.h"
#include "vault/keys.h"

struct site site;
struct answer answer;


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

/* --- a browser ----------------------------------------------------------------------------------- */

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

void call(struct browser *b, const char *method, const char *uri, const char *body)
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

struct sv body_text(const char *name)
{
	const struct json_object *v = NULL;

	return json_find(answer.body, name, &v) ? json_as_text(v) : SV_NULL;
}

void assert_status(int status)
{
	if (answer.status != status)
		fail_msg("%s", buf_cstr(&answer.raw));
}

void assert_code(int code)
{
	if (answer.status != err_status(code) || !sv_eq_cstr(body_text("code"), err_wire(code)))
		fail_msg("not %s: %s", err_wire(code), buf_cstr(&answer.raw));
}

struct browser sign_in(void)
{
	struct browser b = {.at = ""};

	call(&b, "POST", "/api/v1/auth/sign-in",
		"{\"email\":\"Anna@Example.test\",\"password\":\"" PASSWORD "\"}");
	assert_status(200);
	return b;
}

void in_project(char *out, size_t cap, const char *rest)
{
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&site.world.project, id);
	(void)snprintf(out, cap, "/api/v1/projects/%s%s", id, rest);
}

/* A path below the world's project, with one of its ids. */
const char *path(const char *before, const struct uuid *id, const char *behind)
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

void insert_code(struct code *code)
{
	struct db *db CLEANUP(db_freep) = pg_db(&site.pg, "recon_operator");

	code_new(code);
	MUST(store_code_insert(
		db, code->hash, &site.world.user, CODE_PURPOSE_RESET, 3600, err));
}

void redeem(void)
{
	struct browser b = {.at = ""};
	struct code code;
	char body[256];

	insert_code(&code);
	(void)snprintf(body, sizeof(body),
		"{\"code\":\"%s\",\"password\":\"" PASSWORD "\",\"display_name\":\"Anna\"}", code.text);
	call(&b, "POST", "/api/v1/auth/redeem", body);
	assert_status(200);
}

int site_run(const char *name, const struct CMUnitTest *tests, size_t n)
{
	int failed;

	if (set_up(NULL) != 0)
		return 1;
	redeem();
	failed = _cmocka_run_group_tests(name, tests, n, NULL, NULL);
	stop_redis();
	failed += _cmocka_run_group_tests("Redis away", tests, n, NULL, NULL);
	buf_free(&answer.raw);
	json_free(answer.body);
	return failed + (tear_down(NULL) != 0);
}
