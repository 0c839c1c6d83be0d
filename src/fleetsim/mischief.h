/* SPDX-License-Identifier: MIT
 * mischief.h - ways in which a center can misbehave, each a word that can be set while it runs:
 *   POST /-/mischief?do=stall      what it does from then on (none: again as it should)
 * Thread and owner: the server's. */
#ifndef SUAN_FLEETSIM_MISCHIEF_H
#define SUAN_FLEETSIM_MISCHIEF_H

#include "fleetsim/world.h"
#include "httpd/httpd.h"

enum mischief {
#define MISCHIEF(ID, word, help) MISCHIEF_##ID,
#include "fleetsim/mischief.def"
#undef MISCHIEF
    MISCHIEF_COUNT
};

/* Answers POST /-/mischief: sets *m, and in the world what is said differently. */
void mischief_set(enum mischief *m, struct world *w, struct httpd_exchange *x);
/* True: it was what is wrong that was answered. False: the answer is as it should be, or its body is what is wrong. */
bool mischief_answer(enum mischief m, struct httpd_exchange *x);
/* The body in small pieces, so that it can be cut anywhere? */
bool mischief_in_pieces(enum mischief m);
/* Before a piece of the body, of which so much was sent: bytes, a verdict as of httpd_stream, or 0 = go on. *most: so many bytes
 * of the body may follow. */
ssize_t mischief_piece(enum mischief m, size_t sent, mono_ms *last, char *out, size_t *most);
/* The Date header of a center whose clock is off. */
void mischief_date(const struct world *w, struct httpd_exchange *x, char *text, size_t size);

#endif
