/*
 * The vault in a bucket of an S3 server: one object of the bucket for one of the vault, named by its
 * id, written by one PUT (the ceiling of uploads is below S3's 5 GiB for one).
 *
 * Bytes pass through a file without a name in the vault's folder: a PUT needs their number and hash
 * before the first one, and a scanner takes a descriptor. What lies there is ciphertext, and goes with
 * the descriptor. Every request carries the SHA-256 of its body under its signature, so that a byte
 * that changes on the way is refused by the server.
 *
 * A request that could not be made is made again, with pauses that double; a PUT that is repeated after
 * a lost answer stores the same bytes. Before it, the server is asked whether there is such an object:
 * many servers know no conditional PUT, and ids are random, so that nobody else writes one meanwhile.
 */
#include "vault/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"
#include "net/client.h"
#include "seal/hash.h"
#include "sys/conf.h"

#define CLIENTS_MAX 16
#define TRIES 6
#define PAUSE_FIRST_MS 100u
#define SECRET_MAX 512u
#define HEADER_MAX 128
#define LIST_MAX 100u
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct s3_store {
	int folder; /* for files without a name */
	char *bucket_url;
	char *region;
	char *ca_file;
	char *key_id;
	char *secret;
	bool plain;
	unsigned page, pause_ms;
	pthread_mutex_t lock; /* of the idle clients */
	struct net_client *idle[CLIENTS_MAX];
	size_t idle_count;
};

struct s3_put {
	struct s3_store *store;
	struct uuid id;
	int fd;
	uint64_t size;
	struct hash *hash;
};

/* --- opening ---------------------------------------------------------------------------------- */

static void s3_close(void *store)
{
	struct s3_store *s = store;

	if (!s)
		return;
	for (size_t i = 0; i < s->idle_count; i++)
		net_client_free(&s->idle[i]);
	if (s->secret)
		hash_wipe(s->secret, strlen(s->secret));
	free(s->bucket_url);
	free(s->region);
	free(s->ca_file);
	free(s->key_id);
	free(s->secret);
	fd_close(&s->folder);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static void store_free(struct s3_store **s)
{
	s3_close(*s);
}

static int copy(const char *text, size_t n, char **ret, struct err *err)
{
	*ret = strndup(text, n);
	return *ret ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

/* Two lines: the key's id and its secret. */
static int read_credentials(struct s3_store *s, const char *file, struct err *err)
{
	struct buf text CLEANUP(buf_wipe) = BUF_INIT;
	struct sv id, secret;
	int rc = conf_read_credential("vault-s3", file, SECRET_MAX, &text, err);

	if (rc < 0)
		return rc;
	secret = buf_sv(&text);
	id = sv_trim(sv_cut(&secret, '\n'));
	secret = sv_trim(secret);
	if (id.n == 0 || secret.n == 0 || sv_find(secret, '\n') >= 0)
		return err_set(err, E_CONFIG, "%s must hold two lines: a key's id and its secret.",
			file);
	rc = copy(id.p, id.n, &s->key_id, err);
	return rc < 0 ? rc : copy(secret.p, secret.n, &s->secret, err);
}

static int read_place(struct s3_store *s, const struct vault_config *config, struct err *err)
{
	const struct vault_s3 *at = &config->s3;
	struct sv endpoint = sv_from_cstr(at->endpoint);
	struct buf url CLEANUP(buf_free) = BUF_INIT;
	int rc;

	s->plain = sv_starts_with(endpoint, SV("http://127.0.0.1:"));
	if (!s->plain && !sv_starts_with(endpoint, SV("https://")))
		return err_set(err, E_CONFIG, "vault.s3_endpoint must begin with https://.");
	if (!at->bucket || !at->bucket[0])
		return err_set(err, E_CONFIG, "vault.s3_bucket names no bucket.");
	while (endpoint.n > 0 && endpoint.p[endpoint.n - 1] == '/')
		endpoint.n--;
	buf_add_sv(&url, endpoint);
	buf_add_char(&url, '/');
	net_add_encoded(&url, sv_from_cstr(at->bucket));
	rc = copy(buf_cstr(&url), url.n, &s->bucket_url, err);
	if (rc == 0)
		rc = copy(at->region, strlen(at->region), &s->region, err);
	if (rc == 0 && at->ca_file && at->ca_file[0])
		rc = copy(at->ca_file, strlen(at->ca_file), &s->ca_file, err);
	return rc;
}

static int s3_open(const struct vault_config *config, void **ret_store, struct err *err)
{
	struct s3_store *s CLEANUP(store_free) = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, E_NO_MEMORY, NULL);
	pthread_mutex_init(&s->lock, NULL);
	s->page = config->s3.page ? config->s3.page : LIST_MAX;
	s->pause_ms = config->s3.pause_ms ? config->s3.pause_ms : PAUSE_FIRST_MS;
	s->folder = open(config->location, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->folder < 0)
		return err_set(err, E_CONFIG, "The vault's folder %s cannot be opened: %s.",
			config->location, strerror(errno));
	rc = read_place(s, config, err);
	if (rc == 0)
		rc = read_credentials(s, config->s3.credentials_file, err);
	if (rc == 0)
		*ret_store = TAKE(s);
	return rc;
}

/* Worth another try? */
static bool is_passing(int code)
{
	return code == E_UNAVAILABLE || code == E_TIMEOUT;
}

/* --- requests --------------------------------------------------------------------------------- */

static int client_take(struct s3_store *s, struct net_client **ret, struct err *err)
{
	const struct net_options how = {
		.agent = "recon", .ca_file = s->ca_file, .plain = s->plain, .stall_ms = 20000};

	*ret = NULL;
	pthread_mutex_lock(&s->lock);
	if (s->idle_count > 0)
		*ret = s->idle[--s->idle_count];
	pthread_mutex_unlock(&s->lock);
	return *ret ? 0 : net_client_new(&how, ret, err);
}

static void client_give(struct s3_store *s, struct net_client **c)
{
	pthread_mutex_lock(&s->lock);
	if (s->idle_count < CLIENTS_MAX)
		s->idle[s->idle_count++] = TAKE(*c);
	pthread_mutex_unlock(&s->lock);
	net_client_free(c);
}

/* One request; url and the signature are filled in. */
struct ask {
	const char *method;
	const struct uuid *id; /* NULL: the bucket */
	const char *query;     /* with its "?"; "": none */
	const char *headers[4];
	struct net_request rq;
	int (*restart)(void *write_ctx, struct err *err); /* forgets what a broken try brought */
	uint64_t length;                                  /* Content-Length of the answer */
};

/* "<Code>NoSuchKey</Code>" of an answer in XML; only for people. */
static struct sv error_code(const struct net_response *rs)
{
	struct sv body = buf_sv(&rs->body);
	const char *from = body.n ? memmem(body.p, body.n, "<Code>", 6) : NULL;
	const char *to = from ? memmem(from, body.n - (size_t)(from - body.p), "</Code>", 7) : NULL;

	return to ? sv_from(from + 6, MIN((size_t)(to - from - 6), (size_t)64)) : SV("no reason");
}

static int check_status(const struct net_response *rs, struct err *err)
{
	static const struct {
		int status, code;
	} codes[] = {{404, E_NOT_FOUND}, {409, E_UNAVAILABLE}, {412, E_EXISTS}, {416, E_CORRUPT},
		{429, E_UNAVAILABLE}, {507, E_NO_SPACE}};
	int code = rs->status >= 500 ? E_UNAVAILABLE : E_CONFIG;

	if (rs->status >= 200 && rs->status < 300)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].status == rs->status)
			code = codes[i].code;
	return err_set(err, code, "The vault's bucket answers %d (%.*s).", rs->status,
		SV_ARG(error_code(rs)));
}

static int send_once(
	struct s3_store *s, struct ask *a, const char *url, struct buf *body, struct err *err)
{
	const struct net_sign sign = {
		.region = s->region, .service = "s3", .key_id = s->key_id, .secret = s->secret};
	struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
	struct net_client *c CLEANUP(net_client_free) = NULL;
	int rc = client_take(s, &c, err);

	if (rc < 0)
		return rc;
	a->rq.method = a->method;
	a->rq.url = url;
	a->rq.headers = a->headers;
	a->rq.sign = &sign;
	rc = net_send(c, &a->rq, &rs, err);
	if (rc == 0)
		rc = check_status(&rs, err);
	if (rc == 0)
		sv_to_u64(net_response_header(&rs, "Content-Length"), UINT64_MAX, &a->length);
	if (rc == 0 && body)
		buf_add_sv(body, buf_sv(&rs.body));
	if (!is_passing(rc))
		client_give(s, &c);
	return rc;
}

/* With pauses in between while the server is away. body, when given, gets the answer's. */
static int send_ask(struct s3_store *s, struct ask *a, struct buf *body, struct err *err)
{
	struct buf url CLEANUP(buf_free) = BUF_INIT;
	char id[UUID_TEXT_LEN + 1];
	int rc = 0;

	buf_add_cstr(&url, s->bucket_url);
	if (a->id) {
		uuid_format(a->id, id);
		buf_printf(&url, "/%s", id);
	}
	buf_add_cstr(&url, a->query ? a->query : "");
	if (!buf_ok(&url))
		return err_set(err, E_NO_MEMORY, NULL);
	for (int try = 0; try < TRIES; try++) {
		int64_t ms = (int64_t)s->pause_ms << try;
		struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

		rc = a->restart ? a->restart(a->rq.write_ctx, err) : 0;
		if (rc == 0)
			rc = send_once(s, a, buf_cstr(&url), body, err);
		if (!is_passing(rc) || try + 1 == TRIES)
			break;
		nanosleep(&pause, NULL);
	}
	return rc;
}

/* --- storing ---------------------------------------------------------------------------------- */

static int spool_open(const struct s3_store *s, int *ret_fd, struct err *err)
{
	*ret_fd = openat(s->folder, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	return *ret_fd < 0 ? err_set_errno(err, errno, "The vault cannot make a file") : 0;
}

static int spool_write(int fd, const char *p, size_t n, struct err *err)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return err_set_errno(err, done < 0 ? errno : EIO, "The vault cannot write");
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

static void s3_abandon(void *put_ctx)
{
	struct s3_put *put = put_ctx;

	fd_close(&put->fd);
	hash_free(put->hash);
	free(put);
}

/* The spool has no name: a second descriptor of it is opened by its number. */
static int s3_peek(void *put_ctx, int *ret_fd, struct err *err)
{
	const struct s3_put *put = put_ctx;
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", put->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set_errno(err, errno, "The vault cannot open its spool");
	*ret_fd = fd;
	return 0;
}

static int s3_create(void *store, const struct uuid *id, void **ret_put, struct err *err)
{
	struct s3_put *put = calloc(1, sizeof(*put));
	int rc;

	if (!put)
		return err_set(err, E_NO_MEMORY, NULL);
	put->store = store;
	put->id = *id;
	put->fd = -1;
	put->hash = hash_new();
	rc = put->hash ? spool_open(put->store, &put->fd, err) : err_set(err, E_NO_MEMORY, NULL);
	if (rc < 0)
		s3_abandon(put);
	else
		*ret_put = put;
	return rc;
}

static int s3_append(void *put_ctx, const void *p, size_t n, struct err *err)
{
	struct s3_put *put = put_ctx;

	hash_update(put->hash, p, n);
	put->size += n;
	return spool_write(put->fd, p, n, err);
}

static ssize_t give_spooled(void *ctx, char *p, size_t n, uint64_t offset, struct err *err)
{
	const struct s3_put *put = ctx;
	ssize_t got;

	do {
		got = pread(put->fd, p, n, (off_t)offset);
	} while (got < 0 && errno == EINTR);
	return got < 0 ? err_set_errno(err, errno, "The vault cannot read") : got;
}

static int s3_measure(void *store, const struct uuid *id, uint64_t *ret_size, struct err *err)
{
	struct ask a = {.method = "HEAD",
		.id = id,
		.headers = {"x-amz-content-sha256: " EMPTY_SHA256, NULL}};
	int rc = send_ask(store, &a, NULL, err);

	if (rc == 0)
		*ret_size = a.length;
	return rc;
}

/* The object was there: by an earlier try whose answer was lost, or by nobody we know. */
static int check_stored(const struct s3_put *put, struct err *err)
{
	uint64_t size = 0;
	int rc = s3_measure(put->store, &put->id, &size, err);

	if (rc == 0 && size != put->size)
		rc = err_set(err, E_EXISTS, "The bucket has another object of this name.");
	return rc;
}

static int put_object(struct s3_put *put, const char *sum, struct err *err)
{
	struct ask a = {.method = "PUT",
		.id = &put->id,
		.headers = {sum, "Content-Type: application/octet-stream", NULL},
		.rq = {.read = give_spooled, .read_ctx = put, .body_size = put->size}};
	int rc = check_stored(put, err);

	return rc == E_NOT_FOUND ? send_ask(put->store, &a, NULL, err) : rc;
}

static int s3_finish(void *put_ctx, struct err *err)
{
	struct s3_put *put = put_ctx;
	struct buf sum CLEANUP(buf_free) = BUF_INIT;
	uint8_t digest[SHA256_LEN];
	int rc;

	hash_final(put->hash, digest);
	buf_add_cstr(&sum, "x-amz-content-sha256: ");
	buf_add_hex(&sum, digest, sizeof(digest));
	rc = buf_ok(&sum) ? put_object(put, buf_cstr(&sum), err) :
			    err_set(err, E_NO_MEMORY, NULL);
	s3_abandon(put);
	return rc;
}

/* --- reading ---------------------------------------------------------------------------------- */

static int keep_spooled(void *ctx, const char *p, size_t n, struct err *err)
{
	return spool_write(*(const int *)ctx, p, n, err);
}

static int restart_spooled(void *ctx, struct err *err)
{
	int fd = *(const int *)ctx;

	if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return err_set_errno(err, errno, "The vault cannot write");
	return 0;
}

static int s3_fetch(
	void *store, const struct uuid *id, int *ret_fd, uint64_t *ret_size, struct err *err)
{
	int fd CLEANUP(fd_close) = -1;
	struct ask a = {.method = "GET",
		.id = id,
		.headers = {"x-amz-content-sha256: " EMPTY_SHA256, NULL},
		.rq = {.write = keep_spooled, .write_ctx = &fd},
		.restart = restart_spooled};
	int rc = spool_open(store, &fd, err);

	if (rc == 0)
		rc = send_ask(store, &a, NULL, err);
	if (rc < 0)
		return rc;
	*ret_size = (uint64_t)lseek(fd, 0, SEEK_CUR);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

struct window {
	char *p;
	size_t n, cap;
};

static int keep_window(void *ctx, const char *p, size_t n, struct err *err)
{
	struct window *w = ctx;

	if (n > w->cap - w->n)
		return err_set(err, E_IO, "The vault's bucket sends more than was asked for.");
	memcpy(w->p + w->n, p, n);
	w->n += n;
	return 0;
}

static int restart_window(void *ctx, struct err *err)
{
	struct window *w = ctx;

	(void)err;
	w->n = 0;
	return 0;
}

static int s3_pread(void *store, const struct uuid *id, void *p, size_t n, uint64_t offset,
	struct err *err)
{
	struct window w = {.p = p, .cap = n};
	char range[HEADER_MAX];
	struct ask a = {.method = "GET",
		.id = id,
		.headers = {"x-amz-content-sha256: " EMPTY_SHA256, range, NULL},
		.rq = {.write = keep_window, .write_ctx = &w},
		.restart = restart_window};
	int rc;

	snprintf(range, sizeof(range), "Range: bytes=%" PRIu64 "-%" PRIu64, offset, offset + n - 1);
	rc = send_ask(store, &a, NULL, err);
	if (rc == 0 && w.n < n)
		rc = err_set(err, E_CORRUPT, "The stored file was cut.");
	return rc;
}

/* --- removing and listing --------------------------------------------------------------------- */

static int s3_remove(void *store, const struct uuid *id, struct err *err)
{
	struct ask a = {.method = "DELETE",
		.id = id,
		.headers = {"x-amz-content-sha256: " EMPTY_SHA256, NULL}};
	int rc = send_ask(store, &a, NULL, err);

	return rc == E_NOT_FOUND ? 0 : rc;
}

/* What is written becomes an object at once or not at all. */
static int s3_remove_unfinished(void *store, const struct uuid *id, struct err *err)
{
	(void)store, (void)id, (void)err;
	return 0;
}

/* What is between the first two such tags; p NULL: there are none. */
static struct sv element(struct sv in, const char *open, const char *close)
{
	const char *from = in.n ? memmem(in.p, in.n, open, strlen(open)) : NULL;
	const char *to;

	if (!from)
		return SV_NULL;
	from += strlen(open);
	to = memmem(from, in.n - (size_t)(from - in.p), close, strlen(close));
	return to ? sv_from(from, (size_t)(to - from)) : SV_NULL;
}

/* Hands on one <Contents>; names that are no ids are not ours and left alone. */
static int list_one(
	struct sv contents, char last[HEADER_MAX], vault_list_fn each, void *ctx, struct err *err)
{
	struct sv key = element(contents, "<Key>", "</Key>");
	uint64_t size = 0;
	int64_t us = 0;
	struct uuid id;

	snprintf(last, HEADER_MAX, "%.*s", SV_ARG(key));
	if (uuid_parse(key, &id) < 0 ||
		!sv_to_u64(element(contents, "<Size>", "</Size>"), INT64_MAX, &size) ||
		instant_parse(element(contents, "<LastModified>", "</LastModified>"), &us) < 0)
		return 0;
	return each(ctx, &id, size, us / 1000000, true, err);
}

static int list_page(struct s3_store *s, char last[HEADER_MAX], bool *ret_more, vault_list_fn each,
	void *ctx, struct err *err)
{
	struct buf query CLEANUP(buf_free) = BUF_INIT;
	struct buf page CLEANUP(buf_free) = BUF_INIT;
	struct ask a = {
		.method = "GET", .headers = {"x-amz-content-sha256: " EMPTY_SHA256, NULL}};
	struct sv rest;
	int rc;

	/* In the order of their names, as the signature wants them. */
	buf_printf(&query, "?list-type=2&max-keys=%u", s->page);
	if (last[0]) {
		buf_add_cstr(&query, "&start-after=");
		net_add_encoded(&query, sv_from_cstr(last));
	}
	a.query = buf_cstr(&query);
	rc = send_ask(s, &a, &page, err);
	if (rc < 0)
		return rc;
	rest = buf_sv(&page);
	*ret_more = sv_eq_cstr(element(rest, "<IsTruncated>", "</IsTruncated>"), "true");
	for (struct sv one; rc == 0 && (one = element(rest, "<Contents>", "</Contents>")).p;) {
		const char *next = one.p + one.n;

		rc = list_one(one, last, each, ctx, err);
		rest = sv_from(next, (size_t)(rest.p + rest.n - next));
	}
	return rc;
}

static int s3_list(void *store, vault_list_fn each, void *ctx, struct err *err)
{
	char last[HEADER_MAX] = "";
	bool more = true;
	int rc = 0;

	while (rc == 0 && more)
		rc = list_page(store, last, &more, each, ctx, err);
	return rc;
}

const struct vault_backend vault_s3 = {
	.name = "s3",
	.open = s3_open,
	.close = s3_close,
	.create = s3_create,
	.append = s3_append,
	.finish = s3_finish,
	.abandon = s3_abandon,
	.peek = s3_peek,
	.fetch = s3_fetch,
	.measure = s3_measure,
	.pread = s3_pread,
	.remove = s3_remove,
	.list = s3_list,
	.remove_unfinished = s3_remove_unfinished,
};
