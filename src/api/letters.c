/*
 * Letters are plain text. What people entered, names above all, is in none of them: a letter that
 * anybody can cause must not carry anybody's words.
 */
#include "api/letters.h"

#include "domain/word.h"
#include "seal/letter.h"
#include "store/store_mail.h"
#include "store/store_task.h"

#define NOTICE_SECONDS 86400

static const struct {
	enum word kind;
	const char *subject;
	const char *before; /* the link */
	const char *after;
} texts[] = {
	{MAIL_KIND_INVITATION, "You are invited",
		"You have been invited to the reconciliation platform at %s.\n\n"
		"Choose a password to begin:\n\n",
		"The link works once. If you do not know what this is about, do nothing.\n"},
	{MAIL_KIND_VERIFICATION, "Confirm your e-mail address",
		"Somebody, probably you, asked for an account at %s with this address.\n\n"
		"Confirm it and choose a password:\n\n",
		"The link works once. If it was not you, do nothing: without the link there is no "
		"account.\n"},
	{MAIL_KIND_RESET, "Choose a new password",
		"Somebody, probably you, asked for a new password at %s.\n\n"
		"Choose one here:\n\n",
		"The link works once. If it was not you, do nothing: your password stays as it is.\n"},
	{MAIL_KIND_KNOWN, "You have an account already",
		"Somebody, probably you, asked for an account at %s, where this address has one.\n\n"
		"Sign in as before. If you do not remember your password, choose a new one:\n\n",
		"The link works once. If it was not you, do nothing.\n"},
	{MAIL_KIND_NOTICE, "Your account was changed", "This happened to your account at %s:\n\n",
		"If it was not you, tell an administrator, and choose a new password.\n"},
};

int letters_on(const struct api *a, struct err *err)
{
	return a->env->courier != NULL ? 0 : err_set(err, E_MAIL_OFF, NULL);
}

static void write_text(const struct api *a, const struct letter_wish *wish, size_t i, struct buf *out)
{
	const char *site = a->env->conf->site_origin;

	/* The one %s of a text is the site. */
	for (const char *p = texts[i].before; *p != '\0'; p++) {
		if (p[0] == '%' && p[1] == 's') {
			buf_add_cstr(out, site);
			p++;
		} else {
			buf_add_char(out, *p);
		}
	}
	if (wish->notice != NULL)
		buf_printf(out, "%s\n\n", wish->notice);
	else
		buf_printf(out, "%s/login#code=%s\n\n", site, wish->code);
	buf_add_cstr(out, texts[i].after);
}

static size_t text_of(enum word kind)
{
	size_t i = 0;

	while (texts[i].kind != kind)
		i++;
	return i;
}

int letters_post(struct api *a, const struct letter_wish *wish, struct err *err)
{
	struct buf text CLEANUP(buf_wipe) = BUF_INIT;
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	static const struct uuid none;
	size_t i = text_of(wish->kind);
	struct uuid id = uuid_new();
	struct letter letter;
	int rc = letters_on(a, err);

	if (rc != 0)
		return rc;
	write_text(a, wish, i, &text);
	letter = (struct letter){wish->to, sv_from_cstr(texts[i].subject), buf_sv(&text)};
	rc = buf_ok(&text) ? letter_seal(a->env->courier, &id, &letter, &sealed, err) :
			     err_set(err, E_NO_MEMORY, NULL);
	if (rc == 0)
		rc = store_mail_insert(a->db, &id, wish->user != NULL ? wish->user : &none,
			wish->kind, buf_sv(&sealed), wish->seconds, err);
	if (rc == 0)
		rc = store_task_insert(
			a->db, TASK_MAIL, &id, &none, sv_from_cstr(a->rq->id), err);
	if (rc == 0)
		api_wake(a, "mail");
	return rc;
}

int letters_notice(struct api *a, const struct uuid *user, struct sv to, const char *what,
	struct err *err)
{
	const struct letter_wish wish = {.kind = MAIL_KIND_NOTICE,
		.user = user,
		.to = to,
		.seconds = NOTICE_SECONDS,
		.notice = what};

	return a->env->courier == NULL ? 0 : letters_post(a, &wish, err);
}
