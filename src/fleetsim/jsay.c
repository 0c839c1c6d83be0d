/* SPDX-License-Identifier: MIT
 * jsay.c - see jsay.h. */
#include "fleetsim/jsay.h"
#include <math.h>
#include <stdint.h>

/* A list of half a million jobs is fifty million calls of these: what needs no escape is copied in one piece, and whole numbers are
 * written without printf. */
void jsay_string(struct buf *out, const char *s)
{
    buf_addc(out, '"');
    for (;;) {
        size_t plain = 0;
        while ((unsigned char)s[plain] >= ' ' && s[plain] != '"' && s[plain] != '\\')
            plain++;
        buf_add(out, s, plain);
        s += plain;
        if (!*s)
            break;
        buf_addf(out, (unsigned char)*s < ' ' ? "\\u%04x" : "\\%c", (unsigned char)*s);
        s++;
    }
    buf_addc(out, '"');
}

static void add_integer(struct buf *out, double value)
{
    char text[24];
    size_t at = sizeof(text);
    bool minus = value < 0;

    if (!(fabs(value) < 1e15)) {
        buf_addf(out, "%.0f", value);
        return;
    }
    uint64_t v = (uint64_t)(minus ? -nearbyint(value) : nearbyint(value));
    minus = minus && v > 0;
    do
        text[--at] = (char)('0' + v % 10);
    while (v /= 10);
    if (minus)
        text[--at] = '-';
    buf_add(out, text + at, sizeof(text) - at);
}

void jsay_key(struct jsay *t, const char *key)
{
    if (t->begun)
        buf_addc(t->out, ',');
    t->begun = true;
    buf_addc(t->out, '"'); /* keys are ours: nothing in them needs an escape */
    buf_adds(t->out, key);
    buf_add(t->out, "\":", 2);
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
    add_integer(t->out, value);
}

void jsay_number(struct jsay *t, const char *key, double value)
{
    jsay_key(t, key);
    if (!t->wrapped && !isfinite(value)) {
        buf_adds(t->out, "null");
        return;
    }
    if (t->wrapped)
        buf_adds(t->out, isfinite(value) ? "{\"set\":true,\"infinite\":false,\"number\":"
                                         : "{\"set\":false,\"infinite\":false,\"number\":");
    add_integer(t->out, isfinite(value) ? value : 0);
    if (t->wrapped)
        buf_addc(t->out, '}');
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
