/* SPDX-License-Identifier: MIT
 * text.c - tables for people: aligned by terminal cells, no escapes, cut at a width if one is given.
 *
 * A table is read twice, for the widths and for the rows. Columns in which no row has a value are left
 * out; so are jobs that their scheduler no longer lists. What text shows of an entity is chosen here,
 * csv and json have all of it. */
#include "export/formats.h"
#include "export/head.h"
#include "base/i18n.h"
#include "base/sentence.h"
#include "base/text.h"
#include "base/xmem.h"
#include "model/value_said.h"
#include <stdio.h>

#define COLUMNS_MAX 24
#define CELLS_MAX 48 /* of a column */
#define LINE_MAX_BYTES (256 * 1024)
#define GAP 2

struct column {
    unsigned column;
    const struct field *field;
    int cells; /* as wide as its widest value or title, 0 = no row has one */
    bool right;
};

struct text {
    struct stream out;
    const struct walk *walk;
    struct buf line, cell;
    bool one_center; /* then no table needs to say which */
};

/* Columns of each table, by id. */
static const char *const shown[ENTITY_COUNT][COLUMNS_MAX] = {
    [ENTITY_CENTER] = {"id",
                       "name",
                       "health",
                       "nodes_total",
                       "nodes_up",
                       "nodes_drained",
                       "nodes_down",
                       "cpus_total",
                       "cpus_allocated",
                       "devices_total",
                       "devices_allocated",
                       "devices_idle",
                       "jobs_running",
                       "jobs_queued",
                       "jobs_held",
                       "devices_wanted",
                       "oldest_wait",
                       "temperature_max_celsius",
                       "power_watts",
                       "flops",
                       "flops_precision",
                       "flops_provenance",
                       "age_seconds"},
    [ENTITY_SOURCE] = {"center", "name", "collector", "state", "via", "version", "latency_ms",
                       "interval_ms", "requests", "failures", "bytes", "bad_elements",
                       "age_seconds"},
    [ENTITY_POOL] = {"center", "name", "state", "is_default", "nodes_total", "nodes_up",
                     "nodes_drained", "nodes_down", "cpus_total", "cpus_allocated", "devices_total",
                     "devices_allocated", "jobs_running", "jobs_queued", "time_limit_seconds",
                     "age_seconds"},
    [ENTITY_NODE] = {"center", "name", "status", "pools", "cpus_total", "cpus_allocated", "load",
                     "memory_total_bytes", "memory_share_percent", "devices_total",
                     "devices_allocated", "device_model", "temperature_celsius", "power_watts",
                     "age_seconds", "out_for", "reason_by", "reason"},
    [ENTITY_DEVICE] = {"center", "node", "index", "model", "temperature_celsius",
                       "memory_temperature_celsius", "utilization_percent",
                       "tensor_utilization_percent", "flops", "flops_precision", "flops_provenance",
                       "power_watts", "health", "xid_last", "job", "age_seconds"},
    [ENTITY_JOB] = {"center",
                    "id",
                    "tasks",
                    "name",
                    "user",
                    "account",
                    "pool",
                    "state",
                    "priority",
                    "devices_requested",
                    "devices_allocated",
                    "cpus",
                    "node_count",
                    "waited",
                    "ran",
                    "left",
                    "restarts",
                    "age_seconds",
                    "nodes",
                    "reason"},
    [ENTITY_RESERVATION] = {"center", "name", "nodes", "node_count", "starts_at", "ends_at",
                            "users", "accounts", "flags", "age_seconds"},
    [ENTITY_LICENSE] = {"center", "name", "total", "used", "free", "reserved", "age_seconds"},
    [ENTITY_AGGREGATE] = {"center", "id", "devices", "reporting", "flops", "flops_peak",
                          "temperature_max_celsius", "power_watts", "age_seconds"},
    [ENTITY_INTERRUPTION] = {"center", "at", "job", "name", "user", "devices", "cause", "evidence",
                             "node", "gpu_hours_lost", "gpu_hours_lost_ceiling", "attempt",
                             "outcome"},
    [ENTITY_ATTEMPT] = {"center", "job", "number", "started_at", "ended_at", "end", "devices",
                        "nodes"},
    [ENTITY_OUTAGE] = {"center", "node", "kind", "began_at", "ended_at", "gpu_hours_idle",
                       "reason_by", "reason"},
    [ENTITY_HOUR] = {"center", "id", "observed_seconds", "by_node", "by_device", "by_preemption",
                     "by_operator", "by_eviction", "by_unknown", "gpu_hours_lost"},
    [ENTITY_OFFENDER] = {"center", "node", "score", "events", "broken_jobs", "lone_failures",
                         "device_faults", "times_out", "gpu_hours_lost", "what"},
    [ENTITY_ALERT] = {"center", "severity", "state", "rule", "since", "summary", "acknowledged_by"},
    [ENTITY_ACTION] = {"center", "planned_at", "verb", "target", "state", "actor", "before",
                       "after", "message"},
};

static const void *next_row(const struct text *t, enum entity e, uint32_t *slot)
{
    const void *row;

    do
        row = walk_next(t->walk, e, slot);
    while (row != NULL && row_head_of(row)->flags & ROW_GONE);
    return row;
}

/* The text of a value, left in t->cell. */
static void make_cell(struct text *t, const struct column *c, const struct value *v)
{
    buf_reset(&t->cell);
    if (v->kind != VALUE_NONE)
        value_said(&t->walk->ctx, c->field, v, &t->cell);
    if (t->cell.failed)
        buf_reset(&t->cell);
}

static unsigned columns_of(const struct text *t, enum entity e, struct column out[COLUMNS_MAX])
{
    unsigned n = 0;

    for (int i = 0; i < COLUMNS_MAX && shown[e][i] != NULL; i++) {
        int column = column_find(e, shown[e][i]);
        if (column < 0 || (t->one_center && strcmp(shown[e][i], "center") == 0))
            continue;
        const struct field *f = column_info(e, (unsigned)column);
        out[n++] = (struct column){.column = (unsigned)column,
                                   .field = f,
                                   .right = f->type == FT_NUM || f->type == FT_TIME};
    }
    return n;
}

static void widen(struct column *c, int cells)
{
    if (cells > CELLS_MAX)
        cells = CELLS_MAX;
    if (cells > c->cells)
        c->cells = cells;
}

/* Widths of all columns; returns the number of rows. */
static size_t measure(struct text *t, enum entity e, struct column *columns, unsigned count)
{
    size_t rows = 0;
    const void *row;

    for (uint32_t slot = 0; (row = next_row(t, e, &slot)) != NULL; rows++)
        for (unsigned i = 0; i < count; i++) {
            struct value v = column_value(&t->walk->ctx, e, columns[i].column, row);
            make_cell(t, &columns[i], &v);
            widen(&columns[i], text_cells(t->cell.data));
        }
    for (unsigned i = 0; i < count; i++)
        if (columns[i].cells > 0)
            widen(&columns[i], text_cells(title_said(e, columns[i].field->title)));
    return rows;
}

/* The line that was put together, without blanks at its end and not wider than asked for. */
static void end_line(struct text *t)
{
    size_t len = t->line.len;
    int width = t->walk->options->width;

    if (width > 0)
        len = text_prefix(t->line.data, width, NULL);
    while (len > 0 && t->line.data[len - 1] == ' ')
        len--;
    stream_put(&t->out, t->line.data, len);
    stream_putc(&t->out, '\n');
    buf_reset(&t->line);
}

static void add_cell(struct text *t, const struct column *c, const char *text)
{
    if (c->cells == 0)
        return;
    text_pad(&t->line, text, c->cells, c->right);
    text_pad(&t->line, "", GAP, false);
}

static void write_row(struct text *t, enum entity e, const struct column *columns, unsigned count,
                      const void *row)
{
    for (unsigned i = 0; i < count; i++) {
        struct value v = column_value(&t->walk->ctx, e, columns[i].column, row);
        make_cell(t, &columns[i], &v);
        add_cell(t, &columns[i], v.kind == VALUE_NONE ? "?" : t->cell.data);
    }
    end_line(t);
}

static void write_table(struct text *t, enum entity e)
{
    struct column columns[COLUMNS_MAX];
    unsigned count = columns_of(t, e, columns);
    size_t rows = measure(t, e, columns, count);
    const void *row;

    if (rows == 0 && !walk_is_chosen(t->walk))
        return;
    stream_putc(&t->out, '\n');
    buf_addf(&t->line, _("%s: %zu"), _(entity_info(e)->title), rows);
    end_line(t);
    if (rows == 0)
        return;
    for (unsigned i = 0; i < count; i++)
        add_cell(t, &columns[i], title_said(e, columns[i].field->title));
    end_line(t);
    for (uint32_t slot = 0; stream_ok(&t->out) && (row = next_row(t, e, &slot)) != NULL;)
        write_row(t, e, columns, count, row);
}

static void add_zone(struct buf *line, int offset_minutes)
{
    unsigned minutes = (unsigned)(offset_minutes < 0 ? -offset_minutes : offset_minutes);

    buf_addf(line, "%c%02u:%02u", offset_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

static void write_errors(struct text *t)
{
    char said[SENTENCE_MAX];
    struct head_error e;

    for (uint32_t slot = 0; head_next_error(t->walk, &slot, &e);) {
        buf_addf(&t->line, "! %s: %s: %s: %s", e.center, e.source, e.class,
                 sentence_text(e.message, said, sizeof said));
        if (e.mend != NULL)
            buf_addf(&t->line, "; %s", sentence_text(e.mend, said, sizeof said));
        end_line(t);
    }
}

static void write_head(struct text *t)
{
    const struct export_options *o = t->walk->options;
    struct head_totals totals = head_totals(t->walk);
    char local[32];

    time_rfc3339(o->now + (wall_ms)o->utc_offset_minutes * 60000, local);
    buf_addf(&t->line, "suantop %.10s %.8s ", local, local[0] != '\0' ? local + 11 : "");
    add_zone(&t->line, o->utc_offset_minutes);
    buf_addf(&t->line, _("  centers %.0f, sources %.0f, bad %.0f"), totals.centers, totals.sources,
             totals.sources_bad);
    if (!head_is_complete(t->walk))
        buf_addf(&t->line, "  %s", _("INCOMPLETE"));
    end_line(t);
    t->one_center = totals.centers <= 1;
    write_errors(t);
}

static enum rc write_text(const struct snapshot *s, const struct export_options *o,
                          const struct sink *sink, struct err *e)
{
    struct walk w = walk_of(s, o);
    struct text t = {.walk = &w};

    buf_init_whole(&t.line, LINE_MAX_BYTES);
    buf_init_whole(&t.cell, LINE_MAX_BYTES);
    stream_begin(&t.out, sink, e);
    write_head(&t);
    for (int i = 0; i < ENTITY_COUNT; i++)
        if (stream_ok(&t.out) && walk_wants(&w, walk_order[i]))
            write_table(&t, walk_order[i]);
    buf_fini(&t.line);
    buf_fini(&t.cell);
    return stream_end(&t.out);
}

const struct export_format export_text = {"text", "tables for people", write_text};
