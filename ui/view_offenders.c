/* SPDX-License-Identifier: MIT
 * view_offenders.c - the nodes that jobs were interrupted on, all of them: key o from view 6, or what its pane shows. */
#include "ui/viewlist.h"
#include "ui/said.h"
#include "ui/act.h"
#include "ui/cells.h"
#include "ui/chart.h"
#include "ui/interrupted.h"
#include "ui/nodelook.h"
#include "base/i18n.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>

static bool is_flagged(const struct offender_row *r)
{
    return row_has(r, offender, flagged) && r->flagged;
}

static void paint_node(const struct table_cell *cell)
{
    const struct offender_row *r = cell->row;

    if (row_has(r, offender, node))
        cell_name(cell, is_flagged(r) ? style_bold(style_of(ROLE_BRIGHT)) : style_of(ROLE_TEXT),
                  cell_string(cell->in, r->node));
    else
        cell_absent(cell);
}

MEASURE_STR(offender, node)

static const struct node_row *node_of(const struct view_input *in, const struct offender_row *r)
{
    const struct intern *strings = snapshot_strings(in->snap);
    uint64_t key = row_key(ENTITY_NODE, r->h.center, intern_raw(strings, r->node),
                           intern_raw_len(strings, r->node));
    uint32_t slot = snapshot_find(in->snap, ENTITY_NODE, key);

    return slot == UINT32_MAX ? NULL : snapshot_row(in->snap, ENTITY_NODE, slot);
}

/* What the node does now, so that nobody drains what is drained. */
static void paint_state(const struct table_cell *cell)
{
    const struct node_row *node = node_of(cell->in, cell->row);
    char word[24];

    if (!node) {
        cell_absent(cell);
        return;
    }
    struct node_look look = node_look(cell->in, node);
    cell_text(cell, style_of(look.role), node_word(&look, word, sizeof word));
}

static enum role score_role(const struct offender_row *r)
{
    if (is_flagged(r))
        return ROLE_CRIT;
    return row_has(r, offender, events) && r->events >= 3 ? ROLE_WARN : ROLE_DIM;
}

static void paint_score(const struct table_cell *cell)
{
    const struct offender_row *r = cell->row;
    struct table_cell meter = *cell;
    char text[16];

    if (!row_has(r, offender, score)) {
        cell_absent(cell);
        return;
    }
    snprintf(text, sizeof text, "%.2f", r->score);
    canvas_text_right(cell->c, cell->y, cell->x + cell->w, 4, style_of(ROLE_TEXT), text);
    meter.w -= 5;
    if (meter.w >= 4)
        chart_meter(cell->c, cell->y, meter.x, meter.w, r->score, style_of(score_role(r)),
                    style_of(ROLE_LINE), cell->in->ascii);
}

static void paint_flagged(const struct table_cell *cell)
{
    if (is_flagged(cell->row))
        cell_text(cell, style_bold(style_of(ROLE_CRIT)), _("lemon!"));
    else
        cell_dash(cell);
}

static int measure_flagged(const struct view_input *in, const void *row)
{
    (void)in;
    return is_flagged(row) ? 6 : 0;
}

static void paint_p_value(const struct table_cell *cell)
{
    const struct offender_row *r = cell->row;
    char text[16];

    if (!row_has(r, offender, p_value)) {
        cell_dash(cell);
        return;
    }
    snprintf(text, sizeof text, r->p_value < 0.001 ? "%.0e" : "%.3f", r->p_value);
    cell_text(cell, style_of(ROLE_DIM), text);
}

static int measure_p_value(const struct view_input *in, const void *row)
{
    (void)in;
    return row_has((const struct offender_row *)row, offender, p_value) ? 5 : 0;
}

static void paint_lost(const struct table_cell *cell)
{
    const struct offender_row *r = cell->row;

    cell_hours(cell, style_of(ROLE_TEXT), row_has(r, offender, gpu_hours_lost), r->gpu_hours_lost,
               true);
}

CELL_COUNT(offender, events, ROLE_BRIGHT)
CELL_COUNT(offender, peers, ROLE_DIM)
CELL_BAD(offender, broken_jobs, ROLE_TEXT)
CELL_BAD(offender, lone_failures, ROLE_TEXT)
CELL_BAD(offender, lone_jobs, ROLE_DIM)
CELL_BAD(offender, device_faults, ROLE_TEXT)
CELL_BAD(offender, times_out, ROLE_TEXT)
CELL_BAD(offender, exclusions, ROLE_DIM)
CELL_STR(offender, device_model, ROLE_DIM)
CELL_SAID(offender, what, ROLE_DIM)
CELL_TIME(offender, last_at, ROLE_DIM)

enum { COLUMN_SCORE = 3 };

static const struct table_column columns[] = {
    {N_("NODE"), "node", 8, 28, 0, 0, false, paint_node, measure_node, NULL, .whole = true},
    {N_("CENTER"), "center", 8, 24, 0, 3, false, cell_center, cell_measure_center,
     cell_many_centers},
    {N_("STATE"), NULL, 9, 12, 10, 2, false, paint_state, NULL, NULL},
    [COLUMN_SCORE] = {N_("SCORE"), "score", 5, 32, 16, 0, true, paint_score, NULL, NULL},
    {N_("LEMON"), "flagged", 6, 6, 0, 5, false, paint_flagged, measure_flagged, NULL},
    {N_("EVENTS"), "events", 6, 7, 6, 0, true, paint_events, NULL, NULL},
    {N_("BROKEN"), "broken_jobs", 6, 7, 6, 8, true, paint_broken_jobs, NULL, NULL},
    {N_("ALONE"), "lone_failures", 5, 6, 5, 10, true, paint_lone_failures, NULL, NULL},
    {N_("OF"), "lone_jobs", 4, 7, 5, 11, true, paint_lone_jobs, NULL, NULL},
    {N_("XIDS"), "device_faults", 4, 5, 4, 9, true, paint_device_faults, NULL, NULL},
    {N_("OUT"), "times_out", 4, 5, 4, 9, true, paint_times_out, NULL, NULL},
    {N_("EXCLUDED"), "exclusions", 8, 8, 8, 15, true, paint_exclusions, NULL, NULL},
    {N_("LOST GPU-h"), "gpu_hours_lost", 10, 10, 10, 4, true, paint_lost, NULL, NULL},
    {"P", "p_value", 5, 6, 0, 13, true, paint_p_value, measure_p_value, NULL},
    {N_("PEERS"), "peers", 5, 6, 5, 14, true, paint_peers, NULL, NULL},
    {N_("MODEL"), "device_model", 6, 16, 0, 12, false, paint_device_model, measure_device_model,
     NULL},
    {N_("LAST"), "last_at", 8, 11, 0, 6, false, paint_last_at, measure_last_at, NULL},
    {N_("WHAT"), "what", 12, 60, 0, 1, false, paint_what, measure_what, NULL, .fill = true},
};

/* The flagged ones first: a score only ranks among peers, so the best of many quiet ones may have a high one. */
static int by_score(const void *a, const void *b)
{
    const struct offender_row *x = a, *y = b;

    if (is_flagged(x) != is_flagged(y))
        return is_flagged(x) ? -1 : 1;
    return x->score > y->score ? -1 : x->score < y->score;
}

static bool open_node(struct list *l, const struct view_input *in, const void *row,
                      struct view_out *out)
{
    const struct offender_row *r = row;

    if (!row_has(r, offender, node))
        return list_command(l, in, CMD_DETAILS, "", out);
    list_push(out, in, &view_nodes, r->h.center, cell_string(in, r->node));
    out->scope.pool[0] = out->scope.job[0] = '\0';
    list_scope_set(out->scope.node, sizeof out->scope.node, in, r->node);
    return true;
}

static const char *const groups[] = {NC_("group", "center"), NC_("group", "device_model"),
                                     NC_("group", "flagged"), NULL};
static const struct list_spec spec = {
    .entity = ENTITY_OFFENDER,
    .columns = columns,
    .column_count = (int)(sizeof columns / sizeof columns[0]),
    .sort = COLUMN_SCORE,
    .descending = true,
    .order = by_score,
    .groups = groups,
    .nothing = N_("no node is suspected of an interruption within the last 28 days"),
    .noun = NN_("offender", "offenders"),
    .age = list_ageless,
    .open = open_node,
};

struct list *offenders_list(void)
{
    return list_new(&spec);
}

static void *open_view(void)
{
    return offenders_list();
}

/* The marked nodes, else the one under the cursor; nothing unless all of them are still known. */
static bool act(struct list *l, const struct view_input *in, enum action_verb verb,
                struct view_out *out)
{
    size_t count;
    uint32_t *slots = list_chosen(l, in, out, &count);

    for (size_t i = 0; slots && i < count; i++) {
        const struct offender_row *r = snapshot_row(in->snap, ENTITY_OFFENDER, slots[i]);
        const char *name = intern_raw(snapshot_strings(in->snap), r->node);
        slots[i] = act_slot(in->snap, verb, r->h.center, name);
        if (slots[i] == UINT32_MAX) {
            free(slots);
            return act_cannot(out, _("node %s is not known any more"), cell_string(in, r->node));
        }
    }
    if (slots)
        act_start(out, in, verb, slots, count);
    free(slots);
    return true;
}

/* o came here, and goes back. */
static bool command(void *view, const struct view_input *in, enum cmd cmd, const char *arg,
                    struct view_out *out)
{
    enum action_verb verb;

    if (act_verb(cmd, &verb) && verb_info(verb)->entity == ENTITY_NODE)
        return act(view, in, verb, out);
    if (cmd != CMD_OFFENDERS)
        return list_command(view, in, cmd, arg, out);
    out->wish = WISH_UP;
    return true;
}

static const enum cmd footer[] = {CMD_GROUP, CMD_FILTER,    CMD_DETAILS, CMD_OPEN, CMD_RESUME,
                                  CMD_DRAIN, CMD_OFFENDERS, CMD_HELP,    CMD_NONE};

const struct view_ops view_offenders = {
    .name = "offenders",
    .title = N_("Repeat offenders"),
    .short_title = N_("Offenders"),
    .help =
        N_(/* xgettext:no-c-format */
           "Nodes that jobs were interrupted on within the last 28 days, the worst first.\n\n"
           "SCORE is the lemon score: L = .30 P(BROKEN) + .20 P(ALONE) + .20 P(ALONE / OF) + .15 P(XIDS) + .15 "
           "P(OUT), where P is the share of the PEERS - nodes with the same device model - that have strictly "
           "less; a count of 0 adds nothing. BROKEN counts jobs of several nodes that it broke, ALONE jobs that "
           "ran on it alone, OF how many of those there were, XIDS different device faults that ask for action, "
           "OUT how often it was taken out unannounced. EXCLUDED, users that exclude the node, is shown and not "
           "scored: it says little.\n\n"
           "The score only ranks. LEMON stands at a node with three EVENTS or more, so many that P, their "
           "probability at the rate of its peers, is below 0.0001, and that is among the worst 5 % of them in "
           "two signals. STATE is what the node does now. Enter goes to the node, o or Esc back."),
    .entity = ENTITY_OFFENDER,
    .footer = footer,
    .open = open_view,
    .close = list_free,
    .rebuild = list_rebuild,
    .draw = list_draw,
    .command = command,
    .mouse = list_mouse,
    .status = list_status,
    .sortable = list_sortable,
    .acted = list_acted,
    .explain = list_explain,
};
