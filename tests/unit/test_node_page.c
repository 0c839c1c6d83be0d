/* SPDX-License-Identifier: MIT
 * test_node_page.c - samples, both formats, and which of them an Accept header gets. */
#include "tests/unit/unit.h"
#include "codec/promtext.h"
#include "node/exporter.h"
#include "node/page.h"
#include <math.h>

static char *written(const struct samples *s, enum page_format format)
{
    struct buf out;

    buf_init(&out, 1 << 20);
    assert_int_equal(page_write(&out, format, s), RC_OK);
    return buf_take(&out);
}

static void add(struct samples *s, enum family family, double value, const char *label)
{
    const struct label labels[] = {{"gpu", label}, {NULL, NULL}};

    samples_add(s, family, value, labels);
}

static void test_both_formats(void **state)
{
    struct samples s;

    (void)state;
    samples_init(&s);
    add(&s, FAMILY_GPU_ENERGY, 0.1, "a");
    add(&s, FAMILY_LOAD, 2, NULL);
    add(&s, FAMILY_GPU_INFO, 1, "a");
    char *text = written(&s, PAGE_TEXT), *om = written(&s, PAGE_OPENMETRICS);
    assert_string_equal(
        text,
        "# HELP suantop_load1 Load average over one minute.\n# TYPE suantop_load1 gauge\n"
        "suantop_load1 2\n"
        "# HELP suantop_gpu_info A GPU or NPU that its driver shows; gpu is its PCI address.\n"
        "# TYPE suantop_gpu_info gauge\nsuantop_gpu_info{gpu=\"a\"} 1\n"
        "# HELP suantop_gpu_energy_joules_total Energy since the driver was loaded.\n"
        "# TYPE suantop_gpu_energy_joules_total counter\n"
        "suantop_gpu_energy_joules_total{gpu=\"a\"} 0.1\n");
    assert_string_equal(
        om, "# HELP suantop_load1 Load average over one minute.\n# TYPE suantop_load1 gauge\n"
            "suantop_load1 2\n"
            "# HELP suantop_gpu A GPU or NPU that its driver shows; gpu is its PCI address.\n"
            "# TYPE suantop_gpu info\nsuantop_gpu_info{gpu=\"a\"} 1\n"
            "# HELP suantop_gpu_energy_joules Energy since the driver was loaded.\n"
            "# TYPE suantop_gpu_energy_joules counter\n# UNIT suantop_gpu_energy_joules joules\n"
            "suantop_gpu_energy_joules_total{gpu=\"a\"} 0.1\n# EOF\n");
    free(text);
    free(om);
    samples_fini(&s);
}

/* What a driver calls its sensor is read back as it was, but for what no page may hold. */
static void test_labels_are_escaped(void **state)
{
    struct samples s;
    struct prom_line line;
    struct prom_label label;
    char back[64];
    size_t at = 0;

    (void)state;
    samples_init(&s);
    add(&s, FAMILY_LOAD, 1, "a\"b\\c,d}\n\xff");
    assert_string_equal(sample_labels(&s, &s.at[0]), "gpu=\"a\\\"b\\\\c,d}\u00b7\u00b7\"");
    char *page = written(&s, PAGE_TEXT), *sample = strstr(page, "\nsuantop_load1{") + 1;
    assert_int_equal(prom_read(sample, strlen(sample) - 1, PROM_TEXT, &line, NULL), RC_OK);
    assert_true(prom_next_label(&line, &at, &label));
    back[prom_unescape(&label, back, sizeof back - 1)] = '\0';
    assert_string_equal(back, "a\"b\\c,d}\u00b7\u00b7");
    free(page);
    samples_fini(&s);
}

static void test_values(void **state)
{
    static const double values[] = {0.1, 1e300,      123456789012345.678, 1795356045.055,
                                    -40, 85899345920};
    struct samples s;

    (void)state;
    samples_init(&s);
    add(&s, FAMILY_LOAD, NAN, "nan");
    add(&s, FAMILY_LOAD, INFINITY, "infinite");
    assert_int_equal(s.count, 0);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        samples_reset(&s);
        add(&s, FAMILY_LOAD, values[i], NULL);
        char *page = written(&s, PAGE_TEXT);
        assert_true(strtod(strstr(page, "\nsuantop_load1 ") + 15, NULL) == values[i]);
        free(page);
    }
    samples_fini(&s);
}

static void test_equal_series_are_told_once(void **state)
{
    struct samples s;

    (void)state;
    samples_init(&s);
    add(&s, FAMILY_LOAD, 1, "x");
    add(&s, FAMILY_LOAD, 2, "x");
    char *page = written(&s, PAGE_TEXT);
    assert_non_null(strstr(page, "\nsuantop_load1{gpu=\"x\"} 1\n"));
    assert_null(strstr(page, "} 2"));
    free(page);
    samples_fini(&s);
}

static void test_a_page_has_a_limit(void **state)
{
    struct samples s;
    struct buf out;

    (void)state;
    samples_init(&s);
    add(&s, FAMILY_LOAD, 1, "x");
    buf_init(&out, 20);
    assert_int_equal(page_write(&out, PAGE_TEXT, &s), RC_LIMIT);
    buf_fini(&out);
    samples_fini(&s);
}

/* ---- Accept ---- */

static void test_accept(void **state)
{
    static const struct {
        const char *accept;
        enum page_format format;
    } cases[] = {
        {NULL, PAGE_TEXT},
        {"", PAGE_TEXT},
        {"*/*", PAGE_TEXT},
        {"text/html,application/xhtml+xml,*/*;q=0.8", PAGE_TEXT},
        {"application/openmetrics-text", PAGE_OPENMETRICS},
        {"application/openmetrics-text; version=1.0.0; charset=utf-8", PAGE_OPENMETRICS},
        {"APPLICATION/OpenMetrics-Text;VERSION=1.0.0", PAGE_OPENMETRICS},
        {"application/openmetrics-text;version=0.0.1", PAGE_TEXT},
        /* Prometheus 2.42 and 3. */
        {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
         "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         PAGE_OPENMETRICS},
        {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
         "text/plain;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1",
         PAGE_OPENMETRICS},
        {"application/openmetrics-text;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.7",
         PAGE_TEXT},
        {"application/openmetrics-text;q=0.5, text/plain;q=0.5", PAGE_TEXT},
        {"application/openmetrics-text;q=0", PAGE_TEXT},
        {"application/openmetrics-text;q=0.001", PAGE_OPENMETRICS},
        {"application/openmetrics-text ; q=0.9 , text/plain ; q=0.8", PAGE_OPENMETRICS},
        {"application/*;q=0.9,text/*;q=0.1", PAGE_OPENMETRICS},
        {"application/openmetrics-text;q=0.1,application/*;q=0.9,text/plain;q=0.5", PAGE_TEXT},
        {";;;,,,;q=;=,q=1", PAGE_TEXT},
        {"application/openmetrics-text;q", PAGE_TEXT},
        {"application/openmetrics-text;q=-1", PAGE_TEXT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (page_negotiate(cases[i].accept) != cases[i].format)
            fail_msg("Accept: %s", cases[i].accept);
}

/* ---- GPUs that should be there ---- */

static double up_of(const struct samples *s, const char *labels)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->at[i].family == FAMILY_GPU_UP && strcmp(sample_labels(s, &s->at[i]), labels) == 0)
            return s->at[i].value;
    return NAN;
}

static void test_gpus_that_are_missing_are_down(void **state)
{
    struct samples s;

    (void)state;
    samples_init(&s);
    for (int i = 0; i < 40; i++) { /* enough to make the set grow while it is judged */
        char name[8];
        snprintf(name, sizeof name, "%d", i);
        add(&s, FAMILY_GPU_EXPECTED, 1, name);
    }
    add(&s, FAMILY_GPU_UP, 1, "0");
    exporter_judge_gpus(&s);
    assert_true(up_of(&s, "gpu=\"0\"") == 1);
    assert_true(up_of(&s, "gpu=\"1\"") == 0);
    assert_true(up_of(&s, "gpu=\"39\"") == 0);
    assert_int_equal(s.count, 80);
    samples_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_formats),
        cmocka_unit_test(test_labels_are_escaped),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_equal_series_are_told_once),
        cmocka_unit_test(test_a_page_has_a_limit),
        cmocka_unit_test(test_accept),
        cmocka_unit_test(test_gpus_that_are_missing_are_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
