/* SPDX-License-Identifier: MIT
 * app_collect.c - suantop collect: no screen; watches the centers, keeps the history and runs what alerts run, until
 * it is told to end. Made for a service manager; see dist/. */
#include "app/app.h"

#include "app/notify.h"
#include "app/session.h"
#include "base/log.h"
#include "base/sentence.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOG_MODULE "collect"
#define LOOK_MS 5000
/* A fleet in which nothing happens is published this often at least, with room to spare. */
#define SILENT_MS 60000

struct pulse {
    uint64_t generation;
    mono_ms moved_at;
    char told[256];
};

static sigset_t ending_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

/* Whether snapshots still come: what a watchdog is for. */
static bool is_alive(struct pulse *p, const struct session *s)
{
    struct snapshot *snap = snapshot_hub_latest(s->hub);
    if (snap != NULL && snapshot_generation(snap) != p->generation) {
        p->generation = snapshot_generation(snap);
        p->moved_at = clock_mono();
    }
    snapshot_unref(snap);
    return clock_mono() - p->moved_at < SILENT_MS;
}

static void tell_status(struct pulse *p, const struct session *s)
{
    struct store_status now;
    char text[300];
    store_status(s->past.store, &now);
    if (strcmp(now.text, p->told) == 0)
        return;
    memcpy(p->told, now.text, sizeof p->told);
    snprintf(text, sizeof text, "STATUS=%s", now.text);
    notify_send(text);
    log_info("%s", now.text);
}

static bool wait_for_signal(const sigset_t *set, int64_t ms)
{
    const struct timespec limit = {ms / 1000, ms % 1000 * 1000000};
    return sigtimedwait(set, NULL, &limit) > 0;
}

static void watch(const struct session *s, const sigset_t *ending)
{
    struct pulse pulse = {.moved_at = clock_mono()};
    int64_t look = notify_watchdog_ms();
    if (look == 0 || look > LOOK_MS)
        look = LOOK_MS;
    notify_send("READY=1");
    do {
        tell_status(&pulse, s);
        if (is_alive(&pulse, s))
            notify_send("WATCHDOG=1");
    } while (!wait_for_signal(ending, look));
    notify_send("STOPPING=1");
}

static enum rc open_with_past(const struct cli *cli, struct session *s, struct err *e)
{
    enum rc rc = session_open(s, cli->value[OPTION_CONFIG], 0, e);
    if (rc != RC_OK)
        return rc;
    session_want_past(&s->past, &s->config, cli->value[OPTION_HISTORY], false);
    if (session_has_past(&s->past))
        return RC_OK;
    session_close(s);
    return err_set(
        e, RC_USAGE, "history",
        S_("collect keeps the history, but it is off (or there is neither XDG_STATE_HOME nor HOME)"));
}

int app_collect(const struct cli *cli)
{
    struct session s;
    struct err e = {0};
    const sigset_t ending = ending_signals();
    notify_init();
    log_to_stderr(cli->value[OPTION_LOG] == NULL);
    enum rc rc = open_with_past(cli, &s, &e);
    if (rc != RC_OK)
        return app_fail(&e);
    /* Before the threads start, so that they inherit it and only this one is told. */
    (void)pthread_sigmask(SIG_BLOCK, &ending, NULL);
    rc = session_start_alarm(&s, &e);
    if (rc == RC_OK)
        rc = session_start_live(&s, NULL, &e);
    if (rc == RC_OK)
        watch(&s, &ending);
    session_close(&s);
    return rc == RC_OK ? 0 : app_fail(&e);
}
