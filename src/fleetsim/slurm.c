/* SPDX-License-Identifier: MIT
 * slurm.c - the side of slurmrestd: paths, lists, and the verbs that change something. Elements: slurm_rows.c.
 *
 * Source of the shapes: answers of Slurm 22.05 (v0.0.38) and the OpenAPI descriptions of 26.05 (v0.0.45). */
#include "codec/json.h"
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

static void head(struct speech *s)
{
    const char *release = s->version >= 40 ? "26.05.3" : "22.05.8";

    buf_addf(&s->body, "{\"meta\":{\"%s\":{\"release\":\"%s\",\"cluster\":\"%s\"}},\"errors\":[]",
             s->version >= 40 ? "slurm" : "Slurm", release, s->world->center->id);
}

static void refuse(struct speech *s, unsigned status, int number, const char *what)
{
    speech_say(s, status, "application/json", "");
    head(s);
    buf_truncate(&s->body, s->body.len - 2); /* the empty list of errors */
    buf_addf(&s->body, "[{\"error_number\":%d,\"error\":\"%s\",\"description\":\"%s\"}]}", number,
             what, what);
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
    head(s);
    buf_addf(&s->body, ",\"%s\":[", key);
    s->more = more;
}

static void begin_one(struct speech *s, const char *key, uint32_t which,
                      bool (*row)(struct speech *, uint32_t))
{
    head(s);
    buf_addf(&s->body, ",\"%s\":[", key);
    row(s, which);
    buf_adds(&s->body, "]}");
}

/* ---- small answers ---- */

static void ping(struct speech *s)
{
    struct jsay t = saying(s);

    head(s);
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
    head(s);
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

/* ---- what changes something ---- */

static bool body_has_word(const struct json *v, const char *word)
{
    if (json_type(v) == JSON_STRING)
        return strcmp(json_str(v), word) == 0;
    for (const struct json *item = json_first(v); item; item = json_next(item))
        if (strcmp(json_str(item), word) == 0)
            return true;
    return false;
}

static void done_or_refused(struct speech *s, bool done, const char *why)
{
    if (!done) {
        refuse(s, 500, 2021, why);
        return;
    }
    head(s);
    buf_addc(&s->body, '}');
}

static void change_node(struct speech *s, const struct speech_request *rq, uint32_t node,
                        const struct json *root)
{
    const char *by = rq->user[0] ? rq->user : "root";
    const struct json *state = json_member(root, "state");

    if (body_has_word(state, "DRAIN"))
        done_or_refused(s, world_drain(s->world, node, json_str(json_member(root, "reason")), by),
                        "");
    else if (body_has_word(state, "RESUME"))
        done_or_refused(s, world_resume(s->world, node), "Invalid node state specified");
    else
        refuse(s, 400, 9202, "Invalid node state specified");
}

static void change_job(struct speech *s, const struct speech_request *rq, uint32_t job,
                       const struct json *root)
{
    bool hold;

    if (!json_bool(json_member(root, "hold"), &hold))
        refuse(s, 400, 9202, "nothing to update");
    else if (hold)
        done_or_refused(s, world_hold(s->world, job, rq->user), "Job is not pending execution");
    else
        done_or_refused(s, world_release(s->world, job), "Job is not pending execution");
}

/* The rest of the path names one thing. */
static void change(struct speech *s, const struct speech_request *rq, uint32_t which,
                   void (*how)(struct speech *, const struct speech_request *, uint32_t,
                               const struct json *))
{
    struct json_reader *r = json_reader_new(NULL, 0);
    struct err e;

    if (json_read(r, rq->body, rq->body_len, NULL, &e) != RC_OK)
        refuse(s, 400, 9200, "the body is no JSON");
    else
        how(s, rq, which, json_root(r));
    json_reader_free(r);
}

static void one_node(struct speech *s, const struct speech_request *rq, const char *name)
{
    uint32_t node = world_find_node(s->world, name);

    if (node == NO_INDEX)
        refuse(s, 404, 2009, "Invalid node name specified");
    else if (strcmp(rq->method, "POST") == 0)
        change(s, rq, node, change_node);
    else
        begin_one(s, "nodes", node, slurm_node);
}

static void requeue(struct speech *s, const struct speech_request *rq, uint32_t job)
{
    char hold[8] = "";

    speech_arg(rq, "Hold", hold, sizeof(hold));
    done_or_refused(s, world_requeue(s->world, job, strcmp(hold, "true") == 0),
                    "Job is not running");
}

static void one_job(struct speech *s, const struct speech_request *rq, const char *name)
{
    char *end;
    unsigned long id = strtoul(name, &end, 10);
    uint32_t job = id > 0 && id < UINT32_MAX ? world_find_job(s->world, (uint32_t)id) : NO_INDEX;

    if (job == NO_INDEX || (*end && strcmp(end, "/requeue") != 0))
        refuse(s, 404, 2017, "Invalid job id specified");
    else if (*end && s->version >= 45)
        requeue(s, rq, job);
    else if (*end)
        refuse(s, 404, 9100, "Unable to find requested URL");
    else if (strcmp(rq->method, "DELETE") == 0)
        done_or_refused(s, world_cancel(s->world, job, rq->user),
                        "Job/step already completing or completed");
    else if (strcmp(rq->method, "POST") == 0)
        change(s, rq, job, change_job);
    else
        begin_one(s, "jobs", job, slurm_job);
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
    else if (strcmp(what, "jobs/state") == 0 && s->version >= 42)
        begin_list(s, "jobs", more_states);
    else if (strcmp(what, "partitions") == 0)
        begin_list(s, "partitions", more_pools);
    else if (strcmp(what, "reservations") == 0 || strcmp(what, "licenses") == 0)
        begin_list(s, what, more_nothing);
    else if ((name = after(what, "node/")))
        one_node(s, rq, name);
    else if ((name = after(what, "job/")))
        one_job(s, rq, name);
    else
        refuse(s, 404, 9100, "Unable to find requested URL");
}

void slurm_speak(struct speech *s, const struct speech_request *rq)
{
    char prefix[32];

    s->version = (int)s->world->center->version;
    snprintf(prefix, sizeof(prefix), "/slurm/v0.0.%d/", s->version);
    const char *what = after(rq->path, prefix);
    if (what)
        speak(s, rq, what);
    else
        speech_say(s, 404, "text/plain", "Unable to find requested URL");
}
