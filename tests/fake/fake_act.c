/* SPDX-License-Identifier: MIT
 * fake_act.c - actions of the fake collector: see fake_collector.h. */
#include "tests/fake/fake_collector.h"
#include <stdio.h>
#include <string.h>

static enum rc fake_can(void *state, enum action_verb verb, const char **how, struct err *e)
{
    const struct source_conf *conf = fake_conf_of(state);

    (void)verb;
    if (!source_opt_bool(conf, "acts"))
        return err_set(e, RC_UNSUPPORTED, conf->id, "%s cannot act", conf->id);
    *how = source_opt(conf, "act") ? "fake command" : "fake HTTP";
    return RC_OK;
}

static enum rc fake_reread(void *state, enum action_verb verb, const struct action_target *t,
                           struct request *out, struct err *e)
{
    (void)verb;
    (void)e;
    fake_fill(state, out);
    out->what = FAKE_REREAD;
    out->label = "GET one";
    out->path = request_str(out, "/%s/%s", t->entity == ENTITY_NODE ? "node" : "job",
                            request_encode(out, t->name));
    out->accept_any_status = true;
    memset(out->lists, 0, sizeof(out->lists));
    return RC_OK;
}

static enum rc encode_command(const struct action_order *o, const struct action_target *t,
                              const char *shell, struct request *out)
{
    const char *argv[] = {"sh", "-c", shell, "act", verb_info(o->verb)->name, t->name, NULL};

    out->via = VIA_COMMAND;
    out->argv = request_strv(out, argv);
    return RC_OK;
}

static void encode_job(const struct action_order *o, const struct action_target *t,
                       struct request *out)
{
    bool hold = o->verb == action_verb_HOLD;

    out->path = request_str(out, "/job/%s", request_encode(out, t->name));
    if (o->verb == action_verb_CANCEL) {
        out->method = "DELETE";
    } else if (o->verb == action_verb_REQUEUE) {
        out->path = request_str(out, "%s/requeue", out->path);
    } else {
        out->method = "POST";
        out->body = request_str(out, "{\"hold\":%s}", hold ? "true" : "false");
    }
}

static enum rc fake_encode(void *state, const struct action_order *o, const struct action_target *t,
                           struct request *out, struct err *e)
{
    const char *shell = source_opt(fake_conf_of(state), "act");
    char reason[ACTION_REASON_MAX + 1];

    (void)e;
    fake_fill(state, out);
    out->what = FAKE_ACT;
    out->label = "act";
    if (shell)
        return encode_command(o, t, shell, out);
    if (t->entity == ENTITY_JOB) {
        encode_job(o, t, out);
        return RC_OK;
    }
    order_reason(o, reason);
    out->method = "POST";
    out->path = request_str(out, "/node/%s", request_encode(out, t->name));
    out->body = o->verb == action_verb_DRAIN
                    ? request_str(out, "{\"state\":\"DRAIN\",\"reason\":\"%s\"}", reason)
                    : request_str(out, "{\"state\":\"RESUME\"}");
    return RC_OK;
}

static enum rc fake_judge(void *state, const struct action_order *o, const struct action_target *t,
                          const struct request *rq, const struct reply *reply, const char *body,
                          size_t len, struct err *e)
{
    (void)state;
    (void)o;
    (void)t;
    (void)len;
    if (reply->rc != RC_OK) {
        *e = reply->err;
        return reply->rc;
    }
    if (rq->via == VIA_COMMAND)
        return reply->status == 0 ? RC_OK
                                  : err_set(e, RC_CHILD, rq->label, "exit status %d: %s",
                                            reply->status, reply->head);
    if (reply->status == 403 || reply->status == 401)
        return err_set(e, RC_REFUSED, rq->label, "HTTP status %d: no right", reply->status);
    if (reply->status != 200)
        return err_set(e, RC_HTTP, rq->label, "HTTP status %d", reply->status);
    return strstr(body, "error") ? err_set(e, RC_HTTP, rq->label, "it said: %.100s", body) : RC_OK;
}

const struct collector_act_ops fake_act = {
    .can = fake_can,
    .reread = fake_reread,
    .encode = fake_encode,
    .judge = fake_judge,
};
