/* SPDX-License-Identifier: MIT
 * incident.h - one interruption in words: what became of it, what happened before on its suspect, what to do.
 *
 * Everything is looked up in the snapshot when it is asked. Pure; thread: ui. */
#ifndef SUAN_UI_INCIDENT_H
#define SUAN_UI_INCIDENT_H

#include "ui/view.h"

enum { INCIDENT_ATTEMPTS = 64 };

/* Nobody need look at it any more: it runs again or is over, or somebody acknowledged it. */
bool incident_is_quiet(const struct interruption_row *r);
/* "node" "device" ...; how it looks. */
const char *incident_cause_word(uint8_t cause);
enum role incident_cause_role(uint8_t cause);
/* "queued", "running" ...; *role: amber while somebody may have to do something, red when it is lost. */
const char *incident_outcome_word(const struct interruption_row *r, enum role *role);

/* The node that it is blamed on: NULL if there is none or nobody lists it. */
const struct node_row *incident_suspect(const struct view_input *in,
                                        const struct interruption_row *r);
const struct offender_row *incident_offender(const struct view_input *in, uint16_t center,
                                             strid node);

/* Slots of its job's attempts, oldest first; returns how many (at most INCIDENT_ATTEMPTS, the newest). */
int incident_attempts(const struct view_input *in, const struct interruption_row *r,
                      uint32_t slots[INCIDENT_ATTEMPTS]);

/* What happened on the suspect before: how many interruptions, and the last of all that is known. */
struct incident_before {
    int interruptions;
    wall_ms at, until; /* of the last thing; 0 = nothing is known / it has not ended */
    strid
        what; /* the reason of an outage, the evidence of an interruption, the summary of an alert */
};
struct incident_before incident_before(const struct view_input *in,
                                       const struct interruption_row *r);

/* What an operator would do now: "drain zb-g0412, then requeue". */
void incident_advice(const struct view_input *in, const struct interruption_row *r,
                     struct buf *out);
/* How its lost GPU-hours were computed, in words and figures. */
void incident_formula(const struct view_input *in, const struct interruption_row *r,
                      struct buf *out);
/* Everything known of it, for the pager; the first line is its title. */
void incident_details(const struct view_input *in, const struct interruption_row *r,
                      struct buf *out);

#endif
