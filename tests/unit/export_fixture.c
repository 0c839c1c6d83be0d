/* SPDX-License-Identifier: MIT
 * export_fixture.c - see export_fixture.h. */
#include "tests/unit/export_fixture.h"
#include "base/xmem.h"
#include "model/delta.h"
#include "model/fleet.h"
#include "model/flops.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE 60000
#define HOUR (60 * MINUTE)
#define GIB 1073741824.0

const char *const fixture_names[] = {"fleet", "partial", "hostile", "dead", "empty", "long", NULL};

static void row(struct delta *d, enum entity e, const char *id)
{
    delta_row(d, e, id, strlen(id));
}

static void apply(struct fleet *f, struct delta *d)
{
    fleet_apply(f, d, NULL);
    delta_free(d);
}

static struct delta *poll_of(uint16_t center, uint16_t source, uint32_t seq, wall_ms at)
{
    struct delta *d = delta_new(center, source, at, 0);

    d->poll.seq = seq;
    d->poll.begin = true;
    d->poll.end = POLL_GOOD;
    return d;
}

static void add_center(struct fleet *f, uint16_t center, const char *id, const char *name, int kind)
{
    struct delta *d = delta_new(center, UINT16_MAX, FIXTURE_NOW - HOUR, 0);

    row(d, ENTITY_CENTER, id);
    delta_str(d, FIELD_center_name, name);
    delta_int(d, FIELD_center_kind, kind);
    delta_str(d, FIELD_center_operator, "运营商");
    apply(f, d);
}

static void add_source(struct fleet *f, uint16_t center, uint16_t source, const char *id, int state)
{
    struct delta *d = delta_new(center, source, FIXTURE_NOW - 2500, 0);

    row(d, ENTITY_SOURCE, id);
    delta_str(d, FIELD_source_name, id);
    delta_str(d, FIELD_source_collector, "slurm");
    delta_str(d, FIELD_source_target, "https://slurm.example:6820");
    delta_int(d, FIELD_source_state, state);
    delta_num(d, FIELD_source_interval_ms, 30000);
    if (state == source_state_OK) {
        delta_time(d, FIELD_source_last_ok_at, FIXTURE_NOW - 2500);
        delta_num(d, FIELD_source_latency_ms, 41.75);
        delta_num(d, FIELD_source_requests, 12);
    }
    apply(f, d);
}

static void fail_source(struct fleet *f, uint16_t center, uint16_t source, const char *id,
                        wall_ms last_ok)
{
    struct delta *d = delta_new(center, source, FIXTURE_NOW - 1000, 0);

    row(d, ENTITY_SOURCE, id);
    delta_str(d, FIELD_source_name, id);
    delta_int(d, FIELD_source_state, source_state_FAILED);
    delta_str(d, FIELD_source_error_code, "auth");
    delta_str(d, FIELD_source_error, "HTTP 401: the token has expired");
    delta_str(d, FIELD_source_mend, "make a new one: scontrol token");
    delta_time(d, FIELD_source_last_ok_at, last_ok);
    apply(f, d);
}

static void node(struct delta *d, const char *name, int state, uint32_t flags, double gpus,
                 double used)
{
    row(d, ENTITY_NODE, name);
    delta_int(d, FIELD_node_state, state);
    delta_int(d, FIELD_node_flags, flags);
    delta_str(d, FIELD_node_pools, "gpu,debug");
    delta_num(d, FIELD_node_cpus_total, 128);
    delta_num(d, FIELD_node_cpus_allocated, used * 16);
    delta_num(d, FIELD_node_memory_total_bytes, 512 * GIB);
    delta_num(d, FIELD_node_memory_allocated_bytes, used * 64 * GIB);
    delta_num(d, FIELD_node_load, 0.27 + used);
    delta_num(d, FIELD_node_devices_total, gpus);
    delta_num(d, FIELD_node_devices_allocated, used);
}

static void add_nodes(struct fleet *f, uint16_t center, uint16_t source)
{
    struct delta *d = poll_of(center, source, 1, FIXTURE_NOW - 2500);

    d->poll.entities[ENTITY_NODE] = true;
    node(d, "cn1", node_state_MIXED, 0, 8, 6);
    delta_num(d, FIELD_node_temperature_celsius, 71.5);
    delta_num(d, FIELD_node_power_watts, 5230.4);
    node(d, "cn2", node_state_IDLE, 1u << node_flag_DRAIN, 8, 0);
    delta_str(d, FIELD_node_reason, "坏内存, slot \"A1\"");
    delta_str(d, FIELD_node_reason_by, "root");
    delta_time(d, FIELD_node_reason_at, FIXTURE_NOW - 26 * HOUR);
    node(d, "cn10", node_state_IDLE, 0, 8, 0);
    row(d, ENTITY_NODE, "mystery"); /* nothing but its name is known */
    apply(f, d);
}

static void job(struct delta *d, const char *id, const char *name, int state)
{
    row(d, ENTITY_JOB, id);
    delta_str(d, FIELD_job_name, name);
    delta_str(d, FIELD_job_user, "li");
    delta_str(d, FIELD_job_pool, "gpu");
    delta_int(d, FIELD_job_state, state);
    delta_num(d, FIELD_job_tasks, 1);
    delta_time(d, FIELD_job_submitted_at, FIXTURE_NOW - 3 * HOUR);
    delta_time(d, FIELD_job_eligible_at, FIXTURE_NOW - 3 * HOUR);
    delta_num(d, FIELD_job_devices_requested, 4);
}

static void add_jobs(struct fleet *f, uint16_t center, uint16_t source)
{
    struct delta *d = poll_of(center, source, 2, FIXTURE_NOW - 9 * MINUTE);

    d->poll.entities[ENTITY_JOB] = true;
    job(d, "13", "finished", job_state_RUNNING);
    apply(f, d);
    d = poll_of(center, source, 3, FIXTURE_NOW - 2500); /* 13 is not listed any more: gone */
    d->poll.entities[ENTITY_JOB] = true;
    job(d, "14", "训练-大模型", job_state_RUNNING);
    delta_time(d, FIELD_job_started_at, FIXTURE_NOW - 2 * HOUR);
    delta_num(d, FIELD_job_time_limit_seconds, 4 * 3600);
    delta_num(d, FIELD_job_devices_allocated, 4);
    delta_str(d, FIELD_job_nodes, "cn[1-2,10]");
    delta_int(d, FIELD_job_requeueable, 1);
    job(d, "15_[6-99]", "sweep", job_state_QUEUED);
    delta_num(d, FIELD_job_tasks, 94);
    delta_str(d, FIELD_job_reason, "Resources");
    delta_num(d, FIELD_job_priority, 4294901760.0);
    job(d, "16", "one", job_state_HELD);
    delta_num(d, FIELD_job_time_limit_seconds, -1);
    apply(f, d);
}

static void add_others(struct fleet *f, uint16_t center, uint16_t source)
{
    struct delta *d = delta_new(center, source, FIXTURE_NOW - 2500, 0);

    row(d, ENTITY_POOL, "gpu");
    delta_str(d, FIELD_pool_state, "UP");
    delta_str(d, FIELD_pool_nodes, "cn[1-2,10],mystery");
    delta_num(d, FIELD_pool_nodes_total, 4);
    delta_int(d, FIELD_pool_is_default, 1);
    delta_num(d, FIELD_pool_time_limit_seconds, -1);
    delta_row(d, ENTITY_DEVICE,
              "cn1\0"
              "3",
              5);
    delta_str(d, FIELD_device_model, "H200");
    delta_num(d, FIELD_device_temperature_celsius, 66);
    delta_num(d, FIELD_device_utilization_percent, 100);
    delta_num(d, FIELD_device_tensor_utilization_percent, 40);
    delta_num(d, FIELD_device_clock_hertz, 1.485e9);
    delta_num(d, FIELD_device_clock_max_hertz, 1.98e9);
    delta_num(d, FIELD_device_power_watts, 512.5);
    row(d, ENTITY_RESERVATION, "maint");
    delta_str(d, FIELD_reservation_nodes, "cn10");
    delta_str(d, FIELD_reservation_users, "root,li");
    delta_time(d, FIELD_reservation_starts_at, FIXTURE_NOW + HOUR);
    row(d, ENTITY_LICENSE, "matlab");
    delta_num(d, FIELD_license_total, 10);
    delta_num(d, FIELD_license_used, 0);
    apply(f, d);
}

/* What a spreadsheet, a terminal, a shell or a parser might trip over. */
static void add_hostile(struct fleet *f, uint16_t center, uint16_t source)
{
    static const char *const names[] = {
        "=cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "+1+2",
        "-2+3",
        "-5",
        "=",
        "'quoted'",
        "\"",
        "a,b",
        "a\r\nb",
        "\ttab",
        "\033[31mred\033[0m",
        "\033]0;title\007",
        "back\\slash",
        "\xff\xfe",
        "\xed\xa0\x80",
        "half \xe4\xb8",
        "\xe2\x80\xae"
        "gpj.exe",
        "a\xe2\x80\x8b"
        "b",
        "\x7f",
        "{\"a\":1}",
        "</script>",
        "$(reboot)",
        "%s%n",
        "\xf0\x9f\x9a\x80 rocket",
        "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
        "null",
        "-",
        "\xef\xbb\xbf"
        "bom",
        "|pipe",
        "a;b",
        "  blanks  ",
    };
    struct delta *d = poll_of(center, source, 9, FIXTURE_NOW - 2500);
    char id[32];

    d->poll.entities[ENTITY_JOB] = d->poll.entities[ENTITY_NODE] = true;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(id, sizeof(id), "%zu", 100 + i);
        job(d, id, names[i], job_state_QUEUED);
        delta_str(d, FIELD_job_reason_text, names[i]);
        node(d, names[i], node_state_IDLE, 0, 8, 0);
        delta_str(d, FIELD_node_features, names[i]);
    }
    row(d, ENTITY_NODE, "n[1-3");
    job(d, "200", "too many", job_state_RUNNING);
    delta_str(d, FIELD_job_nodes, "n[1-99999999]");
    job(d, "201", "no set", job_state_RUNNING);
    delta_str(d, FIELD_job_nodes, "n[1-");
    job(d, "202", "far away", job_state_RUNNING);
    delta_time(d, FIELD_job_started_at, INT64_C(253402300799000));
    delta_num(d, FIELD_job_priority, 9007199254740992.0);
    delta_num(d, FIELD_job_memory_bytes, 1e21);
    delta_num(d, FIELD_job_exit_code, 0.1);
    apply(f, d);
}

static void add_long(struct fleet *f, uint16_t center, uint16_t source)
{
    size_t len = 70000;
    char *name = xmalloc(len + 1);
    struct delta *d = delta_new(center, source, FIXTURE_NOW - 2500, 0);

    memset(name, '"', len);
    name[len] = '\0';
    row(d, ENTITY_NODE, name);
    delta_str(d, FIELD_node_reason, name);
    apply(f, d);
    free(name);
}

static void fill(struct fleet *f, const char *name)
{
    if (strcmp(name, "empty") == 0)
        return;
    add_center(f, 0, "zhangbei", "张北智算中心", center_kind_INTELLIGENT);
    add_source(f, 0, 0, "zhangbei/slurm",
               strcmp(name, "dead") == 0 ? source_state_STARTING : source_state_OK);
    if (strcmp(name, "dead") == 0)
        return;
    if (strcmp(name, "hostile") == 0) {
        add_hostile(f, 0, 0);
        return;
    }
    if (strcmp(name, "long") == 0) {
        add_long(f, 0, 0);
        return;
    }
    add_nodes(f, 0, 0);
    add_jobs(f, 0, 0);
    add_others(f, 0, 0);
    add_center(f, 1, "tianjin", "国家超级计算天津中心", center_kind_SUPER);
    add_source(f, 1, 1, "tianjin/slurm", source_state_OK);
    if (strcmp(name, "partial") == 0)
        fail_source(f, 1, 1, "tianjin/slurm", FIXTURE_NOW - 5 * MINUTE);
}

/* Borrowed by all snapshots: it stays. */
static const struct peak_table *peaks(void)
{
    static struct peak_table *table;

    if (!table) {
        table = peak_table_new();
        (void)peak_table_add(table, "H200 | NVIDIA | 34 | 67 | 67 | 989 | 1979 | B | a table", "x",
                             NULL);
    }
    return table;
}

struct snapshot *fixture_snapshot(const char *name)
{
    struct fleet *f = fleet_new(NULL);

    fleet_set_peaks(f, peaks());
    fill(f, name);
    fleet_tick(f, FIXTURE_NOW);
    struct snapshot *s = fleet_publish(f, FIXTURE_NOW);
    fleet_free(f);
    return s;
}

static void queue_job(struct delta *d, int i)
{
    bool runs = i % 10 == 0;
    char text[64];

    snprintf(text, sizeof(text), "%d", 4000000 + i);
    row(d, ENTITY_JOB, text);
    snprintf(text, sizeof(text), "train-%d-llama.sh", i % 5000);
    delta_str(d, FIELD_job_name, text);
    snprintf(text, sizeof(text), "user%03d", i % 300);
    delta_str(d, FIELD_job_user, text);
    snprintf(text, sizeof(text), "acct%02d", i % 40);
    delta_str(d, FIELD_job_account, text);
    delta_str(d, FIELD_job_pool, "gpu");
    delta_str(d, FIELD_job_qos, "normal");
    delta_int(d, FIELD_job_state, runs ? job_state_RUNNING : job_state_QUEUED);
    delta_str(d, FIELD_job_raw_state, runs ? "RUNNING" : "PENDING");
    delta_str(d, FIELD_job_reason, runs ? "None" : "Priority");
    delta_num(d, FIELD_job_tasks, 1);
    delta_num(d, FIELD_job_priority, 4294901760.0 - i);
    delta_num(d, FIELD_job_devices_requested, 8);
    delta_num(d, FIELD_job_cpus, 64);
    delta_num(d, FIELD_job_memory_bytes, 512 * GIB);
    delta_num(d, FIELD_job_node_count, 1);
    delta_time(d, FIELD_job_submitted_at, FIXTURE_NOW - (wall_ms)i * 1700);
    delta_time(d, FIELD_job_eligible_at, FIXTURE_NOW - (wall_ms)i * 1700);
    delta_num(d, FIELD_job_time_limit_seconds, 86400);
    delta_num(d, FIELD_job_restarts, 0);
    delta_int(d, FIELD_job_requeueable, 1);
    if (!runs)
        return;
    delta_time(d, FIELD_job_started_at, FIXTURE_NOW - (wall_ms)i * 300);
    snprintf(text, sizeof(text), "cn%04d", i % 2000);
    delta_str(d, FIELD_job_nodes, text);
    delta_num(d, FIELD_job_devices_allocated, 8);
}

struct snapshot *fixture_jobs(int jobs)
{
    struct fleet *f = fleet_new(NULL);

    add_center(f, 0, "zhangbei", "张北智算中心", center_kind_INTELLIGENT);
    add_source(f, 0, 0, "zhangbei/slurm", source_state_OK);
    for (int i = 0; i < jobs;) {
        struct delta *d = delta_new(0, 0, FIXTURE_NOW - 2500, 0);
        for (int stop = i + 2000; i < stop && i < jobs; i++)
            queue_job(d, i);
        apply(f, d);
    }
    struct snapshot *s = fleet_publish(f, FIXTURE_NOW);
    fleet_free(f);
    return s;
}

struct export_options fixture_options(const char *name)
{
    bool complete = strcmp(name, "partial") != 0 && strcmp(name, "dead") != 0;

    return (struct export_options){.now = FIXTURE_NOW,
                                   .utc_offset_minutes = 480,
                                   .complete = complete,
                                   .filter_entity = -1,
                                   .expand = fixture_expand};
}

/* One name of a set, from p to end: all its hosts. */
static enum rc expand_name(const char *p, size_t len, size_t *left,
                           bool (*visit)(void *arg, const char *host, size_t len), void *arg)
{
    const char *open = memchr(p, '[', len);
    char host[256];

    if (open == NULL)
        return (*left)-- > 0 && visit(arg, p, len) ? RC_OK : RC_LIMIT;
    for (const char *q = open; q < p + len && *q != ']';) {
        char *end;
        long from = strtol(q + 1, &end, 10), to = *end == '-' ? strtol(end + 1, &end, 10) : from;
        if (*end != ']' && *end != ',')
            return RC_SYNTAX;
        for (; from <= to; from++) {
            int n = snprintf(host, sizeof(host), "%.*s%ld", (int)(open - p), p, from);
            if ((*left)-- == 0 || !visit(arg, host, (size_t)n))
                return RC_LIMIT;
        }
        q = end;
    }
    return RC_OK;
}

enum rc fixture_expand(const char *folded, size_t max,
                       bool (*visit)(void *arg, const char *host, size_t len), void *arg,
                       struct err *e)
{
    (void)e;
    for (const char *p = folded; *p != '\0';) {
        size_t len = strcspn(p, ",[");
        if (p[len] == '[')
            len = strcspn(p, "]") + (strchr(p, ']') != NULL);
        enum rc rc = expand_name(p, len, &max, visit, arg);
        if (rc != RC_OK)
            return rc;
        p += len + (p[len] == ',');
    }
    return RC_OK;
}

static enum rc to_buf(void *arg, const void *data, size_t len, struct err *e)
{
    (void)e;
    return buf_add(arg, data, len);
}

struct sink fixture_sink(struct buf *out)
{
    return (struct sink){to_buf, out};
}
