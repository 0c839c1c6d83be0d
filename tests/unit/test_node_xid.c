/* SPDX-License-Identifier: MIT
 * test_node_xid.c - XID errors: the kernel's log, the driver's events (stub_nvml.c), and how both are counted once. */
#include "tests/unit/nodegpu.h"
#include "node/kmsg.h"
#include "node/xidwatch.h"
#include <dlfcn.h>

/* ---- the log */

static bool parse(const char *record, struct xid_event *e)
{
    return kmsg_parse(record, strlen(record), e);
}

static void test_records(void **state)
{
    struct xid_event e;

    (void)state;
    assert_true(
        parse("4,1234,567890123,-;NVRM: Xid (PCI:0000:17:00): 79, pid=1234, name=python3, GPU "
              "has fallen off the bus.",
              &e));
    assert_string_equal(e.gpu, "0000:17:00.0");
    assert_int_equal(e.code, 79);
    assert_int_equal(e.line, 1234);
    assert_int_equal(e.at, 567890123);
    assert_int_equal(e.source, XID_LOG);
    assert_true(parse("4,1,2,-;NVRM: Xid (0000:C1:00): 31, Ch 00000010", &e));
    assert_string_equal(e.gpu, "0000:c1:00.0");
    assert_int_equal(e.code, 31);
    assert_true(parse("4,1,2,-,caller=T12;NVRM: Xid (PCI:0001:c1:00 GPU-I:05): 13, Graphics", &e));
    assert_string_equal(e.gpu, "0001:c1:00.0");
    assert_int_equal(e.code, 13);
    assert_true(parse("3,9,2,-;NVRM: GPU 0000:17:00.0: GPU has fallen off the bus.", &e));
    assert_string_equal(e.gpu, "0000:17:00.0");
    assert_int_equal(e.code, 79);
    assert_int_equal(e.source, XID_FALLEN);
    assert_true(parse(
        "3,9,2,-;NVRM: The NVIDIA GPU 0000:3b:00.0 (PCI ID: 10de:2330) fallen off the bus", &e));
    assert_string_equal(e.gpu, "0000:3b:00.0");
}

static void test_other_records(void **state)
{
    static const char *const others[] = {
        "",
        "NVRM: Xid (PCI:0000:17:00): 79",
        " SUBSYSTEM=pci",
        "6,1,2,-;nvidia: loading out-of-tree module taints kernel.",
        "6,1,2,-;NVRM: loading NVIDIA UNIX x86_64 Kernel Module",
        "6,1,2,-;NVRM: Xid (PCI:0000:17:00)",
        "6,1,2,-;NVRM: Xid (PCI:0000:17:00): ",
        "6,1,2,-;NVRM: Xid (PCI:0000:17:00): -3, x",
        "6,1,2,-;NVRM: Xid (PCI:zzzz:17:00): 79, x",
        "6,1,2,-;NVRM: Xid (",
        "6,1,2,-;NVRM: Xid (PCI:0000:17:00): 99999999999999999999, x",
        "6,1,2,-;NVRM: something has fallen off the bus",
        "6,1,2,-;NVRM: a GPU at dawn: has fallen off the bus",
        "6,1,2,-;a cat has fallen off the bus 0000:17:00.0",
        "6,1",
        "6,x,2,-;NVRM: Xid (PCI:0000:17:00): 79, x",
    };
    struct xid_event e;

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (parse(others[i], &e))
            fail_msg("taken: %s", others[i]);
}

static void read_log(struct kmsg *k)
{
    FILE *out = listen_to();

    kmsg_tell(k, out, 1000000, 5000);
    hear(out);
}

static void test_the_log(void **state)
{
    struct kmsg *k;

    (void)state;
    put_file("dev/kmsg",
             "6,10,100000,-;Linux version 6.1\n SUBSYSTEM=x\n"
             "4,11,2000000,-;NVRM: Xid (PCI:0000:41:00): 31, pid=1\n4,12,2100000,-;NVRM: Xid (PC");
    k = kmsg_open(machine);
    read_log(k);
    assert_int_equal(round_of.xid_count, 1);
    assert_int_equal(round_of.xids[0].at, 1000000 - 5000 + 2000);
    assert_int_equal(round_of.xids[0].line, 11);
    assert_string_equal(round_of.note, "");
    char path[200];
    snprintf(path, sizeof path, "%s/dev/kmsg", machine);
    FILE *f = fopen(path, "a");
    fputs("I:0000:41:00): 31, pid=1\n", f);
    fclose(f);
    read_log(k);
    assert_int_equal(round_of.xid_count, 1);
    read_log(k);
    assert_int_equal(round_of.xid_count, 0);
    kmsg_close(k);
}

static void test_no_log(void **state)
{
    struct kmsg *k = kmsg_open("/proc/nonexistent");

    (void)state;
    read_log(k);
    assert_non_null(strstr(round_of.note, "/dev/kmsg"));
    read_log(k); /* that is told once */
    assert_string_equal(round_of.note, "");
    kmsg_close(k);
}

/* ---- counting */

static void add(struct xids *x, unsigned code, enum xid_source source, wall_ms at, uint64_t line)
{
    struct xid_event e = {"0000:41:00.0", code, source, at, line};

    xids_add(x, &e);
}

static void tell(struct xids *x)
{
    samples_reset(&round_of.samples);
    xids_samples(x, &round_of.samples);
}

static void test_both_tell_of_one(void **state)
{
    struct xids *x = xids_new();

    (void)state;
    add(x, 79, XID_LOG, 100000, 1);
    add(x, 79, XID_FALLEN, 100000, 2);
    add(x, 79, XID_DRIVER, 104000, 0);
    tell(x);
    is(FAMILY_GPU_XID, FIRST ",xid=\"79\"", 1);
    is(FAMILY_GPU_XID_LAST, FIRST ",xid=\"79\"", 104);
    /* Three in the log, of which the driver told the last only; another code; a second burst. */
    for (uint64_t i = 0; i < 3; i++)
        add(x, 13, XID_LOG, 200000 + (wall_ms)i, 3 + i);
    add(x, 13, XID_DRIVER, 201000, 0);
    add(x, 79, XID_DRIVER, 300000, 0);
    tell(x);
    is(FAMILY_GPU_XID, FIRST ",xid=\"13\"", 3);
    is(FAMILY_GPU_XID, FIRST ",xid=\"79\"", 2);
    is(FAMILY_GPU_XID_LAST, FIRST ",xid=\"79\"", 300);
    /* A new child reads the log from its beginning. */
    add(x, 79, XID_LOG, 100000, 1);
    add(x, 13, XID_LOG, 900000, 5);
    add(x, 13, XID_LOG, 900000, 6);
    tell(x);
    is(FAMILY_GPU_XID, FIRST ",xid=\"13\"", 4);
    is(FAMILY_GPU_XID, FIRST ",xid=\"79\"", 2);
    xids_free(x);
}

static void test_a_flood_has_a_limit(void **state)
{
    struct xids *x = xids_new();

    (void)state;
    for (unsigned i = 0; i < XIDS_MAX + 100; i++)
        add(x, i, XID_DRIVER, 1000, 0);
    tell(x);
    assert_int_equal(round_of.samples.count, 2 * XIDS_MAX);
    xids_free(x);
}

/* ---- the driver's events */

static const char *library(void)
{
    return stub_library("stub/libnvidia-ml.so.1");
}

static void one_round(struct xidwatch *w)
{
    FILE *out = listen_to();

    assert_true(xidwatch_round(w, out));
    hear(out);
}

static void test_events(void **state)
{
    struct xidwatch *w;
    unsigned events = 0;

    (void)state;
    setenv("STUB_NVML", "xid", 1);
    w = xidwatch_new(library(), machine);
    for (int i = 0; i < 5000 && events < 3; i++, usleep(10000)) {
        one_round(w);
        for (size_t k = 0; k < round_of.xid_count; k++) {
            assert_string_equal(round_of.xids[k].gpu, "0000:c1:00.0");
            assert_int_equal(round_of.xids[k].source, XID_DRIVER);
            assert_int_equal(round_of.xids[k].code, events == 0 ? 79 : 13);
            assert_true(round_of.xids[k].at > 1700000000000);
            events++;
        }
    }
    assert_int_equal(events, 3);
    xidwatch_free(w);
}

/* A lost GPU makes the wait return at once: no reason to spin. */
static void test_no_spin(void **state)
{
    void *stub = dlopen(library(), RTLD_NOW);
    struct xidwatch *w;
    int (*waits)(void);

    (void)state;
    assert_non_null(stub);
    *(void **)&waits = dlsym(stub, "stub_nvml_waits");
    setenv("STUB_NVML", "lost", 1);
    int before = waits();
    mono_ms began = clock_mono();
    w = xidwatch_new(library(), machine);
    for (int i = 0; i < 6000 && waits() == before; i++)
        usleep(10000);
    usleep(700000);
    int count = waits() - before;
    assert_in_range(count, 1, 2 + (clock_mono() - began) / 1000); /* one a second */
    xidwatch_free(w);
    dlclose(stub);
}

static void test_no_driver(void **state)
{
    struct xidwatch *w;

    (void)state;
    put_file("dev/kmsg", "4,11,2000000,-;NVRM: Xid (PCI:0000:41:00): 31, pid=1\n");
    w = xidwatch_new("/proc/nonexistent/libnvidia-ml.so.1", machine);
    one_round(w);
    assert_int_equal(round_of.xid_count, 1);
    assert_string_equal(round_of.trouble, "");
    xidwatch_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_other_records),
        cmocka_unit_test_setup_teardown(test_the_log, begin, end),
        cmocka_unit_test_setup_teardown(test_no_log, begin, end),
        cmocka_unit_test_setup_teardown(test_both_tell_of_one, begin, end),
        cmocka_unit_test_setup_teardown(test_a_flood_has_a_limit, begin, end),
        cmocka_unit_test_setup_teardown(test_events, begin, end),
        cmocka_unit_test_setup_teardown(test_no_spin, begin, end),
        cmocka_unit_test_setup_teardown(test_no_driver, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
