/* SPDX-License-Identifier: MIT
 * slurm_rows.c - nodes, jobs and partitions as slurmrestd writes them. */
#include "base/xmem.h"
#include "codec/hostlist.h"
#include "fleetsim/heat.h"
#include "fleetsim/slurm_int.h"
#include "fleetsim/tell.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEBI = 1048576, STATES_MAX = 4, PATH_TEXT = 64, FOLDED_MAX = 4 << 20 };

static double seconds(const struct world *w, wall_ms t)
{
    return t ? (double)(world_told(w, t) / 1000) : 0;
}

static const char *model_id(const struct world *w, const struct sim_pool *p)
{
    return w->scenario->models[p->model].id;
}

/* ---- nodes ---- */

static void add_state(struct tell *t, const struct world *w, const struct sim_node *n)
{
    const char *words[STATES_MAX + 1] = {NULL};
    unsigned all = w->pools[n->pool].places_of_node, used = (unsigned)__builtin_popcount(n->busy);
    size_t count = 0;

    words[count++] = n->down ? "DOWN" : used == 0 ? "IDLE" : used == all ? "ALLOCATED" : "MIXED";
    if (n->drained && !n->down)
        words[count++] = "DRAIN";
    if (n->down && n->by[0] == 's')
        words[count++] = "NOT_RESPONDING";
    if (t->wrapped) {
        tell_list(t, "state", words);
        return;
    }
    char lower[16] = "";
    for (size_t i = 0; words[0][i] && i + 1 < sizeof(lower); i++)
        lower[i] = (char)(words[0][i] | 32);
    tell_text(t, "state", lower);
    tell_list(t, "state_flags", words + 1);
}

static void add_gres(struct tell *t, const struct world *w, const struct sim_node *n,
                     const struct sim_pool *p)
{
    char text[PATH_TEXT] = "";

    if (p->devices)
        snprintf(text, sizeof(text), "gpu:%.31s:%u", model_id(w, p), p->devices);
    tell_text(t, "gres", text);
    if (p->devices)
        snprintf(text, sizeof(text), "gpu:%.31s:%d", model_id(w, p), __builtin_popcount(n->busy));
    tell_text(t, "gres_used", text);
}

static void add_capacity(struct tell *t, const struct world *w, uint32_t index,
                         const struct sim_node *n)
{
    const struct sim_pool *p = world_pool(w, n->pool);
    double share = __builtin_popcount(n->busy) / (double)w->pools[n->pool].places_of_node;
    double load = p->cpus * node_cpu_share(w, index, w->now);

    tell_count(t, "cpus", p->cpus);
    tell_count(t, "alloc_cpus", floor(p->cpus * share));
    tell_count(t, "real_memory", floor(p->memory_bytes / MEBI));
    tell_count(t, "alloc_memory", floor(p->memory_bytes / MEBI * share * 0.9));
    tell_number(t, t->wrapped ? "free_mem" : "free_memory",
                floor(p->memory_bytes / MEBI * (1 - share * 0.8)));
    tell_count(t, "cpu_load", floor(load * 100));
}

bool slurm_node(struct speech *s, uint32_t index)
{
    const struct world *w = s->world;
    const struct sim_node *n = &w->nodes[index];
    const struct sim_pool *p = world_pool(w, n->pool);
    const char *const pools[] = {p->id, NULL}, *const none[] = {NULL};
    struct tell t = {.out = &s->body, .wrapped = s->version >= 40};
    char name[SIM_NAME_MAX];

    world_node_name(w, index, name);
    tell_begin(&t);
    tell_text(&t, "name", name);
    tell_text(&t, "hostname", name);
    tell_text(&t, "address", name);
    add_state(&t, w, n);
    add_capacity(&t, w, index, n);
    add_gres(&t, w, n, p);
    tell_list(&t, "partitions", pools);
    tell_text(&t, "reason", n->reason ? n->reason : "");
    tell_number(&t, "reason_changed_at", n->reason ? seconds(w, n->since) : 0);
    tell_text(&t, "reason_set_by_user", n->reason ? n->by : "");
    tell_number(&t, "boot_time", seconds(w, n->booted_at));
    if (t.wrapped)
        tell_list(&t, "features", none);
    else
        tell_text(&t, "features", "");
    tell_text(&t, "operating_system", "Linux 6.6.0 (simulated)");
    tell_text(&t, t.wrapped ? "version" : "slurmd_version", t.wrapped ? "26.05.3" : "22.05.8");
    tell_end(&t);
    return true;
}

/* ---- jobs ---- */

static const char *state_word(const struct sim_job *j)
{
    static const char *const words[SIM_STATES] = {
        [SIM_QUEUED] = "PENDING",      [SIM_RUNNING] = "RUNNING",     [SIM_DONE] = "COMPLETED",
        [SIM_FAILED] = "FAILED",       [SIM_CANCELLED] = "CANCELLED", [SIM_NODE_FAIL] = "NODE_FAIL",
        [SIM_PREEMPTED] = "PREEMPTED",
    };

    return words[j->state];
}

static bool is_first(const struct world *w, const struct sim_job *j, uint32_t index)
{
    const struct sim_queue *q =
        w->scenario->works[j->work].urgent ? &w->pools[j->pool].urgent : &w->pools[j->pool].usual;

    return q->first < q->count && q->jobs[q->first] == index;
}

static const char *reason_word(const struct world *w, const struct sim_job *j, uint32_t index)
{
    if (j->state != SIM_QUEUED)
        return j->state == SIM_FAILED ? "NonZeroExitCode" : "None";
    if (j->held)
        return "JobHeldAdmin";
    if (j->eligible_at > w->now)
        return "BeginTime";
    return is_first(w, j, index) ? "Resources" : "Priority";
}

/* The job's nodes as a folded list. */
static void add_nodes(struct tell *t, const struct world *w, const struct sim_job *j)
{
    char(*names)[SIM_NAME_MAX] = xcalloc(j->node_count + 1, sizeof(*names));
    const char **list = xcalloc(j->node_count + 1, sizeof(*list));
    struct buf folded;

    for (uint32_t i = 0; i < j->node_count; i++) {
        world_node_name(w, j->nodes[i], names[i]);
        list[i] = names[i];
    }
    buf_init(&folded, FOLDED_MAX);
    hostlist_fold(&folded, list, j->node_count);
    tell_text(t, "nodes", folded.data);
    buf_fini(&folded);
    free(list);
    free(names);
}

static void add_size(struct tell *t, const struct world *w, const struct sim_job *j)
{
    const struct sim_pool *p = world_pool(w, j->pool);
    uint32_t of_node = w->pools[j->pool].places_of_node;
    uint32_t nodes = (j->places + of_node - 1) / of_node;
    uint32_t cpus = p->cpus / of_node * j->places;
    char text[192];
    int n = snprintf(text, sizeof(text), "cpu=%u,mem=%.0fG,node=%u,billing=%u", cpus,
                     p->memory_bytes / 1e9 / of_node * j->places * 0.9, nodes, cpus);

    if (p->devices)
        snprintf(text + n, sizeof(text) - (size_t)n, ",gres/gpu=%u,gres/gpu:%.31s=%u", j->places,
                 model_id(w, p), j->places);
    tell_text(t, "tres_req_str", text);
    tell_text(t, "tres_alloc_str", j->state == SIM_RUNNING ? text : "");
    tell_number(t, "cpus", cpus);
    tell_number(t, "node_count", nodes);
    tell_number(t, "tasks", nodes);
    add_nodes(t, w, j);
}

static void add_times(struct tell *t, const struct world *w, const struct sim_job *j)
{
    double limit = ceil(w->scenario->works[j->work].hours * 4) * 60;

    tell_number(t, "submit_time", seconds(w, j->submitted_at));
    tell_number(t, "eligible_time", seconds(w, j->eligible_at));
    tell_number(t, "start_time", seconds(w, j->started_at));
    tell_number(t, "end_time",
                j->ended_at     ? seconds(w, j->ended_at)
                : j->started_at ? seconds(w, j->started_at) + limit * 60
                                : 0);
    tell_number(t, "time_limit", limit);
}

static void add_exit(struct tell *t, const struct sim_job *j)
{
    bool failed = j->state == SIM_FAILED;

    if (!t->wrapped) {
        tell_count(t, "exit_code", failed ? 256 : 0);
        return;
    }
    tell_key(t, "exit_code");
    buf_addf(t->out,
             "{\"status\":[\"%s\"],\"return_code\":{\"set\":true,\"infinite\":false,\"number\":%d},"
             "\"signal\":{\"id\":{\"set\":false,\"infinite\":false,\"number\":0},\"name\":\"\"}}",
             failed ? "ERROR" : "SUCCESS", failed);
}

static void add_owner(struct tell *t, const struct world *w, const struct sim_job *j)
{
    const struct sim_work *k = &w->scenario->works[j->work];
    char text[80];

    snprintf(text, sizeof(text), "%.63s-%u", k->name, j->id % 1000);
    tell_text(t, "name", text);
    snprintf(text, sizeof(text), "u%03u", j->user);
    tell_text(t, "user_name", text);
    tell_count(t, "user_id", 10000 + j->user);
    snprintf(text, sizeof(text), "proj%02u", j->user % 40);
    tell_text(t, "account", text);
    tell_text(t, "partition", world_pool(w, j->pool)->id);
    tell_text(t, "qos", k->urgent ? "urgent" : k->preemptable ? "spot" : "normal");
}

bool slurm_job(struct speech *s, uint32_t index)
{
    const struct world *w = s->world;
    const struct sim_job *j = &w->jobs[index];
    struct tell t = {.out = &s->body, .wrapped = s->version >= 40};

    if (!j->used)
        return false;
    tell_begin(&t);
    tell_count(&t, "job_id", j->id);
    tell_number(&t, "array_job_id", 0);
    tell_number(&t, "array_task_id", NAN);
    tell_text(&t, "array_task_string", "");
    add_owner(&t, w, j);
    tell_word(&t, "job_state", state_word(j));
    tell_text(&t, "state_reason", reason_word(w, j, index));
    tell_text(&t, "state_description", "");
    tell_number(&t, "priority", j->held ? 0 : w->scenario->works[j->work].urgent ? 100000 : 10000);
    if (t.wrapped)
        tell_bool(&t, "hold", j->held);
    add_size(&t, w, j);
    add_times(&t, w, j);
    add_exit(&t, j);
    tell_count(&t, "restart_cnt", j->restarts);
    tell_bool(&t, "requeue", true);
    tell_text(&t, "dependency", "");
    tell_text(&t, "cluster", w->center->id);
    tell_end(&t);
    return true;
}

/* Of /jobs/state: what a job is and nothing else. */
bool slurm_job_state(struct speech *s, uint32_t index)
{
    const struct sim_job *j = &s->world->jobs[index];
    struct tell t = {.out = &s->body, .wrapped = true};
    char id[16];

    if (!j->used)
        return false;
    snprintf(id, sizeof(id), "%u", j->id);
    tell_begin(&t);
    tell_text(&t, "job_id", id);
    tell_word(&t, "state", state_word(j));
    tell_end(&t);
    return true;
}

/* ---- partitions ---- */

static void add_pool_flat(struct tell *t, const struct sim_pool *p, const char *nodes)
{
    const char *const none[] = {NULL}, *const mode[] = {"requeue", NULL};

    tell_text(t, "name", p->id);
    tell_text(t, "state", "UP");
    tell_text(t, "nodes", nodes);
    tell_count(t, "total_nodes", p->nodes);
    tell_count(t, "total_cpus", (double)p->nodes * p->cpus);
    tell_count(t, "max_time_limit", -1);
    tell_count(t, "priority_tier", 1);
    tell_list(t, "flags", none);
    tell_list(t, "preemption_mode", mode);
}

static void add_pool_nested(struct tell *t, const struct sim_pool *p, const char *nodes)
{
    tell_text(t, "name", p->id);
    tell_key(t, "nodes");
    tell_begin(t);
    tell_text(t, "configured", nodes);
    tell_count(t, "total", p->nodes);
    tell_end(t);
    tell_key(t, "cpus");
    tell_begin(t);
    tell_count(t, "total", (double)p->nodes * p->cpus);
    tell_end(t);
    tell_key(t, "maximums");
    buf_adds(t->out, "{\"time\":{\"set\":false,\"infinite\":true,\"number\":0}}");
    tell_key(t, "priority");
    buf_adds(t->out, "{\"job_factor\":1,\"tier\":1}");
    tell_key(t, "partition");
    buf_adds(t->out, "{\"state\":[\"UP\"]}");
}

bool slurm_pool(struct speech *s, uint32_t index)
{
    const struct sim_pool *p = world_pool(s->world, index);
    struct tell t = {.out = &s->body, .wrapped = s->version >= 40};
    char nodes[2 * SIM_NAME_MAX];

    snprintf(nodes, sizeof(nodes), "%.31s[%0*u-%0*u]", p->prefix, (int)p->digits, p->first,
             (int)p->digits, p->first + p->nodes - 1);
    tell_begin(&t);
    if (t.wrapped)
        add_pool_nested(&t, p, nodes);
    else
        add_pool_flat(&t, p, nodes);
    tell_end(&t);
    return true;
}
