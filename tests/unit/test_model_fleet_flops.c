/* SPDX-License-Identifier: MIT
 * test_model_fleet_flops.c - FLOPS, heat and power of devices through the roll-up: device, node, center, all. */
#include "data/data.h"
#include "model/flops.h"
#include "tests/unit/model_kit.h"
#include <math.h>

static struct peak_table *peaks;
static struct fleet *fleet;

static int set_up(void **state)
{
    (void)state;
    peaks = peak_table_new();
    assert_int_equal(peak_table_add(peaks, data_peaks, "peaks.conf", NULL), RC_OK);
    fleet = fleet_new(NULL);
    fleet_set_peaks(fleet, peaks);
    kit_rows(fleet, 0, 0, KIT_NOW, "source s name=s interval_ms=5000 state=ok");
    kit_rows(fleet, 0, 0, KIT_NOW, "center a id=a kind=intelligent");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fleet_free(fleet);
    peak_table_free(peaks);
    return 0;
}

#define SXM "NVIDIA\\x20H100\\x2080GB\\x20HBM3"
#define EIGHT "node cn1 devices_total=8 devices_allocated=6 device_model=h100\n"

static void add(const char *lines)
{
    kit_rows(fleet, 0, 0, KIT_NOW, lines);
}

static const struct device_row *device(const struct snapshot *s, const char *node,
                                       const char *index)
{
    char id[64];
    int len = snprintf(id, sizeof(id), "%s%c%s", node, 0, index);
    uint32_t slot = snapshot_find(s, ENTITY_DEVICE, row_key(ENTITY_DEVICE, 0, id, (size_t)len));

    assert_true(slot != UINT32_MAX);
    return snapshot_row(s, ENTITY_DEVICE, slot);
}

static const struct flops_total *cell(const struct snapshot *s, int center, enum precision p,
                                      enum provenance how)
{
    return &snapshot_flops(s, center)->of[p][how];
}

static void near(double is, double want)
{
    if (!(fabs(is - want) <= 1e-6 * fabs(want) + 1e6))
        fail_msg("%g, not %g", is, want);
}

static void test_from_device_to_nation(void **state)
{
    (void)state;
    add(EIGHT
        "device cn1/0 model=" SXM
        " tensor_utilization_percent=50 temperature_celsius=60 power_watts=500\n"
        "device cn1/1 model=" SXM
        " tensor_utilization_percent=30 temperature_celsius=71.5 power_watts=400 throttle=hw_thermal\n"
        "device cn1/2 model=" SXM " temperature_celsius=40 utilization_percent=100");
    struct snapshot *s = fleet_publish(fleet, KIT_NOW + 1000);
    const struct device_row *d = device(s, "cn1", "0");
    assert_true(row_has(d, device, flops) && row_has(d, device, flops_peak));
    near(d->flops, 0.5 * 989e12);
    assert_int_equal(d->flops_provenance, provenance_ESTIMATED);
    assert_int_equal(d->flops_precision, precision_FP16);
    assert_false(row_has(device(s, "cn1", "2"), device, flops));

    const struct node_row *n = kit_node(s, "cn1");
    near(n->flops, 0.8 * 989e12);
    near(n->flops_peak, 2 * 989e12);
    assert_int_equal(n->flops_provenance, provenance_ESTIMATED);
    assert_true(n->devices_seen == 3 && n->devices_throttled == 1);
    assert_true(n->device_temperature_max_celsius == 71.5F && n->device_power_watts == 900);
    assert_true(n->tensor_utilization_percent == 40);
    assert_false(row_has(n, node, device_trouble));

    for (int center = -1; center < 1; center++) {
        const struct flops_total *t = cell(s, center, precision_FP16, provenance_ESTIMATED);
        near(t->flops, 0.8 * 989e12);
        near(t->peak, 2 * 989e12);
        assert_true(t->reporting == 2 && t->known == 8 && t->peaked == 2);
        assert_true(t->oldest_at == KIT_NOW && !t->nodes && !t->hearsay);
        t = cell(s, center, precision_FP16, provenance_ALLOCATED);
        near(t->flops, 6 * 989e12);
        assert_true(t->reporting == 6 && t->known == 6);
        t = cell(s, center, precision_FP64, provenance_NAMEPLATE);
        near(t->flops, 8 * 67e12);
        assert_true(t->reporting == 8 && t->known == 8);
        assert_false(flops_told(cell(s, center, precision_FP64, provenance_ESTIMATED)));
        assert_false(flops_told(cell(s, center, precision_FP16, provenance_MEASURED)));
    }

    const struct center_row *c = snapshot_center(s, 0);
    near(c->flops, 0.8 * 989e12);
    assert_true(c->flops_devices == 2 && c->flops_devices_known == 8);
    assert_int_equal(c->flops_provenance, provenance_ESTIMATED);
    near(c->flops_allocated, 6 * 989e12);
    near(c->flops_nameplate, 8 * 989e12);
    assert_true(c->devices_seen == 3 && c->devices_silent == 0 && c->devices_throttled == 1);
    assert_true(c->device_temperature_max_celsius == 71.5 && c->temperature_max_celsius == 71.5);
    assert_true(c->device_temperature_p99_celsius == 72 && c->device_power_watts == 900);
    const struct totals *t = snapshot_totals(s);
    assert_true(t->devices_seen == 3 && t->device_power_watts == 900 && t->device_power_of == 2);
    assert_true(t->has_temperature && t->temperature_max == 71.5);
    assert_ptr_equal(snapshot_row(s, ENTITY_NODE, t->hottest_node), n);
    assert_ptr_equal(snapshot_row(s, ENTITY_DEVICE, t->hottest_device), device(s, "cn1", "1"));
    assert_ptr_equal(snapshot_peaks(s), peaks);
    snapshot_unref(s);
}

static double derived(const struct snapshot *s, enum entity e, const char *id, const void *row)
{
    struct value_ctx c = {.snap = s, .now = KIT_NOW};
    struct value v = column_value(&c, e, (unsigned)column_find(e, id), row);

    return v.kind == VALUE_NUM ? v.num : NAN;
}

static void test_shares(void **state)
{
    (void)state;
    add("node cn1 devices_total=8\n"
        "device cn1/0 model=" SXM
        " tensor_utilization_percent=50 power_watts=500 clock_hertz=9.15e8"
        " clock_max_hertz=1.83e9\n"
        "device cn1/1 model=" SXM " tensor_utilization_percent=25");
    struct snapshot *s = fleet_publish(fleet, KIT_NOW);
    const struct center_row *c = snapshot_center(s, 0);
    assert_true(fabs(derived(s, ENTITY_DEVICE, "ofu_percent", device(s, "cn1", "0")) - 25) < 1e-6);
    near(derived(s, ENTITY_DEVICE, "flops_share_percent", device(s, "cn1", "0")) * 1e12, 25e12);
    near(derived(s, ENTITY_NODE, "flops_share_percent", kit_node(s, "cn1")) * 1e12, 25e12);
    near(derived(s, ENTITY_CENTER, "flops_share_percent", c) * 1e12, 25e12);
    /* Two report FLOPS and one its power: no FLOPS a watt. */
    assert_true(isnan(derived(s, ENTITY_CENTER, "flops_per_watt", c)));
    snapshot_unref(s);
    add("device cn1/1 power_watts=300");
    s = fleet_publish(fleet, KIT_NOW);
    near(derived(s, ENTITY_CENTER, "flops_per_watt", snapshot_center(s, 0)), 0.5 * 989e12 / 800);
    snapshot_unref(s);
    add("device cn1/1 counted_fp16_flops=1e14\ndevice cn1/0 counted_fp16_flops=1e14\n"
        "device cn1/2 counted_fp16_flops=1e14 power_watts=100"); /* of an unknown model */
    s = fleet_publish(fleet, KIT_NOW);
    assert_true(isnan(derived(s, ENTITY_CENTER, "flops_share_percent", snapshot_center(s, 0))));
    assert_false(isnan(derived(s, ENTITY_CENTER, "flops_per_watt", snapshot_center(s, 0))));
    snapshot_unref(s);
}

static void publish_and_check(double flops, double reporting, double known)
{
    struct snapshot *s = fleet_publish(fleet, KIT_NOW + 1000);
    const struct flops_total *t = cell(s, -1, precision_FP16, provenance_ESTIMATED);

    near(t->flops, flops);
    if (t->reporting != reporting || t->known != known)
        fail_msg("from %g of %g, not %g of %g", t->reporting, t->known, reporting, known);
    snapshot_unref(s);
}

/* Two exporters tell of four devices each. One goes: what is left is told as what it is. */
static void test_an_exporter_goes(void **state)
{
    (void)state;
    add("node cn1 devices_total=8");
    kit_list(fleet, 0, KIT_NOW, 1, "device",
             "device cn1/0 model=" SXM " tensor_utilization_percent=50\n"
             "device cn1/1 model=" SXM " tensor_utilization_percent=50");
    kit_list(fleet, 1, KIT_NOW, 1, "device",
             "device cn1/2 model=" SXM " tensor_utilization_percent=20\n"
             "device cn1/3 model=" SXM " tensor_utilization_percent=20");
    publish_and_check(1.4 * 989e12, 4, 8);
    kit_list(fleet, 1, KIT_NOW, 2, "device", "device cn1/2 model=" SXM);
    publish_and_check(1.2 * 989e12, 3, 8); /* the field stays until it is told to be absent */
    kit_list(fleet, 1, KIT_NOW, 3, "device", "");
    publish_and_check(1.0 * 989e12, 2, 8);
}

/* It falls silent: its devices are known and in no sum, and the oldest figure is that of the other. */
static void test_an_exporter_falls_silent(void **state)
{
    wall_ms late = KIT_NOW + 400000;

    (void)state;
    add("node cn1 devices_total=8");
    kit_list(fleet, 1, KIT_NOW, 1, "device",
             "device cn1/2 model=" SXM " tensor_utilization_percent=20 power_watts=300");
    kit_list(fleet, 0, late, 1, "device",
             "device cn1/0 model=" SXM " tensor_utilization_percent=50 power_watts=500");
    struct snapshot *s = fleet_publish(fleet, late);
    const struct flops_total *t = cell(s, -1, precision_FP16, provenance_ESTIMATED);
    assert_true(t->oldest_at == KIT_NOW && t->reporting == 2);
    snapshot_unref(s);
    fleet_tick(fleet, late);
    s = fleet_publish(fleet, late);
    t = cell(s, -1, precision_FP16, provenance_ESTIMATED);
    near(t->flops, 0.5 * 989e12);
    assert_true(t->oldest_at == late && t->reporting == 1 && t->known == 8);
    const struct center_row *c = snapshot_center(s, 0);
    assert_true(c->devices_seen == 2 && c->devices_silent == 1 && c->device_power_watts == 500);
    snapshot_unref(s);
}

/* A good poll confirms rows without touching them: the figures are as old as the poll. */
static void test_age_is_that_of_the_last_good_poll(void **state)
{
    (void)state;
    kit_list(fleet, 0, KIT_NOW, 1, "device",
             "device cn1/0 model=" SXM " tensor_utilization_percent=50");
    kit_list(fleet, 0, KIT_NOW + 5000, 2, "device",
             "device cn1/0 model=" SXM " tensor_utilization_percent=50");
    struct snapshot *s = fleet_publish(fleet, KIT_NOW + 6000);
    assert_true(cell(s, 0, precision_FP16, provenance_ESTIMATED)->oldest_at == KIT_NOW + 5000);
    snapshot_unref(s);
}

static void poll_many(uint32_t seq, wall_ms at, int nodes)
{
    struct delta *d = delta_new(0, 0, at, 0);
    char id[32];

    d->poll = (struct delta_poll){.seq = seq, .begin = true, .end = POLL_GOOD};
    d->poll.entities[ENTITY_DEVICE] = true;
    for (int i = 0; i < nodes; i++) {
        delta_row(d, ENTITY_DEVICE, id, (size_t)snprintf(id, sizeof(id), "cn%d%c0", i, 0));
        delta_num(d, FIELD_device_counted_fp16_flops, 1e12);
    }
    assert_int_equal(fleet_apply(fleet, d, NULL), RC_OK);
    delta_free(d);
}

/* More nodes than one picture looks at: the age is true after a few, and known from the first. */
static void test_age_of_a_large_fleet(void **state)
{
    enum { NODES = 20000 };
    wall_ms seen[4];

    (void)state;
    poll_many(1, KIT_NOW, NODES);
    for (int i = 0; i < 4; i++) {
        struct snapshot *s = fleet_publish(fleet, KIT_NOW + 1000);
        const struct flops_total *t = cell(s, 0, precision_FP16, provenance_MEASURED);
        near(t->flops, NODES * 1e12);
        seen[i] = t->oldest_at;
        snapshot_unref(s);
        if (i == 0)
            poll_many(2, KIT_NOW + 5000, NODES);
    }
    assert_true(seen[0] == KIT_NOW && seen[1] == KIT_NOW && seen[3] == KIT_NOW + 5000);
}

static void test_a_server_counts_where_it_covers_more(void **state)
{
    (void)state;
    add("aggregate p/a source=p model=a devices=90 reporting=80 temperature_max_celsius=88"
        " temperature_p99_celsius=80 power_watts=40000 tensor_utilization_percent=30\n"
        "aggregate p/a/fp16/estimated source=p model=a precision=fp16 provenance=estimated"
        " reporting=80 flops=1e16 flops_peak=8e16\n"
        "device cn1/0 model=" SXM
        " tensor_utilization_percent=50 temperature_celsius=70 power_watts=500\n"
        "node cn1 temperature_celsius=30");
    struct snapshot *s = fleet_publish(fleet, KIT_NOW + 1000);
    const struct flops_total *t = cell(s, 0, precision_FP16, provenance_ESTIMATED);
    assert_true(t->flops == 1e16 && t->peak == 8e16 && t->reporting == 80 && t->known == 90);
    const struct center_row *c = snapshot_center(s, 0);
    assert_true(c->device_power_watts == 40000 && c->tensor_utilization_percent == 30);
    assert_true(c->devices_seen == 90 && c->devices_silent == 10);
    assert_true(snapshot_totals(s)->devices_seen == 90);
    assert_true(c->device_temperature_max_celsius == 88 && c->device_temperature_p99_celsius == 80);
    assert_true(c->temperature_max_celsius == 88);
    assert_true(snapshot_totals(s)->temperature_max == 88 &&
                snapshot_totals(s)->hottest_node == UINT32_MAX);
    snapshot_unref(s);
    add("aggregate p/a/fp16/estimated reporting=1\naggregate p/a reporting=1 devices=1");
    s = fleet_publish(fleet, KIT_NOW + 1000);
    near(cell(s, 0, precision_FP16, provenance_ESTIMATED)->flops, 0.5 * 989e12);
    assert_true(snapshot_center(s, 0)->device_power_watts == 500);
    snapshot_unref(s);
}

/* The replicas of a pair tell the same: one of them counts. So do a row of all models and those of each. */
static void test_no_device_twice_by_servers(void **state)
{
    static const char one[] = "aggregate p/a/fp16/estimated model=a precision=fp16"
                              " provenance=estimated reporting=80 flops=1e16\n"
                              "aggregate p/b/fp16/estimated model=b precision=fp16"
                              " provenance=estimated reporting=10 flops=2e15\n"
                              "aggregate p//fp16/estimated precision=fp16"
                              " provenance=estimated reporting=90 flops=1.2e16";
    static const char two[] = "aggregate q/a/fp16/estimated model=a precision=fp16"
                              " provenance=estimated reporting=79 flops=9e15";

    (void)state;
    kit_rows(fleet, 0, 0, KIT_NOW, one);
    kit_rows(fleet, 0, 1, KIT_NOW, two);
    struct snapshot *s = fleet_publish(fleet, KIT_NOW + 1000);
    const struct flops_total *t = cell(s, -1, precision_FP16, provenance_ESTIMATED);
    assert_true(t->flops == 1.2e16 && t->reporting == 90 && t->peaked == 0);
    snapshot_unref(s);
    s = fleet_publish(fleet, KIT_NOW + 900000); /* silent for long: no sum of today */
    assert_false(flops_told(cell(s, -1, precision_FP16, provenance_ESTIMATED)));
    snapshot_unref(s);
}

static void test_processors_are_counted_apart(void **state)
{
    (void)state;
    add("node cn1 cpu_fp64_flops=1e12 cpu_fp64_peak_flops=3e12\n"
        "node cn2 cpu_fp64_flops=2e12 cpu_fp64_peak_flops=3e12 cpu_fp32_flops=5e11\n"
        "node cn3 state=idle");
    kit_rows(fleet, 0, UINT16_MAX, KIT_NOW, "center a kind=super");
    struct snapshot *s = fleet_publish(fleet, KIT_NOW + 1000);
    const struct flops_total *t = cell(s, 0, precision_FP64, provenance_MEASURED);
    near(t->flops, 3e12);
    assert_true(t->nodes && t->reporting == 2 && t->known == 3 && t->peak == 6e12);
    assert_true(cell(s, -1, precision_FP64, provenance_MEASURED)->nodes);
    assert_int_equal(snapshot_center(s, 0)->flops_provenance, provenance_MEASURED);
    near(kit_node(s, "cn2")->flops, 2e12);
    near(cell(s, 0, precision_FP32, provenance_MEASURED)->flops, 5e11);
    snapshot_unref(s);
    add("device cn1/0 counted_fp64_flops=1e13");
    s = fleet_publish(fleet, KIT_NOW + 1000);
    t = cell(s, 0, precision_FP64, provenance_MEASURED);
    near(t->flops, 1e13);
    assert_true(!t->nodes && t->reporting == 1 && t->known == 1 && t->peaked == 0);
    near(snapshot_flops(s, -1)->processors[precision_FP64].flops, 3e12);
    snapshot_unref(s);
    s = fleet_publish(fleet, KIT_NOW + 900000); /* nobody has heard of them for long */
    assert_false(flops_told(&snapshot_flops(s, 0)->processors[precision_FP64]));
    snapshot_unref(s);
}

static void test_declared_capacity(void **state)
{
    (void)state;
    add(EIGHT);
    kit_rows(fleet, 0, UINT16_MAX, KIT_NOW, "center a capacity_fp16_flops=1.2e19");
    struct snapshot *s = fleet_publish(fleet, KIT_NOW + 1000);
    const struct flops_total *t = cell(s, -1, precision_FP16, provenance_NAMEPLATE);
    assert_true(t->declared && t->flops == 1.2e19 && t->known == 8);
    t = cell(s, 0, precision_FP64, provenance_NAMEPLATE);
    near(t->flops, 8 * 67e12);
    assert_true(!t->declared && t->hearsay); /* "h100" does not tell which */
    snapshot_unref(s);
}

static void test_slices_stand_for_their_device(void **state)
{
    (void)state;
    add("device cn1/0 model=" SXM
        " uuid=G power_watts=500 mig=2\\x20slices temperature_celsius=60\n"
        "device cn1/0.1 model=" SXM
        " parent=G mig=3g.40gb tensor_utilization_percent=70 power_watts=500\n"
        "device cn1/0.2 model=" SXM " parent=G mig=1g.10gb tensor_utilization_percent=35");
    double slices = 989e12 * (0.7 * 3 / 7 + 0.35 / 7);
    struct snapshot *s = fleet_publish(fleet, KIT_NOW + 1000);
    const struct flops_total *t = cell(s, 0, precision_FP16, provenance_ESTIMATED);
    near(t->flops, slices);
    near(t->peak, 989e12);
    assert_true(t->reporting == 1 && t->known == 1 && t->hearsay);
    const struct center_row *c = snapshot_center(s, 0);
    assert_true(c->devices_seen == 1 && c->device_power_watts == 500);
    near(device(s, "cn1", "0.1")->flops, 989e12 * 0.7 * 3 / 7);
    snapshot_unref(s);
    add("device cn1/0 tensor_utilization_percent=10"); /* it tells itself */
    publish_and_check(0.1 * 989e12, 1, 1);
    kit_rows(fleet, 0, 0, KIT_NOW, "remove device cn1/0"); /* only the slices are known */
    publish_and_check(slices, 1, 1);
}

static void test_kind_and_peaks_may_change(void **state)
{
    struct peak_table *other = peak_table_new();

    (void)state;
    add("device cn1/0 model=" SXM " tensor_utilization_percent=50 fp64_utilization_percent=10");
    struct snapshot *s = fleet_publish(fleet, KIT_NOW);
    near(device(s, "cn1", "0")->flops, 0.5 * 989e12);
    snapshot_unref(s);
    kit_rows(fleet, 0, UINT16_MAX, KIT_NOW, "center a kind=super");
    s = fleet_publish(fleet, KIT_NOW);
    near(device(s, "cn1", "0")->flops, 0.1 * 34e12);
    assert_int_equal(device(s, "cn1", "0")->flops_precision, precision_FP64);
    near(snapshot_center(s, 0)->flops, 0.1 * 34e12);
    snapshot_unref(s);
    fleet_set_peaks(fleet, other);
    s = fleet_publish(fleet, KIT_NOW);
    assert_false(row_has(device(s, "cn1", "0"), device, flops));
    assert_false(flops_told(cell(s, -1, precision_FP64, provenance_ESTIMATED)));
    snapshot_unref(s);
    fleet_set_peaks(fleet, peaks);
    peak_table_free(other);
}

static void test_an_unknown_model_has_no_figure(void **state)
{
    (void)state;
    add("node cn1 devices_total=2 devices_allocated=2 device_model=gpu\n"
        "device cn1/0 model=Tesla\\x20T4 tensor_utilization_percent=50\n"
        "device cn1/1 tensor_utilization_percent=50");
    struct snapshot *s = fleet_publish(fleet, KIT_NOW);
    for (int how = provenance_MEASURED; how < provenance_COUNT; how++)
        assert_false(flops_told(cell(s, -1, precision_FP16, (enum provenance)how)));
    assert_true(cell(s, -1, precision_FP16, provenance_ESTIMATED)->known == 2);
    assert_false(row_has(snapshot_center(s, 0), center, flops));
    assert_false(row_has(device(s, "cn1", "0"), device, flops_peak));
    assert_true(kit_node(s, "cn1")->tensor_utilization_percent == 50);
    snapshot_unref(s);
}

static void test_the_driver_knows_the_model_better(void **state)
{
    (void)state;
    add("node cn1 devices_total=4 devices_allocated=2 device_model=h100\n"
        "device cn1/0 model=NVIDIA\\x20H100\\x20PCIe\n"
        "node cn2 devices_total=2 devices_allocated=2\n"
        "device cn2/0 model=NVIDIA\\x20H20\ndevice cn2/1 model=NVIDIA\\x20H200");
    struct snapshot *s = fleet_publish(fleet, KIT_NOW);
    const struct flops_total *t = cell(s, 0, precision_FP16, provenance_NAMEPLATE);
    near(t->flops, 4 * 756e12 + 148e12 + 989e12);
    assert_true(t->reporting == 6 && t->known == 6 && !t->hearsay);
    near(cell(s, 0, precision_FP16, provenance_ALLOCATED)->flops, 2 * 756e12 + 148e12 + 989e12);
    snapshot_unref(s);
}

static void says(const char *lines, const char *want)
{
    add(lines);
    struct snapshot *s = fleet_publish(fleet, KIT_NOW);
    const struct node_row *n = kit_node(s, "cn1");
    if (!want)
        assert_false(row_has(n, node, device_trouble));
    else
        assert_string_equal(intern_text(snapshot_strings(s), n->device_trouble), want);
    snapshot_unref(s);
}

static void test_trouble(void **state)
{
    (void)state;
    says("node cn1 state=idle\ndevice cn1/0 health=ok xid_last=0 remap_pending=no", NULL);
    says("device cn1/1 xid_last=13", NULL); /* the program's fault */
    says("device cn1/2 remap_pending=yes", "2 remap pending");
    says("device cn1/3 xid_last=79", "3 XID 79");
    says("device cn1/4 remap_failed=yes", "4 remap failed");
    says("device cn1/5 health=lost", "5 lost");
    says("device cn1/5 health=ok", "4 remap failed");
}

static void test_rows_go_and_come(void **state)
{
    (void)state;
    add("node cn1 devices_total=2\ndevice cn1/0 model=" SXM
        " tensor_utilization_percent=50 temperature_celsius=90\n"
        "device cn2/0 model=" SXM " tensor_utilization_percent=30 temperature_celsius=50");
    publish_and_check(0.8 * 989e12, 2, 3);
    add("device cn2/0 node=cn3"); /* it turned up elsewhere */
    publish_and_check(0.8 * 989e12, 2, 3);
    add("remove device cn1/0");
    publish_and_check(0.3 * 989e12, 1, 3);
    add("remove node cn1");
    publish_and_check(0.3 * 989e12, 1, 1);
    add("device cn9/0 model=" SXM " tensor_utilization_percent=10 temperature_celsius=40");
    publish_and_check(0.4 * 989e12, 2, 2);
    struct snapshot *s = fleet_publish(fleet, KIT_NOW);
    assert_true(snapshot_center(s, 0)->device_temperature_max_celsius == 50);
    snapshot_unref(s);
}

/* Ids of strings mean others after that. */
static void test_strings_are_thrown_away(void **state)
{
    char line[400];

    (void)state;
    for (int i = 0; i < 30000; i++) {
        snprintf(line, sizeof(line), "job %d name=%0250d", i, i);
        add(line);
        snprintf(line, sizeof(line), "remove job %d", i);
        add(line);
    }
    add("node cn1 devices_total=4 devices_allocated=1 device_model=h100\n"
        "device cn1/0 model=" SXM " uuid=G tensor_utilization_percent=50\n"
        "device cn1/1 model=" SXM " uuid=H\n"
        "device cn1/1.1 model=" SXM " parent=H mig=7g.80gb tensor_utilization_percent=10");
    publish_and_check(0.6 * 989e12, 2, 4);
    fleet_tick(fleet, KIT_NOW);
    assert_true(fleet_stats(fleet).compactions > 0);
    publish_and_check(0.6 * 989e12, 2, 4);
    add("device cn1/0 tensor_utilization_percent=20");
    publish_and_check(0.3 * 989e12, 2, 4);
    add("device cn1/1.1 tensor_utilization_percent=0\nnode cn1 devices_total=2");
    publish_and_check(0.2 * 989e12, 2, 2);
}

static void test_p99(void **state)
{
    char lines[64];

    (void)state;
    for (int i = 0; i < 200; i++) {
        snprintf(lines, sizeof(lines), "device cn%d/0 temperature_celsius=%d", i,
                 i == 7  ? 95
                 : i < 3 ? 80
                         : 60);
        add(lines);
    }
    struct snapshot *s = fleet_publish(fleet, KIT_NOW);
    assert_true(snapshot_center(s, 0)->device_temperature_p99_celsius == 80);
    assert_true(snapshot_totals(s)->device_temperature_p99 == 80);
    assert_true(snapshot_center(s, 0)->device_temperature_max_celsius == 95);
    snapshot_unref(s);
}

static void test_history_holds_rates_only(void **state)
{
    float ring[2];

    (void)state;
    add(EIGHT);
    snapshot_unref(fleet_publish(fleet, KIT_NOW));
    fleet_tick(fleet, KIT_NOW);
    add("device cn1/0 model=" SXM " tensor_utilization_percent=50");
    snapshot_unref(fleet_publish(fleet, KIT_NOW + 29000));
    fleet_tick(fleet, KIT_NOW + HISTORY_STEP_MS);
    struct snapshot *s = fleet_publish(fleet, KIT_NOW + HISTORY_STEP_MS);
    assert_int_equal(snapshot_history(s, 0, HISTORY_FLOPS, ring, 2), 2);
    assert_true(isnan(ring[0])); /* allocated is no rate */
    near(ring[1], 0.5 * 989e12);
    snapshot_unref(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_from_device_to_nation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_exporter_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_exporter_falls_silent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_age_is_that_of_the_last_good_poll, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_age_of_a_large_fleet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_server_counts_where_it_covers_more, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_no_device_twice_by_servers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_processors_are_counted_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_declared_capacity, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_slices_stand_for_their_device, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kind_and_peaks_may_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_unknown_model_has_no_figure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_driver_knows_the_model_better, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shares, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_trouble, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rows_go_and_come, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_strings_are_thrown_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_p99, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_history_holds_rates_only, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
