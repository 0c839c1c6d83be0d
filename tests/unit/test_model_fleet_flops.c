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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_from_device_to_nation, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
