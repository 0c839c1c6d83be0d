/* SPDX-License-Identifier: MIT
 * view_running.c - view 5: jobs that hold nodes: running, completing, suspended. */
#include "ui/viewlist.h"
#include "ui/cells.h"
#include "ui/listing.h"
#include "ui/scope.h"
#include <string.h>

struct running_own {
    struct scope_memo memo;
    double states[job_state_COUNT], devices, cpus, restarts;
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

static int measure_name(const struct view_input *in, const void *row)
{
    const struct job_row *r = row;

    return row_has(r, job, name) ? cell_measure(in, r->name) : 0;
}

/* The rule is not worth a word; what is not plain running is. */
static void paint_state(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;
    const struct field *f = column_info(ENTITY_JOB, FIELD_job_state);
    bool plain = r->state == job_state_RUNNING;

    cell_text(cell, style_of(plain ? ROLE_DIM : ROLE_WARN), f->words[r->state]);
}

static void paint_devices(const struct table_cell *cell)
{
    const struct job_row *r = cell->row;

    if (row_has(r, job, devices_allocated) && r->devices_allocated == 0)
        cell_dash(cell);
    else
        cell_count(cell, style_of(ROLE_ALLOCATED), row_has(r, job, devices_allocated),
                   r->devices_allocated);
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

    if (r->state != job_state_RUNNING)
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

    if (row_has(r, job, time_limit_seconds) && r->time_limit_seconds < 0)
        cell_dash(cell);
    else
        cell_duration(cell, style_of(short_of ? ROLE_WARN : ROLE_TEXT), v.kind == VALUE_DURATION,
                      (int64_t)v.num);
}

CELL_STR(job, user, ROLE_TEXT)
CELL_STR(job, account, ROLE_DIM)
CELL_STR(job, pool, ROLE_DIM)
CELL_STR(job, nodes, ROLE_TEXT)
CELL_STR(job, qos, ROLE_DIM)
CELL_COUNT(job, node_count, ROLE_TEXT)
CELL_COUNT(job, cpus, ROLE_TEXT)
CELL_BAD(job, restarts, ROLE_WARN)

enum { COLUMN_DEVICES = 7, COLUMN_RAN = 11 };

static const struct table_column columns[] = {
    {"JOB", "id", 8, 18, 0, 0, false, paint_id, measure_id, NULL},
    {"NAME", "name", 10, 40, 0, 0, false, paint_name, measure_name, NULL},
    {"USER", "user", 6, 16, 0, 4, false, paint_user, measure_user, NULL},
    {"ACCOUNT", "account", 7, 16, 0, 12, false, paint_account, measure_account, NULL},
    {"CENTER", "center", 8, 24, 0, 7, false, cell_center, cell_measure_center, cell_many_centers},
    {"POOL", "pool", 6, 24, 0, 6, false, paint_pool, measure_pool, NULL},
    {"STATE", "state", 10, 11, 10, 11, false, paint_state, NULL, NULL},
    [COLUMN_DEVICES] = {"GPUS", "devices_allocated", 5, 7, 5, 0, true, paint_devices, NULL,
                        has_devices},
    {"CPUS", "cpus", 6, 8, 7, 9, true, paint_cpus, NULL, NULL},
    {"NODES", "node_count", 5, 7, 5, 3, true, paint_node_count, NULL, NULL},
    {"WHERE", "nodes", 10, 48, 0, 2, false, paint_nodes, measure_nodes, NULL},
    [COLUMN_RAN] = {"RAN", "ran", 6, 7, 6, 0, true, paint_ran, NULL, NULL},
    {"LIMIT", "time_limit_seconds", 6, 7, 6, 8, true, paint_limit, NULL, NULL},
    {"TIME", "progress_percent", 10, 80, 14, 1, false, paint_progress, NULL, NULL},
    {"LEFT", "left", 6, 7, 6, 5, true, paint_left, NULL, NULL},
    {"REQ", "restarts", 4, 5, 4, 10, true, paint_restarts, NULL, NULL},
    {"QOS", "qos", 5, 14, 0, 14, false, paint_qos, measure_qos, NULL},
    {"AGE", "age_seconds", 5, 5, 5, 13, true, cell_row_age, NULL, NULL},
};

static void prepare(struct list *l, const struct view_input *in)
{
    scope_prepare(&((struct running_own *)l->own)->memo, in);
}

static bool keep(struct list *l, const struct value_ctx *c, const void *row)
{
    const struct job_row *r = row;

    if (!row_has(r, job, state) || r->state < job_state_RUNNING || r->state > job_state_SUSPENDED)
        return false;
    return scope_keeps_job(&((struct running_own *)l->own)->memo, c, r);
}

static void count_start(struct list *l)
{
    struct running_own *own = l->own;

    memset(own->states, 0, sizeof own->states);
    own->devices = own->cpus = own->restarts = 0;
}

static void count(struct list *l, const struct value_ctx *c, const void *row)
{
    struct running_own *own = l->own;
    const struct job_row *r = row;

    (void)c;
    own->states[r->state]++;
    own->devices += row_has(r, job, devices_allocated) ? r->devices_allocated : 0;
    own->cpus += row_has(r, job, cpus) ? r->cpus : 0;
    own->restarts += row_has(r, job, restarts) ? r->restarts : 0;
}

static int head_lines(const struct list *l, const struct view_input *in)
{
    (void)l;
    return in->area.h >= 28 ? 3 : 1;
}

static void head(const struct list *l, const struct view_input *in, struct rect r, struct canvas *c)
{
    const struct running_own *own = l->own;
    const struct field *f = column_info(ENTITY_JOB, FIELD_job_state);
    struct phrase p = phrase_start(c, in, r.y + (r.h > 1), r.x + 1, r.x + r.w - 1);

    if (l->table.result.count == 0)
        return;
    phrase_count(&p, style_bold(style_of(ROLE_BRIGHT)), own->states[job_state_RUNNING], "running");
    for (int state = job_state_RUNNING + 1; state <= job_state_SUSPENDED; state++) {
        if (own->states[state] == 0)
            continue;
        phrase_gap(&p, 2);
        phrase_count(&p, style_of(ROLE_WARN), own->states[state], f->words[state]);
    }
    phrase_gap(&p, 2);
    if (has_devices(in)) {
        phrase_count(&p, style_of(ROLE_ALLOCATED), own->devices, "GPUs held");
        phrase_gap(&p, 2);
    }
    phrase_count(&p, style_of(ROLE_TEXT), own->cpus, "CPUs held");
    phrase_gap(&p, 2);
    phrase_plural(&p, own->restarts > 0 ? style_bold(style_of(ROLE_WARN)) : style_of(ROLE_FAINT),
                  own->restarts, "requeues");
}

static bool open_job(struct list *l, const struct view_input *in, const void *row,
                     struct view_out *out)
{
    const struct job_row *r = row;

    if (!row_has(r, job, nodes))
        return list_command(l, in, CMD_DETAILS, "", out);
    list_push(out, in, &view_nodes, r->h.center, cell_string(in, r->id));
    out->scope.pool[0] = out->scope.node[0] = '\0';
    list_scope_set(out->scope.job, sizeof out->scope.job, in, r->id);
    return true;
}

static const char *const groups[] = {"user", "account", "pool", "center", "state", NULL};
static const struct list_spec spec = {
    .entity = ENTITY_JOB,
    .columns = columns,
    .column_count = (int)(sizeof columns / sizeof columns[0]),
    .sort = COLUMN_RAN,
    .descending = true,
    .groups = groups,
    .nothing = "no jobs are running",
    .noun = "jobs",
    .prepare = prepare,
    .keep = keep,
    .count_start = count_start,
    .count = count,
    .head_lines = head_lines,
    .head = head,
    .open = open_job,
    .own_size = sizeof(struct running_own),
};

LIST_OPEN(spec)

static const enum cmd footer[] = {CMD_OPEN, CMD_DETAILS, CMD_GROUP, CMD_FILTER, CMD_HELP, CMD_NONE};

const struct view_ops view_running = {
    .name = "running",
    .title = "Running",
    .short_title = "Run",
    .key = '5',
    .help =
        "Jobs that hold nodes now: running, and what is completing or suspended (in amber).\n\n"
        "GPUS is what the scheduler has given to the job on all its nodes. RAN is the time of this "
        "attempt; TIME is its share of the limit, and LEFT turns amber in the last tenth. A dash means "
        "no limit. REQ says how often the job was requeued before.\n\n"
        "Enter goes to the nodes of a job.",
    .entity = ENTITY_JOB,
    .footer = footer,
    LIST_OPS,
};
