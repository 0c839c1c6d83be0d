/* SPDX-License-Identifier: MIT
 * incident_text.c - an interruption at length: the formula of what it cost, its attempts, everything that is known. */
#include "ui/incident.h"
#include "base/i18n.h"
#include "ui/cells.h"
#include "ui/details.h"
#include "ui/glyph.h"
#include "model/interrupt.h"
#include <string.h>

enum { DETAILS_MAX = 1 << 18, MINUTE_MS = 60000 };

static void add_number(const struct view_input *in, struct buf *out, double v, const char *behind)
{
    char text[FIGURE_MAX];

    figure_number(text, v, v < 999.95 && v != (double)(int64_t)v, in->ascii);
    buf_addf(out, "%s%s", text, behind);
}

static void add_minutes(const struct view_input *in, struct buf *out, int64_t ms)
{
    if (ms < 2 * MINUTE_MS)
        add_number(in, out, (double)(ms / 1000), " s");
    else
        add_number(in, out, (double)(ms / MINUTE_MS), " min");
}

static void add_hours(const struct view_input *in, struct buf *out, double hours,
                      const char *behind)
{
    if (hours > 0 && hours < 0.05)
        buf_addf(out, "<0.1%s", behind);
    else
        add_number(in, out, hours, behind);
}

/* "256 GPUs x (30 min + 5 min) = 149.3 GPU-h": what was worked on and is lost. An attempt that ran for less loses no more
 * than that, so the sum is not written as if it were the result. */
static void add_sum(const struct view_input *in, const struct interruption_row *r, int64_t ran,
                    int64_t since, struct buf *out)
{
    const char *times = glyph(GLYPH_TIMES, in->ascii);
    bool capped = r->gpu_hours_lost >= r->gpu_hours_lost_ceiling;

    add_number(in, out, r->devices, _(" GPUs "));
    buf_addf(out, "%s (", times);
    add_minutes(in, out, since < ran ? since : ran);
    buf_adds(out, _(" of work + "));
    add_minutes(in, out, INTERRUPT_RESTART_MS);
    if (capped) {
        buf_adds(out, _(" to start again) is more than it ran, so "));
    } else {
        buf_adds(out, _(" to start again) = "));
        add_hours(in, out, r->gpu_hours_lost, _(" GPU-h; no more than "));
    }
    add_number(in, out, r->devices, " ");
    buf_addf(out, "%s ", times);
    add_minutes(in, out, ran);
    buf_adds(out, " = ");
    add_hours(in, out, r->gpu_hours_lost_ceiling, " GPU-h\n");
}

void incident_formula(const struct view_input *in, const struct interruption_row *r,
                      struct buf *out)
{
    bool has = row_has(r, interruption, gpu_hours_lost) && row_has(r, interruption, devices) &&
               row_has(r, interruption, started_at) && row_has(r, interruption, at);
    int64_t since = INTERRUPT_CHECKPOINT_MS / 2;

    if (!has) {
        buf_adds(out,
                 _("Lost GPU-hours are not known: it had no GPUs, or nobody told when it ran.\n"));
        return;
    }
    buf_adds(out,
             _("Lost GPU-hours: the work since the last checkpoint, and the time to start again, "
               "no more than the attempt ran.\n"));
    if (row_has(r, interruption, checkpoint_at)) {
        since = r->at - r->checkpoint_at;
    } else {
        buf_adds(out, _("Its last checkpoint is not known: half of the usual "));
        add_minutes(in, out, INTERRUPT_CHECKPOINT_MS);
        buf_adds(out, _(" is assumed, hence the ~.\n"));
    }
    add_sum(in, r, r->at - r->started_at, since, out);
    if (row_has(r, interruption, gpu_hours_caused) && r->gpu_hours_caused > 0) {
        buf_adds(out, _("Jobs that were preempted to restart it lost "));
        add_number(in, out, r->gpu_hours_caused, _(" GPU-h more.\n"));
    }
}

static void add_before(const struct view_input *in, const struct interruption_row *r,
                       struct buf *out)
{
    struct incident_before b = incident_before(in, r);
    char at[16];

    if (!row_has(r, interruption, node))
        return;
    buf_addf(out, _("\nBefore on %s\n"), cell_string(in, r->node));
    if (b.at == 0) {
        buf_adds(out, _("   nothing is known\n"));
        return;
    }
    time_short(b.at, in->ctx.utc_offset_minutes, at);
    buf_addf(out, _("   %d interruption%s within the time that is kept; last: %s %s\n"),
             b.interruptions, b.interruptions == 1 ? "" : "s", at, cell_string(in, b.what));
    const struct offender_row *o = incident_offender(in, r->h.center, r->node);
    if (o && row_has(o, offender, score))
        buf_addf(out, _("   lemon score %.2f%s\n"), o->score,
                 row_has(o, offender, flagged) && o->flagged ? _(", flagged") : "");
}

static void add_attempts(const struct view_input *in, const struct interruption_row *r,
                         struct buf *out)
{
    static const char *const fields[] = {"number",      "started_at", "ended_at", "end", "nodes",
                                         "failed_node", "ended_by",   "seen_by",  NULL};
    uint32_t slots[INCIDENT_ATTEMPTS];
    int n = incident_attempts(in, r, slots);

    details_rows(in, ENTITY_ATTEMPT, _("Attempts of the job"), fields, slots, n, out);
}

void incident_details(const struct view_input *in, const struct interruption_row *r,
                      struct buf *out)
{
    struct buf fields;

    buf_init(&fields, DETAILS_MAX);
    details_text(in, ENTITY_INTERRUPTION, r, &fields);
    size_t title = strcspn(fields.data, "\n");
    buf_add(out, fields.data, title);
    buf_adds(out, "\n\n");
    incident_formula(in, r, out);
    buf_adds(out, _("Advice: "));
    incident_advice(in, r, out);
    buf_addc(out, '\n');
    add_attempts(in, r, out);
    add_before(in, r, out);
    buf_adds(out, fields.data + title + (fields.data[title] == '\n'));
    buf_fini(&fields);
}
