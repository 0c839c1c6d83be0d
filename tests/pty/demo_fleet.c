/* SPDX-License-Identifier: MIT
 * demo_fleet.c - see demo_fleet.h. */
#include "tests/pty/demo_fleet.h"
#include <stdio.h>
#include <string.h>

enum { NODES_PER_CENTER = 40, JOBS_PER_CENTER = 60, CENTERS = 4 };

static const struct demo_center {
    const char *id, *name, *operator, * region, *prefix;
    enum center_kind kind;
    int devices; /* of a node */
} centers[CENTERS] = {
    {"zhangbei", "张北智算中心", "阿里云", "张家口", "zb-g", center_kind_INTELLIGENT, 8},
    {"ulanqab", "乌兰察布智算中心", "华为云", "乌兰察布", "wl-b", center_kind_INTELLIGENT, 8},
    {"tianjin", "国家超算天津中心", "天津超算", "天津", "cn", center_kind_SUPER, 0},
    {"qingyang", "庆阳智算中心", "天翼云", "庆阳", "qy-a", center_kind_INTELLIGENT, 8},
};

static void put(struct fleet *f, struct delta *d)
{
    fleet_apply(f, d, NULL);
    delta_free(d);
}

static void put_center(struct fleet *f, int c, wall_ms now)
{
    const struct demo_center *dc = &centers[c];
    struct delta *d = delta_new((uint16_t)c, (uint16_t)c, now, 0);

    delta_row(d, ENTITY_CENTER, dc->id, strlen(dc->id));
    delta_str(d, FIELD_center_id, dc->id);
    delta_str(d, FIELD_center_name, dc->name);
    delta_int(d, FIELD_center_kind, dc->kind);
    delta_str(d, FIELD_center_operator, dc->operator);
    delta_str(d, FIELD_center_region, dc->region);
    put(f, d);
}

static void put_source(struct fleet *f, int c, wall_ms now, wall_ms last_ok,
                       enum source_state state)
{
    char name[64];
    int n = snprintf(name, sizeof name, "slurm %s", centers[c].id);
    struct delta *d = delta_new((uint16_t)c, (uint16_t)c, now, 0);

    delta_row(d, ENTITY_SOURCE, name, (size_t)n);
    delta_str(d, FIELD_source_name, name);
    delta_str(d, FIELD_source_collector, "slurm");
    delta_int(d, FIELD_source_state, state);
    delta_str(d, FIELD_source_via, "http v0.0.42");
    delta_time(d, FIELD_source_last_ok_at, last_ok);
    delta_time(d, FIELD_source_last_try_at, now);
    delta_time(d, FIELD_source_next_try_at, now + 18000);
    delta_num(d, FIELD_source_interval_ms, 30000);
    delta_num(d, FIELD_source_latency_ms, 41);
    delta_num(d, FIELD_source_requests, 120);
    delta_num(d, FIELD_source_bytes, 5e6);
    if (state != source_state_OK) {
        delta_str(d, FIELD_source_error_code, "timeout");
        delta_str(d, FIELD_source_error, "no answer within 10 s");
        delta_num(d, FIELD_source_consecutive_failures, 7);
    }
    put(f, d);
}

static void node_row(struct delta *d, const struct demo_center *dc, int i)
{
    char name[32];
    int n = snprintf(name, sizeof name, "%s%04d", dc->prefix, i + 1),
        used = i % 3 ? dc->devices : 0;

    delta_row(d, ENTITY_NODE, name, (size_t)n);
    delta_str(d, FIELD_node_name, name);
    delta_int(d, FIELD_node_state,
              i % 17 == 5 ? node_state_DOWN
              : i % 3     ? node_state_ALLOCATED
                          : node_state_IDLE);
    delta_int(d, FIELD_node_flags, i % 13 == 7 ? 1 << node_flag_DRAIN : 0);
    if (i % 13 == 7)
        delta_str(d, FIELD_node_reason, "HW thermal, 7 jobs broken");
    delta_str(d, FIELD_node_pools, i % 2 ? "h800-train" : "h800-pre");
    delta_num(d, FIELD_node_cpus_total, 128);
    delta_num(d, FIELD_node_cpus_allocated, i % 3 ? 120 : 0);
    delta_num(d, FIELD_node_memory_total_bytes, 2e12);
    delta_num(d, FIELD_node_load, i % 3 ? 118.5 : 0.2);
    if (dc->devices > 0) {
        delta_num(d, FIELD_node_devices_total, dc->devices);
        delta_num(d, FIELD_node_devices_allocated, used);
        delta_str(d, FIELD_node_device_model, "H800");
    }
    delta_num(d, FIELD_node_temperature_celsius, 45 + i % 40);
    delta_num(d, FIELD_node_temperature_limit_celsius, 95);
}

static void put_nodes(struct fleet *f, int c, wall_ms at)
{
    struct delta *d = delta_new((uint16_t)c, (uint16_t)c, at, 0);

    d->poll = (struct delta_poll){.seq = 1, .begin = true, .end = POLL_GOOD};
    d->poll.entities[ENTITY_NODE] = true;
    for (int i = 0; i < NODES_PER_CENTER; i++)
        node_row(d, &centers[c], i);
    put(f, d);
}

static void job_row(struct delta *d, const struct demo_center *dc, int i, wall_ms now)
{
    static const char *const names[] = {"pangu-moe-1t", "telechat-52b", "qwen-long", "训练-七号",
                                        "cfd-aero-3d"};
    char id[32];
    int n = snprintf(id, sizeof id, "%d", 884000 + i);
    bool runs = i % 3 != 0;

    delta_row(d, ENTITY_JOB, id, (size_t)n);
    delta_str(d, FIELD_job_id, id);
    delta_str(d, FIELD_job_name, names[i % 5]);
    delta_str(d, FIELD_job_user, i % 2 ? "li" : "zhao");
    delta_str(d, FIELD_job_pool, "h800-train");
    delta_int(d, FIELD_job_state, runs ? job_state_RUNNING : job_state_QUEUED);
    delta_num(d, FIELD_job_devices_requested, dc->devices * (1 + i % 4));
    delta_time(d, FIELD_job_submitted_at, now - 7200000 - i * 60000);
    if (runs)
        delta_time(d, FIELD_job_started_at, now - 3600000 - i * 1000);
    else
        delta_str(d, FIELD_job_reason, i % 2 ? "Resources" : "Priority");
}

static void put_jobs(struct fleet *f, int c, wall_ms at)
{
    struct delta *d = delta_new((uint16_t)c, (uint16_t)c, at, 0);

    d->poll = (struct delta_poll){.seq = 2, .begin = true, .end = POLL_GOOD};
    d->poll.entities[ENTITY_JOB] = true;
    for (int i = 0; i < JOBS_PER_CENTER; i++)
        job_row(d, &centers[c], i, at);
    put(f, d);
}

struct fleet *demo_fleet(wall_ms now)
{
    struct fleet *f = fleet_new(NULL);

    for (int c = 0; c < CENTERS; c++) {
        wall_ms at = c == 2 ? now - 110000 : now - 2000 - c * 1000;
        put_center(f, c, at);
        if (c != 3) {
            put_nodes(f, c, at);
            put_jobs(f, c, at);
        }
        put_source(f, c, at, c == 3 ? 0 : at,
                   c == 3   ? source_state_FAILED
                   : c == 2 ? source_state_STALE
                            : source_state_OK);
    }
    fleet_tick(f, now);
    return f;
}

static void interrupted(struct delta *d, const char *job, wall_ms at)
{
    char id[64];
    int n = snprintf(id, sizeof id, "%s@%lld", job, (long long)(at / 1000 - 3600));

    delta_row(d, ENTITY_INTERRUPTION, id, (size_t)n);
    delta_str(d, FIELD_interruption_job, job);
    delta_str(d, FIELD_interruption_name, "broken-run");
    delta_time(d, FIELD_interruption_started_at, at - 3600000);
    delta_time(d, FIELD_interruption_at, at);
    delta_int(d, FIELD_interruption_cause, interruption_cause_NODE);
    delta_str(d, FIELD_interruption_evidence, "zb-g0003 NOT_RESPONDING");
    delta_str(d, FIELD_interruption_node, "zb-g0003");
    delta_num(d, FIELD_interruption_devices, 16);
    delta_num(d, FIELD_interruption_node_count, 2);
    delta_int(d, FIELD_interruption_outcome, interruption_outcome_FAILED);
}

void demo_fleet_alarm(struct fleet *f, wall_ms now, const char *id)
{
    struct delta *d = delta_new(0, UINT16_MAX, now, 0);
    char origin[64];

    delta_row(d, ENTITY_ALERT, id, strlen(id));
    snprintf(origin, sizeof origin, "slurm %s", centers[0].id);
    delta_str(d, FIELD_alert_origin, origin); /* a source that is there */
    delta_int(d, FIELD_alert_severity, severity_CRITICAL);
    delta_int(d, FIELD_alert_state, alert_state_FIRING);
    delta_str(d, FIELD_alert_summary, id);
    delta_time(d, FIELD_alert_since, now - 60000);
    delta_time(d, FIELD_alert_fired_at, now);
    put(f, d);
}

void demo_fleet_trouble(struct fleet *f, wall_ms now)
{
    struct delta *d = delta_new(0, UINT16_MAX, now, 0);

    interrupted(d, "700", now - 600000);
    interrupted(d, "701", now - 1200000);
    delta_row(d, ENTITY_OFFENDER, "zb-g0003", 8);
    delta_num(d, FIELD_offender_score, 0.5);
    delta_num(d, FIELD_offender_events, 2);
    delta_num(d, FIELD_offender_times_out, 1);
    for (int i = 0; i < 16; i++) {
        char id[32];
        int n = snprintf(id, sizeof id, "zb-g%04d%c%d", 2 + i / 8, 0, i % 8);
        delta_row(d, ENTITY_DEVICE, id, (size_t)n);
        delta_str(d, FIELD_device_model, "NVIDIA H800");
        delta_num(d, FIELD_device_temperature_celsius, 60 + i);
        delta_num(d, FIELD_device_tensor_utilization_percent, 0);
        delta_num(d, FIELD_device_temperature_headroom_celsius, 30 - i);
    }
    put(f, d);
    demo_fleet_alarm(f, now, "smoke in hall 2");
}

void demo_fleet_step(struct fleet *f, wall_ms now, int step)
{
    struct delta *d = delta_new(0, 0, now, 0);
    char name[32];
    int n = snprintf(name, sizeof name, "%s%04d", centers[0].prefix, step % NODES_PER_CENTER + 1);

    delta_row(d, ENTITY_NODE, name, (size_t)n);
    delta_str(d, FIELD_node_name, name);
    delta_num(d, FIELD_node_temperature_celsius, 50 + step % 45);
    put(f, d);
    fleet_tick(f, now);
}
