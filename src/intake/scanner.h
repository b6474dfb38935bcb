#ifndef INTAKE_SCANNER_H
#define INTAKE_SCANNER_H
/*
 * recon-scanner as seen from here. That it is away, slow or replaced is E_UNAVAILABLE: the file
 * waits. Only an explicit answer is a verdict.
 */
#include "domain/file_type.h"
#include "intake/intake.h"

/* 0 when it answers now. */
MUST_CHECK int scanner_probe(struct intake *in, struct err *err);
/* Asks for the verdict on what is lent, whose plaintext has this length. The loan may end then. *ret_socket
 * is where the answer will arrive; the caller closes it. */
MUST_CHECK int scanner_begin(struct intake *in, const struct vault_loan *loan, uint64_t size,
	enum file_type type, int *ret_socket, struct err *err);
/* The verdict: 0, E_FILE_INFECTED, E_FILE_TYPE, E_FILE_EMPTY, E_FILE_ENCRYPTED,
 * E_ARCHIVE or E_FILE_UNSCANNABLE
 * with the reason. Other errors say nothing about the file. Renews the lease while it waits. */
MUST_CHECK int scanner_end(struct intake *in, int sock, struct err *err);

#endif
