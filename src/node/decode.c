/* SPDX-License-Identifier: MIT
 * decode.c - see decode.h. */
#include "node/decode.h"
#include "autoconf.h"
#include "base/xmem.h"
#include "node/decode_cpu.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *decode_text(const struct json *row, const char *key)
{
    return json_str(json_member(row, key));
}

void decode_put(struct samples *s, enum family family, const struct json *row, const char *key,
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
    const struct label labels[] = {{"nodename", decode_text(row, "name")},
                                   {"os", decode_text(row, "os")},
                                   {"version", PACKAGE_VERSION},
                                   {NULL, NULL}};

    samples_add(s, FAMILY_NODE_INFO, 1, labels);
    decode_put(s, FAMILY_BOOT, row, "booted_at", 1, NULL);
    decode_put(s, FAMILY_LOAD, row, "load", 1, NULL);
    decode_put(s, FAMILY_CPUS, row, "cpus", 1, NULL);
    decode_put(s, FAMILY_MEMORY_TOTAL, row, "memory_total_kib", 1024, NULL);
    decode_put(s, FAMILY_MEMORY_AVAILABLE, row, "memory_available_kib", 1024, NULL);
    read_cpu(s, row);
}

static void read_energy(struct samples *s, const struct json *row)
{
    const struct label labels[] = {
        {"zone", decode_text(row, "zone")}, {"label", decode_text(row, "label")}, {NULL, NULL}};

    decode_put(s, FAMILY_ENERGY, row, "microjoules", 1e-6, labels);
}

static void read_sensor(struct samples *s, const struct json *row)
{
    const char *kind = decode_text(row, "kind");
    const struct label labels[] = {{"chip", decode_text(row, "device")},
                                   {"sensor", decode_text(row, "feature")},
                                   {"label", decode_text(row, "label")},
                                   {NULL, NULL}};

    if (strcmp(kind, "temperature") == 0) {
        decode_put(s, FAMILY_TEMPERATURE, row, "value", 1, labels);
        decode_put(s, FAMILY_TEMPERATURE_MAX, row, "high", 1, labels);
        decode_put(s, FAMILY_TEMPERATURE_CRITICAL, row, "critical", 1, labels);
    } else if (strcmp(kind, "fan") == 0) {
        decode_put(s, FAMILY_FAN, row, "value", 1, labels);
    } else if (strcmp(kind, "power") == 0) {
        decode_put(s, FAMILY_POWER, row, "value", 1, labels);
    }
}

void round_init(struct round *r)
{
    memset(r, 0, sizeof *r);
    samples_init(&r->samples);
}

void round_fini(struct round *r)
{
    samples_fini(&r->samples);
    free(r->xids);
}

void round_reset(struct round *r)
{
    samples_reset(&r->samples);
    r->ended = r->idle = false;
    r->trouble[0] = r->note[0] = r->asking[0] = '\0';
    r->xid_count = 0;
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
                   {"cpu_flops", decode_cpu_flops}};
    enum rc rc = json_read(reader, line, len, NULL, e);

    if (rc != RC_OK)
        return rc;
    const struct json *row = json_root(reader);
    const char *entity = decode_text(row, "entity");
    for (size_t i = 0; i < ARRAY_LEN(readers); i++)
        if (strcmp(entity, readers[i].entity) == 0) {
            readers[i].read(&out->samples, row);
            return RC_OK;
        }
    if (decode_gpu(entity, row, out) || decode_other(entity, row, out))
        return RC_OK;
    if (strcmp(entity, "trouble") == 0)
        snprintf(out->trouble, sizeof out->trouble, "%s", decode_text(row, "what"));
    else if (strcmp(entity, "note") == 0)
        snprintf(out->note, sizeof out->note, "%s", decode_text(row, "what"));
    else if (strcmp(entity, "idle") == 0)
        out->idle = true;
    else if (strcmp(entity, "end") == 0)
        out->ended = true;
    else
        return err_set(e, RC_SCHEMA, "collector", "a line of no known kind");
    return RC_OK;
}
