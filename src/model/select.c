/* SPDX-License-Identifier: MIT
 * select.c - see select.h. A pass over the rows is bound by memory: it asks for the lines it will need some chunks ahead. */
#include "model/select.h"
#include "base/hash.h"
#include "base/xmem.h"
#include "model/filter_int.h"
#include "model/snapshot_int.h"
#include <stdlib.h>

enum { AHEAD = 6, LINE = 64, TOUCHES = 8, CHUNKS_A_LOOK = 64, PAGE_CHUNKS = 1 << ROWS_PAGE_SHIFT };

_Static_assert(ROWS_CHUNK_BYTES <= QUERY_CHUNK_BYTES, "what question.h promises");
_Static_assert(ROWS_CHUNK_BYTES / sizeof(struct row_head) <= 64, "a bit for each row of a chunk");

/* What one run needs beside the selection. */
struct pass {
    struct selection *s;
    const struct query *q;
    const struct value_ctx *c;
    const struct rows_view *v;
    bool narrow;     /* rows that did not match before do not now */
    uint32_t looked; /* chunks since somebody was asked whether to go on */
};

void selection_fini(struct selection *s)
{
    free(s->stamps);
    free(s->bits);
    free(s->considered);
    free(s->parts);
    free(s->page_stamps);
    free(s->sort.keys);
    free(s->group.keys);
    *s = (struct selection){.asked = false};
}

/* --- what will be read of a row --- */

static void add_touch(struct selection *s, size_t offset)
{
    for (unsigned i = 0; i < s->touch_count; i++)
        if (s->touches[i] / LINE == offset / LINE)
            return;
    if (s->touch_count < TOUCHES)
        s->touches[s->touch_count++] = (uint16_t)offset;
}

static void touch_filter(struct selection *s, const struct filter *f)
{
    for (unsigned i = 0; f && i < f->term_count; i++) {
        const struct term *t = f->terms[i];
        if (t->how == HOW_ANY) /* the strings follow the head */
            for (size_t at = sizeof(struct row_head); at < t->any->strings_end; at += LINE)
                add_touch(s, at);
        else if (!t->derive)
            add_touch(s, t->field->offset);
    }
}

static void touch_all(struct selection *s, size_t row_size)
{
    for (size_t at = 0; at < row_size; at += LINE)
        add_touch(s, at);
}

static void touch_key(struct selection *s, const struct key_store *k, size_t row_size)
{
    if (k->of < 0)
        return;
    if (k->column.derive || k->column.field->rare)
        touch_all(s, row_size);
    else
        add_touch(s, k->column.field->offset);
}

/* Rows are no multiple of a line: what stands near its end begins the next one in most of them. */
static void plan_touches(struct pass *p)
{
    struct selection *s = p->s;

    s->touch_count = 0;
    add_touch(s, 0);
    touch_filter(s, p->q->base);
    touch_filter(s, p->q->filter);
    if (p->q->extra)
        add_touch(s, LINE);
    if (p->q->tally)
        touch_all(s, p->v->item_size);
    touch_key(s, &s->sort, p->v->item_size);
    touch_key(s, &s->group, p->v->item_size);
}

/* A compiler takes a function that only asks ahead for one that does nothing, and leaves its calls out, before it thinks of
 * putting it in line. */
#define ASKS_AHEAD static inline __attribute__((always_inline))

ASKS_AHEAD void ask_for(const struct selection *s, const unsigned char *row)
{
    for (unsigned i = 0; i < s->touch_count; i++)
        __builtin_prefetch(row + s->touches[i]);
}

/* --- one chunk --- */

static inline bool considered(const struct query *q, const struct row_head *h)
{
    return (h->flags & ROW_ALIVE) && (q->center < 0 || h->center == q->center) &&
           (q->with_gone || !(h->flags & ROW_GONE));
}

static inline bool matches(const struct query *q, const struct value_ctx *c, const void *row)
{
    return (!q->extra || q->extra(q->extra_arg, c, row)) &&
           (!q->base || filter_match(q->base, c, row)) &&
           (!q->filter || filter_match(q->filter, c, row));
}

static inline void take_key(struct key_store *k, const struct value_ctx *c, uint32_t slot,
                            const void *row)
{
    if (k->of >= 0)
        k->keys[slot] = key_of_row(&k->column, c, row);
}

static void *part_of(const struct pass *p, uint32_t chunk)
{
    size_t size = p->q->tally->size;
    void *part = p->s->parts + chunk * size;

    memset(part, 0, size);
    return part;
}

/* What is done with each row that matches. */
static inline void take(const struct pass *p, uint32_t slot, const void *row, void *part)
{
    if (part)
        p->q->tally->add(part, p->c, row);
    take_key(&p->s->sort, p->c, slot, row);
    take_key(&p->s->group, p->c, slot, row);
}

static void visit(const struct pass *p, uint32_t chunk, const unsigned char *next)
{
    const unsigned char *row = rows_chunk_in(p->v->pages, chunk);
    uint32_t size = p->v->item_size, slot = chunk << p->v->shift, count = 0;
    void *part = p->q->tally ? part_of(p, chunk) : NULL;
    uint64_t bits = 0;

    for (unsigned i = 0; i < 1u << p->v->shift; i++, row += size, next += size) {
        ask_for(p->s, next);
        if (!considered(p->q, (const struct row_head *)(const void *)row))
            continue;
        count++;
        if (!matches(p->q, p->c, row))
            continue;
        bits |= UINT64_C(1) << i;
        take(p, slot + i, row, part);
    }
    p->s->bits[chunk] = bits;
    p->s->considered[chunk] = (uint8_t)count;
}

/* The rows of a chunk that matched the wider question. */
static void visit_again(const struct pass *p, uint32_t chunk)
{
    const unsigned char *rows = rows_chunk_in(p->v->pages, chunk);
    void *part = p->q->tally ? part_of(p, chunk) : NULL;
    uint64_t bits = 0;

    for (uint64_t left = p->s->bits[chunk]; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        const void *row = rows + (size_t)i * p->v->item_size;
        if (!filter_match(p->q->filter, p->c, row))
            continue;
        bits |= UINT64_C(1) << i;
        if (part)
            p->q->tally->add(part, p->c, row);
    }
    p->s->bits[chunk] = bits;
}

ASKS_AHEAD void ask_for_selected(const struct pass *p, uint32_t chunk)
{
    const unsigned char *rows = rows_chunk_in(p->v->pages, chunk);

    for (uint64_t left = p->s->bits[chunk]; left; left &= left - 1)
        ask_for(p->s, rows + (size_t)__builtin_ctzll(left) * p->v->item_size);
}

/* --- all of them --- */

static bool must_stop(struct pass *p)
{
    return p->q->interrupted && ++p->looked % CHUNKS_A_LOOK == 0 &&
           p->q->interrupted(p->q->interrupt_arg);
}

static bool look_at(struct pass *p, uint32_t chunk)
{
    struct selection *s = p->s;
    uint64_t stamp = rows_view_stamp(p->v, chunk);
    uint32_t next = chunk + AHEAD < p->v->chunk_count ? chunk + AHEAD : chunk;

    if (s->stamps[chunk] != stamp) {
        visit(p, chunk, rows_chunk_in(p->v->pages, next));
        s->stamps[chunk] = stamp;
    } else if (p->narrow && s->bits[chunk]) {
        ask_for_selected(p, next);
        visit_again(p, chunk);
    } else {
        return true;
    }
    return !must_stop(p);
}

static bool look_at_page(struct pass *p, uint32_t page)
{
    const struct rows_page *from = p->v->pages[page];
    uint32_t chunk = page << ROWS_PAGE_SHIFT, end = chunk + PAGE_CHUNKS;

    if (p->s->page_stamps[page] == from->stamp && !p->narrow)
        return true;
    if (end > p->v->chunk_count)
        end = p->v->chunk_count;
    if (p->s->page_stamps[page] != from->stamp)
        for (uint32_t i = chunk; i < end; i++)
            __builtin_prefetch(from->chunks[i & (PAGE_CHUNKS - 1)]);
    for (; chunk < end; chunk++)
        if (!look_at(p, chunk))
            return false;
    p->s->page_stamps[page] = from->stamp;
    return true;
}

/* --- is it still the same question? --- */

/* Stored, or derived from the row alone, or the name of its center. */
static bool is_of_row(enum entity e, unsigned column)
{
    const struct derived *d = derived_column_of(e, column);

    return !d || d->of_row;
}

static bool term_is_steady(const struct term *t)
{
    if (t->how == HOW_AGO || t->how == HOW_TEXT)
        return false;
    if (t->how != HOW_ANY)
        return is_of_row(t->entity, t->column);
    for (unsigned i = 0; i < t->any->count; i++)
        if (!is_of_row(t->entity, t->any->others[i].column))
            return false;
    return true;
}

static bool filter_is_steady(const struct filter *f)
{
    for (unsigned i = 0; f && i < f->term_count; i++)
        if (!term_is_steady(f->terms[i]))
            return false;
    return true;
}

static uint64_t names_of_centers(const struct snapshot *s)
{
    uint64_t h = (uint64_t)(uintptr_t)s->strings;

    for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_CENTER); i++) {
        const struct center_row *c = snapshot_row(s, ENTITY_CENTER, i);
        h = hash_u64(h, c ? (uint64_t)c->id << 32 | c->name : 0);
    }
    return h;
}

static uint64_t id_of(const struct filter *f)
{
    return f ? f->id : 0;
}

static struct selection question(const struct query *q, const struct value_ctx *c)
{
    return (struct selection){.asked = true,
                              .entity = q->entity,
                              .center = q->center,
                              .with_gone = q->with_gone,
                              .filter = id_of(q->filter),
                              .base = id_of(q->base),
                              .extra = q->extra ? q->extra_id : 1,
                              .tally = q->tally,
                              .names = names_of_centers(c->snap)};
}

static bool same_but_for_filter(const struct selection *a, const struct selection *b)
{
    return a->asked && a->entity == b->entity && a->center == b->center &&
           a->with_gone == b->with_gone && a->base == b->base && a->extra == b->extra &&
           a->tally == b->tally && a->names == b->names;
}

/* Nothing is known of any chunk. */
static void forget(struct selection *s)
{
    if (s->chunks)
        memset(s->stamps, 0, s->chunks * sizeof(*s->stamps));
    if (s->pages)
        memset(s->page_stamps, 0, s->pages * sizeof(*s->page_stamps));
    s->sort.of = s->group.of = -1;
    s->fresh = true;
}

static void start(struct pass *p)
{
    struct selection *s = p->s, now = question(p->q, p->c);
    bool steady = now.extra != 0 && filter_is_steady(p->q->filter) && filter_is_steady(p->q->base);
    bool same = same_but_for_filter(s, &now) && steady;
    bool wider = p->q->filter && (s->filter == 0 || s->filter == p->q->filter->narrows);

    p->narrow = same && s->filter != now.filter && wider;
    if (!same || (s->filter != now.filter && !wider))
        forget(s);
    s->asked = true;
    s->entity = now.entity;
    s->center = now.center;
    s->with_gone = now.with_gone;
    s->filter = now.filter;
    s->base = now.base;
    s->extra = now.extra;
    s->tally = now.tally;
    s->names = now.names;
}

/* --- room --- */

static void *grown(void *p, size_t *cap, size_t need, size_t size)
{
    return need > *cap ? xgrow(p, cap, need, size) : p;
}

static void make_room(struct pass *p)
{
    struct selection *s = p->s;
    uint32_t chunks = p->v->chunk_count, pages = p->v->page_count;

    s->stamps = grown(s->stamps, &s->stamps_cap, chunks, sizeof(*s->stamps));
    s->bits = grown(s->bits, &s->bits_cap, chunks, sizeof(*s->bits));
    s->considered = grown(s->considered, &s->considered_cap, chunks, 1);
    if (p->q->tally)
        s->parts = grown(s->parts, &s->parts_cap, chunks, p->q->tally->size);
    s->page_stamps = grown(s->page_stamps, &s->page_stamps_cap, pages, sizeof(*s->page_stamps));
    for (; s->chunks < chunks; s->chunks++)
        s->stamps[s->chunks] = s->bits[s->chunks] = 0;
    for (; s->pages < pages; s->pages++)
        s->page_stamps[s->pages] = 0;
    s->chunks = chunks;
    s->shift = p->v->shift;
    s->pages = pages;
}

/* --- keys --- */

/* Most are good until their row changes; some derived ones depend on the time or on other rows. */
static bool is_kept(const struct key_store *k, int column)
{
    return column < 0 || (k->of == column && (k->column.of_row || k->column.moment));
}

static void choose(struct key_store *k, const struct query *q, int column, size_t slots)
{
    k->of = column;
    if (column < 0)
        return;
    k->column = key_column(q->entity, (unsigned)column);
    k->keys = grown(k->keys, &k->cap, slots, sizeof(*k->keys));
}

/* Of every row that is selected. */
static void take_keys(const struct pass *p, struct key_store *k)
{
    struct selection *s = p->s;

    s->touch_count = 0;
    touch_key(s, k, p->v->item_size);
    for (uint32_t chunk = 0; chunk < s->chunks; chunk++) {
        const unsigned char *rows = rows_chunk_in(p->v->pages, chunk);
        uint32_t slot = chunk << p->v->shift;
        if (chunk + AHEAD < s->chunks)
            ask_for_selected(p, chunk + AHEAD);
        for (uint64_t left = s->bits[chunk]; left; left &= left - 1) {
            unsigned i = (unsigned)__builtin_ctzll(left);
            take_key(k, p->c, slot + i, rows + (size_t)i * p->v->item_size);
        }
    }
}

bool selection_run(struct selection *s, const struct query *q, const struct value_ctx *c)
{
    struct pass p = {.s = s, .q = q, .c = c, .v = c->snap->tables[q->entity].rows};
    size_t slots = (size_t)p.v->chunk_count << p.v->shift;

    start(&p);
    make_room(&p);
    bool sorted = s->fresh || is_kept(&s->sort, q->sort_column);
    bool grouped = s->fresh || is_kept(&s->group, q->group_column);
    s->fresh = false;
    choose(&s->sort, q, sorted ? q->sort_column : -1, slots);
    choose(&s->group, q, grouped ? q->group_column : -1, slots);
    plan_touches(&p);
    for (uint32_t page = 0; page < s->pages; page++) {
        if (look_at_page(&p, page))
            continue;
        if (p.narrow)
            forget(s);
        return false;
    }
    choose(&s->sort, q, q->sort_column, slots);
    choose(&s->group, q, q->group_column, slots);
    if (!sorted)
        take_keys(&p, &s->sort);
    if (!grouped)
        take_keys(&p, &s->group);
    return true;
}

uint32_t selection_slots(const struct selection *s, uint32_t *slots)
{
    uint32_t n = 0;

    for (uint32_t chunk = 0; chunk < s->chunks; chunk++) {
        uint64_t left = s->bits[chunk];
        uint32_t first = chunk << s->shift;
        for (; left & 1; left >>= 1) /* mostly a chunk matches whole */
            slots[n++] = first++;
        for (; left; left &= left - 1)
            slots[n++] = first + (uint32_t)__builtin_ctzll(left);
    }
    return n;
}
