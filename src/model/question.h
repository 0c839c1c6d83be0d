/* SPDX-License-Identifier: MIT
 * question.h - what a query asks: which rows, in which order, and what is summed up over them. Pure data. */
#ifndef SUAN_MODEL_QUESTION_H
#define SUAN_MODEL_QUESTION_H

#include "model/filter.h"

/* The rows of one part of a tally take no more than this. */
#define QUERY_CHUNK_BYTES 1408

/* Sums over the rows that match, kept by chunk, so that those of a new snapshot cost what changed. */
struct query_tally {
    size_t size; /* of one chunk's sums: zeroed, then every row of it is added; at most 64 */
    void (*add)(void *part, const struct value_ctx *c, const void *row);
};

/* Where rows are sorted; kept between runs, for new memory costs more than the sorting. Zeroed at first. */
struct sort_room {
    void *bytes;
    size_t cap;
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
    bool only_sums;                  /* rows are counted and summed up, and not listed */
    /* Asked again and again while rows are looked at: true ends the run. NULL = never. */
    bool (*interrupted)(void *arg);
    void *interrupt_arg;
    struct sort_room *room; /* of all queries of a thread; NULL = the result's own */
};

#endif
