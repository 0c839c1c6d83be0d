/* SPDX-License-Identifier: MIT
 * world_jobs.c - the life of jobs: submitted, waiting, running, ended, forgotten; and the scheduler. */
#include "base/xmem.h"
#include "fleetsim/world_int.h"
#include <math.h>
#include <stdlib.h>

enum { USERS = 400, PATIENCE_MS = 2 * HOUR_MS };

uint32_t jobs_index(const struct world *w, const struct sim_job *j)
{
    return (uint32_t)(j - w->jobs);
}

/* ---- queues ---- */

static struct sim_queue *queue_of(struct world *w, const struct sim_job *j)
{
    struct sim_pool_state *p = &w->pools[j->pool];

    return w->scenario->works[j->work].urgent ? &p->urgent : &p->usual;
}

static void queue_put(struct sim_queue *q, uint32_t job)
{
    if (q->first > 0 && q->first == q->count)
        q->first = q->count = 0;
    q->jobs = xgrow(q->jobs, &q->cap, q->count + 1, sizeof(*q->jobs));
    q->jobs[q->count++] = job;
}

static void queue_trim(struct sim_queue *q)
{
    while (q->first < q->count && q->jobs[q->first] == NO_INDEX)
        q->first++;
    if (q->first < 1024 || q->first < q->count / 2)
        return;
    for (size_t i = q->first; i < q->count; i++)
        q->jobs[i - q->first] = q->jobs[i];
    q->count -= q->first;
    q->first = 0;
}

static void queue_remove(struct world *w, struct sim_job *j)
{
    struct sim_queue *q = queue_of(w, j);

    for (size_t i = q->first; i < q->count; i++)
        if (q->jobs[i] == jobs_index(w, j)) {
            q->jobs[i] = NO_INDEX;
            break;
        }
    j->waits = false;
    w->pools[j->pool].waiting--;
}

void jobs_queue(struct world *w, struct sim_job *j, wall_ms eligible_at)
{
    j->state = SIM_QUEUED;
    j->eligible_at = eligible_at;
    j->waits = true;
    w->pools[j->pool].waiting++;
    queue_put(queue_of(w, j), jobs_index(w, j));
}

/* ---- making and forgetting ---- */

struct sim_job *jobs_new(struct world *w)
{
    struct sim_job *j;
    uint32_t slot = w->free_job;

    if (slot != NO_INDEX) {
        w->free_job = w->jobs[slot].next_free;
    } else {
        w->jobs = xgrow(w->jobs, &w->job_cap, (size_t)w->job_count + 1, sizeof(*w->jobs));
        slot = w->job_count++;
    }
    j = &w->jobs[slot];
    *j = (struct sim_job){.id = ++w->last_id, .used = true, .next_free = NO_INDEX};
    return j;
}

static void forget_places(struct sim_job *j)
{
    free(j->nodes);
    j->nodes = NULL;
    j->node_count = 0;
}

void jobs_forget(struct world *w, uint32_t job)
{
    struct sim_job *j = &w->jobs[job];

    forget_places(j);
    free(j->cause);
    *j = (struct sim_job){.next_free = w->free_job};
    w->free_job = job;
}

static uint32_t choose_work(struct world *w)
{
    double left = random_share(&w->rng);
    uint32_t i = 0;

    while (i + 1 < w->scenario->work_count && (left -= w->scenario->works[i].share) >= 0)
        i++;
    return i;
}

static uint32_t largest_pool(const struct world *w)
{
    uint32_t largest = 0;

    for (uint32_t i = 1; i < w->center->pool_count; i++)
        if (world_pool(w, i)->nodes * w->pools[i].places_of_node >
            world_pool(w, largest)->nodes * w->pools[largest].places_of_node)
            largest = i;
    return largest;
}

/* By their places; jobs that ask for much go where there is much. */
static uint32_t choose_pool(struct world *w, uint32_t places)
{
    uint64_t sum = 0;
    uint32_t best = 0;

    for (uint32_t i = 0; i < w->center->pool_count; i++) {
        uint64_t has = (uint64_t)world_pool(w, i)->nodes * w->pools[i].places_of_node;
        if (has < 2 * (uint64_t)places)
            continue;
        sum += has;
        if (random_share(&w->rng) * (double)sum < (double)has)
            best = i;
    }
    return sum > 0 ? best : largest_pool(w);
}

/* No job gets more than half of a pool, and over one node only whole nodes. */
static uint32_t fit(const struct world *w, uint32_t pool, uint32_t places)
{
    uint32_t node = w->pools[pool].places_of_node;
    uint32_t most = world_pool(w, pool)->nodes * node / 2;

    if (places > most)
        places = most > 0 ? most : 1;
    return places <= node ? places : places / node * node;
}

static void choose_end(struct world *w, const struct sim_work *k, struct sim_job *j)
{
    double share = random_share(&w->rng);

    j->run_ms = random_lognormal(&w->rng, k->hours, k->spread) * HOUR_MS;
    j->end = share < k->failed                  ? SIM_FAILED
             : share < k->failed + k->cancelled ? SIM_CANCELLED
                                                : SIM_DONE;
    if (j->end == SIM_FAILED)
        j->run_ms /= 4; /* most that fail do so early (facts of Unicron and Acme) */
    if (j->run_ms < 5000)
        j->run_ms = 5000;
}

/* People ask for a round time, and for more than they think to need; what no limit would hold gets two weeks. */
uint32_t world_job_limit_minutes(const struct world *w, const struct sim_job *j)
{
    static const uint32_t round_hours[] = {1, 2, 4, 8, 12, 24, 48, 72, 120, 168};
    double hours = fmax(w->scenario->works[j->work].hours * 3, j->run_ms / HOUR_MS * 1.1);

    for (size_t i = 0; i < ARRAY_LEN(round_hours); i++)
        if (round_hours[i] >= hours)
            return round_hours[i] * 60;
    return (uint32_t)fmax(14 * 24, ceil(hours)) * 60;
}

static struct sim_job *make_job(struct world *w, wall_ms at)
{
    struct sim_job *j = jobs_new(w);

    j->work = choose_work(w);
    const struct sim_work *k = &w->scenario->works[j->work];
    j->places = k->sizes[random_below(&w->rng, k->size_count)];
    j->pool = choose_pool(w, j->places);
    j->places = fit(w, j->pool, j->places);
    /* Few users submit most. */
    j->user = (uint32_t)(USERS * pow(random_share(&w->rng), 3));
    j->submitted_at = j->eligible_at = at;
    choose_end(w, k, j);
    w->counts.submitted++;
    return j;
}

void jobs_submit(struct world *w, wall_ms at)
{
    struct sim_job *j = make_job(w, at);

    jobs_queue(w, j, at);
    jobs_schedule(w, j->pool);
}

/* ---- attempts ---- */

static void begin(struct world *w, struct sim_job *j, wall_ms started_at)
{
    j->state = SIM_RUNNING;
    j->started_at = started_at;
    j->ended_at = 0;
    j->stamp = ++w->last_stamp;
    w->pools[j->pool].running++;
    w->counts.started++;
    events_put(w, started_at + (wall_ms)j->run_ms, EVENT_END, jobs_index(w, j), j->stamp);
}

void jobs_start(struct world *w, struct sim_job *j, wall_ms at)
{
    queue_remove(w, j);
    begin(w, j, at);
}

/* The attempt is over, however. */
static void stop(struct world *w, struct sim_job *j, enum sim_state how, bool again)
{
    double hours = (double)(w->now - j->started_at) / HOUR_MS;

    places_take_back(w, j);
    accounts_add(w, j, how, again);
    j->ended_at = w->now;
    j->stamp = ++w->last_stamp;
    w->pools[j->pool].running--;
    w->counts.ended[how]++;
    w->counts.place_hours[how] += hours * j->places;
}

void jobs_end(struct world *w, struct sim_job *j, enum sim_state how)
{
    if (j->state == SIM_RUNNING)
        stop(w, j, how, false);
    else if (j->waits)
        queue_remove(w, j);
    j->ended_at = w->now;
    j->state = (uint8_t)how;
    j->stamp = ++w->last_stamp;
    events_put(w, w->now + KEEP_ENDED_MS, EVENT_FORGET, jobs_index(w, j), j->stamp);
    jobs_schedule(w, j->pool);
}

void jobs_interrupt(struct world *w, struct sim_job *j, enum sim_state how)
{
    stop(w, j, how, how == SIM_CANCELLED);
    w->counts.interrupted[how == SIM_PREEMPTED]++;
    forget_places(j);
    j->restarts++;
    j->started_at = 0;
    jobs_queue(w, j, w->now + 120000); /* as Slurm: not before two minutes */
}

/* ---- the scheduler: first come, first served, with a look ahead ---- */

static bool try_start(struct world *w, struct sim_job *j, bool spare)
{
    if (j->held || j->eligible_at > w->now || !places_give(w, j, spare))
        return false;
    jobs_start(w, j, w->now);
    return true;
}

/* Running jobs of lower rank make room, the youngest first, if that is enough. */
static bool preempt_for(struct world *w, const struct sim_job *urgent)
{
    struct sim_pool_state *p = &w->pools[urgent->pool];
    uint32_t wanted = (urgent->places + p->places_of_node - 1) / p->places_of_node;

    for (uint32_t i = w->job_count; i-- > 0 && p->whole < wanted;) {
        struct sim_job *j = &w->jobs[i];
        if (j->used && j->state == SIM_RUNNING && j->pool == urgent->pool &&
            w->scenario->works[j->work].preemptable && j->places >= p->places_of_node)
            jobs_interrupt(w, j, SIM_PREEMPTED);
    }
    return p->whole >= wanted;
}

static void schedule_queue(struct world *w, struct sim_queue *q, bool urgent)
{
    size_t looked = 0;
    bool spare = false;

    for (size_t i = q->first; i < q->count && looked < LOOK_AHEAD; i++) {
        if (q->jobs[i] == NO_INDEX)
            continue;
        struct sim_job *j = &w->jobs[q->jobs[i]];
        looked++;
        if (try_start(w, j, spare))
            continue;
        if (urgent && looked == 1 && !j->held && preempt_for(w, j))
            try_start(w, j, false);
        /* A large job that has waited for long gets the nodes that become free. */
        spare |= !j->held && w->now - j->eligible_at > PATIENCE_MS;
    }
    queue_trim(q);
}

void jobs_schedule(struct world *w, uint32_t pool)
{
    struct sim_pool_state *p = &w->pools[pool];

    schedule_queue(w, &p->urgent, true);
    schedule_queue(w, &p->usual, false);
}

/* ---- the stream of new ones ---- */

static uint32_t waiting(const struct world *w)
{
    uint32_t n = 0;

    for (size_t i = 0; i < w->center->pool_count; i++)
        n += w->pools[i].waiting;
    return n;
}

/* More are submitted while the queue is shorter than it should be, fewer while it is longer. */
void jobs_arrive(struct world *w)
{
    double rate = w->work_rate;

    jobs_submit(w, w->now);
    if (w->center->queued >= 1)
        rate *= waiting(w) < w->center->queued ? 1.4 : 0.6;
    events_put(w, w->now + 1 + (wall_ms)random_exponential(&w->rng, HOUR_MS / rate), EVENT_ARRIVAL,
               0, 0);
}

/* Places times hours of a job, on the average. */
static double mean_work(const struct world *w)
{
    const struct scenario *s = w->scenario;
    uint32_t pool = largest_pool(w);
    double sum = 0;

    for (size_t i = 0; i < s->work_count; i++) {
        const struct sim_work *k = &s->works[i];
        double places = 0;
        for (uint32_t n = 0; n < k->size_count; n++)
            places += fit(w, pool, k->sizes[n]);
        sum += k->share * places / k->size_count * k->hours * (1 - 0.75 * k->failed);
    }
    return sum;
}

static double all_places(const struct world *w)
{
    double n = 0;

    for (size_t i = 0; i < w->center->pool_count; i++)
        n += (double)w->center->pools[i].nodes * w->pools[i].places_of_node;
    return n;
}

/* A job that runs when the simulation begins has begun before: the longer it is, the likelier it is met. */
static bool start_in_the_middle(struct world *w, struct sim_job *j)
{
    const struct sim_work *k = &w->scenario->works[j->work];

    j->run_ms *= exp(k->spread * k->spread);
    if (!places_give(w, j, false))
        return false;
    j->submitted_at = j->eligible_at =
        w->now - (wall_ms)(j->run_ms * random_share(&w->rng)) - 60000;
    wall_ms started_at = j->submitted_at + 60000;
    begin(w, j, started_at < w->now ? started_at : w->now);
    return true;
}

/* What is met at a time are jobs in proportion to how long they run, not as they are submitted. */
static bool is_met(struct world *w, const struct sim_job *j)
{
    double longest = 0, hours = w->scenario->works[j->work].hours;

    for (size_t i = 0; i < w->scenario->work_count; i++)
        longest = fmax(longest, w->scenario->works[i].hours);
    return random_share(&w->rng) * longest < hours * (j->end == SIM_FAILED ? 0.25 : 1);
}

void jobs_fill(struct world *w)
{
    double places = all_places(w), taken = 0;
    unsigned misses = 0;

    w->work_rate = fmax(places * w->center->load / mean_work(w), 0.01);
    while (taken < places * w->center->load && misses < 1000) {
        struct sim_job *j = make_job(w, w->now);
        if (is_met(w, j) && start_in_the_middle(w, j)) {
            taken += j->places;
            misses = 0;
        } else {
            misses++;
            jobs_forget(w, jobs_index(w, j));
            w->last_id--;
        }
    }
    for (double i = 0; i < w->center->queued; i++) {
        struct sim_job *j =
            make_job(w, w->now - (wall_ms)random_exponential(&w->rng, 4.0 * HOUR_MS));
        jobs_queue(w, j, j->submitted_at);
    }
    events_put(w, w->now + 1000, EVENT_ARRIVAL, 0, 0);
}
