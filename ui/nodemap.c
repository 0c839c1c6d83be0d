/* SPDX-License-Identifier: MIT
 * nodemap.c - see nodemap.h. Lines are counted over the whole map; the window follows the cursor. */
#include "ui/nodemap.h"
#include "ui/cells.h"
#include "ui/chart.h"
#include "ui/glyph.h"
#include "ui/listing.h"
#include "ui/nodelook.h"
#include "base/i18n.h"
#include "base/text.h"
#include <stdio.h>

enum { LABEL_CELLS = 16, LABEL_LINES = 2, TENS = 10, SELECTED_LINES = 3, ROOMY_LINES = 28 };

/* How the cells are laid out: `width` cells a node, a gap after every ten. */
struct plan {
    struct rect r; /* of the blocks alone */
    int x0, width, per_line;
    bool apart; /* a free line between blocks, and two for the label */
};

static int legend_lines(const struct view_input *in)
{
    return in->area.h >= ROOMY_LINES ? 3 : 2;
}

static int fit(int room, int width)
{
    int tens = room / (TENS * width + 1), rest = room - tens * (TENS * width + 1);

    return tens * TENS + rest / width;
}

static uint32_t group_first(const struct table *t, uint32_t g)
{
    return t->group_count > 0 ? t->groups[g] : 0;
}

static uint32_t group_after(const struct table *t, uint32_t g)
{
    return g + 1 < t->group_count ? t->groups[g + 1] : t->result.count;
}

static uint32_t block_count(const struct table *t)
{
    return t->group_count > 0 ? t->group_count : t->result.count > 0;
}

static uint32_t lines_between(const struct table *t, const struct plan *p, uint32_t g)
{
    uint32_t rows = group_after(t, g) - group_first(t, g), per = (uint32_t)p->per_line;

    uint32_t lines = (rows + per - 1) / per;

    if (!p->apart)
        return lines;
    return (lines < LABEL_LINES ? LABEL_LINES : lines) + 1;
}

static uint64_t all_lines(const struct table *t, const struct plan *p)
{
    uint64_t lines = 0;

    for (uint32_t g = 0; g < block_count(t); g++)
        lines += lines_between(t, p, g);
    return lines;
}

static struct plan make_plan(const struct table *t, const struct view_input *in)
{
    struct plan p = {.r = in->area};

    p.r.y += legend_lines(in);
    p.r.h -= legend_lines(in) + SELECTED_LINES;
    p.x0 = p.r.x + 1 + LABEL_CELLS + 1;
    int room = p.r.x + p.r.w - 1 - p.x0;
    for (int tight = 0; tight < 4; tight++) { /* ever narrower cells, at last no free lines */
        p.width = tight == 0 ? 3 : tight == 1 ? 2 : 1;
        p.apart = tight < 3;
        p.per_line = fit(room, p.width);
        if (p.per_line < 1)
            p.per_line = 1;
        if (all_lines(t, &p) <= (uint64_t)(p.r.h > 0 ? p.r.h : 0))
            break;
    }
    return p;
}

static uint32_t group_of(const struct table *t, uint32_t index)
{
    return t->group_count > 0 ? table_line(t, index) - index - 1 : 0;
}

static uint64_t line_of(const struct table *t, const struct plan *p, uint32_t index)
{
    uint32_t g = group_of(t, index);
    uint64_t line = 0;

    for (uint32_t i = 0; i < g; i++)
        line += lines_between(t, p, i);
    return line + (index - group_first(t, g)) / (uint32_t)p->per_line;
}

/* First line of the window: the cursor in the middle, unless all fits. */
static uint64_t first_line(const struct table *t, const struct plan *p)
{
    uint64_t all = all_lines(t, p), h = (uint64_t)(p->r.h > 0 ? p->r.h : 0);

    if (all <= h)
        return 0;
    uint64_t at = line_of(t, p, t->cursor), top = at > h / 2 ? at - h / 2 : 0;
    return top > all - h ? all - h : top;
}

static int x_of(const struct plan *p, uint32_t column)
{
    return p->x0 + (int)column * p->width + (int)column / TENS;
}

/* --- cells --- */

static bool share_of(const struct node_row *n, double *share)
{
    if (row_has(n, node, devices_total) && n->devices_total > 0 &&
        row_has(n, node, devices_allocated)) {
        *share = n->devices_allocated / n->devices_total;
        return true;
    }
    if (row_has(n, node, cpus_total) && n->cpus_total > 0 && row_has(n, node, cpus_allocated)) {
        *share = n->cpus_allocated / n->cpus_total;
        return true;
    }
    return false;
}

static struct style on_heat(enum role bg)
{
    return style_on(bg == ROLE_HEAT0 || bg == ROLE_HEAT1 ? ROLE_BRIGHT : ROLE_BG, bg);
}

static struct style share_cell(const struct node_row *n, char text[3])
{
    double share;

    snprintf(text, 3, "%s", FIGURE_ABSENT);
    if (!share_of(n, &share))
        return style_on(ROLE_FAINT, ROLE_BAR);
    if (share >= 1) {
        snprintf(text, 3, "F");
        return style_on(ROLE_BG, ROLE_ALLOCATED);
    }
    snprintf(text, 3, "%d", (int)(share * 10));
    if (share <= 0)
        return style_on(ROLE_FAINT, ROLE_BAR);
    return on_heat((enum role)(ROLE_HEAT0 + (int)(share * 3)));
}

static struct style heat_cell(const struct node_row *n, int width, char text[3])
{
    double v = n->temperature_celsius;

    snprintf(text, 3, "%s", FIGURE_ABSENT);
    if (!row_has(n, node, temperature_celsius))
        return style_on(ROLE_FAINT, ROLE_BAR);
    int whole = v < 0 ? 0 : v > 99 ? 99 : (int)v;
    snprintf(text, 3, "%d", width == 1 ? whole / 10 : whole);
    return on_heat(figure_heat(v));
}

static void draw_cell(const struct view_input *in, enum nodemap_mode mode, const struct plan *p,
                      const struct node_row *n, bool selected, int y, int x, struct canvas *c)
{
    struct node_look look = node_look(in, n);
    char text[3];
    struct style s;

    if (look.letter) {
        snprintf(text, sizeof text, "%c", look.letter);
        s = style_bold(style_on(look.role, look.trouble == NODE_BROKEN      ? ROLE_CRIT_BG
                                           : look.trouble == NODE_TAKEN_OUT ? ROLE_WARN_BG
                                                                            : ROLE_BAR));
    } else {
        s = mode == NODEMAP_HEAT ? heat_cell(n, p->width, text) : share_cell(n, text);
    }
    if (selected)
        s = style_bold(style_on(ROLE_BG, ROLE_BRIGHT));
    if (selected && in->mono)
        s.attr |= ATTR_REVERSE;
    canvas_fill(c, (struct rect){y, x, 1, p->width}, ' ', s);
    canvas_text(c, y, x + (p->width > 2 && !text[1]), p->width, s, text);
}

/* --- blocks --- */

static void draw_label(const struct table *t, const struct view_input *in, const struct plan *p,
                       uint32_t g, uint32_t line, int y, struct canvas *c)
{
    const void *row = snapshot_row(in->snap, ENTITY_NODE, t->result.slots[group_first(t, g)]);
    char count[FIGURE_MAX];
    struct buf text;

    if (line > 1 || !row)
        return;
    if (line == 1) {
        figure_number(count, group_after(t, g) - group_first(t, g), 0, in->ascii);
        canvas_text(c, y, p->r.x + 1, LABEL_CELLS, style_of(ROLE_DIM), count);
        return;
    }
    buf_init(&text, 1024);
    if (t->group >= 0) {
        struct value v = column_value(&in->ctx, ENTITY_NODE, (unsigned)t->group, row);
        cell_value(in, column_info(ENTITY_NODE, (unsigned)t->group), &v, &text);
    } else {
        buf_adds(&text, _("nodes"));
    }
    canvas_text(c, y, p->r.x + 1, LABEL_CELLS, style_bold(style_of(ROLE_BRIGHT)), text.data);
    buf_fini(&text);
}

static void draw_line(const struct table *t, const struct view_input *in, enum nodemap_mode mode,
                      const struct plan *p, uint32_t g, uint32_t line, int y, struct canvas *c)
{
    uint32_t first = group_first(t, g) + line * (uint32_t)p->per_line, end = group_after(t, g);

    draw_label(t, in, p, g, line, y, c);
    for (uint32_t k = 0; k < (uint32_t)p->per_line && first + k < end; k++) {
        const struct node_row *n = snapshot_row(in->snap, ENTITY_NODE, t->result.slots[first + k]);
        if (n)
            draw_cell(in, mode, p, n, first + k == t->cursor, y, x_of(p, k), c);
    }
}

static void draw_blocks(const struct table *t, const struct view_input *in, enum nodemap_mode mode,
                        const struct plan *p, struct canvas *c)
{
    uint64_t top = first_line(t, p), at = 0;

    for (uint32_t g = 0; g < block_count(t); g++) {
        uint32_t lines = lines_between(t, p, g);
        for (uint32_t line = 0; line < lines; line++, at++) {
            if (at < top || at >= top + (uint64_t)p->r.h)
                continue;
            draw_line(t, in, mode, p, g, line, p->r.y + (int)(at - top), c);
        }
    }
}

/* --- legend and the selected node --- */

static int scale(const struct view_input *in, int y, int x, enum nodemap_mode mode,
                 struct canvas *c)
{
    static const enum role shares[] = {ROLE_BAR, ROLE_HEAT0, ROLE_HEAT1, ROLE_HEAT2,
                                       ROLE_ALLOCATED};
    int n = mode == NODEMAP_HEAT ? 10 : 5;

    x += canvas_text(c, y, x, 8, style_of(ROLE_DIM),
                     mode == NODEMAP_SHARE ? "0% "
                     : in->ascii           ? "35C "
                                           : "35° ");
    for (int i = 0; i < n; i++, x += 2) {
        enum role bg = mode == NODEMAP_HEAT ? (enum role)(ROLE_HEAT0 + i) : shares[i];
        char letter[2] = {(char)('0' + (35 + 6 * i) / 10), '\0'};
        if (mode == NODEMAP_SHARE)
            letter[0] = "0169F"[i];
        canvas_fill(c, (struct rect){y, x, 1, 2}, ' ', style_on(ROLE_BG, bg));
        canvas_text(c, y, x, 1, bg == ROLE_BAR ? style_on(ROLE_FAINT, bg) : on_heat(bg), letter);
    }
    return x + 1 +
           canvas_text(c, y, x + 1, 8, style_of(ROLE_DIM),
                       mode == NODEMAP_SHARE ? "100%"
                       : in->ascii           ? "95C"
                                             : "95°C");
}

static void draw_legend(const struct table *t, const struct view_input *in, enum nodemap_mode mode,
                        struct canvas *c)
{
    static const struct {
        char letter[2];
        enum role role;
        const char *word;
    } letters[] = {{"x", ROLE_CRIT, N_("down")},
                   {"D", ROLE_WARN, N_("drained")},
                   {"d", ROLE_WARN, N_("draining")},
                   {"m", ROLE_MEASURED, N_("maint")}};
    struct rect r = in->area;
    int y = r.y + legend_lines(in) - 2;
    struct phrase p = phrase_start(c, in, y, r.x + 1, r.x + r.w - 1);

    phrase_plural(&p, style_bold(style_of(ROLE_BRIGHT)), t->result.count, "node", "nodes");
    phrase_word(&p, style_of(ROLE_DIM), glyph(GLYPH_DOT, in->ascii));
    phrase_word(&p, style_of(ROLE_DIM),
                mode == NODEMAP_HEAT ? _("temperature") : _("share allocated"));
    p.x = scale(in, y, p.x + 3, mode, c) + 1;
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        phrase_gap(&p, 1);
        if (p.x + 4 + text_cells(_(letters[i].word)) > p.end)
            break;
        phrase_word(&p, style_bold(style_of(letters[i].role)), letters[i].letter);
        phrase_word(&p, style_of(ROLE_DIM), _(letters[i].word));
    }
}

static void pair(struct phrase *p, const char *word, bool has, double used, double total)
{
    char a[FIGURE_MAX], b[FIGURE_MAX];

    if (!has)
        return;
    figure_number(a, used, 0, p->in->ascii);
    figure_number(b, total, 0, p->in->ascii);
    phrase_gap(p, 2);
    phrase_word(p, style_of(ROLE_DIM), word);
    phrase_word(p, style_of(ROLE_TEXT), a);
    phrase_word(p, style_of(ROLE_DIM), "/");
    phrase_word(p, style_of(ROLE_DIM), b);
}

static void draw_figures(const struct view_input *in, const struct node_row *n, int y,
                         struct canvas *c)
{
    struct node_look look = node_look(in, n);
    struct phrase p = phrase_start(c, in, y, in->area.x + 1, in->area.x + in->area.w - 1);
    char text[FIGURE_MAX];
    bool crit;

    phrase_word(&p, style_bold(style_of(ROLE_BRIGHT)), cell_string(in, n->name));
    phrase_gap(&p, 1);
    phrase_word(&p, style_bold(style_of(look.role)), _(look.word));
    if (cell_many_centers(in)) {
        phrase_gap(&p, 1);
        phrase_word(&p, style_of(ROLE_DIM), cell_center_name(in, n->h.center));
    }
    pair(&p, _("GPUs"),
         row_has(n, node, devices_allocated) && row_has(n, node, devices_total) &&
             n->devices_total > 0,
         n->devices_allocated, n->devices_total);
    pair(&p, _("CPUs"), row_has(n, node, cpus_allocated) && row_has(n, node, cpus_total),
         n->cpus_allocated, n->cpus_total);
    if (row_has(n, node, temperature_celsius)) {
        phrase_gap(&p, 2);
        figure_unit(text, n->temperature_celsius, UNIT_CELSIUS, in->ascii);
        phrase_word(&p, figure_temperature_style(n->temperature_celsius, 0, &crit), text);
    }
    if (row_has(n, node, power_watts)) {
        phrase_gap(&p, 2);
        figure_unit(text, n->power_watts, UNIT_WATT, in->ascii);
        phrase_word(&p, style_of(ROLE_TEXT), text);
    }
}

static void draw_selected(const struct table *t, const struct view_input *in, struct canvas *c)
{
    const struct node_row *n = table_row(t, in);
    int y = in->area.y + in->area.h - SELECTED_LINES;
    struct phrase p = phrase_start(c, in, y + 2, in->area.x + 1, in->area.x + in->area.w - 1);

    canvas_hline(c, y, in->area.x, in->area.w, style_of(ROLE_LINE));
    if (!n)
        return;
    draw_figures(in, n, y + 1, c);
    if (row_has(n, node, pools))
        phrase_word(&p, style_of(ROLE_DIM), cell_string(in, n->pools));
    if (row_has(n, node, reason)) {
        phrase_gap(&p, 2);
        phrase_word(&p, style_of(ROLE_TEXT), cell_string(in, n->reason));
    }
    if (row_has(n, node, reason_by)) {
        phrase_word(&p, style_of(ROLE_DIM), _("by"));
        phrase_word(&p, style_of(ROLE_DIM), cell_string(in, n->reason_by));
    }
}

void nodemap_draw(const struct table *t, const struct view_input *in, enum nodemap_mode mode,
                  struct canvas *c)
{
    struct plan p = make_plan(t, in);

    if (in->area.h < legend_lines(in) + SELECTED_LINES + 1)
        return;
    draw_legend(t, in, mode, c);
    draw_blocks(t, in, mode, &p, c);
    draw_selected(t, in, c);
}

/* --- the cursor --- */

/* Up or down a line: within the block, else to the same column of the next block. */
static uint32_t step_line(const struct table *t, const struct plan *p, int by)
{
    uint32_t g = group_of(t, t->cursor), first = group_first(t, g), after = group_after(t, g);
    uint32_t per = (uint32_t)p->per_line, at = t->cursor - first, column = at % per;

    if (by < 0 && at >= per)
        return t->cursor - per;
    if (by > 0 && at / per < (after - first - 1) / per)
        return t->cursor + per < after ? t->cursor + per : after - 1;
    if (by < 0 && g == 0)
        return t->cursor;
    if (by > 0 && g + 1 >= block_count(t))
        return t->cursor;
    g = by < 0 ? g - 1 : g + 1;
    first = group_first(t, g);
    after = group_after(t, g);
    uint32_t line = by < 0 ? (after - first - 1) / per : 0, to = first + line * per + column;
    return to < after ? to : after - 1;
}

uint32_t nodemap_step(const struct table *t, const struct view_input *in, enum cmd cmd)
{
    struct plan p = make_plan(t, in);
    uint32_t last = t->result.count > 0 ? t->result.count - 1 : 0;

    switch (cmd) {
    case CMD_LEFT:
        return t->cursor > 0 ? t->cursor - 1 : 0;
    case CMD_RIGHT:
        return t->cursor < last ? t->cursor + 1 : last;
    case CMD_UP:
        return step_line(t, &p, -1);
    case CMD_DOWN:
        return step_line(t, &p, 1);
    default:
        return t->cursor;
    }
}

uint32_t nodemap_hit(const struct table *t, const struct view_input *in, int y, int x)
{
    struct plan p = make_plan(t, in);
    uint64_t top = first_line(t, &p), want = top + (uint64_t)(y - p.r.y), at = 0;

    if (y < p.r.y || y >= p.r.y + p.r.h || x < p.x0)
        return UINT32_MAX;
    for (uint32_t g = 0; g < block_count(t); g++) {
        uint32_t lines = lines_between(t, &p, g);
        if (want >= at + lines) {
            at += lines;
            continue;
        }
        uint32_t index = group_first(t, g) + (uint32_t)(want - at) * (uint32_t)p.per_line;
        for (uint32_t k = 0; k < (uint32_t)p.per_line && index + k < group_after(t, g); k++)
            if (x >= x_of(&p, k) && x < x_of(&p, k) + p.width)
                return index + k;
        break;
    }
    return UINT32_MAX;
}
