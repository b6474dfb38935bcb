#ifndef INTAKE_READ_LIMITS_H
#define INTAKE_READ_LIMITS_H
/*
 * What reading one file may take: a floor that any file gets, and so much for each byte of a longer
 * one, up to the settings intake.memory_bytes and intake.seconds. So a small file that was made to
 * grow, or to take for ever, ends early, whatever a large one may need.
 *
 * A line of a table takes six to twelve times its bytes as typed columns (under 500 MB of addresses for
 * a CSV of 67 MB with 1 M rows), and packed formats grow about sixfold before that.
 */
#include "base/sv.h"
#include "sys/conf.h"

struct read_limits {
	int64_t memory_bytes; /* of address space */
	int64_t seconds;      /* of the processor, and by the clock */
};

/* name: of the file, whose extension says whether it is packed; length: of its content, bytes. */
struct read_limits read_limits(const struct conf *conf, struct sv name, uint64_t length);

#endif
