/* SPDX-License-Identifier: MIT
 * fleet_events.c - see events.h: the door of the engine. */
#include "base/xmem.h"
#include "model/fleet_int.h"
#include <stdlib.h>

#define TRIM_EVERY_MS 60000

struct events *events_new(void)
{
    struct events *ev = xcalloc(1, sizeof(*ev));

    map_init(&ev->stories_by_job);
    map_init(&ev->open_outages);
    map_init(&ev->ended[0]);
    map_init(&ev->ended[1]);
    return ev;
}

void events_free(struct events *ev)
{
    if (!ev)
        return;
    map_fini(&ev->stories_by_job);
    map_fini(&ev->open_outages);
    map_fini(&ev->ended[0]);
    map_fini(&ev->ended[1]);
    free(ev->stories);
    free(ev->free_stories);
    free(ev->interruptions);
    free(ev->attempts);
    free(ev->outages);
    free(ev->nodes);
    free(ev->pending);
    free(ev->watches);
    free(ev->orphans);
    free(ev->failures);
    free(ev->lone);
    free(ev->offenders);
    free(ev->days);
    free(ev);
}

void events_begin(struct fleet *f, const struct delta *d)
{
    f->events->now = d->at;
    f->events->restored = d->source == NOBODY;
}

void events_end(struct fleet *f)
{
    f->events->restored = false;
}

static void action_edited(struct fleet *f, const struct action_row *a)
{
    if (!row_has(a, action, sent_at) || !row_has(a, action, verb) ||
        (a->verb != action_verb_REQUEUE && a->verb != action_verb_CANCEL))
        return;
    if (a->sent_at > f->events->acted_at)
        f->events->acted_at = a->sent_at;
    f->events->evidence = true;
}

void events_edited(struct edit *ed)
{
    struct fleet *f = ed->f;

    if (ed->entity == ENTITY_INTERRUPTION)
        f->events->rank = f->events->days_changed = true;
    else if (ed->entity == ENTITY_OUTAGE)
        f->events->rank = true;
    if (f->events->writing)
        return;
    switch (ed->entity) {
    case ENTITY_JOB:
        cuts_job_edited(ed);
        break;
    case ENTITY_NODE:
        outage_node_edited(ed);
        break;
    case ENTITY_INTERRUPTION:
        interruption_arrived(f, ed->slot);
        break;
    case ENTITY_ATTEMPT:
        attempt_arrived(f, ed->slot);
        break;
    case ENTITY_OUTAGE:
        outage_arrived(f, ed->slot);
        break;
    case ENTITY_OFFENDER:
        offender_arrived(f, ed->slot);
        break;
    case ENTITY_ACTION:
        action_edited(f, ed->row);
        break;
    default:
        break;
    }
}

void events_dropped(struct fleet *f, enum entity e, uint32_t slot)
{
    switch (e) {
    case ENTITY_JOB:
        cuts_job_dropped(f, slot);
        break;
    case ENTITY_NODE:
        outage_node_dropped(f, slot);
        offenders_forget_node(f, slot);
        break;
    case ENTITY_INTERRUPTION:
        f->events->rank = f->events->days_changed = true;
        story_unlink_interruption(f, slot);
        break;
    case ENTITY_ATTEMPT:
        story_unlink_attempt(f, slot);
        break;
    case ENTITY_OUTAGE:
        outage_row_dropped(f, slot);
        break;
    case ENTITY_OFFENDER:
        offender_dropped(f, slot);
        break;
    default:
        break;
    }
}

static void each_minute(struct fleet *f)
{
    author_trim(f, ENTITY_INTERRUPTION, EVENT_ROWS);
    author_trim(f, ENTITY_ATTEMPT, EVENT_ROWS);
    author_trim(f, ENTITY_OUTAGE, EVENT_OUTAGES);
    author_trim(f, ENTITY_HOUR, UINT32_MAX);
    author_trim(f, ENTITY_OFFENDER, EVENT_OFFENDERS);
    outages_count_idle(f);
    cuts_settle_vanished(f);
}

static void set_now(struct events *ev, wall_ms now)
{
    ev->now = now;
    if (!ev->began_at)
        ev->began_at = now;
}

void events_publish(struct fleet *f, wall_ms now)
{
    set_now(f->events, now);
    offenders_tick(f);
    days_sum(f, now);
}

void events_tick(struct fleet *f, wall_ms now)
{
    struct events *ev = f->events;

    set_now(ev, now);
    cuts_blame_devices(f);
    interruptions_judge_pending(f);
    hours_tick(f, now);
    offenders_tick(f);
    if (now - ev->trimmed_at >= TRIM_EVERY_MS || now < ev->trimmed_at) {
        ev->trimmed_at = now;
        each_minute(f);
    }
    ev->ticked_at = now;
}
