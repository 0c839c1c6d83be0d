/* SPDX-License-Identifier: MIT
 * mischief.h - ways in which a center can misbehave, each a word that can be set while it runs:
 *   POST /-/mischief?do=stall      what it does from then on (none: again as it should)
 * Pure words; serve.c does it. */
#ifndef SUAN_FLEETSIM_MISCHIEF_H
#define SUAN_FLEETSIM_MISCHIEF_H

#include <string.h>

enum mischief {
#define MISCHIEF(ID, word, help) MISCHIEF_##ID,
#include "fleetsim/mischief.def"
#undef MISCHIEF
    MISCHIEF_COUNT
};

/* MISCHIEF_COUNT for a word that is none. */
static inline enum mischief mischief_find(const char *word)
{
    static const char *const words[] = {
#define MISCHIEF(ID, word, help) word,
#include "fleetsim/mischief.def"
#undef MISCHIEF
    };
    int i = 0;

    while (i < MISCHIEF_COUNT && strcmp(words[i], word) != 0)
        i++;
    return (enum mischief)i;
}

#endif
