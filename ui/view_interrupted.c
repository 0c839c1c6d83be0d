/* SPDX-License-Identifier: MIT
 * view_interrupted.c - view 6: attempts that were ended by something else than success or their owner, what was lost
 * with them, what became of the job, and beside it the nodes that did it again and again. */
#include "ui/viewlist.h"
#include "base/i18n.h"
#include "ui/act.h"
#include "ui/cells.h"
#include "ui/glyph.h"
#include "ui/incident.h"
#include "ui/interrupted.h"
#include "model/hostset.h"
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

const struct span interrupted_spans[SPANS] = {{"1 h", HOUR_MS, 0, 0},
                                              {"24 h", DAY_MS, 24, HOUR_MS},
                                              {"7 d", 7 * DAY_MS, 28, 6 * HOUR_MS},
                                              {"28 d", 28 * DAY_MS, 28, DAY_MS}};

wall_ms interrupted_from(int span, wall_ms now)
{
    return (now - interrupted_spans[span].ms) / MINUTE_MS * MINUTE_MS;
}

/* --- which rows --- */

static void prepare(struct list *l, const struct view_input *in)
{
    struct interrupted_own *own = l->own;
    wall_ms minute = in->ctx.now / MINUTE_MS;

    scope_prepare(&own->memo, in);
    if (recent_expire(&own->recent, in->ctx.now) || minute != own->minute)
        l->rows_seen = 0;
    own->minute = minute;
}

/* Of the pool, node or job that the view was narrowed to. */
static bool in_scope(const struct interrupted_own *own, const struct value_ctx *c,
                     const struct interruption_row *r)
{
    const struct view_scope *scope = own->memo.scope;
    const struct intern *strings = snapshot_strings(c->snap);

    if (scope->node[0] &&
        !(row_has(r, interruption, node) &&
          strcmp(intern_raw(strings, r->node), scope->node) == 0) &&
        !(row_has(r, interruption, nodes) &&
          hostset_contains(intern_raw(strings, r->nodes), scope->node)))
        return false;
    if (scope->job[0] && strcmp(intern_raw(strings, r->job), scope->job) != 0)
        return false;
    return !scope->pool[0] || (row_has(r, interruption, pool) &&
                               list_names(intern_raw(strings, r->pool), scope->pool));
}

static bool keep(struct list *l, const struct value_ctx *c, const void *row)
{
    const struct interrupted_own *own = l->own;
    const struct interruption_row *r = row;

    if (!row_has(r, interruption, at) || r->at < interrupted_from(own->span, c->now))
        return false;
    if (!own->all && incident_is_quiet(r) && !recent_has(&own->recent, r, c->now))
        return false;
    return in_scope(own, c, r);
}

/* --- commands --- */

static void to_node(const struct view_input *in, const struct interruption_row *r,
                    struct view_out *out)
{
    list_push(out, in, &view_nodes, r->h.center, cell_string(in, r->node));
    out->scope.pool[0] = out->scope.job[0] = '\0';
    list_scope_set(out->scope.node, sizeof out->scope.node, in, r->node);
}

/* To the node that is blamed; else to the nodes that it ran on; else what is known of it. */
static bool open_row(struct list *l, const struct view_input *in, const void *row,
                     struct view_out *out)
{
    const struct interruption_row *r = row;

    if (incident_suspect(in, r)) {
        to_node(in, r, out);
    } else if (row_has(r, interruption, nodes) && row_has(r, interruption, job)) {
        list_push(out, in, &view_nodes, r->h.center, cell_string(in, r->job));
        out->scope.pool[0] = out->scope.node[0] = '\0';
        list_scope_set(out->scope.job, sizeof out->scope.job, in, r->job);
    } else {
        return list_command(l, in, CMD_DETAILS, "", out);
    }
    return true;
}

static bool details(const struct list *l, const struct view_input *in, struct view_out *out)
{
    const void *row = table_row(&l->table, in);

    if (!row)
        return false;
    buf_reset(&out->text);
    incident_details(in, row, &out->text);
    out->wish = WISH_PAGER;
    return true;
}

static void requery(struct list *l, const struct view_input *in)
{
    l->rows_seen = 0;
    memset(l->table.measured, 0, sizeof l->table.measured);
    list_reorder(l, in);
    interrupted_count(in, l->own);
}

/* "7d" or "7 d"; -1 = no such. */
static int span_named(const char *arg)
{
    for (int i = 0; i < SPANS; i++) {
        const char *unit = strchr(interrupted_spans[i].name, ' ') + 1;
        size_t digits = (size_t)(unit - interrupted_spans[i].name) - 1;
        if (strncmp(arg, interrupted_spans[i].name, digits) == 0 &&
            strcmp(arg + digits + (arg[digits] == ' '), unit) == 0)
            return i;
    }
    return -1;
}

static bool choose_span(struct list *l, const struct view_input *in, const char *arg,
                        struct view_out *out)
{
    struct interrupted_own *own = l->own;
    int next = *arg ? span_named(arg) : (own->span + 1) % SPANS;

    if (next < 0) {
        list_message(out, _(":window 1h 24h 7d 28d"));
        return true;
    }
    own->span = next;
    requery(l, in);
    return true;
}

static bool is_acknowledged(const void *row, wall_ms now)
{
    (void)now;
    return row_has((const struct interruption_row *)row, interruption, acknowledged_at);
}

static bool is_resolved(const void *row, wall_ms now)
{
    const struct interruption_row *r = row;

    (void)now;
    return row_has(r, interruption, resolved) && r->resolved;
}

static bool acknowledge(struct list *l, const struct view_input *in, const char *note,
                        struct view_out *out)
{
    const struct annotate a = {ANNOTATE_ACK,
                               ANNOTATE_UNACK,
                               is_acknowledged,
                               0,
                               note,
                               _("acknowledged: a takes it back, e shows what is"),
                               _("no longer acknowledged")};

    return annotate_rows(l, in, &a, &((struct interrupted_own *)l->own)->recent, out);
}

static bool resolve(struct list *l, const struct view_input *in, const char *note,
                    struct view_out *out)
{
    const struct annotate a = {ANNOTATE_RESOLVE,
                               ANNOTATE_UNRESOLVE,
                               is_resolved,
                               0,
                               note,
                               _("resolved: :resolve takes it back, e shows what is"),
                               _("open again")};

    return annotate_rows(l, in, &a, &((struct interrupted_own *)l->own)->recent, out);
}

/* --- acting on what the rows name: the job, or the node that is blamed --- */

/* Slots of those things, each once; NULL: none, and out says why. */
static uint32_t *targets(struct list *l, const struct view_input *in, enum action_verb verb,
                         struct view_out *out, size_t *count)
{
    bool nodes = verb_info(verb)->entity == ENTITY_NODE;
    size_t rows, n = 0;
    uint32_t *slots = list_chosen(l, in, out, &rows);

    for (size_t i = 0; slots && i < rows; i++) {
        const struct interruption_row *r = snapshot_row(in->snap, ENTITY_INTERRUPTION, slots[i]);
        strid name = nodes ? r->node : r->job;
        bool has = nodes ? row_has(r, interruption, node) : row_has(r, interruption, job);
        uint32_t slot = has ? act_slot(in->snap, verb, r->h.center,
                                       intern_raw(snapshot_strings(in->snap), name))
                            : UINT32_MAX;
        bool twice = false;
        for (size_t k = 0; k < n; k++)
            twice = twice || slots[k] == slot;
        if (slot == UINT32_MAX) {
            act_cannot(out,
                       nodes ? _("%s: no known node is blamed") : _("job %s is not known any more"),
                       row_has(r, interruption, job) ? cell_string(in, r->job) : FIGURE_ABSENT);
            free(slots);
            return NULL;
        }
        if (!twice)
            slots[n++] = slot;
    }
    *count = n;
    return slots;
}

static bool act(struct list *l, const struct view_input *in, enum action_verb verb,
                struct view_out *out)
{
    size_t count = 0;
    uint32_t *slots = targets(l, in, verb, out, &count);

    if (slots)
        act_start(out, in, verb, slots, count);
    free(slots);
    return true;
}

/* On the node of the pane's cursor. */
static bool act_on_offender(const struct list *l, const struct view_input *in,
                            enum action_verb verb, struct view_out *out)
{
    const struct interrupted_own *own = l->own;
    const struct offender_row *o = table_row(&own->offenders->table, in);

    if (verb_info(verb)->entity != ENTITY_NODE)
        return act_cannot(out, _("%s is for jobs: Esc goes back to them"), verb_info(verb)->name);
    if (!o || !row_has(o, offender, node))
        return act_cannot(out, _("there is no node under the cursor"));
    return act_start_named(out, in, verb, o->h.center,
                           intern_raw(snapshot_strings(in->snap), o->node));
}

/* --- the pane --- */

static bool side_is_there(const struct list *l, const struct view_input *in)
{
    return list_side_rect(l, in).w > 0;
}

/* Keys go to the pane, or to the table. */
static void focus(struct list *l, bool on_side)
{
    struct interrupted_own *own = l->own;

    own->on_side = on_side && own->offenders->table.result.count > 0;
    l->table.asleep = own->on_side;
}

static bool open_offender(const struct list *l, const struct view_input *in, struct view_out *out)
{
    const struct interrupted_own *own = l->own;
    const struct offender_row *o = table_row(&own->offenders->table, in);

    if (!o || !row_has(o, offender, node))
        return false;
    list_push(out, in, &view_nodes, o->h.center, cell_string(in, o->node));
    out->scope.pool[0] = out->scope.job[0] = '\0';
    list_scope_set(out->scope.node, sizeof out->scope.node, in, o->node);
    return true;
}

/* o: into the pane, from there to the whole list; where there is no pane, to the list at once. */
static bool to_offenders(struct list *l, const struct view_input *in, struct view_out *out)
{
    struct interrupted_own *own = l->own;

    if (side_is_there(l, in) && !own->on_side) {
        focus(l, true);
        if (own->on_side)
            return true;
    }
    focus(l, false);
    out->wish = WISH_PUSH;
    out->push = &view_offenders;
    out->scope = *in->scope;
    return true;
}

/* Commands while the cursor is in the pane. */
static bool side_command(struct list *l, const struct view_input *in, enum cmd cmd, const char *arg,
                         struct view_out *out)
{
    struct interrupted_own *own = l->own;
    struct view_input side = interrupted_side_input(l, in);
    enum action_verb verb;

    if (act_verb(cmd, &verb))
        return act_on_offender(l, in, verb, out);
    switch (cmd) {
    case CMD_BACK:
    case CMD_LEFT:
        focus(l, false);
        return true;
    case CMD_OPEN:
        return open_offender(l, in, out);
    case CMD_ACK:
        list_message(out, _("Esc goes back to the interruptions, where a acknowledges"));
        return true;
    default:
        return list_command(own->offenders, &side, cmd, arg, out);
    }
}

/* Commands of the view wherever the cursor is; false for others. */
static bool own_command(struct list *l, const struct view_input *in, enum cmd cmd, const char *arg,
                        struct view_out *out)
{
    struct interrupted_own *own = l->own;

    switch (cmd) {
    case CMD_WINDOW:
        return choose_span(l, in, arg, out);
    case CMD_ENDED:
        own->all = !own->all;
        requery(l, in);
        return true;
    case CMD_OFFENDERS:
        return to_offenders(l, in, out);
    case CMD_RESOLVE:
        return resolve(l, in, arg, out);
    default:
        return false;
    }
}

static bool command(void *view, const struct view_input *in, enum cmd cmd, const char *arg,
                    struct view_out *out)
{
    struct list *l = view;
    struct interrupted_own *own = l->own;
    enum action_verb verb;

    arg = arg ? arg : "";
    if (own_command(l, in, cmd, arg, out))
        return true;
    if (own->on_side && side_is_there(l, in))
        return side_command(l, in, cmd, arg, out);
    if (act_verb(cmd, &verb))
        return act(l, in, verb, out);
    if (cmd == CMD_ACK)
        return acknowledge(l, in, arg, out);
    if (cmd == CMD_DETAILS)
        return details(l, in, out);
    if (list_command(l, in, cmd, arg, out))
        return true;
    focus(l, cmd == CMD_RIGHT && side_is_there(l, in));
    return own->on_side;
}

static bool mouse(void *view, const struct view_input *in, int y, int x, int wheel, bool twice,
                  struct view_out *out)
{
    struct list *l = view;
    struct interrupted_own *own = l->own;
    struct rect side = list_side_rect(l, in);
    uint32_t index;

    if (side.w == 0 || x < side.x || y < side.y) {
        focus(l, own->on_side && wheel != 0);
        return list_mouse(l, in, y, x, wheel, twice, out);
    }
    if (wheel != 0 || !interrupted_side_hit(l, in, y, x, &index))
        return false;
    struct view_input input = interrupted_side_input(l, in);
    focus(l, true);
    table_go(&own->offenders->table, &input, index, input.area.h - 1);
    if (twice)
        open_offender(l, in, out);
    return true;
}

/* --- the view --- */

static const char *const groups[] = {NC_("group", "cause"),
                                     NC_("group", "outcome"),
                                     NC_("group", "node"),
                                     NC_("group", "pool"),
                                     NC_("group", "user"),
                                     NC_("group", "center"),
                                     NULL};
static const struct list_spec spec = {
    .entity = ENTITY_INTERRUPTION,
    .columns = interrupted_columns,
    .column_count = INTERRUPTED_COLUMNS,
    .sort = INTERRUPTED_WHEN,
    .descending = true,
    .groups = groups,
    .noun = NN_("interruption", "interruptions"),
    .prepare = prepare,
    .keep = keep,
    .head_lines = interrupted_head_lines,
    .head = interrupted_head,
    .side_cells = interrupted_side_cells,
    .side = interrupted_side,
    .empty = interrupted_nothing,
    .age = list_ageless, /* what happened does not age */
    .open = open_row,
    .own_size = sizeof(struct interrupted_own),
};

static void *open_view(void)
{
    struct list *l = list_new(&spec);
    struct interrupted_own *own = l->own;

    own->span = SPAN_DAY;
    own->offenders = offenders_list();
    return l;
}

static void close_view(void *view)
{
    struct list *l = view;

    list_free(((struct interrupted_own *)l->own)->offenders);
    list_free(l);
}

static void rebuild(void *view, const struct view_input *in)
{
    struct list *l = view;
    struct interrupted_own *own = l->own;

    list_rebuild(l, in);
    interrupted_count(in, own);
    if (side_is_there(l, in)) {
        struct view_input side = interrupted_side_input(l, in);
        list_rebuild(own->offenders, &side);
    }
    focus(l, own->on_side && side_is_there(l, in));
}

static void status(const void *view, const struct view_input *in, struct buf *out)
{
    const struct list *l = view;
    const struct interrupted_own *own = l->own;
    const char *dot = glyph(GLYPH_DOT, in->ascii);

    list_status(l, in, out);
    buf_addf(out, " %s %s %s %s", dot, own->all ? _("all") : _c("interruption", "open"), dot,
             interrupted_spans[own->span].name);
}

/* Where there is little room the last ones stay. */
static const enum cmd footer[] = {CMD_RESUME,  CMD_HOLD,      CMD_CANCEL,  CMD_ENDED,   CMD_WINDOW,
                                  CMD_RELEASE, CMD_OFFENDERS, CMD_DETAILS, CMD_REQUEUE, CMD_DRAIN,
                                  CMD_ACK,     CMD_HELP,      CMD_NONE};

const struct view_ops view_interrupted = {
    .name = "interrupted",
    .title = N_("Interrupted"),
    .short_title = N_("Int"),
    .key = '6',
    .help = N_(
        "An interruption is a running attempt that was ended by something other than success or its "
        "owner: a node or its boot failed, a device failed, a job of more weight took its place, an "
        "operator or an eviction ended it. What ran out of memory, met its time limit or failed by "
        "itself is shown apart and counted in no figure here; but a failure with a fault of one of its "
        "devices from 10 minutes before its end to 5 minutes after is the device's.\n\n"
        "Listed are those of the last 24 hours (w: another window) that nobody acknowledged and whose "
        "job does not run again yet; e shows the others, too. a acknowledges, :ack NOTE with a note; x "
        "(:resolve NOTE) is for what no poll will ever show as done. Both take it back when pressed "
        "again.\n\n"
        "LOST GPU-h = GPUs x min(end - last checkpoint, end - start) + GPUs x 5 min to start again, no "
        "more than GPUs x (end - start), which is what <= and AT MOST tell. Where the last checkpoint is "
        "not known, half of 60 min is assumed and the figure carries a ~.\n\n"
        "MTTI, the mean time to interruption, = time observed / unexpected interruptions: what was "
        "announced, preempted or done by an operator does not count, and one node and cause within 5 "
        "seconds count once. Time counts only while the sources were fresh, and so does what happened. In "
        "brackets the exact 95 % bounds of a Poisson process, 2T / chi2(0.975, 2n + 2) to 2T / "
        "chi2(0.025, 2n); without any interruption > T / 3. It is ? until a day was observed, three "
        "interruptions were seen, or 462 node-days observed, in which three are usual (6.5 in 1000 "
        "node-days).\n\n"
        "ETTR, the effective training time ratio, = 1 - (lost work + restarts + waiting to run again) / "
        "(end of the last attempt - start of the first), over all attempts of the interrupted jobs.\n\n"
        "The lemon score ranks a node among those with the same device model over 28 days: L = .30 P(jobs "
        "of several nodes that it broke) + .20 P(jobs of one node that it broke) + .20 P(their share of the "
        "jobs of one node) + .15 P(different device faults) + .15 P(times it was taken out), where P is the "
        "share of peers with strictly less. It only ranks; the counts below it are what happened. Flagged "
        "(!) is a node with three events or more, at p < 0.0001 against the rate of its peers, that is "
        "among the worst 5 % in two signals.\n\n"
        "o goes into the pane of offenders (again: to the whole list; Esc: back). Enter goes to the suspected "
        "node, d tells everything, with the attempts of the job and the sum of what it lost."),
    .entity = ENTITY_INTERRUPTION,
    .footer = footer,
    .open = open_view,
    .close = close_view,
    .rebuild = rebuild,
    .draw = list_draw,
    .command = command,
    .mouse = mouse,
    .status = status,
    .sortable = list_sortable,
    .acted = list_acted,
    .explain = list_explain,
};
