#ifndef TESTS_DB_FIXTURE_H
#define TESTS_DB_FIXTURE_H
/*
 * A small world for tests: two users with a project each; the first project has two sources with
 * mappings, a clean file and a ready dataset on each, a reconciliation, and a job with its task.
 * Everything is made through the functions that the programs use.
 */
#include "pg.h"

struct world {
	struct uuid user, other_user;
	struct uuid project, other_project;
	struct uuid source[2], file[2], object[2], dataset[2];
	int32_t dataset_no[2];
	struct uuid rec, job;
	int32_t rec_no;
};

/* 0 or a negative E_*; calls fail the test with what went wrong. */
#define MUST(call)                                                                                 \
	do {                                                                                       \
		struct err must_ = {0};                                                            \
		struct err *err = &must_;                                                          \
		int must_code_ = (call);                                                           \
		if (must_code_ < 0)                                                                \
			fail_msg("%s: %s (%s)", #call, must_.detail, err_name(must_code_));        \
	} while (0)
/* The call gives exactly this code. */
#define MUST_GIVE(code, call)                                                                      \
	do {                                                                                       \
		struct err must_ = {0};                                                            \
		struct err *err = &must_;                                                          \
		int must_code_ = (call);                                                           \
		if (must_code_ != (code))                                                          \
			fail_msg("%s gives %s (%s), not %s", #call, err_name(must_code_),          \
				must_.detail, err_name(code));                                     \
	} while (0)

void world_make(struct pg *pg, struct world *w);
/* A connection of a people's pool with the first user and project in scope. */
struct db *world_db(const struct pg *pg, const struct world *w, const char *role);
/* One text that changes when any row of any table does; the caller frees. */
char *world_digest(struct pg *pg);
/* A random version 4 style id, as the vault's. */
struct uuid random_id(void);

#endif
