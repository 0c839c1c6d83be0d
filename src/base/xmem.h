/* SPDX-License-Identifier: MIT
 * xmem.h - allocation that does not fail, for small sizes chosen by this program.
 *
 * Sizes chosen by the network or a file go through buf (which has a maximum) or mem_try_*.
 * On OOM the hook runs once (the app sets it to give the terminal back), then the process aborts.
 * Thread: any. */
#ifndef SUAN_BASE_XMEM_H
#define SUAN_BASE_XMEM_H

#include <stddef.h>

void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));
void *xcalloc(size_t count, size_t size)
    __attribute__((malloc, returns_nonnull, warn_unused_result));
/* count * size is checked for overflow. */
void *xreallocarray(void *p, size_t count, size_t size)
    __attribute__((returns_nonnull, warn_unused_result));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull, warn_unused_result));
char *xstrndup(const char *s, size_t n)
    __attribute__((malloc, returns_nonnull, warn_unused_result));
char *xasprintf(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), nonnull(1), returns_nonnull, warn_unused_result));
void xmem_set_oom_hook(void (*hook)(void));

/* For sizes that somebody else chose: NULL when there is no memory or count * size overflows (p is
 * then untouched). */
void *mem_try_alloc(size_t size) __attribute__((malloc, warn_unused_result));
void *mem_try_reallocarray(void *p, size_t count, size_t size) __attribute__((warn_unused_result));

/* Grow an array so that it can hold `need` items: doubles *cap, returns the new block. */
void *xgrow(void *p, size_t *cap, size_t need, size_t item_size)
    __attribute__((returns_nonnull, warn_unused_result));

/* Gives whole pages that are free back to the system, those between others that are in use as well. Whoever allocates
 * meanwhile may wait: see docs/performance.md. */
void mem_give_back(void);

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
