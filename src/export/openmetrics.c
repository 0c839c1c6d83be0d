/* SPDX-License-Identifier: MIT
 * openmetrics.c - the figures of a snapshot as a metrics page, for a textfile collector or anything else that reads the
 * format: what is valid OpenMetrics 1.0 here is valid Prometheus text 0.0.4, too (gauges only, no timestamps).
 *
 * Centers, pools and sources unless --only names others: a series for each job of a fleet is seldom wanted. Base units: percent
 * become ratios, milliseconds seconds, times seconds since 1970. What is unknown has no sample. */
#include "export/formats.h"
#include "export/stream.h"
#include "export/walk.h"
#include "model/fields.h"
#include "model/flops.h"
#include <math.h>
#include <stdio.h>

enum { NAME_ROOM = 96 };

struct page {
    struct stream out;
    const struct walk *walk;
};

/* ---- names and labels ---- */

static bool ends_with(const char *s, size_t len, const char *end)
{
    size_t n = strlen(end);

    return len > n && memcmp(s + len - n, end, n) == 0;
}

/* "utilization_percent" -> "utilization_ratio", "last_ok_at" -> "last_ok_timestamp_seconds", "nodes_total" -> "nodes". */
static void metric_name(enum entity e, const struct field *f, char out[NAME_ROOM])
{
    static const char *const endings[][2] = {
        {"_percent", "_ratio"}, {"_ms", "_seconds"}, {"_total", ""}};
    size_t len = strlen(f->id);
    const char *ending = "";

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (f->type == FT_NUM && ends_with(f->id, len, endings[i][0])) {
            len -= strlen(endings[i][0]);
            ending = endings[i][1];
            break;
        }
    if (f->type == FT_TIME) {
        len -= ends_with(f->id, len, "_at") ? 3 : 0;
        ending = "_timestamp_seconds";
    }
    snprintf(out, NAME_ROOM, "suantop_%s_%.*s%s", entity_info(e)->id, (int)len, f->id, ending);
}

static void put_label(struct page *p, bool first, const char *name, const char *value)
{
    stream_putc(&p->out, first ? '{' : ',');
    stream_puts(&p->out, name);
    stream_puts(&p->out, "=\"");
    for (; *value != '\0'; value++) {
        if (*value == '\\' || *value == '"')
            stream_putc(&p->out, '\\');
        if (*value == '\n')
            stream_puts(&p->out, "\\n");
        else
            stream_putc(&p->out, *value);
    }
    stream_putc(&p->out, '"');
}

/* center, and what names the row within it. */
static void put_labels(struct page *p, enum entity e, const struct row_head *h)
{
    const struct entity_info *info = entity_info(e);
    unsigned name = (unsigned)info->name_field;
    char index[16];

    put_label(p, true, "center", walk_center_id(p->walk, h));
    if (e == ENTITY_CENTER)
        return;
    if (field_has(h, name))
        put_label(p, false, e == ENTITY_DEVICE ? "node" : info->id,
                  intern_text(p->walk->strings, field_str(h, &info->fields[name])));
    if (e == ENTITY_DEVICE && field_has(h, FIELD_device_index)) {
        snprintf(index, sizeof(index), "%.0f", field_num(h, &info->fields[FIELD_device_index]));
        put_label(p, false, "gpu", index);
    }
}

static void put_head(struct page *p, const char *name, const char *help)
{
    stream_puts(&p->out, "# HELP ");
    stream_puts(&p->out, name);
    stream_putc(&p->out, ' ');
    stream_puts(&p->out, help); /* from our own tables: no line ends, no backslashes */
    stream_puts(&p->out, "\n# TYPE ");
    stream_puts(&p->out, name);
    stream_puts(&p->out, " gauge\n");
}

static void put_end(struct page *p, double v)
{
    stream_puts(&p->out, "} ");
    stream_number(&p->out, v);
    stream_putc(&p->out, '\n');
}

/* ---- fields ---- */

static bool is_metric(const struct field *f)
{
    return f->type == FT_NUM || f->type == FT_TIME || f->type == FT_BOOL || f->type == FT_ENUM;
}

static double base_value(const void *row, const struct field *f)
{
    switch (f->type) {
    case FT_TIME:
        return (double)field_time(row, f) / 1000;
    case FT_BOOL:
        return field_small(row, f);
    case FT_ENUM:
        return 1;
    default:
        break;
    }
    double v = field_num(row, f);
    return f->unit == UNIT_PERCENT ? v / 100 : f->unit == UNIT_MILLISECOND ? v / 1000 : v;
}

static void put_sample(struct page *p, enum entity e, const char *name, const struct field *f,
                       const void *row)
{
    stream_puts(&p->out, name);
    put_labels(p, e, row);
    if (f->type == FT_ENUM)
        put_label(p, false, f->id, f->words[field_small(row, f)]);
    put_end(p, base_value(row, f));
}

static void put_family(struct page *p, enum entity e, unsigned field)
{
    const struct field *f = &entity_info(e)->fields[field];
    bool begun = false;
    char name[NAME_ROOM];
    const void *row;

    metric_name(e, f, name);
    for (uint32_t slot = 0; stream_ok(&p->out) && (row = walk_next(p->walk, e, &slot)) != NULL;) {
        if (!field_has(row, field))
            continue;
        if (!begun)
            put_head(p, name, f->help);
        begun = true;
        put_sample(p, e, name, f, row);
    }
}

static void put_ages(struct page *p, enum entity e)
{
    char name[NAME_ROOM];
    bool begun = false;
    const void *row;

    snprintf(name, sizeof(name), "suantop_%s_age_seconds", entity_info(e)->id);
    for (uint32_t slot = 0; stream_ok(&p->out) && (row = walk_next(p->walk, e, &slot)) != NULL;) {
        int64_t age = snapshot_age_of(p->walk->snap, row, p->walk->options->now);
        if (age < 0)
            continue;
        if (!begun)
            put_head(p, name, "how old these values are");
        begun = true;
        stream_puts(&p->out, name);
        put_labels(p, e, row);
        put_end(p, (double)age / 1000);
    }
}

/* ---- FLOPS: a series for each precision and provenance, never summed ---- */

struct cell {
    const char *name, *help;
    double (*value)(const struct flops_total *t);
};

static double cell_flops(const struct flops_total *t)
{
    return t->flops;
}
static double cell_peak(const struct flops_total *t)
{
    return t->peak;
}
static double cell_reporting(const struct flops_total *t)
{
    return t->reporting;
}
static double cell_known(const struct flops_total *t)
{
    return t->known;
}

static const struct cell cells[] = {
    {"suantop_flops",
     "floating point operations a second; never summed over precisions or provenances", cell_flops},
    {"suantop_flops_peak", "dense peak of what reports", cell_peak},
    {"suantop_flops_reporting", "devices (or nodes) whose figures are in suantop_flops",
     cell_reporting},
    {"suantop_flops_known", "devices (or nodes) that there are", cell_known},
};

static const char *word_of(unsigned field, int value)
{
    return entity_info(ENTITY_AGGREGATE)->fields[field].words[value];
}

static void put_cell(struct page *p, const struct cell *c, const struct row_head *center,
                     const struct flops_totals *t, bool *begun)
{
    for (int prec = 1; prec < precision_COUNT; prec++)
        for (int prov = 1; prov < provenance_COUNT; prov++) {
            const struct flops_total *one = &t->of[prec][prov];
            if (!(one->reporting > 0) || !isfinite(c->value(one)))
                continue;
            if (!*begun)
                put_head(p, c->name, c->help);
            *begun = true;
            stream_puts(&p->out, c->name);
            put_labels(p, ENTITY_CENTER, center);
            put_label(p, false, "precision", word_of(FIELD_aggregate_precision, prec));
            put_label(p, false, "provenance", word_of(FIELD_aggregate_provenance, prov));
            put_end(p, c->value(one));
        }
}

static void put_flops(struct page *p)
{
    const struct row_head *row;

    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        bool begun = false;
        for (uint32_t slot = 0;
             stream_ok(&p->out) && (row = walk_next(p->walk, ENTITY_CENTER, &slot)) != NULL;)
            put_cell(p, &cells[i], row, snapshot_flops(p->walk->snap, row->center), &begun);
    }
}

/* ---- the page ---- */

static bool is_wanted(const struct walk *w, enum entity e)
{
    if (walk_is_chosen(w))
        return walk_wants(w, e);
    return e == ENTITY_CENTER || e == ENTITY_POOL || e == ENTITY_SOURCE;
}

static void put_plain(struct page *p, const char *name, const char *help, double v)
{
    put_head(p, name, help);
    stream_puts(&p->out, name);
    stream_putc(&p->out, ' ');
    stream_number(&p->out, v);
    stream_putc(&p->out, '\n');
}

static void put_entity(struct page *p, enum entity e)
{
    const struct entity_info *info = entity_info(e);

    for (unsigned i = 0; i < info->field_count; i++)
        if (is_metric(&info->fields[i]))
            put_family(p, e, i);
    put_ages(p, e);
}

static enum rc write_openmetrics(const struct snapshot *s, const struct export_options *o,
                                 const struct sink *sink, struct err *e)
{
    struct walk w = walk_of(s, o);
    struct page p = {.walk = &w};

    stream_begin(&p.out, sink, e);
    put_plain(&p, "suantop_snapshot_timestamp_seconds", "when this page was made",
              (double)o->now / 1000);
    put_plain(&p, "suantop_snapshot_complete", "1 if every source answered", export_complete(s, o));
    for (int i = 0; i < ENTITY_COUNT; i++)
        if (is_wanted(&w, walk_order[i]))
            put_entity(&p, walk_order[i]);
    if (is_wanted(&w, ENTITY_CENTER))
        put_flops(&p);
    stream_puts(&p.out, "# EOF\n");
    return stream_end(&p.out);
}

const struct export_format export_openmetrics = {
    "openmetrics", "metrics page of centers, pools and sources, for a textfile collector",
    write_openmetrics};
