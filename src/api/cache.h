#ifndef API_CACHE_H
#define API_CACHE_H
/*
 * What the data pool keeps in memory: values that are costly to make and never change, by key, up
 * to a bound of bytes; the least recently used goes first. Shared by all threads of a process.
 *
 * A value in use is pinned by its item and stays whatever the bound; so memory is at most the bound
 * and what requests at the moment need. Two threads that ask for the same missing key make it once:
 * the second waits.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/uuid.h"

struct cache;
struct cache_item;
struct metrics;

enum cache_kind {
	CACHE_TABLE,  /* a dataset's or rejects' object: struct col_table */
	CACHE_JOB,    /* a job: struct data_job */
	CACHE_STATES, /* a job at a seq: struct data_states */
	CACHE_VIEW,   /* a view: struct data_view */
	CACHE_SAMPLE, /* a job: struct blind */
};

struct cache_key {
	enum cache_kind kind;
	struct uuid id;
	int64_t seq; /* 0 where it means nothing */
};

/* Makes a value; runs without any lock. */
typedef int (*cache_make_fn)(void *ctx, void **ret_value, size_t *ret_bytes, struct err *err);
typedef void (*cache_free_fn)(void *value);

/* Counts its look-ups in metrics, which may be NULL and must outlive it. */
MUST_CHECK int cache_new(
	size_t bytes, struct metrics *metrics, struct cache **ret, struct err *err);
/* All items must have been released. */
void cache_free(struct cache **c);

/* The value of key, made if it is not there. E_NO_MEMORY, errors of make. */
MUST_CHECK int cache_get(struct cache *c, const struct cache_key *key, cache_make_fn make,
	cache_free_fn free_value, void *ctx, struct cache_item **ret, struct err *err);
void *cache_value(const struct cache_item *item);
/* Unpins; *item becomes NULL. Also the CLEANUP function. */
void cache_release(struct cache_item **item);

struct cache_figures {
	size_t bytes, items;
	uint64_t hits, misses, evictions;
};
void cache_figures(struct cache *c, struct cache_figures *ret);

#endif
