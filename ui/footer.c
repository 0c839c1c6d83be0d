/* SPDX-License-Identifier: MIT
 * footer.c - see footer.h. */
#include "ui/footer.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ui/keymap.h"
#include <stdio.h>
#include <string.h>

enum { TAB_BYTES = 64, HINT_GAP = 2, HINTS_KEPT = 3 };

static void remember(struct footer_map *map, int from, int to, enum cmd cmd)
{
    if (map->count >= FOOTER_SPANS || cmd == CMD_NONE)
        return;
    map->spans[map->count].from = from;
    map->spans[map->count].to = to;
    map->spans[map->count++].cmd = cmd;
}

enum cmd footer_hit(const struct footer_map *map, int x)
{
    for (int i = 0; i < map->count; i++)
        if (x >= map->spans[i].from && x < map->spans[i].to)
            return map->spans[i].cmd;
    return CMD_NONE;
}

static const char *tab_word(const struct view_ops *v, bool brief)
{
    return _(brief && v->short_title ? v->short_title : v->title);
}

/* " 1 Overview ", brief: "2Node " with blanks around the current one only. */
static int tab_cells(const struct view_ops *v, bool brief, bool current)
{
    return text_cells(tab_word(v, brief)) + (brief && !current ? 2 : 4);
}

static int tabs_cells(const struct footer *f, bool brief)
{
    int cells = 1;

    for (const struct view_ops *const *v = f->views; *v; v++)
        cells += tab_cells(*v, brief, *v == f->current);
    return cells;
}

static int hint_cells(const struct footer_hint *h)
{
    return text_cells(h->key) + 1 + text_cells(_(h->word)) + HINT_GAP;
}

static int hints_cells(const struct footer_hint *h)
{
    int cells = 0;

    for (; h->word; h++)
        cells += hint_cells(h);
    return cells;
}

/* The hints that the long names of the tabs must leave room for. */
static const struct footer_hint *last_hints(const struct footer_hint *h)
{
    int n = 0;

    while (h[n].word)
        n++;
    return n > HINTS_KEPT ? h + n - HINTS_KEPT : h;
}

static int draw_tab(struct canvas *c, int y, int x, const struct view_ops *v, bool brief,
                    bool current)
{
    char text[TAB_BYTES];
    int cells = tab_cells(v, brief, current), at = x;

    if (current) {
        snprintf(text, sizeof text, " %c %s ", v->key, tab_word(v, brief));
        canvas_text(c, y, x, cells, style_bold(style_on(ROLE_BG, ROLE_BRAND)), text);
        return cells;
    }
    snprintf(text, sizeof text, "%c", v->key);
    at += brief ? 0 : 1;
    at += canvas_text(c, y, at, 1, style_on(ROLE_BRAND, ROLE_BAR), text);
    at += brief ? 0 : 1;
    canvas_text(c, y, at, -1, style_on(ROLE_TEXT, ROLE_BAR), tab_word(v, brief));
    return cells;
}

/* The view's command has the view's name. */
static enum cmd tab_cmd(const struct view_ops *v)
{
    return cmd_find(v->name, strlen(v->name));
}

static void draw_hint(struct canvas *c, int y, int x, const struct footer_hint *h)
{
    enum role key = h->acts ? ROLE_ACT : ROLE_KEY;

    x += canvas_text(c, y, x, -1, style_bold(style_on(key, ROLE_BAR)), h->key) + 1;
    canvas_text(c, y, x, -1, style_on(ROLE_TEXT, ROLE_BAR), _(h->word));
}

void footer_draw(const struct footer *f, struct canvas *c, int y, struct footer_map *map)
{
    const struct footer_hint *hints = f->hints;
    int room = c->w - 1, x = 1;
    bool brief = tabs_cells(f, false) + hints_cells(last_hints(hints)) > room;

    map->count = 0;
    canvas_fill(c, (struct rect){y, 0, 1, c->w}, ' ', style_on(ROLE_TEXT, ROLE_BAR));
    for (const struct view_ops *const *v = f->views; *v; v++) {
        int cells = tab_cells(*v, brief, *v == f->current);
        if (x + cells > c->w)
            break;
        draw_tab(c, y, x, *v, brief, *v == f->current);
        remember(map, x, x + cells, tab_cmd(*v));
        x += cells;
        x += brief && *v == f->current;
    }
    while (hints->word && x + hints_cells(hints) > room)
        hints++;
    x = room - hints_cells(hints) + HINT_GAP;
    for (; hints->word; hints++) {
        draw_hint(c, y, x, hints);
        remember(map, x, x + hint_cells(hints) - HINT_GAP, hints->cmd);
        x += hint_cells(hints);
    }
}

int footer_hints(const enum cmd *cmds, bool acts, struct footer_hint *out, int max, char keys[][16])
{
    int n = 0;

    for (; cmds && *cmds != CMD_NONE && n + 1 < max; cmds++) {
        const struct cmd_info *info = cmd_info(*cmds);
        if (!info || !*info->footer || (cmd_acts(*cmds) && !acts))
            continue;
        cmd_short_key(*cmds, keys[n]);
        out[n] = (struct footer_hint){keys[n], info->footer, cmd_acts(*cmds), *cmds};
        n++;
    }
    out[n] = (struct footer_hint){.word = NULL};
    return n;
}
