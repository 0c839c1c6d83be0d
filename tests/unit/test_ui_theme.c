/* SPDX-License-Identifier: MIT
 * test_ui_theme.c - themes in btop's format, colours, and what each depth makes of them. */
#include "tests/unit/unit.h"
#include "ui/colour.h"
#include "ui/palette.h"
#include "ui/terminfo.h"
#include "ui/theme.h"
#include <dirent.h>

static enum rc parse(const char *text, struct theme *t, struct err *e)
{
    return theme_parse(text, strlen(text), "x.theme", t, e);
}

static void test_value_forms(void **state)
{
    struct theme t;

    (void)state;
    assert_int_equal(parse("# a comment\n\n"
                           "theme[main_bg]=\"#102030\"\n"
                           "theme[main_fg] = '#A0b0C0'\n"
                           "  theme[title]=#ffffff  \n"
                           "theme[hi_fg]=\"12 34 56\"\n"
                           "theme[graph_text]=\"#60\"\r\n"
                           "theme[inactive_fg]=\"#404040\" # behind\n"
                           "theme[div_line]=\"\"",
                           &t, NULL),
                     RC_OK);
    assert_int_equal(t.rgb[ROLE_BG], 0x102030);
    assert_int_equal(t.rgb[ROLE_TEXT], 0xA0B0C0);
    assert_int_equal(t.rgb[ROLE_BRIGHT], 0xFFFFFF);
    assert_int_equal(t.rgb[ROLE_KEY], 0x0C2238);
    assert_int_equal(t.rgb[ROLE_DIM], 0x606060);
    assert_int_equal(t.rgb[ROLE_FAINT], 0x404040);
    assert_int_equal(t.rgb[ROLE_LINE], THEME_TERMINAL);
}

static void test_errors_name_the_line(void **state)
{
    static const struct {
        const char *text, *where, *word;
    } bad[] = {
        {"theme[main_bg]=\"#12\"\ntheme[title]=\"#12345\"\n", "x.theme:2", "#12345"},
        {"theme[main_bg]=\"#gggggg\"\n", "x.theme:1", "no colour"},
        {"theme[main_bg]=\"1 2\"\n", "x.theme:1", "no colour"},
        {"theme[main_bg]=\"1 2 256\"\n", "x.theme:1", "no colour"},
        {"theme[main_bg]=\"1 2 3 4\"\n", "x.theme:1", "no colour"},
        {"\n\nmain_bg=\"#000000\"\n", "x.theme:3", "expected theme["},
        {"theme[main_bg\n", "x.theme:1", "expected theme["},
        {"theme[main_bg] \"#000000\"\n", "x.theme:1", "expected ="},
        {"theme[suantop_wran]=\"#000000\"\n", "x.theme:1", "suantop_wran"},
    };
    struct theme t;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err e = {0};
        assert_int_not_equal(parse(bad[i].text, &t, &e), RC_OK);
        assert_string_equal(e.where, bad[i].where);
        assert_non_null(strstr(e.msg, bad[i].word));
    }
}

static void test_long_lines(void **state)
{
    char *text = malloc(100000);
    struct theme t;
    struct err e = {0};

    (void)state;
    memset(text, 'x', 99999);
    text[99999] = '\0';
    assert_int_equal(parse(text, &t, &e), RC_LIMIT);
    memset(text, '\n', 99999);
    assert_int_equal(parse(text, &t, &e), RC_LIMIT);
    free(text);
}

/* A theme as btop's are, with the keys that it has and no others. */
static const char btop_like[] = "theme[main_bg]=\"#1d2021\"\n"
                                "theme[main_fg]=\"#d4be98\"\n"
                                "theme[title]=\"#fbf1c7\"\n"
                                "theme[hi_fg]=\"#7daea3\"\n"
                                "theme[selected_bg]=\"#3c3836\"\n"
                                "theme[selected_fg]=\"#fbf1c7\"\n"
                                "theme[inactive_fg]=\"#665c54\"\n"
                                "theme[proc_misc]=\"#89b482\"\n"
                                "theme[cpu_box]=\"#a9b665\"\n"
                                "theme[div_line]=\"#504945\"\n"
                                "theme[temp_start]=\"#458588\"\n"
                                "theme[temp_mid]=\"#d8a657\"\n"
                                "theme[temp_end]=\"#ea6962\"\n"
                                "theme[cpu_start]=\"#a9b665\"\n"
                                "theme[upload_start]=\"#b16be3\"\n"
                                "theme[some_key_of_a_later_version]=\"whatever\"\n";

static void test_what_btop_lacks_is_derived(void **state)
{
    struct theme t;

    (void)state;
    assert_int_equal(parse(btop_like, &t, NULL), RC_OK);
    assert_int_equal(t.rgb[ROLE_BRAND], 0x89b482);
    assert_int_equal(t.rgb[ROLE_WARN], 0xd8a657);
    assert_int_equal(t.rgb[ROLE_CRIT], 0xea6962);
    assert_int_equal(t.rgb[ROLE_ALLOCATED], 0xb16be3);
    assert_int_equal(t.rgb[ROLE_HEAT0], 0x458588);
    assert_int_equal(t.rgb[ROLE_HEAT9], 0xea6962);
    for (int r = 0; r < ROLE_COUNT; r++)
        assert_true(t.rgb[r] >= 0);
    assert_true(colour_contrast(t.rgb[ROLE_BAR], t.rgb[ROLE_BG]) < 1.5);
    assert_int_not_equal(t.rgb[ROLE_BAR], t.rgb[ROLE_BG]);
}

static void test_a_light_theme_stays_readable(void **state)
{
    static const enum role read[] = {ROLE_TEXT, ROLE_BRIGHT, ROLE_WARN, ROLE_CRIT, ROLE_OK,
                                     ROLE_KEY,  ROLE_BRAND,  ROLE_DIM,  ROLE_ACT};
    struct theme t;

    (void)state;
    assert_int_equal(
        parse("theme[main_bg]=\"#fafafa\"\ntheme[main_fg]=\"#333333\"\ntheme[title]=\"#111111\"\n",
              &t, NULL),
        RC_OK);
    for (size_t i = 0; i < sizeof read / sizeof read[0]; i++)
        assert_true(colour_contrast(t.rgb[read[i]], t.rgb[ROLE_BG]) >= 2.9);
}

static void test_an_empty_theme_works(void **state)
{
    struct theme t;
    struct palette p;

    (void)state;
    assert_int_equal(parse("", &t, NULL), RC_OK);
    assert_int_equal(t.rgb[ROLE_BG], THEME_TERMINAL);
    palette_build(&p, &t, DEPTH_24BIT, 256);
    struct cell tab = {'x', {0, 0}, ROLE_BG, ROLE_BRAND, 0, 1};
    assert_int_equal(palette_look(&p, &tab).fg, 0x000000); /* not the terminal's foreground */
}

static char *slurp(const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = calloc(1, 65536);

    assert_non_null(f);
    assert_true(fread(text, 1, 65535, f) > 0);
    fclose(f);
    return text;
}

static void test_shipped_themes(void **state)
{
    DIR *d = opendir(UNIT_SRCDIR "/themes");
    struct dirent *entry;
    int count = 0;

    (void)state;
    assert_non_null(d);
    while ((entry = readdir(d))) {
        char path[1024];
        struct theme t;
        struct err e = {0};
        if (!strstr(entry->d_name, ".theme"))
            continue;
        count++;
        snprintf(path, sizeof path, "%s/themes/%s", UNIT_SRCDIR, entry->d_name);
        if (theme_load(path, NULL, &t, &e) != RC_OK)
            fail_msg("%s: %s", e.where, e.msg);
        if (t.mono)
            continue;
        char *text = slurp(path);
        for (int r = 0; r < ROLE_COUNT; r++)
            assert_true(t.rgb[r] >= 0);
        free(text);
        assert_true(colour_contrast(t.rgb[ROLE_TEXT], t.rgb[ROLE_BG]) >= 7);
        assert_true(colour_contrast(t.rgb[ROLE_DIM], t.rgb[ROLE_BG]) >= 4.5);
        assert_true(colour_contrast(t.rgb[ROLE_CRIT], t.rgb[ROLE_BG]) >= 4.5);
        assert_true(colour_contrast(t.rgb[ROLE_WARN], t.rgb[ROLE_BG]) >= 4.5);
        assert_true(colour_contrast(t.rgb[ROLE_BRIGHT], t.rgb[ROLE_CRIT_BG]) >= 4.5);
        assert_true(colour_contrast(t.rgb[ROLE_WARN], t.rgb[ROLE_WARN_BG]) >= 4.5);
        assert_true(colour_contrast(t.rgb[ROLE_SELECTED], t.rgb[ROLE_SELECTION]) >= 4.5);
    }
    closedir(d);
    assert_true(count >= 5);
}

/* For a dark room: no large figure is as bright as paper, and blue is the least of each colour. */
static void test_the_night_is_dim_and_warm(void **state)
{
    static const enum role large[] = {ROLE_TEXT,      ROLE_BRIGHT,   ROLE_DIM,       ROLE_OK,
                                      ROLE_ESTIMATED, ROLE_MEASURED, ROLE_ALLOCATED, ROLE_HEAT5};
    struct theme t;

    (void)state;
    assert_int_equal(theme_load("night", UNIT_SRCDIR "/themes", &t, NULL), RC_OK);
    assert_int_equal(t.rgb[ROLE_BG], 0);
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++)
        assert_true(colour_contrast(t.rgb[large[i]], 0) <= 11); /* white: 21 */
    for (int r = 0; r < ROLE_COUNT; r++)
        assert_true((t.rgb[r] & 0xff) <= (t.rgb[r] >> 16 & 0xff));
}

static void test_the_default_is_the_shipped_file(void **state)
{
    struct theme built_in, file;

    (void)state;
    theme_default(&built_in);
    assert_int_equal(theme_load("suantop-dark", UNIT_SRCDIR "/themes", &file, NULL), RC_OK);
    assert_memory_equal(built_in.rgb, file.rgb, sizeof file.rgb);
    assert_string_equal(built_in.name, file.name);
    assert_int_equal(theme_load("suantop-dark", NULL, &file, NULL), RC_OK);
}

static void test_names(void **state)
{
    struct buf names;
    struct theme t;
    struct err e = {0};

    (void)state;
    buf_init(&names, 65536);
    theme_names("/proc/nonexistent::" UNIT_SRCDIR "/themes", &names);
    assert_string_equal(names.data,
                        "colour-blind\nhigh-contrast\nmono\nnight\nsuantop-dark\nsuantop-light\n");
    buf_reset(&names);
    theme_names(NULL, &names);
    assert_string_equal(names.data, "suantop-dark\n");
    buf_fini(&names);
    assert_int_equal(theme_load("nowhere", UNIT_SRCDIR "/themes", &t, &e), RC_USAGE);
    assert_int_equal(theme_load("../themes/mono", UNIT_SRCDIR "/themes", &t, &e), RC_IO);
    assert_int_equal(theme_load("/proc/nonexistent.theme", NULL, &t, &e), RC_IO);
}

static void test_depths(void **state)
{
    (void)state;
    assert_int_equal(depth_choose("auto", 256, false, NULL), DEPTH_256);
    assert_int_equal(depth_choose(NULL, 256, true, ""), DEPTH_24BIT);
    assert_int_equal(depth_choose(NULL, 256, true, "1"), DEPTH_MONO);
    assert_int_equal(depth_choose("256", 256, true, "1"), DEPTH_256); /* asked for, so given */
    assert_int_equal(depth_choose("24bit", 8, false, NULL), DEPTH_16);
    assert_int_equal(depth_choose("16", 256, false, NULL), DEPTH_16);
    assert_int_equal(depth_choose("none", 256, true, NULL), DEPTH_MONO);
    assert_int_equal(depth_choose(NULL, -1, false, NULL), DEPTH_MONO);
    assert_true(depth_word_ok("16"));
    assert_false(depth_word_ok("17"));
}

static void test_256_keeps_structure_apart(void **state)
{
    static const char *const names[] = {"suantop-dark", "suantop-light", "colour-blind",
                                        "high-contrast", "night"};
    struct theme t;
    struct palette p;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(theme_load(names[i], UNIT_SRCDIR "/themes", &t, NULL), RC_OK);
        palette_build(&p, &t, DEPTH_256, 256);
        assert_int_not_equal(p.value[ROLE_BAR], p.value[ROLE_BG]);
        assert_int_not_equal(p.value[ROLE_SELECTION], p.value[ROLE_BG]);
        assert_int_not_equal(p.value[ROLE_SELECTION], p.value[ROLE_BAR]);
        assert_int_not_equal(p.value[ROLE_WARN_BG], p.value[ROLE_CRIT_BG]);
        assert_int_not_equal(p.value[ROLE_WARN], p.value[ROLE_CRIT]);
        for (int r = ROLE_HEAT0; r < ROLE_HEAT9; r++)
            assert_int_not_equal(p.value[r], p.value[r + 1]);
    }
    assert_int_equal(palette_nearest_256(0xff0000, -1, 1), 196);
    assert_int_equal(palette_nearest_256(0x121212, -1, 1), 233);
    assert_int_not_equal(palette_nearest_256(0x121212, 233, 1), 233);
}

static void test_16_is_readable(void **state)
{
    static const enum role grounds[] = {ROLE_BG,    ROLE_BAR,     ROLE_LINE,   ROLE_SELECTION,
                                        ROLE_BRAND, ROLE_WARN_BG, ROLE_CRIT_BG};
    struct theme t;
    struct palette p;

    (void)state;
    theme_default(&t);
    for (int colours = 8; colours <= 16; colours += 8) {
        palette_build(&p, &t, DEPTH_16, colours);
        for (int fg = 0; fg < ROLE_COUNT; fg++)
            for (size_t i = 0; i < sizeof grounds / sizeof grounds[0]; i++) {
                struct cell cell = {'x', {0, 0}, (uint8_t)fg, (uint8_t)grounds[i], 0, 1};
                struct look look = palette_look(&p, &cell);
                assert_true(look.fg < colours && look.bg < colours);
                if (look.bg >= 0)
                    assert_int_not_equal(look.fg, look.bg);
            }
    }
}

static void test_mono_says_it_with_attributes(void **state)
{
    struct theme t;
    struct palette p;
    struct cell cell = {'x', {0, 0}, ROLE_CRIT, ROLE_BG, 0, 1};

    (void)state;
    assert_int_equal(theme_load("mono", UNIT_SRCDIR "/themes", &t, NULL), RC_OK);
    palette_build(&p, &t, DEPTH_24BIT, 256);
    assert_int_equal(p.depth, DEPTH_MONO);
    assert_int_equal(palette_look(&p, &cell).attr, ATTR_BOLD | ATTR_UNDERLINE);
    cell.bg = ROLE_SELECTION;
    assert_int_equal(palette_look(&p, &cell).attr, ATTR_REVERSE | ATTR_BOLD);
    cell.fg = ROLE_FAINT;
    assert_int_equal(palette_look(&p, &cell).attr, ATTR_REVERSE);
    assert_int_equal(palette_look(&p, &cell).fg, THEME_TERMINAL);
}

static void test_faint_stays_faint_on_the_selection(void **state)
{
    struct theme t;
    struct palette p;
    struct cell cell = {'0', {0, 0}, ROLE_FAINT, ROLE_SELECTION, 0, 1};

    (void)state;
    theme_default(&t);
    palette_build(&p, &t, DEPTH_24BIT, 256);
    assert_int_equal(palette_look(&p, &cell).fg, t.rgb[ROLE_DIM]);
    cell.fg = ROLE_HEAT0;
    assert_int_equal(palette_look(&p, &cell).fg, t.rgb[ROLE_SELECTED]);
    cell.fg = ROLE_CRIT;
    assert_int_equal(palette_look(&p, &cell).fg, t.rgb[ROLE_CRIT]);
}

static void test_colour_arithmetic(void **state)
{
    (void)state;
    assert_int_equal(colour_blend(0x000000, 0xffffff, 0.5), 0x808080);
    assert_int_equal(colour_blend(0x102030, 0xffffff, 0), 0x102030);
    assert_true(colour_contrast(0x000000, 0xffffff) > 20.9);
    assert_true(colour_hue_near(0xff2000, 0, 20));
    assert_true(colour_hue_near(0xff0020, 0, 20)); /* across 360 */
    assert_false(colour_hue_near(0x808080, 0, 180));
    assert_true(colour_contrast(colour_readable(0xffff00, 0xffffff, 4.5), 0xffffff) >= 4.5);
    assert_true(colour_distance(colour_lab(0x112233), colour_lab(0x112233), 1) < 1e-12);
}

static int flag_of(const char *name)
{
    return strcmp(name, "am") == 0;
}

static int number_of(const char *name)
{
    return strcmp(name, "colors") == 0 ? 256 : strcmp(name, "cols") == 0 ? 80 : -1;
}

static char *string_of(const char *name)
{
    static char cup[] = "\033[%i%p1%d;%p2%dH", old[] = "\033[3%p1%dm";

    return strcmp(name, "cup") == 0 ? cup : strcmp(name, "setaf") == 0 ? old : (char *)-1;
}

static void test_terminfo_with_direct_colour(void **state)
{
    static const char *const flags[] = {"bw", "am", "ccc", NULL};
    static const char *const numbers[] = {"cols", "it", "colors", "pairs", NULL};
    static const char *const strings[] = {"cbt", "cup", "setaf", "setab", NULL};
    const struct terminfo_reader r = {"test",  flags,     numbers,  strings,
                                      flag_of, number_of, string_of};
    struct buf out;

    (void)state;
    buf_init(&out, 65536);
    assert_int_equal(terminfo_direct(&out, &r), RC_OK);
    /* magic, name 5 bytes, 3 flags, 4 numbers, 4 strings */
    assert_memory_equal(out.data,
                        "1e02"
                        "0500"
                        "0300"
                        "0400"
                        "0400",
                        20);
    assert_non_null(strstr(out.data, "7465737400"
                                     "000100")); /* "test", flags */
    assert_non_null(strstr(out.data, "50000000"
                                     "ffffffff"
                                     "00000001"
                                     "00000100"));       /* numbers */
    assert_non_null(strstr(out.data, "52474200"));       /* RGB */
    assert_null(strstr(out.data, "1b5b3325703125646d")); /* not the old setaf */
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value_forms),
        cmocka_unit_test(test_errors_name_the_line),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_what_btop_lacks_is_derived),
        cmocka_unit_test(test_a_light_theme_stays_readable),
        cmocka_unit_test(test_an_empty_theme_works),
        cmocka_unit_test(test_shipped_themes),
        cmocka_unit_test(test_the_night_is_dim_and_warm),
        cmocka_unit_test(test_the_default_is_the_shipped_file),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_depths),
        cmocka_unit_test(test_256_keeps_structure_apart),
        cmocka_unit_test(test_16_is_readable),
        cmocka_unit_test(test_mono_says_it_with_attributes),
        cmocka_unit_test(test_faint_stays_faint_on_the_selection),
        cmocka_unit_test(test_colour_arithmetic),
        cmocka_unit_test(test_terminfo_with_direct_colour),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
