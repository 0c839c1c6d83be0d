/* SPDX-License-Identifier: MIT
 * command.c - see command.h. The core answers what concerns the whole dashboard; the rest goes to the view. */
#include "ui/command.h"
#include "ui/said.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ui/act.h"
#include "ui/acting.h"
#include "ui/complete.h"
#include "ui/nav.h"
#include "ui/explain.h"
#include "ui/overlay.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TWICE_MS = 400 };

static const char *asked(const struct ui *u, const char *words)
{
    return u->port.replay_step ? _("this is a replay: there is nobody to ask") : words;
}

/* Who says it is known here only. */
static void annotate(struct ui *u, struct view_out *out)
{
    if (!u->port.annotate) {
        ui_say(u, true, _("nothing can be acknowledged, silenced or resolved on this screen"));
        return;
    }
    for (size_t i = 0; i < out->annotation_count; i++) {
        struct annotation *a = &out->annotations[i];
        snprintf(a->by, sizeof a->by, "%s", u->options.actor ? u->options.actor : "");
        u->port.annotate(u->port.arg, a);
    }
    ui_say(u, false, "%s", out->text.data);
}

static void carry_out(struct ui *u, struct view_out *out)
{
    switch (out->wish) {
    case WISH_NONE:
        break;
    case WISH_PUSH:
        nav_push(u, out->push, &out->scope);
        break;
    case WISH_PAGER:
        overlay_text(u, PAGER_FIELDS, out->text.data, out->text.len);
        break;
    case WISH_RAW:
        overlay_raw(u, out->entity, out->source, out->id);
        break;
    case WISH_RETRY:
        if (u->port.refresh)
            u->port.refresh(u->port.arg, out->source);
        ui_say(u, false, "%s", asked(u, _("asked again")));
        break;
    case WISH_MESSAGE:
        ui_say(u, false, "%s", out->text.data);
        break;
    case WISH_UP:
        nav_pop(u);
        break;
    case WISH_ANNOTATE:
        annotate(u, out);
        break;
    case WISH_ACT:
        acting_ask(u, out->order, ui_top(u)->slot);
        break;
    }
}

/* False while there is nothing that a view could work on. */
static bool view_ready(struct ui *u)
{
    if (!u->snap)
        return false;
    ui_rebuild(u);
    return true;
}

/* True if the view did something. */
static bool to_view(struct ui *u, enum cmd cmd, const char *arg)
{
    struct ui_level *l = ui_top(u);

    if (!view_ready(u) || !l->slot->ops->command)
        return false;
    struct view_input in = ui_input(u);
    struct view_out out;
    view_out_init(&out);
    bool did = l->slot->ops->command(l->slot->state, &in, cmd, arg, &out);
    if (did) {
        u->dirty = true;
        carry_out(u, &out);
    }
    view_out_fini(&out);
    return did;
}

static void line_open(struct ui *u, enum ui_line line)
{
    struct line_history *h = line == UI_LINE_COMMAND  ? &u->state.commands
                             : line == UI_LINE_FILTER ? &u->state.filters
                                                      : NULL;
    const char *text = line == UI_LINE_FILTER ? ui_top(u)->filter_text : "";

    u->line = line;
    line_init(&u->edit, h, text);
    u->filter_error.rc = RC_OK;
    if (line == UI_LINE_FILTER)
        snprintf(u->filter_before, sizeof u->filter_before, "%s", text);
    u->dirty = true;
}

static void filter_typed(struct ui *u)
{
    u->filter_error.rc = RC_OK;
    nav_filter(u, u->edit.text, &u->filter_error);
}

static void filter_key(struct ui *u, enum line_event e)
{
    if (e == LINE_CHANGED) {
        filter_typed(u);
    } else if (e == LINE_CANCEL) {
        nav_filter(u, u->filter_before, NULL);
        u->line = UI_LINE_NONE;
    } else if (e == LINE_DONE && u->filter_error.rc == RC_OK) {
        line_history_add(&u->state.filters, u->edit.text);
        u->line = UI_LINE_NONE;
    }
}

static void line_done(struct ui *u)
{
    enum ui_line line = u->line;

    u->line = UI_LINE_NONE;
    if (line == UI_LINE_COMMAND) {
        line_history_add(&u->state.commands, u->edit.text);
        command_line(u, u->edit.text);
    } else if (*u->edit.text && !pager_find(&u->pager, u->edit.text, 1)) {
        ui_say(u, false, _("not found: %s"), u->edit.text);
    }
}

static void line_input(struct ui *u, uint32_t key)
{
    struct completion c = {ui_top(u)->slot->ops->entity, u->snap, u->theme_dirs};
    line_complete *complete = u->line == UI_LINE_COMMAND  ? complete_command
                              : u->line == UI_LINE_FILTER ? complete_filter
                                                          : NULL;
    enum line_event e = line_key(&u->edit, key, complete, &c);

    u->dirty = true;
    if (u->line == UI_LINE_FILTER)
        filter_key(u, e);
    else if (e == LINE_CANCEL)
        u->line = UI_LINE_NONE;
    else if (e == LINE_DONE)
        line_done(u);
}

static void back(struct ui *u)
{
    if (u->overlay != UI_OVER_NONE)
        overlay_close(u);
    else if (to_view(u, CMD_BACK, "")) /* out of a pane of its own */
        return;
    else if (*ui_top(u)->filter_text)
        nav_filter(u, "", NULL);
    else
        nav_pop(u);
}

static void freeze(struct ui *u)
{
    u->frozen = !u->frozen;
    u->frozen_at = ui_now(u);
    u->snap_waits = !u->frozen; /* whatever came meanwhile is shown now */
    u->taken_at = 0;
    u->dirty = u->rows_stale = true;
}

static void replay_speed(struct ui *u, double factor)
{
    if (u->port.replay_speed)
        ui_say(u, false, _("speed %gx"), u->port.replay_speed(u->port.arg, factor));
    else
        ui_say(u, false, _("only in a replay"));
}

static void filter_command(struct ui *u, const char *arg)
{
    struct err e = {0};

    if (!*arg) {
        line_open(u, UI_LINE_FILTER);
    } else if (nav_filter(u, arg, &e) != RC_OK) {
        ui_say(u, true, "%s%s%s", said(e.where), *e.where ? ": " : "", said(e.msg));
    }
}

static void refresh(struct ui *u)
{
    term_repaint(u->term);
    u->rows_stale = u->dirty = true;
    if (u->port.refresh)
        u->port.refresh(u->port.arg, -1);
    ui_say(u, false, "%s", asked(u, _("all sources are asked again")));
}

static bool go_to_view(struct ui *u, enum cmd cmd)
{
    const struct cmd_info *info = cmd_info(cmd);
    const struct view_ops *ops =
        info && info->group == CMD_GROUP_VIEW ? view_find(info->name) : NULL;
    const struct ui_level *l = ui_top(u);
    bool keeps_center = cmd == CMD_VIEW_6 || cmd == CMD_VIEW_7;

    if (!ops)
        return false;
    if (keeps_center && l->scope.center >= 0 && l->slot->ops != ops)
        nav_center(u, ops); /* the same key again: everywhere */
    else if (cmd == CMD_VIEW_3 && l->scope.center >= 0 && l->slot->ops != ops)
        nav_inside(u, ops);
    else
        nav_go(u, ops);
    return true;
}

/* Commands that move a replay; false for all others. */
static bool do_replay(struct ui *u, enum cmd cmd)
{
    switch (cmd) {
    case CMD_STEP:
        if (u->port.replay_step)
            u->port.replay_step(u->port.arg);
        else
            ui_say(u, false, _("only in a replay"));
        return true;
    case CMD_FASTER:
        replay_speed(u, 2);
        return true;
    case CMD_SLOWER:
        replay_speed(u, 0.5);
        return true;
    default:
        return false;
    }
}

/* Commands of the dashboard itself; false for those of the view. */
static bool do_core(struct ui *u, enum cmd cmd, const char *arg)
{
    switch (cmd) {
    case CMD_NEXT_VIEW:
        nav_step(u, 1);
        return true;
    case CMD_PREV_VIEW:
        nav_step(u, -1);
        return true;
    case CMD_FILTER:
        filter_command(u, arg);
        return true;
    case CMD_COMMAND:
        line_open(u, UI_LINE_COMMAND);
        return true;
    case CMD_FREEZE:
        freeze(u);
        return true;
    case CMD_REFRESH:
        refresh(u);
        return true;
    case CMD_HELP:
        overlay_help(u);
        return true;
    case CMD_EXPLAIN:
        overlay_explain(u, EXPLAIN_DEFAULT);
        return true;
    case CMD_SETUP:
        overlay_setup(u);
        return true;
    case CMD_BACK:
        back(u);
        return true;
    case CMD_QUIT:
        if (!nav_pop(u))
            u->quit = true;
        return true;
    case CMD_QUIT_NOW:
        u->quit = true;
        return true;
    default:
        return false;
    }
}

void command_do(struct ui *u, enum cmd cmd, const char *arg)
{
    if (cmd == CMD_NONE || go_to_view(u, cmd) || do_core(u, cmd, arg) || do_replay(u, cmd))
        return;
    if (cmd_acts(cmd) && *arg)
        acting_named(u, cmd, arg);
    else if (cmd_acts(cmd) && !acting_works_here(u, cmd))
        return;
    else if (cmd == CMD_SORT_PICK && !*arg)
        overlay_sort(u);
    else
        to_view(u, cmd, arg);
}

static void theme_command(struct ui *u, const char *name)
{
    struct err e = {0};

    if (!*name)
        ui_say(u, false, _("theme %s"), u->theme.name);
    else if (overlay_theme(u, name, &e) != RC_OK)
        ui_say_error(u, &e);
}

static const struct center_row *center_named(const struct snapshot *s, const char *id)
{
    uint32_t slots = s ? snapshot_slots(s, ENTITY_CENTER) : 0;

    for (uint32_t i = 0; i < slots; i++) {
        const struct center_row *c = snapshot_row(s, ENTITY_CENTER, i);
        if (c && row_has(c, center, id) && strcmp(intern_text(snapshot_strings(s), c->id), id) == 0)
            return c;
    }
    return NULL;
}

static void center_command(struct ui *u, const char *id)
{
    const struct view_ops *ops = ui_top(u)->slot->ops;
    struct view_scope scope = {.center = -1};

    if (!*id) {
        nav_go(u, ops);
        return;
    }
    const struct center_row *c = center_named(u->snap, id);
    if (!c) {
        ui_say(u, true, _("no center has the id %s"), id);
        return;
    }
    scope.center = c->h.center;
    snprintf(scope.title, sizeof scope.title, "%s",
             row_has(c, center, name) ? intern_text(snapshot_strings(u->snap), c->name) : id);
    nav_push(u, ops, &scope);
}

static void quit_command(struct ui *u, const char *arg)
{
    (void)arg;
    u->quit = true;
}

/* What has no key. */
static const struct {
    const char *name;
    void (*run)(struct ui *u, const char *arg);
} more[] = {{"q", quit_command},
            {"theme", theme_command},
            {"center", center_command},
            {"arm", acting_arm},
            {"disarm", acting_disarm}};

void command_line(struct ui *u, const char *line)
{
    line += strspn(line, " :");
    size_t len = strcspn(line, " ");
    const char *arg = line + len + strspn(line + len, " ");
    enum cmd cmd = cmd_find(line, len);

    if (len == 0)
        return;
    if (cmd != CMD_NONE) {
        command_do(u, cmd, arg);
        return;
    }
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        if (strlen(more[i].name) == len && memcmp(more[i].name, line, len) == 0) {
            more[i].run(u, arg);
            return;
        }
    ui_say(u, true, _("no command is called %.*s; Tab shows what there is"), (int)len, line);
}

/* What acts is typed: a click can only leave. */
static void click_dialog(struct ui *u, enum cmd cmd)
{
    if (cmd == CMD_BACK)
        acting_close(u);
}

static void click_footer(struct ui *u, int x)
{
    enum cmd cmd = footer_hit(&u->map, x);

    if (u->overlay == UI_OVER_DIALOG || u->overlay == UI_OVER_ARM)
        click_dialog(u, cmd);
    else if (u->overlay != UI_OVER_NONE && cmd == CMD_FILTER)
        line_open(u, UI_LINE_SEARCH);
    else if (u->overlay == UI_OVER_PAGER && u->explains && cmd == CMD_HELP)
        overlay_help(u);
    else if (u->overlay != UI_OVER_NONE && cmd != CMD_NONE)
        overlay_close(u);
    else
        command_do(u, cmd, "");
}

static void mouse(struct ui *u, const struct term_key *k)
{
    struct ui_level *l = ui_top(u);
    mono_ms now = clock_mono();
    bool twice = k->wheel == 0 && now - u->clicked_at < TWICE_MS && k->y == u->clicked_y &&
                 k->x == u->clicked_x;

    u->clicked_at = twice || k->wheel ? 0 : now;
    u->clicked_y = k->y;
    u->clicked_x = k->x;
    if (u->line == UI_LINE_NONE && k->y == u->canvas.h - 1 && !k->wheel) {
        click_footer(u, k->x);
    } else if (u->overlay != UI_OVER_NONE) {
        overlay_mouse(u, k->y, k->x, k->wheel);
    } else if (l->slot->ops->mouse && view_ready(u)) {
        struct view_input in = ui_input(u);
        struct view_out out;
        view_out_init(&out);
        if (l->slot->ops->mouse(l->slot->state, &in, k->y, k->x, k->wheel, twice, &out)) {
            u->dirty = true;
            carry_out(u, &out);
        }
        view_out_fini(&out);
    }
}

/* Pasted text is typing where something is being typed, and nothing at all elsewhere: it may hold any key. */
static bool paste(struct ui *u, uint32_t key)
{
    if (key == KEYC_PASTE_BEGIN || key == KEYC_PASTE_END) {
        if (key == KEYC_PASTE_BEGIN && u->line == UI_LINE_NONE)
            ui_say(u, false, _("pasted text is not taken for keys"));
        u->pasting = key == KEYC_PASTE_BEGIN;
        return true;
    }
    return u->pasting && (u->line == UI_LINE_NONE || key < ' ');
}

void command_key(struct ui *u, const struct term_key *k)
{
    char arg[64] = "";

    if (k->key == KEYC_MOUSE) {
        mouse(u, k);
        return;
    }
    if (u->overlay == UI_OVER_DIALOG || u->overlay == UI_OVER_ARM) {
        ui_unsay(u);
        if (keymap_lookup(k->key) == CMD_QUIT_NOW)
            u->quit = true;
        else
            acting_key(u, k);
        return;
    }
    if (paste(u, k->key))
        return;
    ui_unsay(u);
    if (keymap_lookup(k->key) == CMD_QUIT_NOW) {
        u->quit = true;
    } else if (u->line != UI_LINE_NONE) {
        line_input(u, k->key);
    } else if (u->overlay != UI_OVER_NONE) {
        enum cmd cmd = overlay_key(u, k->key, arg, sizeof arg);
        if (cmd == CMD_FILTER)
            line_open(u, UI_LINE_SEARCH);
        else
            command_do(u, cmd, arg);
    } else {
        command_do(u, keymap_lookup(k->key), "");
    }
}
