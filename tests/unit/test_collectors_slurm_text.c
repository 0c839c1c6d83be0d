/* SPDX-License-Identifier: MIT
 * test_collectors_slurm_text.c - the output of squeue, scontrol and sdiag as rows. */
#include "collectors/slurm/kv.h"
#include "collectors/slurm/slurm.h"
#include "tests/unit/collectors_bench.h"

enum { TAG = 0x00c0ffee }; /* the one in the captured squeue.txt */

static void feed(struct bench *b, enum part part, const char *body, size_t len)
{
    bench_request(b, what_of(part, WAY_TEXT), TAG, CUT_LINES, "-");
    b->rq->via = VIA_COMMAND;
    bench_answer(b, 0, body, len);
}

static void feed_text(struct bench *b, enum part part, const char *body)
{
    feed(b, part, body, strlen(body));
}

static void test_captured(void **state)
{
    static const struct {
        enum part part;
        const char *fixture;
    } captured[] = {
        {PART_HELLO, "slurm/show_config"},      {PART_DIAG, "slurm/sdiag"},
        {PART_NODES, "slurm/show_node"},        {PART_JOBS, "slurm/squeue"},
        {PART_POOLS, "slurm/show_partition"},   {PART_RESERVATIONS, "slurm/show_reservation"},
        {PART_LICENSES, "slurm/show_licenses"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(captured); i++) {
        struct bench b;
        char name[128];
        size_t len;

        bench_open(&b, "slurm", NULL);
        snprintf(name, sizeof name, "%s.txt", captured[i].fixture);
        char *body = unit_fixture(name, &len);
        feed(&b, captured[i].part, body, len);
        assert_int_equal(b.rc, RC_OK);
        assert_int_equal(b.end, POLL_GOOD);
        assert_int_equal(b.bad, 0);
        snprintf(name, sizeof name, "%s.expected", captured[i].fixture);
        bench_expect(&b, name);
        free(body);
        bench_close(&b);
    }
}

/* Both ways were captured in the same second: what both tell must be the same. */
static const char *field_of(const char *rows, const char *row, const char *field, char out[256])
{
    char mark[128];
    const char *line = rows;

    snprintf(mark, sizeof mark, "%s ", row);
    while (line != NULL && strncmp(line, mark, strlen(mark)) != 0) {
        line = strchr(line, '\n');
        line += line != NULL;
    }
    if (line == NULL)
        fail_msg("no row %s", row);
    snprintf(mark, sizeof mark, " %s=", field);
    const char *at = strstr(line, mark), *end = strchr(line, '\n');
    if (at == NULL || at > end)
        fail_msg("%s has no %s", row, field);
    at += strlen(mark);
    snprintf(out, 256, "%.*s", (int)strcspn(at, " \n"), at);
    return out;
}

static void test_both_ways_tell_the_same(void **state)
{
    static const char *const rows[] = {"job 1",  "job 2",  "job 3_0", "job 3_[99", "job 4", "job 6",
                                       "job 18", "job 19", "job 20",  "job 24",    "job 25"};
    static const char *const fields[] = {"state",
                                         "raw_state",
                                         "user",
                                         "pool",
                                         "priority",
                                         "cpus",
                                         "node_count",
                                         "tasks",
                                         "memory_bytes",
                                         "submitted_at",
                                         "started_at",
                                         "ended_at",
                                         "expected_start_at",
                                         "restarts",
                                         "exit_code",
                                         "nodes",
                                         "devices_requested",
                                         "devices_allocated",
                                         "reason",
                                         "time_limit_seconds",
                                         "licenses",
                                         "requeueable"};
    char *text = unit_fixture("slurm/squeue.expected", NULL);
    char *rest = unit_fixture("slurm/rest38_jobs.expected", NULL);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (size_t k = 0; k < ARRAY_LEN(fields); k++) {
            char a[256], b[256];
            field_of(text, rows[i], fields[k], a);
            field_of(rest, rows[i], fields[k], b);
            if (strcmp(a, b) != 0)
                fail_msg("%s %s: text %s, REST %s", rows[i], fields[k], a, b);
        }
    free(text);
    free(rest);
}

static void test_unchanged_lines_are_kept(void **state)
{
    struct bench b;
    size_t len;
    char *body = unit_fixture("slurm/squeue.txt", &len);

    (void)state;
    bench_open(&b, "slurm", NULL);
    feed(&b, PART_JOBS, body, len);
    feed(&b, PART_JOBS, body, len);
    assert_int_equal(b.rc, RC_OK);
    assert_false(bench_says(&b, "\njob "));
    assert_true(bench_says(&b, "keep job "));
    free(body);
    bench_close(&b);
}

/* ---- squeue ---- */

#define D "\x1f"
#define HEAD "JOBID" D ":00c0ffee" D
#define COLUMNS31                                                                                  \
    "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D      \
    "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D "a" D      \
    "a" D
#define HEADING HEAD COLUMNS31 "NAME" D "\n"
#define JOB(id, state, reason, name)                                                               \
    id D ":00c0ffee" D "9" D state D "5" D "1" D "1" D "1" D "1795338757" D "N/A" D "N/A" D        \
         "NONE" D "UNLIMITED" D "0" D "1" D "OK" D "0" D "N/A" D "N/A" D "N/A" D "N/A" D           \
         "cpu=1,mem=2G" D "" D "" D "(null)" D "(null)" D "(null)" D "(null)" D "(null)" D "li" D  \
         "(null)" D "low" D reason D name D "\n"

static void test_names_cannot_forge_records(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", NULL);
    feed_text(&b, PART_JOBS,
              HEADING JOB("1", "PD", "Priority", "x\n2" D ":deadbeef" D "R" D "9")
                  JOB("3", "R", "None", "a" D "b|c"));
    assert_int_equal(b.rc, RC_OK);
    assert_false(bench_says(&b, "job 2 "));
    assert_true(bench_says(&b, "name=\"x\\x0a2\\x1f:deadbeef\\x1fR\\x1f9\""));
    assert_true(bench_says(&b, "name=\"a\\x1fb|c\""));
    assert_true(bench_says(&b, "job 3 "));
    bench_close(&b);
}

static void test_last_name_with_a_line_end(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", NULL);
    feed_text(&b, PART_JOBS, HEADING JOB("1", "R", "None", "one\n\ntwo"));
    assert_true(bench_says(&b, "name=\"one\\x0a\\x0atwo\""));
    /* squeue was cut off within the name: the record counts, its name is what there is. */
    feed_text(&b, PART_JOBS, HEADING "7" D ":00c0ffee" D COLUMNS31 "na");
    assert_true(bench_says(&b, "job 7 "));
    assert_true(bench_says(&b, "name=na "));
    bench_close(&b);
}

static const char *const text_only[] = {"prefer", "text", NULL};

static struct slurm *inside(struct bench *b)
{
    return b->state;
}

#define TASKS(id, priority, share, reason, alloc)                                                  \
    id D ":00c0ffee" D "9" D "PD" D priority D "1" D "1" D "1" D "1795338757" D "N/A" D "N/A" D    \
         "NONE" D "UNLIMITED" D "0" D "1" D share D "0" D "N/A" D "N/A" D "N/A" D "N/A" D alloc D  \
         "" D "" D "(null)" D "(null)" D "(null)" D "(null)" D "(null)" D "li" D "(null)" D        \
         "low" D reason D "x" D "\n"

/* squeue would write a task that was held or released alone into the line of the others, with their state. */
static void test_tasks_that_differ_are_asked_for(void **state)
{
    struct request_list list = {.count = 0};
    struct request *rq = request_add(&list);
    struct bench b;
    bool unique = false;

    (void)state;
    bench_open(&b, "slurm", text_only);
    slurm_ask(inside(&b), rq, PART_JOBS, WAY_TEXT);
    for (const char *const *word = rq->argv; *word != NULL; word++)
        unique = unique || strcmp(*word, "SQUEUE_ARRAY_UNIQUE=1") == 0;
    assert_true(unique);
    bench_free_request(rq);
    feed_text(&b, PART_JOBS,
              HEADING TASKS("2_[1-4,6-20]", "0", "OK", "JobHeldUser", "cpu=1")
                  TASKS("2_5", "9", "OK", "None", "cpu=1"));
    assert_true(bench_says(&b, "tasks=19"));
    assert_true(bench_says(&b, "state=held"));
    assert_true(bench_says(&b, "job 2_5 "));
    assert_true(bench_says(&b, "state=queued"));
    bench_close(&b);
}

static void test_devices_of_whole_nodes(void **state)
{
    static const struct {
        const char *config, *allocated;
    } cases[] = {
        {"AccountingStorageTRES   = cpu,mem,node\nGresTypes               = gpu\n",
         "devices_allocated=? "},
        {"AccountingStorageTRES   = cpu,mem,node,gres/gpu\nGresTypes = gpu\n",
         "devices_allocated=0 "},
        {"AccountingStorageTRES   = cpu,mem,node\nGresTypes               = (null)\n",
         "devices_allocated=0 "},
        {"", "devices_allocated=? "},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bench b;
        char config[400];
        bench_open(&b, "slurm", text_only);
        snprintf(config, sizeof config, "Configuration data as of 1\n%sSLURM_VERSION = 22.05.8\n",
                 cases[i].config);
        feed_text(&b, PART_HELLO, config);
        feed_text(&b, PART_JOBS,
                  HEADING "9" D ":00c0ffee" D "9" D "R" D "5" D "1" D "1" D "1" D "1795338757" D
                          "N/A" D "N/A" D "NONE" D "UNLIMITED" D "0" D "1" D "NO" D "0" D "N/A" D
                          "N/A" D "N/A" D "N/A" D "cpu=1,mem=2G" D "n1" D "" D "(null)" D "(null)" D
                          "(null)" D "(null)" D "(null)" D "li" D "(null)" D "low" D "None" D "x" D
                          "\n");
        if (!bench_says(&b, cases[i].allocated))
            fail_msg("case %zu: %s", i, b.rows.data);
        bench_close(&b);
    }
}

static void test_an_empty_queue(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", NULL);
    feed_text(&b, PART_JOBS, "Welcome to login01\nCLUSTER: mini\n" HEADING);
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.end, POLL_GOOD);
    bench_close(&b);
}

/* Nothing at all, or a greeting and nothing else, is not an empty queue. */
static void test_output_of_something_else(void **state)
{
    static const char *const outputs[] = {"", "Your password expires in 3 days\n",
                                          "JOBID PARTITION NAME\n1 low x\n"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(outputs); i++) {
        struct bench b;

        bench_open(&b, "slurm", NULL);
        feed_text(&b, PART_JOBS, outputs[i]);
        assert_int_equal(b.rc, RC_SYNTAX);
        assert_int_equal(b.end, POLL_BAD);
        feed_text(&b, PART_NODES, outputs[i]);
        assert_int_equal(b.rc, RC_SYNTAX);
        feed_text(&b, PART_RESERVATIONS, outputs[i]);
        assert_int_equal(b.rc, RC_SYNTAX);
        bench_close(&b);
    }
}

static void test_a_release_without_a_column(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", NULL);
    feed_text(&b, PART_JOBS, HEAD "ST" D "NAME" D "\n");
    assert_int_equal(b.rc, RC_UNSUPPORTED);
    assert_int_equal(b.end, POLL_BAD);
    bench_close(&b);
}

static void test_no_reservations_and_no_licences(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", NULL);
    feed_text(&b, PART_RESERVATIONS, "No reservations in the system\n");
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.end, POLL_GOOD);
    feed_text(&b, PART_LICENSES, "No licenses configured in Slurm.\n");
    assert_int_equal(b.rc, RC_OK);
    bench_close(&b);
}

static void test_states_and_exit_codes(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", NULL);
    feed_text(&b, PART_JOBS,
              HEADING JOB("1", "CG", "None", "a") JOB("2", "PD", "JobHeldAdmin", "b")
                  JOB("3", "PR", "None", "c") JOB("4", "XX", "None", "d")
                      JOB("5", "PD", "Nodes_required_for_job_are_DOWN,_DRAINED", "e"));
    assert_true(bench_says(&b, "job 1 array_job=? array_task=? tasks=1 name=a user=li"));
    assert_true(bench_says(&b, "state=completing raw_state=COMPLETING"));
    assert_true(bench_says(&b, "state=held raw_state=PENDING reason=JobHeldAdmin"));
    assert_true(bench_says(&b, "state=interrupted raw_state=PREEMPTED"));
    assert_true(bench_says(&b, "state=unknown raw_state=XX"));
    assert_true(bench_says(
        &b, "reason=Resources reason_text=\"Nodes required for job are DOWN, DRAINED\""));
    bench_close(&b);
}

/* ---- scontrol ---- */

static void test_free_text_does_not_become_keys(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", NULL);
    feed_text(&b, PART_NODES,
              "NodeName=n1 Arch=x86_64 CPUAlloc=1 CPUTot=8 CPULoad=N/A Gres=(null) GresUsed= "
              "OS=Linux 6.1 #1 SMP  RealMemory=100 State=IDLE+DRAIN+MAINTENANCE Partitions=low "
              "BootTime=None Reason=x\" State=resume CPUTot=9 [half] [root@1795338757] "
              "Comment=Reason=none ReservationName=r1\n"
              "NodeName=n2 State=DOWN* Reason=no bracket\n"
              "NodeName= State=IDLE\n");
    assert_int_equal(b.bad, 1);
    assert_true(bench_says(&b,
                           "node n1 state=idle flags=drain,maint raw_state=IDLE+DRAIN+MAINTENANCE "
                           "reason=\"x\\\" State=resume CPUTot=9 [half]\" reason_by=root "
                           "reason_at=2026-11-22T09:12:37Z"));
    assert_true(bench_says(&b, "cpus_total=8 "));
    assert_true(bench_says(&b, "load=? "));
    assert_true(bench_says(&b, "os=\"Linux 6.1 #1 SMP\""));
    assert_true(bench_says(&b, "reservation=r1"));
    assert_true(bench_says(&b, "node n2 state=down flags=not_responding raw_state=DOWN* "
                               "reason=\"no bracket\" reason_by=? reason_at=?"));
    bench_close(&b);
}

static void test_kv_edges(void **state)
{
    static const struct kv_key keys[] = {{"A", false}, {"B", true}, {"C", false}};
    static const struct {
        const char *line, *a, *b, *c;
    } cases[] = {
        {"", NULL, NULL, NULL},
        {"   ", NULL, NULL, NULL},
        {"A=1", "1", NULL, NULL},
        {"A= B= C=", "", "", ""},
        {"A=1 junk X=2 B=two words  more C=3", "1", "two words  more", "3"},
        {"B=C=x y C=3", NULL, "C=x y", "3"},
        {"A=1 A=2", "1", NULL, NULL},
        {"=1 A", NULL, NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct span v[3];
        const char *const want[3] = {cases[i].a, cases[i].b, cases[i].c};

        kv_split((struct span){cases[i].line, strlen(cases[i].line)}, keys, 3, v);
        for (int k = 0; k < 3; k++) {
            if (!span_is(v[k], want[k] != NULL ? want[k] : ""))
                fail_msg("%s: %s is %.*s", cases[i].line, keys[k].name, (int)v[k].len, v[k].text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_captured),
        cmocka_unit_test(test_both_ways_tell_the_same),
        cmocka_unit_test(test_unchanged_lines_are_kept),
        cmocka_unit_test(test_names_cannot_forge_records),
        cmocka_unit_test(test_last_name_with_a_line_end),
        cmocka_unit_test(test_tasks_that_differ_are_asked_for),
        cmocka_unit_test(test_devices_of_whole_nodes),
        cmocka_unit_test(test_an_empty_queue),
        cmocka_unit_test(test_output_of_something_else),
        cmocka_unit_test(test_a_release_without_a_column),
        cmocka_unit_test(test_no_reservations_and_no_licences),
        cmocka_unit_test(test_states_and_exit_codes),
        cmocka_unit_test(test_free_text_does_not_become_keys),
        cmocka_unit_test(test_kv_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
