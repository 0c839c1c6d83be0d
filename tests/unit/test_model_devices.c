/* SPDX-License-Identifier: MIT
 * test_model_devices.c - what the fields of a device say together: how bad, how near to its limit, idle or not. */
#include "model/devices.h"
#include "model/fleet.h"
#include "tests/unit/model_kit.h"
#include <math.h>

#define NOW INT64_C(1795327651000)

/* One device of one node, from a few values; NAN and NULL are not told. */
struct told {
    const char *health, *job;
    double core, limit, headroom, busy, tensor;
    int throttle, remap_failed; /* -1: not told */
};

static struct snapshot *fleet_of(const struct told *t, double total, double allocated)
{
    struct fleet *f = fleet_new(NULL);
    struct delta *d = delta_new(0, 0, NOW, 0);

    delta_row(d, ENTITY_CENTER, "c", 1);
    delta_str(d, FIELD_center_id, "c");
    delta_row(d, ENTITY_NODE, "n1", 2);
    delta_str(d, FIELD_node_name, "n1");
    delta_str(d, FIELD_node_pools, "a,b");
    delta_num(d, FIELD_node_devices_total, total);
    delta_num(d, FIELD_node_devices_allocated, allocated);
    delta_row(d, ENTITY_JOB, "7", 1);
    delta_str(d, FIELD_job_id, "7");
    delta_str(d, FIELD_job_name, "train");
    delta_row(d, ENTITY_DEVICE,
              "n1\0"
              "3",
              4);
    delta_str(d, FIELD_device_health, t->health);
    delta_str(d, FIELD_device_job, t->job);
    delta_num(d, FIELD_device_temperature_celsius, t->core);
    delta_num(d, FIELD_device_temperature_limit_celsius, t->limit);
    delta_num(d, FIELD_device_temperature_headroom_celsius, t->headroom);
    delta_num(d, FIELD_device_utilization_percent, t->busy);
    delta_num(d, FIELD_device_tensor_utilization_percent, t->tensor);
    if (t->throttle >= 0)
        delta_int(d, FIELD_device_throttle, t->throttle);
    if (t->remap_failed >= 0)
        delta_int(d, FIELD_device_remap_failed, t->remap_failed);
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
    struct snapshot *s = fleet_publish(f, NOW);
    fleet_free(f);
    return s;
}

static const struct device_row *device(const struct snapshot *s)
{
    return snapshot_row(s, ENTITY_DEVICE, 0);
}

#define NOT NAN, NAN, NAN, NAN, NAN, -1, -1
#define FLAG(id) (1 << throttle_##id)

static void test_status_and_rank(void **state)
{
    static const struct {
        struct told told;
        enum device_status status;
        double rank; /* NAN = none */
    } cases[] = {
        {{NULL, NULL, NOT}, DEVICE_UNKNOWN, NAN},
        {{"ok", NULL, NOT}, DEVICE_OK, NAN},
        {{"lost", NULL, NOT}, DEVICE_LOST, 1000},
        {{"driver hung", NULL, NOT}, DEVICE_LOST, 1000},
        {{"unhealthy", NULL, 50, 90, NAN, NAN, NAN, -1, -1}, DEVICE_TROUBLE, 900},
        {{"ok", NULL, 50, 90, NAN, NAN, NAN, -1, 1}, DEVICE_TROUBLE, 900},
        {{"ok", NULL, 50, 90, NAN, NAN, NAN, -1, 0}, DEVICE_OK, 60},
        {{NULL, NULL, 90, 90, NAN, NAN, NAN, -1, -1}, DEVICE_HOT, 100},
        {{NULL, NULL, 89, 90, NAN, NAN, NAN, -1, -1}, DEVICE_OK, 99},
        /* a headroom is degrees left, whatever the temperature; it goes before the limit */
        {{NULL, NULL, 60, NAN, 0, NAN, NAN, -1, -1}, DEVICE_HOT, 100},
        {{NULL, NULL, 95, 90, 4, NAN, NAN, -1, -1}, DEVICE_OK, 96},
        {{NULL, NULL, NAN, NAN, 10, NAN, NAN, -1, -1}, DEVICE_UNKNOWN, 90},
        /* no limit is told: the usual one ranks it */
        {{NULL, NULL, 91, NAN, NAN, NAN, NAN, -1, -1}, DEVICE_HOT, 101},
        {{NULL, NULL, 50, NAN, NAN, NAN, NAN, -1, -1}, DEVICE_OK, 60},
        {{NULL, NULL, 50, 90, NAN, NAN, NAN, FLAG(SW_THERMAL), -1}, DEVICE_THROTTLED, 60},
        {{NULL, NULL, 50, 90, NAN, NAN, NAN, FLAG(HW_POWER_BRAKE), -1}, DEVICE_THROTTLED, 60},
        {{NULL, NULL, 50, 90, NAN, NAN, NAN, FLAG(SW_POWER), -1}, DEVICE_OK, 60}, /* usual */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct snapshot *s = fleet_of(&cases[i].told, 8, 8);
        double rank;
        assert_int_equal(device_status(s, device(s)), cases[i].status);
        assert_int_equal(device_rank(s, device(s), &rank), !isnan(cases[i].rank));
        if (!isnan(cases[i].rank))
            assert_true(fabs(rank - cases[i].rank) < 0.01);
        snapshot_unref(s);
    }
}

static void test_margin_and_limit(void **state)
{
    struct snapshot *s = fleet_of(&(struct told){NULL, NULL, 80, NAN, 5, NAN, NAN, -1, -1}, 8, 8);
    double margin;

    (void)state;
    assert_true(device_margin(device(s), &margin));
    assert_true(fabs(margin - 5) < 0.01);
    assert_true(fabs(device_limit(device(s)) - 85) < 0.01);
    snapshot_unref(s);
    s = fleet_of(&(struct told){NULL, NULL, 80, NAN, NAN, NAN, NAN, -1, -1}, 8, 8);
    assert_false(device_margin(device(s), &margin));
    assert_true(device_limit(device(s)) <= 0);
    snapshot_unref(s);
}

static void test_idle(void **state)
{
    static const struct {
        const char *job;
        double busy, tensor, total, allocated;
        bool idle;
    } cases[] = {
        {"7", 0, 0, 8, 3, true},      {"7", 0.9, NAN, 8, 3, true}, {"7", NAN, 0, 8, 3, true},
        {"7", 1, 0, 8, 3, false},     {"7", 0, 1, 8, 3, false},    {"7", NAN, NAN, 8, 3, false},
        {NULL, 0, 0, 8, 8, true},     {NULL, 0, 0, 8, 7, false},   {NULL, 0, 0, 0, 0, false},
        {NULL, 99, NAN, 8, 8, false}, {"7", 99, 0, 8, 8, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct told t = {NULL, cases[i].job, NAN, NAN, NAN, cases[i].busy, cases[i].tensor, -1, -1};
        struct snapshot *s = fleet_of(&t, cases[i].total, cases[i].allocated);
        assert_int_equal(device_rests_given(device(s), device_node(s, device(s))), cases[i].idle);
        assert_int_equal(device_rests_given(device(s), NULL),
                         cases[i].job != NULL && cases[i].idle);
        assert_false(device_idle(device(s))); /* one sample is no proof */
        snapshot_unref(s);
    }
}

/* A device of a node of one, as it is told at a time; NULL: nothing new is told then. */
struct moment {
    int second;
    const char *told;
    bool idle;
};

static void lives(const struct moment *all, size_t count)
{
    struct fleet *f = fleet_new(NULL);

    for (size_t i = 0; i < count; i++) {
        wall_ms now = KIT_NOW + (wall_ms)all[i].second * 1000;
        if (all[i].told)
            kit_rows(f, 0, UINT16_MAX, now, all[i].told);
        struct snapshot *s = fleet_publish(f, now);
        const struct device_row *d = snapshot_row(s, ENTITY_DEVICE, 0);
        if (d && device_idle(d) != all[i].idle)
            fail_msg("%d s: %s", all[i].second, all[i].idle ? "not idle" : "idle");
        snapshot_unref(s);
    }
    fleet_free(f);
}

#define REST "device n1/0 utilization_percent=0 job=7"
#define WORK "device n1/0 utilization_percent=5 job=7"

static void test_idle_for_long(void **state)
{
    static const struct moment rests[] = {
        {0, WORK, false},     {100, REST, false},   {400, NULL, false},  {690, NULL, false},
        {710, NULL, true},    {5000, NULL, true},   {12000, NULL, true}, {12010, WORK, false},
        {12020, REST, false}, {12600, NULL, false}, {12630, NULL, true}};
    static const struct moment works_between[] = {{0, REST, false},
                                                  {590, WORK, false},
                                                  {600, REST, false},
                                                  {1190, NULL, false},
                                                  {1210, NULL, true}};
    /* Rests for hours, and counts from when it was given away. */
    static const struct moment given_late[] = {
        {0, "node n1 devices_total=8 devices_allocated=0\ndevice n1/0 utilization_percent=0",
         false},
        {5000, NULL, false},
        {5010, "node n1 devices_allocated=8", false},
        {5600, NULL, false},
        {5620, NULL, true},
        {5630, "node n1 devices_allocated=7", false},
        {5640, "node n1 devices_allocated=8", false},
        {6250, NULL, true},
        {6260, "remove node n1", false}};
    /* Where nobody looked for hours, or the clock was set back, nothing is concluded. */
    static const struct moment nobody_looked[] = {
        {0, REST, false}, {8000, NULL, false}, {8590, NULL, false}, {8610, NULL, true}};
    static const struct moment set_back[] = {
        {1000, REST, false}, {400, NULL, false}, {990, NULL, false}, {1010, NULL, true}};

    (void)state;
    lives(rests, ARRAY_LEN(rests));
    lives(works_between, ARRAY_LEN(works_between));
    lives(given_late, ARRAY_LEN(given_late));
    lives(nobody_looked, ARRAY_LEN(nobody_looked));
    lives(set_back, ARRAY_LEN(set_back));
}

static void test_node_and_job(void **state)
{
    struct told t = {NULL, "7", NOT};
    struct snapshot *s = fleet_of(&t, 8, 8);

    (void)state;
    assert_string_equal(intern_text(snapshot_strings(s), device_node(s, device(s))->pools), "a,b");
    assert_string_equal(intern_text(snapshot_strings(s), device_job(s, device(s))->name), "train");
    snapshot_unref(s);
    t.job = "8";
    s = fleet_of(&t, 8, 8);
    assert_null(device_job(s, device(s)));
    snapshot_unref(s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_and_rank),
        cmocka_unit_test(test_margin_and_limit),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_idle_for_long),
        cmocka_unit_test(test_node_and_job),
    };

    return cmocka_run_group_tests_name("devices", tests, NULL, NULL);
}
