/* SPDX-License-Identifier: MIT
 * slurm_verbs.c - single nodes and jobs over slurmrestd: what is told of them, what changes them, and how it refuses.
 *
 * Replies of v0.0.38 as Slurm 22.05.8 gave them, those of later versions as 26.05.3: 22.05 has no way to change a node or to
 * requeue a job; later ones requeue by GET; what 22.05 refuses with status 500, they refuse with 404 or 422; and they say
 * of a cancellation in status[], with 200, what went wrong. */
#include "base/xmem.h"
#include "codec/json.h"
#include "fleetsim/jsay.h"
#include "fleetsim/slurm_int.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct trouble {
    int number;
    const char *error;
} no_job = {2017, "Invalid job id specified"}, no_node = {2018, "Invalid node name specified"},
  done_already = {2021, "Job/step already completing or completed"},
  job_waits = {2024, "Job is pending execution"},
  bad_state = {2028, "Invalid node state specified"}, finished = {2084, "Job has already finished"},
  bad_body = {9001, "Failure during parsing"},
  bad_id = {9002, "Jobs description entry not found, empty or not dictionary or list"},
  bad_query = {9000, "Query empty or not RFC7320 compliant"};

static bool is_old(const struct speech *s)
{
    return s->version < 40;
}

static void refuse(struct speech *s, unsigned status, const struct trouble *t,
                   const char *description, const char *source)
{
    struct jsay j = {.out = &s->body};

    speech_say(s, status, "application/json", "");
    slurm_meta(s);
    buf_adds(&s->body, ",\"errors\":[");
    jsay_begin(&j);
    jsay_text(&j, "description", description);
    jsay_count(&j, "error_number", t->number);
    jsay_text(&j, "error", t->error);
    jsay_text(&j, "source", source);
    jsay_end(&j);
    buf_adds(&s->body, "]}");
}

void slurm_no_path(struct speech *s)
{
    speech_say(s, 404, "text/plain",
               is_old(s)
                   ? "Unable find requested URL. Please view /openapi/v3 for API reference."
                   : "Unable to find requested URL. Please view /openapi/v3 for API reference.");
}

static void no_method(struct speech *s)
{
    speech_say(
        s, 405, "text/plain",
        "Requested REST method is not defined at URL. Please view /openapi/v3 for API reference.");
}

static void done(struct speech *s)
{
    slurm_head(s);
    buf_addc(&s->body, '}');
}

/* ---- bodies ---- */

/* The members that somebody knows; false: it is no JSON, and that was said. */
static bool read_body(struct speech *s, const struct speech_request *rq, struct json_reader *r)
{
    struct err e;

    if (json_read(r, rq->body_len ? rq->body : "{}", rq->body_len ? rq->body_len : 2, NULL, &e) ==
            RC_OK &&
        json_type(json_root(r)) == JSON_OBJECT)
        return true;
    speech_say(s, 400, "text/plain", "Unable to parse query.");
    return false;
}

static bool is_known(const char *key, const char *const *known)
{
    while (*known && strcmp(*known, key) != 0)
        known++;
    return *known != NULL;
}

/* 22.05 does nothing then, and says so with 200; later versions warn and do the rest. True: it was refused. */
static bool refuse_unknown(struct speech *s, const struct json *root, const char *const *known)
{
    char what[96];

    for (const struct json *v = json_first(root); v && is_old(s); v = json_next(v))
        if (!is_known(json_key(v), known)) {
            snprintf(what, sizeof(what), "Unknown key \"%.60s\"", json_key(v));
            refuse(s, 200, &bad_body, what, "_parse_job_list");
            return true;
        }
    return false;
}

static bool has_word(const struct json *v, const char *word)
{
    if (json_type(v) == JSON_STRING)
        return strcmp(json_str(v), word) == 0;
    for (const struct json *item = json_first(v); item; item = json_next(item))
        if (strcmp(json_str(item), word) == 0)
            return true;
    return false;
}

/* ---- nodes ---- */

static void change_node(struct speech *s, const struct speech_request *rq, uint32_t node)
{
    struct json_reader *r = json_reader_new(NULL, 0);

    if (read_body(s, rq, r)) {
        const struct json *root = json_root(r), *state = json_member(root, "state");
        const char *by = rq->user[0] ? rq->user : "root";
        bool resume = has_word(state, "RESUME") || has_word(state, "UNDRAIN");
        if (has_word(state, "DRAIN")
                ? world_drain(s->world, node, json_str(json_member(root, "reason")), by)
                : resume && world_resume(s->world, node))
            done(s);
        else
            refuse(s, 422, &bad_state, "Failure updating node", "slurm_update_node()");
    }
    json_reader_free(r);
}

static void no_such_node(struct speech *s, bool changing)
{
    if (is_old(s)) { /* it calls the number otherwise */
        speech_say(s, 500, "application/json", "");
        slurm_meta(s);
        buf_addf(&s->body, ",\"errors\":[{\"error\":\"%s\",\"errno\":%d}],\"nodes\":[]}",
                 no_node.error, no_node.number);
    } else if (changing) {
        refuse(s, 422, &no_node, "Failure updating node", "slurm_update_node()");
    } else {
        static const struct trouble nothing = {0, "No error"};
        refuse(s, 200, &nothing, "Failure to query node", "_dump_node");
    }
}

void slurm_one_node(struct speech *s, const struct speech_request *rq, const char *name)
{
    uint32_t node = world_find_node(s->world, name);
    bool post = strcmp(rq->method, "POST") == 0;

    if (post && is_old(s))
        no_method(s);
    else if (node == NO_INDEX)
        no_such_node(s, post);
    else if (post)
        change_node(s, rq, node);
    else if (strcmp(rq->method, "GET") == 0)
        slurm_one(s, "nodes", node, slurm_node);
    else
        no_method(s);
}

/* ---- jobs ---- */

static void change_job(struct speech *s, const struct speech_request *rq, uint32_t job)
{
    static const char *const known[] = {"hold", "priority", "comment", "nice", NULL};
    struct json_reader *r = json_reader_new(NULL, 0);
    bool hold, ok = true;

    if (read_body(s, rq, r) && !refuse_unknown(s, json_root(r), known)) {
        if (json_bool(json_member(json_root(r), "hold"), &hold))
            ok = hold ? world_hold(s->world, job, rq->user) : world_release(s->world, job);
        if (ok)
            done(s);
        else
            refuse(s, is_old(s) ? 500 : 422, &finished, "job update failed", "_parse_job_list");
    }
    json_reader_free(r);
}

/* Later versions list what they could not do, and have done the rest. */
static void say_status(struct speech *s, const char *id, const struct trouble *t)
{
    slurm_head(s);
    buf_adds(&s->body, ",\"status\":[");
    if (t)
        buf_addf(&s->body,
                 "{\"error\":{\"string\":\"%s\",\"code\":%d,\"message\":\"\"},\"step_id\":\"%s\","
                 "\"job_id\":\"%s\",\"federation\":{\"sibling\":\"\"}}",
                 t->error, t->number, id, id);
    buf_adds(&s->body, "]}");
}

static void cancel_job(struct speech *s, const struct speech_request *rq, uint32_t job,
                       const char *id)
{
    char text[96], signal[32] = "";

    if (speech_arg(rq, "signal", signal, sizeof(signal)) && strncmp(signal, "SIG", 3) != 0 &&
        strtol(signal, NULL, 10) <= 0) {
        refuse(s, 400, &bad_query, "invalid signal: 0", "HTTP request: signal");
        return;
    }
    bool ended = job != NO_INDEX && !world_cancel(s->world, job, rq->user);
    snprintf(text, sizeof(text), "unable to kill JobId=%.20s with signal 9: %s", id, no_job.error);
    if (!is_old(s))
        say_status(s, id, job == NO_INDEX ? &no_job : ended ? &done_already : NULL);
    else if (job == NO_INDEX)
        refuse(s, 500, &no_job, text, "slurm_kill_job");
    else
        done(s); /* also of a job that ended before */
}

static void requeue_job(struct speech *s, const struct speech_request *rq, uint32_t job)
{
    char hold[8] = "";

    (void)speech_arg(rq, "Hold", hold, sizeof(hold));
    if (job == NO_INDEX)
        refuse(s, 404, &no_job, "Unable to requeue job", "slurm_requeue2");
    else if (s->world->jobs[job].state == SIM_QUEUED)
        refuse(s, 422, &job_waits, "Unable to requeue job", "slurm_requeue2");
    else if (!world_requeue(s->world, job, strcmp(hold, "true") == 0))
        refuse(s, 422, &done_already, "Unable to requeue job", "slurm_requeue2");
    else
        say_status(s, "", NULL);
}

static void no_such_job(struct speech *s, const char *id, bool changing)
{
    char text[64];

    snprintf(text, sizeof(text), "Unable to find JobId=%.20s", id);
    if (strtoul(id, NULL, 10) == 0)
        refuse(s, 400, &bad_id, text, "_handle_job_get");
    else if (changing)
        refuse(s, is_old(s) ? 500 : 404, &no_job, "job update failed", "_parse_job_list");
    else
        refuse(s, is_old(s) ? 500 : 404, &no_job, text, "slurm_load_job");
}

void slurm_one_job(struct speech *s, const struct speech_request *rq, const char *name)
{
    char id[24], *end;
    unsigned long number = strtoul(name, &end, 10);
    uint32_t job = number > 0 && number < UINT32_MAX && (*end == '\0' || *end == '/')
                       ? world_find_job(s->world, (uint32_t)number)
                       : NO_INDEX;
    bool post = strcmp(rq->method, "POST") == 0;

    snprintf(id, sizeof(id), "%.*s", (int)strcspn(name, "/"), name);
    if (strcmp(end, "/requeue") == 0 && s->version >= 45 && strcmp(rq->method, "GET") == 0)
        requeue_job(s, rq, job);
    else if (strchr(name, '/'))
        slurm_no_path(s);
    else if (strcmp(rq->method, "DELETE") == 0 && number > 0)
        cancel_job(s, rq, job, id);
    else if (job == NO_INDEX)
        no_such_job(s, id, post);
    else if (post)
        change_job(s, rq, job);
    else if (strcmp(rq->method, "GET") == 0)
        slurm_one(s, "jobs", job, slurm_job);
    else
        no_method(s);
}
