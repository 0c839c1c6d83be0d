/* SPDX-License-Identifier: MIT
 * dialogtext.c - see dialogtext.h. */
#include "ui/dialogtext.h"
#include "ui/figure.h"
#include "ui/glyph.h"
#include "ui/nodelook.h"
#include "base/text.h"
#include "base/xmem.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the sheet --- */

struct sheet_line *sheet_line(struct sheet *s, int rank, const char *label)
{
    /* Lists are bounded, so this is never full; if it were, the last line would be written over. */
    struct sheet_line *l = &s->lines[s->count < SHEET_LINES ? s->count++ : SHEET_LINES - 1];

    *l = (struct sheet_line){.label = label, .rank = rank, .field = -1};
    return l;
}

void sheet_part(struct sheet_line *l, struct style style, const char *fmt, ...)
{
    char text[sizeof l->parts[0].text];
    va_list ap;

    if (l->part_count == SHEET_PARTS)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    l->parts[l->part_count].style = style;
    text_clean_into(l->parts[l->part_count].text, sizeof text, text, strlen(text));
    l->part_count++;
}

int sheet_lines(const struct sheet *s)
{
    int n = 0;

    for (int i = 0; i < s->count; i++)
        n += !s->lines[i].dropped;
    return n;
}

bool sheet_fit(struct sheet *s, int rows)
{
    int left = sheet_lines(s) - rows;
    bool fits = true;

    for (int rank = RANKS - 1; rank >= RANK_MUST; rank--)
        for (int i = s->count - 1; i >= 0 && left > 0; i--)
            if (s->lines[i].rank == rank) {
                s->lines[i].dropped = true;
                fits = rank != RANK_MUST;
                left--;
            }
    return fits;
}

void sheet_free(struct sheet *s)
{
    free(s);
}

/* --- words --- */

static struct value_ctx context(const struct dialog_world *w)
{
    return (struct value_ctx){w->snap, w->now, w->utc_offset_minutes};
}

static void figure(struct buf *out, double v, bool ascii)
{
    char text[FIGURE_MAX];

    if (v < 0) {
        buf_adds(out, FIGURE_ABSENT);
        return;
    }
    figure_number(text, v, v > 0 && v < 10 && v != (double)(int)v ? 1 : 0, ascii);
    buf_adds(out, text);
}

/* ", 8 GPUs"; nothing for what is not known. */
static void counted(struct buf *out, const char *before, double v, const char *word, bool ascii)
{
    if (v < 0)
        return;
    buf_adds(out, before);
    figure(out, v, ascii);
    buf_addf(out, " %s%s", word, v == 1 ? "" : "s");
}

static void node_facts(const struct node_row *n, const struct dialog_world *w, struct buf *out)
{
    struct value_ctx c = context(w);
    struct node_look look = node_look_of(&c, n);
    char text[FIGURE_MAX];

    buf_adds(out, node_word(&look, text, sizeof text));
    if (row_has(n, node, devices_total) && n->devices_total > 0)
        buf_addf(out, ", %.0f %s %s", (double)n->devices_total, glyph(GLYPH_TIMES, w->ascii),
                 row_has(n, node, device_model)
                     ? intern_text(snapshot_strings(w->snap), n->device_model)
                     : "GPU");
    if (row_has(n, node, booted_at) && n->booted_at <= w->now) {
        figure_duration(text, w->now - n->booted_at);
        buf_addf(out, ", up %s", text);
    }
    if (row_has(n, node, reason))
        buf_addf(out, ", %s", intern_text(snapshot_strings(w->snap), n->reason));
}

static void job_facts(const struct job_row *j, const struct dialog_world *w, struct buf *out)
{
    const struct intern *in = snapshot_strings(w->snap);
    char text[FIGURE_MAX];

    buf_adds(out, column_info(ENTITY_JOB, FIELD_job_state)->words[j->state]);
    if (row_has(j, job, name))
        buf_addf(out, ", %s", intern_text(in, j->name));
    if (row_has(j, job, user))
        buf_addf(out, " of %s", intern_text(in, j->user));
    if (row_has(j, job, tasks) && j->tasks > 1) {
        buf_adds(out, ", stands for ");
        counted(out, "", j->tasks, "waiting task", w->ascii);
    }
    if (row_has(j, job, devices_allocated) && j->devices_allocated > 0)
        counted(out, ", ", j->devices_allocated, "GPU", w->ascii);
    if (row_has(j, job, node_count) && j->state != job_state_QUEUED && j->state != job_state_HELD)
        counted(out, ", ", j->node_count, "node", w->ascii);
    if (row_has(j, job, started_at) && j->started_at <= w->now && j->state == job_state_RUNNING) {
        figure_duration(text, w->now - j->started_at);
        buf_addf(out, ", ran %s", text);
    }
    if (row_has(j, job, restarts) && j->restarts > 0)
        buf_addf(out, ", attempt %.0f", (double)j->restarts + 1);
}

void dialog_facts(const struct action_target *t, const struct dialog_world *w, struct buf *out)
{
    uint32_t slot = snapshot_find(w->snap, t->entity, t->key);
    const void *row = slot == UINT32_MAX ? NULL : snapshot_row(w->snap, t->entity, slot);

    if (!row)
        buf_adds(out, "no longer listed");
    else if (t->entity == ENTITY_NODE)
        node_facts(row, w, out);
    else
        job_facts(row, w, out);
}

static bool loses_work(enum action_verb v)
{
    return v == action_verb_REQUEUE || v == action_verb_CANCEL;
}

void dialog_risk(const struct plan *p, const struct dialog_world *w, struct buf *out)
{
    enum action_verb v = p->order->verb;
    const char *dot = w->ascii ? " - " : " \xC2\xB7 ",
               *most = w->ascii ? "at most " : "\xE2\x89\xA4 ";

    if (v != action_verb_DRAIN && !loses_work(v))
        return;
    if (p->jobs == 0 || (loses_work(v) && p->devices < 0 && p->gpu_hours_ceiling < 0)) {
        buf_adds(out, v == action_verb_DRAIN ? "nothing runs on it"
                                             : "it does not run: no work is lost");
        return;
    }
    if (p->jobs < 0)
        buf_adds(out, "what runs there is not known");
    counted(out, "", p->jobs, "job", w->ascii);
    if (p->owners[0])
        buf_addf(out, " of %s", p->owners);
    if (v != action_verb_DRAIN)
        counted(out, dot, p->nodes, "node", w->ascii);
    double devices = v == action_verb_DRAIN ? p->devices_busy : p->devices;
    counted(out, dot, devices > 0 ? devices : -1, "GPU", w->ascii);
    if (p->gpu_hours_ceiling <= 0)
        return;
    buf_adds(out, dot);
    if (v == action_verb_REQUEUE && p->gpu_hours_at_risk >= 0) {
        buf_adds(out, "~");
        figure(out, p->gpu_hours_at_risk, w->ascii);
        buf_adds(out, ", ");
    }
    buf_adds(out, most);
    figure(out, p->gpu_hours_ceiling, w->ascii);
    buf_addf(out, " GPU\xC2\xB7h %s",
             v != action_verb_DRAIN ? "lost"
             : p->jobs == 1         ? "at risk if it stops"
                                    : "at risk if they stop");
}

void dialog_pool(const struct plan *p, const struct plan_pool *pool, const struct dialog_world *w,
                 struct buf *out)
{
    struct act_limits limits = act_limits_of(w->limits);

    (void)p;
    buf_addf(out, "out of work %.0f %s %.0f (%.1f %%)", pool->out_before,
             w->ascii ? "->" : "\xE2\x86\x92", pool->out_after, pool->percent_after);
    if (pool->out_after <= pool->out_before)
        return;
    if (pool->out_after == 1 && pool->percent_after > limits.brake_percent)
        buf_adds(out, ", one may always go"); /* or a small pool could never be mended */
    else
        buf_addf(out, ", limit %g %%", limits.brake_percent);
}

void dialog_takes(const struct plan *p, const struct dialog_world *w, struct buf *out)
{
    char text[FIGURE_MAX];

    figure_duration(text, p->takes_ms);
    buf_addf(out, "%s or more, %u nodes a minute at most", text,
             act_limits_of(w->limits).nodes_per_minute);
}

static void refused_by_brake(const struct plan *p, const struct dialog_world *w, struct buf *out)
{
    const struct plan_pool *pool = &p->pools[0];

    buf_reset(out);
    buf_addf(
        out,
        "Refused: %.0f of the %.0f nodes of %s would be out, more than %g %%. The word mass beside "
        "brake and a ticket lift it",
        pool->out_after, pool->nodes, pool->name, act_limits_of(w->limits).brake_percent);
}

/* "Running work on it: type the node's name to drain, Esc to leave" */
void dialog_question(const struct plan *p, const struct dialog_world *w, struct buf *out)
{
    const struct verb_info *v = verb_info(p->order->verb);
    bool node = v->entity == ENTITY_NODE;
    const char *thing = node ? "node" : "job";

    switch (p->consent) {
    case CONSENT_YES:
        buf_addf(out, "%sype y to %s, Esc to leave",
                 p->order->verb == action_verb_DRAIN ? "Nothing runs on it: t" : "T", v->name);
        break;
    case CONSENT_NAME:
        buf_addf(out, "%s: type the %s's %s to %s, Esc to leave",
                 node ? "Running work on it" : "It is running", thing, node ? "name" : "id",
                 v->name);
        break;
    case CONSENT_COUNT:
        buf_addf(out, "%s %s%s: type how many to %s, Esc to leave", p->expect, thing,
                 strcmp(p->expect, "1") == 0 ? "" : "s", v->name);
        break;
    case CONSENT_NEVER:
        buf_addf(out, "Refused: %s", p->refused);
        if (p->braked)
            refused_by_brake(p, w, out);
        break;
    }
}
