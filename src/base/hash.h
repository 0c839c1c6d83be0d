/* SPDX-License-Identifier: MIT
 * hash.h - 64-bit hashing and an open-addressing map from 64-bit key hashes to 32-bit values.
 *
 * hash_bytes is keyed (SipHash-like quality is not claimed; the key is random per process so that a
 * hostile source cannot choose collisions). The map stores (hash, value); equality of the full key
 * is decided by the caller's `same` callback, so no key is stored twice. Hashes must be spread well
 * (hash_bytes, hash_u64): the map takes their low bits as they are.
 * Owner: whoever called map_init. Thread: one at a time. */
#ifndef SUAN_BASE_HASH_H
#define SUAN_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(uint64_t seed, const void *data, size_t len);
uint64_t hash_u64(uint64_t seed, uint64_t v);
void hash_set_key(uint64_t key); /* once, at start, from getrandom(); tests leave it fixed */

struct map {
    struct map_slot *slots;
    uint32_t cap, used; /* cap is 0 or a power of two */
};

#define MAP_NONE UINT32_MAX

void map_init(struct map *m);
void map_fini(struct map *m);
/* Value whose hash equals h and for which same(arg, value) holds, or MAP_NONE. */
uint32_t map_find(const struct map *m, uint64_t h, bool (*same)(const void *arg, uint32_t value),
                  const void *arg);
/* Adds without looking; the caller has looked. value is not MAP_NONE. */
void map_add(struct map *m, uint64_t h, uint32_t value);
/* Removes the entry with this hash and value; false if there is none. */
bool map_del(struct map *m, uint64_t h, uint32_t value);

#endif
