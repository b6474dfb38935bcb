#ifndef TESTS_DB_JOBS_H
#define TESTS_DB_JOBS_H
/*
 * Jobs that can really run: a vault in a temporary folder, and two datasets in it for the world of
 * fixture.h. Amounts repeat some ten times and days overlap, so components have many edges.
 */
#include "fixture.h"
#include "vault/vault.h"

/* Same amount, 0 to 3 days later. */
extern const char jobs_rules[];

struct jobs {
	struct pg *pg;
	struct world *w;
	struct db *api, *intake;
	struct vault *vault;
	struct arena arena;
	char dir[64]; /* vault/, vault.pub, vault.key */
	int count;
};

/* The server and the world must be there. */
void jobs_start(struct jobs *j, struct pg *pg, struct world *w, uint32_t rows);
void jobs_stop(struct jobs *j);
/* A reconciliation of its own, in w->rec, with a ruleset (NULL: none), and its job in w->job. */
void jobs_new(struct jobs *j, const char *rules);
/* Another job of w->rec; version 0: with the proposed ruleset. */
void jobs_again(struct jobs *j, int32_t ruleset_version);
/* The state of w->job. */
enum word jobs_state(struct jobs *j);
/* Objects in the vault's folder, finished ones. */
int jobs_stored(struct jobs *j);

#endif
