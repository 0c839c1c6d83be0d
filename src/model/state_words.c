/* SPDX-License-Identifier: MIT
 * state_words.c - see state_words.h. */
#include "model/state_words.h"
#include <stdio.h>
#include <string.h>

static void node_words(const struct node_row *n, char *out, size_t size)
{
    const struct field *fields = entity_info(ENTITY_NODE)->fields;
    const char *const *flags = fields[FIELD_node_flags].words;

    snprintf(out, size, "%s", fields[FIELD_node_state].words[n->state]);
    for (unsigned i = 0; flags[i]; i++) {
        size_t len = strlen(out);
        if (n->flags >> i & 1)
            snprintf(out + len, size - len, "+%s", flags[i]);
    }
}

void state_words(const struct row_head *row, char *out, size_t size)
{
    const void *r = row;

    if (row->flags >> ROW_ENTITY_SHIFT == ENTITY_NODE)
        node_words(r, out, size);
    else
        snprintf(out, size, "%s",
                 entity_info(ENTITY_JOB)
                     ->fields[FIELD_job_state]
                     .words[((const struct job_row *)r)->state]);
}
