/* SPDX-License-Identifier: MIT
 * test_pty_ui.c - the dashboard on a real terminal device, over a fixed fleet in memory.
 *
 * The program under test is this one: `test_pty_ui --demo [OPTION ...]` is the dashboard (demo_ui.c). */
#include "tests/pty/demo_ui.h"
#include "tests/pty/harness.h"
#include "tests/unit/unit.h"
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROWS = 24, COLS = 80, CLOCK_ROW = 0 };

static const char self[] = "/proc/self/exe";

static const char *const plain[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "COLORTERM",
                                    "NO_COLOR", NULL};

/* The dashboard with more options, each a word; NULL-terminated. */
static void demo_start(struct pty *p, int rows, int cols, const char *const *env,
                       const char *const *more, bool job)
{
    char *argv[32] = {(char *)self, (char *)"--demo", (char *)"--test-fd", (char *)"9"};
    char *const themes = (char *)UNIT_SRCDIR "/themes";
    int n = 4;

    argv[n++] = (char *)"--theme-dirs";
    argv[n++] = themes;
    for (; more && *more; more++)
        argv[n++] = (char *)*more;
    if (job)
        pty_start_job(p, rows, cols, env, argv);
    else
        pty_start(p, rows, cols, env, argv);
}

static void demo_env(struct pty *p, int rows, int cols, const char *const *env,
                     const char *const *more)
{
    demo_start(p, rows, cols, env, more, false);
}

#define MORE(...) ((const char *const[]){__VA_ARGS__, NULL})

static void demo(struct pty *p, const char *const *more)
{
    demo_env(p, ROWS, COLS, plain, more);
    pty_wait_text(p, "14:13:20");
    pty_wait_text(p, "help");
}

/* gcc's thread sanitizer loses a signal that comes while the program enters its first blocking call: one
 * frame later it is behind that. */
static void before_signal(struct pty *p)
{
    if (demo_is_sanitized())
        pty_wait_frames(p, 1);
}

static void quit(struct pty *p)
{
    before_signal(p);
    pty_send(p, "\x03");
    pty_expect_end(p, 0);
}

static void test_first_picture(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, NULL);
    assert_true(p.altscreen);
    assert_false(p.cursor);
    assert_true(pty_mouse_on(&p));
    assert_non_null(strstr(pty_row(&p, 0), "suantop"));
    assert_non_null(strstr(pty_row(&p, 0), "1 CRIT"));
    assert_non_null(strstr(pty_row(&p, ROWS - 1), "1 Over"));
    assert_true(pty_has_text(&p, "张北智算中心"));
    quit(&p);
}

static void test_nothing_known_yet(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, MORE("--empty"));
    pty_wait_text(&p, "waiting for the first answer");
    pty_send(&p, "2j/x\r\x1b"
                 "dyzit"); /* no command may stumble over nothing */
    pty_wait_frames(&p, 1);
    quit(&p);
}

static void test_views_by_number_and_tab(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, NULL);
    pty_send(&p, "2");
    pty_wait_text(&p, " 2 Node ");
    pty_wait_text(&p, "zb-g0006");
    pty_send(&p, "8");
    pty_wait_text(&p, " 8 Src");
    pty_send(&p, "\t\t");
    pty_wait_text(&p, " 1 Over ");
    pty_send(&p, "\x1b[Z\x1b[Z");
    pty_wait_text(&p, " 8 Src");
    quit(&p);
}

static void test_drill_down_and_back(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, NULL);
    pty_send(&p, "\r");
    pty_wait_text(&p, "张北智算中心 › ");
    pty_send(&p, "\x1b");
    pty_wait_no_text(&p, "›  ");
    pty_wait_text(&p, "suantop  Overview");
    quit(&p);
}

static void test_sizes(void **state)
{
    static const int sizes[][2] = {{1, 1},      {2, 1},     {1, 40},  {3, 7},
                                   {11, 59},    {12, 60},   {24, 80}, {80, 300},
                                   {500, 1000}, {12, 1000}, {500, 2}, {36, 120}};
    struct pty p;

    (void)state;
    demo(&p, NULL);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        pty_resize(&p, sizes[i][0], sizes[i][1]);
        pty_wait_frames(&p, 1);
        pty_send(&p, "2jG?q:x\x1b"); /* everything is drawn at every size */
        pty_wait_frames(&p, 1);
    }
    pty_wait_text(&p, "14:13:20");
    pty_resize(&p, 11, 80);
    pty_wait_text(&p, "needs 60x12");
    pty_resize(&p, 24, 80);
    pty_send(&p, "g");
    pty_wait_text(&p, "▸ zb-g0006");
    pty_wait_text(&p, "14:13:20");
    quit(&p);
}

static void test_filter(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, NULL);
    pty_send(&p, "2/status=down");
    pty_wait_text(&p, "9 of 120");
    assert_true(p.cursor);
    pty_send(&p, "\x1b");
    pty_wait_text(&p, "120 nodes");
    pty_wait_text(&p, " 2 Node ");
    pty_send(&p, "/status=(");
    pty_wait_text(&p, "column");
    pty_send(&p, "\r"); /* a broken one is not taken */
    pty_wait_frames(&p, 1);
    assert_true(pty_has_text(&p, "column"));
    pty_send(&p, "\x15status=down\r");
    pty_wait_text(&p, "/status=down");
    assert_false(p.cursor);
    pty_send(&p, "1");
    pty_wait_text(&p, " 1 Over ");
    pty_send(&p, "2");
    pty_wait_text(&p, "9 of 120"); /* it is still there */
    pty_send(&p, "\x1b");
    pty_wait_no_text(&p, "9 of 120");
    quit(&p);
}

static void test_command_line(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, NULL);
    pty_send(&p, ":no\t\r");
    pty_wait_text(&p, " 2 Node ");
    pty_send(&p, ":sort temp\t\r");
    pty_wait_no_text(&p, "STATUS▾");
    pty_send(&p, ":center tian\t\r");
    pty_wait_text(&p, "国家超算天津中心 › ");
    pty_send(&p, ":nonsense\r");
    pty_wait_text(&p, "no command is called nonsense");
    pty_send(&p, ":theme nowhere\r");
    pty_wait_text(&p, "no theme is called nowhere");
    pty_send(&p, ":\x10\x10\x10"); /* history */
    pty_wait_text(&p, ": center tianjin");
    pty_send(&p, "\x1b:q\r");
    pty_expect_end(&p, 0);
}

/* Since the output was so long: what resets the colours at the start ends in the same byte. */
static bool rang(const struct pty *p, size_t since)
{
    return memchr(p->output.data + since, '\a', p->output.len - since) != NULL;
}

static void test_what_is_said_of_an_alert(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, MORE("--trouble", "--bell"));
    size_t start = p.output.len;
    pty_send(&p, "7");
    pty_wait_text(&p, "smoke in hall 2");
    pty_send(&p, "a");
    pty_wait_text(&p, "1 acknowledged");
    pty_wait_text(&p, "ack wang");
    assert_false(rang(&p, start)); /* it was there when we came */
    pty_send(&p, ":ack the fire brigade comes\r");
    pty_wait_text(&p, "1 acknowledged");
    pty_send(&p, "a");
    pty_wait_text(&p, "no longer acknowledged");
    pty_wait_no_text(&p, "ack wang");
    pty_send(&p, "s");
    pty_wait_text(&p, "silenced for 1h");
    pty_wait_text(&p, "water in hall 2");
    assert_true(rang(&p, start));
    quit(&p);
    demo(&p, MORE("--trouble")); /* no bell */
    start = p.output.len;
    pty_send(&p, "7s");
    pty_wait_text(&p, "water in hall 2");
    assert_false(rang(&p, start));
    quit(&p);
    demo(&p, NULL); /* nobody to tell it */
    pty_send(&p, "7a");
    pty_wait_text(&p, "7 Alert ");
    quit(&p);
}

static void test_the_pane_of_offenders(void **state)
{
    struct pty p;

    (void)state;
    demo_env(&p, 36, 160, plain, MORE("--trouble"));
    pty_wait_text(&p, "help");
    pty_send(&p, "6");
    pty_wait_text(&p, "Repeat offenders");
    pty_wait_text(&p, "checkpoint");
    pty_send(&p, "o");
    pty_wait_text(&p, "taken out");
    pty_send(&p, "\x1b"); /* out of the pane, and no further */
    pty_wait_text(&p, "checkpoint");
    assert_true(pty_has_text(&p, "suantop  Interrupted"));
    pty_send(&p, "oo");
    pty_wait_text(&p, "suantop  Repeat offenders");
    pty_send(&p, "o");
    pty_wait_text(&p, "suantop  Interrupted");
    quit(&p);
}

static void test_inside_a_center(void **state)
{
    struct pty p;

    (void)state;
    demo_env(&p, 24, 120, plain, MORE("--trouble"));
    pty_wait_text(&p, "help");
    pty_send(&p, "\r");
    pty_wait_text(&p, "张北智算中心 › ");
    for (int i = 0; i < 40; i++) { /* beside one another: it gets no deeper */
        pty_send(&p, "6");
        pty_wait_text(&p, "张北智算中心 › Interrupted");
        pty_send(&p, "7");
        pty_wait_text(&p, "张北智算中心 › Alerts");
    }
    pty_send(&p, "7");
    pty_wait_text(&p, "suantop  Alerts");
    pty_send(&p, "6");
    pty_wait_text(&p, "suantop  Interrupted");
    quit(&p);
}

/* View 3: table, map, table; what the colours show; only what is idle. Inside a center it stays there. */
static void test_devices(void **state)
{
    struct pty p;

    (void)state;
    demo_env(&p, 36, 140, plain, MORE("--trouble"));
    pty_wait_text(&p, "help");
    pty_send(&p, "3");
    pty_wait_text(&p, "suantop  Devices");
    pty_wait_text(&p, "\xe2\x96\xb8 zb-g0003 "); /* the worst first */
    pty_send(&p, "m");
    pty_wait_text(&p, "p99 75");
    pty_wait_text(&p, "temperature");
    pty_send(&p, "v");
    pty_wait_text(&p, "degrees left");
    pty_send(&p, "\x1b[D");
    pty_wait_text(&p, "\xe2\x96\xb8 zb-g0003 GPU 6");
    pty_send(&p, "\x1b[A");
    pty_send(&p, "m");
    pty_wait_no_text(&p, "degrees left");
    pty_send(&p, "b");
    pty_wait_text(&p, "only the 16 allocated, idle");
    pty_send(&p, "1\r");
    pty_wait_text(&p, "› Nodes");
    for (int i = 0; i < 30; i++) { /* it gets no deeper */
        pty_send(&p, "3");
        pty_wait_text(&p, "\xe2\x80\xba Devices");
        pty_send(&p, "6");
        pty_wait_text(&p, "\xe2\x80\xba Interrupted");
    }
    pty_send(&p, "33");
    pty_wait_text(&p, "suantop  Devices");
    quit(&p);
}

static void test_overlays(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, NULL);
    pty_send(&p, "?");
    pty_wait_text(&p, "Help · Overview");
    pty_send(&p, "/Filter language\r");
    pty_wait_text(&p, "regular expression");
    pty_send(&p, "q");
    pty_wait_no_text(&p, "Help ·");
    pty_send(&p, "2d");
    pty_wait_text(&p, "slurm zhangbei");
    pty_send(&p, "\x1bOQ"); /* F2 does nothing here */
    pty_send(&p, "\x1b");
    pty_wait_no_text(&p, "slurm zhangbei");
    pty_send(&p, "\x1bOQ");
    pty_wait_text(&p, "ASCII only");
    pty_send(&p, "jjjj\x1b[C"); /* Right */
    pty_wait_text(&p, "> zb-g0006");
    pty_send(&p, "\x1b\x1b[17~"); /* F6 */
    pty_wait_text(&p, "Sort by");
    pty_send(&p, "\x1b");
    pty_wait_no_text(&p, "Sort by");
    quit(&p);
}

/* The terminal tells what is pasted: outside of a line it is nothing, in one it is text, and its newline is no Enter. */
static void test_paste(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, NULL);
    assert_non_null(memmem(p.output.data, p.output.len, "\x1b[?2004h", 8));
    pty_send(&p, "\x1b[200~2q\rD\x1b[201~");
    pty_wait_text(&p, "pasted text is not taken for keys");
    pty_send(&p, "2/\x1b[200~status=down\r\x1b[201~");
    pty_wait_text(&p, "9 of 120");
    assert_true(p.cursor); /* still being typed */
    pty_send(&p, "\r");
    pty_wait_text(&p, "/status=down");
    before_signal(&p);
    pty_send(&p, "\x03");
    pty_wait_exit(&p);
    pty_assert_clean(&p);
    assert_non_null(memmem(p.output.data, p.output.len, "\x1b[?2004l", 8));
    pty_end(&p);
}

/* This screen has no port to act through: its keys say so. */
static void test_a_screen_that_only_looks(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, NULL);
    pty_send(&p, "2D");
    pty_wait_text(&p, "drain: this screen only looks");
    pty_send(&p, ":drain zb-g0001\r");
    pty_wait_text(&p, "drain: this screen only looks");
    quit(&p);
}

static void test_hostile_record(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, NULL);
    pty_send(&p, "2y");
    pty_wait_text(&p, "evil·[31m");
    assert_null(memmem(p.output.data, p.output.len, "evil\x1b", 5));
    quit(&p);
}

static void ends_clean(const char *keys, int sig)
{
    struct pty p;

    demo(&p, NULL);
    before_signal(&p);
    pty_send_or_kill(&p, keys, sig);
    pty_expect_end(&p, 0);
}

static void test_quit_by_key(void **state)
{
    (void)state;
    ends_clean("q", 0);
    ends_clean("\x03", 0);
    ends_clean("\x1b[21~", 0); /* F10 */
}

static void test_quit_by_signal(void **state)
{
    (void)state;
    ends_clean(NULL, SIGINT);
    ends_clean(NULL, SIGTERM);
    ends_clean(NULL, SIGHUP);
}

static void test_q_goes_back_first(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, NULL);
    pty_send(&p, "\r");
    pty_wait_text(&p, "› ");
    pty_send(&p, "q");
    pty_wait_text(&p, "suantop  Overview");
    pty_send(&p, "q");
    pty_expect_end(&p, 0);
}

/* ^C throws away what was typed before it, at a moment when the program may just want to read it. */
static void test_escape_then_interrupt(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct pty p;
        demo(&p, NULL);
        before_signal(&p);
        pty_send(&p, i % 2 ? "\x1b[<65;1" : "\x1b");
        pty_pump(&p, i % 5);
        pty_send(&p, "\x03");
        pty_expect_end(&p, 0);
    }
}

static void test_crash(void **state)
{
    struct pty p;

    (void)state;
    if (demo_is_sanitized())
        return; /* the sanitizer has the signal */
    demo(&p, NULL);
    kill(p.pid, SIGSEGV);
    pty_wait_exit(&p);
    assert_true(WIFSIGNALED(p.status));
    assert_int_equal(WTERMSIG(p.status), SIGSEGV);
    pty_assert_clean(&p);
    pty_end(&p);
}

static void test_window_closed(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, MORE("--moving", "20"));
    pty_close_master(&p);
    pty_wait_exit(&p);
    assert_true(WIFEXITED(p.status));
    pty_end(&p);
}

/* As under nohup: the hang-up signal is ignored, so only the device tells. */
static void test_window_closed_without_a_signal(void **state)
{
    struct pty p;

    (void)state;
    pty_let_hang_up(false);
    demo(&p, NULL);
    pty_let_hang_up(true);
    pty_close_master(&p);
    pty_wait_exit(&p);
    assert_true(WIFEXITED(p.status));
    assert_int_equal(WEXITSTATUS(p.status), 70);
    pty_end(&p);
}

static void test_suspend(void **state)
{
    struct pty p;

    (void)state;
    demo_start(&p, ROWS, COLS, plain, NULL, true);
    pty_wait_text(&p, "help");
    before_signal(&p);
    pty_send(&p, "\x1a");
    pty_wait_stopped(&p);
    assert_true(pty_modes_restored(&p));
    assert_false(p.altscreen);
    assert_true(p.cursor);
    assert_false(pty_mouse_on(&p));
    kill(p.job_pid, SIGCONT);
    pty_wait_frames(&p, 1);
    pty_wait_text(&p, "14:13:20");
    assert_true(p.altscreen);
    assert_false(p.cursor);
    assert_true(pty_mouse_on(&p));
    kill(p.job_pid, SIGSTOP); /* cannot be caught: whoever stopped us changed the modes */
    pty_wait_stopped(&p);
    tcsetattr(p.slave, TCSANOW, &p.before);
    kill(p.job_pid, SIGCONT);
    pty_wait_frames(&p, 1);
    assert_false(pty_modes_restored(&p));
    quit(&p);
}

static void test_unchanged_frames_write_nothing(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, MORE("--refresh", "20"));
    pty_wait_frames(&p, 3); /* settled */
    size_t before = p.output.len;
    pty_wait_frames(&p, 20);
    pty_pump(&p, 0);
    assert_int_equal(p.output.len, before);
    quit(&p);
}

static void test_one_write_a_frame(void **state)
{
    struct pty p;

    (void)state;
    demo_env(&p, 60, 200, plain, MORE("--moving", "5", "--view", "nodes"));
    pty_wait_text(&p, "zb-g0006");
    pty_send(&p, "jjj");
    pty_wait_frames(&p, 10);
    pty_send(&p, "\x0c"); /* whole repaint */
    pty_wait_frames(&p, 3);
    pty_send(&p, "\x03");
    pty_wait_exit(&p);
    assert_true(p.counters[0] >= 13);
    assert_true(p.counters[2] <= p.counters[0] + 2);
    pty_end(&p);
}

static size_t count_of(const struct buf *b, const char *what)
{
    size_t n = 0, len = strlen(what);

    for (const char *at = b->data; (at = memmem(at, b->len - (size_t)(at - b->data), what, len));
         at++)
        n++;
    return n;
}

static void test_synchronized_updates_pair(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, MORE("--moving", "5"));
    pty_wait_frames(&p, 10);
    pty_send(&p, "q");
    pty_wait_exit(&p);
    assert_true(count_of(&p.output, "\x1b[?2026h") > 3);
    /* one more at the end, in case that a frame was cut short */
    assert_int_equal(count_of(&p.output, "\x1b[?2026h") + 1, count_of(&p.output, "\x1b[?2026l"));
    pty_end(&p);
}

static void test_freeze(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, MORE("--moving", "5"));
    pty_send(&p, "z");
    pty_wait_text(&p, "FROZEN");
    pty_send(&p, "z");
    pty_wait_no_text(&p, "FROZEN");
    quit(&p);
}

static void refused(const char *const *env, const char *const *more, const char *words)
{
    struct pty p;

    demo_env(&p, ROWS, COLS, env, more);
    pty_wait_exit(&p);
    assert_true(WIFEXITED(p.status));
    assert_int_equal(WEXITSTATUS(p.status), 64);
    if (!memmem(p.output.data, p.output.len, words, strlen(words)))
        fail_msg("said: %s", p.output.data);
    pty_assert_clean(&p);
    pty_end(&p);
}

static void test_unusable_terminals(void **state)
{
    (void)state;
    refused((const char *const[]){"TERM", NULL}, NULL, "TERM is not set");
    refused((const char *const[]){"TERM=dumb", NULL}, NULL, "cannot move its cursor");
    refused((const char *const[]){"TERM=no-such-thing", NULL}, NULL,
            "not in the terminal database");
}

static void test_unusable_options(void **state)
{
    (void)state;
    refused(plain, MORE("--theme", "nowhere"), "no theme is called nowhere");
    refused(plain, MORE("--view", "nowhere"), "no view is called nowhere");
    refused(plain, MORE("--colour", "pink"), "none of auto");
    refused(plain, MORE("--filter", "state=("), "column");
}

static void test_mouse(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, NULL);
    pty_send(&p, "\x1b[<0;12;24M\x1b[<0;12;24m"); /* on "2Node" */
    pty_wait_text(&p, " 2 Node ");
    pty_send(&p, "\x1b[<65;12;12M"); /* wheel */
    pty_wait_no_text(&p, "▸ zb-g0006");
    pty_send(&p, "\x1b[<0;76;24M"); /* on "help" */
    pty_wait_text(&p, "Help · Nodes");
    pty_send(&p, "\x1b[<65;12;12M");
    pty_wait_text(&p, "of ");
    quit(&p);
}

/* A report of which the end was lost: on a bad line, or because ^C throws away what was not read yet. */
static void test_half_a_mouse_report(void **state)
{
    struct pty p;

    (void)state;
    demo(&p, NULL);
    pty_send(&p, "\x1b[<65;12");
    pty_wait_frames(&p, 3); /* the clock goes on */
    pty_send(&p, "8");
    pty_wait_text(&p, " 8 Src");
    pty_send(&p, "\x1b[<65;1");
    quit(&p);
}

static void test_colour_depths(void **state)
{
    static const char *const direct[] = {"TERM=xterm-256color", "COLORTERM=truecolor", "NO_COLOR",
                                         "LC_ALL=C.UTF-8", NULL};
    static const char *const none[] = {"TERM=xterm-256color", "NO_COLOR=1", "COLORTERM",
                                       "LC_ALL=C.UTF-8", NULL};
    struct pty p;

    (void)state;
    demo_env(&p, ROWS, COLS, direct, NULL);
    pty_wait_text(&p, "14:13:20");
    assert_int_equal(pty_rgb(&p, 0, 0, true), 0x161b22);
    assert_int_equal(pty_rgb(&p, 0, 1, false), 0x2dd4bf);
    assert_int_equal(pty_rgb(&p, ROWS - 4, 5, true), 0x0d1117);
    quit(&p);
    demo(&p, NULL);
    assert_int_equal(pty_index(&p, 0, 0, true), 234);
    assert_int_equal(pty_index(&p, ROWS - 4, 5, true), 233);
    quit(&p);
    demo(&p, MORE("--colour", "16"));
    assert_int_equal(pty_index(&p, 0, 1, false), 6);
    assert_int_equal(pty_index(&p, ROWS - 4, 5, true), -1);
    quit(&p);
    demo_env(&p, ROWS, COLS, none, NULL);
    pty_wait_text(&p, "14:13:20");
    for (int y = 0; y < ROWS; y++)
        for (int x = 0; x < COLS; x++) {
            assert_int_equal(pty_rgb(&p, y, x, false), UINT32_MAX);
            assert_int_equal(pty_rgb(&p, y, x, true), UINT32_MAX);
        }
    quit(&p);
}

static void test_other_terminals(void **state)
{
    static const char *const names[] = {"TERM=linux", "TERM=vt100", "TERM=tmux-256color",
                                        "TERM=screen", "TERM=xterm"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *const env[] = {names[i], "LC_ALL=C.UTF-8", "COLORTERM", "NO_COLOR", NULL};
        struct pty p;
        demo_env(&p, ROWS, COLS, env, NULL);
        pty_wait_text(&p, "suantop  Overview");
        pty_send(&p, "q");
        pty_wait_exit(&p);
        assert_int_equal(WEXITSTATUS(p.status), 0);
        assert_true(pty_modes_restored(&p));
        pty_end(&p);
    }
}

static void test_without_a_locale(void **state)
{
    static const char *const env[] = {"TERM=xterm-256color", "LC_ALL=C", "LANG", "LC_CTYPE",
                                      "COLORTERM",           "NO_COLOR", NULL};
    struct pty p;

    (void)state;
    demo_env(&p, ROWS, COLS, env, NULL);
    pty_wait_text(&p, "张北智算中心");
    quit(&p);
}

static void state_path(char path[128])
{
    snprintf(path, 128, "/tmp/suantop-test-ui-state-%ld", (long)getpid());
    unlink(path);
}

static void test_state_is_remembered(void **state)
{
    char path[128];
    struct stat st;
    struct pty p;

    (void)state;
    state_path(path);
    demo(&p, MORE("--state", path));
    pty_send(&p, ":theme suantop-light\r:nodes\r/status=down\r");
    pty_wait_text(&p, "9 of 120");
    quit(&p);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    demo(&p, MORE("--state", path));
    assert_int_equal(pty_index(&p, ROWS - 4, 5, true), 231); /* white */
    pty_send(&p, "/\x10");
    pty_wait_text(&p, "/ status=down");
    pty_send(&p, "\x1b");
    pty_wait_no_text(&p, "/ status=down"); /* else Esc and what follows are one key */
    quit(&p);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("suantop-state 1\nascii perhaps\n", f);
    fclose(f);
    demo_env(&p, ROWS, COLS, plain, MORE("--state", path));
    pty_wait_text(&p, "line 2 is damaged");
    quit(&p);
    unlink(path);
}

/* None of these is a key. They come alone, so that nothing else is read with them. */
static void test_what_means_nothing(void **state)
{
    static const char *const bytes[] = {"\033[<0;10;5m", "\033[<35;10;5M", "\033[<999;1;1M",
                                        "\xC3",          "\xFF",           "\xE4\xB8"};
    struct pty p;

    (void)state;
    demo(&p, NULL);
    pty_send_bytes(&p, "", 1); /* Ctrl-Space */
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        pty_send(&p, bytes[i]);
        pty_wait_frames(&p, 1); /* at the latest that of the next second */
    }
    pty_send(&p, "?");
    pty_wait_text(&p, "Help");
    quit(&p);
}

/* The whole screen, a line a row. */
static void take_picture(struct pty *p, struct buf *out)
{
    buf_init(out, 1 << 20);
    for (int y = 0; y < p->rows; y++) {
        buf_adds(out, pty_row(p, y));
        buf_addc(out, '\n');
    }
}

/* After many sizes in quick succession the picture is that of a fresh start. */
static void test_resize_storm(void **state)
{
    struct buf after, fresh;
    uint32_t seed = 99;
    struct pty p;

    (void)state;
    demo(&p, NULL);
    for (int i = 0; i < 400; i++) {
        seed = seed * 1664525u + 1013904223u;
        pty_resize(&p, 1 + (int)(seed >> 24), 1 + (int)(seed >> 14 & 1023) % 1000);
        if (i % 16 == 0)
            pty_wait_frames(&p, 1);
    }
    pty_resize(&p, 30, 100);
    pty_wait_frames(&p, 1);
    pty_wait_text(&p, "14:13:20");
    pty_wait_frames(&p, 1);
    take_picture(&p, &after);
    quit(&p);
    demo_env(&p, 30, 100, plain, NULL);
    pty_wait_text(&p, "14:13:20");
    pty_wait_frames(&p, 1);
    take_picture(&p, &fresh);
    quit(&p);
    assert_string_equal(after.data, fresh.data);
    buf_fini(&after);
    buf_fini(&fresh);
}

static void test_a_flood_of_keys(void **state)
{
    char keys[4096];
    struct pty p;

    (void)state;
    demo(&p, NULL);
    memset(keys, 'j', sizeof keys);
    pty_send(&p, "2");
    pty_send_bytes(&p, keys, sizeof keys);
    pty_send(&p, "?");
    pty_wait_text(&p, "Help · Nodes");
    quit(&p);
}

/* Any bytes at all: alive, answering, and clean at the end. */
static void test_random_bytes(void **state)
{
    char keys[512];
    uint32_t seed = 4471;
    struct pty p;

    (void)state;
    demo(&p, MORE("--moving", "10"));
    for (int round = 0; round < 60; round++) {
        for (size_t i = 0; i < sizeof keys; i++) {
            seed = seed * 1664525u + 1013904223u;
            keys[i] = (char)(seed >> 24);
            /* neither the keys that quit nor those that the device itself acts on */
            if (strchr("q\x03\x1a\x1c", keys[i]) || keys[i] == ':')
                keys[i] = 'j';
        }
        pty_send_bytes(&p, keys, sizeof keys);
        pty_pump(&p, 5);
        if (p.exited)
            break;
    }
    if (!p.exited)
        kill(p.pid, SIGTERM); /* F10 may have come by chance */
    pty_expect_end(&p, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_picture),
        cmocka_unit_test(test_nothing_known_yet),
        cmocka_unit_test(test_views_by_number_and_tab),
        cmocka_unit_test(test_drill_down_and_back),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_command_line),
        cmocka_unit_test(test_overlays),
        cmocka_unit_test(test_paste),
        cmocka_unit_test(test_a_screen_that_only_looks),
        cmocka_unit_test(test_what_is_said_of_an_alert),
        cmocka_unit_test(test_the_pane_of_offenders),
        cmocka_unit_test(test_inside_a_center),
        cmocka_unit_test(test_devices),
        cmocka_unit_test(test_hostile_record),
        cmocka_unit_test(test_quit_by_key),
        cmocka_unit_test(test_quit_by_signal),
        cmocka_unit_test(test_q_goes_back_first),
        cmocka_unit_test(test_escape_then_interrupt),
        cmocka_unit_test(test_crash),
        cmocka_unit_test(test_window_closed),
        cmocka_unit_test(test_window_closed_without_a_signal),
        cmocka_unit_test(test_suspend),
        cmocka_unit_test(test_unchanged_frames_write_nothing),
        cmocka_unit_test(test_one_write_a_frame),
        cmocka_unit_test(test_synchronized_updates_pair),
        cmocka_unit_test(test_freeze),
        cmocka_unit_test(test_unusable_terminals),
        cmocka_unit_test(test_unusable_options),
        cmocka_unit_test(test_mouse),
        cmocka_unit_test(test_half_a_mouse_report),
        cmocka_unit_test(test_colour_depths),
        cmocka_unit_test(test_other_terminals),
        cmocka_unit_test(test_without_a_locale),
        cmocka_unit_test(test_state_is_remembered),
        cmocka_unit_test(test_what_means_nothing),
        cmocka_unit_test(test_resize_storm),
        cmocka_unit_test(test_a_flood_of_keys),
        cmocka_unit_test(test_random_bytes),
    };

    if (argc > 1 && strcmp(argv[1], "--demo") == 0)
        return demo_ui_main(argc - 1, argv + 1);
    signal(SIGPIPE, SIG_IGN);
    pty_take_signals();
    if (argc > 1)
        cmocka_set_test_filter(argv[1]); /* test_pty_ui 'test_f*' */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
