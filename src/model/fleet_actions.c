/* SPDX-License-Identifier: MIT
 * fleet_actions.c - from "sent" to "confirmed": the model is never edited in the hope that an action worked.
 *
 * While an action is sent, accepted or unknown its target carries ROW_PENDING. A read that ended after the request was
 * sent and shows the effect makes it confirmed; two that do not make it unconfirmed. One is not enough: it may have
 * been under way already. A job that is completing shows nothing yet, and gets ten minutes.
 * Thread: ingest. */
#include "base/xmem.h"
#include "base/sentence.h"
#include "model/fleet_int.h"
#include "model/hostset.h"
#include "model/state_words.h"
#include "model/fields.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEEP_ACTIONS = 5000,
    READS = 2,           /* without the effect, until it is not believed any more */
    READ_AFTER_MS = 3000 /* the last of them so long after the request */
};
#define COMPLETING_MS (10 * 60000)
#define HISTORY_MS                                                                                 \
    (10 * 60000) /* what was sent so long before its row came is told from the audit */
#define DRAIN (1u << node_flag_DRAIN)

enum effect { EFFECT_SHOWN, EFFECT_NOT_YET, EFFECT_NOT };

void tracker_fini(struct tracker *t)
{
    free(t->all);
}

static const struct action_row *action_at(const struct fleet *f, const struct tracked *t)
{
    const struct table *table = &f->tables[ENTITY_ACTION];

    if (!table_alive(table, t->action) || table_head(table, t->action)->birth != t->action_birth)
        return NULL;
    return rows_at(&table->rows, t->action);
}

/* NULL when it is not there any more. */
static const struct row_head *target_at(const struct fleet *f, const struct tracked *t)
{
    const struct table *table = &f->tables[t->entity];

    if (t->target == SLOT_NONE || !table_alive(table, t->target))
        return NULL;
    const struct row_head *h = table_head(table, t->target);
    return h->birth == t->target_birth ? h : NULL;
}

/* --- finding the target ------------------------------------------------------------------------ */

/* "14_[6-99]" and "14_99": the row of an array's waiting tasks has an identity of its collector's own. */
static bool is_rest(const struct fleet *f, const struct job_row *j, const char *tasks, size_t len)
{
    const char *raw = intern_raw(f->strings, row_str(j, job, array_task));

    return row_has(j, job, array_task) && strcspn(raw, "%") == len && memcmp(raw, tasks, len) == 0;
}

/* "3" is one of "1,3-6%2". */
static bool is_among(const struct fleet *f, const struct job_row *j, const char *tasks, size_t len)
{
    const char *raw = intern_raw(f->strings, row_str(j, job, array_task));
    char set[512], task[32];

    if (!row_has(j, job, array_task) || len >= sizeof(task) - 1 ||
        strspn(tasks, "0123456789") < len)
        return false;
    snprintf(set, sizeof(set), "t[%.*s]", (int)strcspn(raw, "%"), raw);
    snprintf(task, sizeof(task), "t%.*s", (int)len, tasks);
    return hostset_contains(set, task);
}

/* The row of the waiting tasks of which these are all (or, with `some`, one of them). */
static uint32_t find_rest(const struct fleet *f, uint16_t center, const char *name, bool some)
{
    const struct table *t = &f->tables[ENTITY_JOB];
    const char *tasks = strchr(name, '_');
    strid array = tasks ? intern_find(f->strings, name, (size_t)(tasks - name)) : 0;

    if (!array)
        return SLOT_NONE;
    tasks += tasks[1] == '[' ? 2 : 1;
    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct job_row *j = rows_at(&t->rows, slot);
        if (!(j->h.flags & ROW_ALIVE) || j->h.center != center ||
            row_str(j, job, array_job) != array)
            continue;
        if (some ? is_among(f, j, tasks, strlen(tasks)) && !(j->h.flags & ROW_GONE)
                 : is_rest(f, j, tasks, strcspn(tasks, "]")))
            return slot;
    }
    return SLOT_NONE;
}

static uint32_t find_target(const struct fleet *f, const struct action_row *a, enum entity e)
{
    const char *name = intern_raw(f->strings, a->target);
    uint64_t key = row_key(e, a->h.center, name, intern_raw_len(f->strings, a->target));
    uint32_t slot = table_find(&f->tables[e], key);

    return slot == SLOT_NONE && e == ENTITY_JOB ? find_rest(f, a->h.center, name, false) : slot;
}

/* A task that waits with others has no row of its own until it leaves them: theirs, or NULL. */
static const struct row_head *still_among(const struct fleet *f, const struct tracked *t,
                                          const struct action_row *a)
{
    uint32_t slot = t->entity == ENTITY_JOB
                        ? find_rest(f, a->h.center, intern_raw(f->strings, a->target), true)
                        : SLOT_NONE;

    return slot == SLOT_NONE ? NULL : table_head(&f->tables[ENTITY_JOB], slot);
}

static bool has_open_end(const struct action_row *a)
{
    return row_has(a, action, state) &&
           (a->state == action_state_WAITING || a->state == action_state_READING ||
            a->state == action_state_SENT || a->state == action_state_ACCEPTED ||
            a->state == action_state_UNKNOWN);
}

static bool is_history(const struct action_row *a)
{
    return row_has(a, action, sent_at) && a->h.seen_at[0] - a->sent_at > HISTORY_MS;
}

static void aim(const struct fleet *f, struct tracked *t, const struct action_row *a)
{
    t->target = find_target(f, a, t->entity);
    if (t->target == SLOT_NONE)
        return;
    const struct row_head *h = table_head(&f->tables[t->entity], t->target);
    const struct job_row *j = (const void *)h;
    t->target_birth = h->birth;
    if (t->entity == ENTITY_JOB && row_has(j, job, restarts))
        t->restarts = (double)j->restarts;
}

void tracker_touch(struct fleet *f, uint32_t slot)
{
    const struct action_row *a = rows_at(&f->tables[ENTITY_ACTION].rows, slot);
    struct tracker *tr = &f->tracker;

    if (!has_open_end(a) || !row_has(a, action, target) || is_history(a))
        return;
    for (size_t i = 0; i < tr->count; i++)
        if (tr->all[i].action == slot && tr->all[i].action_birth == a->h.birth)
            return;
    tr->all = xgrow(tr->all, &tr->cap, tr->count + 1, sizeof(*tr->all));
    struct tracked *t = &tr->all[tr->count++];
    *t = (struct tracked){.action = slot, .action_birth = a->h.birth, .restarts = -1};
    t->entity =
        a->verb == action_verb_DRAIN || a->verb == action_verb_RESUME ? ENTITY_NODE : ENTITY_JOB;
    aim(f, t, a);
}

/* --- the mark on the target -------------------------------------------------------------------- */

static bool others_wait(const struct tracker *tr, const struct tracked *t)
{
    for (size_t i = 0; i < tr->count; i++) {
        const struct tracked *o = &tr->all[i];
        if (o != t && o->pending && o->entity == t->entity && o->target == t->target &&
            o->target_birth == t->target_birth)
            return true;
    }
    return false;
}

static void set_pending(struct fleet *f, struct tracked *t, bool pending)
{
    const struct row_head *h = target_at(f, t);

    if (t->pending == pending)
        return;
    t->pending = pending;
    if (!h || (!pending && others_wait(&f->tracker, t)))
        return;
    struct row_head *w = rows_edit(&f->tables[t->entity].rows, t->target);
    w->flags = (uint16_t)(pending ? w->flags | ROW_PENDING : w->flags & ~ROW_PENDING);
}

/* --- does it show? ----------------------------------------------------------------------------- */

static bool has_ended(const struct job_row *j)
{
    return j->state >= job_state_INTERRUPTED;
}

static enum effect shown(bool yes)
{
    return yes ? EFFECT_SHOWN : EFFECT_NOT;
}

static enum effect requeue_effect(const struct tracked *t, const struct action_row *a,
                                  const struct job_row *j)
{
    if (row_has(j, job, restarts) && t->restarts >= 0 && (double)j->restarts > t->restarts)
        return EFFECT_SHOWN;
    if (row_has(j, job, started_at) && j->started_at > a->sent_at)
        return EFFECT_SHOWN;
    if (j->state == job_state_COMPLETING)
        return EFFECT_NOT_YET;
    return shown(j->state == job_state_QUEUED || j->state == job_state_HELD);
}

static enum effect job_effect(const struct tracked *t, const struct action_row *a,
                              const struct job_row *j)
{
    /* The state of one that is gone is unknown, or how it ended. */
    switch (a->verb) {
    case action_verb_REQUEUE:
        return requeue_effect(t, a, j);
    case action_verb_HOLD:
        return shown(j->state == job_state_HELD);
    case action_verb_RELEASE:
        return shown(j->state != job_state_HELD);
    default: /* cancel */
        if (j->state == job_state_COMPLETING)
            return EFFECT_NOT_YET;
        return shown((j->h.flags & ROW_GONE) || has_ended(j));
    }
}

static enum effect effect_of(const struct tracked *t, const struct action_row *a,
                             const struct row_head *h, const struct row_head *among)
{
    if (!h)
        return shown(a->verb == action_verb_CANCEL && !among);
    if (t->entity == ENTITY_JOB)
        return job_effect(t, a, (const void *)h);
    const struct node_row *n = (const void *)h;
    return shown(!(n->flags & DRAIN) == (a->verb == action_verb_RESUME));
}

/* When it was read last, as snapshot_seen_at tells it; one that is gone was read when it went. */
static wall_ms read_at(const struct fleet *f, const struct tracked *t, const struct row_head *h,
                       wall_ms now)
{
    if (!h)
        return now;
    if (h->flags & ROW_GONE)
        return row_gone_at(h);
    const struct source_confirmed *c =
        h->source[0] < f->confirmed.count ? rows_at(&f->confirmed, h->source[0]) : NULL;
    return c && c->at[t->entity] > h->seen_at[0] ? c->at[t->entity] : h->seen_at[0];
}

/* --- the end ----------------------------------------------------------------------------------- */

static void put_text(struct edit *ed, unsigned field, const char *text)
{
    strid id = intern_put(ed->f->strings, text, strlen(text));

    if (id)
        edit_put(ed, field, &(union field_value){.str = id});
}

static void finish(struct fleet *f, struct tracked *t, const struct row_head *h,
                   enum action_state state, wall_ms now)
{
    struct edit ed = edit_begin(f, ENTITY_ACTION, t->action);
    char words[256] = "gone", message[320];

    if (h && !(h->flags & ROW_GONE))
        state_words(h, words, sizeof(words));
    set_pending(f, t, false);
    edit_put(&ed, FIELD_action_state, &(union field_value){.small = (uint8_t)state});
    put_text(&ed, FIELD_action_after, words);
    if (state == action_state_CONFIRMED) {
        edit_put(&ed, FIELD_action_confirmed_at, &(union field_value){.time = now});
    } else {
        snprintf(message, sizeof(message), S_("read again, and it does not show") ": %s", words);
        put_text(&ed, FIELD_action_message, message);
    }
    edit_end(&ed);
}

/* True when its end is known now. */
static bool look(struct fleet *f, struct tracked *t, const struct action_row *a, wall_ms now)
{
    if (t->target == SLOT_NONE)
        aim(f, t, a);
    const struct row_head *h = target_at(f, t), *among = h ? NULL : still_among(f, t, a);
    wall_ms read = read_at(f, t, h ? h : among, now);

    if (read <= a->sent_at)
        return false;
    enum effect effect = effect_of(t, a, h, among);
    if (effect == EFFECT_NOT_YET)
        effect = read - a->sent_at > COMPLETING_MS ? EFFECT_NOT : EFFECT_NOT_YET;
    if (effect == EFFECT_NOT_YET)
        return false;
    if (effect == EFFECT_NOT && read > t->read) {
        t->read = read;
        t->reads++;
    }
    if (effect == EFFECT_NOT && (t->reads < READS || read - a->sent_at < READ_AFTER_MS))
        return false;
    finish(f, t, h, effect == EFFECT_SHOWN ? action_state_CONFIRMED : action_state_UNCONFIRMED,
           now);
    return true;
}

/* True when there is nothing to wait for any more. */
static bool is_over(struct fleet *f, struct tracked *t, wall_ms now)
{
    const struct action_row *a = action_at(f, t);

    if (!a || !has_open_end(a)) {
        set_pending(f, t, false);
        return true;
    }
    if (a->state == action_state_WAITING || a->state == action_state_READING)
        return false;
    set_pending(f, t, true);
    return a->state != action_state_SENT && look(f, t, a, now);
}

/* --- old ones ---------------------------------------------------------------------------------- */

struct aged {
    wall_ms at;
    uint32_t slot;
};

static int by_age(const void *a, const void *b)
{
    const struct aged *x = a, *y = b;

    return x->at != y->at ? (x->at < y->at ? -1 : 1) : x->slot < y->slot ? -1 : 1;
}

static void forget_oldest(struct fleet *f)
{
    const struct table *t = &f->tables[ENTITY_ACTION];
    struct aged *all;
    size_t count = 0;

    if (t->living <= KEEP_ACTIONS)
        return;
    all = xcalloc(t->living, sizeof(*all));
    for (uint32_t slot = 0; slot < t->slots; slot++)
        if (table_alive(t, slot)) {
            const struct action_row *a = rows_at(&t->rows, slot);
            all[count++] = (struct aged){.at = a->planned_at, .slot = slot};
        }
    qsort(all, count, sizeof(*all), by_age);
    for (size_t i = 0; i + KEEP_ACTIONS < count; i++)
        fleet_drop(f, ENTITY_ACTION, all[i].slot);
    free(all);
}

void tracker_look(struct fleet *f, wall_ms now)
{
    struct tracker *tr = &f->tracker;

    forget_oldest(f);
    for (size_t i = 0; i < tr->count;)
        if (is_over(f, &tr->all[i], now))
            tr->all[i] = tr->all[--tr->count];
        else
            i++;
}
