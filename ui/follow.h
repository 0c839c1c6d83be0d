/* SPDX-License-Identifier: MIT
 * follow.h - how far the actions came that were sent from here, in one line of words, out of the ACTION rows of each
 * new snapshot. Pure. Thread: ui. */
#ifndef SUAN_UI_FOLLOW_H
#define SUAN_UI_FOLLOW_H

#include "action/request.h"

enum { FOLLOW_OPS = 8, FOLLOW_WORDS = 320 };

struct follow {
    struct follow_op {
        char op[ACTION_OP_MAX]; /* "" = free */
        enum action_verb verb;
        uint16_t center;
        size_t count;
        char what[96];            /* "zb-g0412", "12 nodes" */
        char words[FOLLOW_WORDS]; /* told last */
    } ops[FOLLOW_OPS];
    unsigned next;
};

enum follow_news {
    FOLLOW_NOTHING,
    FOLLOW_GOES_ON,
    FOLLOW_DONE, /* all confirmed */
    FOLLOW_BAD   /* something failed, or nobody knows */
};

void follow_add(struct follow *f, const struct action_order *o);
/* The next piece of news since it was last asked, in words; ask until there is nothing. */
enum follow_news follow_look(struct follow *f, const struct snapshot *s, char words[FOLLOW_WORDS]);
bool follow_any(const struct follow *f);

#endif
