/* SPDX-License-Identifier: MIT
 * test_io_command.c - sources behind child processes: commands and servers on pipes, and what can be
 * wrong with those. After each test the same descriptors are open and no child is left. */
#include "tests/unit/unit.h"

#include "io/command.h"
#include "tests/fake/rig.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t fds_before;

static struct rig *start(const char *option, const char *value, const char *total)
{
    struct rig *r = calloc(1, sizeof(*r));

    rig_init(r);
    fake_conf_init(rig_add(r, NULL), 0, "command", option, value, "every", "100ms", "patience",
                   total ? total : "60s", "total", total ? total : "120s", "body_max", "4000000",
                   NULL);
    fake_conf_init(rig_add(r, NULL), 1, "healthy", "run", "echo h1", "every", "100ms", NULL);
    rig_start(r);
    return r;
}

static void stop(struct rig *r)
{
    rig_fini(r);
    free(r);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    assert_int_equal(rig_open_fds(), fds_before);
}

static int setup(void **state)
{
    (void)state;
    /* libcurl and the C library open what they keep at their first use */
    if (!fds_before) {
        struct rig *r = start("run", "echo a", NULL);
        assert_true(rig_wait_state(r, 0, source_state_OK, 3000));
        rig_fini(r);
        free(r);
        fds_before = rig_open_fds();
    }
    return 0;
}

static void expect_failure(struct rig *r, const char *class, const char *words, int within_ms)
{
    assert_true(rig_wait_fault(r, 0, class, words, within_ms));
    assert_true(rig_wait_state(r, 1, source_state_OK, 1000));
}

static void test_good(void **state)
{
    struct rig *r =
        start("run", "i=0; while [ $i -lt 5000 ]; do echo node$i x; i=$((i+1)); done", NULL);

    (void)state;
    assert_true(rig_wait_nodes(r, 5001, 5000));
    assert_true(rig_wait_state(r, 0, source_state_OK, 1000));
    stop(r);
}

static void test_exit_status(void **state)
{
    struct rig *r =
        start("run", "echo a; printf '\\033[2Jno \\033]0;x\\007access\\nmore' >&2; exit 4", NULL);
    struct rig_source s;

    (void)state;
    expect_failure(r, "child", "exit status 4: ", 3000);
    rig_source(r, 0, &s);
    assert_null(strchr(s.error, 27));
    assert_null(strchr(s.error, 7));
    assert_non_null(strstr(s.error, "no "));
    stop(r);
}

static void test_no_such_program(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));

    (void)state;
    rig_init(r);
    fake_conf_init(rig_add(r, NULL), 0, "command", "run", "x", "prefix", "no-such-program -x",
                   NULL);
    fake_conf_init(rig_add(r, NULL), 1, "healthy", "run", "echo h1", NULL);
    rig_start(r);
    expect_failure(r, "io", "no-such-program: no such program", 3000);
    stop(r);
}

static void test_hangs(void **state)
{
    struct rig *r =
        start("run", "trap '' TERM; echo waiting for the lock >&2; sleep 1000", "300ms");

    (void)state;
    expect_failure(r, "timeout", "it said: waiting for the lock", 3000);
    stop(r);
}

static void test_floods(void **state)
{
    struct rig *r = start("run", "yes a-name-that-is-repeated | head -c 1000000000", NULL);

    (void)state;
    expect_failure(r, "limit", "longer than 4000000 bytes", 10000);
    stop(r);
}

static void test_floods_stderr(void **state)
{
    struct rig *r = start("run", "yes it hurts | head -c 20000000 >&2; echo a", NULL);

    (void)state;
    assert_true(rig_wait_nodes(r, 2, 5000));
    assert_true(rig_wait_state(r, 0, source_state_OK, 2000));
    stop(r);
}

/* The command ends, but something that it started keeps its stdout: in its group, and out of it. */
static void test_leaves_children(void **state)
{
    struct rig *r = start("run", "echo a; sleep 1000 & sleep 1000 & exit 0", NULL);

    (void)state;
    assert_true(rig_wait_nodes(r, 2, 3000));
    assert_true(rig_wait_state(r, 0, source_state_OK, 1000));
    stop(r);
    r = start("run", "echo a; setsid sleep 3 & exit 0", NULL);
    assert_true(rig_wait_nodes(r, 2, 3000));
    assert_true(rig_wait_state(r, 0, source_state_OK, 1000));
    stop(r);
}

static void test_killed(void **state)
{
    struct rig *r = start("run", "echo a; kill -9 $$", NULL);

    (void)state;
    expect_failure(r, "child", "exit status 137", 3000);
    stop(r);
}

static void test_sees_nothing_of_ours(void **state)
{
    struct rig *r;

    (void)state;
    setenv("SUANTOP_CANARY", "x", 1);
    r = start(
        "run",
        "[ -z \"$SUANTOP_CANARY\" ] || echo canary; "
        "for f in /proc/self/fd/*; do f=${f##*/}; [ $f -gt 2 ] && [ -e /proc/$$/fd/$f ] && echo open$f; done; "
        "read x && echo input; (: </dev/tty) 2>/dev/null && echo tty; true",
        NULL);
    assert_true(rig_wait_state(r, 0, source_state_OK, 3000));
    assert_true(rig_wait_nodes(r, 1, 1000)); /* only the healthy one's */
    stop(r);
}

static void test_stop_is_quick(void **state)
{
    struct rig *r = start("run", "trap '' TERM HUP; while :; do sleep 1; done", "1h");

    (void)state;
    assert_true(rig_wait_state(r, 1, source_state_OK, 3000));
    mono_ms before = clock_mono();
    net_stop(r->net);
    assert_true(clock_mono() - before < 30000); /* it would wait for an hour */
    stop(r);
}

/* A stand-in for ssh that does with its words what sshd does: one line for the login shell. */
static void test_through_ssh(void **state)
{
    char dir[] = "/tmp/suantop-test-ssh-XXXXXX", path[64], prefix[128];
    struct rig *r = calloc(1, sizeof(*r));
    FILE *f;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/ssh", dir);
    f = fopen(path, "w");
    fputs(
        "#!/bin/sh\n[ \"$1\" = -oBatchMode=yes ] || exit 9\nwhile [ \"${1#-}\" != \"$1\" ]; do shift; done\n"
        "[ \"$1\" = login01 ] || exit 8\nshift\nexec sh -c \"$*\"\n",
        f);
    fclose(f);
    chmod(path, 0700);
    snprintf(prefix, sizeof(prefix), "%s login01", path);
    rig_init(r);
    fake_conf_init(rig_add(r, NULL), 0, "remote", "prefix", prefix, "run",
                   "printf '%s\\n' \"it's\" '$HOME' 'a;b|c&d' \"$((1+1))\"; exit 7", NULL);
    rig_start(r);
    assert_true(rig_wait_state(r, 0, source_state_FAILED, 3000)); /* its own status */
    assert_true(rig_wait_nodes(r, 4, 1000));
    char *dump = rig_dump(r);
    assert_non_null(strstr(dump, "name=it's\n"));
    assert_non_null(strstr(dump, "name=$HOME\n"));
    assert_non_null(strstr(dump, "name=a;b|c&d\n"));
    assert_non_null(strstr(dump, "name=2\n"));
    free(dump);
    stop(r);
    unlink(path);
    rmdir(dir);
}

/* ---- servers on pipes ---- */

/* Answers n requests with one node, then ends with status 3. */
static const char server[] =
    "n=%d; while [ $n -gt 0 ]; do "
    "while read -r l && [ \"$l\" != \"$(printf '\\r')\" ]; do :; done || exit 0; "
    "b='{\"rows\":[{\"name\":\"p1\"}]}'; "
    "printf 'HTTP/1.1 200 OK\\r\\nContent-Length: %%d\\r\\n\\r\\n%%s' ${#b} \"$b\"; n=$((n-1)); done; "
    "echo tired >&2; exit 3";

struct polls {
    double requests, failures;
};

static bool has_polled(struct rig *r, void *arg)
{
    struct polls *want = arg;
    struct rig_source s;

    return rig_source(r, 0, &s) && s.requests - s.failures >= want->requests;
}

/* One server for all of the polls: behind ssh each further one would be a login. */
static void test_pipe(void **state)
{
    char started[] = "/tmp/suantop-test-started-XXXXXX";
    struct polls want = {.requests = 8};
    struct rig_source s;
    struct stat st;
    char text[600];
    struct rig *r;

    (void)state;
    close(mkstemp(started));
    int n = snprintf(text, sizeof(text), "echo >> %s; ", started);
    snprintf(text + n, sizeof(text) - (size_t)n, server, 1000000);
    r = start("pipe", text, NULL);
    assert_true(rig_wait_nodes(r, 2, 3000));
    assert_true(rig_wait(r, has_polled, &want, 5000));
    rig_source(r, 0, &s);
    assert_true(s.failures == 0);
    assert_int_equal(stat(started, &st), 0);
    assert_int_equal(st.st_size, 1);
    stop(r);
    unlink(started);
}

/* A server that ends is started again, between requests or instead of an answer. */
static void test_pipe_restarts(void **state)
{
    struct polls want = {.requests = 8};
    char text[512];
    struct rig *r;

    (void)state;
    snprintf(text, sizeof(text), server, 2);
    r = start("pipe", text, NULL);
    assert_true(rig_wait(r, has_polled, &want, 8000));
    assert_true(rig_wait_nodes(r, 2, 3000));
    stop(r);
}

static void test_pipe_fails(void **state)
{
    struct rig *r = start("pipe", "echo Permission denied >&2; exit 255", NULL);

    (void)state;
    expect_failure(r, "child", "the command ended with status 255: Permission denied", 3000);
    stop(r);
    r = start("pipe", "echo 'Welcome to login01!'; sleep 1000", NULL);
    expect_failure(r, "syntax", "", 3000);
    stop(r);
    r = start("pipe", "echo slurmrestd: error: no controller >&2; sleep 1000", "300ms");
    expect_failure(r, "timeout", "it said: slurmrestd: error: no controller", 3000);
    stop(r);
}

/* Much in one answer: the pump must not lose a byte, nor spin. */
static void test_pipe_big(void **state)
{
    struct rig *r = start(
        "pipe",
        "read -r l; printf 'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n\\r\\n{\"rows\":['; "
        "i=0; while [ $i -lt 20000 ]; do echo '{\"name\":\"big'$i'\",\"x\":\"0123456789012345\"},'; "
        "i=$((i+1)); done; echo '{\"name\":\"last\"}]}'",
        NULL);

    (void)state;
    assert_true(rig_wait_nodes(r, 20002, 8000));
    stop(r);
}

/* ---- wake-ups ---- */

struct taken {
    size_t bytes;
    bool done;
};

static enum rc take_data(void *arg, const char *data, size_t len, bool *paused, struct err *e)
{
    (void)data;
    (void)paused;
    (void)e;
    ((struct taken *)arg)->bytes += len;
    return RC_OK;
}

static void take_end(void *arg, struct reply *reply)
{
    assert_int_equal(reply->rc, RC_OK);
    ((struct taken *)arg)->done = true;
}

/* The loop of the net thread, for one command. Returns how often it had to get up. */
static int carry(struct children *cs, struct command *c, const struct taken *t)
{
    struct waits w = {0};
    int turns = 0;

    for (; !t->done; turns++) {
        mono_ms now = clock_mono(), due = command_due(c), gone = children_due(cs, now);
        due = gone < due ? gone : due;
        waits_clear(&w);
        children_wait_for(cs, &w);
        poll(w.fds, w.count, due <= now ? 0 : due - now < 1000 ? (int)(due - now) : 1000);
        children_run(cs, &w, clock_mono());
        if (!t->done)
            command_check(c, clock_mono());
    }
    waits_fini(&w);
    return turns;
}

/* Returns the turns that the script took, and in *took how long, in ms. */
static int turns_of(const char *script, size_t bytes, int64_t *took)
{
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    struct command_spec spec = {.argv = argv, .first_byte_ms = 60000, .total_ms = 60000};
    struct taken t = {0};
    struct sink sink = {.arg = &t, .data = take_data, .done = take_end};
    struct children *cs = children_new();
    struct command *c;
    mono_ms began = clock_mono();

    assert_int_equal(command_start(cs, &spec, &sink, began, &c, NULL), RC_OK);
    int turns = carry(cs, c, &t);
    *took = clock_mono() - began;
    assert_int_equal(t.bytes, bytes);
    children_free(cs);
    return turns;
}

/* Commands write 4 KiB at a time; that is a thousand writes of a list, and must not be as many wake-ups. */
static void test_few_wake_ups(void **state)
{
    int64_t took;
    int turns = turns_of("i=0; while [ $i -lt 600 ]; do printf '%4095s\\n' $i; i=$((i+1)); done",
                         600 * 4096, &took);

    (void)state;
    print_message("# %d turns for 600 writes in %lld ms\n", turns, (long long)took);
    /* one each 25 ms, one more where the command itself had to wait meanwhile, and one for each time that half of the pipe was
     * full */
    assert_true(turns <= 10 + 2 * took / 25 + 2 * (int64_t)(600 * 4096) / (256 * 1024));
}

/* The probe of this machine, and many another: on a busy machine, too, it is read when it is over. */
static void test_one_wake_up_for_little(void **state)
{
    int64_t took = 1000;
    int turns = 0;

    (void)state;
    for (int i = 0; i < 20 && took >= 90;
         i++) /* rather a short one: a machine may be busier than that */
        turns = turns_of("echo a; sleep 0.03; echo b; sleep 0.01; echo c", 6, &took);
    print_message("# %d turns for 3 writes in %lld ms\n", turns, (long long)took);
    if (took < 90)
        assert_int_equal(turns, 1);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(test_good),
        TEST(test_exit_status),
        TEST(test_no_such_program),
        TEST(test_hangs),
        TEST(test_floods),
        TEST(test_floods_stderr),
        TEST(test_leaves_children),
        TEST(test_killed),
        TEST(test_through_ssh),
        TEST(test_sees_nothing_of_ours),
        TEST(test_stop_is_quick),
        TEST(test_pipe),
        TEST(test_pipe_restarts),
        TEST(test_pipe_fails),
        TEST(test_pipe_big),
        TEST(test_few_wake_ups),
        TEST(test_one_wake_up_for_little),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
