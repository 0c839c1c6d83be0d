/* SPDX-License-Identifier: MIT
 * test_model_flops_property.c - whatever comes, in whatever order: each cell is what its rows add up to, no device is counted
 * twice, and no cell holds another precision or provenance. SEED=n repeats a run. */
#include "data/data.h"
#include "tests/unit/model_kit.h"
#include "tests/unit/flops_again.h"
#include "tests/unit/model_random.h"

enum { RUNS = 25, STEPS = 60, UNITS = 512, CENTERS = 2, SILENT_MS = 150000 };

static uint32_t next(struct random_source *r, uint32_t below)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(r->state >> 33) % below;
}

static const char *const models[] = {"NVIDIA H100 80GB HBM3", "NVIDIA H20", "h100", "Tesla T4",
                                     "AMD Instinct MI300X",   "Ascend910B3"};

static void random_percent(struct random_source *r, struct delta *d, int field)
{
    if (RND(3) == 0)
        delta_num(d, field, RND(101));
    else if (RND(6) == 0)
        delta_absent(d, field);
}

static void random_device(struct random_source *r, struct delta *d)
{
    char id[64];
    int node = (int)RND(3), index = (int)RND(4), slice = RND(4) == 0 ? (int)RND(3) : -1;
    int len = slice < 0 ? snprintf(id, sizeof(id), "n%d%c%d", node, 0, index)
                        : snprintf(id, sizeof(id), "n%d%c%d.%d", node, 0, index, slice);

    if (RND(8) == 0) {
        delta_remove(d, ENTITY_DEVICE, id, (size_t)len);
        return;
    }
    delta_row(d, ENTITY_DEVICE, id, (size_t)len);
    if (RND(3))
        delta_str(d, FIELD_device_model, models[RND(6)]);
    char uuid[32];
    snprintf(uuid, sizeof(uuid), "GPU-%d-%d", node, index);
    if (slice >= 0) {
        delta_str(d, FIELD_device_parent, uuid);
        delta_str(d, FIELD_device_mig, RND(2) ? "1g.10gb" : "3g.40gb");
    } else if (RND(2)) {
        delta_str(d, FIELD_device_uuid, uuid);
    }
    random_percent(r, d, FIELD_device_tensor_utilization_percent);
    random_percent(r, d, FIELD_device_fp16_tensor_utilization_percent);
    random_percent(r, d, FIELD_device_fp64_tensor_utilization_percent);
    random_percent(r, d, FIELD_device_fp64_utilization_percent);
    random_percent(r, d, FIELD_device_fp32_utilization_percent);
    random_percent(r, d, FIELD_device_temperature_celsius);
    random_percent(r, d, FIELD_device_power_watts);
    if (RND(6) == 0)
        delta_num(d, FIELD_device_counted_fp64_flops, RND(1000) * 1e10);
    if (RND(6) == 0)
        delta_num(d, FIELD_device_counted_fp16_flops, RND(1000) * 1e11);
    if (RND(8) == 0)
        delta_num(d, FIELD_device_clock_hertz, 1e9 + RND(900) * 1e6);
    if (RND(8) == 0)
        delta_num(d, FIELD_device_clock_max_hertz, 1.9e9);
}

static void random_node(struct random_source *r, struct delta *d)
{
    char id[16];
    int len = snprintf(id, sizeof(id), "n%d", (int)RND(4));

    if (RND(10) == 0) {
        delta_remove(d, ENTITY_NODE, id, (size_t)len);
        return;
    }
    delta_row(d, ENTITY_NODE, id, (size_t)len);
    if (RND(2))
        delta_num(d, FIELD_node_devices_total, RND(9));
    if (RND(2))
        delta_num(d, FIELD_node_devices_allocated, RND(9));
    if (RND(3) == 0)
        delta_str(d, FIELD_node_device_model, models[RND(6)]);
    if (RND(4) == 0)
        delta_num(d, FIELD_node_cpu_fp64_flops, RND(100) * 1e10);
    else if (RND(6) == 0)
        delta_absent(d, FIELD_node_cpu_fp64_flops);
}

static void random_aggregate(struct random_source *r, struct delta *d)
{
    static const char *const ids[] = {"p//fp16/estimated", "p/a/fp16/estimated",
                                      "p/b/fp16/estimated"};
    unsigned which = RND(3);

    if (RND(3) == 0) {
        delta_remove(d, ENTITY_AGGREGATE, ids[which], strlen(ids[which]));
        return;
    }
    delta_row(d, ENTITY_AGGREGATE, ids[which], strlen(ids[which]));
    if (which)
        delta_str(d, FIELD_aggregate_model, ids[which] + 2);
    delta_int(d, FIELD_aggregate_precision, precision_FP16);
    delta_int(d, FIELD_aggregate_provenance, provenance_ESTIMATED);
    delta_num(d, FIELD_aggregate_devices, 20);
    delta_num(d, FIELD_aggregate_reporting, RND(20));
    delta_num(d, FIELD_aggregate_flops, RND(20) * 1e14);
}

static void random_edit(struct random_source *r, struct fleet *f, wall_ms now)
{
    struct delta *d = delta_new((uint16_t)RND(CENTERS), (uint16_t)RND(3), now, 0);

    if (RND(4) == 0) { /* a poll that lists devices: what it does not list goes */
        d->poll.seq = RND(1000) + 1;
        d->poll.begin = true;
        d->poll.end = RND(3) ? POLL_GOOD : POLL_BAD;
        d->poll.entities[ENTITY_DEVICE] = true;
    }
    for (uint32_t n = RND(6) + 1; n > 0; n--)
        random_device(r, d);
    if (RND(3) == 0)
        random_node(r, d);
    if (RND(12) == 0)
        random_aggregate(r, d);
    if (RND(20) == 0) {
        delta_row(d, ENTITY_CENTER, "c", 1);
        delta_int(d, FIELD_center_kind, RND(center_kind_COUNT));
    }
    (void)fleet_apply(f, d, NULL);
    delta_free(d);
}

static void same(double is, double want, const char *what)
{
    if (!(fabs(is - want) <= 1e-6 * fabs(want) + 1e7))
        fail_msg("%s: %.17g, not %.17g", what, is, want);
}

/* The cell is what one server told, in its row of all models or in its rows of each. */
static bool is_one_server(const struct snapshot *s, uint16_t center, const struct flops_total *t)
{
    for (int server = 0; server < 6; server++) {
        double flops = 0, reporting = 0;
        for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_AGGREGATE); i++) {
            const struct aggregate_row *a = snapshot_row(s, ENTITY_AGGREGATE, i);
            if (!a || a->h.center != center || a->h.source[1] != server / 2 ||
                row_has(a, aggregate, model) != server % 2 || a->reporting == 0 ||
                snapshot_at(s) - a->h.seen_at[1] > SILENT_MS)
                continue;
            flops += a->flops;
            reporting += a->reporting;
        }
        if (t->flops == flops && t->reporting == reporting)
            return true;
    }
    return false;
}

static void check_cell(const struct snapshot *s, uint16_t center, const struct again_unit *units,
                       size_t count, enum precision p, enum provenance how)
{
    const struct flops_total *t = &snapshot_flops(s, center)->of[p][how];
    double flops = 0, one, reporting = 0;
    wall_ms oldest = 0;

    for (size_t i = 0; i < count; i++)
        if (again_unit_flops(s, &units[i], p, how, &one, &oldest)) {
            flops += one;
            reporting++;
        }
    if (t->nodes) {
        assert_true(reporting == 0 && how == provenance_MEASURED);
        return;
    }
    /* A server's sum stands for all of the cell or for nothing of it. */
    if (t->reporting > reporting) {
        assert_true(p == precision_FP16 && how == provenance_ESTIMATED);
        assert_true(is_one_server(s, center, t));
        return;
    }
    assert_true(t->reporting == reporting);
    same(t->flops, flops, "flops");
    assert_true(t->reporting <= t->known && t->peaked <= t->reporting);
    assert_true(t->oldest_at == oldest);
}

static void check_bodies(const struct snapshot *s, uint16_t center, const struct again_unit *units,
                         size_t count)
{
    const struct center_row *c = snapshot_center(s, center);
    double power = 0, hottest = -INFINITY, seen = 0, silent = 0;

    for (size_t i = 0; i < count; i++) {
        const struct device_row *d = units[i].row;
        seen += d != NULL;
        silent += d && d->h.flags & ROW_SILENT;
        if (!d || d->h.flags & ROW_SILENT)
            continue;
        power += (double)d->power_watts;
        if (row_has(d, device, temperature_celsius))
            hottest = fmax(hottest, widen(d->temperature_celsius));
    }
    if (!c)
        return;
    same(c->device_power_watts, power, "power");
    assert_true(c->devices_seen == seen && c->devices_silent == silent);
    assert_true(row_has(c, center, device_temperature_max_celsius) == (hottest > -INFINITY));
    if (hottest > -INFINITY)
        assert_true(c->device_temperature_max_celsius == hottest);
}

static void check(const struct snapshot *s)
{
    static struct again_unit units[UNITS];
    double flops[precision_COUNT][provenance_COUNT] = {{0}};

    for (uint16_t center = 0; center < CENTERS; center++) {
        size_t count = again_units(s, center, units, UNITS);
        double known = again_known(s, center, units, count);
        for (int p = precision_FP64; p <= precision_FP16; p++)
            for (int how = provenance_MEASURED; how <= provenance_ESTIMATED; how++) {
                const struct flops_total *t = &snapshot_flops(s, center)->of[p][how];
                check_cell(s, center, units, count, (enum precision)p, (enum provenance)how);
                flops[p][how] += t->nodes ? 0 : t->flops;
                if (!t->nodes && !snapshot_count(s, ENTITY_AGGREGATE))
                    assert_true(t->known == known);
            }
        check_bodies(s, center, units, count);
    }
    for (int p = precision_FP64; p <= precision_FP16; p++)
        for (int how = provenance_MEASURED; how <= provenance_ESTIMATED; how++) {
            const struct flops_total *all = &snapshot_flops(s, -1)->of[p][how];
            if (!all->nodes)
                same(all->flops, flops[p][how], "all centers");
        }
}

static void one_run(uint64_t seed, const struct peak_table *peaks)
{
    struct random_source rnd = {.next = next, .state = seed}, *r = &rnd;
    struct fleet *f = fleet_new(NULL);
    wall_ms now = KIT_NOW;

    fleet_set_peaks(f, peaks);
    for (uint16_t c = 0; c < CENTERS; c++)
        kit_rows(f, c, UINT16_MAX, now, "center c id=c kind=intelligent");
    for (int step = 0; step < STEPS; step++) {
        for (uint32_t n = RND(4); n > 0; n--)
            random_edit(r, f, now += RND(3000));
        if (RND(10) == 0)
            now += RND(200000); /* somebody falls silent */
        if (RND(3) == 0)
            fleet_tick(f, now);
        struct snapshot *s = fleet_publish(f, now);
        check(s);
        snapshot_unref(s);
    }
    fleet_free(f);
}

static void sums_are_what_the_rows_say(void **state)
{
    const char *told = getenv("SEED");
    struct peak_table *peaks = peak_table_new();

    (void)state;
    assert_int_equal(peak_table_add(peaks, data_peaks, "peaks.conf", NULL), RC_OK);
    if (told && !*told)
        told = NULL;
    uint64_t first = told ? strtoull(told, NULL, 10) : 1;
    for (uint64_t seed = first; seed < first + (told ? 1 : RUNS); seed++) {
        print_message("seed %llu\n", (unsigned long long)seed);
        one_run(seed, peaks);
    }
    peak_table_free(peaks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sums_are_what_the_rows_say)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
