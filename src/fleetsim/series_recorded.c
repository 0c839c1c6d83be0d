/* SPDX-License-Identifier: MIT
 * series_recorded.c - what the shipped recording rules (suantop.rules.yaml) make of a center's devices: sums by model, and
 * the constants of models. */
#include "base/xmem.h"
#include "fleetsim/builtin.h"
#include "fleetsim/heat.h"
#include "fleetsim/page.h"
#include "fleetsim/series.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SILENT_MS = 600000, LABELS = 5, TEXT_MAX = 96 };

/* ---- constants ---- */

struct constant {
    char name[TEXT_MAX], model[TEXT_MAX]; /* name: behind "suantop:" */
    double value;
};

/* Copies what stands behind `mark` up to `end`; false if that is not the next line's. */
static bool copy_behind(const char **at, const char *mark, const char *end, char out[TEXT_MAX])
{
    const char *begin = strstr(*at, mark);
    size_t len = begin ? strcspn(begin += strlen(mark), end) : 0;

    if (begin == NULL || len >= TEXT_MAX)
        return false;
    snprintf(out, TEXT_MAX, "%.*s", (int)len, begin);
    *at = begin + len;
    return true;
}

/* The next of the rules that are constants; false at the end. As they are written (aggregates.def): a name, vector(number),
 * the model. */
static bool next_constant(const char **at, struct constant *out)
{
    char number[TEXT_MAX];

    if (!copy_behind(at, "- record: suantop:", "\n", out->name) ||
        !copy_behind(at, "expr: vector(", ")", number) ||
        !copy_behind(at, "labels: {model: \"", "\"", out->model))
        return false;
    out->value = strtod(number, NULL);
    return true;
}

/* 0: the rules do not know that model. */
static double constant_of(const char *record, const char *model)
{
    const char *at = rules_suantop;
    struct constant c;

    while (next_constant(&at, &c))
        if (strcmp(c.name, record) == 0 && strcmp(c.model, model) == 0)
            return c.value;
    return 0;
}

/* ---- samples ---- */

struct recording {
    const struct world *w;
    const struct promql_matcher *m;
    size_t count;
    struct promql_vector *out;
    bool any; /* some device tells */
};

/* more: names and values of other labels, NULL = the end. */
static void record(const struct recording *r, const char *name, const char *model, double value,
                   const char *const *more)
{
    struct promql_label *l = arena_alloc(r->out->arena, LABELS * sizeof(*l));
    uint32_t n = 0;

    l[n++] = (struct promql_label){"__name__", name};
    l[n++] = (struct promql_label){"model", model};
    for (; more && *more; more += 2)
        l[n++] = (struct promql_label){more[0], more[1]};
    promql_add(r->out, l, n, value, series_now(r->w));
    if (!promql_all_fit(r->m, r->count, &r->out->samples[r->out->count - 1]))
        r->out->count--;
}

static void record_constants(const struct recording *r)
{
    const char *at = rules_suantop;
    struct constant c;

    while (next_constant(&at, &c))
        record(r, arena_printf(r->out->arena, "suantop:%s", c.name),
               arena_strdup(r->out->arena, c.model), c.value, NULL);
}

/* ---- sums of a model ---- */

struct sums {
    double reporting, silent, watts, tensor, ops; /* ops: tensor activity x hertz */
    double *celsius;
    size_t cap;
};

static void add_device(struct sums *s, const struct device_reading *d)
{
    size_t n = (size_t)s->reporting;

    s->celsius = xgrow(s->celsius, &s->cap, n + 1, sizeof(*s->celsius));
    s->celsius[n] = d->core_celsius;
    s->reporting++;
    s->watts += d->watts;
    s->tensor += d->tensor;
    s->ops += d->tensor * d->clock_hertz;
}

static void add_node(const struct world *w, uint32_t node, struct sums *s)
{
    const struct sim_node *n = &w->nodes[node];
    bool lately = world_told(w, w->now) - world_told(w, n->since) < SILENT_MS;

    for (unsigned i = 0; i < world_pool(w, n->pool)->devices; i++) {
        struct device_reading d;
        device_at(w, node, i, w->now, &d);
        if (d.up)
            add_device(s, &d);
        else
            s->silent += lately;
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void record_temperatures(const struct recording *r, const char *model, struct sums *s)
{
    size_t n = (size_t)s->reporting;
    double rank = 0.99 * ((double)n - 1), sum = 0;
    size_t low = (size_t)floor(rank), high = low + 1 < n ? low + 1 : low;

    qsort(s->celsius, n, sizeof(*s->celsius), by_size);
    for (size_t i = 0; i < n; i++)
        sum += s->celsius[i];
    record(r, "center:gpu_temp_celsius:max", model, s->celsius[n - 1], NULL);
    record(r, "center:gpu_temp_celsius:p99", model,
           s->celsius[low] + (s->celsius[high] - s->celsius[low]) * (rank - floor(rank)), NULL);
    record(r, "center:gpu_temp_celsius:avg", model, sum / (double)n, NULL);
}

static void record_flops(const struct recording *r, const char *model, const struct sums *s)
{
    static const char *const estimated[] = {"precision", "fp16", "provenance", "estimated", NULL};
    static const char *const nameplate[] = {"precision", "fp16", "provenance", "nameplate", NULL};
    double each = constant_of("fp16_flop_per_clock", model);
    double peak = constant_of("fp16_peak_flops", model);

    if (each > 0) {
        record(r, "center:flops:sum", model, s->ops * each, estimated);
        record(r, "center:flops:count", model, s->reporting, estimated);
    }
    if (peak > 0) {
        record(r, "center:flops_peak:sum", model, s->reporting * peak, estimated);
        record(r, "center:flops_nameplate:sum", model, s->reporting * peak, nameplate);
    }
}

static void record_model(struct recording *r, const char *model, struct sums *s)
{
    static const char *const silent[] = {"state", "silent", NULL};
    static const char *const reporting[] = {"state", "reporting", NULL};

    if (s->silent > 0)
        record(r, "center:gpus:count", model, s->silent, silent);
    if (s->reporting == 0)
        return;
    r->any = true;
    record(r, "center:gpus:count", model, s->reporting, reporting);
    record_temperatures(r, model, s);
    record(r, "center:gpu_power_watts:sum", model, s->watts, NULL);
    record(r, "center:gpu_tensor_util:avg", model, s->tensor / s->reporting, NULL);
    record_flops(r, model, s);
}

/* Pools of one model belong together, by what its driver calls it. */
static const char *model_of(const struct world *w, uint32_t pool)
{
    return page_is_there(w, pool) ? w->scenario->models[world_pool(w, pool)->model].driver : NULL;
}

static bool is_first_of_model(const struct world *w, uint32_t pool)
{
    for (uint32_t i = 0; i < pool; i++)
        if (model_of(w, i) && strcmp(model_of(w, i), model_of(w, pool)) == 0)
            return false;
    return true;
}

static void sum_up(struct recording *r, const char *model)
{
    const struct world *w = r->w;
    struct sums s = {0};

    for (uint32_t i = 0; i < w->center->pool_count; i++)
        if (model_of(w, i) && strcmp(model_of(w, i), model) == 0)
            for (uint32_t n = 0; n < world_pool(w, i)->nodes; n++)
                add_node(w, w->pools[i].first_node + n, &s);
    record_model(r, model, &s);
    free(s.celsius);
}

/* Can those matchers mean anything that is recorded? */
static bool asks_for(const struct promql_matcher *m, size_t count, const char *const *names)
{
    for (; *names; names++) {
        bool fits = true;
        for (size_t i = 0; i < count; i++)
            fits &= strcmp(m[i].name, "__name__") != 0 || promql_fits(&m[i], *names);
        if (fits)
            return true;
    }
    return false;
}

void series_recorded(const struct world *w, const struct promql_matcher *m, size_t count,
                     struct promql_vector *out)
{
    static const char *const constants[] = {"suantop:fp16_flop_per_clock",
                                            "suantop:fp16_peak_flops", NULL};
    static const char *const sums[] = {"center:gpus:count",
                                       "center:gpu_temp_celsius:max",
                                       "center:gpu_temp_celsius:p99",
                                       "center:gpu_temp_celsius:avg",
                                       "center:gpu_power_watts:sum",
                                       "center:gpu_tensor_util:avg",
                                       "center:flops:sum",
                                       "center:flops:count",
                                       "center:flops_peak:sum",
                                       "center:flops_nameplate:sum",
                                       "center:scrape_age_seconds:max",
                                       NULL};
    struct recording r = {.w = w, .m = m, .count = count, .out = out};

    if (asks_for(m, count, constants))
        record_constants(&r);
    if (!asks_for(m, count, sums))
        return;
    for (uint32_t i = 0; i < w->center->pool_count; i++)
        if (model_of(w, i) && is_first_of_model(w, i))
            sum_up(&r, model_of(w, i));
    if (r.any) /* everything was scraped just now */
        record(&r, "center:scrape_age_seconds:max", "", 0, NULL);
}
