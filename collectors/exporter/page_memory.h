/* SPDX-License-Identifier: MIT
 * page_memory.h - what is remembered of a target's last good page: the counters, and which things told what.
 *
 * One block a target, as small as it can be: there may be ten thousand. Pure; the target owns its memory. */
#ifndef SUAN_COLLECTORS_EXPORTER_PAGE_MEMORY_H
#define SUAN_COLLECTORS_EXPORTER_PAGE_MEMORY_H

#include "base/clock.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct known_thing {
    uint64_t told; /* bit: fields that its row got */
    uint64_t hash; /* of what the page knows it by */
    uint64_t
        block; /* of a device: hash of its labels, with those it needs no second look; 0 = always look */
    uint32_t node; /* of a device: its node among the things */
    uint16_t id_len;
    bool is_device, listed; /* listed: the newest page has it too */
    bool named;             /* of a node: the page names it */
};
struct known_counter {
    uint64_t key;
    double sum;
    uint16_t series;
};
struct memory {
    mono_ms at;
    uint32_t things, counters;
    uint32_t pages;            /* since all labels were looked at last */
    struct known_thing *thing; /* these point into the block */
    struct known_counter *counter;
    char *ids; /* of the things, one after the other */
};

/* One being made; pooled. */
struct memory_maker {
    struct known_thing *thing;
    struct known_counter *counter;
    char *ids;
    size_t things, thing_cap, counters, counter_cap, ids_len, ids_cap;
};

void memory_maker_free(struct memory_maker *m);
void memory_maker_begin(struct memory_maker *m);
/* thing: all but id_len and listed. */
void memory_add_thing(struct memory_maker *m, const struct known_thing *thing, const char *id,
                      size_t len);
void memory_add_counter(struct memory_maker *m, uint64_t key, double sum, uint16_t series);
struct memory *memory_make(const struct memory_maker *m, mono_ms at);
void memory_free(struct memory *m);
/* The first that is not listed yet; NULL if there is none. */
struct known_thing *memory_thing(struct memory *m, bool is_device, const char *id, size_t len);
/* NULL if there is none. *hint: where the search begins; 0 at first. */
const struct known_counter *memory_counter(const struct memory *m, uint64_t key, size_t *hint);
/* Identity of the device that was known by that hash; NULL if there was none. */
const char *memory_id(const struct memory *m, uint64_t hash, size_t *len);
/* The device with those labels, NULL if there is none; *hint as above. */
const struct known_thing *memory_block(const struct memory *m, uint64_t block, size_t *hint);
const char *memory_id_of(const struct memory *m, const struct known_thing *k);

#endif
