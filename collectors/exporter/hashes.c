/* SPDX-License-Identifier: MIT
 * hashes.c - see hashes.h: linear probing over slots that bear the number of the round they were written in. */
#include "collectors/exporter/hashes.h"
#include "base/xmem.h"
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 64 };

struct hashes_slot {
    uint64_t key;
    uint32_t value, round;
};

void hashes_free(struct hashes *h)
{
    free(h->slots);
    *h = (struct hashes){0};
}

void hashes_clear(struct hashes *h)
{
    h->used = 0;
    if (++h->round != 0)
        return;
    h->round = 1;
    if (h->cap > 0)
        memset(h->slots, 0, h->cap * sizeof *h->slots);
}

/* The slot of the key, or the free one where it would stand. */
static struct hashes_slot *slot_of(const struct hashes *h, uint64_t key)
{
    uint32_t i = (uint32_t)key & (h->cap - 1);

    while (h->slots[i].round == h->round && h->slots[i].key != key)
        i = (i + 1) & (h->cap - 1);
    return &h->slots[i];
}

bool hashes_find(const struct hashes *h, uint64_t key, uint32_t *value)
{
    if (h->used == 0)
        return false;
    const struct hashes_slot *s = slot_of(h, key);
    if (s->round != h->round)
        return false;
    *value = s->value;
    return true;
}

static void grow(struct hashes *h)
{
    struct hashes old = *h;

    h->cap = old.cap > 0 ? old.cap * 2 : FIRST_CAP;
    h->round = 1;
    h->slots = xcalloc(h->cap, sizeof *h->slots);
    for (uint32_t i = 0; i < old.cap; i++)
        if (old.slots[i].round == old.round) {
            struct hashes_slot *s = slot_of(h, old.slots[i].key);
            *s = old.slots[i];
            s->round = h->round;
        }
    free(old.slots);
}

bool hashes_put(struct hashes *h, uint64_t key, uint32_t *value)
{
    if (h->used * 2 >= h->cap)
        grow(h);
    struct hashes_slot *s = slot_of(h, key);
    if (s->round == h->round) {
        *value = s->value;
        return false;
    }
    *s = (struct hashes_slot){key, *value, h->round};
    h->used++;
    return true;
}
