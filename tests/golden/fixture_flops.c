/* SPDX-License-Identifier: MIT
 * fixture_flops.c - see fixture_flops.h. */
#include "tests/golden/fixture_flops.h"
#include "model/flops.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ZB, TJ, GZ };
enum { ZB_EXPORTER = 8, TJ_EXPORTER, GZ_EXPORTER };
enum { LOST_NODE = 7, LOST_DEVICE = 5, HOT_NODE = 12, HOT_DEVICE = 3, OLD_NODE = 21 };
#define MINUTE (INT64_C(60) * 1000)
#define STALE (FIXTURE_NOW - 132 * 1000)

static void apply(struct fleet *f, struct delta *d)
{
    fleet_apply(f, d, NULL);
    delta_free(d);
}

static void exporter(struct fleet *f, uint16_t center, uint16_t index, const char *name,
                     const char *target, double targets, wall_ms ok, const char *error)
{
    struct delta *d = delta_new(center, index, FIXTURE_NOW, 0);

    delta_row(d, ENTITY_SOURCE, name, strlen(name));
    delta_str(d, FIELD_source_name, name);
    delta_str(d, FIELD_source_collector, "exporter");
    delta_str(d, FIELD_source_target, target);
    delta_int(d, FIELD_source_state, error ? source_state_STALE : source_state_OK);
    delta_str(d, FIELD_source_via, "text 0.0.4");
    delta_time(d, FIELD_source_last_ok_at, ok);
    delta_time(d, FIELD_source_next_try_at, FIXTURE_NOW + 9000);
    delta_num(d, FIELD_source_interval_ms, 15000);
    delta_num(d, FIELD_source_latency_ms, 84);
    delta_num(d, FIELD_source_requests, 4800);
    delta_num(d, FIELD_source_bytes, 9.2e7);
    delta_num(d, FIELD_source_last_bytes, 1.9e6);
    delta_num(d, FIELD_source_bad_elements, targets == 48 ? 3 : 0);
    delta_num(d, FIELD_source_targets, targets);
    delta_num(d, FIELD_source_targets_answering, error ? 0 : targets == 48 ? 46 : targets);
    if (targets == 48)
        delta_str(d, FIELD_source_note,
                  "2 of 48 targets do not answer: zb-g0004 connection refused, zb-g0021 timeout");
    delta_num(d, FIELD_source_failures, error ? 12 : 0);
    if (error) {
        delta_str(d, FIELD_source_error_code, "timeout");
        delta_str(d, FIELD_source_error, error);
    }
    apply(f, d);
}

static void device(struct delta *d, const char *node, int index, const char *model, double celsius)
{
    char id[64];
    int len = snprintf(id, sizeof id, "%s%c%d", node, '\0', index);

    delta_row(d, ENTITY_DEVICE, id, (size_t)len);
    delta_str(d, FIELD_device_node, node);
    delta_num(d, FIELD_device_index, index);
    delta_str(d, FIELD_device_model, model);
    delta_num(d, FIELD_device_temperature_celsius, celsius);
}

/* --- Zhangbei: eight GPUs a node --- */

static void h800(struct delta *d, const char *node, int i, int g)
{
    double tensor = i % 11 == 10 ? 0 : 20 + (i * 13 + g * 5) % 70;
    bool hot = i == HOT_NODE && g == HOT_DEVICE;

    if (i == LOST_NODE && g == LOST_DEVICE) {
        char id[64];
        int len = snprintf(id, sizeof id, "%s%c%d", node, '\0', g);
        delta_row(d, ENTITY_DEVICE, id, (size_t)len);
        delta_str(d, FIELD_device_node, node);
        delta_num(d, FIELD_device_index, g);
        delta_str(d, FIELD_device_health, "lost");
        delta_num(d, FIELD_device_xid_last, 79);
        return;
    }
    device(d, node, g, i == 48 ? "NVIDIA H900 XYZ" : "NVIDIA H800",
           hot ? 91 : 46 + (i * 7 + g * 3) % 38);
    delta_num(d, FIELD_device_memory_temperature_celsius, 50 + (i * 7 + g * 3) % 40);
    delta_num(d, FIELD_device_power_watts, 120 + tensor * 6);
    delta_num(d, FIELD_device_utilization_percent, tensor > 0 ? 98 : 0);
    delta_num(d, FIELD_device_tensor_utilization_percent, tensor);
    delta_num(d, FIELD_device_clock_hertz, hot ? 1.2e9 : 1.755e9);
    delta_num(d, FIELD_device_clock_max_hertz, 1.98e9);
    if (hot)
        delta_int(d, FIELD_device_throttle, 1u << throttle_HW_THERMAL);
}

static void zhangbei(struct fleet *f)
{
    struct delta *d = delta_new(ZB, ZB_EXPORTER, FIXTURE_NOW - 4000, 0);
    char node[24];

    for (int i = 1; i <= 48; i++) {
        snprintf(node, sizeof node, "zb-g%04d", i);
        for (int g = 0; g < 8 && i != 4 && i != OLD_NODE; g++)
            h800(d, node, i, g);
    }
    delta_row(d, ENTITY_NODE, "zb-g0012", 8); /* of which the sensors speak, too */
    delta_num(d, FIELD_node_cpu_utilization_percent, 63);
    for (int i = 1; i <= 16; i++) { /* busy percent is no activity of the cube */
        snprintf(node, sizeof node, "zb-n%02d", i);
        for (int g = 0; g < 8; g++) {
            device(d, node, g, "910B3", 44 + (i + g) % 20);
            delta_num(d, FIELD_device_power_watts, 210 + (i * g) % 90);
            delta_num(d, FIELD_device_utilization_percent, (i * 7 + g * 9) % 100);
        }
    }
    apply(f, d);
}

/* A target that stopped answering half an hour ago. */
static void silent_node(struct fleet *f)
{
    struct delta *d = delta_new(ZB, ZB_EXPORTER, FIXTURE_NOW - 30 * MINUTE, 0);

    for (int g = 0; g < 8; g++)
        h800(d, "zb-g0021", OLD_NODE, g);
    apply(f, d);
}

/* --- the others --- */

static void tianjin(struct fleet *f)
{
    struct delta *d = delta_new(TJ, TJ_EXPORTER, FIXTURE_NOW - 6000, 0);
    char node[24];

    for (int i = 1; i <= 38; i++) {
        snprintf(node, sizeof node, "cn%03d", i);
        delta_row(d, ENTITY_NODE, node, strlen(node));
        delta_num(d, FIELD_node_cpu_fp64_flops, i % 4 ? 0.9e12 + i * 1e10 : 2e7);
        delta_num(d, FIELD_node_cpu_fp64_peak_flops, 3.2e12);
        delta_num(d, FIELD_node_temperature_celsius, 48 + i % 17);
        delta_num(d, FIELD_node_power_watts, 410 + i * 3);
    }
    apply(f, d);
}

static void guangzhou(struct fleet *f)
{
    struct delta *d = delta_new(GZ, GZ_EXPORTER, STALE, 0);
    char node[24];

    for (int i = 1; i <= 16; i++) {
        snprintf(node, sizeof node, "gz%02d", i);
        for (int g = 0; g < 8; g++) {
            device(d, node, g, "NVIDIA A800-SXM4-80GB", 51 + (i + g) % 22);
            delta_num(d, FIELD_device_power_watts, 240 + (i * g) % 60);
            delta_num(d, FIELD_device_fp64_tensor_utilization_percent, (i * 5 + g) % 50);
            delta_num(d, FIELD_device_fp64_utilization_percent, (i + g) % 20);
        }
    }
    apply(f, d);
}

/* Of the test alone: what is shipped may learn more. */
static const char peaks[] =
    "H800 | NVIDIA | 1 | 1 | 67 | 989 | 1979 | A | arithmetic and two published tables\n"
    "A800, A800 SXM4 | NVIDIA | 9.7 | 19.5 | 19.5 | 312 | - | A | as A100\n"
    "910B3 | Huawei | - | - | - | 313 | - | B | one published table\n"
    "L20 | NVIDIA | 1 | - | 59.8 | 119.5 | 239 | C | hearsay\n";

/* Snapshots borrow it, so it stays. */
static const struct peak_table *the_peaks(void)
{
    static struct peak_table *table;
    struct err e = {0};

    if (table)
        return table;
    table = peak_table_new();
    if (peak_table_add(table, peaks, "peaks.conf", &e) != RC_OK) {
        fprintf(stderr, "%s: %s\n", e.where, e.msg);
        abort();
    }
    return table;
}

struct snapshot *fixture_flops(void)
{
    struct fleet *f = fixture_fleet_unpublished();

    fleet_set_peaks(f, the_peaks());
    exporter(f, ZB, ZB_EXPORTER, "exporter zhangbei", "zb-g[0001-0048]:9400", 48,
             FIXTURE_NOW - 4000, NULL);
    exporter(f, TJ, TJ_EXPORTER, "exporter tianjin", "cn[001-038]:19400", 38, FIXTURE_NOW - 6000,
             NULL);
    exporter(f, GZ, GZ_EXPORTER, "exporter guangzhou", "gz[01-16]:9400", 16, STALE,
             "no answer within 10 s");
    silent_node(f);
    zhangbei(f);
    tianjin(f);
    guangzhou(f);
    fleet_tick(f, FIXTURE_NOW);
    struct snapshot *s = fleet_publish(f, FIXTURE_NOW);
    fleet_free(f);
    return s;
}
