/* SPDX-License-Identifier: MIT
 * queue.h - bounded queue of owned pointers between threads.
 *
 * The queue owns what is in it: queue_free gives every item left to the `destroy` function. Bounded
 * by count and by weight (bytes the items stand for; max_weight 0 = by count alone). queue_try_push
 * refuses when full, and the producer must then stop its input (the net thread pauses the
 * transfer); nothing is ever dropped silently.
 * Thread: any number of producers and consumers. */
#ifndef SUAN_BASE_QUEUE_H
#define SUAN_BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue;

struct queue *queue_new(size_t max_items, size_t max_weight, void (*destroy)(void *item));
void queue_free(struct queue *q);
/* False when full or closed: then the item is still the caller's. An empty queue takes any item. */
bool queue_try_push(struct queue *q, void *item, size_t weight);
/* Waits up to timeout_ms (-1 = for ever) for room. */
bool queue_push(struct queue *q, void *item, size_t weight, int timeout_ms);
/* NULL on time-out, or when closed and empty. timeout_ms 0 = do not wait. */
void *queue_pop(struct queue *q, int timeout_ms);
/* While held, what is pushed wakes nobody, unless the queue is half full: a producer that has more to say in a moment wakes
 * the consumer once, at queue_release. */
void queue_hold(struct queue *q);
void queue_release(struct queue *q);
bool queue_is_empty(struct queue *q);
void queue_close(struct queue *q); /* wakes everybody; pops drain what is left, pushes fail */
/* A false answer counts as a refused push. */
bool queue_has_room(struct queue *q);
/* Runs (outside the lock, in the popping thread) when a pop made room in a queue that had refused a
 * push: the producer's wake-up. Once a refusal; it may find that its item still does not fit. */
void queue_on_room(struct queue *q, void (*wake)(void *arg), void *arg);

#endif
