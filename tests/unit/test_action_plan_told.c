/* SPDX-License-Identifier: MIT
 * test_action_plan_told.c - what a plan tells: the figures of the blast radius, what is known of its targets, its words. */
#include "tests/unit/action_kit.h"

/* ---- figures ---- */

static struct snapshot *busy_fleet(void)
{
    return act_snapshot(
        "node n1 state=mixed devices_total=8 devices_allocated=6\n"
        "node n2 state=idle devices_total=8 devices_allocated=0\n"
        "node N3 state=mixed\n"
        "job 1 state=running user=li nodes=n1 devices_allocated=4 started_at=-7200000\n" /* 2 h */
        "job 2 state=running user=zhao nodes=n[1-2] devices_allocated=2 started_at=-600000\n" /* 10 min */
        "job 3 state=running user=li nodes=n1,other devices_allocated=8\n" /* since when? */
        "job 4 state=running nodes=n3\n"
        "job 5 state=queued user=wang devices_requested=8\n"
        "job 6 state=done user=wang nodes=n1 devices_allocated=8 started_at=-7200000\n"
        "job 7 state=running user=sun nodes=elsewhere devices_allocated=8 started_at=-7200000\n"
        "job 8 state=running user=qian devices_allocated=1 started_at=1700000600000 node_count=1 nodes=x\n"
        "job 9 state=suspended user=qian node_count=2 nodes=y\n");
}

static bool near(double a, double b)
{
    return a > b - 1e-6 && a < b + 1e-6;
}

static void test_node_figures(void **state)
{
    struct snapshot *s = busy_fleet();
    struct plan *p = act_plan_of(act_order(s, action_verb_DRAIN, "n1 n2"), s, KIT_NOW);
    const double lost1 = 4 * 35 / 60.0,
                 lost2 = 2 * 15 / 60.0; /* half an hour or the run, and five minutes */

    (void)state;
    assert_true(p->nodes == 2 && p->devices == 16 && p->devices_busy == 6 && p->jobs == 3);
    assert_true(near(p->gpu_hours_at_risk, lost1 + lost2));
    assert_true(near(p->gpu_hours_ceiling, 4 * 2 + lost2)); /* 10 min run: the restart costs more */
    assert_string_equal(p->owners, "li, zhao");
    assert_int_equal(p->owner_count, 2);
    assert_true(p->targets[0].jobs == 3 && near(p->targets[0].gpu_hours_at_risk, lost1 + lost2));
    assert_true(p->targets[1].jobs == 1 && near(p->targets[1].gpu_hours_at_risk, lost2));
    assert_true(p->targets[0].devices == 8 && p->targets[0].devices_busy == 6);
    plan_free(p);
    p = act_plan_of(act_order(s, action_verb_DRAIN, "N3"), s,
                    KIT_NOW); /* Slurm's names have no case */
    assert_true(p->jobs == 1 && p->devices == -1 && p->devices_busy == -1);
    assert_true(p->gpu_hours_at_risk == -1 && p->gpu_hours_ceiling == -1);
    assert_true(p->targets[0].gpu_hours_at_risk == -1);
    assert_string_equal(p->owners, "");
    plan_free(p);
    p = act_plan_of(act_order(s, action_verb_DRAIN, "n1 N3"), s,
                    KIT_NOW); /* what is known is added up */
    assert_true(p->devices == 8 && p->jobs == 4 && p->gpu_hours_at_risk > 0);
    plan_free(p);
    snapshot_unref(s);
}

/* With many targets the sets of the jobs are walked instead, if they are not huge: the figures are the same. */
static void test_many_targets(void **state)
{
    static const char *const sets[] = {"N[1-3],x9", "n[1-3],y[1-5000]", "n1,n[2-3]"};
    char line[700], longest[301];

    (void)state;
    memset(longest, 'l', 300);
    longest[300] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(sets); i++)
        for (int count = 3; count <= 8; count += 5) {
            struct fleet *f = act_fleet("");
            struct action_order *o;
            for (int n = 1; n <= 8; n++) {
                snprintf(line, sizeof(line), "node n%d state=mixed", n);
                kit_rows(f, 0, 0, KIT_NOW, line);
            }
            snprintf(
                line, sizeof(line),
                "job 1 state=running nodes=%s\njob 2 state=running nodes=n2\njob 3 state=running nodes=%s",
                sets[i], longest);
            kit_rows(f, 0, 0, KIT_NOW, line);
            struct snapshot *s = fleet_publish(f, KIT_NOW);
            o = order_new(action_verb_DRAIN, 0);
            for (int n = 1; n <= count; n++) {
                snprintf(line, sizeof(line), "n%d", n);
                assert_int_equal(order_add(o, s, act_slot(s, ENTITY_NODE, line), NULL), RC_OK);
            }
            struct plan *p = act_plan_of(o, s, KIT_NOW);
            if (p->jobs != 2 || p->targets[0].jobs != 1 || p->targets[1].jobs != 2 ||
                p->targets[2].jobs != 1)
                fail_msg("%s, %d targets: %g jobs, %g %g %g", sets[i], count, p->jobs,
                         p->targets[0].jobs, p->targets[1].jobs, p->targets[2].jobs);
            assert_true(count == 3 || p->targets[4].jobs == 0);
            plan_free(p);
            snapshot_unref(s);
            fleet_free(f);
        }
}

/* A job of unknown length before or after one that tells. */
static void test_unknown_first(void **state)
{
    static const char *const lines[] = {
        "node n1 state=mixed\njob 1 state=running nodes=n1\n"
        "job 2 state=running nodes=n1 devices_allocated=1 started_at=-7200000",
        "node n1 state=mixed\njob 1 state=running nodes=n1 devices_allocated=1 started_at=-7200000\n"
        "job 2 state=running nodes=n1"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct snapshot *s = act_snapshot(lines[i]);
        struct plan *p = act_plan_of(act_order(s, action_verb_DRAIN, "n1"), s, KIT_NOW);
        assert_true(near(p->targets[0].gpu_hours_at_risk, 35 / 60.0));
        assert_true(near(p->gpu_hours_at_risk, 35 / 60.0));
        plan_free(p);
        snapshot_unref(s);
    }
}

static void test_jobs_unknown(void **state)
{
    struct snapshot *s = act_snapshot("node n1 state=idle");
    struct plan *p = act_plan_of(act_order(s, action_verb_DRAIN, "n1"), s, KIT_NOW);

    (void)state;
    assert_true(p->jobs == -1 && p->gpu_hours_at_risk == -1 && p->targets[0].jobs == -1);
    plan_free(p);
    snapshot_unref(s);
}

/* Jobs of another center run on a node of the same name there. */
static void test_other_centers_jobs(void **state)
{
    struct fleet *f = act_fleet("node n1 state=idle\njob 1 state=queued");

    (void)state;
    kit_rows(f, 1, KIT_NOBODY, KIT_NOW, "center tj name=tj");
    kit_rows(f, 1, 1, KIT_NOW, "job 9 state=running nodes=n1\njob 8 state=running nodes=n1");
    kit_rows(f, 1, 1, KIT_NOW, "remove job 9");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct plan *p = act_plan_of(act_order(s, action_verb_DRAIN, "n1"), s, KIT_NOW);
    assert_true(p->jobs == 0);
    plan_free(p);
    snapshot_unref(s);
    fleet_free(f);
}

static void test_job_figures(void **state)
{
    struct snapshot *s = busy_fleet();
    struct plan *p = act_plan_of(act_order(s, action_verb_REQUEUE, "1 2 3"), s, KIT_NOW);

    (void)state;
    assert_true(p->jobs == 3 && p->devices == 14 && p->nodes == -1);
    assert_true(near(p->gpu_hours_at_risk, 4 * 35 / 60.0 + 2 * 15 / 60.0));
    assert_int_equal(p->pool_count, 0);
    assert_int_equal(p->takes_ms, 0);
    plan_free(p);
    p = act_plan_of(act_order(s, action_verb_CANCEL, "1 5"), s, KIT_NOW); /* for good: all of it */
    assert_true(near(p->gpu_hours_at_risk, 8) && near(p->gpu_hours_ceiling, 8));
    assert_true(p->jobs == 2 && p->devices == 4);
    assert_string_equal(p->owners, "li, wang");
    assert_true(p->targets[1].devices == 0 && p->targets[1].gpu_hours_at_risk == 0);
    plan_free(p);
    p = act_plan_of(act_order(s, action_verb_CANCEL, "8 9"), s, KIT_NOW); /* starts in the future */
    assert_true(near(p->gpu_hours_at_risk, 5 / 60.0) && p->nodes == 3 && p->devices == 1);
    plan_free(p);
    p = act_plan_of(act_order(s, action_verb_REQUEUE, "1 6"), s,
                    KIT_NOW); /* 6 has ended: left out */
    assert_true(p->jobs == 1);
    plan_free(p);
    snapshot_unref(s);
}

static void test_owners(void **state)
{
    struct fleet *f = act_fleet("node n1 state=mixed");
    char line[300], longest[101];

    (void)state;
    for (int i = 0; i < 12; i++) {
        snprintf(line, sizeof(line),
                 "job %d state=running nodes=n1 user=u%d\njob %d state=running nodes=n1 user=u11",
                 i, i, 100 + i);
        kit_rows(f, 0, 0, KIT_NOW, line);
    }
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct plan *p = act_plan_of(act_order(s, action_verb_DRAIN, "n1"), s, KIT_NOW);
    assert_string_equal(p->owners, "u11, u0, u1, u2, u3, u4, u5, u6 and 4 more");
    assert_int_equal(p->owner_count, 12);
    plan_free(p);
    snapshot_unref(s);
    fleet_free(f);

    memset(longest, 'x', 100);
    longest[100] = '\0';
    f = act_fleet("node n1 state=mixed");
    for (int i = 0; i < 4; i++) {
        snprintf(line, sizeof(line), "job %d state=running nodes=n1 user=%d%s", i, i, longest);
        kit_rows(f, 0, 0, KIT_NOW, line);
    }
    s = fleet_publish(f, KIT_NOW);
    p = act_plan_of(act_order(s, action_verb_DRAIN, "n1"), s, KIT_NOW);
    assert_non_null(strstr(p->owners, " and 2 more"));
    plan_free(p);
    snapshot_unref(s);
    fleet_free(f);
    memset(line, 'y', 290); /* not one name fits */
    memcpy(line, "job 1 state=running nodes=n1 user=", 34);
    line[290] = '\0';
    f = act_fleet("node n1 state=mixed");
    kit_rows(f, 0, 0, KIT_NOW, line);
    s = fleet_publish(f, KIT_NOW);
    p = act_plan_of(act_order(s, action_verb_DRAIN, "n1"), s, KIT_NOW);
    assert_string_equal(p->owners, "1 more");
    plan_free(p);
    snapshot_unref(s);
    fleet_free(f);
}

/* As many jobs each: whoever was seen first. A job without a state, or gone, is nobody's. */
static void test_owners_alike(void **state)
{
    struct fleet *f = act_fleet("");

    (void)state;
    kit_list(
        f, 0, KIT_NOW, 1, "job node",
        "node n1 state=mixed\njob 7 state=queued user=a\njob 1 state=running user=b nodes=n1\n"
        "job 2 state=running user=a nodes=n1\njob 3 state=completing user=c nodes=n1\njob 4 user=d nodes=n1");
    kit_list(f, 0, KIT_NOW, 2, "job", "keep job 7\nkeep job 1\nkeep job 2\nkeep job 4");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct plan *p = act_plan_of(act_order(s, action_verb_DRAIN, "n1"), s, KIT_NOW);
    assert_string_equal(p->owners, "a, b");
    assert_true(p->jobs == 2);
    plan_free(p);
    snapshot_unref(s);
    fleet_free(f);
}

static void test_takes(void **state)
{
    struct fleet *f = pool_fleet(40, 0, "gpu");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct action_order *o = order_new(action_verb_DRAIN, 0);
    char name[16];

    (void)state;
    for (int i = 1; i <= 21; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        assert_int_equal(order_add(o, s, act_slot(s, ENTITY_NODE, name), NULL), RC_OK);
    }
    struct plan *p = act_plan_of(o, s, KIT_NOW);
    assert_int_equal(p->takes_ms, 120000); /* 21 nodes, ten a minute */
    plan_free(p);
    snapshot_unref(s);
    fleet_free(f);
}

/* ---- what is known of them ---- */

static void test_others(void **state)
{
    struct snapshot *s = act_snapshot("node n1 state=down " THEIRS "\nnode n2 state=idle " OURS "\n"
                                      "node n3 state=down reason=x\\x1b[2J\nnode n4 state=idle");
    struct plan *p = act_plan_of(act_order(s, action_verb_DRAIN, "n1 n2 n3 n4"), s, KIT_NOW);

    (void)state;
    assert_string_equal(p->others, "n1: NHC: disk (root); n3: x\xc2\xb7[2J (?)");
    assert_int_equal(p->sendable, 2);
    plan_free(p);
    snapshot_unref(s);
}

static const char *const past[] = {
    "outage a node=n1 kind=drained began_at=-1000",
    "outage b node=n1 kind=drained began_at=-2000",
    "outage c node=n1 kind=drained began_at=-86400000",
    "outage d node=n1 kind=down began_at=-1000",
    "outage e node=n1 kind=drained began_at=-2419200000", /* too long ago */
    "outage f node=n3 kind=drained began_at=-5",
    "outage g node=n1 kind=drained began_at=-2000",
    "interruption x job=14 at=-1000",
    "interruption y job=14 at=-2000",
    "interruption z job=14 at=-2419200000",
    "interruption w job=99 at=-1000",
    "interruption v job=15 at=-5",
    "remove outage b",
    "remove interruption w",
};
static const char *const elsewhere[] = {"center tj name=tj",
                                        "outage h node=n3 kind=drained began_at=-5",
                                        "interruption u job=15 at=-5"};
/* Told last: the fleet ranks by itself, but not again within a minute. */
static const char *const ranked[] = {"offender n1 events=9 flagged=yes",
                                     "offender n2 events=1 flagged=no", "offender gone events=1",
                                     "remove offender gone"};

static void tell_all(struct fleet *f, uint16_t center, const char *const *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        kit_rows(f, center, KIT_NOBODY, KIT_NOW, rows[i]);
}

static struct snapshot *past_fleet(void)
{
    /* down, so that the fleet itself sees no drain */
    struct fleet *f =
        act_fleet("node n1 state=down " OURS "\nnode n2 state=down " OURS "\n"
                  "node n3 state=down " OURS "\njob 14 state=running\njob 15 state=running");

    tell_all(f, 0, past, ARRAY_LEN(past));
    tell_all(f, 1, elsewhere, ARRAY_LEN(elsewhere));
    snapshot_unref(fleet_publish(f, KIT_NOW));
    kit_rows(f, 1, KIT_NOBODY, KIT_NOW, "offender n3 events=50 flagged=yes");
    tell_all(f, 0, ranked, ARRAY_LEN(ranked));
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    fleet_free(f);
    return s;
}

static void test_history(void **state)
{
    struct snapshot *s = past_fleet();
    struct plan *p = act_plan_of(act_order(s, action_verb_RESUME, "n1"), s, KIT_NOW);

    (void)state;
    assert_string_equal(p->history, "9 interruptions in 28 d, drained 3x in 28 d");
    assert_string_equal(p->warnings, "n1 is a lemon; n1 was drained 3 times in 28 d");
    assert_int_equal(p->consent, CONSENT_YES);
    plan_free(p);
    p = act_plan_of(act_order(s, action_verb_RESUME, "n1 n2 n3"), s, KIT_NOW);
    assert_string_equal(
        p->history, "n1: 9 interruptions in 28 d, drained 3x in 28 d; n2: 1 interruption in 28 d; "
                    "n3: drained 1x in 28 d");
    assert_non_null(strstr(p->warnings, "3 nodes at once: look at each first"));
    plan_free(p);
    p = act_plan_of(act_order(s, action_verb_DRAIN, "n1"), s,
                    KIT_NOW); /* only a resume is warned of */
    assert_string_equal(p->warnings, "");
    plan_free(p);
    p = act_plan_of(act_order(s, action_verb_REQUEUE, "14"), s, KIT_NOW);
    assert_string_equal(p->history, "2 interruptions in 28 d");
    plan_free(p);
    p = act_plan_of(act_order(s, action_verb_REQUEUE, "15"), s, KIT_NOW);
    assert_string_equal(p->history, "1 interruption in 28 d");
    plan_free(p);
    snapshot_unref(s);
}

/* A node that is left out is not warned of, a target that is gone has no past. */
static void test_history_of_refused(void **state)
{
    struct fleet *f = act_fleet("");

    (void)state;
    kit_list(f, 0, KIT_NOW, 1, "node", "node n1 state=idle\nnode n2 state=idle");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct action_order *o = act_order(s, action_verb_RESUME, "n1 n2");
    kit_rows(f, 0, KIT_NOBODY, KIT_NOW, "offender n1 events=9 flagged=yes");
    kit_list(f, 0, KIT_NOW + 1, 2, "node", "node n1 state=idle");
    struct snapshot *later = fleet_publish(f, KIT_NOW + 1);
    struct plan *p = act_plan_of(o, later, KIT_NOW + 1);
    assert_string_equal(p->warnings, "");
    assert_string_equal(p->history, "n1: 9 interruptions in 28 d");
    plan_free(p);
    snapshot_unref(s);
    snapshot_unref(later);
    fleet_free(f);
}

static void test_warnings(void **state)
{
    struct fleet *f = act_fleet(
        "node n1 state=idle pools=one\nnode n2 state=idle pools=two\nnode n3 state=idle pools=two");

    (void)state;
    kit_rows(f, 0, 1, KIT_NOW, "source zb/more state=failed last_ok_at=-0");
    kit_rows(f, 0, KIT_NOBODY, KIT_NOW, "action x/0 verb=drain state=sent target=n2 sent_at=-0");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct action_order *o = act_order(s, action_verb_DRAIN, "n1");
    memset(o->reason, 'x', ACTION_REASON_MAX);
    struct plan *p = act_plan_of(o, s, KIT_NOW);
    assert_string_equal(
        p->warnings,
        "the center is stale; one has no node left; the reason is cut to 120 characters");
    plan_free(p);
    p = act_plan_of(act_order(s, action_verb_DRAIN, "n2"), s, KIT_NOW);
    assert_non_null(strstr(p->warnings, "another action on n2 has not shown its effect yet"));
    assert_null(strstr(p->warnings, "has no node left"));
    plan_free(p);
    snapshot_unref(s);
    fleet_free(f);
}

/* Long lists end where their room ends, and never in half a character. */
static void test_long_lists(void **state)
{
    struct fleet *f = act_fleet("");
    struct action_order *o;
    char line[256];

    (void)state;
    for (int i = 0; i < 20; i++) {
        snprintf(line, sizeof(line),
                 "node n%d state=down reason=%d\xe7\xae\x97\xe7\xae\x97\xe7\xae\x97", i, i);
        kit_rows(f, 0, 0, KIT_NOW, line);
    }
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    o = order_new(action_verb_DRAIN, 0);
    for (int i = 0; i < 20; i++) {
        snprintf(line, sizeof(line), "n%d", i);
        assert_int_equal(order_add(o, s, act_slot(s, ENTITY_NODE, line), NULL), RC_OK);
    }
    struct plan *p = act_plan_of(o, s, KIT_NOW);
    assert_in_range(strlen(p->others), 200, sizeof(p->others) - 1);
    assert_true(strstr(p->others, "n0: 0") == p->others);
    plan_free(p);
    snapshot_unref(s);
    fleet_free(f);
}

/* ---- in words ---- */

static char *described(const struct plan *p)
{
    struct buf out;

    buf_init(&out, 65536);
    plan_describe(p, &out);
    return buf_take(&out);
}

static void expect_text(struct plan *p, const char *want)
{
    char *text = described(p);

    assert_string_equal(text, want);
    free(text);
    plan_free(p);
}

static void test_describe(void **state)
{
    struct snapshot *s = busy_fleet();

    (void)state;
    expect_text(
        act_plan_of(flagged(act_order(s, action_verb_DRAIN, "n1 n2"), TICKET), s, KIT_NOW),
        "drain 2 nodes of zb (cluster mini): no new work; running jobs go on\n"
        "  n1               mixed, 3 jobs, 8 GPUs (6 busy)\n"
        "  n2               idle, 1 job, 8 GPUs (0 busy)\n"
        "touches: 3 jobs of li, zhao, 2 nodes, 16 GPUs (6 busy)\n"
        "runs there: ~2.8 GPU-hours, at most 8.5 (they go on)\n"
        "pool zb: 0 of 3 nodes out, after it 2 (67 %)\n"
        "reason: suantop:OPS-7 li fan\n"
        "refused: 2 of the 3 nodes of zb would be out, more than 20 %: that needs --mass and a ticket\n");
    expect_text(act_plan_of(act_order(s, action_verb_CANCEL, "1 5 6"), s, KIT_NOW),
                "cancel 2 of 3 jobs of zb (cluster mini): ends for good; its work is lost\n"
                "  1                running, li, 4 GPUs\n"
                "  5                queued, wang\n"
                "  6                done, wang, left out: has ended\n"
                "touches: 2 jobs of li, wang, ? nodes, 4 GPUs (4 busy)\n"
                "at risk: ~8 GPU-hours, at most 8\n");
    snapshot_unref(s);
    s = act_snapshot(
        "job 9_[9 id=9_[2-9] array_job=9 array_task=2-9 tasks=8 state=queued user=a\\x1bb\njob 1 state=done");
    expect_text(act_plan_of(flagged(act_order(s, action_verb_HOLD, "9_[9"), WHOLE), s, KIT_NOW),
                "hold 1 job of zb (cluster mini): waits until it is released\n"
                "  9_[2-9]          queued, a\xc2\xb7"
                "b, 8 tasks\n"
                "touches: 8 jobs of a\xc2\xb7"
                "b\n"
                "reason: fan\n");
    expect_text(act_plan_of(act_order(s, action_verb_HOLD, "1"), s, KIT_NOW),
                "hold 0 of 1 job of zb (cluster mini): waits until it is released\n"
                "  1                done, left out: has ended\n"
                "refused: 1: has ended\n");
    snapshot_unref(s);
}

static void test_describe_more(void **state)
{
    struct fleet *f = pool_fleet(60, 0, "gpu");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct action_order *o = order_new(action_verb_DRAIN, 0);
    char name[16], *text;

    (void)state;
    for (int i = 1; i <= 12; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        assert_int_equal(order_add(o, s, act_slot(s, ENTITY_NODE, name), NULL), RC_OK);
    }
    o->cluster[0] = '\0';
    struct plan *p = act_plan_of(o, s, KIT_NOW);
    text = described(p);
    assert_non_null(strstr(text, "drain 12 nodes of zb: no new work"));
    assert_non_null(strstr(text, "takes: 1 minutes or more\n"));
    assert_non_null(strstr(text, "? jobs, ? GPUs (? busy)"));
    assert_non_null(strstr(text, "runs there: ~? GPU-hours, at most ?"));
    free(text);
    plan_free(p);
    snapshot_unref(s);
    fleet_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_node_figures),
        cmocka_unit_test(test_many_targets),
        cmocka_unit_test(test_unknown_first),
        cmocka_unit_test(test_jobs_unknown),
        cmocka_unit_test(test_other_centers_jobs),
        cmocka_unit_test(test_job_figures),
        cmocka_unit_test(test_owners),
        cmocka_unit_test(test_owners_alike),
        cmocka_unit_test(test_takes),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_history_of_refused),
        cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_long_lists),
        cmocka_unit_test(test_describe),
        cmocka_unit_test(test_describe_more),
    };
    return cmocka_run_group_tests_name("plan told", tests, NULL, NULL);
}
