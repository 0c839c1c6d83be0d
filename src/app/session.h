/* SPDX-License-Identifier: MIT
 * session.h - everything behind the screen, put together: configuration, net, ingest, snapshots.
 *
 * The only place that knows every layer. Live: net thread -> queue -> ingest thread -> hub. Replay: the
 * replay thread takes the net's place. Thread: main; the hub may be read from any. */
#ifndef SUAN_APP_SESSION_H
#define SUAN_APP_SESSION_H

#include "app/config.h"
#include "app/session_act.h"
#include "app/session_metrics.h"
#include "app/session_past.h"
#include "base/queue.h"
#include "io/alarm.h"
#include "io/ingest.h"
#include "io/net.h"
#include "io/replay.h"
#include "model/flops.h"
#include "model/xid.h"

struct session {
    struct config config;
    char *self; /* path of this program */
    struct peak_table *peaks;
    struct xid_table *xids;
    struct session_metrics metrics;
    struct queue *queue;
    struct snapshot_hub *hub;
    struct ingest *ingest;
    struct net *net;       /* live only */
    struct replay *replay; /* replay only */
    struct session_act act;
    struct alarm *alarm; /* NULL = alerts run nothing */
    struct session_past past;
    void (*published)(void *arg);
    void *published_arg;
    net_raw_fn *raw; /* set before session_start_live */
    void *raw_arg;
};

/* Load (or discover) the configuration and make the rows of its centers and sources. refresh_ms: interval of cheap
 * sources, 0 = as configured. After an error nothing needs closing. */
enum rc session_open(struct session *s, const char *config_path, int64_t refresh_ms, struct err *e);
enum rc session_open_replay(struct session *s, const char *dir, struct err *e);
/* record_dir: NULL = do not record. */
enum rc session_start_live(struct session *s, const char *record_dir, struct err *e);
/* Alerts run the configured program from now on, if there is one; before session_start_live. */
enum rc session_start_alarm(struct session *s, struct err *e);
enum rc session_start_replay(struct session *s, double speed, struct err *e);
/* Stops the threads (also before the ui is freed, whom they wake); session_close stops as well. */
void session_stop(struct session *s);
/* Stops the threads and frees everything. */
void session_close(struct session *s);
/* Live one-shot: wait for every source's first round (or the time-out), then the newest snapshot (+1 reference).
 * *unanswered: sources that had not finished. */
struct snapshot *session_collect(struct session *s, int timeout_ms, size_t *unanswered);

#endif
