/* SPDX-License-Identifier: MIT
 * frame.c - see frame.h. */
#include "ui/frame.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ui/acting.h"
#include "ui/header.h"
#include "ui/nav.h"
#include "ui/said.h"
#include <stdio.h>
#include <string.h>

enum { HINTS = 16, STATUS_MAX = 512 };

void frame_status(struct ui *u, struct buf *out)
{
    const struct view_ops *ops = ui_top(u)->slot->ops;
    struct view_input in = ui_input(u);

    if (u->snap && ops->status)
        ops->status(ui_top(u)->slot->state, &in, out);
}

static void draw_header(struct ui *u)
{
    char crumb[sizeof ui_top(u)->scope.title + 64], clock[16], frozen[16] = "", armed[200];
    wall_ms now = ui_now(u);
    struct buf status;

    buf_init(&status, STATUS_MAX);
    nav_crumb(u, crumb, sizeof crumb);
    acting_banner(u, armed, sizeof armed);
    time_hms(now, ui_offset(u, now), clock);
    if (u->frozen)
        time_age(now - u->frozen_at, frozen);
    if (u->canvas.h >= UI_NEEDS_H && u->canvas.w >= UI_NEEDS_W)
        frame_status(u, &status);
    const char *banner = u->snap && snapshot_notice(u->snap)->bad ? _("NO HISTORY") : "";
    struct header h = {.crumb = crumb,
                       .status = status.data,
                       .filter = u->line == UI_LINE_FILTER ? "" : ui_top(u)->filter_text,
                       .banner = u->banner ? u->banner : banner,
                       .armed = armed,
                       .frozen = frozen,
                       .clock = clock,
                       .verdict = u->verdict};
    header_draw(&h, &u->canvas, 0);
    buf_fini(&status);
}

/* Nothing is known yet: say so, and about whom. */
static void draw_waiting(struct ui *u, struct rect area)
{
    struct canvas *c = &u->canvas;
    int y = area.y + (area.h > 6 ? 2 : 0), x = 2;

    canvas_text(c, y, x, c->w - x, style_bold(style_of(ROLE_BRIGHT)),
                _("waiting for the first answer\xE2\x80\xA6"));
    canvas_text(c, y + 1, x, c->w - x, style_of(ROLE_DIM),
                _("8 shows what is being asked, and what went wrong if something does"));
}

static void draw_body(struct ui *u)
{
    struct ui_level *l = ui_top(u);
    struct rect area = ui_body(u);

    if (u->canvas.h < UI_NEEDS_H || u->canvas.w < UI_NEEDS_W) {
        canvas_textf(&u->canvas, area.y, 1, u->canvas.w - 1, style_of(ROLE_TEXT),
                     _("needs %dx%d, has %dx%d"), UI_NEEDS_W, UI_NEEDS_H, u->canvas.w, u->canvas.h);
        return;
    }
    if (!u->snap || (snapshot_count(u->snap, ENTITY_CENTER) == 0 &&
                     snapshot_count(u->snap, ENTITY_SOURCE) == 0)) {
        draw_waiting(u, area);
        return;
    }
    ui_rebuild(u);
    struct view_input in = ui_input(u);
    l->slot->ops->draw(l->slot->state, &in, &u->canvas);
}

static void draw_dialog(struct ui *u, struct rect area)
{
    struct dialog_world w = acting_world(u);

    dialog_draw(u->dialog, &w, &u->canvas, area);
}

static void draw_overlay(struct ui *u)
{
    struct rect area = ui_body(u);

    switch (u->overlay) {
    case UI_OVER_NONE:
        break;
    case UI_OVER_PAGER:
        pager_draw(&u->pager, &u->canvas, area);
        break;
    case UI_OVER_DIALOG:
        draw_dialog(u, area);
        break;
    case UI_OVER_ARM:
        arm_panel_draw(&u->arm_panel, &u->canvas, area);
        break;
    case UI_OVER_SORT:
    case UI_OVER_SETUP:
    case UI_OVER_COLUMNS:
        menu_fit(&u->menu, area);
        menu_draw(&u->menu, &u->canvas, area);
        break;
    }
}

static const struct footer_hint pager_hints[] = {{"/", N_("search"), false, CMD_FILTER},
                                                 {"n", N_("next"), false, CMD_FIND_NEXT},
                                                 {"Esc", N_("close"), false, CMD_BACK},
                                                 {.word = NULL}};
/* The first ones go where there is little room. */
static const struct footer_hint explain_hints[] = {
    {"?", N_("help of the view"), false, CMD_HELP},
    {"\xE2\x86\x90 \xE2\x86\x92", N_("more"), false, CMD_NONE},
    {"Esc", N_("close"), false, CMD_BACK},
    {.word = NULL}};
static const struct footer_hint sort_hints[] = {{"Enter", N_("sort by it"), false, CMD_OPEN},
                                                {"Esc", N_("leave"), false, CMD_BACK},
                                                {.word = NULL}};
static const struct footer_hint setup_hints[] = {
    {"\xE2\x86\x90 \xE2\x86\x92", N_("change"), false, CMD_RIGHT},
    {"Esc", N_("done"), false, CMD_BACK},
    {.word = NULL}};

static const struct footer_hint dialog_hints[] = {{"Tab", N_("next field"), false, CMD_NONE},
                                                  {"C-d", N_("dry run"), false, CMD_NONE},
                                                  {"Enter", N_("confirm"), true, CMD_NONE},
                                                  {"Esc", N_("no"), false, CMD_BACK},
                                                  {.word = NULL}};
static const struct footer_hint arm_hints[] = {
    {"Enter", N_("arm"), true, CMD_NONE}, {"Esc", N_("no"), false, CMD_BACK}, {.word = NULL}};

static void draw_tabs(struct ui *u, int y)
{
    struct footer_hint hints[HINTS];
    char keys[HINTS][16];
    const struct view_ops *ops = ui_top(u)->slot->ops;
    struct footer f = {view_all(), ops, hints};

    const char *why;

    footer_hints(ops->footer, acting_possible(u, &why), hints, HINTS, keys);
    if (u->overlay == UI_OVER_PAGER)
        f.hints = u->explains ? explain_hints : pager_hints;
    else if (u->overlay == UI_OVER_SORT)
        f.hints = sort_hints;
    else if (u->overlay == UI_OVER_SETUP || u->overlay == UI_OVER_COLUMNS)
        f.hints = setup_hints;
    else if (u->overlay == UI_OVER_DIALOG)
        f.hints = dialog_hints;
    else if (u->overlay == UI_OVER_ARM)
        f.hints = arm_hints;
    footer_draw(&f, &u->canvas, y, &u->map);
}

/* What stands at the right of an input line: the live count, or what is wrong. */
static int draw_line_note(struct ui *u, int y)
{
    struct canvas *c = &u->canvas;
    struct buf note;
    struct style s = style_on(ROLE_DIM, ROLE_BAR);

    buf_init(&note, STATUS_MAX);
    if (u->line == UI_LINE_FILTER && u->filter_error.rc) {
        s = style_on(ROLE_CRIT, ROLE_BAR);
        buf_addf(&note, "%s%s%s", said(u->filter_error.where), *u->filter_error.where ? ": " : "",
                 said(u->filter_error.msg));
    } else if (u->line == UI_LINE_FILTER) {
        frame_status(u, &note);
        if (c->w >= 100)
            buf_addf(&note, _("%sEnter keeps \xC2\xB7 Esc restores"),
                     note.len ? "  \xC2\xB7  " : "");
    } else if (u->line == UI_LINE_COMMAND && c->w >= 100) {
        buf_adds(&note, _("Tab completes \xC2\xB7 Esc leaves"));
    }
    int room = c->w - 8 - text_cells(u->edit.text);
    int used = canvas_text_right(c, y, c->w - 1, room > c->w / 2 ? room : c->w / 2, s, note.data);
    buf_fini(&note);
    return used;
}

static void draw_line(struct ui *u, int y)
{
    struct canvas *c = &u->canvas;
    struct style prompt = style_bold(style_on(ROLE_KEY, ROLE_BAR));

    canvas_fill(c, (struct rect){y, 0, 1, c->w}, ' ', style_on(ROLE_TEXT, ROLE_BAR));
    int note = draw_line_note(u, y);
    canvas_text(c, y, 1, 1, prompt, u->line == UI_LINE_COMMAND ? ":" : "/");
    line_draw(&u->edit, c, y, 3, c->w - 4 - (note > 0 ? note + 2 : 0),
              style_on(ROLE_BRIGHT, ROLE_BAR));
}

static void draw_message(struct ui *u, int y)
{
    enum role r = u->message_bad ? ROLE_CRIT : ROLE_BRIGHT;

    canvas_fill(&u->canvas, (struct rect){y, 0, 1, u->canvas.w}, ' ',
                style_on(ROLE_TEXT, ROLE_BAR));
    canvas_text(&u->canvas, y, 1, u->canvas.w - 2, style_on(r, ROLE_BAR), u->message);
}

static void draw_footer(struct ui *u)
{
    int y = u->canvas.h - 1;

    u->map.count = 0;
    if (y < 1)
        return;
    if (u->line != UI_LINE_NONE)
        draw_line(u, y);
    else if (u->message_until)
        draw_message(u, y);
    else
        draw_tabs(u, y);
}

void frame_draw(struct ui *u)
{
    canvas_clear(&u->canvas);
    draw_body(u);
    draw_overlay(u);
    draw_header(u); /* after the body: rebuild() decides what the status says */
    draw_footer(u);
    if (u->ascii)
        canvas_ascii(&u->canvas);
}
