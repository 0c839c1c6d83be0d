/* SPDX-License-Identifier: MIT
 * fleet_stories.c - which interruptions and attempts belong to one job. */
#include "base/xmem.h"
#include "model/fleet_int.h"

struct wanted {
    const struct events *ev;
    uint64_t job;
};

static bool same_job(const void *arg, uint32_t value)
{
    const struct wanted *w = arg;

    return w->ev->stories[value].job == w->job;
}

static uint32_t find(const struct events *ev, uint64_t job)
{
    const struct wanted w = {.ev = ev, .job = job};

    return ev->stories_by_job.used ? map_find(&ev->stories_by_job, job, same_job, &w) : MAP_NONE;
}

struct story *story_find(struct fleet *f, uint64_t job)
{
    uint32_t i = find(f->events, job);

    return i == MAP_NONE ? NULL : &f->events->stories[i];
}

static uint32_t take(struct events *ev)
{
    if (ev->free_count)
        return ev->free_stories[--ev->free_count];
    ev->stories = xgrow(ev->stories, &ev->stories_cap, ev->story_count + 1, sizeof(*ev->stories));
    return ev->story_count++;
}

struct story *story_of(struct fleet *f, uint16_t center, uint64_t job)
{
    struct events *ev = f->events;
    uint32_t i = find(ev, job);

    if (i != MAP_NONE)
        return &ev->stories[i];
    i = take(ev);
    ev->stories[i] = (struct story){.job = job,
                                    .interruption = SLOT_NONE,
                                    .attempt = SLOT_NONE,
                                    .center = center,
                                    .used = true};
    map_add(&ev->stories_by_job, job, i);
    return &ev->stories[i];
}

static void forget_if_empty(struct events *ev, struct story *s)
{
    uint32_t i = (uint32_t)(s - ev->stories);

    if (s->interruption != SLOT_NONE || s->attempt != SLOT_NONE)
        return;
    map_del(&ev->stories_by_job, s->job, i);
    s->used = false;
    ev->free_stories =
        xgrow(ev->free_stories, &ev->free_cap, ev->free_count + 1, sizeof(*ev->free_stories));
    ev->free_stories[ev->free_count++] = i;
}

struct interruption_side *interruption_side(struct fleet *f, uint32_t slot)
{
    struct events *ev = f->events;

    if (slot >= ev->interruption_count) {
        ev->interruptions = xgrow(ev->interruptions, &ev->interruptions_cap, (size_t)slot + 1,
                                  sizeof(*ev->interruptions));
        while (ev->interruption_count <= slot)
            ev->interruptions[ev->interruption_count++] = (struct interruption_side){0};
    }
    return &ev->interruptions[slot];
}

struct attempt_side *attempt_side(struct fleet *f, uint32_t slot)
{
    struct events *ev = f->events;

    if (slot >= ev->attempt_count) {
        ev->attempts =
            xgrow(ev->attempts, &ev->attempts_cap, (size_t)slot + 1, sizeof(*ev->attempts));
        while (ev->attempt_count <= slot)
            ev->attempts[ev->attempt_count++] = (struct attempt_side){0};
    }
    return &ev->attempts[slot];
}

static uint64_t job_key_of(const struct fleet *f, uint16_t center, strid job)
{
    return row_key(ENTITY_JOB, center, intern_raw(f->strings, job),
                   intern_raw_len(f->strings, job));
}

void story_link_interruption(struct fleet *f, uint32_t slot)
{
    const struct interruption_row *i = rows_at(&f->tables[ENTITY_INTERRUPTION].rows, slot);
    struct interruption_side *side = interruption_side(f, slot);

    if (side->story || !row_has(i, interruption, job))
        return;
    struct story *s = story_of(f, i->h.center, job_key_of(f, i->h.center, i->job));
    side->story = (uint32_t)(s - f->events->stories) + 1;
    side->older = s->interruption;
    s->interruption = slot;
}

void story_link_attempt(struct fleet *f, uint32_t slot)
{
    const struct attempt_row *a = rows_at(&f->tables[ENTITY_ATTEMPT].rows, slot);
    struct attempt_side *side = attempt_side(f, slot);

    if (side->story || !row_has(a, attempt, job))
        return;
    struct story *s = story_of(f, a->h.center, job_key_of(f, a->h.center, a->job));
    side->story = (uint32_t)(s - f->events->stories) + 1;
    side->older = s->attempt;
    s->attempt = slot;
}

void story_unlink_interruption(struct fleet *f, uint32_t slot)
{
    struct events *ev = f->events;
    struct interruption_side *side = interruption_side(f, slot);

    if (side->story) {
        struct story *s = &ev->stories[side->story - 1];
        uint32_t *p = &s->interruption;
        while (*p != slot)
            p = &ev->interruptions[*p].older;
        *p = side->older;
        forget_if_empty(ev, s);
    }
    *side = (struct interruption_side){0};
}

void story_unlink_attempt(struct fleet *f, uint32_t slot)
{
    struct events *ev = f->events;
    struct attempt_side *side = attempt_side(f, slot);

    if (side->story) {
        struct story *s = &ev->stories[side->story - 1];
        uint32_t *p = &s->attempt;
        while (*p != slot)
            p = &ev->attempts[*p].older;
        *p = side->older;
        forget_if_empty(ev, s);
    }
    *side = (struct attempt_side){0};
}
