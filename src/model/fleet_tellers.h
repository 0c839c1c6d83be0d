/* SPDX-License-Identifier: MIT
 * fleet_tellers.h - one row, several sources: whose value the row holds; for fleet*.c only.
 *
 * Of two sources that tell the same field, the one of the higher rank (delta.rank) counts while it is fresh, of equals
 * the one that was there. What the other tells is put aside, and taken when the first goes, says that it does not know
 * any more, or is late. A source that is gone takes its own values with it and nothing else, never the identity.
 * What telemetry told that has been silent for long (health.h) is put aside, too, while others still speak of the row:
 * it would stand there as if it were new. fleet_silent.c does that, and sees to it that a field changes hands though
 * nobody touches the row.
 * Thread: ingest. */
#ifndef SUAN_MODEL_FLEET_TELLERS_H
#define SUAN_MODEL_FLEET_TELLERS_H

#include "model/delta.h"
#include "model/snapshot.h"
#include "model/tellers.h"

struct fleet;
struct edit;

/* The tellers of one row while it is worked on: copies, written back by voices_end. */
struct voices {
    struct edit *ed;
    wall_ms now;
    unsigned count;
    bool changed; /* who they are, or what is whose: the heads have to be looked at */
    uint32_t index[TELLERS_MAX];
    struct told told[TELLERS_MAX];
    bool fresh[TELLERS_MAX], silent[TELLERS_MAX];
};
#define NO_VOICE TELLERS_MAX

/* Does the row have items, or is it all one source's? */
bool tellers_are_several(const struct fleet *f, enum entity e, uint32_t slot);

void voices_begin(struct voices *v, struct edit *ed, wall_ms now);
unsigned voices_find(const struct voices *v, uint16_t source);
/* The one that speaks now, made if need be, also from the row's only source so far; NO_VOICE if there are too many. */
unsigned voices_speak(struct voices *v, const struct delta *d);
/* me: NO_VOICE = a delta of no source, whose word always counts and is nobody's. */
void voices_tell(struct voices *v, unsigned me, unsigned field, const union field_value *value);
void voices_untell(struct voices *v, unsigned me, unsigned field);
/* It has spoken: what it told before and counts now. lazily: the end of its poll will confirm the row. */
void voices_confirm(struct voices *v, unsigned me, const struct delta *d, bool lazily);
/* Takes what is put aside and counts now. */
void voices_reclaim(struct voices *v, unsigned me);
/* Its values leave the row, and it does. */
void voices_leave(struct voices *v, unsigned me);
/* Puts aside what it told of telemetry. */
void voices_hush(struct voices *v, unsigned me);
void voices_end(struct voices *v);

/* The row has one source, or none, and that has spoken. */
void tellers_confirm_alone(struct edit *ed, const struct delta *d, bool lazily);
/* The source does not speak of the row any more: its values go, and the row with the last of them. */
void tellers_part(struct fleet *f, enum entity e, uint32_t slot, uint16_t source, wall_ms now);
/* Rows that this source did not list in its poll of that number; 0 = all that it ever told. */
void tellers_sweep(struct fleet *f, enum entity e, uint16_t source, uint32_t seq, wall_ms now);
/* The row is about to be dropped. */
void tellers_forget(struct fleet *f, enum entity e, uint32_t slot);
/* NOBODY = nobody, or no source. */
uint16_t tellers_who(const struct fleet *f, enum entity e, uint32_t slot, unsigned field);
/* When that source confirmed the row, told.at or row_head.seen_at being `at`. */
wall_ms tellers_heard_at(const struct fleet *f, enum entity e, uint16_t source, wall_ms at);
/* When that source confirmed that row; false if it does not tell it. */
bool tellers_heard(const struct fleet *f, enum entity e, uint32_t slot, uint16_t source,
                   wall_ms *at);
/* Within the source's two intervals and as long as the fleet allows for being late; slack more. */
bool tellers_is_fresh(const struct fleet *f, uint16_t source, wall_ms heard, wall_ms now);
bool tellers_is_silent(const struct fleet *f, uint16_t source, wall_ms heard, wall_ms now);
void tellers_each_string(struct fleet *f, void (*visit)(void *arg, struct fleet *f, strid *s),
                         void *arg);

/* --- fleet_silent.c --- */
void silent_walk(struct fleet *f, wall_ms now);
void silent_mark(struct edit *ed, bool silent);
/* A poll confirmed all rows of that source without touching them. */
void silent_confirmed(struct fleet *f, uint16_t source, wall_ms now);

#endif
