/* SPDX-License-Identifier: MIT
 * Applying deltas: what changes, who confirms it, what a complete poll sweeps, and what is
 * remembered. */
#include "model/fleet_int.h"
#include "tests/unit/model_kit.h"
#include <math.h>

static const char *text(const struct snapshot *s, strid id)
{
    return intern_text(snapshot_strings(s), id);
}

static void values_stay_until_somebody_says_otherwise(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 0, 0, KIT_NOW, "job 1 name=train state=queued priority=5");
    kit_rows(f, 0, 0, KIT_NOW + 1000, "job 1 state=running priority=?");
    struct snapshot *s = fleet_publish(f, KIT_NOW + 2000);
    const struct job_row *j = kit_job(s, "1");
    assert_string_equal(text(s, j->id), "1");
    assert_string_equal(text(s, j->name), "train");
    assert_int_equal(j->state, job_state_RUNNING);
    assert_false(row_has(j, job, priority));
    assert_true(j->priority == 0);
    assert_false(row_has(j, job, user));
    assert_int_equal(j->h.seen_at[0], KIT_NOW + 1000);
    assert_int_equal(j->h.source[0], 0);
    snapshot_unref(s);
    fleet_free(f);
}

static void nonsense_becomes_absent_and_is_counted(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 0, 0, KIT_NOW, "node cn1 temperature_celsius=65 load=3 cpus_total=8");
    kit_rows(f, 0, 0, KIT_NOW, "node cn1 temperature_celsius=999 load=-3 cpus_total=nan");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    const struct node_row *n = kit_node(s, "cn1");
    assert_false(row_has(n, node, temperature_celsius));
    assert_false(row_has(n, node, load));
    assert_false(row_has(n, node, cpus_total));
    assert_int_equal(fleet_stats(f).values_refused, 2); /* nan is absent already in the delta */
    snapshot_unref(s);
    fleet_free(f);
}

static void rolled_up_fields_cannot_be_sent(void **state)
{
    struct fleet *f = fleet_new(NULL);
    struct delta *d = delta_new(0, 0, KIT_NOW, 0);

    (void)state;
    kit_rows(f, 0, 0, KIT_NOW, "center zb name=Z");
    delta_row(d, ENTITY_CENTER, "zb", 2);
    delta_num(d, FIELD_center_jobs_running, 77);
    d->last->values[0].field = FIELD_center_jobs_running;
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_false(row_has(snapshot_center(s, 0), center, jobs_running));
    snapshot_unref(s);
    delta_free(d);
    fleet_free(f);
}

static void a_delta_from_a_file_may_hold_anything(void **state)
{
    struct fleet *f = fleet_new(NULL);
    struct delta *d = delta_new(0, 0, KIT_NOW, 0);

    (void)state;
    delta_row(d, ENTITY_JOB, "1", 1);
    delta_int(d, FIELD_job_state, 200);
    delta_int(d, FIELD_job_requeueable, -7);
    delta_num(d, FIELD_job_priority, 1);
    d->last->values[2].field = 4000;
    delta_time(d, FIELD_job_ended_at, INT64_MIN);
    delta_row(d, ENTITY_JOB, "2", 1);
    d->last->entity = (enum entity)99;
    for (int i = 0; i < 20; i++)
        delta_keep(d, ENTITY_JOB, (uint64_t)i);
    delta_row(d, ENTITY_JOB, "3", 1);
    d->last->entity = (enum entity)70000;
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    const struct job_row *j = kit_job(s, "1");
    assert_false(row_has(j, job, state));
    assert_false(row_has(j, job, ended_at));
    assert_int_equal(j->requeueable, 1);
    assert_int_equal(snapshot_count(s, ENTITY_JOB), 1);
    snapshot_unref(s);
    delta_free(d);
    fleet_free(f);
}

static void identity_comes_from_the_record(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 2, 0, KIT_NOW,
             "node cn1 state=idle\ndevice cn1/3 temperature_celsius=60\npool gpu state=UP\n"
             "node cn1 name=other\nnode cn1 name=?");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    const struct node_row *n = kit_find(s, ENTITY_NODE, 2, "cn1");
    const struct device_row *d = snapshot_row(s, ENTITY_DEVICE, 0);
    assert_string_equal(text(s, n->name), "cn1");
    assert_string_equal(text(s, d->node), "cn1");
    assert_true(row_has(d, device, index) && d->index == 3);
    assert_int_equal(n->h.center, 2);
    assert_int_equal(n->h.flags >> ROW_ENTITY_SHIFT, ENTITY_NODE);
    snapshot_unref(s);
    fleet_free(f);
}

static void centers_and_sources_sit_in_the_slot_of_their_number(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 5, 9, KIT_NOW, "center ? cluster=tj\nsource s state=ok");
    kit_rows(f, 5, UINT16_MAX, KIT_NOW, "center tianjin id=tianjin name=Tianjin");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_null(snapshot_center(s, 0));
    assert_null(snapshot_center(s, 6));
    assert_string_equal(text(s, snapshot_center(s, 5)->name), "Tianjin");
    assert_string_equal(text(s, snapshot_center(s, 5)->cluster), "tj");
    assert_int_equal(snapshot_source(s, 9)->h.center, 5);
    assert_int_equal(snapshot_find(s, ENTITY_CENTER, row_key(ENTITY_CENTER, 5, "tianjin", 7)), 5);
    assert_int_equal(snapshot_count(s, ENTITY_CENTER), 1);
    snapshot_unref(s);
    fleet_free(f);
}

static void a_good_poll_sweeps_what_it_did_not_list(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 0, 8, KIT_NOW, "node other state=idle"); /* another source's */
    kit_list(f, 1, KIT_NOW, 1, "node job",
             "node cn1 state=idle\nnode cn2 state=idle\njob 1 state=running");
    kit_list(f, 1, KIT_NOW + 5000, 2, "node", "node cn2 state=mixed\nnode cn3 state=idle");
    struct snapshot *s = fleet_publish(f, KIT_NOW + 5000);
    assert_null(kit_node(s, "cn1"));
    assert_non_null(kit_node(s, "cn2"));
    assert_non_null(kit_node(s, "cn3"));
    assert_non_null(kit_node(s, "other"));
    assert_false(kit_job(s, "1")->h.flags & ROW_GONE); /* this poll did not list jobs */
    snapshot_unref(s);
    fleet_free(f);
}

static void a_poll_that_did_not_end_well_sweeps_nothing(void **state)
{
    static const char *const both = "node cn1 state=idle\nnode cn2 state=idle";

    (void)state;
    for (int how = 0; how < 5; how++) {
        struct fleet *f = fleet_new(NULL);
        kit_list(f, 1, KIT_NOW, 1, "node", both);
        if (how == 0) { /* it says so */
            kit_poll(f, 1, KIT_NOW, 2, true, POLL_MORE, "node", "node cn1 state=idle");
            kit_poll(f, 1, KIT_NOW, 2, false, POLL_BAD, "node", "");
        } else if (how == 1) { /* never ends, and the next one begins */
            kit_poll(f, 1, KIT_NOW, 2, true, POLL_MORE, "node", "node cn1 state=idle");
            kit_poll(f, 1, KIT_NOW, 3, true, POLL_MORE, "node", "");
        } else if (how == 2) { /* its beginning was lost */
            kit_poll(f, 1, KIT_NOW, 2, false, POLL_GOOD, "node", "node cn1 state=idle");
        } else if (how == 3) { /* ends after the next one began */
            kit_poll(f, 1, KIT_NOW, 2, true, POLL_MORE, "node", "node cn1 state=idle");
            kit_poll(f, 1, KIT_NOW, 3, true, POLL_MORE, "node", "");
            kit_poll(f, 1, KIT_NOW, 2, false, POLL_GOOD, "node", "");
        } else { /* ends badly, then once more well */
            kit_poll(f, 1, KIT_NOW, 2, true, POLL_BAD, "node", "node cn1 state=idle");
            kit_poll(f, 1, KIT_NOW, 2, false, POLL_GOOD, "node", "");
        }
        struct snapshot *s = fleet_publish(f, KIT_NOW);
        if (!kit_node(s, "cn1") || !kit_node(s, "cn2"))
            fail_msg("way %d removed a node", how);
        snapshot_unref(s);
        fleet_free(f);
    }
}

static void a_failed_delta_abandons_its_poll(void **state)
{
    struct fleet *f = fleet_new(NULL);
    struct delta *d = delta_new(0, 1, KIT_NOW, 0);

    (void)state;
    kit_list(f, 1, KIT_NOW, 1, "node", "node cn1 state=idle");
    kit_poll(f, 1, KIT_NOW, 2, true, POLL_MORE, "node", "");
    d->poll.seq = 2;
    d->poll.entities[ENTITY_NODE] = true;
    delta_row(d, ENTITY_NODE, "cn1", 3);
    d->failed = true;
    struct err e;
    assert_int_equal(fleet_apply(f, d, &e), RC_LIMIT);
    assert_int_equal(e.rc, RC_LIMIT);
    kit_poll(f, 1, KIT_NOW, 2, false, POLL_GOOD, "node", "");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_non_null(kit_node(s, "cn1"));
    snapshot_unref(s);
    delta_free(d);
    fleet_free(f);
}

static void two_polls_of_one_source_may_overlap(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_list(f, 1, KIT_NOW, 1, "node job",
             "node cn1 state=idle\njob 1 state=running\njob 2 state=running");
    kit_poll(f, 1, KIT_NOW, 2, true, POLL_MORE, "node", "node cn1 state=idle");
    kit_poll(f, 1, KIT_NOW, 3, true, POLL_MORE, "job", "job 1 state=running");
    kit_poll(f, 1, KIT_NOW, 2, false, POLL_GOOD, "node", "");
    kit_poll(f, 1, KIT_NOW, 3, false, POLL_GOOD, "job", "");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_non_null(kit_node(s, "cn1"));
    assert_false(kit_job(s, "1")->h.flags & ROW_GONE);
    assert_true(kit_job(s, "2")->h.flags & ROW_GONE);
    snapshot_unref(s);
    fleet_free(f);
}

static void keep_confirms_and_changes_nothing(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_list(f, 1, KIT_NOW, 1, "node", "node cn1 state=idle\nnode cn2 state=idle");
    struct snapshot *before = fleet_publish(f, KIT_NOW);
    kit_list(f, 1, KIT_NOW + 30000, 2, "node",
             "keep node cn1\nkeep node cn2\nkeep node never-seen");
    struct snapshot *after = fleet_publish(f, KIT_NOW + 30000);
    assert_ptr_equal(kit_node(before, "cn1"), kit_node(after, "cn1")); /* the very same memory */
    assert_int_equal(snapshot_seen_at(before, kit_node(before, "cn1"), GROUP_SCHED), KIT_NOW);
    assert_int_equal(snapshot_seen_at(after, kit_node(after, "cn1"), GROUP_SCHED), KIT_NOW + 30000);
    assert_int_equal(snapshot_age_of(after, kit_node(after, "cn1"), KIT_NOW + 31000), 1000);
    assert_null(kit_node(after, "never-seen"));
    assert_int_equal(fleet_stats(f).keeps_unknown, 1);
    snapshot_unref(before);
    snapshot_unref(after);
    fleet_free(f);
}

static void an_unchanged_row_costs_no_copy_either(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_list(f, 1, KIT_NOW, 1, "node", "node cn1 state=idle load=1.5 reason=x");
    struct snapshot *before = fleet_publish(f, KIT_NOW);
    kit_list(f, 1, KIT_NOW + 30000, 2, "node", "node cn1 state=idle load=1.5 reason=x");
    struct snapshot *after = fleet_publish(f, KIT_NOW + 30000);
    assert_ptr_equal(kit_node(before, "cn1"), kit_node(after, "cn1"));
    snapshot_unref(before);
    snapshot_unref(after);
    fleet_free(f);
}

static void same_confirms_without_listing(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_list(f, 1, KIT_NOW, 1, "node", "node cn1 state=idle");
    kit_poll(f, 1, KIT_NOW + 30000, 2, true, POLL_SAME, "node", "");
    struct snapshot *s = fleet_publish(f, KIT_NOW + 30000);
    assert_int_equal(snapshot_age_of(s, kit_node(s, "cn1"), KIT_NOW + 30000), 0);
    snapshot_unref(s);
    fleet_free(f);
}

static void a_bad_poll_lets_rows_age(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_list(f, 1, KIT_NOW, 1, "node", "node cn1 state=idle\nnode cn2 state=idle");
    kit_poll(f, 1, KIT_NOW + 30000, 2, true, POLL_BAD, "node", "node cn2 state=down");
    struct snapshot *s = fleet_publish(f, KIT_NOW + 30000);
    assert_int_equal(snapshot_age_of(s, kit_node(s, "cn1"), KIT_NOW + 30000), 30000);
    assert_int_equal(snapshot_age_of(s, kit_node(s, "cn2"), KIT_NOW + 30000), 0);
    snapshot_unref(s);
    fleet_free(f);
}

static void the_same_name_twice_means_the_last(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_list(f, 1, KIT_NOW, 1, "node", "node cn1 state=idle\nnode cn1 state=down");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_int_equal(snapshot_count(s, ENTITY_NODE), 1);
    assert_int_equal(kit_node(s, "cn1")->state, node_state_DOWN);
    snapshot_unref(s);
    fleet_free(f);
}

static void a_vanished_job_is_remembered_for_a_while(void **state)
{
    struct fleet *f = fleet_new(&(struct fleet_limits){.keep_gone_jobs_ms = 60000});

    (void)state;
    kit_list(f, 1, KIT_NOW, 1, "job",
             "job 1 state=running raw_state=RUNNING\njob 2 state=done\njob 3 state=queued");
    kit_list(f, 1, KIT_NOW + 5000, 2, "job", "keep job 3\nkeep job 1\nkeep job 2");
    kit_list(f, 1, KIT_NOW + 10000, 3, "job", "keep job 3");
    struct snapshot *s = fleet_publish(f, KIT_NOW + 10000);
    const struct job_row *j = kit_job(s, "1");
    assert_true(j->h.flags & ROW_GONE);
    assert_int_equal(row_gone_at(&j->h), KIT_NOW + 10000);
    assert_int_equal(j->state, job_state_UNKNOWN); /* it ended unseen */
    assert_string_equal(text(s, j->raw_state), "RUNNING");
    assert_false(row_has(j, job, ended_at));
    assert_int_equal(snapshot_seen_at(s, j, GROUP_SCHED), KIT_NOW + 5000);
    assert_int_equal(kit_job(s, "2")->state, job_state_DONE);
    assert_false(kit_job(s, "3")->h.flags & ROW_GONE);
    snapshot_unref(s);

    fleet_tick(f, KIT_NOW + 69999);
    s = fleet_publish(f, KIT_NOW + 69999);
    assert_non_null(kit_job(s, "1"));
    snapshot_unref(s);
    fleet_tick(f, KIT_NOW + 70000);
    s = fleet_publish(f, KIT_NOW + 70000);
    assert_null(kit_job(s, "1"));
    assert_null(kit_job(s, "2"));
    assert_non_null(kit_job(s, "3"));
    snapshot_unref(s);
    fleet_free(f);
}

static void the_rest_of_an_array_is_no_job_that_ended(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_list(f, 1, KIT_NOW, 1, "job",
             "job 14_[99 id=14_[6-99] state=queued tasks=94\njob 15 state=queued");
    kit_list(f, 1, KIT_NOW + 5000, 2, "job", "job 14_99 state=running");
    struct snapshot *s = fleet_publish(f, KIT_NOW + 5000);
    assert_null(kit_job(s, "14_[99"));
    assert_non_null(kit_job(s, "15"));
    assert_int_equal(snapshot_count(s, ENTITY_JOB), 2);
    snapshot_unref(s);
    fleet_free(f);
}

/* Half of the jobs are missing in each second list: the memory of who went must not grow with the polls. */
static void jobs_that_come_and_go_cost_nothing(void **state)
{
    struct fleet *f = fleet_new(NULL);
    char all[4000] = "", half[4000] = "";

    (void)state;
    for (int i = 0; i < 100; i++)
        snprintf(all + strlen(all), sizeof(all) - strlen(all), "job %d state=running\n", i);
    for (int i = 0; i < 100; i += 2)
        snprintf(half + strlen(half), sizeof(half) - strlen(half), "job %d state=running\n", i);
    for (uint32_t poll = 1; poll <= 2000; poll++)
        kit_list(f, 1, KIT_NOW + poll * 1000, poll, "job", poll % 2 ? all : half);
    assert_true(f->gone_cap <= 512);
    fleet_tick(f, KIT_NOW + 2000 * 1000 + 3600 * 1000);
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_int_equal(snapshot_count(s, ENTITY_JOB), 50);
    snapshot_unref(s);
    fleet_free(f);
}

static void a_gone_job_that_turns_up_again_is_what_it_was(void **state)
{
    struct fleet *f = fleet_new(&(struct fleet_limits){.keep_gone_jobs_ms = 60000});

    (void)state;
    kit_list(f, 1, KIT_NOW, 1, "job", "job 1 state=running\njob 2 state=running");
    kit_list(f, 1, KIT_NOW + 1000, 2, "job", "");
    kit_list(f, 1, KIT_NOW + 2000, 3, "job", "keep job 1\njob 2 state=held");
    fleet_tick(f, KIT_NOW + 3600000); /* must not forget what came back */
    struct snapshot *s = fleet_publish(f, KIT_NOW + 2000);
    const struct job_row *j = kit_job(s, "1");
    assert_false(j->h.flags & ROW_GONE);
    assert_int_equal(row_gone_at(&j->h), 0);
    assert_int_equal(j->state, job_state_RUNNING);
    assert_int_equal(kit_job(s, "2")->state, job_state_HELD);
    assert_true(snapshot_totals(s)->jobs_running == 1);
    snapshot_unref(s);
    fleet_free(f);
}

static void two_sources_may_know_one_row(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_list(f, 1, KIT_NOW, 1, "node", "node cn1 state=idle cpus_total=64 reason=x");
    kit_list(f, 2, KIT_NOW, 1, "node",
             "node cn1 temperature_celsius=60\nnode cn2 temperature_celsius=50");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_int_equal(kit_node(s, "cn1")->h.source[0], 1);
    assert_int_equal(kit_node(s, "cn1")->h.source[1], 2);
    snapshot_unref(s);

    kit_list(f, 1, KIT_NOW + 1000, 2, "node", ""); /* the scheduler forgot it, telemetry did not */
    s = fleet_publish(f, KIT_NOW + 1000);
    const struct node_row *n = kit_node(s, "cn1");
    assert_non_null(n);
    assert_string_equal(text(s, n->name), "cn1");
    assert_false(row_has(n, node, state) || row_has(n, node, cpus_total) ||
                 row_has(n, node, reason));
    assert_true(row_has(n, node, temperature_celsius));
    assert_int_equal(n->h.source[0], UINT16_MAX);
    snapshot_unref(s);

    kit_list(f, 2, KIT_NOW + 2000, 2, "node", "node cn2 temperature_celsius=50");
    s = fleet_publish(f, KIT_NOW + 2000);
    assert_null(kit_node(s, "cn1"));
    assert_non_null(kit_node(s, "cn2"));
    snapshot_unref(s);
    fleet_free(f);
}

static void telemetry_that_names_a_node_does_not_take_it_over(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 0, 1, KIT_NOW, "node cn1 state=idle");
    kit_rows(f, 0, 2, KIT_NOW + 9000, "node cn1 name=cn1 temperature_celsius=60");
    struct snapshot *s = fleet_publish(f, KIT_NOW + 9000);
    assert_int_equal(kit_node(s, "cn1")->h.source[0], 1);
    assert_int_equal(kit_node(s, "cn1")->h.source[1], 2);
    assert_int_equal(snapshot_age_of(s, kit_node(s, "cn1"), KIT_NOW + 9000), 9000);
    assert_int_equal(snapshot_seen_at(s, kit_node(s, "cn1"), GROUP_TELE), KIT_NOW + 9000);
    snapshot_unref(s);
    fleet_free(f);
}

static void removal_is_at_once(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(
        f, 0, 1, KIT_NOW,
        "node cn1 state=idle\njob 1 state=running\nremove node cn1\nremove job 1\nremove job 7");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_int_equal(snapshot_count(s, ENTITY_NODE), 0);
    assert_int_equal(snapshot_count(s, ENTITY_JOB), 0);
    assert_null(snapshot_row(s, ENTITY_NODE, 0));
    assert_true(snapshot_totals(s)->nodes == 0 && snapshot_totals(s)->jobs_running == 0);
    snapshot_unref(s);
    fleet_free(f);
}

static void a_slot_used_again_has_another_birth(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 0, 1, KIT_NOW, "node cn1 state=idle reason=x");
    struct snapshot *a = fleet_publish(f, KIT_NOW);
    kit_rows(f, 0, 1, KIT_NOW, "remove node cn1\nnode cn2 state=idle");
    struct snapshot *b = fleet_publish(f, KIT_NOW);
    const struct node_row *before = snapshot_row(a, ENTITY_NODE, 0),
                          *after = snapshot_row(b, ENTITY_NODE, 0);
    assert_int_not_equal(before->h.birth, after->h.birth);
    assert_false(row_has(after, node, reason));
    assert_true(snapshot_generation(b) > snapshot_generation(a));
    snapshot_unref(a);
    snapshot_unref(b);
    fleet_free(f);
}

static void a_row_cap_is_told_once_a_delta(void **state)
{
    struct fleet_limits limits = {.rows[ENTITY_NODE] = 3};
    struct fleet *f = fleet_new(&limits);
    struct delta *d = delta_new(0, 1, KIT_NOW, 0);
    struct err e;

    (void)state;
    kit_fill(
        d,
        "node a state=idle\nnode b state=idle\nnode c state=idle\nnode d state=idle\nnode e state=idle\n"
        "node a state=down\njob 1 state=running");
    assert_int_equal(fleet_apply(f, d, &e), RC_LIMIT);
    assert_string_equal(e.where, "nodes");
    assert_int_equal(fleet_stats(f).rows_refused, 2);
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_int_equal(snapshot_count(s, ENTITY_NODE), 3);
    assert_int_equal(kit_node(s, "a")->state, node_state_DOWN); /* the rest was applied */
    assert_non_null(kit_job(s, "1"));
    snapshot_unref(s);
    delta_free(d);
    fleet_free(f);
}

static bool is_twin(const struct snapshot *s, enum entity e, const char *id, size_t len)
{
    uint32_t slot = snapshot_find(s, e, row_key(e, 0, id, len));

    assert_int_not_equal(slot, UINT32_MAX);
    return row_head_of(snapshot_row(s, e, slot))->flags & ROW_TWIN;
}

/* "a<dot>b": what a control character becomes on screen. */
#define CLEAN "a\302\267b"

static void names_that_look_the_same_are_twins(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 0, 1, KIT_NOW,
             "node " CLEAN " state=idle\nnode a\\x01b state=idle\nnode ab state=idle\n"
             "node c\\x01d state=idle\njob a\\x01b state=running");
    kit_rows(f, 1, 1, KIT_NOW, "node a\\x02b state=idle"); /* another center */
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_true(is_twin(s, ENTITY_NODE, CLEAN, 4));
    assert_true(is_twin(s, ENTITY_NODE, "a\001b", 3));
    assert_false(is_twin(s, ENTITY_NODE, "ab", 2));
    assert_false(is_twin(s, ENTITY_NODE, "c\001d", 3));
    assert_false(is_twin(s, ENTITY_JOB, "a\001b", 3));
    snapshot_unref(s);

    kit_rows(f, 0, 1, KIT_NOW, "remove node " CLEAN);
    s = fleet_publish(f, KIT_NOW);
    assert_false(is_twin(s, ENTITY_NODE, "a\001b", 3));
    snapshot_unref(s);

    kit_rows(f, 0, 1, KIT_NOW, "node a\\x02b state=idle\nnode a\\x03b state=idle");
    kit_rows(f, 0, 1, KIT_NOW,
             "node " CLEAN " state=idle\nremove node a\\x01b\nremove node a\\x02b");
    s = fleet_publish(f, KIT_NOW);
    assert_true(is_twin(s, ENTITY_NODE, CLEAN, 4));
    assert_true(is_twin(s, ENTITY_NODE, "a\003b", 3));
    snapshot_unref(s);
    fleet_free(f);
}

static void zero_is_only_told_by_somebody_who_counted(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 0, UINT16_MAX, KIT_NOW, "center zb id=zb");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    const struct center_row *c = snapshot_center(s, 0);
    assert_false(row_has(c, center, nodes_total) || row_has(c, center, devices_total) ||
                 row_has(c, center, jobs_queued) || row_has(c, center, power_watts) ||
                 row_has(c, center, temperature_max_celsius) || row_has(c, center, health));
    snapshot_unref(s);

    kit_rows(f, 0, 1, KIT_NOW, "node cn1 state=idle");
    s = fleet_publish(f, KIT_NOW);
    c = snapshot_center(s, 0);
    assert_true(row_has(c, center, nodes_total) && c->nodes_total == 1);
    assert_false(row_has(c, center, devices_total)); /* nobody said how many */
    assert_true(c->device_nodes == 0);
    snapshot_unref(s);

    kit_list(f, 2, KIT_NOW, 1, "job", "");
    kit_rows(f, 0, 1, KIT_NOW, "remove node cn1");
    s = fleet_publish(f, KIT_NOW);
    c = snapshot_center(s, 0);
    assert_true(row_has(c, center, jobs_queued) && c->jobs_queued == 0);
    assert_true(row_has(c, center, devices_total) && c->devices_total == 0);
    snapshot_unref(s);
    fleet_free(f);
}

static void a_node_counts_in_each_of_its_pools_and_once_in_its_center(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 0, 1, KIT_NOW,
             "center zb id=zb\npool gpu state=UP\nnode cn1 state=idle pools=gpu,all,gpu "
             "devices_total=8 devices_allocated=3\npool all state=UP\npool empty state=UP\n"
             "job 1 state=queued pool=gpu,all devices_requested=4 tasks=2\n");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    const struct pool_row *gpu = kit_find(s, ENTITY_POOL, 0, "gpu"),
                          *all = kit_find(s, ENTITY_POOL, 0, "all");
    const struct pool_row *empty = kit_find(s, ENTITY_POOL, 0, "empty");
    assert_true(gpu->nodes_up == 1 && all->nodes_up == 1);
    assert_true(gpu->devices_total == 8 && all->devices_allocated == 3);
    assert_true(gpu->jobs_queued == 2 && all->jobs_queued == 2);
    assert_true(row_has(empty, pool, nodes_up) && empty->nodes_up == 0);
    assert_true(snapshot_center(s, 0)->nodes_total == 1 &&
                snapshot_center(s, 0)->devices_total == 8);
    assert_true(snapshot_center(s, 0)->jobs_queued == 2 &&
                snapshot_center(s, 0)->devices_wanted == 8);
    snapshot_unref(s);

    kit_rows(f, 0, 1, KIT_NOW, "node cn1 pools=all state=down");
    s = fleet_publish(f, KIT_NOW);
    gpu = kit_find(s, ENTITY_POOL, 0, "gpu");
    all = kit_find(s, ENTITY_POOL, 0, "all");
    assert_true(gpu->nodes_up == 0 && gpu->devices_total == 0 && all->nodes_down == 1);
    snapshot_unref(s);
    fleet_free(f);
}

static void what_may_begin_only_later_does_not_wait(void **state)
{
    struct fleet *f = fleet_new(NULL);
    char row[80];

    (void)state;
    snprintf(row, sizeof(row), "center zb id=zb\njob 1 state=queued eligible_at=%lld",
             (long long)KIT_NOW + 60000);
    kit_rows(f, 0, 1, KIT_NOW, row);
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_false(row_has(snapshot_center(s, 0), center, oldest_queued_at));
    assert_int_equal(snapshot_totals(s)->oldest_queued_at, 0);
    assert_true(snapshot_center(s, 0)->jobs_queued == 1);
    snapshot_unref(s);
    s = fleet_publish(f, KIT_NOW + 60000);
    assert_int_equal(snapshot_center(s, 0)->oldest_queued_at, KIT_NOW + 60000);
    assert_int_equal(snapshot_totals(s)->oldest_queued_at, KIT_NOW + 60000);
    snapshot_unref(s);
    fleet_free(f);
}

static void extremes_follow_rises_and_falls(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 0, 1, KIT_NOW,
             "center zb id=zb\nnode a temperature_celsius=60\nnode b temperature_celsius=70\n"
             "node c temperature_celsius=65\njob 1 state=queued eligible_at=-5000\n"
             "job 2 state=queued eligible_at=-9000\njob 3 state=queued");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_true(snapshot_center(s, 0)->temperature_max_celsius == 70);
    assert_int_equal(snapshot_totals(s)->hottest_node, 1);
    assert_int_equal(snapshot_center(s, 0)->oldest_queued_at, KIT_NOW - 9000);
    snapshot_unref(s);

    kit_rows(f, 0, 1, KIT_NOW, "node b temperature_celsius=50\njob 2 state=running");
    s = fleet_publish(f, KIT_NOW);
    assert_true(snapshot_center(s, 0)->temperature_max_celsius == 65);
    assert_int_equal(snapshot_totals(s)->hottest_node, 2);
    assert_int_equal(snapshot_center(s, 0)->oldest_queued_at, KIT_NOW - 5000);
    snapshot_unref(s);

    kit_rows(f, 0, 1, KIT_NOW,
             "node a temperature_celsius=?\nnode b temperature_celsius=?\n"
             "node c temperature_celsius=?\nremove job 1");
    s = fleet_publish(f, KIT_NOW);
    assert_false(row_has(snapshot_center(s, 0), center, temperature_max_celsius));
    assert_false(row_has(snapshot_center(s, 0), center, oldest_queued_at));
    assert_false(snapshot_totals(s)->has_temperature);
    assert_int_equal(snapshot_totals(s)->oldest_queued_at, 0);
    snapshot_unref(s);
    fleet_free(f);
}

static int health_now(struct fleet *f, wall_ms now)
{
    fleet_tick(f, now);
    struct snapshot *s = fleet_publish(f, now);
    int health = snapshot_center(s, 0)->health;
    snapshot_unref(s);
    return health;
}

static void a_silent_source_grows_stale(void **state)
{
    struct fleet *f = fleet_new(&(struct fleet_limits){.stale_after_ms = 10000});

    (void)state;
    kit_rows(f, 0, 1, KIT_NOW, "center zb id=zb\nsource s state=starting");
    assert_int_equal(health_now(f, KIT_NOW), health_STARTING);
    kit_rows(f, 0, 1, KIT_NOW, "source s state=ok interval_ms=5000 last_ok_at=1700000000000");
    assert_int_equal(health_now(f, KIT_NOW + 20000), health_LIVE);
    assert_int_equal(health_now(f, KIT_NOW + 20001), health_STALE);
    kit_rows(f, 0, 1, KIT_NOW, "source s state=failed");
    assert_int_equal(health_now(f, KIT_NOW + 30000), health_DOWN);
    kit_rows(f, 0, 1, KIT_NOW, "source s state=ok last_ok_at=1700000030000");
    assert_int_equal(health_now(f, KIT_NOW + 30000), health_LIVE);
    struct snapshot *s = fleet_publish(f, KIT_NOW + 31000);
    assert_true(snapshot_totals(s)->centers_live == 1 && snapshot_totals(s)->sources == 1);
    assert_true(snapshot_center(s, 0)->sources_ok == 1);
    assert_int_equal(snapshot_age_of(s, snapshot_center(s, 0), KIT_NOW + 31000), 1000);
    assert_int_equal(snapshot_age_of(s, snapshot_source(s, 1), KIT_NOW + 31000), 1000);
    snapshot_unref(s);
    fleet_free(f);
}

static void a_clock_that_jumps_makes_no_value_fresh(void **state)
{
    struct fleet *f = fleet_new(NULL);

    (void)state;
    kit_rows(f, 0, 1, KIT_NOW, "node cn1 state=idle");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_int_equal(snapshot_age_of(s, kit_node(s, "cn1"), KIT_NOW - 1000), 0);
    assert_int_equal(snapshot_age_of(s, kit_node(s, "cn1"), KIT_NOW - 86400000), -1);
    assert_int_equal(snapshot_age_of(s, kit_node(s, "cn1"), KIT_NOW + 86400000), 86400000);
    snapshot_unref(s);
    fleet_free(f);
}

static void history_has_one_sample_a_step_and_gaps_for_silence(void **state)
{
    struct fleet *f = fleet_new(NULL);
    float h[HISTORY_SAMPLES + 5];

    (void)state;
    kit_rows(f, 0, 1, KIT_NOW,
             "center zb id=zb\nnode a devices_total=8 devices_allocated=1 temperature_celsius=60");
    fleet_tick(f, KIT_NOW);
    fleet_tick(f, KIT_NOW + 1000);
    struct snapshot *early = fleet_publish(f, KIT_NOW);
    kit_rows(f, 0, 1, KIT_NOW, "node a devices_allocated=5");
    fleet_tick(f, KIT_NOW + 4 * HISTORY_STEP_MS);
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_int_equal(snapshot_history(early, 0, HISTORY_DEVICES_ALLOCATED, h, 10), 1);
    assert_true(h[0] == 1);
    assert_int_equal(snapshot_history(s, 0, HISTORY_DEVICES_ALLOCATED, h, 10), 5);
    assert_true(h[0] == 1 && isnan(h[1]) && isnan(h[2]) && isnan(h[3]) && h[4] == 5);
    assert_int_equal(snapshot_history(s, 0, HISTORY_TEMPERATURE, h, 1), 1);
    assert_true(h[0] == 60);
    assert_int_equal(snapshot_history(s, 0, HISTORY_QUEUED, h, 1), 1);
    assert_true(isnan(h[0])); /* nobody told of jobs */
    assert_int_equal(snapshot_history(s, 7, HISTORY_QUEUED, h, 1), 0);
    snapshot_unref(s);
    snapshot_unref(early);

    fleet_tick(f, KIT_NOW + (wall_ms)1000 * HISTORY_STEP_MS);
    fleet_tick(f, KIT_NOW); /* the clock was set back */
    fleet_tick(f, KIT_NOW + HISTORY_STEP_MS);
    s = fleet_publish(f, KIT_NOW);
    assert_int_equal(snapshot_history(s, 0, HISTORY_DEVICES_ALLOCATED, h, HISTORY_SAMPLES + 5),
                     HISTORY_SAMPLES);
    assert_true(h[HISTORY_SAMPLES - 1] == 5 && h[HISTORY_SAMPLES - 3] == 5 && isnan(h[0]));
    snapshot_unref(s);
    fleet_free(f);
}

/* One poll of `count` jobs with long unique names from `first` on. */
static void list_long_jobs(struct fleet *f, uint32_t seq, int first, int count)
{
    struct delta *d = delta_new(0, 1, KIT_NOW, 0);
    char id[32], name[600];

    d->poll.seq = seq;
    d->poll.begin = true;
    d->poll.end = POLL_GOOD;
    d->poll.entities[ENTITY_JOB] = true;
    for (int i = first; i < first + count; i++) {
        int len = snprintf(id, sizeof(id), "%d", i);
        delta_row(d, ENTITY_JOB, id, (size_t)len);
        memset(name, 'a' + i % 26, sizeof(name));
        snprintf(name + 580, 20, "%d", i);
        delta_str(d, FIELD_job_name, name);
        delta_int(d, FIELD_job_state, job_state_QUEUED);
        delta_str(d, FIELD_job_pool, i % 2 ? "gpu" : "cpu");
    }
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
}

static void strings_nobody_uses_are_thrown_away(void **state)
{
    enum { JOBS = 10000 };
    struct fleet *f = fleet_new(&(struct fleet_limits){.keep_gone_jobs_ms = 1});
    struct buf before, after;

    (void)state;
    buf_init(&before, 64 << 20);
    buf_init(&after, 64 << 20);
    kit_rows(f, 0, 1, KIT_NOW, "pool gpu state=UP\npool cpu state=UP\nnode \\x01x reason=why");
    list_long_jobs(f, 1, 0, JOBS);
    struct snapshot *old = fleet_publish(f, KIT_NOW);
    kit_dump(old, &before);
    for (int round = 1; round < 12; round++) {
        list_long_jobs(f, 1 + (uint32_t)round, round * JOBS, JOBS);
        fleet_tick(f, KIT_NOW + round * 1000);
    }
    assert_true(fleet_stats(f).compactions > 0);
    kit_rows(f, 0, 1, KIT_NOW, "node \\x02x reason=why"); /* twins are still found */
    struct snapshot *now = fleet_publish(f, KIT_NOW);
    assert_ptr_not_equal(snapshot_strings(old), snapshot_strings(now));
    assert_true(intern_count(snapshot_strings(now)) < 6 * JOBS);
    kit_dump(old, &after);
    assert_string_equal(before.data, after.data); /* the old snapshot has not moved */
    const struct job_row *j = kit_job(now, "110007");
    assert_string_equal(text(now, j->id), "110007");
    assert_string_equal(text(now, j->name) + 580, "110007");
    assert_true(((const struct pool_row *)kit_find(now, ENTITY_POOL, 0, "gpu"))->jobs_queued ==
                JOBS / 2);
    assert_true(is_twin(now, ENTITY_NODE, "\001x", 2));
    snapshot_unref(old);
    snapshot_unref(now);
    fleet_free(f);
    buf_fini(&before);
    buf_fini(&after);
}

/* A small cluster that runs for months: the names of what is over must not pile up. */
static void names_of_the_past_do_not_pile_up(void **state)
{
    struct fleet *f = fleet_new(&(struct fleet_limits){.keep_gone_jobs_ms = 1});
    size_t most = 0;
    char row[120];

    (void)state;
    for (uint32_t i = 1; i < 200000; i++) {
        snprintf(row, sizeof(row), "job %u name=run-of-somebody-%u state=running", i, i);
        kit_list(f, 1, KIT_NOW + i * 1000, i, "job", row);
        fleet_tick(f, KIT_NOW + i * 1000);
        most = intern_bytes(f->strings) > most ? intern_bytes(f->strings) : most;
    }
    assert_true(most < 6u << 20);
    fleet_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_stay_until_somebody_says_otherwise),
        cmocka_unit_test(nonsense_becomes_absent_and_is_counted),
        cmocka_unit_test(rolled_up_fields_cannot_be_sent),
        cmocka_unit_test(a_delta_from_a_file_may_hold_anything),
        cmocka_unit_test(identity_comes_from_the_record),
        cmocka_unit_test(centers_and_sources_sit_in_the_slot_of_their_number),
        cmocka_unit_test(a_good_poll_sweeps_what_it_did_not_list),
        cmocka_unit_test(a_poll_that_did_not_end_well_sweeps_nothing),
        cmocka_unit_test(a_failed_delta_abandons_its_poll),
        cmocka_unit_test(two_polls_of_one_source_may_overlap),
        cmocka_unit_test(keep_confirms_and_changes_nothing),
        cmocka_unit_test(an_unchanged_row_costs_no_copy_either),
        cmocka_unit_test(same_confirms_without_listing),
        cmocka_unit_test(a_bad_poll_lets_rows_age),
        cmocka_unit_test(the_same_name_twice_means_the_last),
        cmocka_unit_test(a_vanished_job_is_remembered_for_a_while),
        cmocka_unit_test(the_rest_of_an_array_is_no_job_that_ended),
        cmocka_unit_test(jobs_that_come_and_go_cost_nothing),
        cmocka_unit_test(names_of_the_past_do_not_pile_up),
        cmocka_unit_test(a_gone_job_that_turns_up_again_is_what_it_was),
        cmocka_unit_test(two_sources_may_know_one_row),
        cmocka_unit_test(telemetry_that_names_a_node_does_not_take_it_over),
        cmocka_unit_test(removal_is_at_once),
        cmocka_unit_test(a_slot_used_again_has_another_birth),
        cmocka_unit_test(a_row_cap_is_told_once_a_delta),
        cmocka_unit_test(names_that_look_the_same_are_twins),
        cmocka_unit_test(zero_is_only_told_by_somebody_who_counted),
        cmocka_unit_test(a_node_counts_in_each_of_its_pools_and_once_in_its_center),
        cmocka_unit_test(what_may_begin_only_later_does_not_wait),
        cmocka_unit_test(extremes_follow_rises_and_falls),
        cmocka_unit_test(a_silent_source_grows_stale),
        cmocka_unit_test(a_clock_that_jumps_makes_no_value_fresh),
        cmocka_unit_test(history_has_one_sample_a_step_and_gaps_for_silence),
        cmocka_unit_test(strings_nobody_uses_are_thrown_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
