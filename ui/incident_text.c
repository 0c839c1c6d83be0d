/* SPDX-License-Identifier: MIT
 * incident_text.c - an interruption at length: the formula of what it cost, its attempts, everything that is known. */
#include "ui/incident.h"
#include "base/i18n.h"
#include "ui/cells.h"
#include "ui/details.h"
#include "ui/glyph.h"
#include "ui/said.h"
#include "model/interrupt.h"
#include <stdio.h>
#include <string.h>

enum { DETAILS_MAX = 1 << 18, MINUTE_MS = 60000, TIME_MAX = FIGURE_MAX + 8 };

static const char *number_of(const struct view_input *in, double v, char text[FIGURE_MAX])
{
    figure_number(text, v, v < 999.95 && v != (double)(int64_t)v, in->ascii);
    return text;
}

static const char *minutes_of(const struct view_input *in, int64_t ms, char text[TIME_MAX])
{
    char number[FIGURE_MAX];

    if (ms < 2 * MINUTE_MS)
        snprintf(text, TIME_MAX, "%s s", number_of(in, (double)(ms / 1000), number));
    else
        snprintf(text, TIME_MAX, "%s min", number_of(in, (double)(ms / MINUTE_MS), number));
    return text;
}

static const char *hours_of(const struct view_input *in, double hours, char text[FIGURE_MAX])
{
    if (!(hours > 0 && hours < 0.05))
        return number_of(in, hours, text);
    snprintf(text, FIGURE_MAX, "<0.1");
    return text;
}

/* "256 GPUs x (30 min + 5 min) = 149.3 GPU-h": what was worked on and is lost. An attempt that ran for less loses no more
 * than that, so the sum is not written as if it were the result. */
static void add_sum(const struct view_input *in, const struct interruption_row *r, int64_t ran,
                    int64_t since, struct buf *out)
{
    const char *times = glyph(GLYPH_TIMES, in->ascii);
    char n[FIGURE_MAX], work[TIME_MAX], again[TIME_MAX], whole[TIME_MAX], lost[FIGURE_MAX],
        most[FIGURE_MAX];

    number_of(in, r->devices, n);
    minutes_of(in, since < ran ? since : ran, work);
    minutes_of(in, INTERRUPT_RESTART_MS, again);
    minutes_of(in, ran, whole);
    hours_of(in, r->gpu_hours_lost, lost);
    hours_of(in, r->gpu_hours_lost_ceiling, most);
    if (r->gpu_hours_lost >= r->gpu_hours_lost_ceiling)
        buf_addf(out,
                 _("%s GPUs %s (%s of work + %s to start again) is more than it ran, so %s %s %s = "
                   "%s GPU-h\n"),
                 n, times, work, again, n, times, whole, most);
    else
        buf_addf(
            out,
            _("%s GPUs %s (%s of work + %s to start again) = %s GPU-h; no more than %s %s %s = "
              "%s GPU-h\n"),
            n, times, work, again, lost, n, times, whole, most);
}

void incident_formula(const struct view_input *in, const struct interruption_row *r,
                      struct buf *out)
{
    bool has = row_has(r, interruption, gpu_hours_lost) && row_has(r, interruption, devices) &&
               row_has(r, interruption, started_at) && row_has(r, interruption, at);
    int64_t since = INTERRUPT_CHECKPOINT_MS / 2;
    char usual[TIME_MAX], caused[FIGURE_MAX];

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
        buf_addf(out,
                 _("Its last checkpoint is not known: half of the usual %s is assumed, hence the "
                   "~.\n"),
                 minutes_of(in, INTERRUPT_CHECKPOINT_MS, usual));
    }
    add_sum(in, r, r->at - r->started_at, since, out);
    if (row_has(r, interruption, gpu_hours_caused) && r->gpu_hours_caused > 0) {
        buf_addf(out, _("Jobs that were preempted to restart it lost %s GPU-h more.\n"),
                 number_of(in, r->gpu_hours_caused, caused));
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
    buf_addf(out,
             _n("   %d interruption within the time that is kept; last: %s %s\n",
                "   %d interruptions within the time that is kept; last: %s %s\n",
                (unsigned)b.interruptions),
             b.interruptions, at, said_string(in, b.what));
    const struct offender_row *o = incident_offender(in, r->h.center, r->node);
    if (o && row_has(o, offender, score))
        buf_addf(out,
                 row_has(o, offender, flagged) && o->flagged ? _("   lemon score %.2f, flagged\n")
                                                             : _("   lemon score %.2f\n"),
                 o->score);
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
