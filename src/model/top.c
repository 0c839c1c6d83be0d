/* SPDX-License-Identifier: MIT
 * top.c - see top.h. */
#include "model/top.h"
#include <math.h>

void top_offer(struct top *t, const void *row, double score)
{
    if (isnan(score) || t->most <= 0 || (t->count == t->most && t->score[t->most - 1] >= score))
        return;
    int i = t->count < t->most ? t->count++ : t->most - 1;
    for (; i > 0 && t->score[i - 1] < score; i--) {
        t->row[i] = t->row[i - 1];
        t->score[i] = t->score[i - 1];
    }
    t->row[i] = row;
    t->score[i] = score;
}
