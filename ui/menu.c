/* SPDX-License-Identifier: MIT
 * menu.c - see menu.h. */
#include "ui/menu.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmem.h"
#include "ui/keymap.h"
#include "ui/panel.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE = 100, FRAME_ROWS = 4, GAP = 2 };

void menu_init(struct menu *m, const char *title)
{
    *m = (struct menu){.at = 0};
    snprintf(m->title, sizeof m->title, "%s", title);
}

void menu_fini(struct menu *m)
{
    free(m->items);
    *m = (struct menu){.at = 0};
}

struct menu_item *menu_add(struct menu *m, const char *label, const char *value, const char *help)
{
    size_t cap = (size_t)m->cap;

    m->items = xgrow(m->items, &cap, (size_t)m->count + 1, sizeof *m->items);
    m->cap = (int)cap;
    struct menu_item *item = &m->items[m->count++];
    text_clean_into(item->label, sizeof item->label, label, strlen(label));
    text_clean_into(item->value, sizeof item->value, value, strlen(value));
    text_clean_into(item->help, sizeof item->help, help, strlen(help));
    if (text_cells(item->label) > m->label_cells)
        m->label_cells = text_cells(item->label);
    if (text_cells(item->value) > m->value_cells)
        m->value_cells = text_cells(item->value);
    return item;
}

static enum menu_event go(struct menu *m, int to)
{
    int before = m->at;

    to = to < m->count ? to : m->count - 1;
    m->at = to > 0 ? to : 0;
    return m->at != before ? MENU_MOVED : MENU_NOTHING;
}

static enum menu_event letter(struct menu *m, uint32_t key)
{
    char word[2] = {(char)key, '\0'};

    if (key <= ' ' || key > 'z')
        return MENU_NOTHING;
    for (int i = 1; i <= m->count; i++) {
        int at = (m->at + i) % m->count;
        char first[2] = {m->items[at].label[0], '\0'};
        if (text_contains(first, word) && *first)
            return go(m, at);
    }
    return MENU_NOTHING;
}

enum menu_event menu_key(struct menu *m, uint32_t key)
{
    enum cmd cmd = keymap_lookup(key);
    int page = m->height > 1 ? m->height - 1 : 1;

    if (key == KEYC_LEFT)
        return MENU_LESS;
    if (key == KEYC_RIGHT || key == ' ')
        return MENU_MORE;
    switch (cmd) {
    case CMD_UP:
        return go(m, m->at - 1);
    case CMD_DOWN:
        return go(m, m->at + 1);
    case CMD_PAGE_UP:
        return go(m, m->at - page);
    case CMD_PAGE_DOWN:
        return go(m, m->at + page);
    case CMD_OPEN:
        return m->count > 0 ? MENU_CHOSEN : MENU_CLOSE;
    case CMD_BACK:
    case CMD_QUIT:
    case CMD_SETUP:
    case CMD_SORT_PICK:
        return MENU_CLOSE;
    default:
        break;
    }
    if (key == KEYC_HOME)
        return go(m, 0);
    if (key == KEYC_END)
        return go(m, m->count - 1);
    return m->count > 0 ? letter(m, key) : MENU_NOTHING;
}

static struct rect panel_of(const struct menu *m, struct rect over)
{
    int w = over.w >= WIDE + 8 ? WIDE : over.w >= 70 ? over.w - 8 : over.w;

    return panel_place(over, m->count + FRAME_ROWS, w);
}

void menu_fit(struct menu *m, struct rect over)
{
    int h = panel_of(m, over).h - FRAME_ROWS;

    m->height = h > 1 ? h : 1;
    if (m->top > m->at)
        m->top = m->at;
    if (m->at >= m->top + m->height)
        m->top = m->at - m->height + 1;
}

/* A column of an item, at most `cells` wide; returns where the next one begins. */
static int draw_part(struct canvas *c, int y, int x, int end, int cells, struct style s,
                     const char *text)
{
    int room = cells < end - x ? cells : end - x;

    if (room > 0)
        canvas_text(c, y, x, room, s, text);
    return x + cells + GAP;
}

static void draw_item(const struct menu *m, int i, struct canvas *c, int y, struct rect in)
{
    const struct menu_item *item = &m->items[i];
    struct style label = style_on(ROLE_TEXT, ROLE_BAR), dim = style_on(ROLE_DIM, ROLE_BAR);
    int x = in.x, end = in.x + in.w;

    if (i == m->at)
        label = style_bold(style_on(ROLE_SELECTED, ROLE_BAR));
    x = draw_part(c, y, x, end, m->label_cells, label, item->label);
    if (m->value_cells > 0)
        x = draw_part(c, y, x, end, m->value_cells, style_bold(style_on(ROLE_BRIGHT, ROLE_BAR)),
                      item->value);
    draw_part(c, y, x, end, end - x, dim, item->help);
    if (i == m->at)
        canvas_tint(c, (struct rect){y, in.x - 1, 1, in.w + 2}, ROLE_SELECTION);
}

void menu_draw(const struct menu *m, struct canvas *c, struct rect over)
{
    char place[32] = "";

    if (m->count > m->height)
        snprintf(place, sizeof place, _("%d of %d"), m->at + 1, m->count);
    struct rect in = panel_draw(c, panel_of(m, over), m->title, place);
    for (int i = 0; i < m->height && m->top + i < m->count && i + 1 < in.h; i++)
        draw_item(m, m->top + i, c, in.y + 1 + i, in);
}

int menu_hit(const struct menu *m, struct rect over, int y, int x)
{
    struct rect r = panel_of(m, over);
    int i = m->top + y - (r.y + 2);

    if (x < r.x || x >= r.x + r.w || y < r.y + 2 || y >= r.y + 2 + m->height || i >= m->count)
        return -1;
    return i;
}
