/* SPDX-License-Identifier: MIT
 * wall_alarm.c - an alert that turned critical has the screen: what, where, since when; below it what else is critical. */
#include "ui/alertlook.h"
#include "ui/said.h"
#include "ui/bigtext.h"
#include "base/i18n.h"
#include "ui/cells.h"
#include "ui/figure.h"
#include "ui/wall_int.h"
#include <math.h>
#include <stdio.h>

enum { TEXT_MAX = 512, OTHERS = 12, OTHERS_MIN = 4, CENTERS_MIN = 5 };

static const struct alert_row *find(const struct wall *w, const struct view_input *in)
{
    uint32_t slot = snapshot_find(in->snap, ENTITY_ALERT, w->alarm);

    return slot == UINT32_MAX ? NULL : snapshot_row(in->snap, ENTITY_ALERT, slot);
}

static const char *word(const struct view_input *in, bool has, strid id)
{
    return has ? cell_string(in, id) : "";
}

/* Digits can be big, letters cannot: "51" and "h", "91" and "°C". */
static void split_value(const struct view_input *in, const struct alert_row *a,
                        char digits[FIGURE_MAX], const char **unit)
{
    double v = a->value;

    *unit = "";
    switch (alert_unit(in, a)) {
    case RULE_UNIT_DURATION:
        *unit = v < 120 ? "s" : v < 7200 ? "min" : "h";
        v = floor(v < 120 ? v : v < 7200 ? v / 60 : v / 3600);
        break;
    case RULE_UNIT_PERCENT:
        *unit = "%";
        break;
    case RULE_UNIT_CELSIUS:
        *unit = in->ascii ? "C" : "\u00b0C";
        break;
    case RULE_UNIT_COUNT:
    case RULE_UNIT_PROBABILITY:
    case RULE_UNIT_SWITCH:
        break;
    }
    snprintf(digits, FIGURE_MAX, v == (int)v || v >= 100 ? "%.0f" : "%.1f", v);
}

/* The figure that crossed its limit, big; nothing for what is so or is not. */
static int draw_value(const struct view_input *in, const struct alert_row *a, int y, struct rect r,
                      struct canvas *c)
{
    int scale = wall_scale(in), last = y + bigtext_rows(scale) - 1, x = r.x + 4;
    char digits[FIGURE_MAX], limit[FIGURE_MAX];
    const char *unit;

    if (!row_has(a, alert, value) || alert_unit(in, a) == RULE_UNIT_SWITCH)
        return y;
    split_value(in, a, digits, &unit);
    x += bigtext_draw(c, y, r.x + 2, r.w - 4, scale, style_of(ROLE_CRIT), digits, in->ascii);
    x += canvas_text(c, last, x, r.x + r.w - x - 2, style_of(ROLE_TEXT), unit) + (*unit != '\0');
    if (row_has(a, alert, threshold))
        canvas_textf(c, last, x, r.x + r.w - x - 2, style_of(ROLE_DIM), _("limit %s"),
                     alert_figure(in, a, a->threshold, limit));
    return last + 2;
}

/* Returns the line below the last. */
static int draw_others(const struct view_input *in, const struct alert_row *shown, int y,
                       struct rect r, struct canvas *c)
{
    char text[TEXT_MAX];

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
        wall_alert_text(in, a, text, sizeof text);
        canvas_text(c, y++, x, r.x + r.w - x - 1, style_of(ROLE_TEXT), text);
    }
    return y;
}

/* Where much room is left, the centers stay in sight, worst first. */
static void draw_centers(const struct view_input *in, struct rect r, struct canvas *c)
{
    if (r.h < CENTERS_MIN)
        return;
    canvas_hline(c, r.y, r.x, r.w, style_of(ROLE_LINE));
    wall_page_draw(in, WALL_CENTERS, 0, (struct rect){r.y + 1, r.x, r.h - 1, r.w}, c);
}

void wall_alarm(const struct wall *w, const struct view_input *in, struct rect r, struct canvas *c)
{
    const struct alert_row *a = find(w, in);
    struct style banner = style_bold(style_on(ROLE_BRIGHT, ROLE_CRIT_BG));
    char since[FIGURE_MAX] = "?", text[2 * TEXT_MAX], about[ALERT_ABOUT_MAX];
    int y = r.y + 1;

    if (!a)
        return;
    canvas_fill(c, (struct rect){y, r.x, 5, r.w}, ' ', banner);
    alert_about(in, a, about);
    snprintf(text, sizeof text, "%s  %s", cell_center_name(in, a->h.center), about);
    canvas_textf(c, y + 1, r.x + 2, r.w - 4, banner, _("%s CRITICAL  %s"),
                 in->ascii ? "!!" : "\u25cf", text);
    canvas_text(c, y + 3, r.x + 2, r.w - 4, style_on(ROLE_BRIGHT, ROLE_CRIT_BG),
                row_has(a, alert, summary) ? said_string(in, a->summary) : "");
    if (row_has(a, alert, since))
        figure_duration(since, in->ctx.now - a->since);
    canvas_textf(c, y + 6, r.x + 2, r.w - 4, style_of(ROLE_TEXT), _("%s  since %s"),
                 word(in, row_has(a, alert, rule), a->rule), since);
    y = draw_value(in, a, y + 8, r, c);
    /* The main figures stay: big where there is room for that. */
    struct rect figures = {r.y + r.h - 2 - wall_figure_rows(in), r.x, wall_figure_rows(in), r.w};
    bool room = figures.y > y + OTHERS_MIN;
    if (room)
        wall_figures(w, in, figures, c);
    else
        wall_figures_small(w, in, r.y + r.h - 3, r, c);
    r.h -= room ? figures.h + 1 : 3;
    y = draw_others(in, a, y, r, c) + 1;
    draw_centers(in, (struct rect){y, r.x, r.y + r.h - 1 - y, r.w}, c);
    r.h += room ? figures.h + 1 : 3;
    canvas_textf(c, r.y + r.h - 1, r.x + 1, r.w - 2, style_of(ROLE_FAINT),
                 _("the pages come back in %ds"),
                 (int)((w->alarm_at + WALL_ALARM_MS - in->ctx.now) / 1000));
}
