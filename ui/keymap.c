/* SPDX-License-Identifier: MIT
 * keymap.c - see keymap.h. The table is small, so a key is found by reading it from the start. */
#include "ui/keymap.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmem.h"
#include <string.h>

static const struct cmd_info infos[CMD_COUNT] = {
#define CMD(ID, name, keys, group, footer, help)                                                   \
    [CMD_##ID] = {name, keys, CMD_GROUP_##group, footer, help},
#include "ui/keys.def"
#undef CMD
};

static const struct {
    const char *name;
    uint32_t key;
} names[] = {
    {"Esc", KEY_ESC},    {"Tab", KEY_TAB},      {"S-Tab", KEYC_BACKTAB}, {"Enter", KEY_RETURN},
    {"Space", ' '},      {"Bksp", KEY_ERASE},   {"Up", KEYC_UP},         {"Down", KEYC_DOWN},
    {"Left", KEYC_LEFT}, {"Right", KEYC_RIGHT}, {"Home", KEYC_HOME},     {"End", KEYC_END},
    {"PgUp", KEYC_PGUP}, {"PgDn", KEYC_PGDN},   {"Ins", KEYC_INSERT},    {"Del", KEYC_DELETE},
    {"F1", KEYC_F1},     {"F2", KEYC_F1 + 1},   {"F3", KEYC_F1 + 2},     {"F4", KEYC_F1 + 3},
    {"F5", KEYC_F1 + 4}, {"F6", KEYC_F1 + 5},   {"F7", KEYC_F1 + 6},     {"F8", KEYC_F1 + 7},
    {"F9", KEYC_F1 + 8}, {"F10", KEYC_F1 + 9},  {"F11", KEYC_F1 + 10},   {"F12", KEYC_F12},
};

const struct cmd_info *cmd_info(enum cmd cmd)
{
    return cmd > CMD_NONE && cmd < CMD_COUNT ? &infos[cmd] : NULL;
}

enum cmd cmd_find(const char *name, size_t len)
{
    for (enum cmd c = CMD_NONE + 1; c < CMD_COUNT; c++)
        if (strlen(infos[c].name) == len && memcmp(infos[c].name, name, len) == 0)
            return c;
    return CMD_NONE;
}

const char *cmd_group_title(enum cmd_group g)
{
    static const char *const titles[CMD_GROUP_COUNT] = {N_("Views"), N_("Move"), N_("Look"),
                                                        NC_("keys", "Act")};

    return (unsigned)g < CMD_GROUP_COUNT ? i18n_either("keys", titles[g]) : "";
}

uint32_t key_from_name(const char *name, size_t len)
{
    uint32_t cp;

    if (len == 0)
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strlen(names[i].name) == len && memcmp(names[i].name, name, len) == 0)
            return names[i].key;
    if (len == 3 && name[0] == 'C' && name[1] == '-' && name[2] >= 'a' && name[2] <= 'z')
        return (uint32_t)(name[2] - 'a' + 1);
    return text_decode(name, len, &cp) == len && cp != UINT32_MAX ? cp : 0;
}

void key_word(uint32_t key, char out[16])
{
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].key == key) {
            n = strlen(names[i].name);
            memcpy(out, names[i].name, n);
        }
    if (n == 0 && key >= 1 && key <= 26) {
        memcpy(out, "C-", 2);
        out[2] = (char)('a' + key - 1);
        n = 3;
    } else if (n == 0 && key < KEYC_BASE) {
        n = text_encode(key, out);
    }
    out[n] = '\0';
}

/* The next name of a list of keys; false at its end. */
static bool next_word(const char **list, const char **word, size_t *len)
{
    *word = *list + strspn(*list, " ");
    *len = strcspn(*word, " ");
    *list = *word + *len;
    return *len > 0;
}

enum cmd keymap_lookup(uint32_t key)
{
    const char *word;
    size_t len;

    for (enum cmd c = CMD_NONE + 1; c < CMD_COUNT; c++)
        for (const char *list = infos[c].keys; next_word(&list, &word, &len);)
            if (key_from_name(word, len) == key)
                return c;
    return CMD_NONE;
}

size_t cmd_short_key(enum cmd cmd, char out[16])
{
    const struct cmd_info *info = cmd_info(cmd);
    const char *word, *best = "", *list = info ? info->keys : "";
    size_t len, best_len = 0;

    while (next_word(&list, &word, &len))
        if (best_len == 0 || (best_len > 1 && len == 1)) {
            best = word;
            best_len = len;
        }
    if (best_len > 15)
        best_len = 15;
    memcpy(out, best, best_len);
    out[best_len] = '\0';
    return best_len;
}

bool cmd_acts(enum cmd cmd)
{
    const struct cmd_info *info = cmd_info(cmd);

    return info && info->group == CMD_GROUP_ACT;
}
