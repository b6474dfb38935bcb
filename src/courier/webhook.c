/* One message to one receiver; see webhook.h. */
#include "courier/webhook.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/client.h"
#include "net/guard.h"
#include "seal/letter.h"
#include "seal/random.h"
#include "seal/webhook.h"
#include "store/store_platform.h"
#include "store/store_webhook.h"

#define LEASE_MARGIN_SECONDS 30
#define PAUSE_MAX 14400
#define PAUSE_FACTOR 4
#define CA_MAX ((size_t)1 << 20)
#define ANSWER_MAX ((size_t)64 << 10)
#define STATUS_GONE 410

struct caller {
	bool on;
	struct net_guard guard;
	struct net_client *client;
	struct envelope_private key;
	struct buf ca; /* certificates to trust instead of the system's; empty: those */
};

/* What became of a try. */
struct outcome {
	int32_t status; /* 0: no answer */
	int code;       /* 0: taken */
	int32_t ms;
};

int64_t webhook_pause_seconds(int64_t first, int32_t tries, uint8_t chance)
{
	int64_t pause = first;

	for (int32_t i = 1; i < tries && pause < PAUSE_MAX; i++)
		pause *= PAUSE_FACTOR;
	pause = MIN(pause, (int64_t)PAUSE_MAX);
	return MAX(pause + pause * (chance - 128) / 640, INT64_C(1));
}

/* --- opening ---------------------------------------------------------------------------------- */

static int read_ca(const char *path, struct buf *ret, struct err *err)
{
	int fd CLEANUP(fd_close) = path[0] ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t n = 1;

	if (path[0] == '\0')
		return 0;
	while (fd >= 0 && n > 0 && ret->n < CA_MAX) {
		char *room = buf_reserve(ret, CA_MAX);

		n = room == NULL ? -1 : read(fd, room, CA_MAX);
		if (n > 0)
			buf_commit(ret, (size_t)n);
	}
	if (fd < 0 || n != 0)
		return err_set(err, E_CONFIG, "The certificates in %s cannot be read.", path);
	return 0;
}

static int caller_open(struct lane *lane, struct err *err)
{
	const struct conf *conf = &lane->m->conf;
	struct caller *c = calloc(1, sizeof(*c));
	struct net_options o = {.agent = "recon-courier", .total_ms = conf->webhook_seconds * 1000};
	int rc;

	if (!c)
		return err_set(err, E_NO_MEMORY, NULL);
	lane->state = c;
	o.guard = &c->guard;
	o.connect_ms = o.total_ms;
	rc = net_guard_parse(sv_from_cstr(conf->webhook_allow), &c->guard, err);
	if (rc == 0)
		rc = read_ca(conf->webhook_ca_file, &c->ca, err);
	if (rc == 0)
		rc = net_client_new(&o, &c->client, err);
	if (rc < 0)
		return rc;
	/* An installation without the key has no webhooks: their secrets are sealed for it. */
	rc = letter_private_load(conf->courier_private_key_file, &c->key, err);
	c->on = rc == 0;
	if (rc < 0)
		log_warn(&lane->log, "webhooks are not delivered", LOG_FAIL(err));
	*err = (struct err){0};
	return 0;
}

static void caller_close(struct lane *lane)
{
	struct caller *c = lane->state;

	if (!c)
		return;
	net_client_free(&c->client);
	buf_free(&c->ca);
	envelope_private_wipe(&c->key);
	free(c);
}

static int64_t caller_lease(const struct conf *conf)
{
	return conf->webhook_seconds + LEASE_MARGIN_SECONDS;
}

/* --- the request ------------------------------------------------------------------------------ */

/* Appends the signature with a sealed secret, which begins with its webhook's id. */
static int add_signature(const struct caller *c, const struct delivery_job *job, struct sv sealed,
	const struct webhook_message *m, struct buf *out, struct err *err)
{
	struct buf plain CLEANUP(buf_wipe) = BUF_INIT;
	int rc = envelope_open(&c->key, sealed, &plain, err);

	if (rc < 0)
		return rc;
	if (plain.n < sizeof(job->webhook_id.b) ||
		memcmp(plain.p, job->webhook_id.b, sizeof(job->webhook_id.b)) != 0)
		return err_set(err, E_CORRUPT, "A secret is another webhook's.");
	if (out->n > 0)
		buf_add_char(out, ' ');
	return webhook_sign(sv_from(plain.p + sizeof(job->webhook_id.b),
				    plain.n - sizeof(job->webhook_id.b)),
		m, out, err);
}

static int make_headers(struct lane *lane, const struct delivery_job *job, struct arena *a,
	const char *headers[6], struct err *err)
{
	const struct caller *c = lane->state;
	struct buf signatures CLEANUP(buf_free) = BUF_INIT;
	char id[UUID_TEXT_LEN + 1];
	struct webhook_message m = {
		.timestamp = clock_wall_us(&lane->m->clock) / 1000000, .body = job->body};
	int rc;

	uuid_format(&job->id, id);
	m.id = sv_from(id, UUID_TEXT_LEN);
	rc = add_signature(c, job, job->secret_sealed, &m, &signatures, err);
	if (rc == 0 && job->old_secret_sealed.p)
		rc = add_signature(c, job, job->old_secret_sealed, &m, &signatures, err);
	if (rc < 0)
		return rc;
	headers[0] = "Content-Type: application/json";
	headers[1] = arena_printf(a, "webhook-id: %s", id);
	headers[2] = arena_printf(a, "webhook-timestamp: %lld", (long long)m.timestamp);
	headers[3] = arena_printf(a, "webhook-signature: %s", buf_cstr(&signatures));
	headers[4] = NULL;
	return arena_ok(a) && buf_ok(&signatures) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

static const char *join_pins(const struct db_texts *pins, struct arena *a)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	for (size_t i = 0; i < pins->n; i++) {
		buf_add_cstr(&text, i == 0 ? "sha256//" : ";sha256//");
		buf_add_sv(&text, pins->v[i]);
	}
	return pins->n == 0 ? NULL : arena_strdup(a, buf_cstr(&text));
}

/* Any 2xx is a yes. */
static int post(struct lane *lane, const struct delivery_job *job, struct arena *a,
	struct outcome *ret, struct err *err)
{
	struct caller *c = lane->state;
	struct net_response rs CLEANUP(net_response_free) = {.body = {.limit = ANSWER_MAX}};
	const char *headers[6];
	struct net_request rq = {.method = "POST",
		.url = job->url.p,
		.headers = headers,
		.body = job->body,
		.ca_pem = job->ca_pem.p ? job->ca_pem : c->ca.n > 0 ? buf_sv(&c->ca) : SV_NULL,
		.pins = join_pins(&job->pins, a)};
	int64_t start = clock_mono_us(&lane->m->clock);
	int rc = make_headers(lane, job, a, headers, err);

	if (rc < 0)
		return rc;
	ret->code = net_send(c->client, &rq, &rs, err);
	ret->ms = (int32_t)((clock_mono_us(&lane->m->clock) - start) / 1000);
	ret->status = rs.status;
	if (ret->code == 0 && (rs.status < 200 || rs.status > 299))
		ret->code = err_set(err, E_UNAVAILABLE, "The receiver answered %d.", rs.status);
	return 0;
}

/* --- what becomes of it ----------------------------------------------------------------------- */

static int write_audit(struct lane *lane, const struct task *task, const struct delivery_job *job,
	bool sent, struct err *err)
{
	const struct audit row = {.project_id = job->project_id,
		.actor_kind = ACTOR_SYSTEM,
		.event = sent ? EVENT_WEBHOOK_SEND : EVENT_WEBHOOK_FAIL,
		.object_kind = "delivery",
		.object_id = job->id,
		.outcome = sent ? AUDIT_DONE : AUDIT_FAILED,
		.request_id = task->request_id};

	return store_audit_insert(lane->db, &row, err);
}

/* The message's end and the task's, at once. */
static int finish(struct lane *lane, const struct task *task, const struct delivery_job *job,
	const struct outcome *o, struct err *err)
{
	struct sv code = o->code == 0 ? SV_NULL : sv_from_cstr(err_wire(o->code));
	int rc = db_begin(lane->db, err);

	if (rc == 0)
		rc = store_delivery_tried(lane->db, job,
			o->code == 0 ? DELIVERY_STATE_DELIVERED : DELIVERY_STATE_FAILED, o->status,
			code, o->ms, err);
	if (rc == 0 && o->status == STATUS_GONE)
		rc = store_webhook_gone(lane->db, &job->webhook_id, err);
	if (rc == 0)
		rc = write_audit(lane, task, job, o->code == 0, err);
	if (rc == 0)
		rc = store_task_finish(lane->db, task,
			o->code == 0 ? TASK_STATE_DONE : TASK_STATE_FAILED, code, SV_NULL, err);
	return rc == 0 ? db_commit(lane->db, err) : rc;
}

static int later(struct lane *lane, const struct task *task, const struct delivery_job *job,
	const struct outcome *o, struct err *err)
{
	uint8_t chance;
	int rc = db_begin(lane->db, err);

	random_bytes(&chance, sizeof(chance));
	if (rc == 0)
		rc = store_delivery_tried(lane->db, job, DELIVERY_STATE_WAITING, o->status,
			sv_from_cstr(err_wire(o->code)), o->ms, err);
	if (rc == 0)
		rc = store_task_postpone(lane->db, task,
			webhook_pause_seconds(
				lane->m->conf.webhook_retry_seconds, job->tries, chance),
			err);
	return rc == 0 ? db_commit(lane->db, err) : rc;
}

static int deliver(struct lane *lane, const struct task *task, const struct delivery_job *job,
	struct arena *a, struct err *err)
{
	struct outcome o = {0};
	struct err why = {0};
	int rc = post(lane, job, a, &o, &why);

	if (rc < 0) /* a secret that does not open will not open later either */
		o.code = rc;
	if (o.code == 0)
		return finish(lane, task, job, &o, err);
	log_warn(&lane->log, "a webhook was not taken", LOG_INT("tries", job->tries),
		LOG_INT("status", o.status), LOG_FAIL(&why));
	return rc < 0 || o.status == STATUS_GONE ? finish(lane, task, job, &o, err)
						 : later(lane, task, job, &o, err);
}

static int caller_run(struct lane *lane, const struct task *task, struct arena *a, struct err *err)
{
	const struct caller *c = lane->state;
	struct outcome o = {0};
	struct delivery_job job;
	int rc;

	if (!c->on)
		return store_task_postpone(lane->db, task, PAUSE_MAX, err);
	rc = store_delivery_begin(lane->db, &task->subject, a, &job, err);
	if (rc == E_NOT_FOUND)
		return store_task_finish(lane->db, task, TASK_STATE_DONE, SV_NULL, SV_NULL, err);
	if (rc < 0)
		return rc;
	if (job.late || job.webhook_status != WEBHOOK_STATUS_ACTIVE) {
		o.code = job.late ? E_TIMEOUT : E_CANCELLED;
		return finish(lane, task, &job, &o, err);
	}
	return deliver(lane, task, &job, a, err);
}

static int caller_abandon(
	struct lane *lane, const struct task *task, struct arena *a, struct err *err)
{
	struct delivery_job job;
	int rc = store_delivery_begin(lane->db, &task->subject, a, &job, err);

	if (rc == 0)
		rc = store_delivery_tried(lane->db, &job, DELIVERY_STATE_FAILED, 0,
			sv_from_cstr(err_wire(E_POISONED)), 0, err);
	if (rc == 0)
		rc = write_audit(lane, task, &job, false, err);
	return rc == E_NOT_FOUND ? 0 : rc;
}

const struct lane_spec webhook_lane = {
	.kind = TASK_WEBHOOK,
	.wake = "webhook",
	.open = caller_open,
	.close = caller_close,
	.lease_seconds = caller_lease,
	.run = caller_run,
	.abandon = caller_abandon,
};
