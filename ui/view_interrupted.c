/* SPDX-License-Identifier: MIT
 * view_interrupted.c - view 6: attempts that were ended by something else than success or their owner, what was lost
 * with them, what became of the job, and beside it the nodes that did it again and again. */
#include "ui/viewlist.h"
#include "ui/act.h"
#include "ui/cells.h"
#include "ui/glyph.h"
#include "ui/incident.h"
#include "ui/interrupted.h"
#include "ui/pending.h"
#include "ui/queueplace.h"
#include "base/text.h"
#include "base/xmem.h"
#include "model/hostset.h"
#include <stdio.h>
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
    return (now - interrupted_spans[span].ms) / HOUR_MS * HOUR_MS;
}

/* --- cells --- */

/* What happened does not grow old. */
static enum freshness always_fresh(const struct view_input *in, const void *row)
{
    (void)in;
    (void)row;
    return AGE_FRESH;
}

/* Of a row that nobody need look at only the words stay. */
static struct style calm(const void *row, struct style s)
{
    return incident_is_quiet(row) ? style_of(s.fg == ROLE_FAINT ? ROLE_FAINT : ROLE_DIM) : s;
}

enum { WHEN_CELLS = 11, WHEN_TODAY = 5 };

static void paint_at(const struct table_cell *cell)
{
    const struct interruption_row *r = cell->row;
    char text[16];

    if (!row_has(r, interruption, at)) {
        cell_absent(cell);
        return;
    }
    time_short(r->at, cell->in->ctx.utc_offset_minutes, text);
    cell_text(cell, style_of(ROLE_DIM), cell->w < WHEN_CELLS ? text + 6 : text);
}

/* "14:02" is clear for a day; if one of the rows is older, all of them show "11-21 14:02". */
static int measure_at(const struct view_input *in, const void *row)
{
    const struct interruption_row *r = row;

    if (!row_has(r, interruption, at))
        return 0;
    return in->ctx.now - r->at < DAY_MS ? WHEN_TODAY : WHEN_CELLS;
}

static void paint_job(const struct table_cell *cell)
{
    const struct interruption_row *r = cell->row;

    if (row_has(r, interruption, job))
        cell_name(cell, calm(r, style_of(ROLE_TEXT)), cell_string(cell->in, r->job));
    else
        cell_absent(cell);
}

static int measure_job(const struct view_input *in, const void *row)
{
    const struct interruption_row *r = row;

    return row_has(r, interruption, job) ? cell_measure(in, r->job) : 0;
}

static void paint_name(const struct table_cell *cell)
{
    const struct interruption_row *r = cell->row;

    if (row_has(r, interruption, name))
        cell_text(cell, calm(r, style_bold(style_of(ROLE_BRIGHT))), cell_string(cell->in, r->name));
    else
        cell_absent(cell);
}

static int measure_name(const struct view_input *in, const void *row)
{
    const struct interruption_row *r = row;

    return row_has(r, interruption, name) ? cell_measure(in, r->name) : 0;
}

static void paint_devices(const struct table_cell *cell)
{
    const struct interruption_row *r = cell->row;

    if (row_has(r, interruption, devices) && r->devices == 0)
        cell_dash(cell);
    else
        cell_count(cell, calm(r, style_of(ROLE_TEXT)), row_has(r, interruption, devices),
                   r->devices);
}

static void paint_cause(const struct table_cell *cell)
{
    const struct interruption_row *r = cell->row;
    uint8_t cause = row_has(r, interruption, cause) ? r->cause : interruption_cause_UNKNOWN;

    cell_text(cell, calm(r, style_of(incident_cause_role(cause))), incident_cause_word(cause));
}

static void paint_lost(const struct table_cell *cell)
{
    const struct interruption_row *r = cell->row;

    cell_hours(cell, calm(r, style_of(ROLE_BRIGHT)), row_has(r, interruption, gpu_hours_lost),
               r->gpu_hours_lost, !row_has(r, interruption, checkpoint_at));
}

static void paint_ceiling(const struct table_cell *cell)
{
    const struct interruption_row *r = cell->row;

    cell_hours(cell, style_of(ROLE_DIM), row_has(r, interruption, gpu_hours_lost_ceiling),
               r->gpu_hours_lost_ceiling, false);
}

static int measure_ceiling(const struct view_input *in, const void *row)
{
    const struct interruption_row *r = row;

    return row_has(r, interruption, gpu_hours_lost_ceiling)
               ? cell_measure_count(in, true, r->gpu_hours_lost_ceiling)
               : 0;
}

static void paint_caused(const struct table_cell *cell)
{
    const struct interruption_row *r = cell->row;

    cell_hours(cell, calm(r, style_of(ROLE_TEXT)),
               row_has(r, interruption, gpu_hours_caused) && r->gpu_hours_caused > 0,
               r->gpu_hours_caused, true);
}

static int measure_caused(const struct view_input *in, const void *row)
{
    const struct interruption_row *r = row;

    return row_has(r, interruption, gpu_hours_caused) && r->gpu_hours_caused > 0
               ? 1 + cell_measure_count(in, true, r->gpu_hours_caused)
               : 0;
}

static int64_t ran_ms(const struct interruption_row *r)
{
    bool has = row_has(r, interruption, started_at) && row_has(r, interruption, at);

    return has && r->at >= r->started_at ? r->at - r->started_at : -1;
}

static void paint_ran(const struct table_cell *cell)
{
    int64_t ran = ran_ms(cell->row);

    cell_duration(cell, calm(cell->row, style_of(ROLE_TEXT)), ran >= 0, ran);
}

static int measure_ran(const struct view_input *in, const void *row)
{
    (void)in;
    return ran_ms(row) >= 0 ? 5 : 0;
}

/* "requeue…" while something was sent for the job and no poll has shown it; NULL = not. */
static const char *pending_of(const struct view_input *in, const struct interruption_row *r)
{
    uint32_t slot = row_has(r, interruption, job)
                        ? act_slot(in->snap, action_verb_REQUEUE, r->h.center,
                                   intern_raw(snapshot_strings(in->snap), r->job))
                        : UINT32_MAX;
    const void *job = slot == UINT32_MAX ? NULL : snapshot_row(in->snap, ENTITY_JOB, slot);

    return job ? pending_word(in, ENTITY_JOB, job) : NULL;
}

/* "queued #4", "running" ...: what became of the job. */
static const char *now_text(const struct view_input *in, const struct interruption_row *r,
                            char out[32], enum role *role)
{
    const char *word = incident_outcome_word(r, role), *pending = pending_of(in, r);
    unsigned place = 0;

    if (pending) {
        *role = ROLE_ACT;
        snprintf(out, 32, "%s", pending);
        return out;
    }
    if (row_has(r, interruption, outcome) && r->outcome == interruption_outcome_WAITING)
        place = queue_place(in, r);
    if (place > 0)
        snprintf(out, 32, "%s #%u", word, place);
    else
        snprintf(out, 32, "%s", word);
    return out;
}

static void paint_now(const struct table_cell *cell)
{
    enum role role;
    char text[32];

    now_text(cell->in, cell->row, text, &role);
    cell_text(cell, calm(cell->row, style_of(role)), text);
}

static int measure_now(const struct view_input *in, const void *row)
{
    enum role role;
    char text[32];

    return text_cells(now_text(in, row, text, &role));
}

static void paint_outcome_at(const struct table_cell *cell)
{
    const struct interruption_row *r = cell->row;
    bool has = row_has(r, interruption, outcome_at) && r->outcome_at <= cell->in->ctx.now;

    cell_duration(cell, style_of(ROLE_DIM), has, cell->in->ctx.now - r->outcome_at);
}

static void paint_acknowledged(const struct table_cell *cell)
{
    const struct interruption_row *r = cell->row;

    if (!row_has(r, interruption, acknowledged_at))
        cell_dash(cell);
    else
        cell_text(cell, style_of(ROLE_DIM),
                  row_has(r, interruption, acknowledged_by)
                      ? cell_string(cell->in, r->acknowledged_by)
                      : "yes");
}

static int measure_acknowledged(const struct view_input *in, const void *row)
{
    const struct interruption_row *r = row;

    if (!row_has(r, interruption, acknowledged_at))
        return 0;
    return row_has(r, interruption, acknowledged_by) ? cell_measure(in, r->acknowledged_by) : 3;
}

CELL_STR(interruption, user, ROLE_DIM)
CELL_STR(interruption, account, ROLE_DIM)
CELL_STR(interruption, pool, ROLE_DIM)
CELL_STR(interruption, evidence, ROLE_DIM)
CELL_STR(interruption, node, ROLE_DIM)
CELL_STR(interruption, nodes, ROLE_DIM)
CELL_STR(interruption, note, ROLE_DIM)
CELL_COUNT(interruption, node_count, ROLE_DIM)
CELL_COUNT(interruption, attempt, ROLE_DIM)

static bool has_devices(const struct view_input *in)
{
    return snapshot_totals(in->snap)->devices > 0;
}

enum { COLUMN_WHEN };

static const struct table_column columns[] = {
    [COLUMN_WHEN] = {"WHEN", "at", 5, 11, 0, 0, false, paint_at, measure_at, NULL, .whole = true},
    {"CENTER", "center", 8, 24, 0, 4, false, cell_center, cell_measure_center, cell_many_centers},
    {"JOB", "job", 8, 22, 0, 0, false, paint_job, measure_job, NULL, .whole = true},
    {"NAME", "name", 8, 40, 0, 0, false, paint_name, measure_name, NULL, .fill = true},
    {"USER", "user", 6, 16, 0, 11, false, paint_user, measure_user, NULL},
    {"ACCOUNT", "account", 7, 16, 0, 18, false, paint_account, measure_account, NULL},
    {"POOL", "pool", 6, 24, 0, 14, false, paint_pool, measure_pool, NULL},
    {"GPUS", "devices", 4, 7, 5, 2, true, paint_devices, NULL, has_devices},
    {"CAUSE", "cause", 9, 9, 9, 0, false, paint_cause, NULL, NULL},
    {"EVIDENCE", "evidence", 12, 60, 0, 1, false, paint_evidence, measure_evidence, NULL,
     .fill = true},
    {"SUSPECT", "node", 8, 20, 0, 16, false, paint_node, measure_node, NULL},
    {"NODES", "node_count", 5, 7, 5, 13, true, paint_node_count, NULL, NULL},
    {"NODELIST", "nodes", 8, 30, 0, 19, false, paint_nodes, measure_nodes, NULL},
    {"RAN", NULL, 5, 5, 0, 11, true, paint_ran, measure_ran, NULL},
    {"LOST GPU-h", "gpu_hours_lost", 10, 10, 10, 0, true, paint_lost, NULL, has_devices},
    {"AT MOST", "gpu_hours_lost_ceiling", 7, 9, 0, 12, true, paint_ceiling, measure_ceiling,
     has_devices},
    {"CAUSED", "gpu_hours_caused", 6, 9, 0, 17, true, paint_caused, measure_caused, has_devices},
    {"ATT", "attempt", 3, 4, 3, 10, true, paint_attempt, NULL, NULL},
    {"NOW", "outcome", 9, 14, 0, 0, false, paint_now, measure_now, NULL, .whole = true},
    {"SINCE", "outcome_at", 5, 5, 5, 15, true, paint_outcome_at, NULL, NULL},
    {"ACK", "acknowledged_by", 4, 12, 0, 6, false, paint_acknowledged, measure_acknowledged, NULL},
    {"NOTE", "note", 6, 40, 0, 20, false, paint_note, measure_note, NULL, .fill = true},
};

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
        list_message(out, ":window 1h 24h 7d 28d");
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
                               "acknowledged: a takes it back, e shows what is",
                               "no longer acknowledged"};

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
                               "resolved: :resolve takes it back, e shows what is",
                               "open again"};

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
            act_cannot(out, nodes ? "%s: no known node is blamed" : "job %s is not known any more",
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
        return act_cannot(out, "%s is for jobs: Esc goes back to them", verb_info(verb)->name);
    if (!o || !row_has(o, offender, node))
        return act_cannot(out, "there is no node under the cursor");
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
        list_message(out, "Esc goes back to the interruptions, where a acknowledges");
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

static const char *const groups[] = {"cause", "outcome", "node", "pool", "user", "center", NULL};
static const struct list_spec spec = {
    .entity = ENTITY_INTERRUPTION,
    .columns = columns,
    .column_count = (int)(sizeof columns / sizeof columns[0]),
    .sort = COLUMN_WHEN,
    .descending = true,
    .groups = groups,
    .noun = "interruptions",
    .prepare = prepare,
    .keep = keep,
    .head_lines = interrupted_head_lines,
    .head = interrupted_head,
    .side_cells = interrupted_side_cells,
    .side = interrupted_side,
    .empty = interrupted_nothing,
    .age = always_fresh,
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
    buf_addf(out, " %s %s %s %s", dot, own->all ? "all" : "open", dot,
             interrupted_spans[own->span].name);
}

/* Where there is little room the last ones stay. */
static const enum cmd footer[] = {CMD_RESUME,  CMD_HOLD,      CMD_CANCEL,  CMD_ENDED,   CMD_WINDOW,
                                  CMD_RELEASE, CMD_OFFENDERS, CMD_DETAILS, CMD_REQUEUE, CMD_DRAIN,
                                  CMD_ACK,     CMD_HELP,      CMD_NONE};

const struct view_ops view_interrupted = {
    .name = "interrupted",
    .title = "Interrupted",
    .short_title = "Int",
    .key = '6',
    .help =
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
        "chi2(0.025, 2n); without any interruption > T / 3.\n\n"
        "ETTR, the effective training time ratio, = 1 - (lost work + restarts + waiting to run again) / "
        "(end of the last attempt - start of the first), over all attempts of the interrupted jobs.\n\n"
        "The lemon score ranks a node among those with the same device model over 28 days: L = .30 P(jobs "
        "of several nodes that it broke) + .20 P(jobs of one node that it broke) + .20 P(their share of the "
        "jobs of one node) + .15 P(different device faults) + .15 P(times it was taken out), where P is the "
        "share of peers with strictly less. It only ranks; the counts below it are what happened. Flagged "
        "(!) is a node with three events or more, at p < 0.0001 against the rate of its peers, that is "
        "among the worst 5 % in two signals.\n\n"
        "o goes into the pane of offenders (again: to the whole list; Esc: back). Enter goes to the suspected "
        "node, d tells everything, with the attempts of the job and the sum of what it lost.",
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
};
