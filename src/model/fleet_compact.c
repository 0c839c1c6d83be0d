/* SPDX-License-Identifier: MIT
 * fleet_compact.c - throws away strings that no row uses any more.
 *
 * Ids are dense and never reused, so names of finished jobs pile up. When the table has doubled
 * since it was looked at last (and is over 4 MiB), the strings in use are counted; if they are
 * less than half, they move to a new table. Snapshots keep the old one by reference until they
 * go. */
#include "base/xmem.h"
#include "model/fleet_int.h"
#include <stdlib.h>

static void each_string(struct fleet *f,
                        void (*visit)(void *arg, struct fleet *f, enum entity e, uint32_t slot,
                                      const struct field *fd),
                        void *arg)
{
    for (int e = 0; e < ENTITY_COUNT; e++) {
        const struct entity_info *info = entity_info((enum entity)e);
        const struct table *t = &f->tables[e];
        for (uint32_t slot = 0; slot < t->slots; slot++) {
            if (!table_alive(t, slot))
                continue;
            for (unsigned i = 0; i < info->field_count; i++)
                if (field_is_string(&info->fields[i]) && field_has(table_head(t, slot), i))
                    visit(arg, f, (enum entity)e, slot, &info->fields[i]);
        }
    }
}

struct counting {
    unsigned char *seen; /* by id */
    size_t bytes;
};

static void count_id(void *arg, struct fleet *f, strid *id)
{
    struct counting *c = arg;

    if (c->seen[*id])
        return;
    c->seen[*id] = 1;
    c->bytes += intern_raw_len(f->strings, *id);
}

static void count_string(void *arg, struct fleet *f, enum entity e, uint32_t slot,
                         const struct field *fd)
{
    strid id = field_str(table_head(&f->tables[e], slot), fd);

    count_id(arg, f, &id);
}

struct moving {
    struct intern *to;
    strid *moved; /* by old id, 0 = not yet */
};

static void move_id(void *arg, struct fleet *f, strid *id)
{
    struct moving *m = arg;
    char room[INTERN_ROOM];

    if (!m->moved[*id])
        m->moved[*id] = intern_put(m->to, intern_raw_in(f->strings, *id, room),
                                   intern_raw_len(f->strings, *id));
    *id = m->moved[*id];
}

static void move_string(void *arg, struct fleet *f, enum entity e, uint32_t slot,
                        const struct field *fd)
{
    void *row = rows_edit(&f->tables[e].rows, slot);
    strid id = field_str(row, fd);

    move_id(arg, f, &id);
    field_put(row, fd, (unsigned)(fd - entity_info(e)->fields), &(union field_value){.str = id});
}

static size_t all_bytes(const struct intern *in)
{
    size_t bytes = 0;

    for (uint32_t id = 0; id < intern_count(in); id++)
        bytes += intern_raw_len(in, id);
    return bytes;
}

static bool mostly_garbage(struct fleet *f)
{
    uint32_t count = intern_count(f->strings), used = 0;
    struct counting c = {.seen = xcalloc(count, 1)};

    each_string(f, count_string, &c);
    tellers_each_string(f, count_id, &c);
    for (uint32_t id = 0; id < count; id++)
        used += c.seen[id];
    free(c.seen);
    return used < count / 2 || c.bytes < all_bytes(f->strings) / 2;
}

void fleet_compact(struct fleet *f)
{
    struct moving m;

    f->strings_checked = intern_bytes(f->strings);
    if (!mostly_garbage(f))
        return;
    m.to = intern_new();
    m.moved = xcalloc(intern_count(f->strings), sizeof(*m.moved));
    each_string(f, move_string, &m);
    tellers_each_string(f, move_id, &m);
    free(m.moved);
    intern_unref(f->strings);
    f->strings = m.to;
    f->alerts.fine = 0;
    fleet_flops_renamed(f);
    f->strings_checked = intern_bytes(f->strings);
    f->stats.compactions++;
}
