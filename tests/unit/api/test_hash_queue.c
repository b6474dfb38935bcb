/*
 * The bounded queue before password hashing: never more at once than slots, never more waiting than
 * allowed, and nobody waits for ever.
 */
#include "api/hash_queue.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static void test_slots(void **state)
{
	struct hash_queue *q = hash_queue_new(2, 0, 10);

	(void)state;
	assert_non_null(q);
	assert_int_equal(hash_queue_enter(q, NULL), 0);
	assert_int_equal(hash_queue_enter(q, NULL), 0);
	assert_int_equal(hash_queue_enter(q, NULL), E_UNAVAILABLE);
	hash_queue_leave(q);
	assert_int_equal(hash_queue_enter(q, NULL), 0);
	hash_queue_leave(q);
	hash_queue_leave(q);
	hash_queue_free(q);
	hash_queue_free(NULL);
}

static void test_waiting_ends(void **state)
{
	struct hash_queue *q = hash_queue_new(1, 5, 20);

	(void)state;
	assert_int_equal(hash_queue_enter(q, NULL), 0);
	assert_int_equal(hash_queue_enter(q, NULL), E_UNAVAILABLE);
	hash_queue_leave(q);
	hash_queue_free(q);
}

struct crowd {
	struct hash_queue *q;
	atomic_int inside;
	atomic_int most;
	atomic_int served;
};

static void *one_of_many(void *arg)
{
	struct crowd *c = arg;

	if (hash_queue_enter(c->q, NULL) == 0) {
		int now = atomic_fetch_add(&c->inside, 1) + 1;
		int most = atomic_load(&c->most);

		while (now > most && !atomic_compare_exchange_weak(&c->most, &most, now))
			;
		usleep(1000);
		atomic_fetch_sub(&c->inside, 1);
		atomic_fetch_add(&c->served, 1);
		hash_queue_leave(c->q);
	}
	return NULL;
}

static void test_a_crowd(void **state)
{
	struct crowd c = {.q = hash_queue_new(2, 100, 10000)};
	pthread_t threads[20];

	(void)state;
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, one_of_many, &c), 0);
	for (size_t i = 0; i < 20; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&c.served), 20);
	assert_true(atomic_load(&c.most) <= 2);
	hash_queue_free(c.q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_waiting_ends),
		cmocka_unit_test(test_a_crowd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
