/*
 * A counting semaphore with a bounded number of waiters.
 */
#include "api/hash_queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct hash_queue {
	pthread_mutex_t lock;
	pthread_cond_t free_slot;
	unsigned slots;
	unsigned waiting;
	unsigned waiting_max;
	unsigned wait_ms;
};

struct hash_queue *hash_queue_new(unsigned slots, unsigned waiting, unsigned wait_ms)
{
	struct hash_queue *q = calloc(1, sizeof(*q));
	pthread_condattr_t attr;

	if (q == NULL)
		return NULL;
	q->slots = slots;
	q->waiting_max = waiting;
	q->wait_ms = wait_ms;
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&q->free_slot, &attr);
	pthread_condattr_destroy(&attr);
	return q;
}

void hash_queue_free(struct hash_queue *q)
{
	if (q == NULL)
		return;
	pthread_cond_destroy(&q->free_slot);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

static struct timespec deadline(unsigned ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

/* With the lock held. */
static int wait_for_slot(struct hash_queue *q)
{
	struct timespec until = deadline(q->wait_ms);
	int rc = 0;

	q->waiting++;
	while (q->slots == 0 && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&q->free_slot, &q->lock, &until);
	q->waiting--;
	return q->slots == 0 ? E_UNAVAILABLE : 0;
}

int hash_queue_enter(struct hash_queue *q, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&q->lock);
	if (q->slots == 0)
		rc = q->waiting < q->waiting_max ? wait_for_slot(q) : E_UNAVAILABLE;
	if (rc == 0)
		q->slots--;
	pthread_mutex_unlock(&q->lock);
	return rc == 0 ? 0 :
			 err_set(err, rc, "Too many people are signing in; try again shortly.");
}

void hash_queue_leave(struct hash_queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->slots++;
	pthread_cond_signal(&q->free_slot);
	pthread_mutex_unlock(&q->lock);
}
