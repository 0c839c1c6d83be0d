/* SPDX-License-Identifier: MIT
 * What accounting tells of attempts, before and after polls; what history brings back; outages, hours,
 * offenders. */
#include "tests/unit/model_events.h"
#include "model/fields.h"
#include "model/reliability.h"
#include <math.h>

#define CAUSE "id cause node at seen_by attempt"
#define RUNNING                                                                                    \
    "job 14 state=running raw_state=RUNNING name=train user=ann pool=gpu qos=normal restarts=0 "   \
    "started_at=T-7200 nodes=cn[1-2] node_count=2 devices_allocated=16"
#define WAITING                                                                                    \
    "job 14 state=queued raw_state=PENDING restarts=1 submitted_at=T+20 started_at=? nodes=? "     \
    "devices_allocated=?"
#define ID "14@1699992800"
#define TOLD                                                                                       \
    "attempt " ID " job=14 name=train user=ann started_at=T-7200 nodes=cn[1-2] node_count=2 "      \
    "devices=16 "

static void accounting_corrects_what_was_seen(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, RUNNING);
    tale_at(&t, 40, WAITING);
    tale_expect(&t, ENTITY_INTERRUPTION, CAUSE,
                "id=" ID " cause=unknown node=? at=T+20 seen_by=restarts attempt=1\n");
    tale_at(&t, 300, TOLD "end=node_fail ended_at=T+17 failed_node=cn2");
    tale_expect(&t, ENTITY_INTERRUPTION, CAUSE " evidence",
                "id=" ID " cause=node node=cn2 at=T+17 seen_by=accounting attempt=1 "
                "evidence=accounting: node failed cn2\n");
    tale_expect(&t, ENTITY_HOUR, "by_node by_unknown", "by_node=1 by_unknown=0\n");
    tale_at(&t, 600, TOLD "end=node_fail ended_at=T+17 failed_node=cn2"); /* and again */
    tale_expect(&t, ENTITY_HOUR, "by_node by_unknown", "by_node=1 by_unknown=0\n");
    tale_expect(&t, ENTITY_ATTEMPT, "id number end", "id=" ID " number=1 end=node_fail\n");
    tale_end(&t);
}

/* The job was listed as cancelled before; only accounting knows that it was not its owner. */
static void what_became_of_it_may_be_known_already(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, RUNNING);
    tale_at(&t, 40, "job 14 state=cancelled raw_state=CANCELLED ended_at=T+39");
    tale_expect(&t, ENTITY_INTERRUPTION, CAUSE, "");
    tale_at(&t, 50, TOLD "end=cancelled_by_operator ended_at=T+39 ended_by=root");
    tale_expect(&t, ENTITY_INTERRUPTION, "cause outcome resolved",
                "cause=operator outcome=cancelled resolved=yes\n");
    tale_end(&t);
}

/* Long after: the scheduler has forgotten the job. */
static void a_cancelled_job_needs_no_list(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 50, TOLD "end=cancelled_by_operator ended_at=T+39 ended_by=root");
    tale_expect(&t, ENTITY_INTERRUPTION, "cause outcome resolved resumed_at",
                "cause=operator outcome=cancelled resolved=yes resumed_at=?\n");
    tale_end(&t);
}

static void accounting_may_be_first(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, RUNNING);
    tale_at(&t, 30, TOLD "end=preempted ended_at=T+17");
    tale_at(&t, 40, WAITING);
    tale_expect(&t, ENTITY_INTERRUPTION, CAUSE " outcome",
                "id=" ID " cause=preempted node=? at=T+17 seen_by=accounting attempt=1 "
                "outcome=waiting\n");
    tale_expect(&t, ENTITY_HOUR, "by_preemption by_unknown", "by_preemption=1 by_unknown=0\n");
    tale_end(&t);
}

static void a_start_that_was_corrected_is_the_same_attempt(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, RUNNING);
    tale_at(&t, 40, WAITING);
    tale_at(&t, 300, "attempt 14@1699992860 job=14 started_at=T-7140 end=node_fail ended_at=T+17");
    tale_expect(&t, ENTITY_INTERRUPTION, "id cause at", "id=" ID " cause=node at=T+17\n");
    tale_expect(&t, ENTITY_ATTEMPT, "id end", "id=14@1699992860 end=node_fail\n");
    tale_end(&t);
}

static void what_polls_missed_is_told(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 300,
            "attempt 14@1700000010 job=14 started_at=T+10 end=node_fail ended_at=T+50 devices=8 "
            "nodes=cn1 node_count=1\n"
            "attempt 14@1700000060 started_at=T+60 end=requeued ended_at=T+90\n"
            "attempt 14@1700000100 end=done ended_at=T+200");
    tale_expect(&t, ENTITY_INTERRUPTION, "id job cause attempt evidence",
                "id=14@1700000010 job=14 cause=node attempt=1 evidence=accounting: node failed\n"
                "id=14@1700000060 job=14 cause=operator attempt=2 evidence=accounting: requeued by "
                "hand\n");
    tale_expect(&t, ENTITY_ATTEMPT, "id job started_at number end",
                "id=14@1700000010 job=14 started_at=T+10 number=1 end=node_fail\n"
                "id=14@1700000060 job=14 started_at=T+60 number=2 end=requeued\n"
                "id=14@1700000100 job=14 started_at=T+100 number=3 end=done\n");
    tale_end(&t);
}

static void the_last_attempt_may_be_told_first(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 300, "attempt 14@1700000100 end=done ended_at=T+200");
    tale_expect(&t, ENTITY_ATTEMPT, "id", "");
    tale_at(&t, 301, "attempt 14@1700000010 end=node_fail ended_at=T+50");
    tale_expect(&t, ENTITY_ATTEMPT, "id number end",
                "id=14@1700000010 number=1 end=node_fail\nid=14@1700000100 number=2 end=done\n");
    tale_end(&t);
}

static void restarts_that_were_counted_number_the_attempts(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, RUNNING " restarts=4");
    tale_at(&t, 40, WAITING " restarts=5");
    tale_at(&t, 300, "attempt 14@1699990000 end=node_fail started_at=T-10000 ended_at=T-9000");
    tale_expect(&t, ENTITY_INTERRUPTION, "id attempt counted",
                "id=" ID " attempt=5 counted=yes\nid=14@1699990000 attempt=4 counted=no\n");
    tale_end(&t);
}

static void accounting_may_withdraw_one(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, RUNNING);
    tale_at(&t, 40, WAITING);
    tale_expect(&t, ENTITY_HOUR, "by_unknown gpu_hours_lost", "by_unknown=1 gpu_hours_lost=9.3\n");
    tale_at(&t, 300, TOLD "end=failed ended_at=T+17");
    tale_expect(&t, ENTITY_INTERRUPTION, "id", "");
    tale_expect(&t, ENTITY_HOUR, "by_unknown gpu_hours_lost ended_failed",
                "by_unknown=0 gpu_hours_lost=0 ended_failed=1\n");
    tale_end(&t);
}

static void a_node_seen_down_is_the_one(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, "node cn1 state=allocated\nnode cn2 state=allocated\n" RUNNING);
    tale_at(&t, 30, "node cn2 state=down");
    tale_at(&t, 40, WAITING "\n" TOLD "end=node_fail ended_at=T+20");
    tale_expect(&t, ENTITY_INTERRUPTION, "node evidence",
                "node=cn2 evidence=accounting: node failed, cn2 down\n");
    /* No tick has passed: one picture from history and one poll has its offenders, too. */
    tale_expect(&t, ENTITY_OFFENDER, "node broken_jobs", "node=cn2 broken_jobs=1\n");
    tale_end(&t);
}

/* What an earlier run of the program saw is not unseen because accounting, which tells all of its window again after
 * each start, names no node. */
static void a_known_suspect_stays(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    kit_rows(
        t.f, 0, UINT16_MAX, tale_ms(0),
        "interruption " ID " job=14 started_at=1699992800000 at=1700000020000 cause=node node=cn2 "
        "nodes=cn[1-2] "
        "evidence=requeued,\\x20cn2\\x20down seen_by=live outcome=running resolved=yes counted=yes");
    tale_at(&t, 30, TOLD "end=node_fail ended_at=T+20 nodes=cn[1-2]");
    tale_expect(&t, ENTITY_INTERRUPTION, "cause node evidence",
                "cause=node node=cn2 evidence=requeued, cn2 down\n");
    tale_at(&t, 40, TOLD "end=node_fail ended_at=T+20 nodes=cn[1-2] failed_node=cn1");
    tale_expect(&t, ENTITY_INTERRUPTION, "cause node", "cause=node node=cn1\n");
    tale_at(&t, 50, TOLD "end=preempted ended_at=T+20 nodes=cn[1-2]");
    tale_expect(&t, ENTITY_INTERRUPTION, "cause node", "cause=preempted node=?\n");
    tale_end(&t);
}

static void the_only_node_is_the_one(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 300,
            "attempt 1@1700000010 end=node_fail ended_at=T+50 nodes=cn7 node_count=1\n"
            "attempt 2@1700000010 end=node_fail ended_at=T+50 nodes=cn[7-8] node_count=2\n"
            "attempt 3@1700000010 end=preempted ended_at=T+50 nodes=cn7 node_count=1");
    tale_expect(&t, ENTITY_INTERRUPTION, "id node",
                "id=1@1700000010 node=cn7\nid=2@1700000010 node=?\nid=3@1700000010 node=?\n");
    tale_expect(&t, ENTITY_HOUR, "by_node by_preemption by_operator ended_oom",
                "by_node=2 by_preemption=1 by_operator=0 ended_oom=0\n");
    tale_end(&t);
}

static void cancelling_is_told_apart(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 300,
            "attempt 1@1700000010 end=cancelled_by_owner ended_at=T+50\n"
            "attempt 2@1700000010 end=cancelled_by_operator ended_at=T+50 ended_by=root");
    tale_expect(&t, ENTITY_INTERRUPTION, "id cause evidence",
                "id=2@1700000010 cause=operator evidence=accounting: cancelled by an operator: "
                "root\n");
    tale_end(&t);
}

static void a_good_end_is_counted_once_and_leaves_no_row(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, "job 1 state=running started_at=T-60 nodes=cn1 node_count=1");
    tale_pass(&t, 20);
    tale_at(&t, 20, "job 1 state=done ended_at=T+15");
    for (long at = 30; at < 60; at += 10)
        tale_at(&t, at,
                "attempt 1@1699999940 end=done ended_at=T+15\n"
                "attempt 2@1699999950 end=oom ended_at=T+16");
    tale_expect(&t, ENTITY_ATTEMPT, "id", "");
    tale_expect(&t, ENTITY_HOUR, "ended_done ended_oom", "ended_done=1 ended_oom=1\n");
    tale_end(&t);
}

/* For days, but not for ever: what is remembered of ends that left no row must not grow with the weeks. */
static void a_counted_end_is_remembered_for_days(void **state)
{
    enum { DAY = 86400 };
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, "job 1 state=running started_at=T-60 nodes=cn1 node_count=1");
    tale_pass(&t, 20);
    tale_at(&t, 20, "attempt 1@1699999940 end=done ended_at=T+15");
    tale_at(&t, 3 * DAY,
            "attempt 2@1699999941 end=done ended_at=T+16\n"
            "attempt 1@1699999940 end=done ended_at=T+15");
    tale_expect(&t, ENTITY_HOUR, "ended_done", "ended_done=2\n");
    tale_at(&t, 6 * DAY,
            "attempt 3@1699999942 end=done ended_at=T+17\n"
            "attempt 1@1699999940 end=done ended_at=T+15");
    tale_expect(&t, ENTITY_HOUR, "ended_done", "ended_done=4\n");
    tale_end(&t);
}

static void a_poll_of_attempts_sweeps_nothing(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, RUNNING);
    tale_at(&t, 40, WAITING "\n" TOLD "end=node_fail ended_at=T+17");
    kit_list(t.f, 0, tale_ms(50), 99, "interruption attempt outage hour offender", "");
    kit_list(t.f, 0, tale_ms(51), 100, "interruption attempt outage hour offender", "");
    tale_expect(&t, ENTITY_INTERRUPTION, "id", "id=" ID "\n");
    tale_expect(&t, ENTITY_ATTEMPT, "id", "id=" ID "\n");
    tale_end(&t);
}

/* --- second order ----------------------------------------------------------------------------- */

static void what_a_restart_displaces_is_charged_to_its_root(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0,
            RUNNING
            " qos=high priority=9\njob 15 state=running user=bob pool=gpu qos=low restarts=0 "
            "priority=1 started_at=T-3600 nodes=cn[3-4] node_count=2 devices_allocated=16");
    tale_at(&t, 40, WAITING);
    tale_at(&t, 100,
            "job 14 state=running started_at=T+90 nodes=cn[3-4] devices_allocated=16\n"
            "job 15 state=queued raw_state=PENDING restarts=1 submitted_at=T+89 started_at=?");
    tale_pass(&t, 110);
    tale_expect(&t, ENTITY_INTERRUPTION, "id cause root gpu_hours_lost gpu_hours_caused",
                "id=" ID " cause=unknown root=? gpu_hours_lost=9.3 gpu_hours_caused=9.3\n"
                "id=15@1699996400 cause=preempted root=" ID
                " gpu_hours_lost=9.3 gpu_hours_caused=?\n");
    tale_end(&t);
}

/* --- outages ---------------------------------------------------------------------------------- */

static void an_outage_begins_and_ends(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, "node cn1 state=idle devices_total=8");
    tale_pass(&t, 100);
    tale_at(&t, 100, "node cn1 state=down reason=Not_responding reason_at=T+90 reason_by=root");
    tale_expect(&t, ENTITY_OUTAGE, "id node began_at ended_at kind planned reason devices",
                "id=cn1@1700000090 node=cn1 began_at=T+90 ended_at=? kind=down planned=no "
                "reason=Not_responding devices=8\n");
    tale_pass(&t, 1900);
    tale_at(&t, 1890, "node cn1 state=idle reason=? reason_at=? reason_by=?");
    tale_expect(&t, ENTITY_OUTAGE, "ended_at gpu_hours_idle reason",
                "ended_at=T+1890 gpu_hours_idle=4 reason=Not_responding\n");
    tale_at(&t, 2000, "node cn1 state=mixed flags=drain reason=Maintenance_of_rack");
    tale_expect(&t, ENTITY_OUTAGE, "kind planned began_at",
                "kind=down planned=no began_at=T+90\n"
                "kind=drained planned=yes began_at=T+2000\n");
    tale_at(&t, 2100, "node cn1 state=down");
    tale_expect(&t, ENTITY_OUTAGE, "kind ended_at",
                "kind=down ended_at=T+1890\nkind=down ended_at=?\n");
    tale_end(&t);
}

static void an_old_reason_is_not_when_it_began(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, "node cn1 state=idle");
    tale_at(&t, 100, "node cn1 state=down reason_at=T+90");
    tale_at(&t, 200, "node cn1 state=idle");
    tale_at(&t, 300, "node cn1 state=down");
    tale_expect(&t, ENTITY_OUTAGE, "began_at ended_at",
                "began_at=T+90 ended_at=T+200\nbegan_at=T+300 ended_at=?\n");
    tale_end(&t);
}

static void a_drained_node_idles_with_what_is_free(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, "node cn1 state=mixed devices_total=8 devices_allocated=6");
    tale_at(&t, 0, "node cn1 flags=drain reason=suantop:T9\\x20eve\\x20planned\\x20swap");
    tale_pass(&t, 1800);
    tale_at(&t, 1800, "node cn1 flags=- reason=?");
    tale_expect(&t, ENTITY_OUTAGE, "kind planned gpu_hours_idle",
                "kind=drained planned=yes gpu_hours_idle=1\n");
    tale_end(&t);
}

static void maintenance_makes_an_interruption_planned(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, "node cn1 state=allocated\nnode cn2 state=allocated\n" RUNNING);
    tale_at(&t, 30, "node cn1 state=down flags=maint");
    tale_at(&t, 40, WAITING);
    tale_expect(&t, ENTITY_INTERRUPTION, "cause node planned", "cause=node node=cn1 planned=yes\n");
    tale_expect(&t, ENTITY_HOUR, "by_node planned", "by_node=1 planned=1\n");
    tale_end(&t);
}

/* --- hours ------------------------------------------------------------------------------------ */

static void only_what_was_observed_counts(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, "node cn1 state=allocated devices_total=8 devices_allocated=4");
    tale_pass(&t, 600);
    /* Silent for an hour: two intervals and 30 s more are believed, no more. */
    for (long s = 600; s < 4200; s++)
        fleet_tick(t.f, tale_ms(s));
    t.now = 4200;
    tale_jobs(&t, 4200, "");
    tale_at(&t, 4200,
            "attempt 1@1700000010 end=node_fail ended_at=T+3000\n" /* nobody watched */
            "attempt 2@1700000010 end=node_fail ended_at=T+300\n"
            "attempt 3@1700000010 end=done ended_at=T+3000");
    tale_pass(&t, 4300);
    tale_expect(&t, ENTITY_INTERRUPTION, "job counted", "job=1 counted=no\njob=2 counted=yes\n");
    struct reliability r;
    reliability_sum(tale_look(&t), 0, tale_ms(-4000), tale_ms(4300), COALESCE_MS, &r);
    assert_int_equal(r.interruptions, 2);
    assert_int_equal(r.failure_events, 1);
    assert_true(fabs(r.observed_hours - (600 + 100 + 50 + 100) / 3600.0) < .02);
    assert_true(fabs(r.node_hours - (600 + 50 + 100) / 3600.0) < .02);
    assert_true(fabs(r.device_hours_allocated - 4 * (600 + 50 + 100) / 3600.0) < .05);
    assert_true(fabs(r.mtbf.mean - r.observed_hours) < 1e-9);
    assert_true(r.ended_done == 0);
    tale_end(&t);
}

static void one_dead_node_is_one_event(void **state)
{
    struct tale t = tale_begin();
    char line[200];
    struct reliability r;

    (void)state;
    tale_at(&t, 0, "node cn1 state=allocated devices_total=8 devices_allocated=8");
    for (int i = 0; i < 8; i++) {
        snprintf(line, sizeof line,
                 "job %d state=running restarts=0 started_at=T-3600 nodes=cn1 node_count=1 "
                 "devices_allocated=1",
                 i);
        tale_at(&t, 0, line);
    }
    tale_pass(&t, 30);
    tale_at(&t, 30, "node cn1 state=down");
    for (int i = 0; i < 8; i++) {
        snprintf(line, sizeof line, "job %d state=queued restarts=1 submitted_at=T+%d started_at=?",
                 i, 25 + i / 4);
        tale_at(&t, 40, line);
    }
    tale_pass(&t, 120);
    reliability_sum(tale_look(&t), -1, tale_ms(-100), tale_ms(200), COALESCE_MS, &r);
    assert_int_equal(r.interruptions, 8);
    assert_int_equal(r.by_cause[interruption_cause_NODE], 8);
    assert_int_equal(r.failure_events, 1);
    assert_int_equal(r.waiting, 8);
    assert_int_equal(r.open, 8);
    assert_int_equal(r.sized, 8);
    tale_expect(&t, ENTITY_OFFENDER, "node events lone_failures broken_jobs what flagged",
                "node=cn1 events=1 lone_failures=8 broken_jobs=0 what=8 jobs broken, 1 time out "
                "flagged=no\n");
    const struct center_row *c = snapshot_center(t.snap, 0);
    assert_true(c->interruptions_day == 8 && c->interruptions_open == 8);
    assert_true(fabs(c->gpu_hours_lost_day - r.gpu_hours_lost) < 1e-9);
    assert_true(snapshot_totals(t.snap)->interruptions_open == 8);
    t.now += 86400;
    tale_look(&t);
    c = snapshot_center(t.snap, 0);
    assert_true(c->interruptions_day == 0 && c->gpu_hours_lost_day == 0);
    assert_true(c->interruptions_open == 8);
    tale_end(&t);
}

/* --- history ---------------------------------------------------------------------------------- */

/* Every stored row of those entities, as history gives them back. */
static struct delta *saved(struct tale *t, wall_ms at)
{
    static const enum entity kept[] = {ENTITY_INTERRUPTION, ENTITY_ATTEMPT, ENTITY_OUTAGE,
                                       ENTITY_HOUR, ENTITY_OFFENDER};
    const struct snapshot *s = tale_look(t);
    const struct intern *in = snapshot_strings(s);
    struct delta *d = delta_new(0, UINT16_MAX, at, 0);

    for (size_t k = 0; k < ARRAY_LEN(kept); k++) {
        const struct entity_info *info = entity_info(kept[k]);
        for (uint32_t slot = 0; slot < snapshot_slots(s, kept[k]); slot++) {
            const void *row = snapshot_row(s, kept[k], slot);
            if (!row)
                continue;
            const char *id = intern_raw(in, field_str(row, &info->fields[info->name_field]));
            delta_row(d, kept[k], id, strlen(id));
            for (unsigned i = 0; i < info->field_count; i++) {
                const struct field *f = &info->fields[i];
                if (!field_has(row, i))
                    continue;
                if (field_is_string(f))
                    delta_str(d, (int)i, intern_raw(in, field_str(row, f)));
                else if (f->type == FT_NUM)
                    delta_num(d, (int)i, field_num(row, f));
                else if (f->type == FT_TIME)
                    delta_time(d, (int)i, field_time(row, f));
                else
                    delta_int(d, (int)i, field_small(row, f));
            }
        }
    }
    return d;
}

static void history_goes_on(void **state)
{
    struct tale t = tale_begin(), u = tale_begin();

    (void)state;
    tale_at(&t, 0, "node cn1 state=allocated devices_total=8\nnode cn2 state=allocated\n" RUNNING);
    tale_pass(&t, 30);
    tale_at(&t, 30, "node cn2 state=down");
    tale_at(&t, 40, WAITING);
    tale_pass(&t, 120);
    struct delta *d = saved(&t, tale_ms(200));
    char *before = tale_rows(&t, ENTITY_HOUR, "id by_node gpu_hours_lost");
    assert_int_equal(fleet_apply(u.f, d, NULL), RC_OK);
    delta_free(d);
    tale_pass(&u, 210);
    /* The first polls after the start tell the same jobs and nodes. */
    tale_at(&u, 210, "node cn2 state=down\n" WAITING "\n" TOLD "end=node_fail ended_at=T+20");
    char *after = tale_rows(&u, ENTITY_HOUR, "id by_node gpu_hours_lost");
    assert_string_equal(before, after);
    tale_expect(&u, ENTITY_OUTAGE, "id ended_at", "id=cn2@1700000030 ended_at=?\n");
    tale_expect(&u, ENTITY_INTERRUPTION, "id outcome resolved",
                "id=" ID " outcome=waiting resolved=no\n");
    tale_at(&u, 300, "job 14 state=running started_at=T+290\nnode cn2 state=idle");
    tale_expect(&u, ENTITY_INTERRUPTION, "id outcome resumed_at resolved",
                "id=" ID " outcome=running resumed_at=T+290 resolved=yes\n");
    tale_expect(&u, ENTITY_OUTAGE, "id ended_at", "id=cn2@1700000030 ended_at=T+300\n");
    tale_expect(&u, ENTITY_ATTEMPT, "id number end",
                "id=" ID " number=1 end=node_fail\nid=14@1700000290 number=2 end=running\n");
    free(before);
    free(after);
    tale_end(&t);
    tale_end(&u);
}

static void what_vanished_meanwhile_is_settled(void **state)
{
    struct tale u = tale_begin();

    (void)state;
    tale_told(&u, 0,
              "interruption 9@1699990000 job=9 started_at=T-10000 at=T-5000 outcome=waiting "
              "resolved=no cause=node counted=yes\n"
              "interruption 8@1699990000 job=8 started_at=T-10000 at=T-5000 outcome=waiting "
              "resolved=no cause=node counted=yes");
    tale_jobs(&u, 10, "job 8 state=queued");
    tale_pass(&u, 400);
    tale_expect(&u, ENTITY_INTERRUPTION, "job outcome resolved",
                "job=9 outcome=unknown resolved=yes\njob=8 outcome=waiting resolved=no\n");
    tale_end(&u);
}

static void an_operators_word_stays(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, RUNNING);
    tale_at(&t, 40, WAITING);
    tale_told(&t, 50, "interruption " ID " resolved=yes note=seen");
    tale_at(&t, 60, "job 14 state=held");
    tale_expect(&t, ENTITY_INTERRUPTION, "outcome resolved note",
                "outcome=held resolved=yes note=seen\n");
    tale_told(&t, 70, "interruption " ID " resolved=no");
    tale_at(&t, 80, "job 14 state=running started_at=T+75");
    tale_expect(&t, ENTITY_INTERRUPTION, "outcome resolved", "outcome=running resolved=no\n");
    tale_end(&t);
}

static void old_rows_go(void **state)
{
    struct tale t = tale_begin();
    const long month = 29L * 86400;

    (void)state;
    tale_at(&t, 0, RUNNING);
    tale_at(&t, 40, WAITING);
    tale_at(&t, 60, "job 14 state=done started_at=T+50 ended_at=T+55");
    for (long at = 60; at < month; at += 3600)
        fleet_tick(t.f, tale_ms(at));
    t.now = month;
    tale_expect(&t, ENTITY_INTERRUPTION, "id", "");
    tale_expect(&t, ENTITY_ATTEMPT, "id", "");
    tale_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounting_corrects_what_was_seen),
        cmocka_unit_test(what_became_of_it_may_be_known_already),
        cmocka_unit_test(a_cancelled_job_needs_no_list),
        cmocka_unit_test(accounting_may_be_first),
        cmocka_unit_test(a_start_that_was_corrected_is_the_same_attempt),
        cmocka_unit_test(what_polls_missed_is_told),
        cmocka_unit_test(the_last_attempt_may_be_told_first),
        cmocka_unit_test(restarts_that_were_counted_number_the_attempts),
        cmocka_unit_test(accounting_may_withdraw_one),
        cmocka_unit_test(a_node_seen_down_is_the_one),
        cmocka_unit_test(a_known_suspect_stays),
        cmocka_unit_test(the_only_node_is_the_one),
        cmocka_unit_test(cancelling_is_told_apart),
        cmocka_unit_test(a_good_end_is_counted_once_and_leaves_no_row),
        cmocka_unit_test(a_counted_end_is_remembered_for_days),
        cmocka_unit_test(a_poll_of_attempts_sweeps_nothing),
        cmocka_unit_test(what_a_restart_displaces_is_charged_to_its_root),
        cmocka_unit_test(an_outage_begins_and_ends),
        cmocka_unit_test(an_old_reason_is_not_when_it_began),
        cmocka_unit_test(a_drained_node_idles_with_what_is_free),
        cmocka_unit_test(maintenance_makes_an_interruption_planned),
        cmocka_unit_test(only_what_was_observed_counts),
        cmocka_unit_test(one_dead_node_is_one_event),
        cmocka_unit_test(history_goes_on),
        cmocka_unit_test(what_vanished_meanwhile_is_settled),
        cmocka_unit_test(an_operators_word_stays),
        cmocka_unit_test(old_rows_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
