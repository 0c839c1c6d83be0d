/* SPDX-License-Identifier: MIT
 * keymap.h - the commands of keys.def, their names and their keys. Pure; nothing here knows a terminal. */
#ifndef SUAN_UI_KEYMAP_H
#define SUAN_UI_KEYMAP_H

#include "base/buf.h"
#include "ui/view.h"
#include <stdbool.h>
#include <stdint.h>

enum cmd_group { CMD_GROUP_VIEW, CMD_GROUP_MOVE, CMD_GROUP_LOOK, CMD_GROUP_ACT, CMD_GROUP_COUNT };

struct cmd_info {
    const char *name; /* word of the command line */
    const char *keys; /* space-separated names of keys */
    enum cmd_group group;
    const char *footer; /* word of the bottom bar, "" = never named there */
    const char *help;
};

/* Keys are code points; what is no character lies above Unicode. */
#define KEY_ESC 0x1Bu
#define KEY_TAB 0x09u
#define KEY_RETURN 0x0Du
#define KEY_ERASE 0x7Fu
enum {
    KEYC_BASE = 0x110000,
    KEYC_UP,
    KEYC_DOWN,
    KEYC_LEFT,
    KEYC_RIGHT,
    KEYC_HOME,
    KEYC_END,
    KEYC_PGUP,
    KEYC_PGDN,
    KEYC_INSERT,
    KEYC_DELETE,
    KEYC_BACKTAB,
    KEYC_F1, /* F1 to F12 follow each other */
    KEYC_F12 = KEYC_F1 + 11,
    KEYC_MOUSE,
    KEYC_PASTE_BEGIN, /* what comes until the end was pasted, not typed */
    KEYC_PASTE_END,
    KEYC_END_OF_LIST
};

const struct cmd_info *cmd_info(enum cmd cmd); /* NULL for CMD_NONE and what is no command */
enum cmd cmd_find(const char *name, size_t len);
const char *cmd_group_title(enum cmd_group g);

/* Command of a key, CMD_NONE if it has none. */
enum cmd keymap_lookup(uint32_t key);
/* "PgUp" "C-b" "S-Tab" "F10" "x" "Space"; 0 for what is no key. */
uint32_t key_from_name(const char *name, size_t len);
void key_word(uint32_t key, char out[16]);
/* The one key that the bottom bar names: the first that is a single character, else the first. */
size_t cmd_short_key(enum cmd cmd, char out[16]);
/* Upper-case letters act (G and N excepted). */
bool cmd_acts(enum cmd cmd);

#endif
