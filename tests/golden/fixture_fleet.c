/* SPDX-License-Identifier: MIT
 * fixture_fleet.c - see fixture_fleet.h. */
#include "tests/golden/fixture_fleet.h"
#include "tests/golden/fixture_trouble.h"
#include "base/buf.h"
#include <stdio.h>
#include <string.h>

enum { ZB, TJ, GZ, QY, EDGE, NEW, CENTERS };
enum { ZB_SLURM, ZB_LOCAL, TJ_SLURM, GZ_SLURM, QY_SLURM, EDGE_SLURM, EDGE_EXTRA, NEW_SLURM };
#define MINUTE (INT64_C(60) * 1000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define GIB (1024.0 * 1024 * 1024)

static uint32_t poll_seq;

static void apply(struct fleet *f, struct delta *d)
{
    fleet_apply(f, d, NULL);
    delta_free(d);
}

static struct delta *poll(uint16_t center, uint16_t source, wall_ms at, enum entity e)
{
    struct delta *d = delta_new(center, source, at, 0);

    d->poll.seq = ++poll_seq;
    d->poll.begin = true;
    d->poll.entities[e] = true;
    d->poll.end = POLL_GOOD;
    return d;
}

static void row(struct delta *d, enum entity e, const char *id)
{
    delta_row(d, e, id, strlen(id));
}

/* --- centers and sources --- */

static void center(struct fleet *f, uint16_t index, const char *id, const char *name,
                   enum center_kind kind, const char *operator, const char * region)
{
    struct delta *d = delta_new(index, UINT16_MAX, FIXTURE_NOW - 2 * HOUR, 0);

    row(d, ENTITY_CENTER, id);
    delta_str(d, FIELD_center_id, id);
    delta_str(d, FIELD_center_name, name);
    delta_int(d, FIELD_center_kind, kind);
    delta_int(d, FIELD_center_tier, index == EDGE ? center_tier_EDGE : center_tier_CLOUD);
    delta_str(d, FIELD_center_operator, operator);
    delta_str(d, FIELD_center_region, region);
    apply(f, d);
}

struct how {
    enum source_state state;
    wall_ms ok, next;
    double latency, interval, requests, failures, bytes, last, bad, cost;
    const char *via, *note, *code, *error, *mend, *example;
};

static void source(struct fleet *f, uint16_t c, uint16_t index, const char *name,
                   const char *target, const struct how *h)
{
    struct delta *d = delta_new(c, index, FIXTURE_NOW, 0);

    row(d, ENTITY_SOURCE, name);
    delta_str(d, FIELD_source_name, name);
    delta_str(d, FIELD_source_collector, strncmp(name, "slurm", 5) == 0 ? "slurm" : "local");
    delta_str(d, FIELD_source_target, target);
    delta_int(d, FIELD_source_state, h->state);
    delta_str(d, FIELD_source_via, h->via);
    delta_str(d, FIELD_source_note, h->note);
    delta_time(d, FIELD_source_last_ok_at, h->ok);
    delta_time(d, FIELD_source_next_try_at, h->next);
    delta_num(d, FIELD_source_interval_ms, h->interval);
    delta_num(d, FIELD_source_requests, h->requests);
    delta_num(d, FIELD_source_failures, h->failures);
    delta_num(d, FIELD_source_bytes, h->bytes);
    delta_num(d, FIELD_source_bad_elements, h->bad);
    if (h->latency > 0) {
        delta_num(d, FIELD_source_latency_ms, h->latency);
        delta_num(d, FIELD_source_last_bytes, h->last);
    }
    if (h->cost > 0)
        delta_num(d, FIELD_source_server_cost_ms, h->cost);
    delta_str(d, FIELD_source_error_code, h->code);
    delta_str(d, FIELD_source_error, h->error);
    delta_str(d, FIELD_source_mend, h->mend);
    delta_str(d, FIELD_source_bad_example, h->example);
    apply(f, d);
}

static void all_sources(struct fleet *f)
{
    static const char rest[] = "slurmrestd http v0.0.38", text[] = "squeue, scontrol";
    wall_ms now = FIXTURE_NOW;

    source(f, ZB, ZB_SLURM, "slurm zhangbei", "https://slurm.zb.example:6820",
           &(struct how){source_state_OK, now - 2400, now + 27600, 412, 30000, 1284, 3, 3.1e9,
                         2.4e6, 2, 8.4, rest,
                         "slurmrestd: 512 jobs expected from /diag, below the limit of 5000", NULL,
                         NULL, NULL, "job 88: priority is an object"});
    source(f, ZB, ZB_LOCAL, "sensors", "this machine",
           &(struct how){source_state_OK, now - 900, now + 1100, 3, 980, 3600, 0, 4.2e6, 1180, 0, 0,
                         "libsensors", NULL, NULL, NULL, NULL, NULL});
    source(f, TJ, TJ_SLURM, "slurm tianjin", "ssh login.tj.example",
           &(struct how){source_state_OK, now - 4100, now + 41000, 2960, 45000, 620, 1, 8.8e8,
                         1.4e6, 0, 31.5, text, "text: 20 480 jobs expected, JSON would be 120 MiB",
                         NULL, NULL, NULL, NULL});
    source(f, GZ, GZ_SLURM, "slurm guangzhou", "https://slurm.gz.example:6820",
           &(struct how){source_state_STALE, now - 132 * 1000, now + 12000, 9100, 30000, 1190, 14,
                         2.2e9, 1.9e6, 0, 12.2, rest, NULL, "timeout", "no answer within 10.0 s",
                         "see whether slurmctld is "
                         "overloaded: sdiag tells",
                         NULL});
    source(f, QY, QY_SLURM, "slurm qingyang", "https://slurm.qy.example:6820",
           &(struct how){source_state_FAILED, 0, now + 18000, 0, 60000, 61, 61, 0, 0, 0, 0, rest,
                         NULL, "auth", "slurmrestd does not accept the token",
                         "write a new token: scontrol token username=ops "
                         "lifespan=86400 > qy.jwt",
                         NULL});
    source(f, EDGE, EDGE_SLURM, "slurm shanghai", "/run/slurmrestd.sock",
           &(struct how){source_state_OK, now - 1900, now + 8100, 6, 10000, 960, 0, 9.9e6, 9800, 0,
                         0.4, "slurmrestd unix v0.0.40", NULL, NULL, NULL, NULL, NULL});
    source(f, EDGE, EDGE_EXTRA, "sensors shanghai", "this machine",
           &(struct how){source_state_FAILED, now - 20 * MINUTE, now + 40000, 5000, 60000, 410, 20,
                         5e5, 800, 0, 0, "libsensors", NULL, "timeout",
                         "the sensor process hangs in a driver", NULL, NULL});
    source(f, NEW, NEW_SLURM, "slurm wuhan", "https://slurm.wh.example:6820",
           &(struct how){source_state_STARTING, 0, now + 1000, 0, 30000, 0, 0, 0, 0, 0, 0, NULL,
                         NULL, NULL, NULL, NULL, NULL});
}

/* --- pools --- */

static void pool(struct delta *d, const char *name, const char *state, const char *nodes,
                 double limit, double tier, bool is_default)
{
    row(d, ENTITY_POOL, name);
    delta_str(d, FIELD_pool_name, name);
    delta_str(d, FIELD_pool_state, state);
    delta_str(d, FIELD_pool_nodes, nodes);
    delta_num(d, FIELD_pool_time_limit_seconds, limit);
    delta_num(d, FIELD_pool_nodes_total, name[0] == 'h' ? 32 : 16);
    delta_num(d, FIELD_pool_cpus_total, name[0] == 'h' ? 4096 : 3104);
    delta_num(d, FIELD_pool_priority_tier, tier);
    delta_int(d, FIELD_pool_is_default, is_default);
    delta_str(d, FIELD_pool_preempt_mode, tier > 1 ? "OFF" : "REQUEUE");
}

static void all_pools(struct fleet *f)
{
    struct delta *d = poll(ZB, ZB_SLURM, FIXTURE_NOW - 2400, ENTITY_POOL);

    pool(d, "h800-train", "UP", "zb-g[0001-0032]", 7 * 86400, 10, true);
    pool(d, "h800-pre", "UP", "zb-g[0033-0048]", 86400, 1, false);
    pool(d, "910b-a", "DRAIN", "zb-n[01-16]", -1, 5, false);
    apply(f, d);
    d = poll(TJ, TJ_SLURM, FIXTURE_NOW - 4100, ENTITY_POOL);
    pool(d, "work", "UP", "cn[001-040]", 3 * 86400, 1, true);
    apply(f, d);
    d = poll(GZ, GZ_SLURM, FIXTURE_NOW - 132 * 1000, ENTITY_POOL);
    pool(d, "gpu", "UP", "gz[01-16]", 3 * 86400, 1, true);
    apply(f, d);
    d = poll(EDGE, EDGE_SLURM, FIXTURE_NOW - 1900, ENTITY_POOL);
    pool(d, "edge", "UP", "sh[1-3]", 3600, 1, true);
    apply(f, d);
}

/* --- nodes --- */

struct node {
    const char *name, *pools, *model;
    enum node_state state;
    uint32_t flags;
    double devices, used, cpus, busy, load, memory_gib;
};

static void node(struct delta *d, const struct node *n)
{
    row(d, ENTITY_NODE, n->name);
    delta_str(d, FIELD_node_name, n->name);
    delta_int(d, FIELD_node_state, n->state);
    delta_int(d, FIELD_node_flags, n->flags);
    delta_str(d, FIELD_node_pools, n->pools);
    delta_num(d, FIELD_node_cpus_total, n->cpus);
    delta_num(d, FIELD_node_cpus_allocated, n->busy);
    delta_num(d, FIELD_node_memory_total_bytes, n->memory_gib * GIB);
    delta_num(d, FIELD_node_memory_allocated_bytes, n->memory_gib * GIB * (n->busy / n->cpus));
    delta_num(d, FIELD_node_load, n->load);
    delta_num(d, FIELD_node_devices_total, n->devices);
    delta_num(d, FIELD_node_devices_allocated, n->used);
    delta_str(d, FIELD_node_device_model, n->model);
    delta_str(d, FIELD_node_version, "22.05.8");
}

static void out(struct delta *d, const char *reason, const char *by, wall_ms at)
{
    delta_str(d, FIELD_node_reason, reason);
    delta_str(d, FIELD_node_reason_by, by);
    delta_time(d, FIELD_node_reason_at, at);
}

#define FLAG(id) (1u << node_flag_##id)

/* The h800 nodes of Zhangbei: 1..48, with one of each trouble. */
static void zb_node(struct delta *d, int i)
{
    char name[16];
    struct node n = {.name = name,
                     .pools = i <= 32 ? "h800-train" : "h800-pre",
                     .model = "h800",
                     .state = node_state_ALLOCATED,
                     .devices = 8,
                     .used = 8,
                     .cpus = 128,
                     .busy = 128,
                     .load = 96 + i % 7 * 5.25,
                     .memory_gib = 1024};

    snprintf(name, sizeof name, "zb-g%04d", i);
    if (i % 5 == 3) {
        n.state = node_state_MIXED;
        n.used = i % 8;
        n.busy = n.used * 14;
        n.load = n.busy * 0.9;
    }
    if (i % 11 == 10 || i > 44) {
        n.state = node_state_IDLE;
        n.used = n.busy = 0;
        n.load = 0.02;
    }
    if (i == 4 || i == 17)
        n.state = i == 4 ? node_state_DOWN : node_state_ERROR;
    if (i == 4)
        n.flags = FLAG(NOT_RESPONDING);
    if (i == 4 || i == 7 || i == 17)
        n.used = n.busy = n.load = 0;
    if (i == 7)
        n.state = node_state_IDLE;
    n.flags |= i == 7 || i == 9 ? FLAG(DRAIN)
               : i == 12        ? FLAG(MAINT)
               : i == 13        ? FLAG(RESERVED)
                                : 0;
    node(d, &n);
    if (i == 4)
        out(d, "Not responding [slurm@2026-11-22T13:58:02]", "root", FIXTURE_NOW - 9 * MINUTE);
    if (i == 7)
        out(d, "suantop:4471 chen XID 79, GPU fell off the bus, waiting for the vendor", "chen",
            FIXTURE_NOW - 3 * DAY - 4 * HOUR);
    if (i == 9)
        out(d,
            "row remap pending \033[31m\xe2\x80\xae"
            "evil",
            "wang", FIXTURE_NOW - 50 * MINUTE);
    if (i == 17)
        out(d, "Prolog error", "slurm", FIXTURE_NOW - 31 * MINUTE);
}

static void zb_nodes(struct fleet *f)
{
    struct delta *d = poll(ZB, ZB_SLURM, FIXTURE_NOW - 2400, ENTITY_NODE);
    char name[24];

    for (int i = 1; i <= 48; i++)
        zb_node(d, i);
    for (int i = 1; i <= 16; i++) {
        snprintf(name, sizeof name, "zb-n%02d", i);
        node(d, &(struct node){name, "910b-a", "ascend910b",
                               i % 3 ? node_state_ALLOCATED : node_state_MIXED, 0, 8, i % 3 ? 8 : 2,
                               192, i % 3 ? 192 : 40, 61.5 + i, 1536});
    }
    for (int i = 0; i < 2; i++) { /* twins: the same on screen, other bytes */
        const char *twin = i ? "zb-t\001" : "zb-t\002";
        node(d, &(struct node){twin, "910b-a", NULL, node_state_IDLE, 0, 0, 0, 16, 0, 0.5, 64});
    }
    apply(f, d);
    d = delta_new(ZB, ZB_LOCAL, FIXTURE_NOW - 900, 0);
    for (int i = 1; i <= 48; i++) {
        if (i == 4)
            continue;
        snprintf(name, sizeof name, "zb-g%04d", i);
        row(d, ENTITY_NODE, name);
        delta_num(d, FIELD_node_temperature_celsius, i == 12 ? 91 : i == 9 ? 86 : 41 + i * 7 % 39);
        delta_str(d, FIELD_node_temperature_sensor, "GPU 3");
        delta_num(d, FIELD_node_power_watts, 2900 + i * 53 % 2200);
    }
    apply(f, d);
}

static void other_nodes(struct fleet *f)
{
    struct delta *d = poll(TJ, TJ_SLURM, FIXTURE_NOW - 4100, ENTITY_NODE);
    char name[24];

    for (int i = 1; i <= 40; i++) {
        snprintf(name, sizeof name, "cn%03d", i);
        node(d, &(struct node){name, "work", NULL,
                               i == 11 ? node_state_DOWN
                               : i % 4 ? node_state_ALLOCATED
                                       : node_state_IDLE,
                               0, 0, 0, 64, i % 4 && i != 11 ? 64 : 0, i % 4 ? 80.4 : 0.1, 256});
        if (i == 11)
            out(d, "power supply 2", "li", FIXTURE_NOW - 40 * HOUR);
    }
    apply(f, d);
    d = poll(GZ, GZ_SLURM, FIXTURE_NOW - 132 * 1000, ENTITY_NODE);
    for (int i = 1; i <= 16; i++) {
        snprintf(name, sizeof name, "gz%02d", i);
        node(d, &(struct node){name, "gpu", "a800", node_state_MIXED, 0, 8, i % 6, 64, i % 6 * 8,
                               12.0, 512});
    }
    apply(f, d);
    d = poll(EDGE, EDGE_SLURM, FIXTURE_NOW - 1900, ENTITY_NODE);
    for (int i = 1; i <= 3; i++) {
        snprintf(name, sizeof name, "sh%d", i);
        node(d,
             &(struct node){name, "edge", "l20", node_state_MIXED, 0, 4, i, 32, 8 * i, 3.5, 128});
    }
    apply(f, d);
}

/* --- jobs --- */

static void job(struct delta *d, const char *id, const char *name, const char *user,
                const char *pool_name, enum job_state state)
{
    row(d, ENTITY_JOB, id);
    delta_str(d, FIELD_job_id, id);
    delta_str(d, FIELD_job_name, name);
    delta_str(d, FIELD_job_user, user);
    delta_str(d, FIELD_job_account, strcmp(user, "li") == 0 ? "astro" : "llm");
    delta_str(d, FIELD_job_pool, pool_name);
    delta_int(d, FIELD_job_state, state);
    delta_str(d, FIELD_job_qos, "normal");
}

static void running(struct delta *d, int k, const char *pool_name, int first, int last,
                    double devices)
{
    static const char *const names[] = {
        "pangu-moe-1t",  "telechat-52b",
        "qwen-long-ctx", "pangu-sft",
        "yi-34b-dpo",    "glm-5-pretrain",
        "baichuan-3",    "\xe7\xae\x97\xe5\x8a\x9b\xe6\xb5\x8b\xe8\xaf\x95"};
    static const char *const users[] = {"wang", "li", "zhao", "chen"};
    char id[24], nodes[48];

    snprintf(id, sizeof id, "%d", 8841200 + k);
    snprintf(nodes, sizeof nodes, first == last ? "zb-g%04d" : "zb-g[%04d-%04d]", first, last);
    job(d, id, names[k % 8], users[k % 4], pool_name,
        k == 5   ? job_state_COMPLETING
        : k == 6 ? job_state_SUSPENDED
                 : job_state_RUNNING);
    delta_num(d, FIELD_job_devices_allocated, devices);
    delta_num(d, FIELD_job_cpus, devices * 16);
    delta_num(d, FIELD_job_node_count, last - first + 1);
    delta_str(d, FIELD_job_nodes, nodes);
    delta_time(d, FIELD_job_started_at, FIXTURE_NOW - (k * 37 + 3) * 11 * MINUTE);
    delta_time(d, FIELD_job_eligible_at, FIXTURE_NOW - (k * 37 + 3) * 11 * MINUTE - HOUR);
    delta_num(d, FIELD_job_time_limit_seconds, k == 3 ? -1 : 7 * 86400);
    delta_num(d, FIELD_job_restarts, k % 6 == 2 ? 3 : 0);
}

static void waiting(struct delta *d, int k)
{
    static const struct {
        const char *code, *text;
        double wants;
    } reasons[] = {{"Resources", "waiting for 256 GPUs in h800-train", 256},
                   {"Priority", NULL, 64},
                   {"Priority", NULL, 8},
                   {"Dependency", NULL, 8},
                   {"QOSMaxGRESPerUser", NULL, 32},
                   {"AssocGrpGRES", NULL, 16},
                   {"ReqNodeNotAvail", "UnavailableNodes:zb-g[0004,0007]", 16}};
    static const char *const users[] = {"wang", "li", "zhao", "chen", "sun"};
    char id[24], name[48];
    int r = k % 7;

    snprintf(id, sizeof id, k == 4 ? "%d_[6-99%%4]" : "%d", 8850000 + k);
    snprintf(name, sizeof name,
             k == 2   ? "zalgo Z\xcc\x81\xcc\x82\xcc\x83\xcc\x84y %d"
             : k == 5 ? "\xe8\xae\xad\xe7\xbb\x83-%d"
                      : "sweep-%d",
             k);
    if (k == 9)
        snprintf(name, sizeof name, "\033]0;owned\007\033[2J\xe2\x80\xaeRLO");
    job(d, id, name, users[k % 5], k % 3 ? "h800-train" : "h800-pre",
        k % 40 == 8 ? job_state_HELD : job_state_QUEUED);
    delta_str(d, FIELD_job_reason, k % 40 == 8 ? "JobHeldUser" : reasons[r].code);
    delta_str(d, FIELD_job_reason_text, reasons[r].text);
    delta_num(d, FIELD_job_devices_requested, reasons[r].wants);
    delta_num(d, FIELD_job_node_count, reasons[r].wants / 8);
    delta_num(d, FIELD_job_priority, 4294900 - k * 113);
    delta_time(d, FIELD_job_submitted_at, FIXTURE_NOW - k * 15 * MINUTE);
    if (r != 3)
        delta_time(d, FIELD_job_eligible_at, FIXTURE_NOW - k * 15 * MINUTE - 20000);
    else
        delta_str(d, FIELD_job_dependency, "afterok:8841207");
    if (r == 0)
        delta_time(d, FIELD_job_expected_start_at, FIXTURE_NOW + (k + 1) * 7 * MINUTE);
    if (k == 4) {
        delta_num(d, FIELD_job_tasks, 94);
        delta_str(d, FIELD_job_array_job, "8850004");
    }
}

static void one_ended(struct delta *d, int k, enum job_state state, const char *raw, double code,
                      double sig, int minutes)
{
    char id[24], nodes[24];

    snprintf(id, sizeof id, "%d", 90380 + k);
    snprintf(nodes, sizeof nodes, "cn%03d", 10 + k);
    job(d, id, "cfd-aero-3d", k % 2 ? "li" : "sun", "work", state);
    delta_str(d, FIELD_job_raw_state, raw);
    delta_num(d, FIELD_job_node_count, 1);
    delta_num(d, FIELD_job_cpus, 64);
    delta_str(d, FIELD_job_nodes, nodes);
    delta_time(d, FIELD_job_started_at, FIXTURE_NOW - 2 * HOUR);
    delta_num(d, FIELD_job_time_limit_seconds, 3600 * 8);
    if (minutes == 0)
        return;
    delta_time(d, FIELD_job_ended_at, FIXTURE_NOW - minutes * MINUTE);
    delta_num(d, FIELD_job_exit_code, code);
    delta_num(d, FIELD_job_exit_signal, sig);
}

/* What ended a while ago, which the poll of all_jobs no longer lists; of two the end was not seen. */
static void ended_jobs(struct fleet *f)
{
    struct delta *d = poll(TJ, TJ_SLURM, FIXTURE_NOW - 12 * MINUTE, ENTITY_JOB);

    one_ended(d, 1, job_state_DONE, "COMPLETED", 0, 0, 14);
    one_ended(d, 2, job_state_FAILED, "TIMEOUT", 0, 15, 21);
    one_ended(d, 3, job_state_FAILED, "OUT_OF_MEMORY", 137, 9, 33);
    one_ended(d, 4, job_state_CANCELLED, "CANCELLED", 0, 0, 40);
    one_ended(d, 5, job_state_INTERRUPTED, "NODE_FAIL", 1, 0, 55);
    one_ended(d, 6, job_state_DONE, "COMPLETED", 0, 0, 80);
    one_ended(d, 7, job_state_RUNNING, "RUNNING", 0, 0, 0);
    one_ended(d, 8, job_state_QUEUED, "PENDING", 0, 0, 0);
    apply(f, d);
}

static void all_jobs(struct fleet *f)
{
    struct delta *d = poll(ZB, ZB_SLURM, FIXTURE_NOW - 2400, ENTITY_JOB);
    char id[24];

    for (int k = 0; k < 12; k++)
        running(d, k, "h800-train", k * 2 + 1, k * 2 + 2, 16);
    for (int k = 12; k < 20; k++)
        running(d, k, "h800-pre", 33 + k - 12, 33 + k - 12, k % 3 + 1);
    for (int k = 0; k < 300; k++)
        waiting(d, k);
    apply(f, d);
    d = poll(TJ, TJ_SLURM, FIXTURE_NOW - 4100, ENTITY_JOB);
    for (int k = 0; k < 30; k++) {
        snprintf(id, sizeof id, "%d", 90400 + k);
        job(d, id, "cfd-aero-3d", "li", "work", k < 8 ? job_state_RUNNING : job_state_QUEUED);
        delta_num(d, FIELD_job_node_count, 2);
        delta_num(d, FIELD_job_cpus, 128);
        delta_time(d, FIELD_job_eligible_at, FIXTURE_NOW - (k + 1) * HOUR);
        if (k < 8) {
            delta_str(d, FIELD_job_nodes, "cn[001-002]");
            delta_time(d, FIELD_job_started_at, FIXTURE_NOW - (k + 1) * 50 * MINUTE);
            delta_num(d, FIELD_job_time_limit_seconds, 3600 * 8);
        } else {
            delta_str(d, FIELD_job_reason, "Priority");
        }
    }
    apply(f, d);
}

static void extras(struct fleet *f)
{
    struct delta *d = delta_new(ZB, ZB_SLURM, FIXTURE_NOW - 2400, 0);

    row(d, ENTITY_RESERVATION, "maint-1124");
    delta_str(d, FIELD_reservation_name, "maint-1124");
    delta_str(d, FIELD_reservation_nodes, "zb-g[0012-0013]");
    delta_num(d, FIELD_reservation_node_count, 2);
    delta_time(d, FIELD_reservation_starts_at, FIXTURE_NOW - HOUR);
    delta_time(d, FIELD_reservation_ends_at, FIXTURE_NOW + 5 * HOUR);
    delta_str(d, FIELD_reservation_flags, "MAINT,IGNORE_JOBS");
    row(d, ENTITY_LICENSE, "ansys");
    delta_str(d, FIELD_license_name, "ansys");
    delta_num(d, FIELD_license_total, 64);
    delta_num(d, FIELD_license_used, 40);
    delta_num(d, FIELD_license_free, 24);
    apply(f, d);
}

/* An hour of history: some nodes of two centers come and go. */
static void past(struct fleet *f)
{
    char name[24];

    for (int step = 0; step < HISTORY_SAMPLES; step++) {
        wall_ms at = FIXTURE_NOW - (HISTORY_SAMPLES - step) * (wall_ms)HISTORY_STEP_MS;
        struct delta *d = delta_new(ZB, ZB_SLURM, at, 0);
        for (int i = 20; i <= 48; i++) {
            snprintf(name, sizeof name, "zb-g%04d", i);
            row(d, ENTITY_NODE, name);
            delta_str(d, FIELD_node_name, name);
            delta_int(d, FIELD_node_state, node_state_MIXED);
            delta_num(d, FIELD_node_devices_total, 8);
            delta_num(d, FIELD_node_devices_allocated,
                      (step * 3 + i * 5) % 90 < 60 - step / 4 ? 8 : 1);
        }
        apply(f, d);
        if (step % 2 == 0) {
            d = delta_new(TJ, TJ_SLURM, at, 0);
            for (int i = 1; i <= 40; i++) {
                snprintf(name, sizeof name, "cn%03d", i);
                row(d, ENTITY_NODE, name);
                delta_str(d, FIELD_node_name, name);
                delta_int(d, FIELD_node_state, node_state_MIXED);
                delta_num(d, FIELD_node_cpus_total, 64);
                delta_num(d, FIELD_node_cpus_allocated, (step + i * 3) % 64);
            }
            apply(f, d);
        }
        fleet_tick(f, at);
        snapshot_unref(fleet_publish(f, at));
    }
}

static struct snapshot *finish(struct fleet *f)
{
    fleet_tick(f, FIXTURE_NOW);
    struct snapshot *s = fleet_publish(f, FIXTURE_NOW);
    fleet_free(f);
    return s;
}

struct fleet *fixture_fleet_unpublished(void)
{
    struct fleet *f = fleet_new(NULL);

    poll_seq = 0;
    center(f, ZB, "zhangbei", "张北智算中心", center_kind_INTELLIGENT, "阿里云", "张家口");
    center(f, TJ, "tianjin", "国家超级计算天津中心", center_kind_SUPER, NULL, "天津");
    center(f, GZ, "guangzhou", "国家超算广州中心", center_kind_SUPER, NULL, "广州");
    center(f, QY, "qingyang", "庆阳智算中心", center_kind_INTELLIGENT, "天翼云", "庆阳");
    center(f, EDGE, "shanghai", "上海边缘池", center_kind_GENERAL, "天翼云", "上海");
    center(f, NEW, "wuhan", "武汉智算中心", center_kind_INTELLIGENT, "天翼云", "武汉");
    past(f);
    all_sources(f);
    all_pools(f);
    zb_nodes(f);
    other_nodes(f);
    ended_jobs(f);
    all_jobs(f);
    extras(f);
    fixture_trouble(f);
    return f;
}

struct snapshot *fixture_fleet(void)
{
    return finish(fixture_fleet_unpublished());
}

struct snapshot *fixture_empty(void)
{
    struct fleet *f = fleet_new(NULL);

    center(f, 0, "here", "here", center_kind_UNKNOWN, NULL, NULL);
    source(f, 0, 0, "slurm here", "/run/slurmrestd.sock",
           &(struct how){source_state_STARTING, 0, FIXTURE_NOW + 1000, 0, 30000, 0, 0, 0, 0, 0, 0,
                         NULL, NULL, NULL, NULL, NULL, NULL});
    return finish(f);
}

struct snapshot *fixture_small(void)
{
    struct fleet *f = fleet_new(NULL);
    struct delta *d;

    center(f, 0, "here", "tiny", center_kind_GENERAL, NULL, NULL);
    source(f, 0, 0, "slurm here", "squeue, scontrol",
           &(struct how){source_state_OK, FIXTURE_NOW - 1000, FIXTURE_NOW + 9000, 21, 10000, 7, 0,
                         21000, 3100, 0, 0.2, "commands", "the Slurm commands of this machine",
                         NULL, NULL, NULL, NULL});
    d = poll(0, 0, FIXTURE_NOW - 1000, ENTITY_POOL);
    pool(d, "debug", "UP", "n[1-3]", -1, 1, true);
    apply(f, d);
    d = poll(0, 0, FIXTURE_NOW - 1000, ENTITY_NODE);
    node(d, &(struct node){"n1", "debug", NULL, node_state_MIXED, 0, 0, 0, 4, 2, 1.2, 16});
    node(d, &(struct node){"n2", "debug", NULL, node_state_IDLE, 0, 0, 0, 4, 0, 0.1, 16});
    node(d, &(struct node){"n3", "debug", NULL, node_state_IDLE, 0, 0, 0, 4, 0, 0.1, 16});
    apply(f, d);
    d = poll(0, 0, FIXTURE_NOW - 1000, ENTITY_JOB);
    job(d, "14", "hello", "me", "debug", job_state_RUNNING);
    delta_str(d, FIELD_job_nodes, "n1");
    delta_num(d, FIELD_job_node_count, 1);
    delta_time(d, FIELD_job_started_at, FIXTURE_NOW - 90000);
    delta_notice(d, "the history is not written: history.db: database or disk is full", true);
    apply(f, d);
    return finish(f);
}
