/* SPDX-License-Identifier: MIT
 * test_model_flops.c - peaks, formulas and worked examples: docs/flops.md. */
#include "data/data.h"
#include "model/flops.h"
#include "model/fields.h"
#include "tests/unit/unit.h"
#include <math.h>

static struct peak_table *table;

static int set_up(void **state)
{
    struct err e = {0};

    (void)state;
    table = peak_table_new();
    if (peak_table_add(table, data_peaks, "peaks.conf", &e) != RC_OK)
        fail_msg("%s: %s", e.where, e.msg);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    peak_table_free(table);
    return 0;
}

/* Of that model in TFLOPS; NAN = not known. */
static double tera(const char *model, double (*of)(const struct peak *))
{
    const struct peak *p = peak_find(table, model);

    return p ? of(p) / 1e12 : NAN;
}
static double fp64(const struct peak *p)
{
    return p->fp64;
}
static double fp64_tensor(const struct peak *p)
{
    return p->fp64_tensor;
}
static double fp32(const struct peak *p)
{
    return p->fp32;
}
static double fp16(const struct peak *p)
{
    return p->fp16;
}
static double fp8(const struct peak *p)
{
    return p->fp8;
}

static void same(const char *model, const char *what, double is, double want)
{
    if (isnan(want) ? !isnan(is) : !(fabs(is - want) < 1e-9))
        fail_msg("%s %s: %g, not %g", model, what, is, want);
}

/* Each row of the table of peaks: FP64, FP64 of tensor pipes, FP32, FP16, FP8; 0 = not known. */
static const struct {
    const char *model;
    double peaks[5];
    char confidence;
} rows[] = {
    {"Tesla V100-SXM2-32GB", {7.8, 0, 15.7, 125, 0}, 'A'},
    {"NVIDIA A100-SXM4-80GB", {9.7, 19.5, 19.5, 312, 0}, 'A'},
    {"NVIDIA A100-PCIE-40GB", {9.7, 19.5, 19.5, 312, 0}, 'A'},
    {"NVIDIA A100 80GB PCIe", {9.7, 19.5, 19.5, 312, 0}, 'A'},
    {"a100", {9.7, 19.5, 19.5, 312, 0}, 'A'},
    {"NVIDIA A800-SXM4-80GB", {9.7, 19.5, 19.5, 312, 0}, 'A'},
    {"NVIDIA H100 80GB HBM3", {34, 67, 67, 989, 1979}, 'A'},
    {"nvidia_h100_80gb_hbm3", {34, 67, 67, 989, 1979}, 'A'},
    {"h100", {34, 67, 67, 989, 1979}, 'C'},
    {"NVIDIA H100 PCIe", {26, 51, 51, 756, 1513}, 'B'},
    {"h100_pcie", {26, 51, 51, 756, 1513}, 'B'},
    {"NVIDIA H200", {34, 67, 67, 989, 1979}, 'B'},
    {"h200", {34, 67, 67, 989, 1979}, 'B'},
    {"NVIDIA H800", {1, 1, 67, 989, 1979}, 'C'},
    {"NVIDIA H20", {1, 1, 44, 148, 296}, 'B'},
    {"NVIDIA B200", {37, 0, 75, 2250, 4500}, 'B'},
    {"NVIDIA GB200", {40, 0, 80, 2500, 5000}, 'B'},
    {"NVIDIA L40S", {1.4, 0, 91.6, 362, 733}, 'B'},
    {"AMD Instinct MI250X", {47.9, 95.7, 47.9, 383, 0}, 'A'},
    {"AMD Instinct MI300X", {81.7, 163.4, 163.4, 1307, 2615}, 'A'},
    {"AMD_Instinct_MI300X_OAM", {81.7, 163.4, 163.4, 1307, 2615}, 'A'},
    {"MI355X", {78.6, 0, 157, 2517, 5033}, 'B'},
    {"Ascend910B1", {0, 0, 0, 414, 0}, 'C'},
    {"910B2", {0, 0, 0, 376, 0}, 'B'},
    {"Ascend910B3", {0, 0, 0, 313, 0}, 'A'},
    {"910B3", {0, 0, 0, 313, 0}, 'A'},
    {"Ascend 910B4", {0, 0, 0, 280, 0}, 'B'},
    {"Ascend910C", {0, 0, 0, 781, 0}, 'C'},
    {"MLU370-X8", {0, 0, 24, 96, 0}, 'C'},
    {"MLU590", {0, 0, 0, 314, 0}, 'C'},
    {"K100_AI", {0, 0, 0, 192, 0}, 'C'},
    {"MTT S4000", {0, 0, 25, 100, 0}, 'B'},
    {"MetaX C500", {0, 0, 0, 240, 0}, 'B'},
    {"MetaX C500 OAM", {0, 0, 0, 280, 0}, 'C'},
    {"PPU", {0, 0, 0, 118.7, 0}, 'C'},
    {"Kunlunxin P800", {0, 0, 0, 345, 0}, 'C'},
    {"Gaudi2", {0, 0, 0, 432, 865}, 'B'},
    {"Gaudi3", {0, 0, 0, 1835, 1835}, 'B'},
    {"TPU v4", {0, 0, 0, 275, 0}, 'B'},
    {"tpu-v5p", {0, 0, 0, 459, 0}, 'B'},
    {"TPU v6e", {0, 0, 0, 918, 0}, 'B'},
};

static void test_every_row(void **state)
{
    double (*const of[])(const struct peak *) = {fp64, fp64_tensor, fp32, fp16, fp8};
    static const char *const names[] = {"fp64", "fp64_tensor", "fp32", "fp16", "fp8"};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct peak *p = peak_find(table, rows[i].model);
        if (!p)
            fail_msg("%s is not known", rows[i].model);
        for (int k = 0; k < 5; k++)
            same(rows[i].model, names[k], tera(rows[i].model, of[k]),
                 rows[i].peaks[k] > 0 ? rows[i].peaks[k] : NAN);
        if (p->confidence != rows[i].confidence)
            fail_msg("%s: %c", rows[i].model, p->confidence);
        assert_true(p->source[0] != '\0' && p->vendor[0] != '\0');
    }
}

static void test_relatives_are_not_known(void **state)
{
    static const char *const models[] = {"",
                                         "NVIDIA",
                                         "NVIDIA A1000",
                                         "NVIDIA A10",
                                         "A100X",
                                         "GA100",
                                         "GH100",
                                         "GH100-something",
                                         "NVIDIA H100 NVL",
                                         "NVIDIA H100 80GB HBM2e",
                                         "NVIDIA H100 80GB HBM3 MIG 1g.10gb",
                                         "NVIDIA H200 NVL",
                                         "NVIDIA GH200 480GB",
                                         "NVIDIA H20-3e",
                                         "Tesla T4",
                                         "Tesla V100-PCIE-16GB",
                                         "NVIDIA L40",
                                         "910Awn-Ascend-V1",
                                         "910B",
                                         "Ascend910",
                                         "K100",
                                         "Z100",
                                         "Biren",
                                         "MI300A",
                                         "MI350X",
                                         "MLU370",
                                         "h100 h100",
                                         "80GB"};

    (void)state;
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
        if (peak_find(table, models[i]))
            fail_msg("%s is taken for %s", models[i], peak_find(table, models[i])->model);
    char longest[600];
    memset(longest, 'h', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_null(peak_find(table, longest));
    assert_null(peak_find(NULL, "h100"));
}

/* Operations a clock x units x clock gives what the tables say, within what their clocks are rounded. */
static void test_arithmetic(void **state)
{
    static const struct {
        const char *model;
        double (*of)(const struct peak *);
        double units, flop_a_clock, gigahertz;
    } sums[] = {
        {"V100 SXM2", fp16, 80, 1024, 1.53},    {"V100 SXM2", fp32, 80, 128, 1.53},
        {"V100 SXM2", fp64, 80, 64, 1.53},      {"A100", fp16, 108, 2048, 1.41},
        {"A100", fp64_tensor, 108, 128, 1.41},  {"A100", fp32, 108, 128, 1.41},
        {"A100", fp64, 108, 64, 1.41},          {"H100 SXM", fp16, 132, 4096, 1.83},
        {"H100 SXM", fp8, 132, 8192, 1.83},     {"H100 SXM", fp64_tensor, 132, 256, 1.98},
        {"H100 SXM", fp32, 132, 256, 1.98},     {"H100 SXM", fp64, 132, 128, 1.98},
        {"H100 PCIe", fp16, 114, 4096, 1.62},   {"MI300X", fp16, 304, 2048, 2.1},
        {"MI300X", fp64_tensor, 304, 256, 2.1}, {"MI300X", fp64, 304, 128, 2.1},
        {"910B3", fp16, 20, 8192, 1.91},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
        double made = sums[i].units * sums[i].flop_a_clock * sums[i].gigahertz * 1e-3;
        double told = tera(sums[i].model, sums[i].of);
        if (!(fabs(made / told - 1) < 0.02))
            fail_msg("%s: %g is not %g", sums[i].model, made, told);
    }
    assert_true(fabs(20 * 8192 * 1.8e-3 - 294.9) < 0.05);
}

static void test_hearsay(void **state)
{
    const struct peak *h800 = peak_find(table, "H800 SXM"), *h20 = peak_find(table, "H20"),
                      *a100 = peak_find(table, "A100"), *mlu = peak_find(table, "MLU590");

    (void)state;
    assert_true(peak_is_hearsay(h800, precision_FP64));
    assert_false(peak_is_hearsay(h800, precision_FP16));
    assert_true(peak_is_hearsay(h20, precision_FP32));
    assert_false(peak_is_hearsay(h20, precision_FP16));
    assert_false(peak_is_hearsay(a100, precision_FP64));
    assert_true(peak_is_hearsay(mlu, precision_FP16));
}

static void test_peak_of_any_work(void **state)
{
    const struct peak *h100 = peak_find(table, "H100 SXM"), *v100 = peak_find(table, "V100 SXM2"),
                      *npu = peak_find(table, "910B3");

    (void)state;
    assert_true(peak_of(h100, precision_FP64) == 67e12);
    assert_true(peak_of(v100, precision_FP64) == 7.8e12);
    assert_true(peak_of(h100, precision_FP8) == 1979e12);
    assert_true(isnan(peak_of(npu, precision_FP64)) && isnan(peak_of(npu, precision_NONE)));
    assert_true(isnan(peak_of(NULL, precision_FP16)));
}

static void test_slices(void **state)
{
    const struct peak *a100 = peak_find(table, "A100");
    struct peak slice;

    (void)state;
    assert_true(peak_of_slice(a100, "1g.5gb", &slice));
    assert_true(fabs(slice.fp16 - 312e12 / 7) < 1);
    assert_true(slice.confidence == 'C');
    assert_true(peak_of_slice(a100, "7g.40gb", &slice) && slice.fp16 == 312e12);
    assert_true(slice.confidence == 'A');
    assert_false(peak_of_slice(a100, "7 slices", &slice));
    assert_false(peak_of_slice(a100, "1c.3g.20gb", &slice));
    assert_false(peak_of_slice(a100, "", &slice));
    assert_false(peak_of_slice(a100, "9g.1gb", &slice));
}

static void test_a_site_wins(void **state)
{
    struct err e = {0};

    (void)state;
    assert_int_equal(
        peak_table_add(table,
                       "# ours\n\nH200, Foo X1 | Us | - | - | - | 900.5 | - | B | measured\n",
                       "site.conf", &e),
        RC_OK);
    same("H200", "fp16", tera("NVIDIA H200", fp16), 900.5);
    same("H200", "fp32", tera("NVIDIA H200", fp32), NAN);
    same("Foo X1", "fp16", tera("foo-x1", fp16), 900.5);
    same("H100", "fp16", tera("H100 SXM", fp16), 989);
}

static void test_bad_lines(void **state)
{
    static const char *const bad[] = {
        "H200 | x | 1 | 1 | 1 | 1 | 1 | A\n",
        "H200 | x | 1 | 1 | 1 | 1 | 1 | A | s | more\n",
        "H200 | x | 1 | 1 | 1 | 1 | 1 | A | s | 1830\n",
        "H200 | x | 1 | 1 | 1 | 1 | 1 | A | s | 1.8 | x\n",
        "H200 | x | 1 | 1 | 1 | many | 1 | A | s\n",
        "H200 | x | 1 | 1 | 1 | -1 | 1 | A | s\n",
        "H200 | x | 1 | 1 | 1 | 0 | 1 | A | s\n",
        "H200 | x | 1 | 1 | 1 | 1e3 | 1 | A | s\n",
        "H200 | x | 1 | 1 | 1 | 99999999 | 1 | A | s\n",
        "H200 | x | 1 | 1 | 1 | 1 | 1 | D | s\n",
        "H200 | x | 1 | 1 | 1 | 1 | 1 |  | s\n",
        " | x | 1 | 1 | 1 | 1 | 1 | A | s\n",
        "H200, , B | x | 1 | 1 | 1 | 1 | 1 | A | s\n",
        "H200 | x | 1 | 1 | 1 | ? | 1 | A | s\n",
        "nvidia 80gb | x | 1 | 1 | 1 | 1 | 1 | A | s\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct err e = {0};
        char text[256];
        snprintf(text, sizeof(text), "# c\nNew One | x | 1 | 1 | 1 | 1 | 1 | A | s\n%s", bad[i]);
        if (peak_table_add(table, text, "site.conf", &e) != RC_SYNTAX)
            fail_msg("taken: %s", bad[i]);
        assert_string_equal(e.where, "site.conf:3");
        assert_null(peak_find(table, "New One"));
        same("H200", "fp16", tera("H200", fp16), 989);
    }
}

static void test_a_long_path_keeps_the_line(void **state)
{
    struct err e = {0};
    char name[300];

    (void)state;
    memset(name, 'd', sizeof(name));
    memcpy(name + sizeof(name) - sizeof("/peaks.conf"), "/peaks.conf", sizeof("/peaks.conf"));
    assert_int_equal(peak_table_add(table, "\nH200\n", name, &e), RC_SYNTAX);
    assert_non_null(strstr(e.where, "d/peaks.conf:2"));
}

/* ---- one device ---- */

/* The second row is room for the rare fields of the first. */
#define DEVICE_ALONE                                                                               \
    {                                                                                              \
        {                                                                                          \
            .h = {.more = sizeof(struct device_row) / sizeof(uint32_t) }                           \
        }                                                                                          \
    }
#define PUT(d, id, v) put(d, FIELD_device_##id, v)

static void put(struct device_row *d, unsigned field, double v)
{
    const struct field *f = &entity_info(ENTITY_DEVICE)->fields[field];
    union field_value value = {.num = v};

    if (f->rare && !field_has(d, field))
        field_insert(d, f, &value);
    else
        field_put(d, f, field, &value);
}

static void test_estimates(void **state)
{
    const struct peak *h100 = peak_find(table, "H100 SXM");
    struct device_row d[2] = DEVICE_ALONE;

    (void)state;
    assert_int_equal(flops_of_device(d, h100, precision_FP16).provenance, provenance_NONE);
    assert_true(isnan(flops_tensor_utilization(d)));
    PUT(d, utilization_percent, 100); /* busy is not FLOPS */
    assert_int_equal(flops_of_device(d, h100, precision_FP16).provenance, provenance_NONE);
    PUT(d, tensor_utilization_percent, 50);
    struct flops_figure f = flops_of_device(d, h100, precision_FP16);
    assert_int_equal(f.provenance, provenance_ESTIMATED);
    assert_true(f.flops == 0.5 * 989e12 && f.peak == 989e12);
    PUT(d, clock_hertz, 1.485e9); /* the peak is at 1.83 GHz */
    assert_true(
        fabs(flops_of_device(d, h100, precision_FP16).flops / (0.5 * 1.485 / 1.83 * 989e12) - 1) <
        1e-6);
    PUT(d, clock_max_hertz, 1.98e9);
    assert_true(
        fabs(flops_of_device(d, h100, precision_FP16).flops / (0.5 * 1.485 / 1.83 * 989e12) - 1) <
        1e-6);
    /* So it is activity x processors x operations a clock x clock, whatever the table rounds to. */
    assert_true(fabs(flops_of_device(d, h100, precision_FP16).flops / (0.5 * 132 * 4096 * 1.485e9) -
                     1) < 1e-3);
    /* FP32 is at the highest clock; so is the tensor utilisation. */
    PUT(d, fp32_utilization_percent, 50);
    assert_true(fabs(flops_of_device(d, h100, precision_FP32).flops / (0.5 * 0.75 * 67e12) - 1) <
                1e-6);
    assert_true(fabs(flops_tensor_utilization(d) - 37.5) < 1e-4);
    PUT(d, clock_max_hertz, 1e9); /* faster than its highest: no more than all */
    assert_true(flops_of_device(d, h100, precision_FP32).flops == 0.5 * 67e12);
    PUT(d, clock_hertz, 1.98e12); /* nonsense */
    assert_true(flops_of_device(d, h100, precision_FP16).flops == 0.5 * 989e12);
    assert_int_equal(flops_of_device(d, NULL, precision_FP16).provenance, provenance_NONE);
    assert_int_equal(flops_of_device(d, h100, precision_FP64).provenance, provenance_NONE);
    assert_int_equal(flops_of_device(d, h100, precision_FP8).provenance, provenance_NONE);
}

static void test_which_pipe(void **state)
{
    const struct peak *h100 = peak_find(table, "H100 SXM"), *b200 = peak_find(table, "B200");
    struct device_row d[2] = DEVICE_ALONE;

    (void)state;
    PUT(d, tensor_utilization_percent, 60);
    PUT(d, fp64_tensor_utilization_percent, 40);
    PUT(d, fp64_utilization_percent, 10);
    PUT(d, fp32_utilization_percent, 20);
    PUT(d, fp16_utilization_percent, 90); /* of the vector pipes: not in the table */
    assert_true(fabs(flops_of_device(d, h100, precision_FP16).flops - 0.2 * 989e12) < 1e6);
    assert_true(fabs(flops_of_device(d, h100, precision_FP64).flops - (0.4 * 67e12 + 0.1 * 34e12)) <
                1e6);
    assert_true(fabs(flops_of_device(d, h100, precision_FP32).flops - 0.2 * 67e12) < 1e6);
    PUT(d, fp16_tensor_utilization_percent, 15);
    assert_true(fabs(flops_of_device(d, h100, precision_FP16).flops - 0.15 * 989e12) < 1e6);
    /* A pipe worked whose peak is not known: no figure. It rested: the others' stand. */
    assert_int_equal(flops_of_device(d, b200, precision_FP64).provenance, provenance_NONE);
    PUT(d, fp64_tensor_utilization_percent, 0);
    assert_true(fabs(flops_of_device(d, b200, precision_FP64).flops - 0.1 * 37e12) < 1e6);
}

static void test_nonsense_is_none(void **state)
{
    const struct peak *h100 = peak_find(table, "H100 SXM");
    struct device_row d[2] = DEVICE_ALONE;

    (void)state;
    PUT(d, tensor_utilization_percent, 100.4);
    assert_true(flops_of_device(d, h100, precision_FP16).flops == 989e12);
    PUT(d, tensor_utilization_percent, 5000);
    assert_int_equal(flops_of_device(d, h100, precision_FP16).provenance, provenance_NONE);
    PUT(d, counted_fp16_flops, 1e19);
    assert_int_equal(flops_of_device(d, h100, precision_FP16).provenance, provenance_NONE);
}

static void test_counted_wins(void **state)
{
    const struct peak *mi300 = peak_find(table, "MI300X");
    struct device_row d[2] = DEVICE_ALONE;

    (void)state;
    PUT(d, tensor_utilization_percent, 50);
    PUT(d, counted_fp64_flops, 1e13);
    PUT(d, counted_fp16_flops, 3e14);
    struct flops_figure f = flops_of_device(d, mi300, precision_FP16);
    assert_int_equal(f.provenance, provenance_MEASURED);
    assert_true(fabs(f.flops / 3e14 - 1) < 1e-6 && f.peak == 1307e12);
    f = flops_of_device(d, NULL, precision_FP64); /* a count needs no model */
    assert_int_equal(f.provenance, provenance_MEASURED);
    assert_true(isnan(f.peak));
    assert_int_equal(flops_of_device(d, mi300, precision_FP32).provenance, provenance_NONE);
}

static void test_best(void **state)
{
    struct flops_totals t = {0};
    struct flops_total *of = t.of[precision_FP16];

    (void)state;
    assert_int_equal(flops_best(&t, precision_FP16), provenance_NONE);
    of[provenance_NAMEPLATE].declared = true;
    assert_int_equal(flops_best(&t, precision_FP16), provenance_NAMEPLATE);
    of[provenance_ALLOCATED].reporting = 9;
    assert_int_equal(flops_best(&t, precision_FP16), provenance_ALLOCATED);
    of[provenance_ESTIMATED].reporting = 2;
    assert_int_equal(flops_best(&t, precision_FP16), provenance_ESTIMATED);
    of[provenance_MEASURED].reporting = 1;
    assert_int_equal(flops_best(&t, precision_FP16), provenance_ESTIMATED);
    of[provenance_MEASURED].reporting = 2;
    assert_int_equal(flops_best(&t, precision_FP16), provenance_MEASURED);
    assert_int_equal(flops_best(&t, precision_FP64), provenance_NONE);
}

static void test_precision_of_kind(void **state)
{
    (void)state;
    assert_int_equal(flops_precision_of(center_kind_INTELLIGENT), precision_FP16);
    assert_int_equal(flops_precision_of(center_kind_SUPER), precision_FP64);
    assert_int_equal(flops_precision_of(center_kind_GENERAL), precision_FP32);
    assert_int_equal(flops_precision_of(center_kind_UNKNOWN), precision_FP16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_relatives_are_not_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_arithmetic, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hearsay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_peak_of_any_work, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_slices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_site_wins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_long_path_keeps_the_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_estimates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_which_pipe, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nonsense_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_counted_wins, set_up, tear_down),
        cmocka_unit_test(test_best),
        cmocka_unit_test(test_precision_of_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
