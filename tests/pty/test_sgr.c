/* SPDX-License-Identifier: MIT
 * test_sgr.c - what is squeezed out of a frame makes no difference on the screen: random streams are fed to
 * two terminals, one of them through the squeezer. */
#include "tests/unit/unit.h"
#include "ui/sgr.h"
#include <vterm.h>

enum { ROWS = 12, COLS = 40, STREAM = 4096, FRAMES = 400 };

struct term {
    VTerm *vt;
    VTermScreen *screen;
};

static struct term term_new(void)
{
    struct term t = {.vt = vterm_new(ROWS, COLS)};

    vterm_set_utf8(t.vt, 1);
    t.screen = vterm_obtain_screen(t.vt);
    vterm_screen_reset(t.screen, 1);
    return t;
}

static uint32_t seed = 20261122;

static unsigned random_below(unsigned n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

static size_t add(char *out, size_t n, const char *s)
{
    size_t len = strlen(s);

    memcpy(out + n, s, len);
    return n + len;
}

static size_t add_setting(char *out, size_t n)
{
    static const char *const plain[] = {
        "\033[m",   "\033[0;1m", "\033[1m",     "\033[2m",  "\033[4m",  "\033[7m",  "\033[22m",
        "\033[24m", "\033[27m",  "\033[39;49m", "\033[31m", "\033[42m", "\033[97m", "\033[0;1;7m",
        "\033(B",   "\033[9m",   "\033[29m",    "\033[39m", "\033[49m"};
    char text[64];

    switch (random_below(4)) {
    case 0:
        snprintf(text, sizeof text, "\033[38;5;%um\033[48;5;%um", random_below(256),
                 random_below(256));
        return add(out, n, text);
    case 1:
        snprintf(text, sizeof text, "\033[%u8;2;%u;%u;%um", 3 + random_below(2), random_below(256),
                 random_below(256), random_below(256));
        return add(out, n, text);
    default:
        return add(out, n, plain[random_below(sizeof plain / sizeof plain[0])]);
    }
}

static size_t add_step(char *out, size_t n)
{
    char text[64];

    switch (random_below(8)) {
    case 0:
        snprintf(text, sizeof text, "\033[%u;%uH", 1 + random_below(ROWS), 1 + random_below(COLS));
        return add(out, n, text);
    case 1:
        snprintf(text, sizeof text, "\033[%u%c", 1 + random_below(9), "XGdCPLM@"[random_below(8)]);
        return add(out, n, text);
    case 2:
        return add(out, n, random_below(2) ? "\033[K" : "\r\n");
    case 3:
        return add(out, n, "张北abc");
    case 4:
        return add(out, n, random_below(2) ? "x" : " ");
    default:
        return add_setting(out, n);
    }
}

static bool same_cell(const VTermScreenCell *a, const VTermScreenCell *b)
{
    return memcmp(a->chars, b->chars, sizeof a->chars) == 0 && a->width == b->width &&
           memcmp(&a->attrs, &b->attrs, sizeof a->attrs) == 0 &&
           vterm_color_is_equal(&a->fg, &b->fg) && vterm_color_is_equal(&a->bg, &b->bg);
}

static void compare(const struct term *a, const struct term *b, int frame)
{
    for (int y = 0; y < ROWS; y++)
        for (int x = 0; x < COLS; x++) {
            VTermScreenCell p, q;
            memset(&p, 0, sizeof p);
            memset(&q, 0, sizeof q);
            vterm_screen_get_cell(a->screen, (VTermPos){y, x}, &p);
            vterm_screen_get_cell(b->screen, (VTermPos){y, x}, &q);
            if (!same_cell(&p, &q))
                fail_msg("frame %d: cell %d,%d differs", frame, y, x);
        }
}

static void run(bool may_undo)
{
    struct term plain = term_new(), squeezed = term_new();
    char *data = malloc(STREAM + 256 + SGR_GROWTH);
    size_t in = 0, out = 0;
    struct sgr s;

    sgr_init(&s, may_undo);
    for (int frame = 0; frame < FRAMES; frame++) {
        size_t n = 0, want = random_below(STREAM);
        while (n < want)
            n = add_step(data, n);
        vterm_input_write(plain.vt, data, n);
        size_t m = sgr_squeeze(&s, data, n);
        assert_true(m <= n + SGR_GROWTH);
        vterm_input_write(squeezed.vt, data, m);
        in += n;
        out += m;
        compare(&plain, &squeezed, frame);
    }
    assert_true(out < in);
    free(data);
    vterm_free(plain.vt);
    vterm_free(squeezed.vt);
}

static void test_random_streams(void **state)
{
    (void)state;
    run(true);
}

static void test_random_streams_without_undo(void **state)
{
    (void)state;
    run(false);
}

static const char *squeeze(struct sgr *s, const char *text)
{
    static char data[512];
    size_t n = strlen(text);

    memcpy(data, text, n);
    data[sgr_squeeze(s, data, n)] = '\0';
    return data;
}

static void test_what_goes_out(void **state)
{
    struct sgr s;

    (void)state;
    sgr_init(&s, true);
    assert_string_equal(squeeze(&s, "\033[38;5;252m\033[48;5;233mab"),
                        "\033[;38;5;252;48;5;233mab");
    assert_string_equal(squeeze(&s, "\033[38;5;252m\033[48;5;233mcd"), "cd");
    assert_string_equal(squeeze(&s, "\033[38;5;246m\033[48;5;233m"), ""); /* held back */
    assert_string_equal(squeeze(&s, "\033[5;6H"), "\033[5;6H");
    assert_string_equal(squeeze(&s, "x"), "\033[38;5;246mx");
    assert_string_equal(squeeze(&s, "\033(B\033[0;1m\033[38;5;246m\033[48;5;233my"),
                        "\033(B\033[1my");
    assert_string_equal(squeeze(&s, "\033(B\033[m\033[38;5;9m\033[48;5;233mz"), "\033[22;91mz");
    sgr_lost(&s);
    assert_string_equal(squeeze(&s, "z"), "\033[;91;48;5;233mz");
    sgr_reset(&s);
    assert_string_equal(squeeze(&s, "z"), "\033[mz");
}

static void test_what_is_not_understood_goes_through(void **state)
{
    struct sgr s;

    (void)state;
    sgr_init(&s, true);
    assert_string_equal(squeeze(&s, "\033[1mx\033[38:2::1:2:3my\033[1mz"),
                        "\033[;1mx\033[38:2::1:2:3my\033[1mz");
    assert_string_equal(squeeze(&s, "\033[0;1mx"), "\033[;1mx"); /* known again */
    assert_string_equal(squeeze(&s, "\033[1mx"), "x");
    assert_string_equal(squeeze(&s, "\033[?25h\033="), "\033[?25h\033=");
    assert_string_equal(squeeze(&s, "\033"), "\033");
    assert_string_equal(squeeze(&s, "\033[1"), "\033[1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_streams),
        cmocka_unit_test(test_random_streams_without_undo),
        cmocka_unit_test(test_what_goes_out),
        cmocka_unit_test(test_what_is_not_understood_goes_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
