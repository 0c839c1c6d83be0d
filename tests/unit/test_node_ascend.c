/* SPDX-License-Identifier: MIT
 * test_node_ascend.c - Huawei's NPUs, by the ABI of DCMI against a library of our own (stub_dcmi.c). */
#include "tests/unit/nodegpu.h"

static bool ask_library(const char *library, const char *mode, const char *question)
{
    static const struct job_folders no_jobs = {NULL, NULL, NULL};
    FILE *out = listen_to();
    const struct gpu_round r = {out, machine, question, &no_jobs};
    struct ascend *a = ascend_new(library);

    setenv("STUB_DCMI", mode, 1);
    bool again = ascend_round(a, &r);
    ascend_free(a);
    hear(out);
    return again;
}

static bool ask(const char *mode)
{
    return ask_library(stub_library("stub/libdcmi.so"), mode, "\n");
}

static void test_values(void **state)
{
    (void)state;
    assert_true(ask("ok"));
    assert_string_equal(round_of.trouble, "");
    is(FAMILY_GPU_INFO,
       FIRST ",index=\"0\",model=\"Ascend910B3\",vendor=\"Huawei\",driver=\"24.1.rc3\"", 1);
    is(FAMILY_GPU_UP, FIRST, 1);
    is(FAMILY_GPU_UP, SECOND, 1);
    is(FAMILY_GPU_HEALTH, FIRST ",health=\"ok\"", 1);
    is(FAMILY_GPU_TEMPERATURE, SECOND, 71);
    is(FAMILY_GPU_MEMORY_TEMPERATURE, FIRST, 60);
    is(FAMILY_GPU_POWER, FIRST, 312.5);
    is(FAMILY_GPU_MEMORY_SIZE, FIRST, 65536.0 * 1048576);
    is(FAMILY_GPU_MEMORY_USED, FIRST, 32768.0 * 1048576);
    is(FAMILY_GPU_PIPE, FIRST ",pipe=\"tensor\"", 0.71);
    is(FAMILY_GPU_PIPE, FIRST ",pipe=\"sm\"", 0.88);
    is(FAMILY_GPU_PIPE, FIRST ",pipe=\"dram\"", 0.44);
    is(FAMILY_GPU_BUSY, FIRST, 0.9);
    is(FAMILY_GPU_CLOCK, FIRST ",clock=\"sm\"", 1.8e9);
    is(FAMILY_GPU_CLOCK_MAX, FIRST ",clock=\"sm\"", 1.85e9);
    is(FAMILY_GPU_ECC, FIRST ",kind=\"uncorrected\"", 1);
    /* The controller beside the first is no NPU. */
    assert_null(strstr(said, "npu2.1"));
}

static void test_old_drivers(void **state)
{
    (void)state;
    assert_true(ask("onerate"));
    assert_null(find(FAMILY_GPU_PIPE, FIRST ",pipe=\"tensor\""));
    is(FAMILY_GPU_PIPE, FIRST ",pipe=\"sm\"", 0.93);
    is(FAMILY_GPU_BUSY, FIRST, 0.93);
    assert_true(ask_library(stub_library("stub_old/libdcmi.so"), "ok", "\n"));
    assert_string_equal(round_of.trouble, "");
    is(FAMILY_GPU_UP, FIRST, 1);
    is(FAMILY_GPU_INFO, FIRST ",model=\"Ascend\",vendor=\"Huawei\"", 1);
    is(FAMILY_GPU_TEMPERATURE, FIRST, 52);
    is(FAMILY_GPU_BUSY, FIRST, 0.93);
    assert_null(find(FAMILY_GPU_MEMORY_SIZE, FIRST));
    assert_null(find(FAMILY_GPU_CLOCK, FIRST ",clock=\"sm\""));
    assert_null(find(FAMILY_GPU_ECC, FIRST ",kind=\"corrected\""));
}

static void test_health(void **state)
{
    (void)state;
    assert_true(ask("sick"));
    is(FAMILY_GPU_UP, SECOND, 1);
    is(FAMILY_GPU_HEALTH, SECOND ",health=\"major alarm\"", 1);
    is(FAMILY_GPU_ERROR, SECOND ",code=\"80E01801\"", 1);
    is(FAMILY_GPU_ERROR, SECOND ",code=\"80C98009\"", 1);
    assert_true(ask("lost"));
    is(FAMILY_GPU_UP, SECOND, 0);
    is(FAMILY_GPU_HEALTH, SECOND ",health=\"lost\"", 1);
    assert_null(find(FAMILY_GPU_TEMPERATURE, SECOND));
    is(FAMILY_GPU_UP, FIRST, 1);
}

static void test_no_driver(void **state)
{
    (void)state;
    assert_false(ask("broken"));
    assert_non_null(strstr(round_of.trouble, "does not start (error -8005)"));
    assert_false(ask_library("/proc/nonexistent/libdcmi.so", "ok", "\n"));
    assert_non_null(strstr(round_of.trouble, "no driver library"));
}

static void test_one_is_left_out(void **state)
{
    (void)state;
    assert_true(ask_library(stub_library("stub/libdcmi.so"), "hang", "! -0000:c1:00.0 \n"));
    is(FAMILY_GPU_UP, FIRST, 1);
    assert_null(find(FAMILY_GPU_UP, SECOND));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_values, begin, end),
        cmocka_unit_test_setup_teardown(test_old_drivers, begin, end),
        cmocka_unit_test_setup_teardown(test_health, begin, end),
        cmocka_unit_test_setup_teardown(test_no_driver, begin, end),
        cmocka_unit_test_setup_teardown(test_one_is_left_out, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
