/* SPDX-License-Identifier: MIT
 * keeper.c - see keeper.h. */
#include "node/keeper.h"
#include "base/err.h"
#include "base/log.h"
#include "base/xmem.h"
#include "node/child.h"
#include "node/decode.h"
#include "node/devices.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOG_MODULE "keeper"

enum { ROUND_MAX = 2 << 20, GRACE_MS = 500, STEP_MS = 200 };

struct keeper {
    struct keeper_conf conf;
    pthread_t thread;
    pthread_mutex_t lock; /* what follows, up to the line */
    pthread_cond_t stop_now;
    bool stopping, any, good;
    bool idle; /* so what it told stands until it is asked again */
    uint64_t rounds;
    bool current; /* `last` is what the last round told */
    struct samples last;
    mono_ms last_told;
    wall_ms last_good_wall;
    double seconds;
    struct devices devices;
    struct xids *xids;
    /* ---- the thread's own */
    struct node_child child;
    struct node_child held[KEEPER_HELD_MAX]; /* killed, but the kernel does not let go of them */
    char noted[200];                         /* the last note that was logged */
    struct json_reader *reader;
    struct buf in;
    struct round round;
    unsigned failures;   /* in a row */
    unsigned unanswered; /* of those: when nothing new was told */
};

int64_t keeper_pause_ms(int64_t interval_ms, unsigned failures)
{
    int64_t longest = interval_ms > KEEPER_BACKOFF_MS ? interval_ms : KEEPER_BACKOFF_MS;

    for (; failures > 1 && interval_ms < longest; failures--)
        interval_ms *= 2;
    return interval_ms < longest ? interval_ms : longest;
}

/* ---- one round ---- */

static enum rc read_lines(struct keeper *k, struct err *e)
{
    char *end;

    while (!k->round.ended && (end = memchr(k->in.data, '\n', k->in.len)) != NULL) {
        size_t len = (size_t)(end - k->in.data);
        enum rc rc = decode_line(k->reader, k->in.data, len, &k->round, e);
        if (rc != RC_OK)
            return rc;
        buf_consume(&k->in, len + 1);
    }
    return RC_OK;
}

/* How many of those that were killed are still there. */
static unsigned count_held(struct keeper *k)
{
    unsigned n = 0;

    for (int i = 0; i < KEEPER_HELD_MAX; i++)
        n += !node_child_gone(&k->held[i]);
    return n;
}

static void drop_child(struct keeper *k, int grace_ms)
{
    if (k->child.pid == 0 || node_child_stop(&k->child, grace_ms))
        return;
    for (int i = 0; i < KEEPER_HELD_MAX; i++)
        if (k->held[i].pid == 0) {
            k->held[i] = k->child;
            break;
        }
    k->child = (struct node_child){0, -1, -1};
}

static enum rc begin(struct keeper *k, struct err *e)
{
    char question[DEVICES_QUESTION];
    unsigned held = count_held(k);
    enum rc rc = RC_OK;

    if (k->child.pid == 0 && (held == KEEPER_HELD_MAX || held > devices_hanging(&k->devices)))
        return err_set(e, RC_CHILD, k->conf.name,
                       "the driver holds the last one, which was killed");
    if (k->child.pid == 0)
        rc = node_child_start(&k->child, k->conf.argv, e);
    devices_question(&k->devices, clock_mono(), question);
    return rc == RC_OK ? node_child_ask(&k->child, question, e) : rc;
}

static bool is_stopping(struct keeper *k)
{
    pthread_mutex_lock(&k->lock);
    bool stopping = k->stopping;
    pthread_mutex_unlock(&k->lock);
    return stopping;
}

/* In steps, so that the end of the program does not wait for a driver. */
static enum rc read_more(struct keeper *k, mono_ms deadline, struct err *e)
{
    mono_ms step = clock_mono() + STEP_MS < deadline ? clock_mono() + STEP_MS : deadline;
    enum rc rc = node_child_read(&k->child, &k->in, step, e);

    return rc == RC_TIMEOUT && step < deadline && !is_stopping(k) ? RC_OK : rc;
}

static enum rc run_round(struct keeper *k, struct err *e)
{
    mono_ms deadline = clock_mono() + k->conf.deadline_ms;
    enum rc rc = begin(k, e);

    while (rc == RC_OK && !k->round.ended) {
        rc = read_more(k, deadline, e);
        if (rc == RC_OK)
            rc = read_lines(k, e);
    }
    if (rc == RC_OK && k->round.trouble[0] != '\0')
        return err_set(e, RC_IO, k->conf.name, "%s", k->round.trouble);
    return rc;
}

/* A round with trouble still told what there was to tell: a lost GPU hides no other. */
static void publish(struct keeper *k, bool good, double seconds)
{
    pthread_mutex_lock(&k->lock);
    devices_told(&k->devices, &k->round.samples, clock_wall());
    for (size_t i = 0; i < k->round.xid_count; i++)
        xids_add(k->xids, &k->round.xids[i]);
    k->current = k->round.ended && (good || k->round.samples.count > 0);
    if (k->current) {
        struct samples was = k->last;
        k->last = k->round.samples;
        k->round.samples = was;
        k->last_told = clock_mono();
    }
    if (good)
        k->last_good_wall = clock_wall();
    k->good = good;
    k->unanswered = k->current ? 0 : k->unanswered + 1;
    k->any = true;
    k->idle = k->round.idle;
    k->rounds++;
    k->seconds = seconds;
    pthread_mutex_unlock(&k->lock);
}

static void log_round(struct keeper *k, enum rc rc, const struct err *e)
{
    if (rc != RC_OK && k->failures++ == 0)
        log_warn("collector %s: %s", k->conf.name, e->msg);
    if (rc == RC_OK && k->failures > 0)
        log_warn("collector %s: answers again", k->conf.name);
    if (rc == RC_OK)
        k->failures = 0;
    if (k->round.note[0] != '\0' && strcmp(k->noted, k->round.note) != 0) {
        memcpy(k->noted, k->round.note, sizeof k->noted);
        log_warn("collector %s: %s", k->conf.name, k->noted);
    }
}

/* True: a GPU is to blame, and the others may be asked at once. */
static bool blame(struct keeper *k)
{
    bool known;

    pthread_mutex_lock(&k->lock);
    known = devices_hung(&k->devices, k->round.asking, clock_mono());
    k->rounds += known; /* something else is told from now on */
    pthread_mutex_unlock(&k->lock);
    if (known)
        log_warn("collector %s: the driver hangs for GPU %s", k->conf.name, k->round.asking);
    return known;
}

/* True: another round at once. */
static bool one_round(struct keeper *k)
{
    struct err e = {RC_OK};
    mono_ms began = clock_mono();
    bool blamed = false;

    round_reset(&k->round);
    buf_reset(&k->in);
    enum rc rc = run_round(k, &e);
    if (rc == RC_TIMEOUT && !is_stopping(k))
        blamed = blame(k);
    /* What the others told last stays current, as they are asked again at once. */
    if (!blamed && !is_stopping(k)) {
        publish(k, rc == RC_OK, (double)(clock_mono() - began) / 1000);
        log_round(k, rc, &e);
    }
    /* After trouble alone the child may go on; it ends by itself where it should not. */
    if ((!k->round.ended || k->round.idle) && k->child.to >= 0)
        drop_child(k, k->round.idle ? GRACE_MS : 0);
    return blamed;
}

/* ---- the thread ---- */

static int64_t pause_ms(const struct keeper *k, bool at_once)
{
    int64_t ms = at_once ? 0 : keeper_pause_ms(k->conf.interval_ms, k->unanswered);

    return k->round.idle && ms < KEEPER_IDLE_MS ? KEEPER_IDLE_MS : ms;
}

/* False: stop. */
static bool pause_until_next(struct keeper *k, bool at_once)
{
    struct timespec until = clock_deadline(pause_ms(k, at_once));
    bool stop;

    pthread_mutex_lock(&k->lock);
    while (!k->stopping && pthread_cond_timedwait(&k->stop_now, &k->lock, &until) != ETIMEDOUT)
        ;
    stop = k->stopping;
    pthread_mutex_unlock(&k->lock);
    return !stop;
}

static void *keeper_main(void *arg)
{
    struct keeper *k = arg;
    bool at_once;

    do {
        /* One that ended by itself since is replaced before it is asked. */
        if (k->child.to >= 0 && node_child_gone(&k->child))
            node_child_stop(&k->child, 0);
        at_once = one_round(k);
    } while (pause_until_next(k, at_once));
    drop_child(k, GRACE_MS);
    return NULL;
}

struct keeper *keeper_start(const struct keeper_conf *conf)
{
    struct keeper *k = xcalloc(1, sizeof *k);
    pthread_condattr_t attributes;

    k->conf = *conf;
    k->child = (struct node_child){0, -1, -1};
    k->reader = json_reader_new(NULL, 0);
    samples_init(&k->last);
    round_init(&k->round);
    k->xids = xids_new();
    buf_init(&k->in, ROUND_MAX);
    pthread_mutex_init(&k->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&k->stop_now, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&k->thread, NULL, keeper_main, k) != 0) {
        log_error("no thread for collector %s", conf->name);
        k->stopping = true; /* nothing to join */
    }
    return k;
}

void keeper_stop(struct keeper *k)
{
    pthread_mutex_lock(&k->lock);
    bool running = !k->stopping;
    k->stopping = true;
    pthread_cond_signal(&k->stop_now);
    pthread_mutex_unlock(&k->lock);
    if (running)
        pthread_join(k->thread, NULL);
    samples_fini(&k->last);
    round_fini(&k->round);
    xids_free(k->xids);
    json_reader_free(k->reader);
    buf_fini(&k->in);
    pthread_cond_destroy(&k->stop_now);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

static bool is_kept(const struct keeper *k, mono_ms now)
{
    return now - k->last_told < KEEPER_KEEP_MS + (k->idle ? KEEPER_IDLE_MS : 0);
}

bool keeper_read(struct keeper *k, mono_ms now, struct samples *out)
{
    const struct label labels[] = {{"collector", k->conf.name}, {NULL, NULL}};

    pthread_mutex_lock(&k->lock);
    bool current = k->current;
    bool keep = is_kept(k, now);
    devices_samples(&k->devices, keep ? &k->last : NULL, current, out);
    xids_samples(k->xids, out);
    if (k->any) {
        samples_add(out, FAMILY_SUCCESS, k->good && devices_hanging(&k->devices) == 0, labels);
        samples_add(out, FAMILY_DURATION, k->seconds, labels);
    }
    if (k->last_good_wall > 0)
        samples_add(out, FAMILY_LAST_SUCCESS, (double)k->last_good_wall / 1000, labels);
    pthread_mutex_unlock(&k->lock);
    return current;
}

bool keeper_looked(struct keeper *k)
{
    pthread_mutex_lock(&k->lock);
    bool any = k->any;
    pthread_mutex_unlock(&k->lock);
    return any;
}

uint64_t keeper_version(struct keeper *k, mono_ms now)
{
    pthread_mutex_lock(&k->lock);
    uint64_t version = 2 * k->rounds + (is_kept(k, now));
    pthread_mutex_unlock(&k->lock);
    return version;
}
