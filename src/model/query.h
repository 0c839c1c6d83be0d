/* SPDX-License-Identifier: MIT
 * query.h - which rows, in which order. Pure; reads one snapshot, owns its result. */
#ifndef SUAN_MODEL_QUERY_H
#define SUAN_MODEL_QUERY_H

#include "model/filter.h"

struct query {
    enum entity entity;
    const struct filter *filter; /* NULL = all */
    const struct filter *base;   /* a view's own condition, NULL = none */
    int center;                  /* only this center, -1 = all */
    bool with_gone;              /* also rows that their source no longer lists */
    int sort_column;             /* -1 = slot order */
    bool descending;
    int group_column; /* equal values stand together, groups ordered by that value; -1 = none */
    /* Drill-down condition, NULL = none. */
    bool (*extra)(const void *arg, const struct value_ctx *c, const void *row);
    const void *extra_arg;
};

struct query_result {
    uint32_t *slots;     /* in order */
    uint32_t count;      /* rows that match */
    uint32_t considered; /* rows before the filters (of this center, not gone) */
    uint32_t cap;
    void *scratch; /* kept between runs, as is what follows */
    size_t scratch_cap;
    struct string_order *order; /* ranks of the strings sorted by so far */
};

void query_run(const struct query *q, const struct value_ctx *c, struct query_result *out);
void query_result_fini(struct query_result *r);

#endif
