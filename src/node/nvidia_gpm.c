/* SPDX-License-Identifier: MIT
 * nvidia_gpm.c - see nvidia.h: GPM, which needs no lock and disturbs no profiler. Never from two threads: drivers crash.
 *
 * Newer drivers count cycles: activity is then active over elapsed cycles, exactly, and elapsed cycles over time are the
 * mean clock - if that is a clock which this GPU can have had; else, and of older drivers, the percentages are taken. */
#include "base/xmem.h"
#include "node/nvidia.h"
#include "node/tell.h"
#include <math.h>
#include <string.h>

enum { ELAPSED = 248, METRICS_VERSION = 1 };

/* Two ids: the larger of them, where a pipe is counted under two names. 0: none. */
static const struct {
    const char *key;
    uint32_t percent[2], counter[2];
} pipes[GPM_PIPES] = {
    {"tensor", {5, 0}, {250, 0}},        {"fp16_tensor", {7, 0}, {252, 0}},
    {"fp64_tensor", {8, 6}, {251, 254}}, {"fp64", {11, 0}, {258, 0}},
    {"fp32", {12, 0}, {259, 0}},         {"fp16", {13, 0}, {260, 0}},
    {"integer", {4, 0}, {257, 0}},       {"sm", {2, 0}, {249, 0}},
    {"dram", {10, 0}, {0, 0}},
};
static const uint32_t percent_ids[] = {5, 7, 8, 6, 11, 12, 13, 4, 2, 10};
static const uint32_t counter_ids[GPM_COUNTERS] = {ELAPSED, 250, 252, 251, 254,
                                                   258,     259, 260, 257, 249};
_Static_assert(ARRAY_LEN(percent_ids) <= NVML_GPM_METRICS &&
                   ARRAY_LEN(counter_ids) <= NVML_GPM_METRICS,
               "they fit a question");

static void forget_values(struct gpm *g)
{
    for (int i = 0; i < GPM_PIPES; i++)
        g->pipes[i] = NAN;
    g->clock = NAN;
}

/* values[i] is that of ids[i], or NaN. */
static void ask(const struct nvml *n, const struct gpm *g, const uint32_t *ids, size_t count,
                double *values)
{
    struct nvml_gpm_metrics m = {.version = METRICS_VERSION, .count = (uint32_t)count};

    m.from = g->old;
    m.to = g->new;
    for (size_t i = 0; i < count; i++)
        m.at[i].id = ids[i];
    int code = NVML_ASK(n, gpm_metrics, &m);
    for (size_t i = 0; i < count; i++)
        values[i] = code == NVML_OK && m.at[i].code == NVML_OK ? m.at[i].value : NAN;
}

static double value_of(const uint32_t *ids, const double *values, size_t count, uint32_t id)
{
    for (size_t i = 0; i < count && id != 0; i++)
        if (ids[i] == id)
            return values[i];
    return NAN;
}

/* A percentage, with what rounding adds to it; fmax passes over what is not known. */
static double percentage(double a, double b)
{
    double v = fmax(a, b);

    return v >= 0 && v <= 101 ? fmin(v, 100) : NAN;
}

static void take_percentages(const struct nvml *n, struct gpm *g)
{
    double v[ARRAY_LEN(percent_ids)];

    ask(n, g, percent_ids, ARRAY_LEN(percent_ids), v);
    for (int i = 0; i < GPM_PIPES; i++)
        g->pipes[i] =
            percentage(value_of(percent_ids, v, ARRAY_LEN(percent_ids), pipes[i].percent[0]),
                       value_of(percent_ids, v, ARRAY_LEN(percent_ids), pipes[i].percent[1]));
}

static bool plausible(double mhz, double clock, double clock_max)
{
    return mhz > 0 && !(mhz > clock_max * 1.1) && mhz > clock * 0.5 && mhz < clock * 2;
}

/* The cycles since the old sample, which go before the percentages. */
static void take_counters(const struct nvml *n, struct gpm *g, double seconds, double clock,
                          double clock_max)
{
    double now[GPM_COUNTERS], d[GPM_COUNTERS];
    bool comparable = g->counted;

    ask(n, g, counter_ids, GPM_COUNTERS, now);
    for (size_t i = 0; i < GPM_COUNTERS; i++)
        d[i] = now[i] - g->counters[i];
    memcpy(g->counters, now, sizeof now);
    g->counted = isfinite(now[0]);
    double mhz = d[0] / seconds / 1e6;
    if (!comparable || !isfinite(d[0]) || !plausible(mhz, clock, clock_max))
        return;
    g->clock = mhz;
    for (int i = 0; i < GPM_PIPES; i++) {
        double active = fmax(value_of(counter_ids, d, GPM_COUNTERS, pipes[i].counter[0]),
                             value_of(counter_ids, d, GPM_COUNTERS, pipes[i].counter[1]));
        double share = percentage(active / d[0] * 100, NAN);
        if (isfinite(share))
            g->pipes[i] = share;
    }
}

/* False: it cannot be had. */
static bool prepare(const struct nvml *n, nvml_device gpu, struct gpm *g)
{
    struct nvml_gpm_support s = {1, 0};

    if (g->refused || g->old != NULL)
        return !g->refused;
    forget_values(g);
    g->refused = NVML_ASK(n, gpm_support, gpu, &s) != NVML_OK || s.supported == 0 ||
                 NVML_ASK(n, gpm_alloc, &g->old) != NVML_OK ||
                 NVML_ASK(n, gpm_alloc, &g->new) != NVML_OK;
    return !g->refused;
}

int gpm_round(const struct nvml *n, nvml_device gpu, int instance, struct gpm *g, double clock,
              double clock_max, mono_ms now)
{
    int64_t window = now - g->old_at;
    int code;

    if (!prepare(n, gpu, g) || (g->old_at > 0 && window < GPM_WINDOW_MS))
        return NVML_OK; /* too soon: what was told last is still true */
    forget_values(g);
    code = instance < 0 ? NVML_ASK(n, gpm_sample, gpu, g->new)
                        : NVML_ASK(n, gpm_mig_sample, gpu, (unsigned)instance, g->new);
    if (code != NVML_OK) {
        g->old_at = 0;
        g->counted = false;
        return code;
    }
    if (g->old_at > 0 && window <= GPM_WINDOW_MAX_MS) {
        take_percentages(n, g);
        take_counters(n, g, (double)window / 1000, clock, clock_max);
    } else {
        g->counted = false;
    }
    void *was = g->old;
    g->old = g->new;
    g->new = was;
    g->old_at = now;
    return NVML_OK;
}

void gpm_tell(FILE *out, const struct gpm *g)
{
    if (g->refused || g->old == NULL)
        return;
    for (int i = 0; i < GPM_PIPES; i++)
        tell_number(out, pipes[i].key, g->pipes[i]);
    tell_number(out, "sm_mean_mhz", g->clock);
}

bool gpm_all_zero(const struct gpm *g)
{
    int told = 0;

    for (int i = 0; i < GPM_PIPES && g->old != NULL; i++) {
        if (g->pipes[i] > 0)
            return false;
        told += isfinite(g->pipes[i]);
    }
    return told > 0;
}

void gpm_drop(const struct nvml *n, struct gpm *g)
{
    if (g->old != NULL)
        NVML_ASK(n, gpm_free, g->old);
    if (g->new != NULL)
        NVML_ASK(n, gpm_free, g->new);
    *g = (struct gpm){.refused = false};
}
