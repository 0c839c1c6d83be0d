/* SPDX-License-Identifier: MIT
 * devices_columns.c - the columns of view 3. What a device computes and how hot it is are its own; whose job it works for
 * is read from the job's row, and whether its node is out from the node's. */
#include "ui/cells.h"
#include "ui/devices.h"
#include "ui/flopslook.h"
#include "ui/glyph.h"
#include "ui/nodelook.h"
#include "ui/pending.h"
#include "base/i18n.h"
#include "base/text.h"
#include "model/fields.h"
#include <math.h>
#include <stdio.h>

/* Where no limit of the memory is told: HBM slows down from about here. */
#define MEMORY_WARM_CELSIUS 95

static void paint_node(const struct table_cell *cell)
{
    const struct device_row *r = cell->row;

    cell_name(cell, style_bold(style_of(ROLE_BRIGHT)), cell_string(cell->in, r->node));
}

static int measure_node(const struct view_input *in, const void *row)
{
    return cell_measure(in, ((const struct device_row *)row)->node);
}

static void paint_index(const struct table_cell *cell)
{
    char text[16];

    device_index_text(cell->row, text);
    cell_text(cell, style_of(device_is_slice(cell->row) ? ROLE_DIM : ROLE_TEXT), text);
}

static void paint_model(const struct table_cell *cell)
{
    const char *text = device_model_text(cell->in, cell->row);

    if (*text)
        cell_text(cell, style_of(ROLE_DIM), text);
    else
        cell_absent(cell);
}

static int measure_model(const struct view_input *in, const void *row)
{
    return text_cells(device_model_text(in, row));
}

static void paint_core(const struct table_cell *cell)
{
    const struct device_row *r = cell->row;

    cell_temperature(cell, row_has(r, device, temperature_celsius), r->temperature_celsius,
                     device_limit(r), cell->age);
}

static void paint_memory_heat(const struct table_cell *cell)
{
    const struct device_row *r = cell->row;
    bool warm = r->memory_temperature_celsius >= MEMORY_WARM_CELSIUS;

    cell_count(cell, warm ? style_bold(style_of(ROLE_WARN)) : style_of(ROLE_TEXT),
               row_has(r, device, memory_temperature_celsius), r->memory_temperature_celsius);
}

static int measure_memory_heat(const struct view_input *in, const void *row)
{
    const struct device_row *r = row;

    (void)in;
    return row_has(r, device, memory_temperature_celsius) ? 5 : 0;
}

/* A word, a dash where there is nothing to say, or "?" where nobody tells. */
static void paint_word(const struct table_cell *cell, bool told, const struct device_word *w)
{
    if (w->text[0])
        cell_text(cell, w->style, w->text);
    else if (told && cell->age != AGE_LOST)
        cell_dash(cell);
    else
        cell_absent(cell);
}

static void paint_margin(const struct table_cell *cell)
{
    struct device_word w = device_margin_word(cell->in, cell->row);

    paint_word(cell, false, &w);
}

static int measure_margin(const struct view_input *in, const void *row)
{
    double margin;

    (void)in;
    return device_margin(row, &margin) ? 6 : 0;
}

static void paint_power(const struct table_cell *cell)
{
    const struct device_row *r = cell->row;

    cell_count(cell, style_of(ROLE_TEXT), row_has(r, device, power_watts), r->power_watts);
}

static void paint_power_limit(const struct table_cell *cell)
{
    const struct device_row *r = cell->row;

    cell_count(cell, style_of(ROLE_DIM), row_has(r, device, power_limit_watts),
               row_num(r, device, power_limit_watts));
}

static int measure_power_limit(const struct view_input *in, const void *row)
{
    const struct device_row *r = row;

    return row_has(r, device, power_limit_watts)
               ? cell_measure_count(in, true, row_num(r, device, power_limit_watts))
               : 0;
}

static void paint_tensor(const struct table_cell *cell)
{
    const struct device_row *r = cell->row;

    cell_meter(cell, row_has(r, device, tensor_utilization_percent),
               r->tensor_utilization_percent / 100, ROLE_ESTIMATED);
}

/* "712 TF E" */
static void paint_flops(const struct table_cell *cell)
{
    const struct device_row *r = cell->row;
    struct flops_value v = {.has =
                                row_has(r, device, flops) && row_has(r, device, flops_provenance),
                            .flops = r->flops,
                            .peak = row_has(r, device, flops_peak) ? (double)r->flops_peak : NAN,
                            .provenance = r->flops_provenance};

    cell_flops(cell, &v);
}

static void paint_peak(const struct table_cell *cell)
{
    const struct device_row *r = cell->row;
    char text[FIGURE_MAX];

    if (!row_has(r, device, flops_peak)) {
        cell_absent(cell);
        return;
    }
    figure_unit(text, r->flops_peak, UNIT_FLOPS, cell->in->ascii);
    cell_text(cell, style_of(ROLE_DIM), text);
}

static int measure_peak(const struct view_input *in, const void *row)
{
    const struct device_row *r = row;

    (void)in;
    return row_has(r, device, flops_peak) ? 7 : 0;
}

static void paint_precision(const struct table_cell *cell)
{
    const struct device_row *r = cell->row;

    if (row_has(r, device, flops) && row_has(r, device, flops_precision))
        cell_text(cell, style_of(ROLE_DIM),
                  cell_word(ENTITY_DEVICE, FIELD_device_flops_precision, r->flops_precision));
    else
        cell_absent(cell);
}

static int measure_precision(const struct view_input *in, const void *row)
{
    const struct device_row *r = row;

    (void)in;
    return row_has(r, device, flops) ? 4 : 0;
}

static void paint_throttle(const struct table_cell *cell)
{
    const struct device_row *r = cell->row;
    struct device_word w = device_throttle_word(r);

    paint_word(cell, row_has(r, device, throttle), &w);
}

static int measure_throttle(const struct view_input *in, const void *row)
{
    struct device_word w = device_throttle_word(row);

    (void)in;
    return text_cells(w.text);
}

static void paint_xid(const struct table_cell *cell)
{
    struct device_word w = device_xid_word(cell->in, cell->row);

    paint_word(cell, true, &w);
}

static int measure_xid(const struct view_input *in, const void *row)
{
    struct device_word w = device_xid_word(in, row);

    return text_cells(w.text);
}

static void paint_memory(const struct table_cell *cell)
{
    const struct device_row *r = cell->row;
    bool has = row_has(r, device, memory_used_bytes) && row_has(r, device, memory_total_bytes) &&
               r->memory_total_bytes > 0;

    cell_meter(cell, has, has ? (double)r->memory_used_bytes / r->memory_total_bytes : 0, ROLE_DIM);
}

static int measure_memory(const struct view_input *in, const void *row)
{
    const struct device_row *r = row;

    (void)in;
    return row_has(r, device, memory_used_bytes) ? 4 : 0;
}

static void paint_memory_total(const struct table_cell *cell)
{
    const struct device_row *r = cell->row;

    cell_size(cell, row_has(r, device, memory_total_bytes), r->memory_total_bytes);
}

static int measure_memory_total(const struct view_input *in, const void *row)
{
    const struct device_row *r = row;

    (void)in;
    return row_has(r, device, memory_total_bytes) ? 5 : 0;
}

static void paint_busy(const struct table_cell *cell)
{
    const struct device_row *r = cell->row;
    bool has = row_has(r, device, utilization_percent);
    char text[FIGURE_MAX];

    if (!has) {
        cell_absent(cell);
        return;
    }
    figure_percent(text, r->utilization_percent / 100);
    cell_text(cell, style_of(r->utilization_percent > 0 ? ROLE_DIM : ROLE_FAINT), text);
}

static void paint_job(const struct table_cell *cell)
{
    const struct device_row *r = cell->row;

    if (row_has(r, device, job))
        cell_text(cell, style_of(ROLE_TEXT),
                  cell_string(cell->in, device_job_id(cell->in->snap, r)));
    else
        cell_dash(cell);
}

static int measure_job(const struct view_input *in, const void *row)
{
    const struct device_row *r = row;

    return row_has(r, device, job) ? cell_measure(in, device_job_id(in->snap, r)) : 0;
}

static void paint_job_name(const struct table_cell *cell)
{
    const struct job_row *j = device_job(cell->in->snap, cell->row);

    if (j && row_has(j, job, name))
        cell_text(cell, style_of(ROLE_DIM), cell_string(cell->in, j->name));
}

static int measure_job_name(const struct view_input *in, const void *row)
{
    const struct job_row *j = device_job(in->snap, row);

    return j && row_has(j, job, name) ? cell_measure(in, j->name) : 0;
}

/* As the exporter tells it, else whose job it is. */
static const char *user_of(const struct view_input *in, const struct device_row *r)
{
    const struct job_row *j = row_has(r, device, user) ? NULL : device_job(in->snap, r);

    if (row_has(r, device, user))
        return cell_string(in, row_str(r, device, user));
    return j && row_has(j, job, user) ? cell_string(in, j->user) : "";
}

static void paint_user(const struct table_cell *cell)
{
    cell_text(cell, style_of(ROLE_DIM), user_of(cell->in, cell->row));
}

static int measure_user(const struct view_input *in, const void *row)
{
    return text_cells(user_of(in, row));
}

static void paint_health(const struct table_cell *cell)
{
    struct device_word w = device_health_word(cell->in, cell->row);

    if (w.text[0])
        cell_text_aged(cell, w.style, w.text, w.style.fg == ROLE_CRIT ? AGE_FRESH : cell->age);
    else
        cell_dash(cell);
}

static int measure_health(const struct view_input *in, const void *row)
{
    struct device_word w = device_health_word(in, row);

    return text_cells(w.text);
}

/* What is wrong with its node: here one sees that a drain took effect. */
static void paint_node_state(const struct table_cell *cell)
{
    const struct node_row *n = device_node(cell->in->snap, cell->row);
    const char *pending = n ? pending_word(cell->in, ENTITY_NODE, n) : NULL;
    char text[32];

    if (!n) {
        cell_absent(cell);
    } else if (pending) {
        cell_text(cell, style_bold(style_of(ROLE_ACT)), pending);
    } else if (node_look(cell->in, n).trouble == NODE_FINE) {
        cell_dash(cell);
    } else {
        struct node_look look = node_look(cell->in, n);
        cell_text(cell, style_of(look.role), node_word(&look, text, sizeof text));
    }
}

static int measure_node_state(const struct view_input *in, const void *row)
{
    const struct node_row *n = device_node(in->snap, row);
    bool worth = n && (pending_word(in, ENTITY_NODE, n) || node_look(in, n).trouble > NODE_FINE);

    return worth ? 10 : 0;
}

static void paint_pools(const struct table_cell *cell)
{
    const struct node_row *n = device_node(cell->in->snap, cell->row);

    if (n && row_has(n, node, pools))
        cell_text(cell, style_of(ROLE_DIM), cell_string(cell->in, n->pools));
}

static int measure_pools(const struct view_input *in, const void *row)
{
    const struct node_row *n = device_node(in->snap, row);

    return n && row_has(n, node, pools) ? cell_measure(in, n->pools) : 0;
}

static void paint_clock(const struct table_cell *cell)
{
    const struct device_row *r = cell->row;
    char text[FIGURE_MAX];

    if (!row_has(r, device, clock_hertz)) {
        cell_absent(cell);
        return;
    }
    figure_unit(text, r->clock_hertz, UNIT_HERTZ, cell->in->ascii);
    cell_text(cell, style_of(ROLE_DIM), text);
}

static int measure_clock(const struct view_input *in, const void *row)
{
    const struct device_row *r = row;

    (void)in;
    return row_has(r, device, clock_hertz) ? 8 : 0;
}

CELL_STR(device, mig, ROLE_DIM)
CELL_STR(device, vendor, ROLE_DIM)
CELL_STR(device, uuid, ROLE_DIM)
CELL_STR(device, pci, ROLE_DIM)
CELL_BAD(device, ecc_uncorrectable, ROLE_CRIT)

static int measure_ecc(const struct view_input *in, const void *row)
{
    const struct device_row *r = row;

    (void)in;
    return row_has(r, device, ecc_uncorrectable) && row_num(r, device, ecc_uncorrectable) > 0 ? 4
                                                                                              : 0;
}

const struct table_column devices_columns[DEVICES_COLUMNS] = {
    {N_("NODE"), "node", 8, 24, 0, 0, false, paint_node, measure_node, NULL},
    {NC_("device", "GPU"), "index", 3, 4, 3, 0, true, paint_index, NULL, NULL},
    {N_("CENTER"), "center", 8, 24, 0, 14, false, cell_center, cell_measure_center,
     cell_many_centers},
    {N_("MODEL"), "model", 6, 20, 0, 8, false, paint_model, measure_model, NULL},
    {N_("CORE\302\260C "), "temperature_celsius", 7, 7, 7, 0, true, paint_core, NULL, NULL},
    {NC_("device", "HBM\302\260C"), "memory_temperature_celsius", 5, 5, 0, 7, true,
     paint_memory_heat, measure_memory_heat, NULL},
    {N_("MARGIN"), "margin_celsius", 6, 6, 0, 2, true, paint_margin, measure_margin, NULL},
    {"W", "power_watts", 5, 5, 5, 3, true, paint_power, NULL, NULL},
    {N_("TENSOR"), "tensor_utilization_percent", 9, 14, 12, 4, false, paint_tensor, NULL, NULL},
    {"FLOPS", "flops", 8, 9, 9, 1, true, paint_flops, NULL, NULL},
    {N_("PREC"), "flops_precision", 4, 4, 0, 12, false, paint_precision, measure_precision, NULL},
    {N_("THROTTLE"), "throttle", 10, 24, 0, 4, false, paint_throttle, measure_throttle, NULL},
    {"XID", "xid_last", 4, 8, 0, 5, false, paint_xid, measure_xid, NULL},
    [DEVICES_HEALTH_COLUMN] = {N_("HEALTH"), "rank", 11, 20, 0, 1, false, paint_health,
                               measure_health, NULL},
    {N_("JOB"), "job", 7, 14, 0, 6, false, paint_job, measure_job, NULL},
    {N_("NAME"), NULL, 12, 30, 0, 9, false, paint_job_name, measure_job_name, NULL, .fill = true},
    {N_("USER"), "user", 4, 12, 0, 11, false, paint_user, measure_user, NULL},
    {N_("BUSY"), "utilization_percent", 5, 5, 5, 12, true, paint_busy, NULL, NULL},
    {NC_("device", "MEM"), "memory_used_bytes", 4, 12, 4, 13, true, paint_memory, measure_memory,
     NULL},
    {NC_("device", "OF"), "memory_total_bytes", 5, 6, 0, 16, true, paint_memory_total,
     measure_memory_total, NULL},
    {N_("NODE IS"), NULL, 8, 12, 0, 10, false, paint_node_state, measure_node_state, NULL},
    {N_("POOLS"), "pools", 6, 20, 0, 15, false, paint_pools, measure_pools, NULL},
    {"MIG", "mig", 5, 10, 0, 11, false, paint_mig, measure_mig, NULL},
    {"ECC", "ecc_uncorrectable", 4, 5, 0, 9, true, paint_ecc_uncorrectable, measure_ecc, NULL},
    {N_("PEAK"), "flops_peak", 7, 8, 0, 17, true, paint_peak, measure_peak, NULL},
    {N_("W LIMIT"), "power_limit_watts", 7, 7, 0, 18, true, paint_power_limit, measure_power_limit,
     NULL},
    {N_("CLOCK"), "clock_hertz", 8, 9, 0, 19, true, paint_clock, measure_clock, NULL},
    {N_("VENDOR"), "vendor", 6, 10, 0, 20, false, paint_vendor, measure_vendor, NULL},
    {"PCI", "pci", 10, 16, 0, 21, false, paint_pci, measure_pci, NULL},
    {"UUID", "uuid", 12, 40, 0, 22, false, paint_uuid, measure_uuid, NULL},
    {N_("AGE"), "age_seconds", 5, 5, 5, 14, true, cell_row_age, NULL, NULL},
};
