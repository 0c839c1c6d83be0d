/* SPDX-License-Identifier: MIT
 * table.h - the rows of one entity: slots, the index from key to slot, and ingest's private marks.
 *
 * A row keeps its slot while it lives; freed slots are zeroed and taken again. Centers and sources
 * are few and sit in the slot of their number, so they have no index; the others sit anywhere.
 * Each entry of the index carries ten bits of the key, so that a probe seldom reads a row that is
 * not the one. The index is linear probing over slot + 1 in a copy-on-write array of its own, so
 * that a snapshot can look keys up too. Thread: ingest. */
#ifndef SUAN_MODEL_TABLE_H
#define SUAN_MODEL_TABLE_H

#include "model/entity.h"
#include "model/rows.h"

#define SLOT_NONE UINT32_MAX
#define INDEX_SLOT_BITS 22
#define TABLE_MAX_ROWS ((1u << INDEX_SLOT_BITS) - 2)
#define NOBODY UINT16_MAX

/* Who confirmed a row: kept outside the rows, so that a poll that finds nothing changed touches no row, and a sweep reads
 * nothing but this. One for each group ([0] SCHED/CONFIG, [1] TELE) that the entity has; nodes and devices have [0] alone:
 * the one source that tells the row; or NOBODY, and poll is 1 + the index of the first of several (tellers.h). */
struct mark {
    uint32_t poll;   /* the poll that listed it last */
    uint16_t source; /* NOBODY, or whose poll that was */
} __attribute__((packed, aligned(2)));

struct table {
    const struct entity_info *info;
    struct rows rows;
    struct rows index;
    uint32_t index_mask; /* entries of the index - 1; 0 = none yet */
    uint32_t slots;      /* one past the highest slot ever taken */
    uint32_t living;
    bool numbered; /* slots are given by the caller */
    uint32_t *free_slots;
    size_t free_count, free_cap;
    struct mark *marks[2]; /* by group; [1] is NULL where the entity has one group only */
    size_t marks_cap[2];
    unsigned groups;
};

/* An entry of the index: the key's highest bits, then slot + 1; 0 = free. */
static inline uint32_t index_entry(uint64_t key, uint32_t slot)
{
    return (uint32_t)(key >> 32) >> INDEX_SLOT_BITS << INDEX_SLOT_BITS | (slot + 1);
}

/* Could the entry be the key's? */
static inline bool index_may_be(uint32_t entry, uint64_t key)
{
    return (entry ^ (uint32_t)(key >> 32)) >> INDEX_SLOT_BITS == 0;
}

static inline uint32_t index_slot(uint32_t entry)
{
    return (entry & ((1u << INDEX_SLOT_BITS) - 1)) - 1;
}

void table_init(struct table *t, enum entity e);
void table_fini(struct table *t);
/* Slot of the row with that key, or SLOT_NONE. Not for a numbered table. */
uint32_t table_find(const struct table *t, uint64_t key);
/* Asks for the memory that table_find will read. */
void table_prefetch_index(const struct table *t, uint64_t key);
void table_prefetch_row(const struct table *t, uint64_t key);
/* A zeroed row with head.key, flags and source set. want: its slot, or SLOT_NONE for any. */
uint32_t table_take(struct table *t, uint64_t key, uint32_t want);
void table_drop(struct table *t, uint32_t slot);
/* Gives a row of a numbered table another key. */
void table_rekey(struct table *t, uint32_t slot, uint64_t key);

static inline const struct row_head *table_head(const struct table *t, uint32_t slot)
{
    return rows_at(&t->rows, slot);
}

static inline bool table_alive(const struct table *t, uint32_t slot)
{
    return slot < t->slots && (table_head(t, slot)->flags & ROW_ALIVE);
}

#endif
