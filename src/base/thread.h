/* SPDX-License-Identifier: MIT
 * thread.h - starting a thread beside the one that signals are for.
 *
 * Thread: any. */
#ifndef SUAN_BASE_THREAD_H
#define SUAN_BASE_THREAD_H

#include <pthread.h>

/* pthread_create of a thread that takes no signal but SIGCHLD, which nobody catches: where the thread that has a child
 * lets it in, the kernel drops it at once; where it does not, each end of a child wakes another thread (the one of the
 * screen) for nothing. Returns an errno. */
int thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg);

#endif
