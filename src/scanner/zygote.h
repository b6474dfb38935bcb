#ifndef SCANNER_ZYGOTE_H
#define SCANNER_ZYGOTE_H
/*
 * The process that holds the signatures: it loads them, proves by the self-test that a child finds
 * what it must, confines itself, and then serves the scanner's socket: one request per connection,
 * one child per request (scanner/work.h). It parses nothing of a file itself.
 */
#include "base/base.h"
#include "sys/main.h"

struct zygote_options {
	struct main_ctx *m;
	const char *temp_dir;
	int listen_fd;
	int ready_fd;    /* one byte is written when it serves; closed by the zygote */
	int outdated_fd; /* one byte is written when newer signatures lie in the folder */
};

/* Until SIGTERM, after which work in progress is finished. Returns an exit code. */
int zygote_run(const struct zygote_options *options);

#endif
