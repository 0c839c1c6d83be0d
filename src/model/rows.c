/* SPDX-License-Identifier: MIT
 * rows.c - see rows.h. */
#include "model/rows.h"
#include "base/xmem.h"
#include <stdlib.h>
#include <string.h>

/* Small: a poll that changes one row in twenty clones a third of the chunks of 8 rows, and nearly all of 50. */
enum { CHUNK_BYTES = ROWS_CHUNK_BYTES, PAGE_CHUNKS = 1 << ROWS_PAGE_SHIFT };

/* Each array has its own range of stamps; 0 is nobody's. */
static uint64_t first_epoch(void)
{
    static _Atomic uint64_t arrays;

    return (atomic_fetch_add(&arrays, 1) + 1) << 36;
}

void rows_init(struct rows *r, size_t item_size)
{
    *r = (struct rows){.item_size = (uint32_t)item_size, .epoch = first_epoch()};
    while ((item_size << (r->shift + 1)) <= CHUNK_BYTES)
        r->shift++;
}

static size_t chunk_size(const struct rows *r)
{
    return (size_t)r->item_size << r->shift;
}

static void chunk_unref(struct rows_chunk *c)
{
    if (c && atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) == 1)
        free(c);
}

static void page_unref(struct rows_page *p)
{
    if (atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (unsigned i = 0; i < PAGE_CHUNKS; i++)
        chunk_unref(p->chunks[i]);
    free(p);
}

void rows_view_unref(struct rows_view *v)
{
    if (!v || atomic_fetch_sub_explicit(&v->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (uint32_t i = 0; i < v->page_count; i++)
        page_unref(v->pages[i]);
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
    for (uint32_t i = 0; i < r->page_count; i++)
        page_unref(r->pages[i]);
    free(r->pages);
    *r = (struct rows){0};
}

static struct rows_page *clone_page(struct rows_page *old)
{
    struct rows_page *p = xmalloc(sizeof(*p));

    atomic_init(&p->refs, 1);
    memcpy(p->chunks, old->chunks, sizeof(p->chunks));
    for (unsigned i = 0; i < PAGE_CHUNKS && p->chunks[i]; i++)
        atomic_fetch_add_explicit(&p->chunks[i]->refs, 1, memory_order_relaxed);
    page_unref(old);
    return p;
}

/* The page of that chunk, for writing. Acquire, here and in rows_edit: pairs with the release of the reader who let go
 * last, so that it is done reading. */
static struct rows_page *edit_page(struct rows *r, uint32_t chunk)
{
    struct rows_page **p = &r->pages[chunk >> ROWS_PAGE_SHIFT];

    if (atomic_load_explicit(&(*p)->refs, memory_order_acquire) != 1)
        *p = clone_page(*p);
    (*p)->stamp = r->epoch;
    return *p;
}

static void add_page(struct rows *r)
{
    struct rows_page *p = xcalloc(1, sizeof(*p));

    atomic_init(&p->refs, 1);
    r->pages = xgrow(r->pages, &r->pages_cap, r->page_count + 1, sizeof(struct rows_page *));
    r->pages[r->page_count++] = p;
}

void rows_grow(struct rows *r, uint32_t count)
{
    if (count <= r->count)
        return;
    uint32_t chunks = ((count - 1) >> r->shift) + 1;

    forget_view(r);
    for (; r->chunk_count < chunks; r->chunk_count++) {
        struct rows_chunk *c = xcalloc(1, sizeof(*c) + chunk_size(r));
        atomic_init(&c->refs, 1);
        c->stamp = r->epoch;
        if (r->chunk_count >> ROWS_PAGE_SHIFT == r->page_count)
            add_page(r);
        edit_page(r, r->chunk_count)->chunks[r->chunk_count & (PAGE_CHUNKS - 1)] = c;
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
    uint32_t chunk = i >> r->shift;

    if (r->view)
        forget_view(r);
    struct rows_chunk **c = &edit_page(r, chunk)->chunks[chunk & (PAGE_CHUNKS - 1)];
    if (atomic_load_explicit(&(*c)->refs, memory_order_acquire) != 1)
        *c = clone(r, *c);
    (*c)->stamp = r->epoch;
    return (*c)->data + (size_t)(i & ((1u << r->shift) - 1)) * r->item_size;
}

static struct rows_view *make_view(const struct rows *r)
{
    size_t bytes = r->page_count * sizeof(struct rows_page *);
    struct rows_view *v = xmalloc(sizeof(*v) + bytes);

    *v = (struct rows_view){.count = r->count,
                            .chunk_count = r->chunk_count,
                            .page_count = r->page_count,
                            .item_size = r->item_size,
                            .shift = r->shift};
    atomic_init(&v->refs, 1);
    if (bytes)
        memcpy(v->pages, r->pages, bytes);
    for (uint32_t i = 0; i < v->page_count; i++)
        atomic_fetch_add_explicit(&v->pages[i]->refs, 1, memory_order_relaxed);
    return v;
}

struct rows_view *rows_share(struct rows *r)
{
    if (!r->view) {
        r->view = make_view(r);
        r->epoch++;
    }
    atomic_fetch_add_explicit(&r->view->refs, 1, memory_order_relaxed);
    return r->view;
}
