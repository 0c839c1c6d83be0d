/* SPDX-License-Identifier: MIT
 * test_app_targets.c - what is typed behind drain, requeue ... becomes exactly the targets that it names, or words. */
#include "app/act_targets.h"
#include "app/task_set.h"
#include "tests/unit/model_kit.h"

#define MANY                                                                                       \
    "7,9,11,13,15,17,19,21,23,25,27,29,31,33,35,37,39,41,43,45,47,49,51,53,55,57,59,61,63,65,67"

static struct snapshot *fleet(void)
{
    struct fleet *f = fleet_new(NULL);

    kit_rows(f, 0, UINT16_MAX, KIT_NOW, "center zb name=zb cluster=mini");
    kit_rows(f, 1, UINT16_MAX, KIT_NOW, "center tj name=tj");
    kit_rows(
        f, 0, 0, KIT_NOW,
        "node cn001 state=idle\nnode cn002 state=idle\nnode cn003 state=idle\nnode tw\\x01 state=idle\n"
        "node tw\\x02 state=idle\n"
        "job 14 state=running\njob 9 state=queued\n"
        "job 20_1 array_job=20 array_task=1 state=running\n"
        "job 20_2 array_job=20 array_task=2 state=done\n"
        "job 20_[9 id=20_[5-9] array_job=20 array_task=5-9%2 tasks=5 state=queued\n"
        "job 21_[3 id=21_[3] array_job=21 array_task=3 tasks=1 state=queued\n"
        "job 22_[8 id=22_[0-8:2] array_job=22 array_task=0-8:2 tasks=5 state=queued\n"
        "job 24_[4000 id=24_[0-4000] array_job=24 array_task=0-4000 tasks=4001 state=queued\n"
        "job 23_[67 id=23_[7...] array_job=23 array_task=" MANY " state=queued");
    kit_rows(f, 1, 1, KIT_NOW,
             "node far state=idle\njob 20_[4 id=20_[4] array_job=20 array_task=4 state=queued");
    struct snapshot *s = fleet_publish(f, KIT_NOW);
    fleet_free(f);
    return s;
}

struct target_case {
    enum action_verb verb;
    const char *words; /* blank-separated */
    bool whole_array;
    const char *names; /* as they are frozen, "!" = whole; NULL = refused */
    const char *message;
};

static const struct target_case cases[] = {
    {action_verb_DRAIN, "cn001", false, "cn001", NULL},
    {action_verb_DRAIN, "cn[001-003]", false, "cn001 cn002 cn003", NULL},
    {action_verb_DRAIN, "cn003 cn[001,002]", false, "cn003 cn001 cn002", NULL},
    {action_verb_DRAIN, "cn001 cn9", false, NULL, "there is no node cn9 here"},
    {action_verb_DRAIN, "cn[001-009]", false, NULL, "there is no node cn004 here"},
    {action_verb_DRAIN, "cn[1-2]", false, NULL, "there is no node cn1 here"},
    {action_verb_DRAIN, "far", false, NULL, "there is no node far here"},
    {action_verb_DRAIN, "cn001 cn001", false, NULL, "is there already"},
    {action_verb_DRAIN, "cn[001", false, NULL, ""},
    {action_verb_DRAIN, "x[0-9999]", false, NULL, "there is no node x0"},
    {action_verb_DRAIN, "", false, NULL, "nothing is named"},
    {action_verb_DRAIN, "tw\x01", false, NULL, "not a host list"},
    {action_verb_REQUEUE, "14", false, "14", NULL},
    {action_verb_REQUEUE, "14 9", false, "14 9", NULL},
    {action_verb_REQUEUE, "15", false, NULL, "there is no job 15 here"},
    {action_verb_REQUEUE, "15", true, NULL, "there is no job 15 here"},
    {action_verb_REQUEUE, "15_3", false, NULL, "there is no job 15_3 here"},
    {action_verb_REQUEUE, "abc", false, NULL, "there is no job abc here"},
    {action_verb_REQUEUE, "14x", false, NULL, "there is no job 14x here"},
    {action_verb_REQUEUE, "_5", false, NULL, "there is no job _5 here"},
    {action_verb_REQUEUE, "20_x", false, NULL, "20_x is no job"},
    {action_verb_REQUEUE, "20_[]", false, NULL, "is no job"},
    {action_verb_REQUEUE, "20_[3-1]", false, NULL, "is no job"},
    {action_verb_REQUEUE, "20_[1,]", false, NULL, "is no job"},
    {action_verb_REQUEUE, "20_99999999999", false, NULL, "is no job"},
    {action_verb_REQUEUE, "20_1", false, "20_1", NULL},
    {action_verb_HOLD, "20_[1-9]", false, "20_1 20_2 20_[5-9]!", NULL},
    {action_verb_HOLD, "20_[5-9]", false, "20_[5-9]!", NULL},
    {action_verb_HOLD, "20_[5,6-8,9]", false, "20_[5-9]!", NULL},
    {action_verb_HOLD, "20_5", false, "20_5", NULL},
    {action_verb_HOLD, "20_[1,7]", false, "20_1 20_7", NULL},
    {action_verb_HOLD, "20_[6-99]", false, "20_6 20_7 20_8 20_9", NULL},
    {action_verb_HOLD, "20_[5-6] 20_6", false, NULL, "is there already"},
    {action_verb_HOLD, "20_6 20_[5-9]", false, NULL, "is there already"},
    {action_verb_HOLD, "20_4", false, NULL, "there is no job 20_4 here"}, /* of another center */
    {action_verb_HOLD, "20", false, NULL, "20 is an array: 20_1 20_2 20_[5-9]; name the tasks"},
    {action_verb_HOLD, "20", true, "20_1 20_[5-9]!", NULL}, /* 20_2 has ended */
    {action_verb_HOLD, "21_3", false, "21_3", NULL},
    {action_verb_HOLD, "21", true, "21_3", NULL},
    {action_verb_HOLD, "22_[0-8]", false, "22_[0-8:2]!", NULL},
    {action_verb_HOLD, "22_[0-7]", false, "22_0 22_2 22_4 22_6", NULL},
    {action_verb_HOLD, "22_3", false, NULL, "there is no job 22_3 here"},
    {action_verb_HOLD, "24_[0-1000]", false, NULL, "more than 1000 tasks out of 24_[0-4000]"},
    {action_verb_HOLD, "24_[3999-3999999999]", false, "24_3999 24_4000", NULL},
    {action_verb_HOLD, "23_[0-99]", false, "23_[" MANY "]!", NULL},
    {action_verb_HOLD, "23_[" MANY "]", false, "23_[" MANY "]!", NULL},
};

static void names_of(const struct action_order *o, char *out, size_t size)
{
    size_t n = 0;

    out[0] = '\0';
    for (size_t i = 0; i < o->count && n < size; i++)
        n += (size_t)snprintf(out + n, size - n, "%s%s%s", i ? " " : "", o->targets[i].name,
                              o->targets[i].whole_array ? "!" : "");
}

static void test_targets(void **state)
{
    struct snapshot *s = fleet();

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct target_case *c = &cases[i];
        struct action_order *o = order_new(c->verb, 0);
        const char *words[8];
        size_t count = 0;
        char *copy = xstrdup(c->words), *save = NULL, names[512];
        for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
            words[count++] = w;
        struct act_words typed = {words, count, c->whole_array};
        struct err e = {0};
        enum rc rc = act_targets(o, s, &typed, &e);
        names_of(o, names, sizeof(names));
        if (c->names ? rc != RC_OK || strcmp(names, c->names) != 0
                     : rc != RC_USAGE || !strstr(e.msg, c->message))
            fail_msg("%s: %s, \"%s\", %s", c->words, rc_name(rc), names, e.msg);
        free(copy);
        order_free(o);
    }
    snapshot_unref(s);
}

/* resume passes over other people's reasons only for nodes that were written out singly. */
static void test_named(void **state)
{
    static const struct {
        const char *words[2];
        size_t count;
        bool named;
    } typed[] = {{{"cn001"}, 1, true},
                 {{"cn001", "cn002"}, 2, true},
                 {{"cn[001-002]"}, 1, false},
                 {{"cn001,cn002"}, 1, false},
                 {{"cn003", "cn[001-002]"}, 2, false}};
    struct snapshot *s = fleet();

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
        struct action_order *o = order_new(action_verb_RESUME, 0);
        struct act_words words = {typed[i].words, typed[i].count, false};
        assert_int_equal(act_targets(o, s, &words, NULL), RC_OK);
        assert_int_equal(o->named, typed[i].named);
        order_free(o);
    }
    snapshot_unref(s);
}

static void test_too_many(void **state)
{
    struct snapshot *s;
    struct fleet *f = fleet_new(NULL);
    struct action_order *o = order_new(action_verb_DRAIN, 0);
    const char *word = "n[0-4096]";
    struct act_words words = {&word, 1, false};
    struct delta *d = delta_new(0, 0, KIT_NOW, 0);
    struct err e = {0};
    char name[16];

    (void)state;
    for (int i = 0; i <= 4096; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        delta_row(d, ENTITY_NODE, name, strlen(name));
        delta_int(d, FIELD_node_state, node_state_IDLE);
    }
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
    s = fleet_publish(f, KIT_NOW);
    assert_int_equal(act_targets(o, s, &words, &e), RC_USAGE);
    assert_non_null(strstr(e.msg, "more than 4096 nodes"));
    order_free(o);
    snapshot_unref(s);
    fleet_free(f);
}

static void test_task_sets(void **state)
{
    static const struct {
        const char *set, *tasks;
        enum task_relation has;
        uint64_t size;
    } relations[] = {{"5", "5", TASKS_WITHIN, 1},          {"5", "6", TASKS_APART, 1},
                     {"1-9", "2-3,7%4", TASKS_WITHIN, 3},  {"1-9", "2-3,11", TASKS_OVERLAP, 3},
                     {"1-9", "11-12", TASKS_APART, 2},     {"1-4,5-9", "3-7", TASKS_WITHIN, 5},
                     {"1-4,6-9", "3-7", TASKS_OVERLAP, 5}, {"9,8,7", "7-9", TASKS_WITHIN, 3},
                     {"1-9", "", TASKS_APART, 0},          {"1-9", "3x", TASKS_OVERLAP, 1},
                     {"1-9", "1-3:", TASKS_APART, 0},      {"1-9", "0-8:2", TASKS_OVERLAP, 9}};
    struct task_set set;
    uint64_t size;
    char many[512] = "1";

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(relations); i++) {
        assert_true(task_set_parse(&set, relations[i].set, strlen(relations[i].set)));
        enum task_relation has = task_set_has(&set, relations[i].tasks, &size);
        if (has != relations[i].has || size != relations[i].size)
            fail_msg("%s in %s: %d of %d", relations[i].tasks, relations[i].set, (int)has,
                     (int)size);
    }
    assert_true(task_set_parse(&set, "1-4,6,5-9", 9));
    assert_int_equal(set.count, 1);
    assert_int_equal(task_set_size(&set), 9);
    for (int i = 1; i < TASK_RANGES; i++)
        snprintf(many + strlen(many), sizeof(many) - strlen(many), ",%d", 1 + 2 * i);
    assert_true(task_set_parse(&set, many, strlen(many)));
    snprintf(many + strlen(many), sizeof(many) - strlen(many), ",999");
    assert_false(task_set_parse(&set, many, strlen(many)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_named),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_task_sets),
    };
    return cmocka_run_group_tests_name("app targets", tests, NULL, NULL);
}
