/* SPDX-License-Identifier: MIT
 * test_action_request.c - verbs, freezing rows, reasons: what leaves for a scheduler is exactly what was meant. */
#include "tests/unit/action_kit.h"

static void test_verbs(void **state)
{
    (void)state;
    for (int v = 0; v < action_verb_COUNT; v++) {
        const struct verb_info *info = verb_info((enum action_verb)v);
        assert_int_equal((int)info->verb, v);
        assert_string_equal(info->name,
                            entity_info(ENTITY_ACTION)->fields[FIELD_action_verb].words[v]);
        assert_ptr_equal(verb_find(info->name), info);
        assert_true(info->key >= 'A' && info->key <= 'Z');
        assert_true(info->entity == ENTITY_NODE || info->entity == ENTITY_JOB);
        assert_true(*info->past && *info->effect);
        assert_int_equal((int)verb_info(info->undo)->entity, (int)info->entity);
    }
    assert_int_equal(verb_info(action_verb_DRAIN)->undo, action_verb_RESUME);
    assert_int_equal(verb_info(action_verb_CANCEL)->undo, action_verb_CANCEL);
    assert_null(verb_find("explode"));
    assert_null(verb_find(""));
}

/* ---- freezing ---- */

static void test_freeze_node(void **state)
{
    struct snapshot *s = act_snapshot("node cn1 state=mixed flags=drain,maint reason=NHC:\\x20disk "
                                      "reason_by=root\nnode cn2 devices_total=4");
    struct action_order *o = act_order(s, action_verb_DRAIN, "cn1 cn2");
    const struct action_target *t = &o->targets[0];

    (void)state;
    assert_int_equal(o->count, 2);
    assert_string_equal(o->center_id, "zb");
    assert_string_equal(o->cluster, "mini");
    assert_int_equal(t->entity, ENTITY_NODE);
    assert_string_equal(t->name, "cn1");
    assert_int_equal(t->source, 0);
    assert_true(t->key == row_key(ENTITY_NODE, 0, "cn1", 3));
    assert_int_equal(t->seen_at, KIT_NOW);
    assert_string_equal(t->state, "mixed+drain+maint");
    assert_int_equal(t->row_state, node_state_MIXED);
    assert_int_equal(t->row_flags, 1u << node_flag_DRAIN | 1u << node_flag_MAINT);
    assert_string_equal(t->reason, "NHC: disk");
    assert_string_equal(t->reason_by, "root");
    assert_true(t->restarts == -1);
    assert_string_equal(o->targets[1].state, "unknown");
    assert_string_equal(o->targets[1].reason, "");
    order_free(o);
    snapshot_unref(s);
}

static void test_freeze_job(void **state)
{
    struct snapshot *s = act_snapshot(
        "job 14 state=running user=zhao submitted_at=-9000 started_at=-8000 restarts=2\n"
        "job 15 name=x");
    struct action_order *o = act_order(s, action_verb_REQUEUE, "14 15");
    const struct action_target *t = &o->targets[0];

    (void)state;
    assert_string_equal(t->name, "14");
    assert_string_equal(t->state, "running");
    assert_string_equal(t->owner, "zhao");
    assert_int_equal(t->row_state, job_state_RUNNING);
    assert_int_equal(t->submitted_at, KIT_NOW - 9000);
    assert_int_equal(t->started_at, KIT_NOW - 8000);
    assert_true(t->restarts == 2);
    assert_false(t->whole_array);
    assert_int_equal(o->targets[1].row_state, job_state_UNKNOWN);
    assert_true(o->targets[1].restarts == -1);
    order_free(o);
    snapshot_unref(s);
}

static void test_freeze_array(void **state)
{
    static const char *const names[] = {"14_5", "14_[6-99]", "14_9", "20_[1,3,5]"};
    struct snapshot *s = act_snapshot(
        "job 14_5 array_job=14 array_task=5 state=running\n"
        "job 14_[99 id=14_[6-99] array_job=14 array_task=6-99%2 tasks=94 state=queued\n"
        "job 14_[9 id=14_[9] array_job=14 array_task=9%2 tasks=1 state=queued\n"
        "job 20_[5 id=20_[1,3... array_job=20 array_task=1,3,5 tasks=3 state=queued");
    struct action_order *o = act_order(s, action_verb_HOLD, "14_5 14_[99 14_[9 20_[5");

    (void)state;
    for (size_t i = 0; i < o->count; i++)
        assert_string_equal(o->targets[i].name, names[i]);
    order_free(o);
    snapshot_unref(s);
}

/* Lines of the fleet, what is added, and the words of the refusal. */
struct refusal {
    const char *lines;
    enum action_verb verb;
    const char *first, *then, *words;
};

static const struct refusal refusals[] = {
    {"node cn1 state=idle", action_verb_DRAIN, NULL, "cn2", "there is no such node any more"},
    {"job 1 state=queued", action_verb_HOLD, NULL, "2", "there is no such job any more"},
    {"node cn1 state=idle", action_verb_DRAIN, "cn1", "cn1", "is there already"},
    {"node a\\x01 state=idle\nnode a\\x02 state=idle", action_verb_DRAIN, NULL, "a\\x01",
     "looks the same as another name"},
    {"node a\\x00b state=idle", action_verb_DRAIN, NULL, "a\\x00b", "no request can carry"},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        const struct refusal *r = &refusals[i];
        struct snapshot *s = act_snapshot(r->lines);
        struct action_order *o = act_order(s, r->verb, r->first ? r->first : "");
        size_t before = o->count;
        struct err e = {0};
        enum rc rc = order_add(o, s, act_slot(s, verb_info(r->verb)->entity, r->then), &e);
        if (rc != RC_USAGE || !strstr(e.msg, r->words) || o->count != before)
            fail_msg("case %zu: %s, %s", i, rc_name(rc), e.msg);
        order_free(o);
        snapshot_unref(s);
    }
}

static void test_other_center(void **state)
{
    struct fleet *f = act_fleet("node cn1 state=idle");
    struct err e = {0};

    (void)state;
    kit_rows(f, 1, KIT_NOBODY, KIT_NOW, "center tj name=tj");
    kit_rows(f, 1, 1, KIT_NOW, "node cn1 state=idle");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct action_order *o = act_order(s, action_verb_DRAIN, "cn1");
    uint32_t far = snapshot_find(s, ENTITY_NODE, row_key(ENTITY_NODE, 1, "cn1", 3));
    assert_int_equal(order_add(o, s, far, &e), RC_USAGE);
    assert_non_null(strstr(e.msg, "of another center"));
    order_free(o);
    snapshot_unref(s);
    fleet_free(f);
}

/* A job that the scheduler forgot, and a node that only a sensor speaks of. */
static void test_not_listed(void **state)
{
    struct fleet *f = act_fleet("");
    struct action_order *o = order_new(action_verb_HOLD, 0);
    struct err e = {0};

    (void)state;
    kit_list(f, 0, KIT_NOW, 1, "job", "job 1 state=queued");
    kit_list(f, 0, KIT_NOW + 1, 2, "job", "");
    kit_rows(f, 0, 1, KIT_NOW, "node cn1 power_watts=300");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    assert_int_equal(order_add(o, s, act_slot(s, ENTITY_JOB, "1"), &e), RC_USAGE);
    assert_non_null(strstr(e.msg, "is gone"));
    order_free(o);
    o = order_new(action_verb_DRAIN, 0);
    assert_int_equal(order_add(o, s, act_slot(s, ENTITY_NODE, "cn1"), &e), RC_USAGE);
    assert_non_null(strstr(e.msg, "listed by no scheduler"));
    order_free(o);
    snapshot_unref(s);
    fleet_free(f);
}

/* Lists that would not fit a request whole are not passed on in part. */
static void test_long_names(void **state)
{
    static const char *const what[] = {"task", "array"};
    char line[2048], many[700] = "1";
    struct err e = {0};

    (void)state;
    for (int i = 2; i < 180; i++)
        snprintf(many + strlen(many), sizeof(many) - strlen(many), ",%d", i * 3);
    for (int i = 0; i < 2; i++) {
        snprintf(line, sizeof(line),
                 "job 14_[537 id=14_[1... array_job=%s array_task=%s tasks=3 state=queued",
                 i ? many : "14", i ? "1,3" : many);
        struct snapshot *s = act_snapshot(line);
        struct action_order *o = order_new(action_verb_HOLD, 0);
        if (order_add(o, s, act_slot(s, ENTITY_JOB, "14_[537"), &e) != RC_USAGE ||
            !strstr(e.msg, "cannot be named in one request"))
            fail_msg("%s: %s", what[i], e.msg);
        order_free(o);
        snapshot_unref(s);
    }
    /* each alone fits, both together do not */
    many[250] = '\0';
    many[strcspn(many, "") - 1] = '9';
    snprintf(line, sizeof(line),
             "job 14_[9 id=x array_job=%.200s array_task=%.200s tasks=3 state=queued", many, many);
    struct snapshot *s = act_snapshot(line);
    struct action_order *o = order_new(action_verb_HOLD, 0);
    assert_int_equal(order_add(o, s, act_slot(s, ENTITY_JOB, "14_[9"), &e), RC_USAGE);
    order_free(o);
    snapshot_unref(s);

    memset(line, 'n', 300);
    snprintf(line + 300, sizeof(line) - 300, " state=idle");
    char *node = xasprintf("node %s", line);
    s = act_snapshot(node);
    line[300] = '\0';
    o = order_new(action_verb_DRAIN, 0);
    assert_int_equal(
        order_add(o, s, snapshot_find(s, ENTITY_NODE, row_key(ENTITY_NODE, 0, line, 300)), &e),
        RC_USAGE);
    assert_non_null(strstr(e.msg, "no request can carry"));
    order_free(o);
    snapshot_unref(s);
    free(node);
}

/* Texts for people are cut between characters. */
static void test_cut_texts(void **state)
{
    char line[512] = "node cn1 state=idle reason=";

    (void)state;
    for (int i = 0; i < 100; i++)
        snprintf(line + strlen(line), sizeof(line) - strlen(line), "\xe7\xae\x97");
    struct snapshot *s = act_snapshot(line);
    struct action_order *o = act_order(s, action_verb_RESUME, "cn1");
    assert_int_equal(strlen(o->targets[0].reason), 255); /* 85 characters of three bytes */
    order_free(o);
    snapshot_unref(s);

    for (int i = 0; i < 2;
         i++) { /* nothing to cut between: plain text, and bytes that are no text */
        size_t len = (size_t)snprintf(line, sizeof(line), "node cn1 state=idle reason=");
        memset(line + len, i ? 0x80 : 'x', 300);
        line[len + 300] = '\0';
        s = act_snapshot(line);
        o = act_order(s, action_verb_RESUME, "cn1");
        assert_int_equal(strlen(o->targets[0].reason), i ? 0 : 255);
        order_free(o);
        snapshot_unref(s);
    }
}

/* A center that nobody configured, an array without its task: names stay what they are. */
static void test_odd_rows(void **state)
{
    struct fleet *f = fleet_new(NULL);
    struct err e = {0};

    (void)state;
    kit_rows(
        f, 0, 0, KIT_NOW,
        "job 14 array_job=14 state=queued\njob 9_[ id=9_[%2] array_job=9 array_task=%2 state=queued");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    struct action_order *o = act_order(s, action_verb_HOLD, "14");
    assert_string_equal(o->targets[0].name, "14");
    assert_string_equal(o->center_id, "");
    assert_int_equal(order_add(o, s, act_slot(s, ENTITY_JOB, "9_["), &e), RC_USAGE);
    order_free(o);
    snapshot_unref(s);
    fleet_free(f);
}

/* ---- orders ---- */

static void test_stamp(void **state)
{
    struct action_order *o = order_new(action_verb_HOLD, 3);

    (void)state;
    order_stamp(o, 1795348862345, 0x4f2a);
    assert_string_equal(o->op, "20261122T120102Z-00004f2a");
    assert_int_equal(o->at, 1795348862345);
    assert_int_equal(o->center, 3);
    order_free(o);
    order_free(NULL);
}

static void test_copy(void **state)
{
    struct snapshot *s = act_snapshot("node cn1 state=idle");
    struct action_order *o = act_order(s, action_verb_DRAIN, "cn1");
    struct action_order *copy = order_copy(o), *empty = order_new(action_verb_DRAIN, 0);

    (void)state;
    order_free(o);
    assert_int_equal(copy->count, 1);
    assert_string_equal(copy->targets[0].name, "cn1");
    o = order_copy(empty);
    assert_null(o->targets);
    order_free(o);
    order_free(empty);
    order_free(copy);
    snapshot_unref(s);
}

/* ---- words ---- */

static void test_words(void **state)
{
    struct action_order *o = order_new(action_verb_DRAIN, 0);
    char text[200];
    struct err e = {0};

    (void)state;
    memset(text, 'x', sizeof(text));
    text[ACTION_REASON_MAX] = '\0';
    assert_int_equal(order_set_reason(o, text, &e), RC_OK);
    assert_string_equal(o->reason, text);
    text[ACTION_REASON_MAX] = 'x';
    text[ACTION_REASON_MAX + 1] = '\0';
    assert_int_equal(order_set_reason(o, text, &e), RC_USAGE);
    assert_non_null(strstr(e.msg, "longer than 120"));
    assert_int_equal(order_set_reason(o, "fan\n", &e), RC_USAGE);
    assert_int_equal(order_set_reason(o, "\xe9\xa3\x8e", &e), RC_USAGE);
    assert_int_equal(order_set_reason(o, "\x7f", &e), RC_USAGE);
    assert_int_equal(order_set_reason(o, " ~", &e), RC_OK);
    assert_int_equal(order_set_ticket(o, "OPS-7", &e), RC_OK);
    assert_string_equal(o->ticket, "OPS-7");
    assert_int_equal(order_set_ticket(o, "OPS 7", &e), RC_USAGE);
    assert_int_equal(order_set_ticket(o, "123456789012345678901234567890123", &e), RC_USAGE);
    assert_string_equal(o->ticket, "OPS-7");
    order_free(o);
}

static void test_reason(void **state)
{
    static const struct {
        const char *ticket, *actor, *text, *want;
    } cases[] = {
        {"OPS-7", "li", "fan broken", "suantop:OPS-7 li fan broken"},
        {"", "li", "fan", "suantop:- li fan"},
        {"", "", "", "suantop:- -"},
        {"", "li x\t\xe9", "a\x1b[2J", "suantop:- li_x?? a?[2J"},
        {"T\x7f", "li", "x\xff\x7f", "suantop:T? li x??"},
    };
    struct action_order *o = order_new(action_verb_DRAIN, 0);
    char out[ACTION_REASON_MAX + 1];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        snprintf(o->ticket, sizeof(o->ticket), "%s", cases[i].ticket);
        snprintf(o->actor, sizeof(o->actor), "%s", cases[i].actor);
        snprintf(o->reason, sizeof(o->reason), "%s", cases[i].text);
        assert_true(order_reason(o, out));
        assert_string_equal(out, cases[i].want);
        assert_true(reason_is_ours(out));
    }
    memset(o->reason, 'y', ACTION_REASON_MAX);
    assert_false(order_reason(o, out));
    assert_int_equal(strlen(out), ACTION_REASON_MAX);
    order_free(o);
    assert_false(reason_is_ours("NHC: disk"));
    assert_false(reason_is_ours("see suantop:x"));
    assert_false(reason_is_ours(""));
    assert_false(reason_is_ours("suantop"));
}

/* What a later read must say for the effect to show. */
static void test_effects_in_words(void **state)
{
    static const struct {
        enum action_verb verb;
        const char *shown[4], *not_shown[5];
    } cases[] = {
        {action_verb_DRAIN,
         {"idle+drain", "mixed+drain (suantop:1 li x, root)", "down+not_responding+drain"},
         {"idle", "mixed (drain of oil, root)", "gone", "", "idle+drained"}},
        {action_verb_RESUME,
         {"idle", "mixed (drain, root)"},
         {"idle+drain", "down+drain (x, y)", "gone", "", "unknown"}},
        {action_verb_REQUEUE, {"queued", "held, restarts 2"}, {"running", "done", "gone", ""}},
        {action_verb_HOLD, {"held"}, {"queued", "running", "gone", "", "helden"}},
        {action_verb_RELEASE, {"queued", "running"}, {"held", "gone", "", "unknown"}},
        {action_verb_CANCEL, {"cancelled", "gone"}, {"running", "done", "queued", ""}},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t k = 0; k < 4 && cases[i].shown[k]; k++)
            if (!verb_is_shown(cases[i].verb, cases[i].shown[k]))
                fail_msg("%s: %s", verb_info(cases[i].verb)->name, cases[i].shown[k]);
        for (size_t k = 0; k < 5 && cases[i].not_shown[k]; k++)
            if (verb_is_shown(cases[i].verb, cases[i].not_shown[k]))
                fail_msg("%s: %s", verb_info(cases[i].verb)->name, cases[i].not_shown[k]);
    }
}

static void test_the_effect_tells_of_a_hold(void **state)
{
    struct action_order *o = order_new(action_verb_REQUEUE, 0);

    (void)state;
    assert_null(strstr(order_effect(o), "held"));
    o->hold_after = true;
    assert_non_null(strstr(order_effect(o), "held"));
    order_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_effects_in_words),
        cmocka_unit_test(test_verbs),
        cmocka_unit_test(test_freeze_node),
        cmocka_unit_test(test_freeze_job),
        cmocka_unit_test(test_freeze_array),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_other_center),
        cmocka_unit_test(test_not_listed),
        cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_cut_texts),
        cmocka_unit_test(test_odd_rows),
        cmocka_unit_test(test_stamp),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_reason),
        cmocka_unit_test(test_the_effect_tells_of_a_hold),
    };
    return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
