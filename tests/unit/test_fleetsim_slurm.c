/* SPDX-License-Identifier: MIT
 * test_fleetsim_slurm.c - what a simulated center says over slurmrestd's protocol, read by the real collector: every row, in
 * an old and a new version, and the verbs. */
#include "base/hash.h"
#include "fleetsim/speech.h"
#include "tests/unit/collectors_bench.h"

#define BEGIN INT64_C(1760000000000)

static struct scenario national;

static const char *const options[] = {"url", "http://127.0.0.1:1", "insecure", "true", "user",
                                      "op",  "token_file",         "t",        NULL};

static int read_national(void **state)
{
    FILE *f = fopen(UNIT_SRCDIR "/src/fleetsim/scenarios/national.conf", "r");
    static char text[1 << 16];
    struct err e;

    (void)state;
    if (!f)
        return -1;
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    fclose(f);
    return scenario_read(text, "national.conf", &national, &e) == RC_OK ? 0 : -1;
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
        ask(w, "POST", "/slurm/v0.0.45/node/zb-g0007", "{\"state\":[\"RESUME\"]}", &out), 500);
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

static void test_what_is_not_there_is_refused(void **state)
{
    static const struct {
        const char *method, *uri, *body;
        unsigned status;
    } wrong[] = {
        {"GET", "/slurm/v0.0.38/ping", "", 404},
        {"GET", "/slurm/v0.0.45/nothing", "", 404},
        {"GET", "/slurm/v0.0.45/node/zb-g9999", "", 404},
        {"GET", "/slurm/v0.0.45/job/1", "", 404},
        {"GET", "/slurm/v0.0.45/job/x", "", 404},
        {"POST", "/slurm/v0.0.45/node/zb-g0001", "{", 400},
        {"POST", "/slurm/v0.0.45/node/zb-g0001", "{\"state\":[\"EXPLODE\"]}", 400},
    };
    struct world *w = world_new(&national, 0, 3, BEGIN);
    struct buf out;

    (void)state;
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(ask(w, wrong[i].method, wrong[i].uri, wrong[i].body, &out),
                         wrong[i].status);
    buf_fini(&out);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_read),
        cmocka_unit_test(test_the_verbs_change_it),
        cmocka_unit_test(test_what_is_not_there_is_refused),
    };

    hash_set_key(1);
    return cmocka_run_group_tests(tests, read_national, free_national);
}
