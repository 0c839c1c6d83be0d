/* SPDX-License-Identifier: MIT
 * view_overview.c - view 1: all centers. A center that fell silent keeps its place and its last figures. */
#include "ui/viewlist.h"
#include "ui/cells.h"
#include "ui/chart.h"
#include "ui/explain.h"
#include "ui/flopsline.h"
#include "ui/flopslook.h"
#include "ui/glyph.h"
#include "ui/listing.h"
#include "ui/said.h"
#include "ui/summary.h"
#include "base/i18n.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SILENT_NEXT = 96, SILENT_LEAST = 20 };

enum { CENTERS_KNOWN = 512 };

/* Found out once a picture: there are many nodes, and every cell asks. */
static struct {
    const struct snapshot *snap;
    uint64_t generation;
    uint16_t of[CENTERS_KNOWN]; /* by center; UINT16_MAX = none */
    uint32_t left;              /* centers without one */
} schedulers;

static void learn_from(const struct snapshot *snap, enum entity e)
{
    for (uint32_t i = 0; schedulers.left > 0 && i < snapshot_slots(snap, e); i++) {
        const struct row_head *h = snapshot_row(snap, e, i);
        if (!h || h->center >= CENTERS_KNOWN || h->source[0] == UINT16_MAX ||
            schedulers.of[h->center] != UINT16_MAX)
            continue;
        schedulers.of[h->center] = h->source[0];
        schedulers.left--;
    }
}

static void learn(const struct snapshot *snap)
{
    if (schedulers.snap == snap && schedulers.generation == snapshot_generation(snap))
        return;
    schedulers.snap = snap;
    schedulers.generation = snapshot_generation(snap);
    schedulers.left = snapshot_count(snap, ENTITY_CENTER);
    for (int i = 0; i < CENTERS_KNOWN; i++)
        schedulers.of[i] = UINT16_MAX;
    learn_from(snap, ENTITY_POOL);
    learn_from(snap, ENTITY_NODE);
}

/* Whose figures a center shows: the source of its pools, else of its nodes. NULL before both. */
static const struct source_row *scheduler_of(const struct view_input *in, uint16_t center)
{
    learn(in->snap);
    if (center >= CENTERS_KNOWN || schedulers.of[center] == UINT16_MAX)
        return NULL;
    return snapshot_source(in->snap, schedulers.of[center]);
}

/* The figures of the center are not of now. A center that is stale because of a lesser source is not
 * silent. */
static bool silent(const struct table_cell *cell)
{
    const struct center_row *r = cell->row;

    if (!row_has(r, center, health) || r->health == health_LIVE)
        return false;
    if (r->health != health_STALE)
        return true;
    const struct source_row *s = scheduler_of(cell->in, r->h.center);
    return !s || s->state != source_state_OK;
}

static enum freshness center_age(const struct view_input *in, const void *row)
{
    const struct center_row *r = row;
    const struct source_row *s;

    if (figure_freshness(in, row) == AGE_FRESH) /* of the oldest source, so of all */
        return AGE_FRESH;
    s = scheduler_of(in, r->h.center);
    if (!s || !row_has(s, source, last_ok_at))
        return AGE_FRESH;
    double interval = row_has(s, source, interval_ms) ? s->interval_ms : 0;
    return figure_freshness_of(in->ctx.now - s->last_ok_at, (int64_t)interval);
}

static bool has_devices(const struct view_input *in)
{
    return snapshot_totals(in->snap)->devices > 0;
}

/* CPUs instead; where FLOPS stand, only if somebody tells CPUs at all. */
static bool has_no_devices(const struct view_input *in)
{
    return !has_devices(in) &&
           (!flopsline_told(in) || list_some_center_tells(in, FIELD_center_cpus_total));
}

static bool has_flops(const struct view_input *in)
{
    return flopsline_told(in);
}

/* Somebody measures or estimates: what is allocated or installed is covered as it is. */
static bool has_rates(const struct view_input *in)
{
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_CENTER); i++) {
        const struct center_row *r = snapshot_row(in->snap, ENTITY_CENTER, i);
        if (r && row_has(r, center, flops_provenance) &&
            (r->flops_provenance == provenance_MEASURED ||
             r->flops_provenance == provenance_ESTIMATED))
            return true;
    }
    return false;
}

static bool has_only_shares(const struct view_input *in)
{
    return has_devices(in) && !has_flops(in);
}

static bool has_devices_and_flops(const struct view_input *in)
{
    return has_devices(in) && has_flops(in);
}

static bool has_device_heat(const struct view_input *in)
{
    return list_some_center_tells(in, FIELD_center_device_temperature_max_celsius);
}

static bool has_only_node_heat(const struct view_input *in)
{
    return !has_device_heat(in);
}

static bool has_device_power(const struct view_input *in)
{
    return list_some_center_tells(in, FIELD_center_device_power_watts);
}

static void paint_name(const struct table_cell *cell)
{
    const struct center_row *r = cell->row;
    bool dim = silent(cell);
    char name[CENTER_SHORT_MAX];

    cell_name(cell, dim ? style_of(ROLE_DIM) : style_bold(style_of(ROLE_BRIGHT)),
              cell_center_short(cell->in,
                                cell_string(cell->in, row_has(r, center, name) ? r->name : r->id),
                                cell->w, name));
}

static int measure_name(const struct view_input *in, const void *row)
{
    const struct center_row *r = row;

    return cell_measure(in, row_has(r, center, name) ? r->name : r->id);
}

static void paint_kind(const struct table_cell *cell)
{
    static const char *const words[center_kind_COUNT] = {FIGURE_ABSENT, NC_("kind", "AI"),
                                                         NC_("kind", "HPC"), NC_("kind", "GEN")};
    const struct center_row *r = cell->row;
    unsigned kind = row_has(r, center, kind) ? r->kind : 0;

    canvas_text(cell->c, cell->y, cell->x, cell->w, style_of(kind > 0 ? ROLE_DIM : ROLE_FAINT),
                i18n_either("kind", words[kind < center_kind_COUNT ? kind : 0]));
}

static void paint_tier(const struct table_cell *cell)
{
    const struct center_row *r = cell->row;
    const struct field *f = column_info(ENTITY_CENTER, FIELD_center_tier);

    if (!row_has(r, center, tier) || r->tier == center_tier_UNKNOWN)
        cell_dash(cell);
    else
        canvas_text(cell->c, cell->y, cell->x, cell->w, style_of(ROLE_DIM),
                    i18n_either(f->id, f->words[r->tier]));
}

static int measure_tier(const struct view_input *in, const void *row)
{
    const struct center_row *r = row;

    (void)in;
    return row_has(r, center, tier) && r->tier != center_tier_UNKNOWN ? 6 : 0;
}

static int measure_power(const struct view_input *in, const void *row)
{
    const struct center_row *r = row;

    (void)in;
    return row_has(r, center, power_watts) ? 7 : 0;
}

CELL_STR(center, operator, ROLE_DIM)
CELL_STR(center, region, ROLE_DIM)

/* "(41)/ 101", faint: what a silent center had. */
static void paint_last_known(const struct table_cell *cell, bool has, double used, double total)
{
    int w = (cell->w - 1) / 2, end = cell->x + cell->w;
    char text[FIGURE_MAX], brackets[FIGURE_MAX + 2];
    struct style s = style_of(ROLE_FAINT);

    snprintf(brackets, sizeof brackets, FIGURE_ABSENT);
    if (has) {
        figure_fit(text, used, w - 2, cell->in->ascii);
        snprintf(brackets, sizeof brackets, "(%s)", text);
    }
    canvas_text_right(cell->c, cell->y, end - w - 1, w, s, brackets);
    canvas_text(cell->c, cell->y, end - w - 1, 1, s, "/");
    figure_fit(text, total, w, cell->in->ascii);
    canvas_text_right(cell->c, cell->y, end, w, s, has ? text : FIGURE_ABSENT);
}

static void paint_used(const struct table_cell *cell, bool has, double used, bool has_total,
                       double total)
{
    const struct center_row *r = cell->row;

    if (silent(cell) && !(has_total && total == 0))
        paint_last_known(cell, has && has_total && r->health != health_STARTING, used, total);
    else
        cell_used(cell, has, used, has_total, total);
}

static void paint_devices(const struct table_cell *cell)
{
    const struct center_row *r = cell->row;

    paint_used(cell, row_has(r, center, devices_allocated), r->devices_allocated,
               row_has(r, center, devices_total), r->devices_total);
}

static int measure_devices(const struct view_input *in, const void *row)
{
    const struct center_row *r = row;

    return cell_measure_used(in, row_has(r, center, devices_total), r->devices_total);
}

static int measure_cpus(const struct view_input *in, const void *row)
{
    const struct center_row *r = row;

    return cell_measure_used(in, row_has(r, center, cpus_total), r->cpus_total);
}

static void paint_cpus(const struct table_cell *cell)
{
    const struct center_row *r = cell->row;

    paint_used(cell, row_has(r, center, cpus_allocated), r->cpus_allocated,
               row_has(r, center, cpus_total), r->cpus_total);
}

/* Letter of provenance, meter, percentage. */
static void paint_share(const struct table_cell *cell, bool has, double used, double total)
{
    struct table_cell meter = *cell;
    bool known = has && total > 0;

    if (has && total == 0) {
        cell_dash(cell);
        return;
    }
    canvas_text(cell->c, cell->y, cell->x, 1,
                known && !silent(cell) ? style_bold(style_of(ROLE_ALLOCATED))
                                       : style_of(ROLE_FAINT),
                known ? "A" : FIGURE_ABSENT);
    meter.x += 2;
    meter.w -= 2;
    if (silent(cell) && meter.age < AGE_STALE)
        meter.age = AGE_STALE;
    if (known)
        cell_meter(&meter, true, used / total, ROLE_ALLOCATED);
}

static void paint_device_share(const struct table_cell *cell)
{
    const struct center_row *r = cell->row;
    bool has = row_has(r, center, devices_allocated) && row_has(r, center, devices_total);

    paint_share(cell, has, r->devices_allocated, r->devices_total);
}

static void paint_cpu_share(const struct table_cell *cell)
{
    const struct center_row *r = cell->row;
    bool has = row_has(r, center, cpus_allocated) && row_has(r, center, cpus_total);

    paint_share(cell, has, r->cpus_allocated, r->cpus_total);
}

static void paint_cpu_percent(const struct table_cell *cell)
{
    const struct center_row *r = cell->row;
    bool has =
        row_has(r, center, cpus_allocated) && row_has(r, center, cpus_total) && r->cpus_total > 0;
    char text[FIGURE_MAX];

    if (!has) {
        cell_absent(cell);
        return;
    }
    figure_percent(text, r->cpus_allocated / r->cpus_total);
    cell_text(cell, style_of(silent(cell) || r->cpus_allocated <= 0 ? ROLE_FAINT : ROLE_TEXT),
              text);
}

/* An hour is the whole width: what is not known yet stays free on the left. top 0: the highest of them. */
static void paint_past(const struct table_cell *cell, enum history what, double top, enum role role)
{
    const struct center_row *r = cell->row;
    float values[HISTORY_SAMPLES];
    int n = snapshot_history(cell->in->snap, r->h.center, what, values, HISTORY_SAMPLES);
    int w = (int)((int64_t)cell->w * n / HISTORY_SAMPLES);

    for (int i = 0; i < n && what == HISTORY_QUEUED; i++)
        top = values[i] > top ? values[i] : top; /* a gap is no number and never greater */
    w = w > 0 ? w : 1;
    if (n > 0)
        chart_spark(cell->c, cell->y, cell->x + cell->w - w, w, values, n, top,
                    style_of(silent(cell) ? ROLE_FAINT : role), cell->in->ascii);
}

/* Some of the last hour is known. */
static bool has_past(const struct table_cell *cell, enum history what)
{
    const struct center_row *r = cell->row;
    float values[HISTORY_SAMPLES];
    int n = snapshot_history(cell->in->snap, r->h.center, what, values, HISTORY_SAMPLES);

    while (n > 0 && isnan(values[n - 1]))
        n--;
    return n > 0;
}

static void paint_hour(const struct table_cell *cell)
{
    const struct center_row *r = cell->row;
    struct flops_value v = flops_of_center(cell->in, r);
    bool devices = row_has(r, center, devices_total) && r->devices_total > 0;
    bool work = v.provenance == provenance_MEASURED || v.provenance == provenance_ESTIMATED;

    if (work && flops_has_share(&v) && has_past(cell, HISTORY_FLOPS))
        paint_past(cell, HISTORY_FLOPS, v.peak, flops_role(v.provenance));
    else
        paint_past(cell, devices ? HISTORY_DEVICES_ALLOCATED : HISTORY_CPUS_ALLOCATED,
                   devices ? r->devices_total : r->cpus_total, ROLE_ALLOCATED);
}

static void paint_queue_hour(const struct table_cell *cell)
{
    if (!silent(cell))
        paint_past(cell, HISTORY_QUEUED, 1, ROLE_DIM);
}

/* What is allocated is the scheduler's word, and as old as that; other FLOPS have their own age. */
static struct flops_value flops_of(const struct table_cell *cell)
{
    struct flops_value v = flops_of_center(cell->in, cell->row);

    v.past = v.past || (v.provenance == provenance_ALLOCATED && silent(cell));
    return v;
}

static void paint_flops(const struct table_cell *cell)
{
    struct flops_value v = flops_of(cell);

    cell_flops_of_peak(cell, &v);
}

static void paint_flops_share(const struct table_cell *cell)
{
    struct flops_value v = flops_of(cell);

    cell_flops_share(cell, &v);
}

/* How much of the center is in the figure: faint when it is all, amber when it is less than half. */
static void paint_coverage(const struct table_cell *cell)
{
    const struct center_row *r = cell->row;
    struct flops_value v = flops_of(cell);
    bool work = v.provenance == provenance_MEASURED || v.provenance == provenance_ESTIMATED;
    char text[FIGURE_MAX];

    if (!v.has || !work || r->flops_devices_known <= 0)
        return;
    double share = r->flops_devices / r->flops_devices_known;
    figure_percent(text, share);
    cell_text(cell,
              style_of(v.past || share >= 1 ? ROLE_FAINT
                       : share < 0.5        ? ROLE_WARN
                                            : ROLE_DIM),
              text);
}

static void heat(const struct table_cell *cell, bool has, double celsius)
{
    if (silent(cell))
        return;
    if (has)
        cell_temperature(cell, true, celsius, 0, cell->age);
    else
        cell_dash(cell);
}

#define HEAT(member)                                                                               \
    static void paint_##member(const struct table_cell *cell)                                      \
    {                                                                                              \
        const struct center_row *r = cell->row;                                                    \
        heat(cell, row_has(r, center, member), r->member);                                         \
    }
HEAT(temperature_max_celsius)
HEAT(device_temperature_max_celsius)
HEAT(device_temperature_p99_celsius)

static void kilowatts(const struct table_cell *cell, bool has, double watts)
{
    char text[FIGURE_MAX];

    if (silent(cell))
        return;
    if (!has) {
        cell_dash(cell);
        return;
    }
    figure_number(text, watts / 1000, 1, cell->in->ascii);
    if (text_cells(text) > cell->w)
        figure_fit(text, watts / 1000, cell->w, cell->in->ascii);
    cell_text(cell, style_of(watts > 0 ? ROLE_TEXT : ROLE_FAINT), text);
}

static void paint_power(const struct table_cell *cell)
{
    const struct center_row *r = cell->row;

    kilowatts(cell, row_has(r, center, power_watts), r->power_watts);
}

static void paint_device_power(const struct table_cell *cell)
{
    const struct center_row *r = cell->row;

    kilowatts(cell, row_has(r, center, device_power_watts), r->device_power_watts);
}

#define WHEN_HEARD(member, call)                                                                   \
    static void paint_##member(const struct table_cell *cell)                                      \
    {                                                                                              \
        const struct center_row *r = cell->row;                                                    \
        if (!silent(cell))                                                                         \
            call;                                                                                  \
    }
WHEN_HEARD(nodes_up,
           cell_count(cell, style_of(ROLE_TEXT), row_has(r, center, nodes_up), r->nodes_up))
WHEN_HEARD(nodes_drained,
           cell_bad(cell, ROLE_WARN, row_has(r, center, nodes_drained), r->nodes_drained))
WHEN_HEARD(nodes_down, cell_bad(cell, ROLE_CRIT, row_has(r, center, nodes_down), r->nodes_down))
WHEN_HEARD(jobs_running,
           cell_count(cell, style_of(ROLE_TEXT), row_has(r, center, jobs_running), r->jobs_running))
WHEN_HEARD(jobs_queued, cell_count(cell, style_of(r->jobs_queued > 0 ? ROLE_TEXT : ROLE_FAINT),
                                   row_has(r, center, jobs_queued), r->jobs_queued))
WHEN_HEARD(jobs_held, cell_bad(cell, ROLE_WARN, row_has(r, center, jobs_held), r->jobs_held))
WHEN_HEARD(devices_wanted,
           cell_count(cell, style_of(r->devices_wanted > 0 ? ROLE_TEXT : ROLE_FAINT),
                      row_has(r, center, devices_wanted), r->devices_wanted))
WHEN_HEARD(gpu_hours_lost_day,
           cell_hours(cell, style_of(ROLE_TEXT), row_has(r, center, gpu_hours_lost_day),
                      (double)r->gpu_hours_lost_day, true))
WHEN_HEARD(devices_throttled,
           cell_bad(cell, ROLE_WARN, row_has(r, center, devices_throttled), r->devices_throttled))
WHEN_HEARD(devices_silent,
           cell_bad(cell, ROLE_WARN, row_has(r, center, devices_silent), r->devices_silent))
WHEN_HEARD(restarts, cell_bad(cell, ROLE_WARN, row_has(r, center, restarts), r->restarts))

/* Amber while some of them are open: their jobs wait, or nobody has said that they care. */
static void paint_interruptions_day(const struct table_cell *cell)
{
    const struct center_row *r = cell->row;
    bool open = row_has(r, center, interruptions_open) && r->interruptions_open > 0;
    double n = (double)r->interruptions_day;

    if (!silent(cell))
        cell_count(cell,
                   style_of(n == 0 ? ROLE_FAINT
                            : open ? ROLE_WARN
                                   : ROLE_TEXT),
                   row_has(r, center, interruptions_day), n);
}

static void paint_wait(const struct table_cell *cell)
{
    const struct center_row *r = cell->row;
    bool waits =
        row_has(r, center, oldest_queued_at) && r->oldest_queued_at > 0 &&
        r->oldest_queued_at <= cell->in->ctx.now; /* what may not start yet does not wait */

    if (silent(cell))
        return;
    if (waits)
        cell_duration(cell, style_of(ROLE_TEXT), true, cell->in->ctx.now - r->oldest_queued_at);
    else
        cell_dash(cell);
}

/* Of the oldest source: amber if one of them failed, though the figures themselves may be of now. */
static void paint_age(const struct table_cell *cell)
{
    const struct center_row *r = cell->row;
    int64_t age = snapshot_age_of(cell->in->snap, r, cell->in->ctx.now);
    struct table_cell fresh = *cell;

    fresh.age = AGE_FRESH;
    if (!silent(cell))
        cell_duration(
            &fresh,
            style_of(r->health == health_LIVE && cell->age == AGE_FRESH ? ROLE_DIM : ROLE_WARN),
            age >= 0, age);
}

/* --- a silent center --- */

/* The source of a center that failed, the one silent for longest. */
static const struct source_row *worst_source(const struct view_input *in, uint16_t center)
{
    const struct source_row *worst = NULL;

    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_SOURCE); i++) {
        const struct source_row *s = snapshot_row(in->snap, ENTITY_SOURCE, i);
        if (!s || s->h.center != center || !row_has(s, source, state) ||
            s->state == source_state_OK)
            continue;
        if (!worst || s->last_ok_at < worst->last_ok_at)
            worst = s;
    }
    return worst;
}

/* "timeout", "last seen 14:06:49 · timeout", "waiting for the first answer"; *next: " · retry in 18s", which is
 * not to be cut. */
static void silent_words(const struct view_input *in, const struct center_row *r, struct buf *out,
                         char next[SILENT_NEXT])
{
    const struct source_row *s = worst_source(in, r->h.center);
    int64_t age = snapshot_age_of(in->snap, r, in->ctx.now);
    char text[FIGURE_MAX], hms[16];

    next[0] = '\0';
    if (r->health == health_STARTING) {
        buf_adds(out, _("waiting for the first answer"));
        return;
    }
    if (r->health == health_STALE && age >= 0) {
        time_hms(in->ctx.now - age, in->ctx.utc_offset_minutes, hms);
        buf_addf(out, _("last seen %s"), hms);
        if (!s || !row_has(s, source, error))
            return;
        buf_addf(out, " %s %s", glyph(GLYPH_DOT, in->ascii), said_string(in, s->error));
    } else {
        buf_adds(out, s && row_has(s, source, error) ? said_string(in, s->error) : _("no answer"));
    }
    if (!s || !row_has(s, source, next_try_at))
        return;
    int64_t wait = s->next_try_at - in->ctx.now;
    figure_duration(text, wait);
    snprintf(next, SILENT_NEXT, wait > 0 ? _(" %s retry in %s") : _(" %s trying again"),
             glyph(GLYPH_DOT, in->ascii), text);
}

/* --- the table --- */

enum {
    COLUMN_NAME,
    COLUMN_KIND,
    COLUMN_OPERATOR,
    COLUMN_REGION,
    COLUMN_TIER,
    COLUMN_FLOPS,
    COLUMN_FLOPS_SHARE,
    COLUMN_COVERAGE,
    COLUMN_DEVICES,
    COLUMN_CPUS,
    COLUMN_DEVICE_SHARE,
    COLUMN_CPU_SHARE,
    COLUMN_CPU,
    COLUMN_CPU_LATE, /* the same, but it makes room for FLOPS */
    COLUMN_HOUR,
    COLUMN_P99,
    COLUMN_DEVICE_HEAT,
    COLUMN_HEAT,
    COLUMN_NODE_HEAT,
    COLUMN_DEVICE_POWER,
    COLUMN_POWER,
    COLUMN_THROTTLED,
    COLUMN_SILENT,
    COLUMN_UP,
    COLUMN_DRAIN,
    COLUMN_DOWN,
    COLUMN_RUNNING,
    COLUMN_QUEUED,
    COLUMN_HELD,
    COLUMN_WANTED,
    COLUMN_QUEUE_HOUR,
    COLUMN_WAIT,
    COLUMN_REQ,
    COLUMN_INT,
    COLUMN_LOST,
    COLUMN_AGE,
    COLUMNS
};

static const struct table_column columns[COLUMNS] = {
    [COLUMN_NAME] = {N_("CENTER"), "name", 12, 32, 0, 0, false, paint_name, measure_name, NULL},
    [COLUMN_KIND] = {N_("KIND"), "kind", 4, 4, 4, 7, false, paint_kind, NULL, NULL},
    [COLUMN_OPERATOR] = {N_("OPERATOR"), "operator", 8, 16, 0, 11, false, paint_operator,
                         measure_operator, NULL},
    [COLUMN_REGION] = {N_("REGION"), "region", 6, 16, 0, 13, false, paint_region, measure_region,
                       NULL},
    [COLUMN_TIER] = {N_("TIER"), "tier", 6, 6, 6, 14, false, paint_tier, measure_tier, NULL},
    [COLUMN_FLOPS] = {N_("FLOPS USED/PEAK"), "flops", FLOPS_PAIR_CELLS, FLOPS_PAIR_CELLS,
                      FLOPS_PAIR_CELLS, 0, true, paint_flops, NULL, has_flops},
    [COLUMN_FLOPS_SHARE] = {N_("OF PEAK"), "flops_share_percent", 9, 40, 18, 0, false,
                            paint_flops_share, NULL, has_flops},
    [COLUMN_COVERAGE] = {N_("COV"), "flops_coverage_percent", 4, 4, 4, 3, true, paint_coverage,
                         NULL, has_rates},
    [COLUMN_DEVICES] = {N_("USED/GPUS"), "devices_allocated", 9, 15, 0, 4, true, paint_devices,
                        measure_devices, has_devices},
    [COLUMN_CPUS] = {N_("USED/CPUS"), "cpus_allocated", 9, 17, 0, 0, true, paint_cpus, measure_cpus,
                     has_no_devices},
    [COLUMN_DEVICE_SHARE] = {N_("ALLOCATED"), "device_share_percent", 11, 40, 20, 0, false,
                             paint_device_share, NULL, has_only_shares},
    [COLUMN_CPU_SHARE] = {N_("ALLOCATED"), "cpu_share_percent", 11, 40, 20, 0, false,
                          paint_cpu_share, NULL, has_no_devices},
    [COLUMN_CPU] = {N_("CPU%"), "cpu_share_percent", 4, 4, 4, 4, true, paint_cpu_percent, NULL,
                    has_only_shares},
    [COLUMN_CPU_LATE] = {N_("CPU%"), "cpu_share_percent", 4, 4, 4, 8, true, paint_cpu_percent, NULL,
                         has_devices_and_flops},
    [COLUMN_HOUR] = {N_("LAST HOUR"), NULL, 9, 80, 16, 6, false, paint_hour, NULL, NULL},
    [COLUMN_P99] = {"p99° ", "device_temperature_p99_celsius", 5, 5, 5, 3, true,
                    paint_device_temperature_p99_celsius, NULL, has_device_heat},
    [COLUMN_DEVICE_HEAT] = {N_("max° "), "device_temperature_max_celsius", 5, 5, 5, 2, true,
                            paint_device_temperature_max_celsius, NULL, has_device_heat},
    [COLUMN_HEAT] = {N_("max° "), "temperature_max_celsius", 5, 5, 5, 2, true,
                     paint_temperature_max_celsius, NULL, has_only_node_heat},
    [COLUMN_NODE_HEAT] = {N_("NODE° "), "temperature_max_celsius", 6, 6, 6, 13, true,
                          paint_temperature_max_celsius, NULL, has_device_heat},
    [COLUMN_DEVICE_POWER] = {N_("GPU kW"), "device_power_watts", 7, 9, 7, 8, true,
                             paint_device_power, NULL, has_device_power},
    [COLUMN_POWER] = {N_("kW"), "power_watts", 7, 9, 7, 12, true, paint_power, measure_power, NULL},
    [COLUMN_THROTTLED] = {N_("THROTTLED"), "devices_throttled", 9, 9, 9, 12, true,
                          paint_devices_throttled, NULL, has_device_heat},
    [COLUMN_SILENT] = {N_("SILENT"), "devices_silent", 6, 7, 6, 13, true, paint_devices_silent,
                       NULL, has_device_heat},
    [COLUMN_UP] = {N_("UP"), "nodes_up", 5, 7, 6, 8, true, paint_nodes_up, NULL, NULL},
    [COLUMN_DRAIN] = {N_("DRAIN"), "nodes_drained", 5, 6, 5, 0, true, paint_nodes_drained, NULL,
                      NULL},
    [COLUMN_DOWN] = {N_("DOWN"), "nodes_down", 4, 6, 4, 0, true, paint_nodes_down, NULL, NULL},
    [COLUMN_RUNNING] = {N_("RUNNING"), "jobs_running", 7, 8, 7, 5, true, paint_jobs_running, NULL,
                        NULL},
    [COLUMN_QUEUED] = {N_("QUEUED"), "jobs_queued", 6, 8, 7, 0, true, paint_jobs_queued, NULL,
                       NULL},
    [COLUMN_HELD] = {N_("HELD"), "jobs_held", 6, 8, 6, 15, true, paint_jobs_held, NULL, NULL},
    [COLUMN_WANTED] = {N_("WANTED"), "devices_wanted", 6, 8, 7, 16, true, paint_devices_wanted,
                       NULL, has_devices},
    [COLUMN_QUEUE_HOUR] = {N_("QUEUE, LAST HOUR"), NULL, 16, 40, 20, 17, false, paint_queue_hour,
                           NULL, NULL},
    [COLUMN_WAIT] = {N_("WAIT"), "oldest_wait", 5, 6, 5, 3, true, paint_wait, NULL, NULL},
    [COLUMN_REQ] = {N_("REQ"), "restarts", 4, 6, 4, 10, true, paint_restarts, NULL, NULL},
    [COLUMN_INT] = {N_("INT24"), "interruptions_day", 5, 7, 5, 2, true, paint_interruptions_day,
                    NULL, NULL},
    [COLUMN_LOST] = {N_("LOST24"), "gpu_hours_lost_day", 6, 9, 7, 9, true, paint_gpu_hours_lost_day,
                     NULL, has_devices},
    [COLUMN_AGE] = {N_("AGE"), "age_seconds", 5, 5, 5, 0, true, paint_age, NULL, NULL},
};

static void after_row(const struct table_cell *cell, const struct table_layout *l)
{
    const struct center_row *r = cell->row;
    struct buf words;
    char next[SILENT_NEXT];
    int x = 0, end = cell->x + l->x[COLUMN_AGE] + l->w[COLUMN_AGE];

    if (!silent(cell))
        return;
    for (int k = COLUMNS - 1; k >= COLUMN_P99; k--)
        x = l->w[k] > 0 ? cell->x + l->x[k] : x;
    if (x == 0)
        return;
    bool down = r->health == health_DOWN, starting = r->health == health_STARTING;
    const char *state = down ? _c("silent", "DOWN") : starting ? _("START") : _("STALE");
    struct style s = style_bold(style_of(down ? ROLE_CRIT : starting ? ROLE_DIM : ROLE_WARN));
    end -= canvas_text_right(cell->c, cell->y, end, 6, s, state) + 1;
    if (down)
        end -= canvas_text_right(cell->c, cell->y, end, 1, s, "!") + 1;
    buf_init(&words, 4096);
    silent_words(cell->in, r, &words, next);
    s = style_of(down ? ROLE_DIM : ROLE_FAINT);
    if (end - x < text_cells(next) + SILENT_LEAST)
        next[0] = '\0';
    x += canvas_text(cell->c, cell->y, x, end - x - text_cells(next), s, words.data);
    canvas_text(cell->c, cell->y, x, end - x, s, next);
    buf_fini(&words);
}

struct overview_own {
    struct fleet_heat heat;
    struct fleet_heat_memo memo;
};

static void prepare(struct list *l, const struct view_input *in)
{
    struct overview_own *own = l->own;

    fleet_heat_follow(&own->heat, &own->memo, in);
}

static void release(struct list *l)
{
    fleet_heat_memo_fini(&((struct overview_own *)l->own)->memo);
}

static int head_lines(const struct list *l, const struct view_input *in)
{
    (void)l;
    return summary_lines(in);
}

static void head(const struct list *l, const struct view_input *in, struct rect r, struct canvas *c)
{
    summary_draw(in, &((const struct overview_own *)l->own)->heat, r, c);
}

static void headline(const struct view_input *in, struct buf *out)
{
    explain_totals(in, -1, out);
}

/* To the pools, or straight to the nodes where there are none. */
static bool open_center(struct list *l, const struct view_input *in, const void *row,
                        struct view_out *out)
{
    const struct center_row *r = row;
    bool pools = false;

    (void)l;
    for (uint32_t i = 0; !pools && i < snapshot_slots(in->snap, ENTITY_POOL); i++) {
        const struct pool_row *p = snapshot_row(in->snap, ENTITY_POOL, i);
        pools = p && p->h.center == r->h.center && !(p->h.flags & ROW_GONE);
    }
    list_push(out, in, pools ? &view_pools : &view_nodes, r->h.center, "");
    return true;
}

static const char *const groups[] = {NC_("group", "kind"), NC_("group", "operator"),
                                     NC_("group", "region"), NC_("group", "tier"), NULL};
static const struct list_spec spec = {
    .entity = ENTITY_CENTER,
    .columns = columns,
    .column_count = COLUMNS,
    .sort = -1, /* as configured: a center keeps its place */
    .groups = groups,
    .nothing = N_("no center is configured"),
    .noun = NN_("center", "centers"),
    .prepare = prepare,
    .release = release,
    .head_lines = head_lines,
    .head = head,
    .headline = headline,
    .after = after_row,
    .age = center_age,
    .open = open_center,
    .own_size = sizeof(struct overview_own),
};

LIST_OPEN(spec)

static const enum cmd footer[] = {CMD_OPEN, CMD_DETAILS, CMD_GROUP, CMD_FILTER, CMD_HELP, CMD_NONE};

const struct view_ops view_overview = {
    .name = "overview",
    .title = N_("Overview"),
    .short_title = N_("Over"),
    .key = '1',
    .help = N_(
        "One line per computing center, in the order of the configuration until you sort.\n\n"
        "FLOPS USED/PEAK is what the center computes, of the dense peak of the devices that report. The letter tells where "
        "that is known from: M measured (operations that the hardware counted), E estimated (activity of the pipes x clock x "
        "peak), A allocated (peak of the devices that jobs have: no rate of work), N nameplate (peak of all there is). An "
        "intelligent center counts FP16, a super one FP64, a general one FP32; above stands one line for each precision, and no "
        "two precisions or letters are ever added. COV is how many of the center's devices are in the figure. ~: a peak from hearsay; ?: nobody tells. F1 shows formula, inputs, coverage "
        "and age. Where nothing tells FLOPS, ALLOCATED is what the scheduler has given to jobs, of what is installed.\n\n"
        "LAST HOUR is the same share over time (violet: devices allocated), newest at the right; what was not observed is left "
        "free; beside it stands the queue, up to its own highest. max° is the hottest device of the center, p99° what 99 of 100 "
        "stay below; without devices the hottest sensor. UP, DRAIN and DOWN count nodes. WAIT is "
        "how long the oldest eligible job has waited, REQ counts the requeues seen on the jobs that "
        "are known now. INT24 counts the interruptions of the last 24 hours, amber while some are open, LOST24 "
        "the GPU-hours that they threw away; inside a center 6 shows them.\n\n"
        "A center that stopped answering keeps its place; its last figures stand in brackets. When "
        "it is down, the line says why and when the next try is. Enter goes to the pools of a "
        "center, 8 shows its sources."),
    .entity = ENTITY_CENTER,
    .footer = footer,
    LIST_OPS,
};
