/* SPDX-License-Identifier: MIT
 * blast.c - what hangs on the targets: devices, running jobs, their owners, GPU-hours. See plan.h.
 *
 * GPU-hours that an interruption would cost are estimated as elsewhere in suantop: nobody knows the last checkpoint, so
 * half of an hour between two (or all, if the run is younger), and five minutes to start again. At most it is
 * everything since the start, which is also what a cancel costs. */
#include "action/plan_int.h"
#include "base/xmem.h"
#include "model/hostset.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HOUR_MS 3600000.0
#define CHECKPOINT_MS (30 * 60000.0) /* half of what lies between two */
#define RESTART_MS (5 * 60000.0)
#define FEW_TARGETS 4
#define MOST_HOSTS 4096u

/* A figure that some do not tell (-1): the sum is of those that do, and unknown when none does. */
struct sum {
    double v;
    unsigned told, untold;
};

static void add(struct sum *s, double v)
{
    if (v < 0) {
        s->untold++;
        return;
    }
    s->told++;
    s->v += v;
}

static double sum_of(const struct sum *s)
{
    return s->untold && !s->told ? -1 : s->v;
}

#define KNOWN(row, entity, id) (row_has(row, entity, id) ? (double)(row)->id : -1)

struct owner {
    strid user;
    double jobs;
};

struct blast {
    const struct planning *g;
    struct sum nodes, devices, busy, jobs, lost, ceiling;
    struct owner *owners;
    size_t owner_count, owner_cap;
};

double planned_tasks(const struct planning *g, size_t i)
{
    const struct job_row *j = planned_job(g, i);

    return !g->o->targets[i].task_key && row_has(j, job, tasks) && j->tasks > 1 ? (double)j->tasks
                                                                                : 1;
}

bool planned_runs(const struct job_row *j)
{
    return !(j->h.flags & ROW_GONE) && row_has(j, job, state) &&
           (j->state == job_state_RUNNING || j->state == job_state_SUSPENDED ||
            j->state == job_state_COMPLETING);
}

/* --- owners ------------------------------------------------------------------------------------ */

static void add_owner(struct blast *b, const struct job_row *j, double jobs)
{
    if (!row_has(j, job, user))
        return;
    for (size_t i = 0; i < b->owner_count; i++)
        if (b->owners[i].user == j->user) {
            b->owners[i].jobs += jobs;
            return;
        }
    b->owners = xgrow(b->owners, &b->owner_cap, b->owner_count + 1, sizeof(*b->owners));
    b->owners[b->owner_count++] = (struct owner){.user = j->user, .jobs = jobs};
}

static int by_jobs(const void *a, const void *b)
{
    const struct owner *x = a, *y = b;

    if (x->jobs != y->jobs)
        return x->jobs > y->jobs ? -1 : 1;
    return x->user < y->user ? -1 : 1;
}

static void tell_owners(struct blast *b)
{
    struct plan *p = b->g->p;
    size_t len = 0, shown = 0;

    if (b->owner_count)
        qsort(b->owners, b->owner_count, sizeof(*b->owners), by_jobs);
    for (; shown < b->owner_count && shown < 8; shown++) {
        const char *name = intern_text(b->g->in, b->owners[shown].user);
        if (len + strlen(name) + 32 > sizeof(p->owners))
            break;
        len += (size_t)snprintf(p->owners + len, sizeof(p->owners) - len, "%s%s", shown ? ", " : "",
                                name);
    }
    if (shown < b->owner_count)
        snprintf(p->owners + len, sizeof(p->owners) - len, "%s%zu more", shown ? " and " : "",
                 b->owner_count - shown);
    p->owner_count = b->owner_count;
}

/* --- GPU-hours --------------------------------------------------------------------------------- */

struct hours {
    double lost, ceiling; /* -1 = unknown */
};

static struct hours hours_of(const struct planning *g, const struct job_row *j)
{
    struct hours h = {.lost = -1, .ceiling = -1};
    double ran = (double)(g->now - j->started_at);

    if (!row_has(j, job, devices_allocated) || !row_has(j, job, started_at))
        return h;
    if (ran < 0)
        ran = 0;
    double again = (ran < CHECKPOINT_MS ? ran : CHECKPOINT_MS) + RESTART_MS;
    h.lost = (double)j->devices_allocated * again / HOUR_MS;
    h.ceiling = (double)j->devices_allocated * ran / HOUR_MS;
    if (h.ceiling < h.lost)
        h.ceiling = h.lost;
    if (g->o->verb == action_verb_CANCEL)
        h.lost = h.ceiling;
    return h;
}

/* --- jobs as targets --------------------------------------------------------------------------- */

static void blast_running(struct blast *b, struct plan_target *t, const struct job_row *j)
{
    struct hours h = hours_of(b->g, j);

    t->devices = t->devices_busy = KNOWN(j, job, devices_allocated);
    t->gpu_hours_at_risk = h.lost;
    add(&b->lost, h.lost);
    add(&b->ceiling, h.ceiling);
    add(&b->devices, t->devices);
    add(&b->busy, t->devices_busy);
    add(&b->nodes, KNOWN(j, job, node_count));
}

static void blast_job(struct blast *b, size_t i)
{
    const struct job_row *j = planned_job(b->g, i);
    struct plan_target *t = &b->g->p->targets[i];

    t->jobs = planned_tasks(b->g, i);
    t->devices = t->devices_busy = t->gpu_hours_at_risk = 0; /* what waits has none */
    add(&b->jobs, t->jobs);
    add_owner(b, j, t->jobs);
    if (planned_runs(j))
        blast_running(b, t, j);
}

static void finish(struct blast *b)
{
    struct plan *p = b->g->p;

    p->nodes = sum_of(&b->nodes);
    p->devices = sum_of(&b->devices);
    p->devices_busy = sum_of(&b->busy);
    p->jobs = sum_of(&b->jobs);
    p->gpu_hours_at_risk = sum_of(&b->lost);
    p->gpu_hours_ceiling = sum_of(&b->ceiling);
    tell_owners(b);
    free(b->owners);
}

void blast_jobs(const struct planning *g)
{
    struct blast b = {.g = g};

    for (size_t i = 0; i < g->o->count; i++)
        if (planned_sendable(g, i))
            blast_job(&b, i);
    finish(&b);
}

/* --- nodes as targets -------------------------------------------------------------------------- */

/* Names of the targets that will be sent, sorted, so that a job on one node costs a search, not a walk. */
struct named {
    const char *name;
    size_t target;
};

struct on_nodes {
    struct blast *b;
    struct named *names;
    size_t count;
};

static int by_name(const void *a, const void *b)
{
    return strcasecmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static void put_on(struct on_nodes *on, size_t target, const struct hours *h)
{
    struct plan_target *t = &on->b->g->p->targets[target];

    t->jobs++;
    if (h->lost >= 0)
        t->gpu_hours_at_risk = (t->gpu_hours_at_risk < 0 ? 0 : t->gpu_hours_at_risk) + h->lost;
    else if (t->jobs == 1)
        t->gpu_hours_at_risk = -1;
}

static bool any_host(void *arg, const char *host, size_t len)
{
    (void)arg;
    (void)host;
    (void)len;
    return true;
}

/* A job that is looked for among the targets. */
struct placing {
    struct on_nodes *on;
    const struct hours *h;
    bool any;
};

static bool put_on_host(void *arg, const char *host, size_t len)
{
    struct placing *p = arg;
    char name[TARGET_NAME_MAX];

    if (len >= sizeof(name))
        return true; /* no target has such a name */
    memcpy(name, host, len);
    name[len] = '\0';
    const struct named *hit = bsearch(&(struct named){.name = name}, p->on->names, p->on->count,
                                      sizeof(*p->on->names), by_name);
    if (hit) {
        put_on(p->on, hit->target, p->h);
        p->any = true;
    }
    return true;
}

/* Adds the job to each target that it runs on; true if there is one. Whichever is shorter is walked: the targets, or
 * the hosts of the set, which is a scheduler's and may be huge. */
static bool put_job(struct on_nodes *on, const char *nodes, const struct hours *h)
{
    struct placing p = {.on = on, .h = h};

    if (!strpbrk(nodes, "[,")) {
        put_on_host(&p, nodes, strlen(nodes));
        return p.any;
    }
    if (on->count > FEW_TARGETS && hostset_each(nodes, MOST_HOSTS, any_host, NULL) < MOST_HOSTS) {
        (void)hostset_each(nodes, MOST_HOSTS, put_on_host, &p);
        return p.any;
    }
    for (size_t i = 0; i < on->count; i++)
        if (hostset_contains(nodes, on->names[i].name)) {
            put_on(on, on->names[i].target, h);
            p.any = true;
        }
    return p.any;
}

static void look_at_job(struct on_nodes *on, const struct job_row *j)
{
    const struct planning *g = on->b->g;

    if (j->h.center != g->o->center || !planned_runs(j) || !row_has(j, job, nodes))
        return;
    struct hours h = hours_of(g, j);
    if (!put_job(on, intern_raw(g->in, j->nodes), &h))
        return;
    add(&on->b->jobs, 1);
    add(&on->b->lost, h.lost);
    add(&on->b->ceiling, h.ceiling);
    add_owner(on->b, j, 1);
}

static void blast_node(struct blast *b, size_t i)
{
    const struct node_row *n = planned_node(b->g, i);
    struct plan_target *t = &b->g->p->targets[i];

    t->jobs = t->gpu_hours_at_risk = 0;
    t->devices = KNOWN(n, node, devices_total);
    t->devices_busy = KNOWN(n, node, devices_allocated);
    add(&b->nodes, 1);
    add(&b->devices, t->devices);
    add(&b->busy, t->devices_busy);
}

/* Nobody has listed the jobs of this center. */
static void jobs_unknown(struct blast *b)
{
    for (size_t i = 0; i < b->g->o->count; i++)
        b->g->p->targets[i].jobs = b->g->p->targets[i].gpu_hours_at_risk = -1;
    add(&b->jobs, -1);
    add(&b->lost, -1);
    add(&b->ceiling, -1);
}

void blast_nodes(const struct planning *g)
{
    struct blast b = {.g = g};
    struct on_nodes on = {.b = &b, .names = xcalloc(g->o->count, sizeof(*on.names))};
    const struct center_row *c = snapshot_center(g->s, g->o->center);

    for (size_t i = 0; i < g->o->count; i++) {
        if (!planned_sendable(g, i))
            continue;
        blast_node(&b, i);
        on.names[on.count++] = (struct named){.name = g->o->targets[i].name, .target = i};
    }
    qsort(on.names, on.count, sizeof(*on.names), by_name);
    for (uint32_t i = 0; on.count && i < snapshot_slots(g->s, ENTITY_JOB); i++) {
        const struct job_row *j = snapshot_row(g->s, ENTITY_JOB, i);
        if (j)
            look_at_job(&on, j);
    }
    if (!c || !row_has(c, center, jobs_running))
        jobs_unknown(&b);
    finish(&b);
    free(on.names);
}
