/* SPDX-License-Identifier: MIT
 * tell.c - see tell.h. */
#include "fleetsim/tell.h"
#include <math.h>

static void add_string(struct buf *out, const char *s)
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

void tell_key(struct tell *t, const char *key)
{
    if (t->begun)
        buf_addc(t->out, ',');
    t->begun = true;
    add_string(t->out, key);
    buf_addc(t->out, ':');
}

void tell_begin(struct tell *t)
{
    buf_addc(t->out, '{');
    t->begun = false;
}

void tell_end(struct tell *t)
{
    buf_addc(t->out, '}');
    t->begun = true;
}

void tell_text(struct tell *t, const char *key, const char *value)
{
    tell_key(t, key);
    add_string(t->out, value);
}

void tell_count(struct tell *t, const char *key, double value)
{
    tell_key(t, key);
    buf_addf(t->out, "%.0f", value);
}

void tell_number(struct tell *t, const char *key, double value)
{
    tell_key(t, key);
    if (t->wrapped)
        buf_addf(t->out, "{\"set\":%s,\"infinite\":false,\"number\":%.0f}",
                 isfinite(value) ? "true" : "false", isfinite(value) ? value : 0);
    else if (isfinite(value))
        buf_addf(t->out, "%.0f", value);
    else
        buf_adds(t->out, "null");
}

void tell_list(struct tell *t, const char *key, const char *const *words)
{
    tell_key(t, key);
    buf_addc(t->out, '[');
    for (size_t i = 0; words[i]; i++) {
        if (i > 0)
            buf_addc(t->out, ',');
        add_string(t->out, words[i]);
    }
    buf_addc(t->out, ']');
}

void tell_word(struct tell *t, const char *key, const char *word)
{
    const char *const list[] = {word, NULL};

    if (t->wrapped)
        tell_list(t, key, list);
    else
        tell_text(t, key, word);
}

void tell_bool(struct tell *t, const char *key, bool value)
{
    tell_key(t, key);
    buf_adds(t->out, value ? "true" : "false");
}
