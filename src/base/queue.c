/* SPDX-License-Identifier: MIT
 * queue.c - see queue.h. A ring under one mutex; waits are on the monotonic clock. */
#include "base/queue.h"
#include "base/clock.h"
#include "base/xmem.h"
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

struct slot {
    void *item;
    size_t weight;
};

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled, drained;
    struct slot *ring;
    size_t head, count, max_items;
    size_t weight, max_weight;
    bool closed;
    bool held;
    bool refused; /* a producer was turned away and has not been woken since */
    void (*destroy)(void *item);
    void (*wake)(void *arg);
    void *wake_arg;
};

static void cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

struct queue *queue_new(size_t max_items, size_t max_weight, void (*destroy)(void *item))
{
    struct queue *q = xcalloc(1, sizeof(*q));

    q->max_items = max_items ? max_items : 1;
    q->max_weight = max_weight ? max_weight : SIZE_MAX;
    q->destroy = destroy;
    q->ring = xcalloc(q->max_items, sizeof(*q->ring));
    pthread_mutex_init(&q->lock, NULL);
    cond_init(&q->filled);
    cond_init(&q->drained);
    return q;
}

void queue_free(struct queue *q)
{
    if (!q)
        return;
    for (size_t i = 0; i < q->count; i++)
        if (q->destroy)
            q->destroy(q->ring[(q->head + i) % q->max_items].item);
    pthread_cond_destroy(&q->filled);
    pthread_cond_destroy(&q->drained);
    pthread_mutex_destroy(&q->lock);
    free(q->ring);
    free(q);
}

/* False when the time is up. */
static bool wait_locked(struct queue *q, pthread_cond_t *cond, int timeout_ms,
                        const struct timespec *deadline)
{
    if (timeout_ms == 0)
        return false;
    if (timeout_ms < 0)
        return pthread_cond_wait(cond, &q->lock) == 0;
    return pthread_cond_timedwait(cond, &q->lock, deadline) == 0;
}

static bool fits_locked(const struct queue *q, size_t weight)
{
    if (q->count == 0)
        return true;
    return q->count < q->max_items && q->weight <= q->max_weight &&
           weight <= q->max_weight - q->weight;
}

/* Adds if it fits, and otherwise remembers that it did not. */
static bool add_locked(struct queue *q, void *item, size_t weight)
{
    if (q->closed)
        return false;
    if (!fits_locked(q, weight)) {
        q->refused = true;
        return false;
    }
    q->ring[(q->head + q->count) % q->max_items] = (struct slot){item, weight};
    q->count++;
    q->weight += weight;
    return true;
}

/* Is it time to wake the consumer? That is done without the lock, or it would wake only to wait for that. */
static bool is_ripe_locked(const struct queue *q)
{
    return !q->held || q->weight > q->max_weight / 2 || q->count > q->max_items / 2;
}

bool queue_try_push(struct queue *q, void *item, size_t weight)
{
    return queue_push(q, item, weight, 0);
}

bool queue_push(struct queue *q, void *item, size_t weight, int timeout_ms)
{
    struct timespec deadline = clock_deadline(timeout_ms > 0 ? timeout_ms : 0);
    bool in_time = true;

    pthread_mutex_lock(&q->lock);
    while (in_time && !q->closed && !fits_locked(q, weight))
        in_time = wait_locked(q, &q->drained, timeout_ms, &deadline);
    bool added = add_locked(q, item, weight), ripe = is_ripe_locked(q);
    pthread_mutex_unlock(&q->lock);
    if (added && ripe)
        pthread_cond_signal(&q->filled);
    return added;
}

static void *take_locked(struct queue *q)
{
    struct slot s = q->ring[q->head];

    q->head = (q->head + 1) % q->max_items;
    q->count--;
    q->weight -= s.weight;
    pthread_cond_broadcast(&q->drained); /* all of them: only the lightest may fit */
    return s.item;
}

void *queue_pop(struct queue *q, int timeout_ms)
{
    struct timespec deadline = clock_deadline(timeout_ms > 0 ? timeout_ms : 0);
    void (*wake)(void *arg) = NULL;
    bool in_time = true;

    pthread_mutex_lock(&q->lock);
    while (in_time && !q->closed && q->count == 0)
        in_time = wait_locked(q, &q->filled, timeout_ms, &deadline);
    void *item = q->count > 0 ? take_locked(q) : NULL;
    if (item && q->refused && fits_locked(q, 1)) {
        q->refused = false;
        wake = q->wake;
    }
    void *arg = q->wake_arg;
    pthread_mutex_unlock(&q->lock);
    if (wake)
        wake(arg);
    return item;
}

void queue_hold(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->held = true;
    pthread_mutex_unlock(&q->lock);
}

void queue_release(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool some = q->held && q->count > 0;
    q->held = false;
    pthread_mutex_unlock(&q->lock);
    if (some)
        pthread_cond_signal(&q->filled);
}

bool queue_is_empty(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool empty = q->count == 0;
    pthread_mutex_unlock(&q->lock);
    return empty;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->filled);
    pthread_cond_broadcast(&q->drained);
    pthread_mutex_unlock(&q->lock);
}

bool queue_has_room(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool room = !q->closed && fits_locked(q, 1);
    if (!room)
        q->refused = true; /* who asked will wait: it needs the wake-up as well */
    pthread_mutex_unlock(&q->lock);
    return room;
}

void queue_on_room(struct queue *q, void (*wake)(void *arg), void *arg)
{
    pthread_mutex_lock(&q->lock);
    q->wake = wake;
    q->wake_arg = arg;
    pthread_mutex_unlock(&q->lock);
}
