/* SPDX-License-Identifier: MIT
 * view_sources.c - view 8: what is polled, how it is doing, what it costs the other side. */
#include "ui/viewlist.h"
#include "ui/said.h"
#include "ui/cells.h"
#include "ui/glyph.h"
#include "ui/listing.h"
#include "base/i18n.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

enum { FOOT_LINES = 7, LABEL_CELLS = 10, ROOMY_LINES = 28 };

static void paint_name(const struct table_cell *cell)
{
    const struct source_row *r = cell->row;

    cell_name(cell, style_bold(style_of(ROLE_BRIGHT)),
              row_has(r, source, name) ? cell_string(cell->in, r->name) : FIGURE_ABSENT);
}

MEASURE_STR(source, name)

static struct style state_style(const struct source_row *r)
{
    static const enum role roles[source_state_COUNT] = {
        [source_state_STARTING] = ROLE_DIM, [source_state_OK] = ROLE_OK,
        [source_state_STALE] = ROLE_WARN,   [source_state_FAILED] = ROLE_CRIT,
        [source_state_PAUSED] = ROLE_WARN,
    };
    struct style s = style_of(r->state < source_state_COUNT ? roles[r->state] : ROLE_DIM);

    return r->state == source_state_FAILED ? style_bold(s) : s;
}

static void paint_state(const struct table_cell *cell)
{
    const struct source_row *r = cell->row;
    const struct field *f = column_info(ENTITY_SOURCE, FIELD_source_state);
    char text[24];

    if (!row_has(r, source, state)) {
        cell_absent(cell);
        return;
    }
    snprintf(text, sizeof text, "%s%s", _(f->words[r->state]),
             r->state == source_state_FAILED ? " !" : "");
    cell_text(cell, state_style(r), text);
}

static void paint_age(const struct table_cell *cell)
{
    const struct source_row *r = cell->row;
    int64_t age = snapshot_age_of(cell->in->snap, r, cell->in->ctx.now);
    bool ok = row_has(r, source, state) && r->state == source_state_OK;

    if (age < 0)
        cell_absent(cell);
    else
        cell_duration(cell, style_of(ok ? ROLE_DIM : ROLE_WARN), true, age);
}

/* "0.4ms" "92ms" "1.2s": with the unit, so that the column needs no wide title. */
static void paint_ms(const struct table_cell *cell, bool has, double v)
{
    char text[FIGURE_MAX];

    if (!has) {
        cell_absent(cell);
        return;
    }
    if (v < 9.95)
        snprintf(text, sizeof text, "%.1fms", v);
    else if (v < 9999.5)
        snprintf(text, sizeof text, "%.0fms", v);
    else
        snprintf(text, sizeof text, "%.0fs", v / 1000);
    cell_text(cell, style_of(ROLE_TEXT), text);
}

static void paint_latency(const struct table_cell *cell)
{
    const struct source_row *r = cell->row;

    paint_ms(cell, row_has(r, source, latency_ms), r->latency_ms);
}

static void paint_every(const struct table_cell *cell)
{
    const struct source_row *r = cell->row;

    /* What is asked each second is asked after 0.98 s now and then, and never after none. */
    cell_duration(cell, style_of(ROLE_DIM), row_has(r, source, interval_ms),
                  r->interval_ms < 1000 ? 1000 : (int64_t)r->interval_ms);
}

static void paint_bytes(const struct table_cell *cell)
{
    const struct source_row *r = cell->row;

    cell_size(cell, row_has(r, source, bytes), r->bytes);
}

static void paint_last_bytes(const struct table_cell *cell)
{
    const struct source_row *r = cell->row;

    cell_size(cell, row_has(r, source, last_bytes), r->last_bytes);
}

static void paint_cost(const struct table_cell *cell)
{
    const struct source_row *r = cell->row;

    if (row_has(r, source, server_cost_ms))
        paint_ms(cell, true, r->server_cost_ms);
    else
        cell_dash(cell);
}

/* Many controllers do not tell it. */
static int measure_cost(const struct view_input *in, const void *row)
{
    const struct source_row *r = row;

    (void)in;
    return row_has(r, source, server_cost_ms) ? (int)sizeof "1000ms" : 0;
}

static void paint_next(const struct table_cell *cell)
{
    const struct source_row *r = cell->row;
    int64_t wait = r->next_try_at - cell->in->ctx.now;

    if (row_has(r, source, next_try_at))
        cell_duration(cell, style_of(ROLE_DIM), true, wait > 0 ? wait : 0);
    else
        cell_dash(cell);
}

/* Some of the targets do not answer, though the source does. */
static bool misses_targets(const struct source_row *r)
{
    return row_has(r, source, targets) && row_has(r, source, targets_answering) &&
           r->targets_answering < r->targets;
}

/* "509/512", amber while some do not answer. */
static void paint_targets(const struct table_cell *cell)
{
    const struct source_row *r = cell->row;
    char some[FIGURE_MAX], all[FIGURE_MAX], text[2 * FIGURE_MAX];

    if (!row_has(r, source, targets)) {
        cell_dash(cell);
        return;
    }
    figure_number(all, r->targets, 0, cell->in->ascii);
    figure_number(some, r->targets_answering, 0, cell->in->ascii);
    snprintf(text, sizeof text, "%s/%s",
             row_has(r, source, targets_answering) ? some : FIGURE_ABSENT, all);
    if (text_cells(text) > cell->w) /* what is missing counts, so no digit is left out */
        snprintf(text, sizeof text, "%.0f/%.0f", r->targets_answering, r->targets);
    cell_text(cell, style_of(misses_targets(r) ? ROLE_WARN : ROLE_TEXT), text);
}

static int measure_targets(const struct view_input *in, const void *row)
{
    const struct source_row *r = row;

    return row_has(r, source, targets) ? 2 * cell_measure_count(in, true, r->targets) + 1 : 0;
}

static void paint_note(const struct table_cell *cell)
{
    const struct source_row *r = cell->row;
    bool bad = row_has(r, source, state) && r->state >= source_state_STALE;

    if (bad && row_has(r, source, error))
        cell_text(cell, style_of(r->state == source_state_FAILED ? ROLE_CRIT : ROLE_WARN),
                  said_string(cell->in, r->error));
    else if (row_has(r, source, note))
        cell_text(cell, style_of(misses_targets(r) ? ROLE_WARN : ROLE_DIM),
                  said_string(cell->in, r->note));
}

static int measure_note(const struct view_input *in, const void *row)
{
    const struct source_row *r = row;
    int note = row_has(r, source, note) ? said_cells(in, r->note) : 0;
    int error = row_has(r, source, error) ? said_cells(in, r->error) : 0;

    return note > error ? note : error;
}

CELL_SAID(source, via, ROLE_DIM)
CELL_STR(source, version, ROLE_DIM)
CELL_COUNT(source, requests, ROLE_TEXT)
CELL_BAD(source, failures, ROLE_WARN)
CELL_BAD(source, bad_elements, ROLE_WARN)

/* What the other side is and how old its word is stands before what was counted since the start. */
static const struct table_column columns[] = {
    {N_("SOURCE"), "name", 12, 32, 0, 0, false, paint_name, measure_name, NULL, true},
    {N_("CENTER"), "center", 8, 28, 0, 15, false, cell_center, cell_measure_center,
     cell_many_centers},
    {N_("STATE"), "state", 8, 9, 8, 0, false, paint_state, NULL, NULL},
    {N_("VIA"), "via", 10, 28, 0, 2, false, paint_via, measure_via, NULL},
    {N_("AGE"), "age_seconds", 5, 5, 5, 0, true, paint_age, NULL, NULL},
    {N_("TARGETS"), "targets_answering", 9, 15, 0, 5, true, paint_targets, measure_targets, NULL},
    {N_("LATENCY"), "latency_ms", 7, 8, 7, 3, true, paint_latency, NULL, NULL},
    {N_("EVERY"), "interval_ms", 5, 6, 5, 6, true, paint_every, NULL, NULL},
    {N_("REQS"), "requests", 4, 9, 6, 11, true, paint_requests, NULL, NULL},
    {N_("FAILED"), "failures", 6, 7, 6, 1, true, paint_failures, NULL, NULL},
    {N_("BYTES"), "bytes", 6, 7, 6, 12, true, paint_bytes, NULL, NULL},
    {N_("LAST"), "last_bytes", 6, 7, 6, 10, true, paint_last_bytes, NULL, NULL},
    {N_("BAD"), "bad_elements", 3, 6, 4, 4, true, paint_bad_elements, NULL, NULL},
    {N_("COST"), "server_cost_ms", 6, 8, 6, 5, true, paint_cost, measure_cost, NULL},
    {N_("NEXT"), "next_in", 5, 5, 5, 0, true, paint_next, NULL, NULL},
    {N_("VERSION"), "version", 7, 14, 0, 14, false, paint_version, measure_version, NULL},
    {N_("WHAT HAPPENS"), "note", 20, 90, 0, 13, false, paint_note, measure_note, NULL,
     .fill = true},
};

/* --- above: how many are how --- */

static int head_lines(const struct list *l, const struct view_input *in)
{
    (void)l;
    return in->area.h >= ROOMY_LINES ? 3 : 1;
}

static void head(const struct list *l, const struct view_input *in, struct rect r, struct canvas *c)
{
    static const enum source_state order[] = {source_state_FAILED, source_state_STALE,
                                              source_state_PAUSED, source_state_STARTING,
                                              source_state_OK};
    const struct field *f = column_info(ENTITY_SOURCE, FIELD_source_state);
    struct phrase p = phrase_start(c, in, r.y + (r.h > 1), r.x + 1, r.x + r.w - 1);
    double counts[source_state_COUNT] = {0};

    for (uint32_t i = 0; i < l->table.total; i++) {
        const struct source_row *s =
            snapshot_row(in->snap, ENTITY_SOURCE, l->table.result.slots[i]);
        if (s && row_has(s, source, state) && s->state < source_state_COUNT)
            counts[s->state]++;
    }
    if (l->table.result.count == 0)
        return;
    phrase_plural(&p, style_bold(style_of(ROLE_BRIGHT)), l->table.total, "source", "sources");
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        struct source_row like = {.state = order[i]};
        if (counts[order[i]] == 0)
            continue;
        phrase_gap(&p, 2);
        phrase_count(&p, style_bold(state_style(&like)), counts[order[i]], _(f->words[order[i]]));
    }
}

/* --- below: the selected source in words --- */

static int foot_lines(const struct list *l, const struct view_input *in)
{
    int history = *snapshot_notice(in->snap)->text != '\0';

    return l->table.result.count > 0 ? FOOT_LINES + history : 2 * history;
}

struct line {
    const char *label;
    bool has;
    strid text;
    struct style style;
};

static void cost_word(struct phrase *p, bool has, double v, enum field_unit unit, const char *word)
{
    char text[FIGURE_MAX];

    if (!has)
        return;
    figure_unit(text, v, unit, p->in->ascii);
    if (p->x + text_cells(text) + text_cells(word) + 4 > p->end)
        return;
    if (!p->first)
        phrase_gap(p, 2);
    phrase_word(p, style_of(ROLE_TEXT), text);
    phrase_word(p, style_of(ROLE_DIM), word);
}

/* What the source costs us and the controller, and how the controller is. */
static void cost_line(const struct view_input *in, const struct source_row *s, struct rect r, int y,
                      struct canvas *c)
{
    struct phrase p = phrase_start(c, in, y, r.x + 1 + LABEL_CELLS, r.x + r.w - 1);

    canvas_text(c, y, r.x + 1, LABEL_CELLS - 1, style_of(ROLE_DIM), _("cost"));
    cost_word(&p, row_has(s, source, server_cost_ms), s->server_cost_ms, UNIT_MILLISECOND,
              _("a request at the controller"));
    cost_word(&p, row_has(s, source, requests), s->requests, UNIT_COUNT, _("requests"));
    cost_word(&p, row_has(s, source, bytes), s->bytes, UNIT_BYTE, _("received"));
    cost_word(&p, row_has(s, source, controller_threads), s->controller_threads, UNIT_COUNT,
              _("threads"));
    cost_word(&p, row_has(s, source, controller_queue), s->controller_queue, UNIT_COUNT,
              _("in its agent queue"));
    cost_word(&p, row_has(s, source, scheduler_cycle_ms), s->scheduler_cycle_ms, UNIT_MILLISECOND,
              _("a scheduling cycle"));
}

/* The last line: not of a source, but kept here with all that is kept. False: nothing to say. */
static bool history_line(const struct view_input *in, struct rect r, struct canvas *c)
{
    const struct notice *n = snapshot_notice(in->snap);
    int y = r.y + r.h - 1;

    if (*n->text == '\0' || r.h < 2)
        return false;
    canvas_text(c, y, r.x + 1, LABEL_CELLS - 1, style_of(ROLE_DIM), _("history"));
    canvas_text(c, y, r.x + 1 + LABEL_CELLS, r.w - LABEL_CELLS - 2,
                style_of(n->bad ? ROLE_WARN : ROLE_TEXT), said(n->text));
    return true;
}

static void foot(const struct list *l, const struct view_input *in, struct rect r, struct canvas *c)
{
    const struct source_row *s = table_row(&l->table, in);
    int y = r.y + 1;

    canvas_hline(c, r.y, r.x, r.w, style_of(ROLE_LINE));
    r.h -= history_line(in, r, c);
    if (!s)
        return;
    const struct line lines[] = {
        {N_("target"), row_has(s, source, target), s->target, style_of(ROLE_TEXT)},
        {row_has(s, source, targets) ? _("targets") : _("chosen"), row_has(s, source, note),
         s->note, style_of(misses_targets(s) ? ROLE_WARN : ROLE_TEXT)},
        {N_("happened"), row_has(s, source, error), s->error, state_style(s)},
        {N_("to do"), row_has(s, source, mend), s->mend, style_of(ROLE_BRAND)},
        {N_("bad"), row_has(s, source, bad_example), s->bad_example, style_of(ROLE_WARN)},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0] && y < r.y + r.h; i++) {
        if (!lines[i].has)
            continue;
        canvas_text(c, y, r.x + 1, LABEL_CELLS - 1, style_of(ROLE_DIM), _(lines[i].label));
        canvas_text(c, y++, r.x + 1 + LABEL_CELLS, r.w - LABEL_CELLS - 2, lines[i].style,
                    said_string(in, lines[i].text));
    }
    if (y < r.y + r.h)
        cost_line(in, s, r, y++, c);
    if (row_has(s, source, state) && s->state == source_state_OK && !row_has(s, source, error) &&
        y < r.y + r.h)
        canvas_text(c, y, r.x + 1 + LABEL_CELLS, -1, style_of(ROLE_FAINT),
                    _("nothing went wrong yet"));
}

static bool open_source(struct list *l, const struct view_input *in, const void *row,
                        struct view_out *out)
{
    (void)row;
    return list_command(l, in, CMD_DETAILS, "", out);
}

static bool command(void *view, const struct view_input *in, enum cmd cmd, const char *arg,
                    struct view_out *out)
{
    struct list *l = view;

    if (cmd != CMD_RETRY)
        return list_command(l, in, cmd, arg, out);
    if (!table_row(&l->table, in))
        return false;
    out->wish = WISH_RETRY;
    out->source = (int)table_slot(&l->table);
    return true;
}

static const char *const groups[] = {NC_("group", "center"), NC_("group", "state"),
                                     NC_("group", "collector"), NULL};
static const struct list_spec spec = {
    .entity = ENTITY_SOURCE,
    .columns = columns,
    .column_count = (int)(sizeof columns / sizeof columns[0]),
    .sort = -1,
    .groups = groups,
    .nothing = N_("there are no sources: nothing was found on this machine and none is configured"),
    .noun = NN_("source", "sources"),
    .head_lines = head_lines,
    .head = head,
    .foot_lines = foot_lines,
    .foot = foot,
    .open = open_source,
    .age = list_ageless, /* what a source has done is known here */
};

LIST_OPEN(spec)

static const enum cmd footer[] = {CMD_RETRY, CMD_DETAILS, CMD_FILTER, CMD_HELP, CMD_NONE};

const struct view_ops view_sources = {
    .name = "sources",
    .title = N_("Sources"),
    .short_title = N_("Src"),
    .key = '8',
    .help = N_(
        "Everything that is polled. AGE is the time since its last good answer, LATENCY that of the last "
        "request up to its last byte, EVERY the interval now, after adaption to the load and back-off.\n\n"
        "BYTES counts what was received since the start, LAST the last answer. BAD counts elements of "
        "answers that could not be used; each costs that element only. COST is what the controller says "
        "that the requests of our user cost it on average.\n\n"
        "TARGETS is how many of the addresses of an exporter source answered when they were asked last; the lines below name "
        "those that did not. BAD counts lines of their pages, too.\n\n"
        "The lines below say what was chosen and why, what happened last and what to do about it. r "
        "asks the selected source now. The last line says how the history is that survives a restart."),
    .entity = ENTITY_SOURCE,
    .footer = footer,
    .open = list_open_view,
    .close = list_free,
    .rebuild = list_rebuild,
    .draw = list_draw,
    .command = command,
    .mouse = list_mouse,
    .status = list_status,
    .sortable = list_sortable,
    .explain = list_explain,
    .column = list_column,
    .choose = list_choose,
};
