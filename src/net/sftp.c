/* SFTP by libcurl's easy interface; see sftp.h. Every option is set anew for each request. */
#include "net/sftp.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONNECT_MS 10000
#define STALL_MS 60000
#define LISTING_MAX (16u << 20)

struct net_sftp {
	CURL *curl;
	char *url; /* ends in a slash */
	char *key_file;
	char *known_hosts_file;
	int64_t connect_ms, stall_ms;
	char why[CURL_ERROR_SIZE];
};

/* What a request brings goes to the caller. */
struct transfer {
	net_write_fn write;
	void *ctx;
	struct err err;
};

static int check_files(const struct net_sftp_options *o, struct err *err)
{
	struct stat st;

	if (!sv_starts_with(sv_from_cstr(o->url), SV("sftp://")))
		return err_set(err, E_CONFIG, "%s is not an address of SFTP.", o->url);
	if (access(o->known_hosts_file, R_OK) < 0)
		return err_set(err, E_CONFIG, "The host keys in %s cannot be read.",
			o->known_hosts_file);
	if (stat(o->key_file, &st) < 0 || access(o->key_file, R_OK) < 0)
		return err_set(err, E_CONFIG, "The key in %s cannot be read.", o->key_file);
	if ((st.st_mode & 077) != 0)
		return err_set(err, E_CONFIG, "Others may use the key in %s; chmod 600 it.",
			o->key_file);
	return 0;
}

int net_sftp_new(const struct net_sftp_options *o, struct net_sftp **ret, struct err *err)
{
	struct net_sftp *s CLEANUP(net_sftp_free) = NULL;
	size_t n = strlen(o->url);
	int rc = check_files(o, err);

	if (rc < 0)
		return rc;
	s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(err, E_NO_MEMORY, NULL);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(TAKE(s));
		return err_set(err, E_NO_MEMORY, NULL);
	}
	s->connect_ms = o->connect_ms ? o->connect_ms : CONNECT_MS;
	s->stall_ms = o->stall_ms ? o->stall_ms : STALL_MS;
	s->url = malloc(n + 2);
	s->key_file = strdup(o->key_file);
	s->known_hosts_file = strdup(o->known_hosts_file);
	s->curl = curl_easy_init();
	if (!s->url || !s->key_file || !s->known_hosts_file || !s->curl)
		return err_set(err, E_NO_MEMORY, NULL);
	memcpy(s->url, o->url, n + 1);
	if (s->url[n - 1] != '/')
		memcpy(s->url + n, "/", 2);
	*ret = TAKE(s);
	return 0;
}

void net_sftp_free(struct net_sftp **s)
{
	if (!*s)
		return;
	curl_easy_cleanup((*s)->curl);
	curl_global_cleanup();
	free((*s)->url);
	free((*s)->key_file);
	free((*s)->known_hosts_file);
	free(*s);
	*s = NULL;
}

/* --- one request ------------------------------------------------------------------------------ */

static size_t on_write(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;

	n *= size;
	return t->write(t->ctx, p, n, &t->err) == 0 ? n : 0;
}

#define SET(s, option, value) (curl_easy_setopt((s)->curl, (option), (value)) == CURLE_OK)

/* Without a callback of ours, libcurl takes no host key but one that the file names for the host. */
static bool set_options(struct net_sftp *s, const char *url, struct transfer *t)
{
	curl_easy_reset(s->curl);
	return SET(s, CURLOPT_ERRORBUFFER, s->why) && SET(s, CURLOPT_NOSIGNAL, 1L) &&
	       SET(s, CURLOPT_PROTOCOLS_STR, "sftp") && SET(s, CURLOPT_URL, url) &&
	       SET(s, CURLOPT_PROXY, "") &&
	       SET(s, CURLOPT_SSH_AUTH_TYPES, (long)CURLSSH_AUTH_PUBLICKEY) &&
	       SET(s, CURLOPT_SSH_PRIVATE_KEYFILE, s->key_file) &&
	       SET(s, CURLOPT_SSH_KNOWNHOSTS, s->known_hosts_file) &&
	       SET(s, CURLOPT_FILETIME, 1L) &&
	       SET(s, CURLOPT_CONNECTTIMEOUT_MS, (long)s->connect_ms) &&
	       SET(s, CURLOPT_LOW_SPEED_LIMIT, 1L) &&
	       SET(s, CURLOPT_LOW_SPEED_TIME, (long)((s->stall_ms + 999) / 1000)) &&
	       SET(s, CURLOPT_WRITEFUNCTION, on_write) && SET(s, CURLOPT_WRITEDATA, t);
}

static int code_of(CURLcode code)
{
	static const struct {
		CURLcode curl;
		int code;
	} codes[] = {
		{CURLE_OUT_OF_MEMORY, E_NO_MEMORY},
		{CURLE_OPERATION_TIMEDOUT, E_TIMEOUT},
		{CURLE_URL_MALFORMAT, E_CONFIG},
		{CURLE_UNSUPPORTED_PROTOCOL, E_CONFIG},
		{CURLE_PEER_FAILED_VERIFICATION, E_CONFIG},
		{CURLE_LOGIN_DENIED, E_CONFIG},
		{CURLE_REMOTE_FILE_NOT_FOUND, E_NOT_FOUND},
		{CURLE_REMOTE_ACCESS_DENIED, E_NOT_FOUND},
		{CURLE_SSH, E_NOT_FOUND}, /* what the server says of a folder that is opened as a file */
	};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].curl == code)
			return codes[i].code;
	return E_UNAVAILABLE;
}

/* more: the listing's or the question's own option; 0: none. */
static int perform(struct net_sftp *s, struct sv name, CURLoption more, struct transfer *t,
	struct err *err)
{
	struct buf url CLEANUP(buf_free) = BUF_INIT;
	CURLcode code;

	buf_add_cstr(&url, s->url);
	net_add_encoded(&url, name);
	s->why[0] = '\0';
	if (!buf_ok(&url) || !set_options(s, buf_cstr(&url), t) || (more != 0 && !SET(s, more, 1L)))
		return err_set(err, E_NO_MEMORY, NULL);
	code = curl_easy_perform(s->curl);
	if (t->err.code) {
		if (err)
			*err = t->err;
		return t->err.code;
	}
	if (code != CURLE_OK)
		return err_set(err, code_of(code), "%s.",
			s->why[0] ? s->why : curl_easy_strerror(code));
	return 0;
}

/* --- what is asked for ------------------------------------------------------------------------ */

static int add_piece(void *ctx, const char *p, size_t n, struct err *err)
{
	struct buf *b = ctx;

	buf_add(b, p, n);
	return buf_ok(b) ? 0 : err_set(err, E_LIMIT, "The folder has too many files.");
}

static int no_piece(void *ctx, const char *p, size_t n, struct err *err)
{
	(void)ctx, (void)p, (void)n, (void)err;
	return 0;
}

int net_sftp_list(struct net_sftp *s, net_name_fn each, void *ctx, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct transfer t = {.write = add_piece, .ctx = &text};
	struct sv rest;
	int rc;

	buf_init(&text, LISTING_MAX);
	rc = perform(s, SV(""), CURLOPT_DIRLISTONLY, &t, err);
	rest = buf_sv(&text);
	while (rc == 0 && rest.n > 0) {
		struct sv name = sv_cut(&rest, '\n');

		if (name.n > 0)
			rc = each(ctx, name, err);
	}
	return rc;
}

int net_sftp_stat(struct net_sftp *s, struct sv name, struct net_sftp_stat *ret, struct err *err)
{
	struct transfer t = {.write = no_piece};
	curl_off_t size = -1, mtime = -1;
	int rc = perform(s, name, CURLOPT_NOBODY, &t, err);

	if (rc < 0)
		return rc;
	curl_easy_getinfo(s->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
	curl_easy_getinfo(s->curl, CURLINFO_FILETIME_T, &mtime);
	if (size < 0)
		return err_set(err, E_NOT_FOUND, "The server does not say how long it is.");
	*ret = (struct net_sftp_stat){size, mtime};
	return 0;
}

int net_sftp_read(
	struct net_sftp *s, struct sv name, net_write_fn write, void *ctx, struct err *err)
{
	struct transfer t = {.write = write, .ctx = ctx};

	return perform(s, name, (CURLoption)0, &t, err);
}
