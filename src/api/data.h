#ifndef API_DATA_H
#define API_DATA_H
/*
 * What handlers of the data pool share: files of the vault as tables and results, in the cache; the
 * decision log folded; records as JSON. Everything returned in a cache item is immutable and stays
 * until the item is released.
 */
#include "api/api.h"
#include "api/cache.h"
#include "col/col_file.h"
#include "grid/grid.h"
#include "store/store_decision.h"
#include "store/store_job.h"

struct ruleset;
struct vault;

/* env->pool_data of the data pool. */
struct data_pool {
	struct vault *vault;
	struct cache *cache;
};
struct data_pool *data_pool_of(const struct api *a);

/* ---- tables ---- */

/* The table stored in a vault object of kind dataset or rejects (enum col_file_kind). */
MUST_CHECK int data_table(struct api *a, const struct uuid *object, enum col_file_kind kind,
	struct cache_item **ret, struct err *err);
static inline const struct col_table *data_table_of(const struct cache_item *item)
{
	return cache_value(item);
}

/* The text of a vault object, appended to out, whose limit bounds it. */
MUST_CHECK int data_text(
	struct api *a, const struct uuid *object, struct buf *out, struct err *err);

/* ---- jobs ---- */

/* A finished job's result with its tables. */
struct data_job {
	struct result result;
	struct ruleset *rules; /* that it was made with; NULL: the result does not say */
	struct arena rules_arena;
	struct grid *grid;
	uint32_t ninputs;
	struct cache_item **items;       /* per input: its table's */
	const struct col_table **tables; /* per input */
	struct uuid *datasets;           /* per input */
	int32_t *first_seen;             /* per input: day; GRID_NO_DAY: not known */
};

/* E_JOB_STATE: it is not done. */
MUST_CHECK int data_job_load(
	struct api *a, const struct job *job, struct cache_item **ret, struct err *err);
static inline const struct data_job *data_job_of(const struct cache_item *item)
{
	return cache_value(item);
}

/* All decisions of a reconciliation up to seq, in order, as steps of that job: those of other jobs
 * are left out, undoings stay. Lives in the request's arena. */
MUST_CHECK int data_steps(struct api *a, const struct uuid *rec, const struct uuid *job,
	int64_t seq, struct decision_step **ret, size_t *ret_n, struct err *err);
/* The records of a decision as its row keeps them, in a; none where it is the match's own. */
MUST_CHECK int data_decision_records(struct arena *a, struct sv members,
	const struct decision_record **ret, uint32_t *ret_n, struct err *err);
/* States of the job's matches at seq: struct grid_states. */
MUST_CHECK int data_states(struct api *a, const struct uuid *rec, const struct uuid *job,
	const struct grid *grid, int64_t seq, struct cache_item **ret, struct err *err);

/* ---- JSON ---- */

/* A record of a job's input. */
void data_put_record(struct json_writer *w, const char *key, const struct data_job *job,
	uint16_t input, uint32_t row);
/* A row of a table outside of a job: side is null. */
void data_put_row(struct json_writer *w, const char *key, const struct col_table *t,
	const struct uuid *dataset, uint32_t row);
/* All records that a match has on a side under these states; NULL: as the engine made it. */
void data_put_side(struct json_writer *w, const char *key, const struct data_job *job,
	const struct grid_states *states, uint32_t match, uint8_t side);
/* What the match takes of its k-th record under these states, in minor units. */
int64_t data_allocated(const struct data_job *job, const struct grid_states *states, uint32_t match,
	uint32_t k);
/* The amount of a record as its ruleset counts it; 0 without one. */
int64_t data_amount(const struct data_job *job, uint16_t input, uint32_t row);
/* "match": which one it is. match is an index. */
void data_put_match_ref(struct json_writer *w, const struct uuid *job, uint32_t match);
/* Money, or null without a currency. */
void data_put_money(struct json_writer *w, const char *key, __int128 minor, int32_t currency);
/* Millionths as a number; 64ths of a bit as one. */
void data_put_confidence(struct json_writer *w, const char *key, uint32_t millionths);
void data_put_bits(struct json_writer *w, const char *key, int64_t sixtyfourths);

#endif
