#ifndef NET_CLIENT_H
#define NET_CLIENT_H
/*
 * Outgoing HTTP/1.1, one request at a time over a connection that is kept [libcurl]. Certificates
 * and host names are always verified; redirects are never followed, so that a credential goes to
 * nobody but whom it was meant for; no cookies are kept.
 *
 * A client belongs to one thread at a time. net_send() blocks until the answer is whole, nothing
 * has moved for stall_ms, or total_ms have passed.
 *
 * Errors, beside those of the caller's own callbacks, which are passed on:
 *	E_UNAVAILABLE  no connection, or it broke: worth another try
 *	E_TIMEOUT      worth another try
 *	E_CONFIG       an address that is none or not allowed; a certificate that is not trusted,
 *	               or not one of the pinned keys
 *	E_LIMIT        the answer is larger than asked for
 *	E_NO_MEMORY
 * An answer with any status is no error here.
 */
#include <sys/types.h>

#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"

struct net_client;
struct net_guard;

struct net_options {
	const char *agent;   /* User-Agent; NULL: none */
	const char *ca_file; /* certificates to trust instead of the system's; NULL: those */
	bool plain;          /* http:// is allowed beside https:// */
	bool proxies;        /* those that the environment names */
	const struct net_guard *guard; /* asked for every address, which then is connected to for one
					* request only; NULL: any. It must outlive the client. */
	int64_t connect_ms;  /* 0: 10 s */
	int64_t stall_ms;    /* 0: 60 s; rounded up to seconds */
	int64_t total_ms;    /* 0: none */
};

/* Borrows nothing of the options. E_CONFIG: a CA file that cannot be read. */
MUST_CHECK int net_client_new(
	const struct net_options *options, struct net_client **ret_client, struct err *err);
void net_client_free(struct net_client **c); /* also the CLEANUP function */

/* AWS signature version 4 (docs.aws.amazon.com/AmazonS3: Authenticating Requests), with the header
 * x-amz-content-sha256 as the caller gave it. */
struct net_sign {
	const char *region;
	const char *service; /* "s3" */
	const char *key_id;
	const char *secret;
};

/* Up to n bytes from offset of a body; fewer only at its end. Negative E_*: the request ends with
 * that error, which the callback has described in err. */
typedef ssize_t (*net_read_fn)(void *ctx, char *p, size_t n, uint64_t offset, struct err *err);
/* A piece of the answer's body; an error as above. */
typedef int (*net_write_fn)(void *ctx, const char *p, size_t n, struct err *err);

struct net_request {
	const char *method; /* upper case */
	const char *url;
	const char *const *headers; /* "Name: value", ends with NULL; or NULL */
	struct sv body;             /* p NULL: none, or read */
	net_read_fn read;           /* gives body_size bytes */
	void *read_ctx;
	uint64_t body_size;
	net_write_fn write; /* bodies of 2xx answers; NULL: into the response, as all others */
	void *write_ctx;
	const struct net_sign *sign; /* NULL: not signed */
	struct sv ca_pem;            /* certificates to trust instead; p NULL: the client's */
	const char *pins;            /* public keys, one of which it must be: "sha256//<base64>" apart by
				      * semicolons; NULL: any that is vouched for */
};

#define NET_BODY_MAX (8u << 20) /* of an answer in memory */

struct net_response {
	int status;
	struct buf body;
	struct net_client *client; /* whose headers are asked for; until its next request */
};

#define NET_RESPONSE_INIT ((struct net_response){.body = {.limit = NET_BODY_MAX}})

MUST_CHECK int net_send(struct net_client *c, const struct net_request *rq,
	struct net_response *ret, struct err *err);
void net_response_free(struct net_response *rs); /* also the CLEANUP function */
/* The last header of this name; p NULL: none. Valid until the client's next request. */
struct sv net_response_header(const struct net_response *rs, const char *name);

/* Appends s with everything but unreserved characters (RFC 3986 section 2.3) as %XX. */
void net_add_encoded(struct buf *out, struct sv s);

#endif
