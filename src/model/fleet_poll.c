/* SPDX-License-Identifier: MIT
 * fleet_poll.c - complete lists: what a poll did not list is gone when, and only when, it ended
 * well. */
#include "base/xmem.h"
#include "model/fleet_int.h"

static struct source_polls *polls_of(struct fleet *f, uint16_t source)
{
    if (source >= f->poll_count) {
        f->polls = xgrow(f->polls, &f->polls_cap, (size_t)source + 1, sizeof(*f->polls));
        while (f->poll_count <= source)
            f->polls[f->poll_count++] = (struct source_polls){0};
    }
    return &f->polls[source];
}

void fleet_note_rank(struct fleet *f, const struct delta *d)
{
    if (d->source != NOBODY && (d->rank[0] || d->rank[1]))
        memcpy(polls_of(f, d->source)->rank, d->rank, sizeof(d->rank));
}

/* A poll that was open for the same entity is thereby abandoned. */
void fleet_poll_begin(struct fleet *f, const struct delta *d)
{
    if (!d->poll.seq || !d->poll.begin || d->source == NOBODY)
        return;
    struct source_polls *p = polls_of(f, d->source);
    for (int e = 0; e < ENTITY_COUNT; e++)
        if (d->poll.entities[e] && !(EVENTS_OWN >> e & 1)) {
            p->open[e] = d->poll.seq;
            p->begun_at[e] = d->at;
        }
}

bool fleet_poll_open(const struct fleet *f, const struct delta *d, enum entity e)
{
    return d->poll.seq && d->poll.entities[e] && d->source < f->poll_count &&
           f->polls[d->source].open[e] == d->poll.seq;
}

void fleet_poll_abandon(struct fleet *f, const struct delta *d)
{
    for (int e = 0; e < ENTITY_COUNT; e++)
        if (fleet_poll_open(f, d, (enum entity)e))
            f->polls[d->source].open[e] = 0;
}

/* It did not turn up again, nor was it dropped, since the entry was made. */
static bool is_still_gone(const struct fleet *f, const struct gone_job *g)
{
    const struct table *t = &f->tables[ENTITY_JOB];

    if (!table_alive(t, g->slot))
        return false;
    const struct row_head *h = table_head(t, g->slot);
    return h->birth == g->birth && row_gone_at(h) == g->at;
}

/* Jobs that go and come again (half a list, then a whole one) leave an entry each time. */
static void compact_gone(struct fleet *f)
{
    size_t kept = 0;

    for (size_t i = f->gone_first; i < f->gone_count; i++)
        if (is_still_gone(f, &f->gone[i]))
            f->gone[kept++] = f->gone[i];
    f->gone_first = 0;
    f->gone_count = kept;
}

static void remember_gone(struct fleet *f, uint32_t slot, uint32_t birth, wall_ms at)
{
    size_t full = f->gone_cap - f->gone_cap / 4;

    if (f->gone_count == f->gone_cap) {
        compact_gone(f);
        /* A quarter is free now, or it grows: so the next time is far away. */
        if (f->gone_count >= full)
            f->gone = xgrow(f->gone, &f->gone_cap, f->gone_cap + 1, sizeof(*f->gone));
    }
    f->gone[f->gone_count++] = (struct gone_job){.slot = slot, .birth = birth, .at = at};
}

/* It ended while nobody looked. What it was doing then stays in raw_state, and (for a job that
 * turns up again) in head.was. */
static void job_is_gone(struct fleet *f, uint32_t slot, wall_ms at)
{
    struct edit ed = edit_begin(f, ENTITY_JOB, slot);
    struct job_row *j = edit_write(&ed);

    j->h.flags |= ROW_GONE;
    j->h.seen_at[1] = at;
    j->h.was = 0;
    if (row_has(j, job, state) && j->state <= job_state_SUSPENDED) {
        j->h.was = 1u + j->state;
        j->state = job_state_UNKNOWN;
    }
    edit_end(&ed);
    remember_gone(f, slot, j->h.birth, at);
}

/* Somebody else still knows the row: it loses the values of those groups, but not its identity. */
static void detach(struct fleet *f, enum entity e, uint32_t slot, unsigned groups)
{
    const struct entity_info *info = entity_info(e);
    struct edit ed = edit_begin(f, e, slot);
    struct row_head *h = edit_write(&ed);

    for (unsigned g = 0; g < 2; g++)
        if (groups >> g & 1) {
            f->tables[e].marks[g][slot].source = NOBODY;
            h->source[g] = NOBODY;
        }
    for (unsigned i = 0; i < info->field_count; i++) {
        enum field_group group = info->fields[i].group;
        bool identity = (int)i == info->name_field;
        unsigned bit = group == GROUP_TELE ? 2 : group == GROUP_SCHED ? 1 : 0;
        if ((groups & bit) && !identity)
            edit_clear(&ed, i);
    }
    edit_end(&ed);
}

/* The row was confirmed until the poll before this one. */
static void note_last_seen(struct fleet *f, enum entity e, uint32_t slot, unsigned groups,
                           uint16_t source)
{
    const struct source_confirmed *c =
        source < f->confirmed.count ? rows_at(&f->confirmed, source) : NULL;
    const struct row_head *h = table_head(&f->tables[e], slot);

    for (unsigned g = 0; c && g < 2; g++)
        if ((groups >> g & 1) && h->seen_at[g] < c->at[e])
            ((struct row_head *)rows_edit(&f->tables[e].rows, slot))->seen_at[g] = c->at[e];
}

/* "14_[6-99]", the waiting rest of an array: when it is no longer listed its tasks are, one by one. */
static bool is_rest(const struct fleet *f, uint32_t slot)
{
    const struct job_row *j = rows_at(&f->tables[ENTITY_JOB].rows, slot);

    return row_has(j, job, id) && strchr(intern_raw(f->strings, j->id), '[');
}

static void sweep_row(struct fleet *f, const struct delta *d, enum entity e, uint32_t slot,
                      unsigned groups)
{
    struct table *t = &f->tables[e];
    bool others = false;

    for (unsigned g = 0; g < t->groups; g++)
        others = others || (!(groups >> g & 1) && t->marks[g][slot].source != NOBODY);
    if (!others && (e != ENTITY_JOB || is_rest(f, slot))) {
        fleet_drop(f, e, slot);
        return;
    }
    note_last_seen(f, e, slot, groups, d->source);
    if (others) {
        detach(f, e, slot, groups);
        return;
    }
    for (unsigned g = 0; g < t->groups; g++)
        t->marks[g][slot].source = NOBODY;
    job_is_gone(f, slot, d->at);
}

/* Rows that this source knew before and did not list now. Reads nothing but the marks. */
static void sweep(struct fleet *f, const struct delta *d, enum entity e)
{
    struct table *t = &f->tables[e];

    for (uint32_t slot = 0; slot < t->slots; slot++) {
        unsigned groups = 0;
        for (unsigned g = 0; g < t->groups; g++) {
            const struct mark *m = &t->marks[g][slot];
            if (m->source == d->source && m->poll != d->poll.seq)
                groups |= 1u << g;
        }
        if (groups)
            sweep_row(f, d, e, slot, groups);
    }
}

static void confirm_all(struct fleet *f, const struct delta *d, enum entity e, wall_ms at)
{
    struct source_confirmed *c;

    rows_grow(&f->confirmed, (uint32_t)d->source + 1);
    c = rows_edit(&f->confirmed, d->source);
    if (at > c->at[e])
        c->at[e] = at;
}

static void note_known(struct fleet *f, uint16_t center, enum entity e)
{
    struct fleet_center *c = fleet_center_of(f, center);

    if (e == ENTITY_NODE)
        c->known_nodes = true;
    else if (e == ENTITY_JOB)
        c->known_jobs = true;
    else
        return;
    pools_all_dirty(&f->pools);
}

void fleet_poll_end(struct fleet *f, const struct delta *d)
{
    if (d->poll.end == POLL_BAD)
        fleet_poll_abandon(f, d);
    if (d->poll.end != POLL_GOOD && d->poll.end != POLL_SAME)
        return;
    for (int e = 0; e < ENTITY_COUNT; e++) {
        if (!fleet_poll_open(f, d, (enum entity)e))
            continue;
        if (d->poll.end == POLL_GOOD && tellers_has((enum entity)e))
            tellers_sweep(f, (enum entity)e, d->source, d->poll.seq, d->at);
        else if (d->poll.end == POLL_GOOD)
            sweep(f, d, (enum entity)e);
        confirm_all(f, d, (enum entity)e, f->polls[d->source].begun_at[e]);
        if (d->poll.end == POLL_SAME && e == ENTITY_DEVICE)
            silent_confirmed(f, d->source, d->at);
        if (d->poll.end == POLL_GOOD)
            note_known(f, d->center, (enum entity)e);
        f->polls[d->source].open[e] = 0;
    }
}

/* Gone jobs in the order in which they went; those that came back or were dropped are passed
 * over. */
void fleet_forget_gone(struct fleet *f, wall_ms now)
{
    while (f->gone_first < f->gone_count) {
        const struct gone_job *g = &f->gone[f->gone_first];
        if (now - g->at < f->limits.keep_gone_jobs_ms)
            break;
        f->gone_first++;
        if (is_still_gone(f, g))
            fleet_drop(f, ENTITY_JOB, g->slot);
    }
    if (f->gone_first == 0 || f->gone_first < f->gone_count / 2)
        return;
    f->gone_count -= f->gone_first;
    memmove(f->gone, f->gone + f->gone_first, f->gone_count * sizeof(*f->gone));
    f->gone_first = 0;
}
