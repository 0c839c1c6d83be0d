/* SPDX-License-Identifier: MIT
 * test_node_keeper.c - collectors in children that answer, hang, die and babble. */
#include "tests/unit/unit.h"
#include "node/devices.h"
#include "node/keeper.h"
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define TELL "echo '{\"entity\":\"node\",\"name\":\"n\",\"load\":1.5}'; "
#define END "echo '{\"entity\":\"end\"}'; "

enum { PATIENT_MS = 60000 }; /* a deadline that no machine is too slow for */

static struct samples told;

static double value_of(enum family family)
{
    for (size_t i = 0; i < told.count; i++)
        if (told.at[i].family == family)
            return told.at[i].value;
    return -1;
}

static bool look(struct keeper *k, mono_ms now)
{
    samples_reset(&told);
    return keeper_read(k, now, &told);
}

static struct keeper *start(const char *const argv[], int64_t interval, int64_t deadline)
{
    return keeper_start(&(struct keeper_conf){
        .name = "test", .argv = argv, .interval_ms = interval, .deadline_ms = deadline});
}

/* Looks, as if so much later, until the collector's success is that, a minute at most; whether that is current. */
static bool await_look(struct keeper *k, double wanted, int64_t later_ms)
{
    const struct timespec step = {0, 10000000};

    for (int i = 0; i < 6000; i++, nanosleep(&step, NULL)) {
        bool current = look(k, clock_mono() + later_ms);
        if (value_of(FAMILY_SUCCESS) == wanted)
            return current;
    }
    fail_msg("success did not become %g", wanted);
    return false;
}

static void await_success(struct keeper *k, double wanted)
{
    await_look(k, wanted, 0);
}

static int begin(void **state)
{
    (void)state;
    samples_init(&told);
    return 0;
}

static int end(void **state)
{
    (void)state;
    samples_fini(&told);
    return 0;
}

static void test_answers(void **state)
{
    static const char *const argv[] = {"/bin/sh", "-c", "while read x; do " TELL END "done", NULL};
    struct keeper *k = start(argv, 50, PATIENT_MS);

    (void)state;
    await_success(k, 1);
    assert_true(look(k, clock_mono()));
    assert_true(value_of(FAMILY_LOAD) == 1.5);
    assert_true(value_of(FAMILY_DURATION) >= 0);
    assert_true(value_of(FAMILY_LAST_SUCCESS) > 1.7e9);
    keeper_stop(k);
}

/* It tells once, then hangs: killed at the deadline, the values stay for a while, and how old they are is told. The next child
 * does the same, so each look has to tell all. */
static void test_hangs(void **state)
{
    static const char *const argv[] = {"/bin/sh", "-c",
                                       "read x; " TELL END "read x; " TELL "exec sleep 1000", NULL};
    struct keeper *k = start(argv, 50, 400);

    (void)state;
    await_success(k, 1);
    assert_false(await_look(k, 0, 0));
    assert_true(value_of(FAMILY_LOAD) == 1.5);
    assert_true(value_of(FAMILY_DURATION) >= 0.4 && value_of(FAMILY_DURATION) < 30);
    assert_true(value_of(FAMILY_LAST_SUCCESS) > 0);
    await_look(k, 0, 2 * KEEPER_KEEP_MS);
    assert_true(value_of(FAMILY_LOAD) == -1);
    mono_ms now = clock_mono();
    keeper_stop(k);
    assert_true(clock_mono() - now < 30000);
}

/* A child that took down with it what it had begun to say says it again in the next one. */
static void test_dies_and_comes_back(void **state)
{
    char path[] = "/tmp/suantop-node.XXXXXX", script[256];
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    snprintf(script, sizeof script, "test -e %s && exit 3; while read x; do " TELL END "done",
             path);
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    struct keeper *k = start(argv, 50, PATIENT_MS);
    await_success(k, 0);
    unlink(path);
    await_success(k, 1);
    assert_true(value_of(FAMILY_LOAD) == 1.5);
    keeper_stop(k);
}

static void test_trouble_tells_what_there_is(void **state)
{
    static const char *const argv[] = {
        "/bin/sh", "-c",
        "while read x; do " TELL "echo '{\"entity\":\"trouble\",\"what\":\"one is lost\"}'; " END
        "done",
        NULL};
    struct keeper *k = start(argv, 50, PATIENT_MS);

    (void)state;
    await_success(k, 0);
    assert_true(look(k, clock_mono()));
    assert_true(value_of(FAMILY_LOAD) == 1.5);
    assert_true(value_of(FAMILY_LAST_SUCCESS) == -1);
    keeper_stop(k);
}

/* One that has nothing here to tell of is let go, and not asked again with the next rounds. */
static void test_idle(void **state)
{
    char path[] = "/tmp/suantop-node.XXXXXX", script[256];
    const struct timespec while_many_rounds = {0, 400000000};
    int fd = mkstemp(path);
    char starts[8] = "";

    (void)state;
    assert_true(fd >= 0);
    snprintf(script, sizeof script,
             "echo >>%s; while read x; do " TELL "echo '{\"entity\":\"idle\"}'; " END "done", path);
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    struct keeper *k = start(argv, 20, PATIENT_MS);
    await_success(k, 1);
    nanosleep(&while_many_rounds, NULL);
    assert_int_equal(pread(fd, starts, sizeof starts, 0), 1);
    look(k, clock_mono());
    assert_true(value_of(FAMILY_LOAD) == 1.5);
    keeper_stop(k);
    close(fd);
    unlink(path);
}

static double up_of(const char *gpu)
{
    char labels[64];

    snprintf(labels, sizeof labels, "gpu=\"%s\"", gpu);
    for (size_t i = 0; i < told.count; i++)
        if (told.at[i].family == FAMILY_GPU_UP &&
            strcmp(sample_labels(&told, &told.at[i]), labels) == 0)
            return told.at[i].value;
    return -1;
}

/* The driver never returns for one of two GPUs: a new child goes on with the other at once, and that one is down. */
static void test_a_gpu_that_hangs(void **state)
{
    static const char *const argv[] = {
        "/bin/sh", "-c",
        "while read x; do echo '{\"entity\":\"asking\",\"gpu\":\"0000:01:00.0\"}'; "
        "echo '{\"entity\":\"gpu\",\"gpu\":\"0000:01:00.0\",\"up\":1}'; "
        "case $x in *-0000:02:00.0*);; *) echo '{\"entity\":\"asking\",\"gpu\":\"0000:02:00.0\"}'; "
        "exec sleep 1000;; esac; " END "done",
        NULL};
    struct keeper *k = start(argv, 50, 2000); /* the first GPU is quicker on any machine */
    const struct timespec step = {0, 10000000};

    (void)state;
    for (int i = 0; i < 6000 && up_of("0000:01:00.0") != 1; i++, nanosleep(&step, NULL))
        look(k, clock_mono());
    assert_true(up_of("0000:01:00.0") == 1);
    assert_true(up_of("0000:02:00.0") == 0);
    assert_true(value_of(FAMILY_GPU_LAST_GOOD) > 1.7e9);
    assert_true(value_of(FAMILY_SUCCESS) == 0);
    keeper_stop(k);
}

static void test_devices(void **state)
{
    char question[DEVICES_QUESTION];
    struct devices d = {.count = 0};
    struct samples s;
    const struct label gpu[] = {{"gpu", "0000:01:00.0"}, {NULL, NULL}};

    (void)state;
    samples_init(&s);
    devices_question(&d, 0, question);
    assert_string_equal(question, "\n");
    assert_false(devices_hung(&d, "", 0)); /* the driver itself */
    devices_question(&d, 0, question);
    assert_string_equal(question, "! \n");
    assert_false(devices_hung(&d, "rm -rf", 0));
    assert_true(devices_hung(&d, "0000:01:00.0", 1000));
    devices_question(&d, 1000 + DEVICES_RETRY_MS - 1, question);
    assert_string_equal(question, "! -0000:01:00.0 \n");
    devices_question(&d, 1000 + DEVICES_RETRY_MS, question);
    assert_string_equal(question, "! ~0000:01:00.0 \n");
    /* Again, and again: ever less often, up to half an hour apart. */
    for (int i = 0; i < 20; i++)
        devices_hung(&d, "0000:01:00.0", 0);
    devices_question(&d, DEVICES_RETRY_MAX_MS - 1, question);
    assert_string_equal(question, "! -0000:01:00.0 \n");
    assert_int_equal(devices_hanging(&d), 1);
    samples_add(&s, FAMILY_GPU_UP, 1, gpu);
    devices_told(&d, &s, 5000);
    assert_int_equal(devices_hanging(&d), 0);
    /* What is not current any more is down, and says why. */
    samples_reset(&told);
    devices_samples(&d, &s, false, &told);
    assert_true(value_of(FAMILY_GPU_UP) == 0);
    assert_true(value_of(FAMILY_GPU_HEALTH) == 1);
    assert_true(value_of(FAMILY_GPU_LAST_GOOD) == 5);
    samples_fini(&s);
}

static void fails(const char *script)
{
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    struct keeper *k = start(argv, 50, PATIENT_MS);

    await_success(k, 0);
    assert_true(value_of(FAMILY_LOAD) == -1);
    keeper_stop(k);
}

static void test_nonsense(void **state)
{
    (void)state;
    fails("echo no json");
    fails("echo '{\"entity\":\"weather\"}'");
    fails("exec cat /dev/zero"); /* a line without end */
    fails(TELL "exit 0");        /* a round without end */
}

static void test_no_such_program(void **state)
{
    static const char *const argv[] = {"/proc/nonexistent/suantop-node", NULL};
    struct keeper *k = start(argv, 50, PATIENT_MS);

    (void)state;
    await_success(k, 0);
    keeper_stop(k);
}

/* The end of the program does not wait for a driver that hangs. */
static void test_stops_at_once(void **state)
{
    static const char *const argv[] = {"/bin/sh", "-c", "exec sleep 1000", NULL};
    struct keeper *k = start(argv, 50, 600000);
    const struct timespec a_while = {0, 100000000};

    (void)state;
    nanosleep(&a_while, NULL);
    mono_ms now = clock_mono();
    keeper_stop(k);
    assert_in_range(clock_mono() - now, 0, 30000);
}

static void test_pauses(void **state)
{
    (void)state;
    assert_int_equal(keeper_pause_ms(5000, 0), 5000);
    assert_int_equal(keeper_pause_ms(5000, 1), 5000);
    assert_int_equal(keeper_pause_ms(5000, 2), 10000);
    assert_int_equal(keeper_pause_ms(5000, 4), 40000);
    assert_int_equal(keeper_pause_ms(5000, 5), KEEPER_BACKOFF_MS);
    assert_int_equal(keeper_pause_ms(5000, 4000000000), KEEPER_BACKOFF_MS);
    assert_int_equal(keeper_pause_ms(300000, 9), 300000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answers, begin, end),
        cmocka_unit_test_setup_teardown(test_hangs, begin, end),
        cmocka_unit_test_setup_teardown(test_dies_and_comes_back, begin, end),
        cmocka_unit_test_setup_teardown(test_trouble_tells_what_there_is, begin, end),
        cmocka_unit_test_setup_teardown(test_idle, begin, end),
        cmocka_unit_test_setup_teardown(test_a_gpu_that_hangs, begin, end),
        cmocka_unit_test_setup_teardown(test_devices, begin, end),
        cmocka_unit_test_setup_teardown(test_nonsense, begin, end),
        cmocka_unit_test_setup_teardown(test_no_such_program, begin, end),
        cmocka_unit_test(test_stops_at_once),
        cmocka_unit_test(test_pauses),
    };

    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
