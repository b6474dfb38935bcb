/*
 * The loop of a worker, and what becomes of a task whose handler gave up. The table below is the
 * whole policy: who is at fault decides whether it counts as one of the task's three strikes.
 */
#include "intake/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bus/bus.h"
#include "intake/intake.h"
#include "intake/reader.h"
#include "sys/proc.h"
#include "sys/sandbox.h"

#define POLL_MS 2000
#define AWAY_MS 1000 /* between attempts to reach PostgreSQL */
#define POSTPONE_SECONDS 2
#define SWEEP_US (INT64_C(600) * 1000000)
#define METRICS_US (INT64_C(5) * 1000000)
#define ARENA_MAX (64u << 20)

static const enum word kinds[] = {TASK_SCAN, TASK_READ, TASK_REPAIR, TASK_PREVIEW};

/* Handlers by kind, in the order of kinds. */
static const struct {
	const char *wake;
	int (*run)(struct intake *in, struct arena *a, struct err *err);
	int (*abandon)(
		struct intake *in, const struct task *task, struct arena *a, struct err *err);
} handlers[ARRAY_LEN(kinds)] = {
	{"scan", scan_task_run, scan_task_abandon},
	{"read", read_task_run, read_task_abandon},
	{"repair", repair_task_run, repair_task_abandon},
	{"preview", preview_task_run, preview_task_abandon},
};

enum fate { FATE_LEAVE, FATE_GIVE_BACK, FATE_POSTPONE, FATE_RETRY };

static const struct {
	int code;
	enum fate fate;
} fates[] = {
	{E_FENCED, FATE_LEAVE},         /* it is somebody else's */
	{E_CANCELLED, FATE_GIVE_BACK},  /* this process ends */
	{E_UNAVAILABLE, FATE_POSTPONE}, /* the scanner is away */
	{E_NO_SPACE, FATE_POSTPONE},
};

enum outcome_slot { OUTCOME_ENDED, OUTCOME_GIVEN_BACK, OUTCOME_POSTPONED, OUTCOME_FAILED };

struct worker {
	struct intake in;
	struct bus *bus;
	int number;
	char name[96];
	int64_t sweep_us; /* when it is due */
	int64_t metrics_us;
	bool database_away; /* said so already */
};

static size_t kind_index(enum word kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i] == kind)
			return i;
	return 0;
}

/* The handler gave up with this error. */
static int task_settle(struct worker *w, const struct err *why, struct err *err)
{
	struct intake *in = &w->in;
	enum fate fate = FATE_RETRY;

	for (size_t i = 0; i < ARRAY_LEN(fates); i++)
		if (fates[i].code == why->code)
			fate = fates[i].fate;
	log_warn(&in->log, "a task was not finished", LOG_STR("kind", word_text(in->task.kind)),
		LOG_INT("attempt", in->task.attempt), LOG_FAIL(why));
	db_rollback(in->db);
	switch (fate) {
	case FATE_LEAVE:
		return 0;
	case FATE_GIVE_BACK:
		metrics_add(in->m->metrics, M_TASKS, OUTCOME_GIVEN_BACK, 1);
		return store_task_give_back(in->db, &in->task, err);
	case FATE_POSTPONE:
		metrics_add(in->m->metrics, M_TASKS, OUTCOME_POSTPONED, 1);
		return store_task_postpone(in->db, &in->task, POSTPONE_SECONDS, err);
	case FATE_RETRY:
		break;
	}
	metrics_add(in->m->metrics, M_TASKS, OUTCOME_FAILED, 1);
	return store_task_retry(in->db, &in->task, 5 * in->task.strikes,
		sv_from_cstr(err_wire(why->code)), sv_from_cstr(why->detail), err);
}

static int task_run(struct worker *w, struct arena *a, struct err *err)
{
	struct intake *in = &w->in;
	size_t kind = kind_index(in->task.kind);
	int64_t start = clock_mono_us(&in->m->clock);
	struct err why = {0};
	int rc;

	in->beat_us = start;
	in->log = log_with_request(&in->m->log, in->task.request_id.p);
	why.code = handlers[kind].run(in, a, &why);
	rc = why.code == 0 ? 0 : task_settle(w, &why, err);
	if (why.code == 0) {
		metrics_add(in->m->metrics, M_TASKS, OUTCOME_ENDED, 1);
		log_info(&in->log, "task ended", LOG_STR("kind", word_text(in->task.kind)),
			LOG_INT("us", clock_mono_us(&in->m->clock) - start));
	}
	metrics_observe(in->m->metrics, M_TASK_SECONDS, kind, clock_mono_us(&in->m->clock) - start);
	return rc;
}

/* Ends tasks that nobody will finish, with their subjects. E_NOT_FOUND: none (any more). */
static int abandon_one(struct worker *w, struct arena *a, struct err *err)
{
	struct intake *in = &w->in;
	struct task task;
	enum word state;
	int rc = db_begin(in->db, err);

	if (rc == 0)
		rc = store_task_abandon(in->db, kinds, ARRAY_LEN(kinds), a, &task, &state, err);
	if (rc == 0) {
		log_error(&in->m->log, "a task was given up", LOG_STR("kind", word_text(task.kind)),
			LOG_STR("state", word_text(state)));
		rc = handlers[kind_index(task.kind)].abandon(in, &task, a, err);
	}
	if (rc == 0)
		rc = db_commit(in->db, err);
	db_rollback(in->db);
	return rc;
}

/* One task, or what else is due. E_NOT_FOUND: there is nothing to do. */
static int step(struct worker *w, struct arena *a, struct err *err)
{
	struct intake *in = &w->in;
	int64_t now = clock_mono_us(&in->m->clock);
	int rc;

	if (now >= w->metrics_us) {
		main_write_metrics(in->m);
		w->metrics_us = now + METRICS_US;
	}
	rc = store_task_claim(in->db, kinds, ARRAY_LEN(kinds), sv_from_cstr(w->name),
		TASK_LEASE_SECONDS, a, &in->task, err);
	if (rc == 0)
		return task_run(w, a, err);
	if (rc != E_NOT_FOUND)
		return rc;
	if (w->number == 0 && now >= w->sweep_us) {
		w->sweep_us = now + SWEEP_US;
		rc = rewrap_run(in, err);
		if (rc == 0)
			rc = sweep_run(in, err);
		if (rc < 0)
			return rc;
	}
	return abandon_one(w, a, err);
}

static void wait_ms(struct worker *w, int ms)
{
	struct pollfd stop = {.fd = w->in.stop, .events = POLLIN};

	while (poll(&stop, 1, ms) < 0 && errno == EINTR)
		;
}

/* Redis wakes; without it this waits just so. */
static void wait_for_work(struct worker *w)
{
	const char *names[ARRAY_LEN(kinds)];
	int kind = -1;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		names[i] = handlers[i].wake;
	if (bus_wait(w->bus, names, ARRAY_LEN(kinds), POLL_MS, w->in.stop, &kind, NULL) < 0)
		log_debug(&w->in.m->log, "Redis is away; polling");
}

static void loop_once_more(struct worker *w)
{
	struct arena a CLEANUP(arena_free);
	struct err err = {0};
	int rc;

	arena_init(&a, ARENA_MAX);
	rc = step(w, &a, &err);
	if (rc == E_NOT_FOUND) {
		wait_for_work(w);
	} else if (rc == E_UNAVAILABLE) {
		if (!w->database_away)
			log_warn(&w->in.m->log, "PostgreSQL is away", LOG_FAIL(&err));
		w->database_away = true;
		wait_ms(w, AWAY_MS);
		return;
	} else if (rc < 0) {
		log_error(&w->in.m->log, "a step failed", LOG_FAIL(&err));
		wait_ms(w, AWAY_MS);
	}
	w->database_away = false;
}

static int stop_open(int *ret_fd, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_set_errno(err, errno, "Signals");
	*ret_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return *ret_fd < 0 ? err_set_errno(err, errno, "Signals") : 0;
}

/* The reader first: it must never have had what is opened after it. */
static int worker_open(struct worker *w, struct err *err)
{
	struct intake *in = &w->in;
	const struct conf *conf = &in->m->conf;
	struct vault_config vault = vault_config_of(conf);
	struct db_options db = {
		.conninfo = conf->db_conninfo, .role = "recon_intake", .program = "recon-intake"};
	struct bus_options bus = {
		.socket = conf->redis_socket, .timeout_ms = 1000, .clock = in->m->clock};
	int rc = reader_start(conf, &in->reader, err);

	vault.public_key_file = conf->vault_public_key_file;
	vault.private_key_file = conf->vault_private_key_file;
	if (rc == 0)
		rc = stop_open(&in->stop, err);
	if (rc == 0)
		rc = vault_open(&vault, &in->vault, err);
	if (rc == 0)
		rc = db_open_lazy(&db, &in->db, err);
	if (rc < 0)
		return rc;
	w->bus = bus_new(&bus);
	return w->bus ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

/* After everything is open: files of the vault and metrics, and what libpq reads to connect anew.
 */
static int worker_confine(struct worker *w, struct err *err)
{
	const struct conf *conf = &w->in.m->conf;
	const struct sandbox_path paths[] = {
		{conf->vault_dir, true},
		{conf->metrics_dir, true},
		{"/etc", false},
		{"/usr", false},
		{"/proc/self", false},
	};
	const struct sandbox_spec spec = {
		/* A bucket's name is looked up in a thread. */
		.groups = SANDBOX_FILES | SANDBOX_SOCKETS |
			  (strcmp(conf->vault_kind, "s3") == 0 ? SANDBOX_THREADS : 0),
		.paths = paths,
		.path_count = ARRAY_LEN(paths),
	};
	struct sandbox_report report = {0};
	int rc = sandbox_enter(&spec, &report, err);

	if (rc == 0)
		log_info(&w->in.m->log, "confined", LOG_INT("landlock", report.landlock));
	return rc;
}

static void worker_metrics(struct metrics *m)
{
	static const char *const outcomes[] = {"ended", "given_back", "postponed", "failed"};

	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++)
		metrics_label(m, M_TASKS, i, outcomes[i]);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		metrics_label(m, M_TASK_SECONDS, i, handlers[i].wake);
}

int worker_run(struct main_ctx *m, int number)
{
	struct worker w = {.number = number, .in = {.m = m, .reader = -1, .stop = -1}};
	char host[64] = "";
	struct err err = {0};
	int rc = worker_open(&w, &err);

	if (rc == 0)
		rc = worker_confine(&w, &err);
	if (rc < 0)
		log_error(&m->log, "a worker cannot start", LOG_FAIL(&err));
	gethostname(host, sizeof(host) - 1);
	snprintf(w.name, sizeof(w.name), "%s:%d", host, (int)getpid());
	worker_metrics(m->metrics);
	while (rc == 0 && !intake_stopping(&w.in) && !w.in.reader_lost)
		loop_once_more(&w);
	if (w.in.reader_lost)
		rc = E_UNAVAILABLE;
	metrics_remove(m->metrics, m->conf.metrics_dir);
	bus_free(w.bus);
	db_close(w.in.db);
	vault_close(&w.in.vault);
	fd_close(&w.in.reader);
	fd_close(&w.in.stop);
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
