/*
 * Messages with a descriptor: SCM_RIGHTS over SOCK_SEQPACKET.
 */
#include "sys/fdpass.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* Room for more than one descriptor, so that a peer that sends several is seen doing so. */
#define FDS_MAX 4

union control {
	struct cmsghdr align;
	char room[CMSG_SPACE(FDS_MAX * sizeof(int))];
};

static int translate(int errnum, const char *what, struct err *err)
{
	if (errnum == EAGAIN || errnum == EWOULDBLOCK)
		return err_set(err, E_TIMEOUT, "cannot %s a message: it took too long", what);
	return err_set_errno(err, errnum, "cannot %s a message", what);
}

static void attach(struct msghdr *msg, union control *control, int fd)
{
	struct cmsghdr *c;

	memset(control, 0, sizeof(*control));
	msg->msg_control = control->room;
	msg->msg_controllen = CMSG_SPACE(sizeof(fd));
	c = CMSG_FIRSTHDR(msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
}

int fdpass_send(int sock, const void *p, size_t n, int fd, struct err *err)
{
	struct iovec iov = {.iov_len = n};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	union control control;
	ssize_t sent;

	memcpy(&iov.iov_base, &p, sizeof(p)); /* iovec has no const; sendmsg does not write */
	if (fd >= 0)
		attach(&msg, &control, fd);
	do {
		sent = sendmsg(sock, &msg, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return translate(errno, "send", err);
	if ((size_t)sent != n)
		return err_set(err, E_IO, "a message was cut");
	return 0;
}

/* Moves the descriptors that came into fds; returns how many. */
static size_t detach(struct msghdr *msg, int fds[FDS_MAX])
{
	size_t count = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = MIN((c->cmsg_len - CMSG_LEN(0)) / sizeof(int), FDS_MAX - count);
		memcpy(fds + count, CMSG_DATA(c), n * sizeof(int));
		count += n;
	}
	return count;
}

int fdpass_recv(int sock, void *p, size_t cap, size_t *ret_n, int *ret_fd, struct err *err)
{
	struct iovec iov = {.iov_base = p, .iov_len = cap};
	union control control;
	struct msghdr msg = {.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room)};
	int fds[FDS_MAX];
	size_t count;
	ssize_t got;
	int r = 0;

	do {
		got = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return translate(errno, "receive", err);
	count = detach(&msg, fds);
	if (msg.msg_flags & MSG_TRUNC)
		r = err_set(err, E_TOO_LARGE, "a message is longer than %zu bytes", cap);
	else if (count > 1 || (msg.msg_flags & MSG_CTRUNC))
		r = err_set(err, E_INVALID, "a message carries more than one descriptor");
	else if (got == 0)
		r = err_set(err, E_UNAVAILABLE, "the other side has closed the connection");
	if (r) {
		for (size_t i = 0; i < count; i++)
			fd_close(&fds[i]);
		return r;
	}
	*ret_n = (size_t)got;
	*ret_fd = count ? fds[0] : -1;
	return 0;
}
