/* SPDX-License-Identifier: MIT
 * prom_sample.c - what one series says, and whether it can be believed: of a node into the book, of a device into the page
 * of its exporter (pages.h). */
#include "collectors/prometheus/prom.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANK_MAPPED = 0, RANK_NAMED = 1, RANK_LABEL = 50, RANK_COMPUTED = 100 };

static bool is_believed(const struct field *f, double v)
{
    switch (f->unit) {
    case UNIT_CELSIUS:
        return v > 0 && v < 200; /* 0: a sensor that is not there */
    case UNIT_DEGREE:
        return v > -200 && v < 200;
    case UNIT_PERCENT:
        return v >= 0 && v <= 100.5;
    default:
        return v >= 0 && isfinite(v);
    }
}

static void tell(struct prom *p, struct entry *e, enum entity entity, int field, unsigned rank,
                 double v)
{
    const struct field *f = &entity_info(entity)->fields[field];

    if (!is_believed(f, v))
        return;
    if (f->unit == UNIT_PERCENT && v > 100)
        v = 100;
    if (f->type == FT_TIME)
        v *= 1000;
    book_num(&p->book, e, (unsigned)field, rank, v);
}

/* ---- whose figure it is ---- */

static const char *host_of(const struct prom *p, const struct labels *l, const char **which)
{
    const char *host = p->opt.node_label != NULL ? label_of(l, p->opt.node_label) : "";

    *which = p->opt.node_label;
    return *host != '\0' ? host : label_first(l, label_hosts, which);
}

static struct entry *entry_of(struct prom *p, const struct labels *l, enum entity entity)
{
    const char *which, *ignored, *host = host_of(p, l, &which), *device = NULL;

    if (entity == ENTITY_DEVICE)
        device = label_first(l, label_devices, &ignored);
    if (*host == '\0' || (device != NULL && *device == '\0'))
        return NULL;
    return book_entry(&p->book, host, which, label_of(l, "instance"), device);
}

static void note_down(struct prom *p, const struct labels *l)
{
    const char *which;

    book_is_down(&p->book, label_of(l, "instance"));
    book_is_down(&p->book, host_of(p, l, &which));
}

/* ---- nodes ---- */

static void describe_node(struct prom *p, struct entry *e, const struct labels *l)
{
    char os[128];

    book_str(&p->book, e, FIELD_node_os, RANK_LABEL, label_of(l, "os"));
    if (*label_of(l, "sysname") == '\0')
        return;
    snprintf(os, sizeof os, "%s %s", label_of(l, "sysname"), label_of(l, "release"));
    book_str(&p->book, e, FIELD_node_os, RANK_LABEL + 1, os);
}

static void describe_sensor(struct prom *p, struct entry *e, const struct labels *l, unsigned rank)
{
    static const char *const names[] = {"label", "sensor", "name", "type", "zone", NULL};
    const char *which, *sensor = label_first(l, names, &which), *chip = label_of(l, "chip");
    char text[160];

    snprintf(text, sizeof text, "%.70s%s%.70s", chip, *chip != '\0' && *sensor != '\0' ? " " : "",
             sensor);
    book_str(&p->book, e, FIELD_node_temperature_sensor, rank, text);
}

static void tell_named(struct prom *p, const struct metric *m, unsigned rank,
                       const struct labels *l, double v)
{
    struct entry *e = entry_of(p, l, ENTITY_NODE);

    if (e == NULL)
        return;
    describe_node(p, e, l);
    if (m->field >= 0)
        tell(p, e, ENTITY_NODE, m->field, RANK_NAMED + rank, v * m->scale);
    else if (*label_of(l, "nodename") != '\0')
        book_alias(&p->book, label_of(l, "instance"), label_of(l, "nodename"));
}

/* ---- what we asked for under a mark ---- */

static void tell_computed(struct prom *p, enum entity entity, int field, unsigned rank,
                          const struct labels *l, double v)
{
    struct entry *e = entry_of(p, l, entity);

    if (e == NULL)
        return;
    tell(p, e, entity, field, rank, v);
    if (entity == ENTITY_NODE && field == FIELD_node_temperature_celsius)
        describe_sensor(p, e, l, rank);
}

static void tell_age(struct prom *p, const struct labels *l, double at, double v)
{
    if (isfinite(v) && isfinite(at) && at > v)
        pages_age(p->pages, label_of(l, "instance"), (at - v) * 1000);
}

/* f3 = the third figure, m0 = the first of `map`, s0 = when a sample was taken, d0 = a target that is down. */
static void tell_marked(struct prom *p, const char *mark, const struct labels *l, double at,
                        double v)
{
    size_t figures = 0;
    char *end;

    if (mark[0] == '\0' || mark[1] < '0' || mark[1] > '9')
        return;
    unsigned long n = strtoul(mark + 1, &end, 10);
    if (*end != '\0')
        return;
    while (prom_figures[figures].expr != NULL)
        figures++;
    if (mark[0] == 'f' && n < figures)
        tell_computed(p, ENTITY_NODE, prom_figures[n].field, RANK_COMPUTED + (unsigned)n, l, v);
    else if (mark[0] == 'm' && n < p->mapped_count)
        tell_computed(p, p->mapped[n].entity, p->mapped[n].field, RANK_MAPPED, l, v);
    else if (mark[0] == 's')
        tell_age(p, l, at, v);
    else if (mark[0] == 'd')
        note_down(p, l);
}

enum rc prom_sample(struct prom *p, const struct labels *l, double at, double v, struct err *e)
{
    const char *name = label_of(l, "__name__"), *mark = label_of(l, "suantop"), *which;
    const struct metric *m;
    unsigned rank;

    if (*name == '\0') {
        tell_marked(p, mark, l, at, v);
        return RC_OK;
    }
    m = prom_metric(name, &rank);
    if (m != NULL) {
        tell_named(p, m, rank, l, v);
        return RC_OK;
    }
    const char *host = host_of(p, l, &which);
    return pages_sample(p->pages, l, host, which, v, e);
}
