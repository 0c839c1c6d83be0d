/* SPDX-License-Identifier: MIT
 * test_base_queue.c - queue: bounded, in order, nothing lost, everybody is woken. */
#include "base/clock.h"
#include "base/queue.h"
#include "tests/unit/unit.h"
#include <pthread.h>
#include <stdatomic.h>

static int items[100];
static int destroyed;

static void destroy(void *item)
{
    assert_non_null(item);
    destroyed++;
}

static void test_first_in_first_out(void **state)
{
    (void)state;
    struct queue *q = queue_new(3, 0, NULL);

    assert_null(queue_pop(q, 0));
    for (int round = 0; round < 5; round++) { /* the ring wraps */
        for (int i = 0; i < 3; i++)
            assert_true(queue_try_push(q, &items[i], 1));
        assert_false(queue_has_room(q));
        assert_false(queue_try_push(q, &items[3], 1));
        assert_ptr_equal(queue_pop(q, 0), &items[0]);
        assert_ptr_equal(queue_pop(q, 0), &items[1]);
        assert_ptr_equal(queue_pop(q, -1), &items[2]);
        assert_null(queue_pop(q, 0));
    }
    queue_free(q);
    queue_free(NULL);
}

static void test_weight_bounds_too(void **state)
{
    (void)state;
    struct queue *q = queue_new(10, 100, NULL);

    assert_true(queue_try_push(q, &items[0], 60));
    assert_false(queue_try_push(q, &items[1], 41));
    assert_true(queue_try_push(q, &items[1], 40));
    assert_false(queue_has_room(q));
    assert_false(queue_try_push(q, &items[2], 1));
    assert_true(queue_try_push(q, &items[2], 0));
    for (int i = 0; i < 3; i++)
        assert_ptr_equal(queue_pop(q, 0), &items[i]);
    queue_free(q);
}

static void test_a_pop_gives_its_weight_back(void **state)
{
    (void)state;
    struct queue *q = queue_new(10, 100, NULL);

    assert_true(queue_try_push(q, &items[0], 60));
    for (int i = 1; i < 20; i++) { /* never empty, so nothing else resets the sum */
        assert_true(queue_try_push(q, &items[i], 40));
        assert_ptr_equal(queue_pop(q, 0), &items[i - 1]);
        assert_true(queue_try_push(q, &items[i], 60));
        assert_ptr_equal(queue_pop(q, 0), &items[i]);
    }
    queue_free(q);
}

static void test_one_item_always_fits(void **state)
{
    (void)state;
    struct queue *q = queue_new(10, 100, NULL);

    assert_true(queue_try_push(q, &items[0], SIZE_MAX));
    assert_false(queue_has_room(q));
    assert_false(queue_try_push(q, &items[1], 0));
    assert_false(queue_try_push(q, &items[1], SIZE_MAX));
    assert_ptr_equal(queue_pop(q, 0), &items[0]);
    assert_true(queue_has_room(q));
    queue_free(q);
}

static void test_close_refuses_and_drains(void **state)
{
    (void)state;
    struct queue *q = queue_new(10, 0, NULL);

    assert_true(queue_try_push(q, &items[0], 1));
    queue_close(q);
    assert_false(queue_try_push(q, &items[1], 1));
    assert_false(queue_push(q, &items[1], 1, -1));
    assert_false(queue_has_room(q));
    assert_ptr_equal(queue_pop(q, -1), &items[0]);
    assert_null(queue_pop(q, -1));
    queue_free(q);
}

static void test_free_destroys_what_is_left(void **state)
{
    (void)state;
    struct queue *q = queue_new(10, 0, destroy);

    destroyed = 0;
    for (int i = 0; i < 7; i++)
        queue_try_push(q, &items[i], 1);
    queue_pop(q, 0);
    assert_int_equal(destroyed, 0);
    queue_free(q);
    assert_int_equal(destroyed, 6);
}

static void test_waits_end_in_time(void **state)
{
    (void)state;
    struct queue *q = queue_new(1, 0, NULL);
    mono_ms start = clock_mono();

    assert_null(queue_pop(q, 20));
    assert_true(clock_mono() - start >= 19);
    assert_true(queue_push(q, &items[0], 1, 20));
    start = clock_mono();
    assert_false(queue_push(q, &items[1], 1, 20));
    assert_true(clock_mono() - start >= 19);
    queue_free(q);
}

static void count_wake(void *arg)
{
    ++*(int *)arg;
}

static void test_a_refused_producer_is_woken_once(void **state)
{
    (void)state;
    struct queue *q = queue_new(2, 0, NULL);
    int wakes = 0;

    queue_on_room(q, count_wake, &wakes);
    queue_try_push(q, &items[0], 1);
    queue_pop(q, 0);
    assert_int_equal(wakes, 0); /* nobody was refused */
    queue_try_push(q, &items[0], 1);
    queue_try_push(q, &items[1], 1);
    assert_false(queue_try_push(q, &items[2], 1));
    queue_pop(q, 0);
    assert_int_equal(wakes, 1);
    queue_pop(q, 0);
    assert_int_equal(wakes, 1);
    queue_try_push(q, &items[0], 1);
    queue_try_push(q, &items[1], 1);
    assert_false(queue_has_room(q)); /* to ask is to be refused */
    queue_pop(q, 0);
    assert_int_equal(wakes, 2);
    queue_free(q);
}

/* A wake-up needs room: a pop of one light item from an overweight queue makes none. */
static void test_no_wake_without_room(void **state)
{
    (void)state;
    struct queue *q = queue_new(10, 100, NULL);
    int wakes = 0;

    queue_on_room(q, count_wake, &wakes);
    queue_try_push(q, &items[0], 0);
    queue_try_push(q, &items[1], 100);
    assert_false(queue_try_push(q, &items[2], 1));
    queue_pop(q, 0);
    assert_int_equal(wakes, 0);
    queue_pop(q, 0);
    assert_int_equal(wakes, 1);
    queue_free(q);
}

static void *pop_for_ever(void *q)
{
    return queue_pop(q, -1);
}

static void test_close_wakes_sleepers(void **state)
{
    (void)state;
    struct queue *q = queue_new(1, 0, NULL);
    pthread_t threads[3];
    void *got = &items[0];

    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, pop_for_ever, q), 0);
    queue_close(q);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], &got);
        assert_null(got);
    }
    queue_free(q);
}

enum { PER_PRODUCER = 4000, PRODUCERS = 3 };

struct traffic {
    struct queue *q;
    atomic_int next_producer, wakes;
    atomic_int seen[PRODUCERS * PER_PRODUCER];
};

static void on_room(void *arg)
{
    atomic_fetch_add(&((struct traffic *)arg)->wakes, 1);
}

static void *produce(void *arg)
{
    struct traffic *t = arg;
    int first = atomic_fetch_add(&t->next_producer, 1) * PER_PRODUCER;

    for (int i = 0; i < PER_PRODUCER; i++) {
        void *item = &t->seen[first + i];
        if (i % 3 == 0 && queue_try_push(t->q, item, 5))
            continue;
        assert_true(queue_push(t->q, item, (size_t)(i % 7), -1));
    }
    return NULL;
}

static void *consume(void *arg)
{
    struct traffic *t = arg;
    atomic_int *item;

    while ((item = queue_pop(t->q, -1)))
        atomic_fetch_add(item, 1);
    return NULL;
}

/* For TSan: each item arrives exactly once. */
static void test_many_threads_lose_nothing(void **state)
{
    (void)state;
    static struct traffic t;
    pthread_t producers[PRODUCERS], consumers[2];

    t.q = queue_new(8, 20, NULL);
    queue_on_room(t.q, on_room, &t);
    for (int i = 0; i < PRODUCERS; i++)
        assert_int_equal(pthread_create(&producers[i], NULL, produce, &t), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&consumers[i], NULL, consume, &t), 0);
    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(producers[i], NULL);
    queue_close(t.q);
    for (int i = 0; i < 2; i++)
        pthread_join(consumers[i], NULL);
    for (int i = 0; i < PRODUCERS * PER_PRODUCER; i++)
        assert_int_equal(atomic_load(&t.seen[i]), 1);
    queue_free(t.q);
}

static void *pop_one(void *arg)
{
    return queue_pop(arg, 60 * 1000);
}

/* Held, a push wakes nobody until the release, or until the queue is half full. */
static void test_a_held_queue_wakes_once(void **state)
{
    (void)state;
    for (int full = 0; full < 2; full++) {
        struct queue *q = queue_new(4, 0, NULL);
        pthread_t consumer;
        void *got;

        queue_hold(q);
        assert_int_equal(pthread_create(&consumer, NULL, pop_one, q), 0);
        assert_true(queue_is_empty(q));
        for (int i = 0; i < (full ? 3 : 1); i++)
            assert_true(queue_try_push(q, &items[i], 1));
        if (!full)
            queue_release(q);
        pthread_join(consumer, &got);
        assert_ptr_equal(got, &items[0]);
        queue_release(q);
        queue_free(q);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_in_first_out),
        cmocka_unit_test(test_weight_bounds_too),
        cmocka_unit_test(test_a_pop_gives_its_weight_back),
        cmocka_unit_test(test_one_item_always_fits),
        cmocka_unit_test(test_close_refuses_and_drains),
        cmocka_unit_test(test_free_destroys_what_is_left),
        cmocka_unit_test(test_waits_end_in_time),
        cmocka_unit_test(test_a_refused_producer_is_woken_once),
        cmocka_unit_test(test_no_wake_without_room),
        cmocka_unit_test(test_close_wakes_sleepers),
        cmocka_unit_test(test_a_held_queue_wakes_once),
        cmocka_unit_test(test_many_threads_lose_nothing),
    };
    return cmocka_run_group_tests_name("base queue", tests, NULL, NULL);
}
