/* SPDX-License-Identifier: MIT
 * menu.h - a list to choose from over a view: sort columns, the setup. Thread: ui. */
#ifndef SUAN_UI_MENU_H
#define SUAN_UI_MENU_H

#include "ui/canvas.h"
#include <stdbool.h>
#include <stdint.h>

struct menu_item {
    char label[40];
    char value[64];
    char help[112];
};

struct menu {
    char title[80];
    struct menu_item *items;
    int count, cap;
    int at, top, height;
    int label_cells, value_cells; /* widest of each */
};

enum menu_event { MENU_NOTHING, MENU_MOVED, MENU_CHOSEN, MENU_LESS, MENU_MORE, MENU_CLOSE };

void menu_init(struct menu *m, const char *title);
void menu_fini(struct menu *m);
struct menu_item *menu_add(struct menu *m, const char *label, const char *value, const char *help);
/* Letters go to the next item that begins with them. */
enum menu_event menu_key(struct menu *m, uint32_t key);
void menu_fit(struct menu *m, struct rect over);
void menu_draw(const struct menu *m, struct canvas *c, struct rect over);
/* Item at canvas coordinates, -1 = none. */
int menu_hit(const struct menu *m, struct rect over, int y, int x);

#endif
