/* SPDX-License-Identifier: MIT
 * task_set.c - see task_set.h. */
#include "app/task_set.h"

#include <stdlib.h>
#include <string.h>

#define HIGHEST 4000000000u /* beyond what any scheduler gives to an array */

static bool take_number(const char **p, const char *end, uint32_t *out)
{
    uint64_t v = 0;
    const char *from = *p;
    while (*p < end && **p >= '0' && **p <= '9' && v <= HIGHEST)
        v = v * 10 + (uint64_t)(*(*p)++ - '0');
    *out = (uint32_t)v;
    return *p > from && v <= HIGHEST;
}

/* "5" or "1-3", and a ":2" behind it where steps may be. */
static bool take_range(const char **p, const char *end, bool steps, struct task_range *out)
{
    if (!take_number(p, end, &out->low))
        return false;
    out->high = out->low;
    out->step = 0;
    if (*p < end && **p == '-') {
        ++*p;
        if (!take_number(p, end, &out->high) || out->high < out->low)
            return false;
    }
    if (!steps || *p == end || **p != ':')
        return true;
    ++*p;
    return take_number(p, end, &out->step);
}

static int by_low(const void *a, const void *b)
{
    const struct task_range *x = a, *y = b;
    return x->low < y->low ? -1 : x->low > y->low;
}

static void merge(struct task_set *set)
{
    size_t n = 0;
    qsort(set->ranges, set->count, sizeof *set->ranges, by_low);
    for (size_t i = 1; i < set->count; i++) {
        struct task_range *last = &set->ranges[n], *next = &set->ranges[i];
        if (next->low <= last->high + 1)
            last->high = next->high > last->high ? next->high : last->high;
        else
            set->ranges[++n] = *next;
    }
    set->count = n + 1;
}

bool task_set_parse(struct task_set *set, const char *text, size_t len)
{
    const char *p = text, *end = text + len;
    set->count = 0;
    for (;;) {
        if (set->count == TASK_RANGES || !take_range(&p, end, false, &set->ranges[set->count]))
            return false;
        set->count++;
        if (p == end)
            break;
        if (*p++ != ',')
            return false;
    }
    merge(set);
    return true;
}

uint64_t task_set_size(const struct task_set *set)
{
    uint64_t n = 0;
    for (size_t i = 0; i < set->count; i++)
        n += set->ranges[i].high - set->ranges[i].low + 1;
    return n;
}

static enum task_relation relation(const struct task_set *set, struct task_range r)
{
    for (size_t i = 0; i < set->count; i++) {
        if (r.low >= set->ranges[i].low && r.high <= set->ranges[i].high)
            return TASKS_WITHIN;
        if (r.low <= set->ranges[i].high && r.high >= set->ranges[i].low)
            return TASKS_OVERLAP;
    }
    return TASKS_APART;
}

enum task_relation task_set_has(const struct task_set *set, const char *tasks, uint64_t *size)
{
    const char *p = tasks, *end = tasks + strcspn(tasks, "%");
    bool within = false, apart = false;
    struct task_range r;
    *size = 0;
    while (take_range(&p, end, true, &r)) {
        enum task_relation one = relation(set, r);
        *size += r.high - r.low + 1;
        within = within || one != TASKS_APART;
        apart = apart || one != TASKS_WITHIN;
        if (p == end || *p != ',')
            break;
        p++;
    }
    return !within ? TASKS_APART : apart || p != end ? TASKS_OVERLAP : TASKS_WITHIN;
}

bool task_is_among(const char *tasks, uint32_t task)
{
    const char *p = tasks, *end = tasks + strcspn(tasks, "%");
    struct task_range r;
    while (take_range(&p, end, true, &r)) {
        if (task >= r.low && task <= r.high && (r.step < 2 || (task - r.low) % r.step == 0))
            return true;
        if (p == end || *p != ',')
            break;
        p++;
    }
    return false;
}

uint32_t task_highest(const char *tasks)
{
    const char *p = tasks, *end = tasks + strcspn(tasks, "%");
    struct task_range r;
    uint32_t highest = 0;
    while (take_range(&p, end, true, &r)) {
        highest = r.high > highest ? r.high : highest;
        if (p == end || *p++ != ',')
            break;
    }
    return highest;
}
