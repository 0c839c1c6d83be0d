/* SPDX-License-Identifier: MIT
 * fleet_offenders.c - OFFENDER rows: nodes that jobs were interrupted on, ranked among their peers;
 * and how many jobs ran on a node alone. */
#include "base/buf.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "model/fleet_int.h"
#include "model/lemon.h"
#include "model/reliability.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define RANK_EVERY_MS 60000
#define EARLY_MS 60000
#define RANK_ANYWAY_MS 3600000 /* the window of 28 days moves */
#define DAY_MS 86400000

/* --- jobs that ran alone ---------------------------------------------------------------------- */

static struct lone_jobs *lone_of(struct fleet *f, uint32_t node)
{
    struct events *ev = f->events;

    if (node >= ev->lone_count) {
        ev->lone = xgrow(ev->lone, &ev->lone_cap, (size_t)node + 1, sizeof(*ev->lone));
        while (ev->lone_count <= node)
            ev->lone[ev->lone_count++] = (struct lone_jobs){0};
    }
    return &ev->lone[node];
}

void offenders_forget_node(struct fleet *f, uint32_t node)
{
    if (node < f->events->lone_count)
        f->events->lone[node] = (struct lone_jobs){0};
}

void offenders_count_lone(struct fleet *f, uint16_t center, strid nodes, wall_ms at)
{
    const char *name = nodes ? intern_raw(f->strings, nodes) : "";
    size_t len = strlen(name);
    uint32_t day = (uint32_t)(at / DAY_MS);

    if (!len || memchr(name, ',', len) || memchr(name, '[', len))
        return;
    uint32_t node = table_find(&f->tables[ENTITY_NODE], row_key(ENTITY_NODE, center, name, len));
    if (node == SLOT_NONE)
        return;
    struct lone_jobs *l = lone_of(f, node);
    if (l->day > day + DAYS - 1)
        return;
    for (uint32_t n = 0; l->day < day; n++) {
        l->day = n < DAYS ? l->day + 1 : day;
        l->by_day[l->day % DAYS] = 0;
    }
    if (l->by_day[day % DAYS] < UINT16_MAX)
        l->by_day[day % DAYS]++;
}

static uint32_t lone_jobs(const struct fleet *f, uint32_t node)
{
    const struct events *ev = f->events;
    uint32_t today = (uint32_t)(ev->now / DAY_MS), sum = 0;

    if (node >= ev->lone_count)
        return 0;
    const struct lone_jobs *l = &ev->lone[node];
    for (uint32_t i = 0; i < DAYS && i <= l->day; i++)
        if (l->day - i + DAYS > today)
            sum += l->by_day[(l->day - i) % DAYS];
    return sum;
}

/* --- tallies ---------------------------------------------------------------------------------- */

/* One node that anything is held against. */
struct tally {
    struct lemon lemon;
    uint64_t key; /* of the node row */
    uint16_t center;
    strid node, model;
    double lost;
    wall_ms last_at;
};

struct ranking {
    struct fleet *f;
    struct tally *all;
    size_t cap;
    uint32_t count;
    struct map by_node;
    struct reliability_event *hits; /* of one node and cause: to coalesce */
    size_t hits_cap, hit_count;
};

static bool same_tally(const void *arg, uint32_t value)
{
    const struct tally *const *want = arg;

    return want[0][value].key == want[1]->key;
}

static struct tally *tally_of(struct ranking *r, uint16_t center, strid node)
{
    struct tally want = {
        .key = row_key(ENTITY_NODE, center, intern_raw(r->f->strings, node),
                       intern_raw_len(r->f->strings, node)),
        .center = center,
        .node = node,
    };
    const struct tally *arg[2] = {r->all, &want};
    uint32_t i = map_find(&r->by_node, want.key, same_tally, arg);

    if (i != MAP_NONE)
        return &r->all[i];
    r->all = xgrow(r->all, &r->cap, (size_t)r->count + 1, sizeof(*r->all));
    r->all[r->count] = want;
    map_add(&r->by_node, want.key, r->count);
    return &r->all[r->count++];
}

static bool counts(const struct fleet *f, const struct interruption_row *i)
{
    return row_has(i, interruption, node) && !i->planned &&
           (i->cause == interruption_cause_NODE || i->cause == interruption_cause_DEVICE) &&
           i->at >= f->events->now - EVENT_KEEP_MS;
}

static void add_interruptions(struct ranking *r)
{
    const struct table *t = &r->f->tables[ENTITY_INTERRUPTION];

    r->hits = xcalloc((size_t)t->living + 1, sizeof(*r->hits));
    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct interruption_row *i = rows_at(&t->rows, slot);
        if (!(i->h.flags & ROW_ALIVE) || !counts(r->f, i))
            continue;
        struct tally *y = tally_of(r, i->h.center, i->node);
        if (i->node_count > 1)
            y->lemon.broken_jobs++;
        else
            y->lemon.lone_failures++;
        y->lost += i->gpu_hours_lost;
        y->last_at = i->at > y->last_at ? i->at : y->last_at;
        r->hits[r->hit_count++] =
            (struct reliability_event){.key = (uint64_t)(y - r->all) << 8 | i->cause, .at = i->at};
    }
    /* In order of key and time: the first of each event counts. */
    reliability_events(r->hits, r->hit_count, COALESCE_MS);
    for (size_t k = 0; k < r->hit_count; k++)
        if (k == 0 || r->hits[k].key != r->hits[k - 1].key ||
            r->hits[k].at - r->hits[k - 1].at > COALESCE_MS)
            r->all[r->hits[k].key >> 8].lemon.events++;
}

static void add_outages(struct ranking *r)
{
    const struct table *t = &r->f->tables[ENTITY_OUTAGE];

    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct outage_row *o = rows_at(&t->rows, slot);
        if ((o->h.flags & ROW_ALIVE) && row_has(o, outage, node) && !o->planned &&
            o->began_at >= r->f->events->now - EVENT_KEEP_MS)
            tally_of(r, o->h.center, o->node)->lemon.times_out++;
    }
}

/* --- peers ------------------------------------------------------------------------------------ */

/* How many nodes have each model; models are few. */
struct models {
    strid *model;
    uint32_t *nodes;
    size_t cap, nodes_cap;
    uint32_t count;
};

static uint32_t model_index(struct models *m, strid model)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (m->model[i] == model)
            return i;
    m->model = xgrow(m->model, &m->cap, (size_t)m->count + 1, sizeof(*m->model));
    m->nodes = xgrow(m->nodes, &m->nodes_cap, (size_t)m->count + 1, sizeof(*m->nodes));
    m->model[m->count] = model;
    m->nodes[m->count] = 0;
    return m->count++;
}

static void find_peers(struct ranking *r)
{
    const struct table *t = &r->f->tables[ENTITY_NODE];
    struct models m = {0};

    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct node_row *n = rows_at(&t->rows, slot);
        if (!(n->h.flags & ROW_ALIVE))
            continue;
        uint32_t i = model_index(&m, n->device_model);
        m.nodes[i]++;
    }
    for (uint32_t k = 0; k < r->count; k++) {
        struct tally *y = &r->all[k];
        uint32_t node = table_find(t, y->key);
        y->model = node == SLOT_NONE
                       ? 0
                       : ((const struct node_row *)rows_at(&t->rows, node))->device_model;
        y->lemon.group = model_index(&m, y->model);
        y->lemon.peers = m.nodes[y->lemon.group] - (node != SLOT_NONE);
        y->lemon.lone_jobs = node == SLOT_NONE ? 0 : lone_jobs(r->f, node);
    }
    free(m.model);
    free(m.nodes);
}

/* --- rows ------------------------------------------------------------------------------------- */

static const char *comma(const struct buf *words)
{
    return words->len > 0 ? ", " : "";
}

/* The counts in words. */
static void say_counts(const struct lemon *l, struct buf *out)
{
    uint32_t broken = l->broken_jobs + l->lone_failures;

    if (broken)
        buf_addf(out, broken == 1 ? S_("%u job broken") : S_("%u jobs broken"), broken);
    if (l->times_out)
        buf_addf(out, l->times_out == 1 ? "%s" S_("%u time out") : "%s" S_("%u times out"),
                 comma(out), l->times_out);
    if (l->device_faults)
        buf_addf(out,
                 l->device_faults == 1 ? "%s" S_("%u device fault") : "%s" S_("%u device faults"),
                 comma(out), l->device_faults);
}

static struct offender_side *side_of(struct fleet *f, uint32_t slot)
{
    struct events *ev = f->events;

    if (slot >= ev->offender_count) {
        ev->offenders =
            xgrow(ev->offenders, &ev->offenders_cap, (size_t)slot + 1, sizeof(*ev->offenders));
        while (ev->offender_count <= slot)
            ev->offenders[ev->offender_count++] = (struct offender_side){0};
    }
    return &ev->offenders[slot];
}

static void put_row(struct fleet *f, uint32_t slot, const struct tally *y, double lone)
{
    const struct lemon *l = &y->lemon;
    struct edit ed = edit_begin(f, ENTITY_OFFENDER, slot);
    struct buf what;

    buf_init(&what, 128);
    say_counts(l, &what);
    author_num(&ed, FIELD_offender_score, l->score);
    author_num(&ed, FIELD_offender_events, l->events);
    author_num(&ed, FIELD_offender_broken_jobs, l->broken_jobs);
    author_num(&ed, FIELD_offender_lone_failures, l->lone_failures);
    author_num(&ed, FIELD_offender_lone_jobs, lone);
    author_num(&ed, FIELD_offender_device_faults, l->device_faults);
    author_num(&ed, FIELD_offender_times_out, l->times_out);
    author_small(&ed, FIELD_offender_flagged, l->flagged);
    author_num(&ed, FIELD_offender_p_value, l->p);
    author_num(&ed, FIELD_offender_gpu_hours_lost, y->lost);
    author_num(&ed, FIELD_offender_peers, l->peers);
    author_str(&ed, FIELD_offender_device_model, y->model);
    author_time(&ed, FIELD_offender_last_at, y->last_at);
    author_text(&ed, FIELD_offender_what, what.data);
    buf_fini(&what);
    author_end(&ed);
    side_of(f, slot)->ours = true;
}

/* Nothing is held against them any more. What history told stays until it is 28 days old. */
static void drop_others(struct ranking *r)
{
    const struct table *t = &r->f->tables[ENTITY_OFFENDER];

    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct offender_row *o = rows_at(&t->rows, slot);
        if (!(o->h.flags & ROW_ALIVE) || !side_of(r->f, slot)->ours)
            continue;
        uint32_t before = r->count;
        struct tally *y = row_has(o, offender, node) ? tally_of(r, o->h.center, o->node) : NULL;
        if (!y || before != r->count || !y->lemon.events)
            fleet_drop(r->f, ENTITY_OFFENDER, slot);
    }
}

/* A row from history: what ran on it before this program did. */
void offender_arrived(struct fleet *f, uint32_t slot)
{
    const struct offender_row *o = rows_at(&f->tables[ENTITY_OFFENDER].rows, slot);

    *side_of(f, slot) = (struct offender_side){.told_lone = o->lone_jobs};
    f->events->rank = true;
}

void offender_dropped(struct fleet *f, uint32_t slot)
{
    if (slot < f->events->offender_count)
        f->events->offenders[slot] = (struct offender_side){0};
}

/* What history told counts beside what was counted since, and fades over the 28 days. */
static void add_told(struct ranking *r)
{
    const struct table *t = &r->f->tables[ENTITY_OFFENDER];
    const struct events *ev = r->f->events;
    double left = 1 - (double)(ev->now - ev->began_at) / (double)EVENT_KEEP_MS;

    for (uint32_t k = 0; k < r->count; k++) {
        const struct tally *y = &r->all[k];
        uint32_t slot =
            table_find(t, row_key(ENTITY_OFFENDER, y->center, intern_raw(r->f->strings, y->node),
                                  intern_raw_len(r->f->strings, y->node)));
        if (slot != SLOT_NONE && left > 0)
            r->all[k].lemon.lone_jobs += (uint32_t)(left * side_of(r->f, slot)->told_lone);
    }
}

static void put_rows(struct ranking *r)
{
    bool made;

    for (uint32_t k = 0; k < r->count; k++) {
        struct tally *y = &r->all[k];
        uint32_t slot = y->lemon.events ? author_take(r->f, ENTITY_OFFENDER, y->center,
                                                      intern_raw(r->f->strings, y->node), &made)
                                        : SLOT_NONE;
        if (slot != SLOT_NONE)
            put_row(r->f, slot, y, y->lemon.lone_jobs);
    }
}

static void rank_all(struct fleet *f)
{
    struct ranking r = {.f = f};
    struct lemon **order;

    map_init(&r.by_node);
    add_interruptions(&r);
    add_outages(&r);
    find_peers(&r);
    add_told(&r);
    order = xcalloc((size_t)r.count + 1, sizeof(*order));
    for (uint32_t k = 0; k < r.count; k++)
        order[k] = &r.all[k].lemon;
    lemon_rank(order, r.count);
    put_rows(&r);
    drop_others(&r);
    free(order);
    free(r.all);
    free(r.hits);
    map_fini(&r.by_node);
}

/* At the start, when all comes at once, at each look; later once a minute. */
void offenders_tick(struct fleet *f)
{
    struct events *ev = f->events;
    bool early = ev->now - ev->began_at < EARLY_MS;
    wall_ms since = ev->now - ev->ranked_at;

    if ((!ev->rank && (!ev->ranked_at || since < RANK_ANYWAY_MS)) ||
        (!early && since >= 0 && since < RANK_EVERY_MS))
        return;
    ev->ranked_at = ev->now;
    ev->rank = false;
    rank_all(f);
}
