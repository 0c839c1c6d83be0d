/* SPDX-License-Identifier: MIT
 * lineedit.c - see lineedit.h. The usual keys: arrows, Home End, C-a C-e C-b C-f, C-u C-k C-w, C-d,
 * Del, Backspace; Up Down (C-p C-n) walk the history; Tab and S-Tab walk the completions. */
#include "ui/lineedit.h"
#include "base/text.h"
#include "base/xmem.h"
#include "ui/keymap.h"
#include <stdlib.h>
#include <string.h>

enum {
    CTRL_A = 1,
    CTRL_B = 2,
    CTRL_D = 4,
    CTRL_E = 5,
    CTRL_F = 6,
    CTRL_H = 8,
    CTRL_J = 10,
    CTRL_K = 11,
    CTRL_N = 14,
    CTRL_P = 16,
    CTRL_U = 21,
    CTRL_W = 23,
    COMPLETIONS_MAX = 65536
};

void line_history_init(struct line_history *h, size_t max)
{
    *h = (struct line_history){.max = max};
}

void line_history_fini(struct line_history *h)
{
    for (size_t i = 0; i < h->count; i++)
        free(h->lines[i]);
    free(h->lines);
    *h = (struct line_history){.max = h->max};
}

static void history_drop(struct line_history *h, size_t i)
{
    free(h->lines[i]);
    memmove(&h->lines[i], &h->lines[i + 1], (h->count - i - 1) * sizeof *h->lines);
    h->count--;
}

void line_history_add(struct line_history *h, const char *line)
{
    if (!*line || h->max == 0)
        return;
    for (size_t i = 0; i < h->count; i++)
        if (strcmp(h->lines[i], line) == 0) {
            history_drop(h, i);
            break;
        }
    if (h->count == h->max)
        history_drop(h, 0);
    h->lines = xgrow(h->lines, &h->cap, h->count + 1, sizeof *h->lines);
    h->lines[h->count++] = xstrdup(line);
}

void line_set(struct lineedit *l, const char *text)
{
    l->len = l->at = text_clean_into(l->text, sizeof l->text, text, strlen(text));
}

void line_init(struct lineedit *l, struct line_history *h, const char *text)
{
    *l = (struct lineedit){.history = h, .recall = h ? h->count : 0, .candidate = -1};
    line_set(l, text);
}

/* Start of the character before `at`: marks belong to their base. */
static size_t before(const struct lineedit *l, size_t at)
{
    uint32_t cp = 0;

    while (at > 0) {
        do
            at--;
        while (at > 0 && ((unsigned char)l->text[at] & 0xC0) == 0x80);
        text_decode(l->text + at, l->len - at, &cp);
        if (text_cp_cells(cp) != 0)
            break;
    }
    return at;
}

static size_t behind(const struct lineedit *l, size_t at)
{
    uint32_t cp;

    if (at < l->len)
        at += text_decode(l->text + at, l->len - at, &cp);
    while (at < l->len) {
        size_t n = text_decode(l->text + at, l->len - at, &cp);
        if (text_cp_cells(cp) != 0)
            break;
        at += n;
    }
    return at;
}

static size_t word_before(const struct lineedit *l, size_t at)
{
    while (at > 0 && l->text[at - 1] == ' ')
        at--;
    while (at > 0 && l->text[at - 1] != ' ')
        at--;
    return at;
}

static enum line_event cut(struct lineedit *l, size_t from, size_t to)
{
    if (from == to)
        return LINE_NOTHING;
    memmove(l->text + from, l->text + to, l->len - to + 1);
    l->len -= to - from;
    l->at = from;
    return LINE_CHANGED;
}

static enum line_event insert(struct lineedit *l, uint32_t cp)
{
    char utf8[4];
    int cells = text_cp_cells(cp);
    size_t n = text_encode(cp, utf8);

    if (cells < 0 || (cells == 0 && l->at == 0) || l->len + n + 1 > sizeof l->text)
        return LINE_NOTHING;
    memmove(l->text + l->at + n, l->text + l->at, l->len - l->at + 1);
    memcpy(l->text + l->at, utf8, n);
    l->len += n;
    l->at += n;
    return LINE_CHANGED;
}

static enum line_event move(struct lineedit *l, size_t to)
{
    enum line_event e = to == l->at ? LINE_NOTHING : LINE_MOVED;

    l->at = to;
    return e;
}

static enum line_event recall(struct lineedit *l, int step)
{
    size_t newest = l->history ? l->history->count : 0;

    if ((step < 0 && l->recall == 0) || (step > 0 && l->recall >= newest))
        return LINE_NOTHING;
    if (l->recall >= newest)
        memcpy(l->typed, l->text, l->len + 1);
    l->recall = step < 0 ? l->recall - 1 : l->recall + 1;
    line_set(l, l->recall == newest ? l->typed : l->history->lines[l->recall]);
    return LINE_CHANGED;
}

/* The n-th line of a list (n modulo their number); false if there is none. */
static bool nth_line(char *list, int *n, char **line)
{
    int count = 0;

    for (const char *p = list; *p; p++)
        count += *p == '\n';
    if (count == 0)
        return false;
    *n = ((*n % count) + count) % count;
    for (int i = 0; i < *n; i++)
        list = strchr(list, '\n') + 1;
    *strchr(list, '\n') = '\0';
    *line = list;
    return true;
}

static enum line_event complete_line(struct lineedit *l, int step, line_complete *complete,
                                     void *arg)
{
    struct buf list;
    char *line;
    enum line_event e = LINE_NOTHING;

    if (!complete)
        return e;
    if (l->candidate < 0) {
        memcpy(l->stem, l->text, l->at);
        l->stem[l->at] = '\0';
        l->candidate = step > 0 ? 0 : -1;
    } else {
        l->candidate += step;
    }
    buf_init(&list, COMPLETIONS_MAX);
    complete(arg, l->stem, &list);
    if (nth_line(list.data, &l->candidate, &line)) {
        line_set(l, line);
        e = LINE_CHANGED;
    } else {
        l->candidate = -1;
    }
    buf_fini(&list);
    return e;
}

static enum line_event edit_key(struct lineedit *l, uint32_t key)
{
    switch (key) {
    case KEYC_LEFT:
    case CTRL_B:
        return move(l, before(l, l->at));
    case KEYC_RIGHT:
    case CTRL_F:
        return move(l, behind(l, l->at));
    case KEYC_HOME:
    case CTRL_A:
        return move(l, 0);
    case KEYC_END:
    case CTRL_E:
        return move(l, l->len);
    case KEY_ERASE:
    case CTRL_H:
        return cut(l, before(l, l->at), l->at);
    case KEYC_DELETE:
    case CTRL_D:
        return cut(l, l->at, behind(l, l->at));
    case CTRL_U:
        return cut(l, 0, l->at);
    case CTRL_K:
        return cut(l, l->at, l->len);
    case CTRL_W:
        return cut(l, word_before(l, l->at), l->at);
    case KEYC_UP:
    case CTRL_P:
        return recall(l, -1);
    case KEYC_DOWN:
    case CTRL_N:
        return recall(l, 1);
    default:
        return key < KEYC_BASE ? insert(l, key) : LINE_NOTHING;
    }
}

enum line_event line_key(struct lineedit *l, uint32_t key, line_complete *complete, void *arg)
{
    if (key == KEY_TAB || key == KEYC_BACKTAB)
        return complete_line(l, key == KEY_TAB ? 1 : -1, complete, arg);
    l->candidate = -1;
    if (key == KEY_RETURN || key == CTRL_J)
        return LINE_DONE;
    if (key == KEY_ESC)
        return LINE_CANCEL;
    /* Backspace on an empty line leaves it, as in vi and less. */
    if ((key == KEY_ERASE || key == CTRL_H) && l->len == 0)
        return LINE_CANCEL;
    return edit_key(l, key);
}

/* Cells of text[from..to). */
static int cells_between(const struct lineedit *l, size_t from, size_t to)
{
    int cells = 0;
    uint32_t cp;

    while (from < to) {
        from += text_decode(l->text + from, l->len - from, &cp);
        cells += text_cp_cells(cp) > 0 ? text_cp_cells(cp) : 0;
    }
    return cells;
}

void line_draw(const struct lineedit *l, struct canvas *c, int y, int x, int w, struct style s)
{
    size_t start = 0;

    if (w <= 0)
        return;
    while (start < l->at && cells_between(l, start, l->at) >= w)
        start = behind(l, start);
    canvas_fill(c, (struct rect){y, x, 1, w}, ' ', s);
    canvas_text(c, y, x, w, s, l->text + start);
    c->cursor_y = y;
    c->cursor_x = x + cells_between(l, start, l->at);
}
