/* SPDX-License-Identifier: MIT
 * test_collectors_slurm_rest.c - slurmrestd's JSON of several releases as rows. */
#include "collectors/slurm/slurm.h"
#include "tests/unit/collectors_bench.h"

static const char *const over_rest[] = {"url", "http://slurm:6820", "user", "root", NULL};

static const struct {
    enum part part;
    const char *array, *fixture;
} captured[] = {
    {PART_NODES, "nodes", "slurm/rest38_nodes"},
    {PART_JOBS, "jobs", "slurm/rest38_jobs"},
    {PART_POOLS, "partitions", "slurm/rest38_partitions"},
    {PART_RESERVATIONS, "reservations", "slurm/rest38_reservations"},
    {PART_LICENSES, "licenses", "slurm/rest38_licenses"},
    {PART_DIAG, "-", "slurm/rest38_diag"},
    {PART_NODES, "nodes", "slurm/rest4x_nodes"},
    {PART_JOBS, "jobs", "slurm/rest4x_jobs"},
    {PART_POOLS, "partitions", "slurm/rest4x_misc"},
};

static void feed(struct bench *b, enum part part, const char *array, const char *body, size_t len)
{
    bench_request(b, what_of(part, WAY_REST), 0, CUT_JSON, array);
    bench_answer(b, 200, body, len);
}

static void feed_text(struct bench *b, enum part part, const char *array, const char *body)
{
    feed(b, part, array, body, strlen(body));
}

static void test_captured(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(captured); i++) {
        struct bench b;
        char name[128];
        size_t len;

        bench_open(&b, "slurm", over_rest);
        snprintf(name, sizeof name, "%s.json", captured[i].fixture);
        char *body = unit_fixture(name, &len);
        feed(&b, captured[i].part, captured[i].array, body, len);
        assert_int_equal(b.rc, RC_OK);
        assert_int_equal(b.end, POLL_GOOD);
        snprintf(name, sizeof name, "%s.expected", captured[i].fixture);
        bench_expect(&b, name);
        free(body);
        bench_close(&b);
    }
}

/* The odd elements of the hand-made list cost themselves and nothing else. */
static void test_bad_elements_cost_themselves(void **state)
{
    struct bench b;
    size_t len;
    char *body = unit_fixture("slurm/rest4x_jobs.json", &len);

    (void)state;
    bench_open(&b, "slurm", over_rest);
    feed(&b, PART_JOBS, "jobs", body, len);
    assert_int_equal(b.bad, 3); /* no id, an id of 1e300, a string */
    assert_int_equal(b.rc, RC_OK);
    assert_true(bench_says(&b, "job 101 "));
    assert_true(bench_says(&b, "job 110 "));
    free(body);
    bench_close(&b);
}

static size_t count_of(const struct bench *b, const char *text)
{
    size_t n = 0;

    for (const char *p = b->rows.data; (p = strstr(p, text)) != NULL; p++)
        n++;
    return n;
}

static void test_unchanged_elements_are_kept(void **state)
{
    struct bench b;
    size_t len;
    char *body = unit_fixture("slurm/rest38_jobs.json", &len);

    (void)state;
    bench_open(&b, "slurm", over_rest);
    feed(&b, PART_JOBS, "jobs", body, len);
    size_t jobs = count_of(&b, "\njob ") + 1;
    assert_int_equal(count_of(&b, "keep job "), 0);
    feed(&b, PART_JOBS, "jobs", body, len);
    assert_int_equal(count_of(&b, "keep job "), jobs);
    /* One changes: one is decoded. The scheduler's stamp does not count. */
    char *stamp = strstr(body, "\"last_sched_evaluation\": 1");
    assert_non_null(stamp);
    stamp[strlen("\"last_sched_evaluation\": ")] = '2';
    char *name = strstr(body, "\"restart_cnt\": 0");
    assert_non_null(name);
    name[strlen("\"restart_cnt\": ")] = '7';
    feed(&b, PART_JOBS, "jobs", body, len);
    assert_int_equal(count_of(&b, "keep job "), jobs - 1);
    assert_int_equal(count_of(&b, " restarts=7 "), 1);
    free(body);
    bench_close(&b);
}

/* A poll that broke off leaves rows in the fleet that nobody remembers: the next one is decoded whole. */
static void test_a_bad_poll_forgets(void **state)
{
    struct bench b;
    size_t len;
    char *body = unit_fixture("slurm/rest38_nodes.json", &len);

    (void)state;
    bench_open(&b, "slurm", over_rest);
    feed(&b, PART_NODES, "nodes", body, len);
    bench_request(&b, what_of(PART_NODES, WAY_REST), 0, CUT_JSON, "nodes");
    bench_answer(&b, 200, body, len / 2);
    assert_int_equal(b.rc, RC_SYNTAX);
    assert_int_equal(b.end, POLL_BAD);
    feed(&b, PART_NODES, "nodes", body, len);
    assert_int_equal(b.end, POLL_GOOD);
    assert_int_equal(count_of(&b, "keep node "), 0);
    assert_int_equal(count_of(&b, "node n"), 4);
    free(body);
    bench_close(&b);
}

static void test_operator_refresh_decodes_all(void **state)
{
    struct bench b;
    size_t len;
    char *body = unit_fixture("slurm/rest38_nodes.json", &len);

    (void)state;
    bench_open(&b, "slurm", over_rest);
    feed(&b, PART_NODES, "nodes", body, len);
    b.ops->refresh(b.state, b.now);
    feed(&b, PART_NODES, "nodes", body, len);
    assert_int_equal(count_of(&b, "keep node "), 0);
    free(body);
    bench_close(&b);
}

#define WRAP(rows)                                                                                 \
    "{\"meta\":{\"slurm\":{\"release\":\"26.05\"}},\"errors\":[],\"jobs\":[" rows "]}"

static void test_number_styles(void **state)
{
    static const struct {
        const char *json, *expected;
    } cases[] = {
        {"7", "priority=7"},
        {"null", "priority=?"},
        {"\"Infinity\"", "priority=?"},
        {"4294967294", "priority=?"},
        {"4294967295", "priority=?"},
        {"18446744073709551614", "priority=?"},
        {"-1", "priority=?"},
        {"-0", "priority=0"},
        {"1e999", "priority=?"},
        {"{\"set\":true,\"infinite\":false,\"number\":9}", "priority=9"},
        {"{\"set\":false,\"infinite\":false,\"number\":9}", "priority=?"},
        {"{\"set\":true,\"infinite\":true,\"number\":9}", "priority=?"},
        {"{}", "priority=?"},
        {"[]", "priority=?"},
        {"\"12\"", "priority=12"},
        {"{\"set\":true,\"infinite\":false,\"number\":\"x\"}", "priority=?"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bench b;
        char body[512];

        bench_open(&b, "slurm", over_rest);
        snprintf(body, sizeof body,
                 WRAP("{\"job_id\":1,\"job_state\":[\"RUNNING\"],\"priority\":%s}"), cases[i].json);
        feed_text(&b, PART_JOBS, "jobs", body);
        if (!bench_says(&b, cases[i].expected))
            fail_msg("%s: wanted %s in %s", cases[i].json, cases[i].expected, b.rows.data);
        bench_close(&b);
    }
}

static void test_hostile_names_come_raw(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_rest);
    feed_text(&b, PART_JOBS, "jobs",
              WRAP("{\"job_id\":1,\"name\":\"\\u001b[2J\\u202e\\n\\\"\",\"user_name\":\"$(id)\"}"));
    assert_true(bench_says(&b, "name=\"\\x1b[2J\xe2\x80\xae\\x0a\\\"\""));
    assert_true(bench_says(&b, "user=$(id)"));
    bench_close(&b);
}

static void test_duplicate_and_case_variant_keys(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_rest);
    feed_text(&b, PART_JOBS, "jobs",
              WRAP("{\"job_id\":1,\"name\":\"a\",\"Name\":\"b\",\"name\":\"c\",\"JOB_ID\":2}"));
    assert_true(bench_says(&b, "job 1 "));
    assert_true(bench_says(&b, "name=c "));
    bench_close(&b);
}

/* An answer that is all bad is not an empty cluster. */
static void test_wrong_types_everywhere(void **state)
{
    static const char *const bodies[] = {
        WRAP("1,2,3"),
        WRAP("null"),
        WRAP("{}"),
        WRAP("[[]]"),
        WRAP("{\"job_id\":\"x\"},{\"job_id\":-4}"),
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct bench b;

        bench_open(&b, "slurm", over_rest);
        feed_text(&b, PART_JOBS, "jobs", bodies[i]);
        assert_int_equal(b.rc, RC_SCHEMA);
        assert_int_equal(b.end, POLL_BAD);
        bench_close(&b);
    }
}

static void test_names_that_are_too_long(void **state)
{
    struct bench b;
    struct buf body;

    (void)state;
    buf_init(&body, 1 << 20);
    buf_adds(&body, "{\"meta\":{\"slurm\":{}},\"jobs\":[{\"job_id\":1,\"name\":\"");
    for (int i = 0; i < 65536; i++)
        buf_addc(&body, 'x');
    buf_adds(&body, "\",\"job_state\":[\"RUNNING\"]}]}");
    bench_open(&b, "slurm", over_rest);
    feed(&b, PART_JOBS, "jobs", body.data, body.len);
    assert_int_equal(b.rc, RC_OK);
    assert_true(bench_says(&b, "xxxx user=?"));
    assert_true(bench_says(&b, "state=running"));
    buf_fini(&body);
    bench_close(&b);
}

/* jobs/state touches what the last list had, and nothing else. */
static void test_states_between_lists(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_rest);
    feed_text(
        &b, PART_JOBS, "jobs",
        WRAP(
            "{\"job_id\":1,\"job_state\":[\"PENDING\"]},{\"job_id\":2,\"job_state\":[\"RUNNING\"]}"));
    feed_text(
        &b, PART_STATES, "jobs",
        WRAP(
            "{\"job_id\":\"1\",\"state\":[\"RUNNING\"]},{\"job_id\":\"3\",\"state\":[\"RUNNING\"]},"
            "{\"job_id\":\"2_7\",\"state\":[\"RUNNING\"]},{\"job_id\":\"2\",\"state\":[\"PENDING\"]}"));
    assert_int_equal(b.rc, RC_OK);
    assert_true(bench_says(&b, "job 1 state=running raw_state=RUNNING\n"));
    assert_int_equal(count_of(&b, "job "), 1);
    /* What was touched must be decoded again, even if its bytes are those of the last list. */
    feed_text(
        &b, PART_JOBS, "jobs",
        WRAP(
            "{\"job_id\":1,\"job_state\":[\"PENDING\"]},{\"job_id\":2,\"job_state\":[\"RUNNING\"]}"));
    assert_int_equal(count_of(&b, "keep job "), 0);
    assert_true(bench_says(&b, "state=queued"));
    bench_close(&b);
}

static void test_samples_of_other_releases(void **state)
{
    static const struct {
        enum part part;
        const char *array, *file, *says;
    } samples[] = {
        {PART_NODES, "nodes", "v0.0.45_nodes.json", "devices_total=4 devices_allocated=4"},
        {PART_JOBS, "jobs", "v0.0.45_jobs.json", "failed_node=n3"},
        {PART_NODES, "nodes", "v0.0.38_nodes.json", "reason=\"ECC errors on GPU 3\""},
        {PART_JOBS, "jobs", "v0.0.38_jobs.json", "raw_state=PREEMPTED"},
        {PART_NODES, "nodes", "25.11_v0.0.44_node_gpu.json", "device_model=h100"},
        {PART_JOBS, "jobs", "25.11_v0.0.44_job_gpu_running.json", "devices_allocated=4"},
        {PART_JOBS, "jobs", "22.05_squeue.json", "job "},
        {PART_NODES, "nodes", "22.05_sinfo.json", "node "},
    };
    int found = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct bench b;
        char path[1024];

        snprintf(path, sizeof path, "%s/../shared/samples/slurm/%s", UNIT_SRCDIR, samples[i].file);
        FILE *f = fopen(path, "rb");
        if (f == NULL)
            continue;
        char *body = calloc(1, 1 << 20);
        size_t len = fread(body, 1, (1 << 20) - 1, f);
        fclose(f);
        bench_open(&b, "slurm", over_rest);
        feed(&b, samples[i].part, samples[i].array, body, len);
        assert_int_equal(b.rc, RC_OK);
        assert_int_equal(b.bad, 0);
        if (!bench_says(&b, samples[i].says))
            fail_msg("%s: no %s in %s", samples[i].file, samples[i].says, b.rows.data);
        free(body);
        bench_close(&b);
        found++;
    }
    if (found == 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_captured),
        cmocka_unit_test(test_bad_elements_cost_themselves),
        cmocka_unit_test(test_unchanged_elements_are_kept),
        cmocka_unit_test(test_a_bad_poll_forgets),
        cmocka_unit_test(test_operator_refresh_decodes_all),
        cmocka_unit_test(test_number_styles),
        cmocka_unit_test(test_hostile_names_come_raw),
        cmocka_unit_test(test_duplicate_and_case_variant_keys),
        cmocka_unit_test(test_wrong_types_everywhere),
        cmocka_unit_test(test_names_that_are_too_long),
        cmocka_unit_test(test_states_between_lists),
        cmocka_unit_test(test_samples_of_other_releases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
