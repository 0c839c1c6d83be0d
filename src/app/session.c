/* SPDX-License-Identifier: MIT
 * session.c - see session.h. */
#include "app/session.h"

#include "app/discover.h"
#include "app/session_peaks.h"
#include "app/session_xids.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/quantity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_MODULE "session"
#define QUEUE_ITEMS 1024
/* Some sixty of the longest: more would only be held twice. */
#define QUEUE_BYTES ((size_t)16 << 20)
#define PUBLISH_MS 250
#define MANIFEST "config.yaml"

static void free_delta(void *item)
{
    delta_free(item);
}

static void on_published(void *arg)
{
    struct session *s = arg;
    alarm_wake(s->alarm);
    if (s->published != NULL)
        s->published(s->published_arg);
}

static char *self_path(void)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    return n > 0 ? xstrndup(path, (size_t)n) : xstrdup("suantop");
}

/* Where a source is, for people: URL, socket or command; never a secret, because none is in the configuration. */
static const char *target_of(const struct source_conf *c)
{
    static const char *const keys[] = {"url", "socket", "command", "targets"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const char *value = source_opt(c, keys[i]);
        if (value != NULL)
            return value;
    }
    return S_("this machine");
}

static void add_capacity(struct delta *d, const struct config_center *c)
{
    static const int fields[] = {FIELD_center_capacity_fp64_flops, FIELD_center_capacity_fp32_flops,
                                 FIELD_center_capacity_fp16_flops, FIELD_center_capacity_fp8_flops};
    double flops;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (c->capacity[i] != NULL && quantity_flops(c->capacity[i], &flops))
            delta_num(d, fields[i], flops);
}

static void add_center(struct delta *d, const struct config_center *c)
{
    delta_row(d, ENTITY_CENTER, c->id, strlen(c->id));
    delta_str(d, FIELD_center_id, c->id);
    delta_str(d, FIELD_center_name, c->name);
    delta_str(d, FIELD_center_operator, c->operator_name);
    delta_str(d, FIELD_center_region, c->region);
    if (c->kind != center_kind_UNKNOWN)
        delta_int(d, FIELD_center_kind, (int64_t)c->kind);
    if (c->tier != center_tier_UNKNOWN)
        delta_int(d, FIELD_center_tier, (int64_t)c->tier);
    if (c->tenancy != center_tenancy_UNKNOWN)
        delta_int(d, FIELD_center_tenancy, (int64_t)c->tenancy);
    add_capacity(d, c);
}

static void add_source(struct delta *d, const struct config_source *s)
{
    delta_row(d, ENTITY_SOURCE, s->id, strlen(s->id));
    delta_str(d, FIELD_source_name, s->id);
    delta_str(d, FIELD_source_collector, s->ops->name);
    delta_str(d, FIELD_source_target, target_of(&s->conf));
    delta_int(d, FIELD_source_state, source_state_STARTING);
}

/* The rows of the configuration are ordinary deltas: a replay or a second viewer gets them the same way. */
static void apply_config(struct fleet *fleet, const struct config *c)
{
    for (size_t i = 0; i < c->center_count; i++) {
        struct delta *d = delta_new((uint16_t)i, UINT16_MAX, clock_wall(), 0);
        add_center(d, &c->centers[i]);
        (void)fleet_apply(fleet, d, NULL);
        delta_free(d);
    }
    for (size_t i = 0; i < c->center_count; i++)
        for (size_t k = 0; k < c->centers[i].source_count; k++) {
            const struct config_source *s = &c->centers[i].sources[k];
            struct delta *d = delta_new((uint16_t)i, s->conf.source, clock_wall(), 0);
            memcpy(d->rank, s->ops->rank, sizeof d->rank);
            add_source(d, s);
            (void)fleet_apply(fleet, d, NULL);
            delta_free(d);
        }
}

static void build(struct session *s)
{
    uint64_t key = 0;
    if (getrandom(&key, sizeof key, GRND_NONBLOCK) == (ssize_t)sizeof key)
        hash_set_key(key);
    config_index(&s->config, s->self);
    session_metrics_give(&s->metrics, &s->config);
    s->queue = queue_new(QUEUE_ITEMS, QUEUE_BYTES, free_delta);
    s->hub = snapshot_hub_new(on_published, s);
    struct fleet *fleet = fleet_new(NULL);
    fleet_set_rules(fleet, &s->config.rules);
    fleet_set_peaks(fleet, s->peaks);
    fleet_set_xids(fleet, s->xids);
    apply_config(fleet, &s->config);
    s->ingest = ingest_new(fleet, s->queue, s->hub, PUBLISH_MS);
}

static void apply_refresh(struct config *c, int64_t refresh_ms)
{
    char text[32];
    snprintf(text, sizeof text, "%lldms", (long long)refresh_ms);
    for (size_t i = 0; i < c->center_count; i++)
        for (size_t k = 0; k < c->centers[i].source_count; k++)
            config_set(&c->centers[i].sources[k], "interval", text);
}

/* What stands beside the configuration. */
static enum rc read_tables(struct session *s, const char *config_path, struct err *e)
{
    enum rc rc = session_peaks_load(config_path, &s->peaks, e);
    if (rc == RC_OK)
        rc = session_xids_load(config_path, &s->xids, e);
    if (rc == RC_OK)
        rc = session_metrics_load(&s->metrics, config_path, e);
    if (rc == RC_OK)
        return RC_OK;
    session_metrics_free(&s->metrics);
    peak_table_free(s->peaks);
    xid_table_free(s->xids);
    s->peaks = NULL;
    s->xids = NULL;
    config_free(&s->config);
    return rc;
}

enum rc session_open(struct session *s, const char *config_path, int64_t refresh_ms, struct err *e)
{
    memset(s, 0, sizeof *s);
    char *path = config_find(config_path);
    enum rc rc = RC_OK;
    if (path != NULL)
        rc = config_load(path, &s->config, e);
    else
        discover(&s->config);
    if (rc == RC_OK)
        rc = read_tables(s, path, e);
    free(path);
    if (rc != RC_OK)
        return rc;
    if (refresh_ms > 0)
        apply_refresh(&s->config, refresh_ms);
    s->self = self_path();
    build(s);
    return RC_OK;
}

static struct replay_source *replay_sources(const struct config *c, size_t *count)
{
    struct replay_source *list = xcalloc(config_source_count(c) + 1, sizeof *list);
    *count = 0;
    for (size_t i = 0; i < c->center_count; i++)
        for (size_t k = 0; k < c->centers[i].source_count; k++)
            list[(*count)++] =
                (struct replay_source){c->centers[i].sources[k].ops, c->centers[i].sources[k].conf};
    return list;
}

static wall_ms replay_clock(void *arg)
{
    return replay_now(arg);
}

enum rc session_open_replay(struct session *s, const char *dir, struct err *e)
{
    size_t count;
    memset(s, 0, sizeof *s);
    char *path = xasprintf("%s/" MANIFEST, dir);
    enum rc rc = config_load(path, &s->config, e);
    if (rc == RC_OK)
        rc = read_tables(s, path, e);
    free(path);
    if (rc != RC_OK)
        return rc;
    s->self = self_path();
    build(s);
    struct replay_source *list = replay_sources(&s->config, &count);
    rc = replay_open(dir, list, count, s->queue, &s->replay, e);
    free(list);
    if (rc == RC_OK)
        ingest_set_clock(s->ingest, replay_clock, s->replay);
    if (rc != RC_OK)
        session_close(s);
    return rc;
}

static struct net_source *net_sources(const struct config *c, size_t *count)
{
    struct net_source *list = xcalloc(config_source_count(c) + 1, sizeof *list);
    *count = 0;
    for (size_t i = 0; i < c->center_count; i++)
        for (size_t k = 0; k < c->centers[i].source_count; k++)
            list[(*count)++] =
                (struct net_source){c->centers[i].sources[k].ops, c->centers[i].sources[k].conf};
    return list;
}

static enum rc write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return RC_IO;
        data += n;
        len -= (size_t)n;
    }
    return RC_OK;
}

static enum rc write_manifest(const struct config *c, const char *dir, struct err *e)
{
    struct buf text;
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return err_sys(e, RC_IO, errno, dir, S_("cannot be made"));
    char *path = xasprintf("%s/" MANIFEST, dir);
    buf_init(&text, 16u << 20);
    buf_adds(&text, "# made by suantop record; replay reads it\n");
    config_write_yaml(c, &text);
    enum rc rc = RC_OK;
    int fd = -1;
    if (text.failed)
        rc = err_set(e, RC_LIMIT, path, S_("is too long or there is no memory for it"));
    else if ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0)
        rc = err_sys(e, RC_IO, errno, path,
                     errno == EEXIST ? S_("is there already; record into a new directory")
                                     : S_("cannot be made"));
    else if (write_all(fd, text.data, text.len) != RC_OK)
        rc = err_sys(e, RC_IO, errno, path, S_("cannot be written"));
    if (fd >= 0 && close(fd) != 0 && rc == RC_OK)
        rc = err_sys(e, RC_IO, errno, path, S_("cannot be written"));
    if (fd >= 0 && rc != RC_OK)
        (void)unlink(path); /* half of it is no recording */
    buf_fini(&text);
    free(path);
    return rc;
}

enum rc session_start_live(struct session *s, const char *record_dir, struct err *e)
{
    size_t count;
    struct net_options o = {.actor = session_actor(&s->act),
                            .out = s->queue,
                            .record_dir = record_dir,
                            .hold = session_holds_net(&s->past),
                            .raw = s->raw,
                            .raw_arg = s->raw_arg};
    if (getrandom(&o.seed, sizeof o.seed, GRND_NONBLOCK) < 0)
        o.seed = (uint64_t)clock_mono();
    if (record_dir != NULL) {
        enum rc rc = write_manifest(&s->config, record_dir, e);
        if (rc != RC_OK)
            return rc;
    }
    struct net_source *list = net_sources(&s->config, &count);
    enum rc rc = net_new(list, count, &o, &s->net, e);
    free(list);
    if (rc == RC_OK)
        rc = ingest_start(s->ingest, e);
    if (rc == RC_OK)
        rc = net_start(s->net, e);
    if (rc == RC_OK)
        session_start_past(&s->past, &s->config, s->queue, s->hub, s->net);
    if (rc == RC_OK && s->alarm != NULL)
        rc = alarm_start(s->alarm, session_alarm_duty, &s->past, e);
    return rc;
}

enum rc session_start_alarm(struct session *s, struct err *e)
{
    if (s->config.exec_on_alert == NULL)
        return RC_OK;
    return alarm_new(s->config.exec_on_alert, s->hub, clock_wall(), &s->alarm, e);
}

enum rc session_start_replay(struct session *s, double speed, struct err *e)
{
    enum rc rc = ingest_start(s->ingest, e);
    return rc == RC_OK ? replay_start(s->replay, speed, e) : rc;
}

void session_stop(struct session *s)
{
    if (s->net != NULL)
        net_stop(s->net);
    if (s->replay != NULL)
        replay_stop(s->replay);
    if (s->ingest != NULL)
        ingest_stop(s->ingest);
    (void)session_stop_past(&s->past);
    alarm_free(s->alarm);
    s->alarm = NULL;
    s->published = NULL;
}

void session_close(struct session *s)
{
    session_stop(s);
    if (!session_stop_past(&s->past))
        return; /* a disk that does not answer: the process ends, and all with it */
    net_free(s->net);
    replay_free(s->replay);
    ingest_free(s->ingest);
    queue_free(s->queue);
    snapshot_hub_free(s->hub);
    session_free_past(&s->past);
    peak_table_free(s->peaks);
    xid_table_free(s->xids);
    session_metrics_free(&s->metrics);
    session_free_act(&s->act);
    config_free(&s->config);
    free(s->self);
    memset(s, 0, sizeof *s);
}

struct snapshot *session_collect(struct session *s, int timeout_ms, size_t *unanswered)
{
    *unanswered = net_wait_first_round(s->net, timeout_ms);
    net_stop(s->net);
    (void)session_stop_past(&s->past); /* all that it read is in the queue then */
    ingest_flush(s->ingest);
    return snapshot_hub_latest(s->hub);
}
