/* SPDX-License-Identifier: MIT
 * tracker.h - do later reads show what an action did? Kept by the fleet; see fleet_actions.c. Thread: ingest. */
#ifndef SUAN_MODEL_TRACKER_H
#define SUAN_MODEL_TRACKER_H

#include "model/entity.h"

struct fleet;

/* An action whose end is not known yet. Rows by slot and birth: the slot may be somebody else's by now. */
struct tracked {
    uint32_t action, action_birth;
    uint32_t target, target_birth;
    enum entity entity; /* of the target */
    double restarts;    /* of the target when it was first seen; -1 = unknown */
    wall_ms read;       /* the newest read that did not show it */
    unsigned reads;     /* how many */
    bool pending;       /* ROW_PENDING is set for it */
};

struct tracker {
    struct tracked *all;
    size_t count, cap;
};

void tracker_fini(struct tracker *t);
/* An ACTION row was written. */
void tracker_touch(struct fleet *f, uint32_t slot);
/* Before each publish. */
void tracker_look(struct fleet *f, wall_ms now);

#endif
