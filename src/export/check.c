/* SPDX-License-Identifier: MIT
 * check.c - the verdict of `suantop check` in the words of a Nagios plug-in.
 *
 * The worst of all centers and limits: CRITICAL before WARNING before UNKNOWN before OK. What has never
 * answered is UNKNOWN, it is not taken for good; a center of which another source did answer is a
 * WARNING. Perfdata always has the same labels, "U" where a value is unknown. The verdict's word and the perfdata are for
 * programs; what stands between them is for people, in their language. */
#include "base/i18n.h"
#include "base/sentence.h"
#include "export/head.h"
#include "base/text.h"
#include "base/xmem.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { OK, WARNING, CRITICAL, UNKNOWN, LEVELS };

#define PROBLEMS_SHOWN 5 /* of each level */
#define PROBLEMS_MAX 4096
#define NAME_CELLS 40 /* what people read; Nagios cuts long lines, and then loses the perfdata */
#define MESSAGE_CELLS 120

struct check {
    struct walk walk;
    const struct check_limits *limits;
    struct buf problems[LEVELS];
    unsigned counts[LEVELS];
    bool *answered;                   /* by center: one of its sources has */
    double out, celsius, age, queued; /* the worst of a center; NAN = nobody knows */
};

/* At most so many cells of clean text; a pipe would begin the perfdata. */
static void add_text(struct buf *out, const char *text, int cells)
{
    size_t len = text_prefix(text, cells, NULL);

    for (size_t i = 0; i < len; i++)
        buf_addc(out, text[i] == '|' ? '/' : text[i]);
    if (text[len] != '\0')
        buf_adds(out, "\342\200\246");
}

static void add_name(struct buf *out, const char *name)
{
    add_text(out, name, NAME_CELLS);
}

/* "; center: " of a new problem; NULL if enough of them are listed. */
static struct buf *problem(struct check *c, int level, const struct row_head *h)
{
    struct buf *out = &c->problems[level];

    if (c->counts[level]++ >= PROBLEMS_SHOWN)
        return NULL;
    if (out->len > 0)
        buf_adds(out, "; ");
    add_name(out, walk_center_id(&c->walk, h));
    buf_adds(out, ": ");
    return out;
}

static int level_of(double v, double warn, double crit)
{
    if (crit > 0 && v > crit)
        return CRITICAL;
    return warn > 0 && v > warn ? WARNING : OK;
}

static void worst(double *so_far, double v)
{
    if (isnan(*so_far) || v > *so_far)
        *so_far = v;
}

static void add_number(struct buf *out, double v)
{
    char text[NUMBER_MAX];

    buf_add(out, text, number_write(text, round(v * 10) / 10));
}

static void check_age(struct check *c, const struct source_row *s)
{
    const struct check_limits *l = c->limits;
    int64_t ms = snapshot_age_of(c->walk.snap, s, c->walk.options->now);
    char age[16];

    if (ms < 0)
        return;
    worst(&c->age, (double)ms / 1000);
    int level = level_of((double)ms / 1000, (double)l->warn_stale_s, (double)l->crit_stale_s);
    struct buf *out = level != OK ? problem(c, level, &s->h) : NULL;
    if (out == NULL)
        return;
    time_age(ms, age);
    add_name(out, intern_text(c->walk.strings, s->name));
    buf_addf(out, _(" silent for %s"), age);
}

/* Failed sources; what they last said is still checked, and so is its age. */
static void check_failures(struct check *c)
{
    struct head_error e;
    const struct source_row *s;
    char said[SENTENCE_MAX];

    for (uint32_t slot = 0; head_next_error(&c->walk, &slot, &e);) {
        s = snapshot_row(c->walk.snap, ENTITY_SOURCE, slot - 1);
        struct buf *out = problem(c, c->answered[s->h.center] ? WARNING : UNKNOWN, &s->h);
        if (out == NULL)
            continue;
        add_name(out, e.source);
        buf_adds(out, " ");
        add_text(out, sentence_text(e.message, said, sizeof(said)), MESSAGE_CELLS);
    }
}

static void check_sources(struct check *c)
{
    const struct source_row *s;

    for (uint32_t slot = 0; (s = walk_next(&c->walk, ENTITY_SOURCE, &slot)) != NULL;) {
        if (row_has(s, source, last_ok_at))
            c->answered[s->h.center] = true;
        check_age(c, s);
    }
    check_failures(c);
}

static void check_out(struct check *c, const struct center_row *r)
{
    double out = r->nodes_drained + r->nodes_down;

    if (!row_has(r, center, nodes_total) || r->nodes_total <= 0)
        return;
    double percent = 100 * out / r->nodes_total;
    worst(&c->out, percent);
    int level = level_of(percent, c->limits->warn_out_share, c->limits->crit_out_share);
    struct buf *text = level != OK ? problem(c, level, &r->h) : NULL;
    if (text == NULL)
        return;
    buf_addf(text, _("%.0f of %.0f nodes out (%.0f drained, %.0f down)"), out, r->nodes_total,
             r->nodes_drained, r->nodes_down);
}

/* Name of the node of that center with that temperature, NULL if it went. */
static const char *node_at(const struct check *c, uint16_t center, double celsius)
{
    const struct node_row *n;

    for (uint32_t slot = 0; (n = walk_next(&c->walk, ENTITY_NODE, &slot)) != NULL;)
        if (n->h.center == center && head_heat(n) >= celsius)
            return intern_text(c->walk.strings, n->name);
    return NULL;
}

static void add_temperature(const struct check *c, struct buf *out, uint16_t center, double celsius)
{
    const char *node = node_at(c, center, celsius);

    add_number(out, celsius);
    buf_adds(out, " \302\260C");
    if (node == NULL)
        return;
    buf_adds(out, _(" on "));
    add_name(out, node);
}

static void check_heat(struct check *c, const struct center_row *r)
{
    const struct check_limits *l = c->limits;
    double v = r->temperature_max_celsius;

    if (!row_has(r, center, temperature_max_celsius))
        return;
    worst(&c->celsius, v);
    bool crit = l->crit_celsius > 0 && v >= l->crit_celsius,
         warn = l->warn_celsius > 0 && v >= l->warn_celsius;
    struct buf *out = crit || warn ? problem(c, crit ? CRITICAL : WARNING, &r->h) : NULL;
    if (out != NULL)
        add_temperature(c, out, r->h.center, v);
}

static void check_queue(struct check *c, const struct center_row *r)
{
    if (!row_has(r, center, jobs_queued))
        return;
    worst(&c->queued, r->jobs_queued);
    int level = level_of(r->jobs_queued, c->limits->warn_queued, c->limits->crit_queued);
    struct buf *out = level != OK ? problem(c, level, &r->h) : NULL;
    if (out != NULL)
        buf_addf(out, _("%.0f jobs queued"), r->jobs_queued);
}

static void check_centers(struct check *c)
{
    const struct center_row *r;

    for (uint32_t slot = 0; (r = walk_next(&c->walk, ENTITY_CENTER, &slot)) != NULL;) {
        check_out(c, r);
        check_heat(c, r);
        check_queue(c, r);
    }
}

static void add_summary(const struct check *c, const struct head_totals *t, struct buf *line)
{
    const struct center_row *sum = &t->sum;

    buf_addf(line, _n("%.0f center", "%.0f centers", (unsigned long long)t->centers), t->centers);
    if (row_has(sum, center, nodes_total))
        buf_addf(line, _(", %.0f nodes"), sum->nodes_total);
    if (row_has(sum, center, nodes_down))
        buf_addf(line, _(", %.0f out"), sum->nodes_drained + sum->nodes_down);
    if (row_has(sum, center, jobs_running))
        buf_addf(line, _(", %.0f jobs running"), sum->jobs_running);
    if (row_has(sum, center, jobs_queued))
        buf_addf(line, _(", %.0f queued"), sum->jobs_queued);
    if (t->hottest == NULL)
        return;
    buf_adds(line, _(", hottest "));
    add_temperature(c, line, t->hottest->h.center, head_heat(t->hottest));
}

static void add_limit(struct buf *out, double v)
{
    buf_addc(out, ';');
    if (v > 0)
        add_number(out, v);
}

/* 'label'=value[UOM];warn;crit;min;max */
static void add_perf(struct buf *out, const char *label, double v, const char *unit, double warn,
                     double crit, double max)
{
    buf_addf(out, " '%s'=", label);
    if (isfinite(v)) {
        add_number(out, v);
        buf_adds(out, unit);
    } else {
        buf_addc(out, 'U');
    }
    add_limit(out, warn);
    add_limit(out, crit);
    buf_adds(out, ";0");
    if (max > 0)
        add_limit(out, max);
}

/* Rates of work only, one for each precision and provenance that there is. */
static void add_flops(const struct flops_totals *t, struct buf *line)
{
    const struct field *fields = entity_info(ENTITY_AGGREGATE)->fields;
    char label[48];

    for (int p = precision_FP64; p < precision_COUNT; p++)
        for (int how = provenance_MEASURED; how <= provenance_ESTIMATED; how++) {
            const struct flops_total *cell = &t->of[p][how];
            if (!flops_told(cell))
                continue;
            snprintf(label, sizeof(label), "flops_%s_%s",
                     fields[FIELD_aggregate_precision].words[p],
                     fields[FIELD_aggregate_provenance].words[how]);
            add_perf(line, label, cell->flops, "", 0, 0,
                     cell->peaked == cell->reporting ? cell->peak : 0);
        }
}

static void add_perfdata(const struct check *c, const struct head_totals *t, struct buf *line)
{
    const struct check_limits *l = c->limits;
    const struct center_row *sum = &t->sum;
    double devices = row_has(sum, center, devices_allocated) ? sum->devices_allocated : NAN;

    buf_adds(line, " |");
    add_perf(line, "out", c->out, "%", l->warn_out_share, l->crit_out_share, 100);
    add_perf(line, "temperature", c->celsius, "", l->warn_celsius, l->crit_celsius, 0);
    add_perf(line, "age", c->age, "s", (double)l->warn_stale_s, (double)l->crit_stale_s, 0);
    add_perf(line, "queued", c->queued, "", l->warn_queued, l->crit_queued, 0);
    add_perf(line, "running", row_has(sum, center, jobs_running) ? sum->jobs_running : NAN, "", 0,
             0, 0);
    add_perf(line, "nodes_up", row_has(sum, center, nodes_up) ? sum->nodes_up : NAN, "", 0, 0,
             sum->nodes_total);
    add_perf(line, "devices_allocated", devices, "", 0, 0, sum->devices_total);
    add_perf(line, "sources_bad", t->sources_bad, "", 0, 0, t->sources);
    add_flops(t->flops, line);
}

/* Problems of all levels, the worst first. */
static void add_problems(const struct check *c, struct buf *line)
{
    static const int order[] = {CRITICAL, WARNING, UNKNOWN};
    unsigned more = 0;
    bool follows = false;

    for (int i = 0; i < 3; i++) {
        const struct buf *p = &c->problems[order[i]];
        if (p->len > 0)
            buf_addf(line, "%s%s", follows ? "; " : "", p->data);
        follows = follows || p->len > 0;
        if (c->counts[order[i]] > PROBLEMS_SHOWN)
            more += c->counts[order[i]] - PROBLEMS_SHOWN;
    }
    if (more > 0)
        buf_addf(line, _("; and %u more"), more);
}

static int verdict_of(const struct check *c, const struct head_totals *t)
{
    if (c->counts[CRITICAL] > 0)
        return CRITICAL;
    if (c->counts[WARNING] > 0)
        return WARNING;
    return c->counts[UNKNOWN] > 0 || t->centers == 0 || t->sources == 0 ? UNKNOWN : OK;
}

static void write_line(const struct check *c, const struct head_totals *t, int verdict,
                       struct buf *line)
{
    static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

    buf_addf(line, "%s - ", words[verdict]);
    if (verdict == OK)
        add_summary(c, t, line);
    else if (c->counts[verdict] > 0)
        add_problems(c, line);
    else
        buf_adds(line, _("there is nothing to check"));
    add_perfdata(c, t, line);
}

int check_verdict(const struct snapshot *s, const struct check_limits *l,
                  const struct export_options *o, struct buf *line)
{
    struct export_options unfiltered = *o;
    struct check c = {.walk = walk_of(s, &unfiltered), .limits = l};

    unfiltered.filter = NULL;
    c.out = c.celsius = c.age = c.queued = NAN;
    c.answered = xcalloc((size_t)UINT16_MAX + 1, sizeof(*c.answered));
    for (int i = 0; i < LEVELS; i++)
        buf_init_whole(&c.problems[i], PROBLEMS_MAX);
    check_sources(&c);
    check_centers(&c);
    struct head_totals t = head_totals(&c.walk);
    int verdict = verdict_of(&c, &t);
    write_line(&c, &t, verdict, line);
    for (int i = 0; i < LEVELS; i++)
        buf_fini(&c.problems[i]);
    free(c.answered);
    return verdict;
}
