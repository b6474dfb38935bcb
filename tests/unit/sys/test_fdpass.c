/*
 * Messages with a descriptor.
 */
#include "sys/fdpass.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sys/proc.h"
#include "unit/unit.h"

static int ends[2];

static int set_up(void **state UNUSED)
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

static int tear_down(void **state UNUSED)
{
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static int open_count(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void a_message_without_a_descriptor(void **state UNUSED)
{
	char in[8];
	size_t n = 0;
	int fd = 99;

	assert_int_equal(fdpass_send(ends[0], "abc", 3, -1, NULL), 0);
	assert_int_equal(fdpass_recv(ends[1], in, sizeof(in), &n, &fd, NULL), 0);
	assert_int_equal(n, 3);
	assert_memory_equal(in, "abc", 3);
	assert_int_equal(fd, -1);
}

static void a_descriptor_comes_along(void **state UNUSED)
{
	int pipes[2], fd = -1;
	char in[8];
	size_t n = 0;

	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(fdpass_send(ends[0], "abc", 3, pipes[1], NULL), 0);
	assert_int_equal(fdpass_recv(ends[1], in, sizeof(in), &n, &fd, NULL), 0);
	assert_true(fd >= 0 && fd != pipes[1]);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(read(pipes[0], in, 1), 1);
	close(fd);
	close(pipes[0]);
	close(pipes[1]);
}

static void a_long_message_is_refused_with_its_descriptor(void **state UNUSED)
{
	int before = open_count(), fd = 99;
	struct err err = {0};
	char in[8];
	size_t n = 77;

	assert_int_equal(fdpass_send(ends[0], "0123456789", 10, ends[0], NULL), 0);
	assert_int_equal(fdpass_recv(ends[1], in, sizeof(in), &n, &fd, &err), E_TOO_LARGE);
	assert_int_equal(open_count(), before);
	assert_int_equal(n, 77);
	assert_int_equal(fd, 99);
}

static void send_many(int count)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(8 * sizeof(int))];
	} control = {0};
	char byte = 'x';
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int))};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
	for (int i = 0; i < count; i++)
		memcpy(CMSG_DATA(c) + (size_t)i * sizeof(int), &ends[0], sizeof(int));
	assert_int_equal(sendmsg(ends[0], &msg, 0), 1);
}

static void several_descriptors_are_refused_and_closed(void **state UNUSED)
{
	for (int count = 2; count <= 8; count++) {
		int before = open_count(), fd = 99;
		char in[8];
		size_t n;

		send_many(count);
		assert_int_equal(fdpass_recv(ends[1], in, sizeof(in), &n, &fd, NULL), E_INVALID);
		assert_int_equal(open_count(), before);
	}
}

static void a_closed_peer(void **state UNUSED)
{
	struct err err = {0};
	char in[8];
	size_t n;
	int fd;

	close(ends[0]);
	assert_int_equal(fdpass_recv(ends[1], in, sizeof(in), &n, &fd, &err), E_UNAVAILABLE);
	assert_int_equal(fdpass_send(ends[1], "x", 1, -1, &err), E_UNAVAILABLE);
	ends[0] = dup(ends[1]);
}

static void time_outs(void **state UNUSED)
{
	char in[8], big[1024] = {0};
	struct err err = {0};
	int fd, r = 0;
	size_t n;

	assert_int_equal(proc_set_timeouts(ends[1], 20, 0, NULL), 0);
	assert_int_equal(proc_set_timeouts(ends[0], 0, 20, NULL), 0);
	assert_int_equal(fdpass_recv(ends[1], in, sizeof(in), &n, &fd, &err), E_TIMEOUT);
	for (int i = 0; i < 100000 && !r; i++) /* until the buffers are full */
		r = fdpass_send(ends[0], big, sizeof(big), -1, &err);
	assert_int_equal(r, E_TIMEOUT);
	assert_true(proc_set_timeouts(9999, 1, 1, &err) < 0);
}

#define WITH_ENDS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ENDS(a_message_without_a_descriptor),
		WITH_ENDS(a_descriptor_comes_along),
		WITH_ENDS(a_long_message_is_refused_with_its_descriptor),
		WITH_ENDS(several_descriptors_are_refused_and_closed),
		WITH_ENDS(a_closed_peer),
		WITH_ENDS(time_outs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
