/* SPDX-License-Identifier: MIT
 * rows.c - see rows.h. */
#include "model/rows.h"
#include "base/xmem.h"
#include <stdlib.h>
#include <string.h>

/* Small: a poll that changes one row in twenty clones a third of the chunks of 8 rows, and nearly all of 50. */
enum { CHUNK_BYTES = ROWS_CHUNK_BYTES, PAGE_CHUNKS = 1 << ROWS_PAGE_SHIFT };
enum { SPARE = 8 }; /* a chunk that is given more room is given an eighth more than asked for */

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

static unsigned char *item_in(const struct rows *r, struct rows_chunk *c, uint32_t i)
{
    return c->data + (size_t)(i & ((1u << r->shift) - 1)) * r->item_size;
}

/* Where the words of that chunk end. */
static unsigned char *end_of(const struct rows *r, struct rows_chunk *c)
{
    return c->data + chunk_size(r) + c->used * sizeof(uint32_t);
}

/* The words of an item, to the end of those of its new chunk. */
static void move_words(const struct rows *r, struct rows_chunk *to, unsigned char *item,
                       const unsigned char *old)
{
    unsigned words = r->words_of(old);
    unsigned char *end = end_of(r, to);
    uint16_t from, at = (uint16_t)((size_t)(end - item) / sizeof(uint32_t));

    if (!words)
        return;
    memcpy(&from, old + r->more_at, sizeof(from));
    memmove(end, old + from * sizeof(uint32_t), words * sizeof(uint32_t));
    memcpy(item + r->more_at, &at, sizeof(at));
    to->used = (uint16_t)(to->used + words);
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

/* A copy with exactly the words that are in use, those of item `last` behind the others', and so many more. */
static struct rows_chunk *clone(const struct rows *r, struct rows_chunk *old, uint32_t last,
                                unsigned more)
{
    unsigned words = more, count = r->words_of ? 1u << r->shift : 0;

    for (unsigned i = 0; i < count; i++)
        words += r->words_of(item_in(r, old, i));
    struct rows_chunk *c = xmalloc(sizeof(*c) + chunk_size(r) + words * sizeof(uint32_t));
    atomic_init(&c->refs, 1);
    c->stamp = r->epoch;
    c->used = 0;
    c->room = (uint16_t)words;
    memcpy(c->data, old->data, chunk_size(r));
    for (unsigned i = 1; i <= count; i++)
        move_words(r, c, item_in(r, c, last + i), item_in(r, old, last + i));
    chunk_unref(old);
    return c;
}

static struct rows_chunk **edit_chunk(struct rows *r, uint32_t chunk)
{
    if (r->view)
        forget_view(r);
    struct rows_chunk **c = &edit_page(r, chunk)->chunks[chunk & (PAGE_CHUNKS - 1)];
    if (atomic_load_explicit(&(*c)->refs, memory_order_acquire) != 1)
        *c = clone(r, *c, 0, 0);
    (*c)->stamp = r->epoch;
    return c;
}

void *rows_edit(struct rows *r, uint32_t i)
{
    return item_in(r, *edit_chunk(r, i >> r->shift), i);
}

void *rows_more(struct rows *r, uint32_t i, unsigned words)
{
    struct rows_chunk **c = edit_chunk(r, i >> r->shift);
    unsigned char *item = item_in(r, *c, i);
    unsigned own = r->words_of(item);
    uint16_t at;

    memcpy(&at, item + r->more_at, sizeof(at));
    bool last = own && item + (at + own) * sizeof(uint32_t) == end_of(r, *c);
    if ((*c)->used + (last ? 0 : own) + words > (*c)->room) {
        *c = clone(r, *c, i, words + (*c)->used / SPARE);
        item = item_in(r, *c, i);
    } else if (!last) {
        move_words(r, *c, item, item);
    }
    if (!own) {
        at = (uint16_t)((size_t)(end_of(r, *c) - item) / sizeof(uint32_t));
        memcpy(item + r->more_at, &at, sizeof(at));
    }
    (*c)->used = (uint16_t)((*c)->used + words);
    return item;
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
