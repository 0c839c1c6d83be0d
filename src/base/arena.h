/* SPDX-License-Identifier: MIT
 * arena.h - bump allocator: many small things that die together.
 *
 * Blocks are kept over arena_reset, so a steady state allocates nothing. Over `max` bytes (0 = no
 * limit) allocation returns NULL; the callers are decoders, for whom that is RC_LIMIT.
 * Owner: whoever called arena_init. Thread: one at a time. */
#ifndef SUAN_BASE_ARENA_H
#define SUAN_BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *first, *cur;
    size_t used, max;
    size_t held; /* of the blocks, whether or not they are full */
};

void arena_init(struct arena *a, size_t max);
void arena_fini(struct arena *a);
void arena_reset(struct arena *a);
/* 16-byte aligned, not zeroed. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_calloc(struct arena *a, size_t size);
/* NUL-terminated copy of exactly the n bytes (they may hold NULs). */
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
