/*
 * SMTP by libcurl's easy interface. A letter is rare and its server near, so each has a handle and a
 * connection of its own: nothing of one is left for the next.
 */
#include "net/mail.h"

#include <curl/curl.h>
#include <string.h>

static const struct {
	const char *word;
	const char *scheme;
	const char *port;
} securities[] = {
	[NET_MAIL_STARTTLS] = {"starttls", "smtp", "587"},
	[NET_MAIL_TLS] = {"tls", "smtps", "465"},
	[NET_MAIL_PLAIN] = {"none", "smtp", "25"},
};

bool net_mail_security_from_word(struct sv word, enum net_mail_security *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(securities); i++) {
		if (sv_eq_cstr(word, securities[i].word)) {
			*ret = (enum net_mail_security)i;
			return true;
		}
	}
	return false;
}

/* What is sent, with what surrounds it. */
struct sending {
	CURL *curl;
	struct curl_slist *to;
	struct buf url, from, message;
	size_t sent;
	char why[CURL_ERROR_SIZE];
};

static void sending_free(struct sending *s)
{
	curl_slist_free_all(s->to);
	curl_easy_cleanup(s->curl);
	buf_free(&s->url);
	buf_free(&s->from);
	buf_wipe(&s->message);
}

static size_t on_read(char *p, size_t size, size_t n, void *ctx)
{
	struct sending *s = ctx;
	size_t left = s->message.n - s->sent;

	n = MIN(size * n, left);
	memcpy(p, s->message.p + s->sent, n);
	s->sent += n;
	return n;
}

static bool has_port(const char *server)
{
	const char *host_end = strrchr(server, ']');

	return strchr(host_end ? host_end : server, ':') != NULL;
}

#define SET(s, option, value) (curl_easy_setopt((s)->curl, (option), (value)) == CURLE_OK)

static bool set_server(struct sending *s, const struct net_mail_server *server)
{
	long tls = server->security == NET_MAIL_PLAIN ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL;

	buf_printf(&s->url, "%s://%s%s%s", securities[server->security].scheme, server->server,
		has_port(server->server) ? "" : ":",
		has_port(server->server) ? "" : securities[server->security].port);
	return buf_ok(&s->url) && SET(s, CURLOPT_ERRORBUFFER, s->why) &&
	       SET(s, CURLOPT_NOSIGNAL, 1L) && SET(s, CURLOPT_PROTOCOLS_STR, "smtp,smtps") &&
	       SET(s, CURLOPT_URL, buf_cstr(&s->url)) && SET(s, CURLOPT_PROXY, "") &&
	       SET(s, CURLOPT_USE_SSL, tls) &&
	       SET(s, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
	       SET(s, CURLOPT_SSL_VERIFYPEER, 1L) && SET(s, CURLOPT_SSL_VERIFYHOST, 2L) &&
	       (!server->ca_file || (SET(s, CURLOPT_CAINFO, server->ca_file) &&
					    SET(s, CURLOPT_CAPATH, NULL))) &&
	       (!server->user || (SET(s, CURLOPT_USERNAME, server->user) &&
					 SET(s, CURLOPT_PASSWORD, server->password))) &&
	       SET(s, CURLOPT_TIMEOUT_MS, (long)server->total_ms);
}

static bool add_recipient(struct sending *s, struct sv to)
{
	struct buf text CLEANUP(buf_wipe) = BUF_INIT;

	buf_printf(&text, "<%.*s>", SV_ARG(to));
	s->to = buf_ok(&text) ? curl_slist_append(NULL, buf_cstr(&text)) : NULL;
	return s->to != NULL;
}

static bool set_message(struct sending *s, const struct net_mail *mail)
{
	buf_printf(&s->from, "<%.*s>", SV_ARG(mail->from));
	return buf_ok(&s->from) && add_recipient(s, mail->to) &&
	       SET(s, CURLOPT_MAIL_FROM, buf_cstr(&s->from)) &&
	       SET(s, CURLOPT_MAIL_RCPT, s->to) && SET(s, CURLOPT_UPLOAD, 1L) &&
	       SET(s, CURLOPT_READFUNCTION, on_read) && SET(s, CURLOPT_READDATA, s) &&
	       SET(s, CURLOPT_INFILESIZE_LARGE, (curl_off_t)s->message.n);
}

/* What a failed transfer means for the letter. A refusal while the letter is named (sending) is the
 * letter's fault; before that it is the server's or ours. */
static int code_of(CURLcode code, long reply)
{
	switch (code) {
	case CURLE_OUT_OF_MEMORY:
		return E_NO_MEMORY;
	case CURLE_OPERATION_TIMEDOUT:
		return E_TIMEOUT;
	case CURLE_LOGIN_DENIED:
	case CURLE_USE_SSL_FAILED:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_URL_MALFORMAT:
		return E_CONFIG;
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_WEIRD_SERVER_REPLY:
		return reply >= 500 && reply < 600 ? E_INVALID : E_UNAVAILABLE;
	default:
		return E_UNAVAILABLE;
	}
}

static int perform(struct sending *s, struct err *err)
{
	CURLcode code = curl_easy_perform(s->curl);
	long reply = 0;

	if (code == CURLE_OK)
		return 0;
	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &reply);
	return err_set(err, code_of(code, reply), "%s.",
		s->why[0] ? s->why : curl_easy_strerror(code));
}

static int send_one(
	const struct net_mail_server *server, const struct net_mail *mail, struct err *err)
{
	struct sending s CLEANUP(sending_free) = {.curl = curl_easy_init()};
	int rc = net_mail_print(mail, &s.message, err);

	if (rc < 0)
		return rc;
	if (!s.curl || !set_server(&s, server) || !set_message(&s, mail))
		return err_set(err, E_NO_MEMORY, NULL);
	return perform(&s, err);
}

int net_mail_send(
	const struct net_mail_server *server, const struct net_mail *mail, struct err *err)
{
	int rc;

	/* Counted by libcurl, and safe in threads since 7.84. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(err, E_NO_MEMORY, NULL);
	rc = send_one(server, mail, err);
	curl_global_cleanup();
	return rc;
}
