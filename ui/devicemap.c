/* SPDX-License-Identifier: MIT
 * devicemap.c - which device stands where on the map; see devicemap.h. */
#include "ui/devicemap.h"
#include "ui/devices.h"
#include "ui/nodelook.h"
#include "base/hash.h"
#include "base/xmem.h"
#include "model/fields.h"
#include <stdlib.h>
#include <string.h>

enum {
    DEGREES = 128, /* steps of a band's histogram */
    CLASSES = 12,  /* broken, ten steps of heat, no temperature */
    CLASS_BROKEN = 0,
    CLASS_DARK = CLASSES - 1,
    BANDS_MAX = 1024, /* more share the last one */
    INDEX_MAX = 8 * MAP_UNIT,
    LEAST_BUCKETS = 64
};

/* A node while the map is made. */
struct host {
    uint64_t key;            /* center and name */
    uint32_t first, devices; /* in the list of slots by host */
    uint32_t band, units;
    uint8_t class;
};

struct maker {
    const struct view_input *in;
    const struct table *t;
    struct devicemap *m;
    struct host *hosts;
    uint32_t host_count;
    size_t host_cap;
    uint32_t *buckets, mask; /* 1 + index of the host */
    uint32_t *host_of;       /* by slot */
    uint32_t *slots;         /* by host */
    uint32_t (*histograms)[DEGREES];
    size_t histogram_cap;
};

void devicemap_free(struct devicemap *m)
{
    free(m->bands);
    free(m->places);
    free(m->place_of);
    free(m->index_of);
    *m = (struct devicemap){.seen = 0};
}

static const struct device_row *row_of(const struct maker *k, uint32_t slot)
{
    return snapshot_row(k->in->snap, ENTITY_DEVICE, slot);
}

/* --- hosts --- */

static uint64_t host_key(const struct device_row *d)
{
    return (uint64_t)d->h.center << 32 | d->node;
}

static void grow_buckets(struct maker *k)
{
    uint32_t size = k->mask ? (k->mask + 1) * 2 : LEAST_BUCKETS;

    free(k->buckets);
    k->buckets = xcalloc(size, sizeof *k->buckets);
    k->mask = size - 1;
    for (uint32_t i = 0; i < k->host_count; i++) {
        uint32_t at = (uint32_t)hash_u64(1, k->hosts[i].key) & k->mask;
        while (k->buckets[at])
            at = (at + 1) & k->mask;
        k->buckets[at] = i + 1;
    }
}

static uint32_t find_band(struct maker *k, uint16_t center, strid name)
{
    struct devicemap *m = k->m;
    uint64_t key = (uint64_t)center << 32 | name;

    if (m->by == BANDS_MODEL) /* the same wherever it stands */
        key = name;
    for (uint32_t i = 0; i < m->band_count; i++)
        if (m->bands[i].key == key)
            return i;
    if (m->band_count == BANDS_MAX)
        return BANDS_MAX - 1;
    m->bands = xgrow(m->bands, &m->band_cap, m->band_count + 1u, sizeof *m->bands);
    k->histograms =
        xgrow(k->histograms, &k->histogram_cap, m->band_count + 1u, sizeof *k->histograms);
    memset(k->histograms[m->band_count], 0, sizeof *k->histograms);
    m->bands[m->band_count] = (struct map_band){.key = key, .name = name, .center = center};
    return m->band_count++;
}

/* What is asked of the scheduler about a node is asked once for all its devices. */
static struct host new_host(struct maker *k, const struct device_row *d)
{
    const struct node_row *n = device_node(k->in->snap, d);
    struct host h = {.key = host_key(d), .class = CLASS_DARK};
    strid name = 0;

    if (n && node_look(k->in, n).trouble == NODE_BROKEN)
        h.class = CLASS_BROKEN;
    if (k->m->by == BANDS_POOL)
        name = n && row_has(n, node, pools) ? n->pools : 0;
    else if (k->m->by == BANDS_MODEL)
        name = row_has(d, device, model) ? d->model : 0;
    h.band = find_band(k, d->h.center, name);
    return h;
}

static uint32_t find_host(struct maker *k, const struct device_row *d)
{
    uint64_t key = host_key(d);

    if (!k->mask || k->host_count * 2 > k->mask)
        grow_buckets(k);
    uint32_t at = (uint32_t)hash_u64(1, key) & k->mask;
    for (; k->buckets[at]; at = (at + 1) & k->mask)
        if (k->hosts[k->buckets[at] - 1].key == key)
            return k->buckets[at] - 1;
    k->hosts = xgrow(k->hosts, &k->host_cap, k->host_count + 1u, sizeof *k->hosts);
    k->hosts[k->host_count] = new_host(k, d);
    k->buckets[at] = k->host_count + 1;
    return k->host_count++;
}

/* --- one pass over the rows, in the order of their slots --- */

static uint8_t class_of(const struct view_input *in, const struct device_row *d)
{
    if (device_status(in->snap, d) == DEVICE_LOST)
        return CLASS_BROKEN;
    if (!row_has(d, device, temperature_celsius) || d->h.flags & ROW_SILENT)
        return CLASS_DARK;
    return (uint8_t)(1 + ROLE_HEAT9 - figure_heat(d->temperature_celsius));
}

static void count_device(struct maker *k, struct host *h, const struct device_row *d)
{
    struct map_band *b = &k->m->bands[h->band];
    uint8_t class = class_of(k->in, d);

    h->devices++;
    b->devices++;
    if (class < h->class)
        h->class = class;
    if (d->h.flags & ROW_SILENT)
        return;
    if (row_has(d, device, temperature_celsius)) {
        int v = (int)d->temperature_celsius;
        k->histograms[h->band][v < 0 ? 0 : v >= DEGREES ? DEGREES - 1 : v]++;
    }
    if (row_has(d, device, tensor_utilization_percent)) {
        b->tensor += d->tensor_utilization_percent;
        b->tensors++;
    }
    if (row_has(d, device, power_watts) && row_has(d, device, power_limit_watts) &&
        row_num(d, device, power_limit_watts) > 0) {
        b->power += 100 * d->power_watts / row_num(d, device, power_limit_watts);
        b->powers++;
    }
}

static void take_rows(struct maker *k)
{
    struct devicemap *m = k->m;
    uint32_t host = UINT32_MAX;

    for (uint32_t slot = 0; slot < m->slots; slot++) {
        const struct device_row *d = m->index_of[slot] != UINT32_MAX ? row_of(k, slot) : NULL;
        k->host_of[slot] = UINT32_MAX;
        if (!d || device_is_slice(d))
            continue;
        if (host == UINT32_MAX || k->hosts[host].key != host_key(d))
            host = find_host(k, d);
        k->host_of[slot] = host;
        count_device(k, &k->hosts[host], d);
        m->devices++;
    }
}

static void list_by_host(struct maker *k)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < k->host_count; i++) {
        k->hosts[i].first = at;
        at += k->hosts[i].devices;
        k->hosts[i].devices = 0; /* counted again while they are put there */
    }
    for (uint32_t slot = 0; slot < k->m->slots; slot++) {
        if (k->host_of[slot] == UINT32_MAX)
            continue;
        struct host *h = &k->hosts[k->host_of[slot]];
        k->slots[h->first + h->devices++] = slot;
    }
}

/* --- places --- */

/* Each device at its index, if all tell one and no two the same; else one after the other. Returns how many places. */
static uint32_t place_in(const struct maker *k, const struct host *h, uint32_t out[INDEX_MAX])
{
    uint32_t used = 0;

    for (uint32_t i = 0; i < INDEX_MAX; i++)
        out[i] = UINT32_MAX;
    for (uint32_t i = 0; i < h->devices && i < INDEX_MAX; i++) {
        uint32_t slot = k->slots[h->first + i];
        const struct device_row *d = row_of(k, slot);
        uint32_t at = row_has(d, device, index) && d->index >= 0 && d->index < INDEX_MAX
                          ? (uint32_t)d->index
                          : 0;
        while (at < INDEX_MAX && out[at] != UINT32_MAX)
            at++;
        for (uint32_t free_at = 0; at == INDEX_MAX; free_at++)
            at = out[free_at] == UINT32_MAX ? free_at : INDEX_MAX;
        out[at] = slot;
        used = at + 1 > used ? at + 1 : used;
    }
    return used;
}

static void put_host(struct maker *k, const struct host *h)
{
    struct devicemap *m = k->m;
    uint32_t local[INDEX_MAX], units = (place_in(k, h, local) + MAP_UNIT - 1) / MAP_UNIT;

    m->places = xgrow(m->places, &m->place_cap, ((size_t)m->unit_count + units) * MAP_UNIT,
                      sizeof *m->places);
    memcpy(m->places + (size_t)m->unit_count * MAP_UNIT, local, units * MAP_UNIT * sizeof *local);
    for (uint32_t i = 0; i < units * MAP_UNIT; i++)
        if (local[i] != UINT32_MAX)
            m->place_of[local[i]] = m->unit_count * MAP_UNIT + i;
    m->unit_count += units;
    m->bands[h->band].units += units;
    if (h->class == CLASS_BROKEN)
        m->bands[h->band].broken += units;
}

/* --- bands --- */

static int p99_of(const uint32_t histogram[DEGREES])
{
    uint64_t all = 0, above = 0;

    for (int i = 0; i < DEGREES; i++)
        all += histogram[i];
    for (int i = DEGREES - 1; i >= 0 && all > 0; i--) {
        above += histogram[i];
        if (above * 100 > all)
            return i;
    }
    return -1;
}

struct band_order {
    int p99;
    uint32_t band;
};

static int hotter_first(const void *a, const void *b)
{
    const struct band_order *x = a, *y = b;

    if (x->p99 != y->p99)
        return x->p99 > y->p99 ? -1 : 1;
    return x->band < y->band ? -1 : x->band > y->band;
}

/* Bands change places, so hosts learn where theirs is now. */
static void order_bands(struct maker *k)
{
    struct devicemap *m = k->m;
    struct band_order *order = xmalloc((m->band_count + 1) * sizeof *order);
    struct map_band *sorted = xmalloc((m->band_count + 1) * sizeof *sorted);
    uint32_t *now = xmalloc((m->band_count + 1) * sizeof *now);

    for (uint32_t i = 0; i < m->band_count; i++) {
        m->bands[i].p99 = p99_of(k->histograms[i]);
        order[i] = (struct band_order){m->bands[i].p99, i};
    }
    qsort(order, m->band_count, sizeof *order, hotter_first);
    for (uint32_t i = 0; i < m->band_count; i++) {
        sorted[i] = m->bands[order[i].band];
        now[order[i].band] = i;
    }
    memcpy(m->bands, sorted, m->band_count * sizeof *sorted);
    for (uint32_t i = 0; i < k->host_count; i++)
        k->hosts[i].band = now[k->hosts[i].band];
    free(order);
    free(sorted);
    free(now);
}

/* Hosts by band, then by class; those of one class in the order in which they are known. */
static void place_all(struct maker *k)
{
    struct devicemap *m = k->m;
    uint32_t keys = m->band_count * CLASSES, at = 0;
    uint32_t *starts = xcalloc(keys + 1, sizeof *starts);
    uint32_t *order = xmalloc((k->host_count + 1) * sizeof *order);

    for (uint32_t i = 0; i < k->host_count; i++)
        starts[k->hosts[i].band * CLASSES + k->hosts[i].class]++;
    for (uint32_t i = 0; i < keys; i++) {
        uint32_t n = starts[i];
        starts[i] = at;
        at += n;
    }
    for (uint32_t i = 0; i < k->host_count; i++)
        order[starts[k->hosts[i].band * CLASSES + k->hosts[i].class]++] = i;
    for (uint32_t i = 0; i < k->host_count; i++) {
        const struct host *h = &k->hosts[order[i]];
        if (i == 0 || h->band != k->hosts[order[i - 1]].band)
            m->bands[h->band].first = m->unit_count;
        put_host(k, h);
    }
    free(starts);
    free(order);
}

static void start(struct devicemap *m, const struct table *t, const struct view_input *in)
{
    uint32_t slots = snapshot_slots(in->snap, ENTITY_DEVICE);
    size_t bytes = ((size_t)slots + 1) * sizeof(uint32_t);

    if (slots > m->slots || !m->place_of) {
        m->place_of = xreallocarray(m->place_of, (size_t)slots + 1, sizeof *m->place_of);
        m->index_of = xreallocarray(m->index_of, (size_t)slots + 1, sizeof *m->index_of);
    }
    m->slots = slots;
    memset(m->place_of, 0xff, bytes);
    memset(m->index_of, 0xff, bytes);
    m->band_count = m->unit_count = m->devices = 0;
    for (uint32_t i = 0; i < t->result.count; i++)
        m->index_of[t->result.slots[i]] = i;
}

void devicemap_build(struct devicemap *m, const struct table *t, const struct view_input *in,
                     enum map_bands by, uint64_t seen)
{
    struct maker k = {.in = in, .t = t, .m = m};

    seen = hash_u64(seen, (uint64_t)by) | 1;
    if (seen == m->seen)
        return;
    m->seen = seen;
    m->by = by;
    start(m, t, in);
    k.host_of = xmalloc(((size_t)m->slots + 1) * sizeof *k.host_of);
    take_rows(&k);
    k.slots = xmalloc(((size_t)m->devices + 1) * sizeof *k.slots);
    list_by_host(&k);
    order_bands(&k);
    place_all(&k);
    free(k.hosts);
    free(k.buckets);
    free(k.host_of);
    free(k.slots);
    free(k.histograms);
}
