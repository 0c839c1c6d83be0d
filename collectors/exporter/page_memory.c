/* SPDX-License-Identifier: MIT
 * page_memory.c - see page_memory.h. */
#include "collectors/exporter/page_memory.h"
#include "base/xmem.h"
#include <stdlib.h>
#include <string.h>

static const uint64_t *sets_of(const struct memory *m)
{
    return (const void *)(m->thing + m->things);
}

static const struct known_counter *counters_of(const struct memory *m)
{
    return (const void *)(sets_of(m) + m->sets);
}

static const char *ids_of(const struct memory *m)
{
    return (const void *)(counters_of(m) + m->counters);
}

/* ---- making one ---- */

void memory_maker_free(struct memory_maker *m)
{
    free(m->thing);
    free(m->set);
    free(m->counter);
    free(m->ids);
}

void memory_maker_begin(struct memory_maker *m)
{
    m->things = m->sets = m->counters = m->ids_len = 0;
}

/* Number of that set: nearly always it is one of the last. */
static uint16_t set_number(struct memory_maker *m, uint64_t told)
{
    for (size_t i = m->sets; i > 0 && i + MEMORY_SETS_TRIED > m->sets; i--)
        if (m->set[i - 1] == told)
            return (uint16_t)(i - 1);
    m->set = xgrow(m->set, &m->set_cap, m->sets + 1, sizeof *m->set);
    m->set[m->sets++] = told;
    return (uint16_t)(m->sets - 1);
}

/* How much of the identity need not be kept. */
static size_t spared(const struct memory_maker *m, const struct known_thing *thing, const char *id,
                     size_t len)
{
    size_t first = m->things > 0 ? m->thing[0].id_len : 0;

    return thing->is_device && thing->node == 0 && len > first && id[first] == '\0' &&
                   memcmp(id, m->ids, first) == 0
               ? first + 1
               : 0;
}

void memory_add_thing(struct memory_maker *m, const struct known_thing *thing, uint64_t told,
                      const char *id, size_t len)
{
    size_t skip = m->things > 0 ? spared(m, thing, id, len) : 0;

    m->thing = xgrow(m->thing, &m->thing_cap, m->things + 1, sizeof *m->thing);
    struct known_thing *k = &m->thing[m->things++];
    *k = *thing;
    k->listed = false;
    k->of_first = skip > 0;
    k->id_len = (uint16_t)len;
    k->told = set_number(m, told);
    m->ids = xgrow(m->ids, &m->ids_cap, m->ids_len + len - skip, 1);
    memcpy(m->ids + m->ids_len, id + skip, len - skip);
    m->ids_len += len - skip;
}

void memory_add_counter(struct memory_maker *m, uint64_t key, double sum, uint16_t series)
{
    m->counter = xgrow(m->counter, &m->counter_cap, m->counters + 1, sizeof *m->counter);
    m->counter[m->counters++] = (struct known_counter){key, sum, series};
}

static char *copy(char *to, const void *from, size_t bytes)
{
    if (bytes > 0)
        memcpy(to, from, bytes);
    return to + bytes;
}

struct memory *memory_make(const struct memory_maker *m, mono_ms at)
{
    size_t things = m->things * sizeof *m->thing, sets = m->sets * sizeof *m->set;
    size_t counters = m->counters * sizeof *m->counter;
    struct memory *out = xmalloc(sizeof *out + things + sets + counters + m->ids_len);

    out->at = at;
    out->things = (uint32_t)m->things;
    out->sets = (uint32_t)m->sets;
    out->counters = (uint32_t)m->counters;
    out->pages = 0;
    char *end = copy((char *)out->thing, m->thing, things);
    end = copy(end, m->set, sets);
    end = copy(end, m->counter, counters);
    copy(end, m->ids, m->ids_len);
    return out;
}

void memory_free(struct memory *m)
{
    free(m);
}

/* ---- asking it ---- */

/* Bytes that are kept of its identity; the others are those of the first thing, and a NUL. */
static size_t kept(const struct memory *m, const struct known_thing *k)
{
    return k->of_first ? k->id_len - m->thing[0].id_len - 1u : k->id_len;
}

/* at: where what is kept of it is. */
static bool has_id(const struct memory *m, const struct known_thing *k, size_t at, const char *id,
                   size_t len)
{
    size_t skip = k->id_len - kept(m, k);

    if (k->id_len != len || memcmp(ids_of(m) + at, id + skip, len - skip) != 0)
        return false;
    return skip == 0 || (id[skip - 1] == '\0' && memcmp(ids_of(m), id, skip - 1) == 0);
}

struct known_thing *memory_thing(struct memory *m, bool is_device, const char *id, size_t len)
{
    size_t at = 0;

    for (size_t i = 0; m != NULL && i < m->things; i++) {
        struct known_thing *k = &m->thing[i];
        if (k->is_device == is_device && !k->listed && has_id(m, k, at, id, len))
            return k;
        at += kept(m, k);
    }
    return NULL;
}

uint64_t memory_told(const struct memory *m, const struct known_thing *k)
{
    return sets_of(m)[k->told];
}

/* Pages keep their order, so the next one is nearly always the one behind the last. */
const struct known_counter *memory_counter(const struct memory *m, uint64_t key, size_t *hint)
{
    for (size_t i = 0; m != NULL && i < m->counters; i++) {
        size_t at = (*hint + i) % m->counters;
        if (counters_of(m)[at].key == key) {
            *hint = at + 1;
            return &counters_of(m)[at];
        }
    }
    return NULL;
}

const struct known_thing *memory_block(const struct memory *m, uint64_t block, size_t *hint)
{
    for (size_t i = 0; i < m->things; i++) {
        size_t at = (*hint + i) % m->things;
        if (m->thing[at].block == block) {
            *hint = at + 1;
            return &m->thing[at];
        }
    }
    return NULL;
}

void memory_id_of(const struct memory *m, const struct known_thing *k, char out[MEMORY_ID_MAX + 1])
{
    size_t at = 0, skip = k->id_len - kept(m, k);

    for (size_t i = 0; &m->thing[i] != k; i++)
        at += kept(m, &m->thing[i]);
    if (skip > 0) {
        memcpy(out, ids_of(m), skip - 1);
        out[skip - 1] = '\0';
    }
    memcpy(out + skip, ids_of(m) + at, k->id_len - skip);
    out[k->id_len] = '\0';
}

const struct known_thing *memory_device(const struct memory *m, uint64_t hash)
{
    for (size_t i = 0; m != NULL && i < m->things; i++)
        if (m->thing[i].is_device && m->thing[i].hash == hash)
            return &m->thing[i];
    return NULL;
}
