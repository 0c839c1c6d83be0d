/* SPDX-License-Identifier: MIT
 * test_collectors_slurm_judge.c - what Slurm's answers to actions mean, and how a target is read again. */
#include "tests/unit/slurm_act_bench.h"

/* ---- what the answers mean ---- */

static enum rc act_judge(struct act *a, int status, const char *body, const char *errors)
{
    struct reply reply = {.rc = RC_OK,
                          .status = status,
                          .head = errors,
                          .content_type = "",
                          .total_ms = 20,
                          .retry_after_s = -1};

    err_clear(&a->b.err);
    return a->b.ops->act->judge(a->b.state, a->o, &a->t, a->rq, &reply, body, strlen(body),
                                &a->b.err);
}

static void unescape(char *s)
{
    char *to = s;

    for (; *s != '\0'; s++)
        *to++ = *s != '\\' ? *s : *++s == 'n' ? '\n' : *s == 't' ? '\t' : *s;
    *to = '\0';
}

enum { WAY, VERB, NAME, STATUS, VERDICT, CASE, BODY, ERRORS, FIELDS };

static void check_recorded(char *line)
{
    char *field[FIELDS];
    struct act a;

    for (int i = 0; i < FIELDS; i++) {
        field[i] = strsep(&line, "\t");
        assert_non_null(field[i]);
        unescape(field[i]);
    }
    bool rest = strcmp(field[WAY], "rest") == 0;
    const struct verb_info *v = verb_find(field[VERB]);
    act_open(&a, rest ? over_url : over_ssh, rest ? 38 : 0, v->verb, field[NAME]);
    if (rest && v->verb != action_verb_HOLD && v->verb != action_verb_RELEASE &&
        v->verb != action_verb_CANCEL)
        inside(&a.b)->api = 45; /* what v0.0.38 cannot was asked for by hand */
    inside(&a.b)->accounting = ACCOUNTING_THERE;
    a.t.whole_array = strchr(field[NAME], '[') != NULL;
    assert_int_equal(act_encode(&a), RC_OK);
    enum rc rc =
        act_judge(&a, atoi(field[STATUS]), field[BODY], rest ? field[BODY] : field[ERRORS]);
    if (strcmp(rc_name(rc), field[VERDICT]) != 0)
        fail_msg("%s, %s %s: %s (%s) instead of %s", field[CASE], field[VERB], field[NAME],
                 rc_name(rc), a.b.err.msg, field[VERDICT]);
    assert_int_equal(rc != RC_OK, a.b.err.msg[0] != '\0');
    act_close(&a);
}

static void test_answers_of_22_05(void **state)
{
    size_t len, n = 0;
    char *text = unit_fixture("slurm/act22.tsv", &len), *at = text;

    (void)state;
    for (char *line; (line = strsep(&at, "\n")) != NULL;)
        if (*line != '\0' && *line != '#') {
            check_recorded(line);
            n++;
        }
    assert_true(n > 60);
    free(text);
}

#define META "\"meta\":{\"slurm\":{\"release\":\"26.05.3\",\"cluster\":\"hpc\"}},"

static const struct {
    enum action_verb verb;
    int status;
    const char *body;
    enum rc rc;
    const char *says;
} newer[] = {
    {action_verb_DRAIN, 200, "{" META "\"errors\":[],\"warnings\":[]}", RC_OK, ""},
    {action_verb_DRAIN, 422,
     "{" META "\"errors\":[{\"error_number\":2018,\"error\":\"Invalid node name specified\"}]}",
     RC_STALE, "no such node"},
    {action_verb_DRAIN, 422,
     "{" META "\"errors\":[{\"error_number\":2010,\"error\":\"Invalid user id\"}]}", RC_REFUSED,
     "Administrator"},
    {action_verb_HOLD, 422,
     "{" META "\"errors\":[{\"error_number\":2010,\"error\":\"Invalid user id\"}]}", RC_REFUSED,
     "Operator"},
    {action_verb_DRAIN, 200,
     "{" META
     "\"errors\":[],\"warnings\":[{\"description\":\"Ignoring unknown field \\\"state\\\" of type list\"}]}",
     RC_UNSUPPORTED, "unknown field"},
    {action_verb_DRAIN, 200,
     "{" META
     "\"errors\":[],\"warnings\":[{\"description\":\"Expected OpenAPI type=array but got string\"}]}",
     RC_OK, ""},
    {action_verb_HOLD, 200,
     "{" META
     "\"results\":[{\"job_id\":14,\"error_code\":2010,\"error\":\"Invalid user id\"}],\"errors\":[]}",
     RC_REFUSED, "Operator"},
    {action_verb_HOLD, 200,
     "{" META
     "\"results\":[{\"job_id\":14,\"error_code\":0,\"error\":\"No error\"}],\"errors\":[]}",
     RC_OK, ""},
    {action_verb_REQUEUE, 200, "{" META "\"status\":[],\"errors\":[]}", RC_OK, ""},
    {action_verb_REQUEUE, 422,
     "{" META "\"errors\":[{\"error_number\":2024,\"error\":\"Job is pending execution\"}]}",
     RC_STALE, "waits already"},
    {action_verb_REQUEUE, 404,
     "{" META "\"errors\":[{\"error_number\":2017,\"error\":\"Invalid job id specified\"}]}",
     RC_STALE, "no such job"},
    {action_verb_REQUEUE, 422,
     "{" META "\"errors\":[{\"error_number\":2002,\"error\":\"Access/permission denied\"}]}",
     RC_REFUSED, "other users"},
    {action_verb_REQUEUE, 200,
     "{" META
     "\"status\":[[{\"job_id\":{\"number\":6},\"step_id\":\"6_2\",\"error_code\":2024}]],\"errors\":[]}",
     RC_STALE, "waits already"},
    {action_verb_REQUEUE, 200,
     "{" META "\"status\":[[{\"job_id\":6,\"step_id\":\"6_2\",\"error_code\":0}]],\"errors\":[]}",
     RC_OK, ""},
    {action_verb_CANCEL, 200,
     "{" META
     "\"status\":[{\"step_id\":\"14\",\"error\":{\"string\":\"ESLURM_INVALID_JOB_ID\",\"code\":2017,\"message\":\"Invalid job id specified\"}}],\"errors\":[]}",
     RC_STALE, "no such job"},
    {action_verb_CANCEL, 200,
     "{" META
     "\"status\":[{\"step_id\":\"14\",\"error\":{\"code\":2021,\"message\":\"Job/step already completing or completed\"}}],\"errors\":[]}",
     RC_STALE, "ended already"},
    {action_verb_CANCEL, 200,
     "{" META "\"status\":[{\"step_id\":\"14\",\"error\":{\"code\":2002}}],\"errors\":[]}",
     RC_REFUSED, "other users"},
    {action_verb_CANCEL, 200,
     "{" META
     "\"status\":[{\"step_id\":\"14\",\"error\":{\"code\":0,\"message\":\"No error\"}}],\"errors\":[]}",
     RC_OK, ""},
    {action_verb_HOLD, 500,
     "{" META "\"errors\":[{\"error\":\"something new\",\"error_number\":7777}]}", RC_HTTP,
     "something new (error 7777)"},
    {action_verb_HOLD, 500, "{" META "\"errors\":[{\"error\":\"no number\"}]}", RC_HTTP,
     "no number"},
    {action_verb_HOLD, 500,
     "{" META "\"errors\":[{\"error\":\"Unspecified error\",\"error_number\":-1}]}", RC_NET,
     "no answer"},
    {action_verb_HOLD, 511,
     "{" META "\"errors\":[{\"error\":\"Protocol authentication error\",\"error_number\":1007}]}",
     RC_REFUSED, "token"},
    {action_verb_HOLD, 401, "Authentication failure", RC_REFUSED, "credentials"},
    {action_verb_HOLD, 200, "<!DOCTYPE html><html>log in</html>", RC_SYNTAX, "web page"},
    {action_verb_HOLD, 200, "{\"hello\":1}", RC_SYNTAX, "not slurmrestd"},
    {action_verb_HOLD, 200, "[1,2]", RC_SYNTAX, "not slurmrestd"},
    {action_verb_HOLD, 200, "", RC_NET, "empty"},
    {action_verb_HOLD, 502, "<html>bad gateway</html>", RC_NET, "in between"},
    {action_verb_HOLD, 504, "", RC_NET, "in between"},
    {action_verb_HOLD, 404, "<html>nothing here</html>", RC_HTTP, "404"},
    {action_verb_HOLD, 429, "slow down", RC_HTTP, "slow down"},
    {action_verb_HOLD, 301, "", RC_HTTP, "301"},
};

static void test_newer_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(newer); i++) {
        struct act a;
        act_open(&a, over_url, 45, newer[i].verb, newer[i].verb == action_verb_DRAIN ? "n1" : "14");
        inside(&a.b)->accounting = ACCOUNTING_THERE;
        assert_int_equal(act_encode(&a), RC_OK);
        enum rc rc = act_judge(&a, newer[i].status, newer[i].body, newer[i].body);
        if (rc != newer[i].rc || strstr(a.b.err.msg, newer[i].says) == NULL)
            fail_msg("case %zu: %s (%s)", i, rc_name(rc), a.b.err.msg);
        act_close(&a);
    }
}

static void test_a_slow_nothing(void **state)
{
    struct act a;
    const char body[] = "{" META "\"errors\":[{\"error\":\"Unspecified error\",\"errno\":-1}]}";
    struct reply reply = {.status = 500, .head = body, .content_type = "", .total_ms = 9100};

    (void)state;
    act_open(&a, over_url, 38, action_verb_HOLD, "14");
    assert_int_equal(act_encode(&a), RC_OK);
    assert_int_equal(
        a.b.ops->act->judge(a.b.state, a.o, &a.t, a.rq, &reply, body, strlen(body), &a.b.err),
        RC_TIMEOUT);
    act_close(&a);
}

static enum rc lost(struct act *a, enum rc rc, const char *words)
{
    struct reply reply = {.rc = rc, .head = "", .content_type = ""};

    err_set(&reply.err, rc, "x", "%s", words);
    err_clear(&a->b.err);
    return a->b.ops->act->judge(a->b.state, a->o, &a->t, a->rq, &reply, "", 0, &a->b.err);
}

static void test_no_answer(void **state)
{
    struct act a;

    (void)state;
    act_open(&a, over_url, 42, action_verb_DRAIN, "n1");
    assert_int_equal(act_encode(&a), RC_OK);
    assert_int_equal(lost(&a, RC_TIMEOUT, "nothing came in 30 s"), RC_TIMEOUT);
    assert_string_equal(a.b.err.msg, "nothing came in 30 s");
    assert_int_equal(lost(&a, RC_NET, "reset"), RC_NET);
    assert_int_equal(lost(&a, RC_CHILD, "the pipe's server died"), RC_NET);
    assert_int_equal(lost(&a, RC_LIMIT, "too long"), RC_NET);
    act_close(&a);
    act_open(&a, over_ssh, 0, action_verb_DRAIN, "n1");
    assert_int_equal(act_encode(&a), RC_OK);
    assert_int_equal(lost(&a, RC_TIMEOUT, "nothing came in 30 s"), RC_TIMEOUT);
    assert_int_equal(lost(&a, RC_IO, "ssh: no such program"), RC_IO);
    assert_int_equal(
        act_judge(&a, 255, "", "ssh: connect to host login1 port 22: Connection timed out\r\n"),
        RC_AUTH);
    assert_int_equal(act_judge(&a, 255, "", "li@login1: Permission denied (publickey).\r\n"),
                     RC_AUTH);
    assert_int_equal(act_judge(&a, 255, "", "client_loop: send disconnect: Broken pipe\r\n"),
                     RC_NET);
    assert_int_equal(act_judge(&a, 255, "", ""), RC_NET);
    assert_int_equal(
        act_judge(&a, 1, "", "Welcome to login1\nslurm_update error: Invalid user id\n"),
        RC_REFUSED);
    assert_int_equal(act_judge(&a, 3, "", ""), RC_CHILD);
    act_close(&a);
}

/* ---- reading it again ---- */

#define NODES38                                                                                    \
    "{\"meta\":{\"Slurm\":{\"release\":\"22.05.8\"}},\"errors\":[],\"nodes\":[{\"name\":\"n1\",\"state\":\"mixed\",\"state_flags\":[\"DRAIN\"],\"reason\":\"fan\"}]}"

static void answer_reread(struct act *a, int status, const char *body, const char *head)
{
    bench_free_request(a->b.rq);
    a->b.rq = a->rq;
    a->rq = NULL;
    a->b.reply.head = head;
    bench_answer_text(&a->b, status, body);
}

static void test_rereading_a_node(void **state)
{
    struct act a;

    (void)state;
    act_open(&a, over_url, 42, action_verb_DRAIN, "n1");
    snprintf(inside(&a.b)->rest_cluster, 64, "hpc");
    for (int i = 0; i < 2; i++) { /* the second time the same: still a whole row */
        assert_int_equal(act_reread(&a), RC_OK);
        assert_string_equal(sent(a.rq), "GET /slurm/v0.0.42/node/n1");
        for (int e = 0; e < ENTITY_COUNT; e++)
            assert_false(a.rq->lists[e]);
        answer_reread(&a, 200, NODES38, NULL);
        assert_int_equal(a.b.rc, RC_OK);
        assert_true(bench_says(&a.b, "node n1 "));
        assert_true(bench_says(&a.b, "reason=fan"));
        assert_true(bench_says(&a.b, "center mini cluster=hpc"));
    }
    act_close(&a);
    act_open(&a, over_ssh, 0, action_verb_DRAIN, "n1");
    assert_int_equal(act_reread(&a), RC_OK);
    assert_string_equal(sent(a.rq), "scontrol|-o|-d|show|node|n1");
    answer_reread(&a, 0, "NodeName=n1 State=IDLE+DRAIN Reason=fan [root@1795338757]\n", NULL);
    assert_int_equal(a.b.rc, RC_OK);
    assert_true(bench_says(&a.b, "reason=fan"));
    act_close(&a);
}

static void test_rereading_a_job(void **state)
{
    struct act a;
    char *text = unit_fixture("slurm/squeue.txt", NULL);

    (void)state;
    act_open(&a, over_ssh, 0, action_verb_HOLD, "13");
    assert_int_equal(act_reread(&a), RC_OK);
    assert_non_null(strstr(sent(a.rq), "squeue|--all|--local|--states=all|-O|JobArrayID:"));
    assert_non_null(strstr(sent(a.rq), "|-j|13"));
    a.rq->tag = 0x00c0ffee; /* of the fixture */
    answer_reread(&a, 0, text, NULL);
    free(text);
    assert_int_equal(a.b.rc, RC_OK);
    assert_true(bench_says(&a.b, "\njob 13 "));
    act_close(&a);
    act_open(&a, over_url, 38, action_verb_HOLD, "14_5");
    assert_int_equal(act_reread(&a), RC_OK);
    assert_string_equal(sent(a.rq), "GET /slurm/v0.0.38/job/14_5");
    answer_reread(
        &a, 200,
        "{\"meta\":{\"Slurm\":{}},\"errors\":[],\"jobs\":[{\"job_id\":20,\"array_job_id\":14,\"array_task_id\":5,\"job_state\":\"COMPLETED\"}]}",
        NULL);
    assert_int_equal(a.b.rc, RC_OK);
    assert_true(bench_says(&a.b, "job 14_5 "));
    assert_true(bench_says(&a.b, "state=done"));
    /* One that waits shares its record with others, which v0.0.38 does not find by the task. */
    a.t.row_state = job_state_HELD;
    assert_int_equal(act_reread(&a), RC_OK);
    assert_string_equal(sent(a.rq), "GET /slurm/v0.0.38/job/14");
    a.t.row_state = job_state_QUEUED;
    assert_int_equal(act_reread(&a), RC_OK);
    assert_string_equal(sent(a.rq), "GET /slurm/v0.0.38/job/14");
    act_close(&a);
    act_open(&a, over_ssh, 0, action_verb_HOLD, "14_5");
    a.t.row_state = job_state_QUEUED;
    assert_int_equal(act_reread(&a), RC_OK);
    assert_non_null(strstr(sent(a.rq), "|-j|14_5"));
    act_close(&a);
}

/* The waiting tasks of an array are found by their array; and when they are other ones, nothing is sent. */
static void test_rereading_an_array(void **state)
{
    struct act a;
    char body[256];

    (void)state;
    act_open(&a, over_url, 38, action_verb_CANCEL, "14_[6-9]");
    a.t.whole_array = true;
    assert_int_equal(act_encode(&a), RC_OK); /* for the plan: nothing was read yet */
    for (int same = 1; same >= 0; same--) {
        assert_int_equal(act_reread(&a), RC_OK);
        assert_string_equal(sent(a.rq), "GET /slurm/v0.0.38/job/14");
        snprintf(
            body, sizeof body,
            "{\"meta\":{\"Slurm\":{}},\"errors\":[],\"jobs\":[{\"job_id\":14,\"array_job_id\":14,"
            "\"array_task_string\":\"%s\",\"job_state\":\"PENDING\"}]}",
            same ? "6-9" : "7-9");
        answer_reread(&a, 200, body, NULL);
        assert_int_equal(a.b.rc, RC_OK);
        assert_int_equal(act_encode(&a), same ? RC_OK : RC_STALE);
    }
    act_close(&a);
}

static const struct {
    bool rest;
    enum action_verb verb;
    int status;
    const char *body, *head;
    enum rc rc;
} rereads[] = {
    /* 22.05.8 */
    {true, action_verb_HOLD, 500,
     "{\"meta\":{\"Slurm\":{}},\"errors\":[{\"error_number\":2017,\"error\":\"Invalid job id specified\"}],\"jobs\":[]}",
     NULL, RC_OK},
    {true, action_verb_HOLD, 400,
     "{\"meta\":{\"Slurm\":{}},\"errors\":[{\"description\":\"Unable to find JobId=2_7\",\"error_number\":9002,\"error\":\"Jobs description entry not found, empty or not dictionary or list\"}]}",
     NULL, RC_OK},
    {true, action_verb_DRAIN, 500,
     "{\"meta\":{\"Slurm\":{}},\"errors\":[{\"error\":\"Invalid node name specified\",\"errno\":2018}],\"nodes\":[]}",
     NULL, RC_OK},
    {false, action_verb_HOLD, 1, "", "slurm_load_jobs error: Invalid job id specified\n", RC_OK},
    {false, action_verb_DRAIN, 1, "Node nx not found\n", "", RC_OK},
    /* 26.05.3 */
    {true, action_verb_HOLD, 404, "{\"meta\":{\"slurm\":{}},\"errors\":[{\"error_number\":2017}]}",
     NULL, RC_OK},
    {true, action_verb_DRAIN, 200,
     "{\"meta\":{\"slurm\":{}},\"errors\":[{\"error_number\":0,\"description\":\"Node nx not found\"}]}",
     NULL, RC_OK},
    /* what is not known to be absent */
    {true, action_verb_HOLD, 500,
     "{\"meta\":{\"Slurm\":{}},\"errors\":[{\"error_number\":5004,\"error\":\"Socket timed out\"}]}",
     NULL, RC_HTTP},
    {true, action_verb_HOLD, 401, "no", NULL, RC_AUTH},
    {true, action_verb_HOLD, 200, "{\"jobs\":[]}", NULL, RC_SCHEMA},
    {true, action_verb_HOLD, 200, "<html>", NULL, RC_SYNTAX},
    {true, action_verb_HOLD, 404, "Unable find requested URL.", NULL, RC_UNSUPPORTED},
    {false, action_verb_HOLD, 1, "",
     "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n", RC_NET},
    {false, action_verb_HOLD, 0, "", "", RC_SYNTAX},
    {false, action_verb_DRAIN, 0, "", "", RC_SYNTAX},
    {false, action_verb_DRAIN, 127, "", "env: 'scontrol': No such file or directory\n", RC_CHILD},
};

static void test_rereads_without_a_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rereads); i++) {
        struct act a;
        act_open(&a, rereads[i].rest ? over_url : over_ssh, rereads[i].rest ? 42 : 0,
                 rereads[i].verb, rereads[i].verb == action_verb_DRAIN ? "nx" : "2");
        assert_int_equal(act_reread(&a), RC_OK);
        answer_reread(&a, rereads[i].status, rereads[i].body, rereads[i].head);
        if (a.b.rc != rereads[i].rc || bench_says(&a.b, "job ") || bench_says(&a.b, "node "))
            fail_msg("case %zu: %s (%s)", i, rc_name(a.b.rc), a.b.err.msg);
        assert_int_equal(inside(&a.b)->api, rereads[i].rest ? 42 : 0);
        act_close(&a);
    }
}

/* The last poll saw the very same: the reread's row is whole nevertheless, and so is the poll's table. */
static void test_a_reread_of_what_a_poll_saw(void **state)
{
    struct act a;

    (void)state;
    act_open(&a, over_url, 42, action_verb_DRAIN, "n1");
    bench_request(&a.b, what_of(PART_NODES, WAY_REST), 0, CUT_JSON, "nodes");
    bench_answer_text(&a.b, 200, NODES38);
    assert_int_equal(act_reread(&a), RC_OK);
    answer_reread(&a, 200, NODES38, NULL);
    assert_true(bench_says(&a.b, "reason=fan"));
    assert_true(inside(&a.b)->nodes_seen.last.count > 0);
    act_close(&a);
}

/* Between two polls that see the same, a reread saw something else: the second poll must say it again. */
static void test_a_reread_between_polls(void **state)
{
    static const char nodes[] =
        "{" META
        "\"errors\":[],\"nodes\":[{\"name\":\"n1\",\"state\":[\"IDLE\"]}],\"last_update\":5}";
    struct act a;

    (void)state;
    act_open(&a, over_url, 42, action_verb_DRAIN, "n1");
    for (int i = 0; i < 4; i++) {
        bench_request(&a.b, what_of(PART_NODES, WAY_REST), 0, CUT_JSON, "nodes");
        bench_answer_text(&a.b, 200, nodes);
        assert_int_equal(a.b.rc, RC_OK);
        /* Whole at first and, because one may have been under way, twice after the reread. */
        assert_int_equal(bench_says(&a.b, "raw_state=IDLE"), i != 3);
        if (i > 0)
            continue;
        assert_int_equal(act_reread(&a), RC_OK);
        answer_reread(&a, 200, NODES38, NULL);
    }
    act_close(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_of_22_05),
        cmocka_unit_test(test_newer_answers),
        cmocka_unit_test(test_a_slow_nothing),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_rereading_a_node),
        cmocka_unit_test(test_rereading_a_job),
        cmocka_unit_test(test_rereading_an_array),
        cmocka_unit_test(test_rereads_without_a_row),
        cmocka_unit_test(test_a_reread_of_what_a_poll_saw),
        cmocka_unit_test(test_a_reread_between_polls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
