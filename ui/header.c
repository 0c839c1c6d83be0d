/* SPDX-License-Identifier: MIT
 * header.c - see header.h. What is worth most is placed first: the clock, the verdict, the place, the
 * counts, then the rest as far as there is room. */
#include "ui/header.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmem.h"
#include <stdio.h>
#include <string.h>

enum { LEFT_MARGIN = 1, CRUMB_MIN = 12, FILTER_MIN = 24, COUNTS_BYTES = 96, CHIP_BYTES = 32 };

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

    snprintf(chip, sizeof chip, " %.*s ", CHIP_BYTES - 3, text);
    add(l, gap, s, chip);
}

/* Nobody is to miss it: it comes before everything but the place, and is cut rather than left out. */
static void add_armed(struct line *l, const char *text)
{
    struct style s = style_bold(style_on(ROLE_BG, ROLE_ACT));
    int room = l->end - l->x - 2, cells = text_cells(text) + 2;

    if (room < 4)
        return;
    cells = cells < room ? cells : room;
    l->x += 2;
    canvas_fill(l->c, (struct rect){l->y, l->x, 1, cells}, ' ', s);
    canvas_text(l->c, l->y, l->x + 1, cells - 2, s, text);
    l->x += cells;
}

/* How the centers are, in as many words as there is room for: 0 all, 1 and 2 fewer. */
static void counts_text(const struct verdict *v, int brief, char out[COUNTS_BYTES])
{
    int starting = v->centers - v->live - v->stale - v->down;
    int n = brief ? snprintf(out, COUNTS_BYTES, _("%d/%d live"), v->live, v->centers)
                  : snprintf(out, COUNTS_BYTES, _n("%d center", "%d centers", (unsigned)v->centers),
                             v->centers);
    const struct {
        int count;
        const char *word;
    } parts[] = {{brief ? 0 : v->live, _c("health", "live")},
                 {v->stale, _c("health", "stale")},
                 {v->down, _c("health", "down")},
                 {brief ? 0 : starting, _c("health", "starting")}};
    bool full = false;

    for (size_t i = 0; i < ARRAY_LEN(parts) && brief < 2 && !full; i++)
        if (parts[i].count > 0) {
            n += snprintf(out + n, COUNTS_BYTES - (size_t)n, " \xC2\xB7 %d %s", parts[i].count,
                          parts[i].word);
            full = brief == 1; /* one is enough: the chips tell of the rest */
        }
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
            add(l, 3, style_on(ROLE_OK, ROLE_BAR), _("OK"));
        return;
    }
    int gap = brief ? 2 : 3;
    if (v->critical > 0) {
        snprintf(text, sizeof text, "%d %s", v->critical, brief ? _("CRIT") : _("CRITICAL"));
        add_chip(l, gap, style_bold(style_on(ROLE_BRIGHT, ROLE_CRIT_BG)), text);
        gap = 1;
    }
    if (v->warning > 0) {
        snprintf(text, sizeof text, "%d %s", v->warning, brief ? _("WARN") : _("WARNING"));
        add_chip(l, gap, style_on(ROLE_WARN, ROLE_WARN_BG), text);
    }
}

static bool is_armed(const struct header *h)
{
    return h->armed && *h->armed;
}

/* What must be seen besides the place, the chips and the clock. */
static int must_cells(const struct header *h)
{
    int cells = 0;

    if (*h->frozen)
        cells += 2 + text_cells(_("FROZEN")) + 3 + text_cells(h->frozen);
    if (*h->banner)
        cells += 4 + text_cells(_(h->banner));
    if (is_armed(h))
        cells += 4 + text_cells(h->armed);
    if (*h->filter) {
        int filter = 3 + text_cells(h->filter);
        cells += (*h->status ? 3 + text_cells(h->status) : 0) +
                 (filter < FILTER_MIN ? filter : FILTER_MIN);
    }
    return cells;
}

/* Cells of the left side with everything that must be there. */
static int left_cells(const struct header *h, bool brief)
{
    return LEFT_MARGIN + (int)sizeof brand - 1 + 2 + text_cells(h->crumb) + 2 +
           chip_cells(h->verdict.critical, brief ? _("CRIT") : _("CRITICAL")) +
           chip_cells(h->verdict.warning, brief ? _("WARN") : _("WARNING")) + must_cells(h);
}

/* The clock, and the counts in the longest form that leaves room for the left side. */
static void right_side(const struct header *h, struct line *l, bool brief,
                       char counts[COUNTS_BYTES])
{
    int room = l->end - left_cells(h, brief) - text_cells(h->clock) - 6;

    *counts = '\0';
    for (int i = brief; i < 3 && h->verdict.centers > 0; i++) {
        counts_text(&h->verdict, i, counts);
        if (text_cells(counts) <= room)
            break;
        *counts = '\0';
    }
    l->end -= 1;
    l->end -= canvas_text_right(l->c, l->y, l->end, -1, style_bold(style_on(ROLE_BRIGHT, ROLE_BAR)),
                                h->clock);
    if (*counts) {
        l->end -= 3;
        l->end -= canvas_text_right(l->c, l->y, l->end, -1, style_on(ROLE_DIM, ROLE_BAR), counts);
    }
    l->end -= 2;
}

/* A place that is too long loses its beginning: the view at its end is what one is in. */
static int crumb_text(struct line *l, int x, int room, const char *crumb)
{
    struct style s = style_bold(style_on(ROLE_BRIGHT, ROLE_BAR));
    int used = 0;

    if (text_cells(crumb) > room) {
        used = canvas_text(l->c, l->y, x, 1, s, "\xE2\x80\xA6");
        while (*crumb && text_cells(crumb) > room - used)
            crumb += text_prefix(crumb, 1, NULL) ? text_prefix(crumb, 1, NULL)
                                                 : text_prefix(crumb, 2, NULL);
    }
    return used + canvas_text(l->c, l->y, x + used, room - used, s, crumb);
}

/* A long place gives way to the chips, but never wholly. */
static void place(const struct header *h, struct line *l, bool brief)
{
    int others = left_cells(h, brief) - text_cells(h->crumb) - l->x - 2,
        room = l->end - l->x - 2 - others;

    if (room < CRUMB_MIN)
        room = CRUMB_MIN;
    if (room > l->end - l->x - 2)
        room = l->end - l->x - 2;
    if (room > 0)
        l->x += 2 + crumb_text(l, l->x + 2, room, h->crumb);
}

void header_draw(const struct header *h, struct canvas *c, int y)
{
    struct line l = {c, y, LEFT_MARGIN, c->w};
    struct style own = style_bold(style_on(ROLE_SELECTED, ROLE_SELECTION));
    char counts[COUNTS_BYTES], text[CHIP_BYTES];

    canvas_fill(c, (struct rect){y, 0, 1, c->w}, ' ', style_on(ROLE_TEXT, ROLE_BAR));
    counts_text(&h->verdict, 0, counts);
    bool brief = left_cells(h, false) + text_cells(counts) + text_cells(h->clock) + 6 > c->w;
    add(&l, 0, style_bold(style_on(ROLE_BRAND, ROLE_BAR)), brand);
    right_side(h, &l, brief, counts);
    place(h, &l, brief);
    if (is_armed(h))
        add_armed(&l, h->armed);
    verdict_chips(&l, &h->verdict, brief);
    if (*h->frozen) {
        snprintf(text, sizeof text, _("FROZEN %s"), h->frozen);
        add_chip(&l, 2, own, text);
    }
    if (*h->banner)
        add_chip(&l, 2, own, _(h->banner));
    if (strncmp(counts, h->status, strlen(h->status)) != 0) /* "4 centers" stands there already */
        add(&l, 3, style_on(ROLE_DIM, ROLE_BAR), h->status);
    if (*h->filter && l.x + 6 < l.end) {
        l.x += 2 + canvas_text(c, y, l.x + 2, 1, style_bold(style_on(ROLE_KEY, ROLE_BAR)), "/");
        canvas_text(c, y, l.x, l.end - l.x, style_on(ROLE_BRIGHT, ROLE_BAR), h->filter);
    }
}
