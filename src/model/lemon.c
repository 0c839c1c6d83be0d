/* SPDX-License-Identifier: MIT
 * lemon.c - see lemon.h. */
#include "model/lemon.h"
#include "base/xmem.h"
#include "model/poisson.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNALS = 5, LEAST_EVENTS = 3 };
#define UNLIKELY 1e-4
#define WORST 0.95

static const double weights[SIGNALS] = {.30, .20, .20, .15, .15};

static double signal_of(const struct lemon *l, int which)
{
    uint32_t ran = l->lone_jobs > l->lone_failures ? l->lone_jobs : l->lone_failures;

    switch (which) {
    case 0:
        return l->broken_jobs;
    case 1:
        return l->lone_failures;
    case 2:
        return ran ? (double)l->lone_failures / ran : 0;
    case 3:
        return l->device_faults;
    default:
        return l->times_out;
    }
}

static int by_group(const void *a, const void *b)
{
    const struct lemon *const *x = a, *const *y = b;

    return ((*x)->group > (*y)->group) - ((*x)->group < (*y)->group);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static size_t below(const double *sorted, size_t count, double v)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sorted[middle] < v)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* One group, one signal: shares of peers below, added to the scores. */
static void add_signal(struct lemon **group, size_t count, int which, double *values,
                       unsigned *worst)
{
    for (size_t i = 0; i < count; i++)
        values[i] = signal_of(group[i], which);
    qsort(values, count, sizeof(*values), by_value);
    for (size_t i = 0; i < count; i++) {
        struct lemon *l = group[i];
        double v = signal_of(l, which);
        if (!(v > 0) || !l->peers)
            continue;
        /* Peers that are not listed have none. */
        double unlisted = l->peers + 1 > count ? (double)(l->peers + 1 - count) : 0;
        double share = ((double)below(values, count, v) + unlisted) / l->peers;
        share = share < 1 ? share : 1;
        l->score += weights[which] * share;
        worst[i] += share >= WORST;
    }
}

static unsigned signals_in(struct lemon **group, size_t count)
{
    unsigned n = 0;

    for (int which = 0; which < SIGNALS; which++) {
        bool any = false;
        for (size_t i = 0; i < count && !any; i++)
            any = signal_of(group[i], which) > 0;
        n += any;
    }
    return n;
}

static void flag(struct lemon **group, size_t count, const unsigned *worst)
{
    unsigned needed = signals_in(group, count) > 1 ? 2 : 1;
    double events = 0;

    for (size_t i = 0; i < count; i++)
        events += group[i]->events;
    for (size_t i = 0; i < count; i++) {
        struct lemon *l = group[i];
        l->p = NAN;
        if (!l->peers)
            continue;
        l->p = poisson_at_least(l->events, (events - l->events + .5) / l->peers);
        l->flagged = l->events >= LEAST_EVENTS && l->p < UNLIKELY && worst[i] >= needed;
    }
}

static void rank_group(struct lemon **group, size_t count)
{
    double *values = xcalloc(count, sizeof(*values));
    unsigned *worst = xcalloc(count, sizeof(*worst));

    for (size_t i = 0; i < count; i++) {
        group[i]->score = 0;
        group[i]->flagged = false;
    }
    for (int which = 0; which < SIGNALS; which++)
        add_signal(group, count, which, values, worst);
    flag(group, count, worst);
    free(values);
    free(worst);
}

void lemon_rank(struct lemon **all, size_t count)
{
    qsort(all, count, sizeof(struct lemon *), by_group);
    for (size_t i = 0, n; i < count; i += n) {
        for (n = 1; i + n < count && all[i + n]->group == all[i]->group; n++)
            ;
        rank_group(all + i, n);
    }
}
