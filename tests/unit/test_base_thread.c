/* SPDX-License-Identifier: MIT
 * test_base_thread.c - signals stay with the first thread, and the ends of other threads' children do not wake it. */
#include "base/thread.h"
#include "tests/unit/unit.h"
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 20

static void *tell_mask(void *arg)
{
    pthread_sigmask(SIG_SETMASK, NULL, arg);
    return NULL;
}

static void test_only_the_end_of_a_child_is_let_in(void **state)
{
    static const int kept_out[] = {SIGINT,   SIGTERM, SIGHUP,  SIGQUIT,
                                   SIGWINCH, SIGTSTP, SIGPIPE, SIGALRM};
    sigset_t mask, before, after;
    pthread_t thread;

    (void)state;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_int_equal(thread_start(&thread, tell_mask, &mask), 0);
    pthread_join(thread, NULL);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (size_t i = 0; i < sizeof(kept_out) / sizeof(kept_out[0]); i++) {
        assert_true(sigismember(&mask, kept_out[i]));
        assert_int_equal(sigismember(&after, kept_out[i]), sigismember(&before, kept_out[i]));
    }
    assert_false(sigismember(&mask, SIGCHLD));
}

/* A child that ends when its input does: not before posix_spawn let the signals of its caller in again. */
static bool have_child(void)
{
    static char name[] = "cat";
    char *argv[] = {name, NULL}, *environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int input[2];

    if (pipe2(input, O_CLOEXEC) != 0)
        return false;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    int failed = posix_spawnp(&child, name, &actions, NULL, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    close(input[0]);
    close(input[1]);
    return failed == 0 && waitpid(child, NULL, 0) == child;
}

static void *have_children(void *arg)
{
    bool all = true;

    for (int i = 0; i < CHILDREN; i++)
        all = have_child() && all;
    return write(*(const int *)arg, all ? "x" : "-", 1) == 1 ? arg : NULL;
}

/* It sleeps once. How often else is the system's business, but less often than there are children. */
static void test_a_sleeping_thread_sleeps_on(void **state)
{
    struct rusage before, after;
    pthread_t thread;
    int ends[2];
    char byte;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(thread_start(&thread, have_children, &ends[1]), 0);
    getrusage(RUSAGE_THREAD, &before);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    getrusage(RUSAGE_THREAD, &after);
    pthread_join(thread, NULL);
    assert_int_equal(byte, 'x');
    assert_in_range(after.ru_nvcsw - before.ru_nvcsw, 0, CHILDREN / 2);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_the_end_of_a_child_is_let_in),
        cmocka_unit_test(test_a_sleeping_thread_sleeps_on),
    };
    return cmocka_run_group_tests_name("base thread", tests, NULL, NULL);
}
