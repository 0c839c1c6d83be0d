/* SPDX-License-Identifier: MIT
 * fixture_devices.c - see fixture_devices.h. */
#include "tests/golden/fixture_devices.h"
#include "model/flops.h"
#include <stdio.h>
#include <string.h>

enum { SLURM, EXPORTER, MUTE };
enum { TRAIN = 24, PRE = 12, ASCEND = 10, MIX = 6 };
#define GIB (1024.0 * 1024 * 1024)
#define SILENT_MS INT64_C(2400000)
#define FLAG(id) (1u << throttle_##id)

/* What is special about a device; the last line is node NULL. */
struct special {
    const char *node;
    int index;
    double core, hbm, margin, watts, tensor;
    uint32_t throttle;
    int xid, xids;
    const char *health;
};

static const struct special specials[] = {
    {"zb-g0012", 3, 91, 96, -2, 702, 88, FLAG(HW_THERMAL) | FLAG(HW_SLOWDOWN), 0, 0, NULL},
    {"zb-g0012", 2, 89, 94, 0, 698, 87, FLAG(SW_THERMAL), 0, 0, NULL},
    {"zb-g0007", 5, 86, 91, 3, 655, 83, 0, 63, 2, NULL},
    {"zb-g0020", 0, 84, 88, 5, 611, 79, FLAG(SW_POWER), 13, 1, NULL},
    {"zb-g0017", 7, -1, -1, 0, -1, -1, 0, 79, 1, "driver hung"},
    {"zb-g0003", 1, -1, -1, 0, -1, -1, 0, 79, 1, "lost"},
    {"zb-p0004", 6, 55, 60, 34, 301, 40, 0, 95, 1, "unhealthy"},
    {"zb-p0009", 2, 44, 50, 45, 121, 0, 0, 0, 0, NULL},
    {"zb-p0009", 3, 43, 50, 46, 118, 0, 0, 0, 0, NULL},
    {NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL}};

static const struct special *special_of(const char *node, int index)
{
    const struct special *s = specials;

    while (s->node && (strcmp(s->node, node) != 0 || s->index != index))
        s++;
    return s->node ? s : NULL;
}

static void apply(struct fleet *f, struct delta *d)
{
    fleet_apply(f, d, NULL);
    delta_free(d);
}

static void row(struct delta *d, enum entity e, const char *id)
{
    delta_row(d, e, id, strlen(id));
}

static void device_row(struct delta *d, const char *node, const char *index)
{
    char id[64];
    int n = snprintf(id, sizeof id, "%s%c%s", node, 0, index);

    delta_row(d, ENTITY_DEVICE, id, (size_t)n);
}

static void center_and_sources(struct fleet *f)
{
    struct delta *d = delta_new(0, UINT16_MAX, FIXTURE_NOW, 0);

    row(d, ENTITY_CENTER, "zb");
    delta_str(d, FIELD_center_id, "zb");
    delta_str(d, FIELD_center_name, "\xe5\xbc\xa0\xe5\x8c\x97\xe6\x99\xba\xe7\xae\x97");
    delta_int(d, FIELD_center_kind, center_kind_INTELLIGENT);
    apply(f, d);
    for (uint16_t i = SLURM; i <= MUTE; i++) {
        const char *name = i == SLURM      ? "slurm zhangbei"
                           : i == EXPORTER ? "dcgm zhangbei"
                                           : "dcgm old";
        d = delta_new(0, i, FIXTURE_NOW, 0);
        row(d, ENTITY_SOURCE, name);
        delta_str(d, FIELD_source_name, name);
        delta_str(d, FIELD_source_collector, i == SLURM ? "slurm" : "exporter");
        delta_int(d, FIELD_source_state, i == MUTE ? source_state_FAILED : source_state_OK);
        delta_time(d, FIELD_source_last_ok_at, FIXTURE_NOW - (i == MUTE ? SILENT_MS : 2000));
        delta_num(d, FIELD_source_interval_ms, 15000);
        apply(f, d);
    }
}

/* A delta of one whole poll of these two. */
static struct delta *poll(uint16_t source, enum entity one, enum entity other)
{
    static uint32_t seq;
    struct delta *d = delta_new(0, source, FIXTURE_NOW - (source == MUTE ? SILENT_MS : 2000), 0);

    d->rank[0] = source == SLURM;
    d->rank[1] = source != SLURM;
    d->poll.seq = ++seq;
    d->poll.begin = true;
    d->poll.entities[one] = d->poll.entities[other] = true;
    d->poll.end = POLL_GOOD;
    return d;
}

static void node(struct delta *d, const char *name, const char *pool, const char *model, bool given)
{
    row(d, ENTITY_NODE, name);
    delta_str(d, FIELD_node_name, name);
    delta_str(d, FIELD_node_pools, pool);
    delta_str(d, FIELD_node_device_model, model);
    delta_int(d, FIELD_node_state, given ? node_state_ALLOCATED : node_state_IDLE);
    delta_num(d, FIELD_node_devices_total, 8);
    delta_num(d, FIELD_node_devices_allocated, given ? 8 : 0);
}

static void job(struct delta *d, const char *id, const char *name, const char *user,
                const char *nodes)
{
    row(d, ENTITY_JOB, id);
    delta_str(d, FIELD_job_id, id);
    delta_str(d, FIELD_job_name, name);
    delta_str(d, FIELD_job_user, user);
    delta_str(d, FIELD_job_nodes, nodes);
    delta_int(d, FIELD_job_state, job_state_RUNNING);
    delta_time(d, FIELD_job_started_at, FIXTURE_NOW - 7200000);
    delta_num(d, FIELD_job_devices_allocated, 64);
}

static void schedule(struct fleet *f)
{
    struct delta *d = poll(SLURM, ENTITY_NODE, ENTITY_JOB);
    char name[16];

    for (int i = 1; i <= TRAIN; i++) {
        snprintf(name, sizeof name, "zb-g%04d", i);
        node(d, name, "h800-train", "h800", true);
        if (i == 9) {
            delta_int(d, FIELD_node_state, node_state_DOWN);
            delta_int(d, FIELD_node_flags, 1 << node_flag_NOT_RESPONDING);
        }
        if (i == 17)
            delta_int(d, FIELD_node_flags, 1 << node_flag_DRAIN);
    }
    for (int i = 1; i <= PRE; i++) {
        snprintf(name, sizeof name, "zb-p%04d", i);
        node(d, name, "h800-pre", "h800", i < 11);
    }
    for (int i = 1; i <= ASCEND; i++) {
        snprintf(name, sizeof name, "zb-n%04d", i);
        node(d, name, "910b-a", "ascend910b", true);
    }
    for (int i = 1; i <= MIX; i++) {
        snprintf(name, sizeof name, "zb-m%04d", i);
        node(d, name, "a100-mix", "a100", i < 5);
    }
    job(d, "8841207", "pangu-moe", "wang", "zb-g[0010-0016]");
    job(d, "8840955", "telechat-sft", "li", "zb-g[0001-0008]");
    job(d, "8839112", "qwen-long", "zhao", "zb-g[0017-0024]");
    job(d, "8850001", "cube-ft", "sun", "zb-n[0001-0002]"); /* no device tells of it */
    job(d, "8841950", "pangu-sft", "chen", "zb-p[0001-0010]");
    apply(f, d);
}

static void figures(struct delta *d, double core, double hbm, double watts, double tensor)
{
    if (core < 0) /* it tells nothing */
        return;
    delta_num(d, FIELD_device_temperature_celsius, core);
    delta_num(d, FIELD_device_memory_temperature_celsius, hbm);
    delta_num(d, FIELD_device_power_watts, watts);
    delta_num(d, FIELD_device_tensor_utilization_percent, tensor);
    delta_num(d, FIELD_device_utilization_percent, tensor > 0 ? 99 : 0);
    delta_num(d, FIELD_device_clock_hertz, 1.755e9);
    delta_num(d, FIELD_device_clock_max_hertz, 1.98e9);
    delta_num(d, FIELD_device_memory_used_bytes, (tensor > 0 ? 71.5 : 3.2) * GIB);
    delta_num(d, FIELD_device_memory_total_bytes, 80 * GIB);
}

/* An even spread that is the same each time. */
static int spread(int i, int index, int of)
{
    return (i * 37 + index * 11 + i * index * 5) % of;
}

static void hopper(struct delta *d, const char *name, int i, int index, bool train)
{
    const struct special *s = special_of(name, index);
    int k = spread(i, index, 14);
    char id[8];

    snprintf(id, sizeof id, "%d", index);
    device_row(d, name, id);
    delta_str(d, FIELD_device_vendor, "NVIDIA");
    delta_str(d, FIELD_device_model, "NVIDIA H800");
    delta_num(d, FIELD_device_power_limit_watts, 700);
    delta_int(d, FIELD_device_throttle, s ? (int)s->throttle : k == 13 ? (int)FLAG(SW_POWER) : 0);
    delta_num(d, FIELD_device_ecc_uncorrectable, 0);
    if (train || i < 11)
        delta_str(d, FIELD_device_job,
                  !train   ? "8841950"
                  : i < 9  ? "8840955"
                  : i < 17 ? "8841207"
                           : "8839112");
    if (s) {
        figures(d, s->core, s->hbm, s->watts, s->tensor);
        if (s->core >= 0)
            delta_num(d, FIELD_device_temperature_headroom_celsius, s->margin);
        if (s->xid > 0) {
            delta_num(d, FIELD_device_xid_last, s->xid);
            delta_num(d, FIELD_device_xid_count, s->xids);
            delta_time(d, FIELD_device_xid_at, FIXTURE_NOW - 240000);
        }
        delta_str(d, FIELD_device_health, s->health);
        return;
    }
    double core = train ? 66 + k : 54 + k - (i > 8) * 14;
    figures(d, core, core + 5, train || i < 11 ? 480 + 13 * k : 96, train || i < 11 ? 62 + k : 0);
    delta_num(d, FIELD_device_temperature_headroom_celsius, 89 - core);
}

/* These tell a limit and no headroom, and nothing of throttling. */
static void ascend(struct delta *d, const char *name, int i, int index)
{
    int k = spread(i, index, 20);
    char id[8];

    snprintf(id, sizeof id, "%d", index);
    device_row(d, name, id);
    delta_str(d, FIELD_device_vendor, "Huawei");
    delta_str(d, FIELD_device_model, "Ascend 910B3");
    delta_str(d, FIELD_device_health, "ok");
    delta_num(d, FIELD_device_temperature_celsius, i == 3 && index == 1 ? 83 : 48 + k);
    delta_num(d, FIELD_device_temperature_limit_celsius, 95);
    delta_num(d, FIELD_device_power_watts, 240 + 6 * k);
    delta_num(d, FIELD_device_tensor_utilization_percent, 30 + 2 * k);
    delta_num(d, FIELD_device_memory_used_bytes, 40 * GIB);
    delta_num(d, FIELD_device_memory_total_bytes, 64 * GIB);
}

static void slices(struct delta *d, const char *name)
{
    char index[8];

    for (int i = 0; i < 7; i++) {
        snprintf(index, sizeof index, "2.%d", i);
        device_row(d, name, index);
        delta_num(d, FIELD_device_index, 2);
        delta_str(d, FIELD_device_model, "NVIDIA A100-SXM4-80GB");
        delta_str(d, FIELD_device_mig, "1g.10gb");
        delta_str(d, FIELD_device_parent, "GPU-a100-2");
        delta_num(d, FIELD_device_tensor_utilization_percent, 10 * i);
        delta_num(d, FIELD_device_memory_used_bytes, i * GIB);
        delta_num(d, FIELD_device_memory_total_bytes, 9.75 * GIB);
    }
}

static void mix(struct delta *d, const char *name, int i, int index)
{
    int k = spread(i, index, 17);
    char id[8];

    snprintf(id, sizeof id, "%d", index);
    device_row(d, name, id);
    delta_str(d, FIELD_device_vendor, "NVIDIA");
    delta_str(d, FIELD_device_model, "NVIDIA A100-SXM4-80GB");
    figures(d, 36 + 2 * k, 40 + 2 * k, 90 + 18 * k, i < 5 ? 5 * k : 0);
    delta_num(d, FIELD_device_power_limit_watts, 400);
    if (i == 1 && index == 2) {
        delta_str(d, FIELD_device_uuid, "GPU-a100-2");
        delta_str(d, FIELD_device_mig, "7 slices");
    }
}

static void telemetry(struct fleet *f)
{
    struct delta *d = poll(EXPORTER, ENTITY_DEVICE, ENTITY_DEVICE);
    char name[16];

    for (int i = 1; i < TRAIN + PRE + ASCEND + MIX; i++) { /* the last one is silent */
        int k = i <= TRAIN ? i : i <= TRAIN + PRE ? i - TRAIN : i - TRAIN - PRE;
        bool is_mix = k > ASCEND && i > TRAIN + PRE;
        k -= is_mix ? ASCEND : 0;
        snprintf(name, sizeof name, "zb-%c%04d",
                 i <= TRAIN         ? 'g'
                 : i <= TRAIN + PRE ? 'p'
                 : is_mix           ? 'm'
                                    : 'n',
                 k);
        for (int index = 0; index < 8; index++) {
            if (i <= TRAIN + PRE)
                hopper(d, name, k, index, i <= TRAIN);
            else if (is_mix)
                mix(d, name, k, index);
            else
                ascend(d, name, k, index);
        }
        if (is_mix && k == 1)
            slices(d, name);
    }
    apply(f, d);
}

/* A node of which nobody has heard for long. */
static void silence(struct fleet *f)
{
    struct delta *d = poll(MUTE, ENTITY_DEVICE, ENTITY_DEVICE);

    for (int index = 0; index < 8; index++)
        mix(d, "zb-m0006", 6, index);
    apply(f, d);
}

struct snapshot *fixture_devices(void)
{
    struct fleet *f = fleet_new(NULL);
    struct peak_table *peaks = peak_table_new();

    peak_table_add(peaks,
                   "H800 | NVIDIA | 1 | - | 67 | 989 | 1979 | A | a test\n"
                   "A100 SXM4 | NVIDIA | 9.7 | 19.5 | 19.5 | 312 | - | A | a test\n",
                   "peaks.conf", NULL);
    fleet_set_peaks(f, peaks);
    center_and_sources(f);
    schedule(f);
    silence(f);
    telemetry(f);
    snapshot_unref(fleet_publish(f, FIXTURE_NOW - 660000)); /* what rests now rested then */
    for (int i = 0; i < 8; i++)
        fleet_tick(f, FIXTURE_NOW - 70000 + i * 10000);
    struct snapshot *s = fleet_publish(f, FIXTURE_NOW);
    fleet_free(f);
    peak_table_free(peaks);
    return s;
}

struct snapshot *fixture_many_devices(uint32_t nodes)
{
    static const char *const pools[] = {"train-a", "train-b", "pre", "infer", "test"};
    struct fleet *f = fleet_new(NULL);
    char name[24];

    center_and_sources(f);
    for (uint32_t i = 0; i < nodes;) {
        struct delta *scheduler = delta_new(0, SLURM, FIXTURE_NOW - 2000, 0);
        struct delta *exporter = delta_new(0, EXPORTER, FIXTURE_NOW - 2000, 0);
        for (uint32_t end = i + 1000; i < end && i < nodes; i++) {
            uint32_t pool = i * 5 / nodes;
            snprintf(name, sizeof name, "n%05u", i);
            node(scheduler, name, pools[pool], "h800", true);
            for (int index = 0; index < 8; index++) {
                char id[8];
                snprintf(id, sizeof id, "%d", index);
                int k = spread((int)(i % 9973), index, 29);
                device_row(exporter, name, id);
                delta_str(exporter, FIELD_device_model, "NVIDIA H800");
                figures(exporter, 60.0 + k - 3 * (int)pool, 70, 500 + k, 60 + k);
                delta_num(exporter, FIELD_device_temperature_limit_celsius, 92);
                if (i % 701 == 5 && index == 3)
                    delta_str(exporter, FIELD_device_health, "lost");
            }
        }
        apply(f, scheduler);
        apply(f, exporter);
    }
    fleet_tick(f, FIXTURE_NOW);
    struct snapshot *s = fleet_publish(f, FIXTURE_NOW);
    fleet_free(f);
    return s;
}
