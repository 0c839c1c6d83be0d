/* SPDX-License-Identifier: MIT
 * page_whole.c - what a page tells only as a whole: rates since the last one, ratios or percent, devices that are told in
 * parts, sensors with their names and limits. */
#include "base/hash.h"
#include "collectors/exporter/page_rows.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHORTEST_MS = 500, LONGEST_MS = 3600 * 1000 };

/* ---- rates ---- */

/* A second; NaN after a restart of the counter, or if other series were summed up. */
static double rate_of(const struct counter *c, const struct known_counter *was, double seconds)
{
    double rate = was != NULL && was->series == c->series ? (c->sum - was->sum) / seconds : NAN;

    return rate >= 0 ? rate : NAN;
}

static void put_rate(struct thing *t, const struct map_rule *r, double rate)
{
    if (isnan(rate))
        return;
    if (r->field >= FIELD_CPU_ALL) {
        t->num[r->field] = rate;
        t->has_cpu[r->field - FIELD_CPU_ALL] = true;
        return;
    }
    if (t->parts[r->field] > 0 && (t->prefer[r->field] < r->prefer || r->flag != NULL)) {
        if (r->flag == NULL)
            return;
    } else {
        t->num[r->field] = 0;
        t->prefer[r->field] = r->prefer;
    }
    t->parts[r->field] = 1;
    t->wanted_parts[r->field] = 0;
    t->has |= UINT64_C(1) << r->field;
    if (r->flag == NULL)
        t->num[r->field] = rate;
    else if (rate > 0)
        t->num[r->field] =
            (double)((uint32_t)t->num[r->field] | page_throttle_bit(r->flag, strlen(r->flag)));
}

void page_rates(struct page *p, const struct memory *was, struct memory_maker *maker, mono_ms now)
{
    int64_t ms = was != NULL ? now - was->at : 0;
    double seconds = ms >= SHORTEST_MS && ms <= LONGEST_MS ? (double)ms / 1000 : NAN;
    size_t hint = 0;

    for (size_t i = 0; i < p->counter_count; i++) {
        const struct counter *c = &p->counters[i];
        const struct map_rule *r = &p->map->rules[c->rule];
        struct thing *t = &p->things[c->thing];
        if (r->field < 64 && t->parts[r->field] > 0 && t->prefer[r->field] < r->prefer &&
            r->flag == NULL)
            continue; /* told directly: not worth the memory */
        memory_add_counter(maker, c->key, c->sum, c->series);
        if (!isnan(seconds))
            put_rate(t, r, rate_of(c, memory_counter(was, c->key, &hint), seconds));
    }
}

/* ---- ratios ---- */

static void settle_doubts(struct page *p)
{
    for (size_t i = 0; i < p->doubt_count; i++) {
        const struct map_rule *r = &p->map->rules[p->doubts[i].rule];
        struct thing *t = &p->things[p->doubts[i].thing];
        if (!p->percent[r->number] && t->prefer[r->field] % 100 == r->prefer)
            t->num[r->field] *= 100;
    }
}

/* ---- what is told without a node ---- */

const char *page_only_name(const struct page *p)
{
    const char *found = NULL;

    for (size_t i = 0; i < p->thing_count; i++) {
        const struct thing *t = &p->things[i];
        if (t->node != NOTHING || t->roles[ROLE_NODE] == NULL)
            continue;
        if (found != NULL && strcmp(found, t->roles[ROLE_NODE]) != 0)
            return NULL;
        found = t->roles[ROLE_NODE];
    }
    return found;
}

static void absorb(struct thing *to, struct thing *from)
{
    for (unsigned f = 0; f < 64; f++) {
        bool better =
            (from->has >> f & 1) && (!(to->has >> f & 1) || from->prefer[f] < to->prefer[f]);
        if (better) {
            to->has |= UINT64_C(1) << f;
            to->num[f] = from->num[f];
            to->prefer[f] = from->prefer[f];
            to->parts[f] = from->parts[f];
            to->wanted_parts[f] = from->wanted_parts[f];
        }
        if (to->text[f] == NULL)
            to->text[f] = from->text[f];
    }
    for (unsigned i = 0; i < 2; i++)
        if (from->has_cpu[i] && !to->has_cpu[i]) {
            to->has_cpu[i] = true;
            to->num[FIELD_CPU_ALL + i] = from->num[FIELD_CPU_ALL + i];
        }
    for (int i = 1; i < ROLES; i++)
        if (to->roles[i] == NULL)
            to->roles[i] = from->roles[i];
    to->fresh = to->fresh || from->fresh;
    if (to->known == NULL)
        to->known = from->known;
    from->is_absorbed = true;
}

/* The counterpart of a device under the named node. */
static uint32_t counterpart(const struct page *p, const struct thing *t, uint32_t named)
{
    const char *key = page_key_of(t->roles);
    uint64_t hash = hash_bytes(hash_u64(p->things[named].hash, 2), key, strlen(key));
    uint32_t at;

    if (t->roles[ROLE_SLICE] != NULL && t->roles[ROLE_SLICE][0] != '\0')
        hash = hash_bytes(hash, t->roles[ROLE_SLICE], strlen(t->roles[ROLE_SLICE]));
    return hashes_find(&p->places, hash, &at) ? at : NOTHING;
}

/* Some exporters name the node in some of their metrics only: if it is one node, all of the page is about that one. */
static void join_nodes(struct page *p)
{
    uint32_t nameless = NOTHING, named = NOTHING;

    if (page_only_name(p) == NULL)
        return;
    for (uint32_t i = 0; i < p->thing_count; i++)
        if (p->things[i].node == NOTHING && p->things[i].roles[ROLE_NODE] == NULL)
            nameless = i;
        else if (p->things[i].node == NOTHING)
            named = i;
    if (nameless == NOTHING)
        return;
    p->absorbed = true;
    absorb(&p->things[named], &p->things[nameless]);
    for (size_t i = 0; i < p->sensor_count; i++)
        if (p->sensors[i].node == nameless)
            p->sensors[i].node = named;
    for (size_t i = 0; i < p->thing_count; i++) {
        struct thing *t = &p->things[i];
        uint32_t same = t->node == nameless ? counterpart(p, t, named) : NOTHING;
        if (same != NOTHING)
            absorb(&p->things[same], t);
        if (t->node == nameless)
            t->node = named;
    }
}

/* ---- parts ---- */

static bool is_mean(unsigned field)
{
    return field >= FIELD_device_utilization_percent &&
           field <= FIELD_device_fp16_utilization_percent;
}

static bool is_sum(unsigned field)
{
    switch (field) {
    case FIELD_device_memory_used_bytes:
    case FIELD_device_memory_total_bytes:
    case FIELD_device_counted_fp64_flops:
    case FIELD_device_counted_fp32_flops:
    case FIELD_device_counted_fp16_flops:
    case FIELD_device_ecc_uncorrectable:
    case FIELD_device_xid_count:
        return true;
    default:
        return false;
    }
}

/* A driver tells the power of a package on one of its dies, and zero or nothing on the others: the largest counts. */
static void merge(struct thing *to, const struct thing *from)
{
    for (unsigned f = 0; f < FIELDS_device; f++) {
        if (!(from->has >> f & 1))
            continue;
        bool first = !(to->has >> f & 1);
        to->has |= UINT64_C(1) << f;
        if (first) {
            to->num[f] = from->num[f];
            to->parts[f] = 1;
        } else if (is_mean(f)) {
            to->num[f] = (to->num[f] * to->parts[f] + from->num[f]) / (to->parts[f] + 1.0);
            to->parts[f]++;
        } else if (is_sum(f)) {
            to->num[f] += from->num[f];
        } else if (f == FIELD_device_throttle) {
            to->num[f] = (double)((uint32_t)to->num[f] | (uint32_t)from->num[f]);
        } else if (from->num[f] > to->num[f]) {
            to->num[f] = from->num[f];
        }
    }
    if (to->text[FIELD_device_health] == NULL || strcmp(to->text[FIELD_device_health], "ok") == 0)
        to->text[FIELD_device_health] = from->text[FIELD_device_health] != NULL
                                            ? from->text[FIELD_device_health]
                                            : to->text[FIELD_device_health];
    to->slices++;
}

static bool all_digits(const char *s)
{
    return s != NULL && *s != '\0' && s[strspn(s, "0123456789")] == '\0' && strlen(s) < 7;
}

static uint32_t find_thing(const struct page *p, const struct thing *near, const char *key,
                           const char *slice)
{
    uint64_t hash = hash_bytes(hash_u64(p->things[near->node].hash, 2), key, strlen(key));
    uint32_t at;

    if (slice != NULL)
        hash = hash_bytes(hash, slice, strlen(slice));
    return hashes_find(&p->places, hash, &at) ? at : NOTHING;
}

/* Ids 2n and 2n+1 are the dies of package n. */
static void join_pair(struct page *p, struct thing *t)
{
    const char *pairs = p->map->sections[t->section].pairs, *id = t->roles[ROLE_INDEX],
               *model = t->roles[ROLE_MODEL];
    char other[16];

    if (pairs == NULL || !all_digits(id) || model == NULL ||
        !map_fits(pairs, ' ', model, strlen(model)))
        return;
    unsigned number = 0;
    for (const char *c = id; *c != '\0'; c++)
        number = number * 10 + (unsigned)(*c - '0');
    snprintf(other, sizeof other, "%u", number / 2);
    t->package = page_keep(p, other, strlen(other));
    if (number % 2 == 0)
        return;
    snprintf(other, sizeof other, "%u", number - 1);
    uint32_t owner = find_thing(p, t, other, NULL);
    if (owner != NOTHING) {
        t->owner = owner;
        t->is_part = true;
    }
}

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Partition n > 0 belongs to partition 0 of the same device, or of the same serial number listed before it. */
static void join_partition(struct page *p, uint32_t at)
{
    struct thing *t = &p->things[at];
    const char *slice = t->roles[ROLE_SLICE];

    if (!p->map->sections[t->section].partitions || slice == NULL || strcmp(slice, "0") == 0)
        return;
    uint32_t owner =
        t->roles[ROLE_INDEX] != NULL ? find_thing(p, t, t->roles[ROLE_INDEX], "0") : NOTHING;
    for (uint32_t i = at; owner == NOTHING && i-- > 0 && at - i < 1024;)
        if (p->things[i].node == t->node &&
            same(p->things[i].roles[ROLE_SERIAL], t->roles[ROLE_SERIAL]) &&
            same(p->things[i].roles[ROLE_SLICE], "0"))
            owner = i;
    if (owner != NOTHING) {
        t->owner = owner;
        t->is_part = true;
    }
}

/* A sum that misses parts is no sum. */
static void drop_partial_sums(struct thing *t, bool whole)
{
    for (unsigned f = 0; f < 64; f++)
        if ((t->has >> f & 1) && t->wanted_parts[f] > 0 &&
            (!whole || t->parts[f] < t->wanted_parts[f]))
            t->has &= ~(UINT64_C(1) << f);
}

void page_join(struct page *p, bool whole)
{
    settle_doubts(p);
    join_nodes(p);
    for (size_t i = 0; i < p->thing_count; i++)
        drop_partial_sums(&p->things[i], whole);
    for (size_t i = 0; i < p->thing_count; i++)
        if (p->things[i].node != NOTHING && !p->things[i].is_slice && !p->things[i].is_absorbed) {
            memset(p->things[i].parts, 1, sizeof p->things[i].parts);
            join_pair(p, &p->things[i]);
            join_partition(p, (uint32_t)i);
        }
    for (size_t i = 0; i < p->thing_count; i++) {
        struct thing *t = &p->things[i];
        if (t->is_absorbed)
            continue;
        if (t->is_part)
            merge(&p->things[t->owner], t);
        else if (t->is_slice)
            p->things[t->owner].slices++;
    }
}

/* ---- sensors ---- */

const struct sensor *page_hottest(const struct page *p, uint32_t node)
{
    const struct sensor *best = NULL;

    for (size_t i = 0; i < p->sensor_count; i++) {
        const struct sensor *s = &p->sensors[i];
        if (s->node == node && s->temperature > 0 && s->temperature < 200 &&
            (best == NULL || s->temperature > best->temperature))
            best = s;
    }
    return best;
}

static const char *chip_name(const struct page *p, uint64_t chip)
{
    uint32_t at;

    if (!hashes_find(&p->places, hash_u64(hash_u64(chip, 11), 3), &at) ||
        p->sensors[at].label == NULL)
        return "";
    return p->sensors[at].label;
}

const char *page_sensor_words(const struct page *p, const struct sensor *s, char *out, size_t size)
{
    const char *chip = chip_name(p, s->chip), *words = s->words != NULL ? s->words : "";

    if (s->label != NULL && *s->label != '\0')
        snprintf(out, size, "%.60s%s%.60s", chip, *chip != '\0' ? " " : "", s->label);
    else if (*chip != '\0' && strchr(words, ' ') != NULL)
        snprintf(out, size, "%.60s%.60s", chip, strrchr(words, ' '));
    else
        snprintf(out, size, "%.120s", words);
    return out;
}

double page_meter(const struct page *p, uint32_t node)
{
    for (size_t i = 0; i < p->sensor_count; i++) {
        const struct sensor *s = &p->sensors[i];
        if (s->node == node && s->watts > 0 && s->watts < 1e6 &&
            (strcmp(chip_name(p, s->chip), "power_meter") == 0 ||
             (s->words != NULL && strncmp(s->words, "power_meter", 11) == 0)))
            return s->watts;
    }
    return NAN;
}
