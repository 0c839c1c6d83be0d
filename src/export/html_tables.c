/* SPDX-License-Identifier: MIT
 * html_tables.c - the tables of the HTML page: all centers, and of everything else what somebody should look at. With --only the
 * entities that it names, whole. */
#include "base/i18n.h"
#include "export/html_int.h"
#include "model/value_said.h"
#include "model/rollup.h"
#include "model/top.h"
#include "model/value.h"
#include <math.h>
#include <stdio.h>

enum { COLUMNS_MAX = 16, FEW = 50, DAY_MS = 86400000 };

struct table {
    enum entity entity;
    const char *title;
    double (*score)(const struct html *h, const void *row); /* NULL: all rows; NAN: not this one */
    const char *columns[COLUMNS_MAX];
};

/* ---- which rows ---- */

static double alert_score(const struct html *h, const void *row)
{
    const struct alert_row *a = row;

    (void)h;
    if (!row_has(a, alert, state) || a->state != alert_state_FIRING)
        return NAN;
    return a->severity * 1e15 + (double)a->fired_at;
}

static double node_score(const struct html *h, const void *row)
{
    const struct node_row *n = row;
    enum node_class class = rollup_node_class(n);

    (void)h;
    return class == NODE_DOWN ? 2 : class == NODE_DRAINED ? 1 : (double)NAN;
}

static double device_score(const struct html *h, const void *row)
{
    const struct device_row *d = row;

    (void)h;
    return row_has(d, device, temperature_celsius) && !(d->h.flags & ROW_SILENT)
               ? d->temperature_celsius
               : (double)NAN;
}

static double interruption_score(const struct html *h, const void *row)
{
    const struct interruption_row *i = row;

    return row_has(i, interruption, at) && h->walk->options->now - i->at < DAY_MS ? (double)i->at
                                                                                  : (double)NAN;
}

static double job_score(const struct html *h, const void *row)
{
    const struct job_row *j = row;
    bool waits = row_has(j, job, state) && j->state == job_state_QUEUED && !(j->h.flags & ROW_GONE);

    return waits && row_has(j, job, eligible_at) ? (double)(h->walk->options->now - j->eligible_at)
                                                 : (double)NAN;
}

static const struct table tables[] = {
    {ENTITY_CENTER,
     N_("Centers"),
     NULL,
     {"name", "health", "flops", "flops_peak", "flops_precision", "flops_provenance",
      "flops_devices", "nodes_total", "nodes_up", "nodes_drained", "nodes_down", "devices_total",
      "jobs_running", "jobs_queued", "temperature_max_celsius", "age_seconds"}},
    {ENTITY_ALERT,
     N_("Alerts"),
     alert_score,
     {"severity", "center", "summary", "node", "since", "acknowledged_by"}},
    {ENTITY_INTERRUPTION,
     N_("Interrupted in 24 hours, newest first"),
     interruption_score,
     {"at", "center", "job", "name", "cause", "node", "devices", "gpu_hours_lost", "outcome"}},
    {ENTITY_NODE,
     N_("Nodes out of service"),
     node_score,
     {"center", "name", "status", "reason", "reason_by", "reason_at", "age_seconds"}},
    {ENTITY_DEVICE,
     N_("Hottest devices"),
     device_score,
     {"center", "node", "index", "model", "temperature_celsius", "memory_temperature_celsius",
      "power_watts", "tensor_utilization_percent", "flops", "health", "job"}},
    {ENTITY_JOB,
     N_("Waiting longest"),
     job_score,
     {"center", "id", "name", "user", "pool", "devices_requested", "waited", "reason_text"}},
    {ENTITY_SOURCE,
     N_("Sources"),
     NULL,
     {"name", "state", "via", "latency_ms", "failures", "bad_elements", "age_seconds"}},
};

/* ---- drawing ---- */

static bool is_right(const struct field *f)
{
    return f->type == FT_NUM || f->type == FT_TIME;
}

static void put_heading(struct html *h, const struct table *t)
{
    stream_puts(&h->out, "<thead><tr>");
    for (int i = 0; i < COLUMNS_MAX && t->columns[i]; i++) {
        int column = column_find(t->entity, t->columns[i]);
        if (column < 0)
            continue;
        const struct field *f = column_info(t->entity, (unsigned)column);
        stream_puts(&h->out, is_right(f) ? "<th class=\"num\" scope=\"col\" title=\""
                                         : "<th scope=\"col\" title=\"");
        html_text(h, _(f->help));
        stream_puts(&h->out, "\">");
        html_text(h, title_said(t->entity, f->title));
        stream_puts(&h->out, "</th>");
    }
    stream_puts(&h->out, "</tr></thead>\n");
}

static void put_cell(struct html *h, enum entity e, unsigned column, const void *row)
{
    const struct field *f = column_info(e, column);
    struct value v = column_value(&h->walk->ctx, e, column, row);

    stream_puts(&h->out, is_right(f) ? "<td class=\"num\" data-t=\"" : "<td data-t=\"");
    html_text(h, title_said(e, f->title));
    stream_puts(&h->out, "\">");
    buf_reset(&h->cell);
    if (v.kind != VALUE_NONE)
        value_said(&h->walk->ctx, f, &v, &h->cell);
    html_text(h, v.kind == VALUE_NONE || h->cell.failed ? "?" : h->cell.data);
    stream_puts(&h->out, "</td>");
}

static void put_row(struct html *h, const struct table *t, const void *row)
{
    stream_puts(&h->out, "<tr>");
    for (int i = 0; i < COLUMNS_MAX && t->columns[i]; i++) {
        int column = column_find(t->entity, t->columns[i]);
        if (column >= 0)
            put_cell(h, t->entity, (unsigned)column, row);
    }
    stream_puts(&h->out, "</tr>\n");
}

static void begin_table(struct html *h, const struct table *t, size_t shown, size_t all)
{
    char text[128];

    stream_puts(&h->out, "<h2>");
    html_text(h, _(t->title));
    stream_puts(&h->out, "</h2>\n<table><caption>");
    snprintf(text, sizeof(text), _("%zu of %zu"), shown, all);
    html_text(h, text);
    stream_puts(&h->out, "</caption>\n");
    put_heading(h, t);
    stream_puts(&h->out, "<tbody>\n");
}

static size_t choose(const struct html *h, const struct table *t, struct top *out)
{
    const void *row;
    size_t all = 0;

    *out = (struct top){.most = FEW};
    for (uint32_t slot = 0; (row = walk_next(h->walk, t->entity, &slot)) != NULL;) {
        double score = t->score(h, row);
        all += !isnan(score);
        top_offer(out, row, score);
    }
    return all;
}

static size_t count_rows(const struct html *h, enum entity e)
{
    size_t n = 0;

    for (uint32_t slot = 0; walk_next(h->walk, e, &slot) != NULL;)
        n++;
    return n;
}

static void put_whole(struct html *h, const struct table *t)
{
    size_t n = count_rows(h, t->entity);
    const void *row;

    if (n == 0)
        return;
    begin_table(h, t, n, n);
    for (uint32_t slot = 0;
         stream_ok(&h->out) && (row = walk_next(h->walk, t->entity, &slot)) != NULL;)
        put_row(h, t, row);
    stream_puts(&h->out, "</tbody></table>\n");
}

static void put_few(struct html *h, const struct table *t)
{
    struct top top;
    size_t all = choose(h, t, &top);

    if (all == 0)
        return;
    begin_table(h, t, (size_t)top.count, all);
    for (int i = 0; i < top.count && stream_ok(&h->out); i++)
        put_row(h, t, top.row[i]);
    stream_puts(&h->out, "</tbody></table>\n");
}

void html_tables(struct html *h)
{
    bool chosen = walk_is_chosen(h->walk);

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        if (chosen && walk_wants(h->walk, tables[i].entity))
            put_whole(h, &tables[i]);
        else if (!chosen && tables[i].score)
            put_few(h, &tables[i]);
        else if (!chosen)
            put_whole(h, &tables[i]);
}
