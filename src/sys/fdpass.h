#ifndef SYS_FDPASS_H
#define SYS_FDPASS_H
/*
 * One message with 0 or 1 descriptor over a SOCK_SEQPACKET unix socket. Both block as the socket
 * does (see proc_set_timeouts); a timeout is E_TIMEOUT, a closed peer E_UNAVAILABLE.
 */
#include "base/base.h"
#include "base/err.h"

/* fd -1: none. The descriptor stays the caller's. n >= 1. */
MUST_CHECK int fdpass_send(int sock, const void *p, size_t n, int fd, struct err *err);
/* A message longer than cap is E_TOO_LARGE, more than one descriptor is E_INVALID; both are dropped
 * with what they carried. *ret_fd is the caller's, close-on-exec, -1 when none came. */
MUST_CHECK int fdpass_recv(
	int sock, void *p, size_t cap, size_t *ret_n, int *ret_fd, struct err *err);

#endif
