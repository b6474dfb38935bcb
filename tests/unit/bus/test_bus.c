/*
 * Redis, against a private server on a unix socket; without the server's binary only what can be
 * seen without one is tested.
 */
#include "bus/bus.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "sys/proc.h"
#include "unit/unit.h"

static struct {
	char dir[64];
	char socket[96];
	pid_t server;
} test;

static int64_t fake_now;
static int fake_reads;

static int64_t fake_clock(void *ctx UNUSED)
{
	fake_reads++;
	return fake_now;
}

static struct bus *new_bus(void)
{
	struct bus *b = bus_new(&(struct bus_options){
		.socket = test.socket, .timeout_ms = 2000, .clock = clock_system()});

	assert_non_null(b);
	return b;
}

static void start_server(void)
{
	test.server = fork();
	assert_true(test.server >= 0);
	if (test.server == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDOUT_FILENO);
		execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", test.socket,
			"--save", "", "--appendonly", "no", "--dir", test.dir, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 500; i++) {
		struct bus *b CLEANUP(bus_cleanup) = new_bus();

		if (bus_ping(b))
			return;
		usleep(10000);
	}
	fail_msg("redis-server did not start");
}

static void stop_server(void)
{
	kill(test.server, SIGKILL);
	waitpid(test.server, NULL, 0);
	test.server = 0;
	unlink(test.socket);
}

static bool have_server(void)
{
	static const char *const places[] = {
		"/usr/bin/redis-server", "/usr/local/bin/redis-server"};

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (access(places[i], X_OK) == 0)
			return true;
	return false;
}

#define NEED_SERVER()                                                                              \
	do {                                                                                       \
		if (!test.server) {                                                                \
			fprintf(stderr, "# skipped: redis-server is not installed\n");             \
			skip();                                                                    \
		}                                                                                  \
	} while (0)

static int set_up(void **state UNUSED)
{
	snprintf(test.dir, sizeof(test.dir), "/tmp/test-bus-XXXXXX");
	if (!mkdtemp(test.dir))
		return -1;
	snprintf(test.socket, sizeof(test.socket), "%s/redis.sock", test.dir);
	if (have_server())
		start_server();
	return 0;
}

static int tear_down(void **state UNUSED)
{
	if (test.server)
		stop_server();
	return rmdir(test.dir);
}

static void commands_and_kinds_of_answers(void **state UNUSED)
{
	struct bus *b CLEANUP(bus_cleanup) = new_bus();
	struct redisReply *reply = NULL;
	struct err err = {0};

	NEED_SERVER();
	assert_int_equal(BUS_COMMAND(b, &reply, &err, SV("SET"), SV("k"), sv_from("a\0b", 3)), 0);
	assert_true(sv_eq(bus_text(reply), SV("OK")));
	bus_reply_cleanup(&reply);
	assert_int_equal(BUS_COMMAND(b, &reply, &err, SV("GET"), SV("k")), 0);
	assert_int_equal(bus_kind(reply), BUS_TEXT);
	assert_true(sv_eq(bus_text(reply), sv_from("a\0b", 3)));
	assert_int_equal(bus_int(reply), 0);
	bus_reply_cleanup(&reply);
	assert_int_equal(BUS_COMMAND(b, &reply, &err, SV("GET"), SV("none")), 0);
	assert_int_equal(bus_kind(reply), BUS_NIL);
	assert_null(bus_text(reply).p);
	bus_reply_cleanup(&reply);
	assert_int_equal(BUS_COMMAND(b, &reply, &err, SV("SET"), SV("empty"), SV_NULL), 0);
	bus_reply_cleanup(&reply);
	assert_int_equal(BUS_COMMAND(b, &reply, &err, SV("INCRBY"), SV("n"), SV("41")), 0);
	assert_int_equal(bus_int(reply), 41);
	assert_int_equal(bus_count(reply), 0);
	bus_reply_cleanup(&reply);
	assert_int_equal(
		BUS_COMMAND(b, &reply, &err, SV("MGET"), SV("k"), SV("none"), SV("empty")), 0);
	assert_int_equal(bus_count(reply), 3);
	assert_int_equal(bus_kind(bus_at(reply, 1)), BUS_NIL);
	assert_int_equal(bus_text(bus_at(reply, 2)).n, 0);
	bus_reply_cleanup(&reply);
}

static void pipelines_answer_in_order(void **state UNUSED)
{
	struct bus *b CLEANUP(bus_cleanup) = new_bus();
	struct redisReply *reply = NULL;
	struct err err = {0};

	NEED_SERVER();
	BUS_APPEND(b, SV("DEL"), SV("p"));
	BUS_APPEND(b, SV("NOSUCHCOMMAND"));
	BUS_APPEND(b, SV("INCR"), SV("p"));
	assert_int_equal(bus_receive(b, &reply, &err), 0);
	bus_reply_cleanup(&reply);
	assert_int_equal(bus_receive(b, &reply, &err), E_INTERNAL);
	assert_null(reply);
	assert_non_null(strstr(err.detail, "NOSUCHCOMMAND"));
	assert_int_equal(bus_receive(b, &reply, &err), 0);
	assert_int_equal(bus_int(reply), 1);
	bus_reply_cleanup(&reply);
	assert_int_equal(bus_receive(b, &reply, &err), E_INTERNAL);
}

static void large_values_pass(void **state UNUSED)
{
	struct bus *b CLEANUP(bus_cleanup) = new_bus();
	struct redisReply *reply CLEANUP(bus_reply_cleanup) = NULL;
	size_t n = 8 << 20;
	char *big CLEANUP(free_ptr) = malloc(n);

	NEED_SERVER();
	assert_non_null(big);
	memset(big, 'x', n);
	assert_int_equal(BUS_COMMAND(b, &reply, NULL, SV("ECHO"), sv_from(big, n)), 0);
	assert_int_equal(bus_text(reply).n, n);
	assert_memory_equal(bus_text(reply).p, big, n);
}

static void too_many_words_are_not_sent(void **state UNUSED)
{
	struct bus *b CLEANUP(bus_cleanup) = new_bus();
	struct redisReply *reply = NULL;
	struct sv words[65];

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		words[i] = SV("x");
	assert_int_equal(bus_command(b, words, ARRAY_LEN(words), &reply, NULL), E_UNAVAILABLE);
}

static void wakes_go_to_the_kind_that_waits(void **state UNUSED)
{
	static const char *const kinds[] = {"scan", "read"};
	struct bus *b CLEANUP(bus_cleanup) = new_bus(), *other CLEANUP(bus_cleanup) = new_bus();
	struct err err = {0};
	int kind = 99;

	NEED_SERVER();
	assert_int_equal(bus_wake(other, "match", &err), 0);
	assert_int_equal(bus_wake(other, "read", &err), 0);
	assert_int_equal(bus_wait(b, kinds, 2, 2000, -1, &kind, &err), 0);
	assert_int_equal(kind, 1);
	assert_int_equal(bus_wait(b, kinds, 2, 150, -1, &kind, &err), 0);
	assert_int_equal(kind, -1);
}

static void wakes_are_capped(void **state UNUSED)
{
	struct bus *b CLEANUP(bus_cleanup) = new_bus();
	struct redisReply *reply CLEANUP(bus_reply_cleanup) = NULL;

	NEED_SERVER();
	for (int i = 0; i < 200; i++)
		assert_int_equal(bus_wake(b, "nobody", NULL), 0);
	assert_int_equal(BUS_COMMAND(b, &reply, NULL, SV("LLEN"), SV("wake:nobody")), 0);
	assert_in_range(bus_int(reply), 1, 100);
}

static void an_interrupt_ends_waiting_but_not_the_wake(void **state UNUSED)
{
	static const char *const kinds[] = {"export"};
	struct bus *b CLEANUP(bus_cleanup) = new_bus(), *other CLEANUP(bus_cleanup) = new_bus();
	int pipes[2], kind = 99;
	char c;

	NEED_SERVER();
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "x", 1), 1);
	assert_int_equal(bus_wait(b, kinds, 1, 60000, pipes[0], &kind, NULL), 0);
	assert_int_equal(kind, -1);
	assert_int_equal(read(pipes[0], &c, 1), 1);
	assert_int_equal(bus_wake(other, "export", NULL), 0);
	assert_int_equal(bus_wait(b, kinds, 1, 2000, pipes[0], &kind, NULL), 0);
	assert_int_equal(kind, 0);
	/* and a command in the middle of waiting gets its own answer */
	assert_int_equal(write(pipes[1], "x", 1), 1);
	assert_int_equal(bus_wait(b, kinds, 1, 60000, pipes[0], &kind, NULL), 0);
	assert_true(bus_ping(b));
	close(pipes[0]);
	close(pipes[1]);
}

static void a_lost_server_is_found_again(void **state UNUSED)
{
	struct metrics *metrics = metrics_new("test");
	struct bus *b CLEANUP(bus_cleanup) = bus_new(&(struct bus_options){.socket = test.socket,
		.timeout_ms = 2000,
		.clock = {fake_clock, fake_clock, NULL},
		.metrics = metrics});
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct redisReply *reply = NULL;
	struct err err = {0};

	NEED_SERVER();
	fake_now = 1000000000;
	assert_true(bus_ping(b));
	BUS_APPEND(b, SV("PING"));
	BUS_APPEND(b, SV("PING"));
	stop_server();
	assert_int_equal(bus_receive(b, &reply, &err), E_UNAVAILABLE);
	assert_int_equal(bus_receive(b, &reply, &err), E_UNAVAILABLE);
	start_server();
	assert_false(bus_ping(b)); /* the back-off is not over */
	fake_now += 100000;
	assert_true(bus_ping(b));
	metrics_print(metrics, &text);
	assert_non_null(
		strstr(buf_cstr(&text), "recon_bus_reconnects_total{program=\"test\",pid="));
	metrics_free(metrics);
}

static void back_off_doubles_up_to_five_seconds(void **state UNUSED)
{
	static const int64_t waits[] = {
		100000, 200000, 400000, 800000, 1600000, 3200000, 5000000, 5000000};
	char path[128];
	struct bus *b CLEANUP(bus_cleanup) = NULL;

	snprintf(path, sizeof(path), "%s/none.sock", test.dir);
	b = bus_new(&(struct bus_options){
		.socket = path, .timeout_ms = 100, .clock = {fake_clock, fake_clock, NULL}});
	assert_non_null(b);
	fake_now = 1;
	assert_false(bus_ping(b));
	for (size_t i = 0; i < ARRAY_LEN(waits); i++) {
		fake_now += waits[i] - 1;
		fake_reads = 0;
		assert_false(bus_ping(b));
		assert_int_equal(fake_reads, 1); /* too early: it looked at the clock, no more */
		fake_now += 1;
		fake_reads = 0;
		assert_false(bus_ping(b));
		assert_int_equal(
			fake_reads, 2); /* it tried, and set the time of the next attempt */
	}
}

static void without_a_server_waiting_takes_its_time(void **state UNUSED)
{
	static const char *const kinds[] = {"scan"};
	char path[128];
	struct bus *b CLEANUP(bus_cleanup) = NULL;
	struct clock clock = clock_system();
	int64_t start = clock_mono_us(&clock);
	struct err err = {0};
	int kind = 99, pipes[2];

	snprintf(path, sizeof(path), "%s/none.sock", test.dir);
	b = bus_new(&(struct bus_options){.socket = path, .timeout_ms = 100, .clock = clock});
	assert_non_null(b);
	assert_int_equal(bus_wait(b, kinds, 1, 80, -1, &kind, &err), E_UNAVAILABLE);
	assert_int_equal(kind, -1);
	assert_true(clock_mono_us(&clock) - start >= 79000);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "x", 1), 1);
	assert_int_equal(bus_wait(b, kinds, 1, 600000, pipes[0], &kind, &err), E_UNAVAILABLE);
	close(pipes[0]);
	close(pipes[1]);
	assert_int_equal(bus_wake(b, "scan", &err), E_UNAVAILABLE);
}

static void a_silent_server_is_given_up(void **state UNUSED)
{
	struct bus *b CLEANUP(bus_cleanup) = bus_new(&(struct bus_options){
		.socket = test.socket, .timeout_ms = 100, .clock = clock_system()});
	struct redisReply *reply = NULL;
	struct err err = {0};

	NEED_SERVER();
	assert_true(bus_ping(b));
	kill(test.server, SIGSTOP);
	assert_int_equal(BUS_COMMAND(b, &reply, &err, SV("PING")), E_UNAVAILABLE);
	kill(test.server, SIGCONT);
	assert_non_null(strstr(err.detail, "in time"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_and_kinds_of_answers),
		cmocka_unit_test(pipelines_answer_in_order),
		cmocka_unit_test(large_values_pass),
		cmocka_unit_test(too_many_words_are_not_sent),
		cmocka_unit_test(wakes_go_to_the_kind_that_waits),
		cmocka_unit_test(wakes_are_capped),
		cmocka_unit_test(an_interrupt_ends_waiting_but_not_the_wake),
		cmocka_unit_test(a_lost_server_is_found_again),
		cmocka_unit_test(back_off_doubles_up_to_five_seconds),
		cmocka_unit_test(without_a_server_waiting_takes_its_time),
		cmocka_unit_test(a_silent_server_is_given_up),
	};

	proc_init();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
