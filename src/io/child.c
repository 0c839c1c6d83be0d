/* SPDX-License-Identifier: MIT
 * child.c - see child.h. */
#include "io/child.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "io/argv.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    FIRST_ERRORS = 512,
    LAST_ERRORS = 4096,
    KILL_AFTER_MS = 500,
    END_MS = 500,
    LOOK_EVERY_MS = 100, /* where the kernel has no pidfd */
};

enum want { WANT_OUT, WANT_ERR, WANT_PID, WANT_COUNT };

struct child {
    struct children *owner;
    struct child *prev, *next;
    struct child_spec spec;
    pid_t pid;
    int pidfd, in, out, err;
    bool listen, quiet, exited, dropped;
    int status;
    mono_ms kill_at;      /* dropped: when TERM becomes KILL */
    int slot[WANT_COUNT]; /* in the poll array, -1 = not there */
    struct buf first, last;
};

struct children {
    struct child *list;
};

struct children *children_new(void)
{
    return xcalloc(1, sizeof(struct children));
}

/* ---- start ---- */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* ours: which end is. */
static enum rc make_pipe(int pair[2], int ours, struct err *e)
{
    if (pipe2(pair, O_CLOEXEC) != 0)
        return err_sys(e, RC_IO, errno, "pipe", S_("cannot be made"));
    /* Without this a child that says nothing would keep the thread. */
    if (fcntl(pair[ours], F_SETFL, O_NONBLOCK) != 0)
        return err_sys(e, RC_IO, errno, "pipe", S_("cannot be made"));
    return RC_OK;
}

static void set_actions(posix_spawn_file_actions_t *fa, int in, int out, int err)
{
    if (in >= 0)
        posix_spawn_file_actions_adddup2(fa, in, STDIN_FILENO);
    else
        posix_spawn_file_actions_addopen(fa, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(fa, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(fa, err, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(fa, STDERR_FILENO + 1);
}

static void set_attributes(posix_spawnattr_t *at)
{
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(at, &none);
    posix_spawnattr_setsigdefault(at, &all);
    posix_spawnattr_setflags(at,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* The two ends of each channel: [0] is read, [1] written; -1 = not there. */
struct channels {
    int in[2], out[2], err[2];
};

static int spawn(const char *path, const struct child_spec *spec, const char *const *env,
                 const struct channels *ch, pid_t *pid)
{
    posix_spawn_file_actions_t fa;
    posix_spawnattr_t at;

    posix_spawn_file_actions_init(&fa);
    posix_spawnattr_init(&at);
    set_actions(&fa, ch->in[0], ch->out[1], ch->err[1]);
    set_attributes(&at);
    /* posix_spawn's prototype lacks the const that its contract has. */
    int failed = posix_spawn(pid, path, &fa, &at, (char *const *)(uintptr_t)spec->argv,
                             (char *const *)(uintptr_t)env);
    posix_spawnattr_destroy(&at);
    posix_spawn_file_actions_destroy(&fa);
    return failed;
}

static enum rc start(const struct child_spec *spec, struct channels *ch, pid_t *pid, struct err *e)
{
    struct arena a;
    const char *path;

    arena_init(&a, 0);
    const char *const *env = argv_env(&a, spec->env);
    enum rc rc = argv_find(&a, spec->argv[0], env, &path, e);
    if (rc == RC_OK && spec->served)
        rc = make_pipe(ch->in, 1, e);
    if (rc == RC_OK)
        rc = make_pipe(ch->out, 0, e);
    if (rc == RC_OK)
        rc = make_pipe(ch->err, 0, e);
    if (rc == RC_OK) {
        int failed = spawn(path, spec, env, ch, pid);
        if (failed)
            rc = err_sys(e, RC_CHILD, failed, spec->argv[0], S_("cannot be started"));
    }
    arena_fini(&a);
    return rc;
}

static struct child *add_child(struct children *cs, const struct child_spec *spec, pid_t pid,
                               const struct channels *ch)
{
    struct child *c = xcalloc(1, sizeof(*c));

    c->owner = cs;
    c->spec = *spec;
    c->pid = pid;
    c->pidfd = pidfd_open(pid, 0);
    c->in = ch->in[1];
    c->out = ch->out[0];
    c->err = ch->err[0];
    c->listen = !spec->served;
    buf_init(&c->first, FIRST_ERRORS);
    buf_init(&c->last, LAST_ERRORS);
    for (int i = 0; i < WANT_COUNT; i++)
        c->slot[i] = -1;
    c->next = cs->list;
    if (cs->list)
        cs->list->prev = c;
    cs->list = c;
    return c;
}

enum rc child_start(struct children *cs, const struct child_spec *spec, struct child **out,
                    struct err *e)
{
    struct channels ch = {{-1, -1}, {-1, -1}, {-1, -1}};
    pid_t pid = 0;
    enum rc rc = start(spec, &ch, &pid, e);

    close_fd(&ch.in[0]);
    close_fd(&ch.out[1]);
    close_fd(&ch.err[1]);
    if (rc == RC_OK) {
        *out = add_child(cs, spec, pid, &ch);
        return RC_OK;
    }
    close_fd(&ch.in[1]);
    close_fd(&ch.out[0]);
    close_fd(&ch.err[0]);
    return rc;
}

/* ---- while it runs ---- */

int child_out(const struct child *c)
{
    return c->out;
}

int child_in(const struct child *c)
{
    return c->in;
}

void child_listen(struct child *c, bool on)
{
    c->listen = on;
}

void child_quiet(struct child *c, bool on)
{
    c->quiet = on;
}

bool child_has_exited(const struct child *c)
{
    return c->exited;
}

int child_status(const struct child *c)
{
    return c->status;
}

/* Keeps the first bytes, and of the rest the newest. */
static void keep_errors(struct child *c, const char *data, size_t len)
{
    size_t n = FIRST_ERRORS - c->first.len;

    buf_add(&c->first, data, n < len ? n : len);
    if (len > LAST_ERRORS / 2) {
        data += len - LAST_ERRORS / 2;
        len = LAST_ERRORS / 2;
    }
    if (c->last.len + len > LAST_ERRORS)
        buf_consume(&c->last, c->last.len + len - LAST_ERRORS);
    buf_add(&c->last, data, len);
}

static void read_errors(struct child *c)
{
    char data[4096];

    /* A few rounds: a child that floods its stderr must not keep the thread. */
    for (int i = 0; i < 16 && c->err >= 0; i++) {
        ssize_t n = read(c->err, data, sizeof(data));
        if (n > 0)
            keep_errors(c, data, (size_t)n);
        else if (n == 0 || (errno != EAGAIN && errno != EINTR))
            close_fd(&c->err);
        else if (errno == EAGAIN)
            return;
    }
}

const char *child_first_errors(struct child *c)
{
    read_errors(c);
    return c->first.data;
}

const char *child_last_error(struct child *c)
{
    read_errors(c);
    while (c->last.len && strchr("\r\n ", c->last.data[c->last.len - 1]))
        buf_truncate(&c->last, c->last.len - 1);
    const char *line = strrchr(c->last.data, '\n');
    return line ? line + 1 : c->last.data;
}

/* The leader is a zombie until it is reaped, so its group's number is still ours: the time to end what
 * it left behind. */
static bool look(struct child *c)
{
    siginfo_t info = {0};

    if (c->exited)
        return true;
    if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
        return false;
    kill(-c->pid, SIGKILL);
    waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG);
    c->status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    c->exited = true;
    close_fd(&c->pidfd);
    return true;
}

bool child_wait(struct child *c, int ms)
{
    struct pollfd p = {.fd = c->pidfd, .events = POLLIN};

    if (!look(c) && c->pidfd >= 0)
        poll(&p, 1, ms);
    return look(c);
}

/* ---- the end ---- */

static void child_free(struct child *c)
{
    if (c->prev)
        c->prev->next = c->next;
    else
        c->owner->list = c->next;
    if (c->next)
        c->next->prev = c->prev;
    close_fd(&c->in);
    close_fd(&c->out);
    close_fd(&c->err);
    close_fd(&c->pidfd);
    buf_fini(&c->first);
    buf_fini(&c->last);
    free(c);
}

void child_drop(struct child *c)
{
    if (!c)
        return;
    close_fd(&c->in);
    close_fd(&c->out);
    c->dropped = true;
    c->listen = c->quiet = false;
    c->kill_at = clock_mono() + KILL_AFTER_MS;
    if (!look(c))
        kill(-c->pid, SIGTERM);
}

static void signal_all(struct children *cs, int sig)
{
    for (struct child *c = cs->list; c; c = c->next)
        if (!look(c))
            kill(-c->pid, sig);
}

static bool all_gone(struct children *cs, int ms)
{
    mono_ms until = clock_mono() + ms;

    for (struct child *c = cs->list; c; c = c->next)
        if (!child_wait(c, (int)(until > clock_mono() ? until - clock_mono() : 0)))
            return false;
    return true;
}

void children_free(struct children *cs)
{
    if (!cs)
        return;
    for (struct child *c = cs->list; c; c = c->next) {
        close_fd(&c->in);
        close_fd(&c->out); /* many end by themselves when nobody reads */
    }
    signal_all(cs, SIGTERM);
    if (!all_gone(cs, END_MS / 2)) {
        signal_all(cs, SIGKILL);
        all_gone(cs, END_MS / 2);
    }
    while (cs->list)
        child_free(cs->list);
    free(cs);
}

/* ---- the loop's part ---- */

void children_wait_for(struct children *cs, struct waits *w)
{
    for (struct child *c = cs->list; c; c = c->next) {
        c->slot[WANT_OUT] = waits_add(w, c->listen && !c->quiet ? c->out : -1, POLLIN);
        c->slot[WANT_ERR] = waits_add(w, c->quiet ? -1 : c->err, POLLIN);
        c->slot[WANT_PID] = waits_add(w, c->pidfd, POLLIN);
    }
}

static void run_one(struct child *c, const struct waits *w, mono_ms now)
{
    bool look_now = waits_got(w, c->slot[WANT_PID]) || c->pidfd < 0;

    if (waits_got(w, c->slot[WANT_ERR]))
        read_errors(c);
    if (waits_got(w, c->slot[WANT_OUT]) && c->listen && !c->dropped)
        c->spec.readable(c->spec.arg);
    if (!c->exited && look_now && look(c) && !c->dropped && c->spec.exited)
        c->spec.exited(c->spec.arg);
    if (c->dropped && !c->exited && now >= c->kill_at) {
        kill(-c->pid, SIGKILL);
        c->kill_at = now + KILL_AFTER_MS;
    }
    if (c->dropped && c->exited)
        child_free(c);
}

void children_run(struct children *cs, const struct waits *w, mono_ms now)
{
    struct child *next;

    for (struct child *c = cs->list; c; c = next) {
        next = c->next;
        run_one(c, w, now);
    }
}

mono_ms children_due(const struct children *cs, mono_ms now)
{
    mono_ms due = INT64_MAX;

    for (const struct child *c = cs->list; c; c = c->next) {
        if (c->dropped && (c->exited || c->kill_at < due))
            due = c->exited ? now : c->kill_at;
        if (!c->exited && c->pidfd < 0 && now + LOOK_EVERY_MS < due)
            due = now + LOOK_EVERY_MS;
    }
    return due;
}
