/* SPDX-License-Identifier: MIT
 * act_encode.c - one verb on one target as a request, and the question that reads the target again.
 *
 * Over REST a name is one encoded path segment, for the commands one word of argv; and names.c lets only
 * those through that name one thing. */
#include "collectors/slurm/slurm.h"
#include "base/sentence.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    PATIENCE_MS =
        30000, /* slurmrestd itself gives a silent slurmctld 10 s, the commands 2 x 10 s */
    ANSWER_MAX = 64 * 1024,
    NAME_MAX_BYTES = 600
};

/* ---- names ---- */

static enum rc target_name(const struct action_target *t, char *out, size_t size, struct err *e)
{
    if (t->entity == ENTITY_JOB)
        return slurm_job_name(t->name, t->whole_array, out, size, e);
    if (!slurm_name_is_plain(t->name))
        return err_set(e, RC_REFUSED, "node",
                       S_("this name has characters that are not passed on to Slurm"));
    if (strcasecmp(t->name, "ALL") == 0)
        return err_set(e, RC_REFUSED, t->name, S_("Slurm would take this name for all nodes"));
    snprintf(out, size, "%s", t->name);
    return RC_OK;
}

/* The way of a REST path: without brackets, which its parser refuses. */
static char *path_name(struct request *rq, char *name)
{
    char *to = name;

    for (const char *p = name; *p != '\0'; p++)
        if (strchr("[]", *p) == NULL)
            *to++ = *p;
    *to = '\0';
    return request_encode(rq, name);
}

/* ---- REST ---- */

/* The reason is printable ASCII already; quotes and backslashes need JSON's escape. */
static const char *json_text(struct request *rq, const char *text)
{
    char out[2 * ACTION_REASON_MAX + 1], *to = out;

    for (; *text != '\0' && to < out + sizeof out - 2; text++) {
        if (*text == '"' || *text == '\\')
            *to++ = '\\';
        *to++ = *text < ' ' || *text > '~' ? '?' : *text;
    }
    *to = '\0';
    return request_str(rq, "%s", out);
}

static void encode_node_rest(struct slurm *s, const struct action_order *o, const char *name,
                             struct request *rq)
{
    char reason[ACTION_REASON_MAX + 1];

    slurm_ask_rest(s, rq, request_str(rq, "/slurm/v0.0.%d/node/%s", s->api, name));
    rq->method = "POST";
    rq->label = "POST /node";
    order_reason(o, reason);
    if (o->verb == action_verb_DRAIN)
        rq->body =
            request_str(rq, "{\"state\":[\"DRAIN\"],\"reason\":\"%s\"}", json_text(rq, reason));
    else
        rq->body = "{\"state\":[\"RESUME\"]}";
}

static void encode_job_rest(struct slurm *s, const struct action_order *o, const char *name,
                            struct request *rq)
{
    const char *job = request_str(rq, "/slurm/v0.0.%d/job/%s", s->api, name);

    if (o->verb == action_verb_REQUEUE)
        job =
            request_str(rq, "%s/requeue?Incomplete=true%s", job, o->hold_after ? "&Hold=true" : "");
    slurm_ask_rest(s, rq, job);
    switch (o->verb) {
    case action_verb_CANCEL:
        rq->method = "DELETE";
        rq->label = "DELETE /job";
        return;
    case action_verb_REQUEUE: /* a GET with an effect */
        rq->label = "GET /job/requeue";
        return;
    default:
        rq->method = "POST";
        rq->label = "POST /job";
        rq->body = o->verb == action_verb_HOLD ? "{\"hold\":true}" : "{\"hold\":false}";
    }
}

static enum rc check_owner(const struct slurm *s, const struct action_order *o,
                           const struct action_target *t, struct err *e)
{
    if (o->verb != action_verb_CANCEL || !slurm_cancel_is_risky(s))
        return RC_OK;
    if (s->opt.user != NULL && t->owner[0] != '\0' && strcmp(s->opt.user, t->owner) == 0)
        return RC_OK;
    return err_set(
        e, RC_REFUSED, t->name,
        S_("a cluster without accounting (slurmdbd) and this release can hang when somebody "
           "else's job is cancelled over REST: give this source a command, or a token of "
           "root or of the owner"));
}

/* ---- commands ---- */

/* scontrol drops a quote at the end of a value. */
static const char *reason_word(struct request *rq, const struct action_order *o)
{
    char reason[ACTION_REASON_MAX + 1];

    order_reason(o, reason);
    for (char *p = reason; *p != '\0'; p++)
        if (*p == '"')
            *p = '\'';
    return request_str(rq, "reason=%s", reason);
}

static void encode_node_command(struct slurm *s, const struct action_order *o, const char *name,
                                struct request *rq)
{
    bool drain = o->verb == action_verb_DRAIN;
    const char *const command[] = {"scontrol",
                                   "update",
                                   request_str(rq, "nodename=%s", name),
                                   drain ? "state=drain" : "state=resume",
                                   drain ? reason_word(rq, o) : NULL,
                                   NULL};

    slurm_ask_command(s, rq, command);
    rq->label = "scontrol update";
}

/* -v, because scancel ends with 0 whatever it was told. Of the waiting tasks of an array some may run by now. */
static void encode_cancel(struct slurm *s, const char *name, struct request *rq)
{
    const char *const one[] = {"scancel", "-v", name, NULL};
    const char *const waiting[] = {"scancel", "-v", "--state=PENDING", name, NULL};

    slurm_ask_command(s, rq, strchr(name, '[') != NULL ? waiting : one);
}

static void encode_job_command(struct slurm *s, const struct action_order *o, const char *name,
                               struct request *rq)
{
    const char *const hold[] = {"scontrol", "hold", name, NULL};
    const char *const release[] = {"scontrol", "release", name, NULL};
    /* It acts on jobs that ended as well, unless it is told not to. */
    const char *const requeue[] = {"scontrol", o->hold_after ? "requeuehold" : "requeue",
                                   "Incomplete", name, NULL};

    if (o->verb == action_verb_CANCEL) {
        encode_cancel(s, name, rq);
        return;
    }
    const char *const *command = o->verb == action_verb_HOLD      ? hold
                                 : o->verb == action_verb_RELEASE ? release
                                                                  : requeue;
    slurm_ask_command(s, rq, command);
    rq->label = request_str(rq, "scontrol %s", command[1]);
}

/* ---- a request ---- */

static enum rc check_target(struct slurm *s, const struct action_order *o,
                            const struct action_target *t, const char *name, struct err *e)
{
    if (t->entity != verb_info(o->verb)->entity)
        return err_set(e, RC_BUG, t->name, S_("%s does not act on this"), verb_info(o->verb)->name);
    if (strchr(name, '[') == NULL)
        return RC_OK;
    if (o->verb == action_verb_REQUEUE)
        return err_set(e, RC_REFUSED, t->name, S_("tasks that wait cannot be requeued"));
    if (strcmp(s->reread.name, t->name) == 0 && !s->reread.same)
        return err_set(e, RC_STALE, t->name, S_("these are not the waiting tasks any more"));
    return RC_OK;
}

static enum rc check_cluster(const struct slurm *s, const struct action_order *o, enum way w,
                             struct err *e)
{
    const char *here = w == WAY_REST ? s->rest_cluster : s->text_cluster;

    if (here[0] == '\0' || o->cluster[0] == '\0' || strcmp(here, o->cluster) == 0)
        return RC_OK;
    return err_set(e, RC_STALE, o->cluster, S_("the cluster calls itself %s now"), here);
}

enum rc slurm_act_encode(void *state, const struct action_order *o, const struct action_target *t,
                         struct request *out, struct err *e)
{
    struct slurm *s = state;
    char name[NAME_MAX_BYTES];
    enum way w;
    enum rc rc = target_name(t, name, sizeof name, e);

    if (rc == RC_OK)
        rc = slurm_act_way(s, o->verb, name, &w, e);
    if (rc == RC_OK)
        rc = check_target(s, o, t, name, e);
    if (rc == RC_OK)
        rc = check_cluster(s, o, w, e);
    if (rc == RC_OK && w == WAY_REST)
        rc = check_owner(s, o, t, e);
    if (rc != RC_OK)
        return rc;
    if (t->entity == ENTITY_NODE && w == WAY_REST)
        encode_node_rest(s, o, path_name(out, name), out);
    else if (t->entity == ENTITY_NODE)
        encode_node_command(s, o, name, out);
    else if (w == WAY_REST)
        encode_job_rest(s, o, path_name(out, name), out);
    else
        encode_job_command(s, o, name, out);
    out->what = WHAT_ACT;
    out->cut = CUT_WHOLE;
    out->slice_max = ANSWER_MAX;
    out->body_max = (uint64_t)4 * ANSWER_MAX;
    out->first_byte_ms = PATIENCE_MS;
    out->total_ms = PATIENCE_MS + PATIENCE_MS / 3;
    return RC_OK;
}

/* ---- reading it again ---- */

static void reread_rest(struct slurm *s, enum part p, const char *name, struct request *rq)
{
    const char *const arrays[] = {p == PART_NODES ? "nodes" : "jobs", NULL};
    const char *kind = p == PART_NODES ? "node" : "job";

    slurm_ask_rest(s, rq,
                   request_str(rq, "/slurm/v0.0.%d/%s/%s", s->api, kind, request_encode(rq, name)));
    rq->label = request_str(rq, "GET /%s", kind);
    rq->cut = CUT_JSON;
    rq->arrays = request_strv(rq, arrays);
    rq->slice_max = (size_t)32 << 20; /* a record names each core of the job */
}

static void reread_command(struct slurm *s, enum part p, const char *name, struct request *rq)
{
    const char *const node[] = {"scontrol", "-o", "-d", "show", "node", name, NULL};
    const char *const job[] = {"-j", name, NULL};

    if (p == PART_JOBS) {
        slurm_ask_squeue(s, rq, job);
        return;
    }
    slurm_ask_command(s, rq, node);
    rq->label = "scontrol show node";
}

/* Tasks that still share one record are found by their array only; but squeue takes one out of it. */
static void cut_to_array(const struct action_target *t, enum way w, char *name)
{
    bool waits = t->row_state == job_state_QUEUED || t->row_state == job_state_HELD;
    char *task = t->entity == ENTITY_JOB ? strchr(name, '_') : NULL;

    if (task != NULL && (task[1] == '[' || (w == WAY_REST && waits)))
        *task = '\0';
}

enum rc slurm_act_reread(void *state, enum action_verb verb, const struct action_target *t,
                         struct request *out, struct err *e)
{
    struct slurm *s = state;
    char name[NAME_MAX_BYTES];
    enum part p = t->entity == ENTITY_NODE ? PART_NODES : PART_JOBS;
    enum way w;
    enum rc rc = target_name(t, name, sizeof name, e);

    if (rc == RC_OK)
        rc = slurm_act_way(s, verb, name, &w, e);
    if (rc != RC_OK)
        return rc;
    cut_to_array(t, w, name);
    if (w == WAY_REST)
        reread_rest(s, p, name, out);
    else
        reread_command(s, p, name, out);
    out->what = WHAT_REREAD | what_of(p, w);
    snprintf(s->reread.name, sizeof s->reread.name, "%s", t->name);
    s->reread.same = false;
    return RC_OK;
}
