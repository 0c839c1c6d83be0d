/* SPDX-License-Identifier: MIT
 * actor.c - see actor.h: its life, its letters and its end. */
#include "io/actor.h"
#include "base/xmem.h"
#include "io/actor_int.h"
#include <stdlib.h>

struct actor *actor_new(const struct net_actor *conf, struct queue *out, struct source **sources,
                        size_t count)
{
    struct actor *a = xcalloc(1, sizeof(*a));

    a->conf = conf;
    a->out = out;
    a->sources = sources;
    a->source_count = count;
    gate_init(&a->gate);
    rate_init(&a->rate, conf ? conf->limits.nodes_per_minute : 0, conf ? conf->minute_ms : 0);
    return a;
}

static void open_letter(struct actor *a, struct letter *l)
{
    switch (l->kind) {
    case LETTER_PREVIEW:
        preview_make(a, l->order);
        break;
    case LETTER_COMMIT:
        operation_begin(a, l->confirmed);
        l->confirmed = NULL;
        break;
    case LETTER_DROP:
        preview_drop(a, l->op, 0);
        operation_stop(a, l->op);
        break;
    }
}

static void open_letters(struct actor *a)
{
    struct letter *next;

    for (struct letter *l = gate_letters(&a->gate); l; l = next) {
        next = l->next;
        open_letter(a, l);
        letter_free(l);
    }
}

void actor_run(struct actor *a, mono_ms now, wall_ms wall)
{
    report_flush(a);
    open_letters(a);
    operations_run(a, now, wall);
}

mono_ms actor_due(struct actor *a, mono_ms now)
{
    return operations_due(a, now);
}

/* ---- the end ---- */

void actor_end(struct actor *a)
{
    pthread_mutex_lock(&a->gate.lock);
    a->gate.ended = true;
    pthread_mutex_unlock(&a->gate.lock);
}

bool actor_is_sending(const struct actor *a)
{
    for (const struct operation *op = a->operations; op; op = op->next)
        if (op->step == STEP_SENDING && !op->landed)
            return true;
    return false;
}

void actor_close(struct actor *a)
{
    for (struct operation *op = a->operations, *next; op; op = next) {
        next = op->next;
        operation_end(op);
    }
    a->operations = NULL;
    report_flush(a);
}

void actor_free(struct actor *a)
{
    struct preview *next;

    if (!a)
        return;
    actor_close(a);
    for (struct preview *p = a->previews; p; p = next) {
        next = p->next;
        free(p);
    }
    for (size_t i = 0; i < a->outbox_count; i++)
        delta_free(a->outbox[i]);
    free(a->outbox);
    gate_fini(&a->gate);
    free(a);
}
