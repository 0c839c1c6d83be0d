/* SPDX-License-Identifier: MIT
 * test_action_plan.c - every guard line by line, the brake, and every consent. */
#include "tests/unit/action_kit.h"

/* ---- single targets ---- */

struct guard_case {
    const char *row; /* the identity is its second word */
    enum action_verb verb;
    unsigned flags;
    const char *why; /* NULL = may be sent */
};

static const struct guard_case guards[] = {
    /* drain: what is out stays as it is, and what others wrote stays written */
    {"node cn1 state=idle", action_verb_DRAIN, 0, NULL},
    {"node cn1 devices_total=4", action_verb_DRAIN, 0, NULL},
    {"node cn1 state=mixed", action_verb_DRAIN, 0, NULL},
    {"node cn1 state=idle flags=drain " OURS, action_verb_DRAIN, 0, "already drained"},
    {"node cn1 state=idle flags=drain", action_verb_DRAIN, NAMED | MASS, "already drained"},
    {"node cn1 state=idle flags=drain " THEIRS, action_verb_DRAIN, NAMED | MASS,
     "already drained, another reason stands on it: NHC: disk (root)"},
    {"node cn1 state=down " THEIRS, action_verb_DRAIN, NAMED | MASS,
     "another reason stands on it: NHC: disk (root)"},
    /* Slurm's own words, which it takes back by itself */
    {"node cn1 state=down reason=Not\\x20responding", action_verb_DRAIN, 0, NULL},
    {"node cn1 state=down reason=Node\\x20unexpectedly\\x20rebooted", action_verb_DRAIN, 0, NULL},
    {"node cn1 state=down flags=drain reason=Not\\x20responding", action_verb_DRAIN, NAMED | MASS,
     "already drained, another reason stands on it: Not responding (?)"},
    {"node cn1 state=down reason=Not\\x20responding\\x20to\\x20me", action_verb_DRAIN, 0,
     "another reason stands on it: Not responding to me (?)"},
    {"node cn1 state=idle " OURS, action_verb_DRAIN, 0, NULL},
    /* resume: only ours, unless by name */
    {"node cn1 state=idle flags=drain " OURS, action_verb_RESUME, 0, NULL},
    {"node cn1 state=down " OURS, action_verb_RESUME, 0, NULL},
    {"node cn1 state=error " OURS, action_verb_RESUME, 0, NULL},
    {"node cn1 state=idle flags=fail " OURS, action_verb_RESUME, 0, NULL},
    {"node cn1 state=idle", action_verb_RESUME, NAMED, "is not drained"},
    {"node cn1 state=idle flags=maint " OURS, action_verb_RESUME, NAMED, "is not drained"},
    {"node cn1 state=idle flags=drain " THEIRS, action_verb_RESUME, 0,
     "the reason on it is not ours: NHC: disk (root); by name it can be resumed"},
    {"node cn1 state=idle flags=drain " THEIRS, action_verb_RESUME, NAMED, NULL},
    {"node cn1 state=idle flags=drain", action_verb_RESUME, 0,
     "no reason stands on it, so nobody knows whose it is; by name it can be resumed"},
    {"node cn1 state=idle flags=drain", action_verb_RESUME, NAMED, NULL},
    {"node cn1 state=idle flags=drain,reboot " OURS, action_verb_RESUME, NAMED,
     "is rebooting or changing power: left alone"},
    {"node cn1 state=idle flags=drain,powering " OURS, action_verb_RESUME, NAMED,
     "is rebooting or changing power: left alone"},
    {"node cn1 state=idle flags=drain,powered_down " OURS, action_verb_RESUME, NAMED,
     "is rebooting or changing power: left alone"},
    /* requeue: what runs, once, and only if its owner allows it */
    {"job 1 state=running", action_verb_REQUEUE, 0, NULL},
    {"job 1 state=running requeueable=yes", action_verb_REQUEUE, 0, NULL},
    {"job 1 state=suspended", action_verb_REQUEUE, 0, NULL},
    {"job 1 state=running requeueable=no", action_verb_REQUEUE, NAMED | MASS,
     "was submitted as a job that must not be requeued"},
    {"job 1 state=queued", action_verb_REQUEUE, 0, "waits already"},
    {"job 1 state=held", action_verb_REQUEUE, 0, "waits already, held"},
    {"job 1 state=completing", action_verb_REQUEUE, 0, "is ending already"},
    {"job 1 state=interrupted", action_verb_REQUEUE, 0, "has ended: it would run again"},
    {"job 1 state=done", action_verb_REQUEUE, NAMED | MASS, "has ended: it would run again"},
    {"job 1 state=failed", action_verb_REQUEUE, 0, "has ended: it would run again"},
    {"job 1 state=cancelled", action_verb_REQUEUE, 0, "has ended: it would run again"},
    {"job 1 state=unknown", action_verb_REQUEUE, 0, "its state is not known"},
    {"job 1 name=x", action_verb_REQUEUE, 0, "its state is not known"},
    /* hold */
    {"job 1 state=queued", action_verb_HOLD, 0, NULL},
    {"job 1 state=queued requeueable=no", action_verb_HOLD, 0, NULL},
    {"job 1 state=held", action_verb_HOLD, 0, "is held already"},
    {"job 1 state=running", action_verb_HOLD, 0, "runs: only what waits can be held"},
    {"job 1 state=suspended", action_verb_HOLD, 0, "runs: only what waits can be held"},
    {"job 1 state=completing", action_verb_HOLD, 0, "is ending already"},
    {"job 1 state=interrupted", action_verb_HOLD, 0, "has ended"},
    {"job 1 state=done", action_verb_HOLD, 0, "has ended"},
    {"job 1 state=failed", action_verb_HOLD, 0, "has ended"},
    {"job 1 state=cancelled", action_verb_HOLD, 0, "has ended"},
    {"job 1 name=x", action_verb_HOLD, 0, "its state is not known"},
    /* release */
    {"job 1 state=held", action_verb_RELEASE, 0, NULL},
    {"job 1 state=queued", action_verb_RELEASE, 0, "is not held"},
    {"job 1 state=running", action_verb_RELEASE, 0, "is not held"},
    {"job 1 state=suspended", action_verb_RELEASE, 0, "is not held"},
    {"job 1 state=completing", action_verb_RELEASE, 0, "is ending already"},
    {"job 1 state=done", action_verb_RELEASE, 0, "has ended"},
    {"job 1 name=x", action_verb_RELEASE, 0, "its state is not known"},
    /* cancel */
    {"job 1 state=queued", action_verb_CANCEL, 0, NULL},
    {"job 1 state=held", action_verb_CANCEL, 0, NULL},
    {"job 1 state=running", action_verb_CANCEL, 0, NULL},
    {"job 1 state=suspended", action_verb_CANCEL, 0, NULL},
    {"job 1 state=completing", action_verb_CANCEL, 0, "is ending already"},
    {"job 1 state=interrupted", action_verb_CANCEL, 0, "has ended"},
    {"job 1 state=done", action_verb_CANCEL, 0, "has ended"},
    {"job 1 name=x", action_verb_CANCEL, 0, "its state is not known"},
    /* an array's rest, only when it is meant */
    {"job 9_[9 id=9_[2-9] array_job=9 array_task=2-9%2 tasks=8 state=queued", action_verb_HOLD, 0,
     "stands for 8 waiting tasks: say that the whole array is meant"},
    {"job 9_[9 id=9_[2-9] array_job=9 array_task=2-9%2 tasks=8 state=queued", action_verb_HOLD,
     WHOLE, NULL},
    {"job 9_[9 id=9_[2-9] array_job=9 array_task=2-9 tasks=8 state=queued", action_verb_CANCEL,
     NAMED | MASS | TICKET, "stands for 8 waiting tasks: say that the whole array is meant"},
    {"job 9_5 array_job=9 array_task=5 tasks=1 state=queued", action_verb_HOLD, 0, NULL},
};

static void identity_of(const char *row, char out[32])
{
    const char *from = strchr(row, ' ') + 1;

    snprintf(out, 32, "%.*s", (int)strcspn(from, " "), from);
}

static void test_targets(void **state)
{
    char name[32];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(guards); i++) {
        const struct guard_case *c = &guards[i];
        struct snapshot *s = act_snapshot(c->row);
        identity_of(c->row, name);
        struct plan *p = act_plan_of(flagged(act_order(s, c->verb, name), c->flags), s, KIT_NOW);
        const char *why = p->targets[0].refused ? p->targets[0].why : NULL;
        if (!why != !c->why || (why && strcmp(why, c->why) != 0))
            fail_msg("%s %s: %s, not %s", verb_info(c->verb)->name, c->row, why, c->why);
        assert_int_equal(p->sendable, !c->why);
        assert_int_equal(p->consent == CONSENT_NEVER, c->why != NULL);
        plan_free(p);
        snapshot_unref(s);
    }
}

/* Between the key and the plan the world goes on. */
static void test_targets_later(void **state)
{
    struct fleet *f = act_fleet("");

    (void)state;
    kit_list(f, 0, KIT_NOW, 1, "node job",
             "node cn1 state=idle\nnode a state=idle\njob 1 state=queued");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct action_order *gone = act_order(s, action_verb_HOLD, "1"),
                        *dropped = act_order(s, action_verb_DRAIN, "cn1"),
                        *twin = act_order(s, action_verb_DRAIN, "a");
    kit_list(f, 0, KIT_NOW + 1, 2, "node job",
             "node a state=idle\nnode a\xc2\xb7 state=idle\nnode a\\x01 state=idle");
    kit_rows(f, 0, 0, KIT_NOW + 1, "node b\\x01 state=idle\nnode b\\x02 state=idle");
    struct snapshot *later = fleet_publish(f, KIT_NOW + 1);

    struct plan *p = act_plan_of(gone, later, KIT_NOW + 1);
    assert_string_equal(p->targets[0].why, "is gone");
    assert_string_equal(p->refused, "1: is gone");
    plan_free(p);
    p = act_plan_of(dropped, later, KIT_NOW + 1);
    assert_string_equal(p->targets[0].why, "is gone");
    plan_free(p);
    uint32_t slot = act_slot(later, ENTITY_NODE, "b\\x01");
    twin->targets[0].key = row_head_of(snapshot_row(later, ENTITY_NODE, slot))->key;
    p = act_plan_of(twin, later, KIT_NOW + 1);
    assert_string_equal(p->targets[0].why, "looks the same as another name, but is not");
    plan_free(p);
    snapshot_unref(s);
    snapshot_unref(later);
    fleet_free(f);
}

/* ---- how old ---- */

static const struct {
    const char *source; /* added to the source's row */
    int64_t stale_ms, age;
    const char *why;
} ages[] = {
    {"", 0, 120000, NULL},
    {"", 0, 120001, "was seen 2m ago: too old to act on"},
    {"", 60000, 60001, "was seen 1m ago: too old to act on"},
    {"", 60000, 60000, NULL},
    {"", 600000, 120001, "was seen 2m ago: too old to act on"}, /* limits go downwards only */
    {"source zb/slurm interval_ms=300000", 0, 600000, NULL},    /* two of its own intervals */
    {"source zb/slurm interval_ms=300000", 0, 600001, "was seen 10m ago: too old to act on"},
    {"source zb/slurm interval_ms=?", 0, 120001, "was seen 2m ago: too old to act on"},
    {"", 0, -5000, NULL}, /* clocks differ a little */
    {"", 0, -5001, "was seen in the future: a clock is wrong"},
};

static void test_ages(void **state)
{
    const struct act_permit permit = {.mode = ACT_CONFIRM};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ages); i++) {
        struct fleet *f = act_fleet("node cn1 state=idle");
        struct act_limits limits = {.stale_ms = ages[i].stale_ms};
        struct plan *p;
        if (*ages[i].source)
            kit_rows(f, 0, 0, KIT_NOW, ages[i].source);
        struct snapshot *s = fleet_publish(f, KIT_NOW);
        struct action_order *o = act_order(s, action_verb_DRAIN, "cn1");
        assert_int_equal(plan_make(o, s, &limits, &permit, KIT_NOW + ages[i].age, &p, NULL), RC_OK);
        const char *why = p->targets[0].refused ? p->targets[0].why : NULL;
        if (!why != !ages[i].why || (why && strcmp(why, ages[i].why) != 0))
            fail_msg("case %zu: %s", i, why);
        plan_free(p);
        snapshot_unref(s);
        fleet_free(f);
    }
}

/* A row of a source that has none itself, and a row that no scheduler listed. */
static void test_ages_without_source(void **state)
{
    struct fleet *f = act_fleet("node cn1 state=idle");
    struct plan *p;

    (void)state;
    kit_rows(f, 0, 7, KIT_NOW, "node cn2 state=idle");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    p = act_plan_of(act_order(s, action_verb_DRAIN, "cn2"), s, KIT_NOW);
    assert_false(p->targets[0].refused);
    plan_free(p);
    struct action_order *o = act_order(s, action_verb_DRAIN, "cn1");
    kit_rows(f, 0, 1, KIT_NOW, "node cn9 power_watts=300");
    struct snapshot *later = fleet_publish(f, KIT_NOW);
    o->targets[0].key = row_key(ENTITY_NODE, 0, "cn9", 3);
    p = act_plan_of(o, later, KIT_NOW);
    assert_string_equal(p->targets[0].why, "no scheduler has listed it yet");
    plan_free(p);
    snapshot_unref(s);
    snapshot_unref(later);
    fleet_free(f);
}

static void test_oldest(void **state)
{
    struct fleet *f = act_fleet("node cn1 state=idle");

    (void)state;
    kit_rows(f, 0, 0, KIT_NOW - 70000, "node cn2 state=idle");
    kit_rows(f, 0, 0, KIT_NOW - 90000, "node cn3 state=idle flags=drain");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct plan *p = act_plan_of(act_order(s, action_verb_DRAIN, "cn1 cn2 cn3"), s, KIT_NOW);
    assert_int_equal(p->oldest_seen_at, KIT_NOW - 70000); /* the third is not sent */
    plan_free(p);
    snapshot_unref(s);
    fleet_free(f);
}

/* ---- the order as a whole ---- */

static struct plan *planned(const char *lines, struct act_limits limits, struct act_permit permit)
{
    struct snapshot *s = act_snapshot(lines);
    struct plan *p = NULL;

    assert_int_equal(
        plan_make(act_order(s, action_verb_DRAIN, "cn1"), s, &limits, &permit, KIT_NOW, &p, NULL),
        RC_OK);
    snapshot_unref(s);
    return p;
}

static void test_permits(void **state)
{
    static const struct {
        struct act_limits limits;
        struct act_permit permit;
        const char *refused;
    } cases[] = {
        {{0}, {ACT_CONFIRM, 0}, ""},
        {{.read_only = true}, {ACT_CONFIRM, 0}, "this screen is read-only"},
        {{.forbidden = "the audit cannot be written"},
         {ACT_CONFIRM, 0},
         "the audit cannot be written"},
        {{0}, {ACT_OFF, 0}, "actions are off for zb (actions: off in the configuration)"},
        {{0},
         {ACT_OFF, KIT_NOW + 1000},
         "actions are off for zb (actions: off in the configuration)"},
        {{0}, {ACT_ARM, 0}, "zb is not armed; :arm zb opens it for 10 minutes"},
        {{.arm_ms = 300000}, {ACT_ARM, 0}, "zb is not armed; :arm zb opens it for 5 minutes"},
        {{0}, {ACT_ARM, KIT_NOW}, "zb is not armed; :arm zb opens it for 10 minutes"},
        {{0}, {ACT_ARM, KIT_NOW + 1}, ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct plan *p = planned("node cn1 state=idle", cases[i].limits, cases[i].permit);
        struct confirmed_order *c = NULL;
        struct err e = {0};
        assert_string_equal(p->refused, cases[i].refused);
        assert_int_equal(p->consent == CONSENT_NEVER, *cases[i].refused != '\0');
        assert_int_equal(order_set_reason(p->order, "fan", NULL), RC_OK);
        enum rc rc = plan_confirm(p, "y", true, &c, &e);
        assert_int_equal(rc, *cases[i].refused ? RC_REFUSED : RC_OK);
        assert_true(rc == RC_OK || strcmp(e.msg, cases[i].refused) == 0);
        confirmed_order_free(c);
        plan_free(p);
    }
}

static void test_limits(void **state)
{
    struct act_limits l = act_limits_of(NULL);

    (void)state;
    assert_true(l.brake_percent == 20);
    assert_int_equal(l.nodes_per_minute, 10);
    assert_int_equal(l.stale_ms, 120000);
    assert_int_equal(l.arm_ms, 600000);
    l = act_limits_of(&(struct act_limits){.read_only = true,
                                           .brake_percent = 10,
                                           .nodes_per_minute = 3,
                                           .stale_ms = 1000,
                                           .arm_ms = 60000});
    assert_true(l.read_only && l.brake_percent == 10);
    assert_int_equal(l.nodes_per_minute, 3);
    assert_int_equal(l.stale_ms, 1000);
    assert_int_equal(l.arm_ms, 60000);
    l = act_limits_of(&(struct act_limits){
        .brake_percent = 50, .nodes_per_minute = 1000, .stale_ms = 9999999, .arm_ms = 9999999});
    assert_true(l.brake_percent == 20);
    assert_int_equal(l.nodes_per_minute, 10);
    assert_int_equal(l.stale_ms, 120000);
    assert_int_equal(l.arm_ms, 600000);
    l = act_limits_of(&(struct act_limits){.brake_percent = -1, .stale_ms = -1});
    assert_true(l.brake_percent == 20 && l.stale_ms == 120000);
}

static void test_empty(void **state)
{
    struct snapshot *s = act_snapshot("");
    const struct act_permit permit = {.mode = ACT_CONFIRM};
    struct plan *p = NULL;
    struct err e = {0};

    (void)state;
    assert_int_equal(plan_make(order_new(action_verb_DRAIN, 0), s, NULL, &permit, KIT_NOW, &p, &e),
                     RC_USAGE);
    assert_null(p);
    assert_non_null(strstr(e.msg, "nothing is not everything"));
    plan_free(NULL);
    confirmed_order_free(NULL);
    snapshot_unref(s);
}

/* Another cluster answers under the old address; or the center has gone from the configuration. */
static void test_center_changes(void **state)
{
    struct snapshot *s = act_snapshot("node cn1 state=idle");
    struct action_order *o = act_order(s, action_verb_DRAIN, "cn1");
    struct plan *p;

    (void)state;
    snprintf(o->cluster, sizeof(o->cluster), "maxi");
    p = act_plan_of(order_copy(o), s, KIT_NOW);
    assert_string_equal(p->refused, "zb was cluster maxi and now says that it is mini");
    plan_free(p);
    o->cluster[0] = '\0';
    p = act_plan_of(order_copy(o), s, KIT_NOW);
    assert_string_equal(p->refused, "");
    plan_free(p);
    o->center = 4;
    p = act_plan_of(o, s, KIT_NOW);
    assert_string_equal(p->refused, "the center is not there any more");
    plan_free(p);
    snapshot_unref(s);

    struct fleet *f = fleet_new(NULL);
    kit_rows(f, 0, KIT_NOBODY, KIT_NOW, "center zb name=zb");
    kit_rows(f, 0, 0, KIT_NOW, "node cn1 state=idle");
    s = fleet_publish(f, KIT_NOW);
    o = act_order(s, action_verb_DRAIN, "cn1");
    snprintf(o->cluster, sizeof(o->cluster), "maxi");
    p = act_plan_of(o, s, KIT_NOW); /* it tells no name now: nothing to compare */
    assert_string_equal(p->refused, "");
    plan_free(p);
    snapshot_unref(s);
    fleet_free(f);
}

static const struct {
    const char *states[4];
    bool refused;
} silences[] = {
    {{"ok", "ok", "failed", NULL}, false},    {{"ok", "failed", NULL}, false},
    {{"ok", "failed", "stale", NULL}, true},  {{"failed", NULL}, true},
    {{"stale", "starting", NULL}, false},     {{"ok", "paused", "paused", NULL}, false},
    {{"ok", "stale", "failed", "ok"}, false},
};

static void test_silence(void **state)
{
    char line[96];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(silences); i++) {
        struct fleet *f = fleet_new(NULL);
        kit_rows(f, 0, KIT_NOBODY, KIT_NOW, "center zb name=zb");
        for (uint16_t k = 0; k < 4 && silences[i].states[k]; k++) {
            snprintf(line, sizeof(line), "source s%d state=%s last_ok_at=-0", k,
                     silences[i].states[k]);
            kit_rows(f, 0, (uint16_t)(k + (k > 1)), KIT_NOW, line); /* a number that nobody has */
        }
        kit_rows(f, 0, 0, KIT_NOW, "node cn1 state=idle");
        struct snapshot *s = fleet_publish(f, KIT_NOW);
        struct plan *p = act_plan_of(act_order(s, action_verb_DRAIN, "cn1"), s, KIT_NOW);
        if ((p->consent == CONSENT_NEVER) != silences[i].refused)
            fail_msg("case %zu: %s", i, p->refused);
        assert_true(!silences[i].refused || strstr(p->refused, "more than half of the sources"));
        plan_free(p);
        snapshot_unref(s);
        fleet_free(f);
    }
}

static void test_none_sendable(void **state)
{
    struct snapshot *s =
        act_snapshot("node cn1 state=idle flags=drain\nnode cn2 state=idle flags=drain");
    struct plan *p = act_plan_of(act_order(s, action_verb_DRAIN, "cn1 cn2"), s, KIT_NOW);

    (void)state;
    assert_string_equal(p->refused, "none of the 2 targets can be drained");
    assert_int_equal(p->takes_ms, 0);
    plan_free(p);
    p = act_plan_of(act_order(s, action_verb_DRAIN, "cn2"), s, KIT_NOW);
    assert_string_equal(p->refused, "cn2: already drained");
    plan_free(p);
    snapshot_unref(s);
}

/* ---- the brake ---- */

static const struct {
    int count, out;
    const char *pools, *drain;
    unsigned flags;
    double brake;
    const char *refused;
} brakes[] = {
    {10, 0, "gpu", "n1", 0, 0, ""},
    {10, 0, "gpu", "n1 n2", 0, 0, ""}, /* 20 % is not above 20 % */
    {10, 0, "gpu", "n1 n2 n3", 0, 0,
     "3 of the 10 nodes of gpu would be out, more than 20 %: that needs --mass and a ticket"},
    {10, 2, "gpu", "n1", 0, 0,
     "3 of the 10 nodes of gpu would be out, more than 20 %: that needs --mass and a ticket"},
    {10, 2, "gpu", "n1", MASS, 0,
     "3 of the 10 nodes of gpu would be out, more than 20 %: that needs a ticket"},
    {10, 2, "gpu", "n1", TICKET, 0,
     "3 of the 10 nodes of gpu would be out, more than 20 %: that needs --mass and a ticket"},
    {10, 2, "gpu", "n1", MASS | TICKET, 0, ""},
    {10, 0, "gpu", "n1 n2", 0, 15,
     "2 of the 10 nodes of gpu would be out, more than 15 %: that needs --mass and a ticket"},
    {10, 0, "gpu", "n1 n2 n3", 0, 90, /* downwards only */
     "3 of the 10 nodes of gpu would be out, more than 20 %: that needs --mass and a ticket"},
    {4, 0, "gpu", "n1", 0, 0, ""}, /* one node out is never too many */
    {1, 0, "gpu", "n1", 0, 0, ""},
    {4, 0, "gpu", "n1 n2", 0, 0,
     "2 of the 4 nodes of gpu would be out, more than 20 %: that needs --mass and a ticket"},
    {4, 1, "gpu", "n1", 0, 0,
     "2 of the 4 nodes of gpu would be out, more than 20 %: that needs --mass and a ticket"},
    {4, 3, "gpu", "n4", 0, 0, ""},  /* down already: nothing is lost */
    {10, 0, NULL, "n1 n2 n3", 0, 0, /* of no pool: the center counts */
     "3 of the 10 nodes of zb would be out, more than 20 %: that needs --mass and a ticket"},
    {10, 0, "a,b,c,d,e,f", "n1 n2 n3", 0, 0,
     "3 of the 10 nodes of a would be out, more than 20 %: that needs --mass and a ticket"},
};

static void test_brake(void **state)
{
    const struct act_permit permit = {.mode = ACT_CONFIRM};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(brakes); i++) {
        struct fleet *f = pool_fleet(brakes[i].count, brakes[i].out, brakes[i].pools);
        struct snapshot *s = fleet_publish(f, KIT_NOW);
        struct act_limits limits = {.brake_percent = brakes[i].brake};
        struct action_order *o =
            flagged(act_order(s, action_verb_DRAIN, brakes[i].drain), brakes[i].flags);
        struct confirmed_order *c = NULL;
        struct plan *p;
        assert_int_equal(plan_make(o, s, &limits, &permit, KIT_NOW, &p, NULL), RC_OK);
        if (strcmp(p->refused, brakes[i].refused) != 0)
            fail_msg("case %zu: %s", i, p->refused);
        assert_int_equal(p->braked, *brakes[i].refused || brakes[i].flags == (MASS | TICKET));
        enum rc rc = plan_confirm(p, "y", true, &c, NULL); /* --yes never stands for it */
        assert_int_equal(rc, *brakes[i].refused ? RC_REFUSED : RC_OK);
        confirmed_order_free(c);
        plan_free(p);
        snapshot_unref(s);
        fleet_free(f);
    }
}

/* Drains that no poll has shown yet count; those of other centers, other verbs and old ones do not. */
static void test_brake_counts_what_is_under_way(void **state)
{
    static const struct {
        const char *row;
        bool braked;
    } rows[] = {
        {"action x/0 verb=drain state=waiting target=n2", true},
        {"action x/0 verb=drain state=reading target=n2", true},
        {"action x/0 verb=drain state=sent target=n2", true},
        {"action x/0 verb=drain state=accepted target=n2", true},
        {"action x/0 verb=drain state=unknown target=n2", true},
        {"action x/0 verb=drain state=sent target=n2\naction w/0 verb=drain state=failed target=n2",
         true},
        {"action x/0 verb=drain state=planned target=n2", false},
        {"action x/0 verb=drain state=accepted target=n2 sent_at=-3600000",
         false}, /* told by the audit */
        {"action x/0 verb=drain state=accepted target=nowhere", false},
        {"action x/0 verb=drain state=failed target=n2", false},
        {"action x/0 verb=drain target=n2", false},
        {"action x/0 verb=resume state=sent target=n2", false},
        {"action x/0 verb=drain state=sent target=n10", false}, /* is out already */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fleet *f = pool_fleet(10, 1, "gpu");
        kit_rows(f, 0, KIT_NOBODY, KIT_NOW, "action y/0 verb=drain state=failed target=n3");
        kit_rows(f, 0, KIT_NOBODY, KIT_NOW, rows[i].row);
        kit_rows(f, 1, KIT_NOBODY, KIT_NOW, "action z/0 verb=drain state=sent target=n4");
        kit_rows(f, 0, KIT_NOBODY, KIT_NOW, "remove action y/0");
        struct snapshot *s = fleet_publish(f, KIT_NOW);
        struct plan *p = act_plan_of(act_order(s, action_verb_DRAIN, "n1"), s, KIT_NOW);
        if (p->braked != rows[i].braked)
            fail_msg("%s: %s", rows[i].row, p->refused);
        assert_true(p->pools[0].out_before == 1 + rows[i].braked);
        plan_free(p);
        snapshot_unref(s);
        fleet_free(f);
    }
}

/* ---- pools ---- */

static void test_pools(void **state)
{
    struct fleet *f = act_fleet(
        "node a1 state=idle pools=a,all\nnode a2 state=idle pools=a,all\n"
        "node b1 state=down pools=b,all\nnode b2 state=idle flags=drain pools=b,all\n"
        "node m1 state=idle flags=maint pools=all\nnode r1 state=idle flags=reboot pools=all\n"
        "node k1 state=idle flags=blocked pools=all\nnode f1 state=future pools=a,all\n"
        "node p1 state=idle flags=powered_down pools=all\nnode c1 state=idle pools=c\n"
        "node n1 state=idle");

    (void)state;
    kit_rows(f, 1, KIT_NOBODY, KIT_NOW, "center tj name=tj");
    kit_rows(f, 1, 1, KIT_NOW, "node a9 state=idle pools=a");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct plan *p = act_plan_of(act_order(s, action_verb_DRAIN, "a1"), s, KIT_NOW);
    assert_int_equal(p->pool_count, 2);
    assert_string_equal(p->pools[0].name,
                        "all"); /* over the brake: before what is worse in per cent */
    assert_true(p->pools[0].nodes == 8 && p->pools[0].out_before == 5 &&
                p->pools[0].out_after == 6);
    assert_string_equal(p->pools[1].name, "a");
    assert_true(p->pools[1].nodes == 2 && p->pools[1].out_before == 0 &&
                p->pools[1].out_after == 1);
    assert_true(p->pools[1].percent_after == 50);
    plan_free(p);
    p = act_plan_of(flagged(act_order(s, action_verb_RESUME, "b2"), NAMED), s, KIT_NOW);
    assert_int_equal(p->pool_count, 2);
    assert_string_equal(p->pools[0].name, "b");
    assert_true(p->pools[0].out_before == 2 && p->pools[0].out_after == 1);
    assert_string_equal(p->pools[1].name, "all");
    assert_true(p->pools[1].out_before == 5 && p->pools[1].out_after == 4);
    plan_free(p);
    p = act_plan_of(act_order(s, action_verb_DRAIN, "n1"), s, KIT_NOW);
    assert_string_equal(p->pools[0].name, "zb");
    assert_true(p->pools[0].nodes == 1);
    assert_non_null(strstr(p->warnings, "zb has no node left"));
    plan_free(p);
    snapshot_unref(s);
    fleet_free(f);
}

/* More pools than are shown: the worst are. */
static void test_worst_pools(void **state)
{
    struct fleet *f = act_fleet("node x state=idle pools=p1,p2,p3,p4,p5,p6");
    char line[64];

    (void)state;
    for (int i = 0; i < 30; i++) {
        snprintf(line, sizeof(line), "node f%d state=idle pools=p%d", i, 1 + i % 3 + 3 * (i % 2));
        kit_rows(f, 0, 0, KIT_NOW, line);
    }
    kit_rows(f, 0, 0, KIT_NOW,
             "node g state=idle pools=p6\nnode h state=down pools=p5\nnode i state=down pools=p2");
    kit_rows(f, 0, 0, KIT_NOW, "node j state=idle pools=p1\nnode k state=idle pools=p1");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct plan *p = act_plan_of(act_order(s, action_verb_DRAIN, "x"), s, KIT_NOW);
    assert_int_equal(p->pool_count, 4);
    for (int i = 1; i < 4; i++)
        assert_true(p->pools[i - 1].percent_after >= p->pools[i].percent_after);
    assert_string_equal(p->pools[0].name, "p2");
    assert_string_equal(p->pools[1].name, "p5");
    assert_string_equal(p->pools[2].name, "p3"); /* not p1, which is larger */
    plan_free(p);
    snapshot_unref(s);
    fleet_free(f);
}

/* Four small pools that lose their only node do not hide the large one that loses too many. */
static void test_small_pools_hide_nothing(void **state)
{
    struct fleet *f = pool_fleet(10, 2, "big");

    (void)state;
    kit_rows(f, 0, 0, KIT_NOW, "node x state=idle pools=p1,p2,p3,p4,big");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct plan *p = act_plan_of(act_order(s, action_verb_DRAIN, "x"), s, KIT_NOW);
    assert_true(p->braked);
    assert_string_equal(p->pools[0].name, "big");
    assert_true(p->pools[1].percent_after == 100);
    plan_free(p);
    snapshot_unref(s);
    fleet_free(f);
}

/* ---- what must be typed ---- */

static const struct {
    const char *lines;
    enum action_verb verb;
    const char *names;
    unsigned flags;
    enum consent consent;
    const char *expect;
} consents[] = {
    {"node n1 state=idle\njob 5 state=queued", action_verb_DRAIN, "n1", 0, CONSENT_YES, "y"},
    {"node n1 state=idle", action_verb_DRAIN, "n1", 0, CONSENT_NAME,
     "n1"}, /* nobody listed the jobs */
    {"node n1 state=idle\njob 5 state=running nodes=n1", action_verb_DRAIN, "n1", 0, CONSENT_NAME,
     "n1"},
    {"node n1 state=idle\njob 5 state=suspended nodes=n[1-3]", action_verb_DRAIN, "n1", 0,
     CONSENT_NAME, "n1"},
    {"node n1 state=idle\njob 5 state=completing nodes=n1", action_verb_DRAIN, "n1", 0,
     CONSENT_NAME, "n1"},
    {"node n1 state=idle\njob 5 state=running nodes=n2", action_verb_DRAIN, "n1", 0, CONSENT_YES,
     "y"},
    {"node n1 state=idle\njob 5 state=running", action_verb_DRAIN, "n1", 0, CONSENT_YES, "y"},
    {"node n1 state=mixed\njob 5 state=queued", action_verb_DRAIN, "n1", 0, CONSENT_NAME, "n1"},
    {"node n1 state=allocated\njob 5 state=queued", action_verb_DRAIN, "n1", 0, CONSENT_NAME, "n1"},
    {"node n1 state=idle flags=completing\njob 5 state=queued", action_verb_DRAIN, "n1", 0,
     CONSENT_NAME, "n1"},
    {"node n1 state=idle devices_allocated=1\njob 5 state=queued", action_verb_DRAIN, "n1", 0,
     CONSENT_NAME, "n1"},
    {"node n1 state=idle devices_allocated=0\njob 5 state=queued", action_verb_DRAIN, "n1", 0,
     CONSENT_YES, "y"},
    {"node n\\x09 state=mixed\njob 5 state=queued", action_verb_DRAIN, "n\\x09", 0, CONSENT_NAME,
     "n\xc2\xb7"},
    {"node n1 state=mixed flags=drain " OURS "\njob 5 state=running nodes=n1", action_verb_RESUME,
     "n1", 0, CONSENT_YES, "y"},
    {"node n1 state=idle flags=drain " OURS "\nnode n2 state=idle flags=drain " OURS,
     action_verb_RESUME, "n1 n2", 0, CONSENT_COUNT, "2"},
    {"job 1 state=queued", action_verb_HOLD, "1", 0, CONSENT_YES, "y"},
    {"job 1 state=held", action_verb_RELEASE, "1", 0, CONSENT_YES, "y"},
    {"job 1 state=queued", action_verb_CANCEL, "1", 0, CONSENT_YES, "y"},
    {"job 1 state=running", action_verb_CANCEL, "1", 0, CONSENT_NAME, "1"},
    {"job 1 state=suspended", action_verb_CANCEL, "1", 0, CONSENT_NAME, "1"},
    {"job 1 state=running", action_verb_REQUEUE, "1", 0, CONSENT_NAME, "1"},
    {"job 1 state=running\njob 2 state=queued", action_verb_CANCEL, "1 2", 0, CONSENT_COUNT, "2"},
    {"job 1 state=running\njob 2 state=done", action_verb_CANCEL, "1 2", 0, CONSENT_NAME,
     "1"}, /* one is left */
    {"job 2 state=done\njob 1 state=queued", action_verb_CANCEL, "2 1", 0, CONSENT_YES, "y"},
    {"job 9_[9 id=9_[2-9] array_job=9 array_task=2-9 tasks=8 state=queued", action_verb_HOLD,
     "9_[9", WHOLE, CONSENT_COUNT, "8"},
    {"job 9_[9 id=9_[2-9] array_job=9 array_task=2-9 tasks=8 state=queued\njob 1 state=queued",
     action_verb_CANCEL, "9_[9 1", WHOLE, CONSENT_COUNT, "9"},
};

static void test_consents(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(consents); i++) {
        struct snapshot *s = act_snapshot(consents[i].lines);
        struct action_order *o =
            flagged(act_order(s, consents[i].verb, consents[i].names), consents[i].flags);
        struct plan *p = act_plan_of(o, s, KIT_NOW);
        if (p->consent != consents[i].consent || strcmp(p->expect, consents[i].expect) != 0)
            fail_msg("%s %s: consent %d, expects %s", verb_info(consents[i].verb)->name,
                     consents[i].lines, (int)p->consent, p->expect);
        plan_free(p);
        snapshot_unref(s);
    }
}

static const struct {
    const char *names, *typed;
    bool assume_yes, confirmed;
} typings[] = {
    {"n1", "y", false, true},      {"n1", "Y", false, true},      {"n1", "", false, false},
    {"n1", "n", false, false},     {"n1", "yes", false, false},   {"n1", "y ", false, false},
    {"n1", NULL, false, false},    {"n1", NULL, true, true},      {"n1", "n", true, true},
    {"n2", "n2", false, true},     {"n2", "N2", false, false},    {"n2", "y", false, false},
    {"n2", "Y", false, false},     {"n2", "", false, false},      {"n2", NULL, true, true},
    {"n1 n2", "2", false, true},   {"n1 n2", "3", false, false},  {"n1 n2", "y", false, false},
    {"n1 n2", "02", false, false}, {"n1 n2", "n1", false, false}, {"n1 n2", NULL, true, true},
};

static void test_confirm(void **state)
{
    struct snapshot *s = act_snapshot(
        "node n1 state=idle\nnode n2 state=mixed\nnode n3 state=idle flags=drain\njob 5 state=queued\n"
        "node n4 state=idle\nnode n5 state=idle\nnode n6 state=idle\nnode n7 state=idle\n"
        "node n8 state=idle\nnode n9 state=idle\nnode n10 state=idle\nnode n11 state=idle\n"
        "node n12 state=idle\nnode n13 state=idle\nnode n14 state=idle\nnode n15 state=idle");

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(typings); i++) {
        struct plan *p =
            act_plan_of(flagged(act_order(s, action_verb_DRAIN, typings[i].names), 0), s, KIT_NOW);
        struct confirmed_order *c = NULL;
        struct err e = {0};
        enum rc rc = plan_confirm(p, typings[i].typed, typings[i].assume_yes, &c, &e);
        if ((rc == RC_OK) != typings[i].confirmed || (rc != RC_OK && (rc != RC_REFUSED || c)))
            fail_msg("%s, typed %s: %s", typings[i].names, typings[i].typed, rc_name(rc));
        if (rc != RC_OK)
            assert_non_null(strstr(e.msg, "was expected"));
        confirmed_order_free(c);
        plan_free(p);
    }
    snapshot_unref(s);
}

/* Only what was not refused goes out, and only with a reason. */
static void test_confirmed_order(void **state)
{
    struct snapshot *s = act_snapshot(
        "node n1 state=idle\nnode n2 state=idle flags=drain\nnode n3 state=idle\n"
        "node n4 state=idle\nnode n5 state=idle\nnode n6 state=idle\nnode n7 state=idle\n"
        "node n8 state=idle\nnode n9 state=idle\nnode na state=idle\nnode nb state=idle\n"
        "node nc state=idle\nnode nd state=idle\nnode ne state=idle\nnode nf state=idle");
    struct plan *p = act_plan_of(act_order(s, action_verb_DRAIN, "n1 n2 n3"), s, KIT_NOW);
    struct confirmed_order *c = NULL;
    struct err e = {0};

    (void)state;
    assert_int_equal(plan_confirm(p, "2", false, &c, &e), RC_REFUSED);
    assert_non_null(strstr(e.msg, "a drain needs a reason"));
    assert_int_equal(plan_confirm(p, NULL, true, &c, &e), RC_REFUSED);
    assert_int_equal(order_set_reason(p->order, "fan", NULL), RC_OK);
    assert_int_equal(plan_confirm(p, "2", false, &c, &e), RC_OK);
    const struct action_order *o = confirmed_order_of(c);
    assert_int_equal(o->count, 2);
    assert_string_equal(o->targets[0].name, "n1");
    assert_string_equal(o->targets[1].name, "n3");
    assert_string_equal(o->op, p->order->op);
    assert_int_equal(p->order->count, 3); /* the plan still shows all */
    plan_free(p);
    assert_string_equal(o->targets[1].name, "n3"); /* a copy */
    confirmed_order_free(c);
    snapshot_unref(s);
}

/* The other verbs need no reason. */
static void test_confirm_without_reason(void **state)
{
    struct snapshot *s = act_snapshot("job 1 state=queued");
    struct plan *p = act_plan_of(act_order(s, action_verb_HOLD, "1"), s, KIT_NOW);
    struct confirmed_order *c = NULL;

    (void)state;
    assert_int_equal(plan_confirm(p, "y", false, &c, NULL), RC_OK);
    confirmed_order_free(c);
    plan_free(p);
    snapshot_unref(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_targets_later),
        cmocka_unit_test(test_ages),
        cmocka_unit_test(test_ages_without_source),
        cmocka_unit_test(test_oldest),
        cmocka_unit_test(test_permits),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_center_changes),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_none_sendable),
        cmocka_unit_test(test_brake),
        cmocka_unit_test(test_brake_counts_what_is_under_way),
        cmocka_unit_test(test_pools),
        cmocka_unit_test(test_worst_pools),
        cmocka_unit_test(test_small_pools_hide_nothing),
        cmocka_unit_test(test_consents),
        cmocka_unit_test(test_confirm),
        cmocka_unit_test(test_confirmed_order),
        cmocka_unit_test(test_confirm_without_reason),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
