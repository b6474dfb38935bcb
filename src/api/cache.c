/*
 * The cache: a table of chains by hash, a list by use, one lock that is never held while a value is
 * made or freed.
 */
#include "api/cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sys/metrics.h"

#define CACHE_CHAINS 1024u

enum item_state {
	ITEM_MAKING,
	ITEM_READY,
	ITEM_FAILED, /* out of the table; waiters take the error */
};

struct cache_item {
	struct cache *cache;
	struct cache_key key;
	enum item_state state;
	unsigned pins;
	void *value;
	size_t bytes;
	cache_free_fn free_value;
	struct err err;
	struct cache_item *chain;         /* next with the same hash */
	struct cache_item *newer, *older; /* by use; only while in the table */
};

struct cache {
	pthread_mutex_t lock;
	pthread_cond_t made;
	size_t bound;
	struct metrics *metrics;
	struct cache_item *chains[CACHE_CHAINS];
	struct cache_item *newest, *oldest;
	struct cache_figures figures;
};

int cache_new(size_t bytes, struct metrics *metrics, struct cache **ret, struct err *err)
{
	struct cache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	c->bound = bytes;
	c->metrics = metrics;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->made, NULL);
	*ret = c;
	return 0;
}

static size_t chain_of(const struct cache_key *k)
{
	uint64_t h;

	memcpy(&h, k->id.b + 8, sizeof(h));
	h = (h ^ (uint64_t)k->seq * 31 ^ (uint64_t)k->kind) * UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(h >> 32) % CACHE_CHAINS;
}

static bool key_eq(const struct cache_key *a, const struct cache_key *b)
{
	return a->kind == b->kind && a->seq == b->seq && uuid_eq(&a->id, &b->id);
}

/* ---- the list by use; under the lock ---- */

static void list_remove(struct cache *c, struct cache_item *i)
{
	*(i->newer != NULL ? &i->newer->older : &c->newest) = i->older;
	*(i->older != NULL ? &i->older->newer : &c->oldest) = i->newer;
	i->newer = i->older = NULL;
}

static void list_push(struct cache *c, struct cache_item *i)
{
	i->older = c->newest;
	i->newer = NULL;
	*(c->newest != NULL ? &c->newest->newer : &c->oldest) = i;
	c->newest = i;
}

static void unlink_item(struct cache *c, struct cache_item *i)
{
	struct cache_item **at = &c->chains[chain_of(&i->key)];

	while (*at != i)
		at = &(*at)->chain;
	*at = i->chain;
	list_remove(c, i);
	c->figures.bytes -= i->bytes;
	c->figures.items--;
}

/* Takes unpinned items out of the table until the bound holds; returns them as a chain. */
static struct cache_item *evict(struct cache *c)
{
	struct cache_item *gone = NULL;

	for (struct cache_item *i = c->oldest, *newer; i != NULL && c->figures.bytes > c->bound;
		i = newer) {
		newer = i->newer;
		if (i->pins > 0 || i->state != ITEM_READY)
			continue;
		unlink_item(c, i);
		c->figures.evictions++;
		i->chain = gone;
		gone = i;
	}
	return gone;
}

static void free_items(struct cache_item *i)
{
	for (struct cache_item *next; i != NULL; i = next) {
		next = i->chain;
		if (i->value != NULL)
			i->free_value(i->value);
		free(i);
	}
}

void cache_free(struct cache **p)
{
	struct cache *c = *p;

	if (c == NULL)
		return;
	/* Values may hold items of their own: newest first, and again until nothing is left. */
	c->bound = 0;
	for (struct cache_item *gone = evict(c); gone != NULL; gone = evict(c))
		free_items(gone);
	pthread_cond_destroy(&c->made);
	pthread_mutex_destroy(&c->lock);
	free(c);
	*p = NULL;
}

/* ---- getting ---- */

static struct cache_item *find(struct cache *c, const struct cache_key *key)
{
	struct cache_item *i = c->chains[chain_of(key)];

	while (i != NULL && !key_eq(&i->key, key))
		i = i->chain;
	return i;
}

static struct cache_item *insert(
	struct cache *c, const struct cache_key *key, cache_free_fn free_value)
{
	struct cache_item *i = calloc(1, sizeof(*i));

	if (i == NULL)
		return NULL;
	*i = (struct cache_item){.cache = c,
		.key = *key,
		.free_value = free_value,
		.pins = 1,
		.state = ITEM_MAKING,
		.chain = c->chains[chain_of(key)]};
	c->chains[chain_of(key)] = i;
	list_push(c, i);
	c->figures.items++;
	return i;
}

/* Waits until somebody else has made the item; under the lock. */
static int await(struct cache *c, struct cache_item *i, struct err *err)
{
	while (i->state == ITEM_MAKING)
		pthread_cond_wait(&c->made, &c->lock);
	if (i->state == ITEM_READY)
		return 0;
	if (err != NULL)
		*err = i->err;
	return i->err.code;
}

static void make(struct cache *c, struct cache_item *i, cache_make_fn make_value, void *ctx)
{
	struct err err = {0};
	void *value = NULL;
	size_t bytes = 0;
	int rc = make_value(ctx, &value, &bytes, &err);

	pthread_mutex_lock(&c->lock);
	if (rc == 0) {
		i->value = value;
		i->bytes = bytes + sizeof(*i);
		c->figures.bytes += i->bytes;
		i->state = ITEM_READY;
	} else {
		unlink_item(c, i);
		i->err = err;
		i->err.code = rc;
		i->state = ITEM_FAILED;
	}
	struct cache_item *gone = evict(c);
	metrics_set(c->metrics, M_CACHE_BYTES, 0, (int64_t)c->figures.bytes);
	pthread_cond_broadcast(&c->made);
	pthread_mutex_unlock(&c->lock);
	free_items(gone);
}

int cache_get(struct cache *c, const struct cache_key *key, cache_make_fn make_value,
	cache_free_fn free_value, void *ctx, struct cache_item **ret, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&c->lock);
	struct cache_item *i = find(c, key);
	if (i != NULL) {
		i->pins++;
		c->figures.hits++;
		metrics_add(c->metrics, M_CACHE_LOOKUPS, 0, 1);
		list_remove(c, i);
		list_push(c, i);
		rc = await(c, i, err);
		pthread_mutex_unlock(&c->lock);
	} else {
		c->figures.misses++;
		metrics_add(c->metrics, M_CACHE_LOOKUPS, 1, 1);
		i = insert(c, key, free_value);
		pthread_mutex_unlock(&c->lock);
		if (i == NULL)
			return err_set(err, E_NO_MEMORY, NULL);
		make(c, i, make_value, ctx);
		rc = i->state == ITEM_READY ? 0 : i->err.code;
		if (rc != 0 && err != NULL)
			*err = i->err;
	}
	if (rc != 0)
		cache_release(&i);
	else
		*ret = i;
	return rc;
}

void *cache_value(const struct cache_item *item)
{
	return item->value;
}

void cache_release(struct cache_item **p)
{
	struct cache_item *i = *p, *gone = NULL;

	*p = NULL;
	if (i == NULL)
		return;
	struct cache *c = i->cache;
	pthread_mutex_lock(&c->lock);
	if (--i->pins == 0 && i->state == ITEM_FAILED) {
		i->chain = NULL;
		gone = i;
	} else {
		gone = evict(c);
	}
	pthread_mutex_unlock(&c->lock);
	free_items(gone);
}

void cache_figures(struct cache *c, struct cache_figures *ret)
{
	pthread_mutex_lock(&c->lock);
	*ret = c->figures;
	pthread_mutex_unlock(&c->lock);
}
