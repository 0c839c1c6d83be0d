/* SPDX-License-Identifier: MIT
 * prom_sample.c - what one series says of a node or device, and whether it can be believed. */
#include "collectors/prometheus/prom.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANK_MAPPED = 0, RANK_NAMED = 1, RANK_COMPUTED = 100, RANK_LABEL = 50 };

/* What DCGM writes where it knows nothing. Others write -1, which is no figure but a margin. */
static bool is_blank(double v)
{
    return !isfinite(v) || v >= 9.2e18 || (v >= 2147483632.0 && v <= 2147483635.0) ||
           (v >= 140737488355328.0 && v <= 140737488355338.0);
}

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
        return v >= 0;
    }
}

static void tell(struct prom *p, struct entry *e, enum entity entity, int field, unsigned rank,
                 double v)
{
    const struct field *f = &entity_info(entity)->fields[field];

    if (!isfinite(v) || !is_believed(f, v))
        return;
    if (f->unit == UNIT_PERCENT && v > 100)
        v = 100;
    if (f->type == FT_TIME)
        v *= 1000;
    if (entity == ENTITY_DEVICE && field == FIELD_device_xid_last && v == 0)
        return;
    book_num(&p->book, e, (unsigned)field, rank, v);
}

/* ---- what labels say ---- */

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

static void describe_slice(struct prom *p, struct entry *e, const struct labels *l)
{
    static const char *const uuids[] = {"UUID", "uuid", NULL};
    const char *which;

    book_str(&p->book, e, FIELD_device_mig, RANK_LABEL, label_of(l, "GPU_I_PROFILE"));
    book_str(&p->book, e, FIELD_device_parent, RANK_LABEL, label_first(l, uuids, &which));
}

static void describe_device(struct prom *p, struct entry *e, const struct labels *l)
{
    static const struct {
        int field;
        const char *labels[5];
    } table[] = {
        {FIELD_device_model, {"model", "modelName", "model_name", "card_model", NULL}},
        {FIELD_device_vendor, {"vendor", NULL}},
        {FIELD_device_pci, {"pci_bus_id", "pcie_bus_info", NULL}},
        {FIELD_device_job, {"hpc_job", NULL}},
    };
    static const char *const uuids[] = {"UUID", "uuid", NULL};
    const char *which;

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        book_str(&p->book, e, (unsigned)table[i].field, RANK_LABEL,
                 label_first(l, table[i].labels, &which));
    if (*label_of(l, "GPU_I_ID") != '\0')
        describe_slice(p, e, l);
    else
        book_str(&p->book, e, FIELD_device_uuid, RANK_LABEL, label_first(l, uuids, &which));
    if (strchr(label_of(l, "gpu"), ':') != NULL) /* suantop-node: its PCI address */
        book_str(&p->book, e, FIELD_device_pci, RANK_LABEL, label_of(l, "gpu"));
    book_index(&p->book, e, label_of(l, "index"));
}

/* ---- whose figure it is ---- */

static struct entry *entry_of(struct prom *p, const struct labels *l, enum entity entity)
{
    const char *which = p->opt.node_label, *host = which != NULL ? label_of(l, which) : "",
               *device = NULL, *id;
    char slice[96];

    if (*host == '\0')
        host = label_first(l, label_hosts, &which);
    if (*host == '\0')
        return NULL;
    if (entity == ENTITY_DEVICE) {
        const char *ignored;
        device = label_first(l, label_devices, &ignored);
        id = label_of(l, "GPU_I_ID");
        if (*device == '\0')
            return NULL;
        if (*id != '\0') {
            snprintf(slice, sizeof slice, "%.40s.%.40s", device, id);
            device = slice;
        }
    }
    return book_entry(&p->book, host, which, label_of(l, "instance"), device);
}

static void note_down(struct prom *p, const struct labels *l)
{
    const char *which;

    book_is_down(&p->book, label_of(l, "instance"));
    book_is_down(&p->book, label_first(l, label_hosts, &which));
}

/* ---- series that mean more than their value ---- */

static void add_to(struct prom *p, struct entry *e, unsigned field, double v)
{
    const struct told *t = book_told(e, field);

    book_replace(&p->book, e, field, (t != NULL ? t->num : 0) + v);
}

static void heed_throttled(struct prom *p, struct entry *e, const struct labels *l, double v)
{
    const char *const *words = entity_info(ENTITY_DEVICE)->fields[FIELD_device_throttle].words;
    const struct told *t = book_told(e, FIELD_device_throttle);
    uint32_t bits = t != NULL ? (uint32_t)t->num : 0;

    for (unsigned i = 0; words[i] != NULL; i++)
        if (v == 1 && strcmp(words[i], label_of(l, "reason")) == 0)
            bits |= UINT32_C(1) << i;
    book_replace(&p->book, e, FIELD_device_throttle, bits);
}

static void heed_xid(struct prom *p, struct entry *e, const struct labels *l, double v)
{
    const struct told *t = book_told(e, FIELD_device_xid_at);
    double code = strtod(label_of(l, "xid"), NULL), at = v * 1000;

    if (!(code > 0) || !(at > 0) || (t != NULL && t->num >= at))
        return;
    book_replace(&p->book, e, FIELD_device_xid_at, at);
    book_replace(&p->book, e, FIELD_device_xid_last, code);
}

/* Prometheus calls a label "exported_job" that the exporter called "job". */
static void heed_job(struct prom *p, struct entry *e, const struct labels *l)
{
    static const char *const users[] = {"user", "exported_user", NULL};
    const char *which;

    book_str(&p->book, e, FIELD_device_job, RANK_NAMED, label_of(l, "exported_job"));
    book_str(&p->book, e, FIELD_device_user, RANK_NAMED, label_first(l, users, &which));
}

static void heed(struct prom *p, enum heed what, const struct labels *l, double v)
{
    struct entry *e = entry_of(p, l, ENTITY_DEVICE);

    if (e == NULL || !isfinite(v))
        return;
    switch (what) {
    case HEED_THROTTLED:
        heed_throttled(p, e, l, v);
        break;
    case HEED_XID_AT:
        heed_xid(p, e, l, v);
        break;
    case HEED_XID_COUNT:
        add_to(p, e, FIELD_device_xid_count, v > 0 ? v : 0);
        break;
    case HEED_JOB:
        heed_job(p, e, l);
        break;
    case HEED_UP:
        book_str(&p->book, e, FIELD_device_health, RANK_NAMED, v == 1 ? "ok" : "lost");
        break;
    case HEED_HEALTHY:
        if (v == 0 || v == 1)
            book_str(&p->book, e, FIELD_device_health, RANK_NAMED, v == 1 ? "ok" : "unhealthy");
        break;
    case HEED_NONE:
        break;
    }
    describe_device(p, e, l);
}

/* ---- figures ---- */

static void tell_named(struct prom *p, const struct metric *m, unsigned rank,
                       const struct labels *l, double v)
{
    struct entry *e = entry_of(p, l, m->entity);

    if (e == NULL)
        return;
    if (m->entity == ENTITY_NODE)
        describe_node(p, e, l);
    else
        describe_device(p, e, l);
    if (prom_vendor(m->family) != NULL)
        book_str(&p->book, e, FIELD_device_vendor, RANK_LABEL + 1, prom_vendor(m->family));
    if (m->family == FAMILY_MACHINE && m->field < 0 && *label_of(l, "nodename") != '\0')
        book_alias(&p->book, label_of(l, "instance"), label_of(l, "nodename"));
    if (m->field >= 0 && !is_blank(v))
        tell(p, e, m->entity, m->field, RANK_NAMED + rank, v * m->scale);
}

static void tell_computed(struct prom *p, enum entity entity, int field, unsigned rank,
                          const struct labels *l, double v)
{
    struct entry *e = entry_of(p, l, entity);

    if (e == NULL)
        return;
    tell(p, e, entity, field, rank, v);
    if (entity == ENTITY_DEVICE)
        describe_device(p, e, l);
    else if (field == FIELD_node_temperature_celsius)
        describe_sensor(p, e, l, rank);
}

static void tell_age(struct prom *p, const struct labels *l, double at, double v)
{
    struct entry *e = entry_of(p, l, ENTITY_DEVICE);

    if (e != NULL && isfinite(v) && isfinite(at))
        e->age_ms = at > v ? (at - v) * 1000 : 0;
}

/* What we asked for under a mark: f3 = the third figure, m0 = the first line of `map`, d = a target that is down. */
static void tell_marked(struct prom *p, const char *mark, const struct labels *l, double at,
                        double v)
{
    char *end;
    unsigned long n = strtoul(mark + 1, &end, 10);

    if (mark[1] < '0' || mark[1] > '9' || *end != '\0') {
        p->answer.foreign++;
        return;
    }
    size_t figures = 0;
    while (prom_figures[figures].label != NULL)
        figures++;
    if (mark[0] == 'f' && n < figures)
        tell_computed(p, prom_figures[n].entity, prom_figures[n].field, RANK_COMPUTED + (unsigned)n,
                      l, v);
    else if (mark[0] == 'm' && n < p->mapped_count)
        tell_computed(p, p->mapped[n].entity, p->mapped[n].field, RANK_MAPPED, l, v);
    else if (mark[0] == 's')
        tell_age(p, l, at, v);
    else if (mark[0] == 'd')
        note_down(p, l);
    else
        p->answer.foreign++;
}

void prom_sample(struct prom *p, const struct labels *l, double at, double v)
{
    const char *name = label_of(l, "__name__"), *mark = label_of(l, "suantop");
    unsigned rank;
    const struct metric *m = prom_metric(name, &rank);
    enum heed what = prom_heed(name);

    if (m != NULL)
        tell_named(p, m, rank, l, v);
    else if (what != HEED_NONE)
        heed(p, what, l, v);
    else if (*mark != '\0')
        tell_marked(p, mark, l, at, v);
    else
        p->answer.foreign++;
}
