/* SPDX-License-Identifier: MIT
 * actor_gate.c - what other threads ask of the actor, and whether it may be done: the last of the guards, which
 * trusts none of those before it. Thread: any. */
#include "base/xmem.h"
#include "base/sentence.h"
#include "io/actor_int.h"
#include <stdlib.h>
#include <string.h>

enum { ARM_MS = 10 * 60 * 1000 };

void gate_init(struct gate *g)
{
    pthread_mutex_init(&g->lock, NULL);
    g->last = &g->first;
}

void letter_free(struct letter *l)
{
    order_free(l->order);
    if (l->confirmed)
        confirmed_order_free(l->confirmed);
    free(l);
}

void gate_fini(struct gate *g)
{
    struct letter *next;

    for (struct letter *l = g->first; l; l = next) {
        next = l->next;
        letter_free(l);
    }
    free(g->armed);
    free(g->done);
    pthread_mutex_destroy(&g->lock);
}

/* ---- letters ---- */

static void post_locked(struct gate *g, struct letter *l)
{
    *g->last = l;
    g->last = &l->next;
}

static struct letter *letter_new(enum letter_kind kind)
{
    struct letter *l = xcalloc(1, sizeof(*l));

    l->kind = kind;
    return l;
}

static void post(struct gate *g, struct letter *l)
{
    pthread_mutex_lock(&g->lock);
    post_locked(g, l);
    pthread_mutex_unlock(&g->lock);
}

struct letter *gate_letters(struct gate *g)
{
    pthread_mutex_lock(&g->lock);
    struct letter *l = g->first;
    g->first = NULL;
    g->last = &g->first;
    pthread_mutex_unlock(&g->lock);
    return l;
}

void actor_preview(struct actor *a, const struct action_order *o)
{
    struct letter *l = letter_new(LETTER_PREVIEW);

    l->order = order_copy(o);
    post(&a->gate, l);
}

void actor_drop(struct actor *a, const char *op)
{
    struct letter *l = letter_new(LETTER_DROP);

    memcpy(l->op, op, strnlen(op, sizeof(l->op) - 1));
    post(&a->gate, l);
}

/* ---- permission ---- */

static struct armed *armed_of(struct gate *g, uint16_t center)
{
    for (size_t i = 0; i < g->armed_count; i++)
        if (g->armed[i].center == center)
            return &g->armed[i];
    return NULL;
}

/* The wall clock may be set; how long it lasts may not change by that, nor be more than the limit. */
void actor_arm(struct actor *a, uint16_t center, wall_ms until)
{
    int64_t most = a->conf && a->conf->limits.arm_ms > 0 ? a->conf->limits.arm_ms : ARM_MS;
    int64_t left = until ? until - clock_wall() : 0;
    struct gate *g = &a->gate;

    left = left < 0 ? 0 : left < most ? left : most;
    pthread_mutex_lock(&g->lock);
    struct armed *armed = armed_of(g, center);
    if (!armed) {
        g->armed = xgrow(g->armed, &g->armed_cap, g->armed_count + 1, sizeof(*g->armed));
        armed = &g->armed[g->armed_count++];
        armed->center = center;
    }
    armed->until = left ? clock_mono() + left : 0;
    pthread_mutex_unlock(&g->lock);
}

static enum rc check_locked(struct actor *a, uint16_t center, struct err *e)
{
    const struct net_actor *c = a->conf;

    if (!c)
        return err_set(e, RC_REFUSED, "actions", S_("this run cannot act"));
    if (c->limits.forbidden)
        return err_set(e, RC_REFUSED, "actions", "%s", c->limits.forbidden);
    if (!c->journal)
        return err_set(e, RC_REFUSED, "actions",
                       S_("there is no journal to write to, so nothing is done"));
    if (c->limits.read_only)
        return err_set(e, RC_REFUSED, "actions", S_("this run is read-only"));
    enum act_mode mode = c->modes && center < c->mode_count ? c->modes[center] : ACT_OFF;
    if (mode == ACT_OFF)
        return err_set(e, RC_REFUSED, "actions", S_("actions are off for this center"));
    const struct armed *armed = armed_of(&a->gate, center);
    if (mode == ACT_ARM && !(armed && clock_mono() < armed->until))
        return err_set(e, RC_REFUSED, "actions", S_("this center is not armed (any more)"));
    return RC_OK;
}

enum rc gate_check(struct actor *a, uint16_t center, struct err *e)
{
    pthread_mutex_lock(&a->gate.lock);
    enum rc rc = check_locked(a, center, e);
    pthread_mutex_unlock(&a->gate.lock);
    return rc;
}

/* ---- orders ---- */

static enum rc check_order(const struct action_order *o, struct err *e)
{
    if (o->count == 0)
        return err_set(e, RC_REFUSED, o->op, S_("there is nothing in it that could be done"));
    if (!*o->op)
        return err_set(e, RC_REFUSED, "order", S_("has no number"));
    for (size_t i = 0; i < o->count; i++)
        if (o->targets[i].center != o->center)
            return err_set(e, RC_REFUSED, o->targets[i].name, S_("is of another center"));
    return RC_OK;
}

/* A confirmation stands for one time. */
static enum rc note_once(struct gate *g, const char *op, struct err *e)
{
    for (size_t i = 0; i < g->done_count; i++)
        if (strcmp(g->done[i], op) == 0)
            return err_set(e, RC_REFUSED, op, S_("this operation was carried out already"));
    g->done = xgrow(g->done, &g->done_cap, g->done_count + 1, sizeof(*g->done));
    memcpy(g->done[g->done_count++], op, ACTION_OP_MAX);
    return RC_OK;
}

enum rc actor_commit(struct actor *a, struct confirmed_order *take, struct err *e)
{
    const struct action_order *o = confirmed_order_of(take);
    struct gate *g = &a->gate;

    pthread_mutex_lock(&g->lock);
    enum rc rc = g->ended ? err_set(e, RC_REFUSED, o->op, S_("the program is ending")) : RC_OK;
    if (rc == RC_OK)
        rc = check_locked(a, o->center, e);
    if (rc == RC_OK)
        rc = check_order(o, e);
    if (rc == RC_OK)
        rc = note_once(g, o->op, e);
    if (rc == RC_OK) {
        struct letter *l = letter_new(LETTER_COMMIT);
        l->confirmed = take;
        post_locked(g, l);
    }
    pthread_mutex_unlock(&g->lock);
    if (rc != RC_OK)
        confirmed_order_free(take);
    return rc;
}
