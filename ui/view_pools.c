/* SPDX-License-Identifier: MIT
 * view_pools.c - the pools of a center: the level between the overview and the nodes. */
#include "ui/viewlist.h"
#include "base/i18n.h"
#include "ui/cells.h"
#include "ui/listing.h"
#include <stdio.h>
#include <string.h>

static bool has_devices(const struct view_input *in)
{
    return snapshot_totals(in->snap)->devices > 0;
}

static void paint_name(const struct table_cell *cell)
{
    const struct pool_row *r = cell->row;

    cell_name(cell, style_bold(style_of(ROLE_BRIGHT)), cell_string(cell->in, r->name));
}

static int measure_name(const struct view_input *in, const void *row)
{
    return cell_measure(in, ((const struct pool_row *)row)->name);
}

static void paint_state(const struct table_cell *cell)
{
    const struct pool_row *r = cell->row;
    const char *word = cell_string(cell->in, r->state);

    if (!row_has(r, pool, state))
        cell_absent(cell);
    else if (strcmp(word, _("UP")) == 0)
        cell_text(cell, style_of(ROLE_DIM), word);
    else
        cell_text(cell, style_bold(style_of(ROLE_WARN)), word);
}

static void paint_default(const struct table_cell *cell)
{
    const struct pool_row *r = cell->row;

    if (row_has(r, pool, is_default) && r->is_default)
        cell_text(cell, style_of(ROLE_DIM), _("default"));
}

static void paint_devices(const struct table_cell *cell)
{
    const struct pool_row *r = cell->row;

    cell_used(cell, row_has(r, pool, devices_allocated), r->devices_allocated,
              row_has(r, pool, devices_total), r->devices_total);
}

static void paint_cpus(const struct table_cell *cell)
{
    const struct pool_row *r = cell->row;

    cell_used(cell, row_has(r, pool, cpus_allocated), r->cpus_allocated,
              row_has(r, pool, cpus_total), r->cpus_total);
}

static int measure_devices(const struct view_input *in, const void *row)
{
    const struct pool_row *r = row;

    return cell_measure_used(in, row_has(r, pool, devices_total), r->devices_total);
}

static int measure_cpus(const struct view_input *in, const void *row)
{
    const struct pool_row *r = row;

    return cell_measure_used(in, row_has(r, pool, cpus_total), r->cpus_total);
}

static void share(const struct table_cell *cell, bool has, double used, double total,
                  enum role role)
{
    if (has && total == 0)
        cell_dash(cell);
    else
        cell_meter(cell, has, total > 0 ? used / total : 0, role);
}

static void paint_device_share(const struct table_cell *cell)
{
    const struct pool_row *r = cell->row;

    share(cell, row_has(r, pool, devices_allocated) && row_has(r, pool, devices_total),
          r->devices_allocated, r->devices_total, ROLE_ALLOCATED);
}

static void paint_cpu_share(const struct table_cell *cell)
{
    const struct pool_row *r = cell->row;

    share(cell, row_has(r, pool, cpus_allocated) && row_has(r, pool, cpus_total), r->cpus_allocated,
          r->cpus_total, ROLE_MEASURED);
}

static void paint_limit(const struct table_cell *cell)
{
    const struct pool_row *r = cell->row;
    char text[24];

    if (!row_has(r, pool, time_limit_seconds)) {
        cell_absent(cell);
        return;
    }
    if (r->time_limit_seconds < 0) {
        cell_text(cell, style_of(ROLE_FAINT), _("none"));
        return;
    }
    time_duration((int64_t)(r->time_limit_seconds * 1000), text);
    cell_text(cell, style_of(ROLE_DIM), text);
}

CELL_STR(pool, preempt_mode, ROLE_DIM)
CELL_COUNT(pool, nodes_total, ROLE_TEXT)
CELL_COUNT(pool, nodes_up, ROLE_TEXT)
CELL_BAD(pool, nodes_drained, ROLE_WARN)
CELL_BAD(pool, nodes_down, ROLE_CRIT)
CELL_COUNT(pool, jobs_running, ROLE_TEXT)
CELL_BAD(pool, jobs_queued, ROLE_TEXT)
CELL_COUNT(pool, priority_tier, ROLE_DIM)

static const struct table_column columns[] = {
    {N_("POOL"), "name", 12, 32, 0, 0, false, paint_name, measure_name, NULL},
    {N_("CENTER"), "center", 8, 28, 0, 9, false, cell_center, cell_measure_center,
     cell_many_centers},
    {N_("STATE"), "state", 5, 8, 5, 5, false, paint_state, NULL, NULL},
    {"", NULL, 7, 7, 7, 12, false, paint_default, NULL, NULL},
    {N_("USED/GPUS"), "devices_allocated", 9, 15, 0, 2, true, paint_devices, measure_devices,
     has_devices},
    {N_("ALLOCATED"), "devices_allocated", 9, 40, 20, 3, false, paint_device_share, NULL,
     has_devices},
    {N_("USED/CPUS"), "cpus_allocated", 9, 17, 0, 6, true, paint_cpus, measure_cpus, NULL},
    {N_("CPU SHARE"), "cpus_allocated", 9, 30, 16, 4, false, paint_cpu_share, NULL, NULL},
    {N_("NODES"), "nodes_total", 5, 7, 6, 7, true, paint_nodes_total, NULL, NULL},
    {N_("UP"), "nodes_up", 5, 7, 6, 8, true, paint_nodes_up, NULL, NULL},
    {N_("DRAIN"), "nodes_drained", 5, 6, 5, 0, true, paint_nodes_drained, NULL, NULL},
    {N_("DOWN"), "nodes_down", 4, 6, 4, 0, true, paint_nodes_down, NULL, NULL},
    {N_("RUNNING"), "jobs_running", 7, 8, 7, 1, true, paint_jobs_running, NULL, NULL},
    {N_("QUEUED"), "jobs_queued", 6, 8, 7, 0, true, paint_jobs_queued, NULL, NULL},
    {N_("LIMIT"), "time_limit_seconds", 8, 12, 11, 10, true, paint_limit, NULL, NULL},
    {N_("TIER"), "priority_tier", 4, 5, 4, 11, true, paint_priority_tier, NULL, NULL},
    {N_("PREEMPT"), "preempt_mode", 7, 10, 0, 13, false, paint_preempt_mode, measure_preempt_mode,
     NULL},
    {N_("AGE"), "age_seconds", 5, 5, 5, 14, true, cell_row_age, NULL, NULL},
};

static int head_lines(const struct list *l, const struct view_input *in)
{
    (void)l;
    return in->area.h >= 28 ? 3 : 1;
}

static void head(const struct list *l, const struct view_input *in, struct rect r, struct canvas *c)
{
    const struct center_row *center =
        in->scope->center >= 0 ? snapshot_center(in->snap, (uint16_t)in->scope->center) : NULL;
    struct phrase p = phrase_start(c, in, r.y + (r.h > 1), r.x + 1, r.x + r.w - 1);

    if (l->table.result.count == 0)
        return;
    phrase_plural(&p, style_bold(style_of(ROLE_BRIGHT)), l->table.total, "pool", "pools");
    if (!center)
        return;
    phrase_gap(&p, 2);
    if (row_has(center, center, devices_total) && center->devices_total > 0) {
        phrase_count(&p, style_of(ROLE_TEXT), center->devices_total, _("GPUs in the center"));
        phrase_gap(&p, 2);
    }
    if (row_has(center, center, nodes_total))
        phrase_plural(&p, style_of(ROLE_TEXT), center->nodes_total, "node", "nodes");
    if (row_has(center, center, cluster)) {
        phrase_gap(&p, 2);
        phrase_word(&p, style_of(ROLE_DIM), _("cluster"));
        phrase_word(&p, style_of(ROLE_TEXT), cell_string(in, center->cluster));
    }
}

static bool open_pool(struct list *l, const struct view_input *in, const void *row,
                      struct view_out *out)
{
    const struct pool_row *r = row;

    (void)l;
    list_push(out, in, &view_nodes, r->h.center, cell_string(in, r->name));
    list_scope_set(out->scope.pool, sizeof out->scope.pool, in, r->name);
    return true;
}

static const char *const groups[] = {NC_("group", "center"), NC_("group", "state"), NULL};
static const struct list_spec spec = {
    .entity = ENTITY_POOL,
    .columns = columns,
    .column_count = (int)(sizeof columns / sizeof columns[0]),
    .sort = 0,
    .groups = groups,
    .nothing = N_("this center has no pools"),
    .noun = NN_("pool", "pools"),
    .head_lines = head_lines,
    .head = head,
    .open = open_pool,
};

LIST_OPEN(spec)

static const enum cmd footer[] = {CMD_OPEN, CMD_DETAILS, CMD_FILTER, CMD_HELP, CMD_NONE};

const struct view_ops view_pools = {
    .name = "pools",
    .title = N_("Pools"),
    .short_title = N_("Pool"),
    .key = 0,
    .help = N_(
        "What the scheduler queues into: partitions of Slurm, queues elsewhere. A node may belong to "
        "several pools, so their sums may exceed those of the center.\n\n"
        "ALLOCATED and CPU SHARE are what the scheduler has given to jobs, of what the nodes of the "
        "pool have (provenance A). LIMIT is the longest run that it admits; a higher TIER is served "
        "first. Enter goes to the nodes of a pool."),
    .entity = ENTITY_POOL,
    .footer = footer,
    LIST_OPS,
};
