/* SPDX-License-Identifier: MIT
 * jsay.c - see jsay.h. */
#include "fleetsim/jsay.h"
#include <math.h>

void jsay_string(struct buf *out, const char *s)
{
    buf_addc(out, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_addf(out, "\\%c", *s);
        else if ((unsigned char)*s < ' ')
            buf_addf(out, "\\u%04x", (unsigned)*s);
        else
            buf_addc(out, *s);
    }
    buf_addc(out, '"');
}

void jsay_key(struct jsay *t, const char *key)
{
    if (t->begun)
        buf_addc(t->out, ',');
    t->begun = true;
    jsay_string(t->out, key);
    buf_addc(t->out, ':');
}

void jsay_begin(struct jsay *t)
{
    buf_addc(t->out, '{');
    t->begun = false;
}

void jsay_end(struct jsay *t)
{
    buf_addc(t->out, '}');
    t->begun = true;
}

void jsay_text(struct jsay *t, const char *key, const char *value)
{
    jsay_key(t, key);
    jsay_string(t->out, value);
}

void jsay_count(struct jsay *t, const char *key, double value)
{
    jsay_key(t, key);
    buf_addf(t->out, "%.0f", value);
}

void jsay_number(struct jsay *t, const char *key, double value)
{
    jsay_key(t, key);
    if (t->wrapped)
        buf_addf(t->out, "{\"set\":%s,\"infinite\":false,\"number\":%.0f}",
                 isfinite(value) ? "true" : "false", isfinite(value) ? value : 0);
    else if (isfinite(value))
        buf_addf(t->out, "%.0f", value);
    else
        buf_adds(t->out, "null");
}

void jsay_list(struct jsay *t, const char *key, const char *const *words)
{
    jsay_key(t, key);
    buf_addc(t->out, '[');
    for (size_t i = 0; words[i]; i++) {
        if (i > 0)
            buf_addc(t->out, ',');
        jsay_string(t->out, words[i]);
    }
    buf_addc(t->out, ']');
}

void jsay_word(struct jsay *t, const char *key, const char *word)
{
    const char *const list[] = {word, NULL};

    if (t->wrapped)
        jsay_list(t, key, list);
    else
        jsay_text(t, key, word);
}

void jsay_bool(struct jsay *t, const char *key, bool value)
{
    jsay_key(t, key);
    buf_adds(t->out, value ? "true" : "false");
}

void jsay_null(struct jsay *t, const char *key)
{
    jsay_key(t, key);
    buf_adds(t->out, "null");
}
