/* SPDX-License-Identifier: MIT
 * act_result.h - what became of an order: reads the ACTION rows of later snapshots. Thread: main. */
#ifndef SUAN_APP_ACT_RESULT_H
#define SUAN_APP_ACT_RESULT_H

#include "app/session.h"

/* The exact requests of a preview, one line each, as soon as all are there. */
void act_requests(struct session *s, const struct action_order *o, int64_t patience_ms,
                  struct buf *out);

struct act_result {
    struct session *session;
    const struct plan *plan;    /* with the targets that were left out */
    struct action_order *order; /* what was committed */
    int64_t patience_ms;        /* for a poll that shows the effect, after the last answer */
};
/* Waits for the end of every target, prints a line for each as it comes, and for those left out. INT, TERM and HUP (blocked by
 * the caller) stop what was not sent yet. Returns the exit status: 0 all done, 1 some, 2 none. */
int act_result_wait(const struct act_result *r);

#endif
