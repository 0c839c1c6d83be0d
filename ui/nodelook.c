/* SPDX-License-Identifier: MIT
 * nodelook.c - see nodelook.h. */
#include "ui/nodelook.h"
#include "ui/figure.h"
#include <stdio.h>
#include <string.h>

static const struct node_look looks[] = {
    {"down", NODE_BROKEN, ROLE_CRIT, 'x'},
    {"error", NODE_BROKEN, ROLE_CRIT, 'x'},
    {"invalid", NODE_BROKEN, ROLE_CRIT, 'x'},
    {"fail", NODE_BROKEN, ROLE_CRIT, 'x'},
    {"no_answer", NODE_BROKEN, ROLE_CRIT, 'x'},
    {"drained", NODE_TAKEN_OUT, ROLE_WARN, 'D'},
    {"draining", NODE_TAKEN_OUT, ROLE_WARN, 'd'},
    {"blocked", NODE_TAKEN_OUT, ROLE_WARN, 'b'},
    {"maint", NODE_AWAY, ROLE_MEASURED, 'm'},
    {"reboot", NODE_AWAY, ROLE_MEASURED, 'r'},
    {"reserved", NODE_FINE, ROLE_MEASURED, 0},
    {"planned", NODE_FINE, ROLE_DIM, 0},
    {"powering", NODE_AWAY, ROLE_DIM, 'p'},
    {"powered_down", NODE_AWAY, ROLE_DIM, 'o'},
    {"future", NODE_AWAY, ROLE_FAINT, 'o'},
    {"completing", NODE_FINE, ROLE_TEXT, 0},
    {"allocated", NODE_FINE, ROLE_TEXT, 0},
    {"mixed", NODE_FINE, ROLE_TEXT, 0},
    {"idle", NODE_FINE, ROLE_DIM, 0},
    {"unknown", NODE_AWAY, ROLE_FAINT, '?'},
};

const char *node_word(const struct node_look *look, char *out, size_t size)
{
    snprintf(out, size, "%s", look->word);
    for (char *p = out; *p; p++)
        *p = *p == '_' ? ' ' : *p;
    return out;
}

struct node_look node_look(const struct view_input *in, const struct node_row *node)
{
    static int column = -1;

    if (column < 0)
        column = column_find(ENTITY_NODE, "status");
    struct value v = column_value(&in->ctx, ENTITY_NODE, (unsigned)column, node);
    const char *word = v.kind == VALUE_WORD ? v.word : "unknown";
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
        if (strcmp(looks[i].word, word) == 0)
            return looks[i];
    return (struct node_look){word, NODE_FINE, ROLE_TEXT, 0};
}
