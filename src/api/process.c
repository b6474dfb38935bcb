/*
 * The main thread keeps signals, timers, the service manager's watchdog and (in the auth pool) the
 * rotation of signing keys; requests are served by the threads of http/server. A database or Redis
 * that is away at start is no reason not to start: requests say so until it is there.
 */
#include "api/process.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/dispatch.h"
#include "api/hash_queue.h"
#include "api/rate.h"
#include "api/refusals.h"
#include "api/tokens.h"
#include "http/server.h"
#include "seal/letter.h"
#include "seal/seal.h"
#include "sys/loop.h"
#include "sys/proc.h"
#include "sys/sandbox.h"

#define METRICS_MS 5000
#define ROTATE_MS 60000
#define REFUSALS_MS 15000
#define BUS_TIMEOUT_MS 250
#define IO_TIMEOUT_MS 30000
#define REQUEST_MEMORY ((size_t)64 << 20)
#define HASH_WAITING 16
#define HASH_WAIT_MS 5000

struct process {
	struct main_ctx *m;
	struct api_env env;
	struct field_keys keys;
	struct envelope_public courier; /* auth pool */
	struct envelope_public hooks; /* api pool */
	struct router *router;
	struct http_server *server;
	struct loop *loop;
	struct db *db; /* of the main thread: counted refusals, in the auth pool rotation */
	int listen_fd;
	bool pool_started;
	pthread_t main_thread;
	pthread_t runner;
	int runner_rc;
	struct err runner_err;
};

static const struct {
	const char *role;
	bool opens_fields;
	int (*start)(struct api_env *env, struct err *err);
	void (*stop)(struct api_env *env);
} pools[POOL_COUNT] = {
	[POOL_AUTH] = {"recon_auth", true, NULL, NULL},
	[POOL_API] = {"recon_api", false, NULL, NULL},
	[POOL_UPLOAD] = {"recon_upload", false, pool_upload_start, pool_upload_stop},
	[POOL_DATA] = {"recon_data", false, pool_data_start, pool_data_stop},
};

/* --- threads ----------------------------------------------------------------------------------- */

static int open_db(const struct process *p, struct db **ret, struct err *err)
{
	const struct db_options o = {.conninfo = p->m->conf.db_conninfo,
		.role = pools[p->env.pool].role,
		.program = "recon-api"};

	return db_open_lazy(&o, ret, err);
}

static void thread_end(void *ctx)
{
	struct api_thread *t = ctx;

	if (t == NULL)
		return;
	db_close(t->db);
	bus_free(t->bus);
	free(t);
}

static int thread_start(void *arg, unsigned thread, void **ret, struct err *err)
{
	struct process *p = arg;
	const struct bus_options bus = {.socket = p->m->conf.redis_socket,
		.timeout_ms = BUS_TIMEOUT_MS,
		.clock = p->m->clock,
		.metrics = p->m->metrics};
	struct api_thread *t = calloc(1, sizeof(*t));
	int rc;

	(void)thread;
	if (t == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	t->env = &p->env;
	t->bus = bus_new(&bus);
	rc = t->bus == NULL ? err_set(err, E_NO_MEMORY, NULL) : open_db(p, &t->db, err);
	if (rc != 0) {
		thread_end(t);
		return rc;
	}
	*ret = t;
	return 0;
}

/* --- start ------------------------------------------------------------------------------------- */

/* An installation may do without webhooks. */
static void open_hooks(struct process *p)
{
	struct err err = {0};

	if (p->env.pool != POOL_API)
		return;
	if (letter_public_load(p->m->conf.courier_public_key_file, &p->hooks, &err) == 0)
		p->env.hooks = &p->hooks;
	else
		log_warn(&p->m->log, "webhooks cannot be made", LOG_FAIL(&err));
}

static int open_env(struct process *p, struct err *err)
{
	struct main_ctx *m = p->m;
	struct token_options tokens = {.issuer = m->conf.site_origin,
		.token_seconds = m->conf.token_seconds,
		.clock = m->clock};
	int rc = 0;

	p->env.conf = &m->conf;
	p->env.log = &m->log;
	p->env.metrics = m->metrics;
	p->env.clock = m->clock;
	p->env.router = p->router;
	open_hooks(p);
	if (pools[p->env.pool].opens_fields) {
		rc = field_keys_load(m->conf.auth_secret_key_file, &p->keys, err);
		p->env.keys = &p->keys;
		tokens.keys = &p->keys;
		p->env.hashing = hash_queue_new(
			(unsigned)proc_cpu_count(), HASH_WAITING, HASH_WAIT_MS);
	}
	if (rc == 0 && pools[p->env.pool].opens_fields && m->conf.smtp_server[0] != '\0') {
		rc = letter_public_load(m->conf.courier_public_key_file, &p->courier, err);
		p->env.courier = &p->courier;
	}
	if (rc != 0)
		return rc;
	p->env.tokens = tokens_new(&tokens);
	p->env.rates = rate_local_new(m->clock);
	p->env.refusals = refusals_new(m->clock);
	if (p->env.tokens == NULL || p->env.rates == NULL || p->env.refusals == NULL ||
		(p->env.keys != NULL && p->env.hashing == NULL))
		return err_set(err, E_NO_MEMORY, NULL);
	if (pools[p->env.pool].start != NULL)
		rc = pools[p->env.pool].start(&p->env, err);
	p->pool_started = rc == 0;
	return rc;
}

static int open_server(struct process *p, struct err *err)
{
	struct http_server_options o = {.threads = (unsigned)p->m->conf.api_threads,
		.io_timeout_ms = IO_TIMEOUT_MS,
		.request_memory_max = REQUEST_MEMORY,
		.start = thread_start,
		.end = thread_end,
		.serve = dispatch_serve,
		.arg = p};
	char path[108];
	int n = snprintf(path, sizeof(path), "%s/api-%s.sock", p->m->conf.run_dir,
		pool_name(p->env.pool));
	int rc;

	if (n < 0 || (size_t)n >= sizeof(path))
		return err_set(err, E_CONFIG, "run.dir is too long for a socket.");
	rc = proc_listen(path, SOCK_STREAM, 0660, &p->listen_fd, err);
	if (rc != 0)
		return rc;
	o.listen_fd = p->listen_fd;
	return http_server_new(&o, &p->server, err);
}

static int open_routes(struct process *p, struct err *err)
{
	int rc = route_check(routes, routes_count, POOL_COUNT, err);

	for (size_t i = 0; i < routes_count; i++)
		metrics_label(p->m->metrics, M_ROUTE_REQUESTS, i, routes[i].id);
	return rc == 0 ? router_new(routes, routes_count, &p->router, err) : rc;
}

static void label_metrics(struct metrics *m)
{
	static const char *const classes[] = {NULL, "1xx", "2xx", "3xx", "4xx", "5xx"};
	static const char *const sign_ins[] = {"done", "refused", "other"};

	for (size_t i = 1; i < ARRAY_LEN(classes); i++)
		metrics_label(m, M_HTTP_REQUESTS, i, classes[i]);
	for (size_t i = 0; i < ARRAY_LEN(sign_ins); i++)
		metrics_label(m, M_SIGN_INS, i, sign_ins[i]);
}

/* --- the main thread --------------------------------------------------------------------------- */

static void on_stop(void *arg, uint32_t events)
{
	struct process *p = arg;

	(void)events;
	proc_notify_stopping();
	http_server_stop(p->server);
	loop_stop(p->loop);
}

static void on_metrics(void *arg, uint32_t events)
{
	struct process *p = arg;

	(void)events;
	main_write_metrics(p->m);
}

static void on_watchdog(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
	proc_notify_watchdog();
}

static void on_rotate(void *arg, uint32_t events)
{
	struct process *p = arg;
	struct err err = {0};

	(void)events;
	if (tokens_rotate(p->env.tokens, p->db, &err) != 0)
		log_warn(&p->m->log, "signing keys cannot be looked after", LOG_FAIL(&err));
}

static void on_refusals(void *arg, uint32_t events)
{
	struct process *p = arg;
	struct err err = {0};

	(void)events;
	if (refusals_write(p->env.refusals, p->db, false, &err) != 0)
		log_warn(&p->m->log, "refusals wait to be audited", LOG_FAIL(&err));
}

static int add_timers(struct process *p, struct err *err)
{
	int64_t watchdog = proc_watchdog_ms();
	int rc = loop_add_timer(p->loop, 0, METRICS_MS, on_metrics, p, NULL, err);

	if (rc == 0 && watchdog > 0)
		rc = loop_add_timer(p->loop, watchdog, watchdog, on_watchdog, p, NULL, err);
	if (rc == 0)
		rc = open_db(p, &p->db, err);
	if (rc == 0)
		rc = loop_add_timer(p->loop, REFUSALS_MS, REFUSALS_MS, on_refusals, p, NULL, err);
	if (rc == 0 && p->env.keys != NULL)
		rc = loop_add_timer(p->loop, 0, ROTATE_MS, on_rotate, p, NULL, err);
	return rc;
}

static int open_loop(struct process *p, struct err *err)
{
	int rc = loop_new(&p->loop, err);

	if (rc == 0)
		rc = loop_add_signal(p->loop, SIGTERM, on_stop, p, NULL, err);
	if (rc == 0)
		rc = loop_add_signal(p->loop, SIGINT, on_stop, p, NULL, err);
	return rc;
}

static void *runner_main(void *arg)
{
	struct process *p = arg;

	p->runner_rc = http_server_run(p->server, &p->runner_err);
	/* Ended by itself: the main thread must hear of it. */
	if (p->runner_rc != 0)
		/* NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread): blocked, the loop reads it */
		pthread_kill(p->main_thread, SIGTERM);
	return NULL;
}

/* Everything that is opened once is open; later only metrics, time zones, libpq's files and, in two
 * pools, the vault are reached by name. */
static int confine(struct process *p, struct err *err)
{
	const struct conf *conf = &p->m->conf;
	const bool vault = pools[p->env.pool].start != NULL;
	const struct sandbox_path paths[] = {
		{conf->metrics_dir, true},
		{"/etc", false},
		{"/usr", false},
		{"/proc/self", false},
		{"/sys/fs/cgroup", false},
		{conf->vault_dir, true},
	};
	const struct sandbox_spec spec = {
		.groups = SANDBOX_THREADS | SANDBOX_FILES | SANDBOX_SOCKETS,
		.paths = paths,
		.path_count = ARRAY_LEN(paths) - (vault ? 0 : 1)};
	struct sandbox_report report;
	int rc = sandbox_enter(&spec, &report, err);

	if (rc == 0)
		log_info(&p->m->log, "confined", LOG_INT("landlock", report.landlock));
	return rc;
}

static int serve(struct process *p, struct err *err)
{
	int rc = add_timers(p, err);

	if (rc == 0)
		rc = confine(p, err);
	if (rc != 0)
		return rc;
	p->main_thread = pthread_self();
	if (pthread_create(&p->runner, NULL, runner_main, p) != 0)
		return err_set(err, E_NO_MEMORY, "The server's thread cannot be made.");
	proc_notify_ready("serving");
	log_info(&p->m->log, "serving", LOG_STR("pool", pool_name(p->env.pool)),
		LOG_INT("threads", p->m->conf.api_threads));
	rc = loop_run(p->loop, err);
	http_server_stop(p->server);
	pthread_join(p->runner, NULL);
	if (rc == 0 && p->runner_rc != 0) {
		*err = p->runner_err;
		rc = p->runner_rc;
	}
	return rc;
}

static void process_close(struct process *p)
{
	struct err err = {0};

	if (p->pool_started && pools[p->env.pool].stop != NULL)
		pools[p->env.pool].stop(&p->env);
	http_server_free(p->server);
	if (p->db != NULL && refusals_write(p->env.refusals, p->db, true, &err) != 0)
		log_warn(&p->m->log, "refusals were not audited", LOG_FAIL(&err));
	refusals_free(p->env.refusals);
	db_close(p->db);
	loop_free(p->loop);
	tokens_free(p->env.tokens);
	rate_local_free(p->env.rates);
	hash_queue_free(p->env.hashing);
	router_free(p->router);
	field_keys_wipe(&p->keys);
	fd_close(&p->listen_fd);
}

int process_run(struct main_ctx *m)
{
	struct process p = {.m = m, .listen_fd = -1};
	struct err err = {0};
	int rc = 0;

	if (!pool_from_name(sv_from_cstr(m->pool), &p.env.pool))
		rc = err_set(&err, E_USAGE, "There is no pool %s.", m->pool);
	seal_init();
	label_metrics(m->metrics);
	if (rc == 0)
		rc = open_routes(&p, &err);
	if (rc == 0)
		rc = open_env(&p, &err);
	if (rc == 0)
		rc = open_loop(&p, &err);
	if (rc == 0)
		rc = open_server(&p, &err);
	if (rc == 0)
		rc = serve(&p, &err);
	if (rc != 0)
		log_error(&m->log, "recon-api ends", LOG_STR("pool", m->pool), LOG_FAIL(&err));
	else
		log_info(&m->log, "stopped", LOG_STR("pool", m->pool));
	process_close(&p);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
