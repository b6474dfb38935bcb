/*
 * The event loop.
 */
#include "sys/loop.h"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/clock.h"
#include "unit/unit.h"

struct seen {
	struct loop *loop;
	struct loop_watch *watch, *other;
	int fd;
	int calls;
	uint32_t events;
};

static struct loop *new_loop(void)
{
	struct loop *l = NULL;
	struct err err = {0};

	if (loop_new(&l, &err))
		fail_msg("%s", err.detail);
	return l;
}

static void count(void *arg, uint32_t events)
{
	struct seen *s = arg;

	s->calls++;
	s->events = events;
}

static void count_and_stop(void *arg, uint32_t events)
{
	struct seen *s = arg;

	count(arg, events);
	loop_stop(s->loop);
}

static void read_one(void *arg, uint32_t events)
{
	struct seen *s = arg;
	char c;

	count(arg, events);
	assert_int_equal(read(s->fd, &c, 1), 1);
}

static void descriptors_are_watched(void **state UNUSED)
{
	struct loop *l CLEANUP(loop_cleanup) = new_loop();
	struct seen s = {.loop = l};
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	s.fd = fds[0];
	assert_int_equal(loop_add_fd(l, fds[0], EPOLLIN, read_one, &s, &s.watch, NULL), 0);
	assert_int_equal(loop_once(l, 0, NULL), 0);
	assert_int_equal(s.calls, 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(loop_once(l, 1000, NULL), 0);
	assert_int_equal(s.calls, 1);
	assert_int_equal(s.events, EPOLLIN);
	assert_int_equal(loop_set_events(l, s.watch, 0, NULL), 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(loop_once(l, 0, NULL), 0);
	assert_int_equal(s.calls, 1);
	loop_remove(l, s.watch);
	loop_remove(l, NULL);
	assert_int_equal(write(fds[1], "x", 1), 1); /* the descriptor stays open */
	close(fds[0]);
	close(fds[1]);
}

static void a_bad_descriptor_is_an_error(void **state UNUSED)
{
	struct loop *l CLEANUP(loop_cleanup) = new_loop();
	struct err err = {0};

	assert_int_equal(loop_add_fd(l, 9999, EPOLLIN, count, NULL, NULL, &err), E_IO);
	assert_int_equal(err.code, E_IO);
}

static void timers_fire_once_or_again(void **state UNUSED)
{
	struct loop *l CLEANUP(loop_cleanup) = new_loop();
	struct seen once = {.loop = l}, again = {.loop = l}, end = {.loop = l};
	struct clock clock = clock_system();
	int64_t start = clock_mono_us(&clock);

	assert_int_equal(loop_add_timer(l, 0, 0, count, &once, NULL, NULL), 0);
	assert_int_equal(loop_add_timer(l, 5, 5, count, &again, &again.watch, NULL), 0);
	assert_int_equal(loop_add_timer(l, 60, 0, count_and_stop, &end, NULL, NULL), 0);
	assert_int_equal(loop_run(l, NULL), 0);
	assert_true(clock_mono_us(&clock) - start >= 59000);
	assert_int_equal(once.calls, 1);
	assert_int_equal(end.calls, 1);
	assert_true(again.calls >= 1);
	again.calls = 0;
	assert_int_equal(loop_set_timer(l, again.watch, -1, 0, NULL), 0);
	assert_int_equal(loop_once(l, 20, NULL), 0);
	assert_int_equal(again.calls, 0);
	assert_int_equal(loop_set_timer(l, again.watch, 1, 0, NULL), 0);
	assert_int_equal(loop_once(l, 1000, NULL), 0);
	assert_int_equal(again.calls, 1);
}

static void signals_arrive_as_events(void **state UNUSED)
{
	struct loop *l CLEANUP(loop_cleanup) = new_loop();
	struct seen s = {.loop = l};

	assert_int_equal(loop_add_signal(l, SIGUSR1, count_and_stop, &s, NULL, NULL), 0);
	assert_int_equal(kill(getpid(), SIGUSR1), 0);
	assert_int_equal(loop_run(l, NULL), 0);
	assert_int_equal(s.events, SIGUSR1);
	assert_true(loop_add_signal(l, 9999, count, &s, NULL, NULL) < 0);
}

/* Whichever of two ready watches runs first removes both. */
static void remove_both(void *arg, uint32_t events)
{
	struct seen *s = arg;

	count(arg, events);
	loop_remove(s->loop, s->watch);
	loop_remove(s->loop, s->other);
}

static void a_watch_may_go_during_its_batch(void **state UNUSED)
{
	struct loop *l CLEANUP(loop_cleanup) = new_loop();
	struct seen s = {.loop = l};
	int a[2], b[2];

	assert_int_equal(pipe(a), 0);
	assert_int_equal(pipe(b), 0);
	assert_int_equal(write(a[1], "x", 1) + write(b[1], "x", 1), 2);
	assert_int_equal(loop_add_fd(l, a[0], EPOLLIN, remove_both, &s, &s.watch, NULL), 0);
	assert_int_equal(loop_add_fd(l, b[0], EPOLLIN, remove_both, &s, &s.other, NULL), 0);
	assert_int_equal(loop_once(l, 1000, NULL), 0);
	assert_int_equal(s.calls, 1);
	assert_int_equal(loop_once(l, 0, NULL), 0);
	assert_int_equal(s.calls, 1);
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
}

static void *wake_it(void *arg)
{
	usleep(10000);
	loop_wake(arg);
	return NULL;
}

static void another_thread_can_wake(void **state UNUSED)
{
	struct loop *l CLEANUP(loop_cleanup) = new_loop();
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, wake_it, l), 0);
	assert_int_equal(loop_once(l, 60000, NULL), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static void freeing_nothing(void **state UNUSED)
{
	loop_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptors_are_watched),
		cmocka_unit_test(a_bad_descriptor_is_an_error),
		cmocka_unit_test(timers_fire_once_or_again),
		cmocka_unit_test(signals_arrive_as_events),
		cmocka_unit_test(a_watch_may_go_during_its_batch),
		cmocka_unit_test(another_thread_can_wake),
		cmocka_unit_test(freeing_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
