/* SPDX-License-Identifier: MIT
 * test_collectors_slurm_act.c - what the Slurm collector sends for each verb and version, and what it never sends. */
#include "tests/unit/slurm_act_bench.h"

/* ---- what is sent ---- */

struct case_sent {
    int from, to; /* API versions; 0 = the commands */
    enum action_verb verb;
    const char *name;
    bool hold_after;
    const char *expected; /* NN = the version */
};

static const struct case_sent cases_sent[] = {
    {39, 45, action_verb_DRAIN, "n1", false,
     "POST /slurm/v0.0.NN/node/n1 {\"state\":[\"DRAIN\"],\"reason\":\"suantop:T-7 li fan\"}"},
    {39, 45, action_verb_RESUME, "n1.site-a_b", false,
     "POST /slurm/v0.0.NN/node/n1.site-a_b {\"state\":[\"RESUME\"]}"},
    {38, 45, action_verb_HOLD, "14", false, "POST /slurm/v0.0.NN/job/14 {\"hold\":true}"},
    {38, 45, action_verb_RELEASE, "14", false, "POST /slurm/v0.0.NN/job/14 {\"hold\":false}"},
    {38, 38, action_verb_RELEASE, "14_5", false, "POST /slurm/v0.0.NN/job/14_5 {\"hold\":false}"},
    {38, 45, action_verb_CANCEL, "14", false, "DELETE /slurm/v0.0.NN/job/14"},
    {38, 38, action_verb_CANCEL, "14_5", false, "DELETE /slurm/v0.0.NN/job/14_5"},
    {42, 45, action_verb_CANCEL, "14_5", false, "DELETE /slurm/v0.0.NN/job/14_5"},
    {38, 38, action_verb_CANCEL, "14_[6-9,12%4]", false, "DELETE /slurm/v0.0.NN/job/14_6-9%2C12"},
    {38, 38, action_verb_HOLD, "14_[0-6:2]", false,
     "POST /slurm/v0.0.NN/job/14_0%2C2%2C4%2C6 {\"hold\":true}"},
    {45, 45, action_verb_REQUEUE, "14", false, "GET /slurm/v0.0.NN/job/14/requeue?Incomplete=true"},
    {45, 45, action_verb_REQUEUE, "14_5", true,
     "GET /slurm/v0.0.NN/job/14_5/requeue?Incomplete=true&Hold=true"},
    {0, 0, action_verb_DRAIN, "n1", false,
     "scontrol|update|nodename=n1|state=drain|reason=suantop:T-7 li fan"},
    {0, 0, action_verb_RESUME, "n1", false, "scontrol|update|nodename=n1|state=resume"},
    {0, 0, action_verb_REQUEUE, "14", false, "scontrol|requeue|Incomplete|14"},
    {0, 0, action_verb_REQUEUE, "14_5", true, "scontrol|requeuehold|Incomplete|14_5"},
    {0, 0, action_verb_HOLD, "14", false, "scontrol|hold|14"},
    {0, 0, action_verb_RELEASE, "14_[6-9,12%4]", false, "scontrol|release|14_[6-9,12]"},
    {0, 0, action_verb_CANCEL, "14", false, "scancel|-v|14"},
    {0, 0, action_verb_CANCEL, "14_[6-9]", false, "scancel|-v|--state=PENDING|14_[6-9]"},
};

static void check_sent(const struct case_sent *c, int api)
{
    struct act a;
    char expected[256];

    act_open(&a, api > 0 ? over_url : over_ssh, api, c->verb, c->name);
    inside(&a.b)->accounting = ACCOUNTING_THERE;
    a.o->hold_after = c->hold_after;
    a.t.whole_array = strchr(c->name, '[') != NULL;
    assert_int_equal(act_encode(&a), RC_OK);
    snprintf(expected, sizeof expected, "%s", c->expected);
    char *version = strstr(expected, "NN");
    if (version != NULL) {
        version[0] = (char)('0' + api / 10);
        version[1] = (char)('0' + api % 10);
    }
    assert_string_equal(sent(a.rq), expected);
    assert_int_equal(a.rq->cut, CUT_WHOLE);
    assert_int_equal(a.rq->what, WHAT_ACT);
    assert_non_null(a.rq->label);
    assert_true(a.rq->total_ms > 0 && a.rq->slice_max > 0);
    if (api == 0)
        assert_string_equal(a.rq->prefix, "ssh login1");
    act_close(&a);
}

static void test_what_is_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases_sent); i++)
        for (int api = cases_sent[i].from; api <= cases_sent[i].to; api++)
            check_sent(&cases_sent[i], api);
}

/* Through JSON and as a word of argv: quotes, backslashes, what looks like more keys. */
static void test_reasons(void **state)
{
    struct act a;

    (void)state;
    act_open(&a, over_url, 42, action_verb_DRAIN, "n1");
    snprintf(a.o->reason, sizeof a.o->reason, "%s", "x\" state=resume \\ $(id) {}");
    assert_int_equal(act_encode(&a), RC_OK);
    assert_string_equal(
        a.rq->body,
        "{\"state\":[\"DRAIN\"],\"reason\":\"suantop:T-7 li x\\\" state=resume \\\\ $(id) {}\"}");
    act_close(&a);
    act_open(&a, over_ssh, 0, action_verb_DRAIN, "n1");
    snprintf(a.o->reason, sizeof a.o->reason, "%s", "x\" state=resume \"");
    assert_int_equal(act_encode(&a), RC_OK);
    assert_string_equal(
        sent(a.rq),
        "scontrol|update|nodename=n1|state=drain|reason=suantop:T-7 li x' state=resume '");
    act_close(&a);
}

static const char *const hostile[] = {
    "",           "x\" state=resume",
    "a,b[1-999]", "n[1-9]",
    "n1,n2",      "../",
    "..",         ".",
    "/",          "$(id)",
    "`id`",       "-R",
    "--",         "-",
    "n1 n2",      "n=1",
    "a b",        "ALL",
    "all",        "All",
    "n1\n",       "n1\tn2",
    "?force=1",   "n1%2Cn2",
    "n1;id",      "n1|id",
    "n1&id",      "\x1b[2J",
    "n\xff",      "\xe8\x8a\x82\xe7\x82\xb9",
    "@n",         "n*",
    "n?",         "n1#",
    "'n1'",
};
static const char *const hostile_jobs[] = {
    "",
    "14 ",
    " 14",
    "-14",
    "14,15",
    "14_",
    "_14",
    "14_5_6",
    "14+1",
    "14+",
    "14_5+1",
    "14_[6-99",
    "14_[]",
    "14_[a]",
    "14_[1-]",
    "14_[9-1]",
    "14_[1-9]x",
    "14_[1-9:0]",
    "14_[1-9]]",
    "14_[..]",
    "14_[1,3,5,7,9,11,13,15...]",
    "jobname=x",
    "14;id",
    "$(id)",
    "14/../15",
    "14%2C15",
    "-R",
    "ALL",
    "*",
    "1e3",
    "0x10",
    "99999999999999999999",
    "14\n15",
    "14_[0-9999:3]",
};

static void check_hostile(const char *const *options, int api, enum action_verb verb,
                          const char *name)
{
    struct act a;

    act_open(&a, options, api, verb, name);
    inside(&a.b)->accounting = ACCOUNTING_THERE;
    a.t.whole_array = a.t.entity == ENTITY_JOB && strchr(name, '[') != NULL;
    if (act_encode(&a) == RC_OK)
        fail_msg("\"%s\" became %s", name, sent(a.rq));
    assert_int_equal(a.b.err.rc, RC_REFUSED);
    assert_true(a.b.err.msg[0] != '\0');
    assert_int_equal(act_reread(&a), RC_REFUSED);
    act_close(&a);
}

static void test_hostile_names(void **state)
{
    (void)state;
    for (int v = 0; v < action_verb_COUNT; v++) {
        bool node = verb_info((enum action_verb)v)->entity == ENTITY_NODE;
        size_t n = node ? ARRAY_LEN(hostile) : ARRAY_LEN(hostile_jobs);
        for (size_t i = 0; i < n; i++) {
            const char *name = node ? hostile[i] : hostile_jobs[i];
            check_hostile(over_url, 45, (enum action_verb)v, name);
            check_hostile(over_ssh, 0, (enum action_verb)v, name);
        }
    }
}

static void test_arrays(void **state)
{
    struct act a;

    (void)state;
    act_open(&a, over_url, 38, action_verb_HOLD, "14_[6-9]");
    assert_int_equal(act_encode(&a), RC_REFUSED); /* it was not meant */
    a.t.whole_array = true;
    assert_int_equal(act_encode(&a), RC_OK);
    act_close(&a);
    act_open(&a, over_url, 45, action_verb_HOLD, "14_6");
    a.t.whole_array = true;
    assert_int_equal(act_encode(&a), RC_REFUSED);
    act_close(&a);
    act_open(&a, over_ssh, 0, action_verb_REQUEUE, "14_[6-9]");
    a.t.whole_array = true;
    assert_int_equal(act_encode(&a), RC_REFUSED); /* they wait */
    act_close(&a);
}

/* slurmrestd of 23.02 to 24.05 cuts the task off "14_5" and would cancel the whole array. Later ones know single tasks,
 * but only where something is cancelled or requeued, and no lists. */
static void check_task(enum action_verb verb, int api, const char *name, bool over_rest)
{
    struct act a;

    act_open(&a, over_url, api, verb, name);
    inside(&a.b)->accounting = ACCOUNTING_THERE;
    a.t.whole_array = strchr(name, '[') != NULL;
    if (act_encode(&a) != (over_rest ? RC_OK : RC_UNSUPPORTED))
        fail_msg("%s %s v0.0.%d: %s", verb_info(verb)->name, name, api, a.b.err.msg);
    assert_int_equal(act_reread(&a), over_rest ? RC_OK : RC_UNSUPPORTED);
    act_close(&a);
    act_open(&a, both, api, verb, name);
    inside(&a.b)->accounting = ACCOUNTING_THERE;
    snprintf(inside(&a.b)->text_cluster, 64, "hpc");
    a.t.whole_array = strchr(name, '[') != NULL;
    assert_int_equal(act_encode(&a), RC_OK);
    assert_int_equal(a.rq->via, over_rest ? VIA_HTTP : VIA_COMMAND);
    assert_int_equal(act_reread(&a), RC_OK);
    assert_int_equal(a.rq->via, over_rest ? VIA_HTTP : VIA_COMMAND);
    act_close(&a);
}

static void test_array_tasks_over_rest(void **state)
{
    (void)state;
    for (int api = 38; api <= 45; api++) {
        check_task(action_verb_HOLD, api, "14_5", api == 38);
        check_task(action_verb_RELEASE, api, "14_5", api == 38);
        check_task(action_verb_CANCEL, api, "14_5", api == 38 || api >= 42);
        check_task(action_verb_REQUEUE, api, "14_5", api == 45);
        check_task(action_verb_HOLD, api, "14_[6-9]", api == 38);
        check_task(action_verb_RELEASE, api, "14_[6-9]", api == 38);
        check_task(action_verb_CANCEL, api, "14_[6-9]", api == 38);
    }
}

/* ---- ways and rights ---- */

static void test_how(void **state)
{
    struct act a;
    const char *how;

    (void)state;
    act_open(&a, over_url, 40, action_verb_DRAIN, "n1");
    assert_int_equal(act_can(&a, &how), RC_OK);
    assert_string_equal(how, "POST over slurmrestd v0.0.40");
    a.o->verb = action_verb_REQUEUE;
    assert_int_equal(act_can(&a, &how), RC_UNSUPPORTED);
    assert_non_null(strstr(a.b.err.msg, "give this source a command"));
    inside(&a.b)->api = 45;
    assert_int_equal(act_can(&a, &how), RC_OK);
    assert_string_equal(how, "GET over slurmrestd v0.0.45");
    inside(&a.b)->api = 0;
    assert_int_equal(act_can(&a, &how), RC_REFUSED);
    assert_non_null(strstr(a.b.err.msg, "not answered"));
    act_close(&a);
    act_open(&a, over_url, 38, action_verb_DRAIN, "n1");
    assert_int_equal(act_can(&a, &how), RC_UNSUPPORTED);
    act_close(&a);
    act_open(&a, over_ssh, 0, action_verb_CANCEL, "14");
    assert_int_equal(act_can(&a, &how), RC_OK);
    assert_string_equal(how, "scancel through ssh login1");
    act_close(&a);
    act_open(&a, local_text, 0, action_verb_HOLD, "14");
    assert_int_equal(act_can(&a, &how), RC_OK);
    assert_string_equal(how, "scontrol on this machine");
    act_close(&a);
}

/* slurmrestd and commands in one source must be one cluster. */
static void test_two_ways_one_cluster(void **state)
{
    struct act a;
    const char *how;

    (void)state;
    act_open(&a, both, 38, action_verb_DRAIN, "n1");
    assert_int_equal(act_can(&a, &how), RC_REFUSED); /* nobody has said a name */
    assert_int_equal(inside(&a.b)->parts[PART_HELLO].due, 0);
    inside(&a.b)->volume.records = 0;
    assert_non_null(bench_plan(&a.b));
    assert_string_equal(a.b.rq->label, "scontrol show config"); /* so it is asked for */
    bench_answer_text(&a.b, 0,
                      "ClusterName             = hpc\nSLURM_VERSION           = 22.05.8\n");
    assert_int_equal(a.b.rc, RC_OK);
    assert_int_equal(act_can(&a, &how), RC_OK);
    assert_string_equal(how, "scontrol through ssh login1");
    assert_int_equal(act_encode(&a), RC_OK);
    assert_string_equal(a.rq->prefix, "ssh login1");
    snprintf(inside(&a.b)->rest_cluster, 64, "other");
    assert_int_equal(act_can(&a, &how), RC_REFUSED);
    assert_non_null(strstr(a.b.err.msg, "reach cluster hpc"));
    assert_int_equal(act_encode(&a), RC_REFUSED);
    assert_int_equal(act_reread(&a), RC_REFUSED);
    a.o->verb = action_verb_HOLD; /* over REST nothing is wrong */
    a.t.entity = ENTITY_JOB;
    snprintf(a.t.name, sizeof a.t.name, "14");
    assert_int_equal(act_encode(&a), RC_OK);
    /* What was frozen on another cluster is not sent. */
    snprintf(a.o->cluster, sizeof a.o->cluster, "hpc");
    assert_int_equal(act_encode(&a), RC_STALE);
    act_close(&a);
}

/* 24.05 and later without accounting: a cancellation by a third party hangs slurmctld. */
static void test_the_cancel_that_hangs(void **state)
{
    static const char *const root[] = {"url", "https://s:6820", "user", "root", "token_file", "t",
                                       NULL};
    struct act a;
    const char *how;

    (void)state;
    act_open(&a, over_url, 41, action_verb_CANCEL, "14");
    snprintf(a.t.owner, sizeof a.t.owner, "zhao");
    assert_int_equal(act_encode(&a), RC_REFUSED);
    inside(&a.b)->accounting = ACCOUNTING_ABSENT;
    assert_int_equal(act_encode(&a), RC_REFUSED);
    snprintf(a.t.owner, sizeof a.t.owner, "ops");
    assert_int_equal(act_encode(&a), RC_OK);
    a.t.owner[0] = '\0';
    assert_int_equal(act_encode(&a), RC_REFUSED);
    inside(&a.b)->accounting = ACCOUNTING_THERE;
    assert_int_equal(act_encode(&a), RC_OK);
    inside(&a.b)->accounting = ACCOUNTING_ABSENT;
    inside(&a.b)->api = 40;
    assert_int_equal(act_encode(&a), RC_OK);
    inside(&a.b)->api = 45;
    a.o->verb = action_verb_HOLD;
    assert_int_equal(act_encode(&a), RC_OK);
    act_close(&a);
    act_open(&a, root, 45, action_verb_CANCEL, "14");
    assert_int_equal(act_encode(&a), RC_OK);
    act_close(&a);
    act_open(&a, both, 45, action_verb_CANCEL, "14");
    snprintf(inside(&a.b)->text_cluster, 64, "hpc");
    assert_int_equal(act_can(&a, &how), RC_OK);
    assert_string_equal(how, "scancel through ssh login1");
    act_close(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_sent),          cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_hostile_names),         cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_array_tasks_over_rest), cmocka_unit_test(test_how),
        cmocka_unit_test(test_two_ways_one_cluster),  cmocka_unit_test(test_the_cancel_that_hangs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
