/* SPDX-License-Identifier: MIT
 * pager.c - see pager.h. */
#include "ui/pager.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmem.h"
#include "ui/keymap.h"
#include "ui/panel.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXT_MAX = 4 << 20,
    PANEL_WIDE = 120,
    PANEL_FULL = 130,
    FRAME_ROWS = 4,
    MARGINS = 6,
    KEY_CELLS = 18
};

void pager_init(struct pager *p)
{
    *p = (struct pager){.hit = SIZE_MAX};
    buf_init(&p->text, TEXT_MAX);
}

void pager_fini(struct pager *p)
{
    buf_fini(&p->text);
    free(p->rows);
    pager_init(p);
}

/* One line of foreign text, tabs as blanks. */
static void add_clean(struct buf *out, const char *s, size_t len)
{
    while (len > 0) {
        const char *tab = memchr(s, '\t', len);
        size_t n = tab ? (size_t)(tab - s) : len;
        text_sanitise(out, s, n - (!tab && n > 0 && s[n - 1] == '\r'));
        if (tab)
            buf_adds(out, "    ");
        s += n + (tab != NULL);
        len -= n + (tab != NULL);
    }
}

void pager_set(struct pager *p, enum pager_kind kind, const char *text, size_t len)
{
    const char *end = memchr(text, '\n', len);
    size_t n = end ? (size_t)(end - text) : len;

    p->kind = kind;
    text_clean_into(p->title, sizeof p->title, text, n);
    buf_reset(&p->text);
    size_t at = n + (end != NULL);
    while (at < len && text[at] == '\n') /* the panel leaves a line free anyway */
        at++;
    for (; at < len; at += n + 1) {
        end = memchr(text + at, '\n', len - at);
        n = end ? (size_t)(end - (text + at)) : len - at;
        add_clean(&p->text, text + at, n);
        buf_addc(&p->text, '\n');
    }
    if (p->text.failed) {
        p->text.failed = false;
        buf_adds(&p->text, _("\n(cut: the text is longer than this pager takes)\n"));
    }
    p->wrapped = 0;
    p->count = p->top = 0;
    p->word[0] = '\0';
    p->hit = SIZE_MAX;
}

static void add_row(struct pager *p, size_t at, size_t len, int indent, bool more)
{
    p->rows = xgrow(p->rows, &p->cap, p->count + 1, sizeof *p->rows);
    p->rows[p->count++] = (struct pager_row){(uint32_t)at, (uint32_t)len, indent, more};
}

/* Where to break text[at..at+len) so that it fits: see text_break. */
static size_t break_at(const struct pager *p, size_t at, size_t len, int w)
{
    int used;
    size_t n = text_prefix(p->text.data + at, w, &used);

    if (n >= len)
        return len;
    return n > 0 ? text_break(p->text.data + at, n) : 1;
}

/* Bytes of the first part of a line and of the blanks behind it: parts are two blanks or more apart.
 * 0 if the line has no other part. */
static size_t part_bytes(const char *line)
{
    size_t n = strspn(line, " ");

    for (; line[n] && line[n] != '\n'; n++)
        if (line[n] == ' ' && line[n + 1] == ' ') {
            n += strspn(line + n, " ");
            return line[n] && line[n] != '\n' ? n : 0;
        }
    return 0;
}

/* Cells before the last part of a line. */
static int last_part(const char *line)
{
    size_t n = 0, more;
    char *head;
    int cells;

    while ((more = part_bytes(line + n)) > 0)
        n += more;
    head = xstrndup(line, n);
    cells = text_cells(head);
    free(head);
    return cells;
}

/* How far the second row of a line is indented, so that it stands below what it continues. */
static int hang(const struct pager *p, const char *line, int w)
{
    int indent = p->kind == PAGER_FIELDS ? last_part(line) : 0;

    if (p->kind == PAGER_HELP)
        return *line != '@' ? 0 : w > 2 * KEY_CELLS ? KEY_CELLS : 2;
    return indent >= 2 && indent < w * 3 / 4 ? indent : 2;
}

static void wrap_line(struct pager *p, size_t at, size_t len, int w)
{
    int indent = 0, next = hang(p, p->text.data + at, w);
    bool more = false;

    do {
        size_t n = break_at(p, at, len, w - indent);
        add_row(p, at, n, indent, more);
        at += n;
        len -= n;
        for (; len > 0 && p->text.data[at] == ' '; len--)
            at++;
        indent = next;
        more = true;
    } while (len > 0);
}

static void wrap(struct pager *p, int w)
{
    const char *text = p->text.data, *end;

    p->count = 0;
    p->wrapped = w;
    for (size_t at = 0; at < p->text.len; at = (size_t)(end - text) + 1) {
        end = strchr(text + at, '\n');
        if (!end)
            end = text + p->text.len;
        wrap_line(p, at, (size_t)(end - (text + at)), w < 8 ? 8 : w);
    }
}

static size_t last_top(const struct pager *p)
{
    size_t h = p->height > 0 ? (size_t)p->height : 1;

    return p->count > h ? p->count - h : 0;
}

static void pager_fit(struct pager *p, int h, int w)
{
    if (p->wrapped != w) {
        size_t at = p->top < p->count ? p->rows[p->top].at : 0;
        wrap(p, w);
        p->hit = SIZE_MAX;
        for (p->top = 0; p->top + 1 < p->count && p->rows[p->top + 1].at <= at;)
            p->top++;
    }
    p->height = h;
    if (p->top > last_top(p))
        p->top = last_top(p);
}

static size_t pager_rows(struct pager *p, int w)
{
    if (p->wrapped != w)
        wrap(p, w);
    return p->count;
}

void pager_scroll(struct pager *p, int rows)
{
    size_t n = (size_t)abs(rows), last = last_top(p);

    if (rows < 0)
        p->top = p->top > n ? p->top - n : 0;
    else
        p->top = p->top + n < last ? p->top + n : last;
}

static bool row_has_word(const struct pager *p, size_t row)
{
    char line[2048];
    size_t n = p->rows[row].len < sizeof line - 1 ? p->rows[row].len : sizeof line - 1;

    memcpy(line, p->text.data + p->rows[row].at, n);
    line[n] = '\0';
    return text_contains(line, p->word);
}

bool pager_find(struct pager *p, const char *word, int by)
{
    size_t from = p->hit != SIZE_MAX ? p->hit : by > 0 ? p->top - 1 : p->top;

    if (word && *word)
        snprintf(p->word, sizeof p->word, "%s", word);
    if (!p->word[0])
        return false;
    for (size_t i = 0; i < p->count; i++) {
        from = by > 0 ? (from + 1 < p->count ? from + 1 : 0) : (from > 0 ? from : p->count) - 1;
        if (!row_has_word(p, from))
            continue;
        p->hit = from;
        if (from < p->top || from >= p->top + (size_t)p->height)
            p->top = from > (size_t)p->height / 3 ? from - (size_t)p->height / 3 : 0;
        if (p->top > last_top(p))
            p->top = last_top(p);
        return true;
    }
    return false;
}

static enum pager_event move_key(struct pager *p, enum cmd cmd)
{
    int page = p->height > 1 ? p->height - 1 : 1;
    size_t before = p->top;

    switch (cmd) {
    case CMD_UP:
        pager_scroll(p, -1);
        break;
    case CMD_DOWN:
    case CMD_OPEN:
        pager_scroll(p, 1);
        break;
    case CMD_PAGE_UP:
        pager_scroll(p, -page);
        break;
    case CMD_PAGE_DOWN:
    case CMD_MARK: /* Space pages, as in less */
        pager_scroll(p, page);
        break;
    case CMD_TOP:
        p->top = 0;
        break;
    case CMD_BOTTOM:
        p->top = last_top(p);
        break;
    default:
        return PAGER_NOTHING;
    }
    return p->top != before ? PAGER_MOVED : PAGER_NOTHING;
}

enum pager_event pager_key(struct pager *p, uint32_t key)
{
    enum cmd cmd = keymap_lookup(key);

    switch (cmd) {
    case CMD_BACK:
    case CMD_QUIT:
    case CMD_HELP:
    case CMD_EXPLAIN:
    case CMD_DETAILS:
    case CMD_RAW:
        return PAGER_CLOSE;
    case CMD_FILTER:
        return PAGER_SEARCH;
    case CMD_FIND_NEXT:
        return pager_find(p, NULL, 1) ? PAGER_MOVED : PAGER_NOTHING;
    case CMD_FIND_PREV:
        return pager_find(p, NULL, -1) ? PAGER_MOVED : PAGER_NOTHING;
    default:
        return move_key(p, cmd);
    }
}

static struct rect pager_panel(struct pager *p, struct rect over)
{
    int w = over.w >= PANEL_FULL ? PANEL_WIDE : over.w;
    size_t rows = pager_rows(p, w > MARGINS ? w - MARGINS : 0) + FRAME_ROWS;

    return panel_place(over, rows < (size_t)over.h ? (int)rows : over.h, w);
}

/* What a field is called is dim, its value is what counts, where it comes from is dim again. Lines that are
 * three blanks in are of a small table: all of it counts. */
static void draw_fields(struct canvas *c, int y, int x, int w, char *s)
{
    struct style dim = style_on(ROLE_DIM, ROLE_BAR), bright = style_on(ROLE_BRIGHT, ROLE_BAR);
    size_t n = part_bytes(s);
    bool heading = *s != ' ' && n == 0, behind = strspn(s, " ") > 4;

    if (strspn(s, " ") == 3) {
        canvas_text(c, y, x, w, style_on(ROLE_TEXT, ROLE_BAR), s);
        return;
    }
    if (heading)
        dim = strchr(s, ':') ? style_on(ROLE_TEXT, ROLE_BAR) : style_bold(bright);
    for (int part = 0; *s; part++, s += n, n = part_bytes(s)) {
        char keep;
        n = n > 0 ? n : strlen(s);
        keep = s[n];
        s[n] = '\0';
        int used = canvas_text(c, y, x, w, part == 1 && !behind ? bright : dim, s);
        s[n] = keep;
        x += used;
        w -= used;
    }
}

static void draw_help(struct canvas *c, int y, int x, int w, char *s)
{
    if (s[0] == '#' && s[1] == ' ') {
        canvas_text(c, y, x, w, style_bold(style_on(ROLE_BRIGHT, ROLE_BAR)), s + 2);
    } else if (s[0] == '@') {
        size_t n = part_bytes(s);
        char keep = s[n];
        s[n] = '\0';
        canvas_text(c, y, x, KEY_CELLS, style_bold(style_on(ROLE_KEY, ROLE_BAR)), s + 1);
        s[n] = keep;
        canvas_text(c, y, x + KEY_CELLS, w - KEY_CELLS, style_on(ROLE_TEXT, ROLE_BAR), s + n);
    } else {
        canvas_text(c, y, x, w, style_on(ROLE_TEXT, ROLE_BAR), s);
    }
}

static void draw_row(const struct pager *p, size_t i, struct canvas *c, int y, struct rect in)
{
    const struct pager_row *row = &p->rows[i];
    char *line = xstrndup(p->text.data + row->at, row->len);

    if (p->kind == PAGER_FIELDS && !row->more)
        draw_fields(c, y, in.x, in.w, line);
    else if (p->kind == PAGER_HELP && !row->more)
        draw_help(c, y, in.x, in.w, line);
    else
        canvas_text(c, y, in.x + row->indent, in.w - row->indent,
                    style_on(p->kind == PAGER_FIELDS ? ROLE_DIM : ROLE_TEXT, ROLE_BAR), line);
    if (i == p->hit)
        canvas_tint(c, (struct rect){y, in.x - 1, 1, in.w + 2}, ROLE_SELECTION);
    free(line);
}

void pager_draw(struct pager *p, struct canvas *c, struct rect over)
{
    struct rect r = pager_panel(p, over);
    int top = r.h > FRAME_ROWS ? 2 : 1, below = r.h > FRAME_ROWS ? 2 : r.h > 2;
    char place[64] = "";

    pager_fit(p, r.h > top + below ? r.h - top - below : 0, r.w > MARGINS ? r.w - MARGINS : 0);
    size_t last = p->top + (size_t)p->height;
    if (p->count > (size_t)p->height)
        snprintf(place, sizeof place, _("%zu\xE2\x80\x93%zu of %zu"), p->top + 1,
                 last < p->count ? last : p->count, p->count);
    struct rect in = panel_draw(c, r, p->title, place);
    for (int i = 0; i < p->height && p->top + (size_t)i < p->count; i++)
        draw_row(p, p->top + (size_t)i, c, r.y + top + i, in);
}
