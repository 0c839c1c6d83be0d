/* SPDX-License-Identifier: MIT
 * header.c - see header.h. What is worth most is placed first: the clock, the verdict, the place, the
 * counts, then the rest as far as there is room. */
#include "ui/header.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

enum { LEFT_MARGIN = 1, CRUMB_MIN = 12, COUNTS_BYTES = 96, CHIP_BYTES = 32 };

static const char brand[] = "suantop";

struct line {
    struct canvas *c;
    int y, x, end; /* free: [x, end) */
};

/* A word, if it fits whole with a gap before it. */
static bool add(struct line *l, int gap, struct style s, const char *text)
{
    int cells = text_cells(text);

    if (*text == '\0' || l->x + gap + cells > l->end)
        return false;
    l->x += gap;
    l->x += canvas_text(l->c, l->y, l->x, cells, s, text);
    return true;
}

static void add_chip(struct line *l, int gap, struct style s, const char *text)
{
    char chip[CHIP_BYTES];

    snprintf(chip, sizeof chip, " %s ", text);
    add(l, gap, s, chip);
}

static void counts_long(const struct verdict *v, char out[COUNTS_BYTES])
{
    int starting = v->centers - v->live - v->stale - v->down;
    int n = snprintf(out, COUNTS_BYTES, "%d center%s", v->centers, v->centers == 1 ? "" : "s");
    const struct {
        int count;
        const char *word;
    } parts[] = {{v->live, "live"}, {v->stale, "stale"}, {v->down, "down"}, {starting, "starting"}};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].count > 0)
            n += snprintf(out + n, COUNTS_BYTES - (size_t)n, " \xC2\xB7 %d %s", parts[i].count,
                          parts[i].word);
}

static void counts_short(const struct verdict *v, char out[COUNTS_BYTES])
{
    int n = snprintf(out, COUNTS_BYTES, "%d/%d live", v->live, v->centers);

    if (v->stale > 0)
        snprintf(out + n, COUNTS_BYTES - (size_t)n, " \xC2\xB7 %d stale", v->stale);
    else if (v->down > 0)
        snprintf(out + n, COUNTS_BYTES - (size_t)n, " \xC2\xB7 %d down", v->down);
}

static int chip_cells(int count, const char *word)
{
    char text[CHIP_BYTES];

    return count > 0 ? snprintf(text, sizeof text, " %d %s ", count, word) + 1 : 0;
}

static void verdict_chips(struct line *l, const struct verdict *v, bool brief)
{
    char text[CHIP_BYTES];

    if (v->critical == 0 && v->warning == 0) {
        if (v->centers > 0 && v->live == v->centers)
            add(l, 3, style_on(ROLE_OK, ROLE_BAR), "OK");
        return;
    }
    int gap = brief ? 2 : 3;
    if (v->critical > 0) {
        snprintf(text, sizeof text, "%d %s", v->critical, brief ? "CRIT" : "CRITICAL");
        add_chip(l, gap, style_bold(style_on(ROLE_BRIGHT, ROLE_CRIT_BG)), text);
        gap = 1;
    }
    if (v->warning > 0) {
        snprintf(text, sizeof text, "%d %s", v->warning, brief ? "WARN" : "WARNING");
        add_chip(l, gap, style_on(ROLE_WARN, ROLE_WARN_BG), text);
    }
}

/* The counts and the clock, at the right. */
static void right_side(const struct header *h, struct line *l, const char *counts)
{
    struct style dim = style_on(ROLE_DIM, ROLE_BAR);

    l->end -= 1;
    l->end -= canvas_text_right(l->c, l->y, l->end, -1, style_bold(style_on(ROLE_BRIGHT, ROLE_BAR)),
                                h->clock);
    if (*counts && l->end - text_cells(counts) - 3 > l->x) {
        l->end -= 3;
        l->end -= canvas_text_right(l->c, l->y, l->end, -1, dim, counts);
    }
    l->end -= 2;
}

/* True if everything fits in its long form. */
static bool long_fits(const struct header *h, int w, const char *counts)
{
    int cells = LEFT_MARGIN + (int)sizeof brand - 1 + 2 + text_cells(h->crumb) + 2;

    cells +=
        chip_cells(h->verdict.critical, "CRITICAL") + chip_cells(h->verdict.warning, "WARNING");
    return cells + 2 + text_cells(counts) + 3 + text_cells(h->clock) + 1 <= w;
}

static int crumb_room(const struct header *h, const struct line *l, bool brief)
{
    int chips = 2 + chip_cells(h->verdict.critical, brief ? "CRIT" : "CRITICAL") +
                chip_cells(h->verdict.warning, brief ? "WARN" : "WARNING");
    int room = l->end - l->x - 2 - chips;

    return room < CRUMB_MIN ? CRUMB_MIN : room;
}

void header_draw(const struct header *h, struct canvas *c, int y)
{
    struct line l = {c, y, LEFT_MARGIN, c->w};
    struct style bar = style_on(ROLE_TEXT, ROLE_BAR);
    char counts[COUNTS_BYTES] = "", text[CHIP_BYTES];

    canvas_fill(c, (struct rect){y, 0, 1, c->w}, ' ', bar);
    if (h->verdict.centers > 0)
        counts_long(&h->verdict, counts);
    bool brief = !long_fits(h, c->w, counts);
    bool said = *h->status && strncmp(counts, h->status, strlen(h->status)) == 0;
    if (brief && h->verdict.centers > 0)
        counts_short(&h->verdict, counts);
    add(&l, 0, style_bold(style_on(ROLE_BRAND, ROLE_BAR)), brand);
    right_side(h, &l, counts);
    int room = crumb_room(h, &l, brief);
    if (l.x + 2 < l.end) {
        room = room < l.end - l.x - 2 ? room : l.end - l.x - 2;
        l.x += 2 + canvas_text(c, y, l.x + 2, room, style_bold(style_on(ROLE_BRIGHT, ROLE_BAR)),
                               h->crumb);
    }
    verdict_chips(&l, &h->verdict, brief);
    if (*h->frozen) {
        snprintf(text, sizeof text, "FROZEN %s", h->frozen);
        add_chip(&l, 2, style_bold(style_on(ROLE_SELECTED, ROLE_SELECTION)), text);
    }
    if (*h->banner)
        add_chip(&l, 2, style_bold(style_on(ROLE_SELECTED, ROLE_SELECTION)), h->banner);
    if (!said) /* "4 centers" stands among the counts already */
        add(&l, 3, style_on(ROLE_DIM, ROLE_BAR), h->status);
    if (*h->filter && l.x + 6 < l.end) {
        l.x += 2 + canvas_text(c, y, l.x + 2, 1, style_bold(style_on(ROLE_KEY, ROLE_BAR)), "/");
        canvas_text(c, y, l.x, l.end - l.x, style_on(ROLE_BRIGHT, ROLE_BAR), h->filter);
    }
}
