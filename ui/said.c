/* SPDX-License-Identifier: MIT
 * said.c - see said.h. */
#include "ui/said.h"
#include "base/sentence.h"
#include "base/text.h"
#include "ui/cells.h"

enum { KEPT = 8 };

const char *said(const char *english)
{
    static char kept[KEPT][SENTENCE_MAX];
    static unsigned next;

    next = (next + 1) % KEPT;
    return sentence_text(english, kept[next], sizeof kept[next]);
}

const char *said_string(const struct view_input *in, strid id)
{
    return said(cell_string(in, id));
}

int said_cells(const struct view_input *in, strid id)
{
    return text_cells(said_string(in, id));
}

bool said_in(const struct field *f)
{
    static const struct {
        enum entity entity;
        int field;
    } list[] = {
        {ENTITY_SOURCE, FIELD_source_note},
        {ENTITY_SOURCE, FIELD_source_error},
        {ENTITY_SOURCE, FIELD_source_mend},
        {ENTITY_SOURCE, FIELD_source_bad_example},
        {ENTITY_ALERT, FIELD_alert_summary},
        {ENTITY_ACTION, FIELD_action_message},
        {ENTITY_INTERRUPTION, FIELD_interruption_evidence},
        {ENTITY_OFFENDER, FIELD_offender_what},
    };

    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (f == &entity_info(list[i].entity)->fields[list[i].field])
            return true;
    return false;
}
