/* SPDX-License-Identifier: MIT
 * One row, several sources: whose value it holds, and what goes when a source goes. */
#include "model/health.h"
#include "tests/unit/model_check.h"
#include "tests/unit/model_kit.h"

enum { SLURM = 1, DCGM = 2, NODE_EXPORTER = 3, PROMETHEUS = 4, OTHER = 5 };
#define STALE 30000
#define SILENT 150000

static void rank(struct fleet *f, uint16_t source, uint8_t sched, uint8_t tele)
{
    struct delta *d = delta_new(0, source, KIT_NOW, 0);

    d->rank[0] = sched;
    d->rank[1] = tele;
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
}

static struct fleet *new_fleet(void)
{
    struct fleet *f = fleet_new(NULL);

    rank(f, SLURM, 9, 1);
    rank(f, DCGM, 6, 6);
    rank(f, NODE_EXPORTER, 6, 6);
    rank(f, PROMETHEUS, 3, 3);
    return f;
}

static const struct device_row *device(const struct snapshot *s, const char *node, char index)
{
    char id[64];
    size_t len = strlen(node);

    memcpy(id, node, len + 1);
    id[len + 1] = index;
    uint32_t slot = snapshot_find(s, ENTITY_DEVICE, row_key(ENTITY_DEVICE, 0, id, len + 2));
    return slot == UINT32_MAX ? NULL : snapshot_row(s, ENTITY_DEVICE, slot);
}

/* Looks at the one device that the tests speak of. */
static void assert_core(struct fleet *f, wall_ms now, double celsius, uint16_t source)
{
    struct snapshot *s = fleet_publish(f, now);
    const struct device_row *d = device(s, "cn1", '0');

    check_snapshot(s);
    assert_non_null(d);
    if (source == UINT16_MAX)
        assert_false(row_has(d, device, temperature_celsius));
    else
        assert_true(row_has(d, device, temperature_celsius) &&
                    (double)d->temperature_celsius == celsius);
    assert_int_equal(snapshot_teller_of(s, d, FIELD_device_temperature_celsius), source);
    snapshot_unref(s);
}

static void the_higher_rank_counts_in_any_order(void **state)
{
    static const uint16_t orders[6][3] = {{2, 3, 4}, {2, 4, 3}, {3, 2, 4},
                                          {3, 4, 2}, {4, 2, 3}, {4, 3, 2}};

    (void)state;
    for (int o = 0; o < 6; o++) {
        struct fleet *f = new_fleet();
        uint16_t first = 0;
        for (int i = 0; i < 3; i++) {
            char line[64];
            snprintf(line, sizeof line, "device cn1/0 temperature_celsius=%d", 40 + orders[o][i]);
            kit_rows(f, 0, orders[o][i], KIT_NOW + i, line);
            if (!first && orders[o][i] != PROMETHEUS)
                first = orders[o][i]; /* of equals */
        }
        assert_core(f, KIT_NOW + 5, 40 + first, first);
        struct snapshot *s = fleet_publish(f, KIT_NOW + 5);
        struct teller t[TELLERS_MAX];
        assert_int_equal(snapshot_count(s, ENTITY_DEVICE), 1);
        assert_int_equal(snapshot_tellers(s, device(s, "cn1", '0'), t), 3);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(t[i].source, orders[o][i]);
            assert_int_equal(t[i].at, KIT_NOW + i);
        }
        snapshot_unref(s);
        fleet_free(f);
    }
}

static void each_tells_what_the_others_do_not(void **state)
{
    struct fleet *f = new_fleet();
    struct teller t[TELLERS_MAX];

    (void)state;
    kit_rows(f, 0, SLURM, KIT_NOW, "node cn1 state=idle load=3 cpus_total=64");
    kit_rows(f, 0, NODE_EXPORTER, KIT_NOW, "node cn1 load=2 temperature_celsius=50 cpus_total=32");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    const struct node_row *n = kit_node(s, "cn1");
    assert_true((double)n->load == 2 && (double)n->cpus_total == 64);
    assert_int_equal(snapshot_tellers(s, n, t), 2);
    assert_true(t[0].fields ==
                (UINT64_C(1) << FIELD_node_state | UINT64_C(1) << FIELD_node_cpus_total));
    assert_true(t[1].fields ==
                (UINT64_C(1) << FIELD_node_load | UINT64_C(1) << FIELD_node_temperature_celsius));
    assert_int_equal(n->h.source[0], SLURM);
    assert_int_equal(n->h.source[1], NODE_EXPORTER);
    assert_int_equal(snapshot_teller_of(s, n, FIELD_node_reason), UINT16_MAX);
    snapshot_unref(s);
    fleet_free(f);
}

static void one_source_has_no_side_record(void **state)
{
    struct fleet *f = new_fleet();
    struct teller t[TELLERS_MAX];

    (void)state;
    kit_rows(f, 0, SLURM, KIT_NOW, "node cn1 state=idle load=3\njob 1 state=running");
    kit_rows(f, 0, UINT16_MAX, KIT_NOW, "node cn9 state=idle");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_int_equal(kit_node(s, "cn1")->h.was, 0);
    assert_int_equal(snapshot_tellers(s, kit_node(s, "cn1"), t), 1);
    assert_int_equal(t[0].source, SLURM);
    assert_int_equal(t[0].at, KIT_NOW);
    assert_true(t[0].fields == (UINT64_C(1) << FIELD_node_state | UINT64_C(1) << FIELD_node_load));
    assert_int_equal(snapshot_tellers(s, kit_job(s, "1"), t), 1);
    assert_int_equal(snapshot_teller_of(s, kit_job(s, "1"), FIELD_job_state), SLURM);
    assert_int_equal(snapshot_tellers(s, kit_node(s, "cn9"), t), 0);
    snapshot_unref(s);
    fleet_free(f);
}

static void the_loss_of_each_takes_its_values_alone(void **state)
{
    static const uint16_t orders[6][3] = {{2, 3, 4}, {2, 4, 3}, {3, 2, 4},
                                          {3, 4, 2}, {4, 2, 3}, {4, 3, 2}};

    (void)state;
    for (int o = 0; o < 6; o++) {
        struct fleet *f = new_fleet();
        kit_list(f, DCGM, KIT_NOW, 1, "device",
                 "device cn1/0 temperature_celsius=42 model=H200 power_watts=300");
        kit_list(f, NODE_EXPORTER, KIT_NOW, 1, "device",
                 "device cn1/0 temperature_celsius=43 uuid=GPU-1");
        kit_list(f, PROMETHEUS, KIT_NOW, 1, "device",
                 "device cn1/0 temperature_celsius=44 job=7 power_watts=200");
        bool in[5] = {false, false, true, true, true};
        for (int i = 0; i < 3; i++) {
            uint16_t gone = orders[o][i];
            kit_list(f, gone, KIT_NOW + 1 + i, 2, "device", "");
            in[gone] = false;
            struct snapshot *s = fleet_publish(f, KIT_NOW + 3);
            const struct device_row *d = device(s, "cn1", '0');
            check_snapshot(s);
            if (i == 2) {
                assert_null(d);
                snapshot_unref(s);
                break;
            }
            double core = in[DCGM] ? 42 : in[NODE_EXPORTER] ? 43 : 44;
            assert_true((double)d->temperature_celsius == core);
            assert_int_equal(row_has(d, device, model), in[DCGM]);
            assert_int_equal(row_has(d, device, uuid), in[NODE_EXPORTER]);
            assert_int_equal(row_has(d, device, job), in[PROMETHEUS]);
            assert_int_equal(row_has(d, device, power_watts), in[DCGM] || in[PROMETHEUS]);
            assert_true(!row_has(d, device, power_watts) ||
                        (double)d->power_watts == (in[DCGM] ? 300 : 200));
            assert_true(row_has(d, device, node) && row_has(d, device, index));
            snapshot_unref(s);
        }
        fleet_free(f);
    }
}

static void a_source_that_returns_counts_again(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_rows(f, 0, DCGM, KIT_NOW, "device cn1/0 temperature_celsius=42");
    kit_rows(f, 0, PROMETHEUS, KIT_NOW, "device cn1/0 temperature_celsius=44");
    kit_rows(f, 0, DCGM, KIT_NOW + 1, "remove device cn1/0");
    assert_core(f, KIT_NOW + 1, 44, PROMETHEUS);
    kit_rows(f, 0, DCGM, KIT_NOW + 2, "device cn1/0 temperature_celsius=41");
    assert_core(f, KIT_NOW + 2, 41, DCGM);
    kit_rows(f, 0, OTHER, KIT_NOW + 3, "remove device cn1/0"); /* it never told it */
    kit_rows(f, 0, PROMETHEUS, KIT_NOW + 3, "remove device cn1/0");
    assert_core(f, KIT_NOW + 3, 41, DCGM);
    kit_rows(f, 0, OTHER, KIT_NOW + 3, "remove device cn1/0");
    assert_core(f, KIT_NOW + 3, 41, DCGM);
    kit_rows(f, 0, DCGM, KIT_NOW + 4, "remove device cn1/0");
    struct snapshot *s = fleet_publish(f, KIT_NOW + 4);
    assert_int_equal(snapshot_count(s, ENTITY_DEVICE), 0);
    snapshot_unref(s);
    fleet_free(f);
}

static void absent_takes_back_ones_own_word_only(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_rows(f, 0, DCGM, KIT_NOW, "device cn1/0 temperature_celsius=42 model=H200");
    kit_rows(f, 0, PROMETHEUS, KIT_NOW, "device cn1/0 temperature_celsius=44 model=?");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_true(row_has(device(s, "cn1", '0'), device, model));
    snapshot_unref(s);
    kit_rows(f, 0, DCGM, KIT_NOW, "device cn1/0 temperature_celsius=?");
    assert_core(f, KIT_NOW, 44, PROMETHEUS);
    kit_rows(f, 0, DCGM, KIT_NOW, "device cn1/0 temperature_celsius=43");
    assert_core(f, KIT_NOW, 43, DCGM);
    kit_rows(f, 0, PROMETHEUS, KIT_NOW, "device cn1/0 temperature_celsius=?");
    kit_rows(f, 0, DCGM, KIT_NOW, "device cn1/0 temperature_celsius=nan"); /* nonsense = absent */
    assert_core(f, KIT_NOW, 0, UINT16_MAX);
    fleet_free(f);
}

static void a_late_holder_gives_way_and_comes_back(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_rows(f, 0, DCGM, KIT_NOW, "device cn1/0 temperature_celsius=42 model=H200");
    kit_rows(f, 0, PROMETHEUS, KIT_NOW + STALE, "device cn1/0 temperature_celsius=44");
    assert_core(f, KIT_NOW + STALE, 42, DCGM);
    kit_rows(f, 0, PROMETHEUS, KIT_NOW + STALE + 1, "keep device cn1/0"); /* nothing told anew */
    assert_core(f, KIT_NOW + STALE + 1, 44, PROMETHEUS);
    struct snapshot *s = fleet_publish(f, KIT_NOW + STALE + 1);
    assert_true(row_has(device(s, "cn1", '0'), device, model)); /* nobody else tells it */
    snapshot_unref(s);
    kit_rows(f, 0, DCGM, KIT_NOW + STALE + 2, "keep device cn1/0");
    assert_core(f, KIT_NOW + STALE + 2, 42, DCGM);
    fleet_free(f);
}

static void the_interval_of_a_source_makes_it_late_later(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_rows(f, 0, DCGM, KIT_NOW, "source dcgm interval_ms=60000");
    kit_rows(f, 0, DCGM, KIT_NOW, "device cn1/0 temperature_celsius=42");
    kit_rows(f, 0, PROMETHEUS, KIT_NOW + STALE + 120000, "device cn1/0 temperature_celsius=44");
    assert_core(f, KIT_NOW, 42, DCGM);
    kit_rows(f, 0, PROMETHEUS, KIT_NOW + STALE + 120001, "device cn1/0 temperature_celsius=44");
    assert_core(f, KIT_NOW, 44, PROMETHEUS);
    fleet_free(f);
}

/* Neither touches a row: what counts is when the poll began. */
static void polls_that_touch_nothing_keep_their_source_fresh(void **state)
{
    static const struct {
        enum poll_end end;
        const char *lines;
    } polls[] = {{POLL_GOOD, "keep device cn1/0"}, {POLL_SAME, ""}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct fleet *f = new_fleet();
        kit_list(f, DCGM, KIT_NOW, 1, "device", "device cn1/0 temperature_celsius=42");
        kit_rows(f, 0, PROMETHEUS, KIT_NOW, "device cn1/0 temperature_celsius=44");
        kit_poll(f, DCGM, KIT_NOW + 60000, 2, true, polls[i].end, "device", polls[i].lines);
        kit_rows(f, 0, PROMETHEUS, KIT_NOW + 60000, "device cn1/0 temperature_celsius=44");
        assert_core(f, KIT_NOW + 60000, 42, DCGM);
        struct snapshot *s = fleet_publish(f, KIT_NOW + 60000);
        struct teller t[TELLERS_MAX];
        snapshot_tellers(s, device(s, "cn1", '0'), t);
        assert_int_equal(t[0].at, KIT_NOW + 60000);
        assert_int_equal(snapshot_age_of(s, device(s, "cn1", '0'), KIT_NOW + 61000), 1000);
        snapshot_unref(s);
        kit_poll(f, DCGM, KIT_NOW + 95000, 3, true, POLL_BAD, "device", "");
        kit_rows(f, 0, PROMETHEUS, KIT_NOW + 95000, "device cn1/0 temperature_celsius=44");
        assert_core(f, KIT_NOW + 95000, 44, PROMETHEUS);
        fleet_free(f);
    }
}

static void an_unchanged_row_of_two_costs_no_copy(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_list(f, DCGM, KIT_NOW, 1, "device", "device cn1/0 temperature_celsius=42");
    kit_list(f, PROMETHEUS, KIT_NOW, 1, "device", "device cn1/0 temperature_celsius=44");
    struct snapshot *before = fleet_publish(f, KIT_NOW);
    kit_list(f, DCGM, KIT_NOW + 5000, 2, "device", "keep device cn1/0");
    kit_list(f, PROMETHEUS, KIT_NOW + 5000, 2, "device", "device cn1/0 temperature_celsius=45");
    struct snapshot *after = fleet_publish(f, KIT_NOW + 5000);
    assert_ptr_equal(device(before, "cn1", '0'), device(after, "cn1", '0'));
    snapshot_unref(before);
    snapshot_unref(after);
    fleet_free(f);
}

static void a_value_changes_hands_though_nobody_touches_the_row(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_list(f, DCGM, KIT_NOW, 1, "device", "device cn1/0 temperature_celsius=42");
    kit_list(f, PROMETHEUS, KIT_NOW, 1, "device", "device cn1/0 temperature_celsius=44");
    kit_poll(f, PROMETHEUS, KIT_NOW + STALE + 1, 2, true, POLL_SAME, "device", "");
    assert_core(f, KIT_NOW + STALE + 1, 42, DCGM);
    fleet_tick(f, KIT_NOW + STALE + 1);
    assert_core(f, KIT_NOW + STALE + 1, 44, PROMETHEUS);
    kit_poll(f, DCGM, KIT_NOW + STALE + 9000, 2, true, POLL_SAME, "device", "");
    fleet_tick(f, KIT_NOW + STALE + 9000);
    assert_core(f, KIT_NOW + STALE + 9000, 42, DCGM);
    fleet_free(f);
}

static void a_host_that_no_scheduler_lists_has_no_state(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_list(f, SLURM, KIT_NOW, 1, "node",
             "node cn1 state=idle flags=drain reason=fan load=3 cpus_total=64 pools=gpu");
    kit_rows(f, 0, NODE_EXPORTER, KIT_NOW, "node cn1 load=2 cpus_total=32 os=Linux");
    kit_list(f, SLURM, KIT_NOW + 1000, 2, "node", "");
    struct snapshot *s = fleet_publish(f, KIT_NOW + 1000);
    const struct node_row *n = kit_node(s, "cn1");
    check_snapshot(s);
    assert_false(row_has(n, node, state) || row_has(n, node, flags) || row_has(n, node, reason) ||
                 row_has(n, node, pools));
    assert_true((double)n->load == 2 && (double)n->cpus_total == 32 && row_has(n, node, os));
    assert_int_equal(n->h.source[0], NODE_EXPORTER);
    assert_int_equal(n->h.was, 0);                  /* one source again */
    assert_true(snapshot_totals(s)->nodes_up == 1); /* it answers */
    snapshot_unref(s);

    kit_rows(f, 0, NODE_EXPORTER, KIT_NOW + 2000, "remove node cn1");
    s = fleet_publish(f, KIT_NOW + 2000);
    assert_null(kit_node(s, "cn1"));
    snapshot_unref(s);
    fleet_free(f);
}

/* Actions and ages go by the scheduler's word, whoever else tells something of that group. */
static void the_head_names_the_source_whose_word_counts_most(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_rows(f, 0, NODE_EXPORTER, KIT_NOW + 500, "node cn1 os=Linux load=1");
    kit_rows(f, 0, SLURM, KIT_NOW, "node cn1 state=idle load=2 memory_free_bytes=5");
    kit_rows(f, 0, NODE_EXPORTER, KIT_NOW + 9000, "node cn1 os=Linux load=1");
    struct snapshot *s = fleet_publish(f, KIT_NOW + 9000);
    const struct node_row *n = kit_node(s, "cn1");
    assert_int_equal(n->h.source[0], SLURM);
    assert_int_equal(n->h.source[1], NODE_EXPORTER);
    assert_int_equal(snapshot_seen_at(s, n, GROUP_SCHED), KIT_NOW);
    assert_int_equal(snapshot_seen_at(s, n, GROUP_TELE), KIT_NOW + 9000);
    assert_int_equal(snapshot_age_of(s, n, KIT_NOW + 9000), 9000);
    assert_int_equal(snapshot_teller_of(s, n, FIELD_node_memory_free_bytes), SLURM);
    snapshot_unref(s);
    fleet_free(f);
}

static void a_source_that_is_removed_leaves_all_its_rows(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_rows(f, 0, DCGM, KIT_NOW,
             "source dcgm state=ok\ndevice cn1/0 temperature_celsius=42\ndevice cn1/1 "
             "temperature_celsius=43");
    kit_rows(f, 0, PROMETHEUS, KIT_NOW, "device cn1/0 temperature_celsius=44");
    kit_rows(f, 0, DCGM, KIT_NOW + 1, "remove source dcgm");
    assert_core(f, KIT_NOW + 1, 44, PROMETHEUS);
    struct snapshot *s = fleet_publish(f, KIT_NOW + 1);
    assert_int_equal(snapshot_count(s, ENTITY_DEVICE), 1);
    snapshot_unref(s);
    fleet_free(f);
}

static void what_no_source_says_counts_and_is_nobodys(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_rows(f, 0, DCGM, KIT_NOW, "device cn1/0 temperature_celsius=42");
    kit_rows(f, 0, PROMETHEUS, KIT_NOW, "device cn1/0 temperature_celsius=44");
    kit_rows(f, 0, UINT16_MAX, KIT_NOW, "device cn1/0 temperature_celsius=50");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_true((double)device(s, "cn1", '0')->temperature_celsius == 50);
    assert_int_equal(snapshot_teller_of(s, device(s, "cn1", '0'), FIELD_device_temperature_celsius),
                     UINT16_MAX);
    snapshot_unref(s);
    kit_rows(f, 0, DCGM, KIT_NOW, "device cn1/0 temperature_celsius=42");
    assert_core(f, KIT_NOW, 42, DCGM);
    fleet_free(f);
}

static void a_seventh_source_is_not_heard(void **state)
{
    struct fleet *f = fleet_new(NULL);
    struct teller t[TELLERS_MAX];

    (void)state;
    for (uint16_t i = 1; i <= 8; i++) {
        rank(f, i, (uint8_t)i, (uint8_t)i);
        char line[64];
        snprintf(line, sizeof line, "device cn1/0 temperature_celsius=%d", 40 + i);
        kit_rows(f, 0, i, KIT_NOW, line);
    }
    assert_core(f, KIT_NOW, 46, 6);
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_int_equal(snapshot_tellers(s, device(s, "cn1", '0'), t), TELLERS_MAX);
    snapshot_unref(s);
    kit_rows(f, 0, 3, KIT_NOW, "remove device cn1/0"); /* from the middle */
    kit_rows(f, 0, 8, KIT_NOW, "device cn1/0 temperature_celsius=48");
    assert_core(f, KIT_NOW, 48, 8);
    for (uint16_t i = 8; i >= 1; i--)
        kit_rows(f, 0, i, KIT_NOW, "remove device cn1/0");
    s = fleet_publish(f, KIT_NOW);
    assert_int_equal(snapshot_count(s, ENTITY_DEVICE), 0);
    snapshot_unref(s);
    fleet_free(f);
}

static void a_snapshot_keeps_its_tellers(void **state)
{
    struct fleet *f = new_fleet();
    struct teller t[TELLERS_MAX];

    (void)state;
    kit_rows(f, 0, DCGM, KIT_NOW, "device cn1/0 temperature_celsius=42 model=H200");
    kit_rows(f, 0, PROMETHEUS, KIT_NOW, "device cn1/0 temperature_celsius=44 job=7");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    kit_rows(f, 0, DCGM, KIT_NOW + 1, "device cn1/0 temperature_celsius=?");
    kit_rows(f, 0, NODE_EXPORTER, KIT_NOW + 1, "device cn1/0 power_watts=3");
    kit_rows(f, 0, DCGM, KIT_NOW + 2, "remove device cn1/0");
    kit_rows(f, 0, PROMETHEUS, KIT_NOW + 2, "remove device cn1/0");
    kit_rows(f, 0, NODE_EXPORTER, KIT_NOW + 2, "remove device cn1/0");
    kit_rows(f, 0, OTHER, KIT_NOW + 3, "device cn8/0 power_watts=3");
    kit_rows(f, 0, DCGM, KIT_NOW + 3, "device cn8/0 power_watts=4"); /* takes the same items */
    const struct device_row *d = device(s, "cn1", '0');
    assert_int_equal(snapshot_tellers(s, d, t), 2);
    assert_int_equal(t[0].source, DCGM);
    assert_true(t[0].fields == (UINT64_C(1) << FIELD_device_temperature_celsius |
                                UINT64_C(1) << FIELD_device_model));
    assert_int_equal(t[1].source, PROMETHEUS);
    assert_true(t[1].fields == UINT64_C(1) << FIELD_device_job);
    assert_int_equal(t[1].at, KIT_NOW);
    snapshot_unref(s);
    fleet_free(f);
}

/* --- silence ---------------------------------------------------------------------------------- */

static bool is_silent(struct fleet *f, wall_ms now)
{
    struct snapshot *s = fleet_publish(f, now);
    const struct device_row *d = device(s, "cn1", '0');
    bool silent = d->h.flags & ROW_SILENT;

    check_snapshot(s);
    snapshot_unref(s);
    return silent;
}

static void a_device_that_nobody_confirms_is_silent(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_list(f, DCGM, KIT_NOW, 1, "device", "device cn1/0 temperature_celsius=42");
    fleet_tick(f, KIT_NOW + SILENT);
    assert_false(is_silent(f, KIT_NOW + SILENT));
    fleet_tick(f, KIT_NOW + SILENT + 5001);
    assert_true(is_silent(f, KIT_NOW + SILENT + 5001));
    assert_core(f, KIT_NOW + SILENT + 5001, 42, DCGM); /* it is still told what it was */
    kit_list(f, DCGM, KIT_NOW + SILENT + 6000, 2, "device", "keep device cn1/0");
    assert_false(is_silent(f, KIT_NOW + SILENT + 6000));
    fleet_tick(f, KIT_NOW + 3 * SILENT);
    assert_true(is_silent(f, KIT_NOW + 3 * SILENT));
    kit_poll(f, DCGM, KIT_NOW + 3 * SILENT + 1, 3, true, POLL_SAME, "device", "");
    assert_false(is_silent(f, KIT_NOW + 3 * SILENT + 1));
    kit_rows(f, 0, DCGM, KIT_NOW + 3 * SILENT + 2, "remove device cn1/0");
    fleet_free(f);
}

static void a_lazily_confirmed_device_is_not_silent(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_list(f, DCGM, KIT_NOW, 1, "device", "device cn1/0 temperature_celsius=42");
    for (uint32_t i = 1; i <= 20; i++) {
        wall_ms now = KIT_NOW + (wall_ms)i * 20000;
        kit_poll(f, DCGM, now, 1 + i, true, i % 2 ? POLL_SAME : POLL_GOOD, "device",
                 i % 2 ? "" : "keep device cn1/0");
        fleet_tick(f, now);
        assert_false(is_silent(f, now));
    }
    fleet_free(f);
}

/* Else its old figures would stand in the sums for as long as somebody tells the temperature. */
static void silent_telemetry_is_put_aside_while_another_speaks(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_rows(f, 0, DCGM, KIT_NOW,
             "device cn1/0 temperature_celsius=42 tensor_utilization_percent=80");
    kit_rows(f, 0, DCGM, KIT_NOW, "node cn1 power_watts=900 os=Linux");
    kit_rows(f, 0, PROMETHEUS, KIT_NOW + SILENT + 1, "device cn1/0 temperature_celsius=44");
    kit_rows(f, 0, SLURM, KIT_NOW + SILENT + 1, "node cn1 state=idle");
    fleet_tick(f, KIT_NOW + SILENT + 1);
    assert_core(f, KIT_NOW + SILENT + 1, 44, PROMETHEUS);
    struct snapshot *s = fleet_publish(f, KIT_NOW + SILENT + 1);
    const struct device_row *d = device(s, "cn1", '0');
    assert_false(row_has(d, device, tensor_utilization_percent));
    assert_false(d->h.flags & ROW_SILENT);
    assert_int_equal(snapshot_age_of(s, d, KIT_NOW + SILENT + 1), 0);
    assert_false(row_has(kit_node(s, "cn1"), node, power_watts));
    assert_true(row_has(kit_node(s, "cn1"), node, os)); /* what a scheduler tells only ages */
    snapshot_unref(s);
    kit_rows(f, 0, DCGM, KIT_NOW + SILENT + 2, "keep device cn1/0\nkeep node cn1");
    assert_core(f, KIT_NOW + SILENT + 2, 42, DCGM);
    s = fleet_publish(f, KIT_NOW + SILENT + 2);
    assert_true(row_has(device(s, "cn1", '0'), device, tensor_utilization_percent));
    assert_true(row_has(kit_node(s, "cn1"), node, power_watts));
    snapshot_unref(s);
    fleet_free(f);
}

static void two_that_are_silent_make_a_silent_device(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_rows(f, 0, DCGM, KIT_NOW, "device cn1/0 temperature_celsius=42");
    kit_rows(f, 0, PROMETHEUS, KIT_NOW, "device cn1/0 temperature_celsius=44");
    fleet_tick(f, KIT_NOW + SILENT + 1);
    assert_true(is_silent(f, KIT_NOW + SILENT + 1));
    kit_rows(f, 0, PROMETHEUS, KIT_NOW + SILENT + 2, "keep device cn1/0");
    assert_false(is_silent(f, KIT_NOW + SILENT + 2));
    assert_core(f, KIT_NOW + SILENT + 2, 44, PROMETHEUS);
    fleet_free(f);
}

static void the_walk_goes_round_a_large_fleet(void **state)
{
    struct fleet *f = new_fleet();
    struct delta *d = delta_new(0, DCGM, KIT_NOW, 0);
    enum { MANY = 45000 };

    (void)state;
    for (int i = 0; i < MANY; i++) {
        char id[24];
        int len = snprintf(id, sizeof id, "cn%d%c%d", i / 8, 0, i % 8);
        delta_row(d, ENTITY_DEVICE, id, (size_t)len);
        delta_num(d, FIELD_device_power_watts, 1);
    }
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
    for (int i = 0; i < 3; i++) {
        struct snapshot *s = fleet_publish(f, KIT_NOW + 1000000);
        uint32_t silent = 0;
        for (uint32_t slot = 0; slot < snapshot_slots(s, ENTITY_DEVICE); slot++)
            silent += (row_head_of(snapshot_row(s, ENTITY_DEVICE, slot))->flags & ROW_SILENT) != 0;
        assert_int_equal(silent, i * 20000);
        snapshot_unref(s);
        fleet_tick(f, KIT_NOW + 1000000 + i);
    }
    fleet_free(f);
}

/* --- strings that are put aside --------------------------------------------------------------- */

static void list_long_jobs(struct fleet *f, uint32_t seq, int first, int count)
{
    struct delta *d = delta_new(0, 9, KIT_NOW + (wall_ms)seq, 0);

    d->poll.seq = seq;
    d->poll.begin = true;
    d->poll.end = POLL_GOOD;
    d->poll.entities[ENTITY_JOB] = true;
    for (int i = first; i < first + count; i++) {
        char id[16], name[1024];
        int len = snprintf(id, sizeof id, "%d", i);
        memset(name, 'x', sizeof name);
        snprintf(name, 32, "%d-%u", i, seq);
        name[strlen(name)] = '-';
        delta_row(d, ENTITY_JOB, id, (size_t)len);
        delta_strn(d, FIELD_job_name, name, sizeof name);
    }
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
}

static void what_is_put_aside_survives_the_clean_up_of_strings(void **state)
{
    struct fleet *f = new_fleet();

    (void)state;
    kit_rows(f, 0, DCGM, KIT_NOW, "device cn1/0 model=H200 temperature_celsius=42");
    kit_rows(f, 0, PROMETHEUS, KIT_NOW, "device cn1/0 model=H200-SXM temperature_celsius=44");
    for (uint32_t seq = 1; fleet_stats(f).compactions == 0 && seq < 40; seq++) {
        list_long_jobs(f, seq, (int)seq * 1000, 1000);
        fleet_tick(f, KIT_NOW + 7200000LL * seq);
        kit_rows(f, 0, DCGM, KIT_NOW + 7200000LL * seq, "keep device cn1/0");
        kit_rows(f, 0, PROMETHEUS, KIT_NOW + 7200000LL * seq, "keep device cn1/0");
    }
    assert_true(fleet_stats(f).compactions > 0);
    kit_rows(f, 0, DCGM, KIT_NOW, "remove device cn1/0");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    const struct device_row *d = device(s, "cn1", '0');
    assert_string_equal(intern_text(snapshot_strings(s), d->model), "H200-SXM");
    assert_true((double)d->temperature_celsius == 44);
    snapshot_unref(s);
    fleet_free(f);
}

/* --- an oracle -------------------------------------------------------------------------------- */

enum { SOURCES = 5, FIELDS = 5 };

static const struct {
    const char *name;
    int field;
    bool text;
    unsigned group;
} fields[FIELDS] = {
    {"cpus_total", FIELD_node_cpus_total, false, 0},
    {"reason", FIELD_node_reason, true, 0},
    {"load", FIELD_node_load, false, 1},
    {"power_watts", FIELD_node_power_watts, false, 1},
    {"temperature_sensor", FIELD_node_temperature_sensor, true, 1},
};
static const uint8_t ranks[SOURCES][2] = {{9, 1}, {6, 6}, {6, 6}, {3, 3}, {5, 5}};

struct voice {
    bool in, told[FIELDS];
    int value[FIELDS];
    wall_ms heard;
    int joined;
};

struct oracle {
    struct voice of[SOURCES];
    int holder[FIELDS]; /* -1 = nobody */
    int joins;
    wall_ms walked;
};

static bool fresh(const struct oracle *o, int s, wall_ms now)
{
    return now - o->of[s].heard <= STALE;
}

static bool silent(const struct oracle *o, int s, wall_ms now)
{
    return now - o->of[s].heard > SILENT;
}

static int how_many(const struct oracle *o)
{
    int count = 0;

    for (int s = 0; s < SOURCES; s++)
        count += o->of[s].in;
    return count;
}

static void take_what_counts(struct oracle *o, int s, wall_ms now)
{
    for (int f = 0; f < FIELDS; f++) {
        int h = o->holder[f];
        if (o->of[s].told[f] && h != s &&
            (h < 0 || !fresh(o, h, now) || ranks[s][fields[f].group] > ranks[h][fields[f].group]))
            o->holder[f] = s;
    }
}

static bool better(const struct oracle *o, int a, int b, unsigned g, wall_ms now)
{
    if (fresh(o, a, now) != fresh(o, b, now))
        return fresh(o, a, now);
    if (ranks[a][g] != ranks[b][g])
        return ranks[a][g] > ranks[b][g];
    return o->of[a].joined < o->of[b].joined;
}

static void hand_on(struct oracle *o, int f, wall_ms now)
{
    int best = -1;

    for (int s = 0; s < SOURCES; s++)
        if (o->of[s].in && o->of[s].told[f] && s != o->holder[f] &&
            !(fields[f].group && silent(o, s, now)) &&
            (best < 0 || better(o, s, best, fields[f].group, now)))
            best = s;
    o->holder[f] = best;
}

static void leave(struct oracle *o, int s, wall_ms now)
{
    if (!o->of[s].in)
        return;
    o->of[s] = (struct voice){0};
    for (int f = 0; f < FIELDS; f++)
        if (o->holder[f] == s) {
            o->holder[f] = s;
            hand_on(o, f, now);
        }
    for (int k = 0; how_many(o) == 1 && k < SOURCES; k++)
        for (int f = 0; f < FIELDS; f++)
            if (o->of[k].in && o->of[k].told[f])
                o->holder[f] = k;
}

static void walk(struct oracle *o, wall_ms now)
{
    bool all = true;

    if (o->walked && now - o->walked < 5000)
        return;
    o->walked = now;
    for (int s = 0; s < SOURCES; s++)
        all = all && (!o->of[s].in || silent(o, s, now));
    for (int j = 0; how_many(o) > 1 && !all && j <= o->joins; j++)
        for (int s = 0; s < SOURCES; s++)
            if (o->of[s].in && o->of[s].joined == j && silent(o, s, now))
                for (int f = 0; f < FIELDS; f++)
                    if (fields[f].group && o->holder[f] == s)
                        hand_on(o, f, now);
    for (int j = 0; j <= o->joins; j++)
        for (int s = 0; s < SOURCES; s++)
            if (o->of[s].in && o->of[s].joined == j && fresh(o, s, now))
                take_what_counts(o, s, now);
}

static uint64_t rng;

static int below(int n)
{
    rng = rng * 6364136223846793005u + 1442695040888963407u;
    return (int)((rng >> 33) % (uint64_t)n);
}

static void speak(struct oracle *o, int s, wall_ms now, struct buf *line)
{
    buf_adds(line, "node cn1");
    for (int f = 0; f < FIELDS; f++) {
        int what = below(3);
        if (what == 0)
            continue;
        o->of[s].told[f] = what == 1;
        o->of[s].value[f] = 1 + below(50);
        if (what == 1)
            buf_addf(line, " %s=%d", fields[f].name, o->of[s].value[f]);
        else
            buf_addf(line, " %s=?", fields[f].name);
        if (what == 2 && o->holder[f] == s) {
            o->holder[f] = s;
            hand_on(o, f, now);
        }
    }
}

static void join(struct oracle *o, int s)
{
    if (!o->of[s].in)
        o->of[s] = (struct voice){.in = true, .joined = ++o->joins};
}

static void step(struct oracle *o, struct fleet *f, wall_ms now, uint32_t seq)
{
    int s = below(SOURCES), what = below(12);
    struct buf line;

    buf_init(&line, 4096);
    if (what < 5) { /* tells, in a poll or not */
        join(o, s);
        speak(o, s, now, &line);
        o->of[s].heard = now;
        take_what_counts(o, s, now);
        if (what < 2)
            kit_rows(f, 0, (uint16_t)s, now, line.data);
        else
            kit_list(f, (uint16_t)s, now, seq, "node", line.data);
    } else if (what < 8) { /* keeps */
        if (o->of[s].in) {
            o->of[s].heard = now;
            take_what_counts(o, s, now);
        }
        kit_list(f, (uint16_t)s, now, seq, "node", "keep node cn1");
    } else if (what == 8) {
        leave(o, s, now);
        kit_rows(f, 0, (uint16_t)s, now, "remove node cn1");
    } else if (what == 9) {
        leave(o, s, now);
        kit_list(f, (uint16_t)s, now, seq, "node", "");
    } else if (what == 10) {
        if (o->of[s].in)
            o->of[s].heard = now;
        kit_poll(f, (uint16_t)s, now, seq, true, POLL_SAME, "node", "");
    } else {
        kit_poll(f, (uint16_t)s, now, seq, true, POLL_BAD, "node", "");
    }
    buf_fini(&line);
}

static void compare(const struct oracle *o, struct fleet *f, wall_ms now)
{
    struct snapshot *s = fleet_publish(f, now);
    const struct node_row *n = kit_node(s, "cn1");
    struct teller t[TELLERS_MAX];

    check_snapshot(s);
    assert_int_equal(n != NULL, how_many(o) > 0);
    int count = n ? snapshot_tellers(s, n, t) : 0;
    assert_int_equal(count, how_many(o));
    for (int i = 0; i < count; i++)
        assert_int_equal(t[i].at, o->of[t[i].source].heard);
    for (int i = 0; n && i < FIELDS; i++) {
        const struct field *fd = &entity_info(ENTITY_NODE)->fields[fields[i].field];
        bool has = field_has(n, (unsigned)fields[i].field);
        assert_int_equal(has, o->holder[i] >= 0);
        if (!has)
            continue;
        int value = fields[i].text ? atoi(intern_text(snapshot_strings(s), field_str(n, fd)))
                                   : (int)field_num(n, fd);
        assert_int_equal(value, o->of[o->holder[i]].value[i]);
        assert_int_equal(snapshot_teller_of(s, n, (unsigned)fields[i].field), o->holder[i]);
    }
    snapshot_unref(s);
}

static void random_sources_agree_with_an_oracle(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct fleet *f = fleet_new(NULL);
        struct oracle o = {.holder = {-1, -1, -1, -1, -1}};
        wall_ms now = KIT_NOW;
        rng = seed * 7919;
        for (uint16_t s = 0; s < SOURCES; s++)
            rank(f, s, ranks[s][0], ranks[s][1]);
        for (uint32_t i = 1; i <= 300; i++) {
            now += below(8) ? below(6000) : below(120000);
            step(&o, f, now, i);
            if (how_many(&o) == 0)
                o = (struct oracle){.holder = {-1, -1, -1, -1, -1}, .walked = o.walked};
            compare(&o, f, now);
            if (below(3))
                continue;
            fleet_tick(f, now);
            walk(&o, now);
            compare(&o, f, now);
        }
        fleet_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_higher_rank_counts_in_any_order),
        cmocka_unit_test(each_tells_what_the_others_do_not),
        cmocka_unit_test(one_source_has_no_side_record),
        cmocka_unit_test(the_loss_of_each_takes_its_values_alone),
        cmocka_unit_test(a_source_that_returns_counts_again),
        cmocka_unit_test(absent_takes_back_ones_own_word_only),
        cmocka_unit_test(a_late_holder_gives_way_and_comes_back),
        cmocka_unit_test(the_interval_of_a_source_makes_it_late_later),
        cmocka_unit_test(polls_that_touch_nothing_keep_their_source_fresh),
        cmocka_unit_test(an_unchanged_row_of_two_costs_no_copy),
        cmocka_unit_test(a_value_changes_hands_though_nobody_touches_the_row),
        cmocka_unit_test(a_host_that_no_scheduler_lists_has_no_state),
        cmocka_unit_test(the_head_names_the_source_whose_word_counts_most),
        cmocka_unit_test(a_source_that_is_removed_leaves_all_its_rows),
        cmocka_unit_test(what_no_source_says_counts_and_is_nobodys),
        cmocka_unit_test(a_seventh_source_is_not_heard),
        cmocka_unit_test(a_snapshot_keeps_its_tellers),
        cmocka_unit_test(a_device_that_nobody_confirms_is_silent),
        cmocka_unit_test(a_lazily_confirmed_device_is_not_silent),
        cmocka_unit_test(silent_telemetry_is_put_aside_while_another_speaks),
        cmocka_unit_test(two_that_are_silent_make_a_silent_device),
        cmocka_unit_test(the_walk_goes_round_a_large_fleet),
        cmocka_unit_test(what_is_put_aside_survives_the_clean_up_of_strings),
        cmocka_unit_test(random_sources_agree_with_an_oracle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
