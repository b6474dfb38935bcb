/*
 * Messages: the layout byte by byte, every message there and back, and what a decoder must refuse.
 */
#include "wire/msg.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/unit.h"

static const enum msg_type types[] = {
#define MSG(NAME, name, type) MSG_TYPE_##NAME,
#define MSG_END(NAME, name)
#include "wire/msg_names.h"
};

static struct msg verdict(void)
{
	struct msg m = {.type = MSG_TYPE_SCAN_VERDICT, .id = 7};

	m.scan_verdict.code = 102;
	snprintf(m.scan_verdict.detail, sizeof(m.scan_verdict.detail), "Eicar \xc3\xa4");
	m.scan_verdict.elapsed_us = 5;
	return m;
}

static void layout_is_fixed(void **state UNUSED)
{
	static const uint8_t header[MSG_HEADER_SIZE] = {'R', 'C', 'N', '1', 1, 0, 2, 0, 0x00, 0x02,
		0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0};
	static uint8_t out[MSG_MAX_SIZE];
	struct msg m = verdict();
	size_t n = 0;

	assert_int_equal(msg_encode(&m, out, &n, NULL), 0);
	assert_int_equal(n, MSG_HEADER_SIZE + 2 + 2 + 500 + 8);
	assert_memory_equal(out, header, sizeof(header));
	assert_memory_equal(out + MSG_HEADER_SIZE, "\x66\0\x08\0Eicar \xc3\xa4\0\0", 14);
	assert_memory_equal(out + n - 8, "\x05\0\0\0\0\0\0\0", 8);
}

/* The least value of every field, so that all ranges are met. */
static struct msg filled(enum msg_type type)
{
	struct msg m = {.type = type, .id = UINT64_C(0x8877665544332211)};

	switch (type) {
#define MSG(NAME, name, t)                                                                         \
	case MSG_TYPE_##NAME: {                                                                    \
		struct msg_##name *p UNUSED = &m.name;
#define MSG_U8(f, min, max) p->f = min;
#define MSG_U16(f, min, max) p->f = min;
#define MSG_U32(f, min, max) p->f = min;
#define MSG_U64(f, min, max) p->f = max;
#define MSG_I64(f, min, max) p->f = max;
#define MSG_BYTES(f, n) memset(p->f, 0xa5, n);
#define MSG_TEXT(f, n) memset(p->f, 'x', n);
#define MSG_TAIL(f, n) p->f = SV("tail\0\xff");
#define MSG_END(NAME, name)                                                                        \
	break;                                                                                     \
	}
#include "wire/msg_fields.h"
	}
	return m;
}

static void every_message_there_and_back(void **state UNUSED)
{
	static uint8_t out[MSG_MAX_SIZE], again[MSG_MAX_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const char *label = msg_name(types[i]);
		struct msg m = filled(types[i]), back;
		struct err err = {0};
		size_t n = 0, n2 = 0;

		CHECK_INT(label, msg_encode(&m, out, &n, &err), 0);
		CHECK_INT(label, msg_decode(out, n, &back, &err), 0);
		CHECK(label, back.type == m.type && back.id == m.id);
		CHECK_INT(label, msg_encode(&back, again, &n2, &err), 0);
		CHECK(label, n == n2 && memcmp(out, again, n) == 0);
	}
	assert_string_equal(msg_name((enum msg_type)9999), "unknown");
}

static void no_prefix_is_a_message(void **state UNUSED)
{
	static uint8_t out[MSG_MAX_SIZE];
	struct msg m = verdict(), back;
	size_t n = 0;

	assert_int_equal(msg_encode(&m, out, &n, NULL), 0);
	for (size_t cut = 0; cut < n; cut++) {
		uint8_t *copy = malloc(cut + 1);

		assert_non_null(copy);
		memcpy(copy, out, cut);
		assert_int_equal(msg_decode(copy, cut, &back, NULL), E_INVALID);
		free(copy);
	}
}

static void damaged_messages_are_refused(void **state UNUSED)
{
	static const struct {
		const char *label;
		size_t at;
		uint8_t value;
	} cases[] = {
		{"magic", 0, 'X'},
		{"version", 4, 2},
		{"type", 6, 200},
		{"length", 8, 1},
		{"reserved", 12, 1},
		{"code over 999", MSG_HEADER_SIZE + 1, 0xff},
		{"text longer than its room", MSG_HEADER_SIZE + 3, 0x7f},
		{"text with a NUL", MSG_HEADER_SIZE + 5, 0},
		{"text not UTF-8", MSG_HEADER_SIZE + 5, 0xff},
		{"padding not zero", MSG_HEADER_SIZE + 400, 1},
		{"number over its maximum", MSG_HEADER_SIZE + 2 + 2 + 500 + 7, 0x80},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		static uint8_t out[MSG_MAX_SIZE];
		struct msg m = verdict(), back;
		size_t n = 0;

		assert_int_equal(msg_encode(&m, out, &n, NULL), 0);
		CHECK(cases[i].label, out[cases[i].at] != cases[i].value);
		out[cases[i].at] = cases[i].value;
		CHECK_INT(cases[i].label, msg_decode(out, n, &back, NULL), E_INVALID);
	}
}

static void length_must_fit_the_type(void **state UNUSED)
{
	static uint8_t out[MSG_MAX_SIZE];
	struct msg m = {.type = MSG_TYPE_SCANNER_ASK}, back;
	struct err err = {0};
	size_t n = 0;

	assert_int_equal(msg_encode(&m, out, &n, NULL), 0);
	out[8] = 1;
	assert_int_equal(msg_decode(out, n + 1, &back, &err), E_INVALID);
	assert_non_null(strstr(err.detail, "too long"));
}

static void senders_are_checked(void **state UNUSED)
{
	static uint8_t out[MSG_MAX_SIZE];
	static char big[MSG_MAX_SIZE];
	struct msg m = verdict();
	struct err err = {0};
	size_t n = 4711;

	m.scan_verdict.code = 1000;
	assert_int_equal(msg_encode(&m, out, &n, &err), E_INVALID);
	assert_non_null(strstr(err.detail, "code"));
	m = (struct msg){.type = (enum msg_type)9999};
	assert_int_equal(msg_encode(&m, out, &n, &err), E_INVALID);
	m = filled(MSG_TYPE_READ_DATA);
	m.read_data.data = sv_from(big, 60001);
	assert_int_equal(msg_encode(&m, out, &n, &err), E_INVALID);
	m = filled(MSG_TYPE_SCANNER_STATUS);
	m.scanner_status.database_time = -1;
	assert_int_equal(msg_encode(&m, out, &n, &err), E_INVALID);
	assert_int_equal(n, 4711);
}

static void cut_text_loses_the_half_character(void **state UNUSED)
{
	static uint8_t out[MSG_MAX_SIZE];
	struct msg m = {.type = MSG_TYPE_SCAN_VERDICT}, back;
	size_t n = 0;

	memset(m.scan_verdict.detail, 'a', 499);
	m.scan_verdict.detail[499] = '\xc3';
	assert_int_equal(msg_encode(&m, out, &n, NULL), 0);
	assert_int_equal(msg_decode(out, n, &back, NULL), 0);
	assert_int_equal(strlen(back.scan_verdict.detail), 499);
}

static void over_a_socket(void **state UNUSED)
{
	static uint8_t room[MSG_MAX_SIZE];
	int fds[2], sent, fd = -1;
	struct msg m = verdict(), back;
	struct err err = {0};

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	sent = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(msg_send(fds[0], &m, sent, &err), 0);
	assert_int_equal(msg_recv(fds[1], room, &back, &fd, &err), 0);
	assert_true(fd >= 0);
	assert_string_equal(back.scan_verdict.detail, m.scan_verdict.detail);
	close(fd);
	assert_int_equal(write(fds[0], "junk", 4), 4);
	fd = 4711;
	assert_int_equal(msg_recv(fds[1], room, &back, &fd, &err), E_INVALID);
	assert_int_equal(fd, 4711);
	m.scan_verdict.code = 1000;
	assert_int_equal(msg_send(fds[0], &m, -1, &err), E_INVALID);
	close(fds[0]);
	assert_int_equal(msg_recv(fds[1], room, &back, &fd, &err), E_UNAVAILABLE);
	close(fds[1]);
	close(sent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout_is_fixed),
		cmocka_unit_test(every_message_there_and_back),
		cmocka_unit_test(no_prefix_is_a_message),
		cmocka_unit_test(damaged_messages_are_refused),
		cmocka_unit_test(length_must_fit_the_type),
		cmocka_unit_test(senders_are_checked),
		cmocka_unit_test(cut_text_loses_the_half_character),
		cmocka_unit_test(over_a_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
