#ifndef NET_SFTP_H
#define NET_SFTP_H
/*
 * A folder of an SFTP server, to look at and to read from, over one connection that is kept [libcurl].
 * The server must have one of the host keys that the known_hosts file names for it; the account is
 * proven with a private key, never with a password. Nothing on the server is changed.
 *
 * Calls block until they are done, or nothing has moved for stall_ms. One thread at a time.
 *
 * Errors, beside those of the caller's own callbacks, which are passed on: those of net/client.h;
 * E_CONFIG is also a host key that is not known, and a private key that the server does not accept.
 * E_NOT_FOUND: no such file or folder, or it may not be read.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "net/client.h"

struct net_sftp;

struct net_sftp_options {
	const char *url;              /* "sftp://user@host[:port]/folder"; of the server's root */
	const char *key_file;         /* private, readable to this account only */
	const char *known_hosts_file; /* as ssh keeps it */
	int64_t connect_ms;           /* 0: 10 s */
	int64_t stall_ms;             /* 0: 60 s */
};

/* Opens no connection yet. E_CONFIG: the address, or a file that cannot be read or that others may. */
MUST_CHECK int net_sftp_new(
	const struct net_sftp_options *options, struct net_sftp **ret, struct err *err);
void net_sftp_free(struct net_sftp **s); /* also the CLEANUP function */

/* Names in the folder, in no order, "." and ".." too, of files and of anything else. An error of each
 * ends the listing with it. */
typedef int (*net_name_fn)(void *ctx, struct sv name, struct err *err);
MUST_CHECK int net_sftp_list(struct net_sftp *s, net_name_fn each, void *ctx, struct err *err);

struct net_sftp_stat {
	int64_t size;
	int64_t mtime; /* Unix seconds, by the server's clock; -1: it does not say */
};

/* E_NOT_FOUND also for what is no file. */
MUST_CHECK int net_sftp_stat(
	struct net_sftp *s, struct sv name, struct net_sftp_stat *ret, struct err *err);
/* All of a file, in order. */
MUST_CHECK int net_sftp_read(
	struct net_sftp *s, struct sv name, net_write_fn write, void *ctx, struct err *err);

#endif
