/* SPDX-License-Identifier: MIT
 * details.c - see details.h. */
#include "ui/details.h"
#include "ui/devices.h"
#include "ui/cells.h"
#include "ui/figure.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TITLE_CELLS = 13, VALUE_CELLS = 30, AGE_CELLS = 5, SOURCE_CELLS = 20, VALUE_MAX = 70000 };
enum { SHORT_MAX = 10, SHORT_CELLS = 40, SHORT_ROWS = 500 };

static const char *source_name(const struct view_input *in, uint16_t source)
{
    const struct source_row *row = source != UINT16_MAX ? snapshot_source(in->snap, source) : NULL;

    return row && row_has(row, source, name) ? cell_string(in, row->name) : "";
}

static const char *group_word(enum field_group g)
{
    switch (g) {
    case GROUP_CONFIG:
        return _("configuration");
    case GROUP_ROLLUP:
        return _("summed here");
    case GROUP_SCHED:
    case GROUP_TELE:
    case GROUP_COUNT:
        break;
    }
    return "";
}

/* Which source's word a value is, and when it last confirmed it; of a row that several tell each value has its own. */
static const char *teller(const struct view_input *in, unsigned column, const void *row,
                          enum field_group group, wall_ms *seen)
{
    struct teller tellers[TELLERS_MAX];
    int n = snapshot_tellers(in->snap, row, tellers);
    uint16_t source = n > 0 ? snapshot_teller_of(in->snap, row, column) : UINT16_MAX;

    for (int i = 0; i < n; i++)
        if (tellers[i].source == source) {
            *seen = tellers[i].at;
            return source_name(in, source);
        }
    *seen = snapshot_seen_at(in->snap, row, group);
    return source_name(in, row_head_of(row)->source[group == GROUP_TELE]);
}

/* Who wrote a field, and how long ago. */
static void origin(const struct view_input *in, const struct field *f, unsigned column,
                   const void *row, bool derived, struct buf *out)
{
    char age[FIGURE_MAX] = "";
    const char *who = group_word(f->group);
    wall_ms seen = 0;

    if (derived)
        who = _("computed here");
    else if (f->group == GROUP_SCHED || f->group == GROUP_TELE)
        who = teller(in, column, row, f->group, &seen);
    if (seen > 0)
        figure_duration(age, in->ctx.now - seen);
    text_pad(out, age, AGE_CELLS, true);
    buf_adds(out, "  ");
    text_pad(out, who, SOURCE_CELLS, false);
}

static void end_of_line(struct buf *out)
{
    size_t len = out->len;

    while (len > 0 && out->data[len - 1] == ' ')
        len--;
    buf_truncate(out, len);
    buf_addc(out, '\n');
}

/* The value as it is shown; units that value_text leaves out stand behind it. */
void details_value(const struct view_input *in, const struct field *f, const struct value *v,
                   struct buf *out)
{
    char text[FIGURE_MAX];

    if (v->kind == VALUE_NUM && f->unit == UNIT_SECOND && v->num < 0) {
        buf_adds(out, _("unlimited"));
    } else if (v->kind == VALUE_NUM && f->unit == UNIT_MILLISECOND && v->num >= 10000) {
        figure_duration(text, (int64_t)v->num);
        buf_adds(out, text);
    } else if (v->kind == VALUE_NUM && f->unit == UNIT_SECOND) {
        char duration[24];
        time_duration((int64_t)(v->num * 1000), duration);
        buf_adds(out, duration);
    } else if (v->kind == VALUE_NUM) {
        figure_unit(text, v->num, f->unit, in->ascii);
        buf_adds(out, text);
    } else {
        cell_value(in, f, v, out);
    }
}

static void add_field(const struct view_input *in, enum entity e, unsigned column, const void *row,
                      struct buf *out)
{
    const struct field *f = column_info(e, column);
    struct value v = column_value(&in->ctx, e, column, row);
    struct buf text;

    if (v.kind == VALUE_NONE)
        return;
    buf_init(&text, VALUE_MAX);
    details_value(in, f, &v, &text);
    buf_adds(out, "  ");
    text_pad(out, _(f->title), TITLE_CELLS, false);
    buf_addc(out, ' ');
    if (text_cells(text.data) > VALUE_CELLS) { /* a long one has the line for itself */
        buf_adds(out, text.data);
        buf_addc(out, '\n');
        text_pad(out, "", TITLE_CELLS + VALUE_CELLS + 3, false);
    } else {
        text_pad(out, text.data, VALUE_CELLS, false);
    }
    buf_addc(out, ' ');
    origin(in, f, column, row, column_is_derived(e, column), out);
    buf_addf(out, " %s", _(f->help));
    end_of_line(out);
    buf_fini(&text);
}

static void add_absent(const struct view_input *in, enum entity e, const void *row, struct buf *out)
{
    const char *sep = _("\nNot known: ");
    int cells = 11;

    for (unsigned i = 0; i < column_count(e); i++) {
        struct value v = column_value(&in->ctx, e, i, row);
        if (v.kind != VALUE_NONE || column_is_derived(e, i))
            continue;
        const char *title = _(column_info(e, i)->title);
        if (cells + text_cells(title) + 2 > 76) {
            sep = ",\n           ";
            cells = 11;
        }
        buf_addf(out, "%s%s", sep, title);
        cells += text_cells(title) + 2;
        sep = ", ";
    }
    if (sep[0] == ',')
        buf_addc(out, '\n');
}

/* --- a small table of another entity --- */

struct short_column {
    const struct field *f;
    unsigned column;
    int cells; /* 0: nobody has it */
};

struct short_table {
    struct short_column columns[SHORT_MAX];
    int count, rows;
};

static bool belongs(const void *row, uint16_t center)
{
    return row && row_head_of(row)->center == center && !(row_head_of(row)->flags & ROW_GONE);
}

static int short_words(const struct view_input *in, enum entity e, const struct short_column *col,
                       const void *row, struct buf *text)
{
    struct value v = column_value(&in->ctx, e, col->column, row);

    buf_reset(text);
    if (v.kind == VALUE_NONE)
        return 0;
    details_value(in, col->f, &v, text);
    return text_cells(text->data);
}

static void short_measure(const struct view_input *in, enum entity e, const void *row,
                          struct short_table *t)
{
    struct buf text;

    buf_init(&text, VALUE_MAX);
    for (int k = 0; k < t->count; k++) {
        struct short_column *col = &t->columns[k];
        int cells = short_words(in, e, col, row, &text), title = text_cells(_(col->f->title));
        if (cells > 0 && cells < title)
            cells = title;
        if (cells > col->cells)
            col->cells = cells < SHORT_CELLS ? cells : SHORT_CELLS;
    }
    t->rows++;
    buf_fini(&text);
}

/* NULL row: the titles. */
static void short_line(const struct view_input *in, enum entity e, const void *row,
                       const struct short_table *t, struct buf *out)
{
    struct buf text;
    bool first = true;

    buf_init(&text, VALUE_MAX);
    for (int k = 0; k < t->count; k++) {
        const struct short_column *col = &t->columns[k];
        bool number = col->f->type == FT_NUM;
        if (col->cells == 0)
            continue;
        buf_adds(out, first ? "   " : "  ");
        first = false;
        if (row && short_words(in, e, col, row, &text) > col->cells) { /* pushes the others along */
            buf_adds(out, text.data);
            continue;
        }
        text_pad(out, row ? text.len > 0 ? text.data : "-" : _(col->f->title), col->cells, number);
    }
    end_of_line(out);
    buf_fini(&text);
}

static struct short_table short_table_of(enum entity e, const char *const *fields)
{
    struct short_table t = {.count = 0};

    for (int i = 0; fields[i] && t.count < SHORT_MAX; i++) {
        int column = column_find(e, fields[i]);
        if (column >= 0)
            t.columns[t.count++] =
                (struct short_column){column_info(e, (unsigned)column), (unsigned)column, 0};
    }
    return t;
}

void details_rows(const struct view_input *in, enum entity e, const char *title,
                  const char *const *fields, const uint32_t *slots, int count, struct buf *out)
{
    struct short_table t = short_table_of(e, fields);

    for (int i = 0; i < count; i++)
        short_measure(in, e, snapshot_row(in->snap, e, slots[i]), &t);
    if (t.rows == 0) {
        buf_addf(out, _("\n%s: none\n"), title);
        return;
    }
    buf_addf(out, "\n%s\n", title);
    short_line(in, e, NULL, &t, out);
    for (int i = 0; i < count && i < SHORT_ROWS; i++)
        short_line(in, e, snapshot_row(in->snap, e, slots[i]), &t, out);
    if (t.rows > SHORT_ROWS)
        buf_addf(out, _("   and %d more\n"), t.rows - SHORT_ROWS);
}

static void add_all_of(const struct view_input *in, enum entity e, uint16_t center,
                       const char *title, const char *const *fields, struct buf *out)
{
    uint32_t slots_total = snapshot_slots(in->snap, e);
    uint32_t *slots = xmalloc((slots_total + 1) * sizeof *slots);
    int count = 0;

    for (uint32_t i = 0; i < slots_total; i++)
        if (belongs(snapshot_row(in->snap, e, i), center))
            slots[count++] = i;
    details_rows(in, e, title, fields, slots, count, out);
    free(slots);
}

static void add_center(const struct view_input *in, const void *row, struct buf *out)
{
    static const char *const source[] = {"name",     "state",    "latency_ms",
                                         "requests", "failures", "bad_elements",
                                         "via",      "error",    NULL};
    static const char *const controller[] = {"name",
                                             "version",
                                             "server_cost_ms",
                                             "controller_threads",
                                             "controller_queue",
                                             "scheduler_cycle_ms",
                                             NULL};
    static const char *const reservation[] = {
        "name", "node_count", "nodes", "starts_at", "ends_at", "users", "accounts", "flags", NULL};
    static const char *const license[] = {"name", "total", "used", "free", "reserved", NULL};
    uint16_t center = row_head_of(row)->center;

    add_all_of(in, ENTITY_SOURCE, center, _("Sources"), source, out);
    add_all_of(in, ENTITY_SOURCE, center, _("What the controllers say of themselves"), controller,
               out);
    add_all_of(in, ENTITY_RESERVATION, center, _("Reservations"), reservation, out);
    add_all_of(in, ENTITY_LICENSE, center, _("Licences"), license, out);
}

/* A row of which several sources speak: who they are, and how much of it each tells. */
static void add_tellers(const struct view_input *in, const void *row, struct buf *out)
{
    struct teller tellers[TELLERS_MAX];
    int n = snapshot_tellers(in->snap, row, tellers);
    char age[FIGURE_MAX];

    if (n < 2)
        return;
    buf_addf(out, _("\n%d sources speak of it\n"), n);
    for (int i = 0; i < n; i++) {
        buf_adds(out, "   ");
        text_pad(out, source_name(in, tellers[i].source), VALUE_CELLS, false);
        figure_duration(age, in->ctx.now - tellers[i].at);
        text_pad(out, tellers[i].at > 0 ? age : FIGURE_ABSENT, AGE_CELLS + 1, true);
        int told = __builtin_popcountll(tellers[i].fields);
        buf_addf(out, _n("  %d value is its word\n", "  %d values are its word\n", (unsigned)told),
                 told);
    }
}

static void add_title(const struct view_input *in, enum entity e, const void *row, struct buf *out)
{
    const struct entity_info *info = entity_info(e);
    struct value name = column_value(&in->ctx, e, (unsigned)info->name_field, row);

    buf_addf(out, "%s %s", _(info->id), name.kind == VALUE_STR ? cell_string(in, name.str) : "?");
    if (e != ENTITY_CENTER)
        buf_addf(out, ", %s", cell_center_name(in, row_head_of(row)->center));
    if (row_head_of(row)->flags & ROW_GONE)
        buf_adds(out, _(": its source no longer lists it"));
    buf_addc(out, '\n');
}

void details_text(const struct view_input *in, enum entity e, const void *row, struct buf *out)
{
    add_title(in, e, row, out);
    buf_addc(out, '\n');
    for (unsigned i = 0; i < column_count(e); i++)
        add_field(in, e, i, row, out);
    add_absent(in, e, row, out);
    add_tellers(in, row, out);
    if (e == ENTITY_CENTER)
        add_center(in, row, out);
    if (e == ENTITY_JOB || e == ENTITY_NODE)
        device_details_of(in, e, row, out);
}
