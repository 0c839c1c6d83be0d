/* SPDX-License-Identifier: MIT
 * interrupted_side.c - the pane of view 6: the nodes that jobs were interrupted on again and again, and below them what
 * is selected, at length. */
#include "ui/interrupted.h"
#include "ui/said.h"
#include "ui/cells.h"
#include "ui/chart.h"
#include "ui/ettr.h"
#include "ui/glyph.h"
#include "ui/incident.h"
#include "ui/nodelook.h"
#include "base/i18n.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    FROM_CELLS = 120, /* of the screen */
    SIDE_MIN = 40,
    SIDE_MAX = 72,
    LINES_EACH = 2,
    SELECTED_LINES = 11,
    LABEL_CELLS = 11,
    COUNT_CELLS = 4,
    SCORE_CELLS = 5,
    METER_MIN = 6,
    METER_MAX = 20,
    CENTER_MIN = 7,
    CENTER_MAX = 20,
    NAME_MIN = 8,
    NAME_MAX = 20,
    NAMES_MEASURED = 64,
    RIGHT_MARGIN = 1,
    WORDS_MAX = 512,
};

int interrupted_side_cells(const struct list *l, const struct view_input *in)
{
    int w = in->area.w * 27 / 100;

    (void)l;
    if (in->area.w < FROM_CELLS)
        return 0;
    return w < SIDE_MIN ? SIDE_MIN : w > SIDE_MAX ? SIDE_MAX : w;
}

/* --- the offenders --- */

/* How many of them have room: what is selected keeps some lines. */
static int room_for(const struct list *l, struct rect r)
{
    const struct interrupted_own *own = l->own;
    int most = (r.h - 2 - SELECTED_LINES) / LINES_EACH;
    int count = (int)own->offenders->table.result.count;

    most = most < 1 ? 1 : most;
    return count > 0 && count < most ? count : most;
}

struct view_input interrupted_side_input(const struct list *l, const struct view_input *in)
{
    struct view_input side = *in;
    struct rect r = list_side_rect(l, in);
    int most = (r.h - 2 - SELECTED_LINES) / LINES_EACH;

    side.area = (struct rect){r.y, r.x, (most < 1 ? 1 : most) + 1, r.w};
    side.filter = NULL;
    side.filter_text = "";
    return side;
}

bool interrupted_side_hit(const struct list *l, const struct view_input *in, int y, int x,
                          uint32_t *index)
{
    const struct interrupted_own *own = l->own;
    struct rect r = list_side_rect(l, in);
    int at = (y - r.y - 1) / LINES_EACH;

    if (x < r.x || x >= r.x + r.w || y < r.y + 1 || at >= room_for(l, r))
        return false;
    *index = own->offenders->table.top + (uint32_t)at;
    return *index < own->offenders->table.result.count;
}

static enum role offender_role(const struct offender_row *o)
{
    if (row_has(o, offender, flagged) && o->flagged)
        return ROLE_CRIT;
    return row_has(o, offender, events) && o->events >= 3 ? ROLE_WARN : ROLE_DIM;
}

/* "drained", "down" ...: what was done about it already; "" while it takes work. */
static const char *out_word(const struct view_input *in, const struct offender_row *o,
                            char word[24])
{
    const struct intern *strings = snapshot_strings(in->snap);
    uint64_t key = row_key(ENTITY_NODE, o->h.center, intern_raw(strings, o->node),
                           intern_raw_len(strings, o->node));
    uint32_t slot = snapshot_find(in->snap, ENTITY_NODE, key);
    const struct node_row *node =
        slot == UINT32_MAX ? NULL : snapshot_row(in->snap, ENTITY_NODE, slot);

    word[0] = '\0';
    if (!node)
        return word;
    struct node_look look = node_look(in, node);
    return look.trouble >= NODE_TAKEN_OUT ? node_word(&look, word, 24) : word;
}

/* Count, meter and score stand in columns at the right; the names get what they need of the rest, the center what is
 * left of it, the meter the remainder. */
struct places {
    int name, name_w, center, center_w, count, meter, meter_w, score;
};

static int name_cells(const struct list *l, const struct view_input *in)
{
    const struct table *t = &((const struct interrupted_own *)l->own)->offenders->table;
    int most = NAME_MIN;

    for (uint32_t i = 0; i < t->result.count && i < NAMES_MEASURED; i++) {
        const struct offender_row *o = snapshot_row(in->snap, ENTITY_OFFENDER, t->result.slots[i]);
        int cells = o ? cell_measure(in, o->node) : 0;
        most = cells > most ? cells : most;
    }
    return most < NAME_MAX ? most : NAME_MAX;
}

static struct places places_in(const struct list *l, const struct view_input *in, struct rect r)
{
    struct places p = {.name = r.x + 1, .name_w = name_cells(l, in)};
    int rest = r.w - 1 - p.name_w - COUNT_CELLS - 2 - SCORE_CELLS - METER_MIN;

    if (rest < 0)
        p.name_w += rest;
    else if (cell_many_centers(in) && rest >= CENTER_MIN)
        p.center_w = rest - 1 < CENTER_MAX ? rest - 1 : CENTER_MAX;
    p.center = p.name + p.name_w + 1;
    p.score = r.x + r.w;
    p.meter_w = METER_MIN + (rest > 0 ? rest - p.center_w - (p.center_w > 0) : 0);
    p.meter_w = p.meter_w < METER_MAX ? p.meter_w : METER_MAX;
    p.meter = p.score - SCORE_CELLS - p.meter_w;
    p.count = p.meter - 1;
    return p;
}

static void draw_offender(const struct list *l, const struct view_input *in, struct rect r, int y,
                          const struct offender_row *o, struct canvas *c)
{
    struct places p = places_in(l, in, r);
    enum role role = offender_role(o);
    bool flagged = role == ROLE_CRIT;
    char text[64], word[24], center[CENTER_SHORT_MAX];

    canvas_text(c, y, p.name, p.name_w,
                flagged ? style_bold(style_of(ROLE_BRIGHT)) : style_of(ROLE_TEXT),
                cell_string(in, o->node));
    if (p.center_w > 0)
        canvas_text(c, y, p.center, p.center_w, style_of(ROLE_DIM),
                    cell_center_short(in, cell_center_name(in, o->h.center), p.center_w, center));
    snprintf(text, sizeof text, "%.0f%s%s", o->events, glyph(GLYPH_TIMES, in->ascii),
             flagged ? "!" : " ");
    canvas_text_right(c, y, p.count, COUNT_CELLS + 1, style_bold(style_of(role)), text);
    chart_meter(c, y, p.meter, p.meter_w, row_has(o, offender, score) ? o->score : 0,
                style_of(role), style_of(ROLE_LINE), in->ascii);
    snprintf(text, sizeof text, "%.2f", o->score);
    canvas_text_right(c, y, p.score, SCORE_CELLS - 1,
                      style_of(row_has(o, offender, score) ? ROLE_TEXT : ROLE_FAINT),
                      row_has(o, offender, score) ? text : FIGURE_ABSENT);
    int x = p.name + 2;
    out_word(in, o, word);
    if (word[0]) {
        x += canvas_text(c, y + 1, x, r.x + r.w - x, style_of(ROLE_DIM), word);
        x += canvas_text(c, y + 1, x, r.x + r.w - x, style_of(ROLE_FAINT),
                         in->ascii ? " - " : " \xC2\xB7 ");
    }
    canvas_text(c, y + 1, x, r.x + r.w - x, style_of(ROLE_FAINT),
                row_has(o, offender, what) ? said_string(in, o->what) : "");
}

static void draw_cursor(const struct view_input *in, struct rect r, int y, struct canvas *c)
{
    canvas_text(c, y, r.x, 1, style_bold(style_of(ROLE_BRAND)), glyph(GLYPH_CURSOR, in->ascii));
    table_tint(c, (struct rect){y, r.x, 1, r.w + RIGHT_MARGIN});
}

/* Returns the line behind them. */
static int draw_offenders(const struct list *l, const struct view_input *in, struct rect r,
                          struct canvas *c)
{
    const struct interrupted_own *own = l->own;
    const struct table *t = &own->offenders->table;
    int room = room_for(l, r), y = r.y;

    canvas_text(c, y, r.x + 1, r.w - SCORE_CELLS - 2,
                style_bold(style_on(own->on_side ? ROLE_BRAND : ROLE_BRIGHT, ROLE_BAR)),
                in->ascii ? _("Repeat offenders - 28 d") : _("Repeat offenders \xC2\xB7 28 d"));
    canvas_text_right(c, y, r.x + r.w, SCORE_CELLS, style_on(ROLE_DIM, ROLE_BAR), _("score"));
    y++;
    if (t->result.count == 0) {
        canvas_text(c, y, r.x + 1, r.w - 1, style_of(ROLE_FAINT), _("no node interrupted a job"));
        return y + 1;
    }
    for (int i = 0; i < room && t->top + (uint32_t)i < t->result.count; i++) {
        uint32_t index = t->top + (uint32_t)i;
        const struct offender_row *o =
            snapshot_row(in->snap, ENTITY_OFFENDER, t->result.slots[index]);
        if (!o || y + LINES_EACH > r.y + r.h)
            break;
        draw_offender(l, in, r, y, o, c);
        if (own->on_side && index == t->cursor)
            draw_cursor(in, r, y, c);
        y += LINES_EACH;
    }
    return y;
}

/* --- what is selected --- */

struct lines {
    const struct view_input *in;
    const struct story *story;
    struct canvas *c;
    struct rect r;
    int y;
};

/* A label, and words over as many lines as they need, up to `most`. */
static void labelled(struct lines *s, const char *label, struct style style, const char *text,
                     int most)
{
    int x = s->r.x + 1 + LABEL_CELLS, w = s->r.x + s->r.w - x;

    if (s->y < s->r.y + s->r.h)
        canvas_text(s->c, s->y, s->r.x + 1, LABEL_CELLS - 1, style_of(ROLE_DIM), label);
    for (int i = 0; i < most && *text && s->y < s->r.y + s->r.h; i++) {
        size_t n = text_prefix(text, w, NULL);
        char line[WORDS_MAX];
        bool last = i + 1 == most || s->y + 1 == s->r.y + s->r.h;
        if (last || !text[n])
            n = strlen(text); /* the rest, with an ellipsis if it is too much */
        else
            n = text_break(text, n);
        snprintf(line, sizeof line, "%.*s", (int)n, text);
        canvas_text(s->c, s->y++, x, w, style, line);
        text += n;
        text += strspn(text, " ");
    }
}

/* "10h40, 16 nodes, attempt 2" */
static void ran_line(struct lines *s, const struct interruption_row *r)
{
    char ran[FIGURE_MAX] = FIGURE_ABSENT, nodes[FIGURE_MAX], text[WORDS_MAX];
    int n;

    if (row_has(r, interruption, started_at) && row_has(r, interruption, at))
        figure_duration(ran, r->at - r->started_at);
    n = snprintf(text, sizeof text, "%s", ran);
    if (row_has(r, interruption, node_count)) {
        figure_number(nodes, (double)r->node_count, 0, s->in->ascii);
        n += snprintf(text + n, sizeof text - (size_t)n,
                      _n(", %s node", ", %s nodes", (double)r->node_count == 1 ? 1 : 2), nodes);
    }
    if (row_has(r, interruption, attempt))
        snprintf(text + n, sizeof text - (size_t)n, _(", attempt %.0f"), (double)r->attempt);
    labelled(s, _("ran"), style_of(ROLE_TEXT), text, 1);
}

static void checkpoint_line(struct lines *s, const struct interruption_row *r)
{
    char text[WORDS_MAX], hms[16], before[FIGURE_MAX];

    if (!row_has(r, interruption, checkpoint_at)) {
        labelled(s, _("checkpoint"), style_of(ROLE_TEXT), _("unknown, 60 min assumed"), 1);
        return;
    }
    time_hms(r->checkpoint_at, s->in->ctx.utc_offset_minutes, hms);
    figure_duration(before, r->at - r->checkpoint_at);
    snprintf(text, sizeof text, _("%s, %s before the end"), hms, before);
    labelled(s, _("checkpoint"), style_of(ROLE_TEXT), text, 1);
}

/* What was seen last, without the name of the node that stands before it. */
static const char *without_name(const char *what, const char *name)
{
    size_t len = strlen(name);

    return strncmp(what, name, len) == 0 && what[len] == ' ' ? what + len + 1 : what;
}

static void before_lines(struct lines *s, const struct interruption_row *r)
{
    struct incident_before b = s->story->before;
    const char *name = cell_string(s->in, r->node);
    char text[WORDS_MAX], at[16];

    if (!row_has(r, interruption, node))
        return;
    snprintf(text, sizeof text, "%.64s: %s", name, b.at == 0 ? _("nothing known") : "");
    if (b.interruptions > 0)
        snprintf(text, sizeof text, _("%.64s: %d in 28 d"), name, b.interruptions);
    if (b.at == 0 || b.interruptions > 0)
        labelled(s, _("before"), style_of(ROLE_TEXT), text, 1);
    if (b.at == 0)
        return;
    time_short(b.at, s->in->ctx.utc_offset_minutes, at);
    snprintf(text, sizeof text, "%s %.200s", s->in->ctx.now - b.at < 86400000 ? at + 6 : at,
             said(without_name(cell_string(s->in, b.what), name)));
    labelled(s, b.interruptions > 0 ? "" : _("before"), style_of(ROLE_TEXT), text, 2);
}

/* "preempted", "node zb-g0017" */
static void end_words(const struct lines *s, const struct attempt_row *a, char out[128])
{
    const struct field *f = column_info(ENTITY_ATTEMPT, FIELD_attempt_end);
    bool has = row_has(a, attempt, end) && a->end < attempt_end_COUNT;

    if (has && a->end == attempt_end_NODE_FAIL && row_has(a, attempt, failed_node)) {
        snprintf(out, 128, _("node %.100s"), cell_string(s->in, a->failed_node));
        return;
    }
    snprintf(out, 128, "%s", has ? _(f->words[a->end]) : FIGURE_ABSENT);
    for (char *p = out; *p; p++)
        *p = *p == '_' ? ' ' : *p;
}

/* " 2 11-22 13:07  6h50 node zb-g0017" */
static void attempt_line(struct lines *s, const struct attempt_row *a)
{
    char end[128], at[16] = "", ran[FIGURE_MAX] = "";
    wall_ms until = row_has(a, attempt, ended_at) ? a->ended_at : s->in->ctx.now;

    if (row_has(a, attempt, started_at)) {
        time_short(a->started_at, s->in->ctx.utc_offset_minutes, at);
        figure_duration(ran, until - a->started_at);
    }
    end_words(s, a, end);
    if (s->y >= s->r.y + s->r.h)
        return;
    canvas_textf(s->c, s->y++, s->r.x + 1, s->r.w - 1, style_of(ROLE_DIM), "%2.0f %s %5s %s",
                 (double)a->number, at, ran, end);
}

/* The newest last, as many as there is room for, over the whole width. */
static void attempt_lines(struct lines *s)
{
    int n = s->story->attempt_count, most = s->r.y + s->r.h - s->y - 2;
    double ettr = s->story->ettr;
    char text[64];

    if (n == 0 || most < 1)
        return;
    snprintf(text, sizeof text, isfinite(ettr) ? _("%d, ETTR %.2f") : "%d", n, ettr);
    labelled(s, _("attempts"), style_of(ROLE_TEXT), text, 1);
    for (int i = n > most + 1 ? n - most - 1 : 0; i < n; i++)
        attempt_line(s, snapshot_row(s->in->snap, ENTITY_ATTEMPT, s->story->attempts[i]));
}

static void note_line(struct lines *s, const struct interruption_row *r)
{
    char text[WORDS_MAX], at[16];
    int n;

    if (!row_has(r, interruption, acknowledged_at))
        return;
    time_hms(r->acknowledged_at, s->in->ctx.utc_offset_minutes, at);
    n = snprintf(text, sizeof text, _("%.5s by %.64s"), at,
                 row_has(r, interruption, acknowledged_by) ? cell_string(s->in, r->acknowledged_by)
                                                           : FIGURE_ABSENT);
    if (row_has(r, interruption, note))
        snprintf(text + n, sizeof text - (size_t)n, ": %.200s", cell_string(s->in, r->note));
    labelled(s, _("seen"), style_of(ROLE_TEXT), text, 2);
}

static void selected_title(struct lines *s, const char *id, const char *name)
{
    int x = s->r.x + 1 + LABEL_CELLS, end = s->r.x + s->r.w;

    canvas_text(s->c, s->y, s->r.x + 1, LABEL_CELLS - 1, style_of(ROLE_DIM), _("Selected"));
    x += canvas_text(s->c, s->y, x, end - x, style_bold(style_of(ROLE_BRIGHT)), id);
    canvas_text(s->c, s->y, x + 1, end - x - 1, style_bold(style_of(ROLE_BRIGHT)), name);
    s->y++;
}

static void selected_interruption(struct lines *s, const struct interruption_row *r)
{
    struct buf advice;

    selected_title(s, row_has(r, interruption, job) ? cell_string(s->in, r->job) : FIGURE_ABSENT,
                   row_has(r, interruption, name) ? cell_string(s->in, r->name) : "");
    ran_line(s, r);
    checkpoint_line(s, r);
    before_lines(s, r);
    note_line(s, r);
    buf_init(&advice, WORDS_MAX);
    incident_advice(s->in, r, &advice);
    labelled(s, _("advice"), style_of(ROLE_BRAND), advice.data, 3);
    buf_fini(&advice);
    attempt_lines(s);
}

static void selected_offender(struct lines *s, const struct offender_row *o)
{
    char text[WORDS_MAX], word[24], at[16];

    selected_title(s, cell_string(s->in, o->node), cell_center_name(s->in, o->h.center));
    labelled(s, _("state"), style_of(ROLE_TEXT), *out_word(s->in, o, word) ? word : _("takes work"),
             1);
    snprintf(text, sizeof text,
             _n("%.0f job of several nodes", "%.0f jobs of several nodes",
                (double)o->broken_jobs == 1 ? 1 : 2),
             (double)o->broken_jobs);
    labelled(s, _("broke"), style_of(ROLE_TEXT), text, 1);
    snprintf(text, sizeof text, _("%.0f of %.0f that it ran alone"), (double)o->lone_failures,
             (double)o->lone_jobs);
    labelled(s, "", style_of(ROLE_TEXT), text, 1);
    snprintf(
        text, sizeof text,
        _n("%.0f kind of device", "%.0f kinds of device", (double)o->device_faults == 1 ? 1 : 2),
        (double)o->device_faults);
    labelled(s, _("faults"), style_of(ROLE_TEXT), text, 1);
    snprintf(text, sizeof text, _n("%.0f time", "%.0f times", (double)o->times_out == 1 ? 1 : 2),
             (double)o->times_out);
    labelled(s, _("taken out"), style_of(ROLE_TEXT), text, 1);
    snprintf(text, sizeof text, _("%.0f other %.40s nodes"), (double)o->peers,
             row_has(o, offender, device_model) ? cell_string(s->in, o->device_model) : "");
    labelled(s, _("among"), style_of(ROLE_TEXT), text, 1);
    if (row_has(o, offender, last_at)) {
        time_short(o->last_at, s->in->ctx.utc_offset_minutes, at);
        labelled(s, _("last"), style_of(ROLE_TEXT), at, 1);
    }
    bool flagged = row_has(o, offender, flagged) && o->flagged;
    labelled(s, _("advice"), style_of(ROLE_BRAND),
             *word     ? _("look at the hardware before it comes back")
             : flagged ? _("drain it and have the hardware looked at")
                       : _("watch it: this is not far from its peers"),
             2);
}

/* It is looked for in all rows of four weeks, so it is kept until another row or picture is there. */
static const struct story *story_of(struct interrupted_own *own, const struct view_input *in,
                                    const struct interruption_row *r)
{
    struct story *s = &own->story;
    uint64_t generation = snapshot_generation(in->snap);

    if (s->key == r->h.key && s->generation == generation)
        return s;
    s->key = r->h.key;
    s->generation = generation;
    s->before = incident_before(in, r);
    s->attempt_count = incident_attempts(in, r, s->attempts);
    s->ettr = ettr_of_attempts(in, s->attempts, s->attempt_count);
    return s;
}

void interrupted_side(const struct list *l, const struct view_input *in, struct rect r,
                      struct canvas *c)
{
    struct interrupted_own *own = l->own;

    canvas_fill(c, (struct rect){r.y, r.x, 1, r.w}, ' ', style_on(ROLE_DIM, ROLE_BAR));
    r.w -= RIGHT_MARGIN;
    struct lines s = {in, NULL, c, r, draw_offenders(l, in, r, c) + 1};
    const void *row = table_row(own->on_side ? &own->offenders->table : &l->table, in);

    if (!row || s.y + 2 > r.y + r.h)
        return;
    if (own->on_side) {
        selected_offender(&s, row);
        return;
    }
    s.story = story_of(own, in, row);
    selected_interruption(&s, row);
}
