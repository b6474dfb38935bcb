/* Checkpoints on the disk and off the host; see checkpoint.h. */
#include "auditor/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024
#define SYSLOG_PRIORITY 109 /* facility 13 (log audit), severity 5 (notice): RFC 5424 */

struct checkpoints {
	struct sign_pair key;
	int64_t rows, us;
	int fd;
	int sink; /* -1: none */
	struct sockaddr_un sink_at;
	struct chain_checkpoint last;
	int64_t waiting_since; /* µs, of rows that are not signed; 0: none */
	bool torn;             /* the file does not end with a line's end */
	bool sink_away;        /* said so already */
	const struct log *log;
};

/* The last whole line that is a checkpoint. One that a power failure cut off is passed over. */
static int read_last(struct checkpoints *c, const char *path, struct err *err)
{
	char text[4 * LINE_MAX_BYTES];
	off_t size = lseek(c->fd, 0, SEEK_END);
	off_t from = size > (off_t)sizeof(text) ? size - (off_t)sizeof(text) : 0;
	ssize_t n = size < 0 ? -1 : pread(c->fd, text, sizeof(text), from);
	struct sv rest;

	if (n < 0)
		return err_set_errno(err, errno, "%s", path);
	rest = sv_from(text, (size_t)n);
	c->torn = n > 0 && text[n - 1] != '\n';
	while (rest.n > 0) {
		struct chain_checkpoint cp;

		if (chain_checkpoint_parse(sv_cut(&rest, '\n'), &cp, NULL) == 0)
			c->last = cp;
	}
	return 0;
}

static int open_sink(struct checkpoints *c, const char *path, struct err *err)
{
	size_t n = strlen(path);

	c->sink = -1;
	if (n == 0)
		return 0;
	if (n >= sizeof(c->sink_at.sun_path))
		return err_set(err, E_CONFIG, "%s is too long for a socket.", path);
	c->sink_at.sun_family = AF_UNIX;
	memcpy(c->sink_at.sun_path, path, n + 1);
	c->sink = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return c->sink < 0 ? err_set_errno(err, errno, "%s", path) : 0;
}

int checkpoints_open(
	const struct checkpoints_options *o, struct checkpoints **ret, struct err *err)
{
	struct checkpoints *c CLEANUP(checkpoints_close) = calloc(1, sizeof(*c));
	int rc;

	if (c == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	c->sink = -1;
	c->rows = o->rows;
	c->us = o->us;
	c->log = o->log;
	c->fd = open(o->file, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	if (c->fd < 0)
		return err_set(err, E_CONFIG, "%s: %s", o->file, strerror(errno));
	rc = read_last(c, o->file, err);
	if (rc == 0)
		rc = open_sink(c, o->sink, err);
	if (rc == 0)
		rc = sign_pair_parse(o->key, &c->key, err);
	if (rc == 0)
		*ret = TAKE(c);
	return rc;
}

void checkpoints_close(struct checkpoints **c)
{
	if (*c == NULL)
		return;
	fd_close(&(*c)->fd);
	fd_close(&(*c)->sink);
	sign_pair_wipe(&(*c)->key);
	free(*c);
	*c = NULL;
}

const struct chain_checkpoint *checkpoints_last(const struct checkpoints *c)
{
	return &c->last;
}

bool checkpoints_due(struct checkpoints *c, const struct chain_checkpoint *now, bool in_any_case)
{
	if (now->seq == 0 || (now->seq == c->last.seq &&
				     memcmp(now->hash, c->last.hash, SHA256_LEN) == 0)) {
		c->waiting_since = 0;
		return false;
	}
	if (c->waiting_since == 0)
		c->waiting_since = now->ts;
	return in_any_case || now->seq < c->last.seq || now->seq - c->last.seq >= c->rows ||
	       now->ts - c->waiting_since >= c->us;
}

static int append_line(struct checkpoints *c, const struct buf *line, struct err *err)
{
	size_t skip = c->torn ? 0 : 1; /* the line's end in front of it mends a torn file */
	size_t n = line->n - skip;
	ssize_t got = write(c->fd, line->p + skip, n);

	c->torn = got != (ssize_t)n && got != 0;
	if (got < 0)
		return err_set_errno(err, errno, "The file of checkpoints");
	if ((size_t)got != n)
		return err_set(err, E_NO_SPACE, "The file of checkpoints");
	if (fdatasync(c->fd) < 0)
		return err_set_errno(err, errno, "The file of checkpoints");
	return 0;
}

/* A host that cannot be told is no reason not to sign. */
static void send_line(struct checkpoints *c, struct sv line)
{
	char text[LINE_MAX_BYTES];
	int n = snprintf(text, sizeof(text), "<%d>recon-auditor: %.*s", SYSLOG_PRIORITY, SV_ARG(line));
	bool sent;

	if (c->sink < 0 || n < 0 || (size_t)n >= sizeof(text))
		return;
	sent = sendto(c->sink, text, (size_t)n, MSG_NOSIGNAL, (const struct sockaddr *)&c->sink_at,
		       sizeof(c->sink_at)) == n;
	if (!sent && !c->sink_away)
		log_warn(c->log, "a checkpoint could not be sent",
			LOG_STR("socket", c->sink_at.sun_path), LOG_STR("why", strerror(errno)));
	c->sink_away = !sent;
}

int checkpoints_add(struct checkpoints *c, struct chain_checkpoint *cp, struct err *err)
{
	struct buf line CLEANUP(buf_free) = BUF_INIT;
	int rc = chain_checkpoint_sign(cp, &c->key, err);

	if (rc != 0)
		return rc;
	buf_add_char(&line, '\n');
	chain_checkpoint_format(cp, &line);
	buf_add_char(&line, '\n');
	if (!buf_ok(&line))
		return err_set(err, E_NO_MEMORY, NULL);
	rc = append_line(c, &line, err);
	if (rc != 0)
		return rc;
	send_line(c, sv_from(line.p + 1, line.n - 2));
	c->last = *cp;
	c->waiting_since = 0;
	return 0;
}
