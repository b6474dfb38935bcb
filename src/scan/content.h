#ifndef SCAN_CONTENT_H
#define SCAN_CONTENT_H
/*
 * Is the start of a file what its type promises? libmagic's opinion and a look at the bytes.
 * Inside scan/ only.
 */
#include "scan/scan.h"

struct content;

/* Loads libmagic's database. */
MUST_CHECK int content_new(struct content **ret_content, struct err *err);
void content_free(struct content **c); /* also the CLEANUP function */
/* 0, E_FILE_EMPTY or E_FILE_TYPE. */
MUST_CHECK int content_check(
	struct content *c, enum file_type type, const void *head, size_t n, struct err *err);

#endif
