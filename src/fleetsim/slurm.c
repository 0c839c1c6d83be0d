/* SPDX-License-Identifier: MIT
 * slurm.c - the side of slurmrestd: paths, lists. Elements: slurm_rows.c; what changes something: slurm_verbs.c; /slurmdb/:
 * accounting.c.
 *
 * Source of the shapes: answers of Slurm 22.05 (v0.0.38) and the OpenAPI descriptions of 26.05 (v0.0.45). */
#include "fleetsim/slurm_int.h"
#include "fleetsim/jsay.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ELEMENTS_OF_A_PIECE = 64 };

static struct jsay saying(struct speech *s)
{
    return (struct jsay){.out = &s->body, .wrapped = s->version >= 40};
}

void slurm_meta(struct speech *s)
{
    if (s->version < 40)
        buf_adds(
            &s->body,
            "{\"meta\":{\"plugin\":{\"type\":\"openapi/v0.0.38\",\"name\":\"Slurm OpenAPI v0.0.38\"},"
            "\"Slurm\":{\"version\":{\"major\":22,\"micro\":8,\"minor\":5},\"release\":\"22.05.8\"}}");
    else
        buf_addf(
            &s->body,
            "{\"meta\":{\"plugin\":{\"type\":\"openapi/slurmctld\",\"name\":\"Slurm OpenAPI slurmctld\","
            "\"data_parser\":\"data_parser/v0.0.%d\"},\"slurm\":{\"version\":{\"major\":\"26\",\"micro\":\"3\","
            "\"minor\":\"05\"},\"release\":\"26.05.3\",\"cluster\":\"%s\"}}",
            s->version, s->world->center->id);
}

void slurm_head(struct speech *s)
{
    slurm_meta(s);
    buf_adds(&s->body, ",\"errors\":[]");
}

/* ---- lists ---- */

static bool more_of(struct speech *s, uint32_t count, bool (*row)(struct speech *, uint32_t))
{
    unsigned written = 0;

    if (s->next == NO_INDEX)
        return false;
    while (s->next < count && written < ELEMENTS_OF_A_PIECE) {
        size_t before = s->body.len;
        if (!s->first)
            buf_addc(&s->body, ',');
        if (!row(s, s->next++)) {
            buf_truncate(&s->body, before);
            continue;
        }
        s->first = false;
        written++;
    }
    if (s->next >= count) {
        buf_adds(&s->body, "]}");
        s->next = NO_INDEX;
    }
    return true;
}

static bool more_nodes(struct speech *s)
{
    return more_of(s, s->world->node_count, slurm_node);
}

static bool more_jobs(struct speech *s)
{
    return more_of(s, s->world->job_count, slurm_job);
}

static bool more_pools(struct speech *s)
{
    return more_of(s, (uint32_t)s->world->center->pool_count, slurm_pool);
}

static bool more_states(struct speech *s)
{
    return more_of(s, s->world->job_count, slurm_job_state);
}

static bool more_nothing(struct speech *s)
{
    return more_of(s, 0, NULL);
}

static void begin_list(struct speech *s, const char *key, bool (*more)(struct speech *))
{
    slurm_head(s);
    buf_addf(&s->body, ",\"%s\":[", key);
    s->more = more;
}

void slurm_one(struct speech *s, const char *key, uint32_t which,
               bool (*row)(struct speech *, uint32_t))
{
    slurm_head(s);
    buf_addf(&s->body, ",\"%s\":[", key);
    row(s, which);
    buf_adds(&s->body, "]}");
}

/* ---- small answers ---- */

static void ping(struct speech *s)
{
    struct jsay t = saying(s);

    slurm_head(s);
    buf_adds(&s->body, ",\"pings\":[");
    jsay_begin(&t);
    jsay_text(&t, "hostname", "ctl");
    if (s->version >= 40) {
        jsay_text(&t, "pinged", "UP");
        jsay_bool(&t, "responding", true);
    } else {
        jsay_text(&t, "ping", "UP");
        jsay_count(&t, "status", 0);
    }
    jsay_text(&t, "mode", "primary");
    jsay_end(&t);
    buf_adds(&s->body, "]}");
}

static void diag(struct speech *s)
{
    const struct world *w = s->world;
    struct jsay t = saying(s);
    double running = 0, waiting = 0;

    for (size_t i = 0; i < w->center->pool_count; i++) {
        running += w->pools[i].running;
        waiting += w->pools[i].waiting;
    }
    slurm_head(s);
    buf_adds(&s->body, ",\"statistics\":");
    jsay_begin(&t);
    jsay_count(&t, "server_thread_count", 3);
    jsay_count(&t, "agent_queue_size", 0);
    jsay_count(&t, "jobs_running", running);
    jsay_count(&t, "jobs_pending", waiting);
    jsay_count(&t, "jobs_completed", (double)w->counts.ended[SIM_DONE]);
    jsay_count(&t, "jobs_failed", (double)w->counts.ended[SIM_FAILED]);
    jsay_count(&t, "jobs_canceled", (double)w->counts.ended[SIM_CANCELLED]);
    jsay_count(&t, "schedule_cycle_last", 1200 + waiting / 4);
    jsay_number(&t, "req_time", (double)(world_told(w, w->now) / 1000));
    jsay_number(&t, "req_time_start", (double)(w->began_at / 1000));
    jsay_end(&t);
    buf_addc(&s->body, '}');
}

/* ---- paths ---- */

static const char *after(const char *path, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(path, prefix, len) == 0 ? path + len : NULL;
}

static void speak(struct speech *s, const struct speech_request *rq, const char *what)
{
    const char *name;

    if (strcmp(what, "ping") == 0)
        ping(s);
    else if (strcmp(what, "diag") == 0)
        diag(s);
    else if (strcmp(what, "nodes") == 0 || strcmp(what, "nodes/") == 0)
        begin_list(s, "nodes", more_nodes);
    else if (strcmp(what, "jobs") == 0 || strcmp(what, "jobs/") == 0)
        begin_list(s, "jobs", more_jobs);
    else if (strcmp(what, "jobs/state") == 0 && s->version >= 40)
        begin_list(s, "jobs", more_states);
    else if (strcmp(what, "partitions") == 0)
        begin_list(s, "partitions", more_pools);
    else if (strcmp(what, "reservations") == 0 || strcmp(what, "licenses") == 0)
        begin_list(s, what, more_nothing);
    else if ((name = after(what, "node/")))
        slurm_one_node(s, rq, name);
    else if ((name = after(what, "job/")))
        slurm_one_job(s, rq, name);
    else
        slurm_no_path(s);
}

void slurm_speak(struct speech *s, const struct speech_request *rq)
{
    char prefix[32];

    s->version = (int)s->world->shape;
    snprintf(prefix, sizeof(prefix), "/slurm/v0.0.%u/", s->world->api);
    const char *what = after(rq->path, prefix);
    snprintf(prefix, sizeof(prefix), "/slurmdb/v0.0.%u/", s->world->api);
    const char *account = after(rq->path, prefix);
    if (what)
        speak(s, rq, what);
    else if (account)
        account_speak(s, rq, account);
    else
        slurm_no_path(s);
}
