#ifndef MATCH_BLOCK_H
#define MATCH_BLOCK_H
/*
 * Parts of the search for candidates; private to block*.c. plan -> index of side b -> rows of side a
 * probe it -> edges of all chunks behind each other.
 */
#include "match/engine.h"

#define ROW_EDGES_MAX 64u /* best ones kept of one row */
#define ROW_PAIRS_MIN 64u
#define KEYS_MAX 64u

enum keys {
	KEYS_ALL,   /* one block of everything */
	KEYS_IDS,   /* one value id per row */
	KEYS_DAYS,  /* blocks are days; a row probes a window of them */
	KEYS_WORDS, /* several keys per row */
};

struct entry {
	int64_t value; /* of the band */
	uint32_t row;
};

struct plan {
	struct engine *e;
	const struct rules_pass *pass;
	const struct rules_branch *branch;
	uint16_t pass_no;
	int sa, sb;
	enum keys keys;
	uint32_t *id[2];            /* KEYS_IDS, KEYS_DAYS: of sides sa and sb; not written */
	uint32_t *owned[2];
	const struct field *words;  /* KEYS_WORDS */
	bool prefix_key;            /* and a key of the first four letters */
	bool learn;                 /* candidates of a learned pass: keys, not tests, decide */
	uint32_t nids;
	const struct rules_test *days; /* KEYS_DAYS */
	const struct rules_test *band; /* NULL: entries are in row order */
	const struct calendar *calendar; /* band of business days */
	uint64_t skip;              /* tests that the plan itself keeps */
	bool currencies;            /* pairs must be of one currency */
	uint32_t *first;            /* nids + 1 */
	struct entry *entry;
	/* Where no block is large: its rows as a chain instead, ascending. */
	const struct field *by;     /* whose ids are the blocks; NULL: no field's */
	uint32_t *head;             /* nids; NULL: there are no chains */
	uint32_t *next;
	/* Where blocks are large: left rows block by block, so that those of one block, which meet the
	 * same right rows, follow each other; per row its edges and where they begin in its chunk. */
	uint32_t *order;            /* NULL: rows are taken as they come */
	uint32_t norder;
	uint32_t *row_n, *row_at;
	uint32_t row_pairs;         /* budget of a row */
	int32_t least;              /* learn: weight below which a candidate is hopeless */
	struct edge **chunk_edges;
	uint32_t *chunk_n;
	atomic_ullong pairs, cut;
};

/* block_plan.c */
void plan_make(struct plan *p);

/* block_index.c: side b as chains or as blocks, and the order in which side a probes them. */
void index_make(struct plan *p);
/* Block numbers of a row, 1 .. nids - 1. which: 0 for side a, 1 for b. */
uint32_t index_keys(const struct plan *p, int which, uint32_t row, uint32_t keys[KEYS_MAX]);
/* Does the row take part in the pass? */
bool index_takes(const struct plan *p, int side, uint32_t row);
/* The value that orders a block; false when the row has none. */
bool index_value(const struct plan *p, int side, uint32_t row, int64_t *ret);
void index_free(struct plan *p);

/* block_probe.c: all edges of the plan, behind those that ret has, by left row. */
void probe_all(struct plan *p, struct edges *ret);

#define BLOCK_AHEAD 16u

/* Blocks come in no order: what a row further on will touch is asked for in time. */
static inline void block_fetch(const struct plan *p, int which, uint32_t row)
{
	int side = which == 0 ? p->sa : p->sb;

	if (p->keys != KEYS_IDS || row >= p->e->n[side])
		return;
	if (p->head != NULL)
		__builtin_prefetch(&p->head[p->id[which][row]]);
	else
		__builtin_prefetch(&p->first[p->id[which][row]]);
}

#endif
