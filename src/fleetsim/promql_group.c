/* SPDX-License-Identifier: MIT
 * promql_group.c - aggregations: sum, min, max, avg, count, group, quantile, topk, bottomk. */
#include "base/xmem.h"
#include "fleetsim/promql_int.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct member {
    double value;
    uint32_t group, sample;
};

/* By group, then by value: NaN is the least, as of a quantile in Prometheus. */
static int by_value(const void *a, const void *b)
{
    const struct member *x = a, *y = b;

    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (isnan(x->value) || isnan(y->value))
        return (isnan(y->value) != 0) - (isnan(x->value) != 0);
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->sample < y->sample ? -1 : x->sample > y->sample;
}

/* Of values in order. */
static double quantile(double share, const struct member *m, size_t n)
{
    if (isnan(share))
        return NAN;
    if (share < 0 || share > 1)
        return share < 0 ? -INFINITY : INFINITY;
    double rank = share * ((double)n - 1), below = floor(rank);
    size_t low = (size_t)below, high = low + 1 < n ? low + 1 : low;
    double weight = rank - below;

    return m[low].value * (1 - weight) + m[high].value * weight;
}

static double sum(const struct member *m, size_t n)
{
    double all = 0;

    for (size_t i = 0; i < n; i++)
        all += m[i].value;
    return all;
}

/* Of the values of one group, in order. */
static double summary(const char *what, double parameter, const struct member *m, size_t n)
{
    size_t first = 0;

    while (first + 1 < n && isnan(m[first].value))
        first++;
    if (strcmp(what, "sum") == 0)
        return sum(m, n);
    if (strcmp(what, "avg") == 0)
        return sum(m, n) / (double)n;
    if (strcmp(what, "count") == 0)
        return (double)n;
    if (strcmp(what, "group") == 0)
        return 1;
    if (strcmp(what, "min") == 0)
        return m[first].value;
    return strcmp(what, "max") == 0 ? m[n - 1].value : quantile(parameter, m, n);
}

/* The samples themselves, the greatest (or least) of each group first. */
static void choose(const struct promql_vector *v, bool top, double parameter,
                   const struct member *m, size_t n, struct promql_vector *out)
{
    size_t wanted = parameter >= 1 ? (parameter < (double)n ? (size_t)parameter : n) : 0;

    for (size_t i = 0; i < wanted; i++) {
        const struct promql_sample *s = &v->samples[m[top ? n - 1 - i : i].sample];
        promql_add(out, (struct promql_label *)s->labels, s->label_count, s->value, s->at);
    }
}

static struct member *members(struct query *q, const struct expr *x, const struct promql_vector *v)
{
    struct member *m = xcalloc(v->count + 1, sizeof(*m));
    struct groups *g = groups_new();
    struct promql_label *labels;

    for (size_t i = 0; i < v->count; i++) {
        uint32_t n =
            labels_of_group(q->arena, &v->samples[i], &x->meeting.names, x->meeting.on, &labels);
        m[i] = (struct member){v->samples[i].value, groups_of(g, labels, n, true), (uint32_t)i};
    }
    groups_free(g);
    qsort(m, v->count, sizeof(*m), by_value);
    return m;
}

enum rc promql_aggregate(struct query *q, const struct expr *x, double parameter,
                         const struct promql_vector *v, struct promql_vector *out)
{
    enum rc rc = query_room(q, v->count);

    if (rc != RC_OK)
        return rc;
    bool top = strcmp(x->text, "topk") == 0, some = top || strcmp(x->text, "bottomk") == 0;
    struct member *m = members(q, x, v);
    for (size_t i = 0, n; i < v->count; i += n) {
        struct promql_label *labels;
        for (n = 1; i + n < v->count && m[i + n].group == m[i].group;)
            n++;
        if (some) {
            choose(v, top, parameter, m + i, n, out);
            continue;
        }
        uint32_t count = labels_of_group(q->arena, &v->samples[m[i].sample], &x->meeting.names,
                                         x->meeting.on, &labels);
        promql_add(out, labels, count, summary(x->text, parameter, m + i, n), q->from->now);
    }
    free(m);
    return RC_OK;
}
