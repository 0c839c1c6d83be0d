/* SPDX-License-Identifier: MIT
 * child.c - see child.h. */
#include "node/child.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { KILL_WAIT_MS = 200, STEP_MS = 10, READ_SIZE = 16384 };

extern char **environ;

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int spawn(struct node_child *c, const char *const *argv, int in, int out)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, usual;
    int code;

    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
    code = posix_spawn(&c->pid, argv[0], &files, &attributes, (char *const *)argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return code;
}

enum rc node_child_start(struct node_child *c, const char *const *argv, struct err *e)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, code = 0;

    *c = (struct node_child){0, -1, -1};
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        code = errno;
    else
        code = spawn(c, argv, in[0], out[1]);
    close_one(&in[0]);
    close_one(&out[1]);
    c->to = in[1];
    c->from = out[0];
    if (code == 0)
        return RC_OK;
    close_one(&c->to);
    close_one(&c->from);
    c->pid = 0;
    return err_sys(e, RC_CHILD, code, argv[0], "cannot start it");
}

enum rc node_child_ask(struct node_child *c, const char *line, struct err *e)
{
    ssize_t len = (ssize_t)strlen(line);

    /* The child reads a line whole before it answers, and a pipe holds several: no part of it stays behind. */
    if (write(c->to, line, (size_t)len) != len)
        return err_sys(e, RC_CHILD, errno, "collector", "it does not listen");
    return RC_OK;
}

enum rc node_child_read(struct node_child *c, struct buf *out, mono_ms deadline, struct err *e)
{
    struct pollfd p = {.fd = c->from, .events = POLLIN};
    int64_t left = deadline - clock_mono();
    char *room = buf_reserve(out, READ_SIZE);
    ssize_t n;

    if (room == NULL)
        return err_set(e, RC_LIMIT, "collector", "it tells more than %zu bytes", out->max);
    int ready = left > 0 ? poll(&p, 1, (int)left) : 0;
    if (ready == 0)
        return err_set(e, RC_TIMEOUT, "collector", "it did not answer in time");
    if (ready < 0) /* a signal: a read might wait for ever */
        return RC_OK;
    n = read(c->from, room, READ_SIZE);
    if (n < 0 && errno == EINTR)
        return RC_OK;
    if (n <= 0)
        return err_set(e, RC_CHILD, "collector", "it ended");
    buf_commit(out, (size_t)n);
    return RC_OK;
}

bool node_child_gone(struct node_child *c)
{
    if (c->pid == 0)
        return true;
    pid_t got = waitpid(c->pid, NULL, WNOHANG);
    if (got == c->pid || (got < 0 && errno == ECHILD))
        c->pid = 0;
    return c->pid == 0;
}

static bool gone_within(struct node_child *c, int ms)
{
    const struct timespec step = {0, STEP_MS * 1000000L};

    for (; !node_child_gone(c) && ms > 0; ms -= STEP_MS)
        nanosleep(&step, NULL);
    return c->pid == 0;
}

bool node_child_stop(struct node_child *c, int grace_ms)
{
    close_one(&c->to);
    close_one(&c->from);
    if (gone_within(c, grace_ms))
        return true;
    kill(-c->pid, SIGKILL);
    return gone_within(c, KILL_WAIT_MS);
}
