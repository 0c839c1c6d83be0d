/* SPDX-License-Identifier: MIT
 * menu.c - see menu.h. */
#include "ui/menu.h"
#include "base/text.h"
#include "base/xmem.h"
#include "ui/keymap.h"
#include "ui/panel.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE = 92, FRAME_ROWS = 4, FRAME_CELLS = 6, LABEL_CELLS = 18, VALUE_CELLS = 18 };

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

static void draw_item(const struct menu_item *item, bool selected, struct canvas *c, int y,
                      struct rect in)
{
    struct style label = style_on(ROLE_TEXT, ROLE_BAR), dim = style_on(ROLE_DIM, ROLE_BAR);
    int x = in.x, end = in.x + in.w;

    if (selected)
        label = style_bold(style_on(ROLE_SELECTED, ROLE_BAR));
    canvas_text(c, y, x, LABEL_CELLS - 1, label, item->label);
    x += LABEL_CELLS;
    if (item->value[0] && x < end) {
        canvas_text(c, y, x, VALUE_CELLS - 1 < end - x ? VALUE_CELLS - 1 : end - x,
                    style_bold(style_on(ROLE_BRIGHT, ROLE_BAR)), item->value);
        x += VALUE_CELLS;
    }
    if (x < end)
        canvas_text(c, y, x, end - x, dim, item->help);
    if (selected)
        canvas_tint(c, (struct rect){y, in.x - 1, 1, in.w + 2}, ROLE_SELECTION);
}

void menu_draw(const struct menu *m, struct canvas *c, struct rect over)
{
    char place[32] = "";

    if (m->count > m->height)
        snprintf(place, sizeof place, "%d of %d", m->at + 1, m->count);
    struct rect in = panel_draw(c, panel_of(m, over), m->title, place);
    for (int i = 0; i < m->height && m->top + i < m->count && i + 1 < in.h; i++)
        draw_item(&m->items[m->top + i], m->top + i == m->at, c, in.y + 1 + i, in);
}

int menu_hit(const struct menu *m, struct rect over, int y, int x)
{
    struct rect r = panel_of(m, over);
    int i = m->top + y - (r.y + 2);

    if (x < r.x || x >= r.x + r.w || y < r.y + 2 || y >= r.y + 2 + m->height || i >= m->count)
        return -1;
    return i;
}
