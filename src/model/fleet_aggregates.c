/* SPDX-License-Identifier: MIT
 * fleet_aggregates.c - see fleet_flops.h. There are few rows of this kind, some for each model and center. */
#include "model/fleet_flops.h"
#include "model/fleet_int.h"

enum { SERVERS_MAX = 16 }; /* of one center; more are not looked at */

/* What one server told: in one row of all models together, or in one row for each. */
struct server {
    uint16_t source;
    struct told_cell cell[2];
    struct told_body body[2];
    bool has[2];
};
struct servers {
    struct server all[SERVERS_MAX];
    int count;
};

static struct server *server_of(struct servers *s, uint16_t source)
{
    for (int i = 0; i < s->count; i++)
        if (s->all[i].source == source)
            return &s->all[i];
    if (s->count == SERVERS_MAX)
        return NULL;
    s->all[s->count] = (struct server){.source = source};
    for (int i = 0; i < 2; i++) {
        s->all[s->count].cell[i].peaked = true;
        s->all[s->count].body[i].temperature_max = NAN;
        s->all[s->count].body[i].temperature_p99 = NAN;
    }
    return &s->all[s->count++];
}

static wall_ms sampled_at(const struct fleet *f, const struct aggregate_row *a)
{
    const struct row_head *h = &a->h;
    wall_ms seen = h->seen_at[1] > h->seen_at[0] ? h->seen_at[1] : h->seen_at[0];

    if (row_has(a, aggregate, sampled_at))
        return a->sampled_at;
    return tellers_heard_at(f, ENTITY_AGGREGATE, h->source[1], seen);
}

/* How many devices are in the row. What is installed or given away does not report: those that there are. */
static double covered(const struct aggregate_row *a)
{
    bool capacity = a->provenance == provenance_ALLOCATED || a->provenance == provenance_NAMEPLATE;

    if (row_has(a, aggregate, reporting))
        return a->reporting;
    return capacity && row_has(a, aggregate, devices) ? a->devices : 0;
}

static double known(const struct aggregate_row *a)
{
    return row_has(a, aggregate, devices) ? fmax(a->devices, covered(a)) : covered(a);
}

/* What a server told that nobody has heard of for long is no sum of today. */
static bool counts(const struct fleet *f, const struct aggregate_row *a, uint16_t center)
{
    const struct row_head *h = &a->h;

    return h->flags & ROW_ALIVE && h->center == center && covered(a) > 0 &&
           !tellers_is_silent(f, h->source[1], sampled_at(f, a), f->flops.now);
}

static void add_cell(const struct fleet *f, struct told_cell *c, const struct aggregate_row *a)
{
    wall_ms at = sampled_at(f, a);

    c->flops += a->flops;
    c->peak += a->flops_peak;
    c->peaked = c->peaked && row_has(a, aggregate, flops_peak);
    c->reporting += covered(a);
    c->known += known(a);
    if (at && (!c->oldest_at || at < c->oldest_at))
        c->oldest_at = at;
}

static void add_body(struct told_body *b, const struct aggregate_row *a)
{
    b->reporting += a->reporting;
    b->devices += known(a);
    if (row_has(a, aggregate, temperature_max_celsius))
        b->temperature_max = fmax(b->temperature_max, a->temperature_max_celsius);
    if (row_has(a, aggregate, temperature_p99_celsius)) /* of several models: a bound for all */
        b->temperature_p99 = fmax(b->temperature_p99, a->temperature_p99_celsius);
    if (row_has(a, aggregate, power_watts)) {
        b->power += a->power_watts;
        b->power_of += a->reporting;
    }
    if (row_has(a, aggregate, tensor_utilization_percent)) {
        b->tensor += a->tensor_utilization_percent * a->reporting;
        b->tensor_of += a->reporting;
    }
}

/* precision NONE: the rows that tell no FLOPS. */
static void gather(const struct fleet *f, uint16_t center, enum precision precision,
                   enum provenance provenance, struct servers *out)
{
    const struct table *t = &f->tables[ENTITY_AGGREGATE];

    out->count = 0;
    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct aggregate_row *a = rows_at(&t->rows, slot);
        if (!counts(f, a, center) || a->precision != precision ||
            (precision && (a->provenance != provenance || !row_has(a, aggregate, flops))))
            continue;
        struct server *s = server_of(out, a->h.source[1]);
        int by_model = row_has(a, aggregate, model);
        if (!s)
            continue;
        s->has[by_model] = true;
        if (precision)
            add_cell(f, &s->cell[by_model], a);
        else
            add_body(&s->body[by_model], a);
    }
}

bool aggregates_cell(const struct fleet *f, uint16_t center, enum precision precision,
                     enum provenance provenance, struct told_cell *out)
{
    struct servers s;
    bool found = false;

    if (!f->tables[ENTITY_AGGREGATE].living)
        return false;
    gather(f, center, precision, provenance, &s);
    for (int i = 0; i < s.count; i++)
        for (int k = 0; k < 2; k++)
            if (s.all[i].has[k] && (!found || s.all[i].cell[k].reporting > out->reporting)) {
                *out = s.all[i].cell[k];
                found = true;
            }
    return found;
}

bool aggregates_body(const struct fleet *f, uint16_t center, struct told_body *out)
{
    struct servers s;
    bool found = false;

    if (!f->tables[ENTITY_AGGREGATE].living)
        return false;
    gather(f, center, precision_NONE, provenance_NONE, &s);
    for (int i = 0; i < s.count; i++)
        for (int k = 0; k < 2; k++)
            if (s.all[i].has[k] && (!found || s.all[i].body[k].reporting > out->reporting)) {
                *out = s.all[i].body[k];
                found = true;
            }
    return found;
}
