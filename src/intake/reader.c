/* The reader and its children; what a child does is at the end of the file. */
#include "intake/reader.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/utf8.h"
#include "intake/read_limits.h"
#include "read/preview.h"
#include "read/read.h"
#include "read/repair.h"
#include "seal/hash.h"
#include "seal/seal.h"
#include "sys/fdpass.h"
#include "sys/proc.h"
#include "sys/sandbox.h"
#include "vault/vault.h"
#include "wire/msg.h"

#define ARENA_MAX (64u << 20)
#define PROPOSAL_MAX (1u << 20)
#define STATEMENTS_JSON_MAX (8u << 20)
#define DATA_MAX 60000

static _Noreturn void child_main(const struct conf *conf, int sock);

static _Noreturn void reader_main(const struct conf *conf, int control)
{
	signal(SIGCHLD, SIG_IGN); /* children are not waited for: their sockets tell */
	signal(SIGTERM,
		SIG_IGN); /* a service manager tells all; the worker finishes, then closes */
	seal_init();
	for (;;) {
		char word;
		size_t n = 0;
		pid_t pid = -1;
		int sock = -1, pidfd = -1;
		int rc = fdpass_recv(control, &word, 1, &n, &sock, NULL);

		if (rc < 0)
			proc_exit(rc == E_UNAVAILABLE ? EXIT_SUCCESS : EXIT_FAILURE);
		if (sock >= 0 && proc_fork(&pid, &pidfd, NULL) == 0 && pid == 0)
			child_main(conf, sock);
		fd_close(&sock);
		fd_close(&pidfd);
	}
}

int reader_start(const struct conf *conf, int *ret_reader, struct err *err)
{
	int ends[2];
	pid_t pid;
	int pidfd = -1;
	int rc;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_set_errno(err, errno, "The reader's socket");
	rc = proc_fork(&pid, &pidfd, err);
	if (rc == 0 && pid == 0) {
		proc_keep_fds(&ends[1], 1);
		reader_main(conf, ends[1]);
	}
	fd_close(&ends[1]);
	fd_close(&pidfd);
	if (rc < 0) {
		fd_close(&ends[0]);
		return rc;
	}
	*ret_reader = ends[0];
	return 0;
}

int reader_open(int reader, int *ret_child, struct err *err)
{
	int ends[2];
	int rc;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_set_errno(err, errno, "A reader's socket");
	rc = fdpass_send(reader, "c", 1, ends[1], err);
	fd_close(&ends[1]);
	if (rc < 0) {
		fd_close(&ends[0]);
		return rc;
	}
	*ret_child = ends[0];
	return 0;
}

/* --- the child -------------------------------------------------------------------------------- */

struct child {
	int sock;
	uint64_t id;
	struct msg_read_request request; /* its tail points into room */
	uint8_t room[MSG_MAX_SIZE];
	struct vault_reader *file;
	/* Output on its way. */
	enum msg_output output;
	uint64_t sent;
	size_t pending;
	uint8_t data[DATA_MAX];
};

static int child_receive(struct child *c, struct vault_loan *loan, struct err *err)
{
	struct msg m;
	int rc = msg_recv(c->sock, c->room, &m, &loan->fd, err);

	if (rc == 0 && (m.type != MSG_TYPE_READ_REQUEST || loan->fd < 0))
		rc = err_set(err, E_INVALID, "A reader expects a request and a file.");
	if (rc < 0)
		return rc;
	c->id = m.id;
	c->request = m.read_request;
	memcpy(loan->id.b, m.read_request.object, sizeof(loan->id.b));
	memcpy(loan->key.b, m.read_request.key, sizeof(loan->key.b));
	loan->sealed_size = aead_file_sealed_size(m.read_request.length);
	hash_wipe(m.read_request.key, sizeof(m.read_request.key));
	return 0;
}

/* After the request, which comes from the parent, and before the first byte of the file. */
static int child_confine(const struct conf *conf, const struct msg_read_request *r, struct err *err)
{
	struct read_limits limits = read_limits(conf, sv_from_cstr(r->name), r->length);
	struct sandbox_spec spec = {
		.groups = SANDBOX_MESSAGES,
		.memory_bytes = limits.memory_bytes,
		.cpu_seconds = limits.seconds,
		.file_bytes = 1,
		.open_files = 16,
	};
	struct sandbox_report report;

	alarm((unsigned)limits.seconds); /* its default ends the process */
	return sandbox_enter(&spec, &report, err);
}

static int data_flush(struct child *c, struct err *err)
{
	struct msg m = {.type = MSG_TYPE_READ_DATA, .id = c->id};
	int rc;

	if (c->pending == 0)
		return 0;
	m.read_data.output = (uint8_t)c->output;
	m.read_data.offset = c->sent;
	m.read_data.data = sv_from((const char *)c->data, c->pending);
	rc = msg_send(c->sock, &m, -1, err);
	c->sent += c->pending;
	c->pending = 0;
	return rc;
}

static int data_write(void *ctx, const void *p, size_t n, struct err *err)
{
	struct child *c = ctx;
	const char *at = p;

	while (n > 0) {
		size_t part = MIN(n, sizeof(c->data) - c->pending);

		memcpy(c->data + c->pending, at, part);
		c->pending += part;
		at += part;
		n -= part;
		if (c->pending == sizeof(c->data)) {
			int rc = data_flush(c, err);

			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

static struct col_sink data_begin(struct child *c, enum msg_output output)
{
	c->output = output;
	c->sent = 0;
	c->pending = 0;
	return (struct col_sink){data_write, c};
}

static int file_pread(void *ctx, uint64_t offset, void *p, size_t n, struct err *err)
{
	struct child *c = ctx;
	size_t got = 0;
	int rc = vault_pread(c->file, p, n, offset, &got, err);

	if (rc == 0 && got != n)
		rc = err_set(err, E_CORRUPT, "The file ended early.");
	return rc;
}

static struct col_source file_source(struct child *c)
{
	return (struct col_source){file_pread, c, vault_reader_size(c->file), NULL};
}

static int send_table(struct child *c, enum msg_output output, enum col_file_kind kind,
	const struct col_table *t, const struct table_info *info, struct err *err)
{
	int rc = table_file_write(kind, t, info, data_begin(c, output), err);

	return rc < 0 ? rc : data_flush(c, err);
}

static int send_json(struct child *c, enum msg_output output, struct sv json, struct err *err)
{
	int rc = data_begin(c, output).write(c, json.p, json.n, err);

	return rc < 0 ? rc : data_flush(c, err);
}

static int send_statements(struct child *c, const struct statement_list *l, struct err *err)
{
	struct buf json CLEANUP(buf_free) = BUF_INIT;

	if (l->n == 0)
		return 0;
	buf_init(&json, STATEMENTS_JSON_MAX);
	struct json_writer w = json_writer_of(&json);
	statement_list_to_json(l, NULL, &w);
	if (!buf_ok(&json))
		return err_set(err, E_LIMIT, "The file has too many statements.");
	return send_json(c, OUTPUT_STATEMENTS, buf_sv(&json), err);
}

static void put_counts(struct msg_read_result *result, const struct table_info *info)
{
	result->outcome = OUTCOME_READY;
	result->rows_read = info->rows_read;
	result->rows_accepted = info->rows_accepted;
	result->rows_rejected = info->rows_rejected;
	result->rows_skipped = info->rows_skipped;
}

static int child_read(struct child *c, const struct mapping *mapping,
	struct msg_read_result *result, struct err *err)
{
	struct read_result read CLEANUP(read_result_free) = READ_RESULT_INIT;
	bool repair = c->request.purpose == PURPOSE_REPAIR;
	int rc = repair ? repair_read(file_source(c), mapping, &read, err)
			: read_file(file_source(c), mapping, &read, err);

	if (rc < 0)
		return rc;
	/* A statement without entries is a statement all the same; of a repair it is said row by row. */
	if (!repair && read.info.rows_accepted == 0 &&
		(read.statements.n == 0 || read.info.rows_rejected > 0))
		return err_set(err, E_UNREADABLE, "None of its %llu rows could be read.",
			(unsigned long long)read.info.rows_rejected);
	memcpy(read.info.file_sha256, c->request.sha256, sizeof(read.info.file_sha256));
	read.info.mapping_version = c->request.mapping_version;
	rc = send_table(c, OUTPUT_DATASET, COL_FILE_DATASET, &read.table, &read.info, err);
	if (rc == 0 && read.info.rows_rejected > 0)
		rc = send_table(
			c, OUTPUT_REJECTS, COL_FILE_REJECTS, &read.rejects, &read.info, err);
	if (rc == 0)
		rc = send_statements(c, &read.statements, err);
	if (rc < 0)
		return rc;
	put_counts(result, &read.info);
	return 0;
}

static int child_preview(struct child *c, const struct mapping *mapping,
	struct msg_read_result *result, struct err *err)
{
	struct buf json CLEANUP(buf_free) = BUF_INIT;
	struct table_info info;

	buf_init(&json, PREVIEW_JSON_MAX);
	int rc = preview_read(file_source(c), mapping, &json, &info, err);
	if (rc == 0)
		rc = send_json(c, OUTPUT_PREVIEW, buf_sv(&json), err);
	if (rc == 0)
		put_counts(result, &info);
	return rc;
}

static int child_propose(
	struct child *c, struct arena *a, struct msg_read_result *result, struct err *err)
{
	struct read_hint hint = {
		.currency = col_currency_pack(sv_from_cstr(c->request.currency)),
		.kind = sv_from_cstr(c->request.source_kind),
	};
	struct buf json CLEANUP(buf_free) = BUF_INIT;
	struct read_proposal proposal;
	int rc = read_detect(file_source(c), &hint, a, &proposal, err);

	if (rc < 0)
		return rc;
	buf_init(&json, PROPOSAL_MAX);
	read_proposal_to_json(&proposal, &json);
	if (!buf_ok(&json))
		return err_set(err, E_LIMIT, "The file has too many columns to propose a mapping.");
	rc = send_json(c, OUTPUT_PROPOSAL, buf_sv(&json), err);
	result->outcome = OUTCOME_NEEDS_MAPPING;
	result->certain = proposal.declared && proposal.nquestions == 0;
	return rc;
}

/* Through the mapping when there is one and it fits, else a proposal. */
static int child_work(struct child *c, struct msg_read_result *result, struct err *err)
{
	struct arena a CLEANUP(arena_free);
	struct mapping mapping;
	int rc = E_MAPPING;

	arena_init(&a, ARENA_MAX);
	if (c->request.mapping.n > 0) {
		rc = mapping_from_json(c->request.mapping, &a, &mapping, err);
		if (rc == 0 && c->request.purpose == PURPOSE_PREVIEW)
			rc = child_preview(c, &mapping, result, err);
		else if (rc == 0)
			rc = child_read(c, &mapping, result, err);
	}
	if (rc == E_MAPPING && c->request.purpose == PURPOSE_READ)
		rc = child_propose(c, &a, result, err);
	return rc;
}

/* It may name a column of the file: what was cut inside of a character must not break the message.
 */
static void put_detail(char *to, size_t cap, const char *detail)
{
	struct sv text = sv_from(detail, strnlen(detail, cap - 1));

	snprintf(to, cap, "%.*s", (int)utf8_valid_prefix(text), text.p);
}

static _Noreturn void child_main(const struct conf *conf, int sock)
{
	static struct child c; /* large; zeroed; the process does nothing else */
	struct vault_loan loan = {.fd = -1};
	struct msg m = {.type = MSG_TYPE_READ_RESULT};
	struct err err = {0};
	int rc;

	proc_keep_fds(&sock, 1);
	c.sock = sock;
	rc = child_receive(&c, &loan, &err);
	if (rc == 0)
		rc = child_confine(conf, &c.request, &err);
	if (rc == 0)
		rc = vault_read_loan(&loan, &c.file, &err);
	if (rc == 0)
		rc = child_work(&c, &m.read_result, &err);
	if (rc < 0) {
		m.read_result = (struct msg_read_result){.outcome = OUTCOME_UNREADABLE};
		m.read_result.code = (uint16_t)-rc;
		put_detail(m.read_result.detail, sizeof(m.read_result.detail), err.detail);
	}
	m.id = c.id;
	proc_exit(msg_send(sock, &m, -1, NULL) < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}
