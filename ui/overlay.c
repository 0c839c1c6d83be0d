/* SPDX-License-Identifier: MIT
 * overlay.c - see overlay.h. */
#include "ui/overlay.h"
#include "ui/columns.h"
#include "base/i18n.h"
#include "base/xmem.h"
#include "model/value.h"
#include "ui/explain.h"
#include "ui/help.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_MAX = 65536, NAMES_MAX = 32768, RAW_MAX = 4 << 20, WHEEL_ROWS = 3 };

enum setup_item {
    SETUP_THEME,
    SETUP_EVERY,
    SETUP_COLUMNS,
    SETUP_MOUSE,
    SETUP_ASCII,
    SETUP_BELL,
    SETUP_DEPTH,
    SETUP_LANGUAGE
};

static const int every_choices[] = {100, 500, 1000, 2000, 5000, 10000, 30000};

void overlay_close(struct ui *u)
{
    if (u->overlay == UI_OVER_SETUP || u->overlay == UI_OVER_COLUMNS)
        overlay_remember(u);
    u->overlay = u->dialog ? UI_OVER_DIALOG : UI_OVER_NONE; /* it may lie below */
    u->raw_ticket = 0;
    u->dirty = true;
}

void overlay_text(struct ui *u, enum pager_kind kind, const char *text, size_t len)
{
    pager_set(&u->pager, kind, text, len);
    u->overlay = UI_OVER_PAGER;
    u->explains = false;
    u->dirty = true;
}

void overlay_help(struct ui *u)
{
    struct buf text;

    buf_init(&text, HELP_MAX);
    help_text(ui_top(u)->slot->ops, &text);
    overlay_text(u, PAGER_HELP, text.data, text.len);
    buf_fini(&text);
}

void overlay_explain(struct ui *u, int at)
{
    const struct ui_slot *slot = ui_top(u)->slot;
    struct buf text;

    buf_init(&text, HELP_MAX);
    if (u->snap && slot->ops->explain) {
        struct view_input in = ui_input(u);
        at = slot->ops->explain(slot->state, &in, at, &text);
    }
    if (text.len > 0) {
        overlay_text(u, PAGER_HELP, text.data, text.len);
        u->explains = true;
        u->explained = at;
    } else {
        overlay_help(u);
    }
    buf_fini(&text);
}

void overlay_raw(struct ui *u, enum entity e, int source, const char *id)
{
    char text[600];

    if (!u->port.lookup) {
        ui_say(u, true, _("raw records cannot be asked for here"));
        return;
    }
    const char *index = e == ENTITY_DEVICE ? id + strlen(id) + 1 : "";
    size_t len = strlen(id) + (e == ENTITY_DEVICE ? 1 + strlen(index) : 0);
    uint32_t ticket = u->port.lookup(u->port.arg, source, e, id, len);
    if (ticket == 0) {
        ui_say(u, true, _("this source cannot be asked for a single record"));
        return;
    }
    int n = snprintf(text, sizeof text, _("%s %.300s%s%.20s\nasking its source\xE2\x80\xA6\n"),
                     _(entity_info(e)->id), id, *index ? " " : "", index);
    overlay_text(u, PAGER_PLAIN, text, (size_t)n);
    u->raw_ticket = ticket;
}

void overlay_mail(struct ui *u, uint32_t ticket, enum rc rc, const char *text, size_t len,
                  const char *message)
{
    size_t keep = len < RAW_MAX ? len : RAW_MAX;
    char *copy = mem_try_alloc(keep + 1);

    if (copy && keep > 0)
        memcpy(copy, text, keep);
    if (copy)
        copy[keep] = '\0';
    pthread_mutex_lock(&u->mail.lock);
    free(u->mail.text);
    u->mail.text = copy;
    u->mail.len = copy ? keep : 0;
    u->mail.ticket = ticket;
    u->mail.rc = copy ? rc : RC_NOMEM;
    snprintf(u->mail.message, sizeof u->mail.message, "%s", message ? message : "");
    u->mail.full = true;
    pthread_mutex_unlock(&u->mail.lock);
}

static void show_raw(struct ui *u, enum rc rc, const char *text, size_t len, const char *message)
{
    struct buf page;

    buf_init(&page, RAW_MAX + 1024);
    buf_addf(&page, "%s\n", u->pager.title);
    if (rc)
        buf_addf(&page, _("its source did not tell: %s%s%s\n"), rc_name(rc), *message ? ": " : "",
                 message);
    buf_add(&page, text, len);
    overlay_text(u, PAGER_PLAIN, page.data, page.len);
    buf_fini(&page);
}

void overlay_take(struct ui *u)
{
    struct ui_mail *m = &u->mail;
    char message[sizeof m->message], *text = NULL;
    size_t len = 0;
    enum rc rc = RC_OK;

    pthread_mutex_lock(&m->lock);
    bool wanted = m->full && m->ticket == u->raw_ticket && u->overlay == UI_OVER_PAGER;
    if (m->full) {
        text = m->text;
        len = m->len;
        rc = m->rc;
        memcpy(message, m->message, sizeof message);
        m->text = NULL;
        m->full = false;
    }
    pthread_mutex_unlock(&m->lock);
    if (wanted) {
        show_raw(u, rc, text ? text : "", len, message);
        u->raw_ticket = 0;
    }
    free(text);
}

static void add_column(struct ui *u, enum entity e, const char *name)
{
    int column = column_find(e, name);

    if (column >= 0)
        menu_add(&u->menu, name, _(column_info(e, (unsigned)column)->title),
                 _(column_info(e, (unsigned)column)->help));
}

/* The columns that the view can sort by, in its order. */
static void add_sortable(struct ui *u, const struct view_ops *ops)
{
    struct view_input in = ui_input(u);
    struct buf names;
    char *next;

    buf_init(&names, NAMES_MAX);
    ops->sortable(ui_top(u)->slot->state, &in, &names);
    for (char *name = names.data; *name; name = next) {
        next = name + strcspn(name, "\n");
        if (*next)
            *next++ = '\0';
        add_column(u, ops->entity, name);
    }
    buf_fini(&names);
}

void overlay_sort(struct ui *u)
{
    const struct view_ops *ops = ui_top(u)->slot->ops;

    menu_fini(&u->menu);
    menu_init(&u->menu, _("Sort by"));
    if (ops->sortable && u->snap)
        add_sortable(u, ops);
    for (unsigned i = 0; !ops->sortable && i < column_count(ops->entity); i++)
        add_column(u, ops->entity, column_info(ops->entity, i)->id);
    u->overlay = UI_OVER_SORT;
    u->dirty = true;
}

static void every_words(int ms, char out[32])
{
    if (ms < 1000)
        snprintf(out, 32, "%d ms", ms);
    else
        snprintf(out, 32, "%d s", ms / 1000);
}

static const char *language_name(void)
{
    const struct i18n_language *l = i18n_languages();

    while (l[1].code && strcmp(l->code, i18n_language()) != 0)
        l++;
    return l->name;
}

static void fill_setup(struct ui *u)
{
    int at = u->menu.at;
    char every[32], columns[32];

    menu_fini(&u->menu);
    menu_init(&u->menu, _("Setup"));
    every_words(u->every_ms, every);
    menu_add(&u->menu, _("theme"), u->theme.name, _("any .theme file, btop's too"));
    menu_add(&u->menu, _("new data"), every, _("shown at most this often"));
    columns_words(u, columns, sizeof columns);
    menu_add(&u->menu, _("columns"), columns, _("of this view: Enter chooses"));
    menu_add(&u->menu, _("mouse"), u->mouse ? _("on") : _("off"),
             _("off: the terminal's own selecting"));
    menu_add(&u->menu, _("ASCII only"), u->ascii ? _("on") : _("off"),
             _("bars and lines of plain characters"));
    menu_add(&u->menu, _("bell"), u->bells ? _("on") : _("off"),
             _("rings when an alert turns critical"));
    menu_add(&u->menu, _("colours"), term_depth(u->term), _("what this terminal shows (--colour)"));
    /* In both languages: who cannot read the one that is used must find it. */
    menu_add(&u->menu, "language 语言", language_name(), _("of the screen"));
    u->menu.at = at;
}

void overlay_setup(struct ui *u)
{
    u->menu.at = 0;
    fill_setup(u);
    u->overlay = UI_OVER_SETUP;
    u->dirty = true;
}

enum rc overlay_theme(struct ui *u, const char *name, struct err *e)
{
    struct theme t;
    enum rc rc = theme_load(name, u->theme_dirs, &t, e);

    if (rc)
        return rc;
    u->theme = t;
    term_theme(u->term, &t);
    snprintf(u->state.theme, sizeof u->state.theme, "%s", name);
    u->dirty = true;
    return RC_OK;
}

void overlay_remember(struct ui *u)
{
    struct err e = {0};

    if (u->state_file && ui_state_save(&u->state, u->state_file, &e) != RC_OK)
        ui_say_error(u, &e);
}

/* The theme `by` places after the present one in the list of names. */
static void step_theme(struct ui *u, int by)
{
    struct buf names;
    const char *list[256];
    int count = 0, at = 0;
    struct err e = {0};
    char *next;

    buf_init(&names, NAMES_MAX);
    theme_names(u->theme_dirs, &names);
    for (char *name = names.data; *name && count < (int)ARRAY_LEN(list); name = next) {
        next = name + strcspn(name, "\n");
        if (*next)
            *next++ = '\0';
        if (strcmp(name, u->theme.name) == 0)
            at = count;
        list[count++] = name;
    }
    if (count > 0 && overlay_theme(u, list[(at + by + count) % count], &e) != RC_OK)
        ui_say_error(u, &e);
    buf_fini(&names);
}

/* What holds texts of the old language is made anew. */
static void step_language(struct ui *u, int by)
{
    const struct i18n_language *l = i18n_languages();
    int count = 0, at = 0;
    struct err e = {0};

    for (; l[count].code; count++)
        if (strcmp(l[count].code, i18n_language()) == 0)
            at = count;
    const char *code = l[(at + by + count) % count].code;
    if (i18n_use(code, &e) != RC_OK) {
        ui_say_error(u, &e);
        return;
    }
    snprintf(u->state.language, sizeof u->state.language, "%s", code);
    u->rows_stale = true;
}

static void step_every(struct ui *u, int by)
{
    int count = (int)ARRAY_LEN(every_choices), at = 0;

    while (at < count - 1 && every_choices[at] < u->every_ms)
        at++;
    at = at + by < 0 ? 0 : at + by >= count ? count - 1 : at + by;
    u->every_ms = u->state.every_ms = every_choices[at];
}

static void change_setup(struct ui *u, int by)
{
    switch ((enum setup_item)u->menu.at) {
    case SETUP_THEME:
        step_theme(u, by);
        break;
    case SETUP_LANGUAGE:
        step_language(u, by);
        break;
    case SETUP_EVERY:
        step_every(u, by);
        break;
    case SETUP_COLUMNS:
        return;
    case SETUP_MOUSE:
        u->mouse = !u->mouse;
        u->state.mouse = u->mouse;
        term_mouse(u->term, u->mouse);
        break;
    case SETUP_BELL:
        u->bells = !u->bells;
        u->state.bell = u->bells;
        break;
    case SETUP_ASCII:
        u->ascii = !u->ascii;
        u->state.ascii = u->ascii;
        u->rows_stale = true;
        break;
    case SETUP_DEPTH:
        break;
    }
    fill_setup(u);
    u->dirty = true;
}

static void step(struct ui *u, int by)
{
    if (u->overlay == UI_OVER_SETUP)
        change_setup(u, by);
    else if (u->overlay == UI_OVER_COLUMNS)
        columns_step(u, by);
}

/* Enter in the setup. */
static void choose(struct ui *u)
{
    if (u->overlay == UI_OVER_SETUP && u->menu.at == SETUP_COLUMNS)
        columns_open(u);
    else
        step(u, 1);
}

static enum cmd menu_answer(struct ui *u, uint32_t key, char *arg, size_t size)
{
    switch (menu_key(&u->menu, key)) {
    case MENU_CLOSE:
        overlay_close(u);
        break;
    case MENU_CHOSEN:
        if (u->overlay != UI_OVER_SORT) {
            choose(u);
            break;
        }
        snprintf(arg, size, "%s", u->menu.items[u->menu.at].label);
        overlay_close(u);
        return CMD_SORT_PICK;
    case MENU_LESS:
    case MENU_MORE:
        step(u, key == KEYC_LEFT ? -1 : 1);
        break;
    case MENU_MOVED:
        u->dirty = true;
        break;
    case MENU_NOTHING:
        break;
    }
    return CMD_NONE;
}

/* Between the figures of a row, and from them to the help of the view and back. */
static bool help_key(struct ui *u, enum cmd cmd)
{
    if (u->explains && (cmd == CMD_LEFT || cmd == CMD_RIGHT))
        overlay_explain(u, u->explained + (cmd == CMD_LEFT ? -1 : 1));
    else if (u->explains && cmd == CMD_HELP)
        overlay_help(u);
    else if (!u->explains && u->pager.kind == PAGER_HELP && cmd == CMD_EXPLAIN)
        overlay_explain(u, EXPLAIN_DEFAULT);
    else
        return false;
    return true;
}

enum cmd overlay_key(struct ui *u, uint32_t key, char *arg, size_t size)
{
    if (u->overlay != UI_OVER_PAGER)
        return menu_answer(u, key, arg, size);
    if (help_key(u, keymap_lookup(key)))
        return CMD_NONE;
    switch (pager_key(&u->pager, key)) {
    case PAGER_CLOSE:
        overlay_close(u);
        break;
    case PAGER_SEARCH:
        return CMD_FILTER;
    case PAGER_MOVED:
        u->dirty = true;
        break;
    case PAGER_NOTHING:
        break;
    }
    return CMD_NONE;
}

void overlay_mouse(struct ui *u, int y, int x, int wheel)
{
    u->dirty = true;
    if (u->overlay == UI_OVER_DIALOG || u->overlay == UI_OVER_ARM)
        return;
    if (u->overlay == UI_OVER_PAGER) {
        pager_scroll(&u->pager, wheel * WHEEL_ROWS);
        return;
    }
    int hit = wheel ? -1 : menu_hit(&u->menu, ui_body(u), y, x);
    if (wheel)
        menu_key(&u->menu, wheel < 0 ? KEYC_UP : KEYC_DOWN);
    else if (hit >= 0)
        u->menu.at = hit;
}
