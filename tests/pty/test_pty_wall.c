/* SPDX-License-Identifier: MIT
 * test_pty_wall.c - `suantop wall` on a terminal that is made small and large, that is taken away, that tells it to end. */
#include "tests/pty/program.h"
#include "tests/unit/unit.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { ROWS = 24, COLS = 80 };

static char folder[] = "/tmp/suantop-test-wall.XXXXXX";
static char config[64];

static void start(struct pty *p)
{
    const char *const words[] = {"wall", "-c",      config,  "--history",
                                 "off",  "--title", "NOC 1", NULL};

    program_start(p, &(struct program){ROWS, COLS, .state_home = folder}, words);
    pty_wait_text(p, "NOC 1");
    pty_wait_text(p, "QUEUED");
}

static void ends_clean(const char *key, int sig)
{
    struct pty p;

    start(&p);
    pty_send_or_kill(&p, key, sig);
    pty_expect_end(&p, 0);
}

static void test_ends_when_told(void **state)
{
    (void)state;
    ends_clean("q", 0);
    ends_clean("\x03", 0);
    ends_clean(NULL, SIGTERM);
    ends_clean(NULL, SIGHUP);
}

/* Whatever was on the way there, at its size again it is whole. */
static void test_any_size_and_back(void **state)
{
    static const int sizes[][2] = {{3, 10}, {1, 1}, {120, 400}, {2, 300}, {200, 3}, {11, 39}};
    struct pty p;

    (void)state;
    start(&p);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        pty_resize(&p, sizes[i][0], sizes[i][1]);
        pty_wait_frames(&p, 1);
    }
    pty_wait_text(&p, "40 columns");
    pty_resize(&p, ROWS, COLS);
    pty_wait_text(&p, "QUEUED");
    pty_wait_text(&p, "read only");
    pty_send(&p, "q");
    pty_expect_end(&p, 0);
}

/* The hang-up signal comes, or is ignored as under nohup and only the device tells. */
static void test_terminal_lost(void **state)
{
    (void)state;
    for (int ignored = 0; ignored < 2; ignored++) {
        struct pty p;
        pty_let_hang_up(!ignored);
        start(&p);
        pty_let_hang_up(true);
        pty_close_master(&p);
        pty_wait_exit(&p);
        assert_true(WIFEXITED(p.status));
        assert_true(!ignored || WEXITSTATUS(p.status) == EX_NOINPUT);
        pty_end(&p);
    }
}

/* Nothing that is typed does anything but q. */
static void test_keys_do_nothing(void **state)
{
    struct pty p;

    (void)state;
    start(&p);
    pty_send(&p, "DURHLC:/?1234567890\r\x1b[A\x1b[<0;9;9M\t yzt");
    pty_wait_frames(&p, 2);
    assert_true(pty_has_text(&p, "NOC 1"));
    assert_true(pty_has_text(&p, "QUEUED"));
    pty_send(&p, "q");
    pty_expect_end(&p, 0);
}

static int setup(void **state)
{
    FILE *f;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(config, sizeof config, "%s/config.yaml", folder);
    f = fopen(config, "w");
    assert_non_null(f);
    fputs("centers:\n  - id: here\n    sources:\n      - local: {}\n", f);
    return fclose(f);
}

static int teardown(void **state)
{
    (void)state;
    unlink(config);
    rmdir(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends_when_told),
        cmocka_unit_test(test_any_size_and_back),
        cmocka_unit_test(test_terminal_lost),
        cmocka_unit_test(test_keys_do_nothing),
    };
    pty_take_signals();
    return cmocka_run_group_tests(tests, setup, teardown);
}
