/* SPDX-License-Identifier: MIT
 * decode_gpu.c - see decode.h: what the children tell of GPUs. */
#include "base/xmem.h"
#include "node/decode.h"
#include <stdio.h>
#include <string.h>

enum { XID_EVENTS_MAX = 4096 };

/* Members of gpu and gpu_instance rows. */
static const struct {
    const char *key;
    enum family family;
    double scale;
    struct label label; /* besides gpu and instance */
} values[] = {
    {"up", FAMILY_GPU_UP, 1, {NULL, NULL}},
    {"temperature", FAMILY_GPU_TEMPERATURE, 1, {NULL, NULL}},
    {"junction_temperature", FAMILY_GPU_JUNCTION_TEMPERATURE, 1, {NULL, NULL}},
    {"memory_temperature", FAMILY_GPU_MEMORY_TEMPERATURE, 1, {NULL, NULL}},
    {"slowdown", FAMILY_GPU_SLOWDOWN, 1, {NULL, NULL}},
    {"shutdown", FAMILY_GPU_SHUTDOWN, 1, {NULL, NULL}},
    {"headroom", FAMILY_GPU_HEADROOM, 1, {NULL, NULL}},
    {"power_mw", FAMILY_GPU_POWER, 1e-3, {NULL, NULL}},
    {"power_average_mw", FAMILY_GPU_POWER_AVERAGE, 1e-3, {NULL, NULL}},
    {"power_instant_mw", FAMILY_GPU_POWER_INSTANT, 1e-3, {NULL, NULL}},
    {"power_limit_mw", FAMILY_GPU_POWER_LIMIT, 1e-3, {NULL, NULL}},
    {"energy_mj", FAMILY_GPU_ENERGY, 1e-3, {NULL, NULL}},
    {"memory_total", FAMILY_GPU_MEMORY_SIZE, 1, {NULL, NULL}},
    {"memory_used", FAMILY_GPU_MEMORY_USED, 1, {NULL, NULL}},
    {"busy", FAMILY_GPU_BUSY, 1e-2, {NULL, NULL}},
    {"memory_busy", FAMILY_GPU_MEMORY_BUSY, 1e-2, {NULL, NULL}},
    {"sm_mhz", FAMILY_GPU_CLOCK, 1e6, {"clock", "sm"}},
    {"memory_mhz", FAMILY_GPU_CLOCK, 1e6, {"clock", "memory"}},
    {"sm_mean_mhz", FAMILY_GPU_CLOCK_MEAN, 1e6, {NULL, NULL}},
    {"sm_max_mhz", FAMILY_GPU_CLOCK_MAX, 1e6, {"clock", "sm"}},
    {"memory_max_mhz", FAMILY_GPU_CLOCK_MAX, 1e6, {"clock", "memory"}},
    {"tensor", FAMILY_GPU_PIPE, 1e-2, {"pipe", "tensor"}},
    {"fp16_tensor", FAMILY_GPU_PIPE, 1e-2, {"pipe", "fp16_tensor"}},
    {"fp64_tensor", FAMILY_GPU_PIPE, 1e-2, {"pipe", "fp64_tensor"}},
    {"fp64", FAMILY_GPU_PIPE, 1e-2, {"pipe", "fp64"}},
    {"fp32", FAMILY_GPU_PIPE, 1e-2, {"pipe", "fp32"}},
    {"fp16", FAMILY_GPU_PIPE, 1e-2, {"pipe", "fp16"}},
    {"integer", FAMILY_GPU_PIPE, 1e-2, {"pipe", "integer"}},
    {"sm", FAMILY_GPU_PIPE, 1e-2, {"pipe", "sm"}},
    {"dram", FAMILY_GPU_PIPE, 1e-2, {"pipe", "dram"}},
    {"sw_power", FAMILY_GPU_THROTTLED, 1, {"reason", "sw_power"}},
    {"sw_thermal", FAMILY_GPU_THROTTLED, 1, {"reason", "sw_thermal"}},
    {"hw_slowdown", FAMILY_GPU_THROTTLED, 1, {"reason", "hw_slowdown"}},
    {"hw_thermal", FAMILY_GPU_THROTTLED, 1, {"reason", "hw_thermal"}},
    {"hw_power_brake", FAMILY_GPU_THROTTLED, 1, {"reason", "hw_power_brake"}},
    {"sync_boost", FAMILY_GPU_THROTTLED, 1, {"reason", "sync_boost"}},
    {"other", FAMILY_GPU_THROTTLED, 1, {"reason", "other"}},
    {"processes", FAMILY_GPU_PROCESSES, 1, {NULL, NULL}},
    {"ecc_corrected", FAMILY_GPU_ECC, 1, {"kind", "corrected"}},
    {"ecc_uncorrected", FAMILY_GPU_ECC, 1, {"kind", "uncorrected"}},
    {"remap_pending", FAMILY_GPU_REMAP_PENDING, 1, {NULL, NULL}},
    {"remap_failed", FAMILY_GPU_REMAP_FAILED, 1, {NULL, NULL}},
    {"recovery_action", FAMILY_GPU_RECOVERY, 1, {NULL, NULL}},
};

/* An absent instance is an empty label, which is left out; so is what follows it then. */
static void read_values(const struct json *row, struct round *out)
{
    const char *instance = decode_text(row, "instance");

    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        const struct label of_gpu[] = {
            {"gpu", decode_text(row, "gpu")}, values[i].label, {NULL, NULL}};
        const struct label of_instance[] = {
            of_gpu[0], {"instance", instance}, values[i].label, {NULL, NULL}};
        decode_put(&out->samples, values[i].family, row, values[i].key, values[i].scale,
                   instance[0] != '\0' ? of_instance : of_gpu);
    }
}

static void read_gpu(const struct json *row, struct round *out)
{
    const char *gpu = decode_text(row, "gpu");
    const struct label info[] = {{"gpu", gpu},
                                 {"index", decode_text(row, "index")},
                                 {"uuid", decode_text(row, "uuid")},
                                 {"model", decode_text(row, "model")},
                                 {"vendor", decode_text(row, "vendor")},
                                 {"driver", decode_text(row, "driver")},
                                 {NULL, NULL}};
    const struct label health[] = {
        {"gpu", gpu}, {"health", decode_text(row, "health")}, {NULL, NULL}};

    if (info[2].value[0] != '\0' || info[3].value[0] != '\0')
        samples_add(&out->samples, FAMILY_GPU_INFO, 1, info);
    if (health[1].value[0] != '\0')
        samples_add(&out->samples, FAMILY_GPU_HEALTH, 1, health);
    read_values(row, out);
}

static void read_instance(const struct json *row, struct round *out)
{
    const struct label info[] = {{"gpu", decode_text(row, "gpu")},
                                 {"instance", decode_text(row, "instance")},
                                 {"uuid", decode_text(row, "uuid")},
                                 {"profile", decode_text(row, "profile")},
                                 {NULL, NULL}};

    samples_add(&out->samples, FAMILY_GPU_MIG, 1, info);
    read_values(row, out);
}

static void read_job(const struct json *row, struct round *out)
{
    const struct label labels[] = {{"gpu", decode_text(row, "gpu")},
                                   {"instance", decode_text(row, "instance")},
                                   {"job", decode_text(row, "job")},
                                   {"user", decode_text(row, "user")},
                                   {NULL, NULL}};

    samples_add(&out->samples, FAMILY_GPU_JOB, 1, labels);
}

static void read_error(const struct json *row, struct round *out)
{
    const struct label labels[] = {
        {"gpu", decode_text(row, "gpu")}, {"code", decode_text(row, "code")}, {NULL, NULL}};

    samples_add(&out->samples, FAMILY_GPU_ERROR, 1, labels);
}

static void read_expected(const struct json *row, struct round *out)
{
    const struct label labels[] = {{"gpu", decode_text(row, "gpu")}, {NULL, NULL}};

    samples_add(&out->samples, FAMILY_GPU_EXPECTED, 1, labels);
}

static void read_asking(const struct json *row, struct round *out)
{
    snprintf(out->asking, sizeof out->asking, "%s", decode_text(row, "gpu"));
}

static void read_xid(const struct json *row, struct round *out)
{
    const char *source = decode_text(row, "source");
    double code, at, line = 0;

    if (!json_num(json_member(row, "xid"), &code) || !json_num(json_member(row, "at"), &at) ||
        out->xid_count == XID_EVENTS_MAX)
        return;
    json_num(json_member(row, "line"), &line);
    out->xids = xgrow(out->xids, &out->xid_cap, out->xid_count + 1, sizeof *out->xids);
    struct xid_event *e = &out->xids[out->xid_count++];
    *e = (struct xid_event){.code = (unsigned)code,
                            .source = strcmp(source, "log") == 0      ? XID_LOG
                                      : strcmp(source, "fallen") == 0 ? XID_FALLEN
                                                                      : XID_DRIVER,
                            .at = (wall_ms)at,
                            .line = (uint64_t)line};
    snprintf(e->gpu, sizeof e->gpu, "%s", decode_text(row, "gpu"));
}

bool decode_gpu(const char *entity, const struct json *row, struct round *out)
{
    static const struct {
        const char *entity;
        void (*read)(const struct json *, struct round *);
    } readers[] = {{"gpu", read_gpu},       {"gpu_instance", read_instance},
                   {"gpu_job", read_job},   {"gpu_error", read_error},
                   {"asking", read_asking}, {"gpu_expected", read_expected},
                   {"xid", read_xid}};

    for (size_t i = 0; i < ARRAY_LEN(readers); i++)
        if (strcmp(entity, readers[i].entity) == 0) {
            readers[i].read(row, out);
            return true;
        }
    return false;
}
