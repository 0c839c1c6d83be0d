/* SPDX-License-Identifier: MIT
 * rows.c - see rows.h. */
#include "model/rows.h"
#include "base/xmem.h"
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 8192 };

void rows_init(struct rows *r, size_t item_size)
{
    *r = (struct rows){.item_size = (uint32_t)item_size};
    while ((item_size << (r->shift + 1)) <= CHUNK_BYTES)
        r->shift++;
}

static size_t chunk_size(const struct rows *r)
{
    return (size_t)r->item_size << r->shift;
}

static void chunk_unref(struct rows_chunk *c)
{
    if (atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) == 1)
        free(c);
}

void rows_view_unref(struct rows_view *v)
{
    if (!v || atomic_fetch_sub_explicit(&v->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (uint32_t i = 0; i < v->chunk_count; i++)
        chunk_unref(v->chunks[i]);
    free(v);
}

static void forget_view(struct rows *r)
{
    rows_view_unref(r->view);
    r->view = NULL;
}

void rows_fini(struct rows *r)
{
    forget_view(r);
    for (uint32_t i = 0; i < r->chunk_count; i++)
        chunk_unref(r->chunks[i]);
    free(r->chunks);
    *r = (struct rows){0};
}

void rows_grow(struct rows *r, uint32_t count)
{
    if (count <= r->count)
        return;
    uint32_t chunks = ((count - 1) >> r->shift) + 1;

    forget_view(r);
    r->chunks = xgrow(r->chunks, &r->chunks_cap, chunks, sizeof(struct rows_chunk *));
    for (; r->chunk_count < chunks; r->chunk_count++) {
        struct rows_chunk *c = xcalloc(1, sizeof(*c) + chunk_size(r));
        atomic_init(&c->refs, 1);
        r->chunks[r->chunk_count] = c;
    }
    r->count = count;
}

static struct rows_chunk *clone(const struct rows *r, struct rows_chunk *old)
{
    struct rows_chunk *c = xmalloc(sizeof(*c) + chunk_size(r));

    atomic_init(&c->refs, 1);
    memcpy(c->data, old->data, chunk_size(r));
    chunk_unref(old);
    return c;
}

void *rows_edit(struct rows *r, uint32_t i)
{
    struct rows_chunk **c = &r->chunks[i >> r->shift];

    if (r->view)
        forget_view(r);
    /* Acquire: pairs with the release of the reader who let go last, so that it is done reading. */
    if (atomic_load_explicit(&(*c)->refs, memory_order_acquire) != 1)
        *c = clone(r, *c);
    return (*c)->data + (size_t)(i & ((1u << r->shift) - 1)) * r->item_size;
}

static struct rows_view *make_view(const struct rows *r)
{
    size_t bytes = r->chunk_count * sizeof(struct rows_chunk *);
    struct rows_view *v = xmalloc(sizeof(*v) + bytes);

    *v = (struct rows_view){.count = r->count,
                            .chunk_count = r->chunk_count,
                            .item_size = r->item_size,
                            .shift = r->shift};
    atomic_init(&v->refs, 1);
    if (bytes)
        memcpy(v->chunks, r->chunks, bytes);
    for (uint32_t i = 0; i < v->chunk_count; i++)
        atomic_fetch_add_explicit(&v->chunks[i]->refs, 1, memory_order_relaxed);
    return v;
}

struct rows_view *rows_share(struct rows *r)
{
    if (!r->view)
        r->view = make_view(r);
    atomic_fetch_add_explicit(&r->view->refs, 1, memory_order_relaxed);
    return r->view;
}

size_t rows_bytes(const struct rows *r)
{
    return r->chunk_count *
           (chunk_size(r) + sizeof(struct rows_chunk) + 16 + sizeof(struct rows_chunk *));
}
