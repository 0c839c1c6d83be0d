/* SPDX-License-Identifier: MIT
 * sgr.h - takes what is redundant out of a frame's bytes: colours and attributes that are set already.
 *
 * ncurses sends both colours whenever one changes, and a reset with them whenever a weight changes; that is
 * two thirds of a frame. Here every setting is held back until something is printed or erased, and then only
 * the difference to what the terminal has is sent. Pure; knows no terminal but the bytes. */
#ifndef SUAN_UI_SGR_H
#define SUAN_UI_SGR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sgr_pen {
    uint32_t fg, bg; /* SGR_DEFAULT, SGR_INDEX | n, SGR_RGB | 0xRRGGBB */
    uint32_t
        attr; /* bit n: attribute n (1 bold, 2 dim, 3 italic, 4 underlined, 5 blink, 7 reverse ...) */
};
#define SGR_DEFAULT 0u
#define SGR_INDEX 0x1000000u
#define SGR_RGB 0x2000000u

struct sgr {
    struct sgr_pen have, want;
    bool known;    /* have is what the terminal has */
    bool opaque;   /* something was set that we do not understand: all goes through until a reset */
    bool ascii;    /* ESC ( B was sent and nothing else since */
    bool may_undo; /* the terminal knows 22 to 27: single attributes can be taken away */
};

void sgr_init(struct sgr *s, bool may_undo);
void sgr_lost(struct sgr *s);  /* what the terminal has is not known any more */
void sgr_reset(struct sgr *s); /* the same, and the sender knows it too and begins anew */
/* Squeezes data[0..len) in place, whole escape sequences only; returns the new length. It is larger than len by
 * at most SGR_GROWTH, and only when `have` was not known: data must have that much more room. */
#define SGR_GROWTH 64
size_t sgr_squeeze(struct sgr *s, char *data, size_t len);

#endif
