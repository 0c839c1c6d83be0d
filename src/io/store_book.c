/* SPDX-License-Identifier: MIT
 * store_book.c - see store_book.h. */
#include "io/store_book.h"
#include "base/xmem.h"
#include <stdlib.h>

void store_book_init(struct store_book *b)
{
    *b = (struct store_book){.pass = 1};
    map_init(&b->map);
}

void store_book_clear(struct store_book *b)
{
    for (size_t i = 0; i < b->count; i++)
        free(b->entries[i].id);
    free(b->entries);
    map_fini(&b->map);
    store_book_init(b);
}

void store_book_fini(struct store_book *b)
{
    store_book_clear(b);
    map_fini(&b->map);
}

struct asked {
    const struct store_book *book;
    uint64_t key;
};

static bool same_key(const void *arg, uint32_t index)
{
    const struct asked *a = arg;

    return a->book->entries[index].key == a->key;
}

struct store_entry *store_book_find(const struct store_book *b, uint64_t key)
{
    struct asked a = {b, key};
    uint32_t index = map_find(&b->map, key, same_key, &a);

    return index == MAP_NONE ? NULL : &b->entries[index];
}

struct store_entry *store_book_add(struct store_book *b, enum entity e, uint16_t center,
                                   uint64_t key)
{
    struct store_entry *entry = store_book_find(b, key);

    if (entry)
        return entry;
    b->entries = xgrow(b->entries, &b->cap, b->count + 1, sizeof(*b->entries));
    entry = &b->entries[b->count];
    *entry = (struct store_entry){.key = key, .center = center, .entity = (uint8_t)e};
    map_add(&b->map, key, (uint32_t)b->count++);
    return entry;
}

void store_book_forget(struct store_book *b, size_t index)
{
    struct store_entry *entry = &b->entries[index], *last = &b->entries[b->count - 1];

    (void)map_del(&b->map, entry->key, (uint32_t)index);
    free(entry->id);
    if (entry != last) {
        (void)map_del(&b->map, last->key, (uint32_t)(b->count - 1));
        *entry = *last;
        map_add(&b->map, entry->key, (uint32_t)index);
    }
    b->count--;
}
