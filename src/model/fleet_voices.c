/* SPDX-License-Identifier: MIT
 * fleet_voices.c - see fleet_tellers.h. */
#include "model/fleet_int.h"
#include "model/health.h"

#define BIT(n) (UINT64_C(1) << (n))

/* --- freshness -------------------------------------------------------------------------------- */

wall_ms tellers_heard_at(const struct fleet *f, enum entity e, uint16_t source, wall_ms at)
{
    const struct source_confirmed *c =
        source < f->confirmed.count ? rows_at(&f->confirmed, source) : NULL;

    return c && c->at[e] > at ? c->at[e] : at;
}

static double interval_of(const struct fleet *f, uint16_t source)
{
    const struct table *t = &f->tables[ENTITY_SOURCE];
    const struct source_row *s =
        source != NOBODY && table_alive(t, source) ? rows_at(&t->rows, source) : NULL;

    return s && row_has(s, source, interval_ms) ? s->interval_ms : 0;
}

bool tellers_is_fresh(const struct fleet *f, uint16_t source, wall_ms heard, wall_ms now)
{
    return (double)(now - heard) <=
           health_late_after(interval_of(f, source), f->limits.stale_after_ms);
}

bool tellers_is_silent(const struct fleet *f, uint16_t source, wall_ms heard, wall_ms now)
{
    return (double)(now - heard) >
           health_silent_after(interval_of(f, source), f->limits.stale_after_ms);
}

/* --- the working copy ------------------------------------------------------------------------- */

static uint32_t first_of(const struct fleet *f, enum entity e, uint32_t slot)
{
    const struct mark *m = &f->tables[e].marks[0][slot];

    return m->source == NOBODY ? m->poll : 0;
}

bool tellers_are_several(const struct fleet *f, enum entity e, uint32_t slot)
{
    return first_of(f, e, slot) != 0;
}

static unsigned rank(const struct voices *v, unsigned k, unsigned group)
{
    const struct fleet *f = v->ed->f;
    uint16_t source = v->told[k].source;

    return source < f->poll_count ? f->polls[source].rank[group] : 0;
}

static void listen(struct voices *v, unsigned k)
{
    const struct fleet *f = v->ed->f;
    uint16_t source = v->told[k].source;
    wall_ms heard = tellers_heard_at(f, v->ed->entity, source, v->told[k].at);

    v->fresh[k] = tellers_is_fresh(f, source, heard, v->now);
    v->silent[k] = !v->fresh[k] && tellers_is_silent(f, source, heard, v->now);
}

void voices_begin(struct voices *v, struct edit *ed, wall_ms now)
{
    v->ed = ed;
    v->now = now;
    v->count = 0;
    v->changed = false;
    for (uint32_t i = first_of(ed->f, ed->entity, ed->slot); i; v->count++) {
        v->index[v->count] = i - 1;
        v->told[v->count] = *tellers_at(&ed->f->tellers, i - 1);
        i = v->told[v->count].next;
        listen(v, v->count);
    }
}

unsigned voices_find(const struct voices *v, uint16_t source)
{
    unsigned k = 0;

    while (k < v->count && v->told[k].source != source)
        k++;
    return k < v->count ? k : NO_VOICE;
}

static void set_first(struct voices *v, uint32_t first)
{
    struct edit *ed = v->ed;
    ed->f->tables[ed->entity].marks[0][ed->slot] = (struct mark){.poll = first, .source = NOBODY};
    ((struct row_head *)edit_write(ed))->was = first;
}

static unsigned add(struct voices *v, const struct told *what, uint32_t poll)
{
    unsigned k = v->count++;

    v->index[k] = tellers_take(&v->ed->f->tellers, what, poll);
    v->told[k] = *what;
    listen(v, k);
    if (k)
        v->told[k - 1].next = v->index[k] + 1;
    else
        set_first(v, v->index[k] + 1);
    v->changed = true;
    return k;
}

static uint64_t fields_in(const struct edit *ed, unsigned group)
{
    return row_head_of(ed->row)->valid & tellers_fields(ed->entity, group);
}

/* All that the row holds is the one source's that spoke of it so far. */
static void add_only(struct voices *v)
{
    const struct edit *ed = v->ed;
    const struct mark m = ed->f->tables[ed->entity].marks[0][ed->slot];
    const struct row_head *h = ed->row;
    wall_ms at = h->seen_at[0] > h->seen_at[1] ? h->seen_at[0] : h->seen_at[1];

    add(v,
        &(struct told){.fields = fields_in(ed, 0) | fields_in(ed, 1), .at = at, .source = m.source},
        m.poll);
}

unsigned voices_speak(struct voices *v, const struct delta *d)
{
    unsigned k;

    if (d->source == NOBODY)
        return NO_VOICE;
    if (v->count == 0)
        add_only(v);
    k = voices_find(v, d->source);
    if (k != NO_VOICE || v->count == TELLERS_MAX)
        return k;
    return add(v, &(struct told){.source = d->source}, d->poll.seq);
}

/* --- one field -------------------------------------------------------------------------------- */

static union field_value value_in(const void *row, const struct field *fd)
{
    union field_value v;

    memset(&v, 0, sizeof(v));
    if (fd->narrow) {
        float narrow;
        memcpy(&narrow, field_at(row, fd), sizeof(narrow));
        v.num = (double)narrow;
    } else {
        memcpy(&v, field_at(row, fd), field_size(fd));
    }
    return v;
}

static unsigned holder(const struct voices *v, unsigned field)
{
    unsigned k = 0;

    while (k < v->count && !(v->told[k].fields & BIT(field)))
        k++;
    return k < v->count ? k : NO_VOICE;
}

static unsigned group_of(const struct voices *v, unsigned field)
{
    return tellers_fields(v->ed->entity, 1) >> field & 1;
}

/* Does the word of `by` count more than that of the one who speaks? */
static bool outweighs(const struct voices *v, unsigned by, unsigned me, unsigned group)
{
    return v->fresh[by] && rank(v, by, group) >= rank(v, me, group);
}

static void set_aside(struct voices *v, unsigned k, unsigned field)
{
    const struct field *fd = &entity_info(v->ed->entity)->fields[field];
    union field_value value = value_in(v->ed->row, fd);

    aside_put(&v->ed->f->tellers, v->index[k], field, &value);
    v->told[k].fields &= ~BIT(field);
    v->changed = true;
}

static void hold(struct voices *v, unsigned k, unsigned field, const union field_value *value)
{
    edit_put(v->ed, field, value);
    if (k == NO_VOICE || (v->told[k].fields & BIT(field)))
        return;
    v->told[k].fields |= BIT(field);
    v->changed = true;
}

void voices_tell(struct voices *v, unsigned me, unsigned field, const union field_value *value)
{
    unsigned h = holder(v, field);

    if (me == NO_VOICE) {
        if (h != NO_VOICE)
            v->told[h].fields &= ~BIT(field);
        v->changed = v->changed || h != NO_VOICE;
    } else if (h != NO_VOICE && h != me) {
        if (outweighs(v, h, me, group_of(v, field))) {
            aside_put(&v->ed->f->tellers, v->index[me], field, value);
            return;
        }
        set_aside(v, h, field);
    }
    hold(v, me, field, value);
    if (me != NO_VOICE)
        aside_forget(&v->ed->f->tellers, v->index[me], field);
}

/* The best of those who told it and are not the holder takes it; or nobody does. */
static void promote(struct voices *v, unsigned field)
{
    unsigned group = group_of(v, field), best = NO_VOICE;

    for (unsigned k = 0; k < v->count; k++) {
        if (!(aside_fields(&v->ed->f->tellers, v->index[k]) & BIT(field)) ||
            (group == 1 && v->silent[k]))
            continue;
        if (best == NO_VOICE || (v->fresh[k] && !v->fresh[best]) ||
            (v->fresh[k] == v->fresh[best] && rank(v, k, group) > rank(v, best, group)))
            best = k;
    }
    if (best == NO_VOICE) {
        edit_clear(v->ed, field);
        return;
    }
    union field_value value = aside_take(&v->ed->f->tellers, v->index[best], field);
    hold(v, best, field, &value);
}

static void let_go(struct voices *v, unsigned k, unsigned field)
{
    v->told[k].fields &= ~BIT(field);
    v->changed = true;
    promote(v, field);
}

void voices_untell(struct voices *v, unsigned me, unsigned field)
{
    unsigned h = me == NO_VOICE ? holder(v, field) : me;

    if (h == NO_VOICE)
        edit_clear(v->ed, field);
    else if (v->told[h].fields & BIT(field))
        let_go(v, h, field);
    else
        aside_forget(&v->ed->f->tellers, v->index[h], field);
}

/* --- one teller ------------------------------------------------------------------------------- */

void voices_reclaim(struct voices *v, unsigned me)
{
    struct tellers *t = &v->ed->f->tellers;
    uint64_t want = aside_fields(t, v->index[me]);

    for (unsigned k = 0; want && k < v->count; k++)
        for (unsigned g = 0; k != me && g < 2; g++)
            if (outweighs(v, k, me, g))
                want &= ~(v->told[k].fields & tellers_fields(v->ed->entity, g));
    for (; want; want &= want - 1) {
        unsigned field = (unsigned)__builtin_ctzll(want), h = holder(v, field);
        if (h != NO_VOICE)
            set_aside(v, h, field);
        union field_value value = aside_take(t, v->index[me], field);
        hold(v, me, field, &value);
    }
}

void voices_confirm(struct voices *v, unsigned me, const struct delta *d, bool lazily)
{
    struct told *t = &v->told[me];

    voices_reclaim(v, me);
    if (lazily)
        v->ed->f->tellers.sides[v->index[me]].poll = d->poll.seq;
    if ((!lazily || v->ed->write || t->at == 0) && t->at < d->at) {
        t->at = d->at;
        v->changed = true;
    }
    silent_mark(v->ed, false);
}

void voices_leave(struct voices *v, unsigned me)
{
    uint64_t mine = v->told[me].fields;
    uint32_t next = v->told[me].next;

    tellers_drop(&v->ed->f->tellers, v->index[me]);
    v->count--;
    for (unsigned k = me; k < v->count; k++) {
        v->index[k] = v->index[k + 1];
        v->told[k] = v->told[k + 1];
        v->fresh[k] = v->fresh[k + 1];
        v->silent[k] = v->silent[k + 1];
    }
    if (me)
        v->told[me - 1].next = next;
    else
        set_first(v, next);
    v->changed = true;
    for (; mine; mine &= mine - 1)
        promote(v, (unsigned)__builtin_ctzll(mine));
}

void voices_hush(struct voices *v, unsigned me)
{
    uint64_t mine = v->told[me].fields & tellers_fields(v->ed->entity, 1);

    for (; mine; mine &= mine - 1) {
        unsigned field = (unsigned)__builtin_ctzll(mine);
        set_aside(v, me, field);
        promote(v, field);
    }
}

/* --- the row's head --------------------------------------------------------------------------- */

static unsigned default_group(enum entity e)
{
    return e == ENTITY_DEVICE;
}

static void put_head(struct edit *ed, unsigned g, uint16_t source, wall_ms at)
{
    const struct row_head *h = ed->row;

    if (h->source[g] != source)
        ((struct row_head *)edit_write(ed))->source[g] = source;
    if (h->seen_at[g] != at)
        ((struct row_head *)edit_write(ed))->seen_at[g] = at;
}

/* Of those that the row holds something of the group from, the one whose word counts most. */
static unsigned main_voice(const struct voices *v, unsigned group)
{
    uint64_t fields = tellers_fields(v->ed->entity, group);
    unsigned best = NO_VOICE;

    for (unsigned k = 0; k < v->count; k++)
        if ((v->told[k].fields & fields) &&
            (best == NO_VOICE || rank(v, k, group) > rank(v, best, group)))
            best = k;
    return best;
}

static void put_heads(struct voices *v)
{
    unsigned who[2] = {main_voice(v, 0), main_voice(v, 1)};

    if (who[0] == NO_VOICE && who[1] == NO_VOICE && v->count)
        who[default_group(v->ed->entity)] = 0;
    for (unsigned g = 0; g < 2; g++)
        if (who[g] == NO_VOICE)
            put_head(v->ed, g, NOBODY, 0);
        else
            put_head(v->ed, g, v->told[who[g]].source, v->told[who[g]].at);
}

/* The others have left: what is put aside counts again, and the row needs no items. */
static void be_alone(struct voices *v)
{
    struct edit *ed = v->ed;
    struct tellers *t = &ed->f->tellers;

    while (aside_fields(t, v->index[0])) {
        unsigned field = (unsigned)__builtin_ctzll(aside_fields(t, v->index[0]));
        union field_value value = aside_take(t, v->index[0], field);
        hold(v, 0, field, &value);
    }
    uint32_t poll = t->sides[v->index[0]].poll;
    put_heads(v);
    tellers_drop(t, v->index[0]);
    set_first(v, 0);
    ed->f->tables[ed->entity].marks[0][ed->slot] =
        (struct mark){.poll = poll, .source = v->told[0].source};
}

void voices_end(struct voices *v)
{
    struct rows *told = &v->ed->f->tellers.told;

    if (!v->changed)
        return;
    if (v->count == 1) {
        be_alone(v);
        return;
    }
    for (unsigned k = 0; k < v->count; k++) {
        const struct told *old = rows_at(told, v->index[k]), *new = &v->told[k];
        if (old->fields != new->fields || old->at != new->at || old->next != new->next)
            *(struct told *)rows_edit(told, v->index[k]) = *new;
    }
    if (v->count)
        put_heads(v);
}

/* --- rows of one source ----------------------------------------------------------------------- */

void tellers_confirm_alone(struct edit *ed, const struct delta *d, bool lazily)
{
    struct mark *m = &ed->f->tables[ed->entity].marks[0][ed->slot];

    if (d->source != NOBODY) {
        if (lazily || m->source != d->source)
            m->poll = d->poll.seq;
        m->source = d->source;
    }
    for (unsigned g = 0; g < 2; g++) {
        const struct row_head *h = ed->row;
        bool tells = fields_in(ed, g) || (g == default_group(ed->entity) && !fields_in(ed, !g));
        wall_ms at = h->seen_at[g];
        if (tells && m->source == d->source && (!lazily || ed->write || at == 0) && at < d->at)
            at = d->at;
        put_head(ed, g, tells ? m->source : NOBODY, tells ? at : 0);
    }
    silent_mark(ed, false);
}

/* --- parting ---------------------------------------------------------------------------------- */

void tellers_part(struct fleet *f, enum entity e, uint32_t slot, uint16_t source, wall_ms now)
{
    const struct mark *m = &f->tables[e].marks[0][slot];
    struct voices v;

    if (!tellers_are_several(f, e, slot)) {
        if (m->source == source || m->source == NOBODY)
            fleet_drop(f, e, slot);
        return;
    }
    struct edit ed = edit_begin(f, e, slot);
    voices_begin(&v, &ed, now);
    unsigned me = voices_find(&v, source);
    if (me != NO_VOICE) {
        voices_leave(&v, me);
        voices_end(&v);
    }
    edit_end(&ed);
}

static bool did_not_list(const struct fleet *f, uint32_t first, uint16_t source, uint32_t seq)
{
    for (uint32_t i = first; i; i = tellers_at(&f->tellers, i - 1)->next)
        if (tellers_at(&f->tellers, i - 1)->source == source)
            return !seq || f->tellers.sides[i - 1].poll != seq;
    return false;
}

/* Reads nothing but the marks, and the items where there are some. */
void tellers_sweep(struct fleet *f, enum entity e, uint16_t source, uint32_t seq, wall_ms now)
{
    struct table *t = &f->tables[e];

    for (uint32_t slot = 0; slot < t->slots; slot++) {
        const struct mark *m = &t->marks[0][slot];
        bool gone = m->source == source
                        ? !seq || m->poll != seq
                        : m->source == NOBODY && m->poll && did_not_list(f, m->poll, source, seq);
        if (gone)
            tellers_part(f, e, slot, source, now);
    }
}

void tellers_forget(struct fleet *f, enum entity e, uint32_t slot)
{
    const struct row_head *h = table_head(&f->tables[e], slot);

    if (!tellers_has(e))
        return;
    if (h->flags & ROW_SILENT)
        f->tellers.silent--;
    for (uint32_t i = first_of(f, e, slot), next; i; i = next) {
        next = tellers_at(&f->tellers, i - 1)->next;
        tellers_drop(&f->tellers, i - 1);
    }
}

/* --- looking ---------------------------------------------------------------------------------- */

uint16_t tellers_who(const struct fleet *f, enum entity e, uint32_t slot, unsigned field)
{
    uint32_t i = first_of(f, e, slot);

    if (!field_has(table_head(&f->tables[e], slot), field))
        return NOBODY;
    if (!i)
        return f->tables[e].marks[0][slot].source;
    while (i && !(tellers_at(&f->tellers, i - 1)->fields & BIT(field)))
        i = tellers_at(&f->tellers, i - 1)->next;
    return i ? tellers_at(&f->tellers, i - 1)->source : NOBODY;
}

bool tellers_heard(const struct fleet *f, enum entity e, uint32_t slot, uint16_t source,
                   wall_ms *at)
{
    const struct row_head *h = table_head(&f->tables[e], slot);
    uint32_t i = first_of(f, e, slot);

    if (!i) {
        *at = h->seen_at[0] > h->seen_at[1] ? h->seen_at[0] : h->seen_at[1];
        *at = tellers_heard_at(f, e, source, *at);
        return source != NOBODY && f->tables[e].marks[0][slot].source == source;
    }
    while (i && tellers_at(&f->tellers, i - 1)->source != source)
        i = tellers_at(&f->tellers, i - 1)->next;
    if (i)
        *at = tellers_heard_at(f, e, source, tellers_at(&f->tellers, i - 1)->at);
    return i != 0;
}

static void each_aside(struct fleet *f, enum entity e, struct aside *a,
                       void (*visit)(void *arg, struct fleet *f, strid *s), void *arg)
{
    unsigned place = 0;

    for (uint64_t left = a ? a->fields : 0; left; left &= left - 1, place++)
        if (field_is_string(&entity_info(e)->fields[__builtin_ctzll(left)]))
            visit(arg, f, &a->values[place].str);
}

void tellers_each_string(struct fleet *f, void (*visit)(void *arg, struct fleet *f, strid *s),
                         void *arg)
{
    static const enum entity entities[] = {ENTITY_NODE, ENTITY_DEVICE};

    for (unsigned k = 0; k < 2; k++)
        for (uint32_t slot = 0; slot < f->tables[entities[k]].slots; slot++)
            for (uint32_t i = first_of(f, entities[k], slot); i;
                 i = tellers_at(&f->tellers, i - 1)->next)
                each_aside(f, entities[k], f->tellers.sides[i - 1].aside, visit, arg);
}
