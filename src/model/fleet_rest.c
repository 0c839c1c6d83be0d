/* SPDX-License-Identifier: MIT
 * fleet_rest.c - see fleet_flops.h: devices that were given away and have done nothing for so long that it is no pause.
 *
 * When a device began to rest is kept in ten bits beside its cells, in steps of ten seconds that begin anew after three
 * hours: enough, since each walk looks whether it is long ago. Where nobody looked for half of that, or the clock jumped,
 * the rest begins anew. */
#include "model/devices.h"
#include "model/fleet_flops.h"
#include "model/fleet_int.h"

enum { STEP_MS = 10000, STEPS = 1022, SAID = STEPS + 1 /* ROW_IDLE is set */ };
enum { ENOUGH = DEVICE_IDLE_AFTER_MS / STEP_MS };

static unsigned rest_of(const struct flops_side *s)
{
    return s->cells >> FLOPS_CELL_BITS;
}

static void put_rest(struct flops_side *s, unsigned rest)
{
    s->cells = (uint16_t)((s->cells & FLOPS_CELLS) | rest << FLOPS_CELL_BITS);
}

/* 1 to STEPS; 0 = it does not rest. */
static unsigned step_at(wall_ms now)
{
    return 1 + (unsigned)(now / STEP_MS % STEPS);
}

static void say(struct fleet *f, uint32_t device, bool idle)
{
    struct row_head *h = rows_edit(&f->tables[ENTITY_DEVICE].rows, device);

    h->flags = (uint16_t)(idle ? h->flags | ROW_IDLE : h->flags & ~ROW_IDLE);
}

void rest_settle(struct fleet *f, const struct flops_group *g, const struct node_row *n)
{
    for (uint32_t i = g->first; i; i = f->flops.sides[i - 1].next) {
        struct flops_side *s = &f->flops.sides[i - 1];
        const struct device_row *d = rows_at(&f->tables[ENTITY_DEVICE].rows, i - 1);
        bool rests = device_rests_given(d, n);
        if (rests == (rest_of(s) != 0))
            continue;
        if (rest_of(s) == SAID)
            say(f, i - 1, false);
        put_rest(s, rests ? step_at(f->flops.now) : 0);
    }
}

void rest_walk(struct fleet *f, uint32_t device, wall_ms now)
{
    struct flops_side *s = &f->flops.sides[device];
    unsigned rest = rest_of(s);

    if (!rest || rest == SAID)
        return;
    unsigned steps = (step_at(now) + STEPS - rest) % STEPS;
    if (steps > STEPS / 2) {
        put_rest(s, step_at(now));
    } else if (steps >= ENOUGH) {
        put_rest(s, SAID);
        say(f, device, true);
    }
}
