/* SPDX-License-Identifier: MIT
 * hash.c - see hash.h.
 *
 * The hash folds 64 x 64 -> 128 bit products, 16 bytes of input a step, each word masked by a part
 * of the process key. A step waits for the one before, so what is long goes in four rows side by side. The map is linear probing over 12-byte slots without tombstones: a removal
 * moves the followers of its cluster back. */
#include "base/hash.h"
#include "base/xmem.h"
#include <stdlib.h>
#include <string.h>

enum { MAP_FIRST_CAP = 16, STRIDE = 64 };

struct map_slot {
    uint32_t lo, hi; /* the hash in halves: 12 bytes a slot, not 16 */
    uint32_t value;  /* MAP_NONE = free */
};

static uint64_t secret[4] = {
    0x9e3779b97f4a7c15u,
    0xbf58476d1ce4e5b9u,
    0x94d049bb133111ebu,
    0xd6e8feb86659fd93u,
};

/* The high and the low half of a * b, folded. */
static inline uint64_t fold(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 u128;
    u128 product = (u128)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
    uint64_t low = al * bl;
    uint64_t mid = ah * bl + (low >> 32);
    uint64_t mid2 = al * bh + (uint32_t)mid;
    uint64_t high = ah * bh + (mid >> 32) + (mid2 >> 32);

    return high ^ ((mid2 << 32) | (uint32_t)low);
#endif
}

static inline uint64_t read64(const unsigned char *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

static inline uint64_t read32(const unsigned char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

void hash_set_key(uint64_t key)
{
    for (size_t i = 0; i < ARRAY_LEN(secret); i++) {
        key += 0x9e3779b97f4a7c15u; /* splitmix64 */
        uint64_t z = key;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        secret[i] = (z ^ (z >> 31)) | 1;
    }
}

/* The last 1..16 bytes as two words; they may overlap, the length tells the cases apart. */
static inline void read_tail(const unsigned char *p, size_t len, uint64_t *a, uint64_t *b)
{
    if (len >= 8) {
        *a = read64(p);
        *b = read64(p + len - 8);
    } else if (len >= 4) {
        *a = read32(p);
        *b = read32(p + len - 4);
    } else {
        *a = (uint64_t)p[0] << 16 | (uint64_t)p[len / 2] << 8 | p[len - 1];
        *b = 0;
    }
}

/* Takes *p on by whole strides while more than one is left. Each row has its own part of the key: rows that
 * change places change the hash. */
static uint64_t hash_strides(uint64_t h, const unsigned char **p, size_t *left)
{
    uint64_t a = h, b = ~h, c = h ^ secret[0], d = h ^ secret[1];
    const unsigned char *at = *p;

    for (; *left > STRIDE; *left -= STRIDE, at += STRIDE) {
        a = fold(read64(at) ^ secret[0], read64(at + 8) ^ a);
        b = fold(read64(at + 16) ^ secret[1], read64(at + 24) ^ b);
        c = fold(read64(at + 32) ^ secret[2], read64(at + 40) ^ c);
        d = fold(read64(at + 48) ^ secret[3], read64(at + 56) ^ d);
    }
    *p = at;
    return fold(a ^ secret[2], b ^ secret[3]) ^ fold(c ^ secret[0], d ^ secret[1]);
}

uint64_t hash_bytes(uint64_t seed, const void *data, size_t len)
{
    const unsigned char *p = data;
    uint64_t a = 0, b = 0, h = fold(seed ^ secret[0], (uint64_t)len ^ secret[1]);
    size_t left = len;

    if (left > 2 * STRIDE)
        h = hash_strides(h, &p, &left);
    for (; left > 16; left -= 16, p += 16)
        h = fold(read64(p) ^ secret[2], read64(p + 8) ^ h);
    if (left)
        read_tail(p, left, &a, &b);
    h = fold(a ^ secret[3], b ^ h);
    return fold(h ^ secret[0], secret[1]);
}

uint64_t hash_u64(uint64_t seed, uint64_t v)
{
    return fold(fold(v ^ secret[2], seed ^ secret[0]) ^ secret[3], secret[1]);
}

void map_init(struct map *m)
{
    *m = (struct map){0};
}

void map_fini(struct map *m)
{
    free(m->slots);
    map_init(m);
}

static inline uint32_t home_of(const struct map *m, uint64_t h)
{
    return (uint32_t)h & (m->cap - 1);
}

static inline uint64_t slot_hash(const struct map_slot *s)
{
    return (uint64_t)s->hi << 32 | s->lo;
}

uint32_t map_find(const struct map *m, uint64_t h, bool (*same)(const void *arg, uint32_t value),
                  const void *arg)
{
    if (m->used == 0)
        return MAP_NONE;
    for (uint32_t i = home_of(m, h);; i = (i + 1) & (m->cap - 1)) {
        const struct map_slot *s = &m->slots[i];
        if (s->value == MAP_NONE)
            return MAP_NONE;
        if (slot_hash(s) == h && same(arg, s->value))
            return s->value;
    }
}

static void put(struct map *m, uint64_t h, uint32_t value)
{
    uint32_t i = home_of(m, h);

    while (m->slots[i].value != MAP_NONE)
        i = (i + 1) & (m->cap - 1);
    m->slots[i] = (struct map_slot){(uint32_t)h, (uint32_t)(h >> 32), value};
    m->used++;
}

static void grow(struct map *m)
{
    struct map old = *m;

    m->cap = old.cap ? old.cap * 2 : MAP_FIRST_CAP;
    m->used = 0;
    m->slots = xreallocarray(NULL, m->cap, sizeof(*m->slots));
    for (uint32_t i = 0; i < m->cap; i++)
        m->slots[i].value = MAP_NONE;
    for (uint32_t i = 0; i < old.cap; i++)
        if (old.slots[i].value != MAP_NONE)
            put(m, slot_hash(&old.slots[i]), old.slots[i].value);
    free(old.slots);
}

void map_add(struct map *m, uint64_t h, uint32_t value)
{
    if (m->used >= m->cap / 4 * 3)
        grow(m);
    put(m, h, value);
}

/* Fills the hole with the next entry that may stand there, then that entry's hole, and so on. */
static void close_hole(struct map *m, uint32_t hole)
{
    uint32_t mask = m->cap - 1;

    for (uint32_t i = (hole + 1) & mask; m->slots[i].value != MAP_NONE; i = (i + 1) & mask) {
        uint32_t home = home_of(m, slot_hash(&m->slots[i]));
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            m->slots[hole] = m->slots[i];
            hole = i;
        }
    }
    m->slots[hole].value = MAP_NONE;
}

bool map_del(struct map *m, uint64_t h, uint32_t value)
{
    if (m->used == 0 || value == MAP_NONE)
        return false;
    for (uint32_t i = home_of(m, h); m->slots[i].value != MAP_NONE; i = (i + 1) & (m->cap - 1)) {
        if (m->slots[i].value != value || slot_hash(&m->slots[i]) != h)
            continue;
        close_hole(m, i);
        m->used--;
        return true;
    }
    return false;
}
