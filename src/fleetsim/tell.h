/* SPDX-License-Identifier: MIT
 * tell.h - members of a JSON object, in the number styles of slurmrestd: plain ones in v0.0.38, {"set","infinite","number"}
 * where `wrapped` in later versions. Pure. */
#ifndef SUAN_FLEETSIM_TELL_H
#define SUAN_FLEETSIM_TELL_H

#include "base/buf.h"

struct tell {
    struct buf *out;
    bool wrapped; /* the style of v0.0.40 and later */
    bool begun;   /* a member stands before the next one */
};

void tell_begin(struct tell *t);
void tell_end(struct tell *t);
void tell_text(struct tell *t, const char *key, const char *value);
/* A plain number in every version. */
void tell_count(struct tell *t, const char *key, double value);
/* A number that later versions wrap; not finite: null, or not set. */
void tell_number(struct tell *t, const char *key, double value);
/* A word; later versions make a list of it. */
void tell_word(struct tell *t, const char *key, const char *word);
void tell_list(struct tell *t, const char *key, const char *const *words); /* NULL-terminated */
void tell_bool(struct tell *t, const char *key, bool value);
/* "key": and nothing more: the value follows by other means. */
void tell_key(struct tell *t, const char *key);

#endif
