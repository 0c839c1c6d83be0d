/* SPDX-License-Identifier: MIT
 * aliases.h - finds the row of an array task by the scheduler's own number of it (`raw_id`): what its processes, and so
 * exporters, know it by.
 *
 * An index like that of table.h, beside the rows: an entry is a guess that the row itself confirms, so none is ever taken
 * out; what no longer holds goes when the index grows. Nothing is kept while no row has such a number.
 * Thread: ingest writes; aliases_seek any, over a snapshot's views. */
#ifndef SUAN_MODEL_ALIASES_H
#define SUAN_MODEL_ALIASES_H

#include "model/table.h"

struct aliases {
    struct rows index;
    uint32_t mask,
        used; /* entries - 1, 0 = none yet; how many are taken, also by what holds no longer */
};

void aliases_init(struct aliases *a);
void aliases_fini(struct aliases *a);
/* The JOB row at that slot has a raw_id, a new one perhaps. */
void aliases_note(struct aliases *a, const struct table *jobs, const struct intern *strings,
                  uint32_t slot);

/* Where to look: the fleet's rows or a snapshot's. */
struct alias_place {
    struct rows_page *const *entries, *const *jobs;
    unsigned entry_shift, job_shift;
    uint32_t mask;
    const struct intern *strings;
};
/* Slot of the JOB row that has it; SLOT_NONE if there is none. */
uint32_t aliases_seek(const struct alias_place *p, uint16_t center, const char *number, size_t len);

#endif
