/* SPDX-License-Identifier: MIT
 * page_memory.c - see page_memory.h. */
#include "collectors/exporter/page_memory.h"
#include "base/xmem.h"
#include <stdlib.h>
#include <string.h>

void memory_maker_free(struct memory_maker *m)
{
    free(m->thing);
    free(m->counter);
    free(m->ids);
}

void memory_maker_begin(struct memory_maker *m)
{
    m->things = m->counters = m->ids_len = 0;
}

void memory_add_thing(struct memory_maker *m, const struct known_thing *thing, const char *id,
                      size_t len)
{
    m->thing = xgrow(m->thing, &m->thing_cap, m->things + 1, sizeof *m->thing);
    m->thing[m->things] = *thing;
    m->thing[m->things].listed = false;
    m->thing[m->things++].id_len = (uint16_t)len;
    m->ids = xgrow(m->ids, &m->ids_cap, m->ids_len + len, 1);
    memcpy(m->ids + m->ids_len, id, len);
    m->ids_len += len;
}

void memory_add_counter(struct memory_maker *m, uint64_t key, double sum, uint16_t series)
{
    m->counter = xgrow(m->counter, &m->counter_cap, m->counters + 1, sizeof *m->counter);
    m->counter[m->counters++] = (struct known_counter){key, sum, series};
}

struct memory *memory_make(const struct memory_maker *m, mono_ms at)
{
    size_t things = m->things * sizeof *m->thing, counters = m->counters * sizeof *m->counter;
    struct memory *out = xmalloc(sizeof *out + things + counters + m->ids_len);

    out->at = at;
    out->things = (uint32_t)m->things;
    out->counters = (uint32_t)m->counters;
    out->pages = 0;
    out->thing = (void *)(out + 1);
    out->counter = (void *)((char *)out->thing + things);
    out->ids = (char *)out->counter + counters;
    if (things > 0)
        memcpy(out->thing, m->thing, things);
    if (counters > 0)
        memcpy(out->counter, m->counter, counters);
    if (m->ids_len > 0)
        memcpy(out->ids, m->ids, m->ids_len);
    return out;
}

void memory_free(struct memory *m)
{
    free(m);
}

struct known_thing *memory_thing(struct memory *m, bool is_device, const char *id, size_t len)
{
    size_t at = 0;

    for (size_t i = 0; m != NULL && i < m->things; i++) {
        struct known_thing *k = &m->thing[i];
        if (k->is_device == is_device && !k->listed && k->id_len == len &&
            memcmp(m->ids + at, id, len) == 0)
            return k;
        at += k->id_len;
    }
    return NULL;
}

/* Pages keep their order, so the next one is nearly always the one behind the last. */
const struct known_counter *memory_counter(const struct memory *m, uint64_t key, size_t *hint)
{
    for (size_t i = 0; m != NULL && i < m->counters; i++) {
        size_t at = (*hint + i) % m->counters;
        if (m->counter[at].key == key) {
            *hint = at + 1;
            return &m->counter[at];
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

const char *memory_id_of(const struct memory *m, const struct known_thing *k)
{
    size_t at = 0;

    for (size_t i = 0; &m->thing[i] != k; i++)
        at += m->thing[i].id_len;
    return m->ids + at;
}

const char *memory_id(const struct memory *m, uint64_t hash, size_t *len)
{
    size_t at = 0;

    for (size_t i = 0; m != NULL && i < m->things; i++) {
        if (m->thing[i].is_device && m->thing[i].hash == hash) {
            *len = m->thing[i].id_len;
            return m->ids + at;
        }
        at += m->thing[i].id_len;
    }
    return NULL;
}
