/* SPDX-License-Identifier: MIT
 * alert_words.c - an alert in one sentence. The figures in it are rounded, so that the same sentence stays while
 * nothing worth telling changes. */
#include "base/buf.h"
#include "base/sentence.h"
#include "model/fleet_int.h"
#include "model/fields.h"
#include <math.h>

static const char *text_of(const struct fleet *f, bool has, strid id)
{
    return has ? intern_text(f->strings, id) : "";
}

/* An alert stays for a while after its cause, so that it does not come and go. */
static void words_stale(const struct center_row *c, struct buf *out)
{
    if (c->sources_ok >= c->sources_total)
        buf_adds(out, S_("its sources answer again"));
    else
        buf_addf(out, S_("%.0f of %.0f sources do not answer; what they told is old"),
                 (double)c->sources_total - (double)c->sources_ok, (double)c->sources_total);
}

static void words_down(const struct center_row *c, struct buf *out)
{
    if (c->sources_ok > 0)
        words_stale(c, out);
    else
        buf_adds(out, S_("none of its sources answers; what is shown of it is old"));
}

static void words_refused(const struct fleet *f, const struct source_row *s, struct buf *out)
{
    const char *error = text_of(f, row_has(s, source, error), s->error);

    buf_addf(out, S_("the credentials are refused") "%s%s", *error ? ": " : "", error);
}

static void words_skew(const struct source_row *s, struct buf *out)
{
    char much[24];

    time_duration((int64_t)fabs(s->clock_ahead_ms), much);
    buf_addf(out,
             s->clock_ahead_ms > 0
                 ? S_("its clock is %s ahead of ours: the ages of what it tells are too short")
                 : S_("its clock is %s behind ours: the ages of what it tells are too long"),
             much);
}

static void words_out(const struct center_row *c, double share, struct buf *out)
{
    buf_addf(out, S_("drained or down: %.0f of %.0f nodes (%.0f %%)"),
             (double)c->nodes_drained + (double)c->nodes_down, (double)c->nodes_total,
             floor(share));
}

static void words_burst(const struct fleet *f, const struct sight *s, struct buf *out)
{
    const struct center_watch *w = &f->alerts.centers[s->center];

    buf_addf(out, S_("%.0f interruptions within an hour; usual here: %.2g an hour"), s->value,
             w->hours > 0 ? w->count / w->hours : 0);
}

static void words_hot(const struct fleet *f, const struct node_row *n, const struct sight *s,
                      int level, struct buf *out)
{
    const char *sensor =
        text_of(f, row_has(n, node, temperature_sensor), row_str(n, node, temperature_sensor));

    if (*sensor)
        buf_addf(out, S_("%.0f°C at %s, limit %.0f"), s->value, sensor, s->limits.at[level]);
    else
        buf_addf(out, S_("%.0f°C, limit %.0f"), s->value, s->limits.at[level]);
}

static void words_hot_device(const struct device_row *d, const struct sight *s, int level,
                             struct buf *out)
{
    if (row_has(d, device, temperature_celsius))
        buf_addf(out, S_("%.0f°C, limit %.0f"), s->value, s->limits.at[level]);
    else if (s->value >= 0)
        buf_addf(out, S_("%.0f degrees past where it slows down"), s->value);
    else
        buf_addf(out, S_("%.0f degrees below where it slows down"), -s->value);
}

static void words_lost(const struct fleet *f, const struct device_row *d, struct buf *out)
{
    buf_addf(out, S_("its health is") ": %s", text_of(f, row_has(d, device, health), d->health));
}

static void words_throttled(const struct device_row *d, struct buf *out)
{
    bool hot = d->throttle & 1u << throttle_HW_THERMAL,
         brake = d->throttle & 1u << throttle_HW_POWER_BRAKE;

    buf_addf(out, S_("the hardware slows it down") ": %s",
             hot && brake ? S_("too hot, and the power brake is on")
             : hot        ? S_("too hot")
                          : S_("the power brake is on"));
}

static void words_xid(const struct fleet *f, const struct sight *s, struct buf *out)
{
    const struct xid *x = f->faults.xids && s->limits.at[RULE_CRITICAL] >= 0
                              ? xid_find(f->faults.xids, (unsigned)s->value)
                              : NULL;

    if (x)
        buf_addf(out, "XID %.0f: %s; %s", s->value, x->what, x->action);
    else
        buf_addf(out, S_("XID %.0f, which is not in the table"), s->value);
}

static void words_lemon(const struct fleet *f, const struct offender_row *o, struct buf *out)
{
    const char *what = text_of(f, row_has(o, offender, what), o->what);

    buf_addf(out, S_("interrupts far more jobs than its peers") "%s%s", *what ? ": " : "", what);
}

void alert_words(const struct fleet *f, const struct sight *s, int level, struct buf *out)
{
    switch (s->rule) {
    case RULE_center_stale:
        words_stale(s->row, out);
        break;
    case RULE_center_down:
        words_down(s->row, out);
        break;
    case RULE_source_refused:
        words_refused(f, s->row, out);
        break;
    case RULE_clock_skew:
        words_skew(s->row, out);
        break;
    case RULE_nodes_out:
        words_out(s->row, s->value, out);
        break;
    case RULE_interruption_burst:
        words_burst(f, s, out);
        break;
    case RULE_queue_age:
        buf_addf(out, S_("the oldest job that could run has waited for %.0f hours"),
                 floor(s->value / 3600));
        break;
    case RULE_hot_node:
        words_hot(f, s->row, s, level, out);
        break;
    case RULE_hot_device:
        words_hot_device(s->row, s, level, out);
        break;
    case RULE_device_lost:
        if (s->value >= VANISHED)
            buf_adds(out, S_("it is told no more, while others of its node are"));
        else
            words_lost(f, s->row, out);
        break;
    case RULE_xid:
        words_xid(f, s, out);
        break;
    case RULE_device_throttled:
        words_throttled(s->row, out);
        break;
    case RULE_remap_failed:
        buf_adds(out, S_("memory rows could not be replaced: exchange the device"));
        break;
    case RULE_node_flapping:
        buf_addf(out, S_("went out of service %.0f times within 24 hours"), s->value);
        break;
    case RULE_lemon:
        words_lemon(f, s->row, out);
        break;
    case RULE_COUNT:
        break;
    }
}
