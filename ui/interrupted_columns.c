/* SPDX-License-Identifier: MIT
 * interrupted_columns.c - the columns of view 6. */
#include "base/xmem.h"
#include "ui/act.h"
#include "ui/said.h"
#include "ui/cells.h"
#include "ui/interrupted.h"
#include "ui/pending.h"
#include "ui/queueplace.h"
#include "base/i18n.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

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

MEASURE_STR(interruption, job)

static void paint_name(const struct table_cell *cell)
{
    const struct interruption_row *r = cell->row;

    if (row_has(r, interruption, name))
        cell_text(cell, calm(r, style_bold(style_of(ROLE_BRIGHT))), cell_string(cell->in, r->name));
    else
        cell_absent(cell);
}

MEASURE_STR(interruption, name)

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
                      : _("yes"));
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
/* Behind who says so: "accounting: node failed cn7". */
static const char *without_teller(const char *text)
{
    static const char *const tellers[] = {"accounting: ", "scheduler: "};

    for (size_t i = 0; i < ARRAY_LEN(tellers); i++)
        if (strncmp(text, tellers[i], strlen(tellers[i])) == 0)
            return text + strlen(tellers[i]);
    return text;
}

/* What is said tells more than who says it, where there is no room for both. */
static void paint_evidence(const struct table_cell *cell)
{
    const struct interruption_row *r = cell->row;

    if (!row_has(r, interruption, evidence)) {
        cell_dash(cell);
        return;
    }
    const char *text = cell_string(cell->in, r->evidence);
    if (text_cells(said(text)) > cell->w)
        text = without_teller(text);
    cell_text(cell, style_of(ROLE_DIM), said(text));
}

MEASURE_SAID(interruption, evidence)

CELL_STR(interruption, node, ROLE_DIM)
CELL_STR(interruption, nodes, ROLE_DIM)
CELL_STR(interruption, note, ROLE_DIM)
CELL_COUNT(interruption, node_count, ROLE_DIM)
CELL_COUNT(interruption, attempt, ROLE_DIM)

static bool has_devices(const struct view_input *in)
{
    return snapshot_totals(in->snap)->devices > 0;
}

const struct table_column interrupted_columns[INTERRUPTED_COLUMNS] = {
    [INTERRUPTED_WHEN] = {N_("WHEN"), "at", 5, 11, 0, 0, false, paint_at, measure_at, NULL,
                          .whole = true},
    {N_("CENTER"), "center", 8, 24, 0, 4, false, cell_center, cell_measure_center,
     cell_many_centers},
    {N_("JOB"), "job", 8, 22, 0, 0, false, paint_job, measure_job, NULL, .whole = true},
    {N_("NAME"), "name", 8, 40, 0, 0, false, paint_name, measure_name, NULL, .fill = true},
    {N_("USER"), "user", 6, 16, 0, 11, false, paint_user, measure_user, NULL},
    {N_("ACCOUNT"), "account", 7, 16, 0, 18, false, paint_account, measure_account, NULL},
    {N_("POOL"), "pool", 6, 24, 0, 14, false, paint_pool, measure_pool, NULL},
    {N_("GPUS"), "devices", 4, 7, 5, 2, true, paint_devices, NULL, has_devices},
    {N_("CAUSE"), "cause", 9, 9, 9, 0, false, paint_cause, NULL, NULL},
    {N_("EVIDENCE"), "evidence", 12, 60, 0, 1, false, paint_evidence, measure_evidence, NULL,
     .fill = true},
    {N_("SUSPECT"), "node", 8, 20, 0, 16, false, paint_node, measure_node, NULL},
    {N_("NODES"), "node_count", 5, 7, 5, 13, true, paint_node_count, NULL, NULL},
    {N_("NODELIST"), "nodes", 8, 30, 0, 19, false, paint_nodes, measure_nodes, NULL},
    {N_("RAN"), NULL, 5, 5, 0, 11, true, paint_ran, measure_ran, NULL},
    {N_("LOST GPU-h"), "gpu_hours_lost", 10, 10, 10, 0, true, paint_lost, NULL, has_devices},
    {N_("AT MOST"), "gpu_hours_lost_ceiling", 7, 9, 0, 12, true, paint_ceiling, measure_ceiling,
     has_devices},
    {N_("CAUSED"), "gpu_hours_caused", 6, 9, 0, 17, true, paint_caused, measure_caused,
     has_devices},
    {N_("ATT"), "attempt", 3, 4, 3, 10, true, paint_attempt, NULL, NULL},
    {N_("NOW"), "outcome", 9, 14, 0, 0, false, paint_now, measure_now, NULL, .whole = true},
    {N_("SINCE"), "outcome_at", 5, 5, 5, 15, true, paint_outcome_at, NULL, NULL},
    {N_("ACK"), "acknowledged_by", 4, 12, 0, 6, false, paint_acknowledged, measure_acknowledged,
     NULL},
    {N_("NOTE"), "note", 6, 40, 0, 20, false, paint_note, measure_note, NULL, .fill = true},
};
