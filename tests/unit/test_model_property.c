/* SPDX-License-Identifier: MIT
 * Thousands of random deltas: sums kept row by row equal sums computed from scratch, no figure is
 * negative, every slot is consistent, twins are marked, and older snapshots stay as they were. */
#include "tests/unit/model_check.h"
#include "tests/unit/model_kit.h"
#include "tests/unit/model_random.h"

static uint32_t next(struct random_source *r, uint32_t below)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((r->state >> 33) % below);
}

enum { HELD = 4 };

struct held {
    struct snapshot *snap;
    struct buf dump;
};

static void hold(struct held *h, struct snapshot *s)
{
    snapshot_unref(h->snap);
    buf_reset(&h->dump);
    h->snap = snapshot_ref(s);
    kit_dump(s, &h->dump);
}

static void assert_untouched(const struct held *h)
{
    struct buf now;

    if (!h->snap)
        return;
    buf_init(&now, 16 << 20);
    kit_dump(h->snap, &now);
    assert_string_equal(h->dump.data, now.data);
    buf_fini(&now);
}

static void run(uint64_t seed, int steps)
{
    struct random_source r = {.next = next, .state = seed};
    struct fleet_limits limits = {.rows[ENTITY_JOB] = 12, .keep_gone_jobs_ms = 20000};
    struct fleet *f = fleet_new(&limits);
    struct held held[HELD] = {{0}};
    wall_ms now = KIT_NOW;

    for (int i = 0; i < HELD; i++)
        buf_init(&held[i].dump, 16 << 20);
    for (int step = 0; step < steps; step++) {
        struct delta *d = random_delta(&r, now);
        fleet_apply(f, d, NULL);
        delta_free(d);
        now += next(&r, 4000);
        if (next(&r, 3) == 0)
            fleet_tick(f, now);
        if (next(&r, 3) != 0)
            continue;
        struct snapshot *s = fleet_publish(f, now);
        check_snapshot(s);
        int i = (int)next(&r, HELD);
        assert_untouched(&held[i]);
        hold(&held[i], s);
        snapshot_unref(s);
    }
    for (int i = 0; i < HELD; i++) {
        assert_untouched(&held[i]);
        snapshot_unref(held[i].snap);
        buf_fini(&held[i].dump);
    }
    fleet_free(f);
}

static void random_deltas_keep_every_rule(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++)
        run(seed * 7919, 700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_deltas_keep_every_rule),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
