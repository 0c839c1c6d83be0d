/* SPDX-License-Identifier: MIT
 * query.h - which rows, in which order. Reads one snapshot; the result belongs to its caller and remembers of the rows
 * what the next run need not ask again. Thread: the reader's. */
#ifndef SUAN_MODEL_QUERY_H
#define SUAN_MODEL_QUERY_H

#include "model/filter.h"

/* The rows of one part of a tally take no more than this. */
#define QUERY_CHUNK_BYTES 2048

/* Sums over the rows that match, kept by chunk, so that those of a new snapshot cost what changed. */
struct query_tally {
    size_t size; /* of one chunk's sums: zeroed, then every row of it is added; at most 64 */
    void (*add)(void *part, const struct value_ctx *c, const void *row);
};

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
    /* Names what extra answers, which then depends on nothing but the row: the same number, the same answers. 0 = it
     * may answer otherwise the next time. */
    uint64_t extra_id;
    const struct query_tally *tally; /* NULL = none; must live as long as the result */
    /* Asked again and again while rows are looked at: true ends the run. NULL = never. */
    bool (*interrupted)(void *arg);
    void *interrupt_arg;
};

struct query_result {
    uint32_t *slots;     /* in order */
    uint32_t count;      /* rows that match */
    uint32_t considered; /* rows before the filters (of this center, not gone) */
    uint32_t cap;
    void *scratch; /* kept between runs, as is what follows */
    size_t scratch_cap;
    struct string_order *order; /* ranks of the strings sorted by so far */
    struct selection *chosen;   /* what is known of the rows (select.h) */
};

/* False: interrupted, the result is what it was, and the next run goes on from there. Of the same question a run costs
 * what changed since the last one, and the sorting. */
bool query_run(const struct query *q, const struct value_ctx *c, struct query_result *out);
/* The tally's parts one after the other. */
void query_parts(const struct query_result *r, void (*each)(void *arg, const void *part),
                 void *arg);
void query_result_fini(struct query_result *r);

#endif
