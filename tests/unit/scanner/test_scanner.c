/*
 * The real recon-scanner: started with a signature database of one line, asked over its socket for
 * verdicts on encrypted files, and disturbed: children killed and stopped, the zygote killed,
 * signatures replaced, garbage sent. Nothing but an explicit verdict may ever mean "clean".
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "place.h"
#include "domain/file_type.h"
#include "sys/fdpass.h"
#include "sys/proc.h"
#include "vault/keys.h"
#include "vault/vault.h"
#include "wire/msg.h"

#define MAX_BYTES (110u << 20)
#define SCAN_SECONDS 6

static struct vault *vault;
static pid_t scanner;

/* An object of n bytes of rows with a text at its end, and its loan. */
static struct vault_loan lend_rows(size_t n, const char *end)
{
	static const char row[] = "2026-03-04,ACME GmbH,-12.30,EUR\n";
	struct vault_writer *w CLEANUP(vault_writer_free) = NULL;
	struct vault_object object;
	struct vault_loan loan;
	char block[(sizeof(row) - 1) * 2048];

	for (size_t i = 0; i < 2048; i++)
		memcpy(block + i * (sizeof(row) - 1), row, sizeof(row) - 1);
	assert_int_equal(vault_create(vault, &w, NULL), 0);
	for (size_t done = 0; done < n; done += MIN(n - done, sizeof(block)))
		assert_int_equal(vault_write(w, block, MIN(n - done, sizeof(block)), NULL), 0);
	assert_int_equal(vault_write(w, end, strlen(end), NULL), 0);
	assert_int_equal(vault_commit(w, &object, NULL), 0);
	assert_int_equal(vault_lend(vault, &object, &loan, NULL), 0);
	assert_int_equal(vault_remove(vault, &object.id, NULL), 0); /* the descriptor keeps it */
	return loan;
}

static int connect_scanner(void)
{
	int fd = -1;

	for (int i = 0; i < 200; i++) {
		if (proc_connect(place_at("run/scanner.sock"), SOCK_SEQPACKET, &fd, NULL) == 0) {
			assert_int_equal(proc_set_timeouts(fd, 90000, 5000, NULL), 0);
			return fd;
		}
		pause_ms(50);
	}
	fail_msg("nobody listens");
	return -1;
}

static int send_loan(const struct vault_loan *loan, enum file_type type)
{
	int fd = connect_scanner();
	struct msg m = {.type = MSG_TYPE_SCAN_REQUEST, .id = 4711};
	uint64_t length = 0;

	assert_int_equal(aead_file_plain_size(loan->sealed_size, &length, NULL), 0);
	m.scan_request.length = length;
	memcpy(m.scan_request.object, loan->id.b, 16);
	memcpy(m.scan_request.key, loan->key.b, 32);
	m.scan_request.file_type = (uint8_t)type;
	assert_int_equal(msg_send(fd, &m, loan->fd, NULL), 0);
	return fd;
}

/* The verdict's code, or E_UNAVAILABLE when the connection ended without one. */
static int receive_verdict(int fd, char detail[512])
{
	uint8_t room[MSG_MAX_SIZE];
	struct msg m;
	int passed = -1;
	int rc = msg_recv(fd, room, &m, &passed, NULL);

	close(fd);
	assert_int_equal(passed, -1);
	if (rc < 0)
		return rc;
	assert_int_equal(m.type, MSG_TYPE_SCAN_VERDICT);
	assert_int_equal(m.id, 4711);
	snprintf(detail, 512, "%s", m.scan_verdict.detail);
	return -(int)m.scan_verdict.code;
}

static int verdict_on(size_t n, const char *end, char detail[512])
{
	struct vault_loan loan CLEANUP(vault_loan_end) = lend_rows(n, end);

	return receive_verdict(send_loan(&loan, FILE_TYPE_CSV), detail);
}

static void test_verdicts(void **state)
{
	char detail[512];

	(void)state;
	assert_int_equal(verdict_on(1000, "", detail), 0);
	assert_string_equal(detail, "");
	assert_int_equal(verdict_on(0, eicar(), detail), E_FILE_INFECTED);
	assert_non_null(strstr(detail, "Recon-Test-Eicar"));
	assert_int_equal(verdict_on(0, "\177ELF\001\001\001", detail), E_FILE_TYPE);
	assert_int_equal(verdict_on(MAX_BYTES - 68, eicar(), detail), E_FILE_INFECTED);
	assert_int_equal(verdict_on(MAX_BYTES, "", detail), 0);
}

static void test_other_type_or_key(void **state)
{
	struct vault_loan loan CLEANUP(vault_loan_end) = lend_rows(100, "");
	char detail[512];

	(void)state;
	assert_int_equal(receive_verdict(send_loan(&loan, FILE_TYPE_NONE), detail), E_FILE_TYPE);
	assert_int_equal(receive_verdict(send_loan(&loan, FILE_TYPE_END), detail), E_FILE_TYPE);
	loan.key.b[0] ^= 1;
	assert_int_equal(receive_verdict(send_loan(&loan, FILE_TYPE_CSV), detail), E_CORRUPT);
	loan.key.b[0] ^= 1;
	loan.id.b[0] ^= 1;
	assert_int_equal(receive_verdict(send_loan(&loan, FILE_TYPE_CSV), detail), E_CORRUPT);
	loan.id.b[0] ^= 1;
	loan.sealed_size -= 1;
	assert_int_equal(receive_verdict(send_loan(&loan, FILE_TYPE_CSV), detail), E_CORRUPT);
	loan.sealed_size += 2;
	assert_int_equal(receive_verdict(send_loan(&loan, FILE_TYPE_CSV), detail), E_CORRUPT);
}

/* What is no request ends its connection and nothing else. */
static void test_garbage(void **state)
{
	struct vault_loan loan CLEANUP(vault_loan_end) = lend_rows(100, "");
	char detail[512];
	int fd;

	(void)state;
	fd = connect_scanner();
	assert_int_equal(fdpass_send(fd, "garbage", 7, -1, NULL), 0);
	assert_int_equal(receive_verdict(fd, detail), E_UNAVAILABLE);
	fd = connect_scanner();
	close(fd); /* says nothing */
	fd = dup(loan.fd);
	close(loan.fd);
	loan.fd = -1; /* a request without its file */
	assert_int_equal(receive_verdict(send_loan(&loan, FILE_TYPE_CSV), detail), E_UNAVAILABLE);
	loan.fd = fd;
	loan.sealed_size = aead_file_sealed_size(MAX_BYTES + 1); /* over the limit */
	assert_int_equal(receive_verdict(send_loan(&loan, FILE_TYPE_CSV), detail), E_UNAVAILABLE);
	assert_int_equal(verdict_on(1000, "", detail), 0);
}

static void test_status(void **state)
{
	int fd = connect_scanner();
	struct msg m = {.type = MSG_TYPE_SCANNER_ASK, .id = 9};
	uint8_t room[MSG_MAX_SIZE];
	int passed = -1;

	(void)state;
	assert_int_equal(msg_send(fd, &m, -1, NULL), 0);
	assert_int_equal(msg_recv(fd, room, &m, &passed, NULL), 0);
	assert_int_equal(m.type, MSG_TYPE_SCANNER_STATUS);
	assert_int_equal(m.id, 9);
	assert_true(m.scanner_status.signatures >= 1);
	assert_true(m.scanner_status.database_time > 0);
	close(fd);
}

/* Sends a large file and does something to the child that scans it; its verdict. */
static int disturb(int signo, char detail[512])
{
	struct vault_loan loan CLEANUP(vault_loan_end) = lend_rows(MAX_BYTES - 100, "");

	for (int tries = 0; tries < 20; tries++) {
		int fd = send_loan(&loan, FILE_TYPE_CSV);
		pid_t zygote = child_of(scanner), child = 0;
		int code;

		for (int i = 0; i < 1000 && !child; i++)
			child = child_of(zygote);
		if (child)
			kill(child, signo);
		code = receive_verdict(fd, detail);
		if (code != 0)
			return code;
	}
	fail_msg("no child was hit");
	return 0;
}

static void test_a_crash_costs_only_its_file(void **state)
{
	char detail[512];

	(void)state;
	assert_int_equal(disturb(SIGKILL, detail), E_FILE_UNSCANNABLE);
	assert_non_null(strstr(detail, "crashed"));
	assert_int_equal(disturb(SIGSEGV, detail), E_FILE_UNSCANNABLE);
	assert_int_equal(verdict_on(1000, "", detail), 0);
}

static void test_a_hang_costs_only_its_file(void **state)
{
	char detail[512];

	(void)state;
	assert_int_equal(disturb(SIGSTOP, detail), E_FILE_UNSCANNABLE);
	assert_non_null(strstr(detail, "too long"));
	assert_int_equal(verdict_on(1000, "", detail), 0);
}

/* A dead zygote is replaced; clients meanwhile wait in the backlog or are turned away. */
static void test_a_dead_zygote_is_replaced(void **state)
{
	char detail[512];
	pid_t zygote = child_of(scanner);

	(void)state;
	assert_true(zygote > 0);
	kill(zygote, SIGKILL);
	assert_int_equal(verdict_on(1000, "", detail), 0);
	assert_int_not_equal(child_of(scanner), zygote);
}

static void test_new_signatures(void **state)
{
	char detail[512];
	int code = 0;

	(void)state;
	assert_int_equal(verdict_on(100, "harmless-until-told-otherwise", detail), 0);
	place_write(
		"sigs/more.ndb", "Recon-Test-More:0:*:6861726d6c6573732d756e74696c2d746f6c64\n");
	kill(scanner, SIGHUP);
	for (int i = 0; i < 1000 && code == 0; i++) {
		code = verdict_on(100, "harmless-until-told-otherwise", detail);
		pause_ms(20);
	}
	assert_int_equal(code, E_FILE_INFECTED);
	assert_non_null(strstr(detail, "Recon-Test-More"));
	assert_int_equal(verdict_on(100, eicar(), detail), E_FILE_INFECTED);
}

/* Damaged signatures: the new zygote does not come to work, the old one stays. */
static void test_damaged_signatures_change_nothing(void **state)
{
	char detail[512];

	(void)state;
	place_write("sigs/bad.ndb", "no signature\n");
	kill(scanner, SIGHUP);
	pause_ms(300);
	assert_int_equal(verdict_on(100, eicar(), detail), E_FILE_INFECTED);
	unlink(place_at("sigs/bad.ndb"));
}

static void test_ends_in_order(void **state)
{
	int status;

	(void)state;
	status = program_end(scanner, SIGTERM);
	scanner = 0;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(place_is_empty("tmp"));
}

static int setup(void **state)
{
	static const char *const folders[] = {"run", "metrics", "tmp", "sigs", "vault"};
	struct vault_config config;
	char text[1024];

	(void)state;
	place_begin("scanner");
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		place_folder(folders[i]);
	snprintf(text, sizeof(text),
		"run.dir = %s\nmetrics.dir = %s\nscanner.temp_dir = %s\n"
		"scanner.database_dir = %s\nupload.max_bytes = %u\nscanner.seconds = %d\n",
		place_at("run"), place_at("metrics"), place_at("tmp"), place_at("sigs"), MAX_BYTES,
		SCAN_SECONDS);
	place_write("conf", text);
	place_folder("tmp/recon-scanner-2147483646"); /* of a process that cannot live */
	place_write("tmp/recon-scanner-2147483646/left", "behind");
	if (symlink(TEST_DATA "/clamav/eicar.ndb", place_at("sigs/eicar.ndb")) < 0)
		return -1;
	config = (struct vault_config){.location = place_at("vault"),
		.public_key_file = place_at("pub"), .private_key_file = place_at("key")};
	if (vault_keys_generate(place_at("pub"), place_at("key"), NULL) < 0 ||
		vault_open(&config, &vault, NULL) < 0)
		return -1;
	scanner = program_start(RECON_SCANNER, place_at("conf"));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (scanner > 0)
		program_end(scanner, SIGKILL);
	vault_close(&vault);
	place_end();
	return 0;
}

/* It is lent files: it has nothing that could reach a network or a database. */
static void test_no_way_out_is_linked(void **state)
{
	static const char *const libraries[] = {"libcurl", "libpq", "libhiredis", "libfcgi"};
	char path[64], line[512];

	(void)state;
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)scanner);
	FILE *maps = fopen(path, "r");
	assert_non_null(maps);
	bool clamav = false;
	while (fgets(line, sizeof(line), maps)) {
		clamav = clamav || strstr(line, "libclamav");
		for (size_t i = 0; i < ARRAY_LEN(libraries); i++)
			assert_null(strstr(line, libraries[i]));
	}
	fclose(maps);
	assert_true(clamav);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_no_way_out_is_linked),
		cmocka_unit_test(test_other_type_or_key),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_a_crash_costs_only_its_file),
		cmocka_unit_test(test_a_hang_costs_only_its_file),
		cmocka_unit_test(test_a_dead_zygote_is_replaced),
		cmocka_unit_test(test_new_signatures),
		cmocka_unit_test(test_damaged_signatures_change_nothing),
		cmocka_unit_test(test_ends_in_order),
	};

	proc_init();
	return cmocka_run_group_tests(tests, setup, teardown);
}
