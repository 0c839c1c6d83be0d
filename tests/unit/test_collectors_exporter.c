/* SPDX-License-Identifier: MIT
 * test_collectors_exporter.c - metric pages as exporters write them, and the rows that come of them. */
#include "tests/unit/collectors_bench.h"
#include <unistd.h>

static void open_exporter(struct bench *b, const char *const *options)
{
    static const char *const usual[] = {"targets", "cn7.tj.example:9400", NULL};

    bench_open(b, "exporter", options != NULL ? options : usual);
    assert_non_null(bench_plan(b));
}

/* The whole page again, s seconds later. */
static void answer(struct bench *b, const char *page)
{
    bench_answer_text(b, 200, page);
    bench_request(b, 1, 0, CUT_LINES, NULL);
}

static void says(const struct bench *b, const char *text)
{
    if (!bench_says(b, text))
        fail_msg("no \"%s\" in:\n%s", text, b->rows.data);
}

static void says_not(const struct bench *b, const char *text)
{
    if (bench_says(b, text))
        fail_msg("\"%s\" in:\n%s", text, b->rows.data);
}

/* ---- asking ---- */

static void test_request(void **state)
{
    static const char *const options[] = {
        "targets", "cn7.tj.example:19400,cn8:9400/probe?x=1", "timeout", "4s", "insecure", "true",
        NULL};
    struct request_list list = {{NULL}, 0};
    struct bench b;

    (void)state;
    bench_open(&b, "exporter", options);
    b.next = b.ops->plan(b.state, b.now, 0, &list);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0]->base_url, "http://cn7.tj.example:19400");
    assert_string_equal(list.items[0]->path, "/metrics");
    assert_string_equal(list.items[1]->base_url, "http://cn8:9400");
    assert_string_equal(list.items[1]->path, "/probe?x=1");
    assert_int_equal(list.items[1]->tag, 1);
    assert_true(list.items[0]->total_ms == 4000);
    assert_non_null(strstr(list.items[0]->accept, "openmetrics-text"));
    assert_non_null(strstr(list.items[0]->accept, "version=0.0.4"));
    for (size_t i = 0; i < list.count; i++)
        bench_free_request(list.items[i]);
    bench_close(&b);
}

static void refused(const char *const *options, const char *why)
{
    struct source_conf conf = {.id = "x/exporter"};
    const struct collector_ops *ops = collector_find("exporter");
    const char *values[64] = {NULL};
    struct err e = {RC_OK};
    void *state = NULL;

    for (size_t i = 0; i < ops->option_count; i++) {
        values[i] = ops->options[i].fallback;
        for (const char *const *o = options; *o != NULL; o += 2)
            if (strcmp(o[0], ops->options[i].name) == 0)
                values[i] = o[1];
    }
    conf.options = ops->options;
    conf.option_count = ops->option_count;
    conf.values = values;
    assert_int_not_equal(ops->open(&conf, 1, &state, &e), RC_OK);
    if (strstr(e.msg, why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", e.msg, why);
}

static void test_targets_are_refused(void **state)
{
    static const char *const none[] = {NULL}, *const port[] = {"targets", "cn[1-3]", NULL},
                             *const big[] = {"targets", "cn1:99999", NULL},
                             *const name[] = {"targets", "user@cn1:9100", NULL},
                             *const clear[] = {"targets", "http://cn1:9100", NULL},
                             *const many[] = {"targets", "cn[0-999999]:9100", NULL},
                             *const kind[] = {"targets", "cn1:9100", "kind", "nonsense", NULL};

    (void)state;
    refused(none, "names no target");
    refused(port, "needs a port");
    refused(big, "needs a port");
    refused(name, "no host name");
    refused(clear, "insecure: true");
    refused(many, "");
    refused(kind, "there are: suantop node_exporter");
}

/* ---- dcgm-exporter ---- */

#define GPU0                                                                                       \
    "{gpu=\"0\",UUID=\"GPU-a\",pci_bus_id=\"00000000:3B:00.0\",device=\"nvidia0\",modelName=\"NVIDIA H100 80GB HBM3\",Hostname=\"cn7.tj.example\"} "
#define GPU1                                                                                       \
    "{gpu=\"1\",UUID=\"GPU-b\",modelName=\"NVIDIA H100 80GB HBM3\",Hostname=\"cn7.tj.example\",hpc_job=\"77\"} "

static void test_dcgm(void **state)
{
    struct bench b;

    (void)state;
    open_exporter(&b, NULL);
    answer(
        &b,
        "# HELP DCGM_FI_DEV_GPU_TEMP GPU temperature (in C).\n# TYPE DCGM_FI_DEV_GPU_TEMP gauge\n"
        "DCGM_FI_DEV_GPU_TEMP" GPU0 "61\nDCGM_FI_DEV_GPU_TEMP" GPU1 "55\n"
        "DCGM_FI_DEV_MEMORY_TEMP" GPU0 "0\nDCGM_FI_DEV_MEMORY_TEMP" GPU1 "9223372036854775794\n"
        "DCGM_FI_DEV_POWER_USAGE" GPU0 "409.692000\nDCGM_FI_DEV_POWER_USAGE" GPU1
        "140737488355328.0\n"
        "DCGM_FI_DEV_SM_CLOCK" GPU0 "1215\nDCGM_FI_DEV_GPU_UTIL" GPU0
        "97\nDCGM_FI_DEV_GPU_UTIL" GPU1 "1\n"
        "DCGM_FI_DEV_FB_FREE" GPU0 "1000\nDCGM_FI_DEV_FB_USED" GPU0
        "2000\nDCGM_FI_DEV_FB_RESERVED" GPU0 "24\n"
        "DCGM_FI_DEV_FB_USED" GPU1 "2000\nDCGM_FI_DEV_FB_FREE" GPU1 "2147483634\n"
        "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE" GPU0 "0.929260\nDCGM_FI_PROF_PIPE_FP64_ACTIVE" GPU0
        "0.5\n"
        "DCGM_FI_DEV_XID_ERRORS" GPU0 "0\nDCGM_FI_DEV_XID_ERRORS" GPU1 "79\n");
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.bad, 0);
    says(&b, "node cn7\n");
    says(
        &b,
        "device \"cn7\\x000\" vendor=NVIDIA model=\"NVIDIA H100 80GB HBM3\" uuid=GPU-a pci=00000000:3B:00.0 temperature_celsius=61 "
        "power_watts=409.692 utilization_percent=97 tensor_utilization_percent=92.926 fp64_utilization_percent=50 "
        "memory_used_bytes=2097152000 memory_total_bytes=3170893824 clock_hertz=1215000000\n");
    says(
        &b,
        "device \"cn7\\x001\" vendor=NVIDIA model=\"NVIDIA H100 80GB HBM3\" uuid=GPU-b temperature_celsius=55 "
        "utilization_percent=1 memory_used_bytes=2097152000 xid_last=79 job=77\n");
    bench_close(&b);
}

static int run_samples(void)
{
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_targets_are_refused),
        cmocka_unit_test(test_dcgm),
    };

    (void)run_samples;
    (void)says_not;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
