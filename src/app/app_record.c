/* SPDX-License-Identifier: MIT
 * app_record.c - suantop record and replay. */
#include "app/app.h"

#include "base/i18n.h"
#include "app/session.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Until INT, TERM or HUP. */
static void wait_for_signal(void)
{
    sigset_t set;
    int number;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    (void)sigwait(&set, &number);
}

static void block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int app_record(const struct cli *cli)
{
    struct session s;
    struct err e = {0};
    enum rc rc = session_open(&s, cli->value[OPTION_CONFIG], 0, &e);
    if (rc != RC_OK)
        return app_fail(&e);
    block_signals(); /* before the threads start, so that they inherit it and only we take them */
    rc = session_start_live(&s, cli->operand, &e);
    if (rc == RC_OK) {
        size_t sources = config_source_count(&s.config);
        fprintf(stderr,
                _n("suantop: recording %zu source into %s; end with Ctrl-C\n",
                   "suantop: recording %zu sources into %s; end with Ctrl-C\n", sources),
                sources, cli->operand);
        wait_for_signal();
    }
    session_close(&s);
    return rc == RC_OK ? 0 : app_fail(&e);
}

/* All answers at once, then one snapshot at the recording's own time. */
static int replay_to_snapshot(const struct cli *cli, struct session *s)
{
    struct err e = {0};
    enum rc rc = ingest_start(s->ingest, &e); /* it empties the queue while we fill it */
    if (rc != RC_OK)
        return app_fail(&e);
    while (replay_step(s->replay, &e))
        ;
    ingest_flush(s->ingest);
    struct snapshot *snap = snapshot_hub_latest(s->hub);
    int status = app_export(cli, snap, replay_now(s->replay), true);
    snapshot_unref(snap);
    return status;
}

int app_replay(const struct cli *cli)
{
    struct session s;
    struct err e = {0};
    enum rc rc = session_open_replay(&s, cli->operand, &e);
    if (rc != RC_OK)
        return app_fail(&e);
    bool to_file = cli->value[OPTION_FORMAT] != NULL || cli->value[OPTION_OUTPUT] != NULL;
    int status = to_file ? replay_to_snapshot(cli, &s) : app_screen(cli, &s, true);
    session_close(&s);
    return status;
}
