/* SPDX-License-Identifier: MIT
 * view_nodes.c - view 2: nodes as a table, the worst first, or as a map (nodemap.c). */
#include "ui/viewlist.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ui/cells.h"
#include "ui/chart.h"
#include "ui/devices.h"
#include "ui/flopslook.h"
#include "ui/glyph.h"
#include "ui/listing.h"
#include "ui/nodelook.h"
#include "ui/nodemap.h"
#include "ui/pending.h"
#include "ui/scope.h"
#include "model/fields.h"
#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 24, ROOMY_LINES = 28 };

struct nodes_own {
    enum nodemap_mode mode;
    uint32_t counts[WORDS_MAX]; /* nodes by status, as the model numbers its words */
    struct node_look looks[WORDS_MAX];
    int table_sort, table_grouping; /* to come back to from the map */
    bool table_descending;
    struct scope_memo memo;
};

static bool has_devices(const struct view_input *in)
{
    return snapshot_totals(in->snap)->devices > 0;
}

static void paint_name(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;

    cell_name(cell, style_bold(style_of(ROLE_BRIGHT)), cell_string(cell->in, r->name));
}

static int measure_name(const struct view_input *in, const void *row)
{
    return cell_measure(in, ((const struct node_row *)row)->name);
}

/* "down !": the sign stands beside the red, so that it is not colour alone. */
static void paint_status(const struct table_cell *cell)
{
    struct node_look look = node_look(cell->in, cell->row);
    struct style s = style_of(look.role);
    const char *pending = pending_word(cell->in, ENTITY_NODE, cell->row);
    char text[32];

    if (pending) {
        cell_text(cell, style_bold(style_of(ROLE_ACT)), pending);
        return;
    }
    if (look.trouble >= NODE_TAKEN_OUT)
        s = style_bold(s);
    node_word(&look, text, sizeof text - 2);
    if (look.trouble == NODE_BROKEN)
        memcpy(text + strlen(text), " !", 3);
    cell_text(cell, s, text);
}

/* "6/8 ▮▮▮▮▮▮▯▯" */
static void paint_devices(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;
    bool has_all = row_has(r, node, devices_total), has = row_has(r, node, devices_allocated);
    bool broken = node_look(cell->in, r).trouble == NODE_BROKEN;
    struct table_cell figures = *cell;

    if (!has_all || r->devices_total == 0 || cell->age == AGE_LOST) {
        struct table_column right = *cell->column;
        right.right = true;
        figures.w = 5;
        figures.column = &right;
        if (has_all && cell->age != AGE_LOST)
            cell_dash(&figures);
        else
            cell_absent(&figures);
        return;
    }
    figures.w = 5;
    cell_used(&figures, has, r->devices_allocated, true, r->devices_total);
    if (!has)
        return;
    enum role full = broken || cell->age != AGE_FRESH ? ROLE_FAINT : ROLE_ALLOCATED;
    chart_boxes(cell->c, cell->y, cell->x + 6, cell->w - 6, (int)r->devices_allocated,
                (int)r->devices_total, style_of(full), style_of(ROLE_FAINT), cell->in->ascii);
}

static int measure_devices(const struct view_input *in, const void *row)
{
    const struct node_row *r = row;
    double n = row_has(r, node, devices_total) ? r->devices_total : 0;

    (void)in;
    return n > 0 && n <= 16 ? 6 + (int)n : 5;
}

static void paint_cpu(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;
    bool has =
        row_has(r, node, cpus_allocated) && row_has(r, node, cpus_total) && r->cpus_total > 0;

    cell_meter(cell, has, has ? r->cpus_allocated / r->cpus_total : 0, ROLE_MEASURED);
}

static void paint_memory(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;
    bool has = row_has(r, node, memory_allocated_bytes) && row_has(r, node, memory_total_bytes) &&
               r->memory_total_bytes > 0;

    cell_meter(cell, has,
               has ? row_num(r, node, memory_allocated_bytes) / r->memory_total_bytes : 0,
               ROLE_MEASURED);
}

/* More processes than CPUs is worth a look. */
static void paint_load(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;
    bool over = row_has(r, node, cpus_total) && r->load > r->cpus_total * 1.1;

    cell_decimal(cell, style_of(over ? ROLE_WARN : ROLE_TEXT), row_has(r, node, load), r->load, 1);
}

/* Values of telemetry age by their own source. */
static enum freshness telemetry_age(const struct table_cell *cell)
{
    const struct row_head *head = row_head_of(cell->row);
    const struct source_row *s =
        head->source[1] != UINT16_MAX ? snapshot_source(cell->in->snap, head->source[1]) : NULL;
    wall_ms seen = snapshot_seen_at(cell->in->snap, cell->row, GROUP_TELE);
    double interval = s && row_has(s, source, interval_ms) ? s->interval_ms : 0;

    return seen > 0 ? figure_freshness_of(cell->in->ctx.now - seen, (int64_t)interval) : AGE_FRESH;
}

static void paint_temperature(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;

    cell_temperature(cell, row_has(r, node, temperature_celsius), r->temperature_celsius,
                     row_has(r, node, temperature_limit_celsius) ? r->temperature_limit_celsius : 0,
                     telemetry_age(cell));
}

static int measure_temperature(const struct view_input *in, const void *row)
{
    const struct node_row *r = row;

    (void)in;
    return row_has(r, node, temperature_celsius) ? 5 : 0;
}

static void paint_power(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;
    char text[FIGURE_MAX];

    if (!row_has(r, node, power_watts)) {
        cell_absent(cell);
        return;
    }
    figure_fit(text, r->power_watts, cell->w, cell->in->ascii);
    cell_text_aged(cell, style_of(ROLE_TEXT), text, telemetry_age(cell));
}

static int measure_power(const struct view_input *in, const void *row)
{
    const struct node_row *r = row;

    return row_has(r, node, power_watts) ? cell_measure_count(in, true, r->power_watts) : 0;
}

/* --- its devices --- */

/* There is none in it, so nothing is missing. */
static bool no_devices(const struct node_row *r)
{
    return row_has(r, node, devices_total) && r->devices_total == 0;
}

static void paint_device_heat(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;

    if (no_devices(r) && !row_has(r, node, device_temperature_max_celsius))
        cell_dash(cell);
    else
        cell_temperature(cell, row_has(r, node, device_temperature_max_celsius),
                         (double)r->device_temperature_max_celsius, 0, telemetry_age(cell));
}

static int measure_device_heat(const struct view_input *in, const void *row)
{
    const struct node_row *r = row;

    (void)in;
    return row_has(r, node, device_temperature_max_celsius) ? 5 : 0;
}

static void paint_device_power(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;
    char text[FIGURE_MAX];

    if (!row_has(r, node, device_power_watts)) {
        if (no_devices(r))
            cell_dash(cell);
        else
            cell_absent(cell);
        return;
    }
    figure_fit(text, (double)r->device_power_watts, cell->w, cell->in->ascii);
    cell_text_aged(cell, style_of(r->device_power_watts > 0 ? ROLE_TEXT : ROLE_FAINT), text,
                   telemetry_age(cell));
}

static int measure_device_power(const struct view_input *in, const void *row)
{
    const struct node_row *r = row;

    return row_has(r, node, device_power_watts)
               ? cell_measure_count(in, true, (double)r->device_power_watts)
               : 0;
}

static void paint_tensor(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;
    struct table_cell meter = *cell;

    meter.age = telemetry_age(cell);
    if (no_devices(r) && !row_has(r, node, tensor_utilization_percent))
        canvas_text_right(cell->c, cell->y, cell->x + cell->w, 1, style_of(ROLE_FAINT),
                          glyph(GLYPH_DASH, cell->in->ascii));
    else
        cell_meter(&meter, row_has(r, node, tensor_utilization_percent),
                   (double)r->tensor_utilization_percent / 100, ROLE_ESTIMATED);
}

static int measure_tensor(const struct view_input *in, const void *row)
{
    const struct node_row *r = row;

    (void)in;
    return row_has(r, node, tensor_utilization_percent) ? 9 : 0;
}

static void paint_flops(const struct table_cell *cell)
{
    struct flops_value v = flops_of_node(cell->row);
    struct table_cell figure = *cell;

    figure.age = telemetry_age(cell);
    cell_flops(&figure, &v);
}

static int measure_flops(const struct view_input *in, const void *row)
{
    struct flops_value v = flops_of_node(row);

    (void)in;
    return v.has ? FLOPS_CELLS : 0;
}

enum { TROUBLE_MAX = 160 };

/* "3 unhealthy": the device, and what it is in the reader's language. */
static const char *trouble_said(const char *words, char out[TROUBLE_MAX])
{
    size_t number = strspn(words, "0123456789");

    number += words[number] == ' ';
    snprintf(out, TROUBLE_MAX, "%.*s%s", (int)number, words, device_health_said(words + number));
    return out;
}

/* Amber; what is lost is lost now. */
static void paint_trouble(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;

    if (!row_has(r, node, device_trouble))
        return;
    const char *words = cell_string(cell->in, r->device_trouble);
    char text[TROUBLE_MAX];
    cell_text(cell, style_bold(style_of(strstr(words, "lost") ? ROLE_CRIT : ROLE_WARN)),
              trouble_said(words, text));
}

static int measure_trouble(const struct view_input *in, const void *row)
{
    const struct node_row *r = row;

    char text[TROUBLE_MAX];

    return row_has(r, node, device_trouble)
               ? text_cells(trouble_said(cell_string(in, r->device_trouble), text))
               : 0;
}

static void paint_throttled(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;

    if (row_has(r, node, devices_throttled))
        cell_bad(cell, ROLE_WARN, true, (double)r->devices_throttled);
    else
        cell_dash(cell);
}

static int measure_throttled(const struct view_input *in, const void *row)
{
    const struct node_row *r = row;

    return row_has(r, node, devices_throttled) && r->devices_throttled > 0
               ? cell_measure_count(in, true, (double)r->devices_throttled)
               : 0;
}

static void paint_reason(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;

    if (row_has(r, node, reason))
        cell_text(cell, style_of(ROLE_TEXT), cell_string(cell->in, r->reason));
}

MEASURE_STR(node, reason)

static void paint_by(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;

    if (row_has(r, node, reason_by) && row_has(r, node, reason))
        cell_text(cell, style_of(ROLE_DIM), cell_string(cell->in, r->reason_by));
}

static void paint_out_for(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;

    if (row_has(r, node, reason_at) && row_has(r, node, reason))
        cell_duration(cell, style_of(ROLE_DIM), true, cell->in->ctx.now - r->reason_at);
}

static void paint_memory_total(const struct table_cell *cell)
{
    const struct node_row *r = cell->row;

    cell_size(cell, row_has(r, node, memory_total_bytes), r->memory_total_bytes);
}

static int measure_memory_total(const struct view_input *in, const void *row)
{
    const struct node_row *r = row;

    (void)in;
    return row_has(r, node, memory_total_bytes) ? 5 : 0;
}

CELL_STR(node, pools, ROLE_DIM)
CELL_STR(node, features, ROLE_DIM)
CELL_STR(node, os, ROLE_DIM)
CELL_TIME(node, booted_at, ROLE_DIM)
CELL_TIME(node, last_busy_at, ROLE_DIM)
CELL_STR(node, device_model, ROLE_DIM)
CELL_STR(node, version, ROLE_DIM)
CELL_STR(node, reservation, ROLE_DIM)

enum { COLUMN_NAME, COLUMN_CENTER, COLUMN_STATUS };

static const struct table_column columns[] = {
    {N_("NODE"), "name", 10, 32, 0, 0, false, paint_name, measure_name, NULL},
    {N_("CENTER"), "center", 8, 24, 0, 9, false, cell_center, cell_measure_center,
     cell_many_centers},
    {N_("STATUS"), "status", 11, 12, 11, 0, false, paint_status, NULL, NULL},
    {N_("POOLS"), "pools", 6, 24, 0, 10, false, paint_pools, measure_pools, NULL},
    {N_("GPUS"), "devices_allocated", 5, 22, 0, 1, false, paint_devices, measure_devices,
     has_devices, true},
    {N_("MODEL"), "device_model", 6, 16, 0, 11, false, paint_device_model, measure_device_model,
     has_devices},
    {N_("GPU° "), "device_temperature_max_celsius", 5, 5, 0, 5, true, paint_device_heat,
     measure_device_heat, NULL},
    {"FLOPS", "flops", FLOPS_CELLS, FLOPS_CELLS, 0, 5, true, paint_flops, measure_flops, NULL},
    {N_("TENSOR"), "tensor_utilization_percent", 6, 16, 10, 8, false, paint_tensor, measure_tensor,
     NULL},
    {N_("GPU W"), "device_power_watts", 5, 7, 0, 9, true, paint_device_power, measure_device_power,
     NULL},
    {N_("GPU TROUBLE"), "device_trouble", 11, 30, 0, 5, false, paint_trouble, measure_trouble,
     NULL},
    {N_("THROTTLED"), "devices_throttled", 9, 9, 0, 12, true, paint_throttled, measure_throttled,
     NULL},
    {N_("CPU"), "cpu_share_percent", 9, 24, 12, 3, false, paint_cpu, NULL, NULL},
    {N_("LOAD"), "load", 6, 7, 6, 7, true, paint_load, NULL, NULL},
    {N_("MEMORY"), "memory_share_percent", 9, 24, 12, 6, false, paint_memory, NULL, NULL},
    {NC_("node", "OF"), "memory_total_bytes", 5, 6, 0, 14, true, paint_memory_total,
     measure_memory_total, NULL},
    {N_("TEMP "), "temperature_celsius", 5, 5, 0, 5, true, paint_temperature, measure_temperature,
     NULL},
    {"W", "power_watts", 5, 7, 0, 8, true, paint_power, measure_power, NULL},
    {N_("REASON"), "reason", 16, 60, 0, 2, false, paint_reason, measure_reason, NULL, .fill = true},
    {N_("BY"), "reason_by", 6, 12, 8, 12, false, paint_by, NULL, NULL},
    {N_("OUT FOR"), "out_for", 7, 7, 7, 6, true, paint_out_for, NULL, NULL},
    {N_("RESERVATION"), "reservation", 11, 16, 0, 15, false, paint_reservation, measure_reservation,
     NULL},
    {N_("FEATURES"), "features", 8, 24, 0, 17, false, paint_features, measure_features, NULL},
    {N_("VERSION"), "version", 7, 12, 0, 16, false, paint_version, measure_version, NULL},
    {N_("UP SINCE"), "booted_at", 8, 11, 0, 18, true, paint_booted_at, measure_booted_at, NULL},
    {N_("LAST BUSY"), "last_busy_at", 9, 11, 0, 19, true, paint_last_busy_at, measure_last_busy_at,
     NULL},
    {N_("OS"), "os", 8, 30, 0, 20, false, paint_os, measure_os, NULL},
    {N_("AGE"), "age_seconds", 5, 5, 5, 13, true, cell_row_age, NULL, NULL},
};

static void prepare(struct list *l, const struct view_input *in)
{
    scope_prepare(&((struct nodes_own *)l->own)->memo, in);
}

static bool keep(struct list *l, const struct value_ctx *c, const void *row)
{
    return scope_keeps_node(&((struct nodes_own *)l->own)->memo, c, row);
}

static void count_start(struct list *l)
{
    struct nodes_own *own = l->own;

    memset(own->counts, 0, sizeof own->counts);
}

/* How many nodes are in which state, for the line above the table. */
static void count(struct list *l, const struct value_ctx *c, const void *row)
{
    struct nodes_own *own = l->own;
    struct node_look look = node_look_of(c, row);

    if (look.word_index < WORDS_MAX && own->counts[look.word_index]++ == 0)
        own->looks[look.word_index] = look;
}

static int head_lines(const struct list *l, const struct view_input *in)
{
    (void)l;
    return in->area.h >= ROOMY_LINES ? 3 : 1;
}

/* The worst first, as the table. */
static void head(const struct list *l, const struct view_input *in, struct rect r, struct canvas *c)
{
    const struct nodes_own *own = l->own;
    struct phrase p = phrase_start(c, in, r.y + (r.h > 1), r.x + 1, r.x + r.w - 1);
    char word[32];

    if (l->table.result.count == 0)
        return;
    phrase_plural(&p, style_bold(style_of(ROLE_BRIGHT)), l->table.total, "node", "nodes");
    for (int i = WORDS_MAX - 1; i >= 0; i--) {
        const struct node_look *look = &own->looks[i];
        if (own->counts[i] == 0)
            continue;
        struct style s = style_of(look->trouble >= NODE_TAKEN_OUT ? look->role : ROLE_TEXT);
        phrase_gap(&p, 2);
        phrase_count(&p, look->trouble >= NODE_TAKEN_OUT ? style_bold(s) : s, own->counts[i],
                     node_word(look, word, sizeof word));
    }
}

static bool open_node(struct list *l, const struct view_input *in, const void *row,
                      struct view_out *out)
{
    const struct node_row *r = row;

    (void)l;
    list_push(out, in, &view_running, r->h.center, cell_string(in, r->name));
    out->scope.job[0] = out->scope.pool[0] = '\0';
    list_scope_set(out->scope.node, sizeof out->scope.node, in, r->name);
    return true;
}

static const char *const groups[] = {NC_("group", "center"), NC_("group", "pools"),
                                     NC_("group", "status"), NC_("group", "device_model"), NULL};
static const struct list_spec spec = {
    .entity = ENTITY_NODE,
    .columns = columns,
    .column_count = (int)(sizeof columns / sizeof columns[0]),
    .sort = COLUMN_STATUS,
    .descending = true, /* the model orders the words by how bad they are */
    .groups = groups,
    .nothing = N_("there are no nodes here"),
    .noun = NN_("node", "nodes"),
    .prepare = prepare,
    .keep = keep,
    .count_start = count_start,
    .count = count,
    .head_lines = head_lines,
    .head = head,
    .open = open_node,
    .own_size = sizeof(struct nodes_own),
};

LIST_OPEN(spec)

/* --- the map --- */

/* Table, map of shares, map of temperatures. On the map nodes stand by name, in blocks by pool. */
static void next_mode(struct list *l, const struct view_input *in)
{
    struct nodes_own *own = l->own;

    own->mode = own->mode == NODEMAP_HEAT ? NODEMAP_OFF : own->mode + 1;
    if (own->mode == NODEMAP_SHARE) {
        own->table_sort = l->table.sort;
        own->table_descending = l->table.descending;
        own->table_grouping = l->grouping;
        l->table.sort = COLUMN_NAME;
        l->table.sort_unseen = -1;
        l->table.descending = false;
        l->grouping = 1;
    } else if (own->mode == NODEMAP_OFF) {
        l->table.sort = own->table_sort;
        l->table.descending = own->table_descending;
        l->grouping = own->table_grouping;
    }
    table_unfold_all(&l->table);
    l->table.group = l->grouping < 0 ? -1 : column_find(ENTITY_NODE, groups[l->grouping]);
    list_rebuild(l, in);
}

static enum nodemap_mode mode_of(const struct list *l)
{
    const struct nodes_own *own = l->own;

    return l->table.result.count > 0 ? own->mode : NODEMAP_OFF;
}

static void draw(const void *view, const struct view_input *in, struct canvas *c)
{
    const struct list *l = view;

    if (mode_of(l) == NODEMAP_OFF)
        list_draw(l, in, c);
    else
        nodemap_draw(&l->table, in, mode_of(l), c);
}

static bool command(void *view, const struct view_input *in, enum cmd cmd, const char *arg,
                    struct view_out *out)
{
    struct list *l = view;

    if (cmd == CMD_HEAT) {
        next_mode(l, in);
        return true;
    }
    if (mode_of(l) != NODEMAP_OFF &&
        (cmd == CMD_LEFT || cmd == CMD_RIGHT || cmd == CMD_UP || cmd == CMD_DOWN)) {
        table_go(&l->table, in, nodemap_step(&l->table, in, cmd), list_table_rect(l, in).h - 1);
        return true;
    }
    if (mode_of(l) != NODEMAP_OFF && cmd == CMD_FOLD)
        return false;
    return list_command(l, in, cmd, arg, out);
}

static bool mouse(void *view, const struct view_input *in, int y, int x, int wheel, bool twice,
                  struct view_out *out)
{
    struct list *l = view;

    if (mode_of(l) == NODEMAP_OFF)
        return list_mouse(l, in, y, x, wheel, twice, out);
    uint32_t index = wheel != 0 ? nodemap_step(&l->table, in, wheel < 0 ? CMD_UP : CMD_DOWN)
                                : nodemap_hit(&l->table, in, y, x);
    if (index == UINT32_MAX)
        return false;
    table_go(&l->table, in, index, list_table_rect(l, in).h - 1);
    return !twice || wheel != 0 || list_command(l, in, CMD_OPEN, "", out);
}

static const enum cmd footer[] = {CMD_OPEN,  CMD_HEAT,    CMD_GROUP, CMD_FILTER, CMD_RESUME,
                                  CMD_DRAIN, CMD_DETAILS, CMD_HELP,  CMD_NONE};

const struct view_ops view_nodes = {
    .name = "nodes",
    .title = N_("Nodes"),
    .short_title = N_("Node"),
    .key = '2',
    .help = N_(
        "Hosts, the worst first: down, in error, not answering, drained, draining, then the others.\n\n"
        "GPUS is what the scheduler has given to jobs, of what the node has: one box a device. CPU and "
        "MEMORY are shares given to jobs, not how busy they are; LOAD is the load average over one "
        "minute, amber when it is above the number of CPUs.\n\n"
        "TEMP is the hottest sensor, where something measures it: amber from six degrees below the "
        "limit of the sensor (90°C where it tells none), red with ! at the limit. W is the power that the "
        "node draws.\n\n"
        "GPU° is the hottest of its devices, GPU W their power, TENSOR their mean tensor utilisation (no MFU: "
        "how much of it was useful only the application knows), FLOPS what they compute with the letter of where that is "
        "known from: M measured, E estimated, A allocated. GPU TROUBLE names the worst that is wrong with one of "
        "them. F1 explains the figure of the sort column.\n\n"
        "REASON, BY and OUT FOR tell why a node was taken out, who did it and how long ago.\n\n"
        "m shows a map: one cell a node in blocks by pool, first by the share allocated (0 to 9 tenths, "
        "F full), then by temperature (tens of degrees in narrow cells). Letters: x down, D drained, d "
        "draining, b blocked, m maintenance, r reboot, o off, ? unknown. Enter goes to the jobs of a node."),
    .entity = ENTITY_NODE,
    .footer = footer,
    .open = list_open_view,
    .close = list_free,
    .rebuild = list_rebuild,
    .draw = draw,
    .command = command,
    .mouse = mouse,
    .status = list_status,
    .sortable = list_sortable,
    .acted = list_acted,
    .explain = list_explain,
    .column = list_column,
    .choose = list_choose,
};
