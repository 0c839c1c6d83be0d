/* SPDX-License-Identifier: MIT
 * dialogdraw.c - how the dialog looks; see dialog.h.
 *
 * Lines are first written down, each with a rank; where there is little room those of the highest rank go. Rank 0 is what
 * must be seen before anybody may agree. */
#include "ui/dialog.h"
#include "base/i18n.h"
#include "ui/said.h"
#include "ui/dialogtext.h"
#include "ui/glyph.h"
#include "ui/panel.h"
#include "base/text.h"
#include "base/xmem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDE = 92,
    WIDER = 112,
    WIDER_FROM = 200,
    LEAST_CELLS = 50,
    FRAME_ROWS = 2,
    LABEL_CELLS = 10,
    LIST_MOST = 12,
    WRAP_MOST = 4,
    MINUTE_MS = 60000
};

static struct style on(enum role r)
{
    return style_on(r, ROLE_BAR);
}

/* --- what the lines say --- */

static void blank(struct sheet *s)
{
    sheet_line(s, RANK_BLANK, "");
}

/* A long text over several lines, cut at blanks where it has some. */
static void wrapped(struct sheet *s, int rank, const char *label, struct style style,
                    const char *text, int cells)
{
    for (int n = 0; *text && n < WRAP_MOST; n++) {
        size_t len = text_prefix(text, cells, NULL);
        if (text[len] && n + 1 < WRAP_MOST)
            len = text_break(text, len);
        struct sheet_line *l = sheet_line(s, n == 0 ? rank : RANK_REST, n == 0 ? label : "");
        bool last = n + 1 == WRAP_MOST;
        sheet_part(l, style, "%.*s", last ? (int)strlen(text) : (int)len, text);
        text += len;
        text += strspn(text, " ");
    }
}

static void add_request(struct sheet *s, const struct dialog *d, const struct dialog_world *w,
                        int cells)
{
    const struct plan *p = d->plan;
    const struct action_row *row = NULL;
    size_t i = 0;

    while (i < p->order->count && p->targets[i].refused)
        i++;
    if (i == p->order->count) {
        sheet_part(sheet_line(s, RANK_MUST, _("request")), on(ROLE_FAINT), "%s", _("none"));
        return;
    }
    enum preview state = dialog_preview(d, w->snap, i, &row);
    const char *note = row && row_has(row, action, message)
                           ? said(intern_text(snapshot_strings(w->snap), row->message))
                           : NULL;
    if (state == PREVIEW_AWAITED)
        sheet_part(sheet_line(s, RANK_MUST, _("request")), on(ROLE_DIM), "%s\xE2\x80\xA6",
                   _("being prepared"));
    if (state == PREVIEW_REFUSED)
        wrapped(s, RANK_MUST, _("request"), on(ROLE_WARN),
                note ? note : _("cannot be done this way"), cells);
    if (state != PREVIEW_READY)
        return;
    const char *text = intern_text(snapshot_strings(w->snap), row->request);
    const char *body = strstr(text, " {");
    char first[512];
    snprintf(first, sizeof first, "%.*s%s", body ? (int)(body - text) : (int)strlen(text), text,
             p->sendable > 1 ? _("   and the same for the others") : "");
    wrapped(s, RANK_MUST, _("request"), on(ROLE_BRIGHT), first, cells);
    if (body)
        wrapped(s, RANK_REST, "", on(ROLE_DIM), body + 1, cells);
    if (note)
        sheet_part(sheet_line(s, RANK_REST, ""), on(ROLE_DIM), "%s", note);
}

static void add_target(struct sheet *s, const struct dialog *d, const struct dialog_world *w,
                       size_t i, int rank, const char *label)
{
    const struct action_target *t = &d->plan->order->targets[i];
    struct sheet_line *l = sheet_line(s, rank, label);
    struct buf facts;

    buf_init(&facts, 512);
    if (d->plan->targets[i].refused) {
        buf_addf(&facts, "   %s", said(d->plan->targets[i].why));
    } else {
        buf_adds(&facts, "   ");
        dialog_facts(t, w, &facts);
    }
    sheet_part(l, style_bold(on(ROLE_BRIGHT)), "%s", t->name);
    sheet_part(l, on(d->plan->targets[i].refused ? ROLE_WARN : ROLE_DIM), "%s", facts.data);
    buf_fini(&facts);
}

/* Several: how many of them, their names as far as they go, then one a line: first those that are refused. */
static void add_targets(struct sheet *s, const struct dialog *d, const struct dialog_world *w,
                        int room)
{
    const struct action_order *o = d->plan->order;
    size_t shown = 0, most = room < 2 ? 2 : room < LIST_MOST ? (size_t)room : LIST_MOST;
    struct sheet_line *l = sheet_line(s, RANK_MUST, _("targets"));
    struct buf names;

    buf_init(&names, 400);
    for (size_t i = 0; i < o->count; i++)
        buf_addf(&names, "%s%s", i ? ", " : "   ", o->targets[i].name);
    sheet_part(l, style_bold(on(ROLE_BRIGHT)),
               d->plan->sendable < o->count ? _("%zu of %zu") : "%zu", d->plan->sendable, o->count);
    sheet_part(l, on(ROLE_DIM), "%s", names.data);
    buf_fini(&names);
    for (int refused = 1; refused >= 0; refused--)
        for (size_t i = 0; i < o->count && shown < most; i++)
            if (d->plan->targets[i].refused == refused) {
                add_target(s, d, w, i, refused ? RANK_REFUSED : RANK_LIST, "");
                shown++;
            }
    if (shown < o->count)
        sheet_part(sheet_line(s, RANK_LIST, ""), on(ROLE_DIM),
                   _("and %zu more: Ctrl-D lists all of them"), o->count - shown);
}

static void add_facts(struct sheet *s, const struct dialog *d, const struct dialog_world *w)
{
    const struct plan *p = d->plan;
    struct buf text;

    buf_init(&text, 512);
    sheet_part(sheet_line(s, RANK_EFFECT, _("effect")), on(ROLE_BRIGHT), "%s",
               _(order_effect(p->order)));
    dialog_risk(p, w, &text);
    if (text.len > 0)
        sheet_part(sheet_line(s, RANK_MUST, ""),
                   on(p->jobs > 0 && p->order->verb != action_verb_DRAIN ? ROLE_TEXT : ROLE_DIM),
                   "%s", text.data);
    for (size_t i = 0; i < p->pool_count; i++) {
        struct sheet_line *l = sheet_line(s, i ? RANK_REST : RANK_POOL,
                                          i                       ? ""
                                          : i + 1 < p->pool_count ? _("pools")
                                                                  : _("pool"));
        buf_reset(&text);
        dialog_pool(p, &p->pools[i], w, &text);
        sheet_part(l, on(ROLE_BRIGHT), _("%s %.0f nodes"), p->pools[i].name, p->pools[i].nodes);
        sheet_part(l, on(p->braked && i == 0 ? ROLE_WARN : ROLE_DIM), "   %s", text.data);
    }
    if (p->others[0] || verb_info(p->order->verb)->entity == ENTITY_NODE)
        sheet_part(sheet_line(s, RANK_OTHERS, _("others")),
                   on(p->others[0] ? ROLE_WARN : ROLE_BRIGHT), "%s",
                   p->others[0]          ? p->others
                   : p->order->count > 1 ? _("nobody else's reason on these nodes")
                                         : _("nobody else's reason on this node"));
    if (p->history[0])
        sheet_part(sheet_line(s, RANK_HISTORY, _("history")), on(ROLE_BRIGHT), "%s",
                   said(p->history));
    if (p->warnings[0])
        sheet_part(sheet_line(s, RANK_WARNING, _("careful")), style_bold(on(ROLE_WARN)), "%s",
                   said(p->warnings));
    if (p->takes_ms >= MINUTE_MS) {
        buf_reset(&text);
        dialog_takes(p, w, &text);
        sheet_part(sheet_line(s, RANK_HISTORY, _("takes")), on(ROLE_DIM), "%s", text.data);
    }
    buf_fini(&text);
}

static void add_field(struct sheet *s, const struct dialog *d, enum dialog_field f,
                      const char *label, const char *empty)
{
    struct sheet_line *l = sheet_line(s, RANK_MUST, label);
    bool here = d->at == f;

    l->field = (int)f;
    l->here = here;
    l->hint = here && d->fields[f].len == 0 ? empty : NULL;
    if (here)
        return;
    sheet_part(l, on(d->fields[f].len > 0 ? ROLE_TEXT : ROLE_FAINT), "%s",
               d->fields[f].len > 0 ? d->fields[f].text : empty);
}

static void add_fields(struct sheet *s, const struct dialog *d)
{
    bool needed = d->plan->order->verb == action_verb_DRAIN;

    blank(s);
    add_field(s, d, DIALOG_TICKET, _("ticket"), d->plan->braked ? _("needed") : _("none"));
    add_field(s, d, DIALOG_REASON, _("reason"), needed ? _("needed: Tab goes there") : _("none"));
    if (dialog_has_field(d, DIALOG_MASS))
        add_field(s, d, DIALOG_MASS, _("brake"),
                  _("holds: type mass here, and a ticket above, to lift it"));
}

static bool no_way_to_send(const struct dialog *d, const struct snapshot *s)
{
    const struct action_row *row;

    for (size_t i = 0; i < d->plan->order->count; i++)
        if (!d->plan->targets[i].refused && dialog_preview(d, s, i, &row) != PREVIEW_REFUSED)
            return false;
    return true;
}

static void add_consent(struct sheet *s, const struct dialog *d, const struct dialog_world *w,
                        int cells)
{
    bool no_way = d->plan->consent != CONSENT_NEVER && no_way_to_send(d, w->snap);
    bool never = d->plan->consent == CONSENT_NEVER || no_way;
    struct buf text;

    buf_init(&text, 512);
    if (no_way)
        buf_adds(&text, _("Refused: there is no way to send this, see the request"));
    else
        dialog_question(d->plan, w, &text);
    blank(s);
    int first = s->count;
    wrapped(s, RANK_MUST, "", never ? style_bold(on(ROLE_CRIT)) : on(ROLE_ACT), text.data,
            cells + LABEL_CELLS);
    for (int i = first; i < s->count; i++)
        s->lines[i].outdent = true;
    struct sheet_line *l = sheet_line(s, RANK_MUST, "");
    l->outdent = true;
    l->field = DIALOG_CONSENT;
    l->here = d->at == DIALOG_CONSENT;
    sheet_part(l, style_bold(on(l->here ? ROLE_BRAND : ROLE_FAINT)), "> ");
    if (!l->here)
        sheet_part(l, on(ROLE_DIM), "%s", d->fields[DIALOG_CONSENT].text);
    l = sheet_line(s, d->note[0] ? RANK_NOTE : RANK_HINTS, "");
    l->outdent = true;
    l->note = true;
    sheet_part(l, style_bold(on(d->note_bad ? ROLE_CRIT : ROLE_WARN)), "%s", d->note);
    buf_fini(&text);
    l = sheet_line(s, RANK_HINTS, "");
    l->right = true;
    sheet_part(l, on(ROLE_FAINT), _("Ctrl-D dry run %s default is No"), glyph(GLYPH_DOT, w->ascii));
}

/* --- on the canvas --- */

static void draw_line(const struct sheet_line *l, const struct dialog *d, struct canvas *c, int y,
                      struct rect in)
{
    int x = in.x + (l->outdent ? 0 : LABEL_CELLS), end = in.x + in.w;

    if (l->right) {
        canvas_text_right(c, y, end, in.w, l->parts[0].style, l->parts[0].text);
        return;
    }
    if (!l->outdent)
        canvas_text(c, y, in.x, LABEL_CELLS - 1,
                    l->here ? style_bold(on(ROLE_BRAND)) : on(ROLE_DIM), l->label);
    for (int i = 0; i < l->part_count && x < end; i++)
        x += canvas_text(c, y, x, end - x, l->parts[i].style, l->parts[i].text);
    if (l->here && x < end)
        line_draw(&d->fields[l->field], c, y, x, end - x, style_bold(on(ROLE_BRIGHT)));
    if (l->hint && x + 2 < end)
        canvas_text(c, y, x + 2, end - x - 2, on(ROLE_FAINT), l->hint);
}

/* A note that lost its line goes behind what is typed. */
static void draw_note(const struct sheet *s, const struct dialog *d, struct canvas *c, int y,
                      struct rect in)
{
    enum role role = d->note_bad ? ROLE_CRIT : ROLE_WARN;

    for (int i = 0; i < s->count; i++)
        if (s->lines[i].note && s->lines[i].dropped && d->note[0])
            canvas_text_right(c, y, in.x + in.w, in.w / 2, style_bold(on(role)), d->note);
}

static void write_sheet(struct sheet *s, const struct dialog *d, const struct dialog_world *w,
                        struct rect over, int cells)
{
    enum { OTHER_LINES = 17 };

    blank(s);
    if (d->plan->order->count == 1)
        add_target(s, d, w, 0, RANK_MUST, _("target"));
    else
        add_targets(s, d, w, over.h - OTHER_LINES);
    add_request(s, d, w, cells);
    add_facts(s, d, w);
    add_fields(s, d);
    add_consent(s, d, w, cells);
}

void dialog_draw(struct dialog *d, const struct dialog_world *w, struct canvas *c, struct rect over)
{
    int width = over.w < WIDE ? over.w : over.w < WIDER_FROM ? WIDE : WIDER;
    struct sheet *s = xcalloc(1, sizeof *s);
    struct buf title;

    buf_init(&title, 300);
    dialog_title(d, w, &title);
    write_sheet(s, d, w, over, width - LABEL_CELLS - 6);
    d->cramped = !sheet_fit(s, over.h - FRAME_ROWS) || over.w < LEAST_CELLS;
    struct rect in = panel_draw_in(c, panel_place(over, sheet_lines(s) + FRAME_ROWS, width),
                                   ROLE_ACT, title.data);
    for (int i = 0, y = in.y; i < s->count && y < in.y + in.h; i++) {
        if (s->lines[i].dropped)
            continue;
        draw_line(&s->lines[i], d, c, y, in);
        if (s->lines[i].field == DIALOG_CONSENT)
            draw_note(s, d, c, y, in);
        y++;
    }
    buf_fini(&title);
    sheet_free(s);
}
