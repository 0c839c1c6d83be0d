/* SPDX-License-Identifier: MIT
 * page_rows.c - see page_rows.h: names, NODE and DEVICE rows, and what is gone. */
#include "collectors/exporter/page_rows.h"
#include "base/xmem.h"
#include "model/delta.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_MAX = MEMORY_ID_MAX };

struct writing {
    struct rows_env *env;
    struct memory *was;
    unsigned nameless; /* devices so far that have no number of their own */
    uint64_t told;     /* fields of the row being written */
    char id[ID_MAX + 1];
    size_t id_len;
};

/* ---- names ---- */

static bool is_address(const char *s, size_t len)
{
    return memchr(s, ':', len) != NULL || (len > 0 && strspn(s, "0123456789.") >= len);
}

static size_t short_len(enum node_names names, const char *s, size_t len)
{
    const char *dot = memchr(s, '.', len);

    return names != NAMES_SHORT || dot == NULL || dot == s || is_address(s, len)
               ? len
               : (size_t)(dot - s);
}

static const char *told_name(const struct page *p, const struct thing *node)
{
    if (node->text[FIELD_node_name] != NULL)
        return node->text[FIELD_node_name];
    return node->roles[ROLE_NODE] != NULL ? node->roles[ROLE_NODE] : page_only_name(p);
}

static size_t node_name(const struct rows_env *env, const struct thing *node, const char **out)
{
    const char *told = env->names < NAMES_TARGET ? told_name(env->page, node) : NULL;
    size_t len = told != NULL ? strlen(told) : env->host_len;

    *out = told != NULL ? told : env->host;
    if (len > 255)
        len = 255;
    return short_len(env->names, *out, len);
}

/* ---- one row ---- */

static void begin(struct writing *w, enum entity e)
{
    w->id[w->id_len] = '\0';
    w->told = 0;
    delta_row(w->env->d, e, w->id, w->id_len);
}

static void tell_text(struct writing *w, unsigned field, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    delta_str(w->env->d, (int)field, text);
    w->told |= UINT64_C(1) << field;
}

static void tell_number(struct writing *w, enum entity e, unsigned field, double v)
{
    struct delta *d = w->env->d;

    if (isnan(v))
        return;
    w->told |= UINT64_C(1) << field;
    switch (entity_info(e)->fields[field].type) {
    case FT_NUM:
        delta_num(d, (int)field, v);
        break;
    case FT_TIME:
        delta_time(d, (int)field, v > 0 && v < 1e11 ? (wall_ms)(v * 1000) : 0);
        break;
    default:
        delta_int(d, (int)field, v >= 0 && v < 4e9 ? (int64_t)v : 0);
    }
}

/* What a device is does not change while it is lost. */
static bool stays(enum entity e, unsigned f)
{
    return e == ENTITY_DEVICE &&
           (f == FIELD_device_uuid || f == FIELD_device_model || f == FIELD_device_vendor ||
            f == FIELD_device_pci || f == FIELD_device_memory_total_bytes);
}

/* What its labels told. */
static const uint64_t label_fields =
    UINT64_C(1) << FIELD_device_uuid | UINT64_C(1) << FIELD_device_model |
    UINT64_C(1) << FIELD_device_vendor | UINT64_C(1) << FIELD_device_pci |
    UINT64_C(1) << FIELD_device_job | UINT64_C(1) << FIELD_device_user |
    UINT64_C(1) << FIELD_device_index;

/* Labels that need no second look: those of a whole device, alone in what it is. */
static uint64_t lasting_block(const struct page *p, const struct thing *t)
{
    const struct map_section *s = &p->map->sections[t->section];
    bool plain = !t->is_slice && t->owner == NOTHING && t->slices == 0 && t->package == NULL &&
                 s->pairs == NULL && !s->partitions && !(t->has >> FIELD_device_index & 1);

    return plain && !p->absorbed ? t->block : 0;
}

static void remember(struct writing *w, enum entity e, struct thing *t)
{
    struct known_thing k = {.hash = t->hash, .is_device = e == ENTITY_DEVICE};

    if (e == ENTITY_NODE) {
        k.named = t->roles[ROLE_NODE] != NULL;
        t->place = (uint32_t)w->env->maker->things;
    } else {
        k.node = (uint16_t)w->env->page->things[t->node].place;
        k.block = lasting_block(w->env->page, t);
    }
    memory_add_thing(w->env->maker, &k, w->told, w->id, w->id_len);
}

/* What the last page told of it and this one does not has no value now. */
static void end(struct writing *w, enum entity e, struct thing *t)
{
    struct known_thing *was = memory_thing(w->was, e == ENTITY_DEVICE, w->id, w->id_len);
    uint64_t before = was != NULL ? memory_told(w->was, was) : 0, lost = before & ~w->told;

    if (was != NULL)
        was->listed = true;
    if (was != NULL && t->known != NULL && e == ENTITY_DEVICE) {
        w->told |= before & label_fields;
        lost &= ~label_fields;
    }
    for (unsigned f = 0; w->env->whole && f < 64; f++)
        if ((lost >> f & 1) && stays(e, f))
            w->told |= UINT64_C(1) << f;
        else if (lost >> f & 1)
            delta_absent(w->env->d, (int)f);
    remember(w, e, t);
}

static void write_fields(struct writing *w, enum entity e, const struct thing *t)
{
    unsigned count = entity_info(e)->field_count;

    for (unsigned f = 0; f < count; f++)
        if (t->has >> f & 1)
            tell_number(w, e, f, t->num[f]);
        else if (t->text[f] != NULL && !(e == ENTITY_NODE && f == FIELD_node_name))
            tell_text(w, f, t->text[f]);
}

/* ---- nodes ---- */

static void write_sensors(struct writing *w, const struct page *p, uint32_t at)
{
    const struct sensor *hottest = page_hottest(p, at);
    char words[160];

    if (hottest != NULL) {
        double limit = hottest->limit > 0 && hottest->limit < 200 ? hottest->limit : hottest->high;
        tell_number(w, ENTITY_NODE, FIELD_node_temperature_celsius, hottest->temperature);
        tell_text(w, FIELD_node_temperature_sensor,
                  page_sensor_words(p, hottest, words, sizeof words));
        tell_number(w, ENTITY_NODE, FIELD_node_temperature_limit_celsius,
                    limit > 0 && limit < 200 ? limit : NAN);
    }
}

/* The share of time not idle, from how fast the two sums of seconds grow. */
static double cpu_percent(const struct thing *t)
{
    double all = t->num[FIELD_CPU_ALL], idle = t->num[FIELD_CPU_IDLE];

    if (!t->has_cpu[0] || !t->has_cpu[1] || !(all > 0) || idle > all)
        return NAN;
    return 100 * (1 - idle / all);
}

static void write_node(struct writing *w, uint32_t at)
{
    struct page *p = w->env->page;
    struct thing *t = &p->things[at];
    const char *name;
    size_t len = node_name(w->env, t, &name);
    double meter = page_meter(p, at);

    memcpy(w->id, name, len);
    w->id_len = len;
    begin(w, ENTITY_NODE);
    if (!isnan(meter) &&
        (!(t->has >> FIELD_node_power_watts & 1) || t->prefer[FIELD_node_power_watts] > 0)) {
        t->num[FIELD_node_power_watts] = meter;
        t->has |= UINT64_C(1) << FIELD_node_power_watts;
    }
    write_fields(w, ENTITY_NODE, t);
    write_sensors(w, p, at);
    tell_number(w, ENTITY_NODE, FIELD_node_cpu_utilization_percent, cpu_percent(t));
    end(w, ENTITY_NODE, t);
}

/* ---- devices ---- */

static const char *index_of(const struct writing *w, const struct thing *t, char out[16])
{
    if (t->package != NULL)
        return t->package;
    if (t->has >> FIELD_device_index & 1) {
        snprintf(out, 16, "%.0f",
                 fabs(t->num[FIELD_device_index]) < 1e6 ? fabs(t->num[FIELD_device_index]) : 0);
        return out;
    }
    if (t->roles[ROLE_INDEX] != NULL)
        return t->roles[ROLE_INDEX];
    (void)w;
    return NULL;
}

/* Its index, else whatever else tells it apart from the others of its node. */
static const char *identity_of(const struct writing *w, const struct thing *t, char out[16])
{
    static const uint8_t order[] = {ROLE_UUID, ROLE_SERIAL, ROLE_PCI, ROLE_KEY};
    const char *index = index_of(w, t, out);

    for (size_t i = 0; index == NULL && i < ARRAY_LEN(order); i++)
        index = t->roles[order[i]];
    return index != NULL ? index : "0";
}

static bool is_number(const char *s)
{
    return *s != '\0' && s[strspn(s, "0123456789")] == '\0' && strlen(s) < 8;
}

/* A device that fell off the bus is told by its address alone: it is the one that had that address before. */
static bool take_old_identity(struct writing *w, const struct thing *t, const char *name,
                              size_t len)
{
    char unused[16], old[ID_MAX + 1];

    if (t->roles[ROLE_KEY] == NULL || index_of(w, t, unused) != NULL)
        return false;
    const struct known_thing *k = memory_device(w->was, t->hash);
    if (k == NULL || k->id_len <= len)
        return false;
    memory_id_of(w->was, k, old);
    if (memcmp(old, name, len) != 0 || old[len] != '\0')
        return false;
    memcpy(w->id, old, k->id_len);
    w->id_len = k->id_len;
    return true;
}

static void make_id(struct writing *w, const struct thing *t)
{
    const struct page *p = w->env->page;
    const struct thing *whole = t->is_slice ? &p->things[t->owner] : t;
    const char *name;
    size_t len = node_name(w->env, &p->things[t->node], &name);
    char index[16];

    if (!t->is_slice && t->known != NULL) {
        w->id_len = t->known->id_len;
        memory_id_of(w->was, t->known, w->id);
        return;
    }
    if (!t->is_slice && take_old_identity(w, t, name, len))
        return;
    memcpy(w->id, name, len);
    w->id[len] = '\0';
    int n = snprintf(w->id + len + 1, ID_MAX - len - 1, "%.250s%s%.60s",
                     identity_of(w, whole, index), t->is_slice ? "." : "",
                     t->is_slice && t->roles[ROLE_SLICE] != NULL ? t->roles[ROLE_SLICE] : "");
    w->id_len = len + 1 + (size_t)n;
}

static void write_slice(struct writing *w, const struct thing *t)
{
    const struct thing *whole = &w->env->page->things[t->owner];
    const char *uuid = t->roles[ROLE_UUID];
    char index[16], parent[ID_MAX];
    const char *number = identity_of(w, whole, index);

    snprintf(parent, sizeof parent, "%s",
             whole->roles[ROLE_UUID] != NULL ? whole->roles[ROLE_UUID] : "");
    if (parent[0] == '\0')
        snprintf(parent, sizeof parent, "%.255s:%.250s", w->id, number);
    tell_text(w, FIELD_device_parent, parent);
    if (uuid != NULL && strcmp(uuid, parent) != 0)
        tell_text(w, FIELD_device_uuid, uuid);
    tell_text(w, FIELD_device_mig,
              t->roles[ROLE_PROFILE] != NULL ? t->roles[ROLE_PROFILE] : "slice");
    if (is_number(number)) /* the identity has a point: the fleet cannot tell it by itself */
        tell_number(w, ENTITY_DEVICE, FIELD_device_index, strtod(number, NULL));
}

static void write_whole_device(struct writing *w, const struct thing *t)
{
    char slices[32];
    const char *known_as = w->id + strlen(w->id) + 1;
    if (!is_number(known_as) && strchr(known_as, ':') == NULL)
        tell_number(w, ENTITY_DEVICE, FIELD_device_index, w->nameless++);
    tell_text(w, FIELD_device_uuid,
              t->roles[ROLE_UUID] != NULL ? t->roles[ROLE_UUID] : t->roles[ROLE_SERIAL]);
    if (t->slices > 0 && t->package == NULL) {
        unsigned count = t->slices + (w->env->page->map->sections[t->section].partitions ? 1 : 0);
        snprintf(slices, sizeof slices, "%u slice%s", count, count == 1 ? "" : "s");
        tell_text(w, FIELD_device_mig, slices);
    }
}

static bool is_pci_address(const char *s)
{
    return s != NULL && strspn(s, "0123456789abcdefABCDEF") >= 4 && strchr(s, ':') != NULL &&
           strchr(s, '.') != NULL;
}

/* A slice is of the make of its device. */
static const char *role_of(const struct writing *w, const struct thing *t, uint8_t role)
{
    bool shared = t->is_slice && (role == ROLE_VENDOR || role == ROLE_MODEL);

    if (t->roles[role] != NULL || !shared)
        return t->roles[role];
    return w->env->page->things[t->owner].roles[role];
}

static void write_device(struct writing *w, uint32_t at)
{
    struct thing *t = &w->env->page->things[at];
    const struct map_section *s = &w->env->page->map->sections[t->section];
    static const struct {
        uint8_t role, field;
    } texts[] = {{ROLE_VENDOR, FIELD_device_vendor},
                 {ROLE_MODEL, FIELD_device_model},
                 {ROLE_PCI, FIELD_device_pci},
                 {ROLE_JOB, FIELD_device_job},
                 {ROLE_USER, FIELD_device_user}};

    make_id(w, t);
    begin(w, ENTITY_DEVICE);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (t->text[texts[i].field] == NULL)
            tell_text(w, texts[i].field, role_of(w, t, texts[i].role));
    if (t->roles[ROLE_PCI] == NULL && is_pci_address(t->roles[ROLE_KEY]))
        tell_text(w, FIELD_device_pci, t->roles[ROLE_KEY]);
    if (s->vendor != NULL && role_of(w, t, ROLE_VENDOR) == NULL)
        tell_text(w, FIELD_device_vendor, s->vendor);
    if (!t->fresh && t->text[FIELD_device_health] == NULL && t->slices == 0)
        t->text[FIELD_device_health] = "old values";
    t->has &= ~(UINT64_C(1) << FIELD_device_index);
    if (t->is_slice)
        write_slice(w, t);
    else
        write_whole_device(w, t);
    write_fields(w, ENTITY_DEVICE, t);
    end(w, ENTITY_DEVICE, t);
}

/* ---- the page ---- */

static void remove_unlisted(struct rows_env *env, const struct memory *was)
{
    char id[ID_MAX + 1];

    for (size_t i = 0; was != NULL && i < was->things; i++) {
        const struct known_thing *k = &was->thing[i];
        if (!k->is_device || k->listed)
            continue;
        memory_id_of(was, k, id);
        delta_remove(env->d, ENTITY_DEVICE, id, k->id_len);
    }
}

static void forget_listed(struct memory *was)
{
    for (size_t i = 0; was != NULL && i < was->things; i++)
        was->thing[i].listed = false;
}

void rows_write(struct rows_env *env, struct memory **memory)
{
    struct page *p = env->page;
    struct writing w = {.env = env, .was = *memory};

    memory_maker_begin(env->maker);
    if (env->whole)
        page_rates(p, *memory, env->maker, env->now);
    page_join(p, env->whole);
    for (size_t i = 0; i < p->thing_count; i++)
        if (p->things[i].node == NOTHING && !p->things[i].is_absorbed)
            write_node(&w, (uint32_t)i);
    for (size_t i = 0; i < p->thing_count; i++)
        if (p->things[i].node != NOTHING && !p->things[i].is_part && !p->things[i].is_absorbed)
            write_device(&w, (uint32_t)i);
    if (!env->whole) {
        forget_listed(*memory);
        return;
    }
    remove_unlisted(env, *memory);
    uint32_t pages = *memory != NULL && p->memory != NULL ? (*memory)->pages + 1 : 0;
    memory_free(*memory);
    *memory = memory_make(env->maker, env->now);
    (*memory)->pages = pages;
}
