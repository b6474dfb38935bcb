#ifndef SCAN_ENGINE_H
#define SCAN_ENGINE_H
/*
 * libclamav. Its defaults fail open (a file over a limit is "clean"), so limits are set above
 * our own maximum and exceeding one is a finding. Inside scan/ only.
 */
#include "scan/scan.h"

struct engine;

MUST_CHECK int engine_new(
	const struct scan_options *options, struct engine **ret_engine, struct err *err);
void engine_free(struct engine **e); /* also the CLEANUP function */
unsigned engine_signatures(const struct engine *e);
MUST_CHECK int engine_set_temp_dir(struct engine *e, const char *path, struct err *err);
/* 0, E_FILE_INFECTED, E_FILE_UNSCANNABLE or the source's error. */
MUST_CHECK int engine_run(struct engine *e, const struct scan_source *source, struct err *err);

#endif
