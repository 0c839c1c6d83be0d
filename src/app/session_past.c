/* SPDX-License-Identifier: MIT
 * session_past.c - see session_past.h. */
#include "app/session_past.h"

#include "app/state.h"
#include "base/log.h"
#include "base/xmem.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "history"
#define STOP_MS 900

void session_want_past(struct session *s, const char *file, bool once)
{
    const char *wanted = file != NULL ? file : s->config.history;
    s->past.wanted = true;
    s->past.once = once;
    free(s->past.path);
    s->past.path = NULL;
    if (wanted != NULL && strcmp(wanted, "off") == 0)
        return;
    s->past.path = wanted != NULL ? xstrdup(wanted) : state_path("history.db");
}

bool session_has_past(const struct session *s)
{
    return s->past.path != NULL;
}

static void on_loaded(void *arg)
{
    struct session *s = arg;
    net_release(s->net);
}

static const char **center_ids(const struct config *c)
{
    const char **ids = xcalloc(c->center_count + 1, sizeof *ids);
    for (size_t i = 0; i < c->center_count; i++)
        ids[i] = c->centers[i].id;
    return ids;
}

void session_start_past(struct session *s)
{
    struct err e = {0};
    if (!s->past.wanted) {
        net_release(s->net);
        return;
    }
    s->past.audit = session_audit_path(&s->config);
    s->past.centers = center_ids(&s->config);
    struct store_options o = {.path = s->past.path,
                              .audit = s->past.audit,
                              .centers = s->past.centers,
                              .center_count = s->config.center_count,
                              .out = s->queue,
                              .hub = s->hub,
                              .once = s->past.once,
                              .max_bytes = s->config.history_max_bytes,
                              .loaded = on_loaded,
                              .loaded_arg = s};
    s->past.store = store_new(&o);
    if (store_start(s->past.store, &e) == RC_OK)
        return;
    log_warn("%s: %s", e.where, e.msg);
    net_release(s->net);
}

enum alarm_duty session_alarm_duty(void *arg)
{
    const struct session *s = arg;
    struct store_status status = {.state = STORE_OFF};
    if (s->past.store != NULL)
        store_status(s->past.store, &status);
    return status.state == STORE_STARTING  ? ALARM_LATER
           : status.state == STORE_READING ? ALARM_OTHERS
                                           : ALARM_OURS;
}

bool session_stop_past(struct session *s)
{
    if (!s->past.hangs && s->past.store != NULL)
        s->past.hangs = !store_stop(s->past.store, STOP_MS);
    return !s->past.hangs;
}

void session_free_past(struct session *s)
{
    store_free(s->past.store);
    free(s->past.centers);
    free(s->past.path);
    free(s->past.audit);
}

void session_annotate(struct session *s, const struct annotation *a)
{
    struct delta *d = delta_new(a->center, UINT16_MAX, a->at, 0);
    annotation_to_delta(a, d);
    if (d->failed || !queue_try_push(s->queue, d, delta_weight(d))) {
        delta_free(d); /* full for a moment: it comes back from the history */
        log_info("an annotation had to go by way of the history");
    }
    if (s->past.store != NULL)
        store_annotate(s->past.store, a);
}
