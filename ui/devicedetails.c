/* SPDX-License-Identifier: MIT
 * devicedetails.c - what a person asks of one device before the list of its fields: what is wrong with it, what its XID
 * means and what to do, whose it is, how it is cut up; and the devices of a job or node. See devices.h. */
#include "ui/cells.h"
#include "ui/details.h"
#include "ui/devices.h"
#include "ui/glyph.h"
#include "ui/nodelook.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmem.h"
#include "model/fields.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_CELLS = 10, LISTED_MAX = 64 };

__attribute__((format(printf, 3, 4))) static void line(struct buf *out, const char *word,
                                                       const char *fmt, ...)
{
    va_list ap;

    buf_adds(out, "  ");
    text_pad(out, word, WORD_CELLS, false);
    buf_addc(out, ' ');
    va_start(ap, fmt);
    buf_vaddf(out, fmt, ap);
    va_end(ap);
    buf_addc(out, '\n');
}

static void add_throttle(const struct device_row *d, struct buf *out)
{
    static const char *const meanings[throttle_COUNT] = {
        [throttle_SW_POWER] =
            N_("the driver keeps it below its power limit: usual under full load"),
        [throttle_SW_THERMAL] = N_("the driver slows it down to stay below its temperature limit"),
        [throttle_HW_SLOWDOWN] = N_("the hardware slows it down: heat, or the power brake"),
        [throttle_HW_THERMAL] = N_("the hardware slows it down because it is too hot"),
        [throttle_HW_POWER_BRAKE] =
            N_("the board is told to brake: a power supply or the rack is short of power"),
        [throttle_SYNC_BOOST] = N_("it keeps step with a slower device of its group"),
        [throttle_OTHER] = N_("for another reason"),
    };

    if (!row_has(d, device, throttle))
        return;
    for (unsigned i = 0; i < throttle_COUNT; i++)
        if (d->throttle >> i & 1)
            line(out, _("throttled"), "%s: %s",
                 _(column_info(ENTITY_DEVICE, FIELD_device_throttle)->words[i]), _(meanings[i]));
}

static void add_xid(const struct view_input *in, const struct device_row *d, struct buf *out)
{
    struct device_word w = device_xid_word(in, d);
    char age[FIGURE_MAX] = "";

    if (!w.text[0])
        return;
    const struct xid *x =
        in->xids ? xid_find(in->xids, (unsigned)row_num(d, device, xid_last)) : NULL;
    if (row_has(d, device, xid_at))
        figure_duration(age, in->ctx.now - row_time(d, device, xid_at));
    const char *what = x ? _(x->what) : _("not in the table of XIDs");
    if (*age)
        line(out, "XID", _("%s, %s ago: %s"), w.text, age, what);
    else
        line(out, "XID", "%s: %s", w.text, what);
    if (x)
        line(out, _("to do"), "%s (%s)", _(x->action), _(xid_class_word(x->class)));
}

static void add_heat(const struct view_input *in, const struct device_row *d, struct buf *out)
{
    char heat[FIGURE_MAX], left[FIGURE_MAX];
    double margin;

    if (!device_margin(d, &margin))
        return;
    figure_unit(left, margin, UNIT_DEGREE, in->ascii);
    if (row_has(d, device, temperature_celsius))
        figure_unit(heat, d->temperature_celsius, UNIT_CELSIUS, in->ascii);
    const char *to = row_has(d, device, temperature_headroom_celsius)
                         ? _("as the device tells")
                         : _("to the limit that is told");
    if (row_has(d, device, temperature_celsius))
        line(out, _("heat"), _("%s, %s left, %s"), heat, left, to);
    else
        line(out, _("heat"), _("%s left, %s"), left, to);
}

static void add_whose(const struct view_input *in, const struct device_row *d, struct buf *out)
{
    const struct node_row *n = device_node(in->snap, d);
    const struct job_row *j = device_job(in->snap, d);
    char word[32];

    if (j)
        line(out, _("job"), _("%s %s of %s: Enter goes there"), cell_string(in, j->id),
             row_has(j, job, name) ? cell_string(in, j->name) : "",
             row_has(j, job, user) ? cell_string(in, j->user) : FIGURE_ABSENT);
    else if (row_has(d, device, job))
        line(out, _("job"), _("%s: no scheduler tells of it here"),
             cell_string(in, row_str(d, device, job)));
    if (n) {
        struct node_look look = node_look(in, n);
        line(out, _("node"), "%s%s%s", node_word(&look, word, sizeof word),
             row_has(n, node, reason) ? ": " : "",
             row_has(n, node, reason) ? cell_string(in, n->reason) : "");
    } else {
        line(out, _("node"), _("no scheduler tells of it"));
    }
    if (device_idle(d))
        line(out, _("idle"), _("given away, and below 1 %% busy for ten minutes or longer"));
}

/* --- devices that belong together --- */

struct listing {
    const struct view_input *in;
    uint32_t slots[LISTED_MAX];
    int count, more;
};

static void list_where(struct listing *l,
                       bool (*fits)(const struct view_input *in, const void *what,
                                    const struct device_row *d),
                       const void *what)
{
    for (uint32_t i = 0; i < snapshot_slots(l->in->snap, ENTITY_DEVICE); i++) {
        const struct device_row *d = snapshot_row(l->in->snap, ENTITY_DEVICE, i);
        if (!d || d->h.flags & ROW_GONE || !fits(l->in, what, d))
            continue;
        if (l->count < LISTED_MAX)
            l->slots[l->count++] = i;
        else
            l->more++;
    }
}

static bool is_slice_of(const struct view_input *in, const void *what, const struct device_row *d)
{
    const struct device_row *parent = what;

    (void)in;
    return d->h.center == parent->h.center && device_is_slice(d) &&
           row_str(d, device, parent) == parent->uuid;
}

static bool is_parent_of(const struct view_input *in, const void *what, const struct device_row *d)
{
    return is_slice_of(in, d, what) && row_has(d, device, uuid);
}

static bool is_of_node(const struct view_input *in, const void *what, const struct device_row *d)
{
    const struct node_row *n = what;

    (void)in;
    return d->h.center == n->h.center && row_has(d, device, node) && d->node == n->name;
}

static bool is_of_job(const struct view_input *in, const void *what, const struct device_row *d)
{
    const struct job_row *j = what;

    (void)in;
    if (d->h.center != j->h.center || !row_has(d, device, job))
        return false;
    strid told = row_str(d, device, job);
    return told == j->id || (row_has(j, job, raw_id) && told == row_str(j, job, raw_id));
}

static void add_listing(struct listing *l, const char *title, struct buf *out)
{
    static const char *const fields[] = {"node",
                                         "index",
                                         "model",
                                         "temperature_celsius",
                                         "margin_celsius",
                                         "power_watts",
                                         "tensor_utilization_percent",
                                         "flops",
                                         "mig",
                                         "health",
                                         NULL};

    if (l->count == 0)
        return;
    details_rows(l->in, ENTITY_DEVICE, title, fields, l->slots, l->count, out);
    if (l->more > 0)
        buf_addf(out, _("   and %d more: 3 shows them\n"), l->more);
}

void device_details_of(const struct view_input *in, enum entity e, const void *row, struct buf *out)
{
    struct listing l = {.in = in};

    list_where(&l, e == ENTITY_JOB ? is_of_job : is_of_node, row);
    add_listing(&l, e == ENTITY_JOB ? _("Devices that work for it") : _("Its devices"), out);
}

static void add_slices(const struct view_input *in, const struct device_row *d, struct buf *out)
{
    struct listing slices = {.in = in}, whole = {.in = in};

    if (device_is_slice(d)) {
        list_where(&whole, is_parent_of, d);
        add_listing(&whole, _("It is a slice of"), out);
    } else if (row_has(d, device, uuid)) {
        list_where(&slices, is_slice_of, d);
        add_listing(&slices, _("Its slices"), out);
    }
}

void device_details(const struct view_input *in, const struct device_row *d, struct buf *out)
{
    struct device_word health = device_health_word(in, d);
    struct buf fields;
    char index[16];

    device_index_text(d, index);
    buf_addf(out, _("GPU %s of %s, %s\n\n"), index, cell_string(in, d->node),
             cell_center_name(in, d->h.center));
    if (health.text[0])
        line(out, _("health"), "%s", health.text);
    add_heat(in, d, out);
    add_throttle(d, out);
    add_xid(in, d, out);
    add_whose(in, d, out);
    buf_init(&fields, out->max);
    details_text(in, ENTITY_DEVICE, d, &fields);
    buf_adds(out, fields.data + strcspn(fields.data, "\n") + 1); /* its title is ours */
    buf_fini(&fields);
    add_slices(in, d, out);
}
