/* SPDX-License-Identifier: MIT
 * dialogtext.c - see dialogtext.h. */
#include "ui/dialogtext.h"
#include "base/i18n.h"
#include "ui/cells.h"
#include "ui/figure.h"
#include "ui/glyph.h"
#include "ui/nodelook.h"
#include "ui/said.h"
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

static const char *rounded(double v, bool ascii, char text[FIGURE_MAX])
{
    if (v < 0)
        return FIGURE_ABSENT;
    figure_number(text, v, v > 0 && v < 10 && v != (double)(int)v ? 1 : 0, ascii);
    return text;
}

static unsigned long long form_of(double v)
{
    return v == 1 ? 1 : 2;
}

/* Appends a number of things, behind `before`; nothing for what is not known. */
#define COUNTED(out, before, v, one, many, ascii)                                                  \
    do {                                                                                           \
        char number_[FIGURE_MAX];                                                                  \
        if ((v) >= 0)                                                                              \
            buf_adds((out), (before));                                                             \
        if ((v) >= 0)                                                                              \
            buf_addf((out), _n(one, many, form_of(v)), rounded((v), (ascii), number_));            \
    } while (0)

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
        buf_addf(out, _(", up %s"), text);
    }
    if (row_has(n, node, reason))
        buf_addf(out, ", %s", intern_text(snapshot_strings(w->snap), n->reason));
}

static void job_facts(const struct job_row *j, const struct dialog_world *w, struct buf *out)
{
    const struct intern *in = snapshot_strings(w->snap);
    char text[FIGURE_MAX];

    buf_adds(out, cell_word(ENTITY_JOB, FIELD_job_state, j->state));
    if (row_has(j, job, name))
        buf_addf(out, ", %s", intern_text(in, j->name));
    if (row_has(j, job, user))
        buf_addf(out, _c("owner", " of %s"), intern_text(in, j->user));
    if (row_has(j, job, tasks) && j->tasks > 1)
        buf_addf(out, _(", stands for %s waiting tasks"),
                 rounded((double)j->tasks, w->ascii, text));
    if (row_has(j, job, devices_allocated) && j->devices_allocated > 0)
        COUNTED(out, ", ", (double)j->devices_allocated, "%s GPU", "%s GPUs", w->ascii);
    if (row_has(j, job, node_count) && j->state != job_state_QUEUED && j->state != job_state_HELD)
        COUNTED(out, ", ", (double)j->node_count, "%s node", "%s nodes", w->ascii);
    if (row_has(j, job, started_at) && j->started_at <= w->now && j->state == job_state_RUNNING) {
        figure_duration(text, w->now - j->started_at);
        buf_addf(out, _(", ran %s"), text);
    }
    if (row_has(j, job, restarts) && j->restarts > 0)
        buf_addf(out, _(", attempt %.0f"), (double)j->restarts + 1);
}

void dialog_facts(const struct action_target *t, const struct dialog_world *w, struct buf *out)
{
    uint32_t slot = snapshot_find(w->snap, t->entity, t->key);
    const void *row = slot == UINT32_MAX ? NULL : snapshot_row(w->snap, t->entity, slot);

    if (!row)
        buf_adds(out, _("no longer listed"));
    else if (t->entity == ENTITY_NODE)
        node_facts(row, w, out);
    else
        job_facts(row, w, out);
}

static bool loses_work(enum action_verb v)
{
    return v == action_verb_REQUEUE || v == action_verb_CANCEL;
}

/* What may be lost: " · ~2.8, ≤ 8.5 GPU·h lost" */
static void hours_at_risk(const struct plan *p, const struct dialog_world *w, struct buf *out)
{
    enum action_verb v = p->order->verb;
    const char *most = w->ascii ? _("at most ") : "\xE2\x89\xA4 ";
    char number[FIGURE_MAX], about[FIGURE_MAX];

    rounded(p->gpu_hours_ceiling, w->ascii, number);
    if (v == action_verb_REQUEUE && p->gpu_hours_at_risk >= 0) {
        buf_addf(out, _("~%s, %s%s GPU\xC2\xB7h lost"),
                 rounded(p->gpu_hours_at_risk, w->ascii, about), most, number);
        return;
    }
    buf_addf(out,
             v != action_verb_DRAIN ? _("%s%s GPU\xC2\xB7h lost")
             : p->jobs == 1         ? _("%s%s GPU\xC2\xB7h at risk if it stops")
                                    : _("%s%s GPU\xC2\xB7h at risk if they stop"),
             most, number);
}

void dialog_risk(const struct plan *p, const struct dialog_world *w, struct buf *out)
{
    enum action_verb v = p->order->verb;
    const char *dot = w->ascii ? " - " : " \xC2\xB7 ";

    if (v != action_verb_DRAIN && !loses_work(v))
        return;
    if (p->jobs == 0 || (loses_work(v) && p->devices < 0 && p->gpu_hours_ceiling < 0)) {
        buf_adds(out, v == action_verb_DRAIN ? _("nothing runs on it")
                                             : _("it does not run: no work is lost"));
        return;
    }
    if (p->jobs < 0)
        buf_adds(out, _("what runs there is not known"));
    COUNTED(out, "", p->jobs, "%s job", "%s jobs", w->ascii);
    if (p->owners[0])
        buf_addf(out, _c("owner", " of %s"), p->owners);
    if (v != action_verb_DRAIN)
        COUNTED(out, dot, p->nodes, "%s node", "%s nodes", w->ascii);
    double devices = v == action_verb_DRAIN ? p->devices_busy : p->devices;
    if (devices > 0)
        COUNTED(out, dot, devices, "%s GPU", "%s GPUs", w->ascii);
    if (p->gpu_hours_ceiling <= 0)
        return;
    buf_adds(out, dot);
    hours_at_risk(p, w, out);
}

void dialog_pool(const struct plan *p, const struct plan_pool *pool, const struct dialog_world *w,
                 struct buf *out)
{
    struct act_limits limits = act_limits_of(w->limits);

    (void)p;
    buf_addf(out, _("out of work %.0f %s %.0f (%.1f %%)"), pool->out_before,
             w->ascii ? "->" : "\xE2\x86\x92", pool->out_after, pool->percent_after);
    if (pool->out_after <= pool->out_before)
        return;
    if (pool->out_after == 1 && pool->percent_after > limits.brake_percent)
        buf_adds(out, _(", one may always go")); /* or a small pool could never be mended */
    else
        buf_addf(out, _(", limit %g %%"), limits.brake_percent);
}

void dialog_takes(const struct plan *p, const struct dialog_world *w, struct buf *out)
{
    char text[FIGURE_MAX];

    figure_duration(text, p->takes_ms);
    buf_addf(out, _("%s or more, %u nodes a minute at most"), text,
             act_limits_of(w->limits).nodes_per_minute);
}

static void refused_by_brake(const struct plan *p, const struct dialog_world *w, struct buf *out)
{
    const struct plan_pool *pool = &p->pools[0];

    buf_reset(out);
    buf_addf(
        out,
        _("Refused: %.0f of the %.0f nodes of %s would be out, more than %g %%. The word mass beside "
          "brake and a ticket lift it"),
        pool->out_after, pool->nodes, pool->name, act_limits_of(w->limits).brake_percent);
}

static void ask_yes(const struct plan *p, const char *verb, struct buf *out)
{
    buf_addf(out,
             p->order->verb == action_verb_DRAIN
                 ? _("Nothing runs on it: type y to %s, Esc to leave")
                 : _("Type y to %s, Esc to leave"),
             verb);
}

static void ask_count(const struct plan *p, bool node, const char *verb, struct buf *out)
{
    unsigned long long n = strcmp(p->expect, "1") == 0 ? 1 : 2;

    buf_addf(out,
             node ? _n("%s node: type how many to %s, Esc to leave",
                       "%s nodes: type how many to %s, Esc to leave", n)
                  : _n("%s job: type how many to %s, Esc to leave",
                       "%s jobs: type how many to %s, Esc to leave", n),
             p->expect, verb);
}

/* "Running work on it: type the node's name to drain, Esc to leave". What is to be typed is the same in all languages. */
void dialog_question(const struct plan *p, const struct dialog_world *w, struct buf *out)
{
    const struct verb_info *v = verb_info(p->order->verb);
    bool node = v->entity == ENTITY_NODE;

    switch (p->consent) {
    case CONSENT_YES:
        ask_yes(p, _(v->name), out);
        break;
    case CONSENT_NAME:
        buf_addf(out,
                 node ? _("Running work on it: type the node's name to %s, Esc to leave")
                      : _("It is running: type the job's id to %s, Esc to leave"),
                 _(v->name));
        break;
    case CONSENT_COUNT:
        ask_count(p, node, _(v->name), out);
        break;
    case CONSENT_NEVER:
        buf_addf(out, _("Refused: %s"), said(p->refused));
        if (p->braked)
            refused_by_brake(p, w, out);
        break;
    }
}
