/* SPDX-License-Identifier: MIT
 * queueplace.c - see queueplace.h. */
#include "ui/queueplace.h"
#include <stdlib.h>
#include <string.h>

enum { PLACES_MAX = 256, JOBS_MAX = 100000, AGAIN_MS = 5000 };

struct place {
    uint64_t job; /* key of the job's row */
    uint16_t center;
    strid pool;
    double priority;
    unsigned ahead;
};

static struct {
    const struct snapshot *snap;
    uint64_t generation;
    wall_ms at;
    struct place places[PLACES_MAX];
    int count;
} known;

/* Same queues together, who is next first. */
static int by_queue(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (x->center != y->center)
        return x->center < y->center ? -1 : 1;
    if (x->pool != y->pool)
        return x->pool < y->pool ? -1 : 1;
    return x->priority > y->priority ? -1 : x->priority < y->priority;
}

static bool waits(const struct job_row *j)
{
    return j && !(j->h.flags & ROW_GONE) && row_has(j, job, state) &&
           j->state == job_state_QUEUED && row_has(j, job, priority) && row_has(j, job, pool);
}

static uint64_t job_key(const struct view_input *in, const struct interruption_row *r)
{
    const struct intern *strings = snapshot_strings(in->snap);

    return row_key(ENTITY_JOB, r->h.center, intern_raw(strings, r->job),
                   intern_raw_len(strings, r->job));
}

static void find_waiting(const struct view_input *in)
{
    known.count = 0;
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_INTERRUPTION); i++) {
        const struct interruption_row *r = snapshot_row(in->snap, ENTITY_INTERRUPTION, i);
        if (!r || known.count == PLACES_MAX || !row_has(r, interruption, job) ||
            r->outcome != interruption_outcome_WAITING)
            continue;
        uint64_t key = job_key(in, r);
        uint32_t slot = snapshot_find(in->snap, ENTITY_JOB, key);
        const struct job_row *j =
            slot == UINT32_MAX ? NULL : snapshot_row(in->snap, ENTITY_JOB, slot);
        if (waits(j))
            known.places[known.count++] = (struct place){key, j->h.center, j->pool, j->priority, 0};
    }
    qsort(known.places, (size_t)known.count, sizeof known.places[0], by_queue);
}

/* The first of its queue that this job stands before, or that queue's end. */
static int first_behind(const struct job_row *j)
{
    struct place key = {0, j->h.center, j->pool, j->priority, 0};
    int low = 0, high = known.count;

    while (low < high) {
        int middle = low + (high - low) / 2;
        if (by_queue(&known.places[middle], &key) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool same_queue(const struct place *a, uint16_t center, strid pool)
{
    return a->center == center && a->pool == pool;
}

static void count(const struct view_input *in)
{
    find_waiting(in);
    for (uint32_t i = 0; known.count > 0 && i < snapshot_slots(in->snap, ENTITY_JOB); i++) {
        const struct job_row *j = snapshot_row(in->snap, ENTITY_JOB, i);
        if (!waits(j))
            continue;
        int at = first_behind(j);
        if (at < known.count && same_queue(&known.places[at], j->h.center, j->pool))
            known.places[at].ahead +=
                row_has(j, job, tasks) && j->tasks > 1 ? (unsigned)j->tasks : 1;
    }
    for (int i = 1; i < known.count; i++)
        if (same_queue(&known.places[i], known.places[i - 1].center, known.places[i - 1].pool))
            known.places[i].ahead += known.places[i - 1].ahead;
}

static void refresh(const struct view_input *in)
{
    bool other = known.snap != in->snap || known.generation != snapshot_generation(in->snap);
    int64_t age = in->ctx.now - known.at;

    if (!other || (known.count > 0 && age > 0 && age < AGAIN_MS))
        return;
    known.snap = in->snap;
    known.generation = snapshot_generation(in->snap);
    known.at = in->ctx.now;
    known.count = 0;
    if (snapshot_slots(in->snap, ENTITY_JOB) <= JOBS_MAX)
        count(in);
}

unsigned queue_place(const struct view_input *in, const struct interruption_row *r)
{
    refresh(in);
    if (!row_has(r, interruption, job) || known.count == 0)
        return 0;
    uint64_t key = job_key(in, r);
    for (int i = 0; i < known.count; i++)
        if (known.places[i].job == key)
            return known.places[i].ahead + 1;
    return 0;
}
