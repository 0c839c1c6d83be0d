/* SPDX-License-Identifier: MIT
 * aliases.c - see aliases.h. */
#include "model/aliases.h"
#include "model/fields.h"
#include <string.h>

/* The index has an entry for each so many slots of the table at least, so that it is seldom made anew. */
enum { FIRST = 64, SLOTS_AN_ENTRY = 16 };

void aliases_init(struct aliases *a)
{
    *a = (struct aliases){0};
    rows_init(&a->index, sizeof(uint32_t));
}

void aliases_fini(struct aliases *a)
{
    rows_fini(&a->index);
}

static const char *number_of(const struct job_row *j, const struct intern *strings, size_t *len,
                             char room[INTERN_ROOM])
{
    strid id = row_str(j, job, raw_id);

    *len = intern_raw_len(strings, id);
    return intern_raw_in(strings, id, room);
}

static bool has_number(const struct job_row *j)
{
    return (j->h.flags & ROW_ALIVE) && row_has(j, job, raw_id);
}

static void put(struct aliases *a, const struct table *jobs, const struct intern *strings,
                uint32_t slot)
{
    const struct job_row *j = rows_at(&jobs->rows, slot);
    char room[INTERN_ROOM];
    size_t len;
    const char *number = number_of(j, strings, &len, room);
    uint64_t key = row_key(ENTITY_JOB, j->h.center, number, len);
    uint32_t entry, own = index_entry(key, slot), i = (uint32_t)key & a->mask;

    for (; (entry = *(const uint32_t *)rows_at(&a->index, i)); i = (i + 1) & a->mask)
        if (entry == own)
            return;
    *(uint32_t *)rows_edit(&a->index, i) = own;
    a->used++;
}

static void make_anew(struct aliases *a, const struct table *jobs, const struct intern *strings)
{
    uint32_t living = 0, size = FIRST;

    for (uint32_t slot = 0; slot < jobs->slots; slot++)
        living += has_number(rows_at(&jobs->rows, slot));
    while (size < jobs->slots / SLOTS_AN_ENTRY || size / 4 < living)
        size *= 2;
    rows_fini(&a->index);
    rows_init(&a->index, sizeof(uint32_t));
    rows_grow(&a->index, size);
    a->mask = size - 1;
    a->used = 0;
    for (uint32_t slot = 0; slot < jobs->slots; slot++)
        if (has_number(rows_at(&jobs->rows, slot)))
            put(a, jobs, strings, slot);
}

void aliases_note(struct aliases *a, const struct table *jobs, const struct intern *strings,
                  uint32_t slot)
{
    if (a->used / 4 >= a->mask / 5) /* four fifths full, or none yet */
        make_anew(a, jobs, strings);
    else
        put(a, jobs, strings, slot);
}

static const void *item(struct rows_page *const *pages, unsigned shift, size_t size, uint32_t i)
{
    return rows_chunk_in(pages, i >> shift) + (size_t)(i & ((1u << shift) - 1)) * size;
}

static bool is_called(const struct job_row *j, const struct intern *strings, uint16_t center,
                      const char *number, size_t len)
{
    char room[INTERN_ROOM];
    size_t own;

    if (!has_number(j) || j->h.center != center)
        return false;
    const char *text = number_of(j, strings, &own, room);
    return own == len && memcmp(text, number, len) == 0;
}

uint32_t aliases_seek(const struct alias_place *p, uint16_t center, const char *number, size_t len)
{
    uint64_t key = row_key(ENTITY_JOB, center, number, len);
    uint32_t entry, i = (uint32_t)key & p->mask;

    for (;
         p->mask && (entry = *(const uint32_t *)item(p->entries, p->entry_shift, sizeof entry, i));
         i = (i + 1) & p->mask) {
        const struct job_row *j =
            item(p->jobs, p->job_shift, sizeof(struct job_row), index_slot(entry));
        if (index_may_be(entry, key) && is_called(j, p->strings, center, number, len))
            return index_slot(entry);
    }
    return SLOT_NONE;
}
