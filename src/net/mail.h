#ifndef NET_MAIL_H
#define NET_MAIL_H
/*
 * Handing one plain-text e-mail (RFC 5322, MIME) to a server by SMTP (RFC 5321) [libcurl], over a
 * connection of its own. Certificates and host names are always verified; with NET_MAIL_STARTTLS a
 * server that does not offer it gets nothing. No proxies.
 *
 * Addresses and the subject are refused when they hold a control character, a blank (in addresses)
 * or an angle bracket (in addresses), so that nothing of theirs becomes a header or a command.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"

#define NET_MAIL_ADDRESS_MAX 254
#define NET_MAIL_SUBJECT_MAX 255
#define NET_MAIL_TEXT_MAX ((size_t)64 << 10)

enum net_mail_security {
	NET_MAIL_STARTTLS,
	NET_MAIL_TLS,
	NET_MAIL_PLAIN,
};

/* False for another word than starttls, tls, none. */
bool net_mail_security_from_word(struct sv word, enum net_mail_security *ret);

struct net_mail_server {
	const char *server; /* host[:port]; without one 587, 465 or 25 */
	enum net_mail_security security;
	const char *user; /* NULL: without signing in */
	const char *password;
	const char *ca_file; /* NULL: the system's certificates */
	int64_t total_ms;
};

struct net_mail {
	struct sv from, to; /* addresses alone */
	struct sv subject;
	struct sv text;     /* UTF-8, lines end with \n */
	struct sv id;       /* left part of the Message-ID: letters, digits, - */
	int64_t date;       /* Unix seconds */
};

/* Appends the message as it is sent. E_INVALID: not fit to be sent; E_NO_MEMORY. */
MUST_CHECK int net_mail_print(const struct net_mail *mail, struct buf *out, struct err *err);

/* Blocks, at most total_ms. 0: the server has taken it.
 *	E_INVALID      it never will: not fit to be sent, or refused for good (a 5xx to it)
 *	E_UNAVAILABLE  no connection, it broke, or the server asks for another try (4xx)
 *	E_TIMEOUT      worth another try
 *	E_CONFIG       a certificate that is not trusted, no TLS, a sign-in that was refused: worth
 *	               another try when somebody has mended it
 * The server's own words are in err; they may name the address. */
MUST_CHECK int net_mail_send(
	const struct net_mail_server *server, const struct net_mail *mail, struct err *err);

#endif
