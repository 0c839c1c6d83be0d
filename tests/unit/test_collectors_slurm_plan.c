/* SPDX-License-Identifier: MIT
 * test_collectors_slurm_plan.c - what the Slurm collector asks for, when, which way, and how it takes
 * what it gets instead of an answer. */
#include "collectors/slurm/slurm.h"
#include "tests/unit/collectors_bench.h"

#define META "\"meta\":{\"slurm\":{\"release\":\"26.05.3\",\"cluster\":\"hpc\"}},\"errors\":[]"
#define META38 "\"meta\":{\"Slurm\":{\"release\":\"22.05.8\"}},\"errors\":[]"
#define NOT_FOUND "Unable find requested URL. Please view /openapi/v3 for API reference."

static const char *const over_url[] = {"url", "https://s:6820", "user", "ops", "token_file", "t",
                                       NULL};

static struct slurm *inside(struct bench *b)
{
    return b->state;
}

static bool asks(struct bench *b, const char *label)
{
    return bench_plan(b) != NULL && strcmp(b->rq->label, label) == 0;
}

/* Everything that the first round asks over REST, version 38 or 45. */
static void answer_part(struct bench *b, int api)
{
    const char *meta = api >= 40 ? META : META38;
    char body[1024];
    const char *list = strrchr(b->rq->label, '/') + 1;

    if (strcmp(list, "diag") == 0)
        snprintf(
            body, sizeof body,
            "{%s,\"statistics\":{\"jobs_pending\":10,\"jobs_running\":5,\"req_time\":1763370000}}",
            meta);
    else if (strcmp(list, "ping") == 0)
        snprintf(body, sizeof body, "{%s,\"pings\":[]}", meta);
    else
        snprintf(body, sizeof body, "{%s,\"%s\":[],\"last_update\":1763370001}", meta, list);
    bench_answer_text(b, 200, body);
}

static void negotiate(struct bench *b, int api)
{
    for (int v = API_NEWEST; v > api; v--) {
        assert_true(asks(b, "GET /ping"));
        bench_answer_text(b, 404, NOT_FOUND);
        assert_int_equal(b->rc, RC_OK);
    }
    assert_true(asks(b, "GET /ping"));
    answer_part(b, api);
    assert_int_equal(b->rc, RC_OK);
    assert_int_equal(inside(b)->api, api);
}

static void first_round(struct bench *b, int api)
{
    negotiate(b, api);
    while (bench_plan(b) != NULL) {
        answer_part(b, api);
        assert_int_equal(b->rc, RC_OK);
    }
}

/* ---- versions ---- */

static void test_negotiation(void **state)
{
    (void)state;
    for (int api = API_OLDEST; api <= API_NEWEST; api++) {
        struct bench b;
        char path[64];

        bench_open(&b, "slurm", over_url);
        negotiate(&b, api);
        assert_true(asks(&b, "GET /diag"));
        snprintf(path, sizeof path, "/slurm/v0.0.%d/diag", api);
        assert_string_equal(b.rq->path, path);
        assert_string_equal(b.rq->base_url, "https://s:6820");
        answer_part(&b, api);
        snprintf(path, sizeof path, "via=\"slurmrestd v0.0.%d\"", api);
        assert_true(bench_says(&b, path));
        assert_true(bench_says(&b, api >= 40 ? "version=26.05.3" : "version=22.05.8"));
        assert_int_equal(bench_says(&b, "center mini cluster=hpc"), api >= 40);
        bench_close(&b);
    }
}

static void test_no_version_in_common(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    for (int v = API_NEWEST; v >= API_OLDEST; v--) {
        assert_true(asks(&b, "GET /ping"));
        bench_answer_text(&b, 404, NOT_FOUND);
    }
    assert_int_equal(b.rc, RC_UNSUPPORTED);
    assert_non_null(b.mend);
    assert_true(asks(&b, "GET /ping"));
    assert_string_equal(b.rq->path, "/slurm/v0.0.45/ping");
    bench_close(&b);
}

/* The server was upgraded under us. */
static void test_a_version_that_vanishes(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    negotiate(&b, 44);
    assert_true(asks(&b, "GET /diag"));
    bench_answer_text(&b, 404, NOT_FOUND);
    assert_int_equal(b.rc, RC_UNSUPPORTED); /* so that the caller waits a moment */
    assert_true(asks(&b, "GET /ping"));
    assert_string_equal(b.rq->path, "/slurm/v0.0.45/ping");
    bench_close(&b);
}

static bool wants(const struct bench *b, const char *label)
{
    return strcmp(b->rq->label, label) == 0;
}

/* A list that this slurmrestd does not know: the version is agreed on once more, and then it goes without. */
static void test_a_list_that_is_not_there(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    negotiate(&b, 44);
    for (int round = 0; round < 2; round++) {
        while (bench_plan(&b) != NULL && !wants(&b, "GET /licenses"))
            answer_part(&b, 44);
        assert_true(wants(&b, "GET /licenses"));
        bench_answer_text(&b, 404, NOT_FOUND);
        assert_int_equal(b.rc, round == 0 ? RC_UNSUPPORTED : RC_OK);
        if (round == 0)
            negotiate(&b, 44);
    }
    assert_int_equal(inside(&b)->api, 44);
    for (mono_ms end = b.now + 600000; b.now < end; b.now += 1000)
        while (bench_plan(&b) != NULL) {
            assert_false(wants(&b, "GET /ping") || wants(&b, "GET /licenses"));
            answer_part(&b, 44);
        }
    b.now += 3600000;
    while (bench_plan(&b) != NULL && !wants(&b, "GET /licenses"))
        answer_part(&b, 44);
    answer_part(&b, 44); /* there it is */
    assert_int_equal(b.rc, RC_OK);
    assert_true(slurm_interval_ms(b.state, PART_LICENSES) < 3600000);
    bench_close(&b);
}

/* Without its nodes there is no cluster to show: that is said each time, and asks for no other version each time. */
static void test_nodes_that_are_not_there(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    for (int round = 0; round < 3; round++) {
        if (round < 2)
            negotiate(&b, 44);
        b.now += 60000;
        while (bench_plan(&b) != NULL && !wants(&b, "GET /nodes"))
            answer_part(&b, 44);
        bench_answer_text(&b, 404, NOT_FOUND);
        assert_int_equal(b.rc, RC_UNSUPPORTED);
        assert_int_equal(inside(&b)->api, round == 0 ? 0 : 44);
    }
    bench_close(&b);
}

/* ---- schedule ---- */

static void test_first_round_and_intervals(void **state)
{
    static const char *const order[] = {"GET /diag",        "GET /nodes",        "GET /jobs",
                                        "GET /partitions",  "GET /reservations", "GET /licenses",
                                        "GET /slurmdb/jobs"};
    struct bench b;
    mono_ms began;

    (void)state;
    bench_open(&b, "slurm", over_url);
    negotiate(&b, 45);
    began = b.now;
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        assert_true(asks(&b, order[i]));
        answer_part(&b, 45);
    }
    assert_null(bench_plan(&b));
    assert_in_range(b.next - began, 9000, 11500); /* diag, 10 s with jitter */
    b.now = b.next;
    assert_true(asks(&b, "GET /diag"));
    answer_part(&b, 45);
    assert_null(bench_plan(&b));
    b.now = began + 29000 + 2000;
    unsigned lists = 0;
    while (bench_plan(&b) != NULL) {
        lists += b.rq->lists[ENTITY_NODE] + b.rq->lists[ENTITY_JOB];
        assert_false(b.rq->lists[ENTITY_POOL]); /* 60 s */
        answer_part(&b, 45);
    }
    assert_int_equal(lists, 2);
    bench_close(&b);
}

static void test_a_slow_list_is_asked_for_less_often(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    negotiate(&b, 45);
    while (bench_plan(&b) != NULL) {
        if (strcmp(b.rq->label, "GET /jobs") == 0)
            b.reply.total_ms = 5000;
        answer_part(&b, 45);
    }
    assert_in_range(slurm_interval_ms(b.state, PART_JOBS), 50000, 50000);
    assert_in_range(slurm_interval_ms(b.state, PART_NODES), 30000, 30000);
    bench_close(&b);
}

static void test_failures_do_not_starve_other_parts(void **state)
{
    struct bench b;
    bool nodes = false;

    (void)state;
    bench_open(&b, "slurm", over_url);
    negotiate(&b, 45);
    for (int i = 0; i < 20 && bench_plan(&b) != NULL; i++) {
        if (strcmp(b.rq->label, "GET /diag") == 0)
            bench_answer_text(&b, 503, "busy");
        else
            answer_part(&b, 45);
        nodes |= bench_says(&b, "source") && strcmp(b.rq->label, "GET /nodes") == 0;
    }
    assert_true(nodes);
    bench_close(&b);
}

static void test_refresh_has_a_floor(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    first_round(&b, 45);
    b.ops->refresh(b.state, b.now);
    assert_null(bench_plan(&b));
    b.now += 6000;
    assert_true(asks(&b, "GET /diag"));
    answer_part(&b, 45);
    assert_true(asks(&b, "GET /nodes"));
    assert_null(strstr(b.rq->path, "update_time"));
    bench_close(&b);
}

/* ---- update_time ---- */

static void plan_until(struct bench *b, const char *label, int api)
{
    for (int i = 0; i < 100; i++) {
        if (bench_plan(b) == NULL) {
            b->now = b->next;
            continue;
        }
        if (strcmp(b->rq->label, label) == 0)
            return;
        if (b->rq->via == VIA_COMMAND)
            bench_answer_text(b, 0, "ClusterName = mini\nSLURM_VERSION = 22.05.8\n");
        else
            answer_part(b, api);
    }
    fail_msg("%s never came", label);
}

static void test_unchanged_lists(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    first_round(&b, 45);
    plan_until(&b, "GET /nodes", 45);
    assert_string_equal(b.rq->path, "/slurm/v0.0.45/nodes?update_time=1763370001");
    bench_answer_text(&b, 304, "");
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.end, POLL_SAME);
    plan_until(&b, "GET /jobs", 45);
    assert_string_equal(b.rq->path, "/slurm/v0.0.45/jobs?update_time=1763370001");
    bench_answer_text(&b, 200,
                      "{\"jobs\":[]," META
                      ",\"warnings\":[{\"description\":\"No job changes since update_time[1]\"}]}");
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.end, POLL_SAME);
    /* The same without the warning is an empty queue. */
    plan_until(&b, "GET /jobs", 45);
    bench_answer_text(&b, 200, "{\"jobs\":[]," META ",\"warnings\":[]}");
    assert_int_equal(b.end, POLL_GOOD);
    bench_close(&b);
}

/* v0.0.38 does not say when its list was made: the controller's own clock does, as of the last diag. */
static void test_update_time_without_last_update(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    negotiate(&b, 38);
    plan_until(&b, "GET /nodes", 38);
    bench_answer_text(&b, 200, "{" META38 ",\"nodes\":[{\"name\":\"n1\"}]}");
    plan_until(&b, "GET /nodes", 38);
    assert_string_equal(b.rq->path, "/slurm/v0.0.38/nodes?update_time=1763370000");
    bench_close(&b);
}

static void test_the_spurious_error_of_nodes(void **state)
{
    static const char body[] =
        "{" META38 ",\"nodes\":[],\"errors\":[{\"error\":\"Unspecified error\",\"errno\":-1}]}";
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    first_round(&b, 38);
    plan_until(&b, "GET /nodes", 38);
    assert_non_null(strstr(b.rq->path, "update_time"));
    bench_answer_text(&b, 500, body);
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.end, POLL_BAD);
    assert_true(asks(&b, "GET /nodes"));
    assert_null(strstr(b.rq->path, "update_time"));
    bench_answer_text(&b, 200, "{" META38 ",\"nodes\":[{\"name\":\"n1\"}],\"last_update\":5}");
    assert_int_equal(b.end, POLL_GOOD);
    /* It did not help and cost a request: for twenty polls it is not tried, then again. */
    for (int i = 0; i < 19; i++) {
        plan_until(&b, "GET /nodes", 38);
        assert_null(strstr(b.rq->path, "update_time"));
        bench_answer_text(&b, 200, "{" META38 ",\"nodes\":[{\"name\":\"n1\"}],\"last_update\":5}");
    }
    plan_until(&b, "GET /nodes", 38);
    assert_non_null(strstr(b.rq->path, "update_time"));
    bench_answer_text(&b, 304, "");
    assert_int_equal(b.end, POLL_SAME);
    b.ops->refresh(b.state, b.now);
    plan_until(&b, "GET /nodes", 38);
    assert_null(strstr(b.rq->path, "update_time"));
    /* Without it the same error is one. */
    bench_answer_text(&b, 500, body);
    assert_int_equal(b.rc, RC_HTTP);
    bench_close(&b);
}

/* ---- verdicts ---- */

static void test_refused_tokens(void **state)
{
    static const struct {
        int status;
        const char *body;
    } cases[] = {
        {500,
         "{" META38
         ",\"errors\":[{\"description\":\"request failed\",\"error_number\":-1,\"error\":\"Unspecified error\"}]}"},
        {511, "{" META
              ",\"errors\":[{\"error_number\":1007,\"error\":\"Protocol authentication error\"}]}"},
        {200, "{" META
              ",\"errors\":[{\"error_number\":1007,\"error\":\"Protocol authentication error\"}]}"},
        {401, "Authentication failure"},
        {403, ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bench b;

        bench_open(&b, "slurm", over_url);
        bench_plan(&b);
        bench_answer_text(&b, cases[i].status, cases[i].body);
        assert_int_equal(b.rc, RC_AUTH);
        assert_int_equal(b.end, POLL_BAD);
        assert_non_null(strstr(b.mend, "scontrol token"));
        bench_close(&b);
    }
}

static void test_mends_fit_the_transport(void **state)
{
    static const char *const no_token[] = {"url", "https://s:6820", NULL};
    static const char *const sock[] = {"socket", "/run/s", NULL};
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", no_token);
    bench_plan(&b);
    bench_answer_text(&b, 401, "Authentication failure");
    assert_non_null(strstr(b.mend, "token_file"));
    bench_close(&b);
    bench_open(&b, "slurm", sock);
    bench_plan(&b);
    assert_string_equal(b.rq->unix_socket, "/run/s");
    bench_answer_text(&b, 401, "Authentication failure");
    assert_non_null(strstr(b.mend, "as the user"));
    bench_close(&b);
}

/* 22.05 says -1 both for a bad token (at once) and for a controller that is away (after 9 s). */
static void test_a_silent_controller_is_no_refused_token(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    negotiate(&b, 38);
    bench_plan(&b);
    b.reply.total_ms = 9020;
    bench_answer_text(
        &b, 500, "{" META38 ",\"errors\":[{\"error_number\":-1,\"error\":\"Unspecified error\"}]}");
    assert_int_equal(b.rc, RC_NET);
    assert_non_null(strstr(b.err.msg, "slurmctld"));
    bench_close(&b);
}

static void test_what_is_no_answer(void **state)
{
    static const struct {
        int status;
        const char *type, *body;
        enum rc rc;
        const char *says;
    } cases[] = {
        {200, "text/html", "<!DOCTYPE html><html>log in</html>", RC_SYNTAX, "web page"},
        {200, "", "  <HTML>", RC_SYNTAX, "web page"},
        {502, "text/html", "<html>Bad Gateway</html>", RC_SYNTAX, "502"},
        {200, "", "", RC_SYNTAX, "empty"},
        {204, "", "", RC_SYNTAX, "empty"},
        {200, "", "{\"meta\":{\"slurm\":{}},\"sta", RC_SYNTAX, "breaks off"},
        {200, "", "hello", RC_SYNTAX, "hello"},
        {200, "application/json", "{}", RC_SCHEMA, "not slurmrestd's"},
        {200, "application/json", "{\"status\":\"success\",\"data\":{}}", RC_SCHEMA,
         "not slurmrestd's"},
        {429, "", "slow down", RC_HTTP, "slow down"},
        {500, "application/json",
         "{" META ",\"errors\":[{\"error_number\":2018,\"error\":\"no\"}]}", RC_HTTP, "2018"},
        {500, "application/json", "{" META ",\"errors\":[{\"error\":\"odd\"}]}", RC_HTTP, "odd"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bench b;

        bench_open(&b, "slurm", over_url);
        negotiate(&b, 45);
        assert_true(asks(&b, "GET /diag"));
        b.reply.content_type = cases[i].type;
        bench_answer_text(&b, cases[i].status, cases[i].body);
        if (b.rc != cases[i].rc || strstr(b.err.msg, cases[i].says) == NULL)
            fail_msg("%s: %s, %s", cases[i].body, rc_name(b.rc), b.err.msg);
        assert_int_equal(b.end, POLL_BAD);
        bench_close(&b);
    }
}

/* What libcurl could not unpack is told in its words, not as bad JSON. */
static void test_a_wrong_encoding(void **state)
{
    static const char words[] = "the answer is not packed as its header says: invalid header";
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    negotiate(&b, 45);
    assert_true(asks(&b, "GET /diag"));
    b.reply.rc = err_set(&b.reply.err, RC_SYNTAX, "Content-Encoding", "%s", words);
    b.reply.head = "";
    bench_answer_text(&b, 200, "");
    assert_int_equal(b.rc, RC_SYNTAX);
    assert_string_equal(b.err.msg, words);
    assert_non_null(b.mend);
    bench_close(&b);
}

/* A web server that has a page for what it does not have. */
static void test_a_web_server_is_no_old_slurmrestd(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    bench_plan(&b);
    bench_answer_text(&b, 404, "<!DOCTYPE HTML><html>Not found</html>");
    assert_int_equal(b.rc, RC_SYNTAX);
    assert_non_null(strstr(b.err.msg, "web page"));
    bench_close(&b);
}

static void test_transport_failures_pass_through(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    bench_plan(&b);
    b.reply.rc = err_set(&b.reply.err, RC_NET, "s:6820", "connection refused");
    bench_answer_text(&b, 0, "");
    assert_int_equal(b.rc, RC_NET);
    assert_string_equal(b.err.msg, "connection refused");
    assert_non_null(b.mend);
    bench_close(&b);
}

/* ---- which way ---- */

static void say_jobs(struct bench *b, double pending, const char *meta)
{
    char body[512];

    plan_until(b, "GET /diag", 38);
    snprintf(body, sizeof body, "{%s,\"statistics\":{\"jobs_pending\":%.0f,\"jobs_running\":0}}",
             meta, pending);
    bench_answer_text(b, 200, body);
}

static void test_a_long_queue_goes_to_squeue(void **state)
{
    static const char *const both[] = {"url", "https://s:6820", "user",        "ops", "token_file",
                                       "t",   "command",        "ssh login01", NULL};
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", both);
    negotiate(&b, 38);
    say_jobs(&b, 21901, META38);
    assert_true(bench_says(&b, "note=\"text: 21\u2009901 jobs would be 72 MB of JSON\""));
    plan_until(&b, "squeue", 38);
    assert_int_equal(b.rq->via, VIA_COMMAND);
    assert_string_equal(b.rq->prefix, "ssh login01");
    assert_true(b.rq->lists[ENTITY_JOB]);
    bench_answer_text(&b, 127, "");
    assert_int_equal(b.rc, RC_CHILD);
    assert_non_null(strstr(b.mend, "bin_dir"));
    assert_true(bench_says(&b, "via=\"slurmrestd v0.0.38, squeue over ssh\""));
    bench_close(&b);
}

/* An array of 20,000 waiting tasks is one record: once that is known, JSON is cheap again. */
static void test_a_folded_array_comes_back_to_rest(void **state)
{
    static const char *const both[] = {"url", "https://s:6820", "bin_dir", "/opt/slurm/bin", NULL};
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", both);
    negotiate(&b, 38);
    say_jobs(&b, 20001, META38);
    plan_until(&b, "squeue", 38);
    struct buf out;
    buf_init(&out, 65536);
    buf_addf(&out, "JOBID\x1f:%08x\x1f", b.rq->tag);
    for (int i = 0; i < 32; i++)
        buf_adds(&out, "x\x1f");
    buf_addf(&out,
             "\n7_[0-19999]\x1f:%08x\x1f"
             "7\x1fPD\x1f",
             b.rq->tag);
    for (int i = 0; i < 30; i++)
        buf_adds(&out, "1\x1f");
    buf_adds(&out, "\n");
    bench_answer(&b, 0, out.data, out.len);
    buf_fini(&out);
    assert_int_equal(b.rc, RC_OK);
    assert_true(bench_says(&b, "tasks=20000"));
    plan_until(&b, "GET /jobs", 38);
    bench_close(&b);
}

static void test_rest_alone_takes_its_time(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    negotiate(&b, 45);
    say_jobs(&b, 40000, META);
    plan_until(&b, "GET /jobs", 45);
    assert_non_null(strstr(b.rq->path, "flags=ALL"));
    assert_true(b.rq->first_byte_ms == 120000);
    assert_true(b.rq->body_max > 1000000000);
    b.reply.total_ms = 50000;
    bench_answer_text(&b, 200, "{\"jobs\":[{\"job_id\":1}]," META "}");
    assert_int_equal(b.rc, RC_OK);
    inside(&b)->volume.records = 40000;
    inside(&b)->volume.bytes_per_record = 11000;
    say_jobs(&b, 40000, META);
    assert_true(slurm_interval_ms(b.state, PART_JOBS) == 500000);
    plan_until(&b, "GET /jobs/state", 45);
    assert_false(b.rq->lists[ENTITY_JOB]);
    bench_close(&b);
}

static void test_preferences(void **state)
{
    static const char *const text[] = {"url", "https://s:6820", "prefer", "text", NULL};
    static const char *const rest[] = {"url",    "https://s:6820", "bin_dir", "/x",
                                       "prefer", "rest",           NULL};
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", text);
    assert_true(asks(&b, "scontrol show config"));
    bench_close(&b);
    bench_open(&b, "slurm", rest);
    negotiate(&b, 38);
    say_jobs(&b, 1e6, META38);
    plan_until(&b, "GET /jobs", 38);
    bench_close(&b);
}

/* ---- commands ---- */

static bool has_arg(const struct request *rq, const char *arg)
{
    for (size_t i = 0; rq->argv[i] != NULL; i++)
        if (strcmp(rq->argv[i], arg) == 0)
            return true;
    return false;
}

static void test_local_commands(void **state)
{
    static const char *const options[] = {"conf",    "/etc/s.conf", "bin_dir", "/opt/bin",
                                          "cluster", "c2",          NULL};
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", options);
    assert_true(asks(&b, "scontrol show config"));
    assert_null(b.rq->prefix);
    assert_string_equal(b.rq->argv[0], "env");
    assert_true(has_arg(b.rq, "SLURM_CONF=/etc/s.conf"));
    assert_true(has_arg(b.rq, "SLURM_TIME_FORMAT=%s"));
    assert_true(has_arg(b.rq, "/opt/bin/scontrol"));
    assert_true(has_arg(b.rq, "-M"));
    assert_true(has_arg(b.rq, "c2"));
    bench_answer_text(&b, 0, "ClusterName = c2\nSLURM_VERSION = 22.05.8\n");
    assert_true(bench_says(&b, "center mini cluster=c2"));
    assert_true(asks(&b, "sdiag"));
    bench_close(&b);
}

static void test_command_failures(void **state)
{
    static const struct {
        int status;
        const char *head;
        enum rc rc;
    } cases[] = {
        {1, "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n",
         RC_NET},
        {255, "ssh: connect to host login01 port 22: Connection refused\n", RC_NET},
        {255, "ops@login01: Permission denied (publickey).\n", RC_AUTH},
        {127, "bash: squeue: command not found\n", RC_CHILD},
        {1, "squeue: fatal: Unable to process configuration file\n", RC_CHILD},
        {0, "squeue: error: Invalid job format specification: nosuch\n", RC_UNSUPPORTED},
    };
    static const char *const options[] = {"command", "ssh login01", "prefer", "text", NULL};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bench b;

        bench_open(&b, "slurm", options);
        plan_until(&b, "scontrol show config", 38);
        b.reply.head = cases[i].head;
        bench_answer_text(&b, cases[i].status, "");
        if (b.rc != cases[i].rc)
            fail_msg("%s: %s", cases[i].head, rc_name(b.rc));
        assert_int_equal(b.end, POLL_BAD);
        bench_close(&b);
    }
}

static void test_a_command_that_never_ends(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", NULL);
    bench_plan(&b);
    b.reply.rc = err_set(&b.reply.err, RC_TIMEOUT, "scontrol", "no answer within 30 s");
    b.reply.head = "scontrol: error: s_p_parse_file: cannot stat file /x: retrying in 1sec\n";
    bench_answer_text(&b, 0, "");
    assert_int_equal(b.rc, RC_TIMEOUT);
    assert_non_null(strstr(b.mend, "conf:"));
    bench_close(&b);
}

/* v0.0.38 tells the cluster's name in its jobs only; when those come from squeue, scontrol is asked. */
static void test_the_name_of_the_cluster(void **state)
{
    static const char *const options[] = {"socket", "/run/s", "bin_dir", "/usr/bin", NULL};
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", options);
    unsigned hello = 0;
    negotiate(&b, 38);
    for (int i = 0; i < 40; i++) {
        if (bench_plan(&b) == NULL) {
            b.now = b.next;
        } else if (strcmp(b.rq->label, "scontrol show config") == 0) {
            hello++;
            bench_answer_text(&b, 0, "ClusterName = mini\nSLURM_VERSION = 22.05.8\n");
        } else if (strcmp(b.rq->label, "sacct") == 0) {
            assert_int_equal(hello, 1); /* not before it is known whose accounts they are */
            b.reply.head = "Slurm accounting storage is disabled\n";
            bench_answer_text(&b, 1, "");
            assert_int_equal(b.rc, RC_OK);
        } else {
            answer_part(&b, 38);
        }
    }
    assert_int_equal(hello, 1);
    assert_string_equal(inside(&b)->cluster, "mini");
    bench_close(&b);
}

/* ---- slurmrestd behind a command ---- */

static const char *const over_ssh[] = {"command", "ssh login01", NULL};

static void test_server_behind_ssh(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_ssh);
    /* The release first, or every version that is absent would cost an ssh. */
    assert_true(asks(&b, "scontrol show config"));
    bench_answer_text(&b, 0, "ClusterName = mini\nSLURM_VERSION = 22.05.8\n");
    assert_true(asks(&b, "GET /ping"));
    assert_int_equal(b.rq->via, VIA_PIPE);
    assert_string_equal(b.rq->prefix, "ssh login01");
    assert_string_equal(b.rq->path, "/slurm/v0.0.38/ping");
    assert_true(has_arg(b.rq, "/usr/sbin/slurmrestd"));
    assert_true(has_arg(b.rq, "rest_auth/local"));
    assert_true(has_arg(b.rq, "openapi/v0.0.38"));
    answer_part(&b, 38);
    assert_true(asks(&b, "GET /diag"));
    answer_part(&b, 38);
    assert_true(bench_says(&b, "via=\"slurmrestd v0.0.38 over ssh\""));
    bench_close(&b);
}

static void test_newer_servers_choose_their_plugins(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_ssh);
    bench_plan(&b);
    bench_answer_text(&b, 0, "SLURM_VERSION = 25.05.1\n");
    bench_plan(&b);
    assert_string_equal(b.rq->path, "/slurm/v0.0.43/ping");
    assert_false(has_arg(b.rq, "-s"));
    bench_close(&b);
}

static void child_ends(struct bench *b, int status, const char *words)
{
    b->reply.rc = err_set(&b->reply.err, RC_CHILD, "slurmrestd", "the command ended");
    b->reply.head = words;
    bench_answer_text(b, status, "");
}

static void test_commands_take_over(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_ssh);
    bench_plan(&b);
    bench_answer_text(&b, 127, ""); /* no scontrol either */
    assert_int_equal(b.rc, RC_OK);
    for (int i = 0; i < 3; i++) {
        assert_true(asks(&b, "GET /ping"));
        child_ends(&b, 1,
                   "slurmrestd: fatal: slurm_openapi_p_init: slurm not configured with slurmdbd");
        assert_int_equal(b.rc, RC_OK);
    }
    assert_true(asks(&b, "scontrol show config"));
    bench_answer_text(&b, 0, "ClusterName = mini\nSLURM_VERSION = 22.05.8\n");
    assert_true(bench_says(&b, "via=\"Slurm commands over ssh\""));
    assert_true(bench_says(&b, "slurmrestd does not start"));
    /* Later it is tried again. */
    b.now += 700000;
    assert_true(asks(&b, "GET /ping"));
    bench_close(&b);
}

static void test_an_unreachable_host_is_no_missing_server(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_ssh);
    bench_plan(&b);
    b.reply.head = "ssh: connect to host login01 port 22: No route to host";
    bench_answer_text(&b, 255, "");
    assert_int_equal(b.rc, RC_NET);
    assert_true(asks(&b, "scontrol show config"));
    bench_answer_text(&b, 0, "SLURM_VERSION = 22.05.8\n");
    assert_true(asks(&b, "GET /ping"));
    child_ends(&b, 255, "ssh: connect to host login01 port 22: No route to host");
    assert_int_equal(b.rc, RC_CHILD);
    assert_true(asks(&b, "GET /ping"));
    bench_close(&b);
}

/* ---- lookups ---- */

static enum rc look(struct bench *b, enum entity e, const char *id, struct request **out)
{
    struct request_list list = {{NULL}, 0};

    bench_free_request(b->rq);
    b->rq = *out = request_add(&list);
    return b->ops->lookup(b->state, e, id, *out, &b->err);
}

static void test_lookups(void **state)
{
    struct bench b;
    struct request *rq;

    (void)state;
    bench_open(&b, "slurm", over_url);
    assert_int_equal(look(&b, ENTITY_NODE, "n1", &rq), RC_UNSUPPORTED); /* no version yet */
    negotiate(&b, 45);
    assert_int_equal(look(&b, ENTITY_JOB, "14_[6-99]", &rq), RC_OK);
    assert_string_equal(rq->path, "/slurm/v0.0.45/job/14");
    assert_int_equal(rq->cut, CUT_WHOLE);
    assert_int_equal(look(&b, ENTITY_JOB, "14_5", &rq), RC_OK);
    assert_string_equal(rq->path, "/slurm/v0.0.45/job/14_5");
    assert_int_equal(look(&b, ENTITY_NODE, "cn-1.x", &rq), RC_OK);
    assert_string_equal(rq->path, "/slurm/v0.0.45/node/cn-1.x");
    assert_int_equal(look(&b, ENTITY_LICENSE, "matlab", &rq), RC_UNSUPPORTED);
    bench_close(&b);
    bench_open(&b, "slurm", NULL);
    assert_int_equal(look(&b, ENTITY_NODE, "n1", &rq), RC_OK);
    assert_true(has_arg(rq, "n1"));
    assert_true(has_arg(rq, "scontrol"));
    bench_close(&b);
}

static void test_lookups_refuse_what_is_no_name(void **state)
{
    static const char *const nodes[] = {"",     "-R",  "--help",    "a,b",      "n[1-999]",
                                        "../x", "a b", "$(id)",     "?force=1", "n1\n",
                                        ".",    "..",  "n1;reboot", "a/b",      "\x1b[2J"};
    static const char *const jobs[] = {"", "-1", "x", "1;2", "1 2", "_5", "[1]", "1/../2", "1_x"};
    struct bench b;
    struct request *rq;

    (void)state;
    bench_open(&b, "slurm", NULL);
    for (size_t i = 0; i < ARRAY_LEN(nodes); i++)
        assert_int_equal(look(&b, ENTITY_NODE, nodes[i], &rq), RC_USAGE);
    for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
        if (look(&b, ENTITY_JOB, jobs[i], &rq) != RC_USAGE)
            fail_msg("job %s was passed on", jobs[i]);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_negotiation),
        cmocka_unit_test(test_no_version_in_common),
        cmocka_unit_test(test_a_version_that_vanishes),
        cmocka_unit_test(test_a_list_that_is_not_there),
        cmocka_unit_test(test_nodes_that_are_not_there),
        cmocka_unit_test(test_first_round_and_intervals),
        cmocka_unit_test(test_a_slow_list_is_asked_for_less_often),
        cmocka_unit_test(test_failures_do_not_starve_other_parts),
        cmocka_unit_test(test_refresh_has_a_floor),
        cmocka_unit_test(test_unchanged_lists),
        cmocka_unit_test(test_update_time_without_last_update),
        cmocka_unit_test(test_the_spurious_error_of_nodes),
        cmocka_unit_test(test_refused_tokens),
        cmocka_unit_test(test_mends_fit_the_transport),
        cmocka_unit_test(test_a_silent_controller_is_no_refused_token),
        cmocka_unit_test(test_what_is_no_answer),
        cmocka_unit_test(test_a_wrong_encoding),
        cmocka_unit_test(test_a_web_server_is_no_old_slurmrestd),
        cmocka_unit_test(test_transport_failures_pass_through),
        cmocka_unit_test(test_a_long_queue_goes_to_squeue),
        cmocka_unit_test(test_a_folded_array_comes_back_to_rest),
        cmocka_unit_test(test_rest_alone_takes_its_time),
        cmocka_unit_test(test_preferences),
        cmocka_unit_test(test_local_commands),
        cmocka_unit_test(test_command_failures),
        cmocka_unit_test(test_a_command_that_never_ends),
        cmocka_unit_test(test_the_name_of_the_cluster),
        cmocka_unit_test(test_server_behind_ssh),
        cmocka_unit_test(test_newer_servers_choose_their_plugins),
        cmocka_unit_test(test_commands_take_over),
        cmocka_unit_test(test_an_unreachable_host_is_no_missing_server),
        cmocka_unit_test(test_lookups),
        cmocka_unit_test(test_lookups_refuse_what_is_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
