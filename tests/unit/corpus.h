#ifndef UNIT_CORPUS_H
#define UNIT_CORPUS_H
/*
 * Public test data that is not part of the repository. A folder of it may lie beside the checkout, or where
 * RECON_CORPUS says; tests that want a file skip with a reason when it is absent.
 * TOP_SRCDIR comes from the build.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CORPUS_DEFAULT TOP_SRCDIR "/../shared/data"

/* Writes the path of a corpus file into out; false (and a line saying so) when it is absent. */
static inline bool corpus_path(const char *name, char out[4096])
{
	const char *dir = getenv("RECON_CORPUS");

	snprintf(out, 4096, "%s/%s", dir ? dir : CORPUS_DEFAULT, name);
	if (access(out, R_OK) == 0)
		return true;
	fprintf(stderr, "# skipped: corpus file %s is not present\n", name);
	return false;
}

#endif
