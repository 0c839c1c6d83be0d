/* SPDX-License-Identifier: MIT
 * rows.h - growing array of fixed-size items in chunks that immutable views share (copy on write).
 *
 * One writer edits; rows_share hands out a view of this moment. A chunk is cloned when it is
 * edited while a view still holds it, so an edit costs at most one chunk of 4 to 8 KB, and a view
 * one pointer a chunk. Sharing twice without an edit in between gives the same view again.
 * Thread: struct rows one writer; views any (atomic reference counts). Items start zeroed. */
#ifndef SUAN_MODEL_ROWS_H
#define SUAN_MODEL_ROWS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rows_chunk {
    atomic_uint refs;
    _Alignas(16) unsigned char data[];
};

struct rows_view {
    atomic_uint refs;
    uint32_t count; /* items */
    uint32_t chunk_count;
    uint32_t item_size;
    unsigned shift; /* items of a chunk, as a power of two */
    struct rows_chunk *chunks[];
};

struct rows {
    struct rows_chunk **chunks;
    struct rows_view *view; /* the last one shared, while nothing was edited since */
    size_t chunks_cap;
    uint32_t count, chunk_count;
    uint32_t item_size;
    unsigned shift;
};

void rows_init(struct rows *r, size_t item_size);
void rows_fini(struct rows *r);
/* Never shrinks. */
void rows_grow(struct rows *r, uint32_t count);
/* The item for writing: valid until the next rows_share. */
void *rows_edit(struct rows *r, uint32_t i);
/* +1 reference, the caller's. */
struct rows_view *rows_share(struct rows *r);
void rows_view_unref(struct rows_view *v); /* NULL is fine */
size_t rows_bytes(const struct rows *r);

/* The item for reading: valid until it is edited. i < count. */
static inline const void *rows_at(const struct rows *r, uint32_t i)
{
    return r->chunks[i >> r->shift]->data + (size_t)(i & ((1u << r->shift) - 1)) * r->item_size;
}

static inline const void *rows_view_at(const struct rows_view *v, uint32_t i)
{
    return v->chunks[i >> v->shift]->data + (size_t)(i & ((1u << v->shift) - 1)) * v->item_size;
}

#endif
