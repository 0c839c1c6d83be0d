/* SPDX-License-Identifier: MIT
 * sgr.c - see sgr.h.
 *
 * The source is first moved up by SGR_GROWTH and the result written from the start: what is sent is never
 * longer than what asked for it, since the shorter of two ways to say it is taken, but for the first
 * setting, when nothing is known of the terminal. */
#include "ui/sgr.h"
#include <string.h>

enum { PARAMS_MAX = 16, ESC = 0x1B, ATTR_LAST = 9 };
#define BOLD_OR_DIM (1u << 1 | 1u << 2)

/* A sequence ESC [ ... letter. */
struct csi {
    int params[PARAMS_MAX], count;
    char final;
    bool simple; /* digits and ; only */
    size_t len;
};

struct writer {
    char *out;
    size_t n;
};

void sgr_init(struct sgr *s, bool may_undo)
{
    *s = (struct sgr){.may_undo = may_undo};
}

void sgr_lost(struct sgr *s)
{
    s->known = s->ascii = false;
}

void sgr_reset(struct sgr *s)
{
    sgr_lost(s);
    s->opaque = false;
    s->want = (struct sgr_pen){.attr = 0};
}

static void put(struct writer *w, const char *s, size_t n)
{
    memmove(w->out + w->n, s, n);
    w->n += n;
}

static void put_number(struct writer *w, unsigned v)
{
    char digits[10];
    size_t n = sizeof digits;

    do
        digits[--n] = (char)('0' + v % 10);
    while ((v /= 10) > 0);
    put(w, digits + n, sizeof digits - n);
}

/* One more parameter of the setting that is being written; the first opens it. */
static void put_param(struct writer *w, bool *open, unsigned v)
{
    put(w, *open ? ";" : "\033[", *open ? 1 : 2);
    put_number(w, v);
    *open = true;
}

static void put_colour(struct writer *w, bool *open, uint32_t colour, unsigned base)
{
    unsigned v = colour & 0xffffff;

    if (colour == SGR_DEFAULT) {
        put_param(w, open, base + 9);
    } else if (colour & SGR_RGB) {
        put_param(w, open, base + 8);
        put_param(w, open, 2);
        put_param(w, open, v >> 16);
        put_param(w, open, v >> 8 & 0xff);
        put_param(w, open, v & 0xff);
    } else if (v < 8) {
        put_param(w, open, base + v);
    } else if (v < 16) {
        put_param(w, open, base + 60 + v - 8);
    } else {
        put_param(w, open, base + 8);
        put_param(w, open, 5);
        put_param(w, open, v);
    }
}

/* What is in want but not in have. */
static void put_added(struct writer *w, bool *open, const struct sgr_pen *have,
                      const struct sgr_pen *want)
{
    for (unsigned i = 1; i <= ATTR_LAST; i++)
        if ((want->attr & ~have->attr) >> i & 1)
            put_param(w, open, i);
    if (want->fg != have->fg)
        put_colour(w, open, want->fg, 30);
    if (want->bg != have->bg)
        put_colour(w, open, want->bg, 40);
    if (*open)
        put(w, "m", 1);
}

/* From what there is: attributes are taken away one by one; 22 takes bold and dim together. */
static void put_difference(struct writer *w, struct sgr_pen have, const struct sgr_pen *want)
{
    uint32_t gone = have.attr & ~want->attr;
    bool open = false;

    if (gone & BOLD_OR_DIM) {
        put_param(w, &open, 22);
        have.attr &= ~BOLD_OR_DIM;
    }
    for (unsigned i = 3; i <= ATTR_LAST; i++)
        if (gone >> i & 1)
            put_param(w, &open, 20 + i);
    have.attr &= ~gone;
    put_added(w, &open, &have, want);
}

/* From nothing. */
static void put_anew(struct writer *w, const struct sgr_pen *want)
{
    static const struct sgr_pen none = {.attr = 0};
    bool open = memcmp(want, &none, sizeof none) != 0;

    put(w, "\033[", 2); /* an empty parameter is a 0 */
    put_added(w, &open, &none, want);
    if (!open)
        put(w, "m", 1);
}

/* Send what was held back. */
static void flush(struct sgr *s, struct writer *w)
{
    char anew[2 * SGR_GROWTH], step[2 * SGR_GROWTH];
    struct writer a = {anew, 0}, b = {step, 0};

    if (s->opaque || (s->known && memcmp(&s->have, &s->want, sizeof s->have) == 0))
        return;
    put_anew(&a, &s->want);
    put_difference(&b, s->have, &s->want);
    bool undo = (s->have.attr & ~s->want.attr) != 0;
    if (!s->known || (undo && !s->may_undo) || a.n < b.n)
        put(w, anew, a.n);
    else
        put(w, step, b.n);
    s->have = s->want;
    s->known = true;
}

static struct csi parse_csi(const char *s, size_t len)
{
    struct csi c = {.simple = true};
    size_t i = 2;

    for (; i < len && (unsigned char)s[i] < 0x40; i++) {
        if (s[i] >= '0' && s[i] <= '9') {
            if (c.params[c.count] < 100000)
                c.params[c.count] = c.params[c.count] * 10 + s[i] - '0';
        } else if (s[i] == ';' && c.count + 1 < PARAMS_MAX) {
            c.count++;
        } else {
            c.simple = false;
        }
    }
    c.count++;
    c.final = i < len ? s[i] : '\0';
    c.len = i < len ? i + 1 : len;
    return c;
}

/* 38;5;n and 38;2;r;g;b from params[i]; the number of parameters taken, 0 = not understood. */
static int take_long_colour(const struct csi *c, int i, uint32_t *colour)
{
    const int *p = &c->params[i];

    if (i + 2 < c->count && p[1] == 5 && p[2] < 256) {
        *colour = SGR_INDEX | (uint32_t)p[2];
        return 3;
    }
    if (i + 4 < c->count && p[1] == 2 && p[2] < 256 && p[3] < 256 && p[4] < 256) {
        *colour = SGR_RGB | (uint32_t)(p[2] << 16 | p[3] << 8 | p[4]);
        return 5;
    }
    return 0;
}

static int take_colour(struct sgr_pen *pen, const struct csi *c, int i)
{
    int v = c->params[i], base = v >= 90 ? v - 60 : v;
    uint32_t *colour = base >= 40 ? &pen->bg : &pen->fg;

    base -= base >= 40 ? 40 : 30;
    if (base == 8 && v < 50)
        return take_long_colour(c, i, colour);
    if (base == 9 && v < 50) {
        *colour = SGR_DEFAULT;
        return 1;
    }
    if (base > 7)
        return 0;
    *colour = SGR_INDEX | (uint32_t)(v >= 90 ? base + 8 : base);
    return 1;
}

/* One parameter (or what belongs together); the number taken, 0 = not understood. */
static int take_param(struct sgr_pen *pen, const struct csi *c, int i)
{
    int v = c->params[i];

    if (v == 0)
        *pen = (struct sgr_pen){.attr = 0};
    else if (v <= ATTR_LAST && v != 6)
        pen->attr |= 1u << v;
    else if (v == 22)
        pen->attr &= ~(1u << 1 | 1u << 2);
    else if (v >= 23 && v <= 29 && v != 26)
        pen->attr &= ~(1u << (v - 20));
    else if ((v >= 30 && v <= 49) || (v >= 90 && v <= 97) || (v >= 100 && v <= 107))
        return take_colour(pen, c, i);
    else
        return 0;
    return 1;
}

static bool take_sgr(struct sgr *s, const struct csi *c)
{
    struct sgr_pen pen = s->want;

    if (s->opaque && c->params[0] != 0)
        return false;
    for (int i = 0; i < c->count;) {
        int n = c->simple ? take_param(&pen, c, i) : 0;
        if (n == 0)
            return false;
        s->may_undo |= c->params[i] >= 22 && c->params[i] <= 29; /* who sends it, knows it */
        i += n;
    }
    s->want = pen;
    if (s->opaque)
        s->known = s->opaque = false; /* it began with a reset */
    return true;
}

/* Sequences that print and erase nothing: the setting can wait until behind them. */
static bool only_moves(const struct csi *c)
{
    return c->final && strchr("ABCDGHdf", c->final);
}

static size_t squeeze_csi(struct sgr *s, struct writer *w, const char *at, size_t len)
{
    struct csi c = parse_csi(at, len);

    if (c.final == 'm' && take_sgr(s, &c))
        return c.len;
    if (!only_moves(&c))
        flush(s, w);
    if (c.final == 'm')
        s->opaque = true;
    put(w, at, c.len);
    return c.len;
}

static size_t squeeze_escape(struct sgr *s, struct writer *w, const char *at, size_t len)
{
    bool charset = len >= 3 && at[1] == '(';
    size_t n = charset ? 3 : len >= 2 ? 2 : len;

    if (len >= 2 && at[1] == '[')
        return squeeze_csi(s, w, at, len);
    if (charset && at[2] == 'B' && s->ascii)
        return n;
    if (charset)
        s->ascii = at[2] == 'B';
    flush(s, w);
    put(w, at, n);
    return n;
}

static size_t text_run(const char *at, size_t len)
{
    size_t n = 1;

    while (n < len && at[n] != ESC && at[n] != '\r' && at[n] != '\b')
        n++;
    return n;
}

size_t sgr_squeeze(struct sgr *s, char *data, size_t len)
{
    struct writer w = {data, 0};
    const char *from = data + SGR_GROWTH;

    memmove(data + SGR_GROWTH, data, len);
    for (size_t at = 0, n; at < len; at += n) {
        if (from[at] == ESC) {
            n = squeeze_escape(s, &w, from + at, len - at);
        } else if (from[at] == '\r' || from[at] == '\b') {
            n = 1;
            put(&w, from + at, 1);
        } else {
            n = text_run(from + at, len - at);
            flush(s, &w);
            put(&w, from + at, n);
        }
    }
    return w.n;
}
