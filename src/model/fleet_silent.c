/* SPDX-License-Identifier: MIT
 * fleet_silent.c - what time alone changes in rows of devices and nodes: whoever is late gives way, whoever has been
 * silent for long is not counted any more. A little of all rows at each tick. */
#include "model/fleet_int.h"

enum { SLOTS_A_TICK = 20000, ROUND_MS = 5000 };

void silent_mark(struct edit *ed, bool silent)
{
    const struct row_head *h = ed->row;

    if (!(h->flags & ROW_SILENT) == !silent)
        return;
    struct row_head *w = edit_write(ed);
    w->flags = (uint16_t)(silent ? w->flags | ROW_SILENT : w->flags & ~ROW_SILENT);
    ed->f->tellers.silent += silent ? 1 : UINT32_MAX;
}

/* Who is late loses what others tell, too; who is silent, its telemetry, as long as somebody is not. */
static bool settle(struct edit *ed, wall_ms now)
{
    struct voices v;
    bool all_silent = true;

    voices_begin(&v, ed, now);
    for (unsigned k = 0; k < v.count; k++)
        all_silent = all_silent && v.silent[k];
    for (unsigned k = 0; !all_silent && k < v.count; k++)
        if (v.silent[k])
            voices_hush(&v, k);
    for (unsigned k = 0; k < v.count; k++)
        if (v.fresh[k])
            voices_reclaim(&v, k);
    voices_end(&v);
    return all_silent;
}

static bool only_is_silent(const struct edit *ed, wall_ms now)
{
    const struct row_head *h = ed->row;
    uint16_t source = ed->f->tables[ed->entity].marks[0][ed->slot].source;
    wall_ms at = h->seen_at[0] > h->seen_at[1] ? h->seen_at[0] : h->seen_at[1];

    return tellers_is_silent(ed->f, source, tellers_heard_at(ed->f, ed->entity, source, at), now);
}

static void look(struct fleet *f, enum entity e, uint32_t slot, wall_ms now)
{
    bool several = tellers_are_several(f, e, slot);

    if (!table_alive(&f->tables[e], slot) || (e == ENTITY_NODE && !several))
        return;
    struct edit ed = edit_begin(f, e, slot);
    bool silent = several ? settle(&ed, now) : only_is_silent(&ed, now);
    if (e == ENTITY_DEVICE)
        silent_mark(&ed, silent);
    edit_end(&ed);
}

void silent_walk(struct fleet *f, wall_ms now)
{
    static const enum entity entities[] = {ENTITY_DEVICE, ENTITY_NODE};
    struct tellers *t = &f->tellers;

    if (t->walk_entity == 2) {
        if (now - t->walk_began_at < ROUND_MS && now >= t->walk_began_at)
            return;
        t->walk_entity = 0;
        t->walk_began_at = now;
    }
    for (uint32_t left = SLOTS_A_TICK; t->walk_entity < 2;) {
        enum entity e = entities[t->walk_entity];
        for (; left && t->walk_slot < f->tables[e].slots; left--)
            look(f, e, t->walk_slot++, now);
        if (t->walk_slot < f->tables[e].slots)
            return;
        t->walk_slot = 0;
        t->walk_entity++;
    }
}

void silent_confirmed(struct fleet *f, uint16_t source, wall_ms now)
{
    const struct table *t = &f->tables[ENTITY_DEVICE];

    for (uint32_t slot = 0; f->tellers.silent && slot < t->slots; slot++) {
        uint16_t only = t->marks[0][slot].source;
        if ((only == source || only == NOBODY) && table_alive(t, slot) &&
            (table_head(t, slot)->flags & ROW_SILENT))
            look(f, ENTITY_DEVICE, slot, now);
    }
}
