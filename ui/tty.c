/* SPDX-License-Identifier: MIT
 * tty.c - see tty.h. */
#include "ui/tty.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static _Atomic unsigned pending;
static _Atomic int wake = -1;

static struct {
    _Atomic bool armed;
    int fd;
    struct termios modes;
    char goodbye[256];
    size_t len;
} saved;

static const int asked[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT};
static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGSYS};
static struct sigaction asked_before[ARRAY_LEN(asked)], fatal_before[ARRAY_LEN(fatal)];
static bool asked_caught[ARRAY_LEN(asked)], fatal_caught[ARRAY_LEN(fatal)];

void tty_signals_add(unsigned bits)
{
    uint64_t one = 1;
    int fd = wake, keep = errno;

    atomic_fetch_or(&pending, bits);
    if (fd >= 0 && write(fd, &one, sizeof one) < 0) {
        /* full: then it is readable already */
    }
    errno = keep;
}

static void on_signal(int sig)
{
    switch (sig) {
    case SIGWINCH:
        tty_signals_add(TTY_RESIZE);
        break;
    case SIGTSTP:
        tty_signals_add(TTY_STOP);
        break;
    case SIGCONT:
        tty_signals_add(TTY_CONT);
        break;
    default:
        tty_signals_add(TTY_QUIT);
    }
}

static void on_crash(int sig)
{
    tty_emergency_restore();
    /* SA_RESETHAND gave the default action back: the core is that of the crash. */
    raise(sig);
}

/* True if the handler is now ours: a parent that ignores a signal, or a sanitizer, keeps it. */
static bool catch_one(int sig, void (*handler)(int), int flags, struct sigaction *before)
{
    struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};

    sigemptyset(&sa.sa_mask);
    if (sigaction(sig, NULL, before) != 0 || (before->sa_flags & SA_SIGINFO) ||
        (before->sa_handler != SIG_DFL && before->sa_handler != handler))
        return false;
    return sigaction(sig, &sa, NULL) == 0;
}

void tty_signals_catch(int wake_fd)
{
    pending = 0;
    wake = wake_fd;
    for (size_t i = 0; i < ARRAY_LEN(asked); i++)
        asked_caught[i] = catch_one(asked[i], on_signal, SA_RESTART, &asked_before[i]);
    for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
        fatal_caught[i] =
            catch_one(fatal[i], on_crash, SA_RESETHAND | SA_NODEFER | SA_ONSTACK, &fatal_before[i]);
}

void tty_signals_release(void)
{
    for (size_t i = 0; i < ARRAY_LEN(asked); i++)
        if (asked_caught[i])
            sigaction(asked[i], &asked_before[i], NULL);
    for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
        if (fatal_caught[i])
            sigaction(fatal[i], &fatal_before[i], NULL);
    wake = -1;
}

unsigned tty_signals_pending(void)
{
    return pending;
}

unsigned tty_signals_take(void)
{
    return atomic_exchange(&pending, 0);
}

void tty_stop_here(void)
{
    struct sigaction stop = {.sa_handler = SIG_DFL}, ours;
    sigset_t set, before;

    sigemptyset(&stop.sa_mask);
    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    sigaction(SIGTSTP, &stop, &ours);
    pthread_sigmask(SIG_UNBLOCK, &set, &before);
    kill(getpid(), SIGTSTP); /* the whole process, not this thread only */
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    sigaction(SIGTSTP, &ours, NULL);
}

enum rc tty_arm(int fd, const char *goodbye, size_t len, struct err *e)
{
    static bool hooked;

    if (!hooked) /* ncurses ends the process when it has no memory for the terminal's description */
        hooked = atexit(tty_emergency_restore) == 0;
    if (tcgetattr(fd, &saved.modes) != 0)
        return err_sys(e, RC_IO, errno, "terminal", S_("cannot read the terminal's modes"));
    if (len > sizeof saved.goodbye)
        len = 0;
    memcpy(saved.goodbye, goodbye, len);
    saved.len = len;
    saved.fd = fd;
    saved.armed = true;
    return RC_OK;
}

void tty_modes_restore(void)
{
    if (saved.armed)
        tcsetattr(saved.fd, TCSADRAIN, &saved.modes);
}

void tty_disarm(void)
{
    saved.armed = false;
}

void tty_emergency_restore(void)
{
    int keep = errno;

    if (!atomic_exchange(&saved.armed, false))
        return;
    for (size_t at = 0; at < saved.len;) {
        ssize_t n = write(saved.fd, saved.goodbye + at, saved.len - at);
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    tcsetattr(saved.fd, TCSANOW, &saved.modes);
    errno = keep;
}

/* What to do after a write that took nothing. */
static enum rc may_go_on(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};

    if (errno != EINTR && errno != EAGAIN)
        return RC_IO;
    if (pending & TTY_QUIT)
        return RC_CANCELLED;
    if (errno == EAGAIN && poll(&p, 1, 1000) > 0 && (p.revents & (POLLERR | POLLNVAL)))
        return RC_IO;
    return RC_OK;
}

enum rc tty_write(int fd, const char *data, size_t len, unsigned *writes)
{
    enum rc rc = RC_OK;

    for (size_t at = 0; at < len && rc == RC_OK;) {
        ssize_t n = write(fd, data + at, len - at);
        ++*writes;
        if (n > 0)
            at += (size_t)n;
        else
            rc = may_go_on(fd);
    }
    return rc;
}
