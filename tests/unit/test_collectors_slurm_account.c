/* SPDX-License-Identifier: MIT
 * test_collectors_slurm_account.c - runs of jobs as the accounting tells them: what is asked, when, which way, and
 * which rows come of it. */
#include "collectors/slurm/slurm.h"
#include "tests/unit/collectors_bench.h"

#define META "\"meta\":{\"slurm\":{\"release\":\"26.05.3\",\"cluster\":\"hpc\"}},"
#define EMPTY "{" META "\"errors\":[],\"jobs\":[]}"
#define MARK "\x1f:00c0ffee\x1f"
#define HEADING                                                                                    \
    "JobID" MARK "JobIDRaw" MARK "State" MARK "UID" MARK "User" MARK "Account" MARK                \
    "Partition" MARK "Submit" MARK "Eligible" MARK "Start" MARK "End" MARK "NNodes" MARK           \
    "AllocCPUS" MARK "AllocTRES" MARK "NodeList" MARK "JobName\n"

static const char *const over_url[] = {"url", "https://s:6820", "user", "ops", "token_file", "t",
                                       NULL};
static const char *const over_ssh[] = {"command", "ssh login1", "prefer", "text", NULL};
static const char *const both[] = {"url", "https://s:6820", "user",       "ops", "token_file",
                                   "t",   "command",        "ssh login1", NULL};

static struct slurm *inside(struct bench *b)
{
    return b->state;
}

static void rest_request(struct bench *b)
{
    bench_request(b, what_of(PART_ACCOUNT, WAY_REST), 0, CUT_JSON, "jobs");
}

static void text_request(struct bench *b)
{
    bench_request(b, what_of(PART_ACCOUNT, WAY_TEXT), 0x00c0ffee, CUT_LINES, NULL);
    b->rq->via = VIA_COMMAND;
}

static void answer_fixture(struct bench *b, const char *name)
{
    size_t len;
    char *text = unit_fixture(name, &len);

    bench_answer(b, b->rq->via == VIA_COMMAND ? 0 : 200, text, len);
    assert_int_equal(b->rc, RC_OK);
    free(text);
}

static unsigned rows(const struct bench *b)
{
    unsigned n = 0;

    for (const char *p = b->rows.data; (p = strstr(p, "attempt ")) != NULL; p++)
        n += p == b->rows.data || p[-1] == '\n';
    return n;
}

/* ---- rows ---- */

static void test_rest_of_22_05(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    rest_request(&b);
    answer_fixture(&b, "slurm/rest38_accounts.json");
    bench_expect(&b, "slurm/rest38_accounts.expected");
    assert_int_equal(inside(&b)->accounting, ACCOUNTING_THERE);
    bench_close(&b);
}

static void test_sacct_of_22_05(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_ssh);
    text_request(&b);
    answer_fixture(&b, "slurm/sacct.txt");
    bench_expect(&b, "slurm/sacct.expected");
    assert_int_equal(b.bad, 0);
    bench_close(&b);
}

/* Later shapes: arrays of states, numbers that may be unset, who failed, how often before. */
static void test_newer_shapes(void **state)
{
    static const char body[] =
        "{" META "\"errors\":[],\"jobs\":["
        "{\"job_id\":21,\"array\":{\"job_id\":20,\"task_id\":{\"set\":true,\"infinite\":false,\"number\":7}},\"cluster\":\"hpc\",\"name\":\"train\",\"user\":\"li\",\"account\":\"lab\","
        "\"partition\":\"gpu\",\"state\":{\"current\":[\"NODE_FAIL\"],\"reason\":\"None\"},\"time\":{\"start\":1795000000,\"end\":1795003600,\"submission\":1794990000,\"eligible\":1794990000},"
        "\"nodes\":\"n[1-2]\",\"allocation_nodes\":2,\"kill_request_user\":\"\",\"failed_node\":\"n2\",\"restart_cnt\":2,"
        "\"tres\":{\"allocated\":[{\"type\":\"cpu\",\"name\":\"\",\"count\":64},{\"type\":\"gres\",\"name\":\"gpu\",\"count\":16},{\"type\":\"gres\",\"name\":\"gpu:h200\",\"count\":16}]}},"
        "{\"job_id\":22,\"array\":{\"job_id\":0,\"task_id\":{\"set\":false,\"infinite\":false,\"number\":0}},\"cluster\":\"hpc\",\"user\":\"li\",\"state\":{\"current\":[\"CANCELLED\"]},"
        "\"time\":{\"start\":{\"set\":true,\"infinite\":false,\"number\":1795000000},\"end\":{\"set\":true,\"infinite\":false,\"number\":1795000001}},\"kill_request_user\":\"root\",\"tres\":{\"allocated\":[]}},"
        "{\"job_id\":23,\"cluster\":\"elsewhere\",\"state\":{\"current\":[\"FAILED\"]},\"time\":{\"start\":1795000000,\"end\":1795000001}},"
        "{\"job_id\":24,\"cluster\":\"hpc\",\"state\":{\"current\":[\"RUNNING\"]},\"time\":{\"start\":1795000000,\"end\":0}},"
        "{\"job_id\":25,\"cluster\":\"hpc\",\"state\":{\"current\":[\"CANCELLED\"]},\"time\":{\"start\":0,\"end\":1795000001}},"
        "{\"job_id\":26,\"cluster\":\"hpc\",\"user\":\"li\",\"state\":{\"current\":[\"CANCELLED\"]},\"time\":{\"start\":1795000000,\"end\":1795000001}},"
        "{\"job_id\":27,\"cluster\":\"hpc\",\"user\":\"li\",\"state\":{\"current\":[\"PENDING\",\"REQUEUED\"]},\"time\":{\"start\":1795000000,\"end\":1795000001}},"
        "{\"job_id\":28,\"cluster\":\"hpc\",\"user\":\"li\",\"state\":{\"current\":[\"PENDING\",\"RESIZING\"]},\"time\":{\"start\":1795000000,\"end\":1795000001}},"
        /* cancelled while it waited; the last one ran, for less than a second */
        "{\"job_id\":29,\"cluster\":\"hpc\",\"user\":\"li\",\"state\":{\"current\":[\"CANCELLED\"]},\"nodes\":\"None assigned\",\"time\":{\"start\":1795000000,\"end\":1795000000},\"kill_request_user\":\"root\"},"
        "{\"job_id\":30,\"cluster\":\"hpc\",\"user\":\"li\",\"state\":{\"current\":[\"CANCELLED\"]},\"nodes\":\"n1\",\"time\":{\"start\":1795000000,\"end\":1795000000},\"kill_request_user\":\"root\"}"
        "]}";
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    snprintf(inside(&b)->rest_cluster, 64, "hpc");
    inside(&b)->api = 44;
    rest_request(&b);
    bench_answer_text(&b, 200, body);
    assert_int_equal(rows(&b), 5);
    assert_true(bench_says(&b, "attempt 30@1795000000"));
    assert_true(bench_says(
        &b, "attempt 20_7@1795000000 job=20_7 name=train user=li account=lab pool=gpu number=3"));
    assert_true(bench_says(
        &b,
        "end=node_fail raw_state=NODE_FAIL nodes=n[1-2] node_count=2 devices=16 cpus=64 failed_node=n2 seen_by=accounting"));
    assert_true(
        bench_says(&b, "end=cancelled_by_operator raw_state=CANCELLED devices=0 ended_by=root"));
    assert_true(bench_says(&b, "attempt 26@1795000000"));
    assert_true(bench_says(&b, "end=unknown"));
    assert_true(bench_says(&b, "end=requeued raw_state=PENDING+REQUEUED"));
    bench_close(&b);
}

/* Without gres/gpu among the records nobody knows how many devices a run had. */
static void test_devices_are_not_guessed(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_ssh);
    text_request(&b);
    bench_answer_text(&b, 0,
                      HEADING "5" MARK "5" MARK "FAILED" MARK "9" MARK "li" MARK "lab" MARK
                              "gpu" MARK "100" MARK "100" MARK "200" MARK "300" MARK "1" MARK
                              "8" MARK "cpu=8,mem=1G" MARK "n1" MARK "x\n");
    assert_int_equal(rows(&b), 1);
    assert_false(bench_says(&b, "devices="));
    bench_close(&b);
}

/* A name cannot pretend to be a record: it does not know the mark. */
static void test_names_with_line_ends(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_ssh);
    text_request(&b);
    bench_answer_text(&b, 0,
                      HEADING "5" MARK "5" MARK "FAILED" MARK "9" MARK "li" MARK "lab" MARK
                              "gpu" MARK "100" MARK "100" MARK "200" MARK "300" MARK "1" MARK
                              "8" MARK "cpu=8,gres/gpu=4" MARK "n1" MARK "a|b\x1f\n"
                              "6\x1f:00000000\x1f"
                              "6\x1f:00000000\x1f"
                              "NODE_FAIL\x1f:00000000\x1f"
                              "9\n");
    assert_int_equal(rows(&b), 1);
    assert_true(bench_says(&b, "devices=4"));
    assert_false(bench_says(&b, "NODE_FAIL"));
    bench_close(&b);
}

/* The questions overlap: what was told already is not told again. */
static void test_the_same_again(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_ssh);
    text_request(&b);
    answer_fixture(&b, "slurm/sacct.txt");
    assert_true(rows(&b) > 20);
    text_request(&b);
    answer_fixture(&b, "slurm/sacct.txt");
    assert_int_equal(rows(&b), 0);
    bench_close(&b);
    bench_open(&b, "slurm", over_url);
    for (int i = 0; i < 2; i++) {
        rest_request(&b);
        answer_fixture(&b, "slurm/rest38_accounts.json");
        assert_int_equal(rows(&b) > 20, i == 0);
    }
    bench_close(&b);
}

/* ---- questions ---- */

/* Answers everything else until the accounting is asked. */
static void until_accounts(struct bench *b)
{
    for (int i = 0; i < 5000; i++) {
        if (bench_plan(b) == NULL) {
            b->now = b->next;
            continue;
        }
        if (part_of(b->rq->what) == PART_ACCOUNT)
            return;
        if (strcmp(b->rq->label, "scontrol show config") == 0)
            bench_answer_text(b, 0, "ClusterName = hpc\nSLURM_VERSION = 26.05.3\n");
        else
            bench_answer_text(
                b, 200,
                "{" META
                "\"errors\":[],\"pings\":[],\"nodes\":[],\"jobs\":[],\"partitions\":[],\"reservations\":[],\"licenses\":[]}");
        assert_int_equal(b->rc, RC_OK);
    }
    fail_msg("the accounting is never asked");
}

static bool asks_for(const struct bench *b, const char *piece)
{
    return strstr(b->rq->path, piece) != NULL;
}

static bool has_word(const struct bench *b, const char *word)
{
    for (size_t i = 0; b->rq->argv[i] != NULL; i++)
        if (strcmp(b->rq->argv[i], word) == 0)
            return true;
    return false;
}

/* Nobody knows how many jobs end: an hour at first, then further back, then what is new. */
static void test_questions_over_rest(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    until_accounts(&b);
    assert_string_equal(b.rq->path,
                        "/slurmdb/v0.0.45/jobs?skip_steps=true&show_duplicates=true"
                        "&disable_truncate_usage_time=true&cluster=hpc&start_time=now-3600");
    assert_string_equal(b.rq->label, "GET /slurmdb/jobs");
    for (int e = 0; e < ENTITY_COUNT; e++)
        assert_false(b.rq->lists[e]);
    assert_int_equal(b.rq->first_byte_ms, 6000); /* less than a snapshot waits */
    bench_answer_text(&b, 200, EMPTY);
    mono_ms answered = b.now;
    /* Nothing ended in that hour, so the rest of the day can be had at once. */
    until_accounts(&b);
    assert_in_range(b.now - answered, 15000, 40000);
    assert_true(asks_for(&b, "end_time=now-36"));
    assert_true(asks_for(&b, "start_time=now-864"));
    assert_int_equal(b.rq->first_byte_ms, 20000);
    bench_answer_text(&b, 200, EMPTY);
    answered = b.now;
    until_accounts(&b);
    assert_in_range(b.now - answered, 250000, 330000);
    assert_false(asks_for(&b, "end_time"));
    assert_true(asks_for(&b, "start_time=now-9")); /* 5 minutes and the overlap of 10 */
    bench_answer_text(&b, 200, EMPTY);
    assert_int_equal(inside(&b)->accounting, ACCOUNTING_THERE);
    assert_null(strstr(inside(&b)->note, "accounting"));
    bench_close(&b);
}

/* The controller's statistics tell how much to expect: 10 jobs a second are 36 000 an hour. */
static void test_questions_on_a_busy_cluster(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    inside(&b)->api = 45;
    snprintf(inside(&b)->rest_cluster, 64, "hpc");
    inside(&b)->volume.ended_a_second = 10;
    slurm_accounts_turn(inside(&b), b.now, 0);
    assert_in_range(inside(&b)->accounts.from_ms, 300000, 300000);
    inside(&b)->volume.ended_a_second = 0.1;
    slurm_accounts_turn(inside(&b), b.now, 0);
    assert_in_range(inside(&b)->accounts.from_ms, 8000000, 16000000);
    inside(&b)->volume.ended_a_second = 0;
    slurm_accounts_turn(inside(&b), b.now, 0);
    assert_int_equal(inside(&b)->accounts.from_ms, 86400000);
    bench_close(&b);
}

static void test_statistics_tell_how_many_end(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    bench_request(&b, what_of(PART_DIAG, WAY_REST), 0, CUT_JSON, "-");
    bench_answer_text(
        &b, 200,
        "{" META
        "\"errors\":[],\"statistics\":{\"jobs_pending\":1,\"jobs_running\":7,\"jobs_completed\":3000,\"jobs_canceled\":500,\"jobs_failed\":100,\"req_time\":1795003600,\"req_time_start\":{\"set\":true,\"number\":1795000000}}}");
    assert_int_equal(inside(&b)->volume.running, 7);
    assert_int_equal(inside(&b)->volume.ended_a_second * 1000, 1000);
    bench_close(&b);
}

/* While the machine slept only one of the clocks went on. */
static void test_after_a_sleep(void **state)
{
    struct bench b;
    struct slurm *s;

    (void)state;
    bench_open(&b, "slurm", over_url);
    s = inside(&b);
    s->api = 45;
    s->accounts.first = s->accounts.newest = b.now;
    s->accounts.first_wall = s->accounts.newest_wall = 1795000000000;
    s->accounts.covered_ms = 86400000;
    slurm_accounts_turn(s, b.now + 1000, 1795000000000 + 7200000);
    assert_int_equal(s->accounts.from_ms, 7200000 + 600000);
    slurm_accounts_turn(s, b.now + 1000, 1795000000000 - 7200000); /* set back: no matter */
    assert_int_equal(s->accounts.from_ms, 1000 + 600000);
    slurm_accounts_turn(s, b.now + INT64_C(400000000), 1795000000000);
    assert_int_equal(s->accounts.from_ms, 86400000);
    bench_close(&b);
}

static void test_questions_to_sacct(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_ssh);
    inside(&b)->parts[PART_HELLO].due = inside(&b)->parts[PART_DIAG].due = b.now + 1000;
    for (int p = PART_DIAG; p < PART_ACCOUNT; p++)
        inside(&b)->parts[p].due = b.now + 1000;
    assert_non_null(bench_plan(&b));
    assert_string_equal(b.rq->label, "sacct");
    assert_string_equal(b.rq->prefix, "ssh login1");
    assert_true(has_word(&b, "-D") && has_word(&b, "-X") && has_word(&b, "-a"));
    assert_true(has_word(&b, "now-3600seconds") && has_word(&b, "now"));
    assert_true(has_word(&b, "CD,F,TO,NF,PR,RQ,CA,OOM,BF,DL"));
    bench_close(&b);
}

static void test_off(void **state)
{
    static const char *const off[] = {"url", "https://s:6820", "accounting", "off", NULL};
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", off);
    snprintf(inside(&b)->rest_cluster, 64, "hpc");
    inside(&b)->api = 45;
    assert_false(slurm_accounts_apply(b.state));
    bench_close(&b);
}

static void test_the_window_can_be_set(void **state)
{
    static const char *const options[] = {
        "url", "https://s:6820", "accounting_window", "30m", "accounting_interval", "2m", NULL};
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", options);
    until_accounts(&b);
    assert_true(asks_for(&b, "start_time=now-1800"));
    bench_answer_text(&b, 200, EMPTY);
    mono_ms answered = b.now;
    until_accounts(&b);
    assert_in_range(b.now - answered, 110000, 140000);
    assert_true(asks_for(&b, "start_time=now-7"));
    bench_close(&b);
}

/* ---- no accounting, or a slow one ---- */

static void test_no_accounting(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    until_accounts(&b);
    bench_answer_text(&b, 404,
                      "Unable find requested URL. Please view /openapi/v3 for API reference.");
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(inside(&b)->accounting, ACCOUNTING_ABSENT);
    assert_int_equal(inside(&b)->api, 45); /* no reason to negotiate again */
    assert_true(bench_says(&b, "no accounting (slurmdbd)"));
    mono_ms answered = b.now;
    b.now += 60000;
    b.ops->refresh(b.state, b.now);
    for (int i = 0; i < 60; i++) {
        if (bench_plan(&b) == NULL)
            b.now = b.next;
        else
            assert_int_not_equal(part_of(b.rq->what), PART_ACCOUNT);
        if (b.rq != NULL)
            bench_answer_text(&b, 200, EMPTY);
    }
    assert_true(inside(&b)->parts[PART_ACCOUNT].due - answered > 3000000);
    bench_close(&b);
}

static void test_sacct_takes_over(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", both);
    until_accounts(&b);
    assert_string_equal(b.rq->label, "GET /slurmdb/jobs");
    bench_answer_text(&b, 404, "Unable find requested URL.");
    assert_int_equal(b.rc, RC_OK);
    until_accounts(&b);
    assert_string_equal(b.rq->label, "sacct");
    b.reply.head = "Slurm accounting storage is disabled\n";
    bench_answer_text(&b, 1, "");
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(inside(&b)->accounting, ACCOUNTING_ABSENT);
    bench_close(&b);
}

static void test_big_answers_go_to_sacct(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", both);
    inside(&b)->volume.running = 20000; /* which run now come along over REST: 140 MB */
    until_accounts(&b);
    assert_string_equal(b.rq->label, "sacct");
    bench_close(&b);
}

/* The commands of another cluster are not asked. */
static void test_foreign_commands_are_not_asked(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", both);
    inside(&b)->api = 45;
    snprintf(inside(&b)->rest_cluster, 64, "hpc");
    snprintf(inside(&b)->text_cluster, 64, "other");
    inside(&b)->accounts.rest_absent = true;
    assert_false(slurm_accounts_apply(b.state));
    snprintf(inside(&b)->text_cluster, 64, "hpc");
    assert_true(slurm_accounts_apply(b.state));
    bench_close(&b);
}

static const struct {
    int status;
    enum rc rc;
    const char *body, *trouble;
} troubles[] = {
    {200, RC_OK,
     "{" META
     "\"errors\":[{\"description\":\"Failed connecting to slurmdbd\",\"error_number\":7000,\"error\":\"Unable to connect to database\"}],\"jobs\":[]}",
     "Unable to connect to database"},
    {500, RC_OK, "{" META "\"errors\":[{\"error_number\":1,\"error\":\"odd\"}]}", "odd"},
    {503, RC_OK, "busy", "HTTP status 503"},
    {401, RC_OK, "Authentication failure", "HTTP status 401"},
    {0, RC_TIMEOUT, "", "nothing came"},
    {200, RC_LIMIT, "", "nothing came"},
};

static void test_trouble_is_only_noted(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(troubles); i++) {
        struct bench b;
        bench_open(&b, "slurm", over_url);
        until_accounts(&b);
        b.reply.rc = troubles[i].rc;
        err_set(&b.reply.err, troubles[i].rc, "x", "nothing came");
        bench_answer_text(&b, troubles[i].status, troubles[i].body);
        assert_int_equal(b.rc, RC_OK);
        if (strstr(inside(&b)->accounts.trouble, troubles[i].trouble) == NULL)
            fail_msg("case %zu: %s", i, inside(&b)->accounts.trouble);
        assert_non_null(strstr(inside(&b)->note, "; accounting: "));
        bench_close(&b);
    }
}

/* Each failure doubles the wait and halves the stretch; a good answer forgets that. */
static void test_trouble_backs_off(void **state)
{
    struct bench b;
    int64_t wait[3];

    (void)state;
    bench_open(&b, "slurm", over_url);
    for (int i = 0; i < 3; i++) {
        until_accounts(&b);
        mono_ms asked = b.now;
        b.reply.rc = RC_TIMEOUT;
        bench_answer_text(&b, 0, "");
        wait[i] = inside(&b)->parts[PART_ACCOUNT].due - asked;
    }
    assert_in_range(wait[0], 500000, 700000);
    assert_in_range(wait[1], 1000000, 1400000);
    assert_in_range(wait[2], 2000000, 2800000);
    until_accounts(&b);
    assert_true(asks_for(&b, "start_time=now-450"));
    bench_answer_text(&b, 200, EMPTY);
    assert_int_equal(inside(&b)->accounts.failures, 0);
    assert_null(strstr(inside(&b)->note, "accounting"));
    bench_close(&b);
}

/* "Nothing found" is an error entry in 22.05, and an answer. */
static void test_nothing_found(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    until_accounts(&b);
    bench_answer_text(
        &b, 200,
        "{" META
        "\"errors\":[{\"description\":\"Nothing found\",\"error_number\":9003,\"error\":\"Nothing found with query\"}],\"jobs\":[]}");
    assert_int_equal(inside(&b)->accounting, ACCOUNTING_THERE);
    assert_string_equal(inside(&b)->accounts.trouble, "");
    bench_close(&b);
}

static void test_a_lost_connection_is_the_sources(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_url);
    until_accounts(&b);
    b.reply.rc = RC_NET;
    err_set(&b.reply.err, RC_NET, "x", "refused");
    bench_answer_text(&b, 0, "");
    assert_int_equal(b.rc, RC_NET);
    bench_close(&b);
}

static void test_what_is_not_sacct(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "slurm", over_ssh);
    text_request(&b);
    bench_answer_text(&b, 0, "Welcome to login1\n");
    assert_int_equal(b.rc, RC_OK);
    assert_non_null(strstr(inside(&b)->accounts.trouble, "not what sacct prints"));
    assert_int_equal(inside(&b)->accounting, ACCOUNTING_UNKNOWN);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rest_of_22_05),
        cmocka_unit_test(test_sacct_of_22_05),
        cmocka_unit_test(test_newer_shapes),
        cmocka_unit_test(test_devices_are_not_guessed),
        cmocka_unit_test(test_names_with_line_ends),
        cmocka_unit_test(test_the_same_again),
        cmocka_unit_test(test_questions_over_rest),
        cmocka_unit_test(test_questions_on_a_busy_cluster),
        cmocka_unit_test(test_statistics_tell_how_many_end),
        cmocka_unit_test(test_after_a_sleep),
        cmocka_unit_test(test_questions_to_sacct),
        cmocka_unit_test(test_off),
        cmocka_unit_test(test_the_window_can_be_set),
        cmocka_unit_test(test_no_accounting),
        cmocka_unit_test(test_sacct_takes_over),
        cmocka_unit_test(test_big_answers_go_to_sacct),
        cmocka_unit_test(test_foreign_commands_are_not_asked),
        cmocka_unit_test(test_trouble_is_only_noted),
        cmocka_unit_test(test_trouble_backs_off),
        cmocka_unit_test(test_nothing_found),
        cmocka_unit_test(test_a_lost_connection_is_the_sources),
        cmocka_unit_test(test_what_is_not_sacct),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
