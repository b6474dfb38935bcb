/*
 * E-mail: the message byte for byte, what is refused, and what a server's answers mean. (A real
 * server takes letters in the API tests.)
 */
#include "net/mail.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/unit.h"

/* What a case does not say is as in any letter. */
static struct net_mail filled(struct net_mail m)
{
	m.from = m.from.p ? m.from : SV("recon@example.test");
	m.to = m.to.p ? m.to : SV("ann@example.test");
	m.subject = m.subject.p ? m.subject : SV("Hello");
	m.text = m.text.p ? m.text : SV("One\n");
	m.id = m.id.p ? m.id : SV("id-1");
	m.date = 1767323045;
	return m;
}

#define HEAD                                                                                       \
	"Date: Fri, 2 Jan 2026 03:04:05 +0000\r\nFrom: <recon@example.test>\r\n"                   \
	"To: <ann@example.test>\r\n"
#define REST                                                                                       \
	"Message-ID: <id-1@example.test>\r\nAuto-Submitted: auto-generated\r\n"                    \
	"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"                         \
	"Content-Transfer-Encoding: quoted-printable\r\n\r\n"

static void test_message(void **state)
{
	const struct {
		const char *label;
		struct net_mail mail;
		const char *want;
	} cases[] = {
		{"plain", {.text = SV("One\n.\nTwo")},
			HEAD "Subject: Hello\r\n" REST "One\r\n.\r\nTwo\r\n"},
		{"equals, umlaut, blank at the end, carriage return",
			{.text = SV("a=b ö \nx\r\n")},
			HEAD "Subject: Hello\r\n" REST "a=3Db =C3=B6=20\r\nx=0D\r\n"},
		{"a long line", {.text = SV("0123456789012345678901234567890123456789012345678901"
						"2345678901234567890123456789")},
			HEAD "Subject: Hello\r\n" REST
			     "012345678901234567890123456789012345678901234567890123456789"
			     "012345678901234=\r\n56789\r\n"},
		{"a subject beyond ASCII", {.subject = SV("Grüße")},
			HEAD "Subject: =?utf-8?Q?=47=72=C3=BC=C3=9F=65?=\r\n" REST "One\r\n"},
		{"a long subject beyond ASCII", {.subject = SV("ääääääääääää")},
			HEAD "Subject: =?utf-8?Q?=C3=A4=C3=A4=C3=A4=C3=A4=C3=A4=C3=A4=C3=A4=C3=A4"
			     "=C3=A4=C3=A4?=\r\n =?utf-8?Q?=C3=A4=C3=A4?=\r\n" REST "One\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out CLEANUP(buf_free) = BUF_INIT;
		struct net_mail mail = filled(cases[i].mail);

		assert_int_equal(net_mail_print(&mail, &out, NULL), 0);
		if (strcmp(buf_cstr(&out), cases[i].want) != 0)
			fail_msg("%s: %s", cases[i].label, buf_cstr(&out));
	}
}

static void test_refuses(void **state)
{
	static char long_text[NET_MAIL_TEXT_MAX + 1];
	const struct {
		const char *label;
		struct net_mail mail;
	} cases[] = {
		{"a line end in the recipient", {.to = SV("a@b.test\r\nRCPT TO:<c@d.test>")}},
		{"a second recipient", {.to = SV("a@b.test>,<c@d.test")}},
		{"two recipients", {.to = SV("a@b.test,c@d.test")}},
		{"a quoted recipient", {.to = SV("\"a b\"@b.test")}},
		{"a blank", {.to = SV("a@b.test SIZE=1")}},
		{"no recipient", {.to = SV("")}},
		{"no at sign", {.to = SV("localhost")}},
		{"a zero byte", {.to = SV("a@b\0.test")}},
		{"a line end in the sender", {.from = SV("a@b.test\nX: y")}},
		{"a header behind the subject", {.subject = SV("s\r\nBcc: c@d.test")}},
		{"an id that is none", {.id = SV("a>\r\nX: y")}},
		{"a long text", {.text = {long_text, sizeof(long_text)}}},
		{"a long recipient", {.to = {long_text, 300}}},
	};

	(void)state;
	memset(long_text, '@', sizeof(long_text));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out CLEANUP(buf_free) = BUF_INIT;
		struct net_mail mail = filled(cases[i].mail);

		if (net_mail_print(&mail, &out, NULL) != E_INVALID)
			fail_msg("%s is taken", cases[i].label);
	}
}
static void test_security_words(void **state)
{
	enum net_mail_security s;

	(void)state;
	assert_true(net_mail_security_from_word(SV("starttls"), &s) && s == NET_MAIL_STARTTLS);
	assert_true(net_mail_security_from_word(SV("tls"), &s) && s == NET_MAIL_TLS);
	assert_true(net_mail_security_from_word(SV("none"), &s) && s == NET_MAIL_PLAIN);
	assert_false(net_mail_security_from_word(SV("ssl"), &s));
}

/* --- a server that says what it is told ------------------------------------------------------- */

static struct peer {
	int fd;
	char place[32];
	const char *const *answers; /* one for each line that it gets; ends with NULL: it closes */
	char got[8192];
	size_t n;
	pthread_t thread;
} peer;

static bool say(int fd, const char *line)
{
	return write(fd, line, strlen(line)) == (ssize_t)strlen(line);
}

/* Up to the end of a line, or of the message when data is under way. */
static bool hear(int fd, const char *end)
{
	size_t start = peer.n;
	ssize_t n = 1;

	while (n > 0 && peer.n + 1 < sizeof(peer.got)) {
		n = read(fd, peer.got + peer.n, 1);
		peer.n += n > 0 ? 1 : 0;
		peer.got[peer.n] = '\0';
		if (n > 0 && peer.n - start >= strlen(end) &&
			strcmp(peer.got + peer.n - strlen(end), end) == 0)
			return true;
	}
	return false;
}

static void *serve(void *ctx)
{
	int fd = accept(peer.fd, NULL, NULL);
	bool data = false;
	bool on = say(fd, "220 here\r\n");

	(void)ctx;
	peer.n = 0;
	for (size_t i = 0; on && peer.answers[i]; i++) {
		on = hear(fd, data ? "\r\n.\r\n" : "\r\n") && say(fd, peer.answers[i]);
		data = strncmp(peer.answers[i], "354", 3) == 0;
	}
	close(fd);
	return NULL;
}

static int open_peer(void **state)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);

	(void)state;
	peer.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (peer.fd < 0 || bind(peer.fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
		listen(peer.fd, 4) < 0 || getsockname(peer.fd, (struct sockaddr *)&at, &n) < 0)
		return -1;
	snprintf(peer.place, sizeof(peer.place), "127.0.0.1:%d", ntohs(at.sin_port));
	return 0;
}

static const char *const good[] = {"250 here\r\n", "250 ok\r\n", "250 ok\r\n", "354 go on\r\n",
	"250 taken\r\n", "221 bye\r\n", NULL};

static void test_answers(void **state)
{
	static const struct {
		const char *label;
		const char *answers[8];
		enum net_mail_security security;
		int want;
	} cases[] = {
		{"a recipient that is refused for good",
			{"250 here\r\n", "250 ok\r\n", "550 no such mailbox\r\n", "221 bye\r\n"},
			NET_MAIL_PLAIN, E_INVALID},
		{"a recipient that is refused for now",
			{"250 here\r\n", "250 ok\r\n", "451 later\r\n", "221 bye\r\n"},
			NET_MAIL_PLAIN, E_UNAVAILABLE},
		{"a message that is refused for good",
			{"250 here\r\n", "250 ok\r\n", "250 ok\r\n", "354 go on\r\n",
				"554 spam\r\n", "221 bye\r\n"},
			NET_MAIL_PLAIN, E_INVALID},
		{"a message that is refused for now",
			{"250 here\r\n", "250 ok\r\n", "250 ok\r\n", "354 go on\r\n",
				"452 full\r\n", "221 bye\r\n"},
			NET_MAIL_PLAIN, E_UNAVAILABLE},
		{"no TLS where it is wanted", {"250 here\r\n", "221 bye\r\n"}, NET_MAIL_STARTTLS,
			E_CONFIG},
		{"nothing", {NULL}, NET_MAIL_PLAIN, E_UNAVAILABLE},
		{"an end before the message is taken",
			{"250 here\r\n", "250 ok\r\n", "250 ok\r\n", "354 go on\r\n"},
			NET_MAIL_PLAIN, E_UNAVAILABLE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct net_mail_server server = {.server = peer.place,
			.security = cases[i].security,
			.total_ms = 5000};
		struct net_mail mail = filled((struct net_mail){0});
		struct err err = {0};
		int rc;

		peer.answers = cases[i].answers;
		assert_int_equal(pthread_create(&peer.thread, NULL, serve, NULL), 0);
		rc = net_mail_send(&server, &mail, &err);
		assert_int_equal(pthread_join(peer.thread, NULL), 0);
		if (rc != cases[i].want)
			fail_msg("%s gives %s: %s", cases[i].label, err_name(rc), err.detail);
	}
}

static void test_hands_over(void **state)
{
	const struct net_mail_server server = {
		.server = peer.place, .security = NET_MAIL_PLAIN, .total_ms = 5000};
	struct net_mail mail = filled((struct net_mail){0});
	struct err err = {0};

	(void)state;
	mail.text = SV("One\n.\nTwo\n");
	peer.answers = good;
	assert_int_equal(pthread_create(&peer.thread, NULL, serve, NULL), 0);
	assert_int_equal(net_mail_send(&server, &mail, &err), 0);
	assert_int_equal(pthread_join(peer.thread, NULL), 0);
	assert_non_null(strstr(peer.got, "MAIL FROM:<recon@example.test>"));
	assert_non_null(strstr(peer.got, "RCPT TO:<ann@example.test>\r\n"));
	assert_non_null(strstr(peer.got, "Subject: Hello\r\n"));
	assert_non_null(strstr(peer.got, "\r\n\r\nOne\r\n..\r\nTwo\r\n")); /* dots are stuffed */
}

static void test_nobody_there(void **state)
{
	const struct net_mail_server server = {
		.server = "127.0.0.1:1", .security = NET_MAIL_PLAIN, .total_ms = 5000};
	struct net_mail mail = filled((struct net_mail){0});

	(void)state;
	assert_int_equal(net_mail_send(&server, &mail, NULL), E_UNAVAILABLE);
	mail.to = SV("no address");
	assert_int_equal(net_mail_send(&server, &mail, NULL), E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_security_words),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_hands_over),
		cmocka_unit_test(test_nobody_there),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, open_peer, NULL);
}
