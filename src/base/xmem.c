/* SPDX-License-Identifier: MIT
 * xmem.c - see xmem.h. The only place in the program, besides main, that may end it. */
#include "base/xmem.h"
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

static _Atomic(void (*)(void)) oom_hook;

static _Noreturn void out_of_memory(void)
{
    static const char text[] = "suantop: out of memory\n";
    /* Exchanged, so that a hook that runs out of memory itself does not run again. */
    void (*hook)(void) = atomic_exchange(&oom_hook, NULL);

    if (hook)
        hook();
    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
        abort();
    abort();
}

void xmem_set_oom_hook(void (*hook)(void))
{
    atomic_store(&oom_hook, hook);
}

void *mem_try_reallocarray(void *p, size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total) || total > PTRDIFF_MAX)
        return NULL;
    return realloc(p, total ? total : 1);
}

void *mem_try_alloc(size_t size)
{
    return mem_try_reallocarray(NULL, 1, size);
}

void *xmalloc(size_t size)
{
    void *p = malloc(size ? size : 1);

    if (!p)
        out_of_memory();
    return p;
}

void *xcalloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);

    if (!p)
        out_of_memory();
    return p;
}

void *xreallocarray(void *p, size_t count, size_t size)
{
    void *grown = mem_try_reallocarray(p, count, size);

    if (!grown)
        out_of_memory();
    return grown;
}

char *xstrdup(const char *s)
{
    return xstrndup(s, strlen(s));
}

char *xstrndup(const char *s, size_t n)
{
    size_t len = strnlen(s, n);
    char *copy = xmalloc(len + 1);

    memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

char *xasprintf(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (len < 0)
        out_of_memory();

    char *out = xmalloc((size_t)len + 1);
    va_start(ap, fmt);
    vsnprintf(out, (size_t)len + 1, fmt, ap);
    va_end(ap);
    return out;
}

void *xgrow(void *p, size_t *cap, size_t need, size_t item_size)
{
    if (p && need <= *cap)
        return p;
    size_t want = *cap ? *cap : 8;
    while (want < need)
        want = want > SIZE_MAX / 2 ? need : want * 2;
    p = xreallocarray(p, want, item_size);
    *cap = want;
    return p;
}

void mem_give_back(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
