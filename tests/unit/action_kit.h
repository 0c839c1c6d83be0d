/* SPDX-License-Identifier: MIT
 * action_kit.h - a fleet to act on, and orders made of names: what the tests of requests and plans share. */
#ifndef SUAN_TESTS_UNIT_ACTION_KIT_H
#define SUAN_TESTS_UNIT_ACTION_KIT_H

#include "action/plan.h"
#include "tests/unit/model_kit.h"

#define KIT_NOBODY 65535

/* A center zb (0) with a source, and what `lines` add: "\n"-separated, of the center, seen now. */
static inline struct fleet *act_fleet(const char *lines)
{
    struct fleet *f = fleet_new(NULL);

    kit_rows(f, 0, KIT_NOBODY, KIT_NOW, "center zb name=zb cluster=mini");
    kit_rows(f, 0, 0, KIT_NOW,
             "source zb/slurm name=zb/slurm state=ok interval_ms=30000 last_ok_at=-0");
    if (*lines)
        kit_rows(f, 0, 0, KIT_NOW, lines);
    return f;
}

static inline struct snapshot *act_snapshot(const char *lines)
{
    struct fleet *f = act_fleet(lines);
    struct snapshot *s = fleet_publish(f, KIT_NOW);

    fleet_free(f);
    return s;
}

static inline uint32_t act_slot(const struct snapshot *s, enum entity e, const char *id)
{
    char raw[1024];

    snprintf(raw, sizeof(raw), "%s", id);
    size_t len = kit_unescape(raw);
    return snapshot_find(s, e, row_key(e, 0, raw, len));
}

/* An order on those of center 0 that are named, blank-separated, by identity. */
static inline struct action_order *act_order(const struct snapshot *s, enum action_verb verb,
                                             const char *names)
{
    struct action_order *o = order_new(verb, 0);
    char *copy = xstrdup(names), *save = NULL;
    struct err e = {0};

    order_stamp(o, KIT_NOW, 0x4f2a);
    snprintf(o->actor, sizeof(o->actor), "li");
    for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
        if (order_add(o, s, act_slot(s, verb_info(verb)->entity, w), &e) != RC_OK)
            fail_msg("%s: %s %s", w, e.where, e.msg);
    free(copy);
    return o;
}

static inline struct plan *act_plan_of(struct action_order *take, const struct snapshot *s,
                                       wall_ms now)
{
    const struct act_permit permit = {.mode = ACT_CONFIRM};
    struct plan *p = NULL;

    assert_int_equal(plan_make(take, s, NULL, &permit, now, &p, NULL), RC_OK);
    return p;
}

/* A node taken out by us, and by somebody else. */
#define OURS "reason=suantop:-\\x20li\\x20fan reason_by=li"
#define THEIRS "reason=NHC:\\x20disk reason_by=root"

enum { NAMED = 1, MASS = 2, TICKET = 4, WHOLE = 8 };

/* The order with a reason, and as if that had been asked for. */
static inline struct action_order *flagged(struct action_order *o, unsigned flags)
{
    o->named = flags & NAMED;
    o->mass = flags & MASS;
    if (flags & TICKET)
        assert_int_equal(order_set_ticket(o, "OPS-7", NULL), RC_OK);
    for (size_t i = 0; i < o->count; i++)
        o->targets[i].whole_array = flags & WHOLE;
    assert_int_equal(order_set_reason(o, "fan", NULL), RC_OK);
    return o;
}

/* Nodes n1..nCOUNT of pools; how many are out before. */
static inline struct fleet *pool_fleet(int count, int out, const char *pools)
{
    struct fleet *f = act_fleet("");
    struct delta *d = delta_new(0, 0, KIT_NOW, 0);
    char name[16];

    for (int i = 1; i <= count; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        delta_row(d, ENTITY_NODE, name, strlen(name));
        delta_int(d, FIELD_node_state, i > count - out ? node_state_DOWN : node_state_IDLE);
        delta_str(d, FIELD_node_pools, pools);
    }
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
    return f;
}

#endif
