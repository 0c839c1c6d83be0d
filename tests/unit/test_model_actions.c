/* SPDX-License-Identifier: MIT
 * test_model_actions.c - what becomes of an action that was sent: pending, confirmed or unconfirmed by what polls show. */
#include "tests/unit/model_kit.h"

#define NOBODY 65535

/* A story: the fleet, its clock, and the poll numbers. */
struct story {
    struct fleet *f;
    struct snapshot *s;
    uint32_t seq;
};

static void publish(struct story *t, wall_ms at)
{
    snapshot_unref(t->s);
    t->s = fleet_publish(t->f, at);
}

/* A whole poll of source 0. */
static void poll(struct story *t, wall_ms at, const char *entities, const char *lines)
{
    kit_list(t->f, 0, at, ++t->seq, entities, lines);
    publish(t, at);
}

/* What the actor tells. */
static void tell(struct story *t, wall_ms at, const char *line)
{
    kit_rows(t->f, 0, NOBODY, at, line);
    publish(t, at);
}

static struct story begin(const char *entities, const char *lines)
{
    struct story t = {.f = fleet_new(NULL)};

    kit_rows(t.f, 0, NOBODY, KIT_NOW - 60000, "center zb name=zb");
    poll(&t, KIT_NOW - 10000, entities, lines);
    return t;
}

static void end(struct story *t)
{
    snapshot_unref(t->s);
    fleet_free(t->f);
}

static const struct action_row *action(const struct story *t, const char *id)
{
    const struct action_row *a = kit_find(t->s, ENTITY_ACTION, 0, id);

    assert_non_null(a);
    return a;
}

static bool pending(const struct story *t, enum entity e, const char *id)
{
    const struct row_head *h = kit_find(t->s, e, 0, id);

    return h && (h->flags & ROW_PENDING);
}

static void assert_state(const struct story *t, enum action_state state)
{
    const struct action_row *a = action(t, "op/0");

    if (a->state != state)
        fail_msg("state %d, not %d: %s", a->state, state,
                 intern_text(snapshot_strings(t->s), a->message));
}

static const char *after(const struct story *t)
{
    return intern_text(snapshot_strings(t->s), action(t, "op/0")->after);
}

#define SEND(verb, target)                                                                         \
    tell(&t, KIT_NOW, "action op/0 verb=" verb " target=" target " state=waiting planned_at=-1");  \
    tell(&t, KIT_NOW + 10, "action op/0 state=sent sent_at=-0")
#define ACCEPT() tell(&t, KIT_NOW + 50, "action op/0 state=accepted answered_at=1700000000050")

static void test_drain(void **state)
{
    struct story t = begin("node", "node cn1 state=idle\nnode cn2 state=idle");

    (void)state;
    tell(&t, KIT_NOW, "action op/0 verb=drain target=cn1 state=waiting planned_at=-1");
    assert_false(pending(&t, ENTITY_NODE, "cn1"));
    tell(&t, KIT_NOW + 10, "action op/0 state=sent sent_at=-0");
    assert_true(pending(&t, ENTITY_NODE, "cn1"));
    assert_false(pending(&t, ENTITY_NODE, "cn2"));
    poll(&t, KIT_NOW + 20, "node", "node cn1 state=idle flags=drain\nnode cn2 state=idle");
    assert_state(&t, action_state_SENT); /* it shows, but the answer has not come yet */
    assert_true(pending(&t, ENTITY_NODE, "cn1"));
    ACCEPT();
    assert_state(&t, action_state_CONFIRMED);
    assert_false(pending(&t, ENTITY_NODE, "cn1"));
    assert_int_equal(action(&t, "op/0")->confirmed_at, KIT_NOW + 50);
    assert_string_equal(after(&t), "idle+drain");
    end(&t);
}

/* What was known before the request proves nothing. */
static void test_old_reads(void **state)
{
    struct story t = begin("node", "node cn1 state=idle flags=drain");

    (void)state;
    SEND("drain", "cn1");
    ACCEPT();
    assert_state(&t, action_state_ACCEPTED);
    poll(&t, KIT_NOW - 1000, "node", "node cn1 state=idle flags=drain"); /* late in the queue */
    assert_state(&t, action_state_ACCEPTED);
    poll(&t, KIT_NOW + 5000, "node",
         "keep node cn1"); /* a poll that found it unchanged is a read */
    assert_state(&t, action_state_CONFIRMED);
    end(&t);
}

static void test_drain_without_effect(void **state)
{
    struct story t = begin("node", "node cn1 state=idle");

    (void)state;
    SEND("drain", "cn1");
    ACCEPT();
    poll(&t, KIT_NOW + 100, "node", "keep node cn1"); /* was under way already, perhaps */
    publish(&t, KIT_NOW + 200);
    publish(&t, KIT_NOW + 300); /* no new read */
    assert_state(&t, action_state_ACCEPTED);
    poll(&t, KIT_NOW + 400, "node", "keep node cn1"); /* the second, but too soon */
    assert_state(&t, action_state_ACCEPTED);
    assert_true(pending(&t, ENTITY_NODE, "cn1"));
    poll(&t, KIT_NOW + 30000, "node", "keep node cn1");
    assert_state(&t, action_state_UNCONFIRMED);
    assert_false(pending(&t, ENTITY_NODE, "cn1"));
    tell(&t, KIT_NOW + 40000, "action op/0 state=accepted");
    publish(&t, KIT_NOW + 41000); /* told again: a read counts once, whoever looks how often */
    assert_state(&t, action_state_ACCEPTED);
    poll(&t, KIT_NOW + 50000, "node", "keep node cn1");
    assert_state(&t, action_state_UNCONFIRMED);
    assert_string_equal(intern_text(snapshot_strings(t.s), action(&t, "op/0")->message),
                        "read again, and it does not show: idle");
    end(&t);
}

/* An answer that never came: what is read decides. */
static void test_unknown(void **state)
{
    struct story t = begin("node", "node cn1 state=idle");

    (void)state;
    SEND("drain", "cn1");
    tell(&t, KIT_NOW + 10000, "action op/0 state=unknown message=nobody");
    assert_true(pending(&t, ENTITY_NODE, "cn1"));
    kit_rows(t.f, 0, 0, KIT_NOW + 10100, "node cn1 state=idle flags=drain"); /* read again, alone */
    publish(&t, KIT_NOW + 10200);
    assert_state(&t, action_state_CONFIRMED);
    end(&t);
}

static void test_resume(void **state)
{
    struct story t = begin("node", "node cn1 state=idle flags=drain,maint");

    (void)state;
    SEND("resume", "cn1");
    ACCEPT();
    poll(&t, KIT_NOW + 100, "node", "keep node cn1");
    assert_state(&t, action_state_ACCEPTED);
    poll(&t, KIT_NOW + 30000, "node", "node cn1 state=idle flags=maint");
    assert_state(&t, action_state_CONFIRMED);
    assert_string_equal(after(&t), "idle+maint");
    end(&t);
}

static void test_node_vanishes(void **state)
{
    struct story t = begin("node", "node cn1 state=idle\nnode cn2 state=idle");

    (void)state;
    SEND("drain", "cn1");
    ACCEPT();
    poll(&t, KIT_NOW + 30000, "node", "keep node cn2");
    assert_state(&t, action_state_ACCEPTED);
    publish(&t, KIT_NOW + 31000);
    assert_state(&t, action_state_UNCONFIRMED);
    assert_string_equal(after(&t), "gone");
    end(&t);
}

/* A slot that somebody else has now is not the target. */
static void test_slot_taken_again(void **state)
{
    struct story t = begin("node", "node cn1 state=idle\nnode cn2 state=idle");

    (void)state;
    SEND("drain", "cn1");
    ACCEPT();
    poll(&t, KIT_NOW + 100, "node", "keep node cn2");
    poll(&t, KIT_NOW + 200, "node", "keep node cn2\nnode cn9 state=idle flags=drain");
    assert_state(&t, action_state_ACCEPTED);
    assert_false(pending(&t, ENTITY_NODE, "cn9"));
    end(&t);
}

/* ---- jobs ---- */

struct effect_case {
    const char *verb, *before, *then;
    enum action_state state;
};

static const struct effect_case effects[] = {
    {"requeue", "state=running restarts=0", "state=queued", action_state_CONFIRMED},
    {"requeue", "state=running restarts=0", "state=held", action_state_CONFIRMED},
    {"requeue", "state=running restarts=0", "state=running restarts=1", action_state_CONFIRMED},
    {"requeue", "state=running", "state=running restarts=1",
     action_state_ACCEPTED}, /* was it 1 before? */
    {"requeue", "state=running", "state=running started_at=1700000000100", action_state_CONFIRMED},
    {"requeue", "state=running", "state=running started_at=1699999999000", action_state_ACCEPTED},
    {"requeue", "state=running", "state=completing", action_state_ACCEPTED},
    {"requeue", "state=running restarts=2", "state=done", action_state_ACCEPTED},
    {"hold", "state=queued", "state=held", action_state_CONFIRMED},
    {"hold", "state=queued", "state=queued", action_state_ACCEPTED},
    {"hold", "state=queued", "state=running", action_state_ACCEPTED},
    {"release", "state=held", "state=queued", action_state_CONFIRMED},
    {"release", "state=held", "state=running", action_state_CONFIRMED},
    {"release", "state=held", "state=held", action_state_ACCEPTED},
    {"cancel", "state=running", "state=cancelled", action_state_CONFIRMED},
    {"cancel", "state=running", "state=done", action_state_CONFIRMED},
    {"cancel", "state=running", "state=completing", action_state_ACCEPTED},
    {"cancel", "state=running", "state=running", action_state_ACCEPTED},
    {"cancel", "state=running", NULL, action_state_CONFIRMED},
    {"release", "state=held", NULL, action_state_CONFIRMED},
    {"hold", "state=queued", NULL, action_state_ACCEPTED},
    {"requeue", "state=running", NULL, action_state_ACCEPTED},
};

static void test_job_effects(void **state)
{
    char line[160];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(effects); i++) {
        const struct effect_case *c = &effects[i];
        snprintf(line, sizeof(line), "job 14 %s", c->before);
        struct story t = begin("job", line);
        snprintf(line, sizeof(line), "action op/0 verb=%s target=14 state=waiting", c->verb);
        tell(&t, KIT_NOW, line);
        tell(&t, KIT_NOW, "action op/0 state=sent sent_at=-0");
        assert_true(pending(&t, ENTITY_JOB, "14"));
        ACCEPT();
        snprintf(line, sizeof(line), "job 14 %s", c->then ? c->then : "");
        poll(&t, KIT_NOW + 5000, "job", c->then ? line : "");
        if (action(&t, "op/0")->state != c->state)
            fail_msg("%s, %s, then %s: state %d", c->verb, c->before, c->then,
                     action(&t, "op/0")->state);
        if (c->state == action_state_CONFIRMED)
            assert_false(pending(&t, ENTITY_JOB, "14"));
        end(&t);
    }
}

/* Completing takes its time, but not for ever. */
static void test_completing(void **state)
{
    struct story t = begin("job", "job 14 state=running restarts=0");

    (void)state;
    SEND("requeue", "14");
    ACCEPT();
    for (int i = 1; i < 10; i++) {
        poll(&t, KIT_NOW + i * 60000, "job", "job 14 state=completing restarts=0");
        assert_state(&t, action_state_ACCEPTED);
    }
    poll(&t, KIT_NOW + 11 * 60000, "job", "keep job 14");
    assert_state(&t, action_state_ACCEPTED);
    poll(&t, KIT_NOW + 12 * 60000, "job", "keep job 14");
    assert_state(&t, action_state_UNCONFIRMED);
    assert_string_equal(after(&t), "completing");
    end(&t);
}

/* The row of an array's waiting tasks, whose identity is not its name. */
static void test_whole_array(void **state)
{
    struct story t =
        begin("job", "job 14_[9 id=14_[6-9] array_job=14 array_task=6-9 state=queued\n"
                     "job 14_[99 id=14_[6-99] array_job=14 array_task=6-99%2 state=queued\n"
                     "job 14_5 array_job=14 array_task=5 state=running\n"
                     "job 9_[8 id=9_[8] array_job=9 array_task=8 state=queued");

    (void)state;
    SEND("hold", "14_[6-99]");
    assert_true(pending(&t, ENTITY_JOB, "14_[99"));
    assert_false(pending(&t, ENTITY_JOB, "14_5"));
    assert_false(pending(&t, ENTITY_JOB, "14_[9"));
    ACCEPT();
    poll(
        &t, KIT_NOW + 5000, "job",
        "job 14_[99 id=14_[7-99] array_task=7-99%2 state=held\nkeep job 14_5\nkeep job 9_[8\nkeep job 14_[9");
    assert_state(&t, action_state_CONFIRMED);
    end(&t);

    t = begin("job", "job 9_[8 id=9_[8] array_job=9 array_task=8 state=queued");
    SEND("hold", "9_8"); /* the last one waiting */
    assert_true(pending(&t, ENTITY_JOB, "9_[8"));
    end(&t);
}

static void test_name_of_an_array(void **state)
{
    struct story t =
        begin("job", "job 14_[99 id=14_[6-99] array_job=14 array_task=6-99 state=queued\n"
                     "job 14_[9 id=14_[6-9] array_job=14 array_task=6-9 state=queued");

    (void)state;
    SEND("hold", "14_[6-9]");
    assert_false(pending(&t, ENTITY_JOB, "14_[99"));
    assert_true(pending(&t, ENTITY_JOB, "14_[9"));
    end(&t);
}

#define REST(tasks)                                                                                \
    "job 20_[9 id=20_[" tasks "] array_job=20 array_task=" tasks "%2 tasks=4 state=queued"

/* One task of several that wait together has no row of its own until it leaves them. */
static void test_task_among_others(void **state)
{
    struct story t = begin("job", REST("5-9"));

    (void)state;
    SEND("hold", "20_6");
    ACCEPT();
    assert_false(pending(&t, ENTITY_JOB, "20_[9"));
    publish(&t, KIT_NOW + 9000); /* nothing was read since */
    assert_state(&t, action_state_ACCEPTED);
    poll(&t, KIT_NOW + 9500, "job",
         REST("5,7-9") "\njob 20_6 array_job=20 array_task=6 state=held");
    assert_state(&t, action_state_CONFIRMED);
    end(&t);
}

static void test_cancelled_among_others(void **state)
{
    struct story t = begin("job", REST("5-9"));

    (void)state;
    SEND("cancel", "20_6");
    ACCEPT();
    poll(&t, KIT_NOW + 4000, "job", REST("5-9"));
    assert_state(&t, action_state_ACCEPTED);
    poll(&t, KIT_NOW + 8000, "job", REST("5,7-9"));
    assert_state(&t, action_state_CONFIRMED);
    end(&t);
}

static void test_stays_among_others(void **state)
{
    struct story t = begin("job", REST("5-9"));

    (void)state;
    SEND("cancel", "20_6");
    ACCEPT();
    poll(&t, KIT_NOW + 4000, "job", REST("5-9"));
    poll(&t, KIT_NOW + 8000, "job", REST("5-9"));
    assert_state(&t, action_state_UNCONFIRMED);
    end(&t);
}

static void test_unknown_target(void **state)
{
    struct story t = begin("job", "job 14 state=running");

    (void)state;
    SEND("hold", "15");
    ACCEPT();
    publish(&t, KIT_NOW + 100);
    assert_state(&t, action_state_ACCEPTED);
    publish(&t, KIT_NOW + 5000);
    assert_state(&t, action_state_UNCONFIRMED);
    end(&t);
}

/* ---- rows ---- */

static void test_two_on_one(void **state)
{
    struct story t = begin("node", "node cn1 state=idle");

    (void)state;
    SEND("drain", "cn1");
    ACCEPT();
    tell(&t, KIT_NOW + 60,
         "action later/0 verb=resume target=cn1 state=sent sent_at=1700000000060");
    poll(&t, KIT_NOW + 100, "node", "node cn1 state=idle flags=drain");
    assert_state(&t, action_state_CONFIRMED);
    assert_true(pending(&t, ENTITY_NODE, "cn1")); /* the second is under way */
    tell(&t, KIT_NOW + 200, "action later/0 state=failed message=no");
    assert_false(pending(&t, ENTITY_NODE, "cn1"));
    end(&t);
}

static void test_final_states(void **state)
{
    static const char *const words[] = {"planned", "refused", "confirmed", "unconfirmed",
                                        "failed",  "changed", "stopped",   "dry_run"};
    char line[128];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct story t = begin("node", "node cn1 state=idle");
        SEND("drain", "cn1");
        snprintf(line, sizeof(line), "action op/0 state=%s", words[i]);
        tell(&t, KIT_NOW + 50, line);
        assert_false(pending(&t, ENTITY_NODE, "cn1"));
        poll(&t, KIT_NOW + 90000, "node", "node cn1 state=idle flags=drain");
        assert_string_equal(
            entity_info(ENTITY_ACTION)->fields[FIELD_action_state].words[action(&t, "op/0")->state],
            words[i]);
        end(&t);
    }
}

/* The row goes (its plan was dropped): so does the mark. */
static void test_row_goes(void **state)
{
    struct story t = begin("node", "node cn1 state=idle");

    (void)state;
    SEND("drain", "cn1");
    tell(&t, KIT_NOW + 50, "remove action op/0");
    assert_false(pending(&t, ENTITY_NODE, "cn1"));
    end(&t);
}

/* What the audit tells of last week is not compared with today. */
static void test_history(void **state)
{
    struct story t = begin("node", "node cn1 state=idle");

    (void)state;
    tell(&t, KIT_NOW, "action op/0 verb=drain target=cn1 state=unknown sent_at=-700000");
    poll(&t, KIT_NOW + 30000, "node", "keep node cn1");
    poll(&t, KIT_NOW + 60000, "node", "keep node cn1");
    assert_state(&t, action_state_UNKNOWN);
    assert_false(pending(&t, ENTITY_NODE, "cn1"));
    end(&t);
}

static void test_newest_are_kept(void **state)
{
    struct story t = begin("node", "node cn1 state=idle");
    struct delta *d = delta_new(0, NOBODY, KIT_NOW, 0);
    char id[32];

    (void)state;
    for (int i = 0; i < 5010; i++) {
        snprintf(id, sizeof(id), "op%d/0", i);
        delta_row(d, ENTITY_ACTION, id, strlen(id));
        delta_int(d, FIELD_action_state, action_state_CONFIRMED);
        delta_time(d, FIELD_action_planned_at, KIT_NOW + 10000 - i);
    }
    assert_int_equal(fleet_apply(t.f, d, NULL), RC_OK);
    delta_free(d);
    publish(&t, KIT_NOW);
    assert_int_equal(snapshot_count(t.s, ENTITY_ACTION), 5000);
    assert_null(kit_find(t.s, ENTITY_ACTION, 0, "op5009/0"));
    assert_null(kit_find(t.s, ENTITY_ACTION, 0, "op5000/0"));
    assert_non_null(kit_find(t.s, ENTITY_ACTION, 0, "op4999/0"));
    end(&t);
}

/* The mark is on the next snapshot, not on those that are out already. */
static void test_published_rows_stay(void **state)
{
    struct story t = begin("node", "node cn1 state=idle");
    struct snapshot *old = snapshot_ref(t.s);

    (void)state;
    SEND("drain", "cn1");
    assert_true(pending(&t, ENTITY_NODE, "cn1"));
    assert_false(kit_node(old, "cn1")->h.flags & ROW_PENDING);
    snapshot_unref(old);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drain),
        cmocka_unit_test(test_old_reads),
        cmocka_unit_test(test_drain_without_effect),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_node_vanishes),
        cmocka_unit_test(test_slot_taken_again),
        cmocka_unit_test(test_job_effects),
        cmocka_unit_test(test_completing),
        cmocka_unit_test(test_whole_array),
        cmocka_unit_test(test_name_of_an_array),
        cmocka_unit_test(test_task_among_others),
        cmocka_unit_test(test_cancelled_among_others),
        cmocka_unit_test(test_stays_among_others),
        cmocka_unit_test(test_unknown_target),
        cmocka_unit_test(test_two_on_one),
        cmocka_unit_test(test_final_states),
        cmocka_unit_test(test_row_goes),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_newest_are_kept),
        cmocka_unit_test(test_published_rows_stay),
    };
    return cmocka_run_group_tests_name("actions", tests, NULL, NULL);
}
