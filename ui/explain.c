/* SPDX-License-Identifier: MIT
 * explain.c - see explain.h: what holds for the figures of every column. */
#include "ui/explain.h"
#include "ui/cells.h"
#include "ui/details.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmem.h"
#include "model/value.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { KEY_CELLS = 15, LINE_MAX_BYTES = 2048, VALUE_MAX = 4096 };

void explain_line(struct buf *out, const char *key, const char *fmt, ...)
{
    char text[LINE_MAX_BYTES];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    buf_addc(out, '@');
    text_pad(out, key, KEY_CELLS, false);
    buf_addf(out, "  %s\n", text);
}

/* --- who told it --- */

static void add_source(const struct view_input *in, uint16_t source, wall_ms at, struct buf *out)
{
    const struct source_row *s = source != UINT16_MAX ? snapshot_source(in->snap, source) : NULL;
    char age[FIGURE_MAX];

    if (!s)
        return;
    buf_addf(out, "%s%s", out->len ? ", " : "",
             row_has(s, source, name) ? cell_string(in, s->name) : FIGURE_ABSENT);
    if (at <= 0)
        return;
    figure_duration(age, in->ctx.now - at);
    buf_addf(out, _(" (%s ago)"), age);
}

void explain_teller(const struct view_input *in, enum entity e, unsigned column, const void *row,
                    struct buf *out)
{
    const struct field *f = column_info(e, column);
    struct teller tellers[TELLERS_MAX];

    if (column_is_derived(e, column) || (f->group != GROUP_SCHED && f->group != GROUP_TELE))
        return;
    int n = snapshot_tellers(in->snap, row, tellers);
    uint16_t source = snapshot_teller_of(in->snap, row, column);
    for (int i = 0; i < n; i++)
        if (tellers[i].source == source) {
            add_source(in, source, tellers[i].at, out);
            return;
        }
    add_source(in, row_head_of(row)->source[f->group == GROUP_TELE],
               snapshot_seen_at(in->snap, row, f->group), out);
}

/* The sources that speak of the row at all: of what is computed from it. */
static void row_tellers(const struct view_input *in, const void *row, struct buf *out)
{
    struct teller tellers[TELLERS_MAX];
    int n = snapshot_tellers(in->snap, row, tellers);

    for (int i = 0; i < n; i++)
        add_source(in, tellers[i].source, tellers[i].at, out);
}

static void add_told_by(const struct view_input *in, enum entity e, unsigned column,
                        const void *row, struct buf *out)
{
    const struct field *f = column_info(e, column);
    struct buf who;
    char age[FIGURE_MAX];

    if (column_value(&in->ctx, e, column, row).kind == VALUE_NONE)
        return;
    if (e == ENTITY_SOURCE && f->group != GROUP_CONFIG) {
        explain_line(out, _("told by"), _("what this program saw of the source"));
        return;
    }
    buf_init(&who, VALUE_MAX);
    explain_teller(in, e, column, row, &who);
    if (who.len > 0) {
        explain_line(out, _("told by"), "%s", who.data);
        buf_fini(&who);
        return;
    }
    int64_t oldest = snapshot_age_of(in->snap, row, in->ctx.now);
    if (f->group == GROUP_CONFIG && !column_is_derived(e, column)) {
        explain_line(out, _("told by"), _("the configuration"));
    } else {
        row_tellers(in, row, &who);
        if (who.len > 0)
            explain_line(out, _("told by"), _("computed here from what these tell: %s"), who.data);
        else
            explain_line(out, _("told by"), _("computed here"));
        figure_duration(age, oldest);
        if (oldest >= 0)
            explain_line(out, _("age"), _("%s: the oldest that went into it"), age);
    }
    buf_fini(&who);
}

/* --- any column --- */

static const char *unit_words(enum field_unit unit)
{
    static const char *const words[] = {
        [UNIT_COUNT] = N_("a number of things"),
        [UNIT_BYTE] = N_("bytes, in steps of 1024"),
        [UNIT_WATT] = N_("watts"),
        [UNIT_CELSIUS] = N_("degrees Celsius"),
        [UNIT_PERCENT] = N_("percent"),
        [UNIT_RPM] = N_("turns a minute"),
        [UNIT_LOAD] = N_("processes that run or wait for a CPU, mean of one minute"),
        [UNIT_SECOND] = N_("time"),
        [UNIT_MILLISECOND] = N_("milliseconds"),
        [UNIT_HOUR] = N_("hours of one device"),
        [UNIT_FLOPS] = N_("floating point operations a second"),
        [UNIT_HERTZ] = N_("hertz"),
        [UNIT_DEGREE] = N_("degrees Celsius of difference"),
    };

    return (size_t)unit < ARRAY_LEN(words) ? _(words[unit]) : NULL;
}

static void add_title(const struct view_input *in, enum entity e, const void *row,
                      const struct field *f, struct buf *out)
{
    const struct entity_info *info = entity_info(e);
    struct value name = column_value(&in->ctx, e, (unsigned)info->name_field, row);
    struct buf text;

    buf_init(&text, VALUE_MAX);
    if (name.kind == VALUE_STR)
        buf_adds(&text, cell_string(in, name.str));
    else if (name.kind != VALUE_NONE)
        cell_value(in, &info->fields[info->name_field], &name, &text);
    if (e == ENTITY_DEVICE) {
        const struct device_row *d = row;
        buf_reset(&text);
        buf_addf(&text, "%s GPU %.0f",
                 row_has(d, device, node) ? cell_string(in, d->node) : FIGURE_ABSENT,
                 (double)d->index);
    }
    buf_addf(out, "%s \xC2\xB7 %s %s\n\n", _(f->title), _(info->id), text.data);
    buf_fini(&text);
}

static void add_value(const struct view_input *in, enum entity e, unsigned column, const void *row,
                      struct buf *out)
{
    const struct field *f = column_info(e, column);
    struct value v = column_value(&in->ctx, e, column, row);
    struct buf text;

    buf_init(&text, VALUE_MAX);
    if (v.kind == VALUE_NONE)
        buf_adds(&text, _("? nobody tells it: that is not zero"));
    else
        details_value(in, f, &v, &text);
    explain_line(out, _(f->title), "%s", text.data);
    buf_fini(&text);
    explain_line(out, _("is"), "%s", _(f->help));
    if (unit_words(f->unit))
        explain_line(out, _("unit"), "%s", unit_words(f->unit));
}

/* Shares: what is divided by what. */
static const struct {
    enum entity entity;
    const char *share, *part, *whole;
} shares[] = {
    {ENTITY_CENTER, "device_share_percent", "devices_allocated", "devices_total"},
    {ENTITY_CENTER, "cpu_share_percent", "cpus_allocated", "cpus_total"},
    {ENTITY_CENTER, "flops_share_percent", "flops", "flops_peak"},
    {ENTITY_CENTER, "flops_coverage_percent", "flops_devices", "flops_devices_known"},
    {ENTITY_NODE, "cpu_share_percent", "cpus_allocated", "cpus_total"},
    {ENTITY_NODE, "memory_share_percent", "memory_allocated_bytes", "memory_total_bytes"},
};

static void add_share(const struct view_input *in, enum entity e, const struct field *f,
                      const void *row, struct buf *out)
{
    struct buf part, whole;

    for (size_t i = 0; i < ARRAY_LEN(shares); i++) {
        if (shares[i].entity != e || strcmp(shares[i].share, f->id) != 0)
            continue;
        int a = column_find(e, shares[i].part), b = column_find(e, shares[i].whole);
        struct value va = column_value(&in->ctx, e, (unsigned)a, row);
        struct value vb = column_value(&in->ctx, e, (unsigned)b, row);
        if (va.kind == VALUE_NONE || vb.kind == VALUE_NONE)
            return;
        buf_init(&part, VALUE_MAX);
        buf_init(&whole, VALUE_MAX);
        details_value(in, column_info(e, (unsigned)a), &va, &part);
        details_value(in, column_info(e, (unsigned)b), &vb, &whole);
        explain_line(out, _("how"), "%s %s / %s %s", part.data,
                     _(column_info(e, (unsigned)a)->title), whole.data,
                     _(column_info(e, (unsigned)b)->title));
        buf_fini(&part);
        buf_fini(&whole);
        return;
    }
}

/* The figures that come from FLOPS and their inputs. */
static bool about_flops(const struct field *f)
{
    return strncmp(f->id, "flops", 5) == 0 || strncmp(f->id, "tensor_utilization", 18) == 0;
}

void explain_figure(const struct view_input *in, enum entity e, const void *row, unsigned column,
                    struct buf *out)
{
    const struct field *f = column_info(e, column);

    add_title(in, e, row, f, out);
    add_value(in, e, column, row, out);
    add_share(in, e, f, row, out);
    if (!about_flops(f) || e == ENTITY_DEVICE) /* of sums it is told below */
        add_told_by(in, e, column, row, out);
    explain_line(out, _("name"), _("%s, in filters, :sort and JSON"), f->id);
    if (!about_flops(f))
        return;
    if (e == ENTITY_DEVICE)
        explain_device_flops(in, row, out);
    else if (e == ENTITY_NODE)
        explain_node_flops(in, row, out);
    else if (e == ENTITY_CENTER)
        explain_center_flops(in, row, out);
    explain_not(out);
}
