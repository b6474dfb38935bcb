/*
 * The message itself. The text is quoted-printable (RFC 2045 section 6.7): lines stay short and no
 * byte of it means anything to SMTP; a subject beyond ASCII is made of encoded words (RFC 2047).
 */
#include "net/mail.h"

#include <time.h>

#include "base/utf8.h"

#define LINE_MAX_ENCODED 75 /* without the soft break's "=" */
#define WORD_MAX_ENCODED 60 /* of an encoded word's inner part */

static bool is_address(struct sv s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == ',' || c == '"')
			return false;
	}
	return s.n > 0 && s.n <= NET_MAIL_ADDRESS_MAX && sv_find(s, '@') > 0 && utf8_valid(s);
}

static bool is_ascii(struct sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

static bool is_subject(struct sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return s.n <= NET_MAIL_SUBJECT_MAX && utf8_valid(s);
}

static bool is_id(struct sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
			    (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-'))
			return false;
	return s.n > 0 && s.n <= 64;
}

/* Bytes of the character at p. */
static size_t character(const char *p)
{
	unsigned char c = (unsigned char)*p;

	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static void add_subject(struct buf *out, struct sv s)
{
	size_t line = 0;

	if (is_ascii(s)) {
		buf_add_sv(out, s);
		return;
	}
	buf_add_cstr(out, "=?utf-8?Q?");
	for (size_t i = 0, n; i < s.n; i += n) {
		n = character(s.p + i);
		if (line + 3 * n > WORD_MAX_ENCODED) {
			buf_add_cstr(out, "?=\r\n =?utf-8?Q?");
			line = 0;
		}
		for (size_t k = i; k < i + n; k++)
			buf_printf(out, "=%02X", (unsigned char)s.p[k]);
		line += 3 * n;
	}
	buf_add_cstr(out, "?=");
}

static void add_line(struct buf *out, struct sv line)
{
	size_t used = 0;

	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];
		bool last = i + 1 == line.n;
		bool plain = (c > ' ' && c < 0x7f && c != '=') || (c == ' ' && !last);
		size_t need = plain ? 1 : 3;

		if (used + need > LINE_MAX_ENCODED) {
			buf_add_cstr(out, "=\r\n");
			used = 0;
		}
		if (plain)
			buf_add_char(out, (char)c);
		else
			buf_printf(out, "=%02X", c);
		used += need;
	}
	buf_add_cstr(out, "\r\n");
}

static void add_date(struct buf *out, int64_t seconds)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
		"Sep", "Oct", "Nov", "Dec"};
	time_t t = (time_t)seconds;
	struct tm tm = {0};

	gmtime_r(&t, &tm);
	buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday], tm.tm_mday,
		months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

int net_mail_print(const struct net_mail *mail, struct buf *out, struct err *err)
{
	struct sv rest = mail->text;
	struct sv domain = mail->from;

	if (!is_address(mail->from) || !is_address(mail->to) || !is_subject(mail->subject) ||
		!is_id(mail->id) || mail->text.n > NET_MAIL_TEXT_MAX)
		return err_set(err, E_INVALID, "This is not fit to be sent as e-mail.");
	sv_cut(&domain, '@');
	add_date(out, mail->date);
	buf_printf(out, "From: <%.*s>\r\nTo: <%.*s>\r\nSubject: ", SV_ARG(mail->from),
		SV_ARG(mail->to));
	add_subject(out, mail->subject);
	buf_printf(out, "\r\nMessage-ID: <%.*s@%.*s>\r\n", SV_ARG(mail->id), SV_ARG(domain));
	buf_add_cstr(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
			  "Content-Type: text/plain; charset=utf-8\r\n"
			  "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	while (rest.n > 0)
		add_line(out, sv_cut(&rest, '\n'));
	return buf_ok(out) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}
