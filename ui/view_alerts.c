/* SPDX-License-Identifier: MIT
 * view_alerts.c - view 7: the rules that hold now, what ended within the last hour, who cares. */
#include "ui/viewlist.h"
#include "ui/said.h"
#include "ui/alertlook.h"
#include "ui/annotate.h"
#include "ui/cells.h"
#include "ui/glyph.h"
#include "ui/verdict.h"
#include "base/i18n.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)

enum { ROOMY_LINES = 28 };

struct alerts_own {
    bool all; /* also what is silenced or waits for its time to fire */
    struct recent recent;
    wall_ms minute;
    double critical, warning, acknowledged, silenced, resolved;
    double soon; /* what the header counts already, while its alert has not held for long enough */
};

/* --- what an alert is --- */

static bool is_silenced(const void *row, wall_ms now)
{
    const struct alert_row *r = row;

    return row_has(r, alert, silenced_until) && r->silenced_until > now;
}

static bool is_acknowledged(const void *row, wall_ms now)
{
    (void)now;
    return row_has((const struct alert_row *)row, alert, acknowledged_at);
}

static bool fires(const struct alert_row *r)
{
    return row_has(r, alert, state) && r->state == alert_state_FIRING;
}

static bool is_resolved(const struct alert_row *r)
{
    return row_has(r, alert, state) && r->state == alert_state_RESOLVED;
}

/* Asks for somebody: fires, and nobody said that they care. */
static bool is_loud(const struct alert_row *r, wall_ms now)
{
    return fires(r) && !is_acknowledged(r, now) && !is_silenced(r, now);
}

/* What is over is faint, what somebody cares about is dim. */
static struct style calm(const struct table_cell *cell, struct style s)
{
    const struct alert_row *r = cell->row;

    if (!fires(r))
        return style_of(ROLE_FAINT);
    return is_loud(r, cell->in->ctx.now) ? s : style_of(ROLE_DIM);
}

/* --- cells --- */

static void paint_severity(const struct table_cell *cell)
{
    const struct alert_row *r = cell->row;
    bool critical = row_has(r, alert, severity) && r->severity == severity_CRITICAL,
         warning = row_has(r, alert, severity) && r->severity == severity_WARNING;
    struct style s = style_of(critical ? ROLE_CRIT : warning ? ROLE_WARN : ROLE_TEXT);
    char text[24];

    if (is_resolved(r))
        snprintf(text, sizeof text, _("resolved"));
    else if (!fires(r))
        snprintf(text, sizeof text, _("pending"));
    else
        snprintf(text, sizeof text, "%s%s",
                 cell_word(ENTITY_ALERT, FIELD_alert_severity, r->severity), critical ? " !" : "");
    cell_text(cell, calm(cell, critical ? style_bold(s) : s), text);
}

static void paint_since(const struct table_cell *cell)
{
    const struct alert_row *r = cell->row;
    int64_t ago = cell->in->ctx.now - r->since;

    cell_duration(cell, calm(cell, style_of(ROLE_TEXT)), row_has(r, alert, since),
                  ago > 0 ? ago : 0);
}

static void paint_center(const struct table_cell *cell)
{
    cell_center_in(cell, calm(cell, style_of(ROLE_TEXT)));
}

static void paint_what(const struct table_cell *cell)
{
    const struct alert_row *r = cell->row;
    char subject[ALERT_ABOUT_MAX];
    int used = 0;

    alert_about(cell->in, r, subject);
    if (subject[0])
        used = canvas_text(cell->c, cell->y, cell->x, cell->w,
                           calm(cell, style_bold(style_of(ROLE_BRIGHT))), subject) +
               1;
    if (used < cell->w)
        canvas_text(cell->c, cell->y, cell->x + used, cell->w - used,
                    calm(cell, style_of(ROLE_TEXT)),
                    row_has(r, alert, summary) ? said_string(cell->in, r->summary) : FIGURE_ABSENT);
}

static int measure_what(const struct view_input *in, const void *row)
{
    const struct alert_row *r = row;
    char subject[ALERT_ABOUT_MAX];

    alert_about(in, r, subject);
    return text_cells(subject) + (subject[0] != '\0') +
           (row_has(r, alert, summary) ? said_cells(in, r->summary) : 1);
}

static void paint_figure(const struct table_cell *cell, bool has, double v, struct style s)
{
    char text[FIGURE_MAX];

    if (has && *alert_figure(cell->in, cell->row, v, text))
        cell_text(cell, calm(cell, s), text);
    else
        cell_dash(cell);
}

static void paint_value(const struct table_cell *cell)
{
    const struct alert_row *r = cell->row;

    paint_figure(cell, row_has(r, alert, value), r->value, style_of(ROLE_BRIGHT));
}

static void paint_threshold(const struct table_cell *cell)
{
    const struct alert_row *r = cell->row;

    paint_figure(cell, row_has(r, alert, threshold), r->threshold, style_of(ROLE_DIM));
}

/* "ack wang 14:03", "silent 38m li": who cares, or for how long nobody is told. */
static int quiet_text(const struct view_input *in, const struct alert_row *r, char out[160])
{
    char text[FIGURE_MAX];

    out[0] = '\0';
    if (is_silenced(r, in->ctx.now)) {
        figure_duration(text, r->silenced_until - in->ctx.now);
        snprintf(out, 160, _("silent %s %.64s"), text,
                 row_has(r, alert, silenced_by) ? cell_string(in, r->silenced_by) : "");
    } else if (is_acknowledged(r, in->ctx.now)) {
        time_hms(r->acknowledged_at, in->ctx.utc_offset_minutes, text);
        snprintf(out, 160, _("ack %.64s %.5s"),
                 row_has(r, alert, acknowledged_by) ? cell_string(in, r->acknowledged_by) : "",
                 text);
    }
    return text_cells(out);
}

static void paint_quiet(const struct table_cell *cell)
{
    char text[160];

    if (quiet_text(cell->in, cell->row, text) > 0)
        cell_text(cell, style_of(ROLE_DIM), text);
    else
        cell_dash(cell);
}

static int measure_quiet(const struct view_input *in, const void *row)
{
    char text[160];

    return quiet_text(in, row, text);
}

static void paint_resolved(const struct table_cell *cell)
{
    const struct alert_row *r = cell->row;

    if (is_resolved(r) && row_has(r, alert, resolved_at))
        cell_time(cell, style_of(ROLE_FAINT), true, r->resolved_at);
    else
        cell_dash(cell);
}

static int measure_resolved(const struct view_input *in, const void *row)
{
    const struct alert_row *r = row;

    (void)in;
    return is_resolved(r) && row_has(r, alert, resolved_at) ? 5 : 0;
}

CELL_STR(alert, rule, ROLE_DIM)
CELL_STR(alert, origin, ROLE_DIM)
CELL_STR(alert, note, ROLE_DIM)

enum { COLUMN_SEVERITY };

static const struct table_column columns[] = {
    [COLUMN_SEVERITY] = {N_("SEVERITY"), "severity", 10, 10, 10, 0, false, paint_severity, NULL,
                         NULL},
    {N_("SINCE"), "since", 5, 6, 5, 0, true, paint_since, NULL, NULL},
    {N_("CENTER"), "center", 8, 24, 0, 1, false, paint_center, cell_measure_center,
     cell_many_centers},
    {N_("WHAT"), "summary", 16, 90, 0, 0, false, paint_what, measure_what, NULL, .fill = true},
    {N_("VALUE"), "value", 6, 8, 7, 10, true, paint_value, NULL, NULL},
    {N_("LIMIT"), "threshold", 6, 8, 7, 11, true, paint_threshold, NULL, NULL},
    {N_("ACK/SILENCED"), "acknowledged_by", 12, 24, 0, 5, false, paint_quiet, measure_quiet, NULL},
    {N_("ENDED"), "resolved_at", 5, 5, 0, 12, false, paint_resolved, measure_resolved, NULL},
    {N_("NOTE"), "note", 8, 60, 0, 13, false, paint_note, measure_note, NULL, .fill = true},
    {N_("RULE"), "rule", 8, 24, 0, 14, false, paint_rule, measure_rule, NULL},
    {N_("FROM"), "origin", 7, 20, 0, 15, false, paint_origin, measure_origin, NULL},
};

/* --- which, and in which order --- */

/* What asks for somebody first, the worst before the rest; what is over last. */
static int urgency(const struct alert_row *r)
{
    int severity = row_has(r, alert, severity) ? r->severity : 0;

    if (is_resolved(r))
        return 0;
    if (!fires(r))
        return 1;
    if (row_has(r, alert, silenced_until))
        return 2;
    return severity * 2 + (row_has(r, alert, acknowledged_at) ? 3 : 4);
}

static int by_urgency(const void *a, const void *b)
{
    const struct alert_row *x = a, *y = b;
    int left = urgency(x), right = urgency(y);

    if (left != right)
        return left > right ? -1 : 1;
    return x->since > y->since ? -1 : x->since < y->since;
}

static void prepare(struct list *l, const struct view_input *in)
{
    struct alerts_own *own = l->own;
    wall_ms minute = in->ctx.now / 60000;

    if (recent_expire(&own->recent, in->ctx.now) || minute != own->minute)
        l->rows_seen = 0; /* a silence may have ended */
    own->minute = minute;
}

static bool is_old(const struct alert_row *r, wall_ms now)
{
    return is_resolved(r) && row_has(r, alert, resolved_at) && r->resolved_at < now - HOUR_MS;
}

static bool keep(struct list *l, const struct value_ctx *c, const void *row)
{
    const struct alerts_own *own = l->own;
    const struct alert_row *r = row;

    if (!row_has(r, alert, state) || is_old(r, c->now))
        return false;
    bool hidden = is_silenced(r, c->now) || r->state == alert_state_PENDING;
    return own->all || !hidden || recent_has(&own->recent, r, c->now);
}

/* All of the center, whatever is listed: what is hidden is told about. */
static void count_all(struct list *l, const struct view_input *in)
{
    struct alerts_own *own = l->own;

    own->critical = own->warning = own->acknowledged = own->silenced = own->resolved = 0;
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_ALERT); i++) {
        const struct alert_row *r = snapshot_row(in->snap, ENTITY_ALERT, i);
        if (!r || (in->scope->center >= 0 && r->h.center != in->scope->center))
            continue;
        own->resolved += is_resolved(r) && !is_old(r, in->ctx.now);
        if (!fires(r))
            continue;
        own->silenced += is_silenced(r, in->ctx.now);
        own->acknowledged += !is_silenced(r, in->ctx.now) && is_acknowledged(r, in->ctx.now);
        if (is_loud(r, in->ctx.now))
            *(r->severity == severity_CRITICAL ? &own->critical : &own->warning) += 1;
    }
}

static void count_soon(struct alerts_own *own, const struct view_input *in)
{
    const struct totals *t = snapshot_totals(in->snap);
    struct verdict v = verdict_of(in->snap);

    own->soon = in->scope->center >= 0 ? 0
                                       : v.critical + v.warning - (double)t->alerts_critical -
                                             (double)t->alerts_warning;
}

static void rebuild(void *view, const struct view_input *in)
{
    list_rebuild(view, in);
    count_all(view, in);
    count_soon(((struct list *)view)->own, in);
}

/* --- above --- */

static int head_lines(const struct list *l, const struct view_input *in)
{
    (void)l;
    return in->area.h >= ROOMY_LINES ? 3 : 1;
}

static struct style loud(double n, enum role role)
{
    return n > 0 ? style_bold(style_of(role)) : style_of(ROLE_FAINT);
}

static void head(const struct list *l, const struct view_input *in, struct rect r, struct canvas *c)
{
    const struct alerts_own *own = l->own;
    struct phrase p = phrase_start(c, in, r.y + (r.h > 1), r.x + 1, r.x + r.w - 1);

    phrase_count(&p, loud(own->critical, ROLE_CRIT), own->critical, _("critical"));
    phrase_gap(&p, 2);
    phrase_count(&p, loud(own->warning, ROLE_WARN), own->warning, _("warning"));
    phrase_gap(&p, 2);
    phrase_count(&p, style_of(own->acknowledged > 0 ? ROLE_TEXT : ROLE_FAINT), own->acknowledged,
                 _("acknowledged"));
    phrase_gap(&p, 2);
    phrase_count(&p, style_of(own->silenced > 0 ? ROLE_TEXT : ROLE_FAINT), own->silenced,
                 _("silenced"));
    phrase_gap(&p, 2);
    phrase_count(&p, style_of(own->resolved > 0 ? ROLE_TEXT : ROLE_FAINT), own->resolved,
                 r.w >= 100 ? _("resolved within the last hour") : _("resolved"));
    if (own->soon == 0)
        return;
    phrase_gap(&p, 2);
    phrase_count(&p, style_of(ROLE_WARN), own->soon, _("just fell silent (8 shows them)"));
}

static void empty(const struct list *l, const struct view_input *in, struct buf *out)
{
    const struct alerts_own *own = l->own;
    int room = in->area.w - 2 * TABLE_MARGIN, used = 0;

    if (own->silenced > 0) {
        buf_addf(out, _("nothing but what is silenced (%.0f): e shows it\n"), own->silenced);
        return;
    }
    buf_adds(out, _("nothing is wrong by the rules that are watched:\n"));
    for (int i = 0; i < RULE_COUNT; i++) {
        const char *name = rule_info((enum rule)i)->id;
        int cells = (int)strlen(name), gap = used == 0 ? 0 : 2;
        bool breaks = used > 0 && used + gap + cells > room;
        buf_addf(out, "%s%s", breaks ? "\n" : gap ? "  " : "", name);
        used = breaks ? cells : used + gap + cells;
    }
    buf_addc(out, '\n');
}

/* --- going there, and saying that somebody cares --- */

static bool open_alert(struct list *l, const struct view_input *in, const void *row,
                       struct view_out *out)
{
    const struct alert_row *r = row;
    const char *name = row_has(r, alert, rule) ? cell_string(in, r->rule) : "";
    enum rule rule = rule_find(name, strlen(name));
    const struct view_ops *to = &view_overview;

    (void)l;
    if (row_has(r, alert, node)) {
        list_push(out, in, &view_nodes, r->h.center, cell_string(in, r->node));
        list_scope_set(out->scope.node, sizeof out->scope.node, in, r->node);
        return true;
    }
    if (rule == RULE_interruption_burst)
        to = &view_interrupted;
    else if (rule == RULE_queue_age)
        to = &view_queued;
    else if (rule == RULE_nodes_out)
        to = &view_nodes;
    else if (rule != RULE_COUNT)
        to = &view_sources; /* stale, down, refused */
    list_push(out, in, to, r->h.center, "");
    return true;
}

static bool acknowledge(struct list *l, const struct view_input *in, const char *note,
                        struct view_out *out)
{
    const struct annotate a = {ANNOTATE_ACK,
                               ANNOTATE_UNACK,
                               is_acknowledged,
                               0,
                               note,
                               _("acknowledged until it ends or gets worse: a takes it back"),
                               _("no longer acknowledged")};

    return annotate_rows(l, in, &a, &((struct alerts_own *)l->own)->recent, out);
}

/* "90m" "4h" "2d" at the beginning of arg; *rest is what follows. 0 = none. */
static int64_t duration_of(const char *arg, const char **rest)
{
    char *end;
    long n = strtol(arg, &end, 10);
    int64_t unit = *end == 'm' ? 60000 : *end == 'h' ? HOUR_MS : *end == 'd' ? 24 * HOUR_MS : 0;

    *rest = arg;
    if (n <= 0 || n > 366 * 24 || unit == 0 || (end[1] != '\0' && end[1] != ' '))
        return 0;
    *rest = end + 1 + strspn(end + 1, " ");
    return n * unit;
}

/* The next longer silence than what is left of the present one; 0 = no more. */
static int64_t longer(const struct list *l, const struct view_input *in)
{
    static const int64_t steps[] = {HOUR_MS, 4 * HOUR_MS, 24 * HOUR_MS};
    const struct alert_row *r = table_row(&l->table, in);

    if (!r || !is_silenced(r, in->ctx.now))
        return steps[0];
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (steps[i] > r->silenced_until - in->ctx.now)
            return steps[i];
    return 0;
}

static bool silence(struct list *l, const struct view_input *in, const char *arg,
                    struct view_out *out)
{
    const char *note = arg;
    int64_t for_ms = *arg ? duration_of(arg, &note) : 0;
    char words[3 * FIGURE_MAX], text[FIGURE_MAX];

    if (for_ms == 0)
        for_ms = longer(l, in);
    figure_duration(text, for_ms);
    snprintf(words, sizeof words,
             for_ms > 0 ? _("silenced for %s: s again for longer, e shows what is")
                        : _("no longer silenced"),
             text);
    const struct annotate a = {ANNOTATE_SILENCE,
                               ANNOTATE_SILENCE,
                               NULL,
                               for_ms > 0 ? in->ctx.now + for_ms : 0,
                               note,
                               words,
                               words};
    return annotate_rows(l, in, &a, &((struct alerts_own *)l->own)->recent, out);
}

static bool command(void *view, const struct view_input *in, enum cmd cmd, const char *arg,
                    struct view_out *out)
{
    struct list *l = view;
    struct alerts_own *own = l->own;

    arg = arg ? arg : "";
    switch (cmd) {
    case CMD_ACK:
        return acknowledge(l, in, arg, out);
    case CMD_SILENCE:
        return silence(l, in, arg, out);
    case CMD_ENDED:
        own->all = !own->all;
        l->rows_seen = 0;
        list_reorder(l, in);
        return true;
    default:
        return list_command(l, in, cmd, arg, out);
    }
}

static const char *const groups[] = {NC_("group", "center"), NC_("group", "rule"),
                                     NC_("group", "severity"), NULL};
static const struct list_spec spec = {
    .entity = ENTITY_ALERT,
    .columns = columns,
    .column_count = (int)(sizeof columns / sizeof columns[0]),
    .sort = COLUMN_SEVERITY,
    .descending = true,
    .order = by_urgency,
    .groups = groups,
    .noun = NN_("alert", "alerts"),
    .prepare = prepare,
    .keep = keep,
    .head_lines = head_lines,
    .head = head,
    .empty = empty,
    .age = list_ageless,
    .open = open_alert,
    .own_size = sizeof(struct alerts_own),
};

LIST_OPEN(spec)

static void status(const void *view, const struct view_input *in, struct buf *out)
{
    const struct list *l = view;

    list_status(l, in, out);
    if (((const struct alerts_own *)l->own)->all)
        buf_addf(out, _(" %s all"), glyph(GLYPH_DOT, in->ascii));
}

static const enum cmd footer[] = {CMD_FILTER,  CMD_ENDED, CMD_OPEN, CMD_DETAILS,
                                  CMD_SILENCE, CMD_ACK,   CMD_HELP, CMD_NONE};

const struct view_ops view_alerts = {
    .name = "alerts",
    .title = N_("Alerts"),
    .short_title = N_("Alert"),
    .key = '7',
    .help = N_(
        "Rules that hold now, the worst first; what ended within the last hour is faint. The chips at the top "
        "count those that fire and that nobody has acknowledged or silenced.\n\n"
        "SINCE is when the condition began, VALUE what the rule looks at now, LIMIT what it crossed. A rule fires "
        "when its condition has held for a while and ends when the value was clearly below the limit for a while, "
        "so that nothing flaps. What is known from an old answer neither fires nor ends.\n\n"
        "a acknowledges: somebody cares. The alert stays listed but is quiet until it ends or gets worse. :ack NOTE "
        "leaves a note. s silences it for one hour, again for 4 and 24 hours, then no longer: it is hidden, whatever "
        "happens; :silence 90m NOTE says how long and why. e shows what is silenced and what has not held long enough "
        "to fire. Marked rows are all meant.\n\n"
        "Enter goes to what it is about: the node, the interruptions, the queue, the sources. A new critical alert "
        "rings the bell of the terminal, at most once in 5 seconds (F2 or --no-bell: never)."),
    .entity = ENTITY_ALERT,
    .footer = footer,
    .open = list_open_view,
    .close = list_free,
    .rebuild = rebuild,
    .draw = list_draw,
    .command = command,
    .mouse = list_mouse,
    .status = status,
    .sortable = list_sortable,
    .acted = list_acted,
    .explain = list_explain,
};
