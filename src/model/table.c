/* SPDX-License-Identifier: MIT
 * table.c - see table.h. */
#include "model/table.h"
#include "base/xmem.h"
#include "model/tellers.h"
#include <stdlib.h>
#include <string.h>

enum { INDEX_FIRST = 64 };

static const struct mark no_mark = {.source = NOBODY};

static bool has_telemetry(const struct entity_info *info)
{
    for (unsigned i = 0; i < info->field_count; i++)
        if (info->fields[i].group == GROUP_TELE)
            return true;
    return false;
}

static unsigned words_of(const void *row)
{
    const struct row_head *h = row;

    return rare_words(entity_rare[h->flags >> ROW_ENTITY_SHIFT], h->valid);
}

void table_init(struct table *t, enum entity e)
{
    *t = (struct table){.info = entity_info(e)};
    t->groups = has_telemetry(t->info) && !tellers_has(e) ? 2 : 1;
    t->numbered = e == ENTITY_CENTER || e == ENTITY_SOURCE;
    rows_init(&t->rows, t->info->row_size);
    if (entity_rare[e][0]) {
        t->rows.words_of = words_of;
        t->rows.more_at = offsetof(struct row_head, more);
    }
    rows_init(&t->index, sizeof(uint32_t));
}

void table_fini(struct table *t)
{
    rows_fini(&t->rows);
    rows_fini(&t->index);
    free(t->free_slots);
    free(t->marks[0]);
    free(t->marks[1]);
}

static uint32_t entry(const struct table *t, uint32_t i)
{
    return *(const uint32_t *)rows_at(&t->index, i);
}

static void set_entry(struct table *t, uint32_t i, uint32_t value)
{
    *(uint32_t *)rows_edit(&t->index, i) = value;
}

/* Where the key stands, or the free entry where it would. */
static uint32_t probe(const struct table *t, uint64_t key)
{
    uint32_t i = (uint32_t)key & t->index_mask;

    for (uint32_t e; (e = entry(t, i)); i = (i + 1) & t->index_mask)
        if (index_may_be(e, key) && table_head(t, index_slot(e))->key == key)
            break;
    return i;
}

uint32_t table_find(const struct table *t, uint64_t key)
{
    uint32_t e = t->index_mask ? entry(t, probe(t, key)) : 0;

    return e ? index_slot(e) : SLOT_NONE;
}

void table_prefetch_index(const struct table *t, uint64_t key)
{
    if (t->index_mask)
        __builtin_prefetch(rows_at(&t->index, (uint32_t)key & t->index_mask));
}

/* Most keys stand in their first place. */
void table_prefetch_row(const struct table *t, uint64_t key)
{
    uint32_t e = t->index_mask ? entry(t, (uint32_t)key & t->index_mask) : 0;

    if (!e)
        return;
    __builtin_prefetch(table_head(t, index_slot(e)));
    __builtin_prefetch(&t->marks[0][index_slot(e)]);
}

static void index_add(struct table *t, uint64_t key, uint32_t slot)
{
    set_entry(t, probe(t, key), index_entry(key, slot));
}

/* Removes the entry of a living row; the followers of its cluster close the hole. */
static void index_del(struct table *t, uint64_t key)
{
    uint32_t mask = t->index_mask, hole = probe(t, key), e;

    for (uint32_t i = (hole + 1) & mask; (e = entry(t, i)); i = (i + 1) & mask) {
        uint32_t home = (uint32_t)table_head(t, index_slot(e))->key & mask;
        if (((i - home) & mask) < ((i - hole) & mask))
            continue;
        set_entry(t, hole, e);
        hole = i;
    }
    set_entry(t, hole, 0);
}

static void index_rebuild(struct table *t, uint32_t size)
{
    rows_fini(&t->index);
    rows_init(&t->index, sizeof(uint32_t));
    rows_grow(&t->index, size);
    t->index_mask = size - 1;
    for (uint32_t slot = 0; slot < t->slots; slot++)
        if (table_alive(t, slot))
            index_add(t, table_head(t, slot)->key, slot);
}

static void index_make_room(struct table *t)
{
    if (!t->index_mask)
        index_rebuild(t, INDEX_FIRST);
    else if (t->living / 4 >= t->index_mask / 5) /* four fifths full */
        index_rebuild(t, (t->index_mask + 1) * 2);
}

/* To that many slots. */
static void grow(struct table *t, uint32_t slots)
{
    rows_grow(&t->rows, slots);
    for (unsigned g = 0; g < t->groups; g++) {
        t->marks[g] = xgrow(t->marks[g], &t->marks_cap[g], slots, sizeof(struct mark));
        for (uint32_t slot = t->slots; slot < slots; slot++)
            t->marks[g][slot] = no_mark;
    }
    t->slots = slots;
}

static uint32_t take_slot(struct table *t, uint32_t want)
{
    if (want == SLOT_NONE && t->free_count)
        return t->free_slots[--t->free_count];
    uint32_t slot = want == SLOT_NONE ? t->slots : want;
    if (slot >= t->slots)
        grow(t, slot + 1);
    return slot;
}

uint32_t table_take(struct table *t, uint64_t key, uint32_t want)
{
    if (!t->numbered)
        index_make_room(t);
    uint32_t slot = take_slot(t, want);
    struct row_head *h = rows_edit(&t->rows, slot);
    h->key = key;
    h->flags = ROW_ALIVE;
    h->source[0] = h->source[1] = NOBODY;
    if (!t->numbered)
        index_add(t, key, slot);
    t->living++;
    return slot;
}

void table_drop(struct table *t, uint32_t slot)
{
    if (!t->numbered)
        index_del(t, table_head(t, slot)->key);
    memset(rows_edit(&t->rows, slot), 0, t->info->row_size);
    for (unsigned g = 0; g < t->groups; g++)
        t->marks[g][slot] = no_mark;
    t->living--;
    if (t->numbered)
        return;
    t->free_slots = xgrow(t->free_slots, &t->free_cap, t->free_count + 1, sizeof(*t->free_slots));
    t->free_slots[t->free_count++] = slot;
}

void table_rekey(struct table *t, uint32_t slot, uint64_t key)
{
    ((struct row_head *)rows_edit(&t->rows, slot))->key = key;
}
