/* SPDX-License-Identifier: MIT
 * annotation.h - what an operator says about an interruption or an alert: acknowledged, silenced, resolved, a note.
 *
 * Plain data. It reaches the fleet as an ordinary delta (annotation_to_delta), so every screen sees it, and the
 * history, so it survives a restart. Thread: none of its own. */
#ifndef SUAN_MODEL_ANNOTATION_H
#define SUAN_MODEL_ANNOTATION_H

#include "base/clock.h"
#include "model/entity.h"

enum annotation_kind {
    ANNOTATE_ACK, /* seen, somebody cares: stays listed, is quiet */
    ANNOTATE_UNACK,
    ANNOTATE_SILENCE, /* alerts: hidden until `until`; 0 ends it */
    ANNOTATE_RESOLVE, /* interruptions: done with, leaves the default view */
    ANNOTATE_UNRESOLVE,
    ANNOTATE_NOTE
};

struct annotation {
    enum entity entity; /* ENTITY_INTERRUPTION or ENTITY_ALERT */
    uint16_t center;
    char id[256]; /* raw identity bytes of the row */
    enum annotation_kind kind;
    char by[64];
    wall_ms at, until;
    char note[160];
};

struct delta;
void annotation_to_delta(const struct annotation *a, struct delta *d);

#endif
