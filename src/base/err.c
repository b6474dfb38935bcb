/*
 * The error table and the functions that fill a struct err.
 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct row {
	const char *name;
	const char *wire;
	const char *text;
	int status;
};

/* By number; holes have no name. */
static const struct row rows[] = {
	[0] = {"E_OK", "ok", "No error.", 200},
#define ERR(name, number, status, wire, text) [number] = {"E_" #name, wire, text, status},
#include "base/err.def"
#undef ERR
};

static const struct row *row_of(int code)
{
	size_t i = (size_t) - (long)code;

	if (code > 0 || i >= ARRAY_LEN(rows) || !rows[i].name)
		return &rows[-E_INTERNAL];
	return &rows[i];
}

static void set(struct err *err, int code, const char *pointer)
{
	err->code = code;
	snprintf(err->pointer, sizeof(err->pointer), "%s", pointer);
	snprintf(err->detail, sizeof(err->detail), "%s", err_text(code));
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	set(err, code, "");
	if (fmt) {
		va_start(ap, fmt);
		vsnprintf(err->detail, sizeof(err->detail), fmt, ap);
		va_end(ap);
	}
	return code;
}

int err_set_at(struct err *err, int code, const char *pointer, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	set(err, code, pointer);
	if (fmt) {
		va_start(ap, fmt);
		vsnprintf(err->detail, sizeof(err->detail), fmt, ap);
		va_end(ap);
	}
	return code;
}

static int code_of_errno(int errnum)
{
	static const struct {
		int errnum;
		int code;
	} codes[] = {
		{ENOENT, E_NOT_FOUND},
		{ENOTDIR, E_NOT_FOUND},
		{EEXIST, E_EXISTS},
		{ENOMEM, E_NO_MEMORY},
		{ENOSPC, E_NO_SPACE},
		{EDQUOT, E_NO_SPACE},
		{EFBIG, E_NO_SPACE},
		{ETIMEDOUT, E_TIMEOUT},
		{ECANCELED, E_CANCELLED},
		{ECONNREFUSED, E_UNAVAILABLE},
		{ECONNRESET, E_UNAVAILABLE},
		{EPIPE, E_UNAVAILABLE},
		{EMFILE, E_UNAVAILABLE},
		{ENFILE, E_UNAVAILABLE},
		{ENOSYS, E_UNSUPPORTED},
		{EOPNOTSUPP, E_UNSUPPORTED},
	};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].errnum == errnum)
			return codes[i].code;
	return E_IO;
}

int err_set_errno(struct err *err, int errnum, const char *fmt, ...)
{
	int code = code_of_errno(errnum);
	char reason[128];
	size_t used;
	va_list ap;

	if (!err)
		return code;
	set(err, code, "");
	if (fmt) {
		va_start(ap, fmt);
		vsnprintf(err->detail, sizeof(err->detail), fmt, ap);
		va_end(ap);
	}
	used = strlen(err->detail);
	snprintf(err->detail + used, sizeof(err->detail) - used, ": %s",
		strerror_r(errnum, reason, sizeof(reason)));
	return code;
}

const char *err_name(int code)
{
	return row_of(code)->name;
}

const char *err_wire(int code)
{
	return row_of(code)->wire;
}

const char *err_text(int code)
{
	return row_of(code)->text;
}

int err_status(int code)
{
	return row_of(code)->status;
}

int err_of_wire(const char *wire)
{
	for (size_t i = 1; i < ARRAY_LEN(rows); i++)
		if (rows[i].name && strcmp(rows[i].wire, wire) == 0)
			return -(int)i;
	return 0;
}
