/* SPDX-License-Identifier: MIT
 * thread.c - see thread.h. */
#include "base/thread.h"
#include <signal.h>

int thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg)
{
    sigset_t most, before;

    sigfillset(&most);
    sigdelset(&most, SIGCHLD);
    pthread_sigmask(SIG_SETMASK, &most, &before);
    int failed = pthread_create(thread, NULL, run, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}
