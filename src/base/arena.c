/* SPDX-License-Identifier: MIT
 * arena.c - see arena.h. A list of blocks; `cur` is the one being filled. */
#include "base/arena.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define poison(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define unpoison(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define poison(p, n) ((void)(p), (void)(n))
#define unpoison(p, n) ((void)(p), (void)(n))
#endif

enum { ALIGN = 16, FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

struct arena_block {
    struct arena_block *next;
    size_t size, used;
    _Alignas(ALIGN) unsigned char data[];
};

void arena_init(struct arena *a, size_t max)
{
    *a = (struct arena){.max = max};
}

void arena_fini(struct arena *a)
{
    struct arena_block *next;

    for (struct arena_block *b = a->first; b; b = next) {
        next = b->next;
        unpoison(b->data, b->size);
        free(b);
    }
    arena_init(a, a->max);
}

void arena_reset(struct arena *a)
{
    for (struct arena_block *b = a->first; b; b = b->next) {
        b->used = 0;
        poison(b->data, b->size); /* whoever still points in here is found by ASan */
    }
    a->cur = a->first;
    a->used = 0;
}

/* A block with room for `need`, linked after cur: blocks double, so that there are few of them. */
static struct arena_block *add_block(struct arena *a, size_t need)
{
    size_t size = a->cur ? a->cur->size * 2 : FIRST_BLOCK;

    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    if (size < need)
        size = need;
    struct arena_block *b = malloc(sizeof(*b) + size);
    if (!b)
        return NULL;
    b->size = size;
    b->used = 0;
    a->held += sizeof(*b) + size;
    poison(b->data, size);
    struct arena_block **link = a->cur ? &a->cur->next : &a->first;
    b->next = *link;
    *link = b;
    return b;
}

static struct arena_block *block_for(struct arena *a, size_t need)
{
    while (a->cur && a->cur->size - a->cur->used < need && a->cur->next)
        a->cur = a->cur->next;
    if (a->cur && a->cur->size - a->cur->used >= need)
        return a->cur;
    struct arena_block *b = add_block(a, need);
    if (b)
        a->cur = b;
    return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size_t need = ((size ? size : 1) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (a->max && (a->used > a->max || need > a->max - a->used))
        return NULL;

    struct arena_block *b = block_for(a, need);
    if (!b)
        return NULL;
    void *p = b->data + b->used;
    b->used += need;
    a->used += need;
    unpoison(p, size);
    return p;
}

void *arena_calloc(struct arena *a, size_t size)
{
    void *p = arena_alloc(a, size);

    if (p)
        memset(p, 0, size);
    return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    char *copy = n < SIZE_MAX ? arena_alloc(a, n + 1) : NULL;

    if (!copy)
        return NULL;
    if (n)
        memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *out = len < 0 ? NULL : arena_alloc(a, (size_t)len + 1);
    if (!out)
        return NULL;
    va_start(ap, fmt);
    vsnprintf(out, (size_t)len + 1, fmt, ap);
    va_end(ap);
    return out;
}
