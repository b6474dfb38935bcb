/*
 * The zygote's loop. A slot is one connection and its child; while all slots are taken, further
 * clients wait in the socket's backlog, which also bridges a change of zygotes.
 */
#include "scanner/zygote.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scan/scan.h"
#include "scanner/work.h"
#include "seal/hash.h"
#include "seal/seal.h"
#include "sys/loop.h"
#include "sys/proc.h"
#include "sys/sandbox.h"
#include "wire/msg.h"

#define SLOTS_MAX 64
/* A client sends its request at once; who does not is no client of ours. */
#define REQUEST_MS 5000
#define OUTDATED_CHECK_MS 60000
#define METRICS_MS 5000

struct zygote;

struct slot {
	struct zygote *zygote;
	bool used;
	int client;
	uint64_t id; /* of the request */
	int64_t started_us;
	struct work work;
	struct loop_watch *ended;
	struct loop_watch *timer;
};

struct zygote {
	const struct zygote_options *o;
	struct main_ctx *m;
	struct scan *scan;
	struct work_limits limits;
	struct loop *loop;
	struct loop_watch *accepting;
	struct slot slots[SLOTS_MAX];
	size_t slot_count;
	size_t busy;
	bool stopping;
};

/* Label values of the metric of verdicts; the last one takes everything that is not in the table.
 */
static const struct {
	int code;
	const char *label;
} verdicts[] = {
	{0, "clean"},
	{E_FILE_INFECTED, "infected"},
	{E_FILE_TYPE, "type"},
	{E_FILE_EMPTY, "empty"},
	{E_FILE_UNSCANNABLE, "unscannable"},
	{E_FILE_ENCRYPTED, "encrypted"},
	{E_ARCHIVE, "archive"},
	{E_INTERNAL, "error"},
};

static size_t verdict_slot(int code)
{
	size_t i = 0;

	while (i < ARRAY_LEN(verdicts) - 1 && verdicts[i].code != code)
		i++;
	return i;
}

static void slot_close(struct slot *s)
{
	struct zygote *z = s->zygote;

	fd_close(&s->client);
	s->used = false;
	z->busy--;
	if (z->stopping && z->busy == 0)
		loop_stop(z->loop);
	else if (!z->stopping && loop_set_events(z->loop, z->accepting, EPOLLIN, NULL) < 0)
		loop_stop(z->loop);
}

static void slot_answer(struct slot *s, bool kill, const char *why)
{
	struct zygote *z = s->zygote;
	struct msg answer = {.type = MSG_TYPE_SCAN_VERDICT, .id = s->id};
	struct msg_scan_verdict *v = &answer.scan_verdict;
	struct err err = {0};
	int code;

	loop_remove(z->loop, TAKE(s->ended)); /* before its descriptor is closed */
	loop_remove(z->loop, TAKE(s->timer));
	code = work_end(&s->work, kill, why, &err);
	v->code = (uint16_t)-code;
	v->elapsed_us = (uint64_t)(clock_mono_us(&z->m->clock) - s->started_us);
	snprintf(v->detail, sizeof(v->detail), "%.*s", (int)sizeof(v->detail) - 1, err.detail);
	metrics_add(z->m->metrics, M_SCANS, verdict_slot(code), 1);
	metrics_observe(z->m->metrics, M_SCAN_SECONDS, 0, (int64_t)v->elapsed_us);
	log_info(&z->m->log, "file scanned", LOG_STR("verdict", verdicts[verdict_slot(code)].label),
		LOG_STR("detail", err.detail), LOG_INT("us", v->elapsed_us));
	if (msg_send(s->client, &answer, -1, &err) < 0)
		log_warn(&z->m->log, "nobody waits for a verdict", LOG_FAIL(&err));
	slot_close(s);
}

static void on_ended(void *arg, uint32_t events)
{
	(void)events;
	slot_answer(arg, false, NULL);
}

static void on_timeout(void *arg, uint32_t events)
{
	(void)events;
	slot_answer(arg, true, "The scanner took too long on it.");
}

static int status_send(struct slot *s, struct err *err)
{
	struct zygote *z = s->zygote;
	struct msg answer = {.type = MSG_TYPE_SCANNER_STATUS, .id = s->id};

	answer.scanner_status.signatures = scan_signatures(z->scan);
	answer.scanner_status.database_time = scan_database_time(z->scan);
	answer.scanner_status.busy = (uint32_t)z->busy - 1;
	return msg_send(s->client, &answer, -1, err);
}

/* The key lives in this process only for the moment of the fork. */
static int work_for(struct slot *s, const struct msg_scan_request *request, int fd, struct err *err)
{
	struct zygote *z = s->zygote;
	struct vault_loan loan CLEANUP(vault_loan_end) = {.fd = fd};

	if (fd < 0)
		return err_set(err, E_INVALID, "The request came without its file.");
	if (request->length > (uint64_t)z->m->conf.upload_max_bytes)
		return err_set(err, E_INVALID, "The request is for a file over the limit.");
	memcpy(loan.id.b, request->object, sizeof(loan.id.b));
	memcpy(loan.key.b, request->key, sizeof(loan.key.b));
	loan.sealed_size = aead_file_sealed_size(request->length);
	return work_start(
		z->scan, &z->limits, &loan, (enum file_type)request->file_type, &s->work, err);
}

/* Reads the one request of a connection. *ret_working: a child was started for it. */
static int slot_start(struct slot *s, bool *ret_working, struct err *err)
{
	uint8_t room[MSG_MAX_SIZE];
	struct msg request = {0};
	int fd = -1;
	int rc = proc_set_timeouts(s->client, REQUEST_MS, REQUEST_MS, err);

	*ret_working = false;
	if (rc == 0)
		rc = msg_recv(s->client, room, &request, &fd, err);
	if (rc < 0)
		return rc;
	s->id = request.id;
	if (request.type == MSG_TYPE_SCAN_REQUEST) {
		rc = work_for(s, &request.scan_request, TAKE_FD(fd), err);
		*ret_working = rc == 0;
	} else if (request.type == MSG_TYPE_SCANNER_ASK) {
		rc = status_send(s, err);
	} else {
		rc = err_set(err, E_INVALID, "The scanner got a %s.", msg_name(request.type));
	}
	fd_close(&fd);
	hash_wipe(room, sizeof(room));
	hash_wipe(&request, sizeof(request));
	return rc;
}

static int slot_watch(struct slot *s, struct err *err)
{
	struct zygote *z = s->zygote;
	int rc = loop_add_fd(z->loop, s->work.pidfd, EPOLLIN, on_ended, s, &s->ended, err);

	if (rc == 0)
		rc = loop_add_timer(z->loop, (int64_t)z->limits.max_seconds * 1000, 0, on_timeout,
			s, &s->timer, err);
	return rc;
}

static void slot_open(struct zygote *z, struct slot *s, int client)
{
	struct err err = {0};
	bool working;
	int rc;

	*s = (struct slot){.zygote = z, .used = true, .client = client};
	s->started_us = clock_mono_us(&z->m->clock);
	z->busy++;
	rc = slot_start(s, &working, &err);
	if (rc == E_UNAVAILABLE)
		log_debug(&z->m->log, "a client has gone without asking");
	else if (rc < 0)
		log_warn(&z->m->log, "a request was not served", LOG_FAIL(&err));
	if (!working) {
		slot_close(s);
	} else if (slot_watch(s, &err) < 0) {
		log_error(&z->m->log, "a scan cannot be watched", LOG_FAIL(&err));
		slot_answer(s, true, "The scanner had no room for it.");
	}
}

static struct slot *slot_free(struct zygote *z)
{
	for (size_t i = 0; i < z->slot_count; i++)
		if (!z->slots[i].used)
			return &z->slots[i];
	return NULL;
}

static void on_client(void *arg, uint32_t events)
{
	struct zygote *z = arg;
	struct slot *s = slot_free(z);
	int client;

	(void)events;
	if (!s) {
		if (loop_set_events(z->loop, z->accepting, 0, NULL) < 0)
			loop_stop(z->loop);
		return;
	}
	client = accept4(z->o->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (client >= 0)
		slot_open(z, s, client);
}

static void on_stop(void *arg, uint32_t events)
{
	struct zygote *z = arg;

	(void)events;
	z->stopping = true;
	loop_remove(z->loop, TAKE(z->accepting));
	if (z->busy == 0)
		loop_stop(z->loop);
}

static void on_check(void *arg, uint32_t events)
{
	struct zygote *z = arg;

	(void)events;
	if (scan_is_outdated(z->scan) && write(z->o->outdated_fd, "o", 1) < 0)
		log_warn(&z->m->log, "nobody hears that the signatures are outdated");
}

static void on_metrics(void *arg, uint32_t events)
{
	struct zygote *z = arg;

	(void)events;
	main_write_metrics(z->m);
}

/* --- start ------------------------------------------------------------------------------------ */

static int zygote_load(struct zygote *z, struct err *err)
{
	const struct conf *conf = &z->m->conf;
	struct scan_options options = {
		.database_dir = conf->scanner_database_dir,
		.temp_dir = z->o->temp_dir,
		.max_bytes = (uint64_t)conf->upload_max_bytes,
		.max_seconds = (int)conf->scanner_seconds,
	};
	uint8_t digest[SHA256_LEN];
	int rc;

	z->limits.temp_dir = z->o->temp_dir;
	z->limits.max_seconds = options.max_seconds;
	rc = scan_new(&options, &z->scan, err);
	/* While files can still be opened: what a child cannot find out or load for itself. */
	z->limits.address_space = work_address_space();
	hash_sha256("", 0, digest);
	return rc;
}

/* The worst case, in a child as confined as any other: the last bytes of the largest file. */
static int zygote_self_test(struct zygote *z, struct err *err)
{
	struct work work;
	struct err found = {0};
	int rc = work_start(z->scan, &z->limits, NULL, FILE_TYPE_CSV, &work, err);

	if (rc < 0)
		return rc;
	rc = work_end(&work, !work_wait(&work, z->limits.max_seconds * 1000), NULL, &found);
	if (rc == E_FILE_INFECTED)
		return 0;
	return err_set(err, E_UNAVAILABLE,
		"The self-test did not find EICAR at the end of the largest file: %s",
		rc == 0 ? "it was called clean." : found.detail);
}

static int zygote_confine(struct zygote *z, struct err *err)
{
	const struct sandbox_path paths[] = {
		{z->o->temp_dir, true},
		{z->m->conf.metrics_dir, true},
		{z->m->conf.scanner_database_dir, false},
		{"/proc/self", false},
	};
	struct sandbox_spec spec = {
		.groups = SANDBOX_FORK | SANDBOX_UNIX | SANDBOX_FILES,
		.paths = paths,
		.path_count = ARRAY_LEN(paths),
		.file_bytes = -1,
	};
	struct sandbox_report report = {0};
	int rc = sandbox_enter(&spec, &report, err);

	if (rc == 0 && !report.landlock)
		log_warn(&z->m->log,
			"this kernel has no Landlock; files are guarded by seccomp alone");
	return rc;
}

static int zygote_watch(struct zygote *z, struct err *err)
{
	int rc = loop_new(&z->loop, err);

	if (rc == 0)
		rc = loop_add_signal(z->loop, SIGTERM, on_stop, z, NULL, err);
	if (rc == 0)
		rc = loop_add_fd(
			z->loop, z->o->listen_fd, EPOLLIN, on_client, z, &z->accepting, err);
	if (rc == 0)
		rc = loop_add_timer(
			z->loop, OUTDATED_CHECK_MS, OUTDATED_CHECK_MS, on_check, z, NULL, err);
	if (rc == 0)
		rc = loop_add_timer(z->loop, 0, METRICS_MS, on_metrics, z, NULL, err);
	return rc;
}

static void zygote_metrics(struct zygote *z)
{
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
		metrics_label(z->m->metrics, M_SCANS, i, verdicts[i].label);
	metrics_set(z->m->metrics, M_SIGNATURES, 0, scan_signatures(z->scan));
	metrics_set(z->m->metrics, M_SIGNATURES_TIME, 0, scan_database_time(z->scan));
}

static int zygote_start(struct zygote *z, struct err *err)
{
	int rc = zygote_load(z, err);

	if (rc == 0)
		rc = zygote_confine(z, err);
	if (rc == 0)
		rc = zygote_self_test(z, err);
	if (rc == 0)
		rc = zygote_watch(z, err);
	return rc;
}

int zygote_run(const struct zygote_options *options)
{
	struct zygote z = {.o = options, .m = options->m};
	struct err err = {0};
	int rc;

	seal_init();
	z.slot_count = MIN((size_t)proc_cpu_count() + 1, (size_t)SLOTS_MAX);
	rc = zygote_start(&z, &err);
	if (rc == 0) {
		zygote_metrics(&z);
		log_info(&z.m->log, "signatures are loaded",
			LOG_INT("signatures", scan_signatures(z.scan)));
		if (write(options->ready_fd, "r", 1) == 1)
			rc = loop_run(z.loop, &err);
		else
			rc = err_set_errno(&err, errno, "Nobody waits for this process");
	}
	if (rc < 0)
		log_error(&z.m->log, "the scanner cannot work", LOG_FAIL(&err));
	metrics_remove(z.m->metrics, z.m->conf.metrics_dir);
	loop_free(z.loop);
	scan_free(&z.scan);
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
