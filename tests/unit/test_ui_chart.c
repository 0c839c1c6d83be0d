/* SPDX-License-Identifier: MIT
 * test_ui_chart.c - meters, bars, sparklines, and numbers as people read them. */
#include "tests/unit/unit.h"
#include "ui/chart.h"
#include "ui/figure.h"
#include "ui/glyph.h"
#include "base/text.h"
#include <math.h>

static struct canvas canvas;
static struct buf text;

static int setup(void **state)
{
    (void)state;
    canvas_init(&canvas, 1, 40);
    buf_init(&text, 1 << 16);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    canvas_fini(&canvas);
    buf_fini(&text);
    return 0;
}

static const char *line(void)
{
    buf_reset(&text);
    canvas_dump(&canvas, &text, false);
    if (text.len > 0)
        buf_truncate(&text, text.len - 1);
    canvas_clear(&canvas);
    return text.data;
}

static const char *meter(double share, bool ascii)
{
    chart_meter(&canvas, 0, 0, 6, share, style_of(ROLE_ALLOCATED), style_of(ROLE_LINE), ascii);
    return line();
}

static void test_meter(void **state)
{
    (void)state;
    assert_string_equal(meter(0, false), "──────");
    assert_string_equal(meter(0.0001, false), "╸─────");
    assert_string_equal(meter(0.5, false), "━━━───");
    assert_string_equal(meter(0.58, false), "━━━╸──");
    assert_string_equal(meter(0.9999, false), "━━━━━╸");
    assert_string_equal(meter(1, false), "━━━━━━");
    assert_string_equal(meter(7, false), "━━━━━━");
    assert_string_equal(meter(-1, false), "──────");
    assert_string_equal(meter(NAN, false), "──────");
    assert_string_equal(meter(0.58, true), "===-..");
}

/* Columns of two parts, two cells high, on a canvas of its own; line by line. */
static const char *stack(const double *values, int n, double top, bool plain)
{
    const struct chart_part parts[] = {{0, ROLE_CRIT, 'n'}, {0, ROLE_WARN, 'd'}};
    struct chart_columns columns = {values, n, 1, 1, top};
    struct canvas c;

    canvas_init(&c, 2, 8);
    chart_stack(&c, (struct rect){0, 0, 2, 8}, &columns, parts, 2, plain);
    buf_reset(&text);
    canvas_dump(&c, &text, false);
    canvas_fini(&c);
    return text.data;
}

static void test_stack(void **state)
{
    const double values[] = {16, 0, 4, 4, NAN, 0, 0.01, 0.01}, much[] = {90, 90};

    (void)state;
    assert_string_equal(stack(values, 4, 16, false), "█\n█ ▄ · ▁\n");
    assert_string_equal(stack(values, 4, 16, true), "n\nn n - n\n"); /* what is above zero shows */
    assert_string_equal(stack(much, 1, 90, false), "█\n█\n"); /* and nothing leaves the chart */
    assert_string_equal(stack(values, 0, 16, false), "\n\n");
    assert_string_equal(stack(values, 1, 0, false), "\n▁\n");
}

/* Where two parts meet within a cell, one is the foreground and the other the background. */
static void test_stack_shares_a_cell(void **state)
{
    const struct chart_part parts[] = {{0, ROLE_CRIT, 'n'}, {0, ROLE_WARN, 'd'}};
    const double values[] = {4, 4};
    struct chart_columns columns = {values, 1, 1, 0, 8};

    (void)state;
    chart_stack(&canvas, (struct rect){0, 0, 1, 1}, &columns, parts, 2, false);
    const struct cell *cell = canvas_cell(&canvas, 0, 0);
    assert_int_equal(cell->cp, 0x2584);
    assert_int_equal(cell->fg, ROLE_CRIT);
    assert_int_equal(cell->bg, ROLE_WARN);
    canvas_clear(&canvas);
}

static const char *bar(double share, bool ascii)
{
    chart_bar(&canvas, 0, 0, 4, share, style_of(ROLE_MEASURED), ROLE_LINE, ascii);
    return line();
}

static void test_bar(void **state)
{
    (void)state;
    assert_string_equal(bar(0.5, false), "██");
    assert_string_equal(bar(0.53, false), "██▏");
    assert_string_equal(bar(0.99, false), "███▉");
    assert_string_equal(bar(1, false), "████");
    assert_string_equal(bar(0.01, false), "▏");
    assert_string_equal(bar(0.5, true), "##..");
}

static void test_parts(void **state)
{
    const struct chart_part parts[] = {
        {50, ROLE_ALLOCATED, '#'}, {0, ROLE_LINE, '-'}, {1, ROLE_WARN, '!'}, {1, ROLE_CRIT, 'x'}};

    (void)state;
    chart_parts(&canvas, 0, 0, 10, parts, 4, 100, ROLE_LINE, true);
    assert_string_equal(line(), "#####!x...");
    chart_parts(&canvas, 0, 0, 10, parts, 4, 52, ROLE_LINE,
                true); /* trouble is never squeezed out */
    assert_non_null(strchr(line(), '!'));
    chart_parts(&canvas, 0, 0, 10, parts, 4, 0, ROLE_LINE, true);
    assert_string_equal(line(), "..........");
    chart_parts(&canvas, 0, 0, 4, parts, 4, 104, ROLE_LINE, false);
    assert_string_equal(line(), "▇▇▇▇");
}

static void test_spark(void **state)
{
    const float rising[8] = {0, 1, 2, 3, 4, 5, 6, 8}, gap[4] = {8, NAN, NAN, 8};

    (void)state;
    chart_spark(&canvas, 0, 0, 8, rising, 8, 8, style_of(ROLE_ALLOCATED), false);
    assert_string_equal(line(), "▁▁▂▃▄▅▆▇");
    chart_spark(&canvas, 0, 0, 4, gap, 4, 8, style_of(ROLE_ALLOCATED), false);
    assert_string_equal(line(), "▇  ▇");
    chart_spark(&canvas, 0, 0, 4, rising, 8, 8, style_of(ROLE_ALLOCATED), false);
    assert_string_equal(line(), "▁▃▅▇");
    chart_spark(&canvas, 0, 0, 16, rising, 8, 8, style_of(ROLE_ALLOCATED), false);
    assert_string_equal(line(), "▁▁▁▁▂▂▃▃▄▄▅▅▆▆▇▇");
    chart_spark(&canvas, 0, 0, 4, rising, 0, 8, style_of(ROLE_ALLOCATED), false);
    assert_string_equal(line(), "");
    chart_spark(&canvas, 0, 0, 4, rising, 8, 0, style_of(ROLE_ALLOCATED), true);
    assert_string_equal(line(), "....");
}

static void test_boxes(void **state)
{
    (void)state;
    assert_int_equal(
        chart_boxes(&canvas, 0, 0, 8, 3, 8, style_of(ROLE_ALLOCATED), style_of(ROLE_LINE), false),
        8);
    assert_string_equal(line(), "▮▮▮▯▯▯▯▯");
    assert_int_equal(
        chart_boxes(&canvas, 0, 0, 7, 3, 8, style_of(ROLE_ALLOCATED), style_of(ROLE_LINE), false),
        0);
    assert_int_equal(
        chart_boxes(&canvas, 0, 0, 8, 30, 8, style_of(ROLE_ALLOCATED), style_of(ROLE_LINE), true),
        8);
    assert_string_equal(line(), "########");
}

static void test_heat(void **state)
{
    (void)state;
    assert_int_equal(chart_heat(0, 0, 100), ROLE_HEAT0);
    assert_int_equal(chart_heat(-5, 0, 100), ROLE_HEAT0);
    assert_int_equal(chart_heat(55, 0, 100), ROLE_HEAT5);
    assert_int_equal(chart_heat(100, 0, 100), ROLE_HEAT9);
    assert_int_equal(chart_heat(1e300, 0, 100), ROLE_HEAT9);
    assert_int_equal(chart_heat(NAN, 0, 100), ROLE_HEAT0);
    assert_int_equal(figure_heat(35), ROLE_HEAT0);
    assert_int_equal(figure_heat(94.9), ROLE_HEAT9);
}

static void test_numbers(void **state)
{
    static const struct {
        double v;
        int decimals;
        const char *want;
    } cases[] = {{0, 0, "0"},
                 {41216, 0, "41 216"},
                 {-0.4, 0, "0"},
                 {999.6, 0, "1 000"},
                 {1e9, 0, "1 000 000 000"},
                 {-1234.5, 1, "-1 234.5"},
                 {2, 2, "2.00"},
                 {1e15, 0, "#"},
                 {NAN, 0, "?"},
                 {0.05, 1, "0.1"}};
    char out[FIGURE_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        figure_number(out, cases[i].v, cases[i].decimals, true);
        assert_string_equal(out, cases[i].want);
    }
    figure_number(out, 41216, 0, false);
    assert_string_equal(out, "41\xe2\x80\x89"
                             "216");
}

static void test_fit(void **state)
{
    static const struct {
        double v;
        int cells;
        const char *want;
    } cases[] = {{41216, 6, "41 216"}, {41216, 5, "41216"},  {41216, 4, "41k"},
                 {412160, 5, "412k"},  {999999, 5, "1.00M"}, {4294967295.0, 5, "4.29G"},
                 {7, 1, "7"},          {77, 1, "#"}};
    char out[FIGURE_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        figure_fit(out, cases[i].v, cases[i].cells, true);
        assert_string_equal(out, cases[i].want);
    }
    for (double v = 1; v < 1e14; v *= 3.7) /* nothing is ever wider than its cell */
        for (int cells = 1; cells < 12; cells++) {
            figure_fit(out, v, cells, false);
            assert_true(text_cells(out) <= cells);
        }
}

static void test_units(void **state)
{
    static const struct {
        double v;
        enum field_unit unit;
        const char *want;
    } cases[] = {{503.2 * 1024 * 1024 * 1024, UNIT_BYTE, "503 GiB"},
                 {38.2e6, UNIT_WATT, "38.2 MW"},
                 {712, UNIT_WATT, "712 W"},
                 {91.4, UNIT_CELSIUS, "91 C"},
                 {74.2, UNIT_PERCENT, "74%"},
                 {4.2, UNIT_MILLISECOND, "4.2 ms"},
                 {90, UNIT_SECOND, "1m"},
                 {1.257, UNIT_LOAD, "1.26"},
                 {0, UNIT_BYTE, "0 B"}};
    char out[FIGURE_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        figure_unit(out, cases[i].v, cases[i].unit, true);
        assert_string_equal(out, cases[i].want);
    }
    figure_percent(out, 0.0001);
    assert_string_equal(out, "1%");
    figure_percent(out, 0.9999);
    assert_string_equal(out, "99%");
    figure_percent(out, 1);
    assert_string_equal(out, "100%");
    figure_percent(out, NAN);
    assert_string_equal(out, "?");
}

static void test_freshness(void **state)
{
    (void)state;
    assert_int_equal(figure_freshness_of(-1, 30000), AGE_FRESH);
    assert_int_equal(figure_freshness_of(89000, 30000), AGE_FRESH);
    assert_int_equal(figure_freshness_of(91000, 400), AGE_STALE);
    assert_int_equal(figure_freshness_of(12 * 60000, 30000), AGE_OLD);
    assert_int_equal(figure_freshness_of(62 * 60000, 30000), AGE_LOST);
    struct style s = figure_aged(style_bold(style_of(ROLE_TEXT)), AGE_STALE);
    assert_int_equal(s.fg, ROLE_DIM);
    assert_int_equal(s.attr, 0);
    s = figure_aged(style_of(ROLE_CRIT), AGE_OLD);
    assert_int_equal(s.fg, ROLE_FAINT);
    assert_int_equal(s.attr, ATTR_STRIKE);
}

/* Every sign is one cell wide and safe, its stand-in is ASCII. */
static void test_glyphs(void **state)
{
    (void)state;
    for (int g = 0; g < GLYPH_COUNT; g++) {
        const char *rich = glyph((enum glyph)g, false), *plain = glyph((enum glyph)g, true);
        assert_int_equal(text_cells(rich), 1);
        assert_true(text_is_clean(rich, strlen(rich)));
        for (const char *p = plain; *p; p++)
            assert_true(*p >= ' ' && *p < 127);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_meter),
        cmocka_unit_test(test_bar),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_stack),
        cmocka_unit_test(test_stack_shares_a_cell),
        cmocka_unit_test(test_spark),
        cmocka_unit_test(test_boxes),
        cmocka_unit_test(test_heat),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_fit),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_freshness),
        cmocka_unit_test(test_glyphs),
    };

    return cmocka_run_group_tests_name("chart", tests, setup, teardown);
}
