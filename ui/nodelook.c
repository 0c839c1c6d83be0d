/* SPDX-License-Identifier: MIT
 * nodelook.c - see nodelook.h. */
#include "ui/nodelook.h"
#include "base/i18n.h"
#include "ui/figure.h"
#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 32 };

static const struct node_look looks[] = {
    {.word = N_("down"), .trouble = NODE_BROKEN, .role = ROLE_CRIT, .letter = 'x'},
    {.word = N_("error"), .trouble = NODE_BROKEN, .role = ROLE_CRIT, .letter = 'x'},
    {.word = N_("invalid"), .trouble = NODE_BROKEN, .role = ROLE_CRIT, .letter = 'x'},
    {.word = N_("fail"), .trouble = NODE_BROKEN, .role = ROLE_CRIT, .letter = 'x'},
    {.word = N_("no_answer"), .trouble = NODE_BROKEN, .role = ROLE_CRIT, .letter = 'x'},
    {.word = N_("drained"), .trouble = NODE_TAKEN_OUT, .role = ROLE_WARN, .letter = 'D'},
    {.word = N_("draining"), .trouble = NODE_TAKEN_OUT, .role = ROLE_WARN, .letter = 'd'},
    {.word = N_("blocked"), .trouble = NODE_TAKEN_OUT, .role = ROLE_WARN, .letter = 'b'},
    {.word = N_("maint"), .trouble = NODE_AWAY, .role = ROLE_MEASURED, .letter = 'm'},
    {.word = N_("reboot"), .trouble = NODE_AWAY, .role = ROLE_MEASURED, .letter = 'r'},
    {.word = N_("reserved"), .trouble = NODE_FINE, .role = ROLE_MEASURED, .letter = 0},
    {.word = N_("planned"), .trouble = NODE_FINE, .role = ROLE_DIM, .letter = 0},
    {.word = N_("powering"), .trouble = NODE_AWAY, .role = ROLE_DIM, .letter = 'p'},
    {.word = N_("powered_down"), .trouble = NODE_AWAY, .role = ROLE_DIM, .letter = 'o'},
    {.word = N_("future"), .trouble = NODE_AWAY, .role = ROLE_FAINT, .letter = 'o'},
    {.word = N_("completing"), .trouble = NODE_FINE, .role = ROLE_TEXT, .letter = 0},
    {.word = N_("allocated"), .trouble = NODE_FINE, .role = ROLE_TEXT, .letter = 0},
    {.word = N_("mixed"), .trouble = NODE_FINE, .role = ROLE_TEXT, .letter = 0},
    {.word = N_("idle"), .trouble = NODE_FINE, .role = ROLE_DIM, .letter = 0},
    {.word = N_("unknown"), .trouble = NODE_AWAY, .role = ROLE_FAINT, .letter = '?'},
};

const char *node_word(const struct node_look *look, char *out, size_t size)
{
    snprintf(out, size, "%s", _(look->word));
    for (char *p = out; *p; p++)
        *p = *p == '_' ? ' ' : *p;
    return out;
}

/* The model's number of a word stays the same while the program runs, so each is looked up once. */
static struct node_look find_look(const char *word)
{
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
        if (strcmp(looks[i].word, word) == 0)
            return looks[i];
    return (struct node_look){.word = word, .trouble = NODE_FINE, .role = ROLE_TEXT};
}

struct node_look node_look_of(const struct value_ctx *c, const struct node_row *node)
{
    static struct node_look known[WORDS_MAX];
    static int column = -1;

    if (column < 0)
        column = column_find(ENTITY_NODE, "status");
    struct value v = column_value(c, ENTITY_NODE, (unsigned)column, node);
    if (v.kind != VALUE_WORD || v.num >= WORDS_MAX)
        return find_look("unknown");
    unsigned i = (unsigned)v.num;
    if (!known[i].word) {
        known[i] = find_look(v.word);
        known[i].word_index = i;
    }
    return known[i];
}

struct node_look node_look(const struct view_input *in, const struct node_row *node)
{
    return node_look_of(&in->ctx, node);
}
