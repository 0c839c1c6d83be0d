/* SPDX-License-Identifier: MIT
 * model_random.h - deltas made of a stream of numbers, for the property test and the fuzz target:
 * few names, so that rows are met again, and values that are wrong now and then. */
#ifndef SUAN_TESTS_UNIT_MODEL_RANDOM_H
#define SUAN_TESTS_UNIT_MODEL_RANDOM_H

#include "model/delta.h"
#include "model/fleet.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

struct random_source {
    uint32_t (*next)(struct random_source *r, uint32_t below);
    const uint8_t *data; /* of the fuzzer */
    size_t left;
    uint64_t state; /* of the property test */
};

#define RND(n) r->next(r, n)

static const char *const random_names[] = {
    "cn1", "cn2",     "cn3",           "cn10",     "cn\0011",     "cn\0021", "cn\302\2671", "gpu",
    "all", "gpu,all", "all,,gpu,gpu,", "\377\376", "a\x1b]0;t\a", "14_5",    "14_[6-99]",   "x",
};

static inline const char *random_name(struct random_source *r)
{
    return random_names[RND(sizeof(random_names) / sizeof(random_names[0]))];
}

static inline double random_number(struct random_source *r)
{
    static const double odd[] = {NAN, INFINITY, -INFINITY, -1, -0.0, 1e300, 1e12, 999, 0.1, 33.333};

    return RND(8) == 0 ? odd[RND(10)] : RND(4) == 0 ? RND(200000) / 1000.0 : RND(64);
}

static inline void random_value(struct random_source *r, struct delta *d, enum entity e)
{
    unsigned i = RND(entity_info(e)->field_count);
    const struct field *f = &entity_info(e)->fields[i];

    if (RND(12) == 0)
        delta_absent(d, (int)i);
    else if (f->type <= FT_HOSTLIST)
        delta_str(d, (int)i, random_name(r));
    else if (f->type == FT_NUM)
        delta_num(d, (int)i, random_number(r));
    else if (f->type == FT_TIME)
        delta_time(d, (int)i, RND(16) == 0 ? -5 : 1700000000000 + RND(50) * 1000);
    else
        delta_int(d, (int)i,
                  (int64_t)RND(f->type == FT_FLAGS ? 1u << 17 : 12) - (RND(20) == 0 ? 3 : 0));
}

static inline void random_record(struct random_source *r, struct delta *d)
{
    enum entity e = (enum entity)RND(ENTITY_COUNT);
    const char *name;

    if (RND(2))
        e = RND(2) ? ENTITY_NODE : ENTITY_JOB;
    name = random_name(r);
    switch (RND(10)) {
    case 0:
        delta_remove(d, e, name, strlen(name));
        return;
    case 1:
    case 2:
        delta_keep(d, e, row_key(e, d->center, name, strlen(name)));
        return;
    default:
        break;
    }
    delta_row(d, e, name, strlen(name));
    for (uint32_t n = RND(10); n > 0; n--)
        random_value(r, d, e);
    if (e == ENTITY_NODE && RND(2))
        delta_num(d, FIELD_node_devices_total, RND(9));
    if (e == ENTITY_JOB && RND(2))
        delta_int(d, FIELD_job_state, RND(job_state_COUNT));
}

static inline struct delta *random_delta(struct random_source *r, wall_ms now)
{
    struct delta *d =
        delta_new((uint16_t)RND(3), (uint16_t)(RND(20) == 0 ? UINT16_MAX : RND(4)), now, 0);

    d->rank[0] = (uint8_t)RND(4);
    d->rank[1] = (uint8_t)RND(4);
    if (RND(3)) {
        d->poll.seq = RND(4) + 1;
        d->poll.begin = RND(2);
        d->poll.end = (enum poll_end)RND(4);
        for (int e = 0; e < ENTITY_COUNT; e++)
            d->poll.entities[e] = RND(2);
    }
    for (uint32_t n = RND(8); n > 0; n--)
        random_record(r, d);
    return d;
}

#endif
