#ifndef CLI_LOAD_H
#define CLI_LOAD_H
/*
 * Files on disk as tables, for commands that work without a server.
 */
#include "base/arena.h"
#include "base/err.h"
#include "read/read.h"

/*
 * An open file as a source; errors name path. Close with load_close (also the CLEANUP function). The
 * file is mapped where that is possible: should it become shorter while it is read, the program says
 * so and ends with exit code 3, as it does for every input that it refuses.
 */
struct load_file {
	int fd;
	const char *path;
	uint64_t size;
	void *map; /* NULL: it is not mapped */
};
#define LOAD_FILE_INIT ((struct load_file){.fd = -1})
MUST_CHECK int load_open(const char *path, struct load_file *ret, struct err *err);
void load_close(struct load_file *f);
struct col_source load_source(struct load_file *f);
/* SHA-256 of all of it in hex, with a NUL. */
#define LOAD_HASH_LEN 65
MUST_CHECK int load_hash(struct load_file *f, char ret[LOAD_HASH_LEN], struct err *err);

/* The mapping in a JSON file. Everything of *ret lives in a. */
MUST_CHECK int load_mapping(
	const char *path, struct arena *a, struct mapping *ret, struct err *err);

/* Puts the path in front of what went wrong, unless it is there; returns rc. */
int load_name(const char *path, int rc, struct err *err);

/* Detects and reads path. With mapping_path that mapping is used and *ret_proposal (may be NULL)
 * has only it. Errors of both, with the path in front. */
MUST_CHECK int load_table(const char *path, const char *mapping_path, const struct read_hint *hint,
	struct arena *a, struct read_proposal *ret_proposal, struct read_result *ret,
	struct err *err);

#endif
