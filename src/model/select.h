/* SPDX-License-Identifier: MIT
 * select.h - which rows a query is about, remembered chunk by chunk: of the next snapshot only the chunks that changed
 * are looked at, and of a narrower filter only the rows that matched.
 *
 * A verdict is kept as long as the question stays the same and depends on nothing but the row (and the names of the
 * centers); else every row is asked again. Inside of query.c. Owner: a query_result. Thread: the reader's. */
#ifndef SUAN_MODEL_SELECT_H
#define SUAN_MODEL_SELECT_H

#include "model/column_key.h"
#include "model/question.h"

/* The numbers of one column, by slot; valid for the rows that are selected. */
struct key_store {
    struct key_column column;
    int of; /* number of the column, -1 = none */
    uint64_t *keys;
    size_t cap;
};

struct selection {
    /* The question of the last time. */
    bool asked;
    bool fresh; /* nothing was kept of any chunk */
    enum entity entity;
    int center;
    bool with_gone;
    uint64_t filter, base, extra, names;
    const struct query_tally *tally;
    /* By chunk. */
    uint32_t chunks;
    unsigned shift;       /* rows of a chunk, as a power of two */
    uint64_t *stamps;     /* of the contents that the rest is about */
    uint64_t *bits;       /* the rows that match */
    uint8_t *considered;  /* how many rows there were before the filters */
    unsigned char *parts; /* of the tally */
    size_t stamps_cap, bits_cap, considered_cap, parts_cap;
    uint64_t *page_stamps;
    size_t pages, page_stamps_cap;
    struct key_store sort, group;
    uint16_t touches[8]; /* offsets in a row that will be read */
    unsigned touch_count;
};

void selection_fini(struct selection *s);
/* Brings it up to date, and the keys of q's columns. False: q->interrupted said so; what was done is kept, and the
 * next call goes on from there. */
bool selection_run(struct selection *s, const struct query *q, const struct value_ctx *c);
/* Writes the slots in ascending order, `slots` has room for all rows; returns how many. */
uint32_t selection_slots(const struct selection *s, uint32_t *slots);

#endif
