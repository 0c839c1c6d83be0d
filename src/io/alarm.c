/* SPDX-License-Identifier: MIT
 * alarm.c - see alarm.h. */
#include "io/alarm.h"
#include "base/log.h"
#include "base/sentence.h"
#include "base/thread.h"
#include "base/xmem.h"
#include "io/alarm_news.h"
#include "io/argv.h"
#include "io/child.h"
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define LOG_MODULE "alarm"

enum {
    DEADLINE_MS = 10000,
    AFTER_KILL_MS = 1000, /* the next one waits until the last is really gone */
    BURST = 10,
    REFILL_MS = 2000,
    MOST_WAITING = 256,
    MOST_OUTPUT = 1 << 20
};

/* All belongs to the thread while it runs, but stop and bell. */
struct alarm {
    struct arena arena; /* the program's words */
    struct alarm_news news;
    struct snapshot_hub *hub;
    enum alarm_duty (*duty)(void *arg);
    void *duty_arg;
    struct children *children;
    struct waits waits;
    struct alarm_event *first, *last; /* that wait */
    size_t waiting, lost;
    struct child *child; /* that runs */
    struct alarm_event *running;
    size_t output;
    mono_ms deadline, next_at, refilled_at;
    int tokens;
    int bell; /* eventfd */
    atomic_bool stop;
    pthread_t thread;
    bool started;
};

static void on_event(void *arg, struct alarm_event *e)
{
    struct alarm *a = arg;

    if (a->waiting == MOST_WAITING) {
        a->lost++;
        alarm_event_free(e);
        return;
    }
    e->next = NULL;
    if (a->last)
        a->last->next = e;
    else
        a->first = e;
    a->last = e;
    a->waiting++;
}

static void look(struct alarm *a)
{
    enum alarm_duty duty = a->duty ? a->duty(a->duty_arg) : ALARM_OURS;
    struct snapshot *s = duty == ALARM_LATER ? NULL : snapshot_hub_latest(a->hub);
    size_t lost = a->lost;

    if (s)
        alarm_news_look(&a->news, s, duty == ALARM_OURS ? on_event : NULL, a);
    snapshot_unref(s);
    if (a->lost > lost)
        log_warn("%zu alerts came faster than the program could be told", a->lost - lost);
}

static struct alarm_event *take(struct alarm *a)
{
    struct alarm_event *e = a->first;

    a->first = e->next;
    if (!a->first)
        a->last = NULL;
    a->waiting--;
    return e;
}

static void ended(struct alarm *a)
{
    child_drop(a->child);
    alarm_event_free(a->running);
    a->child = NULL;
    a->running = NULL;
}

static void give_up(struct alarm *a, const char *why, mono_ms now)
{
    log_warn("%s: %s; it is ended", a->running->argv[0], why);
    ended(a);
    a->next_at = now + AFTER_KILL_MS;
}

static void on_ended(void *arg)
{
    struct alarm *a = arg;

    if (child_status(a->child) != 0)
        log_warn("%s: ended with status %d", a->running->argv[0], child_status(a->child));
    ended(a);
}

/* What it says is of no interest, but it must be able to say it. */
static void on_output(void *arg)
{
    struct alarm *a = arg;
    char data[4096];
    ssize_t n = read(child_out(a->child), data, sizeof(data));

    if (n > 0)
        a->output += (size_t)n;
    else if (n == 0 || errno != EAGAIN)
        child_listen(a->child, false);
    if (a->output > MOST_OUTPUT)
        give_up(a, "it says more than a program should that nobody listens to", clock_mono());
}

static void refill(struct alarm *a, mono_ms now)
{
    while (a->tokens < BURST && now - a->refilled_at >= REFILL_MS) {
        a->tokens++;
        a->refilled_at += REFILL_MS;
    }
    if (a->tokens == BURST)
        a->refilled_at = now;
}

static void start_next(struct alarm *a, mono_ms now)
{
    struct err e = {0};

    refill(a, now);
    if (a->child || !a->first || now < a->next_at || a->tokens == 0)
        return;
    a->running = take(a);
    a->tokens--;
    a->output = 0;
    struct child_spec spec = {.argv = a->running->argv,
                              .env = a->running->env,
                              .arg = a,
                              .readable = on_output,
                              .exited = on_ended};
    if (child_start(a->children, &spec, &a->child, &e) == RC_OK) {
        a->deadline = now + DEADLINE_MS;
        return;
    }
    log_warn("%s: %s", e.where, e.msg);
    alarm_event_free(a->running);
    a->running = NULL;
    a->child = NULL;
}

static int time_to_wait(const struct alarm *a, mono_ms now)
{
    mono_ms due = children_due(a->children, now);

    if (a->child && a->deadline < due)
        due = a->deadline;
    if (!a->child && a->first) {
        mono_ms next = a->tokens ? a->next_at : a->refilled_at + REFILL_MS;
        due = next < due ? next : due;
    }
    return due <= now ? 0 : due - now > 60000 ? 60000 : (int)(due - now);
}

static void turn(struct alarm *a)
{
    uint64_t rings;

    waits_clear(&a->waits);
    int bell = waits_add(&a->waits, a->bell, POLLIN);
    children_wait_for(a->children, &a->waits);
    (void)poll(a->waits.fds, a->waits.count, time_to_wait(a, clock_mono()));
    if (waits_got(&a->waits, bell) && read(a->bell, &rings, sizeof(rings)) > 0)
        look(a);
    mono_ms now = clock_mono();
    children_run(a->children, &a->waits, now);
    if (a->child && now >= a->deadline)
        give_up(a, "it takes longer than ten seconds", now);
    start_next(a, now);
}

static void *run(void *arg)
{
    struct alarm *a = arg;

    while (!atomic_load(&a->stop))
        turn(a);
    return NULL;
}

enum rc alarm_start(struct alarm *a, enum alarm_duty (*duty)(void *arg), void *arg, struct err *e)
{
    a->duty = duty;
    a->duty_arg = arg;
    int failed = thread_start(&a->thread, run, a);
    if (failed)
        return err_sys(e, RC_IO, failed, "alarm", S_("no thread"));
    a->started = true;
    return RC_OK;
}

enum rc alarm_new(const char *command, struct snapshot_hub *hub, wall_ms since, struct alarm **out,
                  struct err *e)
{
    struct alarm *a = xcalloc(1, sizeof(*a));
    const char *const *words;
    size_t count;

    arena_init(&a->arena, 0);
    a->hub = hub;
    a->tokens = BURST;
    a->refilled_at = clock_mono();
    a->children = children_new();
    a->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    atomic_init(&a->stop, false);
    enum rc rc = argv_split(&a->arena, command, &words, &count, e);
    if (rc == RC_OK && count == 0)
        rc = err_set(e, RC_SYNTAX, "exec_on_alert", S_("names no program"));
    if (rc == RC_OK && a->bell < 0)
        rc = err_sys(e, RC_IO, errno, "alarm", S_("no eventfd"));
    alarm_news_init(&a->news, rc == RC_OK ? words : NULL, since);
    if (rc == RC_OK)
        *out = a;
    else
        alarm_free(a);
    return rc;
}

void alarm_wake(struct alarm *a)
{
    uint64_t one = 1;

    if (a && write(a->bell, &one, sizeof(one)) < 0)
        return; /* it is full: it rings already */
}

void alarm_free(struct alarm *a)
{
    if (!a)
        return;
    atomic_store(&a->stop, true);
    alarm_wake(a);
    if (a->started)
        pthread_join(a->thread, NULL);
    if (a->running)
        alarm_event_free(a->running);
    while (a->first)
        alarm_event_free(take(a));
    children_free(a->children);
    if (a->bell >= 0)
        close(a->bell);
    waits_fini(&a->waits);
    alarm_news_fini(&a->news);
    arena_fini(&a->arena);
    free(a);
}
