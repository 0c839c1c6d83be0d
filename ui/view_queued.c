/* SPDX-License-Identifier: MIT
 * view_queued.c - view 4: what waits, why, and what would unblock it. */
#include "ui/viewlist.h"
#include "ui/cells.h"
#include "ui/glyph.h"
#include "ui/listing.h"
#include "ui/pending.h"
#include "ui/scope.h"
#include "ui/why.h"
#include "base/i18n.h"
#include "base/text.h"
#include "model/reasons.h"
#include "model/fields.h"
#include <stdio.h>
#include <stdlib.h>

enum { REASONS_MAX = 64, REASONS_SHOWN = 5, ROOMY_LINES = 28, FOOT_LINES = 4, LABEL_CELLS = 10 };

struct reason_count {
    strid reason;
    double tasks;
};

struct queued_own {
    struct scope_memo memo;
    /* Of the rows that are shown, array tasks counted singly; as in the overview what is held stands
     * for itself. */
    double tasks, held, wanted;
    wall_ms oldest, next; /* that is eligible, and that will be; 0 = none */
    struct reason_count reasons[REASONS_MAX];
    int reason_count;
};

static bool has_devices(const struct view_input *in)
{
    const struct totals *t = snapshot_totals(in->snap);

    return t->devices > 0 || t->devices_wanted > 0;
}

static bool held(const struct job_row *r)
{
    return r->state == job_state_HELD;
}

/* --- cells --- */

static void paint_id(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;

    cell_name(cell, style_of(ROLE_TEXT), cell_string(cell->in, r->id));
}

static int measure_id(const struct view_input *in, const void *row)
{
    return cell_measure(in, ((const struct job_row *)row)->id);
}

static void paint_name(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;

    if (row_has(r, job, name))
        cell_text(cell, style_bold(style_of(held(r) ? ROLE_DIM : ROLE_BRIGHT)),
                  cell_string(cell->in, r->name));
    else
        cell_absent(cell);
}

MEASURE_STR(job, name)

static void paint_wants(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;

    if (row_has(r, job, devices_requested) && r->devices_requested == 0)
        cell_dash(cell);
    else
        cell_count(cell, style_of(ROLE_TEXT), row_has(r, job, devices_requested),
                   r->devices_requested);
}

static void paint_tasks(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;
    bool array = row_has(r, job, tasks) && r->tasks > 1;

    if (array)
        cell_count(cell, style_of(ROLE_TEXT), true, r->tasks);
    else
        cell_dash(cell);
}

static int measure_tasks(const struct view_input *in, const void *row)
{
    const struct job_row *r = row;
    bool array = row_has(r, job, tasks) && r->tasks > 1;

    return array ? cell_measure_count(in, true, r->tasks) : 0;
}

static void paint_waited(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;
    bool has = row_has(r, job, eligible_at) && r->eligible_at <= cell->in->ctx.now;

    if (has)
        cell_duration(cell, style_of(ROLE_TEXT), true, cell->in->ctx.now - r->eligible_at);
    else
        cell_dash(cell);
}

static void paint_starts(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;
    int64_t wait = row_time(r, job, expected_start_at) - cell->in->ctx.now;

    if (row_has(r, job, expected_start_at))
        cell_duration(cell, style_of(ROLE_TEXT), true, wait > 0 ? wait : 0);
    else
        cell_dash(cell);
}

static void paint_why(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;
    struct why why = why_of(cell->in, r);
    const char *pending = pending_word(cell->in, ENTITY_JOB, r);

    if (pending)
        cell_text(cell, style_bold(style_of(ROLE_ACT)), pending);
    else if (!why.words[0])
        cell_absent(cell);
    else
        cell_text(cell, style_of(held(r) ? ROLE_WARN : ROLE_TEXT), why.words);
}

static int measure_why(const struct view_input *in, const void *row)
{
    return text_cells(why_of(in, row).words);
}

CELL_STR(job, user, ROLE_TEXT)
CELL_STR(job, account, ROLE_DIM)
CELL_STR(job, pool, ROLE_DIM)
CELL_STR(job, qos, ROLE_DIM)
CELL_COUNT(job, node_count, ROLE_TEXT)
CELL_STR(job, reason_text, ROLE_DIM)
CELL_BAD(job, restarts, ROLE_WARN)

/* Rather a name than a figure: no groups of digits. */
static void paint_priority(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;
    char text[32];

    if (!row_has(r, job, priority)) {
        cell_absent(cell);
        return;
    }
    snprintf(text, sizeof text, "%.0f", r->priority);
    cell_text(cell, style_of(ROLE_TEXT), text);
}

static int measure_priority(const struct view_input *in, const void *row)
{
    const struct job_row *r = row;

    char text[32];

    (void)in;
    return row_has(r, job, priority) ? snprintf(text, sizeof text, "%.0f", r->priority) : 0;
}

static void paint_unblock(const struct table_cell *cell)
{
    struct why why = why_of(cell->in, cell->row);

    if (why.unblock[0])
        cell_text(cell, style_of(ROLE_DIM), why.unblock);
    else
        cell_dash(cell);
}

static int measure_unblock(const struct view_input *in, const void *row)
{
    return text_cells(why_of(in, row).unblock);
}

static void paint_memory(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;

    cell_size(cell, row_has(r, job, memory_bytes), r->memory_bytes);
}

static void paint_limit(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;
    bool has = row_has(r, job, time_limit_seconds);

    if (has && r->time_limit_seconds < 0)
        cell_dash(cell);
    else
        cell_duration(cell, style_of(ROLE_DIM), has, (int64_t)(r->time_limit_seconds * 1000));
}

CELL_COUNT(job, cpus, ROLE_DIM)
CELL_TIME(job, submitted_at, ROLE_DIM)
CELL_STR(job, dependency, ROLE_DIM)
CELL_STR(job, features, ROLE_DIM)
CELL_STR(job, licenses, ROLE_DIM)
CELL_STR(job, reservation, ROLE_DIM)

enum { COLUMN_WAITED = 13 };

static const struct table_column columns[] = {
    {N_("JOB"), "id", 8, 22, 0, 0, false, paint_id, measure_id, NULL, true},
    {N_("NAME"), "name", 10, 40, 0, 0, false, paint_name, measure_name, NULL, .fill = true},
    {N_("USER"), "user", 6, 16, 0, 4, false, paint_user, measure_user, NULL},
    {N_("ACCOUNT"), "account", 7, 16, 0, 10, false, paint_account, measure_account, NULL},
    {N_("CENTER"), "center", 8, 24, 0, 8, false, cell_center, cell_measure_center,
     cell_many_centers},
    {N_("POOL"), "pool", 6, 24, 0, 5, false, paint_pool, measure_pool, NULL},
    {"QOS", "qos", 5, 14, 0, 12, false, paint_qos, measure_qos, NULL},
    {N_("WANTS"), "devices_requested", 5, 7, 6, 0, true, paint_wants, NULL, has_devices},
    {N_("NODES"), "node_count", 5, 7, 5, 6, true, paint_node_count, NULL, NULL},
    {N_("CPUS"), "cpus", 6, 8, 7, 17, true, paint_cpus, NULL, NULL},
    {N_("MEMORY"), "memory_bytes", 6, 7, 6, 18, true, paint_memory, NULL, NULL},
    {N_("TASKS"), "tasks", 5, 8, 0, 7, true, paint_tasks, measure_tasks, NULL},
    {N_("LIMIT"), "time_limit_seconds", 6, 7, 6, 16, true, paint_limit, NULL, NULL},
    [COLUMN_WAITED] = {N_("WAITED"), "waited", 6, 7, 6, 0, true, paint_waited, NULL, NULL},
    {N_("SUBMITTED"), "submitted_at", 9, 11, 0, 19, true, paint_submitted_at, measure_submitted_at,
     NULL},
    {N_("PRIO"), "priority", 6, 13, 0, 10, true, paint_priority, measure_priority, NULL},
    {N_("STARTS"), "starts_in", 6, 7, 6, 8, true, paint_starts, NULL, NULL},
    {N_("WHY IT WAITS"), "reason", 24, 60, 0, 1, false, paint_why, measure_why, NULL, .fill = true},
    {N_("WHAT WOULD UNBLOCK IT"), NULL, 24, 70, 0, 15, false, paint_unblock, measure_unblock, NULL,
     .fill = true},
    {N_("THE SCHEDULER SAYS"), "reason_text", 18, 60, 0, 14, false, paint_reason_text,
     measure_reason_text, NULL, .fill = true},
    {N_("DEPENDS ON"), "dependency", 10, 30, 0, 20, false, paint_dependency, measure_dependency,
     NULL},
    {N_("FEATURES"), "features", 8, 20, 0, 21, false, paint_features, measure_features, NULL},
    {N_("LICENCES"), "licenses", 8, 20, 0, 22, false, paint_licenses, measure_licenses, NULL},
    {N_("RESERVATION"), "reservation", 11, 16, 0, 23, false, paint_reservation, measure_reservation,
     NULL},
    {N_("REQ"), "restarts", 4, 5, 4, 11, true, paint_restarts, NULL, NULL},
    {N_("AGE"), "age_seconds", 5, 5, 5, 13, true, cell_row_age, NULL, NULL},
};

/* --- which jobs, and their sums --- */

static void prepare(struct list *l, const struct view_input *in)
{
    scope_prepare(&((struct queued_own *)l->own)->memo, in);
}

static bool keep(struct list *l, const struct value_ctx *c, const void *row)
{
    const struct job_row *r = row;

    if (!row_has(r, job, state) || (r->state != job_state_QUEUED && r->state != job_state_HELD))
        return false;
    return scope_keeps_job(&((struct queued_own *)l->own)->memo, c, r);
}

static void count_reason(struct queued_own *own, strid reason, double tasks)
{
    int i = 0;

    while (i < own->reason_count && own->reasons[i].reason != reason)
        i++;
    if (i == REASONS_MAX)
        return;
    if (i == own->reason_count)
        own->reasons[own->reason_count++] = (struct reason_count){reason, 0};
    own->reasons[i].tasks += tasks;
    /* a step towards the front, so that the frequent ones are found at once */
    if (i > 0 && own->reasons[i].tasks > own->reasons[i - 1].tasks) {
        struct reason_count other = own->reasons[i - 1];
        own->reasons[i - 1] = own->reasons[i];
        own->reasons[i] = other;
    }
}

static void count_start(struct list *l)
{
    struct queued_own *own = l->own;

    own->tasks = own->held = own->wanted = 0;
    own->oldest = own->next = 0;
    own->reason_count = 0;
}

/* Of a chunk of rows, which has no more reasons than rows. */
enum { PART_REASONS = 8 };

_Static_assert(sizeof(struct job_row) > QUERY_CHUNK_BYTES / (2 * PART_REASONS),
               "a reason for each row of a chunk");

struct queued_part {
    double wanted;
    wall_ms oldest, next; /* the first that was eligible by now, and that will be; 0 = none */
    float tasks, held;
    float of[PART_REASONS];
    strid reasons[PART_REASONS]; /* 0 = no more */
};

static void count_row_reason(struct queued_part *p, strid reason, double tasks)
{
    unsigned i = 0;

    while (p->reasons[i] && p->reasons[i] != reason)
        i++;
    p->reasons[i] = reason;
    p->of[i] += (float)tasks;
}

static wall_ms earlier(wall_ms a, wall_ms b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

static void count_row(void *part, const struct value_ctx *c, const void *row)
{
    struct queued_part *p = part;
    const struct job_row *r = row;
    double tasks = row_has(r, job, tasks) && r->tasks > 1 ? r->tasks : 1;

    if (held(r))
        p->held += (float)tasks;
    else
        p->tasks += (float)tasks;
    if (!held(r) && row_has(r, job, devices_requested))
        p->wanted += r->devices_requested * tasks;
    if (!held(r) && row_has(r, job, eligible_at)) {
        wall_ms *first = r->eligible_at <= c->now ? &p->oldest : &p->next;
        *first = earlier(*first, r->eligible_at);
    }
    if (row_has(r, job, reason) && r->reason)
        count_row_reason(p, r->reason, tasks);
}

static const struct query_tally tally = {sizeof(struct queued_part), count_row};

static void count_part(void *list, const struct query_part *part)
{
    const struct list *l = list;
    struct queued_own *own = l->own;
    const struct queued_part *p = part->sums;

    own->tasks += (double)p->tasks;
    own->held += (double)p->held;
    own->wanted += p->wanted;
    own->oldest = earlier(own->oldest, p->oldest);
    own->next = earlier(own->next, p->next);
    for (unsigned i = 0; i < PART_REASONS && p->reasons[i]; i++)
        count_reason(own, p->reasons[i], (double)p->of[i]);
}

static int by_tasks(const void *a, const void *b)
{
    const struct reason_count *x = a, *y = b;

    if (x->tasks != y->tasks)
        return x->tasks > y->tasks ? -1 : 1;
    return x->reason < y->reason ? -1 : x->reason > y->reason;
}

static void count_end(struct list *l)
{
    struct queued_own *own = l->own;

    qsort(own->reasons, (size_t)own->reason_count, sizeof own->reasons[0], by_tasks);
}

/* --- above and below --- */

static bool roomy(const struct view_input *in)
{
    return in->area.h >= ROOMY_LINES;
}

static int head_lines(const struct list *l, const struct view_input *in)
{
    (void)l;
    return 2 + 2 * roomy(in);
}

/* Their words, if at least three of them have room; else their codes. */
static const char *reason_word(const struct queued_own *own, const struct view_input *in, int i,
                               int room)
{
    int cells = 0;

    for (int k = 0; k < own->reason_count && k < 3; k++)
        cells += 9 + text_cells(_(reason_lookup(cell_string(in, own->reasons[k].reason)).words));
    const char *code = cell_string(in, own->reasons[i].reason);
    return cells <= room ? _(reason_lookup(code).words) : code;
}

static void head(const struct list *l, const struct view_input *in, struct rect r, struct canvas *c)
{
    const struct queued_own *own = l->own;
    int y = r.y + roomy(in);
    struct phrase p = phrase_start(c, in, y, r.x + 1, r.x + r.w - 1);
    char text[FIGURE_MAX];

    if (own->tasks + own->held == 0)
        return;
    phrase_count(&p, style_bold(style_of(ROLE_BRIGHT)), own->tasks, _("queued"));
    wall_ms oldest = own->next <= in->ctx.now ? earlier(own->oldest, own->next) : own->oldest;
    if (oldest > 0) {
        figure_duration(text, in->ctx.now - oldest);
        phrase_word(&p, style_of(ROLE_FAINT), _("oldest"));
        phrase_word(&p, style_of(ROLE_TEXT), text);
    }
    phrase_gap(&p, 2);
    if (own->wanted > 0) {
        phrase_count(&p, style_of(ROLE_TEXT), own->wanted, _("GPUs wanted"));
        phrase_gap(&p, 2);
    }
    phrase_count(&p, own->held > 0 ? style_bold(style_of(ROLE_WARN)) : style_of(ROLE_FAINT),
                 own->held, _("held"));
    p = phrase_start(c, in, y + 1, r.x + 1, r.x + r.w - 1);
    for (int i = 0; i < own->reason_count && i < REASONS_SHOWN; i++) {
        const char *reason = reason_word(own, in, i, r.w - 2);
        if (i > 0 && !phrase_fits(&p, own->reasons[i].tasks, reason, 2))
            break;
        if (i > 0)
            phrase_word(&p, style_of(ROLE_FAINT), glyph(GLYPH_DOT, in->ascii));
        phrase_count(&p, style_of(ROLE_TEXT), own->reasons[i].tasks, reason);
    }
}

static int foot_lines(const struct list *l, const struct view_input *in)
{
    (void)in;
    return l->table.result.count > 0 ? FOOT_LINES : 0;
}

static void labelled(const struct view_input *in, struct rect r, int y, const char *label,
                     struct style s, const char *text, struct canvas *c)
{
    (void)in;
    canvas_text(c, y, r.x + 1, LABEL_CELLS - 1, style_of(ROLE_DIM), label);
    canvas_text(c, y, r.x + 1 + LABEL_CELLS, r.w - LABEL_CELLS - 2, s, text);
}

static void foot(const struct list *l, const struct view_input *in, struct rect r, struct canvas *c)
{
    const struct job_row *job = table_row(&l->table, in);
    struct style text = style_of(ROLE_TEXT), faint = style_of(ROLE_FAINT);

    canvas_hline(c, r.y, r.x, r.w, style_of(ROLE_LINE));
    if (!job)
        return;
    struct why why = why_of(in, job);
    labelled(in, r, r.y + 1, _("waits"), style_bold(style_of(held(job) ? ROLE_WARN : ROLE_BRIGHT)),
             why.words[0] ? why.words : _("the scheduler gives no reason"), c);
    labelled(in, r, r.y + 2, _("unblock"), why.unblock[0] ? style_of(ROLE_BRAND) : faint,
             why.unblock[0] ? why.unblock : _("nothing is known that would"), c);
    struct phrase p = phrase_start(c, in, r.y + 3, r.x + 1 + LABEL_CELLS, r.x + r.w - 1);
    canvas_text(c, r.y + 3, r.x + 1, LABEL_CELLS - 1, style_of(ROLE_DIM), _("scheduler"));
    phrase_word(&p, style_of(ROLE_DIM),
                row_has(job, job, reason) ? cell_string(in, job->reason) : "?");
    if (row_has(job, job, reason_text))
        phrase_word(&p, text, cell_string(in, row_str(job, job, reason_text)));
    if (row_has(job, job, dependency)) {
        phrase_gap(&p, 2);
        phrase_word(&p, style_of(ROLE_DIM), _("depends on"));
        phrase_word(&p, text, cell_string(in, row_str(job, job, dependency)));
    }
}

static bool open_job(struct list *l, const struct view_input *in, const void *row,
                     struct view_out *out)
{
    (void)row; /* it has no nodes yet: show what is known of it */
    return list_command(l, in, CMD_DETAILS, "", out);
}

static const char *const groups[] = {NC_("group", "reason"),  NC_("group", "user"),
                                     NC_("group", "account"), NC_("group", "pool"),
                                     NC_("group", "center"),  NULL};
static const struct list_spec spec = {
    .entity = ENTITY_JOB,
    .columns = columns,
    .column_count = (int)(sizeof columns / sizeof columns[0]),
    .sort = COLUMN_WAITED,
    .descending = true,
    .groups = groups,
    .nothing = N_("no jobs are waiting"),
    .noun = NN_("row", "rows"),
    .prepare = prepare,
    .keep = keep,
    .count_start = count_start,
    .tally = &tally,
    .count_part = count_part,
    .count_end = count_end,
    .head_lines = head_lines,
    .head = head,
    .foot_lines = foot_lines,
    .foot = foot,
    .open = open_job,
    .own_size = sizeof(struct queued_own),
};

LIST_OPEN(spec)

static const enum cmd footer[] = {CMD_GROUP, CMD_FILTER,  CMD_RAW,  CMD_CANCEL, CMD_RELEASE,
                                  CMD_HOLD,  CMD_DETAILS, CMD_HELP, CMD_NONE};

const struct view_ops view_queued = {
    .name = "queued",
    .title = N_("Queued"),
    .short_title = N_("Queue"),
    .key = '4',
    .help = N_(
        "Jobs that wait, the longest first. The waiting rest of a job array is one line; TASKS says how "
        "many it stands for, and the sums above count them singly, those that are held apart.\n\n"
        "WANTS is the number of devices asked for, all nodes together. WAITED counts from when the job "
        "could first have started, not from when it was submitted; a dash means that it cannot start "
        "yet. STARTS is the time until the scheduler expects to start it, where it says so.\n\n"
        "WHY IT WAITS puts the scheduler's code into words; the lines below tell what would unblock the "
        "selected job and what the scheduler itself says."),
    .entity = ENTITY_JOB,
    .footer = footer,
    LIST_OPS,
};
