/* SPDX-License-Identifier: MIT
 * wall_alarm.c - an alert that turned critical has the screen: what, where, since when; below it what else is critical. */
#include "ui/bigtext.h"
#include "base/i18n.h"
#include "ui/cells.h"
#include "ui/figure.h"
#include "ui/wall_int.h"
#include <stdio.h>

enum { TEXT_MAX = 512, OTHERS = 12, OTHERS_MIN = 4 };

static const struct alert_row *find(const struct wall *w, const struct view_input *in)
{
    uint32_t slot = snapshot_find(in->snap, ENTITY_ALERT, w->alarm);

    return slot == UINT32_MAX ? NULL : snapshot_row(in->snap, ENTITY_ALERT, slot);
}

static const char *word(const struct view_input *in, bool has, strid id)
{
    return has ? cell_string(in, id) : "";
}

/* The figure that crossed its limit, big. */
static int draw_value(const struct view_input *in, const struct alert_row *a, int y, struct rect r,
                      struct canvas *c)
{
    int scale = wall_scale(in);
    char digits[FIGURE_MAX], limit[FIGURE_MAX];

    if (!row_has(a, alert, value))
        return y;
    snprintf(digits, sizeof digits, a->value == (int)a->value || a->value >= 100 ? "%.0f" : "%.1f",
             a->value);
    int used = bigtext_draw(c, y, r.x + 2, r.w - 4, scale, style_of(ROLE_CRIT), digits, in->ascii);
    if (row_has(a, alert, threshold)) {
        figure_number(limit, a->threshold, 0, in->ascii);
        canvas_textf(c, y + bigtext_rows(scale) - 1, r.x + used + 4, r.w - used - 6,
                     style_of(ROLE_DIM), _("limit %s"), limit);
    }
    return y + bigtext_rows(scale) + 1;
}

static void draw_others(const struct view_input *in, const struct alert_row *shown, int y,
                        struct rect r, struct canvas *c)
{
    for (int i = 0; i < OTHERS && y < r.y + r.h - 1; i++) {
        const struct alert_row *a = wall_alert(in, -1, i);
        if (!a)
            break;
        if (a == shown)
            continue;
        bool critical = a->severity == severity_CRITICAL;
        int x = r.x + 2;
        canvas_text(c, y, x, 10, style_bold(style_of(critical ? ROLE_CRIT : ROLE_WARN)),
                    critical ? _("critical") : _("warning"));
        x += 10;
        canvas_textf(c, y++, x, r.x + r.w - x - 1, style_of(ROLE_TEXT), "%s: %s",
                     cell_center_name(in, a->h.center),
                     word(in, row_has(a, alert, summary), a->summary));
    }
}

void wall_alarm(const struct wall *w, const struct view_input *in, struct rect r, struct canvas *c)
{
    const struct alert_row *a = find(w, in);
    struct style banner = style_bold(style_on(ROLE_BRIGHT, ROLE_CRIT_BG));
    char since[FIGURE_MAX] = "?", text[TEXT_MAX];
    int y = r.y + 1;

    if (!a)
        return;
    canvas_fill(c, (struct rect){y, r.x, 5, r.w}, ' ', banner);
    canvas_textf(c, y + 1, r.x + 2, r.w - 4, banner, _("%s CRITICAL  %s"),
                 in->ascii ? "!!" : "\u25cf", cell_center_name(in, a->h.center));
    canvas_text(c, y + 3, r.x + 2, r.w - 4, style_on(ROLE_BRIGHT, ROLE_CRIT_BG),
                word(in, row_has(a, alert, summary), a->summary));
    if (row_has(a, alert, since))
        figure_duration(since, in->ctx.now - a->since);
    snprintf(text, sizeof text, _("%s  %s %s  since %s"),
             word(in, row_has(a, alert, rule), a->rule), word(in, row_has(a, alert, node), a->node),
             word(in, row_has(a, alert, device), a->device), since);
    canvas_text(c, y + 6, r.x + 2, r.w - 4, style_of(ROLE_TEXT), text);
    y = draw_value(in, a, y + 8, r, c);
    /* The main figures stay, where there is room for them. */
    struct rect figures = {r.y + r.h - 2 - wall_figure_rows(in), r.x, wall_figure_rows(in), r.w};
    bool room = figures.y > y + OTHERS_MIN;
    if (room)
        wall_figures(w, in, figures, c);
    r.h -= room ? figures.h + 1 : 0;
    draw_others(in, a, y, r, c);
    r.h += room ? figures.h + 1 : 0;
    canvas_textf(c, r.y + r.h - 1, r.x + 1, r.w - 2, style_of(ROLE_FAINT),
                 _("the pages come back in %ds"),
                 (int)((w->alarm_at + WALL_ALARM_MS - in->ctx.now) / 1000));
}
