/* SPDX-License-Identifier: MIT
 * test_pty_program.c - the program itself on a terminal, over a recording of a small Slurm cluster: its screens
 * at three sizes, and every key of keys.def, each of which must change what its help says.
 *
 * The recording holds 63 seconds of a cluster of four nodes and of one that does not answer; a job array is
 * cancelled in between. At its end time stands still, so the screens are the same every time. */
#include "autoconf.h"
#include "tests/pty/program.h"
#include "tests/unit/unit.h"
#include "ui/keymap.h"
#include <unistd.h>

#define RECORDING UNIT_FIXTURES "/recording/small"
#define END_OF_IT "10:36:32"

enum { BARS_END = 3 }; /* last row of the bars of the overview */

static const char *state_home; /* NULL = nothing is remembered */

static void start(struct pty *p, int rows, int cols, const char *speed)
{
    const char *const words[] = {"replay", RECORDING, "--speed",
                                 speed,    "--theme", UNIT_SRCDIR "/themes/suantop-dark.theme",
                                 NULL};

    program_start(p, &(struct program){rows, cols, NULL, state_home}, words);
}

/* At the end of the recording. */
static void start_at_end(struct pty *p, int rows, int cols)
{
    start(p, rows, cols, "100000");
    pty_wait_text(p, END_OF_IT);
    pty_wait_text(p, "2 running");
    pty_wait_text(p, "4 in all");
}

static void leave(struct pty *p)
{
    pty_send(p, "\x03");
    pty_expect_end(p, 0);
}

/* --- every key --- */

struct act {
    enum cmd cmd;
    const char *before; /* typed first */
    const char *ready;  /* on the screen then */
    const char *shows;  /* not yet on the screen before the key, but after it */
    const char *hides;  /* the reverse */
    int cols;           /* 0 = 120 */
};

#define TO_THE_RIGHT "\x1b[C"

/* One a command; what it says in keys.def is what must be seen. */
static const struct act acts[] = {
    {CMD_VIEW_1, "2", "suantop  Nodes", "suantop  Overview", NULL, 0},
    {CMD_VIEW_2, "", "suantop  Overview", "suantop  Nodes", NULL, 0},
    {CMD_VIEW_3, "", "suantop  Overview", "suantop  Devices", NULL, 0},
    {CMD_VIEW_4, "", "suantop  Overview", "suantop  Queued", NULL, 0},
    {CMD_VIEW_5, "", "suantop  Overview", "suantop  Running", NULL, 0},
    {CMD_VIEW_6, "", "suantop  Overview", "suantop  Interrupted", NULL, 0},
    {CMD_VIEW_7, "", "suantop  Overview", "suantop  Alerts", NULL, 0},
    {CMD_VIEW_8, "", "suantop  Overview", "suantop  Sources", NULL, 0},
    {CMD_VIEW_9, "", "suantop  Overview", "suantop  Actions", NULL, 0},
    {CMD_NEXT_VIEW, "", "suantop  Overview", "suantop  Nodes", NULL, 0},
    {CMD_PREV_VIEW, "", "suantop  Overview", "suantop  Actions", NULL, 0},
    {CMD_UP, "2j", "▸ n1", "▸ n4", NULL, 0},
    {CMD_DOWN, "2", "▸ n4", "▸ n1", NULL, 0},
    {CMD_PAGE_UP, "2G", "▸ n3", "▸ n4", NULL, 0},
    {CMD_PAGE_DOWN, "2", "▸ n4", "▸ n3", NULL, 0},
    {CMD_TOP, "2G", "▸ n3", "▸ n4", NULL, 0},
    {CMD_BOTTOM, "2", "▸ n4", "▸ n3", NULL, 0},
    {CMD_LEFT, "4" TO_THE_RIGHT, "‹", NULL, "‹", 80},
    {CMD_RIGHT, "4", "suantop  Queued", "‹", NULL, 80},
    {CMD_OPEN, "", "suantop  Overview", "国家超级计算天津中心 › Pools", NULL, 0},
    {CMD_DETAILS, "", "suantop  Overview", "short name from the configuration", NULL, 0},
    {CMD_RAW, "2", "▸ n4", "cannot be asked for a single record", NULL, 0},
    {CMD_FILTER, "2", "▸ n4", "Enter keeps", NULL, 0},
    {CMD_FIND_NEXT, "2:find-next n2\rg", "▸ n4", "▸ n2", NULL, 0},
    {CMD_FIND_PREV, "2:find-next n2\rG", "▸ n3", "▸ n2", NULL, 0},
    {CMD_COMMAND, "", "suantop  Overview", "Tab completes", NULL, 0},
    {CMD_SORT_NEXT, "2", "STATUS▾", "GPUS▴", NULL, 0},
    {CMD_SORT_PREV, "2", "STATUS▾", "CENTER▴", NULL, 0},
    {CMD_SORT_PICK, "2", "▸ n4", "Sort by", NULL, 0},
    {CMD_INVERT, "2", "STATUS▾", "STATUS▴", NULL, 0},
    {CMD_MARK, "2", "▸ n4", "1 marked", NULL, 0},
    {CMD_MARK_ALL, "2", "▸ n4", "4 marked", NULL, 0},
    {CMD_GROUP, "2", "▸ n4", "by center", NULL, 0},
    {CMD_FOLD, "2t", "by center", "folded", NULL, 0},
    {CMD_HEAT, "2", "▸ n4", "share allocated", NULL, 0},
    {CMD_SHADE, "3", "suantop  Devices", "m shows it", NULL, 0},
    {CMD_IDLE, "3", "suantop  Devices", "no device that was given", NULL, 0},
    {CMD_ENDED, "5", "2 running", "ended within the last hour", NULL, 0},
    {CMD_WINDOW, "6", "0 interruptions in 24 h", "0 interruptions in 7 d", NULL, 0},
    {CMD_OFFENDERS, "6", "suantop  Interrupted", "suantop  Repeat offenders", NULL, 0},
    {CMD_ACK, "7", "suantop  Alerts", "no row under the cursor", NULL, 0},
    {CMD_RESOLVE, "6", "suantop  Interrupted", "no row under the cursor", NULL, 0},
    {CMD_SILENCE, "7", "suantop  Alerts", "no row under the cursor", NULL, 0},
    {CMD_FREEZE, "", "suantop  Overview", "FROZEN", NULL, 0},
    {CMD_REFRESH, "", "suantop  Overview", "nobody to ask", NULL, 0},
    {CMD_RETRY, "8", "suantop  Sources", "nobody to ask", NULL, 0},
    {CMD_HELP, "", "suantop  Overview", "Help · Overview", NULL, 0},
    {CMD_EXPLAIN, "", "suantop  Overview", "FLOPS · all centers", NULL, 0},
    {CMD_SETUP, "", "suantop  Overview", "new data", NULL, 0},
    {CMD_STEP, NULL, NULL, NULL, NULL, 0}, /* these three: test_replay_keys */
    {CMD_FASTER, NULL, NULL, NULL, NULL, 0},
    {CMD_SLOWER, NULL, NULL, NULL, NULL, 0},
    /* a recording can only refuse; that they act: test_safety, and e2e on a real cluster */
    {CMD_DRAIN, "2", "▸ n4", "drain: this", NULL, 0},
    {CMD_RESUME, "2", "▸ n4", "resume: this", NULL, 0},
    {CMD_REQUEUE, "5", "2 running", "requeue: this", NULL, 0},
    {CMD_HOLD, "4", "suantop  Queued", "hold: this", NULL, 0},
    {CMD_RELEASE, "4", "suantop  Queued", "release: this", NULL, 0},
    {CMD_CANCEL, "5", "2 running", "cancel: this", NULL, 0},
    {CMD_BACK, "2/n3\r", "1 of 4 nodes", NULL, "1 of 4 nodes", 0},
    {CMD_QUIT, "\r", "› Pools", "suantop  Overview", "› Pools", 0},
    {CMD_QUIT_NOW, NULL, NULL, NULL, NULL, 0}, /* each test here leaves so */
};

/* What a terminal sends for a key of keys.def. */
static const char *bytes_of(const char *name, size_t len)
{
    static const struct {
        const char *name, *bytes;
    } keys[] = {{"Tab", "\t"},       {"S-Tab", "\x1b[Z"}, {"Up", "\x1b[A"},    {"Down", "\x1b[B"},
                {"Right", "\x1b[C"}, {"Left", "\x1b[D"},  {"PgUp", "\x1b[5~"}, {"PgDn", "\x1b[6~"},
                {"Home", "\x1b[H"},  {"End", "\x1b[F"},   {"Enter", "\r"},     {"Space", " "},
                {"Esc", "\x1b"},     {"F1", "\x1bOP"},    {"F2", "\x1bOQ"},    {"F3", "\x1bOR"},
                {"F4", "\x1bOS"},    {"F5", "\x1b[15~"},  {"F6", "\x1b[17~"},  {"F10", "\x1b[21~"},
                {"C-b", "\x02"},     {"C-f", "\x06"},     {"C-l", "\x0c"},     {"C-c", "\x03"}};
    static char one[2];

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strlen(keys[i].name) == len && memcmp(keys[i].name, name, len) == 0)
            return keys[i].bytes;
    if (len != 1)
        fail_msg("what does a terminal send for %.*s?", (int)len, name);
    one[0] = name[0];
    return one;
}

static void try_key(const struct act *a, const char *key, size_t len)
{
    struct pty p;

    start_at_end(&p, 36, a->cols > 0 ? a->cols : 120);
    pty_send(&p, a->before);
    pty_wait_text(&p, a->ready);
    if (a->shows && pty_has_text(&p, a->shows))
        fail_msg("\"%s\" is there before %.*s", a->shows, (int)len, key);
    pty_send(&p, bytes_of(key, len));
    if (a->shows)
        pty_wait_text(&p, a->shows);
    if (a->hides)
        pty_wait_no_text(&p, a->hides);
    leave(&p);
}

static const struct act *act_of(enum cmd cmd)
{
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        if (acts[i].cmd == cmd)
            return &acts[i];
    fail_msg("key %s of keys.def has no line in this test", cmd_info(cmd)->name);
    return NULL;
}

static void test_every_key(void **state)
{
    (void)state;
    for (enum cmd c = CMD_NONE + 1; c < CMD_COUNT; c++) {
        const struct act *a = act_of(c);
        const char *key = cmd_info(c)->keys;
        size_t len;
        for (key += strspn(key, " "); a->before && *key; key += len, key += strspn(key, " ")) {
            len = strcspn(key, " ");
            try_key(a, key, len);
        }
    }
}

/* Columns are chosen in the setup, and chosen still in the next run. */
static void test_columns(void **state)
{
    static const char down[] = "\x1b[B", right[] = "\x1b[C";
    char home[] = "/tmp/suantop-test-columns-XXXXXX", command[80];
    struct pty p;

    (void)state;
    assert_non_null(mkdtemp(home));
    state_home = home;
    for (int run = 0; run < 2; run++) {
        start_at_end(&p, 36, 120);
        pty_send(&p, "2");
        pty_wait_text(&p, "LOAD");
        if (run == 1) {
            pty_wait_no_text(&p, "STATUS");
            leave(&p);
            break;
        }
        pty_wait_text(&p, "STATUS");
        pty_send(&p, bytes_of("F2", 2));
        pty_wait_text(&p, "as there is room");
        pty_send(&p, down);
        pty_send(&p, down);
        pty_send(&p, "\r");
        pty_wait_text(&p, "Columns of Nodes");
        pty_send(&p, "S"); /* to the item that begins so */
        pty_send(&p, right);
        pty_wait_text(&p, "always");
        pty_send(&p, right);
        pty_wait_text(&p, "never");
        pty_send(&p, "\x1b");
        pty_wait_no_text(&p, "STATUS");
        leave(&p);
    }
    state_home = NULL;
    snprintf(command, sizeof command, "rm -r %s", home);
    assert_int_equal(system(command), 0);
}

/* The same by name on the command line. */
static void test_every_command_name(void **state)
{
    struct pty p;

    (void)state;
    start_at_end(&p, 36, 120);
    for (enum cmd c = CMD_VIEW_1; c <= CMD_VIEW_9; c++) {
        char line[64];
        snprintf(line, sizeof line, ":%s\r", cmd_info(c)->name);
        pty_send(&p, line);
        pty_wait_text(&p, act_of(c)->shows);
    }
    pty_send(&p, ":nodes\r:invert\r");
    pty_wait_text(&p, "STATUS▴");
    pty_send(&p, ":running\r:ended\r");
    pty_wait_text(&p, "ended within the last hour");
    pty_send(&p, ":quit!\r");
    pty_expect_end(&p, 0);
}

/* A step is one answer; faster and slower tell the new speed. */
static void test_replay_keys(void **state)
{
    struct pty p;

    (void)state;
    start(&p, 36, 120, "0");
    pty_wait_text(&p, "2 starting");
    assert_true(pty_has_text(&p, "REPLAY"));
    pty_send(&p, ".");
    pty_wait_text(&p, "1 down");
    for (int i = 0; i < 40 && !pty_has_text(&p, "3 running"); i++) {
        pty_send(&p, ".");
        pty_wait_frames(&p, 1);
    }
    pty_wait_text(&p, "3 running");
    pty_send(&p, "+");
    pty_wait_text(&p, "speed");
    leave(&p);
    start_at_end(&p, 36, 120);
    pty_send(&p, "-");
    pty_wait_text(&p, "speed 50000x");
    pty_send(&p, "+");
    pty_wait_text(&p, "speed 100000x");
    leave(&p);
}

/* --- the screens, for people to read --- */

/* Without sparklines: of which moments there are samples depends on how fast this machine replays. */
static void screen_text(struct pty *p, struct buf *out)
{
    for (int y = 0; y < p->rows; y++) {
        const char *row = pty_row(p, y);
        for (; *row; row++) {
            bool spark = y > BARS_END && strncmp(row, "\xe2\x96", 2) == 0 && row[2] >= '\x81' &&
                         row[2] <= '\x88';
            buf_addc(out, spark ? ' ' : *row);
            row += spark ? 2 : 0;
        }
        buf_addc(out, '\n');
    }
}

static char *read_golden(const char *path)
{
    static char want[256 * 1024];
    FILE *f = fopen(path, "rb");

    if (!f)
        fail_msg("cannot read %s (GENERATE=1 writes it)", path);
    want[fread(want, 1, sizeof want - 1, f)] = '\0';
    fclose(f);
    return want;
}

static void write_golden(const char *path, const struct buf *now)
{
    FILE *f = fopen(path, "wb");

    if (!f || fwrite(now->data, 1, now->len, f) != now->len || fclose(f) != 0)
        fail_msg("cannot write %s", path);
}

/* The first line that differs; lines are long, and there are many. */
static void differs(const char *path, const char *want, const char *now)
{
    int line = 1;
    size_t start = 0;

    for (size_t i = 0; want[i] && want[i] == now[i]; i++) {
        if (want[i] != '\n')
            continue;
        line++;
        start = i + 1;
    }
    fail_msg("%s differs in line %d; GENERATE=1 rewrites it.\nwant: %.*s\nnow:  %.*s", path, line,
             (int)strcspn(want + start, "\n"), want + start, (int)strcspn(now + start, "\n"),
             now + start);
}

/* What was waited for may stand on the screen before all that was recorded does: so a difference is only one when it is still
 * there some frames later. */
static void golden(struct pty *p, const char *name)
{
    const char *want = NULL;
    char path[512];
    struct buf now;

    buf_init(&now, 256 * 1024);
    snprintf(path, sizeof path, "%s/tests/golden/program/%s-%dx%d.txt", UNIT_SRCDIR, name, p->cols,
             p->rows);
    if (getenv("GENERATE"))
        pty_wait_frames(p, 2);
    else
        want = read_golden(path);
    screen_text(p, &now);
    for (int i = 0; want && strcmp(want, now.data) != 0 && i < 20; i++) {
        pty_wait_frames(p, 1);
        buf_reset(&now);
        screen_text(p, &now);
    }
    if (!want)
        write_golden(path, &now);
    else if (strcmp(want, now.data) != 0)
        differs(path, want, now.data);
    buf_fini(&now);
}

struct picture {
    const char *name, *keys, *sign; /* sign: on the screen when it is complete */
};

static void test_screens(void **state)
{
    static const struct picture pictures[] = {
        {"overview", "1", "suantop  Overview"},
        {"nodes", "2", "▸ n4"},
        {"queued", "4", "suantop  Queued"},
        {"running", "5", "suantop  Running"},
        {"ended", "e", "ended within the last hour"},
        {"sources", "e8", "suantop  Sources"},
        {"details", "1d", "short name from the configuration"},
        {"details-end", "G", "Licences"},
    };
    static const int sizes[][2] = {{24, 80}, {36, 120}, {80, 300}};

    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct pty p;
        start_at_end(&p, sizes[s][0], sizes[s][1]);
        for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++) {
            pty_send(&p, pictures[i].keys);
            pty_wait_text(&p, pictures[i].sign);
            golden(&p, pictures[i].name);
        }
        leave(&p);
    }
}

/* --- languages --- */

static void start_chinese(struct pty *p, const char *language)
{
    const char *const words[] = {
        "replay", RECORDING, "--speed", "100000", language ? "--language" : NULL, language, NULL};

    /* no such locale need be installed */
    program_start(p, &(struct program){24, 80, "zh_CN.UTF-8", state_home}, words);
}

/* The locale's language from the first picture on; another one while it runs, remembered for the next time. */
static void test_language(void **state)
{
    char folder[] = "/tmp/suantop-language-XXXXXX", file[64];
    struct pty p;

    (void)state;
#ifndef ENABLE_NLS
    skip();
#endif
    assert_non_null(mkdtemp(folder));
    state_home = folder;
    start_chinese(&p, NULL);
    pty_wait_text(&p, "节点");
    pty_wait_text(&p, "运行中");
    pty_send(&p, "\033OQ"); /* F2 */
    pty_wait_text(&p, "简体中文");
    pty_send(&p, "\033[F\033[C"); /* the last line: the next language */
    pty_wait_text(&p, "English");
    pty_send(&p, "\033");
    pty_wait_text(&p, "running");
    pty_wait_no_text(&p, "节点");
    leave(&p);
    start_chinese(&p, NULL);
    pty_wait_text(&p, "running");
    leave(&p);
    start_chinese(&p, "zh_CN");
    pty_wait_text(&p, "运行中");
    leave(&p);
    state_home = NULL;
    snprintf(file, sizeof file, "%s/suantop/ui", folder);
    assert_int_equal(unlink(file), 0);
    snprintf(file, sizeof file, "%s/suantop", folder);
    assert_int_equal(rmdir(file), 0);
    assert_int_equal(rmdir(folder), 0);
}

/* A resize in the middle of everything keeps the thing under the cursor. */
static void test_resize(void **state)
{
    static const int sizes[][2] = {{24, 80}, {80, 300}, {12, 60}, {1, 1}, {36, 120}};
    struct pty p;

    (void)state;
    start_at_end(&p, 36, 120);
    pty_send(&p, "2jj");
    pty_wait_text(&p, "▸ n2");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        pty_resize(&p, sizes[i][0], sizes[i][1]);
        pty_wait_frames(&p, 1);
    }
    pty_wait_text(&p, "▸ n2");
    leave(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_key), cmocka_unit_test(test_every_command_name),
        cmocka_unit_test(test_columns),   cmocka_unit_test(test_replay_keys),
        cmocka_unit_test(test_screens),   cmocka_unit_test(test_language),
        cmocka_unit_test(test_resize),
    };
    pty_take_signals();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
