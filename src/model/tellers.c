/* SPDX-License-Identifier: MIT
 * tellers.c - see tellers.h: the items and what is put aside. */
#include "model/tellers.h"
#include "base/xmem.h"
#include <stdlib.h>

#define BIT(n) (UINT64_C(1) << (n))

#define SCHED_BIT(entity, group, id)                                                               \
    | (GROUP_##group == GROUP_SCHED || GROUP_##group == GROUP_CONFIG ? BIT(FIELD_##entity##_##id)  \
                                                                     : 0)
#define TELE_BIT(entity, group, id) | (GROUP_##group == GROUP_TELE ? BIT(FIELD_##entity##_##id) : 0)

const uint64_t tellers_bits[ENTITY_COUNT][2] = {
    [ENTITY_NODE] = {(0
#define FIELD(id, type, unit, group, title, cells, help) SCHED_BIT(node, group, id)
#include "model/node.def"
#undef FIELD
                      ) & ~BIT(FIELD_node_name),
                     0
#define FIELD(id, type, unit, group, title, cells, help) TELE_BIT(node, group, id)
#include "model/node.def"
#undef FIELD
    },
    [ENTITY_DEVICE] = {0, (0
#define FIELD(id, type, unit, group, title, cells, help) TELE_BIT(device, group, id)
#include "model/device.def"
#undef FIELD
                           ) & ~BIT(FIELD_device_node) &
                              ~BIT(FIELD_device_index)},
};

void tellers_init(struct tellers *t)
{
    *t = (struct tellers){0};
    rows_init(&t->told, sizeof(struct told));
}

void tellers_fini(struct tellers *t)
{
    for (uint32_t i = 0; i < t->count; i++)
        free(t->sides[i].aside);
    free(t->sides);
    free(t->free_items);
    rows_fini(&t->told);
}

uint32_t tellers_take(struct tellers *t, const struct told *what, uint32_t poll)
{
    uint32_t index = t->free_count ? t->free_items[--t->free_count] : t->count;

    if (index == t->count) {
        t->sides = xgrow(t->sides, &t->sides_cap, (size_t)index + 1, sizeof(*t->sides));
        rows_grow(&t->told, index + 1);
        t->count++;
    }
    t->sides[index] = (struct told_side){.poll = poll};
    *(struct told *)rows_edit(&t->told, index) = *what;
    return index;
}

void tellers_drop(struct tellers *t, uint32_t index)
{
    free(t->sides[index].aside);
    t->sides[index] = (struct told_side){0};
    *(struct told *)rows_edit(&t->told, index) = (struct told){0};
    t->free_items = xgrow(t->free_items, &t->free_cap, t->free_count + 1, sizeof(*t->free_items));
    t->free_items[t->free_count++] = index;
}

static unsigned bits(uint64_t v)
{
    return (unsigned)__builtin_popcountll(v);
}

void aside_put(struct tellers *t, uint32_t index, unsigned field, const union field_value *v)
{
    struct aside **a = &t->sides[index].aside;
    uint64_t fields = aside_fields(t, index);
    unsigned count = bits(fields), place = bits(fields & (BIT(field) - 1));

    if (!(fields & BIT(field))) {
        *a = xreallocarray(*a, 1, sizeof(**a) + (count + 1) * sizeof((*a)->values[0]));
        memmove(&(*a)->values[place + 1], &(*a)->values[place],
                (count - place) * sizeof((*a)->values[0]));
        (*a)->fields = fields | BIT(field);
    }
    (*a)->values[place] = *v;
}

union field_value aside_take(struct tellers *t, uint32_t index, unsigned field)
{
    struct aside *a = t->sides[index].aside;
    unsigned count = bits(a->fields), place = bits(a->fields & (BIT(field) - 1));
    union field_value v = a->values[place];

    a->fields &= ~BIT(field);
    memmove(&a->values[place], &a->values[place + 1], (count - place - 1) * sizeof(a->values[0]));
    if (!a->fields) {
        free(a);
        t->sides[index].aside = NULL;
    }
    return v;
}

void aside_forget(struct tellers *t, uint32_t index, unsigned field)
{
    if (aside_fields(t, index) & BIT(field))
        (void)aside_take(t, index, field);
}
