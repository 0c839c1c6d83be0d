/* SPDX-License-Identifier: MIT
 * nodelook.h - how the state of a node looks: word, colour, letter. Pure. */
#ifndef SUAN_UI_NODELOOK_H
#define SUAN_UI_NODELOOK_H

#include "ui/view.h"

enum node_trouble { NODE_FINE, NODE_AWAY, NODE_TAKEN_OUT, NODE_BROKEN };

struct node_look {
    const char *word;
    enum node_trouble trouble;
    enum role role;
    unsigned word_index; /* as the model numbers the words, the worst highest */
    char letter;         /* on the map, where colour alone must not tell */
};

/* The word with blanks for underscores. */
const char *node_word(const struct node_look *look, char *out, size_t size);
struct node_look node_look_of(const struct value_ctx *c, const struct node_row *node);
struct node_look node_look(const struct view_input *in, const struct node_row *node);

#endif
