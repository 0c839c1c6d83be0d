/* SPDX-License-Identifier: MIT
 * query.h - which rows, in which order. Reads one snapshot; the result belongs to its caller and remembers of the rows
 * what the next run need not ask again. Thread: the reader's. */
#ifndef SUAN_MODEL_QUERY_H
#define SUAN_MODEL_QUERY_H

#include "model/question.h"

struct query_result {
    uint32_t *slots;     /* in order; nothing where only sums were asked for */
    uint32_t count;      /* rows that match */
    uint32_t considered; /* rows before the filters (of this center, not gone) */
    uint32_t cap;
    struct sort_room room;      /* if the query brings none; kept between runs, as are: */
    struct string_order *order; /* ranks of the strings sorted by so far */
    struct selection *chosen;   /* what is known of the rows (select.h) */
};

/* False: interrupted, the result is what it was, and the next run goes on from there. Of the same question a run costs
 * what changed since the last one, and the sorting. */
bool query_run(const struct query *q, const struct value_ctx *c, struct query_result *out);

/* What a chunk of rows adds to the tally. */
struct query_part {
    const void *sums;
    uint32_t first; /* slot of its first row */
    uint64_t rows;  /* bit i: row first + i matches */
};

/* The tally's parts one after the other: of each chunk in which a row matches. */
void query_parts(const struct query_result *r,
                 void (*each)(void *arg, const struct query_part *part), void *arg);
void query_result_fini(struct query_result *r);
void sort_room_fini(struct sort_room *r);

#endif
