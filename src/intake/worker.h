#ifndef INTAKE_WORKER_H
#define INTAKE_WORKER_H
/* One worker process of recon-intake: claims scan and read tasks until it is told to end. */
#include "base/base.h"
#include "sys/main.h"

/* number: 0 for the first, which also sweeps. Returns an exit code. */
int worker_run(struct main_ctx *m, int number);

#endif
