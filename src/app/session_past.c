/* SPDX-License-Identifier: MIT
 * session_past.c - see session_past.h. */
#include "app/session_past.h"

#include "app/session_act.h"
#include "app/state.h"
#include "base/log.h"
#include "base/xmem.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "history"
#define STOP_MS 900

void session_want_past(struct session_past *p, const struct config *c, const char *file, bool once)
{
    const char *wanted = file != NULL ? file : c->history;
    p->wanted = true;
    p->once = once;
    if (wanted == NULL)
        p->path = state_path("history.db");
    else if (strcmp(wanted, "off") != 0)
        p->path = xstrdup(wanted);
}

bool session_has_past(const struct session_past *p)
{
    return p->path != NULL;
}

bool session_holds_net(const struct session_past *p)
{
    return p->wanted && !p->once;
}

static void on_loaded(void *arg)
{
    net_release(arg);
}

static const char **center_ids(const struct config *c)
{
    const char **ids = xcalloc(c->center_count + 1, sizeof *ids);
    for (size_t i = 0; i < c->center_count; i++)
        ids[i] = c->centers[i].id;
    return ids;
}

void session_start_past(struct session_past *p, const struct config *c, struct queue *out,
                        struct snapshot_hub *hub, struct net *net)
{
    struct err e = {0};
    if (!p->wanted) {
        net_release(net);
        return;
    }
    p->audit = session_audit_path(c);
    p->centers = center_ids(c);
    struct store_options o = {.path = p->path,
                              .audit = p->audit,
                              .centers = p->centers,
                              .center_count = c->center_count,
                              .out = out,
                              .hub = hub,
                              .once = p->once,
                              .max_bytes = c->history_max_bytes,
                              .loaded = on_loaded,
                              .loaded_arg = net};
    p->store = store_new(&o);
    if (store_start(p->store, &e) == RC_OK)
        return;
    log_warn("%s: %s", e.where, e.msg);
    net_release(net);
}

enum alarm_duty session_alarm_duty(void *arg)
{
    const struct session_past *p = arg;
    struct store_status status = {.state = STORE_OFF};
    if (p->store != NULL)
        store_status(p->store, &status);
    return status.state == STORE_STARTING  ? ALARM_LATER
           : status.state == STORE_READING ? ALARM_OTHERS
                                           : ALARM_OURS;
}

bool session_stop_past(struct session_past *p)
{
    if (!p->hangs && p->store != NULL)
        p->hangs = !store_stop(p->store, STOP_MS);
    return !p->hangs;
}

void session_free_past(struct session_past *p)
{
    store_free(p->store);
    free(p->centers);
    free(p->path);
    free(p->audit);
}

void session_annotate(struct session_past *p, struct queue *out, const struct annotation *a)
{
    struct delta *d = delta_new(a->center, UINT16_MAX, a->at, 0);
    annotation_to_delta(a, d);
    if (d->failed || !queue_try_push(out, d, delta_weight(d))) {
        delta_free(d); /* full for a moment: it comes back from the history */
        log_info("an annotation had to go by way of the history");
    }
    if (p->store != NULL)
        store_annotate(p->store, a);
}
