/* SPDX-License-Identifier: MIT
 * test_io_ingest.c - the ingest thread gives back what was freed, whether it rests or not. */
#include "io/ingest.h"
#include "base/xmem.h"
#include "model/delta.h"
#include "model/snapshot.h"
#include "tests/unit/unit.h"
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define OWN_MALLOC true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OWN_MALLOC true
#endif
#endif
#ifndef OWN_MALLOC
#define OWN_MALLOC false
#endif

enum { PIECES = 20000, PIECE = 1400, KEPT_OF = 16, MIB = 1 << 20 };

static size_t resident(void)
{
    unsigned long size = 0, pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    assert_non_null(f);
    assert_int_equal(fscanf(f, "%lu %lu", &size, &pages), 2);
    fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void nap(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* What is kept lies between what is freed: the heap ends in neither. Returns the bytes resident then. */
static size_t make_holes(char **kept)
{
    char **all = xcalloc(PIECES, sizeof(*all));

    for (int i = 0; i < PIECES; i++)
        memset(all[i] = xmalloc(PIECE), 1, PIECE);
    for (int i = 0; i < PIECES; i++) {
        if (i % KEPT_OF == 0)
            kept[i / KEPT_OF] = all[i];
        else
            free(all[i]);
    }
    free(all);
    return resident();
}

struct rig {
    struct queue *queue;
    struct snapshot_hub *hub;
    struct ingest *ingest;
    char *kept[PIECES / KEPT_OF];
    size_t before;
};

static void destroy_delta(void *d)
{
    delta_free(d);
}

static void rig_start(struct rig *r)
{
    struct err e;

    r->queue = queue_new(64, 0, destroy_delta);
    r->hub = snapshot_hub_new(NULL, NULL);
    r->ingest = ingest_new(fleet_new(NULL), r->queue, r->hub, 0);
    r->before = make_holes(r->kept);
    ingest_set_give_back(r->ingest, 100);
    assert_int_equal(ingest_start(r->ingest, &e), RC_OK);
}

static void rig_stop(struct rig *r)
{
    ingest_free(r->ingest);
    queue_free(r->queue);
    snapshot_hub_free(r->hub);
    for (size_t i = 0; i < ARRAY_LEN(r->kept); i++)
        free(r->kept[i]);
}

static bool given_back(const struct rig *r)
{
    return OWN_MALLOC || resident() + 15 * MIB < r->before;
}

static void test_a_quiet_thread_gives_back(void **state)
{
    static struct rig r;

    (void)state;
    rig_start(&r);
    for (int i = 0; i < 1200 && !given_back(&r); i++)
        nap(100);
    assert_true(given_back(&r));
    rig_stop(&r);
}

/* Deltas come all the time, and no wait is in vain. */
static void test_a_busy_thread_gives_back(void **state)
{
    static struct rig r;

    (void)state;
    rig_start(&r);
    for (int i = 0; i < 100000 && !given_back(&r); i++) {
        struct delta *d = delta_new(0, 0, 1, 0);
        if (!queue_push(r.queue, d, 1, 1000))
            delta_free(d);
        nap(1);
    }
    assert_true(given_back(&r));
    rig_stop(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_quiet_thread_gives_back),
        cmocka_unit_test(test_a_busy_thread_gives_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
