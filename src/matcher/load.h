#ifndef MATCHER_LOAD_H
#define MATCHER_LOAD_H
/*
 * A job's inputs: datasets out of the vault as column tables (the advice apart), its ruleset (or the
 * proposed one), the model that it is to score by, and what earlier jobs and decisions have left of each
 * record.
 */
#include "base/arena.h"
#include "match/match.h"
#include "store/store_job.h"
#include "vault/vault.h"

struct load {
	struct arena arena;       /* ruleset, texts */
	struct col_table *tables; /* n of them */
	int64_t **remaining;      /* n of them; NULL: all rows are whole */
	struct match_input *inputs;
	bool *carried; /* n of them: an earlier job had it */
	uint32_t n;
	struct col_table advice;
	bool advised;    /* there is one */
	struct sv model; /* pinned; p NULL: none */
	uint8_t model_hash[32];
	struct ruleset *rules;
};

#define LOAD_INIT ((struct load){0})
void load_free(struct load *l); /* also the CLEANUP function */

/* Bytes that the tables hold. */
size_t load_bytes(const struct load *l);

/* Blocks on database and vault. E_DATASET_NOT_READY: an input is gone; E_RULESET; E_CORRUPT,
 * E_IO, E_UNAVAILABLE, E_NO_MEMORY. */
MUST_CHECK int load_job(struct db *db, struct vault *vault, const struct job *job, struct load *ret,
	struct err *err);

#endif
