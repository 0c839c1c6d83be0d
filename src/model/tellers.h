/* SPDX-License-Identifier: MIT
 * tellers.h - who told the values of nodes and devices of which several sources speak; for fleet*.c and snapshot.c only.
 *
 * A row that one source tells has nothing here: all its values are that source's (mark.source[0]). When a second one
 * speaks of it, each gets an item, chained from row_head.was, with the bits of the fields that the row holds from it.
 * What a source tells while another's word counts more is put aside, so that it is there at once when the other goes.
 * Whose word counts: fleet_voices.c. Items are published: a snapshot shares them as it shares rows; what is put aside
 * and the number of the poll are not.
 * Thread: ingest. Owner: the fleet. */
#ifndef SUAN_MODEL_TELLERS_H
#define SUAN_MODEL_TELLERS_H

#include "model/fields.h"
#include "model/rows.h"

/* The others have one source for each group, and the last one to speak counts. */
#define TELLERS_OF (1u << ENTITY_NODE | 1u << ENTITY_DEVICE)

struct told {
    uint64_t fields; /* what the row holds from it; never its identity */
    wall_ms at;      /* as row_head.seen_at: a good poll confirms without touching it */
    uint32_t next;   /* 1 + index of the next one of the row; 0 = it is the last */
    uint16_t source;
};

/* Told, but not what the row holds: in the order of the bits. */
struct aside {
    uint64_t fields;
    union field_value values[];
};

struct told_side {
    struct aside *aside; /* NULL = nothing */
    uint32_t poll;       /* the poll that listed it last */
};

struct tellers {
    struct rows told;
    struct told_side *sides; /* by index */
    uint32_t *free_items;
    size_t sides_cap, free_cap, free_count;
    uint32_t count;       /* one past the highest index ever taken */
    uint32_t silent;      /* rows that are ROW_SILENT */
    uint32_t walk_slot;   /* where fleet_silent.c goes on */
    unsigned walk_entity; /* which table: 0 devices, 1 nodes, 2 = the round is over */
    wall_ms walk_began_at;
};

/* The fields of a group ([0] SCHED and CONFIG, [1] TELE) without those that are the row's identity; 0 for entities that
 * have no tellers. */
extern const uint64_t tellers_bits[ENTITY_COUNT][2];
static inline uint64_t tellers_fields(enum entity e, unsigned group)
{
    return tellers_bits[e][group];
}

static inline bool tellers_has(enum entity e)
{
    return TELLERS_OF >> e & 1;
}

void tellers_init(struct tellers *t);
void tellers_fini(struct tellers *t);
uint32_t tellers_take(struct tellers *t, const struct told *what, uint32_t poll);
void tellers_drop(struct tellers *t, uint32_t index);
static inline const struct told *tellers_at(const struct tellers *t, uint32_t index)
{
    return rows_at(&t->told, index);
}

static inline uint64_t aside_fields(const struct tellers *t, uint32_t index)
{
    return t->sides[index].aside ? t->sides[index].aside->fields : 0;
}
void aside_put(struct tellers *t, uint32_t index, unsigned field, const union field_value *v);
/* Takes it out; the field must be there. */
union field_value aside_take(struct tellers *t, uint32_t index, unsigned field);
void aside_forget(struct tellers *t, uint32_t index, unsigned field);

#endif
