/*
 * The loop of a lane. As everywhere, Redis only wakes: without it the queue is asked every two
 * seconds.
 */
#include "courier/lane.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define POLL_MS 2000
#define AWAY_MS 1000 /* between attempts to reach PostgreSQL */
#define BUS_TIMEOUT_MS 1000
#define ARENA_MAX ((size_t)16 << 20)
#define RETRY_SECONDS 5

enum outcome_slot { OUTCOME_ENDED, OUTCOME_GIVEN_BACK, OUTCOME_FAILED };

int lane_open(struct lane *lane, const struct lane_spec *spec, struct main_ctx *m, int stop_fd,
	struct err *err)
{
	const struct db_options db = {.conninfo = m->conf.db_conninfo,
		.role = "recon_courier",
		.program = "recon-courier"};
	const struct bus_options bus = {.socket = m->conf.redis_socket,
		.timeout_ms = BUS_TIMEOUT_MS,
		.clock = m->clock,
		.metrics = m->metrics};
	char host[64] = "";
	int rc;

	lane->spec = spec;
	lane->m = m;
	lane->log = m->log;
	lane->stop_fd = stop_fd;
	gethostname(host, sizeof(host) - 1);
	snprintf(lane->name, sizeof(lane->name), "%s:%d:%s", host, (int)getpid(), spec->wake);
	metrics_label(m->metrics, M_TASK_SECONDS, lane->slot, spec->wake);
	rc = db_open_lazy(&db, &lane->db, err);
	if (rc < 0)
		return rc;
	lane->bus = bus_new(&bus);
	if (!lane->bus)
		return err_set(err, E_NO_MEMORY, NULL);
	return spec->open(lane, err);
}

static bool stopping(const struct lane *lane)
{
	struct pollfd stop = {.fd = lane->stop_fd, .events = POLLIN};

	return poll(&stop, 1, 0) > 0;
}

static void wait_ms(const struct lane *lane, int ms)
{
	struct pollfd stop = {.fd = lane->stop_fd, .events = POLLIN};

	while (poll(&stop, 1, ms) < 0 && errno == EINTR)
		continue;
}

/* The handler gave up with this error. */
static int settle(struct lane *lane, const struct task *task, const struct err *why, struct err *err)
{
	db_rollback(lane->db);
	log_warn(&lane->log, "a task was not finished", LOG_STR("kind", word_text(task->kind)),
		LOG_INT("attempt", task->attempt), LOG_FAIL(why));
	if (why->code == E_FENCED)
		return 0;
	if (why->code == E_CANCELLED) {
		metrics_add(lane->m->metrics, M_TASKS, OUTCOME_GIVEN_BACK, 1);
		return store_task_give_back(lane->db, task, err);
	}
	metrics_add(lane->m->metrics, M_TASKS, OUTCOME_FAILED, 1);
	return store_task_retry(lane->db, task, (int64_t)RETRY_SECONDS * task->strikes,
		sv_from_cstr(err_wire(why->code)), SV_NULL, err);
}

static int run_task(struct lane *lane, const struct task *task, struct arena *a, struct err *err)
{
	int64_t start = clock_mono_us(&lane->m->clock);
	struct err why = {0};
	int rc = 0;

	lane->log = log_with_request(&lane->m->log, task->request_id.p);
	why.code = lane->spec->run(lane, task, a, &why);
	if (why.code == 0)
		metrics_add(lane->m->metrics, M_TASKS, OUTCOME_ENDED, 1);
	else
		rc = settle(lane, task, &why, err);
	metrics_observe(lane->m->metrics, M_TASK_SECONDS, lane->slot,
		clock_mono_us(&lane->m->clock) - start);
	lane->log = lane->m->log;
	return rc;
}

/* Ends a task that nobody will finish. E_NOT_FOUND: none (any more). */
static int abandon_one(struct lane *lane, struct arena *a, struct err *err)
{
	struct task task;
	enum word state;
	int rc = db_begin(lane->db, err);

	if (rc == 0)
		rc = store_task_abandon(lane->db, &lane->spec->kind, 1, a, &task, &state, err);
	if (rc == 0) {
		log_error(&lane->log, "a task was given up", LOG_STR("kind", word_text(task.kind)),
			LOG_STR("state", word_text(state)));
		rc = lane->spec->abandon(lane, &task, a, err);
	}
	if (rc == 0)
		rc = db_commit(lane->db, err);
	db_rollback(lane->db);
	return rc;
}

/* One task. E_NOT_FOUND: there is nothing to do. */
static int step(struct lane *lane, struct arena *a, struct err *err)
{
	struct task task;
	int rc = store_task_claim(lane->db, &lane->spec->kind, 1, sv_from_cstr(lane->name),
		lane->spec->lease_seconds(&lane->m->conf), a, &task, err);

	if (rc == 0)
		return run_task(lane, &task, a, err);
	return rc == E_NOT_FOUND ? abandon_one(lane, a, err) : rc;
}

static void wait_for_work(struct lane *lane)
{
	const char *names[] = {lane->spec->wake};
	int kind = -1;

	if (bus_wait(lane->bus, names, 1, POLL_MS, lane->stop_fd, &kind, NULL) < 0)
		log_debug(&lane->log, "Redis is away; polling");
}

static void loop_once_more(struct lane *lane)
{
	struct arena a CLEANUP(arena_free);
	struct err err = {0};
	int rc;

	arena_init(&a, ARENA_MAX);
	rc = step(lane, &a, &err);
	if (rc == E_NOT_FOUND) {
		wait_for_work(lane);
	} else if (rc == E_UNAVAILABLE) {
		if (!lane->database_away)
			log_warn(&lane->log, "PostgreSQL is away", LOG_FAIL(&err));
		lane->database_away = true;
		wait_ms(lane, AWAY_MS);
		return;
	} else if (rc < 0) {
		log_error(&lane->log, "a step failed", LOG_FAIL(&err));
		wait_ms(lane, AWAY_MS);
	}
	lane->database_away = false;
}

static void *lane_main(void *arg)
{
	struct lane *lane = arg;

	while (!stopping(lane))
		loop_once_more(lane);
	return NULL;
}

int lane_start(struct lane *lane, struct err *err)
{
	int code = pthread_create(&lane->thread, NULL, lane_main, lane);

	lane->started = code == 0;
	return code == 0 ? 0 : err_set_errno(err, code, "pthread_create");
}

void lane_end(struct lane *lane)
{
	if (lane->started)
		pthread_join(lane->thread, NULL);
	if (lane->spec)
		lane->spec->close(lane);
	bus_free(lane->bus);
	db_close(lane->db);
	*lane = (struct lane){.spec = NULL};
}
