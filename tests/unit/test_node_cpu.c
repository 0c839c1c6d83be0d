/* SPDX-License-Identifier: MIT
 * test_node_cpu.c - which counters a processor has, what they add up to, and what is told where there are none. */
#include "tests/unit/unit.h"
#include "base/buf.h"
#include "node/cpu_flops.h"
#include "node/cpu_model.h"
#include "node/decode.h"
#include "node/perf.h"
#include "tests/unit/paths.h"
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *fixture(const char *name)
{
    char path[512];
    struct buf b;
    FILE *f;

    snprintf(path, sizeof path, "%s/cpuinfo/%s", UNIT_FIXTURES, name);
    f = fopen(path, "re");
    assert_non_null(f);
    buf_init(&b, 1 << 20);
    for (int c; (c = fgetc(f)) != EOF;)
        buf_addc(&b, (char)c);
    fclose(f);
    return buf_take(&b);
}

static bool identify(const char *name, struct cpu_id *id, struct cpu_counters *c)
{
    char *text = fixture(name);
    bool known;

    assert_true(cpu_identify(text, id));
    known = cpu_counters_of(id, c);
    free(text);
    return known;
}

/* What these counts of the events mean, by precision. */
static double operations(const struct cpu_counters *c, enum cpu_precision p, const double *counts)
{
    double sum = 0;

    for (size_t i = 0; i < c->count; i++)
        if (c->events[i].precision == p)
            sum += counts[i] * c->events[i].operations;
    return sum;
}

static void test_processors(void **state)
{
    static const struct {
        const char *name;
        unsigned cores;
        size_t events[CPU_PRECISIONS]; /* fp64, fp32, fp16, mixed */
        double peak[3];
    } cases[] = {
        {"platinum-8168", 4, {4, 4, 0, 0}, {32, 64, 0}},
        {"silver-4110", 2, {4, 4, 0, 0}, {0, 0, 0}},
        {"xeon-8480", 4, {4, 4, 4, 0}, {32, 64, 128}},
        {"epyc-7551", 2, {1, 1, 0, 0}, {8, 16, 0}},
        {"epyc-7763", 2, {0, 0, 0, 1}, {16, 32, 0}},
        {"epyc-9654", 2, {0, 0, 0, 1}, {16, 32, 0}},
        {"epyc-9755", 2, {2, 2, 1, 0}, {32, 64, 0}},
        {"neoverse-v1", 2, {0, 0, 0, 2}, {16, 32, 64}},
        {"grace", 2, {0, 0, 0, 2}, {16, 32, 64}},
        {"a64fx", 2, {2, 2, 2, 0}, {32, 64, 128}},
    };
    struct cpu_id id;
    struct cpu_counters c;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t events[CPU_PRECISIONS] = {0};
        if (!identify(cases[i].name, &id, &c))
            fail_msg("%s is not known", cases[i].name);
        for (size_t k = 0; k < c.count; k++)
            events[c.events[k].precision]++;
        if (id.cores != cases[i].cores || memcmp(events, cases[i].events, sizeof events) != 0 ||
            memcmp(c.per_clock, cases[i].peak, sizeof cases[i].peak) != 0)
            fail_msg("%s: %u cores", cases[i].name, id.cores);
    }
    assert_false(identify("core-i7-6700", &id, &c));
    assert_false(identify("big-little", &id, &c));
    assert_true(id.mixed);
    assert_false(cpu_identify("", &id));
    assert_false(cpu_identify("nonsense\n:\n: :\nprocessor\t: 0\n", &id));
}

/* 1000 of each: scalar 1, 128 bits 2 or 4, 256 bits 4 or 8, 512 bits 8 or 16; FMA is in the count already. */
static void test_weights_of_intel(void **state)
{
    static const double thousand[CPU_EVENTS_MAX] = {1000, 1000, 1000, 1000, 1000, 1000,
                                                    1000, 1000, 1000, 1000, 1000, 1000};
    struct cpu_id id;
    struct cpu_counters c;

    (void)state;
    assert_true(identify("xeon-8480", &id, &c));
    assert_true(operations(&c, CPU_FP64, thousand) == 1000 * (1 + 2 + 4 + 8));
    assert_true(operations(&c, CPU_FP32, thousand) == 1000 * (1 + 4 + 8 + 16));
    assert_true(operations(&c, CPU_FP16, thousand) == 1000 * (1 + 8 + 16 + 32));
    /* umask 0x40 is 512 bits of doubles: 8 lanes */
    assert_int_equal(c.events[3].config, 0x40c7);
    assert_true(c.events[3].operations == 8);
}

static void test_scaling(void **state)
{
    struct perf_total t = {.counted = 0};

    (void)state;
    /* It ran half of the time, so it counted half. */
    assert_true(perf_advance(&t, &(struct perf_reading){100, 10, 5}));
    assert_true(t.counted == 200 && t.share == 0.5);
    /* Then all of it, and there was nothing: the total must not fall. */
    assert_true(perf_advance(&t, &(struct perf_reading){100, 20, 15}));
    assert_true(t.counted == 200 && t.share == 1);
    /* Then not at all: no statement; the next part stands for both. */
    assert_false(perf_advance(&t, &(struct perf_reading){100, 30, 15}));
    assert_true(t.counted == 200 && t.share == 0);
    assert_true(perf_advance(&t, &(struct perf_reading){150, 40, 20}));
    assert_true(t.counted == 200 + 50 * 4 && t.share == 0.25);
    /* What cannot be: nothing is made of it. */
    assert_false(perf_advance(&t, &(struct perf_reading){1, 1, 1}));
    assert_true(t.counted == 400);
}

static void test_list_of_cpus(void **state)
{
    bool set[10];

    (void)state;
    assert_int_equal(cpu_list("0-3,8\n", set, 10), 5);
    assert_true(set[0] && set[3] && !set[4] && set[8]);
    assert_int_equal(cpu_list("0\n", set, 10), 1);
    assert_int_equal(cpu_list("8-4294967295\n", set, 10), 2);
    assert_int_equal(cpu_list("", set, 10), 0);
    assert_int_equal(cpu_list("x", set, 10), 0);
}

/* The plumbing, with a clock that every kernel has: one event on one CPU over all processes. */
static void test_a_counter_of_the_kernel(void **state)
{
    int fd = perf_open(0, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK);
    struct perf_reading one, two;

    (void)state;
    if (fd < 0)
        skip(); /* no rights, or a filter */
    assert_true(perf_read(fd, &one));
    usleep(20000);
    assert_true(perf_read(fd, &two));
    assert_true(two.value - one.value > 10000000);
    assert_true(two.running == two.enabled);
    close(fd);
    assert_true(perf_open(0, PERF_TYPE_SOFTWARE, 99999) < 0);
}

static void put(const char *root, const char *folder, const char *name, const char *text)
{
    char path[512], *slash;
    FILE *f;

    snprintf(path, sizeof path, "%s%s/", root, folder);
    for (slash = path + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    snprintf(path, sizeof path, "%s%s/%s", root, folder, name);
    f = fopen(path, "we");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static double told(const struct samples *s, enum family family, const char *labels)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->at[i].family == family && strcmp(sample_labels(s, &s->at[i]), labels) == 0)
            return s->at[i].value;
    return -1;
}

/* One round below a made-up root, decoded. */
static bool one_round(const char *root, struct round *out)
{
    struct cpu_flops *f = cpu_flops_new(root);
    struct json_reader *reader = json_reader_new(NULL, 0);
    char *text = NULL;
    size_t len;
    FILE *file = open_memstream(&text, &len);
    bool good = cpu_flops_round(f, file);

    fclose(file);
    round_init(out);
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        assert_int_equal(decode_line(reader, line, strlen(line), out, NULL), RC_OK);
    free(text);
    json_reader_free(reader);
    cpu_flops_free(f);
    return good;
}

static void test_what_is_told(void **state)
{
    char root[] = "/tmp/suantop-cpu.XXXXXX", command[64];
    char *text = fixture("xeon-8480");
    struct round r;

    (void)state;
    assert_non_null(mkdtemp(root));
    put(root, "/proc", "cpuinfo", text);
    free(text);
    put(root, "/sys/devices/system/cpu", "online", "4095\n"); /* a CPU that no machine has */
    put(root, "/sys/devices/system/cpu/cpu0/cpufreq", "cpuinfo_max_freq", "3800000\n");
    assert_false(one_round(root, &r));
    /* 4 cores at 3.8 GHz, 32 operations a clock. */
    assert_true(told(&r.samples, FAMILY_CPU_FLOPS_PEAK, "precision=\"fp64\"") == 4 * 3.8e9 * 32);
    assert_true(told(&r.samples, FAMILY_CPU_FLOPS_PEAK, "precision=\"fp16\"") == 4 * 3.8e9 * 128);
    assert_true(told(&r.samples, FAMILY_CPU_FLOPS, "precision=\"fp64\"") == -1);
    assert_true(told(&r.samples, FAMILY_PMU_RUNNING, "") == -1);
    assert_non_null(strstr(r.trouble, "GenuineIntel 6/8f"));
    round_fini(&r);
    text = fixture("core-i7-6700");
    put(root, "/proc", "cpuinfo", text);
    free(text);
    assert_false(one_round(root, &r));
    assert_int_equal(r.samples.count, 0);
    assert_non_null(strstr(r.trouble, "is not known"));
    round_fini(&r);
    snprintf(command, sizeof command, "rm -r %s", root);
    assert_int_equal(system(command), 0);
}

static void test_lines(void **state)
{
    static const char line[] = "{\"entity\":\"cpu_flops\",\"count_fp64\":123456789012345678,"
                               "\"count_mixed\":5,\"peak_fp32\":2,\"running_ppm\":500000}";
    struct json_reader *reader = json_reader_new(NULL, 0);
    struct round r;

    (void)state;
    round_init(&r);
    assert_int_equal(decode_line(reader, line, strlen(line), &r, NULL), RC_OK);
    assert_true(told(&r.samples, FAMILY_CPU_FLOPS, "precision=\"fp64\"") == 123456789012345678.0);
    assert_true(told(&r.samples, FAMILY_CPU_FLOPS, "precision=\"mixed\"") == 5);
    assert_true(told(&r.samples, FAMILY_CPU_FLOPS, "precision=\"fp32\"") == -1);
    assert_true(told(&r.samples, FAMILY_CPU_FLOPS_PEAK, "precision=\"fp32\"") == 2);
    assert_true(told(&r.samples, FAMILY_PMU_RUNNING, "") == 0.5);
    round_fini(&r);
    json_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_processors),
        cmocka_unit_test(test_weights_of_intel),
        cmocka_unit_test(test_scaling),
        cmocka_unit_test(test_list_of_cpus),
        cmocka_unit_test(test_a_counter_of_the_kernel),
        cmocka_unit_test(test_what_is_told),
        cmocka_unit_test(test_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
