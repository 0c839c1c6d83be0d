/* SPDX-License-Identifier: MIT
 * jsay.h - members of a JSON object, in the number styles of slurmrestd: plain ones in v0.0.38, {"set","infinite","number"}
 * where `wrapped` in later versions. Pure. */
#ifndef SUAN_FLEETSIM_JSAY_H
#define SUAN_FLEETSIM_JSAY_H

#include "base/buf.h"

struct jsay {
    struct buf *out;
    bool wrapped; /* the style of v0.0.40 and later */
    bool begun;   /* a member stands before the next one */
};

void jsay_begin(struct jsay *t);
void jsay_end(struct jsay *t);
void jsay_text(struct jsay *t, const char *key, const char *value);
/* A plain number in every version. */
void jsay_count(struct jsay *t, const char *key, double value);
/* A number that later versions wrap; not finite: null, or not set. */
void jsay_number(struct jsay *t, const char *key, double value);
/* A word; later versions make a list of it. */
void jsay_word(struct jsay *t, const char *key, const char *word);
void jsay_list(struct jsay *t, const char *key, const char *const *words); /* NULL-terminated */
void jsay_bool(struct jsay *t, const char *key, bool value);
void jsay_null(struct jsay *t, const char *key);
/* A string as a value. */
void jsay_string(struct buf *out, const char *s);
/* "key": and nothing more: the value follows by other means. */
void jsay_key(struct jsay *t, const char *key);

#endif
