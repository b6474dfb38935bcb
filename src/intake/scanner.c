/* One connection per question, as the scanner wants it. */
#include "intake/scanner.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "seal/hash.h"
#include "sys/proc.h"
#include "wire/msg.h"

#define WAIT_MS 500
#define PROBE_US INT64_C(3000000)

static int ask(struct intake *in, struct msg *question, int fd, int *ret_socket, struct err *err)
{
	char path[128];
	int sock CLEANUP(fd_close) = -1;
	int rc;

	snprintf(path, sizeof(path), "%s/scanner.sock", in->m->conf.run_dir);
	question->id = (uint64_t)in->task.attempt;
	rc = proc_connect(path, SOCK_SEQPACKET, &sock, err);
	if (rc == 0)
		rc = proc_set_timeouts(sock, WAIT_MS, WAIT_MS, err);
	if (rc == 0)
		rc = msg_send(sock, question, fd, err);
	if (rc == E_TIMEOUT)
		rc = err_set(err, E_UNAVAILABLE, "The scanner takes no requests.");
	if (rc == 0)
		*ret_socket = TAKE_FD(sock);
	return rc;
}

/* Waits at most for_us. When the scanner's process is replaced or dies, the connection ends. */
static int answer(struct intake *in, int sock, enum msg_type type, int64_t for_us, struct msg *ret,
	struct err *err)
{
	uint8_t room[MSG_MAX_SIZE];
	int64_t end = clock_mono_us(&in->m->clock) + for_us;
	int fd = -1;
	int rc;

	for (;;) {
		rc = intake_beat(in, err);
		if (rc < 0)
			return rc;
		rc = msg_recv(sock, room, ret, &fd, err);
		fd_close(&fd);
		if (rc != E_TIMEOUT)
			break;
		if (clock_mono_us(&in->m->clock) > end)
			return err_set(err, E_UNAVAILABLE, "The scanner does not answer.");
	}
	if (rc == 0 && (ret->type != type || ret->id != (uint64_t)in->task.attempt))
		rc = err_set(err, E_UNAVAILABLE, "The scanner answered something else.");
	return rc;
}

int scanner_probe(struct intake *in, struct err *err)
{
	struct msg m = {.type = MSG_TYPE_SCANNER_ASK};
	int sock CLEANUP(fd_close) = -1;
	int rc = ask(in, &m, -1, &sock, err);

	return rc < 0 ? rc : answer(in, sock, MSG_TYPE_SCANNER_STATUS, PROBE_US, &m, err);
}

static int verdict_of(const struct msg_scan_verdict *v, struct err *err)
{
	static const int verdicts[] = {E_FILE_INFECTED, E_FILE_TYPE, E_FILE_EMPTY,
		E_FILE_UNSCANNABLE, E_FILE_ENCRYPTED, E_ARCHIVE};

	if (v->code == 0)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
		if (v->code == -verdicts[i])
			return err_set(err, verdicts[i], "%s", v->detail);
	return err_set(err, E_IO, "The scanner could not read the file: %s", v->detail);
}

int scanner_begin(struct intake *in, const struct vault_loan *loan, uint64_t size,
	enum file_type type, int *ret_socket, struct err *err)
{
	struct msg m = {.type = MSG_TYPE_SCAN_REQUEST};
	int rc;

	m.scan_request.length = size;
	m.scan_request.file_type = (uint8_t)type;
	memcpy(m.scan_request.object, loan->id.b, sizeof(m.scan_request.object));
	memcpy(m.scan_request.key, loan->key.b, sizeof(m.scan_request.key));
	rc = ask(in, &m, loan->fd, ret_socket, err);
	hash_wipe(&m, sizeof(m));
	return rc;
}

int scanner_end(struct intake *in, int sock, struct err *err)
{
	struct msg m = {0};
	/* It has a limit of its own for a file, and may have others before it. */
	int64_t for_us = INT64_C(1000000) * (4 * in->m->conf.scanner_seconds + 10);
	int rc = answer(in, sock, MSG_TYPE_SCAN_VERDICT, for_us, &m, err);

	return rc < 0 ? rc : verdict_of(&m.scan_verdict, err);
}
