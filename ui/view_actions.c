/* SPDX-License-Identifier: MIT
 * view_actions.c - view 9: what was done, by whom, and what became of it, the newest first. What is only planned, in a
 * dialog that is open, is not listed. */
#include "ui/viewlist.h"
#include "ui/said.h"
#include "ui/act.h"
#include "ui/cells.h"
#include "ui/glyph.h"
#include "ui/listing.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FOOT_LINES = 4, LABEL_CELLS = 9, ROOMY_LINES = 28, PAST_MS = 15 * 60000 };
enum how { HOW_PENDING, HOW_WELL, HOW_NOT_DONE, HOW_BADLY, HOWS };

struct actions_own {
    double hows[HOWS];
};

static const struct {
    enum how how;
    enum role role;
} looks[action_state_COUNT] = {
    [action_state_PLANNED] = {HOW_PENDING, ROLE_DIM},
    [action_state_REFUSED] = {HOW_NOT_DONE, ROLE_WARN},
    [action_state_WAITING] = {HOW_PENDING, ROLE_ACT},
    [action_state_READING] = {HOW_PENDING, ROLE_ACT},
    [action_state_SENT] = {HOW_PENDING, ROLE_ACT},
    [action_state_ACCEPTED] = {HOW_PENDING, ROLE_ACT},
    [action_state_CONFIRMED] = {HOW_WELL, ROLE_TEXT},
    [action_state_UNCONFIRMED] = {HOW_BADLY, ROLE_CRIT},
    [action_state_FAILED] = {HOW_BADLY, ROLE_CRIT},
    [action_state_CHANGED] = {HOW_NOT_DONE, ROLE_WARN},
    [action_state_UNKNOWN] = {HOW_BADLY, ROLE_CRIT},
    [action_state_STOPPED] = {HOW_NOT_DONE, ROLE_WARN},
    [action_state_DRY_RUN] = {HOW_WELL, ROLE_FAINT},
};

static unsigned state_of(const struct action_row *r)
{
    return row_has(r, action, state) && r->state < action_state_COUNT ? r->state
                                                                      : action_state_UNKNOWN;
}

/* The audit tells of the past that something was accepted; nobody waits for its effect any more. */
static bool is_past(const struct value_ctx *c, const struct action_row *r)
{
    wall_ms since = row_has(r, action, sent_at) ? r->sent_at : r->planned_at;
    unsigned state = state_of(r);

    return (state == action_state_SENT || state == action_state_ACCEPTED) &&
           c->now - since > PAST_MS;
}

static enum how how_of(const struct value_ctx *c, const struct action_row *r)
{
    return is_past(c, r) ? HOW_WELL : looks[state_of(r)].how;
}

/* --- cells --- */

static void paint_target(const struct table_cell *cell)
{
    const struct action_row *r = cell->row;

    cell_name(cell, style_bold(style_of(ROLE_BRIGHT)),
              row_has(r, action, target) ? cell_string(cell->in, r->target) : FIGURE_ABSENT);
}

MEASURE_STR(action, target)

static void paint_verb(const struct table_cell *cell)
{
    const struct action_row *r = cell->row;

    cell_text(cell, style_of(ROLE_TEXT),
              row_has(r, action, verb) ? cell_word(ENTITY_ACTION, FIELD_action_verb, r->verb)
                                       : FIGURE_ABSENT);
}

/* "failed !", "accepted…": a sign beside the colour. */
static void paint_state(const struct table_cell *cell)
{
    unsigned state = state_of(cell->row);
    enum how how = how_of(&cell->in->ctx, cell->row);
    struct style s = style_of(is_past(&cell->in->ctx, cell->row) ? ROLE_TEXT : looks[state].role);
    char text[32];

    snprintf(text, sizeof text, "%s%s", cell_word(ENTITY_ACTION, FIELD_action_state, state),
             how == HOW_BADLY     ? " !"
             : how == HOW_PENDING ? "\xE2\x80\xA6"
                                  : "");
    for (char *p = text; *p; p++)
        *p = *p == '_' ? ' ' : *p;
    cell_text(cell, how == HOW_BADLY ? style_bold(s) : s, text);
}

static int change_text(const struct view_input *in, const struct action_row *r, char *out,
                       size_t size)
{
    bool before = row_has(r, action, before), after = row_has(r, action, after);

    if (!before && !after)
        return 0;
    return snprintf(out, size, "%s %s %s", before ? cell_string(in, r->before) : FIGURE_ABSENT,
                    in->ascii ? "->" : "\xE2\x86\x92",
                    after ? cell_string(in, r->after) : FIGURE_ABSENT);
}

static void paint_change(const struct table_cell *cell)
{
    char text[256];

    if (change_text(cell->in, cell->row, text, sizeof text) > 0)
        cell_text(cell, style_of(ROLE_DIM), text);
    else
        cell_dash(cell);
}

static int measure_change(const struct view_input *in, const void *row)
{
    char text[256];

    return change_text(in, row, text, sizeof text) > 0 ? text_cells(text) : 0;
}

static void paint_message(const struct table_cell *cell)
{
    const struct action_row *r = cell->row;
    bool bad = looks[state_of(r)].how == HOW_BADLY;

    if (row_has(r, action, message))
        cell_text(cell, style_of(bad ? ROLE_CRIT : ROLE_DIM), said_string(cell->in, r->message));
}

MEASURE_SAID(action, message)

CELL_TIME(action, planned_at, ROLE_DIM)
CELL_TIME(action, sent_at, ROLE_DIM)
CELL_TIME(action, answered_at, ROLE_DIM)
CELL_TIME(action, confirmed_at, ROLE_DIM)
CELL_STR(action, actor, ROLE_TEXT)
CELL_STR(action, actor_from, ROLE_DIM)
CELL_STR(action, cluster, ROLE_DIM)
CELL_STR(action, reason, ROLE_TEXT)
CELL_STR(action, ticket, ROLE_TEXT)
CELL_STR(action, op, ROLE_DIM)
CELL_STR(action, request, ROLE_DIM)

enum { COLUMN_WHEN };

static const struct table_column columns[] = {
    [COLUMN_WHEN] = {N_("WHEN"), "planned_at", 8, 11, 0, 0, false, paint_planned_at,
                     measure_planned_at, NULL},
    {N_("WHO"), "actor", 6, 16, 0, 3, false, paint_actor, measure_actor, NULL},
    {N_("VERB"), "verb", 7, 7, 7, 0, false, paint_verb, NULL, NULL},
    {N_("TARGET"), "target", 10, 32, 0, 0, false, paint_target, measure_target, NULL},
    {N_("CENTER"), "center", 8, 24, 0, 4, false, cell_center, cell_measure_center,
     cell_many_centers},
    {N_("STATE"), "state", 12, 13, 12, 0, false, paint_state, NULL, NULL},
    {N_("BEFORE → AFTER"), "before", 12, 40, 0, 6, false, paint_change, measure_change, NULL},
    {N_("TICKET"), "ticket", 6, 16, 0, 7, false, paint_ticket, measure_ticket, NULL},
    {N_("REASON"), "reason", 10, 50, 0, 5, false, paint_reason, measure_reason, NULL, .fill = true},
    {N_("MESSAGE"), "message", 12, 60, 0, 2, false, paint_message, measure_message, NULL,
     .fill = true},
    {N_("SENT"), "sent_at", 8, 11, 0, 11, true, paint_sent_at, measure_sent_at, NULL},
    {N_("ANSWERED"), "answered_at", 8, 11, 0, 12, true, paint_answered_at, measure_answered_at,
     NULL},
    {N_("CONFIRMED"), "confirmed_at", 9, 11, 0, 13, true, paint_confirmed_at, measure_confirmed_at,
     NULL},
    {N_("FROM"), "actor_from", 6, 24, 0, 14, false, paint_actor_from, measure_actor_from, NULL},
    {N_("CLUSTER"), "cluster", 7, 16, 0, 15, false, paint_cluster, measure_cluster, NULL},
    {N_("OPERATION"), "op", 12, 26, 0, 16, false, paint_op, measure_op, NULL},
    {N_("REQUEST"), "request", 20, 80, 0, 17, false, paint_request, measure_request, NULL,
     .fill = true},
};

/* --- which rows, and what stands around them --- */

static bool keep(struct list *l, const struct value_ctx *c, const void *row)
{
    (void)l;
    (void)c;
    return state_of(row) != action_state_PLANNED;
}

static void count_start(struct list *l)
{
    memset(l->own, 0, sizeof(struct actions_own));
}

static void count(struct list *l, const struct value_ctx *c, const void *row)
{
    ((struct actions_own *)l->own)->hows[how_of(c, row)]++;
}

static int head_lines(const struct list *l, const struct view_input *in)
{
    (void)l;
    return in->area.h >= ROOMY_LINES ? 3 : 1;
}

static void head(const struct list *l, const struct view_input *in, struct rect r, struct canvas *c)
{
    struct phrase p = phrase_start(c, in, r.y + (r.h > 1), r.x + 1, r.x + r.w - 1);
    const struct actions_own *own = l->own;
    double pending = own->hows[HOW_PENDING], bad = own->hows[HOW_BADLY];
    double not_done = own->hows[HOW_NOT_DONE];

    if (l->table.result.count == 0)
        return;
    phrase_plural(&p, style_bold(style_of(ROLE_BRIGHT)), l->table.total, "action", "actions");
    phrase_gap(&p, 2);
    phrase_count(&p, pending > 0 ? style_bold(style_of(ROLE_ACT)) : style_of(ROLE_FAINT), pending,
                 _c("action", "pending"));
    phrase_gap(&p, 2);
    phrase_count(&p, bad > 0 ? style_bold(style_of(ROLE_CRIT)) : style_of(ROLE_FAINT), bad,
                 _("failed or unknown"));
    phrase_gap(&p, 2);
    phrase_count(&p, not_done > 0 ? style_of(ROLE_WARN) : style_of(ROLE_FAINT), not_done,
                 _("not sent"));
}

static int foot_lines(const struct list *l, const struct view_input *in)
{
    (void)in;
    return l->table.result.count > 0 ? FOOT_LINES : 0;
}

static void labelled(struct rect r, int y, const char *label, struct style s, const char *text,
                     struct canvas *c)
{
    canvas_text(c, y, r.x + 1, LABEL_CELLS - 1, style_of(ROLE_DIM), label);
    canvas_text(c, y, r.x + 1 + LABEL_CELLS, r.w - LABEL_CELLS - 2, s, text);
}

static void foot(const struct list *l, const struct view_input *in, struct rect r, struct canvas *c)
{
    const struct action_row *row = table_row(&l->table, in);
    struct style none = style_of(ROLE_FAINT);

    canvas_hline(c, r.y, r.x, r.w, style_of(ROLE_LINE));
    if (!row)
        return;
    labelled(r, r.y + 1, _("request"), row_has(row, action, request) ? style_of(ROLE_TEXT) : none,
             row_has(row, action, request) ? cell_string(in, row->request) : _("none was made"), c);
    labelled(r, r.y + 2, _("reason"), row_has(row, action, reason) ? style_of(ROLE_TEXT) : none,
             row_has(row, action, reason) ? cell_string(in, row->reason) : _("none"), c);
    bool bad = looks[state_of(row)].how == HOW_BADLY;
    labelled(r, r.y + 3, _("outcome"),
             row_has(row, action, message) ? style_of(bad ? ROLE_CRIT : ROLE_TEXT) : none,
             row_has(row, action, message) ? said_string(in, row->message) : _("nothing to add"),
             c);
}

static bool open_action(struct list *l, const struct view_input *in, const void *row,
                        struct view_out *out)
{
    (void)row;
    return list_command(l, in, CMD_DETAILS, "", out);
}

static const char *const groups[] = {NC_("group", "op"),    NC_("group", "state"),
                                     NC_("group", "verb"),  NC_("group", "center"),
                                     NC_("group", "actor"), NULL};
static const struct list_spec spec = {
    .entity = ENTITY_ACTION,
    .columns = columns,
    .column_count = (int)(sizeof columns / sizeof columns[0]),
    .sort = COLUMN_WHEN,
    .descending = true,
    .groups = groups,
    .nothing = N_("nothing was done from here"),
    .noun = NN_("action", "actions"),
    .age = list_ageless, /* what was done does not age */
    .keep = keep,
    .count_start = count_start,
    .count = count,
    .head_lines = head_lines,
    .head = head,
    .foot_lines = foot_lines,
    .foot = foot,
    .open = open_action,
    .own_size = sizeof(struct actions_own),
};

LIST_OPEN(spec)

/* --- taking back --- */

/* It may have had its effect. */
static bool was_sent(const struct action_row *r)
{
    unsigned state = state_of(r);

    return state == action_state_SENT || state == action_state_ACCEPTED ||
           state == action_state_CONFIRMED || state == action_state_UNCONFIRMED ||
           (state == action_state_UNKNOWN && row_has(r, action, state));
}

/* Is what the action did still there, and still ours? */
static bool still_ours(const struct view_input *in, enum action_verb did, uint32_t slot)
{
    if (did == action_verb_HOLD) {
        const struct job_row *job = snapshot_row(in->snap, ENTITY_JOB, slot);
        return job && !(job->h.flags & ROW_GONE) && row_has(job, job, state) &&
               job->state == job_state_HELD;
    }
    const struct node_row *node = snapshot_row(in->snap, ENTITY_NODE, slot);
    return node && !(node->h.flags & ROW_GONE) && row_has(node, node, reason) &&
           reason_is_ours(intern_raw(snapshot_strings(in->snap), node->reason));
}

struct undoing {
    const struct view_input *in;
    enum action_verb did;
    uint32_t *slots;
    size_t count, cap;
};

static void add_slot(struct undoing *u, uint32_t slot)
{
    for (size_t i = 0; i < u->count; i++)
        if (u->slots[i] == slot)
            return;
    u->slots = xgrow(u->slots, &u->cap, u->count + 1, sizeof *u->slots);
    u->slots[u->count++] = slot;
}

/* All targets of the operation that this row belongs to. */
static void add_operation(struct undoing *u, const struct action_row *of)
{
    const struct snapshot *s = u->in->snap;
    const struct intern *strings = snapshot_strings(s);

    for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_ACTION); i++) {
        const struct action_row *a = snapshot_row(s, ENTITY_ACTION, i);
        if (!a || a->h.center != of->h.center || a->op != of->op || a->verb != u->did ||
            !was_sent(a) || !row_has(a, action, target))
            continue;
        uint32_t slot = act_slot(s, u->did, a->h.center, intern_raw(strings, a->target));
        if (slot != UINT32_MAX && still_ours(u->in, u->did, slot))
            add_slot(u, slot);
    }
}

static bool undo(struct list *l, const struct view_input *in, enum action_verb with,
                 struct view_out *out)
{
    struct undoing u = {.in = in, .did = verb_info(with)->undo};
    size_t count;
    uint32_t *rows = list_chosen(l, in, out, &count);

    for (size_t i = 0; rows && i < count; i++) {
        const struct action_row *row = snapshot_row(in->snap, ENTITY_ACTION, rows[i]);
        if (row && row_has(row, action, verb) && row->verb == u.did && row_has(row, action, op))
            add_operation(&u, row);
    }
    if (rows && u.count == 0)
        act_cannot(out, _("%s takes back a %s: nothing of one is left here that is ours"),
                   verb_info(with)->name, verb_info(u.did)->name);
    else if (rows)
        act_start(out, in, with, u.slots, u.count);
    free(rows);
    free(u.slots);
    return true;
}

static bool command(void *view, const struct view_input *in, enum cmd cmd, const char *arg,
                    struct view_out *out)
{
    enum action_verb verb;

    if (act_verb(cmd, &verb))
        return undo(view, in, verb, out);
    return list_command(view, in, cmd, arg, out);
}

static const enum cmd footer[] = {CMD_GROUP,   CMD_FILTER, CMD_RELEASE, CMD_RESUME,
                                  CMD_DETAILS, CMD_HELP,   CMD_NONE};

const struct view_ops view_actions = {
    .name = "actions",
    .title = N_("Actions"),
    .short_title = N_("Act"),
    .key = '9',
    .help = N_(
        "What was done to nodes and jobs, the newest first: from here, and from the journal what was done "
        "before, by anybody who writes the same file. One line is one verb on one target.\n\n"
        "STATE tells how far it came. waiting, reading, sent, accepted: under way. confirmed: a later poll "
        "showed the effect. unconfirmed: it was accepted, and polls do not show it. unknown: nobody knows "
        "whether the request arrived; it is never sent twice, look at the target. changed: the target was "
        "not as it had been when the key was pressed, so nothing was sent. stopped: an error before it in the "
        "same operation.\n\n"
        "U on a drain takes it back: it resumes what that whole operation drained, as far as the reason on "
        "the nodes is still ours. L on a hold releases what it held. d shows the exact request and all times."),
    .entity = ENTITY_ACTION,
    .footer = footer,
    LIST_OPS_WITH(list_open_view, command),
};
