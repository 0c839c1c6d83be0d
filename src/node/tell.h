/* SPDX-License-Identifier: MIT
 * tell.h - the lines of decode.h, written: what a collector's child says. A member is left out where there is no value.
 *
 * Thread: the child's main one. */
#ifndef SUAN_NODE_TELL_H
#define SUAN_NODE_TELL_H

#include <stdint.h>
#include <stdio.h>

/* {"entity":"...": members follow, then tell_end, which flushes: what was told is told, should the next call hang. */
void tell_begin(FILE *out, const char *entity);
void tell_text(FILE *out, const char *key, const char *text);   /* "": left out */
void tell_quoted(FILE *out, const char *key, const char *text); /* as it is, quotes and all */
void tell_whole(FILE *out, const char *key, int64_t value);
void tell_number(FILE *out, const char *key, double value); /* not finite: left out */
void tell_end(FILE *out);

/* Whole lines. */
void tell_trouble(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tell_note(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tell_asking(FILE *out, const char *gpu);
/* There is nothing here to tell of: end the process, and ask another one in a while. */
void tell_idle(FILE *out);

#endif
