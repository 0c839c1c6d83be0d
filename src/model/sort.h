/* SPDX-License-Identifier: MIT
 * sort.h - stable sort of row slots by one column, for many rows: each row's value becomes a 64-bit key whose
 * order is the column's, then radix sort; strings whose first eight bytes agree are compared in full.
 * Thread: the snapshot reader's. */
#ifndef SUAN_MODEL_SORT_H
#define SUAN_MODEL_SORT_H

#include "model/value.h"

struct sorter {
    const struct value_ctx *ctx;
    enum entity entity;
    uint32_t *slots;
    uint32_t count;
    void **scratch; /* kept between sorts by the caller, freed with free() */
    size_t *scratch_cap;
};

/* Rows without a value come last, whatever the direction; equal ones stay in the order they were in. */
void sort_by(struct sorter *s, unsigned column, bool descending);

#endif
