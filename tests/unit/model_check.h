/* SPDX-License-Identifier: MIT
 * model_check.h - what must hold of every snapshot, computed again from its rows the slow way.
 * Used by the property test and the fuzz target; a broken rule is printed and ends the program. */
#ifndef SUAN_TESTS_UNIT_MODEL_CHECK_H
#define SUAN_TESTS_UNIT_MODEL_CHECK_H

#include "base/xmem.h"
#include "model/fields.h"
#include "model/rollup.h"
#include "model/snapshot.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond);                             \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static inline void check_value(const struct snapshot *s, const struct field *f, unsigned i,
                               const void *row)
{
    const char zeros[8] = {0};

    if (!field_has(row, i)) { /* absent members are zero */
        CHECK(memcmp(field_at(row, f), zeros, field_size(f)) == 0);
        return;
    }
    if (field_is_string(f)) {
        CHECK(field_str(row, f) != 0);
        CHECK(intern_text(snapshot_strings(s), field_str(row, f))[0] != '\0' ||
              intern_raw_len(snapshot_strings(s), field_str(row, f)) > 0);
    }
    if (f->type == FT_NUM)
        CHECK(field_num(row, f) == field_num(row, f));
    if (f->type == FT_NUM && f->unit == UNIT_COUNT)
        CHECK(field_num(row, f) >= 0);
}

static inline bool twin_of(const struct snapshot *s, enum entity e, const struct row_head *a,
                           const struct row_head *b)
{
    const struct field *f = &entity_info(e)->fields[entity_info(e)->name_field];
    const struct intern *in = snapshot_strings(s);
    strid x = field_str(a, f), y = field_str(b, f);

    return a != b && a->center == b->center && x && y && x != y &&
           strcmp(intern_text(in, x), intern_text(in, y)) == 0;
}

static inline void check_twin(const struct snapshot *s, enum entity e, const struct row_head *h)
{
    bool twin = false;

    for (uint32_t slot = 0; slot < snapshot_slots(s, e); slot++) {
        const struct row_head *other = snapshot_row(s, e, slot);
        twin = twin || (other && twin_of(s, e, h, other));
    }
    CHECK(twin == ((h->flags & ROW_TWIN) != 0));
}

/* Each value is one source's, or nobody's, and the head names sources that tell the row. */
static inline void check_tellers(const struct snapshot *s, const struct row_head *h)
{
    struct teller t[TELLERS_MAX];
    int count = snapshot_tellers(s, h, t);
    uint64_t all = 0;

    for (int i = 0; i < count; i++) {
        CHECK(t[i].source != UINT16_MAX && (t[i].fields & all) == 0);
        all |= t[i].fields;
        for (int k = 0; k < i; k++)
            CHECK(t[k].source != t[i].source);
    }
    CHECK((all & ~h->valid) == 0);
    for (int g = 0; g < 2; g++) {
        bool found = h->source[g] == UINT16_MAX;
        for (int i = 0; i < count; i++)
            found = found || t[i].source == h->source[g];
        CHECK(found);
    }
}

static inline void check_row(const struct snapshot *s, enum entity e, uint32_t slot,
                             const struct row_head *h)
{
    const struct entity_info *info = entity_info(e);

    CHECK(h->flags >> ROW_ENTITY_SHIFT == e);
    uint32_t found = snapshot_find(s, e, h->key);
    /* Two sources of one center may have one name. */
    CHECK(found == slot || (e == ENTITY_SOURCE && found < slot));
    CHECK(h->birth <= snapshot_generation(s));
    CHECK(!(h->flags & ROW_GONE) == (row_gone_at(h) == 0));
    CHECK(!(h->flags & ROW_GONE) || e == ENTITY_JOB);
    CHECK(h->valid >> (info->field_count - 1) <= 1);
    for (unsigned i = 0; i < info->field_count; i++)
        check_value(s, &info->fields[i], i, h);
    if (e == ENTITY_NODE || e == ENTITY_POOL)
        check_twin(s, e, h);
    check_tellers(s, h);
}

static inline void check_rows(const struct snapshot *s)
{
    for (int i = 0; i < ENTITY_COUNT; i++) {
        enum entity e = (enum entity)i;
        uint32_t living = 0;
        for (uint32_t slot = 0; slot < snapshot_slots(s, e); slot++) {
            const struct row_head *h = snapshot_row(s, e, slot);
            if (!h)
                continue;
            living++;
            check_row(s, e, slot, h);
        }
        CHECK(living == snapshot_count(s, e));
        CHECK(snapshot_row(s, e, snapshot_slots(s, e)) == NULL);
    }
}

static inline bool names_pool(const char *list, const char *pool)
{
    size_t len = strlen(pool);

    while (*list) {
        size_t n = strcspn(list, ",");
        if (n == len && memcmp(list, pool, n) == 0)
            return true;
        list += n + (list[n] == ',');
    }
    return false;
}

/* Sums of a center, or of one pool of it, from all rows; pool NULL = all. */
static inline struct sums sums_again(const struct snapshot *s, uint16_t center, const char *pool)
{
    const struct intern *in = snapshot_strings(s);
    struct sums all = {{0}}, one;

    for (uint32_t slot = 0; slot < snapshot_slots(s, ENTITY_NODE); slot++) {
        const struct node_row *n = snapshot_row(s, ENTITY_NODE, slot);
        if (!n || n->h.center != center || (pool && !names_pool(intern_raw(in, n->pools), pool)))
            continue;
        rollup_node(n, &one);
        sums_add(&all, &one, 1);
    }
    for (uint32_t slot = 0; slot < snapshot_slots(s, ENTITY_JOB); slot++) {
        const struct job_row *j = snapshot_row(s, ENTITY_JOB, slot);
        if (!j || j->h.center != center || (pool && !names_pool(intern_raw(in, j->pool), pool)))
            continue;
        rollup_job(j, &one);
        sums_add(&all, &one, 1);
    }
    return all;
}

#define CHECK_SUM(row, entity, id, sums, which)                                                    \
    CHECK(!row_has(row, entity, id) || (row)->id == sums_get(sums, which))

static inline void check_center(const struct snapshot *s, const struct center_row *c)
{
    struct sums sums = sums_again(s, c->h.center, NULL);
    double hottest = -1e9;
    wall_ms oldest = 0;

    CHECK_SUM(c, center, nodes_total, &sums, SUM_NODES);
    CHECK_SUM(c, center, nodes_up, &sums, SUM_NODES_UP);
    CHECK_SUM(c, center, nodes_drained, &sums, SUM_NODES_DRAINED);
    CHECK_SUM(c, center, nodes_down, &sums, SUM_NODES_DOWN);
    CHECK_SUM(c, center, cpus_total, &sums, SUM_CPUS);
    CHECK_SUM(c, center, cpus_allocated, &sums, SUM_CPUS_ALLOCATED);
    CHECK_SUM(c, center, devices_total, &sums, SUM_DEVICES);
    CHECK_SUM(c, center, devices_allocated, &sums, SUM_DEVICES_ALLOCATED);
    CHECK_SUM(c, center, devices_idle, &sums, SUM_DEVICES_IDLE);
    CHECK_SUM(c, center, devices_draining, &sums, SUM_DEVICES_DRAINING);
    CHECK_SUM(c, center, devices_down, &sums, SUM_DEVICES_DOWN);
    CHECK_SUM(c, center, power_watts, &sums, SUM_POWER);
    CHECK_SUM(c, center, jobs_running, &sums, SUM_RUNNING);
    CHECK_SUM(c, center, jobs_queued, &sums, SUM_QUEUED);
    CHECK_SUM(c, center, jobs_held, &sums, SUM_HELD);
    CHECK_SUM(c, center, devices_wanted, &sums, SUM_WANTED);
    CHECK_SUM(c, center, restarts, &sums, SUM_RESTARTS);
    CHECK(row_has(c, center, nodes_total) || sums.v[SUM_NODES] == 0);
    CHECK(row_has(c, center, jobs_running) || sums.v[SUM_JOBS] == 0);
    CHECK(row_has(c, center, power_watts) == (sums.v[SUM_POWER_NODES] > 0));
    for (uint32_t slot = 0; slot < snapshot_slots(s, ENTITY_NODE); slot++) {
        const struct node_row *n = snapshot_row(s, ENTITY_NODE, slot);
        if (n && n->h.center == c->h.center && row_has(n, node, temperature_celsius) &&
            n->temperature_celsius > hottest)
            hottest = n->temperature_celsius;
    }
    for (uint32_t slot = 0; slot < snapshot_slots(s, ENTITY_DEVICE); slot++) {
        const struct device_row *d = snapshot_row(s, ENTITY_DEVICE, slot);
        if (d && d->h.center == c->h.center && row_has(d, device, temperature_celsius) &&
            !(d->h.flags & ROW_SILENT) && !row_has(d, device, parent) &&
            widen(d->temperature_celsius) > hottest)
            hottest = widen(d->temperature_celsius);
    }
    if (!snapshot_count(s, ENTITY_AGGREGATE)) { /* a server may know of a hotter one */
        CHECK(row_has(c, center, temperature_max_celsius) == (hottest > -1e9));
        CHECK(!row_has(c, center, temperature_max_celsius) ||
              c->temperature_max_celsius == hottest);
    }
    CHECK(hottest <= -1e9 || c->temperature_max_celsius >= hottest);
    for (uint32_t slot = 0; slot < snapshot_slots(s, ENTITY_JOB); slot++) {
        const struct job_row *j = snapshot_row(s, ENTITY_JOB, slot);
        wall_ms since = j && j->h.center == c->h.center ? rollup_waiting_since(j) : 0;
        if (since && (!oldest || since < oldest))
            oldest = since;
    }
    /* The clock there is ahead: nobody has waited yet. */
    if (oldest > snapshot_at(s))
        oldest = 0;
    CHECK(row_has(c, center, oldest_queued_at) == (oldest != 0) && c->oldest_queued_at == oldest);
}

static inline void check_pool(const struct snapshot *s, const struct pool_row *p)
{
    struct sums sums = sums_again(s, p->h.center, intern_raw(snapshot_strings(s), p->name));

    CHECK_SUM(p, pool, nodes_up, &sums, SUM_NODES_UP);
    CHECK_SUM(p, pool, nodes_drained, &sums, SUM_NODES_DRAINED);
    CHECK_SUM(p, pool, nodes_down, &sums, SUM_NODES_DOWN);
    CHECK_SUM(p, pool, cpus_allocated, &sums, SUM_CPUS_ALLOCATED);
    CHECK_SUM(p, pool, devices_total, &sums, SUM_DEVICES);
    CHECK_SUM(p, pool, devices_allocated, &sums, SUM_DEVICES_ALLOCATED);
    CHECK_SUM(p, pool, jobs_running, &sums, SUM_RUNNING);
    CHECK_SUM(p, pool, jobs_queued, &sums, SUM_QUEUED);
    CHECK(row_has(p, pool, nodes_up) || sums.v[SUM_NODES] == 0);
}

static inline void check_totals(const struct snapshot *s)
{
    const struct totals *t = snapshot_totals(s);
    struct sums all = {{0}}, one;

    for (uint32_t c = 0; c < 64; c++) {
        one = sums_again(s, (uint16_t)c, NULL);
        sums_add(&all, &one, 1);
    }
    CHECK(t->nodes == sums_get(&all, SUM_NODES) && t->nodes_up == sums_get(&all, SUM_NODES_UP));
    CHECK(t->nodes_drained + t->nodes_down + t->nodes_up <= t->nodes);
    CHECK(t->devices == sums_get(&all, SUM_DEVICES));
    CHECK(t->devices_allocated == sums_get(&all, SUM_DEVICES_ALLOCATED));
    CHECK(t->devices_idle == sums_get(&all, SUM_DEVICES_IDLE));
    CHECK(t->devices_idle + t->devices_draining + t->devices_down <= t->devices);
    CHECK(t->jobs_running == sums_get(&all, SUM_RUNNING) &&
          t->jobs_held == sums_get(&all, SUM_HELD));
    CHECK(t->jobs_queued == sums_get(&all, SUM_QUEUED));
    CHECK(t->devices_wanted == sums_get(&all, SUM_WANTED));
    CHECK(t->power_nodes == (uint32_t)sums_get(&all, SUM_POWER_NODES));
    CHECK(t->centers_live + t->centers_stale + t->centers_down <= t->centers);
}

/* Centers are numbered below 64. */
static inline void check_snapshot(const struct snapshot *s)
{
    check_rows(s);
    for (uint32_t slot = 0; slot < snapshot_slots(s, ENTITY_CENTER); slot++)
        if (snapshot_row(s, ENTITY_CENTER, slot))
            check_center(s, snapshot_row(s, ENTITY_CENTER, slot));
    for (uint32_t slot = 0; slot < snapshot_slots(s, ENTITY_POOL); slot++)
        if (snapshot_row(s, ENTITY_POOL, slot))
            check_pool(s, snapshot_row(s, ENTITY_POOL, slot));
    check_totals(s);
}

#endif
