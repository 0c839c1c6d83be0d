/* SPDX-License-Identifier: MIT
 * view_running.c - view 5: jobs that hold nodes: running, completing, suspended; or (key e) those that
 * ended within the last hour, which the scheduler may have forgotten already. */
#include "ui/viewlist.h"
#include "ui/cells.h"
#include "ui/listing.h"
#include "ui/pending.h"
#include "ui/scope.h"
#include "base/i18n.h"
#include "base/text.h"
#include "model/fields.h"
#include <stdio.h>
#include <string.h>

enum { ENDED_KEPT_MS = 3600000, UNKNOWN_END = job_state_COUNT };

struct running_own {
    struct scope_memo memo;
    int other_sort; /* of the mode that is not shown */
    bool other_descending;
    double states[job_state_COUNT + 1], devices, cpus, restarts;
};

static bool has_devices(const struct view_input *in)
{
    return snapshot_totals(in->snap)->devices > 0;
}

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
        cell_text(cell, style_bold(style_of(ROLE_BRIGHT)), cell_string(cell->in, r->name));
    else
        cell_absent(cell);
}

MEASURE_STR(job, name)

/* Its source no longer lists it, and nobody saw how it ended. */
static bool end_unseen(const struct job_row *r)
{
    return (r->h.flags & ROW_GONE) && r->state == job_state_UNKNOWN;
}

static wall_ms ended_at(const struct job_row *r)
{
    wall_ms ended = row_time(r, job, ended_at), gone = row_gone_at(&r->h);

    if (row_has(r, job, ended_at) && (r->h.flags & ROW_GONE || r->state > job_state_SUSPENDED))
        return ended <= gone || gone == 0 ? ended : gone;
    return gone;
}

static enum role state_role(unsigned state)
{
    switch (state) {
    case job_state_RUNNING:
    case job_state_CANCELLED:
    case job_state_UNKNOWN:
    case UNKNOWN_END:
        return ROLE_DIM;
    case job_state_DONE:
        return ROLE_OK;
    case job_state_FAILED:
        return ROLE_CRIT;
    default:
        return ROLE_WARN;
    }
}

static const char *state_word(unsigned state)
{
    return state == UNKNOWN_END ? _("end unseen") : cell_word(ENTITY_JOB, FIELD_job_state, state);
}

static unsigned state_of(const struct job_row *r)
{
    return end_unseen(r) ? UNKNOWN_END : r->state;
}

/* The rule is not worth a word; what is not plain running is. */
static void paint_state(const struct table_cell *cell)
{
    unsigned state = state_of(cell->row);
    const char *pending = pending_word(cell->in, ENTITY_JOB, cell->row);

    if (pending)
        cell_text(cell, style_bold(style_of(ROLE_ACT)), pending);
    else
        cell_text(cell, style_of(state_role(state)), state_word(state));
}

/* "failed TIMEOUT", "end unseen was RUNNING": our word, then the scheduler's. */
static void paint_end(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;
    struct style dim = figure_aged(style_of(ROLE_DIM), cell->age);
    int used = text_cells(state_word(state_of(r))) + 1;

    paint_state(cell);
    if (row_has(r, job, raw_state) && used < cell->w)
        canvas_textf(cell->c, cell->y, cell->x + used, cell->w - used, dim,
                     end_unseen(r) ? _("was %s") : "%s", cell_string(cell->in, r->raw_state));
}

static void paint_ended(const struct table_cell *cell)
{
    wall_ms at = ended_at(cell->row);

    if (at > 0)
        cell_duration(cell, style_of(ROLE_TEXT), true,
                      cell->in->ctx.now > at ? cell->in->ctx.now - at : 0);
    else
        cell_dash(cell);
}

static int measure_ended(const struct view_input *in, const void *row)
{
    (void)in;
    return ended_at(row) > 0 ? 5 : 0;
}

static int exit_words(const struct job_row *r, char text[24])
{
    if (row_has(r, job, exit_signal) && row_num(r, job, exit_signal) > 0)
        return snprintf(text, 24, "sig %.0f", row_num(r, job, exit_signal));
    return snprintf(text, 24, "%.0f", row_num(r, job, exit_code));
}

static void paint_exit(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;
    bool bad = row_num(r, job, exit_code) > 0 ||
               (row_has(r, job, exit_signal) && row_num(r, job, exit_signal) > 0);
    char text[24];

    exit_words(r, text);
    if (row_has(r, job, exit_code))
        cell_text(cell, style_of(bad ? ROLE_WARN : ROLE_DIM), text);
    else
        cell_dash(cell);
}

/* Only of use once the job ended. */
static int measure_exit(const struct view_input *in, const void *row)
{
    const struct job_row *r = row;
    char text[24];

    (void)in;
    return ended_at(r) > 0 && row_has(r, job, exit_code) ? exit_words(r, text) : 0;
}

static void paint_devices(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;

    bool has = row_has(r, job, devices_allocated), held = ended_at(r) == 0;
    double n = has ? r->devices_allocated : r->devices_requested;

    /* of a job that ended, some schedulers only tell what it had asked for */
    has = has || (!held && row_has(r, job, devices_requested));
    if (has && n == 0)
        cell_dash(cell);
    else
        cell_count(cell, style_of(held ? ROLE_ALLOCATED : ROLE_TEXT), has, n);
}

static struct value derived(const struct table_cell *cell)
{
    int column = column_find(ENTITY_JOB, cell->column->field);

    return column_value(&cell->in->ctx, ENTITY_JOB, (unsigned)column, cell->row);
}

static void paint_ran(const struct table_cell *cell)
{
    struct value v = derived(cell);

    cell_duration(cell, style_of(ROLE_TEXT), v.kind == VALUE_DURATION, (int64_t)v.num);
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

static void paint_progress(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;
    struct value v = derived(cell);

    if (ended_at(r) > 0)
        paint_end(cell);
    else if (r->state != job_state_RUNNING || (r->h.flags & ROW_PENDING))
        paint_state(cell);
    else if (row_has(r, job, time_limit_seconds) && r->time_limit_seconds < 0)
        cell_dash(cell);
    else
        cell_meter(cell, v.kind == VALUE_NUM, v.num / 100, ROLE_MEASURED);
}

/* The last tenth of the time is amber: somebody will ask for more. */
static void paint_left(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;
    struct value v = derived(cell);
    bool short_of = v.num < r->time_limit_seconds * 100;

    if (ended_at(r) > 0 || (row_has(r, job, time_limit_seconds) && r->time_limit_seconds < 0))
        cell_dash(cell);
    else
        cell_duration(cell, style_of(short_of ? ROLE_WARN : ROLE_TEXT), v.kind == VALUE_DURATION,
                      (int64_t)v.num);
}

static void paint_memory(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;

    cell_size(cell, row_has(r, job, memory_bytes), r->memory_bytes);
}

/* Of no use when all have ended. */
static int measure_left(const struct view_input *in, const void *row)
{
    (void)in;
    return ended_at(row) > 0 ? 0 : 6;
}

CELL_STR(job, user, ROLE_TEXT)
CELL_STR(job, features, ROLE_DIM)
CELL_STR(job, licenses, ROLE_DIM)
CELL_STR(job, reservation, ROLE_DIM)
CELL_STR(job, failed_node, ROLE_WARN)
CELL_TIME(job, submitted_at, ROLE_DIM)
CELL_TIME(job, started_at, ROLE_DIM)
CELL_STR(job, account, ROLE_DIM)
CELL_STR(job, pool, ROLE_DIM)
CELL_STR(job, nodes, ROLE_TEXT)
CELL_STR(job, qos, ROLE_DIM)
CELL_COUNT(job, node_count, ROLE_TEXT)
CELL_COUNT(job, cpus, ROLE_TEXT)
CELL_BAD(job, restarts, ROLE_WARN)

enum { COLUMN_STATE = 7, COLUMN_ENDED, COLUMN_RAN = 16 };

static const struct table_column columns[] = {
    {N_("JOB"), "id", 8, 22, 0, 0, false, paint_id, measure_id, NULL, true},
    {N_("NAME"), "name", 10, 40, 0, 0, false, paint_name, measure_name, NULL, .fill = true},
    {N_("USER"), "user", 6, 16, 0, 4, false, paint_user, measure_user, NULL},
    {N_("ACCOUNT"), "account", 7, 16, 0, 12, false, paint_account, measure_account, NULL},
    {N_("CENTER"), "center", 8, 24, 0, 7, false, cell_center, cell_measure_center,
     cell_many_centers},
    {N_("POOL"), "pool", 6, 24, 0, 6, false, paint_pool, measure_pool, NULL},
    {"QOS", "qos", 5, 14, 0, 14, false, paint_qos, measure_qos, NULL},
    [COLUMN_STATE] = {N_("STATE"), "state", 10, 11, 10, 11, false, paint_state, NULL, NULL},
    [COLUMN_ENDED] = {N_("ENDED"), "ended_at", 6, 6, 0, 5, true, paint_ended, measure_ended, NULL},
    {N_("EXIT"), "exit_code", 6, 7, 0, 8, true, paint_exit, measure_exit, NULL},
    {N_("FAILED NODE"), "failed_node", 11, 20, 0, 9, false, paint_failed_node, measure_failed_node,
     NULL},
    {N_("GPUS"), "devices_allocated", 5, 7, 5, 0, true, paint_devices, NULL, has_devices},
    {N_("CPUS"), "cpus", 6, 8, 7, 9, true, paint_cpus, NULL, NULL},
    {N_("MEMORY"), "memory_bytes", 6, 7, 6, 15, true, paint_memory, NULL, NULL},
    {N_("NODES"), "node_count", 5, 7, 5, 3, true, paint_node_count, NULL, NULL},
    {N_("WHERE"), "nodes", 10, 48, 0, 2, false, paint_nodes, measure_nodes, NULL, .fill = true},
    [COLUMN_RAN] = {N_("RAN"), "ran", 6, 7, 6, 0, true, paint_ran, NULL, NULL},
    {N_("LIMIT"), "time_limit_seconds", 6, 7, 6, 8, true, paint_limit, NULL, NULL},
    {N_("TIME"), "progress_percent", 10, 32, 14, 1, false, paint_progress, NULL, NULL},
    {N_("LEFT"), "left", 6, 7, 6, 5, true, paint_left, measure_left, NULL},
    {N_("STARTED"), "started_at", 8, 11, 0, 16, true, paint_started_at, measure_started_at, NULL},
    {N_("SUBMITTED"), "submitted_at", 9, 11, 0, 17, true, paint_submitted_at, measure_submitted_at,
     NULL},
    {N_("FEATURES"), "features", 8, 20, 0, 20, false, paint_features, measure_features, NULL},
    {N_("LICENCES"), "licenses", 8, 20, 0, 19, false, paint_licenses, measure_licenses, NULL},
    {N_("RESERVATION"), "reservation", 11, 16, 0, 18, false, paint_reservation, measure_reservation,
     NULL},
    {N_("REQ"), "restarts", 4, 5, 4, 10, true, paint_restarts, NULL, NULL},
    {N_("AGE"), "age_seconds", 5, 5, 5, 13, true, cell_row_age, NULL, NULL},
};

static void prepare(struct list *l, const struct view_input *in)
{
    scope_prepare(&((struct running_own *)l->own)->memo, in);
}

static bool keep(struct list *l, const struct value_ctx *c, const void *row)
{
    const struct job_row *r = row;

    if (!row_has(r, job, state))
        return false;
    bool ended = r->h.flags & ROW_GONE || r->state > job_state_SUSPENDED;
    if (l->gone ? !ended || ended_at(r) + ENDED_KEPT_MS < c->now
                : ended || r->state < job_state_RUNNING)
        return false;
    return scope_keeps_job(&((struct running_own *)l->own)->memo, c, r);
}

static void count_start(struct list *l)
{
    struct running_own *own = l->own;

    memset(own->states, 0, sizeof own->states);
    own->devices = own->cpus = own->restarts = 0;
}

/* Of a chunk of rows, which are few. */
struct running_part {
    double devices, cpus, restarts;
    uint8_t states[UNKNOWN_END + 1];
};

static void count_row(void *part, const struct value_ctx *c, const void *row)
{
    struct running_part *p = part;
    const struct job_row *r = row;

    (void)c;
    p->states[state_of(r)]++;
    p->devices += row_has(r, job, devices_allocated) ? r->devices_allocated : 0;
    p->cpus += row_has(r, job, cpus) ? r->cpus : 0;
    p->restarts += row_has(r, job, restarts) ? r->restarts : 0;
}

static const struct query_tally tally = {sizeof(struct running_part), count_row};

static void count_part(void *list, const struct query_part *part)
{
    struct running_own *own = ((struct list *)list)->own;
    const struct running_part *p = part->sums;

    for (unsigned i = 0; i <= UNKNOWN_END; i++)
        own->states[i] += p->states[i];
    own->devices += p->devices;
    own->cpus += p->cpus;
    own->restarts += p->restarts;
}

/* What ended is shown for an hour. */
static bool unsteady(const struct list *l)
{
    return l->gone;
}

static int head_lines(const struct list *l, const struct view_input *in)
{
    (void)l;
    return in->area.h >= 28 ? 3 : 1;
}

/* "12 ended  3 failed  9 done  within the last hour" */
static void head_of_ended(const struct list *l, struct phrase *p)
{
    static const unsigned order[] = {job_state_INTERRUPTED, job_state_FAILED, job_state_CANCELLED,
                                     job_state_DONE,        UNKNOWN_END,      job_state_UNKNOWN};
    const struct running_own *own = l->own;

    phrase_count(p, style_bold(style_of(ROLE_BRIGHT)), l->table.total,
                 _("ended within the last hour"));
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (own->states[order[i]] == 0)
            continue;
        phrase_gap(p, 2);
        phrase_count(p, style_of(state_role(order[i])), own->states[order[i]],
                     state_word(order[i]));
    }
}

static void head(const struct list *l, const struct view_input *in, struct rect r, struct canvas *c)
{
    const struct running_own *own = l->own;
    struct phrase p = phrase_start(c, in, r.y + (r.h > 1), r.x + 1, r.x + r.w - 1);

    if (l->gone) {
        head_of_ended(l, &p);
        return;
    }
    if (l->table.result.count == 0)
        return;
    phrase_count(&p, style_bold(style_of(ROLE_BRIGHT)), own->states[job_state_RUNNING],
                 _("running"));
    for (unsigned state = job_state_RUNNING + 1; state <= job_state_SUSPENDED; state++) {
        if (own->states[state] == 0)
            continue;
        phrase_gap(&p, 2);
        phrase_count(&p, style_of(ROLE_WARN), own->states[state], state_word(state));
    }
    phrase_gap(&p, 2);
    if (has_devices(in)) {
        phrase_count(&p, style_of(ROLE_ALLOCATED), own->devices, _("GPUs held"));
        phrase_gap(&p, 2);
    }
    phrase_count(&p, style_of(ROLE_TEXT), own->cpus, _("CPUs held"));
    phrase_gap(&p, 2);
    phrase_plural(&p, own->restarts > 0 ? style_bold(style_of(ROLE_WARN)) : style_of(ROLE_FAINT),
                  own->restarts, "requeue", "requeues");
}

static bool open_job(struct list *l, const struct view_input *in, const void *row,
                     struct view_out *out)
{
    const struct job_row *r = row;

    if (!row_has(r, job, nodes) || l->gone)
        return list_command(l, in, CMD_DETAILS, "", out);
    list_push(out, in, &view_nodes, r->h.center, cell_string(in, r->id));
    out->scope.pool[0] = out->scope.node[0] = '\0';
    list_scope_set(out->scope.job, sizeof out->scope.job, in, r->id);
    return true;
}

static const char *const groups[] = {NC_("group", "user"),  NC_("group", "account"),
                                     NC_("group", "pool"),  NC_("group", "center"),
                                     NC_("group", "state"), NULL};
static const struct list_spec spec = {
    .entity = ENTITY_JOB,
    .columns = columns,
    .column_count = (int)(sizeof columns / sizeof columns[0]),
    .sort = COLUMN_RAN,
    .descending = true,
    .groups = groups,
    .nothing = N_("no jobs are running"),
    .nothing_gone = N_("no job was seen to end within the last hour"),
    .noun = NN_("job", "jobs"),
    .prepare = prepare,
    .keep = keep,
    .count_start = count_start,
    .tally = &tally,
    .count_part = count_part,
    .unsteady = unsteady,
    .head_lines = head_lines,
    .head = head,
    .open = open_job,
    .own_size = sizeof(struct running_own),
};

static void *open_view(void)
{
    struct list *l = list_new(&spec);
    struct running_own *own = l->own;

    own->other_sort = COLUMN_ENDED;
    own->other_descending = true;
    return l;
}

/* What runs, what ended; each keeps its order. */
static void switch_mode(struct list *l, const struct view_input *in)
{
    struct running_own *own = l->own;
    int sort = l->table.sort;
    bool descending = l->table.descending;

    l->gone = !l->gone;
    l->table.sort = own->other_sort;
    l->table.sort_unseen = -1;
    l->table.descending = own->other_descending;
    own->other_sort = sort;
    own->other_descending = descending;
    memset(l->table.measured, 0, sizeof l->table.measured);
    list_reorder(l, in);
}

static bool command(void *view, const struct view_input *in, enum cmd cmd, const char *arg,
                    struct view_out *out)
{
    if (cmd != CMD_ENDED)
        return list_command(view, in, cmd, arg, out);
    switch_mode(view, in);
    return true;
}

static const enum cmd footer[] = {CMD_OPEN,   CMD_ENDED,   CMD_GROUP,   CMD_FILTER, CMD_HOLD,
                                  CMD_CANCEL, CMD_REQUEUE, CMD_DETAILS, CMD_HELP,   CMD_NONE};

const struct view_ops view_running = {
    .name = "running",
    .title = N_("Running"),
    .short_title = N_("Run"),
    .key = '5',
    .help = N_(
        "Jobs that hold nodes now: running, and what is completing or suspended (in amber).\n\n"
        "GPUS is what the scheduler has given to the job on all its nodes. RAN is the time of this "
        "attempt; TIME is its share of the limit, and LEFT turns amber in the last tenth. A dash means "
        "no limit. REQ says how often the job was requeued before.\n\n"
        "Enter goes to the nodes of a job; 3 there shows its devices, and d lists those that tell that they "
        "work for it.\n\n"
        "e shows the jobs that ended within the last hour instead, the latest first, as far as they were "
        "seen here: a scheduler forgets them after minutes. ENDED tells how long ago; of a job that "
        "vanished between two polls it is when that was noticed, and how it ended was not seen."),
    .entity = ENTITY_JOB,
    .footer = footer,
    LIST_OPS_WITH(open_view, command),
};
