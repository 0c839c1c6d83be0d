/* SPDX-License-Identifier: MIT
 * Snapshots between threads: one writer edits and publishes, readers look and let go. Under TSan
 * this proves that nothing reachable from a snapshot is written any more. */
#include "tests/unit/model_kit.h"
#include <pthread.h>
#include <stdatomic.h>

enum { ROUNDS = 400, NODES = 300, READERS = 3 };

struct shared {
    struct snapshot_hub *hub;
    atomic_bool done;
    atomic_int published;
    atomic_int looked;
};

static void on_publish(void *arg)
{
    atomic_fetch_add(&((struct shared *)arg)->published, 1);
}

/* Every node of a snapshot was written in the same round. */
static void look(struct snapshot *s)
{
    const struct intern *in = snapshot_strings(s);
    double load = -1;

    for (uint32_t slot = 0; slot < snapshot_slots(s, ENTITY_NODE); slot++) {
        const struct node_row *n = snapshot_row(s, ENTITY_NODE, slot);
        if (!n)
            continue;
        if (load < 0)
            load = n->load;
        assert_true(n->load == load);
        char expected[32];
        snprintf(expected, sizeof(expected), "reason %d", (int)load);
        assert_string_equal(intern_text(in, n->reason), expected);
        assert_int_equal(snapshot_find(s, ENTITY_NODE, n->h.key), slot);
        assert_int_equal(snapshot_teller_of(s, n, FIELD_node_load), 0);
        assert_int_equal(snapshot_teller_of(s, n, FIELD_node_power_watts),
                         row_has(n, node, power_watts) ? 2 : UINT16_MAX);
    }
    float history[4];
    snapshot_history(s, 0, HISTORY_DEVICES_ALLOCATED, history, 4);
}

static void *reader(void *arg)
{
    struct shared *sh = arg;
    struct snapshot *kept = NULL;

    while (!atomic_load(&sh->done)) {
        struct snapshot *s = snapshot_hub_latest(sh->hub);
        if (!s)
            continue;
        look(s);
        if (snapshot_generation(s) % 7 == 0) { /* hold one for longer */
            snapshot_unref(kept);
            kept = snapshot_ref(s);
        }
        if (kept)
            look(kept);
        snapshot_unref(s);
        atomic_fetch_add(&sh->looked, 1);
    }
    snapshot_unref(kept);
    return NULL;
}

static void write_round(struct fleet *f, int round)
{
    struct delta *d = delta_new(0, 0, KIT_NOW + round, 0);
    char name[32], reason[32];

    snprintf(reason, sizeof(reason), "reason %d", round);
    for (int i = 0; i < NODES; i++) {
        int len = snprintf(name, sizeof(name), "cn%d", i);
        if ((i + round) % 50 == 0) {
            delta_remove(d, ENTITY_NODE, name, (size_t)len);
            continue;
        }
        delta_row(d, ENTITY_NODE, name, (size_t)len);
        delta_num(d, FIELD_node_load, round);
        delta_str(d, FIELD_node_reason, reason);
        delta_num(d, FIELD_node_devices_total, 8);
        delta_num(d, FIELD_node_devices_allocated, round % 9);
    }
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
}

/* A second source joins each node, and leaves some of them. */
static void write_again(struct fleet *f, int round)
{
    struct delta *d = delta_new(0, 2, KIT_NOW + round, 0);
    char name[32];

    for (int i = 0; i < NODES; i++) {
        int len = snprintf(name, sizeof(name), "cn%d", i);
        if ((i + round) % 50 == 0 || (i + round) % 7 == 0) {
            delta_remove(d, ENTITY_NODE, name, (size_t)len);
            continue;
        }
        delta_row(d, ENTITY_NODE, name, (size_t)len);
        delta_num(d, FIELD_node_power_watts, round);
        delta_num(d, FIELD_node_load, round + 1); /* the first one's word counts */
    }
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
}

static void readers_never_see_an_edit(void **state)
{
    struct shared sh = {0};
    pthread_t threads[READERS];
    struct fleet *f = fleet_new(NULL);

    (void)state;
    sh.hub = snapshot_hub_new(on_publish, &sh);
    assert_null(snapshot_hub_latest(sh.hub));
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, reader, &sh), 0);
    for (int round = 1; round <= ROUNDS || atomic_load(&sh.looked) < 100; round++) {
        write_round(f, round);
        write_again(f, round);
        fleet_tick(f, KIT_NOW + (wall_ms)round * HISTORY_STEP_MS);
        snapshot_hub_publish(sh.hub, fleet_publish(f, KIT_NOW + round));
    }
    atomic_store(&sh.done, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    assert_true(atomic_load(&sh.published) >= ROUNDS);
    fleet_free(f); /* the hub's snapshot outlives the fleet */
    struct snapshot *s = snapshot_hub_latest(sh.hub);
    look(s);
    snapshot_unref(s);
    snapshot_hub_free(sh.hub);
}

static void an_empty_fleet_has_an_empty_snapshot(void **state)
{
    struct fleet *f = fleet_new(NULL);
    struct snapshot *s = fleet_publish(f, KIT_NOW);

    (void)state;
    for (int e = 0; e < ENTITY_COUNT; e++) {
        assert_int_equal(snapshot_slots(s, (enum entity)e), 0);
        assert_int_equal(snapshot_count(s, (enum entity)e), 0);
        assert_null(snapshot_row(s, (enum entity)e, 0));
        assert_int_equal(snapshot_find(s, (enum entity)e, 17), UINT32_MAX);
    }
    assert_int_equal(snapshot_at(s), KIT_NOW);
    assert_null(snapshot_center(s, 0));
    assert_null(snapshot_source(s, UINT16_MAX));
    snapshot_unref(s);
    snapshot_unref(NULL);
    snapshot_hub_free(NULL);
    fleet_free(f);
    fleet_free(NULL);
}

static void an_old_snapshot_stays_what_it_was(void **state)
{
    struct fleet *f = fleet_new(NULL);
    struct buf before, after;

    (void)state;
    buf_init(&before, 64 << 20);
    buf_init(&after, 64 << 20);
    kit_rows(f, 0, 0, KIT_NOW, "center zb id=zb\nsource s state=ok\npool gpu state=UP");
    write_round(f, 1);
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    kit_dump(s, &before);
    for (int round = 2; round < 60; round++) {
        write_round(f, round);
        fleet_tick(f, KIT_NOW + round * 100000);
        snapshot_unref(fleet_publish(f, KIT_NOW + round));
    }
    kit_dump(s, &after);
    assert_string_equal(before.data, after.data);
    snapshot_unref(s);
    fleet_free(f);
    buf_fini(&before);
    buf_fini(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_fleet_has_an_empty_snapshot),
        cmocka_unit_test(an_old_snapshot_stays_what_it_was),
        cmocka_unit_test(readers_never_see_an_edit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
