/* SPDX-License-Identifier: MIT
 * made_fleet.c - see made_fleet.h. */
#include "tests/bench/made_fleet.h"
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#define SLICE 1000

static uint32_t below(struct made *m, uint32_t n)
{
    m->rng = m->rng * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((m->rng >> 33) % n);
}

double made_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* --- made-up rows --- */

static void __attribute__((format(printf, 3, 4)))
text(struct delta *d, int field, const char *fmt, ...)
{
    char s[96];
    va_list ap;

    va_start(ap, fmt);
    int len = vsnprintf(s, sizeof(s), fmt, ap);
    va_end(ap);
    delta_strn(d, field, s, (size_t)len);
}

static void waiting(struct delta *d, uint32_t i)
{
    delta_int(d, FIELD_job_state, job_state_QUEUED);
    delta_str(d, FIELD_job_raw_state, "PENDING");
    delta_str(d, FIELD_job_reason, i % 3 ? "Priority" : "Resources");
    delta_time(d, FIELD_job_eligible_at, MADE_NOW - i % 900000 * 1000);
}

static void running(struct delta *d, uint32_t i, uint32_t change)
{
    delta_int(d, FIELD_job_state, job_state_RUNNING);
    delta_str(d, FIELD_job_raw_state, "RUNNING");
    delta_absent(d, FIELD_job_reason);
    delta_time(d, FIELD_job_eligible_at, MADE_NOW - 900000000);
    delta_time(d, FIELD_job_started_at, MADE_NOW - (int64_t)(i % 500000 + change) * 1000);
    text(d, FIELD_job_nodes, i % 7 ? "cn%05u" : "cn[%05u-99999]", i % 100000);
    delta_num(d, FIELD_job_devices_allocated, i % 9);
}

/* 24 values, as a Slurm job has. */
static void job(struct delta *d, uint32_t i, uint32_t change)
{
    char id[16];
    int len = snprintf(id, sizeof(id), "%u", 4000000 + i);

    delta_row(d, ENTITY_JOB, id, (size_t)len);
    text(d, FIELD_job_name, "train-llm-%u", i * 7919 % 60000);
    text(d, FIELD_job_user, "user%u", i % 3000);
    text(d, FIELD_job_account, "project-%u", i % 400);
    text(d, FIELD_job_pool, "pool%u", i % 12);
    delta_str(d, FIELD_job_qos, "normal");
    delta_num(d, FIELD_job_tasks, 1);
    delta_num(d, FIELD_job_priority, (double)((i * 48271u + change * 7) % 4000000));
    delta_num(d, FIELD_job_devices_requested, i % 9);
    delta_num(d, FIELD_job_cpus, i % 256);
    delta_num(d, FIELD_job_memory_bytes, (double)(i % 512) * 1073741824.0);
    delta_num(d, FIELD_job_node_count, i % 16 + 1);
    delta_time(d, FIELD_job_submitted_at, MADE_NOW - (int64_t)(i % 1000000) * 1000);
    delta_num(d, FIELD_job_time_limit_seconds, 3600 * (i % 72));
    delta_num(d, FIELD_job_restarts, i % 50 == 0);
    delta_int(d, FIELD_job_requeueable, 1);
    if (i % 3)
        waiting(d, i);
    else
        running(d, i, change);
}

static void node(struct delta *d, uint32_t i, uint32_t change)
{
    char id[16];
    int len = snprintf(id, sizeof(id), "cn%05u", i);

    delta_row(d, ENTITY_NODE, id, (size_t)len);
    delta_int(d, FIELD_node_state, i % 5 ? node_state_MIXED : node_state_IDLE);
    delta_int(d, FIELD_node_flags, i % 40 == 0 ? 1 << node_flag_DRAIN : 0);
    delta_str(d, FIELD_node_raw_state, "MIXED");
    delta_str(d, FIELD_node_pools, i % 2 ? "pool1,all" : "pool2,pool3,all");
    delta_num(d, FIELD_node_cpus_total, 192);
    delta_num(d, FIELD_node_cpus_allocated, (i + change) % 193);
    delta_num(d, FIELD_node_memory_total_bytes, 2e12);
    delta_num(d, FIELD_node_load, (i + change) % 192);
    delta_num(d, FIELD_node_devices_total, 8);
    delta_num(d, FIELD_node_devices_allocated, (i + change) % 9);
    delta_str(d, FIELD_node_gres, "gpu:h200:8(S:0-1)");
    delta_str(d, FIELD_node_version, "23.11.4");
    delta_str(d, FIELD_node_os, "Linux 5.15.0-91-generic #101-Ubuntu SMP");
    text(d, FIELD_node_address, "10.0.%u", i);
}

static void device(struct delta *d, uint32_t i, uint32_t change)
{
    char id[24], uuid[48];
    int len = snprintf(id, sizeof(id), "cn%05u%c%u", i / 8, 0, i % 8);

    delta_row(d, ENTITY_DEVICE, id, (size_t)len);
    snprintf(uuid, sizeof(uuid), "GPU-%08x-1234-5678-9abc-%012x", i * 2654435761u, i);
    delta_str(d, FIELD_device_uuid, uuid);
    delta_str(d, FIELD_device_model, "NVIDIA H200");
    delta_str(d, FIELD_device_health, "ok");
    delta_num(d, FIELD_device_temperature_celsius, 40 + (i + change) % 45);
    delta_num(d, FIELD_device_memory_temperature_celsius, 50 + (i + change) % 45);
    delta_num(d, FIELD_device_utilization_percent, (i + change) % 101);
    delta_num(d, FIELD_device_tensor_utilization_percent, (i + 3 * change) % 101);
    delta_num(d, FIELD_device_clock_hertz, 1.5e9);
    delta_num(d, FIELD_device_power_watts, 300 + (i + change) % 400);
}

/* --- polls --- */

static void fill(struct delta *d, enum entity e, uint32_t i, uint32_t change)
{
    if (e == ENTITY_JOB)
        job(d, i, change);
    else if (e == ENTITY_NODE)
        node(d, i, change);
    else
        device(d, i, change);
}

/* Key of the i-th row, as a collector would remember it. */
static uint64_t key_of(enum entity e, uint16_t center, uint32_t i)
{
    char id[24];
    int len = e == ENTITY_JOB    ? snprintf(id, sizeof(id), "%u", 4000000 + i)
              : e == ENTITY_NODE ? snprintf(id, sizeof(id), "cn%05u", i)
                                 : snprintf(id, sizeof(id), "cn%05u%c%u", i / 8, 0, i % 8);

    return row_key(e, center, id, (size_t)len);
}

double made_poll(struct fleet *f, struct made *m, enum entity e, uint32_t count, enum made_how how,
                 uint32_t every, uint32_t change)
{
    double spent = 0;

    m->seq++;
    for (uint32_t i = 0; i < count; i += SLICE) {
        struct delta *d = delta_new(0, m->source, MADE_NOW + m->seq, 0);
        d->poll.seq = m->seq;
        d->poll.begin = i == 0;
        d->poll.end = i + SLICE >= count ? POLL_GOOD : POLL_MORE;
        d->poll.entities[e] = true;
        for (uint32_t k = i; k < i + SLICE && k < count; k++) {
            bool changed = every && below(m, every) == 0;
            if (how == MADE_KEEP && !changed)
                delta_keep(d, e, key_of(e, 0, k));
            else
                fill(d, e, k, changed ? change : 0);
        }
        double start = made_ms();
        fleet_apply(f, d, NULL);
        spent += made_ms() - start;
        delta_free(d);
    }
    return spent;
}

void made_change(struct fleet *f, struct made *m, enum entity e, uint32_t count, uint32_t rows,
                 uint32_t change)
{
    struct delta *d = delta_new(0, m->source, MADE_NOW + ++m->seq, 0);

    for (uint32_t k = 0; k < rows; k++)
        fill(d, e, below(m, count), change);
    fleet_apply(f, d, NULL);
    delta_free(d);
}
