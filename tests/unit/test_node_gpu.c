/* SPDX-License-Identifier: MIT
 * test_node_gpu.c - NVIDIA GPUs: the bus, and NVML by its ABI against a library of our own (stub_nvml.c). */
#include "tests/unit/nodegpu.h"

static const struct job_folders no_jobs = {NULL, NULL, NULL};

static bool ask_so(struct nvidia *d, const char *mode, const char *question)
{
    FILE *out = listen_to();
    const struct gpu_round r = {out, machine, question, &no_jobs};

    setenv("STUB_NVML", mode, 1);
    bool again = nvidia_round(d, &r);
    hear(out);
    return again;
}

/* One round of a library in that mode, decoded. */
static bool ask_library(const char *library, const char *mode)
{
    struct nvidia *d = nvidia_new(library);
    bool again = ask_so(d, mode, "\n");

    nvidia_free(d);
    return again;
}

static bool ask(const char *mode)
{
    return ask_library(stub_library("stub/libnvidia-ml.so.1"), mode);
}

static int begin_with_gpus(void **state)
{
    begin(state);
    put_pci("0000:41:00.0", "0x030200\n", "0x10de\n");
    put_pci("0000:c1:00.0", "0x030200\n", "0x10de\n");
    return 0;
}

static void test_all_values(void **state)
{
    (void)state;
    assert_true(ask("ok"));
    assert_string_equal(round_of.trouble, "");
    assert_string_equal(round_of.asking, "");
    is(FAMILY_GPU_INFO,
       FIRST
       ",index=\"0\",uuid=\"GPU-0\",model=\"Made-up ?H100?\",vendor=\"NVIDIA\",driver=\"550.54\"",
       1);
    is(FAMILY_GPU_UP, FIRST, 1);
    is(FAMILY_GPU_UP, SECOND, 1);
    is(FAMILY_GPU_HEALTH, FIRST ",health=\"ok\"", 1);
    is(FAMILY_GPU_TEMPERATURE, FIRST, 52);
    is(FAMILY_GPU_TEMPERATURE, SECOND, 71);
    is(FAMILY_GPU_MEMORY_TEMPERATURE, FIRST, 78);
    is(FAMILY_GPU_SLOWDOWN, FIRST, 90);
    is(FAMILY_GPU_SHUTDOWN, FIRST, 95);
    is(FAMILY_GPU_HEADROOM, FIRST, 35);
    is(FAMILY_GPU_POWER, FIRST, 312.5);
    is(FAMILY_GPU_POWER_AVERAGE, FIRST, 310);
    is(FAMILY_GPU_POWER_INSTANT, FIRST, 333);
    is(FAMILY_GPU_ENERGY, FIRST, 123456789012.345);
    is(FAMILY_GPU_MEMORY_SIZE, FIRST, 85899345920.0);
    is(FAMILY_GPU_MEMORY_USED, FIRST, 10737418240.0);
    is(FAMILY_GPU_BUSY, FIRST, 0.97);
    is(FAMILY_GPU_MEMORY_BUSY, FIRST, 0.4);
    is(FAMILY_GPU_CLOCK, FIRST ",clock=\"sm\"", 1755e6);
    is(FAMILY_GPU_CLOCK, FIRST ",clock=\"memory\"", 2619e6);
    is(FAMILY_GPU_PROCESSES, FIRST, 3);
    is(FAMILY_GPU_PROCESSES, SECOND, 0);
    is(FAMILY_GPU_ECC, FIRST ",kind=\"corrected\"", 7);
    is(FAMILY_GPU_ECC, FIRST ",kind=\"uncorrected\"", 2);
    is(FAMILY_GPU_REMAP_PENDING, FIRST, 1);
    is(FAMILY_GPU_REMAP_FAILED, FIRST, 0);
    is(FAMILY_GPU_RECOVERY, FIRST, 0);
    /* Calls that the library does not have. */
    assert_null(find(FAMILY_GPU_POWER_LIMIT, FIRST));
    assert_null(find(FAMILY_GPU_CLOCK_MAX, FIRST ",clock=\"sm\""));
    /* One sample is no activity yet. */
    assert_null(find(FAMILY_GPU_PIPE, FIRST ",pipe=\"tensor\""));
}

/* Being idle and clocks that somebody set are in the stub's reasons, too. */
static void test_throttle_reasons(void **state)
{
    (void)state;
    assert_true(ask("ok"));
    is(FAMILY_GPU_THROTTLED, FIRST ",reason=\"sw_power\"", 1);
    is(FAMILY_GPU_THROTTLED, FIRST ",reason=\"hw_thermal\"", 1);
    is(FAMILY_GPU_THROTTLED, FIRST ",reason=\"sw_thermal\"", 0);
    is(FAMILY_GPU_THROTTLED, FIRST ",reason=\"hw_slowdown\"", 0);
    is(FAMILY_GPU_THROTTLED, FIRST ",reason=\"hw_power_brake\"", 0);
    is(FAMILY_GPU_THROTTLED, FIRST ",reason=\"sync_boost\"", 0);
    is(FAMILY_GPU_THROTTLED, FIRST ",reason=\"other\"", 0);
}

static void test_health(void **state)
{
    (void)state;
    assert_true(ask("sick"));
    is(FAMILY_GPU_HEALTH, FIRST ",health=\"needs a reboot\"", 1);
    is(FAMILY_GPU_RECOVERY, FIRST, 2);
    is(FAMILY_GPU_HEALTH, SECOND ",health=\"memory rows not replaced\"", 1);
    is(FAMILY_GPU_REMAP_FAILED, SECOND, 1);
}

static void test_values_that_fail_are_absent(void **state)
{
    (void)state;
    assert_true(ask("errors"));
    assert_string_equal(round_of.trouble, "");
    is(FAMILY_GPU_UP, FIRST, 1);
    is(FAMILY_GPU_TEMPERATURE, FIRST, 52);
    is(FAMILY_GPU_MEMORY_SIZE, SECOND, 85899345920.0);
    static const enum family absent[] = {FAMILY_GPU_POWER,    FAMILY_GPU_SLOWDOWN,
                                         FAMILY_GPU_HEADROOM, FAMILY_GPU_MEMORY_TEMPERATURE,
                                         FAMILY_GPU_BUSY,     FAMILY_GPU_REMAP_PENDING,
                                         FAMILY_GPU_RECOVERY, FAMILY_GPU_POWER_INSTANT};
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
        assert_null(find(absent[i], FIRST));
    assert_null(find(FAMILY_GPU_ECC, FIRST ",kind=\"corrected\""));
    assert_null(find(FAMILY_GPU_THROTTLED, FIRST ",reason=\"sw_power\""));
}

/* Structures that the library refuses, and calls that it does not have: the older ones tell the same. */
static void test_old_drivers(void **state)
{
    (void)state;
    for (int old = 0; old < 2; old++) {
        assert_true(
            ask_library(stub_library(old ? "stub_old/libnvidia-ml.so.1" : "stub/libnvidia-ml.so.1"),
                        "oldstructs"));
        assert_string_equal(round_of.trouble, "");
        is(FAMILY_GPU_UP, SECOND, 1);
        is(FAMILY_GPU_TEMPERATURE, SECOND, 71);
        is(FAMILY_GPU_HEADROOM, SECOND, 90 - 71);
        is(FAMILY_GPU_MEMORY_SIZE, FIRST, 85899345920.0);
        is(FAMILY_GPU_MEMORY_USED, FIRST, 10737418240.0);
    }
    assert_null(find(FAMILY_GPU_THROTTLED, FIRST ",reason=\"sw_power\""));
    assert_null(find(FAMILY_GPU_PROCESSES, FIRST));
}

static void test_a_lost_gpu_hides_no_other(void **state)
{
    (void)state;
    assert_true(ask("lost"));
    assert_non_null(strstr(round_of.trouble, "lost"));
    is(FAMILY_GPU_UP, FIRST, 1);
    is(FAMILY_GPU_TEMPERATURE, FIRST, 52);
    is(FAMILY_GPU_UP, SECOND, 0);
    is(FAMILY_GPU_HEALTH, SECOND ",health=\"lost\"", 1);
    assert_null(find(FAMILY_GPU_TEMPERATURE, SECOND));
    assert_true(ask("reset"));
    is(FAMILY_GPU_UP, SECOND, 0);
    is(FAMILY_GPU_HEALTH, SECOND ",health=\"reset required\"", 1);
}

static void test_a_driver_that_does_not_start(void **state)
{
    (void)state;
    assert_false(ask("broken"));
    assert_non_null(strstr(round_of.trouble, "does not start (error 9)"));
    assert_int_equal(round_of.samples.count, 0);
    assert_false(ask("mismatch"));
    assert_non_null(strstr(round_of.trouble, "it was exchanged"));
}

static void test_no_library(void **state)
{
    (void)state;
    assert_false(ask_library("/proc/nonexistent/libnvidia-ml.so.1", "ok"));
    assert_non_null(strstr(round_of.trouble, "no driver library"));
    nftw(machine, drop_one, 16, FTW_DEPTH | FTW_PHYS); /* nor a GPU */
    assert_true(ask_library("/proc/nonexistent/libnvidia-ml.so.1", "ok"));
    assert_string_equal(round_of.trouble, "");
}

/* The bus is not everywhere to be seen: then the driver's own list counts. */
static void test_no_bus(void **state)
{
    (void)state;
    nftw(machine, drop_one, 16, FTW_DEPTH | FTW_PHYS);
    assert_true(ask("ok"));
    is(FAMILY_GPU_UP, FIRST, 1);
    is(FAMILY_GPU_TEMPERATURE, SECOND, 71);
}

/* A GPU whose call does not come back is known before it is asked; it is left out when that is wished, or asked last. */
static void test_one_is_left_out(void **state)
{
    struct nvidia *d = nvidia_new(stub_library("stub/libnvidia-ml.so.1"));

    (void)state;
    assert_true(ask_so(d, "hang,hanginit", "! -0000:c1:00.0 \n"));
    is(FAMILY_GPU_UP, FIRST, 1);
    assert_null(find(FAMILY_GPU_UP, SECOND));
    assert_true(ask_so(d, "ok", "! ~0000:41:00.0 \n"));
    is(FAMILY_GPU_UP, FIRST, 1);
    is(FAMILY_GPU_UP, SECOND, 1);
    assert_true(strstr(said, "\"gpu\":\"0000:c1") < strstr(said, "\"gpu\":\"0000:41"));
    nvidia_free(d);
}

static void test_the_bus(void **state)
{
    char driver[200], gpus[GPUS_MAX][GPU_ADDRESS];

    (void)state;
    put_pci("0000:41:00.0", "0x030200\n", "0x10de\n");
    put_pci("0000:42:00.0", "0x030000\n", "0x10de\n");
    put_pci("0000:43:00.0", "0x030000\n", "0x1a03\n"); /* a console */
    put_pci("0000:44:00.0", "0x020000\n", "0x10de\n"); /* a network card of the same vendor */
    put_pci("0000:45:00.0", "0x120000\n", "0x1002\n"); /* an MI300 */
    put_pci("0000:46:00.0", "0x030000\n", "0x1002\n"); /* an old console of AMD's */
    put_pci("0000:47:00.0", "0x030000\n", "0x1002\n"); /* a graphics card of AMD's */
    snprintf(driver, sizeof driver, "%s/sys/bus/pci/devices/0000:47:00.0/driver", machine);
    assert_int_equal(symlink("../../../../bus/pci/drivers/amdgpu", driver), 0);
    put_pci("0000:48:00.0", "0x120000\n", "0x19e5\n"); /* an Ascend */
    assert_int_equal(gpu_on_bus(machine, GPU_NVIDIA, gpus), 2);
    assert_string_equal(gpus[0], "0000:41:00.0");
    assert_string_equal(gpus[1], "0000:42:00.0");
    assert_int_equal(gpu_on_bus(machine, GPU_AMD, gpus), 2);
    assert_string_equal(gpus[1], "0000:47:00.0");
    assert_int_equal(gpu_on_bus(machine, GPU_HUAWEI, gpus), 1);
    assert_int_equal(gpu_on_bus("/proc/nonexistent", GPU_NVIDIA, gpus), 0);
    FILE *out = listen_to();
    gpu_expected(out, machine);
    hear(out);
    assert_int_equal(round_of.samples.count, 5);
    is(FAMILY_GPU_EXPECTED, "gpu=\"0000:48:00.0\"", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all_values, begin_with_gpus, end),
        cmocka_unit_test_setup_teardown(test_throttle_reasons, begin_with_gpus, end),
        cmocka_unit_test_setup_teardown(test_health, begin_with_gpus, end),
        cmocka_unit_test_setup_teardown(test_values_that_fail_are_absent, begin_with_gpus, end),
        cmocka_unit_test_setup_teardown(test_old_drivers, begin_with_gpus, end),
        cmocka_unit_test_setup_teardown(test_a_lost_gpu_hides_no_other, begin_with_gpus, end),
        cmocka_unit_test_setup_teardown(test_a_driver_that_does_not_start, begin_with_gpus, end),
        cmocka_unit_test_setup_teardown(test_no_library, begin_with_gpus, end),
        cmocka_unit_test_setup_teardown(test_no_bus, begin_with_gpus, end),
        cmocka_unit_test_setup_teardown(test_one_is_left_out, begin_with_gpus, end),
        cmocka_unit_test_setup_teardown(test_the_bus, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
