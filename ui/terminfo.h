/* SPDX-License-Identifier: MIT
 * terminfo.h - a terminal's description, made anew with 24-bit colours.
 *
 * Many terminals show 24-bit colours while their entry in the terminal database says 256, and the
 * entries that say more are often not installed. terminfo_direct writes the entry that is in use as
 * a compiled description (term(5), 32-bit format) in hexadecimal, with direct colours added. Pure. */
#ifndef SUAN_UI_TERMINFO_H
#define SUAN_UI_TERMINFO_H

#include "base/buf.h"
#include "base/err.h"

struct terminfo_reader {
    const char *name;
    const char *const *flags, *const *numbers, *const *strings; /* names, NULL-terminated */
    int (*flag)(const char *name);                              /* <= 0: not set */
    int (*number)(const char *name);                            /* < 0: absent */
    char *(*string)(const char *name);                          /* NULL or -1: absent */
};

enum rc terminfo_direct(struct buf *out, const struct terminfo_reader *r);

#endif
