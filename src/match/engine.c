/*
 * Memory, threads and failure of a run. Memory is counted so that a bound can be kept; threads
 * take tasks from one counter, and nothing they write depends on which thread took which task.
 */
#include "match/engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/pages.h"

/* In front of every allocation. Large ones are of whole pages, and when they are given back they wait
 * for the next that is no larger, joined with what waits beside them: fresh pages cost more than
 * anything that is done with them. */
struct block {
	size_t n;    /* asked for, counted against the bound */
	size_t size; /* of its pages; 0: it is from malloc */
	struct block *prev, *next;
};

#define HEAD 64
#ifdef __SANITIZE_ADDRESS__
#define MAP_FROM SIZE_MAX /* the sanitizer sees the ends of blocks from malloc only */
#else
#define MAP_FROM ((size_t)256 << 10)
#endif
#define SPARE_MIN ((size_t)48 << 20)
#define PAGE ((size_t)4096)

static void note_peak(struct engine *e, size_t used)
{
	size_t old = __atomic_load_n(&e->peak, __ATOMIC_RELAXED);

	while (used > old && !__atomic_compare_exchange_n(&e->peak, &old, used, true,
				     __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

static void link_block(struct engine *e, struct block *b, size_t n, size_t size)
{
	pthread_mutex_lock(&e->lock);
	*b = (struct block){.n = n, .size = size, .next = e->blocks};
	if (e->blocks != NULL)
		e->blocks->prev = b;
	e->blocks = b;
	pthread_mutex_unlock(&e->lock);
}

/* Returns b as the list owns it: users hold their memory const. The lock is held. */
static struct block *unlink_block(struct engine *e, const struct block *b)
{
	struct block **link = b->prev != NULL ? &b->prev->next : &e->blocks;
	struct block *own = *link;
	*link = b->next;
	if (b->next != NULL)
		b->next->prev = b->prev;
	return own;
}

static void unmap_spare(struct engine *e, struct block **link)
{
	struct block *b = *link;

	*link = b->next;
	e->spare_bytes -= b->size;
	pages_unmap(b, b->size);
}

static void add_spare(struct engine *e, struct block *b, size_t size)
{
	*b = (struct block){.size = size, .next = e->spare};
	e->spare = b;
	e->spare_bytes += size;
}

/* What waits right before or behind b, taken from the list; NULL: nothing does. */
static struct block *take_neighbour(struct engine *e, const struct block *b, size_t size)
{
	for (struct block **link = &e->spare; *link != NULL; link = &(*link)->next) {
		struct block *other = *link;

		if ((char *)other + other->size != (const char *)b &&
			(const char *)b + size != (char *)other)
			continue;
		*link = other->next;
		e->spare_bytes -= other->size;
		return other;
	}
	return NULL;
}

/* The smallest spare block of n bytes, without the pages that n leaves; NULL: there is none. */
static void *take_spare(struct engine *e, size_t n, size_t *ret_size)
{
	size_t need = (n + PAGE - 1) / PAGE * PAGE;
	struct block **best = NULL, *b = NULL;

	pthread_mutex_lock(&e->lock);
	for (struct block **link = &e->spare; *link != NULL; link = &(*link)->next)
		if ((*link)->size >= need && (best == NULL || (*link)->size < (*best)->size))
			best = link;
	if (best != NULL) {
		b = *best;
		*best = b->next;
		e->spare_bytes -= b->size;
		*ret_size = b->size;
		if (b->size - need >= MAP_FROM) {
			add_spare(e, (void *)((char *)b + need), b->size - need);
			*ret_size = need;
		}
	}
	/* What waits counts too once there is a bound. */
	while (e->opt->memory_bytes != 0 && e->spare != NULL &&
		atomic_load(&e->used) + e->spare_bytes > e->opt->memory_bytes)
		unmap_spare(e, &e->spare);
	pthread_mutex_unlock(&e->lock);
	return b;
}

static void *alloc_block(struct engine *e, size_t n, size_t *ret_size, bool *ret_zero)
{
	*ret_size = 0;
	*ret_zero = false;
	if (n < MAP_FROM)
		return aligned_alloc(HEAD, (n + HEAD - 1) / HEAD * HEAD);
	void *p = take_spare(e, n, ret_size);
	if (p != NULL)
		return p;
	*ret_zero = true;
	return pages_map(n, ret_size);
}

static void *alloc_counted(struct engine *e, size_t count, size_t size, bool *ret_zero)
{
	size_t n, mapped;

	*ret_zero = false;
	if (__builtin_mul_overflow(count, size, &n) || n > SIZE_MAX / 4) {
		engine_fail(e, E_LIMIT);
		return NULL;
	}
	n += HEAD + COL_PAD;
	size_t used = atomic_fetch_add(&e->used, n) + n;
	if (e->opt->memory_bytes != 0 && used > e->opt->memory_bytes) {
		atomic_fetch_sub(&e->used, n);
		engine_fail(e, E_MEMORY_BOUND);
		return NULL;
	}
	note_peak(e, used);
	char *p = alloc_block(e, n, &mapped, ret_zero);
	if (p == NULL) {
		atomic_fetch_sub(&e->used, n);
		engine_fail(e, E_NO_MEMORY);
		return NULL;
	}
	if (!*ret_zero)
		memset(p + n - COL_PAD, 0, COL_PAD);
	link_block(e, (struct block *)(void *)p, n, mapped);
	return p + HEAD;
}

void *engine_alloc(struct engine *e, size_t count, size_t size)
{
	bool zero;

	return alloc_counted(e, count, size, &zero);
}

void *engine_zalloc(struct engine *e, size_t count, size_t size)
{
	bool zero;
	void *p = alloc_counted(e, count, size, &zero);

	if (p != NULL && !zero)
		memset(p, 0, count * size);
	return p;
}

void engine_free(struct engine *e, const void *p)
{
	if (p == NULL)
		return;
	const void *head = (const char *)p - HEAD;
	pthread_mutex_lock(&e->lock);
	struct block *b = unlink_block(e, head);
	size_t used = atomic_fetch_sub(&e->used, b->n) - b->n;
	if (b->size == 0) {
		pthread_mutex_unlock(&e->lock);
		free(b);
		return;
	}
	size_t size = b->size;
	for (struct block *other; (other = take_neighbour(e, b, size)) != NULL;) {
		size += other->size;
		b = MIN(b, other);
	}
	add_spare(e, b, size);
	while (e->spare->next != NULL && e->spare_bytes > SPARE_MIN + used / 2)
		unmap_spare(e, &e->spare->next);
	pthread_mutex_unlock(&e->lock);
}

/* The smallest that has n bytes, else the largest. */
static struct block **spare_for(struct engine *e, size_t n)
{
	struct block **best = NULL;

	for (struct block **link = &e->spare; *link != NULL; link = &(*link)->next) {
		bool fits = (*link)->size >= n, had = best != NULL && (*best)->size >= n;
		if (best == NULL || (fits && !had) ||
			(fits == had && ((*link)->size < (*best)->size) == fits))
			best = link;
	}
	return best;
}

#define GIVEN_MIN ((size_t)1 << 20)

void engine_give(struct engine *e, struct result *r, size_t n)
{
	struct block **link;

	pthread_mutex_lock(&e->lock);
	while (n >= GIVEN_MIN && (link = spare_for(e, n)) != NULL && (*link)->size >= GIVEN_MIN) {
		struct block *b = *link;
		size_t size = b->size, need = (n + PAGE - 1) / PAGE * PAGE;
		*link = b->next;
		e->spare_bytes -= size;
		if (size > need && size - need >= MAP_FROM) {
			add_spare(e, (void *)((char *)b + need), size - need);
			size = need;
		}
		result_give(r, b, size);
		n -= MIN(n, size);
	}
	pthread_mutex_unlock(&e->lock);
}

void engine_free_all(struct engine *e)
{
	for (unsigned i = 0; i < ENGINE_THREADS_MAX; i++)
		metric_free(&e->metric[i]);
	while (e->blocks != NULL)
		engine_free(e, (char *)e->blocks + HEAD);
	while (e->spare != NULL)
		unmap_spare(e, &e->spare);
}

struct metric *engine_metric(struct engine *e, unsigned thread)
{
	if (e->metric[thread] == NULL)
		e->metric[thread] = metric_new();
	if (e->metric[thread] == NULL)
		engine_fail(e, E_NO_MEMORY);
	return e->metric[thread];
}

bool engine_grow(struct engine *e, void **p, size_t n, size_t *cap, size_t size)
{
	size_t grown = *cap == 0 ? 64 : *cap * 2;
	void *q = engine_alloc(e, grown, size);

	if (q == NULL)
		return false;
	if (n > 0)
		memcpy(q, *p, n * size);
	engine_free(e, *p);
	*p = q;
	*cap = grown;
	return true;
}

void engine_fail(struct engine *e, int code)
{
	int none = 0;

	atomic_compare_exchange_strong(&e->error, &none, code);
}

bool engine_ok(const struct engine *e)
{
	return atomic_load_explicit(&e->error, memory_order_relaxed) == 0;
}

void engine_phase(struct engine *e, enum match_phase phase)
{
	e->phase = phase;
	if (e->opt->progress != NULL)
		e->opt->progress(e->opt->arg, phase, 0, 0);
	if (e->opt->cancel != NULL && atomic_load(e->opt->cancel))
		engine_fail(e, E_CANCELLED);
}

struct crew;

struct crew_member {
	struct crew *crew;
	unsigned thread;
};

struct crew {
	struct engine *e;
	par_fn fn;
	void *arg;
	uint32_t ntasks;
	atomic_uint next;
};

static void report(struct engine *e, uint32_t task, uint32_t ntasks)
{
	uint32_t every = ntasks / 100 + 1;

	if (e->opt->progress != NULL && task % every == 0)
		e->opt->progress(e->opt->arg, e->phase, task, ntasks);
}

static void take_tasks(struct crew *c, unsigned thread)
{
	struct engine *e = c->e;

	while (engine_ok(e)) {
		if (e->opt->cancel != NULL && atomic_load(e->opt->cancel)) {
			engine_fail(e, E_CANCELLED);
			return;
		}
		uint32_t task = atomic_fetch_add(&c->next, 1);
		if (task >= c->ntasks)
			return;
		c->fn(e, c->arg, task, thread);
		if (thread == 0)
			report(e, task, c->ntasks);
	}
}

static void *crew_run(void *arg)
{
	const struct crew_member *member = arg;

	take_tasks(member->crew, member->thread);
	return NULL;
}

void par_for(struct engine *e, uint32_t ntasks, par_fn fn, void *arg)
{
	struct crew crew = {.e = e, .fn = fn, .arg = arg, .ntasks = ntasks};
	struct crew_member members[ENGINE_THREADS_MAX];
	pthread_t threads[ENGINE_THREADS_MAX];
	unsigned started = 1;

	while (started < MIN(e->threads, ENGINE_THREADS_MAX) && started < ntasks) {
		members[started] = (struct crew_member){&crew, started};
		if (pthread_create(&threads[started], NULL, crew_run, &members[started]) != 0)
			break;
		started++;
	}
	take_tasks(&crew, 0);
	for (unsigned i = 1; i < started; i++)
		pthread_join(threads[i], NULL);
}
