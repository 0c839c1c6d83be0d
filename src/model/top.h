/* SPDX-License-Identifier: MIT
 * top.h - the few rows with the highest scores of many, without sorting the many. Pure; rows are borrowed. */
#ifndef SUAN_MODEL_TOP_H
#define SUAN_MODEL_TOP_H

enum { TOP_MAX = 128 };

struct top {
    const void *row[TOP_MAX]; /* highest first; equal scores in the order in which they came */
    double score[TOP_MAX];
    int count, most; /* most: how many are wanted, at most TOP_MAX */
};

/* NAN: the row is none of them. */
void top_offer(struct top *t, const void *row, double score);

#endif
