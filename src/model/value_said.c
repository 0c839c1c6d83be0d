/* SPDX-License-Identifier: MIT
 * value_said.c - see value_said.h. */
#include "model/value_said.h"
#include "base/i18n.h"
#include "base/sentence.h"

bool field_is_sentence(const struct field *f)
{
    static const struct {
        enum entity entity;
        int field;
    } list[] = {
        {ENTITY_SOURCE, FIELD_source_target},
        {ENTITY_SOURCE, FIELD_source_via},
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

static void add_flag_words(const struct field *f, uint32_t flags, struct buf *out)
{
    const char *separator = "";

    for (unsigned i = 0; f->words[i]; i++)
        if (flags >> i & 1) {
            buf_addf(out, "%s%s", separator, i18n_either(f->id, f->words[i]));
            separator = ",";
        }
}

void value_said(const struct value_ctx *c, const struct field *f, const struct value *v,
                struct buf *out)
{
    char said[SENTENCE_MAX];

    if (v->kind == VALUE_WORD)
        buf_adds(out, i18n_either(f->id, v->word));
    else if (v->kind == VALUE_FLAGS && v->flags)
        add_flag_words(f, v->flags, out);
    else if (v->kind == VALUE_NUM && f->unit == UNIT_SECOND && v->num < 0)
        buf_adds(out, _("unlimited"));
    else if (v->kind == VALUE_STR && field_is_sentence(f))
        buf_adds(out,
                 sentence_text(intern_text(snapshot_strings(c->snap), v->str), said, sizeof said));
    else
        value_text(c, f, v, out);
}

const char *title_said(enum entity e, const char *title)
{
    return i18n_either(entity_info(e)->id, title);
}
