#ifndef API_PROCESS_H
#define API_PROCESS_H
/*
 * One recon-api process: what all threads share, the threads, and the way it ends.
 */
#include "sys/main.h"

/* Serves the pool that m names until SIGTERM or SIGINT. Gives the exit code. */
int process_run(struct main_ctx *m);

#endif
