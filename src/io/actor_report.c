/* SPDX-License-Identifier: MIT
 * actor_report.c - ACTION rows on their way to the fleet. None is lost and none overtakes another: what the full
 * queue does not take waits here. */
#include "base/xmem.h"
#include "io/actor_int.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct delta *new_delta(uint16_t center)
{
    return delta_new(center, UINT16_MAX, clock_wall(), 0);
}

/* "OP/3", with the number that the journal calls seq. */
static void row_id(char *out, size_t size, const char *op, size_t target)
{
    snprintf(out, size, "%s/%zu", op, target);
}

struct delta *report_row(struct actor *a, const struct action_order *o, size_t target)
{
    struct delta *d = new_delta(o->center);
    char id[ACTION_OP_MAX + 24];

    (void)a;
    row_id(id, sizeof(id), o->op, target);
    delta_row(d, ENTITY_ACTION, id, strlen(id));
    return d;
}

struct delta *report_first(struct actor *a, const struct action_order *o, size_t target,
                           enum action_state state)
{
    const struct action_target *t = &o->targets[target];
    struct delta *d = report_row(a, o, target);
    char reason[ACTION_REASON_MAX + 1];

    order_reason(o, reason);
    delta_str(d, FIELD_action_op, o->op);
    delta_int(d, FIELD_action_verb, o->verb);
    delta_int(d, FIELD_action_state, state);
    delta_str(d, FIELD_action_kind, entity_info(t->entity)->id);
    delta_str(d, FIELD_action_target, t->name);
    delta_str(d, FIELD_action_cluster, o->cluster);
    delta_str(d, FIELD_action_reason, reason);
    delta_str(d, FIELD_action_ticket, o->ticket);
    delta_str(d, FIELD_action_actor, o->actor);
    delta_str(d, FIELD_action_actor_from, o->actor_from);
    delta_time(d, FIELD_action_planned_at, o->at);
    delta_absent(d, FIELD_action_message);
    return d;
}

void report_state(struct actor *a, const struct action_order *o, size_t target,
                  enum action_state state, const char *message)
{
    struct delta *d = report_row(a, o, target);

    delta_int(d, FIELD_action_state, state);
    delta_str(d, FIELD_action_message, message);
    report_push(a, d);
}

void report_remove(struct actor *a, uint16_t center, const char *op, size_t from, size_t to)
{
    struct delta *d = new_delta(center);
    char id[ACTION_OP_MAX + 24];

    for (size_t i = from; i < to; i++) {
        row_id(id, sizeof(id), op, i);
        delta_remove(d, ENTITY_ACTION, id, strlen(id));
    }
    report_push(a, d);
}

void report_push(struct actor *a, struct delta *d)
{
    a->outbox = xgrow(a->outbox, &a->outbox_cap, a->outbox_count + 1, sizeof(struct delta *));
    a->outbox[a->outbox_count++] = d;
    report_flush(a);
}

bool report_flush(struct actor *a)
{
    size_t sent = 0;

    while (sent < a->outbox_count &&
           queue_try_push(a->out, a->outbox[sent], delta_weight(a->outbox[sent])))
        sent++;
    a->outbox_count -= sent;
    if (sent)
        memmove(a->outbox, a->outbox + sent, a->outbox_count * sizeof(struct delta *));
    return a->outbox_count == 0;
}
