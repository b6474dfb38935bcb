#ifndef SYS_CONF_H
#define SYS_CONF_H
/*
 * Configuration: a file of `key = value` lines with the keys of conf.def, each at most once. Blank
 * lines are skipped; # at the start of a line or behind a blank starts a comment. Sizes take the
 * units B kB KB MB GB TB KiB MiB GiB TiB, durations s min h d (seconds without a unit).
 *
 * Each row of conf.def is a field of struct conf with its value or its default.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"
#include "sys/log.h"

#define CONF_PATH_DEFAULT "/etc/recon/recon.conf"
#define CONF_FILE_MAX (64 * 1024)

/* What a row of each type becomes in struct conf. */
#define CONF_C_STRING const char * /* min..max bytes */
#define CONF_C_PATH const char *   /* absolute */
#define CONF_C_INT int64_t
#define CONF_C_SIZE int64_t     /* bytes */
#define CONF_C_DURATION int64_t /* seconds */
#define CONF_C_LEVEL enum log_level

struct conf {
	struct arena arena; /* owns the texts */
#define CONF(type, field, key, def, min, max, secret, doc) CONF_C_##type field;
#include "sys/conf.def"
#undef CONF
};

/* All defaults. conf_free() is also the CLEANUP function. */
void conf_init(struct conf *c);
void conf_free(struct conf *c);

/* Reads text over the present values. name is for messages. E_CONFIG with "name:line: what"; an
 * unknown key names the nearest known one. On an error c is in part changed. */
MUST_CHECK int conf_parse(struct conf *c, struct sv text, const char *name, struct err *err);
/* conf_init and the file. E_CONFIG, also when the file cannot be read. */
MUST_CHECK int conf_load(struct conf *c, const char *path, struct err *err);

/* The documentation of every key, as a commented file of the defaults. */
void conf_describe(struct buf *out);

/* Appends the whole of a secret file of 1..max bytes to out (wipe it). The file must be a regular
 * one of ours or root's that nobody else may read (0400 or 0600). E_CONFIG. */
MUST_CHECK int conf_read_secret(const char *path, size_t max, struct buf *out, struct err *err);
/* The systemd credential of this name when there is one ($CREDENTIALS_DIRECTORY), else the file. */
MUST_CHECK int conf_read_credential(
	const char *name, const char *path, size_t max, struct buf *out, struct err *err);

#endif
