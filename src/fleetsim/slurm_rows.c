/* SPDX-License-Identifier: MIT
 * slurm_rows.c - nodes, jobs and partitions as slurmrestd writes them. */
#include "base/xmem.h"
#include "codec/hostlist.h"
#include "fleetsim/heat.h"
#include "fleetsim/slurm_int.h"
#include "fleetsim/jsay.h"
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

static void add_state(struct jsay *t, const struct world *w, const struct sim_node *n)
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
        jsay_list(t, "state", words);
        return;
    }
    char lower[16] = "";
    for (size_t i = 0; words[0][i] && i + 1 < sizeof(lower); i++)
        lower[i] = (char)(words[0][i] | 32);
    jsay_text(t, "state", lower);
    jsay_list(t, "state_flags", words + 1);
}

static void add_gres(struct jsay *t, const struct world *w, const struct sim_node *n,
                     const struct sim_pool *p)
{
    char text[PATH_TEXT] = "";

    if (p->devices)
        snprintf(text, sizeof(text), "gpu:%.31s:%u", model_id(w, p), p->devices);
    jsay_text(t, "gres", text);
    if (p->devices)
        snprintf(text, sizeof(text), "gpu:%.31s:%d", model_id(w, p), __builtin_popcount(n->busy));
    jsay_text(t, "gres_used", text);
}

static void add_capacity(struct jsay *t, const struct world *w, uint32_t index,
                         const struct sim_node *n)
{
    const struct sim_pool *p = world_pool(w, n->pool);
    double share = __builtin_popcount(n->busy) / (double)w->pools[n->pool].places_of_node;
    double load = p->cpus * node_cpu_share(w, index, w->now);

    jsay_count(t, "cpus", p->cpus);
    jsay_count(t, "alloc_cpus", floor(p->cpus * share));
    jsay_count(t, "real_memory", floor(p->memory_bytes / MEBI));
    jsay_count(t, "alloc_memory", floor(p->memory_bytes / MEBI * share * 0.9));
    jsay_number(t, t->wrapped ? "free_mem" : "free_memory",
                floor(p->memory_bytes / MEBI * (1 - share * 0.8)));
    jsay_count(t, "cpu_load", floor(load * 100));
}

bool slurm_node(struct speech *s, uint32_t index)
{
    const struct world *w = s->world;
    const struct sim_node *n = &w->nodes[index];
    const struct sim_pool *p = world_pool(w, n->pool);
    const char *const pools[] = {p->id, NULL}, *const none[] = {NULL};
    struct jsay t = {.out = &s->body, .wrapped = s->version >= 40};
    char name[SIM_NAME_MAX];

    world_node_name(w, index, name);
    jsay_begin(&t);
    jsay_text(&t, "name", name);
    jsay_text(&t, "hostname", name);
    jsay_text(&t, "address", name);
    add_state(&t, w, n);
    add_capacity(&t, w, index, n);
    add_gres(&t, w, n, p);
    jsay_list(&t, "partitions", pools);
    jsay_text(&t, "reason", n->reason ? n->reason : "");
    jsay_number(&t, "reason_changed_at", n->reason ? seconds(w, n->since) : 0);
    jsay_text(&t, "reason_set_by_user", n->reason ? n->by : "");
    jsay_number(&t, "boot_time", seconds(w, n->booted_at));
    if (t.wrapped)
        jsay_list(&t, "features", none);
    else
        jsay_text(&t, "features", "");
    jsay_text(&t, "operating_system", "Linux 6.6.0 (simulated)");
    jsay_text(&t, t.wrapped ? "version" : "slurmd_version", t.wrapped ? "26.05.3" : "22.05.8");
    jsay_end(&t);
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
static void add_nodes(struct jsay *t, const struct world *w, const struct sim_job *j)
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
    jsay_text(t, "nodes", folded.data);
    buf_fini(&folded);
    free(list);
    free(names);
}

static void add_size(struct jsay *t, const struct world *w, const struct sim_job *j)
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
    jsay_text(t, "tres_req_str", text);
    jsay_text(t, "tres_alloc_str", j->state == SIM_RUNNING ? text : "");
    jsay_number(t, "cpus", cpus);
    jsay_number(t, "node_count", nodes);
    jsay_number(t, "tasks", nodes);
    add_nodes(t, w, j);
}

static void add_times(struct jsay *t, const struct world *w, const struct sim_job *j)
{
    double limit = world_job_limit_minutes(w, j);

    jsay_number(t, "submit_time", seconds(w, j->submitted_at));
    jsay_number(t, "eligible_time", seconds(w, j->eligible_at));
    jsay_number(t, "start_time", seconds(w, j->started_at));
    jsay_number(t, "end_time",
                j->ended_at     ? seconds(w, j->ended_at)
                : j->started_at ? seconds(w, j->started_at) + limit * 60
                                : 0);
    jsay_number(t, "time_limit", limit);
}

static void add_exit(struct jsay *t, const struct sim_job *j)
{
    bool failed = j->state == SIM_FAILED;

    if (!t->wrapped) {
        jsay_count(t, "exit_code", failed ? 256 : 0);
        return;
    }
    jsay_key(t, "exit_code");
    buf_addf(t->out,
             "{\"status\":[\"%s\"],\"return_code\":{\"set\":true,\"infinite\":false,\"number\":%d},"
             "\"signal\":{\"id\":{\"set\":false,\"infinite\":false,\"number\":0},\"name\":\"\"}}",
             failed ? "ERROR" : "SUCCESS", failed);
}

static void add_owner(struct jsay *t, const struct world *w, const struct sim_job *j)
{
    const struct sim_work *k = &w->scenario->works[j->work];
    char text[80];

    snprintf(text, sizeof(text), "%.63s-%u", k->name, j->id % 1000);
    jsay_text(t, "name", text);
    snprintf(text, sizeof(text), "u%03u", j->user);
    jsay_text(t, "user_name", text);
    jsay_count(t, "user_id", 10000 + j->user);
    snprintf(text, sizeof(text), "proj%02u", j->user % 40);
    jsay_text(t, "account", text);
    jsay_text(t, "partition", world_pool(w, j->pool)->id);
    jsay_text(t, "qos", k->urgent ? "urgent" : k->preemptable ? "spot" : "normal");
}

bool slurm_job(struct speech *s, uint32_t index)
{
    const struct world *w = s->world;
    const struct sim_job *j = &w->jobs[index];
    struct jsay t = {.out = &s->body, .wrapped = s->version >= 40};

    if (!j->used)
        return false;
    jsay_begin(&t);
    jsay_count(&t, "job_id", j->id);
    jsay_number(&t, "array_job_id", 0);
    jsay_number(&t, "array_task_id", NAN);
    jsay_text(&t, "array_task_string", "");
    add_owner(&t, w, j);
    jsay_word(&t, "job_state", state_word(j));
    jsay_text(&t, "state_reason", reason_word(w, j, index));
    jsay_text(&t, "state_description", "");
    jsay_number(&t, "priority", j->held ? 0 : w->scenario->works[j->work].urgent ? 100000 : 10000);
    if (t.wrapped)
        jsay_bool(&t, "hold", j->held);
    add_size(&t, w, j);
    add_times(&t, w, j);
    add_exit(&t, j);
    jsay_count(&t, "restart_cnt", j->restarts);
    jsay_bool(&t, "requeue", true);
    jsay_text(&t, "dependency", "");
    jsay_text(&t, "cluster", w->center->id);
    jsay_end(&t);
    return true;
}

/* Of /jobs/state: what a job is and nothing else. */
bool slurm_job_state(struct speech *s, uint32_t index)
{
    const struct sim_job *j = &s->world->jobs[index];
    struct jsay t = {.out = &s->body, .wrapped = true};
    char id[16];

    if (!j->used)
        return false;
    snprintf(id, sizeof(id), "%u", j->id);
    jsay_begin(&t);
    jsay_text(&t, "job_id", id);
    jsay_word(&t, "state", state_word(j));
    jsay_end(&t);
    return true;
}

/* ---- partitions ---- */

static void add_pool_flat(struct jsay *t, const struct sim_pool *p, const char *nodes)
{
    const char *const none[] = {NULL}, *const mode[] = {"requeue", NULL};

    jsay_text(t, "name", p->id);
    jsay_text(t, "state", "UP");
    jsay_text(t, "nodes", nodes);
    jsay_count(t, "total_nodes", p->nodes);
    jsay_count(t, "total_cpus", (double)p->nodes * p->cpus);
    jsay_count(t, "max_time_limit", -1);
    jsay_count(t, "priority_tier", 1);
    jsay_list(t, "flags", none);
    jsay_list(t, "preemption_mode", mode);
}

static void add_pool_nested(struct jsay *t, const struct sim_pool *p, const char *nodes)
{
    jsay_text(t, "name", p->id);
    jsay_key(t, "nodes");
    jsay_begin(t);
    jsay_text(t, "configured", nodes);
    jsay_count(t, "total", p->nodes);
    jsay_end(t);
    jsay_key(t, "cpus");
    jsay_begin(t);
    jsay_count(t, "total", (double)p->nodes * p->cpus);
    jsay_end(t);
    jsay_key(t, "maximums");
    buf_adds(t->out, "{\"time\":{\"set\":false,\"infinite\":true,\"number\":0}}");
    jsay_key(t, "priority");
    buf_adds(t->out, "{\"job_factor\":1,\"tier\":1}");
    jsay_key(t, "partition");
    buf_adds(t->out, "{\"state\":[\"UP\"]}");
}

bool slurm_pool(struct speech *s, uint32_t index)
{
    const struct sim_pool *p = world_pool(s->world, index);
    struct jsay t = {.out = &s->body, .wrapped = s->version >= 40};
    char nodes[2 * SIM_NAME_MAX];

    snprintf(nodes, sizeof(nodes), "%.31s[%0*u-%0*u]", p->prefix, (int)p->digits, p->first,
             (int)p->digits, p->first + p->nodes - 1);
    jsay_begin(&t);
    if (t.wrapped)
        add_pool_nested(&t, p, nodes);
    else
        add_pool_flat(&t, p, nodes);
    jsay_end(&t);
    return true;
}
