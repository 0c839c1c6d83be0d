/* SPDX-License-Identifier: MIT
 * source_act.c - the actor's own requests at a source (source.h). They share the source's token, transports and
 * counts with the polls, and neither its back-off nor its recording. */
#include "io/source_int.h"

const struct collector_act_ops *source_act_ops(const struct source *s)
{
    return s->open ? s->ops->act : NULL;
}

void *source_collector_state(const struct source *s)
{
    return s->state;
}

const struct source_conf *source_conf_of(const struct source *s)
{
    return s->conf;
}

enum credential_state source_act_ready(struct source *s, enum via via, mono_ms now, wall_ms wall,
                                       struct err *e)
{
    const char *mend = NULL;

    if (via == VIA_COMMAND)
        return CREDENTIAL_READY;
    return credential_check(s->credential, now, wall, e, &mend);
}

void source_hold(struct source *s, bool held)
{
    s->held = held;
}

static void on_landed(void *arg, struct flight *f, const struct landing *l)
{
    struct source *s = arg;
    size_t len = 0;
    const char *body = exchange_raw(flight_exchange(f), &len);

    s->standing.bytes += (double)l->reply->bytes;
    s->row_dirty = true;
    s->call.landed(s->call.arg, l, flight_request(f), body, len);
}

static void on_look(void *arg, const struct delta *d)
{
    struct source *s = arg;

    s->call.look(s->call.arg, d);
}

void source_act(struct source *s, struct request *rq, const struct source_call *call, mono_ms now)
{
    struct flight_conf conf = source_flight_conf(s, rq);

    s->call = *call;
    s->standing.requests++;
    conf.landed = on_landed;
    if (call->look) {
        conf.env.look = on_look;
        conf.env.look_arg = s;
    } else {
        conf.env.raw = conf.env.raw_cut = true;
        conf.once = true;
    }
    source_fly(s, &conf, rq, now);
}
