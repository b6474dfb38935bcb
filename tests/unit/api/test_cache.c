/*
 * The cache: made once, kept up to the bound, pinned while in use, errors not kept.
 */
#include "api/cache.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static atomic_int made, freed;

struct order {
	size_t bytes;
	int rc;
	long slow_ms;
};

static int make(void *ctx, void **ret_value, size_t *ret_bytes, struct err *err)
{
	const struct order *o = ctx;
	struct timespec wait = {0, o->slow_ms * 1000000};

	if (o->slow_ms > 0)
		nanosleep(&wait, NULL);
	made++;
	if (o->rc != 0)
		return err_set(err, o->rc, "as ordered");
	*ret_value = malloc(1);
	*ret_bytes = o->bytes;
	return *ret_value == NULL ? E_NO_MEMORY : 0;
}

static void give_back(void *value)
{
	freed++;
	free(value);
}

static struct cache_key key_of(uint8_t n)
{
	return (struct cache_key){CACHE_TABLE, {{[8] = n}}, 0};
}

static int get(struct cache *c, uint8_t n, const struct order *o, struct cache_item **ret)
{
	struct cache_key key = key_of(n);

	return cache_get(c, &key, make, give_back, (void *)(uintptr_t)o, ret, NULL);
}

static int setup(void **state)
{
	struct cache *c;

	made = freed = 0;
	assert_int_equal(cache_new(10000, NULL, &c, NULL), 0);
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	struct cache *c = *state;

	cache_free(&c);
	return made == freed ? 0
			     : -1; /* all values are freed (errors are counted by their tests) */
}

static void test_made_once(void **state)
{
	const struct order o = {.bytes = 100};
	struct cache_item *a = NULL, *b = NULL;
	struct cache_figures f;

	assert_int_equal(get(*state, 1, &o, &a), 0);
	assert_int_equal(get(*state, 1, &o, &b), 0);
	assert_ptr_equal(a, b);
	assert_non_null(cache_value(a));
	assert_int_equal(made, 1);
	cache_release(&a);
	cache_release(&b);
	assert_null(a);
	assert_int_equal(freed, 0);
	cache_figures(*state, &f);
	assert_int_equal(f.hits, 1);
	assert_int_equal(f.misses, 1);
	assert_int_equal(f.items, 1);
}

static void test_keys_differ(void **state)
{
	const struct order o = {.bytes = 10};
	struct cache_item *items[3] = {NULL};
	const struct cache_key keys[3] = {
		{CACHE_TABLE, {{1}}, 0}, {CACHE_JOB, {{1}}, 0}, {CACHE_TABLE, {{1}}, 7}};

	for (size_t i = 0; i < 3; i++)
		assert_int_equal(cache_get(*state, &keys[i], make, give_back, (void *)(uintptr_t)&o,
					 &items[i], NULL),
			0);
	assert_int_equal(made, 3);
	for (size_t i = 0; i < 3; i++)
		cache_release(&items[i]);
}

static void test_oldest_goes_first(void **state)
{
	const struct order o = {.bytes = 2000};
	struct cache_item *i = NULL;

	for (uint8_t n = 1; n <= 3; n++) {
		assert_int_equal(get(*state, n, &o, &i), 0);
		cache_release(&i);
	}
	assert_int_equal(get(*state, 1, &o, &i), 0); /* 1 is newer than 2 now */
	cache_release(&i);
	assert_int_equal(get(*state, 4, &o, &i), 0);
	cache_release(&i);
	assert_int_equal(freed, 1);
	made = 0;
	assert_int_equal(get(*state, 1, &o, &i), 0);
	cache_release(&i);
	assert_int_equal(made, 0);
	assert_int_equal(get(*state, 2, &o, &i), 0);
	cache_release(&i);
	assert_int_equal(made, 1);
	made = 5; /* for the teardown */
}

static void test_pinned_stays(void **state)
{
	const struct order large = {.bytes = 20000}, small = {.bytes = 10};
	struct cache_item *pinned = NULL, *i = NULL;

	assert_int_equal(get(*state, 1, &large, &pinned), 0);
	assert_int_equal(get(*state, 2, &small, &i), 0);
	cache_release(&i);
	assert_non_null(cache_value(pinned));
	assert_int_equal(freed, 1); /* the small one, since the bound is passed */
	cache_release(&pinned);
	assert_int_equal(freed, 2);
}

static void test_errors_are_not_kept(void **state)
{
	const struct order bad = {.rc = E_CORRUPT}, good = {.bytes = 10};
	struct cache_item *i = NULL;
	struct cache_key key = key_of(1);
	struct err err = {0};

	assert_int_equal(
		cache_get(*state, &key, make, give_back, (void *)(uintptr_t)&bad, &i, &err),
		E_CORRUPT);
	assert_string_equal(err.detail, "as ordered");
	assert_null(i);
	assert_int_equal(get(*state, 1, &good, &i), 0);
	cache_release(&i);
	made--; /* the failed one has nothing to free */
}

struct asker {
	struct cache *cache;
	struct order order;
	int rc;
};

static void *ask(void *arg)
{
	struct asker *a = arg;
	struct cache_item *i = NULL;

	a->rc = get(a->cache, 9, &a->order, &i);
	cache_release(&i);
	return NULL;
}

static void ask_together(struct cache *c, int rc, int want)
{
	struct asker askers[4];
	pthread_t threads[4];

	for (size_t i = 0; i < 4; i++) {
		askers[i] = (struct asker){c, {.bytes = 10, .rc = rc, .slow_ms = 30}, 1};
		assert_int_equal(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
	}
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(askers[i].rc, want);
	}
}

static void test_threads_share(void **state)
{
	ask_together(*state, 0, 0);
	assert_int_equal(made, 1);
}

static void test_threads_share_an_error(void **state)
{
	ask_together(*state, E_IO, E_IO);
	assert_true(made >= 1 && freed == 0);
	made = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_made_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_keys_differ, setup, teardown),
		cmocka_unit_test_setup_teardown(test_oldest_goes_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pinned_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors_are_not_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(test_threads_share, setup, teardown),
		cmocka_unit_test_setup_teardown(test_threads_share_an_error, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
