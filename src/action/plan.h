/* SPDX-License-Identifier: MIT
 * plan.h - what an order would do, whether it may, and what must be typed before it does.
 *
 * plan_make looks at a snapshot and works out the blast radius, applies every guard, and says what consent is
 * needed. The default answer is No. struct confirmed_order can only come from plan_confirm (its definition is
 * private to src/action): whoever sends requests takes nothing else, so no request can leave without a confirmed plan.
 * Pure. Thread: none of its own. */
#ifndef SUAN_ACTION_PLAN_H
#define SUAN_ACTION_PLAN_H

#include "action/request.h"

enum act_mode { ACT_OFF, ACT_CONFIRM, ACT_ARM };

/* The limits of this session. Thresholds can be configured downwards only. */
struct act_limits {
    const char *forbidden; /* borrowed; not NULL: nothing at all, and why */
    bool read_only;        /* --read-only, wall ...: nothing at all */
    /* Of a pool's nodes unavailable after the action; 0 = 20. One node out is never too many, or a pool of fewer than
     * five nodes could not be looked after at all. */
    double brake_percent;
    unsigned nodes_per_minute; /* 0 = 10 */
    int64_t stale_ms;          /* what was seen may be so old; 0 = 2 minutes */
    int64_t arm_ms;            /* how long an arming lasts; 0 = 10 minutes */
};
/* With every 0 replaced, and nothing above its default. NULL: the defaults. */
struct act_limits act_limits_of(const struct act_limits *limits);
/* One center's permission. */
struct act_permit {
    enum act_mode mode;
    wall_ms armed_until; /* ACT_ARM: 0 = not armed */
};

enum consent {
    CONSENT_YES,   /* one idle target: y */
    CONSENT_NAME,  /* running work on it: its name */
    CONSENT_COUNT, /* several: how many */
    CONSENT_NEVER  /* refused */
};

/* Per target: will it be sent? why not? */
struct plan_target {
    bool refused;
    char why
        [160]; /* "another reason stands on it: NHC: ... (root)", "is not running", "done: would run again" */
    double jobs, devices, devices_busy, gpu_hours_at_risk; /* -1 = unknown */
};
struct plan_pool {
    char name[128];
    double nodes, out_before, out_after; /* nodes that cannot take work */
    double percent_after;
};
struct plan {
    struct action_order *order;  /* owned; refused targets stay listed, and are not sent */
    struct plan_target *targets; /* as order->targets */
    size_t sendable;
    enum consent consent;
    char refused[200]; /* CONSENT_NEVER: why */
    bool braked;       /* refused by the 20 % brake: order->mass and a ticket would lift it */
    char expect[TARGET_NAME_MAX]; /* what to type: "y", the name, the count */
    /* Blast radius, all sendable targets together. */
    double nodes, devices, devices_busy, jobs, gpu_hours_at_risk; /* -1 = unknown */
    double gpu_hours_ceiling;
    char owners[256]; /* "li, zhao and 3 more" */
    size_t owner_count;
    struct plan_pool pools[4]; /* worst first */
    size_t pool_count;
    char others[256];   /* other people's reasons on the targets, "" = none */
    char history[160];  /* "9 interruptions in 28 d, drained 3x", "" = nothing known */
    char warnings[256]; /* resuming a lemon, bulk resume, source stale ... */
    wall_ms oldest_seen_at;
    int64_t takes_ms; /* at least so long, at the rate of nodes_per_minute */
};

/* Takes the order (also on errors). permit: of the order's center. Errors only for an empty order. */
enum rc plan_make(struct action_order *take, const struct snapshot *s,
                  const struct act_limits *limits, const struct act_permit *permit, wall_ms now,
                  struct plan **out, struct err *e);
void plan_free(struct plan *p);
/* The plan for people, one line per fact, for --dry-run and the journal. */
struct buf;
void plan_describe(const struct plan *p, struct buf *out);

/* What may be sent. Opaque on purpose. */
struct confirmed_order;
/* typed: what the operator typed, compared exactly with what the plan expects (y also as Y). assume_yes: --yes on the
 * command line, which stands for y and the name and the count, never for the brake. RC_REFUSED with words if not. */
enum rc plan_confirm(struct plan *p, const char *typed, bool assume_yes,
                     struct confirmed_order **out, struct err *e);
/* Only the sendable targets. */
const struct action_order *confirmed_order_of(const struct confirmed_order *c);
void confirmed_order_free(struct confirmed_order *c);

#endif
