/* SPDX-License-Identifier: MIT
 * rows.h - growing array of fixed-size items in chunks that immutable views share (copy on write).
 *
 * One writer edits; rows_share hands out a view of this moment. A chunk is cloned when it is
 * edited while a view still holds it, so an edit costs at most one chunk of 1 to 2 KB and the page
 * of 64 pointers that it is in, and a view one pointer a page: what changed is paid for, not what
 * is there. Sharing twice without an edit in between gives the same view again.
 * A chunk's stamp changes with its contents, and no two contents of this process have the same: a reader that remembers
 * what it made of a chunk asks the stamp whether that still holds.
 * Items may have more words than their own, behind the items of their chunk (rows_more): for what
 * few of them have.
 * Thread: struct rows one writer; views any (atomic reference counts). Items start zeroed. */
#ifndef SUAN_MODEL_ROWS_H
#define SUAN_MODEL_ROWS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rows_chunk {
    atomic_uint refs;
    uint16_t used, room; /* words behind the items */
    uint64_t stamp;      /* of its contents */
    _Alignas(16) unsigned char data[];
};

#define ROWS_CHUNK_BYTES 1408 /* at most, unless a single item is larger */
#define ROWS_PAGE_SHIFT 6

struct rows_page {
    atomic_uint refs;
    uint64_t stamp;                                   /* of all its chunks */
    struct rows_chunk *chunks[1u << ROWS_PAGE_SHIFT]; /* NULL behind the last */
};

struct rows_view {
    atomic_uint refs;
    uint32_t count; /* items */
    uint32_t chunk_count, page_count;
    uint32_t item_size;
    unsigned shift; /* items of a chunk, as a power of two */
    struct rows_page *pages[];
};

struct rows {
    struct rows_page **pages;
    struct rows_view *view; /* the last one shared, while nothing was edited since */
    size_t pages_cap;
    uint32_t count, chunk_count, page_count;
    uint32_t item_size;
    unsigned shift;
    uint64_t epoch; /* the stamp of what is edited now */
    /* How many words an item has behind it; NULL = none has any. And where in the item it says (uint16_t) how many words
     * from its own beginning they are. */
    unsigned (*words_of)(const void *item);
    uint16_t more_at;
};

void rows_init(struct rows *r, size_t item_size);
void rows_fini(struct rows *r);
/* Never shrinks. */
void rows_grow(struct rows *r, uint32_t count);
/* The item for writing: valid until the next rows_share. */
void *rows_edit(struct rows *r, uint32_t i);
/* That item for writing, too, with room for so many words behind those that it has. All items of its chunk may have moved. */
void *rows_more(struct rows *r, uint32_t i, unsigned words);
/* +1 reference, the caller's. */
struct rows_view *rows_share(struct rows *r);
void rows_view_unref(struct rows_view *v); /* NULL is fine */

/* The chunk of that number: 1 << shift items, one behind the other. */
static inline const unsigned char *rows_chunk_in(struct rows_page *const *pages, uint32_t chunk)
{
    return pages[chunk >> ROWS_PAGE_SHIFT]->chunks[chunk & ((1u << ROWS_PAGE_SHIFT) - 1)]->data;
}

static inline uint64_t rows_view_stamp(const struct rows_view *v, uint32_t chunk)
{
    return v->pages[chunk >> ROWS_PAGE_SHIFT]->chunks[chunk & ((1u << ROWS_PAGE_SHIFT) - 1)]->stamp;
}

/* The item for reading: valid until it is edited. i < count. */
static inline const void *rows_at(const struct rows *r, uint32_t i)
{
    return rows_chunk_in(r->pages, i >> r->shift) +
           (size_t)(i & ((1u << r->shift) - 1)) * r->item_size;
}

static inline const void *rows_view_at(const struct rows_view *v, uint32_t i)
{
    return rows_chunk_in(v->pages, i >> v->shift) +
           (size_t)(i & ((1u << v->shift) - 1)) * v->item_size;
}

#endif
