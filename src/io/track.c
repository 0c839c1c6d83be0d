/* SPDX-License-Identifier: MIT
 * track.c - see track.h. */
#include "io/track.h"
#include "base/xmem.h"
#include "codec/json.h"
#include "io/exchange.h"
#include "io/request.h"
#include "io/standing.h"
#include "io/tape.h"
#include "io/zfile.h"
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPEN_MAX = 64,
    PLANNED_MAX = 64,
    READ_BYTES = 64 * 1024,
    MONO_START = 1000000, /* no collector was ever asked at time 0 */
};

struct open_exchange {
    uint64_t id;
    struct exchange *x;
};

struct track {
    const struct collector_ops *ops;
    struct source_conf conf; /* borrowed strings */
    struct queue *out;
    const atomic_bool *stop;
    struct zreader *file; /* NULL: nothing was recorded */
    struct buf text;      /* read and not yet played */
    struct json_reader *reader;
    struct tape_event next; /* type TAPE_NONE at the end */
    wall_ms first_at;
    void *state;
    bool is_open;
    struct request_list planned; /* by the collector, and not seen in the recording yet */
    struct open_exchange open[OPEN_MAX];
    size_t open_count;
    uint32_t poll_seq;
    struct standing standing;
};

/* ---- reading ---- */

static bool fill(struct track *t)
{
    char *to = buf_reserve(&t->text, READ_BYTES);
    size_t n = to ? zreader_read(t->file, to, READ_BYTES) : 0;

    buf_commit(&t->text, n);
    return n > 0;
}

/* The next event, or TAPE_NONE at the end or at the tear. */
static void read_event(struct track *t)
{
    const char *end;

    t->next.type = TAPE_NONE;
    if (!t->file)
        return;
    while (!(end = memchr(t->text.data, '\n', t->text.len)))
        if (!fill(t))
            return;
    size_t len = (size_t)(end - t->text.data);
    if (tape_parse(t->reader, t->text.data, len, &t->next, NULL) != RC_OK) {
        t->next.type = TAPE_NONE;
        return;
    }
    buf_consume(&t->text, len + 1);
    if (t->next.type != TAPE_DATA)
        return;
    while (t->text.len < t->next.n + 1)
        if (!fill(t)) {
            t->next.type = TAPE_NONE;
            return;
        }
}

wall_ms track_next_at(const struct track *t)
{
    return t->next.type == TAPE_NONE ? 0 : t->next.at;
}

/* ---- playing ---- */

static mono_ms mono_of(const struct track *t, wall_ms at)
{
    return MONO_START + (at - t->first_at);
}

static void wait_for_room(struct track *t, struct exchange *x)
{
    bool paused = true;

    while (exchange_is_stuck(x) && !atomic_load(t->stop)) {
        exchange_resume(x, &paused);
        if (paused)
            poll(NULL, 0, 1);
    }
}

static struct open_exchange *find(struct track *t, uint64_t id)
{
    for (size_t i = 0; i < t->open_count; i++)
        if (t->open[i].id == id)
            return &t->open[i];
    return NULL;
}

/* The collector plans as it did, so that its state is what it was; of a request that it planned again the
 * plan is used, of another one what was recorded of it. */
static struct request *match_plan(struct track *t, struct request *recorded, mono_ms now,
                                  wall_ms at)
{
    struct request_list *list = &t->planned;

    t->ops->plan(t->state, now, at, list);
    while (list->count > PLANNED_MAX)
        request_free(request_list_take(list));
    for (size_t i = 0; i < list->count; i++) {
        struct request *rq = list->items[i];
        if (rq->what != recorded->what || rq->tag != recorded->tag || rq->cut != recorded->cut)
            continue;
        list->count--;
        memmove(list->items + i, list->items + i + 1, (list->count - i) * sizeof(*list->items));
        request_free(recorded);
        return rq;
    }
    return recorded;
}

static void play_begin(struct track *t, const struct tape_event *ev)
{
    mono_ms now = mono_of(t, ev->at);
    struct request *rq = match_plan(t, ev->rq, now, ev->at);
    struct exchange_env env = {.ops = t->ops, .state = t->state, .conf = &t->conf, .out = t->out};

    if (t->open_count == OPEN_MAX) {
        request_free(rq);
        return;
    }
    if (request_lists_something(rq))
        env.poll_seq = ++t->poll_seq;
    standing_sent(&t->standing, rq->what, now);
    t->open[t->open_count++] = (struct open_exchange){ev->x, exchange_new(&env, rq, now)};
}

static void play_data(struct track *t, const struct tape_event *ev)
{
    struct open_exchange *o = find(t, ev->x);
    struct err e = {0};
    bool paused = false;

    if (o) {
        exchange_feed(o->x, t->text.data, ev->n, ev->at, &paused, &e);
        wait_for_room(t, o->x);
    }
    buf_consume(&t->text, ev->n + 1);
}

static void push_row(struct track *t, wall_ms at)
{
    struct delta *d = delta_new(t->conf.center, t->conf.source, at, 0);

    memcpy(d->rank, t->ops->rank, sizeof(d->rank));
    standing_row(&t->standing, d, t->conf.id);
    while (!queue_push(t->out, d, delta_weight(d), 100))
        if (atomic_load(t->stop)) {
            delta_free(d);
            return;
        }
}

static void play_end(struct track *t, struct tape_event *ev)
{
    struct open_exchange *o = find(t, ev->x);
    const char *mend = NULL;
    struct err e = {0};

    if (!o)
        return;
    mono_ms now = mono_of(t, ev->at);
    const struct request *rq = exchange_request(o->x);
    enum rc rc = exchange_end(o->x, &ev->reply, now, &mend, &e);
    const char *example = exchange_bad_example(o->x);
    if (*example)
        standing_example(&t->standing, example);
    standing_landed(&t->standing, rq->what, &ev->reply, rc, &e, mend, now);
    wait_for_room(t, o->x);
    exchange_free(o->x);
    *o = t->open[--t->open_count];
    push_row(t, ev->at);
}

bool track_play(struct track *t)
{
    struct tape_event *ev = &t->next;
    bool ended = ev->type == TAPE_END;

    if (ev->type == TAPE_BEGIN)
        play_begin(t, ev);
    else if (ev->type == TAPE_HEAD && find(t, ev->x))
        exchange_head(find(t, ev->x)->x, ev->status, ev->content_type);
    else if (ev->type == TAPE_DATA)
        play_data(t, ev);
    else if (ended)
        play_end(t, ev);
    read_event(t);
    return ended;
}

/* ---- life ---- */

enum rc track_open(const char *path, const struct collector_ops *ops,
                   const struct source_conf *conf, struct queue *out, const atomic_bool *stop,
                   struct track **made, struct err *e)
{
    struct track *t = xcalloc(1, sizeof(*t));
    enum rc rc = RC_OK;

    t->ops = ops;
    t->conf = *conf;
    t->out = out;
    t->stop = stop;
    t->reader = json_reader_new(NULL, 0);
    buf_init(&t->text, TAPE_LINE_MAX + TAPE_DATA_MAX + 2 * READ_BYTES);
    arena_init(&t->next.texts, 0);
    request_list_init(&t->planned);
    if (access(path, F_OK) == 0)
        rc = zreader_open(path, &t->file, e);
    if (rc == RC_OK)
        rc = ops->open(&t->conf, 1, &t->state, e);
    if (rc != RC_OK) {
        track_free(t);
        return rc;
    }
    t->is_open = true;
    read_event(t);
    t->first_at = t->next.at;
    *made = t;
    return RC_OK;
}

void track_free(struct track *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->open_count; i++)
        exchange_free(t->open[i].x);
    if (t->next.type == TAPE_BEGIN)
        request_free(t->next.rq);
    request_list_fini(&t->planned);
    if (t->is_open)
        t->ops->close(t->state);
    zreader_close(t->file);
    json_reader_free(t->reader);
    buf_fini(&t->text);
    arena_fini(&t->next.texts);
    free(t);
}
