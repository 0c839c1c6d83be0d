/* SPDX-License-Identifier: MIT
 * test_node_gpm.c - activity of NVIDIA's pipes from GPM samples, of whole GPUs and of MIG instances. */
#include "tests/unit/nodegpu.h"
#include "node/nvidia.h"
#include <math.h>

static const struct job_folders no_jobs = {NULL, NULL, NULL};
enum { TENSOR, FP16_TENSOR, FP64_TENSOR, FP64, FP32, FP16, INTEGER, SM, DRAM };

static struct nvml n;
static nvml_device gpu;
static struct gpm g;

static int begin_gpm(void **state)
{
    int code;

    begin(state);
    setenv("STUB_NVML", "ok", 1);
    assert_int_equal(nvml_open(&n, stub_library("stub/libnvidia-ml.so.1"), false, &code),
                     NVML_OPEN);
    assert_int_equal(n.by_index(0, &gpu), NVML_OK);
    return 0;
}

static int end_gpm(void **state)
{
    gpm_drop(&n, &g);
    nvml_close(&n);
    return end(state);
}

static void round_at(mono_ms now)
{
    assert_int_equal(gpm_round(&n, gpu, -1, &g, 1755, 1980, now), NVML_OK);
}

static void near(double a, double b)
{
    if (!(fabs(a - b) < 1e-6))
        fail_msg("%g, not %g", a, b);
}

static void test_counters_go_first(void **state)
{
    (void)state;
    round_at(1000);
    assert_true(isnan(g.pipes[TENSOR]));
    round_at(6000); /* from now on there are counters to compare with, but not yet */
    near(g.pipes[TENSOR], 40);
    assert_true(isnan(g.clock));
    round_at(11000);
    near(g.pipes[TENSOR], 42);
    near(g.pipes[FP64_TENSOR], 3.1);
    near(g.pipes[SM], 91);
    near(g.pipes[DRAM], 55); /* is counted nowhere */
    near(g.clock, 1500);
    assert_true(isnan(g.pipes[FP16])); /* NaN here, refused there */
}

static void test_percentages(void **state)
{
    (void)state;
    setenv("STUB_NVML", "percent", 1);
    round_at(1000);
    round_at(6000);
    round_at(11000);
    near(g.pipes[TENSOR], 40);
    near(g.pipes[FP16_TENSOR], 38);
    near(g.pipes[FP64_TENSOR], 3); /* the larger of its two names */
    near(g.pipes[FP64], 2.5);
    near(g.pipes[FP32], 12);
    near(g.pipes[INTEGER], 20);
    assert_true(isnan(g.pipes[FP16]));
    assert_true(isnan(g.clock));
}

/* Cycles that no clock of this GPU makes are not believed. */
static void test_implausible_counters(void **state)
{
    (void)state;
    setenv("STUB_NVML", "wild", 1);
    round_at(1000);
    round_at(6000);
    round_at(11000);
    near(g.pipes[TENSOR], 40);
    assert_true(isnan(g.clock));
}

static void test_windows(void **state)
{
    (void)state;
    round_at(1000);
    round_at(6000);
    round_at(6900); /* too soon: as before */
    near(g.pipes[TENSOR], 40);
    assert_int_equal(g.old_at, 6000);
    round_at(6000 + GPM_WINDOW_MAX_MS + 1); /* too late: begins anew */
    assert_true(isnan(g.pipes[TENSOR]));
    round_at(6000 + GPM_WINDOW_MAX_MS + 5001);
    near(g.pipes[TENSOR], 40);
}

static void test_no_gpm(void **state)
{
    (void)state;
    setenv("STUB_NVML", "nogpm", 1);
    round_at(1000);
    round_at(6000);
    assert_true(g.refused);
    FILE *out = listen_to();
    gpm_tell(out, &g);
    fclose(out);
    assert_string_equal(said, "");
    assert_false(gpm_all_zero(&g));
}

static void ask(struct nvidia *d, const char *mode)
{
    FILE *out = listen_to();
    const struct gpu_round r = {out, machine, "\n", &no_jobs};

    setenv("STUB_NVML", mode, 1);
    assert_true(nvidia_round(d, &r));
    hear(out);
}

/* Busy, but all pipes stand still, round after round: that is no measurement. */
static void test_pipes_that_are_stuck(void **state)
{
    struct nvidia *d = nvidia_new(stub_library("stub/libnvidia-ml.so.1"));

    (void)state;
    for (int i = 0; i < 5; i++) {
        ask(d, "stuck");
        if (i == 1)
            is(FAMILY_GPU_PIPE, FIRST ",pipe=\"tensor\"", 0);
        if (i == 1)
            is(FAMILY_GPU_HEALTH, FIRST ",health=\"ok\"", 1);
        usleep((GPM_WINDOW_MS + 20) * 1000);
    }
    is(FAMILY_GPU_HEALTH, FIRST ",health=\"pipe counters stuck\"", 1);
    assert_null(find(FAMILY_GPU_PIPE, FIRST ",pipe=\"tensor\""));
    is(FAMILY_GPU_UP, FIRST, 1);
    ask(d, "percent");
    is(FAMILY_GPU_HEALTH, FIRST ",health=\"ok\"", 1);
    is(FAMILY_GPU_PIPE, FIRST ",pipe=\"tensor\"", 0.4);
    nvidia_free(d);
}

static void mig_at(struct mig *m, const char *mode, mono_ms now)
{
    FILE *out = listen_to();
    const struct gpu_round r = {out, machine, "\n", &no_jobs};
    const struct job_place place = {"0000:41:00.0", "0", "GPU-0", NULL};

    setenv("STUB_NVML", mode, 1);
    assert_int_equal(mig_round(&n, gpu, m, &place, &r, now), NVML_OK);
    hear(out);
}

#define ONE FIRST ",instance=\"1\""

static void test_instances(void **state)
{
    static struct mig m;

    (void)state;
    mig_at(&m, "ok", 1000);
    assert_int_equal(round_of.samples.count, 0);
    mig_at(&m, "mig,percent", 1000);
    is(FAMILY_GPU_MIG, ONE ",uuid=\"MIG-0\",profile=\"1g.10gb\"", 1);
    is(FAMILY_GPU_MIG, FIRST ",instance=\"3\",uuid=\"MIG-2\",profile=\"3g.40gb\"", 1);
    is(FAMILY_GPU_MEMORY_SIZE, ONE, 10737418240.0);
    assert_null(find(FAMILY_GPU_PIPE, ONE ",pipe=\"tensor\""));
    mig_at(&m, "mig,percent", 6000);
    is(FAMILY_GPU_PIPE, ONE ",pipe=\"tensor\"", 0.4);
    /* Cut anew: instance 1 is another one now. */
    mig_at(&m, "recut,percent", 11000);
    is(FAMILY_GPU_MIG, ONE ",uuid=\"MIG-0-again\",profile=\"1g.10gb\"", 1);
    assert_null(find(FAMILY_GPU_PIPE, ONE ",pipe=\"tensor\""));
    mig_at(&m, "recut,percent", 16000);
    is(FAMILY_GPU_PIPE, ONE ",pipe=\"tensor\"", 0.4);
    mig_drop(&n, &m);
}

/* The GPU's own sensors are told whatever it is cut into. */
static void test_the_parent_is_told(void **state)
{
    struct nvidia *d = nvidia_new(stub_library("stub/libnvidia-ml.so.1"));

    (void)state;
    ask(d, "mig");
    is(FAMILY_GPU_TEMPERATURE, FIRST, 52);
    is(FAMILY_GPU_MIG, ONE ",uuid=\"MIG-0\",profile=\"1g.10gb\"", 1);
    assert_null(find(FAMILY_GPU_TEMPERATURE, ONE));
    nvidia_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_counters_go_first, begin_gpm, end_gpm),
        cmocka_unit_test_setup_teardown(test_percentages, begin_gpm, end_gpm),
        cmocka_unit_test_setup_teardown(test_implausible_counters, begin_gpm, end_gpm),
        cmocka_unit_test_setup_teardown(test_windows, begin_gpm, end_gpm),
        cmocka_unit_test_setup_teardown(test_no_gpm, begin_gpm, end_gpm),
        cmocka_unit_test_setup_teardown(test_pipes_that_are_stuck, begin_gpm, end_gpm),
        cmocka_unit_test_setup_teardown(test_instances, begin_gpm, end_gpm),
        cmocka_unit_test_setup_teardown(test_the_parent_is_told, begin_gpm, end_gpm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
