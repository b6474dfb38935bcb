/*
 * One letter. The address is known to this function alone: neither the database nor the log gets it,
 * which is why a server's words are logged only when they hold no address.
 */
#include "courier/mail.h"

#include <stdlib.h>
#include <string.h>

#include "net/mail.h"
#include "seal/hash.h"
#include "seal/letter.h"
#include "store/store_mail.h"
#include "store/store_platform.h"

#define PASSWORD_MAX_LEN 1024
#define LEASE_MARGIN_SECONDS 30
#define PAUSE_FIRST 5
#define PAUSE_MAX 900

struct post {
	bool on;
	struct net_mail_server server;
	struct buf password;
	struct envelope_private key;
};

int64_t mail_pause_seconds(int32_t tries)
{
	int64_t pause = PAUSE_FIRST;

	for (int32_t i = 1; i < tries && pause < PAUSE_MAX; i++)
		pause *= 2;
	return MIN(pause, (int64_t)PAUSE_MAX);
}

/* --- opening ---------------------------------------------------------------------------------- */

static int open_password(struct post *p, const struct conf *conf, struct err *err)
{
	struct sv text;
	int rc = conf_read_credential("smtp-password", conf->smtp_password_file, PASSWORD_MAX_LEN,
		&p->password, err);

	if (rc < 0)
		return rc;
	/* A line's end is not part of it. */
	text = buf_sv(&p->password);
	while (text.n > 0 && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
		text.n--;
	p->password.p[text.n] = '\0';
	p->password.n = text.n;
	p->server.user = conf->smtp_user;
	p->server.password = p->password.p;
	return 0;
}

static int open_server(struct post *p, const struct conf *conf, struct err *err)
{
	p->server.server = conf->smtp_server;
	p->server.ca_file = conf->smtp_ca_file[0] ? conf->smtp_ca_file : NULL;
	p->server.total_ms = conf->smtp_seconds * 1000;
	if (!net_mail_security_from_word(sv_from_cstr(conf->smtp_security), &p->server.security))
		return err_set(err, E_CONFIG, "smtp.security must be starttls, tls or none.");
	if (!strchr(conf->smtp_from, '@'))
		return err_set(err, E_CONFIG, "smtp.from must be an address.");
	if (conf->smtp_user[0] == '\0')
		return 0;
	if (p->server.security == NET_MAIL_PLAIN)
		return err_set(err, E_CONFIG, "smtp.user would send its password in the clear.");
	return open_password(p, conf, err);
}

static int post_open(struct lane *lane, struct err *err)
{
	const struct conf *conf = &lane->m->conf;
	struct post *p = calloc(1, sizeof(*p));
	int rc;

	if (!p)
		return err_set(err, E_NO_MEMORY, NULL);
	lane->state = p;
	p->on = conf->smtp_server[0] != '\0';
	if (!p->on)
		return 0;
	rc = open_server(p, conf, err);
	return rc == 0 ? letter_private_load(conf->courier_private_key_file, &p->key, err) : rc;
}

static void post_close(struct lane *lane)
{
	struct post *p = lane->state;

	if (!p)
		return;
	buf_wipe(&p->password);
	envelope_private_wipe(&p->key);
	free(p);
}

static int64_t post_lease(const struct conf *conf)
{
	return conf->smtp_seconds + LEASE_MARGIN_SECONDS;
}

/* --- one letter ------------------------------------------------------------------------------- */

/* In a transaction. A letter that went to nobody was no act. */
static int write_audit(struct lane *lane, const struct task *task, enum word state, struct err *err)
{
	const struct audit row = {
		.actor_kind = ACTOR_SYSTEM,
		.event = state == MAIL_STATE_SENT ? EVENT_MAIL_SEND : EVENT_MAIL_FAIL,
		.object_kind = "mail",
		.object_id = task->subject,
		.outcome = state == MAIL_STATE_SENT ? AUDIT_DONE : AUDIT_FAILED,
		.request_id = task->request_id,
	};

	return state == MAIL_STATE_DROPPED ? 0 : store_audit_insert(lane->db, &row, err);
}

/* The letter's end and the task's, at once. */
static int finish(struct lane *lane, const struct task *task, enum word state, int code,
	struct err *err)
{
	struct sv why = code == 0 ? SV_NULL : sv_from_cstr(err_wire(code));
	bool failed = state == MAIL_STATE_FAILED || state == MAIL_STATE_EXPIRED;
	int rc = db_begin(lane->db, err);

	if (rc == 0)
		rc = store_mail_end(lane->db, &task->subject, state, why, err);
	if (rc == 0)
		rc = write_audit(lane, task, state, err);
	if (rc == 0)
		rc = store_task_finish(lane->db, task,
			failed ? TASK_STATE_FAILED : TASK_STATE_DONE, why, SV_NULL, err);
	if (rc == 0)
		rc = db_commit(lane->db, err);
	return rc;
}

static int later(struct lane *lane, const struct task *task, int32_t tries, int code,
	struct err *err)
{
	int rc = db_begin(lane->db, err);

	if (rc == 0)
		rc = store_mail_failed_once(
			lane->db, &task->subject, sv_from_cstr(err_wire(code)), err);
	if (rc == 0)
		rc = store_task_postpone(lane->db, task, mail_pause_seconds(tries), err);
	return rc == 0 ? db_commit(lane->db, err) : rc;
}

static int hand_over(struct lane *lane, const struct mail *mail, const struct letter *letter,
	struct err *err)
{
	const struct post *p = lane->state;
	char id[UUID_TEXT_LEN + 1];
	struct net_mail message = {.from = sv_from_cstr(lane->m->conf.smtp_from),
		.to = letter->to,
		.subject = letter->subject,
		.text = letter->text,
		.date = clock_wall_us(&lane->m->clock) / 1000000};

	uuid_format(&mail->id, id);
	message.id = sv_from_cstr(id);
	return net_mail_send(&p->server, &message, err);
}

static void say(struct lane *lane, const struct mail *mail, const struct err *why)
{
	log_warn(&lane->log, "a letter was not handed over", LOG_INT("tries", mail->tries),
		LOG_STR("code", err_wire(why->code)),
		LOG_STR("detail", strchr(why->detail, '@') ? "" : why->detail));
}

static int deliver(struct lane *lane, const struct task *task, const struct mail *mail,
	const struct letter *letter, struct err *err)
{
	struct err why = {0};

	if (letter->to.n == 0)
		return finish(lane, task, MAIL_STATE_DROPPED, 0, err);
	why.code = hand_over(lane, mail, letter, &why);
	if (why.code == 0) {
		log_info(&lane->log, "a letter was handed over", LOG_INT("tries", mail->tries));
		return finish(lane, task, MAIL_STATE_SENT, 0, err);
	}
	say(lane, mail, &why);
	return why.code == E_INVALID ? finish(lane, task, MAIL_STATE_FAILED, why.code, err) :
				       later(lane, task, mail->tries, why.code, err);
}

static int post_run(struct lane *lane, const struct task *task, struct arena *a, struct err *err)
{
	const struct post *p = lane->state;
	struct buf plain CLEANUP(buf_wipe) = BUF_INIT;
	struct letter letter;
	struct mail mail;
	int rc = store_mail_try(lane->db, &task->subject, a, &mail, err);

	if (rc == E_NOT_FOUND)
		return store_task_finish(lane->db, task, TASK_STATE_DONE, SV_NULL, SV_NULL, err);
	if (rc < 0)
		return rc;
	if (mail.late)
		return finish(lane, task, MAIL_STATE_EXPIRED, E_TIMEOUT, err);
	if (!p->on)
		return later(lane, task, mail.tries, E_CONFIG, err);
	rc = letter_open(&p->key, &mail.id, mail.sealed, &plain, &letter, err);
	if (rc < 0)
		return finish(lane, task, MAIL_STATE_FAILED, rc, err);
	return deliver(lane, task, &mail, &letter, err);
}

static int post_abandon(struct lane *lane, const struct task *task, struct arena *a, struct err *err)
{
	int rc = store_mail_end(lane->db, &task->subject, MAIL_STATE_FAILED,
		sv_from_cstr(err_wire(E_POISONED)), err);

	(void)a;
	if (rc == E_NOT_FOUND)
		return 0;
	return rc == 0 ? write_audit(lane, task, MAIL_STATE_FAILED, err) : rc;
}

const struct lane_spec mail_lane = {
	.kind = TASK_MAIL,
	.wake = "mail",
	.open = post_open,
	.close = post_close,
	.lease_seconds = post_lease,
	.run = post_run,
	.abandon = post_abandon,
};
