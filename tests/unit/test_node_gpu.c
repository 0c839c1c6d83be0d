/* SPDX-License-Identifier: MIT
 * test_node_gpu.c - NVIDIA GPUs: the bus, and NVML by its ABI against a library of our own (stub_nvml.c). */
#include "tests/unit/unit.h"
#include "node/decode.h"
#include "node/gpu.h"
#include <sys/stat.h>
#include <unistd.h>

static struct round round_of;
static char *said;

/* One round of the stub in that mode, decoded. */
static bool ask(const char *library, const char *mode, bool expected)
{
    struct json_reader *reader = json_reader_new(NULL, 0);
    size_t size;
    FILE *out = open_memstream(&said, &size);

    setenv("STUB_NVML", mode, 1);
    struct gpu_driver *d = gpu_driver_new(library);
    bool again = gpu_driver_round(d, out, expected);
    gpu_driver_free(d);
    fclose(out);
    for (char *line = said, *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
        assert_int_equal(decode_line(reader, line, (size_t)(end - line), &round_of, NULL), RC_OK);
    json_reader_free(reader);
    return again;
}

static const char *stub(void)
{
    static char path[1024];

    snprintf(path, sizeof path, "%s/tests/unit/stub/libnvidia-ml.so.1", getenv("SUANTOP_BUILDDIR"));
    return path;
}

static int begin(void **state)
{
    (void)state;
    memset(&round_of, 0, sizeof round_of);
    samples_init(&round_of.samples);
    return 0;
}

static int end(void **state)
{
    (void)state;
    samples_fini(&round_of.samples);
    free(said);
    said = NULL;
    return 0;
}

static const struct sample *find(enum family family, const char *labels)
{
    for (size_t i = 0; i < round_of.samples.count; i++) {
        const struct sample *x = &round_of.samples.at[i];
        if (x->family == family && strcmp(sample_labels(&round_of.samples, x), labels) == 0)
            return x;
    }
    return NULL;
}

static void is(enum family family, const char *labels, double value)
{
    const struct sample *x = find(family, labels);

    if (x == NULL)
        fail_msg("no family %d with %s in:\n%s", family, labels, said);
    if (x->value < value * 0.999999 || x->value > value * 1.000001)
        fail_msg("%s: %g, not %g", labels, x->value, value);
}

#define FIRST "gpu=\"0000:41:00.0\""
#define SECOND "gpu=\"0000:c1:00.0\""

static void test_all_values(void **state)
{
    (void)state;
    assert_true(ask(stub(), "ok", true));
    assert_string_equal(round_of.trouble, "");
    is(FAMILY_GPU_INFO, FIRST ",uuid=\"GPU-0\",model=\"Made-up ?H100?\",driver=\"550.54\"", 1);
    is(FAMILY_GPU_UP, FIRST, 1);
    is(FAMILY_GPU_UP, SECOND, 1);
    is(FAMILY_GPU_TEMPERATURE, FIRST ",sensor=\"gpu\"", 52);
    is(FAMILY_GPU_TEMPERATURE, SECOND ",sensor=\"gpu\"", 71);
    is(FAMILY_GPU_SLOWDOWN, FIRST, 90);
    is(FAMILY_GPU_SHUTDOWN, FIRST, 95);
    is(FAMILY_GPU_POWER, FIRST, 312.5);
    is(FAMILY_GPU_ENERGY, FIRST, 123456789012.345);
    is(FAMILY_GPU_MEMORY_SIZE, FIRST, 85899345920.0);
    is(FAMILY_GPU_MEMORY_USED, FIRST, 10737418240.0);
    is(FAMILY_GPU_BUSY, FIRST, 0.97);
    is(FAMILY_GPU_MEMORY_BUSY, FIRST, 0.4);
    is(FAMILY_GPU_CLOCK, FIRST ",clock=\"sm\"", 1755e6);
    is(FAMILY_GPU_CLOCK, FIRST ",clock=\"memory\"", 2619e6);
    is(FAMILY_GPU_ECC, FIRST ",kind=\"corrected\"", 7);
    is(FAMILY_GPU_ECC, FIRST ",kind=\"uncorrected\"", 2);
    /* Calls that the library does not have. */
    assert_null(find(FAMILY_GPU_POWER_LIMIT, FIRST));
    assert_null(find(FAMILY_GPU_CLOCK_MAX, FIRST ",clock=\"sm\""));
}

static void test_values_that_fail_are_absent(void **state)
{
    (void)state;
    assert_true(ask(stub(), "errors", true));
    assert_string_equal(round_of.trouble, "");
    is(FAMILY_GPU_UP, FIRST, 1);
    is(FAMILY_GPU_TEMPERATURE, FIRST ",sensor=\"gpu\"", 52);
    is(FAMILY_GPU_MEMORY_SIZE, SECOND, 85899345920.0);
    assert_null(find(FAMILY_GPU_POWER, FIRST));
    assert_null(find(FAMILY_GPU_SLOWDOWN, FIRST));
    assert_null(find(FAMILY_GPU_BUSY, FIRST));
    assert_null(find(FAMILY_GPU_ECC, FIRST ",kind=\"corrected\""));
}

static void test_a_lost_gpu_hides_no_other(void **state)
{
    (void)state;
    assert_true(ask(stub(), "lost", true));
    assert_non_null(strstr(round_of.trouble, "lost"));
    is(FAMILY_GPU_UP, FIRST, 1);
    is(FAMILY_GPU_TEMPERATURE, FIRST ",sensor=\"gpu\"", 52);
    is(FAMILY_GPU_UP, SECOND, 0);
    assert_null(find(FAMILY_GPU_TEMPERATURE, SECOND ",sensor=\"gpu\""));
}

static void test_a_driver_that_does_not_start(void **state)
{
    (void)state;
    assert_false(ask(stub(), "broken", true));
    assert_non_null(strstr(round_of.trouble, "does not start (error 9)"));
    assert_int_equal(round_of.samples.count, 0);
}

static void test_no_library(void **state)
{
    (void)state;
    assert_true(ask("/nonexistent/libnvidia-ml.so.1", "ok", false));
    assert_string_equal(round_of.trouble, "");
    free(said);
    assert_false(ask("/nonexistent/libnvidia-ml.so.1", "ok", true));
    assert_non_null(strstr(round_of.trouble, "no driver library"));
}

static void put_file(const char *root, const char *device, const char *name, const char *text)
{
    char path[600];

    snprintf(path, sizeof path, "%s/sys/bus/pci/devices/%s/%s", root, device, name);
    for (char *p = path + strlen(root) + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        mkdir(path, 0755);
        *p = '/';
    }
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void test_the_bus(void **state)
{
    char root[] = "/tmp/suantop-node.XXXXXX", command_said[4096] = "";

    (void)state;
    assert_non_null(mkdtemp(root));
    put_file(root, "0000:41:00.0", "class", "0x030200\n");
    put_file(root, "0000:41:00.0", "vendor", "0x10de\n");
    put_file(root, "0000:42:00.0", "class", "0x030000\n");
    put_file(root, "0000:42:00.0", "vendor", "0x10de\n");
    put_file(root, "0000:43:00.0", "class", "0x030000\n"); /* somebody else's */
    put_file(root, "0000:43:00.0", "vendor", "0x1a03\n");
    put_file(root, "0000:44:00.0", "class", "0x020000\n"); /* a network card of the same vendor */
    put_file(root, "0000:44:00.0", "vendor", "0x10de\n");
    FILE *out = fmemopen(command_said, sizeof command_said, "w");
    assert_int_equal(gpu_expected(out, root), 2);
    fclose(out);
    assert_non_null(
        strstr(command_said, "{\"entity\":\"gpu_expected\",\"gpu\":\"0000:41:00.0\"}\n"));
    assert_non_null(
        strstr(command_said, "{\"entity\":\"gpu_expected\",\"gpu\":\"0000:42:00.0\"}\n"));
    assert_int_equal(gpu_expected(stdout, "/nonexistent"), 0);
    static const char *const devices[] = {"41", "42", "43", "44"};
    for (size_t i = 0; i < 4; i++) {
        char path[600];
        snprintf(path, sizeof path, "%s/sys/bus/pci/devices/0000:%s:00.0/class", root, devices[i]);
        unlink(path);
        snprintf(path, sizeof path, "%s/sys/bus/pci/devices/0000:%s:00.0/vendor", root, devices[i]);
        unlink(path);
        snprintf(path, sizeof path, "%s/sys/bus/pci/devices/0000:%s:00.0", root, devices[i]);
        rmdir(path);
    }
    for (const char *const *p = (const char *const[]){"/sys/bus/pci/devices", "/sys/bus/pci",
                                                      "/sys/bus", "/sys", "", NULL};
         *p != NULL; p++) {
        char path[600];
        snprintf(path, sizeof path, "%s%s", root, *p);
        rmdir(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all_values, begin, end),
        cmocka_unit_test_setup_teardown(test_values_that_fail_are_absent, begin, end),
        cmocka_unit_test_setup_teardown(test_a_lost_gpu_hides_no_other, begin, end),
        cmocka_unit_test_setup_teardown(test_a_driver_that_does_not_start, begin, end),
        cmocka_unit_test_setup_teardown(test_no_library, begin, end),
        cmocka_unit_test(test_the_bus),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
