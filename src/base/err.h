#ifndef BASE_ERR_H
#define BASE_ERR_H
/*
 * Errors: a function that can fail returns 0 or a negative E_* of err.def and, where the caller
 * gave one, describes it in a struct err. The struct is the caller's, holds no pointers and needs
 * no clean-up. Foreign errors (errno, SQLSTATE, OpenSSL) are translated once, where they enter.
 *
 * err.def is the only list of errors; each has a stable wire code (snake_case, seen by clients), an
 * HTTP status and a default sentence for people. Codes are never reused or renamed.
 */
#include "base/base.h"

enum err_code {
	E_OK = 0,
#define ERR(name, number, status, wire, text) E_##name = -(number),
#include "base/err.def"
#undef ERR
};

#define ERR_DETAIL_MAX 512
#define ERR_POINTER_MAX 256

struct err {
	int code;                      /* E_*, 0 when nothing failed */
	char detail[ERR_DETAIL_MAX];   /* one sentence for a person; never secret, never record data */
	char pointer[ERR_POINTER_MAX]; /* RFC 6901 pointer into the input, or "" */
};

/* Fills err (which may be NULL) and returns code. fmt NULL takes the default sentence. */
int err_set(struct err *err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* As err_set, with the pointer of the offending input member. */
int err_set_at(struct err *err, int code, const char *pointer, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* As err_set, from an errno: chooses E_NOT_FOUND, E_NO_SPACE, E_IO ... and appends strerror. */
int err_set_errno(struct err *err, int errnum, const char *fmt, ...) PRINTF_LIKE(3, 4);

#ifdef RECON_ANALYSE
/* For static analysis (./dev lint), which does not see into err.c: what they return is not 0. */
#define err_set(err, code, ...) ((void)(err), (int)(code))
#define err_set_at(err, code, pointer, ...) ((void)(err), (void)(pointer), (int)(code))
#define err_set_errno(err, errnum, ...) ((void)(err), (void)(errnum), (int)E_IO)
#endif

/* Table look-ups; an unknown code gives those of E_INTERNAL. Static strings. */
const char *err_name(int code); /* "E_STALE" */
const char *err_wire(int code); /* "stale" */
const char *err_text(int code); /* "The object changed in between." */
int err_status(int code);       /* 409 */
/* The code whose wire code this is; 0 when there is none. */
int err_of_wire(const char *wire);

#endif
