/* SPDX-License-Identifier: MIT
 * annotate.c - see annotate.h. */
#include "ui/annotate.h"
#include "base/xmem.h"
#include <stdio.h>
#include <stdlib.h>

enum { RECENT_MS = 10000 };

bool recent_has(const struct recent *r, const void *row, wall_ms now)
{
    uint64_t key = row_head_of(row)->key;

    for (int i = 0; i < RECENT_MAX; i++)
        if (r->items[i].until > now && r->items[i].key == key)
            return true;
    return false;
}

bool recent_expire(struct recent *r, wall_ms now)
{
    bool any = false;

    for (int i = 0; i < RECENT_MAX; i++) {
        if (r->items[i].until == 0 || r->items[i].until > now)
            continue;
        r->items[i].until = 0;
        any = true;
    }
    return any;
}

static void recent_note(struct recent *r, const void *row, wall_ms now)
{
    uint64_t key = row_head_of(row)->key;
    int at = -1;

    for (int i = 0; i < RECENT_MAX; i++)
        if (r->items[i].until != 0 && r->items[i].key == key)
            at = i;
    if (at < 0)
        at = r->next++ % RECENT_MAX;
    r->items[at].key = key;
    r->items[at].until = now + RECENT_MS;
}

static strid id_of(enum entity e, const void *row)
{
    return e == ENTITY_ALERT ? ((const struct alert_row *)row)->id
                             : ((const struct interruption_row *)row)->id;
}

static bool all_are(const struct list *l, const struct view_input *in, const struct annotate *a,
                    const uint32_t *slots, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const void *row = snapshot_row(in->snap, l->spec->entity, slots[i]);
        if (row && !a->is(row, in->ctx.now))
            return false;
    }
    return true;
}

static void fill(struct annotation *to, const struct list *l, const struct view_input *in,
                 const struct annotate *a, enum annotation_kind kind, const void *row)
{
    *to = (struct annotation){.entity = l->spec->entity,
                              .center = row_head_of(row)->center,
                              .kind = kind,
                              .at = in->ctx.now,
                              .until = kind == a->kind ? a->until : 0};
    list_scope_set(to->id, sizeof to->id, in, id_of(l->spec->entity, row));
    snprintf(to->note, sizeof to->note, "%s", a->note ? a->note : "");
}

bool annotate_rows(struct list *l, const struct view_input *in, const struct annotate *a,
                   struct recent *recent, struct view_out *out)
{
    size_t count;
    uint32_t *slots = list_chosen(l, in, out, &count);

    if (!slots)
        return true;
    bool back = a->is && !(a->note && *a->note) && all_are(l, in, a, slots, count);
    out->annotations = xcalloc(count, sizeof *out->annotations);
    for (size_t i = 0; i < count; i++) {
        const void *row = snapshot_row(in->snap, l->spec->entity, slots[i]);
        if (!row)
            continue;
        fill(&out->annotations[out->annotation_count++], l, in, a, back ? a->back : a->kind, row);
        recent_note(recent, row, in->ctx.now);
    }
    free(slots);
    buf_reset(&out->text);
    buf_addf(&out->text, "%zu %s", out->annotation_count, back ? a->words_back : a->words);
    out->wish = WISH_ANNOTATE;
    list_acted(l);
    return true;
}
