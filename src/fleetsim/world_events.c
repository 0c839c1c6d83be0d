/* SPDX-License-Identifier: MIT
 * world_events.c - what will happen, earliest first: a binary heap. */
#include "base/xmem.h"
#include "fleetsim/world_int.h"

static bool sooner(const struct sim_event *a, const struct sim_event *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void swap(struct sim_event *a, struct sim_event *b)
{
    struct sim_event t = *a;

    *a = *b;
    *b = t;
}

void events_put(struct world *w, wall_ms at, enum event_kind kind, uint32_t what, uint32_t stamp)
{
    w->events = xgrow(w->events, &w->event_cap, w->event_count + 1, sizeof(*w->events));
    size_t i = w->event_count++;
    w->events[i] = (struct sim_event){
        .at = at, .order = w->event_order++, .what = what, .stamp = stamp, .kind = (uint8_t)kind};
    for (; i > 0 && sooner(&w->events[i], &w->events[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&w->events[i], &w->events[(i - 1) / 2]);
}

bool events_take(struct world *w, wall_ms until, struct sim_event *out)
{
    if (w->event_count == 0 || w->events[0].at > until)
        return false;
    *out = w->events[0];
    w->events[0] = w->events[--w->event_count];
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2; child++)
            if (child < w->event_count && sooner(&w->events[child], &w->events[least]))
                least = child;
        if (least == i)
            return true;
        swap(&w->events[i], &w->events[least]);
        i = least;
    }
}
