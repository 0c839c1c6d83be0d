/* SPDX-License-Identifier: MIT
 * accounting.c - /slurmdb/ of a slurmrestd: what ran in a stretch of time and how it ended, one record a run.
 *
 * Source of the shapes: answers of Slurm 22.05 with slurmdbd (v0.0.38) and the OpenAPI description of 26.05 (v0.0.45). The
 * filters are times only: start_time and end_time as now, now-SECONDS, now-Nminutes (hours, days) or utsEPOCH. */
#include "fleetsim/accounts.h"
#include "base/xmem.h"
#include "codec/hostlist.h"
#include "fleetsim/jsay.h"
#include "fleetsim/slurm_int.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 64, FOLDED_MAX = 4 << 20 };

/* ---- one record ---- */

static const char *state_word(enum sim_ended how)
{
    static const char *const words[] = {
        [ENDED_DONE] = "COMPLETED",      [ENDED_FAILED] = "FAILED",
        [ENDED_CANCELLED] = "CANCELLED", [ENDED_NODE_FAIL] = "NODE_FAIL",
        [ENDED_PREEMPTED] = "PREEMPTED", [ENDED_REQUEUED] = "REQUEUED",
        [ENDED_NOT_YET] = "RUNNING",
    };

    return words[how];
}

static double seconds(const struct world *w, wall_ms t)
{
    return t ? (double)(world_told(w, t) / 1000) : 0;
}

static void add_nodes(struct jsay *t, const struct world *w, const struct sim_record *r)
{
    char(*names)[SIM_NAME_MAX] = xcalloc(r->node_count + 1, sizeof(*names));
    const char **list = xcalloc(r->node_count + 1, sizeof(*list));
    struct buf folded;

    for (uint32_t i = 0; i < r->node_count; i++) {
        world_node_name(w, r->nodes[i], names[i]);
        list[i] = names[i];
    }
    buf_init(&folded, FOLDED_MAX);
    hostlist_fold(&folded, list, r->node_count);
    jsay_text(t, "nodes", folded.data);
    buf_fini(&folded);
    free(list);
    free(names);
    jsay_count(t, "allocation_nodes", r->node_count);
    if (t->wrapped) {
        char failed[SIM_NAME_MAX] = "";
        if (r->failed_node != NO_INDEX)
            world_node_name(w, r->failed_node, failed);
        jsay_text(t, "failed_node", failed);
        jsay_count(t, "restart_cnt", r->restarts);
    }
}

static void add_owner(struct jsay *t, const struct world *w, const struct sim_record *r)
{
    const struct sim_work *k = &w->scenario->works[r->work];
    char text[80];

    jsay_count(t, "job_id", r->id);
    snprintf(text, sizeof(text), "%.63s-%u", k->name, r->id % 1000);
    jsay_text(t, "name", text);
    snprintf(text, sizeof(text), SIM_USER, r->user);
    jsay_text(t, "user", text);
    jsay_text(t, "group", text);
    snprintf(text, sizeof(text), SIM_ACCOUNT, r->user % SIM_ACCOUNTS);
    jsay_text(t, "account", text);
    jsay_text(t, "cluster", w->center->id);
    jsay_text(t, "partition", world_pool(w, r->pool)->id);
    jsay_text(t, "qos", k->urgent ? "urgent" : k->preemptable ? "spot" : "normal");
    if (r->by[0] || t->wrapped)
        jsay_text(t, "kill_request_user", r->by);
    else
        jsay_null(t, "kill_request_user");
}

static void add_times(struct jsay *t, const struct world *w, const struct sim_record *r)
{
    double start = seconds(w, r->started_at), end = seconds(w, r->ended_at);

    jsay_key(t, "time");
    jsay_begin(t);
    jsay_count(t, "elapsed", (end > 0 ? end : seconds(w, w->now)) - start);
    jsay_count(t, "eligible", seconds(w, r->eligible_at));
    jsay_count(t, "end", end);
    jsay_count(t, "start", start);
    jsay_count(t, "submission", seconds(w, r->submitted_at));
    jsay_count(t, "suspended", 0);
    jsay_end(t);
}

static void add_state(struct jsay *t, const struct sim_record *r)
{
    bool failed = r->how == ENDED_FAILED;

    jsay_key(t, "state");
    jsay_begin(t);
    jsay_word(t, "current", state_word(r->how));
    jsay_text(t, "reason", "None");
    jsay_end(t);
    jsay_key(t, "exit_code");
    jsay_begin(t);
    jsay_word(t, "status", failed ? "ERROR" : "SUCCESS");
    jsay_number(t, "return_code", failed);
    jsay_end(t);
}

static void add_resource(struct jsay *t, const char *type, const char *name, unsigned id,
                         double count)
{
    buf_adds(t->out, t->out->data[t->out->len - 1] == '[' ? "" : ",");
    jsay_begin(t);
    jsay_text(t, "type", type);
    if (name[0] || t->wrapped)
        jsay_text(t, "name", name);
    else
        jsay_null(t, "name");
    jsay_count(t, "id", id);
    jsay_count(t, "count", count);
    jsay_end(t);
}

static void add_tres(struct jsay *t, const struct world *w, const struct sim_record *r)
{
    static const char *const lists[] = {"allocated", "requested"};
    const struct sim_pool *p = world_pool(w, r->pool);
    double share = (double)r->places / w->pools[r->pool].places_of_node;

    jsay_key(t, "tres");
    jsay_begin(t);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        jsay_key(t, lists[i]);
        buf_addc(t->out, '[');
        add_resource(t, "cpu", "", 1, floor(p->cpus * share));
        add_resource(t, "mem", "", 2, floor(p->memory_bytes / 1048576 * share * 0.9));
        add_resource(t, "node", "", 4, r->node_count);
        if (p->devices)
            add_resource(t, "gres", "gpu", 1001, r->places);
        buf_addc(t->out, ']');
    }
    jsay_end(t);
}

static void add_record(struct speech *s, const struct sim_record *r)
{
    struct jsay t = {.out = &s->body, .wrapped = s->version >= 40};

    jsay_begin(&t);
    add_owner(&t, s->world, r);
    jsay_key(&t, "array");
    buf_addf(
        &s->body,
        t.wrapped
            ? "{\"job_id\":0,\"task\":\"\",\"task_id\":{\"set\":false,\"infinite\":false,\"number\":0}}"
            : "{\"job_id\":0,\"task\":null,\"task_id\":null}");
    jsay_key(&t, "het");
    buf_addf(&s->body,
             t.wrapped
                 ? "{\"job_id\":0,\"job_offset\":{\"set\":false,\"infinite\":false,\"number\":0}}"
                 : "{\"job_id\":0,\"job_offset\":null}");
    add_nodes(&t, s->world, r);
    add_times(&t, s->world, r);
    add_state(&t, r);
    add_tres(&t, s->world, r);
    buf_adds(&s->body, ",\"steps\":[]");
    jsay_end(&t);
}

/* ---- the list ---- */

/* Did it run in the stretch that was asked for? */
static bool is_asked_for(const struct speech *s, const struct sim_record *r)
{
    wall_ms end = r->ended_at ? world_told(s->world, r->ended_at) : INT64_MAX;

    return world_told(s->world, r->started_at) <= s->until && end >= s->since;
}

static void say_record(struct speech *s, const struct sim_record *r)
{
    buf_adds(&s->body, s->first ? "" : ",");
    s->first = false;
    add_record(s, r);
}

/* First what ended, by number, then what runs. */
static bool more_records(struct speech *s)
{
    const struct world *w = s->world;
    struct sim_record running;

    if (s->next == NO_INDEX)
        return false;
    for (unsigned n = 0; n < PIECE && w->accounts && s->number < w->accounts->next; s->number++) {
        const struct sim_record *r = accounts_at(w->accounts, s->number);
        if (r && is_asked_for(s, r) && ++n)
            say_record(s, r);
    }
    bool ended = !w->accounts || s->number >= w->accounts->next;
    for (unsigned n = 0; ended && n < PIECE && s->next < w->job_count; s->next++) {
        const struct sim_job *j = &w->jobs[s->next];
        if (!j->used || j->state != SIM_RUNNING)
            continue;
        accounts_running(j, &running);
        if (is_asked_for(s, &running) && ++n)
            say_record(s, &running);
    }
    if (ended && s->next >= w->job_count) {
        if (s->first && s->version < 40) /* the list is empty: 22.05 calls that an error */
            buf_adds(&s->body,
                     "],\"errors\":[{\"description\":\"Nothing found\",\"error_number\":9003,"
                     "\"error\":\"Nothing found with query\",\"source\":\"slurmdb_jobs_get\"}]}");
        else
            buf_adds(&s->body, "],\"errors\":[]}");
        s->next = NO_INDEX;
    }
    return true;
}

/* ---- the question ---- */

static bool read_ago(const char *text, wall_ms now, wall_ms *out)
{
    static const struct {
        const char *word;
        double seconds;
    } units[] = {{"", 1}, {"seconds", 1}, {"minutes", 60}, {"hours", 3600}, {"days", 86400}};
    char *end;
    double n = strtod(text, &end);

    for (size_t i = 0; i < ARRAY_LEN(units) && end != text && n >= 0; i++)
        if (strcmp(end, units[i].word) == 0) {
            *out = now - (wall_ms)(n * units[i].seconds * 1000);
            return true;
        }
    return false;
}

/* False: it is no time. */
static bool read_time(const struct speech_request *rq, const char *name, wall_ms now, wall_ms *out)
{
    char text[64], *end;

    if (!speech_arg(rq, name, text, sizeof(text)) || strcmp(text, "now") == 0)
        return true; /* as it is */
    if (strncmp(text, "now-", 4) == 0)
        return read_ago(text + 4, now, out);
    if (strncmp(text, "uts", 3) != 0)
        return false;
    *out = (wall_ms)strtod(text + 3, &end) * 1000;
    return end != text + 3 && *end == '\0';
}

static void refuse_time(struct speech *s, const char *name)
{
    speech_say(s, 500, "application/json", "");
    buf_addf(&s->body,
             "{\"errors\":[{\"description\":\"Unable to parse time format\",\"error_number\":9000,"
             "\"error\":\"Query empty or not RFC7320 compliant\",\"source\":\"%s\"}]}",
             name);
}

void account_speak(struct speech *s, const struct speech_request *rq, const char *what)
{
    const struct world *w = s->world;
    wall_ms now = world_told(w, w->now);

    if (!w->center->accounting || (strcmp(what, "jobs") != 0 && strcmp(what, "jobs/") != 0)) {
        slurm_no_path(s);
        return;
    }
    s->since = 0;
    s->until = now;
    bool since = read_time(rq, "start_time", now, &s->since);
    if (!since || !read_time(rq, "end_time", now, &s->until)) {
        refuse_time(s, since ? "end_time" : "start_time");
        return;
    }
    s->number = w->accounts ? w->accounts->first : 0;
    slurm_meta(s);
    buf_adds(&s->body, ",\"jobs\":[");
    s->more = more_records;
}
