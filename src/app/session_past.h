/* SPDX-License-Identifier: MIT
 * session_past.h - the history of a session: what earlier runs knew comes in before anything is asked, what this run
 * learns is kept; and the audit is followed. Thread: main. */
#ifndef SUAN_APP_SESSION_PAST_H
#define SUAN_APP_SESSION_PAST_H

#include "app/config.h"
#include "io/alarm.h"
#include "io/net.h"
#include "io/store.h"

/* Zeroed = no history. */
struct session_past {
    bool wanted, once, hangs;
    char *path;           /* NULL = none is kept */
    char *audit;          /* of the journal that is followed; NULL = none */
    const char **centers; /* ids, for the store */
    struct store *store;
};

/* Wants a history from session_start_live on. file: from the command line, over the configuration's; "off" = none.
 * once: read it, write nothing. */
void session_want_past(struct session_past *p, const struct config *c, const char *file, bool once);
/* Was a history wanted, and not turned off? */
bool session_has_past(const struct session_past *p);
/* The net that waits for what was known before (net_options.hold). */
bool session_holds_net(const struct session_past *p);
/* The thread begins; the net is released when all is loaded, or at once if there is nothing to wait for. All are
 * borrowed. */
void session_start_past(struct session_past *p, const struct config *c, struct queue *out,
                        struct snapshot_hub *hub, struct net *net);
/* Whoever writes the history tells of alerts, or who has none. arg: the session_past. Any thread, after
 * session_start_past. */
enum alarm_duty session_alarm_duty(void *arg);
/* After the ingest has stopped, whose last snapshot is written. False: the thread hangs in the disk, and nothing that
 * it uses may be freed. */
bool session_stop_past(struct session_past *p);
void session_free_past(struct session_past *p);
/* Acknowledges, silences ...: shown at once, kept, and told to the others. Any thread; does not wait. */
void session_annotate(struct session_past *p, struct queue *out, const struct annotation *a);

#endif
