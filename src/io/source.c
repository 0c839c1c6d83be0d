/* SPDX-License-Identifier: MIT
 * source.c - see source.h. */
#include "io/source.h"
#include "base/log.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "io/backoff.h"
#include "io/recorder.h"
#include "io/source_int.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "source"

enum {
    LOOK_AT_TOKEN_MS = 3000, /* how often a paused source looks whether its token file changed */
    PLAN_AGAIN_MS = 50,      /* a collector that plans nothing and asks to be asked at once */
    EARLY_MS = 1000,         /* in company; and no more than a quarter of what it waited for */
    OFTEN_MS = 1000,         /* what is asked more often than that is never early */
    HINT_BEFORE_MS = 3600 * 1000, /* "token expires in ..." from then on */
    SKEW_MS = 10 * 1000,          /* "its clock is ..." */
    GIVE_UP_FAILURES = 3,         /* of the first round */
    GIVE_UP_MS = 5000,            /* of back-off in it */
    MANY_IN_FLIGHT = 16, /* a source of so many tells how it is each ROW_MS, not with each answer */
    ROW_MS = 250,
    /* Requests under way to all sources of many servers together: each has a socket and buffers of 40 kB, and an answer that
     * one asks for before it can be read only waits. What each may have however many the others have: */
    CROWD_MAX = 512,
    CROWD_SHARE = 16,
};

/* Of many servers. */
static bool is_of_many(const struct source *s)
{
    return s->ops->max_in_flight > MANY_IN_FLIGHT;
}

/* ---- the SOURCE row ---- */

static void hint_expiry(struct source *s, wall_ms wall)
{
    wall_ms at = credential_expires_at(s->credential);
    char age[16];

    s->standing.hint[0] = '\0';
    if (!at || at - wall > HINT_BEFORE_MS)
        return;
    time_age(at > wall ? at - wall : wall - at, age);
    snprintf(s->standing.hint, sizeof(s->standing.hint),
             at > wall ? S_("its token expires in %s: have a new one ready")
                       : S_("its token expired %s ago: get a new one"),
             age);
}

static void hint_clock(struct source *s)
{
    double ahead = s->standing.has_clock ? s->standing.ahead_ms : 0;
    char much[24];

    if (*s->standing.hint || (ahead < SKEW_MS && ahead > -SKEW_MS))
        return;
    time_duration((int64_t)(ahead < 0 ? -ahead : ahead), much);
    snprintf(s->standing.hint, sizeof(s->standing.hint),
             ahead > 0 ? S_("its clock is %s ahead of ours: set one of them by NTP")
                       : S_("its clock is %s behind ours: set one of them by NTP"),
             much);
}

static mono_ms next_try(const struct source *s)
{
    mono_ms at = s->pending.count ? 0 : s->plan_at;

    return s->backoff_until > at ? s->backoff_until : at;
}

static void push_row(struct source *s, mono_ms now, wall_ms wall)
{
    struct delta *d = delta_new(s->conf->center, s->conf->source, wall, 0);
    mono_ms next = next_try(s);

    memcpy(d->rank, s->ops->rank, sizeof(d->rank));
    hint_expiry(s, wall);
    hint_clock(s);
    s->standing.paused = s->paused;
    s->standing.next_try_at = next < INT64_MAX / 2 ? wall + (next > now ? next - now : 0) : 0;
    standing_row(&s->standing, d, s->conf->id);
    s->settled_told = s->settled;
    s->row_at = is_of_many(s) ? now + ROW_MS : 0;
    s->row_dirty = !queue_try_push(s->env.out, d, delta_weight(d));
    if (s->row_dirty)
        delta_free(d); /* made anew when the queue has room */
}

/* ---- failures ---- */

static void start_backoff(struct source *s, int retry_after_s, mono_ms now)
{
    int64_t ms = backoff_ms(s->standing.consecutive, retry_after_s, &s->random);

    if (s->env.backoff_cap_ms && ms > s->env.backoff_cap_ms)
        ms = s->env.backoff_cap_ms;
    s->backoff_until = now + ms;
    s->standing.backoff_ms = ms;
}

/* A wrong token stays wrong: asking again would lock the account, so wait for another one. Where there
 * is no token to change (a socket, a pipe) only time can help. */
static void refuse(struct source *s, mono_ms now)
{
    credential_expire(s->credential);
    if (!credential_has_token(s->credential) || credential_is_renewable(s->credential)) {
        start_backoff(s, credential_is_renewable(s->credential) ? BACKOFF_MAX_MS / 1000 : -1, now);
        return;
    }
    s->paused = true;
    s->look_at = now + LOOK_AT_TOKEN_MS;
}

/* With a source that cannot be reached the rest of the first round cannot be answered either; nor, soon,
 * with one that wants to be left alone for long or that fails again and again. */
static void settle_on_failure(struct source *s, enum rc rc, mono_ms now)
{
    bool unreachable =
        rc == RC_NET || rc == RC_TIMEOUT || rc == RC_AUTH || rc == RC_IO || rc == RC_USAGE;
    bool later = s->backoff_until - now > GIVE_UP_MS;

    if (unreachable || later || s->standing.failures >= GIVE_UP_FAILURES)
        s->settled = true;
}

static void handle_failure(struct source *s, enum rc rc, int retry_after_s, mono_ms now)
{
    if (rc == RC_AUTH)
        refuse(s, now);
    else
        start_backoff(s, retry_after_s, now);
    settle_on_failure(s, rc, now);
    s->row_dirty = true;
}

/* ---- landings ---- */

static const char *expired_mend(const struct source *s, enum rc rc, const char *mend, char *text,
                                size_t size)
{
    wall_ms at = credential_expires_at(s->credential), now = clock_wall();
    char age[16];

    if (rc != RC_AUTH || !at || at > now)
        return mend;
    time_age(now - at, age);
    snprintf(text, size, S_("the token expired %s ago: put a new one in its place"), age);
    return text;
}

static void log_landing(const struct source *s, const char *label, const struct landing *l)
{
    log_debug("%s: %s: status %d, %llu bytes in %lld ms", s->conf->id, label, l->reply->status,
              (unsigned long long)l->reply->bytes, (long long)l->reply->total_ms);
    if (l->rc != RC_OK)
        log_info("%s: %s: %s: %s", s->conf->id, label, rc_name(l->rc), l->err.msg);
}

static void on_landed(void *arg, struct flight *f, const struct landing *l)
{
    struct source *s = arg;
    mono_ms now = clock_mono();
    const char *example = exchange_bad_example(flight_exchange(f));
    char mend[160];

    log_landing(s, flight_request(f)->label, l);
    s->in_flight--;
    s->plan_now = true;
    s->row_dirty = true;
    if (*example)
        standing_example(&s->standing, example);
    standing_landed(&s->standing, flight_request(f)->what, l->reply, l->rc, &l->err,
                    expired_mend(s, l->rc, l->mend, mend, sizeof(mend)), now);
    if (l->rc != RC_OK)
        handle_failure(s, l->rc, l->reply->retry_after_s, now);
    else
        s->backoff_until = 0;
}

static void on_looked_up(void *arg, struct flight *f, const struct landing *l)
{
    struct source *s = arg;
    size_t len;
    const char *text = exchange_raw(flight_exchange(f), &len);

    s->standing.bytes += (double)l->reply->bytes;
    s->row_dirty = true;
    if (s->env.raw)
        s->env.raw(s->env.raw_arg, flight_ticket(f), l->rc, text, len, &l->err);
}

/* ---- sending ---- */

struct flight_conf source_flight_conf(struct source *s, const struct request *rq)
{
    return (struct flight_conf){
        .env = {.ops = s->ops, .state = s->state, .conf = s->conf, .out = s->env.out},
        .headers = rq->via == VIA_COMMAND ? NULL : credential_headers(s->credential),
        .ca_file = source_opt(s->conf, "ca_file"),
        .insecure = source_opt_bool(s->conf, "insecure"),
        .arg = s,
    };
}

void source_fly(struct source *s, const struct flight_conf *conf, struct request *rq, mono_ms now)
{
    s->flights = xgrow(s->flights, &s->flight_cap, s->flight_count + 1, sizeof(*s->flights));
    s->flights[s->flight_count++] = flight_start(&s->env.carriers, conf, rq, now);
    *s->env.crowd += is_of_many(s);
}

static void launch(struct source *s, struct request *rq, uint32_t ticket, mono_ms now)
{
    struct flight_conf conf = source_flight_conf(s, rq);

    conf.env.recorder = ticket ? NULL : s->recorder;
    conf.env.raw = ticket != 0;
    conf.ticket = ticket;
    conf.landed = ticket ? on_looked_up : on_landed;
    if (!ticket && request_lists_something(rq))
        conf.env.poll_seq = ++s->poll_seq;
    if (ticket)
        s->standing.requests++;
    else
        standing_sent(&s->standing, rq->what, now);
    s->in_flight += ticket == 0;
    source_fly(s, &conf, rq, now);
}

/* True when a request that goes over HTTP may leave. */
static bool token_is_ready(struct source *s, mono_ms now, wall_ms wall)
{
    struct err e = {0};
    const char *mend = NULL;
    enum credential_state state = credential_check(s->credential, now, wall, &e, &mend);

    s->waits_for_token = state == CREDENTIAL_WAITING;
    if (state != CREDENTIAL_FAILED)
        return state == CREDENTIAL_READY;
    standing_failed(&s->standing, RC_AUTH, &e, mend, now);
    s->standing.last_try_at = wall;
    handle_failure(s, RC_AUTH, -1, now);
    return false;
}

static bool goes_along(const struct source *s, bool in_company, mono_ms now)
{
    mono_ms wait = s->plan_at - s->planned_at;

    return in_company && !is_of_many(s) && wait >= OFTEN_MS &&
           s->plan_at - now <= (wait / 4 < EARLY_MS ? wait / 4 : EARLY_MS);
}

/* Something to send, planned now if need be. What is early is planned for its own time: it must not be earlier each time. */
static bool has_pending(struct source *s, bool in_company, mono_ms now, wall_ms wall)
{
    if (s->pending.count)
        return true;
    if (!s->plan_now && now < s->plan_at && !goes_along(s, in_company, now))
        return false;
    s->planned_at = !s->plan_now && now < s->plan_at ? s->plan_at : now;
    s->plan_now = false;
    s->plan_at = s->ops->plan(s->state, s->planned_at, wall, &s->pending);
    if (s->pending.count)
        return true;
    if (s->plan_at < now + PLAN_AGAIN_MS)
        s->plan_at = now + PLAN_AGAIN_MS;
    if (s->in_flight == 0)
        s->settled = true;
    return false;
}

/* Flights whose last delta waits for the queue count too: that is the backpressure. */
static bool has_room(const struct source *s)
{
    size_t room = s->ops->max_in_flight ? s->ops->max_in_flight : 1;

    if (s->flight_count >= room)
        return false;
    return !is_of_many(s) || s->flight_count < CROWD_SHARE || *s->env.crowd < CROWD_MAX;
}

static bool may_send(const struct source *s, mono_ms now)
{
    return has_room(s) && !s->held && !s->paused && now >= s->backoff_until;
}

bool source_is_due(const struct source *s, mono_ms now)
{
    return s->open && may_send(s, now) && (s->pending.count || s->plan_now || now >= s->plan_at);
}

bool source_is_waiting(const struct source *s)
{
    return s->flight_count > 0;
}

static void send_due(struct source *s, bool in_company, mono_ms now, wall_ms wall)
{
    while (may_send(s, now) && has_pending(s, in_company, now, wall)) {
        if (s->pending.items[0]->via != VIA_COMMAND && !token_is_ready(s, now, wall))
            return;
        launch(s, request_list_take(&s->pending), 0, now);
    }
}

void source_carry(struct source *s, mono_ms now)
{
    for (size_t i = 0; i < s->flight_count;) {
        flight_run(s->flights[i], now);
        if (!flight_is_over(s->flights[i])) {
            i++;
            continue;
        }
        flight_free(s->flights[i]);
        s->flights[i] = s->flights[--s->flight_count];
        *s->env.crowd -= is_of_many(s);
    }
}

static void look_at_token(struct source *s, mono_ms now)
{
    if (!s->paused || now < s->look_at)
        return;
    s->look_at = now + LOOK_AT_TOKEN_MS;
    if (credential_has_changed(s->credential))
        source_refresh(s, now);
}

void source_run(struct source *s, bool in_company, mono_ms now, wall_ms wall)
{
    if (s->open) {
        look_at_token(s, now);
        credential_run(s->credential, now);
        source_carry(s, now);
        send_due(s, in_company, now, wall);
    }
    if (s->row_dirty && (now >= s->row_at || (s->settled && !s->settled_told)))
        push_row(s, now, wall);
}

static mono_ms earlier(mono_ms a, mono_ms b)
{
    return a < b ? a : b;
}

mono_ms source_due(const struct source *s, mono_ms now)
{
    mono_ms due = credential_due(s->credential);

    if (s->row_dirty && s->row_at > now)
        due = earlier(due, s->row_at);
    if (!s->open)
        return due;
    for (size_t i = 0; i < s->flight_count; i++)
        due = earlier(due, flight_is_over(s->flights[i]) ? now : flight_due(s->flights[i], now));
    if (s->paused)
        return earlier(due, s->look_at);
    if (s->waits_for_token && credential_due(s->credential) < INT64_MAX)
        return due;
    if (has_room(s) && !s->held) {
        mono_ms next = s->plan_now ? 0 : next_try(s);
        due = earlier(due, next > s->backoff_until ? next : s->backoff_until);
    }
    return due;
}

/* ---- from outside ---- */

void source_refresh(struct source *s, mono_ms now)
{
    if (!s->open)
        return;
    s->paused = false;
    s->backoff_until = 0;
    s->plan_now = true;
    s->row_dirty = true;
    standing_forgive(&s->standing);
    credential_expire(s->credential);
    if (s->ops->refresh)
        s->ops->refresh(s->state, now);
}

void source_focus(struct source *s, const char *node, mono_ms now, mono_ms until)
{
    if (!s->open || !s->ops->focus)
        return;
    s->ops->focus(s->state, node, now, until);
    s->plan_now = true;
}

static void answer_lookup(struct source *s, uint32_t ticket, enum rc rc, struct err *e)
{
    if (!*e->msg)
        err_set(e, rc, NULL, S_("this source has no raw record of it"));
    if (s->env.raw)
        s->env.raw(s->env.raw_arg, ticket, rc, "", 0, e);
}

void source_lookup(struct source *s, uint32_t ticket, enum entity e, const char *id, mono_ms now)
{
    struct request *rq = request_new();
    struct err err = {0};
    const char *mend = NULL;
    enum rc rc = RC_UNSUPPORTED;

    if (s->open && s->ops->lookup)
        rc = s->ops->lookup(s->state, e, id, rq, &err);
    if (rc == RC_OK && rq->via != VIA_COMMAND &&
        credential_check(s->credential, now, clock_wall(), &err, &mend) != CREDENTIAL_READY)
        rc = RC_AUTH;
    if (rc == RC_OK) {
        launch(s, rq, ticket, now);
        return;
    }
    request_free(rq);
    answer_lookup(s, ticket, rc, &err);
}

bool source_is_settled(const struct source *s)
{
    return s->settled;
}

/* ---- life ---- */

static void open_collector(struct source *s)
{
    struct err e = {0};
    enum rc rc = s->ops->open(s->conf, random_next(&s->random), &s->state, &e);

    s->open = rc == RC_OK;
    if (s->open)
        return;
    s->settled = true;
    if (!*e.msg)
        err_set(&e, rc, s->conf->id, S_("the collector cannot be opened"));
    standing_failed(&s->standing, rc, &e, S_("mend the configuration of this source"), 0);
}

struct source *source_new(const struct source_env *env, const struct collector_ops *ops,
                          const struct source_conf *conf, struct recorder *recorder)
{
    struct source *s = xcalloc(1, sizeof(*s));
    struct credential_conf cred = {
        .scheme = ops->auth,
        .user = source_opt(conf, "user"),
        .token_file = source_opt(conf, "token_file"),
        .token_command = source_opt(conf, "token_command"),
    };

    s->env = *env;
    s->ops = ops;
    s->own_conf = *conf;
    s->conf = &s->own_conf;
    s->recorder = recorder;
    s->random = env->seed;
    s->plan_now = true;
    s->row_dirty = true;
    s->standing.interval_is_told = is_of_many(s);
    request_list_init(&s->pending);
    s->credential = credential_new(&cred, env->carriers.children);
    open_collector(s);
    return s;
}

void source_free(struct source *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->flight_count; i++)
        flight_free(s->flights[i]);
    free(s->flights);
    request_list_fini(&s->pending);
    if (s->open)
        s->ops->close(s->state);
    credential_free(s->credential);
    recorder_close(s->recorder);
    free(s);
}
