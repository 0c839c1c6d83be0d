/* SPDX-License-Identifier: MIT
 * fleet_xids.c - see fleet_faults.h. */
#include "model/fleet_int.h"
#include "base/xmem.h"
#include "model/fields.h"
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define AHEAD_MS 60000 /* clocks differ */
#define ONE_BREATH_MS 1000
#define MOST_BESIDE 16 /* devices of a node */

void faults_fini(struct faults *fs)
{
    free(fs->list);
}

void fleet_set_xids(struct fleet *f, const struct xid_table *xids)
{
    f->faults.xids = xids;
}

/* --- what a row says -------------------------------------------------------------------------- */

static const char *text_of(const struct fleet *f, const struct device_row *d, unsigned field)
{
    return field_has(d, field)
               ? intern_text(f->strings, field_str(d, &entity_info(ENTITY_DEVICE)->fields[field]))
               : "";
}

bool faults_is_lost(const struct fleet *f, const struct device_row *d)
{
    static const char *const words[] = {"lost", "hung", "missing"};
    const char *health = text_of(f, d, FIELD_device_health);

    for (size_t i = 0; *health && i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasestr(health, words[i]))
            return true;
    return false;
}

void faults_device_text(const struct device_row *d, char out[DEVICE_TEXT])
{
    out[0] = '\0';
    if (row_has(d, device, index))
        snprintf(out, DEVICE_TEXT, "%.0f", (double)d->index);
}

static bool is_foreign(const struct fleet *f, const struct device_row *d)
{
    return row_has(d, device, vendor) && !strcasestr(text_of(f, d, FIELD_device_vendor), "nvidia");
}

int fault_weight(const struct fleet *f, const struct fault *fault)
{
    if (!fault->xid)
        return 2;
    if (fault->foreign || !f->faults.xids)
        return 1;
    const struct xid *x = xid_find(f->faults.xids, fault->xid);
    return !x ? 1 : x->class >= XID_RESET ? 2 : 0;
}

/* --- the list --------------------------------------------------------------------------------- */

static uint32_t oldest(const struct faults *fs)
{
    uint32_t found = 0;

    for (uint32_t i = 1; i < fs->count; i++)
        if (fs->list[i].at < fs->list[found].at)
            found = i;
    return found;
}

static struct fault *place_for(struct faults *fs, uint64_t key, unsigned xid)
{
    for (uint32_t i = 0; i < fs->count; i++)
        if (fs->list[i].key == key && fs->list[i].xid == xid)
            return &fs->list[i];
    if (fs->count == FAULTS_MAX)
        return &fs->list[oldest(fs)];
    fs->list = xgrow(fs->list, &fs->cap, (size_t)fs->count + 1, sizeof(*fs->list));
    return &fs->list[fs->count++];
}

/* Cut, a name would be another's. */
static void copy_whole(char *to, size_t size, const char *from, size_t len)
{
    memset(to, 0, size);
    if (len < size && !memchr(from, 0, len))
        memcpy(to, from, len);
}

static void note(struct fleet *f, const struct device_row *d, unsigned xid, wall_ms at)
{
    if (!row_has(d, device, node) || !row_has(d, device, index))
        return; /* nobody could say which it was */
    struct fault fault = {
        .key = d->h.key, .at = at, .xid = xid, .center = d->h.center, .foreign = is_foreign(f, d)};
    if (!fault_weight(f, &fault))
        return; /* programs that fail by themselves do so by the thousand */
    faults_device_text(d, fault.device);
    copy_whole(fault.node, sizeof(fault.node), intern_raw(f->strings, d->node),
               intern_raw_len(f->strings, d->node));
    if (row_has(d, device, job))
        copy_whole(fault.job, sizeof(fault.job), intern_raw(f->strings, row_str(d, device, job)),
                   intern_raw_len(f->strings, row_str(d, device, job)));
    *place_for(&f->faults, d->h.key, xid) = fault;
    f->events->evidence = f->events->faulty = true;
}

void faults_tick(struct fleet *f, wall_ms now)
{
    struct faults *fs = &f->faults;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < fs->count; i++)
        if (now - fs->list[i].at < FAULT_KEEP_MS)
            fs->list[kept++] = fs->list[i];
    fs->count = kept;
}

/* --- what a record changed -------------------------------------------------------------------- */

void faults_before(const struct fleet *f, uint32_t slot, const struct delta *d,
                   struct fault_before *out)
{
    const struct device_row *row = rows_at(&f->tables[ENTITY_DEVICE].rows, slot);
    wall_ms heard;

    *out = (struct fault_before){.valid = row->h.valid,
                                 .xid_at = row_time(row, device, xid_at),
                                 .xid_last = row_num(row, device, xid_last),
                                 .xid_count = row_num(row, device, xid_count),
                                 .health = row->health};
    out->who = tellers_who(f, ENTITY_DEVICE, slot, FIELD_device_xid_last);
    out->known = d->source != NOBODY && tellers_heard(f, ENTITY_DEVICE, slot, d->source, &heard) &&
                 !tellers_is_silent(f, d->source, heard, d->at);
}

static bool is_told_beside(const struct fleet *f, const struct device_row *d, unsigned index,
                           const struct delta *by)
{
    char id[sizeof((struct fault *)0)->node + DEVICE_TEXT];
    size_t len = intern_raw_len(f->strings, d->node);
    wall_ms heard;

    if (len >= sizeof((struct fault *)0)->node || (double)index == (double)d->index)
        return false;
    memcpy(id, intern_raw(f->strings, d->node), len + 1);
    len += 1 + (size_t)snprintf(id + len + 1, DEVICE_TEXT, "%u", index);
    uint32_t slot =
        table_find(&f->tables[ENTITY_DEVICE], row_key(ENTITY_DEVICE, d->h.center, id, len));
    return slot != SLOT_NONE && tellers_heard(f, ENTITY_DEVICE, slot, by->source, &heard) &&
           by->at - heard <= ONE_BREATH_MS && heard - by->at <= ONE_BREATH_MS;
}

void faults_removed(struct fleet *f, uint32_t slot, const struct delta *d)
{
    const struct device_row *r = rows_at(&f->tables[ENTITY_DEVICE].rows, slot);
    struct fault_before b;

    if (tellers_are_several(f, ENTITY_DEVICE, slot) || row_has(r, device, parent) ||
        !row_has(r, device, node) || !row_has(r, device, index))
        return;
    faults_before(f, slot, d, &b);
    for (unsigned i = 0; b.known && i < MOST_BESIDE; i++)
        if (is_told_beside(f, r, i, d)) {
            note(f, r, 0, d->at);
            return;
        }
}

static bool had(const struct fault_before *b, unsigned field)
{
    return b->valid >> field & 1;
}

/* When the XID that the row shows happened, as far as this record is news of it; 0 = it is none. */
static wall_ms news_at(const struct fleet *f, uint32_t slot, const struct delta *d,
                       const struct fault_before *b)
{
    const struct device_row *r = rows_at(&f->tables[ENTITY_DEVICE].rows, slot);

    if (row_has(r, device, xid_at)) {
        bool news = !had(b, FIELD_device_xid_at) || b->xid_at != row_time(r, device, xid_at) ||
                    b->xid_last != row_num(r, device, xid_last);
        return news && d->at - row_time(r, device, xid_at) < FAULT_KEEP_MS &&
                       row_time(r, device, xid_at) - d->at < AHEAD_MS
                   ? row_time(r, device, xid_at)
                   : 0;
    }
    if (tellers_who(f, ENTITY_DEVICE, slot, FIELD_device_xid_last) != d->source)
        return 0;
    if (!had(b, FIELD_device_xid_last))
        return b->known ? d->at : 0;
    if (b->who != d->source)
        return 0;
    bool rose = had(b, FIELD_device_xid_count) && row_has(r, device, xid_count) &&
                row_num(r, device, xid_count) > b->xid_count;
    return rose || row_num(r, device, xid_last) != b->xid_last ? d->at : 0;
}

void faults_after(struct fleet *f, uint32_t slot, const struct delta *d,
                  const struct fault_before *b)
{
    const struct device_row *r = rows_at(&f->tables[ENTITY_DEVICE].rows, slot);
    wall_ms at;

    if (row_has(r, device, xid_last) && row_num(r, device, xid_last) >= 1 &&
        (at = news_at(f, slot, d, b)))
        note(f, r, (unsigned)row_num(r, device, xid_last), at);
    if (row_has(r, device, health) && r->health != b->health && b->known && faults_is_lost(f, r)) {
        struct device_row before = *r;
        before.health = b->health;
        before.h.valid = b->valid;
        if (!faults_is_lost(f, &before))
            note(f, r, 0, d->at);
    }
}
