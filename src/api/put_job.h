#ifndef API_PUT_JOB_H
#define API_PUT_JOB_H
/* A job as the API shows it; reconciliations carry their last one. */
#include "api/api.h"
#include "store/store_job.h"

void put_job(struct json_writer *w, const char *key, const struct job *job);

#endif
