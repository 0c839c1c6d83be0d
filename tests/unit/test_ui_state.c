/* SPDX-License-Identifier: MIT
 * test_ui_state.c - what the dashboard remembers: written whole or not at all, read with suspicion. */
#include "tests/unit/unit.h"
#include "ui/state.h"
#include <sys/stat.h>
#include <unistd.h>

static char dir[64], path[128];

static int setup(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/suantop-test-state-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/state", dir);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    rmdir(path);
    rmdir(dir);
    return 0;
}

static void write_text(const char *text, size_t len)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    fclose(f);
}

static void test_round_trip(void **state)
{
    struct ui_state a, b;
    struct stat st;

    (void)state;
    ui_state_init(&a);
    ui_state_init(&b);
    snprintf(a.theme, sizeof a.theme, "suantop-light");
    a.ascii = 1;
    a.mouse = 0;
    a.every_ms = 2000;
    line_history_add(&a.filters, "state=down 张北");
    line_history_add(&a.commands, "sort load desc");
    ui_state_choose(&a, "nodes", "GPU USED", 1);
    ui_state_choose(&a, "nodes", "LOAD", 1);
    ui_state_choose(&a, "nodes", "LOAD", -1);
    ui_state_choose(&a, "queued", "LOAD", 1);
    ui_state_choose(&a, "queued", "LOAD", 0);
    assert_int_equal(ui_state_save(&a, path, NULL), RC_OK);
    assert_int_equal(ui_state_save(&a, path, NULL), RC_OK); /* over the old one */
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(ui_state_load(&b, path, NULL), RC_OK);
    assert_string_equal(b.theme, "suantop-light");
    assert_int_equal(b.ascii, 1);
    assert_int_equal(b.mouse, 0);
    assert_int_equal(b.every_ms, 2000);
    assert_true(ui_state_column(&b, "nodes", "GPU USED")->always);
    assert_false(ui_state_column(&b, "nodes", "LOAD")->always);
    assert_null(ui_state_column(&b, "queued", "LOAD"));
    assert_null(ui_state_column(&b, "nodes", "GPU"));
    assert_string_equal(b.filters.lines[0], "state=down 张北");
    assert_string_equal(b.commands.lines[0], "sort load desc");
    ui_state_fini(&a);
    ui_state_fini(&b);
}

static void test_no_file(void **state)
{
    struct ui_state s;

    (void)state;
    ui_state_init(&s);
    assert_int_equal(ui_state_load(&s, path, NULL), RC_OK);
    assert_int_equal(s.ascii, -1);
    ui_state_fini(&s);
}

static void test_broken_files(void **state)
{
    static const struct {
        const char *text;
        size_t len;
    } bad[] = {
        {"", 0},
        {"something else\n", 15},
        {"suantop-state 1\ntheme x", 23}, /* torn */
        {"suantop-state 1\nascii maybe\n", 28},
        {"suantop-state 1\nevery 99999999999\n", 34},
        {"suantop-state 1\nevery -1\n", 25},
        {"suantop-state 1\nnever nodes\n", 28},
        {"suantop-state 1\nalways  LOAD\n", 29},
        {"suantop-state 1\nfilter a\x1b[31m\n", 31},
        {"suantop-state 1\nfilter a\0b\n", 27},
        {"suantop-state 1\nfilter \xff\n", 25},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ui_state s;
        struct err e = {0};
        ui_state_init(&s);
        write_text(bad[i].text, bad[i].len);
        if (ui_state_load(&s, path, &e) == RC_OK)
            fail_msg("case %zu was taken", i);
        assert_true(*e.msg);
        assert_int_equal(s.ascii, -1);
        assert_int_equal(s.filters.count, 0);
        ui_state_fini(&s);
    }
}

static void test_later_versions(void **state)
{
    static const char text[] = "suantop-state 1\nnew thing\ntheme mono\n";
    struct ui_state s;

    (void)state;
    ui_state_init(&s);
    write_text(text, sizeof text - 1);
    assert_int_equal(ui_state_load(&s, path, NULL), RC_OK);
    assert_string_equal(s.theme, "mono");
    ui_state_fini(&s);
}

static void test_a_huge_file(void **state)
{
    char *text = malloc(1 << 20);
    struct ui_state s;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', 1 << 20);
    write_text(text, 1 << 20);
    free(text);
    ui_state_init(&s);
    assert_int_not_equal(ui_state_load(&s, path, NULL), RC_OK);
    ui_state_fini(&s);
}

static void test_no_file_at_all(void **state)
{
    struct ui_state s;
    struct err e = {0};

    (void)state;
    ui_state_init(&s);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_not_equal(ui_state_load(&s, path, &e), RC_OK); /* a folder */
    assert_int_not_equal(ui_state_save(&s, path, &e), RC_OK);
    assert_int_not_equal(ui_state_save(&s, "/proc/nonexistent/state", &e), RC_OK);
    assert_true(*e.msg);
    ui_state_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broken_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_later_versions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_huge_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_file_at_all, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
