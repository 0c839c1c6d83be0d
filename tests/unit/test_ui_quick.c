/* SPDX-License-Identifier: MIT
 * test_ui_quick.c - long lists: the rows of a new picture are given up for a key and then the view is as it was; rows and
 * sums that are kept from picture to picture are those of a view that sees only the last one. */
#include "model/devices.h"
#include "model/flops.h"
#include "tests/unit/model_kit.h"
#include "ui/canvas.h"
#include "ui/fleetheat.h"
#include "ui/listing.h"
#include "ui/theme.h"
#include "ui/viewlist.h"
#include <math.h>

enum { JOBS = 3000, NODES = 300, PICTURES = 40, W = 160, H = 40, HEAD = 3 };

static uint64_t rng = 11;

static uint32_t below(uint32_t n)
{
    rng = rng * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((rng >> 33) % n);
}

static void change_jobs(struct fleet *f, uint32_t count, wall_ms now)
{
    static const char *const reasons[] = {"Priority", "Resources", "Dependency",
                                          "QOSMaxJobsPerUserLimit"};
    struct delta *d = delta_new(0, 0, now, 0);
    char id[16];

    for (uint32_t n = 0; n < count; n++) {
        int len = snprintf(id, sizeof id, "%u", below(JOBS));
        if (below(20) == 0) {
            delta_remove(d, ENTITY_JOB, id, (size_t)len);
            continue;
        }
        bool waits = below(2);
        delta_row(d, ENTITY_JOB, id, (size_t)len);
        delta_int(d, FIELD_job_state,
                  waits ? below(5) ? job_state_QUEUED : job_state_HELD : job_state_RUNNING);
        delta_str(d, FIELD_job_reason, reasons[below(4)]);
        delta_num(d, FIELD_job_tasks, below(10) ? 1 : below(50));
        delta_num(d, FIELD_job_devices_requested, below(9));
        delta_num(d, FIELD_job_devices_allocated, below(9));
        delta_num(d, FIELD_job_cpus, below(64));
        delta_num(d, FIELD_job_restarts, below(3));
        delta_time(d, FIELD_job_eligible_at, now - 5000 + below(20) * 1000);
        delta_time(d, FIELD_job_started_at, now - below(1000) * 1000);
    }
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
}

/* --- nodes and their devices, in centers that count in different precisions --- */

static const struct peak_table *the_peaks(void)
{
    static struct peak_table *peaks; /* snapshots borrow it */

    if (!peaks) {
        peaks = peak_table_new();
        assert_int_equal(
            peak_table_add(peaks,
                           "H800 | NVIDIA | 1 | - | 67 | 989 | 1979 | A | a test\n"
                           "A100 | NVIDIA | 9.7 | 19.5 | 19.5 | 312 | - | A | a test\n",
                           "peaks.conf", NULL),
            RC_OK);
    }
    return peaks;
}

static void two_centers(struct fleet *f)
{
    static const char *const ids[] = {"ai", "hpc"};

    fleet_set_peaks(f, the_peaks());
    for (uint16_t i = 0; i < 2; i++) {
        struct delta *d = delta_new(i, UINT16_MAX, KIT_NOW, 0);
        delta_row(d, ENTITY_CENTER, ids[i], strlen(ids[i]));
        delta_str(d, FIELD_center_id, ids[i]);
        delta_int(d, FIELD_center_kind, i ? center_kind_SUPER : center_kind_INTELLIGENT);
        assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
        delta_free(d);
    }
}

static void change_device(struct delta *d, const char *node)
{
    char id[32];
    int len = snprintf(id, sizeof id, "%s%c%u", node, 0, below(6));

    if (below(30) == 0) {
        delta_remove(d, ENTITY_DEVICE, id, (size_t)len);
        return;
    }
    delta_row(d, ENTITY_DEVICE, id, (size_t)len);
    delta_str(d, FIELD_device_node, node);
    delta_str(d, FIELD_device_model, below(2) ? "H800" : "A100");
    delta_num(d, FIELD_device_temperature_celsius, below(130));
    delta_num(d, FIELD_device_utilization_percent, below(2) ? 0 : below(100));
    if (below(3))
        delta_num(d, FIELD_device_tensor_utilization_percent, below(4) ? 0 : below(100));
    delta_num(d, FIELD_device_fp64_utilization_percent, below(100));
    delta_num(d, FIELD_device_fp64_tensor_utilization_percent, below(100));
    if (below(4) == 0)
        delta_num(d, FIELD_device_counted_fp16_flops, 1e12 * (1 + below(50)));
    if (below(3))
        delta_num(d, FIELD_device_power_watts, below(700));
    if (below(4) == 0)
        delta_str(d, FIELD_device_job, "14");
    if (below(20) == 0)
        delta_str(d, FIELD_device_parent, "GPU-7");
    if (below(9) == 0)
        delta_str(d, FIELD_device_health, below(2) ? "lost" : "row remap failed");
}

/* What a node tells may change, and its devices stay as they were. */
static void change_devices(struct fleet *f, uint32_t count, wall_ms now)
{
    for (uint16_t center = 0; center < 2; center++) {
        struct delta *d = delta_new(center, center, now, 0);
        for (uint32_t n = 0; n < count / 2; n++) {
            char node[16];
            int len = snprintf(node, sizeof node, "cn%u", below(NODES));
            if (below(3)) {
                change_device(d, node);
                continue;
            }
            delta_row(d, ENTITY_NODE, node, (size_t)len);
            delta_str(d, FIELD_node_pools, below(2) ? "train" : "debug");
            delta_num(d, FIELD_node_devices_total, 6);
            delta_num(d, FIELD_node_devices_allocated, below(2) ? 6 : 1);
        }
        assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
        delta_free(d);
    }
}

static struct view_input look(const struct snapshot *s, const struct view_scope *scope, wall_ms now)
{
    return (struct view_input){.snap = s,
                               .ctx = {.snap = s, .now = now},
                               .scope = scope,
                               .filter_text = "",
                               .area = {0, 0, H, W}};
}

static void paint(const struct view_ops *ops, void *view, const struct view_input *in,
                  struct canvas *c)
{
    canvas_fill(c, (struct rect){0, 0, H, W}, ' ', style_of(ROLE_TEXT));
    ops->draw(view, in, c);
}

static bool at_once(void *arg)
{
    (*(unsigned *)arg)++;
    return true;
}

static void assert_same_picture(const struct canvas *a, const struct canvas *b)
{
    assert_memory_equal(a->cells, b->cells, sizeof *a->cells * (size_t)W * (size_t)H);
}

/* Counted one by one; how many. */
static unsigned assert_idle(const struct view_input *in, const struct canvas *c)
{
    struct buf text;
    char want[64];
    unsigned idle = 0, all = 0;

    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_DEVICE); i++) {
        const struct device_row *d = snapshot_row(in->snap, ENTITY_DEVICE, i);
        all += d && !device_is_slice(d);
        idle += d && device_idle(d);
    }
    buf_init(&text, 1 << 20);
    canvas_dump(c, &text, false);
    snprintf(want, sizeof want, " %u allocated, idle ", idle);
    assert_true(idle == 0 || strstr(text.data, want) != NULL);
    snprintf(want, sizeof want, "%u devices", all % 1000);
    assert_non_null(strstr(text.data, want));
    buf_fini(&text);
    return idle;
}

typedef void change_fn(struct fleet *f, uint32_t count, wall_ms now);

static void over_many_pictures(const struct view_ops *ops, change_fn *change, const char *pool)
{
    struct fleet *f = fleet_new(NULL);
    struct view_scope scope = {.center = *pool ? 0 : -1};
    struct canvas before, after, fresh;
    struct snapshot *old = NULL;
    wall_ms now = KIT_NOW;
    unsigned asked = 0, idle = 0;
    void *view = ops->open();

    snprintf(scope.pool, sizeof scope.pool, "%s", pool);
    two_centers(f);
    canvas_init(&before, H, W);
    canvas_init(&after, H, W);
    canvas_init(&fresh, H, W);
    for (int i = 0; i < PICTURES; i++, now += 30000) {
        change(f, i % 2 ? 60 : 3 * JOBS, now);
        struct snapshot *s = fleet_publish(f, now);
        struct view_input in = look(s, &scope, now);
        struct view_interrupt interrupt = {.wanted = at_once, .arg = &asked};
        if (old) {
            struct view_input was = look(old, &scope, now);
            paint(ops, view, &was, &before);
            in.interrupt = &interrupt;
            ops->rebuild(view, &in);
            if (interrupt.happened) {
                paint(ops, view, &was, &after);
                assert_same_picture(&before, &after);
            }
            in.interrupt = NULL;
        }
        ops->rebuild(view, &in);
        paint(ops, view, &in, &after);
        if (change == change_devices && !*pool)
            idle += assert_idle(&in, &after);
        void *other = ops->open();
        ops->rebuild(other, &in);
        const struct list *l = view, *o = other;
        assert_int_equal(l->table.result.count, o->table.result.count);
        assert_memory_equal(l->table.result.slots, o->table.result.slots,
                            l->table.result.count * sizeof(uint32_t));
        paint(ops, other, &in, &fresh);
        assert_memory_equal(after.cells, fresh.cells,
                            sizeof *fresh.cells * (size_t)W * HEAD); /* the sums */
        ops->close(other);
        snapshot_unref(old);
        old = s;
    }
    assert_true(asked > PICTURES / 4);
    assert_true(idle > 0 || *pool || change != change_devices);
    snapshot_unref(old);
    ops->close(view);
    canvas_fini(&before);
    canvas_fini(&after);
    canvas_fini(&fresh);
    fleet_free(f);
}

static void queued_rows_and_sums_are_those_of_the_last_picture(void **state)
{
    (void)state;
    over_many_pictures(&view_queued, change_jobs, "");
}

static void running_rows_and_sums_are_those_of_the_last_picture(void **state)
{
    (void)state;
    over_many_pictures(&view_running, change_jobs, "");
}

static void devices_and_their_sums_are_those_of_the_last_picture(void **state)
{
    (void)state;
    over_many_pictures(&view_devices, change_devices, "");
}

static void devices_of_a_pool_are_those_of_the_last_picture(void **state)
{
    (void)state;
    over_many_pictures(&view_devices, change_devices, "train");
}

/* The keys of some columns are kept, of others they are not: what they tell is not the row's alone. */
static void assert_sorted_as_anew(const struct query *q, const struct value_ctx *c,
                                  struct query_result *kept)
{
    struct query_result anew = {.count = 0};

    query_run(q, c, kept);
    query_run(q, c, &anew);
    assert_int_equal(kept->count, anew.count);
    assert_memory_equal(kept->slots, anew.slots, anew.count * sizeof *anew.slots);
    query_result_fini(&anew);
}

static void every_column_sorts_each_picture_as_if_it_were_the_first(void **state)
{
    static const enum entity entities[] = {ENTITY_NODE, ENTITY_DEVICE};
    struct fleet *f = fleet_new(NULL);
    struct query_result kept[2][128] = {{{.count = 0}}};
    wall_ms now = KIT_NOW;

    (void)state;
    two_centers(f);
    for (int i = 0; i < 8; i++, now += 1000) {
        change_devices(f, i ? 60 : 3 * NODES, now);
        struct snapshot *s = fleet_publish(f, now);
        struct value_ctx c = {.snap = s, .now = now};
        for (int e = 0; e < 2; e++) {
            struct query q = {.entity = entities[e], .center = -1, .group_column = -1};
            for (q.sort_column = 0; q.sort_column < (int)column_count(q.entity); q.sort_column++)
                assert_sorted_as_anew(&q, &c, &kept[e][q.sort_column]);
        }
        snapshot_unref(s);
    }
    for (int i = 0; i < 2 * 128; i++)
        query_result_fini(&kept[i / 128][i % 128]);
    fleet_free(f);
}

static void assert_near(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-9 * fabs(b));
}

static void assert_same_heat(const struct fleet_heat *a, const struct fleet_heat *b)
{
    for (int p = 0; p < precision_COUNT; p++)
        for (int k = 0; k < provenance_COUNT; k++) {
            assert_true(a->both[p][k].devices == b->both[p][k].devices);
            assert_near(a->both[p][k].flops, b->both[p][k].flops);
            assert_near(a->both[p][k].watts, b->both[p][k].watts);
        }
}

static unsigned kinds_of(const struct fleet_heat *h)
{
    unsigned kinds = 0;

    for (int p = 0; p < precision_COUNT; p++)
        for (int k = 0; k < provenance_COUNT; k++)
            kinds += h->both[p][k].devices > 0;
    return kinds;
}

/* Asked anew, and followed from picture to picture with keys in between. */
static void heat_that_is_followed_is_that_of_the_last_picture(void **state)
{
    struct fleet *f = fleet_new(NULL);
    struct view_scope scope = {.center = -1};
    struct fleet_heat_memo memo = {.devices = {.count = 0}};
    struct fleet_heat followed = {.generation = 0};
    wall_ms now = KIT_NOW;
    unsigned asked = 0, given_up = 0;

    (void)state;
    two_centers(f);
    for (int i = 0; i < PICTURES; i++, now += 1000) {
        change_devices(f, i % 4 ? 60 : 3 * NODES, now);
        struct snapshot *s = fleet_publish(f, now);
        struct view_input in = look(s, &scope, now);
        struct view_interrupt interrupt = {.wanted = at_once, .arg = &asked};
        struct fleet_heat before = followed, anew = {.generation = 0};
        in.interrupt = &interrupt;
        fleet_heat_follow(&followed, &memo, &in);
        if (interrupt.happened)
            assert_memory_equal(&before, &followed, sizeof before);
        given_up += interrupt.happened;
        in.interrupt = NULL;
        fleet_heat_follow(&followed, &memo, &in);
        fleet_heat_look(&anew, &in);
        assert_same_heat(&followed, &anew);
        snapshot_unref(s);
    }
    assert_true(given_up > PICTURES / 4);
    assert_true(kinds_of(&followed) >= 2);
    fleet_heat_memo_fini(&memo);
    fleet_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queued_rows_and_sums_are_those_of_the_last_picture),
        cmocka_unit_test(running_rows_and_sums_are_those_of_the_last_picture),
        cmocka_unit_test(devices_and_their_sums_are_those_of_the_last_picture),
        cmocka_unit_test(devices_of_a_pool_are_those_of_the_last_picture),
        cmocka_unit_test(every_column_sorts_each_picture_as_if_it_were_the_first),
        cmocka_unit_test(heat_that_is_followed_is_that_of_the_last_picture),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
