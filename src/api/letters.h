#ifndef API_LETTERS_H
#define API_LETTERS_H
/*
 * E-mail that the auth pool writes: the texts, and a letter's way into the queue, sealed for
 * recon-courier. Links carry their code in the fragment, which browsers send to nobody.
 */
#include "api/api.h"

struct letter_wish {
	enum word kind;          /* MAIL_KIND_ */
	const struct uuid *user; /* NULL: to nobody; it costs the same and is thrown away */
	struct sv to;            /* plain; empty without user */
	const char *code;        /* of the link; NULL: none */
	int64_t seconds;         /* that it is worth sending for */
	const char *notice;      /* of MAIL_KIND_NOTICE: what happened, a sentence */
};

/* E_MAIL_OFF: this installation sends none. */
MUST_CHECK int letters_on(const struct api *a, struct err *err);
/* In a transaction; the courier is woken after the commit. E_MAIL_OFF. */
MUST_CHECK int letters_post(struct api *a, const struct letter_wish *wish, struct err *err);
/* Tells a person what happened to the account; nothing where no e-mail is sent. */
MUST_CHECK int letters_notice(struct api *a, const struct uuid *user, struct sv to,
	const char *what, struct err *err);

#endif
