/* SPDX-License-Identifier: MIT
 * store_trail.c - see store_trail.h. */
#include "io/store_trail.h"
#include "action/journal.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/xmem.h"
#include "model/delta.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LOG_MODULE "audit"

enum {
    NEWEST_LINES = 1500, /* three a target: what was meant, what came of it, what was seen */
    PUSH_MS = 2000,
    OPEN_MS = 60000, /* an intent without an outcome may still be under way */
    ID_MAX = ACTION_OP_MAX + 24
};

/* One target of an operation, put together from its lines. */
struct step {
    char id[ID_MAX]; /* "OP/3", as the actor calls it */
    struct delta *d; /* one record of all that is told, without the state */
    uint16_t center;
    enum action_state state;
    enum action_verb verb;
    bool is_open; /* no outcome yet */
    wall_ms at;   /* of its intent */
};

struct sent {
    uint64_t key, hash;
};

struct store_trail {
    char *path;
    struct timespec changed; /* of the file, when it was read */
    off_t size;
    bool was_read, told_error;
    wall_ms look_again; /* when an open one is not under way any more; 0 = never */
    struct map map;     /* rows that were sent from here, by row_key */
    struct sent *sent;
    size_t sent_count, sent_cap;
};

struct reading {
    const struct trail_place *place;
    wall_ms now;
    struct step *steps;
    size_t count, cap;
};

struct store_trail *store_trail_new(const char *path)
{
    struct store_trail *t = xcalloc(1, sizeof(*t));

    t->path = xstrdup(path);
    map_init(&t->map);
    return t;
}

void store_trail_free(struct store_trail *t)
{
    if (!t)
        return;
    map_fini(&t->map);
    free(t->sent);
    free(t->path);
    free(t);
}

/* ---- lines become steps ---- */

static int center_of(const struct trail_place *p, const char *id)
{
    for (size_t i = 0; i < p->center_count; i++)
        if (strcmp(p->centers[i], id) == 0)
            return (int)i;
    return -1;
}

static int word_of(int field, const char *word)
{
    const char *const *words = entity_info(ENTITY_ACTION)->fields[field].words;

    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

/* The newest come last, and so does the rest of what is looked for. */
static struct step *find_step(struct reading *r, const char *id)
{
    for (size_t i = r->count; i-- > 0;)
        if (strcmp(r->steps[i].id, id) == 0)
            return &r->steps[i];
    return NULL;
}

static void take_intent(struct reading *r, const struct journal_line *l, const char *id)
{
    int center = center_of(r->place, l->center), verb = word_of(FIELD_action_verb, l->verb);

    if (center < 0 || verb < 0 || find_step(r, id))
        return;
    r->steps = xgrow(r->steps, &r->cap, r->count + 1, sizeof(*r->steps));
    struct step *step = &r->steps[r->count++];
    struct delta *d = delta_new((uint16_t)center, UINT16_MAX, r->now, 0);
    *step = (struct step){.d = d,
                          .center = (uint16_t)center,
                          .is_open = true,
                          .at = l->at,
                          .verb = (enum action_verb)verb};
    (void)snprintf(step->id, sizeof(step->id), "%s", id);
    delta_row(d, ENTITY_ACTION, id, strlen(id));
    delta_str(d, FIELD_action_op, l->op);
    delta_int(d, FIELD_action_verb, verb);
    delta_str(d, FIELD_action_kind, l->target_kind);
    delta_str(d, FIELD_action_target, l->target);
    delta_str(d, FIELD_action_cluster, l->cluster);
    delta_str(d, FIELD_action_request, l->request);
    delta_str(d, FIELD_action_before, l->before);
    delta_str(d, FIELD_action_reason, l->reason);
    delta_str(d, FIELD_action_ticket, l->ticket);
    delta_str(d, FIELD_action_actor, l->actor);
    delta_str(d, FIELD_action_actor_from, l->actor_from);
    delta_time(d, FIELD_action_planned_at, l->at);
    delta_time(d, FIELD_action_sent_at, l->at);
}

static void take_outcome(struct step *step, const struct journal_line *l)
{
    int state = word_of(FIELD_action_state, l->state);

    step->is_open = false;
    step->state = state < 0 ? action_state_UNKNOWN : (enum action_state)state;
    delta_time(step->d, FIELD_action_answered_at, l->at);
    delta_str(step->d, FIELD_action_message, l->message);
    if (l->status >= 0)
        delta_num(step->d, FIELD_action_status, l->status);
    if (l->latency_ms >= 0)
        delta_num(step->d, FIELD_action_latency_ms, (double)l->latency_ms);
}

/* What the program saw then is known for good, whatever has become of the target since. */
static void take_seen(struct step *step, const struct journal_line *l)
{
    delta_str(step->d, FIELD_action_after, l->after);
    if (!verb_is_shown(step->verb, l->after) ||
        (step->state != action_state_ACCEPTED && step->state != action_state_UNKNOWN))
        return;
    step->state = action_state_CONFIRMED;
    delta_time(step->d, FIELD_action_confirmed_at, l->at);
}

static void take_line(void *arg, const struct journal_line *l)
{
    struct reading *r = arg;
    char id[ID_MAX];

    if (l->op[0] == '\0' || strlen(l->op) >= ACTION_OP_MAX)
        return;
    (void)snprintf(id, sizeof id, "%s/%u", l->op, l->seq);
    if (strcmp(l->kind, "intent") == 0) {
        take_intent(r, l, id);
        return;
    }
    struct step *step = find_step(r, id);
    if (!step)
        return; /* it began before the lines that are read */
    if (strcmp(l->kind, "outcome") == 0)
        take_outcome(step, l);
    else if (strcmp(l->kind, "seen") == 0)
        take_seen(step, l);
}

static void judge_open(struct step *step, wall_ms now)
{
    if (!step->is_open)
        return;
    bool may_run = step->at + OPEN_MS > now;
    step->state = may_run ? action_state_SENT : action_state_UNKNOWN;
    if (!may_run)
        delta_str(step->d, FIELD_action_message,
                  "the audit tells no outcome: the program ended before it");
}

/* ---- steps become rows ---- */

/* How much a state knows: what is known here already is not taken back by the journal. */
static int rank(enum action_state s)
{
    switch (s) {
    case action_state_PLANNED:
    case action_state_WAITING:
    case action_state_READING:
        return 0;
    case action_state_SENT:
        return 1;
    case action_state_UNKNOWN:
        return 2;
    case action_state_CONFIRMED:
    case action_state_UNCONFIRMED:
        return 4;
    default:
        return 3;
    }
}

static int rank_shown(const struct snapshot *snap, uint64_t key)
{
    uint32_t slot = snap ? snapshot_find(snap, ENTITY_ACTION, key) : UINT32_MAX;
    const struct action_row *row =
        slot == UINT32_MAX ? NULL : snapshot_row(snap, ENTITY_ACTION, slot);

    return row && row_has(row, action, state) ? rank((enum action_state)row->state) : -1;
}

struct wanted {
    const struct store_trail *trail;
    uint64_t key;
};

static bool same_key(const void *arg, uint32_t index)
{
    const struct wanted *w = arg;

    return w->trail->sent[index].key == w->key;
}

static struct sent *find_sent(const struct store_trail *t, uint64_t key)
{
    struct wanted w = {t, key};
    uint32_t index = map_find(&t->map, key, same_key, &w);

    return index == MAP_NONE ? NULL : &t->sent[index];
}

static uint64_t hash_of(const struct step *step)
{
    const struct entity_info *info = entity_info(ENTITY_ACTION);
    const struct delta_record *r = step->d->first;
    uint64_t h = hash_u64(1, step->state);

    for (uint32_t i = 0; r && i < r->count; i++) {
        const struct delta_value *v = &r->values[i];
        h = hash_u64(h, (uint64_t)v->field << 1 | v->absent);
        if (!v->absent && info->fields[v->field].type <= FT_HOSTLIST)
            h = hash_bytes(h, v->u.str, v->len);
        else if (!v->absent)
            h = hash_u64(h, (uint64_t)v->u.i);
    }
    return h;
}

static void remember(struct store_trail *t, uint64_t key, uint64_t hash)
{
    struct sent *sent = find_sent(t, key);

    if (sent) {
        sent->hash = hash;
        return;
    }
    t->sent = xgrow(t->sent, &t->sent_cap, t->sent_count + 1, sizeof(*t->sent));
    t->sent[t->sent_count] = (struct sent){key, hash};
    map_add(&t->map, key, (uint32_t)t->sent_count++);
}

/* Takes the step's delta. The rows of this process's own operations know as much already. */
static void send_step(struct store_trail *t, const struct trail_place *p, struct step *step,
                      const struct snapshot *snap)
{
    uint64_t key = delta_last_key(step->d), hash = hash_of(step);
    const struct sent *sent = find_sent(t, key);
    int shown = rank_shown(snap, key), told = rank(step->state);

    if ((sent && sent->hash == hash) || (!sent && shown >= told)) {
        delta_free(step->d);
        return;
    }
    if (told > shown || (sent && told == shown))
        delta_int(step->d, FIELD_action_state, step->state);
    if (!step->d->failed && queue_push(p->out, step->d, delta_weight(step->d), PUSH_MS))
        remember(t, key, hash);
    else
        delta_free(step->d);
}

static void send_steps(struct store_trail *t, const struct trail_place *p, struct reading *r)
{
    struct snapshot *snap = snapshot_hub_latest(p->hub);

    t->look_again = 0;
    for (size_t i = 0; i < r->count; i++) {
        struct step *step = &r->steps[i];
        judge_open(step, r->now);
        wall_ms until = step->at + OPEN_MS;
        if (step->is_open && step->state == action_state_SENT &&
            (!t->look_again || until < t->look_again))
            t->look_again = until;
        send_step(t, p, step, snap);
    }
    snapshot_unref(snap);
}

static bool has_changed(const struct store_trail *t, const struct stat *st)
{
    return !t->was_read || st->st_size != t->size || st->st_mtim.tv_sec != t->changed.tv_sec ||
           st->st_mtim.tv_nsec != t->changed.tv_nsec;
}

static void complain(struct store_trail *t, const struct err *e)
{
    if (!t->told_error)
        log_warn("%s: %s", e->where, e->msg);
    t->told_error = true;
}

void store_trail_follow(struct store_trail *t, const struct trail_place *p)
{
    struct reading r = {.place = p, .now = clock_wall()};
    struct stat st;
    struct err e = {0};
    size_t unreadable = 0;

    if (stat(t->path, &st) != 0)
        return; /* nothing was ever done */
    if (!has_changed(t, &st) && !(t->look_again && r.now >= t->look_again))
        return;
    t->was_read = true;
    t->size = st.st_size;
    t->changed = st.st_mtim;
    if (journal_read(t->path, NEWEST_LINES, take_line, &r, &unreadable, &e) != RC_OK)
        complain(t, &e);
    send_steps(t, p, &r);
    free(r.steps);
}
