/* SPDX-License-Identifier: MIT
 * act_targets.h - what somebody typed becomes the targets of an order: cn[001-016], 14, 14_5, 14_[1-3]. Only what was
 * typed is ever expanded. Thread: main. */
#ifndef SUAN_APP_ACT_TARGETS_H
#define SUAN_APP_ACT_TARGETS_H

#include "action/request.h"

struct act_words {
    const char *const *words;
    size_t count;
    bool whole_array; /* an array's id stands for all of its tasks */
};

/* RC_USAGE with words for what is not there, or means more than it says. Then the order is not to be used. */
enum rc act_targets(struct action_order *o, const struct snapshot *s, const struct act_words *words,
                    struct err *e);

#endif
