/* SPDX-License-Identifier: MIT
 * test_fleetsim_slurm.c - what a simulated center says over slurmrestd's protocol, read by the real collector: every row, in
 * an old and a new version, and the verbs. */
#include "base/hash.h"
#include "fleetsim/builtin.h"
#include "fleetsim/accounts.h"
#include "fleetsim/speech.h"
#include "tests/unit/collectors_bench.h"

#define BEGIN INT64_C(1760000000000)

static struct scenario national;

static const char *const options[] = {"url", "http://127.0.0.1:1", "insecure", "true", "user",
                                      "op",  "token_file",         "t",        NULL};

static int read_national(void **state)
{
    struct err e;

    (void)state;
    return scenario_read(scenario_national, "national.conf", &national, &e) == RC_OK ? 0 : -1;
}

static int free_national(void **state)
{
    (void)state;
    scenario_free(&national);
    return 0;
}

/* The answer to one request, whole. */
static unsigned ask(struct world *w, const char *method, const char *uri, const char *body,
                    struct buf *out)
{
    char path[256];
    const char *mark = strchr(uri, '?');
    struct speech_request rq = {.method = method,
                                .path = path,
                                .query = mark ? mark + 1 : "",
                                .body = body,
                                .body_len = strlen(body),
                                .user = "op",
                                .accept = ""};
    struct speech s;
    unsigned status;

    snprintf(path, sizeof(path), "%.*s", mark ? (int)(mark - uri) : 255, uri);
    speech_init(&s, w);
    slurm_speak(&s, &rq);
    buf_reset(out);
    do {
        buf_add(out, s.body.data, s.body.len);
        buf_reset(&s.body);
    } while (s.more && s.more(&s));
    status = s.status;
    speech_free(&s);
    return status;
}

static unsigned count_of(const struct bench *b, const char *text)
{
    size_t len = strlen(text);
    unsigned n = 0;

    for (const char *p = b->rows.data; *p; p += strcspn(p, "\n"), p += *p == '\n')
        n += strncmp(p, text, len) == 0;
    return n;
}

/* Everything that the collector asks for in its first round; what came of each list. */
static void read_all(struct world *w, unsigned *nodes, unsigned *jobs, unsigned *pools)
{
    struct bench b;
    struct buf body;

    buf_init(&body, (size_t)256 << 20);
    bench_open(&b, "slurm", options);
    *nodes = *jobs = *pools = 0;
    for (int i = 0; i < 20 && bench_plan(&b) != NULL; i++) {
        unsigned status = ask(w, b.rq->method, b.rq->path, "", &body);
        bench_answer(&b, (int)status, body.data, body.len);
        assert_int_equal(b.bad, 0);
        if (status == 200 && b.rc != RC_OK)
            fail_msg("%s: %s", b.rq->path, b.err.msg);
        *nodes += count_of(&b, "node ");
        *jobs += strstr(b.rq->path, "/jobs/state") ? 0 : count_of(&b, "job ");
        *pools += count_of(&b, "pool ");
    }
    bench_close(&b);
    buf_fini(&body);
}

static void test_every_row_is_read(void **state)
{
    (void)state;
    for (size_t c = 0; c < 2; c++) { /* version 45, version 38 */
        struct world *w = world_new(&national, c, 3, BEGIN);
        unsigned nodes, jobs, pools, there = 0;
        for (uint32_t i = 0; i < w->job_count; i++)
            there += w->jobs[i].used;
        read_all(w, &nodes, &jobs, &pools);
        assert_int_equal(nodes, w->node_count);
        assert_int_equal(jobs, there);
        assert_int_equal(pools, w->center->pool_count);
        world_free(w);
    }
}

static uint32_t any_job(const struct world *w, enum sim_state in)
{
    for (uint32_t i = 0; i < w->job_count; i++)
        if (w->jobs[i].used && w->jobs[i].state == in && !w->jobs[i].held)
            return i;
    fail_msg("no job in that state");
    return 0;
}

static void test_the_verbs_change_it(void **state)
{
    struct world *w = world_new(&national, 0, 3, BEGIN);
    uint32_t node = world_find_node(w, "zb-g0007"), job = any_job(w, SIM_RUNNING);
    struct buf out;
    char uri[128];

    (void)state;
    buf_init(&out, 1 << 20);
    assert_int_equal(ask(w, "POST", "/slurm/v0.0.45/node/zb-g0007",
                         "{\"state\":[\"DRAIN\"],\"reason\":\"suantop:T op \\\"fan\\\"\"}", &out),
                     200);
    assert_true(w->nodes[node].drained);
    assert_string_equal(w->nodes[node].reason, "suantop:T op \"fan\"");
    assert_string_equal(w->nodes[node].by, "op");
    assert_int_equal(
        ask(w, "POST", "/slurm/v0.0.45/node/zb-g0007", "{\"state\":[\"RESUME\"]}", &out), 200);
    assert_false(w->nodes[node].drained);
    assert_int_equal(
        ask(w, "POST", "/slurm/v0.0.45/node/zb-g0007", "{\"state\":[\"RESUME\"]}", &out), 422);
    assert_non_null(strstr(out.data, "Invalid node state specified"));
    snprintf(uri, sizeof(uri), "/slurm/v0.0.45/job/%u/requeue?Incomplete=true&Hold=true",
             w->jobs[job].id);
    assert_int_equal(ask(w, "GET", uri, "", &out), 200);
    assert_true(w->jobs[job].state == SIM_QUEUED && w->jobs[job].held);
    snprintf(uri, sizeof(uri), "/slurm/v0.0.45/job/%u", w->jobs[job].id);
    assert_int_equal(ask(w, "POST", uri, "{\"hold\":false}", &out), 200);
    assert_false(w->jobs[job].held);
    assert_int_equal(ask(w, "DELETE", uri, "", &out), 200);
    assert_int_equal(w->jobs[job].state, SIM_CANCELLED);
    buf_fini(&out);
    world_free(w);
}

/* As Slurm 22.05.8 answered, and 26.05.3: words that must be in it. RUN, WAIT, END: a job of that state. */
static const struct {
    unsigned version;
    const char *method, *what, *body;
    unsigned status;
    const char *words;
} refusals[] = {
    {38, "GET", "nothing", "", 404, "Unable find requested URL."},
    {45, "GET", "nothing", "", 404, "Unable to find requested URL."},
    {38, "PUT", "node/NODE", "", 405, "Requested REST method is not defined at URL."},
    {38, "GET", "node/nosuch", "", 500,
     "\"errors\":[{\"error\":\"Invalid node name specified\",\"errno\":2018}],\"nodes\":[]"},
    {45, "GET", "node/nosuch", "", 200, "\"error_number\":0"},
    {38, "POST", "node/NODE", "{\"state\":\"DRAIN\"}", 405,
     "Requested REST method is not defined at URL."},
    {45, "POST", "node/nosuch", "{\"state\":[\"DRAIN\"]}", 422,
     "\"error_number\":2018,\"error\":\"Invalid node name specified\""},
    {45, "POST", "node/NODE", "{\"state\":[\"EXPLODE\"]}", 422, "\"error_number\":2028"},
    {45, "POST", "node/NODE", "{", 400, "Unable to parse query."},
    {38, "GET", "job/999", "", 500,
     "\"error_number\":2017,\"error\":\"Invalid job id specified\",\"source\":\"slurm_load_job\""},
    {45, "GET", "job/999", "", 404, "\"error_number\":2017"},
    {38, "GET", "job/abc", "", 400,
     "\"description\":\"Unable to find JobId=abc\",\"error_number\":9002"},
    {38, "POST", "job/999", "{\"hold\":true}", 500, "\"error_number\":2017"},
    {45, "POST", "job/999", "{\"hold\":true}", 404, "\"error_number\":2017"},
    {38, "POST", "job/WAIT", "{\"nosuch\":1}", 200,
     "Unknown key \\\"nosuch\\\"\",\"error_number\":9001"},
    {38, "POST", "job/WAIT", "not json", 400, "Unable to parse query."},
    {38, "POST", "job/WAIT", "", 200, "\"errors\":[]"},
    {38, "POST", "job/END", "{\"hold\":true}", 500,
     "\"error_number\":2084,\"error\":\"Job has already finished\""},
    {38, "DELETE", "job/999", "", 500,
     "unable to kill JobId=999 with signal 9: Invalid job id specified"},
    {45, "DELETE", "job/999", "", 200,
     "\"status\":[{\"error\":{\"string\":\"Invalid job id specified\",\"code\":2017"},
    {38, "DELETE", "job/END", "", 200, "\"errors\":[]}"},
    {45, "DELETE", "job/END", "", 200, "\"code\":2021"},
    {38, "DELETE", "job/RUN?signal=BOGUS", "", 400,
     "\"description\":\"invalid signal: 0\",\"error_number\":9000"},
    {38, "GET", "job/RUN/requeue", "", 404, "Unable find requested URL."},
    {45, "GET", "job/WAIT/requeue", "", 422,
     "\"error_number\":2024,\"error\":\"Job is pending execution\""},
    {45, "GET", "job/999/requeue", "", 404, "\"error_number\":2017"},
    {45, "GET", "job/END/requeue?Incomplete=true", "", 422, "\"error_number\":2021"},
};

static unsigned ask_of(struct world *w, const char *method, const char *what, const char *body,
                       struct buf *out)
{
    static const struct {
        const char *word;
        enum sim_state state;
    } jobs[] = {{"RUN", SIM_RUNNING}, {"WAIT", SIM_QUEUED}, {"END", SIM_DONE}};
    char uri[256], name[SIM_NAME_MAX];
    const char *at;

    snprintf(uri, sizeof(uri), "/slurm/v0.0.%u/%s", w->center->version, what);
    world_node_name(w, 0, name);
    if ((at = strstr(what, "NODE")))
        snprintf(uri, sizeof(uri), "/slurm/v0.0.%u/node/%s%s", w->center->version, name, at + 4);
    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
        if ((at = strstr(what, jobs[i].word)))
            snprintf(uri, sizeof(uri), "/slurm/v0.0.%u/job/%u%s", w->center->version,
                     w->jobs[any_job(w, jobs[i].state)].id, at + strlen(jobs[i].word));
    return ask(w, method, uri, body, out);
}

static void test_it_refuses_as_that_version_does(void **state)
{
    struct world *both[2] = {world_new(&national, 0, 3, BEGIN), world_new(&national, 1, 3, BEGIN)};
    struct buf out;

    (void)state;
    buf_init(&out, 1 << 20);
    assert_int_equal(both[0]->center->version, 45);
    assert_int_equal(both[1]->center->version, 38);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        unsigned status = ask_of(both[refusals[i].version == 38], refusals[i].method,
                                 refusals[i].what, refusals[i].body, &out);
        if (status != refusals[i].status || !strstr(out.data, refusals[i].words))
            fail_msg("%u %s %s: %u %s", refusals[i].version, refusals[i].method, refusals[i].what,
                     status, out.data);
    }
    assert_int_equal(ask(both[0], "GET", "/slurm/v0.0.38/ping", "", &out), 404);
    buf_fini(&out);
    world_free(both[0]);
    world_free(both[1]);
}

/* hold, release, cancel are in each version; a job that runs can be held, and goes on. */
static void test_jobs_are_changed_in_each_version(void **state)
{
    struct buf out;
    char uri[64];

    (void)state;
    buf_init(&out, 1 << 20);
    for (size_t c = 0; c < 2; c++) {
        struct world *w = world_new(&national, c, 3, BEGIN);
        uint32_t waits = any_job(w, SIM_QUEUED), runs = any_job(w, SIM_RUNNING);
        snprintf(uri, sizeof(uri), "/slurm/v0.0.%u/job/%u", w->center->version, w->jobs[waits].id);
        assert_int_equal(ask(w, "POST", uri, "{\"hold\":true}", &out), 200);
        assert_true(w->jobs[waits].held);
        assert_int_equal(ask(w, "POST", uri, "{\"hold\":true}", &out), 200);
        assert_int_equal(ask(w, "GET", uri, "", &out), 200);
        assert_non_null(strstr(out.data, "JobHeldAdmin"));
        assert_int_equal(ask(w, "POST", uri, "{\"hold\":false}", &out), 200);
        assert_false(w->jobs[waits].held);
        snprintf(uri, sizeof(uri), "/slurm/v0.0.%u/job/%u", w->center->version, w->jobs[runs].id);
        assert_int_equal(ask(w, "POST", uri, "{\"hold\":true}", &out), 200);
        assert_true(w->jobs[runs].held && w->jobs[runs].state == SIM_RUNNING);
        assert_int_equal(ask(w, "DELETE", uri, "", &out), 200);
        assert_int_equal(w->jobs[runs].state, SIM_CANCELLED);
        world_free(w);
    }
    buf_fini(&out);
}

/* ---- accounting ---- */

/* The answer to a question about the last seconds, as the collector reads it. */
static void read_accounts(struct world *w, struct bench *b, struct buf *body, const char *more)
{
    char uri[160];

    snprintf(uri, sizeof(uri), "/slurmdb/v0.0.%u/jobs?skip_steps=true&%s", w->center->version,
             more);
    assert_int_equal(ask(w, "GET", uri, "", body), 200);
    for (int i = 0; i < 20 && bench_plan(b) != NULL && !strstr(b->rq->path, "/slurmdb/"); i++) {
        struct buf other;
        buf_init(&other, (size_t)256 << 20);
        unsigned status = ask(w, b->rq->method, b->rq->path, "", &other);
        bench_answer(b, (int)status, other.data, other.len);
        buf_fini(&other);
    }
    assert_non_null(strstr(b->rq->path, "/slurmdb/"));
    bench_answer(b, 200, body->data, body->len);
    assert_int_equal(b->bad, 0);
    if (b->rc != RC_OK)
        fail_msg("%s: %s", uri, b->err.msg);
}

static unsigned ended(const struct world *w)
{
    unsigned n = 0;

    for (int i = SIM_DONE; i < SIM_STATES; i++)
        n += (unsigned)w->counts.ended[i];
    return n;
}

static void test_accounting_tells_each_run_that_ended(void **state)
{
    (void)state;
    for (size_t c = 0; c < 2; c++) {
        struct world *w = world_new(&national, c, 5, BEGIN);
        uint64_t before = w->accounts->next;
        struct buf body;
        struct bench b;
        uint32_t job = any_job(w, SIM_RUNNING);

        world_advance(w, BEGIN + 600000);
        assert_true(world_cancel(w, job, "op"));
        job = any_job(w, SIM_RUNNING);
        assert_true(world_requeue(w, job, false));
        assert_int_equal(w->accounts->next - before, ended(w));
        buf_init(&body, (size_t)256 << 20);
        bench_open(&b, "slurm", options);
        read_accounts(w, &b, &body, "start_time=now-600");
        unsigned rows = count_of(&b, "attempt ");
        assert_in_range(rows, ended(w), ended(w) + 3);
        assert_non_null(strstr(b.rows.data, "end=cancelled_by_operator"));
        assert_non_null(strstr(b.rows.data, "ended_by=op"));
        assert_non_null(strstr(b.rows.data, "end=requeued"));
        assert_non_null(strstr(b.rows.data, "end=done"));
        bench_close(&b);
        buf_fini(&body);
        world_free(w);
    }
}

static void test_accounting_keeps_to_the_stretch(void **state)
{
    struct world *w = world_new(&national, 1, 5, BEGIN);
    struct buf body;

    (void)state;
    buf_init(&body, (size_t)256 << 20);
    assert_int_equal(
        ask(w, "GET", "/slurmdb/v0.0.38/jobs?start_time=now-86400&end_time=now-86000", "", &body),
        200);
    size_t day = body.len;
    assert_int_equal(ask(w, "GET", "/slurmdb/v0.0.38/jobs?start_time=now-86400", "", &body), 200);
    assert_true(body.len > day + 1000);
    assert_int_equal(
        ask(w, "GET", "/slurmdb/v0.0.38/jobs?start_time=uts0&end_time=uts1", "", &body), 200);
    assert_non_null(
        strstr(body.data, "\"error_number\":9003,\"error\":\"Nothing found with query\""));
    assert_int_equal(ask(w, "GET", "/slurmdb/v0.0.38/jobs?start_time=12345", "", &body), 500);
    assert_non_null(strstr(body.data, "\"error_number\":9000"));
    assert_int_equal(ask(w, "GET", "/slurmdb/v0.0.38/nothing", "", &body), 404);
    for (wall_ms h = 1; h < 24 * 30; h++) /* a month: it is bounded */
        world_advance(w, BEGIN + h * 3600000);
    assert_true(w->accounts->next - w->accounts->first <= ACCOUNTS_MAX &&
                w->accounts->nodes <= ACCOUNTS_NODES_MAX);
    assert_true(w->accounts->first > 0);
    buf_fini(&body);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_read),
        cmocka_unit_test(test_the_verbs_change_it),
        cmocka_unit_test(test_it_refuses_as_that_version_does),
        cmocka_unit_test(test_jobs_are_changed_in_each_version),
        cmocka_unit_test(test_accounting_tells_each_run_that_ended),
        cmocka_unit_test(test_accounting_keeps_to_the_stretch),
    };

    hash_set_key(1);
    return cmocka_run_group_tests(tests, read_national, free_national);
}
