/* SPDX-License-Identifier: MIT
 * request.h - what somebody wants done: one verb on frozen targets.
 *
 * A target is frozen by identity at the key press (center, cluster name that the server reports, node name or job id
 * with submit time), never by row, with what the operator saw of it. Everything here is a copy: an order outlives the
 * snapshot that it was made from and may go to another thread.
 * Thread: none of its own; plain data with one owner. Pure: base and model only. */
#ifndef SUAN_ACTION_REQUEST_H
#define SUAN_ACTION_REQUEST_H

#include "base/clock.h"
#include "base/err.h"
#include "model/entity.h"
#include "model/snapshot.h"

struct verb_info {
    enum action_verb verb;
    const char *name;      /* "drain": the word of enum action_verb */
    char key;              /* 'D' */
    enum entity entity;    /* what it acts on: ENTITY_NODE or ENTITY_JOB */
    enum action_verb undo; /* itself = cannot be taken back */
    const char *past;      /* "drained" */
    const char *effect;    /* one sentence for the dialog */
};
const struct verb_info *verb_info(enum action_verb v);
const struct verb_info *verb_find(const char *name); /* NULL = no such verb */
/* Do the words of a state that was read after the request ("idle+drain (why, who)", "held", "gone") show its effect? */
bool verb_is_shown(enum action_verb v, const char *state);

enum { TARGET_NAME_MAX = 256, ACTION_OP_MAX = 40, ACTION_REASON_MAX = 120, ACTION_TICKET_MAX = 32 };

struct action_target {
    enum entity entity;
    uint16_t center, source; /* rows; source: the one that will carry the request */
    uint64_t key;            /* row_key: finds the row again in any later snapshot */
    char name
        [TARGET_NAME_MAX]; /* raw identity bytes: node name, or job id as the scheduler takes it ("14_5") */
    bool twin; /* another name looks the same on screen: cannot be acted on by typing it */
    /* What was seen when it was frozen. Absent: 0, "" or -1. */
    wall_ms seen_at; /* age of what follows */
    char state[64];  /* words for people: "mixed+drain", "running" */
    uint8_t row_state;
    uint32_t row_flags; /* node: FLAGS */
    char reason[256];   /* node: the reason on it, raw */
    char reason_by[64]; /* node: who wrote it */
    char owner[64];     /* job */
    wall_ms
        submitted_at; /* job: a requeue renews it, so it is compared only where the verb asks for it */
    wall_ms started_at; /* job */
    double restarts;    /* job; -1 = unknown */
    bool
        whole_array; /* job: the row stands for all (waiting) tasks of an array, and that is meant */
    /* job: one waiting task of a row that stands for several; row_key of the row that it gets when it leaves them.
     * 0 = the row is the task's own */
    uint64_t task_key;
};

/* One verb on targets of one center. */
struct action_order {
    char op[ACTION_OP_MAX]; /* unique: "20261122T120102Z-4f2a" */
    enum action_verb verb;
    uint16_t center;
    char center_id[64];
    char cluster[64]; /* name that the server reported when frozen; "" = it never told */
    char reason[ACTION_REASON_MAX + 1]; /* the text of the operator, printable ASCII */
    char ticket[ACTION_TICKET_MAX + 1];
    char actor[64];      /* user name */
    char actor_from[96]; /* ssh client or terminal */
    wall_ms at;          /* when the key was pressed */
    bool mass;           /* the brake was lifted knowingly */
    bool
        named; /* the operator wrote the targets out: resume may pass over somebody else's reason */
    bool hold_after; /* requeue: held, so that somebody looks before it runs again */
    struct action_target *targets;
    size_t count;
};
/* What the verb does as this order asks for it (a requeue may hold what it stops). */
const char *order_effect(const struct action_order *o);

/* An order without targets, operation and actor; cluster and center_id come with the first target. */
struct action_order *order_new(enum action_verb verb, uint16_t center);
/* Sets `at` and a unique `op`. seed: randomness, so that two screens do not choose the same in one second. */
void order_stamp(struct action_order *o, wall_ms at, uint32_t seed);
/* The operator's words. RC_USAGE with words unless printable ASCII that fits (a ticket holds no blanks either). */
enum rc order_set_reason(struct action_order *o, const char *text, struct err *e);
enum rc order_set_ticket(struct action_order *o, const char *text, struct err *e);
struct action_order *order_copy(const struct action_order *o);
void order_free(struct action_order *o);
/* Freezes the row in that slot (of the entity that the verb acts on) into the order. RC_USAGE with words: no such row,
 * other center, twin, a thing that is gone, a name that cannot be passed on, or already there. The row that stands for
 * the waiting tasks of an array is named "14_[6-99]"; whole_array is the caller's to set. */
enum rc order_add(struct action_order *o, const struct snapshot *s, uint32_t slot, struct err *e);
/* The same for one task out of the row of waiting tasks in that slot; whether it is among them the caller knows. */
enum rc order_add_task(struct action_order *o, const struct snapshot *s, uint32_t slot,
                       unsigned task, struct err *e);
/* The reason as it is written to the scheduler: "suantop:<ticket> <actor> <text>" ("-" for no ticket), printable ASCII,
 * at most ACTION_REASON_MAX bytes. False when it had to be cut to that. */
bool order_reason(const struct action_order *o, char out[ACTION_REASON_MAX + 1]);
/* Was a reason written by suantop (any user)? */
bool reason_is_ours(const char *reason);
/* Did the scheduler write it by itself, to take it back by itself when the node answers again? Slurm's "Not responding"
 * and "Node unexpectedly rebooted" (slurmctld/ping_nodes.c, node_mgr.c). Nobody's words are lost with it. */
bool reason_is_automatic(const char *reason);

#endif
