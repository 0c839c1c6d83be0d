/* SPDX-License-Identifier: MIT
 * page_memory.h - what is remembered of a target's last good page: the counters, and which things told what.
 *
 * One block a target, as small as it can be: there may be a hundred thousand. Pure; the target owns its memory. */
#ifndef SUAN_COLLECTORS_EXPORTER_PAGE_MEMORY_H
#define SUAN_COLLECTORS_EXPORTER_PAGE_MEMORY_H

#include "base/clock.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of an identity; of how many things a page may tell; with how many sets of fields a new one is compared. */
enum { MEMORY_ID_MAX = 600, MEMORY_THINGS_MAX = 65000, MEMORY_SETS_TRIED = 32 };

struct known_thing {
    uint64_t hash; /* of what the page knows it by */
    uint64_t
        block; /* of a device: hash of its labels, with those it needs no second look; 0 = always look */
    uint16_t node; /* of a device: its node among the things */
    uint16_t id_len;
    uint16_t told;                  /* number of the set of fields that its row got: memory_told */
    bool is_device : 1, listed : 1; /* listed: the newest page has it too */
    bool named : 1;                 /* of a node: the page names it */
    bool of_first : 1; /* its identity is that of the first thing, a NUL, and what is kept of it */
};
struct known_counter {
    uint64_t key;
    double sum;
    uint16_t series;
};
struct memory {
    mono_ms at;
    uint32_t things, counters;
    uint32_t pages; /* since all labels were looked at last */
    uint32_t sets;  /* that are told: most devices of a page tell the same fields */
    /* Behind it the sets, the counters, and the identities one after the other. */
    struct known_thing thing[];
};

/* One being made; pooled. */
struct memory_maker {
    struct known_thing *thing;
    uint64_t *set;
    struct known_counter *counter;
    char *ids;
    size_t things, thing_cap, sets, set_cap, counters, counter_cap, ids_len, ids_cap;
};

void memory_maker_free(struct memory_maker *m);
void memory_maker_begin(struct memory_maker *m);
/* thing: all but id_len, told, listed and of_first; told: bits of the fields. */
void memory_add_thing(struct memory_maker *m, const struct known_thing *thing, uint64_t told,
                      const char *id, size_t len);
void memory_add_counter(struct memory_maker *m, uint64_t key, double sum, uint16_t series);
struct memory *memory_make(const struct memory_maker *m, mono_ms at);
void memory_free(struct memory *m);
/* The first that is not listed yet; NULL if there is none. */
struct known_thing *memory_thing(struct memory *m, bool is_device, const char *id, size_t len);
/* NULL if there is none. *hint: where the search begins; 0 at first. */
const struct known_counter *memory_counter(const struct memory *m, uint64_t key, size_t *hint);
uint64_t memory_told(const struct memory *m, const struct known_thing *k);
/* The device that was known by that hash; NULL if there was none. */
const struct known_thing *memory_device(const struct memory *m, uint64_t hash);
/* The device with those labels, NULL if there is none; *hint as above. */
const struct known_thing *memory_block(const struct memory *m, uint64_t block, size_t *hint);
/* Its identity: id_len bytes and a NUL. */
void memory_id_of(const struct memory *m, const struct known_thing *k, char out[MEMORY_ID_MAX + 1]);

#endif
