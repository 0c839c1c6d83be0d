/* SPDX-License-Identifier: MIT
 * Little stories of jobs that are interrupted, and what the fleet makes of them. */
#include "model/reliability.h"
#include "tests/unit/model_events.h"
#include <math.h>

#define CAUSE "id cause node seen_by outcome resolved"
#define RUNNING                                                                                    \
    "job 14 state=running raw_state=RUNNING name=train user=ann pool=gpu qos=normal restarts=0 "   \
    "priority=100 submitted_at=T-9000 started_at=T-7200 nodes=cn[1-2] node_count=2 "               \
    "devices_allocated=16 cpus=64"
#define WAITING                                                                                    \
    "job 14 state=queued raw_state=PENDING restarts=1 submitted_at=T+20 started_at=? nodes=? "     \
    "devices_allocated=? reason=BeginTime"
#define NODES                                                                                      \
    "node cn1 state=allocated devices_total=8 device_model=h200\n"                                 \
    "node cn2 state=allocated devices_total=8 device_model=h200"
#define CN2_DOWN "node cn2 state=down reason=Not_responding reason_at=T+25"
/* 1700000000 - 7200 */
#define ID "14@1699992800"

static void a_dead_node_is_blamed(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_pass(&t, 30);
    tale_at(&t, 30, CN2_DOWN);
    tale_at(&t, 40, WAITING);
    tale_expect(&t, ENTITY_INTERRUPTION, CAUSE,
                "id=" ID " cause=node node=cn2 seen_by=restarts outcome=waiting resolved=no\n");
    tale_expect(&t, ENTITY_INTERRUPTION, "job name user pool attempt started_at at nodes evidence",
                "job=14 name=train user=ann pool=gpu attempt=1 started_at=T-7200 at=T+20 "
                "nodes=cn[1-2] evidence=requeued, cn2 down\n");
    tale_end(&t);
}

static void the_node_may_be_told_later(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_pass(&t, 40);
    tale_at(&t, 40, WAITING);
    tale_expect(&t, ENTITY_INTERRUPTION, "cause node evidence",
                "cause=unknown node=? evidence=requeued, cause not told\n");
    tale_pass(&t, 60);
    tale_at(&t, 60, CN2_DOWN);
    tale_pass(&t, 65);
    tale_expect(&t, ENTITY_INTERRUPTION, CAUSE,
                "id=" ID " cause=node node=cn2 seen_by=restarts outcome=waiting resolved=no\n");
    tale_expect(&t, ENTITY_HOUR, "by_node by_unknown", "by_node=1 by_unknown=0\n");
    tale_end(&t);
}

static void a_node_that_dies_long_after_is_not_blamed(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_at(&t, 40, WAITING);
    tale_pass(&t, 400);
    tale_at(&t, 400, "node cn2 state=down");
    tale_pass(&t, 410);
    tale_expect(&t, ENTITY_INTERRUPTION, "cause node", "cause=unknown node=?\n");
    tale_end(&t);
}

/* Five minutes after the end, to the second; the interruption still waits for evidence then. */
static void the_window_ends_five_minutes_after(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_at(&t, 40, WAITING);
    tale_pass(&t, 330);
    tale_at(&t, 330, "node cn2 state=down");
    tale_pass(&t, 335);
    tale_expect(&t, ENTITY_INTERRUPTION, "cause node", "cause=unknown node=?\n");
    tale_end(&t);
}

static void a_verdict_outlives_its_evidence(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_at(&t, 30, CN2_DOWN);
    tale_at(&t, 40, WAITING);
    tale_at(&t, 60, "node cn2 state=idle reason=? reason_at=?");
    tale_pass(&t, 330);
    tale_at(&t, 330, "node cn2 state=down");
    tale_pass(&t, 335);
    tale_expect(&t, ENTITY_INTERRUPTION, "cause node", "cause=node node=cn2\n");
    tale_end(&t);
}

static void the_scheduler_may_say_it_itself(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_at(&t, 40,
            "job 14 state=interrupted raw_state=NODE_FAIL ended_at=T+33 failed_node=cn1 "
            "devices_allocated=?");
    tale_expect(&t, ENTITY_INTERRUPTION, CAUSE " at evidence",
                "id=" ID " cause=node node=cn1 seen_by=live outcome=lost resolved=no at=T+33 "
                "evidence=scheduler: node failed cn1\n");
    tale_jobs(&t, 60, "");
    tale_expect(&t, ENTITY_INTERRUPTION, "outcome resolved", "outcome=lost resolved=yes\n");
    tale_end(&t);
}

static void a_job_first_seen_interrupted_counts(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 40,
            "job 9 state=interrupted raw_state=PREEMPTED started_at=T-300 ended_at=T+30 "
            "devices_requested=4 preempted_at=T+20");
    tale_expect(&t, ENTITY_INTERRUPTION, "id cause devices gpu_hours_lost_ceiling",
                "id=9@1699999700 cause=preempted devices=4 gpu_hours_lost_ceiling=0.4\n");
    tale_end(&t);
}

/* Slurm gives a requeued job the time of the requeue as its start for as long as it is completing. */
static void completing_after_a_requeue_is_no_attempt(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_at(&t, 21,
            "job 14 state=completing raw_state=COMPLETING restarts=1 submitted_at=T+20 "
            "started_at=T+20");
    tale_expect(&t, ENTITY_INTERRUPTION, "id at outcome resumed_at",
                "id=" ID " at=T+20 outcome=waiting resumed_at=?\n");
    tale_at(&t, 22, WAITING);
    tale_expect(&t, ENTITY_INTERRUPTION, "id at outcome", "id=" ID " at=T+20 outcome=waiting\n");
    tale_expect(&t, ENTITY_ATTEMPT, "id number", "id=" ID " number=1\n");
    tale_at(&t, 150, "job 14 state=running raw_state=RUNNING started_at=T+140");
    tale_at(&t, 160, "job 14 state=completing raw_state=COMPLETING restarts=2 started_at=T+159");
    tale_at(&t, 161, WAITING " restarts=2");
    tale_expect(&t, ENTITY_INTERRUPTION, "attempt at", "attempt=1 at=T+20\nattempt=2 at=T+159\n");
    tale_end(&t);
}

static void told_to_make_room_then_requeued(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_at(&t, 10, "job 14 preempted_at=T+9");
    tale_at(&t, 40, WAITING " preempted_at=?");
    tale_expect(&t, ENTITY_INTERRUPTION, "cause evidence",
                "cause=preempted evidence=told to make room, then requeued\n");
    tale_end(&t);
}

#define TAKER                                                                                      \
    "job 15 state=running user=bob pool=gpu qos=high priority=900 started_at=T+21 nodes=cn2 "      \
    "devices_allocated=8"

static void another_qos_took_its_nodes(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_at(&t, 40, WAITING "\n" TAKER);
    tale_pass(&t, 45);
    tale_expect(&t, ENTITY_INTERRUPTION, "cause node evidence",
                "cause=preempted node=? evidence=requeued, job 15 took its nodes, QOS high\n");
    tale_end(&t);
}

static void the_next_in_the_queue_is_no_preemption(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_at(&t, 40,
            WAITING "\njob 15 state=running user=bob pool=gpu qos=normal priority=900 "
                    "started_at=T+21 nodes=cn2\njob 16 state=running user=bob pool=gpu qos=low "
                    "priority=3 started_at=T+21 nodes=cn1\njob 17 state=running user=ann "
                    "pool=gpu qos=high priority=900 started_at=T+21 nodes=cn1");
    tale_pass(&t, 45);
    tale_expect(&t, ENTITY_INTERRUPTION, "cause", "cause=unknown\n");
    tale_end(&t);
}

#define REQUEUE_ACT                                                                                \
    "action op1/1 verb=requeue state=accepted kind=job target=14 actor=eve ticket=T17 sent_at=T+18"

static void our_own_requeue_is_an_operators(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_told(&t, 18, REQUEUE_ACT);
    tale_at(&t, 40, WAITING);
    tale_expect(&t, ENTITY_INTERRUPTION, "cause evidence",
                "cause=operator evidence=requeued by eve, ticket T17\n");
    tale_end(&t);
}

static void our_own_requeue_may_be_told_later(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_at(&t, 40, WAITING);
    tale_told(&t, 41, REQUEUE_ACT);
    tale_pass(&t, 45);
    tale_expect(&t, ENTITY_INTERRUPTION, "cause evidence",
                "cause=operator evidence=requeued by eve, ticket T17\n");
    tale_end(&t);
}

static void a_cancellation_by_somebody_else_is_one(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, RUNNING);
    tale_told(&t, 18,
              "action op1/1 verb=cancel state=confirmed kind=job target=14 actor=eve sent_at=T+18");
    tale_at(&t, 40, "job 14 state=cancelled raw_state=CANCELLED ended_at=T+20");
    tale_expect(&t, ENTITY_INTERRUPTION, "cause evidence outcome resolved",
                "cause=operator evidence=cancelled by eve outcome=cancelled resolved=yes\n");
    tale_end(&t);
}

static void ends_of_its_own_are_none(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0,
            "job 1 state=running started_at=T-60\njob 2 state=running started_at=T-60\n"
            "job 3 state=running started_at=T-60\njob 4 state=running started_at=T-60\n"
            "job 5 state=running started_at=T-60\njob 6 state=running started_at=T-60\n"
            "job 7 state=queued");
    tale_pass(&t, 30);
    tale_jobs(&t, 30,
              "job 1 state=done ended_at=T+20\njob 2 state=cancelled ended_at=T+20\n"
              "job 3 state=failed raw_state=FAILED ended_at=T+20\n"
              "job 4 state=failed raw_state=TIMEOUT ended_at=T+20\n"
              "job 5 state=failed raw_state=OUT_OF_MEMORY ended_at=T+20\n"
              "job 7 state=cancelled started_at=T+20 ended_at=T+20");
    tale_expect(&t, ENTITY_INTERRUPTION, "id", "");
    tale_expect(&t, ENTITY_ATTEMPT, "id", "");
    tale_expect(&t, ENTITY_HOUR, "ended_done ended_failed ended_oom ended_time_limit",
                "ended_done=1 ended_failed=1 ended_oom=1 ended_time_limit=1\n");
    tale_end(&t);
}

static void a_silent_source_interrupts_nothing(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    kit_rows(t.f, 0, 0, tale_ms(5), "source slurm state=failed last_ok_at=1700000000000");
    kit_poll(t.f, 0, tale_ms(6), 900, true, POLL_BAD, "job node", "");
    for (long s = 10; s < 4000; s += 10)
        fleet_tick(t.f, tale_ms(s));
    tale_expect(&t, ENTITY_INTERRUPTION, "id", "");
    tale_expect(&t, ENTITY_OUTAGE, "id", "");
    tale_end(&t);
}

static void it_runs_again(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_at(&t, 40, WAITING);
    tale_at(&t, 100, "job 14 state=held");
    tale_expect(&t, ENTITY_INTERRUPTION, "outcome outcome_at resolved",
                "outcome=held outcome_at=T+100 resolved=no\n");
    tale_at(&t, 200, "job 14 state=running started_at=T+190 nodes=cn[1-2] devices_allocated=16");
    tale_expect(&t, ENTITY_INTERRUPTION, "outcome resumed_at resolved",
                "outcome=running resumed_at=T+190 resolved=yes\n");
    tale_expect(&t, ENTITY_ATTEMPT, "id number end ended_at",
                "id=" ID " number=1 end=requeued ended_at=T+20\n"
                "id=14@1700000190 number=2 end=running ended_at=?\n");
    tale_at(&t, 300, "job 14 state=done raw_state=COMPLETED ended_at=T+290");
    tale_expect(&t, ENTITY_INTERRUPTION, "outcome resolved", "outcome=done resolved=yes\n");
    tale_expect(&t, ENTITY_ATTEMPT, "end ended_at",
                "end=requeued ended_at=T+20\nend=done ended_at=T+290\n");
    tale_end(&t);
}

static void it_may_run_again_between_two_polls(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_at(&t, 60, "job 14 restarts=1 started_at=T+50 submitted_at=T+20 nodes=cn3");
    tale_expect(&t, ENTITY_INTERRUPTION, "id at nodes outcome resumed_at resolved",
                "id=" ID " at=T+20 nodes=cn[1-2] outcome=running resumed_at=T+50 resolved=yes\n");
    tale_end(&t);
}

static void completing_on_its_way_is_one_interruption(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_at(&t, 30, "job 14 state=completing restarts=1 ended_at=T+25");
    tale_expect(&t, ENTITY_INTERRUPTION, "id at outcome", "id=" ID " at=T+25 outcome=waiting\n");
    tale_at(&t, 60, WAITING);
    tale_expect(&t, ENTITY_INTERRUPTION, "id at outcome", "id=" ID " at=T+25 outcome=waiting\n");
    tale_end(&t);
}

static void completing_may_have_lost_its_start(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, RUNNING);
    tale_at(&t, 30, "job 14 state=completing restarts=1 started_at=? ended_at=?");
    tale_expect(&t, ENTITY_INTERRUPTION, "id at outcome resolved",
                "id=" ID " at=T+30 outcome=waiting resolved=no\n");
    tale_expect(&t, ENTITY_ATTEMPT, "id", "id=" ID "\n");
    tale_end(&t);
}

static void a_configuring_job_that_starts_anew_is_none(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, RUNNING);
    tale_at(&t, 30, "job 14 started_at=T+25");
    tale_expect(&t, ENTITY_INTERRUPTION, "id", "");
    tale_end(&t);
}

static void interrupted_twice(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_at(&t, 40, WAITING);
    tale_at(&t, 200, "job 14 state=running started_at=T+190 nodes=cn1 devices_allocated=16");
    tale_at(&t, 400, "job 14 state=queued restarts=2 started_at=? submitted_at=T+380");
    tale_expect(&t, ENTITY_INTERRUPTION, "id attempt outcome resumed_at resolved",
                "id=" ID " attempt=1 outcome=waiting resumed_at=T+190 resolved=yes\n"
                "id=14@1700000190 attempt=2 outcome=waiting resumed_at=? resolved=no\n");
    struct reliability r;
    reliability_sum(tale_look(&t), -1, tale_ms(-100), tale_ms(400), 5000, &r);
    assert_int_equal(r.interruptions, 2);
    assert_int_equal(r.waiting, 1); /* one job waits, however often it was interrupted */
    unsigned events = r.unexpected_events;
    reliability_sum(tale_look(&t), -1, tale_ms(100), tale_ms(400), 5000, &r);
    assert_int_equal(r.interruptions,
                     1); /* as the centers' rows count: the hour before does not belong to it */
    assert_int_equal(r.unexpected_events, events); /* but to what is by observed time */
    tale_end(&t);
}

static void a_job_that_vanishes_is_not_interrupted(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES);
    tale_jobs(&t, 0, RUNNING);
    tale_jobs(&t, 60, "");
    tale_expect(&t, ENTITY_INTERRUPTION, "id", "");
    tale_jobs(&t, 90, WAITING); /* ... and turns up again, requeued */
    tale_expect(&t, ENTITY_INTERRUPTION, "id outcome", "id=" ID " outcome=waiting\n");
    tale_jobs(&t, 120, "");
    tale_expect(&t, ENTITY_INTERRUPTION, "outcome resolved", "outcome=unknown resolved=yes\n");
    tale_end(&t);
}

static void lost_hours_are_estimated_below_their_ceiling(void **state)
{
    struct tale t = tale_begin();

    (void)state;
    tale_at(&t, 0, NODES "\n" RUNNING);
    tale_at(&t, 0,
            "job 20 state=running restarts=0 started_at=T-120 devices_allocated=8\n"
            "job 21 state=running restarts=0 started_at=T-120 devices_allocated=0\n"
            "job 22 state=running restarts=0 started_at=T-120");
    tale_at(&t, 40, WAITING);
    tale_at(&t, 40,
            "job 20 state=queued restarts=1 submitted_at=T+30\n"
            "job 21 state=queued restarts=1 submitted_at=T+30\n"
            "job 22 state=queued restarts=1 submitted_at=T+30");
    /* 16 GPUs for 30 + 5 minutes; 8 for all of 150 s; none; nobody knows. */
    const struct interruption_row *i = tale_interruption(&t, ID);
    assert_true(fabs(i->gpu_hours_lost - 16 * 35.0 / 60) < 1e-9);
    assert_true(fabs(i->gpu_hours_lost_ceiling - 16 * 7220.0 / 3600) < 1e-9);
    i = tale_interruption(&t, "20@1699999880");
    assert_true(fabs(i->gpu_hours_lost - 8 * 150.0 / 3600) < 1e-9);
    assert_true(i->gpu_hours_lost == i->gpu_hours_lost_ceiling);
    i = tale_interruption(&t, "21@1699999880");
    assert_true(row_has(i, interruption, gpu_hours_lost) && i->gpu_hours_lost == 0);
    i = tale_interruption(&t, "22@1699999880");
    assert_false(row_has(i, interruption, gpu_hours_lost));
    assert_false(row_has(i, interruption, gpu_hours_lost_ceiling));
    tale_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dead_node_is_blamed),
        cmocka_unit_test(the_node_may_be_told_later),
        cmocka_unit_test(a_node_that_dies_long_after_is_not_blamed),
        cmocka_unit_test(the_window_ends_five_minutes_after),
        cmocka_unit_test(a_verdict_outlives_its_evidence),
        cmocka_unit_test(the_scheduler_may_say_it_itself),
        cmocka_unit_test(a_job_first_seen_interrupted_counts),
        cmocka_unit_test(completing_after_a_requeue_is_no_attempt),
        cmocka_unit_test(told_to_make_room_then_requeued),
        cmocka_unit_test(another_qos_took_its_nodes),
        cmocka_unit_test(the_next_in_the_queue_is_no_preemption),
        cmocka_unit_test(our_own_requeue_is_an_operators),
        cmocka_unit_test(our_own_requeue_may_be_told_later),
        cmocka_unit_test(a_cancellation_by_somebody_else_is_one),
        cmocka_unit_test(ends_of_its_own_are_none),
        cmocka_unit_test(a_silent_source_interrupts_nothing),
        cmocka_unit_test(it_runs_again),
        cmocka_unit_test(it_may_run_again_between_two_polls),
        cmocka_unit_test(completing_on_its_way_is_one_interruption),
        cmocka_unit_test(completing_may_have_lost_its_start),
        cmocka_unit_test(a_configuring_job_that_starts_anew_is_none),
        cmocka_unit_test(interrupted_twice),
        cmocka_unit_test(a_job_that_vanishes_is_not_interrupted),
        cmocka_unit_test(lost_hours_are_estimated_below_their_ceiling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
