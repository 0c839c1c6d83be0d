/* SPDX-License-Identifier: MIT
 * test_ui_canvas.c - the grid of cells: clipping, wide characters, marks, hostile text, dumps. */
#include "tests/unit/unit.h"
#include "ui/canvas.h"

static struct canvas c;
static struct buf out;

static int setup(void **state)
{
    (void)state;
    canvas_init(&c, 3, 10);
    buf_init(&out, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    canvas_fini(&c);
    buf_fini(&out);
    return 0;
}

static const char *dump(void)
{
    buf_reset(&out);
    canvas_dump(&c, &out, false);
    return out.data;
}

static struct style plain(void)
{
    return style_of(ROLE_TEXT);
}

static void test_text_is_clipped(void **state)
{
    (void)state;
    assert_int_equal(canvas_text(&c, 0, 0, -1, plain(), "0123456789"), 10);
    assert_int_equal(canvas_text(&c, 1, 7, -1, plain(), "abc"), 3);
    assert_int_equal(canvas_text(&c, 2, 7, -1, plain(), "abcd"), 3);
    assert_string_equal(dump(), "0123456789\n       abc\n       ab…\n");
    assert_int_equal(canvas_text(&c, 3, 0, -1, plain(), "x"), 0);
    assert_int_equal(canvas_text(&c, -1, 0, -1, plain(), "x"), 0);
    assert_int_equal(canvas_text(&c, 0, 10, -1, plain(), "x"), 0);
    assert_int_equal(canvas_text(&c, 0, 0, 0, plain(), "x"), 0);
}

static void test_text_left_of_the_canvas(void **state)
{
    (void)state;
    canvas_text(&c, 0, -2, 6, plain(), "abcdef");
    canvas_text(&c, 1, -1, 6, plain(), "张北");
    assert_string_equal(dump(), "cdef\n 北\n\n");
}

static void test_a_cut_text_ends_in_an_ellipsis(void **state)
{
    (void)state;
    assert_int_equal(canvas_text(&c, 0, 0, 5, plain(), "abcdef"), 5);
    assert_int_equal(canvas_text(&c, 1, 0, 5, plain(), "张北智算"), 5);
    assert_int_equal(canvas_text(&c, 2, 0, 4, plain(), "张北智算"), 3); /* 张… and a blank */
    assert_string_equal(dump(), "abcd…\n张北…\n张…\n");
}

static void test_no_ellipsis_when_it_fits(void **state)
{
    (void)state;
    assert_int_equal(canvas_text(&c, 0, 0, 4, plain(), "张北"), 4);
    assert_int_equal(canvas_text(&c, 1, 0, 1, plain(), "x"), 1);
    assert_int_equal(canvas_text(&c, 2, 0, 1, plain(), "张"), 1);
    assert_string_equal(dump(), "张北\nx\n…\n");
}

static void test_wide_at_the_edge(void **state)
{
    (void)state;
    canvas_text(&c, 0, 9, -1, plain(), "张");
    assert_string_equal(dump(), "         …\n\n\n");
    canvas_fill(&c, (struct rect){1, 0, 1, 5}, 0x5F20, plain());
    assert_string_equal(dump(), "         …\n张张\n\n");
    assert_int_equal(canvas_cell(&c, 1, 4)->cp, ' ');
}

static void test_half_a_wide_one_overwritten(void **state)
{
    (void)state;
    canvas_text(&c, 0, 0, -1, plain(), "张北智");
    canvas_text(&c, 0, 3, 1, plain(), "x"); /* right half of 北 */
    canvas_text(&c, 1, 0, -1, plain(), "张北智");
    canvas_text(&c, 1, 2, 1, plain(), "x"); /* left half */
    canvas_text(&c, 2, 0, -1, plain(), "张北智");
    canvas_text(&c, 2, 1, 2, plain(), "算"); /* both neighbours */
    assert_string_equal(dump(), "张 x智\n张x 智\n 算 智\n");
    for (int x = 0; x < c.w; x++) {
        struct cell *cell = canvas_cell(&c, 2, x);
        if (cell->width == 0)
            assert_int_equal(canvas_cell(&c, 2, x - 1)->width, 2);
    }
}

static void test_combining_marks(void **state)
{
    (void)state;
    canvas_text(&c, 0, 0, -1, plain(), "e\xCC\x81x");                /* é */
    canvas_text(&c, 1, 0, -1, plain(), "\xCC\x81x");                 /* leading: gets a base */
    canvas_text(&c, 2, 0, -1, plain(), "a\xCC\x81\xCC\x82\xCC\x83"); /* the third is dropped */
    assert_int_equal(canvas_cell(&c, 0, 0)->cp, 'e');
    assert_int_equal(canvas_cell(&c, 0, 0)->comb[0], 0x301);
    assert_int_equal(canvas_cell(&c, 0, 1)->cp, 'x');
    assert_int_equal(canvas_cell(&c, 1, 0)->cp, 0xB7);
    assert_int_equal(canvas_cell(&c, 2, 0)->comb[1], 0x302);
}

static void test_hostile_text(void **state)
{
    static const char *const texts[] = {"a\x1b[31mb",
                                        "a\rb",
                                        "a\nb",
                                        "a\tb",
                                        "a\x7f b",
                                        "\x80\xff",
                                        "\xC2\x9B"
                                        "31m",
                                        "\xE2\x80\xAE"
                                        "abc",
                                        "\xE2\x80\x8B",
                                        "\xED\xA0\x80",
                                        "\xF4\x90\x80\x80",
                                        "\xEE\x80\x80"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        canvas_clear(&c);
        canvas_text(&c, 0, 0, -1, plain(), texts[i]);
        for (int x = 0; x < c.w; x++) {
            uint32_t cp = canvas_cell(&c, 0, x)->cp;
            assert_true(cp == 0xB7 || cp == 0x2026 || (cp >= 0x20 && cp < 0x7F));
        }
    }
    canvas_fill(&c, (struct rect){0, 0, 1, 10}, 0x1B, plain());
    assert_int_equal(canvas_cell(&c, 0, 0)->cp, 0xB7);
}

static void test_right_aligned(void **state)
{
    (void)state;
    assert_int_equal(canvas_text_right(&c, 0, 10, -1, plain(), "abc"), 3);
    assert_int_equal(canvas_text_right(&c, 1, 5, 3, plain(), "abcdef"), 3);
    assert_int_equal(canvas_text_right(&c, 2, 8, -1, plain(), "张北"), 4);
    assert_string_equal(dump(), "       abc\n  ab…\n    张北\n");
    assert_int_equal(canvas_text_right(&c, 0, 0, -1, plain(), "abc"), 0);
}

static void test_fill_lines_and_tint(void **state)
{
    (void)state;
    canvas_hline(&c, 0, -3, 5, plain());
    canvas_vline(&c, -1, 9, 9, plain());
    canvas_fill(&c, (struct rect){1, 2, 9, 3}, '#', style_of(ROLE_DIM));
    canvas_tint(&c, (struct rect){-5, -5, 7, 7}, ROLE_SELECTION);
    assert_string_equal(dump(), "──       │\n  ###    │\n  ###    │\n");
    assert_int_equal(canvas_cell(&c, 1, 1)->bg, ROLE_SELECTION);
    assert_int_equal(canvas_cell(&c, 1, 2)->bg, ROLE_BG);
    assert_int_equal(canvas_cell(&c, 2, 0)->bg, ROLE_BG);
    canvas_fill(&c, (struct rect){0, 0, -4, 4}, '#', plain());
}

static void test_a_dump_tells_colours(void **state)
{
    (void)state;
    canvas_text(&c, 0, 0, -1, style_bold(style_on(ROLE_CRIT, ROLE_CRIT_BG)), "x y");
    buf_reset(&out);
    canvas_dump(&c, &out, true);
    assert_string_equal(out.data, "x y\n\n\n--- foreground\nc c\n\n\n--- background\nCCC\n\n\n"
                                  "--- attributes\nBBB\n\n\n");
}

static void test_every_role_has_a_letter(void **state)
{
    bool seen[256] = {false};

    (void)state;
    canvas_resize(&c, 1, ROLE_COUNT);
    for (int r = 0; r < ROLE_COUNT; r++)
        canvas_fill(&c, (struct rect){0, r, 1, 1}, 'x', style_of((enum role)r));
    buf_reset(&out);
    canvas_dump(&c, &out, true);
    const char *letters = strstr(out.data, "foreground\n") + 11;
    for (int r = 0; r < ROLE_COUNT; r++) {
        unsigned char letter = (unsigned char)letters[r];
        assert_true(letter > ' ');
        assert_false(seen[letter]);
        seen[letter] = true;
    }
}

static void test_ascii(void **state)
{
    (void)state;
    canvas_text(&c, 0, 0, -1, plain(), "━━╸─▁▄█▸›…");
    canvas_text(&c, 1, 0, -1, plain(), "张北 é·°");
    canvas_ascii(&c);
    assert_string_equal(dump(), "===-_o#>>~\n张北 é.'\n\n");
}

static void test_sizes(void **state)
{
    (void)state;
    canvas_resize(&c, 0, 0);
    assert_null(canvas_cell(&c, 0, 0));
    canvas_text(&c, 0, 0, -1, plain(), "x");
    canvas_resize(&c, 1, 1);
    canvas_text(&c, 0, 0, -1, plain(), "xyz");
    assert_string_equal(dump(), "…\n");
    canvas_resize(&c, -3, 1 << 30);
    assert_int_equal(c.h, 0);
    canvas_resize(&c, 500, 1000);
    canvas_text(&c, 499, 999, -1, plain(), "x");
    assert_int_equal(canvas_cell(&c, 499, 999)->cp, 'x');
}

static void test_formatted(void **state)
{
    (void)state;
    assert_int_equal(canvas_textf(&c, 0, 0, 6, plain(), "%d of %d", 12, 345), 6);
    assert_string_equal(dump(), "12 of…\n\n\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_text_is_clipped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_text_left_of_the_canvas, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_cut_text_ends_in_an_ellipsis, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_ellipsis_when_it_fits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wide_at_the_edge, setup, teardown),
        cmocka_unit_test_setup_teardown(test_half_a_wide_one_overwritten, setup, teardown),
        cmocka_unit_test_setup_teardown(test_combining_marks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hostile_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_right_aligned, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fill_lines_and_tint, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_dump_tells_colours, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_role_has_a_letter, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ascii, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_formatted, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
