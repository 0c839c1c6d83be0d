/* SPDX-License-Identifier: MIT
 * interrupt.h - what ended an attempt, and what that threw away. Pure; thread: any.
 *
 * An interruption is a running attempt that was ended by something other than its owner or success.
 * Evidence comes from several polls in any order, so a verdict is formed anew whenever some arrives.
 * From the most certain to the least:
 *   accounting   one record per attempt tells how it ended: exact
 *   scheduler    the job's own state says NODE_FAIL, BOOT_FAIL, LAUNCH_FAILED, PREEMPTED, EVICTED
 *   our own act  a requeue or cancellation of that job that this program sent
 *   make room    the scheduler had told the job to make room (preempt_time)
 *   a device     a fault of one of its devices in the window
 *   a node       one of its nodes went down in the window, from 10 minutes before to 5 after
 *   displaced    a job of another QOS or pool, of no lower priority, took its nodes
 * What none of these explains is "unknown", never guessed. */
#ifndef SUAN_MODEL_INTERRUPT_H
#define SUAN_MODEL_INTERRUPT_H

#include "model/entity.h"

#define INTERRUPT_BEFORE_MS 600000 /* evidence counts from so long before the end */
#define INTERRUPT_AFTER_MS 300000  /* to so long after it */

/* How certain a verdict is: a later one replaces it only if it is as certain. */
enum interrupt_rank {
    RANK_NONE,
    RANK_DISPLACED,
    RANK_NODE,
    RANK_DEVICE,
    RANK_ROOM,
    RANK_ACTION,
    RANK_SCHEDULER,
    RANK_ACCOUNTING
};

/* Strings may be NULL: nobody tells. */
struct interrupt_facts {
    enum attempt_end told; /* by accounting; attempt_end_UNKNOWN = nothing yet */
    enum attempt_end live; /* by the job's own state */
    const char *ended_by;  /* who cancelled it, by accounting */
    const char *failed_node;
    const char *out_node;     /* one of its nodes that went down in the window */
    unsigned out_nodes;       /* how many of them did */
    const char *only_node;    /* it had no other */
    bool out_planned;         /* that node's outage was announced */
    const char *device;       /* a device of its nodes with a fault in the window */
    const char *device_node;  /* where that is */
    const char *device_fault; /* "XID 79" */
    const char *action_by;    /* who had this program act on it */
    const char *action_ticket;
    bool action_cancel, action_planned;
    bool make_room; /* it had been told to make room */
    const char *displaced_by, *displaced_qos;
};

struct interrupt_verdict {
    enum interruption_cause cause;
    enum interrupt_rank rank;
    bool planned;
    const char *node, *device; /* suspects, from the facts; NULL = none */
    char evidence[200];
};

void interrupt_judge(const struct interrupt_facts *facts, struct interrupt_verdict *out);

/* How an attempt ended, from the scheduler's word for the job ("NODE_FAIL", "FAILED+..."). */
enum attempt_end interrupt_end_of(enum job_state state, const char *raw_state);
/* Is such an end an interruption? With evidence against a device a plain failure is one, too. */
bool interrupt_is_one(enum attempt_end end, bool device_evidence);

/* Announced maintenance: "maint..." or "planned..." in any case, also behind "suantop:T user ". */
bool interrupt_reason_planned(const char *reason);

/* GPU-hours that an interruption threw away.
 *   lost    = g * (min(end - checkpoint, end - start) + u0), no more than the ceiling
 *   ceiling = g * (end - start)
 * checkpoint 0 = unknown: then half an interval of 60 minutes counts, capped by the run time.
 * u0, the time to start again, is 5 minutes. */
#define INTERRUPT_CHECKPOINT_MS 3600000
#define INTERRUPT_RESTART_MS 300000
struct interrupt_loss {
    double lost, ceiling;
};
struct interrupt_loss interrupt_lost(double devices, wall_ms start, wall_ms end,
                                     wall_ms checkpoint);

/* What became of a job, by its row now. own: it shows the interrupted attempt itself (same start). */
enum interruption_outcome interrupt_outcome(enum job_state state, bool own);
/* Nothing is left to do: it runs again, or ended, or was cancelled. */
bool interrupt_settled(enum interruption_outcome o);

#endif
