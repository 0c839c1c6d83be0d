/* SPDX-License-Identifier: MIT
 * test_codec_quantity.c - numbers with units, both ways. */
#include "codec/quantity.h"

#include "base/xmem.h"
#include "tests/unit/unit.h"

#include <math.h>

#define THIN "\xe2\x80\x89"

struct real_case {
    const char *text;
    bool is;
    double value;
};

/* A text that is refused leaves what was there. */
static void check_reals(bool (*read)(const char *s, double *out), const struct real_case *c,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double v = -7;
        if (read(c[i].text, &v) != c[i].is)
            fail_msg("\"%s\" is %s", c[i].text, c[i].is ? "refused" : "taken");
        if (v != (c[i].is ? c[i].value : -7))
            fail_msg("\"%s\" is read as %.17g", c[i].text, v);
    }
}

static void test_number(void **state)
{
    static const struct real_case cases[] = {
        {"0", true, 0},
        {"12", true, 12},
        {"-1.5", true, -1.5},
        {"+3", true, 3},
        {".5", true, .5},
        {"5.", true, 5},
        {"1e3", true, 1000},
        {"1E-3", true, .001},
        {"1e308", true, 1e308},
        {"0.1", true, 0.1},
        {"9007199254740993", true, 9007199254740992.0},
        {"", false, 0},
        {".", false, 0},
        {"-", false, 0},
        {"1e", false, 0},
        {"1e999", false, 0},
        {"-1e999", false, 0},
        {"nan", false, 0},
        {"inf", false, 0},
        {"0x10", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1,5", false, 0},
        {"1.2.3", false, 0},
        {"--1", false, 0},
        {"1e+-3", false, 0},
        {"12a", false, 0},
    };

    (void)state;
    check_reals(quantity_number, cases, ARRAY_LEN(cases));
}

static void test_duration(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } cases[] = {
        {"5s", 5000},       {"10m", 600000}, {"2h", 7200000},  {"3d", 259200000}, {"1w", 604800000},
        {"1500ms", 1500},   {"90", 90000},   {"0", 0},         {"0s", 0},         {"1.5s", 1500},
        {"1h30m", 5400000}, {"0.5", 500},    {"1 m", 60000},   {"", -1},          {"s", -1},
        {"-5s", -1},        {"+5s", -1},     {"5x", -1},       {"5ss", -1},       {"5s ", -1},
        {"1e99d", -1},      {"5s3", -1},     {"INFINITE", -1},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t ms = -1;
        if (quantity_duration(cases[i].text, &ms) != (cases[i].ms >= 0) || ms != cases[i].ms)
            fail_msg("\"%s\" is read as %lld", cases[i].text, (long long)ms);
    }
}

static void test_slurm_time(void **state)
{
    static const struct {
        const char *text;
        int64_t s; /* -7: refused */
    } cases[] = {
        {"30", 1800},
        {"5:10", 310},
        {"01:02:03", 3723},
        {"2-03", 183600},
        {"2-03:04", 183840},
        {"2-03:04:05", 183845},
        {"1-00:00:00", 86400},
        {"0", 0},
        {"00:00", 0},
        {"90:00", 5400},
        {"UNLIMITED", -1},
        {"INFINITE", -1},
        {"unlimited", -1},
        {"365-00:00:00", 31536000},
        {"", -7},
        {"-", -7},
        {"1-", -7},
        {"-1", -7},
        {"1:", -7},
        {":1", -7},
        {"1:2:3:4", -7},
        {"1-2:3:4:5", -7},
        {"1d", -7},
        {"1.5", -7},
        {"Partition_Limit", -7},
        {"NOT_SET", -7},
        {"N/A", -7},
        {"99999999999999999999", -7},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t s = -7;
        if (quantity_slurm_time(cases[i].text, &s) != (cases[i].s != -7) || s != cases[i].s)
            fail_msg("\"%s\" is read as %lld", cases[i].text, (long long)s);
    }
}

static bool megabytes(const char *s, double *out)
{
    return quantity_bytes(s, 1048576, out);
}

static void test_bytes(void **state)
{
    static const struct real_case cases[] = {
        {"62.50G", true, 62.5 * 1073741824},
        {"1000M", true, 1048576000},
        {"12Ki", true, 12288},
        {"12KiB", true, 12288},
        {"1.5M", true, 1572864},
        {"1T", true, 1099511627776},
        {"2P", true, 2251799813685248},
        {"64000", true, 64000.0 * 1048576},
        {"4000Mn", true, 4000.0 * 1048576},
        {"2Gc", true, 2.0 * 1073741824},
        {"10B", true, 10},
        {"8 GB", true, 8.0 * 1073741824},
        {"0", true, 0},
        {"1e300Y", false, 0},
        {"", false, 0},
        {"G", false, 0},
        {"1X", false, 0},
        {"1GG", false, 0},
        {"1Gib", false, 0},
        {"?", false, 0},
        {"1e308E", false, 0},
        {"N/A", false, 0},
    };

    (void)state;
    check_reals(megabytes, cases, ARRAY_LEN(cases));
}

static void test_k8s(void **state)
{
    static const struct real_case cases[] = {
        {"128974848", true, 128974848},
        {"129e6", true, 129e6},
        {"129M", true, 129e6},
        {"123Mi", true, 128974848},
        {"1500m", true, 1.5},
        {"4k", true, 4000},
        {"4Ki", true, 4096},
        {"1E", true, 1e18},
        {"1Ei", true, 1152921504606846976},
        {"250u", true, 250e-6},
        {"0", true, 0},
        {"0.5", true, 0.5},
        {"4K", false, 0},
        {"4ki", false, 0},
        {"1 Gi", false, 0},
        {"1Gib", false, 0},
        {"", false, 0},
        {"Mi", false, 0},
        {"1mi", false, 0},
    };

    (void)state;
    check_reals(quantity_k8s, cases, ARRAY_LEN(cases));
}

static void test_flops(void **state)
{
    static const struct real_case cases[] = {
        {"12 EFLOPS", true, 12e18},
        {"480PFLOPS", true, 480e15},
        {"1.5e18", true, 1.5e18},
        {"12 EFLOP/s", true, 12e18},
        {"989.5 TFlops", true, 989.5e12},
        {"3P", true, 3e15},
        {"100 gflops", true, 100e9},
        {"5 FLOPS", true, 5},
        {"1e3 PFLOPS", true, 1e18},
        {"12EFLOPS", true, 12e18},
        {"12 e", true, 12e18},
        {"1 ZFLOPS", true, 1e21},
        {"12 TOPS", false, 0},
        {"-1 PFLOPS", false, 0},
        {"PFLOPS", false, 0},
        {"12 XFLOPS", false, 0},
        {"12 PFLOPS x", false, 0},
        {"", false, 0},
        {"1e308 EFLOPS", false, 0},
    };

    (void)state;
    check_reals(quantity_flops, cases, ARRAY_LEN(cases));
}

static void test_tres(void **state)
{
    static const char *const list =
        "cpu=8,mem=62.50G,node=2,billing=1.5K,gres/gpu=4,gres/gpu:h200=4";
    double v = -7;

    (void)state;
    assert_true(quantity_tres(list, "cpu", &v) && v == 8);
    assert_true(quantity_tres(list, "mem", &v) && v == 62.5 * 1073741824);
    assert_true(quantity_tres("mem=1000", "mem", &v) && v == 1048576000);
    assert_true(quantity_tres(list, "gres/gpu", &v) && v == 4);
    assert_true(quantity_tres(list, "gres/gpu:h200", &v) && v == 4);
    assert_true(quantity_tres("gres/gpu:a=4,cpu=1,gres/gpu:b=2", "gres/gpu", &v) && v == 6);
    v = -7;
    assert_false(quantity_tres(list, "gres/gp", &v));
    assert_false(quantity_tres(list, "gpu", &v));
    assert_false(quantity_tres("", "cpu", &v));
    assert_false(quantity_tres("cpu", "cpu", &v));
    assert_false(quantity_tres("cpu=,gres/gpu=x", "cpu", &v));
    assert_false(quantity_tres("cpux=1", "cpu", &v));
    assert_false(quantity_tres("gres/gpu=99999999999999999999999999999999999999999999999999",
                               "gres/gpu", &v));
    assert_float_equal(v, -7, 0);
}

static void test_gres(void **state)
{
    static const struct {
        const char *text;
        uint32_t devices, slices;
        const char *model;
    } cases[] = {
        {"", 0, 0, ""},
        {"(null)", 0, 0, ""},
        {"N/A", 0, 0, ""},
        {"gpu:h200:4", 4, 0, "h200"},
        {"gpu:4(S:0-1)", 4, 0, ""},
        {"gpu:h200:4(S:0-1),shard:8", 4, 0, "h200"},
        {"gpu:h200:2(IDX:0-1)", 2, 0, "h200"},
        {"gpu:h200:2(IDX:0,2-3),gpu:a100:1(IDX:1,4)", 3, 0, "h200"},
        {"gpu:0", 0, 0, ""},
        {"gpu:h200:0(IDX:N/A)", 0, 0, "h200"},
        {"gpu:(null):2(IDX:0-1)", 2, 0, ""},
        {"gpu:1g.10gb:21(S:1)", 0, 21, "1g.10gb"},
        {"gpu:a100:1,gpu:1g.5gb:7", 1, 7, "a100"},
        {"gpu:nvidia_a100_3g.39gb:2", 0, 2, "nvidia_a100_3g.39gb"},
        {"gpu:1g.10gb+me:1", 0, 1, "1g.10gb+me"},
        {"gres:gpu:2", 2, 0, ""},
        {"gres:gpu:h200:2", 2, 0, "h200"},
        {"gres/gpu:h200:4", 4, 0, "h200"},
        {"gres/gpu:4", 4, 0, ""},
        {"gres/gpu=4", 4, 0, ""},
        {"gres/gpu:h200=4", 4, 0, "h200"},
        {"gres/gpu=4,gres/gpu:h200=4", 4, 0, "h200"},
        {"cpu=8,gres/gpu=21,gres/gpu:1g.10gb=21", 0, 21, "1g.10gb"},
        {"gres/gpu:a=4,gres/gpu:b=2", 6, 0, "a"},
        {"gpu", 1, 0, ""},
        {"gpu:h200", 1, 0, "h200"},
        {"gres:gpu", 1, 0, ""},
        {"gpu:2,gpu:a100:2", 4, 0, "a100"},
        {"shard:8,mps:100,nic:2", 0, 0, ""},
        {"gpux:4,gpu2:3,mygpu:1", 0, 0, ""},
        {"gpu:99999999999999999999", 0, 0, ""},
        {"gpu:h200:x", 0, 0, ""},
        {"gpu:-1", 0, 0, ""},
        {"gpu:(null)", 0, 0, ""},
        {"gpu:h200:4(", 0, 0, ""},
        {"gpu:4)", 0, 0, ""},
        {"gpu:4294967295,gpu:4294967295", UINT32_MAX, 0, ""},
        {"gpu:h200:1K", 1024, 0, "h200"},
        {"gpu:,gpu::,gpu:=,,", 0, 0, ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct gres_sum g = quantity_gres(cases[i].text);
        if (g.devices != cases[i].devices || g.slices != cases[i].slices ||
            strcmp(g.model, cases[i].model) != 0)
            fail_msg("%s: %u devices, %u slices, model \"%s\"", cases[i].text, g.devices, g.slices,
                     g.model);
    }
}

static void check_group(double v, int decimals, const char *expected)
{
    char out[64];

    quantity_group(v, decimals, out);
    assert_string_equal(out, expected);
}

static void test_group(void **state)
{
    (void)state;
    check_group(0, 0, "0");
    check_group(999, 0, "999");
    check_group(1000, 0, "1" THIN "000");
    check_group(1234567.891, 2, "1" THIN "234" THIN "567.89");
    check_group(-1234, 1, "-1" THIN "234.0");
    check_group(-0.001, 2, "0.00");
    check_group(-0.0, 0, "0");
    check_group(999999.96, 1, "1" THIN "000" THIN "000.0");
    check_group(123456789012345678901.0, 9,
                "123" THIN "456" THIN "789" THIN "012" THIN "345" THIN "683" THIN "968.000000000");
    check_group(1e21, 0, "?");
    check_group((double)NAN, 0, "?");
    check_group((double)INFINITY, 0, "?");
    check_group(1, 10, "?");
}

static void check_si(double v, const char *expected)
{
    char out[32];

    quantity_si(v, out);
    assert_string_equal(out, expected);
}

static void test_si(void **state)
{
    (void)state;
    check_si(0, "0" THIN);
    check_si(7, "7" THIN);
    check_si(0.5, "0.50" THIN);
    check_si(999, "999" THIN);
    check_si(999.4, "999" THIN);
    check_si(999.6, "1.00" THIN "k");
    check_si(1000, "1" THIN "k");
    check_si(4070, "4.07" THIN "k");
    check_si(12345, "12.3" THIN "k");
    check_si(99960, "100" THIN "k");
    check_si(999500, "1.00" THIN "M");
    check_si(12.34e18, "12.3" THIN "E");
    check_si(-2.5e15, "-2.50" THIN "P");
    check_si(9.994e26, "999" THIN "Y");
    check_si(9.9999e26, "1000" THIN "Y");
    check_si(1e27, "?");
    check_si((double)NAN, "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number),     cmocka_unit_test(test_duration),
        cmocka_unit_test(test_slurm_time), cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_k8s),        cmocka_unit_test(test_flops),
        cmocka_unit_test(test_tres),       cmocka_unit_test(test_gres),
        cmocka_unit_test(test_group),      cmocka_unit_test(test_si),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
