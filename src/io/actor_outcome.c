/* SPDX-License-Identifier: MIT
 * actor_outcome.c - what the answer to a mutating request means, and writing that down. */
#include "io/actor_int.h"
#include "base/sentence.h"
#include <stdio.h>
#include <string.h>

enum { BAD_GATEWAY = 502, GATEWAY_TIMEOUT = 504 };

/* A complete answer that did nothing: the request was not taken here. */
static bool is_redirect(const struct reply *reply)
{
    return reply->rc == RC_HTTP && reply->status >= 300 && reply->status < 400;
}

/* Something between here and there answered; what it passed on is not known. */
static bool is_gateway(const struct request *rq, const struct reply *reply)
{
    return rq->via != VIA_COMMAND &&
           (reply->status == BAD_GATEWAY || reply->status == GATEWAY_TIMEOUT);
}

static enum action_state state_of(const struct request *rq, const struct reply *reply, enum rc rc)
{
    if (is_redirect(reply))
        return action_state_FAILED;
    if (reply->rc != RC_OK)
        return action_state_UNKNOWN; /* it broke, and may have been done before */
    if (rc == RC_OK)
        return action_state_ACCEPTED;
    if (rc == RC_TIMEOUT || rc == RC_NET || is_gateway(rq, reply))
        return action_state_UNKNOWN;
    return rc == RC_REFUSED || rc == RC_STALE ? action_state_REFUSED : action_state_FAILED;
}

void outcome_judge(struct operation *op, const struct landing *l, const struct request *rq,
                   const char *body, size_t len)
{
    const struct action_order *o = op->order;
    const struct action_target *t = &o->targets[op->target];
    struct source *s = op->source;

    op->err = (struct err){0};
    op->status = l->reply->rc == RC_OK || l->reply->status ? l->reply->status : -1;
    op->latency_ms = l->reply->total_ms;
    op->unsent = l->reply->rc != RC_OK && l->reply->unsent;
    if (op->unsent) {
        op->state = action_state_FAILED;
        err_set(&op->err, l->reply->rc, l->reply->err.where, S_("nothing was sent") ": %s",
                l->reply->err.msg);
        return;
    }
    enum rc rc = source_act_ops(s)->judge(source_collector_state(s), o, t, rq, l->reply, body, len,
                                          &op->err);
    op->state = state_of(rq, l->reply, rc);
    if (op->state == action_state_ACCEPTED)
        err_clear(&op->err);
    else if (!*op->err.msg)
        err_set(&op->err, rc, "", "%s", *l->reply->err.msg ? l->reply->err.msg : rc_name(rc));
    if (op->state == action_state_UNKNOWN) {
        struct err why = op->err;
        err_set(&op->err, why.rc, why.where, S_("nobody knows whether it was done") ": %s",
                why.msg);
    }
}

void outcome_write(struct operation *op)
{
    struct actor *a = op->actor;
    struct delta *d = report_row(a, op->order, op->target);
    wall_ms now = clock_wall();
    char message[2 * WHY_MAX];
    struct err e = {0};

    enum rc rc = journal_outcome(a->conf->journal, op->order, op->target, op->state, op->status,
                                 op->latency_ms, op->err.msg, now, &e);
    snprintf(message, sizeof(message), "%s", *op->err.msg ? op->err.msg : op->note);
    if (rc != RC_OK) {
        op->stopped = true; /* what cannot be written down is not gone on with */
        snprintf(message, sizeof(message), S_("the journal cannot be written") ": %.150s; %.250s",
                 e.msg, op->err.msg);
    }
    delta_int(d, FIELD_action_state, op->state);
    delta_str(d, FIELD_action_message, message);
    delta_time(d, FIELD_action_answered_at, now);
    if (op->status >= 0)
        delta_num(d, FIELD_action_status, op->status);
    if (op->latency_ms >= 0)
        delta_num(d, FIELD_action_latency_ms, (double)op->latency_ms);
    report_push(a, d);
}

void outcome_unknown(struct operation *op, const char *why)
{
    op->state = action_state_UNKNOWN;
    op->status = -1;
    op->latency_ms = -1;
    err_set(&op->err, RC_CANCELLED, "", S_("nobody knows whether it was done") ": %s", why);
    outcome_write(op);
}
