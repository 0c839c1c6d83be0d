/* SPDX-License-Identifier: MIT
 * snapshot.c - see snapshot.h. Everything here reads; the fleet has made it all. */
#include "model/aliases.h"
#include "model/history.h"
#include "model/snapshot_int.h"
#include "model/table.h"
#include "model/tellers.h"
#include <stdlib.h>

#define CLOCK_SLACK_MS 5000

struct snapshot *snapshot_ref(struct snapshot *s)
{
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void snapshot_unref(struct snapshot *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (int e = 0; e < ENTITY_COUNT; e++) {
        rows_view_unref(s->tables[e].rows);
        rows_view_unref(s->tables[e].index);
    }
    rows_view_unref(s->aliases);
    rows_view_unref(s->confirmed);
    rows_view_unref(s->told);
    rows_view_unref(s->history);
    intern_unref(s->strings);
    free(s->flops);
    free(s);
}

uint64_t snapshot_generation(const struct snapshot *s)
{
    return s->generation;
}

wall_ms snapshot_at(const struct snapshot *s)
{
    return s->at;
}

const struct intern *snapshot_strings(const struct snapshot *s)
{
    return s->strings;
}

const struct notice *snapshot_notice(const struct snapshot *s)
{
    return &s->notice;
}

const struct totals *snapshot_totals(const struct snapshot *s)
{
    return &s->totals;
}

const struct flops_totals *snapshot_flops(const struct snapshot *s, int center)
{
    static const struct flops_totals none;

    if (center < 0)
        return &s->flops[s->flops_centers];
    return (uint32_t)center < s->flops_centers ? &s->flops[center] : &none;
}

const struct peak_table *snapshot_peaks(const struct snapshot *s)
{
    return s->peaks;
}

uint32_t snapshot_slots(const struct snapshot *s, enum entity e)
{
    return s->tables[e].slots;
}

uint32_t snapshot_count(const struct snapshot *s, enum entity e)
{
    return s->tables[e].living;
}

const void *snapshot_row(const struct snapshot *s, enum entity e, uint32_t slot)
{
    const struct snapshot_table *t = &s->tables[e];

    if (slot >= t->slots)
        return NULL;
    const void *row = rows_view_at(t->rows, slot);
    return row_head_of(row)->flags & ROW_ALIVE ? row : NULL;
}

/* Centers and sources are few: they have no index. */
static uint32_t find_slowly(const struct snapshot_table *t, uint64_t key)
{
    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct row_head *h = rows_view_at(t->rows, slot);
        if ((h->flags & ROW_ALIVE) && h->key == key)
            return slot;
    }
    return UINT32_MAX;
}

uint32_t snapshot_find(const struct snapshot *s, enum entity e, uint64_t key)
{
    const struct snapshot_table *t = &s->tables[e];
    uint32_t entry, i = (uint32_t)key & t->index_mask;

    if (!t->index_mask)
        return find_slowly(t, key);
    for (; (entry = *(const uint32_t *)rows_view_at(t->index, i)); i = (i + 1) & t->index_mask)
        if (index_may_be(entry, key) &&
            row_head_of(rows_view_at(t->rows, index_slot(entry)))->key == key)
            return index_slot(entry);
    return UINT32_MAX;
}

const struct job_row *snapshot_job(const struct snapshot *s, uint16_t center, const char *id,
                                   size_t len)
{
    const struct snapshot_table *t = &s->tables[ENTITY_JOB];
    uint32_t slot = snapshot_find(s, ENTITY_JOB, row_key(ENTITY_JOB, center, id, len));
    const struct alias_place place = {.entries = s->aliases->pages,
                                      .jobs = t->rows->pages,
                                      .entry_shift = s->aliases->shift,
                                      .job_shift = t->rows->shift,
                                      .mask = s->alias_mask,
                                      .strings = s->strings};

    if (slot == SLOT_NONE)
        slot = aliases_seek(&place, center, id, len);
    return slot == SLOT_NONE ? NULL : snapshot_row(s, ENTITY_JOB, slot);
}

const struct center_row *snapshot_center(const struct snapshot *s, uint16_t center)
{
    return snapshot_row(s, ENTITY_CENTER, center);
}

const struct source_row *snapshot_source(const struct snapshot *s, uint16_t source)
{
    return snapshot_row(s, ENTITY_SOURCE, source);
}

int snapshot_history(const struct snapshot *s, uint16_t center, enum history which, float *out,
                     int n)
{
    if (center >= s->history->count)
        return 0;
    return history_copy(rows_view_at(s->history, center), which, out, n);
}

static wall_ms confirmed_at(const struct snapshot *s, uint16_t source, unsigned entity)
{
    if (source >= s->confirmed->count)
        return 0;
    return ((const wall_ms *)rows_view_at(s->confirmed, source))[entity];
}

wall_ms snapshot_seen_at(const struct snapshot *s, const void *row, enum field_group group)
{
    const struct row_head *h = row;
    unsigned g = group == GROUP_TELE, entity = h->flags >> ROW_ENTITY_SHIFT;
    wall_ms confirmed = h->flags & ROW_GONE ? 0 : confirmed_at(s, h->source[g], entity);

    return confirmed > h->seen_at[g] ? confirmed : h->seen_at[g];
}

static wall_ms oldest_source(const struct snapshot *s, uint16_t center)
{
    wall_ms oldest = 0;

    for (uint32_t i = 0; i < s->tables[ENTITY_SOURCE].slots; i++) {
        const struct source_row *src = snapshot_source(s, (uint16_t)i);
        if (!src || src->h.center != center || !row_has(src, source, last_ok_at))
            continue;
        if (!oldest || src->last_ok_at < oldest)
            oldest = src->last_ok_at;
    }
    return oldest;
}

static wall_ms age_counts_from(const struct snapshot *s, const void *row)
{
    const struct row_head *h = row;
    const struct source_row *src = row;
    wall_ms seen;

    switch (h->flags >> ROW_ENTITY_SHIFT) {
    case ENTITY_CENTER:
        return oldest_source(s, h->center);
    case ENTITY_SOURCE:
        return row_has(src, source, last_ok_at) ? src->last_ok_at : 0;
    case ENTITY_DEVICE:
        seen = snapshot_seen_at(s, row, GROUP_TELE);
        return seen ? seen : snapshot_seen_at(s, row, GROUP_SCHED);
    default:
        seen = snapshot_seen_at(s, row, GROUP_SCHED);
        return seen ? seen : snapshot_seen_at(s, row, GROUP_TELE);
    }
}

int64_t snapshot_age_of(const struct snapshot *s, const void *row, wall_ms now)
{
    wall_ms seen = age_counts_from(s, row);

    if (seen == 0 || seen - now > CLOCK_SLACK_MS)
        return -1;
    return now > seen ? now - seen : 0;
}

static uint64_t fields_of(const struct row_head *h, unsigned group)
{
    enum entity e = (enum entity)(h->flags >> ROW_ENTITY_SHIFT);
    const struct entity_info *info = entity_info(e);
    uint64_t fields = 0;

    if (tellers_has(e))
        return h->valid & tellers_fields(e, group);
    for (unsigned i = 0; i < info->field_count; i++)
        if (info->fields[i].group != GROUP_ROLLUP && (info->fields[i].group == GROUP_TELE) == group)
            fields |= UINT64_C(1) << i;
    return h->valid & fields;
}

/* What one source tells of a row that only one speaks of; of other entities, one in each group. */
static int sources_of(const struct snapshot *s, const struct row_head *h,
                      struct teller out[TELLERS_MAX])
{
    int count = 0;

    for (unsigned g = 0; g < 2; g++) {
        bool same = g && count && h->source[1] == h->source[0];
        wall_ms at = snapshot_seen_at(s, h, g ? GROUP_TELE : GROUP_SCHED);
        if (h->source[g] == NOBODY)
            continue;
        if (!same)
            out[count++] = (struct teller){.source = h->source[g]};
        struct teller *t = &out[count - 1];
        t->at = at > t->at ? at : t->at;
        t->fields |= fields_of(h, g);
    }
    return count;
}

int snapshot_tellers(const struct snapshot *s, const void *row, struct teller out[TELLERS_MAX])
{
    const struct row_head *h = row;
    unsigned entity = h->flags >> ROW_ENTITY_SHIFT;
    int count = 0;

    if (!tellers_has((enum entity)entity) || !h->was)
        return sources_of(s, h, out);
    for (uint32_t i = h->was; i && count < TELLERS_MAX; count++) {
        const struct told *t = rows_view_at(s->told, i - 1);
        wall_ms confirmed = confirmed_at(s, t->source, entity);
        out[count] = (struct teller){
            .source = t->source, .fields = t->fields, .at = confirmed > t->at ? confirmed : t->at};
        i = t->next;
    }
    return count;
}

uint16_t snapshot_teller_of(const struct snapshot *s, const void *row, unsigned field)
{
    struct teller tellers[TELLERS_MAX];
    int count = snapshot_tellers(s, row, tellers);

    for (int i = 0; i < count; i++)
        if (tellers[i].fields >> field & 1)
            return tellers[i].source;
    return NOBODY;
}
