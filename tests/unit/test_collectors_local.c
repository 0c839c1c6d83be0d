/* SPDX-License-Identifier: MIT
 * test_collectors_local.c - this machine: what the probe prints and what the collector makes of it. */
#include "collectors/local/probe.h"
#include "tests/unit/collectors_bench.h"
#include <unistd.h>

static void ask(struct bench *b)
{
    for (int i = 0; i < 3 && bench_plan(b) == NULL; i++)
        b->now = b->next;
    assert_non_null(b->rq);
}

static void test_plan(void **state)
{
    static const char *const options[] = {"interval", "7s", NULL};
    struct bench b;

    (void)state;
    bench_open(&b, "local", options);
    ask(&b);
    assert_int_equal(b.rq->via, VIA_COMMAND);
    assert_string_equal(b.rq->argv[0], "/usr/bin/suantop");
    assert_string_equal(b.rq->argv[1], "probe");
    assert_null(b.rq->argv[2]);
    assert_true(b.rq->total_ms == 3000);
    bench_answer_text(&b, 0, "{\"entity\":\"node\",\"name\":\"h\"}\n{\"entity\":\"end\"}\n");
    assert_int_equal(b.rc, RC_OK);
    assert_null(bench_plan(&b));
    assert_true(b.next - b.now > 6000 && b.next - b.now <= 7000);
    b.ops->refresh(b.state, b.now);
    b.now += 1000;
    assert_non_null(bench_plan(&b));
    bench_close(&b);
}

#define NODE(uptime, ticks, idle)                                                                     \
    "{\"entity\":\"node\",\"name\":\"login1\",\"os\":\"Linux 6.1\",\"load\":1.500,\"uptime\":" uptime \
    ",\"memory_total_kib\":1024.000,\"memory_available_kib\":512.000,\"cpu_ticks\":" ticks            \
    ",\"cpu_idle_ticks\":" idle ",\"booted_at\":1795330000.000,\"cpus\":8.000}\n"
#define ENERGY(uj)                                                                                 \
    "{\"entity\":\"energy\",\"zone\":\"intel-rapl:0\",\"label\":\"package-0\",\"microjoules\":" uj \
    ",\"range\":1000000000.000}\n"
#define SENSOR(kind, chip, label, value)                                                           \
    "{\"entity\":\"sensor\",\"kind\":\"" kind "\",\"chip\":\"" chip "\",\"label\":\"" label        \
    "\",\"value\":" value ",\"limit\":100.000}\n"
#define END "{\"entity\":\"end\"}\n"

static void test_rates_need_two_samples(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "local", NULL);
    ask(&b);
    bench_answer_text(&b, 0, NODE("100.0", "1000", "900") ENERGY("999000000") END);
    assert_int_equal(b.rc, RC_OK);
    assert_true(bench_says(
        &b,
        "node login1 cpus_total=8 memory_total_bytes=1048576 memory_free_bytes=524288 load=1.5 power_watts=? temperature_celsius=?"));
    assert_true(bench_says(&b, "cpu_utilization_percent=? booted_at=2026-11-22T06:46:40Z"));
    ask(&b);
    /* The energy counter wrapped around: 1 + 249 J in 5 s. */
    bench_answer_text(&b, 0, NODE("105.0", "1200", "950") ENERGY("249000000") END);
    assert_true(bench_says(&b, "power_watts=50 "));
    assert_true(bench_says(&b, "cpu_utilization_percent=75 "));
    /* Rebooted: neither counter can be compared. */
    ask(&b);
    bench_answer_text(&b, 0, NODE("3.0", "100", "90") ENERGY("5") END);
    assert_true(bench_says(&b, "power_watts=? "));
    assert_true(bench_says(&b, "cpu_utilization_percent=? "));
    bench_close(&b);
}

static void test_hottest_sensor(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "local", NULL);
    ask(&b);
    bench_answer_text(
        &b, 0,
        NODE("100.0", "1000", "900") SENSOR("temperature", "coretemp", "Core 0", "61.000")
            SENSOR("temperature", "coretemp", "Package id 0", "64.500")
                SENSOR("temperature", "nct6775", "AUXTIN", "-128.000")
                    SENSOR("temperature", "acpitz", "temp1", "255.000")
                        SENSOR("fan", "nct6775", "fan1", "0.000")
                            SENSOR("fan", "nct6775", "fan2", "1480.000")
                                SENSOR("power", "power_meter", "power1", "312.000")
                                    SENSOR("power", "amdgpu", "PPT", "400.000") END);
    assert_true(bench_says(&b,
                           "power_watts=312 temperature_celsius=64.5 temperature_sensor=\"coretemp "
                           "Package id 0\" temperature_limit_celsius=100 fan_rpm=1480"));
    assert_true(bench_says(&b, "note=?"));
    bench_close(&b);
}

/* A driver hung and the child was killed: what it had printed before counts. */
static void test_a_probe_that_hung(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, "local", NULL);
    ask(&b);
    b.reply.rc = RC_OK;
    bench_answer_text(&b, 137, NODE("100.0", "1000", "900"));
    assert_int_equal(b.rc, RC_OK);
    assert_true(bench_says(&b, "node login1 "));
    assert_true(bench_says(&b, "did not answer in time"));
    ask(&b);
    b.reply.rc = err_set(&b.reply.err, RC_TIMEOUT, "probe", "no answer");
    bench_answer_text(&b, 0, "");
    assert_int_equal(b.rc, RC_TIMEOUT);
    assert_int_equal(b.end, POLL_BAD);
    bench_close(&b);
}

static void test_nonsense(void **state)
{
    static const char *const outputs[] = {
        "",     "usage: suantop\n", "{\"entity\":\"node\",\"name\":\"\"}\n",
        "[]\n", "{\"entity\":7}\n", "\x1b[2J\n"};
    struct bench b;

    (void)state;
    bench_open(&b, "local", NULL);
    for (size_t i = 0; i < ARRAY_LEN(outputs); i++) {
        ask(&b);
        bench_answer_text(&b, 0, outputs[i]);
        assert_int_equal(b.rc, RC_SCHEMA);
        assert_false(bench_says(&b, "node "));
    }
    ask(&b);
    bench_answer_text(
        &b, 0,
        "{\"entity\":\"node\",\"name\":\"h\",\"load\":-1,\"cpus\":1e999,\"uptime\":\"x\","
        "\"booted_at\":1e18,\"memory_total_kib\":null}\n" END);
    assert_true(
        bench_says(&b, "node h cpus_total=? memory_total_bytes=? memory_free_bytes=? load=? "));
    assert_true(bench_says(&b, "booted_at=?"));
    bench_close(&b);
}

/* ---- the probe over a made-up /proc and /sys ---- */

static void test_probe_files(void **state)
{
    struct bench b;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    assert_non_null(out);
    assert_int_equal(local_probe_at(out, UNIT_FIXTURES "/local/root"), 0);
    fclose(out);
    bench_open(&b, "local", NULL);
    ask(&b);
    bench_answer(&b, 0, text, len);
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.bad, 0);
    assert_true(bench_says(&b, "node cn\\\"7 cpus_total=2 memory_total_bytes=16777216 "
                               "memory_free_bytes=8388608 load=3.25 ") ||
                bench_says(&b, "node \"cn\\\"7\" cpus_total=2 memory_total_bytes=16777216 "
                               "memory_free_bytes=8388608 load=3.25 "));
    assert_true(
        bench_says(&b, "temperature_celsius=47.5 temperature_sensor=\"thermal x86_pkg_temp\""));
    assert_true(bench_says(&b, "booted_at=2026-11-22T08:46:50Z"));
    assert_non_null(strstr(text, "\"microjoules\":262143328850.000"));
    free(text);
    bench_close(&b);
}

static void test_probe_of_nothing(void **state)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    assert_int_equal(local_probe_at(out, "/proc/nonexistent"), 0);
    fclose(out);
    assert_non_null(strstr(text, "{\"entity\":\"end\"}\n"));
    free(text);
}

/* This very machine, with libsensors: whatever it has, the lines must be good. */
static void test_probe_of_this_machine(void **state)
{
    struct bench b;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    assert_int_equal(local_probe(out), 0);
    fclose(out);
    bench_open(&b, "local", NULL);
    ask(&b);
    bench_answer(&b, 0, text, len);
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.bad, 0);
    assert_true(bench_says(&b, " load="));
    free(text);
    bench_close(&b);
}

/* The value of a key in what a probe prints of the machine now. */
static double probed(const char *key)
{
    char *text = NULL, *at;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    local_probe_machine(out, "");
    fclose(out);
    at = strstr(text, key);
    assert_non_null(at);
    double v = strtod(at + strlen(key), NULL);
    free(text);
    return v;
}

/* Its files stay open between two rounds, and are read anew all the same. */
static void test_each_round_reads_anew(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        double before = probed("\"uptime\":");
        usleep(30000);
        assert_true(probed("\"uptime\":") > before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan),
        cmocka_unit_test(test_rates_need_two_samples),
        cmocka_unit_test(test_hottest_sensor),
        cmocka_unit_test(test_a_probe_that_hung),
        cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_probe_files),
        cmocka_unit_test(test_probe_of_nothing),
        cmocka_unit_test(test_probe_of_this_machine),
        cmocka_unit_test(test_each_round_reads_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
