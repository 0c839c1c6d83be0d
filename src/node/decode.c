/* SPDX-License-Identifier: MIT
 * decode.c - see decode.h. */
#include "node/decode.h"
#include "autoconf.h"
#include "base/xmem.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *text(const struct json *row, const char *key)
{
    return json_str(json_member(row, key));
}

/* One member of a row as a sample; nothing when the row does not have it. */
static void put(struct samples *s, enum family family, const struct json *row, const char *key,
                double scale, const struct label *labels)
{
    double v;

    if (json_num(json_member(row, key), &v))
        samples_add(s, family, v * scale, labels);
}

static void read_cpu(struct samples *s, const struct json *row)
{
    double ticks, idle, second = (double)sysconf(_SC_CLK_TCK);

    if (!json_num(json_member(row, "cpu_ticks"), &ticks) ||
        !json_num(json_member(row, "cpu_idle_ticks"), &idle) || !(second > 0) || idle > ticks)
        return;
    const struct label is_idle[] = {{"mode", "idle"}, {NULL, NULL}};
    const struct label is_busy[] = {{"mode", "busy"}, {NULL, NULL}};
    samples_add(s, FAMILY_CPU_SECONDS, idle / second, is_idle);
    samples_add(s, FAMILY_CPU_SECONDS, (ticks - idle) / second, is_busy);
}

static void read_node(struct samples *s, const struct json *row)
{
    const struct label labels[] = {{"nodename", text(row, "name")},
                                   {"os", text(row, "os")},
                                   {"version", PACKAGE_VERSION},
                                   {NULL, NULL}};

    samples_add(s, FAMILY_NODE_INFO, 1, labels);
    put(s, FAMILY_BOOT, row, "booted_at", 1, NULL);
    put(s, FAMILY_LOAD, row, "load", 1, NULL);
    put(s, FAMILY_CPUS, row, "cpus", 1, NULL);
    put(s, FAMILY_MEMORY_TOTAL, row, "memory_total_kib", 1024, NULL);
    put(s, FAMILY_MEMORY_AVAILABLE, row, "memory_available_kib", 1024, NULL);
    read_cpu(s, row);
}

static void read_energy(struct samples *s, const struct json *row)
{
    const struct label labels[] = {
        {"zone", text(row, "zone")}, {"label", text(row, "label")}, {NULL, NULL}};

    put(s, FAMILY_ENERGY, row, "microjoules", 1e-6, labels);
}

static void read_sensor(struct samples *s, const struct json *row)
{
    const char *kind = text(row, "kind");
    const struct label labels[] = {{"chip", text(row, "device")},
                                   {"sensor", text(row, "feature")},
                                   {"label", text(row, "label")},
                                   {NULL, NULL}};

    if (strcmp(kind, "temperature") == 0) {
        put(s, FAMILY_TEMPERATURE, row, "value", 1, labels);
        put(s, FAMILY_TEMPERATURE_MAX, row, "high", 1, labels);
        put(s, FAMILY_TEMPERATURE_CRITICAL, row, "critical", 1, labels);
    } else if (strcmp(kind, "fan") == 0) {
        put(s, FAMILY_FAN, row, "value", 1, labels);
    } else if (strcmp(kind, "power") == 0) {
        put(s, FAMILY_POWER, row, "value", 1, labels);
    }
}

/* ---- GPUs ---- */

static const struct {
    const char *key;
    enum family family;
    double scale;
    struct label label; /* besides gpu */
} gpu_values[] = {
    {"up", FAMILY_GPU_UP, 1, {NULL, NULL}},
    {"temperature", FAMILY_GPU_TEMPERATURE, 1, {"sensor", "gpu"}},
    {"memory_temperature", FAMILY_GPU_TEMPERATURE, 1, {"sensor", "memory"}},
    {"slowdown", FAMILY_GPU_SLOWDOWN, 1, {NULL, NULL}},
    {"shutdown", FAMILY_GPU_SHUTDOWN, 1, {NULL, NULL}},
    {"power_mw", FAMILY_GPU_POWER, 1e-3, {NULL, NULL}},
    {"power_limit_mw", FAMILY_GPU_POWER_LIMIT, 1e-3, {NULL, NULL}},
    {"energy_mj", FAMILY_GPU_ENERGY, 1e-3, {NULL, NULL}},
    {"memory_total", FAMILY_GPU_MEMORY_SIZE, 1, {NULL, NULL}},
    {"memory_used", FAMILY_GPU_MEMORY_USED, 1, {NULL, NULL}},
    {"busy", FAMILY_GPU_BUSY, 1e-2, {NULL, NULL}},
    {"memory_busy", FAMILY_GPU_MEMORY_BUSY, 1e-2, {NULL, NULL}},
    {"sm_mhz", FAMILY_GPU_CLOCK, 1e6, {"clock", "sm"}},
    {"memory_mhz", FAMILY_GPU_CLOCK, 1e6, {"clock", "memory"}},
    {"sm_max_mhz", FAMILY_GPU_CLOCK_MAX, 1e6, {"clock", "sm"}},
    {"memory_max_mhz", FAMILY_GPU_CLOCK_MAX, 1e6, {"clock", "memory"}},
    {"ecc_corrected", FAMILY_GPU_ECC, 1, {"kind", "corrected"}},
    {"ecc_uncorrected", FAMILY_GPU_ECC, 1, {"kind", "uncorrected"}},
};

static void read_gpu(struct samples *s, const struct json *row)
{
    const char *gpu = text(row, "gpu");
    const struct label info[] = {{"gpu", gpu},
                                 {"uuid", text(row, "uuid")},
                                 {"model", text(row, "model")},
                                 {"driver", text(row, "driver")},
                                 {NULL, NULL}};

    if (text(row, "uuid")[0] != '\0')
        samples_add(s, FAMILY_GPU_INFO, 1, info);
    for (size_t i = 0; i < ARRAY_LEN(gpu_values); i++) {
        const struct label labels[] = {{"gpu", gpu}, gpu_values[i].label, {NULL, NULL}};
        put(s, gpu_values[i].family, row, gpu_values[i].key, gpu_values[i].scale, labels);
    }
}

static void read_expected(struct samples *s, const struct json *row)
{
    const struct label labels[] = {{"gpu", text(row, "gpu")}, {NULL, NULL}};

    samples_add(s, FAMILY_GPU_EXPECTED, 1, labels);
}

enum rc decode_line(struct json_reader *reader, const char *line, size_t len, struct round *out,
                    struct err *e)
{
    static const struct {
        const char *entity;
        void (*read)(struct samples *, const struct json *);
    } readers[] = {{"node", read_node},
                   {"energy", read_energy},
                   {"sensor", read_sensor},
                   {"gpu", read_gpu},
                   {"gpu_expected", read_expected}};
    enum rc rc = json_read(reader, line, len, NULL, e);

    if (rc != RC_OK)
        return rc;
    const struct json *row = json_root(reader);
    const char *entity = text(row, "entity");
    for (size_t i = 0; i < ARRAY_LEN(readers); i++)
        if (strcmp(entity, readers[i].entity) == 0) {
            readers[i].read(&out->samples, row);
            return RC_OK;
        }
    if (strcmp(entity, "trouble") == 0)
        snprintf(out->trouble, sizeof out->trouble, "%s", text(row, "what"));
    else if (strcmp(entity, "end") == 0)
        out->ended = true;
    else
        return err_set(e, RC_SCHEMA, "collector", "a line of no known kind");
    return RC_OK;
}
