/* SPDX-License-Identifier: MIT
 * dialog.h - the question before an action: what would be done, to what, at what risk, and what to type for it.
 *
 * The default answer is No. The dialog owns the plan (action/plan.h) and what is typed; it sends nothing and knows no port:
 * its keys answer with an event that acting.c carries out. It is made again from each newer snapshot for the same frozen
 * order, and a plan that got worse takes back what was typed. Every key is typing here, never a command; Enter counts
 * only in the last field, and not right behind another character or within a paste.
 * Time and snapshot are arguments (struct dialog_world). Thread: ui. */
#ifndef SUAN_UI_DIALOG_H
#define SUAN_UI_DIALOG_H

#include "action/plan.h"
#include "ui/canvas.h"
#include "ui/lineedit.h"

enum { DIALOG_ENTER_MS = 50 }; /* an Enter that comes sooner after a character was pasted */

enum dialog_field {
    DIALOG_TICKET,
    DIALOG_REASON,
    DIALOG_MASS, /* only while the brake holds, or is lifted */
    DIALOG_CONSENT,
    DIALOG_FIELDS
};

enum dialog_event {
    DIALOG_NOTHING,
    DIALOG_CHANGED, /* draw it again */
    DIALOG_PREVIEW, /* the order changed: its requests are to be prepared anew */
    DIALOG_DRY_RUN, /* the plan is to be shown as text */
    DIALOG_COMMIT,  /* consent was given: dialog_take_confirmed */
    DIALOG_CLOSE    /* No */
};

struct dialog_world {
    const struct snapshot *snap;
    const struct act_limits *limits;
    struct act_permit permit; /* of the order's center */
    wall_ms now;
    int utc_offset_minutes;
    bool ascii;
};

/* How the request of a target is coming along. */
enum preview { PREVIEW_AWAITED, PREVIEW_READY, PREVIEW_REFUSED };

struct dialog {
    struct plan *plan;
    struct lineedit fields[DIALOG_FIELDS];
    enum dialog_field at;
    char note[256]; /* what the last key met with, or what changed; "" = nothing */
    bool note_bad;
    wall_ms planned_at;
    wall_ms asked_at;   /* previews that are older are of an earlier order */
    uint32_t *previews; /* by target: slot of its ACTION row, UINT32_MAX = none yet */
    bool edited;        /* a field changed since the plan was made */
    mono_ms typed_at;   /* when a character came last; 0 = none */
    bool pasting;
    bool cramped; /* the last picture had no room for what must be seen */
    struct confirmed_order *confirmed;
};

/* Takes the order (on errors too). NULL with words when there is nothing to plan. */
struct dialog *dialog_new(struct action_order *take, const struct dialog_world *w, struct err *e);
void dialog_free(struct dialog *d);

/* The plan was not made just now: what is seen ages, armings end. */
bool dialog_is_old(const struct dialog *d, wall_ms now);
/* A newer snapshot, another permission, time: the plan is made again. */
void dialog_renew(struct dialog *d, const struct dialog_world *w);
/* Only what became of the requests, which costs next to nothing. After each new snapshot at least this. */
void dialog_look(struct dialog *d, const struct snapshot *s);
enum dialog_event dialog_key(struct dialog *d, const struct dialog_world *w, uint32_t key,
                             mono_ms at);
/* After DIALOG_COMMIT, once. */
struct confirmed_order *dialog_take_confirmed(struct dialog *d);

enum preview dialog_preview(const struct dialog *d, const struct snapshot *s, size_t target,
                            const struct action_row **row);
bool dialog_has_field(const struct dialog *d, enum dialog_field f);
/* The plan as text, with the requests: title line first. */
void dialog_describe(const struct dialog *d, const struct dialog_world *w, struct buf *out);
/* "Drain 2 nodes · 张北智算中心 (cluster zb-main)" */
void dialog_title(const struct dialog *d, const struct dialog_world *w, struct buf *out);

/* dialogdraw.c. Says in d->cramped whether what must be seen had room. */
void dialog_draw(struct dialog *d, const struct dialog_world *w, struct canvas *c,
                 struct rect over);

#endif
